"""`imr log sessions` and `imr log show`: which reviews there are, and what happened in one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from assistant.commands.log_reading import (
    filter_options,
    form_options,
    given,
    note_reading,
    open_reports,
    warn_of_unknown,
)
from assistant.commands.row_output import print_json, print_lines, print_table
from assistant.commands.table import width, wrapped
from assistant.commands.which_log import log_at, log_option
from assistant.core.text import one_line

ON_SCREEN = 100
"""Sessions in a table, at most, unless --limit says otherwise."""

_COLUMNS = ("id", "case", "reviewer", "kind", "status", "events", "opened", "last", "outcome")
_HEADS = ("session", "case", "reviewer", "kind", "status", "entries", "opened", "last entry", "outcome")

_LOOKS = ("prompt.shown", "prompt.left", "why.opened", "page.opened", "findings.opened", "suggestion.shown")
"""Kinds of steps that change nothing."""


@click.command()
@filter_options("reviewer", "case", "prompt-set", "outcome", "status", "since", "until")
@click.option(
    "--kind",
    type=click.Choice(["real", "practice", "training", "access", "book"]),
    help="Only these: reviews of a kind, sittings of those who read the log, or trainers' books.",
)
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many; {ON_SCREEN} in a table.")
@form_options
@log_option
def sessions(limit: int | None, form: str, log_path: Path | None, **filters: str | None) -> None:
    """List the reviews, the one last worked on first; a date is that of their opening."""
    from assistant.core.access_event import AccessListed
    from assistant.log.row_text import as_objects
    from assistant.log.session_list import listed

    path, chosen = log_at(log_path), given(**filters)
    sql, values = listed(chosen)
    note_reading(path, AccessListed("log sessions", chosen))
    most = limit or (ON_SCREEN if form == "table" else None)
    with open_reports(path) as held:
        warn_of_unknown(held, chosen)
        found = held.run(sql, values, limit=most)
    if form == "json":
        print_json(as_objects(_COLUMNS, found.rows))
    elif form != "table":
        print_lines(form, _COLUMNS, found.rows)
    elif not found.rows:
        click.echo(
            "No session is like that."
            if chosen
            else "The decision log holds no session yet. Begin one with `imr review`."
        )
    else:
        print_table(_HEADS, found.rows)
        if found.more:
            click.echo(f"\nThese are the newest {len(found.rows)}; see more with --limit, or filter them.")


@click.command()
@click.argument("session")
@click.option("--changes", is_flag=True, help="Only what was changed, decided or said; not what was shown.")
@form_options
@log_option
def show(session: str, changes: bool, form: str, log_path: Path | None) -> None:
    """Show what was logged in SESSION: an id, the beginning of one, `last`, or a bundle's file."""
    from assistant.core.access_event import AccessRead
    from assistant.log.bundle import is_bundle, open_source
    from assistant.log.timeline import timeline

    path = log_at(log_path)
    source, name = open_source(path, session)
    with source:
        if not is_bundle(session):
            note_reading(path, AccessRead("log show", (name,)))
        rows = [row for row in timeline(source.read(name)) if not changes or row["kind"] not in _LOOKS]
    if form == "json":
        print_json(rows)
        return
    if form != "table":
        columns = ("seq", "ts", "kind", "item", "prompt", "old", "new", "reason", "evidence", "actor", "hash")
        print_lines(form, columns, [_cells(row) for row in rows])
        return
    for line in _told(name, rows, width()):
        click.echo(line)


def _told(session: str, rows: Sequence[Mapping[str, Any]], wide: int) -> Iterator[str]:
    """The timeline for people: a date where it changes, then number, time, kind, and what happened in full."""
    kinds = max((len(row["kind"]) for row in rows), default=0)
    place = len(str(len(rows))) + 10 + kinds + 4
    shown = actor = ""
    yield f"Session {session}; times are UTC."
    for row in rows:
        day, by = row["ts"][:10], row["actor"]
        if (day, by) != (shown, actor):
            yield f"{day}, {one_line(by)}:"
            shown, actor = day, by
        begin = f"{row['seq']:>{len(str(len(rows)))}}  {row['ts'][11:19]}  {row['kind']:<{kinds}}  "
        for text in _lines(row) or [""]:
            yield from wrapped(begin, one_line(text), wide, " " * place)
            begin = " " * place


def _lines(row: Mapping[str, Any]) -> list[str]:
    from assistant.log.answer_words import pages
    from assistant.log.step_words import step_words

    where = "/".join(part for part in (row["item"], row["prompt"]) if part)
    said = step_words(row["kind"], row["old"], row["new"])
    first = ": ".join(part for part in (where, said) if part)
    label = "said of it" if row["kind"] == "answer.rejected" else "reason"
    more = [f"{label}: {row['reason']}"] if row["reason"] else []
    evidence = pages(row["new"]) if isinstance(row["new"], Mapping) else []
    texts = (first, *more, f"evidence: {', '.join(evidence)}" if evidence else "")
    return [line for text in texts for line in text.split("\n") if line]


def _cells(row: Mapping[str, Any]) -> tuple[str | int | None, ...]:
    from assistant.log.answer_words import pages
    from assistant.log.step_words import step_words

    evidence = ", ".join(pages(row["new"])) if isinstance(row["new"], Mapping) else ""
    return (
        row["seq"],
        row["ts"],
        row["kind"],
        row["item"],
        row["prompt"],
        step_words(row["kind"], None, row["old"]) or None,
        step_words(row["kind"], None, row["new"]) or None,
        row["reason"],
        evidence or None,
        row["actor"],
        row["hash"],
    )
