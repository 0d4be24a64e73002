"""Answers written in a prompt set, compiled to JSON Schema 2020-12.

A set says what may be answered in a line or two: a number with its unit, a choice, a checklist, a table.
What is logged, pinned and validated against is the JSON Schema made from these lines; labels, phrases and
units come from them too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from assistant.core.answer import WRITTEN
from assistant.core.text import with_article
from assistant.core.value import Value, replace
from assistant.core.yaml import near

DRAFT = "https://json-schema.org/draft/2020-12/schema"
KINDS = ("number", "choice", "choices", "checklist", "group", "table", "date", "text")

BUILT_IN: Mapping[str, Mapping[str, Any]] = {
    "yes-no": {"choice": {"yes": "Yes", "no": "No"}},
    "weeks": {"number": "decimal", "unit": "weeks", "from": 0, "to": 5200},
    "months": {"number": "decimal", "unit": "months", "from": 0, "to": 1200},
    "percent": {"number": "whole", "unit": "percent", "from": 0, "to": 1000},
    "date": {"date": "partial"},
    "text": {"text": 2000},
}
"""The answers that need no definition."""

_KEYS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"unit", "from", "to", "computed"}),
    "choice": frozenset({"named"}),
    "choices": frozenset({"named"}),
    "checklist": frozenset({"said"}),
    "group": frozenset({"or", "words"}),
    "table": frozenset({"columns", "optional", "known_by", "only", "factors", "words"}),
    "date": frozenset(),
    "text": frozenset(),
}
_VALUE_KEYS = frozenset({"label", "words", "also", "regions", "factor", "unit", "denies", "against"})
_STATUSES = frozenset({"given", "not_documented", "unclear"})

STEP = re.compile(r"(up to|over|under|at least) (-?\d+(?:\.\d+)?)")
"""A range of numbers, as it stands in the steps of a factor."""

Say = Callable[..., None]
"""Notes what is wrong: `say(what, steps, fix)`, with the steps below the answer to the place."""


class Choice(Value):
    """One value of a choice, or one entry of a checklist: its label, how it reads in a sentence, what else is typed.

    `denies` are the words of what a value says that there is none of, `against` of what speaks against it.
    """

    label: str
    words: str
    unit: str = ""
    factor: Any = None
    also: tuple[str, ...] = ()
    denies: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


class Spec(Value):
    """An answer as a set writes it. Only the fields of its kind are filled.

    `left_out` are values or entries of another region: conditions on them are false. `parts` are a group's
    parts or a table's columns, `instead` what may stand for having none, `optional` the columns that may be
    not documented or unclear, `only` those that are asked in rows with some values. `factors` are the places from which
    a table's factors come.
    """

    kind: str
    name: str
    raw: Mapping[str, Any]
    whole: bool = False
    unit: str = ""
    least: float = 0
    most: float = 100_000
    values: Mapping[str, Choice] = msgspec.field(default_factory=dict)
    named: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    said: Mapping[str, str] = msgspec.field(default_factory=dict)
    parts: Mapping[str, Spec] = msgspec.field(default_factory=dict)
    asks: Mapping[str, str] = msgspec.field(default_factory=dict)
    instead: Mapping[str, str] = msgspec.field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    known_by: tuple[str, ...] = ()
    only: Mapping[str, Mapping[str, tuple[str, ...]]] = msgspec.field(default_factory=dict)
    noun: str = ""
    words: str = ""
    limit: int = 0
    factors: tuple[str, ...] = ()
    computed: Any = None

    def schema(self, title: str = "") -> dict[str, Any]:
        """The JSON Schema 2020-12 of the answer; with `title`, as a document of its own."""
        top: dict[str, Any] = {"$schema": DRAFT, "title": title} if title else {}
        return top | getattr(self, f"_{self.kind}_schema")()  # type: ignore[no-any-return]

    def _number_schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "type": "integer" if self.whole else "number",
            "minimum": self.least,
            "maximum": self.most,
        }
        column = self.unit_column
        if column:
            made["unit_of"] = column
        elif self.unit:
            made |= {"unit": self.unit, "phrase": f"{{{{ value }}}} {self.unit}"}
        return made

    @property
    def unit_column(self) -> str:
        """The column from whose value in the row a number takes its unit (`unit: of drug`)."""
        return self.unit.removeprefix("of ") if self.unit.startswith("of ") else ""

    def _choice_schema(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "enum": list(self.values),
            "labels": {name: one.label for name, one in self.values.items()},
            "phrase": {name: one.words for name, one in self.values.items()},
        }
        units = {name: one.unit for name, one in self.values.items() if one.unit}
        return made | ({"units": units} if units else {}) | self._listed("also", "denies", "against")

    def _listed(self, *keys: str) -> dict[str, Any]:
        told = {
            key: {n: list(getattr(one, key)) for n, one in self.values.items() if getattr(one, key)}
            for key in keys
        }
        return {key: words for key, words in told.items() if words}

    def _choices_schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "minItems": 1,
            "uniqueItems": True,
            "items": {"enum": list(self.values), "labels": {n: one.label for n, one in self.values.items()}}
            | self._listed("also"),
        }

    def _checklist_schema(self) -> dict[str, Any]:
        flag = {"enum": ["yes", "no"], "labels": dict(self.said)}
        return {
            "type": "object",
            "$defs": {"entry": flag},
            "properties": {
                name: {"$ref": "#/$defs/entry", "title": one.label} for name, one in self.values.items()
            },
            "required": list(self.values),
        }

    def _group_schema(self) -> dict[str, Any]:
        group = self._parts_schema()
        if not self.instead:
            return group
        others = ({"const": value, "title": label} for value, label in self.instead.items())
        words = {"phrase": group.pop("phrase")} if "phrase" in group else {}
        return {"anyOf": [group, *others]} | words

    def _table_schema(self) -> dict[str, Any]:
        return {"type": "array", "noun": self.noun, "items": self._parts_schema()}

    def _parts_schema(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        for name, part in self.parts.items():
            parts[name] = {"ask": self.asks[name]} | part.schema()
            if name in self.only:
                parts[name]["only"] = {column: list(values) for column, values in self.only[name].items()}
            if self.kind == "table" and name not in self.optional:
                parts[name]["statuses"] = ["given"]
        made: dict[str, Any] = {"type": "object", "properties": parts}
        if self.kind == "table":
            always = [name for name in self.parts if name not in self.optional and name not in self.only]
            known = self.known_by or always
            made["required"] = [name for name in self.parts if name in known]
        return made | ({"phrase": self.words} if self.words else {})

    def _date_schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "partial-date"}

    def _text_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.limit}


def compile_answer(
    name: str, raw: Any, region: str, say: Say, known: Mapping[str, Any] | None = None
) -> Spec:
    """The answer that `raw` writes, for one region (`""`: any); problems go to `say`.

    `raw` is a map of one kind, or the name of an answer that needs no definition or stands in `known`.
    """
    if isinstance(raw, str):
        found = (known or {}).get(raw, BUILT_IN.get(raw))
        if found is None:
            say(f"There is no answer `{raw}`.", (), near(raw, [*BUILT_IN, *(known or {})]))
            found = BUILT_IN["text"]
        raw = found
    kinds = [kind for kind in KINDS if isinstance(raw, Mapping) and kind in raw]
    if len(kinds) != 1:
        say(
            f"The answer `{name}` needs one kind; it has {', '.join(kinds) or 'none'}.",
            (),
            f"Use one of {', '.join(KINDS)}.",
        )
        return Spec("text", name, {}, limit=2000)
    kind = kinds[0]
    for key in raw:
        if key != kind and key not in _KEYS[kind]:
            say(f"`{key}` is not known of {with_article(kind)}.", (key,), near(key, _KEYS[kind]))
    return _MAKERS[kind](name, raw, region, say)


def _number(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    if raw["number"] not in ("whole", "decimal"):
        say(f"A number is whole or decimal, not `{raw['number']}`.", ("number",))
    least, most = raw.get("from", 0), raw.get("to", 100_000)
    if (
        any(not isinstance(one, int | float) or isinstance(one, bool) for one in (least, most))
        or least > most
    ):
        say("`from` and `to` are two numbers, the lower one first.", ())
        least, most = 0, 100_000
    return Spec(
        "number",
        name,
        raw,
        whole=raw["number"] == "whole",
        unit=str(raw.get("unit", "")),
        least=least,
        most=most,
        computed=raw.get("computed"),
    )


def _values(
    raw: Mapping[str, Any], kind: str, region: str, say: Say
) -> tuple[dict[str, Choice], frozenset[str]]:
    entries = raw[kind]
    if not isinstance(entries, Mapping) or not entries:
        say(f"A {kind} names its values.", (kind,), f"Write {kind}: {{value: Label}}.")
        return {"none": Choice("None", "none")}, frozenset()
    found: dict[str, Choice] = {}
    left: set[str] = set()
    for value, told in entries.items():
        data = told if isinstance(told, Mapping) else {"label": told}
        for key in data:
            if key not in _VALUE_KEYS:
                say(f"`{key}` is not known of a value.", (kind, value, key), near(key, _VALUE_KEYS))
        if value in _STATUSES or (kind == "checklist" and value in WRITTEN):
            say(f"`{value}` has a meaning of its own.", (kind, value), "Give it another name.")
        label = str(data.get("label", ""))
        if not label:
            say(f"`{value}` has no label.", (kind, value), "Write how it reads on the screen.")
        if "factor" in data and not _is_factor(data["factor"]):
            say(
                f"The factor of `{value}` is no number.",
                (kind, value, "factor"),
                "Write a number, none, steps [{up to 20: 4}, {over 20: 8}], or either by edition.",
            )
            data = {k: v for k, v in data.items() if k != "factor"}
        regions = data.get("regions", [])
        if isinstance(regions, list) and regions and region and region not in regions:
            left.add(value)
            continue
        words = str(data.get("words", _as_words(label)))
        said = {key: tuple(_listed(data.get(key, []))) for key in ("also", "denies", "against")}
        if kind != "choice" and (said["denies"] or said["against"]):
            say(f"A value of {with_article(kind)} denies nothing.", (kind, value), "Write it of a choice.")
        found[value] = Choice(label, words, str(data.get("unit", "")), data.get("factor"), **said)
    return found, frozenset(left)


def _is_factor(raw: Any, by_edition: bool = True) -> bool:
    if isinstance(raw, Mapping):
        return by_edition and all(_is_factor(one, False) for one in raw.values())
    if isinstance(raw, list):
        return bool(raw) and all(
            isinstance(step, Mapping)
            and len(step) == 1
            and isinstance(next(iter(step.values())), int | float)
            and STEP.fullmatch(str(next(iter(step)))) is not None
            for step in raw
        )
    return raw == "none" or (isinstance(raw, int | float) and not isinstance(raw, bool))


def _as_words(label: str) -> str:
    """A label inside a sentence: its first letter small, unless it begins with an abbreviation."""
    return label[:1].lower() + label[1:] if not label[1:2].isupper() else label


def _choice(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    kind = "choice" if "choice" in raw else "choices"
    values, left = _values(raw, kind, region, say)
    named: dict[str, tuple[str, ...]] = {}
    groups = raw.get("named", {})
    for word, members in groups.items() if isinstance(groups, Mapping) else ():
        if word in values or word in left or word in _STATUSES:
            say(f"`{word}` is a value already.", ("named", word), "Give the group another name.")
        unknown = [v for v in _listed(members) if v not in values and v not in left]
        for value in unknown:
            say(f"`{value}` is no value.", ("named", word), near(value, values))
        named[word] = tuple(v for v in _listed(members) if v in values)
    return Spec(kind, name, raw, values=values, left_out=left, named=named)


def _listed(raw: Any) -> list[str]:
    return [str(one) for one in raw] if isinstance(raw, list) else [str(raw)]


def _checklist(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    values, left = _values(raw, "checklist", region, say)
    said = raw.get("said", {"yes": "present", "no": "absent"})
    if not isinstance(said, Mapping) or set(said) != {"yes", "no"}:
        say("`said` has words for yes and for no.", ("said",), "Write said: {yes: present, no: absent}.")
        said = {"yes": "present", "no": "absent"}
    return Spec(
        "checklist", name, raw, values=values, left_out=left, said={k: str(said[k]) for k in ("yes", "no")}
    )


def _parts(
    name: str, raw: Mapping[str, Any], key: str, region: str, say: Say
) -> tuple[dict[str, Spec], dict[str, str]]:
    entries = raw.get(key)
    parts: dict[str, Spec] = {}
    asks: dict[str, str] = {}
    if not isinstance(entries, Mapping) or not entries:
        say(f"`{key}` names at least one part.", (key,))
        entries = {"of": "text"}
    for part, spec in entries.items():
        if part in WRITTEN or part.isdigit():
            say(f"A part can't be called `{part}`.", (key, part), "Give it another name.")

        def inner(what: str, steps: Iterable[Any] = (), fix: str = "", part: str = part) -> None:
            say(what, (key, part, *steps), fix)

        plain = spec
        asks[part] = f"{part.replace('_', ' ').capitalize()}?"
        if isinstance(spec, Mapping) and "ask" in spec:
            asks[part] = str(spec["ask"])
            plain = {k: v for k, v in spec.items() if k != "ask"}
            if set(plain) == {"answer"}:
                plain = plain["answer"]
        parts[part] = compile_answer(f"{name}.{part}", plain, region, inner)
        if parts[part].kind in ("table", "group", "checklist"):
            inner(f"A {parts[part].kind} can't stand inside another answer.")
            parts[part] = Spec("text", part, {}, limit=2000)
    return parts, asks


def _group(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    parts, asks = _parts(name, raw, "group", region, say)
    instead = raw.get("or", {})
    if not isinstance(instead, Mapping) or set(instead) & (_STATUSES | {"any"}):
        say("`or` names values that stand for having none.", ("or",), "Write or: {none: No operation}.")
        instead = {}
    return Spec(
        "group",
        name,
        raw,
        parts=parts,
        asks=asks,
        instead={k: str(v) for k, v in instead.items()},
        words=str(raw.get("words", "")),
    )


def _table(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    parts, asks = _parts(name, raw, "columns", region, say)
    optional = _listed(raw.get("optional", []))
    for one in optional:
        if one not in parts:
            say(f"There is no column `{one}`.", ("optional",), near(one, parts))
    known_by = _listed(raw.get("known_by", []))
    for one in known_by:
        if one not in parts:
            say(f"There is no column `{one}`.", ("known_by",), near(one, parts))
    only: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for one, rows in (raw.get("only") or {}).items():
        for column, values in rows.items():
            choice = parts.get(column)
            unknown = [value for value in _listed(values) if choice is None or value not in choice.values]
            if one not in parts or choice is None or unknown:
                wrong = one if one not in parts else column if choice is None else unknown[0]
                say(f"`only` names `{wrong}`, which is not there.", ("only", one), near(wrong, parts))
                break
            only[one] = {**only.get(one, {}), column: tuple(_listed(values))}
    for column, spec in list(parts.items()):
        rule = spec.computed
        operands = rule.get("times") if isinstance(rule, Mapping) and set(rule) == {"times"} else None
        named = (
            isinstance(operands, list) and len(operands) == 2 and all(str(one) in parts for one in operands)
        )
        if rule is not None and not named:
            say(
                f"`{column}` is computed of two other columns.",
                ("columns", column, "computed"),
                f"Write computed: {{times: [a, b]}}, with two of {', '.join(parts)}.",
            )
            parts[column] = replace(spec, computed=None)
        if spec.unit_column and spec.unit_column not in parts:
            say(
                f"`{column}` takes its unit from `{spec.unit_column}`, which is no column.",
                ("columns", column, "unit"),
                near(spec.unit_column, parts),
            )
    return Spec(
        "table",
        name,
        raw,
        parts=parts,
        asks=asks,
        optional=frozenset(optional),
        known_by=tuple(known_by),
        only=only,
        noun=str(raw["table"]),
        words=str(raw.get("words", "")),
        factors=tuple(_listed(raw.get("factors", []))),
    )


def _date(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    return Spec("date", name, raw)


def _text(name: str, raw: Mapping[str, Any], region: str, say: Say) -> Spec:
    limit = raw["text"]
    if not isinstance(limit, int) or limit < 1:
        say("`text` says how many characters fit.", ("text",), "Write text: 2000.")
        limit = 2000
    return Spec("text", name, raw, limit=limit)


_MAKERS: Mapping[str, Callable[[str, Mapping[str, Any], str, Say], Spec]] = {
    "number": _number,
    "choice": _choice,
    "choices": _choice,
    "checklist": _checklist,
    "group": _group,
    "table": _table,
    "date": _date,
    "text": _text,
}
