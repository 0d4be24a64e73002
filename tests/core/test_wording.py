"""How answers, facts and dates read, in sentences and on the screen."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core.answer import Answer, Status, group, listing
from assistant.core.answer_reader import read_answer
from assistant.core.rules.prompt_set import Reading
from assistant.core.rules.rules import read_schema
from assistant.core.wording import (
    AnswerWords,
    answer_words,
    joined,
    names,
    render,
    sentence_names,
    template_problems,
    told,
    words_of,
)
from tests.core.rules.language2_sets import a_set as second_language

RULES = library.rules_for(library.find_case("cervical-radiographs-after-fusion"))
SCHEMAS = {name: read_schema(name, text) for name, text in library.sources().schemas.items()}
FLAGS = "fracture infection tumor neurologic_deficit cord_compromise vascular referred".split()


def answer(name: str, raw: Any) -> Answer:
    return read_answer(SCHEMAS[name], raw, name)


def phrase(name: str, raw: Any) -> AnswerWords:
    return words_of(SCHEMAS[name], answer(name, raw))


def echo(name: str, raw: Any) -> str:
    return told(SCHEMAS[name], answer(name, raw))


# -- in a sentence --------------------------------------------------------------------------------


def test_an_answer_in_a_sentence() -> None:
    for name, raw, text in [
        ("yes-no", "no", "no"),
        ("weeks", 1300, "1,300 weeks"),
        ("views-neck", ["lateral", "flexion"], "lateral and flexion"),
        (
            "views-neck",
            ["anteroposterior", "lateral", "odontoid"],
            "anteroposterior, lateral, and open-mouth (odontoid)",
        ),
        ("statement", "  the hardware\n", "the hardware"),
        ("prior-surgery-neck", "none", "none"),
        (
            "prior-surgery-neck",
            {"procedure": "fusion", "levels": ["C4-C5", "C5-C6"], "date": "2014-02"},
            "cervical fusion at C4-C5 and C5-C6 in February 2014",
        ),
        (
            "prior-surgery-neck",
            {"procedure": "fusion", "levels": "not_documented", "date": "2014-02-03"},
            "cervical fusion on February 3, 2014",
        ),
        ("prior-surgery-neck", {"procedure": "other"}, "cervical surgery"),
        ("studies-neck", [], ""),
        (
            "studies-neck",
            [{"date": "2014-07-12", "modality": "radiographs"}, {"date": "2014", "modality": "ct"}],
            "radiographs of July 12, 2014 and CT of 2014",
        ),
    ]:
        assert phrase(name, raw) == text


def test_what_is_not_given_is_empty_in_a_sentence() -> None:
    for name, schema in SCHEMAS.items():
        for held in (None, Answer(status=Status.NOT_DOCUMENTED), Answer(status=Status.UNCLEAR)):
            assert words_of(schema, held) == "", name


def test_the_parts_of_an_answer_are_named_and_empty_where_not_given() -> None:
    made: Any = phrase("prior-surgery-neck", {"procedure": "fusion", "date": "2014-02"})
    assert (made.procedure, made.date, made.date.on) == (
        "cervical fusion",
        "February 2014",
        "in February 2014",
    )
    assert made.levels == ""
    empty: Any = words_of(SCHEMAS["prior-surgery-neck"], None)
    assert (empty.procedure, empty.date.on) == ("", "")


def test_flags_are_named_by_what_they_share() -> None:
    raw = {**dict.fromkeys(FLAGS, "no"), "tumor": "yes", "vascular": "unclear", "referred": "not_documented"}
    made: Any = phrase("red-flags-neck", raw)
    assert made.yes == "tumor"
    assert made.unclear == "vascular cause"
    assert made.not_documented == "referred pain from the heart or another organ"
    assert made.no.startswith("fracture or dislocation, infection, progressive neurologic deficit, and ")


def test_a_sentence_gets_the_names_that_it_mentions() -> None:
    prompts = RULES.sets["1"].prompts
    held = {"views": read_answer(prompts["views"].schema, ["lateral"], "views")}
    reading = Reading(RULES.sets["1"], held)
    item = RULES.case.items["1"]
    template = (
        "{{ item }}: {{ views }}, {{ case.claim.injury.date }}, {{ item.ur_decision.date }}; {{ citation }}"
    )
    values = sentence_names(reading, RULES.case, item, template, citation="C")
    assert set(values) == {"item", "views", "case", "citation"}
    assert render(template, values) == (
        "radiographs of the cervical spine (anteroposterior, lateral, flexion, and extension views): lateral, "
        "October 31, 2012, April 20, 2014; C"
    )


# -- on the screen --------------------------------------------------------------------------------


def test_an_answer_as_it_is_echoed() -> None:
    for name, raw, text in [
        ("yes-no", "not_documented", "not documented"),
        ("yes-no", "unclear", "unclear"),
        ("yes-no", "yes", "Yes"),
        ("weeks", 76, "76 weeks"),
        ("prior-surgery-neck", "none", "None"),
        ("red-flags-neck", "not_documented", "all 7: not documented"),
        (
            "red-flags-neck",
            {**dict.fromkeys(FLAGS, "no"), "tumor": "yes"},
            "tumor: present; the other 6: absent",
        ),
        (
            "prior-surgery-neck",
            {"procedure": "fusion", "levels": "not_documented", "date": "2014-02"},
            "Fusion, with or without discectomy, levels not documented, February 2014",
        ),
        ("studies-neck", [], "none"),
    ]:
        assert echo(name, raw) == text


def test_each_entry_of_a_list_is_echoed_on_its_line() -> None:
    entry = {"date": "2014-07-12", "modality": "radiographs", "views": "not_documented"}
    assert echo("studies-neck", [entry, {"modality": "ct"}]) == (
        "(1) July 12, 2014, Radiographs, views not documented, finding not answered, provider reading not answered\n"
        "(2) date not answered, CT, views not answered, finding not answered, provider reading not answered"
    )


def test_what_is_not_answered_is_said_so() -> None:
    assert told(SCHEMAS["yes-no"], None) == "not answered"
    assert told(SCHEMAS["red-flags-neck"], group({"tumor": Answer(value="yes")})) == (
        "tumor: present; the other 6: not answered"
    )
    assert told(SCHEMAS["studies-neck"], listing([])) == "none"


# -- templates ------------------------------------------------------------------------------------


def test_a_list_in_words() -> None:
    assert [joined(part) for part in ([], ["a"], ["a", "b"], ["a", "", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b, and c",
    ]
    assert joined(["a", "b", "c"], "or") == "a, b, or c"


def test_a_template_names_only_what_it_may() -> None:
    assert names("{{ a.b }} {% if c %}{{ d }}{% endif %}") == ("a", "c", "d")
    assert list(template_problems("{{ a }} {% if b %}x{% else %}y{% endif %}", ["a", "b"])) == []
    for wrong in (
        "{{ z }}",
        "{{ a() }}",
        "{{ a|upper }}",
        "{{ a.__class__ }}",
        "{% for x in a %}{% endfor %}",
        "{% if a %}x",
        "{{ a",
        "{# a #}",
        "{% set b = 1 %}",
    ):
        assert list(template_problems(wrong, ["a", "b"])), wrong


@given(st.text())
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert render("x {{ value }} y", {"value": value}) == " ".join(f"x {value} y".split())
    assert render("{{ value }}", {"value": "{{ 7 * 7 }}"}) == "{{ 7 * 7 }}"


NO = Answer(value="no")
ABSENT = Answer(status=Status.NOT_DOCUMENTED)


def test_an_answer_is_told_by_its_codes_with_its_parts() -> None:
    for answer, words in [
        (Answer(value=7), "7"),
        (Answer(value="no_complication"), "no complication"),
        (Answer(value="C4_C5 by hand"), "C4_C5 by hand"),
        (Answer(value=["flexion", "extension"]), "flexion, extension"),
        (Answer(value=True), "yes"),
        (ABSENT, "not documented"),
        (Answer(status=Status.UNCLEAR), "unclear"),
        (group({"tumor": NO, "fracture": ABSENT}), "tumor: no; not documented: fracture"),
        (group({"spinal_cord": NO}), "spinal cord: no"),
        (listing([]), "none"),
        (listing([group({"date": NO}), group({"date": NO})]), "1) date: no | 2) date: no"),
        (listing([group({"date": NO})]), "date: no"),
    ]:
        assert answer_words(answer) == words


DOSES = """
answers:
  drugs:
    table: drug
    columns:
      drug: {choice: {patch: {label: Patch, unit: mcg an hour}, pill: {label: Pill, unit: mg a day}}}
      amount: {number: decimal, unit: of drug, from: 0, to: 900}
    optional: [amount]
prompts:
  - {id: drugs, ask: Which?, answer: drugs, record: yes, says: {given: "The records show {{ value }}."}}
  - {id: lasted, ask: How long?, answer: weeks, record: yes}
criteria: []
"""


def test_a_number_takes_its_unit_from_the_value_beside_it() -> None:
    made = second_language(DOSES).prompts["drugs"].schema
    rows = [
        {"drug": "patch", "amount": 25},
        {"drug": "pill", "amount": 30},
        {"drug": "pill", "amount": "not_documented"},
    ]
    answer = read_answer(made, rows, "drugs")
    assert words_of(made, answer) == "patch and 25 mcg an hour, pill and 30 mg a day, and pill"
    assert told(made, answer) == (
        "(1) Patch, 25 mcg an hour\n(2) Pill, 30 mg a day\n(3) Pill, amount not documented"
    )


@pytest.mark.parametrize(
    ("weeks", "words"),
    [(76, "76 weeks"), (76.5714, "76 weeks and 4 days"), (0.1429, "1 day"), (1.1429, "1 week and 1 day")],
)
def test_a_duration_is_told_in_weeks_and_days(weeks: float, words: str) -> None:
    made = second_language(DOSES).prompts["lasted"].schema
    answer = read_answer(made, weeks, "lasted")
    assert (words_of(made, answer), told(made, answer)) == (words, words)
