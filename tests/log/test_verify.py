"""Verify finds every change of the file that a chain can find, and names the first place."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from assistant.core.chain import canonical, leaf, root
from assistant.core.problem import Refused
from assistant.log import Draft, Log
from assistant.log.verify import verify

Attack = Callable[..., None]


def events(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM event ORDER BY id").fetchall()


def test_an_untouched_log_verifies_and_says_what_it_can_not_prove(full: Path) -> None:
    before = full.read_bytes()
    found = verify(full)
    assert (found.ok, found.events, found.sessions, found.first_break) == (True, 12, 2, None)
    assert {name: verdict.ok for name, verdict in found.verdicts.items()} == {
        "chain": True,
        "tree": None,
        "coverage": None,
        "database": True,
        "artifacts": True,
    }
    assert root([row[6] for row in events(full)]).hex() in found.verdicts["tree"].says
    assert "no checkpoint has been made" in found.verdicts["tree"].says
    assert "12 entries" in found.verdicts["coverage"].says
    assert "newest entries" in found.not_proven[0]
    assert full.read_bytes() == before


def test_an_open_log_can_be_verified_while_it_is_written(log: Log, path: Path, add: Any) -> None:
    add(log, "a", 3)
    assert verify(path).events == 3
    add(log, "a", 1)
    assert verify(path).ok


def rehashed(row: tuple[Any, ...], **fields: object) -> tuple[bytes, bytes]:
    data = canonical({**json.loads(row[5]), **fields})
    return data, leaf(data)


def test_an_edited_entry_is_named(full: Path, attack: Attack) -> None:
    data, _ = rehashed(events(full)[4], actor="Dr B")
    attack(("UPDATE event SET entry = ? WHERE id = 5", [data]))
    found = verify(full)
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == ("a", 3)
    assert "changed" in found.first_break.what
    assert not found.ok
    assert found.verdicts["chain"].ok is False
    assert found.verdicts["database"].ok is True


def test_an_edited_entry_with_its_hash_breaks_the_next_link(full: Path, attack: Attack) -> None:
    attack(("UPDATE event SET entry = ?, leaf = ? WHERE id = 5", [*rehashed(events(full)[4], actor="Dr B")]))
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq) == ("a", 4)
    assert "link" in found.what


@pytest.mark.parametrize(("id", "at"), [(1, ("a", 2)), (5, ("a", 4)), (11, ("b", 6))])
def test_a_deleted_entry_is_named(full: Path, attack: Attack, id: int, at: tuple[str, int]) -> None:
    attack(f"DELETE FROM event WHERE id = {id}")
    found = verify(full).first_break
    assert found is not None
    if id == 11:
        assert "missing" in found.what
    assert (found.session, found.seq) in (at, ("b", 1), ("b", 3))


def test_a_deleted_entry_is_seen_when_the_rest_is_numbered_anew(full: Path, attack: Attack) -> None:
    attack("DELETE FROM event WHERE id = 5", "UPDATE event SET id = id - 1 WHERE id > 5")
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq) == ("a", 4)


def test_a_cut_session_is_seen_when_entries_of_others_follow(full: Path, attack: Attack) -> None:
    attack("DELETE FROM event WHERE session = 'a' AND seq > 4")
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq) == ("b", 5)


def test_a_cut_end_is_not_seen_and_this_is_said(full: Path, attack: Attack) -> None:
    attack("DELETE FROM event WHERE id > 10")
    found = verify(full)
    assert found.ok
    assert "newest entries were not cut off" in found.not_proven[0]


def test_swapped_entries_are_named(full: Path, attack: Attack) -> None:
    attack(
        "UPDATE event SET id = 100 WHERE id = 3",
        "UPDATE event SET id = 3 WHERE id = 5",
        "UPDATE event SET id = 5 WHERE id = 100",
    )
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq) == ("a", 3)
    assert "out of order" in found.what


@pytest.mark.parametrize(
    "change", ["kind = 'answer.amended'", "ts = '2020-01-01T00:00:00.000Z'", "session = 'c'", "seq = 17"]
)
def test_a_changed_column_is_named(full: Path, attack: Attack, change: str) -> None:
    attack(f"UPDATE event SET {change} WHERE id = 11")
    found = verify(full).first_break
    assert found is not None


def test_the_column_that_was_changed_is_named(full: Path, attack: Attack) -> None:
    attack("UPDATE event SET kind = 'x' WHERE id = 11")
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq, found.what) == (
        "a",
        6,
        "the columns beside the entry were changed: kind",
    )


@pytest.mark.parametrize(
    "sql", ["DELETE FROM blob", "UPDATE blob SET body = 'x'", "UPDATE blob SET salt = x'00'"]
)
def test_a_changed_or_missing_text_is_named(full: Path, attack: Attack, sql: str) -> None:
    commitment = json.loads(events(full)[6][5])["body"]["note"]["$text"]
    attack((f"{sql} WHERE commitment = ?", [commitment]))
    found = verify(full).first_break
    assert found is not None
    assert (found.session, found.seq) == ("a", 4)
    assert "text" in found.what


def test_nothing_follows_the_end_of_a_session_but_addenda(log: Log, path: Path) -> None:
    def step(*kinds: str) -> None:
        after = len(log.read("s"))
        log.append("s", [Draft(kind, {}) for kind in kinds], actor="", case="", after=after)

    step("session.opened", "answer.recorded", "session.signed", "addendum.added", "page.opened")
    assert verify(path).ok
    step("answer.amended")
    found = verify(path).first_break
    assert found is not None
    assert (found.seq, "after the end" in found.what) == (6, True)


def test_stored_files_must_be_there_and_unchanged(log: Log, path: Path) -> None:
    bodies = [b"prompts", b"schema"]
    names = [hashlib.sha256(body).hexdigest() for body in bodies]
    pins = {"prompts": {"neck": names[0]}, "schemas": [names[1]], "edition": "2013"}
    log.append(
        "s",
        [Draft("session.opened", {"pins": pins})],
        actor="",
        case="",
        after=0,
        artifacts={name: ("text/yaml", body) for name, body in zip(names, bodies, strict=True)},
    )
    assert verify(path).verdicts["artifacts"].ok is True
    log.append("t", [Draft("session.opened", {"pins": ["0" * 64]})], actor="", case="", after=0)
    missing = verify(path).verdicts["artifacts"]
    assert missing.ok is False
    assert "session t" in missing.says
    log.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP TRIGGER artifact_update")
        connection.execute("UPDATE artifact SET body = x'00' WHERE hash = ?", [names[0]])
    assert f"{names[0][:12]} was changed" in verify(path).verdicts["artifacts"].says


def test_a_damaged_index_is_found(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        (page,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_autoindex_event_1'"
        ).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    data = bytearray(full.read_bytes())
    at = data.index(b"b\x06", (page - 1) * size, page * size)
    data[at + 1] = 5
    full.write_bytes(data)
    found = verify(full)
    assert found.verdicts["chain"].ok is True
    assert found.verdicts["database"].ok is False


def contents(path: Path) -> list[Any] | None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            return [
                connection.execute(f"SELECT * FROM {what} ORDER BY 1").fetchall()
                for what in ("event", "blob", "artifact", "checkpoint")
            ]
    except sqlite3.Error:
        return None


def test_no_flipped_byte_changes_the_log_unnoticed(full: Path, tmp_path: Path) -> None:
    original = full.read_bytes()
    expected = contents(full)
    assert expected is not None
    chance = random.Random(8785)
    used = [at for at, byte in enumerate(original) if byte]
    places = [*range(0, 100, 4), *chance.sample(used, 120), *chance.sample(range(len(original)), 20)]
    noticed = 0
    for number, at in enumerate(places):
        changed = bytearray(original)
        changed[at] ^= chance.randrange(1, 256)
        copy = tmp_path / f"copy{number}"
        copy.write_bytes(changed)
        try:
            ok = verify(copy).ok
        except Refused:
            ok = False
        for write in (False, True):
            with suppress(Refused), Log.open(copy, write=write) as log:
                log.sessions()
                log.read("a")
        noticed += not ok
        assert not ok or contents(copy) == expected, f"byte {at} was changed unnoticed"
    assert noticed > 100


@pytest.mark.parametrize("keep", [0, 50, 100, 4096, 5000, 20_000])
def test_a_cut_file_gives_a_verdict_not_a_traceback(full: Path, keep: int) -> None:
    full.write_bytes(full.read_bytes()[:keep])
    found = verify(full)
    assert not found.ok
    assert found.verdicts["database"].ok is False


def test_a_file_of_another_kind_gives_a_verdict(tmp_path: Path) -> None:
    file = tmp_path / "letter"
    file.write_bytes(b"Dear Dr A" * 1000)
    found = verify(file)
    assert not found.ok
    assert found.events == 0


# -- what says nothing about the log -------------------------------------------------------------


def test_a_newer_log_is_not_called_broken(full: Path) -> None:
    with closing(sqlite3.connect(full)) as connection:
        connection.execute("PRAGMA user_version = 2")
    with pytest.raises(Refused, match="newer version") as caught:
        verify(full)
    assert caught.value.problems[0].fix == "Update the program."


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_BUSY])
@pytest.mark.parametrize("at", ["connect_reader", "check_identity", "root", "differences"])
def test_an_error_of_the_disk_is_no_verdict(
    full: Path, monkeypatch: pytest.MonkeyPatch, code: int, at: str
) -> None:
    error = sqlite3.OperationalError("the disk failed")
    error.sqlite_errorcode = code

    def fails(*_: object) -> Any:
        raise error

    monkeypatch.setattr(f"assistant.log.verify.{at}", fails)
    with pytest.raises(Refused, match="could not be checked: the disk failed"):
        verify(full)
