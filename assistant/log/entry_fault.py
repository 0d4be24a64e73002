"""What is wrong with one row of the log, in words: the slow look at a row that the quick one did not pass."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from assistant.core.chain import leaf
from assistant.log.schema import LARGEST_ENTRY

Row = tuple[Any, ...]
"""id, session, seq, kind, ts, entry and leaf, as the file gives them."""

_SHAPE = (int, str, int, str, str, bytes, bytes)
_DECODER = json.JSONDecoder()
_HASH = re.compile(r"[0-9a-f]{64}")


def fault(row: Row, last: int, known: int, prev: str) -> str:
    """What keeps the row from following the row `last` of the log, and the entry `known` of its session.

    `prev` is the hash of that entry in hex. Empty where nothing is wrong.
    """
    if tuple(map(type, row)) != _SHAPE:
        return "a column has the wrong type"
    id, session, seq, kind, ts, entry, digest = row
    if leaf(entry) != digest:
        return "the entry was changed: its bytes do not give its hash"
    if seq != known + 1:
        return f"entries are missing or out of order: number {known + 1} should stand here"
    if len(entry) > LARGEST_ENTRY:
        return "the entry is larger than the program writes"
    columns = {"prev": prev, "seq": seq, "session": session, "ts": ts, "v": 1, "kind": kind}
    tail = f'","prev":"{prev}","seq":{seq},"session":"{session}","ts":"{ts}","v":1}}'.encode()
    at = entry.rfind(b'"mono_ns":"', 0, -len(tail))
    if not (
        entry.endswith(tail)
        and entry.endswith(f'"kind":"{kind}",'.encode(), 0, at)
        and entry[at + 11 : -len(tail)].isdigit()
    ):
        return _which(entry, columns)
    if id != last + 1:
        return "an entry of the log is missing or out of order before this one"
    return ""


def _which(entry: bytes, columns: dict[str, object]) -> str:
    try:
        fields: Any = json.loads(entry)
        wrong = [name for name, value in columns.items() if fields[name] != value]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "the entry can't be read"
    if "prev" in wrong:
        return "the entry does not link to the one before it"
    if wrong:
        return f"the columns beside the entry were changed: {', '.join(wrong)}"
    return "the entry is not written as the program writes it"


def pinned_text(entry: bytes, at: int) -> bytes:
    """The bytes of the JSON value that begins at `at` in an entry; empty where there is none."""
    try:
        text = entry[at:].decode("utf-8")
        return text[: _DECODER.raw_decode(text)[1]].encode("utf-8")
    except (ValueError, RecursionError):
        return b""


def pinned_hashes(pins: bytes) -> list[str]:
    """The SHA-256 of every file that is named among the `pins` of an entry."""
    return list(_hashes(json.loads(pins)))


def _hashes(pins: object) -> Iterator[str]:
    if isinstance(pins, str):
        if _HASH.fullmatch(pins):
            yield pins
    elif isinstance(pins, dict | list):
        for inner in pins.values() if isinstance(pins, dict) else pins:
            yield from _hashes(inner)
