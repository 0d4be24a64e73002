"""`imr review`, `imr resume` and the home screen."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.which_log import log_option, open_log
from assistant.core.problem import refuse
from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.review import Review


@click.command()
@click.argument("case", required=False)
@click.option(
    "--answers", type=click.Path(path_type=Path), metavar="FILE", help="Answer from a file, unattended."
)
@click.option("--plain", is_flag=True, help="The same conversation as plain lines.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one JSON document (with --answers)."
)
@log_option
def review(case: str | None, answers: Path | None, plain: bool, as_json: bool, log_path: Path | None) -> int:
    """Review CASE: a folder with a case.yaml, or the id of a case in the case bank.

    Without CASE the home screen opens, with the cases to choose from.
    """
    if as_json and answers is None:
        raise click.UsageError("--json needs --answers FILE.")
    if answers is not None:
        if case is None:
            raise click.UsageError("--answers needs a CASE.")
        return _unattended(case, answers, as_json, log_path)
    if plain:
        if case is None:
            raise click.UsageError("--plain needs a CASE.")
        return _plain(log_path, case=case)
    needs_terminal()
    from assistant.tui.app import run_app

    return run_app(log_path, case=case)


@click.command()
@click.argument("session", default="last")
@click.option("--plain", is_flag=True, help="The conversation as plain lines.")
@log_option
def resume(session: str, plain: bool, log_path: Path | None) -> int:
    """Go on with SESSION: an id, the beginning of one, or `last`."""
    from assistant.commands.practise import carry_on, run_named

    if run := run_named(log_path, session):
        return carry_on(*run, plain)
    if plain:
        return _plain(log_path, session=session)
    needs_terminal()
    from assistant.tui.app import run_app

    return run_app(log_path, session=session)


def home() -> int:
    """The home screen."""
    needs_terminal()
    from assistant.tui.app import run_app

    named = os.environ.get("IMR_LOG")
    return run_app(Path(named) if named else None)


def needs_terminal() -> None:
    """Refuses where there is no terminal; the collector rests until the first question stands (see `open`)."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise refuse("The screen needs a terminal.", "", "Use --plain for plain lines, or --answers FILE.")
    os.environ.setdefault("TEXTUAL_FPS", "240")  # what has changed is drawn within 4 ms, not 17
    gc.disable()


def _plain(log_path: Path | None, case: str = "", session: str = "") -> int:
    from assistant import library, reviewer
    from assistant.plain import talk
    from assistant.review import Review

    with open_log(log_path) as log:
        profile = reviewer.kept()
        resumed = Review.resume(log, session) if session else None
        held = resumed or Review.open(log, library.find_case(case), profile)
        try:
            return talk(held, profile)
        finally:
            held.close()


def _unattended(case: str, answers: Path, as_json: bool, log_path: Path | None) -> int:
    from assistant import library, unattended
    from assistant.review import Review
    from assistant.reviewer import Profile

    file = unattended.read_file(answers)
    folder = library.find_case(case)
    unattended.check(file, library.rules_for(folder))
    with open_log(log_path) as log:
        held = Review.open(log, folder, Profile(_pseudonym(file.reviewer)))
        try:
            result = unattended.run(held, file)
            if as_json:
                import json

                from assistant.letter import compose_from_log, to_json

                click.echo(
                    json.dumps(to_json(compose_from_log(log, held.session.id)), ensure_ascii=False, indent=2)
                )
            else:
                _tell(held, result)
            return result.status
        finally:
            held.close()


def _pseudonym(reviewer: str) -> str:
    import re

    if not reviewer:
        from assistant import reviewer as profiles

        return profiles.load().id
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", reviewer):
        raise refuse(
            "`reviewer` is a pseudonymous id.", "", "Use letters, digits, dots and dashes; never a name."
        )
    return reviewer


def _tell(review: Review, result: object) -> None:
    from assistant.core.decision import DECISION_WORDS, OUTCOME_WORDS
    from assistant.unattended import Outcome

    assert isinstance(result, Outcome)
    session = review.session
    click.echo(f"Session {session.id} ({session.mode}), {session.status}.")
    for item in session.items:
        suggestion = review.assess(item).suggestion
        made = session.determinations.get(item)
        decided = DECISION_WORDS[made.decision] if made is not None else "not decided"
        click.echo(
            visible(
                f"Item {item}: suggested: {DECISION_WORDS[suggestion.decision]}; determination: {decided}."
            )
        )
    if session.signed is not None:
        click.echo(
            f"Outcome: {OUTCOME_WORDS[session.signed.outcome]}. Read it with `imr letter {session.id}`."
        )
    for name in result.unused:
        click.echo(visible(f"Not used, as its question doesn't apply: {name}"))
    for problem in result.open:
        click.echo(visible(f"Open: {problem}"))
    if session.status == "open":
        click.echo(f"Go on with `imr resume {session.id}`.")
