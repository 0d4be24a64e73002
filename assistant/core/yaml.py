"""YAML and JSON as people who don't program write them, with the line of every value, and the one check of a file's form.

Plain scalars are text, decimal numbers excepted, so that `yes`, `no`, dates and `12:30` stay what was
typed: the usual YAML rules turn `yes` into True, and True is a JSON Schema that accepts everything.
Duplicate keys, custom tags, merge keys and documents that are no map are refused with file and line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NoReturn

from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import compiled, one_line
from assistant.core.value import Value

FORM = 1
"""Raised by one where the same text is parsed to something else than before."""
_NUMBER = r"(?a)^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$"
_HUGE = r"(?a)^-?\d{16,}$"
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in "map seq str int float bool null timestamp merge value".split()
)
_DEPTH = 60
_VALUES = 200_000
_HALF = "[\ud800-\udfff]"

Path = tuple[str | int, ...]


class YamlDocument(Value):
    """A parsed file: its `data` and the line of each path in it.

    `data` is a map whose values are maps, lists, text, int and float, from a JSON file also booleans and None.
    """

    name: str
    data: dict[str, Any]
    lines: dict[Path, int]

    def where(self, *path: str | int) -> str:
        """`file, line N` of the value at `path`, or of the nearest value above it."""
        return f"{self.name}, line {self.line(*path)}"

    def line(self, *path: str | int) -> int:
        """The line of the value at `path`, or of the nearest value above it."""
        keys: Path = path
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return self.lines.get(keys, 1)

    def at(self, *path: str | int) -> Any:
        """The value at `path`."""
        value: Any = self.data
        for key in path:
            value = value[key]
        return value

    def find(self, *path: str | int) -> Any:
        """The value at `path`, None where there is none."""
        try:
            return self.at(*path)
        except (KeyError, IndexError, TypeError):
            return None


_QUOTED = r"""\s*(?:- +)*(?:[\w-]+: +)?(["'])"""


def _left_open(text: str, until: int) -> int:
    """The last line before one where a quote begins and doesn't end in its line; 0 where each is closed."""
    found = 0
    for number, line in enumerate(text.split("\n")[: until - 1], 1):
        begun = compiled(_QUOTED).match(line)
        if begun is not None and begun[1] not in line[begun.end() :]:
            found = number
    return found


def parse_yaml(text: str, name: str) -> YamlDocument:
    """The one YAML map in `text`; raises `Refused` with `name` and line for anything else."""
    import yaml  # a start that knows its files from before parses none

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reader = _Reader(name)
    try:
        data = reader.document(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        what = getattr(error, "problem", None) or "it holds characters that YAML doesn't allow"
        begun = _left_open(text, line)
        if begun:
            what = f"the quote that begins here isn't closed, as is noticed in line {line}"
            raise Refused(
                Problem(
                    f"This isn't valid YAML: {what}.",
                    f"{name}, line {begun}",
                    "End it with the quote it begins with.",
                )
            ) from None
        raise Refused(
            Problem(
                f"This isn't valid YAML: {what}.", f"{name}, line {line}", "Mend that line and try again."
            )
        ) from None
    except (RecursionError, ValueError) as error:
        raise refuse(
            f"This isn't valid YAML: {type(error).__name__}.", f"{name}, line 1", "Write it more plainly."
        ) from None
    return YamlDocument(name, data, reader.lines)


@lru_cache(maxsize=64)
def parse_kept(text: str, name: str) -> YamlDocument:
    """The same, parsed once: several readers want it while a session opens, and none of them changes it."""
    return parse_yaml(text, name)


def parse_json(text: str, name: str) -> YamlDocument:
    """The one JSON object in `text`; raises `Refused` with `name` and line for anything else.

    A name that stands twice in an object, a number without end (NaN, Infinity, 1e999) and half a character are refused.
    """

    def refused(what: str) -> NoReturn:
        raise ValueError(what)

    def number(written: str) -> float:
        made = float(written)
        return (
            made if abs(made) != float("inf") else refused(f"the number {one_line(written, 40)} is too large")
        )

    try:
        data = json.loads(
            text, parse_constant=lambda said: refused(f"{said} is no number"), parse_float=number
        )
    except json.JSONDecodeError as error:
        raise refuse(
            f"This isn't valid JSON: {error.msg}.", f"{name}, line {error.lineno}", "Mend that line."
        ) from None
    except (ValueError, RecursionError) as error:
        said = str(error) if type(error) is ValueError else "it is nested too deeply"
        raise refuse(
            f"This isn't valid JSON: {one_line(said, 80)}.", f"{name}, line 1", "Mend it and try again."
        ) from None
    if not isinstance(data, dict):
        raise refuse("The file is not a map of names to values.", f"{name}, line 1", "Begin it with `{`.")
    return YamlDocument(name, data, _json_lines(text, name))


_JSON_TOKEN = r'"(?:[^"\\]|\\.)*"|[{}\[\],:\n]|[^\s"{}\[\],:]+'


def _json_lines(text: str, name: str) -> dict[Path, int]:
    """The line of each path of a text that is valid JSON."""
    lines: dict[Path, int] = {(): 1}
    stack: list[tuple[Path, dict[str, int] | None]] = []
    line, path, key, awaits_key = 1, (), "", False

    def begin(at: Path) -> None:
        lines.setdefault(at, line)
        if len(at) > _DEPTH or len(lines) > _VALUES:
            raise _too_large(name, line)

    here: Path = path
    for token in compiled(_JSON_TOKEN).findall(text):
        if token == "\n":
            line += 1
        elif token in "{[":
            begin(here)
            stack.append((here, {} if token == "{" else None))
            awaits_key = token == "{"
            here = here if awaits_key else (*here, 0)
        elif token in "}]":
            here, _ = stack.pop()
            awaits_key = False
        elif token == ",":
            outer, names = stack[-1]
            awaits_key = names is not None
            here = outer if awaits_key else (*outer, int(here[-1]) + 1)
        elif token == ":":
            pass
        elif awaits_key:
            outer, names = stack[-1]
            key = json.loads(token)
            if names is None or key in names:
                raise refuse(
                    f"`{one_line(key, 40)}` stands twice in one object.",
                    f"{name}, line {line}",
                    "Remove or rename one of them.",
                )
            names[key] = line
            here, awaits_key = (*outer, key), False
            lines[here] = line
            _whole(key, name, line)
        else:
            begin(here)
            if token[0] == '"':
                _whole(json.loads(token), name, line)
    return lines


def _whole(text: str, name: str, line: int) -> None:
    if compiled(_HALF).search(text):
        raise refuse("This text holds half a character.", f"{name}, line {line}", "Write it without.")


def _too_large(name: str, line: int) -> Refused:
    return refuse(
        "The file is nested too deeply or far too large.", f"{name}, line {line}", "Make it smaller."
    )


def plain(value: Any) -> Iterator[tuple[Path, Any]]:
    """Every scalar of a nested value with its path."""
    stack: list[tuple[Path, Any]] = [((), value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, dict):
            stack.extend(((*path, key), inner) for key, inner in item.items())
        elif isinstance(item, list):
            stack.extend(((*path, index), inner) for index, inner in enumerate(item))
        else:
            yield path, item


def texts_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text of a nested value with its path, the names of maps included."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key), str(key)
            yield from texts_in(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts_in(inner, (*path, index))


def names_in(value: Any) -> Iterator[str]:
    """Every name of every map in a nested value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from names_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner)


class _Anchored(Value):
    """What an anchor stands for, with how many values and how many levels it holds."""

    value: Any
    size: int
    height: int


class _Reader:
    """Values from the events of a YAML text; it never goes deeper than `_DEPTH`, whatever the text says."""

    def __init__(self, name: str) -> None:
        import yaml

        self.kinds = yaml
        self.name = name
        self.lines: dict[Path, int] = {}
        self.count = 0
        self.deepest = 0
        self.anchors: dict[str, _Anchored] = {}
        self.begun: set[str] = set()

    def document(self, events: Iterator[Any]) -> dict[str, Any]:
        self.events: Iterator[Any] = events
        begun = [next(events, None), next(events, None)]
        first = next(events, None) if isinstance(begun[1], self.kinds.DocumentStartEvent) else None
        if not isinstance(first, self.kinds.MappingStartEvent):
            raise refuse(
                "The file is not a map of names to values.",
                f"{self.name}, line 1",
                "Begin it with `name: value`.",
            )
        made: dict[str, Any] = self.read(first, (), 0)
        next(events)
        after: Any = next(events, None)
        if isinstance(after, self.kinds.DocumentStartEvent):
            raise self.refused(
                after, "This isn't valid YAML: a second document begins here", "Keep only one of them."
            )
        return made

    def read(self, event: Any, path: Path, depth: int) -> Any:
        self.count += 1
        self.deepest = max(self.deepest, depth)
        if depth > _DEPTH or self.count > _VALUES:
            raise _too_large(self.name, event.start_mark.line + 1)
        self.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, self.kinds.AliasEvent):
            return self.alias(event, depth)
        if event.tag not in (None, "!") and event.tag not in _PLAIN_TAGS:
            raise self.refused(event, f"The tag `{one_line(event.tag, 60)}` is not used here", "Remove it.")
        before, deepest = self.count, self.deepest
        self.deepest = depth
        if event.anchor is not None:
            self.begun.add(event.anchor)
        if isinstance(event, self.kinds.MappingStartEvent):
            made: Any = self.mapping(path, depth)
        elif isinstance(event, self.kinds.SequenceStartEvent):
            made = self.sequence(path, depth)
        else:
            made = self.scalar(event)
        if event.anchor is not None:
            self.begun.discard(event.anchor)
            self.anchors[event.anchor] = _Anchored(made, self.count - before + 1, self.deepest - depth)
        self.deepest = max(deepest, self.deepest)
        return made

    def alias(self, event: Any, depth: int) -> Any:
        meant = self.anchors.get(event.anchor)
        if event.anchor in self.begun:  # it would hold itself
            raise _too_large(self.name, event.start_mark.line + 1)
        if meant is None:
            what = f"This isn't valid YAML: `*{one_line(event.anchor, 40)}` stands for nothing above it"
            raise self.refused(event, what, "Write the value out.")
        self.count += meant.size - 1
        self.deepest = max(self.deepest, depth + meant.height)
        if self.deepest > _DEPTH or self.count > _VALUES:
            raise _too_large(self.name, event.start_mark.line + 1)
        return deepcopy(meant.value)

    def sequence(self, path: Path, depth: int) -> list[Any]:
        made: list[Any] = []
        while not isinstance(event := next(self.events), self.kinds.SequenceEndEvent):
            made.append(self.read(event, (*path, len(made)), depth + 1))
        return made

    def mapping(self, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while not isinstance(event := next(self.events), self.kinds.MappingEndEvent):
            if not isinstance(event, self.kinds.ScalarEvent):
                raise self.refused(event, "A name here is not plain text", "Write `name: value`.")
            mark: Any = event.start_mark
            line, key = mark.line + 1, str(event.value)
            if key == "<<":
                raise self.refused(event, "Merge keys (`<<`) are not used here", "Write the values out.")
            if key in result:
                raise self.refused(
                    event, f"`{one_line(key, 40)}` stands twice in one map", "Remove or rename one of them."
                )
            self.lines[(*path, key)] = line
            result[key] = self.read(next(self.events), (*path, key), depth + 1)
        return result

    def scalar(self, event: Any) -> str | int | float:
        text = str(event.value)
        if not event.style and compiled(_HUGE).match(text):
            raise self.refused(
                event,
                "This number is too long",
                "Shorten it; what is a name, as a claim number is, stands in quotes.",
            )
        if not event.style and compiled(_NUMBER).match(text):
            return float(text) if "." in text else int(text)
        return text

    def refused(self, event: Any, what: str, fix: str) -> Refused:
        return refuse(f"{what}.", f"{self.name}, line {event.start_mark.line + 1}", fix)


# Whether a file has the form that its JSON Schema (2020-12) gives it; in words, by line.


_NOUNS = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "array": "a list",
    "object": "a map",
    "boolean": "true or false",
    "null": "nothing",
}
_HOW = {
    "string": "Write it as text; what looks like a number stands in quotes.",
    "array": "Begin each entry with `- `, or write [a, b].",
    "object": "Write `name: value`, each in a line below it.",
    "integer": "Write it in digits.",
    "number": "Write it in digits.",
}
_MOST_SAID = 100


def form_problems(document: YamlDocument, checker: Any) -> list[Problem]:
    """Where the document is not as its schema has it: what, file and line, and what to do; in the order of lines."""
    found: list[tuple[int, Problem]] = []
    for path, value in plain(document.data):
        if any("\0" in one for one in (value, *path) if isinstance(one, str)):
            what = f"{_name(path)} holds a NUL."
            found.append((document.line(*path), Problem(what, document.where(*path), "Write it without.")))
    try:
        for error in checker.iter_errors(document.data):
            if len(found) < _MOST_SAID:
                found += _said(document, error)
    except RecursionError:
        return [_too_large(document.name, 1).problems[0]]
    return [problem for _, problem in sorted(dict.fromkeys(found), key=lambda one: one[0])]


def form_checker(schema: Mapping[str, Any], others: Iterable[Mapping[str, Any]] = ()) -> Any:
    """What holds documents against a schema; `others` are those that it refers to, by their `$id`.

    They are put in where they are referred to: looked up for each value, a check takes half as long again.
    """
    from jsonschema import Draft202012Validator  # slow to load, and the first frame needs no check
    from jsonschema.validators import extend

    bundled = {**schema.get("$defs", {}), **{other["$id"]: other for other in others}}
    read = deepcopy({**schema, "$defs": bundled})
    for part, root in [*_referring(read, read)]:
        file, _, pointer = part.pop("$ref").partition("#")
        named = read["$defs"][file] if file else root
        for key in pointer.split("/")[1:]:
            named = named[key]
        part["allOf"] = [named, *part.get("allOf", ())]
    checker: Any = extend(Draft202012Validator)  # type: ignore[no-untyped-call]
    ready: dict[int, Any] = {}

    def descend(
        self: Any, instance: Any, schema: Any, path: Any = None, schema_path: Any = None, resolver: Any = None
    ) -> Iterator[Any]:
        """As its own, but a part of the schema is made ready once, not for each value: it refers to nothing any more."""
        if id(schema) not in ready:
            ready[id(schema)] = self.evolve(schema=schema)
        for error in ready[id(schema)].iter_errors(instance):
            error.path.extendleft(() if path is None else (path,))
            error.schema_path.extendleft(() if schema_path is None else (schema_path,))
            yield error

    checker.descend = descend
    return checker(read)


def _referring(part: Any, root: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """The parts of a schema that refer to another, each with the file that it stands in."""
    if isinstance(part, dict):
        root = part if isinstance(part.get("$id"), str) else root
        if isinstance(part.get("$ref"), str):
            yield part, root
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _referring(inner, root)


def _said(document: YamlDocument, error: Any) -> Iterator[tuple[int, Problem]]:
    path: Path = tuple(error.absolute_path)
    for more, what, fix in _words(error, path):
        place = (*path, *more)
        line = document.line(*place)
        holder = document.line(*place[:-1])
        inside = f"In {_name(place[:-1])} (line {holder}): " if len(place) > 1 and holder < line else ""
        yield line, Problem(f"{inside}{what}", document.where(*place), fix)


def _words(error: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    """The path below the error's own, what is wrong, and what to do."""
    keyword, wanted, value = error.validator, error.validator_value, error.instance
    name = _name(path)
    about = error.schema if isinstance(error.schema, Mapping) else {}
    if "propertyNames" in error.schema_path:
        yield (value,), f"`{one_line(str(value), 40)}` can't be a name here.", _how(about)
    elif keyword == "type":
        kinds = [wanted] if isinstance(wanted, str) else list(wanted)
        words = " or ".join(_NOUNS[kind] for kind in kinds)
        yield (), f"{name} is {_is(value)}; {words} is wanted.", _how(about) or _HOW.get(kinds[0], "")
    elif keyword == "required":
        for key in wanted:
            if key not in value:
                yield (), f"`{key}` is missing.", f"Add `{key}: ...`."
    elif keyword == "additionalProperties":
        known = {*about.get("properties", ())}
        shapes = [re.compile(shape) for shape in about.get("patternProperties", ())]
        for key in value:
            if key not in known and not any(shape.search(key) for shape in shapes):
                yield (key,), f"`{one_line(key, 40)}` is not known here.", near(key, known) or _how(about)
    elif keyword == "dependentRequired":
        for key, needed in wanted.items():
            for missing in needed if key in value else ():
                if missing not in value:
                    yield (key,), f"A `{key}` stands without its `{missing}`.", f"Add `{missing}`."
    elif keyword in ("enum", "const"):
        words = " or ".join(
            str(one) for one in (wanted if keyword == "enum" else [wanted]) if not isinstance(one, bool)
        )
        shown = f"`{one_line(str(value), 40)}`" if not isinstance(value, list | dict) else _is(value)
        yield (), f"{name} can't be {shown}.", _how(about) or f"Write {words}."
    elif keyword is None:
        yield (), f"{name} has no place here.", _how(about) or "Remove it."
    elif keyword in ("minLength", "pattern", "minItems", "minProperties") and (
        value in ([], {}) or (isinstance(value, str) and not value.strip())
    ):
        yield (), f"{name} is empty.", _how(about) or "Write what it is to say, or leave it out."
    elif keyword == "pattern" and (named := compiled(_NAMED).fullmatch(wanted)):
        fix = "It stands for what has to be said here; put it back."
        yield (), f"`{{{{ {named[1]} }}}}` is missing from this text.", fix
    elif keyword == "uniqueItems":
        yield (), f"An entry of {name} stands twice in it.", "Remove one of the two."
    elif keyword in _LIMITS:
        yield (
            (),
            f"{name} is {one_line(str(value), 40)}; {_LIMITS[keyword]} {wanted} is possible.",
            _how(about),
        )
    else:
        shown = f"can't be “{one_line(value, 60)}”" if isinstance(value, str) else "is not as it has to be"
        yield (), f"{name} {shown}.", _how(about) or "See docs/formats.md."


_NAMED = r"\\\{\\\{\\s\*(\w+)\\s\*\\\}\\\}"
"""A pattern that asks for a name in braces, as sentences have them."""

_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}


def _name(path: Path) -> str:
    """How a place is called: its key, and for an entry of a list the list's key and the entry's number."""
    if not path:
        return "the file"
    if isinstance(path[-1], str):
        return f"`{one_line(path[-1], 60)}`"
    keys = [key for key in path if isinstance(key, str)]
    return f"`{one_line(keys[-1] if keys else '', 60)}`, entry {path[-1] + 1}"


def _is(value: Any) -> str:
    if value is None:
        return "nothing (null)"
    if value == "":
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"text (“{one_line(value, 40)}”)"
    if isinstance(value, int | float):
        return f"the number {one_line(str(value), 40)}"
    return "a list" if isinstance(value, list) else "a map"


def _how(schema: Mapping[str, Any]) -> str:
    """What to do, as our schemas say it in an annotation of their own, `fix`."""
    return str(schema.get("fix", ""))


@contextmanager
def well_formed(name: str) -> Iterator[None]:
    """Within, what the text `name` holds is read as its schema has it; `Refused` where the reader stumbles over it.

    What a person writes was held to its schema before. A text that a session keeps isn't: it was held to what its
    version of the program demanded, and somebody may have altered the log since.
    """
    try:
        yield
    except (
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ):
        raise refuse(
            "The text doesn't have the form of its kind.",
            name,
            "Hold it against its schema in schemas/; if a log keeps it, verify that with `imr log verify`.",
        ) from None


class Findings:
    """Gathers what is wrong with the content of files, so that everything is told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, what: str, where: str, fix: str = "") -> None:
        self.problems.append(Problem(what, where, fix))


def near(name: str, names: Iterable[str]) -> str:
    """The known name that is most like `name`, or all of them, as a hint."""
    known = sorted(names)
    close = get_close_matches(str(name), known, 1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known: {', '.join(known)}." if known else ""


Steps = tuple[Any, ...]


class FieldReader(Findings):
    """Reads fields of documents that may have any form; `problems` gathers what could not be read."""

    def keys(
        self,
        doc: YamlDocument,
        path: Steps,
        data: Mapping[str, Any],
        allowed: frozenset[str],
        needed: tuple[str, ...],
    ) -> None:
        """Notes names that are not known here, and those that are missing."""
        for key in data:
            if key not in allowed:
                self.say(f"`{key}` is not known here.", doc.where(*path, key), near(key, allowed))
        for key in needed:
            if data.get(key) in (None, ""):
                self.say(f"`{key}` is missing.", doc.where(*path), f"Add `{key}: ...`.")

    def mapping(self, doc: YamlDocument, path: Steps) -> Mapping[str, Any]:
        raw = doc.find(*path)
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.say(f"`{path[-1]}` is a map.", doc.where(*path))
        return {}

    def texts(self, doc: YamlDocument, path: Steps) -> list[str]:
        raw = doc.find(*path)
        if raw is None:
            return []
        if not isinstance(raw, list) or any(isinstance(entry, list | Mapping) for entry in raw):
            self.say(f"`{path[-1]}` is a list of words.", doc.where(*path), f"Write `{path[-1]}: [a, b]`.")
            return []
        return [str(entry) for entry in raw]

    def one_of(self, doc: YamlDocument, path: Steps, words: Mapping[str, bool], otherwise: bool) -> bool:
        raw = doc.find(*path)
        if raw is None:
            return otherwise
        if not isinstance(raw, str) or raw not in words:
            self.say(
                f"`{raw}` is not possible for `{path[-1]}`.", doc.where(*path), f"Write {' or '.join(words)}."
            )
        return words.get(str(raw), otherwise)

    def whole(self, doc: YamlDocument, path: Steps) -> int:
        raw = doc.find(*path)
        if not isinstance(raw, int):
            self.say(f"`{path[-1]}` is a whole number.", doc.where(*path))
            return 0
        return raw

    def date(self, doc: YamlDocument, path: Steps) -> PartialDate | None:
        raw = doc.find(*path)
        if raw is None:
            return None
        made = parse_date(str(raw))
        if made is None:
            self.say(f"`{raw}` is not a date.", doc.where(*path), "Write it as 2014-07-12.")
        return made
