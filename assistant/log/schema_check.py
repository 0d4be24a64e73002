"""Whether each entry is one that the program writes, by `schemas/entry.schema.json` and `schemas/event.schema.json`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from assistant.log.opening import open_reader
from assistant.log.place import existing_log
from assistant.log.refusal import DAMAGE, unless_damage, words
from assistant.log.verdict import Verdict
from assistant.log.walk import Break

_ENTRIES = "SELECT session, seq, kind, entry FROM event WHERE id > ? ORDER BY id"
_EVERY = 1_000


def schemas(path: Path, since: int, step: Callable[[int], None]) -> tuple[Verdict, Break | None]:
    """The verdict on all entries after number `since`, and the first that does not fit."""
    connection = open_reader(existing_log(path))
    try:
        return _all(connection, since, step)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(None, f"not all entries can be read: {words(error)}"), None
    finally:
        connection.close()


def _all(
    connection: sqlite3.Connection, since: int, step: Callable[[int], None]
) -> tuple[Verdict, Break | None]:
    check = _Check()
    first, faults, count = None, 0, 0
    for session, seq, kind, entry in connection.execute(_ENTRIES, (since,)):
        count += 1
        if count % _EVERY == 0:
            step(_EVERY)
        if what := check.fault(kind, entry):
            faults += 1
            first = first or Break(str(session), int(seq), what)
    if first is not None:
        more = f", and {faults - 1} more" if faults > 1 else ""
        return Verdict(False, f"session {first.session}, entry {first.seq}: {first.what}{more}"), first
    return Verdict(True, f"{count} entries are as their schemas have them"), None


class _Check:
    """One validator for the form of an entry and one for each kind of body, made when first needed."""

    def __init__(self) -> None:
        from jsonschema import Draft202012Validator

        from assistant import library

        folder = library.folder("schemas")
        self._make = Draft202012Validator
        self._event = json.loads(library.read_text(folder / "event.schema.json"))
        entry = json.loads(library.read_text(folder / "entry.schema.json"))
        form = {"type": "object", "required": entry["required"], "properties": entry["properties"]}
        self._form = Draft202012Validator(form)
        self._fields = {*entry["required"], *entry["properties"]}
        self._bodies: dict[str, Any] = {}

    def fault(self, kind: str, data: bytes) -> str:
        """What is wrong with an entry; empty if nothing is."""
        try:
            entry = json.loads(data)
        except (ValueError, TypeError, RecursionError):
            return "the entry can't be read"
        if kind not in self._event["$defs"] or kind not in self._event["properties"]["kind"]["enum"]:
            return f"the kind {kind} is not known to this version of the program"
        if kind not in self._bodies:
            schema = {"$defs": self._event["$defs"], "$ref": f"#/$defs/{kind}"}
            self._bodies[kind] = self._make(schema)
        if strange := sorted(set(entry) - self._fields):
            return f"`{strange[0]}` does not belong in an entry"
        for error in self._form.iter_errors(entry):
            return f"{error.json_path}: {error.message[:200]}"
        for error in self._bodies[kind].iter_errors(entry["body"]):
            return f"the body of {kind}, {error.json_path}: {error.message[:200]}"
        return ""
