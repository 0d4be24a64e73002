"""Sessions to replay and to practise on: the published case, reviewed below the screen with a clock of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.event_words import Line
from assistant.core.value import replace
from assistant.log import Log
from assistant.log.entry import Clock
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from assistant.training.faults import Fault
from assistant.training.planting import plant
from assistant.training.practice import Exercise, Practice, begin_run, exercise_of_case, with_faults
from tests.walk import CASE as CASE
from tests.walk import KEPT as KEPT
from tests.walk import PASSAGES, WALK, places_of

TRAINEE = Profile("r-trainee", qualifications=KEPT)
TRAINER = Profile("r-trainer", qualifications=KEPT)
REPLIES: Mapping[str, str] = WALK
"""The reply to each question that agrees with the reference of the case."""


class Ticking:
    """A clock that goes on by the seconds given, one after the other, and by one second after that."""

    def __init__(self, *seconds: int) -> None:
        self.seconds = list(seconds)
        self.now = 0

    def __call__(self) -> tuple[str, int, str]:
        self.now += self.seconds.pop(0) if self.seconds else 1
        hours, rest = divmod(self.now, 3600)
        return f"2026-03-02T{10 + hours:02}:{rest // 60:02}:{rest % 60:02}.000Z", self.now * 10**9, "boot"


def reviewed(
    path: Path, changes: Mapping[str, Any] | None = None, clock: Clock | None = None, **more: Any
) -> str:
    """A review of the case as its reference has it, with other answers to item 1; gives the session's id."""
    file = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    answers = {**file.answers, "1": {**file.answers["1"], **(changes or {})}}
    file = replace(file, answers=answers, **more)
    with Log.open(path, **({} if clock is None else {"clock": clock})) as log:
        review = Review.open(log, library.find_case(CASE), Profile(file.reviewer or "r", qualifications=KEPT))
        answers_file.run_answers(review, file)
        review.close()
        return review.session.id


def wavered(path: Path, clock: Clock | None = None) -> str:
    """A review in which an answer was refused and changed, a page opened, and the decision departs."""
    file = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    with Log.open(path, **({} if clock is None else {"clock": clock})) as log:
        review = Review.open(log, library.find_case(CASE), Profile("r-wavers", qualifications=KEPT))
        review.perform(c.RejectInput("case", "qualifications", "maybe", "That is no answer."))
        answers_file.run_answers(review, replace(file, determinations={}, acknowledge={}, sign=False))
        review.perform(c.OpenPage("progress-note-2014-07-17", 2))
        review.perform(c.RecordAnswer("1", "acute_trauma", Answer(value="yes"), reason="A fall is told of."))
        suggested = review.assess("1").suggestion.decision
        review.perform(c.Determine("1", "overturned", suggested, "The films answer a question."))
        review.perform(c.AddNote("1", "sought", "See page 2."))
        review.close()
        return review.session.id


def exercise(reveal: str = "each") -> Exercise:
    return exercise_of_case(CASE, reveal)


def planted(folder: Path, *kinds: str, seed: int = 1) -> tuple[Fault, ...]:
    """Faults in a copy of the case in `folder`, the same for the same seed."""
    one = exercise()
    return plant(one.case, library.rules_for(one.case), one.reference, kinds, folder, Random(seed))[1]


def begun(log: Log, reveal: str = "each", *faults: str, seed: int = 1) -> Practice:
    return begin_run(log, TRAINEE, with_faults(log, exercise(reveal), faults, Random(seed)))


def answered(practice: Practice, replies: Mapping[str, str] | None = None, until: str = "done") -> list[Line]:
    """Answers questions up to a prompt, a kind of turn, or the end; what is asked for besides is given a reason."""
    said: list[Line] = []
    given = {**REPLIES, **(replies or {})}
    for _ in range(80):
        turn = practice.turn
        together = turn.kind in ("form", "list")
        if turn.kind in (until, "done") or (turn.path == until and not together):
            return said
        if together:
            place = places_of(practice)[0]
            said += practice.go(*place)
            if place[1] == until:
                return said
            continue
        if turn.kind == "prompt":
            said += practice.reply(given[turn.path])
            if practice.pending is not None and "rests on a passage" in practice.pending.question:
                for more in PASSAGES["acute_trauma"]:
                    said += practice.reply(more)
        elif turn.kind == "sign":
            said += practice.reply("sign")
        else:
            said += practice.reply("2" if turn.kind == "passages" else "1")
        if practice.pending is not None:
            said += practice.reply("1" if practice.pending.options else "The note names a fusion.")
    raise AssertionError(f"This doesn't end: {practice.turn.question}")


def by_passage(practice: Conversation, reply: str) -> list[Line]:
    """An answer with the passage that it is asked for, named by some of its words."""
    practice.reply(reply)
    return practice.reply(PASSAGES["acute_trauma"][0])


def texts(lines: Iterable[Line]) -> str:
    return "\n".join(line.text for line in lines)
