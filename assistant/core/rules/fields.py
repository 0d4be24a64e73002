"""The small readers that files of the second language are read with; each notes what is wrong and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.core.dates import PartialDate, parse_date
from assistant.core.yaml import Findings, YamlDocument, near

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
