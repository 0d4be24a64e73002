"""`imr case chronology`: the course of a case, oldest first, each line with its page; lines are confirmed here too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.options import json_option, log_option, needs_terminal
from assistant.cli.output import print_json
from assistant.core.text import counted, one_line, visible

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.records.course import Course
    from assistant.records.intake_proposals import Proposal


@click.command("chronology")
@click.argument("name", metavar="CASE")
@click.option(
    "--kind", default="", metavar="WORD", help="Only lines of this kind: study, operation, drug, ..."
)
@click.option("--region", default="", metavar="WORDS", help="Only lines about this part of the body.")
@click.option(
    "--side", type=click.Choice(["left", "right"]), help="Only lines of this side, and those of no side."
)
@click.option("--confirmed", is_flag=True, help="Only lines that are confirmed.")
@click.option("--confirm", multiple=True, metavar="KEY", help="Confirm a line; it goes into the case.")
@click.option(
    "--refuse", "refused", multiple=True, metavar="KEY", help="Refuse a line; it isn't proposed again."
)
@click.option(
    "--correct", nargs=3, multiple=True, metavar="KEY PART VALUE", help="Give a part of a line another value."
)
@click.option("--edit", is_flag=True, help="Confirm, correct and refuse on the screen, beside the pages.")
@json_option
@log_option
def chronology(
    name: str,
    kind: str,
    region: str,
    side: str | None,
    confirmed: bool,
    confirm: tuple[str, ...],
    refused: tuple[str, ...],
    correct: tuple[tuple[str, str, str], ...],
    edit: bool,
    as_json: bool,
    log_path: Path | None,
) -> int:
    """Show the course of a case, oldest first, each line to its page.

    Lines marked + are confirmed and stand in the case; the others are proposed from the pages and no fact yet. What
    came after the utilization review decision is marked. An open review takes a change over when it is resumed.
    """
    from assistant import library
    from assistant.cli.case_add import open_sessions, tell_of_change
    from assistant.records.course import Course, narrowed
    from assistant.records.intake_proposals import CONFIRMED

    changes = bool(confirm or refused or correct or edit)
    path = library.writable_case(name) if changes else library.find_case(name).path
    with Course(path, write=changes) as course:
        for key, part, value in correct:
            course.correct(key, part, value)
        for key in confirm:
            course.confirm(key)
        for key in refused:
            course.refuse(key)
        if edit:
            needs_terminal("Use --confirm, --correct and --refuse with the keys of --json.")
            _on_screen(course, log_path)
        lines = narrowed(course.proposals, kind, region, side or "")
        lines = [one for one in lines if one.state == CONFIRMED or not confirmed]
        if as_json:
            print_json([row(course, one) for one in lines])
        else:
            _show(course, lines)
        if changes and not as_json:
            tell_of_change(open_sessions(path, log_path))
    return 0


def _on_screen(course: Course, log_path: Path | None) -> None:
    from assistant.tui.app import run_app
    from assistant.tui.intake import ProposalScreen

    run_app(log_path, lambda _: ProposalScreen(course, "Chronology"))


def row(course: Course, one: Proposal) -> dict[str, Any]:
    """A line as JSON."""
    place = one.evidence[0] if one.evidence else None
    return {
        "key": one.key,
        "state": one.state,
        "date": one.fields["date"],
        "kind": one.fields["kind"],
        "region": one.fields["region"],
        "side": one.fields["side"],
        "says": one.fields["says"],
        "page": course.where(place) if place is not None else "",
        "quote": place.quote if place is not None else "",
        "also": [course.where(other) for other in one.evidence[1:]],
        "others": list(one.others),
        "notes": list(one.notes),
    }


_MARKS = {"confirmed": "+", "open": " ", "refused": "x"}


def _show(course: Course, lines: Sequence[Proposal]) -> None:
    for one in lines:
        place = course.where(one.evidence[0]) if one.evidence else ""
        notes = f"  [{'; '.join(one.notes)}]" if one.notes else ""
        click.echo(
            visible(
                f"{_MARKS[one.state]} {one.fields['date']:<10}  {one.fields['kind'] or '-':<10} {one_line(one.fields['says'])}{notes}"
            )
        )
        click.echo(visible(f"{'':14}{place}{f'  ({one.key})' if one.state != 'confirmed' else ''}"))
        for other in one.others:
            click.echo(visible(f"{'':14}another page says: {other}"))
    held = sum(one.state == "confirmed" for one in lines)
    left = sum(one.state == "open" for one in lines)
    click.echo(visible(f"{counted(held, 'line')} confirmed, {counted(left, 'line')} proposed."))
