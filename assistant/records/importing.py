"""Brings files into a case: read once, proposed as documents, and stored as a person confirmed them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.core.page_range import page_runs, read_range
from assistant.core.problem import Refused
from assistant.library import split_pages
from assistant.records.case_store import CaseStore, NewText, Staged, hash_of
from assistant.records.document_type import UNKNOWN
from assistant.records.file_kind import kind_of
from assistant.records.proposing import Description, describe
from assistant.records.read_page import RECOGNISED, ReadPage
from assistant.records.reading import Progress, ReadFile, read_file
from assistant.records.recognition import Tesseract
from assistant.records.splitting import propose_parts

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What the id of a document looks like: it is the stem of a file, and stands in `document:page`."""


@dataclass(frozen=True)
class Arrived:
    """A file that has been read: its copy in the case folder, its pages, and the documents that already come from it."""

    staged: Staged
    read: ReadFile
    known: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Pages of a file, from 1, as one document."""

    id: str
    pages: range
    said: Description

    def text(self, read: ReadFile) -> NewText:
        """The document's text and entry; its own pages count from 1."""
        own = read.pages[self.pages.start - 1 : self.pages.stop - 1]
        whole = len(own) == len(read.pages)
        return NewText(
            self.id,
            [page.text for page in own],
            {
                "type": self.said.type,
                "author": self.said.author,
                "date": self.said.date,
                "sent_by": self.said.sent_by,
                "ur_report": "yes" if self.said.ur_report else "",
                "from_pages": "" if whole else _span(self.pages),
                **_reach(own, read.recognised_by),
            },
        )

    def unread(self, read: ReadFile) -> list[str]:
        """Its pages, counted from 1, on which no search counts."""
        return page_runs(
            page.number - self.pages.start + 1
            for page in read.pages
            if page.number in self.pages and not page.is_read
        )


class Importer:
    """Brings files into one case; `tesseract` is None where it is not installed."""

    def __init__(self, store: CaseStore, tesseract: Tesseract | None, progress: Progress) -> None:
        self.store = store
        self.tesseract = tesseract
        self.progress = progress

    def arrive(self, path: Path) -> Arrived:
        """Copies a file into the case folder and reads it; raises `Refused` for one that can't be brought in.

        A file that the case has is read again only where that mends something. Cut off at any moment, a second call
        goes on with the page after the last one that was read.
        """
        kind_of(path)
        staged = self.store.stage(path)
        try:
            kind = kind_of(staged.path, staged.name)
            known = [str(entry["id"]) for entry in self.store.known(staged.sha256)]
            if known and not self._lacking(staged):
                self.store.forget(staged)
                return Arrived(staged, ReadFile(()), tuple(known))
            with self.store.journal(staged) as journal:
                read = read_file(kind, staged.path, staged.name, journal, self.tesseract, self.progress)
        except Refused:
            self.store.forget(staged)
            raise
        return Arrived(staged, read, tuple(known))

    def propose(
        self, arrived: Arrived, parts: Sequence[range] | None = None, taken: Collection[str] = ()
    ) -> list[Part]:
        """The documents of a file as its words say, or as `parts` part it; none has an id that is `taken`."""
        texts = [page.text for page in arrived.read.pages]
        used = {*taken, *(str(entry.get("id")).lower() for entry in self.store.entries)}
        made: list[Part] = []
        for pages in parts or propose_parts(texts):
            said = describe(texts[pages.start - 1 : pages.stop - 1])
            name = Path(arrived.staged.name).stem if len(pages) == len(texts) else ""
            made.append(Part(free_id(said, used, name), pages, said))
            used.add(made[-1].id.lower())
        return made

    def twin(self, part: Part, read: ReadFile) -> str:
        """The document of the case that has the same words as a part; empty where none has, or the part has none."""
        own = part.text(read)
        pages = split_pages(own.text)
        if not any(page.strip() for page in pages):
            return ""
        return next((name for name, held in self.store.case.pages.items() if held == pages), "")

    def store_parts(self, arrived: Arrived, parts: Sequence[Part]) -> None:
        """Makes the parts documents of the case; raises `Refused`, with the case as it was."""
        self.store.add(arrived.staged, [part.text(arrived.read) for part in parts])

    def mend(self, arrived: Arrived) -> list[str]:
        """Writes what was missing, changed or unreadable of the documents that come from a file; gives their ids."""
        made = list(self._mended(arrived))
        if made:
            self.store.renew(arrived.staged, made)
        self.store.forget(arrived.staged)
        return [one.id for one in made]

    def _mended(self, arrived: Arrived) -> Iterator[NewText]:
        read = arrived.read
        for entry in self._lacking(arrived.staged):
            pages = read_range(entry["from_pages"]) if "from_pages" in entry else None
            own = read.pages[pages.start - 1 : pages.stop - 1] if pages else read.pages
            yield NewText(str(entry["id"]), [page.text for page in own], _reach(own, read.recognised_by))

    def _lacking(self, staged: Staged) -> list[dict[str, Any]]:
        """The documents of a file of which reading it again gives more than there is."""
        entries = [entry for entry in self.store.known(staged.sha256) if "sha256" in entry]
        originals = {str(entry.get("original", "")) for entry in entries}
        gone = {one for one in originals if not self._is_whole(self.store.path / one, staged.sha256)}
        return [entry for entry in entries if str(entry.get("original", "")) in gone or self._lacks(entry)]

    def _lacks(self, entry: dict[str, Any]) -> bool:
        held = self.store.case.hashes.get(str(entry["id"]))
        untried = "unreadable" in entry and "recognised_by" not in entry
        drawable = str(entry.get("original", "")).lower().endswith(".pdf")
        changed = held is None or held != entry.get("text_sha256")
        return changed or (untried and drawable and self.tesseract is not None)

    def _is_whole(self, original: Path, sha256: str) -> bool:
        return original.is_file() and hash_of(original) == sha256


def free_id(said: Description, taken: Collection[str], file: str = "") -> str:
    """An id after type and date, such as `progress-note-2014-05-10`, that no other document has; `taken` is in lower case.

    A document of unknown type is called after its file.
    """
    words = file if file and said.type == UNKNOWN else f"{said.type} {said.date}"
    name = re.sub(r"[^a-z0-9]+", "-", words.lower().replace("'", ""))[:70].strip("-") or "document"
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found


def left_out(parts: Sequence[Part], count: int) -> list[str]:
    """A sentence about the pages of a file that are in no document, where there are any."""
    kept = {page for part in parts for page in part.pages}
    runs = page_runs(page for page in range(1, count + 1) if page not in kept)
    return [f"Left out, in no document: page {', '.join(runs)}."] if runs else []


def renamed(part: Part, said: Description, taken: Collection[str]) -> Part:
    """The part under another description; an id that was made from the old one follows it."""
    own = re.fullmatch(rf"{re.escape(free_id(part.said, ()))}(?:-\d+)?", part.id) or part.said.type == UNKNOWN
    changed = (said.type, said.date) != (part.said.type, part.said.date)
    return replace(part, said=said, id=free_id(said, taken) if own and changed else part.id)


def _reach(pages: Sequence[ReadPage], by: str) -> dict[str, Any]:
    """What an entry says of the pages that have no words of their own; they count from 1 in the document."""
    numbered = list(enumerate(pages, 1))
    recognised = page_runs(number for number, page in numbered if page.state == RECOGNISED)
    unreadable = page_runs(number for number, page in numbered if not page.is_read)
    tried = by if recognised or unreadable else ""
    return {"recognised": recognised, "recognised_by": tried or [], "unreadable": unreadable}


def _span(pages: range) -> str:
    return f"{pages.start}-{pages.stop - 1}" if len(pages) > 1 else str(pages.start)
