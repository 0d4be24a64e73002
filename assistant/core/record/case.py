"""A case: the claim's facts with their pages, the documents, the studies, and the disputed items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, not_a_date, parse_date
from assistant.core.problem import Problem, Refused
from assistant.core.record.pages import places_of_ranges, read_list
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.core.yaml import YamlDocument as YamlDocument
from assistant.core.yaml import well_formed

# A document of the case file, as `case.yaml` lists it: what it is, which of its pages no search can read, its
# hashes.


YES = ("yes", "true")

_PAGE = re.compile(r"[1-9][0-9]{0,5}")
_ORIGINAL = re.compile(r"originals/(?!\.\.?\Z)[^/\\\x00-\x1f]+")


class Document(Value):
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
    confirmed: tuple[str, ...] = ()
    """What is odd about its pages, as another name, and was confirmed as of this case when they came."""


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
        unreadable=places_of_ranges(entry.get("unreadable", []), pages) or (),
        recognised=places_of_ranges(entry.get("recognised", []), pages) or (),
        sha256=str(entry.get("sha256", "")),
        original=str(entry.get("original", "")),
        text_sha256=str(entry.get("text_sha256", "")),
        from_pages=str(entry.get("from_pages", "")),
        recognised_by=str(entry.get("recognised_by", "")),
        confirmed=tuple(str(one) for one in entry.get("confirmed", [])),
    )


def document_problems(document: YamlDocument, pages: Mapping[str, int]) -> Iterator[Problem]:
    """What is wrong under `documents`; `pages` says how many pages each file in `records/` has, by its stem."""
    seen: set[str] = set()
    for index, entry in enumerate(document.data["documents"]):
        name = str(entry["id"])
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
            yield Problem(
                f"The document `{shown}` is listed twice.",
                document.where("documents", index),
                "Remove one of the two entries.",
            )
        seen.add(name)
        for key, what, fix in _entry_problems(entry, pages.get(name)):
            yield Problem(what, document.where("documents", index, key), fix)


def _entry_problems(entry: Mapping[str, Any], pages: int | None) -> Iterator[tuple[str, str, str]]:
    """Each wrong key, what is wrong with it, and what to do."""
    if "original" in entry and not _ORIGINAL.fullmatch(str(entry["original"])):
        yield "original", "`original` names no file in originals/.", "Write originals/NAME."
    if "from_pages" in entry and read_list(entry["from_pages"]) is None:
        yield (
            "from_pages",
            "`from_pages` is no page and no range of pages.",
            "Write it as 4-9, or as 12,14-16.",
        )
    lists = {key: places_of_ranges(entry.get(key, []), pages or 0) for key in ("recognised", "unreadable")}
    for key, read_case in lists.items():
        if read_case is None and pages is not None:
            yield key, f"`{key}` is not a list of the document's pages.", f"Its pages are 1 to {pages}."
    if double := sorted(set(lists["recognised"] or ()) & set(lists["unreadable"] or ())):
        yield "unreadable", f"Page {double[0]} is both recognised and unreadable.", "Take it out of one list."


MOST_NAMED = 60
"""How many documents a step of the log lists by name; where a step names none, it is about all."""


class TimelineEntry(Value):
    """A dated fact of the case, as a sentence of the clinical summary, with the page it rests on.

    `kind`, `region` and `side` say what it is about, where the case says so.
    """

    date: PartialDate
    says: str
    evidence: tuple[Evidence, ...]
    kind: str = ""
    region: str = ""
    side: str = ""


class DisputedItem(Value):
    """One refused service. `facts` is what the application says of it (views, quantity, ...)."""

    key: str
    service: str
    region: str
    prompt_set: str
    ur_date: PartialDate | None
    ur_guideline: str
    request_date: PartialDate | None
    facts: Mapping[str, Any]
    evidence: tuple[Evidence, ...] = ()

    @property
    def side(self) -> str:
        """`left` or `right` where only one side is asked for; else empty."""
        said = str(self.facts.get("side", ""))
        return said if said in ("left", "right") else ""

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of the spine that are asked for, as they stand in the case file."""
        return tuple(str(one) for one in self.facts.get("levels", ()))

    @property
    def depends_on(self) -> str:
        """The item without which this one makes no sense; empty where it stands by itself."""
        return str(self.facts.get("depends_on", ""))

    @property
    def requested(self) -> float | None:
        """How much is asked for; None where the case file has no number."""
        return _number(self.facts.get("quantity"), "requested")

    @property
    def certified(self) -> float | None:
        """How much of it the refusal allowed: 0 where nothing is said; None where it allowed something else."""
        allowed = self.facts.get("certified")
        return 0 if allowed is None else _number(allowed, "quantity")

    @property
    def unit(self) -> str:
        held = self.facts.get("quantity")
        return str(held.get("unit", "")) if isinstance(held, Mapping) else ""


def _number(held: Any, name: str) -> float | None:
    value = held.get(name) if isinstance(held, Mapping) else None
    return value if isinstance(value, int | float) else None


class Case(Value):
    """A case as its `case.yaml` states it; `data` is that file's content, for facts by path."""

    id: str
    title: str
    practice: bool
    opening: tuple[str, ...]
    documents: Mapping[str, Document]
    timeline: tuple[TimelineEntry, ...]
    items: Mapping[str, DisputedItem]
    data: Mapping[str, Any]
    provenance: str = ""

    def fact(self, path: str, item: DisputedItem | None = None) -> Any:
        """The fact at `case.x.y` or `item.x`, as the case file has it; None where there is none."""
        root, *rest = path.split(".")
        value: Any = self.data if root == "case" else (item.facts if item is not None else {})
        for name in rest:
            if not isinstance(value, Mapping) or name not in value:
                return None
            value = value[name]
        return value

    @property
    def named_documents(self) -> tuple[str, ...]:
        """Every document, as a step of the log names them all: none where they are too many to be listed each time."""
        return tuple(self.documents) if len(self.documents) <= MOST_NAMED else ()

    @property
    def page_count(self) -> int:
        return sum(document.pages for document in self.documents.values())


def evidence_in_case(data: Any) -> tuple[Evidence, ...]:
    """The page that a fact names: `page: document:number` with an optional `quote`."""
    if not isinstance(data, Mapping) or "page" not in data:
        return ()
    document, _, number = str(data["page"]).rpartition(":")
    return (Evidence(document, int(number), str(data.get("quote", ""))),)


def read_case(document: YamlDocument, pages: Mapping[str, int]) -> Case:
    """The case in a `case.yaml` of the form of `schemas/case.schema.json`; `pages` has the pages of each file in `records/`.

    Raises `Refused` with every problem found that no schema can say: a date that is none, a page that isn't there, a
    document that is listed twice or has no file.
    """
    with well_formed(document.name):
        return _read(document, pages)


def _read(document: YamlDocument, pages: Mapping[str, int]) -> Case:
    data = document.data
    problems = list(_problems(document, pages))
    if problems:
        raise Refused(*problems)
    documents = {
        str(entry["id"]): read_document(entry, pages[str(entry["id"])]) for entry in data["documents"]
    }
    timeline = [
        TimelineEntry(
            _date(entry["date"]),
            str(entry["says"]),
            evidence_in_case(entry),
            *(str(entry.get(name, "")) for name in ("kind", "region", "side")),
        )
        for entry in data["timeline"]
    ]
    return Case(
        id=str(data["id"]),
        title=str(data["title"]),
        practice=str(data.get("practice", "no")) in YES,
        opening=tuple(str(line) for line in data.get("opening", [])),
        documents=documents,
        timeline=tuple(sorted(timeline, key=lambda entry: (entry.date.earliest, entry.date.latest))),
        items={str(key): _item(str(key), entry) for key, entry in data["items"].items()},
        data=data,
        provenance=str(data.get("provenance", "")),
    )


def _item(key: str, data: Mapping[str, Any]) -> DisputedItem:
    refusal = data.get("ur_decision", {})
    return DisputedItem(
        key=key,
        service=str(data["service"]),
        region=str(data["region"]),
        prompt_set=str(data["prompt_set"]),
        ur_date=parse_date(str(refusal.get("date", ""))),
        ur_guideline=str(refusal.get("guideline", "")),
        request_date=parse_date(str(data.get("request_date", ""))),
        facts=data,
        evidence=(*evidence_in_case(data), *evidence_in_case(refusal)),
    )


def _date(raw: Any) -> PartialDate:
    made = parse_date(str(raw))
    assert made is not None  # `_problems` has refused anything else
    return made


def _problems(document: YamlDocument, pages: Mapping[str, int]) -> Iterator[Problem]:
    yield from document_problems(document, pages)
    yield from _page_problems(document, pages)
    yield from _item_problems(document)


def _item_problems(document: YamlDocument) -> Iterator[Problem]:
    """What can't be of what was certified, and of items that depend on others."""
    before: list[str] = []
    for key, item in document.data["items"].items():
        where = document.where("items", key, "certified")
        decision = str(item.get("ur_decision", {}).get("decision", ""))
        requested, certified = (
            _number(item.get("quantity"), "requested"),
            _number(item.get("certified"), "quantity"),
        )
        if certified and decision == "denied":
            yield Problem(
                "What was denied has nothing certified.",
                where,
                "Write `decision: modified`, or leave it out.",
            )
        elif certified is not None and requested is None:
            yield Problem(
                "It is not said how much was requested.",
                where,
                "Add `quantity: {requested: 8, unit: visits}`.",
            )
        elif certified and requested is not None and certified >= requested:
            yield Problem(
                f"{certified:g} of {requested:g} requested is no refusal.",
                where,
                "Less is certified than was requested.",
            )
        parent = str(item.get("depends_on", ""))
        if parent and parent not in before:
            yield Problem(
                f"Item {key} depends on “{one_line(parent, 20)}”, which is no item before it.",
                document.where("items", key, "depends_on"),
                f"The items before it are {', '.join(before) or 'none'}; order them so.",
            )
        before.append(str(key))


_DATES = ("date", "request_date", "received", "application_received", "documents_received")


def _page_problems(document: YamlDocument, pages: Mapping[str, int]) -> Iterator[Problem]:
    stack: list[tuple[tuple[str | int, ...], Any]] = [((), document.data)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, list):
            stack.extend(((*path, index), inner) for index, inner in enumerate(value))
        elif isinstance(value, Mapping):
            stack.extend(((*path, key), inner) for key, inner in value.items())
            if "page" in value:
                name, _, number = str(value["page"]).rpartition(":")
                if name not in pages or not _PAGE.fullmatch(number) or int(number) > pages[name]:
                    yield Problem(
                        f"`{value['page']}` is no page of the case file.",
                        document.where(*path, "page"),
                        "Write document:page, such as progress-note-2014-07-17:1.",
                    )
        elif path and path[-1] in _DATES and str(value) and parse_date(str(value)) is None:
            yield Problem(
                not_a_date(str(value), f"`{value}`"), document.where(*path), "Write it as 2014-07-12."
            )
