"""A trainer's bookmarks and comments: kept in the trainer's book, each bound to the hash of the entry it stands at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core import training_event as t
from assistant.log import Entry
from assistant.training.book import Book, Written


@dataclass(frozen=True)
class Mark:
    """A bookmark or comment at the entry `at` of a session; `number` is its place in the book of `by`."""

    number: int
    by: str
    session: str
    at: int
    leaf: str
    text: str
    is_comment: bool


def marks_on(session: str, written: Iterable[Written]) -> list[Mark]:
    """The marks on a session that stand in some books and were not removed."""
    found: dict[tuple[str, int], Mark] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.MarkRemoved):
            found.pop((one.by, event.mark), None)
        elif isinstance(event, t.Bookmarked | t.Commented) and event.session == session:
            is_comment = isinstance(event, t.Commented)
            text = event.text if isinstance(event, t.Commented) else event.title
            found[one.by, one.number] = Mark(
                one.number, one.by, session, event.seq, event.leaf, text, is_comment
            )
    return list(found.values())


def bookmark(book: Book, entry: Entry, title: str = "") -> None:
    """Puts a bookmark at an entry."""
    book.write(t.Bookmarked(entry.session, entry.seq, entry.leaf, title.strip()), case=entry.case)


def comment(book: Book, entry: Entry, text: str) -> None:
    """Puts a comment at an entry."""
    book.write(t.Commented(entry.session, entry.seq, entry.leaf, text.strip()), case=entry.case)


def remove(book: Book, mark: Mark) -> None:
    """Takes a mark of one's own away; it stays in the book's log."""
    book.write(t.MarkRemoved(mark.number))
