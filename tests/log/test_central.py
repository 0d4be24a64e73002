"""Desks push to a central log, which holds what they hold, refuses what doesn't follow, and answers like a log."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant.core.problem import Refused
from assistant.log import Draft, Log, central_push, central_verify, redaction
from assistant.log.archive import archive
from assistant.log.central import FORMAT, Central, Lost, migrate, redact, redact_stated, set_up, shown
from assistant.log.central_copy import bring_up_to_date_from, copy_path
from assistant.log.central_push import push
from assistant.log.central_verify import verify_central
from assistant.log.projection import up_to_date
from assistant.log.sql import ReadOnly
from tests.log.auditing import signed
from tests.log.central_office import Office, new_office
from tests.log.postgres import ADMIN

ENTRY = "SELECT number, session, seq, kind, ts, entry, leaf FROM imr.entry WHERE desk = %s ORDER BY number"


def local(path: Path, sql: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def name_of(path: Path) -> str:
    return str(local(path, "SELECT value FROM meta WHERE key = 'log'")[0][0])


def test_what_a_desk_has_is_there_word_for_word_and_a_second_push_sends_nothing(office: Office) -> None:
    office.work("desk_1", "a", "b")
    first = office.push("desk_1")
    path = office.log("desk_1")
    assert (first.entries, first.size, first.texts) == (8, 8, 4)  # and that it is pushed is logged
    assert office.rows(ENTRY, [name_of(path)]) == local(path, "SELECT * FROM event ORDER BY id")
    words = "SELECT commitment, salt, body FROM {} ORDER BY 1"
    assert office.rows(words.format("imr.words")) == local(path, words.format("blob"))
    assert office.push("desk_1").entries == 0
    office.work("desk_1", "b", entries=1)
    assert office.push("desk_1").entries == 2  # the step, and that it is pushed, in the sitting of this run


def test_a_desk_keeps_the_name_under_which_it_is_known(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with office.at("desk_1") as path:
        assert push(path, office.url("desk_1")).entries == 0
        with pytest.raises(Refused, match="is called `desk_1` there"):
            push(path, office.url("desk_1"), called="another")
    assert office.rows("SELECT called FROM imr.desk") == [("desk_1",)]


def test_without_texts_no_word_of_a_person_goes_along_and_it_still_verifies(office: Office) -> None:
    office.work("desk_1", "a")
    assert office.push("desk_1", texts=False).texts == 0
    assert office.rows("SELECT count(*) FROM imr.words") == [(0,)]
    with office.at("auditor"):
        found = verify_central(office.url("auditor"))
    assert found.ok, found
    assert any("2 texts never sent" in note for note in found.notes)
    steps = found.desks[0].found.verdicts["steps"]
    assert steps.ok is None
    assert "1 session without texts could not be followed" in steps.says


def test_a_step_that_the_program_does_not_write_is_named_centrally_too(office: Office) -> None:
    """Linked, hashed and signed as it should be, by a desk that has its key."""
    office.work("desk_1", "a")
    office.work("desk_2", "b")
    office.push("desk_1")
    with office.at("desk_2") as path, Log.open(path) as log:
        log.append("b", [Draft("training.opened", {"tool": "1"})], actor="desk_2", case="", after=3)
    office.push("desk_2")
    with office.at("auditor"):
        found = verify_central(office.url("auditor"))
    assert found.verdicts["desks"].ok is False
    assert "session b, entry 4: training.opened could not follow here" in found.verdicts["desks"].says
    assert [one.found.verdicts["steps"].ok for one in found.desks] == [True, False]


def test_one_session_that_was_pushed_under_two_names_is_named_and_read_under_neither(office: Office) -> None:
    session = "a1b2c3d4e5f6"
    office.work("desk_1", session, "reviewer-keys")
    office.push("desk_1")
    with office.at("auditor"):
        bring_up_to_date_from(office.url("auditor"))
    office.work("desk_2", session, "reviewer-keys", entries=2)
    office.push("desk_2")
    with office.at("auditor"):
        found = verify_central(office.url("auditor")).verdicts["desks"]
        assert found.ok is None
        assert f"session {session} stands under 2 of them" in found.says
        copy = bring_up_to_date_from(office.url("auditor"))
        with Log.open(copy, write=False) as log:
            books = sorted(one.id for one in log.sessions(others=True, family="training"))
            assert [one.partition("@")[0] for one in books] == [session] * 2 + ["reviewer-keys"] * 2
            assert [len(log.read(one)) for one in books[:2]] in ([2, 3], [3, 2])
            with pytest.raises(Refused):
                log.resolve(session)


@pytest.mark.parametrize("desk", ["", "#desk_2"])
def test_a_copy_that_is_read_here_and_was_changed_is_named(office: Office, desk: str) -> None:
    for one in ("desk_1", "desk_2"):
        office.work(one, "reviewer-keys", f"{one}-a")
        office.push(one)
    with office.at("auditor"):
        url = office.url("auditor") + desk
        path = bring_up_to_date_from(url)
        assert verify_central(url).ok
        with closing(sqlite3.connect(path)) as copy, copy:
            assert copy.execute(
                "UPDATE event SET kind = 'training.opened' WHERE session = 'desk_2-a' AND seq = 2"
            ).rowcount
        says = verify_central(url).verdicts["desks"]
        assert says.ok is False
        assert f"is another one in the copy that is read here: remove {path}" in says.says


def test_of_a_desk_without_texts_reports_know_the_session_and_not_what_was_answered(
    office: Office, reviewed: Path
) -> None:
    with office.at("desk_1") as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reviewed, path)
    office.push("desk_1", texts=False)
    with office.at("auditor"):
        copy = bring_up_to_date_from(office.url("auditor"))
        with ReadOnly(up_to_date(copy), copy) as held:
            assert {row[0] for row in held.run("SELECT session FROM session WHERE kind = 'real'").rows} >= {
                "aa11"
            }
        found = verify_central(office.url("auditor"))
    assert found.ok, found
    written = copy.read_bytes() + Path(f"{copy}.reports").read_bytes()
    assert b"Only one." in reviewed.read_bytes()
    assert [one for one in (b"Only one.", b"A neck", b"The film was needed") if one in written] == []


def test_years_that_were_archived_before_they_were_pushed_are_pushed_with_the_archive(
    office: Office, tmp_path: Path
) -> None:
    pytest.importorskip("pyarrow")
    file = tmp_path / "years.parquet"
    with office.at("desk_1") as path:
        signed(path, "2023-02-01")
        before = local(path, "SELECT id, session, seq, entry, leaf FROM event ORDER BY id")
        archive(path, 2023, file)
    with pytest.raises(Refused, match=r"before they were pushed.*Name the archives with --archive"):
        office.push("desk_1")
    assert office.push("desk_1", archives=[file]).size > len(before)
    there = "SELECT number, session, seq, entry, leaf FROM imr.entry ORDER BY number"
    assert office.rows(there)[: len(before)] == before
    assert office.push("desk_1").entries == 0


def test_a_push_while_it_is_verified_or_read_breaks_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    made = central_verify.rebuild

    def meanwhile(*given: Any) -> Any:
        office.work("desk_1", "b", entries=1)
        office.push("desk_1")
        return made(*given)

    monkeypatch.setattr(central_verify, "rebuild", meanwhile)
    with office.at("auditor"):
        assert verify_central(office.url("auditor")).ok
        monkeypatch.setattr(central_verify, "rebuild", made)
        copy = bring_up_to_date_from(office.url("auditor"))
        assert len(local(copy, "SELECT 1 FROM event")) == 7
        assert verify_central(office.url("auditor")).ok


class Cut(Exception):
    """The push is killed here."""


def test_three_desks_that_are_cut_off_at_random_come_to_the_same_as_if_they_had_not_been(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(central_push, "CHUNK", 4)
    chance = random.Random(7)
    desks = ["desk_1", "desk_2", "desk_3"]
    for desk in desks:
        office.work(desk, *(f"{desk}-{number}" for number in range(6)), entries=chance.randrange(2, 5))

    def maybe(_done: int, _all: int) -> None:
        if chance.random() < 0.4:
            raise Cut

    cuts = 0
    waiting = list(desks)
    while waiting:
        desk = chance.choice(waiting)
        try:
            office.push(desk, progress=maybe)
            waiting.remove(desk)
        except Cut:
            cuts += 1
    assert cuts > 3
    for desk in desks:
        path = office.log(desk)
        assert office.rows(ENTRY, [name_of(path)]) == local(path, "SELECT * FROM event ORDER BY id")
    with office.at("auditor"):
        assert verify_central(office.url("auditor")).ok


def test_a_server_that_goes_away_is_said_and_the_push_goes_on_later(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(central_push, "CHUNK", 4)
    office.work("desk_1", "a", "b", "c")
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'desk_1' AND datname = current_database()"
    with pytest.raises(Refused, match=r"connection to the central log was lost.*Run the same again"):
        office.push("desk_1", progress=lambda _done, _all: office.rows(end))
    assert 0 < office.rows("SELECT count(*) FROM imr.entry")[0][0] < 9
    assert office.push("desk_1").size >= 10
    with pytest.raises(Refused, match="can't be reached"):
        push(office.log("desk_1"), "postgresql://desk_1:secret@/none?host=/nowhere")


def test_a_desk_that_was_put_back_from_a_copy_and_went_on_is_named_with_the_entry(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with office.at("desk_1") as path:
        copy = path.with_name("copy.sqlite")
        shutil.copy(path, copy)
    office.work("desk_1", "b")
    office.push("desk_1")
    size = len(local(office.log("desk_1"), "SELECT 1 FROM event"))
    shutil.rmtree(office.folder / "desk_1" / "config" / "checkpoints")
    shutil.copy(copy, office.log("desk_1"))
    with pytest.raises(Refused, match=f"has {size} entries of this desk, and this log only the first 5"):
        office.push("desk_1")
    office.work("desk_1", "c")
    with pytest.raises(Refused, match=r"part after entry 5: .*here session c, entry 1.*restored from a copy"):
        office.push("desk_1")
    assert office.rows("SELECT count(*) FROM imr.entry") == [(size,)]


def test_a_copy_of_a_desks_log_on_a_second_desk_is_refused(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    shutil.copytree(office.folder / "desk_1", office.folder / "desk_2")
    with pytest.raises(Refused, match="Another login pushes a log of this name"):
        office.push("desk_2")


def test_a_server_that_was_set_back_is_noticed_by_the_desk_that_pushed(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with Central.open(office.url(ADMIN)) as admin:
        admin.run("SET session_replication_role = replica; DELETE FROM imr.statement; DELETE FROM imr.entry")
    with pytest.raises(Lost, match=r"lost or changed what it had: it had 1 statements and has 0"):
        office.push("desk_1")
    assert office.push("desk_1", restored="The disk failed; restored from the night before.").size >= 5
    with office.at("auditor"):
        assert verify_central(office.url("auditor")).ok


def test_a_server_that_goes_by_another_name_is_another_until_a_desk_says_why(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with Central.open(office.url(ADMIN)) as admin:
        admin.run("UPDATE imr.meta SET value = repeat('a', 32) WHERE key = 'name'")
    with pytest.raises(Lost, match="Another central log was at this address"):
        office.push("desk_1")
    office.work("desk_1", "b")
    pushed = office.push("desk_1", restored="It was set up anew for the new year.")
    assert pushed.head.startswith(f"imr-central/{'a' * 32}")
    office.work("desk_1", "c")
    assert office.push("desk_1").entries
    with Central.open(office.url(ADMIN)) as admin:
        admin.run("UPDATE imr.meta SET value = 'two' WHERE key = 'format'")
    with pytest.raises(Refused, match="does not say which format it has"):
        office.push("desk_1")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"number": 9}, "a gap"),
        ({"number": 2}, "a fork"),
        ({"leaf": b"0" * 32}, "a wrong hash"),
        ({"ts": "2026-11-22T14:03:22.124Z"}, "columns that are not those of the bytes"),
        ({"kind": "answer.amended"}, "the kind beside number"),
        ({"session": "z", "seq": 1}, "a broken link"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_the_server_itself_refuses_what_does_not_follow(
    office: Office, change: dict[str, Any], says: str
) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    desk = name_of(office.log("desk_1"))
    office.work("desk_1", "a", entries=1)
    row = local(office.log("desk_1"), "SELECT * FROM event ORDER BY id DESC LIMIT 1")[0]
    given = dict(zip(("number", "session", "seq", "kind", "ts", "entry", "leaf"), row, strict=True)) | change
    with Central.open(office.url("desk_1")) as central, pytest.raises(Refused, match=says):
        central.rows(
            "INSERT INTO imr.entry (desk, number, session, seq, kind, ts, entry, leaf) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [desk, *given.values()],
        )


def test_each_role_can_do_its_own_and_no_more(office: Office) -> None:
    for desk in ("desk_1", "desk_2"):
        office.work(desk, desk)
        office.push(desk)
    mine, other = (name_of(office.log(desk)) for desk in ("desk_1", "desk_2"))
    add = "INSERT INTO imr.entry SELECT %s, number + 100, session, seq, kind, ts, entry, leaf FROM imr.entry"
    with Central.open(office.url("desk_1")) as desk:
        assert {row[0] for row in desk.rows("SELECT desk FROM imr.entry")} == {mine}
        assert [one.name for one in desk.desks()] == [mine]
        for sql in (
            "DELETE FROM imr.entry",
            "UPDATE imr.entry SET kind = 'x'",
            "TRUNCATE imr.entry",
            "ALTER TABLE imr.entry DISABLE TRIGGER ALL",
            "UPDATE imr.words SET body = NULL, salt = NULL",
            "INSERT INTO imr.statement VALUES (9, 'x', 'x', 'x', 'x')",
            f"SELECT imr.redact('{mine}', 'x', 'why')",
            "DROP TABLE imr.entry",
        ):
            with pytest.raises(Refused):
                desk.rows(sql)
        with pytest.raises(Refused):
            desk.rows(add, [other])
        with pytest.raises(Refused, match="not yours"):
            desk.rows("SELECT imr.pushed(%s, 0, 4, true, 'x')", [other])
    with Central.open(office.url("auditor")) as reader:
        assert {row[0] for row in reader.rows("SELECT desk FROM imr.entry")} == {mine, other}
        for sql in (
            add.replace("%s", f"'{mine}'"),
            "DELETE FROM imr.words",
            f"SELECT imr.redact('{mine}', 'x', 'why')",
        ):
            with pytest.raises(Refused):
                reader.rows(sql)
    with Central.open(office.url(ADMIN)) as admin, pytest.raises(Refused, match="append-only"):
        admin.rows("DELETE FROM imr.entry")


def test_a_login_with_too_many_rights_is_told_so(office: Office) -> None:
    office.work("desk_1", "a")
    with office.at("desk_1") as path:
        found = push(path, office.url(ADMIN))
    assert any("more than a desk's should: it is a superuser's" in note for note in found.notes)
    with office.at("auditor"):
        assert any("more than a reader's should" in note for note in verify_central(office.url(ADMIN)).notes)
    office.work("desk_2", "b")
    assert office.push("desk_2").notes == ()


def test_a_clock_that_is_a_year_off_is_told_when_it_is_pushed_and_when_it_is_verified(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        central_push.access, "note", lambda *_: ""
    )  # which would state this computer's own time
    office.work("desk_1", "a", ts="2099-01-01T00:00:00.000Z")
    assert any("one of the two clocks is wrong" in note for note in office.push("desk_1").notes)
    office.work("desk_2", "b")
    office.push("desk_2")
    office.work("desk_2", "b", ts="2001-01-01T00:00:00.000Z")
    office.push("desk_2")
    with office.at("auditor"):
        notes = verify_central(office.url("auditor")).notes
    assert any(note.startswith("desk_1: ") and "the desk's clock was ahead" in note for note in notes)
    assert any(note.startswith("desk_2: ") and "the desk's clock was behind" in note for note in notes)


def test_a_redactor_empties_a_text_which_is_stated_and_gone_from_what_was_read(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with office.at("auditor"):
        copy = bring_up_to_date_from(office.url("auditor"))
        assert b"a says 1" in copy.read_bytes()
        with Central.open(office.url("officer")) as officer:
            with pytest.raises(Refused, match=r"no text `answer`.*Known: text"):
                redact(officer, "a", 2, "answer", "asked for by the employee")
            assert redact(officer, "a", 2, "text", "asked for by the employee") == (2, False)
            with pytest.raises(Refused, match="empty already"):
                redact(officer, "a", 2, "text", "again")
        assert b"a says 1" not in bring_up_to_date_from(office.url("auditor")).read_bytes()
        with Log.open(copy, write=False) as log:
            assert [str(one.body["text"]) for one in log.read("a")[1:]] == ["[redacted]", "a says 2"]
        found = verify_central(office.url("auditor"))
    assert found.ok, found
    assert any("1 text redacted" in note for note in found.notes)
    assert office.push("desk_1").entries == 0


def test_what_a_desk_redacts_goes_from_what_is_read_and_from_the_server_when_its_redactor_says_so(
    office: Office,
) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with office.at("auditor"):
        assert b"a says 1" in bring_up_to_date_from(office.url("auditor")).read_bytes()
    with office.at("desk_1") as path:
        redaction.redact(path, "a", 2, "text", "Asked for by the employee.")
    assert any("redact-stated" in note for note in office.push("desk_1").notes)
    with office.at("auditor"):
        assert b"a says 1" not in bring_up_to_date_from(office.url("auditor")).read_bytes()
        found = verify_central(office.url("auditor"))
        assert found.ok, found
        assert any("there all the same: its redactor runs" in note for note in found.notes)
        with Central.open(office.url("officer")) as officer:
            assert redact_stated(officer) == 1
            assert redact_stated(officer) == 0
        assert office.rows("SELECT count(*) FROM imr.words WHERE body = 'a says 1'") == [(0,)]
        assert verify_central(office.url("auditor")).ok
    assert office.push("desk_1").notes == ()


def test_a_reading_copy_answers_like_a_log_and_nothing_can_be_added_to_it(
    office: Office, reviewed: Path
) -> None:
    with office.at("desk_1") as path:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(reviewed, path)
    office.push("desk_1")
    office.work("desk_2", "other")
    office.push("desk_2")
    with office.at("auditor"):
        copy = bring_up_to_date_from(office.url("auditor"))
        asked = "SELECT session, prompt, value FROM answer ORDER BY session, item, prompt"
        with ReadOnly(up_to_date(copy), copy) as held, ReadOnly(up_to_date(reviewed), reviewed) as own:
            mine = own.run(asked).rows
            assert mine
            assert [row for row in held.run(asked).rows if row[0] != "other"] == mine
        with pytest.raises(Refused, match="only read from here"):
            Log.open(copy)
        one = bring_up_to_date_from(f"{office.url('auditor')}#desk_2")
        assert {
            row[0]
            for row in local(
                one,
                "SELECT actor FROM (SELECT json_extract(CAST(entry AS TEXT), '$.case') AS actor FROM event)",
            )
        } == {""}
        with pytest.raises(Refused, match=r"No desk is called `desk_9`\. Known: desk_1"):
            bring_up_to_date_from(f"{office.url('auditor')}#desk_9")


def test_what_was_read_before_and_is_not_there_any_more_is_named(office: Office) -> None:
    office.work("desk_1", "a")
    office.push("desk_1")
    with office.at("auditor"):
        bring_up_to_date_from(office.url("auditor"))
        with Central.open(office.url(ADMIN)) as admin:
            admin.run("SET session_replication_role = replica; DELETE FROM imr.entry WHERE number > 3")
        with pytest.raises(Refused, match=r"desk_1 had 5 entries and has 3.*imr log verify"):
            bring_up_to_date_from(office.url("auditor"))


def test_a_server_of_the_first_format_is_read_and_brought_up_to_date(server: str, tmp_path: Path) -> None:
    office = new_office(server, tmp_path, upto=0)
    with pytest.raises(Refused, match="no central log in this database"):
        Central.open(office.url("auditor"))
    with Central.open(office.url(ADMIN), made=False) as central, central.transaction():
        central.run("CREATE SCHEMA imr")
        migrate(central, 1)
    office.work("desk_1", "a")
    with pytest.raises(Refused, match=r"format 1; this version adds to format 2"):
        office.push("desk_1")
    with office.at("auditor"):
        assert verify_central(office.url("auditor")).ok
        bring_up_to_date_from(office.url("auditor"))
    assert set_up(office.url(ADMIN))[1:] == (1, FORMAT)
    assert office.push("desk_1").size == 5
    assert set_up(office.url(ADMIN))[1:] == (FORMAT, FORMAT)


def test_a_schema_of_another_program_and_a_newer_format_are_left_alone(server: str, tmp_path: Path) -> None:
    office = new_office(server, tmp_path, upto=0)
    with Central.open(office.url(ADMIN), made=False) as central:
        central.run("CREATE SCHEMA imr; CREATE TABLE imr.other (x int)")
    with pytest.raises(Refused, match="not a central log"):
        set_up(office.url(ADMIN))
    newer = new_office(server, tmp_path)
    newer.rows("UPDATE imr.meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(Refused, match="newer version"):
        set_up(newer.url(ADMIN))


def test_an_address_is_shown_without_its_password() -> None:
    assert shown("postgresql://me:secret@host:1/db?password=secret#desk") == "postgresql://host:1/db"
    assert copy_path("postgresql://me:secret@host/db") == copy_path("postgresql://me:other@host/db")
    assert copy_path("postgresql://me@host/db") != copy_path("postgresql://you@host/db")
