"""The feedback of a run or session from the log, for whoever may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant import library
from assistant.core import training_event as t
from assistant.core.problem import refuse
from assistant.log import Log
from assistant.training.advice import advice
from assistant.training.book import Book, Written, all_entries
from assistant.training.feedback import Earlier, Feedback
from assistant.training.feedback_text import feedback_lines
from assistant.training.recording import Recording
from assistant.training.reference import FILE, Reference, reference_of_case
from assistant.training.run import Run, runs
from assistant.training.scoring import feedback


def debrief(
    log: Log | None, recording: Recording, actor: str, against: Reference | None = None
) -> tuple[Feedback, list[str]]:
    """The feedback on a session of `recording`, and what to practise next; `log` holds the books, if there is one.

    A session that is no run is held against `against`, or the reference of its case. Raises `Refused` for a run
    whose feedback is the trainer's to show, for one that nothing can be compared with, or of another case.
    """
    written = all_entries(log) if log is not None else []
    every = runs(written)
    run = next((one for one in every if one.session == recording.id), None)
    _may_see(run, recording, actor)
    reference = against or (run.reference if run is not None else _of_case(recording))
    if reference.case != recording.case:
        raise refuse(
            f"This is of another case: {reference.case}.",
            reference.name,
            f"Compare with a session on {recording.case}.",
        )
    made = replace(feedback(recording, reference, run), earlier=_earlier(written, every, recording))
    taken = {one.case for one in every if one.trainee == recording.opened.reviewer}
    return made, advice(made, [name for name in cases_with_reference() if name not in taken])


def note_shown(log: Log, made: Feedback, actor: str) -> None:
    """Logs in the reader's book that the feedback is shown."""
    event = t.FeedbackShown(made.session, made.agreed, made.compared, made.caught, len(made.faults))
    Book(log, actor).write(event, case=made.case)


def told_feedback(log: Log, session: str, actor: str) -> list[str]:
    """The feedback on a run of the log as lines; it is logged that it was shown."""
    made, next_ = debrief(log, Recording(log, session), actor)
    note_shown(log, made, actor)
    return feedback_lines(made, next_)


def _earlier(written: Sequence[Written], every: Sequence[Run], recording: Recording) -> Earlier | None:
    """What was last shown to the same trainee of an earlier run on the case."""
    trainee = recording.opened.reviewer
    own = {run.session for run in every if run.trainee == trainee and run.case == recording.case}
    shown = [
        one.event
        for one in written
        if isinstance(one.event, t.FeedbackShown)
        and one.by == trainee
        and one.event.session in own - {recording.id}
        and one.ts < recording.entries[0].ts
    ]
    if not shown:
        return None
    last = shown[-1]
    return Earlier(last.session, last.agreed, last.compared, last.caught, last.planted)


def _may_see(run: Run | None, recording: Recording, actor: str) -> None:
    if run is None or actor != run.trainee:
        return
    if run.reveal == "trainer":
        raise refuse(
            "Your trainer shows you the feedback on this run.",
            run.session,
            f"Ask {run.trainer or 'the trainer'}.",
        )
    if recording.final.status == "open":
        raise refuse(
            "This run is not finished; its reference stays closed until then.",
            run.session,
            "Go on with `imr practise --resume`.",
        )


def _of_case(recording: Recording) -> Reference:
    """The reference in the session's case folder, or in that of the case bank."""
    final = recording.final
    for name in (final.opened.folder, final.rules.case.id):
        case = _found(name)
        if case is not None:
            return reference_of_case(case, final.rules)
    raise refuse(
        "This case has no reference to compare with.", final.rules.case.id, "Name one: --against SESSION."
    )


def _found(name: str) -> library.CaseFolder | None:
    from pathlib import Path

    folder = Path(name) if "/" in name else library.folder("casebank") / name
    if not (folder / FILE).is_file() or not (folder / "case.yaml").is_file():
        return None
    return library.open_case(folder)


def cases_with_reference() -> Sequence[str]:
    """The cases of the case bank that can be practised against their own reference."""
    bank = library.folder("casebank")
    return [name for name in library.case_names() if (bank / name / FILE).is_file()]
