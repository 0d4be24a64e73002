"""What a run is marked by: the reference as it would be on the altered case, and how each planted fault came out.

What the trainee did is told from what the program did: a page that only a proposal names is no page that was read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from assistant.core import events as e
from assistant.core.answer import Answer, Evidence, Status, listing, same_content, with_part
from assistant.core.answer_reader import read_answer
from assistant.core.rationale import assess
from assistant.core.record.grounds import worked_out
from assistant.core.record.pages import PagePlace
from assistant.core.rules.answer_schema import StatementShape
from assistant.core.session import AnswerPlace, Session, apply, begin
from assistant.core.text import Private, counted
from assistant.core.turn import proposal_for, root_of
from assistant.core.value import replace
from assistant.training.comparison import RatingRow
from assistant.training.faults import Fault, caught
from assistant.training.recording import Recording
from assistant.training.reference import Reference

ALONE, KNOWN, SHOWN, MISSED = "alone", "known", "shown", "missed"
"""How a planted fault came out: found in the first answer, so but of a known kind, once the program had spoken, or not."""


@dataclass(frozen=True)
class AnswerKey:
    """The reference's answers under a run's rules, with the planted truths put in.

    `altered` are the questions that are answered otherwise for it, `undecided` the items on which it comes to no
    decision any more.
    """

    session: Session = field(repr=False)
    altered: frozenset[AnswerPlace] = frozenset()
    undecided: frozenset[str] = frozenset()

    def answer(self, place: AnswerPlace) -> Answer | None:
        return self.session.reading(place[0]).answer(place[1])


def answer_key(reference: Reference, faults: Sequence[Fault], run: Session) -> AnswerKey:
    """What the reference comes to on the case as it was altered: answers, what follows from them, and the decision."""
    plain = reference.under(run)
    session = plain
    for fault in faults:
        held = session.answer(*fault.place)
        shape = session.prompt(*fault.place).schema.shape
        if fault.kind == "contradiction" and fault.truth is None and not isinstance(shape, StatementShape):
            session = apply(
                session, e.AnswerWithdrawn(*fault.place, "")
            )  # some answer is true, and none is known
            continue
        true = _true_answer(fault, held) if held is not None else None
        if true is not None and true != held:
            session = apply(session, e.AnswerRecorded(*fault.place, true))
    if session is plain:
        return AnswerKey(plain)
    session = _followed(plain, session)
    altered = frozenset(
        (scope, name)
        for scope in run.rules.scopes
        for name in run.rules.sets[scope].prompts
        if plain.reading(scope).answer(name) != session.reading(scope).answer(name)
    )
    undecided = set()
    for item in {scope for scope, _ in altered} & set(session.items):
        before, after = (assess(one, item).suggestion.decision for one in (plain, session))
        if after is None or not session.item_answered(item):
            undecided.add(item)
            session = replace(
                session, determinations={k: v for k, v in session.determinations.items() if k != item}
            )
        elif after != before:
            session = apply(session, e.DeterminationRecorded(item, after, after, False, ""))
    return AnswerKey(session, altered, frozenset(undecided))


def unread_answers(run: Session) -> Session:
    """What somebody answers who reads nothing: all that is proposed is confirmed, and the rest is not documented."""
    session = begin("unread", run.rules, run.opened, frame=run.frame)
    for scope in run.rules.scopes:
        for name, prompt in run.rules.sets[scope].prompts.items():
            if session.reading(scope).asked(name) is not True:
                continue
            made = proposal_for(session, scope, prompt)
            if made is not None:
                answer = made.answer
            elif prompt.confirms:
                answer = Answer(value=prompt.confirms)
            elif prompt.schema.may_be(Status.NOT_DOCUMENTED):
                answer = read_answer(prompt.schema, "not_documented", name)
            else:
                continue
            session = apply(session, e.AnswerRecorded(scope, name, answer))
    return session


def _followed(plain: Session, session: Session) -> Session:
    """The session with what follows from its other answers worked out anew, where the truths changed it."""
    for item in session.items:
        for name in session.rules.sets[item].prompts:
            before, after = worked_out(plain, item, name), worked_out(session, item, name)
            if before is None or after is None or same_content(before.answer, after.answer):
                continue
            session = apply(session, e.AnswerRecorded(item, name, after.answer))
    return session


def _true_answer(fault: Fault, held: Answer) -> Answer | None:
    """The reference's answer with a fault's truth put in; None where the truth is not known."""
    page = (Evidence(fault.document, fault.page, Private(fault.passage)),)
    if fault.kind == "contradiction":
        value = fault.truth if fault.truth is not None else Private(fault.passage)
        true = Answer(value=value, evidence=page)
        return with_part(held, (fault.part,), true, False) if fault.part else true
    if fault.kind == "removed":
        absent = Answer(status=Status.NOT_DOCUMENTED)
        return with_part(held, (fault.part,), absent, False) if fault.part else absent
    if not held.listing:
        return None
    entries = list((held.parts or {}).values())
    if fault.kind == "wrong-segment":
        left = [one for one in entries if not _says(one, fault.part, fault.planted)]
        return listing(left, held.closed) if len(left) < len(entries) else None
    if fault.kind == "later-study" and fault.truth is not None:
        changed = [
            with_part(one, (fault.part,), Answer(value=fault.truth), False)
            if _says(one, fault.part, fault.planted)
            else one
            for one in entries
        ]
        return listing(changed, held.closed)
    return None


def _says(entry: Answer, part: str, value: object) -> bool:
    held = (entry.parts or {}).get(part)
    return held is not None and str(held.value) == str(value)


def as_answered(lines: Iterable[RatingRow]) -> bool | None:
    """Whether every piece that trainee and reviewer both gave is alike; None where they gave none in common.

    A number of weeks that is worked out to the day is alike to its whole weeks.
    """
    both = [
        (one, other)
        for one, other in (line.pieces for line in lines)
        if one is not None and other is not None
    ]
    if not both:
        return None
    return all(
        one.category == other.category or _same_whole(one.answer.value, other.answer.value)
        for one, other in both
    )


def _same_whole(one: object, other: object) -> bool:
    numbers = [
        value for value in (one, other) if isinstance(value, int | float) and not isinstance(value, bool)
    ]
    return (
        len(numbers) == 2
        and any(value == int(value) for value in numbers)
        and len(set(map(int, numbers))) == 1
    )


Given = tuple[Answer | None, frozenset[PagePlace]]
"""An answer, and the pages that had been opened when it was given."""


def outcome(fault: Fault, first: Given, settled: Given, known: Collection[str]) -> str | None:
    """How a fault came out, by the first answer and by that which stood before the reveal; None where there is none.

    `known` are the kinds that the trainee knew to be planted.
    """
    if first[0] is None and settled[0] is None:
        return None
    if caught(fault, *first):
        return KNOWN if fault.kind in known else ALONE
    return SHOWN if caught(fault, *settled) else MISSED


# How sure a trainee was, where that was asked, and a panel of experts as the key.


@dataclass(frozen=True)
class Calibration:
    """Answers with how sure of each somebody was, in percent, and whether it was right."""

    told: tuple[tuple[int, bool], ...] = field(default=(), repr=False)

    def __add__(self, other: Calibration) -> Calibration:
        return Calibration(self.told + other.told)

    @property
    def sure(self) -> float:
        """How sure on average, from 0 to 1."""
        return fmean(percent for percent, _ in self.told) / 100

    @property
    def right(self) -> float:
        """The share that was right."""
        return fmean(right for _, right in self.told)

    @property
    def brier(self) -> float:
        """The mean squared difference between how sure and how right (Brier 1950): 0 is best, 0.25 a coin."""
        return fmean((percent / 100 - right) ** 2 for percent, right in self.told)

    @property
    def levels(self) -> dict[int, tuple[int, int]]:
        """By how sure: how many answers were right, of how many."""
        found: dict[int, tuple[int, int]] = {}
        for percent, right in sorted(self.told):
            hits, of = found.get(percent, (0, 0))
            found[percent] = hits + right, of + 1
        return found

    @property
    def words(self) -> str:
        """`said 86%, right 64% of 14: too sure by 22 points; Brier 0.21`."""
        apart = round(100 * self.sure) - round(100 * self.right)
        how = (
            f"too sure by {counted(apart, 'point')}"
            if apart > 0
            else f"too unsure by {counted(-apart, 'point')}"
            if apart
            else "as sure as right"
        )
        return f"said {round(100 * self.sure)}%, right {round(100 * self.right)}% of {len(self.told)}: {how}; Brier {self.brier:.2f}"

    def to_json(self) -> dict[str, Any] | None:
        """The calibration for a program; None without an answer."""
        if not self.told:
            return None
        levels = [
            {"percent": percent, "right": hits, "of": of} for percent, (hits, of) in self.levels.items()
        ]
        return {
            "sure": self.sure,
            "right": self.right,
            "brier": self.brier,
            "answers": len(self.told),
            "levels": levels,
        }


def credit(lines: Iterable[RatingRow]) -> float | None:
    """What an answer is worth by a panel: in each piece, how many experts gave it, of how many gave the commonest.

    The trainee's pieces come first. None where trainee and panel gave none in common.
    """
    found = []
    for line in lines:
        mine, *theirs = line.pieces
        said = [one.category for one in theirs if one is not None]
        if mine is not None and said:
            found.append(said.count(mine.category) / max(map(said.count, said)))
    return fmean(found) if found else None


# Which pages the trainee named, and which came with what was proposed.


def named_pages(
    recording: Recording, until: Mapping[AnswerPlace, int]
) -> dict[AnswerPlace, frozenset[PagePlace]]:
    """By question, the pages that the trainee cited by hand or chose with their words, up to an entry of each."""
    taken: dict[AnswerPlace, set[Evidence]] = {}
    named: dict[AnswerPlace, set[PagePlace]] = {}
    last = len(recording.entries)
    for seq in range(1, last + 1):
        event = recording.event(seq)
        if isinstance(event, e.EvidenceCited):
            place = event.item, root_of(event.prompt)
            cited = {event.evidence}
            by_hand = True
        elif isinstance(event, e.AnswerRecorded | e.AnswerAmended):
            place = event.item, root_of(event.prompt)
            cited = set(event.answer.all_evidence())
            whole = event.answer.parts is not None and place[1] == event.prompt
            by_hand = event.origin not in ("proposed", "computed") and not whole
        else:
            continue
        if seq > until.get(place, last):
            continue
        if by_hand:
            own = cited - taken.get(place, set())
            named.setdefault(place, set()).update((one.document, one.page) for one in own)
        else:
            taken.setdefault(place, set()).update(cited)
    return {place: frozenset(pages) for place, pages in named.items()}
