"""What went wrong, in words that a physician can act on.

A `Problem` says what is wrong, where, and what to do about it. Code that cannot go on raises
`Refused` with one or more of them; the command line and the screen print them, never a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.core.text import one_line
from assistant.core.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Problem(Value):
    """One thing that is wrong: `what` in a sentence, `where` (a file and line, a prompt), and the `fix`."""

    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}{self.what}{fix}"


class Refused(Exception):
    """Input or circumstance that the program will not go on with; carries every `Problem` found.

    `status` is that of a command that ends so.
    """

    status = 2

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def refuse(what: str, where: str = "", fix: str = "") -> Refused:
    """A `Refused` with a single problem, ready to be raised."""
    return Refused(Problem(what, where, fix))


@contextmanager
def placed(where: str) -> Iterator[None]:
    """What is refused inside names the place `where`, such as a line of a file."""
    try:
        yield
    except Refused as refused:
        raise Refused(*(Problem(one.what, where, one.fix) for one in refused.problems)) from None


# A reason in words: what a log that is read years later needs where somebody set something aside or departed.


LARGEST_WORDS = 20_000
LETTERS = 6
"""Letters of the shortest reason that is one word."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+")


def in_words(text: str, what: str) -> str:
    """The words without white space around them; raises `Refused` where there are none, or too many."""
    words = text.strip()
    if not words:
        raise refuse(f"{what} is empty.", "", "Write it in words.")
    if len(words) > LARGEST_WORDS:
        raise refuse(f"{what} is longer than {LARGEST_WORDS:,} characters.", "", "Shorten it.")
    return words


def reason(text: str, what: str) -> str:
    """A reason: two words or more, a number counting as one beside a word, or a word of six letters.

    Raises `Refused` for signs, single letters, and one letter over and over.
    """
    words = in_words(text, what)
    said = _WORD.findall(words)
    letters = "".join(said).casefold()
    count = len(said) + len(_NUMBER.findall(words))
    if (count < 2 and len(letters) < LETTERS) or len(set(letters)) < 3:
        raise refuse(
            f"{what} says nothing to whoever reads it later: “{one_line(words, 40)}”.",
            "",
            "Write at least two words, such as “Not relevant”, or one of six letters.",
        )
    return words
