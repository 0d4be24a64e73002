"""What every logged step has in common: a permanent kind, fields, and its form as a body in the log.

A kind's first word says which module defines it: `access` and `training` have their own; every other kind is a
step of a review. `encode` gives the body that the log stores (free text as `Private`, which the log turns into
salted commitments), `decode` the event again: `decode(kind, encode(event)) == event`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from importlib import import_module
from typing import Any, ClassVar

from assistant.core.answer import Answer, Evidence, evidence_from_json, evidence_to_json, from_json, to_json
from assistant.core.problem import refuse
from assistant.core.text import Private

_MODULES = {"access": "assistant.core.access_event", "training": "assistant.core.training_event"}
_REVIEW = "assistant.core.event"


def private(default: Any = MISSING) -> Any:
    """A field of free text."""
    return field(metadata={"private": True}, default=default)


@dataclass(frozen=True)
class Event:
    """One logged step of a session."""

    kind: ClassVar[str] = ""


def event_class(kind: str) -> type[Event] | None:
    """The class of a kind of event, or None for one that is unknown."""
    module = import_module(_MODULES.get(kind.split(".", 1)[0], _REVIEW))
    found: type[Event] | None = module.KINDS.get(kind)
    return found


def all_kinds() -> dict[str, type[Event]]:
    """Every kind of event that this version knows."""
    return {
        kind: cls for name in (_REVIEW, *_MODULES.values()) for kind, cls in import_module(name).KINDS.items()
    }


def encode(event: Event) -> dict[str, Any]:
    """The event's body, without its kind."""
    return {part.name: _out(getattr(event, part.name), part.metadata) for part in fields(event)}


def decode(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a logged kind and body; raises `Refused` for an unknown kind and for a damaged body."""
    if (cls := event_class(kind)) is None:
        raise refuse(f"The log holds a step of a kind unknown here: {kind}.", "", "Update the program.")
    names = {part.name: part.default is MISSING for part in fields(cls)}
    if set(body) - set(names) or any(names[name] for name in set(names) - set(body)):
        raise refuse("The log holds a damaged entry.", kind, "Run `imr log verify`.")
    return cls(**{name: _in(name, value) for name, value in body.items()})


def _out(value: Any, metadata: Mapping[str, Any]) -> Any:
    if isinstance(value, Answer | Evidence):
        return to_json(value) if isinstance(value, Answer) else evidence_to_json(value)
    if isinstance(value, tuple):
        return [_out(entry, metadata) for entry in value]
    if isinstance(value, str) and metadata.get("private") and value:
        return Private(value)
    return value


def _in(name: str, value: Any) -> Any:
    if name in ("answer", "evidence"):
        return from_json(value) if name == "answer" else evidence_from_json(value)
    return tuple(value) if isinstance(value, list) else value
