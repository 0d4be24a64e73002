"""From the call of the program to its first frame and to its first question, against an empty Textual program."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.measure import APPS, Place, Result, milliseconds, workplace
from benchmarks.terminal import Terminal, first_frame, shows

PAIRS = 20
FIRST_RUNS = 10
SIZES = ((80, 24), (160, 45))
FIRST_QUESTION = "Are these your qualifications"
EMPTY = (sys.executable, str(APPS / "empty.py"))


class Taken(NamedTuple):
    """What a start took: seconds on the clock, and seconds of processor time, which a busy machine hardly changes."""

    seconds: float
    processor: float


def run() -> list[Result]:
    """Both claims at both sizes; the very first run of all, which makes the log, is told beside them."""
    results = []
    with workplace() as place:
        for size in SIZES:
            pairs = [(_empty(place, size), *_started(place.review(), place, size)) for _ in range(PAIRS + 1)]
            empty, framed, asked = zip(*pairs[1:], strict=True)  # the first pair fills the caches
            name = f"{size[0]}x{size[1]}"
            results.append(_result(f"start to first frame, {name}", framed, empty, 1.3))
            results.append(_result(f"start to first question, {name}", asked, empty, 1.6))
        new = [(_empty(place, SIZES[0]), _first_run(place, number)) for number in range(FIRST_RUNS)]
        empty, asked = zip(*new, strict=True)
        results.append(_result("start to first question, log to be made", asked, empty, None))
    return results


def _result(what: str, values: Sequence[Taken], base: Sequence[Taken], limit: float | None) -> Result:
    seconds, others = [one.seconds for one in values], [one.seconds for one in base]
    figures = f"{milliseconds(seconds)} against {milliseconds(others)}"
    if all(one.processor for one in (*values, *base)):
        busy = median(one.processor for one in values) / median(one.processor for one in base)
        figures += f"; {busy:.2f}x the processor time"
    return Result(what, median(seconds) / median(others), limit, "x", figures)


def _empty(place: Place, size: tuple[int, int]) -> Taken:
    with Terminal(EMPTY, place.environment, size) as terminal:
        return _until(terminal, first_frame)


def _first_run(place: Place, number: int) -> Taken:
    return _started(place.review(place.folder / f"new-{number}" / "log.sqlite"), place, SIZES[0])[1]


def _started(command: Sequence[str], place: Place, size: tuple[int, int]) -> tuple[Taken, Taken]:
    with Terminal(command, place.environment, size) as terminal:
        return _until(terminal, first_frame), _until(terminal, shows(FIRST_QUESTION))


def _until(terminal: Terminal, found: Callable[[bytes], bool]) -> Taken:
    seconds = terminal.until(found) - terminal.begun
    return Taken(seconds, terminal.processor())
