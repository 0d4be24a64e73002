"""What the reading commands of `imr log` share: their options, the note that somebody reads, the reports' tables."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.core.event_form import Event
    from assistant.log.query import ReadOnly

Command = TypeVar("Command", bound=Callable[..., Any])


FORMS = ("table", "json", "ndjson", "csv")


def log_option(command: Command) -> Command:
    """`--log PATH`."""
    return click.option(
        "--log",
        "log_path",
        type=click.Path(path_type=Path),
        envvar="IMR_LOG",
        metavar="PATH",
        help="The decision log; without it, the one in your data folder.",
    )(command)


def form_options(command: Command) -> Command:
    """`--format` and `--json`, which give the command `form`."""
    form = click.option(
        "--format", "form", type=click.Choice(FORMS), default="table", help="How to print it; a table."
    )
    as_json = click.option("--json", "form", flag_value="json", help="The same as --format json.")
    return form(as_json(command))


_FILTER_HELP = {
    "session": "Only this SESSION: an id, the beginning of one, or `last`.",
    "reviewer": "Only this reviewer's.",
    "case": "Only this case.",
    "item": "Only this disputed item; `case` for the questions about the case.",
    "prompt": "Only this question, with its parts.",
    "prompt-set": "Only this prompt set.",
    "kind": "Only real, practice or training reviews.",
    "status": "Only open, signed or declined reviews.",
    "outcome": "Only this outcome: uphold, overturn or partial.",
    "since": "From this day, month or year on (UTC).",
    "until": "Up to this day, month or year, itself included (UTC).",
}


def filter_options(*names: str) -> Callable[[Command], Command]:
    """A `--name VALUE` for each of these filters."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            metavar = "DATE" if name in ("since", "until") else None
            command = click.option(f"--{name}", help=_FILTER_HELP[name], metavar=metavar)(command)
        return command

    return add


def given(**filters: str | None) -> dict[str, str]:
    """The filters that were named."""
    return {name: value for name, value in filters.items() if value is not None}


def log_at(path: Path | None) -> Path:
    """The log that is meant."""
    from assistant.log.place import default_log_path

    return path or default_log_path()


def note_reading(path: Path, event: Event) -> None:
    """Logs that somebody reads; where that can't be done, says so and lets the reader go on."""
    from assistant.log.access import note

    said = note(path, event)
    if said:
        click.echo(f"imr: {visible(said)}", err=True)


def resolved(path: Path, filters: Mapping[str, str]) -> dict[str, str]:
    """The filters with the session's whole id in place of its beginning or `last`."""
    if "session" not in filters:
        return dict(filters)
    from assistant.log import Log

    with Log.open(path, write=False) as log:
        return {**filters, "session": log.resolve(filters["session"])}


def open_reports(path: Path, *, anew: bool = False) -> ReadOnly:
    """The tables of the reports, brought up to date, on a connection that can't write."""
    from assistant.log.projection import up_to_date
    from assistant.log.query import ReadOnly

    waiting = _Waiting("Reading the log for the reports")
    try:
        return ReadOnly(up_to_date(path, anew=anew, progress=waiting), path)
    finally:
        waiting.end()


class _Waiting:
    """Says on a terminal how far something has come, if it takes longer than a second."""

    def __init__(self, what: str) -> None:
        self._what, self._begun, self._shown = what, time.monotonic(), False

    def __call__(self, done: int, whole: int) -> None:
        if whole and sys.stderr.isatty() and time.monotonic() - self._begun > 1:
            self._shown = True
            click.echo(f"\r{self._what}: {done:,} of {whole:,} entries ", nl=False, err=True)

    def end(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
