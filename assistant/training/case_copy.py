"""A copy of a case to be altered: its facts and pages in memory, and as a folder of its own once it is written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import plain_yaml
from assistant.core.case import YES
from assistant.core.prompt_set import Prompt
from assistant.core.rules import CASE_SCOPE, Rules
from assistant.core.session import Place
from assistant.core.shape import Group, Listing
from assistant.library import CaseFolder
from assistant.log.place import make_folder
from assistant.training.reference import Reference

Fact = dict[str, Any]


@dataclass(frozen=True)
class Stated:
    """A fact that is proposed as the answer to a question, or as one entry of it."""

    item: str
    prompt: Prompt
    fact: Fact

    @property
    def parts(self) -> Group:
        """The parts of the answer that the fact gives."""
        shape = self.prompt.schema.shape
        inner = shape.element if isinstance(shape, Listing) else shape
        return inner if isinstance(inner, Group) else Group({})

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
        data = deepcopy(dict(plain_yaml.parse(case.text, "case.yaml").data))
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

    def absences(self) -> Iterator[tuple[Place, str]]:
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
        import yaml

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
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
