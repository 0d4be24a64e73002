"""A replay of a session of 2,000 entries: opened at its end, and taken to any step, from the log to the drawn lines."""

from __future__ import annotations

import gc
import random
import time
from pathlib import Path
from statistics import median

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.value import replace
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from assistant.training.replay import Replay, open_replay
from assistant.tui.replay import window
from benchmarks.measure import CASE, QUALIFICATIONS, Result, milliseconds, percentile, workplace

ENTRIES = 2_000
OPENINGS = 15
SEEKS = 400
ROWS, WIDTH = 40, 84
"""What the screen draws of a step at once: a screen of lines, for a wide terminal."""
SCREENS = 3
"""What it draws then, to be scrolled back to."""

LIMIT = 50.0


def run() -> list[Result]:
    """Openings at the end, seeks to random steps with nothing kept from an earlier one, and how flat they are."""
    with workplace() as place:
        _write(place.log.parent / "long.sqlite")
        openings = [_opened(place.log.parent / "long.sqlite")[0] for _ in range(OPENINGS)]
        _, one = _opened(place.log.parent / "long.sqlite")
        seeks = _seeks(one)
        one.recording.log.close()
    count = len(one.steps)
    first = [took for number, took, _ in seeks if count // 10 < number <= count // 5]
    last = [took for number, took, _ in seeks if number > count - count // 10]
    took = [took for _, took, _ in seeks]
    rest = [took for _, _, took in seeks]
    return [
        Result(
            f"replay of {ENTRIES:,} entries opened at its end, median",
            median(openings) * 1000,
            LIMIT,
            " ms",
            milliseconds(openings),
        ),
        Result("seek to any step, p95", percentile(took, 95) * 1000, LIMIT, " ms", milliseconds(took)),
        Result(
            "seek in the last tenth against the second",
            median(last) / median(first),
            1.5,
            "x",
            f"{milliseconds(last)} against {milliseconds(first)}",
        ),
        Result(
            "the lines further back, drawn after it, median",
            median(rest) * 1000,
            None,
            " ms",
            milliseconds(rest),
        ),
    ]


def _write(path: Path) -> None:
    """A session of a reviewer who could not make up his mind."""
    given = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    file = replace(given, determinations={}, acknowledge={}, sign=False)
    profile = Profile("benchmark", qualifications=QUALIFICATIONS)
    with Log.open(path) as log:
        review = Review.open(log, library.find_case(CASE), profile)
        answers_file.run_answers(review, file)
        turn = 0
        while review.seq < ENTRIES - 1:
            turn += 1
            value = ("yes", "no")[turn % 2]
            review.perform(
                c.RecordAnswer(
                    "1", "acute_trauma", Answer(value=value), reason=f"The note of day {turn} says so."
                )
            )
            review.perform(c.AddNote("1", "sought", f"Note {turn}."))
            review.perform(c.OpenPage("progress-note-2014-07-17", 1 + turn % 2))
            review.perform(c.ShowPrompt("1", "suspected"))
            review.perform(c.LeavePrompt("1", "suspected"))
        review.close()


def _opened(path: Path) -> tuple[float, Replay]:
    """Seconds of processor time until the last step stands drawn. The collector rests, as it does while the program starts."""
    gc.collect()
    gc.disable()
    begun = time.process_time()
    one = open_replay(path, "last")
    _draw(one, len(one.steps))
    took = time.process_time() - begun
    gc.enable()
    return took, one


def _draw(one: Replay, number: int) -> None:
    window(one, number, ROWS, WIDTH, quick=True)
    one.page_shown(number)
    _ = one.recording.at(one.steps[number - 1]).turn


def _seeks(one: Replay) -> list[tuple[int, float, float]]:
    """The step, the seconds of processor time until it stands drawn, and those until what lies before it does too."""
    chance = random.Random(7)
    found = []
    for _ in range(SEEKS):
        number = chance.randint(1, len(one.steps))
        fresh = Replay(one.recording)
        begun = time.process_time()
        _draw(fresh, number)
        drawn = time.process_time()
        window(fresh, number, SCREENS * ROWS, WIDTH)
        found.append((number, drawn - begun, time.process_time() - drawn))
    return found
