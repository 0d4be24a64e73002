"""`imr tour`: two minutes for somebody who has never seen the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from assistant.tui.tour import TourScreen
    from assistant.tui.widgets import Services


@click.command()
@click.option("--plain", is_flag=True, help="The same as plain lines.")
def tour(plain: bool) -> int:
    """Two minutes through a review of the bundled case, with a word at each stop; it can be left at any time.

    Nothing of it is kept: it has a log, a profile and keys of its own, which are gone afterwards.
    """
    from assistant.cli.options import needs_terminal

    if not plain:
        needs_terminal()
    from assistant.review.tour import FAREWELL, apart

    with apart() as log_path:
        if plain:
            from assistant.cli.plain import tour_in_lines

            status = tour_in_lines(log_path)
            click.echo(FAREWELL)
            return status
        from assistant.tui.app import run_app

        def first(services: Services) -> TourScreen:
            from assistant.tui.tour import TourScreen

            return TourScreen(services)

        return run_app(log_path, first, FAREWELL)
