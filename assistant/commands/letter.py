"""`imr letter`: the determination of a session, printed or written to a file."""

from __future__ import annotations

import os
from pathlib import Path

import click

from assistant.commands.log_reading import note_reading
from assistant.commands.which_log import log_at, log_option
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line

FORMATS = ("text", "md", "json")


@click.command()
@click.argument("session")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="text", help="How it is written; text without it."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead."
)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@log_option
def letter(
    session: str, form: str, as_json: bool, output: Path | None, force: bool, log_path: Path | None
) -> None:
    """Print the determination of SESSION: an id, the beginning of one, `last`, or the path of a bundle.

    It is marked as a draft until it is signed. That it was read is logged, never in SESSION itself.
    """
    from assistant.core.access_event import AccessExported, AccessRead
    from assistant.letter import compose_from_log, json_text, to_markdown, to_text
    from assistant.log.bundle import is_bundle, open_source

    form, path = "json" if as_json else form, log_at(log_path)
    write = {"text": to_text, "md": to_markdown, "json": json_text}[form]
    if output is not None and not force:
        _must_be_free(output)
    source, session_id = open_source(path, session)
    with source:
        if not is_bundle(session):
            read = (session_id,)
            note_reading(
                path, AccessRead("letter", read) if output is None else AccessExported("letter", form, read)
            )
        text = write(compose_from_log(source, session_id))
    if output is None:
        click.echo(text, nl=False)
        return
    _write(output, text, force)
    click.echo(f"The letter is in {one_line(str(output))}.")


def _must_be_free(path: Path) -> None:
    if os.path.lexists(path):
        raise _taken(path)


def _taken(path: Path) -> Refused:
    return refuse(
        "This file is already there.", one_line(str(path)), "Name another, or replace it with --force."
    )


def _write(path: Path, text: str, force: bool) -> None:
    """The file appears whole or not at all, readable by its owner only."""
    import secrets

    draft = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    try:
        if path.is_dir():
            raise refuse("This is a folder.", one_line(str(path)), "Name a file in it.")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            _move(draft, path, force)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or "the operating system refused"
        raise refuse(
            f"The letter can't be written: {reason}.",
            one_line(str(path)),
            "Check the folder and its permissions.",
        ) from None


def _move(draft: Path, path: Path, force: bool) -> None:
    """Gives the finished file its name; without `force` never over another that has come there meanwhile."""
    if force:
        os.replace(draft, path)
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:  # a file system without links
        _must_be_free(path)
        os.replace(draft, path)
