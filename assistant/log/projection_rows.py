"""The rows that one session gives to the tables of the reports, worked out from its events alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from assistant.core.dates import CLOCK_FACTS, RULES, due, parse_date
from assistant.core.problem import Refused, refuse
from assistant.core.rules.rules import Sources, read_prompt_set
from assistant.core.yaml import parse_yaml
from assistant.log.database import CLOSING
from assistant.log.entry import Entry
from assistant.log.projection_answers import ProjectedAnswers, ProjectedSearches, value_words

# How long a reviewer was with each question, by the computer's monotonic clock.


IDLE_AFTER = 300
"""Seconds between two steps above which the reviewer is taken to have been away from the question."""

DECISION = "(decision)"
LETTER = "(letter)"
"""What stands in the place of a prompt while a decision or ruling is asked for, and at the letter and signature."""


@dataclass
class Spent:
    """Time with one question: `work` and `idle` in seconds, and how often it was put."""

    work: float = 0.0
    idle: float = 0.0
    visits: int = 0


class PromptTime:
    """Follows a session entry by entry; `spent` is by item and prompt."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], Spent] = {}
        self._at: tuple[str, str] | None = None
        self._last: Entry | None = None

    def follow(self, entry: Entry) -> None:
        """Takes in the session's next entry."""
        last = self._last
        self._last = entry
        if last is not None and self._at is not None and _measured(last, entry):
            seconds = max(entry.mono_ns - last.mono_ns, 0) / 1e9
            spent = self.spent.setdefault(self._at, Spent())
            if seconds > IDLE_AFTER:
                spent.idle += seconds
            else:
                spent.work += seconds
        self._move(entry)

    def _move(self, entry: Entry) -> None:
        kind, body = entry.kind, entry.body
        if kind == "prompt.shown":
            self._put(str(body.get("item")), str(body.get("prompt")).split(".", 1)[0])
        elif kind == "suggestion.shown":
            self._put(str(body.get("item")), DECISION)
        elif kind == "check.raised":
            self._put("case", f"({body.get('check')})")
        elif kind == "check.acknowledged" or (kind == "determination.recorded" and self._deciding()):
            self._at = "case", LETTER
        elif kind in ("session.signed", "session.declined"):
            self._at = None

    def _put(self, item: str, prompt: str) -> None:
        self._at = item, prompt
        self.spent.setdefault(self._at, Spent()).visits += 1

    def _deciding(self) -> bool:
        return self._at is not None and self._at[1] == DECISION


def _measured(last: Entry, entry: Entry) -> bool:
    return last.boot == entry.boot and last.kind != "session.parked"


# The tables that reports are asked of: what the log's events say, one row for each thing an auditor asks
# after.


Rows = dict[str, list[dict[str, Any]]]
"""Rows to be stored, by table."""


@dataclass(frozen=True)
class Table:
    """A table: its columns with their types, and those that its primary key is made of."""

    columns: Mapping[str, type]
    key: tuple[str, ...]


_TYPES = {"": str, "int": int, "float": float}


def _table(columns: str, key: str) -> Table:
    """A table from names of columns; one that isn't text has its type after a colon."""
    split = [name.partition(":") for name in columns.split()]
    return Table({name: _TYPES[kind] for name, _, kind in split}, tuple(key.split()))


SHARED = ("case_id", "reviewer", "kind", "status", "outcome")
"""What every row of a review says of the review itself, so that a report need not look it up row by row."""


def _of_review(columns: str, key: str) -> Table:
    """A table whose rows also say what `SHARED` names."""
    return _table(f"{columns} {' '.join(SHARED)}", key)


TABLES: Mapping[str, Table] = {
    "session": _table(
        "session kind case_id reviewer status outcome opened last closed entries:int items:int tool "
        "unattended:int decide_first:int ground reason",
        key="session",
    ),
    "item": _of_review(
        "session item service prompt_set edition:int rules first_decision suggested why decision "
        "departs:int reason seq:int decided decisions:int month",
        key="session item",
    ),
    "answer": _of_review(
        "session item prompt prompt_set answered value evidence note origin changes:int set_aside:int seq:int ts",
        key="session item prompt",
    ),
    "answer_change": _of_review(
        "session seq:int ts item prompt prompt_set what old new reason origin evidence",
        key="session seq",
    ),
    "late_amendment": _of_review(
        "session seq:int ts item prompt prompt_set old new reason decision",
        key="session seq",
    ),
    "disagreement": _of_review(
        "session prompt item answer other_item other_answer prompt_set",
        key="session prompt item other_item",
    ),
    "absence": _of_review(
        "session item prompt prompt_set seq:int ts terms documents:int pages:int unread:int "
        "read_by_eye:int searches:int hits:int denied:int cited:int dismissed:int attested:int",
        key="session item prompt",
    ),
    "search": _of_review(
        "session seq:int ts item prompt prompt_set searched_by terms documents pages:int unread hits:int denied:int",
        key="session seq",
    ),
    "dismissal": _of_review(
        "session seq:int n:int ts item prompt prompt_set page quote reason", key="session seq n"
    ),
    "ruling": _of_review(
        "session seq:int ts item prompt_set criterion ruling reason standing:int", key="session seq"
    ),
    "early_look": _of_review(
        "session seq:int ts item prompt_set answered_after:int decision", key="session seq"
    ),
    "sentence": _of_review(
        "session seq:int ts item prompt_set sentence was text standing:int", key="session seq"
    ),
    "fact_check": _of_review(
        "session name key raised message facts acknowledged reason seq:int", key="session name key"
    ),
    "prompt_time": _of_review(
        "session item prompt prompt_set work:float seconds:int idle:float visits:int month",
        key="session item prompt",
    ),
    "rejection": _of_review("session seq:int ts item prompt prompt_set input says", key="session seq"),
    "correction": _of_review("session seq:int ts page fact was says", key="session seq"),
    "case_change": _of_review("session seq:int ts added changed removed facts:int", key="session seq"),
    "deadline": _of_review(
        "session priority rule source verified:int start start_fact due ends signed opened", key="session"
    ),
    "reading": _table("sitting seq:int n:int ts reader what session detail", key="sitting seq n"),
    "audit_note": _table("sitting seq:int ts reader session text", key="sitting seq"),
}
"""Each table by its name; the first column of its key is the session that its rows were made from."""

RULE_TABLES: Mapping[str, Table] = {
    "edition": _table(
        "rules prompt_set edition:int title",
        key="rules",
    ),
    "citation": _table(
        "rules citation tier source edition locator starts ends verified_by verified_on criteria",
        key="rules citation",
    ),
}
"""What the pinned prompt sets say, once for each wording of them; `rules` is made of the hashes of their texts."""

INDEXES: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "session": (
        ("opened",),
        ("last",),
        ("reviewer", "opened"),
        ("case_id", "opened"),
        ("status", "closed"),
    ),
    "item": (
        ("decided",),
        ("departs", "decided"),
        ("status", "kind", "prompt_set", "decision"),
        ("status", "kind", "prompt_set", "reviewer", "month", "decision"),
        ("status", "rules", "prompt_set", "edition", "month"),
    ),
    "answer": (("ts",), ("prompt", "ts")),
    "answer_change": (("ts", "seq"), ("prompt", "ts", "seq")),
    "late_amendment": (("ts", "seq"),),
    "absence": (("ts",), ("prompt", "ts")),
    "search": (("ts", "seq"),),
    "dismissal": (("-ts", "-seq", "n"),),
    "ruling": (("ts", "seq"),),
    "early_look": (("ts", "seq"),),
    "sentence": (("ts", "seq"),),
    "fact_check": (("raised",), ("name", "raised")),
    "prompt_time": (("kind", "prompt_set", "prompt", "seconds", "idle", "visits", "reviewer", "month"),),
    "rejection": (("ts", "seq"),),
    "correction": (("ts", "seq"),),
    "case_change": (("ts", "seq"),),
    "deadline": (("due",),),
    "reading": (("-ts", "-seq", "n"), ("session", "ts")),
    "audit_note": (("ts", "seq"), ("session", "ts")),
}
"""The columns of each index, with a minus where it falls; made once the rows are there."""


# What the texts that a session is pinned to say: the edition of its prompt sets, their citations, the claim's
# dates.


@dataclass(frozen=True)
class CaseText:
    """What a case's text says: its services by item, its `priority`, and the dates by fact from which time runs."""

    services: Mapping[str, str] = field(default_factory=dict)
    priority: str = "standard"
    received: Mapping[str, date] = field(default_factory=dict)


class RuleTexts:
    """Reads pinned texts through `artifact`, a function from a SHA-256 to the bytes that have it."""

    def __init__(self, artifact: Callable[[str], bytes]) -> None:
        self._artifact = artifact
        self._cases: dict[str, CaseText] = {}
        self._editions: dict[str, int | None] = {}
        self._rows: Rows = {"edition": [], "citation": []}

    def case(self, digest: str) -> CaseText:
        """What the case's text of that SHA-256 says."""
        if digest not in self._cases:
            self._cases[digest] = self._read_case(digest)
        return self._cases[digest]

    def edition(self, prompt_set: str, pins: Mapping[str, Any]) -> tuple[str, int | None]:
        """The key of the rules under which an item was reviewed, and their edition; None where it can't be read."""
        named = {kind: pins.get(kind) or {} for kind in ("prompts", "schemas")}
        key = hashlib.sha256(json.dumps([prompt_set, named], sort_keys=True).encode()).hexdigest()[:16]
        if key not in self._editions:
            self._editions[key] = self._read_set(key, prompt_set, named)
        return key, self._editions[key]

    def take_rows(self) -> Rows:
        """The rows about editions and citations that were read since this was last asked."""
        rows, self._rows = self._rows, {"edition": [], "citation": []}
        return rows

    def _text(self, digest: object) -> str:
        return self._artifact(str(digest)).decode()

    def _read_case(self, digest: str) -> CaseText:
        try:
            data = parse_yaml(self._text(digest), "case.yaml").data
        except (Refused, UnicodeDecodeError):
            return CaseText()
        claim, items = data.get("claim"), data.get("items")
        claim = claim if isinstance(claim, Mapping) else {}
        received = {}
        for fact in CLOCK_FACTS:
            stated = parse_date(str(claim.get(fact, "")))
            if stated is not None and stated.earliest == stated.latest:
                received[fact] = stated.earliest
        return CaseText(
            services={
                str(key): str(item.get("service", ""))
                for key, item in (items.items() if isinstance(items, Mapping) else ())
                if isinstance(item, Mapping)
            },
            priority=str(claim.get("priority", "standard")),
            received=received,
        )

    def _read_set(self, key: str, prompt_set: str, pins: Mapping[str, Mapping[str, str]]) -> int | None:
        try:
            texts = {
                kind: {name: self._text(digest) for name, digest in named.items()}
                for kind, named in pins.items()
            }
            made = read_prompt_set(prompt_set, Sources(texts["prompts"], texts["schemas"]))
        except (Refused, UnicodeDecodeError, AttributeError):
            return None
        self._rows["edition"].append(
            {"rules": key, "prompt_set": made.id, "edition": made.edition, "title": made.title}
        )
        for citation in made.citations.values():
            users = [one.id for one in made.criteria.values() if one.cite == citation.id]
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
        return made.edition


# The day in California, where time limits run; the log's own times are UTC.


@cache
def _zone() -> ZoneInfo:
    return ZoneInfo("America/Los_Angeles")


def california_day(ts: str) -> str:
    """The day in California at a moment of the log (`2026-02-01T09:00:00.000Z`), as `2026-02-01`.

    Raises `Refused` for what is no moment.
    """
    try:
        return datetime.fromisoformat(ts).astimezone(_zone()).date().isoformat()
    except (ValueError, OverflowError):
        raise refuse("The log holds a damaged entry.", "its time", "Run `imr log verify`.") from None


def end_of_day(day: date) -> str:
    """The moment, as the log writes it, at which a day is over in California."""
    after = datetime.combine(day + timedelta(days=1), time(), _zone())
    return after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


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


# The rows that a sitting at the log gives: who read, listed, queried, drew, noted or accepted what.


def sitting_rows(entries: Sequence[Entry]) -> Rows:
    """The rows of a sitting; one for each session that was read, or one for what concerns none in particular."""
    rows: Rows = {"reading": [], "audit_note": []}
    for entry in entries:
        shared = {"sitting": entry.session, "seq": entry.seq, "ts": entry.ts, "reader": entry.actor}
        if entry.kind == "access.note_added":
            noted = {"session": entry.body.get("session"), "text": entry.body.get("text")}
            rows["audit_note"].append({**shared, **noted})
        telling = _TELLING.get(entry.kind)
        if telling is None:
            continue
        what, detail = telling(entry.body)
        sessions = entry.body.get("sessions") or [entry.body.get("session")]
        rows["reading"] += [
            {**shared, "n": n, "what": what, "session": session, "detail": detail or None}
            for n, session in enumerate(sessions, 1)
        ]
    return rows


def _filters(body: Mapping[str, Any]) -> str:
    filters = body.get("filters")
    return ", ".join(f"{name}: {value}" for name, value in filters.items()) if filters else ""


def _rollback(body: Mapping[str, Any]) -> str:
    held = f"a checkpoint of {body.get('held_size')} entries of {body.get('held_log')} was let go"
    return f"{held}; this log had {body.get('size')}; reason: {body.get('reason')}"


_TELLING: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "access.read": lambda body: (str(body.get("command")), ""),
    "access.listed": lambda body: (str(body.get("command")), _filters(body)),
    "access.reported": lambda body: (f"report {body.get('report')}", _filters(body)),
    "access.queried": lambda body: ("sql", str(body.get("sql") or "")),
    "access.exported": lambda body: (f"export {body.get('what')}", str(body.get("form") or "")),
    "access.sample_drawn": lambda body: (
        "sample",
        f"{len(body.get('sessions') or ())} of {body.get('population')}, seed {body.get('seed')}"
        + (f"; {_filters(body)}" if _filters(body) else ""),
    ),
    "access.note_added": lambda body: ("note", ""),
    "access.rollback_accepted": lambda body: ("rollback accepted", _rollback(body)),
}
