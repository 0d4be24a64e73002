"""The answers of a session, as the reports ask for them: what stands, how it came so, and what an absence rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from assistant.core.answer import (
    Answer,
    Evidence,
    Status,
    Trail,
    evidence_from_json,
    from_json,
    to_json,
    trail_to_json,
    with_part,
)
from assistant.core.problem import refuse
from assistant.core.record.absence import HARMLESS
from assistant.core.record.pages import PagePlace, places_in
from assistant.log.entry import Entry

# An answer as the log holds it, in words that fit a line: what was given, and what was not.


_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def answer_words(answer: object) -> str:
    """The value, or the status that stands in its place; of a group its parts, of a list its elements.

    The parts that say nothing are named at the end, by status: `tumor: no; not documented: fracture, infection`.
    """
    if not isinstance(answer, Mapping):
        return value_words(answer)
    parts = answer.get("parts")
    if isinstance(parts, Mapping):
        return _listed(parts) if answer.get("list") else _grouped(parts)
    status = str(answer.get("status", "given"))
    if status == "given" and "value" in answer:
        return value_words(answer["value"])
    return status.replace("_", " ")


def value_words(value: object) -> str:
    """A value in words: `flexion, extension`, `yes`, `no complication`; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if set(value) == {"decimal"}:
            return str(value["decimal"])
        return "; ".join(f"{_name(name)}: {value_words(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_words(inner) for inner in value)
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def pages(answer: object) -> list[str]:
    """The pages that an answer and its parts rest on, as `document:page`, each once."""
    return list(dict.fromkeys(f"{one.get('document')}:{one.get('page')}" for one in evidence(answer)))


def evidence(answer: object) -> Iterator[Mapping[str, Any]]:
    """The passages that an answer and its parts rest on."""
    if not isinstance(answer, Mapping):
        return
    for one in answer.get("evidence") or ():
        if isinstance(one, Mapping):
            yield one
    for part in (answer.get("parts") or {}).values():
        yield from evidence(part)


def _listed(parts: Mapping[str, Any]) -> str:
    numbered = sorted(parts, key=lambda name: (len(name), name))
    if len(numbered) == 1:
        return answer_words(parts[numbered[0]])
    return " | ".join(f"{name}) {answer_words(parts[name])}" for name in numbered) or "none"


def _grouped(parts: Mapping[str, Any]) -> str:
    said, silent = [], dict[str, list[str]]()
    for name, part in parts.items():
        status = str(part.get("status", "given")) if isinstance(part, Mapping) else "given"
        if status == "given" or (isinstance(part, Mapping) and part.get("parts")):
            said.append(f"{_name(name)}: {answer_words(part)}")
        else:
            silent.setdefault(status, []).append(_name(name))
    for status, names in silent.items():
        said.append(f"{status.replace('_', ' ')}: {', '.join(names)}")
    return "; ".join(said)


def _name(name: str) -> str:
    return str(name).replace("_", " ")


_CHANGING = frozenset(
    "answer.recorded answer.amended answer.withdrawn evidence.cited absences.attested case.amended".split()
)

Place = tuple[str, str]
"""An item (or `case`) and a prompt."""

Absence = tuple[str, str, Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]
"""Of an answer "not documented": item, path, search trail, last change, and the whole answer of which it is a part."""


class CurrentAnswers:
    """What stands at each prompt so far; parts are put into the answer that they belong to.

    An answer is kept as the log has it until a part of it is asked for or changed, which few ever are.
    """

    def __init__(self) -> None:
        self.logged: dict[Place, Mapping[str, Any]] = {}
        self._made: dict[Place, Answer] = {}

    @property
    def answers(self) -> dict[Place, Answer]:
        """Every answer by its place."""
        return {place: self._answer(place) for place in self.logged}

    def at(self, item: str, path: str) -> Mapping[str, Any] | None:
        """The answer of a prompt, or of a part of one (`red_flags.tumor`), as the log holds answers; or None."""
        root, *rest = path.split(".")
        found: Any = self.logged.get((item, root))
        for name in rest:
            parts = found.get("parts") if found is not None else None
            found = parts.get(name) if isinstance(parts, Mapping) else None
        return found if isinstance(found, Mapping) else None

    def change(self, entry: Entry) -> None:
        """Takes in one entry; kinds that change no answer are passed over. Raises `Refused` for a damaged one."""
        body, kind = entry.body, entry.kind
        if kind not in _CHANGING:
            return
        item, path = str(body.get("item")), str(body.get("prompt"))
        try:
            if kind in ("answer.recorded", "answer.amended"):
                self._put(item, path, body["answer"])
            elif kind == "answer.withdrawn":
                self._put(item, path, None)
            elif kind == "evidence.cited":
                self._cite(item, path, evidence_from_json(body["evidence"]))
            elif kind == "absences.attested":
                self._attest(body)
            elif kind == "case.amended":
                self._unattest()
        except (KeyError, TypeError, ValueError, AttributeError):
            where = f"{entry.session}, entry {entry.seq}"
            raise refuse("The log holds a damaged entry.", where, "Run `imr log verify`.") from None

    def _answer(self, place: Place) -> Answer:
        if place not in self._made:
            self._made[place] = from_json(self.logged[place])
        return self._made[place]

    def _keep(self, place: Place, answer: Answer) -> None:
        self._made[place], self.logged[place] = answer, to_json(answer)

    def _put(self, item: str, path: str, logged: Mapping[str, Any] | None) -> None:
        root, *rest = path.split(".")
        place = item, root
        if rest and (logged is not None or place in self.logged):
            held = self._answer(place) if place in self.logged else None
            listing = held.listing if held is not None and held.parts is not None else rest[0].isdecimal()
            part = None if logged is None else from_json(logged)
            self._keep(place, with_part(held, tuple(rest), part, listing))
            return
        self._made.pop(place, None)
        self.logged.pop(place, None)
        if logged is not None:
            if not isinstance(logged, Mapping) or "status" not in logged:
                raise ValueError(logged)
            self.logged[place] = logged

    def _cite(self, item: str, path: str, evidence: Evidence) -> None:
        root, *rest = path.split(".")
        place = item, root
        if place in self.logged:
            self._keep(place, _with_evidence(self._answer(place), rest, evidence))

    def _attest(self, body: Mapping[str, Any]) -> None:
        for named in body.get("prompts") or ():
            item, _, path = str(named).partition("/")
            leaf = self.at(item, path)
            if leaf is not None and leaf["status"] == Status.NOT_DOCUMENTED:
                trail = leaf.get("search") or trail_to_json(Trail())
                own = {"documents": body.get("documents") or [], "pages": body.get("pages") or 0}
                trail = {**trail, **{name: trail.get(name) or value for name, value in own.items()}}
                self._replace(item, path, {**leaf, "search": {**trail, "attested": True}})

    def _unattest(self) -> None:
        for (item, prompt), answer in list(self.logged.items()):
            for path, leaf in list(leaves(answer, prompt)):
                if (leaf.get("search") or {}).get("attested"):
                    self._replace(item, path, {**leaf, "search": {**leaf["search"], "attested": False}})

    def _replace(self, item: str, path: str, leaf: Mapping[str, Any]) -> None:
        root, *rest = path.split(".")
        self._made.pop((item, root), None)
        self.logged[item, root] = _with_leaf(self.logged[item, root], rest, leaf)


class ProjectedAnswers:
    """Follows a session's answers; `changes` has a row for each change, `rows` what stands at the end.

    `late` are those of the changes that came after the suggestion for their item had been shown.
    """

    def __init__(self, prompt_sets: Mapping[str, str]) -> None:
        self.standing = CurrentAnswers()
        self.changes: list[dict[str, Any]] = []
        self.late: list[dict[str, Any]] = []
        self.from_file = False
        self._sets = prompt_sets
        self._last: dict[Place, dict[str, Any]] = {}
        self._counts: dict[Place, int] = {}
        self._words: dict[Place, str] = {}
        self._aside: set[Place] = set()
        self._suggested: set[str] = set()
        self._withdrawn: dict[Place, list[dict[str, Any]]] = {}

    def follow(self, entry: Entry) -> None:
        """Takes in the session's next entry."""
        if entry.kind == "suggestion.shown":
            self._suggested.add(str(entry.body.get("item")))
        if not entry.kind.startswith("answer.") or entry.kind == "answer.rejected":
            self.standing.change(entry)
            return
        item, path = str(entry.body.get("item")), str(entry.body.get("prompt"))
        place = item, path.split(".", 1)[0]
        old = self._said(item, path)
        self.standing.change(entry)
        given = entry.body.get("answer")
        if place[1] == path and given is not None:
            self._words[place] = answer_words(given)
        else:
            self._words.pop(place, None)
        new, what = self._said(item, path), entry.kind.removeprefix("answer.")
        if what in ("set_aside", "restored"):
            old, new = (old, None) if what == "set_aside" else (None, new)
            (self._aside.add if what == "set_aside" else self._aside.discard)(place)
        else:
            self._aside.discard(place)
        origin = str(entry.body.get("origin", ""))
        self.from_file = self.from_file or origin == "file"
        row = {
            "session": entry.session,
            "seq": entry.seq,
            "ts": entry.ts,
            "item": item,
            "prompt": path,
            "prompt_set": self._sets.get(item),
            "what": what.replace("_", " "),
            "old": old,
            "new": new,
            "reason": _reason(entry.body),
            "origin": origin,
            "evidence": None if new is None else _pages(given),
        }
        self.changes.append(row)
        if item in self._suggested:
            self._follow_late(place, {**row}, what)
        self._last[place] = row
        self._counts[place] = self._counts.get(place, 0) + 1

    def _follow_late(self, place: Place, row: dict[str, Any], what: str) -> None:
        """An answer that is recorded where one was withdrawn stands in the row of the withdrawal."""
        if what == "recorded":
            for withdrawn in self._withdrawn.get(place, ()):
                withdrawn["new"] = self._said(place[0], withdrawn["prompt"])
        elif what in ("amended", "withdrawn"):
            self.late.append(row)
            open_rows = [one for one in self._withdrawn.get(place, ()) if one["prompt"] != row["prompt"]]
            self._withdrawn[place] = [*open_rows, row] if what == "withdrawn" else open_rows

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for each prompt that has an answer, set aside or not."""
        for (item, prompt), answer in self.standing.logged.items():
            last = self._last.get((item, prompt))
            if last is None:
                continue
            yield {
                "session": last["session"],
                "item": item,
                "prompt": prompt,
                "prompt_set": self._sets.get(item),
                "answered": answer["status"],
                "value": self._said(item, prompt),
                "evidence": _pages(answer),
                "note": answer.get("note") or None,
                "origin": last["origin"],
                "changes": self._counts[item, prompt] - 1,
                "set_aside": int((item, prompt) in self._aside),
                "seq": last["seq"],
                "ts": last["ts"],
            }

    def _said(self, item: str, path: str) -> str | None:
        """What stands at a prompt or a part of one, in words."""
        held = self._words.get((item, path))
        if held is None:
            answer = self.standing.at(item, path)
            if answer is None:
                return None
            held = answer_words(answer)
            if "." not in path:
                self._words[item, path] = held
        return held

    def disagreements(self) -> Iterator[dict[str, Any]]:
        """A row for each two items that were asked the same question and answered it differently."""
        said: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows():
            if row["item"] != "case" and not row["set_aside"]:
                said.setdefault(row["prompt"], []).append(row)
        for prompt, rows in said.items():
            for one, other in combinations(sorted(rows, key=lambda row: str(row["item"])), 2):
                if one["value"] != other["value"]:
                    yield {
                        "session": one["session"],
                        "prompt": prompt,
                        "item": one["item"],
                        "answer": one["value"],
                        "other_item": other["item"],
                        "other_answer": other["value"],
                        "prompt_set": one["prompt_set"],
                    }

    def absences(self) -> Iterator[Absence]:
        """Each answer "not documented" that is not set aside."""
        for (item, prompt), answer in self.standing.logged.items():
            last = self._last.get((item, prompt))
            if last is None or (item, prompt) in self._aside:
                continue
            for path, leaf in leaves(answer, prompt):
                if leaf["status"] == Status.NOT_DOCUMENTED:
                    yield item, path, leaf.get("search") or {}, last, answer


def _pages(answer: object) -> str | None:
    return ", ".join(pages(answer)) or None


def _reason(body: Mapping[str, Any]) -> str | None:
    reason = body.get("reason")
    if not reason and body.get("because"):
        because = body["because"]
        named = because if isinstance(because, str) else "; ".join(str(one) for one in because)
        reason = f"because of {named}"
    return str(reason) if reason else None


def _with_evidence(answer: Answer, path: Sequence[str], evidence: Evidence) -> Answer:
    if not path:
        return replace(answer, evidence=(*answer.evidence, evidence))
    parts = dict(answer.parts or {})
    if path[0] in parts:
        parts[path[0]] = _with_evidence(parts[path[0]], path[1:], evidence)
    return replace(answer, parts=parts)


def _with_leaf(answer: Mapping[str, Any], path: Sequence[str], leaf: Mapping[str, Any]) -> Mapping[str, Any]:
    if not path:
        return leaf
    parts = answer["parts"]
    return {**answer, "parts": {**parts, path[0]: _with_leaf(parts[path[0]], path[1:], leaf)}}


def leaves(answer: Mapping[str, Any], path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every answer without parts in one that the log holds, with its path, which begins with `path`."""
    parts = answer.get("parts")
    if parts is None:
        yield path, answer
        return
    for name, part in parts.items():
        yield from leaves(part, f"{path}.{name}")


# What was looked for in the record of a session, what was found and set aside, and so what an absence rests
# on.


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
        self._by_eye: dict[PagePlace, None] = {}

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
