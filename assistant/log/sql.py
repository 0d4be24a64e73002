"""SQL over the log and its reports, on a connection that can't change anything, nor go on for ever.

The file is opened for reading only, `query_only` is set, and an authorizer lets through nothing but reading: no
ATTACH, no extension, no PRAGMA that sets something. A query that takes too long is stopped; one that SQLite can't
stop in the midst of a step ends the program. Where somebody's own SQL is asked, all that SQLite holds in this process
is bounded, nothing of it goes to a file on the disk, and so are the bytes of an answer. `guard` makes any connection
such a one, whoever opened it.
"""

from __future__ import annotations

import csv
import io
import os
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType
from typing import Any

from assistant.core.problem import Refused, refuse
from assistant.core.text import ascii_json, one_line, visible
from assistant.log.checkpoint import present_log
from assistant.log.errors import leave_out, words
from assistant.machine import database_uri

Value = str | int | float | None

LONGEST_TEXT = 1_000_000
"""Bytes of a text or of a row, at most; no step of a query then takes much longer than a second."""

HEAP = 64_000_000
"""Bytes that SQLite may hold in a process that is asked somebody's own SQL."""

ANSWER = 16_000_000
"""Bytes of the values of one answer in memory, at most; rows beyond are cut off, and this is said."""

STEPS = 100
"""After so many steps of SQLite it is looked whether a query's time is over."""

_WRONG = (sqlite3.Error, sqlite3.Warning, OverflowError, UnicodeError, MemoryError)
_GRACE = 5.0
_READABLE_PRAGMAS = frozenset(
    "table_info table_xinfo table_list index_list index_info index_xinfo database_list foreign_key_list "
    "function_list compile_options".split()
)
_PRAGMAS_TO_ASK = frozenset({"schema_version", "encoding", "page_count", "page_size", "user_version"})
"""Pragmas that may be asked for their value and not given one."""

_READING = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION}
)
_REFUSED_FUNCTIONS = frozenset(
    {
        "load_extension",
        "fts3_tokenizer",
        "readfile",
        "writefile",
        "edit",
        "json_patch",
    }  # the last is quadratic
)


@dataclass(frozen=True)
class Result:
    """Rows of a query by column; `more` says whether there were others beyond the limit, `cut` that it was `ANSWER`."""

    columns: tuple[str, ...]
    rows: list[tuple[Value, ...]]
    more: bool = False
    cut: bool = False

    def readable(self) -> Result:
        """The same with bytes, which only the log's own tables hold, as the text that they are, or in hex."""
        return Result(self.columns, [tuple(map(_shown, row)) for row in self.rows], self.more, self.cut)


_QUOTED = re.compile(
    r"""'(?:[^']|'')*'|\[[^]]*]|`(?:[^`]|``)*`|--[^\n]*|/\*.*?(?:\*/|\Z)|"((?:[^"]|"")*)\"""", re.S
)
"""What may hold a double quote in SQL; the group is what stands in double quotes itself."""


@lru_cache(maxsize=256)
def names_as_names(sql: str) -> str:
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
    """A connection to the tables of the reports, with the log beside them as `log`; a context manager.

    `foreign` is for SQL that isn't the program's own: what it may hold in memory is then bounded for this process.
    """

    def __init__(self, reports: Path, log: Path, *, foreign: bool = False) -> None:
        self._connection = _connect(reports, present_log(log), foreign)
        self._foreign = foreign
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
        """The rows that a query gives, up to `limit`; raises `Refused` for what isn't one, or takes too long or much."""
        try:
            with nullcontext() if seconds is None else _limit(self._connection, seconds):
                cursor = self._connection.execute(names_as_names(sql), values)
                rows, cut = _fetched(cursor, limit) if self._foreign else (_all(cursor, limit), False)
        except _WRONG as error:
            raise _refusal(error, sql, seconds) from None
        columns = tuple(one[0] for one in cursor.description or ())
        if not columns:
            raise refuse("This is not a query.", one_line(sql, 80), "Begin with SELECT or WITH.")
        more = cut or (limit is not None and len(rows) > limit)
        return Result(columns, rows[:limit], more, cut)

    def stream(
        self, sql: str, values: Mapping[str, str | int] | Sequence[str | int] = ()
    ) -> Iterator[tuple[Value, ...]]:
        """The rows of a query one by one, for those that are too many to be held."""
        try:
            for row in self._connection.execute(names_as_names(sql), values):  # noqa: UP028 - it may outlive the connection
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


class TooLarge(sqlite3.OperationalError):
    """A row, or an answer that can't be cut, has more bytes than one may have."""


def size_of(row: Iterable[object]) -> int:
    """The bytes that a row takes in memory."""
    return sum(map(sys.getsizeof, row))


def _all(cursor: sqlite3.Cursor, limit: int | None) -> list[tuple[Value, ...]]:
    """The rows up to one more than `limit`."""
    return cursor.fetchall() if limit is None else cursor.fetchmany(limit + 1)


def _fetched(cursor: sqlite3.Cursor, limit: int | None) -> tuple[list[tuple[Value, ...]], bool]:
    """The same, and whether they were cut at `ANSWER` bytes."""
    rows: list[tuple[Value, ...]] = []
    size = 0
    for row in cursor:
        size += size_of(row)
        if size > ANSWER:
            if not rows:
                raise TooLarge("its first row alone is larger")
            return rows, True
        rows.append(row)
        if limit is not None and len(rows) > limit:
            break
    return rows, False


def _connect(reports: Path, log: Path, foreign: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        database_uri(reports.absolute(), "mode=ro"), uri=True, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA busy_timeout = 5000")
        _attach(connection, log)
        guard(connection, foreign=foreign)
    except BaseException:
        connection.close()
        raise
    return connection


def guard(connection: sqlite3.Connection, *, foreign: bool) -> None:
    """Lets a connection do nothing but read from now on, within bounds; `foreign` bounds the memory of the process.

    The bound on memory holds for every connection of the process and can't be taken back, so tables are brought up to
    date before. Nothing is sorted or kept in files meanwhile, so that no query fills the disk.
    """
    for name, value in (("query_only", "ON"), ("trusted_schema", "OFF"), ("cell_size_check", "ON")):
        connection.execute(f"PRAGMA {name} = {value}")
    (only,) = connection.execute("PRAGMA query_only").fetchone()
    assert only == 1, "SQLite ignores query_only"
    if foreign:
        connection.execute("PRAGMA temp_store = MEMORY")
        for name, most in (("hard_heap_limit", HEAP), ("soft_heap_limit", HEAP * 3 // 4)):
            connection.execute(f"PRAGMA {name} = {most}")
        _replace_slow_functions(connection)
    if hasattr(connection, "setlimit"):  # which SQLCipher's library has not: there memory alone is bounded
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_TEXT)
        connection.setlimit(sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200)
    connection.set_authorizer(_authorize)


# Functions of SQLite that can take minutes over one pair of texts, within a step that nothing can stop, in a form that
# can't: time is then bounded by the number of steps, and those are counted.


_WIDEST = 1_000
"""Characters that `printf` pads or cuts to, at most: SQLite counts up to the number, whatever it is."""

_WIDTH = re.compile(r"[0-9]{4,}|\*")

_TOO_LONG = " " * (LONGEST_TEXT + 1)
"""What SQLite refuses to take from a function, as it would refuse to make it itself."""

Native = str | bytes | int | float | None


def _replace_slow_functions(connection: sqlite3.Connection) -> None:
    plain = sqlite3.connect(":memory:", check_same_thread=False)

    def printf(*values: Native) -> Native:
        form = str(values[0]) if values else ""
        wide = any(isinstance(one, int | float) and abs(one) > _WIDEST for one in values[1:])
        if any(found[0] != "*" or wide for found in _WIDTH.finditer(form)):
            return _TOO_LONG
        marks = ", ".join("?" * len(values))
        made: Native = plain.execute(f"SELECT printf({marks})", values).fetchone()[0]
        return made

    def instr(text: Native, part: Native) -> int | None:
        if text is None or part is None:
            return None
        if isinstance(text, bytes) and isinstance(part, bytes):
            return text.find(part) + 1
        return _text(text).find(_text(part)) + 1

    def replace(text: Native, old: Native, new: Native) -> str | None:
        if text is None or old is None or new is None:
            return None
        whole, part, other = _text(text), _text(old), _text(new)
        if not part:
            return whole
        if len(whole) + whole.count(part) * (len(other) - len(part)) > LONGEST_TEXT:
            return _TOO_LONG
        return whole.replace(part, other)

    for name in ("printf", "format"):
        connection.create_function(name, -1, printf, deterministic=True)
    connection.create_function("instr", 2, instr, deterministic=True)
    connection.create_function("replace", 3, replace, deterministic=True)
    for name, left, right in (("trim", True, True), ("ltrim", True, False), ("rtrim", False, True)):
        connection.create_function(name, 2, partial(_trimmed, left, right), deterministic=True)


def _trimmed(left: bool, right: bool, text: Native, signs: Native) -> str | None:
    if text is None or signs is None:
        return None
    whole, taken = _text(text), frozenset(_text(signs))
    begin, end = 0, len(whole)
    while left and begin < end and whole[begin] in taken:
        begin += 1
    while right and end > begin and whole[end - 1] in taken:
        end -= 1
    return whole[begin:end]


def _text(value: str | bytes | int | float) -> str:
    """A value as SQLite makes a text of it."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, float):
        made: str = sqlite3.connect(":memory:").execute("SELECT CAST(? AS TEXT)", [value]).fetchone()[0]
        return made
    return str(value)


def _attached(uri: str) -> tuple[str, list[str]]:
    """The statement that attaches the log; an encrypted one takes its key along (see `assistant/cipher.py`)."""
    key = getattr(sqlite3, "KEY", "")
    return ("ATTACH ? AS log KEY ?", [uri, key]) if key else ("ATTACH ? AS log", [uri])


def _attach(connection: sqlite3.Connection, log: Path) -> None:
    """The log as `log`; on a medium that can't be written to, as a file that doesn't change."""
    uri = database_uri(log, "mode=ro")
    try:
        connection.execute(*_attached(uri))
        connection.execute("SELECT count(*) FROM log.sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        with closing(connection.execute("SELECT 1 FROM pragma_database_list WHERE name = 'log'")) as found:
            attached = found.fetchone() is not None
        if attached:
            connection.execute("DETACH log")
        connection.execute(*_attached(f"{uri}&immutable=1"))


def _authorize(
    action: int, first: str | None, second: str | None, _schema: str | None, _inner: str | None
) -> int:
    if action == sqlite3.SQLITE_FUNCTION:
        return sqlite3.SQLITE_DENY if (second or "").lower() in _REFUSED_FUNCTIONS else sqlite3.SQLITE_OK
    if action == sqlite3.SQLITE_PRAGMA:
        name = (first or "").lower()
        asked = name in _READABLE_PRAGMAS or (name in _PRAGMAS_TO_ASK and second is None)
        return sqlite3.SQLITE_OK if asked else sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


@contextmanager
def _limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Stops what takes longer than `seconds`: between two steps gently, else by ending the program."""
    end = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
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
    if isinstance(error, TooLarge):
        return refuse(
            "A row of the answer is too large.", where, f"A whole answer has at most {ANSWER:,} bytes."
        )
    if isinstance(error, MemoryError):
        return refuse(
            "The query needs more memory than one may take.",
            where,
            f"SQLite may hold {HEAP:,} bytes; ask for less.",
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
        yield ascii_json(dict(zip(names, row, strict=True)), None)


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
