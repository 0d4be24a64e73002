"""Answers proposed from what the case states; where anything is open, nothing is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from assistant import library
from assistant.core.answer_reader import read_answer
from assistant.core.proposal import Proposed, propose
from assistant.core.rules.prompt_set import Proposal, Reading
from assistant.core.rules.rules import Rules, Sources, read_rules, read_schema
from assistant.core.value import replace
from tests import earlier

CASE = library.find_case("cervical-radiographs-after-fusion")
SOURCES = earlier.sources()
RULES = library.rules_for(CASE, SOURCES)
SCHEMAS = {name: read_schema(name, text) for name, text in SOURCES.schemas.items()}


def reading(answers: Mapping[str, Any], rules: Rules = RULES) -> Reading:
    prompts = rules.sets["1"].prompts
    return Reading(
        rules.sets["1"], {name: read_answer(prompts[name].schema, raw, name) for name, raw in answers.items()}
    )


def proposed(name: str, answers: Mapping[str, Any] | None = None, rules: Rules = RULES) -> Proposed | None:
    item = rules.case.items["1"]
    return propose(rules.sets["1"].prompts[name], reading(answers or {}, rules), rules.case, item)


def changed(old: str, new: str) -> Rules:
    assert old in CASE.text
    return read_rules(
        CASE.text.replace(old, new), CASE.page_counts, Sources(SOURCES.prompts, SOURCES.schemas)
    )


def value_of(made: Proposed | None) -> Any:
    return None if made is None else made.answer.plain()


# -- facts as they stand --------------------------------------------------------------------------


def test_a_fact_is_proposed_with_its_page() -> None:
    made = proposed("prior_surgery")
    assert made is not None
    assert made.answer.plain() == {"procedure": "fusion", "levels": ["C4-C5", "C5-C6"], "date": "2014-02"}
    assert [str(one) for one in made.answer.evidence] == ["progress-note-2014-05-10:1"]
    assert made.basis == "stated in the case file"


def test_an_operation_that_the_case_states_answers_whether_there_was_one() -> None:
    schema = f'{{{DRAFT}, "title": "Yes or no", "enum": ["yes", "no"]}}'
    prompt = replace(RULES.sets["1"].prompts["prior_surgery"], schema=read_schema("operated", schema))
    made = propose(prompt, reading({}), RULES.case, RULES.case.items["1"])
    assert made is not None
    assert (made.answer.plain(), [str(one) for one in made.answer.evidence]) == (
        "yes",
        ["progress-note-2014-05-10:1"],
    )


def test_each_entry_of_a_list_keeps_its_own_page() -> None:
    made = proposed("prior_imaging")
    assert made is not None
    parts = made.answer.parts or {}
    assert [str(part.evidence[0]) for part in parts.values()] == [
        "xray-report-2014-07-12:1",
        "xray-report-2014-08-04:1",
    ]
    assert [(part.parts or {})["views"].status.value for part in parts.values()] == ["not_documented"] * 2


def test_only_the_entries_that_fit_are_proposed() -> None:
    rules = changed(
        "    modality: radiographs\n    region: cervical spine",
        "    modality: radiographs\n    region: lumbar spine",
    )
    made = proposed("prior_imaging", rules=rules)
    assert made is not None
    assert made.answer.plain() == []


def test_a_fact_of_the_item_rests_on_the_items_page() -> None:
    made = proposed("views")
    assert made is not None
    assert made.answer.value == ["anteroposterior", "lateral", "flexion", "extension"]
    assert [str(one) for one in made.answer.evidence] == ["progress-note-2014-07-17:2"]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("    views: [anteroposterior, lateral, flexion, extension]\n", "", "views"),
        ("    views: [anteroposterior, lateral, flexion, extension]\n", "    views: [sideways]\n", "views"),
        ("    procedure: fusion\n", "    procedure: something\n", "prior_surgery"),
    ],
)
def test_a_fact_that_is_missing_or_no_valid_answer_is_not_proposed(old: str, new: str, name: str) -> None:
    assert proposed(name, rules=changed(old, new)) is None


def test_a_prompt_without_a_proposal_has_none() -> None:
    assert proposed("sought") is None
    assert proposed("acute_trauma") is None


def test_the_reviewers_profile_is_proposed() -> None:
    prompt = RULES.sets["case"].prompts["qualifications"]
    kept = {
        "qualifications": {
            "certification": "Occupational Medicine",
            "licence": "California",
            "years": 6,
            "hours": 24,
        }
    }
    empty = Reading(RULES.sets["case"], {})
    made = propose(prompt, empty, RULES.case, None, kept)
    assert made is not None
    assert made.answer.plain() == kept["qualifications"]
    assert made.basis == "kept in your profile"
    assert propose(prompt, empty, RULES.case, None, {}) is None
    assert propose(prompt, empty, RULES.case, None) is None


# -- weeks_between --------------------------------------------------------------------------------


def test_weeks_are_counted_between_two_days() -> None:
    made = proposed("duration")
    assert made is not None
    assert made.answer.value == 76
    assert made.basis == "from October 31, 2012 to April 20, 2014"
    assert [str(one) for one in made.answer.evidence] == ["ur-report-2014-04-20:1"]


def test_weeks_that_are_computed_are_counted_the_same_on_the_page_that_states_the_day() -> None:
    made = proposed("duration", rules=library.rules_for(CASE))
    assert made is not None
    assert made.answer.value == 76
    assert made.basis == "from October 31, 2012 to April 20, 2014"
    assert [str(one) for one in made.answer.evidence] == ["ur-report-2014-04-20:1"]


@pytest.mark.parametrize("injury", ["2012-10", "2012", "2014-04-21"])
def test_weeks_that_are_open_or_negative_are_not_proposed(injury: str) -> None:
    assert (
        proposed("duration", rules=changed("injury: {date: 2012-10-31", f"injury: {{date: {injury}")) is None
    )


# -- any_after ------------------------------------------------------------------------------------

SURGERY = {"procedure": "fusion", "levels": ["C4-C5"], "date": "2014-02"}


def study(date: str, **more: Any) -> dict[str, Any]:
    known = {
        "modality": "radiographs",
        "views": ["lateral"],
        "finding": "no_complication",
        "provider_reading": "unclear",
    }
    return {"date": date, **known, **more}


def test_films_since_the_operation() -> None:
    for studies, expected in [
        ([], "none"),
        ([study("2014-01-31")], "none"),
        ([study("2013")], "none"),
        ([study("2014-07-12")], "static_clean"),
        ([study("2014-07")], "static_clean"),
        ([study("2014-07-12", views=["flexion", "extension"])], "dynamic_clean"),
        ([study("2014-07-12", views=["flexion"], finding="complication")], "dynamic_complication"),
        ([study("2014-07-12", views="not_documented")], "undescribed_clean"),
        ([study("2014-07-12", views="not_documented", finding="complication")], "undescribed_complication"),
        ([study("2014-07-12"), study("2014-08-04", finding="complication")], "static_complication"),
        ([study("2014-01-01"), study("2014-08-04", views=["flexion"])], "dynamic_clean"),
        ([study("2014-02-20")], None),
        ([study("2014")], None),
        ([study("unclear")], None),
    ]:
        assert (
            value_of(proposed("films_since_surgery", {"prior_surgery": SURGERY, "prior_imaging": studies}))
            == expected
        )


def test_films_are_cited_with_what_was_worked_out_from_them() -> None:
    entry = {"value": study("2014-07-12"), "evidence": [{"document": "xray-report-2014-07-12", "page": 1}]}
    made = proposed("films_since_surgery", {"prior_surgery": SURGERY, "prior_imaging": [entry]})
    assert made is not None
    assert made.basis == "July 12, 2014: after February 2014"
    assert [str(one) for one in made.answer.evidence] == ["xray-report-2014-07-12:1"]


def test_nothing_is_worked_out_from_what_is_not_answered() -> None:
    assert proposed("films_since_surgery", {"prior_surgery": SURGERY}) is None
    assert proposed("films_since_surgery", {"prior_imaging": [study("2014-07-12")]}) is None
    undated = {"procedure": "fusion", "levels": ["C4-C5"], "date": "not_documented"}
    assert (
        proposed("films_since_surgery", {"prior_surgery": undated, "prior_imaging": [study("2014-07-12")]})
        is None
    )
    open_list = [{"date": "2014-07-12", "modality": "radiographs"}]
    assert proposed("films_since_surgery", {"prior_surgery": SURGERY, "prior_imaging": open_list}) is None


# -- the other rules ------------------------------------------------------------------------------

DOSES = """{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "Doses", "type": "array", "noun": "dose",
  "items": {"type": "object", "required": ["date", "amount", "factor"], "properties": {
    "date": {"type": "string", "format": "partial-date"},
    "amount": {"type": "number"},
    "factor": {"type": "number"}}}
}"""
DRAFT = '"$schema": "https://json-schema.org/draft/2020-12/schema"'
NUMBER = f'{{{DRAFT}, "title": "A number", "type": "number"}}'
DATE = f'{{{DRAFT}, "title": "A date", "type": "string", "format": "partial-date"}}'


def dosed(rule: Proposal, schema: str, doses: list[dict[str, Any]]) -> Any:
    """What a rule proposes from doses: the list stands in for the studies of the seed's set."""
    base = RULES.sets["1"]
    listed = replace(base.prompts["prior_imaging"], schema=read_schema("doses", DOSES), propose=())
    asked = replace(base.prompts["duration"], schema=read_schema("number", schema), propose=(rule,))
    prompt_set = replace(base, prompts={"prior_imaging": listed, "duration": asked})
    given = Reading(prompt_set, {"prior_imaging": read_answer(listed.schema, doses, "doses")})
    return value_of(propose(asked, given, RULES.case, RULES.case.items["1"]))


TWO = [{"date": "2014-07-12", "amount": 10, "factor": 1.5}, {"date": "2014-08", "amount": 20, "factor": 2}]


@pytest.mark.parametrize(
    ("rule", "schema", "expected"),
    [
        (Proposal(rule="count", of="prior_imaging"), NUMBER, 2),
        (Proposal(rule="sum", of="prior_imaging.amount"), NUMBER, 30),
        (
            Proposal(rule="weighted_sum", of="prior_imaging.amount", weights="prior_imaging.factor"),
            NUMBER,
            55.0,
        ),
        (Proposal(rule="latest", of="prior_imaging.date"), DATE, "2014-08"),
    ],
)
def test_counts_sums_and_the_latest(rule: Proposal, schema: str, expected: Any) -> None:
    assert dosed(rule, schema, TWO) == expected


@pytest.mark.parametrize(
    ("rule", "schema"),
    [
        (Proposal(rule="sum", of="prior_imaging.amount"), NUMBER),
        (Proposal(rule="weighted_sum", of="prior_imaging.amount", weights="prior_imaging.factor"), NUMBER),
    ],
)
def test_a_sum_with_an_open_term_is_not_made(rule: Proposal, schema: str) -> None:
    assert dosed(rule, schema, [*TWO, {"date": "2014-09", "amount": "unclear", "factor": "unclear"}]) is None


def test_no_date_is_the_latest_where_a_partial_one_may_be_later() -> None:
    rule = Proposal(rule="latest", of="prior_imaging.date")
    doses = [{"date": "2014-08-04", "amount": 1, "factor": 1}, {"date": "2014-08", "amount": 1, "factor": 1}]
    assert dosed(rule, DATE, doses) is None
    assert dosed(rule, DATE, []) is None


def test_a_proposal_is_no_answer() -> None:
    given = reading({})
    assert proposed("duration") is not None
    assert given.answer("duration") is None
