"""The words that a search of a medical record knows: synonyms, and the cues of negation and its like.

The words are data, `prompts/vocabulary/*.yaml`, for physicians to read and correct. What the cues do is said in
`standing`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from assistant.core import yaml
from assistant.core.problem import Refused
from assistant.core.yaml import FieldReader, YamlDocument, near

STANDINGS = ("negated", "uncertain", "hypothetical", "historical", "family", "printed")
"""What the cues can make of a mention; without one it is `affirmed`.

`printed` are words that the note carries whoever the patient is: advice on a discharge sheet, a footer, a box that
nobody ticked. They neither affirm nor deny.
"""

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
                self._groups.setdefault(word_root(term), []).append(group)

    def variants(self, term: str) -> tuple[str, ...]:
        """The term, its spellings and synonyms, the term first and none twice."""
        if term not in self._variants:
            own = " ".join(term.split())
            found = [own]
            if "-" in own.strip("-"):
                found.append(own.replace("-", ""))
            for group in self._groups.get(word_root(term), ()):
                found += [*group.same, *group.kinds]
            first = {words_in(one): one for one in reversed(found)}
            self._variants[term] = tuple(first[key] for key in dict.fromkeys(map(words_in, found)) if key)
        return self._variants[term]

    def unless(self, term: str) -> tuple[str, ...]:
        """The phrases in which a term or its synonyms mean something else."""
        return tuple(one for group in self._groups.get(word_root(term), ()) for one in group.unless)

    def knows(self, term: str) -> bool:
        """Whether a line of synonyms holds the term."""
        return word_root(term) in self._groups

    def kept_apart(self, word: str) -> frozenset[str]:
        """The folded words that may not answer for `word`."""
        own = words_in(word)
        return frozenset(
            words_in(other)
            for line in self.apart
            if own in map(words_in, line)
            for other in line
            if words_in(other) != own
        )


def folded(text: str) -> str:
    """Text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).lower()


def words_in(term: str) -> str:
    """The folded words of a term, one space between them: capitals, accents and hyphens don't matter."""
    return " ".join(_WORD.findall(folded(term)))


def word_root(term: str) -> str:
    """The words of a term, each without the ending of the plural."""
    return " ".join(map(_singular, words_in(term).split()))


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
        document = yaml.parse_yaml(texts[name], name)
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


def _synonyms(reader: FieldReader, document: YamlDocument) -> list[Synonyms]:
    found = []
    for index, entry in enumerate(_list(reader, document, "synonyms")):
        path = ("synonyms", index)
        if not isinstance(entry, Mapping):
            reader.say("A line of synonyms is a map.", document.where(*path), "Write `- same: [a, b]`.")
            continue
        reader.keys(document, path, entry, frozenset(_LINE), ("same",))
        found.append(Synonyms(*(_terms(reader, document, (*path, key)) for key in _LINE)))
    return found


def _lines(reader: FieldReader, document: YamlDocument) -> list[tuple[str, ...]]:
    entries = _list(reader, document, "apart")
    return [_terms(reader, document, ("apart", index)) for index in range(len(entries))]


def _cues(
    reader: FieldReader, document: YamlDocument, standing: str, known: dict[tuple[str, str], str]
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


def _list(reader: FieldReader, document: YamlDocument, key: str) -> list[Any]:
    raw = document.data[key]
    if isinstance(raw, list):
        return raw
    reader.say(f"`{key}` is a list.", document.where(key), "Begin each line of it with `- `.")
    return []


def _terms(
    reader: FieldReader, document: YamlDocument, path: tuple[Any, ...], signs: bool = False
) -> tuple[str, ...]:
    """The words at `path`; each must hold a letter or digit, or with `signs` anything at all."""
    found = reader.texts(document, path)
    for index, term in enumerate(found):
        if not (term.strip() if signs else words_in(term)):
            reader.say("There is no word here.", document.where(*path, index), "Write a word, or remove it.")
    return tuple(found)


# Cues in a sentence: the phrases of the vocabulary that make what is mentioned negated, uncertain, and so on.


_TOKEN = re.compile(r"\w+(?:[/']\w+)*|(?<!\w)-|-(?!\w)|[^\w\s-]")
_GAP = "..."
_WIDEST_GAP = 3

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
                if stop:
                    if phrase.standing:
                        found.append(CueFound(phrase.text, phrase.standing, phrase.place, at, stop))
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
            phrase = _Phrase(tuple(known), standing, place, text)
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


# Whether a sentence affirms, denies, doubts or only remembers what it mentions.


AFFIRMED = "affirmed"
ORDER = ("printed", "family", "negated", "hypothetical", "uncertain", "historical")
"""Where several hold, the first of these is what a mention is shown as."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """How a sentence speaks of words in it.

    `standing` is `affirmed` or one of `STANDINGS`; `cue` is the phrase of the vocabulary that makes it so, empty where
    it is affirmed. `plain` is true only of a denial that can be read in one way:
    its cue bears directly on the words, or heads a bare list in which they stand ("denies fever, chills or weight
    loss"). It is false where the cue stands at a distance, speaks of a time or of one side, has a contrast beside
    it, or reaches over a comma without being a bare list.
    """

    standing: str = AFFIRMED
    plain: bool = False
    cue: str = ""


_AFFIRMED = Assertion()
_NEAR = 3
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


class Assertions:
    """Tells how a sentence speaks of what it mentions, by the cues of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._cues = Cues(vocabulary)
        self._ends = Beginnings(vocabulary.lists.get("ends", ()))
        self._beside = Beginnings(vocabulary.lists.get("beside", ()))
        self._carriers = frozenset(vocabulary.lists.get("carriers", ()))
        self._clause = frozenset(vocabulary.lists.get("clause", ()))
        self._services = frozenset(word_root(one) for one in vocabulary.lists.get("services", ()))
        self._headings = _headings(vocabulary)
        self._functions = frozenset(word_root(one) for one in vocabulary.lists.get("functions", ()))
        self._root = lru_cache(4096)(word_root)
        self._known = lru_cache(16384)(self._standing)

    def of(self, sentence: str, at: int, length: int) -> Assertion:
        """How the sentence speaks of the words at `at`."""
        return self._known(sentence, at, length)

    def under_heading(self, page: str, at: int) -> Assertion:
        """What a heading lends to the words at `at` in the same paragraph: `affirmed` without one."""
        if self._headings is None:
            return _AFFIRMED
        begin = max(0, at - _LONGEST_PART)
        begin = max(begin, page.rfind("\n\n", begin, at))
        found = _AFFIRMED
        for own in self._headings.finditer(page, begin, at):
            if all(other.start() <= own.start() for other in _HEADING.finditer(page, own.start(), at)):
                found = Assertion(own.lastgroup or AFFIRMED, cue=" ".join(own[0].split()).strip("-*: "))
        return found

    def _standing(self, sentence: str, at: int, length: int) -> Assertion:
        said = tokens(sentence[:at])
        first = len(said)
        said += tokens(sentence[at : at + length])
        last = len(said)
        said += tokens(sentence[at + length :])
        if not self._cues.may_be_in(said):
            return _AFFIRMED
        term = self._root(sentence[at : at + length])
        service, function = term in self._services, term in self._functions
        before = _BEFORE_FUNCTION if function else _BEFORE
        after = _AFTER_FUNCTION if function else _AFTER
        found = [
            cue
            for cue in self._cues.found(said, 0, first, before)
            if self._reaches_on(said, cue, first, service)
        ][::-1]
        found += [
            cue
            for cue in self._cues.found(said, last, len(said), after)
            if self._reaches_back(said, cue, first, last, service)
        ]
        if not found:
            return _AFFIRMED
        cue = min(found, key=lambda one: ORDER.index(one.standing))
        between = said[cue.end : first] if cue.end <= first else said[last : cue.start]
        plain = cue.standing == "negated" and len(between) <= _NEAR and not _LISTED & set(between)
        return Assertion(cue.standing, plain, cue.text)

    def _reaches_on(self, said: Tokens, cue: CueFound, first: int, service: bool) -> bool:
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

    def _reaches_back(self, said: Tokens, cue: CueFound, first: int, last: int, service: bool) -> bool:
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

    def _is_repeated(self, said: Tokens, cue: CueFound) -> bool:
        """Whether the entry before has the same cue: in "no spasm, no tenderness, weakness" each reaches one only."""
        if cue.start == 0 or said[cue.start - 1] not in _LISTED:
            return False
        return said[cue.start] in said[_entry_start(said, cue.start - 1) : cue.start]

    def _goes_on(self, said: Tokens, begin: int, cue: CueFound) -> bool:
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
            spelled = r"[ \t]+".join(map(re.escape, words_in(cue.text).split()))
            by_standing.setdefault(cue.standing, []).append(spelled)
    if not by_standing:
        return None
    kinds = "|".join(
        f"(?P<{standing}>{'|'.join(sorted(spelled, key=len, reverse=True))})"
        for standing, spelled in by_standing.items()
    )
    begin = r"^[ \t]*(?:[-*\u2022\d.)]+[ \t]*)?"
    return re.compile(rf"{begin}(?:{kinds})[ \t]*(?::|$)", re.IGNORECASE | re.MULTILINE)


# Where the sentences of a record page begin: running text, headings, bullets and short lines of a form.


LONGEST = 480
"""Characters of the longest sentence; what goes on without an end is cut at a space before that."""

_SHORT_LINE = 45
_BREAK = re.compile(
    r"(?P<stop>[.!?][\"')\]\u201d\u2019]{0,3})(?=\s)"
    r"|(?P<line>\n(?:[ \t]{0,80}\n){0,200})"
    r"|(?P<label>(?<=\S)[ \t]{2,40})(?=[A-Z][^\n:.]{0,30}:)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|vs|no|approx|pt|pts|dept|jr|sr|cf|fig|ref|vol|pp|e\.g|i\.e|etc|inj|dx|hx|tx|rx|sx"
    r"|ft|lat|ant|post|temp|est)|(?:^|\s)[A-Za-z])$",
    re.IGNORECASE,
)
_NEW_ITEM = re.compile(
    r"[ \t]*(?:[-*\u2022\u00b7\u25aa\u25cf\u25e6\u2023>]+\s|\(?\d{1,2}[.)]\s|\(?[A-Za-z][.)]\s|\[.?\]"
    r"|[A-Z][^\n:.]{0,40}:)"
)
_BLANK = re.compile(r"[ \t]*(?:\n|$)")
_SPACES = re.compile(r"\s{0,200}")


def sentence_starts(text: str) -> list[int]:
    """The offsets at which sentences begin, the first being 0; each runs to the next."""
    starts = [0]
    line = 0
    for match in _BREAK.finditer(text):
        end = match.end()
        ended = True
        if match.lastgroup == "stop":
            ended = _ends_sentence(text, match.start(), end, starts[-1])
        elif match.lastgroup == "line":
            ended = _ends_line(text, line, match.start(), end)
            line = end
        if not ended:
            continue
        spaces = _SPACES.match(text, end)
        begin = spaces.end() if spaces is not None else end
        if starts[-1] < begin < len(text):
            _cut(text, starts, begin)
            starts.append(begin)
    _cut(text, starts, len(text))
    return starts


def _cut(text: str, starts: list[int], end: int) -> None:
    """Cuts what would be too long a sentence from the last start to `end`."""
    while end - starts[-1] > LONGEST:
        latest = starts[-1] + LONGEST
        space = max(text.rfind(sign, starts[-1] + 1, latest) for sign in " \n\t")
        starts.append(space + 1 if space > 0 else latest)


def _ends_sentence(text: str, at: int, end: int, begin: int) -> bool:
    spaces = _SPACES.match(text, end)
    following = text[spaces.end() : spaces.end() + 1] if spaces is not None else ""
    if following.islower():
        return False
    if text[at] != "." or text[at - 1 : at] in (".", "!", "?"):
        return True
    before = text[max(begin, at - 8) : at]
    if begin >= at - 3 and before.isdigit():  # the number of an entry
        return False
    found = _ABBREVIATION.search(before)
    if found is None:
        return True
    return found[0].lower() == "no" and not following.isdigit()


def _ends_line(text: str, line: int, at: int, end: int) -> bool:
    if end - at > 1 or _BLANK.match(text, end):
        return True
    if _NEW_ITEM.match(text, end):
        return True
    said = text[line:at].strip()
    if not said:
        return False
    spaces = _SPACES.match(text, end)
    following = text[spaces.end() : spaces.end() + 1] if spaces is not None else ""
    if following.islower() or said[-1] in ",:-(" or said.endswith((" and", " or", " of", " the", " with")):
        return False
    if said.isupper() and any(char.isalpha() for char in said):
        return True
    return following.isupper() and (len(said) < _SHORT_LINE or "   " in said)
