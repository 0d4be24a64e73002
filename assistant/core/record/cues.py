"""Cues: the phrases of the vocabulary that make what a sentence mentions negated, uncertain, and so on, and such headings.

Which of them reaches what is mentioned is worked out in `assertions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assistant.core.record.language import Vocabulary, words_in

_TOKEN = re.compile(r"\w+(?:[/']\w+)*|(?<!\w)-|-(?!\w)|[^\w\s-]")
_SIDE = re.compile(r"(?<![\w'./&+-])[LR](?=[ ,;:)](?!spine|sp\b|[\d&+])|$)")
_GAP = "..."
_OPENING = "^"
_WIDEST_GAP = 3
DENIALS = frozenset({"before", "next_to", "after", "after_finding"})

Tokens = Sequence[str]


class CueFound(NamedTuple):
    """A cue found in a sentence: its phrase, standing and place in the vocabulary, and the numbers of its tokens."""

    text: str
    standing: str
    place: str
    start: int
    end: int


class _Phrase(NamedTuple):
    """A phrase of the vocabulary; `standing` is empty for one that is set aside."""

    tokens: tuple[str, ...]
    standing: str
    place: str
    text: str


def tokens(text: str) -> list[str]:
    """The words and signs of a text in small letters; a hyphen inside a word parts it and is none, n't is "not", L and R sides."""
    low = _SIDE.sub(lambda one: "left" if one[0] == "L" else "right", text).lower()
    if not low.isascii():
        low = low.replace("\u2019", "'")
    return _TOKEN.findall(low.replace("n't", " not") if "n't" in low else low)


class Cues:
    """The cues of a vocabulary, to be found in sentences."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._phrases: dict[str, dict[str, list[_Phrase]]] = {}
        self._openings: dict[str, dict[str, list[_Phrase]]] = {}
        self._printed: set[str] = set()
        for cue in vocabulary.cues:
            if cue.place != "headings":
                self._learn(cue.text, cue.standing, cue.place)
        for text in vocabulary.lists.get("set_aside", ()):
            self._learn(text, "", "")
        for person in vocabulary.lists.get("persons", ()):
            for text in (person, f"{person}'s"):
                self._learn(text, "family", "next_to")
            for is_one in ("is", "is a", "is an", "was", "was a", "was an"):
                self._learn(f"{person} {is_one}", "family", "next_to")
            for theirs in vocabulary.lists.get("theirs", ()):
                self._learn(f"{person} {theirs}", "family", "before_near")
            self._learn(f"in ... {person}", "family", "after")
        for by_second in self._phrases.values():
            for phrases in by_second.values():
                phrases.sort(key=lambda one: (-len(one.tokens), one))

    def may_be_in(self, sentence: Tokens) -> bool:
        """Whether any phrase could begin in the sentence."""
        return not (self._phrases.keys().isdisjoint(sentence) and self._openings.keys().isdisjoint(sentence))

    def found(self, sentence: Tokens, start: int, end: int, places: frozenset[str]) -> list[CueFound]:
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
                if stop and not self._is_covered(sentence, at, stop, end, places):
                    if phrase.standing:
                        found.append(CueFound(phrase.text, phrase.standing, phrase.place, at, stop))
                    at = stop
                    break
            else:
                at += 1
        return found

    def _is_covered(self, sentence: Tokens, at: int, stop: int, end: int, places: frozenset[str]) -> bool:
        """Whether a phrase that begins with a sign, as "- no", is only the beginning of a longer one after the sign."""
        return (
            at + 1 < len(sentence)
            and not sentence[at][0].isalnum()
            and any(
                match(phrase.tokens, sentence, at + 1, end) > stop
                for phrase in self._beginning(sentence, at + 1)
                if phrase.place in places
            )
        )

    def printed(self, sentence: Tokens, until: int) -> CueFound | None:
        """The first printed phrase that begins at or before a token: it covers what follows, itself included.

        One that begins with `^` counts only where the sentence begins, or what a colon leads in.
        """
        if self._printed.isdisjoint(sentence[: until + 1]):
            return None
        for at in range(min(until + 1, len(sentence))):
            if sentence[at] not in self._printed:
                continue
            opens = at == 0 or not sentence[at - 1][0].isalnum()
            for phrase in (*self._beginning(sentence, at), *(self._opening(sentence, at) if opens else ())):
                if phrase.standing == "printed":
                    stop = match(phrase.tokens, sentence, at, len(sentence))
                    if stop:
                        return CueFound(phrase.text, phrase.standing, phrase.place, at, stop)
        return None

    def denies(self, sentence: Tokens, start: int, end: int) -> bool:
        """Whether a denial stands among the tokens `start` to `end`."""
        return any(cue.standing == "negated" for cue in self.found(sentence, start, end, DENIALS))

    def doubts(self, sentence: Tokens, at: int) -> bool:
        """Whether a cue of uncertainty about what follows begins at a token."""
        return any(
            phrase.standing == "uncertain"
            and phrase.place == "before"
            and match(phrase.tokens, sentence, at, len(sentence))
            for phrase in self._beginning(sentence, at)
        )

    def _learn(self, text: str, standing: str, place: str) -> None:
        opening = text.startswith(_OPENING)
        known = _parted(text.removeprefix(_OPENING))
        if known:
            second = known[1] if len(known) > 1 and known[1] != _GAP else ""
            phrase = _Phrase(known, standing, place, text)
            if standing == "printed":
                self._printed.add(known[0])
            learnt = self._openings if opening else self._phrases
            learnt.setdefault(known[0], {}).setdefault(second, []).append(phrase)

    def _opening(self, sentence: Tokens, at: int) -> Iterable[_Phrase]:
        return (phrase for phrases in self._openings.get(sentence[at], {}).values() for phrase in phrases)

    def _beginning(self, sentence: Tokens, at: int) -> Iterable[_Phrase]:
        """The phrases that may begin at a token, by it and the next."""
        by_second = self._phrases.get(sentence[at], {})
        alone = by_second.get("", ())
        if at + 1 < len(sentence) and sentence[at + 1] in by_second:
            return (*by_second[sentence[at + 1]], *alone)
        return alone


class Beginnings:
    """Phrases, asked whether one begins at a token."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for phrase in phrases:
            known = _parted(phrase)
            if known:
                self._by_first.setdefault(known[0], []).append(known)

    def among(self, sentence: Tokens, start: int, end: int) -> bool:
        """Whether a phrase begins among the tokens `start` to `end`."""
        within = sentence[start:end]
        return not self._by_first.keys().isdisjoint(within) and any(
            self.at(sentence, at) for at in range(start, end)
        )

    def at(self, sentence: Tokens, at: int) -> int:
        """Where the first phrase ends that begins at a token; 0 where none does."""
        known = self._by_first.get(sentence[at], ())
        return next((stop for phrase in known if (stop := match(phrase, sentence, at, len(sentence)))), 0)


def _parted(text: str) -> tuple[str, ...]:
    """The tokens of a phrase, and its gaps."""
    first, *rest = (tokens(part) for part in text.split(_GAP))
    return (*first, *(token for part in rest for token in (_GAP, *part)))


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


def headings_in(vocabulary: Vocabulary) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds a heading under which everything is said so, by the standing that it gives: where a text begins, and behind a line's end."""
    by_standing: dict[str, list[str]] = {}
    for cue in vocabulary.cues:
        if cue.place == "headings":
            spelled = r"[ \t]+".join(map(re.escape, words_in(cue.text).split()))
            by_standing.setdefault(cue.standing, []).append(spelled)
    kinds = "|".join(
        f"(?P<{standing}>{'|'.join(sorted(spelled, key=len, reverse=True))})"
        for standing, spelled in by_standing.items()
    )
    line = rf"(?P<line>)[ \t]*(?:[-*\u2022\d.)]+[ \t]*)?(?:{kinds or '(?!)'})[ \t]*(?::|$)"
    flags = re.IGNORECASE | re.MULTILINE
    return re.compile(line, flags), re.compile(rf"\n{line}", flags)
