"""Pages as people write them: `4`, `1-3`, `[2, 5-9]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_RANGE = re.compile(r"\s*(\d{1,7})\s*(?:[-–]\s*(\d{1,7})\s*)?", re.ASCII)


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
