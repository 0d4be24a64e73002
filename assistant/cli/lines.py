"""Lines as a person types or a program pipes them in: each is taken whole, or refused with a word why.

What is typed at a terminal answers the question that stands there. Lines that came in together with it, as a paste
brings them, would answer questions that nobody has seen: they are left out, and said. A pipe and a file go on.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TextIO

from assistant.core.problem import refuse
from assistant.core.text import counted, one_line
from assistant.machine import ASKS_TERMINAL, LONGEST_TERMINAL_LINE, comes_in

LONGEST = 2_000_000
"""Characters of a line at the most; no answer takes so many."""

_REST_OF_A_PASTE = 0.05
"""Seconds in which the rest of a paste is waited for."""


class Lines:
    """The lines of `source`, of standard input where none is given."""

    def __init__(self, source: TextIO | None = None) -> None:
        self._source = source or sys.stdin
        self._bytes = getattr(self._source, "buffer", None)
        typed = ASKS_TERMINAL and source is None and self._bytes is not None and self._source.isatty()
        self._terminal = self._source.fileno() if typed else -1

    def read(self) -> str | None:
        """The next line without its end; None where there is none any more.

        Raises `Refused` for one that isn't UTF-8 text or is longer than can be taken whole; nothing of it is taken.
        """
        if self._terminal >= 0:
            return _text(self._from_terminal())
        if self._bytes is not None:
            return _text(self._bytes.readline(4 * LONGEST), self._bytes)
        line = self._source.readline(LONGEST)
        return line.rstrip("\r\n") if line else None

    def left_over(self) -> str:
        """A sentence on the lines that came in before the next question was shown, which are gone; "" where none did."""
        if self._terminal < 0:
            return ""
        lines = list(self._waiting())
        if not lines:
            return ""
        shown = ", ".join(f"“{one_line(line, 60)}”" for line in lines[:3])
        more = f" and {len(lines) - 3} more" if len(lines) > 3 else ""
        verb = "was" if len(lines) == 1 else "were"
        return f"{counted(len(lines), 'line')} came in before this was asked, and {verb} left out: {shown}{more}."

    def _from_terminal(self) -> bytes:
        """One line, which the terminal gives once it is ended."""
        line = b""
        while not line.endswith(b"\n"):
            more = os.read(self._terminal, 65_536)
            line += more
            if not more:
                break
        if len(line.rstrip(b"\r\n")) >= LONGEST_TERMINAL_LINE:
            raise refuse(
                f"A terminal gives at most {LONGEST_TERMINAL_LINE:,} bytes of a line, and cuts the rest off; nothing "
                "of it was taken.",
                "",
                "Give it in shorter pieces, on the screen, or in an answers file.",
            )
        return line

    def _waiting(self) -> Iterator[str]:
        while comes_in(self._terminal, _REST_OF_A_PASTE):
            line = os.read(self._terminal, 65_536)
            if not line:
                return
            yield from (one for one in line.decode("utf-8", "replace").splitlines() if one.strip())


def _text(line: bytes, source: object = None) -> str | None:
    if not line:
        return None
    if not line.endswith(b"\n") and len(line) >= 4 * LONGEST:
        while (rest := source.readline(65_536)) and not rest.endswith(b"\n"):  # type: ignore[attr-defined]
            pass
        raise refuse("This line is longer than any answer; nothing of it was taken.", "", "Shorten it.")
    try:
        return line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise refuse(
            "That was not UTF-8 text, and nothing of it was taken.", "", "Set the terminal to UTF-8."
        ) from None
