"""`imr case new`: makes a case folder, by questions or from a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from assistant.commands.asking import Asking
from assistant.core.partial_date import read_date
from assistant.core.problem import refuse
from assistant.core.text import one_line, visible

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_ALREADY_DENIED = "denied"


@click.command("new")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the case from a YAML file.",
)
def new(folder: Path | None, source: Path | None) -> int:
    """Make a case in FOLDER (without it, a new folder here): by questions, or from a file.

    The documents are brought in afterwards with `imr case add`; a file may list them with the paths of their files.
    """
    try:
        target, notes = _made(folder, source)
    except KeyboardInterrupt:
        raise refuse("Stopped; nothing was written.", "", "Begin again with `imr case new`.") from None
    click.echo(
        visible(f"The case is in {target}. Bring its documents in with `imr case add {target} FILE...`,")
    )
    click.echo(
        visible(f"add further facts to {target / 'case.yaml'}, and review it with `imr review {target}`.")
    )
    for note in notes:
        click.echo(visible(note))
    return 0


def _made(folder: Path | None, source: Path | None) -> tuple[Path, list[str]]:
    """The folder of the new case, and sentences about what was left out of its files."""
    from assistant import library
    from assistant.commands.import_progress import ImportProgress
    from assistant.core import plain_yaml
    from assistant.records.new_case import make_case

    if source is not None:
        name, text = one_line(str(source)), library.read_text(source)
        case_id = str(plain_yaml.parse(text, name).data.get("id", ""))
        if folder is None and not _ID.fullmatch(case_id):
            raise refuse(
                "This `id` can't be the name of a folder.",
                name,
                "Name a folder: imr case new FOLDER --from FILE.",
            )
    else:
        name = "the case"
        case_id, text = _asked(Asking(), folder)
    target = folder or Path(case_id)
    with ImportProgress() as progress:
        progress.file = "the documents"
        return target, make_case(
            text, name, target, source.parent if source is not None else Path(), progress
        )


def _asked(asking: Asking, folder: Path | None) -> tuple[str, str]:
    """The id and the text of a case, by questions."""
    asking.say("A new case. Enter takes what stands in brackets; Ctrl+C stops, and nothing is written.")
    title = asking.ask("Title of the case, without the patient's name", "", _words)
    case_id = asking.ask(
        "Its short name", folder.name if folder and _ID.fullmatch(folder.name) else _slug(title), _read_id
    )
    practice = asking.agrees("Is it for practice only?", False)
    complaint = asking.ask("What is the complaint? Such as: chronic neck pain", "", _words, empty=True)
    injury = asking.ask("Date of the injury", "", _day, empty=True)
    lines = [
        "# The facts of a case. docs/formats.md says what else can stand here.",
        *_head(case_id, title, practice),
    ]
    items: list[str] = []
    region = ""
    while True:
        number = len(items) + 1
        made, region = _item(asking, number, region)
        items.append(made)
        if not asking.agrees("Is there another disputed item?", False):
            break
    lines += _claim(complaint, region, injury)
    text = "\n".join([*lines, "documents: []", "timeline: []", "items:", *items, ""])
    asking.say()
    for line in text.splitlines():
        asking.say(f"  {line}")
    if not asking.agrees("Is this right?", True):
        raise refuse("Nothing was written.", "", "Begin again with `imr case new`.")
    return case_id, text


def _head(case_id: str, title: str, practice: bool) -> Iterator[str]:
    from assistant.records.case_text import scalar

    yield f"id: {scalar(case_id)}"
    yield f"title: {scalar(title)}"
    yield f"practice: {'yes' if practice else 'no'}"


def _claim(complaint: str, region: str, injury: str) -> Iterator[str]:
    from assistant.records.case_text import scalar

    yield "claim:"
    if complaint:
        yield f"  complaint: {scalar(complaint)}"
    yield f"  region: {scalar(region)}"
    if injury:
        yield f"  injury: {{date: {injury}}}"


def _item(asking: Asking, number: int, region: str) -> tuple[str, str]:
    """A disputed item as lines of YAML, and its region."""
    from assistant.records.case_text import scalar

    sets = _prompt_sets()
    asking.say()
    service = asking.ask(
        f"Disputed item {number}: which service was refused? As it should stand in a sentence", "", _words
    )
    chosen = asking.choose(
        "Which prompt set reviews it?", [(name, f"{name}: {title}") for name, title, _ in sets], sets[0][0]
    )
    proposed = next(own for name, _, own in sets if name == chosen)
    region = asking.ask("Which part of the body?", proposed or region, _words)
    request = asking.ask("Date of the request for authorization", "", _day, empty=True)
    decided = asking.ask("Date of the utilization review decision", "", _day, empty=True)
    guideline = asking.ask("Which guideline did that decision rely on?", "", _words, empty=True)
    lines = [
        f'  "{number}":',
        f"    service: {scalar(service)}",
        f"    region: {scalar(region)}",
        f"    prompt_set: {chosen}",
    ]
    if request:
        lines.append(f"    request_date: {request}")
    lines += ["    ur_decision:", f"      decision: {_ALREADY_DENIED}"]
    if decided:
        lines.append(f"      date: {decided}")
    if guideline:
        lines.append(f"      guideline: {scalar(guideline)}")
    return "\n".join(lines), region


def _prompt_sets() -> list[tuple[str, str, str]]:
    """The prompt sets that review a service: id, title, region."""
    from assistant import library
    from assistant.core import plain_yaml

    made = []
    for name, text in library.sources().prompts.items():
        data = plain_yaml.parse(text, f"prompts/{name}.yaml").data
        if isinstance(meant := data.get("for"), dict):
            made.append((name, str(data.get("title", name)), str(meant.get("region", ""))))
    return made


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-")


def _words(reply: str) -> str:
    if len(reply) > 500:
        raise refuse("That is longer than 500 characters.", "", "Shorten it.")
    return one_line(reply)


def _read_id(reply: str) -> str:
    if not _ID.fullmatch(reply):
        raise refuse("A short name has small letters, digits and dashes.", "", "Such as neck-films-2014.")
    return reply


def _day(reply: str) -> str:
    if not reply:
        return ""
    date = read_date(reply)
    if date is None:
        raise refuse(
            f"“{one_line(reply, 40)}” is no date.", "", "Write it as 2014-05-10, May 10, 2014, or 5/10/2014."
        )
    return str(date)
