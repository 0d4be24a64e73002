"""Finds words in the pages of a case file, so that a question can be answered beside its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LONGEST_QUERY = 200


@dataclass(frozen=True)
class Passage:
    """A line of a page that holds the words looked for: `start` is the offset of the line in the page."""

    document: str
    page: int
    quote: str
    start: int


def find(pages: Mapping[str, tuple[str, ...]], query: str) -> Iterator[Passage]:
    """Every line that holds the query, whatever its case and white space, in the order of the case file."""
    words = query[:LONGEST_QUERY].split()
    if not words:
        return
    wanted = re.compile(r"\s+".join(re.escape(word) for word in words), re.IGNORECASE)
    for document, texts in pages.items():
        for number, text in enumerate(texts, 1):
            seen = -1
            for match in wanted.finditer(text):
                start = text.rfind("\n", 0, match.start()) + 1
                if start == seen:
                    continue
                seen = start
                end = text.find("\n", match.end())
                yield Passage(document, number, text[start : end if end >= 0 else len(text)].strip(), start)
