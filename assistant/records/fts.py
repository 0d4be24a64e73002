"""The full-text index of a case's pages: its tables, where it is kept, and how the words that are typed become a query."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
import tempfile
import threading
import time
import weakref
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice, product
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from assistant.core.problem import refuse
from assistant.core.record import language
from assistant.core.record.language import APART, Number, Vocabulary, sentence_starts, words_in

# A page cut into windows, the rows of the index: whole sentences, with some words of what follows.


TARGET = 3200
"""Characters after which a window ends with its sentence."""
OVERHANG = 120
"""Characters of the next window that a window sees."""

_BROKEN = re.compile(
    r"(?<=\w)(?:[-\u2010\u00ad][ \t]*\n[ \t]*|[\u00ad\u200b\u200c\u200d\u2060\ufeff])(?=\w)"
    r"|\x1b\[[0-9;?]{0,20}[A-Za-z]|[\ufb00-\ufb06]"
)
_PERHAPS_BROKEN = re.compile(
    r"[-\u2010\u00ad][ \t]*\n|[\x1b\u00ad\u200b\u200c\u200d\u2060\ufeff\ufb00-\ufb06]"
)
_PERHAPS_BROKEN_ASCII = re.compile(r"-[ \t]*\n|\x1b")
_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl", "st", "st")
_CONTROL: dict[int, str] = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], " ")
_CONTROL.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


@dataclass(frozen=True)
class Window:
    """A window of a page: it begins at `start`, owns `own` characters and sees `length`.

    `sentences` are the offsets in the window at which its sentences begin, the first being 0. `broken` is whether
    a word in it is parted by the end of a line or an invisible sign, `clean` whether it needs no `shown`.
    """

    start: int
    own: int
    length: int
    sentences: tuple[int, ...]
    broken: bool
    clean: bool


def windows(page: str) -> Iterator[Window]:
    """The windows of a page's text, in order; at least one."""
    starts = sentence_starts(page)
    first = 0
    while first < len(starts):
        begin = starts[first]
        last = max(first + 1, bisect_left(starts, begin + TARGET, first))
        end = starts[last] if last < len(starts) else len(page)
        seen = min(len(page), end + OVERHANG)
        space = max(page.rfind(" ", end, seen), page.rfind("\n", end, seen))
        if space > 0 and seen < len(page):
            seen = space
        inside = tuple(one - begin for one in starts[first:last])
        text = page[begin:seen]
        yield Window(begin, end - begin, len(text), inside, bool(mended(text)), window_shown(text) == text)
        first = last


def window_shown(text: str) -> str:
    """The text with control characters and broken ones as spaces, each for one, so that offsets stay."""
    return text.translate(_CONTROL)


def mended(text: str) -> str:
    """The text with words made whole that the end of a line, an invisible sign or a terminal's escape breaks.

    Empty where there are none.
    """
    likely = _PERHAPS_BROKEN_ASCII if text.isascii() else _PERHAPS_BROKEN
    if likely.search(text) is None or _BROKEN.search(text) is None:
        return ""
    return _BROKEN.sub(_joined, text)


def unmended(text: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Where in `text` the words stand that are at these offsets of its mended form."""
    old, new = array("l", [0]), array("l", [0])
    grown = 0
    for match in _BROKEN.finditer(text):
        grown += len(_joined(match)) - len(match[0])
        old.append(match.end())
        new.append(match.end() + grown)

    def back(offset: int) -> int:
        index = bisect_right(new, offset) - 1
        return min(old[index] + offset - new[index], len(text))

    for begin, end, said in spans:
        yield back(begin), max(back(end - 1), back(begin)) + 1, said


def _joined(match: re.Match[str]) -> str:
    return _LIGATURES[ord(match[0]) - 0xFB00] if "\ufb00" <= match[0] <= "\ufb06" else ""


# What a person or a prompt looks for, as groups of words and phrases; no sign in it is an operator of the
# database.


LONGEST_QUERY = 10_000
MOST_WORDS = 1_500

_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
_SMALL = frozenset("a an and as at by for from in into is of on or that the this to was were with".split())
_MOST_TOGETHER = 6
_GAP = 3
_TURNED = 2
"""Words of a phrase that a person may have put the other way round: *functional improvement*."""
_MOST_APART = 4


@dataclass(frozen=True)
class Phrase:
    """Words that stand together: `exact` without word forms, `open_ended` where the last is a beginning only.

    Up to `gap` other words may stand between each two of them. `capitals` is whether it counts in capitals only, `loose`
    whether it is only what a person may mean.
    """

    text: str
    exact: bool = False
    open_ended: bool = False
    gap: int = 0
    capitals: bool = False
    loose: bool = False


@dataclass(frozen=True)
class Wanted:
    """One thing that is looked for: `term` as given, the phrases of which any will do.

    `apart` are folded words that share a stem with one of its words and don't answer for it; `unless` are phrases
    in which its words mean something else. `numbers` answer for it too.
    """

    term: str
    phrases: tuple[Phrase, ...]
    apart: frozenset[str] = frozenset()
    unless: tuple[Phrase, ...] = ()
    numbers: tuple[Number, ...] = ()

    def __hash__(self) -> int:
        """Enough to tell most apart: with all its phrases, hashing would cost as much as a search."""
        return hash((self.term, len(self.phrases), self.phrases[:1]))


def of_term(term: str, vocabulary: Vocabulary, loosely: bool = False) -> Wanted:
    """A term of `look_for`, with its spellings and synonyms; `loosely` with the words that a person may mean by it.

    The words of the term may stand apart, and those of another phrase where it says so.
    """
    apart = frozenset(other for word in words_in(term).split() for other in vocabulary.kept_apart(word))
    unless = tuple(Phrase(one) for one in vocabulary.unless(term))
    wide = words_in(term)
    phrases = [_phrase(one, wide) for one in vocabulary.variants(term)]
    if loosely:
        phrases += [_phrase(one, wide, loose=True) for one in vocabulary.related(term)]
    if loosely and _may_part(term, wide) and len(term.split()) == _TURNED:
        phrases.append(Phrase(" ".join(reversed(term.split())), gap=_GAP))
    phrases += [Phrase(one, capitals=True) for one in vocabulary.capitals(term)]
    return Wanted(term, tuple(phrases), apart, unless, vocabulary.numbers(term))


def _phrase(text: str, wide: str, loose: bool = False) -> Phrase:
    return Phrase(text, gap=_GAP * (APART in text or _may_part(text, wide)), loose=loose)


def _may_part(phrase: str, wide: str) -> bool:
    """Whether other words may stand between those of a phrase: two to four, at least two of them telling."""
    said = words_in(phrase)
    own = said.split()
    telling = sum(word not in _SMALL and not word.isdigit() and len(word) > 1 for word in own)
    return said == wide and len(own) <= _MOST_APART and telling >= _TURNED


def of_query(query: str, vocabulary: Vocabulary) -> tuple[Wanted, ...]:
    """A person's query: words, all of which are wanted, "phrases" as they stand, and beginnings (`loos*`).

    Raises `Refused` for one that is too long to be looked for as a whole.
    """
    if len(query) > LONGEST_QUERY:
        raise refuse(
            f"These are {len(query):,} characters to look for; a search takes {LONGEST_QUERY:,}.",
            "",
            "Nothing was looked for. Take the words that matter.",
        )
    found: list[Wanted] = []
    plain: list[str] = []
    for quoted, word in _PART.findall(window_shown(query).translate(_QUOTES)):
        if word and not (word.endswith("*") and words_in(word)):
            plain += [word] if words_in(word) else []
            continue
        found += _together(plain, vocabulary)
        plain = []
        if word:
            found.append(Wanted(word, (Phrase(word.rstrip("*"), exact=True, open_ended=True),)))
        elif words_in(quoted):
            found.append(Wanted(quoted, (Phrase(quoted, exact=True),)))
    found += _together(plain, vocabulary)
    telling = [one for one in found if one.phrases[0].exact or words_in(one.term) not in _SMALL] or found
    wanted = tuple({one.phrases: one for one in reversed(telling)}.values())[::-1]
    if len(wanted) > MOST_WORDS:
        raise refuse(
            f"These are {len(wanted):,} words to look for; a search takes {MOST_WORDS:,}.",
            "",
            "Nothing was looked for. Take the words that matter.",
        )
    return wanted


def _together(plain: list[str], vocabulary: Vocabulary) -> Iterable[Wanted]:
    """Words one by one, but those that make a term of the vocabulary as that term."""
    at = 0
    while at < len(plain):
        for count in range(min(_MOST_TOGETHER, len(plain) - at), 1, -1):
            term = " ".join(plain[at : at + count])
            if vocabulary.knows(term):
                yield of_term(term, vocabulary, loosely=True)
                at += count
                break
        else:
            yield of_term(plain[at], vocabulary, loosely=True)
            at += 1


# What is wanted, in the words of the record: for FTS5 as an expression, and to tell what a place found
# answers.


MOST_FORMS = 512
"""Phrases that one phrase of several words, each in all its forms, may grow into."""

_NOTHING = '""'
_MOST_PARTS = 40
_MOST_PATTERNS = 48
_SIGNS = r"[\s.:=\u00b0()]{0,4}"
_PARTED = re.compile(r"[^.,;:!?\n]*(?:\n[^.,;:!?\n]*)?")
_WIDEST = 60
"""Characters that may stand between two parts of a phrase."""
_KEEPS_APART = frozenset("no not without but denies denied than nor versus vs if".split())
_WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")

_Held = TypeVar("_Held")
Forms = Callable[[str], Sequence[str]]
Pattern = tuple[frozenset[str], ...]
"""Folded wordings of each part of a phrase whose parts stand near each other, in this order."""


@dataclass(frozen=True)
class Reading:
    """A number in the record's figures: where one stands in a text, and whether it counts."""

    number: Number
    looks: re.Pattern[str]

    def end(self, text: str, at: int, end: int) -> int:
        """Where a number that counts ends, if it begins at or after `at` and before `end`; else 0."""
        found = self.looks.search(text, at, end + 12)
        return found.end() if found and found.start() < end and self.number.holds(float(found["n"])) else 0


@dataclass(frozen=True)
class Expansion:
    """One thing wanted: the `expression` for FTS5, the folded `wordings`, and folded `beginnings` of words.

    The `other` wordings are in the expression too, so that they are marked as a whole and can be passed over. Those in
    `capitals` count in capitals only, and those of `readings` where the number does; `loose` ones are what a person may mean. `patterns` are phrases whose parts are
    marked each for itself.
    """

    expression: str
    wordings: frozenset[str]
    beginnings: tuple[str, ...]
    other: frozenset[str]
    capitals: frozenset[str] = frozenset()
    patterns: tuple[tuple[Pattern, int], ...] = ()
    readings: tuple[tuple[str, Reading], ...] = ()
    loose: frozenset[str] = frozenset()


def expanded(wanted: Wanted, forms: Forms) -> Expansion:
    """Any of the phrases, each word in all the forms that the record has but those kept apart.

    Nothing in the expression is an operator of FTS5 but what stands outside its quotes.
    """
    spoken: dict[str, None] = {}
    wordings: set[str] = set()
    capitals: set[str] = set()
    beginnings: list[str] = []
    loose: set[str] = set()
    patterns: dict[tuple[Pattern, int], None] = {}
    for phrase in wanted.phrases:
        as_given = window_shown(phrase.text).replace('"', " ")
        if phrase.open_ended:
            spoken[f'"{as_given}" *'] = None
            beginnings.append(words_in(phrase.text))
            continue
        if phrase.gap:
            pattern = _pattern(phrase, forms, wanted.apart, spoken)
            patterns |= {(pattern, phrase.gap): None} if pattern else {}
            if APART in phrase.text:
                continue
        if phrase.capitals:
            spoken[f'"{as_given}"'] = None
            capitals.add(words_in(phrase.text))
            continue
        if phrase.exact or not as_given.isascii():
            spoken[f'"{as_given}"'] = None
        known = loose if phrase.loose else wordings
        known.add(words_in(phrase.text))
        if not phrase.exact:
            known |= _spoken(phrase, forms, wanted.apart, spoken)
    readings = tuple(one for number in wanted.numbers for one in _readings(number, forms))
    spoken.update((f'"{wording}"', None) for wording, _ in readings)
    other: set[str] = set()
    if spoken:
        other.update(*(_spoken(phrase, forms, wanted.apart, spoken) for phrase in wanted.unless))
    return Expansion(
        " OR ".join(spoken) or _NOTHING,
        frozenset(wordings | loose),
        tuple(beginnings),
        frozenset(other),
        frozenset(capitals - wordings),
        tuple(patterns),
        readings,
        frozenset(loose - wordings),
    )


def _spoken(phrase: Phrase, forms: Forms, apart: frozenset[str], spoken: dict[str, None]) -> set[str]:
    """The wordings of a phrase in the record's own words; each is added to what is `spoken`."""
    made = set(_worded(phrase.text, forms, apart))
    spoken.update((f'"{wording}"', None) for wording in sorted(made))
    return made


def _worded(text: str, forms: Forms, apart: frozenset[str]) -> Iterator[str]:
    own = words_in(text).split()
    every = [[form for form in forms(word) if form == word or form not in apart] for word in own]
    return map(" ".join, islice(product(*every), MOST_FORMS))


def _pattern(phrase: Phrase, forms: Forms, apart: frozenset[str], spoken: dict[str, None]) -> Pattern:
    """The parts of a phrase that may stand apart; empty where the record lacks one of them."""
    parts = phrase.text.split(APART) if APART in phrase.text else words_in(phrase.text).split()
    every = [sorted(set(_worded(part, forms, apart))) for part in parts if words_in(part)]
    if len(every) < _TURNED or not all(every):
        return ()
    near = phrase.gap * (len(every) - 1)
    for chosen in islice(product(*every), _MOST_PATTERNS):
        spoken[f"NEAR({' '.join(f'{chr(34)}{one}{chr(34)}' for one in chosen)}, {near})"] = None
    return tuple(map(frozenset, every))


@lru_cache(256)
def _looks(written: str) -> re.Pattern[str]:
    """What a number must look like with the words and signs around it."""
    before, after = _around(written)
    lead = "".join(rf"{re.escape(word)}{_SIGNS}" for word in before.split())
    begin = rf"(?<![^\W_]){lead}" if lead else r"(?<![\w./-])"
    tail = "".join(rf"{_SIGNS}{re.escape(word)}" for word in after.split())
    if after.startswith("/"):
        tail = rf"\s?[+-]?\s?/\s?{re.escape(after[1:].strip())}(?!/|\.?\d)"
    return re.compile(rf"{begin}(?P<n>\d{{1,3}}(?:\.\d+)?)(?!\d){tail}(?![^\W_])", re.IGNORECASE)


def _around(written: str) -> tuple[str, str]:
    """What stands before and after the `n` in the written form of a number."""
    before, after = re.split(r"(?<![^\W_])n(?![^\W_])", written, maxsplit=1)
    return before.strip(), after.strip()


def _readings(number: Number, forms: Forms) -> Iterator[tuple[str, Reading]]:
    """The wordings under which a number is looked for, each with what the text must hold there.

    A fraction has its decimals between the number and what follows, so that only `/5` is looked for with it.
    """
    reading = Reading(number, _looks(number.written))
    before, after = _around(number.written)
    tail = words_in(after) if after.startswith("/") else ""
    for figure in range(int(number.least), int(number.most) + 1):
        said = " ".join(part for part in (words_in(before), str(figure), tail) if part)
        if all(forms(word) for word in said.split()):
            yield said, reading


class Answers:
    """Tells which of the things wanted a place found answers, by their numbers."""

    def __init__(self, expansions: Sequence[Expansion]) -> None:
        self._by_wording: dict[str, tuple[int, ...]] = {}
        self._other: dict[str, tuple[int, ...]] = {}
        self._capitals: dict[str, tuple[int, ...]] = {}
        self._readings: dict[str, list[tuple[int, Reading]]] = {}
        self._beginnings: list[tuple[str, int]] = []
        self._known: dict[str, tuple[int, ...]] = {}
        self._folded: dict[str, str] = {}
        self._parts: set[str] = set()
        self.patterns = [
            (*pattern, number) for number, one in enumerate(expansions) for pattern in one.patterns
        ]
        for number, one in enumerate(expansions):
            self._beginnings += [(beginning, number) for beginning in one.beginnings]
            for wording in one.wordings:
                self._by_wording[wording] = (*self._by_wording.get(wording, ()), number)
            for wording in one.other:
                self._other[wording] = (*self._other.get(wording, ()), number)
            for wording in one.capitals:
                self._capitals[wording] = (*self._capitals.get(wording, ()), number)
            for wording, reading in one.readings:
                self._readings.setdefault(wording, []).append((number, reading))
            for pattern, _ in one.patterns:
                self._parts.update(*pattern)
        self._opening: dict[str, list[int]] = {}
        for number, (pattern, _, _) in enumerate(self.patterns):
            for wording in pattern[0]:
                self._opening.setdefault(wording, []).append(number)

    def of(self, surface: str) -> tuple[int, ...]:
        """The numbers for the words found, the smallest first; none where they mean something else."""
        if surface not in self._known:
            folded = words_in(surface)
            meant_otherwise = set(self._held(folded, self._other))
            found = {*self._held(folded, self._by_wording), *self._begun(folded)}
            if surface.isupper():
                found.update(self._held(folded, self._capitals))
            part = (
                bool(meant_otherwise) or folded in self._parts | self._capitals.keys() | self._readings.keys()
            )
            self._known[surface] = tuple(sorted(found - meant_otherwise)) or (() if part else (0,))
        return self._known[surface]

    def read(self, text: str, at: int, end: int) -> tuple[int, tuple[int, ...]]:
        """The end of a number that stands here and counts, and the numbers of what it answers."""
        if not self._readings or not any(char.isdigit() for char in text[at:end]):
            return 0, ()
        held = [
            (number, stop)
            for number, reading in set(self._held(words_in(text[at:end]), self._readings))
            if (stop := reading.end(text, at, end))
        ]
        return max((stop for _, stop in held), default=0), tuple(sorted({number for number, _ in held}))

    def together(
        self, text: str, spans: Sequence[tuple[int, int, str]]
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Where the parts of a phrase stand near each other, and the numbers of what they answer."""
        if not self._opening:
            return
        words = [self._fold(said) for _, _, said in spans]
        for first, said in enumerate(words[:-1]):
            if spans[first + 1][0] - spans[first][1] > _WIDEST:
                continue
            opened = {one for part in {said, *self._edges(said)} for one in self._opening.get(part, ())}
            for number in opened:
                pattern, gap, answered = self.patterns[number]
                last = first
                for part in pattern[1:]:
                    last = self._next_part(text, spans, words, last, part, gap)
                    if last < 0:
                        break
                if last > first:
                    yield spans[first][0], spans[last][1], (answered,)

    def _next_part(
        self,
        text: str,
        spans: Sequence[tuple[int, int, str]],
        words: Sequence[str],
        last: int,
        part: frozenset[str],
        gap: int,
    ) -> int:
        """The span after `last` that holds the next part of a phrase, near enough; -1 where none does."""
        for one in range(last + 1, min(last + 2 + gap, len(spans))):
            if spans[one][0] - spans[last][1] > _WIDEST:
                break
            if _is_part(words[one], part) and _is_near(text[spans[last][1] : spans[one][0]], gap):
                return one
        return -1

    def _fold(self, surface: str) -> str:
        if surface not in self._folded:
            self._folded[surface] = words_in(surface)
        return self._folded[surface]

    def _edges(self, said: str) -> Iterator[str]:
        """The beginnings and ends of words that are marked as one."""
        own = said.split()
        for count in range(1, min(len(own), _MOST_PARTS)):
            yield " ".join(own[:count])
            yield " ".join(own[-count:])

    def _held(self, folded: str, known: Mapping[str, Sequence[_Held]]) -> Iterator[_Held]:
        """The numbers of a wording, or of those in it: phrases that overlap are marked as one."""
        if not known:
            return
        if folded in known:
            yield from known[folded]
            return
        parts = folded.split()[:_MOST_PARTS]
        for begin in range(len(parts)):
            for end in range(begin + 1, len(parts) + 1):
                yield from known.get(" ".join(parts[begin:end]), ())

    def _begun(self, folded: str) -> Iterator[int]:
        return (number for beginning, number in self._beginnings if f" {beginning}" in f" {folded}")


def _is_part(said: str, part: frozenset[str]) -> bool:
    return said in part or any(said.startswith(f"{one} ") or said.endswith(f" {one}") for one in part)


def _is_near(between: str, gap: int) -> bool:
    """Whether what stands between two parts of a phrase leaves it one: few words, no sign, no denial."""
    said = _WORDS.findall(between.lower())
    return len(said) <= gap and _PARTED.fullmatch(between) is not None and _KEEPS_APART.isdisjoint(said)


# The tables of the index: windows of the pages in SQLite's FTS5, and the words of the record by their stems.


_OPEN, _CLOSE = "\x02", "\x03"
_SCHEMA = """
CREATE TABLE place (
    id INTEGER PRIMARY KEY, page INTEGER NOT NULL, start INTEGER NOT NULL, own INTEGER NOT NULL,
    length INTEGER NOT NULL, broken INTEGER NOT NULL, clean INTEGER NOT NULL, sentences BLOB NOT NULL
);
CREATE VIEW spoken AS
    SELECT id, CASE WHEN clean THEN text_of(page, start, length) ELSE shown_of(page, start, length) END AS text,
           CASE WHEN broken THEN mended_of(page, start, length) ELSE '' END AS mended FROM place;
CREATE VIRTUAL TABLE passage USING fts5 (
    text, mended, content = 'spoken', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE word USING fts5vocab (passage, row);
CREATE VIRTUAL TABLE form USING fts5 (
    word, detail = 'none', columnsize = 0, tokenize = 'porter unicode61 remove_diacritics 2'
);
INSERT INTO passage (passage, rank) VALUES ('hashsize', 67108864);
"""
_AT_ONCE = 10
_LIKE = 5
_LIKENESS = 0.87
_FOUND = "FROM passage CROSS JOIN place ON place.id = passage.rowid WHERE passage MATCH ?"
_ROWS = f"""
SELECT page, start, own, length, sentences, highlight(passage, 0, '{_OPEN}', '{_CLOSE}'),
       CASE WHEN broken THEN highlight(passage, 1, '{_OPEN}', '{_CLOSE}') END {_FOUND}
"""


class Hit(NamedTuple):
    """Words found on a page (by its number in the index), `length` of them at `at`, in the sentence `start` to `end`.

    `answers` are the numbers of what they answer.
    """

    page: int
    at: int
    length: int
    start: int
    end: int
    answers: tuple[int, ...]


def build(connection: sqlite3.Connection, pages: Sequence[str]) -> None:
    """Makes the tables in an empty database and fills them from the texts of the pages."""
    _serve_text(connection, pages)
    connection.executescript(_SCHEMA)
    with connection:
        connection.executemany(
            "INSERT INTO place (page, start, own, length, broken, clean, sentences) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    one.start,
                    one.own,
                    one.length,
                    one.broken,
                    one.clean,
                    array("I", one.sentences).tobytes(),
                )
                for number, page in enumerate(pages)
                for one in windows(page)
            ),
        )
        connection.execute("INSERT INTO passage (rowid, text, mended) SELECT id, text, mended FROM spoken")
        connection.execute("INSERT INTO passage (passage) VALUES ('optimize')")
        connection.execute("INSERT INTO form (word) SELECT term FROM word")


class IndexTable:
    """The tables over `pages`, the texts of all pages that can be searched, in order.

    Where `wider`, a table of more text, has every word of these pages, its word forms are used.
    """

    def __init__(
        self, connection: sqlite3.Connection, pages: Sequence[str], wider: IndexTable | None = None
    ) -> None:
        self._connection = connection
        self._pages = pages
        self._lock = threading.Lock()
        self._forms: dict[str, tuple[str, ...]] = {}
        self._expansions: dict[Wanted, Expansion] = {}
        self._answers = lru_cache(64)(lambda wanted: Answers(self._expanded(wanted)))
        _serve_text(connection, pages)
        weakref.finalize(self, connection.close)
        self._wider = wider if wider is not None and self._words() <= wider._words() else None

    def forms(self, word: str) -> tuple[str, ...]:
        """The words of the record that have the stem of a folded `word`."""
        if self._wider is not None:
            return self._wider.forms(word)
        if word not in self._forms:
            rows = self._ask("SELECT word FROM form WHERE form MATCH ? ORDER BY rowid", (f'"{word}"',))
            self._forms[word] = tuple(str(row[0]) for row in rows)
        return self._forms[word]

    def _words(self) -> set[str]:
        return {str(row[0]) for row in self._ask("SELECT term FROM word", ())}

    def words_like(self, word: str) -> tuple[str, ...]:
        """The words of the record that are spelled nearly as a folded `word` and are no form of it, the nearest first."""
        rows = self._ask(
            "SELECT term FROM word WHERE length(term) BETWEEN ? AND ?", (len(word) - 2, len(word) + 2)
        )
        forms = {word, *self.forms(word)}
        return tuple(
            get_close_matches(word, [row[0] for row in rows if row[0] not in forms], _LIKE, _LIKENESS)
        )

    def loose(self, wanted: Iterable[Wanted]) -> frozenset[str]:
        """The folded wordings that are only what a person may mean."""
        return frozenset[str]().union(*(one.loose for one in self._expanded(wanted)))

    def all_hits(self, wanted: Sequence[Wanted]) -> Iterator[Hit]:
        """Every hit of any of what is wanted, in the order of the pages."""
        rows = self._ask(f"{_ROWS} ORDER BY passage.rowid", (_any(self._expanded(wanted)),))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows for hit in self._hits(row, answers))

    def hits_of_all(self, wanted: Sequence[Wanted]) -> Iterator[Hit]:
        """The hits of every window that holds all of what is wanted, in the order of the pages."""
        rows = self._ask(f"{_ROWS} ORDER BY passage.rowid", (_every(self._expanded(wanted)),))
        answers = self._answers(tuple(wanted))
        return (hit for row in rows for hit in self._hits(row, answers))

    def ranked_hits(self, wanted: Sequence[Wanted], limit: int) -> Iterator[Hit]:
        """The hits of the `limit` best windows that hold all of what is wanted, the best window first."""
        every = _every(self._expanded(wanted))
        answers = self._answers(tuple(wanted))
        with self._lock:
            cursor = self._connection.execute(f"{_ROWS} ORDER BY passage.rank LIMIT ?", (every, limit))
            rows = cursor.fetchmany(_AT_ONCE)
        while rows:
            for row in rows:
                yield from self._hits(row, answers)
            with self._lock:
                rows = cursor.fetchmany(_AT_ONCE)

    def page_hits(self, wanted: Sequence[Wanted], limit: int) -> list[Hit]:
        """The hits of the first `limit` pages that hold all of what is wanted somewhere."""
        expansions = self._expanded(wanted)
        pages: set[int] = set()
        for number, one in enumerate(expansions):
            rows = self._ask(f"SELECT DISTINCT page {_FOUND}", (one.expression,))
            found = {int(row[0]) for row in rows}
            pages = pages & found if number else found
            if not pages:
                return []
        chosen = sorted(pages)[:limit]
        sql = f"{_ROWS} AND page IN ({','.join('?' * len(chosen))}) ORDER BY passage.rowid"
        answers = self._answers(tuple(wanted))
        return [
            hit for row in self._ask(sql, (_any(expansions), *chosen)) for hit in self._hits(row, answers)
        ]

    def _expanded(self, wanted: Iterable[Wanted]) -> list[Expansion]:
        found = []
        for one in wanted:
            if one not in self._expansions:
                self._expansions[one] = expanded(one, self.forms)
            found.append(self._expansions[one])
        return found

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()

    def _hits(self, row: tuple[Any, ...], answers: Answers) -> Iterator[Hit]:
        """The hits of a window that begin in what it owns."""
        page, start, own, length, sentences, marked, mended_marked = row
        spans = _spans(marked)
        if mended_marked:
            text = self._pages[page][start : start + length]
            spans = sorted({*spans, *unmended(text, _spans(mended_marked))})
        starts = array("I")
        starts.frombytes(sentences)
        over, known = 0, frozenset[int]()
        for at, end, answered in sorted(self._answered(page, start, length, spans, answers), key=_earliest):
            if at >= own or (at < over and known.issuperset(answered)):
                continue
            over, known = max(over, end), known.union(answered) if at < over else frozenset(answered)
            inside = bisect_right(starts, at)
            until = starts[inside] if inside < len(starts) else own
            begin = start + starts[inside - 1]
            yield Hit(page, start + at, end - at, begin, start + max(until, end), answered)

    def _answered(
        self,
        page: int,
        start: int,
        length: int,
        spans: Sequence[tuple[int, int, str]],
        answers: Answers,
    ) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Where words or numbers stand that answer something, with what they answer."""
        text = self._pages[page][start : start + length]
        for at, end, surface in spans:
            answered = answers.of(surface)
            if answered:
                yield at, end, answered
            stop, numbers = answers.read(text, at, end)
            if numbers:
                yield at, stop, numbers
        yield from answers.together(text, spans)


def _earliest(one: tuple[int, int, tuple[int, ...]]) -> tuple[int, int]:
    return one[0], -one[1]


def _any(expansions: Iterable[Expansion]) -> str:
    return " OR ".join(f"({one.expression})" for one in expansions)


def _every(expansions: Iterable[Expansion]) -> str:
    return " AND ".join(f"({one.expression})" for one in expansions)


def _spans(marked: str) -> list[tuple[int, int, str]]:
    """Where the marked words begin and end in the text without marks, and the words."""
    before, *rest = marked.split(_OPEN)
    at = len(before)
    found = []
    for part in rest:
        inside, _, after = part.partition(_CLOSE)
        found.append((at, at + len(inside), inside))
        at += len(inside) + len(after)
    return found


def _serve_text(connection: sqlite3.Connection, pages: Sequence[str]) -> None:
    """Gives SQLite the text of a window when it asks."""

    def text_of(page: int, start: int, length: int) -> str:
        return pages[page][start : start + length]

    def shown_of(page: int, start: int, length: int) -> str:
        return window_shown(pages[page][start : start + length])

    def mended_of(page: int, start: int, length: int) -> str:
        return window_shown(mended(pages[page][start : start + length]))

    connection.create_function("text_of", 3, text_of, deterministic=True)
    connection.create_function("shown_of", 3, shown_of, deterministic=True)
    connection.create_function("mended_of", 3, mended_of, deterministic=True)


LARGE = 1_000_000
"""Characters from which an index is kept on disk."""
MOST_KEPT = 12
_FOLDER = "record-index"
_STALE = 24 * 3600
"""Seconds after which a half-made file is nobody's any more."""
_MADE_BY = (language.__file__, __file__, __file__)
"""The modules that say what is in an index; one that others made is not opened."""


def cache_folder() -> Path:
    """The folder of kept indexes, in `IMR_CACHE` or the program's own folder in the user's cache."""
    named = os.environ.get("IMR_CACHE")
    if named:
        return Path(named).expanduser() / _FOLDER
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("imr-assistant", appauthor=False)) / _FOLDER


def open_index(pages: Sequence[str]) -> sqlite3.Connection:
    """The tables over these pages: those that were kept, or made now."""
    if sum(map(len, pages)) >= LARGE:
        with suppress(OSError, sqlite3.Error):
            return _kept(pages, cache_folder())
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    build(connection, pages)
    return connection


def _kept(pages: Sequence[str], folder: Path) -> sqlite3.Connection:
    """Raises `OSError` or `sqlite3.Error` where the folder can't be used."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_own(folder)
    key = content_key(pages)
    for file in sorted(folder.glob(f"{key}-*.sqlite")):
        if file.stem == f"{key}-{_file_hash(file)}":
            with suppress(OSError):
                os.utime(file)
            return _read_only(file)
        file.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{key}.", suffix=".part", dir=folder)
    part = Path(name)
    try:
        os.close(descriptor)
        with closing(sqlite3.connect(part, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = OFF").fetchall()
            connection.execute("PRAGMA synchronous = OFF")
            build(connection, pages)
        with open(part, "rb+") as made:
            os.fsync(made.fileno())
        file = folder / f"{key}-{_file_hash(part)}.sqlite"
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    _clear(folder)
    return _read_only(file)


def _check_own(folder: Path) -> None:
    """Raises `PermissionError` where others could put an index into the folder."""
    held = folder.stat()
    if hasattr(os, "getuid") and (held.st_uid != os.getuid() or held.st_mode & 0o022):
        raise PermissionError(str(folder))


def content_key(pages: Sequence[str]) -> str:
    """What an index is known by: its pages, its form, and the SQLite that made it."""
    made = hashlib.sha256(sqlite3.sqlite_version.encode())
    for file in dict.fromkeys(_MADE_BY):
        made.update(Path(file).read_bytes())
    for page in pages:
        data = page.encode("utf-8", "surrogatepass")
        made.update(len(data).to_bytes(8, "big"))
        made.update(data)
    return made.hexdigest()[:32]


def _file_hash(file: Path) -> str:
    with open(file, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:32]


def _read_only(file: Path) -> sqlite3.Connection:
    uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _clear(folder: Path) -> None:
    """Removes the indexes that were used longest ago, and what was left half made."""
    with suppress(OSError):
        files = sorted(folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime, reverse=True)
        stale = [part for part in folder.glob("*.part") if part.stat().st_mtime < time.time() - _STALE]
        for file in (*files[MOST_KEPT:], *stale):
            file.unlink(missing_ok=True)
