"""The chronology of a case: what stands in it, what the records propose, and how a line gets in and out."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.records.course import Course, narrowed
from assistant.records.intake_proposals import CONFIRMED, OPEN, REFUSED

CASE = """\
# kept by hand
id: c
title: C
claim: {region: lumbar spine, injury: {date: 2021-02-09}}
documents:
  - {id: note, type: Progress note, date: 2023-10-16}
  - {id: mri, type: Radiology report, date: 2022-06-30}
timeline:
  # the injury
  - {date: 2021-02-09, says: The injury.}
items:
  "1": {service: an MRI, region: lumbar spine, prompt_set: lumbar-mri, ur_decision: {date: 2023-09-01}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "case"
    (made / "records").mkdir(parents=True)
    (made / "case.yaml").write_text(CASE, "utf-8")
    (made / "records" / "note.txt").write_text(
        "Work status\nModified duty: no lifting over 15 lb.\n\f", "utf-8"
    )
    (made / "records" / "mri.txt").write_text(
        "MRI LUMBAR SPINE\nIMPRESSION: L4-5 protrusion, left.\n\f", "utf-8"
    )
    return made


def states(course: Course) -> list[tuple[str, str]]:
    return [(one.fields["date"], one.state) for one in course.proposals]


def test_confirmed_and_proposed_lines_stand_oldest_first(folder: Path) -> None:
    with Course(folder, write=False) as course:
        assert states(course) == [("2021-02-09", CONFIRMED), ("2022-06-30", OPEN), ("2023-10-16", OPEN)]
        assert course.proposals[2].notes == ("after the decision",)
    assert not (folder / ".import").exists()


def test_a_confirmed_line_goes_into_the_case_with_its_comments_kept(folder: Path) -> None:
    with Course(folder) as course:
        course.confirm(course.proposals[1].key)
        assert states(course)[1] == ("2022-06-30", CONFIRMED)
    text = (folder / "case.yaml").read_text("utf-8")
    assert "# kept by hand" in text
    assert "  # the injury" in text
    entry = library.rules_for(library.open_case(folder)).case.timeline[1]
    assert (entry.kind, entry.region, str(entry.evidence[0])) == ("study", "lumbar spine", "mri:1")
    assert entry.evidence[0].quote.startswith("IMPRESSION: L4-5 protrusion")


def test_what_is_refused_is_not_proposed_again_until_it_is_opened(folder: Path) -> None:
    with Course(folder) as course:
        key = course.proposals[1].key
        course.refuse(key)
    with Course(folder) as again:
        assert again.get(key).state == REFUSED
        again.reopen(key)
        assert again.get(key).state == OPEN


def test_a_line_is_corrected_before_and_after_it_is_confirmed(folder: Path) -> None:
    with Course(folder) as course:
        key = course.proposals[1].key
        course.correct(key, "says", "An MRI showed a protrusion.")
        course.confirm(key)
        held = next(one for one in course.proposals if one.fields["says"] == "An MRI showed a protrusion.")
        course.correct(held.key, "date", "June 2022")
    assert [
        (str(one.date), one.says) for one in library.rules_for(library.open_case(folder)).case.timeline
    ] == [
        ("2021-02-09", "The injury."),
        ("2022-06", "An MRI showed a protrusion."),
    ]


def test_a_line_is_taken_out_and_an_empty_list_stays_one(folder: Path) -> None:
    with Course(folder) as course:
        course.confirm(course.proposals[1].key)
        for one in [one for one in course.proposals if one.state == CONFIRMED]:
            course.refuse(one.key)
    assert library.rules_for(library.open_case(folder)).case.timeline == ()
    assert "timeline: []" in (folder / "case.yaml").read_text("utf-8")


def test_a_case_that_is_only_read_is_not_written(folder: Path) -> None:
    with Course(folder, write=False) as course, pytest.raises(Refused, match="only read"):
        course.confirm(course.proposals[1].key)


def test_lines_are_narrowed_by_kind_region_and_side(folder: Path) -> None:
    with Course(folder, write=False) as course:
        lines = course.proposals
        assert [one.fields["date"] for one in narrowed(lines, kind="study")] == ["2022-06-30"]
        assert [one.fields["date"] for one in narrowed(lines, region="lumbar")] == ["2022-06-30"]
        assert len(narrowed(lines, side="right")) == len(
            [one for one in lines if one.fields["side"] != "left"]
        )


def test_two_lines_of_one_sentence_are_two(folder: Path) -> None:
    (folder / "records" / "note.txt").write_text(
        "History\nHe had a fusion from L4 to S1 on April 20, 2009 and removal of the hardware on October 2, 2012.\n\f",
        "utf-8",
    )
    with Course(folder) as course:
        for kind in ("2009-04-20", "2012-10-02"):
            course.confirm(next(one.key for one in course.proposals if one.fields["date"] == kind))
        course.refuse(next(one.key for one in course.proposals if one.fields["date"] == "2012-10-02"))
        assert [state for date, state in states(course) if date in ("2009-04-20", "2012-10-02")] == [
            CONFIRMED,
            REFUSED,
        ]


def test_a_line_of_ones_own_goes_into_the_timeline_once_and_is_taken_out_like_the_others(
    folder: Path,
) -> None:
    with Course(folder) as course:
        place = course.proposals[1].evidence[0]
        added = course.add("line", "2022-07-01 A fall.", place)
        assert (added.state, added.fields["says"], str(added.evidence[0])) == (
            CONFIRMED,
            "July 1, 2022: A fall.",
            "mri:1",
        )
        for said, on in (
            ("2022-07-01 A fall.", place),
            ("2022-07-02 A fall.", None),
            ("A fall.", place),
            ("2022-07-02", place),
        ):
            with pytest.raises(Refused):
                course.add("line", said, on)
        assert len(library.rules_for(library.open_case(folder)).case.timeline) == 2
        course.refuse(added.key)
    assert len(library.rules_for(library.open_case(folder)).case.timeline) == 1


def test_a_line_is_changed_in_plain_words_and_one_that_cannot_be_read_is_refused(folder: Path) -> None:
    with Course(folder) as course:
        course.change("add", "mri:1 2022-07-01 A fall.")
        key = next(one.key for one in course.proposals if one.fields["says"] == "July 1, 2022: A fall.")
        course.change("correct", f"{key} says A fall on stairs.")
        for what, words in (
            ("add", "mri:9 2022-07-01 A fall."),
            ("add", "other:1 2022-07-01 A fall."),
            ("add", ""),
            ("correct", f"{key} says"),
            ("confirm", "nothing"),
        ):
            with pytest.raises(Refused):
                course.change(what, words)
        assert "A fall on stairs." in [one.fields["says"] for one in course.proposals]


def test_each_part_that_is_corrected_before_a_line_is_confirmed_stays_and_its_words_name_the_day(
    folder: Path,
) -> None:
    with Course(folder) as course:
        key = course.proposals[1].key
        before = course.proposals[1].fields["says"]
        assert "June 30, 2022" in before
        course.correct(key, "side", "left")
        course.correct(key, "date", "2022-06-29")
        held = course.get(key).fields
        assert (held["side"], held["date"]) == ("left", "2022-06-29")
        assert held["says"] == before.replace("June 30, 2022", "June 29, 2022")
        course.confirm(key)
        course.correct(
            next(one.key for one in course.proposals if one.fields["date"] == "2022-06-29"), "date", "2022"
        )
        assert "June" not in course.proposals[1].fields["says"]
