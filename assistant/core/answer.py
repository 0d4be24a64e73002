"""An answer: its status, its value, the pages or the search behind it.

A group (red flags) or a list (studies) has parts, each an answer of its own. The status is not part of
the value, and only a given answer has a value: "not documented" is never the same as "no".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

import msgspec

from assistant.core.text import Private
from assistant.core.value import Value, replace


class Status(StrEnum):
    """What kind of answer was given."""

    GIVEN = "given"
    NOT_DOCUMENTED = "not_documented"
    UNCLEAR = "unclear"


STATUS_WORDS = {"given": "answered", "not_documented": "not documented", "unclear": "unclear"}


class Evidence(Value):
    """A passage of the case file: `start` is its offset in the page's text, counted from 0."""

    document: str
    page: int
    quote: str = ""
    start: int | None = None

    def __str__(self) -> str:
        return f"{self.document}:{self.page}"


class Dismissed(Value):
    """A passage that a search found and the reviewer set aside, with the reason."""

    document: str
    page: int
    quote: str
    reason: str


class Trail(Value):
    """Where something was looked for and not found: terms, documents, the number of pages, attestation."""

    documents: tuple[str, ...] = ()
    pages: int = 0
    attested: bool = False
    terms: tuple[str, ...] = ()
    dismissed: tuple[Dismissed, ...] = ()


WRITTEN = frozenset({"value", "status", "evidence", "search", "note"})
"""The keys under which an answer is written."""


class Answer(Value):
    """One answer. `parts` is set for groups (by name) and lists of objects (by "1", "2", ...).

    A list is `closed` once the reviewer has said that nothing is to be added. `value` is a scalar or a
    list of scalars and is None unless the status is given.
    """

    status: Status = Status.GIVEN
    value: Any = None
    parts: Mapping[str, Answer] | None = None
    closed: bool = True
    evidence: tuple[Evidence, ...] = ()
    search: Trail | None = None
    note: str = ""
    listing: bool = msgspec.field(default=False)

    @property
    def given(self) -> bool:
        return self.status is Status.GIVEN

    def plain(self) -> Any:
        """The value as JSON: of a group its given parts by name, of a list its elements in order."""
        if self.parts is None:
            return self.value
        if self.listing:
            return [part.plain() for part in self.parts.values()]
        return {name: part.plain() for name, part in self.parts.items() if part.given}

    def leaves(self, path: str = "") -> Iterator[tuple[str, Answer]]:
        """Every answer without parts, with its path below this one (`""` for the answer itself)."""
        if self.parts is None:
            yield path, self
            return
        for name, part in self.parts.items():
            yield from part.leaves(f"{path}.{name}" if path else name)

    def all_evidence(self) -> tuple[Evidence, ...]:
        """The evidence of the answer and of all its parts, each passage once, in order."""
        if not self.parts:
            return self.evidence if len(self.evidence) < 2 else tuple(dict.fromkeys(self.evidence))
        found = list(self.evidence)
        for part in self.parts.values():
            found.extend(part.all_evidence() if part.parts else part.evidence)
        return tuple(dict.fromkeys(found))


def same_content(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same, whatever they rest on."""
    return [(path, leaf.status, leaf.value) for path, leaf in one.leaves()] == [
        (path, leaf.status, leaf.value) for path, leaf in other.leaves()
    ] and (one.listing, one.closed) == (other.listing, other.closed)


def group(parts: Mapping[str, Answer], **more: Any) -> Answer:
    """A group of answers; its status follows from theirs."""
    return Answer(status=_joint(parts), parts=dict(parts), **more)


def listing(elements: list[Answer], closed: bool = True, **more: Any) -> Answer:
    """A list of groups, numbered from "1"; an empty list is a value like any other."""
    parts = {str(number): element for number, element in enumerate(elements, 1)}
    return Answer(parts=parts, closed=closed, listing=True, **more)


def with_part(answer: Answer | None, path: tuple[str, ...], part: Answer | None, is_list: bool) -> Answer:
    """`answer` with the part at `path` set (or removed, where `part` is None); made where it was missing."""
    held = dict(answer.parts or {}) if answer is not None else {}
    name, rest = path[0], path[1:]
    if rest:
        held[name] = with_part(held.get(name), rest, part, False)
    elif part is None:
        held.pop(name, None)
    else:
        held[name] = part
    if is_list:
        held = {str(number): element for number, element in enumerate(held.values(), 1)}
        return Answer(
            parts=held,
            closed=False,
            listing=True,
            evidence=answer.evidence if answer else (),
            note=answer.note if answer else "",
        )
    base = answer if answer is not None and answer.parts is not None else Answer()
    return replace(base, status=_joint(held), value=None, parts=held)


def _joint(parts: Mapping[str, Answer]) -> Status:
    statuses = {part.status for part in parts.values()}
    if Status.GIVEN in statuses or not statuses:
        return Status.GIVEN
    return Status.NOT_DOCUMENTED if statuses == {Status.NOT_DOCUMENTED} else Status.UNCLEAR


def to_json(answer: Answer) -> dict[str, Any]:
    """The answer as the log and the JSON outputs hold it; free text stays `Private`."""
    result: dict[str, Any] = {"status": answer.status.value}
    if answer.parts is not None:
        result["parts"] = {name: to_json(part) for name, part in answer.parts.items()}
        if answer.listing:
            result["list"] = True
            result["closed"] = answer.closed
    elif answer.given:
        result["value"] = {"decimal": repr(answer.value)} if isinstance(answer.value, float) else answer.value
    if answer.evidence:
        result["evidence"] = [evidence_to_json(item) for item in answer.evidence]
    if answer.search is not None:
        result["search"] = trail_to_json(answer.search)
    if answer.note:
        result["note"] = Private(answer.note)
    return result


_SCALAR = (str, int, float, type(None))


def fitting(value: object, kind: type | tuple[type, ...]) -> Any:
    """The value, which is of this kind; raises `TypeError` for another."""
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def all_of(values: object, kind: type) -> tuple[Any, ...]:
    """The values of a list, which are all of this kind; raises `TypeError` otherwise."""
    return tuple(fitting(one, kind) for one in fitting(values, (list, tuple)))


def from_json(data: Mapping[str, Any]) -> Answer:
    """The answer that `to_json` wrote; raises `TypeError`, `ValueError` or `KeyError` for anything else."""
    parts = data.get("parts")
    value = data.get("value")
    if isinstance(value, dict) and set(value) == {"decimal"}:
        value = float(value["decimal"])
    for one in value if isinstance(value, list) else (value,):
        fitting(one, _SCALAR)
    search = data.get("search")
    return Answer(
        status=Status(data["status"]),
        value=value,
        parts=None if parts is None else {name: from_json(part) for name, part in _in_order(parts, data)},
        closed=bool(data.get("closed", True)),
        evidence=tuple(evidence_from_json(item) for item in data.get("evidence", ())),
        search=None if search is None else trail_from_json(search),
        note=fitting(data.get("note", ""), str),
        listing=bool(data.get("list", False)),
    )


def evidence_to_json(item: Evidence) -> dict[str, Any]:
    result: dict[str, Any] = {"document": item.document, "page": item.page}
    if item.quote:
        result["quote"] = Private(item.quote)
    if item.start is not None:
        result["start"] = item.start
    return result


def evidence_from_json(data: Mapping[str, Any]) -> Evidence:
    start = data.get("start")
    return Evidence(
        fitting(data["document"], str),
        fitting(data["page"], int),
        fitting(data.get("quote", ""), str),
        None if start is None else fitting(start, int),
    )


def trail_to_json(trail: Trail) -> dict[str, Any]:
    result: dict[str, Any] = {
        "terms": [Private(term) for term in trail.terms],
        "documents": list(trail.documents),
        "pages": trail.pages,
        "attested": trail.attested,
    }
    if trail.dismissed:
        result["dismissed"] = [dismissed_to_json(one) for one in trail.dismissed]
    return result


def trail_from_json(data: Mapping[str, Any]) -> Trail:
    return Trail(
        documents=all_of(data.get("documents", ()), str),
        pages=fitting(data.get("pages", 0), int),
        attested=bool(data.get("attested", False)),
        terms=all_of(data.get("terms", ()), str),
        dismissed=tuple(dismissed_from_json(one) for one in data.get("dismissed", ())),
    )


def dismissed_to_json(one: Dismissed) -> dict[str, Any]:
    return {
        "document": one.document,
        "page": one.page,
        "quote": Private(one.quote),
        "reason": Private(one.reason),
    }


def dismissed_from_json(data: Mapping[str, Any]) -> Dismissed:
    return Dismissed(
        fitting(data["document"], str),
        fitting(data["page"], int),
        fitting(data["quote"], str),
        fitting(data["reason"], str),
    )


def _in_order(parts: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if data.get("list"):
        yield from sorted(parts.items(), key=lambda item: int(item[0]))
    else:
        yield from parts.items()
