"""Mentions in groups: what is the same, and what comes first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core.answer import Evidence
from assistant.core.problem import Refused
from assistant.core.record.assertions import Assertions
from assistant.core.record.language import read_vocabulary
from assistant.core.record.passages import Occurrence, grouped, located, uncut, whole_words


def mention(
    quote: str,
    term: str = "t",
    standing: str = "affirmed",
    document: str = "a",
    page: int = 1,
    start: int = 0,
) -> Occurrence:
    return Occurrence(document, page, quote, start, start, 1, term, standing)


def test_the_same_words_of_one_document_are_one_group() -> None:
    (one,) = grouped(
        [mention("No  fever.", page=2, start=7), mention("NO\nFEVER.", page=5), mention("No fever.")]
    )
    assert (one.quote, one.pages, one.count, one.start) == ("No  fever.", (2, 5, 1), 3, 7)


def test_a_sentence_that_says_two_things_in_support_is_one_group() -> None:
    text = "Suspects pseudarthrosis."
    (one,) = grouped([mention(text), mention(text, "u", "uncertain"), mention(text, "v", "historical")])
    assert (one.standing, one.count, one.supports) == ("uncertain", 3, True)
    assert len(grouped([mention(text), mention(text, "u", "negated"), mention(text, "v", "family")])) == 2


def test_digits_document_and_negation_tell_groups_apart() -> None:
    kinds = [
        mention("Fever on 5/10."),
        mention("Fever on 7/10."),
        mention("Fever on 5/10.", document="b"),
        mention("Fever on 5/10.", standing="negated"),
    ]
    assert len(grouped(kinds)) == 4


def test_what_cannot_support_an_answer_comes_last() -> None:
    order = ["negated", "affirmed", "family", "uncertain", "historical"]
    found = grouped([mention(f"Sentence {name}.", standing=name) for name in order])
    assert [one.standing for one in found] == ["affirmed", "uncertain", "historical", "negated", "family"]
    assert [one.supports for one in found] == [True, True, True, False, False]


def test_a_rare_term_tells_more_than_a_frequent_one() -> None:
    often = [mention(f"Hardware {number}.", "hardware") for number in range(5)]
    both = [mention("Hardware and pseudarthrosis.", term) for term in ("hardware", "pseudarthrosis")]
    found = grouped([*often, mention("Pseudarthrosis.", "pseudarthrosis"), *both])
    assert [one.quote for one in found][:3] == [
        "Hardware and pseudarthrosis.",
        "Pseudarthrosis.",
        "Hardware 0.",
    ]
    assert found[0].count == 2


def test_nothing_makes_no_group() -> None:
    assert grouped([]) == ()


@given(
    st.lists(
        st.builds(
            mention,
            st.sampled_from(["A b.", "a  B.", "c."]),
            st.sampled_from("tu"),
            st.sampled_from(["affirmed", "negated"]),
            st.sampled_from("ab"),
            st.integers(1, 3),
        ),
        max_size=12,
    )
)
def test_every_mention_is_in_one_group_and_the_order_is_always_the_same(mentions: list[Occurrence]) -> None:
    found = grouped(mentions)
    assert sum(one.count for one in found) == len(mentions)
    assert found == grouped(iter(mentions))
    assert [one.supports for one in found] == sorted((one.supports for one in found), reverse=True)


_SPACED = st.lists(
    st.sampled_from(["a", "b", "ab", "b.", " ", "\n", "\u00a0", "\x1f", "\t "]), max_size=14
).map("".join)


@given(_SPACED, _SPACED)
def test_a_quote_is_where_its_words_first_follow_each_other_with_whatever_space(
    page: str, quote: str
) -> None:
    pattern = r"\s+".join(map(re.escape, quote.split()))
    first = re.search(pattern, page)
    try:
        found = located(Evidence("note", 1, quote), page)
    except Refused:
        assert first is None
        return
    if quote.strip():
        assert first is not None
        assert (found.quote, found.start) == (first[0], first.start())


# -- words that are cut ---------------------------------------------------------------------------

SAYS = Assertions(read_vocabulary(library.sources().vocabulary))
NECK = frozenset({"cervical spine"})


def cited(page: str, quote: str) -> str:
    """The quote as it is kept, of a case about the neck."""
    found = located(Evidence("note", 1, quote), page)
    return str(uncut(whole_words(found, page), page, SAYS, NECK).quote)


@pytest.mark.parametrize(
    ("page", "quote"),
    [
        ("There is no evidence of loosening.", "evidence of loosening"),
        ("Seen today. No sign of bony injury.", "bony injury"),
        ("Low back: symptoms are worse.", "symptoms are worse"),
        ("Denies new weakness of the arm.", "weakness of the arm"),
    ],
)
def test_words_cut_out_of_what_denies_them_come_with_their_sentence(page: str, quote: str) -> None:
    assert cited(page, quote) == next(one for one in re.split(r"(?<=\.) ", page) if quote in one)


@pytest.mark.parametrize(
    ("page", "quote"),
    [
        ("Neck pain is worse since the last visit. No fever.", "worse since the last visit"),
        ("There is no evidence of loosening.", "no evidence of loosening"),
        ("The neck: symptoms are worse.", "symptoms are worse"),
    ],
)
def test_words_that_say_what_their_sentence_says_stay_as_they_are(page: str, quote: str) -> None:
    assert cited(page, quote) == quote


def test_a_quote_has_whole_words() -> None:
    assert cited("Another visit, unchanged.", "Anot") == "Another"
    assert cited("Another visit, unchanged.", "changed") == "unchanged"
    with pytest.raises(Refused, match="holds no word"):
        cited("One. Two.", ".")
