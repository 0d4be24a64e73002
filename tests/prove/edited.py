"""Changes made with SQL behind the log's back, at random: any row of any table, any column, any object of the schema.

Whoever can write the file can do all of this: the triggers are gone while it is done, tables take values of any type,
and all is put back after. `verify` has to name each change, or nothing that can be read of the log has changed, save
for the fields that the documents name as unproven.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from assistant.core.problem import Refused
from assistant.log.database import MIGRATIONS, SCHEMA, TABLES, TRIGGERS
from assistant.log.verify import verify
from tests.prove.flipped import UNPROVEN, rows

KEYS = {
    "event": ("id",),
    "blob": ("commitment",),
    "artifact": ("hash",),
    "meta": ("key",),
    "checkpoint": ("size",),
    "subtree": ("level", "number"),
    MIGRATIONS: ("id",),
}
ANY: list[Any] = [
    None,
    0,
    1,
    -1,
    2**62,
    -(2**63),
    1.5,
    "",
    "x",
    "last",
    "\x1b[31m",
    b"",
    b"\x00",
    b"\xff\xfe",
]
NUMBERS = [0, -1, -7, -(2**63), 2**31, 2**62, 2**63 - 1]


Done = tuple[str, str]
"""What was done to the file, and as what it may go unnoticed."""


def try_edits(path: Path, count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Makes `count` changes, each in a copy of the log at `path`."""
    before, notes = read(path), set(verify(path).notes)
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    bad: list[str] = []
    copy = folder / "edited.sqlite"
    for _ in range(count):
        for name in folder.glob("edited.sqlite*"):
            name.unlink()
        shutil.copyfile(path, copy)
        way = chance.choice(list(WAYS))
        what, silent = _done(copy, WAYS[way], chance)
        try:
            result = verify(copy)
            seen = "noticed" if not result.ok else "noted" if set(result.notes) - notes else ""
            seen = seen or ("noticed" if "not known here" in result.verdicts["signatures"].says else "")
        except Refused:
            seen = "noticed"
        if seen:
            found[f"{way}: {seen}"] += 1
        elif read(copy) == before:
            found["nothing changed"] += 1
        elif silent:
            found[f"{silent}: not noticed, as documented"] += 1
        else:
            bad.append(what)
    return {"edits": found.total() + len(bad), "found": dict(found), "bad": bad}


def read(path: Path) -> tuple[Any, list[Any]] | None:
    """All that can be read of a log: rows and schema; None where it can't be."""
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            connection.text_factory = bytes
            schema = connection.execute(
                "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
            ).fetchall()
            numbers = [
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("user_version", "application_id")
            ]
            (pages,), (size,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size")
            )
        return rows(path), [schema, numbers, path.stat().st_size > pages * size]
    except sqlite3.Error:
        return None


def _done(path: Path, way: Callable[[Path, random.Random], Done], chance: random.Random) -> Done:
    try:
        return way(path, chance)
    except (sqlite3.Error, OverflowError) as error:
        return f"{error}", ""  # SQLite itself refused it, and what was done before stays


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The file without triggers, its tables open to values of any type; schema and triggers are put back after."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER {name}")
        _rewrite(
            connection,
            {name: sql.replace("STRICT, ", "").replace(" STRICT", "") for name, sql in TABLES.items()},
        )
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.row_factory = sqlite3.Row
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
    finally:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _rewrite(connection, TABLES)
            for name in TRIGGERS:
                connection.execute(SCHEMA[name])


def _rewrite(connection: sqlite3.Connection, tables: dict[str, str]) -> None:
    connection.execute("PRAGMA writable_schema = ON")
    for name, sql in tables.items():
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?", (sql, name))
    connection.execute("PRAGMA writable_schema = RESET")


def in_rows(
    change: Callable[[sqlite3.Connection, str, random.Random], Done],
) -> Callable[[Path, random.Random], Done]:
    """A way that changes rows of a table that is drawn."""

    def way(path: Path, chance: random.Random) -> Done:
        with opened(path) as connection:
            held = [name for name in KEYS if connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]]
            return change(connection, chance.choice(["event", "event", "event", *held]), chance)

    return way


def _row(connection: sqlite3.Connection, table: str, chance: random.Random) -> dict[str, Any]:
    return dict(chance.choice(connection.execute(f"SELECT * FROM {table}").fetchall()))


def _where(table: str, row: dict[str, Any]) -> tuple[str, list[Any]]:
    return " AND ".join(f"{key} IS ?" for key in KEYS[table]), [row[key] for key in KEYS[table]]


def _unproven(table: str, column: str) -> str:
    fields = UNPROVEN.get(table, set())
    return "a field named as unproven" if fields is None or column in fields else ""


@in_rows
def change(connection: sqlite3.Connection, table: str, chance: random.Random) -> Done:
    row = _row(connection, table, chance)
    column = chance.choice(list(row))
    value = chance.choice(ANY) if chance.random() < 0.3 else _other(row[column], chance)
    where, values = _where(table, row)
    connection.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", [value, *values])
    return f"change {table}.{column} of {values} to {value!r}", _unproven(table, column)


@in_rows
def delete(connection: sqlite3.Connection, table: str, chance: random.Random) -> Done:
    where, values = _where(table, _row(connection, table, chance))
    connection.execute(f"DELETE FROM {table} WHERE {where}", values)
    silent = "a checkpoint taken out, its entries left" if table == "checkpoint" else ""
    return f"delete from {table} {values}", silent or _unproven(table, "")


@in_rows
def insert(connection: sqlite3.Connection, table: str, chance: random.Random) -> Done:
    """A row like another one, at a key of its own; or one of values of any kind."""
    row = _row(connection, table, chance)
    for key in KEYS[table]:
        row[key] = (
            chance.choice(NUMBERS) if isinstance(row[key], int) else f"{row[key]}{chance.choice('0af')}"
        )
    if table == "event":
        row["seq"] = chance.choice([row["seq"], row["seq"] + 1000, 0, -1])
        row["session"] = chance.choice([row["session"], "forged"])
        if chance.random() < 0.3:
            (row["id"],) = connection.execute("SELECT max(id) + 1 FROM event").fetchone()
    if chance.random() < 0.2:
        row[chance.choice(list(row))] = chance.choice(ANY)
    marks = ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    return f"insert into {table}: {row}", ""


@in_rows
def move(connection: sqlite3.Connection, table: str, chance: random.Random) -> Done:
    """A row to any other key."""
    row = _row(connection, table, chance)
    where, values = _where(table, row)
    key = chance.choice(KEYS[table])
    to = chance.choice(NUMBERS) if isinstance(row[key], int) else chance.choice(["", "x", f"{row[key]}0"])
    connection.execute(f"UPDATE {table} SET {key} = ? WHERE {where}", [to, *values])
    return f"move {table} {values} to {to}", _unproven(table, key)


@in_rows
def cut(connection: sqlite3.Connection, _table: str, chance: random.Random) -> Done:
    id = _row(connection, "event", chance)["id"]
    connection.execute("DELETE FROM event WHERE id >= ?", [id])
    connection.execute("DELETE FROM checkpoint WHERE size >= ?", [id])
    return f"cut from {id}", ""


@in_rows
def swap(connection: sqlite3.Connection, _table: str, chance: random.Random) -> Done:
    one, other = _row(connection, "event", chance)["id"], _row(connection, "event", chance)["id"]
    for was, now in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE event SET id = ? WHERE id = ?", [now, was])
    return f"swap {one} and {other}", ""


@in_rows
def shift(connection: sqlite3.Connection, _table: str, chance: random.Random) -> Done:
    """Everything from somewhere on, or everything before, to other numbers."""
    id, by = _row(connection, "event", chance)["id"], chance.choice([1, 1000, -100_000])
    some = chance.choice([">=", "<"])
    connection.execute(f"UPDATE event SET id = -1000000 - id WHERE id {some} ?", [id])
    connection.execute("UPDATE event SET id = ? - 1000000 - id WHERE id < -900000", [by])
    return f"shift all {some} {id} by {by}", ""


def schema(path: Path, chance: random.Random) -> Done:
    """An object of the schema added, changed, dropped or called another kind; a number of the file's header set."""
    name = chance.choice(list(SCHEMA))
    table = chance.choice(list(KEYS))
    sql = chance.choice(
        [
            f"CREATE TABLE more{chance.randrange(9)} AS SELECT * FROM {table}",
            f"CREATE VIEW more AS SELECT * FROM {table}",
            f"CREATE INDEX more ON {table} ({KEYS[table][0]})",
            f"CREATE TRIGGER more AFTER INSERT ON {table} BEGIN SELECT 1; END",
            f"CREATE TRIGGER more BEFORE DELETE ON {MIGRATIONS} BEGIN SELECT 1; END",
            "CREATE VIRTUAL TABLE more USING fts5(words)",
            "ANALYZE",
            f"ALTER TABLE {table} ADD COLUMN more",
            f"ALTER TABLE {table} RENAME TO more",
            f"DROP {SCHEMA[name].split()[1]} {name}",
            f"PRAGMA user_version = {chance.choice([0, 1, 3, 99, -1])}",
            f"PRAGMA application_id = {chance.choice([0, 1])}",
            f"UPDATE sqlite_master SET sql = replace(sql, 'BEFORE', 'AFTER') WHERE name = '{name}'",
            f"UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = '{name}'",
            f"UPDATE sqlite_master SET sql = replace(sql, 'WHERE', 'WHERE 1 OR') WHERE name = '{name}'",
            f"UPDATE sqlite_master SET type = 'view' WHERE name = '{name}'",
            f"UPDATE sqlite_master SET tbl_name = 'meta' WHERE name = '{name}'",
        ]
    )
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(sql)
    return sql, ""


def behind(path: Path, chance: random.Random) -> Done:
    """Bytes behind the last page."""
    with path.open("ab") as file:
        file.write(b"hidden" * chance.choice([1, 10_000]))
    return "bytes behind the last page", ""


WAYS: dict[str, Callable[[Path, random.Random], Done]] = {
    "a column changed": change,
    "a column changed again": change,
    "a row deleted": delete,
    "a row inserted": insert,
    "a row inserted again": insert,
    "a row moved": move,
    "the end cut": cut,
    "two entries swapped": swap,
    "entries shifted": shift,
    "the schema changed": schema,
    "bytes added": behind,
}


def _other(value: Any, chance: random.Random) -> Any:
    """Another value of the same kind."""
    if value is None:
        return chance.choice(ANY)
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 1000])
    if isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        return value[:at] + chance.choice("aZ0 é\n") + value[at + chance.randrange(2) :]
    data = bytearray(value or b"\x00")
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    return bytes(data)
