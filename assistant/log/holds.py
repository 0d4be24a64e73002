"""What is to be kept: sessions and cases under a legal hold, and those that have to be kept until a day.

Both are steps of a sitting. Nothing is taken out of what is kept, and what is under a legal hold isn't archived either.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from assistant.core.access_events import HoldReleased, SessionsHeld
from assistant.core.problem import in_words, reason, refuse
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.log import access
from assistant.log.checkpoint import present_log
from assistant.log.entry import form
from assistant.log.store import Log, open_reader

KINDS = ("access.held", "access.released")
"""The kinds of entry from which what is held is read, in the order of the log."""

_ENTRIES = "SELECT entry FROM event WHERE kind IN ('access.held', 'access.released') AND id > 0 ORDER BY id"


class Hold(Value):
    """A hold in force: its name, what it holds, since when, by whom, and until which day; without one it is a legal hold."""

    name: str
    sessions: tuple[str, ...]
    case: str
    keep_until: str
    since: str
    by: str

    def covers(self, session: str, case: str) -> bool:
        """Whether it keeps a session, by itself or by its case."""
        return session in self.sessions or bool(case and case == self.case)

    @property
    def in_words(self) -> str:
        """What it says of itself where something is refused for it."""
        until = f"to be kept until {self.keep_until}" if self.keep_until else "under a legal hold"
        return f"{until} ({self.name}, since {one_line(self.since[:10])}, by {one_line(self.by)})"


def holds_in(entries: Iterable[bytes]) -> list[Hold]:
    """The holds that are in force by entries of `KINDS`, in their order; a day that is over holds nothing any more."""
    found: dict[str, Hold] = {}
    for data in entries:
        with suppress(ValueError, TypeError, KeyError):  # one that can't be read is told by `verify`
            fields = form(data)
            body: dict[str, Any] = fields["body"]
            if fields["kind"] == KINDS[1]:
                found.pop(str(body["hold"]), None)
                continue
            sessions = tuple(map(str, body["sessions"]))
            until, case = str(body.get("keep_until", "")), str(body.get("case", ""))
            found[str(body["hold"])] = Hold(
                str(body["hold"]), sessions, case, until, str(fields["ts"]), str(fields["actor"])
            )
    now = str(datetime.now(UTC).date())
    return [one for one in found.values() if not one.keep_until or one.keep_until >= now]


def holds_of(connection: sqlite3.Connection) -> list[Hold]:
    """The holds that are in force in an open log."""
    return holds_in(bytes(data) for (data,) in connection.execute(_ENTRIES))


def holding(holds: Iterable[Hold], session: str, case: str) -> Hold | None:
    """The first hold on a session."""
    return next((one for one in holds if one.covers(session, case)), None)


def refuse_held(holds: Iterable[Hold], session: str, case: str) -> None:
    """Raises `Refused` where a session is to be kept."""
    if (found := holding(holds, session, case)) is not None:
        raise refuse(
            f"Nothing is taken out of this session: it is {found.in_words}.",
            f"session {session}",
            f"`imr log release {found.name} --reason WORDS` ends that, and is logged.",
        )


def hold(path: Path, sessions: Sequence[str], case: str, keep_until: str, why: str) -> Hold:
    """Logs that sessions, or all of a case, are to be kept; gives the hold."""
    true = present_log(path)
    why = reason(in_words(why, "The reason"), "The reason")
    keep_until = day_of(keep_until)
    with Log.open(true, write=False) as log:
        named = tuple(dict.fromkeys(log.resolve(one) for one in sessions))
        if case and case not in {one.case for one in log.sessions()}:
            raise refuse(f"No review in this log is of the case `{one_line(case, 60)}`.", str(true))
    if not named and not case:
        raise refuse("Nothing is named that is to be kept.", "", "Name a SESSION, or a case with --case.")
    name = secrets.token_hex(4)
    if said := access.note(true, SessionsHeld(name, named, why, case, keep_until)):
        raise refuse(f"Nothing is held. {said}", str(true))
    with closing(open_reader(true)) as connection:
        return next(one for one in holds_of(connection) if one.name == name)


def release(path: Path, name: str, why: str) -> str:
    """Logs that the hold is over whose name begins so, and gives that name."""
    true = present_log(path)
    why = reason(in_words(why, "The reason"), "The reason")
    with closing(open_reader(true)) as connection:
        known = [one.name for one in holds_of(connection)]
    meant = [one for one in known if name and one.startswith(name)]
    if len(meant) != 1:
        shown = ", ".join(known) or "none"
        what = "begins several holds" if meant else "is no hold"
        raise refuse(f"`{one_line(name, 20)}` {what} in force.", str(true), f"In force: {shown}.")
    if said := access.note(true, HoldReleased(meant[0], why)):
        raise refuse(f"Nothing is released. {said}", str(true))
    return meant[0]


def day_of(text: str) -> str:
    """A day to come as YYYY-MM-DD; empty for none. Raises `Refused` for what is no such day."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise refuse("This is no day.", one_line(text, 40), "Write it as 2031-12-31.") from None
    if day <= datetime.now(UTC).date():
        raise refuse("This day is over.", one_line(text, 40), "Name a day to come.")
    return str(day)
