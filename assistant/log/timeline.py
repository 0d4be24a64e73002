"""A session as a list of changes, for auditors: what stood there, what was put in its place, and why.

The log keeps events; an auditor asks for old and new values. They are worked out here from the
events before, by the same reading for every kind, so that an unknown kind still shows all it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS
from assistant.log.entry import Entry
from assistant.log.projection_answers import CurrentAnswers, answer_words, value_words

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
        self._answers = CurrentAnswers()
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


# What a logged step says, in words for a list: the change where there is one, else what its kind makes of it.


def step_words(kind: str, old: Any, new: Any) -> str:
    """The old and the new value of a row of the timeline: `partial -> not documented`, or only the new one."""
    say = _SAYING.get(kind, _plain)
    after = say(new)
    return after if old is None else f"{say(old) or '(nothing)'} -> {after or '(nothing)'}"


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if is_answer(value):
        return answer_words(value)
    if isinstance(value, Mapping):
        return "; ".join(f"{str(name).replace('_', ' ')}: {value_words(one)}" for name, one in value.items())
    return value_words(value)


def _decision(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get("decision")
    return DECISION_WORDS.get(value, value_words(value)) if isinstance(value, str) else value_words(value)


def _suggestion(value: Any) -> str:
    if not isinstance(value, Mapping):
        return _plain(value)
    decision = value.get("decision")
    words = (
        DECISION_WORDS.get(decision, value_words(decision))
        if decision is None or isinstance(decision, str)
        else ""
    )
    return f"{words} ({value_words(value.get('why'))})"


def _opened(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    items, documents = held.get("items"), held.get("documents")
    if not isinstance(items, Mapping) or not isinstance(documents, Mapping):
        return _plain(value)
    pages = sum(int(one.get("pages", 0)) for one in documents.values() if isinstance(one, Mapping))
    said = [f"{held.get('mode')} review, version {held.get('tool')}"]
    said.append(f"{_count(len(documents), 'document')}, {_count(pages, 'page')}")
    said += [f"item {key}: {name}" for key, name in items.items()]
    if held.get("decide_first"):
        said.append("decides before the suggestion is shown")
    return "; ".join(said)


def _signed(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    outcome = held.get("outcome")
    said = [OUTCOME_WORDS.get(outcome, value_words(outcome))] if isinstance(outcome, str) else []
    said += [f"letter {str(held['letter'])[:12]}"] if held.get("letter") else []
    return "; ".join([*said, *([str(held["statement"])] if held.get("statement") else [])])


def _shown(value: Any) -> str:
    return "gone to on purpose" if isinstance(value, Mapping) and value.get("chosen") else ""


def _page(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    return f"{held.get('document')}:{held.get('page')}"


def _looked(value: Any) -> str:
    early = isinstance(value, Mapping) and value.get("early")
    return "before the questions were answered" if early else ""


def _ruling(value: Any) -> str:
    return f"{value.get('criterion')}: {value.get('ruling')}" if isinstance(value, Mapping) else _plain(value)


def _sentence(value: Any) -> str:
    return value_words(value.get("text")) if isinstance(value, Mapping) else _plain(value)


def _raised(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    facts = "; ".join(str(fact) for fact in held.get("facts") or ())
    return " ".join(
        part for part in (f"{held.get('check')}: {held.get('message')}", facts and f"({facts})") if part
    )


def _acknowledged(value: Any) -> str:
    return str(value.get("check")) if isinstance(value, Mapping) else _plain(value)


def _attested(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    named = len(held.get("documents") or ())
    where = f"{_count(named, 'document') if named else 'all documents'}, {_count(int(held.get('pages') or 0), 'page')}"
    return f"looked for in {where} and not found: {', '.join(map(str, held.get('prompts') or ()))}"


def _searched(value: Any) -> str:
    held = value if isinstance(value, Mapping) else {}
    terms = ", ".join(str(term) for term in held.get("terms") or ()) or "nothing"
    named = len(held.get("documents") or ())
    where = f"{_count(named, 'document') if named else 'all documents'}, {_count(int(held.get('pages') or 0), 'page')}"
    unread = held.get("unread") or ()
    said = f"{terms}; in {where}; {_count(int(held.get('hits') or 0), 'hit')}"
    return said + (f"; unreadable: {', '.join(map(str, unread))}" if unread else "")


def _dismissed(value: Any) -> str:
    held = value.get("dismissed") if isinstance(value, Mapping) else None
    return "; ".join(
        f'{one.get("document")}:{one.get("page")} "{one.get("quote")}" ({one.get("reason")})'
        for one in held or ()
    )


def _rejected(value: Any) -> str:
    """What was typed. What was said of it is the step's reason."""
    held = value if isinstance(value, Mapping) else {}
    typed = str(held.get("input") or "")
    if held.get("digest"):  # too long to be kept whole
        return f'not accepted: {held.get("length")} bytes that begin "{typed}"'
    return f'not accepted: "{typed}"' if typed else "not accepted: nothing was typed"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


_SAYING: Mapping[str, Callable[[Any], str]] = {
    "session.opened": _opened,
    "session.signed": _signed,
    "prompt.shown": _shown,
    "page.opened": _page,
    "answer.rejected": _rejected,
    "findings.opened": _looked,
    "suggestion.shown": _suggestion,
    "criterion.ruled": _ruling,
    "determination.first": _decision,
    "determination.recorded": _decision,
    "sentence.edited": _sentence,
    "check.raised": _raised,
    "check.acknowledged": _acknowledged,
    "absences.attested": _attested,
    "record.searched": _searched,
    "passages.dismissed": _dismissed,
}
