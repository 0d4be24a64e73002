"""`imr replay`: a logged session as it went, two side by side, or blind."""

from __future__ import annotations

from pathlib import Path

import click

from assistant.cli.options import json_option, log_at, note_reading, reading_log_option
from assistant.cli.output import print_json
from assistant.core.problem import refuse


@click.command()
@click.argument("session")
@click.argument("other", required=False)
@click.option("--plain", is_flag=True, help="The replay as plain lines.")
@click.option("--all", "everything", is_flag=True, help="With --plain: all steps at once, without asking.")
@click.option("--at", "where", metavar="WHERE", help="Begin at a step's number, a question's name, or `end`.")
@click.option("--play", is_flag=True, help="Play at once, in the time that it took; pauses are shortened.")
@click.option(
    "--speed", type=click.FloatRange(0.01, 1000), default=1.0, help="How fast to play; 1 is as it went."
)
@click.option("--blind", is_flag=True, help="Answer yourself before each answer is shown.")
@click.option(
    "--reveal",
    type=click.Choice(["each", "end"]),
    default="each",
    help="With --blind: show the reviewer's answer after each of yours, or at the end.",
)
@click.option(
    "--cast",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write it to FILE as an asciicast (version 3).",
)
@click.option(
    "--html", "page", type=click.Path(path_type=Path), metavar="FILE", help="Write it to FILE as one page."
)
@json_option
@reading_log_option
def replay(
    session: str,
    other: str | None,
    plain: bool,
    everything: bool,
    where: str | None,
    play: bool,
    speed: float,
    blind: bool,
    reveal: str,
    cast: Path | None,
    page: Path | None,
    as_json: bool,
    log_path: Path | None,
) -> int:
    """Replay SESSION as it went; with OTHER, two sessions on one case side by side.

    SESSION is an id, the beginning of one, `last`, or the file of an exported bundle.
    """
    from assistant.cli.options import needs_terminal
    from assistant.training.replay import Marker, must_differ, open_replay

    path = log_at(log_path)
    if (cast or page) and (blind or other is not None or as_json):
        raise click.UsageError("--cast and --html take one SESSION, and neither --blind nor --json.")
    if blind:
        if other is not None or as_json:
            raise click.UsageError("--blind takes one SESSION, and prints no JSON.")
        return _blind(path, session, reveal, plain)
    marker = Marker(path)
    one = open_replay(path, session, marker)
    _note(path, session, one.recording.id)
    if other is not None:
        from assistant.training.replay import SideBySide

        second = open_replay(path, other, marker)
        _note(path, other, second.recording.id)
        must_differ(one, second)
        pair = SideBySide(one, second)
        if as_json:
            from assistant.training.replay import side_by_side_json

            print_json(side_by_side_json(pair))
            return 0
        if plain or everything:
            from assistant.cli.plain_replay import pair_lines

            for line in pair_lines(pair):
                click.echo(line)
            return 0
        needs_terminal()
        from assistant.tui.app import run_app
        from assistant.tui.replay_pair import ReplayPairScreen

        return run_app(path, lambda _: ReplayPairScreen(pair, marker))
    if cast or page:
        from assistant.cli.plain_replay import cast as cast_lines
        from assistant.cli.plain_replay import session_page
        from assistant.cli.training import write_page

        if cast:
            write_page(cast, "".join(f"{line}\n" for line in cast_lines(one, marker)))
        if page:
            write_page(page, session_page(one, marker))
        return 0
    if as_json:
        from assistant.training.replay import replay_json

        print_json(replay_json(one))
        return 0
    start = _start(one, where)
    if plain or everything:
        from assistant.cli.plain_replay import PlainReplay

        return PlainReplay(one, marker).run(start, everything, speed if play else 0)
    needs_terminal()
    from assistant.tui.app import run_app
    from assistant.tui.replay import ReplayScreen

    return run_app(path, lambda _: ReplayScreen(one, marker, start, speed, play))


def _start(one: object, where: str | None) -> int:
    from assistant.training.replay import Replay

    assert isinstance(one, Replay)
    found = one.find(where) if where else 1
    if found is None:
        raise refuse(
            f"There is no step or question “{where}” in this session.",
            one.recording.id,
            f"There are steps 1 to {len(one.steps)}, and the questions of the case.",
        )
    return found


def _note(path: Path, name: str, session: str) -> None:
    from assistant.core.access_events import AccessRead
    from assistant.log.bundle import is_bundle

    if not is_bundle(name):
        note_reading(path, AccessRead("replay", (session,)))


def _blind(path: Path, name: str, reveal: str, plain: bool) -> int:
    from assistant.cli.training import run_exercise
    from assistant.training.practice import exercise_of_session
    from assistant.training.replay import open_replay

    held = open_replay(path, name)
    _note(path, name, held.recording.id)
    with held.recording.log:
        exercise = exercise_of_session(held.recording, reveal)
    return run_exercise(path, exercise, (), plain)
