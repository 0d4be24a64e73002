"""One session as a page to read: what it is, its letter, and its steps in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.core.access_event import AccessRead
from assistant.core.problem import Refused, refuse
from assistant.core.text import visible
from assistant.letter import compose_from_log, to_text
from assistant.log import Log
from assistant.log.access import note
from assistant.log.answer_words import pages
from assistant.log.step_words import step_words
from assistant.log.timeline import timeline


@dataclass(frozen=True)
class Step:
    """A step of a session in words: its number, time and kind, where it belongs, and what it says."""

    seq: int
    time: str
    kind: str
    where: str
    says: str
    reason: str
    evidence: str


@dataclass(frozen=True)
class SessionPage:
    """What the page shows. `unlogged` says why the reading could not be logged, and is mostly empty."""

    session: str
    case: str
    reviewer: str
    kind: str
    status: str
    steps: tuple[Step, ...]
    letter: str
    unlogged: str


def session_page(log_path: Path, name: str, tell: Callable[[str], None]) -> SessionPage:
    """The page of a session of the log; raises `Refused` where there is none. That it is read is logged."""
    with Log.open(log_path, write=False) as log:
        session = log.resolve(name)
        row = next((one for one in log.sessions() if one.id == session), None)
        if row is None:
            raise refuse("This is not the session of a review.", session)
        unlogged = note(log_path, AccessRead("log serve", (session,)))
        if unlogged:
            tell(unlogged)
        try:
            letter = visible(to_text(compose_from_log(log, session)))
        except Refused:
            letter = ""
        return SessionPage(
            session=session,
            case=row.case,
            reviewer=row.reviewer,
            kind=row.kind,
            status=row.status,
            steps=tuple(_steps(timeline(log.read(session)))),
            letter=letter,
            unlogged=unlogged,
        )


def _steps(rows: list[dict[str, Any]]) -> Iterator[Step]:
    for row in rows:
        new = row["new"]
        yield Step(
            seq=row["seq"],
            time=row["ts"][:19].replace("T", " "),
            kind=row["kind"],
            where="/".join(part for part in (row["item"], row["prompt"]) if part),
            says=visible(step_words(row["kind"], row["old"], new)),
            reason=visible(row["reason"] or ""),
            evidence=", ".join(pages(new)) if isinstance(new, Mapping) else "",
        )
