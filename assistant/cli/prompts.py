"""`imr prompts`: the prompt sets, one as a physician reads it, and the proof of one or all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.core.text import visible

if TYPE_CHECKING:
    from assistant.core.prompt_set import PromptSet
    from assistant.core.rules import Sources

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group()
def prompts() -> None:
    """List, show and check prompt sets."""


@prompts.command("list")
@_JSON
def list_(as_json: bool) -> None:
    """List the prompt sets."""
    rows = [
        {
            "id": made.id,
            "title": made.title,
            "edition": made.edition,
            "region": made.region,
            "service": made.service,
            "prompts": len(made.prompts),
            "criteria": len(made.criteria),
        }
        for made in map(_read, _set_names())
    ]
    if as_json:
        _print_json(rows)
        return
    for row in rows:
        about = f"{row['region']} · " if row["region"] else ""
        _say(f"{row['id']}")
        _say(
            f"    {row['title']} · edition {row['edition']} · {about}"
            f"{row['prompts']} prompts, {row['criteria']} criteria"
        )


@prompts.command()
@click.argument("name", metavar="SET")
@_JSON
def show(name: str, as_json: bool) -> None:
    """Show the prompt set SET (an id, or a YAML file) as a physician reads it."""
    from assistant.commands import prompt_set_page

    made = _read(name)
    if as_json:
        _print_json(prompt_set_page.as_json(made))
        return
    for line in prompt_set_page.lines(made):
        _say(line)


@prompts.command()
@click.argument("names", metavar="[SET]...", nargs=-1)
@_JSON
def check(names: tuple[str, ...], as_json: bool) -> None:
    """Prove the prompt sets SET (ids, or YAML files; all without one), with every reference case.

    Without one the words of the letter's frame are checked too; their file may also be named alone.

    Exit status 1 where the proof finds a gap, an undeclared conflict, a dead prompt or criterion, or a
    missing sentence.
    """
    from assistant.commands.prompt_set_page import proof_lines
    from assistant.core.proof import prove, untested
    from assistant.reference_cases import reference_items

    framed = [name for name in names if _is_frame(name)]
    frames = list(map(_frame_checked, framed or ([] if names else [""])))
    rows = []
    sound = True
    for name in [name for name in names if name not in framed] or ([] if names else _set_names()):
        made = _read(name)
        proof = prove(made)
        items = list(reference_items(made))
        sound = sound and proof.sound
        row = proof.to_json()
        row["untested_conditions"] = untested(made, [item.reading for item in items])
        row["reference_cases"] = [
            {
                "case": item.case,
                "item": item.item,
                "published": item.published,
                "suggested": item.suggestion.decision,
                "agrees": item.agrees,
            }
            for item in items
        ]
        rows.append(row)
        for line in [] if as_json else proof_lines(made, proof, row):
            _say(line)
    for line in [] if as_json else frames:
        _say(line)
    if as_json:
        _print_json(rows)
    if not sound:
        click.get_current_context().exit(1)


# -- finding and reading ---------------------------------------------------------------------------


def _set_names() -> list[str]:
    """The ids of the sets that come with the program; shared blocks are none."""
    from assistant import library

    texts = library.sources().prompts
    return [name for name, text in texts.items() if _is_set(text, f"prompts/{name}.yaml")]


def _is_set(text: str, where: str) -> bool:
    from assistant.core import plain_yaml

    return "for" in plain_yaml.parse(text, where).data


def _read(name: str) -> PromptSet:
    """A set of the program by id, or one from a file, read with the program's schemas and blocks."""
    from assistant import library
    from assistant.core.problem import Problem, Refused
    from assistant.core.rules import Sources
    from assistant.core.text import one_line

    path = Path(name)
    known = library.sources()
    if name in known.prompts or not (path.suffix in (".yaml", ".yml") or os.sep in name or path.is_file()):
        return _checked(name, known)
    shown = one_line(name)
    try:
        given = Sources({**known.prompts, path.stem: library.read_text(path)}, known.schemas)
        return _checked(path.stem, given)
    except Refused as refused:
        inside = f"prompts/{path.stem}.yaml"
        raise Refused(
            *(Problem(p.what, p.where.replace(inside, shown), p.fix) for p in refused.problems)
        ) from None


def _is_frame(name: str) -> bool:
    """Whether `name` is a file of the letter's words."""
    from assistant import library
    from assistant.core import plain_yaml
    from assistant.core.letter_frame import is_frame
    from assistant.core.text import one_line

    path = Path(name)
    if path.suffix not in (".yaml", ".yml") or not path.is_file():
        return False
    return is_frame(plain_yaml.parse(library.read_text(path), one_line(name)))


def _frame_checked(name: str) -> str:
    """What is said of a file of the letter's words that reads, or of the program's; raises `Refused`."""
    from assistant import library
    from assistant.core.letter_frame import FILE, read_frame
    from assistant.core.text import one_line

    where = one_line(name) or FILE
    text = library.read_text(Path(name)) if name else library.letter_texts()[library.FRAME]
    count = len(read_frame(text, where).texts)
    return f"{where}: {count} texts of the letter, none missing, each naming what it has to."


def _checked(name: str, sources: Sources) -> PromptSet:
    from assistant.core.problem import refuse
    from assistant.core.rules import read_prompt_set

    if name in sources.prompts and not _is_set(sources.prompts[name], f"prompts/{name}.yaml"):
        raise refuse(
            f"`{name}` is a block that sets share, and no set of its own.",
            f"prompts/{name}.yaml",
            "Name a set that uses it; a set says what it is `for`.",
        )
    return read_prompt_set(name, sources)


def _say(text: str) -> None:
    click.echo(visible(text))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=True, indent=2))
