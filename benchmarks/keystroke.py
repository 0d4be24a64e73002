"""From a key to its letter on the terminal, beside a long conversation, against an empty Textual program."""

from __future__ import annotations

import sys
import time
from statistics import median

from benchmarks.measure import APPS, CASE, Place, Result, milliseconds, workplace
from benchmarks.terminal import Terminal, first_frame, shows

KEYS = 40
ROUNDS = 3
TURNS = (50, 300, 1_000)
SIZE = (160, 45)
BACKSPACE = b"\x7f"
LETTERS = "bcdfghjkmnpqrstvwxz"


def run() -> list[Result]:
    """A key with 300 turns against the empty program, and with 1,000 turns against 50; answering is told beside it."""
    typed: dict[int, list[float]] = {turns: [] for turns in (0, *TURNS)}
    answered: dict[int, list[float]] = {turns: [] for turns in TURNS}
    with workplace() as place:
        for _ in range(ROUNDS):
            typed[0] += _keys(_empty(place))
            for turns in TURNS:
                keys, answers = _long(place, turns)
                typed[turns] += keys
                answered[turns] += answers
    base = median(typed[0])
    few, some, many = (median(typed[turns]) for turns in TURNS)
    return [
        Result("key to screen, 300 turns", some / base, 3.0, "x", f"{milliseconds(typed[300])} against {milliseconds(typed[0])}"),
        Result("key to screen, 1,000 turns against 50", many / few, 1.25, "x", f"{many * 1000:.1f} against {few * 1000:.1f} ms"),
        Result(
            "answer to next question, 1,000 turns against 50",
            median(answered[1_000]) / median(answered[50]),
            None,
            "x",
            f"{milliseconds(answered[1_000])} against {milliseconds(answered[50])}",
        ),
    ]


def _empty(place: Place) -> Terminal:
    terminal = Terminal([sys.executable, str(APPS / "empty.py"), "--input"], place.environment, SIZE)
    terminal.until(first_frame)
    return terminal


def _long(place: Place, turns: int) -> tuple[list[float], list[float]]:
    command = [sys.executable, str(APPS / "long_talk.py"), str(place.log), CASE, str(turns)]
    with Terminal(command, place.environment, SIZE) as terminal:
        terminal.until(shows("READY"), seconds=120)
        terminal.quiet(0.3)
        keys = _typed(terminal)
        answers = [_after(terminal, reply, text) for reply, text in (("\r", "Have you any"), ("1", "Are these the doc"))]
    return keys, answers


def _keys(terminal: Terminal) -> list[float]:
    with terminal:
        terminal.quiet(0.3)
        return _typed(terminal)


def _typed(terminal: Terminal) -> list[float]:
    """Seconds from each of some letters, typed on an empty line, to that letter on the screen."""
    return [_letter(terminal, LETTERS[number % len(LETTERS)]) for number in range(KEYS)]


def _letter(terminal: Terminal, letter: str) -> float:
    seconds = _after(terminal, letter, letter)
    terminal.quiet()
    terminal.send(BACKSPACE)
    return seconds


def _after(terminal: Terminal, typed: str, shown: str) -> float:
    since = terminal.quiet()
    begun = time.perf_counter()
    terminal.send(typed.encode())
    return terminal.until(shows(shown), since) - begun


