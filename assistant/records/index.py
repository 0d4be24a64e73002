"""The index of a case's record pages: every mention of a term, with its exact place and how it is spoken of."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import log

from assistant.core.record.assertions import AFFIRMED, Assertion, assertions_by
from assistant.core.record.language import Vocabulary, root, sentence_starts, words_in
from assistant.core.record.marks import DENIED, DOUBT_BEGINS, TICKED, UNCERTAIN, read_marks
from assistant.core.record.passages import Occurrence, SentencePlace, page_mark
from assistant.core.value import Value, replace
from assistant.records.fts import Hit, IndexTable, open_index
from assistant.records.query import (
    DENIAL,
    FUNCTION,
    Phrase,
    Wanted,
    denying,
    meant_by,
    of_query,
    of_term,
    things_meant,
)

# Where one page of a document ends and the next begins: the words on both sides, as one text.


REACH = 48
"""Characters of each page beside a break: as much as a phrase has. More would cost every search."""

_MOST_LINES = 4
_LINE = re.compile(r"[^\n]*\S[^\n]*")
_EDGE = 600
"""Characters at the head and at the end of a page in which its running lines are looked for."""
_Lines = list[tuple[int, int, str]]


class PageBreak(Value):
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


# What runs on over the end of a page: a phrase, or a sentence, that stands on neither page as a whole.


_LONGEST = 600
_AFTER = 100


class Over(Value):
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


class Passage(Value):
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
        self._splits = [one.split for one in self._breaks]
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
        for hit in self._table.hits_across(wanted, self._splits):
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


def _is_clipped(word: str, name: str) -> bool:
    """Whether a word is another with letters left out, half of them at most."""
    letters = iter(name)
    return len(name) // 2 <= len(word) < len(name) and all(letter in letters for letter in word)


def _one_off(word: str) -> set[str]:
    """A word and what is left of it without one letter, its first apart; words that are one letter off have one of these in common."""
    return {word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))}


def _runs_on(hit: Hit, at: PageBreak) -> bool:
    return hit.at < at.split < hit.at + hit.length - 1


def _needs_both(hits: Sequence[Hit], at: PageBreak) -> bool:
    """Whether the words on both sides of a break answer more of what is wanted than those on either."""
    before = {number for hit in hits if hit.at < at.split for number in hit.answers}
    after = {number for hit in hits if hit.at >= at.split for number in hit.answers}
    return bool(before - after) and bool(after - before)


_SHORTEST_SLIP = 7
"""Letters of the shortest word whose slips are looked for; short words have too many neighbours."""

_SHORTEST_CUT = 4
"""Letters of the shortest word that may be the beginning of another, cut short."""

_SPARE = 8
"""Passages that are ranked beyond those asked for, so that printed ones give way to others."""
_SAME = 80
_FEW = 10
"""Passages under which a search of several words is filled up with what comes near."""
_NEAR = 40
"""Windows in which what comes near is looked for."""
_LOOSE = 0.6
"""What a loose word counts, where a plain one counts 1."""
_LOOKED_AT = 200
"""Windows that are looked at for the fullest sentences, at least: FTS5 ranks by windows, and the best may be further on."""

_MOST_TELLING = 120
"""Words of the record by which sentences are looked for that hold no phrase for what is meant."""
_TOGETHER = 4
"""Words of a sentence that tell together what it speaks of."""
_LEAST = 1.5
"""How much they must tell."""
_WORDY = 200
"""Characters at which a sentence tells half as much by as many words."""

_HEAD = 5
"""How much the first places of a ranking are worth against the later ones: the more, the less."""

_Near = tuple[Sequence[Hit], Sequence[Wanted]]
"""A sentence that comes near what is wanted: the words found in it, the most telling first."""


class RecordIndex:
    """The pages of a case file, ready to be searched; reads from several threads at once are safe.

    `unreadable` are the pages that search can't read, or not wholly, by document. They never count as searched; what
    words they have are found all the same, and where it isn't known which of them are doubtful they deny nothing.
    """

    def __init__(
        self,
        pages: Mapping[str, tuple[str, ...]],
        vocabulary: Vocabulary,
        unreadable: Mapping[str, Collection[int]],
        dates: Mapping[str, str],
    ) -> None:
        self.unreadable = {
            name: tuple(sorted(set(numbers))) for name, numbers in unreadable.items() if numbers
        }
        self._places: list[tuple[str, int]] = []
        self._texts: list[str] = []
        for document, texts in pages.items():
            for number, text in enumerate(texts, 1):
                if text.strip() or number not in self.unreadable.get(document, ()):
                    self._places.append((document, number))
                    self._texts.append(text)
        latest = sorted(set(dates.values()), reverse=True)
        self._age = {name: latest.index(date) for name, date in dates.items()}
        self._vocabulary = vocabulary
        self._table = IndexTable(open_index(self._texts), self._texts)
        self.forms = self._table.forms
        """The words of the record that have the stem of a word."""
        self._over = OverPages(self._places, self._texts, self._table)
        self._number = {place: number for number, place in enumerate(self._places)}
        self._assertions = assertions_by(vocabulary)
        self._looked_for = lru_cache(64)(self._every_mention)

    @classmethod
    def of(
        cls,
        pages: Mapping[str, tuple[str, ...]],
        vocabulary: Vocabulary,
        *,
        unreadable: Mapping[str, Collection[int]] = {},
        dates: Mapping[str, str] = {},
    ) -> RecordIndex:
        """The index of the pages of each document; that of a large case file is kept in the user's cache folder.

        `dates` are those of the documents, as far as they are known: the same words stand first in the newest.
        """
        return cls(pages, vocabulary, unreadable, dates)

    def look_for(self, terms: Sequence[str]) -> tuple[Occurrence, ...]:
        """Every mention of the terms, their forms and synonyms, in the order of the case file.

        Words that answer several of the terms are one mention, of the first of them; so are words that run on over
        the end of a page, on the page where they begin.
        """
        return self._looked_for(tuple(dict.fromkeys(terms)))

    def find(self, query: str, limit: int = 50) -> tuple[Occurrence, ...]:
        """What answers a person's query, best first: what holds most of it in a sentence, then as FTS5 ranks it.

        All words are wanted, near each other or, failing that, on one page; where no page has all, the sentences with
        most of them are found. A sentence is one mention for each way in which it speaks of what is wanted. Raises
        `Refused` for a query that is too long.
        """
        wanted = of_query(query, self._vocabulary)
        if not wanted or limit < 1:
            return ()
        over = self._over.sentences(wanted, limit)
        best = max(_LOOKED_AT, 4 * limit)
        found, whole = self._sentences(self._table.ranked_hits(wanted, best), wanted, limit, over)
        if len(wanted) > 1 and len(found) < limit:
            known = {(one.document, one.page) for one in found}
            wider, _ = self._sentences(self._table.page_hits(wanted, limit), wanted, limit)
            found += [one for one in self._not_in(over, wider) if (one.document, one.page) not in known]
        if any(phrase.exact for one in wanted for phrase in one.phrases):
            return tuple(found[:limit])
        first = _once_each(_at(whole, found), _FEW)
        missing = _FEW - len(first)
        slips = self._slips(wanted) if missing > 0 else ()
        if slips:
            there = {(one.document, one.page, one.start) for one in found}
            more = [
                one for one in self._every_mention(slips) if (one.document, one.page, one.start) not in there
            ]
            whole |= {(one.document, one.page, one.start) for one in more[:missing]}
            found = [*found, *more] if len(wanted) == 1 else [*more, *found]
            first = _once_each(_at(whole, found), _FEW)
        if len(first) < _FEW:
            near = self._nearest(query, whole, min(_FEW - len(first), limit))
            there = {(one.document, one.page, one.start) for one in (*first, *near)}
            rest = [one for one in found if (one.document, one.page, one.start) not in there]
            found = [*first, *near, *rest]
        return tuple(found[:limit])

    def _slips(self, wanted: Iterable[Wanted]) -> tuple[str, ...]:
        """Words of the record that no list holds and that are what is wanted one letter off or cut short: *numness*, *paresth*, *sensn*."""
        names = {
            word
            for one in wanted
            for phrase in one.phrases
            if len(word := words_in(phrase.text)) > _SHORTEST_CUT and " " not in word
        }
        off = {cut for name in names for cut in _one_off(name)}
        begun = {name[:end] for name in names for end in range(_SHORTEST_CUT, len(name) - 2)}
        ends: dict[str, list[str]] = {}
        for name in names:
            ends.setdefault(name[0] + name[-1], []).append(name)
        return tuple(
            word
            for word in self._strange
            if word not in names
            and (
                word in begun
                or (len(word) > _SHORTEST_CUT and not off.isdisjoint(_one_off(word)))
                or any(_is_clipped(word, name) for name in ends.get(word[0] + word[-1], ()))
            )
        )

    @cached_property
    def _strange(self) -> tuple[str, ...]:
        """The words of the record that no list of the vocabulary holds."""
        known = self._vocabulary.words
        return tuple(
            word
            for word in sorted(self._table.words)
            if len(word) >= _SHORTEST_CUT and word.isalpha() and word not in known
        )

    def _nearest(self, query: str, known: Collection[SentencePlace], limit: int) -> list[Occurrence]:
        """The sentences that come nearest to what a person may mean by a query, but for those that are known.

        They hold most of it in its phrases, or most of the words in which it is told.
        """
        wanted = meant_by(query, self._vocabulary)
        by_words = self._by_telling_words(query)
        by_phrases = self._by_phrases(wanted, limit + len(known) - len(by_words))
        found: list[Occurrence] = []
        for hits, sought in _merged(by_words, by_phrases):
            told = {
                one.standing: one for hit in reversed(hits) if (one := self._mention(hit, sought)) is not None
            }
            found += [one for one in told.values() if (one.document, one.page, one.start) not in known]
            if len(_once_each(found)) >= limit:
                break
        first = _once_each(found)
        copies = [one for one in found if one not in first]
        return sorted([*first, *copies], key=lambda one: one.standing == "printed")[:limit]

    def _by_phrases(self, wanted: Sequence[Wanted], limit: int) -> list[_Near]:
        """The sentences that hold most of what is wanted, in whole phrases; in common words too where that is fewer than `limit`.

        The fewer sentences of the record hold a word, the more it counts, and plain words more than loose ones.
        """
        by_sentence: dict[tuple[int, int], list[Hit]] = {}
        for stage in self._table.near_hits(wanted, _NEAR):
            for hit in stage:
                by_sentence.setdefault((hit.page, hit.start), []).append(hit)
            if len(by_sentence) >= limit:
                break
        loose = self._table.loose(wanted)
        worded = [[(self._words_of(hit), hit.answers) for hit in hits] for hits in by_sentence.values()]
        held = Counter(word for said in worded for word in {word for word, _ in said})
        weight = {
            word: log(1 + len(worded) / count) * (_LOOSE if word in loose else 1)
            for word, count in held.items()
        }

        def nearness(said: Sequence[tuple[str, tuple[int, ...]]]) -> float:
            best: dict[int, float] = {}
            for word, answers in said:
                best |= {number: max(best.get(number, 0), weight[word]) for number in answers}
            return sum(best.values())

        nearest = map(nearness, worded)
        ranked = sorted(zip(nearest, by_sentence.values(), strict=True), key=lambda one: -one[0])
        return [(hits, wanted) for _, hits in ranked]

    def _by_telling_words(self, query: str) -> list[_Near]:
        """The sentences whose single words tell most of what a person may mean, though they hold no phrase for it."""
        meant = things_meant(query, self._vocabulary).values()
        telling = self._vocabulary.telling(term for terms in meant for term in terms)
        words = sorted(telling, key=lambda word: -telling[word])
        forms = [form for word in words for form in self._by_root.get(word, ())][:_MOST_TELLING]
        wanted = (Wanted(query, tuple(Phrase(form, exact=True, loose=True) for form in forms)),)
        by_sentence: dict[tuple[int, int], dict[str, Hit]] = {}
        for hit in next(self._table.near_hits(wanted, _NEAR), ()):
            said = by_sentence.setdefault((hit.page, hit.start), {})
            for word in self._words_of(hit).split():
                said.setdefault(root(word), hit)
        ranked: list[tuple[float, Hit]] = []
        for said in by_sentence.values():
            told = sorted(((telling.get(word, 0), hit) for word, hit in said.items()), reverse=True)[
                :_TOGETHER
            ]
            worth, hit = sum(one for one, _ in told), told[0][1]
            if worth >= _LEAST:
                ranked.append((worth / (1 + (hit.end - hit.start) / _WORDY), hit))
        return [((hit,), wanted) for _, hit in sorted(ranked, key=lambda one: -one[0])]

    @cached_property
    def _by_root(self) -> dict[str, list[str]]:
        """The words of the record by their roots."""
        found: dict[str, list[str]] = {}
        for word in sorted(self._table.words):
            found.setdefault(root(word), []).append(word)
        return found

    def wordings(self, query: str) -> tuple[str, ...]:
        """The words, spellings and synonyms that a person's query looks for."""
        phrases = [phrase for one in of_query(query, self._vocabulary) for phrase in one.phrases]
        return tuple(dict.fromkeys(f"{one.text}*" if one.open_ended else one.text for one in phrases))

    def words_like(self, terms: Iterable[str]) -> tuple[str, ...]:
        """Words of the record that are spelled nearly as a word of these terms, may be slips of it, and aren't found."""
        given = {word for term in terms for word in words_in(term).split() if len(word) >= _SHORTEST_SLIP}
        found = {
            one
            for word in given
            for term in self._vocabulary.variants(word)
            for one in words_in(term).split()
        }
        found |= {form for word in found for form in self.forms(word)}
        alike = dict.fromkeys(other for word in sorted(given) for other in self._table.words_like(word))
        return tuple(one for one in alike if one not in found)

    def _every_mention(self, terms: tuple[str, ...]) -> tuple[Occurrence, ...]:
        wanted = [one for one in (of_term(term, self._vocabulary) for term in terms) if one.phrases]
        wanted += [one for term in terms for one in denying(term, self._vocabulary)]
        if not wanted:
            return ()
        over = self._over.words(wanted)
        hits = self._table.all_hits(wanted)
        found = (one for one in (self._mention(hit, wanted) for hit in hits) if one is not None)
        if not over:
            return tuple(found)
        running = [one for held in over for one in self._run_on(held, wanted)]
        whole = {(one.document, one.page, one.start): one.quote for one in running}
        every = [_within(one, whole) for one in self._not_in(over, found)]
        return tuple(
            sorted([*every, *running], key=lambda one: (self._number[one.document, one.page], one.at))
        )

    def _not_in(self, over: Sequence[Over], mentions: Iterable[Occurrence]) -> list[Occurrence]:
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

    def _run_on(self, over: Over, wanted: Sequence[Wanted]) -> list[Occurrence]:
        """The mentions in a passage that runs on over a page's end, on the page where it begins."""
        document, page = self._places[over.at.page]
        passage = self._over.passage(over)
        made = []
        for hit in over.hits:
            at, length = passage.place(hit, over)
            text = self._texts[over.at.page]
            marks = read_marks(passage.said, 0, len(passage.said), at, length)
            if marks.standing:
                said = _by_box(marks.standing)
            else:
                said = self._by_words(marks.sentence, marks.at, length, wanted[hit.answers[0]])
                said = self._assertions.under_heading(said, text, min(passage.start + at, len(text)))
            if said.standing == DENIED and marks.doubtful:
                said = Assertion(UNCERTAIN)
            if _tells_nothing(said, wanted[hit.answers[0]]):
                continue
            at, length = passage.marked(at, length)
            term = wanted[hit.answers[0]].term
            made.append(
                Occurrence(
                    document,
                    page,
                    passage.quote,
                    passage.start,
                    passage.start + at,
                    length,
                    term,
                    said.standing,
                    said.plain,
                    said.cue,
                )
            )
        return made

    def _sentences(
        self, hits: Iterable[Hit], wanted: Sequence[Wanted], limit: int, over: Sequence[Over] = ()
    ) -> tuple[list[Occurrence], set[SentencePlace]]:
        """The sentences around hits, and those `over` a page's end, the fullest first, as far as the limit goes.

        With them the places of those that hold all that is wanted.
        """
        by_sentence: dict[tuple[int, int], list[Hit]] = {}
        full = 0
        enough = limit + _SPARE
        for hit in hits:
            members = by_sentence.setdefault((hit.page, hit.start), [])
            if full >= enough and not members:
                break
            members.append(hit)
            full += _fullness(members) == len(wanted)
        every: list[tuple[Sequence[Hit], Over | None]] = [(one, None) for one in by_sentence.values() if one]
        every += [(one.hits, one) for one in over]
        found: list[Occurrence] = []
        whole: set[SentencePlace] = set()
        printed = 0
        loose = self._table.loose(wanted)
        for inside, running in self._most_telling(every, loose):
            if len(found) - printed >= limit:
                break
            if running is not None:
                mentions = self._run_on(running, wanted)
            else:
                mentions = self._not_in(over, self._mentions(inside, wanted, loose))
            told = {one.standing: one for one in reversed(mentions)}
            found += told.values()
            printed += "printed" in told
            if _fullness(inside) == len(wanted):
                whole |= {(one.document, one.page, one.start) for one in mentions}
        return sorted(found, key=lambda one: one.standing == "printed")[:limit], whole

    def _most_telling(
        self, every: Sequence[tuple[Sequence[Hit], Over | None]], loose: frozenset[str]
    ) -> Iterator[tuple[Sequence[Hit], Over | None]]:
        """Passages in the order in which a person wants to see them, each with its hits; they come as FTS5 ranks them.

        The fullest first. What is copied from note to note stands once before the copies, and that in the newest
        document. Then a passage in each of the words that were found, before a second one in any of them; one in
        `loose` words as late as a second one.
        """
        copies: dict[str, list[int]] = {}
        for number, (hits, _) in enumerate(every):
            begin, end = hits[0].start, hits[0].end
            text = self._texts[hits[0].page][begin : min(end, begin + 2 * _SAME)]
            copies.setdefault(" ".join(text.lower().split())[:_SAME], []).append(number)
        repeated: dict[int, int] = {}
        earliest: dict[int, int] = {}
        for members in copies.values():
            first = members[0]
            members.sort(key=lambda number: self._newest_first(every[number][0][0].page))
            repeated.update((number, at) for at, number in enumerate(members))
            earliest[members[0]] = first
        as_full: dict[int, list[int]] = {}
        for number in sorted(range(len(every)), key=lambda number: repeated[number]):
            as_full.setdefault(_fullness(every[number][0]), []).append(number)
        for fullness in sorted(as_full, reverse=True):
            seen: Counter[frozenset[str]] = Counter()
            ranked = []
            for number in as_full[fullness]:
                hits, running = every[number]
                said = frozenset(self._words_of(hit) for hit in hits) if running is None else frozenset[str]()
                near = not said or not said <= loose
                place = earliest.get(number, number)
                ranked.append((repeated[number] > 0, seen[said] + (not near), place, number))
                seen[said] += 1
            yield from (every[number] for *_, number in sorted(ranked))

    def _newest_first(self, page: int) -> int:
        return self._age.get(self._places[page][0], len(self._age))

    def _words_of(self, hit: Hit) -> str:
        return words_in(self._texts[hit.page][hit.at : hit.at + hit.length])

    def _mentions(
        self, hits: Sequence[Hit], wanted: Sequence[Wanted], loose: frozenset[str]
    ) -> list[Occurrence]:
        """The mentions at the hits of a sentence. Where it plainly denies the thing, a `loose` word affirms nothing of it."""
        pairs = [(hit, one) for hit in hits if (one := self._mention(hit, wanted)) is not None]
        own = [one for hit, one in pairs if self._words_of(hit) not in loose]
        return (
            own if any(one.standing == "negated" and one.plain for one in own) else [one for _, one in pairs]
        )

    def _mention(self, hit: Hit, wanted: Sequence[Wanted]) -> Occurrence | None:
        """The mention at a hit; None where it tells nothing."""
        document, number = self._places[hit.page]
        text = self._texts[hit.page]
        raw = text[hit.start : hit.end]
        quote = raw.strip()
        start = hit.start + len(raw) - len(raw.lstrip())
        sought = wanted[hit.answers[0]]
        said = self._said(text, start, start + len(quote), hit, sought)
        if _tells_nothing(said, sought):
            return None
        return Occurrence(
            document,
            number,
            quote,
            start,
            hit.at,
            hit.length,
            sought.term,
            said.standing,
            said.plain,
            said.cue,
        )

    def _said(self, page: str, start: int, end: int, hit: Hit, sought: Wanted) -> Assertion:
        """How the sentence from `start` to `end` of a page speaks of a hit, with the marks beside it."""
        marks = read_marks(page, start, end, hit.at, hit.length)
        if marks.standing:
            return _by_box(marks.standing)
        said = self._by_words(marks.sentence, marks.at, hit.length, sought)
        said = self._assertions.under_heading(said, page, hit.at)
        doubtful = marks.doubtful or (DOUBT_BEGINS not in page and self._is_unread(hit.page))
        return Assertion(UNCERTAIN) if said.standing == DENIED and doubtful else said

    def _by_words(self, sentence: str, at: int, length: int, sought: Wanted) -> Assertion:
        if sought.denies == FUNCTION:
            return self._assertions.of_function(sentence, at, length)
        if sought.denies == DENIAL:
            return self._assertions.of_denial(sentence, at, length)
        said = self._assertions.of(sentence, at, length)
        spoken_of = said.standing in (AFFIRMED, DENIED)
        parted = self._assertions.of_parted(sentence, at, length) if spoken_of else None
        if parted is None or any(parted.cue in words_in(one.text).split() for one in sought.phrases):
            return said
        return parted if said.standing == AFFIRMED else Assertion(UNCERTAIN, cue=said.cue)

    def _is_unread(self, number: int) -> bool:
        document, page = self._places[number]
        return page in self.unreadable.get(document, ())


def _tells_nothing(said: Assertion, sought: Wanted) -> bool:
    """Whether what would deny doesn't: a function that is only spoken of, or words of which it isn't sure."""
    return (sought.denies == FUNCTION and said.standing != DENIED) or (
        sought.denies == DENIAL and said.standing == UNCERTAIN
    )


def _by_box(standing: str) -> Assertion:
    """What a box says of words: a ticked *no* is a plain denial."""
    return Assertion(standing, True, f"{TICKED} no") if standing == DENIED else Assertion(standing)


def _once_each(mentions: Iterable[Occurrence], most: int | None = None) -> list[Occurrence]:
    """The first mention of each wording and standing, `most` of them: what is copied from note to note stands once."""
    first: dict[tuple[str, str], Occurrence] = {}
    for one in mentions:
        first.setdefault((" ".join(one.quote.lower().split()), one.standing), one)
        if len(first) == most:
            break
    return list(first.values())


def _at(places: Collection[SentencePlace], mentions: Iterable[Occurrence]) -> list[Occurrence]:
    return [one for one in mentions if (one.document, one.page, one.start) in places]


def _within(one: Occurrence, whole: Mapping[tuple[str, int, int], str]) -> Occurrence:
    """A mention in a sentence that runs on over the page's end: with all of that sentence, as far as it is in it."""
    quote = whole.get((one.document, one.page, one.start), "")
    return replace(one, quote=quote) if quote.startswith("".join(one.marked[:2])) else one


def _merged(*rankings: Sequence[_Near]) -> list[_Near]:
    """The sentences of several rankings, those first that stand high in any, and highest in several; none twice."""
    worth: dict[tuple[int, int], float] = {}
    known: dict[tuple[int, int], _Near] = {}
    for ranking in rankings:
        for place, one in enumerate(ranking):
            sentence = one[0][0].page, one[0][0].start
            known.setdefault(sentence, one)
            worth[sentence] = worth.get(sentence, 0) + 1 / (_HEAD + place)
    return [known[sentence] for sentence in sorted(worth, key=lambda one: -worth[one])]


def _fullness(members: Sequence[Hit]) -> int:
    """How many of the things wanted a sentence holds."""
    if len(members) == 1:
        return len(members[0].answers)
    return len({number for hit in members for number in hit.answers})
