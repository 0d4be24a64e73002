"""The whole case on a terminal, from the first question to the signature: keys, stops and memory."""

from __future__ import annotations

from pathlib import Path

from assistant import library
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from benchmarks.measure import CASE, QUALIFICATIONS, Result, workplace
from benchmarks.plan import Stop, stops
from benchmarks.terminal import ENTER, Terminal, shows

SIZES = ((80, 24), (160, 45))
HEAD = 40
"""How much of a question is looked for: its beginning, which no line break parts."""


def run() -> list[Result]:
    """Keys and stops as they were pressed, and the most memory that the program took, at either size."""
    with workplace() as place:
        planned = _planned(place.folder)
        peaks = []
        for size in SIZES:
            with Terminal(place.review(), place.environment, size) as terminal:
                pressed = sum(_press(terminal, stop) for stop in planned)
                terminal.until(shows("Signed: "))
            peaks.append(terminal.peak / 1_000_000)
        with Log.open(place.log, write=False) as log:
            ended = [(row.status, row.outcome) for row in log.sessions()][: len(SIZES)]
    if ended != [("signed", "uphold")] * len(SIZES):
        raise RuntimeError(f"The sessions on the terminal ended otherwise than the reference: {ended}.")
    return [
        Result("keys outside free text, whole case", pressed, 100, ""),
        Result("stops, whole case", len(planned), 20, ""),
        Result("memory, whole case", max(peaks), 90, " MB", " and ".join(f"{peak:.1f} MB" for peak in peaks)),
    ]


def _planned(folder: Path) -> list[Stop]:
    """The stops of the case, found by going through it once without a screen."""
    made = []
    with Log.open(folder / "planned.sqlite") as log:
        review = Review.open(
            log, library.find_case(CASE), Profile("benchmark", qualifications=QUALIFICATIONS)
        )
        conversation = Conversation(review)
        for stop in stops(conversation):
            stop.give(conversation)
            made.append(stop)
        review.close()
    return made


def _press(terminal: Terminal, stop: Stop) -> int:
    """Replies to a question once it stands on the screen; the keys that it took outside free text."""
    terminal.until(shows(stop.question[:HEAD]))
    terminal.quiet()
    terminal.press(stop.pressed.encode() + (ENTER if stop.enter else b""))
    if stop.words:
        terminal.quiet(0.1)
        terminal.press(stop.words.encode() + ENTER)
    return stop.keys
