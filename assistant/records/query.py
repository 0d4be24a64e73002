"""What a person or a prompt looks for, in the words of the record: for FTS5 as an expression, and to tell what a place found answers.

No sign in a query is an operator of the database. Phrases are looked for in all the forms that the record has of their
words; their words may stand apart where the phrase or the vocabulary says so, and numbers are read where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from math import ceil
from typing import TypeVar

from assistant.core.problem import refuse
from assistant.core.record.counts import SPELLED
from assistant.core.record.language import APART, Number, Vocabulary, words_in

_CONTROL: dict[int, str] = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], " ")
_CONTROL.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def window_shown(text: str) -> str:
    """The text with control characters and broken ones as spaces, each for one, so that offsets stay."""
    return text if text.isprintable() else text.translate(_CONTROL)


# What a person or a prompt looks for, as groups of words and phrases; no sign in it is an operator of the
# database.


LONGEST_QUERY = 10_000
MOST_WORDS = 1_500

_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
_SMALL = frozenset("a an and as at by for from in into is of on or that the this to was were with".split())
_EMPTY = _SMALL | frozenset(
    "about after again all around be been before being between but can cannot could did do does doing done down during feel feels"
    " feeling from get gets getting go goes going got had has have he her hers herself him himself his i if it its just like"
    " may me might more most much my no not off one only other our out over own per she should so some someone something still"
    " such than their them then there these they thing things those through too under until up us very we went were what"
    " when where which while who why will without would you your t don didn doesn won isn wasn".split()
)
"""Words of a person's query that are wanted only where nothing else is."""
_SPELLED = re.compile(rf"(?i)\b(?:{'|'.join(SPELLED)})\b")
_OUT_OF = re.compile(r"(?i)\b(\d+)\s+(?:out\s+of|over)\s+(\d+)\b|\b(\d)\s+(plus)\b")
_MOST_TOGETHER = 6
ANY_PART = "*"
"""In a word of the vocabulary: any beginning or end of it."""
_GAP = 3
_TURNED = 2
"""Words of a phrase that a person may have put the other way round: *functional improvement*."""
_MOST_APART = 4


@dataclass(frozen=True)
class Phrase:
    """Words that stand together: `exact` without word forms, `open_ended` where the last is a beginning only.

    Up to `gap` other words may stand between each two of them. `capitals` is whether it counts in capitals only,
    `loose` whether it is only what a person may mean.
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
    in which its words mean something else. `numbers` answer for it too. With `denies` the phrases are those that deny
    the term: a function that is normal, or a word that says so by itself.
    """

    term: str
    phrases: tuple[Phrase, ...]
    apart: frozenset[str] = frozenset()
    unless: tuple[Phrase, ...] = ()
    numbers: tuple[Number, ...] = ()
    denies: str = ""

    def __hash__(self) -> int:
        """Enough to tell most apart: with all its phrases, hashing would cost as much as a search."""
        return hash((self.term, len(self.phrases), self.phrases[:1]))


FUNCTION, DENIAL = "function", "denial"
"""How a phrase denies a term: as what is normal, or by itself."""


@lru_cache(maxsize=4_096)
def of_term(term: str, vocabulary: Vocabulary, loosely: bool = False) -> Wanted:
    """A term of `look_for`, with its spellings and synonyms; `loosely` with the words that a person may mean by it.

    The words of the term may stand apart, and those of another phrase where it says so.
    """
    unless = tuple(Phrase(one) for one in vocabulary.unless(term))
    wide = words_in(term)
    phrases = [_phrase(one, wide) for one in vocabulary.variants(term)]
    words = {word for one in (wide, *(words_in(phrase.text) for phrase in phrases)) for word in one.split()}
    apart = frozenset(other for word in words for other in vocabulary.kept_apart(word))
    if not loosely:
        phrases += [_phrase(one, wide) for one in vocabulary.told_surely(term)]
    else:
        phrases += [_phrase(one, wide) for one in vocabulary.spelled_out(term)]
        phrases += [_phrase(one, wide, loose=True) for one in vocabulary.related(term)]
    if loosely and _may_part(term, wide) and len(term.split()) == _TURNED:
        phrases.append(Phrase(" ".join(reversed(term.split())), gap=_GAP))
    phrases += [Phrase(one, capitals=True) for one in vocabulary.capitals(term)]
    return Wanted(term, tuple(phrases), apart, unless, vocabulary.numbers(term))


def denying(term: str, vocabulary: Vocabulary) -> Iterator[Wanted]:
    """What denies a term of `look_for` without naming it."""
    for denies, phrases in ((FUNCTION, vocabulary.functions(term)), (DENIAL, vocabulary.denials(term))):
        if phrases:
            wide = tuple(Phrase(one, gap=_GAP * (APART in one)) for one in dict.fromkeys(phrases))
            yield Wanted(term, wide, denies=denies)


def meant_by(query: str, vocabulary: Vocabulary) -> tuple[Wanted, ...]:
    """What a person may mean by a query, thing by thing: wider than its words, and in whatever forms and order they stand.

    Each thing holds the person's own words, what they are a kind of, and what is near to them.
    """
    things = things_meant(query, vocabulary) or dict.fromkeys(_plain_words(query))
    return tuple(_widely(said, vocabulary) for said in things)


def things_meant(query: str, vocabulary: Vocabulary) -> dict[str, tuple[str, ...]]:
    """The things of a person's query, in its words, each with the terms that it may mean; none for words that tell nothing."""
    words = _plain_words(query)
    found: dict[str, tuple[str, ...]] = {}
    at = 0
    while at < len(words):
        for count in range(min(_MOST_TOGETHER, len(words) - at), 0, -1):
            said = " ".join(words[at : at + count])
            if vocabulary.meant(said) or count == 1:
                break
        for one in (said, *(words[at : at + count] if count > 1 else ())):
            found.setdefault(one, vocabulary.meant(one))
        at += count
    return {one: terms for one, terms in found.items() if not _EMPTY.issuperset(words_in(one).split())}


def _plain_words(query: str) -> list[str]:
    return [word for _, word in _PART.findall(window_shown(_in_figures(query)).translate(_QUOTES)) if word]


@lru_cache(maxsize=4_096)
def _widely(said: str, vocabulary: Vocabulary) -> Wanted:
    terms = vocabulary.meant(said)
    own = [of_term(term, vocabulary, loosely=True) for term in terms]
    near = {one: None for term in terms for one in (*vocabulary.broader(term), *vocabulary.related(term))}
    loose = {other: None for one in near for other in vocabulary.variants(one)}
    alike = {other: None for term in terms for other in vocabulary.variants(term)}
    loose |= {one: None for term in alike for one in vocabulary.told(term)}
    phrases = [Phrase(said), *(phrase for one in own for phrase in one.phrases)]
    phrases += [
        Phrase(one, gap=_GAP * (len(one.split()) == _TURNED or APART in one), loose=True) for one in loose
    ]
    return Wanted(
        said,
        tuple(dict.fromkeys(phrases)),
        frozenset[str]().union(*(one.apart for one in own)),
        (),
        tuple(
            dict.fromkeys(
                number for one in (*terms, *near) for number in vocabulary.numbers(one, loosely=True)
            )
        ),
    )


def _phrase(text: str, wide: str, loose: bool = False) -> Phrase:
    return Phrase(text, gap=_GAP * (APART in text or _may_part(text, wide)), loose=loose)


def _may_part(phrase: str, wide: str) -> bool:
    """Whether other words may stand between those of a phrase: two to four, at least two of them telling."""
    if words_in(phrase) != wide:
        return False
    own = wide.split()
    telling = sum(word not in _SMALL and not word.isdigit() and len(word) > 1 for word in own)
    return len(own) <= _MOST_APART and telling >= _TURNED


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
    query = _in_figures(query)
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
    telling = [
        one for one in found if one.phrases[0].exact or not _EMPTY.issuperset(words_in(one.term).split())
    ] or found
    wanted = tuple({one.phrases: one for one in reversed(telling)}.values())[::-1]
    if len(wanted) > MOST_WORDS:
        raise refuse(
            f"These are {len(wanted):,} words to look for; a search takes {MOST_WORDS:,}.",
            "",
            "Nothing was looked for. Take the words that matter.",
        )
    return wanted


def _in_figures(query: str) -> str:
    """A query with its scores in figures, as notes write them: *four out of five* is 4/5, *two plus* 2+."""
    in_digits = _SPELLED.sub(lambda one: str(SPELLED[one[0].lower()]), query)
    if _OUT_OF.search(in_digits) is None:
        return query
    return _OUT_OF.sub(lambda one: f"{one[3]}+" if one[3] else f"{one[1]}/{one[2]}", in_digits)


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
_NUMBER_ENDS = 12
"""Characters behind a figure in which its number ends, with its decimals and what it is a number of."""
_KEEPS_APART = frozenset("but than nor versus vs if".split())
_DENIES = frozenset("no not without denies denied".split())
_LINKS = frozenset(
    "is are was were has have had be been being do did does he she they it shows showed reports reported".split()
)
"""What may stand before a denial that is of the phrase: "the arm has no weakness", and not "swelling without pain"."""
_SENTENCE_END = re.compile(r"[.!?;]\s+")
_FIGURE = re.compile(r"\d")
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
        found = self.looks.search(text, at, end + _NUMBER_ENDS)
        return found.end() if found and found.start() < end and self.number.holds(float(found["n"])) else 0


@dataclass(frozen=True)
class Expansion:
    """One thing wanted: the phrases `spoken` to FTS5, the folded `wordings`, and folded `beginnings` of words.

    The `other` wordings are in the expression too, so that they are marked as a whole and can be passed over. Those in
    `capitals` count in capitals only, and those of `readings` where the number does; `loose` ones are what a person may
    mean. `patterns` are phrases whose parts are marked each for itself.
    """

    spoken: tuple[str, ...]
    wordings: frozenset[str]
    beginnings: tuple[str, ...]
    other: frozenset[str]
    capitals: frozenset[str] = frozenset()
    patterns: tuple[tuple[Pattern, int], ...] = ()
    readings: tuple[tuple[tuple[str, ...], Reading], ...] = ()
    loose: frozenset[str] = frozenset()

    @property
    def expression(self) -> str:
        return any_of(self.spoken)


def any_of(spoken: Iterable[str]) -> str:
    """The expression for what holds any of some phrases, each once: FTS5 counts every one anew to rank by it."""
    return " OR ".join(dict.fromkeys(spoken)) or _NOTHING


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
        if ANY_PART in phrase.text:
            made = forms(phrase.text.lower())
            spoken.update((f'"{form}"', None) for form in made)
            loose.update(made)
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
    readings = tuple(_reading(number, forms) for number in dict.fromkeys(wanted.numbers))
    spoken.update((f'"{wording}"', None) for wordings, _ in readings for wording in wordings)
    other: set[str] = set()
    if spoken:
        other.update(*(_spoken(phrase, forms, wanted.apart, spoken) for phrase in wanted.unless))
    return Expansion(
        tuple(spoken),
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
    made = {*_worded(_single_words(phrase.text), forms, apart)}
    spoken.update((f'"{wording}"', None) for wording in sorted(made))
    return made


def _worded(words: Iterable[str], forms: Forms, apart: frozenset[str]) -> Iterator[str]:
    if not all(map(forms, words)):  # most wordings have a word that the record lacks
        return iter(())
    every = [[form for form in forms(word) if form == word or form not in apart] for word in words]
    return map(" ".join, islice(product(*every), MOST_FORMS))


@lru_cache(maxsize=16_384)
def _single_words(phrase: str) -> tuple[str, ...]:
    """The words of a phrase of the vocabulary, which is looked for in each record."""
    return tuple(words_in(phrase).split())


def _pattern(phrase: Phrase, forms: Forms, apart: frozenset[str], spoken: dict[str, None]) -> Pattern:
    """The parts of a phrase that may stand apart; empty where the record lacks one of them."""
    parts = phrase.text.split(APART) if APART in phrase.text else _single_words(phrase.text)
    every = []
    for words in filter(None, map(_single_words, parts)):
        every.append(sorted({*_worded(words, forms, apart)}))
        if not every[-1]:
            return ()
    if len(every) < _TURNED:
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


@lru_cache(256)
def _looks_like_any(written: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(
        "|".join(_looks(one).pattern.replace("(?P<n>", "(?:") for one in written), re.IGNORECASE
    )


def _around(written: str) -> tuple[str, str]:
    """What stands before and after the `n` in the written form of a number."""
    before, after = re.split(r"(?<![^\W_])n(?![^\W_])", written, maxsplit=1)
    return before.strip(), after.strip()


def _reading(number: Number, forms: Forms) -> tuple[tuple[str, ...], Reading]:
    """The wordings under which a number is looked for, and what the text must hold there.

    A fraction has its decimals between the number and what follows, so that only `/5` is looked for with it.
    """
    before, after = _around(number.written)
    lead, tail = words_in(before).split(), words_in(after).split() if after.startswith("/") else []
    figures: Iterable[str] = ()
    if all(map(forms, (*lead, *tail))):
        above = int(number.most) + 1 if number.under is None else ceil(number.under)
        figures = filter(forms, map(str, range(int(number.least), above)))
    return tuple(" ".join((*lead, one, *tail)) for one in figures), Reading(number, _looks(number.written))


class Answers:
    """Tells which of the things wanted a place found answers, by their numbers."""

    def __init__(self, expansions: Sequence[Expansion]) -> None:
        self._by_wording: dict[str, tuple[int, ...]] = {}
        self._other: dict[str, tuple[int, ...]] = {}
        self._capitals: dict[str, tuple[int, ...]] = {}
        self._readings: dict[str, list[tuple[Reading, list[int]]]] = {}
        self._beginnings: list[tuple[str, int]] = []
        self._known: dict[str, tuple[int, ...]] = {}
        self._folded: dict[str, str] = {}
        self._parts: dict[str, tuple[int, ...]] = {}
        self.patterns = [
            (*pattern, number) for number, one in enumerate(expansions) for pattern in one.patterns
        ]
        read: dict[Reading, tuple[Reading, list[int]]] = {}
        for number, one in enumerate(expansions):
            self._beginnings += [(beginning, number) for beginning in one.beginnings]
            for wording in one.wordings:
                self._by_wording[wording] = (*self._by_wording.get(wording, ()), number)
            for wording in one.other:
                self._other[wording] = (*self._other.get(wording, ()), number)
            for wording in one.capitals:
                self._capitals[wording] = (*self._capitals.get(wording, ()), number)
            for wordings, reading in one.readings:
                if reading in read:
                    read[reading][1].append(number)
                    continue
                read[reading] = known = reading, [number]
                for wording in wordings:
                    self._readings.setdefault(wording, []).append(known)
            for pattern, _ in one.patterns:
                self._parts |= dict.fromkeys((wording for part in pattern for wording in part), (number,))
        written = tuple(dict.fromkeys(one.number.written for one in read))
        self._any_number = _looks_like_any(written) if written else None
        self._opening: dict[str, list[int]] = {}
        for number, (pattern, _, _) in enumerate(self.patterns):
            for wording in pattern[0]:
                self._opening.setdefault(wording, []).append(number)

    def of(self, surface: str) -> tuple[int, ...]:
        """The numbers for the words found, the smallest first; none where they mean something else."""
        if surface not in self._known:
            folded = words_in(surface)
            meant_otherwise = set(self._held(folded, self._other))
            part = bool(meant_otherwise) or any(
                next(iter(self._held(folded, known)), None) is not None
                for known in (self._parts, self._capitals, self._readings)
            )
            self._known[surface] = self._answered(surface, folded, meant_otherwise) or (() if part else (0,))
        return self._known[surface]

    def parted(self, at: int, until: int, surface: str) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Where the words found begin and end, and the numbers of what they answer.

        Phrases that follow each other are marked as one, over the end of a sentence, too: what answers before that
        is parted from what comes after it.
        """
        one = surface.isalnum() or len(surface) != until - at
        end = None if one else _SENTENCE_END.search(surface)
        own = surface[: end.start()] if end else surface
        answered = self._answered(own, words_in(own), ()) if end else ()
        if end is None or not answered:
            yield at, until, self.of(surface)
            return
        yield at, at + len(own), answered
        rest = surface[end.end() :]
        answered = self._answered(rest, words_in(rest), ())
        if answered:
            yield at + end.end(), until, answered

    def _answered(self, surface: str, folded: str, meant_otherwise: Collection[int]) -> tuple[int, ...]:
        found = {*self._held(folded, self._by_wording), *self._begun(folded)}
        if surface.isupper():
            found.update(self._held(folded, self._capitals))
        return tuple(sorted(found.difference(meant_otherwise)))

    def read(self, text: str, at: int, end: int) -> tuple[int, tuple[int, ...]]:
        """The end of a number that stands here and counts, and the numbers of what it answers."""
        until = end + _NUMBER_ENDS
        if self._any_number is None or _FIGURE.search(text, at, until) is None:
            return 0, ()
        said = [*self._held(self._fold(text[at:end]), self._readings)]
        if not said or self._any_number.search(text, at, until) is None:
            return 0, ()
        held = [
            (stop, numbers)
            for reading, numbers in {id(one): one for one in said}.values()
            if (stop := reading.end(text, at, end))
        ]
        found = {number for _, numbers in held for number in numbers}
        return max((stop for stop, _ in held), default=0), tuple(sorted(found))

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
    """Whether what stands between two parts of a phrase leaves it one: few words, no sign, nothing that parts them.

    A denial leaves it one where it is of the phrase; the sentence says how it is meant.
    """
    said = _WORDS.findall(between.lower())
    denial = next((at for at, word in enumerate(said) if word in _DENIES), 0)
    if not _LINKS.issuperset(said[:denial]):
        return False
    return len(said) <= gap and _PARTED.fullmatch(between) is not None and _KEEPS_APART.isdisjoint(said)
