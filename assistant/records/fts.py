"""Where an index is kept: in memory for a small case file, in the user's cache folder for a large one."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from pathlib import Path

from assistant.core import sentence
from assistant.records import index_table, window
from assistant.records.index_table import build

LARGE = 1_000_000
"""Characters from which an index is kept on disk."""
MOST_KEPT = 12
_FOLDER = "record-index"
_STALE = 24 * 3600
"""Seconds after which a half-made file is nobody's any more."""
_MADE_BY = (sentence, window, index_table)
"""The modules that say what is in an index; one that others made is not opened."""


def cache_folder() -> Path:
    """The folder of kept indexes, in `IMR_CACHE` or the program's own folder in the user's cache."""
    named = os.environ.get("IMR_CACHE")
    if named:
        return Path(named).expanduser() / _FOLDER
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("imr-assistant", appauthor=False)) / _FOLDER


def open_index(pages: Sequence[str]) -> sqlite3.Connection:
    """The tables over these pages: those that were kept, or made now."""
    if sum(map(len, pages)) >= LARGE:
        with suppress(OSError, sqlite3.Error):
            return _kept(pages, cache_folder())
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    build(connection, pages)
    return connection


def _kept(pages: Sequence[str], folder: Path) -> sqlite3.Connection:
    """Raises `OSError` or `sqlite3.Error` where the folder can't be used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_own(folder)
    key = content_key(pages)
    for file in sorted(folder.glob(f"{key}-*.sqlite")):
        if file.stem == f"{key}-{_file_hash(file)}":
            with suppress(OSError):
                os.utime(file)
            return _read_only(file)
        file.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{key}.", suffix=".part", dir=folder)
    part = Path(name)
    try:
        os.close(descriptor)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF").fetchall()
            connection.execute("PRAGMA synchronous = OFF")
            build(connection, pages)
        with open(part, "rb+") as made:
            os.fsync(made.fileno())
        file = folder / f"{key}-{_file_hash(part)}.sqlite"
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    _clear(folder)
    return _read_only(file)


def _check_own(folder: Path) -> None:
    """Raises `PermissionError` where others could put an index into the folder."""
    held = folder.stat()
    if hasattr(os, "getuid") and (held.st_uid != os.getuid() or held.st_mode & 0o022):
        raise PermissionError(str(folder))


def content_key(pages: Sequence[str]) -> str:
    """What an index is known by: its pages, its form, and the SQLite that made it."""
    made = hashlib.sha256(sqlite3.sqlite_version.encode())
    for module in _MADE_BY:
        made.update(Path(str(module.__file__)).read_bytes())
    for page in pages:
        data = page.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()[:32]


def _file_hash(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:32]


def _read_only(file: Path) -> sqlite3.Connection:
    uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _clear(folder: Path) -> None:
    """Removes the indexes that were used longest ago, and what was left half made."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime, reverse=True)
        stale = [part for part in folder.glob("*.part") if part.stat().st_mtime < time.time() - _STALE]
        for file in (*files[MOST_KEPT:], *stale):
            file.unlink(missing_ok=True)
