"""A copy of a case to be altered: its facts and pages in memory, and as a folder of its own once it is written."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import yaml

from assistant import library
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, parse_date
from assistant.core.record.case import YES
from assistant.core.record.mentions import DateMention, extract_kind
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import DateShape, GroupShape, ListingShape
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE, Rules
from assistant.core.session import AnswerPlace
from assistant.files import make_folder
from assistant.library import CaseFolder
from assistant.machine import open_private
from assistant.training.reference import Reference

Fact = dict[str, Any]

BOUNDARY = re.compile(r"[.:](?=\s)\s?|\n\n")
HEADING = re.compile(r"\s*([A-Za-z][A-Za-z ]{2,40}?)\s*:")
"""Where a sentence ends, and the heading with which a paragraph begins."""


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
    begun = [match.end() for match in BOUNDARY.finditer(text) if match.end() <= start]
    after = BOUNDARY.search(text, start + len(quote) - 1)
    return begun[-1] if begun else 0, after.start() + 1 if after is not None else len(text)


def _without_bare_heading(before: str, after: str) -> str:
    """What is left of a page; a heading under which nothing stands any more goes, too."""
    begun, _, last = before.rpartition("\n\n")
    bare = HEADING.fullmatch(last.rstrip()) is not None and (not after.strip() or after.startswith("\n\n"))
    return begun + after if bare else before + after


def _same_words(one: str, other: str) -> bool:
    first, second = (" ".join(said.split()) for said in (one, other))
    return first in second or second in first


def _write(path: Path, text: str) -> None:
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode())


def shuffled(copy: CaseCopy, chance: Random, prompt: str) -> list[Stated]:
    """What is stated of a prompt, or of any, and not yet used for a fault, in an order left to chance."""
    found = [one for one in copy.stated() if prompt in ("", one.prompt.id) and copy.free(one)]
    chance.shuffle(found)
    return found


def dates_stated(copy: CaseCopy, chance: Random, prompt: str) -> Iterable[tuple[Stated, str, PartialDate]]:
    """The dates among it, each with its name in the fact."""
    for one in shuffled(copy, chance, prompt):
        for name, part in one.parts.parts.items():
            date = parse_date(one.fact.get(name)) if isinstance(part.shape, DateShape) else None
            if date is not None:
                yield one, name, date


def is_stated(copy: CaseCopy, one: Stated, name: str, date: PartialDate) -> bool:
    """Whether another entry of the same answer already has the date."""
    return any(
        other.prompt.id == one.prompt.id and str(other.fact.get(name)) == str(date) for other in copy.stated()
    )


def pages_with_date(copy: CaseCopy, one: Stated, date: PartialDate) -> list[PagePlace]:
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
