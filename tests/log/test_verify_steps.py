"""Steps that are linked, hashed and well formed, and that the program would not write where they stand, are named."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import access_events as a
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core import work_events as w
from assistant.core.answer import Answer
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.text import Private
from assistant.core.value import replace
from assistant.log import Draft, Log, verify_steps
from assistant.log.access import METHOD, rank
from assistant.log.checkpoint import Held
from assistant.log.entry import Entry
from assistant.log.keys import read_checkpoint
from assistant.log.store import open_reader
from assistant.log.verify import verify
from assistant.log.verify_entries import Break, Verdict
from assistant.log.verify_steps import Silent, Steps, fault_of_review, followed
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review

CASE = "cervical-radiographs-after-fusion"
ME = "r-one"


def append(log: Log, session: str, *steps: Event | Draft, actor: str = ME, case: str = CASE) -> None:
    drafts = [step if isinstance(step, Draft) else Draft(step.kind, encode(step)) for step in steps]
    held = log.read(session)
    log.append(session, drafts, actor=actor, case=case, after=held[-1].seq if held else 0)


def judged(path: Path) -> tuple[Verdict, Break | None]:
    found = followed(path, verify(path), Silent())
    return found.verdicts["steps"], found.first_break


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log with a signed review and an open one, a sitting, a book, an adjudication and a desk."""
    path = tmp_path_factory.mktemp("made") / "log.sqlite"
    reference = answers_file.read_answers_file(library.folder("casebank") / CASE / "reference.yaml")
    with Log.open(path) as log:
        signed = Review.open(log, library.find_case(CASE), Profile(ME), "practice")
        assert answers_file.run_answers(signed, reference).open == []
        still = Review.open(log, library.find_case(CASE), Profile(ME), "practice")
        still.perform(c.RecordAnswer("1", "prior_surgery", Answer(value="none")), c.SkipPrompt("1", "sought"))
        names = signed.session.id, still.session.id
        for review in (signed, still):
            review.close()
        drawn = tuple(sorted(names, key=lambda one: rank(one, 7)))
        append(log, "sitting", a.AccessOpened("1"), a.SampleDrawn(METHOD, 7, 5, {}, 2, drawn), case="")
        append(log, "sitting", a.AuditNoteAdded(names[0], "Read again.", "minor", "the director"), case="")
        append(
            log,
            "sitting",
            a.FindingAnswered("sitting.3", "It was."),
            a.FindingClosed("sitting.3", "Done."),
            case="",
        )
        append(log, "sitting", a.FileReviewed("sitting.2", names[0], "acceptable"), case="")
        append(log, "book", t.BookOpened("1"), t.Bookmarked(names[0], 1, "0" * 64), t.MarkRemoved(2))
        append(log, "settled", t.AdjudicationOpened("1", names, ("0" * 64,) * 2, False))
        append(log, "settled", t.AdjudicationClosed(1, 0, 0))
        append(log, "desk", w.DeskOpened("1"), w.DeterminationSent(CASE, names[0], "2026-11-22"))
    return path


@pytest.fixture
def path(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(
        "IMR_CONFIG", str(tmp_path / "config")
    )  # what was held of another copy is not of this one
    return Path(shutil.copyfile(made, tmp_path / "log.sqlite"))


def sessions(path: Path) -> dict[str, str]:
    """The reviews by their state."""
    with Log.open(path, write=False) as log:
        return {row.status: row.id for row in log.sessions()}


def test_a_log_of_the_program_holds(path: Path) -> None:
    verdict, first = judged(path)
    assert (verdict.ok, first) == (True, None), verdict.says
    assert "of 6 sessions: each could follow" in verdict.says


def test_what_was_added_after_a_held_checkpoint_is_followed_whatever_was_put_behind_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_steps, "NEWEST", 3)
    with Log.open(path) as log:
        held = log.checkpoint()
        append(log, sessions(path)["signed"], QUOTED)
        for _ in range(5):
            append(
                log, "sitting", a.AuditNoteAdded(sessions(path)["signed"], "Read once more.", "", ""), case=""
            )
    by = Held(Path("held"), held, read_checkpoint(held))
    found = followed(path, verify(path, checkpoints=[by]), Silent())
    assert found.held == by.head.size
    assert found.verdicts["steps"].ok is False
    assert "addendum.added could not follow here" in found.verdicts["steps"].says
    own = followed(path, verify(path), Silent())
    assert own.verdicts["steps"].ok is True


@pytest.fixture(scope="module")
def reviews(made: Path) -> dict[str, list[Entry]]:
    """The entries of both reviews."""
    with Log.open(made, write=False) as log:
        return {state: log.read(session) for state, session in sessions(made).items()}


QUOTED = e.AddendumAdded("More.", to="1", quoted="No such sentence.")
EMPTY = Draft("addendum.added", {"text": Private(""), "reason": ""})
EMPTY_WHY = "addendum.added could not follow here: the addendum says nothing"
NO_PINS: Mapping[str, Any] = {"pins": {}, "documents": {}}
REVIEWS: dict[str, tuple[str, Event | Draft, str]] = {
    "an addendum without words": ("signed", e.AddendumAdded(""), "says nothing"),
    "an addendum committed to no words": ("signed", EMPTY, "says nothing"),
    "an addendum to another item": ("signed", e.AddendumAdded("More.", to="9"), "no item 9"),
    "an addendum to no sentence": ("signed", QUOTED, "quotes a sentence"),
    "an unknown kind": ("open", Draft("answer.improved", {}), "a kind unknown here"),
    "a body of another form": ("open", Draft("session.parked", {"so": 1}), "damaged"),
    "another set without pins": ("open", Draft("set.changed", {**NO_PINS, "item": "1", "was": "a", "prompt_set": "b", "sets": []}), "don't have"),
    "an amendment without pins": ("open", Draft("case.amended", {**NO_PINS}), "don't have"),
    "a decision on open questions": ("open", e.DeterminationRecorded("1", "upheld", "upheld", False), "still open"),
    "an answer to no question": ("open", e.AnswerRecorded("1", "nowhere", Answer(value="no")), "no such question"),
    "an answer that can't be given": ("open", e.AnswerRecorded("1", "acute_trauma", Answer(value="maybe")), "not among the choices"),
    "an answer given before": ("open", e.AnswerRecorded("1", "prior_surgery", Answer(value="none")), "answered already"),
}  # fmt: skip


@pytest.mark.parametrize("what", REVIEWS)
def test_a_step_that_no_review_takes_is_named(reviews: dict[str, list[Entry]], made: Path, what: str) -> None:
    state, step, says = REVIEWS[what]
    before = reviews[state]
    draft = step if isinstance(step, Draft) else Draft(step.kind, encode(step))
    more = replace(before[-1], seq=before[-1].seq + 1, kind=draft.kind, body=dict(draft.body))
    with Log.open(made, write=False) as log:
        found = fault_of_review(log, [*before, more])
    assert found is not None
    assert (found[0], says in found[1]) == (more, True), found[1]


def test_a_step_that_no_review_takes_fails_the_log(path: Path) -> None:
    """An addendum that says nothing, by somebody else or on another case: each is linked and hashed as it should be."""
    session = sessions(path)["signed"]
    with Log.open(path) as log:
        append(log, session, e.AddendumAdded("More."))
        held = len(log.read(session))
        append(log, session, EMPTY)
    found = verify(path)
    assert found.ok
    made = followed(path, found, Silent())
    assert (made.ok, made.verified, made.first_break) == (False, "", Break(session, held + 1, EMPTY_WHY))
    assert made.verdicts["steps"].says == f"session {session}, entry {held + 1}: {EMPTY_WHY}"


@pytest.mark.parametrize(("part", "says"), [("actor", "by the reviewer"), ("case", "of another case")])
def test_a_step_of_somebody_else_or_another_case_is_named(
    reviews: dict[str, list[Entry]], made: Path, part: str, says: str
) -> None:
    *before, last = reviews["signed"]
    with Log.open(made, write=False) as log:
        found = fault_of_review(log, [*before, replace(last, **{part: "other"})])
    assert found is not None
    assert says in found[1]


OTHERS: dict[str, tuple[str, Event, str]] = {
    "a second sitting in one": ("sitting", a.AccessOpened("1"), "begins a session"),
    "a draw by another seed": ("sitting", a.SampleDrawn(METHOD, 1, 5, {}, 2, ("b", "a", "a")), "does not draw so"),
    "a draw of too few": ("sitting", a.SampleDrawn(METHOD, 1, 5, {}, 9, ("a",)), "does not draw so"),
    "a note on nothing": ("sitting", a.AuditNoteAdded("nowhere", "x"), "was not there"),
    "a note without words": ("sitting", a.AuditNoteAdded("sitting", ""), "says nothing"),
    "a finding that is dreadful": ("sitting", a.AuditNoteAdded("sitting", "x", "dreadful"), "no finding is so grave"),
    "a note for somebody to answer": ("sitting", a.AuditNoteAdded("sitting", "x", "", "him"), "nobody's to answer"),
    "what is no finding closed": ("sitting", a.FindingClosed("sitting.2", "x"), "no such finding"),
    "a finding closed that isn't there": ("sitting", a.FindingClosed("sitting.99", "x"), "was not there"),
    "a finding closed without a word": ("sitting", a.FindingClosed("sitting.3", ""), "without a word"),
    "a result of no draw": ("sitting", a.FileReviewed("sitting.3", "sitting", "acceptable"), "no such draw"),
    "a result that is none": ("sitting", a.FileReviewed("sitting.2", "sitting", "fine"), "comes to nothing"),
    "no such text redacted": ("sitting", a.TextRedacted("sitting", 1, "tool", "0" * 64, "An order."), "no such text"),
    "a mark taken back twice": ("book", t.MarkRemoved(2), "no such mark"),
    "an assignment that was never made": ("book", t.AssignmentWithdrawn("x"), "no such assignment"),
    "a run that ended otherwise": ("book", t.RunEnded("x", "lost"), "no run ends so"),
    "more right than there was": ("book", t.FeedbackShown("x", 3, 2, 0, 0), "more was right"),
    "a step after the end": ("settled", t.AdjudicationClosed(1, 0, 0), "after its end"),
    "a decision settled in a book": ("book", t.DecisionAdjudicated("1", "A", "upheld"), "does not belong"),
    "a desk that begins twice": ("desk", w.DeskOpened("1"), "begins a session"),
    "a desk that never began": ("another", w.CaseWithdrawn(CASE, "2026-11-22", "x"), "begins a session"),
    "sent before it was signed": ("desk", w.DeterminationSent(CASE, "sitting", "2026-11-22"), "was not signed"),
    "sent on no day": ("desk", w.DeterminationSent(CASE, "sitting", "2026-02-30"), "no day"),
    "a receipt of nothing": ("desk", w.ReceiptStated(CASE, "", "", ""), "says nothing"),
    "records asked of nobody": ("desk", w.RecordsAsked(CASE, "2026-11-22", "films", (), ()), "not said"),
    "a tie to nobody": ("desk", w.ConflictAttested(CASE, "r-two", ""), "not said"),
    "sent back without a reason": ("desk", w.CaseRemanded(CASE, "2026-11-22", ""), "no reason"),
    "a step of another case": ("desk", w.CaseReinstated("other", "x"), "another case"),
}  # fmt: skip


def test_steps_that_no_sitting_book_or_desk_takes_are_named(path: Path) -> None:
    with Log.open(path) as log:
        for number, (session, step, _) in enumerate(OTHERS.values()):
            own = [Draft(entry.kind, entry.body) for entry in log.read(session)]
            append(log, f"{session}-{number}", *own, step, case="" if session == "sitting" else CASE)
    assert verify(path).ok
    with closing(open_reader(path)) as connection:
        found = {entry.session: why for entry, why in Steps(connection, path).faults(0, lambda count: None)}
    for number, (what, (session, _, says)) in enumerate(OTHERS.items()):
        assert says in found.pop(f"{session}-{number}", ""), what
    assert not found


def test_only_sessions_with_something_new_are_followed_again(path: Path) -> None:
    found = verify(path)
    with Log.open(path) as log:
        append(log, "desk", w.CaseWithdrawn(CASE, "", "x"))
    later = verify(path)
    for since, ok in ((found.events, False), (later.events, True)):
        assert followed(path, replace(later, since=since), Silent()).verdicts["steps"].ok is ok


# -- whatever was logged, with something in it that can't be ------------------------------------------

IMPOSSIBLE: dict[str, Any] = {
    "item": "9", "prompt": "nowhere", "decision": "maybe", "criterion": "nowhere", "ruling": "perhaps",
    "origin": "elsewhere", "by": "nobody", "outcome": "draw", "letter": "x", "guard": 99, "mode": "play",
    "documents": ["nowhere"], "prompts": ["9/nowhere"], "departs": "yes", "chosen": 7, "answer": {"status": "given", "value": 9.5},
    "reason": "", "statement": "", "items": {"1": "general"}, "pins": {},
}  # fmt: skip


def test_every_step_of_a_review_with_something_impossible_in_it_is_named(made: Path) -> None:
    with closing(Log.open(made, write=False)) as log:
        entries = log.read(sessions(made)["signed"])
        assert fault_of_review(log, entries) is None
        tried = 0
        for number, entry in enumerate(entries):
            for name in IMPOSSIBLE.keys() & entry.body.keys():
                needless = name == "reason" and not entry.body.get("departs", True)
                if needless or entry.body[name] in ("", IMPOSSIBLE[name]):
                    continue
                changed = replace(entry, body={**entry.body, name: IMPOSSIBLE[name]})
                found = fault_of_review(log, [*entries[:number], changed])
                assert found is not None, (entry.kind, name)
                assert found[0].seq == entry.seq
                tried += 1
    assert tried > 60
