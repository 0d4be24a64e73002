"""The day in California, where time limits run; the log's own times are UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from assistant.core.problem import refuse


@cache
def _zone() -> ZoneInfo:
    return ZoneInfo("America/Los_Angeles")


def california_day(ts: str) -> str:
    """The day in California at a moment of the log (`2026-02-01T09:00:00.000Z`), as `2026-02-01`.

    Raises `Refused` for what is no moment.
    """
    try:
        return datetime.fromisoformat(ts).astimezone(_zone()).date().isoformat()
    except (ValueError, OverflowError):
        raise refuse("The log holds a damaged entry.", "its time", "Run `imr log verify`.") from None


def end_of_day(day: date) -> str:
    """The moment, as the log writes it, at which a day is over in California."""
    after = datetime.combine(day + timedelta(days=1), time(), _zone())
    return after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
