"""The newest checkpoint of each log, kept outside it, so that an older copy put in its place is noticed.

It lies in the folder of the reviewer's profile. That is "elsewhere" for whoever gets at the log's file only;
against whoever gets at both, a copy has to be held by somebody else.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import suppress
from pathlib import Path

from assistant.core.frozen import dataclass
from assistant.core.problem import Refused, refuse
from assistant.core.signed_note import Checkpoint, read_checkpoint
from assistant.log.keys import ORIGIN, config_folder
from assistant.log.place import PRIVATE_FILE, PRIVATE_FOLDER
from assistant.log.refusal import DAMAGE
from assistant.log.tree import StoredTree


@dataclass(frozen=True)
class Held:
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
    path = _path(origin)
    try:
        note = path.read_text("utf-8")
        head = read_checkpoint(note)
    except (OSError, ValueError, Refused):
        return None
    try:
        return Held(path, note, head, path.with_suffix(".place").read_text("utf-8"))
    except (OSError, ValueError):
        return Held(path, note, head)


def gone(origin: str, path: Path) -> Held | None:
    """The newest checkpoint of another log that was kept at `path` before; None where there was none."""
    for place in sorted(_path(origin).parent.glob("*.place")):
        note = place.with_suffix(".txt")
        try:
            if place.read_text("utf-8") == str(path) and note != _path(origin):
                text = note.read_text("utf-8")
                return Held(note, text, read_checkpoint(text))
        except (OSError, ValueError, Refused):
            continue
    return None


def let_go(before: Held) -> None:
    """Puts a held checkpoint under another name beside it, where it is compared with nothing any more."""
    before.path.with_suffix(".place").unlink(missing_ok=True)
    os.replace(before.path, before.path.with_name(f"{before.path.stem}-{before.head.size}-left.txt"))


def keep(note: str, where: Path, replace: bool = False) -> None:
    """Holds on to a checkpoint of the log at `where`, unless one of a longer log is held; in a `WriteTurn`.

    With `replace` it takes the place of a longer one. A folder that can't be written to raises `Refused`.
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
        place = path.with_suffix(".place")
        if not place.exists() or place.read_text("utf-8") != str(where):
            place.write_text(str(where), "utf-8")
        with open(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE), "w", encoding="utf-8"
        ) as file:
            file.write(note)
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
        draft.write_text(note, "utf-8")
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


def _path(origin: str) -> Path:
    name = re.sub("[^0-9A-Za-z]", "-", origin.removeprefix(ORIGIN))[:64] or "unnamed"
    return config_folder() / "checkpoints" / f"{name}.txt"
