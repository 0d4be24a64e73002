"""The sessions of a log at a glance, read from the first, the last and the closing entry of each.

A log also holds sessions that are no reviews: the sittings of those who read it, the books of
trainers, and the desks of those who keep the work list. Lists and names mean reviews, unless another kind is asked for.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from assistant.clock import utc_minute
from assistant.core.dates import PartialDate, not_a_date, parse_date
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.log.chain import canonical, leaf, unseal
from assistant.log.database import ARCHIVED
from assistant.log.entry import form
from assistant.log.errors import leave_out

_ROWS = """
SELECT o.session, o.ts, o.entry, o.leaf, l.ts, l.seq, c.kind, c.entry, c.leaf
FROM event AS o
CROSS JOIN event AS l ON l.session = o.session AND l.seq = (
  SELECT max(seq) FROM event WHERE session = o.session AND id > 0)
LEFT JOIN event AS c ON c.id = (
  SELECT min(id) FROM event WHERE session = o.session AND id > 0 AND kind IN ('session.signed', 'session.declined'))
WHERE o.seq = 1 AND o.id > 0 AND {which}
ORDER BY l.id DESC
"""
_A_REVIEW = " AND ".join(f"{{first}}.kind NOT GLOB '{family}.*'" for family in ("access", "training", "work"))
_NEWEST = f"""SELECT session FROM event AS l WHERE EXISTS (
  SELECT 1 FROM event AS o WHERE o.session = l.session AND o.seq = 1 AND o.id > 0 AND {_A_REVIEW.format(first="o")})
ORDER BY id DESC LIMIT 1"""
_BEGIN_SO = f"""SELECT session, id FROM event WHERE seq = 1 AND id > 0 AND session >= :name AND session < :name || '~'
AND {_A_REVIEW.format(first="event")}"""

OTHER_KINDS = {"access": "access", "training": "book", "work": "desk"}
"""What a session that is no review is called, by the family of its first entry's kind."""


class SessionRow(Value):
    """One session: `status` is open, signed or declined; `outcome` uphold, overturn, partial or None.

    `kind` is real, practice or training for a review; else one of `OTHER_KINDS`.
    """

    id: str
    kind: str
    case: str
    reviewer: str
    status: str
    opened: str
    last: str
    events: int
    outcome: str | None


def session_rows(
    connection: sqlite3.Connection,
    reveal: Callable[[str], str | None],
    others: bool = False,
    family: str = "",
    case: str = "",
) -> Iterator[SessionRow]:
    """Every review, or with `others` every session that is none, or only those of a `family`; the newest entry's first.

    With `case` only those of it, found by its name in their first entries. One whose first or closing entry can't be read is left out.
    """
    review = _A_REVIEW.format(first="o")
    which = f"NOT ({review})" if others else review
    if family in OTHER_KINDS:
        which = f"o.kind GLOB '{family}.*'"
    named = canonical({"case": case})[1:-1] if case else b""
    found = connection.execute(_ROWS.format(which=f"{which} AND instr(o.entry, ?)"), [named])
    for session, opened, first, first_leaf, last, events, closing, close, close_leaf in found:
        try:
            if [*map(type, (session, opened, last, events))] != [str, str, str, int]:
                raise refuse("the columns beside an entry of it were changed.")
            start = _parts(first, first_leaf, reveal)
            body, end = start["body"], _parts(close, close_leaf, reveal)["body"] if close is not None else {}
        except Refused as refusal:
            leave_out(str(session), refusal)
            continue
        if case and start.get("case") != case:
            continue
        outcome = end.get("outcome")
        yield SessionRow(
            id=session,
            kind=OTHER_KINDS.get(_text(start.get("kind")).split(".", 1)[0]) or _text(body.get("mode")),
            case=_text(start.get("case")),
            reviewer=_reviewer(body.get("reviewer"), _text(start.get("actor"))),
            status={"session.signed": "signed", "session.declined": "declined"}.get(closing, "open"),
            opened=opened,
            last=last,
            events=events,
            outcome=None if outcome is None else _text(outcome),
        )


GIVEN = re.compile("[0-9a-f]{12}")
"""The form of an id that the program gives to a review."""


def matching_session(connection: sqlite3.Connection, name: str) -> str:
    """The session that `name` means: its id, the only review that begins so, or "last" (the newest entry's).

    None or several raise `Refused`; several are listed. A session that is no review has to be named in full. An id that
    the program doesn't give, and with which others begin, means none of them: somebody may have chosen it to be taken
    for one.
    """
    if name == "last":
        row = connection.execute(_NEWEST).fetchone()
        if row is None:
            raise refuse("The decision log holds no session yet.", fix="Begin one with `imr review`.")
        return str(row[0])
    exact = connection.execute(
        "SELECT 1 FROM event WHERE session = ? AND seq = 1 AND id > 0", [name]
    ).fetchone()
    if exact and GIVEN.fullmatch(name):
        return name
    rows = connection.execute(_BEGIN_SO, {"name": name}).fetchall()
    found = [str(session) for session, _ in sorted(rows, key=lambda row: -row[1])]
    if exact and found in ([], [name]):
        return name
    if len(found) == 1:
        return found[0]
    if not found or not name:
        away = connection.execute("SELECT 1 FROM event WHERE session = ? LIMIT 1", [ARCHIVED]).fetchone()
        fix = "See them all with `imr log sessions`."
        raise refuse(
            f"No session is named {name!r}.",
            fix=f"{fix} Others went into an archive: name it with --archive." if away else fix,
        )
    shown = ", ".join(found[:10]) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
    raise refuse(f"Several sessions begin with {name!r}: {shown}.", fix="Give more of the name.")


def _parts(entry: bytes, digest: object, reveal: Callable[[str], str | None]) -> dict[str, Any]:
    try:
        parts = form(entry)
        if leaf(entry) != digest:
            raise ValueError("its bytes do not give its hash")
        return {**parts, "body": unseal(parts["body"], reveal)}
    except ValueError as error:
        raise refuse(f"an entry of it can't be read: {error}.") from None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _reviewer(value: object, actor: str) -> str:
    if isinstance(value, dict):
        return _text(value.get("name")) or actor
    return _text(value) or actor


def session_words(row: SessionRow) -> str:
    """A session on one line of a list: its case, state, when it was last worked on, and its id."""
    outcome = f" · {row.outcome}" if row.outcome else ""
    return f"{row.case} · {row.kind} · {row.status}{outcome} · {utc_minute(row.last)} · {row.id}"


# A day, month or year as the bound of a period: `since` it begins, or `until` it is over.


def since(text: str, *, months: bool = False) -> str:
    """The first day of the period, as the log writes it (the first month where it counts by months)."""
    return _bound(_date(text, months).earliest, months)


def until(text: str, *, months: bool = False) -> str:
    """The first day (or month) after the period."""
    return _bound(_date(text, months).latest + timedelta(days=1), months)


def in_order(filters: Mapping[str, str]) -> None:
    """Refuses a time that ends before it begins: an empty answer would pass for one."""
    if {"since", "until"} <= filters.keys() and until(filters["until"]) <= since(filters["since"]):
        raise refuse(
            f"No time is since {one_line(filters['since'], 40)} and until {one_line(filters['until'], 40)}.",
            fix="The earlier date goes with `since`.",
        )


def _date(text: str, months: bool) -> PartialDate:
    made = parse_date(text)
    if made is None:
        raise refuse(
            not_a_date(text, f"`{one_line(text, 40)}`"),
            "",
            "Write 2026-03-15, 2026-03 or 2026; times are in UTC.",
        )
    if months and made.day is not None:
        raise refuse(f"This report counts by months; `{made}` is a day.", "", f"Write {str(made)[:7]}.")
    return made


def _bound(day: date, months: bool) -> str:
    return day.isoformat()[:7] if months else day.isoformat()


# The sessions of a log as they are listed: reviews, unless another kind is asked for, filtered as an auditor
# likes.


_COLUMNS = (
    "session AS id, case_id AS 'case', reviewer, kind, status, entries AS events, opened, last, outcome"
)
_EQUAL = {"reviewer": "reviewer", "case": "case_id", "kind": "kind", "status": "status", "outcome": "outcome"}
_OF_SET = "EXISTS (SELECT 1 FROM item WHERE item.session = session.session AND item.prompt_set = :prompt_set)"


def listed_sessions(
    filters: Mapping[str, str], columns: str = _COLUMNS, order: str = "last DESC"
) -> tuple[str, dict[str, str]]:
    """The query for the sessions that the filters let through, and its values.

    `since` and `until` are about the day on which a session was opened. Raises `Refused` for a date that is none.
    """
    in_order(filters)
    parts, values = [], dict(filters)
    if "kind" not in filters:
        others = ", ".join(f"'{kind}'" for kind in OTHER_KINDS.values())
        parts.append(f"kind NOT IN ({others})")
    for name, value in filters.items():
        if name == "since":
            parts.append("opened >= :since")
            values[name] = since(value)
        elif name == "until":
            parts.append("opened < :until")
            values[name] = until(value)
        elif name == "prompt_set":
            parts.append(_OF_SET)
        else:
            parts.append(f"{_EQUAL[name]} = :{name}")
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"SELECT {columns} FROM session{where} ORDER BY {order}", values
