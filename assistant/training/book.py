"""A trainer's or trainee's book: a session of its own in the log, beside the sessions that it speaks of.

There is one book for each person of a log, told by the pseudonymous id. Whatever is written in it is logged
before anything is shown; nothing in it is changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant import __version__
from assistant.core import training_event as t
from assistant.core.event_form import Event, decode, encode
from assistant.core.problem import Refused
from assistant.log import Draft, Log

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


def _books(log: Log, actor: str = "") -> Iterator[tuple[str, list[Written]]]:
    """The books of a log (or of one person), the oldest first; should one person have two, the first counts."""
    rows = [row for row in log.sessions(others=True) if row.kind == KIND and actor in ("", row.reviewer)]
    for row in sorted(rows, key=lambda row: row.opened):
        yield row.id, _written(log, row.id)
