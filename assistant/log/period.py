"""A day, month or year as the bound of a period: `since` it begins, or `until` it is over."""

from __future__ import annotations

from datetime import date, timedelta

from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.problem import refuse
from assistant.core.text import one_line


def since(text: str, *, months: bool = False) -> str:
    """The first day of the period, as the log writes it (the first month where it counts by months)."""
    return _bound(_date(text, months).earliest, months)


def until(text: str, *, months: bool = False) -> str:
    """The first day (or month) after the period."""
    return _bound(_date(text, months).latest + timedelta(days=1), months)


def _date(text: str, months: bool) -> PartialDate:
    made = parse_date(text)
    if made is None:
        raise refuse(
            f"`{one_line(text, 40)}` is not a date.",
            "",
            "Write 2026-03-15, 2026-03 or 2026; times are in UTC.",
        )
    if months and made.day is not None:
        raise refuse(f"This report counts by months; `{made}` is a day.", "", f"Write {str(made)[:7]}.")
    return made


def _bound(day: date, months: bool) -> str:
    return day.isoformat()[:7] if months else day.isoformat()
