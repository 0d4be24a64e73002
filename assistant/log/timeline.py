"""A session as a list of changes, for auditors: what stood there, what was put in its place, and why.

The log keeps events; an auditor asks for old and new values. They are read off the fold of the events before, and
what a step says are the words that every reader has (`core/event_words.py`); a kind that this program doesn't know
shows all it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core.answer import Evidence, to_json
from assistant.core.event_words import Line, describe, in_full
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.log.entry import Entry
from assistant.log.fold import Artifacts, Moment, moments


class Change(Value):
    """A step of a session: what stood at its place and what stands there now, as JSON and in words.

    `old` and `new` are the answer of a prompt, the decision on an item, the ruling on a criterion, a suggestion or
    the text of a sentence; of other kinds `new` is what the entry holds. `was` and `says` tell the same in words.
    """

    entry: Entry
    item: str | None
    prompt: str | None
    old: Any
    new: Any
    was: str
    says: str
    reason: str | None
    evidence: tuple[Evidence, ...]

    @property
    def where(self) -> str:
        """The item and prompt that it is about: `1/pain`."""
        return "/".join(part for part in (self.item, self.prompt) if part)

    @property
    def words(self) -> str:
        """What it says, with what stood there before."""
        return f"{self.says} (before: {self.was})" if self.was else self.says

    @property
    def because(self) -> str:
        """The reason on one line, where the words don't hold it."""
        reason = one_line(self.reason or "")
        return "" if reason in self.says else reason

    @property
    def pages(self) -> str:
        """The pages that it rests on, each once."""
        return ", ".join(dict.fromkeys(map(str, self.evidence)))

    def as_json(self) -> dict[str, Any]:
        """The row as `imr log show --json` gives it; absent is None."""
        entry = self.entry
        return {
            "seq": entry.seq,
            "kind": entry.kind,
            "ts": entry.ts,
            "actor": entry.actor,
            "item": self.item,
            "prompt": self.prompt,
            "old": self.old,
            "new": self.new,
            "reason": self.reason,
            "hash": entry.leaf,
            "prev": entry.prev,
        }


def timeline(log: Artifacts, entries: Iterable[Entry]) -> Iterator[Change]:
    """The changes of one session, from its first entry; `log` has the rules that it pins."""
    for moment in moments(log, entries):
        body, event = moment.entry.body, moment.event
        lines = describe(event, moment.before) if event is not None else []
        says = _joined(lines, "before", "reason", "evidence")
        old, new = _values(moment)
        yield Change(
            moment.entry,
            _text(body.get("item")),
            _text(body.get("prompt")),
            old,
            new,
            _joined([line for line in lines if line.kind == "before"]),
            says if event is not None else in_full(moment.entry.kind, body),
            _reason(moment),
            _evidence(moment),
        )


def _joined(lines: Iterable[Line], *but: str) -> str:
    texts = [line.text for line in lines if line.kind not in but]
    return " ".join(one if one.endswith((".", "?", ":")) else f"{one};" for one in texts).removesuffix(";")


def _text(value: object) -> str | None:
    return None if value is None else one_line(str(value))


def _reason(moment: Moment) -> str | None:
    """Why it was done, or what was said of it."""
    for name in _WHY:
        if reason := moment.entry.body.get(name):
            return str(reason)
    return None


def _evidence(moment: Moment) -> tuple[Evidence, ...]:
    match moment.event:
        case e.AnswerRecorded() | e.AnswerAmended() | t.AnswerAdjudicated() as event:
            return event.answer.all_evidence()
        case e.EvidenceCited(evidence=evidence):
            return (evidence,)
        case _:
            return ()


_WHY = ("reason", "because", "says", "again")
_APART = ("item", "prompt", *_WHY)


def _values(moment: Moment) -> tuple[Any, Any]:
    """The old and the new value that an event stands for."""
    before, after, event = moment.before, moment.after, moment.event
    match event:
        case e.AnswerRecorded() | e.AnswerAmended() | e.AnswerWithdrawn() | e.EvidenceCited():
            if after is None:
                return None, moment.entry.body.get("answer")
            return _answer(before, event), _answer(after, event)
        case e.AnswerSetAside():
            return _answer(before, event), None
        case e.AnswerRestored():
            return None, _answer(after, event)
        case e.CriterionRuled(item, criterion, ruling):
            held = before.rulings.get(item, {}).get(criterion) if before is not None else None
            old = None if held is None else {"criterion": criterion, "ruling": held.ruling}
            return old, {"criterion": criterion, "ruling": ruling}
        case e.DeterminationRecorded(item, decision):
            made = before.determinations.get(item) if before is not None else None
            return None if made is None else made.decision, decision
        case e.SuggestionShown(item):
            shown = before.suggestions_shown.get(item) if before is not None else None
            return None if shown is None else _suggestion(shown), _suggestion(event)
        case e.SentenceEdited(_, sentence, was, text):
            return {"sentence": sentence, "text": was}, {"sentence": sentence, "text": text}
        case _:
            return None, {
                name: value for name, value in moment.entry.body.items() if name not in _APART
            } or None


_OfAnswer = (
    e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn
    | e.EvidenceCited | e.AnswerSetAside | e.AnswerRestored
)  # fmt: skip


def _answer(session: Session | None, event: _OfAnswer) -> dict[str, Any] | None:
    held = session.answer(event.item, event.prompt) if session is not None else None
    return None if held is None else to_json(held)


def _suggestion(event: e.SuggestionShown) -> dict[str, Any]:
    return {"decision": event.decision, "why": event.why}


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
    """Follows a session step by step; `spent` is by item and prompt.

    Questions that are shown together share the time in equal parts, each until it is answered.
    """

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], Spent] = {}
        self._at: tuple[tuple[str, str], ...] = ()
        self._together: tuple[tuple[str, str], ...] = ()
        self._last: Entry | None = None
        self._shown_at: int | None = None

    def follow(self, entry: Entry, event: e.Event | None) -> None:
        """Takes in the session's next entry, with its event where it can be read."""
        last = self._last
        self._last = entry
        if last is not None and self._at and _measured(last, entry):
            seconds = max(entry.mono_ns - last.mono_ns, 0) / 1e9
            for place in self._at:
                spent = self.spent.setdefault(place, Spent())
                if seconds > IDLE_AFTER:
                    spent.idle += seconds / len(self._at)
                else:
                    spent.work += seconds / len(self._at)
        beside = self._shown_at == entry.mono_ns
        self._shown_at = None
        match event:
            case e.PromptShown(item, prompt):
                self._put(item, prompt.split(".", 1)[0], beside)
                self._shown_at = entry.mono_ns
            case e.AnswerRecorded(item, prompt) | e.AnswerAmended(item, prompt):
                self._answered((item, prompt.split(".", 1)[0]))
            case e.SuggestionShown(item):
                self._put(item, DECISION)
            case e.CheckRaised(check):
                self._put(CASE_SCOPE, f"({check})")
            case e.CheckAcknowledged():
                self._at = ((CASE_SCOPE, LETTER),)
            case e.DeterminationRecorded() if self._at and self._at[-1][1] == DECISION:
                self._at = ((CASE_SCOPE, LETTER),)
            case e.SessionSigned() | e.SessionDeclined():
                self._at = ()

    def _put(self, item: str, prompt: str, beside: bool = False) -> None:
        """One step shows all that stands together, so what follows at the same moment stands beside."""
        place = item, prompt
        self._at = (*self._at, place) if beside else (place,)
        if len(self._at) > 1:
            self._together = self._at
        self.spent.setdefault(place, Spent()).visits += 1

    def _answered(self, place: tuple[str, str]) -> None:
        """What was shown together and is not yet answered stands again where one of it was answered by itself."""
        if self._together and place in self._at:
            self._together = tuple(one for one in self._together if one != place)
            self._at = self._together or self._at


def _measured(last: Entry, entry: Entry) -> bool:
    return last.boot == entry.boot and last.kind != "session.parked"
