"""What the time of a logged step is called: UTC as it is logged, and California's, where days count for time limits.

The log, its lists, the screen and replay tell UTC, so that they agree; what a day is in a letter, a deadline or a
sentence about a signature is California's. Each says which.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from assistant.core.problem import refuse


def utc_time(ts: str) -> str:
    """The time of day of a logged moment, as `14:03:22 UTC`; empty where there is none."""
    return f"{ts[11:19]} UTC" if ts else ""


def utc_minute(ts: str) -> str:
    """Day and time of a logged moment, as `2026-11-22 14:03 UTC`."""
    return f"{ts[:10]} {ts[11:16]} UTC"


def utc_day(ts: str) -> str:
    """The day of a logged moment, as `2026-11-22 (UTC)`."""
    return f"{ts[:10]} (UTC)"


if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@cache
def _california() -> ZoneInfo:
    from zoneinfo import ZoneInfo  # not before the first question

    return ZoneInfo("America/Los_Angeles")


def in_california(ts: str) -> datetime:
    """A moment of the log (`2026-02-01T09:00:00.000Z`) by the clocks of California.

    Its `%Z` is PST, or PDT in summer. Raises `Refused` for what is no moment.
    """
    try:
        return datetime.fromisoformat(ts).astimezone(_california())
    except (ValueError, OverflowError):
        raise refuse("The log holds a damaged entry.", "its time", "Run `imr log verify`.") from None


def california_day(ts: str) -> str:
    """The day in California at a moment of the log, as `2026-02-01`; raises `Refused` for what is no moment."""
    return in_california(ts).date().isoformat()


def today() -> str:
    """The day that it is now in California, as `2026-02-01`."""
    return california_day(datetime.now(UTC).isoformat())
