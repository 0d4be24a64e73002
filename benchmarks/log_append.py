"""One durable append to a log of 6 million entries: against raw `sqlite3`, and against what the disk can do at all.

In both of the program's modes: WAL with FULL, and DELETE with EXTRA where WAL can't be used safely. The log, a bare
table with the same pragmas, and a file that is written to and synced take turns.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from unittest.mock import patch

from assistant.log import Draft, Log, connection
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds, percentile

ROUNDS = 40
IN_A_ROW = 50
"""Steps that each does before the next has its turn, so that each finds its file as it left it."""

MODES = {"WAL, FULL": ("wal", "FULL", 2), "DELETE, EXTRA": ("delete", "EXTRA", 3)}
SHARE = {"WAL, FULL": 0.60, "DELETE, EXTRA": 0.15}
"""The part of the disk's own rate that an append has to reach."""

_ANSWER = {
    "answer": {"status": "given", "value": "no"},
    "item": "1",
    "origin": "typed",
    "prompt": "acute_trauma",
    "where": [{"document": "progress-note-2014-07-17", "page": 1, "start": 278}] * 3,
}


def run() -> list[Result]:
    """For each mode: the log against the bare table, and against the synced file."""
    results = []
    for name, mode in MODES.items():
        with patch.object(connection, "journal", lambda mode=mode: mode):
            results += _one(name, at_hand())
    with patch.object(connection, "journal", lambda: MODES["WAL, FULL"]):
        Log.open(at_hand()).close()
    return results


def _one(name: str, path: Path) -> list[Result]:
    session = f"benchmark-{time.time_ns()}"
    with (
        Log.open(path) as log,
        _bare(path.with_name("bare.sqlite")) as bare,
        _synced(path.with_name("synced")) as synced,
    ):
        after = 0

        def append() -> None:
            nonlocal after
            draft = Draft("answer.recorded", _ANSWER)
            log.append(session, [draft], actor="r-benchmark", case="benchmark", after=after)
            after += 1

        append()
        (size,) = log._connection.execute(
            "SELECT length(entry) FROM event ORDER BY id DESC LIMIT 1"
        ).fetchone()
        (entries,) = log._connection.execute("SELECT max(id) FROM event").fetchone()
        body = os.urandom(size)
        took: dict[str, list[float]] = {"log": [], "bare": [], "synced": []}
        for _ in range(ROUNDS):
            took["log"] += _times(append)
            took["bare"] += _times(lambda: bare(body))
            took["synced"] += _times(lambda: synced(body))
    logged, raw, disk = took["log"], took["bare"], took["synced"]
    return [
        Result(
            f"append to {entries:,} entries ({name}) against raw sqlite3",
            median(logged) / median(raw),
            1.5,
            "x",
            f"{milliseconds(logged)} against {milliseconds(raw)}, {size} bytes",
        ),
        Result(
            f"the same against the disk's sync (at least {SHARE[name]:.0%})",
            median(logged) / median(disk),
            1 / SHARE[name],
            "x",
            f"{median(disk) / median(logged):.0%} of {1 / median(disk):,.0f} a second",
        ),
        Result(f"99th percentile of the append ({name})", percentile(logged, 99) * 1000, None, " ms"),
    ]


def _times(step: Callable[[], None]) -> Iterator[float]:
    for _ in range(IN_A_ROW):
        begun = time.perf_counter()
        step()
        yield time.perf_counter() - begun


@contextmanager
def _bare(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Inserts into a table without index or trigger, one commit each, with the log's settings."""
    mode, synchronous, _ = connection.journal()
    for name in path.parent.glob(f"{path.name}*"):
        name.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute(f"PRAGMA journal_mode = {mode}").fetchall()
        raw.execute(f"PRAGMA synchronous = {synchronous}")
        raw.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")

        def insert(body: bytes) -> None:
            raw.execute("INSERT INTO row (body) VALUES (?)", (body,))

        yield insert


@contextmanager
def _synced(path: Path) -> Iterator[Callable[[bytes], None]]:
    """Appends to a file and syncs it: nothing durable is quicker."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)

    def step(body: bytes) -> None:
        os.write(descriptor, body)
        os.fsync(descriptor)

    try:
        yield step
    finally:
        os.close(descriptor)
        path.unlink()
