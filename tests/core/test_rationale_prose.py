"""The sentences that a reviewer is to sign, over all sets, their examples, the case bank and both decisions: how long, and how they begin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.rationale import DraftSentence, _Writer, assess
from assistant.core.rules.answer_schema import ListingShape
from assistant.core.rules.examples import Tried, try_examples
from assistant.core.rules.prompt_set import Reading
from assistant.core.session import Determination, Session
from assistant.core.value import replace
from assistant.library import ReferenceItem
from tests.core.test_rationale import CASES
from tests.core.test_rationale_assessment import opened
from tests.prove import scale

MOST = 45
ALIKE = (
    "The records state that it hurts.",
    "The records show that it swells.",
    "The records reviewed hold a film.",
    "The records state nothing else.",
    "Imaging shows a tear.",
    "The records state that it is torn.",
)
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


def alike(session: Session) -> Iterator[tuple[str, str]]:
    """The keys of sentences that follow each other and begin with the same two words."""
    said = [one for one in assess(session, "1").sentences if one.origin != "reviewer"]
    for before, one in pairwise(said):
        if sentences(before.text)[-1].split()[:2] == one.text.split()[:2]:
            yield before.key, one.key


def ill_begun(session: Session) -> Iterator[tuple[str, str]]:
    """Sentences that begin in lower case, and those that say of an answer, which one before told, that nothing was found."""
    said = [one for one in assess(session, "1").sentences if one.key != "departure"]
    keys = [one.key for one in said]
    yield from ((one.key, one.text) for one in said if one.text[:1].islower())
    yield from ((key, "twice") for key in dict.fromkeys(keys) if keys.count(key) > 1)


def lists_rows(session: Session, key: str) -> bool:
    kind, _, name = key.partition(":")
    return kind == "prompt" and isinstance(session.prompt("1", name).schema.shape, ListingShape)


def sessions(tried: Tried | ReferenceItem, facts: dict[str, object]) -> Iterator[Session]:
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
        if "\nexamples:" in library.read_text(path)
    ]


@pytest.mark.parametrize("path", with_examples()[:: scale.of(4, 1)], ids=lambda path: path.stem)
def test_no_sentence_of_a_set_is_too_long_or_begins_as_the_one_before(path: Path) -> None:
    document = yaml.parse_yaml(library.read_text(path), path.name)
    facts = {str(one["is"]): dict(one.get("item", {})) for one in document.data["examples"]}
    found: list[object] = []
    tried = 0
    for made in library.prompt_set_instances(path.stem, library.sources()):
        several = [(one, facts[one.name]) for one in try_examples(document, made)]
        for example, said in [*several, *((one, {}) for one in library.reference_items(made))]:
            tried += 1
            for session in sessions(example, said):
                found += [*too_long(session), *alike(session), *ill_begun(session)]
    assert tried
    assert found == []


TOGETHER = {
    "the records state the contrary of some, and nothing of others": (
        "functional-restoration",
        """given:
      stage: program
      earlier: "no"
      care_tried: {exercise: "yes", drugs: not_documented, manual: not_documented, injections: not_documented,
        psychology: not_documented, surgery: not_documented}
      selection: {evaluation: not_documented, loss: not_documented, exhausted: "no", no_surgery: not_documented,
        motivation: not_documented, predictors: not_documented}
      requested: 80""",
        ["deny this: other options used up", "the records state that one is."],
        "nothing",
    ),
    "all but one thing is stated": (
        "functional-restoration",
        """given:
      stage: program
      earlier: "no"
      care_tried: {exercise: "yes", drugs: not_documented, manual: not_documented, injections: not_documented,
        psychology: not_documented, surgery: not_documented}
      selection: {evaluation: "yes", loss: "yes", exhausted: "yes", no_surgery: "yes", motivation: "yes",
        predictors: not_documented}
      requested: 80""",
        ["predictors of failure were dealt with. Not all of this is shown here."],
        "each thing",
    ),
    "an injection is considered where the guideline speaks of surgery": (
        "lumbar-mri",
        """given:
      red_flags: all no
      prior_imaging: []
      weeks_of_care: 8
      operated: "no"
      fragile: "no"
      findings: {sensation: "yes", strength: "no", reflex: "no", atrophy: "no", tension: "yes"}
      plan: injection
      contrast: without""",
        ["it speaks of surgery, and an injection is considered."],
        "surgery is considered",
    ),
    "the visits before were after an operation": (
        "physical-therapy",
        """given:
      surgery: {procedure: cuff_arthroscopic, date: 2014-10-01}
      condition: myalgia
      earlier: "yes"
      visits_had: 30
      requested: 12
      improvement: all not_documented
      flare: "no"
      home: not_documented""",
        ["12 visits are requested, whatever came before."],
        "no earlier therapy",
    ),
    "the level was fused": (
        "facet",
        """read: {odg-spine-injections/facet-ablation: 2015}
    given:
      procedure: ablation
      joints: 1
      root: "no"
      fused: "yes"
      operation: "no"
      exercise: "yes"
      injections: [{kind: block, date: 2014-01, relief: 80, weeks: 3, gain: "yes"}]
      block_relief: 80""",
        ["the level was not fused, and that is not shown here."],
        "Not all of that is shown",
    ),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_what_is_not_shown_is_among_what_is_asked_for(name: str) -> None:
    stem, given, said, never = TOGETHER[name]
    text = library.read_text(library.folder("prompts") / f"{stem}.yaml").split("\nexamples:\n")[0]
    text += f"\nexamples:\n  - is: made up\n    on: 2015-06-01\n    {given}\n    suggests: upheld\n"
    document = yaml.parse_yaml(text, stem)
    made = library.prompt_set_instances(stem, library.sources())[0]
    for session in sessions(next(iter(try_examples(document, made))), {}):
        told = " ".join(one.text for one in assess(session, "1").sentences)
        assert [words for words in said if words not in told] == []
        assert never not in told


def test_what_is_partly_within_tells_of_certified_visits_only_where_some_were() -> None:
    made = library.prompt_set_instances("physical-therapy", library.sources())[0]
    document = yaml.parse_yaml(
        """examples:
  - is: twelve as a first course
    on: 2015-06-01
    given: {surgery: none, condition: neuritis, earlier: "no", requested: 12, after_injection: "no"}
    suggests: upheld""",
        "physical-therapy",
    )
    _, upheld, _ = sessions(next(iter(try_examples(document, made))), {})
    told = [one.text for one in assess(upheld, "1").sentences]
    assert "Of the 12 visits requested, 10 would be within what the same source recommends." in told


def test_openings_that_are_alike_take_turns_and_other_texts_begin_as_they_are() -> None:
    made = [DraftSentence(str(n), text) for n, text in enumerate(ALIKE)]
    session = CASES["published"]
    writer = _Writer(session, "1", assess(session, "1").findings, "upheld")
    assert [one.text for one in writer.once_named(made)] == [
        "The records state that it hurts.",
        "They also show that it swells.",
        "They further hold a film.",
        "The records state nothing else.",
        "Imaging shows a tear.",
        "The records state that it is torn.",
    ]


@pytest.mark.parametrize(
    ("says", "quote", "told"),
    [
        (
            "the Example Society, Walking (2018, chapter 3) says: “It helps” the worker falls.",
            "It helps",
            "The Example Society, Walking (2018, chapter 3) says: “It helps”. The worker falls.",
        ),
        (
            "Made A, A study (2018, 3-9), a randomized trial says: “Does it help?” He falls.",
            "Does it help?",
            "Made A, A study (2018, 3-9), a randomized trial, says: “Does it help?” He falls.",
        ),
    ],
)
def test_a_source_of_ones_own_is_told_in_whole_sentences_and_in_older_letters_as_it_was(
    says: str, quote: str, told: str
) -> None:
    session = CASES["published"]
    assert _Writer(session, "1", {}, "upheld").quoted(says, quote) == told
    older = replace(session, frame=library.first_words)
    assert _Writer(older, "1", {}, "upheld").quoted(says, quote) == says


def test_no_sentence_of_the_published_case_is_too_long() -> None:
    for session in CASES.values():
        assert list(too_long(session)) == []
