"""The file that a document was brought in from: whether it is still that file, and opening it in the system's viewer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant import library
from assistant.core import plain_yaml
from assistant.core.case import Case
from assistant.core.problem import Problem, refuse
from assistant.core.text import one_line, visible
from assistant.records.case_store import hash_of

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
    entries = plain_yaml.parse(case.text, "case.yaml").data.get("documents", [])
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


def open_in_viewer(path: str) -> None:
    """Opens a file in the system's viewer; raises `Refused` where there is none."""
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        with open(os.devnull, "wb") as nowhere:
            subprocess.Popen([opener, path], stdin=subprocess.DEVNULL, stdout=nowhere, stderr=nowhere)
    except OSError:
        raise refuse(
            "No viewer was found to open the file.", path, f"Install one ({opener}), or open it yourself."
        ) from None


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
