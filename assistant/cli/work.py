"""`imr work`: the work list, what is entered at the desk, and `imr case assign`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.options import Command, Group, json_option, log_at, log_option, open_log
from assistant.cli.output import print_json
from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.review.desk import Desk


@click.group(cls=Group, invoke_without_command=True)
@click.option("--all", "closed", is_flag=True, help="Also what was sent or withdrawn.")
@json_option
@log_option
@click.pass_context
def work(ctx: click.Context, closed: bool, as_json: bool, log_path: Path | None) -> None:
    """The work list: your cases by due date, the late ones first, with the rule and how far each has come.

    What neither the case's file nor its review says is entered with the commands below.
    """
    if ctx.invoked_subcommand is None:
        print_work(log_path, closed, as_json)


def print_work(log_path: Path | None, closed: bool, as_json: bool) -> None:
    """Prints the work list."""
    from assistant.log import Log
    from assistant.review.worklist import row_words, work_list

    path = log_at(log_path)
    with Log.open(path, write=not path.expanduser().is_file()) as log:
        rows = work_list(log, closed=closed)
    if as_json:
        print_json([row.as_json() for row in rows])
        return
    for row in rows:
        for line in row_words(row):
            click.echo(visible(line))
    if not rows:
        click.echo(
            "There is nothing to do. `imr case new PACKET` makes a case of the pages that came, "
            "`imr case list` shows those that there are."
        )


case_argument = click.argument("name", metavar="CASE")
on_option = click.option("--on", "day", default="", metavar="DAY", help="On which day; without it, today.")
reason_option = click.option("--reason", required=True, metavar="WORDS", help="Why; it is logged.")


def _entering(command: Command) -> Command:
    """A command that enters something at the desk."""
    return case_argument(log_option(command))


def _enter(log_path: Path | None, name: str, act: Callable[[Desk, str], str | None]) -> None:
    """Enters something of a case at the reviewer's own desk, and says what."""
    from assistant import profile
    from assistant.review.desk import Desk, known_case

    with open_log(log_path) as log:
        case = known_case(log, name)
        said = act(Desk(log, profile.kept().id), case)
    click.echo(visible(f"{one_line(case)}: {said}"))


@work.command()
@_entering
@click.option("--what", required=True, metavar="WORDS", help="Which records.")
@click.option("--of", "of", multiple=True, required=True, metavar="WHOM", help="Of whom; repeat it for more.")
@click.option(
    "--copied", multiple=True, metavar="WHOM", help="To whom the request was copied; repeat it for more."
)
@on_option
def asked(
    name: str, what: str, of: tuple[str, ...], copied: tuple[str, ...], day: str, log_path: Path | None
) -> None:
    """Records of CASE were asked for; the request goes to all parties (Labor Code 4610.6(b))."""

    def act(desk: Desk, case: str) -> str:
        desk.asked(case, what, of, copied, day)
        return f"records asked for of {', '.join(of)}."

    _enter(log_path, name, act)


@work.command()
@_entering
@click.option("--request", default="", metavar="DAY", help="The day on which the request came.")
@click.option("--records", default="", metavar="DAY", help="The day on which the records came, all of them.")
@click.option(
    "--priority", default="", metavar="WORD", help="standard, expedited or formulary, where it changed."
)
def received(name: str, request: str, records: str, priority: str, log_path: Path | None) -> None:
    """The request or the records of CASE came: time runs from the later of the two."""

    def act(desk: Desk, case: str) -> str:
        desk.received(case, request, records, priority)
        return "entered. `imr work` shows when it is due."

    _enter(log_path, name, act)


@work.command("quality-read")
@_entering
@click.option("--note", default="", metavar="WORDS", help="What was found.")
def quality_read(name: str, note: str, log_path: Path | None) -> None:
    """You have read the signed determination of CASE, which somebody else signed, for its quality."""
    _enter(log_path, name, lambda desk, case: f"{desk.read(case, note)} was read for its quality.")


@work.command()
@_entering
@on_option
def sent(name: str, day: str, log_path: Path | None) -> None:
    """The signed determination of CASE was mailed."""
    _enter(log_path, name, lambda desk, case: f"{desk.sent(case, day)} was mailed.")


@work.command()
@_entering
@reason_option
@on_option
def withdrawn(name: str, reason: str, day: str, log_path: Path | None) -> None:
    """The application of CASE was withdrawn."""

    def act(desk: Desk, case: str) -> str:
        desk.withdrawn(case, reason, day)
        return "withdrawn."

    _enter(log_path, name, act)


@work.command()
@_entering
@reason_option
def reinstated(name: str, reason: str, log_path: Path | None) -> None:
    """CASE, which was withdrawn, is to be reviewed again."""

    def act(desk: Desk, case: str) -> str:
        desk.reinstated(case, reason)
        return "is to be reviewed again."

    _enter(log_path, name, act)


@work.command()
@_entering
@reason_option
@on_option
def remanded(name: str, reason: str, day: str, log_path: Path | None) -> None:
    """The determination of CASE was reversed, and the case sent back to another reviewer."""

    def act(desk: Desk, case: str) -> str:
        desk.remanded(case, reason, day)
        return "sent back. Assign it with `imr case assign`."

    _enter(log_path, name, act)


@work.command()
@_entering
@click.option("--party", required=True, metavar="WHOM", help="To whom the tie is.")
@click.option("--reviewer", default="", metavar="ID", help="Whose tie; without it, yours.")
def tie(name: str, party: str, reviewer: str, log_path: Path | None) -> None:
    """A reviewer has a tie to a party of CASE, and is not to review it."""

    def act(desk: Desk, case: str) -> str:
        whose = one_line(reviewer) or desk.actor
        desk.tied(case, whose, party)
        return f"a tie of {whose} is attested; it is not assigned to them."

    _enter(log_path, name, act)


@click.command()
@case_argument
@click.option("--to", default="", metavar="ID", help="To which reviewer; without it, to you.")
@click.option("--specialty", default="", metavar="WORDS", help="The specialty that the case needs.")
@log_option
def assign(name: str, to: str, specialty: str, log_path: Path | None) -> None:
    """Assign CASE to a reviewer.

    Refused for a licence or certification that has run out, a specialty that isn't listed, a tie to a party of the
    case, and on remand for whoever signed the determination that was reversed. Other reviewers have files like your
    profile in the folder `reviewers` beside it.
    """
    from assistant import profile
    from assistant.review.desk import Desk, case_of, reviewer_called

    case, reviewer = case_of(name), reviewer_called(to)
    with open_log(log_path) as log:
        wanted = Desk(log, profile.kept().id).assign(case, reviewer, specialty)
    click.echo(visible(f"{one_line(case.id)} is assigned to {reviewer.id} ({wanted})."))
