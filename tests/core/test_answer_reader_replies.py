"""What a person types, as an answer: understood where it is plain, asked about where it isn't, never a crash."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import read_reply, unique
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import AnswerSchema, GroupShape, ListingShape, Shape
from assistant.core.rules.rules import read_schema

SCHEMAS = {name: read_schema(name, text) for name, text in library.sources().schemas.items()}


def places(shape: Shape, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every path of a shape at which a reply can be given."""
    found = [path]
    if isinstance(shape, ListingShape):
        found += places(shape.element, (*path, "1"))
    if isinstance(shape, GroupShape):
        for name, part in shape.parts.items():
            found += places(part.shape, (*path, name))
    return found


PLACES = [(name, path) for name, schema in SCHEMAS.items() for path in places(schema.shape)]


def read(name: str, text: str, *path: str) -> Answer:
    return read_reply(SCHEMAS[name], path, text)


def refused(name: str, text: str, *path: str) -> str:
    with pytest.raises(Refused) as caught:
        read(name, text, *path)
    return str(caught.value)


# -- one of a few words ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("YES", "yes"),
        ("y", "yes"),
        ("  No ", "no"),
    ],
)
def test_a_choice_is_known_by_its_word_or_its_beginning(text: str, value: str) -> None:
    assert read("yes-no", text) == Answer(value=value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fusion", "fusion"),
        ("disc replacement", "disc_replacement"),
        ("disc_rep", "disc_replacement"),
        ("Decompression without fusion", "decompression"),
        ("another", "other"),
    ],
)
def test_a_choice_is_known_by_its_label_and_by_its_name(text: str, value: str) -> None:
    assert read("prior-surgery-neck", text, "procedure").value == value


def test_an_ambiguous_beginning_is_asked_about_with_what_it_could_be() -> None:
    said = refused("prior-surgery-neck", "d", "procedure")
    assert "“Disc replacement” or “Decompression without fusion”" in said
    assert "Type a little more" in said


def test_a_status_is_known_by_its_beginning_and_makes_others_ambiguous() -> None:
    assert read("yes-no", "not").status is Status.NOT_DOCUMENTED
    assert read("yes-no", "unc").status is Status.UNCLEAR
    assert "“No” or “Not documented”" in refused("yes-no", "n")
    assert "Not documented" not in refused("review.conflict", "x")


def test_a_word_that_is_no_answer_is_refused_with_the_answers() -> None:
    assert (
        refused("yes-no", "perhaps")
        == "“perhaps” is not among the answers. They are: “Yes” or “No” or “Not documented” or “Unclear”."
    )


def test_a_word_that_is_an_answer_is_not_ambiguous_because_another_begins_with_it() -> None:
    assert unique("no", {"no": "No", "none": "None"}) == "no"
    assert unique("non", {"no": "No", "none": "None"}) == "none"


# -- statuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["nd", "ND", "not documented", "Not  Documented", "not_documented", "not found"]
)
@pytest.mark.parametrize("name", ["yes-no", "weeks", "statement", "views-neck", "films-since-surgery"])
def test_not_documented_is_an_answer_of_its_own(name: str, text: str) -> None:
    assert read(name, text) == Answer(status=Status.NOT_DOCUMENTED)


@pytest.mark.parametrize("name", ["yes-no", "weeks", "statement", "views-neck"])
def test_unclear_is_an_answer_of_its_own(name: str) -> None:
    assert read(name, "unclear") == Answer(status=Status.UNCLEAR)


def test_a_question_about_the_reviewer_has_no_status() -> None:
    assert "is not among the answers" in refused("review.conflict", "nd")
    assert "not documented" not in refused("review.conflict", "")


def test_an_empty_reply_is_never_an_answer() -> None:
    for name, path in PLACES:
        with pytest.raises(Refused):
            read(name, "", *path)


# -- dates ----------------------------------------------------------------------------------------


def test_a_date_is_read_as_people_write_it_and_kept_as_far_as_it_is_known() -> None:
    for text, value in [
        ("12 July 2014", "2014-07-12"),
        ("July 12, 2014", "2014-07-12"),
        ("Feb 2014", "2014-02"),
        ("february  2014", "2014-02"),
        ("7/12/2014", "2014-07-12"),
        ("2014-7-1", "2014-07-01"),
        ("2014", "2014"),
    ]:
        assert read("prior-surgery-neck", text, "date").value == value


@pytest.mark.parametrize("text", ["2014-13", "yesterday", "12 J 2014", "14", "0000-00-00"])
def test_what_is_no_day_is_refused_with_the_forms_of_a_date(text: str) -> None:
    assert "is not a date. Write it as 2014-07-12" in refused("prior-surgery-neck", text, "date")


# -- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("76", 76), ("76 weeks", 76), ("76weeks", 76), (" 1,300 week ", 1300), ("0", 0)]
)
def test_a_number_is_read_with_or_without_its_unit(text: str, value: int) -> None:
    assert read("weeks", text).value == value


def test_what_is_no_such_number_is_refused_in_words() -> None:
    for text, says in [
        ("-1", "too small"),
        ("5201", "too large: at most 5200"),
        ("76.5", "is not a whole number of weeks"),
        ("seventy", "is not a whole number of weeks"),
        ("76 months", "is not a whole number of weeks"),
        ("9" * 400, "is not a whole number of weeks"),
    ]:
        assert says in refused("weeks", text)


# -- several words, and flags ---------------------------------------------------------------------


def test_several_are_named_with_commas_or_and_each_once() -> None:
    for text in [
        "anteroposterior, lateral",
        "ant; lat",
        "ant and lat",
        "ant + lat",
        "ant,lat,ant",
        "ant, and lat",
        "ant,,lat,",
    ]:
        assert read("views-neck", text).value == ["anteroposterior", "lateral"]


def test_one_word_among_several_that_is_not_known_refuses_them_all() -> None:
    assert "“sideways” is not among the answers" in refused("views-neck", "lateral, sideways")
    assert "Choose at least one" in refused("views-neck", ",")


def test_flags_are_answered_by_name() -> None:
    made = read("red-flags-neck", "tumor, infection no; vascular not documented and referred unclear")
    assert {name: (part.status.value, part.value) for name, part in (made.parts or {}).items()} == {
        "tumor": ("given", "yes"),
        "infection": ("given", "no"),
        "vascular": ("not_documented", None),
        "referred": ("unclear", None),
    }


@pytest.mark.parametrize(
    ("text", "entry", "value"),
    [
        ("cauda equina absent", "cauda_equina", "no"),
        ("progressive neurologic present", "neurologic_deficit", "yes"),
        ("saddle numbness absent", "cauda_equina", "no"),
        ("weight loss", "tumor", "yes"),
    ],
)
def test_an_entry_is_named_by_words_within_it(text: str, entry: str, value: str) -> None:
    parts = read("red-flags.lumbar-spine.red-flags", text).parts
    assert parts is not None
    assert {name: part.value for name, part in parts.items()} == {entry: value}


def test_a_status_is_said_of_one_flag_at_a_time() -> None:
    assert "Name it, as `fracture unclear`" in refused("red-flags-neck", ".")
    assert "Name it, as `fracture absent`" in refused("red-flags-neck", "Absent")


def test_flags_that_are_not_known_are_refused() -> None:
    for text in ["", ",", "tumour", "tumor perhaps", "tumor yes no", "present"]:
        refused("red-flags-neck", text)


# -- words of one's own ---------------------------------------------------------------------------


def test_a_statement_keeps_its_words_and_lines() -> None:
    assert read("statement", "  hardware\n  and alignment ").value == "hardware\n  and alignment"


def test_a_statement_that_is_too_long_is_refused_by_its_length() -> None:
    assert "characters long; at most" in refused("statement", "x" * 5_000)


def test_groups_and_lists_are_not_answered_in_one_line() -> None:
    assert "answered by one of the replies" in refused("prior-surgery-neck", "fusion in 2014")
    assert "answered by one of the replies" in refused("studies-neck", "films")


def test_there_is_no_answer_where_there_is_no_question() -> None:
    refused("prior-surgery-neck", "2014", "nonsense")
    refused("yes-no", "yes", "1")


# -- any text -------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    "yes no none nd unclear not documented fusion tumor present ant lateral flexion, and ; + 2014 July 12 7/12/2014 "
    "76 weeks -1 1e9 . - _ \x00 \ud800 \u202e [b] {{x}} ß İ ٣".split(" ")
)
TEXTS = st.text() | st.lists(WORDS, max_size=8).map(" ".join)


@given(place=st.sampled_from(PLACES), text=TEXTS)
def test_any_text_is_an_answer_that_the_schema_allows_or_is_refused_in_words(
    place: tuple[str, tuple[str, ...]], text: str
) -> None:
    schema, path = SCHEMAS[place[0]], place[1]
    try:
        made = read_reply(schema, path, text)
    except Refused as refused:
        said = [problem.what for problem in refused.problems]
    else:
        assert_allowed(schema, path, made)
        said = ["an answer"]
    assert said
    assert all(said)


def assert_allowed(schema: AnswerSchema, path: tuple[str, ...], made: Answer) -> None:
    if made.parts is not None:
        for name, part in made.parts.items():
            assert_allowed(schema, (*path, name), part)
    elif made.given:
        assert schema.problem(made.value, path) is None
    else:
        assert schema.may_be(made.status)
        assert made.value is None


@given(
    words=st.text(min_size=1), labels=st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=4)
)
def test_a_unique_beginning_is_one_of_the_labels_or_refused(words: str, labels: dict[str, Any]) -> None:
    with suppress(Refused):
        assert unique(words, labels) in labels


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("AP/lat", ["anteroposterior", "lateral"]),
        ("ap, flex/ext", ["anteroposterior", "flexion", "extension"]),
    ],
)
def test_short_forms_are_typed_as_they_stand_in_notes(typed: str, meant: list[str]) -> None:
    assert read_reply(SCHEMAS["views-neck"], (), typed).value == meant


@pytest.mark.parametrize(
    ("typed", "meant"), [("C4-6", ["C4-C5", "C5-C6"]), ("c5/6 and C6-7", ["C5-C6", "C6-C7"])]
)
def test_a_range_of_levels_is_each_of_its_segments(typed: str, meant: list[str]) -> None:
    assert read_reply(SCHEMAS["prior-surgery-neck"], ("levels",), typed).value == meant


def test_a_day_that_does_not_exist_is_told_so() -> None:
    said = refused("prior-surgery-neck", "31 February 2014", "date")
    assert "“31 February 2014” does not exist: February 2014 has 28 days." in said


def test_where_nothing_is_asked_no_list_of_answers_is_promised() -> None:
    with pytest.raises(Refused, match="Nothing is asked that “sign” could answer"):
        unique("sign", {})
