"""`imr log serve`: the log in a browser, on this computer alone."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import click

from assistant.commands.which_log import log_at, log_option
from assistant.core.problem import refuse
from assistant.core.text import visible

HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="A port; without it, a free one.")
@log_option
def serve(port: int, log_path: Path | None) -> None:
    """Show the log in a browser: the reports, their tables, a page for each session. Ctrl+C ends it.

    It can be reached from this computer alone, with the address that is printed, and can't change anything.
    """
    if find_spec("datasette") is None:
        raise refuse(
            "The browser view needs Datasette, which is not installed.",
            "",
            "Install it with: pip install 'imr-assistant[browser]'",
        )
    import uvicorn

    from assistant.core.access_event import AccessListed
    from assistant.log.access import note
    from assistant.log.projection import up_to_date
    from assistant.web.site import site

    def tell(words: str) -> None:
        click.echo(f"imr: {visible(words)}", err=True)

    path = log_at(log_path)
    tables = up_to_date(path)
    unlogged = note(path, AccessListed("log serve", {}))
    if unlogged:
        tell(unlogged)
    key = secrets.token_urlsafe(24)
    with _listening(port) as taken:
        click.echo(f"Open http://{HOST}:{taken.getsockname()[1]}/?key={key}")
        click.echo("Only this computer can reach it, and only with this address. Ctrl+C ends it.")
        config = uvicorn.Config(
            site(tables, path, key, tell), log_level="error", access_log=False, server_header=False
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[taken])


def _listening(port: int) -> socket.socket:
    """A socket that takes connections from now on; raises `Refused` where the port can't be had."""
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((HOST, port))
        taken.listen()
    except OSError as error:
        taken.close()
        raise refuse(
            f"The port can't be had: {error.strerror}.", f"{HOST}:{port}", "Name another with --port."
        ) from None
    return taken
