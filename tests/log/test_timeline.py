"""Old and new values, worked out from the events before."""

from __future__ import annotations

from typing import Any

from assistant.log import Entry
from assistant.log.timeline import timeline


def entries(*steps: tuple[str, dict[str, Any]]) -> list[Entry]:
    return [
        Entry(number, "s", number, kind, "t", 0, "b", "Dr A", "neck", body, f"p{number}", f"l{number}")
        for number, (kind, body) in enumerate(steps, 1)
    ]


def changes(*steps: tuple[str, dict[str, Any]]) -> list[tuple[Any, Any, Any]]:
    return [(row["old"], row["new"], row["reason"]) for row in timeline(entries(*steps))]


PAIN = {"item": "1", "prompt": "pain"}


def test_an_answer_has_the_one_before_as_its_old_value() -> None:
    seven, eight = {"status": "given", "value": 7}, {"status": "given", "value": 8}
    found = changes(
        ("answer.recorded", {**PAIN, "answer": seven}),
        ("answer.recorded", {**PAIN, "item": "2", "answer": eight}),
        ("answer.amended", {**PAIN, "answer": eight, "reason": "misread"}),
        ("answer.set_aside", {**PAIN, "because": ["fusion", "level"]}),
        ("answer.restored", {**PAIN, "because": ["fusion"]}),
        ("answer.withdrawn", {**PAIN, "reason": "wrong page"}),
        ("answer.recorded", {**PAIN, "answer": seven}),
    )
    assert found == [
        (None, seven, None),
        (None, eight, None),
        (seven, eight, "misread"),
        (eight, None, "fusion; level"),
        (None, eight, "fusion"),
        (eight, None, "wrong page"),
        (None, seven, None),
    ]


def test_rulings_determinations_and_suggestions_have_old_values() -> None:
    found = changes(
        ("suggestion.shown", {"item": "1", "decision": None, "why": "gap"}),
        ("criterion.ruled", {"item": "1", "criterion": "c", "ruling": "stands", "reason": "r"}),
        ("criterion.ruled", {"item": "1", "criterion": "c", "ruling": "rebutted", "reason": "q"}),
        ("determination.recorded", {"item": "1", "decision": "upheld", "departs": False, "reason": ""}),
        ("determination.recorded", {"item": "1", "decision": "overturned", "departs": True, "reason": "why"}),
        ("suggestion.shown", {"item": "1", "decision": "upheld", "why": "carried"}),
    )
    assert found == [
        (None, {"decision": None, "why": "gap"}, None),
        (None, {"criterion": "c", "ruling": "stands"}, "r"),
        ({"criterion": "c", "ruling": "stands"}, {"criterion": "c", "ruling": "rebutted"}, "q"),
        (None, "upheld", None),
        ("upheld", "overturned", "why"),
        ({"decision": None, "why": "gap"}, {"decision": "upheld", "why": "carried"}, None),
    ]


def test_sentences_rejections_and_unknown_kinds_show_what_they_hold() -> None:
    found = changes(
        ("sentence.edited", {"item": "1", "sentence": 2, "was": "a", "text": "b"}),
        ("answer.rejected", {**PAIN, "input": "x", "length": 1, "says": "not a number"}),
        ("future.kind", {"depth": 3}),
        ("session.parked", {}),
    )
    assert found == [
        ({"sentence": 2, "text": "a"}, {"sentence": 2, "text": "b"}, None),
        (None, {"input": "x", "length": 1}, "not a number"),
        (None, {"depth": 3}, None),
        (None, None, None),
    ]


def test_a_row_says_who_when_where_and_carries_its_link() -> None:
    (row,) = timeline(entries(("prompt.shown", {"item": 1, "prompt": "pain"})))
    assert row == {
        "seq": 1,
        "kind": "prompt.shown",
        "ts": "t",
        "actor": "Dr A",
        "item": "1",
        "prompt": "pain",
        "old": None,
        "new": None,
        "reason": None,
        "hash": "l1",
        "prev": "p1",
    }
