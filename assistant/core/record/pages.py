"""Pages as people write them: `4`, `1-3`, `[2, 5-9]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RANGE = re.compile(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7})\s*)?", re.ASCII)
_MOST_PAGES = 100_000


def read_range(text: object) -> range | None:
    """The pages of `4` or `1-3`; None where the text is no range, or counts backwards or from 0."""
    found = _RANGE.fullmatch(str(text))
    if found is None:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return range(first, last + 1) if 1 <= first <= last else None


def read_pages(entries: object, last: int) -> tuple[int, ...] | None:
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


Place = tuple[str, int]
"""A document and the number of a page in it."""


def places_in(ranges: Iterable[str]) -> dict[Place, None]:
    """The pages that `document:page` and `document:first-last` name, in order, each once."""
    found: dict[Place, None] = {}
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
