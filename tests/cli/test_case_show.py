"""`imr case show` says what is no longer what was brought in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant.cli.main import run

CASE = """\
id: neck
title: Neck films
documents: []
timeline: []
items:
  "1": {service: radiographs of the neck, region: cervical spine, prompt_set: cervical-radiography}
"""


@pytest.fixture
def case(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "case.yaml").write_text(CASE, "utf-8")
    (tmp_path / "note.txt").write_text("PROGRESS NOTE\nMay 10, 2014", "utf-8")
    assert run(["case", "add", str(folder), str(tmp_path / "note.txt"), "-y"]) == 0
    capsys.readouterr()
    return folder


def test_a_whole_case_is_shown_with_its_originals(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", "show", str(case)]) == 0
    shown = capsys.readouterr()
    assert "from originals/note.txt" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    ("file", "says"),
    [
        ("records/progress-note-2014-05-10.txt", "has been changed since"),
        ("originals/note.txt", "is no longer the file"),
    ],
)
def test_a_changed_document_is_named(
    case: Path, capsys: pytest.CaptureFixture[str], file: str, says: str
) -> None:
    (case / file).write_text("other words", "utf-8")
    assert run(["case", "show", str(case)]) == 1
    shown = capsys.readouterr()
    assert "progress-note-2014-05-10" in shown.out
    assert says in shown.err
    assert run(["case", "show", str(case), "--json"]) == 1
    assert says in json.loads(capsys.readouterr().out)["problems"][0]


def test_a_changed_text_is_not_reviewed(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (case / "records" / "progress-note-2014-05-10.txt").write_text("other words", "utf-8")
    assert run(["review", str(case), "--plain"]) == 2
    assert "has been changed since it was brought in" in capsys.readouterr().err


def test_the_list_has_own_cases_first_and_one_that_cannot_be_read(
    case: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (case.parent / "torn").mkdir()
    (case.parent / "torn" / "case.yaml").write_text("id: torn\nitems: [", "utf-8")
    monkeypatch.setenv("IMR_CASES", str(case.parent))
    assert run(["case", "list"]) == 0
    first, second, *_ = capsys.readouterr().out.split("\n    ")
    assert first == "neck"
    assert second.startswith("Neck films · real · 1 document, 1 page · 1 item · your own")
    assert run(["case", "list", "--json"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["torn"]["problem"]
    assert [row["own"] for row in rows.values()].count(True) == 2
    assert run(["case", "show", "neck"]) == 0
