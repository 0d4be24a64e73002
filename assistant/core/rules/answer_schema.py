"""The shapes that an answer's value can have, read from the structure of its JSON Schema.

The schema decides whether a value is valid; the shape says how to ask for it, how to read a reply
and how to name what is wrong with one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from assistant.core.answer import Answer
from assistant.core.frozen import dataclass, replace


@dataclass(frozen=True)
class Choice:
    """One of a few words; `labels` says how each reads on the screen."""

    labels: Mapping[str, str]


@dataclass(frozen=True)
class Several:
    """Any of a few words (a JSON array of them)."""

    labels: Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """Words, at most `limit` characters."""

    limit: int


@dataclass(frozen=True)
class Number:
    """A number in `unit`s."""

    unit: str
    whole: bool


@dataclass(frozen=True)
class DateShape:
    """A date, complete or partial."""


@dataclass(frozen=True)
class Part:
    """One part of a group: its own question and shape."""

    name: str
    ask: str
    shape: Shape
    schema: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Group:
    """Several answers under one prompt; `instead` are bare values that stand for having none (`none`)."""

    parts: Mapping[str, Part]
    instead: Mapping[str, str] = field(default_factory=dict)

    @property
    def uniform(self) -> bool:
        """Whether all parts are asked alike (a list of flags), so that one reply can answer them all."""
        schemas = [part.schema for part in self.parts.values()]
        return len(schemas) > 1 and all(schema == schemas[0] for schema in schemas)


@dataclass(frozen=True)
class Listing:
    """Any number of groups of one kind; `noun` is what one of them is called."""

    element: Group
    noun: str


Shape = Choice | Several | Statement | Number | DateShape | Group | Listing


def complete(shape: Shape, answer: Answer | None) -> bool:
    """Whether nothing is missing from the answer: every part answered, a list closed."""
    return next(missing(shape, answer), None) is None


def missing(shape: Shape, answer: Answer | None, path: str = "") -> Iterator[str]:
    """The paths of what is still to be answered, in order; a list not yet closed is named by its own path."""
    if answer is None:
        yield path
    elif answer.parts is None:
        return
    elif isinstance(shape, Group):
        for name, part in shape.parts.items():
            yield from missing(part.shape, answer.parts.get(name), f"{path}.{name}" if path else name)
    elif isinstance(shape, Listing):
        for number, element in answer.parts.items():
            yield from missing(shape.element, element, f"{path}.{number}" if path else number)
        if not answer.closed:
            yield path


def in_order(shape: Shape, answer: Answer) -> Answer:
    """The answer with its parts as the schema lists them, and the entries of a list by number.

    The log keeps parts by name, a keyboard in the order of typing; a session knows only this order.
    """
    parts = answer.parts
    if parts is None:
        return answer
    if isinstance(shape, Group):
        ordered = {
            name: in_order(part.shape, parts[name]) for name, part in shape.parts.items() if name in parts
        }
    elif isinstance(shape, Listing):
        ordered = {number: in_order(shape.element, parts[number]) for number in sorted(parts, key=int)}
    else:
        return answer
    return replace(answer, parts=ordered)


def select(shape: Shape, answer: Answer | None, path: tuple[str, ...]) -> tuple[Answer | None, bool]:
    """The answer at a path below `answer`, and whether it is complete.

    A part's name below a list means that part of every element: a group of them, on which conditions
    say `some` or `every`.
    """
    if not path:
        return answer, complete(shape, answer)
    if answer is None:
        return None, False
    if answer.parts is None:
        return Answer(status=answer.status) if not answer.given else Answer(parts={}), True
    if isinstance(shape, Group):
        part = shape.parts[path[0]]
        return select(part.shape, answer.parts.get(path[0]), path[1:])
    if not isinstance(shape, Listing):
        return None, False
    if path[0] in answer.parts:
        return select(shape.element, answer.parts[path[0]], path[1:])
    found: dict[str, Answer] = {}
    whole = answer.closed
    for number, element in answer.parts.items():
        one, done = select(shape.element, element, path)
        whole = whole and done
        if one is not None:
            found[number] = one
    return Answer(parts=found, closed=whole), whole


def at(shape: Shape, path: tuple[str, ...]) -> Shape | None:
    """The shape at a path below `shape`; None where there is no such part."""
    for name in path:
        if isinstance(shape, Listing):
            shape = shape.element
            if name.isascii() and name.isdigit():
                continue
        if not isinstance(shape, Group) or name not in shape.parts:
            return None
        shape = shape.parts[name].shape
    return shape


def schema_at(shape: Shape, schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The JSON Schema of the value at a path below `shape`, whose own schema is `schema`."""
    for name in path:
        if isinstance(shape, Listing):
            shape = shape.element
            if name.isascii() and name.isdigit():
                schema = {}
                continue
        if not isinstance(shape, Group) or name not in shape.parts:
            return None
        schema = shape.parts[name].schema
        shape = shape.parts[name].shape
    return schema
