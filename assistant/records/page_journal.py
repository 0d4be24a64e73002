"""The pages of a file that have been read so far, so that an import which was cut off goes on where it stopped.

One file for each original, named by its hash: a line of JSON for each page. A later line for the same page holds.
A line that was cut off in the middle ends what counts.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import IO

from assistant.records.read_page import STATES, ReadPage

_FORM = 1


class PageJournal:
    """A context manager that notes each page as it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None
        self.folder = path.parent
        self.pages: dict[int, ReadPage] = {}
        self.count = 0
        self.notes: tuple[str, ...] = ()

    def __enter__(self) -> PageJournal:
        end = self._take_up() if self._path.exists() else 0
        self._file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._file.seek(end)
        self._file.truncate()
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def begin(self, count: int, notes: tuple[str, ...]) -> None:
        """Notes how many pages there are."""
        self.count, self.notes = count, notes
        self._write({"form": _FORM, "pages": count, "notes": list(notes)})

    def note(self, page: ReadPage) -> None:
        """Notes a page."""
        self.pages[page.number] = page
        self._write({"page": page.number, "text": page.text, "state": page.state, "why": page.why})

    def _write(self, entry: dict[str, object]) -> None:
        assert self._file is not None
        self._file.write(json.dumps(entry).encode() + b"\n")
        self._file.flush()

    def _take_up(self) -> int:
        """Reads what was noted, and gives the place in the file after the last whole line."""
        end = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    entry = json.loads(line) if line.endswith(b"\n") else None
                    if not self._taken(entry):
                        break
                except (ValueError, KeyError, TypeError):
                    break
                end += len(line)
        return end

    def _taken(self, entry: object) -> bool:
        if not isinstance(entry, dict):
            return False
        if "form" in entry:
            self.count = int(entry["pages"])
            self.notes = tuple(str(note) for note in entry["notes"])
            return bool(entry["form"] == _FORM and not self.pages)
        page = ReadPage(int(entry["page"]), str(entry["text"]), str(entry["state"]), str(entry["why"]))
        if not 1 <= page.number <= self.count or page.state not in STATES:
            return False
        self.pages[page.number] = page
        return True
