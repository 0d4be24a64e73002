"""`imr case list`, `show`, `find` and `new`: the cases at hand, what stands in one, and a new one."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.ask import CASE_ID, Asking, read_case_id, read_day
from assistant.cli.case_add import add, document_json
from assistant.cli.case_course import chronology
from assistant.cli.case_from import from_session
from assistant.cli.options import Group, json_option, log_option
from assistant.cli.output import print_json
from assistant.cli.work import assign, print_work
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line, visible
from assistant.machine import is_reserved

if TYPE_CHECKING:
    from assistant.core.record.case import Case, Document
    from assistant.core.record.passages import Occurrence
    from assistant.core.rules.rules import Rules


# `imr case show`: one case with its disputed items, documents and timeline, and what is amiss with its files.


@click.command("show")
@click.argument("name", metavar="CASE")
@json_option
def show(name: str, as_json: bool) -> int:
    """Show a case: its disputed items, documents and timeline.

    A text or an original that is no longer what was brought in is named, and the exit status is then 1.
    """
    from assistant import library
    from assistant.records.case_folder import original_problems

    folder = library.find_case(name)
    read = library.rules_for(folder, as_it_lies=True).case
    problems = [
        str(one) for one in (*library.changed_documents(folder, read), *original_problems(folder.path, read))
    ]
    if as_json:
        print_json(_as_data(read, problems))
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
                **document_json(one),
                "confirmed": list(one.confirmed),
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
    from assistant.core.record.pages import page_runs

    dated = document.date.prose() if document.date else "undated"
    said = ", ".join(filter(None, [document.title, document.author, dated]))
    yield f"  {document.id:<28} {said}, {counted(document.pages, 'page')}"
    if document.original:
        one = "page" if document.from_pages.isdecimal() else "pages"
        of = f", {one} {document.from_pages}" if document.from_pages else ""
        yield f"  {'':<28} from {one_line(document.original)}{of}"
    if document.recognised:
        yield f"  {'':<28} read from its picture: page {', '.join(page_runs(document.recognised))}"
    for odd in document.confirmed:
        yield f"  {'':<28} confirmed as this patient's: {odd}"
    if document.unreadable:
        yield f"  {'':<28} not readable by search: page {', '.join(page_runs(document.unreadable))}"


# `imr case find`: what the record of a case says of some words, or of what a prompt looks for.


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
@json_option
def find(name: str, query: str, prompt: str | None, limit: int, as_json: bool) -> None:
    """Find words in the record of a case.

    QUERY is words, all of which are wanted, "phrases", and beginnings such as loos*. Word forms and synonyms are
    found too, but for words in quotes.
    """
    from assistant import library
    from assistant.library import own_vocabulary
    from assistant.records.index import RecordIndex

    if bool(query.strip()) == bool(prompt):
        raise refuse(
            "Give either words to find or --prompt.", "", "For example: imr case find CASE loosening"
        )
    case = library.find_case(name)
    rules = library.rules_for(case)
    terms = _look_for(rules, prompt) if prompt else ()
    unreadable = {document.id: document.unreadable for document in rules.case.documents.values()}
    dates = {one.id: str(one.date) for one in rules.case.documents.values() if one.date is not None}
    index = RecordIndex.of(case.pages, own_vocabulary(), unreadable=unreadable, dates=dates)
    found = index.look_for(terms) if prompt else index.find(query, limit)
    if as_json:
        print_json([_row(one) for one in found])
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


def _row(mention: Occurrence) -> dict[str, object]:
    return {
        "document": mention.document,
        "page": mention.page,
        "quote": mention.quote,
        "start": mention.start,
        "negated": mention.standing == "negated",
        "standing": mention.standing,
        "plain": mention.plain,
        "cue": mention.cue,
        "term": mention.term,
    }


def _print_found(query: str, found: Sequence[Occurrence], limit: int) -> None:
    by_passage: dict[tuple[str, int, int], list[Occurrence]] = {}
    for one in found:
        by_passage.setdefault((one.document, one.page, one.start), []).append(one)
    best = ", the best" if len(found) == limit else ""
    click.echo(f"{counted(len(by_passage), 'passage')} for “{one_line(query, 80)}”{best}.")
    for (document, page, _), mentions in by_passage.items():
        mentions.sort(key=lambda one: one.at)
        spoken = mentions[0].standing
        if len(mentions) > 1:
            spoken = ", ".join(f"{one_line(one.marked[1], 40)}: {one.standing}" for one in mentions)
        click.echo(f"\n{visible(document)}:{page} · {spoken}")
        _print_passage(mentions)


def _print_prompt(found: Sequence[Occurrence], limit: int) -> None:
    from assistant.core.record.passages import grouped

    groups = grouped(found)
    click.echo(f"{counted(len(groups), 'passage')}, {counted(len(found), 'mention')}.")
    members: dict[tuple[str, int, bool], list[Occurrence]] = {}
    for one in found:
        members.setdefault((one.document, one.start, one.supports), []).append(one)
    for group in groups[:limit]:
        times = f" · {counted(group.count, 'mention')}" if group.count > 1 else ""
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


def _print_passage(mentions: Sequence[Occurrence]) -> None:
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
    said = f"\nSearched: {counted(len(rules.case.documents), 'document')}, {counted(pages, 'page')}."
    if left_out:
        listed = "; ".join(f"{name}: {_pages(numbers)}" for name, numbers in unreadable.items())
        said += f" Not readable by search: {counted(left_out, 'page')} ({visible(listed)})."
    return said


def _pages(numbers: Collection[int]) -> str:
    shown = ", ".join(map(str, list(numbers)[:20]))
    return f"{shown} ..." if len(numbers) > 20 else shown


def _width() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)


# `imr case new`: makes a case folder, by questions or from a file.


_ALREADY_DENIED = "denied"


@click.command("new")
@click.argument("paths", nargs=-1, metavar="[PACKET...] [FOLDER]", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the case from a YAML or JSON file.",
)
@click.option(
    "--answers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Confirm, correct and refuse what a packet proposes as a file says.",
)
@click.option("--plain", is_flag=True, help="Confirm what a packet proposes as plain lines.")
@click.option("--json", "as_json", is_flag=True, help="Print what a packet proposes as JSON.")
def new(
    paths: tuple[Path, ...], source: Path | None, answers: Path | None, plain: bool, as_json: bool
) -> int:
    """Make a case in FOLDER from a PACKET of files, from a file that says its facts, or by questions.

    PACKET is a PDF, several files or a folder: documents, claim, decision, disputed services and the course of the case
    are proposed from the pages, and yours to confirm. What was stopped goes on when the same command is given again.
    Without a packet the case is asked for, and its documents are brought in afterwards with `imr case add`.
    """
    from assistant.cli.case_new import is_packet, new_from_packet

    if source is None and is_packet(paths):
        return new_from_packet(paths, as_json, answers, plain)
    if answers is not None or as_json:
        raise click.UsageError("--answers and --json are for a PACKET.")
    if len(paths) > 1:
        raise click.UsageError("Without a packet there is one FOLDER at most.")
    folder = paths[0] if paths else None
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
    from assistant.cli.output import ImportProgress
    from assistant.core import yaml
    from assistant.records.importing import make_case

    if source is not None:
        name, text = one_line(str(source)), library.read_text(source)
        case_id = str(yaml.parse_yaml(text, name).data.get("id", ""))
        if folder is None and (not CASE_ID.fullmatch(case_id) or is_reserved(case_id)):
            raise refuse(
                "This `id` can't be the name of a folder.",
                name,
                "Name a folder: imr case new FOLDER --from FILE.",
            )
    else:
        name = "the case"
        asking = Asking()
        asking.say(
            "A new case. Enter takes what stands in brackets; < goes back; Ctrl+C stops, and nothing is written."
        )
        while (said := asking.with_way_back(lambda: _asked(asking, folder))) is None:
            asking.say("  ! This is the first question.")
        case_id, text = said
    target = folder or Path(case_id)
    with ImportProgress() as progress:
        progress.file = "the documents"
        return target, make_case(
            text, name, target, source.parent if source is not None else Path(), progress
        )


def _asked(asking: Asking, folder: Path | None) -> tuple[str, str]:
    """The id and the text of a case, by questions."""
    from assistant.records.case_folder import short_name

    title = asking.ask("Title of the case, without the patient's name", "", _words)
    case_id = asking.ask(
        "Its short name",
        folder.name if folder and CASE_ID.fullmatch(folder.name) else short_name(title),
        read_case_id,
    )
    practice = asking.agrees("Is it for practice only?", False)
    complaint = asking.ask("What is the complaint? Such as: chronic neck pain", "", _words, empty=True)
    injury = asking.ask("Date of the injury", "", read_day, empty=True)
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
    from assistant.records.case_yaml import scalar

    yield f"id: {scalar(case_id)}"
    yield f"title: {scalar(title)}"
    yield f"practice: {'yes' if practice else 'no'}"


def _claim(complaint: str, region: str, injury: str) -> Iterator[str]:
    from assistant.records.case_yaml import scalar

    yield "claim:"
    if complaint:
        yield f"  complaint: {scalar(complaint)}"
    yield f"  region: {scalar(region)}"
    if injury:
        yield f"  injury: {{date: {injury}}}"


def _item(asking: Asking, number: int, region: str) -> tuple[str, str]:
    """A disputed item as lines of YAML, and its region."""
    from assistant import library
    from assistant.core.rules.services import propose_set, services_of
    from assistant.records.case_yaml import scalar

    services, said_as = services_of(library.sources()), library.intake("services")
    asking.say()
    service = asking.ask(
        f"Disputed item {number}: which service was refused? As it should stand in a sentence", "", _words
    )
    region = asking.ask(
        "Which part of the body?", propose_set(service, "", services, said_as).region or region, _words
    )
    proposed = propose_set(service, region, services, said_as)
    chosen = asking.choose(
        "Which prompt set reviews it?",
        [(one.prompt_set, f"{one.prompt_set}: {one.title}") for one in services],
        proposed.prompt_set,
    )
    own = next(one.regions for one in services if one.prompt_set == chosen)
    if chosen == proposed.prompt_set:
        region = proposed.region
    elif len(own) == 1:
        region = own[0]
    request = asking.ask("Date of the request for authorization", "", read_day, empty=True)
    decided = asking.ask("Date of the utilization review decision", "", read_day, empty=True)
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


def _words(reply: str) -> str:
    if len(reply) > 500:
        raise refuse("That is longer than 500 characters.", "", "Shorten it.")
    return one_line(reply)


@click.group(cls=Group)
def case() -> None:
    """List and show cases, make one, bring documents into it, and search it."""


case.add_command(new)
case.add_command(add)
case.add_command(find)
case.add_command(show)
case.add_command(chronology)
case.add_command(from_session)
case.add_command(assign)


@case.command("list")
@click.option("--work", "worked", is_flag=True, help="The work list instead, as `imr work` has it.")
@json_option
@log_option
def list_(worked: bool, as_json: bool, log_path: Path | None) -> None:
    """List your own cases (in the folder that IMR_CASES names, else in your data folder), and those of the case bank."""
    from assistant import library

    if worked:
        print_work(log_path, False, as_json)
        return
    rows = []
    bank = library.folder("casebank")
    for name, path in library.all_cases():
        rows.append(_listed(name, path, path.parent != bank))
    if as_json:
        print_json(rows)
        return
    for row in rows:
        click.echo(visible(f"{row['id']}\n    {_listed_words(row)}"))
    homes = " and ".join(one_line(str(home)) for home in library.case_homes())
    if not any(row["own"] for row in rows):
        words = "and `imr case new PACKET` makes one of the pages that came"
        click.echo(visible(f"None is your own yet; those lie in {homes}, {words}."))


def _listed(name: str, path: Path, own: bool) -> dict[str, Any]:
    """A row of the list; a case that can't be read stands in it with what is wrong."""
    from assistant import library

    row: dict[str, Any] = {"id": name, "own": own, "folder": str(path), "problem": ""}
    try:
        read = library.rules_for(library.open_case(path)).case
    except Refused as refused:
        return {**row, "title": name, "practice": False, "documents": 0, "pages": 0, "items": 0} | {
            "problem": str(refused.problems[0])
        }
    return {
        **row,
        "title": read.title,
        "practice": read.practice,
        "documents": len(read.documents),
        "pages": read.page_count,
        "items": len(read.items),
    }


def _listed_words(row: dict[str, Any]) -> str:
    if row["problem"]:
        return f"can't be read: {row['problem']}"
    parts = [
        row["title"],
        "practice" if row["practice"] else "real",
        f"{counted(row['documents'], 'document')}, {counted(row['pages'], 'page')}",
        counted(row["items"], "item"),
    ]
    return " · ".join([*parts, "your own"] if row["own"] else parts)
