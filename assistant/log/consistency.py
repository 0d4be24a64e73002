"""Whether the log of one checkpoint is the beginning of the log of another, and the proof of it."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from assistant import __version__
from assistant.core.access_events import AccessOpened, RollbackAccepted
from assistant.core.event_form import encode
from assistant.core.problem import Refused, refuse
from assistant.core.value import Value
from assistant.files import make_file, sync_folder, true_path
from assistant.log.access import reader
from assistant.log.chain import consistency_proof, is_consistent, tree_root
from assistant.log.checkpoint import (
    Held,
    copied_on,
    is_gone,
    let_go,
    mark_copy,
    missing_entries,
    newest,
    origin_of,
    present_log,
    rolled_back,
)
from assistant.log.entry import Draft
from assistant.log.errors import DAMAGE, broken, words
from assistant.log.keys import Checkpoint, VerifierKey, read_checkpoint, remember, signer, signer_of
from assistant.log.store import Log, open_reader
from assistant.log.tree import StoredTree
from assistant.log.verify import verify
from assistant.log.verify_entries import Verification


class Consistency(Value):
    """Two checkpoints (notes), the key that signed both, and the hashes of the proof (RFC 6962, section 2.1.2)."""

    ok: bool
    says: str
    old: str
    new: str
    key: str
    hashes: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log consistency --json`, and the file that `standalone_verify.py` checks."""
        return {
            "ok": self.ok,
            "says": self.says,
            "old": self.old,
            "new": self.new,
            "key": self.key,
            "hashes": list(self.hashes),
        }


def prove_consistency(path: Path, old: str, new: str, keys: Sequence[VerifierKey] = ()) -> Consistency:
    """The proof, by the log at `path`, that `new` (by default the newest checkpoint in it) continues `old`.

    Raises `Refused` for checkpoints of another log and for keys that nobody here knows.
    """
    connection = open_reader(present_log(path))
    try:
        connection.execute("BEGIN")
        if not new:
            stored = newest(connection)
            if stored is None:
                raise refuse(
                    "There is no checkpoint in this log.", str(path), "Make one with `imr log checkpoint`."
                )
            new = stored[1]
        heads = read_checkpoint(old), read_checkpoint(new)
        for head in heads:
            if head.origin != origin_of(connection):
                raise refuse(f"This checkpoint is of another log: {head.origin}.", str(path))
        key = str(signer_of(old, keys))
        signer_of(new, keys)
        says, hashes = _hashes(StoredTree(connection), *heads)
    except DAMAGE as error:
        raise broken(path, error) from None
    finally:
        connection.close()
    ok = not says
    first, second = heads
    return Consistency(
        ok,
        says
        or f"The log of {second.size} entries continues that of {first.size}: its first {first.size} entries are "
        "the same.",
        old,
        new,
        key,
        [each.hex() for each in hashes],
    )


def _hashes(tree: StoredTree, old: Checkpoint, new: Checkpoint) -> tuple[str, list[bytes]]:
    """What is wrong, or the proof."""
    size = tree.size()
    for head in (old, new):
        if head.size > size:
            return f"The log has {size} entries, and the checkpoint covers {head.size}: entries are gone.", []
        if tree.root(head.size) != head.root:
            return f"The first {head.size} entries of the log are not those of the checkpoint over them.", []
    if old.size > new.size:
        return f"The checkpoint over {old.size} entries is the newer one; name the older first.", []
    path = consistency_proof(old.size, new.size, tree.over)
    if not is_consistent(old.size, new.size, old.root, new.root, path):
        return "The hashes that the log keeps are wrong. Run `imr log verify`.", []
    return "", path


# To go on with a log that does not continue the checkpoint held of it: somebody says why, and that is logged.


def accept_rollback(path: Path, reason: str) -> str:
    """Logs that the log is gone on with as it is, and gives the new checkpoint, which is held from now on.

    The checkpoints that it does not continue stay in the profile's folder under another name. Where the log is gone,
    another one is begun. A log that continues what is held of it raises `Refused`, and so does an empty reason.
    """
    if not reason.strip():
        raise refuse("A reason is needed.", "", "Say why this log is gone on with: it is logged.")
    true = true_path(path)
    before, event, same = _found(true, reason.strip())
    with Log.open(true, older=True) as log:
        events = [AccessOpened(__version__), event]
        drafts = [Draft(one.kind, encode(one)) for one in events]
        log.append(secrets.token_hex(6), drafts, actor=reader(), case="", after=0)
        note = log.checkpoint(replace=same)
    if before is not None and not same:
        with suppress(OSError):
            let_go(before)
    return note


def _found(path: Path, reason: str) -> tuple[Held | None, RollbackAccepted, bool]:
    """The checkpoint that is not continued, what is logged of it, and whether it is of this very log."""
    if (lost := is_gone(path)) is not None:
        head, nothing = lost.head, tree_root(()).hex()
        return lost, RollbackAccepted(head.origin, head.size, head.root.hex(), 0, nothing, reason), False
    connection = open_reader(present_log(path))
    try:
        own = rolled_back(connection)
        before = own[0] if own is not None else missing_entries(origin_of(connection), path)
        tree = StoredTree(connection)
        size = tree.size()
        if before is not None:
            head = before.head
        elif copied_on(connection):  # what it is a copy of may be gone on with elsewhere
            head = Checkpoint(origin_of(connection), size, tree.root(size))
        else:
            raise refuse(
                "This log continues the checkpoint held of it; there is nothing to accept.", str(path)
            )
        event = RollbackAccepted(head.origin, head.size, head.root.hex(), size, tree.root(size).hex(), reason)
        return before, event, own is not None
    finally:
        connection.close()


# A copy of the log that is whole even while a review goes on, and is proven before anyone relies on it.


def backup(log_path: Path, dest: Path) -> Verification:
    """Copies the log to the new file `dest` (mode 0600) and says whether the copy verifies.

    Through SQLite's online backup, in one step, so entries being written meanwhile are in it wholly
    or not at all. The copy is marked as one, signed by the log's key; where that can't be had, a note says so. An
    existing `dest` raises `Refused`; nothing is left behind when copying fails.
    """
    unmarked = ""
    source = present_log(log_path)
    target = true_path(dest)
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-journal")):
        if name.exists():
            raise refuse(
                "This file is already there; a backup never replaces one.", str(name), "Name a new one."
            )
    if not target.parent.is_dir():
        raise refuse("The folder for the backup does not exist.", str(target.parent), "Make it first.")
    origin = open_reader(source)
    try:
        if not make_file(target):
            raise refuse(
                "This file is already there; a backup never replaces one.", str(dest), "Name a new one."
            )
        try:
            copy = sqlite3.connect(target)
            try:
                copy.execute("PRAGMA synchronous = FULL")
                origin.backup(copy)
                unmarked = _mark(copy)
            finally:
                copy.close()
        except DAMAGE as error:
            _remove(target)
            raise _failed(target, error) from None
        except BaseException:
            _remove(target)
            raise
    finally:
        origin.close()
    sync_folder(target.parent)
    found = verify(target)
    if unmarked:
        found.notes.append(unmarked)
    return found


def _mark(copy: sqlite3.Connection) -> str:
    """Marks the copy; a sentence saying why it couldn't be."""
    try:
        signs = signer(origin_of(copy))
        remember(signs.key)
    except (Refused, ImportError) as error:
        why = error.problems[0].what if isinstance(error, Refused) else f"{error}."
        return (
            f"The copy bears no mark, so that beside its log it looks like one whose end was cut off: {why}"
        )
    try:
        with copy:
            mark_copy(copy, signs, f"{datetime.now(UTC):%Y-%m-%d}")
    except DAMAGE as error:
        return f"The copy bears no mark: {words(error)}."
    return ""


def _failed(target: Path, error: Exception) -> Refused:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
        return refuse(
            "The disk is full; no backup was made.", str(target), "Free some space, or use another disk."
        )
    return broken(target, error)


def _remove(target: Path) -> None:
    for name in (target, Path(f"{target}-wal"), Path(f"{target}-shm"), Path(f"{target}-journal")):
        name.unlink(missing_ok=True)
