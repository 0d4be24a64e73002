"""How a log is opened: made if need be, its format and fences checked, before anything is read from it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from assistant.core.problem import refuse
from assistant.log.connection import (
    allow_only_inserts,
    check_fences,
    check_identity,
    connect_reader,
    connect_writer,
    set_durable,
)
from assistant.log.place import PRIVATE_FILE, make_file, sync_folder
from assistant.log.refusal import DAMAGE, broken
from assistant.log.rollback import refuse_rollback
from assistant.log.schema import FORMAT


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection to the log at `path` that can't change it; what is no log of ours is `Refused`."""
    try:
        connection = connect_reader(path)
    except DAMAGE as error:
        raise broken(path, error) from None
    try:
        if not check_identity(connection, path):
            raise refuse("This decision log is still empty.", str(path), "Begin with `imr review`.")
    except DAMAGE as error:
        connection.close()
        raise broken(path, error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def open_writer(path: Path, older: bool = False) -> sqlite3.Connection:
    """A connection that can read and insert; makes the file if it is missing. Only inside a `WriteTurn`.

    A log that does not continue the checkpoint held of it is `Refused`, unless `older` is allowed.
    """
    made = make_file(path)
    connection = None
    try:
        connection = connect_writer(path)
        current = check_identity(connection, path) == FORMAT
        if not made:
            _close_to_others(path)
        set_durable(connection, path)
        if not current:
            from assistant.log.migrations import bring_up_to_date

            bring_up_to_date(connection)
            sync_folder(path.parent)
        check_fences(connection, path)
        if not (made or older):
            refuse_rollback(connection, path)
        allow_only_inserts(connection)
    except DAMAGE as error:
        if connection is not None:
            connection.close()
        raise broken(path, error) from None
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return connection


def _close_to_others(path: Path) -> None:
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        try:
            if name.stat().st_mode & 0o077:
                name.chmod(PRIVATE_FILE)
        except OSError:
            continue
