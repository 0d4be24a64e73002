"""The rows that one session gives to the tables of the reports, worked out from its events alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assistant.core.deadline import RULES, due
from assistant.log.answer_words import value_words
from assistant.log.california import california_day, end_of_day
from assistant.log.entry import Entry
from assistant.log.projected_answers import ProjectedAnswers
from assistant.log.projected_searches import ProjectedSearches
from assistant.log.projection_tables import SHARED, Rows
from assistant.log.prompt_time import PromptTime
from assistant.log.rule_texts import RuleTexts
from assistant.log.schema import CLOSING

CASE_SET = "review"
"""The prompt set of the questions about the case as a whole."""


def review_rows(entries: Sequence[Entry], texts: RuleTexts) -> Rows:
    """The rows of a review; `entries` are all of its entries, in order."""
    made = _Review(entries[0], texts)
    for entry in entries:
        made.follow(entry)
    return made.rows(entries[-1])


class _Review:
    def __init__(self, first: Entry, texts: RuleTexts) -> None:
        self._first, self._texts = first, texts
        body = first.body
        pins = body.get("pins")
        self._pins: Mapping[str, Any] = pins if isinstance(pins, Mapping) else {}
        items = body.get("items")
        self._sets = {str(key): str(value) for key, value in items.items()} if isinstance(items, dict) else {}
        self._answers = ProjectedAnswers({**self._sets, "case": CASE_SET})
        self._time = PromptTime()
        self._rows: Rows = {}
        self._items: dict[str, dict[str, Any]] = {}
        self._checks: dict[tuple[str, str], dict[str, Any]] = {}
        self._searches = ProjectedSearches({**self._sets, "case": CASE_SET})
        self._close: Entry | None = None

    def follow(self, entry: Entry) -> None:
        self._answers.follow(entry)
        self._time.follow(entry)
        self._searches.follow(entry)
        step = _STEPS.get(entry.kind)
        if step is not None:
            step(self, entry)

    def rows(self, last: Entry) -> Rows:
        """All rows of the session; `last` is its newest entry."""
        session = self._session(last)
        answers, searches = self._answers, self._searches
        decisions = {item: said.get("decision") for item, said in self._items.items()}
        made: Rows = {
            **self._rows,
            "item": [self._item_row(item, session) for item in self._named_items()],
            "answer": list(answers.rows()),
            "answer_change": answers.changes,
            "late_amendment": [{**row, "decision": decisions.get(row["item"])} for row in answers.late],
            "disagreement": list(answers.disagreements()) if len(self._sets) > 1 else [],
            "absence": [searches.absence(*one) for one in answers.absences()],
            "search": list(searches.searches(answers.standing.logged)),
            "dismissal": searches.dismissals,
            "early_look": [
                {**row, "answered_after": self._answered_after(row), "decision": decisions.get(row["item"])}
                for row in self._rows.get("early_look", ())
            ],
            "fact_check": list(self._checks.values()),
            "prompt_time": [] if answers.from_file else list(self._times(last)),
            "deadline": list(self._deadline(session)),
        }
        shared = {name: session[name] for name in SHARED}
        for rows in made.values():
            for row in rows:
                row.update(shared)
        return {**made, "session": [session]}

    def _answered_after(self, look: Mapping[str, Any]) -> int:
        changes = ("recorded", "amended", "withdrawn")
        return sum(
            row["seq"] > look["seq"] and row["item"] == look["item"] and row["what"] in changes
            for row in self._answers.changes
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

    # -- the session and its items --------------------------------------------------------------

    def _session(self, last: Entry) -> dict[str, Any]:
        first, body = self._first, self._first.body
        end = {} if self._close is None else self._close.body
        status = "open" if self._close is None else self._close.kind.removeprefix("session.")
        return {
            "session": first.session,
            "kind": str(body.get("mode") or ""),
            "case_id": first.case,
            "reviewer": str(body.get("reviewer") or first.actor),
            "status": status,
            "outcome": end.get("outcome"),
            "opened": first.ts,
            "last": last.ts,
            "closed": None if self._close is None else self._close.ts,
            "entries": last.seq,
            "items": len(self._sets),
            "tool": str(body.get("tool") or ""),
            "unattended": int(self._answers.from_file),
            "decide_first": int(bool(body.get("decide_first"))),
            "ground": end.get("ground"),
            "reason": end.get("reason"),
        }

    def _named_items(self) -> list[str]:
        return list(dict.fromkeys([*self._sets, *self._items]))

    def _item(self, entry: Entry) -> dict[str, Any]:
        return self._items.setdefault(str(entry.body.get("item")), {"decisions": 0})

    def _item_row(self, item: str, session: Mapping[str, Any]) -> dict[str, Any]:
        said = self._items.get(item, {"decisions": 0})
        rules, edition = self._texts.edition(self._set(item), self._pins) if self._pins else ("", None)
        decided = said.get("decided")
        return {
            "session": session["session"],
            "item": item,
            "service": self._texts.case(self._case_pin()).services.get(item),
            "prompt_set": self._set(item),
            "edition": edition,
            "rules": rules,
            **{name: said.get(name) for name in ("first_decision", "suggested", "why", "decision", "reason")},
            "departs": int(bool(said.get("departs"))),
            "seq": said.get("seq"),
            "decided": decided,
            "decisions": said["decisions"],
            "month": str(decided or session["opened"])[:7],
        }

    def _set(self, item: str) -> str:
        return self._sets.get(item, CASE_SET if item == "case" else "")

    def _case_pin(self) -> str:
        case = self._pins.get("case")
        return str(case.get("case.yaml", "")) if isinstance(case, Mapping) else ""

    def _deadline(self, session: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        text = self._texts.case(self._case_pin()) if self._pins else None
        rule = RULES.get(text.priority) if text is not None else None
        if text is None or rule is None:
            return
        fact, start = max(text.received.items(), key=lambda one: one[1], default=("", None))
        last = None if start is None else due(rule, start)
        signed = self._close is not None and self._close.kind == "session.signed"
        yield {
            "session": session["session"],
            "priority": rule.priority,
            "rule": rule.says,
            "source": rule.source,
            "verified": int(rule.verified),
            "start": None if start is None else start.isoformat(),
            "start_fact": fact or None,
            "due": None if last is None else last.isoformat(),
            "ends": None if last is None else end_of_day(last),
            "signed": california_day(self._close.ts) if self._close is not None and signed else None,
            "opened": session["opened"],
        }

    # -- one step of each kind ------------------------------------------------------------------

    def _add(self, table: str, entry: Entry, **more: Any) -> dict[str, Any]:
        row = {"session": entry.session, "seq": entry.seq, "ts": entry.ts, **more}
        self._rows.setdefault(table, []).append(row)
        return row

    def _place(self, entry: Entry) -> dict[str, Any]:
        item = str(entry.body.get("item"))
        return {"item": item, "prompt": str(entry.body.get("prompt")), "prompt_set": self._set(item)}

    def _closed(self, entry: Entry) -> None:
        self._close = self._close or entry

    def _suggested(self, entry: Entry) -> None:
        self._item(entry).update(suggested=entry.body.get("decision"), why=entry.body.get("why"))

    def _decided_first(self, entry: Entry) -> None:
        self._item(entry)["first_decision"] = entry.body.get("decision")

    def _decided(self, entry: Entry) -> None:
        item, body = self._item(entry), entry.body
        item.update({name: body.get(name) or None for name in ("decision", "suggested", "departs", "reason")})
        item.update(seq=entry.seq, decided=entry.ts, decisions=item["decisions"] + 1)

    def _ruled(self, entry: Entry) -> None:
        item, criterion = str(entry.body.get("item")), str(entry.body.get("criterion"))
        for row in self._rows.get("ruling", ()):
            if (row["item"], row["criterion"]) == (item, criterion):
                row["standing"] = 0
        self._add(
            "ruling",
            entry,
            item=item,
            prompt_set=self._set(item),
            criterion=criterion,
            ruling=entry.body.get("ruling"),
            reason=entry.body.get("reason"),
            standing=1,
        )

    def _looked(self, entry: Entry) -> None:
        if entry.body.get("early"):
            item = str(entry.body.get("item"))
            self._add("early_look", entry, item=item, prompt_set=self._set(item))

    def _edited(self, entry: Entry) -> None:
        item, sentence = str(entry.body.get("item")), str(entry.body.get("sentence"))
        for row in self._rows.get("sentence", ()):
            if (row["item"], row["sentence"]) == (item, sentence):
                row["standing"] = 0
        text = entry.body.get("text") or None
        self._add(
            "sentence",
            entry,
            item=item,
            prompt_set=self._set(item),
            sentence=sentence,
            was=entry.body.get("was"),
            text=text,
            standing=int(text is not None),
        )

    def _check(self, entry: Entry) -> dict[str, Any]:
        name, key = str(entry.body.get("check")), str(entry.body.get("key"))
        empty = dict.fromkeys(("raised", "message", "facts", "acknowledged", "reason"))
        made = {"session": entry.session, "name": name, "key": key, **empty, "seq": entry.seq}
        return self._checks.setdefault((name, key), made)

    def _raised(self, entry: Entry) -> None:
        facts = "; ".join(str(fact) for fact in entry.body.get("facts") or ())
        self._check(entry).update(raised=entry.ts, message=entry.body.get("message"), facts=facts or None)

    def _acknowledged(self, entry: Entry) -> None:
        self._check(entry).update(acknowledged=entry.ts, reason=entry.body.get("reason"), seq=entry.seq)

    def _rejected(self, entry: Entry) -> None:
        self._add(
            "rejection",
            entry,
            **self._place(entry),
            input=value_words(entry.body.get("input")) or None,
            says=entry.body.get("says"),
        )

    def _corrected(self, entry: Entry) -> None:
        body = entry.body
        page = f"{body.get('document')}:{body.get('page')}"
        said = {name: body.get(name) or None for name in ("fact", "was", "says")}
        self._add("correction", entry, page=page, **said)

    def _case_changed(self, entry: Entry) -> None:
        if isinstance(entry.body.get("pins"), Mapping):
            self._pins = {**self._pins, **entry.body["pins"]}
        changes = {
            name: ", ".join(map(str, entry.body.get(name) or ())) or None
            for name in ("added", "changed", "removed")
        }
        self._add("case_change", entry, **changes, facts=int(bool(entry.body.get("facts"))))


_STEPS: Mapping[str, Callable[[_Review, Entry], None]] = {
    **dict.fromkeys(CLOSING, _Review._closed),
    "suggestion.shown": _Review._suggested,
    "determination.first": _Review._decided_first,
    "determination.recorded": _Review._decided,
    "criterion.ruled": _Review._ruled,
    "findings.opened": _Review._looked,
    "sentence.edited": _Review._edited,
    "check.raised": _Review._raised,
    "check.acknowledged": _Review._acknowledged,
    "answer.rejected": _Review._rejected,
    "fact.corrected": _Review._corrected,
    "case.amended": _Review._case_changed,
}
