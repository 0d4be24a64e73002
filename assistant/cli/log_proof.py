"""`imr log verify`, `checkpoint` and `consistency`: prove the log as a whole, and against what was held before."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.which_log import log_at, log_option

if TYPE_CHECKING:
    from assistant.core.signed_note import VerifierKey
    from assistant.log.rollback import Held
    from assistant.log.verdict import Verification

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
keys_option = click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="KEY",
    help="A verifier key that you trust, or a file with some; may be given more than once.",
)
held_option = click.option(
    "--checkpoint",
    "held",
    multiple=True,
    type=_FILE,
    metavar="FILE",
    help="A checkpoint that you hold; may be given more than once.",
)


@click.command()
@click.argument("bundle", required=False, type=_FILE)
@click.option(
    "--deep", is_flag=True, help="Also every entry's schema, every signature, and every draft anew."
)
@click.option("--since", is_flag=True, help="Only what is new since the last time it was verified here.")
@keys_option
@held_option
@json_option
@log_option
def verify(
    bundle: Path | None,
    deep: bool,
    since: bool,
    keys: Sequence[str],
    held: Sequence[Path],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Prove that the log was not changed, and say what that can't prove. Exit status 1 if it was.

    With BUNDLE: check an exported session, or a consistency proof (.json), instead of the log.
    """
    from assistant.commands.verification_page import page

    if bundle is not None:
        raise click.exceptions.Exit(_check_bundle(bundle, keys, held, as_json))
    found = _verified(log_at(log_path), deep, since, read_keys(keys), [read_held(path) for path in held])
    if as_json:
        print_json(found.as_json())
    else:
        for line in page(log_at(log_path), found):
            click.echo(line)
    if not found.ok:
        raise click.exceptions.Exit(1)


def _verified(
    path: Path, deep: bool, since: bool, keys: Sequence[VerifierKey], held: Sequence[Held]
) -> Verification:
    from assistant.log.rollback import keep_verified
    from assistant.log.verify import verify as examine

    progress = Progress("Verifying")
    try:
        found = examine(
            path, keys=keys, checkpoints=held, since=since, every_signature=deep, step=progress.step
        )
        if deep:
            from assistant.deep_verifying import deeper

            found = deeper(path, found, progress)
    finally:
        progress.end()
    if since and not found.since:
        found.notes.append(
            "All of the log was read: it was not verified here before, or is too short to be worth less."
        )
    if found.verified:
        keep_verified(found.verified)
    return found


def _check_bundle(path: Path, keys: Sequence[str], held: Sequence[Path], as_json: bool) -> int:
    from assistant.log.bundle import bundle_checks

    if len(held) > 1:
        raise click.UsageError("A bundle is compared with one checkpoint.")
    checks = bundle_checks()
    known = [str(key) for key in read_keys(keys)]
    note = held[0].read_bytes() if held else b""
    tried = [checks.examine(path, key, note) for key in known or [""]]
    found = next((one for one in tried if all(each.ok is not False for each in one)), tried[0])
    return int(checks.show(found, as_json))


@click.command()
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the note to FILE too."
)
@click.option("--new-key", is_flag=True, help="Make the key that signs, where IMR_KEY says.")
@click.option(
    "--accept-rollback", metavar="REASON", help="Go on with a log that is older than what is held of it."
)
@json_option
@log_option
def checkpoint(
    output: Path | None, new_key: bool, accept_rollback: str | None, as_json: bool, log_path: Path | None
) -> None:
    """Sign the head of the log's tree, and print it: hold it where the log's owner can't reach."""
    from assistant.commands.table import filled, width
    from assistant.core.signed_note import read_checkpoint
    from assistant.log import Log
    from assistant.log.accepting import accept_rollback as accept
    from assistant.log.place import existing_log

    path = existing_log(log_at(log_path))
    if accept_rollback is not None:
        accept(path, accept_rollback)
    with Log.open(path) as log:
        note = log.checkpoint(new_key=new_key)
        key, unheld = log.verifier_key, log.unsigned
    if not note:
        click.echo("imr: The log has no entry yet, so there is nothing to sign.", err=True)
        raise click.exceptions.Exit(2)
    head = read_checkpoint(note)
    if output is not None:
        write_new(output, note.encode())
    if unheld:
        click.echo(f"imr: {unheld}", err=True)
    if as_json:
        print_json(
            {"origin": head.origin, "size": head.size, "root": head.root.hex(), "key": str(key), "note": note}
        )
        return
    click.echo(note)
    click.echo(f"Verifier key: {key}")
    says = (
        f"This is the head of the log over {head.size:,} entries. Give it, and once the verifier key, to somebody who "
        "can't write to this log: what they hold shows later that nothing before it was changed."
    )
    click.echo("\n".join(filled(says, width())))


@click.command()
@click.argument("old", type=_FILE)
@click.argument("new", required=False, type=_FILE)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the proof to FILE."
)
@keys_option
@json_option
@log_option
def consistency(
    old: Path,
    new: Path | None,
    output: Path | None,
    keys: Sequence[str],
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Show that the log of checkpoint OLD is the beginning of that of NEW: by default, of the newest in the log.

    Exit status 1 if it isn't.
    """
    from assistant.log.consistency import prove_consistency

    known = read_keys(keys)
    proof = prove_consistency(
        log_at(log_path), read_held(old).note, read_held(new).note if new is not None else "", known
    )
    if output is not None and proof.ok:
        write_new(output, json.dumps(proof.as_json(), indent=1).encode() + b"\n")
    if as_json:
        print_json(proof.as_json())
    else:
        click.echo(proof.says)
        if output is not None and proof.ok:
            click.echo(f"The proof is in {output}; check it with `python3 verify.py {output}`.")
    if not proof.ok:
        raise click.exceptions.Exit(1)


# -- what they share ------------------------------------------------------------------------------


def read_keys(given: Sequence[str]) -> list[VerifierKey]:
    """The verifier keys in what was given: keys, or files with a key on a line."""
    from assistant.core.problem import refuse
    from assistant.core.signed_note import read_verifier_key
    from assistant.library import read_text

    keys = []
    for one in given:
        lines = [one] if one.count("+") >= 2 else read_text(Path(one)).splitlines()
        found = [read_verifier_key(line) for line in lines if line.strip()]
        if not found:
            raise refuse("There is no verifier key in this file.", one)
        keys += found
    return keys


def read_held(path: Path) -> Held:
    """The checkpoint in a file."""
    from assistant.core.problem import Refused, refuse
    from assistant.core.signed_note import read_checkpoint, read_note
    from assistant.library import read_text
    from assistant.log.rollback import Held

    note = read_text(path)
    try:
        return Held(path, note, read_checkpoint(read_note(note).text))
    except Refused as refusal:
        raise refuse(refusal.problems[0].what, str(path), refusal.problems[0].fix) from None


def write_new(path: Path, data: bytes) -> None:
    """Writes a file that is not there yet, for its owner only; raises `Refused` where it is there."""
    import os

    from assistant.core.problem import refuse

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise refuse(
            "This file is already there; it was left as it is.", str(path), "Name a new one."
        ) from None
    with open(descriptor, "wb") as file:
        file.write(data)


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))


class Progress:
    """Says on a terminal how far something has come, if it takes longer than a second."""

    def __init__(self, what: str) -> None:
        self.what, self._count, self._shown = what, 0, 0.0
        self._begun = time.monotonic()

    def step(self, count: int) -> None:
        """So many more are done."""
        self._count += count
        now = time.monotonic()
        if sys.stderr.isatty() and now - self._begun > 1 and now - self._shown > 0.1:
            self._shown = now
            click.echo(f"\r{self.what}: {self._count:,} entries ", nl=False, err=True)

    def begin(self, what: str) -> Callable[[int], None]:
        """Something else is counted from now on."""
        self.what, self._count = what, 0
        return self.step

    def end(self) -> None:
        """Takes the line away."""
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)
