"""Where the documents of a bundle begin, in which order their pages belong, and which pages are there twice."""

from __future__ import annotations

import pytest

from assistant.core.dates import PartialDate
from assistant.records.parting import days_on, part

LAB = "LAKESIDE IMAGING\n1 Main Street\nAccession {} Page {} of {}\n"
CLINIC = "RIVER CLINIC Doe, Jane\nPrinted 1/2/2020 Page {} of {}\n"
VISIT = "PROGRESS REPORT\nDate of visit: {}\n"
LONG = (
    "The back was examined and bent forward as far as the knees without pain or spasm on either side today.\n"
)


def parts(*pages: str, pictures: tuple[int, ...] = ()) -> list[list[int]]:
    return [list(one) for one in part(pages, pictures).parts]


def test_a_page_that_lies_within_another_document_doesnt_part_it() -> None:
    pages = (
        LAB.format("0022-1", 1, 2) + "MRI LUMBAR SPINE\nExam date: 06/30/2022",
        LAB.format("0018-9", 1, 1) + "X-RAY LEFT WRIST\nExam date: 05/03/2018",
        LAB.format("0022-1", 2, 2) + "IMPRESSION: no herniation",
    )
    assert parts(*pages) == [[1, 3], [2]]


def test_second_pages_go_with_the_visit_whose_day_they_name() -> None:
    pages = (
        CLINIC.format(1, 2) + VISIT.format("11/10/2015"),
        CLINIC.format(1, 2) + VISIT.format("12/08/2015"),
        CLINIC.format(2, 2) + "PLAN\nElectronically signed 11/10/2015",
        CLINIC.format(2, 2) + "PLAN\nElectronically signed 12/08/2015",
    )
    assert parts(*pages) == [[1, 3], [2, 4]]


def test_a_second_page_at_the_end_of_the_file_finds_its_first() -> None:
    pages = (
        CLINIC.format(1, 2) + VISIT.format("03/19/2015"),
        CLINIC.format(2, 2) + "Signed 03/19/2015",
        CLINIC.format(1, 2) + VISIT.format("09/10/2015"),
        LAB.format("1", 1, 1) + "X-RAY CERVICAL SPINE\nExam date: 03/12/2015",
        CLINIC.format(2, 2) + "Signed 09/10/2015",
    )
    assert parts(*pages) == [[1, 2], [3, 5], [4]]


@pytest.mark.parametrize("stamp", ["Page {} of 5", "NOTICE OF RECORDS Page {} of 5", "{} of 5"])
def test_a_stamp_that_counts_through_the_file_parts_nothing(stamp: str) -> None:
    own = [
        CLINIC.format(1, 2) + VISIT.format("11/10/2015"),
        CLINIC.format(2, 2) + "PLAN",
        LAB.format("1", 1, 1) + "X-RAY CERVICAL SPINE\nExam date: 03/12/2015",
        "LETTER\nDate of letter: May 2, 2016",
        CLINIC.format(1, 1) + VISIT.format("12/08/2015"),
    ]
    pages = [f"{text}\n{stamp.format(number)}" for number, text in enumerate(own, 1)]
    assert parts(*pages) == [[1, 2], [3], [4], [5]]


def test_pages_that_number_themselves_alone_are_put_in_order() -> None:
    second = "JANE ROE, M.D.\nRE: Doe, John Page 2\nSigned May 29, 2023"
    first = (
        "JANE ROE, M.D.\nOrthopaedics\nPANEL QUALIFIED MEDICAL EVALUATION\nDate of evaluation: May 11, 2023"
    )
    assert parts(second, first) == [[2, 1]]


def test_a_copy_is_named_and_in_no_document() -> None:
    note = CLINIC.format(1, 1) + VISIT.format("11/10/2015") + LONG
    other = note.replace("11/10", "12/08")
    made = part([note, other, note.upper()])
    assert (made.parts, dict(made.twins)) == (((1,), (2,)), {3: 1})


def test_two_readings_of_one_picture_are_copies_and_two_sheets_of_one_form_are_none() -> None:
    sheet = "TREATMENT RECORD\nDate: {}   Visit: 4\n" + LONG
    read = [
        sheet.format("5/18/15"),
        sheet.format("5/18/15").replace("knees", "‹knces›"),
        sheet.format("6/9/15"),
    ]
    made = part(read, pictures=(1, 2, 3))
    assert (made.parts, dict(made.twins)) == (((1,), (3,)), {2: 1})


def test_sheets_of_one_form_without_numbers_begin_a_document_each() -> None:
    form = "Form 22\n\nPROGRESS REPORT (PR-2)\nDate of exam: {}\nNeck pain"
    assert parts(form.format("8-13-15"), form.format("‹9-15-15›")) == [[1], [2]]


def test_a_copy_is_known_beneath_the_number_that_a_copying_service_stamped() -> None:
    own = [CLINIC.format(1, 1) + VISIT.format(f"0{n}/10/2015") + LONG for n in (3, 4, 5, 3)]
    assert dict(part([f"{text}\nFAB-{6100 + n:06}" for n, text in enumerate(own)]).twins) == {4: 1}


def test_a_letters_second_page_that_lies_before_the_first_goes_with_it() -> None:
    first = f"ANN INKWELL, M.D.\nNovember 7, 2018\nAGREED MEDICAL EVALUATION\n{LONG}Page 1 of 2"
    second = f"Re: Doe against Ferries\nNovember 7, 2018\n{LONG}Page 2 of 2"
    assert parts(second, first) == [[2, 1]]
    assert parts(second.replace("7, 2018", "9, 2018"), first) == [[1], [2]]


def test_two_requests_that_are_signed_on_two_days_are_two() -> None:
    form = "REQUEST FOR AUTHORIZATION\nEmployee: Doe, Jane\n{}\nSignature: Ada Pell, MD Date: {}"
    assert parts(form.format("MRI", "1/2/2020"), form.format("TENS", "2/3/2020")) == [[1], [2]]
    assert parts(form.format("MRI", "1/2/2020"), form.format("TENS", "1/2/2020")) == [[1, 2]]


def test_pages_of_a_letter_go_with_the_one_whose_day_they_name() -> None:
    first = "ADA PELL, PhD\nQualified Evaluator\nFebruary 24, 2022\nDear Ms. Roe:\nI saw Mr. Doe."
    later = "Re: Doe\nFebruary 24, 2022\nPage {}\nHe was neat."
    assert parts(first, later.format(3), later.format(2)) == [[1, 3, 2]]
    assert parts(first, "Jane Doe, CW-20, page 2\nWhat we relied on") == [[1, 2]]
    assert parts(
        "ELM REVIEW GROUP\nJune 3, 2022\nUR DECISION", "Elm Review Group - Doe - page 2/2\nReviewer: A B, MD"
    ) == [[1, 2]]


def test_two_reports_of_one_kind_are_two_by_the_days_in_their_titles() -> None:
    report = "ELM IMAGING\nROE JANE\nMRI LUMBAR SPINE {}\nIMPRESSION: Normal."
    assert parts(report.format("11/30/2022"), report.format("01/22/2024")) == [[1], [2]]


def test_a_signed_page_begins_a_document_where_its_day_or_who_signs_it_is_new() -> None:
    note = "{}\nDOE, JANE   01/02/1970 F   {}\n{}\n{}"
    first = note.format("LAKE PRACTICE", "03/04/2020 10:15", LONG, "A. Pell DO")
    assert parts(first, note.format("LAKE PRACTICE", "05/06/2020", LONG, "A. Pell DO")) == [[1], [2]]
    told = note.format("LAKE PRACTICE", "05/06/2020", f"Seen on 03/04/2020. {LONG}", "A. Pell DO")
    assert parts(told, first) == [[1], [2]]
    assert parts(first, note.format("HILL CLINIC", "", LONG, "Max Mouse, MD")) == [[1], [2]]
    assert parts(first, note.format("LAKE PRACTICE", "03/04/2020", LONG, "A. Pell DO")) == [[1, 2]]
    unsigned = note.format("LAKE PRACTICE", "03/04/2020 10:15", LONG, "")
    assert parts(unsigned, note.format("", "", "05/06/2020 sutures out", "A. Pell DO")) == [[1, 2]]


def test_the_days_on_a_page_are_the_documents_own_first_and_none_of_a_birth() -> None:
    pages = (
        "APPLICATION FOR REVIEW\nName: Jane Roe Date of birth: ‹C 4/27/1972› Date of injury: 9/14/2014",
        "DOB 4/27/1972   Onset 3/2/2014   Date: ‹8/22/16›\nShe fell on 9/14/2014.\nborn: April 27, 1972",
    )
    assert [str(day) for day in days_on(pages)] == ["2016-08-22", "2014-09-14", "2014-03-02"]
    assert days_on(pages)[PartialDate(2016, 8, 22)].endswith("Date: 8/22/16")
    assert days_on(["No day, May 2014 or 13/45/2020."]) == {}
