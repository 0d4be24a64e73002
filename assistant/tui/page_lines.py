"""The lines of a page in which a passage stands, the passage underlined and the words that were found in it reversed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

from textual.content import Content

from assistant.core.text import visible

PASSAGE, WORDS = "underline", "bold reverse"

Span = tuple[int, int]
"""Where something begins, and its length."""


def passage_lines(text: str, passage: Span, words: Iterable[Span] = ()) -> Mapping[int, Content]:
    """The lines, by their number from 0, that hold something of the passage; offsets are those of the page."""
    begin, end = passage[0], passage[0] + passage[1]
    found = [(at, min(at + length, end)) for at, length in words if begin <= at < end]
    edges = sorted({begin, end, *(edge for span in found for edge in span)})
    lines: dict[int, Content] = {}
    at = 0
    for number, line in enumerate(text.split("\n")):
        until = at + len(line)
        if at < end and begin < until:
            cuts = [at, *(edge for edge in edges if at < edge < until), until]
            pieces = [
                (visible(text[first:last]), _style(first, begin, end, found))
                for first, last in pairwise(cuts)
            ]
            lines[number] = Content.assemble(*pieces)
        at = until + 1
    return lines


def _style(at: int, begin: int, end: int, found: Iterable[Span]) -> str:
    if any(first <= at < last for first, last in found):
        return WORDS
    return PASSAGE if begin <= at < end else ""
