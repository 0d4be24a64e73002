"""What a log's file has besides its entries: SQLite's own structure, the fences, and the stored files."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from assistant.core.problem import Refused
from assistant.log.connection import check_identity, connect_reader
from assistant.log.refusal import DAMAGE, unless_damage, words
from assistant.log.schema import differences, schema_of
from assistant.log.verdict import Verdict, counted
from assistant.log.walk import Break

CACHE_KIB = 65_536
"""Memory for the pages of a file that is read as a whole, in KiB."""


def integrity(path: Path) -> Verdict:
    """SQLite's own check of its pages and indexes, on a connection of its own."""
    try:
        connection = connect_reader(path)
        try:
            if not check_identity(connection, path):
                return Verdict(False, "the file is empty or unfinished: it has no log in it")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
        finally:
            connection.close()
    except Refused as refusal:
        return Verdict(False, " ".join(problem.what for problem in refusal.problems))
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"the file is damaged: {words(error)}")
    if rows != ["ok"]:
        return Verdict(False, "; ".join(f"SQLite's integrity check: {row}" for row in rows))
    return Verdict(True, "SQLite's integrity check passed")


def fences(connection: sqlite3.Connection, path: Path, version: int) -> Verdict:
    """Whether all that keeps the log append-only is in place, word for word, and nothing else is."""
    try:
        broken, foreign = differences(connection, version)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"the schema can't be read: {words(error)}")
    wrong = broken + [f"there is something that does not belong to the log: {name}" for name in foreign]
    if wrong:
        return Verdict(False, "; ".join(wrong))
    return Verdict(True, f"all {len(schema_of(version))} tables, indexes and triggers are in place")


def artifacts(
    connection: sqlite3.Connection, path: Path, pins: Mapping[str, tuple[str, int]]
) -> tuple[Verdict, Break | None]:
    """Whether every stored file has its hash, and every one of `pins` (hash -> where first) is there.

    With the first entry that rests on one that isn't.
    """
    held, changed = set(), []
    try:
        for name, body in connection.execute("SELECT hash, body FROM artifact"):
            if isinstance(body, bytes) and hashlib.sha256(body).hexdigest() == name:
                held.add(name)
            else:
                changed.append(str(name))
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"stored files can't be read: {words(error)}"), None
    wrong = [f"the stored file {name[:12]} was changed" for name in changed if name not in pins]
    first = None
    for hash, (session, seq) in pins.items():
        if hash not in held:
            how = "was changed" if hash in changed else "is missing"
            what = f"the file {hash[:12]}, on which session {session} rests, {how}"
            wrong.append(what)
            first = first or Break(session, seq, what)
    if wrong:
        return Verdict(False, "; ".join(wrong[:10])), first
    says = f"{counted(len(held), 'stored file')} with their hashes; sessions rest on {len(pins)}"
    return Verdict(True, says), None
