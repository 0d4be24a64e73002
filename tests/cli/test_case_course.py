"""`imr case chronology`: the lines with their pages, narrowed, and what is confirmed on the command line."""

from __future__ import annotations

import io
import json
import sys
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


def test_a_review_shows_the_course_and_takes_a_change_over_as_a_step_of_the_log(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert run(["case", "chronology", str(folder), "--json"]) == 0
    key = next(row["key"] for row in json.loads(capsys.readouterr().out) if row["kind"] == "study")
    typed = f":chronology\n:chronology study\n:chronology confirm {key}\n1\n:chronology confirm nope\n:park\n"
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    run(["review", str(folder), "--plain"])
    said = capsys.readouterr().out
    assert "The facts in case.yaml have been changed." in said
    assert "Taken over." in said
    assert "There is no line “nope”" in said
    assert run(["log", "show", "last", "--json"]) == 0
    assert "case.amended" in {row["kind"] for row in json.loads(capsys.readouterr().out)}
