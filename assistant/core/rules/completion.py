"""What conditions look at in an answer: the values, parts and elements on which their truth turns.

Two answers that agree on all of it can't be told apart by any condition, so one of them stands for both.
Without this, every value of every part would have to be tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.core.answer import Answer
from assistant.core.condition import Atom, Condition, holds
from assistant.core.shape import Group, Listing, Several, Shape

Signature = tuple[Any, ...]

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SIZES = ("minItems", "maxItems", "minContains", "maxContains")


@dataclass
class Probe:
    """What is asked of the answer at one place, and below it.

    `asked` are the conditions put to this very place, `pushed` the pieces of conditions put to a place
    above it; `status` says that its status matters. `values`, `bounds`, `multiples` and `sizes` are the
    constants that they compare with. `every_part` is asked of each part of a group, `element` of each
    element of a list, `parts` of a part by name.
    """

    asked: dict[str, Condition] = field(default_factory=dict)
    pushed: dict[str, Condition] = field(default_factory=dict)
    status: bool = False
    values: list[Any] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    multiples: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    parts: dict[str, Probe] = field(default_factory=dict)
    every_part: Probe | None = None
    element: Probe | None = None

    def kind(self, answer: Answer | None) -> Signature:
        """The truth of all that is noted here and below; equal for answers that it can't tell apart."""
        return self._signature(answer, True)

    def deep(self, answer: Answer | None) -> Signature:
        """The truth of what is asked here and below, without the pieces of what is asked above."""
        return self._signature(answer, False)

    def _signature(self, answer: Answer | None, pieces: bool) -> Signature:
        if answer is None:
            return (None,)
        conditions = (*self.asked.values(), *(self.pushed.values() if pieces else ()))
        own = (answer.status if self.status else None, *(holds(one, answer, True) for one in conditions))
        if answer.parts is None or answer.listing:
            return own
        below = (probe._signature(answer.parts.get(name), pieces) for name, probe in self.parts.items())
        return (*own, *below)

    def part(self, name: str) -> Probe:
        """What is asked of one part alone."""
        return self.parts.setdefault(name, Probe())

    def of_elements(self) -> Probe:
        if self.element is None:
            self.element = Probe()
        return self.element

    def of_parts(self) -> Probe:
        if self.every_part is None:
            self.every_part = Probe()
        return self.every_part


def probe_of(shape: Shape, atoms: Iterable[Atom]) -> Probe:
    """What `atoms`, all about one prompt whose answer has `shape`, look at."""
    root = Probe()
    for atom in atoms:
        place, at, gathered = root, shape, False
        for name in atom.path.split(".")[1:]:
            if isinstance(at, Listing):
                place, at, gathered = place.of_elements(), at.element, True
                if name.isdigit():
                    continue
            if isinstance(at, Group):
                place, at = place.part(name), at.parts[name].shape
        _ask(place, at, atom.condition, gathered)
    return root


def _ask(place: Probe, shape: Shape, condition: Condition, gathered: bool = False) -> None:
    if condition.over:
        target = place
        if not gathered:
            target = place.of_elements() if isinstance(shape, Listing) else place.of_parts()
        for inner in condition.inner:
            for below in _below(shape, gathered):
                _ask(target, below, inner)
        return
    place.asked[condition.key] = condition
    if condition.status is not None or isinstance(shape, Group | Listing):
        place.status = True
    if condition.schema:
        schema = json.loads(condition.key)
        _look(place, shape, schema, schema.get("$defs", {}))


def _below(shape: Shape, gathered: bool) -> Iterator[Shape]:
    if gathered:
        yield shape
    elif isinstance(shape, Listing):
        yield shape.element
    elif isinstance(shape, Group):
        seen: list[Shape] = []
        for part in shape.parts.values():
            if part.shape not in seen:
                seen.append(part.shape)
                yield part.shape


def _look(place: Probe, shape: Shape, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
    """Notes the constants in a schema put to `place`, and pushes its pieces down to parts and elements."""
    if "$ref" in schema:
        _look(place, shape, defs.get(str(schema["$ref"]).removeprefix("#/$defs/"), {}), defs)
    for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        _look(place, shape, branch, defs)
    if "not" in schema:
        _look(place, shape, schema["not"], defs)
    for value in (*((schema["const"],) if "const" in schema else ()), *schema.get("enum", ())):
        place.values.append(value)
        if isinstance(shape, Group) and isinstance(value, Mapping):
            for name, inner in value.items():
                if name in shape.parts:
                    _push(place.part(name), shape.parts[name].shape, {"const": inner}, defs)
    place.bounds.extend(schema[word] for word in BOUNDS if word in schema)
    place.sizes.extend(int(schema[word]) for word in _SIZES if word in schema)
    if "multipleOf" in schema:
        place.multiples.append(schema["multipleOf"])
    if isinstance(shape, Group):
        for name, inner in schema.get("properties", {}).items():
            if name in shape.parts:
                _push(place.part(name), shape.parts[name].shape, inner, defs)
        for name in schema.get("required", ()):
            if name in shape.parts:
                place.part(name).status = True
    for word in ("items", "contains"):
        if word in schema and isinstance(shape, Listing):
            _push(place.of_elements(), shape.element, schema[word], defs, whole=True)
        elif word in schema and isinstance(shape, Several):
            _look(place, shape, {k: v for k, v in schema[word].items() if k in ("const", "enum")}, defs)


def _push(
    place: Probe, shape: Shape, schema: Mapping[str, Any], defs: Mapping[str, Any], whole: bool = False
) -> None:
    """A piece of a condition, for the place below; `whole` where it is asked of an element as such."""
    key = json.dumps({**schema, "$defs": defs} if defs else schema, sort_keys=True, ensure_ascii=False)
    condition = Condition(key, "", schema=True)
    (place.asked if whole else place.pushed)[key] = condition
    place.status = True
    _look(place, shape, schema, defs)
