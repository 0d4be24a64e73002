"""`imr case`: the cases at hand."""

from __future__ import annotations

import json

import click

from assistant.core.text import visible


@click.group()
def case() -> None:
    """List and show cases."""


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


@case.command()
@click.argument("name", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(name: str, as_json: bool) -> None:
    """Show a case: its disputed items, documents and timeline."""
    from assistant import library

    read = library.rules_for(library.find_case(name)).case
    if as_json:
        documents = [
            {"id": d.id, "title": d.title, "author": d.author, "date": str(d.date or ""), "pages": d.pages}
            for d in read.documents.values()
        ]
        timeline = [
            {"date": str(t.date), "says": t.says, "pages": [str(e) for e in t.evidence]}
            for t in read.timeline
        ]
        items = {
            k: {"service": i.service, "region": i.region, "prompt_set": i.prompt_set}
            for k, i in read.items.items()
        }
        click.echo(
            json.dumps(
                {
                    "id": read.id,
                    "title": read.title,
                    "practice": read.practice,
                    "documents": documents,
                    "timeline": timeline,
                    "items": items,
                },
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    click.echo(visible(f"{read.title} ({'practice' if read.practice else 'real'})"))
    if read.provenance:
        click.echo(visible(read.provenance))
    click.echo("\nDisputed items")
    for key, item in read.items.items():
        click.echo(
            visible(
                f"  {key}. {item.service} · refused {item.ur_date.prose() if item.ur_date else 'on an unknown date'}"
            )
        )
    click.echo("\nDocuments")
    for document in read.documents.values():
        dated = document.date.prose() if document.date else "undated"
        click.echo(
            visible(
                f"  {document.id:<28} {document.title}, {document.author}, {dated}, {document.pages} page(s)"
            )
        )
    click.echo("\nTimeline")
    for entry in read.timeline:
        click.echo(
            visible(
                f"  {entry.date.prose():<18} {entry.says} ({', '.join(str(one) for one in entry.evidence)})"
            )
        )
