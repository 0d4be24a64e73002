"""A case folder that documents are brought into: originals, texts and entries, so that a cut leaves the case as it was.

What is being read lies in `.import/` inside the case folder: a copy of each original under its hash, and the pages
read so far. A document counts from the moment in which `case.yaml` lists it, and that file is replaced in one step;
what was written before it and isn't listed is no part of the case (`library.BEING_WRITTEN`).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import yaml
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import Case
from assistant.core.record.pages import split_pages
from assistant.core.text import digest, one_line, visible
from assistant.core.value import Value, replace
from assistant.files import LARGEST_FILE
from assistant.machine import PRIVATE_FOLDER, lock_on, open_private, plain_name
from assistant.records.case_yaml import Entry, with_changes, with_documents
from assistant.records.reading import ENDINGS, PageJournal

_AT_ONCE = 1 << 20
_ORDER = (
    "id type author date sent_by ur_report original from_pages sha256 text_sha256 recognised recognised_by"
    " confirmed unreadable".split()
)
_LONGEST_NAME = 120


class Staged(Value):
    """A file's own copy in the case folder, and its hash; `name` is the one that it came under."""

    name: str
    path: Path
    sha256: str


class NewText(Value):
    """The text of a document, and what its entry says; for a document that is listed, what changes of it."""

    id: str
    pages: Sequence[str]
    entry: Mapping[str, Any]

    @property
    def text(self) -> str:
        """As it is written: a form feed ends each page, the last one too, so that empty pages keep their place."""
        return "".join(f"{page}\f" for page in self.pages)


def refuse_occupied(folder: Path) -> None:
    """Raises `Refused` where something stands in the place of a new case."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "There is something here already.", one_line(str(folder)), "Name a folder that doesn't exist yet."
        )


def unwritten(folder: Path, error: OSError) -> Refused:
    return refuse(
        f"The case folder can't be written: {error.strerror}.",
        one_line(str(folder)),
        "Check permissions and disk.",
    )


class CaseStore:
    """A case folder that nobody else brings documents into meanwhile; a context manager."""

    def __init__(self, path: Path) -> None:
        """Raises `Refused` where there is no case, where it can't be written to, or another import is at work."""
        self.path = path
        self.case = library.open_case(path)
        self._work = path / library.BEING_WRITTEN.parent
        self._being_written = path / library.BEING_WRITTEN
        try:
            self._work.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            self._lock = lock_on(self._work / "lock")
            free = self._lock.take()
        except OSError as error:
            raise _unwritable(path, error) from None
        if not free:
            self._lock.close()
            raise refuse(
                "Documents are being brought into this case.",
                one_line(str(path)),
                "Wait until that is done, or leave it in the other window.",
            )
        self._clear()

    def __enter__(self) -> CaseStore:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.give_back()
        self._lock.close()
        with suppress(OSError):
            if [one.name for one in self._work.iterdir()] == ["lock"]:
                shutil.rmtree(self._work)

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The documents that the case lists, as it says them."""
        listed = yaml.parse_yaml(self.case.text, "case.yaml").data.get("documents", [])
        return [one for one in listed if isinstance(one, dict)]

    def known(self, sha256: str) -> list[dict[str, Any]]:
        """The documents that come from a file of this hash; a text that was put there by hand is its own original."""
        return [
            entry
            for entry in self.entries
            if entry.get("sha256", "") == sha256
            or ("sha256" not in entry and self.case.hashes.get(str(entry.get("id"))) == sha256)
        ]

    def stage(self, source: Path) -> Staged:
        """A copy of the file that stays as it is while it is read, under its hash."""
        coming = self._work / "coming"
        digest = hashlib.sha256()
        try:
            with source.open("rb") as file, _private(coming) as copy:
                while data := file.read(_AT_ONCE):
                    digest.update(data)
                    copy.write(data)
                copy.flush()
                os.fsync(copy.fileno())
            staged = self._work / f"{digest.hexdigest()}.original"
            coming.replace(staged)
        except OSError as error:
            coming.unlink(missing_ok=True)
            raise refuse(
                f"The file can't be copied: {error.strerror}.",
                one_line(str(source)),
                "Check it, and the disk.",
            ) from None
        return Staged(source.name, staged, digest.hexdigest())

    def journal(self, staged: Staged) -> PageJournal:
        """The pages of the file that have been read so far."""
        return PageJournal(self._work / f"{staged.sha256}.pages")

    def forget(self, staged: Staged) -> None:
        """Removes the copy of a file and what was read of it."""
        for ending in ("original", "pages"):
            (self._work / f"{staged.sha256}.{ending}").unlink(missing_ok=True)

    def add(self, staged: Staged, documents: Sequence[NewText]) -> None:
        """Makes new documents of a file part of the case; raises `Refused`, with the case as it was."""
        original = self._original(staged)
        entries = [
            _entry(
                {**one.entry, "original": original, "sha256": staged.sha256, "text_sha256": digest(one.text)},
                one.id,
            )
            for one in documents
        ]
        text = with_documents(self.case.text, entries)
        self._commit(text, documents, staged, original)

    def renew(self, staged: Staged, documents: Sequence[NewText]) -> None:
        """Writes listed documents of a file anew; raises `Refused`, with the case as it was."""
        text = self.case.text
        for one in documents:
            text = with_changes(text, one.id, {**_listed(one.entry), "text_sha256": digest(one.text)})
        original = next((str(one["original"]) for one in self.known(staged.sha256) if "original" in one), "")
        self._commit(text, documents, staged, original)

    def _commit(self, text: str, documents: Sequence[NewText], staged: Staged, original: str) -> None:
        for one in documents:
            if len(one.text.encode()) > LARGEST_FILE:
                raise refuse(
                    f"The text of the document `{one.id}` is larger than 64 MiB.",
                    one_line(staged.name),
                    "Part the file into several documents.",
                )
        pages = {one.id: split_pages(one.text) for one in documents}
        files = {
            one.id: self.case.files.get(one.id, self.path / "records" / f"{one.id}.txt") for one in documents
        }
        case = replace(
            self.case,
            text=text,
            pages={**self.case.pages, **pages},
            files={**self.case.files, **files},
            hashes={**self.case.hashes, **{one.id: digest(one.text) for one in documents}},
        )
        worse = [one for one in _problems(case) if one.what not in {old.what for old in _problems(self.case)}]
        if worse:
            raise Refused(*worse)
        try:
            listed = {str(entry.get("id")) for entry in self.entries}
            write_text(self._being_written, "\n".join(one.id for one in documents if one.id not in listed))
            for folder in ("records", "originals"):
                (self.path / folder).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            if original:
                os.replace(staged.path, self.path / original)
            for one in documents:
                write_text(files[one.id], one.text, settled=False)
            write_text(self.path / "case.yaml", text)
            self._being_written.unlink(missing_ok=True)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        self.case = case
        self.forget(staged)

    def _original(self, staged: Staged) -> str:
        """Where the file itself is kept: under its own name, or one beside it where that is another file's."""
        kept = next((str(one["original"]) for one in self.known(staged.sha256) if "original" in one), "")
        if kept:
            return kept
        name = Path(plain_name(one_line(visible(staged.name))))
        stem, ending = (
            plain_name(name.stem[:_LONGEST_NAME].strip(". ")) or "original",
            name.suffix[:12].rstrip(),
        )
        taken = {str(entry.get("original", "")).lower() for entry in self.entries}
        number = 1
        while True:
            kept = f"originals/{stem}{f'-{number}' if number > 1 else ''}{ending}"
            there = self.path / kept
            if kept.lower() not in taken and (not there.exists() or hash_of(there) == staged.sha256):
                return kept
            number += 1

    def _clear(self) -> None:
        """Removes what an import that was cut off in its last step had written and not listed."""
        if self._being_written.is_file():
            listed = {str(entry.get("id")) for entry in self.entries}
            for name in library.read_text(self._being_written).split("\n"):
                if name and name not in listed and re.fullmatch(r"[\w.-]+", name):
                    (self.path / "records" / f"{name}.txt").unlink(missing_ok=True)
            self._being_written.unlink()
        for left in (*self._work.glob("*.pgm"), *self._work.glob("coming*")):
            left.unlink(missing_ok=True)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def place_for(paths: Sequence[Path]) -> tuple[list[Path], Path]:
    """The files of a packet, and the folder of the case: the last name where nothing is there yet and it isn't a file's, else one after the first."""
    *files, last = paths
    if files and not last.exists() and last.suffix.lower() not in ENDINGS:
        return files, last
    stem = paths[0].resolve().stem
    if stem in ("packet", "scan", "records", "bundle"):
        stem = paths[0].resolve().parent.name
    home = library.case_homes()[0]
    name = short_name(stem) or "case"
    number, made = 1, home / name
    while made.exists():
        number += 1
        made = home / f"{name}-{number}"
    return list(paths), made


def short_name(title: str) -> str:
    """A short name after a title."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].strip("-")


def _entry(said: Mapping[str, Any], name: str) -> Entry:
    """An entry in the order in which people read it; what is empty is left out."""
    whole = {"id": name, **_listed(said)}
    return {key: whole[key] for key in _ORDER if whole.get(key, "") not in ("", [])}


def _listed(said: Mapping[str, Any]) -> dict[str, str | list[str]]:
    return {key: value if isinstance(value, list) else str(value) for key, value in said.items()}


def _problems(case: library.CaseFolder) -> Sequence[Problem]:
    try:
        library.rules_for(case)
    except Refused as refused:
        return refused.problems
    return ()


def _private(path: Path) -> Any:
    return os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb")


def write_text(path: Path, text: str, settled: bool = True) -> None:
    """Replaces a file in one step, with the permissions that it had; a new one only its owner may read.

    `settled` waits until the disk has it. Texts of documents needn't be: their hash tells whether one was lost,
    and the original, which is waited for, gives it again.
    """
    draft = path.with_name(f"{path.name}.new")
    with _private(draft) as file:
        file.write(text.encode())
        if settled:
            file.flush()
            os.fsync(file.fileno())
    with suppress(FileNotFoundError):
        shutil.copymode(path, draft)
    os.replace(draft, path)


def _unwritable(path: Path, error: OSError) -> Refused:
    return refuse(
        f"The case folder can't be written to: {error.strerror}.",
        one_line(str(error.filename or path)),
        "Check its permissions and the disk. The case is as it was.",
    )


# The file that a document was brought in from: whether it is still that file, and opening it in the system's
# viewer.


_MOST_NAMED = 12


def original_file(folder: str, document: str) -> str:
    """The path of a document's original in a case folder, or of its text where it has none.

    Raises `Refused` where the file is gone, or is no longer the one that was brought in.
    """
    case = library.open_case(Path(folder))
    if document not in case.files:
        known = list(case.files)
        more = f" and {len(known) - _MOST_NAMED} more" if len(known) > _MOST_NAMED else ""
        raise refuse(
            f"There is no document “{visible(document[:60])}”.",
            "",
            f"There are {', '.join(known[:_MOST_NAMED])}{more}.",
        )
    entries = yaml.parse_yaml(case.text, "case.yaml").data.get("documents", [])
    entry = next((one for one in entries if isinstance(one, dict) and str(one.get("id")) == document), {})
    original = str(entry.get("original", ""))
    if not original:
        return str(case.files[document])
    path = case.path / original
    if path.parent != case.path / "originals":
        raise refuse(
            "The case names a file outside originals/.", one_line(str(path)), "Correct its case.yaml."
        )
    if problem := _problem(path, document, str(entry.get("sha256", ""))):
        raise refuse(problem.what, problem.where, problem.fix)
    return str(path)


def original_problems(folder: Path, case: Case) -> Iterator[Problem]:
    """The originals that are gone or changed, each once."""
    seen: set[str] = set()
    for document in case.documents.values():
        if document.original and document.original not in seen:
            seen.add(document.original)
            problem = _problem(folder / document.original, document.id, document.sha256)
            if problem is not None:
                yield problem


def _problem(path: Path, document: str, sha256: str) -> Problem | None:
    where = one_line(str(path))
    if not path.is_file():
        return Problem(
            f"The original of the document `{one_line(document, 80)}` is gone.", where, "Put it back."
        )
    if sha256 and hash_of(path) != sha256:
        return Problem(
            f"The original of the document `{one_line(document, 80)}` is no longer the file that was brought in.",
            where,
            "Put the old file back.",
        )
    return None
