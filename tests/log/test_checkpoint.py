"""Checkpoints are made when a session ends, are held outside the log, and a log that does not continue them is not gone on with."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.core.access_events import AccessListed
from assistant.core.problem import Refused
from assistant.log import Draft, Log
from assistant.log.access import note
from assistant.log.checkpoint import Held, held
from assistant.log.consistency import accept_rollback, backup
from assistant.log.keys import (
    key_path,
    own_keys,
    read_checkpoint,
    read_note,
    signature_holds,
    signer,
    signers,
)
from assistant.log.verify import verify
from tests.log.forgery import rewrite, stored, unfenced

Step = Callable[..., None]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


@pytest.fixture(autouse=True)
def _own_config(config: Path) -> None:
    """Each test has a folder of its own."""


def step(log: Log, *kinds: str, session: str = "s") -> None:
    after = len(log.read(session))
    log.append(session, [Draft(kind, {}) for kind in kinds], actor="r-1", case="neck", after=after)


def notes(path: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT size, note FROM checkpoint ORDER BY size").fetchall()


# -- when one is made -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["session.signed", "session.declined", "session.parked"])
def test_one_is_made_with_the_end_of_a_session(path: Path, kind: str) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "answer.recorded")
        assert notes(path) == []
        step(log, kind)
        assert [size for size, _ in notes(path)] == [3]
        assert log.unsigned == ""
    assert [size for size, _ in notes(path)] == [3]


def test_one_is_made_when_a_program_closes_the_log(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened")
    assert [size for size, _ in notes(path)] == [1]
    with Log.open(path):
        pass
    with Log.open(path, write=False):
        pass
    assert [size for size, _ in notes(path)] == [1]


def test_none_is_made_for_reading(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "access.opened", "access.read")
    assert notes(path) == []


def test_it_is_the_signed_root_of_the_log(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
        note = log.checkpoint()
        key = log.verifier_key
    assert notes(path) == [(2, note)]
    assert key is not None
    assert signers(read_note(note), [key], signature_holds) == [key]
    assert read_checkpoint(note).root.hex() == verify(path).root
    assert own_keys(key.name) == [key]
    kept = held(key.name)
    assert kept is not None
    assert kept.note == note


def test_an_empty_log_has_none(path: Path) -> None:
    with Log.open(path) as log:
        assert log.checkpoint() == ""
    assert notes(path) == []


def test_the_entry_and_its_checkpoint_are_in_the_log_together_or_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> str:
        raise sqlite3.OperationalError("the disk failed")

    with Log.open(path) as log:
        step(log, "session.opened")
        monkeypatch.setattr("assistant.log.store.seal_log", fails)
        with pytest.raises(Refused, match="the disk failed"):
            step(log, "session.signed")
    assert [entry["kind"] for entry in stored(path)] == ["session.opened"]


# -- the key --------------------------------------------------------------------------------------


def test_the_key_is_closed_to_others(path: Path, config: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    for file in config.rglob("*"):
        if file.suffix in (".pem", ".txt") and "left" not in file.name:
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert b"PRIVATE KEY" in key_path().read_bytes()
    assert b"PRIVATE" not in path.read_bytes()


def without_a_key(path: Path, says: str) -> None:
    """The review goes on, and the log says why it has no checkpoint."""
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
        assert says in log.unsigned
    assert len(stored(path)) == 2
    assert verify(path).verdicts["signatures"].ok is None
    with Log.open(path) as log, pytest.raises(Refused, match=says):
        log.checkpoint()


@pytest.mark.skipif(os.name == "nt", reason="no file modes")
def test_a_key_that_others_can_read_is_not_used(path: Path, config: Path) -> None:
    signer("imr-log/x")
    key_path().chmod(0o640)
    without_a_key(path, "Others can read the key")


def test_a_file_that_is_no_key_is_not_used(path: Path, config: Path) -> None:
    config.mkdir()
    key_path().touch(0o600)
    without_a_key(path, "not a key that signs checkpoints")


def test_a_key_elsewhere_is_never_made_by_itself(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_KEY", str(tmp_path / "stick" / "key.pem"))
    without_a_key(path, "no key where IMR_KEY says")
    with Log.open(path) as log:
        log.checkpoint(new_key=True)
        with pytest.raises(Refused, match="never replaced"):
            log.checkpoint(new_key=True)
    assert (tmp_path / "stick" / "key.pem").exists()
    assert verify(path).verdicts["signatures"].ok is True


def test_a_folder_that_can_not_be_made_costs_no_review(path: Path, config: Path) -> None:
    config.write_text("in the way")
    without_a_key(path, "can't be kept here")


def test_without_the_library_that_signs_the_review_goes_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric.ed25519", None)
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
        assert "No checkpoint can be signed" in log.unsigned
    assert len(stored(path)) == 2


def test_a_new_key_goes_on_from_the_old(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    key_path().unlink()
    with Log.open(path) as log:
        step(log, "session.opened", session="t")
    found = verify(path)
    assert found.ok
    assert found.verdicts["signatures"].ok is True
    assert found.verdicts["signatures"].says.count("imr-log/") == 2


# -- an older log ---------------------------------------------------------------------------------


@pytest.fixture
def rolled_back(path: Path) -> Path:
    """A log of two reviews, in whose place its own copy from after the first was put."""
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed", session="a")
    copy = path.with_name("copy")
    shutil.copyfile(path, copy)
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed", session="b")
    shutil.copyfile(copy, path)
    return path


def test_an_older_log_can_be_read_and_not_written(rolled_back: Path) -> None:
    with pytest.raises(Refused, match="it has 2 entries, and had 4") as caught:
        Log.open(rolled_back)
    assert "--accept-rollback REASON" in caught.value.problems[0].fix
    with Log.open(rolled_back, write=False) as log:
        assert len(log.read("a")) == 2
    assert verify(rolled_back).verdicts["coverage"].ok is False


def test_a_changed_log_can_be_read_and_not_written(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    rewrite(path, lambda entries: [{**entries[0], "actor": "r-2"}, entries[1]])
    with pytest.raises(Refused, match="its first 2 entries are not those that it had"):
        Log.open(path)


def test_a_rollback_is_accepted_with_a_reason_that_is_logged(rolled_back: Path, config: Path) -> None:
    accept_rollback(rolled_back, " The disk was restored. ")
    with Log.open(rolled_back) as log:
        (event,) = [log.read(name) for name in _others(log)]
        step(log, "session.opened", session="c")
    assert [entry.kind for entry in event] == ["access.opened", "access.rollback_accepted"]
    body = event[1].body
    assert (body["held_size"], body["size"], body["reason"]) == (4, 2, "The disk was restored.")
    found = verify(rolled_back)
    assert found.ok
    assert "accepted this log as it was found, with 2 entries" in found.notes[0]
    left = list((config / "checkpoints").glob("*-left.txt"))
    assert [read_checkpoint(file.read_text()).size for file in left] == [4]


def _others(log: Log) -> list[str]:
    rows = log._connection.execute("SELECT DISTINCT session FROM event WHERE session != 'a'").fetchall()
    return [row[0] for row in rows]


def test_there_is_nothing_to_accept_of_a_log_that_goes_on(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    with pytest.raises(Refused, match="nothing to accept"):
        accept_rollback(path, "Just so.")
    with pytest.raises(Refused, match="A reason is needed"):
        accept_rollback(path, "  ")


def test_another_log_in_the_same_place_is_noticed(path: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    other = path.with_name("other.sqlite")
    with Log.open(other) as log:
        step(log, "session.opened", "session.signed")
    os.replace(other, path)
    found = verify(path)
    assert found.verdicts["coverage"].ok is False
    assert "another log was kept here" in found.verdicts["coverage"].says
    with pytest.raises(Refused, match="another file lies in its place"):
        Log.open(path)
    accept_rollback(path, "I began anew.")
    found = verify(path)
    assert found.ok
    assert "2 entries of imr-log/" in found.notes[0]


def test_a_held_checkpoint_that_can_not_be_read_stops_nobody(path: Path, config: Path) -> None:
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    for file in (config / "checkpoints").glob("*.txt"):
        file.write_bytes(b"\xff")
    with Log.open(path) as log:
        step(log, "session.opened", session="t")
    found = verify(path)
    assert found.ok
    assert "could not be read, and was put aside" in found.notes[-1]


@pytest.mark.parametrize("gone", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_no_log_is_begun_in_the_place_of_one_that_is_gone(path: Path, gone: Callable[[Path], object]) -> None:
    """Each way to open it says so, until somebody says why another one is begun; that is logged in the new one."""
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    gone(path)
    for write in (True, False):
        with pytest.raises(Refused, match=r"gone.* a checkpoint of it over 2 entries is held in"):
            Log.open(path, write=write)
    assert "is gone" in note(path, AccessListed("log sessions", {}))
    accept_rollback(path, "The disk was lost.")
    found = verify(path)
    assert found.ok
    assert "with 0 entries, though the checkpoint held then was over 2 entries" in found.notes[0]
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")


def test_a_backup_is_marked_and_excused_from_what_the_profile_holds_and_from_nothing_else(
    path: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.sqlite"
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    assert re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", backup(path, copy).copy)
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed", session="t")
        later = log.checkpoint()
    found = verify(copy)
    assert (found.ok, found.shorter, bool(found.copy), found.verdicts["coverage"].ok) == (
        True,
        False,
        True,
        None,
    )
    named = Held(Path("held.txt"), later, read_checkpoint(later))
    assert verify(copy, checkpoints=[named]).verdicts["coverage"].ok is False
    with pytest.raises(Refused, match="older than it was"):
        Log.open(copy)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE meta SET value = replace(value, 'copy 20', 'copy 19') WHERE key LIKE 'copy-%'",
        "UPDATE meta SET key = 'copy-3' WHERE key LIKE 'copy-%'",
        "UPDATE meta SET value = 'x' WHERE key LIKE 'copy-%'",
        "INSERT INTO meta SELECT 'copy-1', value FROM meta WHERE key LIKE 'copy-%'",
    ],
)
def test_a_mark_that_was_changed_fails(path: Path, tmp_path: Path, sql: str) -> None:
    copy = tmp_path / "copy.sqlite"
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    backup(path, copy)
    with unfenced(copy) as file:
        file.execute(sql)
    assert verify(copy).verdicts["rows"].ok is False


def test_a_copy_takes_nothing_more_until_somebody_goes_on_with_it(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite"
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed")
    backup(path, copy)
    with pytest.raises(Refused, match="This is a copy of"):
        Log.open(copy)
    os.replace(copy, path)
    accept_rollback(path, "Restored.")
    with Log.open(path) as log:
        step(log, "session.opened", "session.signed", session="t")
    found = verify(path)
    assert (found.ok, found.copy) == (True, "")
    assert any("gone on with from a copy of" in one for one in found.notes)


def test_eight_windows_hold_the_newest_in_the_end(path: Path) -> None:
    import threading

    def review(name: str) -> None:
        with Log.open(path) as log:
            step(log, "session.opened", "session.signed", session=name)

    with Log.open(path):
        threads = [threading.Thread(target=review, args=(f"s{at}",)) for at in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found = verify(path)
    assert found.ok
    assert found.verdicts["coverage"].says.startswith("0 entries after")


# -- the format before ----------------------------------------------------------------------------


def to_format_1(path: Path) -> None:
    """The file as format 1 had it."""
    with unfenced(path) as connection:
        connection.execute("DELETE FROM checkpoint")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE subtree")
        connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'format_2'")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()


@pytest.fixture
def format_1(path: Path) -> Path:
    drafts = [Draft("prompt.shown", {"item": "1", "prompt": str(at)}) for at in range(700)]
    with Log.open(path) as log:
        log.append("s", drafts, actor="r-1", case="neck", after=0)
    to_format_1(path)
    return path


def test_a_log_of_format_1_can_be_read_and_verified(format_1: Path, config: Path) -> None:
    shutil.rmtree(config)
    with Log.open(format_1, write=False) as log:
        assert len(log.read("s")) == 700
    found = verify(format_1)
    assert found.ok
    assert "all 22 tables" in found.verdicts["triggers"].says


def test_a_log_of_format_1_is_brought_up_to_date_when_it_is_written(format_1: Path) -> None:
    with Log.open(format_1) as log:
        step(log, "page.opened")
    with closing(sqlite3.connect(format_1)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
        assert connection.execute("SELECT level, number FROM subtree").fetchall() == [(1, 0), (1, 1)]
    assert verify(format_1).ok


def test_a_log_of_format_1_without_its_triggers_is_not_made_good(format_1: Path) -> None:
    with closing(sqlite3.connect(format_1)) as connection:
        connection.execute("DROP TRIGGER event_update")
    assert verify(format_1).verdicts["triggers"].ok is False
    with pytest.raises(Refused, match="event_update is missing"):
        Log.open(format_1)
