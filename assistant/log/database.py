"""What the log's file must look like, word for word, and how to see whether it still does.

The triggers are the first fence: with them, no statement changes or removes what is there, and no
entry is added out of order, whichever program sends it. They can be dropped, so every opening
compares the file's schema with this text, and `verify` does not rely on them.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.core.problem import refuse
from assistant.log.errors import foreign
from assistant.log.tree import keep_tree
from assistant.machine import database_uri, may

if TYPE_CHECKING:
    from sqlite_utils import Database


APPLICATION_ID = 0x494D524C
"""PRAGMA application_id of a decision log: "IMRL"."""

FORMAT = 2
"""PRAGMA user_version: the format of the log, counted from 1. Format 1 has no table `subtree`."""

LARGEST_ENTRY = 65_535
"""Bytes in an entry, at most (an entry bundle of tlog-tiles has 16 bits for the length)."""

CLOSING = ("session.signed", "session.declined")
"""The kinds of event that end a session."""

ARCHIVED = "archived"
"""In the place of its session and kind, what an entry is called that went into an archive: its number and hash stay."""

STUB = {"session": "'archived'", "seq": "-id", "kind": "'archived'", "ts": "''", "entry": "x''"}
"""What such an entry's other columns are, in SQL."""

TABLES = {
    "event": """CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  ts TEXT NOT NULL,
  entry BLOB NOT NULL,
  leaf BLOB NOT NULL,
  UNIQUE (session, seq)
) STRICT""",
    "blob": """CREATE TABLE blob (
  commitment TEXT PRIMARY KEY NOT NULL,
  salt BLOB,
  body TEXT
) STRICT, WITHOUT ROWID""",
    "artifact": """CREATE TABLE artifact (
  hash TEXT PRIMARY KEY NOT NULL,
  media TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT, WITHOUT ROWID""",
    "meta": """CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    "checkpoint": """CREATE TABLE checkpoint (
  size INTEGER PRIMARY KEY,
  note TEXT NOT NULL
) STRICT""",
    "subtree": """CREATE TABLE subtree (
  level INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID""",
}

INDEXES = {
    "event_opened": "CREATE INDEX event_opened ON event (session) WHERE seq = 1",
    "event_closed": "CREATE INDEX event_closed ON event (session, kind)"
    " WHERE kind IN ('session.signed', 'session.declined')",
}

_KEYS = {
    "blob": ("commitment",),
    "artifact": ("hash",),
    "meta": ("key",),
    "checkpoint": ("size",),
    "subtree": ("level", "number"),
}

TRIGGERS = {
    f"{table}_{change.lower()}": f"""CREATE TRIGGER {table}_{change.lower()} BEFORE {change} ON {table} BEGIN
  SELECT RAISE(ABORT, 'the log is append-only: {table} {change.lower()}');
END"""
    for table in TABLES
    for change in ("UPDATE", "DELETE")
}
TRIGGERS |= {
    f"{table}_insert": f"""CREATE TRIGGER {table}_insert BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {" AND ".join(f"{key} = NEW.{key}" for key in keys)}) BEGIN
  SELECT RAISE(ABORT, 'the log is append-only: {table} replace');
END"""
    for table, keys in _KEYS.items()
}
TRIGGERS["event_insert"] = f"""CREATE TRIGGER event_insert BEFORE INSERT ON event BEGIN
  SELECT RAISE(ABORT, 'the log is append-only: id is not the next one')
    WHERE NEW.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM event);
  SELECT RAISE(ABORT, 'the log is append-only: seq is not the next one of its session')
    WHERE NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event WHERE session = NEW.session);
  SELECT RAISE(ABORT, 'the log takes no entry above {LARGEST_ENTRY} bytes')
    WHERE length(NEW.entry) > {LARGEST_ENTRY};
  SELECT RAISE(ABORT, 'the log takes no leaf but one of 32 bytes')
    WHERE length(NEW.leaf) IS NOT 32;
  SELECT RAISE(ABORT, 'the log takes no entry that its columns do not match')
    WHERE json_extract(CAST(NEW.entry AS TEXT), '$.session', '$.seq', '$.kind', '$.ts')
      IS NOT json_array(NEW.session, NEW.seq, NEW.kind, NEW.ts);
  SELECT RAISE(ABORT, 'the log takes no entry that does not link to the one before')
    WHERE json_extract(CAST(NEW.entry AS TEXT), '$.prev') IS NOT coalesce(
      (SELECT lower(hex(leaf)) FROM event WHERE session = NEW.session AND seq = NEW.seq - 1), '');
END"""

SCHEMA = {**TABLES, **INDEXES, **TRIGGERS}
"""Every object of the log's file by its name, with the SQL that makes it."""

ADDED = {2: ("subtree", "subtree_update", "subtree_delete", "subtree_insert")}
"""By format, the objects that no earlier one has."""


def schema_of(version: int) -> dict[str, str]:
    """The objects of a log of this format, which is `FORMAT` or an earlier one."""
    later = {name for since, names in ADDED.items() if since > version for name in names}
    return {name: sql for name, sql in SCHEMA.items() if name not in later}


MIGRATIONS = "_sqlite_migrations"
"""The table in which sqlite-utils notes which steps of `bring_up_to_date` were done."""

STEPS = "imr-assistant-log"
"""What those steps are called there."""

_MIGRATION_COLUMNS = ["id", "migration_set", "name", "applied_at"]
_BESIDE = {
    "sqlite_autoindex_event_1": ("index", "event"),
    f"idx_{MIGRATIONS}_migration_set_name": ("index", MIGRATIONS),
}
"""What SQLite and sqlite-utils add to the log's own tables."""


def differences(connection: sqlite3.Connection, version: int = FORMAT) -> tuple[list[str], list[str]]:
    """What is wrong with the schema of an open log of this format: (broken fences, foreign things).

    Broken fences are tables, indexes or triggers of the log that are missing or changed, and
    triggers that do not belong to it. Foreign things are all else: tables, views, indexes, statistics.
    """
    broken, foreign = [], []
    seen = set()
    schema = schema_of(version)
    for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        expected = schema.get(name)
        if expected is not None and name not in seen:
            seen.add(name)
            if _folded(sql) != _folded(expected) or (kind, table) != _belongs(name, expected):
                broken.append(f"the {kind} {name} was changed")
        elif kind == "trigger":
            broken.append(f"there is a trigger that does not belong to the log: {name}")
        elif name == table == MIGRATIONS and kind == "table":
            if [
                row[1] for row in connection.execute(f"PRAGMA table_xinfo({MIGRATIONS})")
            ] != _MIGRATION_COLUMNS:
                foreign.append(f"{kind} {name}, which was changed")
        elif _BESIDE.get(name) != (kind, table):
            foreign.append(f"{kind} {name}")
    for name, sql in schema.items():
        if name not in seen:
            broken.append(f"the {sql.split()[1].lower()} {name} is missing")
    return broken, foreign


def _belongs(name: str, sql: str) -> tuple[str, str]:
    """The kind of an object of the log, and its table."""
    kind = sql.split()[1].lower()
    return kind, {"table": name, "index": "event"}.get(kind) or name.rpartition("_")[0]


def _folded(sql: object) -> bytes:
    """The words of a statement with one blank between them: what only Unicode calls a blank is part of a word to SQLite."""
    return b" ".join(str(sql or "").encode("utf-8", "replace").split())


# How the log's file is opened: with settings that make a returned append durable, or for reading only.


BUSY_MS = 5_000
"""Milliseconds that SQLite waits for the locks of programs that don't take turns with us."""

_ONE_PAGE = 4_096
"""Bytes of a page; a file of one has no table yet."""

_ALLOWED = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_RECURSIVE,
}


def connect_writer(path: Path) -> sqlite3.Connection:
    """A connection that can still do everything; only to be used inside a `WriteTurn`.

    SQLite 3.7.0 to 3.51.2 can damage a WAL that two programs write to at one time; the turns keep them apart.
    """
    return _connect(path, "rw")


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that can't change the file; its schema has been read once, or one of `DAMAGE` raised.

    On a medium that can't be written to, a log that nobody is writing is opened as unchanging.
    """
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        connection.close()
        wal = Path(f"{path}-wal")
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY) or (
            wal.exists() and wal.stat().st_size
        ):
            raise
        connection = _connect(path, "ro", "&immutable=1")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
    except BaseException:
        connection.close()
        raise
    return connection


_UNLIKE = """SELECT m.session, m.seq FROM made.event AS m
LEFT JOIN event AS c ON c.seq = m.seq AND c.id > 0 AND c.session = m.session || CASE
  WHEN EXISTS (SELECT 1 FROM meta WHERE key = 'shared-' || m.session) THEN ? ELSE '' END
WHERE m.id BETWEEN 1 AND ? AND (c.entry IS NOT m.entry OR c.leaf IS NOT m.leaf OR c.kind IS NOT m.kind OR c.ts IS NOT m.ts)
ORDER BY m.id LIMIT 1"""


def unlike(copy: Path, made: Path, upto: int, behind: str = "") -> str:
    """Which of the first entries of the log's file `made` the reading copy doesn't have as they are, in words; "" for none.

    `behind` stands in a copy of several desks behind the name of a session that others have too.
    """
    try:
        with closing(connect_reader(copy)) as connection:
            connection.execute("ATTACH ? AS made", (database_uri(made.absolute(), "mode=ro"),))
            found = connection.execute(_UNLIKE, (behind, upto)).fetchone()
    except sqlite3.Error as error:
        return f"the copy that is read here, {copy}, can't be read ({error}): remove it"
    if found is None:
        return ""
    return (
        f"entry {found[1]} of session {found[0]} is another one in the copy that is read here: remove {copy}"
    )


DURABLE: dict[str, tuple[str, str | int]] = {
    "journal_mode": ("wal", "wal"),
    "synchronous": ("FULL", 2),
    "fullfsync": ("ON", 1),
    "checkpoint_fullfsync": ("ON", 1),
    "recursive_triggers": ("ON", 1),
    "cell_size_check": ("ON", 1),
    "mmap_size": ("0", 0),
}
"""The settings of a connection that writes, and what SQLite then says they are (https://sqlite.org/pragma.html)."""


def set_durable(connection: sqlite3.Connection, path: Path) -> None:
    """Makes COMMIT return only when the entry is on the disk; a file that can't do so is `Refused`."""
    for name, (value, _) in DURABLE.items():
        connection.execute(f"PRAGMA {name} = {value}").fetchall()
    for name, (_, expected) in DURABLE.items():
        row = connection.execute(f"PRAGMA {name}").fetchone()
        if row is not None and row[0] != expected:
            raise refuse(
                f"The decision log can't be kept safely here: {name} is {row[0]}, not {expected}.",
                str(path),
                "Keep it on a disk of this computer, not on a network drive.",
            )


def check_identity(connection: sqlite3.Connection, path: Path) -> int:
    """The format of the log in the file: `FORMAT`, an older one, or 0 for an empty file.

    A file of another program, and one of a newer version of this, raises `Refused`.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application == 0 and version == 0:
        (objects,) = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE tbl_name != '_sqlite_migrations'"
        ).fetchone()
        if not objects:  # also where the power failed before the first migration was done
            return 0
    if application != APPLICATION_ID:
        raise foreign(path)
    if version > FORMAT:
        raise refuse(
            f"This log was made by a newer version of the program (format {version}; "
            f"this version knows {FORMAT}).",
            str(path),
            "Update the program.",
        )
    if version < 1:  # it is set together with what tells whose file this is
        raise refuse(
            f"The number of this log's format was changed: {version} is none.",
            str(path),
            "Run `imr log verify`, and go back to a backup.",
        )
    return int(version)


def check_fences(connection: sqlite3.Connection, path: Path) -> None:
    """Raises `Refused` when what keeps the log append-only is missing or was changed."""
    wrong, _ = differences(connection)
    if wrong:
        raise refuse(
            f"What keeps this log append-only was changed: {'; '.join(wrong)}.",
            str(path),
            "Nothing more is written to it. Run `imr log verify`, and go back to a backup.",
        )


def allow_only_inserts(connection: sqlite3.Connection) -> None:
    """From here on the connection can read, insert into the log's tables, and nothing else."""

    def authorize(
        action: int, first: str | None, _second: str | None, _schema: str | None, _inner: str | None
    ) -> int:
        if action in _ALLOWED or (action == sqlite3.SQLITE_INSERT and first in TABLES):
            return sqlite3.SQLITE_OK
        return sqlite3.SQLITE_DENY

    connection.set_authorizer(authorize)


def would_change(path: Path) -> str:
    """What lies beside a log from which SQLite would change its pages when it is next written to; "" where nothing does.

    Changes are in the log beside it (`-wal`) alone: a journal with pages to put back is none of this program's, but
    where a log that has no entry yet was broken off.
    """
    journal = Path(f"{path}-journal")
    try:
        if not journal.stat().st_size or path.stat().st_size <= _ONE_PAGE:
            return ""
    except OSError:
        return ""
    return f"{journal} would put other pages in the place of those of the log when it is next written to"


def _connect(path: Path, mode: str, more: str = "") -> sqlite3.Connection:
    if said := would_change(path):
        fix = "Move that file away, and run `imr log verify`."
        raise refuse(f"The decision log was not opened: {said}.", str(path), fix)
    uri = database_uri(path.absolute(), f"mode={mode}{more}")
    if not may(path, os.W_OK if mode == "rw" else os.R_OK):
        raise refuse(
            f"You may not {'write to' if mode == 'rw' else 'read'} this file.",
            str(path),
            "Check its permissions, or name another log with --log.",
        )
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    return connection


# How a log's file comes to have its schema, step by step, each step in a transaction of its own.


def format_1(db: Database) -> None:
    """Tables, indexes, triggers, and a random name by which this log can be told from others."""
    for sql in schema_of(1).values():
        db.execute(sql)
    db.execute("INSERT INTO meta (key, value) VALUES ('log', ?)", [secrets.token_hex(16)])
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


def format_2(db: Database) -> None:
    """The hashes over whole blocks of entries, from which the root of the tree is quickly worked out."""
    for name in ADDED[2]:
        db.execute(SCHEMA[name])
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()
    keep_tree(db.conn, 1, last)
    db.execute("PRAGMA user_version = 2")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Gives the file behind `connection` the schema of format `FORMAT`, from whichever it has."""
    from sqlite_utils import Database, Migrations  # slow to import, and an everyday opening needs none of it

    migrations = Migrations(STEPS)
    for step in (format_1, format_2):
        migrations()(step)
    migrations.apply(Database(connection, execute_plugins=False))
    (now,) = connection.execute("PRAGMA user_version").fetchone()
    if now != FORMAT:
        raise sqlite3.DatabaseError(f"the log has format {now} after its migrations, not {FORMAT}")
