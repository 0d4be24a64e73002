"""One session as a page to read: what it is, its letter, and its steps in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.access_event import AccessRead
from assistant.core.decision import OUTCOME_WORDS
from assistant.core.problem import Refused
from assistant.letter import compose_from_log, to_text
from assistant.log import Log
from assistant.log.access import note
from assistant.log.answer_words import pages
from assistant.log.entry import Entry
from assistant.log.session_row import OTHER_KINDS
from assistant.log.step_words import step_words
from assistant.log.timeline import timeline


@dataclass(frozen=True)
class Step:
    """A step of a session in words: its number, day, time and kind, where it belongs, and what it says."""

    seq: int
    day: str
    time: str
    kind: str
    where: str
    says: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class SessionPage:
    """What the page shows. `review` is False for a sitting and a book; `unlogged` says why the reading
    could not be logged, and is mostly empty."""

    session: str
    case: str
    reviewer: str
    kind: str
    status: str
    outcome: str
    review: bool
    steps: tuple[Step, ...]
    letter: str
    unlogged: str


def session_page(log_path: Path, name: str, tell: Callable[[str], None]) -> SessionPage:
    """The page of a session of the log; raises `Refused` where there is none. That it is read is logged."""
    with Log.open(log_path, write=False) as log:
        session = log.resolve(name)
        unlogged = note(log_path, AccessRead("log serve", (session,)))
        if unlogged:
            tell(unlogged)
        entries = log.read(session)
        try:
            letter = to_text(compose_from_log(log, session))
        except Refused:
            letter = ""
    first = entries[0]
    other = OTHER_KINDS.get(first.kind.partition(".")[0])
    status, outcome = _ended(entries)
    return SessionPage(
        session=session,
        case=first.case,
        reviewer=first.actor,
        kind=other or str(first.body.get("mode", "")),
        status=status,
        outcome=outcome,
        review=other is None,
        steps=tuple(_steps(timeline(entries))),
        letter=letter,
        unlogged=unlogged,
    )


def _ended(entries: Sequence[Entry]) -> tuple[str, str]:
    """How a session stands, and its outcome in words."""
    for entry in entries:
        if entry.kind == "session.signed":
            outcome = str(entry.body.get("outcome", ""))
            return "signed", OUTCOME_WORDS.get(outcome, outcome)
        if entry.kind == "session.declined":
            return "declined", ""
    return "open", ""


def _steps(rows: list[dict[str, Any]]) -> Iterator[Step]:
    for row in rows:
        new = row["new"]
        yield Step(
            seq=row["seq"],
            day=row["ts"][:10],
            time=row["ts"][11:19],
            kind=row["kind"],
            where="/".join(part for part in (row["item"], row["prompt"]) if part),
            says=step_words(row["kind"], row["old"], new),
            reason=row["reason"] or "",
            evidence=", ".join(pages(new)) if isinstance(new, Mapping) else "",
        )
