"""A case under a set of the second language: from its answers to a signed practice letter, and back from the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assistant.cli.main import cli

CASE = """
id: relaxant
title: A muscle relaxant for years
practice: yes
provenance: Made up.
claim: {complaint: low back pain, region: low back}
documents:
  - {id: ur-report, type: Utilization review report, author: reviewer, date: DECIDED, sent_by: claims administrator, ur_report: yes}
  - {id: note, type: Progress note, author: attending provider, date: 2014-03-10, sent_by: attending provider}
timeline: []
items:
  "1":
    service: tizanidine
    region: low back
    prompt_set: muscle-relaxants
    drug: tizanidine
    ur_decision: {date: DECIDED, decision: denied}
    page: "ur-report:1"
    quote: Tizanidine is not certified.
"""
ANSWERS = """
reviewer: reference
answers:
  case:
    qualifications: {certification: Occupational Medicine, licence: California, years: 6, hours: 24}
    conflict: none
    documents: complete
    timeline: confirmed
  "1":
    relaxant: {value: tizanidine, evidence: [{document: note, page: 1, quote: Tizanidine}]}
    weeks_taken: {value: 76.5, evidence: [{document: note, page: 1, quote: for 76 weeks and some days}]}
    supply: not_documented
    flare: not_documented
    first_line: not_documented
    spasticity: not_documented
determinations: {"1": {decision: upheld, reason: The guideline decides it.}}
sign: yes
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    records = tmp_path / "relaxant" / "records"
    records.mkdir(parents=True)
    (records / "ur-report.txt").write_text("Tizanidine is not certified.\n", "utf-8")
    (records / "note.txt").write_text("Tizanidine, for 76 weeks and some days, one at night.\n", "utf-8")
    return records.parent


def imr(folder: Path, *args: str) -> Result:
    return CliRunner().invoke(
        cli, [*args, "--log", str(folder.parent / "log.sqlite")], catch_exceptions=False
    )


def reviewed(folder: Path, decided: str) -> Result:
    (folder / "case.yaml").write_text(CASE.replace("DECIDED", decided), "utf-8")
    answers = folder.parent / "answers.yaml"
    answers.write_text(ANSWERS, "utf-8")
    return imr(folder, "review", str(folder), "--answers", str(answers), "--json")


def test_it_is_signed_and_comes_back_from_the_log_as_it_was(folder: Path) -> None:
    result = reviewed(folder, "2014-04-20")
    data = json.loads(result.stdout)
    (item,) = data["items"]
    assert item["suggestion"]["decision"] == "upheld"
    assert item["suggestion"]["because"] == ["short-course-otherwise"]
    assert data["status"] == "signed", result.output
    letter = imr(folder, "letter", "last").stdout
    assert "the MTUS chronic pain guideline of 2009 (muscle relaxants, p. 63-66)" in " ".join(
        letter.split()
    ).replace("The MTUS", "the MTUS")
    assert imr(folder, "log", "rederive", "last").exit_code == 0
    assert imr(folder, "log", "verify").exit_code == 0


def test_the_edition_of_the_governing_day_governs(folder: Path) -> None:
    data = json.loads(reviewed(folder, "2018-04-20").stdout)
    (item,) = data["items"]
    found = {one["criterion"]: one for one in item["findings"]}
    assert found["short-course-otherwise"]["stands"]
    assert found["long-use"]["state"] == "met"
    assert "the MTUS-adopted ACOEM guideline of 2017" in str(data["sections"]).replace("The MTUS", "the MTUS")
    data = json.loads(reviewed(folder, "2008-04-20").stdout)
    (item,) = data["items"]
    assert {one["state"] for one in item["findings"]} == {"not_applicable"}
    assert item["suggestion"] == {**item["suggestion"], "decision": None, "why": "unread"}
