"""Conditions on answers, in three values: true, false, and undetermined (`None`), after Kleene.

A condition on a value is false where an answer has none (not documented, unclear); it is undetermined
only while the answer is still missing. A map of conditions is all-of, a list is any-of. Conditions never
compare answers with each other.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from assistant.core.answer import Answer, Status
from assistant.core.value import Value

Truth = bool | None

RESERVED = frozenset(status.value for status in Status)


class Rows(Value):
    """A count of the rows of a table: at least `count` of them (with `most`: at most) fulfil `formula`.

    The paths of `formula` are columns. With `failing` the rows that don't fulfil it are counted. `tied` counts
    only the rows tied to the item (`this`), or only those that aren't (`others`); `tie` is the prompt whose
    answer ties them, and the count is undetermined until it is answered. Of an empty table a count of tied
    rows is false.
    """

    count: int
    formula: Formula
    most: bool = False
    failing: bool = False
    tied: str = ""
    tie: str = ""


class Condition(Value):
    """A test of one answer.

    It is a `status`, a JSON Schema on the value (`schema`), `some`, `every` or at `least` so many (`over`) of
    the `inner` conditions holding of the parts of a group, or a count of `rows` of a table. `key` is what it is
    compared by: for a schema, the schema itself as canonical JSON. `name` is what a prompt set calls it, `says`
    its label for people.
    """

    key: str
    name: str
    says: str = ""
    status: Status | None = None
    schema: bool = False
    over: str = ""
    inner: tuple[Condition, ...] = ()
    least: int = 1
    rows: Rows | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


class Atom(Value):
    """One condition on the answer at `path` (`prompt` or `prompt.part`)."""

    path: str
    condition: Condition

    @property
    def prompt(self) -> str:
        return self.path.split(".", 1)[0]

    @property
    def prompts(self) -> tuple[str, ...]:
        """The prompts whose answers it reads: its own, and the one that ties rows of it to the item."""
        rows = self.condition.rows
        return (self.prompt, rows.tie) if rows is not None and rows.tie else (self.prompt,)


class AllOf(Value):
    """Holds where all of its conditions hold."""

    items: tuple[Formula, ...]


class AnyOf(Value):
    """Holds where one of its conditions holds."""

    items: tuple[Formula, ...]


Formula = Atom | AllOf | AnyOf | bool
ALWAYS: Formula = True


def atoms(formula: Formula, seen: dict[int, Formula] | None = None) -> Iterator[Atom]:
    """Every atom of a formula, in the order in which it is written; with `seen`, of what isn't in it."""
    if isinstance(formula, Atom):
        yield formula
    elif isinstance(formula, AllOf | AnyOf):
        if seen is not None:
            if id(formula) in seen:
                return
            seen[id(formula)] = formula
        for item in formula.items:
            yield from atoms(item, seen)


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


def holds(
    condition: Condition, answer: Answer | None, complete: bool, tied: frozenset[str] | None = None
) -> Truth:
    """Whether the condition holds of an answer; `complete` says that no part of it is missing.

    `tied` are the numbers of the rows tied to the item; None while none has been named.
    """
    if condition.over:
        return _over_parts(condition, answer, complete)
    if condition.rows is not None:
        return _of_rows(condition.rows, answer, complete, tied)
    if answer is None or not complete:
        return None
    if answer.parts is not None and not answer.parts and not answer.listing:
        return False  # a part below a bare value ("none") has neither value nor status
    if condition.status is not None:
        return answer.status is condition.status
    if not answer.given or not condition.schema:
        return False
    if isinstance(answer.value, str | int | float):
        return _is_plainly_valid(condition.key, answer.value)
    return _is_valid(condition.key, json.dumps(answer.plain(), sort_keys=True))


def row_truth(formula: Formula, row: Answer, complete: bool = False) -> Truth:
    """Kleene's value of a formula over the columns of one row; a column that a whole row lacks has no value."""
    parts = row.parts or {}

    def truth(atom: Atom) -> Truth:
        part = parts.get(atom.path)
        if part is None:
            return False if complete else None
        return holds(atom.condition, part, True)

    return evaluate(formula, truth)


def _of_rows(rows: Rows, answer: Answer | None, complete: bool, tied: frozenset[str] | None) -> Truth:
    if answer is None:
        return None
    if not answer.listing:
        return False  # not documented, or unclear
    held = answer.parts or {}
    if rows.tied:
        if not held:
            return False if complete else None
        if tied is None:
            return None
        held = {number: row for number, row in held.items() if (number in tied) is (rows.tied == "this")}
    fitting = [row_truth(rows.formula, row, complete) for row in held.values()]
    wanted = not rows.failing
    sure = fitting.count(wanted)
    able = sure + fitting.count(None)
    if rows.most:
        return False if sure > rows.count else True if complete and able <= rows.count else None
    return True if sure >= rows.count else False if complete and able < rows.count else None


def _over_parts(condition: Condition, answer: Answer | None, complete: bool) -> Truth:
    if answer is None:
        return None
    values = [_any_holds(condition.inner, part) for part in (answer.parts or {}).values()]
    if condition.over == "least":
        sure, able = values.count(True), values.count(True) + values.count(None)
        return True if sure >= condition.least else False if complete and able < condition.least else None
    decisive = condition.over == "some"
    if decisive in values:
        return decisive
    if not complete or None in values:
        return None
    return False if not values else not decisive


def _any_holds(conditions: tuple[Condition, ...], part: Answer) -> Truth:
    values = [holds(condition, part, True) for condition in conditions]
    return True if True in values else None if None in values else False


@lru_cache(maxsize=20_000, typed=True)
def _is_plainly_valid(schema: str, value: str | float) -> bool:
    return bool(_validator(schema).is_valid(value))


@lru_cache(maxsize=20_000)
def _is_valid(schema: str, value: str) -> bool:
    return bool(_validator(schema).is_valid(json.loads(value)))


@lru_cache(maxsize=2_000)
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(schema))


def all_of(items: Iterable[Formula]) -> Formula:
    """A formula that holds where every item does, as short as it can be written."""
    return _joined(AllOf, items)


def any_of(items: Iterable[Formula]) -> Formula:
    """A formula that holds where an item does, as short as it can be written."""
    return _joined(AnyOf, items)


def _joined(kind: type[AllOf] | type[AnyOf], items: Iterable[Formula]) -> Formula:
    decisive = kind is AnyOf
    kept: dict[Formula, None] = {}
    for item in items:
        if item is decisive:
            return decisive
        if isinstance(item, bool):
            continue
        kept.update(dict.fromkeys(item.items if isinstance(item, kind) else (item,)))
    if not kept:
        return not decisive
    return next(iter(kept)) if len(kept) == 1 else kind(tuple(kept))


def on_value(schema: Mapping[str, Any], name: str, says: str) -> Condition:
    """A condition on the value: a JSON Schema under a name, with its label for people."""
    return Condition(json.dumps(schema, sort_keys=True, ensure_ascii=False), name, says, schema=True)


def of_rows(rows: Rows, name: str, says: str) -> Condition:
    """A condition on how many rows of a table fulfil a formula."""
    how = [rows.count, rows.most, rows.failing, rows.tied, rows.tie, written(rows.formula)]
    return Condition(f"rows:{json.dumps(how, ensure_ascii=False)}", name, says, rows=rows)


def of_parts(over: str, inner: tuple[Condition, ...], name: str, says: str, least: int = 1) -> Condition:
    """`some`, `every` or at `least` so many parts of a group fulfil one of `inner`."""
    key = f"{over}{least if over == 'least' else ''}:{sorted(condition.key for condition in inner)}"
    return Condition(key, name, says, over=over, inner=inner, least=least)


def written(formula: Formula) -> Any:
    """A formula as plain lists, the same for the same formula."""
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Atom):
        return [formula.path, formula.condition.key]
    return ["all" if isinstance(formula, AllOf) else "any", *map(written, formula.items)]
