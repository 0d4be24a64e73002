"""`imr case from`: every change confirmed, by questions or by a file, before a signed review becomes a practice case."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from assistant import library
from assistant.cli.main import run
from assistant.core.record.identifiers import ONE_BY_ONE
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.walk import KEPT

CASE = "lumbar-mri-back-pain"
ADDED = "\nPatient: Testwell, Quentin. Tel. 555-010-0177. Seen 3/10, and on March 3,\n2014.\n"
Imr = Callable[..., tuple[int, str, str]]


def reviewed(tmp_path: Path, sign: bool = True) -> str:
    """A review of the bundled case with a worker's name on a page; gives the session."""
    folder = Path(shutil.copytree(library.folder("casebank") / CASE, tmp_path / "real"))
    page = folder / "records" / "progress-note-2014-03-24.txt"
    page.write_text(page.read_text("utf-8") + ADDED, "utf-8")
    reference = folder / "reference.yaml"
    if not sign:
        reference.write_text(reference.read_text("utf-8").replace("sign: yes", "sign: no"), "utf-8")
    with Log.open(tmp_path / "log.sqlite") as log:
        review = Review.open(log, library.open_case(folder), Profile("r-1", qualifications=KEPT))
        answers_file.run_answers(review, answers_file.read_answers_file(reference))
        review.close()
        return review.session.id


@pytest.fixture
def imr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Imr:
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))
    (tmp_path / "cases").mkdir()
    monkeypatch.setenv("IMR_CASES", str(tmp_path / "cases"))

    def call(*arguments: object, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        status = run([str(one) for one in arguments])
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return call


def proposed(imr: Imr, session: str) -> dict[str, Any]:
    status, out, _ = imr("case", "from", session, "--json")
    assert status == 1
    made: dict[str, Any] = json.loads(out)
    return made


def test_what_is_proposed_has_its_form_and_the_shift_is_kept(imr: Imr, tmp_path: Path) -> None:
    session = reviewed(tmp_path)
    first = proposed(imr, session)
    schema = json.loads(library.read_text(library.folder("schemas") / "output" / "case-from.schema.json"))
    jsonschema.validate(first, schema)
    assert proposed(imr, session) == first
    kept = tmp_path / "deidentified" / f"{session}.json"
    assert json.loads(kept.read_text("utf-8"))["weeks"] == first["weeks"]
    assert not list((tmp_path / "cases").iterdir())
    with closing(sqlite3.connect(tmp_path / "log.sqlite")) as log:  # beside the session, never in it
        noted = log.execute("SELECT session FROM event WHERE kind = 'access.exported'").fetchall()
    assert len(noted) == 2
    assert (session,) not in noted


def test_an_answers_file_makes_the_case_that_can_be_practised_on(
    imr: Imr, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = reviewed(tmp_path)
    keys = [one["key"] for one in proposed(imr, session)["changes"]]
    suspected = [key for key in keys if key.partition(":")[0] in ONE_BY_ONE]
    file = tmp_path / "answers.json"
    said = {"keep": suspected, "confirm": ["name", "contact"], "change": {}}
    file.write_text(json.dumps(said), "utf-8")
    target = tmp_path / "cases" / "back-1"
    status, _, err = imr("case", "from", session, target, "--answers", file)
    assert (status, target.exists()) == (1, False)
    assert "imr: open: date:March 24, 2014" in err
    file.write_text(json.dumps({"confirm": ["date"]}), "utf-8")  # the rest is known from before
    status, out, err = imr("case", "from", session, target, "--answers", file)
    assert (status, err) == (0, "")
    assert "No known identifier found" in out
    assert "less than anonymous" in out
    assert "Testwell" not in (target / "records" / "progress-note-1.txt").read_text("utf-8")
    monkeypatch.setattr(library, "case_names", lambda: [CASE])
    status, out, _ = imr("training", "library", "--json")
    assert "back-1" in out


def test_the_same_by_plain_lines_each_suspicion_by_itself(imr: Imr, tmp_path: Path) -> None:
    session = reviewed(tmp_path)
    changes = proposed(imr, session)["changes"]
    single = [one for one in changes if one["kind"] in ONE_BY_ONE]
    assert single
    typed = ["show 1", "9999", "1 the worker", "", "", ""]  # names, telephone numbers, dates
    typed += ["", *["keep"] * len(single), "yes"]
    status, out, err = imr(
        "case", "from", session, tmp_path / "cases" / "back-2", typed="\n".join(typed) + "\n"
    )
    assert (status, err) == (0, ""), out
    assert "is none of the numbers" in out
    assert "yes            replaces it as proposed" in out  # Enter alone decides nothing that is suspected
    assert "the worker" in (tmp_path / "cases" / "back-2" / "records" / "progress-note-1.txt").read_text(
        "utf-8"
    )


def test_what_runs_over_two_lines_of_a_page_is_proposed_on_one(imr: Imr, tmp_path: Path) -> None:
    session = reviewed(tmp_path)
    with_breaks = [one for one in proposed(imr, session)["changes"] if "\n" in one["becomes"]]
    assert with_breaks
    out = imr("case", "from", session, typed="\n" * 40)[1]
    for one in with_breaks:
        assert f"{one['words']} → {' '.join(one['becomes'].split())}" in out
        assert one["becomes"] not in out


def test_a_name_of_the_list_is_looked_for(imr: Imr, tmp_path: Path) -> None:
    session = reviewed(tmp_path)
    listed = tmp_path / "names.txt"
    listed.write_text("organization: Occupational medicine clinic\n", "utf-8")
    _, out, _ = imr("case", "from", session, "--list", listed, "--json")
    assert "organization:Occupational medicine clinic" in [one["key"] for one in json.loads(out)["changes"]]


def test_a_review_that_is_not_signed_is_refused(imr: Imr, tmp_path: Path) -> None:
    status, _, err = imr("case", "from", reviewed(tmp_path, sign=False), "--json")
    assert status == 2
    assert "isn't signed" in err


def test_what_is_asked_of_nothing_that_was_found_is_refused(imr: Imr, tmp_path: Path) -> None:
    session = reviewed(tmp_path)
    file = tmp_path / "answers.yaml"
    file.write_text("keep: [name:Nobody]\n", "utf-8")
    status, _, err = imr("case", "from", session, "--answers", file)
    assert status == 2
    assert "Nothing of this key is proposed" in err
    file.write_text("confirm: [like-name]\n", "utf-8")
    assert "Name each by its key" in imr("case", "from", session, "--answers", file)[2]
