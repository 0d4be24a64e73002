"""A session as a list of changes, for auditors: what stood there, what was put in its place, and why.

The log keeps events; an auditor asks for old and new values. They are worked out here from the
events before, by the same reading for every kind, so that an unknown kind still shows all it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from assistant.log.entry import Entry
from assistant.log.projected_answers import StandingAnswers

_APART = ("item", "prompt", "reason", "because", "says")
_CHANGES = frozenset({"answer.recorded", "answer.amended", "answer.withdrawn", "evidence.cited"})
_OF_ANSWERS = _CHANGES | {"answer.set_aside", "answer.restored"}


def timeline(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """The entries of one session, from its first, as `imr log show --json` gives them.

    Each is {seq, kind, ts, actor, item, prompt, old, new, reason, hash, prev}. `old` and `new` are
    the answer of a prompt, the decision on an item, the ruling on a criterion or the text of a
    sentence before and after; of other kinds, `new` is what the entry holds. Absent is None.
    """
    values = _Values()
    rows = []
    for entry in entries:
        body = entry.body
        old, new = values.change(entry)
        rows.append(
            {
                "seq": entry.seq,
                "kind": entry.kind,
                "ts": entry.ts,
                "actor": entry.actor,
                "item": _text(body.get("item")),
                "prompt": _text(body.get("prompt")),
                "old": old,
                "new": new,
                "reason": _reason(body),
                "hash": entry.leaf,
                "prev": entry.prev,
            }
        )
    return rows


def is_answer(value: object) -> bool:
    """Whether an old or new value is an answer: it has a status, and a value, parts, a trail or nothing beside it."""
    known = {"status", "value", "parts", "list", "closed", "evidence", "search", "note"}
    return isinstance(value, Mapping) and "status" in value and set(value) <= known


class _Values:
    """What stands at each place of a session so far."""

    def __init__(self) -> None:
        self._answers = StandingAnswers()
        self._standing: dict[tuple[str, ...], Any] = {}

    def change(self, entry: Entry) -> tuple[Any, Any]:
        """The old and the new value that an event stands for."""
        kind, body = entry.kind, entry.body
        item, path = str(body.get("item")), str(body.get("prompt"))
        before = self._answers.at(item, path) if kind in _OF_ANSWERS else None
        self._answers.change(entry)
        if kind in _CHANGES:
            return before, self._answers.at(item, path)
        if kind == "answer.set_aside":
            return before, None
        if kind == "answer.restored":
            return None, before
        if kind == "criterion.ruled":
            criterion = body.get("criterion")
            ruling = {"criterion": criterion, "ruling": body.get("ruling")}
            return self._put(("ruling", item, str(criterion)), ruling)
        if kind == "determination.recorded":
            return self._put(("determination", item), body.get("decision"))
        if kind == "suggestion.shown":
            return self._put(("suggestion", item), {part: body.get(part) for part in ("decision", "why")})
        if kind == "sentence.edited":
            sentence = body.get("sentence")
            was = {"sentence": sentence, "text": body.get("was")}
            return was, {"sentence": sentence, "text": body.get("text")}
        return None, {part: value for part, value in body.items() if part not in _APART} or None

    def _put(self, place: tuple[str, ...], value: Any) -> tuple[Any, Any]:
        old = self._standing.get(place)
        self._standing[place] = value
        return old, value


def _reason(body: Mapping[str, Any]) -> str | None:
    for part in ("reason", "because", "says"):
        reason = body.get(part)
        if isinstance(reason, list):
            reason = "; ".join(str(each) for each in reason)
        if reason:
            return str(reason)
    return None


def _text(value: object) -> str | None:
    return None if value is None else str(value)
