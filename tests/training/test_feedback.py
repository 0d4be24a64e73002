"""Feedback tells agreement, evidence, wrong absences, planted faults and time, and scores a run as it should."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core import commands as c
from assistant.core import training_events as t
from assistant.core.answer import Answer, Evidence
from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.core.value import replace
from assistant.log import Log
from assistant.review import answers_file
from assistant.review.review import Review
from assistant.training.book import Book, all_entries
from assistant.training.comparison import Piece, PiecePlace, RatingRow
from assistant.training.debrief import debrief, note_shown
from assistant.training.feedback import Feedback, feedback, is_alarm
from assistant.training.feedback_report import (
    COLUMNS,
    clock,
    feedback_csv,
    feedback_json,
    feedback_lines,
    told_feedback,
)
from assistant.training.gradebook import Rate, result_of
from assistant.training.practice import Practice
from assistant.training.recording import Recording
from assistant.training.replay import annotations_on, comment, open_replay, reference_named, remove
from tests.training.practising import TRAINEE, Ticking, answered, begun, reviewed


def scored(log: Log, practice: Practice) -> Feedback:
    return debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)[0]


def fits(made: Feedback, advice: list[str]) -> list[str]:
    schema = json.loads(
        library.read_text(library.folder("schemas") / "output" / "training-feedback.schema.json")
    )
    data = json.loads(json.dumps(feedback_json(made, advice)))
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(data)]


THREE = {"acute_trauma": "yes", "sought": "To see the hardware.", "surgery_contemplated": "no"}


def test_a_blind_run_with_three_differences_scores_as_it_should(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, THREE)
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    assert (made.agreed, made.compared) == (12, 15)
    different = {row.prompt: row for row in made.rows if row.state == "different"}
    assert set(different) == set(THREE)
    assert different["acute_trauma"].parts == (("", "Yes", "No"),)
    assert {row.state for row in made.rows} == {"same", "different"}
    (decision,) = made.decisions
    assert decision.same
    assert not decision.departs
    assert made.wrong_absences == 0
    assert made.unread == 14
    assert "14 of these are had without reading" in "\n".join(feedback_lines(made, []))
    assert any(all(row.ask in one for row in different.values()) for one in advice)
    assert fits(made, advice) == []


@pytest.mark.parametrize("reveal", ["each", "end"])
def test_three_planted_faults_that_are_all_confirmed_are_all_missed(log: Log, reveal: str) -> None:
    practice = begun(log, reveal, "wrong-month=prior_imaging", "wrong-level", "contradiction=suspected")
    answered(practice)
    made = scored(log, practice)
    assert [how for _, how in made.faults] == ["missed", "missed", "missed"]
    assert made.caught == 0
    assert {row.prompt for row in made.rows if row.state == "missed"} == {
        "prior_surgery",
        "prior_imaging",
        "suspected",
    }
    assert made.wrong_absences == 1
    assert (made.agreed, made.compared) == (12, 15)
    assert fits(made, []) == []
    said = "\n".join(feedback_lines(made, []))
    assert said.count("! missed") == 3 + 1
    for fault, _ in made.faults:
        assert fault.says in said


def test_an_absence_where_a_value_is_planted_wrongly_is_wrong_too(log: Log) -> None:
    practice = begun(log, "end", "wrong-level", "wrong-month=prior_imaging", "contradiction=suspected")
    answered(practice, dict.fromkeys(("prior_surgery", "prior_imaging", "suspected"), "not documented"))
    rows = {row.prompt: row for row in scored(log, practice).rows}
    assert "C5-C6" in rows["prior_surgery"].wrong_absences[0]
    assert rows["prior_imaging"].wrong_absences
    assert len(rows["suspected"].wrong_absences) == 1


def test_three_planted_faults_that_are_seen_are_caught(log: Log) -> None:
    practice = begun(log, "end", "wrong-level", "contradiction=suspected", "evidence-moved=prior_imaging")
    by_kind = {fault.kind: fault for fault in practice.run.faults}
    moved = by_kind["evidence-moved"]
    said = by_kind["contradiction"]
    answered(practice, until="suspected")
    practice.cite(Evidence(said.document, said.page))
    practice.reply("A nonunion.")
    level = by_kind["wrong-level"]
    practice.review.perform(c.OpenPage(level.document, level.page))
    practice.go("1", "prior_surgery.levels")
    practice.reply("C4-C5, C5-C6")
    while practice.pending is not None:
        practice.reply("1" if practice.pending.options else "The report names a fusion.")
    practice.go("1", "prior_imaging")
    practice.cite(Evidence(moved.document, moved.page))
    practice.reply("")
    answered(practice)
    known = scored(log, practice)
    assert known.known == practice.run.known
    recording = Recording(log, practice.review.session.id)
    made = feedback(recording, practice.run.reference, replace(practice.run, known=()))
    for scores, how, state, alone, told in (
        (made, "alone", "caught", (3, 3), "3 of 3 found alone"),
        (known, "known", "known", (0, 0), "0 of 0 found alone, 3 of 3 whose kind was known"),
    ):
        assert {fault.kind: how for fault, how in scores.faults} == dict.fromkeys(by_kind, how)
        assert (scores.alone, scores.unknown) == alone
        assert (scores.caught, scores.shown, scores.alarms) == (3, 0, 0)
        assert scores.agreed == scores.compared == 15
        places = {row.prompt for row in scores.rows if row.state == state}
        assert places == {"prior_surgery", "prior_imaging", "suspected"}
        assert any(told in line for line in feedback_lines(scores, []))
        assert fits(scores, []) == []
    assert "✓ found, and its kind was known" in "\n".join(feedback_lines(known, []))
    assert result_of(practice.run, known, True).found == Rate(0, 0)


def test_a_question_that_a_planted_passage_bears_on_is_not_compared(log: Log) -> None:
    practice = begun(log, "end", "contradiction=suspected", seed=2)
    (planted,) = practice.run.faults
    assert "suspects a nonunion" in planted.passage
    answered(practice, until="suspected")
    practice.cite(Evidence(planted.document, planted.page, "suspects a nonunion"))
    practice.reply("A nonunion.")
    answered(practice, {"instability_suspected": "1"})
    made = scored(log, practice)
    states = {row.prompt: row.state for row in made.rows}
    assert states["instability_suspected"] == "touched"
    assert states["suspected"] == "known"


def test_a_page_cited_by_other_words_does_not_find_what_was_planted_on_it(log: Log) -> None:
    practice = begun(log, "end", "contradiction=suspected", seed=2)
    answered(practice, {"suspected": "A nonunion."})
    (row,) = (one for one in scored(log, practice).rows if one.prompt == "suspected")
    assert row.state == "missed"
    assert row.told == row.yours
    assert replace(row, agrees=False).told == "A nonunion. (true, its page not read)"


@pytest.mark.parametrize("planted", [True, False])
def test_what_is_cited_from_the_planted_passage_is_no_alarm_elsewhere(log: Log, planted: bool) -> None:
    practice = begun(log, "end", "contradiction=suspected")
    (fault,) = practice.run.faults
    answered(practice, until="sought")
    quote = fault.passage if planted else ""
    practice.cite(Evidence(fault.document, fault.page, Private(quote)))
    practice.reply("To see whether it has healed.")
    answered(practice, {"suspected": "A nonunion."})
    made = scored(log, practice)
    (row,) = [one for one in made.rows if one.prompt == "sought"]
    assert (row.state, row.agrees, row.alarm) == (
        ("touched", True, False) if planted else ("different", False, True)
    )


def test_only_what_is_said_to_be_there_is_an_alarm() -> None:
    for mine, theirs, alarm in [
        ("=yes", "not_documented", True),
        ("unclear", "=yes", True),
        ("=yes", "=yes", False),
        ("=none", "not_documented", False),
        ("not_documented", "=none", False),
        ("not listed", "=listed", False),
        ("=12", "=none", True),
    ]:
        said = tuple(Piece(category, category, "", Answer(value=category)) for category in (mine, theirs))
        assert is_alarm([RatingRow(PiecePlace("1", "sought"), "", "", said)]) is alarm


def test_an_absence_where_the_reviewer_found_something_is_wrong_and_says_where(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, {"acute_trauma": "not documented", "duration": "not documented"})
    made = scored(log, practice)
    rows = {row.prompt: row for row in made.rows}
    assert rows["duration"].wrong_absences == ("76 weeks (ur-report-2014-04-20:1)",)
    assert made.wrong_absences == sum(len(row.wrong_absences) for row in made.rows) >= 1
    assert "wrong absence: 76 weeks" in "\n".join(feedback_lines(made, []))


def test_evidence_is_cited_opened_or_not_seen(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, until="acute_trauma")
    practice.review.perform(c.OpenPage("progress-note-2014-07-17", 1))
    answered(practice, {"acute_trauma": "nd"})
    rows = {row.prompt: row for row in scored(log, practice).rows}
    assert [one.state for one in rows["duration"].evidence] == ["taken_over"]
    assert [(one.page, one.state) for one in rows["acute_trauma"].evidence] == [
        ("progress-note-2014-07-17:1", "opened")
    ]


@pytest.mark.parametrize(("opened", "state"), [(True, "opened"), (False, "missed")])
def test_a_page_that_is_cited_after_the_first_answer_is_told_as_cited_later(
    log: Log, opened: bool, state: str
) -> None:
    practice = begun(log, "each")
    answered(practice, until="acute_trauma")
    if opened:
        practice.review.perform(c.OpenPage("progress-note-2014-07-17", 1))
    answered(practice, {"acute_trauma": "nd"}, until="sought")
    read = Evidence("progress-note-2014-07-17", 1, "cumulative trauma at work")
    practice.review.perform(c.CiteEvidence("1", "acute_trauma", read))
    answered(practice)
    made = scored(log, practice)
    (shown,) = next(row for row in made.rows if row.prompt == "acute_trauma").evidence
    assert (shown.state, shown.later) == (state, True)
    told = "\n".join(feedback_lines(made, []))
    assert "cited only later: progress-note-2014-07-17:1" in told
    assert "(1 cited only later)" in told


def test_what_the_program_works_out_has_nothing_to_cite_and_is_no_quick_answer(log: Log) -> None:
    case_id = "opioid-refill-back-at-work"
    case = library.find_case(case_id)
    file = answers_file.read_answers_file(library.folder("casebank") / case_id / "reference.yaml")
    review = Review.open(log, case, TRAINEE)
    answers_file.run_answers(review, file)
    review.close()
    made, _ = debrief(log, Recording(log, review.session.id), TRAINEE.id)
    rows = {row.prompt: row for row in made.rows}
    assert [name for name, row in rows.items() if row.worked_out] == ["dose"]
    assert rows["dose"].evidence == ()
    assert rows["opioids"].evidence
    assert made.quick == sum(row.seconds < 3 for row in made.rows) - 1


def test_what_an_earlier_answer_kept_from_being_asked_is_said_and_counted(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, {"prior_surgery": "none"})
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    states = {row.prompt: row.state for row in made.rows}
    assert states["prior_surgery"] == "different"
    assert states["films_since_surgery"] == states["instability_suspected"] == "not_asked"
    assert made.compared == 15
    assert made.agreed == sum(row.agrees is True for row in made.rows) < 13
    assert any("kept these from being asked: Have films been made" in one for one in advice)
    assert any("--at prior_surgery`) why" in one and one.endswith("neck has there been?") for one in advice)


def test_time_is_told_by_question_and_what_was_idle_apart(path: Path) -> None:
    with Log.open(path, clock=Ticking(0, 2, 3, 20, 400)) as log:
        practice = begun(log, "end")
        answered(practice)
        made = scored(log, practice)
    assert made.idle_seconds >= 400
    assert made.seconds > 20
    assert clock(made.idle_seconds).startswith("6:")
    assert sum(row.seconds for row in made.rows) <= made.seconds


def test_a_departure_is_told_with_its_reason(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, until="decision")
    practice.choose(2)
    practice.reply("The films answer a question.")
    answered(practice)
    made, advice = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    (decision,) = made.decisions
    assert (decision.yours, decision.theirs, decision.departs) == ("overturned", "upheld", True)
    assert decision.reason == "The films answer a question."
    said = "\n".join(feedback_lines(made, advice))
    assert "departs from the suggestion" in said
    none = replace(made, decisions=(replace(decision, suggested=""),))
    assert "there was no suggestion to rest on" in "\n".join(feedback_lines(none, []))
    assert "The decision parts from the reviewer's" in said


def test_what_the_last_run_came_to_stands_beside_the_next(log: Log) -> None:
    first = begun(log, "end")
    answered(first, THREE)
    assert "Last time" not in "\n".join(told_feedback(log, first.review.session.id, TRAINEE.id))
    second = begun(log, "end")
    answered(second)
    lines = told_feedback(log, second.review.session.id, TRAINEE.id)
    assert "Last time  12 of 15 questions" in lines


def test_a_session_that_was_no_run_is_held_against_the_reference_or_another_session(
    log: Log, path: Path
) -> None:
    one = reviewed(path, {"acute_trauma": "yes"})
    other = reviewed(path, reviewer="r-other")
    recording = open_replay(path, one).recording
    made, advice = debrief(log, recording, "r-trainer")
    assert (made.agreed, made.compared, made.reveal) == (14, 15, "")
    against, _ = debrief(log, recording, "r-trainer", reference_named(path, other))
    assert against.reference == f"session {other} of r-other"
    assert against.agreed == 14
    assert fits(against, advice) == []
    with pytest.raises(Refused, match="another case"):
        debrief(log, recording, "r-trainer", replace(reference_named(path, other), case="another-case"))


def test_questions_that_were_asked_otherwise_are_not_compared(log: Log, path: Path) -> None:
    one = reviewed(path)
    reference = reference_named(path, reviewed(path, reviewer="r-other"))
    place = ("1", "acute_trauma")
    reference = replace(reference, forms={**reference.forms, place: "another edition"})
    recording = open_replay(path, one).recording
    made, _ = debrief(log, recording, "r-trainer", reference)
    states = {row.prompt: row.state for row in made.rows}
    assert states["acute_trauma"] == "no_reference"
    assert (made.agreed, made.compared) == (14, 14)
    assert reference.asked_otherwise(recording.final) == [place]


def test_the_table_is_safe_in_a_spreadsheet_and_has_a_row_for_each_question(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, {"acute_trauma": "nd", "sought": "=HYPERLINK(1)", "suspected": "@SUM(A1)\twith\ttabs"})
    made = scored(log, practice)
    rows = list(csv.DictReader(io.StringIO(feedback_csv(made))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["prompt"] for row in rows] == [row.prompt for row in made.rows]
    by_prompt = {row["prompt"]: row for row in rows}
    assert by_prompt["sought"]["yours"] == "'=HYPERLINK(1)"
    assert all(not cell.startswith(("=", "@", "+", "-", "\t")) for row in rows for cell in row.values())
    assert by_prompt["acute_trauma"]["evidence_missed"] == "progress-note-2014-07-17:1"


def test_a_trainers_comment_reaches_the_trainee_and_one_taken_away_does_not(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice)
    session = practice.review.session.id
    entry = next(
        one for one in log.read(session) if one.kind == "answer.recorded" and one.body["item"] == "1"
    )
    book = Book(log, "r-trainer")
    comment(book, entry, "Open the page first.")
    comment(book, entry, "Never mind.")
    remove(book, annotations_on(session, book.entries())[1])
    made, advice = debrief(log, Recording(log, session), TRAINEE.id)
    where = f"1/{entry.body['prompt']}"
    assert made.comments == (("r-trainer", where, "Open the page first."),)
    assert f"  r-trainer, {where}: Open the page first." in feedback_lines(made, advice)
    assert fits(made, advice) == []


def test_that_feedback_was_shown_is_logged(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice, THREE)
    made = scored(log, practice)
    note_shown(log, made, TRAINEE.id)
    shown = [one.event for one in all_entries(log) if isinstance(one.event, t.FeedbackShown)]
    assert shown == [t.FeedbackShown(practice.review.session.id, 12, 15, 0, 0)]


def test_beside_a_fault_that_was_found_what_else_was_wrong_is_told(log: Log) -> None:
    practice = begun(log, "end")
    answered(practice)
    made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    row = replace(
        made.rows[0],
        state="caught",
        agrees=False,
        says=("It says so.",),
        parts=(("manual", "tried", "unclear"),),
    )
    lines = "\n".join(feedback_lines(replace(made, rows=(row,)), []))
    assert "It says so." in lines
    assert "manual: you: tried · reviewer: unclear" in lines
