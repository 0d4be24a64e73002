"""The steps of a review that concern the record: what was searched, found, set aside and attested; a case file that grew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from assistant.core.answer import Dismissed
from assistant.core.event_form import Event, private
from assistant.core.frozen import dataclass
from assistant.core.passage_group import Group


@dataclass(frozen=True)
class AbsencesAttested(Event):
    """The reviewer looked for each of `prompts` (`item/path`) in these documents and did not find it."""

    kind: ClassVar[str] = "absences.attested"
    documents: tuple[str, ...]
    pages: int
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class RecordSearched(Event):
    """A search of the record for one question, and all that it found.

    `by` is `look_for` (the question's own words), `reviewer` or `amendment` (the case file has grown). `pages`
    counts those that could be searched, `unread` names those that could not. Of more groups than an entry
    holds, the first stand here and `more` counts the rest. Only a reviewer's own `terms` are kept beside the
    entry; logs of earlier versions keep all of them there.
    """

    kind: ClassVar[str] = "record.searched"
    item: str
    prompt: str
    by: str
    terms: tuple[str, ...] = private()
    documents: tuple[str, ...] = ()
    pages: int = 0
    unread: tuple[str, ...] = ()
    hits: int = 0
    groups: tuple[Group, ...] = ()
    more: int = 0

    def of_the_rules(self) -> tuple[str, ...]:
        return () if self.by == "reviewer" else ("terms",)


@dataclass(frozen=True)
class PassagesDismissed(Event):
    """Passages that a search found and that do not speak of what was asked, with the reason."""

    kind: ClassVar[str] = "passages.dismissed"
    item: str
    prompt: str
    dismissed: tuple[Dismissed, ...]


@dataclass(frozen=True)
class PagesReadByEye(Event):
    """The reviewer's word on pages (`document:page`) that no search can read: read by eye, or not."""

    kind: ClassVar[str] = "pages.read_by_eye"
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseAmended(Event):
    """The session takes over a case file that has changed: new pins of its facts and documents, and what changed."""

    kind: ClassVar[str] = "case.amended"
    pins: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    facts: bool = False


@dataclass(frozen=True)
class FactCorrected(Event):
    """The program misread a fact on a page (`dates`, `levels`, `sides`); `says` is what the page says."""

    kind: ClassVar[str] = "fact.corrected"
    document: str
    page: int
    fact: str
    was: str = private()
    says: str = private()
