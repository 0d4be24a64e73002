"""Sessions of a log, read one after the other and made into rows; of a large log by several processes at once."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from assistant.log.entry import Entry, read
from assistant.log.opening import open_reader
from assistant.log.projected_access import sitting_rows
from assistant.log.projected_searches import without_quotes
from assistant.log.projected_session import review_rows
from assistant.log.projection_tables import TABLES, Rows
from assistant.log.reading import read_artifact, revealer
from assistant.log.rule_texts import RuleTexts
from assistant.log.session_row import OTHER_KINDS

ALONE = 100_000
"""Entries up to which one process is done sooner than several have begun."""

CHUNK = 200
"""Sessions whose rows are handed over together."""

_READ = "SELECT id, entry, leaf FROM event WHERE session = ? AND seq >= 1 AND id <= ? ORDER BY seq"

Made = tuple[Rows, int]
"""Rows by table, and the number of entries that they were made from."""


class Projector:
    """Makes the rows of sessions from what stood in the log at its entry `last`."""

    def __init__(self, source: sqlite3.Connection, log: Path, last: int) -> None:
        self._source, self._last = source, last
        self._reveal = revealer(source, log, checked=False)
        self._texts = RuleTexts(lambda digest: read_artifact(source, log, digest))

    def rows(self, sessions: Sequence[str]) -> Made:
        """The rows of some sessions; raises `Refused` for an entry that can't be read."""
        rows: Rows = {}
        count = 0
        for session in sessions:
            entries = [
                read(id, data, digest, self._reveal, shorten=without_quotes)
                for id, data, digest in self._source.execute(_READ, [session, self._last])
            ]
            count += len(entries)
            for table, made in _of_session(entries, self._texts).items():
                rows.setdefault(table, []).extend(made)
        for table, made in self._texts.take_rows().items():
            rows.setdefault(table, []).extend(made)
        return rows, count


def project(source: sqlite3.Connection, log: Path, sessions: Sequence[str], last: int) -> Iterator[Made]:
    """The rows of all `sessions`, chunk by chunk and in their order."""
    processes = os.cpu_count() or 1
    if last <= ALONE or processes == 1 or len(sessions) <= CHUNK:
        projector = Projector(source, log, last)
        yield from (projector.rows(chunk) for chunk in _chunks(sessions))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _begin, (log, last)) as pool:
        ahead: deque[Future[Made]] = deque()
        for chunk in _chunks(sessions):
            ahead.append(pool.submit(_work, chunk))
            if len(ahead) > 2 * processes:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _chunks(sessions: Sequence[str]) -> Iterator[Sequence[str]]:
    for begin in range(0, len(sessions), CHUNK):
        yield sessions[begin : begin + CHUNK]


_mine: list[Projector] = []


def _begin(log: Path, last: int) -> None:
    source = open_reader(log)
    source.execute("BEGIN")
    _mine.append(Projector(source, log, last))


def _work(sessions: Sequence[str]) -> Made:
    return _mine[0].rows(sessions)


def _of_session(entries: Sequence[Entry], texts: RuleTexts) -> Rows:
    family = entries[0].kind.split(".", 1)[0]
    if family not in OTHER_KINDS:
        return review_rows(entries, texts)
    rows = sitting_rows(entries) if family == "access" else {}
    first, last = entries[0], entries[-1]
    session = dict.fromkeys(TABLES["session"].columns)
    session |= {
        "session": first.session,
        "kind": OTHER_KINDS[family],
        "case_id": first.case,
        "reviewer": first.actor,
        "opened": first.ts,
        "last": last.ts,
        "entries": last.seq,
        "items": 0,
        "tool": str(first.body.get("tool") or ""),
    }
    return {**rows, "session": [session]}
