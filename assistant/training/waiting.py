"""What waits for a trainee: runs to go on with, assigned cases, and cases to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.log import Log
from assistant.training.assignment import REVEALS, Assignment, assignments, faults_of
from assistant.training.beginning import Exercise, exercise_of_assignment
from assistant.training.book import Written, all_entries
from assistant.training.debrief import cases_with_reference
from assistant.training.run import Run, runs


@dataclass(frozen=True)
class Waiting:
    """The trainee's open runs, the assignments not yet begun, and the cases with a reference."""

    runs: Sequence[Run]
    assigned: Sequence[Assignment]
    cases: Sequence[str]
    written: Sequence[Written] = field(repr=False, default=())

    def exercise(self, assignment: Assignment) -> Exercise:
        """What an assigned run is made of."""
        return exercise_of_assignment(assignment, faults_of(self.written, assignment.id))

    def lines(self) -> list[str]:
        """What waits, with the commands that take it up."""
        lines = [f"{run_words(run)}: imr practise --resume {run.session}" for run in self.runs]
        lines += [assignment_words(one) for one in self.assigned]
        lines += [f"{name}: imr practise {name}" for name in self.cases]
        return lines or ["Nothing waits: no case has a reference, and none is assigned to you."]


def waiting(log: Log, actor: str) -> Waiting:
    """What waits for one person."""
    written = all_entries(log)
    own = [run for run in runs(written) if run.trainee == actor]
    begun = {run.plan for run in own if run.plan}
    assigned = [
        one
        for one in assignments(written)
        if one.trainee == actor and not one.withdrawn and one.id not in begun
    ]
    return Waiting([run for run in own if not run.ended], assigned, cases_with_reference(), written)


def run_words(run: Run) -> str:
    """A run on one line of a list."""
    return f"{run.case} · begun {run.ts[:16].replace('T', ' ')} · {len(run.frozen)} answers frozen"


def assignment_words(one: Assignment) -> str:
    """An assignment on one line of a list."""
    return f"{one.case} · assigned by {one.trainer} on {one.ts[:10]} · revealed {REVEALS[one.reveal]}"
