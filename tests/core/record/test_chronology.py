"""The course of a case as pages tell it: what is a line, of which day and page, and what is none."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.dates import parse_date
from assistant.core.record.chronology import chronology
from assistant.core.record.chronology_lines import Line, worded
from assistant.core.record.sentences import PacketDocument

NOTE = "Progress note"


def told(*pages: tuple[str, str, str], injury: str = "", born: str = "") -> list[Line]:
    """The lines of documents, each a type, a day and the text of its page."""
    documents = [
        PacketDocument(f"d{number}", kind, parse_date(day), [text])
        for number, (kind, day, text) in enumerate(pages, 1)
    ]
    words, drugs = library.intake("chronology"), library.intake("drugs")
    return chronology(documents, words, drugs, *(parse_date(day) if day else None for day in (injury, born)))


def rows(lines: list[Line]) -> list[tuple[str, str, str]]:
    return [(str(one.date), one.kind, one.parts.get("what", "")) for one in lines]


def test_a_line_has_its_day_and_kind() -> None:
    for text, row in [
        (
            "History\nHe is s/p left L5-S1 microdiscectomy 09/14/2021 with good relief.",
            ("2021-09-14", "operation", "discectomy"),
        ),
        ("HE HAD A FUSION FROM L4 TO S1 ON APRIL 20, 20O9.", ("2009-04-20", "operation", "fusion")),
        (
            "She underwent right shoulder arthroscopy on March 3, 2019.",
            ("2019-03-03", "operation", "arthroscopy"),
        ),
        (
            "INDICATIONS: DID NOT RESPOND TO THERAPY AND ONE EPIDURAL INJECTION IN JUNE.",
            ("2023-06", "injection", "epidural injection"),
        ),
        ("History\nMRI 05/19/2015: L4-5 protrusion.", ("2015-05-19", "study", "MRI")),
        (
            "November 3, 2022, electrodiagnostic study of the left lower extremity: chronic left S1 radiculopathy.",
            ("2022-11-03", "study", "EMG/NCS"),
        ),
        (
            "Subjective\nStarted acupuncture on 05/04. A little better.",
            ("2023-05-04", "therapy", "acupuncture"),
        ),
        ("HPI\n22 visits PT, last in 03/2016.", ("2016-03", "therapy", "physical therapy")),
        ("Subjective\nChiro 6, made it worse.", ("2023-10-16", "therapy", "chiropractic")),
        ("HPI\nTENS: had a home unit for three weeks in 2015, little relief.", ("2015", "device", "TENS")),
        (
            "History\nOn 08/29/2015 he stumbled off a curb, did not fall.",
            ("2015-08-29", "event", "On 08/29/2015 he stumbled off a curb, did not fall"),
        ),
        ("He went back to work on June 1.", ("2023-06-01", "work", "He went back to work on June 1")),
        (
            "Work status\nModified duty: no lifting over 15 lb.",
            ("2023-10-16", "work", "Modified duty: no lifting over 15 lb"),
        ),
        (
            "WORK STATUS\n☐ Off work ☒ Modified work ☐ Full duty\nNo lifting over 40 lb.",
            ("2023-10-16", "work", "Modified work: No lifting over 40 lb"),
        ),
        (
            "Diagnoses\nM96.1 Postlaminectomy syndrome.",
            ("2023-10-16", "diagnosis", "M96.1 Postlaminectomy syndrome"),
        ),
        ("Plan\n1. Increase Norco 10/325 to max 5/day #150.", ("2023-10-16", "change", "hydrocodone/APAP")),
        ("Medications\nGabapentin 600 mg 1 tab PO TID 11/2021", ("2023-10-16", "drug", "gabapentin")),
        (
            "Medications\nSoma (carisoprodol) 350 mg #60 1 PO BID prn spasm",
            ("2023-10-16", "drug", "carisoprodol"),
        ),
        (
            "S: Knee pain. Takes nothing.\nA: Chondromalacia (M22.41).",
            ("2023-10-16", "diagnosis", "Chondromalacia (M22.41)"),
        ),
        (
            "Plan\nAcupuncture was tried, 8 sessions in 2022. Go on as before.",
            ("2022", "therapy", "acupuncture"),
        ),
        ("Subjective\nPT 7/8 visits done, no gain.", ("2023-10-16", "therapy", "physical therapy")),
        ("He had 9 sessions of chiropractic from March to May 2021.", ("2021-05", "therapy", "chiropractic")),
        ("Plan\nNaloxone spray was prescribed.", ("2023-10-16", "drug", "naloxone")),
        (
            "Work status\n☐ Off work ☒ Return to modified work on 10/20/2023 ☐ Full duty\nTreating physician: Max Mouse, MD",
            ("2023-10-16", "work", "Return to modified work on 10/20/2023"),
        ),
        (
            "Work status\n☒ Off work Modified work Full duty\nTTD to 10/30/23",
            ("2023-10-16", "work", "Off work: TTD to 10/30/23"),
        ),
        (
            "Past history: Hypothyroidism, on levothyroxine 75 mcg daily.",
            ("2023-10-16", "drug", "levothyroxine"),
        ),
        ("HPI\nNaproxen 500 mg BID with food.", ("2023-10-16", "drug", "naproxen")),
        ("She currently uses etodolac twice a day.", ("2023-10-16", "drug", "etodolac")),
        ("HPI\nHe takes trazodone most nights.", ("2023-10-16", "drug", "trazodone")),
        ("HPI\nTried celecoxib in the past without benefit.", ("2023-10-16", "drug", "celecoxib")),
        ("HPI\nTopiramate was stopped for drowsiness.", ("2023-10-16", "drug", "topiramate")),
        ("Meds. Ketorolac 10 mg daily.", ("2023-10-16", "drug", "ketorolac")),
        ("Current medicines: pregabalin at night.", ("2023-10-16", "drug", "pregabalin")),
        ("She uses diclofenac 1% gel.", ("2023-10-16", "drug", "diclofenac")),
        (
            "A series of three Orthovisc injections was given, the last on 06/18/2023.",
            ("2023-06-18", "injection", "viscosupplementation"),
        ),
        (
            "He had a cervical epidural on 3/3/2023 with relief.",
            ("2023-03-03", "injection", "epidural injection"),
        ),
        (
            "Assessment and Plan\n1. Complex regional pain of the left arm\nContinue as before.",
            ("2023-10-16", "diagnosis", "Complex regional pain of the left arm"),
        ),
        ("A/P\nIncrease oxycodone to 15 mg QID.", ("2023-10-16", "change", "oxycodone")),
        (
            "On 9/24/2023 Dr. Low drained the knee and injected 40 mg of Kenalog.",
            ("2023-09-24", "injection", "steroid injection"),
        ),
        (
            "Treatment rendered:\nInjection triamcinolone 40 mg, right knee.",
            ("2023-10-16", "injection", "steroid injection"),
        ),
        ("X-rays taken today, three views: no loose body.", ("2023-10-16", "study", "radiographs")),
        (
            "Two stellate ganglion blocks between May and July 2023 helped.",
            ("2023-07", "injection", "sympathetic block"),
        ),
        ("Medications\nNaloxone 4 mg/0.1 mL spray", ("2023-10-16", "drug", "naloxone")),
        ("HPI\nHe stopped gabapentin in 2018 due to dizziness.", ("2023-10-16", "drug", "gabapentin")),
        ("Clinical impression: left knee sprain.", ("2023-10-16", "diagnosis", "left knee sprain")),
        ("He can do seated work.", ("2023-10-16", "work", "He can do seated work")),
        ("CC  low back\nEXAM  spasm\nPLAN  refill\nWORK  no ladders", ("2023-10-16", "work", "no ladders")),
        (
            "S - no change\nO - ROM full\nA - Neck strain\nP - stretch",
            ("2023-10-16", "diagnosis", "Neck strain"),
        ),
        ("Plan\nNo lifting over 25 pounds.", ("2023-10-16", "work", "No lifting over 25 pounds")),
        ("Restricted to 10 pounds.", ("2023-10-16", "work", "Restricted to 10 pounds")),
        (
            "Work status: returned to full duty 06/24/2022.",
            ("2022-06-24", "work", "returned to full duty 06/24/2022"),
        ),
        ("A/P: Lumbar strain, no better.", ("2023-10-16", "diagnosis", "Lumbar strain, no better")),
        ("HPI\nPT 12 visits in summer 2016.", ("2016", "therapy", "physical therapy")),
        (
            "She wore a boot for six weeks and had eight visits of physical therapy, ending June 14, 2023.",
            ("2023-06-14", "therapy", "physical therapy"),
        ),
        ("HPI\nBaclofen made her sleepy and was stopped in 2020.", ("2023-10-16", "drug", "baclofen")),
        ("Exam\nTender. Ibuprofen 600 mg in the department.", ("2023-10-16", "drug", "ibuprofen")),
        ("Nerve studies on June 5, 2023 showed a left C7 radiculopathy.", ("2023-06-05", "study", "EMG/NCS")),
    ]:
        assert [
            one for one in rows(told((NOTE, "2023-10-16", text))) if one[1] != "drug" or row[1] == "drug"
        ] == [row]


def test_what_is_asked_for_denied_or_printed_is_no_line() -> None:
    for text in [
        "Plan\n1. Request authorization for MRI lumbar spine without contrast on 11/01/2023.",
        "If MRI of 10/20/2023 shows recurrent herniation, refer back for revision.",
        "Repeat surgery is not anticipated; a fusion was discussed on 9/1/2023.",
        "History\nNo fall. No new injury since 9/1/2023.",
        "Subjective\nShe would like a lumbar epidural steroid injection in November 2023.",
        "Plan\n3. Request 6 visits PT.",
        "Subjective\nSix more acupuncture visits were authorized.",
        "Plan\n4. Discussed taper of Norco 10/325; the patient is reluctant.",
        "Work status\n☐ Off work ☐ Modified work ☐ Full duty",
        "Patient instructions\nCall the office if you fell after 10/1/2023.",
        "Objective\nLumbar flexion 60%, extension 75%. SLR negative.",
        "August 18, 2022, B Roe, D.O.: the patient is one year after surgery.",
        "Date of visit: 03/19/2015 After ACDF: 7 months",
        "Patient: Max Mouse DOB: 11/11/1980 Date of visit: 05/22/2022 Neck pain after he fell.",
        "Work status\nFull dutyModified workOff work until 11/20/2023",
        "S: No change.\nP: 1) Acupuncture 12. 2) F/u 4 wks.",
        "HPI\nShe was on Norco 10/325 q6h.",
        "Plan\nNaloxone will be prescribed.",
        "HPI\nShe never tried celecoxib.",
        "HPI\nThe subacromial injection held Depo-Medrol 40 mg.",
        "HPI\nShe rested in the fall of 2022.",
        "Plan. Refill all. Repeat in four weeks.",
        "Assessment and Plan\nContinue as before.\n• PHYSICAL THERAPY REFERRAL",
        "A/P\n3. Start acupuncture.",
        "Treatment rendered:\nPhysical therapy referral.",
        "The steroid is to be injected on the right.",
        "X-rays: none taken today.",
        "Diagnoses. Permanent and stationary status.",
        "LAKE-002310",
        "Exam\nLimited lifting of the arm. No squatting pain.",
        "CC  low back\nWORK is hard, she says.",
        "Dx. R/O tear.",
        "Neck strain. Assessment. Assessment.",
    ]:
        assert rows(told((NOTE, "2023-10-16", text))) == []


def test_what_others_say_of_the_case_is_no_line() -> None:
    text = "A postoperative MRI was done on 6/30/21. He underwent a fusion on 5/1/2020."
    assert told(("Utilization review report", "2023-11-15", text)) == []


def test_a_report_of_a_study_gives_what_it_found_region_side_and_views() -> None:
    page = (
        "X-RAY LEFT KNEE, AP AND LATERAL\nExam date: 3/12/2015\nFINDINGS: No fracture.\n"
        "IMPRESSION: Mild effusion. Electronically signed by: A Roe, MD"
    )
    (line,) = told(("Radiology report", "2015-03-12", page))
    assert (line.parts["what"], line.region, line.side) == ("radiographs", "knee", "left")
    assert line.parts["views"] == "anteroposterior, lateral"
    assert line.parts["finding"].startswith("Mild effusion")
    assert worded(line, library.chronology_words()) == (
        "Radiographs of the knee of March 12, 2015 (anteroposterior, lateral views): “Mild effusion.”"
    )


def test_what_several_pages_tell_is_one_line_on_the_surest_page() -> None:
    report = "MRI LUMBAR SPINE\nIMPRESSION: L4-5 protrusion."
    note = "Data\nMRI 05/2015: L4-5 protrusion, contact L5."
    lines = told((NOTE, "2016-08-11", note), ("Radiology report", "2015-05-19", report))
    assert [(str(one.date), one.evidence.document) for one in lines] == [("2015-05-19", "d2")]
    assert [one.document for one in lines[0].also] == ["d1"]


def test_a_drug_is_one_line_with_what_the_pharmacy_and_the_notes_say() -> None:
    fills = (
        "PRESCRIPTION HISTORY\n05/27/2016 TRAMADOL 50 MG 90 HATPIN R\n06/24/2016 TRAMADOL 50 MG 90 HATPIN R"
    )
    note = "MEDICATIONS\nTramadol 50 mg 1 TID #90\nCyclobenzaprine 10 mg DISCONTINUED 06/2015"
    lines = told(("Medication record", "2016-09-01", fills), (NOTE, "2016-08-25", note))
    assert rows(lines) == [("2016-08-25", "drug", "tramadol"), ("2016-08-25", "drug", "cyclobenzaprine")]
    assert (lines[0].parts["dose"], lines[0].parts["quantity"], len(lines[0].also)) == ("TID", "#90", 2)
    assert lines[1].parts["stopped"] == "stopped"


def test_a_strength_that_was_hard_to_read_is_none() -> None:
    assert told((NOTE, "2021-02-10", "Treatment\n‹ibuprofen› ‹8CO› tid, ice")) == []


def test_a_compound_is_one_drug() -> None:
    text = "PLAN\n3. Flurbiprofen 20%/cyclobenzaprine\n4%/lidocaine 5% cream 180 g."
    assert rows(told((NOTE, "2016-05-03", text))) == [
        ("2016-05-03", "drug", "flurbiprofen 20%/cyclobenzaprine 4%/lidocaine 5% cream")
    ]


def test_the_injury_is_told_by_those_who_saw_it_first() -> None:
    first = "Patient: describe how it happened\n‹lifted› crate off low shelf, felt pop low back"
    later = "History\nThis is a 57 year old male who fell from a ladder on 02/09/2021."
    lines = told(("Doctor's first report", "", first), (NOTE, "2022-01-01", later), injury="2021-02-09")
    assert [(one.kind, str(one.date), one.evidence.document) for one in lines] == [
        ("injury", "2021-02-09", "d1")
    ]


def test_a_review_of_records_dates_what_it_retells() -> None:
    text = "January 23, 2023, H Roe, M.D.: low back pain 5/10. Modified duty.\nFuture medical care\nThe applicant is permanent and stationary as of today."
    assert rows(told(("Qualified medical evaluation", "2023-05-11", text))) == [
        ("2023-01-23", "work", "Modified duty"),
        ("2023-05-11", "work", "permanent and stationary"),
    ]


def test_tests_for_drugs_and_the_database_tell_what_they_found() -> None:
    lab = "TOXICOLOGY REPORT\nHYDROCODONE NOT DETECTED\nCOMMENT: PRESCRIBED HYDROCODONE NOT FOUND."
    base = "PATIENT ACTIVITY REPORT\n03/02/2016 ALPRAZOLAM 0.5 MG 30 HOMESPUN G\nPRESCRIBERS: 3 PHARMACIES: 3"
    lines = told(("Laboratory report", "2016-04-05", lab), ("Medication record", "2016-03-08", base))
    assert [(one.kind, one.parts.get("finding", "")) for one in lines if one.kind == "test"] == [
        ("test", "PRESCRIBERS: 3 PHARMACIES: 3"),
        ("test", "PRESCRIBED HYDROCODONE NOT FOUND."),
    ]


def test_an_injection_in_a_report_of_a_procedure_is_no_operation() -> None:
    page = "PROCEDURE NOTE\nPROCEDURE PERFORMED: Right L4-L5 transforaminal epidural steroid injection under fluoroscopy."
    (line,) = told(("Operative report", "2019-10-10", page))
    assert (line.kind, line.parts["what"], line.region, line.side) == (
        "injection",
        "epidural injection",
        "lumbar spine",
        "right",
    )


def test_sessions_of_psychotherapy_are_counted_and_what_stands_under_a_signature_is_no_diagnosis() -> None:
    page = "Session 9 of 10 CBT.\nImpression\nMajor depressive disorder.\nAnn Counsel, PsyD\nLicensed psychologist"
    assert [
        (one.kind, one.parts.get("count") or one.parts["what"])
        for one in told(("Psychological report", "2020-01-15", page))
    ] == [
        ("therapy", "9 of 10 visits"),
        ("diagnosis", "Major depressive disorder"),
    ]


def test_the_same_lines_have_the_same_keys() -> None:
    page = (NOTE, "2023-10-16", "Medications\nGabapentin 600 mg 1 tab PO TID 11/2021")
    assert [one.key for one in told(page)] == [one.key for one in told(page)]


def test_what_is_said_of_one_drug_of_a_list_is_not_said_of_the_others() -> None:
    text = (
        "Medications\nGabapentin 600 mg tid; meloxicam 15 mg twice daily; duloxetine stopped 2020 (nausea)."
    )
    assert [
        (one.parts["what"], one.parts.get("dose", ""), "stopped" in one.parts)
        for one in told((NOTE, "2022-03-01", text))
    ] == [("gabapentin", "tid", False), ("meloxicam", "twice daily", False), ("duloxetine", "", True)]


@pytest.mark.parametrize(
    ("kind", "text", "row"),
    [
        (NOTE, "Subjective\nHe takes meloxicam 15 mg daily.", ("2019-04-03", "drug", "meloxicam")),
        (NOTE, "The left knee was injected with Kenalog 40 mg.", ("2019-04-03", "injection", "steroid injection")),
        (NOTE, "History\nPT x 12 in 2018 without benefit.", ("2018", "therapy", "physical therapy")),
        (NOTE, "Subjective\nHe twisted it on a gangway on 1/2/19.", ("2019-01-02", "event", "He twisted it on a gangway on 1/2/19")),
        ("Agreed medical evaluation", "He is permanent and stationary as of October 24, 2018.", ("2018-10-24", "work", "permanent and stationary")),
    ],
)  # fmt: skip
def test_what_running_text_tells_is_a_line(kind: str, text: str, row: tuple[str, str, str]) -> None:
    assert rows(told((kind, "2019-04-03", text))) == [row]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NOTE, "Subjective\nShe was never given meloxicam 15 mg."),
        (NOTE, "The knee was not injected."),
        (NOTE, "Diagnosis: none.\nTreatment rendered: ice and a sling."),
        ("Physical therapy note", "Assessment: little gain from this course."),
        ("Document", "Impression: No acute osseous abnormality of the shoulder."),
    ],
)
def test_what_was_not_done_and_what_is_no_illness_is_no_line(kind: str, text: str) -> None:
    assert [one for one in rows(told((kind, "2019-04-03", text))) if one[1] != "therapy"] == []


def test_a_report_in_one_paragraph_is_read_by_its_labels_and_its_letterhead_names_no_study() -> None:
    text = (
        "BAY MRI CENTER\nX-RAYS OF THE RIGHT WRIST, 3 VIEWS\nDate of exam: 02/03/2019 Findings: No erosion.\n"
        "Mild narrowing. IMPRESSION: No fracture of the wrist. Read by: Max Mouse, MD"
    )
    [line] = told(("Radiology report", "2019-02-03", text))
    assert (line.parts["what"], line.region, line.side) == ("radiographs", "wrist", "right")
    assert line.parts["finding"].startswith("No fracture of the wrist.")


def test_a_row_whose_cells_are_broken_is_one_and_a_number_of_its_own_is_no_strength() -> None:
    listed = (
        "MEDICATION HISTORY\nFilled Drug Qty Days\n05/22/2018 BACLOFEN 20\nMG TAB\n90 30 GANT\n"
        "05/20/2018 TRAMADOL   60   30   GANT\nHCL 50 MG\nPRESCRIBERS: 2"
    )
    made = told(("Medication record", "2018-06-01", listed))
    drugs = {one.parts["what"]: one.parts.get("strength", "") for one in made if one.kind == "drug"}
    assert drugs == {"baclofen": "20 mg", "tramadol": "50 mg"}
    note = "Medications\nDrug Sig Disp Last fill\nMorphine sulfate ER 15\nmg\n1 tab q12h #60 08/22/2017"
    [line] = told((NOTE, "2017-08-22", note))
    assert (line.parts["strength"], line.parts["quantity"]) == ("15 mg", "#60")
    assert "since" not in line.parts  # the day of the last fill


def test_a_running_head_gives_no_line_of_the_day_of_birth() -> None:
    text = "INJECTION NOTE, DOE, JANE 06/30/1959\nProcedure: Right knee corticosteroid injection"
    lines = told(("Operative report", "2022-05-16", text), born="1959-06-30")
    assert [(str(one.date), one.kind) for one in lines] == [("2022-05-16", "injection")]


def test_a_report_that_names_its_views_alone_is_of_radiographs() -> None:
    text = "EXAM: LEFT ANKLE, STANDING, 3 VIEWS\nFINDINGS: No fracture. IMPRESSION: Normal ankle."
    [line] = told(("Radiology report", "2022-05-16", text))
    assert (line.parts["what"], line.region, line.side) == ("radiographs", "ankle", "left")


def test_the_total_of_visits_is_counted() -> None:
    for said in (
        "Total visits: 12\nDischarged.",
        "Number of visits: 12",
        "Visits to date: 12. Gained.",
        "Visit #: 12/12",
        "10/11 Visit 1 2\nVisits: 12",
    ):
        [line] = told(("Physical therapy note", "2019-04-12", said))
        assert line.parts["count"].startswith("12 "), said


@pytest.mark.parametrize(
    ("rows_of", "count"),
    [("01/19/19 {0} sore", "15 visits"), ("{0} 01/{0}/2019 7 5", "15 visits"), ("01/{0}/19 CMT", "")],
)
def test_a_log_counts_the_visits_that_it_numbers(rows_of: str, count: str) -> None:
    """One that isn't numbered may be a page of several."""
    log = "\n".join(rows_of.format(number) for number in (13, 14, 15))
    [line] = told(
        ("Chiropractic note", "2019-04-12", f"TREATMENT LOG\n{log}\nThe visits helped her sleep a little.")
    )
    assert line.parts.get("count", "") == count


def test_two_counts_in_a_sentence_have_each_its_own_day() -> None:
    [line] = told(
        (
            NOTE,
            "2023-10-16",
            "PT twice, 12 visits in the fall and after that another course of 10 visits in May 2023.",
        )
    )
    assert (line.parts["count"], str(line.date)) == ("12 visits", "2023-10-16")


def test_an_injury_is_told_by_a_numbered_form_and_by_the_hospital_of_its_day() -> None:
    form = (
        "Doctor's first report",
        "2023-02-02",
        "17. ACCIDENT: FELL ON WET STONE.\n20. DIAGNOSIS: KNEE SPRAIN",
    )
    hospital = ("Emergency department note", "2023-02-01", "HPI: Slipped on a wet floor this morning.")
    for document, words in ((form, "FELL ON WET STONE"), (hospital, "Slipped on a wet floor this morning")):
        [line] = [one for one in told(document, injury="2023-02-01") if one.kind == "injury"]
        assert line.parts["what"] == words
    assert ("2023-02-02", "diagnosis", "KNEE SPRAIN") in rows(told(form))


def test_a_log_of_therapy_counts_its_visits_and_no_date() -> None:
    text = "Visits attended: 9 of 12. First visit 06/17/2019.\nS: Still sore."
    [line] = told(("Physical therapy note", "2019-12-18", text))
    assert line.parts["count"] == "9 of 12 visits"
    [line] = told(
        ("Physical therapy note", "2019-12-18", text),
        (NOTE, "2020-01-05", "PT 9 of 12 visits so far."),
    )
    assert str(line.date) == "2019-12-18"  # who counted them, not who retells it


def test_a_day_that_is_a_month_or_a_year_stands_in_it() -> None:
    [line] = told((NOTE, "2020-01-05", "She underwent a left carpal tunnel release in August 2012."))
    assert worded(line, library.chronology_words()).startswith("In August 2012, an operation")


def test_the_numbers_of_a_list_in_running_text_are_no_part_of_its_entries() -> None:
    text = "Assessment\n1. Left knee sprain, S83.92XA 2. Obesity, E66.9 3. Left hip pain, M25.552"
    assert [one.parts["what"] for one in told((NOTE, "2020-01-05", text))] == [
        "Left knee sprain, S83.92XA",
        "Obesity, E66.9",
        "Left hip pain, M25.552",
    ]


def test_a_study_that_an_emergency_note_only_names_is_of_its_day_and_a_share_is_a_strength() -> None:
    note = told(("Emergency department note", "2023-10-16", "CT cervical spine: No fracture."))
    assert rows(note) == [("2023-10-16", "study", "CT")]
    filled = told(("Medication record", "2023-10-16", "03/11/23 65103 DICLOFENAC 1% GEL 100 30"))
    assert [(str(one.date), one.parts["what"], one.parts["strength"]) for one in filled] == [
        ("2023-03-11", "diclofenac", "1%")
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("He had a caudal epidural on 11/02/2015 and again on 03/21/2016, each good for a month.", ["2015-11-02", "2016-03-21"]),
        ("A lumbar epidural on 06/09/2021 helped for a fortnight, and a second on 10/06/2021 did not.", ["2021-06-09", "2021-10-06"]),
        ("She had epidural injections on 1/5/2020, 2/9/2020 and 3/8/2020.", ["2020-01-05", "2020-02-09", "2020-03-08"]),
        ("He had an epidural on 2/11/2019, which helped, and was seen on 3/4/2019.", ["2019-02-11"]),
        ("He had an epidural on 2/11/2019, and another is planned for 3/4/2020.", ["2019-02-11"]),
    ],
)  # fmt: skip
def test_what_was_done_again_is_a_line_of_each_day(text: str, days: list[str]) -> None:
    made = told((NOTE, "2023-10-16", text))
    assert [str(one.date) for one in made if one.kind == "injection"] == days


def test_the_state_of_work_is_that_of_the_visit() -> None:
    for text, work in [
        (
            "Work status: Can he do his usual work? ☐ Yes ☒ No\n☒ Modified duty: no bending ☐ Off work",
            ["Modified duty: no bending"],
        ),
        ("Work: TTD through 11/30/2023.", ["Work: TTD through 11/30/2023"]),
        ("Plan\nRecheck in 3 months. Work: no overhead work.", ["Work: no overhead work"]),
        ("Plan\nRTW with restriction: 10 lb limit.", ["RTW with restriction: 10 lb limit"]),
        ("Work: he lays floors.", []),
        ("Plan\nP&S soon.", []),
        ("History\nHe was off work for six weeks.", []),
        (
            "Work status\n☐ Off work ☒ Modified: no lifting over 25 lb ☐ Regular\nduty",
            ["Modified: no lifting over 25 lb"],
        ),
        ("Work status: sitting only. I shall see him in May.", ["sitting only"]),
        (
            "26. Work status: usual work? ☐ Yes ☒ No. Return: off work until 11/17/2023",
            ["off work until 11/17/2023"],
        ),
    ]:
        made = told((NOTE, "2023-10-16", text))
        assert [one.parts["what"] for one in made if one.kind == "work"] == work


def test_a_diagnosis_stands_under_a_letterhead_with_a_name_and_ends_at_the_next_heading() -> None:
    text = """Prov Ada Pell, DC Type re-exam
Diagnoses
Lumbar strain (S39.012A)
Pain disorder (F45.42), deferred to Dr.
Marlow.
Disability
He has not reached maximal medical improvement."""
    made = told((NOTE, "2023-10-16", text))
    assert [one.parts["what"] for one in made if one.kind == "diagnosis"] == [
        "Lumbar strain (S39.012A)",
        "Pain disorder (F45.42), deferred to Dr. Marlow",
    ]


def test_a_mixture_for_the_skin_is_one_drug_and_a_strength_of_two_is_whole() -> None:
    made = told(
        (
            NOTE,
            "2019-09-05",
            "Medications\nFlurbiprofen/baclofen/lidocaine cream apply bid\nOxycodone-acetaminophen 10-325 mg 1 q4h",
        )
    )
    assert [(one.parts["what"], one.parts.get("strength", "")) for one in made] == [
        ("flurbiprofen/baclofen/lidocaine cream", ""),
        ("oxycodone/APAP", "10-325 mg"),
    ]  # fmt: skip


def test_what_is_told_below_a_diagnosis_is_none() -> None:
    text = "Diagnosis: lumbar radiculopathy\nAfter consent he lay prone, and a needle was placed at the left foramen.\nOff work 3 days."
    made = told(("Operative report", "2020-12-10", text))
    assert [one.parts["what"] for one in made if one.kind == "diagnosis"] == ["lumbar radiculopathy"]


def test_a_report_without_headings_and_a_note_of_one_visit_say_what_they_are_of() -> None:
    text = "LAKE RADIOLOGY\nLEFT SHOULDER, THREE VIEWS\nBones are intact and the joint is in its place. Normal left shoulder.\nMax Mouse, MD"
    [line] = told(("Radiology report", "2022-05-16", text))
    assert line.evidence.quote == "Bones are intact and the joint is in its place. Normal left shoulder."
    assert (line.parts["what"], line.region, line.side) == ("radiographs", "shoulder", "left")
    [line] = told(("Physical therapy note", "2022-05-16", "Doe, Jane\nVisit 12   5/16/2022\nFlexion 150."))
    assert (line.parts["what"], line.parts["count"]) == ("physical therapy", "12 visits")


def test_the_complaint_of_a_first_report_is_not_how_the_injury_happened() -> None:
    text = "Subjective: neck pain.\nHow it happened: A crate fell on him."
    [line] = [
        one
        for one in told(("Doctor's first report", "2019-11-06", text), injury="2019-11-05")
        if one.kind == "injury"
    ]
    assert line.parts["what"] == "A crate fell on him"


def test_each_drug_of_a_list_that_was_tried_is_told_and_none_that_is_taken_or_was_not() -> None:
    for text, drugs in [
        (
            "Tried cyclobenzaprine, gabapentin (too sleepy), tramadol, diclofenac.",
            "cyclobenzaprine gabapentin tramadol diclofenac",
        ),
        (
            "Prior trials: naproxen (GI upset), meloxicam, Lyrica (edema) and nortriptyline.",
            "naproxen meloxicam pregabalin nortriptyline",
        ),
        (
            "He has failed NSAIDs including ibuprofen and etodolac and is on Norco 10/325.",
            "ibuprofen etodolac",
        ),
        ("Medications tried in the past: Flexeril, Soma - no relief.", "cyclobenzaprine carisoprodol"),
        ("Previously on gabapentin and amitriptyline without benefit.", "gabapentin amitriptyline"),
        ("Ibuprofen, naproxen and Mobic were tried without relief.", "ibuprofen naproxen meloxicam"),
        ("Tried ibuprofen, now takes tramadol 50 mg TID.", "ibuprofen"),
        ("Has not tried gabapentin, pregabalin or duloxetine.", ""),
        ("She tried to stop tramadol.", ""),
    ]:
        found = [
            one for one in told((NOTE, "2023-10-16", f"HPI\n{text}")) if one.parts.get("stopped") == "tried"
        ]
        assert [one.parts["what"] for one in found] == drugs.split(), text
    assert worded(
        found[0] if found else told((NOTE, "2023-10-16", "HPI\nTried Soma."))[0], library.chronology_words()
    ) == ("By October 16, 2023, carisoprodol had been tried.")


def test_a_count_of_a_month_and_one_of_a_day_in_it_are_one() -> None:
    log = ("Physical therapy note", "2016-03-08", "VISITS 22 of 22\nDate Visit\n03/08/16 22 ther ex")
    both = told(
        (NOTE, "2016-08-11", "HPI\n22 visits PT, last in 03/2016."),
        (NOTE, "2016-08-11", "HPI\nPT 22 visits, last 03/08/2016."),
        log,
    )
    assert [
        str(one.date) for one in both if one.kind == "therapy" and one.parts.get("count") == "22 visits"
    ] == ["2016-03-08"]


def test_a_quote_in_a_line_begins_and_ends_with_its_words_and_bears_no_marks() -> None:
    (line,) = told((NOTE, "2016-08-11", 'HPI\nNow on a ‹trial› of H-wave for three weeks; "feels good".'))
    assert worded(line, library.chronology_words()).endswith("“Now on a trial of H-wave for three weeks”")
    (line,) = told((NOTE, "2016-07-14", "Plan\n1. H-wave 30 day trial at no charge from vendor."))
    assert "“H-wave 30 day trial" in worded(line, library.chronology_words())


def test_what_forms_printouts_and_letters_say_of_drugs_work_and_treatment_is_read_as_they_say_it() -> None:
    for kind, text, found in [
        (  # the rows of a printout whose columns are narrow
            NOTE,
            "Current Outpatient Medications\nMedication Sig Disp Start\noxyCODONE\n(ROXICODONE) 10 mg\ntablet\nTake 1 tablet by mouth\nevery 8 hours as needed\n90 04/2013\n"
            "pregabalin (LYRICA) 50\nmg capsule\nTake 1 capsule by mouth 2\ntimes daily\n60 01/2015\nVitals\nBP 120/80",
            ["oxycodone 10 mg every 8 hours as needed", "pregabalin 50 mg 2 times daily"],
        ),
        (NOTE, "HPI\nHe takes Norco 4 a day and Tylenol #3 at bedtime.", ["hydrocodone/APAP 4 a day", "acetaminophen/codeine at bedtime"]),
        (NOTE, "Previous medications: tramadol (nausea), gabapentin 300 mg.", ["tramadol tried", "gabapentin 300 mg tried"]),
        ("Psychological report", "History\nSertraline 50 mg was started by her doctor in March 2023.", ["sertraline 50 mg"]),
        (NOTE, "Plan\nLidocaine 5% patch 1-2 daily.", ["lidocaine patch 1-2 daily"]),
        (NOTE, "Work Status: The patient was told to:\n☒ Remain off-work until 11/01/2023\n☐ Return to modified work on   with these restrictions:\n☐ Return to full duty on", ["Remain off-work until 11/01/2023"]),
        ("Doctor's first report", "26. WORK STATUS: Able to perform usual work? ☐ Yes ☒ No\nIf no, date of return to: Regular work   Modified work 10/25/2023\nRestrictions: no use of the left arm", ["Modified work 10/25/2023: Restrictions: no use of the left arm"]),
        (NOTE, "HPI\nHis wife goes back to work next week.", []),
        ("Agreed medical evaluation", "DISCUSSION\nShe has been permanent and stationary since my report of June 10, 2013.", ["permanent and stationary"]),
        (NOTE, "History\nOn May 15, 2012 he underwent a left L4-5 discectomy.", ["discectomy"]),
        (NOTE, "HISTORY\nHe had 24 post-operative therapy visits through November 2022.", ["physical therapy 24 visits"]),
        (NOTE, "Diagnostic impression.\nF32.1 Major depressive disorder, single episode, moderate, without any psychotic features\nF45.42 Pain disorder", ["F32.1 Major depressive disorder, single episode, moderate, without any psychotic features", "F45.42 Pain disorder"]),
        (NOTE, "Diagnosis: Left knee sprain. S83.92XA", ["Left knee sprain"]),
        (NOTE, "History: She had physical therapy 16 sessions in early 2022, chiropractic care x 8 in the summer of 2022 and acupuncture.", ["physical therapy 16 visits", "chiropractic 8 visits"]),
        (NOTE, "HPI\nShe had PT and acupuncture 12 visits.", ["acupuncture 12 visits"]),
        (NOTE, "HPI: Had CSI glenohumeral 02/20/2022 and 05/15/2022.", ["steroid injection", "steroid injection"]),
        (NOTE, "Past trials: trazodone 100 mg (groggy), zolpidem.", ["trazodone 100 mg tried", "zolpidem tried"]),
        ("Psychological report", "Session: 20\nInterval history\nHe saw a counselor for three sessions.", ["psychotherapy 3 visits", "psychotherapy 20 visits"]),
        (NOTE, "Assessment\nGood gains from exposure. Moderate improvement.", []),
        ("Agreed medical evaluation", "Treatment\nBetween August and November 2018 she went to occupational therapy 14 times. She has been on modified work since August 6, 2018.", ["been on modified work since August 6, 2018", "occupational therapy 14 visits"]),
        ("Agreed medical evaluation", "Impression\n1. Labral tear of the right hip. 2. Early osteoarthritis.", ["Labral tear of the right hip", "Early osteoarthritis"]),
        ("Acupuncture note", "Mrs. Doe came six times between May 6 and May 29, 2023.", ["acupuncture 6 visits"]),
        (NOTE, "Subjective: Acupuncture started 05/06/2023. Exercises three times a week in PT.", ["acupuncture"]),
        (NOTE, "Medications: Diclofenac XR 11/2013 100 mg BID.", ["diclofenac 100 mg BID"]),
        (NOTE, "HPI: CT 11/02/2022: solid fusion. Epidurals x2 in 2022 no help.", ["epidural injection", "CT"]),
        (NOTE, "HPI: Leg pain gone for 10 weeks, stopped Norco, went back to full duty on 04/01/2023.", ["went back to full duty on 04/01/2023", "hydrocodone/APAP tried"]),
        ("Physical therapy note", "HAND THERAPY\nOCCUPATIONAL THERAPY DISCHARGE\nVisits: 14 of 14", ["occupational therapy 14 of 14 visits"]),
        (NOTE, "Dx: Neck strain. Timed walk 31 sec. Recheck 8/19.", ["Neck strain"]),
        (NOTE, "Assessment: 54 y.o. male after a fusion with a gait deficit.\nDiagnoses: 1. Status post L4-S1 fusion.", ["Status post L4-S1 fusion"]),
        ("Operative report", "Procedure: Left L3 and L4 dorsal ramus blocks.\nThe needle was placed.", ["nerve block"]),
        ("Operative report", "PROCEDURE REPORT\nDATE 0F PROCEDURE: 08/17/2021\nPROCEDURE: LEFT L5-S1 TRANSFORAMINAL EPIDURAL STEROID INJECTION.", ["epidural injection"]),
        (NOTE, "Past history: Left knee arthroscopy 2006. ACDF C5-6 2011. MRI 2012.", ["arthroscopy", "fusion"]),
        (NOTE, "History\nCortisone 03/05/2019, good for ten days. Medrol dose pack 04/05/2019.", ["steroid injection"]),
        (NOTE, "History\nShe had PT twice a week from August to October 2018 and again in early 2019, 20 visits in all.", ["physical therapy 20 visits"]),
        (NOTE, "History\nPT twice a week from May to June 2018 and later, 6 more visits asked for.", []),
        ("Qualified medical evaluation", "Future medical care\nRepair should be provided. She is temporarily partially disabled. Later she may do light work.", ["She is temporarily partially disabled"]),
        (NOTE, "Interval history\nBack at the press since 09/20/2021 with limits.", ["Back at the press since 09/20/2021 with limits"]),
        ("Doctor's first report", "Work status: able to perform usual work?\n☐ Yes ☒ No ☒ Modifiedwork from 10/8/20 ☐ Hospitalization required", ["Modified work from 10/8/20"]),
        (NOTE, "History\nHe works four hours a day in the shop since 07/10/2023. She sleeps three hours since 07/11/2023.", ["He works four hours a day in the shop since 07/10/2023"]),
        ("Qualified medical evaluation", "Review of records\nFebruary 16, 2017, Ann Low, M.D.: caudal epidural steroid injection, no relief.", ["epidural injection"]),
        (NOTE, "Medications\nHydrocodone/APAP 5/325 finished 2018", ["hydrocodone/APAP 5/325 mg stopped"]),
        ("Medication record", "Filled Drug Qty Days Prescriber Pharmacy\n01/10/2018 ALPRAZOLAM 1 MG 60 30 DOE A DRUGS #3", ["alprazolam 1 mg"]),
        (NOTE, "HPI\nFell asleep at the table on 07/21/2019.", []),
    ]:  # fmt: skip
        said = [
            " ".join(filter(None, (one.parts[name] for name in ("what", "strength", "dose", "count", "stopped") if name in one.parts)))
            for one in told((kind, "2023-10-16", text))
        ]  # fmt: skip
        assert said == found, text
    (visits,) = told(("Qualified medical evaluation", "2023-10-16", "Review of records\nNovember 2, 2021, therapy: 24 visits after the operation."))  # fmt: skip
    assert (str(visits.date), visits.parts["count"]) == ("2021-11-02", "24 visits")
    for said, kind, day in [
        ("HPI: PT 6 visits to 08/20, no gain.", "therapy", "2023-08-20"),
        ("HPI: Pain from 8/10 to 5/10 after PT 6 visits.", "therapy", "2023-10-16"),
        ("Work status\nPermanent and stationary 03/12/2018. Not working.", "work", "2018-03-12"),
        ("HPI: H-wave at home since 04/30/2023, twice a day.", "device", "2023-04-30"),
    ]:
        assert [(one.kind, str(one.date)) for one in told((NOTE, "2023-10-16", said))] == [(kind, day)], said
    (visits,) = told((NOTE, "2022-05-03", "HPI: PT last fall, 12 sessions, helped a little."))
    assert str(visits.date) == "2021"
    (films,) = told((NOTE, "2022-10-13", "X-ray C-spine 3 views: no fracture."), injury="2022-10-12")
    assert (str(films.date), films.parts["finding"]) == ("2022-10-13", "no fracture.")
    assert told((NOTE, "2023-10-13", "X-ray C-spine 3 views: no fracture."), injury="2022-10-12") == []
    assert told(("Agreed medical evaluation", "2023-10-16", "DISCUSSION\nShe has been P&S since my report of June 10, 2013."))[0].date == parse_date("2013-06-10")  # fmt: skip


def test_the_injury_is_what_happened_on_its_day_however_it_is_said() -> None:
    for day, text, says in [
        (
            "2023-03-01",
            "On October 12, 2022, at the end of the line, a passenger held a knife to his neck.",
            1,
        ),
        ("2022-10-13", "HPI\nYesterday at work a shelf let go and she twisted away from it.", 1),
        ("2023-03-01", "HPI\nYesterday at work a shelf let go and she twisted away from it.", 0),
        (
            "2023-03-01",
            "On October 12, 2022 he was seen by Dr. Roe, who found the neck tender and gave him a sling.",
            0,
        ),
    ]:
        made = told((NOTE, day, text), injury="2022-10-12")
        assert [str(one.date) for one in made if one.kind == "injury"] == ["2022-10-12"] * says, text


def test_a_heading_that_stands_on_most_pages_heads_what_is_below_it() -> None:
    pages = [
        (NOTE, f"2023-0{month}-01", f"ELM CLINIC\nDiagnoses\n1. Knee sprain {month}.\nPlan\nRest.")
        for month in range(1, 8)
    ]
    assert len(rows(told(*pages))) == 7


def test_an_injection_of_which_a_note_only_says_that_there_was_one_is_that_of_the_report() -> None:
    made = told(
        (NOTE, "2023-10-16", "HPI\nInjection of 09/05/2023 gave her three weeks of relief."),
        ("Operative report", "2023-09-05", "Procedure: Right subacromial corticosteroid injection"),
    )
    assert rows(made) == [("2023-09-05", "injection", "steroid injection")]


def test_a_quantity_is_that_of_the_prescription_and_thanks_are_no_finding() -> None:
    made = told(
        ("Emergency department note", "2023-01-19", "Rx: ibuprofen 600 mg q8h #21."),
        (NOTE, "2023-10-16", "HPI\nTakes ibuprofen 600 mg twice a day."),
        ("Radiology report", "2023-02-01", "MRI LEFT KNEE\nImpression - Small tear.\nThank you for the referral.\nJane Roe, MD"),
    )  # fmt: skip
    assert [one.parts.get("quantity") for one in made if one.kind == "drug"] == [None]
    assert [one.parts["finding"] for one in made if one.kind == "study"] == ["Small tear."]


def test_a_list_that_gives_when_a_drug_was_begun_and_ended_tells_both() -> None:
    page = (
        "MEDICATION LIST as of 06/12/2017\nMedication Dose Directions Start Stop Reason stopped\n"
        "Cyclobenzaprine 7.5 mg 1 tab BID PRN 11/14/2016\nGabapentin 300 mg 1 cap TID 02/2016 04/2016 dizziness\n"
    )
    for kind in ("Medication record", NOTE):
        found = {one.parts["what"]: one for one in told((kind, "2017-06-12", page))}
        assert found["cyclobenzaprine"].parts.get("stopped", "") == ""
        assert found["cyclobenzaprine"].parts["since"] == "November 14, 2016"
        assert (found["gabapentin"].parts["stopped"], str(found["gabapentin"].date)) == ("stopped", "2016-04")


def test_a_drug_with_what_it_did_behind_it_was_given_up_and_one_with_its_reason_is_taken() -> None:
    for text, stopped in [
        ("Flexeril 7.5 mg bid\nPast: gabapentin - dizzy.", {"cyclobenzaprine": "", "gabapentin": "stopped"}),
        (
            "Norco 10/325 tid (some nausea)\nLisinopril 10 mg - for blood pressure",
            {"hydrocodone/APAP": "", "lisinopril": ""},
        ),
    ]:
        found = told((NOTE, "2017-06-12", f"Current medications\n{text}"))
        assert {one.parts["what"]: one.parts.get("stopped", "") for one in found} == stopped


def test_the_visits_of_a_note_are_those_attended_and_none_of_a_date() -> None:
    for kind, text, count in [
        (NOTE, "PT x24, last visit 2/23.", "24 visits"),
        ("Physical therapy note", "Visits attended to date: 24 Missed: 3", "24 visits"),
        ("Physical therapy note", "Physical therapy, visit 7 of 12.", "7 of 12 visits"),
    ]:
        (line,) = [one for one in told((kind, "2017-03-30", f"HISTORY\n{text}")) if one.kind == "therapy"]
        assert line.parts["count"] == count, text
