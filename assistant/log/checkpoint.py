"""Checkpoints: the head of the log's tree, signed, stored in the log and held outside it.

One is made with each entry that ends a session or parks it, in the same transaction, and when a program that
has logged something closes the log. A log that can't be signed goes on without: the review must not stop for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from assistant.core.problem import Refused
from assistant.core.signed_note import Checkpoint, VerifierKey, read_checkpoint
from assistant.log.keys import Signer, remember, signer
from assistant.log.lock import WriteTurn
from assistant.log.rollback import keep, origin_of
from assistant.log.schema import CLOSING
from assistant.log.tree import StoredTree

MARKS = frozenset({*CLOSING, "session.parked"})
"""The kinds of event with which a checkpoint is made."""

UNSIGNED = "access."
"""How the kinds begin after which a closing program makes no checkpoint: reading must stay quick."""

_NEWEST = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"
_AT = "SELECT note FROM checkpoint WHERE size = ?"


def seal(connection: sqlite3.Connection, signer: Signer) -> str:
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

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._path = path
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
        elif not all(kind.startswith(UNSIGNED) for kind in kinds):
            self.covered = False

    def hold(self, note: str, replace: bool = False) -> None:
        """In a `WriteTurn`: holds on to a stored checkpoint outside the log; where that fails, `why` says so."""
        self.covered = True
        try:
            if note:
                keep(note, self._path, replace)
            self.why = ""
        except Refused as refusal:
            self._unsigned(refusal)

    def _unsigned(self, error: Exception) -> None:
        problems = error.problems if isinstance(error, Refused) else ()
        self.why = " ".join(one.what for one in problems) or f"No checkpoint could be signed: {error}."
