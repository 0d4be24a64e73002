"""Cases that a trainer gives a trainee, with what they are compared with and what is planted in them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.core import training_event as t
from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.training.book import Book, Written
from assistant.training.fault import Fault
from assistant.training.reference import Reference

REVEALS = {
    "each": "after each answer",
    "end": "at the end",
    "trainer": "by the trainer",
}
"""When the reviewer's answer is shown: after each answer, at the end, or only to the trainer."""


@dataclass(frozen=True)
class Assignment:
    """A case given to a trainee. `folder` is the case folder to review, which may be an altered copy."""

    id: str
    trainer: str
    trainee: str
    case: str
    reveal: str
    reference: Reference = field(repr=False)
    folder: Path
    planted: int
    ts: str = ""
    withdrawn: bool = False


def assign(
    book: Book,
    trainee: str,
    reveal: str,
    reference: Reference,
    folder: Path,
    faults: Sequence[Fault] = (),
    plan: str = "",
) -> Assignment:
    """Assigns a case; the faults' truth goes into the trainer's book with it."""
    made = Assignment(
        plan or new_plan(),
        book.actor,
        trainee,
        reference.case,
        reveal,
        reference,
        folder.resolve(),
        len(faults),
    )
    event = t.CaseAssigned(
        made.id,
        trainee,
        made.case,
        reveal,
        reference.session,
        reference.head,
        len(faults),
        reference.to_text(),
        str(made.folder),
    )
    book.write(event, *planted_events(made.id, faults), case=made.case)
    return made


def withdraw(book: Book, name: str) -> Assignment:
    """Takes an assignment back, told by the beginning of its id; `Refused` where there is no such one of this book."""
    own = [one for one in assignments(book.entries()) if one.id.startswith(name) and not one.withdrawn]
    if len(own) != 1:
        raise refuse(
            f"There is no one assignment “{one_line(name, 40)}” of yours.", "", "See `imr training list`."
        )
    book.write(t.AssignmentWithdrawn(own[0].id), case=own[0].case)
    return own[0]


def new_plan() -> str:
    """A new id for an assignment, or for the faults of one's own run."""
    return secrets.token_hex(4)


def planted_events(plan: str, faults: Sequence[Fault]) -> list[t.FaultPlanted]:
    """What a book keeps of planted faults."""
    return [t.FaultPlanted(plan, number, fault.to_text()) for number, fault in enumerate(faults, 1)]


def assignments(written: Iterable[Written]) -> list[Assignment]:
    """Every assignment that stands in some books, the oldest first."""
    found: dict[str, Assignment] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.CaseAssigned):
            found[event.assignment] = Assignment(
                event.assignment,
                one.by,
                event.trainee,
                event.case,
                event.reveal,
                Reference.from_text(event.reference),
                Path(event.folder),
                event.planted,
                one.ts,
            )
        elif isinstance(event, t.AssignmentWithdrawn) and event.assignment in found:
            held = found[event.assignment]
            if held.trainer == one.by:
                found[event.assignment] = replace(held, withdrawn=True)
    return list(found.values())


def faults_of(written: Iterable[Written], plan: str) -> tuple[Fault, ...]:
    """What was planted for an assignment or run."""
    return tuple(
        Fault.from_text(one.event.truth)
        for one in written
        if plan and isinstance(one.event, t.FaultPlanted) and one.event.plan == plan
    )
