"""What every logged step has in common: a permanent kind, fields, and its form as a body in the log.

A kind's first word says which module defines it: `access` and `training` have their own; every other kind is a
step of a review. `encode` gives the body that the log stores (free text as `Private`, which the log turns into
salted commitments), `decode` the event again: `decode(kind, encode(event)) == event`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields
from functools import cache
from typing import Any, ClassVar

from assistant.core.answer import (
    Answer,
    Dismissed,
    Evidence,
    dismissed_from_json,
    dismissed_to_json,
    evidence_from_json,
    evidence_to_json,
    from_json,
    to_json,
)
from assistant.core.passage_group import Group
from assistant.core.problem import refuse
from assistant.core.text import Private


def private(default: Any = MISSING) -> Any:
    """A field of free text."""
    return field(metadata={"private": True}, default=default)


class Event:
    """One logged step of a session; every kind is a frozen dataclass of its fields."""

    kind: ClassVar[str] = ""
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def of_the_rules(self) -> tuple[str, ...]:
        """The fields of free text that hold the rules' own words here, which are nobody's to keep apart."""
        return ()


def event_class(kind: str) -> type[Event] | None:
    """The class of a kind of event, or None for one that is unknown."""
    return _kinds(kind.split(".", 1)[0]).get(kind)


def all_kinds() -> dict[str, type[Event]]:
    """Every kind of event that this version knows."""
    return {**_kinds("session"), **_kinds("access"), **_kinds("training")}


def _kinds(family: str) -> dict[str, type[Event]]:
    """The kinds of one module; the others stay unloaded, since a review needs only its own."""
    if family == "access":
        from assistant.core import access_event

        return access_event.KINDS
    if family == "training":
        from assistant.core import training_event

        return training_event.KINDS
    from assistant.core import event

    return event.KINDS


def encode(event: Event) -> dict[str, Any]:
    """The event's body, without its kind."""
    clear = event.of_the_rules()
    return {
        part.name: _out(
            getattr(event, part.name), part.name not in clear and part.metadata.get("private", False)
        )
        for part in fields(event)
    }


def decode(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a logged kind and body; raises `Refused` for an unknown kind and for a damaged body."""
    if (cls := event_class(kind)) is None:
        raise refuse(f"The log holds a step of a kind unknown here: {kind}.", "", "Update the program.")
    known, needed = _names(kind)
    if not needed <= body.keys() <= known:
        raise refuse("The log holds a damaged entry.", kind, "Run `imr log verify`.")
    return cls(**{name: _in(name, value) for name, value in body.items()})


@cache
def _names(kind: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a body of this kind may have, and those that it must."""
    cls = event_class(kind)
    parts = fields(cls) if cls is not None else ()
    return frozenset(part.name for part in parts), frozenset(
        part.name for part in parts if part.default is MISSING
    )


def _out(value: Any, apart: bool) -> Any:
    if isinstance(value, tuple):
        return [_out(entry, apart) for entry in value]
    if isinstance(value, str) and apart and value:
        return Private(value)
    write = _WRITERS.get(type(value))
    return value if write is None else write(value)


def _in(name: str, value: Any) -> Any:
    read = _READERS.get(name)
    if isinstance(value, list):
        return tuple(value if read is None else [read(entry) for entry in value])
    return value if read is None else read(value)


def _group_to_json(one: Group) -> dict[str, Any]:
    return {
        "document": one.document,
        "pages": list(one.pages),
        "quote": Private(one.quote),
        "standing": one.standing,
        "count": one.count,
        "start": one.start,
    }


def _group_from_json(data: Mapping[str, Any]) -> Group:
    return Group(
        data["document"],
        tuple(data["pages"]),
        data["quote"],
        data["standing"],
        data["count"],
        data["start"],
    )


_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    Answer: to_json,
    Evidence: evidence_to_json,
    Dismissed: dismissed_to_json,
    Group: _group_to_json,
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "answer": from_json,
    "evidence": evidence_from_json,
    "dismissed": dismissed_from_json,
    "groups": _group_from_json,
}
