"""Planted faults: each sits in a copy that reads as a case, its truth on a page, and is told caught from missed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.answer import Answer, Evidence, Status, group, listing
from assistant.core.problem import Refused
from assistant.core.rules.rules import read_prompt_set
from assistant.core.value import replace
from assistant.training.faults import FAULTS, PASSAGES, Fault, caught, plant
from assistant.training.practice import exercise_of_case
from tests.training.practising import CASE, exercise, planted

SEEDS = range(4)
BANK = library.folder("casebank") / CASE


def facts(folder: Path) -> dict[str, object]:
    return dict(yaml.parse_yaml(library.read_text(folder / "case.yaml"), "case.yaml").data)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", FAULTS)
def test_a_copy_with_a_fault_reads_as_a_case_and_the_case_itself_is_left_alone(
    tmp_path: Path, kind: str, seed: int
) -> None:
    before = {path: path.read_bytes() for path in sorted(BANK.rglob("*")) if path.is_file()}
    (fault,) = planted(tmp_path / "copy", kind, seed=seed)
    assert {path: path.read_bytes() for path in before} == before
    copy = library.open_case(tmp_path / "copy")
    rules = library.rules_for(copy)
    assert rules.case.id == CASE
    assert not (tmp_path / "copy" / "reference.yaml").exists()
    changed_facts = facts(tmp_path / "copy") != facts(BANK)
    changed_pages = copy.pages != library.open_case(BANK).pages
    assert changed_facts or changed_pages
    assert fault.kind == kind
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    assert Fault.from_text(fault.to_text()) == fault
    page = copy.pages[fault.document][fault.page - 1]
    if kind == "wrong-month":
        assert str(fault.planted) in json.dumps(facts(tmp_path / "copy"))
        assert str(fault.planted) not in json.dumps(facts(BANK))
    if kind == "contradiction":
        assert fault.passage in " ".join(page.split())
        assert fault.passage not in json.dumps(library.open_case(BANK).pages)
    if kind == "wrong-segment":
        assert "lumbar" in page
        assert "cervical" not in page.lower()


@pytest.mark.parametrize("seed", SEEDS)
def test_six_of_any_kind_fit_into_the_case_without_spoiling_each_other(tmp_path: Path, seed: int) -> None:
    faults = planted(tmp_path / "copy", *["any"] * 6, seed=seed)
    assert len(faults) == 6
    assert len({(fault.place, fault.part, str(fault.planted)) for fault in faults}) == 6
    copy = library.open_case(tmp_path / "copy")
    for fault in faults:
        if fault.kind == "wrong-level":
            assert any(level in copy.pages[fault.document][fault.page - 1] for level in ("C4", "C5"))


def test_a_question_can_be_named_for_a_fault(tmp_path: Path) -> None:
    one, other = planted(tmp_path / "copy", "contradiction=suspected", "wrong-month=prior_surgery")
    assert {one.prompt, other.prompt} == {"suspected", "prior_surgery"}


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("wrong-year",), "There is no fault `wrong-year`"),
        (("contradiction=views",), "`contradiction` can't be planted at `views`"),
        (("wrong-level",) * 5, "`wrong-level` can't be planted"),
        (("any",) * 60, "No more faults can be planted"),
    ],
)
def test_what_can_not_be_planted_is_refused_and_leaves_no_folder(
    tmp_path: Path, kinds: tuple[str, ...], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        planted(tmp_path / "copy", *kinds)
    assert not (tmp_path / "copy").exists()


def test_nothing_is_planted_in_a_real_case(tmp_path: Path) -> None:
    one = exercise()
    rules = library.rules_for(one.case)
    real = replace(rules, case=replace(rules.case, practice=False))
    with pytest.raises(Refused, match="practice cases only"):
        plant(one.case, real, one.reference, ["any"], tmp_path / "copy", Random(1))


def test_a_study_before_the_request_is_dated_later_on_its_page(tmp_path: Path) -> None:
    """Where no study is later than the request, the page is altered and the case file keeps its date."""
    shutil.copytree(BANK, tmp_path / "case")
    text = (
        (tmp_path / "case" / "case.yaml")
        .read_text("utf-8")
        .replace("date: 2014-04-20\n      d", "date: 2015-01-05\n      d")
    )
    (tmp_path / "case" / "case.yaml").write_text(text, "utf-8")
    one = exercise_of_case(str(tmp_path / "case"), "each")
    copy, (fault,) = plant(
        one.case, library.rules_for(one.case), one.reference, ["later-study"], tmp_path / "copy", Random(3)
    )
    assert "2015" in copy.pages[fault.document][fault.page - 1]
    assert str(fault.planted).startswith("2014-0")
    assert "after January 5, 2015" in fault.says


# -- caught or missed -----------------------------------------------------------------------------


def fault(kind: str, part: str = "", value: object = None) -> Fault:
    return Fault(kind, "1", "p", part, value, "note", 2, "The page says so.")


def study(date: str, *pages: Evidence) -> Answer:
    return group({"date": Answer(value=date)}, evidence=pages)


@pytest.mark.parametrize(
    ("planted", "answer", "seen"),
    [
        (fault("wrong-month", "date", "2014-06-12"), listing([study("2014-06-12")]), False),
        (fault("wrong-month", "date", "2014-06-12"), listing([study("2014-07-12")]), True),
        (fault("wrong-month", "date", "2014-06-12"), listing([study("2014-07-12"), study("2014-06-12")]), False),
        (fault("wrong-segment", "date", "2014-06-12"), listing([]), True),
        (fault("wrong-month", "date", "2014-01"), group({"date": Answer(value="2014-02")}), True),
        (fault("wrong-month", "date", "2014-01"), group({"date": Answer(value="2014-01")}), False),
        (fault("wrong-month", "date", "2014-01"), Answer(value="none"), True),
        (fault("wrong-level", "levels", ["C3-C4", "C4-C5"]), group({"levels": Answer(value=["C4-C5", "C3-C4"])}), False),
        (fault("wrong-level", "levels", ["C3-C4", "C4-C5"]), group({"levels": Answer(value=["C4-C5", "C5-C6"])}), True),
        (fault("evidence-moved"), Answer(value="x", evidence=(Evidence("note", 1),)), False),
        (fault("evidence-moved"), Answer(value="x", evidence=(Evidence("note", 1), Evidence("note", 2))), True),
        (fault("evidence-moved"), listing([study("2014", Evidence("note", 2))]), True),
        (fault("contradiction"), Answer(status=Status.NOT_DOCUMENTED), False),
        (fault("contradiction"), Answer(status=Status.UNCLEAR), True),
        (fault("contradiction"), Answer(value="Nonunion."), True),
        (fault("contradiction", "tumor"), group({"tumor": Answer(value="yes")}), True),
        (fault("contradiction", "tumor"), group({"tumor": Answer(status=Status.NOT_DOCUMENTED)}), False),
        (fault("wrong-month", "date", "2014-01"), None, None),
    ],
)  # fmt: skip
def test_caught_is_told_from_missed(planted: Fault, answer: Answer | None, seen: bool | None) -> None:
    assert caught(planted, answer) is seen


def test_every_sentence_that_may_be_planted_belongs_to_a_question_of_some_set() -> None:
    path = library.folder("prompts") / "training" / PASSAGES
    kept = yaml.parse_yaml(library.read_text(path), path.name).data
    sources = library.sources()
    known: set[str] = set()
    for name, text in sources.prompts.items():
        if "for" in yaml.parse_yaml(text, name).data:
            for prompt in read_prompt_set(name, sources).prompts.values():
                known |= {
                    prompt.id,
                    *(f"{prompt.id}.{part}" for part in getattr(prompt.schema.shape, "parts", ())),
                }
    assert set(kept) <= known
    for sentences in kept.values():
        assert sentences
        assert all(one.endswith(".") and len(one) < 160 for one in sentences)
