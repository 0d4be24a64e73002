"""One answer on the one road - checked, decided, logged durably, the next question known - against one raw insert."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from statistics import median

from assistant import library
from assistant.conversation import Conversation
from assistant.log import Log
from assistant.log.connection import journal
from assistant.review import Review
from assistant.reviewer import Profile
from benchmarks.measure import CASE, QUALIFICATIONS, Result, milliseconds, percentile, workplace
from benchmarks.plan import stops

SESSIONS = 12
ROW_BYTES = 450
"""About the length of an answer's entry in the log."""


def run() -> list[Result]:
    """Answers of the case and raw inserts by turns; the first session, whose caches are cold, is told apart."""
    with workplace() as place, Log.open(place.log) as log, _raw(place.folder / "raw.sqlite") as raw:
        cold = _session(log, raw)
        answers: list[float] = []
        inserts: list[float] = []
        for _ in range(SESSIONS):
            one, other = _session(log, raw)
            answers += one
            inserts += other
    base, tail = median(inserts), percentile(inserts, 95)
    return [
        Result("answer logged, next known", median(answers) / base, 4.0, "x", f"{milliseconds(answers)} against {milliseconds(inserts)}"),
        Result("the same, 95th percentiles", percentile(answers, 95) / tail, None),
        Result("the same, first session of a process", median(cold[0]) / median(cold[1]), None, "x", milliseconds(cold[0])),
    ]


def _raw(path: Path) -> sqlite3.Connection:
    mode, synchronous, _ = journal()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(f"PRAGMA journal_mode = {mode}").fetchall()
    connection.execute(f"PRAGMA synchronous = {synchronous}")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    return connection


def _session(log: Log, raw: sqlite3.Connection) -> tuple[list[float], list[float]]:
    answers, inserts = [], []
    review = Review.open(log, library.find_case(CASE), Profile("benchmark", qualifications=QUALIFICATIONS))
    conversation = Conversation(review)
    try:
        for stop in stops(conversation):
            body = os.urandom(ROW_BYTES)
            begun = time.perf_counter()
            stop.give(conversation)
            _ = conversation.turn
            done = time.perf_counter()
            raw.execute("INSERT INTO row (body) VALUES (?)", (body,))
            inserts.append(time.perf_counter() - done)
            if stop.kind == "prompt":
                answers.append(done - begun)
    finally:
        review.close()
    return answers, inserts
