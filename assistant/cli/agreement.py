"""`imr agree` and `imr adjudicate`: how far reviewers agree, and settling where they part."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.ask import Lines
from assistant.cli.options import (
    archives_of,
    central_url,
    json_option,
    log_at,
    log_option,
    open_log,
    reading_log_option,
)
from assistant.cli.output import Progress, print_json
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.log.verify_entries import Verdict
    from assistant.training.adjudication import Adjudication, Dispute
    from assistant.training.ratings import Verified


@click.command()
@click.argument("sessions", nargs=-1, metavar="SESSION...")
@click.option(
    "--cases",
    is_flag=False,
    flag_value="",
    metavar="[CASE...]",
    help="A study over these cases (or bundles); over all cases of the log without any.",
)
@click.option("--reference", is_flag=True, help="Hold the reviews against the case's reference answers too.")
@click.option(
    "--with",
    "sheets",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Hold the reviews against an answers file too.",
)
@click.option("--trainees", is_flag=True, help="Count trainees' sessions in a study.")
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Of the bootstrap's samples."
)
@click.option(
    "--samples", type=click.IntRange(100, 20_000), default=2_000, show_default=True, help="Of the bootstrap."
)
@json_option
@reading_log_option
def agree(
    sessions: tuple[str, ...],
    cases: str | None,
    reference: bool,
    sheets: tuple[Path, ...],
    trainees: bool,
    seed: int,
    samples: int,
    as_json: bool,
    log_path: Path | None,
) -> None:
    """Measure how far the reviewers of one case agree: SESSION SESSION..., each an id, the beginning of one, or a bundle.

    With --cases: over all cases of the log, or those named (by id, apart by spaces or commas).
    """
    from assistant.training import ratings
    from assistant.training.agreement import agreement
    from assistant.training.statistics import Draws

    path = log_at(log_path)
    verified = _verified(log_path)
    if cases is not None:
        if sheets:
            raise click.UsageError(
                "--with FILE is for the sessions of one case; use --reference with --cases."
            )
        names = [part for name in (cases, *sessions) for part in name.split(",") if part]
        found = ratings.study(path, names, trainees, reference, verified)
    else:
        if not sessions:
            raise refuse(
                "No session is named.",
                "",
                "Name two sessions of a case, or use --cases; see `imr log sessions`.",
            )
        found = ratings.named(path, sessions, sheets, reference, verified)
    report = agreement(found.panels, cases is not None, Draws(seed, samples), found.warnings)
    _note(path, found.read)
    if as_json:
        from assistant.training.agreement import as_json as data

        print_json(data(report))
        return
    from assistant.training.agreement import lines

    for line in lines(report):
        click.echo(line)


def _verified(log_path: Path | None) -> Verified | None:
    """Where a copy is read, of a central log or of archives: what verifies those; None for a log that is read itself."""
    if url := central_url(log_path):
        return lambda: _of_central(url)
    if (of := archives_of(log_path)) is None:
        return None
    from assistant.log.archive import verify_archives

    files, log = of
    return lambda: verify_archives(files, log).verdicts


def _of_central(url: str) -> dict[str, Verdict]:
    from assistant.log.central import Central
    from assistant.log.central_verify import examine

    with Progress("Verifying") as progress, Central.open(url) as central, central.snapshot():
        return examine(central, url, step=progress.step).verdicts


def _note(path: Path, read: tuple[str, ...]) -> None:
    """Logs that the sessions were read, in portions that an entry holds."""
    from assistant.core.access_events import AccessRead
    from assistant.log.access import note

    for start in range(0, len(read), 500):
        if said := note(path, AccessRead("agree", read[start : start + 500])):
            click.echo(said, err=True)
            return


# `imr adjudicate`: settling where the reviewers of a case part, without knowing who said what.


WIDTH = 79


@click.command()
@click.argument("sessions", nargs=-1, required=True, metavar="SESSION SESSION...")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the answers that count to FILE.",
)
@click.option("--force", is_flag=True, help="Replace FILE if it is there.")
@log_option
def adjudicate(sessions: tuple[str, ...], output: Path | None, force: bool, log_path: Path | None) -> int:
    """Settle where the reviews of one case part, blind to who said what.

    Naming the same sessions again goes on where it stopped; naming a finished adjudication writes its sheet anew.
    """
    from assistant.training import adjudication

    if output is not None and not force and output.exists():
        raise refuse("This file is already there.", one_line(str(output)), "Name another, or use --force.")
    with open_log(log_path) as log:
        sheet = adjudication.finished(log, sessions)
        if sheet is None:
            held = adjudication.begin_adjudication(log, sessions)
            if not _settle(held):
                return 1
            sheet = held.state.sheet(held.id)
            _told(held, sessions)
        elif output is None:
            raise refuse("This adjudication is finished.", sheet.name, "Write its sheet with -o FILE.")
        if output is not None:
            adjudication.write_adjudication(sheet, output)
            click.echo(f"The answers that count are in {one_line(str(output))}.")
    return 0


def _settle(held: Adjudication) -> bool:
    """Asks until nothing is left; whether it came to the end."""
    again = "Going on with" if held.resumed else "Beginning"
    count = len(held.sessions)
    click.echo(f"{again} adjudication {held.id}: {count} reviews of {one_line(held.case)}.")
    click.echo(
        "Who said what is not shown. A letter takes that answer; `own ...` gives another; `stop` leaves."
    )
    if held.own:
        click.echo(
            "One of the reviews is your own; this is logged. Better let somebody else settle them.", err=True
        )
    lines = Lines()
    while (dispute := held.next()) is not None:
        if left := lines.left_over():
            _say(left, "  ~ ", "    ")
        _show(dispute)
        if not _take(held, dispute, lines):
            click.echo("Stopped. Name the same sessions again to go on.")
            return False
    return True


def _take(held: Adjudication, dispute: Dispute, lines: Lines) -> bool:
    """Reads a reply and a reason until both can stand; False where the input ends or says stop."""
    option = None
    while True:
        click.echo("> " if option is None else "Why? ", nl=False)
        try:
            said = lines.read()
            if said is None or (option is None and said.strip().lower() == "stop"):
                click.echo("")
                return False
            if option is None:
                option = held.option(dispute, said) if said.strip() else None
            else:
                held.settle(dispute, option, said)
                return True
        except Refused as refused:
            for problem in refused.problems:
                click.echo(f"  ! {visible(str(problem))}")


def _show(dispute: Dispute) -> None:
    where = "the case" if dispute.scope == "case" else f"item {dispute.scope}"
    click.echo("")
    _say(f"[{where} · {dispute.path}] {dispute.ask}", "", "  ")
    for option in dispute.options:
        _say(f"{option.letter}  {option.words}", "  ", "     ")
        for one in option.evidence:
            _say(f"{one} “{one_line(one.quote, 200)}”" if one.quote else str(one), "     ", "       ")
        for trail in option.searches:
            terms = f" for {', '.join(trail.terms[:10])}" if trail.terms else ""
            _say(f"searched {len(trail.documents)} documents, {trail.pages} pages{terms}", "     ", "       ")
        for note in option.notes:
            _say(f"note: {one_line(note, 400)}", "     ", "       ")


def _told(held: Adjudication, names: Sequence[str]) -> None:
    counts = held.state.counts
    click.echo("")
    click.echo(
        f"Done: {counts['agreed']} agreed, {counts['settled']} settled by choice, {counts['own']} answered otherwise."
    )
    click.echo(f"Compare with `imr agree {one_line(' '.join(names))} {held.id}`.")


def _say(text: str, indent: str, later: str) -> None:
    for line in textwrap.wrap(visible(text), WIDTH, initial_indent=indent, subsequent_indent=later):
        click.echo(line)
