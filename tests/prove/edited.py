"""Changes made with SQL behind the log's back, at random: any table, row and column, with the triggers put back after.

Whoever can write the file can do all of this. `verify` has to notice it, save for what no verification of the file
alone can see: newest entries cut off whole, and the fields that the documents name as unproven.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from assistant.core.problem import Refused
from assistant.log.database import SCHEMA, TRIGGERS
from assistant.log.verify import verify
from tests.prove.flipped import UNPROVEN, rows

KEYS = {"event": "id", "blob": "commitment", "artifact": "hash", "meta": "key", "checkpoint": "size"}


def try_edits(path: Path, count: int, seed: int, folder: Path) -> dict[str, Any]:
    """Makes `count` changes, each in a copy of the log at `path`."""
    before = rows(path)
    chance = random.Random(seed)
    found: Counter[str] = Counter()
    bad: list[str] = []
    copy = folder / "edited.sqlite"
    for _ in range(count):
        for name in folder.glob("edited.sqlite*"):
            name.unlink()
        shutil.copyfile(path, copy)
        what, silent = _edit(copy, chance)
        try:
            result = verify(copy)
            noticed = not result.ok or "not known here" in result.verdicts["signatures"].says
        except Refused:
            noticed = True
        if noticed:
            found[f"{what.split(' ')[0]}: noticed"] += 1
        elif rows(copy) == before:
            found["nothing changed"] += 1
        elif silent:
            found[f"{silent}: not noticed, as documented"] += 1
        else:
            bad.append(what)
    return {"edits": found.total() + len(bad), "found": dict(found), "bad": bad}


def _edit(path: Path, chance: random.Random) -> tuple[str, str]:
    """Does one thing to the file: what it was, and as what it may go unnoticed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        run = connection.execute
        run("PRAGMA synchronous = OFF")
        run("BEGIN")
        for name in TRIGGERS:
            run(f"DROP TRIGGER {name}")
        tables = [table for table in KEYS if run(f"SELECT count(*) FROM {table}").fetchone()[0]]
        table = chance.choice(["event", "event", *tables])
        try:
            return _ways[chance.choice(list(_ways))](connection, table, chance)
        finally:
            for name in TRIGGERS:
                run(SCHEMA[name])
            run("COMMIT")


def _row(connection: sqlite3.Connection, table: str, chance: random.Random) -> sqlite3.Row:
    connection.row_factory = sqlite3.Row
    found: sqlite3.Row = chance.choice(connection.execute(f"SELECT * FROM {table}").fetchall())
    return found


def _change(connection: sqlite3.Connection, table: str, chance: random.Random) -> tuple[str, str]:
    row = _row(connection, table, chance)
    column = chance.choice(row.keys())
    value = _other(row[column], chance)
    said = f"change {table}.{column} of {row[0]}"
    try:
        connection.execute(
            f"UPDATE {table} SET {column} = ? WHERE {KEYS[table]} = ?", [value, row[KEYS[table]]]
        )
    except sqlite3.IntegrityError:
        return said, "what the table itself refuses"
    return said, _unproven(table, column)


def _delete(connection: sqlite3.Connection, table: str, chance: random.Random) -> tuple[str, str]:
    row = _row(connection, table, chance)
    connection.execute(f"DELETE FROM {table} WHERE {KEYS[table]} = ?", [row[KEYS[table]]])
    last = (
        table == "event"
        and not connection.execute("SELECT 1 FROM event WHERE id > ?", [row["id"]]).fetchone()
    )
    return f"delete from {table} {row[0]}", "a cut tail" if last else _unproven(table, "")


def _unproven(table: str, column: str) -> str:
    if (table, column) == ("checkpoint", ""):
        return "a checkpoint taken out, the entries left as they were"
    fields = UNPROVEN.get(table, set())
    return "a field named as unproven" if fields is None or column in fields else ""


def _cut(connection: sqlite3.Connection, _table: str, chance: random.Random) -> tuple[str, str]:
    row = _row(connection, "event", chance)
    connection.execute("DELETE FROM event WHERE id >= ?", [row["id"]])
    return f"cut from {row['id']}", "a cut tail"


def _swap(connection: sqlite3.Connection, _table: str, chance: random.Random) -> tuple[str, str]:
    one, other = _row(connection, "event", chance)["id"], _row(connection, "event", chance)["id"]
    for was, now in ((one, -1), (other, one), (-1, other)):
        connection.execute("UPDATE event SET id = ? WHERE id = ?", [now, was])
    return f"swap {one} and {other}", ""


def _insert(connection: sqlite3.Connection, _table: str, chance: random.Random) -> tuple[str, str]:
    row = dict(_row(connection, "event", chance))
    (last,) = connection.execute("SELECT max(seq) FROM event WHERE session = ?", [row["session"]]).fetchone()
    (end,) = connection.execute("SELECT max(id) FROM event").fetchone()
    row |= {"id": end + 1, "seq": last + 1}
    connection.execute(
        f"INSERT INTO event ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values())
    )
    return f"insert a copy as {row['id']}", ""


def _move(connection: sqlite3.Connection, _table: str, chance: random.Random) -> tuple[str, str]:
    at = _row(connection, "event", chance)["id"]
    connection.execute("UPDATE event SET id = -id WHERE id >= ?", [at])
    connection.execute("UPDATE event SET id = 1 - id WHERE id < 0")
    return f"move everything from {at} by one", ""


_ways = {
    "change": _change,
    "again": _change,
    "delete": _delete,
    "cut": _cut,
    "swap": _swap,
    "insert": _insert,
    "move": _move,
}


def _other(value: Any, chance: random.Random) -> Any:
    """Another value, mostly of the same kind."""
    if value is None or chance.random() < 0.1:
        return chance.choice([None, 0, 1.5, "x", b"\x00"])
    if isinstance(value, int):
        return value + chance.choice([-1, 1, 1000])
    if isinstance(value, str):
        at = chance.randrange(len(value) + 1)
        return value[:at] + chance.choice("aZ0 é") + value[at + chance.randrange(2) :]
    data = bytearray(value or b"\x00")
    data[chance.randrange(len(data))] ^= chance.randrange(1, 256)
    return bytes(data)
