"""Where one page of a document ends and the next begins: the words on both sides, as one text.

What reads on over a page break stands on no page as a whole. Lines at the head and the foot of a page that the page
beside it has too, but for figures, are no part of what reads on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

REACH = 48
"""Characters of each page beside a break: as much as a phrase has. More would cost every search."""

_MOST_LINES = 4
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_EDGE = 600
"""Characters at the head and at the end of a page in which its running lines are looked for."""
_Lines = list[tuple[int, int, str]]


@dataclass(frozen=True)
class PageBreak:
    """The words on both sides of the end of a page; `text` parts them by a line's end.

    `page` and `following` are the numbers of the two pages in an index. `start` is where the text begins in the
    page, `split` the line's end in the text, and `resumes` where the following page goes on.
    """

    page: int
    following: int
    text: str
    start: int
    split: int
    resumes: int


def page_breaks(places: Sequence[tuple[str, int]], texts: Sequence[str]) -> list[PageBreak]:
    """The breaks between pages that follow each other in a document; pages without words have none."""
    known = {place: number for number, place in enumerate(places)}
    edges = [(_lines(text, first=True), _lines(text, first=False)) for text in texts]
    bodies = [_body(number, place, known, edges) for number, place in enumerate(places)]
    found: list[PageBreak] = []
    for number, (document, page) in enumerate(places):
        following = known.get((document, page + 1))
        if following is None:
            continue
        (begin, end), (resumes, until) = bodies[number], bodies[following]
        before = _from_a_word(texts[number][max(begin, end - REACH) : end], end - begin > REACH)
        after = _to_a_word(texts[following][resumes : min(until, resumes + REACH)], until - resumes > REACH)
        if before and after:
            text = f"{before}\n{after}"
            found.append(PageBreak(number, following, text, end - len(before), len(before), resumes))
    return found


def _body(
    number: int,
    place: tuple[str, int],
    known: Mapping[tuple[str, int], int],
    edges: Sequence[tuple[_Lines, _Lines]],
) -> tuple[int, int]:
    """Where the words of a page begin and end, without the lines that it shares with the page beside it."""
    document, page = place
    beside = [known[document, one] for one in (page - 1, page + 1) if (document, one) in known]
    heads, feet = edges[number]
    above = max((_shared(heads, edges[other][0]) for other in beside), default=0)
    below = max((_shared(feet, edges[other][1]) for other in beside), default=0)
    if above >= len(heads) or below >= len(feet):
        return 0, 0  # nothing but running lines, or too few to tell
    return heads[above][0], feet[below][1]


def _lines(text: str, first: bool) -> _Lines:
    """The first lines of a page, or its last ones from the end: where their words begin and end, and what they say."""
    shift = 0 if first else max(0, len(text) - _EDGE)
    found = []
    for match in _LINE.finditer(text, shift, min(len(text), shift + _EDGE)):
        said = match[0].strip()
        begin = match.start() + len(match[0]) - len(match[0].lstrip())
        found.append((begin, begin + len(said), re.sub(r"\d+", "0", " ".join(said.casefold().split()))))
    chosen = found if first else found[::-1]
    return chosen[: _MOST_LINES + 1]


def _shared(ours: _Lines, theirs: _Lines) -> int:
    """How many lines from the edge of the page on are the same."""
    count = 0
    for (_, _, mine), (_, _, other) in zip(ours[:_MOST_LINES], theirs, strict=False):
        if mine != other:
            break
        count += 1
    return count


def _from_a_word(text: str, cut: bool) -> str:
    return text.partition(" ")[2].lstrip() if cut and " " in text else text


def _to_a_word(text: str, cut: bool) -> str:
    return text.rpartition(" ")[0].rstrip() if cut and " " in text else text
