"""The report on simulated reviewers: by prompt, by finding and by outcome, with what has to be said beside it."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.training.agreement import (
    WIDTH,
    AgreementReport,
    agreement,
    as_json,
    first_parting,
    lines,
    pairs,
)
from assistant.training.comparison import Rater, RatingMatrix
from assistant.training.statistics import Draws, TooFew, Value
from tests.training.simulated import CASE, careless, other_edition, other_set, panel, session

DRAWS = Draws(1, 500)
SCHEMA = json.loads(library.read_text(library.folder("schemas") / "output" / "agree.schema.json"))


def one_case(*sessions: object) -> AgreementReport:
    return agreement([panel(*sessions)], False, DRAWS)  # type: ignore[arg-type]


def study(cases: int, reviewers: int, seed: int = 1) -> AgreementReport:
    panels = []
    for number in range(cases):
        held = [careless(f"r-{n}", seed * 1_000 + number * 10 + n) for n in range(reviewers)]
        panels.append(panel(*held, case=f"case-{number:02}", study=True))
    return agreement(panels, True, DRAWS)


def printed(report: AgreementReport) -> list[str]:
    """The lines, after the JSON of the same report was held to its schema."""
    data = as_json(report)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(data)] == []
    assert json.loads(json.dumps(data)) == data
    found = list(lines(report))
    assert [line for line in found if len(line) > WIDTH] == []
    return found


def row(report: AgreementReport, prompt: str) -> object:
    return next(one.row for one in report.prompts if one.name == prompt)


def test_two_who_part_are_told_apart_with_what_each_rests_on() -> None:
    report = one_case(
        session("r-one"), session("r-two", {"duration": 70, "acute_trauma": "yes"}, decision="overturned")
    )
    (first,) = [as_json(report)["first_divergence"]]
    assert (first["item"], first["prompt"], first["part"]) == ("1", "duration", None)
    one, other = first["answers"]
    assert (one["answer"], one["raters"], other["answer"], other["raters"]) == ("76", ["A"], "70", ["B"])
    assert one["evidence"][0]["document"] == "ur-report-2014-04-20"
    assert other["evidence"] == []
    assert [one["prompt"] for one in as_json(report)["divergences"]] == [
        "duration",
        "acute_trauma",
        "determination",
    ]
    text = "\n".join(printed(report))
    assert "They part first at duration" in text
    assert "the decision: A Upheld (treatment not approved) | B Overturned (treatment" in text


def test_the_outcome_is_compared_item_by_item() -> None:
    alike = one_case(session("r-one"), session("r-two"))
    apart = one_case(session("r-one"), session("r-two", decision="overturned"))
    assert (alike.outcome.alike, alike.outcome.pairs) == (1, 1)
    assert (apart.outcome.alike, apart.outcome.pairs) == (0, 1)


def test_findings_follow_from_the_answers() -> None:
    flexion = {"suspected": "Non-union.", "instability_suspected": "affirmed", "films_since_surgery": "none"}
    report = one_case(session("r-one"), session("r-two", flexion))
    apart = {one.name for one in report.findings if one.row.alike < one.row.pairs}
    assert "nonunion-or-instability" in apart
    assert "red-flag" not in apart


def test_one_case_gives_counts_by_question_and_says_why_there_is_no_more() -> None:
    report = one_case(session("r-one"), session("r-two", {"duration": 70}))
    duration = row(report, "duration")
    assert (duration.alike, duration.pairs) == (0, 1)  # type: ignore[attr-defined]
    assert all(isinstance(one, TooFew) for one in duration.statistics.values())  # type: ignore[attr-defined]
    assert isinstance(report.answers.statistics["agreement"], Value)
    assert isinstance(report.documented.statistics["kappa"], Value)
    assert any("One case" in said for said in report.warnings)
    assert any("too few" in line for line in printed(report))


def test_who_is_not_asked_a_question_is_missing_there_and_not_wrong() -> None:
    report = one_case(session("r-one"), session("r-two", {"prior_surgery": "none"}))
    films = row(report, "films_since_surgery")
    assert films.n == 0  # type: ignore[attr-defined]
    first = first_parting(report.panels[0])
    assert first is not None
    assert str(first.line.place) == "prior_surgery"


def test_raters_who_agree_throughout_are_told_that_kappa_is_undefined() -> None:
    report = one_case(session("r-one"), session("r-two"), session("r-three"))
    assert any("kappa and alpha are undefined" in said for said in report.warnings)
    assert as_json(report)["first_divergence"] is None
    assert "They part nowhere: every answer and decision is alike." in printed(report)
    uniform = agreement(
        [panel(session("r-1"), session("r-2"), case=f"case-{n}", study=True) for n in range(12)], True, DRAWS
    )
    assert uniform.outcome.statistics["kappa"] == TooFew(1, "different answers", 2)
    assert any("undefined" in line for line in printed(uniform))


def test_a_common_outcome_is_said_to_flatter_the_percentage() -> None:
    """Two reviewers who each uphold 90 of 100 cases, whatever the other does."""
    one, other = (
        {made: session(name, decision=made) for made in ("upheld", "overturned")} for name in ("r-0", "r-1")
    )
    decided = ("overturned", *["upheld"] * 9)
    panels = [
        panel(one[decided[n % 10]], other[decided[n // 10]], case=f"case-{n:02}", study=True)
        for n in range(100)
    ]
    report = agreement(panels, True, DRAWS)
    assert (report.outcome.alike, report.outcome.pairs) == (82, 100)
    assert report.outcome.chance == pytest.approx(0.82)
    kappa = report.outcome.statistics["kappa"]
    assert isinstance(kappa, Value)
    assert kappa.value == pytest.approx(0)
    (said,) = [one for one in report.warnings if "flatters" in one]
    assert "agree on 82%" in said
    assert "outcome" in said


def test_a_study_has_a_row_for_every_prompt_finding_and_the_outcome() -> None:
    report = study(15, 3)
    text = "\n".join(printed(report))
    assert "15 cases, 3 reviewers, 45 reviews" in text
    assert "AC1 takes as the scale of a question the answers that were given" in " ".join(text.split())
    assert "Fleiss' kappa" in text
    assert {one.name for one in report.prompts} >= {"red_flags", "duration", "suspected"}
    assert {one.name for one in report.findings} >= {"routine-radiography"}
    assert isinstance(report.outcome.statistics["ac1"], Value)
    assert isinstance(report.answers.statistics["kappa"], Value)
    assert (report.outcome.n, report.outcome.pairs) == (15, 45)


def test_questions_of_one_name_are_told_apart_by_their_sets() -> None:
    like = [session("r-one"), session("r-two")]
    other = [
        session(who, {"duration": weeks}, under=other_set("neck-ct"))
        for who, weeks in (("r-one", 70), ("r-two", 80))
    ]
    report = agreement(
        [panel(*held, case=f"case-{n}", study=True) for n, held in enumerate((like, other))], True, DRAWS
    )
    text = printed(report)
    assert text[text.index("duration (cervical-radiography)") + 1].split()[:4] == ["1", "1", "of", "1"]
    assert text[text.index("duration (neck-ct)") + 1].split()[:4] == ["1", "0", "of", "1"]
    assert "reviewer_board (" not in "\n".join(text)


def test_two_reviewers_have_cohens_kappa() -> None:
    report = study(12, 2)
    assert as_json(report)["method"]["kappa"] == "cohen"
    assert any("Cohen's kappa" in line for line in printed(report))


def test_the_order_of_the_reviewers_changes_no_figure() -> None:
    held = [careless(f"r-{n}", n) for n in range(4)]
    one = as_json(agreement([panel(*held)], False, DRAWS))
    other = as_json(agreement([panel(*reversed(held))], False, DRAWS))
    figures = ("n", "alike", "pairs", "agreement", "kappa", "alpha", "ac1")
    for name in ("outcome", "answers", "documented"):
        assert {key: one[name][key] for key in figures} == {key: other[name][key] for key in figures}
    order = lambda rows: sorted(rows, key=lambda row: row["prompt"])  # noqa: E731
    for a, b in zip(order(one["prompts"]), order(other["prompts"]), strict=True):
        assert {key: a[key] for key in figures} == {key: b[key] for key in figures}


def test_reviewers_who_were_asked_otherwise_are_compared_only_where_the_question_is_the_same() -> None:
    edited = other_edition("duration", "For how many months had it lasted?")
    held = [session("r-one"), session("r-two"), session("r-three", {"duration": 18}, under=edited)]
    report = one_case(*held)
    duration = row(report, "duration")
    assert (duration.n, duration.pairs) == (1, 1)  # type: ignore[attr-defined]
    assert row(report, "acute_trauma").pairs == 3  # type: ignore[attr-defined]
    (said,) = [one for one in report.warnings if "duration" in one and "not the same" in one]
    assert "for C; compared among A and B" in said
    two = one_case(held[0], held[2])
    assert row(two, "duration").n == 0  # type: ignore[attr-defined]
    assert any("not compared" in one for one in two.warnings)


def test_pairs_say_who_parts_from_whom_and_where_first() -> None:
    held = panel(session("r-one"), session("r-two"), session("r-three", {"duration": 70}))
    found = {(one.one, one.other): one for one in pairs([held], False)}
    assert found["A", "B"].first is None
    assert found["A", "B"].alike == found["A", "B"].of
    assert found["A", "C"].first is not None
    assert str(found["A", "C"].first.line.place) == "duration"
    assert found["B", "C"].alike == found["B", "C"].of - 1


def test_in_a_study_pairs_go_over_all_cases_that_both_reviewed() -> None:
    panels = [
        panel(session("r-b"), session("r-a", {"duration": 70}), case="case-1", study=True),
        panel(session("r-a"), session("r-b"), case="case-2", study=True),
        panel(session("r-a"), session("r-c"), case="case-3", study=True),
    ]
    found = {(one.one, one.other): one for one in pairs(panels, True)}
    assert set(found) == {("r-a", "r-b"), ("r-a", "r-c")}
    both = found["r-a", "r-b"]
    assert both.alike == both.of - 1
    assert both.first is not None
    assert both.first.panel.case == "case-1"


def test_a_standard_is_held_against_each_and_counts_among_none() -> None:
    held = [session("r-one"), session("r-two", {"duration": 70})]
    standard = Rater("reference", "", session("reference"), standard=True)
    with_it = RatingMatrix(CASE, [*panel(*held).raters, standard])
    report = agreement([with_it], False, DRAWS)
    without = one_case(*held)
    assert report.answers == without.answers
    data = as_json(report)
    assert [(one["raters"], one["of"] - one["alike"]) for one in data["standards"]] == [
        (["A", "reference"], 0),
        (["B", "reference"], 1),
    ]
    assert any("Against the standard" in line for line in printed(report))


def test_many_reviewers_are_counted_where_they_cannot_be_listed() -> None:
    held = [careless(f"r-{n}", n) for n in range(40)]
    report = one_case(*held)
    text = printed(report)
    assert "  and 14 more" in text
    assert isinstance(row(report, "duration").statistics["agreement"], Value)  # type: ignore[attr-defined]
    assert isinstance(row(report, "red_flags").statistics["kappa"], Value)  # type: ignore[attr-defined]
    assert as_json(report)["pairs"] == []


def test_words_of_a_case_file_are_shown_and_never_obeyed() -> None:
    evil = {
        "suspected": {
            "value": "A \x1b[2J screen",
            "evidence": [{"document": "a\x1b", "page": 1, "quote": "x\x07"}],
        }
    }
    report = one_case(session("r-\x1b[31mone"), session("r-two", evil))
    assert not any(ord(char) < 32 or ord(char) == 127 for line in printed(report) for char in line)
