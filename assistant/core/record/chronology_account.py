"""One document's account of the course: its sentences, the days that they name, and what they only plan or deny."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate
from assistant.core.record.chronology_lines import Line
from assistant.core.record.mentions import extract_kind, regions_of, regions_of_levels
from assistant.core.record.phrases import Known, Patterns, whole
from assistant.core.record.sentences import Dated, PacketDocument, Sentence, dated
from assistant.core.value import replace

UNKNOWN = PartialDate(2100, 12, 31)
"""Stands for the day of a document that is undated: a line that would rest on it is none."""
LEGAL = frozenset({"Agreed medical evaluation", "Qualified medical evaluation", "Medical-legal report"})
LONGEST = 320
"""Characters of a passage that a line quotes, at most."""
CLOSING = r"(?:respectfully|sincerely|very truly|cordially|thank you|thanks)\b"
_BORN = r"(?i)\b(?:DOB|born(?: on)?|date of birth|birth ?date)\s*[:.]?\s*$"


_CLAUSE = r"[;:]\s|\bbut\b|,\s+(?:then\s+)?(?=(?:went|returned|resumed|stopped|started|took|underwent|received|completed|finished)\b)|\band\s+(?:has\s+|have\s+)?(?:had|was|were|went|took|did|underwent|received|completed|finished)\b"
"""Where another clause begins, of which what was said before says nothing."""
_IN_MAY = r"\bMay(?=\s+(?:\d|of\b))|(?<=\b[Ii]n )May\b|(?<=\b[Ss]ince )May\b|(?<=\b[Uu]ntil )May\b"
"""The month, which is no word of what may be."""


class Account:
    """A document, its sentences, and the words by which they are read."""

    def __init__(
        self,
        document: PacketDocument,
        said: list[Sentence],
        injury: PartialDate | None,
        born: PartialDate | None,
        known: Known,
    ) -> None:
        if document.type in LEGAL:  # what was done is told, not ordered
            said = [replace(one, section="history") if one.section == "rendered" else one for one in said]
        self.known = known
        self.born = born
        self.document = document
        self.day: PartialDate = document.date or UNKNOWN
        self.injury = injury
        self.said = [one for one in said if one.section not in ("template", "future")]
        self.all = said

    def listed(self, name: str, of_drugs: bool = False) -> tuple[str, ...]:
        return self.known.listed(name, of_drugs)

    def patterns(self, name: str, of_drugs: bool = False) -> Patterns:
        return self.known.patterns(name, of_drugs)

    def matches(self, name: str, one: Sentence) -> Iterator[tuple[str, re.Match[str]]]:
        """Where a sentence speaks of one of several things, and of which."""
        known = self.patterns(name)
        if whole(known).search(one.words):
            for key, found in known.items():
                yield from ((key, match) for match in found.finditer(one.words))

    def any(self, name: str, after: str = r"(?!\w)", of_drugs: bool = False) -> re.Pattern[str]:
        return self.known.any(name, after, of_drugs)

    def line(
        self,
        kind: str,
        one: Sentence,
        date: PartialDate,
        of: str = "",
        quote: str = "",
        own: bool = False,
        **parts: str,
    ) -> Line:
        """A line that rests on a sentence; region and side are those of the words that it is about."""
        about = re.sub(
            r"(?i)\b(?:\d+|ten|six|eight|twelve|several|\w+teen|\w+ty) feet\b", "", of or one.words
        )
        sides = {mention.side for mention in extract_kind(about, "sides")}  # type: ignore[attr-defined]
        regions = sorted(regions_of(about)) or regions_of_levels(about)
        return Line(
            kind,
            date,
            {key: value for key, value in parts.items() if value},
            Evidence(one.document, one.page, quote or one.quote),
            regions[0] if len(regions) == 1 else spine_of(regions),
            sides.pop() if len(sides) == 1 else "bilateral" if len(sides) > 1 else "",
            own=own,
        )

    def days(self, one: Sentence) -> list[Dated]:
        """The days that a sentence names, without that of the patient's birth."""
        days = dated(one.words, self.document.date)
        return [
            day
            for day in days
            if day.date != self.born and not re.search(_BORN, one.words[max(0, day.start - 20) : day.start])
        ]

    def is_planned(self, one: Sentence, start: int, end: int) -> bool:
        """Whether what stands there is asked for, intended, imagined or denied, and not done."""
        before = re.split(_CLAUSE, re.sub(_IN_MAY, "", one.words[max(0, start - 70) : start]))[-1]
        if self.any("denied", r"(?:\s+[\w/-]+){0,3}\s*$").search(before):
            return True
        if self.any("planned", r"(?:\s+[\w/,.()-]+){0,7}\s*$").search(before):
            return True
        return self.any("after_planned").match(one.words[end : end + 60].lstrip(" ,()")) is not None

    def is_done(self, one: Sentence, start: int) -> bool:
        return self.any("done").search(one.words[max(0, start - 60) : start]) is not None

    def is_denied(self, one: Sentence, start: int) -> bool:
        before = one.words[max(0, start - 40) : start]
        return self.any("denied", r"(?:\s+[\w/-]+){0,3}\s*$").search(before) is not None


def one_of(pattern: str, text: str) -> str:
    """The first words of a text that a pattern finds; empty where it finds none."""
    found = re.search(pattern, text)
    return " ".join(found[0].split()) if found else ""


def body_of(text: str) -> str:
    """A passage without the heading or label that it begins with, and the number of that in a form."""
    return re.sub(
        r"^(?:\([^()]{4,60}\)\s*)?(?:\d{1,2}[a-z]?[.)]\s+)?[A-Za-z][\w /&()'’-]{0,40}:\s*", "", text
    ).strip()


def is_signature(text: str) -> bool:
    return re.search(
        r"(?i)^\W*(?:digitally |e-)?signed\b|\belectronically\b|\bsigned by\b|\b(?:(?:dictated|read|interpreted|reviewed) by|signature|(?:interpreting|reading) (?:radiologist|physician))\b",
        text,
    ) is not None or bool(
        re.match(
            r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3},? (?:M\.?D|D\.?O|D\.?C|PT|DPT|PA-C|NP|RN|DPM|OTR|LCSW|L\.?Ac|Ph\.?D|Psy\.?D)\b",
            text,
        )
    )


def clause_at(text: str, since: int, start: int, end: int, until: int) -> str:
    """The words about what stands at `start`, from the clause's beginning to the date."""
    before = re.split(
        r"(?i)[,;:.]\s|\b(?:and|after|following|status post|s/p|underwent|had|has)\b", text[since:start]
    )[-1]
    words = " ".join(f"{before}{text[start : max(end, until)]}".split()).strip(" ,.;(")
    return re.sub(r"(?i)^(?:\d{4}\s+|\d{1,2}/\d{1,2}/\d{2,4}\W+)|\s+(?:on|in|of|dated|from)$", "", words)


def spine_of(regions: Sequence[str]) -> str:
    """One region where the others are what its nerves supply."""
    spine = [one for one in regions if one.endswith("spine")]
    return spine[0] if len(spine) == 1 else ""
