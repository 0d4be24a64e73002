"""Finding words in the pages of a case file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.records.search import LONGEST_QUERY, Passage, find

PAGES = {
    "b-note": ("Neck pain.\nFlexion and\nextension views.  Flexion again, flexion.", "Flexion on page two."),
    "a-report": ("",),
    "c-report": ("İstanbul straße\nOSTEOPENIA is   appreciated.\n", ""),
}


def quotes(query: str) -> list[tuple[str, int, str]]:
    return [(one.document, one.page, one.quote) for one in find(PAGES, query)]


def test_every_line_that_holds_the_words_is_found_once_in_the_order_of_the_file() -> None:
    assert quotes("flexion") == [
        ("b-note", 1, "Flexion and"),
        ("b-note", 1, "extension views.  Flexion again, flexion."),
        ("b-note", 2, "Flexion on page two."),
    ]


@pytest.mark.parametrize("query", ["FLEXION AND", "flexion  and", " flexion\tand ", "Flexion and extension"])
def test_case_and_white_space_do_not_matter(query: str) -> None:
    assert [(document, page) for document, page, _ in quotes(query)] == [("b-note", 1)]


def test_words_across_a_line_are_found_with_both_lines() -> None:
    assert quotes("and extension") == [
        ("b-note", 1, "Flexion and\nextension views.  Flexion again, flexion.")
    ]


def test_a_passage_says_where_its_line_begins() -> None:
    (found,) = find(PAGES, "osteopenia")
    assert found == Passage("c-report", 1, "OSTEOPENIA is   appreciated.", 16)
    assert PAGES["c-report"][0][found.start :].startswith(found.quote)


@pytest.mark.parametrize("query", ["", "   ", "\n", "pseudarthrosis"])
def test_nothing_is_found_for_nothing(query: str) -> None:
    assert quotes(query) == []


@pytest.mark.parametrize("query", [".*", "[", "(", "a{9999999}", "\\", "^", "(a+)+$", "?"])
def test_a_query_is_words_and_no_pattern(query: str) -> None:
    assert quotes(query) == [(d, p, q) for d, p, q in quotes(query) if query in q]


def test_letters_of_other_alphabets_are_found() -> None:
    assert quotes("STRASSE") == []
    assert [document for document, _, _ in quotes("straße")] == ["c-report"]


def test_a_query_is_read_no_further_than_it_may_be_long() -> None:
    assert quotes("flexion " + " " * LONGEST_QUERY + "nonsense")
    assert quotes("x" * 1_000_000) == []


def test_a_long_page_of_hits_is_searched_at_once() -> None:
    page = "a " * 200_000
    assert [one.start for one in find({"long": (page,)}, "a a")] == [0]


@given(pages=st.lists(st.text("ab \n", max_size=40), max_size=3), query=st.text("ab \n", max_size=5))
def test_what_is_found_is_on_its_page(pages: list[str], query: str) -> None:
    for one in find({"d": tuple(pages)}, query):
        text = pages[one.page - 1]
        assert text[one.start :].lstrip().startswith(one.quote)
        assert "".join(query.split()) in "".join(one.quote.split())
