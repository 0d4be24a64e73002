"""What a packet says of the decision and the services that were refused."""

from __future__ import annotations

import pytest

from assistant import library
from assistant.core.dates import parse_date
from assistant.core.record.refusal import Refusal, refusal
from assistant.core.record.sentences import PacketDocument

TABLE = """UTILIZATION REVIEW DECISION
Date: May 24, 2016 Request received: May 17, 2016
# Treatment requested Quantity Certified Decision
1 Hydrocodone/APAP 10/325 mg 120 60 Modified, for
weaning
2 Carisoprodol 350 mg 60 0 Denied
3 Flurbiprofen 20%/cyclobenzaprine
4%/lidocaine 5% cream
180 g 0 Denied
Clinical information
58-year-old male.
Discussion, item 1
Ongoing opioids are supported where pain and function are better. Sixty tablets are certified.
Criteria
MTUS Chronic Pain Medical Treatment Guidelines, 8 CCR 9792.24.2: opioids.
Gil Pump, MD, Pain Medicine, California license G00001
"""
REQUEST = (
    "REQUEST FOR AUTHORIZATION\nMuscle spasm M62.830 Carisoprodol 350 mg 1 BID prn, #60\nDate: 05/10/2016"
)


def said(*pages: str, request: str = "") -> Refusal:
    documents = [PacketDocument("ur", "Utilization review report", parse_date("2016-05-24"), pages)]
    if request:
        documents.append(
            PacketDocument("rfa", "Request for authorization", parse_date("2016-05-10"), [request])
        )
    return refusal(documents, library.intake("decision"))


def test_a_table_gives_each_service_with_its_decision_and_amounts() -> None:
    made = said(TABLE, request=REQUEST)
    assert [(one.words, one.decision, one.quantity, one.certified) for one in made.services] == [
        ("hydrocodone/APAP 10/325 mg", "modified", "120", "60"),
        ("carisoprodol 350 mg", "denied", "60", "0"),
        ("flurbiprofen 20%/cyclobenzaprine 4%/lidocaine 5% cream", "denied", "180 g", "0"),
    ]
    assert made.services[1].request_date == "2016-05-10"
    assert made.services[1].requested_as is not None
    assert made.decided is not None
    assert made.decided.value == "2016-05-24"
    assert made.received is not None
    assert made.received.value == "2016-05-17"
    assert made.guideline is not None
    assert made.guideline.value.startswith("MTUS Chronic Pain")
    assert made.reason is not None
    assert made.reason.value.endswith("Sixty tablets are certified.")
    labelled = said(
        TABLE.replace("Date: May 24, 2016 Request", "Date of decision: May 24, 2016 Request", 1)
    )  # no head
    assert [one.words for one in labelled.services] == [one.words for one in made.services]


def test_a_service_has_its_region_side_and_levels() -> None:
    for table, service, region, side, levels in [
        (
            "No. Requested treatment Quantity Decision\n1 MRI lumbar spine without contrast (CPT 72148) 1 DENIED (non-certified)",
            "MRI lumbar spine without contrast",
            "lumbar spine",
            "",
            (),
        ),
        (
            "Service Requested Determination\nAcupuncture, lumbar spine 2 x 6, 12 sessions Denied",
            "acupuncture, lumbar spine",
            "lumbar spine",
            "",
            (),
        ),
        (
            "Service Qty Decision\nX-ray of the cervical spine, 4 views: AP, lateral, flexion,\nextension\n1 Denied",
            "X-ray of the cervical spine, 4 views: AP, lateral, flexion, extension",
            "cervical spine",
            "",
            (),
        ),
        (
            "Requested treatment Decision\nLeft L4-5 transforaminal epidural steroid injection Not certified",
            "left L4-5 transforaminal epidural steroid injection",
            "lumbar spine",
            "left",
            ("L4-L5",),
        ),
        ("Your request for MRI of the right knee is denied.", "MRI of the right knee", "knee", "right", ()),
        (
            "The request for 12 sessions of physical therapy for the left shoulder was modified to 6 sessions.",
            "12 sessions of physical therapy for the left shoulder",
            "shoulder",
            "left",
            (),
        ),
    ]:
        (one,) = said(f"UR DECISION\n{table}\nRationale\nNot supported by the records.").services
        assert (one.words, one.side, one.levels) == (service, side, levels)
        assert one.region in (region, "")
        assert one.region or levels


def test_services_with_the_decision_on_the_next_line_or_behind_a_dash() -> None:
    pairs = (
        "We received your request for authorization dated 02/20/2020 on 02/25/2020.\n"
        "Requested: Right knee arthroscopy with partial medial meniscectomy\nDecision: Non-certified\n"
        "Requested: Post-operative physical therapy 12 sessions, right knee\nDecision: Modified - 6 sessions certified\n"
    )
    made = said(f"UR\n{pairs}")
    assert [(one.words, one.decision, one.quantity, one.certified, one.side) for one in made.services] == [
        ("right knee arthroscopy with partial medial meniscectomy", "denied", "", "", "right"),
        (
            "post-operative physical therapy 12 sessions, right knee",
            "modified",
            "12 sessions",
            "6 sessions",
            "right",
        ),
    ]
    assert made.received is not None
    assert made.received.value == "2020-02-25"
    dashed = said(
        "UR\n1. Naproxen 550 mg #60 - approved\n2. Omeprazole 20 mg #30 - not medically necessary\n"
    )
    assert [(one.words, one.decision) for one in dashed.services] == [("omeprazole 20 mg #30", "denied")]


def test_what_was_approved_is_not_disputed() -> None:
    table = "Treatment Decision\nNaproxen 550 mg #60 Approved\nOmeprazole 20 mg #30 Denied"
    assert [one.words for one in said(f"UR\n{table}\nRationale\nx").services] == ["omeprazole 20 mg"]


def test_a_day_of_the_decision_that_is_not_that_of_the_report_stands_beside_it() -> None:
    for line, others in [
        ("Date of decision: May 20, 2016", ["2016-05-20"]),
        ("Decision date 05/20/2016", ["2016-05-20"]),
        ("Date of the determination: May 24, 2016", []),
        ("Date of service: May 20, 2016", []),
        ("The decision of May 20, 2016 was reviewed.", []),
        ("Date of decision: May ‹20›, 2016", []),
    ]:
        decided = said(TABLE, line).decided
        assert decided is not None
        assert decided.value == "2016-05-24"
        assert [(day, place.page) for day, place in decided.others] == [(day, 2) for day in others]


def test_the_day_that_an_application_gives_the_decision_stands_beside_that_of_the_report() -> None:
    report = PacketDocument("ur", "Utilization review report", parse_date("2016-05-24"), [TABLE])
    form = "Application for independent medical review"
    asked = PacketDocument("imr", form, None, ["Date of UR determination letter: 05/26/2016"])
    decided = refusal([asked, report], library.intake("decision")).decided
    assert decided is not None
    assert [(day, place.document) for day, place in decided.others] == [("2016-05-26", "imr")]


def test_the_code_of_a_procedure_in_its_own_column_is_no_part_of_the_service() -> None:
    report = (
        "Service CPT Units Determination\nMR arthrogram, right shoulder 73222 1 Non-certified\n"
        "Hyaluronic acid, left knee J7325 5 Non-certified\nMRI lumbar spine without contrast 1 Denied\n"
    )
    assert [(one.words, one.quantity) for one in said(report).services] == [
        ("MR arthrogram, right shoulder", "1"),
        ("hyaluronic acid, left knee", "5"),
        ("MRI lumbar spine without contrast", "1"),
    ]


@pytest.mark.parametrize(
    "after",
    [
        "Reviewed by:\nGil Pump, MD",
        "Peer reviewer: Gil Pump, MD, Pain Medicine, CA G000000",
        "References\nACOEM (2018).",
    ],
)
def test_the_reason_ends_where_something_else_begins(after: str) -> None:
    report = f"UTILIZATION REVIEW DECISION\nAnalysis\nNo sign of radiculopathy is described.\n{after}\n"
    reason = said(report).reason
    assert reason is not None
    assert reason.value == "No sign of radiculopathy is described."


def test_tablets_are_counted_by_their_number_and_not_by_the_refills() -> None:
    report = "1. Gabapentin 600 mg #90 with 2 refills - Modified to #30 with no refills\n"
    assert [(one.quantity, one.certified) for one in said(report).services] == [("90", "30")]


def test_a_numbered_list_that_is_broken_into_lines_gives_each_service() -> None:
    page = (
        "UTILIZATION REVIEW DETERMINATION\nThe following is the decision:\n"
        "1. MRI of the left knee: Denied 2. EMG of the left leg: Approved 3.\n"
        "Acupuncture, 12 visits, low\nback: Modified to 6 visits\nExplanation\nThere is no need."
    )
    assert [(one.words, one.decision, one.certified) for one in said(page).services] == [
        ("MRI of the left knee", "denied", ""),
        ("acupuncture, 12 visits, low back", "modified", "6 visits"),
    ]


def test_of_a_report_and_the_one_on_its_appeal_each_service_stands_once_and_the_last_decides() -> None:
    head = "UTILIZATION REVIEW DETERMINATION\nLine Procedure Units Outcome\n"
    first = f"{head}1 L5-S1 anterior lumbar interbody fusion 1 Not certified\n2 Bone growth stimulator 1 Not certified\n"
    appeal = f"{head}1 L5-S1 anterior lumbar interbody fusion 1 Upheld - not certified\n"
    kind = "Utilization review report"
    documents = [
        PacketDocument("ur1", kind, parse_date("2018-06-20"), [first]),
        PacketDocument("ur2", kind, parse_date("2018-07-11"), [appeal]),
    ]
    words = library.intake("decision")
    made = refusal(documents, words)
    assert [(one.words, one.evidence.document, one.quantity) for one in made.services] == [
        ("L5-S1 anterior lumbar interbody fusion", "ur2", "1"),
        ("bone growth stimulator", "ur1", "1"),
    ]
    asked = "APPLICATION FOR INDEPENDENT MEDICAL REVIEW\nDate of UR Decision: 06/20/2018"
    application = PacketDocument("imr", "Application for independent medical review", None, [asked])
    against = refusal([*documents, application], words)
    assert against.services[0].evidence.document == "ur1"  # against which the application is
    assert against.decided is not None
    assert against.decided.value == "2018-06-20"


@pytest.mark.parametrize(
    "head",
    ["Medical guidelines used", "Guidelines considered:", "Guidelines/Criteria:", "Guidelines and sources:"],
)
def test_a_guideline_ends_where_the_documents_or_the_reviewer_are_named(head: str) -> None:
    page = f"UTILIZATION REVIEW\n{head}\nMTUS Shoulder Disorders.\nDOCUMENTS REVIEWED\nRFA 01/08/2020"
    made = said(page)
    assert made.guideline is not None
    assert made.guideline.value == "MTUS Shoulder Disorders."


def test_the_head_of_a_table_may_be_broken_into_lines() -> None:
    page = (
        "UTILIZATION REVIEW DECISION\nMedication / Service Qty\nrequested\nQty approved Status Comment\n"
        "Zolpidem 10 mg 30 15 MODIFIED taper\nBaclofen 10 mg 60 0 DENIED\nSummary\n"
    )
    assert [(one.words, one.quantity, one.certified) for one in said(page).services] == [
        ("zolpidem 10 mg", "30", "15"),
        ("baclofen 10 mg", "60", "0"),
    ]


@pytest.mark.parametrize(
    ("service", "side"),
    [
        ("MRI of the knee, left", "left"),
        ("shoulder arthroscopy (right)", "right"),
        ("Lumbar ESI L4-5 right", "right"),
        ("Injection, bilateral, L4-5", "bilateral"),
        ("MRI of the neck as of right now", ""),
    ],
)
def test_a_side_by_itself_is_that_of_the_service(service: str, side: str) -> None:
    [made] = said(f"UTILIZATION REVIEW\nRequest 1: {service}\nDecision: Denied").services
    assert made.side == side


def test_a_letter_of_sentences_gives_the_number_of_visits_and_its_guideline_ends_at_the_greeting() -> None:
    page = (
        "Utilization Review Determination\nThe request for chiropractic care, 10 visits, is non-certified.\n"
        "References\nMTUS Low Back Disorders.\nSincerely,\nAda Lark, MD"
    )
    made = said(page)
    assert [(one.words, one.quantity) for one in made.services] == [
        ("chiropractic care, 10 visits", "10 visits")
    ]
    assert made.guideline is not None
    assert made.guideline.value == "MTUS Low Back Disorders."


def test_recommendations_to_certify_or_not_are_decisions() -> None:
    page = (
        "PEER REVIEW REPORT\nDate of Referral: 11/02/2022\nItem Service Qty Recommendation\n"
        "A Left elbow strap 1 Non-certify\nB Hand therapy 6 Do not certify\nC Office visit 1 Certify\nCase summary\n"
    )
    made = said(page)
    assert [(one.words, one.quantity, one.decision) for one in made.services] == [
        ("left elbow strap", "1", "denied"),
        ("hand therapy", "6", "denied"),
    ]
    assert made.received is not None
    assert made.received.value == "2022-11-02"


def test_a_letter_that_decides_entry_by_entry_gives_each_service() -> None:
    listed = (
        "ELM REVIEW\n• Left knee arthroscopy: adverse determination. We are unable to recommend approval.\n"
        "• Hand therapy, left wrist, 18 visits: approved with modification to 12 visits.\n• Clearance: approved as requested.\n"
    )
    running = (
        "DETERMINATION\n1) MRI left hip without contrast is NOT CERTIFIED. 2) One injection is CERTIFIED. 3)\n"
        "Chiropractic care, 12 visits, is PARTIALLY CERTIFIED for 4 visits.\n"
    )
    paired = "Service 1: Cold unit\nOutcome: Not approved\nService 2: Baclofen 10 mg #30\nOutcome: Approved with changes: #15\n"
    for page, wanted in (
        (listed, [("left knee arthroscopy", "denied", "", ""), ("hand therapy, left wrist, 18 visits", "modified", "18 visits", "12 visits")]),
        (running, [("MRI left hip without contrast", "denied", "", ""), ("chiropractic care, 12 visits", "modified", "12 visits", "4 visits")]),
        (paired, [("cold unit", "denied", "", ""), ("baclofen 10 mg #30", "modified", "30", "15")]),
    ):  # fmt: skip
        made = [(one.words, one.decision, one.quantity, one.certified) for one in said(page).services]
        assert made == wanted


def test_what_a_column_of_amounts_allows_in_part_is_modified() -> None:
    page = (
        "UR DECISION\n# Treatment Requested Qty Req Qty Appr Outcome\n1 Baclofen 10 mg 90 45 Conditionally Non-Certified\n"
        "2 Capsaicin cream 1 tube 0 Non-Certified\nBasis for decision\n"
    )
    made = [(one.words, one.decision, one.quantity, one.certified) for one in said(page).services]
    assert made == [("baclofen 10 mg", "modified", "90", "45"), ("capsaicin cream", "denied", "1 tube", "0")]


def test_amounts_that_are_spelled_out_are_counted() -> None:
    made = said("""UTILIZATION REVIEW DECISION
Medication Qty requested Qty approved Outcome
Oxycodone/APAP 10/325 mg One hundred
twenty tablets
Sixty tablets Partially certified
(taper)
Carisoprodol 350 mg Ninety tablets None Non-certified
Physical therapy
of the back
97110 eighteen (18)
visits
ten (10)
visits
Modified
Why we decided so
He is fifty. Twelve visits were had. More are not approved.
""")
    assert [(one.words, one.decision, one.quantity, one.certified) for one in made.services] == [
        ("oxycodone/APAP 10/325 mg", "modified", "120 tablets", "60 tablets"),
        ("carisoprodol 350 mg", "denied", "90 tablets", "0"),
        ("physical therapy of the back", "modified", "18 visits", "10 visits"),
    ]


@pytest.mark.parametrize(
    ("row", "quantity", "certified"),
    [
        ("Norco 10/325 mg #90 Recommended with modification to 45", "#90", "45"),
        ("Norco 10/325 mg #90 Recommended with modification\nto #45, no refills", "#90", "45"),
        (
            "Physical therapy, knee 12 visits Approved with modification: six (6) visits",
            "12 visits",
            "6 visits",
        ),
        ("Gabapentin 300 mg #90 Partially certified (30 certified)", "#90", "30"),
        ("Gabapentin 300 mg #90 Modified for weaning", "#90", ""),
    ],
)
def test_what_a_decision_allows_stands_behind_it(row: str, quantity: str, certified: str) -> None:
    made = said(
        f"UTILIZATION REVIEW DECISION\nTreatment requested Quantity Decision\n{row}\nTENS unit 1 Denied\n"
    )
    assert [(one.quantity, one.certified) for one in made.services] == [(quantity, certified), ("1", "")]
    assert made.services[1].words == "TENS unit"


def test_a_form_without_colons_gives_each_item_its_own_reason_and_guideline() -> None:
    made = said("""DETERMINATION SUMMARY
Item 1 of 2
Treatment requested MRI of the right knee
Determination Non-Certified
Principal reason Plain films come first.
Guideline MTUS/ACOEM Knee Disorders
Item 2 of 2
Treatment requested Home health aide, 4 hours a day, 5 days a week
Determination Non-Certified
Principal reason He isn't homebound.
Guideline ODG home health""")
    assert [(one.words, one.decision, one.quantity) for one in made.services] == [
        ("MRI of the right knee", "denied", ""),
        ("home health aide, 4 hours a day, 5 days a week", "denied", ""),
    ]
    assert [{name: value for name, value in one.own if name != "decided"} for one in made.services] == [
        {"rationale": "Plain films come first.", "guideline": "MTUS/ACOEM Knee Disorders"},
        {"rationale": "He isn't homebound.", "guideline": "ODG home health"},
    ]


def test_numbered_reasons_are_those_of_their_items() -> None:
    made = said("""UR DECISION
Treatment 1: Knee brace
Determination: Denied
Treatment 2: Knee sleeve
Determination: Denied
Clinical rationale for treatment 1
The knee is stable in all planes.
Clinical rationale for treatment 2
No trial of one was had.
Evidence
ACOEM Knee Disorders.""")
    assert [dict(one.own)["rationale"] for one in made.services] == [
        "The knee is stable in all planes.",
        "No trial of one was had.",
    ]


@pytest.mark.parametrize(
    ("page", "services"),
    [
        ("Service Approve Modify Deny\nKnee brace ☐ ☐ ☒\nKnee therapy, 12 visits ☐ ☒ 6 visits ☐\nWhy\nIt is stable.", [("knee brace", "denied", ""), ("knee therapy", "modified", "6 visits")]),
        ("NOTICE OF DECISION ON REQUEST FOR TREATMENT\nIt came on an RFA:\n(1) Knee brace: NOT CERTIFIED\n(2) Therapy, 8 sessions: CERTIFIED IN PART (4 sessions)\nReviewer's reasoning\n(1) It is equivocal. A second course was not tried.", [("knee brace", "denied", ""), ("therapy, 8 sessions", "modified", "4 sessions")]),
        ("What did we decide?\nPsychotherapy, 20 sessions is modified to 6 sessions.\nZolpidem 10 mg is denied.\nWhy?\nA trial comes first.", [("psychotherapy, 20 sessions", "modified", "6 sessions"), ("zolpidem 10 mg", "denied", "")]),
        ("1. Knee fusion\nRecommendation: NON-CERTIFY\n2. Inpatient stay\nRecommendation: NON-CERTIFY", [("knee fusion", "denied", ""), ("inpatient stay", "denied", "")]),
        ("RE: UTILIZATION REVIEW - NOT ALL TREATMENT APPROVED\nHere is what we decided:\n• Knee blocks – Denied\n• Acupuncture, 12 visits – Modified: 6 visits approved", [("knee blocks", "denied", ""), ("acupuncture, 12 visits", "modified", "6 visits")]),
        ("A. Epidural injection - not medically necessary.\nB. Restoration program, 160 hours - partially certified for 80 hours.", [("epidural injection", "denied", ""), ("restoration program, 160 hours", "modified", "80 hours")]),
        ("Service Units Determination Units approved\nKnee scooter, 30 days 1 Non-certified 0\nTherapy 12 Modified 8", [("knee scooter, 30 days", "denied", ""), ("therapy", "modified", "8")]),
        ("Treatment Requested Certified Not certified\nKnee injection with guidance 1 0 1\nEMG of both legs 1 1 0\nTherapy, left knee 12 4 8\nSummary", [("knee injection with guidance", "denied", ""), ("therapy, left knee", "modified", "4")]),
        ("RFA rec'd 09/20/2022\nREQUEST 1\nKnee nerve ablation\nDETERMINATION 1: NON-CERTIFY\nREQUEST 2\nLidocaine cream #60\nDETERMINATION 2: MODIFY - certify #30 with no refill", [("knee nerve ablation", "denied", ""), ("lidocaine cream #60", "modified", "30")]),
        ("Oxycodone 15 mg #120: MODIFIED to #90 for one month, to permit a taper.", [("oxycodone 15 mg #120", "modified", "90")]),
        ("Treatment You asked for We approve Outcome\nOxycodone 15 mg 120 90 Modified, for weaning", [("oxycodone 15 mg", "modified", "90")]),
    ],
)  # fmt: skip
def test_letters_of_other_forms_list_their_services(page: str, services: list[tuple[str, str, str]]) -> None:
    assert [(one.words, one.decision, one.certified) for one in said(page).services] == services


def test_the_day_of_receipt_is_not_that_of_the_signature() -> None:
    made = said(
        "UR DECISION\nOn May 18, 2016 we received a Request signed on May 10, 2016.\nKnee brace is denied."
    )
    assert made.received is not None
    assert made.received.value == "2016-05-18"


def test_of_two_reports_each_item_has_the_decision_of_its_own() -> None:
    reports = [
        PacketDocument("one", "Utilization review report", parse_date("2020-10-06"), ["Date: October 6, 2020\nRequest received: 9/29/2020\nTreatment Decision\nTENS unit Denied\nRationale\nNo trial was had."]),
        PacketDocument("two", "Utilization review report", parse_date("2020-10-13"), ["Date: October 13, 2020\nTreatment Decision\nKnee brace Denied\nRationale\nThe knee is stable."]),
    ]  # fmt: skip
    made = refusal(reports, library.intake("decision"))
    assert made.decided is not None
    assert made.decided.value == "2020-10-13"
    assert made.received is None, "that of the other report is not its day"
    assert [dict(one.own) for one in made.services] == [
        {},
        {"decided": "2020-10-06", "received": "2020-09-29", "rationale": "No trial was had."},
    ]


def test_a_decision_whose_box_is_ticked_is_the_one() -> None:
    made = said("""UTILIZATION REVIEW REPORT
Request 1: Left L5-S1 epidural injection
Decision: ☐ Approved ☐ Modified X ☒ Denied
Request 2: Chiropractic manipulation, twelve visits
Decision: ☐ Approved ☒ Modified to four visits ☐ Denied
Request 3: Lumbar brace
Decision: ☒ Approved ☐ Modified ☐ Denied
""")
    assert [(one.words, one.decision, one.quantity, one.certified) for one in made.services] == [
        ("left L5-S1 epidural injection", "denied", "", ""),
        ("chiropractic manipulation, twelve visits", "modified", "12 visits", "4 visits"),
    ]


def spoken(page: str, request: str = "") -> list[tuple[str, str, str, str]]:
    """What is read of a report in prose by one who knows some services."""
    known = (
        "medial branch",
        "chiropractic",
        "mri",
        "naproxen",
        "physical therapy",
        "psychotherapy",
        "walker",
    )
    documents = [PacketDocument("ur", "Utilization review report", parse_date("2021-06-18"), [page])]
    if request:
        documents.append(PacketDocument("rfa", "Request for authorization", None, [request]))
    found = refusal(
        documents,
        library.intake("decision"),
        lambda words: next((one for one in known if one in words.lower()), ""),
    )
    return [(one.words, one.decision, one.quantity, one.certified) for one in found.services]


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (
            "You ask us to authorize a lumbar medial branch block at L4-5 on the left, and a further 8 sessions of\n"
            "chiropractic care for the low back. We cannot agree to the medial branch block.\n"
            "He has had no physical therapy since the last visit, and its gains were never written down by anybody.\n"
            "Of the chiropractic care we can agree to 4 sessions.",
            [
                ("lumbar medial branch block at L4-5 on the left", "denied", "", ""),
                ("8 sessions of chiropractic care for the low back", "modified", "8 sessions", "4 sessions"),
            ],
        ),
        (
            "What was asked for\nMRI of the left shoulder. Nothing has been done since 2016. The request is turned down.\n"
            "Naproxen 550 mg, sixty tablets. Thirty tablets are granted.",
            [
                ("MRI of the left shoulder", "denied", "", ""),
                ("naproxen 550 mg, sixty tablets", "modified", "60 tablets", "30 tablets"),
            ],
        ),
        (
            "We were asked on 09/07/2022 for twelve visits of physical therapy, for a left knee MRI, and for naproxen. The physical therapy is\n"
            "reduced to six visits. The knee MRI is refused, for no psychotherapy was tried. Of naproxen nothing is allowed.",
            [
                ("twelve visits of physical therapy", "modified", "12 visits", "6 visits"),
                ("left knee MRI", "denied", "", ""),
                ("naproxen", "denied", "", ""),
            ],
        ),
        (
            "We find no ground for the following:\nPsychotherapy, 12 sessions\nWe do not agree to pay for it.",
            [("psychotherapy, 12 sessions", "denied", "12 sessions", "")],
        ),
        ("Naproxen 550 mg, 60 tablets, is agreed to in full.", []),
    ],
)
def test_a_report_of_no_known_form_is_read_by_the_services_that_it_names(
    page: str, found: list[tuple[str, str, str, str]]
) -> None:
    assert spoken(page) == found


def test_what_the_request_lists_bounds_what_such_a_report_is_read_for_and_fills_what_it_leaves_out() -> None:
    request = "M54.5   Wheeled walker   E0143\nM54.5   Chiropractic care   98941   8 sessions"
    page = "We have looked at all that was requested, and it is refused. She had an MRI, which was allowed, in May."
    assert spoken(page, request) == [
        ("wheeled walker", "denied", "", ""),
        ("chiropractic care", "denied", "8 sessions", ""),
    ]
    assert spoken("The notes were read.", request) == []
    letter = (
        "We received your request on May 25, 2016 for left knee arthroscopy with partial meniscectomy, for a series of three gel\n"
        "injections to the left knee, and for crutches. The arthroscopy is authorized. Crutches are authorized. The gel injections are\n"
        "not authorized."
    )
    lines = "S83.2   Knee arthroscopy, partial meniscectomy   29881\nM17.12   Gel injection, left knee   20610\nCrutches   E0114"
    assert spoken(letter, lines) == [
        ("series of three gel injections to the left knee", "denied", "3", ""),
    ]


def test_what_is_asked_for_in_one_list_is_decided_in_another() -> None:
    for text, services in [
        (
            "Requested: (1) Acupuncture, 8 sessions (2) Cyclobenzaprine 7.5 mg #60 (3) Purchase of H-wave unit\n"
            "Decision: (1) Modified - 4 sessions certified (2) Denied (3) Denied",
            [
                ("acupuncture, 8 sessions", "modified", "4 sessions"),
                ("cyclobenzaprine 7.5 mg #60", "denied", ""),
                ("purchase of H-wave unit", "denied", ""),
            ],
        ),
        (
            "Services under review:\n#1: MRI of the left knee\n#2: Hinged knee brace\nDetermination:\n#1 Certified\n#2 Non-certified\n",
            [("hinged knee brace", "denied", "")],
        ),
        (
            "Treatment requested: 1) Norco 10/325 mg #90 2) Soma 350 mg\n#60\nOutcome: 1) Modified to #45 2) Not certified",
            [("norco 10/325 mg #90", "modified", "45"), ("soma 350 mg #60", "denied", "")],
        ),
    ]:
        found = said(f"UTILIZATION REVIEW\nDate: May 24, 2016\n{text}\nRationale\nNo gain.").services
        assert [(one.words, one.decision, one.certified) for one in found] == services
    only_reasons = (
        "UTILIZATION REVIEW\n(1) It is not shown. (2) It is not long ago.\nThe request for an MRI is denied."
    )
    assert len(said(only_reasons).services) == 1


def test_services_stand_under_the_decision_on_them_or_each_above_its_own() -> None:
    for text, services in [
        (
            "The following was requested and is NON-CERTIFIED:\n  TENS unit with supplies, purchase\n  Home exercise kit\nRationale: No log.",
            [("TENS unit with supplies, purchase", "denied", ""), ("home exercise kit", "denied", "")],
        ),
        (
            "The services below are denied:\n- MRI of the left knee\n- Knee brace\nThe following is certified:\n- Naproxen 500 mg",
            [("MRI of the left knee", "denied", ""), ("knee brace", "denied", "")],
        ),
        (
            "Request: Percocet 10/325 mg, quantity 90\nDecision: Modified. Percocet 10/325 mg #60 is certified for tapering.\n"
            "Request: Lyrica 150 mg, quantity 60\nDecision: Denied.\nRationale: No gain.",
            [
                ("percocet 10/325 mg, quantity 90", "modified", "60"),
                ("lyrica 150 mg, quantity 60", "denied", ""),
            ],
        ),
    ]:
        found = said(f"UTILIZATION REVIEW\nDate: May 24, 2016\n{text}").services
        assert [(one.words, one.decision, one.certified) for one in found] == services
