"""What an adjudication in the log came to: the answers and decisions that count, as a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.core import training_event as t
from assistant.core.answer import Answer, with_part
from assistant.core.event_form import Event, decode
from assistant.core.problem import refuse
from assistant.log import Entry
from assistant.recall_source import Source
from assistant.training.sheet import Place, Sheet


@dataclass
class Settled:
    """An adjudication as its events leave it; `answers` by scope and path of a prompt or of a part of one."""

    opened: t.AdjudicationOpened
    case: str
    answers: dict[Place, Answer] = field(default_factory=dict)
    decisions: dict[str, tuple[str, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"agreed": 0, "settled": 0, "own": 0})
    closed: bool = False

    def take(self, event: Event) -> None:
        """Takes in one more event."""
        if isinstance(event, t.AnswerAdjudicated):
            self.answers[event.item, event.prompt] = event.answer
            self._count(event.chosen)
        elif isinstance(event, t.DecisionAdjudicated):
            self.decisions[event.item] = (event.decision, event.reason)
            self._count(event.chosen)
        elif isinstance(event, t.AdjudicationClosed):
            self.closed = True

    def sheet(self, name: str) -> Sheet:
        """The answers by prompt, those of parts put together."""
        whole: dict[Place, Answer] = {}
        for (scope, path), answer in self.answers.items():
            root, *rest = path.split(".")
            held = whole.get((scope, root))
            whole[scope, root] = with_part(held, tuple(rest), answer, False) if rest else answer
        return Sheet(name, self.case, whole, dict(self.decisions))

    def _count(self, chosen: str) -> None:
        self.counts[chosen if chosen in ("agreed", "own") else "settled"] += 1


def settled(entries: Sequence[Entry]) -> Settled | None:
    """The adjudication that a session's entries are; None for any other session."""
    if not entries or entries[0].kind != t.AdjudicationOpened.kind:
        return None
    events = [decode(entry.kind, entry.body) for entry in entries]
    opened = events[0]
    assert isinstance(opened, t.AdjudicationOpened)
    found = Settled(opened, entries[0].case)
    for event in events[1:]:
        found.take(event)
    return found


def sheet_of(log: Source, session_id: str) -> Sheet | None:
    """`sheet_in` the entries of a session."""
    return sheet_in(log.read(session_id))


def sheet_in(entries: Sequence[Entry]) -> Sheet | None:
    """The sheet that entries come to; None where they are no adjudication, `Refused` for one that isn't finished."""
    found = settled(entries)
    if found is None:
        return None
    session = entries[0].session
    if not found.closed:
        fix = "Go on with `imr adjudicate` and the same sessions."
        raise refuse("This adjudication isn't finished.", session, fix)
    return found.sheet(session)
