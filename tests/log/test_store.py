"""Appending to a log, reading it back, and every file that is refused."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log import Draft, Log
from assistant.log.chain import canonical, leaf
from assistant.log.database import FORMAT
from assistant.log.errors import take_left_out
from assistant.log.store import stored_bytes
from assistant.log.verify import verify
from tests.prove.edited import opened

BODY = {
    "item": "1",
    "prompt": "pain",
    "answer": {"value": 7, "note": Private("hurts\x00 é \U0001f600")},
    "list": (1, 2),
}


def one(log: Log, after: int = 0, session: str = "s1", body: Any = BODY, **more: Any) -> Any:
    return log.append(
        session, [Draft("answer.recorded", body)], actor="Dr A", case="neck", after=after, **more
    )


def test_what_was_appended_is_read_back_by_another_window(log: Log, path: Path) -> None:
    first = one(log)
    more = log.append("s1", [Draft("a", {}), Draft("b", {"x": None})], actor="Dr A", case="neck", after=1)
    with Log.open(path, write=False) as other:
        assert other.read("s1") == first + more == log.read("s1")
        assert other.read("s1", since=1) == more == log.read("s1", since=1)
        assert other.read("s1", since=3) == other.read("nobody") == []
    entry = first[0]
    assert (entry.id, entry.seq, entry.session, entry.prev) == (1, 1, "s1", "")
    assert (entry.ts, entry.mono_ns, entry.boot) == ("2026-11-22T14:03:22.123Z", 2**60, "boot")
    assert entry.body == {**BODY, "list": [1, 2]}
    assert isinstance(entry.body["answer"]["note"], Private)
    assert [each.seq for each in more] == [2, 3]
    assert more[1].prev == more[0].leaf


def test_an_entry_is_canonical_bytes_that_hold_no_private_word(log: Log, path: Path) -> None:
    entry = one(log)[0]
    with closing(sqlite3.connect(path)) as connection:
        data, digest = connection.execute("SELECT entry, leaf FROM event").fetchone()
        (text,) = connection.execute("SELECT body FROM blob").fetchone()
    assert leaf(data) == digest == bytes.fromhex(entry.leaf)
    assert canonical(json.loads(data)) == data
    assert b"hurts" not in data
    assert text == BODY["answer"]["note"]  # type: ignore[index]


def test_the_same_text_under_the_same_salt_is_stored_once(path: Path) -> None:
    with Log.open(path, salt=lambda: b"s" * 32) as log:
        one(log)
        one(log, after=1)
        assert log.read("s1")[1].body["answer"]["note"] == BODY["answer"]["note"]  # type: ignore[index]


@pytest.mark.parametrize(
    "draft",
    [
        Draft("answer.recorded", {"hours": 1.5}),
        Draft("answer.recorded", {"$text": "x"}),
        Draft("answer.recorded", {"text": "x" * 70_000}),
        Draft("answer.recorded", {"text": Private("\ud800")}),
        Draft("Not a kind", {}),
    ],
)
def test_what_can_not_be_logged_is_refused_and_leaves_the_log_usable(log: Log, draft: Draft) -> None:
    with pytest.raises(Refused):
        log.append("s1", [Draft("a", {}), draft], actor="", case="", after=0)
    assert log.read("s1") == []
    one(log)


def test_a_long_private_text_fits(log: Log) -> None:
    one(log, body={"note": Private("x" * 200_000)})
    assert len(log.read("s1")[0].body["note"]) == 200_000


@pytest.mark.parametrize("name", ["last", "", "../x", "a/b", ".hidden", "a b", "é", "x" * 101, "a\n"])
def test_a_session_is_named_so_that_it_can_be_a_file(log: Log, name: str) -> None:
    with pytest.raises(Refused):
        one(log, session=name)
    with pytest.raises(Refused):
        log.hold(name)


def test_two_windows_can_not_write_past_each_other(log: Log, path: Path) -> None:
    one(log)
    with Log.open(path) as other:
        one(other, after=1)
        with pytest.raises(Refused, match="Another window has gone on"):
            one(log, after=1)
        with pytest.raises(Refused, match="holds only 2 entries"):
            one(log, after=5)
        log.read("s1")
        one(log, after=2)
        one(log, session="s2")
        one(other, session="s2", after=1)
    assert verify(path).ok


def test_artifacts_are_kept_by_their_hash(log: Log, path: Path) -> None:
    name = hashlib.sha256(b"prompts").hexdigest()
    for after in (0, 1):
        one(log, after=after, artifacts={name: ("text/yaml", b"prompts")})
    assert log.artifact(name) == b"prompts"
    with pytest.raises(Refused, match="does not hold"):
        log.artifact("0" * 64)
    with pytest.raises(Refused, match="does not have the hash"):
        one(log, after=2, artifacts={"0" * 64: ("text/plain", b"")})


def test_what_is_kept_as_another_type_is_no_text_and_no_entry(log: Log, path: Path) -> None:
    name = hashlib.sha256(b"prompts").hexdigest()
    log.append(
        "s1", [Draft("a", {})], actor="", case="", after=0, artifacts={name: ("text/prompts", b"prompts")}
    )
    assert list(stored_bytes(path, ["s1"])) == [1]
    with opened(path) as file:
        file.execute("UPDATE artifact SET body = CAST(body AS TEXT)")
        file.execute("UPDATE event SET leaf = 7")
    assert stored_bytes(path, ["s1"]) == {}
    with pytest.raises(Refused, match="a changed copy"):
        log.artifact(name)


def test_sessions_are_listed_with_the_last_one_touched_first(log: Log) -> None:
    def step(session: str, step: str, after: int, **body: object) -> None:
        log.append(session, [Draft(step, body)], actor="dr-a", case="neck", after=after)

    step("a1", "session.opened", 0, mode="real", reviewer="Dr A")
    step("b1", "session.opened", 0, mode="practice", reviewer={"name": "Dr B"})
    step("b2", "session.opened", 0, mode="training")
    step("b1", "session.declined", 1, ground="conflict")
    step("a1", "session.signed", 1, outcome="partial")
    found = [(row.id, row.kind, row.reviewer, row.status, row.events, row.outcome) for row in log.sessions()]
    assert found == [
        ("a1", "real", "Dr A", "signed", 2, "partial"),
        ("b1", "practice", "Dr B", "declined", 2, None),
        ("b2", "training", "dr-a", "open", 1, None),
    ]
    assert [row.id for row in log.reviews_of("neck")] == ["a1", "b1"]
    assert [row.id for row in log.sessions(case="neck")] == ["a1", "b1", "b2"]
    assert log.reviews_of("nec") == log.reviews_of("neck films") == log.reviews_of('n"') == []
    newest = log.newest("neck", lambda row: row.kind != "real")
    assert newest is not None
    assert newest.id == "b1"
    assert log.newest("neck", lambda row: row.kind == "desk") is None
    assert log.resolve("last") == "a1" == log.resolve("a") == log.resolve("a1")
    with pytest.raises(Refused, match="b2, b1"):
        log.resolve("b")
    for name in ("c", "", "%"):
        with pytest.raises(Refused):
            log.resolve(name)
    with opened(log.path) as file:
        file.execute("UPDATE event SET entry = x'', leaf = ? WHERE session = 'a1' AND seq = 2", [leaf(b"")])
    assert [row.id for row in log.sessions()] == ["b1", "b2"]
    assert "a1" in take_left_out()


def test_a_name_that_the_program_does_not_give_stands_for_no_review_that_begins_so(
    log: Log, add: Callable[..., object]
) -> None:
    """Whoever chose it may have meant it to be taken for the other."""
    given = "a1b2c3d4e5f6"
    for session in (given, "a1b2c3", f"{given}ff"):
        add(log, session)
    assert log.resolve(given) == given
    assert log.resolve(f"{given}ff") == f"{given}ff"
    with pytest.raises(Refused, match="Several sessions begin"):
        log.resolve("a1b2c3")


def test_an_empty_log_has_no_last_session(log: Log) -> None:
    assert log.sessions() == []
    with pytest.raises(Refused, match="no session yet"):
        log.resolve("last")


def test_files_and_folders_are_their_owners_alone(log: Log, path: Path) -> None:
    one(log)
    with log.hold("s1"):
        found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.rglob("*")}
    assert found.pop("locks") == 0o700
    assert set(found) == {"log.sqlite", "log.sqlite-wal", "log.sqlite-shm", "log.sqlite.lock", "s1"}
    assert set(found.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_log_that_everybody_could_read_is_closed_to_them_and_stays_the_groups(full: Path) -> None:
    full.chmod(0o664)
    Log.open(full).close()
    assert stat.S_IMODE(full.stat().st_mode) == 0o660


def test_what_is_made_beside_a_groups_log_is_the_groups(full: Path) -> None:
    full.chmod(0o660)
    Path(f"{full}.lock").unlink(missing_ok=True)
    with Log.open(full) as log, log.hold("a"):
        assert stat.S_IMODE(Path(f"{full}.lock").stat().st_mode) == 0o660
        assert stat.S_IMODE((full.parent / "locks").stat().st_mode) == 0o770
        assert stat.S_IMODE((full.parent / "locks" / "a").stat().st_mode) == 0o660


@pytest.mark.parametrize("mode", [0o660, 0o664, 0o600])
def test_a_reader_leaves_the_mode(full: Path, mode: int) -> None:
    full.chmod(mode)
    with Log.open(full, reader=True) as log:
        one(log, session="reading")
    assert stat.S_IMODE(full.stat().st_mode) == mode


def test_a_reader_makes_no_log_and_writes_into_none_that_may_only_be_read(full: Path, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no decision log here"):
        Log.open(tmp_path / "none.sqlite", reader=True)
    (tmp_path / "empty").touch()
    with pytest.raises(Refused, match="still empty"):
        Log.open(tmp_path / "empty", reader=True)
    assert (tmp_path / "empty").stat().st_size == 0
    full.chmod(0o444)
    with pytest.raises(Refused, match="may only be read"):
        Log.open(full, reader=True)


def test_settings_are_durable(durable: None, path: Path) -> None:
    with Log.open(path) as log:
        reading = log._connection
        reading.set_authorizer(None)
        found = [reading.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert found == ["wal", 2]


def test_a_missing_log_is_not_made_by_looking(path: Path) -> None:
    for attempt in (lambda: Log.open(path, write=False), lambda: verify(path)):
        with pytest.raises(Refused, match="no decision log here"):
            attempt()
    assert not path.parent.exists()


def test_what_is_no_log_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Dr A,\n" * 500)
    foreign = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY)")
    foreign.chmod(0o644)
    for file in (letter, foreign):
        before = file.read_bytes(), file.stat().st_mode
        for write in (True, False):
            with pytest.raises(Refused, match="not a decision log"):
                Log.open(file, write=write)
        assert (file.read_bytes(), file.stat().st_mode) == before
    for write in (True, False):
        with pytest.raises(Refused, match="folder"):
            Log.open(tmp_path, write=write)


@pytest.mark.parametrize("number", [0, -1, -(2**31)])
def test_a_log_whose_format_was_set_below_the_first_is_not_called_empty(full: Path, number: int) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(f"PRAGMA user_version = {number}")
    for how in ({"write": True}, {"write": False}, {"reader": True}):
        with pytest.raises(Refused, match=f"format was changed: {number} is none"):
            Log.open(full, **how)
    found = verify(full)
    assert (found.ok, found.verdicts["database"].ok) == (False, False)


def test_a_log_of_a_newer_version_is_refused(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    for write in (True, False):
        with pytest.raises(Refused, match="newer version"):
            Log.open(full, write=write)
    with pytest.raises(Refused, match="newer version"):
        verify(full)


def test_an_empty_file_becomes_a_log_only_for_writing(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with pytest.raises(Refused, match="empty"):
        Log.open(path, write=False)
    with Log.open(path) as log:
        one(log)
    assert verify(path).ok


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs a folder where even root can't write")
def test_a_folder_that_can_not_be_written_to_is_refused() -> None:
    with pytest.raises(Refused, match="can't be kept"):
        Log.open(Path("/proc/none/log.sqlite"))


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may do everything")
def test_permissions_are_told_in_words(full: Path) -> None:
    full.chmod(0o400)
    with pytest.raises(Refused, match="may not write"):
        Log.open(full)
    full.chmod(0)
    with pytest.raises(Refused, match="may not read"):
        Log.open(full, write=False)
    full.chmod(0o600)


def test_a_read_only_file_is_refused_for_writing(full: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = os.access
    monkeypatch.setattr(os, "access", lambda file, mode: mode != os.W_OK and access(file, mode))
    with pytest.raises(Refused, match="may not write"):
        Log.open(full)
    Log.open(full, write=False).close()


def test_a_log_opened_for_reading_takes_nothing(full: Path) -> None:
    with Log.open(full, write=False) as log:
        with pytest.raises(Refused, match="reading only"):
            one(log)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            log._connection.execute("INSERT INTO meta VALUES ('a', 'b')")


def test_a_closed_log_says_so(log: Log) -> None:
    log.close()
    log.close()
    with pytest.raises(Refused, match="closed"):
        one(log)


def test_a_log_replaced_while_open_takes_nothing_more(log: Log, path: Path) -> None:
    one(log)
    os.replace(path, path.with_name("moved"))
    shutil.copy(path.with_name("moved"), path)
    for what in ("moved or replaced", "Nothing more"):
        with pytest.raises(Refused, match=what):
            one(log, after=1)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            "event SET entry = CAST(replace(entry, '\"value\":1', '\"value\":9') AS BLOB) WHERE id = 3",
            "do not give its hash",
        ),
        ("event SET seq = seq + 9 WHERE id = 5", "does not follow the one before it"),
        ("blob SET body = 'other words'", "not the one that was logged"),
        ("blob SET salt = zeroblob(32)", "not the one that was logged"),
    ],
)
def test_nobody_goes_by_a_changed_entry_or_text(full: Path, attack: Any, change: str, says: str) -> None:
    attack(f"UPDATE {change}")
    for write in (True, False):
        with Log.open(full, write=write) as log, pytest.raises(Refused, match=says) as refused:
            log.read("a")
        assert refused.value.status == 1


def test_opening_an_existing_log_imports_no_sqlite_utils(full: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from assistant.log import Draft, Log\n"
        "log = Log.open(Path(sys.argv[1])); log.read('a'); log.sessions()\n"
        "log.append('z', [Draft('a', {})], actor='', case='', after=0); log.close()\n"
        "print(sorted({'sqlite_utils', 'click', 'textual'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script, full], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
