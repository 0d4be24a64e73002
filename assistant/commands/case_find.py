"""`imr case find`: what the record of a case says of some words, or of what a prompt looks for."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import click

from assistant.core.problem import refuse
from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.core.mention import Mention
    from assistant.core.rules import Rules

_BEFORE, _AFTER = 160, 240
"""Characters of a long passage that are shown before and after the words found."""
_WIDEST = 100


@click.command("find")
@click.argument("name", metavar="CASE")
@click.argument("query", default="")
@click.option("--prompt", "prompt", metavar="NAME", help="Look for what this prompt looks for.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Show at most this many."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def find(name: str, query: str, prompt: str | None, limit: int, as_json: bool) -> None:
    """Find words in the record of a case.

    QUERY is words, all of which are wanted, "phrases", and beginnings such as loos*. Word forms and synonyms are
    found too, but for words in quotes.
    """
    from assistant import library
    from assistant.records.index import RecordIndex
    from assistant.records.vocabulary_files import own_vocabulary

    if bool(query.strip()) == bool(prompt):
        raise refuse(
            "Give either words to find or --prompt.", "", "For example: imr case find CASE loosening"
        )
    case = library.find_case(name)
    rules = library.rules_for(case)
    terms = _look_for(rules, prompt) if prompt else ()
    unreadable = {document.id: document.unreadable for document in rules.case.documents.values()}
    index = RecordIndex.of(case.pages, own_vocabulary(), unreadable=unreadable)
    found = index.look_for(terms) if prompt else index.find(query, limit)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=2))
        return
    if not case.pages:
        click.echo("This case has no documents, so there is nothing to search.")
        return
    if prompt:
        _print_prompt(found, limit)
    else:
        _print_found(query, found, limit)
    _print_wordings(terms or index.wordings(query))
    alike = index.words_like(terms or index.wordings(query))
    if alike:
        click.echo(f"\nSpelled alike in the record, and not looked for: {visible(', '.join(alike[:12]))}")
    click.echo(_reach(rules, index.unreadable))


def _look_for(rules: Rules, name: str) -> tuple[str, ...]:
    """The `look_for` of a prompt, by its name or `item.name`."""
    known: dict[str, tuple[str, ...]] = {}
    for scope, used in rules.sets.items():
        for key, prompt in used.prompts.items():
            if prompt.look_for:
                known.setdefault(key, prompt.look_for)
                known[f"{scope}.{key}"] = prompt.look_for
    if name not in known:
        names = ", ".join(key for key in known if "." not in key)
        raise refuse(
            f"There is no prompt “{one_line(name, 60)}” that looks for words.", "", f"There are {names}."
        )
    return known[name]


def _row(mention: Mention) -> dict[str, object]:
    return {
        "document": mention.document,
        "page": mention.page,
        "quote": mention.quote,
        "start": mention.start,
        "negated": mention.standing == "negated",
        "standing": mention.standing,
        "term": mention.term,
    }


def _print_found(query: str, found: Sequence[Mention], limit: int) -> None:
    by_passage: dict[tuple[str, int, int], list[Mention]] = {}
    for one in found:
        by_passage.setdefault((one.document, one.page, one.start), []).append(one)
    best = ", the best" if len(found) == limit else ""
    click.echo(f"{_count(len(by_passage), 'passage')} for “{one_line(query, 80)}”{best}.")
    for (document, page, _), mentions in by_passage.items():
        mentions.sort(key=lambda one: one.at)
        spoken = mentions[0].standing
        if len(mentions) > 1:
            spoken = ", ".join(f"{one_line(one.marked[1], 40)}: {one.standing}" for one in mentions)
        click.echo(f"\n{visible(document)}:{page} · {spoken}")
        _print_passage(mentions)


def _print_prompt(found: Sequence[Mention], limit: int) -> None:
    from assistant.core.passage_group import grouped

    groups = grouped(found)
    click.echo(f"{_count(len(groups), 'passage')}, {_count(len(found), 'mention')}.")
    members: dict[tuple[str, int, bool], list[Mention]] = {}
    for one in found:
        members.setdefault((one.document, one.start, one.supports), []).append(one)
    for group in groups[:limit]:
        times = f" · {_count(group.count, 'mention')}" if group.count > 1 else ""
        pages = ", ".join(map(str, group.pages[:12])) + (" ..." if len(group.pages) > 12 else "")
        click.echo(f"\n{visible(group.document)}:{pages} · {group.standing}{times}")
        same = members[group.document, group.start, group.supports]
        _print_passage([one for one in same if one.page == group.pages[0]])
    if len(groups) > limit:
        click.echo(f"\nand {len(groups) - limit} more; --limit shows more.")


def _print_wordings(wordings: Sequence[str]) -> None:
    if wordings:
        said = one_line(f"Looked for: {', '.join(wordings)}", 600)
        click.echo("\n" + textwrap.fill(said, _width(), subsequent_indent="    ", break_on_hyphens=False))


def _print_passage(mentions: Sequence[Mention]) -> None:
    """The passage that the mentions share, the words found in brackets, and bold where the terminal can."""
    quote, start = mentions[0].quote, mentions[0].start
    parts, end = [], 0
    for at, length in sorted({(one.at - start, one.length) for one in mentions}):
        parts += [_folded(quote[end:at]), f"[{_folded(quote[at : at + length])}]"]
        end = at + length
    parts[0] = f"…{parts[0][-_BEFORE:]}" if len(parts[0]) > _BEFORE else parts[0]
    after = _folded(quote[end:])
    parts.append(f"{after[:_AFTER]}…" if len(after) > _AFTER else after)
    said = textwrap.fill("".join(parts), _width(), initial_indent="    ", subsequent_indent="    ")
    for words in dict.fromkeys(parts[1::2]):
        said = said.replace(words, click.style(words, bold=True))
    click.echo(said)


def _folded(text: str) -> str:
    """Visible text with every run of white space as one space, also at its ends."""
    inner = one_line(text)
    return f"{' ' if text[:1].isspace() else ''}{inner}{' ' if inner and text[-1:].isspace() else ''}"


def _reach(rules: Rules, unreadable: dict[str, tuple[int, ...]]) -> str:
    left_out = sum(map(len, unreadable.values()))
    pages = rules.case.page_count - left_out
    said = f"\nSearched: {_count(len(rules.case.documents), 'document')}, {_count(pages, 'page')}."
    if left_out:
        listed = "; ".join(f"{name}: {_pages(numbers)}" for name, numbers in unreadable.items())
        said += f" Not readable by search: {_count(left_out, 'page')} ({visible(listed)})."
    return said


def _pages(numbers: Collection[int]) -> str:
    shown = ", ".join(map(str, list(numbers)[:20]))
    return f"{shown} ..." if len(numbers) > 20 else shown


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)
