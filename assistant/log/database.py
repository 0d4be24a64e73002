"""What the log's file must look like, word for word, and how to see whether it still does.

The triggers are the first fence: with them, no statement changes or removes what is there, and no
entry is added out of order, whichever program sends it. They can be dropped, so every opening
compares the file's schema with this text, and `verify` does not rely on them.
"""

from __future__ import annotations

import sqlite3

APPLICATION_ID = 0x494D524C
"""PRAGMA application_id of a decision log: "IMRL"."""

FORMAT = 2
"""PRAGMA user_version: the format of the log, counted from 1. Format 1 has no table `subtree`."""

LARGEST_ENTRY = 65_535
"""Bytes in an entry, at most (an entry bundle of tlog-tiles has 16 bits for the length)."""

CLOSING = ("session.signed", "session.declined")
"""The kinds of event that end a session."""

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


_MIGRATIONS = "_sqlite_migrations"


def differences(connection: sqlite3.Connection, version: int = FORMAT) -> tuple[list[str], list[str]]:
    """What is wrong with the schema of an open log of this format: (broken fences, foreign things).

    Broken fences are tables, indexes or triggers of the log that are missing or changed, and
    triggers that do not belong to it. Foreign things are tables, views and indexes added by others.
    """
    broken, foreign = [], []
    seen = set()
    schema = schema_of(version)
    for kind, name, table, sql in connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"):
        expected = schema.get(name)
        if expected is not None:
            seen.add(name)
            if _folded(sql) != _folded(expected):
                broken.append(f"the {kind} {name} was changed")
        elif kind == "trigger":
            broken.append(f"there is a trigger that does not belong to the log: {name}")
        elif not str(name).startswith("sqlite_") and table != _MIGRATIONS:
            foreign.append(f"{kind} {name}")
    for name, sql in schema.items():
        if name not in seen:
            broken.append(f"the {sql.split()[1].lower()} {name} is missing")
    return broken, foreign


def _folded(sql: str | None) -> str:
    return " ".join((sql or "").split())
