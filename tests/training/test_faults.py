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
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import ChoiceShape, at
from assistant.core.rules.rules import read_prompt_set
from assistant.core.value import replace
from assistant.training.altered_pages import (
    PASSAGES,
    PLACES,
    _affirming,
    _inserted,
    _lined_sections,
    _signed_at,
    _still_said,
)
from assistant.training.case_copy import _without_bare_heading
from assistant.training.faults import FAULTS, Fault, caught
from assistant.training.planting import plant
from assistant.training.practice import exercise_of_case
from tests.training.practising import CASE, exercise, planted

SEEDS = range(4)
BANK = library.folder("casebank") / CASE


def facts(folder: Path) -> dict[str, object]:
    return dict(yaml.parse_yaml(library.read_text(folder / "case.yaml"), "case.yaml").data)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind not in ("removed", "wrong-quantity")])
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


@pytest.mark.parametrize(
    "case", ["psychotherapy-after-trial", "physical-therapy-after-cuff-repair", "alprazolam-for-a-year"]
)
def test_a_number_that_was_asked_for_is_stated_otherwise_and_its_page_says_the_true_one(
    tmp_path: Path, case: str
) -> None:
    one = exercise_of_case(case, "end")
    rules = library.rules_for(one.case)
    copy, (made,) = plant(one.case, rules, one.reference, ["wrong-quantity"], tmp_path / "copy", Random(1))
    item = library.rules_for(copy).case.items["1"]
    assert made.planted in item.facts["quantity"].values()
    assert made.truth == one.reference.answers[made.place].value != made.planted
    assert not item.service.startswith(f"{made.truth} ")
    assert str(made.truth) in copy.pages[made.document][made.page - 1]
    page = Evidence(made.document, made.page)
    assert caught(made, Answer(value=made.truth, evidence=(page,)))
    assert not caught(made, Answer(value=made.planted, evidence=(page,)))


def test_no_more_is_certified_than_a_planted_number_asks_for(tmp_path: Path) -> None:
    one = exercise_of_case("physical-therapy-after-cuff-repair", "end")
    rules = library.rules_for(one.case)
    for seed in range(6):
        _, (made,) = plant(
            one.case, rules, one.reference, ["wrong-quantity"], tmp_path / str(seed), Random(seed)
        )
        assert made.planted > (rules.case.items["1"].certified or 0)


def test_of_several_entries_the_one_with_the_planted_number_is_told(tmp_path: Path) -> None:
    one = exercise_of_case("compound-cream-with-relaxant", "end")
    rules = library.rules_for(one.case)
    _, (made,) = plant(one.case, rules, one.reference, ["wrong-quantity"], tmp_path / "copy", Random(1))
    true = one.reference.answers[made.place]
    assert caught(made, true)
    strengths = [entry["strength"] for entry in entries(tmp_path / "copy")]
    taken_over = [made.planted if held == made.truth else held for held in (20, 4, 5)]
    assert strengths == taken_over
    assert not caught(made, listing([group({"strength": said(held, PAGE)}) for held in taken_over], True))


def entries(folder: Path) -> list[dict[str, object]]:
    read = yaml.parse_yaml(library.read_text(folder / "case.yaml"), "case.yaml").data
    return list(read["items"]["1"]["ingredients"])


def test_a_sentence_stands_in_a_section_whose_heading_has_a_line_of_its_own() -> None:
    page = "CLINIC\nPatient: N.\nSUBJECTIVE\nPain 6/10. Denies\nfever.\nOBJECTIVE\nGait normal.\nWORK STATUS\nOff work.\n"
    known = ["subjective", "objective"]
    made = {name: _inserted(page, "It swells.", end) for name, end in _lined_sections(page, known)}
    assert made == {
        "subjective": page.replace("fever.\n", "fever.\nIt swells.\n"),
        "objective": page.replace("normal.\n", "normal.\nIt swells.\n"),
    }
    assert list(_lined_sections("CLINIC\nPatient is well.\n", known)) == []


def test_what_the_record_denies_is_not_written_into_it(tmp_path: Path) -> None:
    """A note that says “no history of cancer” is no place for a sentence that tells of one."""
    one = exercise_of_case("lumbar-mri-after-discectomy", "end")
    rules = library.rules_for(one.case)
    with pytest.raises(Refused, match="can't be planted"):
        plant(one.case, rules, one.reference, ["contradiction=red_flags"], tmp_path / "copy", Random(1))


# -- caught or missed -----------------------------------------------------------------------------


def fault(kind: str, part: str = "", wrong: object = None, true: object = None) -> Fault:
    return Fault(kind, "1", "p", part, wrong, "note", 2, "The page names a fusion.", truth=true)


PAGE = Evidence("note", 2)
ELSEWHERE = Evidence("note", 1)


def study(date: str, *pages: Evidence) -> Answer:
    return group({"date": Answer(value=date)}, evidence=pages)


def said(value: object, *pages: Evidence) -> Answer:
    return Answer(value=value, evidence=pages)


MONTH = fault("wrong-month", "date", "2014-06-12", "2014-07-12")
LEVEL = fault("wrong-level", "levels", ["C3-C4", "C4-C5"], ["C4-C5", "C5-C6"])
PASSAGE = replace(fault("contradiction"), passage="The films show a new gap\nin the fusion mass.")
ABSENT, UNCLEAR = Answer(status=Status.NOT_DOCUMENTED), Answer(status=Status.UNCLEAR)


def test_a_fault_is_caught_by_the_true_value_with_its_page() -> None:
    for one, answer, seen in [
        (MONTH, listing([study("2014-06-12", PAGE)]), False),
        (MONTH, listing([study("2014-07-12", PAGE)]), True),
        (MONTH, listing([study("2014-07", PAGE)]), True),
        (MONTH, listing([study("2014", PAGE)]), False),
        (MONTH, listing([study("2014-07-12")]), False),
        (MONTH, listing([study("2014-07-12", ELSEWHERE)]), False),
        (MONTH, listing([study("2014-07-12", PAGE), study("2014-06-12", PAGE)]), False),
        (MONTH, listing([study("2014-05-12", PAGE)]), False),
        (MONTH, listing([]), False),
        (MONTH, said("none", PAGE), False),
        (MONTH, UNCLEAR, False),
        (MONTH, ABSENT, False),
        (fault("wrong-segment", "date", "2014-06-12"), listing([study("2014-08-04", PAGE)]), True),
        (
            fault("wrong-segment", "date", "2014-06-12"),
            listing([study("2014-08-04"), study("2014-06-12", PAGE)]),
            False,
        ),
        (fault("wrong-segment", "date", "2014-06-12"), listing([]), False),
        (LEVEL, group({"levels": said(["C4-C5", "C3-C4"])}, evidence=(PAGE,)), False),
        (LEVEL, group({"levels": said(["C5-C6", "C4-C5"])}, evidence=(PAGE,)), True),
        (LEVEL, group({"levels": said(["C6-C7"])}, evidence=(PAGE,)), False),
        (fault("evidence-moved"), said("x", ELSEWHERE), False),
        (fault("evidence-moved"), said("x", ELSEWHERE, PAGE), True),
        (fault("evidence-moved"), listing([study("2014", PAGE)]), True),
        (fault("contradiction"), ABSENT, False),
        (fault("contradiction"), UNCLEAR, False),
        (fault("contradiction"), said("Nonunion."), False),
        (fault("contradiction"), said("none", PAGE), False),
        (fault("contradiction"), said("Nonunion.", PAGE), True),
        (PASSAGE, said("Nonunion.", PAGE), True),
        (PASSAGE, said("Nonunion.", replace(PAGE, quote="a new gap in the fusion mass")), True),
        (PASSAGE, said("Nonunion.", replace(PAGE, quote="Progress note of March 3, page 2")), False),
        (fault("contradiction", "tumor", true="yes"), group({"tumor": said("yes", PAGE)}), True),
        (fault("contradiction", "tumor", true="yes"), group({"tumor": said("no", PAGE)}), False),
        (fault("contradiction", "tumor", true="yes"), group({"tumor": UNCLEAR}), False),
        (fault("removed", wrong="yes"), said("yes", PAGE), False),
        (fault("removed", wrong="yes"), ABSENT, False),
        (MONTH, None, None),
    ]:
        assert caught(one, answer) is seen


def test_a_page_that_was_opened_before_the_answer_counts_as_its_page() -> None:
    for one, answer, seen in [
        (MONTH, listing([study("2014-07-12")]), True),
        (MONTH, listing([study("2014-06-12")]), False),
        (fault("removed", wrong="yes"), ABSENT, True),
        (fault("removed", wrong="yes"), UNCLEAR, False),
        (fault("wrong-segment", "date", "2014-06-12"), listing([study("2014-08-04")]), True),
        (fault("evidence-moved"), said("x", ELSEWHERE), False),
    ]:
        page: PagePlace = ("note", 2)
        assert caught(one, answer, frozenset({page})) is seen


def test_a_sentence_stands_only_where_such_a_sentence_can_stand(tmp_path: Path) -> None:
    """What an examination found is written into a note, under its heading, and never into a report of films."""
    for seed in range(6):
        (made,) = planted(tmp_path / f"copy-{seed}", "contradiction=red_flags", seed=seed)
        copy = library.open_case(tmp_path / f"copy-{seed}")
        title = library.rules_for(copy).case.documents[made.document].title
        assert title == "Progress note"


@pytest.mark.parametrize("case", ["opioid-refill-function-worse", "knee-mri-locking", "lumbar-mri-back-pain"])
def test_a_finding_that_is_taken_out_is_spoken_of_nowhere(tmp_path: Path, case: str) -> None:
    one = exercise_of_case(case, "end")
    rules = library.rules_for(one.case)
    copy, (made,) = plant(one.case, rules, one.reference, ["removed"], tmp_path / "copy", Random(2))
    asked = rules.sets[made.item].prompts[made.prompt]
    text = " ".join(" ".join(page.split()).lower() for pages in copy.pages.values() for page in pages)
    assert not any(f" {word.lower()}" in text for word in asked.look_for)
    assert made.truth is None
    assert one.reference.answers[made.place].given
    lines = [line for pages in copy.pages.values() for page in pages for line in page.splitlines()]
    assert not any(line.endswith(" ") for line in lines)  # nothing tells where it stood


def test_a_note_that_contradicts_a_report_is_younger_than_both_dates(tmp_path: Path) -> None:
    for seed in range(4):
        (made,) = planted(tmp_path / f"copy-{seed}", "two-documents", seed=seed)
        copy = library.open_case(tmp_path / f"copy-{seed}")
        case = library.rules_for(copy).case
        note = next(
            name for name, pages in copy.pages.items() if made.passage in " ".join(" ".join(pages).split())
        )
        written = case.documents[note].date
        assert written is not None
        assert str(written) > max(str(made.planted), str(made.truth))
        assert note != made.document


def test_every_sentence_that_may_be_planted_belongs_to_a_question_of_some_set() -> None:
    path = library.folder("prompts") / "training" / PASSAGES
    kept = yaml.parse_yaml(library.read_text(path), path.name).data
    sources = library.sources()
    places = yaml.parse_yaml(library.read_text(path.with_name(PLACES)), PLACES).data
    known: set[str] = set()
    for name, text in sources.prompts.items():
        if "for" in yaml.parse_yaml(text, name).data:
            for prompt in read_prompt_set(name, sources).prompts.values():
                for part in ("", *getattr(prompt.schema.shape, "parts", ())):
                    key = f"{prompt.id}.{part}" if part else prompt.id
                    where = places["questions"].get(key, {})
                    known.add(key)
                    if where and name in where.get("sets", [name]):
                        shape = at(prompt.schema.shape, (part,) if part else ())
                        stated = _affirming(prompt, part, where.get("is", ()))
                        assert stated is not None or not isinstance(shape, ChoiceShape), (name, key)
    assert {one for where in places["questions"].values() for one in where.get("sets", ())} <= set(
        sources.prompts
    )
    assert set(kept) <= known
    assert set(kept) == set(places["questions"])
    assert {one for where in places["questions"].values() for one in where["section"]} <= set(
        places["sections"]
    )
    for sentences in kept.values():
        assert sentences
        assert all(one.endswith(".") and len(one) < 160 for one in sentences)


def test_what_another_sentence_still_says_is_not_taken_out(tmp_path: Path) -> None:
    """Where the complaint stands in the assessment too, a note without its first sentence still names it."""
    one = exercise_of_case("tens-trial-with-goals", "end")
    rules = library.rules_for(one.case)
    with pytest.raises(Refused, match="can't be planted"):
        plant(one.case, rules, one.reference, ["removed=pain"], tmp_path / "copy", Random(1))
    for said, left in (("right shoulder pain for twelve months", True), ("Naproxen failed", False)):
        assert _still_said(said, "Seen today. Assessment: chronic shoulder pain.") is left


def test_what_the_search_beside_the_question_still_finds_is_not_taken_out(tmp_path: Path) -> None:
    """A note without “no longer drives, cooks or walks” still says that the patient isn't working."""
    one = exercise_of_case("opioid-refill-function-worse", "end")
    rules = library.rules_for(one.case)
    with pytest.raises(Refused, match="can't be planted"):
        plant(one.case, rules, one.reference, ["removed=function"], tmp_path / "copy", Random(1))


def test_words_that_carry_another_answer_are_not_taken_out(tmp_path: Path) -> None:
    one = exercise_of_case("omeprazole-beside-naproxen", "end")
    rules = library.rules_for(one.case)
    with pytest.raises(Refused, match="can't be planted"):
        plant(one.case, rules, one.reference, ["removed=age"], tmp_path / "copy", Random(1))


def test_no_heading_is_left_bare_and_nothing_is_noted_below_a_signature() -> None:
    assert _without_bare_heading("NOTE\n\nChief complaint:\n", "\n\nPlan: rest.") == "NOTE\n\nPlan: rest."
    assert _without_bare_heading("NOTE\n\nExam: calm. ", "No atrophy.") == "NOTE\n\nExam: calm. No atrophy."
    assert _without_bare_heading("NOTE\n\nExam:\n", "No atrophy.") == "NOTE\n\nExam:\nNo atrophy."
    assert _signed_at("NOTE\n\nExam.\n\nSigned electronically.\n\nPage 2") == 2
    assert _signed_at("NOTE\n\nExam.") == 2
