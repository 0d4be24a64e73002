"""A phrase that runs on over the end of a page is found once, on the page where it begins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.answer import Evidence
from assistant.core.problem import Refused
from assistant.core.record.passages import Occurrence, grouped, located
from assistant.library import own_vocabulary
from assistant.records.index import REACH, RecordIndex, page_breaks

OWN = own_vocabulary()
ASKED = "The provider asks for cervical spine radiographs with flexion and"
NOTE = ("No fever.", f"{ASKED}\n", "extension views. He returns in June.")


def index(*pages: str, unreadable: tuple[int, ...] = ()) -> RecordIndex:
    return RecordIndex.of({"note": pages}, OWN, unreadable={"note": unreadable})


def told(found: tuple[Occurrence, ...]) -> list[tuple[int, int, str]]:
    return [(one.page, one.at, one.marked[1]) for one in found]


@pytest.mark.parametrize("terms", [["extension views"], ["flexion and extension", "flexion", "extension"]])
def test_a_phrase_over_a_page_break_is_found_once_where_it_begins(terms: list[str]) -> None:
    (one,) = index(*NOTE).look_for(["and extension views", *terms])
    assert told((one,)) == [(2, ASKED.index("and" if len(terms) == 1 else "flexion"), one.marked[1])]
    assert one.quote == f"{ASKED}\n[page 3]\nextension views."
    assert one.start == 0
    assert grouped([one])[0].pages == (2,)


def test_a_person_finds_it_by_its_words_and_by_the_phrase() -> None:
    for query in ('"and extension views"', "cervical views"):
        found = index(*NOTE).find(query)
        assert (found[0].page, found[0].quote) == (2, f"{ASKED}\n[page 3]\nextension views.")


def test_words_on_one_page_alone_are_found_as_before() -> None:
    assert told(index(*NOTE).look_for(["views"])) == [(3, 10, "views")]
    assert [one.quote for one in index(*NOTE).find("views")][:1] == ["extension views."]


def test_a_word_parted_by_the_page_break_is_found() -> None:
    found = index("No evidence of pseudar-\n", "  throsis. No loosening.").look_for(["nonunion"])
    assert [(one.page, one.at, one.standing) for one in found] == [(1, 15, "negated")]
    assert found[0].marked[1] == "pseudar-\n[page 2]\nthrosis"


def test_running_heads_and_feet_are_passed_over() -> None:
    pages = tuple(
        f"ACME CLINIC · page {number}\n\n{text}\n\nPrinted 3/{number}/2014\nPage {number} of 3\n"
        for number, text in enumerate(NOTE, 1)
    )
    (one,) = index(*pages).look_for(["extension views", "and extension views"])
    assert (one.page, one.quote) == (2, f"{ASKED}\n[page 3]\nextension views.")


def test_a_passage_over_a_page_break_is_cited_by_its_words_on_the_first_page() -> None:
    (one,) = index(*NOTE).look_for(["and extension views"])
    cited = located(Evidence("note", 2, one.quote), NOTE[1])
    assert (cited.quote, cited.start) == (ASKED, 0)
    with pytest.raises(Refused):
        located(Evidence("note", 1, one.quote), NOTE[0])


def test_pages_that_do_not_follow_each_other_have_nothing_in_common() -> None:
    assert (
        index("flexion and", "unread", "extension", unreadable=(2,)).look_for(["flexion and extension"]) == ()
    )
    apart = RecordIndex.of({"a": ("flexion and",), "b": ("extension",)}, OWN)
    assert apart.look_for(["flexion and extension"]) == ()


def test_a_passage_over_a_page_break_is_no_longer_than_others() -> None:
    long = "word " * 90
    (one,) = index(f"{long}flexion and", f"extension {long}").look_for(["flexion and extension"])
    assert one.marked[1] == "flexion and\n[page 2]\nextension"
    assert len(one.quote) <= 600


@given(st.lists(st.text("ab1 \n.-", max_size=2 * REACH), min_size=1, max_size=5))
def test_what_stands_beside_a_break_is_the_words_of_its_pages(pages: list[str]) -> None:
    places = [("d", number) for number in range(1, len(pages) + 1)]
    for one in page_breaks(places, pages):
        before, after = one.text[: one.split], one.text[one.split + 1 :]
        assert pages[one.page][one.start :].startswith(before)
        assert pages[one.following][one.resumes :].startswith(after)
        assert before.strip()
        assert after.strip()
    for mention in RecordIndex.of({"d": tuple(pages)}, OWN).look_for(["a b", "ab", "b a"]):
        page = pages[mention.page - 1]
        assert page[mention.start :].startswith(mention.quote.split("\n[page ")[0])
        assert "".join(mention.marked) == mention.quote
