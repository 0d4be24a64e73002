"""The tour: a review of the bundled case for somebody who has never seen the program, with a word at each kind of stop.

It is a real review, on a log, a profile and keys of its own in a folder that is gone afterwards: nothing of it comes
near the user's own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant import library
from assistant import profile as reviewer
from assistant.core.event_words import Line
from assistant.core.turn import Turn
from assistant.core.value import replace
from assistant.profile import Profile
from assistant.review.answers_file import read_answers_file, run_answers
from assistant.review.review import Review
from assistant.review.views import dispute_lines

CASE = "cervical-radiographs-after-fusion"
FAREWELL = (
    "That was the tour; nothing of it was kept. `imr` shows your work list, `imr case new` makes a case."
)

_OWN = {"IMR_CONFIG": "config", "IMR_LOG": "log.sqlite"}
_TOURIST = Profile(
    "tourist",
    qualifications={
        "certification": "Occupational Medicine",
        "licence": "California",
        "years": 6,
        "hours": 24,
    },
)


def tour_case() -> Path:
    """The folder of the case that the tour is about."""
    return library.folder("casebank") / CASE


@contextmanager
def apart() -> Iterator[Path]:
    """The log of a tour, beside a profile that is made up; afterwards both are gone, and what was set is as before."""
    before = {name: os.environ.get(name) for name in (*_OWN, "IMR_KEY")}
    with tempfile.TemporaryDirectory(prefix="imr-tour-", ignore_cleanup_errors=True) as folder:
        os.environ.update({name: str(Path(folder, own)) for name, own in _OWN.items()})
        os.environ.pop("IMR_KEY", None)
        try:
            reviewer.save_profile(_TOURIST)
            yield Path(os.environ["IMR_LOG"])
        finally:
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value


def guide(review: Review, turn: Turn, rest: str) -> str:
    """What is to be seen at a stop, and what can be tried there; `rest` is what answers the questions that are left."""
    asked = turn.kind
    if asked == "form" and turn.scope not in review.session.items:
        disputed, refused = dispute_lines(review.session)
        return (
            f"{disputed}. {refused}. What can be confirmed together is one form: it is proposed, and is no answer "
            "before you press Enter."
        )
    if asked == "form":
        return (
            "The case file states all this, each with its page: } turns to the next of these pages, [ and ] to the "
            "others. A number answers one of them otherwise. Enter confirms."
        )
    if asked in ("prompt", "list"):
        return (
            "Now what the record says counts: / lists the passages, ? says why it is asked. A digit answers; - is "
            f"“not documented”, behind which stands a logged search. Try some; {rest}."
        )
    if asked == "passages":
        return (
            "The record speaks against your answer. Nothing is signed before the passage is cited or set aside with a "
            f"reason; {rest}."
        )
    if asked == "ruling":
        return (
            "Two guidelines part here, or one has a caution: which governs is yours to rule. A digit, then your reason "
            "in a sentence of your own."
        )
    if asked in ("decision", "first"):
        return (
            "The suggestion, what carries it, and what would change it. It only suggests: you decide, and where you "
            "depart from it you say why."
        )
    if asked == "check":
        return "A plain fact that doesn't fit. Amend what is wrong, or say why it is right as it stands; both are logged."
    if asked == "by_eye":
        return "These pages no search can read. Say whether you have read them by eye."
    if asked == "sign":
        return (
            "The letter as it would be sent: every sentence comes from your answers, with its source. `sign` signs it; a "
            "real one is signed with your own key. Here nothing is sent."
        )
    return "Signed, and in the log, where no entry can be changed unnoticed. That is all. Leave as you like."


def answer_rest(review: Review) -> list[Line]:
    """Answers the questions that are left as the published determination did, and says so; what is to be decided stays open."""
    file = read_answers_file(tour_case() / "reference.yaml")
    left = {
        scope: {name: raw for name, raw in given.items() if not review.session.reading(scope).answered(name)}
        for scope, given in file.answers.items()
    }
    run_answers(
        review,
        replace(file, answers=left, rulings={}, determinations={}, edits={}, acknowledge={}, sign=False),
    )
    return [Line("note", "The questions that were left are answered as in the published determination.")]
