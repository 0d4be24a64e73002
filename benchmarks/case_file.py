"""A generated case file: notes, reports and letters in the words of such files, the same at every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

PAGES_OF_A_DOCUMENT = 25
PAGE_CHARACTERS = 3000

_SIDES = ("right", "left", "bilateral")
_LEVELS = ("C3-C4", "C4-C5", "C5-C6", "C6-C7")
_SITES = ("neck", "shoulder", "elbow", "wrist", "low back", "knee", "upper back")
_DRUGS = ("naproxen", "cyclobenzaprine", "gabapentin", "tramadol", "omeprazole", "ibuprofen")
_FINDINGS = ("tenderness", "spasm", "guarding", "swelling", "crepitus", "atrophy")
_SYMPTOMS = ("fever", "chills", "weight loss", "night sweats", "bladder dysfunction", "dizziness", "headache")
_SENTENCES = (
    "The patient reports {side} {site} pain rated {number} out of 10, {more} since the last visit.",
    "He denies {symptom}, {symptom2}, or {symptom3}.",
    "On examination there is {finding} over the {site} with {degrees} degrees of flexion and {degrees2} of extension.",
    "There is no {finding} and no {finding2} of the {site}.",
    "Motor strength is {number}/5 in the {side} upper extremity; sensation is intact to light touch.",
    "Gait is normal and the patient walks without an assistive device.",
    "X-rays of the cervical spine show degenerative changes at {level} without fracture or dislocation.",
    "MRI of the {site} dated {date} showed a disc protrusion at {level}.",
    "The patient is status post anterior cervical discectomy and fusion at {level}.",
    "Hardware is intact, with no evidence of loosening.",
    "Continue {drug} and {drug2}; refill for {number} weeks.",
    "Request authorization for {number} sessions of physical therapy for the {site}.",
    "Work status: modified duty with no lifting over {degrees} pounds.",
    "The injured worker was seen on {date} by the treating physician for a follow-up visit.",
    "Past medical history: hypertension; denies diabetes.",
    "Electrodiagnostic testing of the {side} upper extremity was negative for radiculopathy.",
    "The utilization review determination dated {date} denied the request for {drug}.",
    "The patient was advised to return in {number} weeks or sooner if symptoms worsen.",
    "Previous treatment has included acupuncture, chiropractic care and {number} epidural steroid injections.",
    "Range of motion of the {site} is decreased by {degrees} percent in all planes.",
)
_RARE = (
    "The surgeon suspects pseudarthrosis at {level} and wants flexion and extension films.",
    "CT raises the question of a nonunion at {level}.",
    "There is slight lucency about the {side} screw at {level}.",
    "The family history is positive for cancer in his mother.",
    "A revision of the fusion at {level} is under consideration.",
)
_HEADINGS = ("SUBJECTIVE:", "OBJECTIVE:", "ASSESSMENT:", "PLAN:", "IMPRESSION:", "DISCUSSION:")


def case_file(pages: int) -> dict[str, tuple[str, ...]]:
    """The pages of each document, `pages` in all, of about 3 KB each."""
    made = list(_pages(pages))
    return {
        f"document-{begin // PAGES_OF_A_DOCUMENT + 1:03}": tuple(made[begin : begin + PAGES_OF_A_DOCUMENT])
        for begin in range(0, pages, PAGES_OF_A_DOCUMENT)
    }


def _pages(count: int) -> Iterator[str]:
    chance = random.Random(count)
    for number in range(1, count + 1):
        lines = [f"PROGRESS NOTE          Page {number}          Date of visit: {_date(chance)}", ""]
        size = 0
        while size < PAGE_CHARACTERS:
            if chance.random() < 0.2:
                lines += ["", chance.choice(_HEADINGS)]
            paragraph = " ".join(_sentence(chance) for _ in range(chance.randint(1, 4)))
            lines += _wrapped(paragraph)
            size = sum(map(len, lines)) + len(lines)
        yield "\n".join(lines)


def _sentence(chance: random.Random) -> str:
    form = chance.choice(_RARE if chance.random() < 0.004 else _SENTENCES)
    symptoms, findings = chance.sample(_SYMPTOMS, 3), chance.sample(_FINDINGS, 2)
    drugs = chance.sample(_DRUGS, 2)
    return form.format(
        side=chance.choice(_SIDES),
        site=chance.choice(_SITES),
        level=chance.choice(_LEVELS),
        number=chance.randint(2, 12),
        degrees=chance.randint(5, 60),
        degrees2=chance.randint(5, 60),
        more=chance.choice(("worse", "unchanged", "improved", "increased")),
        date=_date(chance),
        symptom=symptoms[0],
        symptom2=symptoms[1],
        symptom3=symptoms[2],
        finding=findings[0],
        finding2=findings[1],
        drug=drugs[0],
        drug2=drugs[1],
    )


def _date(chance: random.Random) -> str:
    return f"{chance.randint(1, 12)}/{chance.randint(1, 28)}/{chance.randint(2009, 2014)}"


def _wrapped(paragraph: str) -> list[str]:
    lines = [""]
    for word in paragraph.split():
        if len(lines[-1]) + len(word) > 95:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines
