"""What was looked for in the record of a session, what was found and set aside, and so what an absence rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.core.absence import HARMLESS
from assistant.core.page_range import Place, places_in
from assistant.log.answer_words import evidence
from assistant.log.entry import Entry
from assistant.log.projected_answers import leaves

Passage = tuple[str, str]
"""A document, and words that stand in it."""


def without_quotes(kind: str, body: dict[str, Any]) -> None:
    """Leaves of each group that a search found its standing and its count: looking up the quotes takes long.

    Where a search had found more than the entry lists, they are needed, and stay.
    """
    if kind == "record.searched" and not body.get("more"):
        groups = body.get("groups") or ()
        body["groups"] = [{"standing": one["standing"], "count": one["count"]} for one in groups]


@dataclass(frozen=True)
class _Search:
    row: dict[str, Any]
    by: str
    terms: tuple[str, ...]
    documents: tuple[str, ...]
    pages: int
    unread: tuple[str, ...]
    hits: int
    harmless: int
    speaking: int
    listed: frozenset[Passage] | None
    """None where the entry lists all that was found."""

    def denied(self, gone: Iterable[Passage]) -> int | None:
        """How many hits are harmless; None where that can't be told, since what was set aside isn't all listed.

        What speaks is listed first, so that all that had no room is harmless where the last that is listed is.
        """
        if self.listed is None:
            return self.harmless
        return self.hits - self.speaking if self.harmless and self.listed.issuperset(gone) else None


class ProjectedSearches:
    """Follows a session's searches; `dismissals` has a row for each passage that was set aside."""

    def __init__(self, prompt_sets: Mapping[str, str]) -> None:
        self.dismissals: list[dict[str, Any]] = []
        self._sets = prompt_sets
        self._all: list[tuple[tuple[str, str], _Search]] = []
        self._held: dict[tuple[str, str], list[_Search]] = {}
        self._dismissed: dict[tuple[str, str], list[Passage]] = {}
        self._by_eye: dict[Place, None] = {}

    def follow(self, entry: Entry) -> None:
        """Takes in the session's next entry."""
        if entry.kind == "record.searched":
            self._searched(entry)
        elif entry.kind == "passages.dismissed":
            self._set_aside(entry)
        elif entry.kind == "pages.read_by_eye":
            self._by_eye = places_in(_texts(entry.body.get("read")))
        elif entry.kind == "case.amended":
            self._by_eye = {}

    def searches(self, answers: Mapping[tuple[str, str], Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """A row for each search; `answers` are those that stand at the end, as the log holds them."""
        for place, made in self._all:
            yield {**made.row, "denied": made.denied(self._gone(place, answers.get(place)))}

    def absence(
        self,
        item: str,
        path: str,
        trail: Mapping[str, Any],
        last: Mapping[str, Any],
        answer: Mapping[str, Any],
    ) -> dict[str, Any]:
        """The row of an answer "not documented": `trail` stands in it, `last` is its last change.

        `answer` is the whole of which it is a part, as the log holds it.
        """
        place = _place(item, path)
        made = self._held.get(place, [])
        denied = [one.denied(self._gone(place, answer)) for one in made]
        own = trail.get("dismissed") or ()
        terms = dict.fromkeys([*(trail.get("terms") or ()), *(term for one in made for term in one.terms)])
        documents = {*(trail.get("documents") or ()), *(name for one in made for name in one.documents)}
        unread = places_in(page for one in made for page in one.unread)
        return {
            "session": last["session"],
            "item": item,
            "prompt": path,
            "prompt_set": self._sets.get(item),
            "seq": last["seq"],
            "ts": last["ts"],
            "terms": ", ".join(terms) or None,
            "documents": len(documents) or None,
            "pages": max([trail.get("pages") or 0, *(one.pages for one in made)]),
            "unread": len(unread),
            "read_by_eye": len(unread.keys() & self._by_eye.keys()),
            "searches": len(made),
            "hits": sum(one.hits for one in made) if made else len(own),
            "denied": None if None in denied else sum(one or 0 for one in denied),
            "cited": sum(bool(one.get("quote")) for one in evidence(answer)),
            "dismissed": len(self._dismissed.get(place, own)),
            "attested": int(bool(trail.get("attested"))),
        }

    def _searched(self, entry: Entry) -> None:
        body = entry.body
        terms, documents, unread = (_texts(body.get(name)) for name in ("terms", "documents", "unread"))
        by, pages, hits = str(body.get("by") or ""), int(body.get("pages") or 0), int(body.get("hits") or 0)
        groups = body.get("groups") or ()
        harmless = sum(one["count"] for one in groups if one["standing"] in HARMLESS)
        row = {
            **self._row(entry),
            "searched_by": by.replace("_", " "),
            "terms": ", ".join(terms) or None,
            "documents": ", ".join(documents) or None,
            "pages": pages,
            "unread": ", ".join(unread) or None,
            "hits": hits,
        }
        made = _Search(
            row=row,
            by=by,
            terms=terms,
            documents=documents,
            pages=pages,
            unread=unread,
            hits=hits,
            harmless=harmless,
            speaking=sum(one["count"] for one in groups) - harmless,
            listed=frozenset(map(_passage, groups)) if body.get("more") else None,
        )
        place = _place(body.get("item"), body.get("prompt"))
        held = self._held.setdefault(place, [])
        if by != "reviewer":  # the question's own search takes the place of an earlier one
            held[:] = [one for one in held if one.by == "reviewer"]
        held.append(made)
        self._all.append((place, made))

    def _set_aside(self, entry: Entry) -> None:
        place = _place(entry.body.get("item"), entry.body.get("prompt"))
        for n, one in enumerate(entry.body.get("dismissed") or (), 1):
            self._dismissed.setdefault(place, []).append(_passage(one))
            self.dismissals.append(
                {
                    **self._row(entry),
                    "n": n,
                    "page": f"{one.get('document')}:{one.get('page')}",
                    "quote": one.get("quote"),
                    "reason": one.get("reason"),
                }
            )

    def _gone(self, place: tuple[str, str], answer: Mapping[str, Any] | None) -> Iterator[Passage]:
        """What was set aside for a question, in the conversation or with its answer."""
        yield from self._dismissed.get(place, ())
        for _, leaf in leaves(answer or {}, ""):
            for one in (leaf.get("search") or {}).get("dismissed") or ():
                yield _passage(one)

    def _row(self, entry: Entry) -> dict[str, Any]:
        item = str(entry.body.get("item"))
        return {
            "session": entry.session,
            "seq": entry.seq,
            "ts": entry.ts,
            "item": item,
            "prompt": str(entry.body.get("prompt")),
            "prompt_set": self._sets.get(item),
        }


def _place(item: object, path: object) -> tuple[str, str]:
    return str(item), str(path).split(".", 1)[0]


def _passage(one: Mapping[str, Any]) -> Passage:
    return str(one.get("document")), str(one.get("quote"))


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())
