"""Conditions on answers, in three values: true, false, and undetermined (`None`), after Kleene.

A condition on a value is false where an answer has none (not documented, unclear); it is undetermined
only while the answer is still missing. A map of conditions is all-of, a list is any-of. Conditions never
compare answers with each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assistant.core.answer import Answer, Status

Truth = bool | None

RESERVED = frozenset(status.value for status in Status)


@dataclass(frozen=True)
class Condition:
    """A test of one answer.

    It is a `status`, a JSON Schema on the value (`schema`), or `some` / `every` (`over`) of the `inner`
    conditions holding of the parts of a group. `key` is what it is compared by: for a schema, the schema
    itself as canonical JSON. `name` is what a prompt set calls it, `says` its label for people.
    """

    key: str
    name: str = field(compare=False)
    says: str = field(compare=False, default="")
    status: Status | None = field(compare=False, default=None)
    schema: bool = field(compare=False, default=False)
    over: str = field(compare=False, default="")
    inner: tuple[Condition, ...] = field(compare=False, default=())


@dataclass(frozen=True)
class Atom:
    """One condition on the answer at `path` (`prompt` or `prompt.part`)."""

    path: str
    condition: Condition

    @property
    def prompt(self) -> str:
        return self.path.split(".", 1)[0]


@dataclass(frozen=True)
class AllOf:
    items: tuple[Formula, ...]


@dataclass(frozen=True)
class AnyOf:
    items: tuple[Formula, ...]


Formula = Atom | AllOf | AnyOf | bool
ALWAYS: Formula = True


def atoms(formula: Formula) -> Iterator[Atom]:
    """Every atom of a formula, in the order in which it is written."""
    if isinstance(formula, Atom):
        yield formula
    elif isinstance(formula, AllOf | AnyOf):
        for item in formula.items:
            yield from atoms(item)


def evaluate(formula: Formula, truth: Callable[[Atom], Truth]) -> Truth:
    """Kleene's value of a formula under the truth of its atoms."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Atom):
        return truth(formula)
    decisive = isinstance(formula, AnyOf)
    result: Truth = not decisive
    for item in formula.items:
        value = evaluate(item, truth)
        if value is decisive:
            return decisive
        if value is None:
            result = None
    return result


def substitute(formula: Formula, truth: Callable[[Atom], Truth]) -> Formula:
    """The formula with its determined atoms replaced and simplified away; equal formulas compare equal."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Atom):
        value = truth(formula)
        return formula if value is None else value
    decisive = isinstance(formula, AnyOf)
    kept: dict[Formula, None] = {}
    for item in formula.items:
        left = substitute(item, truth)
        if left is decisive:
            return decisive
        if not isinstance(left, bool):
            kept[left] = None
    if not kept:
        return not decisive
    if len(kept) == 1:
        return next(iter(kept))
    return type(formula)(tuple(kept))


def holds(condition: Condition, answer: Answer | None, complete: bool) -> Truth:
    """Whether the condition holds of an answer; `complete` says that no part of it is missing."""
    if condition.over:
        return _over_parts(condition, answer, complete)
    if answer is None or not complete:
        return None
    if answer.parts is not None and not answer.parts and not answer.listing:
        return False  # a part below a bare value ("none") has neither value nor status
    if condition.status is not None:
        return answer.status is condition.status
    if not answer.given or not condition.schema:
        return False
    return _is_valid(condition.key, json.dumps(answer.plain(), sort_keys=True))


def _over_parts(condition: Condition, answer: Answer | None, complete: bool) -> Truth:
    if answer is None:
        return None
    decisive = condition.over == "some"
    values = [_any_holds(condition.inner, part) for part in (answer.parts or {}).values()]
    if decisive in values:
        return decisive
    if not complete or None in values:
        return None
    return False if not values else not decisive


def _any_holds(conditions: tuple[Condition, ...], part: Answer) -> Truth:
    values = [holds(condition, part, True) for condition in conditions]
    return True if True in values else None if None in values else False


@lru_cache(maxsize=20_000)
def _is_valid(schema: str, value: str) -> bool:
    return bool(_validator(schema).is_valid(json.loads(value)))


@lru_cache(maxsize=2_000)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))
