"""Pushing a desk's log to the central log: what the server lacks, whole entries in their order, and then the signed head.

It can be broken off anywhere and run again: what the server has acknowledged is not sent twice, and what it holds is
compared before anything is added to it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.core.access_events import AccessExported
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import counted, one_line
from assistant.core.value import Value
from assistant.log import access
from assistant.log.archive import made_whole
from assistant.log.central import FORMAT, Central, known_as, refuse_lost, seal
from assistant.log.checkpoint import origin_of, present_log
from assistant.log.database import ARCHIVED
from assistant.log.entry import pinned_in
from assistant.log.errors import DAMAGE, broken
from assistant.log.keys import ORIGIN, read_checkpoint, signer
from assistant.log.store import Log, open_reader, stated_as_redacted
from assistant.log.verify_entries import commitments_in

CHUNK = 2_000
"""Entries that are sent, and acknowledged, together."""

LARGEST = 8_000_000
"""Bytes of entries in one chunk, about."""

PLANNED = 50_000
"""Entries of a desk up to which the server plans its checks anew for each chunk: plans made on empty tables take the wrong index."""

SLACK = 3_600.0
"""Seconds by which the clocks of a desk and of the server may part before it is said."""

CASE_FILES = ("text/case", "text/documents")
"""The kinds of files that say something of a case; all others are rules."""

_EVENTS = "SELECT id, session, seq, kind, ts, entry, leaf FROM event WHERE id > ? AND id <= ? ORDER BY id"
_LEAF = "SELECT leaf FROM event WHERE id = ?"
_AT = "SELECT leaf FROM imr.entry WHERE desk = %s AND number = %s"
_WORDS = """SELECT b.commitment, b.salt, b.body FROM json_each(?) AS j CROSS JOIN blob AS b ON b.commitment = j.value
WHERE b.body IS NOT NULL"""
_FILES = (
    """SELECT a.hash, a.media, a.body FROM json_each(?) AS j CROSS JOIN artifact AS a ON a.hash = j.value"""
)

_ADD_ENTRIES = """INSERT INTO imr.entry (desk, number, session, seq, kind, ts, entry, leaf)
SELECT %b::text, * FROM unnest(%b::bigint[], %b::text[], %b::bigint[], %b::text[], %b::text[], %b::bytea[], %b::bytea[])"""
_ADD_WORDS = """INSERT INTO imr.words (desk, commitment, salt, body)
SELECT %b::text, * FROM unnest(%b::text[], %b::bytea[], %b::text[]) ON CONFLICT DO NOTHING"""
_ADD_FILES = """INSERT INTO imr.file (desk, hash, media, body)
SELECT %b::text, * FROM unnest(%b::text[], %b::text[], %b::bytea[]) ON CONFLICT DO NOTHING"""
_ADD_CHECKPOINTS = """INSERT INTO imr.desk_checkpoint (desk, size, note)
SELECT %b::text, * FROM unnest(%b::bigint[], %b::text[]) ON CONFLICT DO NOTHING"""


class Pushed(Value):
    """What a push came to: entries, texts and files that were sent, how many the server has now, and what is to be said."""

    desk: str
    place: str
    entries: int
    texts: int
    files: int
    size: int
    head: str
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log push --json`."""
        names = ("desk", "place", "entries", "texts", "files", "size", "head")
        return {**{name: getattr(self, name) for name in names}, "notes": list(self.notes)}


def push(
    path: Path,
    url: str,
    *,
    called: str = "",
    texts: bool = True,
    restored: str = "",
    archives: Sequence[Path] = (),
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Pushed:
    """Sends what the central log at `url` lacks of the log at `path`.

    `called` is what its people call the desk, taken where it is new there. Without `texts`, neither words of people nor
    the facts of cases go along. `restored` says why the server may have lost something, `archives` hold what went out
    of the log before it was pushed. Raises `Refused` for a fork, for a server that lost what it had, and for a log that
    was set back.
    """
    true = present_log(path)
    with Central.open(url) as central:
        if central.format < FORMAT:
            raise refuse(
                f"The central log has format {central.format}; this version adds to format {FORMAT}.",
                central.place,
                "Its owner brings it up to date with `imr log central set-up URL`.",
            )
        notes = [_rights(central)]
        with closing(open_reader(true)) as source:
            desk = origin_of(source).removeprefix(ORIGIN)
            size = _size(source)
        leaves = central.leaves()
        refuse_lost(central, leaves, restored)
        named = _be_known(central, desk, called)
        since = _agreed(central, true, desk, size)
        if size == since and _is_stated(central, desk, size):
            return Pushed(desk, central.place, 0, 0, 0, since, "", _said(notes))
        if not archives:
            with closing(open_reader(true)) as source:
                _refuse_archived(source, true, since)
        if size > since:
            notes.append(access.note(true, AccessExported("push", f"{central.place}#{named}", ())))
        note = _sealed(true)
        head = read_checkpoint(note)
        with _whole(true, archives) as whole, closing(open_reader(whole)) as source:
            _refuse_archived(source, true, since)
            try:
                source.execute("BEGIN")
                sent = _Sending(central, source, desk, texts).run(since, head.size, progress)
                _checkpoints(central, source, desk, head.size)
                notes += [_clock(central, source, head.size), _still_there(central, source, desk)]
            except DAMAGE as error:
                raise broken(true, error) from None
        central.rows("SELECT imr.pushed(%s, %s, %s, %s, %s)", [desk, since, head.size, texts, note])
        leaves = central.leaves()
        refuse_lost(central, leaves, restored)
        sealed = seal(central, leaves)
        return Pushed(desk, central.place, *sent, head.size, sealed, _said(notes))


def _said(notes: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in notes if one)


def _size(source: sqlite3.Connection) -> int:
    return int(source.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()[0])


def _rights(central: Central) -> str:
    found = central.rights_beyond("imr_desk")
    return f"This login may do more than a desk's should: {'; '.join(found)}." if found else ""


def _sealed(path: Path) -> str:
    """The signed head of the log, as it is now."""
    with Log.open(path) as log:
        note = log.checkpoint()
    if not note:
        raise refuse("The log has no entry yet; there is nothing to push.", str(path))
    return note


def _whole(path: Path, archives: Sequence[Path]) -> AbstractContextManager[Path]:
    """The log's file, with what went into these archives of it."""
    return made_whole(path, archives) if archives else nullcontext(path)


def _refuse_archived(source: sqlite3.Connection, path: Path, since: int) -> None:
    """Raises `Refused` where entries that the server lacks went into an archive."""
    if source.execute(
        "SELECT 1 FROM event WHERE session = ? AND id > ? LIMIT 1", [ARCHIVED, since]
    ).fetchone():
        raise refuse(
            "Entries that the central log lacks went into an archive before they were pushed.",
            str(path),
            "Name the archives with --archive, once for each.",
        )


def _be_known(central: Central, desk: str, called: str) -> str:
    """Makes the desk known to the server, unless it is, and gives how; one that is another login's is `Refused`."""
    known = "SELECT called, login FROM imr.desk WHERE desk = %s AND login = session_user"
    for now, login in central.rows(known, [desk]):
        if called and one_line(called, 100) != now:
            raise refuse(f"This desk is called `{one_line(now)}` there.", central.place, "Leave out --desk.")
        return known_as(now, login)
    key = str(signer(f"{ORIGIN}{desk}").key)
    name = one_line(called, 100) or desk[:8]
    try:
        made = "INSERT INTO imr.desk (desk, called, key) VALUES (%s, %s, %s) RETURNING called, login"
        return known_as(*central.rows(made, [desk, name, key])[0])
    except Refused as refusal:
        if "duplicate key" not in refusal.problems[0].what:
            raise
        raise refuse(
            "Another login pushes a log of this name: this log is a copy of that desk's.",
            f"{central.place}, desk {desk}",
            "One desk has one log. Begin a log of its own on the second, or let the first login push it.",
        ) from None


def _agreed(central: Central, path: Path, desk: str, size: int) -> int:
    """How many entries the server has of the desk, which are those of the log at `path`; else `Refused`."""
    number, leaf = central.last(desk)
    if not number:
        return 0
    with closing(open_reader(path)) as source:

        def same(at: int) -> bool:
            found = central.rows(_AT, [desk, at])
            mine = source.execute(_LEAF, [at]).fetchone()
            return bool(found) and mine is not None and bytes(found[0][0]) == mine[0]

        if number <= size and source.execute(_LEAF, [number]).fetchone()[0] == leaf:
            return number
        low, high = 0, min(number, size)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if same(middle) else (low, middle - 1)
        if low == size:
            raise _older(central, path, number, size)
        row = source.execute("SELECT session, seq FROM event WHERE id = ?", [low + 1]).fetchone()
        raise Refused(
            Problem(
                f"This log and the central log part after entry {low:,}: another entry follows there (here session "
                f"{one_line(str(row[0]), 100)}, entry {row[1]}). The desk was restored from a copy and went on, or two desks "
                "go on with copies of one log.",
                central.place,
                "Nothing was sent. Put back the log that was pushed; what was decided since in this one is to be kept as a "
                "log of its own, named with --log.",
            )
        )


def _older(central: Central, path: Path, number: int, size: int) -> Refused:
    return refuse(
        f"The central log has {number:,} entries of this desk, and this log only the first {size:,} of them: it was put "
        "back from a copy.",
        central.place,
        f"Put the newest copy back in the place of {path}; entries that are added to this one would part from those.",
    )


def _is_stated(central: Central, desk: str, size: int) -> bool:
    """Whether the last push of these entries came to its end."""
    sql = "SELECT 1 FROM imr.desk_checkpoint WHERE desk = %s AND size = %s"
    return bool(central.rows(sql, [desk, size]))


class _Sending:
    """The entries of one desk on their way, with what belongs to them."""

    def __init__(self, central: Central, source: sqlite3.Connection, desk: str, texts: bool) -> None:
        self._central, self._source, self._desk, self._texts = central, source, desk, texts
        self._known = set[str]()

    def run(self, since: int, until: int, progress: Callable[[int, int], None]) -> tuple[int, int, int]:
        """Sends the entries after `since` up to `until`; gives how many entries, texts and files went."""
        texts = files = 0
        for rows in _chunks(self._source, since, until):
            entries = [row[5] for row in rows]
            if rows[0][0] <= PLANNED:
                with suppress(Refused):  # an engine that keeps no plans knows no such statement
                    self._central.run("DISCARD PLANS")
            with self._central.transaction():
                self._central.insert(_ADD_ENTRIES, [self._desk, *map(list, zip(*rows, strict=True))])
                texts += self._words(entries) if self._texts else 0
                files += self._files(entries)
            progress(rows[-1][0] - since, until - since)
        return until - since, texts, files

    def _words(self, entries: Sequence[bytes]) -> int:
        named = sorted({one for data in entries for one in commitments_in(data)})
        found = self._source.execute(_WORDS, [json.dumps(named)]).fetchall()
        if found:
            self._central.insert(_ADD_WORDS, [self._desk, *map(list, zip(*found, strict=True))])
        return len(found)

    def _files(self, entries: Sequence[bytes]) -> int:
        named = [one for one in pinned_in(entries) if one not in self._known]
        if not named:
            return 0
        found = self._source.execute(_FILES, [json.dumps(named)]).fetchall()
        going = [row for row in found if self._texts or row[1] not in CASE_FILES]
        if going:
            self._central.insert(_ADD_FILES, [self._desk, *map(list, zip(*going, strict=True))])
        self._known.update(named)
        return len(going)


def _chunks(source: sqlite3.Connection, since: int, until: int) -> Iterator[list[tuple[Any, ...]]]:
    rows: list[tuple[Any, ...]] = []
    size = 0
    for row in source.execute(_EVENTS, (since, until)):
        rows.append(row)
        size += len(row[5])
        if len(rows) == CHUNK or size > LARGEST:
            yield rows
            rows, size = [], 0
    if rows:
        yield rows


def _checkpoints(central: Central, source: sqlite3.Connection, desk: str, size: int) -> None:
    known = central.rows("SELECT coalesce(max(size), 0) FROM imr.desk_checkpoint WHERE desk = %s", [desk])[0][
        0
    ]
    found = source.execute(
        "SELECT size, note FROM checkpoint WHERE size > ? AND size <= ? ORDER BY size", (known, size)
    ).fetchall()
    for begin in range(0, len(found), CHUNK):
        some = found[begin : begin + CHUNK]
        central.insert(_ADD_CHECKPOINTS, [desk, *map(list, zip(*some, strict=True))])


def _clock(central: Central, source: sqlite3.Connection, size: int) -> str:
    """A sentence where the newest entry states a time that is far from the server's."""
    (stated,) = source.execute("SELECT ts FROM event WHERE id = ?", [size]).fetchone()
    now = central.now()
    try:
        apart = (datetime.fromisoformat(stated) - datetime.fromisoformat(now)).total_seconds()
    except ValueError:
        return ""
    if apart < SLACK:
        return ""
    return f"The newest entry is stated at {one_line(stated)}, and the server's clock says {now}: one of the two clocks is wrong."


def _still_there(central: Central, source: sqlite3.Connection, desk: str) -> str:
    """A sentence where the central log still holds texts that were redacted here."""
    named = sorted(stated_as_redacted(source))
    sql = "SELECT count(*) FROM imr.words WHERE desk = %s AND commitment = ANY (%s) AND body IS NOT NULL"
    count = central.rows(sql, [desk, named])[0][0] if named else 0
    if not count:
        return ""
    return (
        f"{counted(count, 'text')} that this log says was redacted is still in the central log; its redactor empties what "
        "desks say so of with `imr log central redact-stated`."
    )
