"""One answer on the one road - checked, decided, logged, the next question known - against one raw insert."""

from __future__ import annotations

import gc
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from statistics import median

from assistant import library
from assistant.log import Log
from assistant.log.database import DURABLE
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.passages import reach_words
from assistant.review.review import Review
from benchmarks.measure import CASE, QUALIFICATIONS, Result, milliseconds, percentile, workplace
from tests.walk import quick

SESSIONS = 15
ROW_BYTES = 450
"""About the length of an answer's entry in the log."""


def run() -> list[Result]:
    """Answers of the case and raw inserts by turns; the first session, with nothing worked out yet, is told apart."""
    answers: list[float] = []
    inserts: list[float] = []
    with workplace() as place, Log.open(place.log) as log, closing(_raw(place.folder / "raw.sqlite")) as raw:
        first, beside = _session(log, raw)
        gc.freeze()  # as the program does once its first question stands
        for _ in range(SESSIONS):
            one, other = _session(log, raw)
            answers += one
            inserts += other
    tail, raw_tail = percentile(answers, 95), percentile(inserts, 95)
    figures = f"{milliseconds(answers)} against {milliseconds(inserts)}"
    return [
        Result("answer logged, next known, median", median(answers) / median(inserts), 4.0, "x", figures),
        Result("answer logged, next known, p95", tail / raw_tail, 4.0),
        Result(
            "the median in a process's first session",
            median(first) / median(beside),
            None,
            "x",
            f"{milliseconds(first)} against {milliseconds(beside)}",
        ),
    ]


def _raw(path: Path) -> sqlite3.Connection:
    """A table without index or trigger, as durable as the log."""
    connection = sqlite3.connect(path, isolation_level=None)
    for name, (setting, _) in DURABLE.items():
        connection.execute(f"PRAGMA {name} = {setting}").fetchall()
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    return connection


def _session(log: Log, raw: sqlite3.Connection) -> tuple[list[float], list[float]]:
    """Seconds of each answer to a question of the case, and of the raw insert after it."""
    answers, inserts = [], []
    review = Review.open(log, library.find_case(CASE), Profile("benchmark", qualifications=QUALIFICATIONS))
    conversation = Conversation(review)
    while (turn := conversation.turn).kind != "done":
        if turn.kind == "prompt":
            reach_words(review, turn)  # what stands under each question before it can be answered
        reply, body = quick(conversation), os.urandom(ROW_BYTES)
        begun = time.perf_counter()
        conversation.reply(reply)
        _ = conversation.turn
        answered = time.perf_counter()
        raw.execute("INSERT INTO row (body) VALUES (?)", (body,))
        done = time.perf_counter()
        if turn.kind == "prompt" and conversation.pending is None:
            answers.append(answered - begun)
            inserts.append(done - answered)
    review.close()
    return answers, inserts
