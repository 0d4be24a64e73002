"""A copy of the log that is whole even while a review goes on, and is proven before anyone relies on it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from assistant.core.problem import Refused, refuse
from assistant.log.opening import open_reader
from assistant.log.place import existing_log, make_file, sync_folder, true_path
from assistant.log.refusal import DAMAGE, broken
from assistant.log.verify import Verification, verify


def backup(log_path: Path, dest: Path) -> Verification:
    """Copies the log to the new file `dest` (mode 0600) and says whether the copy verifies.

    Through SQLite's online backup, in one step, so entries being written meanwhile are in it wholly
    or not at all. An existing `dest` raises `Refused`; nothing is left behind when copying fails.
    """
    source = existing_log(log_path)
    target = true_path(dest)
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-journal")):
        if name.exists():
            raise refuse(
                "This file is already there; a backup never replaces one.", str(name), "Name a new one."
            )
    if not target.parent.is_dir():
        raise refuse("The folder for the backup does not exist.", str(target.parent), "Make it first.")
    origin = open_reader(source)
    try:
        if not make_file(target):
            raise refuse(
                "This file is already there; a backup never replaces one.", str(dest), "Name a new one."
            )
        try:
            copy = sqlite3.connect(target)
            try:
                copy.execute("PRAGMA synchronous = FULL")
                origin.backup(copy)
            finally:
                copy.close()
        except DAMAGE as error:
            _remove(target)
            raise _failed(target, error) from None
        except BaseException:
            _remove(target)
            raise
    finally:
        origin.close()
    sync_folder(target.parent)
    return verify(target)


def _failed(target: Path, error: Exception) -> Refused:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return refuse(
            "The disk is full; no backup was made.", str(target), "Free some space, or use another disk."
        )
    return broken(target, error)


def _remove(target: Path) -> None:
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-shm"), Path(f"{target}-journal")):
        name.unlink(missing_ok=True)
