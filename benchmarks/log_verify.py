"""Verification of the big log's entries against fetching their rows alone; and the timeline of one session among them."""

from __future__ import annotations

import random
import resource
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from statistics import median

from assistant.log import Log
from assistant.log.database import connect_reader
from assistant.log.timeline import timeline
from assistant.log.tree import Blocks
from assistant.log.verify import verify
from assistant.log.verify_entries import processes, walk_all
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds

ROUNDS = 3
SESSIONS = 500
SHARE = 0.20
"""The part of the rate of fetching that verification has to reach, with every entry's form looked at."""

HASHED = 0.40
"""The part that hashing, columns and tree reach without it."""

_TAIL = 400
"""Bytes at the end of an entry in which its kind stands."""

_ROWS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event ORDER BY id"


def run() -> list[Result]:
    """Fetching, verifying, and the pass over the entries by itself take turns; then sessions are drawn and read."""
    path = at_hand()
    fetched, verified, longest, walked, hashed = [], [], [], [], []
    _fetch(path)
    for _ in range(ROUNDS):
        fetched.append(_fetch(path))
        begun, own = _processor(), time.process_time()
        found = verify(path)
        verified.append(_processor() - begun)
        own = time.process_time() - own
        longest.append(max(own, (verified[-1] - own) / max(1, processes(found.events) - 1)))
        if not found.ok:
            raise RuntimeError(f"The log does not verify: {found.verdicts}")
        begun = _processor()
        walk_all(path, 0, found.events, [found.events], texts=False)
        walked.append(_processor() - begun)
        hashed.append(_hashed(path))
    lines = _timelines(path)
    return [
        _share(
            f"verify {found.events:,} entries, the longest of {processes(found.events)} processes",
            found.events,
            longest,
            fetched,
            SHARE,
        ),
        _share("the same, by all of them", found.events, verified, fetched, SHARE),
        _share("of that, the pass over the entries", found.events, walked, fetched, SHARE),
        _share("hashes, columns and tree, by one process", found.events, hashed, fetched, HASHED),
        Result("the timeline of one session", median(lines) * 1000, 1.0, " ms", milliseconds(lines)),
    ]


def _share(what: str, entries: int, took: list[float], fetched: list[float], least: float) -> Result:
    rate, alone = entries / median(took), entries / median(fetched)
    return Result(
        f"{what} against fetching them (at least {least:.0%})",
        alone / rate,
        1 / least,
        "x",
        f"{rate:,.0f} a second, {rate / alone:.0%} of {alone:,.0f}",
    )


def _processor() -> float:
    """Seconds of processor time, those of other processes too once they have ended: what a busy machine hardly changes."""
    used = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def _fetch(path: Path) -> float:
    """Processor time that SQLite and Python need to hand over every row, nothing being done with it."""
    begun = _processor()
    with closing(connect_reader(path)) as connection:
        for _ in connection.execute(_ROWS):
            pass
    return _processor() - begun


def _hashed(path: Path) -> float:
    """Processor time of the hash of each entry, the comparison with its columns, and the tree over all."""
    begun = _processor()
    blocks, leaves, begin = Blocks(0), [], sha256(b"\x00").copy
    with closing(connect_reader(path)) as connection:
        for _, session, seq, kind, ts, entry, digest in connection.execute(_ROWS):
            hashed = begin()
            hashed.update(entry)
            leaf = hashed.digest()
            end = f'"seq":{seq},"session":"{session}","ts":"{ts}","v":1}}'.encode()
            if leaf != digest or not entry.endswith(end) or entry.find(kind.encode(), -_TAIL) < 0:
                raise RuntimeError("An entry is not that of its columns.")
            leaves.append(leaf)
            if len(leaves) == 4096:
                blocks.add(leaves)
                leaves = []
    blocks.add(leaves)
    return _processor() - begun


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
            list(timeline(log, log.read(session)))
            took.append(time.perf_counter() - begun)
    return took
