"""What is made of Datasette's pages: an overview, a page for each report and session, errors in plain words.

Datasette calls these by name, as hooks of a plugin.
"""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode

from markupsafe import Markup, escape

from assistant.core.access_events import AccessQueried, AccessRead, AccessReported
from assistant.core.events import Event
from assistant.core.problem import Refused, refuse
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.core.text import one_line, visible
from assistant.letter import to_text
from assistant.log import Log
from assistant.log.access import note
from assistant.log.entry import Entry
from assistant.log.last_verified import last_verified
from assistant.log.report import Report, ask, report_json, reports
from assistant.log.sessions import OTHER_KINDS
from assistant.log.sql import Result, csv_lines
from assistant.log.timeline import Change, timeline
from assistant.review.determination import compose_from_log

_Got = TypeVar("_Got")

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


class Reading:
    """Who reads what, logged before it is shown, in the one thread in which queries run: never beside one of them.

    `tell` says what could not be logged.
    """

    def __init__(self, log_path: Path, executor: Executor, tell: Callable[[str], None]) -> None:
        self.log_path = log_path
        self.tell = tell
        self._executor = executor

    async def call(self, function: Callable[..., _Got], *values: object) -> _Got:
        """What the function gives, called in that thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *values)

    async def note(self, event: Event) -> str:
        """Logs that something is about to be shown; "" or a sentence saying why it couldn't be, which is told."""
        return await self.call(self.note_here, event)

    def note_here(self, event: Event) -> str:
        """The same, in the thread of the caller."""
        said = note(self.log_path, event)
        if said:
            self.tell(said)
        return said

    def resolved(self, name: str) -> str:
        """The whole id of the session that is named."""
        with Log.open(self.log_path, write=False) as log:
            return log.resolve(name)


def session_page(reading: Reading, name: str) -> SessionPage:
    """The page of a session of the log; raises `Refused` where there is none. That it is read is logged."""
    with Log.open(reading.log_path, write=False) as log:
        session = log.resolve(name)
        unlogged = reading.note_here(AccessRead("log serve", (session,)))
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


def add_pages(
    database: str, reading: Reading, seconds: float, prepare: Callable[[sqlite3.Connection], None]
) -> None:
    """Registers the hooks, in the place of those of an earlier call and of Datasette's own for errors.

    Datasette's prints what is in its variables, and so what is in the log. `prepare` is done to each connection to
    the tables before anything is asked.
    """
    from datasette import hookimpl
    from datasette.plugins import pm
    from datasette.utils.asgi import Response

    async def session(datasette: Any, request: Any) -> Any:
        try:
            page = await reading.call(session_page, reading, request.url_vars["session"])
        except Refused as refused:
            return await _error(datasette, request, 404, "There is no such session", str(refused))
        return Response.html(await datasette.render_template("session.html", {"page": page}, request=request))

    async def report_page(datasette: Any, request: Any) -> Any:
        try:
            return await _report(datasette, database, reading, request)
        except Refused as refused:
            return await _error(datasette, request, 400, "The report can't be made so", str(refused))

    async def query_as_csv(datasette: Any, request: Any) -> Any:
        try:
            return await _query_as_csv(datasette.get_database(database), request)
        except Refused as refused:
            return await _error(datasette, request, 400, "The query can't be answered", str(refused))

    def register_routes() -> list[tuple[str, Any]]:
        names = "|".join(map(re.escape, reports()))
        return [
            (rf"^/(?:{database}/)?session/(?P<session>[^/.]+)$", session),
            (rf"^/{database}/(?P<report>{names})(?:\.(?P<form>json|csv))?$", report_page),
            (rf"^/{database}\.csv$", query_as_csv),
        ]

    def prepare_connection(conn: sqlite3.Connection, database: str) -> None:
        if database == named:
            prepare(conn)

    async def extra_template_vars(template: str, datasette: Any) -> dict[str, Any]:
        tables = datasette.get_database(database)
        found: dict[str, Any] = {
            "reports": reports(),
            "verified": visible(await reading.call(last_verified, reading.log_path)),
            "as_of": None,
        }
        try:
            last = (await tables.execute("SELECT value FROM projection WHERE key = 'last'")).first()
            found["as_of"] = int(last[0] or 0) if last else 0
        except Exception:
            if template != "error.html":  # the page that says so is shown without it
                raise
        if template == "index.html":
            newest = f"SELECT * {_REVIEWS} ORDER BY last DESC LIMIT {NEWEST}"
            found["newest"] = [dict(row) for row in (await tables.execute(newest)).rows]
            found["count"] = (await tables.execute(f"SELECT count(*) {_REVIEWS}")).first()[0]
            hidden = {*await tables.hidden_table_names(), "projection"}
            found["tables"] = [name for name in await tables.table_names() if name not in hidden]
        return found

    async def handle_exception(datasette: Any, request: Any, exception: BaseException) -> Any:
        status, title, words = in_words(exception, seconds)
        if status == 500:
            reading.tell(f"{type(exception).__name__}: {exception}")
        return await _error(datasette, request, status, title, words)

    named = database
    plugin = ModuleType(PLUGIN)
    hooks = (register_routes, prepare_connection, extra_template_vars, handle_exception)
    plugin.__dict__.update({one.__name__: hookimpl(one) for one in hooks}, render_cell=hookimpl(_cell))
    for name in (PLUGIN, "datasette.handle_exception"):
        if pm.has_plugin(name):
            pm.unregister(name=name)
    pm.register(plugin, name=PLUGIN)


def _cell(row: Any, value: Any, column: str, datasette: Any) -> Markup | None:
    """A text as it is, never as a link to what it names; a session's id leads to its page, and to the step there."""
    if not isinstance(value, str) or not value:
        return None
    if column not in _LINKED:
        return escape(value)
    step = _step(row) if column != "other_session" else ""
    place = datasette.urls.path(f"/session/{quote(value, safe='')}")
    return Markup('<a href="{}{}">{}</a>').format(str(place), step, value)


def _step(row: Any) -> str:
    try:
        return f"#{int(row['seq'])}"
    except (LookupError, TypeError, ValueError):
        return ""


# A report as it is asked in an address: with the filters of `imr log report`, as a page, JSON or CSV.


_OF_REPORT = ("by", "sort", "_shape")
"""What an address of a report may have besides its filters."""


async def _report(datasette: Any, database: str, reading: Reading, request: Any) -> Any:
    """The rows of a report, logged before they are asked for; raises `Refused` for what it doesn't have."""
    from datasette.utils.asgi import Response

    asked = reports()[request.url_vars["report"]]
    form = request.url_vars["form"]
    filters, more = _arguments(asked, request.query_string)
    if "session" in filters:
        filters["session"] = await reading.call(reading.resolved, filters["session"])
    by, sort = (
        tuple(part.strip() for part in more.get(one, "").split(",") if part.strip()) for one in ("by", "sort")
    )
    shape = more.get("_shape", "objects")
    if shape not in ("objects", "array"):
        raise refuse(f"There is no shape `{one_line(shape, 20)}`.", "_shape", "Known: objects, array.")
    question = ask(asked, filters, by, sort=sort)
    unlogged = await reading.note(AccessReported(asked.name, filters, by))
    tables = datasette.get_database(database)
    found = await tables.execute(question.sql, question.values, truncate=True)
    rows = [tuple(row) for row in found.rows]
    if form == "json":
        last = (await tables.execute("SELECT value FROM projection WHERE key = 'last'")).first()
        result = Result(question.columns, rows, bool(found.truncated))
        said = report_json(asked, question, filters, result, int(last[0] or 0) if last else 0)
        return Response.json(said["rows"] if shape == "array" else said)
    if form == "csv":
        return _as_csv(question.columns, found, f"imr log report {asked.name} --format csv")
    query = f"?{request.query_string}" if request.query_string else ""
    here = f"/{database}/{asked.name}"
    page = {
        "report": asked,
        "question": question,
        "meanings": {**asked.columns, **asked.counted},
        "filters": filters,
        "by": by,
        "sort": sort,
        "columns": question.columns,
        "display_rows": [
            [
                _cell(dict(zip(question.columns, row, strict=True)), one, column, datasette) or _plain(one)
                for column, one in zip(question.columns, row, strict=True)
            ]
            for row in rows
        ],
        "truncated": found.truncated,
        "unlogged": unlogged,
        "here": datasette.urls.path(here),
        "json": datasette.urls.path(f"{here}.json") + query,
        "csv": datasette.urls.path(f"{here}.csv") + query,
        "sql": datasette.urls.path(f"/{database}")
        + "?"
        + urlencode({"sql": question.sql, **question.values}),
    }
    return Response.html(await datasette.render_template("report.html", page, request=request))


async def _query_as_csv(tables: Any, request: Any) -> Any:
    """A query of the reader's own as CSV: Datasette gives an empty file for a query that fails, and cuts a long one."""
    asked = dict(parse_qsl(request.query_string, keep_blank_values=True))
    sql = asked.pop("sql", "")
    values = {name: asked.get(name, "") for name in _PARAMETER.findall(sql)}
    try:
        found = await tables.execute(sql, values, truncate=True)
    except sqlite3.Error as error:
        raise refuse(f"{error}.", one_line(sql, 80)) from None
    if not found.description:
        raise refuse("This is not a query.", one_line(sql, 80), "Begin with SELECT or WITH.")
    return _as_csv([one[0] for one in found.description], found, "imr log sql --format csv")


def _as_csv(columns: Sequence[str], found: Any, elsewhere: str) -> Any:
    """The rows as a file; raises `Refused` where they aren't all, since a part would pass for the whole."""
    from datasette.utils.asgi import Response

    if found.truncated:
        raise refuse(
            f"There are more than {len(found.rows):,} rows.", "", f"Ask for fewer, or use `{elsewhere}`."
        )
    lines = csv_lines(columns, Result(tuple(columns), [tuple(row) for row in found.rows]).readable().rows)
    return Response("\r\n".join((*lines, "")), content_type="text/plain; charset=utf-8")


def _plain(value: Any) -> str:
    return Markup("&nbsp;") if value in (None, "") else str(value)


def _arguments(asked: Report, query: str) -> tuple[dict[str, str], dict[str, str]]:
    """The filters in an address, and what else it asks for; raises `Refused` for what is unknown or said twice.

    A field of a form that was left empty is none.
    """
    known = (*asked.filters, *_OF_REPORT)
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        name = name if name in known else name.replace("-", "_")
        if name not in known:
            said = ", ".join(one for one in known if not one.startswith("_"))
            raise refuse(f"`{asked.name}` has no `{one_line(name, 40)}`.", "", f"It has {said}.")
        if name in found:
            raise refuse(f"`{name}` is asked for twice.", "", "Ask for one of them.")
        if value:
            found[name] = value
    more = {name: found.pop(name) for name in _OF_REPORT if name in found}
    return found, more


def in_words(exception: BaseException, seconds: float) -> tuple[int, str, str]:
    """The status, title and words of an error."""
    from datasette.database import QueryInterrupted
    from datasette.utils.asgi import Base400
    from datasette.views.base import DatasetteError

    if isinstance(exception, QueryInterrupted) or getattr(exception, "title", "") == "SQL Interrupted":
        words = f"A query here may take {seconds:g} seconds. Narrow it, or run it with `imr log sql`."
        return 400, "The query took too long and was ended", words
    if isinstance(exception, DatasetteError):
        return exception.status, exception.title or "", str(exception.message)
    if isinstance(exception, Refused):
        return 503, "The log can't be read just now", str(exception)
    code = getattr(exception, "sqlite_errorcode", 0) & 0xFF
    if isinstance(exception, OSError) or code in _ELSEWHERE:
        words = "The tables of the reports are in use, or were made anew or taken away. Ask again; if it stays so, start `imr log serve` anew."
        return 503, "This page can't be shown just now", words
    if isinstance(exception, MemoryError):
        return 503, "This page can't be shown just now", "There is not enough memory for it. Ask for less."
    if isinstance(exception, sqlite3.Error):
        return 400, "The query can't be answered", str(exception)
    if isinstance(exception, Base400):
        words = str(exception)
        return exception.status, "", "There is no such page." if words == "404" else words
    return 500, "This page can't be shown", type(exception).__name__


_ELSEWHERE = frozenset(
    {
        *(sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR),
        *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB),
    }
)
"""Errors of SQLite that say nothing of what was asked: another program, the disk, or the file itself."""


async def _error(datasette: Any, request: Any, status: int, title: str, words: str) -> Any:
    from datasette.utils.asgi import Response

    if request.path.endswith(".json"):
        said = {"ok": False, "error": words, "status": status, "title": title, "rows": []}
        return Response.json(said, status=status)
    page = {"title": title, "error": words, "sql": request.args.get("sql")}
    return Response.html(await datasette.render_template("error.html", page, request=request), status=status)


# Which page of the browser view is about to be shown, as the entry that says so in the log.


def page_read(database: str, path: str, query: str) -> Event | None:
    """A table or a query of the reader's own; None for pages that show nothing of a review.

    The pages of sessions and reports log themselves, when it is known what is meant.
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
        return None  # the page of a report logs itself, when it is known that it can be made
    return AccessQueried(f"{unquote(path)}?{query}" if query else unquote(path))


# What an address asks for and no page would use: refused, since its answer would pass for one to what was asked.


_USED = frozenset(
    "_sort _sort_desc _size _next _search _searchmode _facet_size _nofacet _nosuggest _nocount _labels _shape _format "
    "_stream _dl _header _extra _extras _json_infinity _nl _timelimit _hide_sql _show_sql _blob_column".split()
)
_USED_AGAIN = frozenset("_col _nocol _where _through _facet _facet_array _facet_date _label _json".split())
_OF_COLUMNS = frozenset(("_sort", "_sort_desc", "_facet", "_col", "_nocol"))
_OF_A_FORM = re.compile(r"_filter_(column|op|value)(_[0-9]+)?")
_PARAMETER = re.compile(r"[:@$]([A-Za-z_][A-Za-z0-9_]*)")


async def unused_arguments(served: Any, database: str, path: str, query: str) -> str:
    """What of an address would be taken and not used, in a sentence; empty where all is used, or a report's page says."""
    asked = parse_qsl(query, keep_blank_values=True)
    head, _, rest = path.lstrip("/").partition("/")
    if not asked or head in ("-", "imr") or (head == database and _stem(rest) in reports()):
        return ""
    names = [name for name, _ in asked]
    known: set[str] = set()
    if head.partition(".")[0] == database and not rest:
        sql = dict(asked).get("sql", "")
        known = {"sql", *_PARAMETER.findall(sql)}
    elif head == database and not rest.startswith("session/"):
        tables = served.get_database(database)
        table = unquote(rest).partition("/")[0]
        known = {*await tables.table_columns(table)} or {*await tables.table_columns(_stem(table))}
    else:
        return f"This page takes nothing: `{one_line(names[0], 40)}` would not be used.\n"
    columns = known if rest else set()
    for name in dict.fromkeys(names):
        column = name.partition("__")[0] if columns else name
        if not (
            name in _USED
            or name in _USED_AGAIN
            or _OF_A_FORM.fullmatch(name)
            or name in known
            or column in known
        ):
            return f"There is no `{one_line(name, 40)}` here, so it would not be used."
        if names.count(name) > 1 and name not in _USED_AGAIN and column not in columns:
            return f"`{one_line(name, 40)}` is asked for twice."
    for name, column in asked:
        if name in _OF_COLUMNS and columns and column not in {*columns, "rowid"}:
            return f"There is no column `{one_line(column, 40)}` here."
    return ""


def _stem(name: str) -> str:
    """The name without the ending that asks for a form."""
    for form in (".json", ".csv", ".jsono", ".blob"):
        name = name.removesuffix(form)
    return name
