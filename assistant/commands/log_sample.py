"""`imr log sample`, `note` and `notes`: what an auditor draws for review, and what the auditor makes of it."""

from __future__ import annotations

import secrets
from pathlib import Path

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
from assistant.commands.which_log import log_at, log_option

MOST = 1_000
"""Sessions in a draw, at most: all of them stand in one entry of the log."""

_COLUMNS = ("draw", "session", "case", "reviewer", "kind", "outcome", "opened")


@click.command()
@click.option(
    "-n", "size", type=click.IntRange(1, MOST), default=30, show_default=True, help="How many to draw."
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="The number that the draw rests on; without it, a new one."
)
@filter_options("reviewer", "case", "prompt-set", "outcome", "kind", "since", "until")
@click.option(
    "--status",
    type=click.Choice(["open", "signed", "declined"]),
    default="signed",
    show_default=True,
    help="Reviews of which status.",
)
@form_options
@log_option
def sample(
    size: int, seed: int | None, status: str, form: str, log_path: Path | None, **filters: str | None
) -> None:
    """Draw reviews for review: the same again for the same seed. The draw is logged."""
    from assistant.core.access_event import SampleDrawn
    from assistant.log.row_text import as_objects
    from assistant.log.sample import METHOD, draw
    from assistant.log.session_list import listed

    path, chosen = log_at(log_path), given(status=status, **filters)
    chance = secrets.randbelow(10**6) if seed is None else seed
    sql, values = listed(chosen, columns="session", order="session")
    with open_reports(path) as held:
        warn_of_unknown(held, chosen)
        every = [str(row[0]) for row in held.run(sql, values).rows]
        drawn = draw(every, size, chance)
        note_reading(path, SampleDrawn(METHOD, chance, size, chosen, len(every), drawn))
        row = "SELECT session, case_id, reviewer, kind, outcome, opened FROM session WHERE session = ?"
        rows = [(place, *held.run(row, [name]).rows[0]) for place, name in enumerate(drawn, 1)]
    if form == "json":
        print_json(
            {
                "method": METHOD,
                "seed": chance,
                "size": size,
                "filters": chosen,
                "population": len(every),
                "sessions": as_objects(_COLUMNS, rows),
            }
        )
    elif form != "table":
        print_lines(form, _COLUMNS, rows)
    elif not rows:
        click.echo("No session is like that; nothing was drawn.")
    else:
        print_table(_COLUMNS, rows)
        click.echo(f"\n{len(rows)} of {len(every):,}, seed {chance}; draw them again with --seed {chance}.")


@click.command()
@click.argument("session")
@click.argument("text")
@log_option
def note(session: str, text: str, log_path: Path | None) -> None:
    """Note TEXT on SESSION. The note stands in a session of its own; the review gets no entry."""
    from assistant.core.access_event import AuditNoteAdded
    from assistant.core.problem import refuse
    from assistant.core.text import visible
    from assistant.log import Log
    from assistant.log.access import note as log_note

    path = log_at(log_path)
    if not text.strip():
        raise refuse("A note has words.", "", "Write it in quotes after the session.")
    with Log.open(path, write=False) as log:
        name = log.resolve(session)
    said = log_note(path, AuditNoteAdded(name, text))
    if said:
        raise refuse(f"The note was not kept. {said}", str(path))
    click.echo(f"Noted on session {visible(name)}. See all notes with `imr log notes`.")


@click.command()
@click.argument("session", required=False)
@form_options
@log_option
def notes(session: str | None, form: str, log_path: Path | None) -> None:
    """Show what auditors noted, on all sessions or on SESSION."""
    from assistant.commands.log_report import run_report

    run_report("notes", given(session=session), form=form, log_path=log_path)
