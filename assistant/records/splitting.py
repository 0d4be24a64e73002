"""Parts one file of many reports into documents: proposed from the pages, or as a person says (`1-3,4-9`)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.core.page_range import read_range
from assistant.core.problem import refuse
from assistant.core.text import one_line
from assistant.records.proposing import date_of, title_of, top_lines

_PAGE_OF = re.compile(
    r"\bpage\s*:?\s*(\d{1,4})\s*(?:of|/)\s*(\d{1,4})\b|^\s*(\d{1,4})\s+of\s+(\d{1,4})\s*$", re.M
)
_CONTINUED = re.compile(r"\bcont(?:inued|'d|d\b|\.)|\(cont", re.I)
_HEAD_LINES = 8
_LONG = 30
"""From so many pages on, numbers that count through the whole file are taken for those of whoever bundled it."""


def propose_parts(pages: Sequence[str]) -> list[range]:
    """Where documents begin, as ranges of pages from 1 that together hold every page.

    A page begins a document if it says that it is page 1 of several, or has a title or a labelled date at its top
    that isn't the one of the document so far. A page that says that it is a later page, or continued, begins none.
    """
    starts: list[int] = []
    title, date = "", None
    for number, page in enumerate(pages, 1):
        own_title, own_date = title_of(page), date_of(top_lines([page], _HEAD_LINES), labelled=True)
        numbered = _page_number(page, number, len(pages))
        if number == 1 or _begins(page, numbered, (title, date), (own_title, own_date)):
            starts.append(number)
            title, date = own_title, own_date
        else:
            title, date = title or own_title, date or own_date
    return [range(first, last) for first, last in zip(starts, [*starts[1:], len(pages) + 1], strict=True)]


def _begins(
    page: str, numbered: int | None, so_far: tuple[object, object], own: tuple[object, object]
) -> bool:
    if numbered is not None:
        return numbered == 1
    if any(_CONTINUED.search(line) for line in top_lines([page], _HEAD_LINES)):
        return False
    new_title = bool(own[0]) and own[0] != so_far[0]
    new_date = own[1] is not None and own[1] != so_far[1]
    return new_title or new_date


def _page_number(page: str, place: int, count: int) -> int | None:
    """The number that a page gives itself (`Page 2 of 5`); None where it gives none, or one that can't be its own."""
    text = page.lower() if len(page) <= 4000 else f"{page[:2000]}\n{page[-2000:]}".lower()
    found = _PAGE_OF.search(text) if "page" in text or " of " in text else None
    if found is None:
        return None
    number, last = int(found[1] or found[3]), int(found[2] or found[4])
    of_the_file = count >= _LONG and (number, last) == (place, count)
    return number if 1 <= number <= last and not of_the_file else None


def read_parts(said: str, count: int) -> list[range]:
    """The parts that a person names, such as `1-3,4-9,10-`; raises `Refused` unless they hold each page once, in order."""
    parts: list[range] = []
    for piece in said.replace(" ", "").split(","):
        whole = f"{piece}{count}" if re.fullmatch(r"\d+[-–]", piece) else piece
        part = read_range(whole)
        if part is None:
            raise refuse(f"“{one_line(piece, 40)}” is no range of pages.", "", "Write parts such as 1-3,4-9.")
        expected = parts[-1].stop if parts else 1
        if part.start != expected:
            raise refuse(
                f"The part {one_line(piece, 40)} should begin with page {expected}: each page belongs to one part.",
                "",
                "A part that you don't want can be left out when the documents are shown.",
            )
        parts.append(part)
    if parts[-1].stop != count + 1:
        raise refuse(
            f"The parts end with page {parts[-1].stop - 1}; the file has {count}.",
            "",
            f"Go on to page {count}.",
        )
    return parts
