"""Checkpoints: the head of the log's tree, signed, stored in the log and held outside it.

One is made with each entry that ends a session or parks it, in the same transaction, and when a program that
has logged something closes the log. A log that can't be signed goes on without: the review must not stop for it.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.value import Value
from assistant.files import WriteTurn, existing_log, true_path
from assistant.log.database import CLOSING
from assistant.log.errors import DAMAGE
from assistant.log.keys import (
    ORIGIN,
    Checkpoint,
    Signer,
    VerifierKey,
    config_folder,
    key_path,
    read_checkpoint,
    read_note,
    remember,
    signer,
    signer_of,
)
from assistant.log.tree import StoredTree
from assistant.machine import PRIVATE_FOLDER, open_private

# The newest checkpoint of each log, kept outside it, so that an older copy put in its place is noticed.


class Held(Value):
    """A checkpoint that is kept outside the log: its file, its text, and the head in it.

    `place` is where the log lay of which it was kept here; empty for one that somebody else holds.
    """

    path: Path
    note: str
    head: Checkpoint
    place: str = ""


def origin_of(connection: sqlite3.Connection) -> str:
    """By which name the checkpoints of this log go."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'log'").fetchone()
    return f"{ORIGIN}{row[0] if row else ''}"


def held(origin: str) -> Held | None:
    """The newest checkpoint held of a log; None where there is none, or none that can be read."""
    try:
        return _held(_path(origin))
    except (OSError, ValueError, Refused):
        return None


def unread(origin: str) -> str:
    """Why the checkpoint that is held of a log can't be read, in words; empty where there is none, or it can."""
    path = _path(origin)
    try:
        _held(path)
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, Refused):
        return f"the checkpoint that is held in {path} can't be read: the file was changed, or is damaged"
    return ""


def put_aside(origin: str) -> list[Path]:
    """Files with a checkpoint of a log that could not be read, and made way for a newer one."""
    path = _path(origin)
    return sorted(path.parent.glob(f"{path.stem}-unread-*.txt"))


def _held(path: Path) -> Held:
    note = path.read_text("utf-8")
    read_note(note)
    head = read_checkpoint(note)
    try:
        return Held(path, note, head, path.with_suffix(".place").read_text("utf-8"))
    except (OSError, ValueError):
        return Held(path, note, head)


def marked_from(origin: str) -> int | None:
    """From how many entries on every copy of a log bears a mark; None where that is not known here."""
    try:
        return int(_path(origin).with_suffix(".copies").read_text("ascii"))
    except (OSError, ValueError):
        return None


def missing_entries(origin: str, path: Path) -> Held | None:
    """The newest checkpoint of another log that was kept at `path` before; None where there was none."""
    for place in sorted(_path(origin).parent.glob("*.place")):
        note = place.with_suffix(".txt")
        try:
            if place.read_text("utf-8") == str(path) and note != _path(origin):
                return _held(note)
        except (OSError, ValueError, Refused):
            continue
    return None


def is_gone(path: Path) -> Held | None:
    """The checkpoint held of a log that was kept at `path`, where no file is now, or an empty one; else None."""
    try:
        if path.stat().st_size:
            return None
    except FileNotFoundError:
        pass
    except OSError:
        return None
    return missing_entries("", path)


def present_log(path: Path) -> Path:
    """The true path of a log that is there; raises `Refused` where there is none, or the one that was there is gone."""
    before = is_gone(true_path(path))
    if before is not None:
        raise gone(path, before)
    return existing_log(path)


class Gone(Refused):
    """The log that was kept in a place is not there any more."""


def refuse_gone(path: Path, connection: sqlite3.Connection | None = None) -> None:
    """Raises `Gone` where a log was kept at `path` and is not there: before another one is begun or gone on with."""
    before = is_gone(path) if connection is None else missing_entries(origin_of(connection), path)
    if before is not None:
        raise gone(path, before)


def refuse_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `Refused` where the file is marked as a copy: what is added to it would be missing from the log."""
    if day := copied_on(connection):
        raise refuse(
            f"This is a copy of {day}; it can be read, and nothing is added to it.",
            str(path),
            "To go on with it in the place of the log: `imr log checkpoint --accept-rollback REASON`, which is "
            "logged.",
        )


CENTRAL = "central"
"""The key in the table `meta` that says of which central log a file is a reading copy."""


def central_of(connection: sqlite3.Connection) -> str:
    """The central log of which the file is a reading copy; empty where it is none."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        return ""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (CENTRAL,)).fetchone()
    return str(row[0]) if row else ""


def refuse_reading_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `Refused` where the file is a reading copy of a central log, to which only desks add."""
    if central := central_of(connection):
        archived = central.startswith("archive ")
        raise refuse(
            f"An archive is only read ({central.removeprefix('archive ')})."
            if archived
            else f"A central log is only read from here; desks add to it with `imr log push` ({central}).",
            str(path),
            "Work in a log of your own, named with --log" + ("." if archived else ", and push it."),
        )


def gone(path: Path, before: Held) -> Refused:
    """The refusal where the log that was kept at `path` is not there any more."""
    problem = Problem(
        f"The decision log that was kept here is gone, or another file lies in its place: a checkpoint of it over "
        f"{before.head.size} entries is held in {before.path}.",
        str(path),
        "Put the newest copy of it back. If there is none, or it was put away on purpose: "
        "`imr log checkpoint --accept-rollback REASON`, which is logged.",
    )
    return Gone(problem)


def let_go(before: Held) -> None:
    """Puts a held checkpoint under another name beside it, where it is compared with nothing any more."""
    for suffix in (".place", ".copies"):
        before.path.with_suffix(suffix).unlink(missing_ok=True)
    os.replace(before.path, before.path.with_name(f"{before.path.stem}-{before.head.size}-left.txt"))


def keep_checkpoint(note: str, where: Path, replace: bool = False, begun: bool = False) -> None:
    """Holds on to a checkpoint of the log at `where`, unless one of a longer log is held; in a `WriteTurn`.

    With `replace` it takes the place of a longer one; `begun` says that the log was begun just now. A folder that can't
    be written to raises `Refused`.
    """
    head = read_checkpoint(note)
    before = held(head.origin)
    if before is not None and before.head.size >= head.size and not replace:
        return
    path = _path(head.origin)
    draft = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        if before is not None and replace:
            let_go(before)
        elif unread(head.origin):
            os.replace(path, path.with_name(f"{path.stem}-unread-{head.size}.txt"))
        place = path.with_suffix(".place")
        if not place.exists() or place.read_text("utf-8") != str(where):
            place.write_text(str(where), "utf-8")
        if marked_from(head.origin) is None:
            size = 0 if begun else head.size if before is None else before.head.size
            path.with_suffix(".copies").write_text(str(size), "ascii")
        with open(open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(note.encode())
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    except (OSError, ValueError) as error:
        raise refuse(
            f"The checkpoint can't be held outside the log: {getattr(error, 'strerror', error)}.",
            str(path),
            "Check the folder's permissions.",
        ) from None


def verified(origin: str) -> str:
    """The note of the newest checkpoint up to which a log was verified here; "" where there is none."""
    try:
        note = _path(origin).with_suffix(".verified").read_text("utf-8")
        read_checkpoint(note)
    except (OSError, ValueError, Refused):
        return ""
    return note


def keep_verified(note: str) -> None:
    """Notes up to where a log was verified; where that can't be written, the next time is from the beginning."""
    path = _path(read_checkpoint(note).origin).with_suffix(".verified")
    draft = path.with_suffix(".draft")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        draft.write_bytes(note.encode())
        os.replace(draft, path)


def rolled_back(connection: sqlite3.Connection) -> tuple[Held, str] | None:
    """The held checkpoint that the log does not continue, and why in words; None where it does.

    It looks at the hashes that the log keeps of its entries, not at each entry: `verify` does that.
    """
    before = held(origin_of(connection))
    if before is None:
        return None
    tree = StoredTree(connection)
    size = tree.size()
    if size < before.head.size:
        return before, f"it has {size} entries, and had {before.head.size}"
    try:
        same = tree.root(before.head.size) == before.head.root
    except DAMAGE:
        same = False
    return None if same else (before, f"its first {before.head.size} entries are not those that it had")


def refuse_rollback(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `Refused` where the log is not a continuation of the checkpoint held of it."""
    found = rolled_back(connection)
    if found is not None:
        before, why = found
        raise refuse(
            f"This log is older than it was, or was changed: {why} when the checkpoint in {before.path} was "
            "signed. It can be read, and nothing is added to it.",
            str(path),
            "Put the newest copy back. If there is none: "
            "`imr log checkpoint --accept-rollback REASON`, which is logged.",
        )


# A copy that was made on purpose says so itself, so that its entries are not thought to be missing.


MARK = "copy-"
"""What the key of a mark in the table `meta` begins with; the number of entries in the copy follows."""

_DAY = re.compile("copy ([0-9]{4}-[0-9]{2}-[0-9]{2})")


def mark_copy(connection: sqlite3.Connection, signer: Signer, day: str) -> None:
    """Marks the file behind `connection` as the copy of this day, signed by the log's key."""
    tree = StoredTree(connection)
    size = tree.size()
    if not size:
        return
    note = signer.sign(Checkpoint(signer.key.name, size, tree.root(size)), f"copy {day}")
    connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)", (f"{MARK}{size}", note))


def copy_day(note: str) -> str:
    """The day in the mark of a copy; empty for a note that is none."""
    lines = note.split("\n")
    found = _DAY.fullmatch(lines[3]) if len(lines) > 3 else None
    return found[1] if found else ""


def copy_marks(connection: sqlite3.Connection) -> dict[str, str]:
    """The marks in the table `meta`: key and note, unproven."""
    rows = connection.execute("SELECT key, value FROM meta WHERE key GLOB ? ORDER BY key", (f"{MARK}*",))
    return {str(key): str(note) for key, note in rows}


def copied_on(connection: sqlite3.Connection) -> str:
    """The day of which the file is a copy, by its own mark, which is not proven here; empty where it is none."""
    size = StoredTree(connection).size()
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (f"{MARK}{size}",)).fetchone()
    return copy_day(str(row[0])) if row else ""


def _path(origin: str) -> Path:
    name = re.sub("[^0-9A-Za-z]", "-", origin.removeprefix(ORIGIN))[:64] or "unnamed"
    return config_folder() / "checkpoints" / f"{name}.txt"


MARKS = frozenset({*CLOSING, "session.parked"})
"""The kinds of event with which a checkpoint is made."""

READING = "access."
"""How the kinds begin that say who read: they are signed by the key that the log is signed with, and by no other."""

_NEWEST = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"
_AT = "SELECT note FROM checkpoint WHERE size = ?"


def seal_log(connection: sqlite3.Connection, signer: Signer) -> str:
    """Signs the head of the log as it is in this transaction, and stores it; gives the note.

    Where one of this size is stored already, that is given; an empty log gives "".
    """
    tree = StoredTree(connection)
    size = tree.size()
    if not size:
        return ""
    stored = connection.execute(_AT, (size,)).fetchone()
    if stored is not None:
        return str(stored[0])
    note = signer.sign(Checkpoint(signer.key.name, size, tree.root(size)))
    connection.execute("INSERT INTO checkpoint (size, note) VALUES (?, ?)", (size, note))
    return note


def newest(connection: sqlite3.Connection) -> tuple[Checkpoint, str] | None:
    """The newest stored checkpoint and its note; None where there is none. A damaged one raises `Refused`."""
    row = connection.execute(_NEWEST).fetchone()
    return None if row is None else (read_checkpoint(row[0]), str(row[0]))


class Sealing:
    """What an open log knows of its checkpoints: the key, and whether all that it has logged is covered."""

    def __init__(self, connection: sqlite3.Connection, path: Path, begun: bool = False) -> None:
        self._path = path
        self._begun = begun
        self.covered = True
        self.why = ""
        self._connection = connection
        self._signer: Signer | None = None

    @property
    def key(self) -> VerifierKey | None:
        """The public half of the key, once it was needed."""
        return None if self._signer is None else self._signer.key

    def signer(self, new: bool = False) -> Signer:
        """What signs for this log; `new` makes the key. Raises `Refused` where it can't be had.

        Its public half is noted before anything is signed, so that no signature is ever of an unknown key.
        """
        if self._signer is None or new:
            found = signer(origin_of(self._connection), new)
            remember(found.key)
            self._signer = found
        return self._signer

    def signer_if_any(self) -> Signer | None:
        """What signs for this log; None, with `why`, where the key can't be had."""
        try:
            return self.signer()
        except (Refused, sqlite3.Error, ImportError) as error:
            self._unsigned(error)
            return None

    def logged(self, kinds: Sequence[str], note: str, turn: WriteTurn) -> None:
        """Takes in that entries of these kinds are on the disk, with a checkpoint if `note` is not empty."""
        if note:
            with turn:
                self.hold(note)
        elif not all(kind.startswith(READING) for kind in kinds) or self._signs_here():
            self.covered = False

    def _signs_here(self) -> bool:
        """Whether the newest checkpoint is by a key of this profile, which is here: a reader elsewhere makes none.

        A checkpoint by a key of the reader's own would be one that the log's owner doesn't know.
        """
        try:
            stored = newest(self._connection)
            return stored is not None and key_path().exists() and signer_of(stored[1]) is not None
        except (Refused, ValueError, sqlite3.Error, ImportError, OSError):
            return False

    def hold(self, note: str, replace: bool = False) -> None:
        """In a `WriteTurn`: holds on to a stored checkpoint outside the log; where that fails, `why` says so."""
        self.covered = True
        try:
            if note:
                keep_checkpoint(note, self._path, replace, self._begun)
            self.why = ""
        except Refused as refusal:
            self._unsigned(refusal)

    def _unsigned(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, Refused) else ()
        self.why = " ".join(one.what for one in problems) or f"No checkpoint could be signed: {error}."
