"""Mentions in groups: what is the same, and what comes first."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.record.passages import Occurrence, grouped


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
