"""`imr case from`: a signed review becomes a practice case, once every change to its words is confirmed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.ask import Asking
from assistant.cli.options import json_option, log_at, note_reading, reading_log_option
from assistant.cli.output import print_json
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line, visible

if TYPE_CHECKING:
    from assistant.training.deidentify import Change, Deidentifier

_HELP = (
    "Enter          confirms those that are shown",
    "keep 3         leaves number 3 as it is",
    "3 WORDS        puts other words in the place of number 3",
    "show 3         shows where number 3 stands",
)
_ONE_HELP = (
    "yes            replaces it as proposed",
    "keep           leaves it as it is",
    "= WORDS        puts other words in its place",
)


@click.command("from")
@click.argument("session", metavar="SESSION")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[FOLDER]")
@click.option(
    "--list",
    "listed",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Names to look for, one a line; `organization: NAME` for an organization.",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A YAML or JSON file with what is confirmed, kept and changed, instead of questions.",
)
@json_option
@reading_log_option
def from_session(
    session: str,
    folder: Path | None,
    listed: Path | None,
    answers: Path | None,
    as_json: bool,
    log_path: Path | None,
) -> int:
    """Make a practice case, with its reference, from a signed SESSION: identifiers replaced, dates shifted.

    Every change is yours to confirm. What is left has no known identifier, which is less than anonymous. What you have
    decided is kept beside the log with the shift, and the same command goes on there.
    """
    from datetime import UTC, datetime
    from random import SystemRandom

    from assistant import library
    from assistant.core.access_events import AccessExported
    from assistant.log import Log
    from assistant.training.deidentify import Deidentifier, choose_weeks, read_state, state_file, write_state
    from assistant.training.practice import exercise_of_session
    from assistant.training.recording import Recording

    names = (
        [line.strip() for line in library.read_text(listed).splitlines() if line.strip()] if listed else []
    )
    path = log_at(log_path)
    with Log.open(path, write=False) as log:
        recording = Recording(log, log.resolve(session))
        if recording.final.status != "signed":
            raise refuse(
                "This review isn't signed, so it can't be a reference.",
                recording.id,
                "Name a signed one; see `imr log sessions --status signed`.",
            )
        exercise = exercise_of_session(recording, "end")
    rules, case = recording.final.rules, exercise.case
    target = folder or _free(recording.final.rules.case.items)
    kept = state_file(path, recording.id)
    held = read_state(kept)
    weeks = held.get("weeks") or choose_weeks(case, rules, SystemRandom(), datetime.now(UTC).date())
    made = Deidentifier(case, rules, exercise.reference, recording.final.rulings, names, weeks)
    _recall(made, held.get("decided", {}))
    write_state(kept, made)
    note_reading(path, AccessExported("practice case", "case", (recording.id,)))
    if answers is not None:
        _answered(made, answers)
        write_state(kept, made)
        for one in made.open:
            click.echo(visible(f"imr: open: {one.key} → {one.becomes}"), err=True)
        if made.open:
            return 1
    elif as_json:
        print_json(_as_data(made))
        return 1 if made.open else 0
    else:
        asking = Asking()
        try:
            _ask(asking, made)
        finally:
            write_state(kept, made)
        if not asking.agrees(f"Make the practice case in {target}?"):
            return 1
    done = made.make(target)
    if as_json:
        print_json({"case": done.path.name, "folder": str(done.path)})
        return 0
    left = [one for one in made.changes.values() if one.state == "kept"]
    click.echo(visible(f"The practice case is in {one_line(str(done.path))}."))
    click.echo(
        visible(
            f"No known identifier found; {counted(len(left), 'finding')} kept by you. That is less than anonymous."
        )
    )
    click.echo(
        visible(f"How its dates are shifted is kept apart, in {one_line(str(kept))}. Don't hand that on.")
    )
    return 0


def _free(items: Any) -> Path:
    """A folder of the reviewer's own cases, named after the prompt set of the first item."""
    from assistant import library

    name, number = next(iter(items.values())).prompt_set, 1
    while (made := library.case_homes()[0] / f"practice-{name}-{number}").exists():
        number += 1
    return made


def _recall(made: Deidentifier, decided: Any) -> None:
    for key, (state, becomes) in decided.items():
        if key in made.changes:
            if state == "kept":
                made.keep(key)
            else:
                made.confirm(key, becomes)


def _answered(made: Deidentifier, path: Path) -> None:
    from assistant import library

    said = library.document(library.read_text(path), one_line(str(path)), "deidentify-answers").data
    for key, words in said.get("change", {}).items():
        made.confirm(str(key), str(words))
    for key in said.get("keep", []):
        made.keep(str(key))
    for key in said.get("confirm", []):
        made.confirm(str(key))


def _as_data(made: Deidentifier) -> dict[str, Any]:
    return {
        "weeks": made.weeks,
        "changes": [
            {
                "key": one.key,
                "kind": one.kind,
                "words": one.words,
                "becomes": one.becomes,
                "places": one.places,
                "around": one.around,
                "state": one.state,
            }
            for one in made.changes.values()
        ],
        "open": [one.key for one in made.open],
    }


# The same as plain lines.


def _ask(asking: Asking, made: Deidentifier) -> None:
    from assistant.core.record.identifiers import KINDS, ONE_BY_ONE

    asking.say(f"{counted(len(made.open), 'change')} to decide. ? says what can be done.")
    for kind, title in KINDS.items():
        if kind in ONE_BY_ONE:
            for one in [one for one in made.open if one.kind == kind]:
                _ask_one(asking, made, one, title)
        elif any(one.kind == kind for one in made.open):
            _ask_kind(asking, made, kind, title)


def _ask_kind(asking: Asking, made: Deidentifier, kind: str, title: str) -> None:
    listed = [one for one in made.open if one.kind == kind]
    asking.say(f"{title[:1].upper()}{title[1:]}")
    for number, one in enumerate(listed, 1):
        asking.say(f"  {number}  {_told(one)}  ({counted(len(one.places), 'place')})")
    while True:
        reply = asking.line()
        if not reply:
            made.confirm(kind)
            return
        try:
            _obey(asking, made, reply, listed)
        except Refused as refused:
            for problem in refused.problems:
                asking.say(f"  ! {problem}")


def _obey(asking: Asking, made: Deidentifier, reply: str, listed: list[Change]) -> None:
    word, _, rest = reply.partition(" ")
    if reply == "?":
        for line in _HELP:
            asking.say(f"  {line}")
    elif word == "keep":
        one = _numbered(rest, listed)
        made.keep(one.key)
        asking.say(f"  {one.words} stays.")
    elif word == "show":
        one = _numbered(rest, listed)
        asking.say(f"  {', '.join(one.places)}: {one.around}")
    else:
        one = _numbered(word, listed)
        if not rest.strip():
            raise refuse("No words are given for it.", "", "Write the number, and then the words.")
        made.confirm(one.key, rest.strip())
        asking.say(f"  {_told(one)}")


def _told(one: Change) -> str:
    return one_line(f"{one.words} → {one.becomes}", 200)


def _numbered(said: str, listed: list[Change]) -> Change:
    said = said.strip()
    if said.isdecimal() and len(said) < 6 and 1 <= int(said) <= len(listed):
        return listed[int(said) - 1]
    raise refuse(
        f"“{one_line(said, 20)}” is none of the numbers.",
        "",
        f"They are 1 to {len(listed)}; Enter confirms what is shown, ? is for help.",
    )


def _ask_one(asking: Asking, made: Deidentifier, one: Change, title: str) -> None:
    asking.say(f"{title[:1].upper()}{title[1:]}: {_told(one)}?")
    asking.say(f"  {', '.join(one.places[:8])}: {one.around}")
    while True:
        reply = asking.line()
        if reply.startswith("=") and reply[1:].strip():
            made.confirm(one.key, reply[1:].strip())
            return
        if reply.casefold() in ("y", "yes"):
            made.confirm(one.key)
            return
        if reply.casefold() in ("n", "no", "k", "keep"):
            made.keep(one.key)
            return
        for line in _ONE_HELP:
            asking.say(f"  {line}")
