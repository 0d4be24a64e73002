"""A reviewer's words find the fact in the words of a note, among the first ten passages."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import yaml
from assistant.library import own_vocabulary
from assistant.records.index import RecordIndex
from tests.prove import scale

WORDINGS = Path(__file__).with_name("wordings.yaml")
PARTS: dict[str, list[list[Any]]] = yaml.parse_yaml(library.read_text(WORDINGS), WORDINGS.name).data
NOTES = 10
FIRST = 10
SAME_ON_EVERY_PAGE = (
    "PROGRESS NOTE\nChief complaint: the patient is here for a scheduled follow-up of the industrial claim.\n"
    "Vital signs: BP 128/82, pulse 72, temperature 98.4. Alert, oriented, in no acute distress. Motor 5/5.\n"
    "Denies fever, chills.\n"
)


@cache
def found(part: str) -> tuple[tuple[str, str, bool], ...]:
    """What is asked, the sentence, and whether it is among the first passages; the sentences stand in ten made files.

    Where not everything is tried, the first of the files is.
    """
    rows = [(str(asked), str(says)) for asked, says in PARTS[part]]
    told = []
    for begin in range(scale.of(1, NOTES)):
        mine = rows[begin::NOTES]
        pages = tuple(f"{SAME_ON_EVERY_PAGE}\n{says}\n\nThe above was discussed.\n" for _, says in mine)
        index = RecordIndex.of({"note": pages}, own_vocabulary())
        for number, (asked, says) in enumerate(mine, 1):
            passages = dict.fromkeys((one.page, one.start, one.quote) for one in index.find(asked))
            first = list(passages)[:FIRST]
            told.append((asked, says, any(page == number and quote in says for page, _, quote in first)))
    return tuple(told)


@pytest.mark.parametrize("part", PARTS)
def test_nine_of_ten_wordings_are_found(part: str) -> None:
    rows = found(part)
    missed = [(asked, says) for asked, says, right in rows if not right]
    assert len(missed) * 10 <= len(rows), missed


def test_the_wordings_are_many_and_none_stands_twice() -> None:
    rows = [(str(asked), str(says)) for part in PARTS.values() for asked, says in part]
    assert len(rows) == len(set(rows)) > 500


def looked_for(term: str, *pages: str) -> list[str]:
    return [one.marked[1] for one in RecordIndex.of({"d": pages}, own_vocabulary()).look_for([term])]


@pytest.mark.parametrize("term", ["chiropractic", "manipulation", "operation", "surgery"])
def test_a_person_who_shares_the_root_of_a_treatment_is_none(term: str) -> None:
    assert looked_for(term, "To: the adjuster. He is a forklift operator.\n") == []


def test_numbers_short_forms_and_words_apart_are_found_for_a_question() -> None:
    for term, text, surfaces in [
        ("weakness", "Deltoid 4/5, biceps 4+/5, triceps 4-/5, grip 5/5.", ["Deltoid 4/5", "4+/5", "4-/5"]),
        ("weakness", "Seen 4/5/2014 for C4-5. Rated 4/50.", []),
        (
            "fever",
            "Temp 101.3. T: 100.4 F. Temp 100.3. T 98.6 F. 38.5 C.",
            ["Temp 101.3", "T: 100.4", "38.5 C"],
        ),
        ("fever", "Age 101. Room 38.", []),
        ("physical therapy", "Had 12 PT visits. Pt is well. The pt denies pain.", ["PT visits"]),
        ("physical therapy", "PT helped. Pt is well.", ["PT"]),
        ("increasing pain", "Increasing neck pain.", ["Increasing neck pain"]),
        ("increasing pain", "Increasing weakness. Pain as before.", []),
        ("increasing pain", "Increasing swelling without pain.", []),
        (
            "earlier physical therapy",
            "No physical therapy so far. No PT to date. Plan: PT before surgery.",
            ["therapy so far", "PT to date"],
        ),
        ("earlier chiropractic", "No chiro yet.", ["chiro yet"]),
        (
            "years old",
            "Age 52. AGE: 67. 52 y/o male. He is 66. Temp 98 F.",
            ["Age 52", "AGE: 67", "52 y/o", "He is 66"],
        ),
        ("weight loss", "He lost about 20 pounds.", ["lost about 20 pounds"]),
        ("C5-C6", "Disc at C5-6, C5/6, C5/C6 and CS-6.", ["C5-6", "C5/6", "C5/C6", "CS-6"]),
        ("L5-S1", "Fusion L4 TO Sl.", ["L4 TO Sl"]),
        ("side effects", "He put a new tire on his truck. The flat tire on it was old.", []),
        ("side effects", "BMs every 5 days, itchy at night.", ["BMs every", "itchy"]),
        ("acupuncture", "Pins and needles in the foot. Needles twice a week.", ["Needles"]),
        ("fluoroscopy", "TFESI under C-arm.", ["C-arm"]),
        ("subacromial injection", "Numbed the bursa with Depo.", ["Numbed the", "Depo"]),
        ("earlier injection", "After her cortisone shot in the spine.", ["cortisone shot in the spine"]),
        ("strength", "Strength 5/5, grip 4/5.", ["Strength", "4/5"]),
        ("side effects", "She is tired on gabapentin. He feels too tired on it.", ["tired on", "tired on"]),
    ]:
        assert looked_for(term, text) == surfaces


def test_a_denial_among_words_that_stand_apart_denies_them() -> None:
    rows = {
        "She had no injections.": ("had injections", "negated"),
        "There is no weakness of the arm.": ("weakness arm", "negated"),
        "The arm has no weakness today.": ("arm weakness", "negated"),
        "He tried no formal physical therapy.": ("tried physical therapy", "negated"),
        "Surgery has not been recommended.": ("surgery recommended", "negated"),
        "Instability was never suspected.": ("instability suspected", "negated"),
        "The therapy failed to help.": ("therapy help", "negated"),
        "The arm is free of weakness.": ("arm weakness", "negated"),
        "Relief was not lasting.": ("relief lasting", "negated"),
        "The arm has weakness.": ("arm weakness", "affirmed"),
        "Care went on without relief.": ("without relief", "affirmed"),
        "Weakness with no arm pain.": ("weakness arm", ""),
        "Swelling without pain.": ("swelling pain", "negated"),
        "Increasing swelling without pain.": ("increasing pain", ""),
        "There was no morning without stiffness.": ("morning stiffness", "uncertain"),
        "Not a night without pain.": ("night pain", "affirmed"),
        "Strength of the EHL not what it was.": ("weakness", "affirmed"),
        "No side effects other than sleep.": ("side effects", "uncertain"),
        "Reflexes: none at the ankles.": ("absent reflex", "affirmed"),
        "Reflexes: none pathologic.": ("absent reflex", ""),
    }
    for text, (term, standing) in rows.items():
        found = RecordIndex.of({"note": (text,)}, own_vocabulary()).look_for([term])
        assert {one.standing for one in found} == ({standing} if standing else set()), text


def test_related_words_are_found_by_a_person_and_not_for_a_question() -> None:
    index = RecordIndex.of({"d": ("Oswestry 40.", "The sky is blue.")}, own_vocabulary())
    assert [one.page for one in index.find("activities of daily living")] == [1]
    assert index.look_for(["activities of daily living"]) == ()


def test_what_is_copied_from_note_to_note_stands_once_before_the_copies_and_in_the_newest() -> None:
    pages = {f"note-{number}": ("Complains of fever.",) for number in range(3)} | {
        "other": ("Febrile again.",)
    }
    dates = {f"note-{number}": f"2014-0{number + 1}-01" for number in range(3)}
    found = RecordIndex.of(pages, own_vocabulary(), dates=dates).find("fever")
    assert {one.document for one in found[:2]} == {"note-2", "other"}
    assert [one.document for one in found[2:]] == ["note-1", "note-0"]


def test_printed_words_stand_last() -> None:
    index = RecordIndex.of({"d": ("Call our office for fever.", "He had a fever.")}, own_vocabulary())
    assert [(one.page, one.standing) for one in index.find("fever")] == [(2, "affirmed"), (1, "printed")]


def test_a_word_that_only_may_mean_the_thing_affirms_nothing_beside_its_plain_denial() -> None:
    said = (
        "The wound is clean; no infection.",
        "The wound weeps.",
        "No infection now, the wound was draining pus.",
    )
    index = RecordIndex.of({"d": said}, own_vocabulary())
    standings: dict[int, set[str]] = {}
    for one in index.find("infection"):
        standings.setdefault(one.page, set()).add(one.standing)
    assert standings[1] == {"negated"}
    assert standings[2] == {"affirmed"}
    assert {"negated"} < standings[3]


NEAR = {"d": ("He is incontinent.", "She had a cholecystectomy.", "Renal function is normal.", "Walks well.")}


def near(query: str) -> list[int]:
    return [one.page for one in RecordIndex.of(NEAR, own_vocabulary()).find(query)]


def test_what_comes_near_is_found_where_the_words_are_not() -> None:
    assert near("wets his pants at night")[0] == 1
    assert near("gallbladder taken out")[0] == 2
    assert near("trouble with a kidney")[0] == 3


def test_a_phrase_in_quotes_finds_nothing_that_only_comes_near() -> None:
    assert near('"wets his pants"') == []
    assert near('kidney "wets his pants"') == []


def test_what_comes_near_stands_after_what_holds_all_words_and_fills_up_ten() -> None:
    pages = {"d": ("Numb right hand.", *("The foot is numb.",) * 12)}
    found = RecordIndex.of(pages, own_vocabulary()).find("numb hand")
    assert found[0].page == 1
    assert len(found) == 10


TOLD = {
    ("neurologic deficit", "weakness", "numbness"): [
        "EHL 4/5, new since 08/14.", "L deltoid 4 out of 5, down from 5.", "Quad strength has gone from 5 to 4 since June.",
        "Right shoulder abduction breaks with mild resistance.", "Can no longer do a single-leg heel raise.", "FDI 4-.",
        "Unable to walk on her heels.", "Shoulder shrug feeble on the left.", "R AJ absent.", "Achilles reflex is trace.",
        "Diminished LT over the dorsum of the foot.", "Sensation to PP dec'd L S1.", "\u2193 sensation lateral calf.",
        "Hypesthetic in the C7 distribution.", "Can't tell hot from cold.", "Monofilament not felt at the great toe.",
    ],
    ("myelopathy", "gait", "hyperreflexia", "Babinski"): [
        "Veers to the right.", "Needs the wall to steady himself.", "Cannot tandem.", "Wide stance, small steps.",
        "KJ 3+ with crossed adductors.", "Toes up-going on the left.",
    ],
    ("cauda equina", "bladder", "bowel"): [
        "Two episodes of wetting the bed.", "Feels he doesn't empty fully.", "Loses urine when she coughs.", "No perianal feeling.",
    ],
    ("infection", "fever"): [
        "Incision red, hot, and draining since Friday.", "ESR 88, CRP 22.", "Six weeks of IV vanc.", "MSSA grew from the aspirate.",
        "Temp up to 102 over the weekend.",
    ],
    ("cancer", "weight loss"): [
        "CT chest: spiculated nodule.", "Colectomy for adenoCA.", "A 15 lb drop in weight.", "Lump in the prostate, seeds placed.",
        "Brachytherapy in 2009.", "She takes Arimidex.", "Had a kidney removed.", "The breast lump was biopsied.",
    ],
    ("fever", "chills"): ["Wakes drenched in sweat.", "Soaks the sheets.", "His pajamas are soaked by dawn."],
    ("prior surgery",): [
        "They took the bulge off the nerve.", "He cleaned out the disc.", "The disk was trimmed down.", "A cage was put in at L5.",
        "Midline incision, healed.", "They shaved a bone spur.", "Rods and six screws.", "Had a microdisc in 2012.",
    ],
    ("surgical candidate", "recommend surgery", "considering surgery", "surgical consultation"): [
        "Dr. Vega recommends L4-5 fusion.", "We discussed a laminectomy.", "He is a candidate for decompression.",
        "Authorization for ACDF.", "A TLIF has been scheduled.", "I would take him to the OR.", "Refer to neurosurgery.",
        "We talked about a laminotomy.", "The surgeon wants it before he operates.",
    ],
    ("functional improvement",): [
        "Works full duty.", "Oswestry fell from 52 to 30.", "Sitting rose from 10 to 45 minutes.", "He went back to his old job.",
        "She can carry the laundry again.", "From 15 minutes of standing to an hour.", "Back to mowing the lawn.",
        "Her restriction was eased from 10 to 25 pounds.", "She can lift a jug overhead, which she could not.",
        "Restrictions were lifted in May.", "Walks a mile, up from two blocks.", "She has resumed driving.",
        "No longer uses a cane for stairs.", "Reaches the top shelf now.", "Released to regular work on June 2.",
    ],
    ("less medication", "weaned"): [
        "Naproxen was reduced from daily to as needed.", "Norco cut from four a day to one.", "He is off tramadol.",
        "Takes ibuprofen only as needed now.", "Stopped the muscle relaxant.", "Uses half as much Norco.",
        "No more injections were needed.", "Visits went from three a week to one.",
    ],
    ("flare", "exacerbation", "new injury"): [
        "His back went out on Tuesday.", "The neck seized up.", "Symptoms returned after a twist.", "A new strain in May.",
        "Worse since she lifted a box.", "A setback in June.",
    ],
    ("sensory loss",): ["Pin is less over the big toe."],
    ("fracture",): ["Superior endplate of L1 is compressed.", "Acute T12 VCF.", "Linear lucency through the C2 body."],
}  # fmt: skip
NOT_TOLD = {
    ("neurologic deficit", "weakness", "numbness"): [
        "Strength 5/5 throughout.", "EHL 5/5, TA 5/5.", "Pain 4 of 10, down from 5.", "He attended 4 of 12 visits.",
        "Knee extension 0 to 130 degrees.", "Cannot lift more than 20 pounds.", "She does not feel depressed.", "LT intact.",
        "He slipped on a spill.", "Blunt trauma to the thigh.",
    ],
    ("gait",): ["Gait is normal.", "He is walking short distances."],
    ("bladder", "bowel"): ["Denies bowel or bladder changes.", "He slipped on a wet floor.", "Normal rectal tone."],
    ("infection", "fever"): ["The wound was closed over a drain.", "ESR 12, CRP 2.", "WBC 7.2."],
    ("cancer", "weight loss"): ["Goals met.", "Pain with radiation to the left leg.", "Weight 180 lbs."],
    ("fever", "chills"): ["The bed is soaked with rain.", "He works up a sweat."],
    ("prior surgery",): [
        "X-rays taken in May showed the disc.", "He took ibuprofen; the disc bulges.", "Sat on the exam table.",
        "Cut down on smoking; bone density is normal.", "A plate of food.", "Cleaned the wound.",
    ],
    ("surgical candidate", "recommend surgery", "considering surgery", "surgical consultation"): [
        "Release to work is planned.", "Refer to physical therapy.", "Recommend an MRI.", "He discussed his job.",
    ],
    ("functional improvement",): [
        "Works with pain.", "Therapy twice a week, from May to June.", "The pain rose from 4 to 6.", "Pain eased with ice.",
        "Restrictions remain as before.", "No lifting over 20 pounds, as before.", "He could not lift.", "Off work since May.",
    ],
    ("less medication", "weaned"): [
        "Naproxen as before.", "Motion is reduced from 90 to 60 degrees.", "He quit his job.", "Ibuprofen as needed.",
        "Decreased sensation from the knee to the foot.", "Pain down from eight to four.",
    ],
    ("flare", "exacerbation", "new injury"): ["Pain in the back.", "Returned to the clinic.", "The lights went out."],
    ("fracture",): ["Loss of disc height at L4-5.", "Disc height is reduced.", "Vertebral body heights are maintained."],
}  # fmt: skip


@pytest.mark.parametrize(("rows", "told"), [(TOLD, True), (NOT_TOLD, False)])
def test_what_a_flag_looks_for_is_found_as_short_notes_tell_it(
    rows: dict[tuple[str, ...], list[str]], told: bool
) -> None:
    others = []
    for words, sentences in rows.items():
        index = RecordIndex.of({"d": tuple(sentences)}, own_vocabulary())
        found = {one.page for one in index.look_for(words) if one.supports}
        others += [says for page, says in enumerate(sentences, 1) if (page in found) is not told]
    assert others == []


def test_copies_leave_room_for_what_comes_near_and_the_rarest_word_ranks_it() -> None:
    notes = [f"Motor 5/5.\nShoulder pain on day {number}." for number in range(20)]
    notes[7] += "\nTA 3, EHL 3 on the left."
    index = RecordIndex.of({"d": tuple(notes)}, own_vocabulary())
    assert 8 in [one.page for one in index.find("motor exam")][:3]


def test_how_patients_tell_it_is_found_by_a_person_and_not_for_a_question() -> None:
    index = RecordIndex.of({"d": ("He barks at his kids.", "He walks well.")}, own_vocabulary())
    assert [one.page for one in index.find("irritability")] == [1]
    assert index.look_for(["irritability"]) == ()


def test_a_question_finds_what_is_told_in_two_words_of_one_thing_alone() -> None:
    for term, says, found in [
        ("numbness", "Walks on cotton, lost a slipper.", True),
        ("suicidal", "Keeps counting the pills.", False),
        ("weakness", "Cannot lift more than 20 pounds.", False),
        ("weakness", "His calf tires quickly.", True),
        ("sensory loss", "She does not feel depressed.", False),
    ]:
        assert bool(looked_for(term, says)) is found, says


def test_a_sentence_without_a_phrase_is_found_by_its_telling_words() -> None:
    pages = ("The lid of the jar defeats him.", "He was seen for 25 minutes.", "Blue sky.", "Grip 5/5.")
    found = [one.page for one in RecordIndex.of({"d": pages}, own_vocabulary()).find("grip")]
    assert found[:2] == [4, 1]
    assert 3 not in found


def test_words_tell_of_a_thing_as_far_as_they_tell_of_nothing_else() -> None:
    told = own_vocabulary().telling(["grip"])
    assert told["jar"] > told["hand"] > told["work"] > 0
    assert own_vocabulary().telling(["zebra"]) == {}


def test_a_slip_is_found_where_copies_of_one_line_fill_the_record() -> None:
    pages = (*("Denies fever, chills.",) * 12, "Febrlle to 39.2 overnight.")
    found = RecordIndex.of({"d": pages}, own_vocabulary()).find("fever")
    assert 13 in [one.page for one in found[:3]]
