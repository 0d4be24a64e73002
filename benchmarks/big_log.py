"""`python -m benchmarks.big_log PATH --sessions N [--seed S]`: a decision log as years of work would leave it.

The entries are those of sessions that the program itself has logged (`template_sessions`), written again under
other ids, reviewers and times, each hashed and linked anew, with commitments under new salts. About 30 entries a
session; the same numbers give the same entries. The file is made by the program, filled with its triggers taken
away, and given them back: it ends with the schema that `imr log verify` compares word for word.
"""

from __future__ import annotations

import argparse
import atexit
import hmac
import os
import random
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from assistant.log import Log
from assistant.log.tree import keep_tree
from benchmarks.template_sessions import Stock, Template, make, seeded

SESSIONS = 200_000
TEMPLATES = 168
REVIEWERS = 24
WINDOWS = 12
"""Sessions that are worked on at the same time, their entries one after the other in the log."""

ENTRIES = 30
"""Entries that a session has on average."""

_FIRST_DAY = datetime(2023, 1, 2, tzinfo=UTC)
_MORNING, _EVENING = 8 * 3_600_000, 18 * 3_600_000
_AT_ONCE = 20_000

_EVENT = "INSERT INTO event (id, session, seq, kind, ts, entry, leaf) VALUES (?, ?, ?, ?, ?, ?, ?)"
_BLOB = "INSERT INTO blob (commitment, salt, body) VALUES (?, ?, CAST(? AS TEXT))"


@dataclass
class Shift:
    """The sessions of one span of time, ready to be written: rows of events and of texts."""

    events: list[tuple[object, ...]] = field(default_factory=list)
    texts: list[tuple[str, bytes, bytes]] = field(default_factory=list)


class Calendar:
    """Working days from 2023 on; hands out spans of milliseconds that never go back."""

    def __init__(self) -> None:
        self._day = _FIRST_DAY
        self._now = _MORNING
        self.boot = b""
        self._begin()

    def _begin(self) -> None:
        self._stamp = f"{self._day:%Y-%m-%d}"
        seed = sha256(self._stamp.encode()).hexdigest()
        self.boot = f"{seed[:8]}-{seed[8:12]}-4{seed[13:16]}-8{seed[17:20]}-{seed[20:32]}".encode()

    def span(self) -> int:
        """The moment at which the next sessions begin, in milliseconds of the day."""
        if self._now >= _EVENING:
            self._day += timedelta(days=3 if self._day.weekday() == 4 else 1)
            self._now = _MORNING
            self._begin()
        return self._now

    def until(self, moment: int) -> None:
        """Everything before `moment` of the day is used up."""
        self._now = moment + 1

    def ts(self, moment: int) -> str:
        """A moment of the day as the log writes it."""
        seconds, milliseconds = divmod(moment, 1000)
        minutes, second = divmod(seconds, 60)
        hour, minute = divmod(minutes, 60)
        return f"{self._stamp}T{hour:02}:{minute:02}:{second:02}.{milliseconds:03}Z"


class Mix:
    """Which template comes next: so that sessions have `ENTRIES` entries on average, and reviewers differ."""

    def __init__(self, stock: Stock, chance: random.Random) -> None:
        self._chance = chance
        mean = ENTRIES
        long = [one for one in stock.templates if len(one.patterns) >= mean]
        short = [one for one in stock.templates if len(one.patterns) < mean]
        size_long = sum(len(one.patterns) for one in long) / max(len(long), 1)
        size_short = sum(len(one.patterns) for one in short) / max(len(short), 1)
        self._share = (mean - size_short) / (size_long - size_short) if long and short else bool(long)
        self._upheld = [one for one in long if one.decision != "overturned"]
        self._overturned = [one for one in long if one.decision == "overturned"] or self._upheld
        self._short = short or long
        self._reviewers = [f"r-{chance.randbytes(4).hex()}" for _ in range(REVIEWERS)]
        self._leaning = [chance.uniform(0.05, 0.5) for _ in self._reviewers]
        self._made: dict[tuple[int, int], Template] = {}

    def next(self) -> Template:
        """One template by one reviewer."""
        reviewer = self._chance.randrange(REVIEWERS)
        if self._chance.random() >= self._share:
            kind = self._short
        elif self._chance.random() < self._leaning[reviewer]:
            kind = self._overturned
        else:
            kind = self._upheld
        one = kind[self._chance.randrange(len(kind))]
        key = id(one), reviewer
        if key not in self._made:
            self._made[key] = one.by(self._reviewers[reviewer])
        return self._made[key]


def shifts(stock: Stock, sessions: int, seed: int) -> Iterator[Shift]:
    """All sessions, `WINDOWS` at a time, with ids of entries from 1."""
    chance = random.Random(f"sessions {seed}")
    mix, calendar, number = Mix(stock, chance), Calendar(), 0
    done = 0
    while done < sessions:
        count = min(WINDOWS, sessions - done)
        shift = _shift([mix.next() for _ in range(count)], number, calendar, chance)
        number += len(shift.events)
        done += count
        yield shift


def _shift(templates: list[Template], number: int, calendar: Calendar, chance: random.Random) -> Shift:
    begin, boot = calendar.span(), calendar.boot
    order: list[tuple[int, int, int]] = []
    for which, template in enumerate(templates):
        moment = begin + chance.randrange(600_000)
        for place in range(len(template.patterns)):
            order.append((moment, which, place))
            moment += int(min(3_000 + chance.expovariate(1 / 20_000), 900_000))
    order.sort()
    calendar.until(order[-1][0])
    ids = [chance.randbytes(6).hex() for _ in templates]
    names = [id.encode() for id in ids]
    prevs = [b""] * len(templates)
    made = Shift()
    events, texts = made.events, made.texts
    for moment, which, place in order:
        pattern = templates[which].patterns[place]
        words = pattern.texts
        commitments = []
        for text in words:
            salt = chance.randbytes(32)
            commitment = hmac.digest(salt, text, "sha256").hex()
            commitments.append(commitment.encode())
            texts.append((commitment, salt, text))
        ts = calendar.ts(moment)
        slots = (boot, moment * 1_000_000, prevs[which], names[which], ts.encode())
        entry = pattern.form % (*commitments, *slots)
        leaf = sha256(b"\x00" + entry).digest()
        prevs[which] = leaf.hex().encode()
        number += 1
        events.append((number, ids[which], place + 1, pattern.kind, ts, entry, leaf))
    return made


def write(path: Path, sessions: int, seed: int = 1, *, say: bool = False) -> int:
    """Makes the log at the new file `path` and gives the number of its entries."""
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    stock = make(min(TEMPLATES, 14 + sessions // 15), seed)
    with seeded(random.Random(f"name {seed} {sessions}")):
        Log.open(path).close()
    begun, count, told = time.monotonic(), 0, 0
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        run = connection.execute
        for setting in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -1000000"):
            run(f"PRAGMA {setting}").fetchall()
        again = run(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
            " ORDER BY rowid"
        ).fetchall()
        run("BEGIN IMMEDIATE")
        for kind, name, _ in again:
            run(f'DROP {kind} "{name}"')
        unused = {name: (name, media, body) for name, media, body in stock.artifacts}
        waiting = Shift()
        for shift in shifts(stock, sessions, seed):
            waiting.events += shift.events
            waiting.texts += shift.texts
            _store_pinned(connection, shift, unused)
            if len(waiting.events) > _AT_ONCE:
                count += _flush(connection, waiting)
            if say and count - told >= 500_000:
                told = count
                print(f"{count:>12,} entries, {time.monotonic() - begun:.0f} s", file=sys.stderr)
        count += _flush(connection, waiting)
        keep_tree(connection, 1, count)
        for _, _, sql in again:
            run(sql)
        run("COMMIT")
        run("PRAGMA synchronous = FULL")
    Log.open(path).close()
    return count


@cache
def at_hand() -> Path:
    """The log that `IMR_BIG_LOG` names, else one of 200,000 sessions, made now and removed when Python ends.

    What is signed and held of it stays out of the reviewer's own profile.
    """
    folder = TemporaryDirectory(prefix="imr-big-log-")
    atexit.register(folder.cleanup)
    os.environ.setdefault("IMR_CONFIG", str(Path(folder.name) / "config"))
    if named := os.environ.get("IMR_BIG_LOG"):
        return Path(named)
    path = Path(folder.name) / "log.sqlite"
    print("Making a log of 6 million entries (about two minutes, 6 GB) ...", file=sys.stderr)
    write(path, SESSIONS)
    return path


def _store_pinned(
    connection: sqlite3.Connection, shift: Shift, unused: dict[str, tuple[str, str, bytes]]
) -> None:
    """The files that entries rest on, with the first of them; `verify` fails any that nothing rests on."""
    if not unused:
        return
    entries = [event[5] for event in shift.events if event[3] in ("session.opened", "case.amended")]
    for name in [name for name in unused if any(name.encode() in entry for entry in entries)]:
        connection.execute("INSERT INTO artifact (hash, media, body) VALUES (?, ?, ?)", unused.pop(name))


def _flush(connection: sqlite3.Connection, waiting: Shift) -> int:
    connection.executemany(_EVENT, waiting.events)
    connection.executemany(_BLOB, sorted(waiting.texts))
    done = len(waiting.events)
    waiting.events.clear()
    waiting.texts.clear()
    return done


def main(arguments: list[str] | None = None) -> int:
    """Writes the log and says how large it became."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big_log", description=__doc__.splitlines()[0])
    parser.add_argument("path", type=Path, help="the file to make; it must not be there")
    parser.add_argument(
        "--sessions", type=int, default=SESSIONS, help="how many (200,000: 6 million entries)"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    begun = time.monotonic()
    try:
        count = write(given.path, given.sessions, given.seed, say=True)
    except FileExistsError as error:
        print(f"{error}: name a new file.", file=sys.stderr)
        return 2
    size = given.path.stat().st_size / 1e9
    print(
        f"{count:,} entries of {given.sessions:,} sessions, {size:.2f} GB, {time.monotonic() - begun:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
