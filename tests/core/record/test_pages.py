"""Which pages were read by eye: typed as ranges, told apart page by page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.problem import Refused
from assistant.core.record.pages import page_runs, parted, places_in, read_and_left

UNREAD = ("scan:2-9", "notes:1", "notes:4")
pages = st.sets(st.integers(1, 30), min_size=1)


def ranges(numbers: set[int]) -> tuple[str, ...]:
    return tuple(f"scan:{run}" for run in page_runs(numbers))


@pytest.mark.parametrize(
    ("typed", "read", "left"),
    [
        ("scan:2-4", ("scan:2-4",), ("scan:5-9", "notes:1", "notes:4")),
        ("scan:2 - 4, 9", ("scan:2-4", "scan:9"), ("scan:5-8", "notes:1", "notes:4")),
        ("notes:1;4 scan:3", ("notes:1", "notes:4", "scan:3"), ("scan:2", "scan:4-9")),
        ("scan:2-9, notes:1, notes:4.", ("scan:2-9", "notes:1", "notes:4"), ()),
    ],
)
def test_pages_are_named_as_people_write_them(
    typed: str, read: tuple[str, ...], left: tuple[str, ...]
) -> None:
    assert read_and_left(typed, UNREAD) == (read, left)


def test_the_only_document_need_not_be_named() -> None:
    assert read_and_left("3, 5-6", ("scan:2-9",)) == (
        ("scan:3", "scan:5", "scan:6"),
        ("scan:2", "scan:4", "scan:7-9"),
    )


def test_what_names_no_such_page_is_refused() -> None:
    for typed, says in [
        ("all", "names no page"),
        ("3", "names no page"),
        ("scan:9-2", "names no page"),
        ("scan:", "names no page"),
        ("scan:1", "is not among the pages that search can't read. They are scan:2-9, notes:1, notes:4."),
        ("notes:1-4", "is not among the pages"),
        ("scan:2-9999999", "is not among the pages"),
        ("scan:2, other:1", "other:1 is not among"),
    ]:
        with pytest.raises(Refused) as refused:
            read_and_left(typed, UNREAD)
        assert says in str(refused.value)


@given(pages, pages)
def test_ranges_are_parted_page_by_page(numbers: set[int], among: set[int]) -> None:
    inside, outside = parted(ranges(numbers), ranges(among))
    assert {page for _, page in places_in(inside)} == numbers & among
    assert {page for _, page in places_in(outside)} == numbers - among
    if numbers <= among:
        assert (inside, outside) == (ranges(numbers), ())
