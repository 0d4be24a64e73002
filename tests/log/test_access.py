"""Reading is logged in a sitting of its own, and nobody is kept from reading where it can't be."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.access_events import AccessRead, AuditNoteAdded, SampleDrawn
from assistant.core.problem import Refused
from assistant.log import Log, access

READ = AccessRead("show", ("aa11",))
DRAWN = SampleDrawn("sha256-rank", 7, 1, {}, 1, ("aa11",))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config"


@pytest.fixture
def held(reviewed: Path) -> Path:
    return reviewed


def named(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT session FROM event WHERE seq = 1 ORDER BY id")]


def sittings(path: Path) -> list[list[tuple[str, str]]]:
    with Log.open(path, write=False) as log:
        read = [log.read(session) for session in named(path)]
    return [
        [(one.kind, one.actor) for one in entries] for entries in read if entries[0].kind == "access.opened"
    ]


def test_a_run_has_one_sitting_and_the_review_gets_no_entry(held: Path) -> None:
    with Log.open(held, write=False) as log:
        before = log.read("aa11")
    assert access.note(held, READ) == ""
    assert access.note(held, AuditNoteAdded("aa11", "Why?")) == ""
    assert sittings(held) == [
        [(kind, "unnamed") for kind in ("access.opened", "access.read", "access.note_added")]
    ]
    with Log.open(held, write=False) as log:
        assert log.read("aa11") == before


def test_the_reader_is_the_pseudonym_of_the_profile(held: Path, config: Path) -> None:
    config.mkdir(exist_ok=True)
    (config / "reviewer.yaml").write_text("id: r-audit\nname: A Name\n")
    access.note(held, READ)
    assert sittings(held)[-1][-1] == ("access.read", "r-audit")


def test_a_profile_that_cannot_be_read_leaves_the_reader_unnamed(held: Path, config: Path) -> None:
    config.mkdir(exist_ok=True)
    (config / "reviewer.yaml").write_text("id: A Name With Spaces\n")
    assert access.note(held, READ) == ""
    assert sittings(held)[-1][-1] == ("access.read", "unnamed")


def test_threads_share_the_sitting(held: Path) -> None:
    said: list[str] = []
    threads = [threading.Thread(target=lambda: said.append(access.note(held, READ))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [""] * 8
    assert [len(entries) for entries in sittings(held)] == [9]


def test_a_log_that_cannot_be_written_says_so_in_a_sentence(
    held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("assistant.log.access.Log.open", closed)
    assert access.note(held, READ) == "This reading could not be logged: permission denied."


def test_what_could_not_be_logged_is_called_what_it_is(path: Path) -> None:
    said = {
        one.kind: access.note(path, one).split(" could")[0] for one in (READ, DRAWN, AuditNoteAdded("s", "t"))
    }
    assert said == {
        "access.read": "This reading",
        "access.sample_drawn": "This draw",
        "access.note_added": "This note",
    }


def test_a_log_whose_fences_were_changed_takes_no_reading(held: Path) -> None:
    with closing(sqlite3.connect(held)) as connection:
        connection.execute("DROP TRIGGER event_update")
    said = access.note(held, READ)
    assert said.startswith("This reading could not be logged: what keeps this log append-only was changed")
    assert sittings(held) == []


def test_reading_never_makes_a_log(path: Path) -> None:
    assert access.note(path, READ) == "This reading could not be logged: there is no decision log here."
    assert not path.parent.exists()


def test_names_and_lists_mean_reviews(held: Path) -> None:
    access.note(held, READ)
    with Log.open(held, write=False) as log:
        assert log.resolve("last") == "cc33"
        assert {row.id for row in log.sessions()} == {"aa11", "bb22", "cc33"}
        (sitting,) = set(named(held)) - {"aa11", "bb22", "cc33"}
        assert log.resolve(sitting) == sitting
        with pytest.raises(Refused, match="No session"):
            log.resolve(sitting[:6])
