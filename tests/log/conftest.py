"""A log with fixed times, and hands that change its file behind its back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.text import Private
from assistant.log import Draft, Entry, Log
from assistant.log.database import TRIGGERS
from tests.log.central_office import Office, new_office

MOMENT = ("2026-11-22T14:03:22.123Z", 2**60, "boot")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log.sqlite"


@pytest.fixture
def log(path: Path) -> Iterator[Log]:
    with Log.open(path, clock=lambda: MOMENT) as opened:
        yield opened


Add = Callable[..., list[Entry]]


@pytest.fixture
def add() -> Add:
    """Appends `count` answers to a session, after whatever it holds."""

    def append(log: Log, session: str = "s1", count: int = 1) -> list[Entry]:
        done: list[Entry] = []
        for _ in range(count):
            after = len(log.read(session))
            body = {"item": "1", "prompt": f"p{after}", "answer": {"status": "given", "value": after}}
            note = {"note": Private(f"words of {session} number {after}")}
            done += log.append(
                session, [Draft("answer.recorded", {**body, **note})], actor="Dr A", case="neck", after=after
            )
        return done

    return append


@pytest.fixture
def full(path: Path, add: Add) -> Path:
    """A closed log with two sessions, turn by turn: a1 b1 a2 b2 ... a6 b6."""
    with Log.open(path, clock=lambda: MOMENT) as log:
        for _ in range(6):
            add(log, "a")
            add(log, "b")
    return path


Attack = Callable[..., None]


@pytest.fixture
def attack(full: Path) -> Attack:
    """Runs statements on the file with the triggers taken away, then puts the triggers back."""

    def run(*statements: tuple[str, list[object]] | str) -> None:
        with closing(sqlite3.connect(full, isolation_level=None)) as connection:
            for name in TRIGGERS:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                sql, values = (statement, []) if isinstance(statement, str) else statement
                connection.execute(sql, values)
            for sql in TRIGGERS.values():
                connection.execute(sql)

    return run


@pytest.fixture(scope="session")
def _reviewed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    from tests.log.auditing import reviews

    folder = tmp_path_factory.mktemp("reviewed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        reviews(folder / "log.sqlite")
    return (folder / "log.sqlite").read_bytes()


@pytest.fixture(scope="module")
def shared(_reviewed: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same log, one copy for a whole module: for tests that add nothing but readings."""
    path = tmp_path_factory.mktemp("shared") / "log.sqlite"
    path.write_bytes(_reviewed)
    path.chmod(0o600)
    return path


@pytest.fixture
def reviewed(_reviewed: bytes, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of `tests.log.auditing`, a copy of its own for each test, with a cache and a profile folder of its own."""
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_CACHE", str(tmp_path / "cache"))
    path.parent.mkdir(mode=0o700)
    path.write_bytes(_reviewed)
    path.chmod(0o600)
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The folder of the socket of a PostgreSQL server; skipped, with words, where none can run."""
    pytest.importorskip("psycopg")
    from tests.log.postgres import Missing, started

    try:
        with started() as folder:
            yield folder
    except Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def office(server: str, tmp_path: Path) -> Office:
    """An empty central log, and desks that have not worked yet."""
    return new_office(server, tmp_path)
