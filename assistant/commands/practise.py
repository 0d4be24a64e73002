"""`imr practise`: a case reviewed blind, each answer held against the reviewer's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant.commands.which_log import log_at, log_option
from assistant.core.problem import refuse
from assistant.core.text import visible

Command = TypeVar("Command", bound=Callable[..., Any])

if TYPE_CHECKING:
    from assistant.log import Log
    from assistant.reviewer import Profile
    from assistant.training.beginning import Exercise
    from assistant.training.practice import Practice
    from assistant.training.reference import Reference


def fault_options(command: Command) -> Command:
    """`--fault` and `--faults`."""
    some = click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="KIND[=QUESTION]",
        help="Plant a fault of this kind in a copy of the case; may be given several times.",
    )
    many = click.option(
        "--faults", "count", type=click.IntRange(0, 6), default=0, help="Plant so many faults, of any kind."
    )
    return some(many(command))


@click.command()
@click.argument("case", required=False)
@click.option(
    "--resume", "session", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on with a run."
)
@click.option("--against", metavar="SESSION", help="Compare with a session instead of the case's reference.")
@click.option(
    "--reveal",
    type=click.Choice(["each", "end"]),
    default="each",
    help="Show the reviewer's answer after each of yours, or at the end.",
)
@fault_options
@click.option("--plain", is_flag=True, help="The conversation as plain lines.")
@log_option
def practise(
    case: str | None,
    session: str | None,
    against: str | None,
    reveal: str,
    faults: tuple[str, ...],
    count: int,
    plain: bool,
    log_path: Path | None,
) -> int:
    """Review CASE blind: you answer first, then you see the reviewer's answer, or at the end.

    Without CASE: what is assigned to you, your open run, or the cases to choose from.
    """
    path = log_at(log_path)
    if session is not None:
        return _resume(path, session, plain)
    if case is None:
        if against or faults or count:
            raise click.UsageError("--against, --fault and --faults need a CASE.")
        return _next(path, plain)
    from assistant.training.beginning import exercise_of_case
    from assistant.training.opening import reference_named

    reference = reference_named(path, against) if against else None
    exercise = exercise_of_case(case, reveal, reference)
    note_sessions(path, "practise", against, reference)
    return run_exercise(path, exercise, (*faults, *["any"] * count), plain)


def note_sessions(
    path: Path, command: str, against: str | None, reference: Reference | None, *sessions: str
) -> None:
    """Logs that sessions of the log are read, and the one that is compared with; a bundle's are none of the log."""
    from assistant.commands.log_reading import note_reading
    from assistant.core.access_event import AccessRead
    from assistant.log.bundle import is_bundle

    if reference is not None and not is_bundle(against or ""):
        sessions = (*sessions, reference.session)
    if sessions and path.expanduser().exists():
        note_reading(path, AccessRead(command, sessions))


def run_exercise(path: Path, exercise: Exercise, faults: Sequence[str], plain: bool) -> int:
    """Begins a run and carries it as far as the trainee goes."""
    from assistant.training.beginning import begin_run, with_faults

    if plain:
        return _talked(path, lambda log, profile: begin_run(log, profile, with_faults(log, exercise, faults)))
    from assistant.commands.review import needs_terminal

    needs_terminal()
    from assistant.tui.app import run_app
    from assistant.tui.training_practice_screen import PracticeScreen

    return run_app(
        path,
        first=lambda: PracticeScreen(
            lambda log, profile: begin_run(log, profile, with_faults(log, exercise, faults))
        ),
    )


def _resume(path: Path, name: str, plain: bool) -> int:
    from assistant import reviewer
    from assistant.log import Log
    from assistant.training.book import all_entries
    from assistant.training.run import runs

    profile = reviewer.kept()
    with Log.open(path, write=False) as log:
        if name == "last":
            own = [run for run in runs(all_entries(log)) if run.trainee == profile.id and not run.ended]
            if not own:
                raise refuse("You have no run to go on with.", "", "Begin one with `imr practise CASE`.")
            name = own[-1].session
        else:
            name = log.resolve(name)
    return carry_on(path, name, plain)


def run_named(log_path: Path | None, name: str) -> tuple[Path, str] | None:
    """The log and the session, where the name is that of a blind run; a name that means nothing is left to others."""
    from assistant.core.problem import Refused
    from assistant.log import Log

    path = log_at(log_path)
    if not path.expanduser().is_file():
        return None
    with Log.open(path, write=False) as log:
        try:
            session = log.resolve(name)
        except Refused:
            return None
        opened = log.read(session)[0]
        if opened.body.get("mode") != "training":
            return None
        from assistant.training.beginning import is_run

        return (path, session) if is_run(log, session) else None


def carry_on(path: Path, name: str, plain: bool) -> int:
    """Goes on with a run, told by the id of its session."""
    from assistant.training.beginning import resume_run

    if plain:
        return _talked(path, lambda log, profile: resume_run(log, profile, name))
    from assistant.commands.review import needs_terminal

    needs_terminal()
    from assistant.tui.app import run_app
    from assistant.tui.training_practice_screen import PracticeScreen

    return run_app(path, first=lambda: PracticeScreen(lambda log, profile: resume_run(log, profile, name)))


def _talked(path: Path, begin: Callable[[Log, Profile], Practice]) -> int:
    """A run as plain lines, and its feedback at the end."""
    from assistant import reviewer
    from assistant.log import Log
    from assistant.plain import talk

    with Log.open(path) as log:
        profile = reviewer.kept()
        practice = begin(log, profile)
        try:
            for line in practice.greeting():
                click.echo(visible(line))
            status = talk(practice.review, profile, conversation=practice)
        finally:
            practice.review.close()
        if practice.run.ended and practice.run.reveal != "trainer":
            from assistant.training.debrief import told_feedback

            for line in told_feedback(log, practice.run.session, profile.id):
                click.echo(line)
    return status


def _next(path: Path, plain: bool) -> int:
    """What waits: on the screen a list to choose from; as lines the one thing that waits, or the list."""
    if not plain:
        from assistant.commands.review import needs_terminal

        needs_terminal()
        from assistant.tui.app import run_app
        from assistant.tui.training_choice_screen import PracticeChoiceScreen

        return run_app(path, first=PracticeChoiceScreen)
    from assistant import reviewer
    from assistant.log import Log
    from assistant.training.waiting import waiting

    with Log.open(path) as log:
        found = waiting(log, reviewer.kept().id)
    if len(found.runs) + len(found.assigned) == 1:
        if found.runs:
            return carry_on(path, found.runs[0].session, plain)
        return run_exercise(path, found.exercise(found.assigned[0]), (), plain)
    for line in found.lines():
        click.echo(visible(line))
    return 0
