"""`imr agree`: how far reviewers agree, on one case or over the cases of a study."""

from __future__ import annotations

import json
from pathlib import Path

import click

from assistant.commands.which_log import log_option
from assistant.core.problem import refuse


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
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@log_option
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
    from assistant.log.place import default_log_path
    from assistant.training import rater, study
    from assistant.training.agreement import agreement
    from assistant.training.measure import Draws

    path = log_path or default_log_path()
    if cases is not None:
        if sheets:
            raise click.UsageError(
                "--with FILE is for the sessions of one case; use --reference with --cases."
            )
        names = [part for name in (cases, *sessions) for part in name.split(",") if part]
        found = study.study(path, names, trainees, reference)
    else:
        if not sessions:
            raise refuse(
                "No session is named.",
                "",
                "Name two sessions of a case, or use --cases; see `imr log sessions`.",
            )
        found = rater.named(path, sessions, sheets, reference)
    report = agreement(found.panels, cases is not None, Draws(seed, samples), found.warnings)
    _note(path, found.read)
    if as_json:
        from assistant.training.agreement_data import as_json as data

        click.echo(json.dumps(data(report), ensure_ascii=True, indent=2))
        return
    from assistant.training.agreement_text import lines

    for line in lines(report):
        click.echo(line)


def _note(path: Path, read: tuple[str, ...]) -> None:
    """Logs that the sessions were read, in portions that an entry holds."""
    from assistant.core.access_event import AccessRead
    from assistant.log.access import note

    for start in range(0, len(read), 500):
        if said := note(path, AccessRead("agree", read[start : start + 500])):
            click.echo(said, err=True)
            return
