"""`imr case add`: brings documents into a case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from assistant.commands.import_progress import ImportProgress
from assistant.commands.which_log import log_option
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line, visible

if TYPE_CHECKING:
    from assistant.records.importing import Arrived, Importer, Part
    from assistant.records.manifest import Manifest


@dataclass
class _Told:
    """What became of one file: added, mended, known, left_out, refused, or stopped."""

    file: str
    status: str
    documents: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


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
    from assistant.records.case_store import CaseStore
    from assistant.records.importing import Importer
    from assistant.records.manifest import read_manifest
    from assistant.records.recognition import find_tesseract

    path = library.find_case(name).path
    if path.resolve().is_relative_to(library.folder("casebank").resolve()):
        raise refuse(
            "This case belongs to the program.", one_line(str(path)), "Copy its folder, and name the copy."
        )
    listed = read_manifest(manifest) if manifest is not None else None
    with CaseStore(path) as store, ImportProgress() as progress:
        importer = Importer(store, find_tesseract(), progress)
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
        notes = [*arrived.read.notes, *left_out(parts, len(arrived.read.pages))]
        return _Told(path.name, "added", self._documents([part.id for part in parts]), notes)

    def _parts(self, arrived: Arrived, path: Path) -> Sequence[Part]:
        from assistant.commands.asking import Asking
        from assistant.commands.confirming import Confirming
        from assistant.records.manifest import parts_of
        from assistant.records.splitting import read_parts

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
        from assistant.core import plain_yaml
        from assistant.core.document import read_document

        case = self._importer.store.case
        entries = {str(one["id"]): one for one in plain_yaml.parse(case.text, "case.yaml").data["documents"]}
        made = [read_document(entries[name], len(case.pages.get(name, ()))) for name in names]
        return [
            {
                "id": one.id,
                "title": one.title,
                "author": one.author,
                "date": str(one.date or ""),
                "pages": one.pages,
                "recognised": list(one.recognised),
                "unreadable": list(one.unreadable),
            }
            for one in made
        ]

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
    from assistant.core.page_range import page_runs

    names = [str(one["id"]) for one in told.documents]
    file = one_line(told.file)
    if told.status == "known":
        return [f"{file}: already in the case as {_several(names)}; skipped."]
    if told.status == "left_out":
        return [f"{file}: left out."]
    pages = sum(int(one["pages"]) for one in told.documents)
    verb = "brought in as" if told.status == "added" else "read again for"
    lines = [f"{file}: {pages} page{'s' * (pages != 1)}, {verb} {_several(names)}."]
    for one in told.documents:
        if one["unreadable"]:
            runs = page_runs(one["unreadable"])
            lines.append(f"    {one['id']}: not readable by search: page {_several(runs)}")
    return [*lines, *(f"    {note}" for note in told.notes)]


def _several(names: Sequence[str], most: int = 6) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def _end(importer: Importer, told: Sequence[_Told], as_json: bool, log_path: Path | None) -> int:
    """Says what is left to do, and gives the exit status."""
    from assistant import library
    from assistant.records.recognition import how_to_install

    case = importer.store.case
    unread = sum(len(one["unreadable"]) for file in told for one in file.documents)
    changed = any(one.status in ("added", "mended") for one in told)
    try:
        problems, case_id = [], library.rules_for(case).case.id
    except Refused as refused:
        problems, case_id = [str(problem) for problem in refused.problems], ""
    waiting = _open_sessions(case.path, log_path) if changed else []
    if as_json:
        click.echo(
            json.dumps(
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
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        if unread and importer.tesseract is None:
            click.echo(visible(f"Pages without a text layer were not read. {how_to_install()}"))
        for session in waiting:
            click.echo(
                visible(
                    f"Session {session} is open on this case; `imr resume {session}` offers it the change."
                )
            )
    if any(one.status == "stopped" for one in told):
        click.echo("imr: What was read is kept. Give the same command again to go on there.", err=True)
    for problem in problems:
        click.echo(visible(f"imr: {problem}"), err=True)
    refused_all = bool(told) and all(one.status == "refused" for one in told)
    wrong = problems or any(one.status in ("refused", "stopped") for one in told)
    return 2 if refused_all else 1 if wrong else 0


def _open_sessions(folder: Path, log_path: Path | None) -> list[str]:
    """The open reviews of a case folder, as far as there is a log that can be read."""
    from assistant.log import Log
    from assistant.log.place import default_log_path

    try:
        with Log.open(log_path or default_log_path(), write=False) as log:
            open_ones = [row.id for row in log.sessions() if row.status == "open"]
            return [one for one in open_ones if log.read(one)[0].body.get("folder") == str(folder.resolve())]
    except Refused:
        return []
