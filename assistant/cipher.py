"""The log encrypted where it lies, by SQLCipher, where its library is installed: every SQLite file of the program under one key.

`IMR_LOG_KEY` names the file with the key; then SQLCipher stands in the place of Python's SQLite, for all files, before
anything has opened one. So reports' tables, indexes and reading copies are encrypted as the log is, and every command
stays what it is. Without that variable nothing here is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from collections.abc import Callable
from getpass import getpass
from pathlib import Path
from types import ModuleType
from typing import Any

VARIABLE = "IMR_LOG_KEY"
PASSPHRASE = "IMR_LOG_PASSPHRASE"
"""Where the passphrase of a key stands, where nobody can be asked."""

INSTALL = "pip install 'imr-assistant[cipher]'"
_LENGTH = 32
_COST = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**27}


class Unfit(Exception):
    """Why no log can be opened with the key that was named, in words."""


def install() -> None:
    """Puts SQLCipher in the place of SQLite, with the key that was named; ends the program with words where it can't."""
    try:
        put_in_place(read_key(Path(os.environ[VARIABLE]).expanduser()))
    except Unfit as why:
        sys.stderr.write(f"imr: {why}\n")
        raise SystemExit(2) from None


def put_in_place(key: bytes) -> None:
    """Every connection that is made from here on has this key, but those to no file."""
    library = _library()
    made = ModuleType("sqlite3")
    made.__dict__.update({name: value for name, value in vars(library).items() if not name.startswith("__")})
    pragma = f"PRAGMA key = \"x'{key.hex()}'\""

    def connect(database: Any, *args: Any, **named: Any) -> Any:
        connection = library.connect(database, *args, **named)
        if str(database) != ":memory:":
            connection.execute(
                "PRAGMA cipher_log_level = NONE"
            )  # a wrong key is told by whoever opens the file
            connection.execute(pragma)
        return connection

    made.__dict__.update({"connect": connect, "KEY": f"x'{key.hex()}'"})
    sys.modules["sqlite3"] = sys.modules["sqlite3.dbapi2"] = made


def _library() -> Any:
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        raise Unfit(
            f"{VARIABLE} asks for an encrypted log, and the library for it is not installed. Install it with: {INSTALL}"
        ) from None
    return dbapi2


# The key: 32 bytes by chance in a file of its owner's, closed with a passphrase or not.


def read_key(file: Path, ask: Callable[[], str] | None = None) -> bytes:
    """The key in a file; a closed one is opened with the passphrase of the variable, or of whoever is asked."""
    try:
        said = json.loads(file.read_text("utf-8"))
        salt, held, closed = bytes.fromhex(said["salt"]), bytes.fromhex(said["key"]), said["closed"] is True
    except FileNotFoundError:
        raise Unfit(f"{file}: There is no such file. `imr log encrypt` makes a key.") from None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        said, salt, held, closed = {}, b"", b"", False
    if len(held) != _LENGTH:  # SQLCipher would take another one for a passphrase, and none for no key
        raise Unfit(f"{file}: This is no key of a log. Name the one that `imr log encrypt` made.") from None
    key = _opened(held, salt, os.environ.get(PASSPHRASE) or (ask or _ask)()) if closed else held
    if hashlib.sha256(b"imr" + key).hexdigest() != said.get("check"):
        wrong = "not the passphrase of this key" if closed else "a key that was changed"
        raise Unfit(f"{file}: This is {wrong}.")
    return key


def _ask() -> str:
    if not sys.stdin.isatty():
        raise Unfit(
            f"The key of the log is closed. Name its passphrase in {PASSPHRASE}, where nobody can be asked."
        )
    os.environ[PASSPHRASE] = said = getpass("Passphrase of the log's key: ")  # for what this starts as well
    return said


def new_key(passphrase: str = "") -> tuple[bytes, bytes]:
    """A new key, and the bytes of its file."""
    key, salt = secrets.token_bytes(_LENGTH), secrets.token_bytes(32)
    held = _opened(key, salt, passphrase) if passphrase else key
    check = hashlib.sha256(b"imr" + key).hexdigest()
    said = {"closed": bool(passphrase), "salt": salt.hex(), "key": held.hex(), "check": check}
    return key, json.dumps(said, indent=1).encode() + b"\n"


def _opened(key: bytes, salt: bytes, passphrase: str) -> bytes:
    """A key closed with a passphrase, or opened again: all of it is covered by what scrypt makes of the passphrase."""
    pad = hashlib.scrypt(os.fsencode(passphrase), salt=salt, dklen=len(key), **_COST)
    return bytes(one ^ other for one, other in zip(key, pad, strict=True))


def encrypted_copy(source: Path, target: Path, key: bytes) -> None:
    """Writes the SQLite file `source`, which is in clear, to the new file `target` under a key."""
    connection = _library().connect(source)
    try:
        connection.execute("ATTACH ? AS made KEY ?", (str(target), f"x'{key.hex()}'"))
        connection.execute("SELECT sqlcipher_export('made')")
        for name in ("application_id", "user_version"):
            (value,) = connection.execute(f"PRAGMA main.{name}").fetchone()
            connection.execute(f"PRAGMA made.{name} = {value}")
        connection.execute("DETACH made")
    finally:
        connection.close()
