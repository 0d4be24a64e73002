"""The one place where events are written: in order, durably, and never twice.

A `Log` is one window's hold on the file. It trusts neither its own memory of the session's head nor
other programs: SQLite's triggers check again, and what they refuse is told to the caller.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from assistant.core.chain import commitment
from assistant.core.problem import Refused, refuse
from assistant.log import entry as entries
from assistant.log.entry import Draft, Entry, Writing
from assistant.log.hold import SessionHold
from assistant.log.lock import WriteTurn
from assistant.log.moment import Clock, system_clock
from assistant.log.opening import open_reader, open_writer
from assistant.log.place import existing_log, make_folder, true_path
from assistant.log.reading import read_artifact, read_entries, revealer
from assistant.log.refusal import DAMAGE, broken, moved_on
from assistant.log.session_row import SessionRow, matching_session, session_rows

_INSERT_EVENT = """INSERT INTO event (id, session, seq, kind, ts, entry, leaf)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM event), ?, ?, ?, ?, ?, ?)"""
_INSERT_BLOB = """INSERT INTO blob (commitment, salt, body) SELECT :name, :salt, :body
WHERE NOT EXISTS (SELECT 1 FROM blob WHERE commitment = :name)"""
_INSERT_ARTIFACT = """INSERT INTO artifact (hash, media, body) SELECT :name, :media, :body
WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE hash = :name)"""
_HEAD = "SELECT seq, leaf FROM event WHERE session = ? ORDER BY seq DESC LIMIT 1"

_NONE: Mapping[str, tuple[str, bytes]] = MappingProxyType({})


def _new_salt() -> bytes:
    return secrets.token_bytes(32)


class Log:
    """An open decision log. Safe to use from several threads; close it, or use it as a context manager."""

    def __init__(
        self,
        path: Path,
        connection: sqlite3.Connection,
        turn: WriteTurn | None,
        clock: Clock,
        salt: Callable[[], bytes],
    ) -> None:
        self.path = path
        self._connection = connection
        self._turn = turn
        self._clock = clock
        self._salt = salt
        self._mutex = threading.RLock()
        self._heads: dict[str, tuple[int, str]] = {}
        self._stopped: Refused | None = None
        self._file = _identity(path)
        self._shut = weakref.finalize(self, _shut, connection, turn)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        write: bool = True,
        clock: Clock = system_clock,
        salt: Callable[[], bytes] = _new_salt,
    ) -> Log:
        """The log at `path`. For writing it is made if missing (file 0600, new folders 0700).

        Raises `Refused` for what is not a decision log, is of a newer version or can't be reached;
        and for writing, when its append-only triggers are missing or changed.
        """
        if not write:
            true = existing_log(path)
            return cls(true, open_reader(true), None, clock, salt)
        true = true_path(path)
        make_folder(true.parent)
        turn = WriteTurn(Path(f"{true}.lock"))
        try:
            with turn:
                return cls(true, open_writer(true), turn, clock, salt)
        except BaseException:
            turn.close()
            raise

    def append(
        self,
        session: str,
        drafts: Sequence[Draft],
        *,
        actor: str,
        case: str,
        after: int,
        artifacts: Mapping[str, tuple[str, bytes]] = _NONE,
    ) -> list[Entry]:
        """Logs `drafts` in one transaction; when it returns, they are on the disk.

        `after` is the `seq` of the session's last entry that the caller has seen, 0 for none. When
        the session has gone further, `Refused`, and nothing is written. `artifacts` (SHA-256 in hex
        -> media type and bytes) are stored with them unless they are there. After an error of the
        disk the log takes nothing more until it is opened again.
        """
        with self._mutex:
            turn = self._writing()
            seq, prev = self._heads.get(session) or self._head(session)
            if seq != after:
                seq, prev = self._head(session)
                if seq != after:
                    raise moved_on(session, seq, after)
            texts: dict[str, tuple[bytes, str]] = {}

            def commit(text: str) -> str:
                salt = self._salt()
                digest = commitment(salt, text)
                texts[digest] = salt, text
                return digest

            moment = self._clock()
            writings: list[Writing] = []
            for draft in drafts:
                writing = entries.write(
                    draft,
                    session=session,
                    seq=(seq := seq + 1),
                    prev=prev,
                    moment=moment,
                    actor=actor,
                    case=case,
                    commit=commit,
                    reveal=lambda digest: texts[digest][1],
                )
                prev = writing.entry.leaf
                writings.append(writing)
            for name, (_, body) in artifacts.items():
                if hashlib.sha256(body).hexdigest() != name:
                    raise refuse(f"An artifact does not have the hash {name}; nothing was logged.")
            with turn:
                try:
                    ids = self._store(writings, texts, artifacts)
                except sqlite3.IntegrityError as error:
                    now, _ = self._head(session)
                    raise (
                        moved_on(session, now, after) if now != after else broken(self.path, error)
                    ) from None
            if writings:
                self._heads[session] = seq, prev
            return [replace(writing.entry, id=id) for writing, id in zip(writings, ids, strict=True)]

    def read(self, session: str, since: int = 0) -> list[Entry]:
        """The session's entries after `seq` `since`, in order; empty for a session that isn't there.

        On a log opened for writing, an entry that does not hash to its leaf or link to the one
        before it raises `Refused`, since nobody should go on from there.
        """
        with self._mutex, self._speaking():
            found, head = read_entries(self._connection, self.path, session, since, self._turn is not None)
            if head is not None:
                self._heads[session] = head
        return found

    def artifact(self, hash: str) -> bytes:
        """The bytes whose SHA-256 is `hash` (hex); `Refused` if they are absent or have another."""
        with self._mutex, self._speaking():
            return read_artifact(self._connection, self.path, hash)

    def sessions(self) -> list[SessionRow]:
        """Every session, the one with the newest entry first."""
        with self._mutex, self._speaking():
            return session_rows(self._connection, revealer(self._connection, self.path, checked=False))

    def resolve(self, name: str) -> str:
        """The id that `name` means: an id, the only one that begins so, or "last"; else `Refused`."""
        with self._mutex, self._speaking():
            return matching_session(self._connection, name)

    def hold(self, session: str) -> SessionHold:
        """Keeps the session to this window until released; `Refused` if another window has it."""
        entries.check_session(session)
        return SessionHold(self.path.parent / "locks", session)

    def close(self) -> None:
        """Gives the file back; doing it twice is no error."""
        with self._mutex:
            self._stopped = self._stopped or refuse("This log has been closed.", str(self.path))
            self._shut()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _store(
        self,
        writings: Sequence[Writing],
        texts: Mapping[str, tuple[bytes, str]],
        artifacts: Mapping[str, tuple[str, bytes]],
    ) -> list[int]:
        execute = self._connection.execute
        if _identity(self.path) != self._file:
            raise self._stop(
                refuse(
                    "The decision log was moved or replaced while it was open; this step was not logged.",
                    str(self.path),
                    "Put it back, then open it again.",
                )
            )
        try:
            execute("BEGIN IMMEDIATE")
            for name, (media, body) in artifacts.items():
                execute(_INSERT_ARTIFACT, {"name": name, "media": media, "body": body})
            for digest, (salt, text) in texts.items():
                execute(_INSERT_BLOB, {"name": digest, "salt": salt, "body": text})
            ids = []
            for writing in writings:
                at = writing.entry
                cursor = execute(
                    _INSERT_EVENT, (at.session, at.seq, at.kind, at.ts, writing.data, writing.digest)
                )
                ids.append(cursor.lastrowid or 0)
            execute("COMMIT")
        except BaseException as error:
            waited = not self._connection.in_transaction and _is_busy(error)
            self._heads.clear()
            try:
                if self._connection.in_transaction:
                    execute("ROLLBACK")
            except sqlite3.Error as second:
                raise self._stop(broken(self.path, second)) from error
            if isinstance(error, sqlite3.IntegrityError) or not isinstance(error, DAMAGE):
                raise
            refusal = broken(self.path, error)
            raise (refusal if waited else self._stop(refusal)) from None
        return ids

    def _writing(self) -> WriteTurn:
        if self._stopped is not None:
            raise refuse(
                "Nothing more is logged since an earlier error: " + self._stopped.problems[0].what,
                str(self.path),
                self._stopped.problems[0].fix or "Open the log again.",
            )
        if self._turn is None:
            raise refuse("This log was opened for reading only.", str(self.path))
        return self._turn

    def _stop(self, why: Refused) -> Refused:
        self._stopped = why
        return why

    def _head(self, session: str) -> tuple[int, str]:
        with self._speaking():
            row = self._connection.execute(_HEAD, [session]).fetchone()
        return (row[0], row[1].hex()) if row else (0, "")

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except DAMAGE as error:
            raise broken(self.path, error) from None


def _shut(connection: sqlite3.Connection, turn: WriteTurn | None) -> None:
    if turn is None:
        connection.close()
        return
    try:
        with turn:
            connection.close()
    except Refused:
        connection.close()
    finally:
        turn.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _is_busy(error: BaseException) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY
