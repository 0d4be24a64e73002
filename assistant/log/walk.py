"""One pass over every entry in the order of the log, to find the first that does not hold.

Stored bytes are hashed as they are, never written anew. The bytes are canonical, so the fields that
columns copy stand at their end in a known order, and are compared there without parsing.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from assistant.core.chain import leaf
from assistant.log.schema import CLOSING, LARGEST_ENTRY

_EVENTS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event ORDER BY id"
_COMMITMENT = re.compile(rb'"\$text":"([^"]*)"')
_MONO = re.compile(rb'"[0-9]+",')
_LONGEST_MONO = 24
_SHAPE = (int, str, int, str, str, bytes, bytes)
_HASH = re.compile(r"[0-9a-f]{64}")

SETTLED = ("answer.", "evidence.", "absences.", "criterion.", "determination.", "sentence.", "check.")
"""What begins a kind of event that can't follow the end of its session; nor can a second end or opening."""


@dataclass(frozen=True)
class Break:
    """The place where the log stops to hold: a session, a `seq` in it, and what is wrong there."""

    session: str
    seq: int
    what: str


class Walk:
    """A pass over the log; iterate over it once, to its end, then read its findings.

    It gives the RFC 6962 leaf hash of each entry, computed from the bytes. `texts` are the
    commitments whose words are there and match.
    """

    def __init__(self, connection: sqlite3.Connection, texts: set[str]) -> None:
        self.events = 0
        self.breaks = 0
        self.first_break: Break | None = None
        self.heads: dict[str, tuple[int, str]] = {}
        self.pins: dict[str, str] = {}
        self._closed: set[str] = set()
        self._texts = texts
        self._connection = connection
        self._last_id = 0

    def __iter__(self) -> Iterator[bytes]:
        for row in self._connection.execute(_EVENTS):
            self.events += 1
            id, session, seq, kind, ts, entry, digest = row
            if tuple(map(type, row)) != _SHAPE:
                self._broken(str(session), seq if isinstance(seq, int) else 0, "a column has the wrong type")
                self._last_id = id if isinstance(id, int) else self._last_id
                if isinstance(entry, bytes):
                    yield leaf(entry)
                continue
            actual = sha256(b"\x00" + entry).digest()
            known, prev = self.heads.get(session, (0, ""))
            what = self._wrong(id, session, seq, kind, ts, entry, digest, actual, known, prev)
            if what:
                self._broken(session, seq, what)
            if kind in CLOSING:
                self._closed.add(session)
            self._last_id = id
            self.heads[session] = seq, digest.hex()
            yield actual

    def _wrong(
        self,
        id: int,
        session: str,
        seq: int,
        kind: str,
        ts: str,
        entry: bytes,
        digest: bytes,
        actual: bytes,
        known: int,
        prev: str,
    ) -> str:
        if actual != digest:
            return "the entry was changed: its bytes do not give its hash"
        if seq != known + 1:
            return f"entries are missing or out of order: number {known + 1} should stand here"
        head = f'"prev":"{prev}","seq":{seq},"session":"{session}","ts":"{ts}","v":1}}'.encode()
        if not entry.endswith(head):
            return _which(entry, {"prev": prev, "seq": seq, "session": session, "ts": ts, "v": 1})
        label = f'"kind":"{kind}","mono_ns":'.encode()
        end = len(entry) - len(head)
        at = entry.find(label, max(end - len(label) - _LONGEST_MONO, 0), end)
        if at < 0 or not _MONO.fullmatch(entry, at + len(label), end):
            return _which(entry, {"kind": kind})
        if id != self._last_id + 1:
            return "an entry of the log is missing or out of order before this one"
        if len(entry) > LARGEST_ENTRY:
            return "the entry is larger than the program writes"
        if session in self._closed and (kind.startswith(SETTLED) or kind in (*CLOSING, "session.opened")):
            return f"{kind} stands after the end of the session"
        if b'"$text":' in entry:
            for commitment in _COMMITMENT.findall(entry):
                if commitment.decode("ascii", "replace") not in self._texts:
                    return "a text of this entry is missing, or is not the one that was logged"
        if b'"pins":' in entry:
            return self._pinned(session, entry)
        return ""

    def _pinned(self, session: str, entry: bytes) -> str:
        try:
            body = json.loads(entry)["body"]
        except (ValueError, KeyError, TypeError, RecursionError):
            return "the entry can't be read"
        if isinstance(body, dict):
            for hash in _hashes(body.get("pins")):
                self.pins.setdefault(hash, session)
        return ""

    def _broken(self, session: str, seq: int, what: str) -> None:
        self.breaks += 1
        if self.first_break is None:
            self.first_break = Break(session, seq, what)


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


def _hashes(pins: object) -> Iterator[str]:
    if isinstance(pins, str):
        if _HASH.fullmatch(pins):
            yield pins
    elif isinstance(pins, dict | list):
        for inner in pins.values() if isinstance(pins, dict) else pins:
            yield from _hashes(inner)
