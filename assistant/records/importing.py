"""Brings files into a case: read once, proposed as documents, and stored as a person confirmed them."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import yaml
from assistant.core.dates import not_a_date, parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import YES
from assistant.core.record.pages import page_runs, read_list, read_range, said_list, split_pages
from assistant.core.text import one_line
from assistant.core.value import Value, replace
from assistant.machine import PRIVATE_FOLDER, is_reserved, path_in
from assistant.records.case_folder import (
    CaseStore,
    NewText,
    Staged,
    hash_of,
    refuse_occupied,
    unwritten,
    write_text,
)
from assistant.records.case_yaml import text_of, without_documents
from assistant.records.page import RECOGNISED, ReadPage
from assistant.records.parting import part
from assistant.records.proposing import UNKNOWN, Description, describe, named_in
from assistant.records.reading import (
    NotKept,
    Progress,
    ReadFile,
    Recogniser,
    find_recogniser,
    kind_of,
    read_record_file,
)

# Parts one file of many reports into documents: proposed from the pages, or as a person says (`1-3,4-9`).


def propose_parts(pages: Sequence[str], pictures: Iterable[int] = ()) -> list[tuple[int, ...]]:
    """The documents of a file as lists of pages from 1, without the pages that are copies of others."""
    return list(part(pages, pictures).parts)


def read_parts(said: str, count: int) -> list[range]:
    """The parts that a person names, such as `1-3,4-9,10-`; raises `Refused` unless they hold each page once, in order."""
    parts: list[range] = []
    for piece in said.replace(" ", "").split(","):
        whole = f"{piece}{count}" if re.fullmatch(r"\d+[-–]", piece) else piece
        part = read_range(whole)
        if part is None:
            raise refuse(f"“{one_line(piece, 40)}” is no range of pages.", "", "Write parts such as 1-3,4-9.")
        expected = parts[-1].stop if parts else 1
        if part.start != expected:
            raise refuse(
                f"The part {one_line(piece, 40)} should begin with page {expected}: each page belongs to one part.",
                "",
                "A part that you don't want can be left out when the documents are shown.",
            )
        parts.append(part)
    if parts[-1].stop != count + 1:
        raise refuse(
            f"The parts end with page {parts[-1].stop - 1}; the file has {count}.",
            "",
            f"Go on to page {count}.",
        )
    return parts


ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
"""What the id of a document looks like: it is the stem of a file, and stands in `document:page`."""


class Arrived(Value):
    """A file that has been read: its copy in the case folder, its pages, and the documents that already come from it."""

    staged: Staged
    read: ReadFile
    known: tuple[str, ...] = ()


class DocumentPart(Value):
    """Pages of a file, from 1, in their order as one document."""

    id: str
    pages: Sequence[int]
    said: Description
    confirmed: tuple[str, ...] = ()
    """What is odd about its pages and was confirmed all the same."""

    def text(self, read: ReadFile) -> NewText:
        """The document's text and entry; its own pages count from 1."""
        own = [read.pages[page - 1] for page in self.pages]
        whole = list(self.pages) == list(range(1, len(read.pages) + 1))
        return NewText(
            self.id,
            [page.text for page in own],
            {
                "type": self.said.type,
                "author": self.said.author,
                "date": self.said.date,
                "sent_by": self.said.sent_by,
                "ur_report": "yes" if self.said.ur_report else "",
                "from_pages": "" if whole else said_list(self.pages),
                "confirmed": list(self.confirmed),
                **_reach(own, read.recognised_by),
            },
        )

    def unread(self, read: ReadFile) -> list[str]:
        """Its pages, counted from 1, on which no search counts."""
        return page_runs(
            place for place, page in enumerate(self.pages, 1) if not read.pages[page - 1].is_read
        )


class Importer:
    """Brings files into one case; `recogniser` reads pictures of pages, and is None where it is not installed."""

    def __init__(self, store: CaseStore, recogniser: Recogniser | None, progress: Progress) -> None:
        self.store = store
        self.recogniser = recogniser
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
                read = read_record_file(
                    kind, staged.path, staged.name, journal, self.recogniser, self.progress
                )
        except Refused as refused:
            if not isinstance(refused, NotKept):
                self.store.forget(staged)
            raise
        return Arrived(staged, read, tuple(known))

    def propose(
        self, arrived: Arrived, parts: Sequence[Sequence[int]] | None = None, taken: Collection[str] = ()
    ) -> list[DocumentPart]:
        """The documents of a file as its words say, or as `parts` part it; none has an id that is `taken`."""
        texts = [page.text for page in arrived.read.pages]
        used = {*taken, *(str(entry.get("id")).lower() for entry in self.store.entries)}
        made: list[DocumentPart] = []
        roster, plain = named_in(texts), part(texts, arrived.read.pictures).plain
        for pages in parts or propose_parts(texts, arrived.read.pictures):
            said = describe([plain[page - 1] for page in pages], roster)
            name = Path(arrived.staged.name).stem if len(pages) == len(texts) else ""
            made.append(DocumentPart(free_id(said, used, name), pages, said))
            used.add(made[-1].id.lower())
        return made

    def twin(self, part: DocumentPart, read: ReadFile) -> str:
        """The document of the case that has the same words as a part; empty where none has, or the part has none."""
        own = part.text(read)
        pages = split_pages(own.text)
        if not any(page.strip() for page in pages):
            return ""
        return next((name for name, held in self.store.case.pages.items() if held == pages), "")

    def store_parts(self, arrived: Arrived, parts: Sequence[DocumentPart]) -> None:
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
            pages = read_list(entry["from_pages"]) if "from_pages" in entry else None
            own = [read.pages[page - 1] for page in pages] if pages else read.pages
            yield NewText(str(entry["id"]), [page.text for page in own], _reach(own, read.recognised_by))

    def _lacking(self, staged: Staged) -> list[dict[str, Any]]:
        """The documents of a file of which reading it again gives more than there is."""
        entries = [entry for entry in self.store.known(staged.sha256) if "sha256" in entry]
        originals = {str(entry.get("original", "")) for entry in entries}
        gone = {one for one in originals if not self._is_whole(self.store.path / one, staged.sha256)}
        return [entry for entry in entries if str(entry.get("original", "")) in gone or self._lacks(entry)]

    def _lacks(self, entry: dict[str, Any]) -> bool:
        held = self.store.case.hashes.get(str(entry["id"]))
        by = self.recogniser.name if self.recogniser is not None else ""
        untried = "unreadable" in entry and entry.get("recognised_by", "") != by
        drawable = str(entry.get("original", "")).lower().endswith(".pdf")
        changed = held is None or held != entry.get("text_sha256")
        return changed or (untried and drawable and self.recogniser is not None)

    def _is_whole(self, original: Path, sha256: str) -> bool:
        return original.is_file() and hash_of(original) == sha256


def free_id(said: Description, taken: Collection[str], file: str = "") -> str:
    """An id after type and date, such as `progress-note-2014-05-10`, that no other document has; `taken` is in lower case.

    A document of unknown type is called after its file.
    """
    words = file if file and said.type == UNKNOWN else f"{said.type} {said.date}"
    name = re.sub(r"[^a-z0-9]+", "-", words.lower().replace("'", ""))[:70].strip("-") or "document"
    name = f"document-{name}" if is_reserved(name) else name
    number = 1
    while (found := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return found


def left_out(parts: Sequence[DocumentPart], read: ReadFile) -> list[str]:
    """Sentences about the pages of a file that are in no document, where there are any: copies, and others."""
    kept = {page for part in parts for page in part.pages}
    gone = [page.number for page in read.pages if page.number not in kept]
    if not gone:
        return []
    twins = part([page.text for page in read.pages], read.pictures).twins
    said = [
        f"Page {page} is page {twins[page]} once more, and in no document." for page in gone if page in twins
    ]
    others = page_runs(page for page in gone if page not in twins)
    return [*said, f"Left out, in no document: page {', '.join(others)}."] if others else said


def renamed(part: DocumentPart, said: Description, taken: Collection[str]) -> DocumentPart:
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


# A list of documents with the files that they come from: what a person would otherwise confirm one by one.


class Manifest(Value):
    """The entries by the file that they come from, in the order in which the files are first named."""

    files: Mapping[Path, Sequence[Mapping[str, Any]]]


def read_manifest(path: Path) -> Manifest:
    """The manifest in a YAML file; paths are read from its folder. Raises `Refused` with all that is wrong."""
    document = library.document(library.read_text(path), one_line(str(path)), "manifest")
    return listed_files(document, path.parent)


def listed_files(document: yaml.YamlDocument, folder: Path) -> Manifest:
    """The entries under `documents` by their files; raises `Refused` with all that is wrong with them."""
    entries = document.data["documents"]
    problems = list(_problems(document, entries))
    if problems:
        raise Refused(*problems)
    files: dict[Path, list[Mapping[str, Any]]] = {}
    for entry in entries:
        files.setdefault(path_in(folder, str(entry["original"])), []).append(entry)
    return Manifest(files)


def parts_of(
    importer: Importer, arrived: Arrived, entries: Sequence[Mapping[str, Any]]
) -> list[DocumentPart]:
    """The documents of a file as its entries say.

    Raises `Refused` for a file of another hash, for pages that it doesn't have, and for a name that is taken.
    """
    name, count = arrived.staged.name, len(arrived.read.pages)
    taken = {str(entry.get("id")).lower() for entry in importer.store.entries}
    made: list[DocumentPart] = []
    for entry in entries:
        if entry.get("sha256", arrived.staged.sha256) != arrived.staged.sha256:
            raise refuse(
                "The file is not the one that the list of documents means (another hash).", one_line(name)
            )
        pages = tuple(range(1, count + 1))
        if "from_pages" in entry:
            pages = read_list(entry["from_pages"]) or pages
        if max(pages) > count:
            raise refuse(
                f"The file has no page {max(pages)}; it has {count}.",
                one_line(name),
                "Correct `from_pages`.",
            )
        (part,) = importer.propose(arrived, [pages], taken)
        part = renamed(part, _said(part, entry), taken)
        if "id" in entry:
            part = replace(part, id=str(entry["id"]))
        if part.id.lower() in taken:
            raise refuse(
                f"Another document is called {one_line(part.id)}.", one_line(name), "Give it another `id`."
            )
        taken.add(part.id.lower())
        made.append(part)
    return made


def _said(part: DocumentPart, entry: Mapping[str, Any]) -> Any:
    said = part.said
    return replace(
        said,
        type=str(entry.get("type", said.type)),
        author=str(entry.get("author", said.author)),
        date=str(entry.get("date", said.date)),
        sent_by=str(entry.get("sent_by", said.sent_by)),
        ur_report=str(entry["ur_report"]) in YES if "ur_report" in entry else said.ur_report,
    )


def _problems(document: yaml.YamlDocument, entries: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    several = Counter(str(entry.get("original")) for entry in entries)
    for index, entry in enumerate(entries):
        where = document.where("documents", index)
        if "original" not in entry:
            yield Problem(
                "A document doesn't name its file.", where, "Add `original:` with the path of the file."
            )
            continue
        if "id" in entry and not ID.fullmatch(entry["id"]):
            yield Problem(
                "`id` has letters, digits, dots and dashes, without spaces.",
                document.where("documents", index, "id"),
                "Correct it, or leave it out.",
            )
        elif "id" in entry and is_reserved(entry["id"]):
            yield Problem(
                f"Windows keeps the name {entry['id']} for a device, so that no file there can have it.",
                document.where("documents", index, "id"),
                "Give it another `id`.",
            )
        if "from_pages" in entry and read_list(entry["from_pages"]) is None:
            yield Problem(
                "`from_pages` is no page and no range of pages.",
                document.where("documents", index, "from_pages"),
                "Write it as 4-9.",
            )
        if str(entry.get("date", "")) and parse_date(str(entry["date"])) is None:
            yield Problem(
                not_a_date(str(entry["date"]), f"`{one_line(str(entry['date']), 40)}`"),
                document.where("documents", index, "date"),
                "Write it as 2014-07-12, or leave it out.",
            )
        if several[entry["original"]] > 1 and "from_pages" not in entry:
            yield Problem(
                "Several documents come from this file.",
                where,
                "Give each of them `from_pages`, such as 4-9.",
            )


# Makes a case folder: written beside its place, checked whole, and only then put there in one step.


def make_case(text: str, name: str, folder: Path, files_in: Path, progress: Progress) -> list[str]:
    """Makes `folder` with the case of this text, whose documents name their files, looked for in `files_in`.

    `name` is what the text is called where something is wrong in it. Gives sentences about what was left out of
    the files. Raises `Refused` for a case that doesn't fit its schema, whose rules can't be read, or for a file that
    can't be brought in; nothing is left behind then.
    """
    refuse_occupied(folder)
    document = library.document(text, name, "case")
    if name.endswith(".json"):
        text = text_of(document.data)
    listed = listed_files(document, files_in)
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=PRIVATE_FOLDER, parents=True)
        write_text(draft / "case.yaml", without_documents(text))
        notes = _bring(draft, listed.files, progress)
        library.rules_for(library.open_case(draft))
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    except Refused as refused:
        own = one_line(str(draft / "case.yaml"))
        raise Refused(
            *(replace(one, where=one.where.replace(own, name)) for one in refused.problems)
        ) from None
    except OSError as error:
        raise unwritten(folder, error) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return notes


def _bring(draft: Path, files: Any, progress: Progress) -> list[str]:
    notes: list[str] = []
    with CaseStore(draft) as store:
        importer = Importer(store, find_recogniser() if files else None, progress)
        for path, entries in files.items():
            arrived = importer.arrive(path)
            if arrived.known:
                raise refuse(
                    f"The same file stands in the list as {arrived.known[0]}.",
                    one_line(path.name),
                    "List it once.",
                )
            parts = parts_of(importer, arrived, entries)
            importer.store_parts(arrived, parts)
            told = (*arrived.read.notes, *left_out(parts, arrived.read))
            notes += [f"{path.name}: {note}" for note in told]
    return notes
