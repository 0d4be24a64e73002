"""The search of a session's record: beside a question, and behind every absence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING

from assistant.core import command as c
from assistant.core.absence import HARMLESS, dismissals
from assistant.core.case import Case
from assistant.core.page_range import page_runs
from assistant.core.passage_group import Group, grouped
from assistant.core.session import Place, Session
from assistant.core.vocabulary import read_vocabulary

if TYPE_CHECKING:
    from assistant.core.mention import Mention
    from assistant.records.index import RecordIndex

MOST_GROUPS = 150
"""How many groups of passages one entry of the log holds."""

_MOST_PAGES = 12
_LONGEST_QUOTE = 600


class RecordSearch:
    """Searches the pages of a case; the index is made when it is first needed. Safe to use from a worker thread."""

    def __init__(
        self, pages: Mapping[str, tuple[str, ...]], case: Case, vocabulary: Mapping[str, str]
    ) -> None:
        self._pages = pages
        self._case = case
        self._texts = vocabulary
        self._index: RecordIndex | None = None
        self._making = Lock()
        self._found: dict[tuple[str, ...], tuple[Group, ...]] = {}

    def find(self, query: str) -> tuple[Mention, ...]:
        """The passages for a person's query, best first."""
        return self._open().find(query)

    def passages(self, terms: Sequence[str]) -> tuple[Group, ...]:
        """Every group of passages that speaks of one of the terms, in the order in which they matter."""
        key = tuple(terms)
        if key not in self._found:
            self._found[key] = grouped(self._open().look_for(key)) if key else ()
        return self._found[key]

    def behind(self, session: Session, place: Place, by: str) -> c.NoteSearch:
        """The search of a question's own words, as it is logged; what is already set aside is left out."""
        prompt = session.prompt(*place)
        gone = {(one.document, one.quote) for one in dismissals(session, place)}
        groups = [one for one in self.passages(prompt.look_for) if (one.document, one.quote) not in gone]
        return self._logged(place, by, tuple(prompt.look_for), groups)

    def asked(self, place: Place, query: str, mentions: Iterable[Mention]) -> c.NoteSearch:
        """A reviewer's own search, as it is logged."""
        return self._logged(place, "reviewer", (query[:_LONGEST_QUOTE],), grouped(mentions))

    def _logged(self, place: Place, by: str, terms: tuple[str, ...], groups: Sequence[Group]) -> c.NoteSearch:
        speaking = [one for one in groups if one.standing not in HARMLESS]
        kept = [*speaking, *(one for one in groups if one.standing in HARMLESS)][:MOST_GROUPS]
        documents = tuple(name for name in self._case.documents if name in self._pages)
        unread = self.unread()
        return c.NoteSearch(
            *place,
            by,
            terms,
            documents if len(documents) < len(self._case.documents) else self._case.named_documents,
            sum(len(self._pages[name]) for name in documents) - sum(map(len, self._unreadable().values())),
            unread,
            sum(one.count for one in groups),
            tuple(
                replace(one, pages=one.pages[:_MOST_PAGES], quote=one.quote[:_LONGEST_QUOTE]) for one in kept
            ),
            len(groups) - len(kept),
        )

    def unread(self) -> tuple[str, ...]:
        """The pages that can't be searched, as `document:page` or `document:first-last`: no text, or no file."""
        found: list[str] = []
        for name, document in self._case.documents.items():
            if name not in self._pages:
                found += (f"{name}:{run}" for run in page_runs(range(1, document.pages + 1)))
            else:
                found += (f"{name}:{run}" for run in page_runs(document.unreadable))
        return tuple(found)

    def _unreadable(self) -> Mapping[str, tuple[int, ...]]:
        return {
            name: document.unreadable
            for name, document in self._case.documents.items()
            if name in self._pages and document.unreadable
        }

    def _open(self) -> RecordIndex:
        with self._making:
            if self._index is None:
                from assistant.records.index import RecordIndex

                vocabulary = read_vocabulary(self._texts)
                self._index = RecordIndex.of(self._pages, vocabulary, unreadable=self._unreadable())
            return self._index
