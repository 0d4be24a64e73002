"""Old and new values, read off the fold of the events before."""

from __future__ import annotations

from typing import Any

from assistant.core import events as e
from assistant.core.answer import Answer, Evidence
from assistant.core.event_words import Line
from assistant.log import Entry
from assistant.log.timeline import Change, _joined, timeline
from tests.log.auditing import opened_review


def changes(*steps: e.Event) -> list[Change]:
    return list(timeline(*opened_review(steps)))[1:]


def values(*steps: e.Event) -> list[tuple[Any, Any, Any]]:
    return [(one.old, one.new, one.reason) for one in changes(*steps)]


def told(*steps: e.Event) -> list[str]:
    return [one.words for one in changes(*steps)]


SOUGHT = ("1", "sought")
SEVEN, EIGHT = Answer(value="pain"), Answer(value="numbness")
PAIN, NUMB = {"status": "given", "value": "pain"}, {"status": "given", "value": "numbness"}


def test_an_answer_has_the_one_before_as_its_old_value() -> None:
    assert values(
        e.AnswerRecorded(*SOUGHT, SEVEN),
        e.AnswerRecorded("2", "sought", EIGHT),
        e.AnswerAmended(*SOUGHT, EIGHT, reason="misread"),
        e.AnswerSetAside(*SOUGHT, "red_flags"),
        e.AnswerRestored(*SOUGHT, "red_flags"),
        e.AnswerWithdrawn(*SOUGHT, "wrong page"),
        e.AnswerRecorded(*SOUGHT, SEVEN),
    ) == [
        (None, PAIN, None),
        (None, NUMB, None),
        (PAIN, NUMB, "misread"),
        (NUMB, None, "red_flags"),
        (None, NUMB, "red_flags"),
        (NUMB, None, "wrong page"),
        (None, PAIN, None),
    ]


def test_rulings_determinations_and_suggestions_have_old_values() -> None:
    first, second = {"criterion": "c", "ruling": "declined"}, {"criterion": "c", "ruling": "accepted"}
    gap, carried = {"decision": None, "why": "gap"}, {"decision": "upheld", "why": "carried"}
    assert values(
        e.SuggestionShown("1", None, "gap"),
        e.CriterionRuled("1", "c", "declined", "r"),
        e.CriterionRuled("1", "c", "accepted", "q"),
        e.DeterminationRecorded("1", "upheld", None, False),
        e.DeterminationRecorded("1", "overturned", None, True, "why"),
        e.SuggestionShown("1", "upheld", "carried"),
    ) == [
        (None, gap, None),
        (None, first, "r"),
        (first, second, "q"),
        (None, "upheld", None),
        ("upheld", "overturned", "why"),
        (gap, carried, None),
    ]


def test_what_changes_nothing_shows_what_it_holds() -> None:
    assert values(
        e.SentenceEdited("1", "k2", "a", "b"),
        e.AnswerRejected(*SOUGHT, 1, says="not a number", input="x"),
        e.SessionParked(),
    ) == [
        ({"sentence": "k2", "text": "a"}, {"sentence": "k2", "text": "b"}, None),
        (None, {"input": "x", "length": 1, "digest": ""}, "not a number"),
        (None, None, None),
    ]


def test_the_words_tell_what_stood_there_and_what_stands_there_now() -> None:
    passage = Evidence("note", 2, "pain since May")
    assert told(
        e.AnswerRecorded(*SOUGHT, SEVEN),
        e.AnswerAmended(*SOUGHT, EIGHT, reason="misread"),
        e.EvidenceCited(*SOUGHT, passage),
        e.DeterminationRecorded("1", "upheld", None, False),
        e.DeterminationRecorded("1", "overturned", "overturned", False),
        e.AnswerRejected(*SOUGHT, 9_000, "0" * 64, "Too long.", "and so on"),
    ) == [
        "pain",
        "Amended: What did the attending provider say the films should show? numbness (before: pain)",
        "Cited for “What did the attending provider say the films should show?”",
        "Upheld (treatment not approved)",
        "Overturned (treatment approved) (before: Upheld (treatment not approved))",
        "Not accepted: 9000 bytes that begin “and so on”; Too long.",
    ]
    assert changes(e.AnswerRecorded(*SOUGHT, SEVEN), e.EvidenceCited(*SOUGHT, passage))[-1].pages == "note:2"


def test_a_row_says_who_when_where_and_carries_its_link() -> None:
    (row,) = changes(e.PromptShown("1", "pain"))
    assert row.as_json() == {
        "seq": 2,
        "kind": "prompt.shown",
        "ts": "t2",
        "actor": "r-one",
        "item": "1",
        "prompt": "pain",
        "old": None,
        "new": {"chosen": False},
        "reason": None,
        "hash": "l2",
        "prev": "p2",
    }


def strange(kind: str, body: dict[str, Any]) -> Entry:
    return Entry(2, "s", 2, kind, "t", 0, "b", "r-one", "neck", body, "p", "l")


def test_what_cannot_be_read_is_shown_with_all_it_holds_and_changes_nothing() -> None:
    held, entries = opened_review([e.PageOpened("note", 1), e.AnswerRecorded(*SOUGHT, SEVEN)])
    for kind, body in (
        ("future.kind", {"depth": 3, "said": "be\x1bware"}),
        ("fact.corrected", {"document": "note", "page": 1, "fact": "dates", "was": None, "says": "2015"}),
        ("answer.recorded", {"item": "1", "prompt": "sought", "answer": None, "origin": "typed"}),
        ("answer.recorded", {"item": "1", "prompt": "gone", "answer": {"status": "given", "value": 1}}),
    ):
        entries[1] = strange(kind, body)
        _, unknown, known = timeline(held, entries)
        assert unknown.words
        assert "\x1b" not in unknown.words
        assert (unknown.old, known.old, known.new) == (None, None, PAIN)
    assert next(iter(timeline(held, [strange("future.kind", {"depth": 3})]))).words == "future.kind: depth: 3"


def test_a_session_whose_rules_cannot_be_read_still_tells_its_steps() -> None:
    _, entries = opened_review(
        [e.AnswerRecorded(*SOUGHT, SEVEN), e.FactCorrected("note", 1, "dates", "a", "b")]
    )

    class Empty:
        def artifact(self, digest: str, /) -> bytes:
            raise KeyError(digest)

    _, answered, corrected = timeline(Empty(), entries)
    assert (answered.words, answered.new) == ("pain", PAIN)
    assert corrected.words == "note:1 says b, not a (dates)"


def test_what_ends_in_a_colon_is_followed_by_what_it_announces() -> None:
    lines = [Line("context", one) for one in ("I did not find it:", "Which views?", "The decision is mine")]
    assert _joined(lines) == "I did not find it: Which views? The decision is mine"
