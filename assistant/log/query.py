"""SQL over the log and its reports, on a connection that can't change anything, nor go on for ever.

The file is opened for reading only, `query_only` is set, and an authorizer lets through nothing but reading: no
ATTACH, no extension, no PRAGMA that sets something. A query that takes too long is stopped; one that SQLite can't
stop in the midst of a step ends the program.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible
from assistant.log.checkpoint import present_log
from assistant.log.errors import leave_out, words
from assistant.machine import database_uri

Value = str | int | float | None

LONGEST_TEXT = 1_000_000
"""Bytes of a text or of a row, at most; no step of a query then takes much longer than a second."""

_WRONG = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError)
_GRACE = 5.0
_READABLE_PRAGMAS = frozenset(
    "table_info table_xinfo table_list index_list index_info index_xinfo database_list foreign_key_list "
    "function_list compile_options".split()
)
_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION}
)
_REFUSED_FUNCTIONS = frozenset({"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit"})


@dataclass(frozen=True)
class Result:
    """Rows of a query by column; `more` says whether there were others beyond the limit."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    more: bool = False

    def readable(self) -> Result:
        """The same with bytes, which only the log's own tables hold, as the text that they are, or in hex."""
        return Result(self.columns, [tuple(map(_shown, row)) for row in self.rows], self.more)


_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|\[[^]]*]|`(?:[^`]|``)*`|--[^\n]*|/\*.*?(?:\*/|\Z)|"((?:[^"]|"")*)\"""", re.S
)
"""What may hold a double quote in SQL; the group is what stands in double quotes itself."""


def _names_as_names(sql: str) -> str:
    """The query with the names in double quotes in backticks, which SQLite never takes for text.

    A misspelt name in double quotes is text to SQLite (https://sqlite.org/quirks.html#dblquote), and a count comes
    to 0 where it should be an error.
    """

    def name(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return "`" + found[1].replace('""', '"').replace("`", "``") + "`"

    return _QUOTED.sub(name, sql)


class ReadOnly:
    """A connection to the tables of the reports, with the log beside them as `log`; a context manager."""

    def __init__(self, reports: Path, log: Path) -> None:
        self._connection = _connect(reports, present_log(log))
        for session, reason in self._connection.execute("SELECT session, reason FROM left_out"):
            leave_out(session, refuse(reason))

    def run(
        self,
        sql: str,
        values: Mapping[str, str | int] | Sequence[str | int] = (),
        *,
        limit: int | None = None,
        seconds: float | None = None,
    ) -> Result:
        """The rows that a query gives, up to `limit`; raises `Refused` for what isn't one, or takes too long."""
        try:
            with nullcontext() if seconds is None else _limit(self._connection, seconds):
                cursor = self._connection.execute(_names_as_names(sql), values)
                rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)
        except _WRONG as error:
            raise _refusal(error, sql, seconds) from None
        columns = tuple(one[0] for one in cursor.description or ())
        if not columns:
            raise refuse("This is not a query.", one_line(sql, 80), "Begin with SELECT or WITH.")
        more = limit is not None and len(rows) > limit
        return Result(columns, rows[:limit] if more else rows, more)

    def stream(
        self, sql: str, values: Mapping[str, str | int] | Sequence[str | int] = ()
    ) -> Iterator[tuple[Value, ...]]:
        """The rows of a query one by one, for those that are too many to be held."""
        try:
            for row in self._connection.execute(_names_as_names(sql), values):  # noqa: UP028 - it may outlive the connection
                yield row
        except _WRONG as error:
            raise _refusal(error, sql, None) from None

    def names(self) -> dict[str, tuple[str, ...]]:
        """Each table and view that can be asked, with its columns."""
        found: dict[str, tuple[str, ...]] = {}
        listed = (
            "SELECT name FROM {0}.sqlite_master WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'"
        )
        for schema in ("main", "log"):
            for (name,) in self._connection.execute(listed.format(schema)).fetchall():
                info = self._connection.execute(f'PRAGMA {schema}.table_info("{name}")')
                found.setdefault(str(name), tuple(str(row[1]) for row in info))
        return found

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> ReadOnly:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


def _connect(reports: Path, log: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        database_uri(reports.absolute(), "mode=ro"), uri=True, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        _attach(connection, log)
        for name, value in (("query_only", "ON"), ("trusted_schema", "OFF"), ("cell_size_check", "ON")):
            connection.execute(f"PRAGMA {name} = {value}")
        (only,) = connection.execute("PRAGMA query_only").fetchone()
        assert only == 1, "SQLite ignores query_only"
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
        connection.set_authorizer(_authorize)
    except BaseException:
        connection.close()
        raise
    return connection


def _attach(connection: sqlite3.Connection, log: Path) -> None:
    """The log as `log`; on a medium that can't be written to, as a file that doesn't change."""
    uri = database_uri(log, "mode=ro")
    try:
        connection.execute("ATTACH ? AS log", [uri])
        connection.execute("SELECT count(*) FROM log.sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        with closing(connection.execute("SELECT 1 FROM pragma_database_list WHERE name = 'log'")) as found:
            attached = found.fetchone() is not None
        if attached:
            connection.execute("DETACH log")
        connection.execute("ATTACH ? AS log", [f"{uri}&immutable=1"])


def _authorize(
    action: int, first: str | None, second: str | None, _schema: str | None, _inner: str | None
) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in _REFUSED_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        return sqlite3.SQLITE_OK if (first or "").lower() in _READABLE_PRAGMAS else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


@contextmanager
def _limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Stops what takes longer than `seconds`: between two steps gently, else by ending the program."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > end), 5_000)
    hard = threading.Timer(seconds + _GRACE, _end_program, [seconds])
    hard.daemon = True
    hard.start()
    try:
        yield
    finally:
        hard.cancel()
        connection.set_progress_handler(None, 0)


def _end_program(seconds: float) -> None:
    said = (
        f"imr: The query took longer than {seconds:g} seconds and could not be stopped; the program ends.\n"
    )
    sys.stderr.write(said)
    sys.stderr.flush()
    os._exit(2)


def _refusal(error: Exception, sql: str, seconds: float | None) -> Refused:
    said, where = words(error).rstrip("."), one_line(sql, 80)
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_INTERRUPT:
        return refuse(
            f"The query took longer than {seconds:g} seconds and was stopped.",
            where,
            "Ask for less, or give it more time with --seconds.",
        )
    refused = "prohibited" in said or said.startswith(("not authorized", "cannot modify"))
    if code in (sqlite3.SQLITE_AUTH, sqlite3.SQLITE_READONLY) or refused:
        return refuse(
            f"Here one can only read: {said}.",
            where,
            "Write a SELECT; see the tables with `imr log reports --sql`.",
        )
    if code == sqlite3.SQLITE_TOOBIG:
        return refuse("The query makes a text that is too long.", where, f"At most {LONGEST_TEXT} bytes fit.")
    return refuse(
        f"SQLite does not understand this: {said}.", where, "See the tables with `imr log reports --sql`."
    )


def _shown(value: Any) -> Value:
    """A value as text or number; bytes as the text that they are, or in hex."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return f"x'{value.hex()}'"
    return value  # type: ignore[no-any-return]


# Rows as text for other programs: JSON, one JSON object a line, and CSV that no spreadsheet takes for
# formulas.


_FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
"""What a spreadsheet may take for a formula: these signs first, narrow or wide, or a tab or line end."""


def csv_cell(value: Value) -> str | int | float:
    """A value for CSV: a text that a spreadsheet could take for a formula gets an apostrophe before it."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return value
    safe = visible(value)
    return f"'{safe}" if _FORMULA.match(value) or _FORMULA.match(safe) else safe


def csv_lines(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """The rows as CSV (RFC 4180) with a line of names, without line ends."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")  # it quotes what stands in this
    writer.writerow([csv_cell(name) for name in columns])
    yield buffer.getvalue()[:-2]
    for values in rows:
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([csv_cell(value) for value in values])
        yield buffer.getvalue()[:-2]


def json_lines(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[str]:
    """Each row as a JSON object on a line of its own, in ASCII."""
    names = unlike(columns)
    for row in rows:
        yield json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=True)


def as_objects(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> list[dict[str, Value]]:
    """The rows as objects by column."""
    names = unlike(columns)
    return [dict(zip(names, row, strict=True)) for row in rows]


def unlike(columns: Sequence[str]) -> list[str]:
    """The names of columns, the second of a name as `name_2`."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return names
