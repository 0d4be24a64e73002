"""Cues in a sentence: the phrases of the vocabulary that make what is mentioned negated, uncertain, and so on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.core.vocabulary import Vocabulary

_TOKEN = re.compile(r"\w+(?:[/']\w+)*|(?<!\w)-|-(?!\w)|[^\w\s-]")
_GAP = "..."
_WIDEST_GAP = 3

Tokens = Sequence[str]


class Cue(NamedTuple):
    """A cue found in a sentence: its standing and place as in the vocabulary, and the numbers of its tokens."""

    standing: str
    place: str
    start: int
    end: int


class _Phrase(NamedTuple):
    """A phrase of the vocabulary; `standing` is empty for one that is set aside."""

    tokens: tuple[str, ...]
    standing: str
    place: str


def tokens(text: str) -> list[str]:
    """The words and signs of a text in small letters; a hyphen inside a word parts it and is none."""
    low = text.lower()
    return _TOKEN.findall(low if low.isascii() else low.replace("\u2019", "'"))


class Cues:
    """The cues of a vocabulary, to be found in sentences."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._phrases: dict[str, dict[str, list[_Phrase]]] = {}
        for cue in vocabulary.cues:
            if cue.place != "headings":
                self._learn(cue.text, cue.standing, cue.place)
        for text in vocabulary.lists.get("set_aside", ()):
            self._learn(text, "", "")
        for by_second in self._phrases.values():
            for phrases in by_second.values():
                phrases.sort(key=lambda one: (-len(one.tokens), one))

    def may_be_in(self, sentence: Tokens) -> bool:
        """Whether any phrase could begin in the sentence."""
        return not self._phrases.keys().isdisjoint(sentence)

    def found(self, sentence: Tokens, start: int, end: int, places: frozenset[str]) -> list[Cue]:
        """The cues of these places among the tokens `start` to `end`.

        From the left, the longest first, none over another; a phrase that is set aside keeps what it covers from
        being a cue.
        """
        found = []
        at = start
        while at < end:
            if sentence[at] not in self._phrases:
                at += 1
                continue
            for phrase in self._beginning(sentence, at):
                if phrase.standing and phrase.place not in places:
                    continue
                stop = match(phrase.tokens, sentence, at, end)
                if stop:
                    if phrase.standing:
                        found.append(Cue(phrase.standing, phrase.place, at, stop))
                    at = stop
                    break
            else:
                at += 1
        return found

    def doubts(self, sentence: Tokens, at: int) -> bool:
        """Whether a cue of uncertainty about what follows begins at a token."""
        return any(
            phrase.standing == "uncertain"
            and phrase.place == "before"
            and match(phrase.tokens, sentence, at, len(sentence))
            for phrase in self._beginning(sentence, at)
        )

    def _learn(self, text: str, standing: str, place: str) -> None:
        parts = [tokens(part) for part in text.split(_GAP)]
        known = parts[0] + [token for part in parts[1:] for token in (_GAP, *part)]
        if known:
            second = known[1] if len(known) > 1 and known[1] != _GAP else ""
            phrase = _Phrase(tuple(known), standing, place)
            self._phrases.setdefault(known[0], {}).setdefault(second, []).append(phrase)

    def _beginning(self, sentence: Tokens, at: int) -> Iterable[_Phrase]:
        """The phrases that may begin at a token, by it and the next."""
        by_second = self._phrases.get(sentence[at], {})
        alone = by_second.get("", ())
        if at + 1 < len(sentence) and sentence[at + 1] in by_second:
            return (*by_second[sentence[at + 1]], *alone)
        return alone


class Beginnings:
    """Phrases without gaps, asked whether one begins at a token."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            known = tuple(tokens(phrase))
            if known:
                self._by_first.setdefault(known[0], []).append(known)

    def at(self, sentence: Tokens, at: int) -> bool:
        known = self._by_first.get(sentence[at])
        return known is not None and any(match(phrase, sentence, at, len(sentence)) for phrase in known)


def match(phrase: tuple[str, ...], sentence: Tokens, at: int, end: int) -> int:
    """Where the phrase ends that begins at `at`; 0 where it doesn't stand there before `end`."""
    if _GAP not in phrase:
        stop = at + len(phrase)
        return stop if stop <= end and tuple(sentence[at:stop]) == phrase else 0
    gap = phrase.index(_GAP)
    begin = at + gap
    if begin > end or tuple(sentence[at:begin]) != phrase[:gap]:
        return 0
    for skipped in range(_WIDEST_GAP + 1):
        if skipped and (begin + skipped > end or not sentence[begin + skipped - 1][0].isalnum()):
            return 0
        stop = match(phrase[gap + 1 :], sentence, begin + skipped, end)
        if stop:
            return stop
    return 0
