"""From a key to its letter on the terminal, beside a long conversation, against an empty Textual program."""

from __future__ import annotations

import sys
from statistics import median

from benchmarks.measure import APPS, CASE, Place, Result, milliseconds, workplace
from benchmarks.terminal import BACKSPACE, Terminal, first_frame, shows

KEYS = 40
ROUNDS = 3
TURNS = (50, 300, 1_000)
SIZE = (160, 45)
LETTERS = "bcdfghjkmnpqrstvwxz"


def run() -> list[Result]:
    """A key with 300 turns against the empty program and with 1,000 turns against 50."""
    empty: list[float] = []
    typed: dict[int, list[float]] = {turns: [] for turns in TURNS}
    with workplace() as place:
        for _ in range(ROUNDS):
            empty += _empty(place)
            for turns in TURNS:
                typed[turns] += _long(place, turns)
    few, some, many = TURNS
    return [
        _result("key to screen, 300 turns against empty", typed[some], empty, 3.0),
        _result("key to screen, 1,000 turns against 50", typed[many], typed[few], 1.25),
    ]


def _result(what: str, values: list[float], base: list[float], limit: float | None) -> Result:
    figures = f"{milliseconds(values)} against {milliseconds(base)}"
    return Result(what, median(values) / median(base), limit, "x", figures)


def _empty(place: Place) -> list[float]:
    with Terminal([sys.executable, str(APPS / "empty.py"), "--input"], place.environment, SIZE) as terminal:
        terminal.until(first_frame)
        return _typed(terminal)


def _long(place: Place, turns: int) -> list[float]:
    command = [sys.executable, str(APPS / "long_talk.py"), str(place.log), CASE, str(turns)]
    with Terminal(command, place.environment, SIZE) as terminal:
        terminal.until(shows("READY"), seconds=120)
        return _typed(terminal)


def _typed(terminal: Terminal) -> list[float]:
    """Seconds from each of some letters, typed on an empty line, to that letter on the screen."""
    terminal.quiet(0.3)
    return [_letter(terminal, LETTERS[number % len(LETTERS)]) for number in range(KEYS)]


def _letter(terminal: Terminal, letter: str) -> float:
    terminal.quiet()
    begun = terminal.press(letter.encode())
    seconds = terminal.until(shows(letter)) - begun
    terminal.quiet()
    terminal.press(BACKSPACE)
    return seconds
