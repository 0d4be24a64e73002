"""Reading is logged in a sitting of its own, and nobody is kept from reading where it can't be."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from assistant.core.access_events import AccessRead, AuditNoteAdded, SampleDrawn
from assistant.core.problem import Refused
from assistant.log import Draft, Log, access
from assistant.log.database import TRIGGERS
from assistant.log.verify import verify

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
        [(kind, access.reader()) for kind in ("access.opened", "access.read", "access.note_added")]
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


def test_a_reader_without_a_profile_gets_one_and_stays_the_same(held: Path, config: Path) -> None:
    access.note(held, READ)
    access.note(held, READ)
    (actor,) = {by for entries in sittings(held) for _, by in entries}
    assert actor != access.UNNAMED
    assert f"id: {actor}\n" in (config / "reviewer.yaml").read_text()
    assert access.unnamed() == ""


def test_who_reads_without_a_name_is_told_so(held: Path, config: Path) -> None:
    config.mkdir(exist_ok=True)
    (config / "reviewer.yaml").write_text("id: A Name With Spaces\n")
    assert access.unnamed().startswith("Who reads is logged as `unnamed`: ")
    (config / "reviewer.yaml").unlink()
    config.rmdir()
    config.write_text("a file where the folder should be")
    assert access.reader() == access.UNNAMED
    assert access.unnamed()


def checkpoints(path: Path) -> list[tuple[int, int]]:
    """How many entries each checkpoint covers, and how many there are."""
    with closing(sqlite3.connect(path)) as connection:
        count = connection.execute("SELECT count(*) FROM event").fetchone()[0]
        return [(size, count) for (size,) in connection.execute("SELECT size FROM checkpoint ORDER BY size")]


def signed(path: Path) -> None:
    """Somebody with the profile of the test goes on with the log, and signs it."""
    with Log.open(path) as log:
        body = {"item": "1", "prompt": "", "text": "x"}
        log.append("dd44", [Draft("note.added", body)], actor="a", case="c", after=0)


def test_each_reading_ends_in_a_checkpoint_that_is_held_outside_the_log(held: Path) -> None:
    signed(held)
    for _ in range(2):
        assert access.note(held, READ) == ""
        size, count = checkpoints(held)[-1]
        assert size == count
    found = verify(held)
    assert found.ok
    assert found.verdicts["coverage"].ok


def test_a_reading_that_was_cut_off_the_end_is_seen(held: Path) -> None:
    signed(held)
    access.note(held, READ)
    with closing(sqlite3.connect(held, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM event WHERE kind GLOB 'access.*'")
        connection.execute("DELETE FROM checkpoint WHERE size > (SELECT count(*) FROM event)")
        for sql in TRIGGERS.values():
            connection.execute(sql)
    found = verify(held)
    assert found.verdicts["coverage"].ok is not True


def test_a_reader_with_another_key_or_none_signs_nothing(
    held: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed(held)
    before = checkpoints(held)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "auditor"))
    assert access.note(held, READ) == ""
    assert not (tmp_path / "auditor" / "log-key.pem").exists()
    with Log.open(tmp_path / "other.sqlite") as other:
        other.append(
            "s1",
            [Draft("note.added", {"item": "1", "prompt": "", "text": "x"})],
            actor="a",
            case="c",
            after=0,
        )
    assert (tmp_path / "auditor" / "log-key.pem").exists()
    assert access.note(held, READ) == ""
    assert [size for size, _ in checkpoints(held)] == [size for size, _ in before]


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


def test_where_the_log_can_not_be_asked_whose_it_is_the_reading_is_told_as_not_logged(held: Path) -> None:
    with closing(sqlite3.connect(held)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        (page,) = file.execute("SELECT rootpage FROM sqlite_master WHERE name = 'meta'").fetchone()
        (size,) = file.execute("PRAGMA page_size").fetchone()
    with held.open("r+b") as raw:
        raw.seek((page - 1) * size)
        raw.write(b"\xff" * size)
    assert access.note(held, READ).startswith("This reading could not be logged: the decision log is damaged")
