"""The words that a search of a medical record knows: synonyms, and the cues of negation and its like.

The words are data, `prompts/vocabulary/*.yaml`, for physicians to read and correct. What the cues do is said in
`standing`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.core import plain_yaml
from assistant.core.field_reader import FieldReader, near
from assistant.core.plain_yaml import Document
from assistant.core.problem import Refused

STANDINGS = ("negated", "uncertain", "hypothetical", "historical", "family")
"""What the cues can make of a mention; without one it is `affirmed`."""

_PLACES = ("before", "after", "after_finding", "before_function", "after_function", "headings")
_LISTS = ("set_aside", "ends", "beside", "carriers", "clause", "services", "functions")
_SECTIONS = frozenset({"synonyms", "apart", *STANDINGS, *_LISTS})
_LINE = ("same", "kinds", "unless")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Cue:
    """A phrase that makes a mention `standing` where it stands before or after it (`place`)."""

    text: str
    standing: str
    place: str


@dataclass(frozen=True)
class Synonyms:
    """Words for one thing: `same` find each other and `kinds`; `kinds` don't find them.

    `unless` are phrases in which they mean something else, and aren't found.
    """

    same: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Synonyms, words kept apart, and cues."""

    synonyms: tuple[Synonyms, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    cues: tuple[Cue, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _groups: dict[str, list[Synonyms]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _variants: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        for group in self.synonyms:
            for term in group.same:
                self._groups.setdefault(root(term), []).append(group)

    def variants(self, term: str) -> tuple[str, ...]:
        """The term, its spellings and synonyms, the term first and none twice."""
        if term not in self._variants:
            own = " ".join(term.split())
            found = [own]
            if "-" in own.strip("-"):
                found.append(own.replace("-", ""))
            for group in self._groups.get(root(term), ()):
                found += [*group.same, *group.kinds]
            first = {words(one): one for one in reversed(found)}
            self._variants[term] = tuple(first[key] for key in dict.fromkeys(map(words, found)) if key)
        return self._variants[term]

    def unless(self, term: str) -> tuple[str, ...]:
        """The phrases in which a term or its synonyms mean something else."""
        return tuple(one for group in self._groups.get(root(term), ()) for one in group.unless)

    def knows(self, term: str) -> bool:
        """Whether a line of synonyms holds the term."""
        return root(term) in self._groups

    def kept_apart(self, word: str) -> frozenset[str]:
        """The folded words that may not answer for `word`."""
        own = words(word)
        return frozenset(
            words(other)
            for line in self.apart
            if own in map(words, line)
            for other in line
            if words(other) != own
        )


def fold(text: str) -> str:
    """Text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).lower()


def words(term: str) -> str:
    """The folded words of a term, one space between them: capitals, accents and hyphens don't matter."""
    return " ".join(_WORD.findall(fold(term)))


def root(term: str) -> str:
    """The words of a term, each without the ending of the plural."""
    return " ".join(map(_singular, words(term).split()))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")):
        return word[:-1]
    return word


def read_vocabulary(texts: Mapping[str, str]) -> Vocabulary:
    """The vocabulary in the YAML `texts`, by file name; raises `Refused` with file and line for every fault."""
    reader = FieldReader()
    synonyms: list[Synonyms] = []
    apart: list[tuple[str, ...]] = []
    cues: list[Cue] = []
    lists: dict[str, tuple[str, ...]] = {}
    known: dict[tuple[str, str], str] = {}
    for name in sorted(texts):
        document = plain_yaml.parse(texts[name], name)
        for key in document.data:
            if key not in _SECTIONS:
                reader.say(f"`{key}` is not known here.", document.where(key), near(key, _SECTIONS))
            elif key == "synonyms":
                synonyms += _synonyms(reader, document)
            elif key == "apart":
                apart += _lines(reader, document)
            elif key in STANDINGS:
                cues += _cues(reader, document, key, known)
            else:
                lists[key] = (*lists.get(key, ()), *_terms(reader, document, (key,)))
    if reader.problems:
        raise Refused(*reader.problems)
    return Vocabulary(tuple(synonyms), tuple(apart), tuple(cues), lists)


def _synonyms(reader: FieldReader, document: Document) -> list[Synonyms]:
    found = []
    for index, entry in enumerate(_list(reader, document, "synonyms")):
        path = ("synonyms", index)
        if not isinstance(entry, Mapping):
            reader.say("A line of synonyms is a map.", document.where(*path), "Write `- same: [a, b]`.")
            continue
        reader.keys(document, path, entry, frozenset(_LINE), ("same",))
        found.append(Synonyms(*(_terms(reader, document, (*path, key)) for key in _LINE)))
    return found


def _lines(reader: FieldReader, document: Document) -> list[tuple[str, ...]]:
    entries = _list(reader, document, "apart")
    return [_terms(reader, document, ("apart", index)) for index in range(len(entries))]


def _cues(
    reader: FieldReader, document: Document, standing: str, known: dict[tuple[str, str], str]
) -> list[Cue]:
    """The cues of a standing; `known` says of each phrase and place what standing it has already."""
    data = reader.mapping(document, (standing,))
    reader.keys(document, (standing,), data, frozenset(_PLACES), ())
    found = []
    for place in (place for place in _PLACES if place in data):
        path = (standing, place)
        for index, text in enumerate(_terms(reader, document, path, signs=place != "headings")):
            other = known.setdefault((text.casefold(), place), standing)
            if other != standing:
                reader.say(
                    f"`{text}` is {other} already.", document.where(*path, index), "Remove one of the two."
                )
            if text.startswith("..."):
                reader.say(
                    "A phrase can't begin with `...`.", document.where(*path, index), "Begin with a word."
                )
            found.append(Cue(text, standing, place))
    return found


def _list(reader: FieldReader, document: Document, key: str) -> list[Any]:
    raw = document.data[key]
    if isinstance(raw, list):
        return raw
    reader.say(f"`{key}` is a list.", document.where(key), "Begin each line of it with `- `.")
    return []


def _terms(
    reader: FieldReader, document: Document, path: tuple[Any, ...], signs: bool = False
) -> tuple[str, ...]:
    """The words at `path`; each must hold a letter or digit, or with `signs` anything at all."""
    found = reader.texts(document, path)
    for index, term in enumerate(found):
        if not (term.strip() if signs else words(term)):
            reader.say("There is no word here.", document.where(*path, index), "Write a word, or remove it.")
    return tuple(found)
