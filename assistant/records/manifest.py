"""A list of documents with the files that they come from: what a person would otherwise confirm one by one.

It has the form of a case's `documents`, with `original` as the path of a file. What an entry doesn't say is proposed
from the text, as at the keyboard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import plain_yaml
from assistant.core.document import DOCUMENT_KEYS, NO, YES
from assistant.core.page_range import read_range
from assistant.core.partial_date import parse_date
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.records.importing import ID, Arrived, Importer, Part, renamed

MANIFEST_KEYS = frozenset({"documents"})


@dataclass(frozen=True)
class Manifest:
    """The entries by the file that they come from, in the order in which the files are first named."""

    files: Mapping[Path, Sequence[Mapping[str, Any]]]


def read_manifest(path: Path) -> Manifest:
    """The manifest in a YAML file; paths are read from its folder. Raises `Refused` with all that is wrong."""
    document = plain_yaml.parse(library.read_text(path), one_line(str(path)))
    for key in document.data:
        if key not in MANIFEST_KEYS:
            raise refuse(
                f"`{one_line(key, 40)}` is not known in a list of documents.",
                document.where(key),
                "Known: documents.",
            )
    return listed_files(document, path.parent)


def listed_files(document: plain_yaml.Document, folder: Path) -> Manifest:
    """The entries under `documents` by their files; raises `Refused` with all that is wrong with them."""
    entries = document.data.get("documents")
    if not isinstance(entries, list):
        raise refuse("`documents` is missing or no list.", document.where("documents"), "Write it as a list.")
    problems = list(_problems(document, entries))
    if problems:
        raise Refused(*problems)
    files: dict[Path, list[Mapping[str, Any]]] = {}
    for entry in entries:
        files.setdefault(folder / str(entry["original"]), []).append(entry)
    return Manifest(files)


def parts_of(importer: Importer, arrived: Arrived, entries: Sequence[Mapping[str, Any]]) -> list[Part]:
    """The documents of a file as its entries say.

    Raises `Refused` for a file of another hash, for pages that it doesn't have, and for a name that is taken.
    """
    name, count = arrived.staged.name, len(arrived.read.pages)
    taken = {str(entry.get("id")).lower() for entry in importer.store.entries}
    made: list[Part] = []
    for entry in entries:
        if entry.get("sha256", arrived.staged.sha256) != arrived.staged.sha256:
            raise refuse(
                "The file is not the one that the list of documents means (another hash).", one_line(name)
            )
        pages = range(1, count + 1)
        if "from_pages" in entry:
            pages = read_range(entry["from_pages"]) or pages
        if pages.stop - 1 > count:
            raise refuse(
                f"The file has no page {pages.stop - 1}; it has {count}.",
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


def _said(part: Part, entry: Mapping[str, Any]) -> Any:
    said = part.said
    return replace(
        said,
        type=str(entry.get("type", said.type)),
        author=str(entry.get("author", said.author)),
        date=str(entry.get("date", said.date)),
        sent_by=str(entry.get("sent_by", said.sent_by)),
        ur_report=str(entry["ur_report"]) in YES if "ur_report" in entry else said.ur_report,
    )


def _problems(document: plain_yaml.Document, entries: Sequence[Any]) -> Iterator[Problem]:
    several: dict[str, int] = {}
    for entry in entries:
        if isinstance(entry, Mapping):
            several[str(entry.get("original"))] = several.get(str(entry.get("original")), 0) + 1
    for index, entry in enumerate(entries):
        where = document.where("documents", index)
        if not isinstance(entry, Mapping) or not str(entry.get("original", "")):
            yield Problem(
                "A document doesn't name its file.", where, "Add `original:` with the path of the file."
            )
            continue
        for key, value in entry.items():
            if what := _wrong(key, value):
                yield Problem(what, document.where("documents", index, key), "Correct it, or leave it out.")
        if several[str(entry["original"])] > 1 and "from_pages" not in entry:
            yield Problem(
                "Several documents come from this file.",
                where,
                "Give each of them `from_pages`, such as 4-9.",
            )


def _wrong(key: str, value: Any) -> str:
    if key not in DOCUMENT_KEYS:
        return f"`{one_line(key, 40)}` is not known in a document."
    if key == "from_pages":
        return "" if read_range(value) is not None else "`from_pages` is no page and no range of pages."
    if key == "ur_report":
        return "" if str(value) in (*YES, *NO) else "`ur_report` is yes or no."
    if key == "date":
        return (
            ""
            if not str(value) or parse_date(str(value)) is not None
            else f"`{one_line(str(value), 40)}` is not a date."
        )
    if key == "id":
        return (
            "" if ID.fullmatch(str(value)) else "`id` has letters, digits, dots and dashes, without spaces."
        )
    if isinstance(value, list | Mapping) and key not in ("recognised", "unreadable"):
        return f"`{key}` is text."
    return ""
