"""The JSON Schemas that may stand as conditions.

JSON Schema is vacuously true on a value of the wrong type: `{exclusiveMinimum: 120}` accepts "none". A
condition that holds by accident turns a decision silently, so a condition schema may use only a few
keywords, states its `type` beside a keyword that speaks of one type, and requires what it names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.problem import Problem

_TYPED = {
    "minimum": ("integer", "number"),
    "maximum": ("integer", "number"),
    "exclusiveMinimum": ("integer", "number"),
    "exclusiveMaximum": ("integer", "number"),
    "multipleOf": ("integer", "number"),
    "minItems": ("array",),
    "maxItems": ("array",),
    "contains": ("array",),
    "minContains": ("array",),
    "maxContains": ("array",),
    "items": ("array",),
    "properties": ("object",),
    "required": ("object",),
}
KEYWORDS = frozenset({*_TYPED, "const", "enum", "type", "allOf", "anyOf", "not", "$ref"})
_SAID = frozenset("title description labels phrase ask unit noun examples conditions".split())
"""What a shared piece of structure may say beside its test, without changing what it accepts."""

_TYPES = frozenset({"string", "integer", "number", "array", "object"})


def problems(
    schema: Any, where: str, defs: Mapping[str, Any] | None = None, within: tuple[str, ...] = ()
) -> Iterator[Problem]:
    """Everything that keeps `schema` from being a condition; `where` says which file, line and name.

    `defs` is what a `$ref` may name, `within` the names that have led here.
    """
    if not isinstance(schema, Mapping):
        yield Problem(
            f"`{schema}` is not a condition.",
            where,
            "Write a condition's name, or a JSON Schema such as {const: fusion}.",
        )
        return
    if not schema:
        yield Problem("An empty condition would accept everything.", where, "Say what must hold.")
    for keyword in schema:
        if keyword not in KEYWORDS:
            yield Problem(f"`{keyword}` is not a keyword of conditions.", where, _nearest(str(keyword)))
    yield from _type_problems(schema, where)
    yield from _object_problems(schema, where, defs, within)
    if "$ref" in schema:
        yield from _reference_problems(str(schema["$ref"]), where, defs or {}, within)
    for keyword in ("allOf", "anyOf"):
        branches = schema.get(keyword, [])
        if not isinstance(branches, list) or (keyword in schema and not branches):
            yield Problem(f"`{keyword}` needs a list of conditions.", where)
            continue
        for branch in branches:
            yield from problems(branch, where, defs, within)
    for keyword in ("not", "contains", "items"):
        if keyword in schema:
            yield from problems(schema[keyword], where, defs, within)


def _reference_problems(
    reference: str, where: str, defs: Mapping[str, Any], within: tuple[str, ...]
) -> Iterator[Problem]:
    name = reference.removeprefix("#/$defs/")
    if name not in defs or name == reference:
        yield Problem(f"`{reference}` refers to nothing.", where, "Define it under `$defs`.")
    elif name in within:
        yield Problem(f"`{reference}` refers to itself.", where, "Write it out.")
    elif isinstance(defs[name], Mapping):
        plain = {key: value for key, value in defs[name].items() if key not in _SAID}
        yield from problems(plain, f"{where}, $defs, {name}", defs, (*within, name))


def _type_problems(schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
    stated = schema.get("type")
    if stated is not None and (not isinstance(stated, str) or stated not in _TYPES):
        yield Problem(f"`{stated}` is not a type.", where, f"Use one of {', '.join(sorted(_TYPES))}.")
    for keyword, types in _TYPED.items():
        if keyword in schema and stated not in types:
            yield Problem(
                f"`{keyword}` speaks only of {' or '.join(types)} values and accepts any other by accident.",
                where,
                f"Add `type: {types[0]}`.",
            )
    if "items" in schema and not (isinstance(schema.get("minItems"), int) and schema["minItems"] >= 1):
        yield Problem("`items` accepts an empty list by accident.", where, "Add `minItems: 1`.")
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield Problem("`enum` needs a list of values.", where)
    for keyword in ("minContains", "maxContains"):
        if keyword in schema and "contains" not in schema:
            yield Problem(f"`{keyword}` says nothing without `contains`.", where)
    for keyword in _TYPED:
        bare = keyword.startswith(("m", "exclusive")) and keyword in schema
        if bare and (isinstance(schema[keyword], bool) or not isinstance(schema[keyword], int | float)):
            yield Problem(f"`{keyword}` needs a number.", where)


def _object_problems(
    schema: Mapping[str, Any], where: str, defs: Mapping[str, Any] | None, within: tuple[str, ...]
) -> Iterator[Problem]:
    named = schema.get("properties", {})
    required = schema.get("required", [])
    if not isinstance(named, Mapping) or not isinstance(required, list):
        yield Problem("`properties` needs a map and `required` a list.", where)
        return
    for name, inner in named.items():
        if name not in required:
            yield Problem(
                f"`{name}` is tested but not required, so an answer without it would pass.",
                where,
                f"Add `required: [{name}]`.",
            )
        yield from problems(inner, where, defs, within)


def _nearest(keyword: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(keyword, KEYWORDS, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Use one of {', '.join(sorted(KEYWORDS))}."
