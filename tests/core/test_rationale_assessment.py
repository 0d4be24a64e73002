"""What the answers of an item come to, and the outcome of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.decide import decide
from assistant.core.rationale import assess, changes_of
from assistant.core.rules.criterion import OUTCOME_WORDS, State
from assistant.core.rules.rules import Rules, Sources, read_rules
from assistant.core.session import Session, begin, fold, outcome, unruled
from assistant.library import letter_words

CASE = library.find_case("cervical-radiographs-after-fusion")
RULES = library.rules_for(CASE)
FRAME = letter_words(library.letter_texts())
REFERENCE = yaml.parse_yaml(library.read_text(CASE.path / "reference.yaml"), "reference.yaml").data
ANSWERS: Mapping[str, Any] = REFERENCE["answers"]

REBUTTED: dict[str, Any] = {"instability_suspected": "affirmed", "films_since_surgery": "static_clean"}
"""Answers of the reference changed so that the lower tier rebuts the higher one."""

FLAGGED: dict[str, Any] = {
    "red_flags": dict.fromkeys(
        "fracture infection neurologic_deficit cord_compromise vascular referred".split(), "no"
    )
    | {"tumor": "yes"}
}
"""The same with one red flag present and the others absent."""

ACCEPTED = {"nonunion-or-instability": ("accepted", "The fusion is recent.")}
DECLINED = {"nonunion-or-instability": ("declined", "It speaks of another question.")}
INAPPLICABLE = {"routine-radiography": ("inapplicable", "The row speaks of the first weeks.")}


def opened(rules: Rules = RULES) -> Session:
    items = {key: item.prompt_set for key, item in rules.case.items.items()}
    opening = e.SessionOpened("practice", "r-test", "0", False, {}, {}, {}, items)
    return begin("s", rules, opening, frame=FRAME)


def perform(session: Session, *commands: c.Command) -> Session:
    for command in commands:
        session = fold(session, decide(session, command))
    return session


def answered(rules: Rules = RULES, **changes: Any) -> Session:
    """A session over the published case with its answers, some of them changed (None: left open)."""
    session = opened(rules)
    for scope in rules.scopes:
        given = ANSWERS["case"] if scope == "case" else {**ANSWERS["1"], **changes}
        while due := next(
            (p for p in session.reading(scope).open_prompts() if given.get(p.id) is not None), None
        ):
            made = read_answer(due.schema, given[due.id], due.id)
            session = perform(session, c.RecordAnswer(scope, due.id, made))
    for name in changes.keys() & session.answers["1"].keys():  # what was worked out is answered otherwise
        made = read_answer(session.prompt("1", name).schema, changes[name], name)
        session = perform(session, c.RecordAnswer("1", name, made))
    return session


def ruled(session: Session, rulings: Mapping[str, tuple[str, str]]) -> Session:
    return searched(perform(session, *(c.RuleOn("1", name, *ruling) for name, ruling in rulings.items())))


def searched(session: Session) -> Session:
    """The session with a search that found nothing, where a ruling has it asked."""
    step = {"step": "mtus", "place": "none", "edition": "the MTUS of 2014", "found": "nothing"}
    for prompt in list(session.reading("1").open_prompts()):
        raw = {"searched": [step], "own": []}.get(prompt.id)
        if raw is not None:
            session = perform(
                session, c.RecordAnswer("1", prompt.id, read_answer(prompt.schema, raw, prompt.id))
            )
    return session


def decided(session: Session, decision: str, reason: str = "", item: str = "1") -> Session:
    suggested = assess(session, item).suggestion.decision
    return perform(session, c.Determine(item, decision, suggested, reason))


def states(session: Session) -> dict[str, State]:
    return {name: finding.state for name, finding in assess(session, "1").findings.items()}


def test_the_published_case_is_upheld_by_the_guidelines_it_named() -> None:
    made = assess(answered(), "1")
    assert (made.suggestion.decision, made.suggestion.why) == ("upheld", "carried")
    assert made.suggestion.because == ("routine-radiography", "acr-variant-11")
    assert made.findings["nonunion-or-instability"].state is State.NOT_MET
    assert "first four to six weeks" in made.findings["routine-radiography"].caution


def test_what_is_unanswered_leaves_the_suggestion_open() -> None:
    made = assess(answered(red_flags=None), "1")
    assert (made.suggestion.decision, made.suggestion.why) == (None, "open")
    assert "red_flags" in made.suggestion.settle
    assert made.findings["routine-radiography"].state is State.UNDETERMINED


def test_a_red_flag_turns_it() -> None:
    made = assess(answered(**FLAGGED), "1")
    assert made.suggestion.decision == "overturned"
    assert made.suggestion.because == ("red-flag",)
    assert made.suggestion.dissent == ("acr-variant-11",)


def test_a_rebuttal_of_a_higher_tier_waits_for_the_reviewers_word() -> None:
    session = answered(**REBUTTED)
    suggestion = assess(session, "1").suggestion
    assert suggestion.decision == "overturned"
    assert unruled(session, "1", suggestion) == ("nonunion-or-instability",)
    after = ruled(session, ACCEPTED)
    assert unruled(after, "1", assess(after, "1").suggestion) == ()
    assert assess(after, "1").suggestion.decision == "overturned"


def test_a_rebuttal_that_is_declined_dissents() -> None:
    suggestion = assess(ruled(answered(**REBUTTED), DECLINED), "1").suggestion
    assert suggestion.decision == "upheld"
    assert suggestion.dissent == ("nonunion-or-instability",)


def test_a_criterion_that_is_found_inapplicable_argues_nothing() -> None:
    session = ruled(answered(), INAPPLICABLE)
    assert states(session)["routine-radiography"] is State.NOT_APPLICABLE
    assert assess(session, "1").suggestion.because == ("acr-variant-11",)


def test_an_answer_that_is_set_aside_is_not_read() -> None:
    session = answered(prior_surgery="none")
    assert "films_since_surgery" not in session.answers["1"]
    kept = answered()
    none = read_answer(RULES.sets["1"].prompts["prior_surgery"].schema, "none", "")
    after = perform(kept, c.RecordAnswer("1", "prior_surgery", none, reason="Misread the note."))
    assert "films_since_surgery" in after.answers["1"]
    assert states(after)["acr-variant-11"] is State.NOT_APPLICABLE


def test_what_follows_from_other_answers_is_no_change_of_its_own() -> None:
    named = [one.answers.keys() for one in changes_of(answered(), "1")]
    assert named
    assert not any("films_since_surgery" in one for one in named)


# -- the outcome of the case ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def two_items() -> Rules:
    """The published case with its item twice."""
    item = CASE.text[CASE.text.index('  "1":\n') :]
    text = CASE.text + item.replace('"1":', '"2":', 1)
    sources = library.sources()
    return read_rules(text, CASE.page_counts, Sources(sources.prompts, sources.schemas))


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("upheld", "upheld", "uphold"),
        ("overturned", "overturned", "overturn"),
        ("upheld", "overturned", "partial"),
        ("overturned", "upheld", "partial"),
        ("upheld", None, None),
        (None, None, None),
    ],
)
def test_the_outcome_follows_from_the_items(
    two_items: Rules, first: str | None, second: str | None, expected: str | None
) -> None:
    session = answered(two_items)
    for item, decision in (("1", first), ("2", second)):
        if decision is not None:
            session = decided(session, decision, "Films are needed.", item)
    assert outcome(session) == expected


def test_an_outcome_is_said_with_its_consequence() -> None:
    assert OUTCOME_WORDS["uphold"] == "Uphold (treatment not approved)"
    assert OUTCOME_WORDS["overturn"] == "Overturn (treatment approved)"
