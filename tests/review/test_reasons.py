"""A reason is made of words, on whatever road it comes."""

from __future__ import annotations

import pytest

from assistant.core.problem import Refused, reason
from assistant.review.reasons import check_reason

PAGES = {"note": ("Seen by Dr. Quillfeather at Brindlemoor.",)}


def test_short_honest_reasons_stand() -> None:
    for text in [
        "typo in the note",
        "Irrelevant",
        "old films",
        "C6 only",
        "page 3",
        "copied forward",
        "OCR error",
        "UR misquotes him",
        "Quillfeather, Brindlemoor",
        "не относится",
        "Dr. Zarkovian saw another patient",
        "one centimetre is within measurement error",
        "superseded and equivocal",
        "sparse and tangential",
        "the excerpt was truncated",
        "a disclaimer in the leaflet",
        "persuasive only of an adolescent",
        "the interval had lapsed; thereafter sporadic",
        "the billing secretary misconstrued it",
    ]:
        check_reason(text, PAGES)


@pytest.mark.parametrize(
    "text", ["blorf tanic mevole", "gorvan plith", "The flonk mirdles", "florim casto bendrel of the note"]
)
def test_letters_that_can_be_spoken_are_no_reason(text: str) -> None:
    with pytest.raises(Refused, match="no words that the program knows"):
        check_reason(text, PAGES)


def test_that_somebody_read_it_is_no_reason() -> None:
    for text in [
        "Read it again.",
        "I looked at the record once more",
        "my mistake",
        "changed my mind",
        "The note says so.",
        "see the report",
        "I have considered this matter fully and stand by it.",
        "In my professional opinion and clinical judgment",
        "Duly weighed; I remain satisfied that it is appropriate.",
        "I take full responsibility for this determination",
        "My conclusion is sound",
        "it does not persuade me here",
        "I disagree; not compelling",
    ]:
        with pytest.raises(Refused, match="says nothing"):
            reason(text, "The reason")


def test_what_a_paper_is_or_lacks_is_one() -> None:
    for text in [
        "not in the record",
        "wrong document",
        "page 3",
        "another patient's note",
        "scan error",
        "In my opinion an old injury",
        "a matter of the knee",
        "resolved fully",
    ]:
        assert reason(text, "The reason") == text
