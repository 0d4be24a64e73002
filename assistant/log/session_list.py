"""The sessions of a log as they are listed: reviews, unless another kind is asked for, filtered as an auditor likes."""

from __future__ import annotations

from collections.abc import Mapping

from assistant.log.period import since, until
from assistant.log.session_row import OTHER_KINDS

_COLUMNS = (
    "session AS id, case_id AS 'case', reviewer, kind, status, entries AS events, opened, last, outcome"
)
_EQUAL = {"reviewer": "reviewer", "case": "case_id", "kind": "kind", "status": "status", "outcome": "outcome"}
_OF_SET = "EXISTS (SELECT 1 FROM item WHERE item.session = session.session AND item.prompt_set = :prompt_set)"


def listed(
    filters: Mapping[str, str], columns: str = _COLUMNS, order: str = "last DESC"
) -> tuple[str, dict[str, str]]:
    """The query for the sessions that the filters let through, and its values.

    `since` and `until` are about the day on which a session was opened. Raises `Refused` for a date that is none.
    """
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
