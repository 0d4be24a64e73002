"""The sessions of a log at a glance, read from the first, the last and the closing entry of each."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.core.chain import unseal
from assistant.core.problem import refuse

_ROWS = """
SELECT o.session, o.ts, o.entry, l.ts, l.seq, c.kind, c.entry
FROM event AS o
JOIN event AS l ON l.session = o.session AND l.seq = (SELECT max(seq) FROM event WHERE session = o.session)
LEFT JOIN event AS c ON c.id = (
  SELECT min(id) FROM event WHERE session = o.session AND kind IN ('session.signed', 'session.declined'))
WHERE o.seq = 1
ORDER BY l.id DESC
"""
_BEGIN_SO = (
    "SELECT session FROM event WHERE seq = 1 AND substr(session, 1, length(:name)) = :name ORDER BY id DESC"
)


@dataclass(frozen=True)
class SessionRow:
    """One session: `status` is open, signed or declined; `outcome` uphold, overturn, partial or None."""

    id: str
    kind: str
    case: str
    reviewer: str
    status: str
    opened: str
    last: str
    events: int
    outcome: str | None


def session_rows(connection: sqlite3.Connection, reveal: Callable[[str], str | None]) -> list[SessionRow]:
    """Every session, the one with the newest entry first."""
    rows = []
    for session, opened, first, last, events, closing, close in connection.execute(_ROWS):
        start = _fields(first, session)
        body = unseal(start.get("body") or {}, reveal)
        end = unseal((_fields(close, session).get("body") or {}) if close else {}, reveal)
        outcome = end.get("outcome")
        rows.append(
            SessionRow(
                id=session,
                kind=_text(body.get("mode")),
                case=_text(start.get("case")),
                reviewer=_reviewer(body.get("reviewer"), _text(start.get("actor"))),
                status={"session.signed": "signed", "session.declined": "declined"}.get(closing, "open"),
                opened=opened,
                last=last,
                events=events,
                outcome=None if outcome is None else _text(outcome),
            )
        )
    return rows


def matching_session(connection: sqlite3.Connection, name: str) -> str:
    """The session that `name` means: its id, the only one that begins so, or "last" (the newest entry's).

    None or several raise `Refused`; several are listed.
    """
    if name == "last":
        row = connection.execute("SELECT session FROM event ORDER BY id DESC LIMIT 1").fetchone()
        if row is None:
            raise refuse("The decision log holds no session yet.", fix="Begin one with `imr review`.")
        return str(row[0])
    if connection.execute("SELECT 1 FROM event WHERE session = ? AND seq = 1", [name]).fetchone():
        return name
    found = [str(session) for (session,) in connection.execute(_BEGIN_SO, {"name": name})]
    if len(found) == 1:
        return found[0]
    if not found or not name:
        raise refuse(f"No session is named {name!r}.", fix="See them all with `imr log sessions`.")
    shown = ", ".join(found[:10]) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
    raise refuse(f"Several sessions begin with {name!r}: {shown}.", fix="Give more of the name.")


def _fields(entry: bytes, session: str) -> dict[str, Any]:
    try:
        fields = json.loads(entry)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise refuse(
            "An entry of the decision log can't be read; the file was changed or is damaged.",
            f"session {session}",
            "Run `imr log verify`, and go back to a backup.",
        )
    return fields


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _reviewer(value: object, actor: str) -> str:
    if isinstance(value, dict):
        return _text(value.get("name")) or actor
    return _text(value) or actor


def session_words(row: SessionRow) -> str:
    """A session on one line of a list: its case, state, when it was last worked on, and its id."""
    outcome = f" · {row.outcome}" if row.outcome else ""
    return f"{row.case} · {row.kind} · {row.status}{outcome} · {row.last[:16].replace('T', ' ')} · {row.id}"
