"""Statements put together at random, sent through the connection for queries: nothing of the log ever changes."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from assistant.core.problem import Refused
from assistant.log.projection import up_to_date
from assistant.log.sql import ReadOnly
from tests.prove import flipped, scale
from tests.prove.scale import Proved

BEFORE = [
    "",
    "EXPLAIN ",
    "EXPLAIN QUERY PLAN ",
    "WITH x AS (SELECT 1 AS a) ",
    "/* */",
    "--\n",
    ";",
    " \t\n",
    "\ufeff",
]
TARGETS = "event blob artifact meta checkpoint subtree session answer log.event log.meta main.session temp.x x sqlite_master log.sqlite_schema pragma_table_info".split()
VERBS = [
    "DELETE FROM {t} WHERE 1 RETURNING *",
    "DELETE FROM {t}",
    "UPDATE {t} SET rowid = 1",
    "UPDATE OR REPLACE {t} SET session = 'x' RETURNING session",
    "INSERT INTO {t} DEFAULT VALUES",
    "INSERT OR REPLACE INTO {t} SELECT * FROM {t}",
    "REPLACE INTO {t} SELECT * FROM {t} LIMIT 1",
    "INSERT INTO {t} SELECT * FROM {u} ON CONFLICT DO UPDATE SET session = 'x'",
    "DROP TABLE IF EXISTS {t}",
    "DROP TRIGGER {t}_update",
    "ALTER TABLE {t} RENAME TO y",
    "ALTER TABLE {t} DROP COLUMN leaf",
    "CREATE TEMP TRIGGER y AFTER INSERT ON {t} BEGIN DELETE FROM {u}; END",
    "CREATE TABLE {t} AS SELECT * FROM {u}",
    "CREATE VIRTUAL TABLE y USING fts5(a, content={t})",
    "CREATE VIRTUAL TABLE temp.y USING dbstat(main)",
    "ATTACH '{f}/made' AS {t}",
    "ATTACH 'file:{f}/made?mode=rwc' AS y",
    "DETACH {t}",
    "VACUUM {t} INTO '{f}/made'",
    "VACUUM INTO '{f}/made'",
    "PRAGMA {p}",
    "PRAGMA log.{p} = {v}",
    "PRAGMA {p}({v})",
    "SELECT * FROM pragma_{p}({v})",
    "SELECT * FROM pragma_{p}",
    "SELECT load_extension('{f}/made', 'x')",
    "SELECT writefile('{f}/made', 'x')",
    "SELECT readfile('/etc/hostname')",
    "SELECT fts3_tokenizer('simple', x'00')",
    "SELECT sqlite_rename_table('main', 'a', 'b', 'c', 'd', 'e', 0)",
    "SELECT * FROM {t} NATURAL JOIN {u} LIMIT 3",
    "BEGIN; DELETE FROM {t}; COMMIT",
    "SAVEPOINT y",
    "ROLLBACK",
    "REINDEX {t}",
    "ANALYZE {t}",
    "SELECT 1; DELETE FROM {t}",
]
PRAGMAS = "journal_mode synchronous query_only writable_schema user_version application_id wal_checkpoint incremental_vacuum optimize locking_mode temp_store_directory data_store_directory mmap_size trusted_schema foreign_keys schema_version integrity_check shrink_memory recursive_triggers journal_size_limit auto_vacuum hard_heap_limit".split()
VALUES = ["0", "1", "OFF", "ON", "'x'", "DELETE", "-1", "TRUNCATE", "99999999"]


def statement(chance: random.Random, folder: Path) -> str:
    """One that tries to change something, or that only looks so, often broken."""
    sql = chance.choice(BEFORE) + chance.choice(VERBS).format(
        t=chance.choice(TARGETS),
        u=chance.choice(TARGETS),
        f=folder,
        p=chance.choice(PRAGMAS),
        v=chance.choice(VALUES),
    )
    if chance.random() < 0.2:
        sql = "".join(chance.choice([one.upper(), one.lower()]) for one in sql)
    if chance.random() < 0.15:
        words = sql.split()
        words.insert(
            chance.randrange(len(words) + 1), chance.choice([*TARGETS, "(", ")", "SELECT", "\x00", "'"])
        )
        sql = " ".join(words)
    return sql


def test_no_statement_changes_the_log_or_makes_a_file(tmp_path: Path, proved: Proved) -> None:
    log = flipped.real_log(tmp_path / "log.sqlite")
    reports = up_to_date(log)
    chance, count, answered = random.Random(1), scale.of(300, 30_000), 0
    (tmp_path / "aside").mkdir()

    def state() -> list[str]:
        return [hashlib.sha256(file.read_bytes()).hexdigest() for file in (log, reports)]

    before = state()
    with ReadOnly(reports, log) as held:
        for number in range(count):
            sql = statement(chance, tmp_path / "aside")
            try:
                held.run(sql, limit=5, seconds=20)
                answered += 1
            except Refused:
                pass
            if number % 500 == 0:
                assert state() == before, sql
        assert held.run("SELECT count(*) FROM log.event").rows[0][0] > 40
    assert state() == before
    assert list((tmp_path / "aside").iterdir()) == []
    assert 0 < answered < count
    proved(
        "statements through the connection for queries",
        f"{count}, {count - answered} refused, {answered} answered, none changed the log or made a file",
    )


def test_the_same_statements_change_a_file_that_is_open_to_them(tmp_path: Path) -> None:
    """Positive control: on an ordinary connection they do harm."""
    log = flipped.real_log(tmp_path / "log.sqlite")
    before, chance = log.read_bytes(), random.Random(1)
    with closing(sqlite3.connect(log, isolation_level=None)) as plain:
        for _ in range(300):
            with suppress(sqlite3.Error, sqlite3.Warning, ValueError):
                plain.execute(statement(chance, tmp_path)).fetchall()
    assert log.read_bytes() != before
    assert (tmp_path / "made").exists()
