"""What is wanted, in the words of the record: for FTS5 as an expression, and to tell what a place found answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product

from assistant.core.vocabulary import words
from assistant.records.query import Phrase, Wanted
from assistant.records.window import shown

MOST_FORMS = 512
"""Phrases that one phrase of several words, each in all its forms, may grow into."""

_NOTHING = '""'
_MOST_PARTS = 40

Forms = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Expansion:
    """One thing wanted: the `expression` for FTS5, the folded `wordings`, and folded `beginnings` of words.

    The `other` wordings are in the expression too, so that they are marked as a whole and can be passed over.
    """

    expression: str
    wordings: frozenset[str]
    beginnings: tuple[str, ...]
    other: frozenset[str]


def expanded(wanted: Wanted, forms: Forms) -> Expansion:
    """Any of the phrases, each word in all the forms that the record has but those kept apart.

    Nothing in the expression is an operator of FTS5 but what stands outside its quotes.
    """
    spoken: dict[str, None] = {}
    wordings: set[str] = set()
    beginnings: list[str] = []
    for phrase in wanted.phrases:
        as_given = shown(phrase.text).replace('"', " ")
        if phrase.open_ended:
            spoken[f'"{as_given}" *'] = None
            beginnings.append(words(phrase.text))
            continue
        if phrase.exact or not as_given.isascii():
            spoken[f'"{as_given}"'] = None
        wordings.add(words(phrase.text))
        if not phrase.exact:
            wordings |= _spoken(phrase, forms, wanted.apart, spoken)
    other: set[str] = set()
    if spoken:
        other.update(*(_spoken(phrase, forms, wanted.apart, spoken) for phrase in wanted.unless))
    return Expansion(
        " OR ".join(spoken) or _NOTHING, frozenset(wordings), tuple(beginnings), frozenset(other)
    )


def _spoken(phrase: Phrase, forms: Forms, apart: frozenset[str], spoken: dict[str, None]) -> set[str]:
    """The wordings of a phrase in the record's own words; each is added to what is `spoken`."""
    made = set(_worded(phrase, forms, apart))
    spoken.update((f'"{wording}"', None) for wording in sorted(made))
    return made


def _worded(phrase: Phrase, forms: Forms, apart: frozenset[str]) -> Iterator[str]:
    own = words(phrase.text).split()
    every = [[form for form in forms(word) if form == word or form not in apart] for word in own]
    return map(" ".join, islice(product(*every), MOST_FORMS))


class Answers:
    """Tells which of the things wanted a place found answers, by their numbers."""

    def __init__(self, expansions: Sequence[Expansion]) -> None:
        self._by_wording: dict[str, tuple[int, ...]] = {}
        self._other: dict[str, tuple[int, ...]] = {}
        self._beginnings: list[tuple[str, int]] = []
        self._known: dict[str, tuple[int, ...]] = {}
        for number, one in enumerate(expansions):
            self._beginnings += [(beginning, number) for beginning in one.beginnings]
            for wording in one.wordings:
                self._by_wording[wording] = (*self._by_wording.get(wording, ()), number)
            for wording in one.other:
                self._other[wording] = (*self._other.get(wording, ()), number)

    def of(self, surface: str) -> tuple[int, ...]:
        """The numbers for the words found, the smallest first; none where they mean something else."""
        if surface not in self._known:
            folded = words(surface)
            meant_otherwise = set(self._held(folded, self._other))
            found = {*self._held(folded, self._by_wording), *self._begun(folded)} - meant_otherwise
            self._known[surface] = tuple(sorted(found)) or (() if meant_otherwise else (0,))
        return self._known[surface]

    def _held(self, folded: str, known: Mapping[str, tuple[int, ...]]) -> Iterator[int]:
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
