"""The index of a case's record pages: every mention of a term, with its exact place and how it is spoken of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from assistant.core.mention import Mention
from assistant.core.standing import AFFIRMED, Standings
from assistant.core.vocabulary import Vocabulary, words
from assistant.records.index_file import open_index
from assistant.records.index_table import Hit, IndexTable
from assistant.records.over_pages import Over, OverPages
from assistant.records.query import Wanted, of_query, of_term

_SHORTEST_SLIP = 7
"""Letters of the shortest word whose slips are looked for; short words have too many neighbours."""

_LOOKED_AT = 200
"""Windows that are looked at for the fullest sentences, at least: FTS5 ranks by windows, and the best may be further on."""


class RecordIndex:
    """The pages of a case file, ready to be searched; reads from several threads at once are safe.

    `unreadable` are the pages that search can't read, by document. They are left out and never count as searched.
    """

    def __init__(
        self,
        pages: Mapping[str, tuple[str, ...]],
        vocabulary: Vocabulary,
        unreadable: Mapping[str, Collection[int]],
    ) -> None:
        self.unreadable = {
            name: tuple(sorted(set(numbers))) for name, numbers in unreadable.items() if numbers
        }
        self._places: list[tuple[str, int]] = []
        self._texts: list[str] = []
        for document, texts in pages.items():
            for number, text in enumerate(texts, 1):
                if number not in self.unreadable.get(document, ()):
                    self._places.append((document, number))
                    self._texts.append(text)
        self._vocabulary = vocabulary
        self._table = IndexTable(open_index(self._texts), self._texts)
        self.forms = self._table.forms
        """The words of the record that have the stem of a word."""
        self._over = OverPages(self._places, self._texts, self._table)
        self._number = {place: number for number, place in enumerate(self._places)}
        self._standings = Standings(vocabulary)
        self._looked_for = lru_cache(64)(self._every_mention)

    @classmethod
    def of(
        cls,
        pages: Mapping[str, tuple[str, ...]],
        vocabulary: Vocabulary,
        *,
        unreadable: Mapping[str, Collection[int]] = {},
    ) -> RecordIndex:
        """The index of the pages of each document; that of a large case file is kept in the user's cache folder."""
        return cls(pages, vocabulary, unreadable)

    def look_for(self, terms: Sequence[str]) -> tuple[Mention, ...]:
        """Every mention of the terms, their forms and synonyms, in the order of the case file.

        Words that answer several of the terms are one mention, of the first of them; so are words that run on over
        the end of a page, on the page where they begin.
        """
        return self._looked_for(tuple(dict.fromkeys(terms)))

    def find(self, query: str, limit: int = 50) -> tuple[Mention, ...]:
        """What answers a person's query, best first: what holds most of it in a sentence, then as FTS5 ranks it.

        All words are wanted, near each other or, failing that, on one page. A sentence is one mention for each
        way in which it speaks of what is wanted. Raises `Refused` for a query that is too long.
        """
        wanted = of_query(query, self._vocabulary)
        if not wanted or limit < 1:
            return ()
        over = self._over.sentences(wanted, limit)
        found = self._sentences(
            self._table.ranked_hits(wanted, max(_LOOKED_AT, 4 * limit)), wanted, limit, over
        )
        if len(wanted) > 1 and len(found) < limit:
            known = {(one.document, one.page) for one in found}
            wider = self._sentences(self._table.page_hits(wanted, limit), wanted, limit)
            found += [one for one in self._not_in(over, wider) if (one.document, one.page) not in known]
        return tuple(found[:limit])

    def wordings(self, query: str) -> tuple[str, ...]:
        """The words, spellings and synonyms that a person's query looks for."""
        phrases = [phrase for one in of_query(query, self._vocabulary) for phrase in one.phrases]
        return tuple(dict.fromkeys(f"{one.text}*" if one.open_ended else one.text for one in phrases))

    def words_like(self, terms: Iterable[str]) -> tuple[str, ...]:
        """Words of the record that are spelled nearly as a word of these terms, may be slips of it, and aren't found."""
        given = {word for term in terms for word in words(term).split() if len(word) >= _SHORTEST_SLIP}
        found = {
            one for word in given for term in self._vocabulary.variants(word) for one in words(term).split()
        }
        found |= {form for word in found for form in self.forms(word)}
        alike = dict.fromkeys(other for word in sorted(given) for other in self._table.words_like(word))
        return tuple(one for one in alike if one not in found)

    def _every_mention(self, terms: tuple[str, ...]) -> tuple[Mention, ...]:
        wanted = [one for one in (of_term(term, self._vocabulary) for term in terms) if one.phrases]
        if not wanted:
            return ()
        over = self._over.words(wanted)
        found = (self._mention(hit, wanted) for hit in self._table.all_hits(wanted))
        if not over:
            return tuple(found)
        running = [one for held in over for one in self._run_on(held, wanted)]
        whole = {(one.document, one.page, one.start): one.quote for one in running}
        every = [_within(one, whole) for one in self._not_in(over, found)]
        return tuple(
            sorted([*every, *running], key=lambda one: (self._number[one.document, one.page], one.at))
        )

    def _not_in(self, over: Sequence[Over], mentions: Iterable[Mention]) -> list[Mention]:
        """The mentions that aren't a part of what runs on over a page's end."""
        if not over:
            return list(mentions)
        beside: dict[int, list[Over]] = {}
        for one in over:
            beside.setdefault(one.at.page, []).append(one)
            beside.setdefault(one.at.following, []).append(one)
        kept = []
        for mention in mentions:
            number = self._number[mention.document, mention.page]
            if not any(one.holds(number, mention.at) for one in beside.get(number, ())):
                kept.append(mention)
        return kept

    def _run_on(self, over: Over, wanted: Sequence[Wanted]) -> list[Mention]:
        """The mentions in a passage that runs on over a page's end, on the page where it begins."""
        document, page = self._places[over.at.page]
        passage = self._over.passage(over)
        made = []
        for hit in over.hits:
            at, length = passage.place(hit, over)
            standing = self._standings.of(passage.said, at, length)
            if standing == AFFIRMED:
                before = min(passage.start + at, len(self._texts[over.at.page]))
                standing = self._standings.under_heading(self._texts[over.at.page], before)
            at, length = passage.marked(at, length)
            term = wanted[hit.answers[0]].term
            made.append(
                Mention(
                    document,
                    page,
                    passage.quote,
                    passage.start,
                    passage.start + at,
                    length,
                    term,
                    standing,
                )
            )
        return made

    def _sentences(
        self, hits: Iterable[Hit], wanted: Sequence[Wanted], limit: int, over: Sequence[Over] = ()
    ) -> list[Mention]:
        """The sentences around hits, and those `over` a page's end, the fullest first, as far as the limit goes."""
        by_sentence: dict[tuple[int, int], list[Hit]] = {}
        full = 0
        for hit in hits:
            members = by_sentence.setdefault((hit.page, hit.start), [])
            if full >= limit and not members:
                break
            members.append(hit)
            full += _fullness(members) == len(wanted)
        found: list[Mention] = []
        every: list[tuple[Sequence[Hit], Over | None]] = [(one, None) for one in by_sentence.values() if one]
        every += [(one.hits, one) for one in over]
        for inside, running in sorted(every, key=lambda one: _fullness(one[0]), reverse=True):
            if len(found) >= limit:
                break
            if running is not None:
                mentions = self._run_on(running, wanted)
            else:
                mentions = self._not_in(over, [self._mention(hit, wanted) for hit in inside])
            found += {one.standing: one for one in reversed(mentions)}.values()
        return found[:limit]

    def _mention(self, hit: Hit, wanted: Sequence[Wanted]) -> Mention:
        document, number = self._places[hit.page]
        text = self._texts[hit.page]
        raw = text[hit.start : hit.end]
        quote = raw.strip()
        start = hit.start + len(raw) - len(raw.lstrip())
        standing = self._standings.of(quote, hit.at - start, hit.length)
        if standing == AFFIRMED:
            standing = self._standings.under_heading(text, hit.at)
        return Mention(
            document, number, quote, start, hit.at, hit.length, wanted[hit.answers[0]].term, standing
        )


def _within(one: Mention, whole: Mapping[tuple[str, int, int], str]) -> Mention:
    """A mention in a sentence that runs on over the page's end: with all of that sentence, as far as it is in it."""
    quote = whole.get((one.document, one.page, one.start), "")
    return replace(one, quote=quote) if quote.startswith("".join(one.marked[:2])) else one


def _fullness(members: Sequence[Hit]) -> int:
    """How many of the things wanted a sentence holds."""
    return len({number for hit in members for number in hit.answers})
