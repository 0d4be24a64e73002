"""The command line: `imr`. Each command imports its own module, so that --help stays quick.

Exit status: 0 done; 1 what the command exists to report; 2 wrong use or bad input. Errors go to standard
error as what, where, what to do; never a traceback.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from assistant import __version__
from assistant.core.problem import Refused
from assistant.core.text import visible
from assistant.machine import READER_GONE, Ended, end_in_order, give_up_output, have_streams

_COMMANDS = {
    "review": ("Review a case: guided, as plain lines, or from an answers file.", "review"),
    "resume": ("Go on with a session where it stopped.", "review"),
    "letter": ("Print the determination of a session.", "review"),
    "reviewer": ("Show or set the reviewer's profile.", "review"),
    "tour": ("Two minutes for somebody who has never seen the program.", "tour"),
    "work": ("The work list: your cases by due date, and how far each has come.", "work"),
    "case": ("Cases: list, show, make one, bring documents in, and search.", "case"),
    "prompts": ("List, show, check, try and write prompt sets.", "prompts"),
    "agree": ("Measure how far reviewers agree.", "agreement"),
    "adjudicate": ("Settle where reviewers part, blind to who said what.", "agreement"),
    "replay": ("Replay a session as it went, two side by side, or blind.", "replay"),
    "practise": ("Review a case blind, with feedback.", "training"),
    "training": ("Assign cases, see who has run what, and read the feedback.", "training"),
    "completion": (
        "Make your shell complete commands, cases, sessions, sets and reports.",
        "shell_completion",
    ),
    "log": ("Look at the decision log, prove it, and take a copy along.", "log"),
}

_PARTS = {
    "Review": "review resume letter work reviewer tour",
    "Prepare": "case prompts",
    "Train and compare": "practise replay training agree adjudicate",
    "Prove": "log",
    "Shell": "completion",
}
"""The commands as the help lists them."""


class _Lazy(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = import_module(f"assistant.cli.{_COMMANDS[cmd_name][1]}")
        command: click.Command = getattr(module, cmd_name)
        _refuse_unused(command)
        if _COMPLETING in os.environ:
            from assistant.cli.shell_completion import offer_names

            offer_names(command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in _PARTS.items():
            with formatter.section(title):
                formatter.write_dl([(name, _COMMANDS[name][0]) for name in names.split()])


_STRICT: set[click.Command] = set()
_COMPLETING = "_IMR_COMPLETE"
"""Set where it is a shell that calls, to be told what could stand next."""


def _refuse_unused(command: click.Command) -> None:
    """Makes a command, and those below it, refuse an option that is given twice where only the last would be used."""
    if command in _STRICT:
        return
    _STRICT.add(command)
    if isinstance(command, click.Group):
        for one in command.commands.values():
            _refuse_unused(one)
    make = command.make_parser

    def make_parser(ctx: click.Context) -> Any:
        parser = make(ctx)
        parse = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            values, rest, order = parse(args)
            seen: dict[str, click.Parameter] = {}
            for one in order:
                name, again = one.name or "", seen.get(one.name or "")
                same_flag = again is one and isinstance(one, click.Option) and one.is_flag
                taken = getattr(one, "multiple", False) or getattr(one, "count", False)
                if isinstance(one, click.Option) and again is not None and not (taken or same_flag):
                    both = " and ".join(dict.fromkeys(each.opts[0] for each in (again, one)))
                    said = f"{both} is given twice" if again is one else f"{both} are given together"
                    raise click.UsageError(f"{said}, and only one of them would be used.", ctx)
                seen[name] = one
            return values, rest, order

        parser.parse_args = parse_args  # type: ignore[method-assign]
        return parser

    command.make_parser = make_parser  # type: ignore[method-assign]


@click.group(cls=_Lazy, invoke_without_command=True)
@click.version_option(__version__, prog_name="imr")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A guided, logged and provable Independent Medical Review.

    Without a command: the home screen, with the work list, the sessions that are open, and the cases.
    """
    if ctx.invoked_subcommand is None:
        from assistant.cli.review import home

        home()


def main() -> None:
    """The entry point of `imr`."""
    have_streams()
    end_in_order()
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Carries out one call of `imr` and gives its exit status.

    It is the command's own, also where nobody reads what it prints; 141 where it had none yet when the reader went;
    and 1 where all went well and sessions had to be left out, which are named.
    """
    _left_out()
    status = _carried_out(arguments)
    left = _left_out()
    for session, why in left.items():
        _say(f"It was left out: {why[:1].lower()}{why[1:]}", f"session {session}", "See `imr log verify`.")
    return status or int(bool(left))


def _left_out() -> dict[str, str]:
    """The sessions that had to be left out; a command that has read no log has not imported who knows of it."""
    read = sys.modules.get("assistant.log.errors")
    return read.take_left_out() if read is not None else {}


def _carried_out(arguments: list[str]) -> int:
    status = READER_GONE
    try:
        try:
            result = cli.main(arguments, prog_name="imr", standalone_mode=False)
            status = result if isinstance(result, int) else 0
        except click.exceptions.Exit as stop:
            status = stop.exit_code
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        give_up_output()
        return status
    except click.ClickException as error:
        command = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "imr"
        _say(visible(error.format_message()), "", f"See `{command} --help`.")
        return 2
    except click.Abort:
        _say("Stopped.", "", "What was accepted is in the log; go on with `imr resume`.")
        return 2
    except Refused as refused:
        for problem in refused.problems:
            _say(problem.what, problem.where, problem.fix)
        return refused.status
    except Ended as ended:
        return int(ended.code or 0)
    except SystemExit as left:  # what click makes of a shell's question, or of a reader that went away
        if _COMPLETING in os.environ:
            return int(left.code or 0)
        give_up_output()
        return status
    except OSError as error:
        where = str(error.filename or "")
        _say(
            f"The operating system refused: {error.strerror or error}.",
            where,
            "Check the disk and permissions.",
        )
        return 2
    except Exception as error:
        if not _is_of_sqlite(error):
            raise
        fix = (
            "Run `imr log verify`; where the log holds, remove its `.reports` and what is kept in the cache."
        )
        _say(f"A file of the log, or one beside it, can't be read: {error}.", "", fix)
        return 2


def _is_of_sqlite(error: Exception) -> bool:
    """Whether SQLite found a file damaged, or was kept from it, where nobody who knows the file took that in."""
    known = sys.modules.get("sqlite3")  # a command that has opened no file has not imported it
    return (
        known is not None
        and isinstance(error, known.DatabaseError)
        and not isinstance(error, known.ProgrammingError)
    )


def _say(what: str, where: str, fix: str) -> None:
    said = " ".join(part for part in (f"{where}:" if where else "", what, fix) if part)
    with suppress(BrokenPipeError):  # nobody reads what is said either
        print(f"imr: {visible(said)}", file=sys.stderr)
