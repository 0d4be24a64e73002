"""Shell completion: the script for a shell, and what it asks for: cases, sessions, prompt sets, reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
from click.shell_completion import CompletionItem, get_completion_class

from assistant.core.problem import Refused
from assistant.core.text import one_line

ASKED = "_IMR_COMPLETE"
"""The variable with which a shell asks."""

MOST = 50
"""Sessions that are offered, the newest ones."""

Items = Iterable[tuple[str, str]]


def cases(ctx: click.Context) -> Items:
    """Every case at hand."""
    from assistant import library

    bank = library.folder("casebank")
    return [(name, "case bank" if path.parent == bank else "your own") for name, path in library.all_cases()]


def sessions(ctx: click.Context) -> Items:
    """The reviews of the log that the command is about, the newest first; a log that isn't there isn't made."""
    from assistant.cli.options import log_at
    from assistant.log import Log

    path = log_at(ctx.params.get("log_path"))
    if not path.expanduser().is_file():
        return
    with Log.open(path, write=False) as log:
        yield from ((row.id, f"{row.case}, {row.status}, {row.last[:10]}") for row in log.sessions()[:MOST])
    yield "last", "the one last worked on"


def prompt_sets(ctx: click.Context) -> Items:
    """Every prompt set."""
    from assistant import library

    return [(name, "") for name in library.sources().prompts]


def reports(ctx: click.Context) -> Items:
    """Every report of the log."""
    from assistant.log.report import reports as every

    return [(name, one.question) for name, one in every().items()]


_ASKS: dict[str, Callable[[click.Context], Items]] = {
    "CASE": cases,
    "SESSION": sessions,
    "OTHER": sessions,
    "SET": prompt_sets,
    "NAME": reports,
}
"""What is offered for an argument, by its name in the usage line."""

_OPTIONS = {"session": "SESSION", "against": "SESSION", "case": "CASE", "prompt_set": "SET"}


class Named(click.types.StringParamType):
    """Words for which names are offered."""

    def __init__(self, offered: Callable[[click.Context], Items]) -> None:
        self._offered = offered

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The names that begin so; none where they can't be read."""
        return list(self._beginning(ctx, incomplete))

    def _beginning(self, ctx: click.Context, incomplete: str) -> Iterator[CompletionItem]:
        try:
            for name, about in self._offered(ctx):
                if name.startswith(incomplete) and name == one_line(name):
                    yield CompletionItem(name, help=one_line(about, 80))
        except (Refused, OSError):
            return


def offer_names(command: click.Command) -> None:
    """Makes a command, and those below it, offer names for their arguments and options."""
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        offer_names(below)
    for one in command.params:
        asks = _OPTIONS.get(one.name or "", "")
        if isinstance(one, click.Argument):
            asks = one.make_metavar(click.Context(command)).strip("[].").split()[0].strip("[].")
        if asks in _ASKS and isinstance(one.type, click.types.StringParamType):
            one.type = Named(_ASKS[asks])


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.option(
    "-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE instead."
)
@click.pass_context
def completion(ctx: click.Context, shell: str, output: Path | None) -> None:
    """Print what makes SHELL complete the commands, options, cases, sessions, prompt sets and reports of imr.

    For bash, put `eval "$(imr completion bash)"` into ~/.bashrc; for zsh the same with zsh into ~/.zshrc; for fish,
    `imr completion fish -o ~/.config/fish/completions/imr.fish`.
    """
    made = get_completion_class(shell)
    assert made is not None  # one of those that click knows
    script = made(ctx.find_root().command, {}, "imr", ASKED).source()
    if output is None:
        click.echo(script)
        return
    from assistant.files import write_file

    write_file(output, script.encode(), replace=True)
    click.echo(f"Written to {one_line(str(output))}.")
