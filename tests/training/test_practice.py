"""Blind practice: the first answer is frozen before anything is shown, and stays what counts."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core.access_events import AccessExported, AccessQueried, AccessRead
from assistant.core.events import Event
from assistant.core.problem import Refused
from assistant.core.value import replace
from assistant.log import Log, access
from assistant.training.book import Book, all_entries, books_on, set_group
from assistant.training.debrief import debrief
from assistant.training.feedback import feedback
from assistant.training.feedback_report import feedback_lines
from assistant.training.gradebook import results
from assistant.training.practice import (
    PAGE_UNREAD,
    Practice,
    assign_case,
    begin_run,
    exercise_of_assignment,
    exercise_of_case,
    exercise_of_session,
    is_run,
    resume_run,
    run_of,
    with_faults,
)
from assistant.training.recording import Recording
from assistant.training.reference import Reference, panel_of
from assistant.training.replay import open_replay, reference_named
from tests.training.practising import (
    CASE,
    TRAINEE,
    TRAINER,
    Ticking,
    answered,
    begun,
    by_passage,
    exercise,
    reviewed,
    texts,
)


def sure(log: Log, reveal: str) -> Practice:
    return begin_run(log, TRAINEE, replace(exercise(reveal), confidence=True))


def written(log: Log) -> list[Event]:
    return [one.event for one in all_entries(log)]


def test_the_run_is_a_review_of_kind_training_with_a_book_beside_it(log: Log) -> None:
    practice = begun(log)
    session = practice.review.session
    answered(practice)
    assert session.mode == "training"
    (row,) = log.sessions()
    assert (row.kind, row.status) == ("training", "signed")
    assert all(not entry.kind.startswith("training.") for entry in log.read(row.id))
    book = written(log)
    assert isinstance(book[0], t.BookOpened)
    assert isinstance(book[1], t.RunOpened)
    assert book[-1] == t.RunEnded(session.id, "signed")


def test_each_answer_is_frozen_by_its_entry_before_it_is_revealed(log: Log) -> None:
    practice = begun(log)
    answered(practice)
    events = written(log)
    entries = {entry.seq: entry for entry in log.read(practice.review.session.id)}
    frozen: dict[tuple[str, str], int] = {}
    for number, event in enumerate(events):
        if isinstance(event, t.AnswerFrozen):
            frozen[event.item, event.prompt] = number
            entry = entries[event.seq]
            assert entry.leaf == event.leaf
            assert entry.kind in ("answer.recorded", "determination.recorded")
            assert entry.body["item"] == event.item
        elif isinstance(event, t.AnswerRevealed):
            assert frozen[event.item, event.prompt] < number
    revealed = {(one.item, one.prompt) for one in events if isinstance(one, t.AnswerRevealed)}
    assert revealed == set(frozen)
    assert ("1", "") in revealed
    assert ("1", "views") in revealed
    assert ("case", "conflict") not in revealed


def test_after_an_answer_the_reviewers_is_shown_with_its_page_and_the_guidelines_reason(log: Log) -> None:
    practice = begun(log)
    answered(practice, until="acute_trauma")
    said = texts(by_passage(practice, "yes"))
    assert said.index("Yes") < said.index("The reviewer answered otherwise: No")
    assert "progress-note-2014-07-17:1 “cumulative trauma at work”" in said
    assert "Decision rules for acute trauma" in said
    agreed = texts(answered(begun(log), until="films_since_surgery"))
    assert "As the reviewer answered: 76 weeks" in agreed
    assert "Table 8-8, p. 182" in agreed


def test_an_answer_that_is_changed_later_still_counts_as_it_was_first(log: Log) -> None:
    practice = begun(log)
    answered(practice, {"acute_trauma": "yes"}, until="sought")
    practice.go("1", "acute_trauma")
    assert "The reviewer" not in texts(by_passage(practice, "no"))
    if practice.pending is not None:
        practice.choose(1)
    assert practice.review.session.reading("1").answer("acute_trauma").value == "no"  # type: ignore[union-attr]
    answered(practice)
    made, _ = debrief(log, Recording(log, practice.review.session.id), "r-somebody")
    row = next(row for row in made.rows if row.prompt == "acute_trauma")
    assert (row.state, row.yours, row.theirs, row.amended) == ("different", "Yes", "No", 1)
    assert [one.state for one in made.rows if one.prompt != "acute_trauma"].count("different") == 0


def test_with_the_end_chosen_nothing_is_shown_and_the_answers_are_frozen_as_soon_as_they_are_in(
    log: Log,
) -> None:
    practice = begun(log, "end")
    said = texts(answered(practice, {"acute_trauma": "yes"}, until="decision"))
    assert "reviewer" not in said.lower()
    assert not any(isinstance(one, t.AnswerFrozen | t.AnswerRevealed) for one in written(log))
    answered(practice, until="sign")
    assert len([one for one in written(log) if isinstance(one, t.AnswerFrozen)]) == 16
    practice.go("1", "acute_trauma")
    practice.reply("no")
    answered(practice)
    events = written(log)
    assert [one for one in events if isinstance(one, t.AnswerRevealed)] == []
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert (made.agreed, made.compared) == (14, 15)
    run = run_of(log, practice.review.session.id)
    assert run is not None
    assert {place for place in run.frozen if run.frozen[place] != run.settled[place]} == {
        ("1", "acute_trauma")
    }


@pytest.mark.parametrize(("reveal", "waits"), [("each", False), ("end", True)])
def test_where_the_reveal_is_at_the_end_the_guard_waits_until_the_answers_are_in(
    log: Log, reveal: str, waits: bool
) -> None:
    practice = begun(log, reveal, "contradiction=instability_suspected")
    answered(practice)
    kinds = [entry.kind for entry in log.read(practice.review.session.id)]
    decided = kinds.index("determination.recorded")
    assert ("check.raised" in kinds[:decided]) is not waits
    assert "check.raised" in kinds[decided:] or not waits


@pytest.mark.parametrize(("reveal", "told"), [("end", False), ("each", True)])
def test_what_speaks_against_an_absence_is_not_counted_before_the_answers_are_in(
    log: Log, reveal: str, told: bool
) -> None:
    practice = begun(log, reveal, "contradiction=suspected", seed=2)
    answered(practice, until="suspected")
    said = texts(practice.reply("not documented"))
    assert "Searched 5 documents" in said
    assert ("wording open" in said) is told


def test_a_run_can_go_without_proposals(log: Log) -> None:
    practice = begin_run(log, TRAINEE, replace(exercise("end"), unaided=True))
    answered(practice, until="prior_surgery")
    assert practice.turn.proposal is None
    assert practice.turn.kind == "prompt"
    opened = practice.review.session.opened
    assert opened.held_back == ("challenges", "proposals")
    kinds = set()
    for place in ("acute_trauma", "prior_surgery", "prior_imaging", "sought", "views"):
        practice.go("1", place)
        kinds.add(practice.turn.kind)
        assert practice.turn.proposal is None
        assert not any(
            one.value.startswith(("passage ", "yes", "proposed")) and "“" in one.label
            for one in practice.turn.options
        )
    assert kinds == {"prompt"}


@pytest.mark.parametrize("back", [False, True])
def test_what_a_second_run_revealed_meanwhile_was_seen_before_whatever_the_clock_says(
    tmp_path: Path, back: bool
) -> None:
    """A measuring run is left open, the case is practised beside it, and then the first run is answered."""
    clock = Ticking()
    with Log.open(tmp_path / "log.db", clock=clock) as log:
        measured = begun(log, "end")
        beside = begun(log, "each")
        answered(beside)
        if back:
            clock.now = 0
        answered(measured)
        made, _ = debrief(log, Recording(log, measured.review.session.id), TRAINEE.id)
        assert made.seen_before == made.compared > 0
        made, _ = debrief(log, Recording(log, beside.review.session.id), TRAINEE.id)
        assert made.seen_before == 0


def test_what_was_shown_before_is_told_beside_the_score(log: Log) -> None:
    first = begun(log)
    answered(first)
    second = begun(log, "end")
    answered(second)
    made, _ = debrief(log, Recording(log, second.review.session.id), TRAINEE.id)
    assert (made.seen_before, made.compared) == (15, 15)
    assert "seen before: 15 of 15" in "\n".join(feedback_lines(made, []))
    again, _ = debrief(log, Recording(log, first.review.session.id), TRAINEE.id)
    assert again.seen_before == 0


def test_reading_the_reviewed_session_in_the_log_is_told_beside_the_score(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = reviewed(path)
    practice = begin_run(
        log, TRAINEE, exercise_of_case(exercise().case.path.name, "end", reference_named(path, session))
    )
    answered(practice, until="decision")
    monkeypatch.setattr(access, "reader", lambda: TRAINEE.id)
    assert access.note(path, AccessRead("replay", (session,))) == ""
    answered(practice)
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert made.seen_before == 15


@pytest.mark.parametrize("what", ["read", "exported"])
def test_the_book_in_which_the_key_stands_is_no_way_round(
    what: str, log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice = begun(log, "end")
    answered(practice, until="sought")
    (book,) = books_on(log, CASE)
    monkeypatch.setattr(access, "reader", lambda: TRAINEE.id)
    look = (
        AccessRead("log show", (book,)) if what == "read" else AccessExported("bundle", "imr-bundle", (book,))
    )
    assert access.note(path, look) == ""
    answered(practice)
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert made.seen_before == made.compared > 0


def test_what_else_may_stand_behind_the_answers_is_told_and_counts_nothing(
    log: Log, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = begin_run(log, replace(TRAINEE, id="r-other"), exercise())
    answered(other)
    practice = begun(log, "end")
    monkeypatch.setattr(access, "reader", lambda: TRAINEE.id)
    access.note(path, AccessQueried("SELECT * FROM event"))
    access.note(path, AccessRead("training library", ()))
    access.note(path, AccessExported("backup", "the whole log", ()))
    answered(practice)
    access.note(path, AccessQueried("SELECT 2"))  # when it is over
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert made.beside == (
        "1 query of the log in SQL before the run was over",
        "1 copy of the whole log before the run was over",
        "the library, which says how a case is decided, was looked at before the run was over",
        "on this computer r-other had been shown the answers of the case before",
    )
    assert made.seen_before == 0
    assert made.beside[0] in "\n".join(feedback_lines(made, advice))


@pytest.mark.parametrize("trainer", [TRAINEE.id, "r-trainer"])
def test_faults_that_the_trainee_planted_are_told_beside_the_score(trainer: str, log: Log) -> None:
    set_group(Book(log, trainer), "class", (TRAINEE.id,))
    (given,), faults = assign_case(log, trainer, CASE, "class", "end", ("wrong-level",))
    practice = begin_run(log, TRAINEE, exercise_of_assignment(given, faults))
    answered(practice)
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    (result,) = results(log, "r-trainer")
    assert result.fresh is (trainer != TRAINEE.id)
    assert made.beside == ("the faults were planted by the trainee, who was told then what is true",) * (
        trainer == TRAINEE.id
    )


def test_with_the_trainer_chosen_the_trainee_sees_no_feedback(log: Log) -> None:
    practice = begun(log, "trainer")
    said = texts(answered(practice))
    assert "Your trainer shows you the feedback" in said
    recording = Recording(log, practice.review.session.id)
    with pytest.raises(Refused, match="Your trainer shows you"):
        debrief(log, recording, TRAINEE.id)
    made, _ = debrief(log, recording, TRAINER.id)
    assert made.agreed == made.compared == 15


def test_feedback_stays_closed_to_the_trainee_until_the_run_is_over(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, until="sought")
    with pytest.raises(Refused, match="not finished"):
        debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)


def test_who_stops_half_way_goes_on_where_it_stopped(log: Log) -> None:
    practice = begun(log)
    answered(practice, until="sought")
    practice.review.close()
    session, frozen = practice.review.session.id, practice.run.frozen
    assert is_run(log, session)
    again = resume_run(log, TRAINEE, session)
    assert again.turn.path == "sought"
    assert again.run.frozen == frozen
    assert again.settle() == []
    answered(again)
    run = run_of(log, session)
    assert run is not None
    assert run.ended == "signed"
    assert set(frozen) < set(run.frozen)
    assert len([one for one in written(log) if isinstance(one, t.RunOpened)]) == 1


def test_what_was_answered_when_the_program_stopped_is_frozen_at_the_next_beginning(log: Log) -> None:
    from assistant.review.conversation import Conversation

    practice = begun(log)
    answered(practice, until="acute_trauma")
    by_passage(Conversation(practice.review), "yes")
    practice.review.close()
    again = resume_run(log, TRAINEE, practice.review.session.id)
    assert "The reviewer answered otherwise: No" in texts(again.settle())


def test_a_run_is_gone_on_with_by_its_own_trainee_only(log: Log, path: Path) -> None:
    practice = begun(log)
    practice.review.close()
    with pytest.raises(Refused, match="another trainee: r-trainee"):
        resume_run(log, TRAINER, practice.review.session.id)
    other = reviewed(path)
    assert not is_run(log, other)
    with pytest.raises(Refused, match="no blind run"):
        resume_run(log, TRAINEE, other)


def test_a_proposal_can_be_taken_over_and_changed_before_it_counts(log: Log) -> None:
    practice = begun(log)
    answered(practice, until="prior_surgery")
    nearly = next(n for n, one in enumerate(practice.options, 1) if one.value == "nearly")
    practice.choose(nearly)
    assert ("1", "prior_surgery") not in practice.run.frozen
    change = next(n for n, one in enumerate(practice.options, 1) if one.value == "levels")
    practice.choose(change)
    practice.reply("C5-C6")
    while practice.pending is not None:
        practice.choose(1)
    assert practice.turn.place == ("1", "prior_surgery")
    assert ("1", "prior_surgery") not in practice.run.frozen
    said = texts(practice.reply(""))
    assert "The reviewer answered otherwise: Fusion" in said
    assert ("1", "prior_surgery") in practice.run.frozen
    assert practice.turn.path == "prior_imaging"


def test_an_absence_counts_at_once_and_is_revealed_when_the_passages_against_it_are_settled(log: Log) -> None:
    practice = begun(log, "each", "contradiction=instability_suspected")
    lines = answered(practice, until="instability_suspected")
    assert "instability" not in [place[1] for place in practice.run.frozen]
    said = texts(practice.reply("not documented"))
    assert ("1", "instability_suspected") in practice.run.frozen
    assert "first answer" not in said
    if practice.turn.kind == "passages":
        assert ("1", "instability_suspected") not in practice.run.revealed
        assert "Caught" not in said
        assert "Missed" not in said
        practice.choose(2)
        said = texts(practice.reply("It is an old note."))
    assert "Missed: " in said
    assert lines


def test_what_was_said_first_is_told_where_another_answer_is_revealed(log: Log) -> None:
    practice = begun(log, "each", "contradiction=instability_suspected")
    answered(practice, until="instability_suspected")
    practice.reply("not documented")
    assert practice.turn.kind == "passages"
    practice.choose(1)
    said = texts(practice.reply("1")) + texts(practice.reply("1") if practice.pending is not None else [])
    assert "Your first answer, which counts: not documented" in said
    assert "Found when it was shown" in said


def test_what_is_true_and_rests_on_no_page_is_told_apart_from_what_is_wrong(log: Log) -> None:
    one = exercise_of_case("tens-trial-with-goals", "each")
    practice = begin_run(log, TRAINEE, with_faults(log, one, ("removed",), Random(1)))
    said = texts([line for reply in ("", "", "-") for line in practice.reply(reply)])
    assert "True, but missed, since its page was neither opened before the answer nor cited: " in said
    made = feedback(Recording(log, practice.review.session.id), practice.run.reference, practice.run)
    assert [row.says[0].startswith(PAGE_UNREAD) for row in made.rows if row.prompt == "goals"] == [True]


def test_declining_ends_the_run(log: Log) -> None:
    practice = begun(log)
    answered(practice, until="sought")
    practice.decline_now()
    practice.choose(3)
    said = texts(practice.reply("A page is missing."))
    assert "The run is over." in said
    assert written(log)[-1] == t.RunEnded(practice.review.session.id, "declined")


def test_a_run_that_is_declined_by_a_command_is_over(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, until="prior_surgery")
    said = texts(practice.decline("records", "A page is missing."))
    assert "The run is over." in said
    assert written(log)[-1] == t.RunEnded(practice.review.session.id, "declined")
    assert practice.run.tells


# -- what a run is compared with ------------------------------------------------------------------


def test_a_session_can_be_taken_blind_under_the_rules_that_it_had(log: Log, path: Path) -> None:
    passage = {"document": "progress-note-2014-07-17", "page": 1, "quote": "cumulative trauma at work"}
    session = reviewed(path, {"acute_trauma": {"value": "yes", "evidence": [passage]}})
    held = open_replay(path, session)
    practice = begin_run(log, TRAINEE, exercise_of_session(held.recording, "each"))
    pins, theirs = practice.review.session.opened.pins, held.recording.opened.pins
    assert (pins["case"], pins["prompts"], pins["schemas"]) == (
        theirs["case"],
        theirs["prompts"],
        theirs["schemas"],
    )
    said = texts(answered(practice))
    assert "The reviewer answered otherwise: Yes" in said
    (opened,) = [one for one in written(log) if isinstance(one, t.RunOpened)]
    assert (opened.against, opened.head) == (session, held.recording.entries[-1].leaf)


def test_the_reference_of_a_run_is_kept_whatever_becomes_of_its_file(log: Log, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(exercise().case.path, tmp_path / "case")
    practice = begin_run(log, TRAINEE, exercise_of_case(str(tmp_path / "case"), "end"))
    answered(practice)
    (tmp_path / "case" / "reference.yaml").unlink()
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert made.agreed == 15


def test_an_open_session_a_session_of_another_case_and_a_case_without_reference_are_refused(
    log: Log, path: Path, tmp_path: Path
) -> None:
    import shutil

    open_session = reviewed(path, sign=False)
    with pytest.raises(Refused, match="still open"):
        reference_named(path, open_session)
    with pytest.raises(Refused, match="still open"):
        exercise_of_session(open_replay(path, open_session).recording, "each")
    shutil.copytree(exercise().case.path, tmp_path / "case")
    (tmp_path / "case" / "reference.yaml").unlink()
    with pytest.raises(Refused, match="no reference to compare with"):
        exercise_of_case(str(tmp_path / "case"), "each")
    other = replace(reference_named(path, reviewed(path)), case="another-case")
    with pytest.raises(Refused, match="another case: another-case"):
        exercise_of_case(str(tmp_path / "case"), "each", other)


def test_a_session_whose_record_is_gone_can_not_be_taken_blind(log: Log, path: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(exercise().case.path, tmp_path / "case")
    practice = begin_run(log, TRAINEE, exercise_of_case(str(tmp_path / "case"), "each"))
    answered(practice)
    practice.review.close()
    page = tmp_path / "case" / "records" / "xray-report-2014-08-04.txt"
    page.write_text(page.read_text().replace("August", "September"))
    held = open_replay(path, practice.review.session.id)
    with pytest.raises(Refused, match="1 of its documents are missing or changed"):
        exercise_of_session(held.recording, "each")


def test_the_words_of_the_reference_stand_in_the_book_by_commitment_only(log: Log, path: Path) -> None:
    import sqlite3
    from contextlib import closing

    begun(log, "each", "any")
    with closing(sqlite3.connect(path)) as connection:
        stored = [
            row[0] for row in connection.execute("SELECT entry FROM event WHERE kind LIKE 'training.%'")
        ]
    said = b"".join(stored).decode()
    assert "hardware" not in said
    assert all(word not in said for word in ("record says", "xray-report", 'planted":[', "Fusion"))
    bodies = [json.loads(entry)["body"] for entry in stored]
    assert any(set(body.get("truth", ())) == {"$text"} for body in bodies)


def test_two_windows_write_into_one_book(path: Path) -> None:
    with Log.open(path) as one, Log.open(path) as other:
        first, second = Book(one, "r-x"), Book(other, "r-x")
        first.write(t.RunEnded("a" * 12, "signed"))
        again = Book(other, "r-x")
        first.write(t.RunEnded("b" * 12, "signed"))
        again.write(t.RunEnded("c" * 12, "signed"))
        second.write(t.RunEnded("d" * 12, "signed"))
        ended = [one.event for one in all_entries(other) if isinstance(one.event, t.RunEnded)]
        assert len(other.sessions(others=True)) == 1
    assert {one.session[0] for one in ended} == set("abcd")


def test_the_practice_says_what_is_planted_but_not_where(log: Log) -> None:
    practice = begun(log, "each", "any", "any")
    said = "\n".join(practice.greeting())
    assert "2 faults are planted" in said
    assert not any(fault.kind in said or fault.says in said for fault in practice.run.faults)


def test_a_run_that_only_watches_freezes_nothing(log: Log) -> None:
    from assistant.review.review import Review

    practice = begun(log)
    answered(practice, until="sought")
    watching = Review.resume(log, practice.review.session.id, watch=True)
    looking = Practice(watching, replace(practice.run, frozen={}), practice.book)
    before = len(written(log))
    assert looking.settle() == []
    assert len(written(log)) == before
    assert e.SessionOpened.kind == log.read(watching.session.id)[0].kind


@pytest.mark.parametrize("reveal", ["each", "end"])
def test_how_sure_one_is_is_asked_before_anything_is_revealed_and_logged(log: Log, reveal: str) -> None:
    practice = sure(log, reveal)
    practice.go("1", "sought")
    said = practice.reply("-")
    assert practice.pending is not None
    assert practice.pending.question.startswith("How sure are you of this answer?")
    assert not practice.run.revealed
    assert (("1", "sought") in practice.run.frozen) is (reveal == "each")
    assert "reviewer" not in texts(said)
    assert "Answer with 1 to 5" in texts(practice.reply("nearly"))
    said = practice.reply("3")
    assert practice.run.sure == {("1", "sought"): 85}
    assert ("The reviewer" in texts(said) or "As the reviewer" in texts(said)) is (reveal == "each")
    assert t.ConfidenceTold(practice.run.session, "1", "sought", 85) in written(log)


def test_an_amended_answer_keeps_how_sure_one_was_of_the_first(log: Log) -> None:
    practice = sure(log, "end")
    practice.go("1", "sought")
    practice.reply("-")
    practice.choose(1)
    practice.go("1", "sought")
    practice.reply(".")
    assert practice.pending is None or "How sure" not in practice.pending.question
    assert practice.run.sure == {("1", "sought"): 50}


def test_calibration_is_told_with_the_feedback(log: Log) -> None:
    practice = sure(log, "end")
    answered(practice)
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert {percent for percent, _ in made.calibration.told} == {50}
    assert len(made.calibration.told) == made.compared
    assert "Confidence said 50%" in "\n".join(feedback_lines(made, advice))


def test_a_run_that_was_left_asks_how_sure_one_was_when_it_goes_on(log: Log) -> None:
    practice = sure(log, "each")
    practice.go("1", "sought")
    practice.reply("-")
    practice.review.close()
    again = resume_run(log, TRAINEE, practice.run.session)
    assert ("1", "sought") not in again.run.revealed
    again.reply("")
    assert again.pending is not None
    assert again.pending.question.startswith("How sure")


def test_three_reviews_are_a_panel_and_each_answer_is_worth_what_they_give_it(log: Log, path: Path) -> None:
    changed = {"sought": "unclear"}
    sessions = [reviewed(path), reviewed(path), reviewed(path, changed)]
    experts = [reference_named(path, one) for one in sessions]
    key = panel_of(experts)
    assert key.session in sessions[:2]
    assert Reference.from_text(key.to_text()) == key
    with pytest.raises(Refused, match="3 different reviews"):
        panel_of(experts[:2])
    with pytest.raises(Refused, match="3 different reviews"):
        panel_of([experts[0], experts[0], experts[0]])
    practice = begin_run(log, TRAINEE, exercise_of_case(CASE, "end", key))
    answered(practice, {"sought": "."})
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    worth = {row.prompt: row.credit for row in made.rows if row.credit is not None}
    assert worth.pop("sought") == 0.5
    assert set(worth.values()) == {1}
    assert made.panel == 3
    assert "by 3 experts" in "\n".join(feedback_lines(made, advice))
