"""What the words of a disputed service say of it as its set asks: proposed, corrected, written into the case."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.records.item_facts import checked_fact, fact_lines, stated
from tests.records.test_intake import NOTE, RFA, UR, of, settle, work_on


def test_what_a_set_asks_of_the_request_is_read_from_its_words() -> None:
    for prompt_set, words, lines in [
        (
            "topical-compound",
            "Ketoprofen 10%/gabapentin 6%/menthol 2% cream, 120 g",
            [
                "ingredients: [{drug: ketoprofen, form: cream, strength: 10}, {drug: gabapentin, form: cream, strength: 6}, "
                "{drug: menthol, form: cream, strength: 2}]"
            ],
        ),
        (
            "topical-compound",
            "Lidoderm 5% patch #30",
            ["ingredients: [{drug: lidocaine, form: patch, strength: 5}]"],
        ),
        ("topical-compound", "Ketoprofen 10%, bupivacaine 5% cream", []),  # one would be left out
        ("muscle-relaxants", "Soma 350 mg #60", ["drug: carisoprodol"]),
        ("muscle-relaxants", "Zanaflex or baclofen", []),
        ("electrotherapy", "H wave unit, purchase", ["device: h_wave", "use: longer"]),
        ("lumbar-mri", "MRI of the lumbar spine without contrast", ["contrast: without"]),
        ("lumbar-mri", "MRI of the lumbar spine", []),
        ("emg-ncs", "EMG/NCV of the left arm", ["test: both"]),
        ("emg-ncs", "NCS of the left arm", ["test: ncs"]),
        ("cervical-mri", "CT cervical spine", ["study: ct"]),
        ("cervical-mri", "direct study of the neck", []),
        ("cervical-radiography", "Cervical x-rays, flexion and extension", ["views: [flexion, extension]"]),
        ("lumbar-surgery", "Lumbar laminectomy and fusion", []),
        ("acupuncture", "Acupuncture for the low back", ["part: low_back"]),
        ("acupuncture", "Acupuncture, neck and low back", []),
        ("chiropractic", "6 visits of chiropractic to the neck", ["part: spine"]),
        ("hypnotics", "Lunesta 2 mg", ["drug: eszopiclone"]),
        ("general", "a reclining chair", []),
        ("no-such-set", "anything", []),
    ]:
        told = stated(prompt_set, words)
        assert "part" in told or stated(prompt_set, words, "lumbar spine") == told
        assert list(fact_lines(prompt_set, told)) == lines, words
        assert {name: checked_fact(prompt_set, name, value) for name, value in told.items()} == told


def test_the_part_of_the_body_is_that_of_the_service_else_its_region() -> None:
    for words, region, part in [
        ("acupuncture 2 x 6", "lumbar spine", "The low back"),
        ("acupuncture for the neck", "lumbar spine", "Another part or several"),
        ("acupuncture 2 x 6", "knee", ""),  # whether it is arthritis isn't said
        ("acupuncture 2 x 6", "", ""),
    ]:
        assert stated("acupuncture", words, region)["part"] == part


def test_a_fact_is_written_by_any_name_of_its_choice_and_nothing_else_is_taken() -> None:
    assert checked_fact("muscle-relaxants", "drug", "soma") == "Carisoprodol"
    assert checked_fact("topical-compound", "ingredients", "Lidoderm 5%; menthol") == "lidocaine 5; menthol"
    assert checked_fact("topical-compound", "ingredients", " ") == " "
    for prompt_set, name, value in [
        ("muscle-relaxants", "drug", "ibuprofen"),
        ("topical-compound", "ingredients", "20 cream"),
        ("topical-compound", "ingredients", "lidocaine; gold"),
        ("cervical-radiography", "views", "flexion; sideways"),
    ]:
        with pytest.raises(Refused):
            checked_fact(prompt_set, name, value)


def test_the_facts_of_an_item_follow_its_service_and_stand_in_the_case(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        (item,) = of(work, "item")
        assert item.fields["contrast"] == "Without contrast"
        work.correct(item.key, "service", "Soma 350 mg #60")
        assert of(work, "item")[0].fields["drug"] == "Carisoprodol"
        work.correct(item.key, "service", "MRI of the lumbar spine")
        assert of(work, "item")[0].fields["contrast"] == ""
        work.correct(item.key, "contrast", "with and without contrast")
        with pytest.raises(Refused):
            work.correct(item.key, "contrast", "blue")
        settle(work)
        made = work.finish("a", "An MRI", True)
    facts = library.rules_for(library.open_case(made)).case.items["1"].facts
    assert facts["contrast"] == "both"
    assert "drug" not in facts


def test_an_item_rests_on_the_words_of_the_request_where_these_say_its_facts(tmp_path: Path) -> None:
    for asked, page in [
        (RFA, "request"),
        (RFA.replace("MRI lumbar spine without contrast", "MRI lumbar spine"), "utilization"),
    ]:
        assert "MRI" in asked
        with work_on(tmp_path, UR, asked, NOTE) as work:
            settle(work)
            made = work.finish("a", "An MRI", True)
        item = library.rules_for(library.open_case(made)).case.items["1"]
        assert item.evidence[0].document.startswith(page), asked
        shutil.rmtree(made)
