"""How the log's file is opened: with settings that make a returned append durable, or for reading only.

Every setting is made on each connection and read back, since SQLite ignores what it can't do. The
writing connection also has an authorizer: from then on it can read, and insert, and nothing else.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from assistant.core.problem import refuse
from assistant.log.lock import QUEUES_WRITERS
from assistant.log.refusal import foreign
from assistant.log.schema import APPLICATION_ID, FORMAT, TABLES, differences

BUSY_MS = 5_000
"""Milliseconds that SQLite waits for the locks of programs that don't take turns with us."""

_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_RECURSIVE,
}


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """Whether this SQLite can damage a WAL under two writers: 3.7.0 to 3.51.2, save 3.44.6+ and 3.50.7+."""
    fixed_since = {44: 6, 50: 7}.get(version[1])
    if version[0] == 3 and fixed_since is not None and version[2] >= fixed_since:
        return False
    return (3, 7, 0) <= version <= (3, 51, 2)


def journal() -> tuple[str, str, int]:
    """The journal mode and the value of `synchronous` (its name and number) that are durable here."""
    if QUEUES_WRITERS or not has_wal_reset_bug(sqlite3.sqlite_version_info):
        return "wal", "FULL", 2
    return "delete", "EXTRA", 3


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection that can still do everything; only to be used inside a `WriteTurn`."""
    return _connect(path, "rw")


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't change the file; its schema has been read once, or one of `DAMAGE` raised.

    On a medium that can't be written to, a log that nobody is writing is opened as unchanging.
    """
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        wal = Path(f"{path}-wal")
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or (
            wal.exists() and wal.stat().st_size
        ):
            raise
        connection = _connect(path, "ro", "&immutable=1")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
    except BaseException:
        connection.close()
        raise
    return connection


def set_durable(connection: sqlite3.Connection, path: Path) -> None:
    """Makes COMMIT return only when the entry is on the disk; a file that can't do so is `Refused`."""
    mode, synchronous, number = journal()
    settings = {
        "journal_mode": (mode, mode),
        "synchronous": (synchronous, number),
        "fullfsync": ("ON", 1),
        "checkpoint_fullfsync": ("ON", 1),
        "recursive_triggers": ("ON", 1),
        "cell_size_check": ("ON", 1),
        "mmap_size": ("0", 0),
    }
    for name, (value, _) in settings.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
    for name, (_, expected) in settings.items():
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is not None and row[0] != expected:
            raise refuse(
                f"The decision log can't be kept safely here: {name} is {row[0]}, not {expected}.",
                str(path),
                "Keep it on a disk of this computer, not on a network drive.",
            )


def check_identity(connection: sqlite3.Connection, path: Path) -> int:
    """The format of the log in the file: `FORMAT`, an older one, or 0 for an empty file.

    A file of another program, and one of a newer version of this, raises `Refused`.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == 0 and version == 0:
        (objects,) = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE tbl_name != '_sqlite_migrations'"
        ).fetchone()
        if not objects:  # also where the power failed before the first migration was done
            return 0
    if application != APPLICATION_ID:
        raise foreign(path)
    if version > FORMAT:
        raise refuse(
            f"This log was made by a newer version of the program (format {version}; "
            f"this version knows {FORMAT}).",
            str(path),
            "Update the program.",
        )
    return max(int(version), 0)


def check_fences(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `Refused` when what keeps the log append-only is missing or was changed."""
    wrong, _ = differences(connection)
    if wrong:
        raise refuse(
            f"What keeps this log append-only was changed: {'; '.join(wrong)}.",
            str(path),
            "Nothing more is written to it. Run `imr log verify`, and go back to a backup.",
        )


def allow_only_inserts(connection: sqlite3.Connection) -> None:
    """From here on the connection can read, insert into the log's tables, and nothing else."""

    def authorize(
        action: int, first: str | None, _second: str | None, _schema: str | None, _inner: str | None
    ) -> int:
        if action in _ALLOWED or (action == sqlite3.SQLITE_INSERT and first in TABLES):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(authorize)


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}{more}"
    if os.name != "nt" and not os.access(path, os.W_OK if mode == "rw" else os.R_OK):
        raise refuse(
            f"You may not {'write to' if mode == 'rw' else 'read'} this file.",
            str(path),
            "Check its permissions, or name another log with --log.",
        )
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return connection
