"""What looks odd at the end of a log: reviews that stop in the middle, and ends that no checkpoint covers."""

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
_UNSEALED = f"""SELECT session, seq, kind FROM event
WHERE id > (SELECT max(size) FROM checkpoint) AND kind IN ({", ".join(f"'{kind}'" for kind in sorted(MARKS))})
ORDER BY id LIMIT {_MOST + 1}"""
_SIGNED = "SELECT 1 FROM event WHERE session = ? AND kind IN ('session.signed', 'session.declined')"


def loose_ends(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each review that stops in the middle, and for each end that should have a checkpoint."""
    yield from _unfinished(connection)
    yield from _unsealed(connection)


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
