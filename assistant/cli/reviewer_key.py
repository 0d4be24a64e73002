"""`imr reviewer key`: the key with which a reviewer signs, and how its passphrase is asked for without a screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import Group, json_option, log_at, log_option
from assistant.cli.output import print_json
from assistant.core.problem import refuse
from assistant.core.text import one_line

if TYPE_CHECKING:
    from assistant.log.reviewer_keys import OwnKey, Unlocked
    from assistant.review.signing import Ask, Passphrase

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

passphrase_option = click.option(
    "--passphrase-file",
    type=_FILE,
    metavar="FILE",
    help="Read the passphrase of your key from FILE, where nobody can be asked; or name it in IMR_PASSPHRASE_FILE.",
)


def passphrase_from(file: Path | None) -> Passphrase:
    """Asks for a passphrase: a file's first line where one is named, else whoever sits at the terminal."""
    named = file or (Path(name) if (name := os.environ.get("IMR_PASSPHRASE_FILE")) else None)

    def ask(asked: Ask) -> str:
        from assistant.library import read_text
        from assistant.machine import is_private
        from assistant.review.signing import nobody

        if named is not None:
            text = read_text(named)
            if not is_private(named):
                raise refuse(
                    "Others can read the file with your passphrase; it was not used.",
                    one_line(str(named)),
                    f"Close it with: chmod 600 {named}",
                )
            return text.splitlines()[0] if text.strip() else ""
        if not sys.stdin.isatty():
            return nobody(asked)
        return typed(asked)

    return ask


def typed(asked: Ask) -> str:
    """A passphrase as somebody types it at the terminal, a new one twice."""
    from getpass import getpass

    from assistant.review.signing import new_passphrase_fault

    click.echo(asked.question, err=True)
    try:
        given = getpass("Passphrase: ")
        if asked.new:
            if fault := new_passphrase_fault(given):
                raise refuse(fault)
            if getpass("The same once more: ") != given:
                raise refuse("These are two different passphrases.", "", "Nothing was made. Type it twice.")
    except (EOFError, KeyboardInterrupt):
        raise refuse("No passphrase was given; nothing was done.") from None
    return given


@click.group("key", cls=Group)
def reviewer_key() -> None:
    """The key that signs your real determinations, and its passphrase."""


@reviewer_key.command()
@passphrase_option
@json_option
def make(passphrase_file: Path | None, as_json: bool) -> None:
    """Make your key; its private half is kept under a passphrase."""
    from assistant import profile
    from assistant.log.reviewer_keys import make_key
    from assistant.review.signing import NEW

    made = make_key(profile.kept().id, passphrase_from(passphrase_file)(NEW))
    _tell(made.own, as_json)


@reviewer_key.command()
@json_option
def show(as_json: bool) -> None:
    """Show your key: give it, by a way that they trust, to those who check what you sign."""
    _tell(_own(), as_json)


@reviewer_key.command()
@passphrase_option
@click.option(
    "--new-passphrase-file", type=_FILE, metavar="FILE", help="Read the new key's passphrase from FILE."
)
@json_option
@log_option
def change(
    passphrase_file: Path | None, new_passphrase_file: Path | None, as_json: bool, log_path: Path | None
) -> None:
    """Make a new key, signed by the one you have, and register it in the log."""
    from assistant.log.reviewer_keys import change_key, unlock
    from assistant.review.signing import NEW, YOURS

    old = unlock(passphrase_from(passphrase_file)(YOURS))
    made = change_key(old, passphrase_from(new_passphrase_file)(NEW))
    _register(made, log_path)
    _tell(made.own, as_json)


@reviewer_key.command()
@click.argument("reason")
@click.option(
    "--lost", is_flag=True, help="The passphrase is lost: the revocation is not signed, and says so."
)
@passphrase_option
@log_option
def revoke(reason: str, lost: bool, passphrase_file: Path | None, log_path: Path | None) -> None:
    """Revoke your key, and say why: it signs nothing more. The next one needs an officer's countersignature."""
    from assistant.log import Log
    from assistant.log.checkpoint import present_log
    from assistant.log.reviewer_keys import put_aside, unlock
    from assistant.review.signing import YOURS
    from assistant.review.signing import revoke as revoked

    own = _own()
    unlocked = None if lost else unlock(passphrase_from(passphrase_file)(YOURS))
    with Log.open(present_log(log_at(log_path))) as log:
        revoked(log, own, reason, unlocked)
    put_aside()
    click.echo("Your key is revoked, and put aside. What it signed before stays signed.")


@reviewer_key.command()
@click.option("--countersigned", type=_FILE, metavar="FILE", help="What an officer wrote with `countersign`.")
@passphrase_option
@log_option
def register(countersigned: Path | None, passphrase_file: Path | None, log_path: Path | None) -> None:
    """Register your key in the log. The first signature does so by itself."""
    from assistant.log.reviewer_keys import add_vouchers, unlock
    from assistant.review.signing import YOURS

    own: OwnKey = _own()
    if countersigned is not None:
        own = add_vouchers(own, _vouchers(countersigned))
    unlocked = unlock(passphrase_from(passphrase_file)(YOURS))
    _register(unlocked, log_path)
    click.echo("Your key is registered in the log.")


@reviewer_key.command()
@click.argument("reviewers_key", metavar="KEY")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, metavar="FILE", help="The new file."
)
@passphrase_option
def countersign(reviewers_key: str, output: Path, passphrase_file: Path | None) -> None:
    """As an officer: sign with your own key that KEY is the key of the reviewer whom it names."""
    from assistant.files import write_file
    from assistant.log.keys import read_verifier_key
    from assistant.log.reviewer_keys import fingerprint, unlock, vouching_words
    from assistant.review.signing import Ask

    vouched = read_verifier_key(reviewers_key)
    question = f"Your passphrase vouches that {fingerprint(vouched)} is the key of {vouched.name}."
    unlocked = unlock(passphrase_from(passphrase_file)(Ask(question)))
    said = unlocked.sign(vouching_words(vouched.name, str(vouched)))
    write_file(output, f"{unlocked.own.key} {said}\n".encode())
    click.echo(f"The countersignature is in {one_line(str(output))}; the reviewer registers the key with it.")


def _vouchers(path: Path) -> dict[str, str]:
    from assistant.library import read_text

    pairs = [line.split() for line in read_text(path).splitlines() if line.strip()]
    if not pairs or any(len(pair) != 2 for pair in pairs):
        raise refuse(
            "This is no countersignature.",
            one_line(str(path)),
            "An officer writes one with `imr reviewer key countersign`.",
        )
    return dict(pairs)


def _own() -> OwnKey:
    from assistant.log.reviewer_keys import needed_key

    return needed_key()


def _register(unlocked: Unlocked, log_path: Path | None) -> None:
    from assistant.log import Log
    from assistant.log.checkpoint import present_log
    from assistant.review.signing import register as registered

    with Log.open(present_log(log_at(log_path))) as log:
        registered(log, unlocked)


def _tell(own: OwnKey, as_json: bool) -> None:
    from assistant.log.reviewer_keys import fingerprint, key_file

    if as_json:
        print_json(
            {
                "reviewer": own.key.name,
                "key": str(own.key),
                "fingerprint": fingerprint(own.key),
                "vouchers": list(own.vouchers),
                "file": str(key_file()),
            }
        )
        return
    click.echo(f"Key:         {own.key}")
    click.echo(f"Fingerprint: {fingerprint(own.key)}")
    click.echo(f"Kept in:     {one_line(str(key_file()))}")
    for name in own.vouchers:
        click.echo(f"Vouched for by {one_line(name)}")
