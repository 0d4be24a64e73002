"""A packet on its way to a case: what is proposed, confirmed, corrected and refused, and the case that comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.records.intake import Intake
from assistant.records.intake_proposals import (
    CLAIM,
    CONFIRMED,
    DOCUMENT,
    ITEM,
    LINE,
    OPEN,
    QUESTION,
    REFUSED,
    Proposal,
)
from assistant.records.reading import PageJournal
from benchmarks.pdf_writer import text_pdf

UR = """UTILIZATION REVIEW DETERMINATION
Date of decision: November 15, 2023 Date request received: November 8, 2023
Employee: Jane Doe Claim number: MB-21-000417
Date of injury: February 9, 2021
Requested treatment Quantity Decision
1 MRI lumbar spine without contrast (CPT 72148) 1 DENIED (non-certified)
Rationale
There is no documentation of a new deficit since the last study.
Criteria
MTUS/ACOEM, Low Back Disorders.
Gil Pump, MD
California license G-00000"""
RFA = """REQUEST FOR AUTHORIZATION
Name: Jane Doe Date of birth: 07/19/1976
Name: Ann Quill, MD
MRI lumbar spine without contrast 72148 1 study
Requesting physician signature: Ann Quill, MD Date: 11/06/2023"""
NOTE = """PROGRESS REPORT (PR-2)
Patient: Doe, Jane Date of visit: 10/16/2023
Subjective
She has low back pain. She completed 24 visits of PT postoperatively.
Data
MRI 06/30/2022: no herniation.
Work status
Modified duty: no lifting over 15 lb.
Electronically signed by Ann Quill, MD on 10/16/2023"""
WRIST = """X-RAY LEFT WRIST, 3 VIEWS
Patient: Doe, Jane
Exam date: 05/03/2018
IMPRESSION: No fracture.
Electronically signed by: Fen Bright, MD"""


def packet(folder: Path, *pages: str) -> Path:
    path = folder / "packet.txt"
    path.write_text("\f".join(pages), "utf-8")
    return path


def work_on(folder: Path, *pages: str) -> Intake:
    work = Intake(folder / "case", lambda *_: None, None)
    work.arrive([packet(folder, *pages)])
    return work


def of(work: Intake, group: str) -> list[Proposal]:
    return [one for one in work.proposals if one.group == group]


def settle(work: Intake) -> None:
    for one in list(work.wanting):
        work.confirm(one.key)


def test_a_packet_becomes_a_case_that_can_be_opened(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        settle(work)
        work.confirm(next(one.key for one in of(work, LINE) if one.fields["kind"] == "study"))
        made = work.finish("neck", "MRI", True)
    case = library.rules_for(library.open_case(made)).case
    assert (case.id, case.practice) == ("neck", True)
    item = case.items["1"]
    assert (item.service, item.region, item.prompt_set) == (
        "MRI lumbar spine without contrast",
        "lumbar spine",
        "lumbar-mri",
    )
    assert (str(item.ur_date), str(item.request_date)) == ("2023-11-15", "2023-11-06")
    assert case.fact("case.claim.injury.date") == "2021-02-09"
    assert case.fact("case.claim.complaint") == "low back pain"
    assert [(str(one.date), one.kind, one.evidence[0].quote) for one in case.timeline] == [
        ("2022-06-30", "study", "MRI 06/30/2022: no herniation.")
    ]
    assert {one.title: one.author for one in case.documents.values()} == {
        "Utilization review report": "Gil Pump, MD",
        "Request for authorization": "Ann Quill, MD",
        "Progress note": "Ann Quill, MD",
    }
    assert [one.name for one in tmp_path.iterdir() if one.name.startswith(".")] == []


def test_nothing_is_a_fact_before_it_is_confirmed(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        with pytest.raises(Refused, match="still open"):
            work.finish("neck", "MRI", True)
        settle(work)
        made = work.finish("neck", "MRI", True)
    assert library.rules_for(library.open_case(made)).case.timeline == ()


def test_what_was_decided_is_kept_when_the_work_is_stopped(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        line = of(work, LINE)[0]
        work.refuse(line.key)
        work.correct(of(work, ITEM)[0].key, "side", "left")
    with work_on(tmp_path, UR, RFA, NOTE) as again:
        assert again.get(line.key).state == "refused"
        assert of(again, ITEM)[0].fields["side"] == "left"


def test_a_corrected_document_changes_what_rests_on_its_day(tmp_path: Path) -> None:
    with work_on(
        tmp_path, UR, RFA, NOTE.replace("Date of visit: 10/16/2023", "").replace("on 10/16/2023", "")
    ) as work:
        note = of(work, DOCUMENT)[2]
        assert "date" in note.asked
        assert not any(one.fields["kind"] == "work" for one in of(work, LINE))
        work.correct(note.key, "date", "Oct 16, 2023")
        (line,) = [one for one in of(work, LINE) if one.fields["kind"] == "work"]
        assert line.fields["date"] == "2023-10-16"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [("date", "Feb 30 2014", "does not exist"), ("date", "6/9/15", "with four digits"), ("colour", "x", "It has no “colour”"), ("prompt_set", "none-such", "no prompt set")],
)  # fmt: skip
def test_a_correction_that_can_not_be_is_refused(tmp_path: Path, name: str, value: str, says: str) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        key = of(work, ITEM)[0].key if name != "date" else of(work, DOCUMENT)[0].key
        with pytest.raises(Refused, match=says):
            work.correct(key, name, value)


def test_a_page_of_another_person_is_asked_about_and_goes_with_its_document(tmp_path: Path) -> None:
    other = NOTE.replace("Doe, Jane", "Roe, Martha").replace("10/16", "9/16")
    with work_on(tmp_path, UR, RFA, NOTE, other) as work:
        (asked,) = of(work, QUESTION)
        assert "Martha Roe" in asked.title
        work.refuse(asked.key)
        assert [one.state for one in of(work, DOCUMENT)] == ["open", "open", "open", "refused"]
        settle(work)
        assert len(library.rules_for(library.open_case(work.finish("a", "b", True))).case.documents) == 3


def test_two_claims_in_one_packet_are_asked_about(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA + "\nClaim number: ZZ-99-11111", NOTE) as work:
        assert any("same claim" in one.title for one in of(work, QUESTION))


def test_a_missing_report_is_said_and_nothing_but_the_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with work_on(tmp_path / "a", RFA, NOTE) as work:
        assert any("no utilization review report" in one.title for one in of(work, QUESTION))
    with work_on(tmp_path / "b", UR) as work:
        settle(work)
        with pytest.raises(Refused, match="nothing but the utilization review report"):
            work.finish("a", "b", True)


def test_a_region_is_named_by_its_levels_too(tmp_path: Path) -> None:
    asked = UR.replace("MRI lumbar spine without contrast (CPT 72148)", "Baclofen 10 mg")
    note = "PROGRESS REPORT\nDate of visit: 10/16/2023\nLeg pain after a fusion from L4 to S1, decreased L5.\nAnn Quill, MD"
    with Intake(tmp_path / "case", lambda *_: None) as work:
        work.arrive([packet(tmp_path, asked, note)])
        assert [one.fields["region"] for one in of(work, ITEM)] == ["lumbar spine"]


def test_another_region_and_what_lies_outside_the_claims_time_is_marked(tmp_path: Path) -> None:
    late = NOTE.replace("10/16/2023", "12/20/2023")
    with work_on(tmp_path, UR, RFA, WRIST, late) as work:
        notes = {one.fields["kind"]: one.notes for one in of(work, LINE)}
    assert notes["work"] == ("after the decision",)
    with work_on(tmp_path, UR, RFA, WRIST, late) as work:
        wrist = next(one for one in of(work, LINE) if one.fields["region"] == "wrist")
    assert wrist.notes == ("before the injury", "speaks of another region (wrist)")


def test_two_counts_of_one_treatment_stand_together(tmp_path: Path) -> None:
    other = NOTE.replace("10/16", "8/14").replace("24 visits", "12 visits")
    with work_on(tmp_path, UR, RFA, NOTE, other) as work:
        said = {one.fields["says"]: one.others for one in of(work, LINE) if one.fields["kind"] == "therapy"}
    assert all(len(others) == 1 for others in said.values())
    assert len(said) == 2


def test_a_page_that_is_there_twice_is_named_and_left_out(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE, NOTE) as work:
        assert work.notes == ["Page 4 is page 3 once more, and in no document."]
        assert len(of(work, DOCUMENT)) == 3


def test_a_document_that_is_left_out_and_taken_in_again(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        note = of(work, DOCUMENT)[2].key
        work.refuse(note)
        assert not of(work, LINE)
        work.reopen(note)
        assert of(work, LINE)


def test_a_folder_is_read_file_by_file_and_a_second_copy_once(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    for name, page in (("1.txt", UR), ("2.txt", RFA), ("3.txt", NOTE), ("4.md", NOTE), ("5.xyz", "no")):
        (folder / name).write_text(page, "utf-8")
    (folder / "older").mkdir()
    with Intake(tmp_path / "case", lambda *_: None, None) as work:
        work.arrive([folder])
        assert [work.where(one.evidence[0]) for one in of(work, DOCUMENT)] == [
            "1.txt, page 1",
            "2.txt, page 1",
            "3.txt, page 1",
        ]
        assert [one.title for one in of(work, DOCUMENT)] == ["1.txt, p. 1", "2.txt, p. 1", "3.txt, p. 1"]
        assert work.notes == [
            "Not read, of the folder given: 5.xyz, older.",
            "4.md is there twice; it is read once.",
        ]


def test_where_something_stands_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "x").write_text("x")
    with pytest.raises(Refused, match="There is something here already"):
        Intake(tmp_path / "case", lambda *_: None, None)


def test_a_case_that_could_not_be_opened_is_not_made(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        item = of(work, ITEM)[0]
        work.correct(item.key, "prompt_set", "general")
        work.correct(item.key, "quantity", "many")
        settle(work)
        with pytest.raises(Refused):
            work.finish("a", "b", True)
        assert not (tmp_path / "case").exists()
        assert work.get(item.key).state == CONFIRMED


def test_a_stamp_at_the_head_of_each_page_is_no_title(tmp_path: Path) -> None:
    pages = [
        f"NOTICE OF RECORDS Page {number} of 4\n{page}"
        for number, page in enumerate((UR, RFA, NOTE, WRIST), 1)
    ]
    stamped = [page.replace("\n", "\nPage 1 of 1\n", 1) for page in pages]
    with work_on(tmp_path, *stamped) as work:
        assert [one.fields["type"] for one in of(work, DOCUMENT)] == [
            "Utilization review report", "Request for authorization", "Progress note", "Radiology report",
        ]  # fmt: skip


def test_what_no_page_says_is_asked_and_written_by_the_person(tmp_path: Path) -> None:
    with work_on(tmp_path, NOTE, WRIST) as work:
        (item,) = of(work, ITEM)
        assert item.asked == ("service",)
        with pytest.raises(Refused, match="service is needed"):
            work.confirm(item.key)
        work.correct(item.key, "service", "an MRI of the lumbar spine")
        work.correct(item.key, "quantity", "2")
        work.correct(item.key, "unit", "studies")
        assert ", quantity 2 studies, " in of(work, ITEM)[0].words
        settle(work)
        case = library.rules_for(library.open_case(work.finish("a", "b", True))).case
    assert (case.items["1"].service, case.items["1"].requested) == ("an MRI of the lumbar spine", 2)


def test_a_decision_of_another_day_than_its_report_is_shown_with_it(tmp_path: Path) -> None:
    report = UR.replace("Requested treatment", "Decision date: 11/14/2023\nRequested treatment")
    with work_on(tmp_path, report, RFA, NOTE) as work:
        decision = work.get("decision")
        assert decision.fields["date"] == "2023-11-15"
        assert [one.split(" (")[0] for one in decision.others] == ["2023-11-14"]


def test_a_service_and_a_line_are_added_by_hand_and_kept(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        item = work.add(ITEM, " acupuncture, 12 visits ")
        place = next(one for one in of(work, DOCUMENT) if "Progress" in one.fields["type"]).evidence[0]
        line = work.add(LINE, "2023-09-01 A fall at home was told of.", place)
        assert item.key in {one.key for one in work.wanting}
        work.correct(line.key, "kind", "visit")
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        settle(work)
        work.confirm(line.key)
        case = library.rules_for(library.open_case(work.finish("back", "MRI", True))).case
    assert (case.items["2"].service, case.items["2"].prompt_set) == ("acupuncture, 12 visits", "acupuncture")
    assert [(one.kind, one.says, one.evidence[0].page) for one in case.timeline] == [
        ("visit", "September 1, 2023: A fall at home was told of.", 1)
    ]


def test_what_was_added_is_refused_and_taken_up_again(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        key = work.add(ITEM, "acupuncture").key
        work.refuse(key)
        assert key not in {one.key for one in work.wanting}
        work.reopen(key)
        assert work.get(key).fields["service"] == "acupuncture"


@pytest.mark.parametrize(
    ("group", "said"), [(ITEM, " "), (LINE, "a fall"), (LINE, "2023-09-01"), (LINE, "2023-13-01 a fall")]
)
def test_what_says_nothing_or_no_day_is_not_added(tmp_path: Path, group: str, said: str) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        place = of(work, DOCUMENT)[0].evidence[0]
        before = list(work.proposals)
        with pytest.raises(Refused):
            work.add(group, said, place)
        assert work.proposals == before


def test_blank_pages_are_named(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, " ", RFA, NOTE) as work:
        assert work.notes == ["packet.txt: nothing stands on page 2."]


def test_a_page_of_another_person_that_is_confirmed_leaves_its_trace_in_the_case(tmp_path: Path) -> None:
    other = NOTE.replace("Doe, Jane", "Roe, Martha").replace("10/16", "9/16")
    with work_on(tmp_path, UR, RFA, NOTE, other) as work:
        settle(work)
        made = work.finish("a", "b", True)
    documents = library.rules_for(library.open_case(made)).case.documents.values()
    assert [one.confirmed for one in documents] == [(), (), (), ("page 1: another name",)]


def test_a_day_that_does_not_exist_is_asked_and_named(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE.replace("10/16/2023", "13/45/2023", 1)) as work:
        note = of(work, DOCUMENT)[2]
        assert (note.fields["date"], note.asked, note.notes) == ("", ("date",), ("13/45/2023 is no day",))


def test_a_document_and_a_decision_before_the_injury_are_marked_also_when_its_day_is_corrected(
    tmp_path: Path,
) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        assert not any("before the injury" in one.notes for one in work.proposals)
        work.correct("claim-injury", "date", "2024-02-09")
        assert {one.group for one in work.proposals if "before the injury" in one.notes} >= {
            DOCUMENT,
            "decision",
            LINE,
        }
        work.correct(of(work, DOCUMENT)[2].key, "date", "2024-03-01")
        assert of(work, DOCUMENT)[2].notes == ()


def test_what_the_report_says_stands_though_its_day_is_asked(tmp_path: Path) -> None:
    with work_on(tmp_path, UR.replace("Date of decision: November 15, 2023 ", ""), RFA, NOTE) as work:
        said = work.get("decision")
        assert (said.fields["date"], said.fields["guideline"]) == ("", "MTUS/ACOEM, Low Back Disorders")


def test_what_was_cut_in_another_way_than_its_number_can_become_a_case(tmp_path: Path) -> None:
    report = UR.replace("1 MRI lumbar spine without contrast (CPT 72148) 1 DENIED (non-certified)", "")
    report = report.replace(
        "Requested treatment Quantity Decision",
        "1. Gabapentin 600 mg #90 with 2 refills - Modified to #90 with no refills",
    )
    with work_on(tmp_path, report, RFA, NOTE) as work:
        (item,) = of(work, ITEM)
        assert (item.fields["quantity"], item.fields["certified"]) == ("90", "")
        settle(work)
        assert work.finish("a", "b", True).is_dir()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("empty.txt", "", r"empty\.txt: The file is empty \(0 bytes\)"),
        ("blank.txt", " \n\f\n ", r"blank\.txt: The file holds no words"),
        ("picture.png", "\x89PNG", r"picture\.png: Files with this ending are not brought in"),
        ("folder", None, r"folder: There is no file to read here"),
    ],
)
def test_a_packet_that_is_refused_is_named_and_leaves_nothing_behind(
    tmp_path: Path, name: str, text: str | None, says: str
) -> None:
    path = tmp_path / name
    path.mkdir() if text is None else path.write_text(text, "utf-8")
    with pytest.raises(Refused, match=says), Intake(tmp_path / "case", lambda *_: None, None) as work:
        work.arrive([path])
    assert [one.name for one in tmp_path.iterdir()] == [name]


def test_what_was_read_of_the_others_is_kept_where_one_file_is_refused(tmp_path: Path) -> None:
    bad = tmp_path / "blank.txt"
    bad.write_text("\n")
    good = packet(tmp_path, UR, RFA, NOTE)
    with (
        pytest.raises(Refused, match="of the other files is kept"),
        Intake(tmp_path / "case", lambda *_: None, None) as work,
    ):
        work.arrive([good, bad])
    assert (tmp_path / ".case.new").is_dir()


def test_a_case_of_which_no_page_says_the_claim_is_made_all_the_same(tmp_path: Path) -> None:
    with work_on(tmp_path, "PROGRESS NOTE\nShe is better.\nAnn Quill, MD") as work:
        for one in work.wanting:
            for name in ("service", "region"):
                if name in one.asked:
                    work.correct(one.key, name, "something")
        settle(work)
        assert "claim" not in library.open_case(work.finish("a", "b", True)).text


OTHER = """PROGRESS REPORT (PR-2)
Patient: Max Mouse Date of visit: 10/{day}/2023
Date of birth: 11/11/1980 Claim number: ZZ-09-001112
He has neck pain.
Electronically signed by Ann Quill, MD on 10/{day}/2023"""


def test_the_documents_of_another_person_are_asked_about_at_once_and_go_together(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE, OTHER.format(day=17), OTHER.format(day=18)) as work:
        [asked] = of(work, QUESTION)
        assert asked.title.startswith("Are these documents of the same person? They give the name Max Mouse")
        assert "the date of birth 1980-11-11" in asked.title
        assert [work.place(place)[1] for place in asked.evidence] == [4, 5]
        assert len(asked.others) == 3
        work.refuse(asked.key)
        assert [one.state for one in of(work, DOCUMENT)] == [OPEN, OPEN, OPEN, REFUSED, REFUSED]
        assert [one.state for one in of(work, QUESTION)] in ([], [REFUSED])
        settle(work)
        made = work.finish("neck", "MRI", True)
    assert len(library.rules_for(library.open_case(made)).case.documents) == 3


def test_a_packet_of_nothing_but_the_report_says_so_first(tmp_path: Path) -> None:
    with work_on(tmp_path, UR) as work:
        assert [one.key for one in of(work, QUESTION)] == ["no-records"]
        settle_what_can(work)
        with pytest.raises(Refused, match="nothing but the utilization review report"):
            work.finish("neck", "MRI", True)


def settle_what_can(work: Intake) -> None:
    for one in list(work.wanting):
        if "complaint" in one.asked:
            work.correct(one.key, "complaint", "low back pain")
        work.confirm(one.key)


def test_another_service_is_given_its_own_set_unless_one_was_chosen(tmp_path: Path) -> None:
    with work_on(tmp_path, UR, RFA, NOTE) as work:
        [item] = of(work, ITEM)
        work.correct(item.key, "service", "acupuncture, 12 visits")
        assert work.get(item.key).fields["prompt_set"] == "acupuncture"
        work.correct(item.key, "prompt_set", "general")
        work.correct(item.key, "service", "MRI lumbar spine")
        assert work.get(item.key).fields["prompt_set"] == "general"


def test_a_page_with_a_stamp_alone_is_told_as_empty(tmp_path: Path) -> None:
    pages = [f"FAB-{at:06d}\n{page}" for at, page in enumerate((UR, RFA, NOTE, ""), 1)]
    with work_on(tmp_path, *pages) as work:
        assert "packet.txt: nothing stands on page 4." in work.notes


def test_a_full_disk_keeps_the_pages_that_were_noted_and_the_work_goes_on_behind_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "packet.pdf"
    file.write_bytes(text_pdf([UR, RFA, NOTE, WRIST]))
    full, read = True, list[object]()
    write = PageJournal._write

    class Full:
        def __init__(self, file: IO[bytes]) -> None:
            self.file = file

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            self.file.close()
            raise OSError(28, "No space left on device")

    def noted(self: PageJournal, entry: dict[str, object]) -> None:
        if full and entry.get("page") == 3:
            self._file = Full(self._file)  # type: ignore[assignment,arg-type]
        write(self, entry)
        read.append(entry.get("page"))

    monkeypatch.setattr(PageJournal, "_write", noted)
    with pytest.raises(Refused, match=r"can't be kept: No space left.*2 are. Make room"):  # noqa: SIM117
        with Intake(tmp_path / "case", lambda *_: None, None) as work:
            work.arrive([file])
    full = False
    read.clear()
    with Intake(tmp_path / "case", lambda *_: None, None) as work:
        work.arrive([file])
        assert read == [3, 4]
        assert len(of(work, DOCUMENT)) == 4


def test_a_side_that_the_request_or_other_notes_give_stands_beside_that_of_the_report(tmp_path: Path) -> None:
    report = UR.replace("MRI lumbar spine without contrast (CPT 72148)", "Right knee arthroscopy")
    asked = RFA.replace("MRI lumbar spine without contrast 72148 1 study", "Left knee arthroscopy 29881 1")
    left = NOTE.replace("She has low back pain.", "She has left knee pain. Left knee pain is worse.")
    right = left.replace("10/16", "09/16").replace("left", "right").replace("Left", "Right")
    with work_on(tmp_path, report, asked, left, left.replace("10/16", "10/02"), right) as work:
        [item] = of(work, ITEM)
        assert item.fields["side"] == "right"
        assert item.others == ("left (request-for-authorization-2023-11-06:1)",)
        complaint = next(one for one in of(work, CLAIM) if one.key == "claim-complaint")
        assert complaint.fields["complaint"] == "left knee pain"
        assert complaint.others == ("right knee pain (progress-note-2023-09-16:1)",)


def test_of_two_reports_each_item_of_the_case_has_the_decision_of_its_own(tmp_path: Path) -> None:
    other = """UTILIZATION REVIEW DETERMINATION
Date of decision: December 1, 2023
Employee: Jane Doe Claim number: MB-21-000417
Requested treatment Quantity Decision
1 TENS unit 1 DENIED (non-certified)
Rationale
No trial was had.
Gil Pump, MD"""
    with work_on(tmp_path, UR, other, RFA, NOTE) as work:
        settle(work)
        made = work.finish("two", "Two", True)
    case = library.rules_for(library.open_case(made)).case
    decided = {
        one.service.split()[0]: (str(one.ur_date), case.fact("item.ur_decision.reason", one))
        for one in case.items.values()
    }
    assert decided == {
        "TENS": ("2023-12-01", "No trial was had."),
        "MRI": ("2023-11-15", "There is no documentation of a new deficit since the last study."),
    }


def test_pages_by_which_nobody_is_treated_say_so(tmp_path: Path) -> None:
    for said in (
        "Practice record. Every person, place and event in it is invented.",
        "MADE UP FOR PRACTICE. Not a real medical record.",
        "For training purposes only",
        "The patient in this chart is fictitious.",
        "No real person stands behind these names.",
    ):
        with work_on(tmp_path, UR, RFA, f"{NOTE}\n{said}") as work:
            assert work.practice == said.rstrip(".")
            work.discard()
    for said in (
        "For educational purposes only.",
        "He is not a real candidate for surgery.",
        "Records of the medical practice were reviewed.",
        "Return to work for training.",
        "Simulated work tasks, made up for lost time.",
        "Exercises are for practice at home.",
    ):
        with work_on(tmp_path, UR, RFA, f"{NOTE}\n{said}") as work:
            assert work.practice == ""
            work.discard()
