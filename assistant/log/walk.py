"""One pass over the entries in the order of the log, to find the first that does not hold.

Stored bytes are hashed as they are, never written anew. They are canonical, so the fields that columns copy stand
at their end in a known order, and are compared there without parsing. What a row costs here decides how long an
audit takes, so the loop calls nothing that an ordinary row doesn't need.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from assistant.core.event_form import all_kinds
from assistant.log.entry_fault import Row, fault, pinned_hashes, pinned_text
from assistant.log.refusal import DAMAGE, unless_damage, words
from assistant.log.schema import CLOSING, LARGEST_ENTRY
from assistant.log.text_check import COMMITMENTS, tally
from assistant.log.tree import WIDTH
from assistant.log.tree_blocks import Blocks

_EVENTS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event WHERE id > ? AND id <= ? ORDER BY id"
_BEFORE = "SELECT seq, leaf FROM event WHERE session = ? AND id <= ? ORDER BY seq DESC LIMIT 1"
_CLOSED = f"SELECT 1 FROM event WHERE session = ? AND id <= ? AND kind IN {CLOSING}"

SETTLED = tuple(
    "answer. evidence. absences. record. passages. pages. case. fact. criterion. determination. sentence. check.".split()
)
"""What begins a kind of event that can't follow the end of its session; nor can a second end or opening."""

ROLLBACK = "access.rollback_accepted"
JITTER = 15.0
"""Seconds by which an entry may seem older than the one before: the wait for a turn to write, and some more."""

_ONCE = frozenset({*CLOSING, "session.opened"})
_DOLLAR = ord("$")
_PINS = re.compile(rb'"pins":')
_AT_A_TIME = 16 * WIDTH
_FEW = 7


class _Labels(dict[str, bytes]):
    """By kind, what stands in an entry before the value of its monotonic clock."""

    def __missing__(self, kind: str) -> bytes:
        label = self[kind] = f'"kind":"{kind}","mono_ns":"'.encode()
        return label


@dataclass(frozen=True)
class Break:
    """A place where the log stops to hold: a session, a `seq` in it, and what is wrong there."""

    session: str
    seq: int
    what: str


@dataclass
class Stretch:
    """What was found among the entries with the ids after `start`, up to `end`.

    `first_id` is the id of the first break, 0 for none. `sessions` counts those that begin here, `backward` are
    entries (id, the time stated before, the time stated) with an earlier time than the entry before, `rollbacks`
    the ids of entries that accept one, `tally` that of the commitments. `unread` says why entries after the last one seen could not be read.
    """

    start: int
    end: int
    blocks: Blocks
    events: int = 0
    sessions: int = 0
    tally: int = 1
    breaks: int = 0
    first_break: Break | None = None
    first_id: int = 0
    unread: str = ""
    pins: dict[str, tuple[str, int]] = field(default_factory=dict)
    backward: list[tuple[int, str, str]] = field(default_factory=list)
    rollbacks: list[int] = field(default_factory=list)

    def broken(self, id: int, session: str, seq: int, what: str) -> None:
        """Notes a place that does not hold."""
        self.breaks += 1
        if self.first_break is None or id < self.first_id:
            self.first_break, self.first_id = Break(session, seq, what), id


class Walk:
    """A pass over the entries with the ids after `start` (a multiple of 256), up to `end`.

    `marks` are the numbers of entries at which a root will be wanted; commitments are tallied with `key`; `step`
    is told now and then how many have been read. Sessions that began before `start` go on from what the log holds of them there.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        start: int,
        end: int,
        marks: Sequence[int] = (),
        key: int = 0,
        step: Callable[[int], None] | None = None,
    ) -> None:
        self._key = key
        self._found = Stretch(start, end, Blocks(start, marks))
        self._connection = connection
        self._path = path
        self._step = step
        self._heads: dict[str, tuple[int, str]] = {}
        self._closed: set[str] = set()
        self._last = start
        self._before = ""
        self._labels = _Labels()
        self._pins: list[bytes] = []
        self._plain = frozenset(
            kind
            for kind, cls in all_kinds().items()
            if "pins" not in cls.__dataclass_fields__ and kind not in (*CLOSING, ROLLBACK)
        )

    def run(self) -> Stretch:
        """The whole pass. Damage ends it, and is told in `unread`; an error of the disk is raised."""
        try:
            try:
                self._rows()
            except (sqlite3.OperationalError, UnicodeError) as error:
                if "UTF-8" not in str(error):
                    raise
                self._connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
                try:
                    self._rows()
                finally:
                    self._connection.text_factory = str
        except DAMAGE as error:
            unless_damage(self._path, error)
            self._found.unread = f"entries after number {self._last} of the log can't be read: {words(error)}"
        self._found.blocks.finish()
        return self._found

    def _rows(self) -> None:
        found, heads, closed, plain, labels = (
            self._found,
            self._heads,
            self._closed,
            self._plain,
            self._labels,
        )
        head_of, hashed, digits = heads.get, sha256(b"\x00").copy, 1
        last, before = self._last, self._before
        current, known, prev = "", 0, ""
        leaves: list[bytes] = []
        wanted: list[bytes] = []
        rows = self._connection.execute(_EVENTS, (last, found.end))
        try:
            for id, session, seq, kind, ts, entry, digest in rows:
                if session != current:  # entries of one session mostly stand together
                    heads[current] = known, prev
                    known, prev = head_of(session) or self._begin(session, seq)
                    current = session
                try:
                    leaf = hashed()
                    leaf.update(entry)
                    actual = leaf.digest()
                    tail = f'","prev":"{prev}","seq":{seq},"session":"{session}","ts":"{ts}","v":1}}'.encode()
                    size = len(entry)
                    end = size - len(tail)
                    label = labels[kind]
                    labelled = entry.endswith(label, 0, end - digits)
                    if not labelled:
                        digits = end - entry.rfind(b'"', 0, end) - 1
                        labelled = entry.endswith(label, 0, end - digits)
                    holds = (
                        actual == digest
                        and seq == known + 1
                        and id == last + 1
                        and entry.endswith(tail)
                        and entry[end - digits : end].isdigit()
                        and labelled
                        and size <= LARGEST_ENTRY
                    )
                except (TypeError, AttributeError, UnicodeError):
                    holds = False
                last += 1
                if not holds:
                    self._wrong((id, session, seq, kind, ts, entry, digest), last - 1, known, prev)
                    last = id
                    if not isinstance(entry, bytes):
                        entry = b""  # so that the tree has a leaf in its place
                    actual, ts, kind = sha256(b"\x00" + entry).digest(), str(ts), str(kind)
                    digest = digest if isinstance(digest, bytes) else b""
                leaves.append(actual)
                known, prev = seq, digest.hex()
                if ts < before:
                    self._set_back(id, before, ts)
                before = ts
                if closed and session in closed and (kind in _ONCE or kind.startswith(SETTLED)):
                    found.broken(id, session, seq, f"{kind} stands after the end of the session")
                if _DOLLAR in entry:
                    wanted += COMMITMENTS.findall(entry)
                if kind not in plain:
                    self._special(id, session, seq, kind, entry)
                if len(leaves) == _AT_A_TIME:
                    self._flush(leaves, wanted)
                    leaves, wanted = [], []
        finally:
            self._last, self._before = last, before
            heads[current] = known, prev
            self._flush(leaves, wanted)

    def _flush(self, leaves: list[bytes], wanted: list[bytes]) -> None:
        self._found.events += len(leaves)
        self._found.blocks.add(leaves)
        if self._step is not None:
            self._step(len(leaves))
        if wanted:
            self._found.tally = tally(wanted, self._key, self._found.tally)

    def _wrong(self, row: Row, last: int, known: int, prev: str) -> None:
        what = fault(row, last, known, prev)
        if what:
            seq = row[2] if isinstance(row[2], int) else 0
            self._found.broken(row[0], str(row[1]), seq, what)

    def _begin(self, session: str, seq: int) -> tuple[int, str]:
        """The head of a session before the first entry of it that is seen here."""
        if seq != 1 and self._found.start:
            before = session, self._found.start
            row = self._connection.execute(_BEFORE, before).fetchone()
            if row is not None:
                if self._connection.execute(_CLOSED, before).fetchone():
                    self._closed.add(session)
                self._heads[session] = row[0], row[1].hex()
                return self._heads[session]
        self._found.sessions += 1
        return 0, ""

    def _special(self, id: int, session: str, seq: int, kind: str, entry: bytes) -> None:
        if kind == ROLLBACK:
            self._found.rollbacks.append(id)
        elif kind in CLOSING:
            self._closed.add(session)
        else:
            self._pin(id, session, seq, entry)

    def _set_back(self, id: int, before: str, now: str) -> None:
        try:
            seconds = (datetime.fromisoformat(before) - datetime.fromisoformat(now)).total_seconds()
        except (ValueError, TypeError):
            return
        if seconds > JITTER:
            self._found.backward.append((id, before, now))

    def _pin(self, id: int, session: str, seq: int, entry: bytes) -> None:
        for match in _PINS.finditer(entry):
            at = match.end()
            if any(entry.startswith(known, at) for known in self._pins):
                continue
            pins = pinned_text(entry, at)
            if not pins:
                self._found.broken(id, session, seq, "the entry can't be read")
            else:
                for each in pinned_hashes(pins):
                    self._found.pins.setdefault(each, (session, seq))
                self._pins = [pins, *self._pins[:_FEW]]
