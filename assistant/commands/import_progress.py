"""How far an import has come: a bar on the standard error, where that is a terminal."""

from __future__ import annotations

import sys
from typing import Any

import click

_WORDS = {"read": "Reading", "recognise": "Recognising"}


class ImportProgress:
    """Told of every page that is done; a context manager that leaves the line whole."""

    def __init__(self) -> None:
        self.file = ""
        self._bar: Any = None
        self._now: tuple[str, str] = ("", "")
        self._place: tuple[int, int] = (0, 0)

    def __enter__(self) -> ImportProgress:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` pages of `total` are read, or recognised."""
        if self._now != (what, self.file):
            self.end()
            self._now = (what, self.file)
            if sys.stderr.isatty():
                label = f"{_WORDS[what]} {self.file}"
                self._bar = click.progressbar(length=total, label=label, show_pos=True, file=sys.stderr)
                self._bar.__enter__()
        self._place = (done, total)
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def place(self) -> str:
        """Where it stands, for a sentence."""
        done, total = self._place
        if not total:
            return ""
        if self._now[0] == "recognise":
            return f" with {done:,} of {total:,} pages of {self.file} recognised"
        return f" at page {done:,} of {total:,} of {self.file}"

    def end(self) -> None:
        """Ends the bar, if there is one."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
        self._bar, self._now, self._place = None, ("", ""), (0, 0)
