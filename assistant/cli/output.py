"""How the reading commands print rows: a table for people, JSON, NDJSON or CSV for programs."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import click

from assistant.core.decision import DECISION_WORDS, OUTCOME_WORDS

Value = str | int | float | None

DECISIONS = ("decision", "suggested", "first_decision")
"""Columns that hold a decision, which is never shown without its consequence."""


def print_json(value: Any) -> None:
    """One JSON document, in ASCII."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))


def print_lines(form: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """The rows as NDJSON or CSV."""
    from assistant.log.row_text import csv_lines, json_lines

    for line in (json_lines if form == "ndjson" else csv_lines)(columns, rows):
        click.echo(line)


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    flags: Collection[str] = (),
    hidden: Collection[str] = (),
) -> None:
    """The rows as a table that fits the terminal.

    `flags` are columns whose 1 and 0 are shown as yes and no; `hidden` ones are left out.
    """
    from assistant.commands.table import table, width

    kept = [at for at, name in enumerate(columns) if name not in hidden] or list(range(len(columns)))
    shown = [[_word(columns[at], row[at], flags) for at in kept] for row in rows]
    for line in table([columns[at] for at in kept], shown, width()):
        click.echo(line)


def _word(column: str, value: Value, flags: Collection[str]) -> Value:
    if column in flags and value in (0, 1):
        return "yes" if value else "no"
    if column in DECISIONS and isinstance(value, str):
        return DECISION_WORDS.get(value, value)
    if column == "outcome" and isinstance(value, str):
        return OUTCOME_WORDS.get(value, value)
    return value
