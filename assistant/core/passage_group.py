"""Mentions grouped by same wording, document and negation, the most telling first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from assistant.core.mention import UNSUPPORTING, Mention

SAID_FIRST = ("uncertain", "affirmed", "historical", "negated", "hypothetical", "family")
"""Of a sentence that "suspects pseudarthrosis", the suspicion is affirmed and the pseudarthrosis uncertain."""

_FIGURE = re.compile(r"\b[a-z]?\d+(?:[.,/:-][a-z]?\d+)*", re.I)


@dataclass(frozen=True, slots=True)
class Group:
    """Mentions in the same words of one document: `pages` where they stand, `quote` and `start` of the first.

    `count` is the number of mentions. All of them support an answer or none does; `standing` is what they say as in
    `Mention`, and where they differ the first of `SAID_FIRST`.
    """

    document: str
    pages: tuple[int, ...]
    quote: str
    standing: str
    count: int
    start: int

    @property
    def supports(self) -> bool:
        """Whether it counts as support: neither denied, nor only imagined, nor said of somebody else."""
        return self.standing not in UNSUPPORTING


def figures(quote: str) -> tuple[str, ...]:
    """The figures of a passage in order, with dates and levels in digits: 38.2, 3/1, C5-C6."""
    return tuple(one.upper() for one in _FIGURE.findall(quote))


def grouped(mentions: Iterable[Mention]) -> tuple[Group, ...]:
    """The groups of the mentions: first those that can support an answer, each time the most telling first.

    Wording is the same where only capitals and white space differ; digits count. A group is the more telling the
    rarer the terms that it holds are among all the mentions. What is then equal stays in the order given.
    """
    kept = list(mentions)
    found: dict[tuple[str, str, bool], list[Mention]] = {}
    for mention in kept:
        wording = " ".join(mention.quote.casefold().split())
        found.setdefault((mention.document, wording, mention.supports), []).append(mention)
    often = Counter(mention.term for mention in kept)

    def telling(members: list[Mention]) -> float:
        return sum(log(1 + len(kept) / often[term]) for term in sorted({member.term for member in members}))

    ranked = sorted(found.values(), key=lambda members: (not members[0].supports, -telling(members)))
    return tuple(
        Group(
            document=members[0].document,
            pages=tuple(dict.fromkeys(member.page for member in members)),
            quote=members[0].quote,
            standing=min((member.standing for member in members), key=SAID_FIRST.index),
            count=len(members),
            start=members[0].start,
        )
        for members in ranked
    )
