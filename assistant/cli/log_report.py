"""`imr log reports`, `report` and `sql`: the questions that auditors ask, and their answers."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import (
    filter_options,
    form_options,
    given,
    json_option,
    log_at,
    log_option,
    note_reading,
    open_reports,
    resolved,
    warn_of_unknown,
)
from assistant.cli.output import Value, filled, print_json, print_lines, print_table, width
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, visible

if TYPE_CHECKING:
    from assistant.log.query import ReadOnly, Result
    from assistant.log.report import Report


ON_SCREEN = 200
"""Rows of a table, at most, unless --limit says otherwise."""


@click.command()
@click.argument("name", required=False)
@click.option("--sql", "with_sql", is_flag=True, help="Print the SQL of the report, or of all of them.")
@json_option
def reports(name: str | None, with_sql: bool, as_json: bool) -> None:
    """List the reports with the question that each answers; with NAME, one with its columns and filters."""
    from assistant.cli.output import filled, width
    from assistant.log.report import report as find
    from assistant.log.report import reports as every

    chosen = [find(name)] if name else list(every().values())
    if as_json:
        print_json([_described(one) for one in chosen])
    elif with_sql:
        for one in chosen:
            click.echo(f"-- {one.question}\nCREATE VIEW {one.view_name} AS\n{one.view};\n")
            if one.query:
                click.echo(f"-- as it is asked, grouped by {', '.join(one.by)}:\n{_plain_query(one)};\n")
    elif name:
        _print_one(chosen[0])
    else:
        print_table(("report", "question"), [(one.name, one.question) for one in chosen])
        words = "Run one with `imr log report NAME`; see its columns and filters with `imr log reports NAME`."
        click.echo("\n".join(["", *filled(words, width())]))


@click.command()
@click.argument("name", required=False)
@filter_options(
    "session",
    "reviewer",
    "case",
    "item",
    "prompt",
    "prompt-set",
    "kind",
    "status",
    "outcome",
    "since",
    "until",
)
@click.option("--by", help="Columns to group by, with commas; only for reports that count.")
@click.option("--plot", "as_plot", is_flag=True, help="Draw it, where the report has something to draw.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many rows; {ON_SCREEN} in a table.")
@click.option("--anew", is_flag=True, help="Make the tables of the reports again from the whole log.")
@form_options
@log_option
def report(
    name: str | None,
    by: str | None,
    as_plot: bool,
    limit: int | None,
    anew: bool,
    form: str,
    log_path: Path | None,
    **filters: str | None,
) -> None:
    """Answer one question of an auditor: the report NAME, or the only one that begins so."""
    if name is None:
        from assistant.log.report import reports as every

        raise refuse("Name a report.", "", f"`imr log reports` says what each answers: {', '.join(every())}.")
    run_report(
        name,
        given(**filters),
        by=tuple(one.strip() for one in by.split(",")) if by else (),
        as_plot=as_plot,
        limit=limit,
        anew=anew,
        form=form,
        log_path=log_path,
    )


def run_report(
    name: str,
    filters: Mapping[str, str],
    *,
    form: str,
    log_path: Path | None,
    by: Sequence[str] = (),
    as_plot: bool = False,
    limit: int | None = None,
    anew: bool = False,
) -> None:
    """Asks a report and prints its answer; raises `Refused` for what it doesn't have."""
    from assistant.core.access_events import AccessReported
    from assistant.log.report import ask
    from assistant.log.report import report as find

    asked, path = find(name), log_at(log_path)
    if as_plot and not asked.plot:
        raise refuse(f"There is nothing to draw in `{asked.name}`.", "", "Leave --plot out.")
    most = limit or (ON_SCREEN if form == "table" else None)
    ask(asked, filters, by)
    chosen = resolved(path, filters)
    question = ask(asked, chosen, by, None if most is None else most + 1)
    note_reading(path, AccessReported(asked.name, chosen, tuple(by)))
    with open_reports(path, anew=anew) as held:
        warn_of_unknown(held, chosen)
        if form in ("ndjson", "csv"):
            print_lines(form, question.columns, _cut(held.stream(question.sql, question.values), most))
            return
        found = held.run(question.sql, question.values, limit=most)
        entries = int(held.run("SELECT value FROM projection WHERE key = 'last'").rows[0][0] or 0)
    if form == "json":
        print_json(_as_json(asked, chosen, by, found, entries))
    else:
        _print_report(asked, chosen, found, entries, as_plot)


def _cut(rows: Iterator[tuple[Value, ...]], most: int | None) -> Iterator[tuple[Value, ...]]:
    return islice(rows, most)


def _as_json(
    asked: Report, filters: Mapping[str, str], by: Sequence[str], found: Result, entries: int
) -> dict[str, object]:
    from assistant.log.query import as_objects

    return {
        "report": asked.name,
        "question": asked.question,
        "note": asked.note,
        "filters": dict(filters),
        "by": list(by or asked.by),
        "entries": entries,
        "rows": as_objects(found.columns, found.rows),
        "more": found.more,
    }


def _print_report(
    asked: Report, filters: Mapping[str, str], found: Result, entries: int, as_plot: bool
) -> None:
    from assistant.cli.output import filled, width
    from assistant.log.report import FILTERS

    wide = width()
    only = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in filters.items())
    for line in [*filled(asked.question, wide), *(filled(f"Only {only}.", wide) if only else ())]:
        click.echo(line)
    click.echo()
    said = {FILTERS[name] for name in filters if name in FILTERS and name != "prompt"}
    if not found.rows:
        click.echo("Nothing in the log is like that." if filters else "Nothing of this kind is in the log.")
    elif as_plot:
        _print_plot(asked, found, said, wide)
    else:
        flags = [name for name, meaning in asked.columns.items() if meaning.startswith("1 where")]
        print_table(found.columns, found.rows, flags=flags, hidden=said)
    click.echo()
    rows = counted(len(found.rows), "row")
    more = "; there are more, see them with --limit, or all of them with --format csv" if found.more else ""
    for line in filled(f"{rows}{more}. As of entry {entries:,} of the log.", wide):
        click.echo(line)
    for line in filled(asked.note, wide) if asked.note else ():
        click.echo(line)


def _print_plot(asked: Report, found: Result, said: set[str], wide: int) -> None:
    from assistant.cli.output import bars, heading, intervals, wrapped
    from assistant.log.query import as_objects

    rows = as_objects(found.columns, found.rows)
    counted = [name for name in asked.columns if name not in asked.by]
    groups = [name for name in found.columns if name not in counted and name not in said]
    told = [name for name in groups if len(rows) == 1 or len({row[name] for row in rows}) > 1] or groups
    for name in groups:
        if name not in told:
            click.echo("\n".join(wrapped("In all rows, ", f"{heading(name)}: {rows[0][name]}", wide, "  ")))
    labels = [" · ".join(str(row[name]) for name in told if row[name] is not None) for row in rows]
    values = [[_number(row[name]) for name in asked.plot] for row in rows]
    if len(asked.plot) == 3:
        rates = [(rate, low or 0.0, high or 0.0) for rate, low, high in values]
        drawn = intervals(labels, rates, [f"{row['upheld']} of {row['decisions']}" for row in rows], wide)
    else:
        drawn = bars(labels, [one[0] for one in values], wide)
    for line in drawn:
        click.echo(line)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _print_one(one: Report) -> None:
    from assistant.cli.output import filled, width

    wide = width()
    for text in (one.question, one.note):
        for line in filled(text, wide) if text else ():
            click.echo(line)
    click.echo()
    print_table(("column", "holds"), list(one.columns.items()))
    click.echo()
    if one.may:
        words = f"Grouped by {', '.join(one.by)}; --by takes these, and {', '.join(one.may)}."
        click.echo("\n".join(filled(words, wide)))
    filters = ", ".join(f"--{name.replace('_', '-')}" for name in one.filters)
    click.echo("\n".join(filled(f"Filters: {filters}.", wide)))
    words = f"In SQL it is the view `{one.view_name}`; see it with `imr log reports {one.name} --sql`."
    click.echo("\n".join(filled(words, wide)))


def _described(one: Report) -> dict[str, object]:
    return {
        "report": one.name,
        "question": one.question,
        "note": one.note,
        "view": one.view_name,
        "columns": [{"column": name, "holds": meaning} for name, meaning in one.columns.items()],
        "filters": list(one.filters),
        "by": list(one.by),
        "may": list(one.may),
        "sql": one.view,
        "query": _plain_query(one) if one.query else None,
    }


def _plain_query(one: Report) -> str:
    return re.sub(r" +\n", "\n", one.query.format(by=", ".join(one.by), where=""))


# `imr log sql`: a query of one's own, or a prompt for many of them, on a connection that can't write.


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
    from assistant.core.access_events import AccessQueried

    note_reading(path, AccessQueried(query[:4_000]))


def _print(found: Result, form: str, limit: int) -> None:
    if form == "json":
        print_json(
            {"columns": list(found.columns), "rows": [list(row) for row in found.rows], "more": found.more}
        )
    elif form == "table":
        print_table(found.columns, found.rows)
        click.echo(f"\n{counted(len(found.rows), 'row')}.")
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
        from assistant.cli.sql_prompt import asker
    except ImportError:
        click.echo("Names are completed after `pip install 'imr-assistant[sql]'`.", err=True)
        return input
    return asker(names)
