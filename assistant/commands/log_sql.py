"""`imr log sql`: a query of one's own, or a prompt for many of them, on a connection that can't write."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.log_reading import form_options, note_reading, open_reports
from assistant.commands.row_output import print_json, print_lines, print_table
from assistant.commands.table import filled, width
from assistant.commands.which_log import log_at, log_option
from assistant.core.problem import Refused, refuse
from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.log.query import ReadOnly, Result

SECONDS = 30
ROWS = 1_000
"""What a query may take and give, unless --seconds and --limit say otherwise."""

_HELP = """Write a SELECT and press Enter; a line that ends in a backslash goes on.
.tables          the views of the reports, their tables, and those of the log
.columns NAME    the columns of one
.quit            the end (so does Ctrl-D)"""

_HELP_MORE = (
    "Each report is a view by its name with _ for -, such as late_amendments; `imr log reports` lists them.",
    "The table `session` also holds the sittings of those who read the log (kind 'access') and trainers' books "
    "(kind 'book'). For reviews: WHERE kind IN ('real', 'practice', 'training').",
    "What an entry holds: SELECT CAST(entry AS TEXT) ->> '$.body.decision' FROM event. The reviewer's own words stand "
    "in `blob`, by the hash that the entry has in their place.",
    "A decision is 'upheld' or 'overturned' in SQL; its consequence is added where it is shown. Times are text, in UTC.",
)


@click.command()
@click.argument("query", required=False)
@click.option(
    "--limit", type=click.IntRange(min=1), default=ROWS, show_default=True, help="At most so many rows."
)
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.1),
    default=SECONDS,
    show_default=True,
    help="At most so long a query.",
)
@form_options
@log_option
def sql(query: str | None, limit: int, seconds: float, form: str, log_path: Path | None) -> None:
    """Run QUERY, a SELECT over the views of the reports and the log; without it, a prompt that completes names.

    Nothing can be changed here. Where standard input is no terminal, the query is read from it.
    """
    path = log_at(log_path)
    if query is None and not _at_terminal():
        query = sys.stdin.read()
    if query is not None:
        _note(path, query)
        with open_reports(path) as held:
            _print(held.run(query, limit=limit, seconds=seconds).readable(), form, limit)
        return
    with open_reports(path) as held:
        _converse(held, path, limit, seconds, form)


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _note(path: Path, query: str) -> None:
    from assistant.core.access_event import AccessQueried

    note_reading(path, AccessQueried(query[:4_000]))


def _print(found: Result, form: str, limit: int) -> None:
    if form == "json":
        print_json(
            {"columns": list(found.columns), "rows": [list(row) for row in found.rows], "more": found.more}
        )
    elif form == "table":
        print_table(found.columns, found.rows)
        click.echo(f"\n{len(found.rows):,} row{'' if len(found.rows) == 1 else 's'}.")
    else:
        print_lines(form, found.columns, found.rows)
    if found.more:
        click.echo(f"imr: There are more than these {limit:,} rows; see them with --limit.", err=True)


def _converse(held: ReadOnly, path: Path, limit: int, seconds: float, form: str) -> None:
    ask = _asker(held.names())
    click.echo("Queries over the decision log, only to read. `.help` says more, `.quit` ends.")
    lines: list[str] = []
    while True:
        try:
            line = ask("... " if lines else "sql> ")
        except KeyboardInterrupt:
            lines = []
            continue
        except EOFError:
            return
        if line.endswith("\\"):
            lines.append(line[:-1])
            continue
        text = "\n".join([*lines, line]).strip()
        lines = []
        if text in (".quit", ".exit", "quit", "exit"):
            return
        if text:
            try:
                _answer(held, path, text, limit, seconds, form)
            except Refused as refused:
                click.echo(f"imr: {visible(str(refused))}", err=True)
            except KeyboardInterrupt:
                click.echo("imr: Stopped.", err=True)


def _answer(held: ReadOnly, path: Path, text: str, limit: int, seconds: float, form: str) -> None:
    if text == ".help":
        click.echo(_HELP)
        for paragraph in _HELP_MORE:
            click.echo("\n".join(["", *filled(paragraph, width())]))
    elif text == ".tables":
        print_table(
            ("name", "columns"), [(name, ", ".join(columns)) for name, columns in held.names().items()]
        )
    elif text.startswith(".columns"):
        name, names = text.removeprefix(".columns").strip(), held.names()
        if name not in names:
            raise refuse(f"There is no table or view `{name}`.", "", "See them with `.tables`.")
        click.echo("\n".join(visible(column) for column in names[name]))
    elif text.startswith("."):
        raise refuse(f"`{text.split()[0]}` is not known here.", "", "See `.help`.")
    else:
        _note(path, text)
        _print(held.run(text, limit=limit, seconds=seconds).readable(), form, limit)


def _asker(names: dict[str, tuple[str, ...]]) -> Callable[[str], str]:
    """What reads a line: with completion and history where prompt_toolkit is there, else a plain line."""
    try:
        from assistant.commands.sql_prompt import asker
    except ImportError:
        click.echo("Names are completed after `pip install 'imr-assistant[sql]'`.", err=True)
        return input
    return asker(names)
