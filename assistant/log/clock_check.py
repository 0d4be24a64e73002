"""What looks odd in the times of a log, though it breaks nothing: the clock of a computer is only a claim."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any

_ENTRY = "SELECT entry FROM event WHERE id = ?"
MOST = 10
"""How many notes of one kind are written out."""


def set_back(connection: sqlite3.Connection, places: Iterable[tuple[int, str, str]]) -> Iterator[str]:
    """A sentence for each place (id, time stated before, time stated) where the time stated goes back."""
    for number, (id, before, now) in enumerate(places):
        if number == MOST:
            yield "Times go back in more places than these."
            return
        this, last = _fields(connection, id), _fields(connection, id - 1)
        yield (
            f"Entry {this.get('seq')} of session {this.get('session')} (number {id} of the log) is stated at {now}, "
            f"and the entry before it in the log at {before}: the clock was set back, or the entry was dated "
            f"back.{_monotonic(last, this)}"
        )


def accepted(connection: sqlite3.Connection, places: Iterable[int]) -> Iterator[str]:
    """A sentence for each entry that accepted an older or another log."""
    for id in places:
        fields = _fields(connection, id)
        body = fields.get("body", {})
        yield (
            f"At {fields.get('ts')} {fields.get('actor')} accepted this log as it was found, with {body.get('size')} "
            f"entries, though the checkpoint held then was over {body.get('held_size')} entries of "
            f"{body.get('held_log')}. The reason: `imr log show {fields.get('session')}`."
        )


def _monotonic(last: dict[str, Any], this: dict[str, Any]) -> str:
    try:
        if last["boot"] != this["boot"]:
            return " The computer was started anew in between."
        seconds = (int(this["mono_ns"]) - int(last["mono_ns"])) / 1e9
    except (KeyError, ValueError, TypeError):
        return ""
    if seconds < 0:
        return (
            " The computer's monotonic clock went back too, which it never does: this entry was made before the "
            "other one, or was not written by this program."
        )
    return f" By the computer's monotonic clock {seconds:,.0f} s passed in between."


def _fields(connection: sqlite3.Connection, id: int) -> dict[str, Any]:
    row = connection.execute(_ENTRY, (id,)).fetchone()
    try:
        fields = json.loads(row[0])
    except (ValueError, TypeError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
