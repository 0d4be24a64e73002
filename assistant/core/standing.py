"""Whether a sentence affirms, denies, doubts or only remembers what it mentions.

After NegEx (Chapman et al., J Biomed Inform 2001;34:301-310) and ConText (Harkema et al., J Biomed Inform
2009;42:839-851): cues before or after a mention reach to the end of their clause, set-aside phrases keep a cue from
counting, and some words end its reach. Beyond these, a cue reaches over a comma or an "and" only into what reads as
a list, and not to the place, time or means of a finding. It knows words, not grammar.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.core.cue import Beginnings, Cue, Cues, Tokens, tokens
from assistant.core.vocabulary import Vocabulary, root, words

AFFIRMED = "affirmed"
ORDER = ("family", "negated", "hypothetical", "uncertain", "historical")
"""Where several hold, the first of these is what a mention is shown as."""

_BEFORE = frozenset({"before"})
_AFTER = frozenset({"after", "after_finding"})
_BEFORE_FUNCTION = _BEFORE | {"before_function"}
_AFTER_FUNCTION = _AFTER | {"after_function"}
_LISTED = frozenset({",", "and", "or", "nor", "/", "&", "+"})
_JOINED = frozenset({"and", "/", "&", "+"})
_CLOSED = frozenset({";", "\u2014", "\u2022"})
_LONGEST_PART = 2000
_HEADING = re.compile(
    r"^[ \t]*(?:[-*\u2022\d.)]+[ \t]*)?[A-Z](?:[^\n:.]{0,40}:|[A-Z /&-]{3,40}$)", re.MULTILINE
)
"""What begins a part of a page: words with a colon, or a line of capitals."""


class Standings:
    """Tells how a sentence speaks of what it mentions, by the cues of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._cues = Cues(vocabulary)
        self._ends = Beginnings(vocabulary.lists.get("ends", ()))
        self._beside = Beginnings(vocabulary.lists.get("beside", ()))
        self._carriers = frozenset(vocabulary.lists.get("carriers", ()))
        self._clause = frozenset(vocabulary.lists.get("clause", ()))
        self._services = frozenset(root(one) for one in vocabulary.lists.get("services", ()))
        self._headings = _headings(vocabulary)
        self._functions = frozenset(root(one) for one in vocabulary.lists.get("functions", ()))
        self._root = lru_cache(4096)(root)
        self._known = lru_cache(16384)(self._standing)

    def of(self, sentence: str, at: int, length: int) -> str:
        """The standing of the words at `at` in the sentence: `affirmed` or one of `STANDINGS`."""
        return self._known(sentence, at, length)

    def under_heading(self, page: str, at: int) -> str:
        """The standing that a heading lends to what stands at `at` in the same paragraph: `affirmed` without one."""
        if self._headings is None:
            return AFFIRMED
        begin = max(0, at - _LONGEST_PART)
        begin = max(begin, page.rfind("\n\n", begin, at))
        found = AFFIRMED
        for own in self._headings.finditer(page, begin, at):
            if all(other.start() <= own.start() for other in _HEADING.finditer(page, own.start(), at)):
                found = own.lastgroup or AFFIRMED
        return found

    def _standing(self, sentence: str, at: int, length: int) -> str:
        said = tokens(sentence[:at])
        first = len(said)
        said += tokens(sentence[at : at + length])
        last = len(said)
        said += tokens(sentence[at + length :])
        if not self._cues.may_be_in(said):
            return AFFIRMED
        term = self._root(sentence[at : at + length])
        service, function = term in self._services, term in self._functions
        before = _BEFORE_FUNCTION if function else _BEFORE
        after = _AFTER_FUNCTION if function else _AFTER
        found = {
            cue.standing
            for cue in self._cues.found(said, 0, first, before)
            if self._reaches_on(said, cue, first, service)
        }
        found |= {
            cue.standing
            for cue in self._cues.found(said, last, len(said), after)
            if self._reaches_back(said, cue, first, last, service)
        }
        return next((one for one in ORDER if one in found), AFFIRMED)

    def _reaches_on(self, said: Tokens, cue: Cue, first: int, service: bool) -> bool:
        """Whether a cue reaches the mention after it, which begins at token `first`."""
        begin = cue.end + (said[cue.end : cue.end + 1] == [":"])
        if service and cue.standing == "negated" and begin < first and said[first - 1] == "the":
            return False
        alone = not said[cue.start][0].isalnum() or self._is_repeated(said, cue)
        beside = False
        for at in range(begin, first):
            token = said[at]
            if token in _CLOSED or self._ends.at(said, at) or (token == ")" and "(" not in said[begin:at]):
                return False
            if token in _LISTED:
                if (alone and token == ",") or said[at + 1 : at + 2] == [said[cue.start]]:
                    return False
                if not self._goes_on(said, at + 1, cue):
                    return False
                beside = beside and (service or token in _JOINED)
            elif self._beside.at(said, at) and said[at - 1] not in self._carriers:
                beside = True
        return not beside

    def _reaches_back(self, said: Tokens, cue: Cue, first: int, last: int, service: bool) -> bool:
        """Whether a cue reaches the mention before it, the tokens `first` to `last`."""
        if cue.place == "after_finding" and (
            service or not self._services.isdisjoint(said[last : cue.start])
        ):
            return False
        if said[cue.start] in ":-?(" and cue.end < len(said) and said[cue.end] not in ",;.)":
            return False
        if any(said[at] in _CLOSED or self._ends.at(said, at) for at in range(last, cue.start)):
            return False
        begin = _entry_start(said, first)
        crossed = [at for at in range(last, cue.start) if said[at] in _LISTED]
        if crossed and not self._clause.isdisjoint(said[begin : crossed[-1]]):
            return False
        return not any(self._beside.at(said, at) for at in range(begin, first))

    def _is_repeated(self, said: Tokens, cue: Cue) -> bool:
        """Whether the entry before has the same cue: in "no spasm, no tenderness, weakness" each reaches one only."""
        if cue.start == 0 or said[cue.start - 1] not in _LISTED:
            return False
        return said[cue.start] in said[_entry_start(said, cue.start - 1) : cue.start]

    def _goes_on(self, said: Tokens, begin: int, cue: Cue) -> bool:
        """Whether what follows a comma or an "and" goes on with the list: no verb of its own, no new doubt."""
        for at in range(begin, len(said)):
            if said[at] in _LISTED or said[at] in _CLOSED or self._ends.at(said, at):
                return True
            if said[at] in self._clause or said[at] == ":":
                return False
            if cue.standing == "negated" and self._cues.doubts(said, at):
                return False
        return True


def _entry_start(said: Tokens, at: int) -> int:
    """Where the entry of a list begins that token `at` is in."""
    while at > 0 and said[at - 1] not in _LISTED and said[at - 1] not in _CLOSED:
        at -= 1
    return at


def _headings(vocabulary: Vocabulary) -> re.Pattern[str] | None:
    by_standing: dict[str, list[str]] = {}
    for cue in vocabulary.cues:
        if cue.place == "headings":
            spelled = r"[ \t]+".join(map(re.escape, words(cue.text).split()))
            by_standing.setdefault(cue.standing, []).append(spelled)
    if not by_standing:
        return None
    kinds = "|".join(
        f"(?P<{standing}>{'|'.join(sorted(spelled, key=len, reverse=True))})"
        for standing, spelled in by_standing.items()
    )
    begin = r"^[ \t]*(?:[-*\u2022\d.)]+[ \t]*)?"
    return re.compile(rf"{begin}(?:{kinds})[ \t]*(?::|$)", re.IGNORECASE | re.MULTILINE)
