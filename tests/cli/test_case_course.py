"""`imr case chronology`: the lines with their pages, narrowed, and what is confirmed on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import run
from tests.records.test_course import folder

__all__ = ["folder"]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))


def test_the_course_is_shown_and_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", "chronology", str(folder), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    schema = json.loads(
        library.read_text(library.folder("schemas") / "output" / "case-chronology.schema.json")
    )
    Draft202012Validator(schema).validate(rows)
    study = next(row for row in rows if row["kind"] == "study")
    assert (study["page"], study["state"]) == ("mri:1", "open")
    assert (
        run(
            [
                "case",
                "chronology",
                str(folder),
                "--correct",
                study["key"],
                "side",
                "left",
                "--confirm",
                study["key"],
            ]
        )
        == 0
    )
    shown = capsys.readouterr().out
    assert "+ 2022-06-30  study" in shown
    assert "2 lines confirmed, 1 line proposed." in shown
    assert run(["case", "chronology", str(folder), "--kind", "work"]) == 0
    shown = capsys.readouterr().out
    assert "2023-10-16" in shown
    assert "2022-06-30" not in shown
    assert "[after the decision]" in shown


def test_a_case_of_the_program_is_shown_and_not_changed(capsys: pytest.CaptureFixture[str]) -> None:
    name = "cervical-radiographs-after-fusion"
    assert run(["case", "chronology", name, "--confirmed"]) == 0
    assert "+ 2012-10-31" in capsys.readouterr().out
    assert run(["case", "chronology", name, "--refuse", "x"]) == 2
    assert "belongs to the program" in capsys.readouterr().err


def test_a_key_that_is_none_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["case", "chronology", str(folder), "--confirm", "nope"]) == 2
    assert "There is no line “nope”" in capsys.readouterr().err
