"""`imr log findings`, `answer`, `close`, `reviewed` and `sheet`: what comes of an audit, from the draw to the closed finding."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.options import (
    anew_option,
    form_options,
    given,
    log_at,
    note_reading,
    open_reports,
    reading_log_option,
)
from assistant.cli.output import print_json, print_lines, print_table
from assistant.core.access_events import RESULTS, SEVERITIES
from assistant.core.events import Event
from assistant.core.problem import refuse
from assistant.core.text import counted, one_line, visible

_OPEN = "SELECT finding, standing FROM findings WHERE finding = ? OR finding GLOB ? ORDER BY finding = ? DESC"
_DRAWS = "SELECT draw FROM file_reviews WHERE session = ? ORDER BY drawn DESC"
_SHEET = (
    "place", "session", "case_id", "reviewer", "kind", "outcome", "result", "findings", "text", "reviewed_by", "ts",
)  # fmt: skip


@click.command()
@click.argument("session", required=False)
@click.option("--all", "closed", is_flag=True, help="Closed ones too.")
@click.option("--severity", type=click.Choice(SEVERITIES), help="Only those that are so grave.")
@anew_option
@form_options
@reading_log_option
def findings(
    session: str | None, closed: bool, severity: str | None, anew: bool, form: str, log_path: Path | None
) -> None:
    """Show the findings that are not closed, on all sessions or on SESSION; the gravest first."""
    from assistant.core.access_events import AccessReported
    from assistant.log.report import reports
    from assistant.log.sql import as_objects

    path = log_at(log_path)
    chosen = given(session=session, severity=severity, standing=None if closed else "not closed")
    note_reading(path, AccessReported("findings", chosen))
    names = tuple(reports()["findings"].columns)
    ranks = " ".join(f"WHEN '{name}' THEN {at}" for at, name in enumerate(SEVERITIES))
    with open_reports(path, anew=anew) as held:
        found = held.run(
            f"SELECT {', '.join(names)} FROM findings WHERE (:closed OR standing != 'closed') "
            "AND (:session = '' OR session GLOB :session || '*') AND (:severity = '' OR severity = :severity) "
            f"ORDER BY CASE severity {ranks} END DESC, ts",
            {"closed": int(closed), "session": session or "", "severity": severity or ""},
        )
    if form == "json":
        print_json(as_objects(names, found.rows))
    elif form != "table":
        print_lines(form, names, found.rows)
    elif not found.rows:
        click.echo("No finding is like that." if closed or session or severity else "No finding is open.")
    else:
        shown = ("finding", "standing", "severity", "owner", "session", "days", "text", "answer")
        places = [names.index(one) for one in shown]
        print_table(shown, [tuple(row[at] for at in places) for row in found.rows])


def _named(path: Path, name: str) -> str:
    """The whole name of a finding that is not closed."""
    with open_reports(path) as held:
        rows = held.run(_OPEN, [name, f"{_literal(name)}*", name]).rows
    if not rows or (len(rows) > 1 and rows[0][0] != name):
        what = "Several findings begin" if rows else "There is no finding that begins"
        raise refuse(
            f"{what} with `{one_line(name, 40)}`.",
            one_line(str(path)),
            "See them with `imr log findings --all`.",
        )
    if rows[0][1] == "closed":
        raise refuse(
            f"The finding {rows[0][0]} is closed.", one_line(str(path)), "Note a new one with `imr log note`."
        )
    return str(rows[0][0])


def _literal(text: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in text)


def _kept(path: Path, event: Event) -> None:
    from assistant.log.access import note, unnamed

    if said := note(path, event):
        raise refuse(f"It was not kept. {said}", one_line(str(path)))
    if said := unnamed():
        click.echo(f"imr: {visible(said)}", err=True)


def _words(text: str, what: str) -> str:
    if not text.strip():
        raise refuse(f"{what} has words.", "", "Write it in quotes.")
    return text.strip()


@click.command()
@click.argument("finding")
@click.argument("text")
@reading_log_option
def answer(finding: str, text: str, log_path: Path | None) -> None:
    """Answer FINDING with TEXT. It stays open until it is closed."""
    from assistant.core.access_events import FindingAnswered

    path = log_at(log_path)
    words = _words(text, "An answer")
    name = _named(path, finding)
    _kept(path, FindingAnswered(name, words))
    click.echo(f"The finding {name} is answered.")


@click.command()
@click.argument("finding")
@click.argument("reason")
@reading_log_option
def close(finding: str, reason: str, log_path: Path | None) -> None:
    """Close FINDING, for REASON."""
    from assistant.core.access_events import FindingClosed

    path = log_at(log_path)
    words = _words(reason, "A reason")
    name = _named(path, finding)
    _kept(path, FindingClosed(name, words))
    click.echo(f"The finding {name} is closed.")


@click.command()
@click.argument("session")
@click.argument("result", type=click.Choice(RESULTS))
@click.argument("text", required=False, default="")
@click.option(
    "--draw", "drawn", default="", metavar="DRAW", help="The draw; without it, the newest that has SESSION."
)
@reading_log_option
def reviewed(session: str, result: str, text: str, drawn: str, log_path: Path | None) -> None:
    """Enter what reviewing SESSION, which was drawn, came to. Entered again, the newest counts."""
    from assistant.core.access_events import FileReviewed
    from assistant.log import Log

    path = log_at(log_path)
    with Log.open(path, write=False) as log:
        name = log.resolve(session)
    with open_reports(path) as held:
        draws = [str(row[0]) for row in held.run(_DRAWS, [name]).rows if str(row[0]).startswith(drawn)]
    if not draws:
        raise refuse(
            f"Session {visible(name)} is in no such draw.",
            one_line(str(path)),
            "Draw files with `imr log sample` first.",
        )
    _kept(path, FileReviewed(draws[0], name, result, text.strip()))
    click.echo(
        f"Session {visible(name)}: {result}, in the draw {draws[0]}. See the sheet with `imr log sheet`."
    )


@click.command()
@click.argument("draw", required=False, default="")
@anew_option
@form_options
@reading_log_option
def sheet(draw: str, anew: bool, form: str, log_path: Path | None) -> None:
    """Show the file-review sheet of DRAW, or of the newest: each file with its result, and what they come to."""
    from assistant.core.access_events import AccessReported
    from assistant.log.sql import as_objects

    path = log_at(log_path)
    note_reading(path, AccessReported("file-reviews", given(draw=draw or None)))
    with open_reports(path, anew=anew) as held:
        newest = "SELECT draw FROM file_reviews WHERE draw GLOB ? ORDER BY drawn DESC LIMIT 1"
        named = held.run(newest, [f"{_literal(draw)}*"]).rows
        if not named:
            raise refuse("There is no such draw.", one_line(str(path)), "Draw files with `imr log sample`.")
        name = str(named[0][0])
        columns = ", ".join(_SHEET)
        rows = held.run(f"SELECT {columns} FROM file_reviews WHERE draw = ? ORDER BY place", [name]).rows
    counts = {result: sum(row[_SHEET.index("result")] == result for row in rows) for result in RESULTS}
    done = sum(counts.values())
    if form == "json":
        print_json(
            {"draw": name, "files": as_objects(_SHEET, rows), "reviewed": done, **counts_as_json(counts)}
        )
    elif form != "table":
        print_lines(form, _SHEET, rows)
    else:
        print_table(_SHEET, rows)
        judged = counts["acceptable"] + counts["deficient"]
        share = f" ({100 * counts['acceptable'] / judged:.0f}%)" if judged else ""
        click.echo(
            f"\nDraw {name}: {done} of {counted(len(rows), 'file')} reviewed; {counts['acceptable']} acceptable{share}, "
            f"{counts['deficient']} deficient, {counts['not applicable']} not applicable."
        )


def counts_as_json(counts: dict[str, int]) -> dict[str, int]:
    """The counts under names that programs like."""
    return {name.replace(" ", "_"): count for name, count in counts.items()}
