"""A recording is the session at any of its moments, and says how long each step took."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from assistant.core.problem import Refused
from assistant.core.session import apply
from assistant.log import Log
from assistant.log.fold import begun, load_session
from assistant.training import recording as module
from assistant.training.recording import Recording, pause_ms
from tests.training.practising import Ticking, reviewed, wavered


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("recording") / "log.sqlite"
    wavered(made, Ticking(0, 2, 9, 600))
    return made


def test_every_moment_is_the_fold_up_to_it_in_whatever_order_they_are_asked_for(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SPACING", 4)
    with Log.open(path, write=False) as log:
        one = Recording(log, log.resolve("last"))
        first, events = begun(log, one.id, list(one.entries))
        states = [first]
        for event in events:
            states.append(apply(states[-1], event))
        order = list(range(1, len(one.entries) + 1)) * 2
        Random(5).shuffle(order)
        for seq in order:
            assert one.state(seq) == states[seq - 1]
        assert one.final == load_session(log, one.id)[0]


def test_what_was_logged_together_is_one_step(path: Path) -> None:
    with Log.open(path, write=False) as log:
        one = Recording(log, log.resolve("last"))
    assert [step.number for step in one.steps] == list(range(1, len(one.steps) + 1))
    assert [seq for step in one.steps for seq in range(step.first, step.last + 1)] == [
        entry.seq for entry in one.entries
    ]
    for step in one.steps:
        assert len({one.entries[seq - 1].ts for seq in range(step.first, step.last + 1)}) == 1
        assert one.step_of(step.first) == one.step_of(step.last) == step
    assert one.step_of(10_000) == one.steps[-1]


def test_a_pause_is_measured_and_a_long_one_played_short(path: Path) -> None:
    with Log.open(path, write=False) as log:
        one = Recording(log, log.resolve("last"))
    assert [step.pause_ms for step in one.steps[:4]] == [0, 2_000, 9_000, 600_000]
    assert [step.played_ms for step in one.steps[:4]] == [0, 2_000, 3_000, 3_000]
    assert [step.idle for step in one.steps[:4]] == [False, False, True, True]


def test_a_clock_that_was_set_back_gives_no_negative_pause(path: Path) -> None:
    from assistant.core.value import replace

    with Log.open(path, write=False) as log:
        first, second = log.read(log.resolve("last"))[1:3]
    other = replace(second, boot="another", ts="2026-03-02T09:00:00.000Z")
    assert pause_ms(first, other) == 0
    later = replace(second, boot="another", ts=first.ts.replace("T10:", "T12:"))
    assert pause_ms(first, later) == 2 * 3600 * 1000
    assert pause_ms(second, first) == 0


def test_a_session_that_was_changed_is_not_replayed(tmp_path: Path) -> None:
    session = reviewed(tmp_path / "log.sqlite")
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(
            "UPDATE event SET entry = CAST(replace(CAST(entry AS TEXT), '\"yes\"', '\"no\"') AS BLOB) WHERE seq > 1"
        )
        connection.execute(
            "UPDATE event SET entry = CAST(replace(CAST(entry AS TEXT), 'undescribed_clean', 'static_clean') AS BLOB)"
        )
        connection.commit()
    with Log.open(tmp_path / "log.sqlite", write=False) as log, pytest.raises(Refused):
        Recording(log, session)


def test_what_is_no_review_is_refused(tmp_path: Path) -> None:
    from assistant.training.book import Book
    from assistant.training.replay import comment

    session = reviewed(tmp_path / "log.sqlite")
    with Log.open(tmp_path / "log.sqlite") as log:
        comment(Book(log, "r-trainer"), log.read(session)[0], "Look here.")
        book = log.sessions(others=True)[0].id
        with pytest.raises(Refused, match="not the session of a review"):
            Recording(log, book)
