"""Whether a decision log is what the program wrote, in separate verdicts, and what that can't prove.

Nothing of the file is trusted before it has been looked at: entries are read in their order without an index, and
every hash is worked out anew. The result says each time how far it reaches.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from assistant.core.problem import Refused
from assistant.core.text import counted
from assistant.core.value import Value, replace
from assistant.files import existing_log, true_path
from assistant.log import timestamps, verify_checks, verify_entries, verify_notes, verify_reviewers
from assistant.log.checkpoint import Held, copy_marks, is_gone, verified
from assistant.log.database import APPLICATION_ID, FORMAT, check_identity, connect_reader, would_change
from assistant.log.entry import form
from assistant.log.errors import DAMAGE, unless_damage, words
from assistant.log.keys import VerifierKey, read_checkpoint
from assistant.log.timestamps import Outside
from assistant.log.tree import WIDTH, Joined, StoredTree
from assistant.log.verify_checks import Copy, Heads, Known, Restored, Rows, Unread, archived_verdict
from assistant.log.verify_entries import (
    Break,
    Passed,
    Pinned,
    Stretch,
    Verdict,
    Verification,
    limits,
    sessions_in_words,
    walk_all,
    without_words,
)

__all__ = ["Break", "Verdict", "Verification", "verify"]

_PLACE = "SELECT session, seq FROM event WHERE id = ?"
_NOWHERE = "SELECT id, session, seq FROM event WHERE id < 1 ORDER BY id"
_TEXT = "a text of this entry is missing, or is not the one that was logged"


class Absent(Value):
    """Commitments whose words, and files that, are not in the log by intent: emptied, or never sent to where it lies."""

    words: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()


NOTHING = Absent()


def verify(
    path: Path,
    *,
    keys: Sequence[VerifierKey] = (),
    checkpoints: Sequence[Held | Unread] = (),
    reviewers: Sequence[VerifierKey] | None = None,
    officers: Sequence[VerifierKey] | None = None,
    outside: Outside | None = None,
    since: bool = False,
    every_signature: bool = False,
    step: Callable[[int], None] | None = None,
    absent: Absent = NOTHING,
    restored: Restored | None = None,
) -> Verification:
    """Reads the log at `path` and says what holds; never changes it.

    `keys` are trusted for its checkpoints, besides those made here; `checkpoints` are held by somebody, besides
    the one in the profile's folder, `reviewers` and `officers` their keys that somebody holds, `outside` whom they
    trust for the time. With `since`, only what came after the checkpoint up to which the log was last verified here is
    read. What may be `absent` was left out or emptied on purpose; `restored` says of which archives the file was made.
    A missing file, a log of a newer version, and errors of the disk or its rights raise `Refused`; damage is part of
    the result.
    """
    true = true_path(path)
    if before := is_gone(true):
        return _gone(before)
    true = existing_log(path)
    if said := would_change(true):
        return _unreadable(said)
    try:
        connection = connect_reader(true)
    except DAMAGE as error:
        unless_damage(true, error)
        return _unreadable(f"SQLite can't open the file: {words(error)}")
    try:
        known = _known(
            connection, path, keys, checkpoints
        )  # before the snapshot: a review may go on meanwhile
        connection.execute("BEGIN")
        version = _version(connection, true)
        if not version:
            return _unreadable("the file is empty or unfinished: it has no log in it")
        if restored is not None and restored.alone:
            known = _up_to(known, StoredTree(connection).size())
        with ThreadPoolExecutor(1) as pool:
            database = pool.submit(verify_checks.integrity, true)
            seen = _read(connection, true, known, since, every_signature, step, absent)
            seen.signed = _signed(connection, true, seen, reviewers, officers)
            seen.archived = _archived(connection, true, seen, restored)
            seen.times = _times(connection, true, seen, outside or Outside())
            triggers = verify_checks.fences(connection, true, version)
            return _said(
                connection,
                true,
                version,
                seen,
                triggers,
                _to_the_end(connection, true, database.result(), seen),
            )
    finally:
        connection.close()


def _up_to(known: Known, size: int) -> Known:
    """What is known of the beginning of a log: checkpoints over more entries are not compared with an archive of it."""
    own = known.own if known.own is not None and known.own.head.size <= size else None
    return replace(known, own=own, named=tuple(one for one in known.named if one.head.size <= size))


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """The format of the log, 0 for an empty file; one of a newer version raises `Refused`."""
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if application == APPLICATION_ID and version > FORMAT:
            check_identity(connection, path)
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return 0
    except DAMAGE as error:
        unless_damage(path, error)
        return FORMAT
    return version if 1 <= version <= FORMAT else FORMAT


def _to_the_end(connection: sqlite3.Connection, path: Path, database: Verdict, seen: _Seen) -> Verdict:
    """The verdict on the file, with what stands behind its last page."""
    try:
        fault, note = verify_checks.behind(connection, path)
    except DAMAGE:
        return database
    seen.notes += [note] if note else []
    return Verdict(False, fault) if fault and database.ok else database


@dataclass
class _Seen:
    """All that was read: before any of it is put into words."""

    start: int = 0
    since: int = 0
    events: int = 0
    lost: str = ""
    absent: Absent = NOTHING
    nowhere: int = 0
    notes: list[str] = field(default_factory=list)
    rows: Rows = field(default_factory=Rows)
    copy: Copy = field(default_factory=Copy)
    changed: str = ""
    stretches: list[Stretch] = field(default_factory=list)
    broken: tuple[int, Break] | None = None
    roots: dict[int, bytes] = field(default_factory=dict)
    kept: tuple[int, str] | None = None
    known: Known = field(default_factory=Known)
    times: Verdict | None = None
    archived: Verdict | None = None
    signed: tuple[Verdict, Break | None, Verdict | None] = Verdict(None, "entries can't be read"), None, None
    heads: Heads = field(default_factory=Heads)


def _known(
    connection: sqlite3.Connection, path: Path, keys: Sequence[VerifierKey], given: Sequence[Held | Unread]
) -> Known:
    try:
        return verify_checks.known(connection, path, keys, given)
    except DAMAGE as error:
        unless_damage(path, error)
        return Known(path=true_path(path))


def _read(
    connection: sqlite3.Connection,
    path: Path,
    known: Known,
    since: bool,
    every_signature: bool,
    step: Callable[[int], None] | None,
    absent: Absent,
) -> _Seen:
    seen = _Seen(known=known, absent=absent)
    try:
        sizes = verify_checks.stored_sizes(connection)
        end = StoredTree(connection).size()
        if since and (before := verified(seen.known.origin)):
            _go_on(connection, seen, before, end)
        registered = verify_reviewers.register_sizes(connection)
        sizes += [*(one.head.size for one in seen.known.held), *registered]
        for note in copy_marks(connection).values():
            with suppress(Refused):
                sizes.append(read_checkpoint(note).size)
        marks = sorted({size for size in (*sizes, end) if seen.start < size <= end})
        passed = walk_all(path, seen.start, end, marks, not seen.start, step, absent.words)
        seen.stretches = passed.stretches
        seen.absent = replace(seen.absent, words=seen.absent.words | passed.redacted)
        if passed.redacted:
            seen.notes.append(
                f"{counted(len(passed.redacted), 'text')} redacted, as the log says{_where(connection)}; what they committed to stays."
            )
        if passed.left:
            seen.notes.append(
                f"{counted(len(passed.left), 'text')} said to be redacted and there all the same: run `imr log redact` again."
            )
        seen.events = seen.start + sum(one.events for one in passed.stretches)
        seen.lost = next((one.unread for one in passed.stretches if one.unread), "")
        seen.broken = _first(connection, seen, end, bool(passed.texts))
        if seen.events == end and not seen.lost:
            _work_out(connection, seen, marks, registered)
        seen.heads = verify_checks.look_at(connection, seen.known, seen.roots, seen.events, every_signature)
        seen.copy = verify_checks.look_at_marks(connection, seen.known, seen.roots, seen.events)
        _count(connection, seen, passed)
    except DAMAGE as error:
        unless_damage(path, error)
        seen.lost = seen.lost or f"the log can't be read: {words(error)}"
    return seen


def _where(connection: sqlite3.Connection) -> str:
    """Of which sessions texts are said to be redacted: what a signed review says may have hung on them."""
    found = dict[str, None]()
    for (data,) in connection.execute("SELECT entry FROM event WHERE kind = 'access.redacted' AND id > 0"):
        with suppress(ValueError, TypeError, KeyError):
            found[str(form(data)["body"]["session"])] = None
    named = [*found][: verify_notes.MOST]
    more = " and others" if len(found) > verify_notes.MOST else ""
    return f" of session{'s' if len(named) > 1 else ''} {', '.join(named)}{more}" if named else ""


def _signed(
    connection: sqlite3.Connection,
    path: Path,
    seen: _Seen,
    held: Sequence[VerifierKey] | None,
    named: Sequence[VerifierKey] | None,
) -> tuple[Verdict, Break | None, Verdict | None]:
    roots = seen.roots.get
    try:
        return verify_reviewers.judge(connection, seen.known.origin, roots, held, named, seen.since)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(None, f"who signed can't be read: {words(error)}"), None, None


def _times(connection: sqlite3.Connection, path: Path, seen: _Seen, outside: Outside) -> Verdict | None:
    try:
        verdict, notes = timestamps.judge(
            connection, [id for one in seen.stretches for id in one.timed], outside
        )
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(None, f"times from elsewhere can't be read: {words(error)}")
    seen.notes += notes
    return verdict


def _archived(
    connection: sqlite3.Connection, path: Path, seen: _Seen, restored: Restored | None
) -> Verdict | None:
    said = [data for one in seen.stretches for data in one.archives]
    try:
        verdict, note = archived_verdict(connection, None if seen.start else said, restored)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(None, f"what was archived can't be read: {words(error)}")
    seen.notes += [note] if note else []
    return verdict


def _go_on(connection: sqlite3.Connection, seen: _Seen, since: str, end: int) -> None:
    head = read_checkpoint(since)
    if head.size > end or StoredTree(connection).root(head.size) != head.root:
        seen.changed = f"the first {head.size} entries are not those that were verified before"
    else:
        seen.since = seen.start = head.size // WIDTH * WIDTH


def _count(connection: sqlite3.Connection, seen: _Seen, passed: Passed) -> None:
    """Which rows of which table were covered; of the first part of a log, an earlier verification says so."""
    rows, earlier = seen.rows, bool(seen.start)
    rows.covered |= {"event": seen.events, "checkpoint": seen.heads.read}
    if seen.nowhere:
        rows.odd.append(f"event: {counted(seen.nowhere, 'row')} below number 1, where no entry stands")
    if earlier:
        rows.covered |= {"blob": None, "artifact": None, "subtree": None}
    else:
        rows.words(connection, passed.words, bool(passed.texts))
        if StoredTree(connection).kept:
            rows.hashes(connection, seen.events, seen.kept is None)
    rows.settings(connection, seen.known, seen.copy.keys)
    rows.odd += seen.copy.wrong


def _first(connection: sqlite3.Connection, seen: _Seen, end: int, texts: bool) -> tuple[int, Break] | None:
    """The id and place of the first entry that does not hold."""
    found = [(one.first_id, one.first_break) for one in seen.stretches if one.first_break is not None]
    for id, session, seq in connection.execute(_NOWHERE):
        seen.nowhere += 1
        if seen.nowhere == 1:
            at = Break(
                str(session),
                seq if isinstance(seq, int) else 0,
                f"it stands at number {id} of the log, where no entry stands",
            )
            found.append((id, at))
    if not texts:
        for id, session, seq in without_words(connection, seen.start, end, seen.absent.words):
            found.append((id, Break(session, seq, _TEXT)))
            break
    return min(found, key=lambda one: one[0], default=None)


def _work_out(
    connection: sqlite3.Connection, seen: _Seen, marks: Sequence[int], registered: Sequence[int]
) -> None:
    blocks = [one.blocks for one in seen.stretches]
    before = verify_entries.before(connection, seen.start // WIDTH) if seen.start else []
    seen.roots = dict(Joined(blocks, before).roots(marks))
    tree = StoredTree(connection)
    for size in (*(one.head.size for one in seen.known.held), *registered):
        if size <= seen.start:
            seen.roots[size] = tree.root(size)
    seen.roots[0] = tree.root(0)
    if tree.kept:
        seen.kept = verify_entries.fault(connection, blocks)


# -- in words -------------------------------------------------------------------------------------


def _said(
    connection: sqlite3.Connection,
    path: Path,
    version: int,
    seen: _Seen,
    triggers: Verdict,
    database: Verdict,
) -> Verification:
    known, heads, events = seen.known, seen.heads, seen.events
    tree, suspect = _tree(seen)
    coverage = verify_checks.coverage_verdict(heads, known, events, bool(seen.roots), seen.copy.day)
    stored, resting, files = verify_checks.artifacts(
        connection, path, _pins(seen), not seen.start, seen.absent.files
    )
    seen.rows.covered.setdefault("artifact", files)
    try:
        seen.rows.steps(connection, version)
    except DAMAGE as error:
        unless_damage(path, error)
    rows, tables = verify_checks.rows_verdict(connection, path, version, seen.rows)
    verdicts = {
        "chain": _chain(seen),
        "tree": tree,
        "signatures": verify_checks.signature_verdict(
            heads, known, events, seen.copy.day, sum(len(one.ends) for one in seen.stretches)
        ),
        "coverage": coverage,
        "reviewers": seen.signed[0],
        "rows": rows,
        "triggers": triggers,
        "database": database,
        "artifacts": stored,
        **({"checks": seen.signed[2]} if seen.signed[2] is not None else {}),
        **({"archived": seen.archived} if seen.archived is not None else {}),
        **({"times": seen.times} if seen.times is not None else {}),
    }
    first = seen.broken[1] if seen.broken else None
    try:
        if first is None and tree.ok is False and (signed := seen.signed[1]) is not None:
            first = replace(signed, what=f"{signed.what}; and {tree.says}")
        if first is None and tree.ok is False:
            first = _place(connection, suspect + 1, f"{tree.says}; {_how_far(seen, suspect)}")
        if (
            first is None
            and coverage.ok is False
            and known.gone is None
            and not known.foreign
            and not known.unread
        ):
            first = _place(connection, events, f"this is the last entry; {coverage.says}")
        first = first or seen.signed[1] or resting
        notes = [
            *verify_notes.set_back(connection, [at for one in seen.stretches for at in one.backward]),
            *verify_notes.accepted(connection, [id for one in seen.stretches for id in one.rollbacks]),
            *verify_notes.loose_ends(
                connection, [id for one in seen.stretches for id in one.ends], heads.sizes
            ),
            *seen.notes,
            *seen.copy.notes,
            *verify_checks.verification_notes(known, heads, events),
        ]
    except DAMAGE as error:
        unless_damage(path, error)
        notes = []
    ok = all(verdict.ok is not False for verdict in verdicts.values())
    newest, trusted = known.newest, known.trusted
    return Verification(
        ok=ok,
        events=events,
        sessions=sum(one.sessions for one in seen.stretches),
        verdicts=verdicts,
        first_break=first,
        not_proven=limits(trusted.head.size, str(trusted.path), events, bool(heads.count))
        if trusted
        else limits(0, "", events, bool(heads.count)),
        notes=notes,
        root=seen.roots[events].hex() if events in seen.roots else "",
        since=seen.since,
        verified=heads.verified if ok else "",
        reviews=sum(one.reviews for one in seen.stretches),
        tables=tables,
        copy=seen.copy.day,
        shorter=bool(newest and newest.head.size > events and not seen.copy.day),
        held=trusted.head.size if trusted else 0,
    )


def _pins(seen: _Seen) -> dict[str, Pinned]:
    found: dict[str, Pinned] = {}
    for one in seen.stretches:
        for hash, pinned in one.pins.items():
            found.setdefault(hash, pinned).kinds.update(pinned.kinds)
    return found


def _chain(seen: _Seen) -> Verdict:
    if seen.broken is not None:
        at = seen.broken[1]
        others = sum(one.breaks for one in seen.stretches) + seen.nowhere - 1
        more = f", and {others} more" if others > 0 else ""
        return Verdict(False, f"session {at.session}, entry {at.seq}: {at.what}{more}")
    if seen.lost:
        return Verdict(False, seen.lost)
    sessions = sum(one.sessions for one in seen.stretches)
    if seen.since:
        fresh = seen.events - seen.since
        return Verdict(
            True,
            f"the newest {counted(fresh, 'entry')}, hashed and linked as they should be; the {seen.since} before were verified on an "
            "earlier run, and were not read again",
        )
    reviews = sum(one.reviews for one in seen.stretches)
    entries = f"{counted(seen.events, 'entry')} of {sessions_in_words(sessions, reviews)}"
    return Verdict(
        True, f"{entries}: each has its hash, links to the one before, and commits to the words beside it"
    )


def _tree(seen: _Seen) -> tuple[Verdict, int]:
    """The verdict, and after how many entries the first wrong one may stand where it fails."""
    if seen.changed:
        return Verdict(False, seen.changed), 0
    if not seen.roots:
        return Verdict(None, "the root can't be worked out, since entries are missing or can't be read"), 0
    wrong, suspect = _wrong_heads(seen)
    if wrong:
        if seen.kept and seen.kept[0] >= suspect:
            suspect = seen.kept[0]
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        return Verdict(False, wrong[0] + more), suspect
    if seen.kept is not None:
        return Verdict(False, seen.kept[1]), seen.kept[0]
    says = f"root {seen.roots[seen.events].hex()} over {counted(seen.events, 'entry')}"
    if not seen.heads.count and seen.known.newest is None:
        return Verdict(None, f"{says}; no checkpoint has been made"), 0
    stored, held = counted(seen.heads.compared, "checkpoint"), len(seen.known.held)
    return Verdict(True, f"{says}; it continues {stored} in the log and {held} held elsewhere"), 0


def _how_far(seen: _Seen, suspect: int) -> str:
    """Where the change is, as far as that can be known, in words."""
    stored = seen.heads.good
    if stored <= suspect:
        return "the change is at this entry or after it"
    return (
        "the change is at this entry or after it: the checkpoints in the log hold up to "
        f"entry {stored}, but whoever has its key can sign them anew"
    )


def _wrong_heads(seen: _Seen) -> tuple[list[str], int]:
    """What is said of the heads that are not those of the entries, and how many entries are beyond doubt.

    Where one that is held fails, and not the one over as many entries in the log, those were signed anew, or taken out:
    what fits the entries there proves nothing then.
    """
    known, heads, roots = seen.known, seen.heads, seen.roots
    held = [*verify_checks.held_faults(known, roots)]
    faults = sorted([*held, *heads.wrong])
    stored = heads.good if not held or dict(heads.wrong).keys() & dict(held).keys() else 0
    bad = min([size for size, _ in faults if 0 < size <= seen.events], default=0)
    trusted = known.named or known.held  # the profile's is the owner's
    right = [one.head.size for one in trusted if roots.get(one.head.size) == one.head.root]
    good = max((size for size in (stored, *right) if size < bad), default=0)
    if faults and not bad:
        good = seen.events - 1  # nothing but the end is missing
    return [says for _, says in faults], max(good, 0)


def _place(connection: sqlite3.Connection, id: int, what: str) -> Break:
    row = connection.execute(_PLACE, (id,)).fetchone()
    return Break(str(row[0]), int(row[1]), what) if row else Break("", 0, what)


def _gone(before: Held) -> Verification:
    found = _unreadable("there is no file here, or an empty one")
    says = verify_checks.gone_words(before)
    return replace(found, verdicts={**found.verdicts, "coverage": Verdict(False, says)})


def _unreadable(why: str) -> Verification:
    unknown = Verdict(None, "not looked at, since the file can't be opened")
    names = ("chain", "tree", "signatures", "coverage", "reviewers", "rows", "triggers", "artifacts")
    verdicts = {**dict.fromkeys(names, unknown), "database": Verdict(False, why)}
    return Verification(False, 0, 0, verdicts, None, limits(0, "", 0, False))
