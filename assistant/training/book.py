"""A trainer's or trainee's book: a session of its own in the log, beside the sessions that it speaks of.

There is one book for each person of a log, told by the pseudonymous id. Whatever is written in it is logged
before anything is shown; nothing in it is changed.
"""

from __future__ import annotations

import difflib
import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from assistant import __version__
from assistant.core import training_events as t
from assistant.core.event_form import decode, encode
from assistant.core.events import Event
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line
from assistant.core.value import replace
from assistant.log import Draft, Log
from assistant.log.entry import Unreadable
from assistant.log.errors import leave_out
from assistant.profile import PSEUDONYM
from assistant.training.faults import Fault
from assistant.training.reference import Reference

KIND = "book"
"""What the list of a log's sessions calls those that begin with a `training.*` entry."""


@dataclass(frozen=True)
class Written:
    """An entry of a book: its number there, who wrote it and when, and the event."""

    number: int
    by: str
    ts: str
    event: Event


class Book:
    """The book of one person, made with its first entry."""

    def __init__(self, log: Log, actor: str) -> None:
        self.log = log
        self.actor = actor
        self._session = self._found()

    def _found(self) -> str:
        return next((name for name, written in _books(self.log, self.actor) if written), "")

    def entries(self) -> list[Written]:
        """What stands in the book, in order."""
        self._session = self._session or self._found()
        return _written(self.log, self._session) if self._session else []

    def write(self, *events: Event, case: str = "") -> None:
        """Logs events in one step; another window may have written in between."""
        if not events:
            return
        self._session = self._session or self._found()
        held = self.log.read(self._session) if self._session else []
        if not self._session:
            self._session = secrets.token_hex(6)
            events = (t.BookOpened(__version__), *events)
        drafts = [Draft(event.kind, encode(event)) for event in events]
        try:
            self._append(drafts, case, len(held))
        except Refused:
            again = self.log.read(self._session)
            if len(again) == len(held):
                raise
            self._append(drafts, case, len(again))

    def _append(self, drafts: Sequence[Draft], case: str, after: int) -> None:
        self.log.append(self._session, drafts, actor=self.actor, case=case, after=after)


def all_entries(log: Log) -> list[Written]:
    """What stands in every book of a log; each book in order, the one begun first before the others."""
    return [one for _, written in _books(log) for one in written]


def _written(log: Log, session: str) -> list[Written]:
    """The entries of a book; none for another session of a trainer's, such as an adjudication."""
    entries = log.read(session)
    if not entries or entries[0].kind != t.BookOpened.kind:
        return []
    return [Written(one.seq, one.actor, one.ts, decode(one.kind, one.body)) for one in entries]


def books_on(log: Log, case: str) -> set[str]:
    """The books in which the key of a case may stand: it was run, given or packed by their holders."""
    holds = t.RunOpened | t.CaseAssigned | t.CasePacked
    return {
        name
        for name, written in _books(log)
        if any(isinstance(one.event, holds) and one.event.case == case for one in written)
    }


def _books(log: Log, actor: str = "") -> Iterator[tuple[str, list[Written]]]:
    """The books of a log (or of one person), the oldest first; should one person have two, the first counts."""
    rows = [row for row in log.sessions(others=True) if row.kind == KIND and actor in ("", row.reviewer)]
    for row in sorted(rows, key=lambda row: row.opened):
        try:
            written = _written(log, row.id)
        except Unreadable as refusal:
            leave_out(row.id, refusal)
            continue
        yield row.id, written


# Cases that a trainer gives a trainee, with what they are compared with and what is planted in them.


REVEALS = {
    "each": "after each answer",
    "end": "at the end",
    "trainer": "by the trainer",
}
"""When the reviewer's answer is shown: after each answer, at the end, or only to the trainer."""


@dataclass(frozen=True)
class Assignment:
    """A case given to a trainee. `folder` is the case folder to review, which may be an altered copy."""

    id: str
    trainer: str
    trainee: str
    case: str
    reveal: str
    reference: Reference = field(repr=False)
    folder: Path
    planted: int
    ts: str = ""
    withdrawn: bool = False
    unaided: bool = False
    due: str = ""
    confidence: bool = False


def assign(
    book: Book,
    trainee: str,
    reveal: str,
    reference: Reference,
    folder: Path,
    faults: Sequence[Fault] = (),
    plan: str = "",
    unaided: bool = False,
    due: str = "",
    confidence: bool = False,
) -> Assignment:
    """Assigns a case; the faults' truth goes into the trainer's book with it."""
    made = Assignment(
        plan or new_plan(),
        book.actor,
        trainee,
        reference.case,
        reveal,
        reference,
        folder.resolve(),
        len(faults),
        unaided=unaided,
        due=due,
        confidence=confidence,
    )
    event = t.CaseAssigned(
        made.id,
        trainee,
        made.case,
        reveal,
        reference.session,
        reference.head,
        len(faults),
        reference.to_text(),
        str(made.folder),
        unaided,
        due,
        confidence,
    )
    book.write(event, *planted_events(made.id, faults), case=made.case)
    return made


def withdraw(book: Book, name: str) -> Assignment:
    """Takes an assignment back, told by the beginning of its id; `Refused` where there is no such one of this book."""
    own = [one for one in assignments(book.entries()) if one.id.startswith(name) and not one.withdrawn]
    if len(own) != 1:
        raise refuse(
            f"“{one_line(name, 40)}” is the beginning of {'no' if not own else 'more than one'} assignment of yours.",
            "",
            "See `imr training list`.",
        )
    book.write(t.AssignmentWithdrawn(own[0].id), case=own[0].case)
    return own[0]


def new_plan() -> str:
    """A new id for an assignment, or for the faults of one's own run."""
    return secrets.token_hex(4)


def planted_events(plan: str, faults: Sequence[Fault]) -> list[t.FaultPlanted]:
    """What a book keeps of planted faults."""
    return [t.FaultPlanted(plan, number, fault.to_text()) for number, fault in enumerate(faults, 1)]


def assignments(written: Iterable[Written]) -> list[Assignment]:
    """Every assignment that stands in some books, the oldest first."""
    found: dict[str, Assignment] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.CaseAssigned):
            found[event.assignment] = Assignment(
                event.assignment,
                one.by,
                event.trainee,
                event.case,
                event.reveal,
                Reference.from_text(event.reference),
                Path(event.folder),
                event.planted,
                one.ts,
                unaided=event.unaided,
                due=event.due,
                confidence=event.confidence,
            )
        elif isinstance(event, t.AssignmentWithdrawn) and event.assignment in found:
            held = found[event.assignment]
            if held.trainer == one.by:
                found[event.assignment] = replace(held, withdrawn=True)
    return list(found.values())


def faults_of(written: Iterable[Written], plan: str) -> tuple[Fault, ...]:
    """What was planted for an assignment or run."""
    return tuple(
        Fault.from_text(one.event.truth)
        for one in written
        if plan and isinstance(one.event, t.FaultPlanted) and one.event.plan == plan
    )


# The people of a class: groups, as their trainers set them, and everybody whom the log knows.


def groups(written: Iterable[Written]) -> dict[str, tuple[str, ...]]:
    """The groups that there are, with their members, as they were set last."""
    found: dict[str, tuple[str, ...]] = {}
    for one in written:
        if isinstance(one.event, t.GroupSet):
            found[one.event.group] = one.event.members
    return {name: members for name, members in sorted(found.items()) if members}


def set_group(book: Book, name: str, members: Sequence[str]) -> None:
    """Says who is in a group; a name and the members' ids are pseudonymous ids alike."""
    for one in (name, *members):
        if not PSEUDONYM.fullmatch(one):
            raise refuse(
                "Groups and trainees are named by letters, figures, dots and dashes.",
                one_line(one, 40),
                "Use the pseudonymous id that `imr reviewer` shows.",
            )
    book.write(t.GroupSet(name, tuple(dict.fromkeys(members))))


def known_people(log: Log) -> set[str]:
    """Everybody who has worked or is in a group in a log, by pseudonymous id."""
    written = all_entries(log)
    rows = (*log.sessions(), *log.sessions(others=True))
    return {row.reviewer for row in rows} | {one for members in groups(written).values() for one in members}


def trainees_named(log: Log, name: str, actor: str) -> tuple[str, ...]:
    """The members of the group of that name, or the one trainee; `Refused` for whom neither the log knows nor is `actor`."""
    named = groups(all_entries(log))
    if name in named:
        return named[name]
    if not PSEUDONYM.fullmatch(name):
        raise refuse(
            "A trainee is named by a pseudonymous id.", one_line(name, 40), "Use what `imr reviewer` shows."
        )
    known = known_people(log) | {actor}
    if name not in known:
        near = difflib.get_close_matches(name, sorted(known | named.keys()), 3)
        more = f"; there is {' or '.join(near)}" if near else ""
        raise refuse(
            f"This log knows nobody called {name}{more}.",
            "",
            f"Check the id that `imr reviewer` shows there, or enter it first: `imr training group NAME {name}`.",
        )
    return (name,)
