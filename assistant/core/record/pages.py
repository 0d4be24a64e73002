"""Pages as people write them: `4`, `1-3`, `[2, 5-9]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line

_RANGE = re.compile(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7})\s*)?", re.ASCII)
_MOST_PAGES = 100_000


def read_range(text: object) -> range | None:
    """The pages of `4` or `1-3`; None where the text is no range, or counts backwards or from 0."""
    found = _RANGE.fullmatch(str(text))
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return range(first, last + 1) if 1 <= first <= last else None


def read_list(text: object) -> tuple[int, ...] | None:
    """The pages of `4`, `1-3` or `19,18,20-22` in the order in which they are said; None where one is no page, or double."""
    spans = [read_range(one) for one in str(text).split(",")]
    pages = [page for span in spans if span is not None for page in span]
    return (
        tuple(pages) if all(spans) and len(set(pages)) == len(pages) and len(pages) <= _MOST_PAGES else None
    )


def said_list(pages: Sequence[int]) -> str:
    """Pages in their order, as `read_list` reads them: 12, 14, 15 and 16 are `12,14-16`."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ",".join(f"{first}-{last}" if last > first else str(first) for first, last in runs)


def places_of_ranges(entries: object, last: int) -> tuple[int, ...] | None:
    """The pages, in order, of a list of numbers and ranges; None where one isn't a page of 1 to `last`, or is double."""
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return None
    pages: set[int] = set()
    count = 0
    for entry in entries:
        span = read_range(entry)
        if span is None or span[-1] > last:
            return None
        pages.update(span)
        count += len(span)
    return tuple(sorted(pages)) if count == len(pages) else None


def page_runs(pages: Iterable[int]) -> list[str]:
    """Pages with every run of three or more as a range: 1, 2, 5, 6, 7 are `1`, `2`, `5-7`."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    said: list[str] = []
    for first, last in runs:
        said += [f"{first}-{last}"] if last - first > 1 else [str(page) for page in range(first, last + 1)]
    return said


PagePlace = tuple[str, int]
"""A document and the number of a page in it."""


def places_in(ranges: Iterable[str]) -> dict[PagePlace, None]:
    """The pages that `document:page` and `document:first-last` name, in order, each once."""
    found: dict[PagePlace, None] = {}
    for one in ranges:
        document, _, pages = one.rpartition(":")
        span = read_range(pages) or range(0)
        if len(span) <= _MOST_PAGES:  # a log of unknown origin may name any number
            found.update(((document, page), None) for page in span)
    return found


def parted(ranges: Iterable[str], among: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ranges as far as they lie among others, and as far as they don't; a whole one stays as it is written."""
    held = places_in(among)
    inside: list[str] = []
    outside: list[str] = []
    for one in ranges:
        places = places_in([one])
        within = [place for place in places if place in held]
        if len(within) == len(places):
            inside.append(one)
        elif not within:
            outside.append(one)
        else:
            document = one.rpartition(":")[0]
            inside += (f"{document}:{run}" for run in page_runs(page for _, page in within))
            rest = (place[1] for place in places if place not in held)
            outside += (f"{document}:{run}" for run in page_runs(rest))
    return tuple(inside), tuple(outside)


# Which of the pages that no search can read a reviewer has read by eye, as it is typed: `scan:1-4, 7,
# notes:2`.


HOW = "Write them as document:page or document:first-last, with commas between them."


def read_and_left(text: str, unread: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The pages that are named, and the other unread ones, as ranges; raises `Refused` for any that isn't unread.

    A page without a document is of the one named before it, or of the only one that has unread pages.
    """
    pages = places_in(unread)
    documents = tuple(dict.fromkeys(document for document, _ in pages))
    document = documents[0] if len(documents) == 1 else ""
    named: dict[PagePlace, None] = {}
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


def _ranges(places: Iterable[PagePlace]) -> tuple[str, ...]:
    by_document: dict[str, list[int]] = {}
    for document, page in places:
        by_document.setdefault(document, []).append(page)
    return tuple(f"{document}:{run}" for document, pages in by_document.items() for run in page_runs(pages))


def split_pages(text: str) -> tuple[str, ...]:
    """The pages of a text document: a form feed ends a page; what is blank after the last one is none.

    Records that a session pinned are hashed page by page, so this never changes.
    """
    pages = text.replace("\r\n", "\n").split("\f")
    if len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    return tuple(page.strip("\n") for page in pages)
