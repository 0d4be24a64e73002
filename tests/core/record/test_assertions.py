"""How far a cue reaches; the sentences it was measured on are in tests/records/negation_sentences.yaml."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.record.assertions import Assertion, Assertions, match, tokens
from assistant.core.record.language import Vocabulary, read_vocabulary

WORDS = """
negated:
  before: [no, denies, no ... sign of]
  after: [not seen]
  after_finding: [negative, ": no"]
  after_function: [normal]
uncertain: {before: [possible], after: [possible]}
historical: {headings: [past history]}
family: {before: [mother], headings: [family history]}
set_aside: [no doubt, not normal]
ends: [but]
beside: [on, of the]
carriers: [sign]
clause: [has, intact]
services: [film]
functions: [gait]
"""


def standings() -> Assertions:
    return Assertions(read_vocabulary({"words.yaml": WORDS}))


def standing(marked: str) -> str:
    at = marked.index("[")
    length = marked.index("]") - at - 1
    return standings().of(marked.replace("[", "").replace("]", ""), at, length).standing


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("No [loosening].", "negated"),
        ("NO\n  [LOOSENING]", "negated"),
        ("[Loosening] not seen.", "negated"),
        ("No doubt [loosening].", "affirmed"),
        ("Possible [loosening].", "uncertain"),
        ("[Loosening] possible.", "uncertain"),
        ("No fever but [loosening].", "affirmed"),
        ("No fever; [loosening].", "affirmed"),
        ("No fever, chills or [loosening].", "negated"),
        ("No fever, has [loosening].", "affirmed"),
        ("No fever, [hardware] intact.", "affirmed"),
        ("No fever, no chills, [loosening].", "affirmed"),
        ("No fever, possible [loosening].", "uncertain"),
        ("No loosening on [film].", "affirmed"),
        ("No loosening of the [plate].", "affirmed"),
        ("No clear sign of the [loosening].", "negated"),
        ("No loosening on film, [fever].", "uncertain"),
        ("Denies: [fever]", "negated"),
        ("Fever (no), [loosening].", "affirmed"),
        ("[Fever]: no", "negated"),
        ("[Fever]: no relief", "affirmed"),
        ("[Fever] negative.", "negated"),
        ("[Films] negative.", "affirmed"),
        ("EMG [film] negative.", "affirmed"),
        ("[Gait] normal.", "negated"),
        ("[Gait] not normal.", "affirmed"),
        ("[Fever] normal.", "affirmed"),
        ("Mother, possible [fever], no chills.", "family"),
        ("[No] fever.", "affirmed"),
        ("No [no] fever.", "negated"),
        ("no [doubt] of it", "negated"),
        ("", "affirmed"),
    ],
)
def test_a_mention_has_the_standing_of_the_cue_that_reaches_it(marked: str, expected: str) -> None:
    assert (standing(marked) if marked else standings().of("", 0, 0).standing) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("Past history: x, fever", "historical"),
        ("PAST HISTORY\nx, fever", "historical"),
        ("Past history: x\nExamination: fever", "affirmed"),
        ("Past history: x\n\nfever", "affirmed"),
        ("- Family history:\n  x\n  fever", "family"),
        ("Past history was long; fever", "affirmed"),
        ("fever", "affirmed"),
    ],
)
def test_a_heading_lends_its_standing_to_its_paragraph(page: str, expected: str) -> None:
    assert standings().under_heading(Assertion(), page, page.index("fever")).standing == expected


def test_without_cues_everything_is_affirmed() -> None:
    bare = Assertions(Vocabulary())
    assert bare.of("No fever.", 3, 5).standing == "affirmed"
    assert bare.under_heading(Assertion(), "Family history: fever", 16).standing == "affirmed"


def test_a_gap_stands_for_up_to_three_words() -> None:
    phrase = ("no", "...", "sign")
    assert match(phrase, tokens("no sign"), 0, 2) == 2
    assert match(phrase, tokens("no a b c sign"), 0, 5) == 5
    assert match(phrase, tokens("no a b c d sign"), 0, 6) == 0
    assert match(phrase, tokens("no, sign"), 0, 3) == 0
    assert match(phrase, tokens("no a"), 0, 2) == 0


@pytest.mark.parametrize("sentence", ["no ,", "denies fever ,", "no fever , and", "fever no", "no"])
def test_where_no_words_stand_nothing_is_denied(sentence: str) -> None:
    for length in (0, 3):
        assert standings().of(sentence, len(sentence), length) == Assertion()


@given(
    st.lists(
        st.sampled_from("no fever , and but ( ) : possible on of the . \u0130x - mother".split()), max_size=12
    ),
    st.integers(0, 40),
    st.integers(0, 12),
)
def test_any_sentence_has_one_of_the_standings(parts: list[str], at: int, length: int) -> None:
    text = " ".join(parts)
    assert standings().of(text, min(at, len(text)), length).standing in (
        "affirmed",
        "negated",
        "uncertain",
        "historical",
        "family",
    )
