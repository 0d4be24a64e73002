"""What keeps the log append-only, tried with plain sqlite3 and with sqlite-utils."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.chain import canonical, leaf
from assistant.log.database import SCHEMA, TRIGGERS
from assistant.log.verify import verify

INSERTS = [
    "INSERT",
    "INSERT OR REPLACE",
    "INSERT OR IGNORE",
    "INSERT OR FAIL",
    "INSERT OR ROLLBACK",
    "REPLACE",
]


@pytest.fixture
def plain(full: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(full, isolation_level=None)) as connection:
        yield connection


def rows(connection: sqlite3.Connection) -> list[object]:
    tables = ("event", "blob", "artifact", "meta", "checkpoint", "subtree")
    return [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]


def forged(
    session: str = "a", seq: int = 7, prev: str | None = None, id: int = 13, **columns: object
) -> list[object]:
    fields = {"session": session, "seq": seq, "prev": prev, "kind": "k", "ts": "t", "v": 1}
    data = canonical(fields)
    row = {
        "id": id,
        "session": session,
        "seq": seq,
        "kind": "k",
        "ts": "t",
        "entry": data,
        "leaf": leaf(data),
    }
    return list({**row, **columns}.values())


def head(connection: sqlite3.Connection, session: str = "a") -> str:
    (digest,) = connection.execute(
        "SELECT leaf FROM event WHERE session = ? ORDER BY seq DESC", [session]
    ).fetchone()
    return str(digest.hex())


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE event SET ts = 'x' WHERE id = 3",
        "UPDATE event SET id = 99 WHERE id = 12",
        "UPDATE OR REPLACE event SET session = 'b' WHERE session = 'a'",
        "DELETE FROM event",
        "DELETE FROM event WHERE id = 12",
        "UPDATE blob SET body = NULL, salt = NULL",
        "DELETE FROM blob",
        "INSERT OR REPLACE INTO blob SELECT commitment, salt, 'other words' FROM blob",
        "UPDATE meta SET value = 'x'",
        "DELETE FROM meta",
        "INSERT OR REPLACE INTO meta SELECT key, 'x' FROM meta",
        "INSERT INTO meta SELECT key, 'x' FROM meta WHERE true ON CONFLICT DO UPDATE SET value = 'x'",
    ],
)
def test_nothing_written_can_be_changed(plain: sqlite3.Connection, sql: str) -> None:
    before = rows(plain)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        plain.execute(sql)
    assert rows(plain) == before


@pytest.mark.parametrize("table", ["artifact", "checkpoint"])
def test_stored_files_and_checkpoints_stay(plain: sqlite3.Connection, table: str) -> None:
    row = (
        (["h", "text/plain", b"x"], ["h", "text/plain", b"y"])
        if table == "artifact"
        else ([1, "x"], [1, "y"])
    )
    marks = ", ".join("?" * len(row[0]))
    plain.execute(f"INSERT INTO {table} VALUES ({marks})", row[0])
    before = rows(plain)
    for sql in (
        f"INSERT OR REPLACE INTO {table} VALUES ({marks})",
        f"INSERT OR IGNORE INTO {table} VALUES ({marks})",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute(sql, row[1])
    for sql in (
        f"DELETE FROM {table}",
        f"UPDATE {table} SET {'media' if table == 'artifact' else 'note'} = 'z'",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            plain.execute(sql)
    assert rows(plain) == before


@pytest.mark.parametrize("verb", INSERTS)
def test_no_entry_is_added_out_of_order(plain: sqlite3.Connection, verb: str) -> None:
    prev = head(plain)
    wrong = {
        "id": [forged(prev=prev, id=id) for id in (1, 12, 14, -1)],
        "seq": [forged(seq=seq, prev=prev) for seq in (1, 6, 8, 0)],
        "link": [forged(prev=each) for each in ("", "0" * 64, head(plain, "b"), prev.upper(), None)],
        "leaf": [forged(prev=prev, leaf=each) for each in (b"", b"x" * 31, b"x" * 33)],
        "columns": [
            forged(prev=prev, **each) for each in ({"kind": "x"}, {"ts": "x"}, {"entry": b'{"v":1}'})
        ],
        "bytes": [forged(prev=prev, entry=b"{}" + b" " * 65_535)],
    }
    before = rows(plain)
    for what, tries in wrong.items():
        for values in tries:
            with pytest.raises(sqlite3.IntegrityError, match=what):
                plain.execute(f"{verb} INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    assert rows(plain) == before
    plain.execute(f"{verb} INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", forged(prev=prev))
    assert len(rows(plain)[0]) == 13  # type: ignore[arg-type]


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_missing_trigger_is_seen(full: Path, name: str) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(f"DROP TRIGGER {name}")
    with pytest.raises(Refused, match=f"{name} is missing"):
        Log.open(full)
    with Log.open(full, write=False) as log:
        assert len(log.read("a")) == 6
    found = verify(full)
    assert not found.ok
    assert found.verdicts["triggers"].ok is False
    assert name in found.verdicts["triggers"].says
    assert found.verdicts["chain"].ok is True


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (
            "DROP TRIGGER event_delete;"
            "CREATE TRIGGER event_delete BEFORE DELETE ON event BEGIN SELECT 1; END",
            "event_delete was changed",
        ),
        ("CREATE TRIGGER spy AFTER INSERT ON event BEGIN DELETE FROM meta; END", "spy"),
        ("ALTER TABLE event ADD COLUMN more TEXT", "event was changed"),
        (
            "PRAGMA writable_schema = ON;"
            "UPDATE sqlite_master SET sql = replace(sql, 'event delete', 'event' || char(160) || 'delete')",
            "event_delete was changed",
        ),
        ("DROP INDEX event_closed", "event_closed is missing"),
        ("DROP TABLE checkpoint", "checkpoint is missing"),
    ],
)
def test_a_changed_schema_is_seen(full: Path, sql: str, says: str) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.executescript(sql)
    with pytest.raises(Refused, match=says):
        Log.open(full)
    assert says in verify(full).verdicts["triggers"].says


def test_a_foreign_table_is_named_by_verify(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    Log.open(full).close()
    assert "mine" in verify(full).verdicts["triggers"].says


def test_what_sqlite_utils_may_do_behind_the_logs_back_is_seen(full: Path) -> None:
    database = sqlite_utils.Database(full)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database["event"].delete(3)  # type: ignore[union-attr]
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        database["meta"].insert({"key": "log", "value": "x"}, replace=True)  # type: ignore[union-attr]
    database["event"].transform(column_order=["id", "ts"])  # type: ignore[union-attr]
    database.close()
    with pytest.raises(Refused, match="append-only was changed"):
        Log.open(full)
    assert verify(full).verdicts["triggers"].ok is False


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TRIGGER event_delete",
        "DROP TABLE event",
        "ALTER TABLE event ADD COLUMN more",
        "CREATE TEMP TRIGGER t BEFORE INSERT ON event BEGIN SELECT RAISE(IGNORE); END",
        "CREATE TABLE other (a)",
        "PRAGMA writable_schema = ON",
        "PRAGMA journal_mode = OFF",
        "PRAGMA synchronous = OFF",
        "ATTACH ':memory:' AS other",
        "DELETE FROM event",
        "UPDATE event SET ts = 'x'",
        "INSERT INTO sqlite_master VALUES ('a', 'b', 'c', 1, 'd')",
        "VACUUM",
        "REINDEX",
        "INSERT OR REPLACE INTO event SELECT * FROM event",
    ],
)
def test_the_logs_own_connection_can_only_read_and_append(full: Path, sql: str) -> None:
    with Log.open(full) as log, pytest.raises(sqlite3.DatabaseError):
        log._connection.execute(sql)
    assert verify(full).ok


def test_every_trigger_is_part_of_the_schema() -> None:
    assert set(TRIGGERS) < set(SCHEMA)
    assert len(TRIGGERS) == 18


@pytest.mark.parametrize("write", [False, True])
def test_a_log_with_a_journal_of_other_pages_beside_it_is_not_opened(full: Path, write: bool) -> None:
    """SQLite would put its pages back at the next writing; and one of a log that has no table yet is not in the way."""
    journal = full.with_name(f"{full.name}-journal")
    journal.write_bytes(b"pages")
    with pytest.raises(Refused, match="put other pages"), Log.open(full, write=write):
        pass
    found = verify(full)
    assert found.verdicts["database"].ok is False
    assert str(journal) in found.verdicts["database"].says
    journal.write_bytes(b"")
    with Log.open(full, write=write):
        pass
    journal.unlink()
    assert verify(full).ok


def test_a_log_that_was_broken_off_before_it_had_a_table_is_begun(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    path.touch()
    path.with_name("log.sqlite-journal").write_bytes(b"0" * 600)
    with Log.open(path) as log:
        assert log.sessions() == []
