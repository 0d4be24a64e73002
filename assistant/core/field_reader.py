"""The small readers that every part of a prompt file is read with; each notes what is wrong and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.plain_yaml import Document
from assistant.core.problem import Problem


class FieldReader:
    """Reads fields of documents; `problems` gathers what could not be read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, what: str, where: str, fix: str = "") -> None:
        self.problems.append(Problem(what, where, fix))

    def get(self, doc: Document, path: tuple[Any, ...]) -> Any:
        try:
            return doc.at(*path)
        except (KeyError, IndexError, TypeError):
            return None

    def keys(
        self,
        doc: Document,
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

    def mapping(self, doc: Document, path: tuple[Any, ...]) -> Mapping[str, Any]:
        raw = self.get(doc, path)
        if raw is None or isinstance(raw, Mapping):
            return raw or {}
        self.say(f"`{path[-1]}` is a map.", doc.where(*path))
        return {}

    def texts(self, doc: Document, path: tuple[Any, ...]) -> list[str]:
        raw = self.get(doc, path)
        if raw is None:
            return []
        if not isinstance(raw, list) or any(isinstance(entry, list | Mapping) for entry in raw):
            self.say(f"`{path[-1]}` is a list of words.", doc.where(*path), f"Write `{path[-1]}: [a, b]`.")
            return []
        return [str(entry) for entry in raw]

    def one_of(
        self, doc: Document, path: tuple[Any, ...], words: Mapping[str, bool], otherwise: bool
    ) -> bool:
        raw = self.get(doc, path)
        if raw is None:
            return otherwise
        if raw not in words:
            self.say(
                f"`{raw}` is not possible for `{path[-1]}`.", doc.where(*path), f"Write {' or '.join(words)}."
            )
        return words.get(str(raw), otherwise)

    def whole(self, doc: Document, path: tuple[Any, ...]) -> int:
        raw = self.get(doc, path)
        if not isinstance(raw, int):
            self.say(f"`{path[-1]}` is a whole number.", doc.where(*path))
            return 0
        return raw

    def date(self, doc: Document, path: tuple[Any, ...], raw: Any) -> PartialDate | None:
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
