"""Which plain facts a text mentions, and which words only look like one."""

from __future__ import annotations

import time
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from assistant.core.dates import PartialDate
from assistant.core.record.mentions import (
    DateMention,
    FactMention,
    LevelMention,
    RegionMention,
    SideMention,
    akin,
    extract,
    level_range,
    regions_of,
    touches,
)


def dates(text: str) -> list[str]:
    return [str(one) for one in extract(text) if isinstance(one, DateMention)]


def levels(text: str) -> list[tuple[str, ...]]:
    return [one.levels for one in extract(text) if isinstance(one, LevelMention)]


def sides(text: str) -> list[tuple[str, str]]:
    return [(one.side, one.region) for one in extract(text) if isinstance(one, SideMention)]


def regions(text: str) -> list[str]:
    return [one.region for one in extract(text) if isinstance(one, RegionMention)]


def test_dates_are_read_however_they_are_written() -> None:
    for text, expected in [
        ("on July 12, 2014", ["July 12, 2014"]),
        ("on July 12 2014.", ["July 12, 2014"]),
        ("on July 12th, 2014", ["July 12, 2014"]),
        ("on 12 July 2014", ["July 12, 2014"]),
        ("on the 12th of July 2014", ["July 12, 2014"]),
        ("on 2014-07-12", ["July 12, 2014"]),
        ("progress-note-2014-07-17", ["July 17, 2014"]),
        ("on 7/12/2014", ["July 12, 2014"]),
        ("on 07-12-2014", ["July 12, 2014"]),
        ("on 7/12/14", ["July 12, 2014"]),
        ("on Sept. 4, 2014", ["September 4, 2014"]),
        ("Jul 2014", ["July 2014"]),
        ("in June 2014", ["June 2014"]),
        ("in June of 2014", ["June 2014"]),
        ("in june 2014", ["June 2014"]),
        ("06/2014", ["June 2014"]),
        ("2014-06", ["June 2014"]),
        ("performed in June and August 2014, respectively", ["June 2014", "August 2014"]),
        ("in June, July and August 2014", ["June 2014", "July 2014", "August 2014"]),
        ("June-August 2014", ["June 2014", "August 2014"]),
        ("in June and again in August of 2014", ["June 2014", "August 2014"]),
        ("July 12 and August 4, 2014", ["July 12, 2014", "August 4, 2014"]),
        ("July 12, 14 and 20, 2014", ["July 12, 2014", "July 14, 2014", "July 20, 2014"]),
        ("12 and 14 July 2014", ["July 12, 2014", "July 14, 2014"]),
        ("between May 10 and July 17, 2014", ["May 10, 2014", "July 17, 2014"]),
        ("films of June and August", ["June", "August"]),
        ("films of june and august", ["June", "August"]),
        ("The June films", ["June"]),
        ("on May 10 he was seen", ["May 10"]),
        ("in May she was seen", ["May"]),
        ("in 2014", ["2014"]),
        ("since 2012 and until 2014", ["2012", "2014"]),
        ("June 2014. In July 2015", ["June 2014", "July 2015"]),
    ]:
        assert dates(text) == expected


def test_what_only_looks_like_a_date_is_left_alone() -> None:
    for text in [
        "They may be right.",
        "May the request be approved?",
        "Films may march in step with symptoms.",
        "Dr. June saw the applicant.",
        "an august body",
        "8 CCR 9792.10.6(b)(2)",
        "Labor Code section 4610.5(c)(2)",
        "Table 8-8, page 182",
        "Norco 10/325 #90, strength 5/5, pain 7/10",
        "of 2000 mg",
        "case CM14-0093711",
        "13/45/2014",
        "phone 555-2014-0412",
        "decide, separate, marginal, secondary",
        "2014 patients were studied",
    ]:
        assert dates(text) == []


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_every_day_is_found_in_its_prose_in_iso_and_with_slashes(day: date) -> None:
    made = PartialDate(day.year, day.month, day.day)
    for written in (made.prose(), str(made), f"{day.month}/{day.day}/{day.year}"):
        assert dates(f"seen on {written}, again.") == [made.prose()]


def test_levels_are_segments_or_lone_vertebrae() -> None:
    for text, expected in [
        ("at C4-C5", [("C4-C5",)]),
        ("at C4-5", [("C4-C5",)]),
        ("at C4/5", [("C4-C5",)]),
        ("at c5-6", [("C5-C6",)]),
        ("at C4–C5", [("C4-C5",)]),
        ("C4 through C6", [("C4-C5", "C5-C6")]),
        ("C4 to C6", [("C4-C5", "C5-C6")]),
        ("C4-C6", [("C4-C5", "C5-C6")]),
        ("C4-5-6 revision", [("C4-C5", "C5-C6")]),
        ("L4-5/L5-S1", [("L4-L5", "L5-S1")]),
        ("L4-5 and L5-S1", [("L4-L5",), ("L5-S1",)]),
        ("L4-S1 fusion", [("L4-L5", "L5-S1")]),
        ("L5-1, C7-1 and T12/1", [("L5-S1",), ("C7-T1",), ("T12-L1",)]),
        ("C5-6 and 6-7", [("C5-C6",), ("C6-C7",)]),
        ("L3-4, 4-5, and 5-S1", [("L3-L4",), ("L4-L5",), ("L5-S1",)]),
        ("C 5-6 and L 5-S1", [("C5-C6",), ("L5-S1",)]),
        ("L4-5 and 4/5 strength", [("L4-L5",)]),
        ("C5-6, 6-7 visits", [("C5-C6",)]),
        ("L4-5-1", [("L4-L5", "L5-S1")]),
        ("C5\u20116", [("C5-C6",)]),
        ("T12-L1", [("T12-L1",)]),
        ("C7-T1 discogram", [("C7-T1",)]),
        ("at C4", [("C4",)]),
        ("C5 and C6 roots", [("C5",), ("C6",)]),
        ("the C8 root", [("C8",)]),
    ]:
        assert levels(text) == expected


def test_what_only_looks_like_a_level_is_left_alone() -> None:
    for text in [
        "T2-weighted images",
        "T1 signal",
        "C9",
        "T13",
        "L7-8",
        "S13.4XXA",
        "M54.2",
        "L0637",
        "L03.1",
        "Table C4",
        "HbA1c",
        "C50",
        "C4.5",
        "vitamin C 5-6 tablets",
        "the patient's 1-2 weeks",
    ]:
        assert levels(text) == []


def test_a_side_is_one_of_a_part_of_the_body() -> None:
    for text, expected in [
        ("the left shoulder", [("left", "shoulder")]),
        ("right-sided radiculopathy", [("right", "")]),
        ("tear of the left supraspinatus", [("left", "")]),
        ("(L) shoulder", [("left", "shoulder")]),
        ("Rt. knee", [("right", "knee")]),
        ("weakness, 3/5, on the L.", [("left", "")]),
        ("L-sided pain, RUE weak", [("left", ""), ("right", "")]),
        ("sensation reduced at the R S1 root", [("right", "")]),
        ("L UE 4/5, Rt. LE 5/5", [("left", ""), ("right", "")]),
        ("Knee (R), shoulder (Lt)", [("right", ""), ("left", "")]),
        ("SLR + L, SLR -R", [("left", ""), ("right", "")]),
        ("Spurling pos R", [("right", "")]),
        ("Tinel's (+) R", [("right", "")]),
        ("B/L knees", [("bilateral", "")]),
        ("R/L knee pain", [("bilateral", "")]),
        ("bilat. arm pain, R > L", [("bilateral", ""), ("bilateral", "")]),
        ("the right upper extremity", [("right", "upper extremity")]),
        ("left C5-C6 foraminal narrowing", [("left", "")]),
        ("pain on the left.", [("left", "")]),
        ("bilateral knees", [("bilateral", "knee")]),
        ("both knees", [("bilateral", "knee")]),
        ("left and right shoulders", [("bilateral", "shoulder")]),
        ("has left knee pain", [("left", "knee")]),
        ("a left transforaminal injection", [("left", "")]),
    ]:
        assert sides(text) == expected


def test_what_only_looks_like_a_side_is_left_alone() -> None:
    for text in [
        "the right to appeal",
        "the right of review",
        "the right treatment",
        "He is right.",
        "right now",
        "The records left the cervical question open.",
        "What is left to decide",
        "it was left with neck pain unexplained",
        "left out of the record",
        "the question left after cervical fusion",
        "MRI of the L-spine, L4-5 disc",
        "seen by Dr. R. Hand",
        "5 mL, vial L",
        "LT intact over the foot",
        "Lyrica(R) 75 mg",
        "50 mg - R. Smith MD",
        "blood + L-dopa",
        "negative RF",
        "Dr. R > Dr. L",
    ]:
        assert sides(text) == []


def test_regions_go_by_all_their_names() -> None:
    for text, expected in [
        ("x-rays of the neck", ["cervical spine"]),
        ("the C-spine", ["cervical spine"]),
        ("low back pain", ["lumbar spine"]),
        ("lumbosacral strain", ["lumbar spine"]),
        ("mid-back pain", ["thoracic spine"]),
        ("rotator cuff tear", ["shoulder"]),
        ("both knees", ["knee"]),
        ("upper extremities", ["upper extremity"]),
        ("pain in the right hand", ["hand"]),
        ("on the other hand, at hand", []),
        ("hand-edited by an arm's length reviewer", []),
        ("under the C-arm, with a C arm at hand", []),
        ("femoral neck fracture", ["lower extremity"]),
        ("bottleneck, legal, elegant, kneel, hipster", []),
        ("the back of the file", []),
    ]:
        assert regions(text) == expected


def test_a_mention_is_borne_by_a_fact_that_says_as_much() -> None:
    for said, record, borne in [
        ("July 2014", "July 12, 2014", True),
        ("July 12, 2014", "July 12, 2014", True),
        ("July 12, 2014", "July 2014", False),
        ("June 2014", "July 12, 2014", False),
        ("in 2014", "July 12, 2014", True),
        ("in 2013", "July 12, 2014", False),
        ("in July", "July 12, 2014", True),
        ("in June", "July 12, 2014", False),
        ("July 13", "July 12, 2014", False),
        ("C4 through C6", "C4-C5 and C5-C6", True),
        ("C4-C5", "C4 through C6", True),
        ("C4-C6", "C4-C5", False),
        ("C4", "C4-C5", True),
        ("C7", "C4-C5", False),
        ("C4-C5", "C4 and C5", False),
        ("the left knee", "left knee", True),
        ("the left knee", "both knees", True),
        ("the left knee", "left shoulder", False),
        ("the right knee", "left knee", False),
        ("bilateral knees", "left knee and right knee", True),
        ("bilateral knees", "left knee", False),
        ("left-sided pain", "left knee", True),
        ("the left arm", "left shoulder", True),
        ("neck", "cervical spine", True),
        ("low back", "cervical spine", False),
    ]:
        known = extract(record)
        mentions: list[FactMention] = [
            one for one in extract(said) if not _whole_region_beside_a_side(one, said)
        ]
        assert mentions
        assert all(one.borne_by(known) for one in mentions) is borne


def _whole_region_beside_a_side(mention: FactMention, said: str) -> bool:
    return isinstance(mention, RegionMention) and bool(sides(said))


def test_vertebrae_in_a_row_become_segments() -> None:
    assert level_range(["C4", "C6"]) == ("C4-C5", "C5-C6")
    assert level_range(["c6", "c4"]) == ("C4-C5", "C5-C6")
    assert level_range(["T12", "L1"]) == ("T12-L1",)
    assert level_range(["C4", "C40"]) is None
    assert touches("C5", ["C4-C5"])
    assert not touches("C5", ["C6-C7"])


def test_regions_are_akin_within_a_limb_and_along_its_nerves() -> None:
    assert akin("shoulder", "upper extremity")
    assert akin("cervical spine", "hand")
    assert akin("foot", "lumbar spine")
    assert akin("wrist", "hand")
    assert akin("hand", "elbow")
    assert not akin("wrist", "elbow")
    assert not akin("hand", "shoulder")
    assert not akin("cervical spine", "lumbar spine")
    assert not akin("cervical spine", "lower extremity")
    assert not akin("knee", "hip")
    assert regions_of("cervical and lumbar spine") == {"cervical spine", "lumbar spine"}


@given(st.text(max_size=400) | st.text("C4L5-/ 0129,.JuneMayand", max_size=400))
def test_any_text_is_read_without_a_fault_and_in_order(text: str) -> None:
    found = extract(text)
    starts = [one.start for one in found]
    assert starts == sorted(starts)
    assert all(0 <= start <= len(text) for start in starts)
    assert all(str(one) for one in found)


def test_reading_takes_time_in_proportion_to_length() -> None:
    for piece in ["C4-", "12, ", "June and ", "left ", "July 12, 14 and ", "1/", "bilateral the "]:
        text = piece * (20_000 // len(piece))
        begun = time.perf_counter()
        extract(text)
        assert time.perf_counter() - begun < 5
