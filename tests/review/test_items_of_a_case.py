"""Items of one case: a drug tied to its row, a question asked once, what was certified, a side, and what depends on another."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from assistant.cli.main import cli
from assistant.core.problem import Refused

GUIDELINES = """
guidelines:
  made-up:
    tier: mtus
    editions: {2010: {source: Made up, from: 2010-01-01, until: 2016-12-31, name: the made-up guideline}}
    places: {visits: {2010: {rules: p. 1}}, drugs: {2010: {rules: p. 2}}}
  made-up-code:
    tier: law
    editions: {2004: {source: Made-up Code, from: 2004-01-01, name: section 1 of the made-up code}}
    places: {cap: {2004: {rules: (c)}}}
"""
VISITS = """
language: 2
id: visits
title: Visits
edition: 1
for: {service: therapy}
governed_by: ur_decision
request: The request is for {{ item }}.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
answers:
  visits: {number: whole, unit: visits, from: 0, to: 90}
prompts:
  - {id: had, ask: How many had?, answer: visits, documentable: yes, look_for: [had]}
  - {id: asked, ask: How many asked?, answer: visits, about: request, look_for: [asked], propose: {fact: item.quantity.requested}}
  - {id: in_all, ask: How many in all?, answer: visits, computed: {add: [had, asked]}}
criteria:
  - id: course
    cite: made-up/visits
    limit: {of: in_all, up_to: 10, asked: asked}
    argues: for
    says: "{{ citation }} has up to 10 visits; here there would be {{ in_all }}."
    over: {says: "{{ citation }} has up to 10 visits; here there would be {{ in_all }}."}
    partly: "{{ within }} of the {{ asked }} would be within {{ citation }}{% if certified %}: {{ more }} beyond the {{ certified }} certified{% endif %}."
  - id: cap
    cite: made-up-code/cap
    when: {in_all: over 9}
    argues: nothing
    says: "{{ citation }} counts every visit."
silent:
  - gap: [{had: not_documented}, {asked: not_documented}]
    says: How many visits there would be isn't known.
"""
DRUGS = """
language: 2
id: drugs
title: Drugs
edition: 1
for: {service: drugs}
governed_by: ur_decision
request: The request is for {{ item }}.
conclusion: {upheld: It is not necessary., overturned: It is necessary.}
answers:
  drugs:
    table: drug
    columns:
      drug: {choice: {alpha: Alpha, beta: Beta, gamma: Gamma}}
      amount: {number: whole, unit: mg, from: 0, to: 900}
prompts:
  - {id: drugs, ask: Which drugs are taken?, answer: drugs, once: yes, requested: item.drug, look_for: [alpha, beta, gamma]}
criteria:
  - id: low
    cite: made-up/drugs
    when: {drugs: {this: {amount: up to 20}}}
    argues: for
    says: "{{ citation }} has it up to 20 mg."
  - id: high
    cite: made-up/drugs
    when: {drugs: {this: {amount: over 20}}}
    argues: against
    says: "{{ citation }} has it up to 20 mg."
silent:
  - gap: [{drugs: not_documented}, {drugs: {lacks: {amount: given}}}, {drugs: empty}]
    says: How much of the drug is taken isn't known.
  - conflict: {drugs: any}
    says: The drug is listed twice, with two amounts.
"""
UR = {"date": "2014-04-20", "decision": "denied"}
CASE: dict[str, Any] = {
    "id": "items",
    "title": "Several items",
    "practice": "yes",
    "provenance": "Made up.",
    "claim": {"complaint": "shoulder pain", "region": "shoulder"},
    "documents": [
        {
            "id": "ur",
            "type": "Utilization review report",
            "author": "reviewer",
            "date": "2014-04-20",
            "sent_by": "claims administrator",
            "ur_report": "yes",
        },
        {
            "id": "note",
            "type": "Progress note",
            "author": "attending provider",
            "date": "2014-03-10",
            "sent_by": "attending provider",
        },
    ],
    "timeline": [],
    "items": {
        "1": {
            "service": "alpha",
            "region": "shoulder",
            "prompt_set": "drugs",
            "drug": "alpha",
            "ur_decision": UR,
        },
        "2": {
            "service": "beta",
            "region": "shoulder",
            "prompt_set": "drugs",
            "drug": "beta",
            "ur_decision": UR,
        },
        "3": {
            "service": "gamma",
            "region": "shoulder",
            "prompt_set": "drugs",
            "drug": "gamma",
            "ur_decision": UR,
        },
        "4": {
            "service": "therapy",
            "region": "shoulder",
            "side": "right",
            "prompt_set": "visits",
            "quantity": {"requested": 8, "unit": "visits"},
            "certified": {"quantity": 2},
            "ur_decision": {**UR, "decision": "modified"},
        },
        "5": {
            "service": "a mat",
            "region": "shoulder",
            "prompt_set": "visits",
            "depends_on": "4",
            "ur_decision": UR,
        },
    },
}
NOTE = "The right shoulder: she had 4 visits, and 8 more are asked for. Alpha 10 mg, beta 40 mg and gamma 20 mg a day.\n"


def cited(value: Any, quote: str) -> dict[str, Any]:
    return {"value": value, "evidence": [{"document": "note", "page": 1, "quote": quote}]}


TABLE = cited(
    [{"drug": "alpha", "amount": 10}, {"drug": "beta", "amount": 40}, {"drug": "gamma", "amount": 20}],
    "Alpha 10 mg, beta 40 mg and gamma 20 mg a day",
)
ANSWERS: dict[str, Any] = {
    "case": {
        "qualifications": {
            "certification": "Occupational Medicine",
            "licence": "California",
            "years": 6,
            "hours": 24,
        },
        "conflict": "none",
        "documents": "complete",
        "timeline": "confirmed",
    },
    "1": {"drugs": TABLE, "drugs_requested": ["1"]},
    "2": {"drugs_requested": ["2"]},
    "3": {"drugs_requested": ["3"]},
    "4": {"had": cited(4, "she had 4 visits"), "asked": 8, "in_all": 12},
}
DECISIONS = {"1": "overturned", "2": "upheld", "3": "overturned", "4": "upheld", "5": "upheld"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    records, own = tmp_path / "items" / "records", tmp_path / "prompts"
    records.mkdir(parents=True)
    own.mkdir()
    for name, text in (("guidelines", GUIDELINES), ("visits", VISITS), ("drugs", DRUGS)):
        (own / f"{name}.yaml").write_text(text, "utf-8")
    monkeypatch.setenv("IMR_PROMPTS", str(own))
    (records / "ur.txt").write_text("Not certified on April 20, 2014.\n", "utf-8")
    (records / "note.txt").write_text(NOTE, "utf-8")
    return records.parent


def imr(folder: Path, *args: str) -> Result:
    log = ["--log", str(folder.parent / "log.sqlite")]
    return CliRunner().invoke(cli, [*args, *log], catch_exceptions=False)


def reviewed(
    folder: Path, case: dict[str, Any], answers: dict[str, Any], decisions: dict[str, str]
) -> dict[str, Any]:
    (folder / "case.yaml").write_text(yaml.safe_dump(case), "utf-8")
    file = folder.parent / "answers.json"
    made = {key: {"decision": one, "reason": "The findings say so."} for key, one in decisions.items()}
    file.write_text(
        json.dumps({"reviewer": "reference", "answers": answers, "determinations": made, "sign": True}),
        "utf-8",
    )
    result = imr(folder, "review", str(folder), "--answers", str(file), "--json")
    data: dict[str, Any] = json.loads(result.stdout)
    return data | {"said": result.output}


def test_five_items_go_to_a_signed_letter(folder: Path) -> None:
    data = reviewed(folder, CASE, ANSWERS, DECISIONS)
    assert data["status"] == "signed", data["said"]
    assert {one["item"]: one["suggestion"]["decision"] for one in data["items"]} == DECISIONS
    assert all(
        one["answers"]["drugs"]["value"] == data["items"][0]["answers"]["drugs"]["value"]
        for one in data["items"][:3]
    )
    therapy, mat = ([s["text"] for s in one["rationale"]] for one in data["items"][3:])
    assert "Of the 8 visits asked for, 2 visits were certified, so that 6 visits are in dispute." in therapy
    assert (
        "6 visits of the 8 visits would be within the same source: 4 visits beyond the 2 visits certified."
        in therapy
    )
    assert "Section 1 of the made-up code ((c)) counts every visit." in therapy
    assert {"answers": {"asked": "up to 6"}, "decision": "overturned", "rests_on": []} in data["items"][3][
        "would_change"
    ]
    assert len(mat) == 3
    assert "This serves only item 4, therapy. That item is not medically necessary" in mat[1]
    letter = " ".join(imr(folder, "letter", "last").stdout.split())
    assert "Laws noted" in letter
    assert imr(folder, "log", "rederive", "last").exit_code == 0
    assert imr(folder, "log", "verify").exit_code == 0


def test_an_item_of_a_day_without_a_known_edition_is_decided_by_what_the_reviewer_found(folder: Path) -> None:
    item = {**CASE["items"]["1"], "ur_decision": {"date": "2018-04-20", "decision": "denied"}}
    found = {
        "searched": [
            {
                "step": "mtus",
                "place": "made-up/drugs",
                "edition": "the MTUS of 2018",
                "found": "recommendation",
            }
        ],
        "own": [
            {
                "tier": "mtus",
                "kind": "guideline",
                "by": "the Example Society",
                "title": "Drugs",
                "year": 2017,
                "place": "chapter 2",
                "quote": "Alpha is recommended for a month.",
                "argues": "for",
                "bears": "She takes it for pain of the shoulder.",
                "rebuts": "nothing",
                "cited_by": "reviewer",
                "level": "unrated",
            }
        ],
    }
    answers = {"case": ANSWERS["case"], "1": ANSWERS["1"]}
    data = reviewed(folder, {**CASE, "items": {"1": item}}, answers, {"1": "overturned"})
    assert data["items"][0]["suggestion"]["why"] == "unread"
    answers["1"] = ANSWERS["1"] | found
    data = reviewed(folder, {**CASE, "items": {"1": item}}, answers, {"1": "overturned"})
    assert data["status"] == "signed", data["said"]
    assert data["items"][0]["suggestion"]["because"] == ["own-1"]
    assert "the Example Society, Drugs (2017), chapter 2" in " ".join(
        imr(folder, "letter", "last").stdout.split()
    )


def test_the_governing_day_is_asked_where_the_case_file_lacks_it_or_leaves_it_open(folder: Path) -> None:
    answers = {"case": ANSWERS["case"], "1": ANSWERS["1"]}
    for date, asked in (("", True), ("2016-12", False)):
        item = {**CASE["items"]["1"], "ur_decision": {"decision": "denied", "date": date}}
        case = {**CASE, "items": {"1": item}}
        data = reviewed(folder, case, answers, {"1": "overturned"})
        assert ({"item": "1", "prompt": "governing_day"} in data["missing"]) is asked
        assert (data["items"][0]["suggestion"]["why"] == "open") is asked
    item = {**CASE["items"]["1"], "ur_decision": {"decision": "denied", "date": ""}}
    day = {"value": "2014-04-20", "evidence": [{"document": "ur", "page": 1, "quote": "on April 20, 2014"}]}
    answers["1"] = {**ANSWERS["1"], "governing_day": day}
    data = reviewed(folder, {**CASE, "items": {"1": item}}, answers, {"1": "overturned"})
    assert data["items"][0]["suggestion"]["because"] == ["low"]
    assert data["status"] == "signed", data["said"]
    assert imr(folder, "log", "rederive", "last").exit_code == 0


def test_a_later_item_may_answer_a_shared_question_for_itself_alone(folder: Path) -> None:
    answers = {key: ANSWERS[key] for key in ("case", "1", "3")}
    lower = cited([{"drug": "beta", "amount": 15}], "beta 40 mg")
    answers["2"] = {"drugs": lower, "drugs_requested": ["1"]}
    case = {**CASE, "items": {key: CASE["items"][key] for key in ("1", "2", "3")}}
    data = reviewed(folder, case, answers, {"1": "overturned", "2": "overturned", "3": "overturned"})
    amounts = [len(one["answers"]["drugs"]["value"]) for one in data["items"]]
    assert amounts == [3, 1, 3]


def test_what_depends_on_an_approved_item_is_asked_by_itself(folder: Path) -> None:
    case, answers = deepcopy(CASE), deepcopy(ANSWERS)
    case["items"] = {key: case["items"][key] for key in ("4", "5")}
    answers = {
        "case": answers["case"],
        "4": {"had": cited(0, "8 more are asked for"), "asked": 8, "in_all": 8},
    }
    data = reviewed(folder, case, answers, {"4": "overturned"})
    assert {one["prompt"] for one in data["missing"] if one["item"] == "5"} >= {"had", "asked"}
    assert data["items"][1]["suggestion"]["why"] == "open"


def test_evidence_of_the_other_side_raises_a_check(folder: Path) -> None:
    case = {**CASE, "items": {"4": CASE["items"]["4"]}}
    answers = {"case": ANSWERS["case"], "4": ANSWERS["4"]}
    assert "wrong-side" not in {
        one["check"] for one in reviewed(folder, case, answers, {"4": "upheld"})["checks"]
    }
    (folder / "records" / "note.txt").write_text(NOTE.replace("right", "left"), "utf-8")
    answers["4"] = {**ANSWERS["4"], "had": cited(4, "The left shoulder: she had 4 visits")}
    data = reviewed(folder, case, answers, {"4": "upheld"})
    assert "wrong-side" in {one["check"] for one in data["checks"]}
    assert data["status"] == "open"


def test_evidence_of_another_level_raises_a_check(folder: Path) -> None:
    for level, raised in (("C5-6", False), ("C6", False), ("C4-C6", False), ("C3-4", True)):
        item = {**CASE["items"]["4"], "levels": ["C5-6"], "side": "none", "region": "neck"}
        (folder / "records" / "note.txt").write_text(
            f"At {level} she had 4 visits, and 8 more are asked for.\n", "utf-8"
        )
        answers = {
            "case": ANSWERS["case"],
            "4": {**ANSWERS["4"], "had": cited(4, f"At {level} she had 4 visits")},
        }
        data = reviewed(folder, {**CASE, "items": {"4": item}}, answers, {"4": "upheld"})
        assert ("wrong-level" in {one["check"] for one in data["checks"]}) is raised, level


def test_a_law_is_overturned_against_only_with_a_reason(folder: Path) -> None:
    case = {**CASE, "items": {"4": CASE["items"]["4"]}}
    answers = {
        "case": ANSWERS["case"],
        "4": {"had": cited(2, "8 more are asked for"), "asked": 8, "in_all": 10},
    }
    (folder / "case.yaml").write_text(yaml.safe_dump(case), "utf-8")
    file = folder.parent / "answers.json"
    said = {
        "reviewer": "reference",
        "answers": answers,
        "determinations": {"4": {"decision": "overturned"}},
        "sign": True,
    }
    file.write_text(json.dumps(said), "utf-8")
    refused = CliRunner().invoke(
        cli, ["review", str(folder), "--answers", str(file), "--log", str(folder / "log.sqlite")]
    )
    assert isinstance(refused.exception, Refused)
    assert "A law speaks to this (cap)" in str(refused.exception)


def test_what_a_case_file_can_not_say_of_its_items_is_refused(folder: Path) -> None:
    for key, changed, said in (
        ("4", {"ur_decision": UR}, "What was denied has nothing certified"),
        ("4", {"certified": {"quantity": 8}}, "8 of 8 requested is no refusal"),
        ("4", {"quantity": {"unit": "visits"}}, "not said how much was requested"),
        ("5", {"depends_on": "6"}, "depends on “6”, which is no item before it"),
        ("1", {"depends_on": "5"}, "depends on “5”, which is no item before it"),
        ("4", {"side": "top"}, "side"),
    ):
        case = deepcopy(CASE)
        case["items"][key] |= changed
        (folder / "case.yaml").write_text(yaml.safe_dump(case), "utf-8")
        refused = CliRunner().invoke(cli, ["case", "show", str(folder)])
        assert isinstance(refused.exception, Refused), key
        assert said in str(refused.exception)
