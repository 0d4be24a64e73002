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
    anew_option,
    filter_options,
    form_options,
    given,
    json_option,
    log_at,
    note_reading,
    open_reports,
    reading_log_option,
    resolved,
    warn_of_unknown,
)
from assistant.cli.output import Value, filled, print_json, print_lines, print_table, width
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line, visible

if TYPE_CHECKING:
    from assistant.log.report import Question, Report
    from assistant.log.sql import ReadOnly, Result


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
                click.echo(
                    f"-- as it is asked, grouped by {', '.join(one.by or one.groups)}:\n{_plain_query(one)};\n"
                )
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
    "state",
    "criterion",
    "since",
    "until",
)
@click.option("--by", help="Columns to count by, with commas; only for reports that count.")
@click.option("--sort", help="Columns to sort by, with commas; a minus before one that falls.")
@click.option("--plot", "as_plot", is_flag=True, help="Draw it, where the report has something to draw.")
@click.option("--funnel", is_flag=True, help="Draw rates against how many decisions they rest on.")
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many rows; {ON_SCREEN} in a table.")
@anew_option
@form_options
@reading_log_option
def report(
    name: str | None,
    by: str | None,
    sort: str | None,
    as_plot: bool,
    funnel: bool,
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
    if funnel and as_plot:
        raise refuse("Only one drawing is made.", "--plot, --funnel", "Leave one of them out.")
    run_report(
        name,
        given(**filters),
        by=_listed(by),
        sort=_listed(sort),
        plot="funnel" if funnel else "rows" if as_plot else "",
        limit=limit,
        anew=anew,
        form=form,
        log_path=log_path,
    )


def _listed(columns: str | None) -> tuple[str, ...]:
    return tuple(one.strip() for one in columns.split(",")) if columns else ()


def run_report(
    name: str,
    filters: Mapping[str, str],
    *,
    form: str,
    log_path: Path | None,
    by: Sequence[str] = (),
    sort: Sequence[str] = (),
    plot: str = "",
    limit: int | None = None,
    anew: bool = False,
) -> None:
    """Asks a report and prints its answer; raises `Refused` for what it doesn't have."""
    from assistant.core.access_events import AccessReported
    from assistant.log.report import ask, report_json
    from assistant.log.report import report as find

    asked, path = find(name), log_at(log_path)
    question = ask(asked, filters, by, sort=sort)
    if plot and not (asked.plot and question.by):
        fix = "Leave it out." if not asked.plot else "Say with --by what it is counted by."
        raise refuse(f"There is nothing to draw in `{asked.name}`.", "--plot, --funnel", fix)
    if plot == "funnel" and len(asked.plot) != 3:
        raise refuse(f"`{asked.name}` has no rates to draw.", "--funnel", "Use --plot.")
    if plot and form != "table":
        raise refuse(
            "A drawing is for people to look at.", "--plot, --funnel", f"Leave it out with --format {form}."
        )
    most = limit or (ON_SCREEN if form == "table" and not plot else None)
    chosen = resolved(path, filters)
    question = ask(asked, chosen, by, None if most is None else most + 1, sort)
    note_reading(path, AccessReported(asked.name, chosen, tuple(by)))
    with open_reports(path, anew=anew) as held:
        warn_of_unknown(held, chosen)
        if form in ("ndjson", "csv"):
            if question.only:
                click.echo(f"imr: {question.only}", err=True)
            print_lines(form, question.columns, _cut(held.stream(question.sql, question.values), most))
            return
        found = held.run(question.sql, question.values, limit=most)
        entries = int(held.run("SELECT value FROM projection WHERE key = 'last'").rows[0][0] or 0)
    if form == "json":
        print_json(report_json(asked, question, chosen, found, entries))
    else:
        _print_report(asked, question, chosen, found, entries, plot)


def _cut(rows: Iterator[tuple[Value, ...]], most: int | None) -> Iterator[tuple[Value, ...]]:
    return islice(rows, most)


def _print_report(
    asked: Report, question: Question, filters: Mapping[str, str], found: Result, entries: int, plot: str
) -> None:
    from assistant.cli.output import filled, width
    from assistant.log.report import FILTERS

    wide = width()
    only = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in filters.items())
    for line in [*filled(asked.question, wide), *(filled(f"Only {only}.", wide) if only else ())]:
        click.echo(line)
    for line in filled(question.only, wide) if question.only else ():
        click.echo(line)
    click.echo()
    said = {FILTERS[name] for name in filters if name in FILTERS and name != "prompt"}
    if not found.rows:
        click.echo(
            "Nothing in the log is like that."
            if filters or question.only
            else "Nothing of this kind is in the log."
        )
    elif plot == "funnel":
        _print_funnel(question, found, wide)
    elif plot:
        _print_plot(asked, question, found, said, wide)
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


def _print_plot(asked: Report, question: Question, found: Result, said: set[str], wide: int) -> None:
    from assistant.cli.output import bars, heading, intervals, wrapped
    from assistant.log.report import every_month
    from assistant.log.sql import as_objects

    rows = every_month(as_objects(found.columns, found.rows), question.by)
    groups = [name for name in question.by if name not in said] or list(question.by)
    told = [name for name in groups if len(rows) == 1 or len({row[name] for row in rows}) > 1] or groups
    for name in groups:
        if name not in told:
            click.echo("\n".join(wrapped("In all rows, ", f"{heading(name)}: {rows[0][name]}", wide, "  ")))
    labels = [_label(row, told) for row in rows]
    if len(asked.plot) == 3:
        rate, low, high = asked.plot
        rates = [(_number(row[rate]), _number(row[low]), _number(row[high])) for row in rows]
        drawn = intervals(labels, rates, [_rate_words(row, question) for row in rows], wide)
    else:
        drawn = bars(labels, [_number(row[asked.plot[0]]) for row in rows], wide)
    for line in drawn:
        click.echo(line)
    _print_mix(rows, labels, wide)


def _label(row: Mapping[str, Value], names: Sequence[str]) -> str:
    return " · ".join(str(row[name]) for name in names if row[name] is not None)


def _rate_words(row: Mapping[str, Value], question: Question) -> str:
    """How many of how many, and what was to be expected of such cases."""
    count, of = question.columns[len(question.by) + 1], question.columns[len(question.by)]
    if row[of] is None:
        return "none decided"
    expected = row.get("expected")
    return f"{row[count]} of {row[of]}" + ("" if expected is None else f", expected {expected:g}%")


def _print_mix(rows: Sequence[Mapping[str, Value]], labels: Sequence[str], wide: int) -> None:
    """Which cases each row is about, where the report says so."""
    from assistant.cli.output import wrapped

    told = [(label, row) for label, row in zip(labels, rows, strict=True) if row.get("mix")]
    if told:
        click.echo("\nThe cases behind each:")
    for label, row in told:
        click.echo("\n".join(wrapped("  ", f"{one_line(label, 60)}: {row['mix']}", wide, "    ")))


def _print_funnel(question: Question, found: Result, wide: int) -> None:
    from assistant.cli.output import filled, funnel
    from assistant.log.sql import as_objects

    every = as_objects(found.columns, found.rows)
    count, of = question.columns[len(question.by) + 1], question.columns[len(question.by)]
    kinds = list(dict.fromkeys(row.get("kind") for row in every))
    for number, kind in enumerate(kinds):
        rows = [row for row in every if row.get("kind") == kind]
        labels = [_label(row, question.by) for row in rows]
        units = [(int(row[count] or 0), int(row[of] or 0)) for row in rows]
        if number:
            click.echo()
        for line in funnel(labels, units, [_rate_words(row, question) for row in rows], wide):
            click.echo(line)
        _print_mix(rows, labels, wide)
    words = (
        "The lines are where 95% (·) and 99.8% (:) of the rates would lie if nothing but chance told them apart "
        "from the rate of all together: of twenty, one lies outside the inner lines by chance alone. Few decisions "
        "spread widely, many hardly. Whoever has other cases has another rate: see the mix before asking why."
    )
    click.echo()
    for line in filled(words, wide):
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
    if one.counted:
        click.echo("Counted, it has these instead:\n")
        print_table(("column", "holds"), list(one.counted.items()))
        click.echo()
    if one.groups:
        first = f"Grouped by {', '.join(one.by)}" if one.by else "Counted only with --by"
        click.echo("\n".join(filled(f"{first}; --by takes {', '.join(one.groups)}.", wide)))
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
        "counted": [{"column": name, "holds": meaning} for name, meaning in one.counted.items()],
        "filters": list(one.filters),
        "by": list(one.by),
        "may": list(one.may),
        "sql": one.view,
        "query": _plain_query(one) if one.query else None,
    }


def _plain_query(one: Report) -> str:
    groups = one.by or one.groups
    return re.sub(r" +\n", "\n", one.counting(groups, ", ".join(groups)))


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
    "The table `session` also holds the sittings of those who read the log (kind 'access'), trainers' books "
    "(kind 'book') and the desks of the work list (kind 'desk'). For reviews: WHERE kind IN ('real', 'practice', 'training').",
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
@anew_option
@form_options
@reading_log_option
def sql(query: str | None, limit: int, seconds: float, anew: bool, form: str, log_path: Path | None) -> None:
    """Run QUERY, a SELECT over the views of the reports and the log; without it, a prompt that completes names.

    Nothing can be changed here. Where standard input is no terminal, the query is read from it.
    """
    path = log_at(log_path)
    if query is None and not _at_terminal():
        query = sys.stdin.read()
    if query is not None:
        _note(path, query)
        with open_reports(path, anew=anew, foreign=True) as held:
            _print(held.run(query, limit=limit, seconds=seconds).readable(), form, limit)
        return
    with open_reports(path, anew=anew, foreign=True) as held:
        _converse(held, path, limit, seconds, form)


def _at_terminal() -> bool:
    return sys.stdin.isatty()


def _note(path: Path, query: str) -> None:
    from assistant.core.access_events import AccessQueried

    note_reading(path, AccessQueried(query[:4_000]))


def _print(found: Result, form: str, limit: int) -> None:
    from assistant.log.sql import ANSWER

    if form == "json":
        print_json(
            {"columns": list(found.columns), "rows": [list(row) for row in found.rows], "more": found.more}
        )
    elif form == "table":
        print_table(found.columns, found.rows)
        click.echo(f"\n{counted(len(found.rows), 'row')}.")
    else:
        print_lines(form, found.columns, found.rows)
    if found.cut:
        click.echo(
            f"imr: Cut after {counted(len(found.rows), 'row')}: an answer has at most {ANSWER:,} bytes.",
            err=True,
        )
    elif found.more:
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
