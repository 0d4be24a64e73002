"""A FHIR Questionnaire becomes questions of a set; what can't be carried over is told by its place, and nothing is guessed."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.problem import Refused
from assistant.core.rules.questionnaire import Imported, read_questionnaire

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"


def item(kind: str, link: str = "q", text: str = "What is it?", **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": kind, "text": text, **more}


def option(code: str, display: str) -> dict[str, Any]:
    return {"valueCoding": {"code": code, "display": display}}


def taken(*items: Any, **more: Any) -> Imported:
    return read_questionnaire(
        {"resourceType": "Questionnaire", "title": "A form", "item": list(items), **more}, "a-form"
    )


def extension(name: str, base: str = EXTENSION, **value: Any) -> dict[str, Any]:
    return {"extension": [{"url": f"{base}{name}", **value}]}


NECK = [option("LA1", "Neck"), option("LA2", "Not at all"), {"valueString": "Yes"}]


def test_each_kind_of_answer() -> None:
    for asked, answer in [
        (item("boolean"), "yes-no"),
        (item("date"), "date"),
        (item("text"), "text"),
        (item("string", maxLength=20), {"text": 20}),
        (item("integer"), {"number": "whole", "from": 0, "to": 1_000_000}),
        (
            item(
                "decimal",
                extension=[
                    {"url": f"{EXTENSION}minValue", "valueDecimal": -5.5},
                    {"url": f"{EXTENSION}maxValue", "valueInteger": 10},
                ],
            ),
            {"number": "decimal", "from": -5.5, "to": 10},
        ),
        (
            item("quantity", **extension("questionnaire-unit", valueCoding={"code": "kg"})),
            {"number": "decimal", "unit": "kg", "from": 0, "to": 1_000_000},
        ),
        (
            item("choice", answerOption=NECK),
            {"choice": {"neck": "Neck", "not_at_all": "Not at all", "q_yes": "Yes"}},
        ),
        (item("coding", answerOption=NECK[:1]), {"choice": {"neck": "Neck"}}),
        (item("choice", option=NECK[:1]), {"choice": {"neck": "Neck"}}),
        (
            item("choice", repeats=True, answerOption=NECK[:2]),
            {"choices": {"neck": "Neck", "not_at_all": "Not at all"}},
        ),
    ]:
        found = taken(asked)
        assert found.made["prompts"] == [{"id": "q", "ask": "What is it?", "answer": answer, "record": "yes"}]
        assert found.notes == []


def test_what_is_not_carried_over_is_told_by_its_place() -> None:
    for asked, says in [
        (item("display"), "words to be shown"),
        (item("dateTime"), "the day is asked"),
        (item("integer", repeats=True), "several numbers"),
        (item("attachment"), "asks for a file"),
        (item("reference"), "another resource"),
        (item("nonsense"), "type `nonsense` is not known"),
        (item("choice"), "names no answers"),
        (
            item("choice", answerValueSet="http://example.org/vs"),
            "http://example.org/vs, which is not in this file",
        ),
        (item("open-choice", answerOption=NECK), "`Another answer`"),
        (item("choice", answerOption=[*NECK, {"x": 1}]), "no answer that can be read"),
        (item("quantity"), "no unit"),
        (item("text", **extension("calculatedExpression", SDC, valueExpression={})), "a calculated value"),
        (
            item("text", **extension("initialExpression", SDC, valueExpression={})),
            "an expression that fills it in",
        ),
        (item("text", **extension("regex", valueString="x")), "a pattern"),
        (item("text", **extension("questionnaire-hidden", valueBoolean=True)), "that it is hidden"),
        (item("text", initial=[{"valueString": "x"}]), "a value that it begins with"),
        (item("text", readOnly=True), "it can only be read"),
        (item("text", extension={"url": "x"}), "`extension` is no list"),
        (
            item("text", modifierExtension=[{"url": "http://example.org/means"}]),
            "http://example.org/means, which changes what it means",
        ),
        (
            item("text", enableWhen=[{"question": "later", "operator": "=", "answerString": "x"}]),
            "`later`, which is not asked before it",
        ),
        (item("integer", maxLength=4), "its greatest length, 4"),
        (item("text", maxLength=9_000), "its greatest length, 9000"),
        (item("time"), "a time of day; words are asked"),
        (item("date", repeats=True), "several days"),
        (item("date", **extension("minValue", valueDate="2020-01-01")), "its least value"),
        (
            item("integer", **extension("questionnaire-minOccurs", valueInteger=2)),
            "how many answers it needs",
        ),
        (item("text", extension=[{"url": "http://example.org/own"}]), "what http://example.org/own says"),
        (
            item("choice", answerOption=[{**NECK[0], "initialSelected": True}]),
            "that it is chosen from the beginning",
        ),
        (
            item("choice", answerOption=[{**NECK[0], **extension("ordinalValue", valueDecimal=2)}]),
            "the weights of its answers",
        ),
        (
            item(
                "choice",
                answerOption=[{"valueCoding": {**NECK[0]["valueCoding"], **extension("itemWeight")}}],
            ),
            "the weights of its answers",
        ),
        (item("text", _text=extension("cqf-expression")), "an expression"),
        (item("text", enableBehaviour="all"), "`enableBehaviour` is not known"),
        (item("text", required="yes"), "`required` is neither true nor false"),
        (
            item(
                "text",
                enableWhen=[{"question": "first", "operator": "=", "answerBoolean": True}],
                enableBehavior="ALL",
            ),
            "neither any nor all",
        ),
        (item("group"), "a group with nothing in it"),
        (item("text", text=7), "its `text` is no text"),
        ({"type": "text", "text": "Why?"}, "it has no linkId"),
        ({"linkId": "a", "text": "Why?"}, "it has no type"),
        ({"linkId": "a", "type": "text"}, "it has no text"),
        ("nothing", "it is no item"),
        (None, "it is no item"),
    ]:
        found = taken(item("boolean", "first", "Before?"), asked)
        assert [place for place, what in found.notes if says in what] != []
        assert all(place.startswith("item[1]") for place, _ in found.notes)


YES = {"question": "pain", "operator": "=", "answerBoolean": True}
HIGH = {"question": "score", "operator": ">=", "answerInteger": 4}
DRUG = {"question": "drug", "operator": "!=", "answerCoding": {"code": "a"}}
ASKED = (
    item("boolean", "pain"), item("integer", "score"),
    item("choice", "drug", answerOption=[option("a", "Aspirin"), option("b", "Another")]),
)  # fmt: skip


def test_when_it_is_asked() -> None:
    for conditions, behavior, when in [
        ([YES], None, {"pain": "yes"}),
        ([{**YES, "answerBoolean": False}], None, {"pain": "no"}),
        ([{**YES, "operator": "!="}], None, {"pain": {"not": "yes"}}),
        ([HIGH], None, {"score": "at least 4"}),
        ([{"question": "score", "operator": "exists", "answerBoolean": True}], None, {"score": "given"}),
        ([YES, HIGH, DRUG], "all", {"pain": "yes", "score": "at least 4", "drug": {"not": "aspirin"}}),
        ([YES, DRUG], "any", [{"pain": "yes"}, {"drug": {"not": "aspirin"}}]),
        ([YES, {**YES, "answerBoolean": False}], "all", None),
        ([{**DRUG, "answerCoding": {"code": "z"}}], None, None),
        ([{"question": "pain", "operator": "exists", "answerBoolean": False}], None, None),
        (["x"], None, None),
        ("x", None, None),
    ]:
        more = {"enableBehavior": behavior} if behavior else {}
        found = taken(*ASKED, item("text", "then", enableWhen=conditions, **more))
        assert found.made["prompts"][-1].get("when") == when
        assert (when is None) == any("always asked" in what for _, what in found.notes)


def test_groups_hand_down_their_heading_and_when_they_are_asked() -> None:
    inner = item("text", "deep", enableWhen=[HIGH])
    found = taken(
        *ASKED,
        item("group", "g", "Function", enableWhen=[YES], item=[item("group", "h", "Work", item=[inner])]),
    )
    last = found.made["prompts"][-1]
    assert last["when"] == {"pain": "yes", "score": "at least 4"}
    assert last["why"] == "It stands under: Function / Work."


def test_a_repeated_group_is_a_table_and_one_with_groups_in_it_is_asked_once() -> None:
    rows = [
        item("string", "m", "Drug", required=True),
        item("date", "d", "Since"),
        item("boolean", "b", "Still taken"),
    ]
    [made] = taken(item("group", "rows", "Medication", repeats=True, item=rows)).made["prompts"]
    assert made["answer"]["table"] == "medication"
    assert list(made["answer"]["columns"]) == ["drug", "since", "still_taken"]
    assert made["answer"]["optional"] == ["since", "still_taken"]
    found = taken(
        item("group", "rows", "Medication", repeats=True, item=[item("group", "g", "X", item=rows)])
    )
    assert len(found.made["prompts"]) == 3
    assert any("asked once" in what for _, what in found.notes)


def test_answers_that_are_in_the_file_are_found() -> None:
    concepts = [{"code": "a", "display": "Aspirin"}, {"code": "b"}]
    for kept in ({"compose": {"include": [{"concept": concepts}]}}, {"expansion": {"contains": concepts}}):
        found = taken(
            item("choice", answerValueSet="#vs"), contained=[{"resourceType": "ValueSet", "id": "vs", **kept}]
        )
        assert found.made["prompts"][0]["answer"] == {"choice": {"aspirin": "Aspirin", "b": "b"}}


def test_answers_of_a_list_of_codes_and_those_below_others_are_found_and_what_is_missing_is_told() -> None:
    below = [{"code": "a", "abstract": True, "contains": [{"code": "b", "display": "Below"}]}]
    codes = {"resourceType": "CodeSystem", "url": "urn:c", "concept": [{"code": "x", "display": "Ex"}]}
    for kept, said in (
        ({"expansion": {"contains": below}}, False),
        ({"compose": {"include": [{"system": "urn:c"}]}}, False),
        ({"compose": {"include": [{"system": "urn:c"}], "exclude": [{}]}}, True),
        ({"compose": {"include": [{"system": "urn:c"}, {"system": "urn:other"}]}}, True),
    ):
        kept = {"resourceType": "ValueSet", "id": "vs", "url": "urn:vs", **kept}
        asked = {"resourceType": "Questionnaire", "item": [item("choice", answerValueSet="urn:vs|1")]}
        beside = [{"resource": one} for one in (kept, codes, asked)]
        found = read_questionnaire({"resourceType": "Bundle", "entry": beside}, "a-form")
        assert list(found.made["prompts"][0]["answer"]["choice"].values()) in (["Below"], ["Ex"])
        assert any("only those that the file lists" in what for _, what in found.notes) is said


def test_what_every_item_may_have_and_a_set_has_not_is_told_once_with_how_many_have_it() -> None:
    more = {
        "code": [{"code": "1"}],
        "prefix": "1.",
        "required": True,
        **extension("questionnaire-itemControl"),
    }
    found = taken(item("text", "a", **more), item("text", "b", **more), copyright="Somebody")
    told = dict(reversed([one for one in found.notes if one[0] == "item"]))
    assert len([place for place, _ in found.notes if place == "item"]) == 4
    assert all("of 2 items" in what for what in told.values())
    assert ("copyright", "what it says of the whole was not carried over") in found.notes


def test_names_are_those_of_the_questionnaire_and_no_two_are_alike() -> None:
    found = taken(
        item("text", "Pain.Score"),
        item("text", "/44250-9", "Little interest or pleasure in doing things"),
        item("text", "Pain.Score"),
        item("text", "9", "???"),
    )
    assert [one["id"] for one in found.made["prompts"]] == [
        "pain_score",
        "little_interest_or_pleasure_in_doing",
        "pain_score_2",
        "q_9",
    ]
    assert any("same linkId" in what for _, what in found.notes)


def test_what_is_none_is_refused() -> None:
    for data, says in [
        ([], "does not begin with an object"),
        ({}, "no `resourceType`"),
        ({"resourceType": "Patient"}, "This is a Patient, and no Questionnaire"),
        ({"resourceType": "Questionnaire"}, "has no items"),
        ({"resourceType": "Questionnaire", "item": {}}, "has no items"),
        ({"resourceType": "Questionnaire", "group": {}}, "as in DSTU2"),
        ({"resourceType": "Questionnaire", "item": [item("display")]}, "asks nothing"),
        ({"resourceType": "Bundle", "entry": []}, "holds no Questionnaire"),
        (
            {"resourceType": "Bundle", "entry": [{"resource": {"resourceType": "Questionnaire"}}] * 2},
            "several Questionnaires",
        ),
    ]:
        with pytest.raises(Refused, match=says):
            read_questionnaire(data, "a-form")


def test_four_thousand_items_are_read() -> None:
    items = [
        item(
            "group",
            f"g{at}",
            f"Part {at}",
            item=[item("choice", f"q{at}-{n}", f"Question {n}", answerOption=NECK) for n in range(40)],
        )
        for at in range(100)
    ]
    assert taken(*items).questions == 4000


def test_a_groups_depth_has_an_end() -> None:
    deep: dict[str, Any] = item("text", "end")
    for at in range(80):
        deep = item("group", f"g{at}", "Deeper", item=[deep])
    found = taken(item("text", "first"), deep)
    assert found.questions == 1
    assert any("more than a set can hold" in what for _, what in found.notes)


NAMES = st.sampled_from(
    [
        "linkId",
        "type",
        "text",
        "item",
        "answerOption",
        "enableWhen",
        "extension",
        "repeats",
        "question",
        "operator",
        "url",
        "valueCoding",
        "code",
        "display",
        "initial",
        "answerBoolean",
        "answerValueSet",
        "prefix",
    ]
)
WORDS = st.sampled_from(
    [
        "a",
        "group",
        "choice",
        "integer",
        "text",
        "=",
        "exists",
        "",
        "<b>",
        "{{ x }}",
        "yes",
        "1",
        f"{EXTENSION}minValue",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False, width=16) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=20,
)


@given(st.lists(ANYTHING, max_size=4), st.dictionaries(NAMES, ANYTHING, max_size=3))
def test_whatever_stands_in_it_is_read_or_told(items: list[Any], more: dict[str, Any]) -> None:
    data = json.loads(
        json.dumps({**more, "resourceType": "Questionnaire", "item": [item("text", "first"), *items]})
    )
    found = read_questionnaire(data, "a-form")
    assert found.questions >= 1
    assert yaml.safe_load(yaml.safe_dump(found.made)) == found.made
