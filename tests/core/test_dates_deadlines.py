"""Days are counted as the rule counts them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.core.dates import RULES, due, is_holiday


def test_the_last_day() -> None:
    for priority, start, last in [
        ("standard", "2026-01-10", "2026-02-09"),
        ("standard", "2024-02-01", "2024-03-02"),
        ("expedited", "2026-02-27", "2026-03-02"),
        ("formulary", "2026-02-02", "2026-02-09"),
        ("formulary", "2026-02-06", "2026-02-13"),
        ("formulary", "2026-02-13", "2026-02-23"),
        ("formulary", "2026-11-25", "2026-12-03"),
        ("formulary", "2026-02-07", "2026-02-13"),
        ("formulary", "2026-02-08", "2026-02-13"),
    ]:
        assert due(RULES[priority], date.fromisoformat(start)).isoformat() == last


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)))
def test_working_days_are_monday_to_friday_without_holidays(start: date) -> None:
    last = due(RULES["formulary"], start)
    between = [start + timedelta(days=n) for n in range(1, (last - start).days + 1)]
    assert sum(day.weekday() < 5 and not is_holiday(day) for day in between) == 5
    assert last.weekday() < 5


def test_each_rule_has_its_source_and_says_whether_that_was_read() -> None:
    assert {rule.source[:15] for rule in RULES.values()} == {"Lab. Code 4610."}
    assert {name: rule.verified for name, rule in RULES.items()} == {
        "standard": True,
        "formulary": True,
        "expedited": False,
    }


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2026, "01-01 01-19 02-16 03-31 05-25 07-04 09-07 11-11 11-26 12-25"),
        (2027, "01-01 01-18 02-15 03-31 05-31 07-04 07-05 09-06 11-11 11-25 12-25"),
        (2023, "01-01 01-02 01-16 02-20 03-31 05-29 07-04 09-04 11-10 11-11 11-23 12-25"),
    ],
)
def test_holidays_are_those_of_the_year_a_sundays_on_monday(year: int, days: str) -> None:
    every = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    assert [f"{day:%m-%d}" for day in every if is_holiday(day)] == days.split()
