"""`imr letter` leaves a trace of its reading, outside the session that is read."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.cli.main import run
from assistant.log import Log

CASE = "cervical-radiographs-after-fusion"
REFERENCE = library.folder("casebank") / CASE / "reference.yaml"


@pytest.fixture
def signed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A log with one signed review."""
    path = tmp_path / "log.sqlite"
    monkeypatch.setenv("IMR_LOG", str(path))
    assert run(["review", CASE, "--answers", str(REFERENCE)]) == 0
    capsys.readouterr()
    return path


def sittings(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """What was read or taken out, as it is logged."""
    with Log.open(path, write=False) as log:
        rows = sorted(log.sessions(others=True), key=lambda row: row.opened)
        entries = [entry for row in rows for entry in log.read(row.id)]
    return [(entry.kind, dict(entry.body)) for entry in entries if entry.kind != "access.opened"]


def test_reading_a_letter_is_logged_in_a_sitting_of_its_own(
    signed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Log.open(signed, write=False) as log:
        session = log.resolve("last")
        before = log.read(session)
    assert run(["letter", "last"]) == 0
    assert run(["letter", "last", "--format", "md", "-o", str(tmp_path / "letter.txt")]) == 0
    assert run(["letter", "last", "-o", str(tmp_path / "letter.DOCX")]) == 0
    assert (tmp_path / "letter.DOCX").read_bytes()[:2] == b"PK"
    assert f"The letter of {CASE} is in" in capsys.readouterr().out
    assert sittings(signed) == [
        ("access.read", {"command": "letter", "sessions": [session]}),
        ("access.exported", {"what": "letter", "form": "md", "sessions": [session]}),
        ("access.exported", {"what": "letter", "form": "docx", "sessions": [session]}),
    ]
    with Log.open(signed, write=False) as log:
        assert log.read(session) == before


def test_the_last_letter_is_that_of_a_review_and_not_of_a_blind_run(
    signed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    run(["practise", CASE, "--plain"])
    capsys.readouterr()
    with Log.open(signed, write=False) as log:
        assert log.resolve("last") != log.sessions()[-1].id
    assert run(["letter", "last"]) == 0
    assert "TRAINING" not in capsys.readouterr().out


def test_a_letter_that_is_not_shown_is_not_logged_as_read(signed: Path, tmp_path: Path) -> None:
    taken = tmp_path / "letter.txt"
    taken.write_text("mine")
    assert run(["letter", "last", "-o", str(taken)]) == 2
    assert run(["letter", "nobody"]) == 2
    for name in ("letter.html", "letter.doc", "letter.RTF", "letter.2026"):  # no text under another's name
        assert run(["letter", "last", "-o", str(tmp_path / name)]) == 2
        assert not (tmp_path / name).exists()
    assert sittings(signed) == []


def test_a_letter_of_a_log_that_takes_no_entry_is_read_all_the_same(
    signed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(signed)) as connection:
        connection.execute("DROP TRIGGER event_update")
    assert run(["letter", "last"]) == 0
    shown = capsys.readouterr()
    assert "final determination" in shown.out
    assert "imr: This reading could not be logged" in shown.err


def test_a_letter_out_of_a_bundle_needs_no_log(signed: Path, tmp_path: Path) -> None:
    bundle = tmp_path / "session.imr"
    assert run(["log", "prove", "last", "-o", str(bundle)]) == 0
    before = sittings(signed)
    assert run(["letter", str(bundle)]) == 0
    assert sittings(signed) == before
    assert run(["letter", str(bundle), "--log", str(tmp_path / "none.sqlite")]) == 0
