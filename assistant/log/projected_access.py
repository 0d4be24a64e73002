"""The rows that a sitting at the log gives: who read, listed, queried, drew, noted or accepted what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.log.entry import Entry
from assistant.log.projection_tables import Rows


def sitting_rows(entries: Sequence[Entry]) -> Rows:
    """The rows of a sitting; one for each session that was read, or one for what concerns none in particular."""
    rows: Rows = {"reading": [], "audit_note": []}
    for entry in entries:
        shared = {"sitting": entry.session, "seq": entry.seq, "ts": entry.ts, "reader": entry.actor}
        if entry.kind == "access.note_added":
            noted = {"session": entry.body.get("session"), "text": entry.body.get("text")}
            rows["audit_note"].append({**shared, **noted})
        telling = _TELLING.get(entry.kind)
        if telling is None:
            continue
        what, detail = telling(entry.body)
        sessions = entry.body.get("sessions") or [entry.body.get("session")]
        rows["reading"] += [
            {**shared, "n": n, "what": what, "session": session, "detail": detail or None}
            for n, session in enumerate(sessions, 1)
        ]
    return rows


def _filters(body: Mapping[str, Any]) -> str:
    filters = body.get("filters")
    return ", ".join(f"{name}: {value}" for name, value in filters.items()) if filters else ""


def _rollback(body: Mapping[str, Any]) -> str:
    held = f"a checkpoint of {body.get('held_size')} entries of {body.get('held_log')} was let go"
    return f"{held}; this log had {body.get('size')}; reason: {body.get('reason')}"


_TELLING: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
    "access.read": lambda body: (str(body.get("command")), ""),
    "access.listed": lambda body: (str(body.get("command")), _filters(body)),
    "access.reported": lambda body: (f"report {body.get('report')}", _filters(body)),
    "access.queried": lambda body: ("sql", str(body.get("sql") or "")),
    "access.exported": lambda body: (f"export {body.get('what')}", str(body.get("form") or "")),
    "access.sample_drawn": lambda body: (
        "sample",
        f"{len(body.get('sessions') or ())} of {body.get('population')}, seed {body.get('seed')}"
        + (f"; {_filters(body)}" if _filters(body) else ""),
    ),
    "access.note_added": lambda body: ("note", ""),
    "access.rollback_accepted": lambda body: ("rollback accepted", _rollback(body)),
}
