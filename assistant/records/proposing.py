"""Proposes what a document is from its own words: type, author, date. A person confirms it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.core.dates import PartialDate, When, dates_in
from assistant.core.text import one_line
from assistant.core.value import Value

# What kind of document a page begins: the titles under which the documents of a case file are known.


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


HEAD_LINES = 30
"""The lines at the top of a document among which its title, date and author are looked for."""
_TAIL_LINES = 15
_TITLE_LINES = 12
_LONGEST = 80

_NOT_ITS_OWN = re.compile(
    r"\b(?:birth|d\.?o\.?b\.?|born|injury|d\.?o\.?i\.?|loss|hire|onset|printed|faxed|received|fax|since|prior|previous|dated)\b",
    re.I,
)
_OF_DOCUMENT = re.compile(
    r"\b(?:dates? of (?:the )?(?:visit|service|exam\w*|study|report|(?:re-?)?evaluation|procedure|operation|surgery|consultation"
    r"|admission|discharge|dictation|letter|request|decision|determination|treatment|encounter)"
    r"|(?:visit|service|exam|examination|report|study|encounter|request|decision|determination|procedure|letter) date"
    r"|d\.?o\.?s\.?|date(?=\s*:)|^dated?)\s*[:\-]?\s*$",
    re.I,
)
_SIGNED = re.compile(
    r"\b(?:(?:signed|authenticated|dictated|interpreted|read|prepared|authored) by"
    r"|(?:author|physician|provider|radiologist|surgeon|examiner|reviewer|evaluator|therapist|clinician)(?: name)?\s*:)"
    r"\s*:?\s*(?P<name>[^\n]{2,80})",
    re.I,
)
_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:[A-Z]\.|[A-Z][\w'’-]+)){1,3}"
_DEGREE = (
    r"(?:M\.?\s?D\.?|D\.?\s?O\.?|D\.?\s?C\.?|D\.?P\.?T\.?|P\.?T\.?|O\.?T\.?R\.?(?:/L)?|N\.?P\.?|F\.?N\.?P\.?|P\.?A\.?-?C?\.?"
    r"|Ph\.?\s?D\.?|Psy\.?\s?D\.?|L\.?Ac\.?|R\.?N\.?|D\.?P\.?M\.?)"
)
_WITH_DEGREE = re.compile(rf"(?<![\w.])(?P<name>{_NAME},?\s+{_DEGREE})(?![\w])")
_ANY_DEGREE = re.compile(rf"[\s,]{_DEGREE}(?!\w)")
_DOCTOR = re.compile(rf"\bDr\.?\s+(?P<name>{_NAME})")
_NOT_AUTHOR = re.compile(
    r"^\s*(?:to|dear|cc|attn|attention|patient|employee|applicant|claimant|referr\w+)\b", re.I
)
_ROLE = re.compile(
    r"\s*((?:primary |secondary )?(?:attending|treating) (?:provider|physician)|radiologist)\s*", re.I
)


class Description(Value):
    """What a document is said to be; `date` as ISO, as far as it is known, or empty."""

    type: str
    author: str = ""
    date: str = ""
    sent_by: str = ""
    ur_report: bool = False


def describe(pages: Sequence[str]) -> Description:
    """What the text of a document says of itself."""
    head = list(top_lines(pages, HEAD_LINES))
    title = title_of(pages[0]) if pages else ""
    is_ur = title == UR_REPORT
    date = date_of(head) or _signing_date(pages)
    return Description(
        type=title or UNKNOWN,
        author=_author(head, _bottom_lines(pages)),
        date=str(date) if date is not None else "",
        sent_by="claims administrator" if is_ur else "",
        ur_report=is_ur,
    )


def top_lines(pages: Iterable[str], most: int) -> Iterator[str]:
    """The first lines with words on them."""
    for page in pages:
        for line in page[:20_000].split("\n"):
            if line.strip():
                yield line.strip()[:400]
                most -= 1
                if not most:
                    return


def title_of(page: str) -> str:
    """The type of document whose title stands at the top of a page; empty where none does."""
    return next(filter(None, map(titled, top_lines([page], _TITLE_LINES))), "")


def date_of(lines: Iterable[str], labelled: bool = False) -> PartialDate | None:
    """The document's own date: one that says so, else (unless it must be `labelled`) the first whole date of no other thing."""
    first: PartialDate | None = None
    for line in lines:
        end = 0
        for start, said, when in sorted(dates_in(line), key=lambda one: one[0]):
            before = line[end:start]
            end = start + len(said)
            date = _whole(when)
            if date is None:
                continue
            if _OF_DOCUMENT.search(before) and not _NOT_ITS_OWN.search(_label(before)):
                return date
            if first is None and not labelled and not _NOT_ITS_OWN.search(before):
                first = date
    return first


def _label(before: str) -> str:
    """The words right before a date, without `date` itself, which would be taken for `dated`."""
    return re.sub(r"\bdated?\b", "", before[-40:], flags=re.I)


def _whole(when: When) -> PartialDate | None:
    if when.year is None or when.month is None or when.day is None:
        return None
    made = PartialDate(when.year, when.month, when.day)
    try:
        _ = made.earliest
    except ValueError:
        return None
    return made if 1900 <= made.year <= 2100 else None


def _signing_date(pages: Sequence[str]) -> PartialDate | None:
    """The date beside a signature, for a document whose head has none."""
    for line in _bottom_lines(pages):
        if re.search(r"\b(?:signed|dictated|dated|date)\b", line, re.I):
            date = date_of([line])
            if date is not None:
                return date
    return None


def _bottom_lines(pages: Sequence[str]) -> list[str]:
    lines = [line[:400] for line in pages[-1][-20_000:].split("\n") if line.strip()] if pages else []
    return lines[-_TAIL_LINES:]


def _author(head: Sequence[str], tail: Sequence[str]) -> str:
    for lines in (tail, head):
        for line in lines:
            found = _SIGNED.search(line) if ":" in line or " by " in line.lower() else None
            if found and not _NOT_AUTHOR.match(line) and (name := _name(found["name"])):
                return name
    for line in (*head, *tail):
        found = _WITH_DEGREE.search(line) if _ANY_DEGREE.search(line) else None
        found = found or (_DOCTOR.search(line) if "Dr" in line else None)
        if found and not _NOT_AUTHOR.match(line):
            return _name(found["name"])
    for line in head:
        if role := _ROLE.fullmatch(line):
            return role[1].lower()
    return ""


def _name(text: str) -> str:
    """A name without what follows it: a wide gap, a date, a licence number, a time."""
    text = re.split(
        r"\s{3,}|\t|\s+(?:on|at|date[d:]?|lic\w*|npi|signed)\b|[;|(]|\d", text, maxsplit=1, flags=re.I
    )[0]
    text = one_line(text, _LONGEST).strip(" ,:-–_")
    return text if re.search(r"[^\W\d_]{2}", text) and not text[0].islower() else ""
