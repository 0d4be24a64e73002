"""`imr case`: the cases at hand."""

from __future__ import annotations

import json

import click

from assistant.commands.case_add import add
from assistant.commands.case_find import find
from assistant.commands.case_new import new
from assistant.commands.case_show import show
from assistant.core.text import visible


@click.group()
def case() -> None:
    """List and show cases, make one, bring documents into it, and search it."""


case.add_command(new)
case.add_command(add)
case.add_command(find)
case.add_command(show)


@case.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_(as_json: bool) -> None:
    """List the cases of the case bank."""
    from assistant import library

    rows = []
    for name in library.case_names():
        read = library.rules_for(library.find_case(name)).case
        rows.append(
            {
                "id": name,
                "title": read.title,
                "practice": read.practice,
                "documents": len(read.documents),
                "pages": read.page_count,
                "items": len(read.items),
            }
        )
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for row in rows:
        kind = "practice" if row["practice"] else "real"
        click.echo(
            visible(
                f"{row['id']}\n    {row['title']} · {kind} · {row['documents']} documents, {row['pages']} pages · {row['items']} item(s)"
            )
        )
