"""Whether the log's entries give the roots that were signed, by whom, and how far what is held elsewhere reaches."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core.problem import Refused
from assistant.core.text import counted
from assistant.files import existing_log
from assistant.log.checkpoint import MARKS, Held, held, missing_entries, origin_of
from assistant.log.database import check_identity, connect_reader, differences, schema_of
from assistant.log.errors import DAMAGE, unless_damage, words
from assistant.log.keys import (
    Checkpoint,
    VerifierKey,
    own_keys,
    read_checkpoint,
    read_note,
    signature_holds,
    signers,
)
from assistant.log.store import open_reader
from assistant.log.verify_entries import CACHE_KIB, Break, Verdict

NEWEST = 1_000
"""How many of the newest signatures are checked, unless all are: the newest vouches for all entries before it."""


@dataclass(frozen=True)
class Known:
    """What is known from outside the log.

    `held` are the checkpoints of this very log that somebody holds, `foreign` those that were named for it and are of
    another. `strict` is whether a key or a checkpoint is known, `named` whether a key was named; `gone` is the newest
    checkpoint of another log that was kept in the same place, `path` the place of this one.
    """

    origin: str = ""
    keys: tuple[VerifierKey, ...] = ()
    held: tuple[Held, ...] = ()
    strict: bool = False
    named: bool = False
    gone: Held | None = None
    path: Path = Path()
    foreign: tuple[Held, ...] = ()

    @property
    def newest(self) -> Held | None:
        """The held checkpoint over the most entries."""
        return max(self.held, key=lambda one: one.head.size, default=None)


@dataclass
class Heads:
    """What the stored checkpoints come to.

    `good` is the newest size whose root is right before `bad`, the first whose root is wrong; `compared` counts the
    right ones. `verified` is the note of the newest that is right, `strangers` the keys that are not known here.
    """

    count: int = 0
    compared: int = 0
    newest: int = 0
    good: int = 0
    bad: int = 0
    verified: str = ""
    wrong: list[tuple[int, str]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    signers: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    newest_known: bool = False
    looked_at: int = 0


def known(
    connection: sqlite3.Connection,
    path: Path,
    keys: Sequence[VerifierKey] = (),
    given: Sequence[Held] = (),
) -> Known:
    """What is known of this log here: the keys and checkpoints given, and those in the profile's folder."""
    origin = origin_of(connection)
    own = held(origin)
    everything = (*given, *([own] if own is not None else []))
    trusted = tuple(dict.fromkeys((*keys, *own_keys(origin))))
    return Known(
        origin,
        trusted,
        tuple(one for one in everything if one.head.origin == origin),
        bool(keys or everything),
        bool(keys),
        missing_entries(origin, path),
        path,
        tuple(one for one in everything if one.head.origin != origin),
    )


def stored_sizes(connection: sqlite3.Connection) -> list[int]:
    """Over how many entries there are stored checkpoints, rising."""
    return [row[0] for row in connection.execute("SELECT size FROM checkpoint ORDER BY size")]


def look_at(
    connection: sqlite3.Connection, known: Known, roots: Mapping[int, bytes], events: int, all_of_them: bool
) -> Heads:
    """Compares every stored checkpoint with the root over so many entries, and checks who has signed it."""
    found = Heads()
    (found.count,) = connection.execute("SELECT count(*) FROM checkpoint").fetchone()
    unchecked = 0 if all_of_them else found.count - NEWEST
    rows: Iterator[tuple[int, str]] = connection.execute("SELECT size, note FROM checkpoint ORDER BY size")
    for number, (size, note) in enumerate(rows):
        found.newest = size
        found.newest_known = False
        try:
            head = read_checkpoint(note)
            if head.size != size or head.origin != known.origin:
                found.unsigned.append(f"the checkpoint over {size} entries is of another log or size")
                continue
        except Refused:
            found.unsigned.append(f"the checkpoint over {size} entries can't be read")
            continue
        right = _compare(found, head, roots, events)
        if number >= unchecked:
            _signatures(found, known, note, size)
        if right:
            found.verified = note
    return found


def _compare(found: Heads, head: Checkpoint, roots: Mapping[int, bytes], events: int) -> bool:
    if head.size > events:
        says = f"entries are gone: there is a checkpoint over {head.size} entries, and the log has {events}"
        found.wrong.append((head.size, says))
    elif roots.get(head.size) == head.root:
        found.compared += 1
        if not found.bad:
            found.good = head.size
        return True
    elif head.size in roots:
        found.wrong.append(
            (head.size, f"the first {head.size} entries are not those of the checkpoint over them")
        )
        found.bad = found.bad or head.size
    return False


def _signatures(found: Heads, known: Known, note: str, size: int) -> None:
    found.looked_at += 1
    try:
        parts = read_note(note)
        ours = signers(parts, known.keys, signature_holds)
    except Refused as refusal:
        found.unsigned.append(f"the checkpoint over {size} entries: {_said(refusal)}")
        return
    found.signers |= {str(key) for key in ours}
    found.newest_known = bool(ours)
    if not ours and known.origin not in {one.name for one in parts.signatures}:
        found.unsigned.append(f"the checkpoint over {size} entries is not signed in the name of this log")
    elif not ours:
        found.strangers |= {f"{one.name}+{one.id.hex()}" for one in parts.signatures}


def _said(refusal: Refused) -> str:
    what = refusal.problems[0].what
    return what[0].lower() + what[1:].rstrip(".")


def signature_verdict(found: Heads, known: Known) -> Verdict:
    """Whether the checkpoints are signed by keys that are known here."""
    for one in known.held:
        try:
            signers(read_note(one.note), known.keys, signature_holds)
        except Refused as refusal:
            return Verdict(False, f"the checkpoint in {one.path}: {_said(refusal)}")
    if found.unsigned:
        more = f", and {len(found.unsigned) - 1} more" if len(found.unsigned) > 1 else ""
        return Verdict(False, found.unsigned[0] + more)
    if not found.count and known.named:
        return Verdict(False, "a key is named for this log, and no checkpoint is stored in it")
    if not found.count:
        return Verdict(None, "no checkpoint is stored in the log; `imr log checkpoint` makes one")
    strangers = ", ".join(sorted(found.strangers))
    if not found.newest_known:
        says = f"the newest checkpoint is signed by a key that is not known here ({strangers}); "
        if known.strict:
            return Verdict(False, says + "if you trust it, name it with --key")
        return Verdict(None, says + "name the key that you trust with --key")
    part = "" if found.looked_at == found.count else f" (the newest {found.looked_at} were looked at)"
    says = f"{counted(found.count, 'checkpoint')}{part}, signed by {', '.join(sorted(found.signers))}"
    if strangers:
        says += f"; earlier ones by a key that is not known here ({strangers})"
    return Verdict(True, says)


def coverage_verdict(found: Heads, known: Known, events: int, whole: bool) -> Verdict:
    """How many entries came after the last signed checkpoint, and after the last one held elsewhere.

    `whole` is whether all entries could be read and none is missing between others.
    """
    unsigned = events - min(found.newest, events)
    newest = known.newest
    if known.foreign:
        one = known.foreign[0]
        return Verdict(
            False,
            f"the checkpoint in {one.path} is of another log ({one.head.origin}), and this is {known.origin}: the "
            "wrong file was named, or this log was put in the place of that one",
        )
    if known.gone is not None:
        return Verdict(
            False,
            f"another log was kept here, and is gone: {known.gone.path} holds a checkpoint of it over "
            f"{known.gone.head.size} entries. If it was put away on purpose, say so: "
            "`imr log checkpoint --accept-rollback REASON`",
        )
    if newest is None:
        after = f"{counted(unsigned, 'entry')} after the last checkpoint in it; " if found.count else ""
        return Verdict(
            None,
            f"{after}no checkpoint is held elsewhere: nothing but the log itself speaks for its "
            f"{counted(events, 'entry')}",
        )
    if newest.head.size > events and newest.place and newest.place != str(known.path):
        return Verdict(
            None,
            f"this is a copy with {counted(events, 'entry')} of the log at {newest.place}, of which a checkpoint over "
            f"{newest.head.size} is held ({newest.path})",
        )
    if newest.head.size > events:
        return Verdict(
            False,
            f"the log has {events} entries, and the checkpoint held in {newest.path} covers {newest.head.size}: "
            "entries were cut off, or this is an older copy",
        )
    if not whole:
        return Verdict(
            None, "how many entries came after it can't be said, since some are missing or can't be read"
        )
    left = events - newest.head.size
    says = (
        f"{counted(left, 'entry')} after the last checkpoint held elsewhere ({newest.path}, over "
        f"{newest.head.size}), {unsigned} after the last one in the log"
    )
    return Verdict(True if not left else None, says)


def held_faults(known: Known, roots: Mapping[int, bytes]) -> Iterator[tuple[int, str]]:
    """Size and words for every held checkpoint that the log does not continue, the one over the fewest first."""
    for one in sorted(known.held, key=lambda each: each.head.size):
        if one.head.size in roots and roots[one.head.size] != one.head.root:
            yield (
                one.head.size,
                f"the first {one.head.size} entries are not those of the checkpoint held in {one.path}",
            )


def verification_notes(known: Known) -> Iterator[str]:
    """What is odd about the checkpoints that are held."""
    for one in known.held:
        try:
            signed = signers(read_note(one.note), known.keys, signature_holds)
        except Refused:
            continue
        if not signed:
            yield f"The checkpoint in {one.path} is not signed by a key that is known here; it was taken as it is."


# What a log's file has besides its entries: SQLite's own structure, the fences, and the stored files.


def integrity(path: Path) -> Verdict:
    """SQLite's own check of its pages and indexes, on a connection of its own."""
    try:
        connection = connect_reader(path)
        try:
            if not check_identity(connection, path):
                return Verdict(False, "the file is empty or unfinished: it has no log in it")
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            rows = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(10)")]
        finally:
            connection.close()
    except Refused as refusal:
        return Verdict(False, " ".join(problem.what for problem in refusal.problems))
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"the file is damaged: {words(error)}")
    if rows != ["ok"]:
        return Verdict(False, "; ".join(f"SQLite's integrity check: {row}" for row in rows))
    return Verdict(True, "SQLite's integrity check passed")


def fences(connection: sqlite3.Connection, path: Path, version: int) -> Verdict:
    """Whether all that keeps the log append-only is in place, word for word, and nothing else is."""
    try:
        broken, foreign = differences(connection, version)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"the schema can't be read: {words(error)}")
    wrong = broken + [f"there is something that does not belong to the log: {name}" for name in foreign]
    if wrong:
        return Verdict(False, "; ".join(wrong))
    return Verdict(True, f"all {len(schema_of(version))} tables, indexes and triggers are in place")


def artifacts(
    connection: sqlite3.Connection, path: Path, pins: Mapping[str, tuple[str, int]]
) -> tuple[Verdict, Break | None]:
    """Whether every stored file has its hash, and every one of `pins` (hash -> where first) is there.

    With the first entry that rests on one that isn't.
    """
    held, changed = set(), []
    try:
        for name, body in connection.execute("SELECT hash, body FROM artifact"):
            if isinstance(body, bytes) and hashlib.sha256(body).hexdigest() == name:
                held.add(name)
            else:
                changed.append(str(name))
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"stored files can't be read: {words(error)}"), None
    wrong = [f"the stored file {name[:12]} was changed" for name in changed if name not in pins]
    first = None
    for hash, (session, seq) in pins.items():
        if hash not in held:
            how = "was changed" if hash in changed else "is missing"
            what = f"the file {hash[:12]}, on which session {session} rests, {how}"
            wrong.append(what)
            first = first or Break(session, seq, what)
    if wrong:
        return Verdict(False, "; ".join(wrong[:10])), first
    says = f"{counted(len(held), 'stored file')} with their hashes; sessions rest on {len(pins)}"
    return Verdict(True, says), None


# What looks odd in the times of a log, though it breaks nothing: the clock of a computer is only a claim.


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


# What looks odd at the end of a log: reviews that stop in the middle, and ends that no checkpoint covers.


LOOKED_AT = 1_000
"""How many of the newest entries are looked at: an end that was cut off stood after them."""

_MOST = 5
_ENDS = """SELECT session, max(seq) FROM (SELECT session, seq FROM event ORDER BY id DESC LIMIT ?)
GROUP BY session ORDER BY max(seq)"""
_OPENED = "SELECT kind FROM event WHERE session = ? AND seq = 1"
_LAST = "SELECT kind FROM event WHERE session = ? AND seq = ?"
_UNSEALED = f"""SELECT session, seq, kind FROM event
WHERE id > (SELECT max(size) FROM checkpoint) AND kind IN ({", ".join(f"'{kind}'" for kind in sorted(MARKS))})
ORDER BY id LIMIT {_MOST + 1}"""
_SIGNED = "SELECT 1 FROM event WHERE session = ? AND kind IN ('session.signed', 'session.declined')"


def loose_ends(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each review that stops in the middle, and for each end that should have a checkpoint."""
    yield from _unfinished(connection)
    yield from _unsealed(connection)


def _unfinished(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each review among the newest entries that was neither parked, signed nor declined."""
    count = 0
    for session, seq in connection.execute(_ENDS, (LOOKED_AT,)).fetchall():
        opened = connection.execute(_OPENED, (session,)).fetchone()
        last = connection.execute(_LAST, (session, seq)).fetchone()
        if opened is None or last is None or opened[0] != "session.opened" or last[0] in MARKS:
            continue
        if connection.execute(_SIGNED, (session,)).fetchone():
            continue
        count += 1
        if count > _MOST:
            yield "More reviews stop so."
            return
        yield (
            f"Session {session} stops at entry {seq} ({last[0]}), neither parked, signed nor declined: it is at work "
            "now, the program was stopped, or its end was cut off."
        )


def _unsealed(connection: sqlite3.Connection) -> Iterator[str]:
    """A sentence for each end of a review after the last checkpoint: one is made with each, where there is a key."""
    for number, (session, seq, kind) in enumerate(connection.execute(_UNSEALED).fetchall()):
        if number == _MOST:
            yield "More reviews end so."
            return
        yield (
            f"Entry {seq} of session {session} ({kind}) is covered by no checkpoint in the log, though one is signed "
            "with each such entry: the key was not there, or the checkpoint was taken out, or the entry was not "
            "logged by this program."
        )


# Whether each entry is one that the program writes, by `schemas/entry.schema.json` and
# `schemas/event.schema.json`.


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
