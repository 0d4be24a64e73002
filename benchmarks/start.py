"""From the call of the program to its first frame and to its first question, against an empty Textual program."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.measure import APPS, Place, Result, milliseconds, workplace
from benchmarks.terminal import Terminal, first_frame, shows

PAIRS = 15
SIZES = ((80, 24), (160, 45))
FIRST_QUESTION = "Are these your qualifications"
EMPTY = [sys.executable, str(APPS / "empty.py")]


def run() -> list[Result]:
    """Both claims at both sizes, and the very first run of all, which makes the log."""
    results = []
    with workplace() as place:
        for size in SIZES:
            empty, framed, asked = _pairs(place, size)
            name = f"{size[0]}x{size[1]}"
            base = median(empty)
            results.append(_result(f"start to first frame, {name}", framed, base, 1.3))
            results.append(_result(f"start to first question, {name}", asked, base, 1.6))
        first = [_first_run(place, number) for number in range(5)]
        results.append(_result("start to first question, log to be made", first, base, None))
    return results


def _result(what: str, values: Sequence[float], base: float, limit: float | None) -> Result:
    return Result(what, median(values) / base, limit, "x", f"{milliseconds(values)} against {base * 1000:.1f} ms")


def _pairs(place: Place, size: tuple[int, int]) -> tuple[list[float], list[float], list[float]]:
    empty, framed, asked = [], [], []
    for number in range(PAIRS + 1):
        with Terminal(EMPTY, place.environment, size) as terminal:
            blank = terminal.until(first_frame) - terminal.begun
        frame, question = _started(place.review(), place, size)
        if number:
            empty.append(blank)
            framed.append(frame)
            asked.append(question)
    return empty, framed, asked


def _first_run(place: Place, number: int) -> float:
    return _started(place.review(Path(place.folder / f"new-{number}" / "log.sqlite")), place, SIZES[0])[1]


def _started(command: Sequence[str], place: Place, size: tuple[int, int]) -> tuple[float, float]:
    with Terminal(command, place.environment, size) as terminal:
        frame = terminal.until(first_frame) - terminal.begun
        question = terminal.until(shows(FIRST_QUESTION)) - terminal.begun
        return frame, question
