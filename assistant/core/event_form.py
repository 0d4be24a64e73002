"""The form of a logged step as a body in the log.

`encode` gives the body that the log stores (free text as `Private`, which the log turns into salted commitments),
`decode` the event again: `decode(kind, encode(event)) == event`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

from assistant.core.answer import (
    Answer,
    Dismissed,
    Evidence,
    all_of,
    dismissed_from_json,
    dismissed_to_json,
    evidence_from_json,
    evidence_to_json,
    fitting,
    from_json,
    to_json,
)
from assistant.core.events import KINDS, Event
from assistant.core.problem import refuse
from assistant.core.record.passages import PassageGroup
from assistant.core.text import Private


@cache
def all_kinds() -> dict[str, type[Event]]:
    """Every kind of event that this version knows."""
    from assistant.core.access_events import ACCESS_KINDS  # a review meets none of these
    from assistant.core.training_events import TRAINING_KINDS
    from assistant.core.work_events import WORK_KINDS

    return {**KINDS, **ACCESS_KINDS, **TRAINING_KINDS, **WORK_KINDS}


def class_of(kind: str) -> type[Event] | None:
    """The class of a kind of event; None for one that this version doesn't know."""
    return KINDS.get(kind) or all_kinds().get(kind)


class Part(NamedTuple):
    """A field of an event: the word for its type, whether its text is kept apart, and its default."""

    name: str
    type: str
    apart: bool
    rare: bool
    default: Any


@cache
def parts(cls: type[Event]) -> tuple[Part, ...]:
    """The fields of a kind of event, in their order."""
    found = []
    defaults = dict(zip(reversed(cls.__struct_fields__), reversed(cls.__struct_defaults__), strict=False))
    for name in cls.__struct_fields__:
        said = str(cls.__annotations__[name])
        marks = set()
        while (mark := said.partition("[")[0]) in ("Apart", "Rare"):
            marks.add(mark)
            said = said.partition("[")[2].removesuffix("]")
        found.append(Part(name, said, "Apart" in marks, "Rare" in marks, defaults.get(name, NEEDED)))
    return tuple(found)


NEEDED = object()
"""What stands for the default of a field that has none."""


def encode(event: Event) -> dict[str, Any]:
    """The event's body, without its kind."""
    clear = event.of_the_rules()
    return {
        part.name: _out(getattr(event, part.name), part.apart and part.name not in clear)
        for part in parts(type(event))
        if not (part.rare and getattr(event, part.name) == part.default)
    }


def decode(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a logged kind and body; raises `Refused` for an unknown kind and for a damaged body."""
    if (cls := class_of(kind)) is None:
        raise refuse(f"The log holds a step of a kind unknown here: {kind}.", "", "Update the program.")
    form, needed = _form(kind)
    try:
        if needed <= body.keys():
            fields: dict[str, Any] = {}
            for name, value in body.items():
                types, read = form[name]
                fits = isinstance(value, types)
                if not fits or (list in types and None in value):
                    raise TypeError(value)
                if list in types:
                    fields[name] = tuple(value if read is None else map(read, value))
                else:
                    fields[name] = value if read is None else read(value)
            return cls(**fields)
    except (KeyError, TypeError, ValueError, AttributeError):  # a part of an answer is not as one is
        pass
    raise refuse("The log holds a damaged entry.", kind, "Run `imr log verify`.")


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "str | None": (str, type(None)), "int": (int,), "bool": (bool,), "tuple": (list, tuple),
    "Mapping": (dict, Mapping), "Answer": (dict, Mapping), "Evidence": (dict, Mapping),
}  # fmt: skip
"""What a field is read from; a `dict` is asked for first, which is quick."""


_Read = Callable[[Any], Any] | None


def _named(values: Mapping[str, Any], kind: type | tuple[type, ...]) -> Mapping[str, Any]:
    for one in values.values():
        fitting(one, kind)
    return values


def _named_twice(values: Mapping[str, Any], kind: type | tuple[type, ...]) -> Mapping[str, Any]:
    return {name: _named(fitting(inner, Mapping), kind) for name, inner in values.items()}


_WITHIN: Mapping[str, Callable[[Any], Any]] = {
    "tuple[str, ...]": partial(fitting, kind=str),
    "Mapping[str, str]": partial(_named, kind=str),
    "Mapping[str, Mapping[str, Any]]": partial(_named_twice, kind=(str, int)),
    "Mapping[str, Mapping[str, str]]": partial(_named_twice, kind=str),
}
"""What reads a mapping, or each of several values, by the word for the type: all have to be of theirs."""


@cache
def _form(kind: str) -> tuple[dict[str, tuple[tuple[type, ...], _Read]], frozenset[str]]:
    """What the value of each field of a body may be and what reads it, and the fields that it must have."""
    cls = class_of(kind)
    assert cls is not None  # `decode` refuses the others first
    form = {
        part.name: (
            _TYPES[part.type.partition("[")[0]],
            _READERS.get(part.name) or _WITHIN.get(part.type),
        )
        for part in parts(cls)
    }
    return form, frozenset(part.name for part in parts(cls) if part.default is NEEDED)


def _out(value: Any, apart: bool) -> Any:
    if isinstance(value, tuple):
        return [_out(entry, apart) for entry in value]
    if isinstance(value, str) and apart and value:
        return Private(value)
    write = _WRITERS.get(type(value))
    return value if write is None else write(value)


def _group_to_json(one: PassageGroup) -> dict[str, Any]:
    """Written without what says nothing, as before there was any of it."""
    data = {
        "document": one.document,
        "pages": list(one.pages),
        "quote": Private(one.quote),
        "standing": one.standing,
        "count": one.count,
        "start": one.start,
    }
    if one.plain:
        data["plain"] = True
    if one.cue:
        data["cue"] = one.cue
    if one.terms:
        data["terms"] = list(one.terms)
    if not one.bears:
        data["bears"] = False
    return data


def _group_from_json(data: Mapping[str, Any]) -> PassageGroup:
    return PassageGroup(
        fitting(data["document"], str),
        all_of(data["pages"], int),
        fitting(data["quote"], str),
        fitting(data["standing"], str),
        fitting(data["count"], int),
        fitting(data["start"], int),
        fitting(data.get("plain", False), bool),
        fitting(data.get("cue", ""), str),
        all_of(data.get("terms", ()), str),
        fitting(data.get("bears", True), bool),
    )


_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    Answer: to_json,
    Evidence: evidence_to_json,
    Dismissed: dismissed_to_json,
    PassageGroup: _group_to_json,
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "answer": from_json,
    "evidence": evidence_from_json,
    "dismissed": dismissed_from_json,
    "groups": _group_from_json,
    "stated": _group_from_json,
}
