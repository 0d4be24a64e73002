"""What there is to practise on: every case with a reference, exercises after decisions that were reversed, and what is due again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from assistant import library
from assistant.core.events import SessionOpened
from assistant.core.problem import Refused, refuse
from assistant.core.rules.rules import Rules
from assistant.core.session import begin
from assistant.core.text import counted, visible
from assistant.training.debrief import cases_with_reference
from assistant.training.feedback import had_without_reading
from assistant.training.gradebook import NONE, Rate, Result
from assistant.training.marking import ALONE, KNOWN, MISSED
from assistant.training.planting import takes
from assistant.training.practice import Exercise, Lesson, exercise_of_case, is_compared


@dataclass(frozen=True)
class Material:
    """A case to practise on. `right` counts the questions that were answered as the reviewer did, over first runs."""

    case: str
    services: tuple[str, ...]
    decisions: tuple[str, ...]
    traps: tuple[str, ...]
    runs: int
    right: Rate
    problem: str = ""
    questions: int = 0
    unread: int = 0
    """How many of its questions somebody answers rightly who reads nothing."""

    @property
    def outcome(self) -> str:
        """Upheld, overturned or both."""
        return " and ".join(sorted(set(self.decisions))) or "undecided"


def materials(
    found: Iterable[Result], service: str = "", outcome: str = "", trap: str = ""
) -> list[Material]:
    """Every case with a reference, by its service; those that fit `service`, `outcome` and `trap`, where they are given."""
    results: dict[str, list[Result]] = {}
    for one in found:
        results.setdefault(one.case, []).append(one)
    made = [_material(name, results.get(name, ())) for name in cases_with_reference()]
    return sorted(
        (
            one
            for one in made
            if (not service or any(service.casefold() in said.casefold() for said in one.services))
            and outcome in ("", *one.decisions)
            and trap in ("", *one.traps)
        ),
        key=lambda one: (one.services, one.case),
    )


def _material(name: str, results: Sequence[Result]) -> Material:
    right = sum((one.agreement for one in results if one.fresh), NONE)
    try:
        exercise = exercise_of_case(name, "end")
        rules = library.rules_for(exercise.case)
        services = tuple(dict.fromkeys(rules.sets[item].title for item in rules.case.items))
        decisions = tuple(decision for decision, _ in exercise.reference.decisions.values())
        traps = takes(exercise.case, rules, exercise.reference, Random(1)) if rules.case.practice else ()
    except Refused as refused:
        return Material(name, (), (), (), len(results), right, str(refused))
    asked, unread = _questions(exercise, rules)
    return Material(name, services, decisions, traps, len(results), right, "", asked, unread)


def _questions(exercise: Exercise, rules: Rules) -> tuple[int, int]:
    """How many questions the reference answers, and how many of these somebody does who reads nothing."""
    items = {name: item.prompt_set for name, item in rules.case.items.items()}
    opened = SessionOpened("training", "nobody", "", False, {}, {}, {}, items)
    run = begin("unread", rules, opened)
    asked = sum(is_compared(place) for place in exercise.reference.answers)
    return asked, len(had_without_reading(run, exercise.reference.under(run)))


def material_lines(found: Sequence[Material], taught: Mapping[str, Lesson]) -> list[str]:
    """The library for a terminal: cases below their services, then the exercises."""
    lines: list[str] = []
    for one in found:
        heading = " and ".join(one.services) or "Not to be read"
        if heading not in lines:
            lines += ["", heading] if lines else [heading]
        made = (
            f"{one.right.hits} of {one.right.of} right in {counted(one.runs, 'run')}"
            if one.right.of
            else "not run yet"
        )
        lines.append(f"  {one.case} · {one.outcome} · {made}")
        lines.append(
            f"      {one.problem or 'traps: ' + (', '.join(one.traps) or 'none that can be planted')}"
        )
        if one.questions:
            lines.append(f"      {counted(one.questions, 'question')}, {one.unread} had without reading")
    lines += ["", "Exercises, each begun with `imr practise NAME`"] if taught else []
    for lesson in taught.values():
        lines += [f"  {lesson.id} · {lesson.case}", f"      {lesson.happened}", f"      {lesson.source}"]
    return [visible(line) for line in lines] or ["No case fits."]


def material_json(found: Sequence[Material], taught: Mapping[str, Lesson]) -> dict[str, Any]:
    """The library as `imr training library --json` prints it."""
    return {
        "cases": [
            {
                "case": one.case,
                "services": list(one.services),
                "decisions": list(one.decisions),
                "traps": list(one.traps),
                "runs": one.runs,
                "right": {"hits": one.right.hits, "of": one.right.of},
                "problem": one.problem or None,
                "questions": one.questions,
                "unread": one.unread,
            }
            for one in found
        ],
        "exercises": [
            {
                "exercise": one.id,
                "case": one.case,
                "faults": list(one.faults),
                "unaided": one.unaided,
                "happened": one.happened,
                "source": one.source,
            }
            for one in taught.values()
        ],
    }


# When a trap is practised again. What is learned is not a case but a trap (a kind of planted fault) in a service: found
# alone it comes back later, known of sooner, else soon. The scheduler is the `fsrs` library's, without its chance, so
# that the same log gives the same days.


@dataclass(frozen=True)
class Spaced:
    """A trap of a service: how often it was met, when it is due, and an unseen case that has it (empty where none is left)."""

    service: str
    kind: str
    met: int
    due: datetime
    case: str


def spaced(results: Iterable[Result], found: Sequence[Material]) -> list[Spaced]:
    """Each trap that a trainee has met, the one that is due first before the others."""
    scheduler, card_of, ratings = _scheduler()
    services = {one.case: " and ".join(one.services) for one in found}
    mine = sorted(results, key=lambda result: result.ts)
    seen = {one.case for one in mine}
    cards: dict[tuple[str, str], tuple[Any, int]] = {}
    for one in mine:
        for kind, how in one.kinds:
            key = services.get(one.case, one.case), kind
            card, met = cards.get(key) or (card_of(), 0)
            when = datetime.fromisoformat(one.ts)
            card, _ = scheduler.review_card(card, ratings.get(how, ratings[MISSED]), when)
            cards[key] = card, met + 1
    made = [
        Spaced(service, kind, met, card.due, _unseen(found, service, kind, seen))
        for (service, kind), (card, met) in cards.items()
    ]
    return sorted(made, key=lambda one: (one.due, one.service, one.kind))


def _unseen(found: Sequence[Material], service: str, kind: str, seen: set[str]) -> str:
    """A case with that trap, of that service before any other, that the trainee hasn't seen."""
    left = [one for one in found if kind in one.traps and one.case not in seen]
    return next(
        (one.case for one in sorted(left, key=lambda one: (" and ".join(one.services) != service, one.case))),
        "",
    )


def _scheduler() -> tuple[Any, Any, dict[str | None, Any]]:
    try:
        from fsrs import Card, Rating, Scheduler  # of an extra
    except ModuleNotFoundError:
        raise refuse(
            "The scheduler of what is due isn't installed.",
            "",
            "Install the extra: pip install 'imr-assistant[spacing]'.",
        ) from None
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)  # days, no minutes
    return scheduler, Card, {ALONE: Rating.Good, KNOWN: Rating.Hard, MISSED: Rating.Again}


def spaced_lines(made: Sequence[Spaced], now: datetime) -> list[str]:
    """What is due, and when the rest will be, for a terminal."""
    lines = []
    for one in made:
        when = "due now" if one.due <= now else f"due on {one.due:%Y-%m-%d}"
        lines.append(f"{one.kind} · {one.service} · met {counted(one.met, 'time')} · {when}")
        if one.due <= now:
            begin = f"imr practise {one.case} --reveal end --fault {one.kind}"
            lines.append(f"    {begin if one.case else 'no case that you have not seen has it'}")
    return [visible(line) for line in lines] or ["No trap has been met yet: take a run with planted faults."]
