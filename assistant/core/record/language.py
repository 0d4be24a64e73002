"""The words that a search of a medical record knows: synonyms, and the cues of negation and its like.

The words are data, `prompts/vocabulary/*.yaml`, for physicians to read and correct. What the cues do is said in
`cues` and `assertions`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache
from itertools import product
from math import log, sqrt

import msgspec

from assistant.core import yaml
from assistant.core.problem import Refused
from assistant.core.text import compiled
from assistant.core.value import Value
from assistant.core.yaml import Findings, YamlDocument, well_formed

STANDINGS = ("negated", "uncertain", "hypothetical", "historical", "family", "printed")
"""What the cues can make of a mention; without one it is `affirmed`.

`printed` are words that the note carries whoever the patient is: advice on a discharge sheet, a footer, a box that
nobody ticked. They neither affirm nor deny.
"""

_PLACES = (
    "before",
    "next_to",
    "after",
    "after_finding",
    "after_service",
    "before_function",
    "after_function",
    "headings",
)
_LINE = (
    "same",
    "kinds",
    "related",
    "capitals",
    "unless",
    "asked",
    "told",
    "findings",
    "functions",
    "denials",
)
_WIDEST_NUMBER = 200
APART = "..."
"""In a phrase: up to three other words may stand there."""
_WORD = re.compile(r"[^\W_]+")


class Cue(Value):
    """A phrase that makes a mention `standing` where it stands before or after it (`place`)."""

    text: str
    standing: str
    place: str


class Number(Value):
    """A number that tells of a thing: `written` has an `n` where it stands, as in `n/5` or `temp n`.

    It counts from `least` to `most`, both included, but for `under`, which is not.
    """

    written: str
    least: float
    most: float
    under: float | None = None

    def holds(self, number: float) -> bool:
        return self.least <= number <= self.most and (self.under is None or number < self.under)


class Synonyms(Value):
    """Words for one thing: `same` find each other and all the others here; those don't find them.

    What is normal denies: of `findings`, `functions` show them where they aren't normal, and `denials` say by
    themselves that they aren't there. `asked` are everyday words, for which a person's own search looks for each other
    and for `related`, and where that finds little for `told`, the words in which patients tell it. `kinds` are narrower words. `related` are looser ones, for a person's own search only. `capitals`
    count where they are written in capitals. `numbers` tell of it in figures. `unless` are phrases in which they mean
    something else, and aren't found.
    """

    same: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    numbers: tuple[Number, ...] = ()
    asked: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()


class Vocabulary(Value, dict=True, eq=False):
    """Synonyms, words kept apart, and cues; one is read once, and known by that."""

    synonyms: tuple[Synonyms, ...] = ()
    apart: tuple[tuple[str, ...], ...] = ()
    cues: tuple[Cue, ...] = ()
    lists: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)

    @cached_property
    def _groups(self) -> dict[str, list[Synonyms]]:
        return self._by_term("same")

    @cached_property
    def _asked(self) -> dict[str, list[Synonyms]]:
        return self._by_term("asked")

    @cached_property
    def _kinds(self) -> dict[str, list[Synonyms]]:
        return self._by_term("kinds")

    @cached_property
    def _findings(self) -> dict[str, list[Synonyms]]:
        return self._by_term("findings")

    def _by_term(self, part: str) -> dict[str, list[Synonyms]]:
        made: dict[str, list[Synonyms]] = {}
        for group in self.synonyms:
            for term in getattr(group, part):
                made.setdefault(word_root(term), []).append(group)
        return made

    @cached_property
    def _variants(self) -> dict[str, tuple[str, ...]]:
        return {}

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

    def related(self, term: str) -> tuple[str, ...]:
        """Looser words, which a person who asks for the term may mean."""
        asked = self._asked.get(word_root(term), ())
        return tuple(one for group in (*self._of(term), *asked) for one in (*group.related, *group.asked))

    def told(self, term: str) -> tuple[str, ...]:
        """The words in which patients and hurried notes tell what a person asks by the term."""
        return tuple(one for group in self._asked.get(word_root(term), ()) for one in group.told)

    def told_surely(self, term: str) -> tuple[str, ...]:
        """Those of the words in which a term is `told` that a question looks for, too: two that tell, and of nothing else."""
        return tuple(one for one in self.told(term) if one in self._sure)

    @cached_property
    def _sure(self) -> frozenset[str]:
        lines = Counter(one for group in self.synonyms for one in dict.fromkeys(group.told))
        return frozenset(
            one
            for one, count in lines.items()
            if count == 1
            and sum(len(word) >= _SHORTEST and word.isalpha() for word in gist(one) - _UNTOLD) > 1
        )

    def capitals(self, term: str) -> tuple[str, ...]:
        """Short forms of a term that count in capitals only."""
        return tuple(one for group in self._of(term) for one in group.capitals)

    def spelled_out(self, term: str) -> tuple[str, ...]:
        """The words that a short form in capitals stands for."""
        return tuple(one for group in self.synonyms if term in group.capitals for one in group.same)

    def numbers(self, term: str, loosely: bool = False) -> tuple[Number, ...]:
        """The numbers that tell of a term; `loosely` those too that a person may mean by it."""
        groups = (*self._of(term), *(self._asked.get(word_root(term), ()) if loosely else ()))
        return tuple(one for group in groups for one in group.numbers)

    def functions(self, term: str) -> tuple[str, ...]:
        """What shows a term where it isn't normal, so that it denies it where it is: strength for weakness."""
        return tuple(one for group in self._findings.get(word_root(term), ()) for one in group.functions)

    def denials(self, term: str) -> tuple[str, ...]:
        """Words that deny a term by themselves: *afebrile* for fever."""
        return tuple(one for group in self._findings.get(word_root(term), ()) for one in group.denials)

    def telling(self, terms: Iterable[str]) -> dict[str, float]:
        """The roots of single words in the phrases for some terms, each with what it tells of them by itself.

        The rarer a word is in the lines, and the more of its phrases are theirs, the more it tells.
        """
        own = {
            id(group): group
            for term in terms
            for known in (self._groups, self._asked, self._kinds)
            for group in known.get(word_root(term), ())
        }
        said = sum((self._words_by_line[line] for line in own), Counter[str]())
        lines, phrases = self._words_of_lines
        return {
            word: log(1 + len(self.synonyms) / lines[word]) * sqrt(count / phrases[word])
            for word, count in said.items()
        }

    @cached_property
    def _words_by_line(self) -> dict[int, Counter[str]]:
        """How many phrases of each line hold a word, by its root."""
        parts = ("same", "kinds", "related", "asked", "told")
        made = {}
        for group in self.synonyms:
            phrases = (phrase for part in parts for phrase in getattr(group, part))
            said = Counter(word for phrase in phrases for word in words_in(phrase).split())
            made[id(group)] = Counter[str]()
            for word, count in said.items():
                if word not in _LITTLE and len(word) > 1:
                    made[id(group)][root(word)] += count
        return made

    @cached_property
    def _words_of_lines(self) -> tuple[Counter[str], Counter[str]]:
        """In how many lines a word stands, and in how many phrases."""
        lines, phrases = Counter[str](), Counter[str]()
        for said in self._words_by_line.values():
            lines.update(said.keys())
            phrases.update(said)
        return lines, phrases

    def _of(self, term: str) -> list[Synonyms]:
        return self._groups.get(word_root(term), [])

    def unless(self, term: str) -> tuple[str, ...]:
        """The phrases in which a term or its synonyms mean something else."""
        return tuple(one for group in self._groups.get(word_root(term), ()) for one in group.unless)

    def knows(self, term: str) -> bool:
        """Whether a line of synonyms holds the term, or a person asks by it."""
        return word_root(term) in self._groups or word_root(term) in self._asked

    def broader(self, term: str) -> tuple[str, ...]:
        """The words for what a term is a kind of, and what is near to that."""
        return tuple(
            one for group in self._kinds.get(word_root(term), ()) for one in (*group.same, *group.related)
        )

    def meant(self, words: str) -> tuple[str, ...]:
        """The terms that a person means by words: with the same roots, in whatever order and with small words between.

        One word that no line has means those that it is near to, or that begin as it does.
        """
        asked = gist(words)
        found = self._by_gist.get(asked)
        if found is None and len(asked) == 1:
            (one,) = asked
            found = self._by_near.get(one) or next(
                (
                    self._by_gist[key]
                    for end in range(len(one) - 1, _LONG - 1, -1)
                    if (key := frozenset([one[:end]])) in self._by_gist
                ),
                None,
            )
        return tuple(found or ())

    @cached_property
    def _by_gist(self) -> dict[frozenset[str], list[str]]:
        found: dict[frozenset[str], list[str]] = {}
        for group in self.synonyms:
            for term in (*group.same, *group.kinds, *group.asked):
                found.setdefault(gist(term), []).append(term)
            for short in group.capitals:
                found.setdefault(gist(short), []).append(group.same[0])
        return {key: list(dict.fromkeys(terms)) for key, terms in found.items()}

    @cached_property
    def _by_near(self) -> dict[str, list[str]]:
        """The terms that stand on a line with a looser word, by its root."""
        found: dict[str, list[str]] = {}
        for group in self.synonyms:
            for term in group.related:
                asked = gist(term)
                if len(asked) == 1:
                    found.setdefault(next(iter(asked)), []).append((*group.same, *group.asked)[0])
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of its lists, folded: what is among them is no slip of another."""
        groups = (getattr(one, part) for one in self.synonyms for part in _LINE)
        phrases = (*(term for terms in groups for term in terms), *(one.text for one in self.cues))
        listed = (term for terms in self.lists.values() for term in terms)
        return frozenset(word for one in (*phrases, *listed) for word in words_in(one).split())

    def kept_apart(self, word: str) -> frozenset[str]:
        """The folded words that may not answer for `word`."""
        return self._by_apart.get(words_in(word), frozenset())

    @cached_property
    def _by_apart(self) -> dict[str, frozenset[str]]:
        kept: dict[str, frozenset[str]] = {}
        for line in self.apart:
            words = frozenset(map(words_in, line))
            kept |= {word: kept.get(word, frozenset()) | (words - {word}) for word in words}
        return kept


def folded(text: str) -> str:
    """Text in small letters and without accents."""
    if text.isascii():
        return text.lower()
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare).lower()


def words_in(term: str) -> str:
    """The folded words of a term, one space between them: capitals, accents and hyphens don't matter."""
    return _words_of(term) if len(term) <= _A_PHRASE else " ".join(_WORD.findall(folded(term)))


@lru_cache(20_000)
def _words_of(phrase: str) -> str:
    """The words of a phrase of the vocabulary or the record, which comes up again and again."""
    return " ".join(_WORD.findall(folded(phrase)))


_A_PHRASE = 60
"""How many characters of text are a phrase at most."""


def word_root(term: str) -> str:
    """The words of a term, each without the ending of the plural."""
    return " ".join(map(_singular, words_in(term).split()))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is", "us")):
        return word[:-1]
    return word


_CANNOT = re.compile(
    r"\b(?:can ?t|can not|couldn ?t|could not|unable(?: to)?|not able(?: to)?|won ?t|will not)\b"
)
_LITTLE = frozenset(
    "a an the of in on at to from for with by his her hers him my me your their them its it he she i they we is are was were be"
    " been has have had and or as that this there s t up".split()
)
_ENDINGS = ("iness", "ness", "ings", "ing", "ied", "ies", "edly", "ed", "es", "ly", "s", "y", "e")
_SHORTEST = 3
_LONG = 5
_IRREGULAR = {
    form: line.split()[0]
    for line in (
        "fall fell fallen|break broke broken|lose lost loss|sleep slept asleep|wake woke woken awake awaken awoke|throw threw thrown"
        "|take took taken|give gave given|go went gone goes|run ran|feel felt|drive drove driven|hold held|bend bent|stand stood"
        "|sit sat|wear wore worn|tear tore torn|drink drank drunk|catch caught|eat ate eaten|shoot shot|hear heard|steal stole"
        " stolen|swell swollen|shake shook shaken|grow grew grown|rise rose risen|lie lay lain|keep kept|leave left|buy bought|strike"
        " struck stricken|write wrote written|think thought|weak weakness weaken|numb numbness|strong strength|deep depth|foot feet"
        "|tooth teeth|worse worst|do did done does|get got gotten|bite bit bitten|freeze froze frozen|sell sold|see saw seen"
    ).split("|")
    for form in line.split()
}


_UNTOLD = frozenset(
    "cannot could unable not doesn didn won isn never without feel notic down up back out off over again now around only any".split()
)
"""Roots that tell of many things: "cannot lift", "doesn't feel", "lying down"."""


def gist(words: str) -> frozenset[str]:
    """The roots of the telling words: *has been losing weight*, *lost weight* and *weight loss* have one gist."""
    said = _CANNOT.sub("cannot", words_in(words))
    return frozenset(root(one) for one in said.split() if one not in _LITTLE) or frozenset(said.split())


@lru_cache(20_000)
def root(word: str) -> str:
    """A word without its ending, as far as that leaves a root; for words of a person, where a slip costs little."""
    word = _IRREGULAR.get(word, word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST and not word.endswith("ss"):
            word = word.removesuffix(ending)
            break
    if len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return _IRREGULAR.get(word, word).removesuffix("e")


def read_vocabulary(texts: Mapping[str, str]) -> Vocabulary:
    """The vocabulary in the YAML `texts`, by file name, each in the form of `schemas/vocabulary.schema.json`.

    The same texts are read once. Raises `Refused` with file and line for a word that is none, and for a phrase that
    stands for two things.
    """
    return _vocabulary(tuple(sorted(texts.items())))


@lru_cache(4)
def _vocabulary(texts: tuple[tuple[str, str], ...]) -> Vocabulary:
    found = Findings()
    synonyms: list[Synonyms] = []
    apart: list[tuple[str, ...]] = []
    cues: list[Cue] = []
    lists: dict[str, tuple[str, ...]] = {}
    known: dict[tuple[str, str], str] = {}
    for name, text in texts:
        document = yaml.parse_yaml(text, name)
        with well_formed(name):
            for key, held in document.data.items():
                if key == "synonyms":
                    synonyms += [_synonyms(found, document, (key, index)) for index in range(len(held))]
                elif key == "apart":
                    apart += [_terms(found, document, (key, index)) for index in range(len(held))]
                elif key in STANDINGS:
                    cues += _cues(found, document, key, known)
                else:
                    lists[key] = (
                        *lists.get(key, ()),
                        *_terms(found, document, (key,), signs=key in ("ends", "theirs")),
                    )
    if found.problems:
        raise Refused(*found.problems)
    return Vocabulary(tuple(synonyms), tuple(apart), tuple(cues), lists)


def _synonyms(found: Findings, document: YamlDocument, path: tuple[str | int, ...]) -> Synonyms:
    same, kinds, related, capitals, unless, asked, told, findings, functions, denials = (
        _terms(found, document, (*path, part)) for part in _LINE
    )
    numbers = [
        one
        for index in range(len(document.find(*path, "numbers") or ()))
        for one in _numbers(found, document, (*path, "numbers", index))
    ]
    return Synonyms(
        same, kinds, related, capitals, unless, tuple(numbers), asked, told, findings, functions, denials
    )


def _numbers(found: Findings, document: YamlDocument, path: tuple[str | int, ...]) -> list[Number]:
    """A number for each of its `written` forms, which have an `n` where it stands."""
    data = document.find(*path)
    least, under = data["from"], data.get("under")
    most = data.get("to", under)
    if not 0 <= most - least <= _WIDEST_NUMBER:
        found.say(
            f"The bounds of a number are no more than {_WIDEST_NUMBER} apart, the higher one last.",
            document.where(*path),
            "Write `from`, and `to` or `under`.",
        )
        return []
    made = []
    for index, written in enumerate(_terms(found, document, (*path, "written"))):
        if words_in(written).split().count("n") == 1:
            made.append(Number(written, least, most, under))
        else:
            where = document.where(*path, "written", index)
            found.say("`n` stands once, where the number is.", where, "Write `n/5`.")
    return made


def _cues(
    found: Findings, document: YamlDocument, standing: str, known: dict[tuple[str, str], str]
) -> list[Cue]:
    """The cues of a standing; `known` says of each phrase and place what standing it has already."""
    made = []
    for place in (place for place in _PLACES if place in document.data[standing]):
        path = (standing, place)
        for index, text in enumerate(_terms(found, document, path, signs=place != "headings")):
            other = known.setdefault((text.casefold(), place), standing)
            if other != standing:
                found.say(
                    f"`{text}` is {other} already.", document.where(*path, index), "Remove one of the two."
                )
            if text.startswith("..."):
                found.say(
                    "A phrase can't begin with `...`.", document.where(*path, index), "Begin with a word."
                )
            made.append(Cue(text, standing, place))
    return made


def _terms(
    found: Findings, document: YamlDocument, path: tuple[str | int, ...], signs: bool = False
) -> tuple[str, ...]:
    """The words at `path`; each must hold a letter or digit, or with `signs` anything at all.

    `grip|pinch ... poor|lost` is each of its four phrases.
    """
    terms = tuple(str(term) for term in document.find(*path) or ())
    for index, term in enumerate(terms):
        if not (term.strip() if signs else words_in(term)):
            found.say("There is no word here.", document.where(*path, index), "Write a word, or remove it.")
    if signs or not any("|" in term for term in terms):
        return terms
    return tuple(
        " ".join(one) for term in terms for one in product(*(word.split("|") for word in term.split()))
    )


# Where the sentences of a record page begin: running text, headings, bullets and short lines of a form.


LONGEST = 480
"""Characters of the longest sentence; what goes on without an end is cut at a space before that."""

_SHORT_LINE = 45
_BREAK = (
    r"(?P<stop>[.!?][\"')\]\u201d\u2019]{0,3})(?=\s)"
    r"|(?P<line>\n(?:[ \t]{0,80}\n){0,200})"
    r"|(?P<label>(?<=\S)[ \t]{2,40})(?=[A-Z][^\n:.]{0,30}:)"
)
_ABBREVIATION = (
    r"(?i)(?:\b(?:dr|mr|mrs|ms|prof|st|vs|no|approx|pt|pts|dept|jr|sr|cf|fig|ref|vol|pp|e\.g|i\.e|etc|inj|dx|hx|tx|rx|sx"
    r"|ft|lat|ant|post|temp|est)|(?:^|\s)[A-Za-z])$"
)
_NEW_ITEM = (
    r"[ \t]*(?:[-*\u2022\u00b7\u25aa\u25cf\u25e6\u2023>]+\s|\(?\d{1,2}[.)]\s|\(?[A-Za-z][.)]\s|\[.?\]"
    r"|[A-Z][^\n:.]{0,40}:)"
)
_BLANK = re.compile(r"[ \t]*(?:\n|$)")
_SPACES = re.compile(r"\s{0,200}")


def sentence_starts(text: str) -> list[int]:
    """The offsets at which sentences begin, the first being 0; each runs to the next."""
    starts = [0]
    line = 0
    for match in compiled(_BREAK).finditer(text):
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
    found = compiled(_ABBREVIATION).search(before)
    if found is None:
        return True
    return found[0].lower() == "no" and not following.isdigit()


def _ends_line(text: str, line: int, at: int, end: int) -> bool:
    if end - at > 1 or _BLANK.match(text, end):
        return True
    if compiled(_NEW_ITEM).match(text, end):
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
