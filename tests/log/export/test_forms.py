"""Sessions as rows, as FHIR R4 and as PROV: accepted by what others have published of these forms."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import prov.model
import pytest
import yaml
from jsonschema import Draft6Validator

from assistant import library
from assistant.cli.authoring import read, set_names
from assistant.cli.main import run
from assistant.core.rules.questionnaire import read_questionnaire
from assistant.core.rules.rules import read_instances
from assistant.log import Log
from assistant.log.chain import leaf
from assistant.log.export import fhir, rows
from assistant.log.export.prov import prov as as_prov

SCHEMA = json.loads(Path(__file__).with_name("fhir-r4.schema.json").read_text("utf-8"))
"""The published schema of R4 (4.0), with the resources that are written and what they are made of, without descriptions."""


@cache
def validator(kind: str) -> Draft6Validator:
    return Draft6Validator(
        {"$schema": SCHEMA["$schema"], "definitions": SCHEMA["definitions"], "$ref": f"#/definitions/{kind}"}
    )


def faults(resource: dict[str, Any]) -> list[str]:
    kind = resource["resourceType"]
    return [
        f"{kind}/{resource.get('id')} {list(one.path)}: {one.message}"
        for one in validator(kind).iter_errors(resource)
    ]


@pytest.fixture(scope="module")
def log(shared: Path) -> Path:
    return shared


def names(log: Log) -> list[str]:
    return [one.id for one in log.sessions()]


def printed(log: Path, form: str, capsys: pytest.CaptureFixture[str], *sessions: str) -> str:
    assert run(["log", "export", *sessions, "--format", form, "--log", str(log)]) == 0
    return capsys.readouterr().out


def test_each_step_is_a_row_with_its_hash_and_its_words(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [json.loads(line) for line in printed(log, "ndjson", capsys, "aa11").splitlines()]
    with Log.open(log, write=False) as held:
        entries = held.read("aa11")
    assert [(one["seq"], one["hash"], one["body"]) for one in found] == [
        (entry.seq, entry.leaf, json.loads(json.dumps(entry.body))) for entry in entries
    ]
    told = list(csv.DictReader(io.StringIO(printed(log, "csv", capsys, "aa11"), newline="")))
    assert [one["kind"] for one in told] == [entry.kind for entry in entries]
    assert {"old", "new", "reason", "evidence"} <= set(told[0])
    amended = next(one for one in told if one["kind"] == "answer.amended")
    assert amended["old"] != amended["new"]


def test_odk_reads_who_changed_what_from_which_value_and_why(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = list(csv.DictReader(io.StringIO(printed(log, "odk", capsys, "aa11"))))
    assert tuple(found[0]) == rows.AUDIT
    assert found[0]["event"] == "form start"
    assert all(int(one["start"]) > 10**12 for one in found)
    questions = [one for one in found if one["event"] == "question" and one["end"]]
    assert questions
    assert all(int(one["end"]) >= int(one["start"]) for one in questions)
    changed = next(one for one in found if one["event"] == "answer.amended")
    assert changed["old-value"] != changed["new-value"]
    assert changed["change-reason"]
    assert changed["node"].startswith("/neck/1/")


def test_parquet_holds_the_very_bytes_that_are_hashed(log: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "out.parquet"
    assert run(["log", "export", "aa11", "--format", "parquet", "-o", str(file), "--log", str(log)]) == 0
    found = parquet.read_table(file).to_pylist()
    assert found
    assert all(leaf(one["entry"]) == one["leaf"] and one["leaf"].hex() == one["hash"] for one in found)


def test_a_session_in_fhir_is_accepted_by_the_published_schema(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = json.loads(printed(log, "fhir", capsys))
    assert faults(made) == []
    kinds = [one["resource"]["resourceType"] for one in made["entry"]]
    assert {"Questionnaire", "QuestionnaireResponse", "Provenance", "AuditEvent"} == set(kinds)
    assert [one for entry in made["entry"] for one in faults(entry["resource"])] == []
    assert len({one["fullUrl"] for one in made["entry"]}) == len(made["entry"])


def test_each_answer_and_each_sentence_has_a_provenance_at_its_element(log: Path) -> None:
    with Log.open(log, write=False) as held:
        found = list(fhir.session_resources(held, "aa11"))
    elements, targets = set(), set()
    for one in found:
        if one["resourceType"] == "QuestionnaireResponse":
            elements |= {(one["id"], item["id"]) for item in one.get("item", ())}
            said = one.get("text", {}).get("div", "")
            elements |= {(one["id"], f"s-{number}") for number in range(1, said.count("<p ") + 1)}
        elif one["resourceType"] == "Provenance":
            [target] = one["target"]
            targets.add((target["reference"].split("/")[1], target["extension"][0]["valueUri"]))
    assert elements
    assert elements == targets


def test_not_documented_is_no_answer_and_says_why_there_is_none(log: Path) -> None:
    with Log.open(log, write=False) as held:
        found = [
            one
            for one in fhir.session_resources(held, "aa11")
            if one["resourceType"] == "QuestionnaireResponse"
        ]
    absent = [
        item
        for one in found
        for item in one.get("item", ())
        if {"url": "urn:imr:status", "valueCode": "not_documented"} in item.get("extension", ())
    ]
    assert absent
    assert not any("answer" in item for item in absent)
    assert all({"url": fhir.ABSENT, "valueCode": "asked-unknown"} in item["extension"] for item in absent)


def test_every_shipped_set_is_a_questionnaire_of_the_published_schema() -> None:
    sources = library.sources()
    made = [fhir.questionnaire(one) for name in set_names() for one in read_instances(name, sources)]
    assert len(made) > 20
    assert [fault for one in made for fault in faults(one)] == []


def test_the_questions_of_a_set_come_back_from_its_questionnaire(capsys: pytest.CaptureFixture[str]) -> None:
    """What is exported is read again, with its kinds of answer."""
    assert run(["prompts", "show", "lumbar-mri", "--fhir"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert faults(made) == []
    back = read_questionnaire(made, "lumbar-again").made["prompts"]
    asked = {one["text"] for one in made["item"] if one["type"] != "group"}
    assert asked
    assert asked <= {one["ask"] for one in back}


WHENS = """
- {id: operation, ask: "Which?", answer: {choice: {fusion: Fusion, ablation: Ablation, other: Other}}, record: "yes"}
- {id: pain, ask: "Pain?", answer: yes-no, record: "yes"}
- {id: weeks, ask: "How long?", answer: {number: whole, from: 0, to: 500}, record: "yes"}
- {id: then, ask: "Then?", answer: yes-no, record: "yes", when: WHEN}
"""


def coded(link: str, code: str, operator: str = "=") -> tuple[str, str, str]:
    return link, operator, code


@pytest.mark.parametrize(
    ("when", "behavior", "conditions"),
    [
        ("{pain: 'yes'}", None, [coded("pain", "yes")]),
        ("{pain: 'yes', operation: fusion}", "all", [coded("pain", "yes"), coded("operation", "fusion")]),
        ("[{pain: 'yes'}, {operation: fusion}]", "any", [coded("pain", "yes"), coded("operation", "fusion")]),
        (
            "{operation: [fusion, ablation]}",
            "any",
            [coded("operation", "fusion"), coded("operation", "ablation")],
        ),
        ("{weeks: at least 6}", None, [("weeks", ">=", 6)]),
        ("{weeks: over 6}", None, [("weeks", ">", 6)]),
        ("{pain: given}", None, [("pain", "exists", True)]),
        ("{pain: not_documented}", None, []),
        ("{pain: 'yes', operation: [fusion, ablation]}", None, []),
        ("[{pain: 'yes', weeks: over 6}, {operation: fusion}]", None, []),
    ],
)
def test_when_a_question_is_asked_is_told_in_conditions_or_in_words(
    when: str, behavior: str | None, conditions: list[Any], tmp_path: Path
) -> None:
    form = {"resourceType": "Questionnaire", "item": [{"linkId": "a", "type": "text", "text": "Why?"}]}
    made = read_questionnaire(form, "a-form").made
    made["prompts"] = yaml.safe_load(WHENS.replace("WHEN", when))
    path = tmp_path / "a-form.yaml"
    path.write_text(yaml.safe_dump(made, sort_keys=False))
    written = fhir.questionnaire(read(str(path))[0])
    assert faults(written) == []
    last = written["item"][-1]
    found = [
        (one["question"], one["operator"], one[key]["code"] if key == "answerCoding" else one[key])
        for one in last.get("enableWhen", ())
        for key in one
        if key.startswith("answer")
    ]
    assert (last.get("enableBehavior"), found) == (behavior, conditions)
    said = [one["valueString"] for one in last.get("extension", ()) if one["url"] == "urn:imr:when"]
    assert bool(said) != bool(conditions)
    if conditions:  # and it comes back as it was written
        again = read_questionnaire(written, "a-form").made["prompts"][-1]
        made["prompts"][-1]["when"] = again["when"]
        path.write_text(yaml.safe_dump(made, sort_keys=False))
        assert fhir.questionnaire(read(str(path))[0])["item"][-1] == last


def test_prov_json_is_taken_by_the_prov_library(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(log, "prov", capsys, "aa11")
    document = prov.model.ProvDocument.deserialize(content=text, format="json")
    with Log.open(log, write=False) as held:
        count = len(held.read("aa11"))
        told = as_prov(held, ["aa11"])
    assert len(list(document.get_records(prov.model.ProvActivity))) == count
    sentences = [one for one in told["entity"].values() if one.get("prov:type") == "imr:sentence"]
    assert sentences
    assert list(document.get_records(prov.model.ProvDerivation))


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--format", "parquet"], "Parquet is not printed"),
        (["nobody", "--format", "csv"], "nobody"),
        (["--format", "csv", "-o", "{there}"], "already"),
    ],
)
def test_what_can_not_be_written_is_said(
    log: Path, more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["log", "export", *(one.replace("{there}", str(log)) for one in more), "--log", str(log)]) == 2
    assert says in capsys.readouterr().err
