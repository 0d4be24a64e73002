"""From the call of the program to its first frame and to its first question, against an empty Textual program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import median

from benchmarks.measure import APPS, Place, Result, milliseconds, workplace
from benchmarks.terminal import Terminal, first_frame, shows

PAIRS = 20
FIRST_RUNS = 10
SIZES = ((80, 24), (160, 45))
FIRST_QUESTION = "Are these your qualifications"
EMPTY = (sys.executable, str(APPS / "empty.py"))


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


def _result(what: str, values: Sequence[float], base: Sequence[float], limit: float | None) -> Result:
    figures = f"{milliseconds(values)} against {milliseconds(base)}"
    return Result(what, median(values) / median(base), limit, "x", figures)


def _empty(place: Place, size: tuple[int, int]) -> float:
    with Terminal(EMPTY, place.environment, size) as terminal:
        return terminal.until(first_frame) - terminal.begun


def _first_run(place: Place, number: int) -> float:
    return _started(place.review(place.folder / f"new-{number}" / "log.sqlite"), place, SIZES[0])[1]


def _started(command: Sequence[str], place: Place, size: tuple[int, int]) -> tuple[float, float]:
    with Terminal(command, place.environment, size) as terminal:
        frame = terminal.until(first_frame) - terminal.begun
        return frame, terminal.until(shows(FIRST_QUESTION)) - terminal.begun
