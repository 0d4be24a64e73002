"""Answers are compared in pieces: a status is an answer, a group goes by its parts, a list by its entries."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.core.answer_reader import read_answer
from assistant.training.comparison import Piece, PiecePlace, aligned, comparable_content, pieces, question
from tests.training.simulated import rules, session

FUSION = {"procedure": "fusion", "levels": ["C4-C5", "C5-C6"], "date": "2014-02"}
JULY = {
    "date": "2014-07-12",
    "modality": "radiographs",
    "views": "not_documented",
    "finding": "no_complication",
    "provider_reading": "not_documented",
}
AUGUST = {**JULY, "date": "2014-08-04"}


def said(changes: dict[str, Any], prompt: str) -> dict[str, str]:
    """The pieces of one prompt's answer, by their places."""
    found = pieces(session("r-one", changes))
    return {str(place): piece.category for place, piece in found.items() if place.prompt == prompt}


def side_by_side(prompt: str, *answers: Any) -> list[dict[str, str]]:
    held = aligned(pieces(session(f"r-{n}", {prompt: raw})) for n, raw in enumerate(answers))
    return [{str(p): piece.category for p, piece in one.items() if p.prompt == prompt} for one in held]


def test_a_value_and_each_status_are_answers_of_their_own() -> None:
    for prompt, raw, expected in [
        ("duration", 76, {"duration": "=76"}),
        ("duration", "unclear", {"duration": "unclear"}),
        ("acute_trauma", "no", {"acute_trauma": "=no"}),
        ("acute_trauma", "not_documented", {"acute_trauma": "not_documented"}),
        ("prior_surgery", "none", {"prior_surgery": "=none"}),
        ("prior_surgery", "not_documented", {"prior_surgery": "not_documented"}),
    ]:
        assert said({prompt: raw}, prompt) == expected


def test_free_text_counts_only_as_given() -> None:
    one, other = side_by_side("suspected", "A non-union.", "Loosening of a screw.")
    assert one == other == {"suspected": "given"}


def test_a_group_of_flags_goes_flag_by_flag_and_its_flags_are_asked_alike() -> None:
    found = pieces(session("r-one", {"red_flags": "not_documented"}))
    flags = {place: piece for place, piece in found.items() if place.prompt == "red_flags"}
    assert len(flags) == 7
    assert {piece.category for piece in flags.values()} == {"not_documented"}
    assert {piece.alike for piece in flags.values()} == {"red_flags.*"}
    assert PiecePlace("1", "red_flags", ("tumor",)) in flags


def test_a_group_with_a_word_for_having_none_is_first_that_word_or_its_parts() -> None:
    assert said({"prior_surgery": FUSION}, "prior_surgery") == {
        "prior_surgery": "given",
        "prior_surgery.procedure": "=fusion",
        "prior_surgery.levels": "given",
        "prior_surgery.levels[C4-C5]": "listed",
        "prior_surgery.levels[C5-C6]": "listed",
        "prior_surgery.date": "=2014-02",
    }


def test_entries_of_a_list_are_held_against_each_other_wherever_they_stand() -> None:
    one, other = side_by_side("prior_imaging", [JULY, AUGUST], [AUGUST, JULY])
    assert one == other
    assert one["prior_imaging[August 4, 2014, Radiographs].finding"] == "=no_complication"


def test_an_entry_that_only_one_names_is_not_listed_by_the_other() -> None:
    one, other = side_by_side("prior_imaging", [JULY, AUGUST], [JULY])
    place = "prior_imaging[August 4, 2014, Radiographs]"
    assert (one[place], other[place]) == ("listed", "not listed")
    assert f"{place}.finding" not in other


@pytest.mark.parametrize("raw", [[], "not_documented", "unclear"])
def test_who_names_nothing_parts_once_and_not_once_for_each_entry(raw: Any) -> None:
    one, other = side_by_side("prior_imaging", [JULY, AUGUST], raw)
    assert other == {"prior_imaging": "=none" if raw == [] else raw}
    assert one["prior_imaging"] == "given"


def test_two_entries_that_bear_one_name_are_kept_apart() -> None:
    (found,) = side_by_side("prior_imaging", [JULY, {**JULY, "finding": "other"}])
    assert found["prior_imaging[July 12, 2014, Radiographs].finding"] == "=no_complication"
    assert found["prior_imaging[July 12, 2014, Radiographs, again].finding"] == "=other"


def test_a_question_that_was_not_asked_has_no_piece() -> None:
    without = pieces(session("r-one", {"prior_surgery": "none"}))
    asked = pieces(session("r-two"))
    assert PiecePlace("1", "films_since_surgery") in asked
    assert PiecePlace("1", "films_since_surgery") not in without


def test_what_is_about_the_reviewer_is_not_compared() -> None:
    prompts = {place.prompt for place in pieces(session("r-one")) if place.scope == "case"}
    assert prompts == {"documents", "timeline"}


def test_the_line_of_a_place_forgets_which_entry_it_was() -> None:
    place = PiecePlace("1", "prior_imaging", ("[August 4, 2014, Radiographs]", "finding"))
    assert place.line == "prior_imaging.[].finding"
    assert str(place) == "prior_imaging[August 4, 2014, Radiographs].finding"


def test_content_is_the_same_for_answers_that_say_the_same() -> None:
    prompt = rules().sets["1"].prompts["prior_imaging"]
    one, other = (read_answer(prompt.schema, raw, "here") for raw in ([JULY, AUGUST], [AUGUST, JULY]))
    third = read_answer(prompt.schema, [JULY], "here")
    assert comparable_content(prompt, (), prompt.schema.shape, one) == comparable_content(
        prompt, (), prompt.schema.shape, other
    )
    assert comparable_content(prompt, (), prompt.schema.shape, one) != comparable_content(
        prompt, (), prompt.schema.shape, third
    )


def test_questions_are_told_apart_by_words_answers_and_conditions() -> None:
    prompts = rules().sets["1"].prompts
    texts = {question(prompt) for prompt in prompts.values()}
    assert len(texts) == len(prompts)


def test_nothing_is_added_where_nobody_names_entries() -> None:
    place, piece = PiecePlace("1", "p"), Piece("=no", "no", "p", None)  # type: ignore[arg-type]
    assert aligned([{place: piece}, {}]) == [{place: piece}, {}]
