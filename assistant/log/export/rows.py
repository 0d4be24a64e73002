"""The steps of sessions as rows: a JSON object or a CSV line each, ODK's audit log, and Parquet with the very bytes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from assistant.core.problem import refuse
from assistant.log.fold import Source
from assistant.log.sql import csv_lines
from assistant.log.timeline import Change, timeline

COLUMNS = (
    "id", "session", "seq", "kind", "ts", "actor", "case", "item", "prompt", "old", "new", "reason", "evidence",
    "hash", "prev",
)  # fmt: skip
"""What a row of NDJSON and CSV holds; NDJSON has the `body` besides."""

AUDIT = ("event", "node", "start", "end", "old-value", "new-value", "user", "change-reason")
"""The columns of ODK's audit.csv for a form that tracks changes, who made them and why."""

_EVENTS = {
    "session.opened": "form start",
    "session.resumed": "form resume",
    "session.parked": "form save",
    "session.signed": "form finalize",
    "session.declined": "form exit",
    "prompt.shown": "question",
    "prompt.left": "question",
}
"""The kinds of steps that ODK has a name for; all others go by their own."""


def changes(log: Source, sessions: Sequence[str]) -> Iterator[Change]:
    """The steps of some sessions, one session after the other."""
    for session in sessions:
        yield from timeline(log, log.read(session))


def row(change: Change) -> dict[str, Any]:
    """A step as an object by `COLUMNS`, with its body."""
    entry = change.entry
    named = {**change.as_json(), "id": entry.id, "session": entry.session, "case": entry.case}
    named["evidence"] = [
        {"document": one.document, "page": one.page, "quote": one.quote} for one in change.evidence
    ]
    return {**{name: named[name] for name in COLUMNS}, "body": entry.body}


def ndjson(log: Source, sessions: Sequence[str]) -> Iterator[str]:
    """Each step as a JSON object on a line of its own."""
    for change in changes(log, sessions):
        yield json.dumps(row(change), ensure_ascii=False) + "\n"


def as_csv(log: Source, sessions: Sequence[str]) -> Iterator[str]:
    """Each step as a line of CSV, values that are more than a word as JSON."""
    rows = ([_cell(row(change)[name]) for name in COLUMNS] for change in changes(log, sessions))
    yield from (f"{line}\r\n" for line in csv_lines(COLUMNS, rows))


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int) else json.dumps(value, ensure_ascii=False)


def odk(log: Source, sessions: Sequence[str]) -> Iterator[str]:
    """The steps as ODK's audit.csv: a question's line ends when it is left or answered; times are milliseconds of UTC."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(AUDIT)
    for session in sessions:
        shown: Change | None = None
        for change in timeline(log, log.read(session)):
            if shown is not None:
                writer.writerow(_audit(shown, _moment(change)))
                shown = None
            if change.entry.kind == "prompt.shown":
                shown = change
            else:
                writer.writerow(_audit(change, None))
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
        if shown is not None:
            writer.writerow(_audit(shown, None))
    yield buffer.getvalue()


def _audit(change: Change, end: int | None) -> list[Any]:
    entry = change.entry
    place = [one for one in (change.item, *(change.prompt or "").split(".")) if one]
    node = "/".join(("", entry.case or "session", *place))
    old, new = ("" if one is None or not change.prompt else _cell(one) for one in (change.old, change.new))
    event = _EVENTS.get(entry.kind, entry.kind)
    return [
        event,
        node,
        _moment(change),
        "" if end is None else end,
        old,
        new,
        entry.actor,
        change.reason or "",
    ]


def _moment(change: Change) -> int:
    return round(datetime.fromisoformat(change.entry.ts).timestamp() * 1000)


def parquet(log: Source, sessions: Sequence[str], stored: Mapping[int, tuple[bytes, bytes]]) -> bytes:
    """The steps as a Parquet file; `entry` and `leaf` are the very bytes that are in the log, by id in `stored` (null for others)."""
    try:
        import pyarrow as arrow
        import pyarrow.parquet
    except ImportError:
        raise refuse(
            "Parquet needs a library that is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[parquet]'",
        ) from None
    columns: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "body", "entry", "leaf")}
    for change in changes(log, sessions):
        made = row(change)
        made["entry"], made["leaf"] = stored.get(change.entry.id, (None, None))
        for name, values in columns.items():
            values.append(made[name] if name in ("entry", "leaf") else _cell(made[name]))
    numbers = ("id", "seq")
    fields = [
        arrow.field(
            name,
            arrow.int64()
            if name in numbers
            else arrow.binary()
            if name in ("entry", "leaf")
            else arrow.string(),
        )
        for name in columns
    ]
    table = arrow.table(columns, schema=arrow.schema(fields))
    sink = io.BytesIO()
    pyarrow.parquet.write_table(table, sink, compression="zstd")
    return sink.getvalue()
