"""`imr case add`: brings documents into a case."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.ask import Asking, nothing_such, read_day, read_place, refuse_reserved
from assistant.cli.options import log_option
from assistant.cli.output import ImportProgress, print_json
from assistant.core.problem import Refused, refuse
from assistant.core.record.pages import read_range, said_list
from assistant.core.record.sentences import UR_REPORT
from assistant.core.text import counted, one_line, visible
from assistant.core.value import replace
from assistant.records.proposing import types

if TYPE_CHECKING:
    from assistant.core.record.case import Document
    from assistant.records.importing import Arrived, DocumentPart, Importer, Manifest


@dataclass
class _Told:
    """What became of one file: added, mended, known, left_out, refused, or stopped."""

    file: str
    status: str
    documents: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def document_json(one: Document) -> dict[str, Any]:
    """What a case says of a document, for other programs."""
    return {
        "id": one.id,
        "title": one.title,
        "author": one.author,
        "date": str(one.date or ""),
        "pages": one.pages,
        "recognised": list(one.recognised),
        "unreadable": list(one.unreadable),
    }


@click.command("add")
@click.argument("name", metavar="CASE")
@click.argument("files", nargs=-1, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--yes", "-y", is_flag=True, help="Take what is proposed, without asking.")
@click.option("--split", metavar="PAGES", help="Part one file into documents, such as 1-3,4-9.")
@click.option("--whole", is_flag=True, help="Keep each file as one document.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path),
    metavar="LIST",
    help="Take the documents from a list (YAML).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document (with --yes or --manifest).")
@log_option
def add(
    name: str,
    files: tuple[Path, ...],
    yes: bool,
    split: str | None,
    whole: bool,
    manifest: Path | None,
    as_json: bool,
    log_path: Path | None,
) -> int:
    """Bring documents into CASE: plain text, Markdown, PDF and Word files.

    Type, author, date and pages of each document are proposed from its words, and yours to confirm. What was
    stopped goes on where it was when the same command is given again.
    """
    if bool(files) == (manifest is not None):
        raise click.UsageError("Name the files to bring in, or a list of them with --manifest.")
    if split is not None and (len(files) != 1 or whole):
        raise click.UsageError("--split is for one FILE, without --whole.")
    if as_json and not (yes or manifest is not None):
        raise click.UsageError("--json needs --yes or --manifest LIST.")
    from assistant import library
    from assistant.records.case_folder import CaseStore
    from assistant.records.importing import Importer, read_manifest
    from assistant.records.reading import find_recogniser

    path = library.writable_case(name)
    listed = read_manifest(manifest) if manifest is not None else None
    with CaseStore(path) as store, ImportProgress() as progress:
        importer = Importer(store, find_recogniser(), progress)
        adding = _Adding(
            importer, progress, yes=yes, split=split, whole=whole, manifest=listed, quiet=as_json
        )
        told = adding.run(listed.files if listed is not None else files)
        return _end(importer, told, as_json, log_path)


class _Adding:
    def __init__(
        self,
        importer: Importer,
        progress: ImportProgress,
        *,
        yes: bool,
        split: str | None,
        whole: bool,
        manifest: Manifest | None,
        quiet: bool,
    ) -> None:
        self._importer = importer
        self._progress = progress
        self._yes = yes
        self._split = split
        self._whole = whole
        self._manifest = manifest
        self._quiet = quiet

    def run(self, files: Any) -> list[_Told]:
        """What became of each file; one that is refused doesn't keep the others out, a stop does."""
        told: list[_Told] = []
        for path in files:
            self._progress.file = one_line(path.name, 40)
            try:
                one = self._bring(path)
            except Refused as refused:
                self._progress.end()
                one = _Told(path.name, "refused", notes=[str(problem) for problem in refused.problems])
            except KeyboardInterrupt:
                place = (
                    self._progress.place() or f" before the documents of {one_line(path.name)} were confirmed"
                )
                self._progress.end()
                one = _Told(path.name, "stopped", notes=[f"Stopped{place}."])
            told.append(one)
            self._say(one)
            if one.status == "stopped":
                break
        return told

    def _bring(self, path: Path) -> _Told:
        from assistant.records.importing import left_out

        importer = self._importer
        arrived = importer.arrive(path)
        self._progress.end()
        if arrived.known:
            mended = importer.mend(arrived)
            return _Told(path.name, "mended" if mended else "known", self._documents(mended or arrived.known))
        parts = self._parts(arrived, path)
        if not parts:
            importer.store.forget(arrived.staged)
            return _Told(path.name, "left_out")
        importer.store_parts(arrived, parts)
        notes = [*arrived.read.notes, *left_out(parts, arrived.read)]
        return _Told(path.name, "added", self._documents([part.id for part in parts]), notes)

    def _parts(self, arrived: Arrived, path: Path) -> Sequence[DocumentPart]:
        from assistant.cli.ask import Asking
        from assistant.records.importing import parts_of, read_parts

        count = len(arrived.read.pages)
        if self._manifest is not None:
            return parts_of(self._importer, arrived, self._manifest.files[path])
        spans = [range(1, count + 1)] if self._whole else None
        if self._split is not None:
            spans = read_parts(self._split, count)
        parts = self._importer.propose(arrived, spans)
        return parts if self._yes else Confirming(Asking(), self._importer, arrived, parts).ask()

    def _documents(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """What the case now says of documents."""
        from assistant.core import yaml
        from assistant.core.record.case import read_document

        case = self._importer.store.case
        entries = {str(one["id"]): one for one in yaml.parse_yaml(case.text, "case.yaml").data["documents"]}
        made = [read_document(entries[name], len(case.pages.get(name, ()))) for name in names]
        return [document_json(one) for one in made]

    def _say(self, told: _Told) -> None:
        if told.status in ("refused", "stopped"):
            for note in told.notes:
                click.echo(visible(f"imr: {note}"), err=True)
            return
        if self._quiet:
            return
        for line in _lines(told):
            click.echo(visible(line))


def _lines(told: _Told) -> list[str]:
    from assistant.core.record.pages import page_runs

    names = [str(one["id"]) for one in told.documents]
    file = one_line(told.file)
    if told.status == "known":
        return [f"{file}: already in the case as {_several(names)}; skipped."]
    if told.status == "left_out":
        return [f"{file}: left out."]
    pages = sum(int(one["pages"]) for one in told.documents)
    verb = "brought in as" if told.status == "added" else "read again for"
    lines = [f"{file}: {counted(pages, 'page')}, {verb} {_several(names)}."]
    for one in told.documents:
        if one["unreadable"]:
            runs = page_runs(one["unreadable"])
            lines.append(f"    {one['id']}: not readable by search: page {_several(runs)}")
    return [*lines, *(f"    {note}" for note in told.notes)]


def _several(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


_MOST_NAMED = 6


def _end(importer: Importer, told: Sequence[_Told], as_json: bool, log_path: Path | None) -> int:
    """Says what is left to do, and gives the exit status."""
    from assistant import library
    from assistant.records.reading import how_to_install

    case = importer.store.case
    unread = sum(len(one["unreadable"]) for file in told for one in file.documents)
    changed = any(one.status in ("added", "mended") for one in told)
    try:
        problems, case_id = [], library.rules_for(case).case.id
    except Refused as refused:
        problems, case_id = [str(problem) for problem in refused.problems], ""
    waiting = open_sessions(case.path, log_path) if changed else []
    if as_json:
        print_json(
            {
                "case": case_id or case.path.name,
                "files": [
                    {
                        "file": one.file,
                        "status": one.status,
                        "documents": one.documents,
                        "notes": one.notes,
                    }
                    for one in told
                ],
                "unreadable": unread,
                "open_sessions": waiting,
            }
        )
    else:
        if unread and importer.recogniser is None:
            click.echo(visible(f"Pages without a text layer were not read. {how_to_install()}"))
        tell_of_change(waiting)
    if any(one.status == "stopped" for one in told):
        click.echo("imr: What was read is kept. Give the same command again to go on there.", err=True)
    for problem in problems:
        click.echo(visible(f"imr: {problem}"), err=True)
    refused_all = bool(told) and all(one.status == "refused" for one in told)
    wrong = problems or any(one.status in ("refused", "stopped") for one in told)
    return 2 if refused_all else 1 if wrong else 0


def tell_of_change(sessions: Sequence[str]) -> None:
    """Says which open reviews a change of their case file waits for."""
    for session in sessions:
        click.echo(
            visible(f"Session {session} is open on this case; `imr resume {session}` offers it the change.")
        )


def open_sessions(folder: Path, log_path: Path | None) -> list[str]:
    """The open reviews of a case folder, as far as there is a log that can be read."""
    from assistant.files import default_log_path
    from assistant.log import Log

    try:
        with Log.open(log_path or default_log_path(), write=False) as log:
            open_ones = [row.id for row in log.sessions() if row.status == "open"]
            return [one for one in open_ones if log.read(one)[0].body.get("folder") == str(folder.resolve())]
    except Refused:
        return []


# Shows the documents that are proposed for a file, and takes the corrections of the person who knows better.


_HELP = (
    "Enter         brings the documents in as they are shown",
    "4             corrects number 4: type, author, date, sender, name",
    "new 17        begins a document at page 17",
    "join 4        joins number 4 to the one before it",
    "out 4         leaves number 4 out",
    "split 1-3,4-9 parts the file anew; `one` keeps it whole",
    "page 17       shows the beginning of page 17; `list 20-40` shows those documents",
    "none          leaves the whole file out",
)
_SHORT = 12
_MOST_ROWS = 40
_FIRST_ROWS, _LAST_ROWS = 20, 5
"""Of more documents than `_MOST_ROWS` these many are shown from the beginning and the end."""
_SHOWN_LINES = 25


class Confirming:
    """The documents of one file, until a person has confirmed them."""

    def __init__(
        self, asking: Asking, importer: Importer, arrived: Arrived, parts: Sequence[DocumentPart]
    ) -> None:
        self._asking = asking
        self._importer = importer
        self._arrived = arrived
        self._read = arrived.read
        self._name = one_line(arrived.staged.name)
        self._parts = list(parts)

    def ask(self) -> list[DocumentPart]:
        """The documents to bring in; empty where the file is left out."""
        self._show()
        while True:
            reply = self._asking.line()
            if not reply:
                return self._parts
            if reply.casefold() == "none":
                return []
            try:
                self._obey(reply)
            except Refused as refused:
                for problem in refused.problems:
                    self._asking.say(f"  ! {problem}")

    def _obey(self, reply: str) -> None:
        from assistant.records.importing import read_parts

        word, _, rest = reply.partition(" ")
        if word.isdecimal() and not rest:
            self._correct(self._number(word))
        elif reply == "?":
            for line in _HELP:
                self._asking.say(f"  {line}")
        elif word == "one":
            self._part_anew([range(1, len(self._read.pages) + 1)])
        elif word == "split":
            self._part_anew(read_parts(rest, len(self._read.pages)))
        elif word in _ACTIONS:
            _ACTIONS[word](self, rest)
        else:
            raise nothing_such(reply)

    def _new(self, rest: str) -> None:
        page = self._page_number(rest)
        at = next((n for n, part in enumerate(self._parts) if page in part.pages), None)
        if at is None or page == self._parts[at].pages[0]:
            raise refuse(f"A document begins with page {page} already, or the page is left out.")
        pages = self._parts[at].pages
        cut = list(pages).index(page)
        self._put(at, at + 1, [pages[:cut], pages[cut:]])

    def _join(self, rest: str) -> None:
        at = self._number(rest)
        if at == 0 or self._parts[at - 1].pages[-1] + 1 != self._parts[at].pages[0]:
            raise refuse("There is no document right before it to join it to.")
        self._put(at - 1, at + 1, [(*self._parts[at - 1].pages, *self._parts[at].pages)])

    def _out(self, rest: str) -> None:
        if len(self._parts) == 1:
            raise refuse("This is the only document.", "", "Type none to leave the file out.")
        del self._parts[self._number(rest)]
        self._show()

    def _look(self, rest: str) -> None:
        page = self._read.pages[self._page_number(rest) - 1]
        lines = page.text.split("\n")
        self._asking.say(f"  -- page {page.number}{'' if page.is_read else ', not readable by search'} --")
        for line in lines[:_SHOWN_LINES]:
            self._asking.say(f"  {line}")
        more = len(lines) - _SHOWN_LINES
        self._asking.say(f"  -- {more} more lines --" if more > 0 else "  --")

    def _correct(self, at: int) -> None:
        from assistant.records.importing import renamed

        part, asking = self._parts[at], self._asking
        said = part.said
        kind = asking.ask("Type of document", said.type, _read_type)
        said = replace(
            said,
            type=kind,
            author=asking.ask("Author", said.author, _read_words, empty=True),
            date=asking.ask("Date", said.date, read_day, empty=True),
            sent_by=asking.ask("Sent by", said.sent_by, _read_words, empty=True),
        )
        is_ur = said.ur_report if kind == said.type and kind != UR_REPORT else kind == UR_REPORT
        said = replace(said, ur_report=asking.agrees("Is it a utilization review report?", is_ur))
        taken = self._taken(but=at)
        part = renamed(part, said, taken)
        name = asking.ask("Its name in the case", part.id, lambda reply: _read_name(reply, taken))
        self._parts[at] = replace(part, id=name)
        self._say_row(at)
        self._asking.say("  Enter brings the documents in; ? says what else can be done.")

    def _part_anew(self, parts: Sequence[Sequence[int]]) -> None:
        self._parts = self._importer.propose(self._arrived, parts)
        self._show()

    def _put(self, first: int, last: int, parts: Sequence[Sequence[int]]) -> None:
        """Other parts in the place of some, described anew; ids that are taken are left to the others."""
        others = [*self._parts[:first], *self._parts[last:]]
        taken = {part.id.lower() for part in others}
        self._parts[first:last] = self._importer.propose(self._arrived, parts, taken)
        self._show()

    def _number(self, said: str) -> int:
        return read_place(said, len(self._parts))

    def _page_number(self, said: str) -> int:
        if not said.isdecimal() or len(said) > 6 or not 1 <= int(said) <= len(self._read.pages):
            raise refuse(f"The file has pages 1 to {len(self._read.pages)}.")
        return int(said)

    def _taken(self, but: int) -> set[str]:
        others = {part.id.lower() for n, part in enumerate(self._parts) if n != but}
        return others | {str(entry.get("id")).lower() for entry in self._importer.store.entries}

    def _show(self) -> None:
        from assistant.records.importing import left_out
        from assistant.records.reading import how_to_install

        count = len(self._read.pages)
        if self._read.unread and self._importer.recogniser is None:
            self._asking.say(
                f"{len(self._read.unread)} of {count} pages have no text layer, and RapidOCR, which could read them, is"
                f" not installed. {how_to_install()} (`none` leaves the file out until then.)"
            )
        self._asking.say(f"{self._name}: {counted(count, 'page')}. Proposed:")
        for note in left_out(self._parts, self._read):
            self._asking.say(f"  {note}")
        many = len(self._parts)
        shown = range(many) if many <= _MOST_ROWS else range(_FIRST_ROWS)
        self._rows(shown)
        if many > _MOST_ROWS:
            self._asking.say(f"       ... {many - _FIRST_ROWS - _LAST_ROWS} more ...")
            self._rows(range(many - _LAST_ROWS, many))
            self._asking.say(f"  `list {_FIRST_ROWS + 1}-{min(many, 2 * _FIRST_ROWS)}` shows more of them.")
        if len(self._parts) > 1 or count > 1:
            self._asking.say("  Enter brings them in; a number corrects one; ? shows what else can be done.")
        else:
            self._asking.say("  Enter brings it in; 1 corrects it; `none` leaves it out.")

    def _list(self, rest: str) -> None:
        span = read_range(rest)
        if span is None or span.stop - 1 > len(self._parts):
            raise refuse(
                f"The documents are numbered 1 to {len(self._parts)}.", "", "Type, for example, list 1-20."
            )
        self._rows(range(span.start - 1, span.stop - 1))

    def _rows(self, places: range) -> None:
        for at in places:
            self._say_row(at)

    def _say_row(self, at: int) -> None:
        part = self._parts[at]
        said, pages = part.said, part.pages
        span = said_list(pages)
        words = ", ".join(filter(None, [said.type, said.author]))
        self._asking.say(f"  {at + 1:>3}  p. {span:<9}  {said.date or 'undated':<10}  {one_line(words, 100)}")
        if unread := part.unread(self._read):
            self._asking.say(f"{'':31}not readable by search: its page {_shortened(unread)}")
        if twin := self._importer.twin(part, self._read):
            self._asking.say(f"{'':31}has the same words as {twin}")


_ACTIONS: dict[str, Callable[[Confirming, str], None]] = {
    "new": Confirming._new,
    "join": Confirming._join,
    "out": Confirming._out,
    "page": Confirming._look,
    "list": Confirming._list,
}


def _shortened(runs: Sequence[str]) -> str:
    return ", ".join(runs[:_SHORT]) + (", ..." if len(runs) > _SHORT else "")


def _read_type(reply: str) -> str:
    """A type in the person's words; the beginning of a known one stands for it."""
    if not any(one.isalpha() for one in reply):
        raise refuse("A document needs a type.", "", "Such as Progress note, or Letter.")
    folded = reply.casefold()
    known = [name for name in types() if name.casefold().startswith(folded)]
    return known[0] if len(known) == 1 and len(folded) > 2 else _read_words(reply)


def _read_words(reply: str) -> str:
    if len(reply) > 120:
        raise refuse("That is longer than 120 characters.", "", "Shorten it.")
    return one_line(reply)


def _read_name(reply: str, taken: set[str]) -> str:
    from assistant.records.importing import ID

    if not ID.fullmatch(reply) or re.search(r"\.(?:txt|md)\Z", reply):
        raise refuse(
            "A name has letters, digits, dots and dashes, without spaces.",
            "",
            "Such as progress-note-2014-05-10.",
        )
    refuse_reserved(reply)
    if reply.lower() in taken:
        raise refuse(f"Another document is called {reply}.", "", "Give it another name.")
    return reply
