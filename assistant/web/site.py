"""What the browser is shown: the tables of the reports, each report as a stored query, and a page for each session."""

from __future__ import annotations

import codecs
import csv
import hmac
import io
import re
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from markupsafe import escape

from assistant.core.text import visible
from assistant.log.access import note
from assistant.log.query import csv_cell
from assistant.log.report import Report, ask, reports
from assistant.web.pages import add_pages, page_read

if TYPE_CHECKING:
    from datasette.app import Datasette


# Who may ask: only this computer, by its own name, with the key that the program printed.


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE = "imr_key"
HOSTS = ("127.0.0.1", "localhost", "[::1]")
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self';"
        b" base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class Gate:
    """An ASGI application in front of another one: refuses what doesn't name this host or bring `key`."""

    def __init__(self, app: App, key: str) -> None:
        self._app = app
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"host", "").rsplit(":", 1)[0] not in HOSTS:
            await _say(send, 421, "This address is not served under that name. Use http://127.0.0.1.")
        elif scope["method"] not in ("GET", "HEAD"):
            await _say(send, 405, "The log is for reading only.")
        elif self._matches(_cookie(headers.get(b"cookie", ""))):
            await self._app(scope, receive, _guarded(send))
        else:
            await self._admit(scope, send)

    async def _admit(self, scope: Scope, send: Send) -> None:
        asked = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if not any(name == "key" and self._matches(value) for name, value in asked):
            await _say(send, 403, "Open the whole address that `imr log serve` has printed, key included.")
            return
        rest = urlencode([(name, value) for name, value in asked if name != "key"])
        location = "/" + scope.get("path", "/").lstrip("/") + (f"?{rest}" if rest else "")
        cookie = f"{COOKIE}={self._key}; HttpOnly; SameSite=Strict; Path=/"
        moved = [(b"location", location.encode("ascii", "ignore")), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": [*moved, *_HEADERS]})
        await send({"type": "http.response.body", "body": b""})

    def _matches(self, key: str) -> bool:
        return hmac.compare_digest(key.encode("utf-8", "replace"), self._key.encode())


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _guarded(send: Send) -> Send:
    """Answers with the headers that keep what is shown in this window."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = {name for name, _ in _HEADERS}
            kept = [(name, value) for name, value in message.get("headers", []) if name.lower() not in ours]
            message = {**message, "headers": [*kept, *_HEADERS]}
        await send(message)

    return sending


async def _say(send: Send, status: int, words: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})


# Foreign text in what is sent to a browser: shown as what it is in pages, and no formula in CSV.


_UNUSUAL = re.compile(r"[^\t\n\r -~]")
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]+)?", re.IGNORECASE)

Rewrite = Callable[[str, bool], str]
"""Takes a piece of text, and whether it is the last; gives what is to be sent of it."""


def harmless(app: App) -> App:
    """The application with its pages and its CSV made so."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        rewrite: Rewrite | None = None

        async def sending(message: Message) -> None:
            nonlocal rewrite
            if message["type"] == "http.response.start":
                rewrite = _for(scope, message)
                if rewrite is not None:
                    kept = [one for one in message["headers"] if one[0].lower() != b"content-length"]
                    message = {**message, "headers": kept}
            elif rewrite is not None:
                last = not message.get("more_body", False)
                text = rewrite(decoder.decode(message.get("body", b""), last), last)
                message = {**message, "body": text.encode()}
            await send(message)

        await app(scope, receive, sending)

    return answer


def _for(scope: Scope, start: Message) -> Rewrite | None:
    kinds = [value for name, value in start["headers"] if name.lower() == b"content-type"]
    kind = kinds[0].partition(b";")[0] if kinds else b""
    if kind == b"text/html":
        return lambda text, _last: _UNUSUAL.sub(lambda char: str(escape(visible(char[0]))), text)
    if kind == b"text/csv" or (kind == b"text/plain" and str(scope.get("path", "")).endswith(".csv")):
        return _Csv()
    return None


class _Csv:
    """Rows of CSV as they come in, perhaps in pieces: a line ends a row where the quotes before it are even."""

    def __init__(self) -> None:
        self._kept = ""

    def __call__(self, text: str, last: bool) -> str:
        self._kept += text
        rows, begin, end = [], 0, 0
        while (end := self._kept.find("\n", end) + 1) > 0:
            if self._kept.count('"', begin, end) % 2 == 0:
                rows.append(_row(self._kept[begin:end]))
                begin = end
        self._kept = self._kept[begin:]
        if last and self._kept:
            rows.append(_row(self._kept))
        return "".join(rows)


def _row(line: str) -> str:
    csv.field_size_limit(sys.maxsize)
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    for cells in csv.reader([line]):
        writer.writerow([one if _NUMBER.fullmatch(one) else csv_cell(one) for one in cells])
    return made.getvalue()


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
