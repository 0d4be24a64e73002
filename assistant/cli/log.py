"""`imr log`: look at the decision log, prove it, and take a copy along."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.commands.log_browse import browse
from assistant.commands.log_proof import checkpoint, consistency, json_option, print_json, verify
from assistant.commands.log_report import report, reports
from assistant.commands.log_sample import note, notes, sample
from assistant.commands.log_serve import serve
from assistant.commands.log_session_proof import prove, rederive
from assistant.commands.log_sessions import sessions, show
from assistant.commands.log_sql import sql
from assistant.commands.which_log import log_at, log_option


@click.group()
def log() -> None:
    """Look at the decision log, prove it, and take a copy along."""


for command in (sessions, show, reports, report, sql, sample, note, notes, browse, serve):
    log.add_command(command)

for command in (verify, checkpoint, consistency, prove, rederive):
    log.add_command(command)


@log.command()
@click.argument("dest", type=click.Path(path_type=Path))
@json_option
@log_option
def backup(dest: Path, as_json: bool, log_path: Path | None) -> None:
    """Copy the log to the new file DEST, also while a review goes on, and verify the copy."""
    from assistant.commands.verification_page import page
    from assistant.log.backup import backup as copy

    found = copy(log_at(log_path), dest)
    if as_json:
        print_json(found.as_json())
    else:
        for line in page(dest, found):
            click.echo(line)
    if not found.ok:
        raise click.exceptions.Exit(1)
