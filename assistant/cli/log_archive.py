"""`imr log hold`, `release`, `holds` and `archive`: what is to be kept, and closed years out of the log into a file of their own."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.options import json_option, log_at, log_option, note_reading, reading_log_option
from assistant.cli.output import print_json, print_table
from assistant.core.text import counted, one_line, visible

_UNTIL = "Until which day (YYYY-MM-DD)"


@click.command()
@click.argument("sessions", nargs=-1, metavar="[SESSION]...")
@click.option("--case", default="", metavar="CASE", help="All reviews of this case, those to come as well.")
@click.option(
    "--keep-until",
    default="",
    metavar="DAY",
    help=f"{_UNTIL}; without it, a legal hold until it is released.",
)
@click.option("--reason", required=True, metavar="WORDS", help="Why; it is kept for good.")
@log_option
def hold(sessions: tuple[str, ...], case: str, keep_until: str, reason: str, log_path: Path | None) -> None:
    """Keep each SESSION, or a case: nothing of it is taken out, and under a legal hold it isn't archived."""
    from assistant.log.holds import hold as keep

    made = keep(log_at(log_path), sessions, case, keep_until, reason)
    what = ", ".join((*made.sessions, *([f"the case {made.case}"] if made.case else ())))
    until = f"kept until {made.keep_until}" if made.keep_until else "under a legal hold"
    click.echo(visible(f"{what}: {until}. `imr log release {made.name} --reason WORDS` ends it."))


@click.command()
@click.argument("hold")
@click.option("--reason", required=True, metavar="WORDS", help="Why; it is kept for good.")
@log_option
def release(hold: str, reason: str, log_path: Path | None) -> None:
    """End HOLD, by the name that `imr log holds` gives, or the beginning of it."""
    from assistant.log.holds import release as end

    name = end(log_at(log_path), hold, reason)
    click.echo(visible(f"Hold {name} is over, which is logged."))


@click.command()
@json_option
@reading_log_option
def holds(as_json: bool, log_path: Path | None) -> None:
    """List what is to be kept: by which hold, since when, until when."""
    from contextlib import closing

    from assistant.core.access_events import AccessReported
    from assistant.log.checkpoint import present_log
    from assistant.log.holds import holds_of
    from assistant.log.store import open_reader

    path = log_at(log_path)
    note_reading(path, AccessReported("holds", {}))
    with closing(open_reader(present_log(path))) as connection:
        found = holds_of(connection)
    if as_json:
        names = ("name", "sessions", "case", "keep_until", "since", "by")
        print_json([{name: getattr(one, name) for name in names} for one in found])
    elif not found:
        click.echo("Nothing is held.")
    else:
        rows = [
            (
                one.name,
                ", ".join(one.sessions),
                one.case,
                one.keep_until or "its release",
                one.since[:10],
                one.by,
            )
            for one in found
        ]
        print_table(("hold", "sessions", "case", "until", "since", "by"), rows)


@click.command()
@click.argument("year", type=click.IntRange(1900, 9998))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--keep-until", default="", metavar="DAY", help=f"{_UNTIL} the archive has to be kept, which is logged."
)
@json_option
@log_option
def archive(year: int, file: Path, keep_until: str, as_json: bool, log_path: Path | None) -> None:
    """Move the reviews that ended in YEAR or before out of the log into the new archive FILE (its name ends in .parquet).

    Their hashes stay in the log, which verifies as before. What is under a legal hold stays. The archive verifies and
    is read like the log: --log FILE, or with the log it came from: --archive FILE.
    """
    from assistant.log.archive import archive as move
    from assistant.log.holds import day_of

    done = move(log_at(log_path), year, file, day_of(keep_until))
    if as_json:
        names = ("path", "digest", "entries", "reviews", "keep_until", "kept")
        print_json({name: str(done.path) if name == "path" else getattr(done, name) for name in names})
        return
    again = "What was left of it in the log is gone now: " if done.again else ""
    until = f" It has to be kept until {done.keep_until}." if done.keep_until else ""
    click.echo(
        visible(
            f"{again}{one_line(str(done.path))} holds {counted(done.reviews, 'review')} with {counted(done.entries, 'entry')}, "
            f"in clear text, and verifies.{until} Its SHA-256 is in the log: {done.digest}"
        )
    )
    for session, why in done.kept:
        click.echo(visible(f"Session {session} stays: it is {why}."))
    click.echo(
        "Backups of before hold these reviews still. Keep the archive where backups are kept: nothing else has them."
    )
