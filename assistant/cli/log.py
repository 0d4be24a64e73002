"""`imr log`: look at the decision log, prove it, and take a copy along."""

from __future__ import annotations

import secrets
import socket
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.log_archive import archive, hold, holds, release
from assistant.cli.log_central import SIGNED, central, push
from assistant.cli.log_export import export
from assistant.cli.log_findings import answer, close, findings, reviewed, sheet
from assistant.cli.log_proof import checkpoint, consistency, prove, rederive, verify
from assistant.cli.log_report import report, reports, sql
from assistant.cli.options import (
    Group,
    anew_option,
    filter_options,
    form_options,
    given,
    json_option,
    log_at,
    log_option,
    note_reading,
    open_reports,
    reading_log_option,
    recipients_option,
    report_tables,
    warn_of_unknown,
)
from assistant.cli.output import print_json, print_lines, print_table, width, wrapped
from assistant.core.access_events import SEVERITIES
from assistant.core.problem import refuse
from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.log.timeline import Change

# `imr log sessions` and `imr log show`: which reviews there are, and what happened in one of them.


ON_SCREEN = 100
"""Sessions in a table, at most, unless --limit says otherwise."""

_COLUMNS = ("id", "case", "reviewer", "kind", "status", "events", "opened", "last", "outcome")
_HEADS = ("session", "case", "reviewer", "kind", "status", "entries", "opened", "last entry", "outcome")

_LOOKS = ("prompt.shown", "prompt.left", "why.opened", "page.opened", "findings.opened", "suggestion.shown")
"""Kinds of steps that change nothing."""


@click.command()
@filter_options("reviewer", "case", "prompt-set", "outcome", "status", "since", "until")
@click.option(
    "--kind",
    type=click.Choice(["real", "practice", "training", "access", "book", "desk"]),
    help="Only these: reviews of a kind, sittings of those who read the log, trainers' books, or desks.",
)
@click.option("--limit", type=click.IntRange(min=1), help=f"At most so many; {ON_SCREEN} in a table.")
@anew_option
@form_options
@reading_log_option
def sessions(limit: int | None, anew: bool, form: str, log_path: Path | None, **filters: str | None) -> None:
    """List the reviews, the one last worked on first; a date is that of their opening."""
    from assistant.core.access_events import AccessListed
    from assistant.log.sessions import listed_sessions
    from assistant.log.sql import as_objects

    path, chosen = log_at(log_path), given(**filters)
    sql, values = listed_sessions(chosen)
    note_reading(path, AccessListed("log sessions", chosen))
    most = limit or (ON_SCREEN if form == "table" else None)
    with open_reports(path, anew=anew) as held:
        warn_of_unknown(held, chosen)
        found = held.run(sql, values, limit=most)
    if form == "json":
        print_json(as_objects(_COLUMNS, found.rows))
    elif form != "table":
        print_lines(form, _COLUMNS, found.rows)
    elif not found.rows:
        click.echo(
            "No session is like that."
            if chosen
            else "The decision log holds no session yet. Begin one with `imr review`."
        )
    else:
        print_table(_HEADS, found.rows)
        if found.more:
            click.echo(f"\nThese are the newest {len(found.rows)}; see more with --limit, or filter them.")


@click.command()
@click.argument("session")
@click.option("--changes", is_flag=True, help="Only what was changed, decided or said; not what was shown.")
@form_options
@reading_log_option
def show(session: str, changes: bool, form: str, log_path: Path | None) -> None:
    """Show what was logged in SESSION: an id, the beginning of one, `last`, or a bundle's file."""
    from assistant.core.access_events import AccessRead
    from assistant.log.bundle import is_bundle, open_source
    from assistant.log.timeline import timeline

    path = log_at(log_path)
    source, name = open_source(path, session)
    with source:
        if not is_bundle(session):
            note_reading(path, AccessRead("log show", (name,)))
        every = timeline(source, source.read(name))
        rows = [one for one in every if not changes or one.entry.kind not in _LOOKS]
    if form == "json":
        print_json([one.as_json() for one in rows])
        return
    if form != "table":
        columns = ("seq", "ts", "kind", "item", "prompt", "old", "new", "reason", "evidence", "actor", "hash")
        print_lines(form, columns, [_cells(row) for row in rows])
        return
    for line in _told(name, rows, width()):
        click.echo(line)


def _told(session: str, rows: Sequence[Change], wide: int) -> Iterator[str]:
    """The timeline for people: a date where it changes, then number, time, kind, and what happened in full."""
    kinds = max((len(row.entry.kind) for row in rows), default=0)
    place = len(str(len(rows))) + 10 + kinds + 4
    shown = actor = ""
    yield f"Session {session}; times are UTC."
    for row in rows:
        entry = row.entry
        day, by = entry.ts[:10], entry.actor
        if (day, by) != (shown, actor):
            yield f"{day}, {one_line(by)}:"
            shown, actor = day, by
        begin = f"{entry.seq:>{len(str(len(rows)))}}  {entry.ts[11:19]}  {one_line(entry.kind):<{kinds}}  "
        for text in _lines(row):
            yield from wrapped(begin, one_line(text), wide, " " * place)
            begin = " " * place


def _lines(row: Change) -> list[str]:
    first = ": ".join(part for part in (row.where, row.words) if part)
    reason = [f"reason: {row.because}"] if row.because else []
    return [first, *reason, *([f"evidence: {row.pages}"] if row.evidence else [])]


def _cells(row: Change) -> tuple[str | int | None, ...]:
    entry, said = row.entry, (row.was, row.says, row.reason, row.pages)
    what = (entry.seq, entry.ts, entry.kind, row.item, row.prompt)
    return (*what, *(one or None for one in said), entry.actor, entry.leaf)


# `imr log browse`: look through the log in the terminal.


@click.command()
@anew_option
@reading_log_option
def browse(anew: bool, log_path: Path | None) -> int:
    """Look through the log: sessions, their steps, an answer's history, the pages and the draft behind it."""
    from assistant.cli.options import needs_terminal
    from assistant.core.access_events import AccessListed

    needs_terminal("Use `imr log sessions` and `imr log show SESSION` for plain lines.")
    path = log_at(log_path)
    with open_reports(path, anew=anew) as tables:
        note_reading(path, AccessListed("log browse", {}))
        from assistant.tui.app import run_app
        from assistant.tui.browse import SessionList

        return run_app(path, lambda _: SessionList(path, tables))


# `imr log serve`: the log in a browser, on this computer alone.


CONNECTIONS = 32
"""At most so many at once; a browser opens six."""


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="A port; without it, a free one.")
@anew_option
@reading_log_option
def serve(port: int, anew: bool, log_path: Path | None) -> None:
    """Show the log in a browser: the reports, their tables, a page for each session. Ctrl+C ends it.

    It can be reached from this computer alone, with the address that is printed, and can't change anything.
    """
    if find_spec("datasette") is None:
        raise refuse(
            "The browser view needs Datasette, which is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[browser]'",
        )
    import uvicorn

    from assistant.core.access_events import AccessListed
    from assistant.web.site import HOST, site

    def tell(words: str) -> None:
        click.echo(f"imr: {visible(words)}", err=True)

    path = log_at(log_path)
    tables = report_tables(path, anew=anew)
    note_reading(path, AccessListed("log serve", {}))
    key = secrets.token_urlsafe(24)
    with _listening(HOST, port) as taken:
        given_port = taken.getsockname()[1]
        click.echo(f"Open http://{HOST}:{given_port}/{key}/")
        click.echo("Only this computer can reach it, and only with this address. Ctrl+C ends it.")
        config = uvicorn.Config(
            site(tables, path, key, given_port, tell),
            log_level="error",
            access_log=False,
            server_header=False,
            limit_concurrency=CONNECTIONS,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[taken])


def _listening(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; raises `Refused` where the port can't be had."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen()
    except OSError as error:
        taken.close()
        raise refuse(
            f"The port can't be had: {error.strerror}.", f"{host}:{port}", "Name another with --port."
        ) from None
    return taken


# `imr log sample`, `note` and `notes`: what an auditor draws for review, and what the auditor makes of it.


MOST = 1_000
"""Sessions in a draw, at most: all of them stand in one entry of the log."""

_SAMPLE_COLUMNS = ("draw", "session", "case", "reviewer", "kind", "outcome", "opened")


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
@anew_option
@form_options
@reading_log_option
def sample(
    size: int,
    seed: int | None,
    status: str,
    anew: bool,
    form: str,
    log_path: Path | None,
    **filters: str | None,
) -> None:
    """Draw reviews for review: the same again for the same seed. The draw is logged."""
    from assistant.core.access_events import SampleDrawn
    from assistant.log.access import METHOD, draw
    from assistant.log.sessions import listed_sessions
    from assistant.log.sql import as_objects

    path, chosen = log_at(log_path), given(status=status, **filters)
    chance = secrets.randbelow(10**6) if seed is None else seed
    sql, values = listed_sessions(chosen, columns="session, kind", order="session")
    with open_reports(path, anew=anew) as held:
        warn_of_unknown(held, chosen)
        found = held.run(sql, values).rows
        every, kinds = [str(row[0]) for row in found], Counter(str(row[1]) for row in found)
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
                "kinds": dict(sorted(kinds.items())),
                "sessions": as_objects(_SAMPLE_COLUMNS, rows),
            }
        )
    elif form != "table":
        print_lines(form, _SAMPLE_COLUMNS, rows)
    elif not rows:
        click.echo("No session is like that; nothing was drawn.")
    else:
        print_table(_SAMPLE_COLUMNS, rows)
        of = ", ".join(f"{count:,} {kind}" for kind, count in sorted(kinds.items()))
        click.echo(
            f"\n{len(rows)} of {len(every):,} ({of}), seed {chance}; draw them again with --seed {chance}."
        )


@click.command()
@click.argument("session")
@click.argument("text")
@click.option(
    "--severity", type=click.Choice(SEVERITIES), default=None, help="Make it a finding, and so grave."
)
@click.option("--owner", default="", metavar="NAME", help="Who is to answer the finding.")
@reading_log_option
def note(session: str, text: str, severity: str | None, owner: str, log_path: Path | None) -> None:
    """Note TEXT on SESSION. The note stands in a session of its own; the review gets no entry.

    With --severity it is a finding, which stays open until it is closed: see `imr log findings`.
    """
    from assistant.core.access_events import AuditNoteAdded
    from assistant.core.problem import refuse
    from assistant.core.text import visible
    from assistant.log import Log
    from assistant.log.access import note as log_note
    from assistant.log.access import unnamed

    path = log_at(log_path)
    if not text.strip():
        raise refuse("A note has words.", "", "Write it in quotes after the session.")
    with Log.open(path, write=False) as log:
        name = log.resolve(session)
    if owner and severity is None:
        raise refuse("A note is nobody's to answer; a finding is.", "--owner", "Add --severity.")
    said = log_note(path, AuditNoteAdded(name, text, severity or "", owner.strip()))
    if said:
        raise refuse(f"The note was not kept. {said}", str(path))
    if said := unnamed():
        click.echo(f"imr: {visible(said)}", err=True)
    if severity is not None:
        click.echo(f"A finding on session {visible(name)}. See what is open with `imr log findings`.")
        return
    click.echo(f"Noted on session {visible(name)}. See all notes with `imr log notes`.")


@click.command()
@click.argument("session", required=False)
@anew_option
@form_options
@reading_log_option
def notes(session: str | None, anew: bool, form: str, log_path: Path | None) -> None:
    """Show what auditors noted, on all sessions or on SESSION."""
    from assistant.cli.log_report import run_report

    run_report("notes", given(session=session), form=form, log_path=log_path, anew=anew)


_PARTS = {
    "Read sessions": "sessions show browse serve",
    "Ask reports": "reports report sql",
    "Review files, and follow findings": "sample reviewed sheet note notes findings answer close",
    "Prove": "verify checkpoint consistency prove rederive",
    "Send": "export push central unseal",
    "Keep": "backup hold holds release archive redact encrypt",
}
"""The commands as their help lists them: what an auditor does first stands first."""


@click.group(cls=Group, parts=_PARTS)
def log() -> None:
    """Look at the decision log, prove it, and take a copy along."""


for command in (sessions, show, reports, report, sql, sample, note, notes, browse, serve, findings, answer):
    log.add_command(command)

for command in (close, reviewed, sheet, archive, hold, holds, release):
    log.add_command(command)

for command in (verify, checkpoint, consistency, prove, rederive, export, push, central):
    log.add_command(command)


@log.command()
@click.argument("session")
@click.argument("entry", type=click.IntRange(min=1))
@click.argument("field")
@click.option("--reason", required=True, metavar="WORDS", help="Why; it is kept for good.")
@click.option(
    "--backup",
    "backups",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A backup of this log, or a copy of the archive, which is made anew as well; once for each.",
)
@click.option(
    "--archive",
    "archived",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The archive of this log that holds the session; it is made anew.",
)
@log_option
def redact(
    session: str,
    entry: int,
    field: str,
    reason: str,
    backups: tuple[Path, ...],
    archived: Path | None,
    log_path: Path | None,
) -> None:
    """Take the text FIELD (as `answer.note`) of ENTRY of SESSION out of the log for good.

    Its words and their salt go from the file, its free pages and the report tables, and from the backups that are
    named. Its commitment stays, so the log still verifies; who did it and why is logged.
    """
    from assistant.log.redaction import redact as take_out

    if archived is not None:
        from assistant.log.archive import redact_in

        done = redact_in(log_at(log_path), archived, session, entry, field, reason, backups)
    else:
        done = take_out(log_at(log_path), session, entry, field, reason, backups)
    again = (
        "It was redacted before; what was left of it is gone now." if done.again else "Redacted, and logged."
    )
    click.echo(f"{again} `imr log verify` holds as before.")
    if done.signed:
        click.echo(SIGNED)
    for name, seq, where in done.alike:
        click.echo(f"The same words stand in entry {seq} of {visible(name)}, {visible(where)}; they stay.")
    if archived is not None:
        click.echo(f"{visible(str(archived))} was made anew, and the log says so.")
    named = ", ".join(visible(str(one)) for one in done.backups)
    held = " A backup of the log holds what the log holds now, without what was archived." if archived else ""
    click.echo(
        f"{f'Made anew: {named}.{held} ' if named else ''}Backups and copies that were not named, bundles, exports and letters of before "
        "may still hold the words."
    )


@log.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The new file."
)
@click.option(
    "--identity",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Your secret key, as age-keygen made it.",
)
def unseal(file: Path, output: Path, identity: Path) -> None:
    """Open FILE, which was sealed to your key, into a new file, which is in clear text."""
    from assistant.log.age import unseal as opened

    opened(file, output, identity)
    click.echo(
        f"{visible(str(output))} is in clear text. Check it with `imr log verify {visible(str(output))}`."
    )


@log.command()
@click.argument("dest", type=click.Path(path_type=Path))
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The key's file; made where there is none.",
)
@click.option("--open-key", is_flag=True, help="Make a key that needs no passphrase.")
@log_option
def encrypt(dest: Path, key: Path, open_key: bool, log_path: Path | None) -> None:
    """Copy the log, which is in clear text, to the new file DEST, encrypted with SQLCipher. Every command then reads it with IMR_LOG_KEY=FILE."""
    import os
    import subprocess
    import sys

    from assistant import cipher
    from assistant.core.access_events import AccessExported
    from assistant.files import taken, write_file
    from assistant.log.checkpoint import present_log

    path = present_log(log_at(log_path))
    if os.path.lexists(dest):
        raise taken(dest)
    try:
        if key.exists():
            made = cipher.read_key(key)
        else:
            said = "" if open_key else os.environ.get(cipher.PASSPHRASE) or _passphrase_of_key()
            made, data = cipher.new_key(said)
            write_file(key, data)
            os.environ[cipher.PASSPHRASE] = said
        note_reading(path, AccessExported("encrypt", "the whole log", ()))
        cipher.encrypted_copy(path, dest, made)
    except cipher.Unfit as why:
        raise refuse(str(why)) from None
    dest.chmod(0o600)
    words = [sys.executable, "-m", "assistant", "log", "verify", "--log", str(dest)]
    found = subprocess.run(words, env={**os.environ, cipher.VARIABLE: str(key)}, stdout=subprocess.DEVNULL)
    if found.returncode not in (0, 3):
        dest.unlink()
        raise refuse(
            "The encrypted copy does not verify, and was not kept.", str(path), "Run `imr log verify`."
        )
    click.echo(
        visible(
            f"{dest} is the log, encrypted, and verifies. Put it in the place of {path}, which is still in clear text, with its -wal and "
            f".reports, and set IMR_LOG_KEY={key}. Without that key nobody reads it, you neither: keep a copy of the key elsewhere."
        )
    )


def _passphrase_of_key() -> str:
    """The passphrase for a key of the log that is made now."""
    import sys

    from assistant import cipher
    from assistant.cli.reviewer_key import typed
    from assistant.log.reviewer_keys import SHORTEST
    from assistant.review.signing import Ask

    if not sys.stdin.isatty():
        raise refuse(
            "The key of the log is closed with a passphrase, and there is nobody here to be asked for it.",
            "",
            f"Name it in {cipher.PASSPHRASE}, or make a key without: --open-key.",
        )
    question = (
        f"The key of the log is made now. Choose a passphrase for it ({SHORTEST} characters or more). It is asked for "
        "whenever the log is opened, is kept nowhere, and can't be recovered."
    )
    return typed(Ask(question, new=True))


@log.command()
@click.argument("dest", type=click.Path(path_type=Path))
@recipients_option
@json_option
@log_option
def backup(dest: Path, recipients: tuple[str, ...], as_json: bool, log_path: Path | None) -> None:
    """Copy the log to the new file DEST, also while a review goes on, and verify the copy. That it is copied is logged."""
    from assistant.cli.log_proof import page
    from assistant.core.access_events import AccessExported
    from assistant.log.checkpoint import present_log
    from assistant.log.consistency import backup as copy

    path = present_log(log_at(log_path))
    if recipients:
        from assistant.log.age import recipients as read_recipients
        from assistant.log.age import sealed_backup

        read_recipients(recipients)
    note_reading(path, AccessExported("backup", "the whole log", ()))
    found = sealed_backup(path, dest, recipients) if recipients else copy(path, dest)
    if as_json:
        print_json(found.as_json())
    else:
        for line in page(dest, found):
            click.echo(line)
    if not found.ok:
        raise click.exceptions.Exit(1)
