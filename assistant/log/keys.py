"""The key that signs checkpoints: an Ed25519 key in a file of its own, outside the log, closed to others.

It lies in the folder of the reviewer's profile, or where `IMR_KEY` says. Whoever has it can sign a log that
was written anew, so it proves that a log was not changed by those who have not.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.core.frozen import dataclass
from assistant.core.problem import Refused, refuse
from assistant.core.signed_note import (
    Checkpoint,
    VerifierKey,
    checkpoint_text,
    read_checkpoint,
    read_note,
    signed,
    signers,
)
from assistant.log.place import PRIVATE_FILE, make_folder, sync_folder

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "imr-log/"
"""What the origin of a checkpoint begins with; the random name of the log follows."""


def config_folder() -> Path:
    """The folder of the reviewer's profile."""
    from assistant.reviewer import profile_path

    return profile_path().parent


def key_path() -> Path:
    """Where the key lies: `IMR_KEY` names another file."""
    if named := os.environ.get("IMR_KEY"):
        return Path(named).expanduser()
    return config_folder() / "log-key.pem"


@dataclass(frozen=True)
class Signer:
    """What signs for one log: its verifier key, and the private half."""

    key: VerifierKey
    private: Ed25519PrivateKey

    def sign(self, head: Checkpoint) -> str:
        """The checkpoint as a signed note."""
        text = checkpoint_text(head)
        return signed(text, self.key, self.private.sign(text.encode("utf-8")))


def signer(origin: str, new: bool = False) -> Signer:
    """What signs for the log with this origin; raises `Refused` where the key can't be had.

    A key in the usual place is made when it is first needed; one that `IMR_KEY` names only when `new`,
    since the medium that it lies on may not be there now. No key is ever replaced.
    """
    path = key_path()
    if new and path.exists():
        raise refuse("There is a key already; it is never replaced.", str(path), "Move it away first.")
    _need_library()
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


def _need_library() -> None:
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError as error:
        raise refuse(
            f"No checkpoint can be signed: {error}.", "", "Install it: pip install cryptography"
        ) from None


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
        with open(_open_private(_known_path(), os.O_APPEND), "a", encoding="ascii") as file:
            file.write(f"\n{base64.b64encode(key.public).decode()}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _unwritten(_known_path(), error) from None
    sync_folder(_known_path().parent)


def signer_of(note: str, keys: Sequence[VerifierKey] = ()) -> VerifierKey:
    """The key that signed a checkpoint, among `keys` and those made here; raises `Refused` if it is none of them."""
    origin = read_checkpoint(note).origin
    found = signers(read_note(note), [*keys, *own_keys(origin)], holds)
    if not found:
        raise refuse(
            "The key that signed this checkpoint is not known here.",
            origin,
            "Name it with --key, or sign a new one with `imr log checkpoint`.",
        )
    return found[0]


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
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
        if os.name != "nt" and path.stat().st_mode & 0o077:
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
    return os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | more, PRIVATE_FILE)


def _unwritten(path: Path, error: OSError) -> Refused:
    return refuse(
        f"The key that signs checkpoints can't be kept here: {error.strerror}.",
        str(path),
        "Check the folder's permissions, or name a file with IMR_KEY.",
    )
