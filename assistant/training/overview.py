"""The trainers' view of a log: cases with a reference, sessions by case, runs by trainee, agreement at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant import library
from assistant.clock import today, utc_day, utc_minute
from assistant.core.problem import Refused
from assistant.core.text import counted, visible
from assistant.log import Log, SessionRow
from assistant.log.entry import Unreadable
from assistant.log.errors import leave_out
from assistant.log.fold import load_session
from assistant.training.book import (
    REVEALS,
    Assignment,
    Written,
    all_entries,
    assignments,
    faults_of,
    trainees_named,
)
from assistant.training.comparison import Rater, RatingMatrix
from assistant.training.debrief import cases_with_reference
from assistant.training.gradebook import Gradebook, gradebook, is_overdue, open_assignments, results
from assistant.training.practice import MODE, Exercise, Run, exercise_of_assignment, runs

MOST_COMPARED = 12
"""Of more finished sessions of a case than this, only the newest are compared at a glance."""
REST = "Cases that nobody has begun"


@dataclass(frozen=True)
class Glance:
    """How far the finished reviews of a case say the same: answers alike, of how many that two both gave."""

    sessions: int
    alike: int
    both: int
    first_parting: str

    @property
    def words(self) -> str:
        share = (
            f"{round(100 * self.alike / self.both)}% of answers alike" if self.both else "no answer in common"
        )
        part = f", part first at {self.first_parting}" if self.first_parting else ""
        return f"{self.sessions} compared: {share}{part}"


@dataclass(frozen=True)
class CaseRow:
    """A case: whether it has a reference, its sessions that are no runs, and its runs."""

    case: str
    reference: bool
    sessions: Sequence[SessionRow]
    runs: Sequence[Run]
    glance: Glance | None


@dataclass(frozen=True)
class Overview:
    """Everything that the trainers' screen shows."""

    cases: Sequence[CaseRow]
    assignments: Sequence[Assignment]
    runs: Sequence[Run]

    @property
    def begun(self) -> Sequence[CaseRow]:
        """The cases that were used in the log, or are assigned."""
        given = {one.case for one in self.assignments}
        return [one for one in self.cases if one.sessions or one.runs or one.case in given]

    @property
    def rest(self) -> Sequence[CaseRow]:
        """The cases that are there to be used."""
        begun = {one.case for one in self.begun}
        return [one for one in self.cases if one.case not in begun]

    def state_of(self, assignment: Assignment) -> str:
        """How far an assignment has come: waiting, begun, signed or declined."""
        run = next((one for one in self.runs if one.plan == assignment.id), None)
        return "waiting" if run is None else run.ended or "begun"


def read_overview(log: Log) -> Overview:
    """The overview of a log: the cases that were used in it by name, then those that are there to be used."""
    written = all_entries(log)
    made = runs(written)
    rows = [row for row in log.sessions() if row.kind != MODE]
    given = [one for one in assignments(written) if not one.withdrawn]
    references = {*cases_with_reference(), *(one.case for one in given if not one.reference.session)}
    used = {*(row.case for row in rows), *(run.case for run in made), *(one.case for one in given)}
    names = [*sorted(used), *sorted(set(library.case_names()) - used)]
    cases = []
    for name in names:
        held = [row for row in rows if row.case == name]
        cases.append(
            CaseRow(
                name, name in references, held, [run for run in made if run.case == name], _glance(log, held)
            )
        )
    return Overview(cases, given, made)


def _glance(log: Log, rows: Sequence[SessionRow]) -> Glance | None:
    """The agreement of the newest signed sessions of one case; None for fewer than two that can be read."""
    sessions = []
    for row in [row for row in rows if row.status == "signed"][:MOST_COMPARED]:
        try:
            sessions.append(load_session(log, row.id)[0])
        except Unreadable as refusal:
            leave_out(row.id, refusal)
        except Refused:
            continue
    if len(sessions) < 2:
        return None
    panel = RatingMatrix(rows[0].case, [Rater(one.id, one.opened.reviewer, one) for one in sessions])
    alike = both = 0
    for first in range(len(sessions)):
        for second in range(first + 1, len(sessions)):
            same, shared = panel.alike(first, second)
            alike, both = alike + same, both + shared
    parting = panel.first_parting()
    return Glance(len(sessions), alike, both, str(parting.place) if parting is not None else "")


def overview_lines(found: Overview) -> list[str]:
    """The overview for a terminal."""
    lines = ["Cases"] if found.begun else []
    for case in found.begun:
        lines.append(f"  {case.case}: {case_words(case)}")
        lines += [f"    {glance_words(case)}"] if case.glance is not None else []
    lines += ["", "Assigned"] if found.assignments else []
    lines += [f"  {one.id}  {assignment_line(found, one)}" for one in found.assignments]
    lines += ["", "Runs by trainee"] if found.runs else []
    lines += [f"  {run.trainee:<14} {run_line(run)}" for run in by_trainee(found.runs)]
    lines += ["", REST] if found.rest else []
    lines += [f"  {case.case}: {case_words(case)}" for case in found.rest]
    return [visible(line) for line in lines]


def assignment_line(found: Overview, one: Assignment) -> str:
    """An assignment on one line, without its id."""
    planted = f", {one.planted} planted" if one.planted else ""
    state = found.state_of(one)
    if one.due:
        late = state in ("waiting", "begun") and is_overdue(one, today())
        planted += f", due {one.due}{' · OVERDUE' if late else ''}"
    return f"{one.case} to {one.trainee}: {state}, revealed {REVEALS[one.reveal]}{planted}"


def assignment_lines(log: Log, found: Overview, name: str, actor: str) -> list[str]:
    """An assignment in full; what was planted is told to its trainer only."""
    one = next(one for one in found.assignments if one.id == name)
    lines = [assignment_line(found, one), f"Assigned by {one.trainer} on {utc_day(one.ts)}, as {one.id}."]
    lines += [f"Compared with {one.reference.name}.", f"The case folder: {one.folder}"]
    if actor != one.trainer:
        return [visible(line) for line in lines]
    lines += [
        f"Planted {fault.kind} at {fault.item}/{fault.prompt}: {fault.says}"
        for fault in faults_of(all_entries(log), one.id)
    ]
    return [visible(line) for line in lines]


def case_words(case: CaseRow) -> str:
    """A case's counts."""
    reference = "with reference" if case.reference else "no reference"
    return f"{reference} · {counted(len(case.sessions), 'session')} · {counted(len(case.runs), 'run')}"


def glance_words(case: CaseRow) -> str:
    return case.glance.words if case.glance is not None else ""


def run_line(run: Run) -> str:
    """A run on one line, without its trainee."""
    return f"{run.case} · {run.ended or 'open'} · {utc_minute(run.ts)} · {run.session}"


def overview_words(found: Overview) -> str:
    """How much there is of everything."""
    cases, made = counted(len(found.cases), "case"), counted(len(found.runs), "run")
    return f"{cases} · {len(found.assignments)} assigned · {made}"


def by_trainee(made: Sequence[Run]) -> list[Run]:
    """The runs by trainee, the newest of each first."""
    newest = sorted(made, key=lambda run: run.ts, reverse=True)
    return sorted(newest, key=lambda run: run.trainee)


def overview_json(found: Overview) -> dict[str, Any]:
    """The overview as `imr training list --json` prints it."""
    return {
        "cases": [
            {
                "case": case.case,
                "reference": case.reference,
                "sessions": [row.id for row in case.sessions],
                "runs": [run.session for run in case.runs],
                "agreement": None
                if case.glance is None
                else {
                    "sessions": case.glance.sessions,
                    "alike": case.glance.alike,
                    "both": case.glance.both,
                    "first_parting": case.glance.first_parting or None,
                },
            }
            for case in found.cases
        ],
        "assignments": [
            {
                "assignment": one.id,
                "case": one.case,
                "trainer": one.trainer,
                "trainee": one.trainee,
                "reveal": one.reveal,
                "planted": one.planted,
                "due": one.due or None,
                "state": found.state_of(one),
            }
            for one in found.assignments
        ],
        "runs": [
            {
                "session": run.session,
                "trainee": run.trainee,
                "case": run.case,
                "reveal": run.reveal,
                "begun": run.ts,
                "frozen": len(run.frozen),
                "planted": len(run.faults),
                "ended": run.ended or None,
            }
            for run in by_trainee(found.runs)
        ],
    }


# What waits for a trainee: runs to go on with, assigned cases, and cases to choose from.


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

    def assignment(self, name: str) -> Assignment | None:
        """The assignment that waits and whose id begins so."""
        found = [one for one in self.assigned if len(name) > 3 and one.id.startswith(name)]
        return found[0] if len(found) == 1 else None

    def lines(self) -> list[str]:
        """What waits, with the commands that take it up."""
        lines = [f"{run_words(run)}: imr practise --resume {run.session}" for run in self.runs]
        lines += [f"{assignment_words(one)}: imr practise {one.id}" for one in self.assigned]
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
    return f"{run.case} · begun {utc_minute(run.ts)} · {len(run.frozen)} answers frozen"


def assignment_words(one: Assignment) -> str:
    """An assignment on one line of a list."""
    due = f" · due {one.due}{', OVERDUE' if is_overdue(one, today()) else ''}" if one.due else ""
    return (
        f"{one.case} · assigned by {one.trainer} on {utc_day(one.ts)} · revealed {REVEALS[one.reveal]}{due}"
    )


# The gradebook of a log, of everybody or of some trainees and groups.


def read_gradebook(log: Log, actor: str, people: Sequence[str] = ()) -> Gradebook:
    """What the trainees of a log have come to; `Refused` for whom the log doesn't know."""
    named = tuple(dict.fromkeys(one for name in people for one in trainees_named(log, name, actor)))
    held = open_assignments(all_entries(log), named, today())
    return gradebook(results(log, actor, named), f"Gradebook of {', '.join(people) or 'all trainees'}", held)
