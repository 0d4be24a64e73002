"""A sheet of answers that nobody reviewed: a reference, or what an adjudication came to.

Read under the rules of a review of the same case, it is compared like one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import unattended
from assistant.core import event as e
from assistant.core.answer import Answer, evidence_to_json, trail_to_json
from assistant.core.answer_reader import read_answer
from assistant.core.condition import RESERVED
from assistant.core.session import Session, begin, fold

Place = tuple[str, str]


@dataclass(frozen=True)
class Sheet:
    """Answers by scope and prompt; decisions with their reasons, and rulings, by item."""

    name: str
    case: str
    answers: Mapping[Place, Answer]
    decisions: Mapping[str, tuple[str, str]]
    rulings: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)


def read_sheet(path: Path, like: Session) -> Sheet:
    """The answers file at `path`, for the case of `like`; raises `Refused` where it doesn't fit."""
    file = unattended.read_file(path)
    unattended.check(file, like.rules)
    answers = {
        (scope, name): read_answer(like.prompt(scope, name).schema, raw, file.where("answers", scope, name))
        for scope, given in file.answers.items()
        for name, raw in given.items()
    }
    decisions = {
        item: (str(made["decision"]), str(made.get("reason", "")))
        for item, made in file.determinations.items()
    }
    return Sheet(path.stem, like.rules.case.id, answers, decisions, file.rulings)


def session_of_sheet(sheet: Sheet, like: Session) -> Session:
    """The sheet as a session that was never held, under the rules of `like`; what these don't ask is left out."""
    rules = like.rules
    events: list[e.Event] = [
        e.AnswerRecorded(scope, prompt, answer, "file")
        for (scope, prompt), answer in sheet.answers.items()
        if scope in rules.sets and prompt.split(".", 1)[0] in rules.sets[scope].prompts
    ]
    for item, made in sheet.rulings.items():
        for criterion, ruling in made.items():
            reason = str(ruling.get("reason", ""))
            events.append(e.CriterionRuled(item, criterion, str(ruling["ruling"]), reason))
    for item, (decision, reason) in sheet.decisions.items():
        events.append(e.DeterminationRecorded(item, decision, None, False, reason))
    return fold(begin(sheet.name, rules, like.opened, frame=like.frame), events)


def as_answers_file(sheet: Sheet) -> dict[str, Any]:
    """The sheet in the form of an answers file; `read_sheet` reads it back."""
    answers: dict[str, dict[str, Any]] = {}
    for (scope, prompt), answer in sheet.answers.items():
        answers.setdefault(scope, {})[prompt] = written(answer)
    decisions = {
        item: {"decision": decision, "reason": reason} for item, (decision, reason) in sheet.decisions.items()
    }
    plain: dict[str, Any] = _plain({"answers": answers, "determinations": decisions})
    return plain


def written(answer: Answer) -> Any:
    """An answer as an answers file states it: the bare value or status where there is nothing beside it."""
    beside: dict[str, Any] = {}
    if answer.evidence:
        beside["evidence"] = [evidence_to_json(one) for one in answer.evidence]
    if answer.search is not None:
        beside["search"] = trail_to_json(answer.search)
    if answer.note:
        beside["note"] = answer.note
    if answer.parts is None and not answer.given:
        status = answer.status.value
        return {"status": status, **beside} if beside else status
    value: Any = answer.value
    if answer.parts is not None:
        parts = {name: written(part) for name, part in answer.parts.items()}
        value = list(parts.values()) if answer.listing else parts
    bare = not beside and not (isinstance(value, str) and value in RESERVED)
    return value if bare and answer.parts is None else {"value": value, **beside}


def _plain(value: Any) -> Any:
    """The value, without the marks of private text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value
