"""Simulated reviewers: sessions over the bundled case, made by folding events, without a log."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assistant import library
from assistant.core import events as e
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.rules.answer_schema import GroupShape
from assistant.core.rules.rules import Rules
from assistant.core.session import Session, begin, fold
from assistant.core.value import replace
from assistant.training.comparison import Rater, RatingMatrix

CASE = "cervical-radiographs-after-fusion"


@lru_cache
def rules() -> Rules:
    return library.rules_for(library.find_case(CASE))


@lru_cache
def reference() -> dict[str, Any]:
    """The reference of the case, with the names of its red flags."""
    path = library.find_case(CASE).path / "reference.yaml"
    flags = rules().sets["1"].prompts["red_flags"].schema.shape
    assert isinstance(flags, GroupShape)
    return {**yaml.parse_yaml(library.read_text(path), "reference.yaml").data, "flags": list(flags.parts)}


def session(
    reviewer: str,
    changes: Mapping[str, Any] | None = None,
    decision: str = "upheld",
    under: Rules | None = None,
    name: str = "",
) -> Session:
    """A signed review with the reference's answers, those of item 1 in `changes` in their place (None leaves one out)."""
    own = under or rules()
    answers = {scope: dict(given) for scope, given in reference()["answers"].items()}
    answers["1"].update(changes or {})
    opened = e.SessionOpened(
        mode="practice",
        reviewer=reviewer,
        tool="0",
        decide_first=False,
        profile={},
        pins={"case": {"case.yaml": own.case.title}},
        documents={},
        items={"1": "cervical-radiography"},
    )
    events: list[e.Event] = [
        e.AnswerRecorded(scope, prompt, read_answer(own.sets[scope].prompts[prompt].schema, raw, "here"))
        for scope, given in answers.items()
        for prompt, raw in given.items()
        if raw is not None
    ]
    events.append(
        e.DeterminationRecorded("1", decision, "upheld", decision != "upheld", f"Because {reviewer}.")
    )
    events.append(e.SessionSigned("letter", "uphold", "statement"))
    return fold(begin(name or f"session-{reviewer}", own, opened), events)


def panel(*sessions: Session, case: str = CASE, study: bool = False) -> RatingMatrix:
    labels = [one.opened.reviewer if study else chr(ord("A") + n) for n, one in enumerate(sessions)]
    return RatingMatrix(
        case, [Rater(label, one.opened.reviewer, one) for label, one in zip(labels, sessions, strict=True)]
    )


def other_edition(prompt: str, ask: str) -> Rules:
    """The rules with one prompt of item 1 worded otherwise."""
    was = rules().sets["1"]
    prompts = {**was.prompts, prompt: replace(was.prompts[prompt], ask=ask)}
    return Rules(rules().case, {**rules().sets, "1": replace(was, prompts=prompts)})


def careless(reviewer: str, seed: int) -> Session:
    """A reviewer who strays from the reference now and then, always in the same way for the same seed."""
    dice = random.Random(seed)
    changes: dict[str, Any] = {}
    if dice.random() < 0.4:
        changes["duration"] = dice.choice([70, 77, 80])
    if dice.random() < 0.3:
        changes["acute_trauma"] = "yes"
    if dice.random() < 0.3:
        changes["suspected"] = "Possible non-union."
    changes["red_flags"] = {
        name: "no" if dice.random() < 0.2 else "not_documented" for name in reference()["flags"]
    }
    return session(reviewer, changes, "overturned" if dice.random() < 0.2 else "upheld")


def other_set(name: str) -> Rules:
    """The rules with the set of item 1 under another name."""
    return Rules(rules().case, {**rules().sets, "1": replace(rules().sets["1"], id=name)})
