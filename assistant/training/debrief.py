"""The feedback of a run or session from the log, for whoever may see it, and what to practise next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from assistant import library
from assistant.core import training_events as t
from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.core.value import replace
from assistant.log import Log
from assistant.machine import is_path
from assistant.training.book import Book, Written, all_entries
from assistant.training.feedback import Earlier, Feedback, FeedbackRow, feedback
from assistant.training.marking import ALONE, KNOWN
from assistant.training.packing import packed_run
from assistant.training.practice import Run, runs, seen_before, told_beside
from assistant.training.recording import Recording
from assistant.training.reference import FILE, Reference, reference_of_case

# What to practise next, from what a run missed.


_CARE = {
    "wrong-month": "Hold every proposed date against its page before you confirm it.",
    "wrong-level": "Hold every spinal level against the operative or imaging report.",
    "wrong-quantity": "Hold every number that was asked for against the page of the request.",
    "wrong-segment": "Ask of each study which region its page speaks of.",
    "evidence-moved": "Open the page that a proposal names, and see whether it says so.",
    "contradiction": "Read the pages, in other words than the question's, before you say that something is not documented.",
    "later-study": "Ask of each study whether the provider could have had it when the treatment was asked for.",
    "two-documents": "Take a study's date from its own report, not from a note that mentions it.",
    "removed": "Answer from the page, not from what such a case usually has.",
}


def advice(made: Feedback, others: Iterable[str] = ()) -> list[str]:
    """Sentences, the gravest first; `others` are cases with a reference that the trainee has not yet taken."""
    found = [f"{_CARE[kind]} (`imr practise {made.case} --fault {kind}`)" for kind in _missed(made)]
    if made.wrong_absences and "contradiction" not in _missed(made):
        found.append(
            "Search and read before you say that something is not documented: "
            f"{_named(row for row in made.rows if row.wrong_absences)}"
        )
    unseen = [row for row in made.rows if any(one.state == "missed" for one in row.evidence)]
    if unseen:
        found.append(f"Look for the passage behind the answer: {_named(unseen)}")
    differing = [row for row in made.rows if row.state == "different"]
    if differing:
        at = f"`imr replay {made.session} --at {differing[0].prompt}`"
        found.append(f"See in the replay ({at}) why the reviewer answered otherwise: {_named(differing)}")
    left = [row for row in made.rows if row.state == "not_asked"]
    if left:
        found.append(f"An earlier answer kept these from being asked: {_named(left)}")
    taken = [row for row in made.rows if any(one.state == "taken_over" for one in row.evidence)]
    if taken:
        found.append(f"Open the page that a proposal names before you confirm it: {_named(taken)}")
    if any(not one.same and one.theirs for one in made.decisions):
        found.append("The decision parts from the reviewer's: read what the findings rest on with `:how`.")
    other = next(iter(others), "")
    if not found:
        found.append("Nothing was missed.")
    if other:
        found.append(f"Next: `imr practise {other}`")
    elif len(made.faults) < 3 or not _missed(made):
        found.append(f"Next: `imr practise {made.case} --faults {min(len(made.faults) + 1, 6)}`")
    return found


def _missed(made: Feedback) -> list[str]:
    return list(dict.fromkeys(fault.kind for fault, how in made.faults if how not in (ALONE, KNOWN)))


def _named(rows: Iterable[FeedbackRow]) -> str:
    return " ".join(dict.fromkeys(row.ask for row in rows))


# The feedback of a run or session from the log, for whoever may see it.


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
    run = run or packed_run(written, recording)
    _may_see(run, recording, actor)
    reference = against or (run.reference if run is not None else _of_case(recording))
    if reference.case != recording.case:
        raise refuse(
            f"This is of another case: {reference.case}.",
            reference.name,
            f"Compare with a session on {recording.case}.",
        )
    made = replace(feedback(recording, reference, run), earlier=_earlier(written, every, recording))
    if log is not None:
        made = replace(made, comments=tuple(_comments(written, recording)))
    if run in every and run is not None and log is not None:
        known = seen_before(log, written, run)
        made = replace(
            made,
            seen_before=sum(row.compared and known((row.item, row.prompt)) for row in made.rows),
            beside=tuple(told_beside(log, written, run)),
        )
    taken = {one.case for one in every if one.trainee == recording.opened.reviewer}
    return made, advice(made, [name for name in cases_with_reference() if name not in taken])


def _comments(written: Iterable[Written], recording: Recording) -> Iterable[tuple[str, str, str]]:
    """The comments on a session that stand, each with the question at which its entry was made."""
    gone = {(one.by, one.event.mark) for one in written if isinstance(one.event, t.MarkRemoved)}
    for one in written:
        event = one.event
        if (
            not isinstance(event, t.Commented)
            or event.session != recording.id
            or (one.by, one.number) in gone
        ):
            continue
        if (
            not 1 <= event.seq <= len(recording.entries)
            or recording.entries[event.seq - 1].leaf != event.leaf
        ):
            continue
        logged = recording.event(event.seq)
        prompt = str(getattr(logged, "prompt", ""))
        where = (
            f"{getattr(logged, 'item', '')}/{prompt}"
            if prompt
            else f"step {recording.step_of(event.seq).number}"
        )
        yield one.by, where, one_line(event.text, 600)


def note_shown(log: Log, made: Feedback, actor: str) -> None:
    """Logs in the reader's book that the feedback is shown."""
    event = t.FeedbackShown(made.session, made.agreed, made.compared, made.caught, len(made.faults))
    Book(log, actor).write(event, case=made.case)


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
    if run is not None and run.reference.sealed:
        raise refuse(
            "The key of this run is sealed.",
            run.session,
            f"Open it with the word of {run.trainer or 'your trainer'}: `imr training unseal {run.session} WORD`.",
        )
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
    known = [Path(name)] if is_path(name) else [path for case, path in library.all_cases() if case == name]
    held = [one for one in known if (one / FILE).is_file() and (one / "case.yaml").is_file()]
    return library.open_case(held[0]) if held else None


def cases_with_reference() -> Sequence[str]:
    """The cases that can be practised against their own reference: those of the case bank, and one's own."""
    return sorted({name for name, path in library.all_cases() if (path / FILE).is_file()})
