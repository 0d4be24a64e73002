"""A document of the case file, as `case.yaml` lists it: what it is, which of its pages no search can read, its hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.frozen import dataclass
from assistant.core.page_range import read_pages, read_range
from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.plain_yaml import Document as YamlDocument
from assistant.core.problem import Problem
from assistant.core.text import one_line

YES = ("yes", "true")
NO = ("no", "false")

DOCUMENT_KEYS = frozenset(
    "id type author date sent_by ur_report original from_pages sha256 text_sha256 recognised recognised_by"
    " unreadable".split()
)
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ORIGINAL = re.compile(r"originals/(?!\.\.?\Z)[^/\\\x00-\x1f]+")


@dataclass(frozen=True)
class Document:
    """A document of the case file; `pages` is its number of pages, addressed as `id:page` from 1.

    `recognised` are the pages whose words a program (`recognised_by`) read from their picture, `unreadable` those
    whose words nothing has read: these never count as searched. `original` is the file that the document was
    brought in from (`originals/<name>`; of that it is the pages `from_pages`, or all where that is empty),
    `sha256` the hash of that file and `text_sha256` the hash of the document's text in `records/`. All four are
    empty for a text that was put into `records/` by hand.
    """

    id: str
    title: str
    author: str
    date: PartialDate | None
    pages: int
    sent_by: str
    is_ur_report: bool
    unreadable: tuple[int, ...] = ()
    recognised: tuple[int, ...] = ()
    sha256: str = ""
    original: str = ""
    text_sha256: str = ""
    from_pages: str = ""
    recognised_by: str = ""


def read_document(entry: Mapping[str, Any], pages: int) -> Document:
    """The document of an entry under `documents`, in which `document_problems` found nothing wrong."""
    return Document(
        id=str(entry["id"]),
        title=str(entry["type"]),
        author=str(entry.get("author", "")),
        date=parse_date(str(entry.get("date", ""))),
        pages=pages,
        sent_by=str(entry.get("sent_by", "")),
        is_ur_report=str(entry.get("ur_report", "no")) in YES,
        unreadable=read_pages(entry.get("unreadable", []), pages) or (),
        recognised=read_pages(entry.get("recognised", []), pages) or (),
        sha256=str(entry.get("sha256", "")),
        original=str(entry.get("original", "")),
        text_sha256=str(entry.get("text_sha256", "")),
        from_pages=str(entry.get("from_pages", "")),
        recognised_by=str(entry.get("recognised_by", "")),
    )


def document_problems(document: YamlDocument, pages: Mapping[str, int]) -> Iterator[Problem]:
    """What is wrong under `documents`; `pages` says how many pages each file in `records/` has, by its stem."""
    seen: set[str] = set()
    for index, entry in enumerate(document.data["documents"]):
        if not isinstance(entry, Mapping):
            yield Problem(
                "A document is a map with `id` and `type`.",
                document.where("documents", index),
                "Write it so.",
            )
            continue
        for key in ("id", "type"):
            if key not in entry:
                yield Problem(f"`{key}` is missing.", document.where("documents", index))
        name = str(entry.get("id"))
        shown = one_line(name, 80)
        if name not in pages:
            original = one_line(str(entry.get("original", "")), 160)
            again = f"Bring {original} in again with `imr case add`" if original else f"Put {shown}.txt there"
            yield Problem(
                f"The document `{shown}` is not in records/.",
                document.where("documents", index),
                f"{again}, or remove the entry.",
            )
        if name in seen:
            yield Problem(f"The document `{shown}` is listed twice.", document.where("documents", index))
        seen.add(name)
        for key, what, fix in _entry_problems(entry, pages.get(name)):
            yield Problem(what, document.where("documents", index, key), fix)


def _entry_problems(entry: Mapping[str, Any], pages: int | None) -> Iterator[tuple[str, str, str]]:
    """Each wrong key, what is wrong with it, and what to do."""
    for key in entry:
        if key not in DOCUMENT_KEYS:
            yield (
                key,
                f"`{one_line(str(key), 40)}` is not known in a document.",
                f"Known: {', '.join(sorted(DOCUMENT_KEYS))}.",
            )
    if (said := entry.get("ur_report", "no")) not in (*YES, *NO):
        yield "ur_report", f"`ur_report` is yes or no, not `{one_line(str(said), 40)}`.", "Write yes or no."
    for key in ("sha256", "text_sha256"):
        if key in entry and not _SHA256.fullmatch(str(entry[key])):
            yield key, f"`{key}` is no SHA-256 in hex.", "Write its 64 characters, or remove the key."
    if "original" in entry and not _ORIGINAL.fullmatch(str(entry["original"])):
        yield "original", "`original` names no file in originals/.", "Write originals/NAME."
    if "from_pages" in entry and read_range(entry["from_pages"]) is None:
        yield "from_pages", "`from_pages` is no page and no range of pages.", "Write it as 4-9."
    lists = {key: read_pages(entry.get(key, []), pages or 0) for key in ("recognised", "unreadable")}
    for key, read in lists.items():
        if read is None and pages is not None:
            yield key, f"`{key}` is not a list of the document's pages.", f"Its pages are 1 to {pages}."
    if double := sorted(set(lists["recognised"] or ()) & set(lists["unreadable"] or ())):
        yield "unreadable", f"Page {double[0]} is both recognised and unreadable.", "Take it out of one list."
