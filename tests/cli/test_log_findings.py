"""From a draw to a closed finding: the sheet, the results, the answer and the close, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import run
from assistant.core.access_events import AuditNoteAdded
from assistant.core.event_form import encode
from assistant.log import Draft, Log


@pytest.fixture
def log(reviewed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_LOG", str(reviewed))
    monkeypatch.setattr("assistant.log.access._sittings", {})
    return reviewed


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    capsys.readouterr()
    status = run(["log", *arguments])
    found = capsys.readouterr()
    return status, " ".join((found.out + found.err).split())


def data(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    assert run(["log", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    if arguments[0] in ("findings", "sheet"):
        schema = library.folder("schemas") / "output" / f"log-{arguments[0]}.schema.json"
        Draft202012Validator(json.loads(schema.read_text("utf-8"))).validate(found)
    return found


def test_a_finding_is_open_until_it_is_closed(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "findings") == (0, "No finding is open.")
    assert told(capsys, "note", "aa11", "Only a note.")[0] == 0
    assert told(capsys, "note", "aa11", "A small thing.", "--severity", "minor")[0] == 0
    raised = ("note", "aa11", "The page says otherwise.", "--severity", "critical", "--owner", "The director")
    assert told(capsys, *raised)[0] == 0
    found = data(capsys, "findings")
    assert [(one["severity"], one["standing"], one["owner"]) for one in found] == [
        ("critical", "open", "The director"),
        ("minor", "open", None),
    ]
    name = found[0]["finding"]
    assert told(capsys, "answer", name, "Amended.") == (0, f"The finding {name} is answered.")
    assert data(capsys, "findings", "--severity", "critical")[0]["answer"] == "Amended."
    assert told(capsys, "close", name, "Read.") == (0, f"The finding {name} is closed.")
    assert [one["severity"] for one in data(capsys, "findings")] == ["minor"]
    closed = data(capsys, "findings", "--all")[0]
    assert (closed["standing"], closed["closed_because"], closed["days"]) == ("closed", "Read.", 0)
    for again in (("answer", name, "Once more."), ("close", name, "Again.")):
        status, said = told(capsys, *again)
        assert (status, f"The finding {name} is closed." in said) == (2, True)
    assert data(capsys, "report", "findings")["rows"][0]["text"] == "The page says otherwise."


def test_a_draw_is_a_sheet_with_its_result(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "sheet")[0] == 2
    assert told(capsys, "sample", "-n", "5", "--seed", "1")[0] == 0
    status, said = told(capsys, "reviewed", "bb22", "acceptable")
    assert (status, "is in no such draw" in said) == (2, True)  # it is declined, and was not drawn
    assert told(capsys, "reviewed", "aa11", "acceptable")[0] == 0
    assert told(capsys, "reviewed", "aa11", "deficient", "One page.")[0] == 0
    assert told(capsys, "note", "aa11", "Wrong page.", "--severity", "major")[0] == 0
    status, said = told(capsys, "sheet")
    assert status == 0
    assert "1 of 1 file reviewed; 0 acceptable (0%), 1 deficient, 0 not applicable." in said
    sheet = data(capsys, "sheet")
    assert [(one["session"], one["result"], one["text"], one["findings"]) for one in sheet["files"]] == [
        ("aa11", "deficient", "One page.", 1)
    ]
    assert (sheet["reviewed"], sheet["deficient"]) == (1, 1)
    assert told(capsys, "sheet", "*")[0] == 2


def test_what_is_wrong_is_said(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, says in [
        (("answer", "nothing", "Words."), "There is no finding"),
        (("answer", "*", "Words."), "There is no finding"),
        (("answer", "nothing", " "), "An answer has words"),
        (("close", "nothing", " "), "A reason has words"),
        (("note", "aa11", "Words.", "--owner", "Somebody"), "Add --severity"),
        (("note", "aa11", "Words.", "--severity", "huge"), "is not one of"),
        (("reviewed", "aa11", "splendid"), "is not one of"),
        (("sheet", "nothing"), "There is no such draw"),
    ]:
        status, said = told(capsys, *arguments)
        assert (status, says in said) == (2, True), said


def test_a_note_of_an_earlier_version_is_no_finding(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = encode(AuditNoteAdded("aa11", "Of old."))
    assert body.keys() == {"session", "text"}
    with Log.open(log) as held:
        held.append("ee55", [Draft("access.note_added", body)], actor="r", case="", after=0)
    assert data(capsys, "findings", "--all") == []
    assert [one["text"] for one in data(capsys, "notes")["rows"]] == ["Of old."]
