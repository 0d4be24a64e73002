"""What looks odd in a log though it breaks nothing: times that go back, logs that were accepted, and reviews that stop in the middle."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from assistant.core.text import counted
from assistant.log.checkpoint import MARKS

# What looks odd in the times of a log, though it breaks nothing: the clock of a computer is only a claim.


_ENTRY = "SELECT entry FROM event WHERE id = ?"
MOST = 10
"""How many notes of one kind are written out."""


def set_back(connection: sqlite3.Connection, places: Iterable[tuple[int, str, str]]) -> Iterator[str]:
    """A sentence for each place (id, time stated before, time stated) where the time stated goes back."""
    for number, (id, before, now) in enumerate(places):
        if number == MOST:
            yield "Times go back in more places than these."
            return
        this, last = _fields(connection, id), _fields(connection, id - 1)
        yield (
            f"Entry {this.get('seq')} of session {this.get('session')} (number {id} of the log) is stated at {now}, "
            f"and the entry before it in the log at {before}: the clock was set back, or the entry was dated "
            f"back.{_monotonic(last, this)}"
        )


def accepted(connection: sqlite3.Connection, places: Iterable[int]) -> Iterator[str]:
    """A sentence for each entry that accepted an older or another log."""
    for id in places:
        fields = _fields(connection, id)
        body = fields.get("body", {})
        yield (
            f"At {fields.get('ts')} {fields.get('actor')} accepted this log as it was found, with {body.get('size')} "
            f"entries, though the checkpoint held then was over {body.get('held_size')} entries of "
            f"{body.get('held_log')}. The reason: `imr log show {fields.get('session')}`."
        )


def _monotonic(last: dict[str, Any], this: dict[str, Any]) -> str:
    try:
        if last["boot"] != this["boot"]:
            return " The computer was started anew in between."
        seconds = (int(this["mono_ns"]) - int(last["mono_ns"])) / 1e9
    except (KeyError, ValueError, TypeError):
        return ""
    if seconds < 0:
        return (
            " The computer's monotonic clock went back too, which it never does: this entry was made before the "
            "other one, or was not written by this program."
        )
    return f" By the computer's monotonic clock {seconds:,.0f} s passed in between."


def _fields(connection: sqlite3.Connection, id: int) -> dict[str, Any]:
    row = connection.execute(_ENTRY, (id,)).fetchone()
    try:
        fields = json.loads(row[0])
    except (ValueError, TypeError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {**fields, "body": fields["body"] if isinstance(fields.get("body"), dict) else {}}


# What looks odd at the end of a log: reviews that stop in the middle, and ends that no checkpoint covers.


LOOKED_AT = 1_000
"""How many of the newest entries are looked at: an end that was cut off stood after them."""

_MOST = 5
_ENDS = """SELECT session, max(seq) FROM (SELECT session, seq FROM event ORDER BY id DESC LIMIT ?)
GROUP BY session ORDER BY max(seq)"""
_OPENED = "SELECT kind FROM event WHERE session = ? AND seq = 1"
_LAST = "SELECT kind FROM event WHERE session = ? AND seq = ?"
_UNSEALED = f"""SELECT session, seq, kind FROM event
WHERE id > (SELECT max(size) FROM checkpoint) AND kind IN ({", ".join(f"'{kind}'" for kind in sorted(MARKS))})
ORDER BY id LIMIT {_MOST + 1}"""
_LOGGED_WITH = """SELECT e.session, e.seq, (SELECT max(o.id) FROM event AS o WHERE o.session = e.session AND o.ts = e.ts)
FROM event AS e WHERE e.id = ?"""
_SIGNED = "SELECT 1 FROM event WHERE session = ? AND kind IN ('session.signed', 'session.declined')"


def loose_ends(connection: sqlite3.Connection, ends: Iterable[int], sizes: Container[int]) -> Iterator[str]:
    """A sentence for each review that stops in the middle, and for ends that should have a checkpoint.

    `ends` are the ids of entries with which one is made, `sizes` those of the checkpoints in the log.
    """
    yield from _unfinished(connection)
    yield from _unsealed(connection)
    yield from _taken_out(connection, [id for id in ends if id not in sizes], sizes)


def _taken_out(connection: sqlite3.Connection, ends: Sequence[int], sizes: Container[int]) -> Iterator[str]:
    """A sentence for the ends before the newest checkpoint that have none of their own."""
    (newest,) = connection.execute("SELECT coalesce(max(size), 0) FROM checkpoint").fetchone()
    lacking = []
    for id in ends:
        row = connection.execute(_LOGGED_WITH, (id,)).fetchone() if id < newest else None
        if row is not None and row[2] not in sizes:
            lacking.append(row)
    if lacking:
        session, seq, _ = lacking[0]
        more = f", and for {counted(len(lacking) - 1, 'end')} more of reviews" if len(lacking) > 1 else ""
        yield (
            f"There is no checkpoint for entry {seq} of session {session}{more}, though one is signed with each: the key "
            "was not there, or the checkpoint was taken out."
        )


def _unfinished(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each review among the newest entries that was neither parked, signed nor declined."""
    count = 0
    for session, seq in connection.execute(_ENDS, (LOOKED_AT,)).fetchall():
        opened = connection.execute(_OPENED, (session,)).fetchone()
        last = connection.execute(_LAST, (session, seq)).fetchone()
        if opened is None or last is None or opened[0] != "session.opened" or last[0] in MARKS:
            continue
        if connection.execute(_SIGNED, (session,)).fetchone():
            continue
        count += 1
        if count > _MOST:
            yield "More reviews stop so."
            return
        yield (
            f"Session {session} stops at entry {seq} ({last[0]}), neither parked, signed nor declined: it is at work "
            "now, the program was stopped, or its end was cut off."
        )


def _unsealed(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each end of a review after the last checkpoint: one is made with each, where there is a key."""
    for number, (session, seq, kind) in enumerate(connection.execute(_UNSEALED).fetchall()):
        if number == _MOST:
            yield "More reviews end so."
            return
        yield (
            f"Entry {seq} of session {session} ({kind}) is covered by no checkpoint in the log, though one is signed "
            "with each such entry: the key was not there, or the checkpoint was taken out, or the entry was not "
            "logged by this program."
        )
