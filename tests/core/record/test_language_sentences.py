"""Where sentences begin on a record page."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.record.language import LONGEST, sentence_starts


def sentences(text: str) -> list[str]:
    starts = [*sentence_starts(text), len(text)]
    return [text[begin:end].strip() for begin, end in pairwise(starts)]


def test_running_text_is_parted_at_full_stops_and_not_at_line_ends() -> None:
    text = "There is no\nevidence of loosening. Osteopenia\nis appreciated! Is it? Yes."
    assert sentences(text) == [
        "There is no\nevidence of loosening.",
        "Osteopenia\nis appreciated!",
        "Is it?",
        "Yes.",
    ]


def test_abbreviations_initials_and_numbers_end_nothing() -> None:
    assert len(sentences("Seen by Dr. Lee and J. Roe, approx. 3.5 cm, No. 4, vs. C5.")) == 1
    assert sentences("Loosening? No. Fever? Yes.") == ["Loosening?", "No.", "Fever?", "Yes."]
    assert sentences("John Roe, M.D. The neck is stiff.") == ["John Roe, M.D.", "The neck is stiff."]


def test_headings_bullets_and_short_lines_begin_anew() -> None:
    text = "PROGRESS NOTE\nDate of visit: May 10\nWork status: off work\n- no fever\n- night sweats\n1. Fusion\n(2) Pain"
    assert sentences(text) == [
        "PROGRESS NOTE",
        "Date of visit: May 10",
        "Work status: off work",
        "- no fever",
        "- night sweats",
        "1. Fusion",
        "(2) Pain",
    ]


def test_a_list_under_a_heading_goes_on_in_small_letters() -> None:
    assert sentences("Denies:\n  fever\n  chills\n\nReports pain.") == [
        "Denies:\n  fever\n  chills",
        "Reports pain.",
    ]


def test_columns_of_a_form_are_parted_at_their_labels() -> None:
    assert sentences("Cancer: No   Fracture: Yes") == ["Cancer: No", "Fracture: Yes"]


def test_what_goes_on_without_end_is_cut_at_a_space() -> None:
    text = "word " * 1000
    found = sentences(text)
    assert max(map(len, found)) <= LONGEST
    assert set(" ".join(found).split()) == {"word"}
    assert max(map(len, sentences("x" * 3000))) == LONGEST


@given(st.text("ab .,:;-\n\t\u0301A1", max_size=300))
def test_nothing_is_lost(text: str) -> None:
    starts = sentence_starts(text)
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert all(0 <= start < max(1, len(text)) for start in starts)
