"""One durable append to a log of 6 million entries: against raw `sqlite3`, and against what the disk can do at all.

In both of the program's modes: WAL with FULL, and DELETE with EXTRA where WAL can't be used safely. Four take turns:
the log; raw `sqlite3` with the same pragmas, putting a row that is ready into a table with the log's columns and
indexes, without triggers and without the program; the same into a table with nothing but a key; and a file that is
written to and synced. Besides, the steps of an answer, which share a commit, against as many rows that share one.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

from assistant.log import Draft, Entry, Log
from assistant.log.database import DURABLE, INDEXES, TABLES
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds, percentile

ROUNDS = 40
TOGETHER = 5
"""Steps that an answer is, in one commit."""

IN_A_ROW = 50
"""Steps that each does before the next has its turn, so that each finds its file as it left it."""

SHARE = 0.60
"""The part of the disk's own rate that an append has to reach."""

_ANSWER = {
    "answer": {"status": "given", "value": "no"},
    "item": "1",
    "origin": "typed",
    "prompt": "acute_trauma",
    "where": [{"document": "progress-note-2014-07-17", "page": 1, "start": 278}] * 3,
}


_EVENT = "INSERT INTO event (session, seq, kind, ts, entry, leaf) VALUES (?, ?, ?, ?, ?, ?)"
_BARE_TABLE = "CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)"
_BARE = "INSERT INTO row (body) VALUES (?)"


def run() -> list[Result]:
    """The log against the bare table, and against the synced file."""
    path = at_hand()
    session = f"benchmark-{time.time_ns()}"
    with (
        Log.open(path) as log,
        _raw(path.with_name("raw.sqlite"), [TABLES["event"], *INDEXES.values()], _EVENT) as raw,
        _raw(path.with_name("bare.sqlite"), [_BARE_TABLE], _BARE) as bare,
        _synced(path.with_name("synced")) as synced,
    ):
        entry = _append(log, session, 0)
        (data, leaf) = log._connection.execute(
            "SELECT entry, leaf FROM event WHERE id = ?", [entry.id]
        ).fetchone()
        steps: dict[str, Callable[[int], object]] = {
            "log": lambda number: _append(log, session, number),
            "raw": lambda number: raw([(session, number, entry.kind, entry.ts, data, leaf)]),
            "bare": lambda number: bare([(data,)]),
            "log of five": lambda number: _append(log, f"{session}-5", (number - 1) * TOGETHER, TOGETHER),
            "raw of five": lambda number: raw(
                [
                    (f"{session}-5", number * TOGETHER + n, entry.kind, entry.ts, data, leaf)
                    for n in range(TOGETHER)
                ]
            ),
            "synced": lambda number: synced(data),
        }
        took: dict[str, list[float]] = {each: [] for each in steps}
        for turn in range(ROUNDS):
            for each, step in steps.items():
                for number in range(turn * IN_A_ROW + 1, (turn + 1) * IN_A_ROW + 1):
                    begun = time.perf_counter()
                    step(number)
                    took[each].append(time.perf_counter() - begun)
    logged, disk = median(took["log"]), median(took["synced"])
    return [
        Result(
            f"append to {entry.id:,} entries against raw sqlite3",
            logged / median(took["raw"]),
            1.5,
            "x",
            f"{milliseconds(took['log'])} against {milliseconds(took['raw'])}, {len(data)} bytes",
        ),
        Result(
            f"{TOGETHER} entries in one commit against raw sqlite3",
            median(took["log of five"]) / median(took["raw of five"]),
            1.5,
            "x",
            f"{milliseconds(took['log of five'])} against {milliseconds(took['raw of five'])}",
        ),
        Result(
            "one entry against a table with nothing but a key",
            logged / median(took["bare"]),
            None,
            "x",
            milliseconds(took["bare"]),
        ),
        Result(
            f"the same against the disk's sync (at least {SHARE:.0%})",
            logged / disk,
            1 / SHARE,
            "x",
            f"{disk / logged:.0%} of {1 / disk:,.0f} a second; raw sqlite3 {disk / median(took['raw']):.0%}",
        ),
        Result("99th percentile of the append", percentile(took["log"], 99) * 1000, None, " ms"),
    ]


def _append(log: Log, session: str, after: int, count: int = 1) -> Entry:
    drafts = [Draft("answer.recorded", _ANSWER)] * count
    return log.append(session, drafts, actor="r-benchmark", case="benchmark", after=after)[0]


@contextmanager
def _raw(
    path: Path, schema: list[str], insert: str
) -> Iterator[Callable[[list[tuple[object, ...]]], object]]:
    """Inserts into a table, in one commit what is given together, with the log's settings."""
    for name in path.parent.glob(f"{path.name}*"):
        name.unlink()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for name, (setting, _) in DURABLE.items():
            raw.execute(f"PRAGMA {name} = {setting}").fetchall()
        for sql in schema:
            raw.execute(sql)

        def step(rows: list[tuple[object, ...]]) -> None:
            if len(rows) == 1:
                raw.execute(insert, rows[0])
                return
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(insert, rows)
            raw.execute("COMMIT")

        yield step


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
