"""Which decision log a command works on: `--log`, else `IMR_LOG`, else the one in the user's data folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from assistant.log import Log

Command = TypeVar("Command", bound=Callable[..., Any])


def log_option(command: Command) -> Command:
    """`--log PATH`, given to the command as `log_path`."""
    return click.option(
        "--log",
        "log_path",
        type=click.Path(path_type=Path),
        envvar="IMR_LOG",
        metavar="PATH",
        help="The decision log; without it, the one in your data folder.",
    )(command)


def log_at(path: Path | None) -> Path:
    """The log that is meant."""
    from assistant.log.place import default_log_path

    return path or default_log_path()


def open_log(path: Path | None) -> Log:
    """The log that is meant, for writing."""
    from assistant.log import Log

    return Log.open(log_at(path))
