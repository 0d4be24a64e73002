"""What the browser is shown: the tables of the reports, a page for each report, and one for each session."""

from __future__ import annotations

import codecs
import csv
import hmac
import io
import re
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from weakref import WeakKeyDictionary

from markupsafe import escape

from assistant.core.text import one_line, visible
from assistant.log.sql import HEAP, STEPS, TooLarge, csv_cell, guard, names_as_names, size_of
from assistant.machine import database_uri
from assistant.web.pages import Reading, add_pages, in_words, page_read, unused_arguments

if TYPE_CHECKING:
    from datasette.app import Datasette


# Who may ask: only this computer, by its own name, with the key that the program printed in the path of each address.
# No cookie is set: a browser would send it to every other port of this computer, whoever listens there.


Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

HOST = "127.0.0.1"
_HEADERS = [
    (
        b"content-security-policy",
        b"default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'self';"
        b" base-uri 'none'; frame-ancestors 'none'",
    ),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
]


class Gate:
    """An ASGI application in front of another one: refuses what doesn't name this host and port, or lacks the key.

    What is let through has the address without the key: nothing behind the gate logs it.
    """

    def __init__(self, app: App, key: str, port: int) -> None:
        self._app = app
        self._key = key.encode()
        self._hosts = (f"{HOST}:{port}", *((HOST,) if port == 80 else ()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        raw = scope.get("raw_path") or str(scope.get("path", "/")).encode("utf-8", "replace")
        key, slash, rest = raw.partition(b"?")[0].removeprefix(b"/").partition(b"/")
        if headers.get(b"host", "") not in self._hosts:
            await _say(send, 421, f"This address is not served under that name. Use http://{self._hosts[0]}.")
        elif scope["method"] not in ("GET", "HEAD"):
            await _say(send, 405, "The log is for reading only.")
        elif raw == b"/favicon.ico":  # what a browser asks for by itself; there is none
            await _say(send, 204, "")
        elif not slash or not hmac.compare_digest(key, self._key):
            await _say(send, 403, "Open the whole address that `imr log serve` has printed, key included.")
        else:
            path = "/" + unquote(rest.decode("latin-1"))
            await self._app({**scope, "raw_path": b"/" + rest, "path": path}, receive, _guarded(send))


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
    await send({"type": "http.response.body", "body": f"{words}\n".encode() if words else b""})


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


PAGE = 4_000_000
"""Bytes of the values that one page is made of, at most."""


def site(tables: Path, log_path: Path, key: str, port: int, tell: Callable[[str], None]) -> App:
    """The application to be served at `port`, under `key`; `tell` says what could not be logged."""
    from datasette.app import Datasette
    from datasette.database import Database

    here = Path(__file__).parent
    served: Datasette = Datasette(
        [],
        metadata=_described(),
        settings={
            "base_url": f"/{key}/",
            "sql_time_limit_ms": int(QUERY_SECONDS * 1000),
            "facet_time_limit_ms": FACET_MILLISECONDS,
            "max_returned_rows": MOST_ROWS,
            "num_sql_threads": 1,  # what one query may hold in memory is all that is held
            "allow_download": False,
            "default_allow_sql": True,
            "suggest_facets": False,
            "force_https_urls": False,
        },
        cache_headers=False,
        template_dir=str(here / "templates"),
        static_mounts=[("imr", str(here / "static"))],
    )
    reading = Reading(log_path, served.executor, tell)
    add_pages(DATABASE, reading, QUERY_SECONDS, _bounded)
    served.remove_database("_memory")
    served.add_database(_asked_in_words(Database(served, path=str(tables), is_mutable=True)), name=DATABASE)
    return Gate(_answered(_checked(harmless(served.app()), served, reading), tell), key, port)


def _bounded(connection: sqlite3.Connection) -> None:
    """Makes a connection one that can only read, within bounds, and refuses an answer that is too large for a page."""
    guard(connection, foreign=True)
    sizes: WeakKeyDictionary[sqlite3.Cursor, int] = WeakKeyDictionary()

    def row(cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        sizes[cursor] = sizes.get(cursor, 0) + size_of(values)
        if sizes[cursor] > PAGE:
            raise TooLarge(
                f"The answer has more than {PAGE:,} bytes, which is too large for a page. Ask for fewer rows or columns."
            )
        return sqlite3.Row(cursor, values)

    connection.row_factory = row


class _Stopped(sqlite3.Connection):
    """A connection at which it is looked often enough whether a query's time is over: some steps are long."""

    def set_progress_handler(self, handler: Any, n: int) -> None:
        """As in `sqlite3`, after at most `STEPS` steps."""
        super().set_progress_handler(handler, min(n, STEPS))


def _asked_in_words(database: Any) -> Any:
    """The database, not printing the queries that fail: what is in them may be foreign. The page says why.

    A name in double quotes is a name, as in `imr log sql`.
    """
    execute = database.execute

    def connect(write: bool = False) -> sqlite3.Connection:
        assert not write, "the log is for reading only"
        uri = database_uri(Path(database.path).absolute(), "mode=ro")
        return sqlite3.connect(uri, uri=True, check_same_thread=False, factory=_Stopped)

    async def quiet(sql: str, *values: Any, **named: Any) -> Any:
        try:
            return await execute(names_as_names(sql), *values, **{**named, "log_sql_errors": False})
        except MemoryError:
            words = f"The query needs more memory than one may take ({HEAP:,} bytes). Ask for less."
            raise TooLarge(words) from None

    database.connect = connect
    database.execute = quiet
    return database


def _checked(app: App, served: Any, reading: Reading) -> App:
    """The application, with what an address asks for used or refused, and each page logged before it is shown."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path, query = str(scope.get("path", "/")), scope.get("query_string", b"").decode("latin-1")
            if said := await unused_arguments(served, DATABASE, path, query):
                await _say(send, 400, said)
                return
            event = page_read(DATABASE, path, query)
            if event is not None:
                await reading.note(event)
        await app(scope, receive, send)

    return answer


def _answered(app: App, tell: Callable[[str], None]) -> App:
    """The application, with an answer in words where it has none: to an error before or in the page that says so.

    Where a part was sent already the rest is left out, and who asked sees that it broke off.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except Exception as error:
            tell(f"{type(error).__name__}: {one_line(str(error), 200)}")
            if scope["type"] == "http" and not begun:
                status, title, words = in_words(error, QUERY_SECONDS)
                await _say(send, status, f"{title}: {words}" if title else words)

    return answer


def _described() -> dict[str, Any]:
    """Datasette's metadata: the facets of the tables, and what this is."""
    return {
        "title": "Decision log",
        "extra_css_urls": ["/imr/log.css"],
        "databases": {
            DATABASE: {"tables": {table: {"facets": list(columns)} for table, columns in FACETS.items()}}
        },
    }
