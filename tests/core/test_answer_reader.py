"""Answers as a file states them: bare values, statuses, parts, evidence and search trails."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core.answer import Answer, Dismissed, Evidence, Status, from_json, group, listing, to_json
from assistant.core.answer_reader import check_answer, read_answer
from assistant.core.problem import Refused
from assistant.core.rules.rules import read_schema
from assistant.core.text import Private

SCHEMAS = {name: read_schema(name, text) for name, text in library.sources().schemas.items()}

NOT_DOCUMENTED = Answer(status=Status.NOT_DOCUMENTED)
UNCLEAR = Answer(status=Status.UNCLEAR)


def read(schema: str, raw: Any) -> Answer:
    return read_answer(SCHEMAS[schema], raw, "1.prompt")


def refusal(schema: str, raw: Any) -> str:
    with pytest.raises(Refused) as caught:
        read(schema, raw)
    return str(caught.value)


def test_each_way_of_writing_an_answer() -> None:
    for schema, raw, answer in [
        ("yes-no", "yes", Answer(value="yes")),
        ("yes-no", True, Answer(value="yes")),
        ("yes-no", False, Answer(value="no")),
        ("yes-no", "not_documented", NOT_DOCUMENTED),
        ("yes-no", "unclear", UNCLEAR),
        ("yes-no", {"value": "no"}, Answer(value="no")),
        ("yes-no", {"status": "unclear"}, UNCLEAR),
        ("yes-no", {"value": "no", "note": "twice"}, Answer(value="no", note="twice")),
        ("yes-no", {"value": "not_documented"}, NOT_DOCUMENTED),
        ("weeks", 76, Answer(value=76)),
        ("weeks", {"value": 0}, Answer(value=0)),
        ("statement", "non-union", Answer(value="non-union")),
        ("statement", 76, Answer(value="76")),
        ("statement", {"value": "unclear"}, Answer(value="unclear")),
        ("statement", "given", Answer(value="given")),
        ("views-neck", ["lateral", "flexion"], Answer(value=["lateral", "flexion"])),
        ("prior-surgery-neck", "none", Answer(value="none")),
        ("prior-surgery-neck", "not_documented", NOT_DOCUMENTED),
        ("prior-surgery-neck", {"procedure": "fusion"}, group({"procedure": Answer(value="fusion")})),
        (
            "prior-surgery-neck",
            {"procedure": "fusion", "levels": "unclear", "date": 2014},
            group({"procedure": Answer(value="fusion"), "levels": UNCLEAR, "date": Answer(value="2014")}),
        ),
        ("studies-neck", [], listing([])),
        ("studies-neck", "not_documented", NOT_DOCUMENTED),
        (
            "studies-neck",
            [{"date": "2014-07", "modality": "radiographs"}, {"modality": {"status": "unclear"}}],
            listing(
                [
                    group({"date": Answer(value="2014-07"), "modality": Answer(value="radiographs")}),
                    group({"modality": UNCLEAR}),
                ]
            ),
        ),
    ]:
        assert read(schema, raw) == answer


@pytest.mark.parametrize("status", ["not_documented", "unclear"])
def test_a_status_of_a_whole_group_is_that_of_each_part(status: str) -> None:
    flags = read("red-flags-neck", status)
    assert flags.status.value == status
    assert len(flags.parts or {}) == 7
    assert {part.status.value for part in (flags.parts or {}).values()} == {status}


def test_one_word_answers_all_flags_alike() -> None:
    flags = read("red-flags-neck", "no")
    assert {part.value for part in (flags.parts or {}).values()} == {"no"}


def test_evidence_stands_at_the_part_it_was_written_for() -> None:
    quoted = {"document": "note", "page": 2, "quote": "no fever"}
    flags = read(
        "red-flags-neck", {"infection": {"value": "no", "evidence": [quoted]}, "tumor": "not_documented"}
    )
    assert (flags.parts or {})["infection"].evidence == (Evidence("note", 2, "no fever"),)
    assert flags.evidence == ()
    assert flags.all_evidence() == (Evidence("note", 2, "no fever"),)


def test_evidence_of_an_entry_of_a_list() -> None:
    entry = {"value": {"modality": "ct"}, "evidence": [{"document": "ct", "page": 1}]}
    studies = read("studies-neck", [entry])
    assert (studies.parts or {})["1"].evidence == (Evidence("ct", 1),)


def test_a_trail_goes_to_every_part_that_was_not_found_and_to_no_other() -> None:
    dismissed = {"document": "note", "page": 1, "quote": "fever", "reason": "of a child"}
    search = {"terms": ["fever"], "documents": ["note"], "dismissed": [dismissed], "attested": "yes"}
    flags = read(
        "red-flags-neck", {"value": {"infection": "not_documented", "tumor": "no"}, "search": search}
    )
    parts = flags.parts or {}
    trail = parts["infection"].search
    assert trail is not None
    assert trail.terms == ("fever",)
    assert trail.documents == ("note",)
    assert trail.dismissed == (Dismissed("note", 1, "fever", "of a child"),)
    assert trail.attested
    assert parts["tumor"].search is None


def test_what_a_person_wrote_is_private() -> None:
    answer = read(
        "statement",
        {"value": "words", "note": "more", "evidence": [{"document": "d", "page": 1, "quote": "said"}]},
    )
    assert isinstance(answer.value, Private)
    assert isinstance(answer.note, Private)
    assert isinstance(answer.evidence[0].quote, Private)


def test_what_is_no_answer_is_refused_in_words() -> None:
    for schema, raw, says in [
        ("yes-no", "maybe", "“maybe” is not among the choices: Yes, No."),
        ("yes-no", None, "not among the choices"),
        ("yes-no", {}, "not among the choices"),
        ("yes-no", ["yes"], "not among the choices"),
        ("yes-no", {"value": "yes", "status": "unclear"}, "either a `value` or a `status`"),
        ("yes-no", {"note": "only"}, "either a `value` or a `status`"),
        ("yes-no", {"status": "given"}, "`given` is not a status"),
        ("yes-no", {"status": ["unclear"]}, "is not a status"),
        ("yes-no", {"value": "yes", "evidence": "page 1"}, "A list is needed"),
        ("yes-no", {"value": "yes", "evidence": [{"document": "d"}]}, "Evidence is {document, page, quote}"),
        ("yes-no", {"value": "yes", "evidence": [{"document": "d", "page": "1"}]}, "not a page number"),
        ("yes-no", {"value": "yes", "evidence": [{"document": "d", "page": True}]}, "not a page number"),
        ("yes-no", {"value": "yes", "evidence": [{"document": "d", "page": 1, "line": 2}]}, "Evidence is"),
        ("yes-no", {"status": "not_documented", "search": ["fever"]}, "A search trail is"),
        ("yes-no", {"status": "not_documented", "search": {"words": []}}, "A search trail is"),
        ("yes-no", {"status": "not_documented", "search": {"terms": "fever"}}, "A list is needed"),
        (
            "yes-no",
            {"status": "not_documented", "search": {"dismissed": [{"page": 1}]}},
            "A dismissed passage is",
        ),
        ("weeks", "76", "write 76 without them"),
        ("weeks", True, "not a whole number of weeks"),
        ("weeks", 7.5, "not a whole number of weeks"),
        ("weeks", -1, "too small: at least 0"),
        ("weeks", 5201, "too large: at most 5200"),
        ("statement", "", "Nothing was written"),
        ("statement", "x" * 4001, "4,001 characters long; at most 4,000 fit"),
        ("statement", None, "is not text"),
        ("statement", ["a"], "is not text"),
        ("views-neck", [], "Choose at least one"),
        ("views-neck", ["lateral", "lateral"], "named twice"),
        ("views-neck", ["sideways"], "not among the choices"),
        ("views-neck", "lateral", "not among the choices"),
        (
            "prior-surgery-neck",
            {"procedure": "fusion", "date": "2014-13"},
            "1.prompt.date: “2014-13” is not a date",
        ),
        ("prior-surgery-neck", {"operation": "fusion"}, "There is no part `operation`"),
        ("prior-surgery-neck", "some", "or one of none"),
        ("studies-neck", {"date": "2014"}, "A list of study entries is needed"),
        ("studies-neck", [{"modality": "x-ray"}], "1.prompt.1.modality: “x-ray” is not among the choices"),
        ("red-flags-neck", {"tumour": "no"}, "There is no part `tumour`"),
        ("review.conflict", "not_documented", "“not documented” is no answer to this question"),
        ("review.conflict", {"status": "unclear"}, "“unclear” is no answer to this question"),
    ]:
        message = refusal(schema, raw)
        assert message.startswith("1.prompt")
        assert says in message


def test_a_dismissed_passage_without_a_page_number_is_refused() -> None:
    dismissed = {"document": "d", "page": "one", "quote": "q", "reason": "r"}
    assert "page" in refusal("yes-no", {"status": "not_documented", "search": {"dismissed": [dismissed]}})


@pytest.mark.parametrize("why", ["x", ".", ""])
def test_a_dismissal_needs_a_reason_that_says_something(why: str) -> None:
    dismissed = {"document": "d", "page": 1, "quote": "q", "reason": why}
    said = refusal("yes-no", {"status": "not_documented", "search": {"dismissed": [dismissed]}})
    assert "The reason for setting a passage aside" in said


def test_a_date_after_today_is_refused_and_one_that_may_not_be_is_not() -> None:
    for written, refused in [
        ("2014-07-13", True),
        ("2014-07-12", False),
        ("2014-08", True),
        ("2014-07", False),
        ("2014", False),
        ("2015", True),
    ]:
        study = [{"modality": "radiographs", "date": written}]
        schema, today = SCHEMAS["studies-neck"], date(2014, 7, 12)
        if refused:
            with pytest.raises(Refused, match="lies in the future; today is July 12, 2014"):
                read_answer(schema, study, "1.prior_imaging", today=today)
            with pytest.raises(Refused, match="lies in the future"):
                check_answer(schema, read_answer(schema, study, ""), "1.prior_imaging", (), today)
        else:
            read_answer(schema, study, "1.prior_imaging", today=today)
        read_answer(schema, study, "1.prior_imaging")


def test_a_value_made_elsewhere_is_checked_at_its_path() -> None:
    schema = SCHEMAS["prior-surgery-neck"]
    check_answer(schema, Answer(value=["C4-C5"]), "1.prior_surgery.levels", ("levels",))
    with pytest.raises(Refused):
        check_answer(schema, Answer(value=["L4-L5"]), "1.prior_surgery.levels", ("levels",))


def test_an_answer_comes_back_from_the_log_as_it_was() -> None:
    for schema, raw in [
        (
            "yes-no",
            {
                "value": "no",
                "note": "n",
                "evidence": [{"document": "d", "page": 1, "quote": "q", "start": 3}],
            },
        ),
        ("red-flags-neck", "not_documented"),
        ("prior-surgery-neck", {"procedure": "fusion", "levels": ["C4-C5"], "date": "2014-02"}),
        ("studies-neck", [{"modality": "ct"}, {"modality": "mri"}]),
        ("views-neck", ["lateral"]),
        ("weeks", 76),
    ]:
        answer = read(schema, raw)
        assert from_json(to_json(answer)) == answer


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.sampled_from(["yes", "no", "none", "unclear", "not_documented", "given", "fusion", "2014", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["value", "status", "evidence", "note", "procedure", "date", "tumor"]), inner
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(SCHEMAS)), json_values)
def test_anything_in_a_file_is_an_answer_or_is_refused(schema: str, raw: Any) -> None:
    try:
        answer = read(schema, raw)
    except Refused as refused:
        answer = Answer(note=str(refused))
    assert isinstance(answer, Answer)


def test_a_list_in_the_place_of_a_group_is_refused() -> None:
    with pytest.raises(Refused, match="doesn't have the parts"):
        check_answer(SCHEMAS["prior-surgery-neck"], Answer(value=["fusion"]), "1.prompt")


def test_a_part_is_named_beside_the_line() -> None:
    raw = [{"date": "soon"}]
    with pytest.raises(Refused) as caught:
        read_answer(SCHEMAS["studies-neck"], raw, "answers.yaml, line 3")
    assert caught.value.problems[0].where == "answers.yaml, line 3, part 1.date"


def test_levels_are_read_as_notes_write_them() -> None:
    for raw, meant in [
        (["C5-6"], ["C5-C6"]),
        (["c5/6"], ["C5-C6"]),
        (["C4-6"], ["C4-C5", "C5-C6"]),
        (["C4-C6"], ["C4-C5", "C5-C6"]),
        (["C4 to C6", "C6-7"], ["C4-C5", "C5-C6", "C6-C7"]),
        (["C4-5, C5-6"], ["C4-C5", "C5-C6"]),
        (["C7-T1"], ["C7-T1"]),
    ]:
        answer = read_answer(SCHEMAS["prior-surgery-neck"], {"procedure": "fusion", "levels": raw}, "file")
        assert answer.parts is not None
        assert answer.parts["levels"].value == meant


def test_what_is_no_level_of_the_question_or_says_more_is_refused() -> None:
    for raw in [["L4-5"], ["C5-6 left"], ["C9-10"], ["C5"], ["not C5-6"], ["C4-6", "C5-6"]]:
        with pytest.raises(Refused):
            read_answer(SCHEMAS["prior-surgery-neck"], {"procedure": "fusion", "levels": raw}, "file")


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (["AP", "lat"], ["anteroposterior", "lateral"]),
        (["AP/lat"], ["anteroposterior", "lateral"]),
        (["A/P", "flex/ext"], ["anteroposterior", "flexion", "extension"]),
        (["Lateral", "Open-Mouth"], ["lateral", "odontoid"]),
    ],
)
def test_choices_may_be_named_by_their_other_names(raw: list[str], meant: list[str]) -> None:
    assert read_answer(SCHEMAS["views-neck"], raw, "file").value == meant
