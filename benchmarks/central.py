"""Three desks push to one central log, each killed at random and run again; then it is verified, read, and compared with `COPY`.

`IMR_DESK_SESSIONS` says how many sessions each desk has (10,000).
"""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from assistant.log.central_copy import bring_up_to_date_from
from assistant.log.central_push import _ADD_ENTRIES, CHUNK
from assistant.log.central_verify import verify_central
from assistant.log.projection import up_to_date
from assistant.log.report import ask, reports
from assistant.log.sql import ReadOnly
from benchmarks import big_log
from benchmarks.measure import Result
from tests.log.central_office import Office, new_office
from tests.log.postgres import ADMIN, started

DESKS = ("desk_1", "desk_2", "desk_3")
SESSIONS = int(os.environ.get("IMR_DESK_SESSIONS", "10000"))
KILLED = 5
"""How often each desk's push is killed."""

QUESTIONS = (
    "uphold-rate", "determinations", "departures", "rulings", "citations", "absences", "searches", "rejected-input",
    "deadlines", "own-words",
)  # fmt: skip
_PUSH = "import sys; from assistant.cli.main import run; sys.exit(run(sys.argv[1:]))"


def run() -> list[Result]:
    """The results, with a server of its own."""
    with started() as server, tempfile.TemporaryDirectory(prefix="imr-benchmark-") as name:
        office = new_office(server, Path(name))
        for number, desk in enumerate(DESKS, 1):
            with office.at(desk) as path:
                path.parent.mkdir(parents=True)
                big_log.write(path, SESSIONS, number)
        return [*pushed(office), *_compared(office), *_read(office)]


def pushed(office: Office) -> Iterator[Result]:
    """Pushes of all desks at once, each killed at random moments until it was killed often enough."""
    chance = random.Random(1)
    begun = time.monotonic()
    running: dict[str, subprocess.Popen[bytes]] = {}
    killed = dict.fromkeys(DESKS, 0)
    waiting = list(DESKS)
    while waiting or running:
        for desk in waiting:
            running[desk] = _begin(office, desk)
        waiting = []
        time.sleep(chance.uniform(0.5, 6))
        for desk, process in list(running.items()):
            if process.poll() is None and killed[desk] < KILLED and chance.random() < 0.5:
                process.kill()
                killed[desk] += 1
            elif process.poll() is None:
                continue
            if process.wait() != 0:
                waiting.append(desk)
            del running[desk]
    took = time.monotonic() - begun
    (count,) = office.rows("SELECT count(*) FROM imr.entry")[0]
    detail = f"{count:,} entries of {len(DESKS)} desks at once, killed {sum(killed.values())} times"
    yield Result("entries a second that three desks push", count / took, unit="/s", detail=detail)


def _begin(office: Office, desk: str) -> subprocess.Popen[bytes]:
    with office.at(desk) as path:
        command = ["log", "push", office.url(desk), "--desk", desk, "--log", str(path)]
        return subprocess.Popen([sys.executable, "-c", _PUSH, *command], stdout=subprocess.DEVNULL)


def _compared(office: Office) -> Iterator[Result]:
    """The same entries sent as a push sends them, and by `COPY` with the trigger and without; in turns."""
    with closing(sqlite3.connect(office.log("desk_1"))) as source:
        rows = source.execute(
            "SELECT id, session, seq, kind, ts, entry, leaf FROM event ORDER BY id LIMIT 40000"
        ).fetchall()
    took: dict[str, float] = {"push": 0.0, "copy": 0.0, "bare": 0.0}
    for turn in range(3):
        for way in took:
            took[way] += _sent(office, rows, way, f"{turn}{way}".encode().hex().rjust(32, "0"))
    rate = 3 * len(rows)
    detail = f"{rate / took['push']:,.0f} against {rate / took['copy']:,.0f} entries a second"
    yield Result(
        "COPY with the trigger, against a push's statements",
        took["push"] / took["copy"],
        1 / 0.6,
        detail=detail,
    )
    detail = f"COPY without the trigger: {rate / took['bare']:,.0f} a second"
    yield Result("COPY without the trigger, against the same", took["push"] / took["bare"], detail=detail)


def _sent(office: Office, rows: list[tuple[object, ...]], way: str, desk: str) -> float:
    import psycopg

    with psycopg.connect(office.url(ADMIN)) as connection:
        if way == "bare":
            connection.execute("ALTER TABLE imr.entry DISABLE TRIGGER check_entry")
        begun = time.monotonic()
        for at in range(0, len(rows), CHUNK):
            some = rows[at : at + CHUNK]
            if way == "push":
                connection.execute(
                    _ADD_ENTRIES.encode(), [desk, *map(list, zip(*some, strict=True))], binary=True
                )
                continue
            copy = "COPY imr.entry (desk, number, session, seq, kind, ts, entry, leaf) FROM STDIN (FORMAT BINARY)"
            with connection.cursor().copy(copy) as sink:
                sink.set_types(["text", "int8", "text", "int8", "text", "text", "bytea", "bytea"])
                for row in some:
                    sink.write_row((desk, *row))
        took = time.monotonic() - begun
        connection.rollback()
    return took


def _read(office: Office) -> Iterator[Result]:
    with office.at("auditor"):
        url = office.url("auditor")
        with _timed() as took:
            found = verify_central(url)
        assert found.ok, found.verdicts
        count = sum(one.found.events for one in found.desks)
        yield Result(
            "the central log verified", took[0], unit=" s", detail=f"{count / took[0]:,.0f} entries a second"
        )
        with _timed() as took:
            copy = bring_up_to_date_from(url)
        yield Result(
            "a reading copy made", took[0], unit=" s", detail=f"{count / took[0]:,.0f} entries a second"
        )
        with _timed() as took:
            bring_up_to_date_from(url)
        yield Result("the same where nothing is new", took[0] * 1000, unit=" ms")
        with _timed() as took:
            tables = up_to_date(copy)
        yield Result("its tables made for the reports", took[0], unit=" s")
        slowest, answered = 0.0, 0
        with ReadOnly(tables, copy) as held:
            for name in QUESTIONS:
                asked = ask(reports()[name], {}, limit=200)
                with _timed() as took:
                    answered += bool(held.run(asked.sql, asked.values).columns)
                slowest = max(slowest, took[0])
        yield Result(f"the slowest of {answered} reports over all desks", slowest * 1000, unit=" ms")


@contextmanager
def _timed() -> Iterator[list[float]]:
    took = [0.0]
    begun = time.monotonic()
    yield took
    took[0] = time.monotonic() - begun
