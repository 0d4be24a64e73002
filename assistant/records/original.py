"""The document itself, opened in the system's viewer."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from assistant import library
from assistant.core.problem import refuse
from assistant.core.text import visible


def original_file(folder: str, document: str) -> str:
    """The path of a document's own file in a case folder; raises `Refused` where it is gone."""
    files = library.open_case(Path(folder)).files
    if document not in files:
        raise refuse(
            f"There is no document “{visible(document[:60])}”.", "", f"There are {', '.join(files)}."
        )
    return str(files[document])


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
