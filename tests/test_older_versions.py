"""Logs, bundles and cases that earlier versions made: they open, verify, replay and read as they were signed.

`older/` holds one of each for a commit, made with the program of that commit from the practice case: a signed session
and one that was left open. Whoever changes what is logged or said adds one of the version before.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from assistant import library
from assistant.cli.main import run
from assistant.log import Draft, Log

OLDER = Path(__file__).with_name("older")
VERSIONS = sorted(path.parent.name for path in OLDER.glob("*/log.sqlite.gz"))

Imr = Callable[..., str]


@pytest.fixture
def imr(capsys: pytest.CaptureFixture[str]) -> Imr:
    """Runs a command, which must end so; gives what it said."""

    def ran(*arguments: object, status: int = 0) -> str:
        found = run([str(one) for one in arguments])
        said = capsys.readouterr()
        assert found == status, f"{arguments}\n{said.out}\n{said.err}"
        return said.out + said.err

    return ran


@pytest.fixture(params=VERSIONS)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    made = tmp_path / "log.sqlite"
    made.write_bytes(gzip.decompress((OLDER / request.param / "log.sqlite.gz").read_bytes()))
    return made


def session(log: Path, status: str) -> str:
    with Log.open(log, write=False) as opened:
        return next(row.id for row in opened.sessions() if row.status == status)


def test_there_is_something_of_earlier_versions() -> None:
    assert VERSIONS == ["0cb0f14", "b6b059b"]


def test_a_log_of_an_earlier_version_verifies_and_reads_as_it_was_signed(log: Path, imr: Imr) -> None:
    signed = session(log, "signed")
    for how in ((), ("--deep",)):
        assert json.loads(imr("log", "verify", *how, "--json", "--log", log))["ok"] is True
    assert "WHO SIGNED THE LOG IS OPEN" in imr("log", "verify", "--log", log), "nobody here knows its key"
    letter = imr("letter", signed, "--log", log)
    assert "NOT THE TEXT THAT WAS SIGNED" not in letter
    assert re.search(r"Signed by the reviewer on \S+ at \S+ UTC, with", letter)
    assert "session.signed" in imr("log", "show", signed, "--log", log)
    assert "later-study" in imr("log", "report", "checks", "--log", log)
    imr("log", "rederive", signed, "--log", log)


def test_a_session_of_an_earlier_version_replays_and_an_open_one_goes_on(
    log: Path, imr: Imr, monkeypatch: pytest.MonkeyPatch
) -> None:
    import io
    import sys

    for typed in ("", ":park\n"):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        if not typed:
            assert "step 1 of" in imr("replay", session(log, "signed"), "--plain", "--log", log)
        else:
            assert "Parked" in imr("resume", session(log, "open"), "--plain", "--log", log, status=1)


def test_reading_changes_no_format(tmp_path: Path, imr: Imr) -> None:
    made = tmp_path / "log.sqlite"
    made.write_bytes(gzip.decompress((OLDER / "b6b059b" / "log.sqlite.gz").read_bytes()))
    before = version(made)
    imr("log", "sessions", "--log", made)
    assert version(made) == before


def version(log: Path) -> int:
    with closing(sqlite3.connect(log)) as opened:
        found: int = opened.execute("PRAGMA user_version").fetchone()[0]
    return found


def test_a_bundle_of_an_earlier_version_holds_and_has_its_letter(tmp_path: Path, imr: Imr) -> None:
    bundle = shutil.copy(OLDER / "0cb0f14" / "neck.bundle", tmp_path / "neck.bundle")
    key = (OLDER / "0cb0f14" / "key.txt").read_text("ascii").strip()
    said = imr("log", "verify", bundle, "--key", key)
    assert "holds  chain        49 entries" in said
    assert "FAILS" not in said
    assert "holds  inclusion" in said
    letter = imr("letter", bundle)
    assert letter == (OLDER / "0cb0f14" / "letter.txt").read_text("utf-8")


def test_a_case_of_an_earlier_version_is_reviewed(tmp_path: Path, imr: Imr) -> None:
    case = Path(shutil.copytree(OLDER / "0cb0f14" / "case", tmp_path / "case"))
    assert library.rules_for(library.open_case(case)).case.id == "cervical-radiographs-after-fusion"
    made = imr("review", case, "--answers", case / "reference.yaml", "--log", tmp_path / "new.sqlite")
    assert "signed" in made


def test_a_log_of_a_later_version_is_named_by_its_format(tmp_path: Path, imr: Imr) -> None:
    made = tmp_path / "log.sqlite"
    made.write_bytes(gzip.decompress((OLDER / "0cb0f14" / "log.sqlite.gz").read_bytes()))
    with closing(sqlite3.connect(made)) as opened:
        opened.execute("PRAGMA user_version = 7")
    said = imr("log", "sessions", "--log", made, status=2)
    assert re.search(r"format 7; this version knows \d", said)


def test_steps_that_a_later_version_logged_are_named(tmp_path: Path, imr: Imr) -> None:
    made = tmp_path / "log.sqlite"
    with Log.open(made) as opened:
        opened.append("s", [Draft("session.dreamt", {"of": 1})], actor="r", case="neck", after=0)
    assert "session.dreamt" in imr("log", "show", "s", "--log", made)
    said = imr("letter", "s", "--log", made, status=2)
    assert "session.dreamt" in said
    assert "Update the program" in said
