"""Time with a question: by the monotonic clock, with long pauses apart and unmeasured ones left out."""

from __future__ import annotations

from assistant.core import events as e
from assistant.core.answer import Answer
from assistant.log import Entry
from assistant.log.timeline import DECISION, IDLE_AFTER, LETTER, PromptTime


def follow(*steps: tuple[float, e.Event], boots: str = "") -> dict[tuple[str, str], tuple[float, float, int]]:
    time = PromptTime()
    for number, (second, event) in enumerate(steps, 1):
        boot = boots[number - 1] if boots else "b"
        ts = "t"  # the wall clock plays no part
        entry = Entry(number, "s", number, event.kind, ts, int(second * 1e9), boot, "r", "c", {}, "", "")
        time.follow(entry, event)
    return {place: (spent.work, spent.idle, spent.visits) for place, spent in time.spent.items()}


OPENED = e.PageOpened("note", 1)


def shown(prompt: str) -> e.PromptShown:
    return e.PromptShown("1", prompt)


def answered(prompt: str) -> e.AnswerRecorded:
    return e.AnswerRecorded("1", prompt, Answer(value="x"))


def test_what_happens_meanwhile_belongs_to_the_question() -> None:
    found = follow(
        (0, shown("a")),
        (4, OPENED),
        (10, answered("a")),
        (10, shown("b")),
        (13, answered("b")),
        (13, shown("a.part")),
        (20, answered("a.part")),
    )
    assert found == {("1", "a"): (17.0, 0.0, 2), ("1", "b"): (3.0, 0.0, 1)}


def test_questions_that_are_shown_together_share_the_time() -> None:
    found = follow(
        (0, shown("a")),
        (0, shown("b")),
        (0, shown("c")),
        (9, answered("a")),
        (9, answered("b")),
        (9, answered("c")),
        (9, shown("d")),
        (13, answered("d")),
    )
    assert {place[1]: spent for place, spent in found.items()} == {
        "a": (3.0, 0.0, 1), "b": (3.0, 0.0, 1), "c": (3.0, 0.0, 1), "d": (4.0, 0.0, 1),
    }  # fmt: skip


def test_after_one_of_those_shown_together_the_others_stand_again() -> None:
    found = follow(
        (0, shown("a")),
        (0, shown("b")),
        (0, shown("c")),
        (6, shown("b")),
        (10, answered("b.part")),
        (10, shown("b.other")),
        (16, answered("b.other")),
        (20, answered("a")),
        (20, answered("c")),
    )
    assert {place[1]: spent[0] for place, spent in found.items()} == {"a": 4.0, "b": 12.0, "c": 4.0}


def test_a_long_pause_is_idle_and_the_limit_itself_is_work() -> None:
    found = follow(
        (0, shown("a")),
        (IDLE_AFTER, OPENED),
        (2 * IDLE_AFTER + 1, answered("a")),
    )
    assert found["1", "a"] == (IDLE_AFTER, IDLE_AFTER + 1, 1)


def test_time_away_and_across_a_restart_is_not_counted() -> None:
    parked = follow(
        (0, shown("a")),
        (5, e.SessionParked()),
        (100, e.SessionResumed()),
        (102, answered("a")),
    )
    assert parked["1", "a"] == (7.0, 0.0, 1)
    restarted = follow((50, shown("a")), (3, OPENED), (5, answered("a")), boots="bcc")
    assert restarted["1", "a"] == (2.0, 0.0, 1)


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    assert follow((9, shown("a")), (5, answered("a")))["1", "a"] == (0.0, 0.0, 1)


def test_decision_checks_and_letter_have_places_of_their_own() -> None:
    found = follow(
        (0, e.SuggestionShown("1", None, "gap")),
        (6, e.CriterionRuled("1", "c", "accepted", "r")),
        (8, e.DeterminationRecorded("1", "upheld", None, True, "r")),
        (9, e.CheckRaised("later-study", "k", "m", ())),
        (14, e.CheckAcknowledged("later-study", "k", "r")),
        (24, e.SessionSigned("0", "uphold", "Mine.")),
        (99, e.AddendumAdded("More.")),
    )
    assert found["1", DECISION] == (8.0, 0.0, 1)
    assert found["case", "(later-study)"] == (5.0, 0.0, 1)
    assert found["case", LETTER] == (11.0, 0.0, 0)
