"""A proof out of a log of 6 million entries: made by the program, and checked as whoever receives it does."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from assistant.core.access_events import AccessOpened
from assistant.core.event_form import encode
from assistant.log import Draft, Log
from assistant.log.bundle import bundle, covering_checkpoint
from assistant.log.consistency import prove_consistency
from assistant.review.rederive import rederivation_words
from benchmarks.big_log import at_hand
from benchmarks.measure import Result, milliseconds

SESSIONS = 60
_ALONE = (sys.executable, "-I", "-c", "")


def run() -> list[Result]:
    """Sessions drawn at random, each with its letter; and the step from one checkpoint to the next."""
    path = at_hand()
    chance = random.Random(1)
    made, checked, alone, sizes = [], [], [], []
    with TemporaryDirectory(prefix="imr-benchmark-") as name, Log.open(path) as log:
        first = log.checkpoint()
        sessions = [_session(log, chance) for _ in range(SESSIONS)]
        for session in sessions:
            file = Path(name) / f"{session}.imr"
            begun = time.perf_counter()
            words, _ = rederivation_words(log, session)
            data = bundle(path, session, covering_checkpoint(path, session), words)
            made.append(time.perf_counter() - begun)
            file.write_bytes(data)
            sizes.append(len(data))
            checked.append(_run((sys.executable, "-I", str(file))))
            alone.append(_run(_ALONE))
        _grown(log)
        second = log.checkpoint()
        begun = time.perf_counter()
        prove_consistency(path, first, second)
        grown = time.perf_counter() - begun
    kilobytes = f"{median(sizes) / 1000:,.0f} KB"
    return [
        Result(
            "the proof of one session made, with its letter",
            median(made) * 1000,
            None,
            " ms",
            milliseconds(made),
        ),
        Result(
            "the same checked by verify.py, Python's start included",
            median(checked) * 1000,
            None,
            " ms",
            f"{kilobytes}; an empty program {milliseconds(alone)}",
        ),
        Result("the proof that one checkpoint continues another", grown * 1000, None, " ms"),
    ]


def _session(log: Log, chance: random.Random) -> str:
    connection = log._connection
    (last,) = connection.execute("SELECT max(id) FROM event").fetchone()
    while True:
        row = connection.execute(
            "SELECT session FROM event WHERE id >= ? AND kind = 'session.signed' LIMIT 1",
            [chance.randint(1, last)],
        ).fetchone()
        if row is not None:
            return str(row[0])


def _grown(log: Log) -> None:
    """Another entry, so that the next checkpoint is over more."""
    draft = Draft(AccessOpened.kind, encode(AccessOpened("0")))
    log.append(f"benchmark-{time.time_ns()}", [draft], actor="r-benchmark", case="", after=0)


def _run(command: tuple[str, ...]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun
