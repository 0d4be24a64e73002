"""The kinds of fault that determinations were reversed for, as they are planted in a copy of a practice case.

Reviewers were reversed for a wrong spinal segment, and for "not documented" where the record had it; a wrong
month, a wrong level, a passage that stands elsewhere and a study later than the request are errors of the same
kind: a plainly wrong finding of fact (Lab. Code 4610.6(h)(5)). Each fault sits in what the case file states and
proposes, and its truth stands on a page of the record.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from assistant import library
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Answer, Status
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import YES
from assistant.core.record.mentions import DateMention, LevelMention, extract_kind, regions_named, regions_of
from assistant.core.rules.answer_schema import DateShape, GroupShape, ListingShape, SeveralShape
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE, Rules
from assistant.core.session import AnswerPlace
from assistant.files import make_folder
from assistant.library import CaseFolder
from assistant.machine import open_private
from assistant.training.reference import Reference

FAULTS = {
    "wrong-month": "a date is off by a month",
    "wrong-level": "a spinal level is off by one",
    "wrong-segment": "a study is of another region than it is given for",
    "evidence-moved": "a fact is given a page that doesn't say it",
    "contradiction": "a passage says what seems not to be documented",
    "later-study": "a study is later than the request, and given an earlier date",
}
"""Each kind of fault, and what it is in words."""


@dataclass(frozen=True)
class Fault:
    """A planted fault. `part` is the part of the answer at `prompt` (empty for all of it) that shows it.

    `planted` is the wrong value that is proposed; `document` and `page` are where the truth stands, which
    `says` tells in a sentence. `passage` is the text that was put into the record, if any was.
    """

    kind: str
    item: str
    prompt: str
    part: str
    planted: Any
    document: str
    page: int
    says: str
    passage: str = ""

    @property
    def place(self) -> tuple[str, str]:
        return self.item, self.prompt

    def to_text(self) -> str:
        """The fault as a book keeps it, committed to and not in the open."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Fault:
        """The fault that `to_text` wrote; `Refused` for one that was erased or damaged."""
        try:
            return cls(**json.loads(text))
        except (ValueError, TypeError):
            raise refuse("What was planted in this case can't be read any more.") from None


def caught(fault: Fault, answer: Answer | None) -> bool | None:
    """Whether an answer shows that the fault was seen; None where the question was not answered.

    A passage that was moved is caught by citing the page that says it; a contradiction by any answer but
    *not documented*; every other fault by an answer without the wrong value.
    """
    if answer is None:
        return None
    if fault.kind == "evidence-moved":
        cited = {(one.document, one.page) for one in answer.all_evidence()}
        return (fault.document, fault.page) in cited
    found = list(_parts(answer, fault.part))
    if fault.kind == "contradiction":
        return any(part.status is not Status.NOT_DOCUMENTED for part in found)
    return not any(_plain(part.value) == _plain(fault.planted) for part in found)


def _parts(answer: Answer, name: str) -> Iterator[Answer]:
    """The answers to a part, of every entry where the answer is a list."""
    if not name:
        yield answer
    elif answer.listing:
        for element in (answer.parts or {}).values():
            yield from _parts(element, name)
    elif answer.parts is not None and name in answer.parts:
        yield answer.parts[name]


def _plain(value: Any) -> Any:
    return sorted(str(one) for one in value) if isinstance(value, list) else str(value)


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
                    raw = self._at(proposal.fact, item) if proposal.fact else None
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

    def _at(self, path: str, item: str) -> Any:
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


def _write(path: Path, text: str) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode())


# Faults that are planted by altering a page of the record, so that it no longer says what the case file
# states.


PASSAGES = "passages.yaml"
_WIDTH = 80
_OTHER = {
    "cervical spine": ("lumbar", "low back"),
    "thoracic spine": ("lumbar", "low back"),
    "lumbar spine": ("cervical", "neck"),
    "shoulder": ("elbow", "elbow"),
    "elbow": ("shoulder", "shoulder"),
    "wrist": ("elbow", "elbow"),
    "hand": ("foot", "foot"),
    "hip": ("knee", "knee"),
    "knee": ("ankle", "ankle"),
    "ankle": ("knee", "knee"),
    "foot": ("hand", "hand"),
}
"""The region that a page is made to speak of: as an adjective, and as people call it."""

_LEVELS = {
    "C": ("L1", "L1", "L2", "L3", "L4", "L5", "S1"),
    "T": ("L1", "L1", "L2", "L2", "L3", "L3", "L4", "L4", "L4", "L5", "L5", "L5"),
    "L": ("C3", "C4", "C5", "C6", "C7"),
    "S": ("C7", "C7", "C7", "C7", "C7"),
}
_STATED = re.compile(r"^The records state that\s+")
_POINT = re.compile(r"\b([CTLS])(1[0-2]|[1-9])\b")


def other_segment(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Makes the page of one of several studies speak of another region; the case file still gives it for this one."""
    found = [
        one
        for one in copy.stated()
        if prompt in ("", one.prompt.id) and "modality" in one.fact and "date" in one.fact and one.page
    ]
    chance.shuffle(found)
    for one in found:
        page = one.page
        if page is None or not copy.free(one):
            continue
        region = copy.rules.case.items[one.item].region
        own = sorted(regions_of(region) & set(_OTHER))
        alone = sum(other.prompt.id == one.prompt.id and other.item == one.item for other in found) < 2
        if alone or not own or own[0] not in {name for _, _, name in regions_named(copy.text(page))}:
            continue
        copy.use(one, page)
        copy.altered.add(page)
        for fact in copy.quoting(page):
            fact["quote"] = _moved(str(fact["quote"]), own[0])
        copy.set_text(page, _moved(copy.text(page), own[0]))
        return Fault(
            "wrong-segment", one.item, one.prompt.id, "date", str(one.fact["date"]), *page,
            f"The case file gives the study on {page[0]}:{page[1]} for the {own[0]}; the page is of the "
            f"{_OTHER[own[0]][0]} region.",
        )  # fmt: skip
    return None


def _moved(text: str, region: str) -> str:
    """The text with the words and levels of a region made into those of the other one."""
    adjective, name = _OTHER[region]
    for start, said, found in sorted(regions_named(text), reverse=True):
        if found == region:
            word = name if said.lower() in ("neck", "low back", "lower back") else adjective
            word = word.upper() if said.isupper() else word.capitalize() if said[0].isupper() else word
            text = text[:start] + word + text[start + len(said) :]
    letter = {"cervical spine": "C", "thoracic spine": "T", "lumbar spine": "LS"}.get(region, "")

    def level(match: re.Match[str]) -> str:
        others = _LEVELS[match[1]]
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
        "treatment was asked for or refused.",
    )  # fmt: skip


def contradict(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    """Puts a passage into the record that answers what the reference found not documented."""
    passages = _passages()
    found = [
        (place, part)
        for place, part in copy.absences()
        if prompt in ("", place[1]) and place not in copy.used
    ]
    chance.shuffle(found)
    pages = [page for page in copy.treating_pages() if page not in copy.altered]
    for place, part in found:
        asked = copy.rules.sets[place[0]].prompts[place[1]]
        sentence = _sentence(asked, part, passages, chance)
        if not asked.documentable or not sentence or not pages:
            continue
        page = chance.choice(pages)
        copy.used.add(place)
        copy.set_text(page, _inserted(copy.text(page), sentence, chance))
        return Fault(
            "contradiction", *place, part, None, *page,
            f"{page[0]}:{page[1]} says: “{sentence}”", passage=sentence,
        )  # fmt: skip
    return None


def _passages() -> dict[str, list[str]]:
    """The sentences that may be planted, by prompt or `prompt.part`."""
    path = library.folder("prompts") / "training" / PASSAGES
    return library.document(library.read_text(path), PASSAGES, "faults").data


def _sentence(prompt: Prompt, part: str, passages: dict[str, list[str]], chance: Random) -> str:
    """A sentence that answers a question or its part; empty where none can be made."""
    kept = passages.get(f"{prompt.id}.{part}" if part else prompt.id)
    if kept:
        return chance.choice(kept)
    if part:
        return ""
    for branch in prompt.says.get("given", ()):
        if _STATED.match(branch.says) and "{" not in branch.says:
            said = _STATED.sub("", branch.says)
            return said[:1].upper() + said[1:]
    return f"Of note: {chance.choice(prompt.look_for)}." if prompt.look_for else ""


def _inserted(text: str, sentence: str, chance: Random) -> str:
    """The page with the sentence as a paragraph of its own, never before its heading."""
    paragraphs = text.split("\n\n")
    at = chance.randrange(min(2, len(paragraphs)), len(paragraphs) + 1)
    return "\n\n".join([*paragraphs[:at], textwrap.fill(sentence, _WIDTH), *paragraphs[at:]])


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
        if where is None or date.month is None:
            continue
        by = chance.choice((-1, 1)) if 1 < date.month < 12 else (1 if date.month == 1 else -1)
        wrong = PartialDate(date.year, date.month + by, min(date.day, 28) if date.day else None)
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


def _says_date(copy: CaseCopy, one: Stated, date: PartialDate) -> tuple[str, int] | None:
    """A page that says the month and year of a date: the fact's own, before any other."""
    own = [one.page] if one.page is not None else []
    for page in [*own, *copy.treating_pages()]:
        for mention in extract_kind(copy.text(page), "dates"):
            if isinstance(mention, DateMention) and (mention.when.year, mention.when.month) == (
                date.year,
                date.month,
            ):
                return page
    return None


def _wrong_level(copy: CaseCopy, chance: Random, prompt: str) -> Fault | None:
    for one in _shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            values = one.fact.get(name)
            if not isinstance(part.shape, SeveralShape) or not isinstance(values, list):
                continue
            known = list(part.shape.labels)
            where = _says_levels(copy, values)
            if where is None or any(str(v) not in known for v in values):
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


def _says_levels(copy: CaseCopy, values: Sequence[object]) -> tuple[str, int] | None:
    wanted = {str(value) for value in values}
    for page in copy.treating_pages():
        said = {
            level
            for mention in extract_kind(copy.text(page), "levels")
            if isinstance(mention, LevelMention)
            for level in mention.levels
        }
        if wanted <= said:
            return page
    return None


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
            f"The case file gives {wrong[0]}:{wrong[1]}; “{quote}” stands on {true[0]}:{true[1]}.",
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
        if date.after(limit) is True and _says_date(copy, one, date) is not None:
            earlier = limit.earliest - timedelta(days=chance.randrange(18, 40))
            wrong = PartialDate(earlier.year, earlier.month, earlier.day)
            if _is_stated(copy, one, name, wrong):
                continue
            return _restate(
                copy, one, "later-study", name, str(wrong), one.page,
                f"The case file proposes {wrong.prose()}; the study is of {date.prose()}, after "
                f"{limit.prose()}, when the treatment was asked for or refused.",
            )  # fmt: skip
        fault = later_page(copy, one, name, date, limit, chance)
        if fault is not None:
            return fault
    return None


def _restate(
    copy: CaseCopy, one: Stated, kind: str, name: str, wrong: object, where: tuple[str, int], says: str
) -> Fault:
    """Puts the wrong value into the case file, where it is proposed from."""
    copy.use(one, where, one.page)
    one.fact[name] = wrong
    return Fault(kind, one.item, one.prompt.id, name, wrong, *where, says)


_PLANTERS: dict[str, Planter] = {
    "wrong-month": _wrong_month,
    "wrong-level": _wrong_level,
    "wrong-segment": other_segment,
    "evidence-moved": _evidence_moved,
    "contradiction": contradict,
    "later-study": _later_study,
}
