"""`imr training` and `practise`: assign cases, review them blind, read the feedback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import (
    Command,
    Group,
    json_option,
    log_at,
    log_option,
    note_reading,
)
from assistant.cli.output import print_json
from assistant.core.problem import refuse
from assistant.core.text import one_line, visible
from assistant.core.value import replace

if TYPE_CHECKING:
    from assistant.log import Log
    from assistant.profile import Profile
    from assistant.training.practice import Exercise, Practice
    from assistant.training.reference import Reference


# `imr practise`: a case reviewed blind, each answer held against the reviewer's.


def fault_options(command: Command) -> Command:
    """`--fault`, `--faults`, `--no-proposals` and `--confidence`."""
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
    unaided = click.option(
        "--no-proposals",
        "unaided",
        is_flag=True,
        help="Propose nothing: neither what the case states nor what a search found.",
    )
    sure = click.option(
        "--confidence", is_flag=True, help="Ask how sure the trainee is of each answer before it is revealed."
    )
    return some(many(unaided(sure(command))))


against_option = click.option(
    "--against",
    multiple=True,
    metavar="SESSION",
    help="Compare with a session or adjudication instead of the case's reference; three or more are a panel.",
)
due_option = click.option("--due", default="", metavar="DAY", help="The day by which it is to be done.")


def _day(due: str) -> str:
    """The day by which a run is to be over; one that is over already is refused, since all would be late at once."""
    from assistant.clock import today

    try:
        day = date.fromisoformat(due).isoformat() if due else ""
    except ValueError:
        raise refuse(f"“{one_line(due, 60)}” is no day.", "--due", f"Write it as {today()}.") from None
    if day and day < today():
        raise refuse("This day is over already.", f"--due {day}", "Name one that is still to come.")
    return day


def _key(path: Path, against: Sequence[str]) -> Reference | None:
    """What is compared with: the session that is named, or several as a panel of experts."""
    from assistant.training.reference import panel_of
    from assistant.training.replay import reference_named

    return panel_of([reference_named(path, one) for one in against]) if against else None


@click.command()
@click.argument("case", required=False)
@click.option(
    "--resume", "session", is_flag=False, flag_value="last", metavar="[RUN]", help="Go on with a run."
)
@against_option
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
    against: tuple[str, ...],
    reveal: str,
    faults: tuple[str, ...],
    count: int,
    unaided: bool,
    confidence: bool,
    plain: bool,
    log_path: Path | None,
) -> int:
    """Review CASE blind: you answer first, then you see the reviewer's answer, or at the end.

    CASE may also be an exercise of `imr training library`, the id of an assignment of yours, or the file of a packed
    case. Without CASE: what is assigned to you, your open run, or the cases to choose from.
    """
    path = log_at(log_path)
    if session is not None:
        return _resume(path, session, plain)
    if case is None:
        if against or faults or count or unaided or confidence:
            raise click.UsageError(
                "--against, --fault, --faults, --no-proposals and --confidence need a CASE."
            )
        return _next(path, plain)
    from assistant.training.practice import exercise_of_case, lessons

    packed = Path(case).is_file()
    given = None if packed else _assigned(path, case)
    if packed or given is not None:
        if against or faults or count or unaided or confidence:
            raise click.UsageError(
                "What is planted in an assigned or packed case, and what it is compared with, is set."
            )
        return _packed_run(path, Path(case), plain) if given is None else run_exercise(path, given, (), plain)
    reference = _key(path, against)
    lesson = lessons().get(case)
    if lesson is not None:
        case, faults, unaided = lesson.case, (*lesson.faults, *faults), unaided or lesson.unaided
    exercise = replace(
        exercise_of_case(case, reveal, reference),
        unaided=unaided,
        confidence=confidence,
        name=lesson.id if lesson is not None else "",
    )
    note_sessions(path, "practise", against, reference)
    return run_exercise(path, exercise, (*faults, *["any"] * count), plain)


def _packed_run(path: Path, file: Path, plain: bool) -> int:
    from assistant.log import Log
    from assistant.training.packing import exercise_of_packed, read_packed

    made = read_packed(file)
    with Log.open(path) as log:
        exercise = exercise_of_packed(log, made)
    return run_exercise(path, exercise, (), plain)


def _assigned(path: Path, name: str) -> Exercise | None:
    """The exercise of the assignment that waits for whoever is here and whose id begins so."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training.overview import waiting

    if not path.expanduser().is_file():
        return None
    with Log.open(path, write=False) as log:
        found = waiting(log, profile.kept().id)
    one = found.assignment(name)
    return None if one is None else found.exercise(one)


def note_sessions(
    path: Path, command: str, against: Sequence[str], reference: Reference | None, *sessions: str
) -> None:
    """Logs that sessions of the log are read, and the one that is compared with; a bundle's are none of the log."""
    from assistant.cli.options import note_reading
    from assistant.core.access_events import AccessRead
    from assistant.log.bundle import is_bundle

    experts = reference.panel or (reference,) if reference is not None else ()
    sessions += tuple(one.session for name, one in zip(against, experts, strict=False) if not is_bundle(name))
    if sessions and path.expanduser().exists():
        note_reading(path, AccessRead(command, sessions))


def run_exercise(path: Path, exercise: Exercise, faults: Sequence[str], plain: bool) -> int:
    """Begins a run and carries it as far as the trainee goes."""
    from assistant.training.practice import begin_run, with_faults

    if plain:
        return _talked(path, lambda log, profile: begin_run(log, profile, with_faults(log, exercise, faults)))
    from assistant.cli.options import needs_terminal

    needs_terminal()
    from assistant.tui.app import run_app
    from assistant.tui.training import PracticeScreen

    return run_app(
        path,
        lambda services: PracticeScreen(
            services, lambda log, profile: begin_run(log, profile, with_faults(log, exercise, faults))
        ),
    )


def _resume(path: Path, name: str, plain: bool) -> int:
    from assistant import profile as reviewer
    from assistant.log import Log
    from assistant.training.book import all_entries
    from assistant.training.practice import runs

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
        from assistant.training.practice import is_run

        return (path, session) if is_run(log, session) else None


def carry_on(path: Path, name: str, plain: bool) -> int:
    """Goes on with a run, told by the id of its session."""
    from assistant.training.practice import resume_run

    if plain:
        return _talked(path, lambda log, profile: resume_run(log, profile, name))
    from assistant.cli.options import needs_terminal

    needs_terminal()
    from assistant.tui.app import run_app
    from assistant.tui.training import entry_screen

    return run_app(path, lambda services: entry_screen(services, "run", name))


def _talked(path: Path, begin: Callable[[Log, Profile], Practice]) -> int:
    """A run as plain lines, and its feedback at the end."""
    from assistant import profile as reviewer
    from assistant.cli.plain import talk
    from assistant.log import Log

    with Log.open(path) as log:
        profile = reviewer.kept()
        practice = begin(log, profile)
        try:
            for line in practice.greeting():
                click.echo(visible(line))
            status = talk(practice.review, profile, conversation=practice)
        finally:
            practice.review.close()
        if practice.run.tells:
            from assistant.training.feedback_report import told_feedback

            for line in told_feedback(log, practice.run.session, profile.id):
                click.echo(line)
    return status


def _next(path: Path, plain: bool) -> int:
    """What waits: on the screen a list to choose from; as lines the one thing that waits, or the list."""
    if not plain:
        from assistant.cli.options import needs_terminal

        needs_terminal()
        from assistant.tui.app import run_app
        from assistant.tui.training import PracticeChoiceScreen

        return run_app(path, PracticeChoiceScreen)
    from assistant import profile as reviewer
    from assistant.log import Log
    from assistant.training.overview import waiting

    with Log.open(path) as log:
        found = waiting(log, reviewer.kept().id)
    if len(found.runs) + len(found.assigned) == 1:
        if found.runs:
            return carry_on(path, found.runs[0].session, plain)
        return run_exercise(path, found.exercise(found.assigned[0]), (), plain)
    for line in found.lines():
        click.echo(visible(line))
    return 0


@click.group(cls=Group)
def training() -> None:
    """Assign cases, see who has run what, and read the feedback."""


@training.command()
@click.argument("case")
@click.option(
    "--to",
    "trainee",
    required=True,
    metavar="ID",
    help="The trainee's pseudonymous id (`imr reviewer`), or a group.",
)
@against_option
@click.option(
    "--reveal",
    type=click.Choice(["each", "end", "trainer"]),
    default="each",
    help="Show the reference after each answer, at the end, or only to you.",
)
@due_option
@fault_options
@log_option
def assign(
    case: str,
    trainee: str,
    against: tuple[str, ...],
    reveal: str,
    due: str,
    faults: tuple[str, ...],
    count: int,
    unaided: bool,
    confidence: bool,
    log_path: Path | None,
) -> None:
    """Assign CASE to a trainee or a group, perhaps with faults planted in a copy of it."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training.book import REVEALS
    from assistant.training.practice import assign_case

    path = log_at(log_path)
    reference = _key(path, against)
    wanted = (*faults, *["any"] * count)
    note_sessions(path, "training assign", against, reference)
    with Log.open(path) as log:
        day = _day(due)
        every, planted = assign_case(
            log, profile.kept().id, case, trainee, reveal, wanted, reference, unaided, day, confidence
        )
    for made in every:
        by = f", due {made.due}" if made.due else ""
        click.echo(f"Assignment {made.id}: {made.case} to {made.trainee}, revealed {REVEALS[reveal]}{by}.")
    for fault in planted:
        click.echo(visible(f"Planted {fault.kind} at {fault.item}/{fault.prompt}: {fault.says}"))
    click.echo("The trainee begins with `imr practise`.")


@training.command("pack")
@click.argument("case", required=False)
@click.argument("file", required=False, type=click.Path(path_type=Path))
@against_option
@due_option
@fault_options
@log_option
def pack_case(
    case: str | None,
    file: Path | None,
    against: tuple[str, ...],
    due: str,
    faults: tuple[str, ...],
    count: int,
    unaided: bool,
    confidence: bool,
    log_path: Path | None,
) -> None:
    """Pack CASE into FILE for another desk, its key sealed; without CASE, list what you have packed.

    There it is begun with `imr practise FILE`, and revealed at the end with the word that is printed here.
    """
    from assistant import profile
    from assistant.log import Log
    from assistant.training.book import all_entries
    from assistant.training.packing import pack, packed_lines
    from assistant.training.practice import exercise_of_case, with_faults

    path, trainer = log_at(log_path), profile.kept().id
    if case is None or file is None:
        if case is not None:
            raise click.UsageError("Name the file, too: imr training pack CASE FILE.")
        with Log.open(path, write=False) as log:
            for line in packed_lines(all_entries(log), trainer) or ["You have packed no case."]:
                click.echo(visible(line))
        return
    if file.exists():
        raise refuse("This file is already there.", one_line(str(file)), "Name another.")
    reference = _key(path, against)
    note_sessions(path, "training pack", against, reference)
    with Log.open(path) as log:
        exercise = with_faults(log, exercise_of_case(case, "end", reference), (*faults, *["any"] * count))
        exercise = replace(exercise, unaided=unaided, confidence=confidence)
        made, word = pack(log, trainer, exercise, _day(due))
    write_page(file, made.to_text())
    for fault in exercise.faults:
        click.echo(visible(f"Planted {fault.kind} at {fault.item}/{fault.prompt}: {fault.says}"))
    click.echo(f"The word that opens its key: {word}")
    click.echo("Keep it until the runs are over; `imr training pack` shows it again.")


@training.command()
@click.argument("run")
@click.argument("word")
@log_option
def unseal(run: str, word: str, log_path: Path | None) -> None:
    """Open the key of RUN, a run on a packed case that is over, with the WORD of its trainer, and show the feedback."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training import packing
    from assistant.training.feedback_report import told_feedback

    actor = profile.kept().id
    with Log.open(log_at(log_path)) as log:
        made = packing.unseal(log, actor, log.resolve(run), word)
        for line in told_feedback(log, made.session, actor):
            click.echo(line)


@training.command("library")
@click.option(
    "--service", default="", metavar="WORDS", help="Only cases of a service whose name has these words."
)
@click.option(
    "--outcome", type=click.Choice(["upheld", "overturned"]), help="Only cases that are decided so."
)
@click.option(
    "--trap", default="", metavar="KIND", help="Only cases that have a place for this kind of fault."
)
@json_option
@log_option
def material(service: str, outcome: str | None, trap: str, as_json: bool, log_path: Path | None) -> None:
    """List what there is to practise on: service, outcome, how often it was answered rightly, traps; and the exercises."""
    from assistant import profile
    from assistant.core.access_events import AccessRead
    from assistant.log import Log
    from assistant.training.faults import FAULTS
    from assistant.training.gradebook import results
    from assistant.training.material import material_json, material_lines, materials
    from assistant.training.practice import lessons

    if trap and trap not in FAULTS:
        raise refuse(f"There is no fault `{trap}`.", "", f"There are {', '.join(FAULTS)}.")
    path = log_at(log_path)
    known = []
    if path.expanduser().exists():
        with Log.open(path, write=False) as log:
            known = results(log, profile.kept().id)
        note_reading(path, AccessRead("training library", tuple(one.session for one in known)))
    found = materials(known, service, outcome or "", trap)
    taught = {} if service or outcome or trap else lessons()
    if as_json:
        print_json(material_json(found, taught))
        return
    for line in material_lines(found, taught):
        click.echo(line)


@training.command()
@log_option
def due(log_path: Path | None) -> None:
    """List the traps that you have met, and when each is to be practised again, on a case that you haven't seen."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training.gradebook import results
    from assistant.training.material import materials, spaced, spaced_lines

    actor = profile.kept().id
    with Log.open(log_at(log_path), write=False) as log:
        known = results(log, actor, (actor,))
    for line in spaced_lines(spaced(known, materials(known) if known else ()), datetime.now(UTC)):
        click.echo(line)


@training.command()
@click.argument("name", required=False)
@click.argument("members", nargs=-1, metavar="[ID]...")
@click.option("--empty", is_flag=True, help="Give the group up.")
@log_option
def group(name: str | None, members: tuple[str, ...], empty: bool, log_path: Path | None) -> None:
    """Say who is in group NAME; without members list it, without NAME all groups."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training.book import Book, all_entries, groups, set_group

    with Log.open(log_at(log_path)) as log:
        if name is not None and (members or empty):
            set_group(Book(log, profile.kept().id), name, () if empty else members)
        found = groups(all_entries(log))
    for one, held in found.items():
        if name in (None, one):
            click.echo(visible(f"{one}: {', '.join(held)}"))
    if name is not None and name not in found and not empty:
        raise refuse(f"There is no group {name}.", "", f"Make it: `imr training group {name} ID ID`.")
    if not found:
        click.echo("There is no group.")


@training.command()
@click.argument("people", nargs=-1, metavar="[ID or GROUP]...")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table in CSV, a row for each trainee.")
@click.option(
    "--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="Write a page with plots to FILE."
)
@json_option
@log_option
def gradebook(
    people: tuple[str, ...], as_csv: bool, page: Path | None, as_json: bool, log_path: Path | None
) -> None:
    """Show what the trainees have come to: agreement, faults, false alarms, evidence, time, and the hardest questions.

    Without an ID or a GROUP, everybody who has finished a run or has one assigned.
    """
    from assistant import profile
    from assistant.core.access_events import AccessRead
    from assistant.log import Log
    from assistant.training import gradebook as grades
    from assistant.training.overview import read_gradebook

    path = log_at(log_path)
    with Log.open(path, write=False) as log:
        made = read_gradebook(log, profile.kept().id, people)
        read = [one.session for grade in made.grades for one in grade.results]
        note_reading(path, AccessRead("training gradebook", tuple(read)))
    if page is not None:
        write_page(page, grades.gradebook_page(made))
    elif as_json:
        print_json(grades.gradebook_json(made))
    elif as_csv:
        click.echo(grades.gradebook_csv(made), nl=False)
    else:
        for line in grades.gradebook_lines(made):
            click.echo(line)


def write_page(path: Path, text: str) -> None:
    """Writes a file that only its owner reads; one that is there stays as it is."""
    import os

    from assistant.machine import open_private

    try:
        with open(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(text.encode())
    except FileExistsError:
        raise refuse("This file is already there.", one_line(str(path)), "Name another.") from None
    except OSError as error:
        raise refuse(
            f"The file can't be written: {error.strerror}.", one_line(str(path)), "Name another place."
        ) from None
    click.echo(visible(f"Written: {path}"))


@training.command()
@click.argument("assignment")
@log_option
def withdraw(assignment: str, log_path: Path | None) -> None:
    """Take ASSIGNMENT back, told by the beginning of its id."""
    from assistant import profile
    from assistant.log import Log
    from assistant.training.book import Book, withdraw

    with Log.open(log_at(log_path)) as log:
        made = withdraw(Book(log, profile.kept().id), assignment)
    click.echo(f"Assignment {made.id} of {made.case} to {made.trainee} is taken back.")


@training.command("list")
@json_option
@log_option
def overview(as_json: bool, log_path: Path | None) -> None:
    """List the cases with a reference, their sessions, the assignments and runs, and the agreement at a glance."""
    from assistant.core.access_events import AccessListed
    from assistant.log import Log
    from assistant.training.overview import overview_json, overview_lines, read_overview

    path = log_at(log_path)
    with Log.open(path, write=False) as log:
        note_reading(path, AccessListed("training list", {}))
        found = read_overview(log)
    if as_json:
        print_json(overview_json(found))
        return
    for line in overview_lines(found):
        click.echo(line)


@training.command()
@click.argument("session", default="last")
@against_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a table in CSV, a row for each question.")
@json_option
@log_option
def feedback(
    session: str, against: tuple[str, ...], as_csv: bool, as_json: bool, log_path: Path | None
) -> None:
    """Show what came of a run, question by question: agreement, evidence, absences, faults, time.

    SESSION is a run, or any finished session, also an exported bundle; `last` is the newest one.
    """
    from assistant import profile
    from assistant.log.bundle import is_bundle
    from assistant.training.debrief import debrief, note_shown
    from assistant.training.feedback_report import feedback_csv, feedback_json, feedback_lines
    from assistant.training.replay import open_replay

    path, actor = log_at(log_path), profile.kept().id
    reference = _key(path, against)
    replay = open_replay(path, session)
    with replay.recording.log, _books(path) as log:
        made, advice = debrief(log, replay.recording, actor, reference)
        if log is not None and not is_bundle(session):
            note_shown(log, made, actor)
    read = () if is_bundle(session) else (made.session,)
    note_sessions(path, "training feedback", against, reference, *read)
    if as_json:
        print_json(feedback_json(made, advice))
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
