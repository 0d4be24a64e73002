"""The key that signs checkpoints: an Ed25519 key in a file of its own, outside the log, closed to others.

It lies in the folder of the reviewer's profile, or where `IMR_KEY` says. Whoever has it can sign a log that
was written anew, so it proves that a log was not changed by those who have not.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core.problem import Refused, refuse
from assistant.core.value import Value
from assistant.files import make_folder, sync_folder
from assistant.machine import is_private, open_private
from assistant.profile import profile_path

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


# Checkpoints of a log as text that anybody's tools can read: C2SP tlog-checkpoint in a C2SP signed note.


Holds = Callable[[bytes, bytes, bytes], bool]
"""Whether, by this public key, over this message, this signature holds."""

LONGEST = 100_000
"""Bytes in a note, at most; sixteen signatures of any kind fit in it."""

_ED25519 = b"\x01"
_DASH = "\u2014 "
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class VerifierKey(Value):
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


class Signature(Value):
    """A line below a note: the name and id (4 bytes) of the key, and what it signed with."""

    name: str
    id: bytes
    data: bytes


class Note(Value):
    """A signed text; `text` ends in a newline. It says nothing until `signers` has looked at it."""

    text: str
    signatures: tuple[Signature, ...]


class Checkpoint(Value):
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


def signers(note: Note, keys: Sequence[VerifierKey], signature_holds: Holds) -> list[VerifierKey]:
    """Those of `keys` that signed the note; signatures of other keys are passed over.

    A signature that one of `keys` is said to have made, and has not, raises `Refused`.
    """
    message = note.text.encode("utf-8")
    found = []
    for signature in note.signatures:
        for key in keys:
            if (key.name, key.id) == (signature.name, signature.id):
                if not signature_holds(key.public, message, signature.data):
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


ORIGIN = "imr-log/"
"""What the origin of a checkpoint begins with; the random name of the log follows."""


def config_folder() -> Path:
    """The folder of the reviewer's profile."""

    return profile_path().parent


def key_path() -> Path:
    """Where the key lies: `IMR_KEY` names another file."""
    if named := os.environ.get("IMR_KEY"):
        return Path(named).expanduser()
    return config_folder() / "log-key.pem"


class Signer(Value):
    """What signs for one log: its verifier key, and the private half."""

    key: VerifierKey
    private: Ed25519PrivateKey

    def sign(self, head: Checkpoint, more: str = "") -> str:
        """The checkpoint as a signed note; `more` is a line that extends it (C2SP tlog-checkpoint)."""
        text = checkpoint_text(head) + (f"{more}\n" if more else "")
        return signed(text, self.key, self.private.sign(text.encode("utf-8")))


def signer(origin: str, new: bool = False) -> Signer:
    """What signs for the log with this origin; raises `Refused` where the key can't be had.

    A key in the usual place is made when it is first needed; one that `IMR_KEY` names only when `new`,
    since the medium that it lies on may not be there now. No key is ever replaced.
    """
    path = key_path()
    if new and path.exists():
        raise refuse("There is a key already; it is never replaced.", str(path), "Move it away first.")
    need_library("No checkpoint can be signed")
    if not path.exists():
        if os.environ.get("IMR_KEY") and not new:
            raise refuse(
                "There is no key where IMR_KEY says.",
                str(path),
                "Bring the medium that it lies on, or make one with `imr log checkpoint --new-key`.",
            )
        _make(path)
    private = _load(path)
    return Signer(VerifierKey(origin, _public(private)), private)


def need_library(otherwise: str) -> None:
    """Raises `Refused`, with what can't be done then, where the library that signs is missing."""
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError as error:
        raise refuse(f"{otherwise}: {error}.", "", "Install it: pip install cryptography") from None


def own_keys(origin: str) -> list[VerifierKey]:
    """The keys that were made or used here, as verifiers of the log with this origin; the newest first."""
    try:
        lines = _known_path().read_text("ascii").split()
    except (OSError, ValueError):
        return []
    found = []
    for line in reversed(lines):
        with suppress(ValueError):  # a line that was being written when the power failed
            found.append(VerifierKey(origin, base64.b64decode(line, validate=True)))
    return found


def remember(key: VerifierKey) -> None:
    """Notes the public half of a key on the disk, so that what it signs can be checked when it is gone."""
    if key.public in [one.public for one in own_keys("")]:
        return
    try:
        with open(_open_private(_known_path(), os.O_APPEND), "ab") as file:
            file.write(b"\n%b\n" % base64.b64encode(key.public))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(_known_path(), error) from None
    sync_folder(_known_path().parent)


def signer_of(note: str, keys: Sequence[VerifierKey] = ()) -> VerifierKey:
    """The key that signed a checkpoint, among `keys` and those made here; raises `Refused` if it is none of them."""
    origin = read_checkpoint(note).origin
    found = signers(read_note(note), [*keys, *own_keys(origin)], signature_holds)
    if not found:
        raise refuse(
            "The key that signed this checkpoint is not known here.",
            origin,
            "Name it with --key, or sign a new one with `imr log checkpoint`.",
        )
    return found[0]


def signature_holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 signature holds."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _make(path: Path) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    data = Ed25519PrivateKey.generate().private_bytes(
        form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with open(_open_private(draft, os.O_TRUNC), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # whole, or not at all; and never in the place of another
    except FileExistsError:
        return
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _load(path: Path) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        if not is_private(path):
            raise refuse(
                "Others can read the key that signs checkpoints; it was not used.",
                str(path),
                f"Close it with: chmod 600 {path}",
            )
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            f"The key that signs checkpoints can't be read: {error.strerror}.",
            str(path),
            "Check its permissions.",
        ) from None
    try:
        key: Any = load_pem_private_key(data, None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise refuse("This is not a key that signs checkpoints.", str(path), "It is an Ed25519 key, as PEM.")
    return key


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes_raw()


def _known_path() -> Path:
    return config_folder() / "known-keys.txt"


def _open_private(path: Path, more: int) -> int:
    make_folder(path.parent)
    return open_private(path, os.O_WRONLY | os.O_CREAT | more)


def _unwritten(path: Path, error: OSError) -> Refused:
    return refuse(
        f"The key that signs checkpoints can't be kept here: {error.strerror}.",
        str(path),
        "Check the folder's permissions, or name a file with IMR_KEY.",
    )
