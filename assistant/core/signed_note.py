"""Checkpoints of a log as text that anybody's tools can read: C2SP tlog-checkpoint in a C2SP signed note.

Text only: who signs and who checks a signature is given by the caller, since the core holds no keys.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Sequence

from assistant.core.frozen import dataclass
from assistant.core.problem import Refused, refuse

Holds = Callable[[bytes, bytes, bytes], bool]
"""Whether, by this public key, over this message, this signature holds."""

LONGEST = 100_000
"""Bytes in a note, at most; sixteen signatures of any kind fit in it."""

_ED25519 = b"\x01"
_DASH = "\u2014 "
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class VerifierKey:
    """An Ed25519 key as a verifier has it: its name (that of the log) and the 32 bytes of the public key."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes by which a signature says which key made it."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        data = base64.b64encode(_ED25519 + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{data}"


@dataclass(frozen=True)
class Signature:
    """A line below a note: the name and id (4 bytes) of the key, and what it signed with."""

    name: str
    id: bytes
    data: bytes


@dataclass(frozen=True)
class Note:
    """A signed text; `text` ends in a newline. It says nothing until `signers` has looked at it."""

    text: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Checkpoint:
    """The head of a log's tree: which log, how many entries, and the root hash (32 bytes) over them."""

    origin: str
    size: int
    root: bytes


def read_verifier_key(text: str) -> VerifierKey:
    """The key in `name+id+base64`; raises `Refused`.

    It is parted at the first two plus signs only, since base64 has plus signs of its own.
    """
    parts = text.strip().split("+", 2)
    try:
        name, id, data = parts[0], bytes.fromhex(parts[1]), base64.b64decode(parts[2], validate=True)
    except (ValueError, IndexError):
        raise _no_key() from None
    if not _NAME.fullmatch(name) or len(data) != 33 or data[:1] != _ED25519:
        raise _no_key()
    key = VerifierKey(name, data[1:])
    if key.id != id:
        raise _no_key()
    return key


def signed(text: str, key: VerifierKey, signature: bytes) -> str:
    """The note of `text` (which ends in a newline) with one signature."""
    line = base64.b64encode(key.id + signature).decode()
    return f"{text}\n{_DASH}{key.name} {line}\n"


def read_note(note: str) -> Note:
    """The parts of a signed note; raises `Refused` for what is none."""
    text, blank, below = note.rpartition("\n\n")
    lines = below.split("\n")
    if (
        not blank
        or len(note) > LONGEST
        or lines.pop() != ""
        or not lines
        or any(char < " " and char != "\n" for char in note)
    ):
        raise _no_note()
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        data = base64.b64decode(encoded, validate=True)
        if base64.b64encode(data).decode() != encoded:
            raise ValueError("the last character carries bits that say nothing")
    except ValueError:
        raise _no_note() from None
    if not line.startswith(_DASH) or not space or not _NAME.fullmatch(name) or len(data) < 5:
        raise _no_note()
    return Signature(name, data[:4], data[4:])


def signers(note: Note, keys: Sequence[VerifierKey], holds: Holds) -> list[VerifierKey]:
    """Those of `keys` that signed the note; signatures of other keys are passed over.

    A signature that one of `keys` is said to have made, and has not, raises `Refused`.
    """
    message = note.text.encode("utf-8")
    found = []
    for signature in note.signatures:
        for key in keys:
            if (key.name, key.id) == (signature.name, signature.id):
                if not holds(key.public, message, signature.data):
                    raise refuse(f"The signature is not that of the key {key.name}.")
                found.append(key)
    return found


def checkpoint_text(head: Checkpoint) -> str:
    """The three lines of a checkpoint, to be signed."""
    return f"{head.origin}\n{head.size}\n{base64.b64encode(head.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """The tree head in a checkpoint's text, signed or not; lines that extend it are passed over.

    Raises `Refused` for a text that is none.
    """
    lines = text.split("\n")
    try:
        origin, size, root = lines[0], lines[1], base64.b64decode(lines[2], validate=True)
    except (ValueError, IndexError):
        raise _no_checkpoint() from None
    again = base64.b64encode(root).decode()
    if not origin or not _SIZE.fullmatch(size) or len(root) != 32 or again != lines[2] or len(lines) < 4:
        raise _no_checkpoint()
    return Checkpoint(origin, int(size), root)


def _no_key() -> Refused:
    return refuse("This is not a verifier key for Ed25519.", "", "It looks like `name+1234abcd+AbC...=`.")


def _no_note() -> Refused:
    return refuse("This is not a signed note.", "", "Give the file as it was written, to its last line.")


def _no_checkpoint() -> Refused:
    return refuse("This is not a checkpoint.", "", "Give the file that `imr log checkpoint` wrote.")
