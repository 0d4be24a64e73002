"""The letter of a session as the log holds it; reading is enough, so one still at work can be looked at."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.core.assessment import Assessment, assess
from assistant.core.plain_fact import checks
from assistant.core.session import Session
from assistant.letter.composing import compose
from assistant.letter.document import Head, Letter
from assistant.log import Entry, Log
from assistant.pinned_pages import pages_of
from assistant.recall import load
from assistant.review import Review


def compose_from_log(log: Log, name: str) -> Letter:
    """The letter of the session that `name` means: an id, the beginning of one, or `last`; else `Refused`."""
    session_id = log.resolve(name)
    session, seq = load(log, session_id)
    return _composed(session, [entry for entry in log.read(session_id) if entry.seq <= seq])


def letter_of(review: Review) -> Letter:
    """The letter of a review at work, as it stands."""
    entries = review.log.read(review.session.id)
    unread = [name for name in review.session.opened.documents if name not in review.pages]
    return compose(review.session, review.assess, review.checks(), head_of(entries), unread)


def head_of(entries: Sequence[Entry]) -> Head:
    """Where a session's log stands, or stood when the session was signed."""
    for entry in entries:
        if entry.kind == "session.signed":
            return Head(entry.seq, entry.prev, entry.ts)
    return Head(entries[-1].seq, entries[-1].leaf)


def _composed(session: Session, entries: Sequence[Entry]) -> Letter:
    known: dict[str, Assessment] = {item: assess(session, item) for item in session.items}
    pages = pages_of(session)
    found = checks(session, {item: one.sentences for item, one in known.items()}, pages)
    unread = [name for name in session.opened.documents if name not in pages]
    return compose(session, known.__getitem__, found, head_of(entries), unread)
