"""Attacks on the file of a log, each carried out, and what `verify` says of it by what is known elsewhere.

Three things can be known: nothing (`chain`: no checkpoint at all), the key that signs, with the checkpoints that
stand in the log (`signed`), and the newest checkpoint, held where the attacker does not get (`held`). What can't be
seen is said to be unseen: a test of a limit is as much a test as one of a catch.
"""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.log import Draft, Log
from assistant.log.chain import canonical, commitment, leaf
from assistant.log.checkpoint import Held
from assistant.log.entry import Unreadable
from assistant.log.keys import Checkpoint, Signer, VerifierKey, read_checkpoint, signer
from assistant.log.verify import verify
from assistant.log.verify_entries import Verification
from tests.log.forgery import Entry, rewrite, stored, unfenced

CAUGHT, UNSEEN, NOTED = "caught", "unseen", "noted"


class Clock:
    """A clock that goes on by a second a step, and can be set back."""

    def __init__(self) -> None:
        self.seconds = 0
        self.steps = 0

    def __call__(self) -> tuple[str, int, str]:
        self.seconds += 1
        self.steps += 1
        minutes, seconds = divmod(self.seconds, 60)
        return (
            f"2026-11-22T{10 + minutes // 60:02}:{minutes % 60:02}:{seconds:02}.000Z",
            self.steps * 10**9,
            "boot",
        )


class Scene:
    """A log of three reviews that were closed one after another, its key, and every checkpoint that was made.

    All in one folder, with a copy of the log as it was after two reviews.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.sqlite"
        self.older = folder / "older.sqlite"
        self.clock = Clock()
        self.notes: list[str] = []
        for name in ("old", "middle"):
            self.review(name)
        shutil.copyfile(self.path, self.older)
        self.review("new")
        self.key = self._signer().key

    def copied(self, folder: Path) -> Scene:
        """The same in another folder, to be spoilt."""
        shutil.copytree(self.path.parent, folder, dirs_exist_ok=True)
        for place in (folder / "config" / "checkpoints").glob("*.place"):
            place.write_text(str(folder / "log.sqlite"))
        copied = copy.copy(self)
        copied.path, copied.older = folder / "log.sqlite", folder / "older.sqlite"
        copied.clock, copied.notes = copy.copy(self.clock), list(self.notes)
        return copied

    def review(self, name: str, close: str = "session.signed") -> None:
        """A review of six steps through the program."""
        opened = {"mode": "practice", "pins": {}}
        steps = [Draft("answer.recorded", {"item": "1", "prompt": f"p{at}", "answer": at}) for at in range(4)]
        with Log.open(self.path, clock=self.clock) as log:
            for after, draft in enumerate(
                [Draft("session.opened", opened), *steps, Draft(close, {"letter": ""})]
            ):
                log.append(name, [draft], actor="r-1", case="neck", after=after)
            self.notes.append(log.checkpoint())

    def _signer(self) -> Signer:
        return signer(read_checkpoint(self.notes[0]).origin)

    def stolen(self) -> Signer:
        """The key of the log itself."""
        return self._signer()

    def foreign(self) -> Signer:
        """A key of the attacker's own under the name of the log."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        private = Ed25519PrivateKey.generate()
        return Signer(VerifierKey(self.key.name, private.public_key().public_bytes_raw()), private)

    def held(self) -> Held:
        """The newest checkpoint, with somebody else."""
        return Held(Path("with the auditor"), self.notes[-1], read_checkpoint(self.notes[-1]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    folder = tmp_path_factory.mktemp("scene")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        return Scene(folder)


@pytest.fixture
def scene(made: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    return made.copied(tmp_path)


def edited(entries: list[Entry]) -> list[Entry]:
    """A reviewer's answer, the second of the middle review, becomes another."""
    return [
        {**one, "body": {**one["body"], "answer": 99}}
        if (one["session"], one["seq"]) == ("middle", 3)
        else one
        for one in entries
    ]


def set_entry(scene: Scene, id: int, with_hash: bool) -> None:
    data = canonical(edited(stored(scene.path))[id - 1])
    with unfenced(scene.path) as file:
        file.execute("UPDATE event SET entry = ? WHERE id = ?", (data, id))
        if with_hash:
            file.execute("UPDATE event SET leaf = ? WHERE id = ?", (leaf(data), id))


def edit_one(scene: Scene) -> None:
    set_entry(scene, 9, with_hash=False)


def edit_with_its_hash(scene: Scene) -> None:
    set_entry(scene, 9, with_hash=True)


def edit_and_rehash(scene: Scene) -> None:
    rewrite(scene.path, edited)


def delete_one(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM event WHERE id = 9")


def cut(scene: Scene) -> None:
    """The end of the newest review, with the checkpoint over it, so that the log is as it was before."""
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM event WHERE id > 16")
        file.execute("DELETE FROM checkpoint WHERE size > 16")


def cut_only_entries(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM event WHERE id > 16")


def cut_and_close(scene: Scene) -> None:
    last = stored(scene.path)[-1]
    rewrite(scene.path, lambda entries: [*entries[:-2], {**last, "body": {"letter": "forged"}}])


def cut_close_and_checkpoint(scene: Scene) -> None:
    cut_and_close(scene)
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM checkpoint WHERE size > 12")


def drop_newest(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM event WHERE session = 'new'")
        file.execute("DELETE FROM checkpoint WHERE size > 12")


def drop_oldest(scene: Scene) -> None:
    rewrite(scene.path, lambda entries: [one for one in entries if one["session"] != "old"])


def swap(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        for sql in ("id = 100 WHERE id = 8", "id = 8 WHERE id = 9", "id = 9 WHERE id = 100"):
            file.execute(f"UPDATE event SET {sql}")


def edit_column(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        file.execute("UPDATE event SET ts = '2020-01-01T00:00:00.000Z' WHERE id = 9")


def append_backdated(scene: Scene) -> None:
    def more(entries: list[Entry]) -> list[Entry]:
        forged = [
            {**one, "session": "forged", "ts": one["ts"].replace("2026", "2025")}
            for one in entries
            if one["session"] == "old"
        ]
        return [*entries, *forged]

    rewrite(scene.path, more)


def set_clock_back(scene: Scene) -> None:
    """The owner of the log sets the computer's clock back, and reviews."""
    scene.clock.seconds -= 3600
    scene.review("backdated")


def put_older_back(scene: Scene) -> None:
    shutil.copyfile(scene.older, scene.path)


def rewrite_own_key(scene: Scene) -> None:
    rewrite(scene.path, edited, scene.foreign())


def rewrite_no_checkpoint(scene: Scene) -> None:
    rewrite(scene.path, edited, keep_checkpoints=False)


def rewrite_stolen_key(scene: Scene) -> None:
    rewrite(scene.path, edited, scene.stolen())


def log_nothing(scene: Scene) -> None:
    """A step that the program was kept from logging."""


TABLE: dict[Callable[[Scene], None], tuple[str, str, str]] = {
    # what is done: by the chain alone, with the key and the checkpoints in the log, with the newest held elsewhere
    edit_one: (CAUGHT, CAUGHT, CAUGHT),
    edit_with_its_hash: (CAUGHT, CAUGHT, CAUGHT),
    edit_and_rehash: (UNSEEN, CAUGHT, CAUGHT),
    delete_one: (CAUGHT, CAUGHT, CAUGHT),
    cut: (NOTED, NOTED, CAUGHT),
    cut_only_entries: (NOTED, CAUGHT, CAUGHT),
    cut_and_close: (UNSEEN, CAUGHT, CAUGHT),
    cut_close_and_checkpoint: (UNSEEN, NOTED, CAUGHT),
    drop_newest: (UNSEEN, UNSEEN, CAUGHT),
    drop_oldest: (UNSEEN, CAUGHT, CAUGHT),
    swap: (CAUGHT, CAUGHT, CAUGHT),
    edit_column: (CAUGHT, CAUGHT, CAUGHT),
    append_backdated: (NOTED, NOTED, NOTED),
    set_clock_back: (NOTED, NOTED, NOTED),
    put_older_back: (UNSEEN, UNSEEN, CAUGHT),
    rewrite_own_key: (UNSEEN, CAUGHT, CAUGHT),
    rewrite_no_checkpoint: (UNSEEN, CAUGHT, CAUGHT),
    rewrite_stolen_key: (UNSEEN, UNSEEN, CAUGHT),
    log_nothing: (UNSEEN, UNSEEN, UNSEEN),
}


def by_chain(scene: Scene) -> Verification:
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM checkpoint")
    return verify(scene.path)


def by_key(scene: Scene) -> Verification:
    return verify(scene.path, keys=[scene.key])


def by_held(scene: Scene, held: Held) -> Verification:
    return verify(scene.path, keys=[scene.key], checkpoints=[held])


@pytest.mark.parametrize("attack", TABLE, ids=lambda one: one.__name__)
@pytest.mark.parametrize("column", ["chain", "signed", "held"])
def test_each_cell(
    scene: Scene,
    attack: Callable[[Scene], None],
    column: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = scene.held()
    attack(scene)
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "the auditor's"))
    found = {
        "chain": lambda: by_chain(scene),
        "signed": lambda: by_key(scene),
        "held": lambda: by_held(scene, held),
    }[column]()
    expected = TABLE[attack][["chain", "signed", "held"].index(column)]
    assert (CAUGHT if not found.ok else NOTED if found.notes else UNSEEN) == expected, found
    failing = {name for name, verdict in found.verdicts.items() if verdict.ok is False}
    assert (found.first_break is not None) is bool(failing - {"signatures"})
    assert found.verdicts["triggers"].ok is True
    assert found.verdicts["database"].ok is True


@pytest.mark.parametrize("attack", TABLE, ids=lambda one: one.__name__)
def test_the_program_itself_holds_the_newest_checkpoint(
    scene: Scene, attack: Callable[[Scene], None]
) -> None:
    """Without being told anything: what is in the profile's folder is enough on the computer where it was made."""
    attack(scene)
    assert verify(scene.path).ok is (TABLE[attack][2] != CAUGHT)


@pytest.mark.parametrize(
    ("attack", "session", "seq", "verdict"),
    [
        (edit_one, "middle", 3, "chain"),
        (edit_with_its_hash, "middle", 4, "chain"),
        (edit_and_rehash, "old", 1, "tree"),
        (delete_one, "middle", 4, "chain"),
        (cut, "new", 4, "coverage"),
        (put_older_back, "middle", 6, "coverage"),
        (edit_column, "middle", 3, "chain"),
        (swap, "middle", 3, "chain"),
    ],
)
def test_the_first_entry_that_fails_is_named(
    scene: Scene, attack: Callable[[Scene], None], session: str, seq: int, verdict: str
) -> None:
    attack(scene)
    found = verify(scene.path)
    assert found.first_break is not None
    if (
        attack is edit_and_rehash
    ):  # somewhere after the last checkpoint that still holds, over the first six entries
        session, seq = "middle", 1
    assert (found.first_break.session, found.first_break.seq) == (session, seq)
    assert found.verdicts[verdict].ok is False
    assert found.verdicts[verdict].says.split(", and ")[0] in found.first_break.what or verdict == "chain"


def test_checkpoints_that_were_signed_anew_bear_no_entry_out(scene: Scene) -> None:
    """The change is in the ninth entry: what fits it in the log says nothing, and what is held before it does."""
    first, last = Held(Path("first"), scene.notes[0], read_checkpoint(scene.notes[0])), scene.held()
    rewrite_stolen_key(scene)
    found = by_held(scene, last).first_break
    assert found is not None
    assert (found.session, found.seq) == ("old", 1)
    assert "the checkpoints in the log hold up to entry 18, but whoever has its key" in found.what
    both = verify(scene.path, keys=[scene.key], checkpoints=[first, last]).first_break
    assert both is not None
    assert (both.session, both.seq) == ("middle", 1)


def test_a_backdated_session_is_reported_twice_over(scene: Scene) -> None:
    append_backdated(scene)
    found = by_held(scene, scene.held())
    assert found.ok
    assert "6 entries after the last checkpoint held elsewhere" in found.verdicts["coverage"].says
    assert "6 entries, from number 19 on" in found.not_proven[0]
    assert "stated at 2025-11-22" in found.notes[0]


def test_a_clock_that_was_set_back_is_told_by_the_monotonic_clock(scene: Scene) -> None:
    set_clock_back(scene)
    assert "By the computer's monotonic clock 1 s passed in between" in verify(scene.path).notes[0]


def test_a_monotonic_clock_that_went_back_is_told(scene: Scene) -> None:
    append_backdated(scene)
    assert "The computer's monotonic clock went back too" in verify(scene.path).notes[0]


def test_a_forged_end_whose_checkpoint_was_taken_out_is_noted(scene: Scene) -> None:
    assert not by_key(scene).notes
    cut_close_and_checkpoint(scene)
    assert "Entry 5 of session new (session.signed) is covered by no checkpoint" in by_key(scene).notes[0]


def test_a_checkpoint_that_was_taken_out_before_another_is_noted(scene: Scene) -> None:
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM checkpoint WHERE size = 12")
    found = by_key(scene)
    assert found.ok
    assert "no checkpoint for entry 6 of session middle" in found.notes[0]


def test_what_came_after_a_named_checkpoint_is_told_though_the_profile_holds_a_newer_one(
    scene: Scene,
) -> None:
    """The profile is that of whoever owns the log."""
    first = Held(Path("first"), scene.notes[0], read_checkpoint(scene.notes[0]))
    found = verify(scene.path, checkpoints=[first])
    assert found.ok
    assert found.verdicts["coverage"].ok is None
    left = found.events - first.head.size
    assert (
        f"{left} entries after the last checkpoint held elsewhere (first" in found.verdicts["coverage"].says
    )
    assert f"{left} entries, from number {first.head.size + 1} on" in found.not_proven[0]
    assert verify(scene.path).verdicts["coverage"].ok is True


def test_a_held_checkpoint_that_is_not_in_the_log_was_taken_out(scene: Scene) -> None:
    """Each is stored before it is held; of a copy that is as long, it may have been made after."""
    with unfenced(scene.path) as file:
        file.execute("DELETE FROM checkpoint")
    says = verify(scene.path).verdicts["signatures"]
    assert says.ok is False
    assert "the checkpoint over 18 entries that is held in" in says.says
    first = Held(Path("first"), scene.notes[0], read_checkpoint(scene.notes[0]))
    named = verify(scene.path, checkpoints=[first]).verdicts["signatures"]
    assert named.ok is False
    assert "held in first" in named.says
    copy = Path(shutil.copyfile(scene.path, scene.path.parent / "copy.sqlite"))
    other = verify(copy)
    assert "it was taken out" not in other.verdicts["signatures"].says
    assert any("or the file is a copy that was made before it" in one for one in other.notes)


def test_a_log_without_any_checkpoint_says_how_many_there_should_be(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "nobody"))
    says = by_chain(scene).verdicts["signatures"]
    assert says.ok is None
    assert "(3 in this log)" in says.says


def test_an_unfinished_review_is_noted(scene: Scene) -> None:
    cut(scene)
    assert "Session new stops at entry 4" in by_chain(scene).notes[0]


def copies_file(scene: Scene) -> Path:
    (file,) = (scene.path.parent / "config" / "checkpoints").glob("*.copies")
    return file


def test_an_older_copy_without_a_mark_fails_wherever_it_lies(scene: Scene) -> None:
    found = verify(scene.older)
    assert found.verdicts["coverage"].ok is False
    assert "which `imr log backup` would have marked" in found.verdicts["coverage"].says


@pytest.mark.parametrize("known", [None, "12"])
def test_a_copy_made_before_copies_were_marked_stays_open_and_says_so(
    scene: Scene, known: str | None
) -> None:
    copies_file(scene).write_text(known) if known else copies_file(scene).unlink()
    found = verify(scene.older)
    assert (found.ok, found.shorter, found.verdicts["coverage"].ok) == (True, True, None)
    assert "may be a copy, made before copies were marked, with 12 entries" in found.verdicts["coverage"].says
    assert not verify(scene.older, checkpoints=[scene.held()]).ok


def test_a_shorter_log_at_the_place_of_the_log_is_no_copy(scene: Scene) -> None:
    """Neither under its own path nor through a link, whatever was made before."""
    copies_file(scene).unlink()
    drop_newest(scene)
    assert verify(scene.path).verdicts["coverage"].ok is False
    elsewhere = scene.path.parent / "elsewhere"
    elsewhere.mkdir()
    scene.path.rename(elsewhere / "log.sqlite")
    scene.path.symlink_to(elsewhere / "log.sqlite")
    assert verify(scene.path).verdicts["coverage"].ok is False


def test_a_named_checkpoint_is_not_hidden_by_another(scene: Scene) -> None:
    first, last = (
        (Path(name), scene.notes[at], read_checkpoint(scene.notes[at]))
        for name, at in (("first", 0), ("last", -1))
    )
    drop_newest(scene)
    for named in ([Held(*first), Held(*last)], [Held(*last), Held(*first)]):
        coverage = verify(scene.path, checkpoints=named).verdicts["coverage"]
        assert coverage.ok is False
        assert "held in last covers 18" in coverage.says


def test_a_held_checkpoint_that_can_not_be_read_fails(scene: Scene) -> None:
    (held,) = (scene.path.parent / "config" / "checkpoints").glob("*.txt")
    for data in (b"", b"\xff", held.read_bytes()[:-20], held.read_bytes().replace(b"\n18\n", b"\n018\n")):
        held.write_bytes(data)
        coverage = verify(scene.path).verdicts["coverage"]
        assert coverage.ok is False
        assert "can't be read" in coverage.says


def test_a_log_that_is_gone_fails_and_what_is_held_of_it_is_named(scene: Scene) -> None:
    for gone in (scene.path.unlink, scene.path.touch):
        gone()
        found = verify(scene.path)
        assert (found.ok, found.verdicts["coverage"].ok) == (False, False)
        assert "over 18 entries" in found.verdicts["coverage"].says


def test_rows_that_nothing_speaks_of_fail_by_table_and_number(scene: Scene) -> None:
    salt, words, body = b"s" * 32, "stray", b"stray"
    strays = {
        "blob": ("INSERT INTO blob VALUES ('aa', x'00', 'stray')", ()),
        "blob again": ("INSERT INTO blob VALUES (?, ?, ?)", (commitment(salt, words), salt, words)),
        "artifact": (
            "INSERT INTO artifact VALUES (?, 'text/plain', ?)",
            (hashlib.sha256(body).hexdigest(), body),
        ),
        "subtree": ("INSERT INTO subtree VALUES (9, 0, zeroblob(32))", ()),
        "subtree below": ("INSERT INTO subtree VALUES (0, -1, zeroblob(32))", ()),
        "meta": ("INSERT INTO meta VALUES ('note', 'x')", ()),
        "meta copy": ("INSERT INTO meta VALUES ('copy-18', 'x')", ()),
        "_sqlite_migrations": ("INSERT INTO _sqlite_migrations VALUES (3, 'other', 'x', '2026-01-01')", ()),
        "event": ("INSERT INTO event SELECT -id, 's' || session, seq, kind, ts, entry, leaf FROM event", ()),
    }
    for place, (name, (sql, values)) in enumerate(strays.items()):
        spoilt = scene.copied(scene.path.parent / str(place))
        with unfenced(spoilt.path) as file:
            file.execute(sql, values)
        found = by_key(spoilt)
        table = name.split()[0]
        assert found.verdicts["rows"].ok is False, name
        assert f"{table}: " in found.verdicts["rows"].says
        assert table in ("_sqlite_migrations",) or found.tables[table].rows > found.tables[table].covered


@pytest.mark.parametrize("id", [0, -1, -(2**63), 2**62])
def test_an_entry_at_a_number_where_none_stands_is_named_and_passed_over(scene: Scene, id: int) -> None:
    (*_, last) = stored(scene.path)
    forged = canonical({**last, "kind": "prompt.shown", "seq": 7, "prev": leaf(canonical(last)).hex()})
    with unfenced(scene.path) as file:
        row = id, last["session"], 7, "prompt.shown", last["ts"], forged, leaf(forged)
        file.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    found = by_key(scene)
    assert found.verdicts["chain"].ok is False
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == ("new", 7)
    if id < 1:
        with Log.open(scene.path, write=False) as log:
            assert len(log.read("new")) == 6


def test_other_things_in_the_file_are_named(scene: Scene) -> None:
    for sql in (
        "ANALYZE",
        "CREATE VIEW v AS SELECT 1",
        "CREATE INDEX i ON meta (value)",
        "CREATE INDEX i ON _sqlite_migrations (name)",
        "ALTER TABLE _sqlite_migrations ADD COLUMN more TEXT",
    ):
        spoilt = scene.copied(scene.path.parent / str(len(sql)))
        with unfenced(spoilt.path) as file:
            file.execute(sql)
        triggers = by_key(spoilt).verdicts["triggers"]
        assert triggers.ok is False, sql
    with scene.path.open("ab") as data:
        data.write(b"hidden")
    assert "6 bytes stand behind the last page" in by_key(scene).verdicts["database"].says


# -- checkpoints ----------------------------------------------------------------------------------


def forge(scene: Scene, size: int, note: str) -> None:
    with unfenced(scene.path) as file:
        file.execute("INSERT OR REPLACE INTO checkpoint VALUES (?, ?)", (size, note))


def test_a_checkpoint_over_other_entries_is_caught(scene: Scene) -> None:
    forge(scene, 10, scene.stolen().sign(Checkpoint(scene.key.name, 10, b"x" * 32)))
    found = by_key(scene)
    assert (found.verdicts["tree"].ok, found.verdicts["signatures"].ok) == (False, True)
    assert "first 10 entries" in found.verdicts["tree"].says
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq) == ("middle", 1)


def test_a_changed_checkpoint_is_caught(scene: Scene) -> None:
    note = scene.notes[-1]
    for at in range(0, len(note), 11):
        changed = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
        forge(scene, 18, changed)
        assert not by_key(scene).ok, changed
    forge(scene, 18, note)
    assert by_key(scene).ok


def test_a_forged_signature_is_caught(scene: Scene) -> None:
    head = read_checkpoint(scene.notes[-1])
    ours = scene.foreign()
    disguised = Signer(scene.key, ours.private)
    forge(scene, 18, disguised.sign(head))
    found = by_key(scene)
    assert found.verdicts["signatures"].ok is False
    assert "is not that of the key" in found.verdicts["signatures"].says


def test_a_checkpoint_of_another_log_is_caught(scene: Scene, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Scene(tmp_path / "other")
    forge(scene, 18, other.notes[-1])
    assert by_key(scene).verdicts["signatures"].ok is False
    put = verify(scene.path, checkpoints=[other.held()])
    assert put.verdicts["coverage"].ok is False
    assert "is of another log" in put.verdicts["coverage"].says
    assert put.first_break is None


def test_a_key_that_is_not_known_settles_nothing(
    scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "elsewhere"))
    found = verify(scene.path)
    assert found.ok
    assert found.verdicts["signatures"].ok is None
    assert "not known here" in found.verdicts["signatures"].says
    assert verify(scene.path, keys=[scene.foreign().key]).verdicts["signatures"].ok is False


def test_a_held_checkpoint_must_be_signed_by_the_key(scene: Scene) -> None:
    disguised = Signer(scene.key, scene.foreign().private)
    note = disguised.sign(read_checkpoint(scene.notes[-1]))
    found = by_held(scene, Held(Path("forged"), note, read_checkpoint(note)))
    assert found.verdicts["signatures"].ok is False


def test_a_stranger_without_a_key_can_not_vouch(scene: Scene) -> None:
    note = scene.foreign().sign(read_checkpoint(scene.notes[-1]))
    found = by_held(scene, Held(Path("given"), note, read_checkpoint(note)))
    assert "not signed by a key that is known" in found.notes[0]


# -- the hashes that the log keeps ----------------------------------------------------------------


@pytest.fixture
def long(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A log of 700 entries, so that there are two whole blocks."""
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    drafts = [Draft("answer.recorded", {"item": "1", "prompt": "p", "answer": at}) for at in range(700)]
    with Log.open(path) as log:
        log.append("s", drafts, actor="r-1", case="neck", after=0)
    return path


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE subtree SET hash = zeroblob(32) WHERE number = 1", "over entries 257 to 512 is not that of"),
        ("DELETE FROM subtree WHERE number = 0", "over entries 1 to 256 is missing"),
        (
            "INSERT INTO subtree VALUES (1, 2, zeroblob(32))",
            "over entries 513 to 768 is of entries that are not",
        ),
        (
            "INSERT INTO subtree VALUES (2, 0, zeroblob(32))",
            "over entries 1 to 65536 is of entries that are not",
        ),
    ],
)
def test_a_changed_hash_is_found(long: Path, sql: str, says: str) -> None:
    assert verify(long).ok
    with unfenced(long) as file:
        file.execute(sql)
    assert says in verify(long).verdicts["tree"].says


def test_what_was_rewritten_is_narrowed_down_by_the_hashes_that_were_left(long: Path) -> None:
    entries = stored(long)
    with unfenced(long) as file:
        kept = file.execute("SELECT * FROM subtree").fetchall()
    rewrite(long, lambda _: [*entries[:300], {**entries[300], "actor": "r-2"}, *entries[301:]])
    with unfenced(long) as file:
        file.executemany("INSERT OR REPLACE INTO subtree VALUES (?, ?, ?)", kept)
    found = verify(long)
    assert found.first_break is not None
    assert found.first_break.seq == 257
    assert found.verdicts["tree"].ok is False


# -- the bodies of entries ------------------------------------------------------------------------


def test_nothing_is_hidden_by_a_second_key_of_the_same_name(scene: Scene) -> None:
    """Readers of JSON take the last of two, and others the first."""
    with unfenced(scene.path) as file:
        (data,) = file.execute("SELECT entry FROM event WHERE id = 18").fetchone()
        forged = data.replace(b'"mono_ns":"', b'"mono_ns":"1","kind":"page.opened","mono_ns":"')
        file.execute("UPDATE event SET entry = ?, leaf = ? WHERE id = 18", (forged, leaf(forged)))
    assert json.loads(forged)["kind"] == "page.opened"
    found: Any = by_chain(scene).first_break
    assert (found.session, found.seq) == ("new", 6)
    assert "RFC 8785" in found.what


def body_of_18(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """A change of an entry's bytes within its body."""

    def made(data: bytes) -> bytes:
        at, end = data.index(b'"body":') + 7, data.index(b',"boot"')
        return data[:at] + change(data[at:end]) + data[end:]

    return made


NOT_CANONICAL: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "5,000 digits": (body_of_18(lambda body: body[:-1] + b',"zz":' + b"9" * 5000 + b"}"), "too large"),
    "2^53": (body_of_18(lambda body: body[:-1] + b',"zz":9007199254740992}'), "too large"),
    "a fraction": (body_of_18(lambda body: body[:-1] + b',"zz":1.5}'), "no whole number"),
    "an exponent": (body_of_18(lambda body: body[:-1] + b',"zz":1e3}'), "no whole number"),
    "no UTF-8": (body_of_18(lambda body: body[:-1] + b',"zz":"\xff"}'), "not UTF-8"),
    "half a character": (body_of_18(lambda body: body[:-1] + b',"zz":"\\ud800"}'), "lone surrogate"),
    "900 lists": (
        body_of_18(lambda body: body[:-1] + b',"zz":' + b"[" * 900 + b"]" * 900 + b"}"),
        "nested deeper",
    ),
    "101 lists": (
        body_of_18(lambda body: body[:-1] + b',"zz":' + b"[" * 101 + b"]" * 101 + b"}"),
        "nested deeper",
    ),
    "a key twice": (body_of_18(lambda body: body[:-1] + b',"zz":1,"zz":1}'), "RFC 8785"),
    "keys out of order": (body_of_18(lambda body: body[:-1] + b',"aa":1}'), "RFC 8785"),
    "a blank": (body_of_18(lambda body: body.replace(b":", b": ", 1)), "RFC 8785"),
    "an escape that is not needed": (body_of_18(lambda body: body[:-1] + b',"zz":"\\u0041"}'), "RFC 8785"),
    "a name beyond ASCII": (body_of_18(lambda body: body[:-1] + b',"\xc3\xa9":1}'), "ASCII"),
    "a body that is a list": (body_of_18(lambda body: b"[]"), "wrong type"),
    "another part": (lambda data: data.replace(b',"boot":', b',"bon":1,"boot":'), "does not belong"),
    "an actor that is none": (lambda data: data.replace(b'"actor":"r-1"', b'"actor":null'), "wrong type"),
}


@pytest.mark.parametrize("name", NOT_CANONICAL)
def test_an_entry_that_is_not_the_one_form_of_its_content_is_named(scene: Scene, name: str) -> None:
    """Rightly hashed and linked, at the end of its session; the reader of its session is refused, others go on."""
    change, why = NOT_CANONICAL[name]
    with unfenced(scene.path) as file:
        (data,) = file.execute("SELECT entry FROM event WHERE id = 18").fetchone()
        forged = change(data)
        file.execute("UPDATE event SET entry = ?, leaf = ? WHERE id = 18", (forged, leaf(forged)))
        file.execute("DELETE FROM checkpoint WHERE size = 18")
    assert forged != data
    found = by_chain(scene)
    assert found.first_break is not None
    assert (found.first_break.session, found.first_break.seq, found.events) == ("new", 6, 18)
    assert why in found.first_break.what
    with Log.open(scene.path, write=False) as log:
        assert len(log.read("old")) == len(log.read("middle")) == 6
        assert "new" not in {row.id for row in log.sessions()}
        with pytest.raises(Unreadable, match="can't be read"):
            log.read("new")


@pytest.mark.parametrize(
    "ts",
    [
        "2025-02-30T10:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2025-02-03T24:00:00.000Z",
        "2025-02-03 10:00:00.000Z",
        "2025-02-03T10:00:00Z",
        "",
    ],
)
def test_a_time_that_is_none_is_named(scene: Scene, ts: str) -> None:
    with unfenced(scene.path) as file:
        (data,) = file.execute("SELECT entry FROM event WHERE id = 18").fetchone()
        forged = canonical({**json.loads(data), "ts": ts})
        file.execute("UPDATE event SET entry = ?, leaf = ?, ts = ? WHERE id = 18", (forged, leaf(forged), ts))
    found = by_chain(scene).first_break
    assert found is not None
    assert (found.session, found.seq) == ("new", 6)
    assert "its time is none" in found.what


def test_text_beyond_ascii_and_many_lists_are_no_fault(scene: Scene) -> None:
    body = {
        "letter": "",
        "said": "na\u00efve \u2028 \U0001f600 \x7f \n \x01",
        "many": [[]] * 200,
        "deep": 2**53 - 1,
    }
    with Log.open(scene.path, clock=scene.clock) as log:
        log.append("more", [Draft("answer.recorded", body)], actor="J\u00f6rg", case="neck", after=0)
    assert verify(scene.path).ok
