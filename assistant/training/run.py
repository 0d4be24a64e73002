"""A trainee's run: a review of kind `training`, and beside it, in the trainee's book, what was frozen and revealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from assistant.core import training_event as t
from assistant.core.session import Place
from assistant.log import Log
from assistant.training.assignment import Assignment, assignments, faults_of
from assistant.training.book import Written, all_entries
from assistant.training.fault import Fault
from assistant.training.reference import Reference

MODE = "training"


@dataclass(frozen=True)
class Run:
    """One passage of a trainee through a case. `frozen` has the entry of each first answer: its `seq` and hash.

    The decision on an item is frozen at the place `(item, "")`. `ended` is signed, declined or empty.
    """

    session: str
    trainee: str
    case: str
    reveal: str
    plan: str
    reference: Reference = field(repr=False)
    faults: tuple[Fault, ...] = field(repr=False)
    trainer: str = ""
    ts: str = ""
    frozen: Mapping[Place, tuple[int, str]] = field(default_factory=dict, repr=False)
    revealed: frozenset[Place] = frozenset()
    ended: str = ""

    @property
    def assigned(self) -> bool:
        return bool(self.trainer)


def runs(written: Sequence[Written]) -> list[Run]:
    """Every run that stands in some books, the oldest first."""
    given = {one.id: one for one in assignments(written)}
    found: dict[str, Run] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.RunOpened):
            found[event.session] = _begun(one, event, given.get(event.plan), written)
        elif isinstance(event, t.AnswerFrozen | t.AnswerRevealed | t.RunEnded):
            held = found.get(event.session)
            if held is not None and held.trainee == one.by:
                found[event.session] = _followed(held, event)
    return sorted(found.values(), key=lambda run: run.ts)


def run_of(log: Log, session: str) -> Run | None:
    """The run whose review is `session`; None where it is none."""
    return next((run for run in runs(all_entries(log)) if run.session == session), None)


def _begun(
    one: Written, event: t.RunOpened, assignment: Assignment | None, written: Iterable[Written]
) -> Run:
    reference = assignment.reference if assignment is not None else Reference.from_text(event.reference)
    return Run(
        event.session,
        one.by,
        event.case,
        event.reveal,
        event.plan,
        reference,
        faults_of(written, event.plan),
        assignment.trainer if assignment is not None else "",
        one.ts,
    )


def _followed(run: Run, event: t.AnswerFrozen | t.AnswerRevealed | t.RunEnded) -> Run:
    if isinstance(event, t.RunEnded):
        return replace(run, ended=event.how)
    place = (event.item, event.prompt)
    if isinstance(event, t.AnswerRevealed):
        return replace(run, revealed=run.revealed | {place})
    return replace(run, frozen={place: (event.seq, event.leaf), **run.frozen})  # the first one counts
