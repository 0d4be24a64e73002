"""What is made of Datasette's pages: an overview, links to sessions, a page for each, errors in plain words.

Datasette calls these by name, as hooks of a plugin.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from assistant.core.problem import Refused
from assistant.log.report import reports
from assistant.web.session_page import session_page

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
