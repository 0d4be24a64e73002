"""What a document says of itself, and where one ends and the next begins."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.problem import Refused
from assistant.records.importing import propose_parts, read_parts
from assistant.records.proposing import UNKNOWN, Description, describe, named_in, titled


def test_a_title_is_known_and_a_mention_is_none() -> None:
    for line, kind in [
        ("PROGRESS NOTE", "Progress note"),
        ("Primary Treating Physician's Progress Report (PR-2)", "Progress note"),
        ("PROGRESS NOTE          Date of visit: May 10, 2014", "Progress note"),
        ("  ** Operative Report **", "Operative report"),
        ("MRI OF THE CERVICAL SPINE WITHOUT CONTRAST", "Radiology report"),
        ("X-RAY REPORT", "Radiology report"),
        ("Utilization Review Determination", "Utilization review report"),
        ("NOTICE OF NON-CERTIFICATION", "Utilization review report"),
        ("DWC Form RFA", "Request for authorization"),
        ("RFA date 10/31/2019 Received 11/01/2019", ""),
        ("CT HEAD WITHOUT CONTRAST: NO BLEED.", ""),
        ("Progress notes 03/2022 to 08/2022.", ""),
        ("THREE-PHASE BONE SCAN OF THE HANDS", "Radiology report"),
        ("POLYSOMNOGRAPHY REPORT", "Sleep study"),
        ("OPERATIVE / PROCEDURE RECORD", "Operative report"),
        ("Determination Summary", "Utilization review report"),
        ("Electrodiagnostic Consultation", "Electrodiagnostic report"),
        ("EMG/NCV REPORT", "Electrodiagnostic report"),
        ("Agreed Medical Evaluation", "Agreed medical evaluation"),
        ("PANEL QUALIFIED MEDICAL EVALUATION", "Qualified medical evaluation"),
        ("Physical Therapy Progress Note", "Physical therapy note"),
        ("Neurosurgical Consultation", "Consultation report"),
        ("PAIN MANAGEMENT RE-EVALUATION", "Progress note"),
        ("NERVE CONDUCTION AND EMG REPORT", "Electrodiagnostic report"),
        ("DOCTOR'SFIRST REPORT OF OCCUPATIONAL INJURY", "Doctor's first report"),
        ("PHYSICALTHERAPYDISCHARGESUMMARY", "Physical therapy note"),
        ("CONTROLLED SUBSTANCEAGREEMENT", "Agreement"),
        ("Return for re-evaluation in June.", ""),
        ("The radiology report was reviewed.", ""),
        ("Progress note of June was not available.", ""),
        ("We have the utilization review report", ""),
        ("Patient: Letterman, Dave", ""),
        ("", ""),
        ("x" * 5000, ""),
    ]:
        assert titled(line) == kind


def test_the_date_is_the_documents_own() -> None:
    for text, date in [
        (
            "Date of birth: 1/2/1960\nDate of injury: October 31, 2012\nDate of visit: May 10, 2014",
            "2014-05-10",
        ),
        ("DOB: 01/02/1960   DOI: 10/31/2012   DOS: 05/10/2014", "2014-05-10"),
        ("Printed 6/1/2015\nMay 10, 2014\nDear Dr. June:", "2014-05-10"),
        ("Date: 2014-05-10", "2014-05-10"),
        ("She was seen on June 3, 2014.\nReport date: May 10, 2014", "2014-05-10"),
        ("Date of injury: 10/31/2012", ""),
        ("since May 2014", ""),
        ("ROE, JANE | 01/02/1960 | Visit 05/10/2014\nNOTE", "2014-05-10"),
        ("OFFICE NOTE\nDate: 05/10/2014\nFirst visit 03/10/2014", "2014-05-10"),
        (
            "OFFICE NOTE\nShe had a left subacromial corticosteroid injection at this office on\n03/11/2014, which helped.\n"
            "Electronically signed 05/10/2014",
            "2014-05-10",
        ),
        ("MEDICATION PROFILE\nPrinted 05/10/2014\n04/22/2014 GABAPENTIN 600 MG 90", "2014-05-10"),
        ("CURES REPORT\nReport date:   Patient:   DOB\n05/10/2014   ROE   01/02/1960", "2014-05-10"),
        ("Date of visit: February 30, 2014", ""),
        ("MR ARTHROGRAM RIGHT SHOULDER\nDATE ‹0F› EXAM: 05/10/2014", "2014-05-10"),
        ("OPERATIVE REPORT\nDATE OF ‹0PERATION›: 05/10/2014\nSURGEON: JAY ROE, MD", "2014-05-10"),
        ("SUPPLEMENTAL REPORT\nDATEOF REPORT: MAY 10, 2014", "2014-05-10"),
        ("HOME CARE ASSESSMENT\nPatient: Jane Roe   Date of assessment: 05/10/2014", "2014-05-10"),
        (
            "TOXICOLOGY REPORT\nReport date: 05/14/2014\nCollected: 05/10/2014 Reported: 05/14/2014",
            "2014-05-10",
        ),
        ("no date at all\n" * 40 + "Electronically signed on May 10, 2014", "2014-05-10"),
    ]:
        assert describe([text]).date == date


def test_the_author_is_who_signed() -> None:
    for text, author in [
        ("Electronically signed by Jane Q. Roe, M.D. on 5/10/2014 10:31", "Jane Q. Roe, M.D."),
        ("Treating physician: Omar Haddad, M.D.      License A12345", "Omar Haddad, M.D."),
        ("Radiologist: A. Poe", "A. Poe"),
        ("Attending provider", "attending provider"),
        ("To: Dr. John Smith\nKim Lee, DPT", "Kim Lee, DPT"),
        ("Patient: Jane Doe, M.D.", ""),
        ("no one", ""),
        ("REQUEST FOR AUTHORIZATION\nSignature: Jane   Date: 05/10/2014\nRoe, DO", "Jane Roe, DO"),
        ("X-RAY OF THE HAND\nIMPRESSION: No fracture. Jane Roe, MD", "Jane Roe, MD"),
        ("Signed by: \x1b\u202eJane Roe", "␛<U+202E>Jane Roe"),
    ]:
        assert describe([text]).author == author


def test_the_documents_of_the_bundled_case_are_described_as_they_are_listed() -> None:
    folder = library.find_case("cervical-radiographs-after-fusion")
    rules = library.rules_for(folder).case
    for name in ("progress-note-2014-05-10", "xray-report-2014-07-12", "ur-report-2014-04-20"):
        said, listed = describe(folder.pages[name]), rules.documents[name]
        assert (said.type, said.date) == (listed.title, str(listed.date))
        assert said.ur_report == listed.is_ur_report


def test_pages_without_words_say_nothing() -> None:
    assert describe([""]) == Description(UNKNOWN)
    assert describe([]) == Description(UNKNOWN)


def test_a_page_of_findings_and_an_impression_is_a_study_though_no_title_says_so() -> None:
    text = "VALE ASSOCIATES\nEXAM: LEFT ANKLE, 3 VIEWS\nFINDINGS: No fracture. IMPRESSION: Normal.\n"
    assert describe([text]).type == "Radiology report"
    assert describe(["FINDINGS: restless.\nIMPRESSION: anxious."]).type == UNKNOWN


def test_a_page_without_a_title_is_known_by_its_words() -> None:
    for kind, page in [
        (
            "Utilization review report",
            "ELM REVIEW\nMay 3, 2021\nRe: Jane Doe, DOI 01/02/2019\nDear Dr. Roe:\nWe have reviewed your request.\n"
            "- MRI of the hip: adverse determination.",
        ),
        (
            "Medication record",
            "ELM DRUG NO. 4\nDOE, JANE DOB 01/02/1960\nFILLED RX DRUG QTY DS PRESCRIBER\n05/01/21 77 SOMA 350MG 30 10 ROE",
        ),
        (
            "Emergency department note",
            "ELM HOSPITAL ED\nDOE, JANE ARRIVAL 05/03/2021 20:10\nCHIEF COMPLAINT: HIP PAIN\nDISCHARGED HOME",
        ),
        ("Physical therapy note", "ELM REHAB: ATTENDANCE LOG\nVisit # Date Pain\n1 05/03/21 4"),
        (
            "Physical therapy note",
            "Elm Physical Therapy\nDischarge summary\nStart of care: 05/03/2021\nVisits attended: 6 of 6.",
        ),
        (
            "Operative report",
            "PROCEDURE: Left hip injection\nDate: 05/03/2021\nAfter consent and sterile prep the joint was injected.",
        ),
        ("Progress note", "ELM CLINIC\nPt Jane Doe DOS 05/03/2021\nS: hip pain.\nO: gait normal.\nP: rest."),
        ("Radiology report", "ELM SURGERY CENTER\nDiscogram Report\nDate: 05/03/2021"),
        ("Radiology report", "ELM IMAGING\nEXAM: XR HIP LEFT 2 VIEWS\nREPORT: NORMAL.\nCONCLUSION: NORMAL."),
        ("Request for authorization", "State of California DWC Request for Authorization\nName: Jane Doe"),
        (
            UNKNOWN,
            "May 3, 2021\nTo: Elm Review, re DOI 01/02/2019\nI appeal. This review was not approved; your request was reviewed.",
        ),
        (
            "Utilization review report",
            "ELM MUTUAL\nRe: Doe\nInjury: May 3, 2020\nSubject: Notice of utilization review decision\nDear Dr. Roe:\nModified.",
        ),
        (
            "Utilization review report",
            "ELM UTILIZATION MANAGEMENT\nDOI 01/02/2019\nRFA date 05/01/2021\nDetermination Non-Certified\nPhysician advisor: A B, MD",
        ),
        (
            "Laboratory report",
            "ELM TOXICOLOGY LABORATORY\nCollected: 05/03/2021\nOxycodone POSITIVE cutoff 100",
        ),
        ("Acupuncture note", "ELM ACUPUNCTURE Treatment record\n1 05/03/2021 pain 7 5 BL23"),
        ("Letter", "FAX\nTo: Records\nFrom: O Pell\nPages: 12\nEnclosed please find the records."),
        (
            "Progress note",
            "ELM | Doe | Appt. Date/Time 05/03/2021\nHPI: hip pain.\nMedications reviewed: none.\nPhysical Exam: gait normal.",
        ),
        (UNKNOWN, "Page two\nExam: gait normal.\nPlan: rest."),
        (
            "Physical therapy note",
            "ELM PHYSIOTHERAPY\nDischarge report, May 3, 2021\nHe attended 12 of 12 sessions for hip pain.",
        ),
    ]:
        assert describe([page]).type == kind


def test_who_wrote_it_and_when_are_found_beside_other_labels() -> None:
    for page, author, date in [
        ("PROGRESS NOTE\nProvider Jane Roe, MD   Visit 05/03/2021", "Jane Roe, MD", "2021-05-03"),
        ("PR-2\nDate of visit: 05/03/2021\n/s/ Jane Roe, MD, 5/3/21", "Jane Roe, MD", "2021-05-03"),
        ("PR-2\nFollow up   Date of Service 05/03/2021\nSigned Jane Roe, MD", "Jane Roe, MD", "2021-05-03"),
        (
            "XR HIP LEFT\nPERFORMED: 05/03/21 0931\nDICTATED AND APPROVED: JANE ROE DO",
            "Jane Roe DO",
            "2021-05-03",
        ),
        (
            "UR DETERMINATION\nDecision Date 05/03/2021\nProvider Max Poe, MD\nReviewed by:\nJane Roe, DO",
            "Jane Roe, DO",
            "2021-05-03",
        ),
        (
            "REQUEST FOR AUTHORIZATION\nPhysician: Jane Roe, MD\nJane Roe, MD   05/03/2021",
            "Jane Roe, MD",
            "2021-05-03",
        ),
        (
            "PHYSICAL THERAPY VISIT LOG\n1 04/26/21 5\n2 04/29/21 4\n3 05/03/21 4\nJane Roe, PT",
            "Jane Roe, PT",
            "2021-05-03",
        ),
        (
            "ELM UTILIZATION REVIEW\nUR DECISION\nRFA date 05/01/2021\nDecision date 05/03/2021\nReviewed by: Jane Roe, DO",
            "Jane Roe, DO",
            "2021-05-03",
        ),
        ("DOCTOR'S FIRST REPORT\nDate of first exam: 05/03/2021\nJane Roe, NP", "Jane Roe, NP", "2021-05-03"),
        (
            "HAND THERAPY DISCHARGE SUMMARY\nDischarge: 05/03/2021\n03/02/21 05/03/21\nGrip 6 14\nJane Roe, OTR/L, CHT",
            "Jane Roe, OTR/L, CHT",
            "2021-05-03",
        ),
        (
            "PHYSICAL THERAPY NOTE\nPhysician: Max Poe, MD\nDoe, Jane 05/03/2021 Visit 6\nJane Roe, DPT",
            "Jane Roe, DPT",
            "2021-05-03",
        ),
        (
            "ELM REVIEW\nSeptember 10, 2021\nDate of Request: September 2, 2021\nRESULT OF UTILIZATION REVIEW\nUR DECISION\nReviewer is Jane Roe, MD",
            "Jane Roe, MD",
            "2021-09-10",
        ),
        (
            "PHYSICAL THERAPY NOTE\nJane Doe | DOB 06/21/1985 | 05/03/2021\nJane Roe, PT",
            "Jane Roe, PT",
            "2021-05-03",
        ),
        ("ESTABLISHED PATIENT VISIT\nData: MRI 05/03/2020 normal.\nJane Roe, MD", "Jane Roe, MD", ""),
        (
            "EMG REPORT\nTest date: 05/03/2021 Ref. Physician: Max Poe, MD\nJane Roe, MD",
            "Jane Roe, MD",
            "2021-05-03",
        ),
        ("PROCEDURE NOTE\nDate: 05/03/2021\nJ. RoeJane Roe, MD", "Jane Roe, MD", "2021-05-03"),
        ("MRI OF THE HIP\nIt was performed on 05/03/2021.\nJane Roe, MD", "Jane Roe, MD", ""),
        (
            "DISCHARGE SUMMARY\nADMIT DATE: 04/28/2021   DISCHARGE DATE: 05/03/2021\nJane Roe, MD",
            "Jane Roe, MD",
            "2021-05-03",
        ),
        (
            "PROGRESS NOTE\nDate of exam: 05/03/2021\nSignature: J Roe Cal. Lic. # 00000\nName: Jane Roe, MD",
            "Jane Roe, MD",
            "2021-05-03",
        ),
        (
            "UR DECISION - ADVERSE\nDate: 05/03/2021 Page 1 of 2\nDate of request /\nreceived\n04/20/2021\nReviewer: Jane Roe, MD",
            "Jane Roe, MD",
            "2021-05-03",
        ),
        (
            "ELM UTILIZATION REVIEW DECISION\nDate: 05/03/2021\nOur physician consultant, Jane Roe, MD, looked at it.\nAda Poe, RN",
            "Jane Roe, MD",
            "2021-05-03",
        ),
    ]:
        assert (describe([page], named_in([page])).author, describe([page]).date) == (author, date)


# -- where documents begin ------------------------------------------------------------------------

NOTE, FILMS = "PROGRESS NOTE\nDate of visit: May 10, 2014", "RADIOLOGY REPORT\nDate of study: July 12, 2014"


def test_a_new_title_date_or_first_page_begins_a_document() -> None:
    for pages, parts in [
        ([NOTE, FILMS], [1, 1]),
        ([NOTE, "more words", FILMS], [2, 1]),
        ([NOTE, NOTE, FILMS], [2, 1]),
        ([NOTE, NOTE.replace("10", "11")], [1, 1]),
        ([NOTE, "RADIOLOGY REPORT (continued)"], [2]),
        ([f"{NOTE}\nPage 1 of 2", f"{FILMS}\nPage 2 of 2"], [2]),
        ([f"{NOTE}\nPage 1 of 1", f"{NOTE}\nPage 1 of 1"], [1, 1]),
        ([NOTE, "", "", FILMS], [3, 1]),
        (["", ""], [2]),
        ([NOTE, "He brought the radiology report of July 12, 2014."], [2]),
        ([NOTE, "The report dated July 12, 2014 and the visit date of June were compared."], [2]),
        ([f"{NOTE}\nPage 7 of 3", f"{FILMS}\nPage 9 of 3"], [1, 1]),
        ([*[f"{NOTE}\nPage {n} of 40" for n in range(1, 40)], f"{FILMS}\nPage 40 of 40"], [39, 1]),
    ]:
        made = propose_parts(pages)
        assert [len(part) for part in made] == parts
        assert [page for part in made for page in part] == list(range(1, len(pages) + 1))


def test_parts_are_read_as_they_are_typed() -> None:
    assert read_parts("1-3, 4-9,10-", 12) == [range(1, 4), range(4, 10), range(10, 13)]
    assert read_parts("1,2-2", 2) == [range(1, 2), range(2, 3)]


def test_parts_that_lose_or_double_a_page_are_refused() -> None:
    for said, says in [
        ("1-3", "The parts end with page 3; the file has 9."),
        ("1-3,5-9", "should begin with page 4"),
        ("1-3,3-9", "should begin with page 4"),
        ("4-9,1-3", "should begin with page 1"),
        ("1-12", "The parts end with page 12; the file has 9."),
        ("x", "“x” is no range of pages."),
        ("", "is no range of pages."),
        ("9-1", "is no range of pages."),
        ("1-99999999999", "is no range of pages."),
    ]:
        with pytest.raises(Refused) as caught:
            read_parts(said, 9)
        assert says in str(caught.value)


# -- whose a document is ---------------------------------------------------------------------------

DECISION = """UTILIZATION REVIEW DETERMINATION
Date of decision: November 15, 2023 Date request received: November 8, 2023
Requesting physician: Ann Quill, MD
Dear Dr. Quill: The request was reviewed.
"""


def test_a_doubtful_author_is_left_empty() -> None:
    for pages, author in [
        ([f"{DECISION}Reviewing physician: Gil Pump, MD"], "Gil Pump, MD"),
        (
            [
                DECISION,
                "Rationale\nGil Pump, MD\nCalifornia license G-00000",
                "PROOF OF SERVICE\n- Ann Quill, MD",
            ],
            "Gil Pump, MD",
        ),
        ([DECISION], ""),
        (
            ["OPERATIVE REPORT\nSURGEON: BAS WOBB, DO\nASSISTANT: PER NILS, PA-C\nBAS WOBB, DO"],
            "Bas Wobb, DO",
        ),
        (
            [
                "MRI LUMBAR SPINE\nOrdering: Bas Wobb, DO\nElectronically signed by: Fen Bright, MD, 06/30/2022"
            ],
            "Fen Bright, MD",
        ),
        (["OFFICE VISIT NOTE\nPer Nils, PA-C, for Bas Wobb, DO 09/10/2015"], "Per Nils, PA-C"),
        (["PRESCRIPTION HISTORY\nFilled Drug Prescriber\n05/03/2023 GABAPENTIN QUILL H, MD"], ""),
        (["PROGRESS NOTE\nElectronically signed by A Roe, MD\nElectronically signed by B Poe, MD"], ""),
        (["PROGRESS NOTE\nSignature: ‹C.Nightlngale›"], ""),
        (["PROGRESS NOTE\nSpringfield Clinic, PA 19104"], ""),
        (["LETTER\nDate of letter: May 29, 2015\nA. Pottle\nClaims Examiner II, Bus District"], "A. Pottle"),
    ]:
        assert describe(pages).author == author


def test_a_name_that_was_hard_to_read_is_that_of_the_one_person_whom_it_is_like() -> None:
    roster = named_in(["Electronically signed by Rosamund Hatpin, MD on 7/1/2016"])
    assert describe(["PR-2\nSignature: ‹Rosarund› Hatpin, MD"], roster).author == "Rosamund Hatpin, MD"
    assert describe(["PR-2\nSignature: ‹Rosarund› Hatpln, DO"], roster).author == ""


def test_an_application_is_the_patients_and_of_the_day_of_the_signature() -> None:
    page = (
        "APPLICATION FOR INDEPENDENT MEDICAL REVIEW\nEmployee name: ‹Barthclomew› Notareal  Date of birth: 07/19/1976\n"
        "Date of the utilization review decision: 11/15/2023\nEmployee signature: B. Notareal   Date: 12/4/23"
    )
    said = describe([page], (), "Bartholomew Notareal")
    assert (said.author, said.date) == ("Bartholomew Notareal", "2023-12-04")


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("PT VISIT LOG\nDate of service: 01/19/2016 to 03/08/2016", "2016-03-08"),
        (
            "DOCTOR'S FIRST REPORT\nDate and hour of injury: 2-9-21\nModified work from 2/11/21\nSignature: x Date: 2/10/2",
            "",
        ),
        ("PROGRESS NOTE\nDate of exam: ‹9-15-15›\nSignature: A Roe MD   Date: 9/15/15", "2015-09-15"),
        ("PROGRESS NOTE\nDate of exam: ‹9-15-15›", ""),
        ("UR DENIAL\nDate request received: 5/17/2016\nDate: May 24, 2016", "2016-05-24"),
    ],
)
def test_a_doubtful_date_is_left_empty(text: str, date: str) -> None:
    assert describe([text]).date == date


def test_a_service_a_specialty_or_running_text_is_no_reviewer() -> None:
    for line in [
        "Service under review: Physical Therapy",
        "Physical Therapy, PT 2x6",
        "Reviewed by: Internal Medicine",
        "Physician reviewer: Pain Management, M.D.",
        "Peer review: the request was compared with the guideline",
        "Reviewer: Lumbar Epidural Steroid Injection",
        "Decision made by: Fay Bright",
    ]:
        text = (
            f"UTILIZATION REVIEW DETERMINATION\nDate of decision: May 2, 2023\n{line}"
            + 5 * "\nIt was compared."
        )
        assert describe([text]).author == ""
        assert describe([f"{text}\nGil Pump, M.D.\nBoard certified"]).author == "Gil Pump, M.D."


@pytest.mark.parametrize(
    "said", ["13/45/2020", "02/31/2020", "31-Feb-2020", "February 30, 2020", "2020-13-01"]
)
def test_a_day_that_does_not_exist_is_no_date_and_is_said(said: str) -> None:
    text = f"PROGRESS NOTE\nDate of visit: {said}\n11/02/2019 was better.\nSigned 04/05/2020"
    assert (describe([text]).date, describe([text]).no_day) == ("", said)


def test_the_day_of_a_form_is_that_of_the_signature_and_not_of_the_decision_that_it_names() -> None:
    form = "APPLICATION FOR INDEPENDENT MEDICAL REVIEW\nDate of the determination letter: 02/03/2021\n"
    assert describe([f"{form}Employee signature: Jane Doe Date: 02/20/2021"]).date == "2021-02-20"


def test_a_greeting_and_an_office_below_the_name_make_a_letter() -> None:
    letter = "BRAMBLE INDEMNITY\nMarch 8, 2021\nDear Reviewer:\nEnclosed are the records.\nPia Lind\nSenior Claims Examiner"
    said = describe([letter])
    assert (said.type, said.author, said.date) == ("Letter", "Pia Lind", "2021-03-08")


def test_a_title_behind_a_letterhead_or_below_addresses_is_known() -> None:
    for page, kind in [
        (
            "Parable Group Utilization Review Modification Letter\nIssued: May 18, 2022",
            "Utilization review report",
        ),
        ("FOXGLOVE CARE Physician Advisor Determination\nDate: 09/17/2019", "Utilization review report"),
        ("SAINT ELSEWHERE HOSPITAL OPERATIVE NOTE\nPatient: Doe", "Operative report"),
        ("Seen for a spine clinic office visit\nPatient: Doe", "Document"),
        (
            "Ada Pell, MD\n"
            + "1 Main Street\n" * 14
            + "UTILIZATION REVIEW: ADVERSE DETERMINATION\nDear Dr. Pell:",
            "Utilization review report",
        ),
        ("Ada Pell, MD\n" + "1 Main Street\n" * 14 + "UTILIZATION REVIEW: ADVERSE DETERMINATION", "Document"),
    ]:
        assert describe([page]).type == kind


def test_of_a_signature_and_the_name_in_print_the_name_is_the_author() -> None:
    page = "PROGRESS NOTE\nSignature: O. Farthing Osgood Farthing, MD Date: 1/2/2020"
    assert describe([page]).author == "Osgood Farthing, MD"
    assert describe(["PROGRESS NOTE\nPrimary treating physician: Ada Pell, MD"]).author == "Ada Pell, MD"
    assert describe(["PROGRESS NOTE\nPrimary care physician: Ada Pell, MD"]).author == ""


@pytest.mark.parametrize(
    ("page", "date"),
    [
        ("LAKE CHIROPRACTIC TREATMENT LOG\n02/09/21 CMT\n03/02/21 CMT\n04/13/21 re-exam", "2021-04-13"),
        ("June 22, 2021\nAGREED MEDICAL EVALUATION\nDate of evaluation: June 8, 2021", "2021-06-22"),
        ("AGREED MEDICAL EVALUATION\nDate of evaluation: June 8, 2021", "2021-06-08"),
    ],
)
def test_a_log_has_the_day_of_its_last_visit_and_a_letter_its_own(page: str, date: str) -> None:
    assert describe([page]).date == date


def test_a_signed_note_without_a_title_is_known_by_what_it_tells_and_dated_by_its_head() -> None:
    for kind, date, page in [
        ("Progress note", "2021-03-02", "Lake Spine Group\nDoe, Jane  01/02/1970  F  03/02/2021 10:15\nHere for her back. ROM full.\nRefill.\nA. Pell, DO"),
        ("Chiropractic note", "2021-02-26", "HILL CHIROPRACTIC\n02/26/2021   Visit 10 of 10\nS: better. O: full. A: sprain.\nMax Mouse, DC"),
        ("Physical therapy note", "2021-08-26", "REED REHAB\nVisit 12  8/26/2021\nROM full, pain gone. D/C, plan: home.\nMax Mouse, PT"),
        ("Radiology report", "2021-05-30", "HILL RADIOLOGY\nExam date 05/30/2021\nLEFT SHOULDER, THREE VIEWS\nNormal.\nMax Mouse, MD"),
        (UNKNOWN, "", "Here for her back. ROM full.\nRefilled on 03/02/2021 as before."),
        ("Utilization review report", "2021-06-18", "HILL MUTUAL\nFriday, June 18, 2021\nRe: Jane Doe\nClaim: 12\nYou ask us to allow a walker. Our physician finds\nno ground for it in the MTUS. It is turned down.\nMax Mouse, MD"),
    ]:  # fmt: skip
        said = describe([page])
        assert (said.type, said.date) == (kind, date), page
