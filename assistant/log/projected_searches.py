"""What was looked for in the record of a session, what was found and set aside, and so what an absence rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assistant.log.entry import Entry


@dataclass(frozen=True)
class _Search:
    by: str
    terms: tuple[str, ...]
    documents: tuple[str, ...]
    pages: int
    unread: tuple[str, ...]
    hits: int


class ProjectedSearches:
    """Follows a session's searches; `searches` and `dismissals` have a row for each."""

    def __init__(self, prompt_sets: Mapping[str, str]) -> None:
        self.searches: list[dict[str, Any]] = []
        self.dismissals: list[dict[str, Any]] = []
        self._sets = prompt_sets
        self._held: dict[tuple[str, str], list[_Search]] = {}
        self._dismissed: dict[tuple[str, str], int] = {}
        self._by_eye: frozenset[str] = frozenset()

    def follow(self, entry: Entry) -> None:
        """Takes in the session's next entry."""
        if entry.kind == "record.searched":
            self._searched(entry)
        elif entry.kind == "passages.dismissed":
            self._set_aside(entry)
        elif entry.kind == "pages.read_by_eye":
            self._by_eye = frozenset(_texts(entry.body.get("read")))
        elif entry.kind == "case.amended":
            self._by_eye = frozenset()

    def absence(
        self, item: str, path: str, trail: Mapping[str, Any], last: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The row of an answer "not documented": `trail` stands in the answer, `last` is its last change."""
        place = _place(item, path)
        made = self._held.get(place, [])
        own = trail.get("dismissed") or ()
        terms = dict.fromkeys([*(trail.get("terms") or ()), *(term for one in made for term in one.terms)])
        documents = {*(trail.get("documents") or ()), *(name for one in made for name in one.documents)}
        unread = {page for one in made for page in one.unread}
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
            "read_by_eye": len(unread & self._by_eye),
            "searches": len(made),
            "hits": sum(one.hits for one in made) or len(own),
            "dismissed": self._dismissed.get(place, 0) or len(own),
            "attested": int(bool(trail.get("attested"))),
        }

    def _searched(self, entry: Entry) -> None:
        body = entry.body
        made = _Search(
            by=str(body.get("by") or ""),
            terms=_texts(body.get("terms")),
            documents=_texts(body.get("documents")),
            pages=int(body.get("pages") or 0),
            unread=_texts(body.get("unread")),
            hits=int(body.get("hits") or 0),
        )
        held = self._held.setdefault(_place(body.get("item"), body.get("prompt")), [])
        if made.by != "reviewer":  # the question's own search takes the place of an earlier one
            held[:] = [one for one in held if one.by == "reviewer"]
        held.append(made)
        self.searches.append(
            {
                **self._row(entry),
                "searched_by": made.by.replace("_", " "),
                "terms": ", ".join(made.terms) or None,
                "documents": ", ".join(made.documents) or None,
                "pages": made.pages,
                "unread": ", ".join(made.unread) or None,
                "hits": made.hits,
            }
        )

    def _set_aside(self, entry: Entry) -> None:
        place = _place(entry.body.get("item"), entry.body.get("prompt"))
        for n, one in enumerate(entry.body.get("dismissed") or (), 1):
            self._dismissed[place] = self._dismissed.get(place, 0) + 1
            self.dismissals.append(
                {
                    **self._row(entry),
                    "n": n,
                    "page": f"{one.get('document')}:{one.get('page')}",
                    "quote": one.get("quote"),
                    "reason": one.get("reason"),
                }
            )

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


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(str(value) for value in values or ())
