"""What kind of document a page begins: the titles under which the documents of a case file are known.

The order matters where a title fits two: the one named first is meant.
"""

from __future__ import annotations

import re

UR_REPORT = "Utilization review report"
UNKNOWN = "Document"

TYPES: tuple[tuple[str, str], ...] = (
    (
        UR_REPORT,
        r"(?:utili[sz]ation review|UR) (?:report|determination|decision|denial|notice|summary|referral)|utili[sz]ation review"
        r"|notice of (?:non-?certification|denial|modification|adverse determination)|peer review report"
        r"|non-?certification(?: letter| notice)?|adverse determination",
    ),
    (
        "Application for independent medical review",
        r"application for independent medical review|DWC form IMR|independent medical review application",
    ),
    (
        "Request for authorization",
        r"(?:DWC form )?RFA\b|request for authori[sz]ation|authori[sz]ation request",
    ),
    (
        "Agreed medical evaluation",
        r"agreed medical (?:evaluation|evaluator|examination|re-?evaluation)|AME (?:report|evaluation)",
    ),
    (
        "Qualified medical evaluation",
        r"(?:panel )?qualified medical (?:evaluation|evaluator|examination|re-?evaluation)|P?QME (?:report|evaluation)",
    ),
    ("Medical-legal report", r"medical[- ]legal (?:report|evaluation)|independent medical examination"),
    (
        "Operative report",
        r"operati(?:ve|on) (?:report|note|record)|report of operation|procedure (?:report|note)|surgical report",
    ),
    (
        "Electrodiagnostic report",
        r"electrodiagnostic (?:report|stud(?:y|ies)|consultation|testing|evaluation)|EMG(?: ?/ ?NCV| and NCV)?"
        r" (?:report|study|studies)|nerve conduction (?:study|studies|report)|electromyograph(?:y|ic)(?: report| study)?",
    ),
    (
        "Radiology report",
        r"(?:radiology|radiographic|diagnostic imaging|imaging|x-?ray|MRI|CT|ultrasound|MR imaging) (?:report|consultation|interpretation)"
        r"|(?:x-?rays?|radiographs?|MRI|CT(?: scan)?|magnetic resonance imaging|computed tomography) (?:of )?(?:the )?"
        r"(?:cervical|lumbar|thoracic|left|right|spine|c-spine|l-spine|shoulder|knee|hip|wrist|hand|ankle|foot|elbow|neck|brain|head)\b.*",
    ),
    (
        "Laboratory report",
        r"(?:laboratory|lab|toxicology|urine drug (?:screen|test)\w*|pathology) (?:report|results?)",
    ),
    (
        "Physical therapy note",
        r"(?:physical|physio|occupational|hand) ?therap(?:y|ist)(?:'s)? (?:\w+ )?(?:note|report|evaluation|summary)|PT (?:daily |progress )?(?:note|evaluation)",
    ),
    (
        "Chiropractic note",
        r"chiropractic (?:\w+ )?(?:note|report|evaluation|treatment)|chiropractor'?s (?:note|report)",
    ),
    ("Acupuncture note", r"acupuncture (?:\w+ )?(?:note|report|evaluation|treatment)"),
    (
        "Psychological report",
        r"psych(?:ological|iatric|otherapy) (?:\w+ )?(?:report|evaluation|note|assessment)|behavioral (?:health )?(?:report|evaluation|assessment)",
    ),
    ("Discharge summary", r"discharge summary"),
    (
        "Emergency department note",
        r"emergency (?:department|room) (?:\w+ )?(?:note|report|record|visit)|ED (?:note|report)",
    ),
    ("Doctor's first report", r"doctor'?s first report(?: of occupational injury(?: or illness)?)?"),
    (
        "Consultation report",
        r"(?:\w+ ){0,3}consultation(?: report| note)?|consultative report|initial (?:\w+ )?(?:consultation|evaluation|examination|report)",
    ),
    (
        "Progress note",
        r"(?:(?:primary|secondary) treating )?(?:physician|provider)(?:'?s|s')? (?:progress|follow-?up) (?:report|note)(?: \(?PR-?2\)?)?"
        r"|PR-?[234]\b|(?:\w+ )?progress (?:note|report)|(?:office|clinic|chart|SOAP|treatment) (?:visit )?note"
        r"|follow-?up (?:\w+ )?(?:visit|note|report|evaluation|examination)|office visit|re-?evaluation(?: report)?",
    ),
    (
        "Work status report",
        r"(?:work|disability) status (?:report|note|slip|form)|return to work (?:note|form)",
    ),
    (
        "Medication record",
        r"(?:prescription|pharmacy|medication) (?:record|history|list|log|profile)s?|prescription",
    ),
    ("Appeal letter", r"(?:letter of )?appeal(?: letter| of denial)?|request for reconsideration"),
    ("Letter", r"(?:cover |facsimile |fax )?(?:letter|cover sheet|transmittal)(?: of medical records)?"),
    ("Proof of service", r"proof of service|declaration of service"),
)

_TITLES = [
    (
        name,
        re.compile(rf"(?:(?:re|title|type|document|subject)\s*:\s*)?(?:{pattern})(?![\w-])", re.IGNORECASE),
    )
    for name, pattern in TYPES
]
_MOST_WORDS = 10
"""A title is short. What follows it after a wide gap, such as a date, is no part of it."""


def titled(line: str) -> str:
    """The type of document that a line is the title of; empty where it is none.

    A line of prose that only mentions such a document begins otherwise, or goes on.
    """
    head = re.split(r"\s{3,}|\t", line.strip().strip("*#=_- "))[0].strip()
    for name, pattern in _TITLES:
        found = pattern.match(head)
        if found is None:
            continue
        rest = head[found.end() :]
        if len(head.split()) <= _MOST_WORDS and not re.search(
            r"[a-z]\.\s*$|\b(?:was|were|is|are|has|have|will)\b", rest
        ):
            return name
    return ""
