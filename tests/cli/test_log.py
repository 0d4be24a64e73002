"""`imr log`, as a person and as a program meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from assistant.cli.log import log as command
from assistant.core import events as e
from assistant.core.answer import Answer, Status
from assistant.core.event_form import encode
from assistant.core.problem import Refused
from assistant.core.text import digest
from assistant.log import Draft, Log
from tests.log.auditing import DOCUMENTS, SET, pinned_texts, pins_of

SCHEMAS = Path(__file__).parents[2] / "schemas" / "output"


def run(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(command, [str(each) for each in arguments], env=environment)


def valid(name: str, output: str) -> Any:
    schema = json.loads((SCHEMAS / f"log-{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    value = json.loads(output)
    Draft202012Validator(schema).validate(value)
    return value


@pytest.fixture
def signed(log: Log, path: Path) -> Path:
    texts = pinned_texts()
    opened = e.SessionOpened(
        "real", "Dr A", "0.1.0", False, {}, pins_of(texts), DOCUMENTS, {"1": SET, "2": SET}
    )
    events: list[e.Event] = [
        opened,
        e.AnswerRecorded("1", "sought", Answer(value="partial")),
        e.AnswerAmended("1", "sought", Answer(status=Status.NOT_DOCUMENTED)),
        e.NoteAdded("1", "sought", "seen \x1b[31mred\u202e"),
        e.DeterminationRecorded("1", "upheld", None, True, "no films"),
        e.SessionSigned("0" * 64, "uphold", "mine"),
    ]
    artifacts = {
        digest(one): (f"text/{kind}", one.encode()) for kind, named in texts.items() for one in named.values()
    }
    drafts = [Draft(event.kind, encode(event)) for event in events]
    log.append("neck-1", drafts, actor="Dr A", case="neck", after=0, artifacts=artifacts)
    log.close()
    return path


def test_sessions_are_listed(signed: Path) -> None:
    out = run("sessions", "--log", signed).output
    assert "neck-1" in out
    assert "Uphold (treatment not approved)" in out
    (row,) = valid("sessions", run("sessions", "--json", "--log", signed).output)
    assert (row["id"], row["status"], row["outcome"], row["events"]) == ("neck-1", "signed", "uphold", 6)


def test_a_session_is_shown_safely_and_with_its_consequence(signed: Path) -> None:
    out = run("show", "last", "--log", signed).output
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "1: Upheld (treatment not approved)" in out
    assert "reason: no films" in out
    assert "not documented (before: partial)" in " ".join(out.split())
    rows = valid("show", run("show", "neck", "--json", IMR_LOG=str(signed)).output)
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert rows[2]["old"] == {"status": "given", "value": "partial"}
    assert rows[1]["prev"] == rows[0]["hash"]


def test_verify_says_how_it_stands_by_its_exit_status(log: Log, path: Path) -> None:
    log.append("sitting", [Draft("access.opened", {"tool": "1"})], actor="r-1", case="", after=0)
    done = run("verify", "--log", path)
    assert done.exit_code == 3
    assert "WHO SIGNED THE LOG IS OPEN" in " ".join(done.output.split())
    log.checkpoint()
    done = run("verify", "--log", path)
    assert done.exit_code == 0
    assert "The log verifies." in done.output
    assert "This does not prove:" in done.output
    assert valid("verify", run("verify", "--json", "--log", path).output)["ok"] is True
    log.append("sitting", [Draft("access.opened", {"tool": "1"})], actor="r-1", case="", after=1)
    done = run("verify", "--log", path)
    assert done.exit_code == 1
    assert "FAILS steps session sitting, entry 2: access.opened could not follow here" in " ".join(
        done.output.split()
    )


def test_verify_fails_with_status_1(full: Path, attack: Any) -> None:
    attack("DELETE FROM event WHERE id = 5")
    done = run("verify", "--log", full)
    assert done.exit_code == 1
    assert "First break: session " in done.output
    done = run("verify", "--json", "--log", full)
    assert done.exit_code == 1
    assert valid("verify", done.output)["first_break"] is not None


def test_backup_copies_and_verifies(signed: Path, tmp_path: Path) -> None:
    done = run("backup", tmp_path / "copy", "--log", signed)
    assert done.exit_code == 0
    assert "The log verifies." in done.output
    again = run("backup", tmp_path / "copy", "--log", signed)
    assert isinstance(again.exception, Refused)


def test_an_empty_log_says_so(log: Log, path: Path) -> None:
    assert "no session yet" in run("sessions", "--log", path).output
    assert valid("sessions", run("sessions", "--json", "--log", path).output) == []


@pytest.mark.parametrize("arguments", [["sessions"], ["show", "last"], ["verify"]])
def test_a_missing_log_is_refused_and_not_made(path: Path, arguments: list[str]) -> None:
    done = run(*arguments, "--log", path)
    assert isinstance(done.exception, Refused)
    assert not path.parent.exists()


def test_without_a_path_the_log_lies_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name, **_: str(tmp_path / name))
    monkeypatch.delenv("IMR_LOG", raising=False)
    done = run("sessions")
    assert isinstance(done.exception, Refused)
    assert done.exception.problems[0].where == str(tmp_path / "imr-assistant" / "log.sqlite")


def test_a_copy_of_the_whole_log_is_told_in_the_log_and_in_the_copy(signed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    run("backup", copy, "--log", signed)
    for path in (signed, copy):
        with Log.open(path, write=False) as log:
            (sitting,) = log.sessions(others=True)
            last = log.read(sitting.id)[-1]
        assert (last.kind, last.body["what"], last.body["form"]) == (
            "access.exported",
            "backup",
            "the whole log",
        )
    rows = json.loads(run("report", "readings", "--json", "--log", signed).stdout)["rows"]
    assert "export backup" in {row["what"] for row in rows}
