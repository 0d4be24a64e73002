"""What runs on over the end of a page: a phrase, or a sentence, that stands on neither page as a whole.

It belongs to the page on which it begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.core.passage import page_mark
from assistant.core.sentence import sentence_starts
from assistant.records.index_file import open_index
from assistant.records.index_table import Hit, IndexTable
from assistant.records.page_break import PageBreak, page_breaks
from assistant.records.query import Wanted

_LONGEST = 600
_AFTER = 100


@dataclass(frozen=True)
class Over:
    """Words found beside a page break, their offsets in its text; `begin` and `end` are those of what runs on."""

    at: PageBreak
    begin: int
    end: int
    hits: tuple[Hit, ...]

    def holds(self, page: int, offset: int) -> bool:
        """Whether an offset in a page, by its number in the index, lies in what runs on."""
        if page == self.at.page:
            return self.at.start + self.begin <= offset < self.at.start + self.at.split
        return page == self.at.following and 0 <= offset - self.at.resumes < self.end - self.at.split - 1


@dataclass(frozen=True)
class Passage:
    """A passage over a page's end: its words as they read (`said`), and the sign of the new page put into them.

    `start` is where it begins in the page.
    """

    said: str
    quote: str
    start: int
    split: int

    def place(self, hit: Hit, over: Over) -> tuple[int, int]:
        """Where words stand in `said`, and how long they are."""
        return hit.at + over.at.start - self.start, hit.length

    def marked(self, at: int, length: int) -> tuple[int, int]:
        """The place of words in `said` as one in `quote`, which is longer by the sign of the new page."""
        grown = len(self.quote) - len(self.said)
        if at > self.split:
            return at + grown, length
        return at, length + grown * (at + length > self.split)


class OverPages:
    """The words beside the page breaks of an index, ready to be searched; `pages` is the table of its pages."""

    def __init__(self, places: Sequence[tuple[str, int]], texts: Sequence[str], pages: IndexTable) -> None:
        self._places = places
        self._texts = texts
        self._breaks = page_breaks(places, texts)
        beside = [one.text for one in self._breaks]
        self._table = IndexTable(open_index(beside), beside, pages) if beside else None

    def words(self, wanted: Sequence[Wanted]) -> list[Over]:
        """The words that answer any of what is wanted and run on over a page's end."""
        if self._table is None:
            return []
        found = [(self._breaks[hit.page], hit) for hit in self._table.all_hits(wanted)]
        return [Over(at, hit.at, hit.at + hit.length, (hit,)) for at, hit in found if _runs_on(hit, at)]

    def sentences(self, wanted: Sequence[Wanted], limit: int) -> list[Over]:
        """The sentences that run on over a page's end and hold what neither page holds of them, at most `limit`."""
        if self._table is None:
            return []
        by_sentence: dict[tuple[int, int], list[Hit]] = {}
        for hit in self._table.hits_of_all(wanted):
            by_sentence.setdefault((hit.page, hit.start), []).append(hit)
        found = []
        for (number, start), hits in by_sentence.items():
            at = self._breaks[number]
            if any(_runs_on(hit, at) for hit in hits) or _needs_both(hits, at):
                found.append(Over(at, start, max(hit.end for hit in hits), tuple(hits)))
                if len(found) == limit:
                    break
        return found

    def passage(self, over: Over) -> Passage:
        """The passage around what runs on, from the beginning of its sentence."""
        at = over.at
        page = self._texts[at.page]
        starts = sentence_starts(page)
        start = starts[bisect_right(starts, at.start + over.hits[0].at) - 1]
        start += len(page[start:]) - len(page[start:].lstrip())
        before = page[start : at.start + at.split]
        least = max(hit.at + hit.length for hit in over.hits) - at.split - 1
        after = at.text[at.split + 1 : max(hit.end for hit in over.hits)].rstrip()
        if len(before) + len(after) > _LONGEST and len(after) > max(least, _AFTER):
            after = after[: max(least, after.rfind(" ", 0, _AFTER))]
        mark = page_mark(self._places[at.following][1])
        return Passage(f"{before}\n{after}", f"{before}{mark}{after}", start, len(before))


def _runs_on(hit: Hit, at: PageBreak) -> bool:
    return hit.at < at.split < hit.at + hit.length - 1


def _needs_both(hits: Sequence[Hit], at: PageBreak) -> bool:
    """Whether the words on both sides of a break answer more of what is wanted than those on either."""
    before = {number for hit in hits if hit.at < at.split for number in hit.answers}
    after = {number for hit in hits if hit.at >= at.split for number in hit.answers}
    return bool(before - after) and bool(after - before)
