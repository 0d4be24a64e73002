"""The rows that one session gives to the tables of the reports, read off its fold: the session before a step, the step, and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any, assert_never

from assistant.clock import california_day
from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Trail
from assistant.core.dates import CLOCK_FACTS, RULES, due, parse_date
from assistant.core.record.absence import behind, denied, dismissals
from assistant.core.record.pages import places_in
from assistant.core.rules.criterion import SIDE, findings
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.rules.rules import CASE_SCOPE, CASE_SET
from assistant.core.session import Session, effective_date
from assistant.core.text import digest
from assistant.core.wording import answer_words
from assistant.log.entry import Entry
from assistant.log.fold import Moment, Pins
from assistant.log.report_tables import SHARED, Rows
from assistant.log.timeline import PromptTime

# What the pinned prompt sets say: their edition and their citations, once for each wording of them.


class Editions:
    """Collects the rows about the prompt sets under which items were reviewed."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._rows: Rows = {"edition": [], "citation": []}

    def key(self, used: PromptSet, pins: Pins) -> str:
        """The key of the rules under which an item was reviewed, made of the hashes of their texts."""
        named = {kind: pins.get(kind) or {} for kind in ("prompts", "schemas")}
        key = digest(json.dumps([used.id, named], sort_keys=True))[:16]
        if key not in self._known:
            self._known.add(key)
            self._add(key, used)
        return key

    def take_rows(self) -> Rows:
        """The rows about editions and citations that are new since this was last asked."""
        rows, self._rows = self._rows, {"edition": [], "citation": []}
        return rows

    def _add(self, key: str, used: PromptSet) -> None:
        self._rows["edition"].append(
            {"rules": key, "prompt_set": used.id, "edition": used.edition, "title": used.title}
        )
        for citation in used.citations.values():
            users = [one.id for one in used.criteria.values() if one.cite == citation.id]
            verified_by, verified_on = citation.verified or (None, None)
            self._rows["citation"].append(
                {
                    "rules": key,
                    "citation": citation.id,
                    "tier": citation.tier,
                    "source": citation.source,
                    "edition": str(citation.edition),
                    "locator": citation.locator,
                    "starts": None if citation.starts is None else str(citation.starts),
                    "ends": None if citation.ends is None else str(citation.ends),
                    "verified_by": verified_by,
                    "verified_on": verified_on,
                    "criteria": ", ".join(users),
                }
            )


def without_quotes(kind: str, body: dict[str, Any]) -> None:
    """Leaves the quotes of what a search found out: looking them up takes long.

    Where a search had found more than the entry lists, they are needed, and stay.
    """
    if kind == e.RecordSearched.kind and not body.get("more"):
        body["groups"] = [{**one, "quote": ""} for one in body.get("groups") or ()]


def review_rows(moments: Iterable[Moment], editions: Editions) -> Rows:
    """The rows of a review; `moments` are all of its moments, in order."""
    made = _Review(editions)
    for moment in moments:
        made.follow(moment)
    return made.rows()


_Place = tuple[str, str]
_Changing = e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn | e.AnswerSetAside | e.AnswerRestored


@dataclass
class _Decided:
    entry: Entry
    event: e.DeterminationRecorded
    count: int


class _Review:
    """Follows a session; what stands at its end is asked of the session itself."""

    def __init__(self, editions: Editions) -> None:
        self._editions = editions
        self._time = PromptTime()
        self._rows: Rows = {}
        self._session: Session | None = None
        self._opened: e.SessionOpened | None = None
        self._sets: dict[str, str] = {}
        self._first: Entry | None = None
        self._last: Entry | None = None
        self._close: tuple[Entry, e.SessionSigned | e.SessionDeclined] | None = None
        self._decided: dict[str, _Decided] = {}
        self._suggested: dict[str, str | None] = {}
        self._grounds: dict[str, list[str]] = {}
        self._checks: dict[_Place, dict[str, Any]] = {}
        self._searches: list[tuple[e.RecordSearched, dict[str, Any]]] = []
        self._changes: dict[_Place, list[dict[str, Any]]] = {}
        self._withdrawn: dict[_Place, list[dict[str, Any]]] = {}
        self._from_file = False

    def follow(self, moment: Moment) -> None:
        """Takes in the session's next moment."""
        entry = moment.entry
        self._first, self._last = self._first or entry, entry
        self._session = moment.after
        self._time.follow(entry, moment.event)
        if moment.event is not None and e.is_step(moment.event):
            self._step(moment, entry, moment.event)

    def _step(self, moment: Moment, entry: Entry, event: e.Step) -> None:
        said: dict[str, Any]
        match event:
            case e.SessionOpened():
                self._opened = self._opened or event
            case e.SessionSigned() | e.SessionDeclined():
                self._close = self._close or (entry, event)
            case (
                e.AnswerRecorded() | e.AnswerAmended() | e.AnswerWithdrawn()
                | e.AnswerSetAside() | e.AnswerRestored()
            ):  # fmt: skip
                self._changed(moment, event)
            case e.RecordSearched(item):
                self._searches.append((event, self._at(entry, item, event.prompt)))
            case e.PassagesDismissed(item, prompt):
                self._set_aside(entry, (item, prompt), event.dismissed)
            case e.DeterminationRecorded(item):
                count = self._decided[item].count if item in self._decided else 0
                self._decided[item] = _Decided(entry, event, count + 1)
                self._suggested[item] = event.suggested
                self._grounds[item] = _grounds(moment.before, item, event.suggested)
            case e.SuggestionShown(item, decision):
                self._suggested[item] = decision
            case e.CriterionRuled(item, criterion, ruling, reason):
                said = {"criterion": criterion, "ruling": ruling, "reason": reason}
                self._standing("ruling", "criterion", {**self._at(entry, item), **said, "standing": 1})
            case e.SentenceEdited(item, sentence, was, text):
                said = {"sentence": sentence, "was": was, "text": text or None}
                row = {**self._at(entry, item), **said, "standing": int(bool(text))}
                self._standing("sentence", "sentence", row)
            case e.FindingsOpened(item, early):
                if early:
                    self._put("early_look", self._at(entry, item))
            case e.CheckRaised(check, key, message, facts):
                raised = {"raised": entry.ts, "message": message, "facts": "; ".join(facts) or None}
                self._check(entry, check, key).update(raised)
            case e.CheckAcknowledged(check, key, reason):
                said = {"acknowledged": entry.ts, "reason": reason, "seq": entry.seq}
                self._check(entry, check, key).update(said)
            case e.AnswerRejected(item, prompt):
                said = {"input": event.input or None, "says": event.says}
                self._put("rejection", {**self._at(entry, item, prompt), **said})
            case e.FactCorrected(document, page_number, fact, was, says):
                said = {"fact": fact, "was": was or None, "says": says or None}
                self._put("correction", {**_logged(entry), "page": f"{document}:{page_number}", **said})
            case e.CaseAmended():
                names = (("added", event.added), ("changed", event.changed), ("removed", event.removed))
                changes = {what: ", ".join(named) or None for what, named in names}
                said = {"facts": int(event.facts), "sets": None}
                self._put("case_change", {**_logged(entry), **changes, **said})
            case e.SetChanged(item, was, prompt_set):
                self._sets[item] = prompt_set
                none = dict.fromkeys(("added", "changed", "removed"))
                said = {"facts": 0, "sets": f"{item}: {prompt_set}, before {was}"}
                self._put("case_change", {**_logged(entry), **none, **said})
            case (
                e.SessionParked() | e.SessionResumed() | e.PromptShown() | e.PromptSkipped() | e.PromptLeft()
                | e.WhyOpened() | e.PageOpened() | e.PageMarked() | e.EvidenceCited() | e.NoteAdded()
                | e.AbsencesAttested() | e.PagesReadByEye() | e.DenialsRead() | e.FirstDecisionTaken() | e.AddendumAdded()
            ):  # fmt: skip
                pass
            case _:
                assert_never(event)

    # -- where a row belongs ----------------------------------------------------------------------

    def _set(self, item: str) -> str:
        """The prompt set of an item, or of the case as a whole."""
        if item == CASE_SCOPE:
            return CASE_SET
        opened = self._opened.items.get(item, "") if self._opened is not None else ""
        return self._sets.get(item, opened)

    def _at(self, entry: Entry, item: str, prompt: str = "") -> dict[str, Any]:
        place = {"item": item, "prompt_set": self._set(item)}
        return {**_logged(entry), **place, **({"prompt": prompt} if prompt else {})}

    def _put(self, table: str, row: dict[str, Any]) -> None:
        self._rows.setdefault(table, []).append(row)

    def _standing(self, table: str, name: str, row: dict[str, Any]) -> None:
        """Adds a row after which no earlier one of the same item and name stands."""
        for one in self._rows.get(table, ()):
            if (one["item"], one[name]) == (row["item"], row[name]):
                one["standing"] = 0
        self._put(table, row)

    def _check(self, entry: Entry, check: str, key: str) -> dict[str, Any]:
        empty = dict.fromkeys(("raised", "message", "facts", "acknowledged", "reason"))
        made = {"session": entry.session, "name": check, "key": key, **empty, "seq": entry.seq}
        return self._checks.setdefault((check, key), made)

    # -- how answers came about -------------------------------------------------------------------

    def _changed(self, moment: Moment, event: _Changing) -> None:
        item, path = event.item, event.prompt
        place = item, path.split(".", 1)[0]
        old, new = _said(moment.before, item, path), _said(moment.after, item, path)
        origin, pages = "", None
        match event:
            case e.AnswerRecorded() | e.AnswerAmended():
                origin, pages = event.origin, _pages(event.answer)
                self._from_file = self._from_file or origin == "file"
                known = dismissals(moment.before, place) if moment.before is not None else ()
                given = dismissals(moment.after, place) if moment.after is not None else ()
                self._set_aside(moment.entry, place, [one for one in given if one not in known])
            case e.AnswerSetAside():
                new = None
            case e.AnswerRestored():
                old = None
        row = {
            **self._at(moment.entry, item, path),
            "what": event.kind.removeprefix("answer.").replace("_", " "),
            "old": old,
            "new": new,
            "reason": _reason(event),
            "origin": origin,
            "evidence": None if new is None else pages,
        }
        self._put("answer_change", row)
        self._changes.setdefault(place, []).append(row)
        if moment.before is not None and item in moment.before.suggestions_shown:
            self._late(moment, place, event, {**row})

    def _set_aside(self, entry: Entry, place: _Place, gone: Iterable[Dismissed]) -> None:
        """The passages that a step set aside, by itself or along with an answer."""
        for n, one in enumerate(gone, 1):
            page = f"{one.document}:{one.page}"
            row = {**self._at(entry, *place), "n": n, "page": page}
            self._put("dismissal", {**row, "quote": one.quote, "reason": one.reason})

    def _late(self, moment: Moment, place: _Place, event: _Changing, row: dict[str, Any]) -> None:
        """An answer that is recorded where one was withdrawn stands in the row of the withdrawal."""
        if isinstance(event, e.AnswerRecorded):
            for withdrawn in self._withdrawn.get(place, ()):
                withdrawn["new"] = _said(moment.after, place[0], withdrawn["prompt"])
        elif isinstance(event, e.AnswerAmended | e.AnswerWithdrawn):
            self._put("late_amendment", row)
            left = [one for one in self._withdrawn.get(place, ()) if one["prompt"] != row["prompt"]]
            self._withdrawn[place] = [*left, row] if isinstance(event, e.AnswerWithdrawn) else left

    # -- what stands at the end -------------------------------------------------------------------

    def rows(self) -> Rows:
        """All rows of the session, as its newest entry leaves it."""
        assert self._first is not None
        assert self._last is not None
        session = self._summary(self._first, self._last)
        answers = list(self._answers(self._session)) if self._session is not None else []
        made: Rows = {
            **self._rows,
            "item": [self._item(item, session) for item in self._named_items()],
            "ground": [
                {"session": session["session"], "item": item, "criterion": criterion}
                for item, named in self._grounds.items()
                for criterion in named
            ],
            "answer": answers,
            "disagreement": list(_disagreements(answers)),
            "absence": list(self._absences(self._session)) if self._session is not None else [],
            "search": [self._search(event, row) for event, row in self._searches],
            "fact_check": list(self._checks.values()),
            "prompt_time": [] if self._from_file else list(self._times(self._last)),
            "deadline": list(self._deadline(self._session, session)) if self._session is not None else [],
        }
        for row in (*made.get("late_amendment", ()), *made.get("early_look", ())):
            decided = self._decided.get(row["item"])
            row["decision"] = None if decided is None else decided.event.decision
        for row in made.get("early_look", ()):
            row["answered_after"] = self._answered_after(row)
        shared = {name: session[name] for name in SHARED}
        for listed in made.values():
            for row in listed:
                row.update(shared)
        return {**made, "session": [session]}

    def _summary(self, first: Entry, last: Entry) -> dict[str, Any]:
        opened = self._opened
        ended, end = self._close or (None, None)
        return {
            "session": first.session,
            "kind": opened.mode if opened is not None else "",
            "case_id": first.case,
            "reviewer": (opened.reviewer if opened is not None else "") or first.actor,
            "status": "open" if end is None else end.kind.removeprefix("session."),
            "outcome": end.outcome if isinstance(end, e.SessionSigned) else None,
            "opened": first.ts,
            "last": last.ts,
            "closed": None if ended is None else ended.ts,
            "entries": last.seq,
            "items": len(opened.items) if opened is not None else 0,
            "tool": opened.tool if opened is not None else "",
            "unattended": int(self._from_file),
            "decide_first": int(opened is not None and opened.decide_first),
            "ground": end.ground if isinstance(end, e.SessionDeclined) else None,
            "reason": end.reason if isinstance(end, e.SessionDeclined) else None,
        }

    def _named_items(self) -> list[str]:
        return list(
            dict.fromkeys([*(self._opened.items if self._opened is not None else ()), *self._decided])
        )

    def _item(self, item: str, summary: Mapping[str, Any]) -> dict[str, Any]:
        session, decided = self._session, self._decided.get(item)
        shown = session.suggestions_shown.get(item) if session is not None else None
        disputed = session.rules.case.items.get(item) if session is not None else None
        used = session.rules.sets.get(item) if session is not None else None
        event = None if decided is None else decided.event
        when = None if decided is None else decided.entry.ts
        return {
            "session": summary["session"],
            "item": item,
            "service": None if disputed is None else disputed.service,
            "prompt_set": self._set(item),
            "edition": None if used is None else used.edition,
            "rules": self._editions.key(used, _pins(session))
            if session is not None and used is not None
            else "",
            "first_decision": session.first_decisions.get(item) if session is not None else None,
            "suggested": self._suggested.get(item),
            "why": None if shown is None else shown.why,
            "decision": None if event is None else event.decision,
            "reason": None if event is None else event.reason or None,
            "departs": int(event is not None and event.departs),
            "criteria": ", ".join(sorted(self._grounds.get(item, ()))) or None,
            "seq": None if decided is None else decided.entry.seq,
            "decided": when,
            "decisions": 0 if decided is None else decided.count,
            "month": str(when or summary["opened"])[:7],
        }

    def _answers(self, session: Session) -> Iterator[dict[str, Any]]:
        """A row for each prompt that has an answer, set aside or not."""
        for item, held in session.answers.items():
            aside = session.reading(item).set_aside()
            for prompt, answer in held.items():
                changes = self._changes.get((item, prompt))
                if not changes:
                    continue
                last = changes[-1]
                yield {
                    "session": last["session"],
                    "item": item,
                    "prompt": prompt,
                    "prompt_set": self._set(item),
                    "answered": answer.status.value,
                    "value": answer_words(answer),
                    "evidence": _pages(answer),
                    "note": answer.note or None,
                    "origin": last["origin"],
                    "changes": len(changes) - 1,
                    "set_aside": int(prompt in aside),
                    "seq": last["seq"],
                    "ts": last["ts"],
                }

    def _absences(self, session: Session) -> Iterator[dict[str, Any]]:
        """A row for each answer "not documented" that is read now."""
        for item in session.answers:
            for prompt, paths in session.reading(item).not_documented().items():
                changes = self._changes.get((item, prompt))
                if changes:
                    yield from self._absent(session, (item, prompt), paths, changes[-1])

    def _absent(
        self, session: Session, place: _Place, paths: Sequence[str], last: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        made = behind(session, place)
        gone = dismissals(session, place) if made else ()
        harmless = [denied(one, gone) for one in made]
        unread = places_in(page for one in made for page in one.unread)
        by_eye = places_in(session.by_eye.read) if session.by_eye is not None and unread else {}
        whole = session.answer(*place)
        shared = {
            "session": last["session"],
            "item": place[0],
            "prompt_set": self._set(place[0]),
            "seq": last["seq"],
            "ts": last["ts"],
            "unread": len(unread),
            "read_by_eye": len(unread.keys() & by_eye.keys()),
            "searches": len(made),
            "denied": None if None in harmless else sum(one or 0 for one in harmless),
            "cited": sum(bool(one.quote) for one in whole.all_evidence()) if whole is not None else 0,
        }
        for path in paths:
            leaf = session.answer(place[0], path)
            own = (leaf.search if leaf is not None else None) or Trail()
            terms = dict.fromkeys([*own.terms, *(term for one in made for term in one.terms)])
            documents = {*own.documents, *(name for one in made for name in one.documents)}
            yield {
                **shared,
                "prompt": path,
                "terms": ", ".join(terms) or None,
                "documents": len(documents) or None,
                "pages": max([own.pages, *(one.pages for one in made)]),
                "hits": sum(one.hits for one in made) if made else len(own.dismissed),
                "dismissed": len(session.dismissed.get(place, own.dismissed)),
                "attested": int(own.attested),
            }

    def _search(self, event: e.RecordSearched, row: Mapping[str, Any]) -> dict[str, Any]:
        place = event.item, event.prompt.split(".", 1)[0]
        gone = dismissals(self._session, place) if self._session is not None else ()
        return {
            **row,
            "searched_by": event.by.replace("_", " "),
            "terms": ", ".join(event.terms) or None,
            "documents": ", ".join(event.documents) or None,
            "pages": event.pages,
            "unread": ", ".join(event.unread) or None,
            "hits": event.hits,
            "denied": denied(event, gone),
        }

    def _answered_after(self, look: Mapping[str, Any]) -> int:
        return sum(
            row["seq"] > look["seq"] and row["what"] in ("recorded", "amended", "withdrawn")
            for (item, _), rows in self._changes.items()
            if item == look["item"]
            for row in rows
        )

    def _times(self, last: Entry) -> Iterator[dict[str, Any]]:
        for (item, prompt), spent in self._time.spent.items():
            yield {
                "session": last.session,
                "item": item,
                "prompt": prompt,
                "prompt_set": self._set(item),
                "work": round(spent.work, 3),
                "seconds": round(spent.work),
                "idle": round(spent.idle, 3),
                "visits": spent.visits,
                "month": last.ts[:7],
            }

    def _deadline(self, session: Session, summary: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        claim = session.rules.case.data.get("claim")
        claim = claim if isinstance(claim, Mapping) else {}
        stated = {fact: parse_date(str(claim.get(fact, ""))) for fact in CLOCK_FACTS}
        received = {fact: str(day) for fact, day in stated.items() if day is not None and day.day is not None}
        reckoned = reckon(str(claim.get("priority", "standard")), received)
        if reckoned is None:
            return
        ended, end = self._close or (None, None)
        signed = ended if isinstance(end, e.SessionSigned) else None
        yield {
            "session": summary["session"],
            **reckoned,
            "request": received.get("application_received"),
            "records": received.get("documents_received"),
            "signed": None if signed is None else california_day(signed.ts),
            "opened": summary["opened"],
        }


def reckon(priority: str, received: Mapping[str, str]) -> dict[str, Any] | None:
    """The rule, from which day time runs and to which, by the days on which something came; None for no such rule."""
    rule = RULES.get(priority)
    if rule is None:
        return None
    fact, start = max(received.items(), key=lambda one: one[1], default=("", ""))
    last = due(rule, date.fromisoformat(start)) if start else None
    return {
        "priority": rule.priority,
        "rule": rule.says,
        "source": rule.source,
        "verified": int(rule.verified),
        "start": start or None,
        "start_fact": fact or None,
        "due": None if last is None else last.isoformat(),
    }


def with_receipts(row: Mapping[str, Any], receipts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A row of a deadline by what the desks say of its case as well, of each day and the priority the last word."""
    days = {fact: row[name] for name, fact in CLAIMED.items() if row[name]}
    priority = row["priority"]
    for receipt in receipts:
        for name, fact in CLAIMED.items():
            if receipt[name]:
                days.pop(fact, None)
                days[f"{name}, at the desk"] = receipt[name]
        priority = receipt["priority"] or priority
    return {**row, **(reckon(priority, days) or {})}


def by_day(row: Mapping[str, Any], today: str) -> dict[str, Any]:
    """A row of a deadline with what it has come to by a day: of an open review that changes with the day."""
    if row["due"] is None or row["status"] == "declined":
        return {**row, "state": "not known" if row["due"] is None else "declined", "days": None}
    days = (date.fromisoformat(row["signed"] or today) - date.fromisoformat(row["due"])).days
    return {**row, "state": "late" if days > 0 else "in time" if row["signed"] else "open", "days": days}


CLAIMED = {"request": "application_received", "records": "documents_received"}
"""The days on which something came, with the facts of the claim that state them."""


def _logged(entry: Entry) -> dict[str, Any]:
    return {"session": entry.session, "seq": entry.seq, "ts": entry.ts}


def _pins(session: Session) -> Pins:
    return (session.opened if session.amended is None else session.amended).pins


def _said(session: Session | None, item: str, path: str) -> str | None:
    """What stands at a prompt or a part of one, in words."""
    held = session.answer(item, path) if session is not None else None
    return None if held is None else answer_words(held)


def _grounds(session: Session | None, item: str, suggested: str | None) -> list[str]:
    """The criteria that stood and argued for what was suggested when an item was decided."""
    if session is None or suggested is None or item not in session.rules.sets:
        return []
    found = findings(session.reading(item), effective_date(session, item), session.rulings.get(item, {}))
    criteria = session.rules.sets[item].criteria
    side = SIDE.get(suggested)
    return [name for name, one in found.items() if one.stands and criteria[name].argues == side]


def _pages(answer: Answer) -> str | None:
    return ", ".join(dict.fromkeys(map(str, answer.all_evidence()))) or None


def _reason(event: _Changing) -> str | None:
    match event:
        case e.AnswerRecorded():
            return None
        case e.AnswerAmended() | e.AnswerWithdrawn():
            return event.reason or None
        case e.AnswerSetAside() | e.AnswerRestored():
            return f"because of {event.because}" if event.because else None


def _disagreements(answers: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for each two items that were asked the same question and answered it differently."""
    said: dict[str, list[Mapping[str, Any]]] = {}
    for row in answers:
        if row["item"] != CASE_SCOPE and not row["set_aside"]:
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
