"""What the browser is shown: the tables of the reports, each report as a stored query, and a page for each session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup, escape

from assistant.core.problem import Refused
from assistant.log.report import Report, ask, reports
from assistant.web.gate import App, Gate
from assistant.web.session_page import session_page

if TYPE_CHECKING:
    from datasette.app import Datasette

DATABASE = "log"
PLUGIN = "imr_session_pages"
QUERY_SECONDS = 10.0
MOST_ROWS = 2_000

FACETS: Mapping[str, tuple[str, ...]] = {
    "session": ("kind", "status", "outcome", "reviewer", "case_id"),
    "item": ("prompt_set", "decision", "suggested", "why", "month"),
    "answer": ("prompt", "status", "origin"),
    "answer_change": ("prompt", "what"),
    "ruling": ("criterion", "ruling"),
    "absence": ("prompt", "attested"),
    "fact_check": ("name",),
}
"""The columns of a table that a reader can narrow it by."""


def site(tables: Path, log_path: Path, key: str, tell: Callable[[str], None]) -> App:
    """The application to be served; `key` has to come with a request, `tell` says what could not be logged."""
    from datasette import hookimpl
    from datasette.app import Datasette
    from datasette.database import Database
    from datasette.plugins import pm
    from datasette.utils.asgi import Response

    pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)

    async def session(request: Any) -> Any:
        try:
            page = session_page(log_path, request.url_vars["session"], tell)
        except Refused as refused:
            return Response.text(f"{refused}\n", status=404)
        return Response.html(pages.get_template("session.html").render(page=page))

    def register_routes() -> list[tuple[str, Any]]:
        return [(r"^/(?:log/)?session/(?P<session>[^/.]+)$", session)]

    plugin = ModuleType(PLUGIN)
    plugin.__dict__.update(register_routes=hookimpl(register_routes), render_cell=hookimpl(_linked))
    if pm.has_plugin(PLUGIN):
        pm.unregister(name=PLUGIN)
    pm.register(plugin, name=PLUGIN)
    served: Datasette = Datasette(
        [],
        metadata=_described(),
        settings={
            "sql_time_limit_ms": int(QUERY_SECONDS * 1000),
            "max_returned_rows": MOST_ROWS,
            "allow_download": False,
            "default_allow_sql": True,
            "suggest_facets": False,
            "force_https_urls": False,
        },
        cache_headers=False,
    )
    served.remove_database("_memory")
    served.add_database(Database(served, path=str(tables), is_mutable=True), name=DATABASE)
    app: App = served.app()
    return Gate(app, key)


def _linked(value: Any, column: str) -> Markup | None:
    """A session's id in a table leads to its page."""
    if column not in ("session", "other_session") or not isinstance(value, str) or not value:
        return None
    return Markup('<a href="/session/{}">{}</a>').format(quote(value, safe=""), escape(value))


def _described() -> dict[str, Any]:
    """Datasette's metadata: the reports as stored queries, the facets of the tables, what this is."""
    return {
        "title": "Decision log",
        "description": "Made from the log for its reports, and for reading only. Each session has a page of its own.",
        "databases": {
            DATABASE: {
                "queries": {one.name: _query(one) for one in reports().values()},
                "tables": {table: {"facets": list(columns)} for table, columns in FACETS.items()},
            }
        },
    }


def _query(one: Report) -> dict[str, Any]:
    """A report as it is asked without filters."""
    asked = ask(one, {})
    sql = asked.sql
    for place, value in asked.values.items():
        sql = sql.replace(f":{place}", repr(value))
    return {"sql": sql, "title": one.question, "description": one.note}
