"""The day in California, on both sides of midnight and of a change of clocks."""

from __future__ import annotations

import pytest

from assistant.clock import california_day, in_california, utc_day, utc_minute, utc_time
from assistant.core.problem import Refused


def test_a_moment_has_the_day_of_california() -> None:
    for ts, day in [
        ("2026-02-10T07:59:59.999Z", "2026-02-09"),
        ("2026-02-10T08:00:00.000Z", "2026-02-10"),
        ("2026-03-08T07:59:59.999Z", "2026-03-07"),  # clocks go forward at 10:00 UTC
        ("2026-03-08T08:00:00.000Z", "2026-03-08"),
        ("2026-03-09T06:59:59.999Z", "2026-03-08"),
        ("2026-03-09T07:00:00.000Z", "2026-03-09"),
        ("2026-11-01T06:59:59.999Z", "2026-10-31"),  # and back at 9:00 UTC
        ("2026-11-01T07:00:00.000Z", "2026-11-01"),
        ("2026-11-02T07:59:59.999Z", "2026-11-01"),
        ("2026-11-02T08:00:00.000Z", "2026-11-02"),
    ]:
        assert california_day(ts) == day


@pytest.mark.parametrize("ts", ["", "yesterday", "2026-13-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z"])
def test_what_is_no_moment_is_refused(ts: str) -> None:
    with pytest.raises(Refused, match="damaged"):
        california_day(ts)


def test_a_time_says_its_zone() -> None:
    ts = "2026-11-29T01:30:01.250Z"
    assert (utc_time(ts), utc_minute(ts), utc_day(ts)) == (
        "01:30:01 UTC",
        "2026-11-29 01:30 UTC",
        "2026-11-29 (UTC)",
    )
    assert utc_time("") == ""
    assert in_california(ts).strftime("%Y-%m-%d %H:%M:%S %Z") == "2026-11-28 17:30:01 PST"
    assert (
        in_california("2026-07-01T06:59:59.000Z").strftime("%Y-%m-%d %H:%M:%S %Z")
        == "2026-06-30 23:59:59 PDT"
    )
