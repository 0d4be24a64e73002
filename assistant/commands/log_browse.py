"""`imr log browse`: look through the log in the terminal."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.commands.log_reading import note_reading, open_reports
from assistant.commands.which_log import log_at, log_option


@click.command()
@log_option
def browse(log_path: Path | None) -> int:
    """Look through the log: sessions, their steps, an answer's history, the pages and the draft behind it."""
    from assistant.commands.review import needs_terminal
    from assistant.core.access_event import AccessListed

    needs_terminal()
    path = log_at(log_path)
    with open_reports(path) as tables:
        note_reading(path, AccessListed("log browse", {}))
        from assistant.tui.app import run_app
        from assistant.tui.browse_screens import SessionList

        return run_app(path, first=lambda: SessionList(path, tables))
