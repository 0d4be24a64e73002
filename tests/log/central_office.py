"""A central log in a database of its own, and desks that push to it, for tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from assistant.core.text import Private
from assistant.log import Draft, Log
from assistant.log.central import Central, set_up
from assistant.log.central_push import Pushed, push
from tests.log.postgres import ADMIN

LOGINS = {
    "desk_1": "imr_desk",
    "desk_2": "imr_desk",
    "desk_3": "imr_desk",
    "auditor": "imr_reader",
    "officer": "imr_redactor",
}


@dataclass
class Office:
    """One central log, the folder of its server's socket, and where each desk keeps its log and its profile."""

    server: str
    folder: Path

    def url(self, login: str) -> str:
        return f"postgresql://{login}@/postgres?host={self.server}"

    def log(self, desk: str) -> Path:
        return self.folder / desk / "log.sqlite"

    @contextmanager
    def at(self, desk: str) -> Iterator[Path]:
        """Work at a desk: with its own profile, key and held checkpoints; gives its log's path."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("IMR_CONFIG", str(self.folder / desk / "config"))
            patch.setenv("IMR_CACHE", str(self.folder / desk / "cache"))
            patch.setenv("XDG_DATA_HOME", str(self.folder / desk / "data"))
            yield self.log(desk)

    def work(self, desk: str, *sessions: str, entries: int = 3, ts: str = "2026-11-22T14:03:22.123Z") -> None:
        """Logs `entries` more steps in each of the sessions at a desk: books of a trainer, who comments."""
        with self.at(desk) as path, Log.open(path, clock=lambda: (ts, 2**60, "boot")) as log:
            for session in sessions:
                for _ in range(entries):
                    after = len(log.read(session))
                    said = {
                        "session": "x",
                        "seq": 1,
                        "leaf": "0" * 64,
                        "text": Private(f"{session} says {after}"),
                    }
                    draft = (
                        Draft("training.commented", said)
                        if after
                        else Draft("training.opened", {"tool": "1"})
                    )
                    log.append(session, [draft], actor=desk, case="", after=after)

    def push(self, desk: str, **how: Any) -> Pushed:
        with self.at(desk) as path:
            return push(path, self.url(desk), called=desk, **how)

    def rows(self, sql: str, values: Any = ()) -> list[tuple[Any, ...]]:
        """What the server's administrator gets to see."""
        with Central.open(self.url(ADMIN)) as central:
            return central.rows(sql, values)


def new_office(server: str, folder: Path, upto: int | None = None) -> Office:
    """A new central log in the place of the one of the test before; `upto` a format, where not all steps are to be taken."""
    import psycopg

    office = Office(server, folder)
    with psycopg.connect(office.url(ADMIN), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS imr CASCADE")
        known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles").fetchall()}
        for role in {*LOGINS.values()} - known:
            connection.execute(f"CREATE ROLE {role} NOLOGIN".encode())
        for login, role in LOGINS.items():
            if login not in known:
                connection.execute(f"CREATE ROLE {login} LOGIN IN ROLE {role}".encode())
    if upto is None:
        set_up(office.url(ADMIN))
    return office
