"""Assigning a case to a trainee: its reference, when that is revealed, and the copy with what is planted."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.log import Log
from assistant.reviewer import PSEUDONYM
from assistant.training.assignment import Assignment, assign
from assistant.training.beginning import exercise_of_case, with_faults
from assistant.training.book import Book
from assistant.training.fault import Fault
from assistant.training.reference import Reference


def assign_case(
    log: Log,
    trainer: str,
    case: str,
    trainee: str,
    reveal: str,
    faults: Sequence[str] = (),
    against: Reference | None = None,
) -> tuple[Assignment, tuple[Fault, ...]]:
    """Assigns a case of the case bank or a folder, and gives what was planted; raises `Refused`."""
    if not PSEUDONYM.fullmatch(trainee):
        raise refuse(
            "A trainee is named by a pseudonymous id.",
            one_line(trainee, 40),
            "Use what `imr reviewer` shows.",
        )
    exercise = with_faults(log, exercise_of_case(case, reveal, against), faults)
    made = assign(
        Book(log, trainer),
        trainee,
        reveal,
        exercise.reference,
        exercise.case.path,
        exercise.faults,
        exercise.plan,
    )
    return made, exercise.faults
