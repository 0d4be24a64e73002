"""Verify finds every change of the file that a chain can find, and names the first place."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core.event_form import all_kinds
from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log import Draft, Log, verify_entries
from assistant.log.chain import canonical, leaf, tree_root
from assistant.log.checkpoint import keep_verified
from assistant.log.database import FORMAT
from assistant.log.entry import FAMILIES, Unreadable
from assistant.log.tree import Blocks, Joined
from assistant.log.verify import verify
from tests.log.forgery import rewrite, stored, unfenced
from tests.prove import scale
from tests.prove.edited import opened

Attack = Callable[..., None]


def events(path: Path) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT * FROM event ORDER BY id").fetchall()


VERDICTS = [
    "chain",
    "tree",
    "signatures",
    "coverage",
    "reviewers",
    "rows",
    "triggers",
    "database",
    "artifacts",
]


def test_an_untouched_log_verifies(full: Path) -> None:
    before = full.read_bytes()
    found = verify(full)
    assert (found.ok, found.events, found.sessions, found.first_break) == (True, 12, 2, None)
    assert {name: verdict.ok for name, verdict in found.verdicts.items()} == dict.fromkeys(VERDICTS, True)
    assert tree_root([row[6] for row in events(full)]).hex() == found.root
    assert found.root in found.verdicts["tree"].says
    assert "What came after the last checkpoint held elsewhere (no entry)" in found.not_proven[0]
    assert full.read_bytes() == before


def test_a_log_without_checkpoints_says_what_that_leaves_open(
    full: Path, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    attack("DELETE FROM checkpoint")
    monkeypatch.setenv("IMR_CONFIG", str(full.parent / "of somebody else"))
    found = verify(full)
    assert found.ok
    open_ones = [name for name, verdict in found.verdicts.items() if verdict.ok is None]
    assert open_ones == ["tree", "signatures", "coverage"]
    assert "no checkpoint has been made" in found.verdicts["tree"].says
    assert "12 entries" in found.verdicts["coverage"].says
    assert "newest entries" in found.not_proven[0]


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


def test_a_cut_end_is_not_seen_without_a_checkpoint_and_this_is_said(
    full: Path, attack: Attack, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = 'DELETE FROM blob WHERE commitment IN (SELECT json_extract(entry, "$.body.note.$text") FROM event WHERE id > 10)'
    attack(words, "DELETE FROM event WHERE id > 10", "DELETE FROM checkpoint")
    monkeypatch.setenv("IMR_CONFIG", str(full.parent / "of somebody else"))
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


ADDENDUM = Draft("addendum.added", {"text": Private("More."), "reason": ""})


@pytest.mark.parametrize("end", ["session.signed", "session.declined"])
def test_nothing_follows_the_end_of_a_session_but_addenda_to_what_was_signed(
    log: Log, path: Path, end: str
) -> None:
    kinds = [*sorted(all_kinds()), "step.of_later"]
    for kind in kinds:
        more = ADDENDUM if kind == ADDENDUM.kind else Draft(kind, {})
        log.append(kind, [Draft("session.opened", {}), Draft(end, {}), more], actor="", case="", after=0)
    wrong = [kind for kind in kinds if (end, kind) != ("session.signed", ADDENDUM.kind)]
    found = verify(path)
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == (wrong[0], 3)
    assert found.verdicts["chain"].says.endswith(
        f", and {len(wrong)} more"
    )  # `access.redacted` names no text besides
    for kind in wrong:
        for since in (0, 2):
            with pytest.raises(Unreadable, match=kind):
                log.read(kind, since)
    assert end == "session.declined" or len(log.read(ADDENDUM.kind)) == 3


@pytest.mark.parametrize(
    "body", [{}, {"text": ["More."]}, {"text": "More.", "reason": None}, {"text": "More.", "later": 1}]
)
def test_a_malformed_addendum_is_named(log: Log, path: Path, body: dict[str, Any]) -> None:
    drafts = [Draft(kind, {}) for kind in ("session.opened", "session.signed")]
    drafts += [ADDENDUM, Draft(ADDENDUM.kind, body)]
    log.append("s", drafts, actor="", case="", after=0)
    found = verify(path).first_break
    assert found is not None
    assert (found.session, found.seq) == ("s", 4)
    assert "not a step that this program writes" in found.what
    with pytest.raises(Unreadable):
        log.read("s")


@pytest.mark.parametrize("kind", ["case.amended", "set.changed", "page.marked", "session.opened"])
def test_a_malformed_step_that_a_fold_would_pass_over_is_named_in_an_open_review(
    log: Log, path: Path, kind: str
) -> None:
    log.append("s", [Draft("session.opened", {}), Draft(kind, {"item": 1})], actor="", case="", after=0)
    found = verify(path).first_break
    assert found is not None
    assert (found.session, found.seq) == ("s", 2)
    with pytest.raises(Unreadable):
        log.read("s")


@pytest.mark.parametrize("name", ["''", "x'00'"])
def test_a_first_entry_of_no_session_is_named(full: Path, name: str) -> None:
    with opened(full) as file:
        file.execute(f"UPDATE event SET session = {name} WHERE id = 1")
    assert verify(full).verdicts["chain"].ok is False


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes have no names here")
def test_what_is_no_file_is_refused_and_not_waited_for(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    with pytest.raises(Refused, match="This is no file"):
        verify(path)


FIRST = {"": ("session.opened", {}), **{one: (f"{one}.opened", {"tool": "1"}) for one in FAMILIES}}


@pytest.mark.parametrize("family", FIRST)
def test_a_step_of_another_family_is_named(log: Log, path: Path, family: str) -> None:
    """So is one of its own that is unknown, where no fold of a review says what is made of it."""
    first = Draft(*FIRST[family])
    log.append("all-is-well", [first], actor="", case="", after=0)
    assert verify(path).verdicts["chain"].ok
    others = [kind for one, (kind, _) in FIRST.items() if one != family]
    others += [f"{one}.of_later" for one in FAMILIES]
    for kind in others:
        log.append(kind, [first, Draft(kind, {})], actor="", case="", after=0)
        with pytest.raises(Unreadable, match=kind):
            log.read(kind)
    assert verify(path).verdicts["chain"].says.endswith(f", and {len(others) - 1} more")


def test_stored_files_must_be_there_and_unchanged(log: Log, path: Path) -> None:
    bodies = [b"prompts", b"schema"]
    names = [hashlib.sha256(body).hexdigest() for body in bodies]
    pins = {"prompts": {"neck": names[0], "old": names[1]}, "edition": "2013"}
    log.append(
        "s",
        [Draft("session.opened", {"pins": pins})],
        actor="",
        case="",
        after=0,
        artifacts={name: ("text/prompts", body) for name, body in zip(names, bodies, strict=True)},
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
    assert (
        f"{names[0][:12]}, on which session s rests, was changed" in verify(path).verdicts["artifacts"].says
    )


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
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(Refused, match="newer version") as caught:
        verify(full)
    assert caught.value.problems[0].fix == "Update the program."


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_BUSY])
@pytest.mark.parametrize(
    "at",
    [
        "assistant.log.verify.connect_reader",
        "assistant.log.verify_checks.check_identity",
        "assistant.log.verify_checks.differences",
        "assistant.log.verify_entries.connect_reader",
        "assistant.log.verify_entries.Walk",
        "assistant.log.verify_entries.tally_of_words",
        "assistant.log.verify_checks.stored_sizes",
        "assistant.log.verify_entries.fault",
        "assistant.log.tree.folded",
    ],
)
def test_an_error_of_the_disk_is_no_verdict(
    full: Path, monkeypatch: pytest.MonkeyPatch, code: int, at: str
) -> None:
    error = sqlite3.OperationalError("the disk failed")
    error.sqlite_errorcode = code

    def fails(*_: object) -> Any:
        raise error

    monkeypatch.setattr(at, fails)
    with pytest.raises(Refused, match="could not be checked: the disk failed"):
        verify(full)


# -- a long log, read by two processes ------------------------------------------------------------


@pytest.fixture(scope="module")
def long_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four reviews that take turns, 1,000 entries each, with a text in some, and checkpoints on the way."""
    folder = tmp_path_factory.mktemp("long")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        with Log.open(folder / "log.sqlite") as log:
            for after in range(0, 1000, 100):
                for session in "abcd":
                    drafts = [
                        Draft("note.added", {"item": "1", "text": Private(f"{session}{at}")})
                        if at % 10 == 0
                        else Draft("prompt.shown", {"item": "1", "prompt": "p"})
                        for at in range(after, after + 100)
                    ]
                    log.append(session, drafts, actor="r-1", case="neck", after=after)
                log.checkpoint()
    return folder


@pytest.fixture
def long(long_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(long_home, tmp_path / "long")
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "long" / "config"))
    return tmp_path / "long" / "log.sqlite"


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.log.verify_entries.EACH", 1000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)


@pytest.mark.parametrize("processes", [2, 3])
def test_parts_say_what_one_whole_says(long: Path, monkeypatch: pytest.MonkeyPatch, processes: int) -> None:
    whole = verify(long)
    assert whole.ok
    shared_out = []
    monkeypatch.setattr("assistant.log.verify_entries.EACH", 1000)
    monkeypatch.setattr("os.cpu_count", lambda: processes)
    monkeypatch.setattr("assistant.log.verify_entries._Task.run", _counted(shared_out))
    assert verify(long) == whole
    assert len(shared_out) == 1  # the others ran elsewhere


def test_the_stretches_of_a_log_follow_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    for count in (1, 60_000, 125_000, 1_000_000):
        end = 256 + count
        tasks = verify_entries._shared_out(Path("log"), 256, end, [300, end], count, 1, True)
        assert [one.start for one in tasks] == [256, *(one.end for one in tasks[:-1])]
        assert [one.low for one in tasks] == ["", *(one.high for one in tasks[:-1])]
        assert (tasks[-1].end, tasks[-1].high, len(tasks)) == (end, "g", min(5, max(1, count // 25_000)))
        assert [mark for one in tasks for mark in one.marks] == [mark for mark in (300, end) if mark <= end]


def test_a_clock_that_was_set_back_between_two_stretches_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour, seqs in ((12, range(256)), (11, range(256, 600))):
        with Log.open(tmp_path / "log", clock=lambda: (f"2026-11-22T{hour}:00:00.000Z", 1, "boot")) as log:  # noqa: B023
            drafts = [Draft("prompt.shown", {"item": "1", "prompt": "p"}) for _ in seqs]
            log.append("s", drafts, actor="r-1", case="neck", after=seqs[0])
    whole = verify(tmp_path / "log")
    monkeypatch.setattr("assistant.log.verify_entries.EACH", 100)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    assert verify(tmp_path / "log").notes == whole.notes
    assert any("2026-11-22T11:00" in note for note in whole.notes)


def test_without_a_second_process_the_whole_is_read_here(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = verify(long)
    monkeypatch.setattr("assistant.log.verify_entries.EACH", 1000)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: b"/no/such/python")
    assert verify(long) == whole
    monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: b"/bin/false")
    assert verify(long) == whole


def _counted(calls: list[Any]) -> Any:
    run = verify_entries._Task.run

    @wraps(run)
    def counted(self: Any, *rest: Any) -> Any:
        calls.append(self)
        return run(self, *rest)

    return counted


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("id", [1, 2047, 2048, 2049, 3999])
@pytest.mark.parametrize(
    "sql", ["UPDATE event SET entry = x'00' WHERE id = ?", "UPDATE event SET kind = 'x' WHERE id = ?"]
)
def test_a_break_is_named_in_either_half(
    long: Path, attack_long: Attack, monkeypatch: pytest.MonkeyPatch, id: int, sql: str
) -> None:
    if id != 2048:  # the others go through both halves in this process
        monkeypatch.setattr("multiprocessing.spawn.get_executable", lambda: b"/no/such/python")
    attack_long((sql, [id]))
    session, seq = events(long)[id - 1][1:3]
    found = verify(long)
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == (session, seq)


@pytest.mark.usefixtures("shared")
@pytest.mark.parametrize("at", [10, 3990])
def test_a_lost_text_is_named_in_either_half(long: Path, attack_long: Attack, at: int) -> None:
    row = next(row for row in events(long)[at:] if row[3] == "note.added")
    commitment = json.loads(row[5])["body"]["text"]["$text"]
    attack_long(("UPDATE blob SET body = 'other' WHERE commitment = ?", [commitment]))
    found = verify(long).first_break
    assert found is not None
    assert (found.session, found.seq) == (row[1], row[2])


@pytest.mark.usefixtures("shared")
def test_a_second_process_that_fails_is_done_without(long: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    assert verify(long).ok


@pytest.fixture
def attack_long(long: Path) -> Attack:
    def run(*statements: tuple[str, list[object]]) -> None:
        with unfenced(long) as connection:
            for sql, values in statements:
                connection.execute(sql, values)

    return run


# -- only what is new -----------------------------------------------------------------------------


def test_only_what_is_new_is_read(long: Path, attack_long: Attack) -> None:
    first = verify(long)
    keep_verified(first.verified)
    with Log.open(long) as log:
        log.append(
            "a", [Draft("page.opened", {"document": "d", "page": 1})], actor="r-1", case="neck", after=1000
        )
    found = verify(long, since=True)
    assert (found.ok, found.since, found.events) == (True, 3840, 4001)
    assert found.root == verify(long).root
    assert "the newest 161 entries" in found.verdicts["chain"].says
    attack_long(("UPDATE event SET entry = x'00' WHERE id = ?", [4001]))
    broken = verify(long, since=True).first_break
    assert broken is not None
    assert (broken.session, broken.seq) == ("a", 1001)


def test_what_was_verified_must_still_be_there(long: Path) -> None:
    keep_verified(verify(long).verified)
    entries = stored(long)
    rewrite(long, lambda _: [{**entries[0], "actor": "r-2"}, *entries[1:]], keep_checkpoints=False)
    found = verify(long, since=True)
    assert found.verdicts["tree"].ok is False
    assert "not those that were verified before" in found.verdicts["tree"].says


def test_what_is_rested_on_is_said(long: Path, attack_long: Attack) -> None:
    """What was verified before is not read again, so a change there waits for a whole verification."""
    keep_verified(verify(long).verified)
    attack_long(("UPDATE event SET entry = x'00' WHERE id = ?", [5]))
    found = verify(long, since=True)
    assert found.ok
    assert "were not read again" in found.verdicts["chain"].says.replace("\n", " ")
    assert not verify(long).ok


@settings(max_examples=scale.of(12, 30))
@given(st.integers(0, 600), st.data())
def test_the_root_is_that_of_the_plain_tree(size: int, data: st.DataObject) -> None:
    leaves = [leaf(bytes([at % 251, at // 251])) for at in range(size)]
    marks = sorted(data.draw(st.sets(st.integers(1, size)))) if size else []
    middle = data.draw(st.integers(0, size // 256)) * 256
    parts = [leaves[:middle], leaves[middle:]]
    blocks = []
    for start, part in zip((0, middle), parts, strict=True):
        one = Blocks(start, [mark for mark in marks if start < mark <= start + len(part)])
        while part:
            count = data.draw(st.integers(1, len(part)))
            one.add(part[:count])
            part = part[count:]
        one.finish()
        blocks.append(one)
    assert dict(Joined(blocks).roots(marks)) == {mark: tree_root(leaves[:mark]) for mark in marks}
