"""`imr training`: assign cases, see who has run what, and read the feedback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.commands.practise import fault_options, note_sessions
from assistant.commands.which_log import log_at, log_option
from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.log import Log


@click.group()
def training() -> None:
    """Assign cases, see who has run what, and read the feedback."""


@training.command()
@click.argument("case")
@click.option(
    "--to", "trainee", required=True, metavar="ID", help="The trainee's pseudonymous id (`imr reviewer`)."
)
@click.option("--against", metavar="SESSION", help="Compare with a session instead of the case's reference.")
@click.option(
    "--reveal",
    type=click.Choice(["each", "end", "trainer"]),
    default="each",
    help="Show the reference after each answer, at the end, or only to you.",
)
@fault_options
@log_option
def assign(
    case: str,
    trainee: str,
    against: str | None,
    reveal: str,
    faults: tuple[str, ...],
    count: int,
    log_path: Path | None,
) -> None:
    """Assign CASE to a trainee, perhaps with faults planted in a copy of it."""
    from assistant import reviewer
    from assistant.log import Log
    from assistant.training.assigning import assign_case
    from assistant.training.assignment import REVEALS
    from assistant.training.opening import reference_named

    path = log_at(log_path)
    reference = reference_named(path, against) if against else None
    wanted = (*faults, *["any"] * count)
    note_sessions(path, "training assign", against, reference)
    with Log.open(path) as log:
        made, planted = assign_case(log, reviewer.kept().id, case, trainee, reveal, wanted, reference)
    click.echo(f"Assignment {made.id}: {made.case} to {made.trainee}, revealed {REVEALS[reveal]}.")
    for fault in planted:
        click.echo(visible(f"Planted {fault.kind} at {fault.item}/{fault.prompt}: {fault.says}"))
    click.echo("The trainee begins with `imr practise`.")


@training.command()
@click.argument("assignment")
@log_option
def withdraw(assignment: str, log_path: Path | None) -> None:
    """Take ASSIGNMENT back, told by the beginning of its id."""
    from assistant import reviewer
    from assistant.log import Log
    from assistant.training.assignment import withdraw
    from assistant.training.book import Book

    with Log.open(log_at(log_path)) as log:
        made = withdraw(Book(log, reviewer.kept().id), assignment)
    click.echo(f"Assignment {made.id} of {made.case} to {made.trainee} is taken back.")


@training.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@log_option
def overview(as_json: bool, log_path: Path | None) -> None:
    """List the cases with a reference, their sessions, the assignments and runs, and the agreement at a glance."""
    from assistant.log import Log
    from assistant.training.overview import overview_json, overview_lines, read_overview

    with Log.open(log_at(log_path), write=False) as log:
        found = read_overview(log)
    if as_json:
        click.echo(json.dumps(overview_json(found), ensure_ascii=True, indent=2))
        return
    for line in overview_lines(found):
        click.echo(line)


@training.command()
@click.argument("session", default="last")
@click.option("--against", metavar="SESSION", help="Compare with this session or adjudication.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table in CSV, a row for each question.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@log_option
def feedback(session: str, against: str | None, as_csv: bool, as_json: bool, log_path: Path | None) -> None:
    """Show what came of a run, question by question: agreement, evidence, absences, faults, time.

    SESSION is a run, or any finished session, also an exported bundle; `last` is the newest one.
    """
    from assistant import reviewer
    from assistant.log.bundle import is_bundle
    from assistant.training.debrief import debrief, note_shown
    from assistant.training.feedback_text import feedback_csv, feedback_json, feedback_lines
    from assistant.training.opening import open_replay, reference_named

    path, actor = log_at(log_path), reviewer.kept().id
    reference = reference_named(path, against) if against else None
    replay = open_replay(path, session)
    with replay.recording.log, _books(path) as log:
        made, advice = debrief(log, replay.recording, actor, reference)
        if log is not None and not is_bundle(session):
            note_shown(log, made, actor)
    read = () if is_bundle(session) else (made.session,)
    note_sessions(path, "training feedback", against, reference, *read)
    if as_json:
        click.echo(json.dumps(feedback_json(made, advice), ensure_ascii=True, indent=2))
    elif as_csv:
        click.echo(feedback_csv(made), nl=False)
    else:
        for line in feedback_lines(made, advice):
            click.echo(line)


@contextmanager
def _books(path: Path) -> Iterator[Log | None]:
    """The log with the books; None where there is no log, since reading makes none."""
    from assistant.log import Log

    if not path.expanduser().exists():
        yield None
        return
    with Log.open(path) as log:
        yield log
