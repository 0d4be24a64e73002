"""Makes a case folder: written beside its place, checked whole, and only then put there in one step."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import plain_yaml
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.records.case_store import CaseStore, write_text
from assistant.records.case_text import without_documents
from assistant.records.importing import Importer, left_out
from assistant.records.manifest import listed_files, parts_of
from assistant.records.reading import Progress
from assistant.records.recognition import find_tesseract

_FOLDER = 0o700


def make_case(text: str, name: str, folder: Path, files_in: Path, progress: Progress) -> list[str]:
    """Makes `folder` with the case of this text, whose documents name their files, looked for in `files_in`.

    `name` is what the text is called where something is wrong in it. Gives sentences about what was left out of
    the files. Raises `Refused` for a case that doesn't fit its schema, whose rules can't be read, or for a file that
    can't be brought in; nothing is left behind then.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise refuse(
            "There is something here already.", one_line(str(folder)), "Name a folder that doesn't exist yet."
        )
    document = plain_yaml.parse(text, name)
    problems = list(_schema_problems(document))
    if problems:
        raise Refused(*problems)
    listed = listed_files(document, files_in)
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=_FOLDER, parents=True)
        write_text(draft / "case.yaml", without_documents(text))
        notes = _bring(draft, listed.files, progress)
        library.rules_for(library.open_case(draft))
        if folder.is_dir():
            folder.rmdir()
        draft.rename(folder)
    except Refused as refused:
        own = one_line(str(draft / "case.yaml"))
        raise Refused(
            *(replace(one, where=one.where.replace(own, name)) for one in refused.problems)
        ) from None
    except OSError as error:
        raise refuse(
            f"The case folder can't be written: {error.strerror}.",
            one_line(str(folder)),
            "Check permissions and disk.",
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return notes


def _bring(draft: Path, files: Any, progress: Progress) -> list[str]:
    notes: list[str] = []
    with CaseStore(draft) as store:
        importer = Importer(store, find_tesseract() if files else None, progress)
        for path, entries in files.items():
            arrived = importer.arrive(path)
            if arrived.known:
                raise refuse(
                    f"The same file stands in the list as {arrived.known[0]}.",
                    one_line(path.name),
                    "List it once.",
                )
            parts = parts_of(importer, arrived, entries)
            importer.store_parts(arrived, parts)
            told = (*arrived.read.notes, *left_out(parts, len(arrived.read.pages)))
            notes += [f"{path.name}: {note}" for note in told]
    return notes


def _schema_problems(document: plain_yaml.Document) -> Iterator[Problem]:
    """What in a case doesn't fit its schema, by line."""
    from jsonschema import Draft202012Validator

    schema = json.loads(library.read_text(library.folder("schemas") / "case.schema.json"))
    for error in Draft202012Validator(schema).iter_errors(document.data):
        path = tuple(error.absolute_path)
        place = ".".join(str(part) for part in path) or "the file"
        yield Problem(
            f"`{place}` is not as a case has it: {one_line(error.message, 160)}.",
            document.where(*path),
            "See docs/formats.md.",
        )
