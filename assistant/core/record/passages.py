"""Quotes of record pages: a quote counts as evidence only where the page really holds it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from math import log
from typing import TYPE_CHECKING

from assistant.core.answer import Evidence
from assistant.core.problem import refuse
from assistant.core.record.marks import DOUBT_BEGINS, DOUBT_ENDS, without_doubt
from assistant.core.record.mentions import akin, regions_of
from assistant.core.text import Private, one_line
from assistant.core.value import Value, replace

if TYPE_CHECKING:
    from assistant.core.record.assertions import Assertions

PLANNED = "planned"
"""The cue of a line under the heading of a plan."""
_DOUBT = f"[{DOUBT_BEGINS}{DOUBT_ENDS}]?"
_SPACE = re.compile(r"\s+")
_PAGE_MARK = re.compile(r"\s\[page \d+\]\s")


def page_mark(page: int) -> str:
    """What stands in a passage where it runs on to another page."""
    return f"\n[page {page}]\n"


def on_first_page(quote: str) -> str:
    """The words of a passage up to where it runs on to another page; all of them where it doesn't."""
    return _PAGE_MARK.split(quote, maxsplit=1)[0]


def located(evidence: Evidence, page: str) -> Evidence:
    """The evidence with the exact words and offset of its quote; raises `Refused` where the page lacks it.

    White space, line breaks and marks of doubt may differ; nothing else may. Of a quote that runs on over the page's
    end, the words before it are taken. Evidence without a quote names the page only.
    """
    if not evidence.quote.strip():
        return evidence
    found = _find(evidence.quote, page) or _find(on_first_page(evidence.quote), page)
    if found is None:
        raise refuse(
            f"These words are not on {evidence}: “{one_line(evidence.quote, 80)}”.",
            "",
            "Quote the page word for word.",
        )
    words, start = found
    return replace(evidence, quote=Private(words), start=start)


def _find(quote: str, page: str) -> tuple[str, int] | None:
    """The words as they first stand on the page, and where; without a pattern where it holds no mark of doubt."""
    words = without_doubt(quote).split()
    if not words:
        return None
    if DOUBT_BEGINS in page or DOUBT_ENDS in page:
        found = re.search(r"\s+".join(map(_spelled, words)), page)
        return (found[0], found.start()) if found is not None else None
    start = page.find(words[0])
    while start >= 0:
        end = start + len(words[0])
        for word in words[1:]:
            gap = _SPACE.match(page, end)
            if gap is None or not page.startswith(word, gap.end()):
                break
            end = gap.end() + len(word)
        else:
            return page[start:end], start
        start = page.find(words[0], start + 1)
    return None


def _spelled(word: str) -> str:
    """The word as it may stand on a page: marks of doubt may stand between it and the signs around it."""
    before, core, after = re.fullmatch(r"(\W*)(.*?)(\W*)", word, re.DOTALL).groups()  # type: ignore[union-attr]
    return f"{re.escape(before)}{_DOUBT}{re.escape(core)}{_DOUBT}{re.escape(after)}"


def whole_words(evidence: Evidence, page: str) -> Evidence:
    """The evidence with its quote out to the ends of its words: `Anot` of “Another” says what nobody wrote."""
    quote, start = evidence.quote, evidence.start
    if not quote or start is None:
        return evidence
    if not any(sign.isalnum() for sign in quote):
        raise refuse(f"“{one_line(quote, 20)}” holds no word.", str(evidence), "Quote what the page says.")
    end = start + len(quote)
    while start and page[start].isalnum() and page[start - 1].isalnum():
        start -= 1
    while end < len(page) and page[end - 1].isalnum() and page[end].isalnum():
        end += 1
    return replace(evidence, quote=Private(page[start:end]), start=start)


def sentence_around(evidence: Evidence, page: str) -> tuple[int, str]:
    """Where the sentence begins that a quote stands in, or the first of several, and its words up to the quote's last sentence."""
    start = evidence.start or 0
    from assistant.core.record.language import sentence_starts  # not before the first question

    starts = [*sentence_starts(page), len(page)]
    begin = max((one for one in starts if one <= start), default=0)
    end = min((one for one in starts if one >= start + len(evidence.quote)), default=len(page))
    return begin, page[begin:end].rstrip()


def uncut(evidence: Evidence, page: str, says: Assertions, regions: frozenset[str]) -> Evidence:
    """The evidence with the whole sentence for its quote where the sentence says something else than the quote alone.

    `evidence of loosening` out of “There is no evidence of loosening” reads as its opposite, and `symptoms are worse`
    out of “Low back: symptoms are worse” is of another region than the `regions` of the case.
    """
    quote, start = evidence.quote, evidence.start
    if not quote or start is None:
        return evidence
    begin, sentence = sentence_around(evidence, page)
    if len(sentence) <= len(quote):
        return evidence
    named = regions_of(sentence)
    elsewhere = bool(named) and not regions_of(quote)
    if elsewhere and not any(akin(one, own) for one in named for own in regions):
        return replace(evidence, quote=Private(sentence), start=begin)
    for word in re.finditer(r"[^\W\d_]{3,}", quote):
        at = start - begin + word.start()
        cut = says.of(quote, word.start(), len(word[0])).standing
        if says.of(sentence, at, len(word[0])).standing not in (cut, "affirmed"):
            return replace(evidence, quote=Private(sentence), start=begin)
    return evidence


# A mention: words of a record page that answer a search, with the sentence around them and how it speaks of
# them.


UNSUPPORTING = frozenset({"negated", "hypothetical", "family", "printed"})
"""Standings that don't count as support: it is denied, imagined, said of somebody else, or printed on every such form."""


SentencePlace = tuple[str, int, int]
"""Document, page, and where the sentence begins."""


class Occurrence(Value):
    """Words on a page that answer a search term.

    `quote` is the sentence or line around them, word for word, and `start` its offset in the page's text; `at` and
    `length` are the words themselves in the page. `term` is what was looked for. `standing` is `affirmed`,
    `negated`, `historical`, `family`, `hypothetical`, `uncertain` or `printed`; `plain` and `cue` are those of its
    `Assertion`.
    """

    document: str
    page: int
    quote: str
    start: int
    at: int
    length: int
    term: str
    standing: str
    plain: bool = False
    cue: str = ""

    @property
    def supports(self) -> bool:
        """Whether it counts as support: neither denied nor said of somebody else."""
        return self.standing not in UNSUPPORTING

    @property
    def marked(self) -> tuple[str, str, str]:
        """The quote in three parts: before the words, the words, after them."""
        at = self.at - self.start
        return self.quote[:at], self.quote[at : at + self.length], self.quote[at + self.length :]


# Mentions grouped by same wording, document and negation, the most telling first.


SAID_FIRST = ("uncertain", "affirmed", "historical", "negated", "hypothetical", "family", "printed")
"""Of a sentence that "suspects pseudarthrosis", the suspicion is affirmed and the pseudarthrosis uncertain."""

_FIGURE = re.compile(r"\b[a-z]?\d+(?:[.,/:-][a-z]?\d+)*", re.I)


class PassageGroup(Value):
    """Mentions in the same words of one document: `pages` where they stand, `quote` and `start` of the first.

    `count` is the number of mentions. All of them support an answer or none does; `standing` is what they say as in
    `Occurrence`, and where they differ the first of `SAID_FIRST`. `plain` is whether every mention in it is a plain
    denial, and `cue` the words that deny the first one; groups logged by earlier versions have neither. `terms` are
    the words looked for that are answered here. `bears` is False where these words can't carry an answer: a denial on
    a page that lies in the file twice or in a sentence that tells of an event as well, a fracture of another region.
    """

    document: str
    pages: tuple[int, ...]
    quote: str
    standing: str
    count: int
    start: int
    plain: bool = False
    cue: str = ""
    terms: tuple[str, ...] = ()
    bears: bool = True

    @property
    def supports(self) -> bool:
        """Whether it counts as support: neither denied, nor only imagined, nor said of somebody else."""
        return self.standing not in UNSUPPORTING


def figures(quote: str) -> tuple[str, ...]:
    """The figures of a passage in order, with dates and levels in digits: 38.2, 3/1, C5-C6."""
    return tuple(one.upper() for one in _FIGURE.findall(quote))


Weight = tuple[bool, int, int]
"""Whether it is the refusal's word, how old it is, how far from what was seen: the less, the sooner it is read."""


def grouped(
    mentions: Iterable[Occurrence], weight: Callable[[Occurrence], Weight] = lambda _: (False, 0, 0)
) -> tuple[PassageGroup, ...]:
    """The groups of the mentions: first those that can support an answer, each time the most telling first.

    Wording is the same where only capitals and white space differ; digits count. A group is the more telling the
    rarer the terms that it holds are among all the mentions. Words of the refusal stand last, and of what tells as much
    that which weighs more first. What is then equal stays in the order given.
    """
    kept = list(mentions)
    found: dict[tuple[str, str, bool], list[Occurrence]] = {}
    for mention in kept:
        wording = " ".join(mention.quote.casefold().split())
        found.setdefault((mention.document, wording, mention.supports), []).append(mention)
    often = Counter(mention.term for mention in kept)

    def telling(members: list[Occurrence]) -> float:
        return sum(log(1 + len(kept) / often[term]) for term in sorted({member.term for member in members}))

    def order(members: list[Occurrence]) -> tuple[bool, bool, float, int, int]:
        refusal, age, part = weight(members[0])
        return not members[0].supports, refusal, -telling(members), age, part

    ranked = sorted(found.values(), key=order)
    return tuple(
        PassageGroup(
            document=members[0].document,
            pages=tuple(dict.fromkeys(member.page for member in members)),
            quote=members[0].quote,
            standing=min((member.standing for member in members), key=SAID_FIRST.index),
            count=len(members),
            start=members[0].start,
            plain=all(member.plain for member in members),
            cue=next((member.cue for member in members if member.standing == "negated"), ""),
            terms=tuple(dict.fromkeys(member.term for member in members)),
        )
        for members in ranked
    )
