"""Whether a decision log is what the program wrote, in five separate verdicts, and what that can't prove.

A log that passes may still lack its newest entries, or have been written anew as a whole: only a
checkpoint held by somebody else would show that. The result says so each time.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from assistant.core.chain import root
from assistant.core.problem import Refused
from assistant.log.connection import check_identity, connect_reader
from assistant.log.place import existing_log
from assistant.log.refusal import DAMAGE, unless_damage, words
from assistant.log.schema import APPLICATION_ID, FORMAT, SCHEMA, differences
from assistant.log.walk import Break, Walk

NOT_PROVEN = (
    "That the newest entries were not cut off, that no whole session was taken out, and that the log was "
    "not replaced by an older copy, put in another order or written anew: that takes a checkpoint held by "
    "somebody else, and none has been made.",
    "That the times are right: they are what the clock of the computer said.",
    "That the person named in an entry was at the keyboard: entries are not signed by a key.",
    "That nothing was left out: a step that was never logged leaves no trace.",
    "The media type noted beside a stored file; its bytes are proven, its label is not.",
)


@dataclass(frozen=True)
class Verdict:
    """One answer: `ok` is True, False, or None for what could not be decided; `says` gives it in words."""

    ok: bool | None
    says: str


@dataclass(frozen=True)
class Verification:
    """What `verify` found. `verdicts` are chain, tree, coverage, database and artifacts, by name."""

    ok: bool
    events: int
    sessions: int
    verdicts: dict[str, Verdict]
    first_break: Break | None
    not_proven: list[str]

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log verify --json`."""
        return asdict(self)


def verify(path: Path) -> Verification:
    """Reads the whole log at `path` and says what holds; never changes it.

    A missing file, a folder, a log of a newer version, and one that can't be read because of the disk or
    its rights raise `Refused`; damage is part of the result.
    """
    true = existing_log(path)
    try:
        connection = connect_reader(true)
    except DAMAGE as error:
        unless_damage(true, error)
        return _unreadable(f"SQLite can't open the file: {words(error)}")
    try:
        connection.execute("BEGIN")
        _refuse_newer(connection, true)
        return _verify(connection, true)
    finally:
        connection.close()


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
    except DAMAGE as error:
        unless_damage(path, error)
        return
    if application == APPLICATION_ID and version > FORMAT:
        check_identity(connection, path)


def _verify(connection: sqlite3.Connection, path: Path) -> Verification:
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    database = _database(connection, path)
    texts: set[str] = set()
    lost = ""
    try:
        for commitment, salt, body in connection.execute(
            "SELECT commitment, salt, CAST(body AS BLOB) FROM blob"
        ):
            if isinstance(salt, bytes) and isinstance(body, bytes):
                digest = hmac.digest(salt, body, "sha256").hex()
                if digest == commitment:
                    texts.add(digest)
    except DAMAGE as error:
        unless_damage(path, error)
        lost = f"texts can't be read: {words(error)}"
    walk = Walk(connection, texts)
    head = b""
    try:
        head = root(walk)
    except DAMAGE as error:
        unless_damage(path, error)
        lost = lost or f"entries after number {walk.events} of the log can't be read: {words(error)}"
    if walk.first_break is not None:
        at = walk.first_break
        more = f", and {walk.breaks - 1} more" if walk.breaks > 1 else ""
        chain = Verdict(False, f"session {at.session}, entry {at.seq}: {at.what}{more}")
    elif lost:
        chain = Verdict(False, lost)
    else:
        chain = Verdict(
            True, f"{walk.events} entries of {len(walk.heads)} sessions hash and link as they should"
        )
    verdicts = {
        "chain": chain,
        "tree": _tree(connection, path, head, walk.events),
        "coverage": Verdict(
            None, f"{walk.events} entries after the last checkpoint held elsewhere: all of them"
        ),
        "database": database,
        "artifacts": _artifacts(connection, path, walk.pins),
    }
    return Verification(
        ok=all(verdict.ok is not False for verdict in verdicts.values()),
        events=walk.events,
        sessions=len(walk.heads),
        verdicts=verdicts,
        first_break=walk.first_break,
        not_proven=list(NOT_PROVEN),
    )


def _database(connection: sqlite3.Connection, path: Path) -> Verdict:
    try:
        if not check_identity(connection, path):
            return Verdict(False, "the file is empty or unfinished: it has no log in it")
        broken, foreign = differences(connection)
        wrong = broken + [f"there is something that does not belong to the log: {name}" for name in foreign]
        rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
        if rows != ["ok"]:
            wrong += [f"SQLite's integrity check: {row}" for row in rows]
    except Refused as refusal:
        return Verdict(False, " ".join(problem.what for problem in refusal.problems))
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"the file is damaged: {words(error)}")
    if wrong:
        return Verdict(False, "; ".join(wrong))
    return Verdict(
        True, f"SQLite's integrity check passed; all {len(SCHEMA)} tables, indexes and triggers are in place"
    )


def _tree(connection: sqlite3.Connection, path: Path, head: bytes, events: int) -> Verdict:
    if not head:
        return Verdict(None, "the root can't be computed, since not all entries can be read")
    try:
        (notes,) = connection.execute("SELECT count(*) FROM checkpoint").fetchone()
    except DAMAGE as error:
        unless_damage(path, error)
        notes = 0
    said = "checkpoints can't be checked by this version" if notes else "no checkpoint has been made"
    return Verdict(None, f"root {head.hex()} over {events} entries; {said}")


def _artifacts(connection: sqlite3.Connection, path: Path, pins: dict[str, str]) -> Verdict:
    held, wrong = set(), []
    try:
        for name, body in connection.execute("SELECT hash, body FROM artifact"):
            if isinstance(body, bytes) and hashlib.sha256(body).hexdigest() == name:
                held.add(name)
            else:
                wrong.append(f"the stored file {str(name)[:12]} was changed")
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"stored files can't be read: {words(error)}")
    wrong += [
        f"the file {hash[:12]}, on which session {session} rests, is missing"
        for hash, session in pins.items()
        if hash not in held
    ]
    if wrong:
        return Verdict(False, "; ".join(wrong[:10]))
    return Verdict(True, f"{len(held)} stored files have their hashes; {len(pins)} are rested on by sessions")


def _unreadable(why: str) -> Verification:
    unknown = Verdict(None, "not looked at, since the file can't be opened")
    verdicts = dict.fromkeys(("chain", "tree", "coverage", "artifacts"), unknown)
    verdicts["database"] = Verdict(False, why)
    return Verification(False, 0, 0, verdicts, None, list(NOT_PROVEN))
