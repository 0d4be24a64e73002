"""Plants faults in a copy of a practice case: what is proposed is wrong, and a page of the record says what is right."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from assistant import library
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Evidence, Status
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import YES
from assistant.core.record.mentions import DateMention, LevelMention, extract_kind, regions_named, regions_of
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    SeveralShape,
    at,
)
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE, Rules
from assistant.core.session import AnswerPlace
from assistant.files import make_folder
from assistant.library import CaseFolder
from assistant.machine import open_private
from assistant.review.search import RecordSearch
from assistant.training.faults import FAULTS, Fault
from assistant.training.reference import Reference

# A copy of a case to be altered: its facts and pages in memory, and as a folder of its own once it is
# written.


Fact = dict[str, Any]


@dataclass(frozen=True)
class Stated:
    """A fact that is proposed as the answer to a question, or as one entry of it."""

    item: str
    prompt: Prompt
    fact: Fact

    @property
    def parts(self) -> GroupShape:
        """The parts of the answer that the fact gives."""
        shape = self.prompt.schema.shape
        inner = shape.element if isinstance(shape, ListingShape) else shape
        return inner if isinstance(inner, GroupShape) else GroupShape({})

    @property
    def page(self) -> tuple[str, int] | None:
        """The page that the fact names."""
        document, _, number = str(self.fact.get("page", "")).rpartition(":")
        return (document, int(number)) if document and number.isdecimal() else None


@dataclass
class CaseCopy:
    """Facts and pages that may be changed, with what they were made from and what has been planted where."""

    rules: Rules
    reference: Reference
    data: dict[str, Any]
    pages: dict[str, list[str]]
    used: set[object] = field(default_factory=set)
    """What has a fault already: facts by their identity, the pages where their truth stands, places of absences."""
    altered: set[tuple[str, int]] = field(default_factory=set)
    """The pages that no longer say what they said."""

    @classmethod
    def of(cls, case: CaseFolder, rules: Rules, reference: Reference) -> CaseCopy:
        data = deepcopy(dict(plain_yaml.parse_yaml(case.text, "case.yaml").data))
        return cls(rules, reference, data, {name: list(pages) for name, pages in case.pages.items()})

    def stated(self) -> Iterator[Stated]:
        """Every fact that is proposed for a question of an item that the reference answers."""
        for item in self.rules.case.items:
            for prompt in self.rules.sets[item].prompts.values():
                answer = self.reference.answers.get((item, prompt.id))
                if answer is None or not answer.given:
                    continue
                for proposal in prompt.propose:
                    raw = self.at(proposal.fact, item) if proposal.fact else None
                    for fact in raw if isinstance(raw, list) else [raw]:
                        fits = isinstance(fact, dict) and all(
                            str(fact.get(k)) == v for k, v in proposal.where.items()
                        )
                        if fits:
                            yield Stated(item, prompt, fact or {})

    def free(self, one: Stated) -> bool:
        """Whether nothing has been planted in a fact, nor on its page."""
        return id(one.fact) not in self.used and one.page not in self.used

    def use(self, one: Stated, *pages: tuple[str, int] | None) -> None:
        """Keeps a fact and pages from a second fault."""
        self.used |= {id(one.fact), *pages}

    def absences(self) -> Iterator[tuple[AnswerPlace, str]]:
        """What the reference answers as not documented: the place, and the part of a group."""
        for place, answer in self.reference.answers.items():
            scope, name = place
            if scope == CASE_SCOPE or name not in self.rules.sets[scope].prompts or answer.listing:
                continue
            for path, leaf in answer.leaves():
                if leaf.status.value == "not_documented":
                    yield place, path

    def treating_pages(self) -> list[tuple[str, int]]:
        """The pages of the record that are not the utilization review's own."""
        reports = {str(one["id"]) for one in self.data["documents"] if str(one.get("ur_report", "no")) in YES}
        return [
            (name, number)
            for name, pages in self.pages.items()
            if name not in reports
            for number in range(1, len(pages) + 1)
        ]

    def text(self, page: tuple[str, int]) -> str:
        return self.pages[page[0]][page[1] - 1]

    def set_text(self, page: tuple[str, int], text: str) -> None:
        self.pages[page[0]][page[1] - 1] = text

    def quoting(self, page: tuple[str, int]) -> Iterator[Fact]:
        """Every fact of the case with words quoted from a page."""
        name = f"{page[0]}:{page[1]}"
        stack: list[Any] = [self.data]
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                stack.extend(value)
            elif isinstance(value, dict):
                stack.extend(value.values())
                if str(value.get("page")) == name and "quote" in value:
                    yield value

    def without(self, passages: Sequence[Evidence]) -> dict[PagePlace, str] | None:
        """The treating pages without the sentences of some passages; None where that can't be, or facts are quoted from them."""
        left = {page: self.text(page) for page in self.treating_pages()}
        for one in passages:
            page = one.document, one.page
            if page not in left or page in self.altered or one.quote not in left[page]:
                return None
            start, end = _sentence_around(left[page], one.quote)
            gone = left[page][start:end]
            if any(_same_words(str(fact["quote"]), gone) for fact in self.quoting(page)):
                return None
            after = left[page][end:].lstrip(" ")
            before = left[page][:start]
            if not after or after.startswith("\n"):  # nothing tells where it stood
                before, after = before.rstrip(" "), after.removeprefix("\n" * before.endswith("\n"))
            left[page] = _without_bare_heading(before, after)
        return left if passages else None

    def at(self, path: str, item: str) -> Any:
        """What the case file holds at a path: `item.quantity`, `case.studies`."""
        root, *rest = path.split(".")
        value: Any = self.data if root == "case" else self.data["items"].get(item, {})
        for name in rest:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def write(self, case: CaseFolder, folder: Path) -> CaseFolder:
        """The copy as a case folder, without the case's reference; removed again where it doesn't read as a case."""
        for document in self.data["documents"]:
            document.pop("text_sha256", None)
        make_folder(folder / "records")
        try:
            _write(
                folder / "case.yaml",
                yaml.safe_dump(self.data, allow_unicode=True, sort_keys=False, width=100),
            )
            for name, pages in self.pages.items():
                _write(folder / "records" / case.files[name].name, "\f".join(f"{page}\n" for page in pages))
            made = library.open_case(folder)
            library.rules_for(made)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return made


def _sentence_around(text: str, quote: str) -> tuple[int, int]:
    """Where the sentences begin and end in which a quote stands."""
    start = text.index(quote)
    begun = [match.end() for match in _BOUNDARY.finditer(text) if match.end() <= start]
    after = _BOUNDARY.search(text, start + len(quote) - 1)
    return begun[-1] if begun else 0, after.start() + 1 if after is not None else len(text)


def _without_bare_heading(before: str, after: str) -> str:
    """What is left of a page; a heading under which nothing stands any more goes, too."""
    begun, _, last = before.rpartition("\n\n")
    bare = _HEADING.fullmatch(last.rstrip()) is not None and (not after.strip() or after.startswith("\n\n"))
    return begun + after if bare else before + after


def _same_words(one: str, other: str) -> bool:
    first, second = (" ".join(said.split()) for said in (one, other))
    return first in second or second in first


def _write(path: Path, text: str) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode())


# Faults that are planted by altering a page of the record, so that it no longer says what the case file
# states.


PASSAGES = "passages.yaml"
PLACES = "places.yaml"
_BOUNDARY = re.compile(r"[.:](?=\s)\s?|\n\n")
_HEADING = re.compile(r"\s*([A-Za-z][A-Za-z ]{2,40}?)\s*:")
_BARE = re.compile(r"[A-Z][A-Za-z]*(?: [A-Za-z]+){0,3}")
_DENIAL = re.compile(r"(?i)\b(?:no|not|denie[sd]|without|never)\b")
_SIGNATURE = re.compile(r"(?i)\b(?:signed|signature|dictated|transcribed)\b")
_COMMON = frozenset(
    "with from that this have been were there into over than when what which after before about".split()
)
_WIDTH = 80
_POINT = re.compile(r"\b([CTLS])(1[0-2]|[1-9])\b")


def other_segment(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Makes the page of one of several studies speak of another region; the case file still gives it for this one."""
    found = [
        one
        for one in copy.stated()
        if prompt in ("", one.prompt.id) and "modality" in one.fact and "date" in one.fact and one.page
    ]
    chance.shuffle(found)
    moves = _kept(PLACES, "fault-places")["moves"]
    for one in found:
        page = one.page
        if page is None or not copy.free(one):
            continue
        region = copy.rules.case.items[one.item].region
        own = sorted(regions_of(region) & set(moves["regions"]))
        alone = sum(other.prompt.id == one.prompt.id and other.item == one.item for other in found) < 2
        if alone or not own or own[0] not in {name for _, _, name in regions_named(copy.text(page))}:
            continue
        copy.use(one, page)
        copy.altered.add(page)
        for fact in copy.quoting(page):
            fact["quote"] = _moved(str(fact["quote"]), own[0], moves)
        copy.set_text(page, _moved(copy.text(page), own[0], moves))
        return Fault(
            "wrong-segment", one.item, one.prompt.id, "date", str(one.fact["date"]), *page,
            f"The case file gives the study on {page[0]}:{page[1]} for the {own[0]}; the page is of the "
            f"{moves['regions'][own[0]]['of']} region.",
        )  # fmt: skip
    return None


def _moved(text: str, region: str, moves: Mapping[str, Any]) -> str:
    """The text with the words and levels of a region made into those of the other one."""
    other = moves["regions"][region]
    for start, said, found in sorted(regions_named(text), reverse=True):
        if found == region:
            word = other["called" if said.lower() in ("neck", "low back", "lower back") else "of"]
            word = word.upper() if said.isupper() else word.capitalize() if said[0].isupper() else word
            text = text[:start] + word + text[start + len(said) :]
    letter = {"cervical spine": "C", "thoracic spine": "T", "lumbar spine": "LS"}.get(region, "")

    def level(match: re.Match[str]) -> str:
        others = moves["levels"][match[1]]
        number = int(match[2])
        return others[number - 1] if match[1] in letter and number <= len(others) else match[0]

    return _POINT.sub(level, text)


def later_page(
    copy: CaseCopy, one: Stated, name: str, date: PartialDate, limit: PartialDate, chance: Random
) -> Fault | None:
    """Makes a study's page give a date after the request; the case file keeps the earlier one."""
    page = one.page
    if page is None or date.day is None:
        return None
    text = copy.text(page)
    said = [
        mention
        for mention in extract_kind(text, "dates")
        if isinstance(mention, DateMention)
        and (mention.when.year, mention.when.month, mention.when.day) == (date.year, date.month, date.day)
    ]
    if not said or any(mention.said in str(fact["quote"]) for fact in copy.quoting(page) for mention in said):
        return None
    day = limit.latest + timedelta(days=chance.randrange(20, 50))
    later = PartialDate(day.year, day.month, day.day)
    for mention in sorted(said, key=lambda found: found.start, reverse=True):
        text = text[: mention.start] + later.prose() + text[mention.start + len(mention.said) :]
    copy.set_text(page, text)
    copy.use(one, page)
    copy.altered.add(page)
    return Fault(
        "later-study", one.item, one.prompt.id, name, str(date), *page,
        f"The case file proposes {date.prose()}; the page says {later.prose()}, after {limit.prose()}, when the "
        "treatment was asked for or refused.", truth=str(later),
    )  # fmt: skip


def contradict(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Puts a passage into the record that answers what the reference found not documented, and nothing in it denies."""
    passages, places = _kept(PASSAGES, "faults"), _kept(PLACES, "fault-places")
    found = [
        (place, part)
        for place, part in copy.absences()
        if prompt in ("", place[1]) and place not in copy.used
    ]
    chance.shuffle(found)
    denied = [
        sentence
        for page in copy.treating_pages()
        for sentence in _BOUNDARY.split(copy.text(page))
        if _DENIAL.search(sentence)
    ]
    for place, part in found:
        prompt_set = copy.rules.sets[place[0]]
        asked = prompt_set.prompts[place[1]]
        key = f"{asked.id}.{part}" if part else asked.id
        sentences, where = passages.get(key), places["questions"].get(key, {})
        fits = sentences and asked.documentable and prompt_set.id in where.get("sets", [prompt_set.id])
        spots = _spots(copy, where, places["sections"]) if fits else []
        sentences = [one for one in sentences or () if not any(_still_said(one, said) for said in denied)]
        if not spots or not sentences:
            continue
        page, end = chance.choice(spots)
        sentence = chance.choice(sentences)
        copy.used.add(place)
        copy.set_text(page, _inserted(copy.text(page), sentence, end))
        return Fault(
            "contradiction", *place, part, None, *page,
            f"{page[0]}:{page[1]} says: “{sentence}”", passage=sentence, truth=_affirming(asked, part, where.get("is", ())),
        )  # fmt: skip
    return None


def _signed_at(text: str) -> int:
    """The paragraph of a page with which it is signed: after it nothing is noted any more."""
    paragraphs = text.split("\n\n")
    return next((n for n, one in enumerate(paragraphs) if _SIGNATURE.search(one)), len(paragraphs))


def _affirming(prompt: Prompt, part: str, said: str | Sequence[str]) -> str | None:
    """The answer that a planted sentence states: one that is `said`, or the only one that is no denial; else None."""
    shape = at(prompt.schema.shape, (part,) if part else ())
    if not isinstance(shape, ChoiceShape):
        return None
    for one in [said] if isinstance(said, str) else said:
        if one in shape.labels:
            return one
    denials = prompt.schema.denials((part,) if part else ())
    affirming = [value for value in shape.labels if value not in denials]
    return affirming[0] if len(affirming) == 1 else None


def _kept(name: str, kind: str) -> dict[str, Any]:
    """A file of what may be planted, and where."""
    path = library.folder("prompts") / "training" / name
    return dict(library.document(library.read_text(path), name, kind).data)


def _spots(
    copy: CaseCopy, where: Mapping[str, Any], sections: Mapping[str, Sequence[str]]
) -> list[tuple[PagePlace, int]]:
    """Where a sentence can stand: at the ends of its sections in its kinds of document, on pages that can be read.

    On a page without any heading, after each paragraph behind the first two.
    """
    kinds = [one.casefold() for one in where.get("in", ["Progress note"])]
    headings = [one for name in where.get("section", ()) for one in sections[name]]
    every = [one for names in sections.values() for one in names]
    found: list[tuple[PagePlace, int]] = []
    for page in copy.treating_pages():
        document = copy.rules.case.documents[page[0]]
        if page in copy.altered or document.title.casefold() not in kinds or page[1] in document.unreadable:
            continue
        text = copy.text(page)
        paragraphs = text.split("\n\n")
        names = [
            heading[1].casefold() if (heading := _HEADING.match(paragraph)) is not None else ""
            for paragraph in paragraphs
        ]
        ends = [len("\n\n".join(paragraphs[: n + 1]).rstrip("\n")) for n in range(len(paragraphs))]
        lined = list(_lined_sections(text, every))
        under = [end for name, end in [*zip(names, ends, strict=True), *lined] if name in headings]
        others = {*names, *(name for name, _ in lined)} & set(every) - {"plan"}
        signed = _signed_at(text)
        bare = [ends[n] for n in range(2, min(len(names), signed)) if not others and names[n] not in every]
        found += [(page, end) for end in dict.fromkeys(under or bare)]
    return found


def _lined_sections(text: str, every: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The sections of a page whose headings stand in lines of their own: the heading, and where the section ends."""
    name, before, at = "", "", 0
    for line in text.splitlines(keepends=True):
        said = line.strip().rstrip(":")
        known = said.casefold() in every
        if name and (known or not said or (before.endswith((".", ":")) and _BARE.fullmatch(said))):
            yield name, len(text[:at].rstrip("\n"))
            name = ""
        if known:
            name = said.casefold()
        before, at = said, at + len(line)
    if name:
        yield name, len(text.rstrip("\n"))


def _inserted(text: str, sentence: str, end: int) -> str:
    """The page with the sentence at the end of a paragraph or section, whose lines stay as they are."""
    return f"{text[:end]}\n{textwrap.fill(sentence, _WIDTH)}{text[end:]}"


def two_documents(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Lets a note give a study another date than its own report does; the case file follows the note."""
    places = _kept(PLACES, "fault-places")
    for one, name, date in _dates(copy, chance, prompt):
        report = one.page
        if report is None or "modality" not in one.fact or _says_date(copy, one, date)[:1] != [report]:
            continue
        spots = [
            (page, end, wrong)
            for wrong in _months_beside(date)
            for page, end in _spots(copy, places["of_studies"], places["sections"])
            if page[0] != report[0]
            and not _is_stated(copy, one, name, wrong)
            and all(_written_after(copy, page, said) for said in (date, wrong))
        ]
        if not spots:
            continue
        page, end, wrong = chance.choice(spots)
        study = str(one.fact["modality"]).replace("_", " ")
        sentence = (
            f"Reviewed with the patient: {study.upper() if len(study) < 4 else study} of {wrong.prose()}."
        )
        copy.set_text(page, _inserted(copy.text(page), sentence, end))
        copy.use(one, page, report)
        copy.altered.add(page)
        truth = one.fact[name]
        one.fact.update({name: str(wrong), "page": f"{page[0]}:{page[1]}", "quote": sentence})
        return Fault(
            "two-documents", one.item, one.prompt.id, name, str(wrong), *report,
            f"{page[0]}:{page[1]} gives the study the date {wrong.prose()}; its own report says {date.prose()}.",
            sentence, str(truth),
        )  # fmt: skip
    return None


def _months_beside(date: PartialDate) -> list[PartialDate]:
    """The date a month earlier and a month later, in the same year."""
    if date.month is None:
        return []
    day = min(date.day, 28) if date.day else None
    return [PartialDate(date.year, date.month + by, day) for by in (-1, 1) if 1 <= date.month + by <= 12]


def _written_after(copy: CaseCopy, page: PagePlace, date: PartialDate) -> bool:
    written = copy.rules.case.documents[page[0]].date
    return written is not None and written.after(date) is True


def remove(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Takes the sentences out of the record that the reference rests a finding on; nothing else may speak of it."""
    found = [
        (place, answer)
        for place, answer in copy.reference.answers.items()
        if place[0] != CASE_SCOPE and prompt in ("", place[1]) and answer.given and answer.parts is None
    ]
    chance.shuffle(found)
    for place, answer in found:
        asked = copy.rules.sets[place[0]].prompts.get(place[1])
        if (
            asked is None
            or asked.propose
            or not asked.documentable
            or not asked.schema.may_be(Status.NOT_DOCUMENTED)
        ):
            continue
        left = copy.without([one for one in answer.evidence if one.quote]) if answer.evidence else None
        others = [
            text for name, pages in copy.pages.items() if (name, 1) not in (left or {}) for text in pages
        ]
        if (
            left is None
            or place in copy.used
            or _carries_another(copy, place, left)
            or any(_speaks(asked, one) for one in [*left.values(), *others])
            or any(
                _still_said(one.quote, text) for one in answer.evidence for text in [*left.values(), *others]
            )
            or _is_found(copy, asked, left)
        ):
            continue
        cited = answer.evidence[0]
        for page, text in left.items():
            if text != copy.text(page):
                copy.set_text(page, text)
                copy.altered.add(page)
        copy.used.add(place)
        return Fault(
            "removed", *place, "", answer.value, cited.document, cited.page,
            f"“{' '.join(cited.quote.split())}” stands in the case no more: nothing in the record says so.",
        )  # fmt: skip
    return None


def _is_found(copy: CaseCopy, prompt: Prompt, left: Mapping[PagePlace, str]) -> bool:
    """Whether the search that stands beside a question, with its synonyms, still finds something on the pages that are left."""
    pages = {
        name: tuple(left.get((name, number), text) for number, text in enumerate(kept, 1))
        for name, kept in copy.pages.items()
    }
    search = RecordSearch(pages, copy.rules.case, library.vocabulary_texts())
    return bool(search.passages(prompt.look_for))


def _carries_another(copy: CaseCopy, place: AnswerPlace, left: Mapping[PagePlace, str]) -> bool:
    """Whether the reference rests another answer on words that would go, too: it would be wrong there."""
    return any(
        one.quote in copy.text(page) and one.quote not in text
        for other, answer in copy.reference.answers.items()
        if other != place
        for one in answer.all_evidence()
        for page, text in left.items()
        if one.quote and (one.document, one.page) == page
    )


def _still_said(quote: str, text: str) -> bool:
    """Whether a sentence of a page has half of the longer words of a passage that is gone, and two at least: it may say the same."""
    gone = _long_words(quote)
    others = [_long_words(sentence) for sentence in _BOUNDARY.split(text)]
    return any(len(gone & one) >= max(2, min(len(gone), len(one)) / 2) for one in others)


def _long_words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.casefold())) - _COMMON


def _speaks(prompt: Prompt, text: str) -> bool:
    """Whether a page has one of the words that a question looks for."""
    said = " ".join(text.casefold().split())
    return any(re.search(rf"\b{re.escape(one.casefold())}", said) for one in prompt.look_for)


# Plants faults in a copy of a case: what is proposed is wrong, and a page of the record says what is right.


ANY = "any"
_ATTEMPTS = 20

Planter = Callable[[CaseCopy, Random, str], Fault | None]


def plant(
    case: CaseFolder,
    rules: Rules,
    reference: Reference,
    wanted: Sequence[str],
    folder: Path,
    chance: Random,
) -> tuple[CaseFolder, tuple[Fault, ...]]:
    """A copy of the case in `folder` with the `wanted` faults (`KIND` or `KIND=PROMPT`; `any` leaves it to chance).

    Raises `Refused` for a kind that is not known, or that this case has no place for.
    """
    if not rules.case.practice:
        raise refuse(
            "Faults are planted in practice cases only.", rules.case.id, "Take a case with `practice: yes`."
        )
    for one in wanted:
        if one.partition("=")[0] not in (*FAULTS, ANY):
            raise refuse(f"There is no fault `{one}`.", "", f"There are {', '.join(FAULTS)}.")
    refused: Refused | None = None
    for _ in range(_ATTEMPTS):
        try:
            copy = CaseCopy.of(case, rules, reference)
            faults = tuple(_planted(copy, wanted, chance))
            return copy.write(case, folder), faults
        except _NoPlace as no_place:
            refused = no_place
    assert refused is not None  # there was an attempt
    raise refused


def takes(case: CaseFolder, rules: Rules, reference: Reference, chance: Random) -> tuple[str, ...]:
    """The kinds of fault that a case has a place for."""
    return tuple(
        kind
        for kind, planter in _PLANTERS.items()
        if planter(CaseCopy.of(case, rules, reference), chance, "") is not None
    )


class _NoPlace(Refused):
    """A fault has no place in the copy as it has become; another attempt may go better."""


def _planted(copy: CaseCopy, wanted: Sequence[str], chance: Random) -> Iterator[Fault]:
    """The faults, those with least choice of a place first."""
    had: list[str] = []
    for one in sorted(wanted, key=lambda name: (name == ANY, "=" not in name)):
        kind, _, prompt = one.partition("=")
        fault = _any(copy, chance, had) if kind == ANY else _PLANTERS[kind](copy, chance, prompt)
        if fault is None:
            where = f" at `{prompt}`" if prompt else ""
            what = "No more faults can" if kind == ANY else f"`{kind}` can't"
            raise _NoPlace(
                Problem(
                    f"{what} be planted{where} in this case: it has no fact or page left for it.",
                    copy.rules.case.id,
                    "Ask for fewer, or for other kinds.",
                )
            )
        had.append(fault.kind)
        yield fault


def _any(copy: CaseCopy, chance: Random, had: Sequence[str]) -> Fault | None:
    """A fault of a kind that has not been planted yet, as long as there is one."""
    kinds = list(FAULTS)
    chance.shuffle(kinds)
    for kind in sorted(kinds, key=lambda name: had.count(name)):
        fault = _PLANTERS[kind](copy, chance, "")
        if fault is not None:
            return fault
    return None


def _shuffled(copy: CaseCopy, chance: Random, prompt: str) -> list[Stated]:
    found = [one for one in copy.stated() if prompt in ("", one.prompt.id) and copy.free(one)]
    chance.shuffle(found)
    return found


# -- what the case file states ---------------------------------------------------------------------


def _wrong_month(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in _dates(copy, chance, prompt):
        where = _says_date(copy, one, date)
        if not where or date.month is None:
            continue
        wrong = chance.choice(_months_beside(date))
        if _is_stated(copy, one, name, wrong):
            continue
        return _restate(
            copy, one, "wrong-month", name, str(wrong), where,
            f"The case file proposes {wrong.prose()}; the record says {date.prose()}.",
        )  # fmt: skip
    return None


def _dates(copy: CaseCopy, chance: Random, prompt: str) -> Iterable[tuple[Stated, str, PartialDate]]:
    for one in _shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            date = parse_date(one.fact.get(name)) if isinstance(part.shape, DateShape) else None
            if date is not None:
                yield one, name, date


def _is_stated(copy: CaseCopy, one: Stated, name: str, date: PartialDate) -> bool:
    """Whether another entry of the same answer already has the date."""
    return any(
        other.prompt.id == one.prompt.id and str(other.fact.get(name)) == str(date) for other in copy.stated()
    )


def _says_date(copy: CaseCopy, one: Stated, date: PartialDate) -> list[PagePlace]:
    """The pages that say the month and year of a date: the fact's own before any other."""
    own = [one.page] if one.page is not None else []
    return [
        page
        for page in dict.fromkeys([*own, *copy.treating_pages()])
        if any(
            isinstance(mention, DateMention)
            and (mention.when.year, mention.when.month) == (date.year, date.month)
            and (date.day is None or mention.when.day in (None, date.day))
            for mention in extract_kind(copy.text(page), "dates")
        )
    ]


def _wrong_level(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in _shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            values = one.fact.get(name)
            if not isinstance(part.shape, SeveralShape) or not isinstance(values, list):
                continue
            known = list(part.shape.labels)
            where = _says_levels(copy, values)
            if not where or any(str(v) not in known for v in values):
                continue
            at = [known.index(str(value)) for value in values]
            moves = [by for by in (-1, 1) if min(at) + by >= 0 and max(at) + by < len(known)]
            if not moves:
                continue
            by = chance.choice(moves)
            wrong = [known[place + by] for place in at]
            return _restate(
                copy, one, "wrong-level", name, wrong, where,
                f"The case file proposes {', '.join(wrong)}; the record says {', '.join(map(str, values))}.",
            )  # fmt: skip
    return None


def _says_levels(copy: CaseCopy, values: Sequence[object]) -> list[PagePlace]:
    wanted = {str(value) for value in values}
    return [
        page
        for page in copy.treating_pages()
        if wanted
        <= {
            level
            for mention in extract_kind(copy.text(page), "levels")
            if isinstance(mention, LevelMention)
            for level in mention.levels
        }
    ]


def _wrong_quantity(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for item, asked, held, key, part in _numbers(copy, chance, prompt):
        true = held[key]
        answer = copy.reference.answers[item, asked.id]
        pages = [
            (one.document, one.page)
            for one in answer.all_evidence()
            if re.search(rf"(?<![\d.,/-]){true}(?![\d/-]|[.,]\d)", one.quote)
        ]
        said = {str(leaf.value) for path, leaf in answer.leaves() if path.rpartition(".")[2] == part}
        least = copy.rules.case.items[item].certified or 0 if key == "requested" else 0
        near = [true * 2, *([] if true % 2 else [true // 2])]
        choices = [one for one in near if one > least and one != true and str(one) not in said]
        if str(true) not in said or not pages or not choices:
            continue
        held[key] = wrong = chance.choice(choices)
        copy.used |= {(id(held), key), *pages}
        if not part:  # the item is named by its number
            entry = copy.data["items"][item]
            entry["service"] = re.sub(rf"^{true}\b", str(wrong), str(entry["service"]))
        first, *others = dict.fromkeys(pages)
        return Fault(
            "wrong-quantity", item, asked.id, part, wrong, *first,
            f"The case file proposes {wrong}; the record says {true}.",
            truth=true, also=tuple(f"{document}:{number}" for document, number in others),
        )  # fmt: skip
    return None


def _numbers(
    copy: CaseCopy, chance: Random, prompt: str
) -> Iterator[tuple[str, Prompt, dict[str, Any], str, str]]:
    """The whole numbers that are proposed: item, question, what of the case file holds it, under which key, and the part of the answer."""
    found: list[tuple[str, Prompt, dict[str, Any], str, str]] = []
    for item in copy.rules.case.items:
        for asked in copy.rules.sets[item].prompts.values():
            for fact in [one.fact for one in asked.propose if "." in one.fact]:
                holder, _, key = fact.rpartition(".")
                held = copy.at(holder, item)
                if (item, asked.id) in copy.reference.answers and isinstance(held, dict):
                    found.append((item, asked, held, key, ""))
    for one in copy.stated():
        found += [(one.item, one.prompt, one.fact, name, name) for name in one.parts.parts]
    found = [
        one
        for one in found
        if prompt in ("", one[1].id)
        and type(one[2].get(one[3])) is int
        and (id(one[2]), one[3]) not in copy.used
    ]
    chance.shuffle(found)
    yield from found


def _evidence_moved(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in _shuffled(copy, chance, prompt):
        true = one.page
        others = [page for page in copy.treating_pages() if true is not None and page[0] != true[0]]
        if true is None or not others or "quote" not in one.fact:
            continue
        wrong = chance.choice(others)
        copy.use(one, true, wrong)
        quote = one.fact.pop("quote")
        one.fact["page"] = f"{wrong[0]}:{wrong[1]}"
        return Fault(
            "evidence-moved", one.item, one.prompt.id, "", one.fact["page"], *true,
            f"The case file gives {wrong[0]}:{wrong[1]}; “{' '.join(quote.split())}” stands on {true[0]}:{true[1]}.",
        )  # fmt: skip
    return None


def _later_study(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one, name, date in _dates(copy, chance, prompt):
        limits = [
            limit
            for limit in (
                copy.rules.case.items[one.item].request_date,
                copy.rules.case.items[one.item].ur_date,
            )
            if limit is not None
        ]
        if "modality" not in one.fact or not limits or one.page is None:
            continue
        limit = min(limits, key=lambda known: known.earliest)
        if date.after(limit) is True and _says_date(copy, one, date):
            earlier = limit.earliest - timedelta(days=chance.randrange(18, 40))
            wrong = PartialDate(earlier.year, earlier.month, earlier.day)
            if _is_stated(copy, one, name, wrong):
                continue
            return _restate(
                copy, one, "later-study", name, str(wrong), [one.page],
                f"The case file proposes {wrong.prose()}; the study is of {date.prose()}, after "
                f"{limit.prose()}, when the treatment was asked for or refused.",
            )  # fmt: skip
        fault = later_page(copy, one, name, date, limit, chance)
        if fault is not None:
            return fault
    return None


def _restate(
    copy: CaseCopy, one: Stated, kind: str, name: str, wrong: object, where: Sequence[PagePlace], says: str
) -> Fault:
    """Puts the wrong value into the case file, where it is proposed from; `where` are the pages that say the true one."""
    copy.use(one, where[0], one.page)
    truth, one.fact[name] = one.fact[name], wrong
    also = tuple(f"{document}:{number}" for document, number in where[1:])
    return Fault(kind, one.item, one.prompt.id, name, wrong, *where[0], says, truth=truth, also=also)


_PLANTERS: dict[str, Planter] = {
    "wrong-month": _wrong_month,
    "wrong-level": _wrong_level,
    "wrong-quantity": _wrong_quantity,
    "wrong-segment": other_segment,
    "evidence-moved": _evidence_moved,
    "contradiction": contradict,
    "later-study": _later_study,
    "two-documents": two_documents,
    "removed": remove,
}
