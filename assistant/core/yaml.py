"""YAML as people who don't program write it, with the line of every value.

Plain scalars are text, decimal numbers excepted, so that `yes`, `no`, dates and `12:30` stay what was
typed: the usual YAML rules turn `yes` into True, and True is a JSON Schema that accepts everything.
Duplicate keys, custom tags, merge keys and documents that are no map are refused with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import yaml

from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Problem, Refused

_NUMBER = re.compile(r"^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$", re.ASCII)
_HUGE = re.compile(r"^-?\d{16,}$", re.ASCII)
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}" for kind in "map seq str int float bool null timestamp merge value".split()
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEPTH = 60
_VALUES = 200_000

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlDocument:
    """A parsed file: its `data` (maps, lists, text, int and float only) and the line of each path in it."""

    name: str
    data: dict[str, Any]
    lines: dict[Path, int] = field(repr=False)

    def where(self, *path: str | int) -> str:
        """`file, line N` of the value at `path`, or of the nearest value above it."""
        keys: Path = path
        while keys and keys not in self.lines:
            keys = keys[:-1]
        return f"{self.name}, line {self.lines.get(keys, 1)}"

    def at(self, *path: str | int) -> Any:
        """The value at `path`."""
        value: Any = self.data
        for key in path:
            value = value[key]
        return value


def parse_yaml(text: str, name: str) -> YamlDocument:
    """The one YAML map in `text`; raises `Refused` with `name` and line for anything else."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        what = getattr(error, "problem", None) or "it holds characters that YAML doesn't allow"
        raise Refused(
            Problem(
                f"This isn't valid YAML: {what}.", f"{name}, line {line}", "Mend that line and try again."
            )
        ) from None
    except (RecursionError, ValueError) as error:
        raise Refused(Problem(f"This isn't valid YAML: {type(error).__name__}.", name)) from None
    if not isinstance(node, yaml.MappingNode):
        raise Refused(
            Problem(
                "The file is not a map of names to values.", f"{name}, line 1", "Begin it with `name: value`."
            )
        )
    lines: dict[Path, int] = {}
    return YamlDocument(name, _Reader(name, lines).read(node, (), 0), lines)


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


class _Reader:
    def __init__(self, name: str, lines: dict[Path, int]) -> None:
        self.name = name
        self.lines = lines
        self.count = 0

    def read(self, node: Any, path: Path, depth: int) -> Any:
        self.count += 1
        if depth > _DEPTH or self.count > _VALUES:
            raise self.refused(node, "The file is nested too deeply or far too large", "Make it smaller.")
        self.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag not in _PLAIN_TAGS:
            raise self.refused(node, f"The tag `{node.tag}` is not used here", "Remove it.")
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(inner, (*path, index), depth + 1) for index, inner in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: Any, path: Path, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self.refused(key_node, "A name here is not plain text", "Write `name: value`.")
            key = str(key_node.value)
            if key == "<<":
                raise self.refused(key_node, "Merge keys (`<<`) are not used here", "Write the values out.")
            if key in result:
                raise self.refused(
                    key_node, f"`{key}` stands twice in one map", "Remove or rename one of them."
                )
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            result[key] = self.read(value_node, (*path, key), depth + 1)
        return result

    def scalar(self, node: Any) -> str | int | float:
        text = str(node.value)
        if not node.style and _HUGE.match(text):
            raise self.refused(node, "This number is too long", "Shorten it, or put it in quotes.")
        if not node.style and _NUMBER.match(text):
            return float(text) if "." in text else int(text)
        return text

    def refused(self, node: Any, what: str, fix: str) -> Refused:
        return Refused(Problem(f"{what}.", f"{self.name}, line {node.start_mark.line + 1}", fix))


# The small readers that every part of a prompt file is read with; each notes what is wrong and where.


class FieldReader:
    """Reads fields of documents; `problems` gathers what could not be read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, what: str, where: str, fix: str = "") -> None:
        self.problems.append(Problem(what, where, fix))

    def get(self, doc: YamlDocument, path: tuple[Any, ...]) -> Any:
        try:
            return doc.at(*path)
        except (KeyError, IndexError, TypeError):
            return None

    def keys(
        self,
        doc: YamlDocument,
        path: tuple[Any, ...],
        data: Mapping[str, Any],
        allowed: frozenset[str],
        needed: tuple[str, ...],
    ) -> None:
        for key in data:
            if key not in allowed:
                self.say(f"`{key}` is not known here.", doc.where(*path, key), near(key, allowed))
        for key in needed:
            if data.get(key) in (None, ""):
                self.say(f"`{key}` is missing.", doc.where(*path), f"Add `{key}: ...`.")

    def mapping(self, doc: YamlDocument, path: tuple[Any, ...]) -> Mapping[str, Any]:
        raw = self.get(doc, path)
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.say(f"`{path[-1]}` is a map.", doc.where(*path))
        return {}

    def texts(self, doc: YamlDocument, path: tuple[Any, ...]) -> list[str]:
        raw = self.get(doc, path)
        if raw is None:
            return []
        if not isinstance(raw, list) or any(isinstance(entry, list | Mapping) for entry in raw):
            self.say(f"`{path[-1]}` is a list of words.", doc.where(*path), f"Write `{path[-1]}: [a, b]`.")
            return []
        return [str(entry) for entry in raw]

    def one_of(
        self, doc: YamlDocument, path: tuple[Any, ...], words: Mapping[str, bool], otherwise: bool
    ) -> bool:
        raw = self.get(doc, path)
        if raw is None:
            return otherwise
        if raw not in words:
            self.say(
                f"`{raw}` is not possible for `{path[-1]}`.", doc.where(*path), f"Write {' or '.join(words)}."
            )
        return words.get(str(raw), otherwise)

    def whole(self, doc: YamlDocument, path: tuple[Any, ...]) -> int:
        raw = self.get(doc, path)
        if not isinstance(raw, int):
            self.say(f"`{path[-1]}` is a whole number.", doc.where(*path))
            return 0
        return raw

    def date(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> PartialDate | None:
        if raw is None:
            return None
        made = parse_date(str(raw))
        if made is None:
            self.say(f"`{raw}` is not a date.", doc.where(*path), "Write it as 2014-07-12.")
        return made


def near(name: str, names: Iterable[str]) -> str:
    """The known name that is most like `name`, or all of them, as a hint."""
    known = sorted(names)
    close = get_close_matches(str(name), known, 1)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Known: {', '.join(known)}." if known else ""
