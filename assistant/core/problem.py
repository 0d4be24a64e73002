"""What went wrong, in words that a physician can act on.

A `Problem` says what is wrong, where, and what to do about it. Code that cannot go on raises
`Refused` with one or more of them; the command line and the screen print them, never a traceback.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assistant.core.frozen import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: `what` in a sentence, `where` (a file and line, a prompt), and the `fix`."""

    what: str
    where: str = ""
    fix: str = ""

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        fix = f" {self.fix}" if self.fix else ""
        return f"{where}{self.what}{fix}"


class Refused(Exception):
    """Input or circumstance that the program will not go on with; carries every `Problem` found."""

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
