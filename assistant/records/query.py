"""What a person or a prompt looks for, as groups of words and phrases; no sign in it is an operator of the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.core.problem import refuse
from assistant.core.vocabulary import Vocabulary, words
from assistant.records.window import shown

LONGEST_QUERY = 10_000
MOST_WORDS = 1_500

_PART = re.compile(r'"([^"]*)(?:"|$)|([^\s"]+)')
_QUOTES = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
_SMALL = frozenset("a an and as at by for from in into is of on or that the this to was were with".split())
_MOST_TOGETHER = 6


@dataclass(frozen=True)
class Phrase:
    """Words that stand together: `exact` without word forms, `open_ended` where the last is a beginning only."""

    text: str
    exact: bool = False
    open_ended: bool = False


@dataclass(frozen=True)
class Wanted:
    """One thing that is looked for: `term` as given, the phrases of which any will do.

    `apart` are folded words that share a stem with one of its words and don't answer for it; `unless` are phrases
    in which its words mean something else.
    """

    term: str
    phrases: tuple[Phrase, ...]
    apart: frozenset[str] = frozenset()
    unless: tuple[Phrase, ...] = ()


def of_term(term: str, vocabulary: Vocabulary) -> Wanted:
    """A term of `look_for`, with its spellings and synonyms."""
    apart = frozenset(other for word in words(term).split() for other in vocabulary.kept_apart(word))
    unless = tuple(Phrase(one) for one in vocabulary.unless(term))
    return Wanted(term, tuple(Phrase(one) for one in vocabulary.variants(term)), apart, unless)


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
    for quoted, word in _PART.findall(shown(query).translate(_QUOTES)):
        if word and not (word.endswith("*") and words(word)):
            plain += [word] if words(word) else []
            continue
        found += _together(plain, vocabulary)
        plain = []
        if word:
            found.append(Wanted(word, (Phrase(word.rstrip("*"), exact=True, open_ended=True),)))
        elif words(quoted):
            found.append(Wanted(quoted, (Phrase(quoted, exact=True),)))
    found += _together(plain, vocabulary)
    telling = [one for one in found if one.phrases[0].exact or words(one.term) not in _SMALL] or found
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
                yield of_term(term, vocabulary)
                at += count
                break
        else:
            yield of_term(plain[at], vocabulary)
            at += 1
