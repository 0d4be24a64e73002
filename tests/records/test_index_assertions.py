"""How often denials, doubts, the past and the family are told rightly, on sentences with hard cases."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from assistant import library
from assistant.core import yaml
from assistant.core.record.language import Vocabulary
from assistant.library import own_vocabulary
from assistant.records.index import RecordIndex

SENTENCES = Path(__file__).with_name("negation_sentences.yaml")
OWN = own_vocabulary()
CUES_ONLY = Vocabulary(cues=own_vocabulary().cues, lists=own_vocabulary().lists)
PARTS = yaml.parse_yaml(library.read_text(SENTENCES), SENTENCES.name).data
STANDINGS = ("affirmed", "negated", "uncertain", "hypothetical", "historical", "family", "printed")


class Judged(NamedTuple):
    says: str
    standing: str
    shown_as: str


def parted(row: dict[str, Any]) -> tuple[str, str, int]:
    """The page, the words judged, in brackets or as `words`, and their offset."""
    if "words" in row:
        return row["says"], row["words"], row["says"].index(row["words"])
    before, _, rest = row["says"].partition("[")
    words, _, after = rest.partition("]")
    return before + words + after, words, len(before)


@cache
def judged(part: str) -> tuple[Judged, ...]:
    """Each sentence, a page of its own, with what the index makes of the words."""
    rows = PARTS[part]
    index = RecordIndex.of({part: tuple(parted(row)[0] for row in rows)}, CUES_ONLY)
    found = []
    for number, row in enumerate(rows, 1):
        _, words, at = parted(row)
        mentions = [one for one in index.look_for([words]) if (one.page, one.at) == (number, at)]
        assert len(mentions) == 1, row
        found.append(Judged(row["says"], row["standing"], mentions[0].standing))
    return tuple(found)


@pytest.mark.parametrize("part", PARTS)
def test_each_sentence_is_shown_as_it_says_or_as_is_known(part: str) -> None:
    expected = {
        row["says"]: row.get("shown_as", row["standing"]) for row in PARTS[part] if "words" not in row
    }
    assert {one.says: one.shown_as for one in judged(part) if one.says in expected} == expected


def test_the_sentences_are_many_and_every_standing_is_among_them() -> None:
    assert {row["standing"] for rows in PARTS.values() for row in rows} == set(STANDINGS)
    for part in PARTS:
        assert all(row.get("shown_as") != row["standing"] for row in PARTS[part])
    says = [(row["says"], row.get("words")) for rows in PARTS.values() for row in rows]
    assert len(says) == len(set(says)) >= 120


def figures(part: str) -> str:
    """The row of the table in the guide: sentences, precision and recall of `negated`, support that is lost."""
    rows = judged(part)
    told = [one for one in rows if one.shown_as == "negated"]
    true = [one for one in rows if one.standing == "negated"]
    right = sum(one.standing == "negated" for one in told)
    support = [one for one in rows if one.standing in ("affirmed", "uncertain", "historical")]
    lost = sum(one.shown_as in ("negated", "family") for one in support)
    return f"| {part} | {len(rows)} | {right} of {len(told)} | {right} of {len(true)} | {lost} of {len(support)} |"


@pytest.mark.parametrize("part", PARTS)
def test_the_guide_gives_the_figures_as_they_are(part: str) -> None:
    guide = library.read_text(Path(__file__).parents[2] / "docs" / "reviewer.md")
    assert figures(part) in guide


NORMAL = {
    "weakness": [
        ("Strength is 5/5.", "plain"),
        ("Motor exam is intact.", "plain"),
        ("Full strength in the upper extremities.", "plain"),
        ("Strength is 5/5 on the left.", "denied"),
        ("Strength has not returned to normal.", ""),
        ("Strength was normal before the fall.", ""),
        ("Goal: normal strength.", ""),
        ("Therapy to restore full strength.", ""),
        ("Strength is intact except for the left triceps.", ""),
        ("His mother has normal strength.", ""),
        ("Strength was tested.", ""),
    ],
    "fracture": [
        ("Fracture no, infection yes.", "plain"),
        ("The fracture no doubt exists.", "affirmed"),
    ],
    "fever": [
        ("Afebrile.", "plain"),
        ("Afebrile until yesterday.", ""),
        ("Not afebrile.", "affirmed"),
        ("His wife is afebrile.", "family"),
    ],
    "smoking": [("He is a nonsmoker.", "plain"), ("Not a nonsmoker.", "affirmed")],
    "loss of motion": [
        ("Range of motion is full.", "plain"),
        ("Range of motion is full except in flexion.", ""),
    ],
    "gait disturbance": [("Gait normal.", "plain"), ("Gait is normal with a cane.", "")],
    "sensory loss": [("Sensation intact.", "plain"), ("Sensation intact except the L5 dermatome.", "")],
    "hyperreflexia": [("Reflexes symmetric.", "plain"), ("Reflexes are 3+ and symmetric.", "")],
    "atrophy": [
        ("Calf girth equal.", "plain"),
        ("Thigh circumferences are symmetric.", "plain"),
        ("Calf girth 38 cm right, 36 cm left.", "affirmed"),
    ],
    "EMG": [
        ("EMG has not been obtained.", "plain"),
        ("EMG was obtained of the arms.", "affirmed"),
    ],
    "work": [("Hopes to return to work by spring.", "uncertain"), ("Returned to work.", "affirmed")],
    "improved": [
        ("Patients with this condition usually improve.", "printed"),
        ("The patient usually improves.", "affirmed"),
    ],
    "constipation": [
        ("Counseled that opioids may cause constipation.", "printed"),
        ("Norco may cause his constipation.", "uncertain"),
    ],
    "incontinence": [("Bladder control is normal.", "plain"), ("No longer continent of urine.", "affirmed")],
}


def test_what_is_normal_denies_the_finding_that_it_would_show() -> None:
    for finding, says, shown in [(of, *row) for of, rows in NORMAL.items() for row in rows]:
        found = RecordIndex.of({"d": (says,)}, OWN).look_for([finding])
        standings = [
            "plain" if one.plain else "denied" if one.standing == "negated" else one.standing for one in found
        ]
        assert standings == ([shown] if shown else [])


def test_locking_and_clicking_are_two_things() -> None:
    index = RecordIndex.of({"d": ("The knee clicks.", "The knee locks.")}, OWN)
    assert [one.page for one in index.look_for(["locking"])] == [2]
    assert [one.page for one in index.look_for(["clicking"])] == [1]


def test_what_is_wished_or_only_not_new_is_no_plain_denial() -> None:
    for term, says, plain in [
        ("weakness", "Goal: no weakness.", False),
        ("infection", "Antibiotics so that there is no infection.", False),
        ("weakness", "She wishes she had no weakness.", False),
        ("fracture", "No new fracture.", False),
        ("tumor", "No further tumor growth.", False),
        ("fracture", "Read as no fracture by a resident, later corrected.", False),
        ("fracture", "There is no fracture.", True),
    ]:
        (one,) = RecordIndex.of({"d": (says,)}, OWN).look_for([term])
        assert one.plain == plain


@pytest.mark.parametrize(
    ("term", "says"), [("fever", "No fever chart was kept."), ("fracture", "No fracture clinic.")]
)
def test_a_word_that_is_a_part_of_another_thing_denies_nothing(term: str, says: str) -> None:
    assert RecordIndex.of({"d": (says,)}, OWN).look_for([term]) == ()


def test_what_everybody_needs_is_a_finding_where_it_is_absent() -> None:
    for term, says, standing in [
        ("triceps reflex", "The right triceps reflex is absent.", "affirmed"),
        ("triceps", "Triceps reflex was absent.", "affirmed"),
        ("absent reflex", "Right triceps absent.", "affirmed"),
        ("brachioradialis", "Brachioradialis absent.", "affirmed"),
        ("neurologic deficit", "Reflexes: AJ absent on the left.", "affirmed"),
        ("triceps", "Triceps tenderness is absent.", "negated"),
        ("pedal pulse", "No pedal pulse on the left.", "affirmed"),
        ("vibration sensation", "Vibration sensation is absent at the toes.", "affirmed"),
        ("motion", "Active motion is absent at the great toe.", "affirmed"),
        ("function", "Hand function is absent.", "affirmed"),
        ("Hoffmann reflex", "Hoffmann reflex is absent.", "negated"),
        ("inverted radial reflex", "No inverted radial reflex.", "negated"),
        ("motion", "No motion at L4-5 on flexion-extension views.", "negated"),
        ("movement", "No movement disorder.", "negated"),
        ("triceps", "No triceps weakness.", "negated"),
        ("function", "No loss of hand function.", "negated"),
        ("conservative care", "Failure of conservative care is not shown.", "uncertain"),
        ("failure", "Failure of conservative care is not shown.", "negated"),
        ("instability", "Instability has not been demonstrated.", "negated"),
    ]:
        assert [one.standing for one in RecordIndex.of({"d": (says,)}, OWN).look_for([term])] == [standing]
