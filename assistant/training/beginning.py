"""How a blind run begins: on a case with its reference, on an assigned case, or on the case of a session."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random, SystemRandom

from assistant import library
from assistant.core import event as e
from assistant.core import training_event as t
from assistant.core.problem import Refused, refuse
from assistant.core.rules import Sources
from assistant.library import CaseFolder
from assistant.log import Log
from assistant.pinned_pages import missing_documents
from assistant.recall import pinned_texts
from assistant.review import Review
from assistant.reviewer import Profile
from assistant.training.assignment import Assignment, new_plan, planted_events
from assistant.training.book import Book
from assistant.training.fault import Fault
from assistant.training.planting import plant
from assistant.training.practice import Practice
from assistant.training.recording import Recording
from assistant.training.reference import Reference, reference_of_case, reference_of_session
from assistant.training.run import MODE, Run, run_of

COPIES = "training"
"""The folder beside the log in which altered copies of cases lie."""


@dataclass(frozen=True)
class Exercise:
    """What a run is made of: a case with its rules' texts, what it is compared with, and what is planted in it."""

    case: CaseFolder
    reference: Reference
    sources: Sources | None = None
    reveal: str = "each"
    faults: tuple[Fault, ...] = ()
    plan: str = ""
    assignment: Assignment | None = field(default=None, repr=False)


def exercise_of_case(name: str, reveal: str, against: Reference | None = None) -> Exercise:
    """The case of that name, against `against` or the case's own reference; `Refused` where there is neither."""
    case = library.find_case(name)
    rules = library.rules_for(case)
    reference = reference_of_case(case, rules) if against is None else against
    if reference.case != rules.case.id:
        raise refuse(
            f"This is of another case: {reference.case}.",
            reference.name,
            f"Compare with a session on {rules.case.id}.",
        )
    return Exercise(case, reference, reveal=reveal)


def exercise_of_session(recording: Recording, reveal: str) -> Exercise:
    """The case of a session under the very rules that it had; `Refused` where its record isn't at hand."""
    reference = reference_of_session(recording)
    missing = missing_documents(recording.final, recording.pages)
    if missing:
        raise refuse(
            f"The record of this session isn't here: {len(missing)} of its documents are missing or changed.",
            recording.opened.folder or recording.id,
            "Put the case folder there; a bundle holds no records.",
        )
    pins = recording.opened.pins
    for entry in recording.entries:
        event = recording.event(entry.seq)
        pins = event.pins if isinstance(event, e.CaseAmended) else pins
    texts = {kind: pinned_texts(recording.log, pins, kind) for kind in ("case", "prompts", "schemas")}
    vocabulary = pinned_texts(recording.log, recording.opened.pins, "vocabulary")
    folder = Path(recording.opened.folder)
    case = CaseFolder(folder, texts["case"]["case.yaml"], recording.pages, {})
    return Exercise(case, reference, Sources(texts["prompts"], texts["schemas"], vocabulary), reveal)


def exercise_of_assignment(assignment: Assignment, faults: tuple[Fault, ...]) -> Exercise:
    """An assigned case, as its trainer laid it out; `Refused` where its folder is gone."""
    case = library.open_case(assignment.folder)
    return Exercise(case, assignment.reference, None, assignment.reveal, faults, assignment.id, assignment)


def with_faults(
    log: Log, exercise: Exercise, wanted: Sequence[str], chance: Random | None = None
) -> Exercise:
    """The exercise on an altered copy of its case, kept in the folder of the log; `chance` chooses the places."""
    if not wanted:
        return exercise
    plan = new_plan()
    rules = library.rules_for(exercise.case, exercise.sources)
    folder = log.path.parent / COPIES / plan
    case, faults = plant(exercise.case, rules, exercise.reference, wanted, folder, chance or SystemRandom())
    return replace(exercise, case=case, faults=faults, plan=plan)


def begin_run(log: Log, profile: Profile, exercise: Exercise) -> Practice:
    """Opens the run: the review in the log, and beside it in the trainee's book what it is compared with."""
    book = Book(log, profile.id)
    review = Review.open(log, exercise.case, profile, MODE, exercise.sources)
    assigned = exercise.assignment is not None
    opened = t.RunOpened(
        review.session.id,
        review.session.rules.case.id,
        exercise.reveal,
        exercise.plan,
        exercise.reference.session,
        exercise.reference.head,
        "" if assigned else exercise.reference.to_text(),
    )
    try:
        planted = [] if assigned else planted_events(exercise.plan, exercise.faults)
        book.write(opened, *planted, case=opened.case)
        return Practice(review, _run(log, opened.session), book)
    except BaseException:
        review.close()
        raise


def resume_run(log: Log, profile: Profile, session: str) -> Practice:
    """Goes on with a run where it stopped; `Refused` for a session that is none, or of another trainee."""
    run = _run(log, session)
    if run.trainee != profile.id:
        raise refuse(f"This run is of another trainee: {run.trainee}.", session, "Begin one of your own.")
    return Practice(Review.resume(log, session), run, Book(log, profile.id))


def _run(log: Log, session: str) -> Run:
    run = run_of(log, session)
    if run is None:
        raise refuse("This session is no blind run.", session, "Begin one with `imr practise`.")
    return run


def is_run(log: Log, session: str) -> bool:
    """Whether a session is a blind run that can be gone on with as one."""
    try:
        return run_of(log, session) is not None
    except Refused:
        return False
