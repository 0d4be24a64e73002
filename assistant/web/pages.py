"""What is made of Datasette's pages: an overview, links to sessions, a page for each, errors in plain words.

Datasette calls these by name, as hooks of a plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from markupsafe import Markup, escape

from assistant.core.access_events import AccessQueried, AccessRead, AccessReported
from assistant.core.events import Event
from assistant.core.problem import Refused
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.letter import to_text
from assistant.log import Log
from assistant.log.access import note
from assistant.log.entry import Entry
from assistant.log.report import reports
from assistant.log.sessions import OTHER_KINDS
from assistant.log.timeline import Change, timeline
from assistant.review.determination import compose_from_log

# One session as a page to read: what it is, its letter, and its steps in order.


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
    steps: tuple[Change, ...]
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
        steps = tuple(timeline(log, entries))
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
        steps=steps,
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


PLUGIN = "imr_pages"
NEWEST = 20
"""Reviews on the first page."""

_REVIEWS = "FROM session WHERE kind IN ('real', 'practice', 'training')"
_LINKED = ("session", "other_session", "sitting")


def add_pages(database: str, log_path: Path, seconds: float, tell: Callable[[str], None]) -> None:
    """Registers the hooks, in the place of those of an earlier call and of Datasette's own for errors.

    Datasette's prints what is in its variables, and so what is in the log.
    """
    from datasette import hookimpl
    from datasette.plugins import pm
    from datasette.utils.asgi import Response

    async def session(datasette: Any, request: Any) -> Any:
        try:
            page = session_page(log_path, request.url_vars["session"], tell)
        except Refused as refused:
            return await _error(datasette, request, 404, "There is no such session", str(refused))
        return Response.html(await datasette.render_template("session.html", {"page": page}, request=request))

    def register_routes() -> list[tuple[str, Any]]:
        return [(rf"^/(?:{database}/)?session/(?P<session>[^/.]+)$", session)]

    async def extra_template_vars(template: str, datasette: Any) -> dict[str, Any]:
        found: dict[str, Any] = {"reports": reports()}
        if template == "index.html":
            tables = datasette.get_database(database)
            newest = f"SELECT * {_REVIEWS} ORDER BY last DESC LIMIT {NEWEST}"
            found["newest"] = [dict(row) for row in (await tables.execute(newest)).rows]
            found["count"] = (await tables.execute(f"SELECT count(*) {_REVIEWS}")).first()[0]
            hidden = {*await tables.hidden_table_names(), "projection"}
            found["tables"] = [name for name in await tables.table_names() if name not in hidden]
        return found

    async def handle_exception(datasette: Any, request: Any, exception: BaseException) -> Any:
        status, title, words = _said(exception, seconds)
        if status == 500:
            tell(f"{type(exception).__name__}: {exception}")
        return await _error(datasette, request, status, title, words)

    plugin = ModuleType(PLUGIN)
    hooks = (register_routes, extra_template_vars, handle_exception)
    plugin.__dict__.update({one.__name__: hookimpl(one) for one in hooks}, render_cell=hookimpl(_cell))
    for name in (PLUGIN, "datasette.handle_exception"):
        if pm.has_plugin(name):
            pm.unregister(name=name)
    pm.register(plugin, name=PLUGIN)


def _cell(row: Any, value: Any, column: str) -> Markup | None:
    """A text as it is, never as a link to what it names; a session's id leads to its page, and to the step there."""
    if not isinstance(value, str) or not value:
        return None
    if column not in _LINKED:
        return escape(value)
    step = _step(row) if column != "other_session" else ""
    return Markup('<a href="/session/{}{}">{}</a>').format(quote(value, safe=""), step, value)


def _step(row: Any) -> str:
    try:
        return f"#{int(row['seq'])}"
    except (LookupError, TypeError, ValueError):
        return ""


def _said(exception: BaseException, seconds: float) -> tuple[int, str, str]:
    """The status, title and words of an error."""
    from datasette.utils.asgi import Base400
    from datasette.views.base import DatasetteError

    if isinstance(exception, DatasetteError):
        if exception.title == "SQL Interrupted":
            words = f"A query here may take {seconds:g} seconds. Narrow it, or run it with `imr log sql`."
            return 400, "The query took too long and was ended", words
        return exception.status, exception.title or "", str(exception.message)
    if isinstance(exception, Base400):
        words = str(exception)
        return exception.status, "", "There is no such page." if words == "404" else words
    return 500, "This page can't be shown", type(exception).__name__


async def _error(datasette: Any, request: Any, status: int, title: str, words: str) -> Any:
    from datasette.utils.asgi import Response

    if request.path.endswith(".json"):
        said = {"ok": False, "error": words, "status": status, "title": title}
        return Response.json(said, status=status)
    page = {"title": title, "error": words, "sql": request.args.get("sql")}
    return Response.html(await datasette.render_template("error.html", page, request=request), status=status)


# Which page of the browser view is about to be shown, as the entry that says so in the log.


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
