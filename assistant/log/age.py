"""What leaves the log, sealed to the keys of those who may open it: age files (https://age-encryption.org/v1), by a library.

Any program that knows the format opens them. No key is made or kept here; whoever is to open a file gives the public
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.files import make_file, sync_folder, taken
from assistant.library import read_text
from assistant.log.checkpoint import present_log
from assistant.log.consistency import backup
from assistant.log.verify_entries import Verification


def recipients(keys: Sequence[str]) -> list[Any]:
    """The public keys (`age1...`, or an SSH key) to seal to; raises `Refused` for what is none."""
    pyrage = _library()
    found = []
    for key in keys:
        read = pyrage.ssh if key.startswith("ssh-") else pyrage.x25519
        try:
            found.append(read.Recipient.from_str(key.strip()))
        except pyrage.RecipientError:
            raise refuse(
                "This is no public key of age or SSH.",
                one_line(key, 80),
                "It looks like age1... ; `age-keygen` makes one.",
            ) from None
    return found


def sealed(data: bytes, keys: Sequence[str]) -> bytes:
    """The bytes of an age file that those keys open; the bytes as they are where no key is named."""
    return bytes(_library().encrypt(data, recipients(keys))) if keys else data


def sealed_backup(log: Path, dest: Path, keys: Sequence[str]) -> Verification:
    """A backup of a log that is verified, then sealed into the new file `dest`; in clear it lies beside the log only, and not for long."""
    to = recipients(keys)
    clear = Path(f"{present_log(log)}.sealing")
    if not make_file(dest):
        raise taken(dest)
    try:
        found = backup(log, clear)
        _library().encrypt_file(str(clear), str(dest), to)
        sync_folder(dest.parent)
    except BaseException:
        dest.unlink(missing_ok=True)
        raise
    finally:
        for beside in ("", "-wal", "-shm", "-journal"):
            Path(f"{clear}{beside}").unlink(missing_ok=True)
    return found


def unseal(file: Path, dest: Path, identity: Path) -> None:
    """Opens an age file with the secret keys in `identity` into the new file `dest`."""
    pyrage = _library()
    text = read_text(identity)
    try:
        lines = [one.strip() for one in text.splitlines() if one.strip().startswith("AGE-SECRET-KEY-")]
        keys = [pyrage.x25519.Identity.from_str(one) for one in lines] or [
            pyrage.ssh.Identity.from_buffer(text.encode())
        ]
    except pyrage.IdentityError:
        raise refuse(
            "This file holds no secret key of age or SSH.", str(identity), "Name the key's file."
        ) from None
    if not make_file(dest):
        raise taken(dest)
    try:
        pyrage.decrypt_file(str(file), str(dest), keys)
    except (pyrage.DecryptError, OSError) as error:
        dest.unlink(missing_ok=True)
        raise refuse(
            f"It can't be opened: {one_line(str(error), 120)}.",
            str(file),
            "Is it sealed to this key, and whole?",
        ) from None


def _library() -> Any:
    try:
        import pyrage
    except ImportError:
        raise refuse(
            "Sealing needs a library for age files, which is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[seal]'",
        ) from None
    return pyrage
