"""`imr case show`: one case with its disputed items, documents and timeline, and what is amiss with its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.core.case import Case
    from assistant.core.document import Document


@click.command("show")
@click.argument("name", metavar="CASE")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show(name: str, as_json: bool) -> int:
    """Show a case: its disputed items, documents and timeline.

    A text or an original that is no longer what was brought in is named, and the exit status is then 1.
    """
    from assistant import library
    from assistant.records.original import original_problems

    folder = library.find_case(name)
    read = library.rules_for(folder, as_it_lies=True).case
    problems = [
        str(one) for one in (*library.changed_documents(folder, read), *original_problems(folder.path, read))
    ]
    if as_json:
        click.echo(json.dumps(_as_data(read, problems), ensure_ascii=False, indent=2))
    else:
        for line in _lines(read):
            click.echo(visible(line))
        for problem in problems:
            click.echo(visible(f"imr: {problem}"), err=True)
    return 1 if problems else 0


def _as_data(read: Case, problems: list[str]) -> dict[str, Any]:
    return {
        "id": read.id,
        "title": read.title,
        "practice": read.practice,
        "documents": [
            {
                "id": one.id,
                "title": one.title,
                "author": one.author,
                "date": str(one.date or ""),
                "pages": one.pages,
                "recognised": list(one.recognised),
                "unreadable": list(one.unreadable),
                "original": one.original,
                "sha256": one.sha256,
            }
            for one in read.documents.values()
        ],
        "timeline": [
            {"date": str(one.date), "says": one.says, "pages": [str(page) for page in one.evidence]}
            for one in read.timeline
        ],
        "items": {
            key: {"service": one.service, "region": one.region, "prompt_set": one.prompt_set}
            for key, one in read.items.items()
        },
        "problems": problems,
    }


def _lines(read: Case) -> Iterator[str]:
    yield f"{read.title} ({'practice' if read.practice else 'real'})"
    if read.provenance:
        yield read.provenance
    yield "\nDisputed items"
    for key, item in read.items.items():
        refused = item.ur_date.prose() if item.ur_date else "on an unknown date"
        yield f"  {key}. {item.service} · refused {refused}"
    yield "\nDocuments"
    for document in read.documents.values():
        yield from _document_lines(document)
    if not read.documents:
        yield "  none yet; bring them in with `imr case add`"
    yield "\nTimeline"
    for entry in read.timeline:
        yield f"  {entry.date.prose():<18} {entry.says} ({', '.join(str(one) for one in entry.evidence)})"


def _document_lines(document: Document) -> Iterator[str]:
    from assistant.core.page_range import page_runs

    dated = document.date.prose() if document.date else "undated"
    said = ", ".join(filter(None, [document.title, document.author, dated]))
    yield f"  {document.id:<28} {said}, {document.pages} page(s)"
    if document.original:
        of = f", pages {document.from_pages}" if document.from_pages else ""
        yield f"  {'':<28} from {one_line(document.original)}{of}"
    if document.recognised:
        yield f"  {'':<28} read from its picture: page {', '.join(page_runs(document.recognised))}"
    if document.unreadable:
        yield f"  {'':<28} not readable by search: page {', '.join(page_runs(document.unreadable))}"
