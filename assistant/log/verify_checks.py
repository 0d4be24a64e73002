"""Whether the log's entries give the roots that were signed, by whom, and how far what is held elsewhere reaches."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.core.problem import Refused
from assistant.core.text import counted
from assistant.core.value import Value
from assistant.files import true_path
from assistant.log.checkpoint import (
    MARK,
    Held,
    copy_day,
    copy_marks,
    held,
    marked_from,
    missing_entries,
    origin_of,
    put_aside,
    unread,
)
from assistant.log.database import (
    ARCHIVED,
    MIGRATIONS,
    STEPS,
    check_identity,
    connect_reader,
    differences,
    schema_of,
)
from assistant.log.entry import form
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
from assistant.log.tree import WIDTH
from assistant.log.verify_entries import Break, Pinned, Table, Verdict, stray_words

NEWEST = 1_000
"""How many of the newest signatures are checked, unless all are: the newest vouches for all entries before it."""


class Unread(Value):
    """A checkpoint that was named and can't be read: its file, and why."""

    path: Path
    why: str


class Known(Value):
    """What is known from outside the log.

    `named` are the checkpoints of this very log that were named for it, `own` the one in the profile's folder,
    `foreign` those that were named and are of another log, `unread` says in words which could not be read.
    `strict` is whether a key or a checkpoint is known, `key_named` whether a key was named; `gone` is the newest
    checkpoint of another log that was kept in the same place, `path` the place of this one, `called` as it was
    named, but for links of its folder. `marked_from` is from how many entries on each copy bears a mark.
    """

    origin: str = ""
    keys: tuple[VerifierKey, ...] = ()
    named: tuple[Held, ...] = ()
    own: Held | None = None
    foreign: tuple[Held, ...] = ()
    unread: tuple[str, ...] = ()
    strict: bool = False
    key_named: bool = False
    gone: Held | None = None
    path: Path = Path()
    called: Path = Path()
    marked_from: int | None = None

    @property
    def held(self) -> tuple[Held, ...]:
        """All checkpoints of this log that somebody holds."""
        return (*self.named, *([self.own] if self.own is not None else []))

    @property
    def newest(self) -> Held | None:
        """The held checkpoint over the most entries."""
        return max(self.held, key=lambda one: one.head.size, default=None)

    @property
    def trusted(self) -> Held | None:
        """The one over the most entries of those that were named, or else the profile's, which is the log's owner's."""
        return max(self.named, key=lambda one: one.head.size, default=self.own)


class Copy(Value):
    """What the marks of a copy in the log come to: their keys, the day of the one that holds, and what is wrong."""

    keys: tuple[str, ...] = ()
    day: str = ""
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass
class Heads:
    """What the stored checkpoints come to.

    `good` is the newest size whose root is right before `bad`, the first whose root is wrong; `compared` counts the
    right ones, `read` those that are checkpoints of this log over as many entries as stands beside them. `verified` is
    the note of the newest that is right, `strangers` the keys that are not known here.
    """

    count: int = 0
    read: int = 0
    sizes: set[int] = field(default_factory=set)
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
    given: Sequence[Held | Unread] = (),
) -> Known:
    """What is known of this log here: the keys and checkpoints given, and those in the profile's folder."""
    origin = origin_of(connection)
    own, true = held(origin), true_path(path)
    read = [one for one in given if isinstance(one, Held)]
    unreadable = [
        f"the checkpoint in {one.path} can't be read: {one.why}" for one in given if isinstance(one, Unread)
    ]
    return Known(
        origin=origin,
        keys=tuple(dict.fromkeys((*keys, *own_keys(origin)))),
        named=tuple(one for one in read if one.head.origin == origin),
        own=own,
        foreign=tuple(one for one in read if one.head.origin != origin),
        unread=(*unreadable, *filter(None, [unread(origin)])),
        strict=bool(keys or given or own is not None),
        key_named=bool(keys),
        gone=missing_entries(origin, true),
        path=true,
        called=Path(os.path.realpath(path.expanduser().parent)) / path.name,
        marked_from=marked_from(origin),
    )


def look_at_marks(
    connection: sqlite3.Connection, known: Known, roots: Mapping[int, bytes], events: int
) -> Copy:
    """Whether what says that the file is a copy is signed, and says so of this very file."""
    right, wrong, notes, day = [], [], [], ""
    for key, note in copy_marks(connection).items():
        try:
            head = read_checkpoint(note)
            ours = signers(read_note(note), known.keys, signature_holds)
        except Refused:
            wrong.append(f"meta: the mark of a copy, {key[:40]}, can't be read, or has a false signature")
            continue
        made = copy_day(note)
        if not made or head.origin != known.origin or key != f"{MARK}{head.size}":
            wrong.append(f"meta: the mark of a copy, {key[:40]}, is not one of this log")
            continue
        if head.size > events or (head.size in roots and roots[head.size] != head.root):
            wrong.append(f"meta: the mark of a copy says that it has {head.size} entries, and not these")
            continue
        right.append(key)
        if not ours:
            notes.append(f"The file is marked as a copy of {made}, by a key that is not known here.")
        elif head.size == events:
            day = made
        else:
            notes.append(f"This log was gone on with from a copy of {made}, which had {head.size} entries.")
    return Copy(tuple(right), day, tuple(wrong), tuple(notes))


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
            head = read_checkpoint(note if isinstance(note, str) else "")
            if head.size != size or head.origin != known.origin or size < 1:
                found.unsigned.append(f"the checkpoint over {size} entries is of another log or size")
                continue
        except Refused:
            found.unsigned.append(f"the checkpoint over {size} entries can't be read")
            continue
        found.read += 1
        found.sizes.add(size)
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


def signature_verdict(found: Heads, known: Known, events: int, copied: str, ends: int) -> Verdict:
    """Whether the checkpoints are signed by keys that are known here, and those that are held are in the log.

    `ends` is the number of entries with which one is made.
    """
    for one in known.held:
        try:
            signers(read_note(one.note), known.keys, signature_holds)
        except Refused as refusal:
            return Verdict(False, f"the checkpoint in {one.path}: {_said(refusal)}")
    if found.unsigned:
        more = f", and {len(found.unsigned) - 1} more" if len(found.unsigned) > 1 else ""
        return Verdict(False, found.unsigned[0] + more)
    if missing := _lacking(found, known, events, copied):
        return Verdict(False, missing)
    if not found.count and known.key_named:
        return Verdict(False, "a key is named for this log, and no checkpoint is stored in it")
    if not found.count:
        lacking = (
            f", though one is signed with each signature, refusal and leaving ({ends} in this log) where there is a key: "
            "there was none, or all were taken out"
        )
        return Verdict(
            None,
            f"no checkpoint is stored in the log{lacking if ends else ''}; `imr log checkpoint` makes one",
        )
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


def _not_stored(found: Heads, known: Known, events: int) -> list[Held]:
    """The held checkpoints over entries of the log that are not stored in it."""
    return [one for one in known.held if one.head.size not in found.sizes and one.head.size <= events]


def _lacking(found: Heads, known: Known, events: int, copied: str) -> str:
    """Which of the checkpoints that are held is not in the log, in words: each is stored there before it is held.

    Of a copy it may be that it was made when the log was no longer, before the checkpoint was.
    """
    copy = bool(copied) or known.own is None or known.own.place not in (str(known.path), str(known.called))
    gone = [one for one in _not_stored(found, known, events) if one.head.size < events or not copy]
    if not gone:
        return ""
    more = f", and {len(gone) - 1} more" if len(gone) > 1 else ""
    return (
        f"the checkpoint over {counted(gone[0].head.size, 'entry')} that is held in {gone[0].path} is not in the log, "
        f"where each is stored before it is held: it was taken out{more}"
    )


def coverage_verdict(found: Heads, known: Known, events: int, whole: bool, copied: str) -> Verdict:
    """How many entries came after the last signed checkpoint, and after the last one held elsewhere.

    Each checkpoint is judged by itself. `whole` is whether all entries could be read and none is missing between
    others; `copied` is the day of the copy that the file is by its mark, which excuses it from being as long as the
    log that is kept here, and from nothing else.
    """
    unsigned = events - min(found.newest, events)
    newest = known.newest
    faults = _missing(known, events, copied)
    if faults:
        more = f"; and {counted(len(faults) - 1, 'checkpoint')} more" if len(faults) > 1 else ""
        return Verdict(False, faults[0] + more)
    if newest is None:
        after = f"{counted(unsigned, 'entry')} after the last checkpoint in it; " if found.count else ""
        return Verdict(
            None,
            f"{after}no checkpoint is held elsewhere: nothing but the log itself speaks for its "
            f"{counted(events, 'entry')}",
        )
    if newest.head.size > events:
        copy = (
            f"this is a copy of {copied}" if copied else "this may be a copy, made before copies were marked,"
        )
        return Verdict(
            None,
            f"{copy} with {counted(events, 'entry')} of the log at {newest.place or 'an unknown place'}, of which a "
            f"checkpoint over {newest.head.size} is held ({newest.path})"
            + ("" if copied else "; or its end was cut off"),
        )
    if not whole:
        return Verdict(
            None, "how many entries came after it can't be said, since some are missing or can't be read"
        )
    trusted = known.trusted or newest
    left = events - trusted.head.size
    says = (
        f"{counted(left, 'entry')} after the last checkpoint held elsewhere ({trusted.path}, over "
        f"{trusted.head.size}), {unsigned} after the last one in the log"
    )
    return Verdict(True if not left else None, says)


def gone_words(before: Held) -> str:
    """What is said where the log that was kept in a place is not there any more."""
    return (
        f"another log was kept here, and is gone: {before.path} holds a checkpoint of it over {before.head.size} "
        "entries. If it was put away on purpose, say so: `imr log checkpoint --accept-rollback REASON`"
    )


def _missing(known: Known, events: int, copied: str) -> list[str]:
    """In words, each checkpoint that can't be of this log, or covers entries that it has not."""
    faults = list(known.unread)
    for one in known.foreign:
        faults.append(
            f"the checkpoint in {one.path} is of another log ({one.head.origin}), and this is {known.origin}: the "
            "wrong file was named, or this log was put in the place of that one"
        )
    if known.gone is not None:
        faults.append(gone_words(known.gone))
    short = [one for one in known.named if one.head.size > events]
    if (
        known.own is not None
        and known.own.head.size > events
        and not copied
        and not _may_be_copy(known, events)
    ):
        short.append(known.own)
    faults += [
        f"the log has {counted(events, 'entry')}, and the checkpoint held in {one.path} covers {one.head.size}: "
        "entries were cut off, or this is an older copy, which `imr log backup` would have marked"
        for one in short
    ]
    return faults


def _may_be_copy(known: Known, events: int) -> bool:
    """Whether a file without a mark may be a copy, lies elsewhere, and was made before copies were marked."""
    own = known.own
    if own is None or not own.place or own.place in (str(known.path), str(known.called)):
        return False
    return known.marked_from is None or events <= known.marked_from


def held_faults(known: Known, roots: Mapping[int, bytes]) -> Iterator[tuple[int, str]]:
    """Size and words for every held checkpoint that the log does not continue, the one over the fewest first."""
    for one in sorted(known.held, key=lambda each: each.head.size):
        if one.head.size in roots and roots[one.head.size] != one.head.root:
            yield (
                one.head.size,
                f"the first {one.head.size} entries are not those of the checkpoint held in {one.path}",
            )


def verification_notes(known: Known, found: Heads, events: int) -> Iterator[str]:
    """What is odd about the checkpoints that are held."""
    for one in _not_stored(found, known, events):
        yield (
            f"The checkpoint in {one.path} is not in this file, where each is stored before it is held: it was taken out, or "
            "the file is a copy that was made before it."
        )
    for path in put_aside(known.origin):
        yield (
            f"A checkpoint of this log that was held here could not be read, and was put aside: {path}. What it covered "
            "is not known here."
        )
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
    connection: sqlite3.Connection,
    path: Path,
    pins: Mapping[str, Pinned],
    whole: bool,
    absent: Container[str] = (),
) -> tuple[Verdict, Break | None, int]:
    """Whether every stored file has its hash and its kind, every one of `pins` is there but those `absent`, and no other.

    With the first entry that rests on one that isn't, and how many files are right. `whole` is whether `pins` are
    those of all entries.
    """
    held, changed, odd = set(), [], []
    try:
        for name, media, body in connection.execute("SELECT hash, media, body FROM artifact"):
            if not isinstance(body, bytes) or hashlib.sha256(body).hexdigest() != name:
                changed.append(str(name))
                continue
            held.add(name)
            kinds = pins[name].kinds if name in pins else None
            if kinds is None and whole:
                odd.append(f"no entry rests on the stored file {name[:12]}")
            elif kinds is not None and "" not in kinds and media not in {f"text/{kind}" for kind in kinds}:
                odd.append(f"the stored file {name[:12]} is labelled as another kind than it is pinned as")
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(False, f"stored files can't be read: {words(error)}"), None, 0
    wrong = [f"the stored file {name[:12]} was changed" for name in changed if name not in pins]
    first = None
    for hash, pinned in pins.items():
        if hash not in held and hash not in absent:
            how = "was changed" if hash in changed else "is missing"
            what = f"the file {hash[:12]}, on which session {pinned.session} rests, {how}"
            wrong.append(what)
            first = first or Break(pinned.session, pinned.seq, what)
    wrong += odd
    right = len(held) - len(odd)
    if wrong:
        return Verdict(False, "; ".join(wrong[:10])), first, right
    says = f"{counted(len(held), 'stored file')} with their hashes; sessions rest on {len(pins)}"
    return Verdict(True, says), None, right


# Whether every row of every table was looked at: what no entry speaks of does not belong in the log.


_NAME_OF_LOG = re.compile("[0-9a-f]{32}")
_STRAY_HASHES = "SELECT level, number FROM subtree"


@dataclass
class Rows:
    """By table how many rows a check has covered, None where an earlier verification did; and what is odd, in words."""

    covered: dict[str, int | None] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def words(self, connection: sqlite3.Connection, matched: int, same: bool) -> None:
        """The words of people: `matched` are those of their commitment; `same` is whether entries speak of just these."""
        self.covered["blob"] = matched
        (count,) = connection.execute("SELECT count(*) FROM blob").fetchone()
        if same and matched == count:
            return
        stray, again = stray_words(connection)
        self.covered["blob"] = count - len(
            stray
        )  # a review may go on meanwhile; this counts what stood there before
        self.odd += _listed(
            "blob", "words that no entry speaks of, or that are not those of their commitment", stray
        )
        if again:
            self.odd.append(f"blob: {counted(again, 'entry')} speaks of words that another has spoken of")

    def hashes(self, connection: sqlite3.Connection, events: int, right: bool) -> None:
        """The hashes that the log keeps of its tree; `right` is whether those of the entries are."""
        levels = {}
        level, width = 1, WIDTH
        while width <= events:
            levels[level], level, width = events // width, level + 1, width * WIDTH
        stray = [
            f"level {level}, number {number}"
            for level, number in connection.execute(_STRAY_HASHES)
            if not (isinstance(number, int) and 0 <= number < levels.get(level, 0))
        ]
        self.covered["subtree"] = sum(levels.values()) if right else 0
        self.odd += _listed("subtree", "a hash over no block of the log", stray)

    def settings(self, connection: sqlite3.Connection, known: Known, marks: Sequence[str]) -> None:
        """The name of the log, and the marks of copies that have been looked at (`marks` are their keys)."""
        held = dict(connection.execute("SELECT key, value FROM meta"))
        name = held.get("log")
        fine = isinstance(name, str) and bool(_NAME_OF_LOG.fullmatch(name))
        if not fine:
            self.odd.append("meta: the log has no name, or one that the program does not give")
        stray = [str(key) for key in held if key != "log" and key not in marks]
        self.covered["meta"] = len(held) - len(stray) - (not fine and "log" in held)
        self.odd += _listed("meta", "a setting that does not belong to the log", stray)

    def steps(self, connection: sqlite3.Connection, version: int) -> None:
        """The notes of sqlite-utils on how the file came to its format."""
        done = connection.execute(
            f"SELECT id, migration_set, name, applied_at FROM {MIGRATIONS} ORDER BY id"
        ).fetchall()
        names = [f"format_{number}" for number in range(1, version + 1)]
        right = [
            name
            for (id, of, step, at), (place, name) in zip(done, enumerate(names, 1), strict=False)
            if (id, of, step) == (place, STEPS, name) and _is_time(at)
        ]
        self.covered[MIGRATIONS] = len(right)
        if len(right) != len(done) or len(done) != len(names):
            self.odd.append(f"{MIGRATIONS}: it does not say how this file came to format {version}")


def rows_verdict(
    connection: sqlite3.Connection, path: Path, version: int, found: Rows
) -> tuple[Verdict, dict[str, Table]]:
    """Whether as many rows were covered as each table holds."""
    tables, wrong = {}, list(found.odd)
    try:
        names = [name for name, sql in schema_of(version).items() if sql.startswith("CREATE TABLE")]
        for name in [*names, MIGRATIONS]:
            (count,) = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            covered = found.covered.get(name, 0)
            if covered is None:
                continue
            tables[name] = Table(count, covered)
            if covered != count and not any(one.startswith(f"{name}:") for one in wrong):
                wrong.append(f"{name}: {covered} of {counted(count, 'row')} could be accounted for")
    except DAMAGE as error:
        unless_damage(path, error)
        wrong.append(f"rows can't be counted: {words(error)}")
    if wrong:
        return Verdict(False, "; ".join(wrong[:10])), tables
    says = ", ".join(f"{name} {table.rows:,}" for name, table in tables.items())
    earlier = (
        "; words, files and hashes before were looked at on an earlier run"
        if None in found.covered.values()
        else ""
    )
    return Verdict(True, f"every row was looked at: {says}{earlier}"), tables


def _listed(table: str, what: str, names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(name[:40] for name in names[:3])
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return [f"{table}: {counted(len(names), 'row')} with {what} ({shown}{more})"]


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def behind(connection: sqlite3.Connection, path: Path) -> tuple[str, str]:
    """What is wrong with what stands in the file behind its last page, and a note on pages that hold nothing."""
    pages, size, free = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("page_count", "page_size", "freelist_count")
    )
    try:
        more = os.stat(path).st_size - pages * size
    except OSError:
        more = 0
    fault = f"{counted(more, 'byte')} stand behind the last page of the file" if more > 0 else ""
    note = (
        f"The file has {counted(free, 'page')} that hold no row, which a log that only grows seldom has."
        if free
        else ""
    )
    return fault, note


# What went into archives: number and hash of each such entry stay, and the log says over which of them.


class Restored(Value):
    """Of which archives a file was made again, by their names.

    `alone` is without the log that it came from, and `stays` its SHA-256; else the digest over what of them stood in
    it.
    """

    files: tuple[str, ...]
    stays: str
    alone: bool


_ARCHIVED = f"SELECT id, leaf FROM event WHERE session = '{ARCHIVED}' AND id > 0 ORDER BY id"
_STRETCHES = "SELECT entry FROM event WHERE kind = 'access.archived' AND id > 0 ORDER BY id"


def archived_entries(connection: sqlite3.Connection) -> list[tuple[int, bytes]]:
    """Number and hash of the entries that went into archives."""
    return [(int(id), bytes(leaf)) for id, leaf in connection.execute(_ARCHIVED)]


def digest_of_archived(entries: Iterable[tuple[int, bytes]]) -> str:
    """The SHA-256 (hex) over number (8 bytes, the highest first) and hash of each."""
    made = hashlib.sha256()
    for id, digest in entries:
        made.update(id.to_bytes(8, "big"))
        made.update(digest)
    return made.hexdigest()


def archived_verdict(
    connection: sqlite3.Connection, said: Sequence[bytes] | None, restored: Restored | None
) -> tuple[Verdict | None, str]:
    """Whether what is in archives is what the log says, and a note; None where it says nothing of any.

    `said` are the entries of that, in their order; None where those before were not looked at on this run.
    """
    left = archived_entries(connection)
    if restored is not None and restored.alone:
        (size,) = connection.execute("SELECT max(id) FROM event").fetchone()
        says = f"an archive: {counted(size - len(left), 'entry')} are in it, and the hashes of {len(left):,} that stayed in the log"
        whole = f"whether it is the whole file is open: the log that it came from says its SHA-256, and here it is {restored.stays}"
        return Verdict(None, f"{says}; {whole}"), ""
    if said is None:
        said = [bytes(entry) for (entry,) in connection.execute(_STRETCHES)]
    stretches = [body for one in said if (body := _body(one))]
    if not stretches:
        if not left:
            return None, ""
        return Verdict(
            False, f"{counted(len(left), 'entry')} are not there, and the log says of no archive"
        ), ""
    stays = restored.stays if restored is not None else digest_of_archived(left)
    note = ""
    if stays != stretches[-1]["stays"]:
        before = stretches[-2]["stays"] if len(stretches) > 1 else digest_of_archived(())
        if stays != before:
            return Verdict(
                False, "the entries that are not there are not those that the log says were archived"
            ), ""
        note = f"{stretches[-1]['file']} was said to be archived, and is in the log all the same: run `imr log archive` again."
        stretches = stretches[:-1]
    read = restored.files if restored is not None else ()
    newest = {one["file"]: one for one in stretches}  # a file that was made anew is said again
    names = [
        f"{one['file']} ({one['year']}, {counted(one['reviews'], 'review')}, {counted(one['entries'], 'entry')})"
        for one in newest.values()
    ]
    if not left:
        says = f"read from its archives with all the rest: {', '.join(names) or 'none'}"
        return Verdict(True, says), note
    also = f"; read were {', '.join(read)}" if read else ""
    return Verdict(
        None,
        f"{counted(len(left), 'entry')} count by their hashes, which stand in the tree of its checkpoints; not read: "
        f"{', '.join(names)}{also}",
    ), note


def _body(entry: bytes) -> dict[str, Any]:
    try:
        body = form(entry)["body"]
        return {name: body[name] for name in ("file", "year", "reviews", "entries", "stays")}
    except (ValueError, TypeError, KeyError):
        return {}
