"""The pass over a long log, shared between this process and a second one: each reads one half.

The second is this module, run by the same Python. Where it can't be had, this process does all.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from assistant.core.problem import Refused
from assistant.log.connection import connect_reader
from assistant.log.database_check import CACHE_KIB
from assistant.log.refusal import DAMAGE, unless_damage, words
from assistant.log.text_check import PRIME, new_key, tally_of_words
from assistant.log.tree import WIDTH
from assistant.log.walk import Stretch, Walk

SHARED_FROM = 100_000
"""How many entries are worth the start of a second process."""

OWN_SHARE = 0.42
"""How much of the entries this process reads: less than half, since SQLite's own check runs beside it."""

_MIDDLE = "8"
_RUN = "from assistant.log.half import main; main()"


@dataclass(frozen=True)
class Passed:
    """What the pass found: its stretches in order, and whether each committed text is there (None: not looked at)."""

    stretches: list[Stretch]
    texts: bool | None


@dataclass(frozen=True)
class _Task:
    path: Path
    start: int
    end: int
    marks: tuple[int, ...]
    key: int
    low: str
    high: str

    def run(self, step: Callable[[int], None] | None = None) -> tuple[Stretch, int]:
        connection = connect_reader(self.path)
        try:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            stretch = Walk(connection, self.path, self.start, self.end, self.marks, self.key, step).run()
            try:
                return stretch, tally_of_words(connection, self.key, self.low, self.high)
            except DAMAGE as error:
                unless_damage(self.path, error)
                stretch.unread = stretch.unread or f"texts can't be read: {words(error)}"
                return stretch, 0
        finally:
            connection.close()


def walk_all(
    path: Path,
    start: int,
    end: int,
    marks: Sequence[int],
    texts: bool = True,
    step: Callable[[int], None] | None = None,
) -> Passed:
    """Looks at the entries with the ids after `start` (a multiple of 256), up to `end`; see `Walk`.

    With `texts` (for a pass from the first entry) all words of the log are compared with all commitments.
    """
    key = new_key()
    top = "g" if texts else ""
    if end - start < SHARED_FROM or (os.cpu_count() or 1) < 2:
        done = [_Task(path, start, end, tuple(marks), key, "", top).run(step)]
    else:
        middle = (start + int((end - start) * OWN_SHARE)) // WIDTH * WIDTH
        first = tuple(mark for mark in marks if mark <= middle)
        second = tuple(mark for mark in marks if mark > middle)
        halfway = _MIDDLE if texts else ""
        mine = _Task(path, start, middle, first, key, "", halfway)
        other = _Task(path, middle, end, second, key, halfway, top)
        with ThreadPoolExecutor(1) as pool:
            elsewhere = pool.submit(_elsewhere, other)
            own = mine.run(None if step is None else lambda count: step(2 * count))
            done = [own, elsewhere.result() or other.run()]
    said = held = 1
    for stretch, texts_held in done:
        said, held = said * stretch.tally % PRIME, held * texts_held % PRIME
    return Passed([stretch for stretch, _ in done], said == held if texts else None)


def _elsewhere(task: _Task) -> tuple[Stretch, int] | None:
    """The task as another process does it; None where that did not work, so that it is done here."""
    package = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (package, before)))}
    try:
        made = subprocess.run(
            [sys.executable, "-P", "-c", _RUN],
            input=pickle.dumps(task),
            capture_output=True,
            env=environment,
            check=True,
        )
        found: tuple[Stretch, int] = pickle.loads(made.stdout)
    except (OSError, subprocess.SubprocessError, pickle.UnpicklingError, EOFError):
        return None
    return found


def main() -> None:
    """Takes a task from standard input, and writes what it found to standard output."""
    task = pickle.load(sys.stdin.buffer)
    try:
        found = task.run()
    except (Refused, OSError):
        raise SystemExit(1) from None
    sys.stdout.buffer.write(pickle.dumps(found))
