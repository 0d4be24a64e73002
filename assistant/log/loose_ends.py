"""Reviews that stop in the middle at the end of the log: at work, broken off, or cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from assistant.log.checkpoint import MARKS

LOOKED_AT = 1_000
"""How many of the newest entries are looked at: an end that was cut off stood after them."""

_MOST = 5
_ENDS = """SELECT session, max(seq) FROM (SELECT session, seq FROM event ORDER BY id DESC LIMIT ?)
GROUP BY session ORDER BY max(seq)"""
_OPENED = "SELECT kind FROM event WHERE session = ? AND seq = 1"
_LAST = "SELECT kind FROM event WHERE session = ? AND seq = ?"
_SIGNED = "SELECT 1 FROM event WHERE session = ? AND kind IN ('session.signed', 'session.declined')"


def loose_ends(connection: sqlite3.Connection) -> Iterator[str]:
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
