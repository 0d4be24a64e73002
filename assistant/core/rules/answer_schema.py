"""The shapes that an answer's value can have, read from the structure of its JSON Schema.

The schema decides whether a value is valid; the shape says how to ask for it, how to read a reply
and how to name what is wrong with one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

import msgspec

from assistant.core.answer import Answer, Status
from assistant.core.dates import how_to_write, no_such_day, not_a_date, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.rules.condition import RESERVED, Condition
from assistant.core.text import singular
from assistant.core.value import Value, replace


class ChoiceShape(Value):
    """One of a few words; `labels` says how each reads on the screen, `also` what else people write for it.

    `denies` are the words of what a value says that there is none of, which its passage has to deny; `against` those of what
    speaks against a value, such as a gain against one that is not recorded.
    """

    labels: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    denies: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    against: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    @property
    def opposed(self) -> dict[str, tuple[str, ...]]:
        """By each value that says that something is absent or not so, the words of that."""
        return {**self.denies, **self.against}


class SeveralShape(Value):
    """Any of a few words (a JSON array of them), as in `ChoiceShape`."""

    labels: Mapping[str, str]
    also: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)


class StatementShape(Value):
    """Words, at most `limit` characters."""

    limit: int


class NumberShape(Value):
    """A number in `unit`s."""

    unit: str
    whole: bool


class DateShape(Value):
    """A date, complete or partial."""


class Part(Value):
    """One part of a group: its own question and shape."""

    name: str
    ask: str
    shape: Shape
    schema: Mapping[str, Any]

    def belongs(self, beside: Mapping[str, Answer]) -> bool:
        """Whether it is asked beside these parts: some are of rows of one kind only (`only: {kind: [study]}`)."""
        return all(
            name in beside and beside[name].given and beside[name].value in values
            for name, values in self.schema.get("only", {}).items()
        )


class GroupShape(Value):
    """Several answers under one prompt; `instead` are bare values that stand for having none (`none`)."""

    parts: Mapping[str, Part]
    instead: Mapping[str, str] = msgspec.field(default_factory=dict)

    @property
    def uniform(self) -> bool:
        """Whether all parts are asked alike (a list of flags), so that one reply can answer them all."""
        schemas = [part.schema for part in self.parts.values()]
        return len(schemas) > 1 and all(schema == schemas[0] for schema in schemas)


class ListingShape(Value):
    """Any number of groups of one kind; `noun` is what one of them is called."""

    element: GroupShape
    noun: str


Shape = ChoiceShape | SeveralShape | StatementShape | NumberShape | DateShape | GroupShape | ListingShape


def complete(shape: Shape, answer: Answer | None) -> bool:
    """Whether nothing is missing from the answer: every part answered, a list closed."""
    return next(missing(shape, answer), None) is None


def missing(shape: Shape, answer: Answer | None, path: str = "") -> Iterator[str]:
    """The paths of what is still to be answered, in order; a list not yet closed is named by its own path."""
    if answer is None:
        yield path
    elif answer.parts is None:
        return
    elif isinstance(shape, GroupShape):
        for name, part in shape.parts.items():
            if part.belongs(answer.parts):
                yield from missing(part.shape, answer.parts.get(name), f"{path}.{name}" if path else name)
    elif isinstance(shape, ListingShape):
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
    if isinstance(shape, GroupShape):
        ordered = {
            name: in_order(part.shape, parts[name]) for name, part in shape.parts.items() if name in parts
        }
    elif isinstance(shape, ListingShape):
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
    if isinstance(shape, GroupShape):
        part = shape.parts[path[0]]
        return select(part.shape, answer.parts.get(path[0]), path[1:])
    if not isinstance(shape, ListingShape):
        return None, False
    if path[0] in answer.parts:
        return select(shape.element, answer.parts[path[0]], path[1:])
    if path[0].isdecimal():
        return None, False  # an entry that isn't written yet
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
        if isinstance(shape, ListingShape):
            shape = shape.element
            if name.isascii() and name.isdigit():
                continue
        if not isinstance(shape, GroupShape) or name not in shape.parts:
            return None
        shape = shape.parts[name].shape
    return shape


def schema_at(shape: Shape, schema: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The JSON Schema of the value at a path below `shape`, whose own schema is `schema`."""
    for name in path:
        if isinstance(shape, ListingShape):
            shape = shape.element
            if name.isascii() and name.isdigit():
                schema = {}
                continue
        if not isinstance(shape, GroupShape) or name not in shape.parts:
            return None
        schema = shape.parts[name].schema
        shape = shape.parts[name].shape
    return schema


# The JSON Schemas that may stand as conditions.


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
_SAID = frozenset(
    "title description labels denials also denies against phrase ask unit noun examples conditions".split()
)
"""What a shared piece of structure may say beside its test, without changing what it accepts."""

_TYPES = frozenset({"string", "integer", "number", "array", "object"})


def answer_problems(
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
            yield from answer_problems(branch, where, defs, within)
    for keyword in ("not", "contains", "items"):
        if keyword in schema:
            yield from answer_problems(schema[keyword], where, defs, within)


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
        yield from answer_problems(plain, f"{where}, $defs, {name}", defs, (*within, name))


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
        yield from answer_problems(inner, where, defs, within)


def _nearest(keyword: str) -> str:
    near = get_close_matches(keyword, KEYWORDS, 1)
    return f"Did you mean `{near[0]}`?" if near else f"Use one of {', '.join(sorted(KEYWORDS))}."


# An answer schema: the JSON Schema 2020-12 of a value, with the conditions that rules may put to it.


_STATEMENT_LIMIT = 4_000
_NO = frozenset({"no", "absent", "denied", "negative"})


class AnswerSchema(Value):
    """A named schema: the shape of the value, its conditions, and how it reads in a sentence."""

    name: str
    title: str
    shape: Shape
    schema: Mapping[str, Any]
    conditions: Mapping[str, Condition]
    phrase: Any
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

    def may_be(self, status: Status, path: tuple[str, ...] = ()) -> bool:
        """Whether the answer, or the part of it at `path`, may have a status."""
        part = schema_at(self.shape, self.schema, path) if path else None
        allowed = self.statuses if part is None else frozenset(part.get("statuses", self.statuses))
        return status in self.statuses and status in allowed

    def denials(self, path: tuple[str, ...] = ()) -> frozenset[str]:
        """The values at `path` that deny the thing: those that the schema lists under `denials`, else its words for no."""
        schema = schema_at(self.shape, self.schema, path) or {}
        resolved = _resolved(schema, self.schema.get("$defs", {}), self.name)
        listed = resolved.get("denials")
        return frozenset(_NO & set(resolved.get("enum", ())) if listed is None else listed)


def reserved(name: str) -> Condition:
    """The condition `given`, `not_documented` or `unclear`."""
    says = {"given": "answered", "not_documented": "not documented", "unclear": "unclear"}[name]
    return Condition(f"status:{name}", name, says, status=Status(name))


def inline(schema: Any, where: str, defs: Mapping[str, Any] | None = None, says: str = "") -> Condition:
    """A condition from a JSON Schema; raises `Refused` where the schema may not stand as one."""
    found = list(answer_problems(schema, where, defs))
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


def parse_schema(data: Mapping[str, Any], name: str) -> AnswerSchema:
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
        absent = (_words(schema, key) for key in ("also", "denies", "against"))
        return ChoiceShape(_labels(schema, schema["enum"]), *absent)
    kind = schema.get("type")
    if kind == "string":
        return (
            DateShape()
            if schema.get("format") == "partial-date"
            else StatementShape(schema.get("maxLength", _STATEMENT_LIMIT))
        )
    if kind in ("integer", "number"):
        return NumberShape(str(schema.get("unit", "")), kind == "integer")
    if kind == "object":
        return _group(schema, defs, where)
    if kind == "array":
        items = _resolved(schema.get("items", {}), defs, where)
        if "enum" in items:
            return SeveralShape(_labels(items, items["enum"]), _words(items, "also"))
        if items.get("type") == "object":
            return ListingShape(_group(items, defs, where), str(schema.get("noun", "entry")))
    raise refuse(
        "No way of asking is known for this structure.",
        where,
        "Use enum, string, integer, number, object or array (of an enum or of objects).",
    )


def _group(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> GroupShape:
    parts: dict[str, Part] = {}
    for name, inner in schema.get("properties", {}).items():
        if name in ("value", "status", "evidence", "search", "note") or name.isdigit():
            raise refuse(f"A part can't be called `{name}`.", where, "Give it another name.")
        ask = str(inner.get("ask") or inner.get("title") or name.replace("_", " "))
        resolved = {k: v for k, v in _resolved(inner, defs, where).items() if k not in ("ask", "title")}
        parts[name] = Part(name, ask, _shape(resolved, defs, where), resolved)
    if not parts:
        raise refuse("An object needs `properties`.", where)
    return GroupShape(parts)


def _alternatives(schema: Mapping[str, Any], defs: Mapping[str, Any], where: str) -> Shape:
    branches = [_resolved(branch, defs, where) for branch in schema["anyOf"]]
    bare = {str(b["const"]): str(b.get("title", b["const"])) for b in branches if "const" in b}
    rest = [branch for branch in branches if "const" not in branch]
    shape = _shape(rest[0], defs, where) if len(rest) == 1 else None
    if not isinstance(shape, GroupShape) or not bare:
        raise refuse("`anyOf` may only join one object and bare values (`const`).", where)
    return GroupShape(shape.parts, bare)


def _words(schema: Mapping[str, Any], key: str) -> dict[str, tuple[str, ...]]:
    return {str(value): tuple(map(str, words)) for value, words in schema.get(key, {}).items()}


def says_absent(label: str) -> bool:
    """Whether a choice says by its label that something is absent or not recorded."""
    return _ABSENT.search(label) is not None


_ABSENT = re.compile(
    r"(?i)(?<!with or )\b(?:no|not|none|nothing|neither|without|un(?:recorded|stated|measured|changed))\b"
)


def absent_words(shape: Shape) -> Iterator[str]:
    """The words of what the choices of an answer, or of a part of it, say that is absent or not so."""
    if isinstance(shape, ChoiceShape):
        yield from (word for words in shape.opposed.values() for word in words)
    elif isinstance(shape, ListingShape):
        yield from absent_words(shape.element)
    elif isinstance(shape, GroupShape):
        for part in shape.parts.values():
            yield from absent_words(part.shape)


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


_WRITTEN = {True: re.compile("[+-]?[0-9]{1,15}"), False: re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?")}
"""A number as text, by whether a whole one is needed."""


def _plain_words(shape: Shape, value: Any, error: Any) -> str:
    shown = f"“{str(value)[:60]}”"
    if isinstance(shape, ChoiceShape | SeveralShape):
        if error.validator == "uniqueItems":
            return "One of the choices is named twice."
        if error.validator == "minItems":
            return "Choose at least one."
        for key, label in shape.labels.items():
            if str(label).casefold() == str(value).strip().casefold() and str(key) != str(value):
                return f"{shown} is how it is shown; in a file it is written `{key}`."
        return f"{shown} is not among the choices: {', '.join(shape.labels.values())}."
    if isinstance(shape, DateShape):
        said = not_a_date(str(value), shown)
        return said if no_such_day(str(value)) else f"{said} {how_to_write(str(value))}"
    if isinstance(shape, StatementShape):
        if error.validator == "maxLength":
            return f"That is {len(str(value)):,} characters long; at most {error.validator_value:,} fit here."
        if error.validator == "minLength":
            return "Nothing was written."
        if error.validator == "pattern":
            return f"{shown} does not have the form that is needed here: {error.schema.get('form', 'see the help')}."
        return f"{shown} is not text."
    if isinstance(shape, NumberShape):
        unit = f" {shape.unit}" if shape.unit else ""
        if isinstance(value, str) and _WRITTEN[shape.whole].fullmatch(value.strip()):
            return f"{shown} stands in quotes, which make it text: write {value.strip()} without them."
        if error.validator in ("minimum", "exclusiveMinimum"):
            return f"{singular(f'{value}{unit}')} is too small: at least {error.validator_value} is needed."
        if error.validator in ("maximum", "exclusiveMaximum"):
            return f"{singular(f'{value}{unit}')} is too large: at most {error.validator_value} is possible."
        return f"{shown} is not a {'whole ' if shape.whole else ''}number{' of' + singular(unit) if unit else ''}."
    return "The answer does not have the parts that this question needs."


def _check_is_json_schema(data: Mapping[str, Any], where: str) -> None:
    if data.get("$schema") != "https://json-schema.org/draft/2020-12/schema":
        raise refuse("The file doesn't say that it is JSON Schema 2020-12.", where, "Set `$schema` to it.")


@lru_cache(maxsize=1_000)
def _validator(key: str) -> Any:
    from jsonschema import Draft202012Validator, FormatChecker

    checker = FormatChecker(formats=())
    checker.checks("partial-date")(lambda value: not isinstance(value, str) or parse_date(value) is not None)
    return Draft202012Validator(json.loads(key), format_checker=checker)


def schema_text(schema: AnswerSchema) -> str:
    """A compiled answer schema as it is pinned, and as it stands in `schemas/answers/`."""
    return json.dumps(schema.schema, indent=2, ensure_ascii=False) + "\n"
