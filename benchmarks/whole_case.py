"""The whole case on a terminal, from the first question to the signature: stops and memory.

Keys are counted by `tests/tui/test_time.py`, which presses them one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from assistant import library
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from benchmarks.measure import CASE, QUALIFICATIONS, Result, workplace
from benchmarks.terminal import ENTER, Terminal, shows
from tests.walk import quick

SIZES = ((80, 24), (160, 45))


def run() -> list[Result]:
    """The stops of the case, and the most memory that the program took, at either size."""
    with workplace() as place:
        planned = list(_planned(place.folder))
        peaks = []
        for size in SIZES:
            with Terminal(place.review(), place.environment, size) as terminal:
                terminal.until(shows("Are these your qualifications"))
                for reply in planned:
                    terminal.quiet(0.5)
                    at_once = reply in ("-", ".") or reply.isdigit()
                    terminal.press(reply.encode() + (b"" if at_once else ENTER))
                terminal.until(shows("Signed: "))
            peaks.append(terminal.peak / 1_000_000)
        with Log.open(place.log, write=False) as log:
            ended = [(row.status, row.outcome) for row in log.sessions()][: len(SIZES)]
    if ended != [("signed", "uphold")] * len(SIZES):
        raise RuntimeError(f"The sessions on the terminal ended otherwise than the reference: {ended}.")
    return [
        Result("stops, whole case", len(planned), 20, ""),
        Result("memory, whole case", max(peaks), 90, " MB", " and ".join(f"{peak:.1f} MB" for peak in peaks)),
    ]


def _planned(folder: Path) -> Iterator[str]:
    """The reply to each question, found by going through the case once without a screen."""
    with Log.open(folder / "planned.sqlite") as log:
        review = Review.open(
            log, library.find_case(CASE), Profile("benchmark", qualifications=QUALIFICATIONS)
        )
        talk = Conversation(review)
        while talk.turn.kind != "done":
            reply = quick(talk)
            talk.reply(reply)
            yield reply
        review.close()
