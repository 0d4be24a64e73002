"""`imr log push` and `imr log central`: this desk's log brought to the central one, and what its owner does there."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import Group, json_option, log_at, log_option
from assistant.cli.output import VERDICT_WORDS, Progress, print_json, print_table, width
from assistant.core.problem import refuse
from assistant.core.text import counted, one_line, visible

if TYPE_CHECKING:
    from assistant.log.central_verify import CentralVerification, DeskVerified
    from assistant.log.checkpoint import Held
    from assistant.log.keys import VerifierKey
    from assistant.log.timestamps import Outside

SIGNED = "The session is signed: the signature still verifies, and the letter can't be derived with these words any more."
"""What is said where a text is taken out of what somebody has signed."""


@click.command()
@click.argument("url")
@click.option(
    "--desk", "called", default="", metavar="NAME", help="What this desk is called there, the first time."
)
@click.option(
    "--without-texts",
    is_flag=True,
    help="Send commitments alone: no quotes, no free text, and no facts of cases.",
)
@click.option(
    "--restored", default="", metavar="REASON", help="Push to a server that was set back on purpose."
)
@click.option(
    "--archive",
    "archived",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="An archive of this log, of years that were closed before they were pushed; once for each.",
)
@json_option
@log_option
def push(
    url: str,
    called: str,
    without_texts: bool,
    restored: str,
    archived: tuple[Path, ...],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Send to the central log at URL (postgresql://login@host/database) what it lacks of this one. Run it again where it broke off.

    The quotes and free text of answers go along, and the facts of the cases; documents and their text never do.
    """
    from assistant.log.central_push import push as send

    _must_be_central(url)
    with Progress("Pushing") as progress:
        done = send(
            log_at(log_path),
            url,
            called=called,
            texts=not without_texts,
            restored=restored,
            archives=archived,
            progress=progress.at,
        )
    for note in done.notes:
        click.echo(f"imr: {visible(note)}", err=True)
    if as_json:
        print_json(done.as_json())
        return
    if not done.entries:
        click.echo(f"{done.place} has all {counted(done.size, 'entry')} of this log already.")
        return
    along = (
        f"with {counted(done.texts, 'text')} (quotes and free text of answers) and {counted(done.files, 'file')} "
        "(rules, and the facts of cases)"
        if not without_texts
        else f"without any text; {counted(done.files, 'file')} of rules went along"
    )
    said = f"Sent to {done.place}: {counted(done.entries, 'entry')}, {along}. It has {done.size:,} of this log now, up to its signed head."
    click.echo("\n".join(_wrapped(said)))


@click.group(cls=Group)
def central() -> None:
    """Set up a central log, see its desks, and empty a text in it."""


@central.command("set-up")
@click.argument("url")
def set_up(url: str) -> None:
    """Make the tables and roles of a central log in the database at URL, or bring them up to date."""
    from assistant.log.central import ROLES
    from assistant.log.central import set_up as make

    _must_be_central(url)
    place, before, now = make(url)
    if before == now:
        click.echo(f"{place} is a central log of format {now} already.")
        return
    click.echo(f"{place} is a central log of format {now}." + (f" It had format {before}." if before else ""))
    click.echo(
        f"Give each login its role, as in: GRANT {ROLES[0]} TO login; the others are {' and '.join(ROLES[1:])}."
    )


@central.command()
@click.argument("url")
@json_option
def desks(url: str, as_json: bool) -> None:
    """List the desks that this login may see: the name of the log, what it is called, who pushes it, its entries."""
    from assistant.log.central import Central

    _must_be_central(url)
    with Central.open(url) as opened:
        found = opened.desks()
    if as_json:
        names = ("name", "called", "login", "size", "key")
        print_json([{name: getattr(one, name) for name in names} for one in found])
    elif not found:
        click.echo("No desk has pushed yet, or this login may not see any.")
    else:
        rows = [(one.name[:8], one.called, one.login, one.size) for one in found]
        print_table(("desk", "called", "login", "entries"), rows)


@central.command()
@click.argument("url")
@click.argument("session")
@click.argument("entry", type=click.IntRange(min=1))
@click.argument("field")
@click.option("--reason", required=True, metavar="WORDS", help="Why; it is kept for good.")
def redact(url: str, session: str, entry: int, field: str, reason: str) -> None:
    """Empty the text FIELD (as `answer.note`) of ENTRY of SESSION: its words and salt, for good. Its commitment stays."""
    from assistant.log.central import Central
    from assistant.log.central import redact as empty

    _must_be_central(url)
    with Central.open(url) as opened:
        number, signed = empty(opened, session, entry, field, reason)
    click.echo(
        f"Emptied, and stated as number {number} of the central log. Backups of the server still hold it."
    )
    if signed:
        click.echo(SIGNED)


@central.command("redact-stated")
@click.argument("url")
def redact_stated(url: str) -> None:
    """Empty what the desks' own logs say was redacted there (`imr log redact`), and is still in the central log."""
    from assistant.log.central import Central
    from assistant.log.central import redact_stated as empty

    _must_be_central(url)
    with Central.open(url) as opened:
        count = empty(opened)
    click.echo(
        f"{counted(count, 'text')} emptied, as the desks' logs say."
        if count
        else "Nothing is left to be emptied."
    )


def _must_be_central(url: str) -> None:
    from assistant.log.central import is_central

    if not is_central(url):
        raise refuse(
            "This is not the address of a central log.",
            one_line(url, 80),
            "It looks like postgresql://login@host/database.",
        )


# `imr log verify` and `imr log checkpoint` where --log names a central log.


def verify_there(
    url: str, keys: Sequence[VerifierKey], held: Sequence[Held], outside: Outside, as_json: bool
) -> int:
    """Verifies a central log, prints what was found, and gives the exit status."""
    from assistant.log.central_verify import verify_central

    with Progress("Verifying") as progress:
        found = verify_central(url, keys=keys, checkpoints=held, outside=outside, step=progress.step)
    if as_json:
        print_json(found.as_json())
    else:
        for line in _page(found):
            click.echo(line)
    if not found.ok:
        return 1
    return OPEN if found.verdicts["desks"].ok is None else 0


OPEN = 3
"""Exit status where all that can be checked holds, and it is open whose log one of the desks' is."""


def _page(found: CentralVerification) -> Iterator[str]:
    yield f"{found.place}: {counted(len(found.desks), 'desk')}, {counted(found.statements, 'statement')}"
    for name, verdict in found.verdicts.items():
        yield from _wrapped(
            one_line(verdict.says), f"  {VERDICT_WORDS[verdict.ok]:<5}  {name:<10}  ", " " * 21
        )
    for one in found.desks:
        yield from _desk(one)
    yield (
        "What is there verifies. WHOSE LOG ONE OF THE DESKS' IS, IS OPEN: see above."
        if found.ok and found.verdicts["desks"].ok is None
        else "The central log verifies."
        if found.ok
        else "The central log does NOT verify. Keep the server as it is, and ask who keeps it."
    )
    for title, sentences in (("To look at:", found.notes), ("This does not prove:", found.not_proven)):
        lines = [line for one in sentences for line in _wrapped(one_line(one), "  - ", "    ")]
        yield from [title, *lines] if lines else ()


def _desk(one: DeskVerified) -> Iterator[str]:
    found = one.found
    yield f"{one_line(one.called)} ({one.desk[:8]}): {counted(found.events, 'entry')}, {found.of_sessions}"
    for name, verdict in found.verdicts.items():
        if verdict.ok is not True or name == "coverage":
            yield from _wrapped(
                one_line(verdict.says), f"  {VERDICT_WORDS[verdict.ok]:<5}  {name:<10}  ", " " * 21
            )
    if (at := found.first_break) is not None:
        yield from _wrapped(
            f"First break: session {one_line(at.session)}, entry {at.seq}: {one_line(at.what).rstrip('.')}.",
            "",
            "  ",
        )


def checkpoint_there(url: str, output: Path | None, witness: Path | None, as_json: bool) -> None:
    """Signs the head of a central log's statements, or keeps what a witness signed on one, and prints it."""
    from assistant.files import write_file
    from assistant.log.central import Central, keep_witnessed, refuse_lost, seal
    from assistant.log.keys import read_checkpoint, signer_of

    with Central.open(url) as opened:
        leaves = opened.leaves()
        refuse_lost(opened, leaves)
        if witness is not None:
            size = keep_witnessed(opened, witness)
            click.echo(f"Kept in the central log, over {counted(size, 'statement')}.", err=True)
        note = seal(opened, leaves)
    if not note:
        raise refuse("No desk has pushed to the central log yet, so there is nothing to sign.", opened.place)
    head = read_checkpoint(note)
    if output is not None:
        write_file(output, note.encode())
    if as_json:
        key = str(signer_of(note))
        print_json(
            {"origin": head.origin, "size": head.size, "root": head.root.hex(), "key": key, "note": note}
        )
        return
    click.echo(note)
    click.echo(f"Verifier key: {signer_of(note)}")
    said = (
        f"This is the head over {counted(head.size, 'statement')} of the central log: each push with the signed head of its "
        "desk. Give it to somebody who does not keep the server: what they hold shows later that no push and no desk was "
        "dropped."
    )
    click.echo("\n".join(_wrapped(said)))


def _wrapped(text: str, first: str = "", later: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        max(min(width(), 100), 40),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )
