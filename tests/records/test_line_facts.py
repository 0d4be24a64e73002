"""The facts that a confirmed line gives: which, on which passage, once, and gone with the line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.dates import PartialDate
from assistant.core.problem import Refused
from assistant.core.proposal import propose
from assistant.core.record.case import Case
from assistant.core.record.chronology import chronology
from assistant.core.record.sentences import PacketDocument
from assistant.core.rules.prompt_set import Reading
from assistant.records.course import Course
from assistant.records.intake_proposals import LINE, line_proposals
from assistant.records.line_facts import with_facts, without_facts
from tests.records.test_course import folder
from tests.records.test_intake import NOTE, RFA, UR, of, settle, work_on

__all__ = ["folder"]

DECIDED = PartialDate(2023, 11, 15)
PLACE = {"page": "note:1", "quote": "as it stands there"}
MRI = {"date": "2022-06-30", "region": "lumbar spine", "modality": "mri", "views": ""}


def given(kind: str, text: str, day: str = "2023-10-16") -> list[dict[str, str]]:
    """The parts of the lines of a document that become facts."""
    date = PartialDate(*map(int, day.split("-")))
    words = library.intake("chronology"), library.intake("drugs")
    lines = chronology([PacketDocument("d", kind, date, [text])], *words)
    usual = ("date", "kind", "region", "side", "says")
    parts = [
        {name: value for name, value in one.fields.items() if name not in usual}
        for one in line_proposals(lines, "", None, DECIDED)
    ]
    return [one for one in parts if one]


def test_a_line_gives_what_the_sets_ask_for() -> None:
    for kind, text, parts in [
        ("Progress note", "Data\nMRI 06/30/2022: no herniation.", {"modality": "mri", "views": ""}),
        (
            "Radiology report",
            "X-RAY CERVICAL SPINE, AP, LATERAL, FLEXION\nIMPRESSION: Hardware intact.",
            {"modality": "radiographs", "views": "anteroposterior, lateral, flexion"},
        ),
        (
            "Progress note",
            "History\nStatus post ACDF C5-C7 on 08/19/2014.",
            {"procedure": "fusion", "levels": "C5-C6, C6-C7"},
        ),
        (
            "Progress note",
            "History\nHe underwent L5-S1 microdiscectomy on 08/19/2014.",
            {"procedure": "decompression", "levels": "L5-S1"},
        ),
        ("Progress note", "Medications\nIbuprofen 600 mg TID", {"tried": "nsaid"}),
        ("Progress note", "Medications\nNorco 10/325 mg TID", {"opioid": "hydrocodone"}),
        (
            "Laboratory report",
            "URINE DRUG SCREEN\nCOMMENT: All results consistent with what is prescribed.",
            {"tested": "urine", "result": "consistent"},
        ),
        (
            "Laboratory report",
            "URINE DRUG SCREEN\nCOMMENT: Prescribed hydrocodone not found.",
            {"tested": "urine", "result": "inconsistent"},
        ),
        (
            "Laboratory report",
            "URINE DRUG SCREEN\nCOMMENT: No unexpected drug was found.",
            {"tested": "urine", "result": ""},
        ),
    ]:
        assert given(kind, text) == [parts]


@pytest.mark.parametrize(
    ("kind", "text", "day"),
    [
        ("Electrodiagnostic report", "EMG/NCS LEFT LEG\nIMPRESSION: S1 radiculopathy.", "2023-10-16"),
        ("Progress note", "Medications\nNorco 10/325 mg TID", "2019-10-16"),
        ("Progress note", "Medications\nNorco 10/325 mg TID, discontinued", "2023-10-16"),
        ("Progress note", "Medications\nLisinopril 10 mg daily", "2023-10-16"),
        ("Progress note", "Plan\nRequest MRI of 06/30/2022 to be repeated.", "2023-10-16"),
    ],
)
def test_what_is_no_such_fact_gives_none(kind: str, text: str, day: str) -> None:
    assert given(kind, text, day) == []


def facts_of(text: str) -> Any:
    return yaml.parse_yaml(text, "case.yaml").data


BARE = "id: c\nclaim: {region: lumbar spine}\nitems: {}\n"


def test_a_fact_stands_once_and_goes_with_its_line() -> None:
    for fields, name, said in [
        (MRI, "studies", [{"date": "2022-06-30", "modality": "mri", "region": "lumbar spine", **PLACE}]),
        (
            {"date": "2014", "region": "cervical spine", "procedure": "fusion", "levels": "C5-C6"},
            "procedures",
            {"neck": {"procedure": "fusion", "levels": ["C5-C6"], "date": "2014", **PLACE}},
        ),
        (
            {"date": "2014", "region": "lumbar spine", "procedure": "decompression", "levels": ""},
            "procedures",
            {"lumbar_spine": {"procedure": "decompression", "date": "2014", **PLACE}},
        ),
        (
            {"tried": "nsaid"},
            "claim",
            {"region": "lumbar spine", "drugs_tried": [{"kind": "nsaid", **PLACE}]},
        ),
        (
            {"opioid": "tramadol"},
            "claim",
            {"region": "lumbar spine", "opioids": [{"drug": "tramadol", **PLACE}]},
        ),
        (
            {"date": "2014-01-02", "tested": "urine"},
            "claim",
            {"region": "lumbar spine", "drug_tests": [{"date": "2014-01-02", **PLACE}]},
        ),
    ]:
        text = with_facts(BARE, fields, PLACE)
        assert facts_of(text)[name] == said
        assert with_facts(text, fields, PLACE) == text
        assert facts_of(without_facts(text, fields, PLACE)) == facts_of(BARE)


def test_a_study_of_no_region_and_a_line_without_parts_give_nothing() -> None:
    assert with_facts(BARE, {**MRI, "region": ""}, PLACE) == BARE
    assert with_facts(BARE, {"date": "2014", "region": "neck", "says": "x"}, PLACE) == BARE


def test_the_later_of_two_operations_stands_and_what_was_written_by_hand_stays() -> None:
    operation = {"region": "cervical spine", "procedure": "fusion", "levels": ""}
    text = with_facts(BARE, {**operation, "date": "2014"}, PLACE)
    assert facts_of(with_facts(text, {**operation, "date": "2012"}, PLACE)) == facts_of(text)
    later = with_facts(text, {**operation, "date": "2016"}, PLACE)
    assert facts_of(later)["procedures"]["neck"]["date"] == "2016"
    assert without_facts(later, {**operation, "date": "2014"}, PLACE) == later


@pytest.mark.parametrize(
    "studies",
    [
        "studies:  # kept\n  # the first\n  - {date: 2021-01-02, modality: ct, region: lumbar spine}\n",
        "studies:\n- date: 2021-01-02 # kept\n  modality: ct\n  region: lumbar spine\n  # the first\n",
        "studies:\r\n    - date: 2021-01-02 # kept\r\n      modality: ct # the first\r\n      region: lumbar spine\r\n",
    ],
)
def test_what_stands_beside_a_fact_is_kept_as_it_was_written(studies: str) -> None:
    text = f"id: c\n{studies}items: {{}}\n"
    made = with_facts(text, MRI, PLACE)
    assert [one["modality"] for one in facts_of(made)["studies"]] == ["ct", "mri"]
    assert "# kept" in made
    assert "# the first" in made
    assert facts_of(without_facts(made, MRI, PLACE)) == facts_of(text)


def proposed(case: Case, rules: Any, prompt: str) -> Any:
    rules_of = rules.sets["1"]
    made = propose(rules_of.prompts[prompt], Reading(rules_of, {}), case, case.items["1"])
    return made and made.answer


def test_a_confirmed_study_of_a_packet_is_proposed_as_the_answer_of_its_set(tmp_path: Path) -> None:
    note = NOTE.replace("MRI 06/30/2022", "MRI of the lumbar spine 06/30/2022")
    with work_on(tmp_path, UR, RFA, note) as work:
        settle(work)
        work.confirm(next(one.key for one in of(work, LINE) if one.fields["kind"] == "study"))
        rules = library.rules_for(library.open_case(work.finish("back", "MRI", True)))
    answer = proposed(rules.case, rules, "prior_imaging")
    assert answer.plain() == [{"date": "2022-06-30", "modality": "mri"}]
    assert [one.page for one in answer.all_evidence()] == [1]


def test_what_is_not_confirmed_is_no_fact(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        settle(work)
        rules = library.rules_for(library.open_case(work.finish("back", "MRI", True)))
    assert rules.case.fact("case.studies") is None
    assert proposed(rules.case, rules, "prior_imaging") is None


def test_a_line_of_a_case_takes_its_fact_in_and_out(folder: Path) -> None:
    with Course(folder) as course:
        key = course.proposals[1].key
        course.correct(key, "modality", "ct")
        course.confirm(key)
        assert [one["modality"] for one in course.case.fact("case.studies")] == ["ct"]
        course.correct(course.proposals[1].key, "date", "2022-07-01")
        assert [(one["date"], one["modality"]) for one in course.case.fact("case.studies")] == [
            ("2022-07-01", "ct")
        ]
        course.reopen(course.proposals[1].key)
        assert course.case.fact("case.studies") is None


def test_a_part_that_the_sets_do_not_know_is_refused(folder: Path) -> None:
    with Course(folder) as course, pytest.raises(Refused, match="mri, ct, radiographs"):
        course.correct(course.proposals[1].key, "modality", "photograph")
