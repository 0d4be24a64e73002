"""A text that must go: its words and their salt leave the log's file for good, its commitment stays, and who and why is logged.

First the log says so (`access.redacted`), then the words go; whoever is cut off in between runs it again. SQLite
keeps what was deleted in free pages, in the write-ahead log, and where pages were split, so the whole file is written
anew.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.core.access_events import TextRedacted
from assistant.core.events import SessionSigned
from assistant.core.problem import in_words, reason, refuse
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.files import WriteTurn, sync_folder
from assistant.log import access
from assistant.log.checkpoint import origin_of, present_log
from assistant.log.consistency import backup
from assistant.log.database import TRIGGERS, check_fences, connect_writer
from assistant.log.entry import Entry, texts_in
from assistant.log.errors import DAMAGE, broken
from assistant.log.holds import holds_of, refuse_held
from assistant.log.projection import forget
from assistant.log.store import Log, open_reader, stated_as_redacted

_ENTRY = "SELECT entry FROM event WHERE session = ? AND seq = ?"
_THERE = "SELECT body FROM blob WHERE commitment = ?"
_ALIKE = "SELECT commitment FROM blob WHERE body = ?"


class Redacted(Value):
    """What came of it: the session, whether it is signed and the log had said so already, and the entries that say the same words elsewhere."""

    session: str
    signed: bool
    again: bool
    alike: tuple[tuple[str, int, str], ...]
    backups: tuple[Path, ...]


def redact(
    path: Path, session: str, seq: int, field: str, why: str, backups: Sequence[Path] = ()
) -> Redacted:
    """Takes one text of an entry out of the log at `path`, its report tables and the named backups.

    Raises `Refused` before anything is changed where there is no such text, the session is at work in a window, or
    a backup is not one of this log.
    """
    true = present_log(path)
    why = reason(in_words(why, "The reason"), "The reason")
    with Log.open(true) as log:
        name = log.resolve(session)
        with log.hold(name):
            with closing(open_reader(true)) as connection:
                entries = log.read(name)
                refuse_held(holds_of(connection), name, entries[0].case)
                commitment = commitment_of(connection, name, seq, field)
                stated = commitment in stated_as_redacted(connection)
                origin = origin_of(connection)
                alike = said_elsewhere(connection, commitment)
            for one in backups:
                must_be_of(one, origin)
    if not stated:
        said = access.note(true, TextRedacted(name, seq, field, commitment, why))
        if said:
            raise refuse(f"Nothing was redacted. {said}", str(true))
    _take_out(true, commitment)
    forget(true)
    for one in backups:
        made_anew(true, one)
    return Redacted(name, is_signed(entries), stated, alike, tuple(backups))


def is_signed(entries: Sequence[Entry]) -> bool:
    """Whether a signature rests on a session's entries."""
    return any(one.kind == SessionSigned.kind for one in entries)


def commitment_of(connection: sqlite3.Connection, session: str, seq: int, field: str) -> str:
    """What an entry has in the place of one of its texts; `Refused` where it has none of this name."""
    where = f"session {session}, entry {seq}"
    row = connection.execute(_ENTRY, [session, seq]).fetchone()
    if row is None:
        raise refuse("There is no such entry.", where, "`imr log show` numbers the entries of a session.")
    texts = dict(texts_in(json.loads(row[0])["body"]))
    if field not in texts:
        known = ", ".join(map(one_line, texts)) or "none"
        raise refuse(f"This entry has no text `{one_line(field, 60)}`.", where, f"It has: {known}.")
    return texts[field]


def said_elsewhere(connection: sqlite3.Connection, commitment: str) -> tuple[tuple[str, int, str], ...]:
    """Where else the very same words stand: they are texts of their own, and stay."""
    words = connection.execute(_THERE, [commitment]).fetchone()
    if words is None:
        return ()
    alike = {str(one) for (one,) in connection.execute(_ALIKE, words)} - {commitment}
    found: list[tuple[str, int, str]] = []
    for one in sorted(alike):
        rows = connection.execute(
            "SELECT session, seq, entry FROM event WHERE instr(entry, CAST(? AS BLOB)) > 0", [one]
        )
        for session, seq, entry in rows:
            fields: Any = json.loads(entry)["body"]
            found += [(session, seq, field) for field, held in texts_in(fields) if held == one]
    return tuple(found)


def without_trace(path: Path, take_out: Callable[[sqlite3.Connection], None]) -> bool:
    """Takes something out of a log so that its file holds nothing of it; false where the file beside it still may.

    That is where another program is reading.
    """
    turn = WriteTurn(path)
    try:
        with turn, closing(connect_writer(path)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            connection.execute("PRAGMA synchronous = FULL")
            check_fences(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            take_out(connection)
            connection.execute("COMMIT")
            connection.execute("VACUUM")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except DAMAGE as error:
        raise broken(path, error) from None
    finally:
        turn.close()
    return not busy


def _take_out(path: Path, commitment: str) -> None:
    def text(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TRIGGER blob_delete")
        connection.execute("DELETE FROM blob WHERE commitment = ?", [commitment])
        connection.execute(TRIGGERS["blob_delete"])

    if not without_trace(path, text):
        raise refuse(
            "The words are out of the log, but the file beside it still holds them: another program is reading.",
            f"{path}-wal",
            "Close the other windows and run the same command again.",
        )


def must_be_of(path: Path, origin: str) -> None:
    """Refuses a backup that is none of the log with this origin."""
    with closing(open_reader(path)) as connection:
        if origin_of(connection) != origin:
            raise refuse(
                "This is a backup of another log; nothing was redacted.", str(path), "Name one of this log."
            )


def made_anew(log: Path, old: Path) -> None:
    """A backup of the log as it is now, in the place of an older one, whose bytes are written over."""
    fresh = old.with_name(f"{old.name}.new")
    found = backup(log, fresh)
    if not found.ok:
        raise refuse(
            "The new backup does not verify; the old one was left.", str(fresh), "Run `imr log verify`."
        )
    in_its_place(fresh, old)
    for beside in ("-wal", "-shm", "-journal", ".reports"):
        Path(f"{old}{beside}").unlink(missing_ok=True)


def in_its_place(fresh: Path, old: Path) -> None:
    """A file in the place of an older one, whose bytes are written over."""
    with old.open("r+b") as file:
        left = old.stat().st_size
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(old)
    sync_folder(old.absolute().parent)
