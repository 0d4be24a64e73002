"""Whether the log's entries give the roots that were signed, by whom, and how far what is held elsewhere reaches."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant.core.problem import Refused
from assistant.core.signed_note import (
    Checkpoint,
    VerifierKey,
    read_checkpoint,
    read_note,
    signers,
)
from assistant.log.keys import holds, own_keys
from assistant.log.rollback import Held, gone, held, origin_of
from assistant.log.verdict import Verdict, counted

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
        gone(origin, path),
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
        ours = signers(parts, known.keys, holds)
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
            signers(read_note(one.note), known.keys, holds)
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


def notes(known: Known) -> Iterator[str]:
    """What is odd about the checkpoints that are held."""
    for one in known.held:
        try:
            signed = signers(read_note(one.note), known.keys, holds)
        except Refused:
            continue
        if not signed:
            yield f"The checkpoint in {one.path} is not signed by a key that is known here; it was taken as it is."
