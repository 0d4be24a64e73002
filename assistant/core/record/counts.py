"""The counts and spans of time in cited words: what a number that is answered is held against.

Words count where they hold numbers of the same unit as the answer ("12 visits", "for two months" of an answer in
weeks). A number of another unit says nothing of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from math import prod

from assistant.core.dates import dates_in
from assistant.core.record.marks import without_doubt
from assistant.core.record.mentions import LevelMention, extract
from assistant.core.text import compiled
from assistant.core.value import Value

SPELLED = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen twenty".split()
    )
} | {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}

_DAYS = {"day": (1, 1), "week": (7, 7), "month": (28, 31), "year": (365, 366)}
WEEKLY = "hour a week"
_CALLED = {
    "day": "days?|d",
    "week": "weeks?|wks?|w",
    "month": "months?|mos?|mths?",
    "year": r"(?:years?|yrs?)(?!\s*-?\s*old)(?!\s+of\s+(?:age|experience|education|schooling|service))",
    "hour": "hours?|hrs?|h",
    WEEKLY: "hours?|hrs?|h",
    "visit": "visits?|sessions?|treatments?|appointments?|appts?",
    "percent": "percent|per cent|pct|%",
    "level": "levels?",
    "joint level": "(?:joint |facet )?levels?|joints?",
    "injection": "injections?|shots?|epidurals?|(?:[LCT]|TF|IL)?ESIs?(?:['\u2019]s)?|blocks?",
    "test": "tests?|screens?",
}
"""How notes write each unit."""
_DAILY = r"(?i)\s*(?:(?:a|per|each|every)\s+day|/\s*(?:day|d)\b|daily)"
_SAME = {"session": "visit", "treatment": "visit", "%": "percent"}
_UNCOUNTED = frozenset({"", "mg", "mcg", "g", "ml"})
"""Units of a dose are none to compare: the strength, the number of tablets and how often they are taken make it."""

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = rf"(?:{'|'.join(sorted(SPELLED, key=len, reverse=True))}|hundred)"
_SPELLED_OUT = rf"(?i)(?<![\w-])(?:a\s+(?=hundred))?{_WORDS}(?:(?:\s+and\s+|[\s-]+){_WORDS})*(?![\w-])(?:\s*\(\s*#?\s?(?P<figure>\d{{1,4}})\s*\))?"
_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d+(?:\.\d+)?|(?:{_TENS})[- ](?:{_ONES})|{'|'.join(sorted(SPELLED, key=len, reverse=True))})"
_RANGE = rf"(?P<low>{_NUMBER})(?:\s*(?:-|\u2013|to|or)\s*(?P<high>{_NUMBER}))?"
_BEFORE = r"(?:(?<![\w.,/:\u2013\u2019'-])|(?<=\bx))"
_DAYS_A_WEEK = rf"(?i){_BEFORE}({_NUMBER})\s*(?:days?|x|times)\s*(?:(?:a|per|each|every)\s+|/\s*)?(?:week|wk)"
_EVERY = r"(?i)(?:every|each|q\.?|per|(?:return|follow[- ]?up|f/?u|rtc|recheck|see|back|again)(?:\s+\w+)?(?:\s+in)?)\s*$"
_PART_OF = rf"(?i){_BEFORE}(?P<part>{_NUMBER})\s+(?:out\s+)?of\s+(?:the\s+|his\s+|her\s+)?$"
_ABOUT = r"(?i)(?:about|approx\w*\.?|nearly|almost|roughly|around|over|more than|at least|less than|under|[~<>\u2248])\s*$"
_UNIT = (
    r"(?:days?|weeks?|wks?|months?|mos?|years?|yrs?|hours?|hrs?|min(?:ute)?s?|mg|mcg|ml|g|lbs?|kg|cm|mm|percent|levels?|tablets?|tabs?"
    r"|pages?|times)"
)
_OTHER = rf"(?:{_UNIT}|of|in|at|on|and|or|to|for|from|by|with|after|before|since|than|a|an|the|out|per)"
"""What a number counts where one of these follows it: not the noun after them ("12 weeks of treatment")."""
_NAMED = r"(?i)\b(?:page|pages|pp?\.|table|figure|exhibit|section|case|claim|suite|apt|room|box|code|CPT|ICD|no\.|number|#)\.?\s*#?\s*$"
"""What a number behind one of these is a part of counts nothing."""
_OLD = r"\d+\s*-?\s*(?:years?|yrs?|y)\s*[-/.]?\s*(?:old|o)\b"
_OF_NOTHING = rf"{_NAMED[:-1]}\d[\d.-]*|\bage[ds]?\s+\d+|{_OLD}"
_AGE = rf"(?i)\bage[ds]?\b\W*(?:(?:is|of)\s+)?\d+|{_OLD}"
"""An age, which is what an answer in years may be."""
_TIMES = {"once": 1, "twice": 2, "thrice": 3, "bid": 2, "tid": 3, "qid": 4, "dozen": 12, "couple": 2}


class Count(Value):
    """A number of some unit, or the range that is written; of time in days."""

    low: float
    high: float


def misquoted(
    answered: float, unit: str, quotes: Iterable[str], around: Iterable[str] = (), *, levels: bool = True
) -> tuple[str, ...]:
    """The numbers of an answer's unit in the cited words, as they stand there, where none of them can be the answer.

    A number is also the sum of several, such as the visits of two courses, and of a count the product of two or three
    ("2 visits a week for 6 weeks"). Of levels it is also how many are named, where `levels` says so. Words that hold
    neither one of that unit nor the number itself may have been cut before it: then the sentences `around` them are
    read.
    """
    name, words = unit_of(unit), tuple(map(without_doubt, quotes))
    found = _all_counted(words, name, levels)
    if name and not found and answered not in [number for quote in words for number in _numbers(quote)]:
        words = tuple(map(without_doubt, around))
        found = _all_counted(words, name, levels)
    if not found or _makes(answered, name, [count for _, count in found], words):
        return ()
    return tuple(dict.fromkeys(said for said, _ in found))


def says_so(answered: float, unit: str, quotes: Iterable[str]) -> bool:
    """Whether the cited words hold the number as an answer's unit counts it, and name no more levels than it.

    A number of an age, a date, a level, a page or a dose counts no visits, nor one that a scan leaves in doubt. Of a
    dose it is enough that the words hold the number, or two or three whose product it is.
    """
    name, words = unit_of(unit), tuple(quotes)
    if not name:
        return _multiplied(answered, words)
    counts = [count for _, count in _all_counted(words, name, levels=False)]
    if not counts and name in _LEVELS:
        named = _levels_named(words, name)
        return named is not None and named.low <= answered <= named.high
    return bool(counts) and _makes(answered, name, counts, words)


def counts_any(unit: str, quote: str) -> bool:
    """Whether words count anything as an answer's unit does, or name levels where these are counted."""
    name = unit_of(unit)
    if not name:
        return next(_numbers(_undated(re.sub(_ENTRY, "", quote))), None) is not None
    return bool(_all_counted([quote], name, levels=False)) or (
        name in _LEVELS and _levels_named([quote], name) is not None
    )


_ENTRY = r"^\W*\d{1,2}[.)]\s"
"""The number of an entry of a list, before its words."""


def stands_in(answered: float, quotes: Iterable[str]) -> bool:
    """Whether words hold a number, whatever it counts, outside of dates, ages and page numbers."""
    return answered in [number for quote in quotes for number in _numbers(_undated(quote))]


def of_another(answered: float, unit: str, quotes: Iterable[str], *, cut: bool = False) -> tuple[str, ...]:
    """The words in which a number stands, where each time it is an age, a page, a share of 5 or 10, or of another unit.

    Empty where it stands nowhere, in a date only, or once without a unit, and where the words count the answer's own unit.
    With `cut` a number with another noun behind it, or without the one it counts ("24 that were ordered"), is none
    without a unit, either, nor is of time one beside which no time is named ("he attended 9").
    """
    name, quotes = unit_of(unit), tuple(quotes)
    counted = _all_counted(quotes, name, levels=False) if name else []
    if not name or (counted and (not cut or _makes(answered, name, [one for _, one in counted], quotes))):
        return ()
    alike = tuple(_DAYS) if name in _DAYS else (name, "hour") if name == WEEKLY else (name,)
    others = "|".join(called for one, called in _CALLED.items() if one not in alike)
    another = rf"(?i)\s*-?\s*(?:{others}|{_UNIT}|degrees|pounds|inches|/\s*(?:5|10))(?!\w)"
    if cut and not any(compiled(rf"(?i)\b(?:{_CALLED.get(name, name)})(?!\w)").search(one) for one in quotes):
        named = rf"(?!{_OTHER}\b|(?:{'|'.join(SPELLED)}|or|x|of)\b)[a-z]{{2,}}"
        another = rf"{another}|\s+{'' if name in (*_DAYS, 'hour', WEEKLY) else _ELLIPSIS}{named}"
    of_time = "|".join(_CALLED[one] for one in _DAYS)
    timeless = (
        cut
        and name in _DAYS
        and not any(compiled(rf"(?i)(?:\b|\d)(?:{of_time})\b").search(one) for one in quotes)
    )
    found = []
    for quote in quotes:
        for start, said, _ in reversed(list(dates_in(quote))):
            quote = f"{quote[:start]}{' ' * len(said)}{quote[start + len(said) :]}"
        nothing = [one.span() for one in compiled(_OF_NOTHING).finditer(quote)]
        ages = [one.span() for one in compiled(_AGE).finditer(quote)] if name == "year" else []
        for match in compiled(rf"(?i){_BEFORE}{_NUMBER}(?!\w)").finditer(quote):
            if _value(match[0]) != answered:
                continue
            if any(begin <= match.start() < end for begin, end in ages):
                return ()
            spans = [one for one in nothing if one[0] <= match.start() < one[1]]
            unlike = compiled(another).match(quote, match.end())
            if unlike is not None:
                spans.append((match.start(), unlike.end()))
            if timeless and not spans:
                spans.append((quote.rfind(" ", 0, max(0, match.start() - _AROUND)) + 1, match.end()))
            if not spans:
                return ()
            found.append(" ".join(quote[slice(*spans[0])].split()))
    return tuple(dict.fromkeys(found))


_AROUND = 12
_ELLIPSIS = (
    r"(?!(?:that|which|were|was|are|is|had|have|has|been|so|more|less|better|relief|reduction|total|left|done|given|made|seen|prior"
    r"|further|additional|other|dis[ck]s?|segments?|UDTs?|UDS|\w+ed|\w+ing|\w+ly)\b)"
)
"""What may follow a number of what a heading names, or another name of it: "PT: 24 authorized". Of time, that names nothing."""


def rated(answered: float, quotes: Iterable[str]) -> tuple[str, ...]:
    """The ratings of a pain in which a number stands, the ten too, where it stands nowhere else: "Pain today 6 of 10"."""
    words = tuple(quotes)
    found = [match for quote in words for match in compiled(_RATING).finditer(quote)]
    left = [compiled(_RATING).sub(" ; ", quote) for quote in words]
    if stands_in(answered, left):
        return ()
    return tuple(
        dict.fromkeys(" ".join(one[0].split()) for one in found if answered in (_value(one["rating"]), 10))
    )


_STRENGTH = rf"(?i){_BEFORE}(?P<first>\d+(?:\.\d+)?)(?:\s*[/-]\s*(?P<second>\d+(?:\.\d+)?))?\s*(?:mg|mcg|milligrams?|micrograms?)\b"
_TAKEN = rf"(?i){_BEFORE}(?P<low>{_NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{_NUMBER}))?\s*(?:tabs?|tablets?|pills?|caps?|capsules?)\b"
_OFTEN = (
    rf"(?i)(?:{_BEFORE}(?P<low>{_NUMBER})(?:\s*(?:-|to|or)\s*(?P<high>{_NUMBER}))?\s*(?:x|times)?"
    r"\s*(?:(?:a|per|each|every)\s+|/\s*)?(?:day|d|daily)\b"
    rf"|\b(?:every|q\.?)\s*(?P<least>{_NUMBER})(?:\s*(?:-|to)\s*(?P<most>{_NUMBER}))?\s*(?:hours?|hrs?|h)\b"
    r"|\b(?:(?P<times>once|twice|thrice)(?:\s+(?:(?:a|per|each|every)\s+day|daily))?)\b|\b(?P<word>b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|daily|q\.?d|q\.?h\.?s|q\.?a\.?m|a day|per day"
    r"|(?:at|each|every) (?:night|bedtime|morning|day)|nightly)\b)"
)
_OF_OTHERS = frozenset({300.0, 325.0, 500.0, 650.0, 750.0})
"""The strengths of acetaminophen that stand beside that of an opioid in one tablet."""


def a_day(words: str) -> tuple[float, ...]:
    """What is taken of a drug a day, by its strength and how often it is taken: 30 of “10/325 mg three times a day”."""
    found: list[float] = []
    strengths = list(compiled(_STRENGTH).finditer(words))
    for one, following in zip(strengths, [*strengths[1:], None], strict=True):
        of_it = [_value(said) for said in (one["first"], one["second"]) if said]
        strength = next((said for said in of_it if said not in _OF_OTHERS), of_it[0])
        rest = words[one.end() : following.start() if following is not None else len(words)]
        often = [time for match in compiled(_OFTEN).finditer(rest) for time in _times_a_day(match)]
        counted = [match[name] for match in compiled(_TAKEN).finditer(rest) for name in ("low", "high")]
        before = compiled(_COUNTED).search(words[: one.start()])
        each = [_value(said) for said in (*counted, before["count"] if before else "") if said]
        found += [strength * time * count for time in often for count in (1.0, *each) if count <= _MOST]
    return tuple(dict.fromkeys(found))


def adds_up(answered: float, doses: Iterable[float]) -> bool:
    """Whether a dose is one of these, or what two or three of them make together: 20 in the morning and 10 at night."""
    some_of = list(dict.fromkeys(doses))[:_MOST]
    return any(sum(some) == answered for size in (1, 2, 3) for some in combinations(some_of, size))


_COUNTED = rf"(?i){_BEFORE}(?P<count>{_NUMBER})\s+(?:[a-z]{{3,}}\s+)?$"


def _times_a_day(match: re.Match[str]) -> list[float]:
    if match["least"]:
        return [24 / _value(said) for said in (match["least"], match["most"]) if said and _value(said)]
    if said := match["times"] or match["word"]:
        return [float(_TIMES.get(said.casefold().replace(".", ""), 1))]
    return [_value(said) for said in (match["low"], match["high"]) if said]


_RATING = (
    rf"(?i)\b(?:pain|VAS|NRS|rated|ache|scale|score|severity|intensity)\b[^.;]{{0,24}}?{_BEFORE}(?P<rating>{_NUMBER})"
    r"\s*(?:/|(?:out\s+)?of)\s*(?:10|ten)\b(?!\s+(?:\w+\s+)?(?:visits|sessions|treatments))"
)


def longest(words: str) -> float:
    """The most days of the spans of time that words name; 0 where they name none."""
    return max((count.high for _, count in _counted(words, "day")), default=0)


def least_asked(question: str) -> float:
    """The days that a thing has to last by what a question asks: "limited for more than a month", "despite four to six weeks"."""
    least = rf"(?i)\b(?:more than|at least|longer than|despite|for over)\s+(?P<low>an?\b|{_NUMBER})(?:\s+to\s+{_NUMBER})?\s+(?P<unit>day|week|month|year)"
    found = compiled(least).search(question)
    if found is None:
        return 0
    return (1 if found["low"].casefold() in ("a", "an") else _value(found["low"])) * _DAYS[found["unit"]][0]


def _all_counted(words: Iterable[str], name: str, levels: bool) -> list[tuple[str, Count]]:
    found = [one for quote in words for one in _counted(quote, name)] if name else []
    if not found and levels and name in _LEVELS:
        named = _levels_named(words, name)
        if named is not None:
            said = (str(one) for quote in words for one in extract(quote) if isinstance(one, LevelMention))
            found = [(", ".join(dict.fromkeys(said)), Count(1, named.high))]
    return found


_LEVELS = frozenset({"level", "joint level"})


def _levels_named(words: Iterable[str], name: str) -> Count | None:
    """How many levels words name: segments, and vertebrae that stand alone; joints lie between vertebrae."""
    named = {
        level
        for quote in words
        for one in extract(quote)
        if isinstance(one, LevelMention)
        for level in one.levels
    }
    segments = {one for one in named if "-" in one}
    alone = {one for one in named - segments if not any(one in segment.split("-") for segment in segments)}
    if not named:
        return None
    least = len(alone) - (name == "joint level" and len(alone) > 1)
    return Count(len(segments) + least, len(segments) + len(alone))


def _makes(answered: float, name: str, counts: Iterable[Count], words: Iterable[str]) -> bool:
    """Whether a number is one of these counts, a sum of them, or of a count a product of numbers in the words."""
    low, high = answered, answered
    if name in _DAYS:
        least, most = _DAYS[name]
        low, high = (answered - 0.5) * least, (answered + 1) * most - 1e-6
    some_of = list(counts)[:_MOST]
    sums = (
        Count(sum(one.low for one in some), sum(one.high for one in some))
        for size in range(1, len(some_of) + 1)
        for some in combinations(some_of, size)
    )
    if any(one.low <= high and one.high >= low for one in sums):
        return True
    return name not in (*_DAYS, *_LEVELS, "percent") and _multiplied(answered, words, least=2)


def _multiplied(answered: float, words: Iterable[str], least: int = 1) -> bool:
    """Whether a number stands in the words, or is the product of two or three that do."""
    plain = list(dict.fromkeys(number for quote in words for number in _numbers(_undated(quote))))[:_MOST]
    return any(prod(some) == answered for size in range(least, 4) for some in combinations(plain, size))


def _undated(quote: str) -> str:
    """The words without their dates, ages and page numbers, which count nothing."""
    for start, said, _ in reversed(list(dates_in(quote))):
        quote = f"{quote[:start]} ; {quote[start + len(said) :]}"
    return compiled(_OF_NOTHING).sub(" ; ", quote)


_MOST = 8


def unit_of(unit: str) -> str:
    """The noun of a unit in the singular, `hour` of `hours a week` and `level` of `level(s)`; empty where it isn't compared."""
    noun, *per = re.split(r"\s+(?:of|a|per)\s+", unit.strip().casefold())
    if noun == "hours" and per == ["week"]:
        return WEEKLY
    noun = noun.removesuffix("(s)")
    noun = noun if noun in _CALLED or noun in _UNCOUNTED else noun.removesuffix("s")
    noun = _SAME.get(noun, noun)
    return "" if noun in _UNCOUNTED else noun


def _counted(quote: str, unit: str) -> Iterator[tuple[str, Count]]:
    """The numbers of a unit, or for one of time of any unit of time, with the words in which they stand."""
    for name in _DAYS if unit in _DAYS else (unit,):
        called = _CALLED.get(name, rf"{re.escape(name)}s?")
        if unit == name == "year":
            called = "years?|yrs?|y/?o"
        between = (
            rf"(?:\s+(?:(?!{_OTHER}\b)\w+[- ]){{0,3}}?|\s*-?\s*)"
            if name not in (*_DAYS, "hour", WEEKLY, "percent")
            else r"\s*-?\s*"
        )
        pattern = rf"(?i){_BEFORE}(?:{_RANGE}\)?{between}|(?<=for )(?P<an>an?|the past|the last)\s+)(?:{called})(?!\w)"
        for match in compiled(pattern).finditer(quote):
            before = quote[max(0, match.start() - 24) : match.start()]
            if compiled(_EVERY).search(before) or compiled(_NAMED).search(before):
                continue
            if unit != "year" and compiled(r"(?i)\bage[ds]?\s*$").search(before):
                continue
            if unit not in _DAYS and (part := compiled(_PART_OF).search(before)):
                yield (
                    " ".join(f"{part[0]}{match[0]}".split()),
                    Count(_value(part["part"]), _value(part["part"])),
                )
            low = 1.0 if match["an"] else _value(match["low"])
            high = _value(match["high"]) if match["high"] else low
            least, most = map(float, _DAYS.get(name, (1, 1)))
            if name == WEEKLY and compiled(_DAILY).match(quote, match.end()):
                days = [float(_value(one)) for one in compiled(_DAYS_A_WEEK).findall(quote)]
                least, most = (days[0], days[0]) if len(days) == 1 else (2, 7)
            if compiled(_ABOUT).search(before):
                least, most = least * 0.75, most * 1.25
            yield " ".join(match[0].split()), Count(min(low, high) * least, max(low, high) * most)

    if unit in _NUMBERED:
        named = rf"(?i)(?<!\w)(?:{_CALLED[unit]})(?:\s+(?:completed|attended|used|number|no\.))?\s*[:#]?\s*(?P<low>{_NUMBER})(?:\s+of\s+(?P<high>{_NUMBER}))?(?![\w/.:-]*\d)(?!\s*{_UNIT}\b)"
        every = list(compiled(named).finditer(quote))
        if unit == "visit":
            every += compiled(_SEEN).finditer(quote)
        for match in every:
            for said in filter(None, (match["low"], match["high"])):
                yield " ".join(match[0].split()), Count(_value(said), _value(said))


_SEEN = rf"(?i)\b(?:seen|treated|visited|attended|went)\s+(?P<low>{_NUMBER})(?P<high>(?!))?\s+times\b"
_NUMBERED = frozenset({"visit", "injection", "test"})
"""What is counted by a number behind it, too: "Visit 12 of 12", "Sessions attended: 9"."""


def _numbers(quote: str) -> Iterator[float]:
    for match in compiled(rf"(?i){_BEFORE}(?:{_NUMBER}|{'|'.join(_TIMES)})(?![\w])").finditer(quote):
        yield (
            float(_TIMES.get(match[0].casefold(), -1)) if match[0].casefold() in _TIMES else _value(match[0])
        )


def _value(said: str) -> float:
    words = re.split(r"[- ]", said.casefold())
    if all(one in SPELLED for one in words):
        return float(sum(SPELLED[one] for one in words))
    return float(said.replace(",", ""))


def in_figures(text: str, of: str) -> str:
    """Words with the amounts that they spell out in figures: `twelve (12) visits`, `one hundred twenty tablets`.

    An amount is a number that has its figure behind it, stands at the end, or counts one of the units in `of`, a pattern.
    """

    def figure(match: re.Match[str]) -> str:
        value = _spelled(re.findall(r"[a-z]+", match[0].split("(")[0].lower()))
        after = text[match.end() :]
        counts = match["figure"] or not after.strip() or compiled(rf"(?i)\s+(?:{of})(?!\w)").match(after)
        return match["figure"] or str(value) if value is not None and counts else match[0]

    return compiled(_SPELLED_OUT).sub(figure, text)


def _spelled(words: Iterable[str]) -> int | None:
    """The number that words make, such as `a hundred and twenty five`; None for words that make none."""
    value, least = 0, 1_000
    for word in words:
        if word in ("a", "and"):
            continue
        if word == "hundred":
            if value >= 10 or (least < 1_000 and value == 0):
                return None
            value, least = 100 * (value or 1), 100
            continue
        number = SPELLED[word]
        if number >= least:
            return None
        value, least = value + number, 10 if number >= 20 else 1
    return value
