"""The one place where events are written: in order, durably, and never twice.

A `Log` is one window's hold on the file. It trusts neither its own memory of the session's head nor
other programs: SQLite's triggers check again, and what they refuse is told to the caller.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from assistant.core.problem import Refused, refuse
from assistant.core.value import replace
from assistant.files import (
    WriteTurn,
    identity,
    lock_file,
    make_file,
    make_folder,
    sync_folder,
    true_path,
    unreachable,
)
from assistant.log import entry as entries
from assistant.log.chain import commitment
from assistant.log.checkpoint import (
    MARKS,
    Sealing,
    central_of,
    origin_of,
    present_log,
    refuse_copy,
    refuse_gone,
    refuse_reading_copy,
    refuse_rollback,
    seal_log,
)
from assistant.log.database import (
    CLOSING,
    FORMAT,
    allow_only_inserts,
    bring_up_to_date,
    check_fences,
    check_identity,
    connect_reader,
    connect_writer,
    set_durable,
)
from assistant.log.entry import Clock, Draft, Entry, Writing, check_places, read, system_clock
from assistant.log.errors import DAMAGE, broken, is_busy, moved_on, replaced
from assistant.log.keys import Checkpoint, VerifierKey
from assistant.log.sessions import SessionRow, matching_session, session_rows
from assistant.log.tree import WIDTH, StoredTree, keep_tree
from assistant.machine import close_to_others, share_like

# The statements that add to the log, in a transaction that the caller has begun.


_EVENT = """INSERT INTO event (id, session, seq, kind, ts, entry, leaf)
VALUES ((SELECT coalesce(max(id), 0) + 1 FROM event), ?, ?, ?, ?, ?, ?)"""
_BLOB = """INSERT INTO blob (commitment, salt, body) SELECT :name, :salt, :body
WHERE NOT EXISTS (SELECT 1 FROM blob WHERE commitment = :name)"""
_ARTIFACT = """INSERT INTO artifact (hash, media, body) SELECT :name, :media, :body
WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE hash = :name)"""


def insert(
    connection: sqlite3.Connection,
    writings: Sequence[Writing],
    texts: Mapping[str, tuple[bytes, str]],
    artifacts: Mapping[str, tuple[str, bytes]],
) -> list[int]:
    """Adds entries, with their texts (by commitment) and files (by hash), and gives the entries' ids."""
    execute = connection.execute
    for name, (media, body) in artifacts.items():
        execute(_ARTIFACT, {"name": name, "media": media, "body": body})
    for digest, (salt, text) in texts.items():
        execute(_BLOB, {"name": digest, "salt": salt, "body": text})
    ids = []
    for writing in writings:
        at = writing.entry
        cursor = execute(_EVENT, (at.session, at.seq, at.kind, at.ts, writing.data, writing.digest))
        ids.append(cursor.lastrowid or 0)
    if ids and ids[-1] // WIDTH > (ids[0] - 1) // WIDTH:
        keep_tree(connection, ids[0], ids[-1])
    return ids


# How entries, texts and artifacts come back out of the file, checked where somebody will go on from them.


_ENTRIES = "SELECT id, seq, entry, leaf FROM event WHERE session = ? AND seq >= ? AND id > 0 ORDER BY seq"
_FIRST = "SELECT kind FROM event WHERE session = ? AND seq = 1 AND id > 0"
_END = f"SELECT kind FROM event WHERE session = ? AND seq <= ? AND id > 0 AND kind IN {CLOSING} ORDER BY seq LIMIT 1"
_BLOB_ROW = "SELECT salt, body FROM blob WHERE commitment = ?"
_ARTIFACT_ROW = "SELECT body FROM artifact WHERE hash = ?"
_COMMITMENT = re.compile(rb'"\$text":"([0-9a-f]{64})"')
_REDACTED = "redacted-"
_AT_ONCE = 500


def revealer(connection: sqlite3.Connection, entries: Iterable[bytes] = ()) -> Callable[[str], str | None]:
    """A function from a commitment to its text, None when the text was redacted.

    The texts of `entries` are looked up in a few queries. A text that is not the one committed to raises `ValueError`,
    and so does one that is gone and of which nothing says that it was redacted.
    """
    known = _texts_of(connection, entries)
    stated = frozenset[str]()

    def reveal(digest: str) -> str | None:
        nonlocal stated
        row = known.get(digest) or connection.execute(_BLOB_ROW, [digest]).fetchone()
        if row is None or row[1] is None:
            if digest not in stated:
                stated = stated_as_redacted(connection)
            if digest not in stated and not _of_desks(connection):
                raise ValueError("a text of it is missing, and nothing says that it was redacted")
            return None
        if commitment(row[0] or b"", row[1]) != digest:
            raise ValueError("a text of it is not the one that was logged")
        return str(row[1])

    return reveal


def _of_desks(connection: sqlite3.Connection) -> bool:
    """Whether it is a reading copy of a central log: a desk may send no texts, and one is emptied there by a statement there."""
    central = central_of(connection)
    return bool(central) and not central.startswith("archive ")


def stated_as_redacted(connection: sqlite3.Connection) -> frozenset[str]:
    """The commitments whose words were redacted, as the log says, or the bundle that it was read from."""
    elsewhere = connection.execute("SELECT key FROM meta WHERE key GLOB ?", (f"{_REDACTED}*",))
    found = {str(key).removeprefix(_REDACTED) for (key,) in elsewhere}
    for (data,) in connection.execute("SELECT entry FROM event WHERE kind = 'access.redacted' AND id > 0"):
        with suppress(ValueError, TypeError, KeyError):  # one that names none is told by `verify`
            found.add(str(entries.form(data)["body"]["commitment"]))
    return frozenset(found)


def keep_stated(connection: sqlite3.Connection, commitments: Iterable[str]) -> None:
    """Keeps what was redacted where the statement stands elsewhere; in a log `verify` names such a row."""
    rows = ((f"{_REDACTED}{one}",) for one in commitments)
    connection.executemany("INSERT OR IGNORE INTO meta (key, value) VALUES (?, '')", rows)


def _texts_of(
    connection: sqlite3.Connection, entries: Iterable[bytes]
) -> dict[str, tuple[bytes | None, str]]:
    """The texts of some entries with their salts by commitment, as they are; one that is gone is left out."""
    named = list(
        dict.fromkeys(
            name.decode() for data in entries if isinstance(data, bytes) for name in _COMMITMENT.findall(data)
        )
    )
    texts = dict[str, tuple[bytes | None, str]]()
    for begin in range(0, len(named), _AT_ONCE):
        some = named[begin : begin + _AT_ONCE]
        marks = ",".join("?" * len(some))
        rows = connection.execute(
            f"SELECT commitment, salt, body FROM blob WHERE commitment IN ({marks})", some
        )
        texts.update((name, (salt, body)) for name, salt, body in rows if body is not None)
    return texts


def read_entries(
    connection: sqlite3.Connection, path: Path, session: str, since: int
) -> tuple[list[Entry], tuple[int, str] | None]:
    """The session's entries after `seq` `since`, and its head (seq and leaf), None if it has no entry.

    An entry that may not stand where it does is `Refused`, as is one that `read` refuses.
    """
    rows = connection.execute(_ENTRIES, [session, since]).fetchall()
    asked = ((_FIRST, [session]), (_END, [session, since])) if since else ()
    every = list(read(rows, session, revealer(connection, (row[2] for row in rows))))
    found = [entry for entry in every if entry.seq > since]
    before = [connection.execute(sql, values).fetchone() for sql, values in asked]
    check_places(found, *(row[0] if row else "" for row in before))
    return found, ((every[-1].seq, every[-1].leaf) if every else None)


def stored_bytes(path: Path, sessions: Iterable[str]) -> dict[int, tuple[bytes, bytes]]:
    """The bytes of each entry of some sessions of the log at `path`, and its hash, by its number in the log."""
    with closing(open_reader(path)) as connection:
        try:
            return {
                id: (data, digest)
                for session in sessions
                for id, _, data, digest in connection.execute(_ENTRIES, [session, 0])
                if isinstance(data, bytes) and isinstance(digest, bytes)  # a session with others is left out
            }
        except DAMAGE as error:
            raise broken(path, error) from None


def read_artifact(connection: sqlite3.Connection, path: Path, hash: str) -> bytes:
    """The bytes whose SHA-256 is `hash` (hex); `Refused` if they are absent or have another."""
    row = connection.execute(_ARTIFACT_ROW, [hash]).fetchone()
    body = row[0] if row is not None and isinstance(row[0], bytes) else None
    if body is None or hashlib.sha256(body).hexdigest() != hash:
        raise refuse(
            f"The log {'does not hold' if row is None else 'holds a changed copy of'} "
            f"a file that a session rests on ({hash[:12]}).",
            str(path),
            "Run `imr log verify`, and go back to a backup.",
        )
    return body


# How a log is opened: made if need be, its format and fences checked, before anything is read from it.


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection to the log at `path` that can't change it; what is no log of ours is `Refused`."""
    try:
        connection = connect_reader(path)
    except DAMAGE as error:
        raise broken(path, error) from None
    try:
        if not check_identity(connection, path):
            raise refuse("This decision log is still empty.", str(path), "Begin with `imr review`.")
    except DAMAGE as error:
        connection.close()
        raise broken(path, error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def open_writer(path: Path, older: bool = False, reader: bool = False) -> tuple[sqlite3.Connection, bool]:
    """A connection that can read and insert, and whether the log was begun; only inside a `WriteTurn`.

    A log that does not continue the checkpoint held of it is `Refused`, unless `older` is allowed; so is one that
    would be begun in the place of another that is gone, and a copy. For a `reader` nothing is made, no mode is
    changed, and a log of an older format or one that nobody may write is `Refused`.
    """
    if not older:
        refuse_gone(path)
    if reader:
        _must_take_readings(path)
    made = not reader and make_file(path)
    connection = None
    try:
        connection = connect_writer(path)
        found = check_identity(connection, path)
        refuse_reading_copy(connection, path)
        current = found == FORMAT
        if reader and not current:
            raise refuse(
                "The log is of an older format, which a reading doesn't change.",
                str(path),
                "Whoever writes it next, as with `imr review`, brings it up to date.",
            )
        if not (made or reader):
            _close_to_others(path)
        set_durable(connection, path)
        if not current:
            bring_up_to_date(connection)
            sync_folder(path.parent)
        check_fences(connection, path)
        if not (made or older):
            refuse_gone(path, connection)
            refuse_rollback(connection, path)
            refuse_copy(connection, path)
        allow_only_inserts(connection)
    except DAMAGE as error:
        if connection is not None:
            connection.close()
        raise broken(path, error) from None
    except BaseException:
        if connection is not None:
            connection.close()
        raise
    return connection, not found


def _must_take_readings(path: Path) -> None:
    """Raises `Refused` for a log that may not be written, by the mode of its file, or that is still empty."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreachable(path, error) from None
    if not found.st_mode & 0o222:
        raise refuse("Its file may only be read.", str(path), "")
    if not found.st_size:
        raise refuse("This decision log is still empty.", str(path), "Begin with `imr review`.")


def _close_to_others(path: Path) -> None:
    """Takes from everybody but the owner and the file's group what they may do; a group's log stays the group's."""
    for name in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with suppress(OSError):
            close_to_others(name)


# One window at a time for one session, so that two never answer the same question differently.


class SessionLock:
    """A session that is ours alone until `release`; a context manager.

    Raises `Refused` at once if another window has the session.
    """

    def __init__(self, folder: Path, session: str, log: Path) -> None:
        if not folder.exists():
            make_folder(folder)
            share_like(folder, log)
        self.session = session
        self._lock = lock_file(folder / session, log)
        self._held = self._lock.take()
        if not self._held:
            self._lock.close()
            raise refuse(
                "This session is open in another window.",
                f"session {session}",
                "Go on there, or close that window first.",
            )

    def release(self) -> None:
        """Lets the session go; doing it twice is no error."""
        if self._held:
            self._held = False
            self._lock.give_back()
            self._lock.close()

    def __enter__(self) -> SessionLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


_HEAD = "SELECT seq, leaf FROM event WHERE session = ? AND id > 0 ORDER BY seq DESC LIMIT 1"

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
        begun: bool = False,
    ) -> None:
        self.path = path
        self._connection = connection
        self._turn = turn
        self._clock = clock
        self._salt = salt
        self._mutex = threading.RLock()
        self._heads: dict[str, tuple[int, str]] = {}
        self._sealing = Sealing(connection, path, begun)
        self._stopped: Refused | None = None
        self._file = identity(path)
        self._shut = weakref.finalize(self, _shut, connection, turn)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        write: bool = True,
        older: bool = False,
        reader: bool = False,
        clock: Clock = system_clock,
        salt: Callable[[], bytes] = _new_salt,
    ) -> Log:
        """The log at `path`. For writing it is made if missing (file 0600, new folders 0700).

        A `reader` that only notes its reading changes nothing else: see `open_writer`.

        Raises `Refused` for what is not a decision log, is of a newer version or can't be reached; and for
        writing, when its append-only triggers are missing or changed, or when it does not continue the
        checkpoint held of it, unless `older` is allowed.
        """
        if not write:
            true = present_log(path)
            return cls(true, open_reader(true), None, clock, salt)
        true = present_log(path) if reader else true_path(path)
        if reader:
            _must_take_readings(true)
        make_folder(true.parent)
        turn = WriteTurn(true)
        try:
            with turn:
                connection, begun = open_writer(true, older, reader)
                return cls(true, connection, turn, clock, salt, begun=begun)
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
        moment: tuple[str, int, str] | None = None,
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

            moment = moment or self._clock()
            writings: list[Writing] = []
            for draft in drafts:
                writing = entries.write_entry(
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
            kinds = [draft.kind for draft in drafts]
            signs = self._sealing.signer_if_any() if MARKS.intersection(kinds) else None
            note = ""
            try:
                with self._transaction(turn) as connection:
                    ids = insert(connection, writings, texts, artifacts)
                    if signs is not None:
                        note = seal_log(connection, signs)
            except sqlite3.IntegrityError as error:
                now, _ = self._head(session)
                raise (moved_on(session, now, after) if now != after else broken(self.path, error)) from None
            self._sealing.logged(kinds, note, turn)
            if writings:
                self._heads[session] = seq, prev
            return [replace(writing.entry, id=id) for writing, id in zip(writings, ids, strict=True)]

    def read(self, session: str, since: int = 0) -> list[Entry]:
        """The session's entries after `seq` `since`, in order; empty for a session that isn't there.

        An entry that does not hash to its leaf or link to the one before it, or a text that is not the one that it
        committed to, raises `Refused`: nobody should go on from there, nor go by what it says.
        """
        with self._mutex, self._speaking():
            found, head = read_entries(self._connection, self.path, session, since)
            if head is not None:
                self._heads[session] = head
        return found

    def lacks_words(self, session: str) -> bool:
        """Whether a text that the session's entries have committed to is not there."""
        with self._mutex, self._speaking():
            rows = self._connection.execute("SELECT entry FROM event WHERE session = ?", [session]).fetchall()
            wanted = {name.decode() for (data,) in rows for name in _COMMITMENT.findall(data)}
            return len(_texts_of(self._connection, (data for (data,) in rows))) < len(wanted)

    def artifact(self, hash: str) -> bytes:
        """The bytes whose SHA-256 is `hash` (hex); `Refused` if they are absent or have another."""
        with self._mutex, self._speaking():
            return read_artifact(self._connection, self.path, hash)

    def sessions(self, others: bool = False, family: str = "", case: str = "") -> list[SessionRow]:
        """Every review, or with `others` every session that is none, or only those of a `family`; the newest first.

        With `case` only those of it.
        """
        with self._mutex, self._speaking():
            reveal = revealer(self._connection)
            return list(session_rows(self._connection, reveal, others, family, case))

    def newest(self, case: str, fits: Callable[[SessionRow], bool]) -> SessionRow | None:
        """The review of a case with the newest entry among those that fit."""
        with self._mutex, self._speaking():
            reveal = revealer(self._connection)
            return next(filter(fits, session_rows(self._connection, reveal, case=case)), None)

    def reviews_of(self, case: str) -> list[SessionRow]:
        """The reviews of a case, the newest first; a trainee's run is none."""
        return [row for row in self.sessions(case=case) if row.kind != "training"]

    def resolve(self, name: str) -> str:
        """The id that `name` means: an id, the only one that begins so, or "last"; else `Refused`."""
        with self._mutex, self._speaking():
            return matching_session(self._connection, name)

    def hold(self, session: str) -> SessionLock:
        """Keeps the session to this window until released; `Refused` if another window has it."""
        entries.check_session(session)
        return SessionLock(self.path.parent / "locks", session, self.path)

    def is_held(self, session: str) -> bool:
        """Whether some window has the session now."""
        try:
            self.hold(session).release()
        except Refused:
            return True
        return False

    def checkpoint(self, new_key: bool = False, replace: bool = False) -> str:
        """Signs the head of the log, stores it in the log and holds it outside; gives the signed note.

        "" for an empty log. `new_key` makes the key; `replace` lets go of a held checkpoint of a longer log.
        Raises `Refused` where there is no key.
        """
        with self._mutex:
            turn = self._writing()
            with self._speaking():
                signs = self._sealing.signer(new_key)
            with self._transaction(turn) as connection:
                note = seal_log(connection, signs)
            with turn:
                self._sealing.hold(note, replace)
            return note

    def head(self) -> Checkpoint:
        """The head of the log's tree as it is now."""
        with self._mutex, self._speaking():
            tree = StoredTree(self._connection)
            size = tree.size()
            return Checkpoint(origin_of(self._connection), size, tree.root(size))

    def moment(self) -> tuple[str, int, str]:
        """The time that an entry would state now; `append` takes it, so that somebody can sign it before."""
        return self._clock()

    @property
    def verifier_key(self) -> VerifierKey | None:
        """The public half of the key that signed here, for those who check; None before it signed."""
        return self._sealing.key

    @property
    def unsigned(self) -> str:
        """Why the last checkpoint could not be made or held; empty where it could."""
        return self._sealing.why

    def close(self) -> None:
        """Gives the file back, with a checkpoint if something was logged since the last; twice is no error."""
        with self._mutex:
            if not self._sealing.covered and self._stopped is None:
                with suppress(Refused, sqlite3.Error):
                    self.checkpoint()
            self._stopped = self._stopped or refuse("This log has been closed.", str(self.path))
            self._shut()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _transaction(self, turn: WriteTurn) -> Iterator[sqlite3.Connection]:
        """A write transaction in our turn: all of it is on the disk after, or none; then the log stops."""
        execute = self._connection.execute
        with turn:
            if identity(self.path) != self._file:
                raise self._stop(replaced(self.path))
            try:
                execute("BEGIN IMMEDIATE")
                yield self._connection
                execute("COMMIT")
            except BaseException as error:
                waited = not self._connection.in_transaction and is_busy(error)
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
