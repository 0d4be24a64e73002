"""The plain facts that a text mentions: dates, spinal levels, sides and regions.

A determination falls on one wrong month or one wrong level (Lab. Code 4610.6(h)(5)), and both hide best in
free text. What is found here is compared with what the case bears; a word that only may be such a fact
("they may", "the right to appeal", "on the other hand") is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from assistant.core.anatomy import akin, level_range, regions_named, touches
from assistant.core.date_text import When, dates_in


@dataclass(frozen=True)
class Mention:
    """A fact that a text mentions, in its own words, and where in the text it stands."""

    kind: ClassVar[str] = ""
    said: str
    start: int

    def __str__(self) -> str:
        return self.said

    def borne_by(self, known: Iterable[Mention]) -> bool:
        """Whether one of the known mentions, or all together, say this."""
        raise NotImplementedError


@dataclass(frozen=True)
class DateMention(Mention):
    """A date, as far as it is said."""

    kind: ClassVar[str] = "dates"
    when: When

    def __str__(self) -> str:
        return self.when.prose()

    def borne_by(self, known: Iterable[Mention]) -> bool:
        return any(isinstance(one, DateMention) and self.when.is_said_by(one.when) for one in known)


@dataclass(frozen=True)
class LevelMention(Mention):
    """A vertebra, a segment, or several segments in a row."""

    kind: ClassVar[str] = "levels"
    levels: tuple[str, ...]

    def borne_by(self, known: Iterable[Mention]) -> bool:
        levels = [level for one in known if isinstance(one, LevelMention) for level in one.levels]
        return all(touches(level, levels) for level in self.levels)


@dataclass(frozen=True)
class SideMention(Mention):
    """A side, and the region that it is said of (`""` where none is named beside it)."""

    kind: ClassVar[str] = "sides"
    side: str
    region: str

    def borne_by(self, known: Iterable[Mention]) -> bool:
        sides = {one.side for one in known if isinstance(one, SideMention) and self._agrees(one.region)}
        both = "bilateral" in sides or {"left", "right"} <= sides
        return both or self.side in sides

    def _agrees(self, region: str) -> bool:
        return not self.region or not region or akin(self.region, region)


@dataclass(frozen=True)
class RegionMention(Mention):
    """A region of the body, in its own name."""

    kind: ClassVar[str] = "regions"
    region: str

    def borne_by(self, known: Iterable[Mention]) -> bool:
        return any(isinstance(one, RegionMention) and one.region == self.region for one in known)


@lru_cache(maxsize=4_096)
def extract(text: str) -> tuple[Mention, ...]:
    """Every fact that the text mentions, in the order in which they stand; remembered, so for short texts."""
    found = [mention for kind in KINDS for mention in extract_kind(text, kind)]
    return tuple(sorted(found, key=lambda mention: (mention.start, type(mention).__name__)))


def extract_kind(text: str, kind: str) -> Iterator[Mention]:
    """The facts of one kind (`dates`, `levels`, `sides`, `regions`) that a text mentions."""
    yield from _SCANNERS[kind](text)


def _dates(text: str) -> Iterator[Mention]:
    return (DateMention(said, start, when) for start, said, when in dates_in(text))


def _regions(text: str) -> Iterator[Mention]:
    return (RegionMention(said, start, region) for start, said, region in regions_named(text))


# -- spinal levels --------------------------------------------------------------------------------

_NUMBER = r"(?:1[0-2]|[1-9])(?!\d)"
_POINT = rf"[CTLS]{_NUMBER}"
_LEVEL = re.compile(
    rf"(?<!\w){_POINT}(?:[-–—/][CTLS]?{_NUMBER}|\s[-–—/]\s{_POINT}|\s+(?:through|thru|to)\s+{_POINT})*"
    r"(?![\w%])(?![/.]\d)(?!\s?-?\s?(?:weighted|hyper|hypo|signal|image|sequence|relax|heart|sounds?\b))",
    re.I,
)
_NO_LEVEL = re.compile(r"\b(?:table|figure|exhibit|section|page|type|stage|schedule|code|box)\s+$", re.I)


def _levels(text: str) -> Iterator[Mention]:
    for match in _LEVEL.finditer(text):
        if _NO_LEVEL.search(text, max(0, match.start() - 12), match.start()):
            continue
        letter = ""
        points = []
        for part in re.finditer(r"([CTLS]?)(\d{1,2})", match[0], re.I):
            letter = part[1].upper() or letter
            points.append(f"{letter}{int(part[2])}")
        levels = level_range(points)
        if levels:
            yield LevelMention(match[0], match.start(), levels)


# -- sides ----------------------------------------------------------------------------------------

_BODY = (
    r"(?:upper|lower)\s+(?:extremit|limb)\w*|arms?|forearms?|legs?|thighs?|cal(?:f|ves)|shoulders?|elbows?|wrists?"
    r"|hands?|thumbs?|(?:index |ring |middle |little )?fingers?|hips?|groin|knees?|ankles?|f(?:oo|ee)t|heels?"
    r"|toes?|neck|trapezius|scapula\w*|cervical|thoracic|lumbar|low back|paraspinal\w*|buttocks?|sacroiliac"
    r"|facets?|foramin\w*|radicul\w+|nerves?|rotator cuff|carpal|cubital|ulnar|median|menisc\w+|epidural"
    rf"|transforaminal|selective|side|{_POINT}"
)
_NOT_NEXT = (
    r"(?!(?:the|to|of|out|open|in|for|an?|no|any|it|off|behind|over|after|before|at|by|from|on|as|is|was|his|her|him"
    r"|their|them|this|that|un\w+|with\w*)\b)"
)
_SIDED = re.compile(
    r"\b(?P<side>left|right)(?:-hand)?(?:"
    rf"-sided?\b(?:\s+(?:{_BODY})\b)?|\s+(?:(?:and|or)\s+(?:left|right)\s+)?{_NOT_NEXT}(?:[\w-]+,?\s+){{0,2}}?(?:{_BODY})\b)"
    r"|\bon\s+the\s+(?P<there>left|right)(?=\s*(?:[.,;:)]|$|and\b|at\b|more\b|than\b))"
    rf"|\bbilateral(?:ly)?(?:\s+(?:[\w-]+,?\s+){{0,2}}?(?:{_BODY})\b)?"
    rf"|\bboth\s+(?=(?:{_BODY})\b)(?:[\w-]+\s+)?(?:{_BODY})\b",
    re.I,
)
_PAIR = re.compile(r"^(left|right)\s+(?:and|or)\s+(left|right)\b", re.I)


def _sides(text: str) -> Iterator[Mention]:
    for match in _SIDED.finditer(text):
        side = (match["side"] or match["there"] or "bilateral").lower()
        if _PAIR.match(match[0]):
            side = "bilateral"
        region = next((name for _, _, name in regions_named(match[0])), "")
        yield SideMention(match[0], match.start(), side, region)


_SCANNERS: Mapping[str, Callable[[str], Iterator[Mention]]] = {
    "dates": _dates,
    "levels": _levels,
    "sides": _sides,
    "regions": _regions,
}
KINDS = tuple(_SCANNERS)
