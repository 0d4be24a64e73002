"""How long the sentences are that a reviewer is to sign: over all sets, their examples and both decisions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.rationale import assess
from assistant.core.rules.answer_schema import ListingShape
from assistant.core.rules.examples import Tried, try_examples
from assistant.core.rules.prompt_set import Reading
from assistant.core.session import Determination, Session
from assistant.core.value import replace
from tests.core.test_rationale import CASES
from tests.core.test_rationale_assessment import opened

MOST = 45
LISTS = ("together",)
"""The keys of sentences that are lists, which may be longer."""


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)


def too_long(session: Session) -> Iterator[tuple[str, int, str]]:
    for one in assess(session, "1").sentences:
        if one.origin != "reviewer" and one.key not in LISTS and not lists_rows(session, one.key):
            for sentence in sentences(one.text):
                if len(sentence.split()) > MOST:
                    yield one.key, len(sentence.split()), sentence


def lists_rows(session: Session, key: str) -> bool:
    kind, _, name = key.partition(":")
    return kind == "prompt" and isinstance(session.prompt("1", name).schema.shape, ListingShape)


def sessions(tried: Tried, facts: dict[str, object]) -> Iterator[Session]:
    """A session with the answers of an example, before a decision and with each."""
    begun, reading = opened(), tried.reading
    item = replace(begun.rules.case.items["1"], service=reading.prompt_set.title.lower(), facts=facts)
    case = replace(begun.rules.case, items={"1": item})
    rules = replace(begun.rules, case=case, sets={**begun.rules.sets, "1": reading.prompt_set})
    readings = {**begun.readings, "1": Reading(reading.prompt_set, reading.answers)}
    session = replace(begun, rules=rules, readings=readings, answers={"1": dict(reading.answers)})
    yield session
    for decision in ("upheld", "overturned"):
        made = Determination(decision, tried.suggestion.decision, "The record bears it.")
        yield replace(session, determinations={"1": made})


def with_examples() -> list[Path]:
    return [
        path
        for path in sorted(library.folder("prompts").glob("*.yaml"))
        if "examples" in yaml.parse_yaml(library.read_text(path), path.name).data
    ]


@pytest.mark.parametrize("path", with_examples(), ids=lambda path: path.stem)
def test_no_sentence_of_a_set_is_too_long(path: Path) -> None:
    document = yaml.parse_yaml(library.read_text(path), path.name)
    facts = {str(one["is"]): dict(one.get("item", {})) for one in document.data["examples"]}
    found, tried = [], 0
    for made in library.prompt_set_instances(path.stem, library.sources()):
        for example in try_examples(document, made):
            tried += 1
            for session in sessions(example, facts[example.name]):
                found += list(too_long(session))
    assert tried
    assert found == []


@pytest.mark.parametrize("session", CASES.values(), ids=CASES.keys())
def test_no_sentence_of_the_published_case_is_too_long(session: Session) -> None:
    assert list(too_long(session)) == []
