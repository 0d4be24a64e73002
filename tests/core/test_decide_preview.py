"""What a change would do, said before it is made and borne out when it is."""

from __future__ import annotations

import pytest

from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import read_answer
from assistant.core.decide import decide, preview
from assistant.core.problem import Refused
from assistant.core.rationale import assess
from assistant.core.session import Session
from tests.core.test_rationale_assessment import ACCEPTED, REBUTTED, answered, perform, ruled

FILMS = "Have films been made since the operation, and what did they show?"
SUSPECTED = "Does the record say that non-union (pseudarthrosis) or instability is suspected?"


def change(session: Session, prompt: str, raw: object, reason: str = "") -> c.RecordAnswer:
    schema = session.prompt("1", prompt).schema
    return c.RecordAnswer("1", prompt, read_answer(schema, raw, prompt), reason=reason)


def shown(session: Session) -> Session:
    suggestion = assess(session, "1").suggestion
    return perform(session, c.ShowSuggestion("1", suggestion.decision, suggestion.why))


def test_a_first_answer_and_a_change_without_consequences_need_no_word() -> None:
    assert preview(answered(sought=None), change(answered(), "sought", "The hardware")) == []
    assert preview(answered(), change(answered(), "sought", "The hardware")) == []
    assert preview(shown(answered()), change(answered(), "sought", "The hardware")) == []


def test_what_it_sets_aside_is_named_by_its_question() -> None:
    said = preview(answered(), change(answered(), "prior_surgery", "none"))
    assert said == [
        f"The answer to “{FILMS}” is set aside; it stays in the log.",
        f"The answer to “{SUSPECTED}” is set aside; it stays in the log.",
    ]


def test_what_it_brings_back_is_named_too() -> None:
    before = answered()
    surgery = before.answers["1"]["prior_surgery"]
    without = perform(before, change(before, "prior_surgery", "none"))
    assert preview(without, c.RecordAnswer("1", "prior_surgery", surgery)) == [
        f"The earlier answer to “{FILMS}” is used again.",
        f"The earlier answer to “{SUSPECTED}” is used again.",
    ]


def test_what_it_opens_is_named_too() -> None:
    session = answered(prior_surgery="none")
    fused = {"procedure": "fusion", "levels": ["C4-C5"], "date": "2014-02"}
    made = change(session, "prior_surgery", fused)
    assert preview(session, made) == [f"This question opens: “{SUSPECTED}”"]
    (films,) = [one for one in decide(session, made) if isinstance(one, e.AnswerRecorded)]
    assert (films.prompt, films.origin) == ("films_since_surgery", "computed"), "what follows does not open"


def test_an_answer_that_is_taken_back_opens_its_own_question() -> None:
    assert preview(answered(), c.WithdrawAnswer("1", "views")) == [
        "This question opens: “Which views are requested?”"
    ]


def test_what_it_turns_is_said_only_where_the_suggestion_has_been_shown() -> None:
    flag = c.RecordAnswer("1", "red_flags.tumor", Answer(value="yes"))
    assert preview(answered(), flag) == []
    assert preview(shown(answered()), flag) == [
        "The suggestion turns from Upheld (treatment not approved) to Overturned (treatment approved)."
    ]


def test_a_ruling_is_previewed_like_an_answer() -> None:
    session = shown(ruled(answered(**REBUTTED), ACCEPTED))
    said = preview(session, c.RuleOn("1", "nonunion-or-instability", "declined", ""))
    assert said == [
        "The suggestion turns from Overturned (treatment approved) to Upheld (treatment not approved)."
    ]


def test_what_may_not_be_done_is_refused() -> None:
    for command in [
        c.RecordAnswer("1", "nonsense", Answer(value="yes")),
        c.RecordAnswer("9", "views", Answer(value=["lateral"])),
        c.RecordAnswer("1", "red_flags.nonsense", Answer(value="yes")),
        c.RecordAnswer("1", "acute_trauma", Answer(value="perhaps")),
        c.RecordAnswer("case", "conflict", Answer(status=Status.NOT_DOCUMENTED)),
        c.WithdrawAnswer("1", "nonsense"),
        c.RuleOn("1", "nonsense", "accepted", "The note names a fusion."),
    ]:
        with pytest.raises(Refused):
            preview(answered(), command)


def test_a_preview_changes_nothing() -> None:
    session = shown(answered())
    preview(session, change(session, "prior_surgery", "none"))
    assert session == shown(answered())
