"""A trap comes back sooner where it was missed, on a case that the trainee hasn't seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from assistant.training.gradebook import Rate, Result
from assistant.training.material import Material, Spaced, spaced, spaced_lines

NONE = Rate(0, 0)
BANK = [
    Material("neck-one", ("Neck",), ("upheld",), ("contradiction", "removed"), 0, NONE),
    Material("neck-two", ("Neck",), ("upheld",), ("contradiction",), 0, NONE),
    Material("knee-one", ("Knee",), ("upheld",), ("contradiction",), 0, NONE),
]
DAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def run(case: str, day: int, *kinds: tuple[str, str]) -> Result:
    return Result("s", "r", case, (DAY + timedelta(days=day)).isoformat(), NONE, NONE, kinds=kinds)


def made(*results: Result) -> dict[str, Spaced]:
    return {one.kind: one for one in spaced(results, BANK)}


def test_what_was_missed_is_due_before_what_was_found_alone() -> None:
    both = made(run("neck-one", 0, ("contradiction", "missed"), ("removed", "alone")))
    assert both["contradiction"].due < both["removed"].due
    assert both["contradiction"].service == "Neck"


def test_what_was_found_because_it_was_known_of_is_due_before_what_was_found_alone() -> None:
    due = {
        how: made(run("neck-one", 0, ("removed", how)))["removed"].due for how in ("missed", "known", "alone")
    }
    assert due["missed"] <= due["known"] < due["alone"]


def test_what_is_found_again_comes_back_later_each_time() -> None:
    once = made(run("neck-one", 0, ("contradiction", "alone")))["contradiction"]
    again = made(
        run("neck-one", 0, ("contradiction", "alone")), run("neck-two", 3, ("contradiction", "alone"))
    )["contradiction"]
    assert again.due - (DAY + timedelta(days=3)) > once.due - DAY
    assert again.met == 2


def test_it_comes_on_a_case_that_was_not_seen_of_the_same_service_first() -> None:
    assert made(run("neck-one", 0, ("contradiction", "missed")))["contradiction"].case == "neck-two"
    seen = (run("neck-one", 0, ("contradiction", "missed")), run("neck-two", 1))
    assert made(*seen)["contradiction"].case == "knee-one"
    assert made(*seen, run("knee-one", 2))["contradiction"].case == ""


def test_the_same_log_gives_the_same_days_and_the_lines_say_how_to_begin() -> None:
    results = [run("neck-one", 0, ("contradiction", "missed"))]
    assert spaced(results, BANK) == spaced(results, BANK)
    assert spaced_lines(spaced(results, BANK), DAY + timedelta(days=30))[1] == (
        "    imr practise neck-two --reveal end --fault contradiction"
    )
    assert "due on 2026-03-03" in spaced_lines(spaced(results, BANK), DAY)[0]
    assert spaced_lines([], DAY) == ["No trap has been met yet: take a run with planted faults."]
