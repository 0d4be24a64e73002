"""`imr log prove` and `imr log rederive`: one session, taken along with its proof, and derived anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from assistant.commands.log_proof import json_option, keys_option, print_json, read_keys, write_new
from assistant.commands.log_reading import note_reading
from assistant.commands.which_log import log_at, log_option


@click.command()
@click.argument("session")
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The new bundle."
)
@keys_option
@json_option
@log_option
def prove(session: str, output: Path, keys: Sequence[str], as_json: bool, log_path: Path | None) -> None:
    """Write SESSION with the proof that it stands in the log to FILE, which checks itself: `python3 FILE`."""
    from assistant.core.access_event import AccessExported
    from assistant.core.signed_note import read_checkpoint
    from assistant.log import Log
    from assistant.log.bundle_writing import bundle, covering_checkpoint
    from assistant.proving import words_of

    path = log_at(log_path)
    if output.exists():
        write_new(output, b"")
    with Log.open(path, write=False) as log:
        session_id = log.resolve(session)
    note_reading(path, AccessExported("bundle", "imr-bundle", (session_id,)))
    note = covering_checkpoint(path, session_id)
    if not note:
        with Log.open(path) as log:
            note = log.checkpoint()
    with Log.open(path, write=False) as log:
        words, unsigned = words_of(log, session_id)
    data = bundle(path, session_id, note, words, read_keys(keys))
    write_new(output, data)
    head = read_checkpoint(note)
    if unsigned:
        click.echo(f"imr: {unsigned}", err=True)
    if as_json:
        print_json(
            {
                "session": session_id,
                "file": str(output),
                "bytes": len(data),
                "origin": head.origin,
                "size": head.size,
                "root": head.root.hex(),
            }
        )
        return
    click.echo(f"{output}: session {session_id}, proven against the checkpoint over {head.size:,} entries.")
    click.echo(f"Anybody can check it, without this program and without the log: python3 {output}")
    click.echo(
        "It holds health information in clear text. Give the verifier key and verify.py by another way."
    )


@click.command()
@click.argument("session")
@json_option
@log_option
def rederive(session: str, as_json: bool, log_path: Path | None) -> None:
    """Derive SESSION anew from its entries and pinned texts, and compare. Exit status 1 at the first difference.

    SESSION is an id, the beginning of one, `last`, or the path of a bundle.
    """
    from assistant.core.access_event import AccessRead
    from assistant.core.text import one_line
    from assistant.log.bundle import is_bundle, open_source
    from assistant.rederiving import rederive as derive

    path = log_at(log_path)
    source, session_id = open_source(path, session)
    with source:
        if not is_bundle(session):
            note_reading(path, AccessRead("rederive", (session_id,)))
        made = derive(source, session_id)
    if as_json:
        print_json(made.as_json())
    else:
        counts = ", ".join(f"{count} {name}" for name, count in made.compared.items())
        click.echo(
            f"Session {session_id}, {made.entries} entries. The same as logged: {counts or 'nothing'}."
        )
        if made.letter:
            click.echo(f"SHA-256 of the text that was signed, as derived: {made.letter}")
        for sentence in made.not_compared:
            click.echo(f"Not compared: {one_line(sentence)}")
        if made.difference is not None:
            first = made.difference
            click.echo(f"First difference: entry {first.seq}, {one_line(first.what)}")
            click.echo(f"  logged:  {one_line(first.logged) or '(nothing)'}")
            click.echo(f"  derived: {one_line(first.derived) or '(nothing)'}")
        else:
            click.echo("Derived anew, it is the same byte for byte.")
    if not made.ok:
        raise click.exceptions.Exit(1)
