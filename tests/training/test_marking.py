"""A run is marked by the reference as it would be on the altered case, and by what the trainee did, not the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.events import AnswerRecorded
from assistant.core.session import apply
from assistant.log import Log
from assistant.training.comparison import Piece, PiecePlace, RatingRow, paired
from assistant.training.debrief import debrief
from assistant.training.faults import Fault
from assistant.training.feedback import Feedback
from assistant.training.feedback_report import feedback_lines
from assistant.training.marking import Calibration, answer_key, as_answered, credit
from assistant.training.practice import Practice
from assistant.training.recording import Recording
from tests.training.practising import CASE, answered, begun, exercise
from tests.training.simulated import session

NOTE = ("progress-note-2014-07-17", 1)


def planted(prompt: str, part: str = "", true: object = None, passage: str = "It is said here.") -> Fault:
    return Fault("contradiction", "1", prompt, part, None, *NOTE, "The page names a fusion.", passage, true)


def test_the_decision_follows_from_the_truths_that_were_planted() -> None:
    for faults, decision, undecided in [
        ((), "upheld", False),
        (
            (Fault("wrong-level", "1", "prior_surgery", "levels", ["C6-C7"], *NOTE, "", truth=["C4-C5"]),),
            "upheld",
            False,
        ),
        ((planted("changed_since", true="yes"),), "upheld", False),
        ((planted("red_flags", "fracture", "yes"),), "overturned", False),
        ((planted("instability_suspected", true="affirmed"),), "upheld", False),
        ((planted("instability_suspected"),), None, True),
    ]:
        key = answer_key(exercise().reference, faults, session("r-x"))
        made = key.session.determinations.get("1")
        assert (made.decision if made is not None else None) == decision
        assert (key.undecided == frozenset({"1"})) is undecided


def test_a_study_of_another_region_is_left_out_and_what_follows_is_worked_out_anew() -> None:
    wrong = Fault("wrong-segment", "1", "prior_imaging", "date", "2014-08-04", *NOTE, "")
    key = answer_key(exercise().reference, (wrong,), session("r-x"))
    held = key.answer(("1", "prior_imaging"))
    assert held is not None
    assert [one.parts["date"].value for one in (held.parts or {}).values() if one.parts] == ["2014-07-12"]


def test_a_study_that_is_later_than_it_was_given_has_its_true_date() -> None:
    later = Fault("later-study", "1", "prior_imaging", "date", "2014-07-12", *NOTE, "", truth="2015-02-01")
    key = answer_key(exercise().reference, (later,), session("r-x"))
    held = key.answer(("1", "prior_imaging"))
    assert held is not None
    assert {str(one.parts["date"].value) for one in (held.parts or {}).values() if one.parts} == {
        "2015-02-01",
        "2014-08-04",
    }


# -- what the trainee did -------------------------------------------------------------------------


def marked(log: Log, practice: Practice) -> Feedback:
    return debrief(log, Recording(log, practice.review.session.id), "r-trainer")[0]


def test_a_proposal_confirmed_unopened_is_taken_over_and_a_page_opened_first_is_cited(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        blind = begun(log, "end")
        answered(blind)
        reading = begun(log, "end")
        for page in ("xray-report-2014-07-12", "xray-report-2014-08-04"):
            reading.review.perform(c.OpenPage(page, 1))
        answered(reading)
        for practice, states in ((blind, {"taken_over"}), (reading, {"cited"})):
            rows = {row.prompt: row for row in marked(log, practice).rows}
            assert {one.state for one in rows["prior_imaging"].evidence} == states
        said = "\n".join(feedback_lines(marked(log, blind), []))
        assert "taken over from proposals, unopened" in said
        assert "no page of 6 opened" in said


def test_a_fault_that_is_found_when_the_guard_speaks_is_told_apart(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        practice = begun(log, "end", "contradiction=suspected", seed=2)
        (fault,) = practice.run.faults
        answered(practice, until="passages")
        assert practice.turn.place == fault.place
        practice.choose(1)
        practice.reply("A nonunion.")
        for _ in range(4):
            if practice.pending is not None:
                practice.reply("1" if practice.pending.options else "The note names a fusion.")
        answered(practice)
        made = marked(log, practice)
    assert (made.alone, made.shown, made.caught) == (0, 1, 1)
    assert next(row for row in made.rows if row.prompt == "suspected").state == "shown"
    assert "▹ found when shown" in "\n".join(feedback_lines(made, []))


def test_unclear_to_everything_catches_nothing_and_is_a_false_alarm_where_nothing_was_planted(
    tmp_path: Path,
) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        practice = begun(log, "end", "contradiction=suspected")
        answered(practice, {"suspected": "unclear", "sought": "unclear", "changed_since": "unclear"})
        made = marked(log, practice)
    assert made.caught == 0
    assert made.alarms == 2
    assert made.compared == 15
    assert made.agreed == 12
    assert made.case == CASE


def test_an_absence_is_no_false_alarm(tmp_path: Path) -> None:
    with Log.open(tmp_path / "log.sqlite") as log:
        practice = begun(log, "end")
        answered(practice, {"acute_trauma": "not documented"})
        made = marked(log, practice)
    assert (made.wrong_absences, made.alarms) == (1, 0)


@pytest.mark.parametrize(("mine", "same"), [(76, True), (76.43, True), (77, False), (75.9, False)])
def test_whole_weeks_are_alike_to_weeks_worked_out_to_the_day(mine: float, same: bool) -> None:
    one = apply(session("r-x"), AnswerRecorded("1", "duration", Answer(value=mine)))
    other = session("r-y", {"duration": 76})
    assert as_answered(paired(one, other)["1", "duration"]) is same


def test_calibration_is_how_sure_beside_how_often_rightly() -> None:
    made = Calibration(((95, True), (95, False), (50, True), (50, False)))
    assert (made.sure, made.right) == (0.725, 0.5)
    assert made.brier == pytest.approx((0.05**2 + 0.95**2 + 0.5**2 + 0.5**2) / 4)
    assert made.levels == {50: (1, 2), 95: (1, 2)}
    assert "too sure by 22 points" in made.words
    assert "too unsure by 50 points" in Calibration(((50, True),)).words
    assert "too sure by 1 point;" in Calibration(((50, True), (52, False))).words
    assert Calibration().to_json() is None


def test_an_answer_is_worth_what_the_panel_gives_it() -> None:
    def line(*said: str) -> RatingRow:
        pieces = tuple(Piece(one, one, "", Answer()) if one else None for one in said)
        return RatingRow(PiecePlace("1", "sought"), "", "", pieces)

    assert credit([line("a", "a", "a", "b")]) == 1
    assert credit([line("b", "a", "a", "b")]) == 0.5
    assert credit([line("c", "a", "a", "b")]) == 0
    assert credit([line("b", "a", "a", "b"), line("x", "x", "", "")]) == 0.75
    assert credit([line("", "a", "a", "b"), line("a", "", "", "")]) is None
