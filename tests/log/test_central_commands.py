"""`imr log push`, `imr log central` and the reading commands with the address of a central log, as they are typed."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli import options
from assistant.cli.main import run
from assistant.core.text import REDACTED
from assistant.log import Log
from assistant.log.checkpoint import origin_of
from assistant.log.keys import signer
from assistant.log.store import open_reader
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.log.authority import Observer
from tests.log.central_office import Office
from tests.log.postgres import ADMIN

LATER = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of a test is a program of its own, and fetches what is new."""
    monkeypatch.setattr(options, "_fetched", set())
    monkeypatch.setattr("assistant.log.access._sittings", {})


CASE = "cervical-radiographs-after-fusion"


@pytest.fixture(scope="module")
def practised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a desk with a review that was signed, and one that was begun after it."""
    folder = tmp_path_factory.mktemp("practised")
    reference = library.folder("casebank") / CASE / "reference.yaml"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IMR_CONFIG", str(folder / "config"))
        with Log.open(folder / "log.sqlite") as log:
            for answers in (True, False):
                review = Review.open(log, library.find_case(CASE), Profile("r-one"), "practice")
                if answers:
                    answers_file.run_answers(review, answers_file.read_answers_file(reference))
                review.close()
    return folder


def signed_one(path: Path) -> str:
    """The review that was signed."""
    with Log.open(path, write=False) as log:
        return next(one.id for one in log.sessions() if one.status == "signed")


@pytest.fixture
def two(office: Office, practised: Path) -> Office:
    """Two desks that have pushed: two reviews, and a session of another kind."""
    with office.at("desk_1") as path:
        shutil.copytree(practised, path.parent)
        assert run(["log", "push", office.url("desk_1"), "--desk", "Desk 1", "--log", str(path)]) == 0
    office.work("desk_2", "other")
    office.push("desk_2")
    return office


def fits(name: str, value: Any) -> None:
    schema = json.loads((library.folder("schemas") / "output" / f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator(schema).validate(value)


def test_an_office_is_set_up_pushed_to_and_read(two: Office, capsys: pytest.CaptureFixture[str]) -> None:
    auditor = two.url("auditor")
    with two.at("auditor"):
        assert run(["log", "central", "desks", auditor, "--json"]) == 0
        desks = json.loads(capsys.readouterr().out)
        fits("log-desks", desks)
        assert [one["called"] for one in desks] == ["Desk 1", "desk_2"]
        assert run(["log", "verify", "--log", auditor, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        fits("log-verify", found)
        assert found["verdicts"]["held"]["ok"] is None
        assert run(["log", "checkpoint", "--log", auditor, "--json"]) == 0
        fits("log-checkpoint", json.loads(capsys.readouterr().out))
        assert run(["log", "verify", "--log", auditor]) == 0
        assert "holds  held" in capsys.readouterr().out
        assert run(["log", "sessions", "--log", auditor, "--json"]) == 0
        sessions = json.loads(capsys.readouterr().out)
        assert run(["log", "sessions", "--log", f"{auditor}#Desk 1", "--json"]) == 0
        own = {one["id"] for one in json.loads(capsys.readouterr().out)}
        assert {one["id"] for one in sessions} == own
        assert run(["log", "sessions", "--kind", "book", "--log", auditor, "--json"]) == 0
        assert [one["id"] for one in json.loads(capsys.readouterr().out)] == ["other"]
        assert run(["log", "show", sessions[0]["id"], "--log", auditor]) == 0
        assert run(["log", "sample", "-n", "1", "--seed", "3", "--status", "open", "--log", auditor]) == 0
        assert run(["log", "report", "answer-history", "--log", auditor]) == 0
        assert run(["log", "note", sessions[0]["id"], "Look at the films.", "--log", auditor]) == 0
        capsys.readouterr()
        mine = two.folder / "auditor" / "data" / "imr-assistant" / "log.sqlite"
        assert run(["log", "notes", "--log", str(mine)]) == 0
        assert "Look at the films." in capsys.readouterr().out


def test_a_second_push_says_so_and_json_has_its_form(two: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with two.at("desk_2") as path:
        capsys.readouterr()
        assert run(["log", "push", two.url("desk_2"), "--log", str(path), "--json"]) == 0
        pushed = json.loads(capsys.readouterr().out)
        fits("log-push", pushed)
        assert pushed["entries"] == 0
        assert run(["log", "push", two.url("desk_2"), "--log", str(path)]) == 0
        assert "has all" in capsys.readouterr().out
        two.work("desk_2", "more", entries=2)
        assert run(["log", "push", two.url("desk_2"), "--log", str(path)]) == 0
        assert "1 text (quotes and free text of answers)" in " ".join(capsys.readouterr().out.split())


def test_a_text_is_emptied_from_the_command_line(two: Office, capsys: pytest.CaptureFixture[str]) -> None:
    with two.at("officer"):
        command = [
            "log",
            "central",
            "redact",
            two.url("officer"),
            "other",
            "2",
            "text",
            "--reason",
            "Asked for.",
        ]
        assert run(command) == 0
        assert "stated as number 3" in capsys.readouterr().out
        assert run(command) == 2
        assert "empty already" in capsys.readouterr().err
        assert run([*command[:4], "nobody", "2", "text", "--reason", "x"]) == 2
        assert "There is no such entry" in capsys.readouterr().err


def test_a_text_that_a_signature_rests_on_may_go_and_it_all_still_verifies(
    two: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with two.at("desk_1") as path, Log.open(path, write=False) as log:
        session = signed_one(path)
        entry = next(one for one in log.read(session) if one.kind == "determination.recorded")
    with two.at("officer"):
        named = [session, str(entry.seq), "reason", "--reason", "Asked for by the employee."]
        assert run(["log", "central", "redact", two.url("officer"), *named]) == 0
        assert "The session is signed: the signature still verifies" in capsys.readouterr().out
    with two.at("auditor"):
        assert run(["log", "verify", "--log", two.url("auditor")]) == 0
        assert "1 text redacted; their commitments hold." in capsys.readouterr().out
        assert run(["log", "show", session, "--log", two.url("auditor")]) == 0
        assert f"reason: {REDACTED}" in capsys.readouterr().out
    with two.at("officer"):
        assert run(["log", "central", "redact-stated", two.url("officer")]) == 0
        assert "Nothing is left to be emptied." in capsys.readouterr().out


def test_what_a_desk_holds_is_not_emptied_at_the_central_log_either(
    two: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with two.at("desk_1") as path:
        session = signed_one(path)
        assert run(["log", "hold", session, "--reason", "A court has asked for it.", "--log", str(path)]) == 0
        assert run(["log", "push", two.url("desk_1"), "--log", str(path)]) == 0
        with Log.open(path, write=False) as log:
            entry = next(one for one in log.read(session) if one.kind == "determination.recorded")
    capsys.readouterr()
    with two.at("officer"):
        named = [session, str(entry.seq), "reason", "--reason", "Asked for by the employee."]
        assert run(["log", "central", "redact", two.url("officer"), *named]) == 2
        assert "under a legal hold" in capsys.readouterr().err


def test_a_witness_signs_the_head_of_the_statements(
    two: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    note = tmp_path / "head.txt"
    with two.at("auditor"):
        assert run(["log", "checkpoint", "--log", two.url("auditor"), "-o", str(note)]) == 0
        witness = Observer()
        note.write_text(witness.cosigned(note.read_text("utf-8"), LATER), "utf-8")
        assert run(["log", "checkpoint", "--log", two.url("auditor"), "--witness", str(note)]) == 0
        capsys.readouterr()
        assert run(["log", "verify", "--log", two.url("auditor"), "--witness-key", witness.vkey]) == 0
        assert f"2 statements by {LATER:%Y-%m-%d}" in capsys.readouterr().out
        note.write_text(note.read_text("utf-8").replace("\n2\n", "\n1\n"), "utf-8")
        assert run(["log", "checkpoint", "--log", two.url("auditor"), "--witness", str(note)]) == 2


def test_what_can_not_be_done_is_said(two: Office, capsys: pytest.CaptureFixture[str]) -> None:
    auditor, desk = two.url("auditor"), two.url("desk_1")
    here = "works on a log of this computer"
    capsys.readouterr()
    for command, says in (
        (["review", CASE, "--plain", "--log", auditor], here),
        (["log", "backup", "x.sqlite", "--log", auditor], here),
        (["log", "push", "somewhere.sqlite"], "not the address of a central log"),
        (["log", "push", desk, "--log", auditor], here),
        (["log", "sessions", "--log", "postgresql://me:secret@/db?host=/nowhere"], "can't be reached"),
        (["log", "verify", "--deep", "--log", auditor], "are for a log of this computer"),
        (["log", "verify", "--log", f"{auditor}#nobody"], "No desk is called"),
        (["log", "push", auditor], "does not let this login do that"),
    ):
        with two.at("desk_2") as path, pytest.MonkeyPatch.context() as patch:
            patch.setattr(options, "_fetched", set())
            if "--log" not in command:
                patch.setenv("IMR_LOG", str(path))
            assert run(command) == 2, command
        said = capsys.readouterr().err
        assert says in said, command
        assert "secret" not in said


def test_set_up_again_changes_nothing_and_says_so(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["log", "central", "set-up", office.url(ADMIN)]) == 0
    assert "format 2 already" in capsys.readouterr().out


def test_what_reads_a_session_reads_it_of_a_central_log_too(
    two: Office, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    bundle = tmp_path / "made.zip"
    with two.at("desk_1") as path:
        made = signed_one(path)
        with closing(open_reader(two.log("desk_1"))) as connection:
            key = str(signer(origin_of(connection)).key)
    with two.at("auditor"):
        auditor = two.url("auditor")
        for words, says in (
            (["letter", made], "Independent Medical Review"),
            (["replay", made, "--all"], "red_flags"),
            (["replay", made, "--json"], '"session"'),
            (["log", "export", made, "--format", "odk"], "form finalize"),
            (["agree", made, "--reference"], "reference"),
        ):
            assert run([*words, "--log", auditor]) == 0, words
            assert says in capsys.readouterr().out
            assert run(["agree", made, "--reference", "--log", f"{auditor}#Desk 1"]) == 0
        assert run(["log", "rederive", made, "--log", auditor]) == 0
        capsys.readouterr()
        prove = ["log", "prove", made, "-o", str(bundle), "--key", key]
        assert run([*prove, "--log", auditor]) == 2
        assert "Name its desk: postgresql://...#DESK" in capsys.readouterr().err
        assert run([*prove, "--log", f"{auditor}#Desk 1"]) == 0
        capsys.readouterr()
        assert run(["log", "verify", str(bundle), "--key", key]) == 0
        capsys.readouterr()
        for words in (
            ["review", "--log", auditor],
            ["log", "backup", str(tmp_path / "x"), "--log", auditor],
            ["log", "redact", made, "2", "note", "--reason", "A name.", "--log", auditor],
        ):
            assert run(words) == 2
            assert "works on a log of this computer" in capsys.readouterr().err


def test_reviews_of_a_central_log_that_does_not_hold_are_not_compared(
    two: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    with two.at("desk_1") as path:
        made = signed_one(path)
    agree = ["agree", made, "--reference", "--log", two.url("auditor")]
    with two.at("auditor"):
        assert run(agree) == 0
        two.rows("ALTER TABLE imr.desk DISABLE TRIGGER ALL")
        assert run(agree) == 2
        assert "doesn't verify" in capsys.readouterr().err
