"""What a verification says: separate verdicts, the first break, and what none of them can prove."""

from __future__ import annotations

import hmac
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cache
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from struct import iter_unpack
from typing import Any, TypedDict, cast, get_type_hints

import msgspec
import orjson

from assistant.core.event_form import all_kinds
from assistant.core.problem import Refused
from assistant.core.text import counted
from assistant.log.chain import STRANGE_NAME, parsed, tree_root, unseal
from assistant.log.checkpoint import MARKS
from assistant.log.database import ARCHIVED, CLOSING, LARGEST_ENTRY, connect_reader
from assistant.log.entry import (
    READ_WHOLE,
    Parts,
    Row,
    entry_fault,
    family_of,
    is_kind,
    is_moment,
    is_name,
    misplaced,
    pinned_text,
    pins_by_kind,
)
from assistant.log.errors import DAMAGE, unless_damage, words
from assistant.log.tree import WIDTH, Blocks, StoredTree

# Whether the words that entries have committed to are in the log, and are those words.


COMMITMENTS = re.compile(rb'"\$text":(?:"([0-9a-f]{64})"[,}])?')
"""Where an entry's bytes hold a commitment; an empty group for a malformed one."""


def commitments_in(entry: bytes) -> list[str]:
    """The commitments in an entry's bytes, in their order."""
    return [one.decode("ascii") for one in COMMITMENTS.findall(entry)]


COMMITMENT = re.compile(r"[0-9a-f]{64}")
_COMMITTED = re.compile(rb'"\$text":(?:"(.{64})"[,}])?')

PRIME = 2**256 + 297
_number = int.from_bytes

_BLOBS = "SELECT commitment, salt, CAST(body AS BLOB) FROM blob WHERE commitment >= ? AND commitment < ?"
_EVERY_WORD = "SELECT commitment, salt, CAST(body AS BLOB) FROM blob ORDER BY commitment"
_ASKED = """SELECT b.commitment, b.salt, CAST(b.body AS BLOB)
FROM json_each(?) AS j CROSS JOIN blob AS b ON b.commitment = j.value"""
_ENTRIES = "SELECT id, session, seq, entry FROM event WHERE id > ? AND id <= ? ORDER BY id"


def new_key() -> int:
    """What the commitments of one verification are tallied with."""
    return secrets.randbelow(PRIME)


def committed(entries: Iterable[bytes]) -> list[bytes]:
    """The commitments in some entries; something else for a malformed one."""
    return _COMMITTED.findall(b"\n".join([entry for entry in entries if _DOLLAR in entry]))


def tally(commitments: Iterable[bytes], key: int, product: int = 1) -> int:
    """The product over more commitments; 0, which no other operand undoes, where one is malformed."""
    found = list(commitments)
    hexes = b"".join(found)
    try:
        digests = bytes.fromhex(hexes.decode("ascii"))
    except ValueError:
        return 0
    if not {64}.issuperset(map(len, found)) or digests.hex().encode("ascii") != hexes:
        return 0
    for (digest,) in iter_unpack("32s", digests):
        product = product * (key - _number(digest, "big")) % PRIME
    return product


def tally_of_words(
    connection: sqlite3.Connection, key: int, low: str = "", high: str = "g"
) -> tuple[int, int]:
    """The product over the commitments from `low` to before `high` whose words are there and match, and their number."""
    product, count = 1, 0
    for commitment, salt, body in connection.execute(_BLOBS, (low, high)):
        if not isinstance(salt, bytes) or not isinstance(body, bytes):
            continue
        digest = hmac.digest(salt, body, "sha256")
        if digest.hex() == commitment:
            product = product * (key - _number(digest, "big")) % PRIME
            count += 1
    return product, count


def _are_words_of(commitment: str, salt: object, body: object) -> bool:
    if not isinstance(salt, bytes) or not isinstance(body, bytes):
        return False
    return hmac.digest(salt, body, "sha256").hex() == commitment


def without_words(
    connection: sqlite3.Connection, start: int, end: int, absent: Collection[str] = ()
) -> Iterator[tuple[int, str, int]]:
    """Id, session and seq of the entries after `start`, up to `end`, that commit to words that aren't there.

    `absent` are commitments whose words need not be.
    """
    for id, session, seq, entry in connection.execute(_ENTRIES, (start, end)):
        if isinstance(entry, bytes) and b'"$text":' in entry:
            wanted = {one for one in COMMITMENTS.findall(entry) if one.decode("ascii") not in absent}
            asked = '["' + '","'.join(one.decode("ascii") for one in wanted) + '"]'
            for commitment, salt, body in connection.execute(_ASKED, (asked,)):
                if _are_words_of(commitment, salt, body):
                    wanted.discard(commitment.encode("ascii"))
            if wanted:
                yield id, session, seq


def stray_words(connection: sqlite3.Connection) -> tuple[list[str], int]:
    """The commitments in the table of words that no entry speaks of or whose words are not theirs; and how often an
    entry speaks of words that another has spoken of already."""
    wanted: set[bytes] = set()
    again = 0
    for (entry,) in connection.execute("SELECT entry FROM event WHERE id > 0"):
        found = COMMITMENTS.findall(entry) if isinstance(entry, bytes) else []
        before = len(wanted)
        wanted.update(found)
        again += len(found) - (len(wanted) - before)
    return [
        str(commitment)
        for commitment, salt, body in connection.execute(_EVERY_WORD)
        if str(commitment).encode("utf-8", "replace") not in wanted
        or not _are_words_of(commitment, salt, body)
    ], again


# One pass over the entries in the order of the log, to find the first that does not hold.


_EVENTS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event WHERE id > ? AND id <= ? ORDER BY id"
_BEFORE = "SELECT seq, leaf FROM event WHERE session = ? AND id <= ? ORDER BY seq DESC LIMIT 1"
_FIRST = "SELECT kind FROM event WHERE session = ? AND seq = 1 AND id > 0"
_CLOSED = f"SELECT kind FROM event WHERE session = ? AND id <= ? AND kind IN {CLOSING} ORDER BY id LIMIT 1"

NO_REVIEW = ("access.", "training.", "work.")
"""How the kind of the first entry begins of a session that is no review."""

ROLLBACK = "access.rollback_accepted"
TIMED = "access.checkpoint_timed"
REDACTED = "access.redacted"
STRETCH = "access.archived"
JITTER = 15.0
"""Seconds by which an entry may seem older than the one before: the wait for a turn to write, and some more."""

_DOLLAR = ord("$")
_PINS = b'"pins":'
_LONGEST_CLOCK = 20
_AT_A_TIME = 4 * WIDTH
_MOST_PINS = 256


_UNFIT = (TypeError, ValueError, RecursionError, msgspec.MsgspecError)


_ONE_FORM = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_USUAL_DEPTH = 8
"""Levels inside a body that are read at once; a deeper entry, and any with another kind of number, is looked at slowly."""


@cache
def _shallow() -> Callable[[bytes], Parts]:
    """Parses an entry that holds texts, whole numbers, lists and objects, and these not too deep; else raises `_UNFIT`."""
    inside: Any = str | int | bool | None
    for _ in range(_USUAL_DEPTH):
        inside = str | int | bool | None | list[inside] | dict[str, inside]
    parts = TypedDict("parts", {**get_type_hints(Parts), "body": dict[str, inside]})  # type: ignore[misc]
    return cast("Callable[[bytes], Parts]", msgspec.json.Decoder(parts).decode)


@dataclass(frozen=True)
class Break:
    """A place where the log stops to hold: a session, a `seq` in it, and what is wrong there."""

    session: str
    seq: int
    what: str


@dataclass
class Pinned:
    """A file that an entry rests on: session and `seq` of the first such entry, and the kinds that it is pinned as."""

    session: str
    seq: int
    kinds: set[str]


@dataclass
class Stretch:
    """What was found among the entries with the ids after `start`, up to `end`.

    `first_id` is the id of the first break, 0 for none. `sessions` counts those that begin here, `reviews` those that
    are none of readers or trainers, `backward` are entries (id, the time stated before, the time stated) with an
    earlier time than the entry before, `rollbacks` the ids of entries that accept one, `timed` of those that keep a
    time from elsewhere, `redacted` the commitments that are said to be without words, `archives` the entries that say
    what was archived, `ends` those with which a checkpoint is made, `tally` that of the commitments. `pins` has for
    each file that entries rest on the kinds of text that it is pinned as, and the first such entry. `unread` says why
    entries after the last one seen could not be read.
    """

    start: int
    end: int
    blocks: Blocks
    events: int = 0
    sessions: int = 0
    reviews: int = 0
    tally: int = 1
    breaks: int = 0
    first_break: Break | None = None
    first_id: int = 0
    unread: str = ""
    pins: dict[str, Pinned] = field(default_factory=dict)
    backward: list[tuple[int, str, str]] = field(default_factory=list)
    rollbacks: list[int] = field(default_factory=list)
    timed: list[int] = field(default_factory=list)
    redacted: set[str] = field(default_factory=set)
    archives: list[bytes] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def broken(self, id: int, session: str, seq: int, what: str) -> None:
        """Notes a place that does not hold."""
        self.breaks += 1
        if self.first_break is None or id < self.first_id:
            seq = seq if isinstance(seq, int) else 0
            self.first_break, self.first_id = Break(str(session), seq, what), id


class Walk:
    """A pass over the entries with the ids after `start` (a multiple of 256), up to `end`.

    `marks` are the numbers of entries at which a root will be wanted; commitments are tallied with `key`; `step`
    is told now and then how many have been read. Sessions that began before `start` go on from what the log holds of
    them there.
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
        self._heads: dict[str, tuple[int, str, frozenset[str]]] = {}
        self._closed: dict[str, str] = {}
        self._families: dict[str, str] = {}
        self._last = start
        self._before = ""
        self._pins: set[bytes] = set()
        self._kinds: set[str] = set()
        self._minutes: set[str] = set()
        self._seconds: set[str] = set()
        self._ends: set[str] = set()
        self._unpinned = frozenset(
            kind
            for kind, cls in all_kinds().items()
            if "pins" not in cls.__struct_fields__ and kind not in (*MARKS, ROLLBACK, TIMED, REDACTED)
        )
        self._plain = frozenset(kind for kind in self._unpinned - READ_WHOLE if not family_of(kind))

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
        found, heads, kinds = self._found, self._heads, self._kinds
        head_of, hashed = heads.get, sha256(b"\x00").copy
        parse, write = _shallow(), orjson.dumps
        minutes, seconds, ends = self._minutes, self._seconds, self._ends
        last, fine = self._last, ""
        before = self._before or self._time_of(last)
        current: Any = object()  # no session that a row may name, be it "" or nothing at all
        known, prev, plain = 0, "", frozenset[str]()
        leaves: list[bytes] = []
        wanted: list[bytes] = []
        rows = self._connection.execute(_EVENTS, (last, found.end))
        try:
            for id, session, seq, kind, ts, entry, digest in rows:
                if not entry and session == ARCHIVED:
                    last += 1
                    if not _stands_for(id, last, seq, kind, ts, entry, digest):
                        found.broken(id, session, 0, _CHANGED)
                        digest = digest if isinstance(digest, bytes) else b""
                        last = id
                    leaves.append(digest)
                    continue
                if session != current:  # entries of one session mostly stand together
                    heads[current] = known, prev, plain
                    known, prev, plain = head_of(session) or self._begin(id, session, seq, kind)
                    current = session
                try:
                    leaf = hashed()
                    leaf.update(entry)
                    actual = leaf.digest()
                    parts = parse(entry)
                    holds = (
                        actual == digest
                        and seq == known + 1
                        and id == last + 1
                        and parts["seq"] == seq
                        and parts["prev"] == prev
                        and parts["session"] == session
                        and parts["kind"] == kind
                        and parts["ts"] == ts
                        and (clock := parts["mono_ns"]).isdigit()
                        and clock.isascii()
                        and len(clock) <= _LONGEST_CLOCK
                        and write(parts, None, _ONE_FORM) == entry
                        and (entry.isascii() or not STRANGE_NAME.search(entry))
                        and len(entry) <= LARGEST_ENTRY
                        and (
                            ts == fine
                            or (ts[:17] in minutes and ts[17:20] in seconds and ts[20:] in ends)
                            or self._is_moment(ts)
                        )
                        and (kind in kinds or self._is_kind(kind))
                    )
                except _UNFIT:
                    holds = False
                last += 1
                if not holds:
                    self._wrong((id, session, seq, kind, ts, entry, digest), last - 1, known, prev)
                    last = id
                    if not isinstance(entry, bytes):
                        entry = b""  # so that the tree has a leaf in its place
                    actual, ts, kind = sha256(b"\x00" + entry).digest(), str(ts), str(kind)
                    digest = digest if isinstance(digest, bytes) else b""
                    seq = seq if isinstance(seq, int) else 0
                else:
                    fine = ts
                leaves.append(actual)
                known, prev = seq, digest.hex()
                if ts < before:
                    self._set_back(id, before, ts)
                before = ts
                if _DOLLAR in entry:
                    wanted.append(entry)
                if kind not in plain:
                    self._special(id, session, seq, kind, entry)
                    if kind in CLOSING:
                        plain = frozenset()
                if len(leaves) >= _AT_A_TIME:
                    self._flush(leaves, wanted)
                    leaves, wanted = [], []
        finally:
            self._last, self._before = last, before
            heads[current] = known, prev, plain
            self._flush(leaves, wanted)

    def _flush(self, leaves: list[bytes], wanted: list[bytes]) -> None:
        self._found.events += len(leaves)
        self._found.blocks.add(leaves)
        if self._step is not None:
            self._step(len(leaves))
        if wanted:
            self._found.tally = tally(committed(wanted), self._key, self._found.tally)

    def _wrong(self, row: Row, last: int, known: int, prev: str) -> None:
        what = entry_fault(row, last, known, prev)
        if what:
            self._found.broken(row[0], row[1], row[2], what)

    def _begin(self, id: int, session: str, seq: int, kind: str) -> tuple[int, str, frozenset[str]]:
        """The head of a session before the first entry of it that is seen here, and the kinds that need no second look."""
        if not isinstance(session, str) or not is_name(session):
            self._found.broken(id, session, seq, "no session can be named so")
        first = None if seq == 1 else self._connection.execute(_FIRST, (session,)).fetchone()
        self._families[session] = family = family_of(str(first[0] if first else kind))
        plain = frozenset() if family else self._plain
        if seq != 1 and self._found.start:
            before = session, self._found.start
            row = self._connection.execute(_BEFORE, before).fetchone()
            if row is not None:
                if closed := self._connection.execute(_CLOSED, before).fetchone():
                    self._closed[session], plain = closed[0], frozenset()
                return row[0], row[1].hex(), plain
        self._found.sessions += 1
        self._found.reviews += not str(kind).startswith(NO_REVIEW)
        return 0, "", plain

    def _special(self, id: int, session: str, seq: int, kind: str, entry: bytes) -> None:
        ended = self._closed.get(session, "")
        if what := misplaced(self._families[session], ended, seq, kind, lambda: _body_of(entry)):
            self._found.broken(id, session, seq, what)
        if kind in MARKS:
            self._found.ends.append(id)
        if kind == ROLLBACK:
            self._found.rollbacks.append(id)
        elif kind == TIMED:
            self._found.timed.append(id)
        elif kind == STRETCH:
            self._found.archives.append(entry)
        elif kind == REDACTED:
            self._redacted(id, session, seq, entry)
        elif kind in CLOSING:
            self._closed.setdefault(session, kind)
        elif kind not in MARKS and kind not in self._unpinned:
            self._pin(id, session, seq, entry)

    def _redacted(self, id: int, session: str, seq: int, entry: bytes) -> None:
        with suppress(ValueError, TypeError, KeyError):
            commitment = str(parsed(entry)["body"]["commitment"])
            if COMMITMENT.fullmatch(commitment):
                self._found.redacted.add(commitment)
                return
        self._found.broken(id, session, seq, "it says of no text that it was redacted")

    def _is_moment(self, ts: str) -> bool:
        """Notes the minute, the second and the rest of a time, since most of each will be seen again."""
        if is_moment(ts):
            self._minutes.add(ts[:17])
            self._seconds.add(ts[17:20])
            self._ends.add(ts[20:])
            return True
        return False

    def _is_kind(self, kind: str) -> bool:
        if is_kind(kind):
            self._kinds.add(kind)
        return kind in self._kinds

    def _time_of(self, id: int) -> str:
        """The time that the entry before those of this pass states."""
        row = self._connection.execute("SELECT ts FROM event WHERE id = ?", (id,)).fetchone() if id else None
        return row[0] if row and isinstance(row[0], str) else ""

    def _set_back(self, id: int, before: str, now: str) -> None:
        try:
            seconds = (datetime.fromisoformat(before) - datetime.fromisoformat(now)).total_seconds()
        except (ValueError, TypeError):
            return
        if seconds > JITTER:
            self._found.backward.append((id, before, now))

    def _pin(self, id: int, session: str, seq: int, entry: bytes) -> None:
        at = 0
        while (at := entry.find(_PINS, at) + len(_PINS)) >= len(_PINS):
            if (
                entry[at : entry.find(b"}}", at) + 2] in self._pins
            ):  # what stood there whole before, ends there too
                continue
            pins = pinned_text(entry, at)
            if not pins:
                self._found.broken(id, session, seq, "the entry can't be read")
            else:
                for kind, each in pins_by_kind(pins):
                    self._found.pins.setdefault(each, Pinned(str(session), seq, set())).kinds.add(kind)
                if len(self._pins) >= _MOST_PINS:
                    self._pins.clear()
                self._pins.add(pins)


_CHANGED = "what stands in the place of an entry that was archived was changed"


def _stands_for(
    id: object, last: int, seq: object, kind: object, ts: object, entry: object, digest: object
) -> bool:
    """Whether a row is what stays of an archived entry: its number, and its hash."""
    return (
        id == last
        and seq == -last
        and kind == ARCHIVED
        and ts == ""
        and entry == b""
        and isinstance(digest, bytes)
        and len(digest) == 32
    )


def _body_of(entry: bytes) -> dict[str, Any]:
    """The body of an entry with no words for what stands beside it; empty for one that can't be read."""
    with suppress(ValueError, TypeError, KeyError):
        return dict(unseal(parsed(entry)["body"], str))
    return {}


@dataclass(frozen=True)
class Verdict:
    """One answer: `ok` is True, False, or None for what could not be decided; `says` gives it in words."""

    ok: bool | None
    says: str


@dataclass(frozen=True)
class Table:
    """How many rows a table holds, and how many of them a check has covered."""

    rows: int
    covered: int


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    `verdicts` are chain, tree, signatures, coverage, reviewers, rows, triggers, database and artifacts, by name; a
    deep one has more. `root` is that of the tree (hex; empty where not all entries can be read), `since` the number of
    entries that an earlier verification vouches for. `notes` are what somebody should look at, though nothing is
    broken by it. Of the `sessions` so many are `reviews`; the others are of readers, trainers and keys. `verified` is
    the newest checkpoint that holds: its note. `tables` has for each table how many rows it holds and how many of them
    a check has covered; `copy` is the day of the backup that the file is, by the log's key; empty where it is none.
    `shorter` is whether it may be a copy without a mark: a checkpoint that is held covers more entries; `held` is how
    many entries the newest one that was named covers, or else the profile's.
    """

    ok: bool
    events: int
    sessions: int
    verdicts: dict[str, Verdict]
    first_break: Break | None
    not_proven: list[str]
    notes: list[str] = field(default_factory=list)
    root: str = ""
    since: int = 0
    verified: str = ""
    reviews: int = 0
    tables: dict[str, Table] = field(default_factory=dict)
    copy: str = ""
    shorter: bool = False
    held: int = 0

    @property
    def unsigned(self) -> bool:
        """Whether it is open who signed: no checkpoint is stored beside the entries, or its key is not known here."""
        return bool(self.events) and self.verdicts["signatures"].ok is None

    @property
    def of_sessions(self) -> str:
        """How many sessions of which kind began among the entries that were read, in words."""
        return sessions_in_words(self.sessions, self.reviews)

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log verify --json`."""
        return asdict(self)


def sessions_in_words(sessions: int, reviews: int) -> str:
    """So many reviews, as `imr log sessions` lists them, and the sessions of readers, trainers and keys."""
    others = f" and {counted(sessions - reviews, 'other session')}" if sessions > reviews else ""
    return f"{counted(reviews, 'review')}{others}"


def limits(held_size: int, held_where: str, events: int, signed: bool) -> list[str]:
    """What a verification can't prove, where `held_size` entries are covered by a checkpoint held outside the log."""
    after = events - held_size
    if not held_size:
        first = (
            "That the newest entries were not cut off, that no whole session was taken out, and that the log was "
            "not replaced by an older copy, put in another order or written anew: that takes a checkpoint held by "
            "somebody else, and none is known here."
        )
    else:
        entries = "no entry" if after <= 0 else f"{counted(after, 'entry')}, from number {held_size + 1} on"
        first = (
            f"What came after the last checkpoint held elsewhere ({entries}): this could have been cut off, added "
            f"or written anew. And that checkpoint ({held_where}) proves as much as its place is out of reach of "
            "whoever could change the log."
        )
    key = (
        "That nobody else has the key that signs: with a stolen key a changed log can be signed anew, which only "
        "a checkpoint held by somebody else shows."
    )
    return [
        first,
        *([key] if signed else []),
        "That the times are right: they are what the clock of the computer said.",
        "Who sat at the keyboard: a review is signed with a key and a passphrase, and whoever has both can sign.",
        "That nothing was left out: a step that was never logged leaves no trace.",
    ]


# The pass over a long log, shared between this process and others: each reads a stretch of its own.


EACH = 25_000
"""How many entries are worth a process of their own."""

MOST_PROCESSES = 8

OWN_PART = 0.8
"""How much of what each other process reads this one does: less, since SQLite's own check runs beside it."""


@dataclass(frozen=True)
class Passed:
    """What the pass found: its stretches in order, and whether each committed text is there (None: not looked at).

    `words` is the number of texts that are those of their commitment. `redacted` are gone as the log says, `left` are
    there although it says so.
    """

    stretches: list[Stretch]
    texts: bool | None
    words: int = 0
    redacted: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Task:
    path: Path
    start: int
    end: int
    marks: tuple[int, ...]
    key: int
    low: str
    high: str

    def run(self, step: Callable[[int], None] | None = None) -> tuple[Stretch, int, int]:
        connection = connect_reader(self.path)
        try:
            stretch = Walk(connection, self.path, self.start, self.end, self.marks, self.key, step).run()
            try:
                return stretch, *tally_of_words(connection, self.key, self.low, self.high)
            except DAMAGE as error:
                unless_damage(self.path, error)
                stretch.unread = stretch.unread or f"texts can't be read: {words(error)}"
                return stretch, 0, 0
        finally:
            connection.close()


def processes(count: int) -> int:
    """How many processes share the pass over so many entries."""
    return max(1, min(os.cpu_count() or 1, MOST_PROCESSES, count // EACH))


def _shared_out(
    path: Path, start: int, end: int, marks: Sequence[int], count: int, key: int, texts: bool
) -> list[_Task]:
    """The stretches of the pass over `count` entries, the first for this process, each with its part of the words."""
    parts = processes(count)
    shares = [(OWN_PART + at) / (OWN_PART + parts - 1) for at in range(parts - 1)]
    ends = [(start + int((end - start) * share)) // WIDTH * WIDTH for share in shares]
    words = [f"{int(16**6 * share):06x}" if texts else "" for share in shares]
    stretches = zip([start, *ends], [*ends, end], ["", *words], [*words, "g" if texts else ""], strict=True)
    return [
        _Task(path, since, until, tuple(mark for mark in marks if since < mark <= until), key, low, high)
        for since, until, low, high in stretches
    ]


def _together(tasks: Sequence[_Task], step: Callable[[int], None] | None) -> list[tuple[Stretch, int, int]]:
    """What each task comes to: the first here, the others elsewhere, or here too where that comes to nothing."""
    mine, *others = tasks
    if not others:
        return [mine.run(step)]
    with ProcessPoolExecutor(len(others), get_context("spawn")) as pool:
        elsewhere: list[Future[tuple[Stretch, int, int]] | None] = [None] * len(others)
        with suppress(OSError, BrokenExecutor):
            for at, task in enumerate(others):
                elsewhere[at] = pool.submit(task.run)
        done = [mine.run(None if step is None else lambda count: step(len(tasks) * count))]
        done += [_outcome(task, there) for task, there in zip(others, elsewhere, strict=True)]
    return done


def _outcome(task: _Task, elsewhere: Future[tuple[Stretch, int, int]] | None) -> tuple[Stretch, int, int]:
    if elsewhere is not None:
        with suppress(Refused, OSError, BrokenExecutor):
            return elsewhere.result()
    return task.run()


def walk_all(
    path: Path,
    start: int,
    end: int,
    marks: Sequence[int],
    texts: bool = True,
    step: Callable[[int], None] | None = None,
    absent: Collection[str] = (),
) -> Passed:
    """Looks at the entries with the ids after `start` (a multiple of 256), up to `end`; see `Walk`.

    With `texts` (for a pass from the first entry) all words of the log are compared with all commitments, but for those
    that may be `absent`, each of which is spoken of once.
    """
    count = end - start
    with closing(connect_reader(path)) as connection, suppress(*DAMAGE):
        # `end` may be any number, where somebody has moved an entry
        (count,) = connection.execute("SELECT count(*) FROM event").fetchone()
    key = new_key()
    done = _together(_shared_out(path, start, end, marks, min(end - start, count), key, texts), step)
    said = held = 1
    for stretch, texts_held, _ in done:
        said, held = said * stretch.tally % PRIME, held * texts_held % PRIME
    redacted = frozenset().union(*(stretch.redacted for stretch, _, _ in done))
    gone = redacted - _there(path, redacted)
    held = tally((one.encode("ascii") for one in {*absent, *gone}), key, held)
    return Passed(
        [stretch for stretch, _, _ in done],
        said == held if texts else None,
        sum(count for _, _, count in done),
        gone,
        redacted - gone,
    )


def _there(path: Path, commitments: Collection[str]) -> frozenset[str]:
    """Those of some commitments whose words are there."""
    if not commitments:
        return frozenset()
    with closing(connect_reader(path)) as connection:
        asked = orjson.dumps(sorted(commitments)).decode()
        return frozenset(str(one) for one, _, _ in connection.execute(_ASKED, (asked,)))


# Whether the hashes that the log keeps of its tree are those of its entries.


_ROWS = "SELECT level, number, hash FROM subtree WHERE level = ? AND number >= ? ORDER BY number"


def before(connection: sqlite3.Connection, blocks: int) -> list[tuple[int, bytes]]:
    """The kept hashes over the first `blocks` blocks as whole subtrees: height in blocks and hash, largest first."""
    tree, done, found = StoredTree(connection), 0, []
    for height in range(blocks.bit_length() - 1, -1, -1):
        if blocks >> height & 1:
            end = done + (1 << height)
            found.append((height, tree.over(done * WIDTH, end * WIDTH)))
            done = end
    return found


def fault(connection: sqlite3.Connection, stretches: Sequence[Blocks]) -> tuple[int, str] | None:
    """The first kept hash that is not that of the entries: after how many entries it begins, and words for it."""
    first = stretches[0].start // WIDTH
    level, number = 1, first
    actual = [digest for one in stretches for digest in one.hashes]
    while True:
        kept = connection.execute(_ROWS, (level, number)).fetchall()
        width: int = WIDTH**level
        for expected, row in _pairs(actual, kept):
            if row is None or expected is None or row[1] != number or row[2] != expected:
                what = "is missing" if row is None or row[1] != number else "is not that of the entries"
                if expected is None:
                    what = "is of entries that are not there"
                where = (
                    f"the hash that the log keeps over entries {number * width + 1} to {(number + 1) * width}"
                )
                return number * width, f"{where} {what}"
            number += 1
        if not actual:
            return None
        level, number = level + 1, first // WIDTH ** (level)
        below = _all_of(connection, level - 1, number * WIDTH)
        actual = [tree_root(below[at : at + WIDTH]) for at in range(0, len(below) // WIDTH * WIDTH, WIDTH)]


def _pairs(
    actual: Sequence[bytes], kept: Sequence[tuple[int, int, bytes]]
) -> Iterator[tuple[bytes | None, tuple[int, int, bytes] | None]]:
    for at in range(max(len(actual), len(kept))):
        yield actual[at] if at < len(actual) else None, kept[at] if at < len(kept) else None


def _all_of(connection: sqlite3.Connection, level: int, number: int) -> list[bytes]:
    """The kept hashes of a level, which were found right just before."""
    return [row[2] for row in connection.execute(_ROWS, (level, number))]
