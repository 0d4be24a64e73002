"""Which page of the browser view is about to be shown, as the entry that says so in the log."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote

from assistant.core.access_event import AccessQueried, AccessReported
from assistant.core.event_form import Event
from assistant.log.report import reports


def page_read(database: str, path: str, query: str) -> Event | None:
    """A report, a table or a query of the reader's own; None for pages that show nothing of a review.

    A session's page logs itself, when it is known which session is meant.
    """
    head, _, rest = path.lstrip("/").partition("/")
    root, _, ending = head.partition(".")
    asked = parse_qs(query).get("sql")
    if root == database and not rest:
        return AccessQueried(asked[0]) if asked else None
    if head != database or rest.startswith("session/") or not rest or ending:
        return None
    name = unquote(rest)
    for form in (".json", ".csv"):
        name = name.removesuffix(form)
    if name in reports():
        return AccessReported(name, {})
    return AccessQueried(f"{unquote(path)}?{query}" if query else unquote(path))
