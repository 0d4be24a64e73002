"""When a trap of a service is practised again: spaced by FSRS, each time on a case that the trainee hasn't seen.

What is learned is not a case but a trap (a kind of planted fault) in a service. Found alone it comes back later, else
soon. The scheduler is the `fsrs` library's, without its chance, so that the same log gives the same days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assistant.core.problem import refuse
from assistant.core.text import counted, visible
from assistant.training.gradebook import Result
from assistant.training.library import Material


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
        for kind, alone in one.kinds:
            key = services.get(one.case, one.case), kind
            card, met = cards.get(key) or (card_of(), 0)
            when = datetime.fromisoformat(one.ts)
            card, _ = scheduler.review_card(card, ratings[alone], when)
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


def _scheduler() -> tuple[Any, Any, dict[bool, Any]]:
    try:
        from fsrs import Card, Rating, Scheduler  # of an extra
    except ModuleNotFoundError:
        raise refuse(
            "The scheduler of what is due isn't installed.",
            "",
            "Install the extra: pip install 'imr-assistant[spacing]'.",
        ) from None
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)  # days, no minutes
    return scheduler, Card, {True: Rating.Good, False: Rating.Again}


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
