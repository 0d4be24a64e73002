"""Time with a question: by the monotonic clock, with long pauses apart and unmeasured ones left out."""

from __future__ import annotations

from typing import Any

from assistant.log import Entry
from assistant.log.projection_rows import DECISION, IDLE_AFTER, LETTER, PromptTime


def follow(
    *steps: tuple[float, str, dict[str, Any]], boots: str = ""
) -> dict[tuple[str, str], tuple[float, float, int]]:
    time = PromptTime()
    for number, (second, kind, body) in enumerate(steps, 1):
        boot = boots[number - 1] if boots else "b"
        ts = "t"  # the wall clock plays no part
        time.follow(Entry(number, "s", number, kind, ts, int(second * 1e9), boot, "r", "c", body, "", ""))
    return {place: (spent.work, spent.idle, spent.visits) for place, spent in time.spent.items()}


def shown(prompt: str) -> dict[str, Any]:
    return {"item": "1", "prompt": prompt}


def test_what_happens_meanwhile_belongs_to_the_question() -> None:
    found = follow(
        (0, "prompt.shown", shown("a")),
        (4, "page.opened", {}),
        (10, "answer.recorded", shown("a")),
        (10, "prompt.shown", shown("b")),
        (13, "answer.recorded", shown("b")),
        (13, "prompt.shown", shown("a.part")),
        (20, "answer.amended", shown("a.part")),
    )
    assert found == {("1", "a"): (17.0, 0.0, 2), ("1", "b"): (3.0, 0.0, 1)}


def test_a_long_pause_is_idle_and_the_limit_itself_is_work() -> None:
    found = follow(
        (0, "prompt.shown", shown("a")),
        (IDLE_AFTER, "page.opened", {}),
        (2 * IDLE_AFTER + 1, "answer.recorded", shown("a")),
    )
    assert found["1", "a"] == (IDLE_AFTER, IDLE_AFTER + 1, 1)


def test_time_away_and_across_a_restart_is_not_counted() -> None:
    parked = follow(
        (0, "prompt.shown", shown("a")),
        (5, "session.parked", {}),
        (100, "session.resumed", {}),
        (102, "answer.recorded", shown("a")),
    )
    assert parked["1", "a"] == (7.0, 0.0, 1)
    restarted = follow(
        (50, "prompt.shown", shown("a")), (3, "page.opened", {}), (5, "answer.recorded", {}), boots="bcc"
    )
    assert restarted["1", "a"] == (2.0, 0.0, 1)


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    assert follow((9, "prompt.shown", shown("a")), (5, "answer.recorded", {}))["1", "a"] == (0.0, 0.0, 1)


def test_decision_checks_and_letter_have_places_of_their_own() -> None:
    found = follow(
        (0, "suggestion.shown", {"item": "1"}),
        (6, "criterion.ruled", {"item": "1"}),
        (8, "determination.recorded", {"item": "1"}),
        (9, "check.raised", {"check": "later-study"}),
        (14, "check.acknowledged", {"check": "later-study"}),
        (24, "session.signed", {}),
        (99, "addendum.added", {}),
    )
    assert found["1", DECISION] == (8.0, 0.0, 1)
    assert found["case", "(later-study)"] == (5.0, 0.0, 1)
    assert found["case", LETTER] == (11.0, 0.0, 0)
