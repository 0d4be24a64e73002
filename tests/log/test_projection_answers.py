"""Answers in words, the parts of a group and the elements of a list among them."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.log.projection_answers import answer_words, pages

NO = {"status": "given", "value": "no"}
ABSENT = {"status": "not_documented"}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"status": "given", "value": 7}, "7"),
        ({"status": "given", "value": "no_complication"}, "no complication"),
        ({"status": "given", "value": "C4_C5 by hand"}, "C4_C5 by hand"),
        ({"status": "given", "value": ["flexion", "extension"]}, "flexion, extension"),
        ({"status": "given", "value": {"decimal": "1.5"}}, "1.5"),
        ({"status": "given", "value": True}, "yes"),
        (ABSENT, "not documented"),
        ({"status": "unclear"}, "unclear"),
        (
            {"status": "given", "parts": {"tumor": NO, "fracture": ABSENT}},
            "tumor: no; not documented: fracture",
        ),
        ({"status": "given", "parts": {"spinal_cord": NO}}, "spinal cord: no"),
        ({"status": "given", "list": True, "closed": True, "parts": {}}, "none"),
        (
            {
                "status": "given",
                "list": True,
                "parts": {"2": {"parts": {"date": NO}}, "1": {"parts": {"date": NO}}},
            },
            "1) date: no | 2) date: no",
        ),
        ({"status": "given", "list": True, "parts": {"1": {"parts": {"date": NO}}}}, "date: no"),
        (None, ""),
        ("words", "words"),
    ],
)
def test_an_answer_is_told_with_its_parts(answer: Any, words: str) -> None:
    assert answer_words(answer) == words


def test_ten_elements_stand_in_their_order() -> None:
    parts = {str(n): {"status": "given", "value": n} for n in range(1, 11)}
    assert answer_words({"status": "given", "list": True, "parts": parts}).endswith("9) 9 | 10) 10")


def test_the_pages_of_all_parts_are_named_once() -> None:
    here = {"document": "note", "page": 1, "quote": "x"}
    there = {"document": "note", "page": 2}
    answer = {
        "evidence": [here],
        "parts": {"a": {"evidence": [there, here]}, "b": {"parts": {"c": {"evidence": [there]}}}},
    }
    assert pages(answer) == ["note:1", "note:2"]
