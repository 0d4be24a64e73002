"""Dates as far as they are known, and comparisons that a missing part leaves open."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.dates import (
    MONTHS,
    PartialDate,
    dates_in,
    how_to_write,
    month_number,
    no_such_day,
    not_a_date,
    parse_date,
    read_date,
)

days = st.dates(date(1800, 1, 1), date(2200, 12, 31)).map(lambda d: PartialDate(d.year, d.month, d.day))
months = st.builds(PartialDate, st.integers(1800, 2200), st.integers(1, 12))
years = st.builds(PartialDate, st.integers(1800, 2200))
partial = days | months | years


@given(partial)
def test_a_date_is_read_back_from_iso_and_from_prose(made: PartialDate) -> None:
    assert parse_date(str(made)) == made
    assert read_date(str(made)) == made
    assert read_date(made.prose()) == made


@given(days)
def test_a_day_is_read_in_each_order_that_people_write(made: PartialDate) -> None:
    name = MONTHS[(made.month or 1) - 1]
    written = [
        f"{made.day} {name} {made.year}",
        f"{name[:3]}. {made.day}, {made.year}",
        f"{made.month}/{made.day}/{made.year}",
    ]
    assert [read_date(text) for text in written] == [made] * 3


def test_what_people_type_is_understood() -> None:
    for typed, iso in [
        ("2014", "2014"),
        ("2014-2", "2014-02"),
        ("2014-7-1", "2014-07-01"),
        ("12 July 2014", "2014-07-12"),
        ("12. July, 2014", "2014-07-12"),
        ("July 12th 2014", "2014-07-12"),
        ("july 12, 2014", "2014-07-12"),
        ("  Feb   2014 ", "2014-02"),
        ("Sept 2014", "2014-09"),
        ("7/12/2014", "2014-07-12"),
        ("07/2014", "2014-07"),
        ("7/2014", "2014-07"),
        ("02/29/2016", "2016-02-29"),
    ]:
        assert str(read_date(typed)) == iso


def test_what_is_no_date_is_not_guessed_at() -> None:
    for typed in [
        *("", "yesterday", "14", "12:30", "7/12/14", "2014-07-12T00:00"),
        *("2014-13", "2014-00", "2014-02-30", "31 June 2014", "July 0, 2014", "13/12/2014", "0/5/2014"),
        *("13/2014", "0/2014", "7/14", "07/20145"),
        *("Ju 2014", "Ma 2014", "Smarch 2014", "1799", "2201"),
    ]:
        assert read_date(typed) is None


def test_who_typed_no_date_is_told_how_to_write_it() -> None:
    for typed, says in [
        ("7/12/14", "Write the year with four digits"),
        ("12 July 14", "Write the year with four digits"),
        ("07/14", "Write the year with four digits"),
        ("20/7/2014", "With slashes the month comes first: 7/20/2014."),
        ("12.7.2014", "Write the month as a word"),
        ("40/13/2014", "Write it as 2014-07-12"),
        ("14", "Write it as 2014-07-12"),
        ("yesterday", "Write it as 2014-07-12"),
        ("31 June 2014", "Write it as 2014-07-12"),
        ("", "Write it as 2014-07-12"),
    ]:
        assert read_date(typed) is None
        assert how_to_write(typed).startswith(says)


def test_a_date_that_is_no_iso_date_is_shown_as_one() -> None:
    assert how_to_write("7/12/2014") == "Write it as 2014-07-12."


@given(st.text(max_size=30))
def test_there_is_a_hint_for_any_text(text: str) -> None:
    assert how_to_write(text).startswith("W")


def test_only_iso_text_is_parsed() -> None:
    for value in [None, 2014, 2014.0, True, ["2014"], "July 2014", "2014-7", "2014-02-30", " 2014", "2014 "]:
        assert parse_date(value) is None


@pytest.mark.parametrize("value", ["2014-07-12\n", "２０１４"])
def test_iso_text_is_ascii_to_its_end(value: str) -> None:
    assert parse_date(value) is None


def test_a_comparison_that_a_missing_part_leaves_open_is_undetermined() -> None:
    for first, second, after in [
        ("2014-07-12", "2014-04-20", True),
        ("2014-04-20", "2014-07-12", False),
        ("2014-07-12", "2014-07-12", False),
        ("2014-07", "2014-06-30", True),
        ("2014-07", "2014-07-01", None),
        ("2014-07", "2014-07-31", False),
        ("2014-07-01", "2014-07", False),
        ("2014-07-31", "2014-07", None),
        ("2014-07", "2014-07", None),
        ("2014", "2014-04-20", None),
        ("2015", "2014-04-20", True),
        ("2014-08", "2014-07", True),
        ("2013", "2014", False),
    ]:
        one, other = parse_date(first), parse_date(second)
        assert one is not None
        assert other is not None
        assert one.after(other) is after


@given(partial, partial)
def test_being_after_holds_for_every_day_that_is_meant_or_for_none(
    one: PartialDate, other: PartialDate
) -> None:
    after = one.after(other)
    if after is True:
        assert one.earliest > other.latest
        assert other.after(one) is False
    elif after is False:
        assert one.latest <= other.earliest
    else:
        assert one.earliest <= other.latest
        assert one.latest > other.earliest


@given(partial)
def test_the_first_day_is_not_after_the_last(made: PartialDate) -> None:
    assert made.earliest <= made.latest
    assert (made.earliest == made.latest) is (made.day is not None)


def test_a_month_is_known_by_its_unique_beginning() -> None:
    for name, number in [("January", 1), ("jun", 6), ("Sept", 9), ("sep", 9), ("ju", None), ("xyz", None)]:
        assert month_number(name) == number


def test_a_day_that_does_not_exist_is_told_why() -> None:
    for text, why in [
        ("2014-02-30", "February 2014 has 28 days"),
        ("2016-02-30", "February 2016 has 29 days"),
        ("31 June 2014", "June 2014 has 30 days"),
        ("April 31, 2014", "April 2014 has 30 days"),
        ("2/29/2013", "February 2013 has 28 days"),
        ("2014-13-01", "there are twelve months"),
        ("2014-05-00", "May 2014 has 31 days"),
    ]:
        assert no_such_day(text) == why
        assert not_a_date(text, "X") == f"X does not exist: {why}."


def test_what_exists_or_names_no_day_is_not_said_to_be_missing() -> None:
    for text in ["2014-02-28", "2014-02", "13/2/2014", "soon", "", "30 Foo 2014", "2014"]:
        assert no_such_day(text) == ""
        assert not_a_date(text, "X") == "X is not a date."


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("RFA received: 27-Jan-2021", "2021-01-27"),
        ("APR-05-2019 11:02 FROM", "2019-04-05"),
        ("on 3-Sep-19 at noon", "2019-09-03"),
        ("34-Feb-2021", ""),
        ("lot A-12-Jan-20-B", ""),
    ],
)
def test_a_day_that_a_machine_stamped_is_a_date(text: str, day: str) -> None:
    found = [when for _, _, when in dates_in(text)]
    assert [f"{one.year}-{one.month:02}-{one.day:02}" for one in found if one.day] == ([day] if day else [])
