"""The library lists what there is to practise on, and each of its exercises can be taken."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from jsonschema import Draft202012Validator

from assistant import library
from assistant.core.value import replace
from assistant.log import Log
from assistant.training.debrief import cases_with_reference, debrief
from assistant.training.feedback_report import feedback_lines
from assistant.training.gradebook import Rate, Result
from assistant.training.material import Material, material_json, material_lines, materials
from assistant.training.planting import plant, takes
from assistant.training.practice import begin_run, exercise_of_case, lessons, with_faults
from assistant.training.recording import Recording
from tests.training.practising import CASE, TRAINEE, answered

RUN = Result("s", "r", CASE, "2026", Rate(11, 15), Rate(0, 0))

WITHOUT_A_PLACE = "h-wave-purchase-after-tens"
"""It is asked for no date, level, study or absence, so no fault can be planted in it."""


@pytest.fixture(scope="module")
def found() -> list[Material]:
    return materials([RUN])


def test_every_case_with_a_reference_is_listed_with_its_service_and_outcome(found: list[Material]) -> None:
    assert {one.case for one in found} == set(cases_with_reference())
    assert [one.case for one in found if one.problem or not one.services or not one.decisions] == []
    assert {decision for one in found for decision in one.decisions} == {"upheld", "overturned"}
    held = next(one for one in found if one.case == CASE)
    assert (held.runs, held.right) == (1, Rate(11, 15))
    assert (held.questions, held.unread) == (15, 14)
    assert all(0 < one.unread <= one.questions for one in found)
    assert {"contradiction", "wrong-level", "wrong-segment", "two-documents"} <= set(held.traps)
    assert [one.case for one in found if not one.traps] == [WITHOUT_A_PLACE]


def test_it_can_be_cut_down_and_reads_as_lines_and_as_json(found: list[Material]) -> None:
    lines = material_lines(found, lessons())
    assert f"  {CASE} · upheld · 11 of 15 right in 1 run" in lines
    assert any("heath-2016" in line for line in lines)
    made = json.loads(json.dumps(material_json(found, lessons())))
    schema = json.loads(
        library.read_text(library.folder("schemas") / "output" / "training-library.schema.json")
    )
    assert [error.message for error in Draft202012Validator(schema).iter_errors(made)] == []
    assert material_lines([], {}) == ["No case fits."]


@pytest.mark.parametrize("name", sorted(lessons()))
def test_each_exercise_sets_its_trap_and_names_its_source(name: str, tmp_path: Path) -> None:
    lesson = lessons()[name]
    one = exercise_of_case(lesson.case, "end")
    rules = library.rules_for(one.case)
    if lesson.faults:
        _, faults = plant(one.case, rules, one.reference, lesson.faults, tmp_path / "copy", Random(1))
        assert [fault.kind for fault in faults] == [wanted.partition("=")[0] for wanted in lesson.faults]
    assert lesson.faults or lesson.unaided
    assert lesson.source


def test_what_happened_is_told_with_the_feedback_and_not_before(tmp_path: Path) -> None:
    lesson = lessons()["heath-2016"]
    with Log.open(tmp_path / "log.sqlite") as log:
        one = replace(exercise_of_case(lesson.case, "end"), name=lesson.id)
        practice = begin_run(log, TRAINEE, with_faults(log, one, lesson.faults, Random(1)))
        assert lesson.happened not in "\n".join(practice.greeting())
        answered(practice)
        made, _ = debrief(log, Recording(log, practice.review.session.id), TRAINEE.id)
    said = "\n".join(feedback_lines(made, []))
    assert lesson.happened in said
    assert lesson.source in said


def test_a_case_has_the_traps_that_can_be_planted_in_it(tmp_path: Path) -> None:
    one = exercise_of_case(CASE, "end")
    rules = library.rules_for(one.case)
    for kind in takes(one.case, rules, one.reference, Random(1)):
        assert plant(one.case, rules, one.reference, [kind], tmp_path / kind, Random(1))[1]
