"""Which of the pages that no search can read a reviewer has read by eye, as it is typed: `scan:1-4, 7, notes:2`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.core.page_range import Place, page_runs, places_in, read_range
from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line

HOW = "Write them as document:page or document:first-last, with commas between them."


def read_and_left(text: str, unread: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pages that are named, and the other unread ones, as ranges; raises `Refused` for any that isn't unread.

    A page without a document is of the one named before it, or of the only one that has unread pages.
    """
    pages = places_in(unread)
    documents = tuple(dict.fromkeys(document for document, _ in pages))
    document = documents[0] if len(documents) == 1 else ""
    named: dict[Place, None] = {}
    for part in re.split(r"\s*[,;]\s*|\s+(?=[^\s,;]+:)", text.strip().rstrip(".")):
        before, _, numbers = part.rpartition(":")
        document = before.strip() or document
        span = read_range(numbers)
        if span is None or not document:
            raise refuse(f"“{one_line(part, 60)}” names no page.", "", HOW)
        if (document, span[0]) not in pages or (document, span[-1]) not in pages:
            raise _other(document, numbers, unread)
        within = [(document, page) for page in span]
        if any(place not in pages for place in within):
            raise _other(document, numbers, unread)
        named.update(dict.fromkeys(within))
    return _ranges(named), _ranges(place for place in pages if place not in named)


def _other(document: str, numbers: str, unread: tuple[str, ...]) -> Refused:
    return refuse(
        f"{one_line(f'{document}:{numbers.strip()}', 80)} is not among the pages that search can't read.",
        "",
        f"They are {', '.join(unread)}.",
    )


def _ranges(places: Iterable[Place]) -> tuple[str, ...]:
    by_document: dict[str, list[int]] = {}
    for document, page in places:
        by_document.setdefault(document, []).append(page)
    return tuple(f"{document}:{run}" for document, pages in by_document.items() for run in page_runs(pages))
