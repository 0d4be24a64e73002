"""Whose claim a packet is of, as its pages say it: the person, the birth, the day of injury, and which pages are another's.

Where two pages say different things of one fact, both stand with it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from assistant.core.answer import Evidence
from assistant.core.record.phrases import any_of
from assistant.core.record.sentences import (
    APPLICATION,
    REQUEST,
    UR_REPORT,
    PacketDocument,
    Words,
    cleared,
    dated,
    fields_below,
)
from assistant.core.text import compiled
from assistant.core.value import Value


class Fact(Value):
    """One fact as pages say it: the value that most of them give, where it stands, and what others say instead.

    Of the others each document that says it stands there once.
    """

    value: str
    evidence: Evidence
    others: tuple[tuple[str, Evidence], ...] = ()


def claim_facts(documents: Sequence[PacketDocument], words: Words) -> dict[str, Fact]:
    """`injury`, `employee`, `born`, `claim_number`, as far as pages say them: that which most do."""
    found: dict[str, list[tuple[str, Evidence]]] = {}
    labels = _labels(words)
    for document in documents:
        for number, page in enumerate(document.pages, 1):
            for name, value, quote in _labelled_on(page, labels):
                found.setdefault(name, []).append((value, Evidence(document.id, number, quote)))
    made: dict[str, Fact] = {}
    strangers: set[str] = set()
    for name in sorted(found, key=lambda one: one != "employee"):  # whose it is settles the rest
        if (fact := _settled(name, found[name], documents, strangers)) is not None:
            made[name] = fact
        if name == "employee" and fact is not None:
            own = {where.document for value, where in found[name] if _may_be_same(value, fact.value)}
            strangers = {where.document for _, where in fact.others} - own
    return made


_LABELS = (
    ("injury", "injured", r"\s*(?:\([^()]*\)\s*)?[:/]?\s*"),
    ("born", "born", r"\s*(?:\([^()]*\)\s*)?[:/]?\s*"),
    ("claim_number", "claim_number", r"\s*[:#]?\s*"),
    ("employee", "patient", r"\s*(?:\([^()]*\)\s*)?:\s*"),
)
_Labels = tuple[tuple[str, re.Pattern[str]], ...]


def _labels(words: Words) -> _Labels:
    return tuple(
        (name, any_of(tuple(map(str, words[label])), r"(?<![\w-])", after)) for name, label, after in _LABELS
    )


@lru_cache(maxsize=4_096)
def _labelled_on(page: str, labels: _Labels) -> tuple[tuple[str, str, str], ...]:
    """What the labels on a page say, each with its line: a page is read again only when it has changed."""
    lines = page.split("\n")[:40]
    return tuple(
        (name, value, " ".join(quote.split())[:200])
        for line, quote in (*zip(lines, lines, strict=True), *fields_below(lines))
        if ":" in line or "/" in line or compiled(r"(?i)\b(?:re|claim|dob|injury)\b").search(line)
        for name, value in _labelled(line, dict(labels))
    )


def _labelled(line: str, labels: Mapping[str, re.Pattern[str]]) -> Iterator[tuple[str, str]]:
    text = cleared(line)
    for name in ("injury", "born"):
        for match in labels[name].finditer(text):
            rest = text[match.end() : match.end() + 24]
            day = next((one for one in dated(rest, None) if one.start < 2), None)
            if day is not None and day.date.day is not None and "‹" not in line:
                yield name, str(day.date)
    if "‹" not in line:
        for match in labels["claim_number"].finditer(text):
            said = re.match(r"[A-Z0-9][A-Z0-9/-]{5,20}(?!\w)", text[match.end() :])
            if said and any(map(str.isdigit, said[0])) and not dated(said[0], None):
                yield "claim_number", said[0]
        for match in labels["employee"].finditer(text):
            if compiled(_NOT_OF_PATIENT).search(text[: match.start()]):
                continue
            said = re.match(_PERSON, text[match.end() :])
            if (
                said
                and not re.match(_LABELLED, said[0])
                and not re.match(_NO_PATIENT, text[match.end() + len(said[0].split(",")[0]) :])
            ):
                yield "employee", _person(said[0])


_PERSON = r"[A-Z][\w'’-]+,\s[A-Z][\w'’-]+|[A-Z][\w'’-]+(?:\s[A-Z]\.)?\s[A-Z][\w'’-]+"


_NOT_OF_PATIENT = (
    r"(?i)\b(?:provider|practice|physician|doctor|employer|facility|clinic|company|insurer|administrator|adjuster|examiner"
    r"|attorney|contact|supervisor|drug|test)(?:['’]s)?\s+$"
)
"""Before the label of a name: whose it is."""
_NO_PATIENT = r",?\s(?:M\.?D|D\.?O|D\.?C|PA-?C?|NP|PT|DPT|L\.?Ac|Ph\.?D|RN)\b|\s*:"
"""What follows the name of somebody who treats, or the label of the next field."""


_LABELLED = r"(?i)(?:date|name|claim|employer|phone|address|signature|city|street|sex|age|utilization|notice|request|appeal|denial|determination|independent|medical|prospective) "
"""What begins the label of the next field where a cell is empty."""


def _person(said: str) -> str:
    last, comma, first = said.partition(", ")
    made = f"{first} {last}" if comma else said
    return made.title() if made.isupper() else made


_WHOSE = frozenset({UR_REPORT, REQUEST, APPLICATION})
"""Documents that say whose claim is reviewed: notes of somebody else may be more."""


def _settled(
    name: str,
    said: Sequence[tuple[str, Evidence]],
    documents: Sequence[PacketDocument],
    strangers: Collection[str],
) -> Fact | None:
    """The value that most pages give; the report of utilization review is named for it where it says it.

    Of the person and the claim it is that which the report, the request or the application gives. Documents of
    `strangers`, which give another name, settle nothing where others say it.
    """
    if not said:
        return None
    everyone = said
    said = [one for one in said if one[1].document not in strangers] or said
    kinds = {document.id: document.type for document in documents}
    telling = [value for value, place in said if name != "injury" and kinds.get(place.document) in _WHOSE]
    best = Counter(telling or (value for value, _ in said)).most_common(1)[0][0]
    own = [place for value, place in said if value == best]
    place = next((one for one in own if kinds.get(one.document) == UR_REPORT), own[0])
    others: dict[tuple[str, str], tuple[str, Evidence]] = {}
    for value, where in everyone:
        if value != best:
            others.setdefault((value, where.document), (value, where))
    return Fact(best, place, tuple(others.values()))


class Outsider(Value):
    """What some documents say of whose they are that the others don't, and where each says it first."""

    said: tuple[tuple[str, str], ...]
    places: tuple[Evidence, ...]


def outsiders(facts: Mapping[str, Fact]) -> list[Outsider]:
    """The documents that give another name, birth or claim; those that share one of them are asked about at once."""
    found: list[Outsider] = []
    for name in ("employee", "born", "claim_number"):
        fact = facts.get(name)
        for value, place in fact.others if fact is not None else ():
            if fact is None or _may_be_same(value, fact.value):
                continue
            made = Outsider(((name, value),), (place,))
            for held in [one for one in found if _share(one, made)]:
                found.remove(held)
                places = {one.document: one for one in (*held.places, *made.places)}
                made = Outsider(tuple(dict.fromkeys((*held.said, *made.said))), tuple(places.values()))
            found.append(made)
    return found


def pages_of_others(documents: Sequence[PacketDocument], words: Words) -> dict[tuple[str, int], str]:
    """The pages that give another name or date of birth than the claim's, each with what it gives.

    Where every page of a document that gives one gives another's, all its pages are that person's. A page with the
    claim's own date of birth is this person's, under whatever name. Of a document that gives neither, another age or
    sex is enough.
    """
    facts, labels = claim_facts(documents, words), _labels(words)
    looks = {document.id: _looks(document) for document in documents}
    born, sex = _born(facts, documents, looks), _sex(documents, looks)
    found: dict[tuple[str, int], str] = {}
    for document in documents:
        others: dict[int, str] = {}
        own = named = False
        for number, page in enumerate(document.pages, 1):
            given: dict[str, list[str]] = {}
            for name, value, _ in _labelled_on(page, labels):
                if name in _IDENTITY and name in facts:
                    given.setdefault(name, []).append(value)
            same = {n for n, said in given.items() if any(_may_be_same(one, facts[n].value) for one in said)}
            other = next((n for n in _IDENTITY if n in given and n not in same), "")
            if other and "born" not in same:
                others[number] = f"another {_IDENTITY[other]}: {given[other][0]}"
            else:
                own = own or bool(given)
            named = named or bool(given)
        if not named:
            others = dict(_unlike(document, looks[document.id], born, sex))
        if others and not own:
            first = next(iter(others.values()))
            others = {number: others.get(number, first) for number in range(1, len(document.pages) + 1)}
        found |= {(document.id, number): said for number, said in others.items()}
    return found


_IDENTITY = {"employee": "name", "born": "date of birth"}

_AGED = r"(?P<age>\d{2})\s*-?\s*(?:years?|yrs?\.?|y\.?)\s*[-/]?\s*(?:old|o\b\.?)"
_MALE, _FEMALE = r"(?:male|man|gentleman|m)\b", r"(?:female|woman|lady|f)\b"
_LOOKS = (
    r"(?i)(?:^|[.:;]\s+|\b(?:patient|pt|claimant|applicant|worker|employee|this|he|she|who)\s+(?:is|was)\s+|\b(?:mr|ms|mrs|miss)\b\.?\s+\S+\s+(?:is|was)\s+)"
    rf"(?:an?\s+|this\s+)?(?:[a-z-]+\s+){{0,2}}?{_AGED}(?:,?\s+[a-z-]+){{0,3}}?,?\s+(?:(?P<male>{_MALE})|(?P<female>{_FEMALE}))"
    r"|\b(?:patient|pt|claimant|applicant|worker|he|she)\s+is\s+(?P<now>\d{2})\s+years?\s+old\b"
    rf"|\bage(?:\s*/\s*sex)?\s*:\s*(?P<years>\d{{2}})\b(?:\s*/?\s*(?:(?P<m>{_MALE})|(?P<f>{_FEMALE})))?"
    r"|(?:^|:\s+|\bpatient\s+is\s+(?:an?\s+)?)(?P<brief>\d{2})\s?(?-i:(?P<M>M)|(?P<F>F))\b(?!\s*[/.:\d])"
    rf"|\b(?:sex|gender)\s*:\s*(?:(?P<his>{_MALE})|(?P<her>{_FEMALE}))"
)
"""How a note says of its patient how old and of which sex: "a 44-year-old right-handed man", `Age/Sex: 61/F`, `HPI: 61F`."""
_AGES, _MEN, _WOMEN = ("age", "years", "brief", "now"), ("male", "m", "M", "his"), ("female", "f", "F", "her")
_YEARS_APART = 3
"""By how many years an age has to differ: birthdays, copied notes and misread figures differ by fewer."""

_Looks = list[tuple[int, int, str]]
"""Of a document: the pages on which an age or a sex stands, the age or 0, and the sex or nothing."""


def _looks(document: PacketDocument) -> _Looks:
    return [(number, *one) for number, page in enumerate(document.pages, 1) for one in _looks_on(page)]


@lru_cache(maxsize=4_096)
def _looks_on(page: str) -> tuple[tuple[int, str], ...]:
    found: list[tuple[int, str]] = []
    for match in compiled(f"(?m){_LOOKS}").finditer(cleared(page)):
        said = match.groupdict()
        man, woman = (any(said[one] for one in names) for names in (_MEN, _WOMEN))
        age = next((int(said[one]) for one in _AGES if said[one]), 0)
        found.append((age, "man" * man or "woman" * woman))
    return tuple(found)


def _born(facts: Mapping[str, Fact], documents: Sequence[PacketDocument], looks: Mapping[str, _Looks]) -> int:
    """The year in which the claimant was born: as it is labelled, else as most documents have it by the age; 0 where unknown."""
    if "born" in facts:
        return int(facts["born"].value[:4])
    said = [
        document.date.year - age
        for document in documents
        for age in {age for _, age, _ in looks[document.id] if age}
        if document.date is not None
    ]
    alike = {year: sum(abs(year - other) < _YEARS_APART for other in said) for year in said}
    best = max(alike, key=lambda year: alike[year], default=0)
    return best if best and alike[best] > max(1, len(said) / 2) else 0


def _sex(documents: Sequence[PacketDocument], looks: Mapping[str, _Looks]) -> str:
    """The claimant's sex as the documents of the dispute, else most others have it; empty where unknown."""
    held = {one.id: {sex for _, _, sex in looks[one.id] if sex} for one in documents}
    telling = [said for one in documents if one.type in _WHOSE and (said := held[one.id])]
    votes = Counter(sex for said in telling or held.values() if len(said) == 1 for sex in said)
    (best, most), *_ = (*votes.most_common(1), ("", 0))
    return best if most > votes.total() / 2 and (telling or most > 1) else ""


def _unlike(document: PacketDocument, looks: _Looks, born: int, sex: str) -> Iterator[tuple[int, str]]:
    """The pages of a document on which another age or sex stands than the claimant's."""
    for number, age, other in reversed(looks):
        if other and sex and other != sex:
            yield number, f"another sex: {f'{age}-year-old ' if age else ''}{other}"
        elif (
            age and born and document.date is not None and abs(document.date.year - born - age) > _YEARS_APART
        ):
            yield number, f"another age: {age}"


def _share(one: Outsider, other: Outsider) -> bool:
    documents = {place.document for place in one.places} & {place.document for place in other.places}
    return bool(documents or {*one.said} & {*other.said})


def _may_be_same(value: str, other: str) -> bool:
    """Whether two values may be one: a name with initials or turned round, or one that was misread."""
    first, second = value.lower().split(), other.lower().split()
    longer, shorter = sorted((value.lower(), other.lower()), key=len, reverse=True)
    if len(shorter) > 5 and re.match(rf"{re.escape(shorter)}(?![^\W_])", longer):
        return True  # its end was left out
    if first[-1:] == second[-1:] or sorted(first) == sorted(second):
        return True
    return (
        SequenceMatcher(None, value.lower(), other.lower(), autojunk=False).ratio() > 0.75
        and not value[:1].isdigit()
    )
