"""An answer schema: the JSON Schema 2020-12 of a value, with the conditions that rules may put to it.

Beside the standard keywords such a file may hold: `conditions: {name: {says, schema | some | every}}`,
`phrase` (how a value reads in a sentence), `labels` (how a value reads on the screen), `unit`, `noun`
(what one element of a list is called), `statuses` (which statuses an answer may have), and `ask` on a
property (its question).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import lru_cache
from typing import Any

from assistant.core import condition_schema
from assistant.core.answer import Status
from assistant.core.condition import RESERVED, Condition
from assistant.core.frozen import dataclass
from assistant.core.partial_date import how_to_write, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.shape import (
    Choice,
    DateShape,
    Group,
    Listing,
    Number,
    Part,
    Several,
    Shape,
    Statement,
    at,
    schema_at,
)

_STATEMENT_LIMIT = 4_000


@dataclass(frozen=True)
class AnswerSchema:
    """A named schema: the shape of the value, its conditions, and how it reads in a sentence."""

    name: str
    title: str
    shape: Shape
    schema: Mapping[str, Any] = field(repr=False)
    conditions: Mapping[str, Condition]
    phrase: Any = field(repr=False)
    statuses: frozenset[Status]

    def condition(self, name: str, path: tuple[str, ...]) -> Condition | None:
        """The condition called `name` on the value at `path` below this schema's own value."""
        if name in RESERVED:
            return reserved(name)
        if not path:
            return self.conditions.get(name)
        part = schema_at(self.shape, self.schema, path)
        return (
            None
            if part is None
            else _conditions(dict(part), self.schema.get("$defs", {}), self.name).get(name)
        )

    def problem(self, value: Any, path: tuple[str, ...] = ()) -> str | None:
        """Why `value` can't stand at `path`, as a sentence for a physician; None where it can."""
        schema = schema_at(self.shape, self.schema, path)
        shape = at(self.shape, path)
        if schema is None or shape is None:
            return "There is no such part of this answer."
        key = json.dumps({**schema, "$defs": self.schema.get("$defs", {})}, sort_keys=True)
        error = next(iter(_validator(key).iter_errors(value)), None)
        return None if error is None else _plain_words(shape, value, error)

    def may_be(self, status: Status) -> bool:
        return status in self.statuses


def reserved(name: str) -> Condition:
    """The condition `given`, `not_documented` or `unclear`."""
    says = {"given": "answered", "not_documented": "not documented", "unclear": "unclear"}[name]
    return Condition(f"status:{name}", name, says, status=Status(name))


def inline(schema: Any, where: str, defs: Mapping[str, Any] | None = None, says: str = "") -> Condition:
    """A condition from a JSON Schema; raises `Refused` where the schema may not stand as one."""
    found = list(condition_schema.problems(schema, where, defs))
    if found:
        raise Refused(*found)
    whole = {**schema, "$defs": defs} if defs and "$ref" in json.dumps(schema) else schema
    key = json.dumps(whole, sort_keys=True, ensure_ascii=False)
    return Condition(key, "", says or json.dumps(schema), schema=True)


def over(kind: str, inner: tuple[Condition, ...], name: str = "", says: str = "") -> Condition:
    """`some` or `every` part of a group fulfils one of `inner`."""
    key = f"{kind}:{sorted(condition.key for condition in inner)}"
    return Condition(
        key, name, says or f"{kind} {' or '.join(c.says for c in inner)}", over=kind, inner=inner
    )


def parse(data: Mapping[str, Any], name: str) -> AnswerSchema:
    """The answer schema in a parsed JSON file; raises `Refused` with what is wrong in it."""
    where = f"schemas/answers/{name}.schema.json"
    if not isinstance(data, Mapping):
        raise refuse("The file is not a JSON object.", where)
    _check_is_json_schema(data, where)
    defs = data.get("$defs", {})
    statuses = data.get("statuses", [status.value for status in Status])
    unknown = [status for status in statuses if status not in RESERVED]
    if unknown:
        raise refuse(f"`{unknown[0]}` is not a status.", where, f"Use {', '.join(sorted(RESERVED))}.")
    return AnswerSchema(
        name=name,
        title=str(data.get("title", name)),
        shape=_shape(data, defs, where),
        schema=data,
        conditions=_conditions(dict(data), defs, name),
        phrase=data.get("phrase"),
        statuses=frozenset(Status(status) for status in statuses),
    )


def _shape(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Shape:
    schema = _resolved(schema, defs, where)
    if "anyOf" in schema:
        return _alternatives(schema, defs, where)
    if "enum" in schema:
        return Choice(_labels(schema, schema["enum"]))
    kind = schema.get("type")
    if kind == "string":
        return (
            DateShape()
            if schema.get("format") == "partial-date"
            else Statement(schema.get("maxLength", _STATEMENT_LIMIT))
        )
    if kind in ("integer", "number"):
        return Number(str(schema.get("unit", "")), kind == "integer")
    if kind == "object":
        return _group(schema, defs, where)
    if kind == "array":
        items = _resolved(schema.get("items", {}), defs, where)
        if "enum" in items:
            return Several(_labels(items, items["enum"]))
        if items.get("type") == "object":
            return Listing(_group(items, defs, where), str(schema.get("noun", "entry")))
    raise refuse(
        "No way of asking is known for this structure.",
        where,
        "Use enum, string, integer, number, object or array (of an enum or of objects).",
    )


def _group(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Group:
    parts: dict[str, Part] = {}
    for name, inner in schema.get("properties", {}).items():
        if name in ("value", "status", "evidence", "search", "note") or name.isdigit():
            raise refuse(f"A part can't be called `{name}`.", where, "Give it another name.")
        ask = str(inner.get("ask") or inner.get("title") or name.replace("_", " "))
        resolved = {k: v for k, v in _resolved(inner, defs, where).items() if k not in ("ask", "title")}
        parts[name] = Part(name, ask, _shape(resolved, defs, where), resolved)
    if not parts:
        raise refuse("An object needs `properties`.", where)
    return Group(parts)


def _alternatives(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Shape:
    branches = [_resolved(branch, defs, where) for branch in schema["anyOf"]]
    bare = {str(b["const"]): str(b.get("title", b["const"])) for b in branches if "const" in b}
    rest = [branch for branch in branches if "const" not in branch]
    shape = _shape(rest[0], defs, where) if len(rest) == 1 else None
    if not isinstance(shape, Group) or not bare:
        raise refuse("`anyOf` may only join one object and bare values (`const`).", where)
    return Group(shape.parts, bare)


def _labels(schema: Mapping[str, Any], values: list[Any]) -> dict[str, str]:
    labels = schema.get("labels", {})
    return {str(value): str(labels.get(value, str(value).replace("_", " "))) for value in values}


def _resolved(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    ref = schema.get("$ref")
    if ref is None:
        return schema
    name = str(ref).removeprefix("#/$defs/")
    if name not in defs:
        raise refuse(f"`{ref}` refers to nothing.", where, "Define it under `$defs`.")
    return {**defs[name], **{key: value for key, value in schema.items() if key != "$ref"}}


def _conditions(schema: dict[str, Any], defs: Mapping[str, Any], name: str) -> dict[str, Condition]:
    where = f"schemas/answers/{name}.schema.json, conditions"
    found: dict[str, Condition] = {}
    for key, spec in schema.get("conditions", {}).items():
        here = f"{where}, {key}"
        if key in RESERVED or not isinstance(spec, Mapping) or "says" not in spec:
            raise refuse(f"The condition `{key}` needs `says` and a schema, and no status's name.", here)
        kinds = [kind for kind in ("schema", "some", "every") if kind in spec]
        if len(kinds) != 1 or set(spec) - {"says", *kinds}:
            raise refuse(f"The condition `{key}` needs one of `schema`, `some`, `every`.", here)
        says = str(spec["says"])
        if kinds == ["schema"]:
            made = inline(spec["schema"], here, defs, says)
            found[key] = Condition(made.key, key, says, schema=True)
        else:
            found[key] = over(kinds[0], tuple(_inner(spec[kinds[0]], schema, defs, here)), key, says)
    return found


def _inner(spec: Any, schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Iterator[Condition]:
    """The conditions that `some` / `every` name: statuses, or conditions of the group's parts."""
    for one in spec if isinstance(spec, list) else [spec]:
        if isinstance(one, str) and one in RESERVED:
            yield reserved(one)
        elif isinstance(one, str):
            yield _part_condition(one, schema, defs, where)
        else:
            yield inline(one, where, defs)


def _part_condition(name: str, schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Condition:
    for inner in schema.get("properties", {}).values():
        part = _resolved(inner, defs, where)
        if name in part.get("conditions", {}):
            return inline(part["conditions"][name]["schema"], where, defs, part["conditions"][name]["says"])
    raise refuse(f"No part of this answer has a condition `{name}`.", where)


def _plain_words(shape: Shape, value: Any, error: Any) -> str:
    shown = f"“{str(value)[:60]}”"
    if isinstance(shape, Choice | Several):
        if error.validator == "uniqueItems":
            return "One of the choices is named twice."
        if error.validator == "minItems":
            return "Choose at least one."
        return f"{shown} is not among the choices: {', '.join(shape.labels.values())}."
    if isinstance(shape, DateShape):
        return f"{shown} is not a date. {how_to_write(str(value))}"
    if isinstance(shape, Statement):
        if error.validator == "maxLength":
            return f"That is {len(str(value)):,} characters long; at most {error.validator_value:,} fit here."
        if error.validator == "minLength":
            return "Nothing was written."
        if error.validator == "pattern":
            return f"{shown} does not have the form that is needed here: {error.schema.get('form', 'see the help')}."
        return f"{shown} is not text."
    if isinstance(shape, Number):
        unit = f" {shape.unit}" if shape.unit else ""
        if error.validator in ("minimum", "exclusiveMinimum"):
            return f"{value}{unit} is too small: at least {error.validator_value} is needed."
        if error.validator in ("maximum", "exclusiveMaximum"):
            return f"{value}{unit} is too large: at most {error.validator_value} is possible."
        return f"{shown} is not a {'whole ' if shape.whole else ''}number{' of' + unit if unit else ''}."
    return "The answer does not have the parts that this question needs."


def _check_is_json_schema(data: Mapping[str, Any], where: str) -> None:
    if data.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
        raise refuse("The file doesn't say that it is JSON Schema 2020-12.", where, "Set `$schema` to it.")


def check_structure(data: Mapping[str, Any], where: str) -> Iterator[Problem]:
    """What the JSON Schema standard itself finds wrong with the file; slower, so for checking only."""
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(dict(data))
    except SchemaError as error:
        place = "/".join(str(step) for step in error.absolute_path)
        yield Problem("This is not a valid JSON Schema.", f"{where}, {place}", "Mend it there.")


@lru_cache(maxsize=1_000)
def _validator(key: str) -> Any:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    checker.checks("partial-date")(lambda value: not isinstance(value, str) or parse_date(value) is not None)
    return Draft202012Validator(json.loads(key), format_checker=checker)
