"""Options that several commands share, and what they stand for: the log, its reports, the filters, the forms of output."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible
from assistant.machine import shows

if TYPE_CHECKING:
    from assistant.core.events import Event
    from assistant.log import Log
    from assistant.log.sql import ReadOnly


class Group(click.Group):
    """Commands whose help stands whole in the list of them; `parts` are headings, each with the names below it."""

    def __init__(self, *args: Any, parts: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts or {}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in (self.parts or {"Commands": " ".join(sorted(self.commands))}).items():
            rows = [(name, self.commands[name].get_short_help_str(limit=1_000)) for name in names.split()]
            with formatter.section(title):
                formatter.write_dl(rows)


def needs_terminal(instead: str = "Use --plain for plain lines.") -> None:
    """Refuses where there is no terminal, with what can be done `instead`; the collector rests until the first question stands (see `open`)."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise refuse("The screen needs a terminal.", "", instead)
    if not shows(sys.stdout, "─│╭▍›·…"):
        raise refuse(
            f"This terminal's encoding ({one_line(sys.stdout.encoding)}) has no characters for the screen's lines.",
            "",
            "Set it to UTF-8, or use --plain for plain lines.",
        )
    os.environ.setdefault("TEXTUAL_FPS", "240")  # what has changed is drawn within 4 ms, not 17
    gc.disable()


Command = TypeVar("Command", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


recipients_option = click.option(
    "--recipient",
    "recipients",
    multiple=True,
    metavar="KEY",
    help="Seal it to this public key of age or SSH, as an age file; once for each who may open it.",
)


class _LogPath(click.Path):
    """A log on this computer or, for a command that `reads` only, an archive or the address of a central one."""

    def __init__(self, reads: bool) -> None:
        super().__init__(path_type=Path)
        self._reads = reads

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if str(value).endswith(".parquet") and not self._reads:
            raise refuse(
                "This works on a log, and not on an archive of one.", one_line(str(value)), "Name the log."
            )
        if not str(value).startswith(("postgresql://", "postgres://")):
            return super().convert(value, param, ctx)
        from assistant.log.central import shown
        from assistant.log.central_copy import copy_path

        if not self._reads:
            raise refuse(
                "This works on a log of this computer, and not on a central one.",
                shown(str(value)),
                "Name a path with --log; `imr log push` brings what is in it to the central log.",
            )
        path = copy_path(str(value))
        _CENTRAL[path] = str(value)
        return path


_CENTRAL: dict[Path, str] = {}
"""Addresses of central logs that were named, by where their reading copies lie."""

_fetched: set[Path] = set()

_ARCHIVES = "imr.archives"
"""Where the context of a command keeps the archives that were named with --archive."""

_READ_FROM: dict[Path, Path] = {}
"""The log in which it is noted that a reading copy of it with its archives is read."""


def log_option(command: Command) -> Command:
    """`--log PATH`, given to the command as `log_path`."""
    return _log_option(command, False)


def reading_log_option(command: Command) -> Command:
    """The same for a command that only reads: it takes the address of a central log too."""
    return _log_option(command, True)


def _log_option(command: Command, reads: bool) -> Command:
    more = ", an archive of one, or the address of a central one (postgresql://...)" if reads else ""
    if reads:
        command = click.option(
            "--archive",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="FILE",
            expose_value=False,
            callback=lambda ctx, _param, named: ctx.meta.__setitem__(_ARCHIVES, named),
            help="With what went into this archive of the log; may be given more than once.",
        )(command)
    return click.option(
        "--log",
        "log_path",
        type=_LogPath(reads),
        envvar="IMR_LOG",
        metavar="PATH",
        help=f"The decision log{more}; without it, the one in your data folder.",
    )(command)


def central_url(path: Path | None) -> str:
    """The address of the central log that was named; empty for a log of this computer."""
    return _CENTRAL.get(path, "") if path else ""


def archives() -> tuple[Path, ...]:
    """The archives that were named with --archive."""
    context = click.get_current_context(silent=True)
    return tuple(context.meta.get(_ARCHIVES, ())) if context is not None else ()


def archives_of(path: Path | None) -> tuple[Sequence[Path], Path | None] | None:
    """The archives that are to be read, and the log that they are read with (None for one alone); None where none are."""
    from assistant.files import default_log_path

    if path is not None and path.suffix == ".parquet":
        return [path], None
    return (archives(), path or default_log_path()) if archives() else None


def log_at(path: Path | None) -> Path:
    """The log that is meant; of a central one or an archive, the reading copy with all that is there now."""
    from assistant.files import default_log_path

    if (of := archives_of(path)) is not None:
        return _with_archives(path, *of)
    if (url := central_url(path)) and path not in _fetched:
        from assistant.cli.output import Progress
        from assistant.log.central_copy import bring_up_to_date_from

        with Progress("Fetching from the central log") as progress:
            _fetched.add(bring_up_to_date_from(url, progress.at))
    return path or default_log_path()


def _with_archives(path: Path | None, files: Sequence[Path], log: Path | None) -> Path:
    from assistant.log.archive import reading_copy

    if central_url(path):
        raise refuse(
            "An archive is read with the log that it came from, and not with a central one.", "--archive"
        )
    if log is None:
        if archives():
            raise refuse(
                "One archive is read at a time.",
                "",
                "Name the log with --log, and its archives with --archive.",
            )
        return reading_copy(files, None)
    copy = reading_copy(files, log)
    _READ_FROM[copy] = log
    return copy


def open_log(path: Path | None) -> Log:
    """The log that is meant, for writing."""
    from assistant.log import Log

    return Log.open(log_at(path))


def unless_lost(path: Path | None, begin: Callable[[], int]) -> int:
    """The status of `begin`; where the log is gone, asks whether another one is to be begun, and why, and begins again.

    Without a reason, or without somebody to ask, it stays refused.
    """
    try:
        return begin()
    except Refused as refusal:
        from assistant.log.checkpoint import Gone

        if not isinstance(refusal, Gone) or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise
        click.echo(visible(str(refusal)))
        reason = click.prompt(
            "To go on without it, say why, which is logged; Enter alone stops here",
            default="",
            show_default=False,
        )
        if not reason.strip():
            raise
    from assistant.log.consistency import accept_rollback

    accept_rollback(log_at(path), reason)
    return begin()


# What the reading commands of `imr log` share: their options, the note that somebody reads, the reports'
# tables.


FORMS = ("table", "json", "ndjson", "csv")


def form_options(command: Command) -> Command:
    """`--format` and `--json`, which give the command `form`."""
    form = click.option(
        "--format", "form", type=click.Choice(FORMS), default="table", help="How to print it; a table."
    )
    as_json = click.option("--json", "form", flag_value="json", help="The same as --format json.")
    return form(as_json(command))


anew_option = click.option(
    "--anew",
    is_flag=True,
    help="Make the tables of the reports again from the whole log, where somebody may have touched them.",
)

_FILTER_HELP = {
    "session": "Only this SESSION: an id, the beginning of one, or `last`.",
    "reviewer": "Only this reviewer's.",
    "case": "Only this case.",
    "item": "Only this disputed item; `case` for the questions about the case.",
    "prompt": "Only this question, with its parts.",
    "prompt-set": "Only this prompt set.",
    "kind": "Only reviews of this kind.",
    "status": "Only reviews that stand so.",
    "outcome": "Only this outcome of the whole review.",
    "state": "Only those that stand so with their time; late are also those still open.",
    "criterion": "Only this criterion.",
    "since": "From this day, month or year on (UTC).",
    "until": "Up to this day, month or year, itself included (UTC).",
}


_FILTER_VALUES = {
    "kind": ("real", "practice", "training"),
    "status": ("open", "signed", "declined"),
    "outcome": ("uphold", "overturn", "partial"),
    "state": ("late", "in time", "open", "not known", "declined"),
}
"""The filters that take one of a few words."""


def filter_options(*names: str) -> Callable[[Command], Command]:
    """A `--name VALUE` for each of these filters."""

    def add(command: Command) -> Command:
        for name in reversed(names):
            metavar = "DATE" if name in ("since", "until") else None
            words = click.Choice(_FILTER_VALUES[name]) if name in _FILTER_VALUES else None
            command = click.option(f"--{name}", type=words, help=_FILTER_HELP[name], metavar=metavar)(command)
        return command

    return add


def given(**filters: str | None) -> dict[str, str]:
    """The filters that were named."""
    return {name: value for name, value in filters.items() if value is not None}


def note_reading(path: Path, event: Event) -> None:
    """Logs that somebody reads; where that can't be done, says so and lets the reader go on."""
    from assistant.files import open_to_all
    from assistant.log import Log
    from assistant.log.access import note, unnamed

    path = _READ_FROM.get(path, path)
    said = note(path, event)
    if said:
        # what can't be read at all is said once, as the command's own error
        Log.open(path, write=False).close()
    for sentence in (said, unnamed(), open_to_all(path)):
        if sentence:
            click.echo(f"imr: {visible(sentence)}", err=True)


def resolved(path: Path, filters: Mapping[str, str]) -> dict[str, str]:
    """The filters with the session's whole id in place of its beginning or `last`."""
    if "session" not in filters:
        return dict(filters)
    from assistant.log import Log

    with Log.open(path, write=False) as log:
        return {**filters, "session": log.resolve(filters["session"])}


_KNOWN = {
    "reviewer": ("SELECT 1 FROM session WHERE reviewer = ? LIMIT 1", "is of the reviewer"),
    "case": ("SELECT 1 FROM session WHERE case_id = ? LIMIT 1", "is of the case"),
    "prompt_set": ("SELECT 1 FROM item WHERE ? IN (prompt_set, 'review') LIMIT 1", "rests on the prompt set"),
    "item": ("SELECT 1 FROM item WHERE ? IN (item, 'case') LIMIT 1", "has the item"),
    "prompt": ("SELECT 1 FROM answer WHERE prompt = ? LIMIT 1", "has an answer to"),
}


def warn_of_unknown(held: ReadOnly, filters: Mapping[str, str]) -> None:
    """Says so where nothing in the log goes by the name in a filter: else a slip would pass for an answer."""
    for name, value in filters.items():
        if name not in _KNOWN or (name == "prompt" and value.startswith("(")):  # a step that is no question
            continue
        sql, has = _KNOWN[name]
        if not held.run(sql, [value.split(".", 1)[0] if name == "prompt" else value]).rows:
            click.echo(f"imr: No review in this log {has} `{one_line(value, 80)}`.", err=True)


def open_reports(path: Path, *, anew: bool = False, foreign: bool = False) -> ReadOnly:
    """The tables of the reports, brought up to date or made `anew`, on a connection that can't write.

    `foreign` is for SQL that isn't the program's own.
    """
    from assistant.log.sql import ReadOnly

    return ReadOnly(report_tables(path, anew=anew), path, foreign=foreign)


def report_tables(path: Path, *, anew: bool = False) -> Path:
    """The file with the tables of the reports, brought up to date or made `anew`, with a word where it was touched."""
    from assistant.cli.output import Progress
    from assistant.log.projection import up_to_date

    with Progress("Reading the log for the reports") as progress:
        return up_to_date(
            path, anew=anew, progress=progress.at, tell=lambda said: click.echo(f"imr: {said}", err=True)
        )
