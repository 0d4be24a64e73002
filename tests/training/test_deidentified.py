"""What is written out for a regulator: no known identifier in any form, dates moved together, and the draft as it was."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from assistant import library
from assistant.cli.main import run
from assistant.core.rationale import assess
from assistant.log import Log
from assistant.log.fold import load_session
from assistant.training import deidentified
from assistant.training.deidentified import Deidentified

CASE = "cervical-radiographs-after-fusion"
SAID = (
    "Dr. Olga Petrovna wrote on July 17, 2014 that Quentin Testwell (claim no. ZZ-4471-9, 555-201-3344) was seen at "
    "QT Motors. Olga Petrovna repeats it on 2014-08-04."
)
TRACES = ["Petrovna", "Olga", "Testwell", "Quentin", "ZZ-4471", "201-3344", "QT Motors", "roeder", CASE, "2014-07",
          "July 17", "July 12", "progress-note", "xray-report", "2012-10-31"]  # fmt: skip
LIST = "Quentin Testwell\norganization: QT Motors\n"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed review whose words name a patient, a physician, an employer, and days."""
    folder = tmp_path_factory.mktemp("regulator")
    sheet = (library.folder("casebank") / CASE / "reference.yaml").read_text("utf-8")
    for old, new in (
        ("reviewer: reference", "reviewer: jroeder.7"),
        ("reason: The published determination upheld the refusal.", f"reason: {json.dumps(SAID)}"),
        ("sought: not_documented", f"sought: {{status: not_documented, note: {json.dumps(SAID)}}}"),
    ):
        assert old in sheet
        sheet = sheet.replace(old, new)
    answers, path = folder / "answers.yaml", folder / "log.sqlite"
    answers.write_text(sheet, "utf-8")
    assert run(["review", CASE, "--answers", str(answers), "--log", str(path)]) == 0
    (folder / "names.txt").write_text(LIST, "utf-8")
    return path


@pytest.fixture(autouse=True)
def shift(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shift that moves no day onto one of the others."""
    monkeypatch.setattr(deidentified, "SystemRandom", lambda: Random(3))


@pytest.mark.parametrize("form", ["ndjson", "csv", "odk", "fhir", "prov"])
def test_no_form_holds_a_known_identifier_a_day_of_the_case_or_a_hash_of_the_log(
    form: str, log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        deidentified, "SystemRandom", lambda: Random(3)
    )  # no day is moved onto one of the others
    command = ["log", "export", "last", "--deidentified", "--format", form, "--log", str(log)]
    capsys.readouterr()
    assert run([*command, "--list", str(log.with_name("names.txt"))]) == 0
    out = capsys.readouterr().out
    with Log.open(log, write=False) as opened:
        session = next(one.id for one in opened.sessions())
        hashes = [one.leaf for one in opened.read(session)]
        salts = [one["salt"] for one in opened.read(session)[0].body["documents"].values()]
    assert [one for one in [*TRACES, session, *hashes, *salts] if one in out] == []
    assert "reviewer-1" in out
    assert "case-1" in out


def test_what_was_answered_and_drafted_stays_and_all_dates_move_by_the_same_weeks(log: Path) -> None:
    with Log.open(log, write=False) as opened:
        session = next(one.id for one in opened.sessions())
        handed = Deidentified(opened, [session], LIST.splitlines(), Random(4))
        was, _ = load_session(opened, session)
        now, _ = load_session(handed, handed.sessions[0])
        before, after = opened.read(session), handed.read(handed.sessions[0])
    assert [one.kind for one in before] == [one.kind for one in after]
    assert [one.prev for one in after[1:]] == [one.leaf for one in after[:-1]]
    assert [len(one.criteria) for one in assess(was, "1").sentences] == [
        len(one.criteria) for one in assess(now, "1").sentences
    ]
    assert was.determinations["1"].decision == now.determinations["1"].decision
    apart = {
        (new.date.earliest - old.date.earliest).days
        for old, new in zip(was.rules.case.timeline, now.rules.case.timeline, strict=True)
        if old.date.day
    }
    assert len(apart) == 1
    assert apart.pop() % 7 == 0
    assert after[0].ts[10:] == before[0].ts[10:]


def test_parquet_has_rows_without_the_bytes_that_are_hashed(log: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    made = tmp_path / "made.parquet"
    command = ["log", "export", "last", "--deidentified", "--format", "parquet", "-o", str(made)]
    assert run([*command, "--log", str(log), "--list", str(log.with_name("names.txt"))]) == 0
    table = parquet.read_table(made)
    assert table["entry"].null_count == table["leaf"].null_count == len(table)
    said = json.dumps(table.drop_columns(["entry", "leaf"]).to_pylist())
    assert [one for one in TRACES if one in said] == []


def test_names_are_listed_for_what_is_deidentified_only(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = str(log.with_name("names.txt"))
    assert run(["log", "export", "--format", "csv", "--list", listed, "--log", str(log)]) == 2
    assert "Add --deidentified" in capsys.readouterr().err
