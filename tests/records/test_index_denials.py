"""Denials are understood narrowly, and not too narrowly: sentences of many kinds, and how many come out right."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.record.language import Vocabulary
from assistant.core.record.passages import Occurrence
from assistant.library import own_vocabulary
from assistant.records.index import RecordIndex

SENTENCES = Path(__file__).with_name("denials.yaml")
PARTS: Mapping[str, Mapping[str, Any]] = yaml.parse_yaml(library.read_text(SENTENCES), SENTENCES.name).data
CUES_ONLY = Vocabulary(cues=own_vocabulary().cues, lists=own_vocabulary().lists)
KINDS = ("found", "unsure", "printed", "denied", "open")


@cache
def mentions(part: str, kind: str) -> tuple[tuple[str, Occurrence], ...]:
    """Each sentence, a page of its own, with the mention of the words in brackets."""
    rows = PARTS[part][kind]
    pages = tuple(row.replace("[", "", 1).replace("]", "", 1) for row in rows)
    index = RecordIndex.of({part: pages}, CUES_ONLY)
    found = []
    for number, row in enumerate(rows, 1):
        at = row.index("[")
        words = row[at + 1 : row.index("]")]
        (mention,) = (one for one in index.look_for([words]) if (one.page, one.at) == (number, at))
        found.append((row, mention))
    return tuple(found)


def right(kind: str, one: Occurrence) -> bool:
    match kind:
        case "found":
            return one.standing in ("affirmed", "uncertain", "historical")
        case "unsure":
            return one.standing == "uncertain"
        case "printed":
            return one.standing == "printed"
        case "denied":
            return one.standing == "negated"
    return one.standing != "negated" or not one.plain


def wrong(part: str) -> list[str]:
    return [
        row
        for kind in KINDS
        if kind in PARTS[part]
        for row, one in mentions(part, kind)
        if not right(kind, one)
    ]


@pytest.mark.parametrize("part", PARTS)
def test_each_sentence_says_what_it_says(part: str) -> None:
    assert wrong(part) == []


def test_a_denial_in_plain_words_is_plain_and_names_its_cue() -> None:
    for part in PARTS:
        denied = mentions(part, "denied")
        doubtful = [row for row, one in denied if not one.plain]
        assert len(doubtful) <= len(denied) // 20, doubtful
        assert all(one.cue for _, one in denied)


def test_only_denials_are_plain() -> None:
    every = [one for part in PARTS for kind in PARTS[part] for _, one in mentions(part, kind)]
    assert all(one.standing == "negated" for one in every if one.plain)
    assert len({(one.document, one.quote, one.at) for one in every}) == len(every) > 350


def test_a_printed_heading_covers_its_paragraph_whatever_it_says() -> None:
    page = "Discharge instructions:\nNo fever is expected.\nCall for weakness.\n\nExamination: no fever, weakness."
    index = RecordIndex.of({"d": (page,)}, CUES_ONLY)
    assert [one.standing for one in index.look_for(["fever"])] == ["printed", "negated"]
    assert index.look_for(["fever"])[0].cue == "discharge instructions"


NEUROLOGIC = (
    "cauda equina",
    "saddle",
    "bladder",
    "bowel",
    "weakness",
    "strength",
    "diminished reflex",
    "reflexes",
)


@pytest.mark.parametrize(
    ("says", "standings"),
    [
        (
            "Perianal sensation intact. Saddle sensation is normal. Voiding is normal. Tendon reflexes intact. "
            "Muscle strength is normal.",
            {"negated"},
        ),
        (
            "Perianal sensation is decreased. Saddle sensation diminished. Absent anal wink. Can't stand on the left heel. "
            "Cannot walk on heels and toes. Unable to stand on the right heel. Left heel stand impossible. "
            "He can not lift the left foot. Tendon reflexes sluggish on the left.",
            {"affirmed"},
        ),
        (
            "Triceps reflexes 2+ and symmetric. Patellar reflexes 2+ bilaterally. Reflexes 2/4 and equal. Anal wink present. "
            "Rectal tone is present. Voids normally. Urinates normally. No abnormal enhancement of the cauda equina. "
            "No crowding of the roots of the cauda equina. The cauda equina is normal.",
            {"negated"},
        ),
        (
            "No anal wink present. Anal wink is not present. No ankle jerk present. Hoffmann reflex present. "
            "No MRI of the cauda equina. Crowding of the cauda equina without fracture. Bladder accidents present.",
            {"affirmed"},
        ),
        (
            "Does not void normally. Not voiding normally. Reflexes 2+ and symmetric, trace at the ankles. "
            "Reflexes 2+ bilaterally in the arms, 3+ in the legs. Reflexes present but diminished. "
            "He used to void normally. No decompression of the cauda equina.",
            {"uncertain"},
        ),
    ],
)
def test_a_normal_function_denies_and_what_cannot_be_done_is_found(says: str, standings: set[str]) -> None:
    pages = tuple(f"{one.strip()}." for one in says.split(".") if one.strip())
    found = RecordIndex.of({"note": pages}, own_vocabulary()).look_for(NEUROLOGIC)
    assert {one.page for one in found} == set(range(1, len(pages) + 1))
    assert {one.standing for one in found} == standings


def test_measures_of_a_finding_are_found_and_an_operation_not_considered_is_denied() -> None:
    pages = ("The left calf measures 2 cm less than the right.", "The abdominal aorta measures 4.8 cm.")
    beside = (
        "The abdominal aorta measures 2.1 cm.",
        "Surgery is not considered.",
        "An operation was not advised.",
    )
    index = RecordIndex.of({"note": (*pages, *beside)}, own_vocabulary())
    found = index.look_for(["atrophy", "aneurysm", "surgery"])
    assert [(one.page, one.standing) for one in found] == [
        (1, "affirmed"),
        (2, "affirmed"),
        (4, "negated"),
        (5, "negated"),
    ]


def test_an_operation_is_found_in_a_patient_s_words() -> None:
    pages = (
        "They took a piece of disc out of his lower back.",
        "He had his back done in 2004.",
        "His disc was taken out in Mexico.",
        "The doctor cleaned out the disc.",
        "He has rods and screws in the back.",
    )
    found = RecordIndex.of({"note": pages}, own_vocabulary()).look_for(["prior surgery"])
    assert {one.page for one in found if one.standing != "negated"} == {1, 2, 3, 4, 5}
    beside = ("He took time off and his disc hurt.", "The disc is bulging out at L4-5.")
    assert not RecordIndex.of({"note": beside}, own_vocabulary()).look_for(["prior surgery"])
