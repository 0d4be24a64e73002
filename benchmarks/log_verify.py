"""Verification of 6 million entries against fetching their rows alone; and the timeline of one session among them."""

from __future__ import annotations

import random
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from assistant.log import Log
from assistant.log.connection import connect_reader
from assistant.log.timeline import timeline
from assistant.log.verify import verify
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds

ROUNDS = 3
SESSIONS = 500
SHARE = 0.45
"""The part of the rate of fetching that verification has to reach."""

_ROWS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event ORDER BY id"


def run() -> list[Result]:
    """Fetching and verifying take turns; then sessions are drawn and read."""
    path = at_hand()
    fetched, verified = [], []
    _fetch(path)
    for _ in range(ROUNDS):
        fetched.append(_fetch(path))
        begun = time.perf_counter()
        found = verify(path)
        verified.append(time.perf_counter() - begun)
        if not found.ok:
            raise RuntimeError(f"The log does not verify: {found.verdicts}")
    rate = found.events / median(verified)
    lines = _timelines(path)
    return [
        Result(
            f"verify {found.events:,} entries against fetching them (at least {SHARE:.0%})",
            median(verified) / median(fetched),
            1 / SHARE,
            "x",
            f"{rate:,.0f} a second, {median(fetched) / median(verified):.0%} of"
            f" {found.events / median(fetched):,.0f}",
        ),
        Result("the timeline of one session", median(lines) * 1000, 1.0, " ms", milliseconds(lines)),
    ]


def _fetch(path: Path) -> float:
    """Seconds that SQLite and Python need to hand over every row, nothing being done with it."""
    begun = time.perf_counter()
    with closing(connect_reader(path)) as connection:
        for _ in connection.execute(_ROWS):
            pass
    return time.perf_counter() - begun


def _timelines(path: Path) -> list[float]:
    """Seconds of reading one session out of the log as its timeline, for sessions drawn at random."""
    chance = random.Random(1)
    with Log.open(path, write=False) as log:
        connection = log._connection
        (last,) = connection.execute("SELECT max(id) FROM event").fetchone()
        took = []
        for _ in range(SESSIONS):
            (session,) = connection.execute(
                "SELECT session FROM event WHERE id = ?", [chance.randint(1, last)]
            ).fetchone()
            begun = time.perf_counter()
            timeline(log.read(session))
            took.append(time.perf_counter() - begun)
    return took
