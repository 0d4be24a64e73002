"""What the browser is shown: the tables of the reports, each report as a stored query, and a page for each session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.log.access import note
from assistant.log.report import Report, ask, reports
from assistant.web.foreign_text import harmless
from assistant.web.gate import App, Gate, Receive, Scope, Send
from assistant.web.page_read import page_read
from assistant.web.pages import add_pages

if TYPE_CHECKING:
    from datasette.app import Datasette

DATABASE = "log"
QUERY_SECONDS = 10.0
FACET_MILLISECONDS = 1_000
"""For one column; where counting its values takes longer, the page says so and shows the rows."""
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
    from datasette.app import Datasette
    from datasette.database import Database

    here = Path(__file__).parent
    add_pages(DATABASE, log_path, QUERY_SECONDS, tell)
    served: Datasette = Datasette(
        [],
        metadata=_described(),
        settings={
            "sql_time_limit_ms": int(QUERY_SECONDS * 1000),
            "facet_time_limit_ms": FACET_MILLISECONDS,
            "max_returned_rows": MOST_ROWS,
            "allow_download": False,
            "default_allow_sql": True,
            "suggest_facets": False,
            "force_https_urls": False,
        },
        cache_headers=False,
        template_dir=str(here / "templates"),
        static_mounts=[("imr", str(here / "static"))],
    )
    served.remove_database("_memory")
    served.add_database(_silent(Database(served, path=str(tables), is_mutable=True)), name=DATABASE)
    return Gate(_noted(harmless(served.app()), log_path, tell), key)


def _silent(database: Any) -> Any:
    """The database, not printing the queries that fail: what is in them may be foreign. The page says why."""
    execute = database.execute

    async def quiet(*values: Any, **named: Any) -> Any:
        return await execute(*values, **{**named, "log_sql_errors": False})

    database.execute = quiet
    return database


def _noted(app: App, log_path: Path, tell: Callable[[str], None]) -> App:
    """The application, with each page logged before it is shown."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            query = scope.get("query_string", b"").decode("latin-1")
            event = page_read(DATABASE, scope.get("path", "/"), query)
            unlogged = note(log_path, event) if event is not None else ""
            if unlogged:
                tell(unlogged)
        await app(scope, receive, send)

    return answer


def _described() -> dict[str, Any]:
    """Datasette's metadata: the reports as stored queries, the facets of the tables, what this is."""
    return {
        "title": "Decision log",
        "extra_css_urls": ["/imr/log.css"],
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
