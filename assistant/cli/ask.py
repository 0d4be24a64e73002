"""Questions and replies as plain lines, for commands that ask for more than one thing."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO, TypeVar

from assistant.core.dates import read_date
from assistant.core.problem import Refused, refuse
from assistant.core.text import counted, one_line, visible
from assistant.machine import ASKS_TERMINAL, LONGEST_TERMINAL_LINE, comes_in, is_reserved

CASE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
_WIDTH = 100
_NOTHING = "-"

Read = TypeVar("Read")


class _Back(Exception):
    """The last reply is taken back."""


class Asking:
    """Asks on the standard output and reads the replies from the standard input; Enter confirms what is proposed."""

    def __init__(self) -> None:
        self.lines = Lines()
        self.out = sys.stdout
        self._given: list[str] | None = None
        self._again = 0  # how many of the given replies are given once more, after one was taken back

    def say(self, text: str = "") -> None:
        """A line of its own, wrapped under its beginning."""
        if self._again:
            return
        text = visible(text)
        indent = " " * min(len(text) - len(text.lstrip()) + 2, 10)
        width = min(_WIDTH, shutil.get_terminal_size((_WIDTH, 24)).columns)
        self.out.write(
            textwrap.fill(
                text, width, subsequent_indent=indent, replace_whitespace=False, break_on_hyphens=False
            )
            + "\n"
        )

    def line(self) -> str:
        """The next reply; raises `Refused` where the input ends."""
        self.out.write("> ")
        self.out.flush()
        line = self.lines.read()
        if line is None:
            self.out.write("\n")
            raise refuse(
                "The replies ended before the last question; nothing more was written.", "", "Begin again."
            )
        return line.strip()

    def ask(
        self,
        question: str,
        proposed: str = "",
        read: Callable[[str], Read] | None = None,
        empty: bool = False,
    ) -> Read:
        """The reply to a question, once `read` takes it (it raises `Refused` for what it doesn't).

        Enter gives what is proposed. With `empty` the question may stay without an answer: `-`, or Enter where
        nothing is proposed.
        """
        if self._given is not None and self._again:
            reply = self._given[-self._again]
            self._again -= 1
            return read(reply) if read is not None else reply  # type: ignore[return-value]
        hint = f" [{one_line(proposed, 60)}]" if proposed else ""
        none = f" ({_NOTHING if proposed else 'Enter'} for none)" if empty else ""
        while True:
            if left := self.lines.left_over():
                self.say(f"  ~ {left}")
            self.say(f"{question}{hint}{none}")
            reply = self.line() or proposed
            if reply == "<" and self._given is not None:
                raise _Back
            if empty and reply in ("", _NOTHING):
                reply = ""
            elif not reply:
                self.say("  ! An answer is needed here.")
                continue
            try:
                taken = read(reply) if read is not None else reply
            except Refused as refused:
                for problem in refused.problems:
                    self.say(f"  ! {problem}")
                continue
            if self._given is not None:
                self._given.append(reply)
            return taken  # type: ignore[return-value]

    def with_way_back(self, asked: Callable[[], Read]) -> Read | None:
        """What comes of several questions, where `<` takes the last reply back; None where it is typed at the first.

        The replies before it are given once more, unseen, so `asked` may do nothing but ask.
        """
        self._given = []
        try:
            while True:
                try:
                    return asked()
                except _Back:
                    if not self._given:
                        return None
                    self._given.pop()
                    self._again = len(self._given)
        finally:
            self._given = None

    def choose(self, question: str, options: Sequence[tuple[str, str]], proposed: str = "") -> str:
        """One of several values, each with its words: by number, or by the beginning of a value or its words."""
        default = next((str(n) for n, (value, _) in enumerate(options, 1) if value == proposed), "")
        self.say(question)
        for number, (_, words) in enumerate(options, 1):
            self.say(f"  {number}  {words}")
        return self.ask("Type a number or a word.", default, lambda reply: _chosen(reply, options))

    def agrees(self, question: str, proposed: bool = True) -> bool:
        """Whether the reply is yes."""
        said = self.ask(f"{question} (yes or no)", "yes" if proposed else "no", _yes_or_no)
        return said == "yes"


def _chosen(reply: str, options: Sequence[tuple[str, str]]) -> str:
    if reply.isdecimal() and len(reply) < 5 and 1 <= int(reply) <= len(options):
        return options[int(reply) - 1][0]
    folded = reply.casefold()
    exact = [value for value, words in options if folded in (value.casefold(), words.casefold())]
    hits = exact or [
        value
        for value, words in options
        if value.casefold().startswith(folded) or words.casefold().startswith(folded)
    ]
    if len(hits) != 1:
        raise refuse(
            f"“{one_line(reply, 40)}” is {'several' if hits else 'none'} of them.", "", "Type its number."
        )
    return hits[0]


def _yes_or_no(reply: str) -> str:
    for word in ("yes", "no"):
        if reply and word.startswith(reply.casefold()):
            return word
    raise refuse("That is neither yes nor no.")


def read_day(reply: str) -> str:
    """A day that was typed, as it is kept; empty where none was."""
    if not reply:
        return ""
    date = read_date(reply)
    if date is None:
        raise refuse(
            f"“{one_line(reply, 40)}” is no date.", "", "Write it as 2014-05-10, May 10, 2014, or 5/10/2014."
        )
    return str(date)


def read_place(reply: str, count: int) -> int:
    """The place of a document, counted from 0, that is named by its number in a list."""
    if not reply.isdecimal() or len(reply) > 6 or not 1 <= int(reply) <= count:
        raise refuse(f"The documents are numbered 1 to {count}.")
    return int(reply) - 1


def nothing_such(reply: str) -> Refused:
    """What is said to a reply that means nothing in a list of documents."""
    return refuse(f"“{one_line(reply, 40)}” is nothing that can be done here.", "", "Type ? for what can.")


def refuse_reserved(name: str) -> None:
    """Raises `Refused` for a name that no file of Windows can have."""
    if is_reserved(name):
        raise refuse(f"Windows keeps the name {name} for a device.", "", "Give it another name.")


def read_case_id(reply: str) -> str:
    """The short name of a case, which is also that of its folder."""
    refuse_reserved(reply)
    if not CASE_ID.fullmatch(reply):
        raise refuse("A short name has small letters, digits and dashes.", "", "Such as neck-films-2014.")
    return reply


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
