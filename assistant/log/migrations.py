"""How a log's file comes to have its schema, step by step, each step in a transaction of its own.

The only module of the log that needs sqlite-utils to write, and it is imported only when a file is
made or brought to a newer format: an everyday opening must not pay for that import.
"""

from __future__ import annotations

import secrets
import sqlite3

from sqlite_utils import Database, Migrations

from assistant.log.schema import ADDED, APPLICATION_ID, FORMAT, SCHEMA, schema_of
from assistant.log.tree import keep

migrations = Migrations("imr-assistant-log")


@migrations()
def format_1(db: Database) -> None:
    """Tables, indexes, triggers, and a random name by which this log can be told from others."""
    for sql in schema_of(1).values():
        db.execute(sql)
    db.execute("INSERT INTO meta (key, value) VALUES ('log', ?)", [secrets.token_hex(16)])
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")


@migrations()
def format_2(db: Database) -> None:
    """The hashes over whole blocks of entries, from which the root of the tree is quickly worked out."""
    for name in ADDED[2]:
        db.execute(SCHEMA[name])
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM event").fetchone()
    keep(db.conn, 1, last)
    db.execute("PRAGMA user_version = 2")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Gives the file behind `connection` the schema of format `FORMAT`, from whichever it has."""
    migrations.apply(Database(connection, execute_plugins=False))
    (now,) = connection.execute("PRAGMA user_version").fetchone()
    if now != FORMAT:
        raise sqlite3.DatabaseError(f"the log has format {now} after its migrations, not {FORMAT}")
