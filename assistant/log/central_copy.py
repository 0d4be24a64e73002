"""What is read of a central log: a copy in the user's cache that answers every question a desk's own log does.

The copy of all desks has their entries one desk after the other; that of one desk is the desk's own file again, number
by number. Each use fetches what is new, and what was emptied on the server goes from the copy too. Nothing rests on a
copy: `verify` fetches everything anew.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.core.problem import refuse
from assistant.core.text import digest, one_line
from assistant.core.value import Value
from assistant.files import cache_folder, make_file, make_folder, turn_at
from assistant.log.central import AT_ONCE, Central, Desk, is_central, shown
from assistant.log.chain import leaf
from assistant.log.checkpoint import CENTRAL
from assistant.log.database import bring_up_to_date, connect_reader, unlike
from assistant.log.entry import OF_DESK, pinned_in
from assistant.log.projection import Progress, forget
from assistant.log.store import stated_as_redacted
from assistant.log.tree import keep_tree
from assistant.log.verify_entries import commitments_in

_PULLED = "pulled-"
_SEEN = "statements"
_SHARED = "shared-"
"""Of a name that sessions of more than one desk have: each has the desk's name in the copy behind it."""
_WHOSE = "SELECT desk FROM imr.entry WHERE session = %s AND seq = 1"
_BELOW = -(2**62)
_EVENT = "INSERT INTO event (id, session, seq, kind, ts, entry, leaf) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ENTRIES = """SELECT number, session, seq, kind, ts, entry, leaf FROM imr.entry
WHERE desk = %s AND number > %s ORDER BY number LIMIT %s"""
_AT = "SELECT encode(leaf, 'hex') FROM imr.entry WHERE desk = %s AND number = %s"
_WORDS = "SELECT commitment, salt, body FROM imr.words WHERE desk = %s AND commitment = ANY (%s)"
_EVERY_WORD = "SELECT commitment, salt, body FROM imr.words WHERE desk = %s AND commitment > %s ORDER BY commitment LIMIT %s"
_FILES = "SELECT hash, media, body FROM imr.file WHERE desk = %s AND hash = ANY (%s)"
_EVERY_FILE = "SELECT hash, media, body FROM imr.file WHERE desk = %s AND hash > %s ORDER BY hash LIMIT %s"
_CHECKPOINTS = (
    "SELECT size, note FROM imr.desk_checkpoint WHERE desk = %s AND size > %s ORDER BY size LIMIT %s"
)
_EMPTIED = "SELECT number, body FROM imr.statement WHERE kind = 'text.redacted' AND number > %s ORDER BY number LIMIT %s"
_KEEP_WORDS = "INSERT OR IGNORE INTO blob (commitment, salt, body) VALUES (?, ?, ?)"
_KEEP_FILE = "INSERT OR IGNORE INTO artifact (hash, media, body) VALUES (?, ?, ?)"


def copy_path(url: str) -> Path:
    """Where the reading copy of a central log, or of one desk of it (`#DESK`), lies."""
    _, _, desk = url.partition("#")
    name = digest(f"{_login(url)}#{desk}")[:16]
    return cache_folder() / "central" / f"{name}.sqlite"


def unlike_copy(url: str, desk: Desk, made: Path) -> str:
    """Which entry of a desk's log made again the copies that are read here have otherwise, in words; "" for none."""
    for one in (url, f"{url.partition('#')[0]}#{desk.called}"):
        if (path := copy_path(one)).exists():
            try:
                with closing(connect_reader(path)) as copy:
                    upto, _ = _pulled(copy).get(desk.name, _NOTHING)
            except (sqlite3.Error, ValueError):
                return f"the copy that is read here can't be read: remove {path}"
            if wrong := unlike(path, made, upto, of_desk("", desk.name)):
                return wrong
    return ""


def _login(url: str) -> str:
    """The address with the user, whose rights say what is in a copy, and without a password."""
    user, at, _ = url.partition("://")[2].rpartition("@")
    return f"{user.partition(':')[0]}{at}{shown(url)}"


def bring_up_to_date_from(url: str, progress: Progress = lambda _done, _all: None) -> Path:
    """The reading copy of the central log at `url`, with all that is there now."""
    assert is_central(url)
    path = copy_path(url)
    make_folder(path.parent)
    with Central.open(url) as central, turn_at(path):
        desks = chosen(central, url)
        if not path.exists():
            make_file(path)
        with closing(sqlite3.connect(path, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("PRAGMA synchronous = NORMAL")
            copy.execute("PRAGMA cache_size = -65536")
            if not copy.execute("PRAGMA user_version").fetchone()[0]:
                _begin(copy, central.name if "#" not in url else desks[0].name)
                copy.execute("INSERT INTO meta VALUES (?, ?)", (CENTRAL, central.place))
            named = _shared(copy)
            _pull(copy, central, desks, path, "#" in url, progress)
            if _empty(copy, central) or _shared(copy) != named:
                forget(path)
    return path


def chosen(central: Central, url: str) -> list[Desk]:
    """The desks that an address names: all, or the one behind its `#`, by its name or by what it is called."""
    desks = central.desks()
    _, _, named = url.partition("#")
    if not named:
        return desks
    meant = [one for one in desks if one.name.startswith(named) or one.called == named]
    if len(meant) != 1:
        raise refuse(
            f"{'Several desks are' if meant else 'No desk is'} called `{one_line(named, 60)}`.",
            central.place,
            f"Known: {', '.join(f'{one_line(one.called)} ({one.name[:8]})' for one in desks) or 'none'}.",
        )
    return meant


def _begin(copy: sqlite3.Connection, name: str) -> None:
    """The tables of a log, without what keeps it append-only: nobody writes here but what follows."""
    bring_up_to_date(copy)
    _without_triggers(copy)
    copy.execute("UPDATE meta SET value = ? WHERE key = 'log'", (name,))


def _without_triggers(copy: sqlite3.Connection) -> list[str]:
    found = copy.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for name, _ in found:
        copy.execute(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in found]


def _pull(
    copy: sqlite3.Connection,
    central: Central,
    desks: Sequence[Desk],
    path: Path,
    alone: bool,
    progress: Progress,
) -> None:
    """Fetches what is new of the desks; of one `alone` its checkpoints too, and the hashes that prove a session of it."""
    known = _pulled(copy)
    missing = known.keys() - {one.name for one in desks}
    if missing:
        raise _changed(central, path, f"the desk {min(missing)} is not there any more")
    every = sum(one.size - known.get(one.name, _NOTHING)[0] for one in desks)
    done = 0
    for desk in desks:
        since, head = known.get(desk.name, _NOTHING)
        if since > desk.size:
            raise _changed(
                central, path, f"{one_line(desk.called)} had {since:,} entries and has {desk.size:,}"
            )
        if since and central.rows(_AT, [desk.name, since]) != [(head,)]:
            raise _changed(central, path, f"entry {since:,} of {one_line(desk.called)} is another one")
        if not since:  # of a whole desk, words are had more quickly than by their names
            copy.execute("BEGIN IMMEDIATE")
            words = central.paged(_EVERY_WORD, [desk.name], "")
            copy.executemany(_KEEP_WORDS, (one for one in words if one[2] is not None))
            copy.execute("COMMIT")
        for rows in _pages(central, desk, since):
            copy.execute("BEGIN IMMEDIATE")
            try:
                _add(copy, central, desk, rows, bool(since))
                if alone:
                    keep_tree(copy, rows[0][0], rows[-1][0])
                number, leaf_of = rows[-1][0], rows[-1][6].hex()
                copy.execute(
                    "INSERT OR REPLACE INTO meta VALUES (?, ?)", (_PULLED + desk.name, f"{number} {leaf_of}")
                )
                copy.execute("COMMIT")
            except BaseException:
                copy.execute("ROLLBACK")
                raise
            done += len(rows)
            progress(done, every)
        if alone:
            notes = central.paged(_CHECKPOINTS, [desk.name], 0)
            copy.executemany("INSERT OR IGNORE INTO checkpoint VALUES (?, ?)", notes)


_NOTHING = (0, "")


def _pulled(copy: sqlite3.Connection) -> dict[str, tuple[int, str]]:
    """How many entries were fetched of each desk, and the hash of the last of them."""
    found = {}
    for key, value in copy.execute("SELECT key, value FROM meta WHERE key GLOB ?", (f"{_PULLED}*",)):
        number, _, head = str(value).partition(" ")
        found[str(key).removeprefix(_PULLED)] = int(number), head
    return found


def _pages(central: Central, desk: Desk, since: int) -> Iterator[list[tuple[Any, ...]]]:
    """The entries of a desk after `since`, up to its size, a page at a time."""
    rows = (row for row in central.paged(_ENTRIES, [desk.name], since) if since < 0 or row[0] <= desk.size)
    while page := list(islice(rows, AT_ONCE)):
        yield page


def _changed(central: Central, path: Path, why: str) -> Exception:
    return refuse(
        f"The central log is not the one that was read before: {why}.",
        central.place,
        f"Run `imr log verify --log URL`. To read it as it is now, remove {path}.",
    )


def _add(
    copy: sqlite3.Connection, central: Central, desk: Desk, rows: Sequence[tuple[Any, ...]], worded: bool
) -> None:
    """Adds entries of a desk after the last one here, with their files and, where `worded`, their words."""
    (last,) = copy.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()
    for row in rows:
        if leaf(row[5]) != row[6]:
            raise refuse(
                f"Entry {row[0]:,} of {one_line(desk.called)} was changed: its bytes do not give its hash.",
                central.place,
                "Run `imr log verify --log URL`.",
            )
    rows = _apart(copy, central, desk, rows)
    copy.executemany(_EVENT, ((last + at, *row[1:]) for at, row in enumerate(rows, 1)))
    entries = [row[5] for row in rows]
    named = sorted({one for data in entries for one in commitments_in(data)}) if worded else []
    for begin in range(0, len(named), AT_ONCE):
        words = central.rows(_WORDS, [desk.name, named[begin : begin + AT_ONCE]])
        copy.executemany(_KEEP_WORDS, (one for one in words if one[2] is not None))
    if pinned := pinned_in(entries):
        copy.executemany(_KEEP_FILE, central.rows(_FILES, [desk.name, pinned]))


def _apart(
    copy: sqlite3.Connection, central: Central, desk: Desk, rows: Sequence[tuple[Any, ...]]
) -> Sequence[tuple[Any, ...]]:
    """The rows with the desk's name behind that of each session that another desk has too, here as well from now on.

    Each desk has a register of keys under the same name; of any other session `verify` says that it stands under two.
    """
    shared = _shared(copy)
    there = "SELECT 1 FROM event WHERE session = ? AND seq = 1"
    for session in {str(row[1]) for row in rows if row[2] == 1} - shared:
        if copy.execute(there, (session,)).fetchone():
            whose = {str(name) for (name,) in central.rows(_WHOSE, [session])} - {desk.name}
            known = sorted(whose & _pulled(copy).keys())
            if len(known) != 1:
                raise refuse(
                    f"Session {one_line(session)} stands under other desks than when it was read before.",
                    central.place,
                    "Run `imr log verify --log URL`.",
                )
            copy.execute(
                "UPDATE event SET session = ? WHERE session = ?", (of_desk(session, known[0]), session)
            )
            copy.execute("INSERT INTO meta VALUES (?, '')", (f"{_SHARED}{session}",))
            shared.add(session)
    return [(row[0], of_desk(row[1], desk.name) if row[1] in shared else row[1], *row[2:]) for row in rows]


def _shared(copy: sqlite3.Connection) -> set[str]:
    """The names that sessions of more than one desk have."""
    found = copy.execute("SELECT key FROM meta WHERE key GLOB ?", (f"{_SHARED}*",))
    return {str(key).removeprefix(_SHARED) for (key,) in found}


def of_desk(session: str, desk: str) -> str:
    """What a session is called in a copy where another desk has one of the same name."""
    return f"{session}{OF_DESK}{desk[:8]}"


def _empty(copy: sqlite3.Connection, central: Central) -> bool:
    """Takes out of the copy what was emptied on the server, or redacted at a desk, so that nothing of it is left in the file."""
    row = copy.execute("SELECT value FROM meta WHERE key = ?", (_SEEN,)).fetchone()
    since = int(row[0]) if row else 0
    found = list(central.paged(_EMPTIED, (), since)) if central.format >= 2 else []
    named = {str(json.loads(body)["commitment"]) for _, body in found} | stated_as_redacted(copy)
    there = [
        one for one in named if copy.execute("SELECT 1 FROM blob WHERE commitment = ?", (one,)).fetchone()
    ]
    if found:
        copy.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_SEEN, str(found[-1][0])))
    if not there:
        return False
    copy.execute("PRAGMA secure_delete = ON")
    copy.execute("PRAGMA journal_mode = MEMORY")
    copy.execute("BEGIN IMMEDIATE")
    copy.executemany("DELETE FROM blob WHERE commitment = ?", ((one,) for one in there))
    copy.execute("COMMIT")
    copy.execute("VACUUM")
    copy.execute("PRAGMA journal_mode = DELETE")
    return True


# A desk's file made again from what the server has, to be verified like any log.


class Rebuilt(Value):
    """What a desk's file was made of: its entries, the commitments whose words are not there, and the files that are not."""

    entries: int
    unworded: dict[str, int]
    unfiled: frozenset[str]


def rebuild(central: Central, desk: Desk, path: Path, progress: Callable[[int], None]) -> Rebuilt:
    """Makes the file of a desk's log at the new `path`, with every row that the server has of it.

    `unworded` are commitments with the number of an entry that speaks of each.
    """
    make_file(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        for setting in ("journal_mode = OFF", "synchronous = OFF"):
            copy.execute(f"PRAGMA {setting}").fetchall()
        bring_up_to_date(copy)
        again = _without_triggers(copy)
        copy.execute("BEGIN")
        copy.execute("UPDATE meta SET value = ? WHERE key = 'log'", (desk.name,))
        spoken = dict[str, int]()
        pinned = set[str]()
        last = 0
        for rows in _pages(central, desk, _BELOW):
            copy.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
            for row in rows:
                spoken.update((one, row[0]) for one in commitments_in(row[5]))
            pinned.update(pinned_in([row[5] for row in rows]))
            last = rows[-1][0]
            progress(len(rows))
        for name, salt, body in central.paged(_EVERY_WORD, [desk.name], ""):
            if body is not None:
                copy.execute(_KEEP_WORDS, (name, salt, body))
                spoken.pop(name, None)
        for row in central.paged(_EVERY_FILE, [desk.name], ""):
            copy.execute(_KEEP_FILE, row)
            pinned.discard(row[0])
        copy.executemany(
            "INSERT INTO checkpoint VALUES (?, ?)", central.paged(_CHECKPOINTS, [desk.name], _BELOW)
        )
        if _is_whole(copy, last):
            keep_tree(copy, 1, last)
        for sql in again:
            copy.execute(sql)
        copy.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = WAL").fetchall()
    return Rebuilt(last, spoken, frozenset(pinned))


def _is_whole(copy: sqlite3.Connection, last: int) -> bool:
    return bool(
        copy.execute("SELECT count(*) = ? FROM event WHERE id BETWEEN 1 AND ?", (last, last)).fetchone()[0]
    )
