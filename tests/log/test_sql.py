"""The connection for queries can't write, attach, load or go on for ever."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from assistant.core.problem import Refused
from assistant.log.projection import up_to_date
from assistant.log.sql import LONGEST_TEXT, ReadOnly

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"


@pytest.fixture(scope="module")
def files(shared: Path) -> tuple[Path, Path]:
    """The tables of the reports, and the log; no test changes them."""
    return up_to_date(shared), shared


@pytest.fixture
def held(files: tuple[Path, Path]) -> Iterator[ReadOnly]:
    with ReadOnly(*files) as connection:
        yield connection


def test_reports_their_tables_and_the_log_can_be_asked(held: ReadOnly) -> None:
    assert held.run("SELECT count(*) FROM departures").rows == [(1,)]
    assert held.run("SELECT count(*) FROM session").rows == [(3,)]
    found = held.run("SELECT kind FROM event ORDER BY id LIMIT 1").rows
    assert found == [("session.opened",)]
    assert held.run(
        "SELECT json_extract(CAST(entry AS TEXT), '$.body.mode') FROM log.event LIMIT 1"
    ).rows == [("real",)]
    assert {"departures", "session", "event"} <= set(held.names())


WRITES = [
    "DELETE FROM session",
    "UPDATE answer SET value = 'x'",
    "INSERT INTO session (session) VALUES ('x')",
    "INSERT OR REPLACE INTO log.event SELECT * FROM log.event",
    "REPLACE INTO log.meta VALUES ('log', 'x')",
    "DELETE FROM log.event",
    "DROP TABLE answer",
    "DROP VIEW departures",
    "DROP TRIGGER log.event_update",
    "CREATE TABLE x (a)",
    "CREATE TEMP TABLE x (a)",
    "CREATE TEMP TRIGGER x BEFORE INSERT ON session BEGIN SELECT 1; END",
    "CREATE VIEW x AS SELECT 1",
    "CREATE INDEX x ON answer (value)",
    "CREATE VIRTUAL TABLE x USING fts5(a)",
    "ALTER TABLE answer ADD COLUMN x",
    "ATTACH ':memory:' AS other",
    "ATTACH '{folder}/made' AS other",
    "DETACH log",
    "VACUUM",
    "VACUUM INTO '{folder}/made'",
    "REINDEX",
    "ANALYZE",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "PRAGMA journal_mode = OFF",
    "PRAGMA log.journal_mode = DELETE",
    "PRAGMA user_version = 9",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA temp_store_directory = '{folder}'",
    "BEGIN IMMEDIATE",
    "SAVEPOINT x",
    "SELECT load_extension('{folder}/made')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT 1; DELETE FROM session",
]


@pytest.mark.parametrize("sql", WRITES)
def test_nothing_is_written_attached_or_loaded(files: tuple[Path, Path], tmp_path: Path, sql: str) -> None:
    before = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    with ReadOnly(*files) as held:
        with pytest.raises(Refused):
            held.run(sql.format(folder=tmp_path))
        assert held.run("SELECT count(*) FROM session").rows == [(3,)]
    assert [hashlib.sha256(file.read_bytes()).hexdigest() for file in files] == before
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "sql", ["DELETE FROM session", "DELETE FROM departures", "UPDATE rulings SET seq = 1"]
)
def test_whoever_would_write_to_a_table_or_a_report_is_told_that_one_can_only_read(
    held: ReadOnly, sql: str
) -> None:
    with pytest.raises(Refused, match="Here one can only read"):
        held.run(sql)


@pytest.mark.parametrize(
    "sql", [one for one in WRITES if "load_extension" not in one and "; DELETE" not in one]
)
def test_the_file_itself_could_not_be_written_without_the_authorizer(
    files: tuple[Path, Path], sql: str
) -> None:
    """The second fence: with the authorizer taken away, both files stay as they are."""
    before = [file.read_bytes() for file in files]
    with ReadOnly(*files) as held:
        held._connection.set_authorizer(None)
        if not sql.startswith(("PRAGMA", "ATTACH", "DETACH", "VACUUM INTO")):
            with suppress(sqlite3.Error):
                held._connection.execute(sql).fetchall()
    assert [file.read_bytes() for file in files] == before


@pytest.mark.parametrize(
    "sql", ["", "   ", "-- only a remark", "nonsense", "SELECT * FROM nowhere", "SELECT 'a"]
)
def test_what_is_no_query_is_refused_in_words(held: ReadOnly, sql: str) -> None:
    with pytest.raises(Refused) as caught:
        held.run(sql)
    assert caught.value.problems[0].fix


def test_a_query_that_never_ends_is_stopped(held: ReadOnly) -> None:
    with pytest.raises(Refused, match=r"took longer than 0\.2 seconds and was stopped"):
        held.run(ENDLESS, seconds=0.2)
    assert held.run("SELECT 1", seconds=5).rows == [(1,)]


def test_one_that_cannot_be_stopped_ends_the_program(files: tuple[Path, Path], tmp_path: Path) -> None:
    """One step of SQLite that takes half a minute: a long text looked for in a longer one."""
    script = (
        "import sys\nfrom pathlib import Path\nfrom assistant.log import sql\n"
        "sql._GRACE = 0.1\n"
        "held = sql.ReadOnly(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print('begun', flush=True)\n"
        "sql = \"SELECT instr(hex(zeroblob(499000)), hex(zeroblob(240000)) || '1')\"\n"
        "held.run(sql, seconds=0.2)\n"
        "print('came back')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "begun\n"
    assert done.returncode == 2
    assert "could not be stopped; the program ends" in done.stderr


def test_a_text_may_not_grow_without_end(held: ReadOnly) -> None:
    with pytest.raises(Refused, match="too long"):
        held.run(f"SELECT hex(zeroblob({LONGEST_TEXT}))")


def test_rows_end_at_the_limit_and_that_is_said(held: ReadOnly) -> None:
    found = held.run("SELECT session FROM session ORDER BY 1", limit=2)
    assert (found.rows, found.more) == ([("aa11",), ("bb22",)], True)
    assert not held.run("SELECT session FROM session", limit=3).more
    assert list(held.stream("SELECT session FROM session ORDER BY 1")) == [
        ("aa11",),
        ("bb22",),
        ("cc33",),
    ]


def test_bytes_are_shown_as_text_or_in_hex(held: ReadOnly) -> None:
    assert held.run("SELECT x'616263', x'ff00'").readable().rows == [("abc", "x'ff00'")]


def test_values_are_bound_and_never_read_as_sql(held: ReadOnly) -> None:
    sql = "SELECT count(*) FROM session WHERE reviewer = :who"
    assert held.run(sql, {"who": "x' OR '1'='1"}).rows == [(0,)]


def test_the_log_can_go_on_while_it_is_asked(reviewed: Path) -> None:
    from tests.log.auditing import Desk

    with ReadOnly(up_to_date(reviewed), reviewed) as held:
        rows = held.stream("SELECT session FROM session")
        next(rows)
        with Desk(reviewed, passed=9_000) as desk:
            desk.open("ee55")
        assert held.run("SELECT count(*) FROM event WHERE session = 'ee55'").rows == [(1,)]
        left = held.stream("SELECT session FROM session")
        next(left)
        assert len(list(rows)) == 2
    left.close()  # as when whoever reads the output has gone away


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT "reviwer" FROM session',
        "SELECT count(*) FROM session WHERE \"satus\" = 'signed'",
        'SELECT "a""b" FROM session',
        'WITH one AS (SELECT "nosuch") SELECT * FROM one',
    ],
)
def test_a_misspelt_name_in_double_quotes_is_an_error_and_not_a_text(held: ReadOnly, sql: str) -> None:
    with pytest.raises(Refused, match="no such column"):
        held.run(sql)


def test_names_in_double_quotes_are_names_and_other_quotes_stay(held: ReadOnly) -> None:
    sql = """SELECT 'a "b" c' AS "one two", [status] /* "x" */, "session"."session" AS "it`s" -- "y"
    FROM "session" LIMIT 1"""
    found = held.run(sql)
    assert found.columns == ("one two", "status", "it`s")
    assert found.rows[0][0] == 'a "b" c'
