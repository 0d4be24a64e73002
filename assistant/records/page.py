"""A page as it was read from a file: its text, and where that comes from."""

from __future__ import annotations

from dataclasses import dataclass

TEXT = "text"
BLANK = "blank"
PICTURE = "picture"
RECOGNISED = "recognised"
UNREADABLE = "unreadable"
STATES = frozenset({TEXT, BLANK, PICTURE, RECOGNISED, UNREADABLE})


@dataclass(frozen=True)
class ReadPage:
    """Page `number` from 1. `state` says where its words come from:

    `TEXT` from the file itself; `BLANK`, nothing is on the page; `RECOGNISED` from its picture; `PICTURE`, words may
    stand in a picture that nobody has read; `UNREADABLE`, and that was tried, or the page is damaged. On pages of
    the last two kinds no search counts, though `text` may hold some words.
    """

    number: int
    text: str
    state: str
    why: str = ""

    @property
    def is_read(self) -> bool:
        """Whether a search of this page counts."""
        return self.state in (TEXT, BLANK, RECOGNISED)
