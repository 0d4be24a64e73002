"""`imr work` and `imr case assign`: the list as lines and as JSON, what is entered, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.cli.main import run
from assistant.core import events as e
from tests.log.auditing import CASE, Desk

Imr = Callable[..., tuple[int, str, str]]
SCHEMA = json.loads((library.folder("schemas") / "output" / "work.schema.json").read_text("utf-8"))


@pytest.fixture
def imr(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Imr:
    (tmp_path / "neck" / "records").mkdir(parents=True)
    (tmp_path / "neck" / "records" / "note.txt").write_text("One.\fTwo.", "utf-8")
    (tmp_path / "neck" / "case.yaml").write_text(CASE.format(case="neck-17", priority="standard"), "utf-8")
    monkeypatch.setenv("IMR_CASES", str(tmp_path))
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("IMR_LOG", str(tmp_path / "log.sqlite"))

    def called(*args: str) -> tuple[int, str, str]:
        status = run(list(args))
        said = capsys.readouterr()
        return status, said.out, said.err

    return called


def state(imr: Imr, *more: str) -> str:
    rows = json.loads(imr("work", "--json", *more)[1])
    Draft202012Validator(SCHEMA).validate(rows)
    return str(rows[0]["state"]) if rows else ""


def test_the_list_is_the_same_as_lines_and_as_json_and_makes_no_log_of_others(imr: Imr) -> None:
    status, out, _ = imr("work")
    assert status == 0
    assert out.startswith("neck-17 · due 2026-02-09, ")
    assert "DAYS LATE · new" in out
    assert "30 days from receipt of the request and the supporting documents (Lab. Code 4610.6(d)(1))" in out
    assert imr("case", "list", "--work") == (0, out, "")
    assert state(imr) == "new"


def test_what_is_entered_leads_a_case_to_its_end(imr: Imr, tmp_path: Path) -> None:
    asked = ("work", "asked", "neck", "--what", "the films", "--of", "Dr. Roe")
    status, _, err = imr(*asked)
    assert status == 2
    assert "go to all parties (Lab. Code 4610.6(b))" in err
    assert imr(*asked, "--copied", "the employee", "--on", "2026-01-20")[0] == 0
    assert state(imr) == "records asked for"
    assert imr("work", "received", "neck", "--records", "1/25/2026")[0] == 0
    assert "due 2026-02-24" in imr("work")[1]
    with Desk(tmp_path / "log.sqlite") as reviews:
        reviews.open("aa11", case="neck-17")
        reviews.log("aa11", e.SessionSigned("0" * 64, "uphold", "mine"), case="neck-17")
    assert state(imr) == "signed"
    assert imr("work", "quality-read", "neck")[0] == 0
    assert imr("work", "sent", "neck", "--on", "2026-02-03")[0] == 0
    assert state(imr) == ""
    assert state(imr, "--all") == "sent"
    assert imr("work", "remanded", "neck", "--reason", "The level was wrong.")[0] == 0
    assert state(imr) == "new"
    assert imr("work", "withdrawn", "neck", "--reason", "Settled.")[0] == 0
    assert imr("work", "reinstated", "neck", "--reason", "A slip.")[0] == 0
    (desk,) = json.loads(imr("log", "sessions", "--kind", "desk", "--json")[1])
    assert desk["kind"] == "desk"
    steps = json.loads(imr("log", "verify", "--json")[1])["verdicts"]["steps"]["says"]
    assert steps.startswith("session aa11, entry ")  # made up above, with nothing that leads to a signature
    assert "more" not in steps


def test_a_case_is_assigned_to_who_is_fit_for_it(imr: Imr, tmp_path: Path) -> None:
    assign = ("case", "assign", "neck", "--specialty", "Neurology")
    status, _, err = imr(*assign)
    assert status == 2
    assert err.count("imr: ") == 3
    assert imr("reviewer", "--licensed-until", "2030-01-01", "--certified-until", "2030-06", "--json")[0] == 2
    papers = (
        "--licensed-until",
        "2090-01-01",
        "--certified-until",
        "June 30, 2090",
        "--specialty",
        "neurology",
    )
    shown = json.loads(imr("reviewer", *papers, "--json")[1])
    assert (shown["certified_until"], shown["specialties"]) == ("2090-06-30", ["neurology"])
    status, out, _ = imr(*assign)
    assert (status, out) == (0, f"neck-17 is assigned to {shown['id']} (Neurology).\n")
    assert "no reviewer" in imr(*assign, "--to", "r-nobody")[2]
    other = tmp_path / "config" / "reviewers" / "two.yaml"
    other.parent.mkdir()
    other.write_text(
        "id: r-two\nlicensed_until: 2090-01-01\ncertified_until: 2090-01-01\nspecialties: [Neurology]\n",
        "utf-8",
    )
    assert imr(*assign, "--to", "r-two")[0] == 0
    assert "for r-two" in imr("work")[1]
    assert imr("work", "tie", "neck", "--party", "the surgery center", "--reviewer", "r-two")[0] == 0
    assert "attested a tie" in imr(*assign, "--to", "r-two")[2]


def test_an_unknown_case_is_refused(imr: Imr) -> None:
    status, _, err = imr("work", "sent", "nonsense")
    assert status == 2
    assert "There is no case" in err
