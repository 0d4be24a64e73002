"""Rows as text for other programs: JSON, one JSON object a line, and CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from assistant.core.text import visible

Value = str | int | float | None

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
