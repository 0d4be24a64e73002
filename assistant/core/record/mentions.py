"""The plain facts that a text mentions: dates, spinal levels, sides and regions.

A determination falls on one wrong month or one wrong level (Lab. Code 4610.6(h)(5)), and both hide best in
free text. What is found here is compared with what the case bears; a word that only may be such a fact
("they may", "the right to appeal", "on the other hand") is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import ClassVar

from assistant.core.dates import When, dates_in
from assistant.core.text import compiled
from assistant.core.value import Value

# Regions and spinal levels as records name them.


CERVICAL, THORACIC, LUMBAR = "cervical spine", "thoracic spine", "lumbar spine"
UPPER, LOWER = "upper extremity", "lower extremity"

_NAMES: Mapping[str, str] = {
    CERVICAL: r"cervical|odontoid|cervicalgia|cervicogenic|c-spine|(?<!femoral )(?<!surgical )(?<!talar )neck",
    THORACIC: r"thoracic|(?:upper|mid|middle)[ -]back|dorsal spine|t-spine",
    LUMBAR: r"lumbar|lumbosacral|(?:low|lower)[ -]back|l-spine|sacrum|sacral|sacroiliac|lumbago|coccyx|tailbone",
    "head": r"jaw|mandible|mandibular|maxilla|maxillary|skull|nasal bone|nose|eye socket|orbital|cheekbone|zygoma|tooth|teeth",
    "chest wall": r"rib|rib cage|sternum|sternal|breastbone",
    "pelvis": r"pelvis|pelvic|pubis|pubic|ischium",
    "shoulder": r"shoulder|rotator cuff|glenohumeral|subacromial|acromioclavicular|clavicle|clavicular|collarbone|collar bone|scapula|scapular",
    "elbow": r"elbow|epicondylitis|cubital tunnel|olecranon|radial head",
    "wrist": r"wrist|carpal(?: tunnel)?|scaphoid|distal radius",
    "hand": r"finger|thumb|metacarpal|phalanx|phalange|(?<!other )(?<!one )(?<!at )(?<!in )(?<!by )(?<!on )(?<!-)hand(?![\w-])",
    UPPER: r"upper(?: and lower)? (?:extremity|extremities|limb)|forearm|humerus|humeral|radius|ulna|(?<!c-)(?<!c )arm(?!'s)",
    "hip": r"hip|groin|acetabulum|acetabular",
    "knee": r"knee|meniscus|menisci|meniscal|patella|patellar|kneecap",
    "ankle": r"ankle|malleolus|malleolar|achilles",
    "foot": r"foot|feet|heel|toe|plantar fasciitis|metatarsal|calcaneus|calcaneal|talus|navicular",
    LOWER: r"lower (?:extremity|extremities|limb)|leg|thigh|calf|tibia|tibial|fibula|fibular|femur|femoral|shin",
}
_SHOWN: Mapping[str, str] = {
    "head": r"face|facial|cranial nerves?|ocular|tongue|gag",
    UPPER: r"biceps(?! femoris)|triceps(?! surae)|deltoids?(?! ligament)|brachioradialis|grip|pronators?|intrinsics|interossei",
    LOWER: r"quadriceps|quads?|hamstrings?|iliopsoas|psoas|tibialis|gastrocnemius|gastrocs?|soleus|EHL|extensor hallucis"
    r"|peroneals?|peronei|dorsiflexors?|plantar ?flexors?|biceps femoris",
}
_ANY = "|".join(f"(?P<r{n}>(?:{names})s?)" for n, names in enumerate(_NAMES.values()))
_REGION = rf"(?i)(?<!\w)(?:{_ANY})(?!\w)"
_LAST = {"C": 7, "T": 12, "L": 5, "S": 5}
_ORDER = [f"{letter}{n}" for letter, last in _LAST.items() for n in range(1, last + 1)]
_ROOTS = frozenset({*_ORDER, "C8"})
_SPINE = {"C": CERVICAL, "T": THORACIC, "L": LUMBAR, "S": LUMBAR}
WIDER = {
    **dict.fromkeys(("shoulder", "elbow", "wrist", "hand"), UPPER),
    **dict.fromkeys(("hip", "knee", "ankle", "foot"), LOWER),
}
_SUPPLIED = {CERVICAL: (UPPER,), LUMBAR: (LOWER,)}
_NEXT = frozenset(
    frozenset(pair)
    for pair in (
        ("wrist", "hand"),
        ("elbow", "hand"),
        ("ankle", "foot"),
        ("hip", "pelvis"),
        (LUMBAR, "pelvis"),
    )
)
"""Parts of which one shows what is wrong with the other: the fingers are numb where the wrist pinches their nerve."""


def regions_named(text: str) -> Iterator[tuple[int, str, str]]:
    """Every region that a text names: where, in which words, and the region in its own name."""
    names = list(_NAMES)
    for match in compiled(_REGION).finditer(text):
        group = next(key for key, value in match.groupdict().items() if value is not None)
        yield match.start(), match[0], names[int(group[1:])]


@lru_cache(maxsize=4_096)
def regions_of(text: str) -> frozenset[str]:
    """The regions that a text names."""
    return frozenset(region for _, _, region in regions_named(text))


def muscles_of(text: str) -> frozenset[str]:
    """The regions whose muscles, reflexes or skin a text names without naming the region."""
    return frozenset(
        region for region, names in _SHOWN.items() if compiled(rf"(?i)(?<!\w)(?:{names})(?!\w)").search(text)
    )


def level_range(vertebrae: Iterable[str]) -> tuple[str, ...] | None:
    """The segments from the first to the last of some vertebrae, or a lone vertebra.

    `C4`, `C6` are `C4-C5` and `C5-C6`; `L5`, `S1` are `L5-S1`. None where there is no such vertebra.
    """
    points = [one.upper() for one in vertebrae]
    if any(point not in _ROOTS for point in points):
        return None
    distinct = list(dict.fromkeys(points))
    if len(distinct) == 1 or any(point not in _ORDER for point in distinct):
        return tuple(distinct)
    places = sorted(_ORDER.index(point) for point in distinct)
    return tuple(f"{_ORDER[n]}-{_ORDER[n + 1]}" for n in range(places[0], places[-1]))


def region_of_level(level: str) -> frozenset[str]:
    """The region of a vertebra or segment; a segment between two regions is of both."""
    return frozenset(_SPINE[point[0]] for point in level.split("-"))


def regions_of_levels(text: str) -> list[str]:
    """The regions of the levels that a text names, each by the vertebra with which it begins."""
    levels = (level for one in extract(text) if isinstance(one, LevelMention) for level in one.levels)
    return sorted({region for level in levels for region in region_of_level(level.partition("-")[0])})


def touches(level: str, known: Iterable[str]) -> bool:
    """Whether known levels speak of this one: the same, or, for a vertebra, a segment that ends at it."""
    return any(level == one or level in one.split("-") for one in known)


def serves(region: str, other: str) -> bool:
    """Whether what is done for a region is done for the other: the same, a part of it, or what it supplies with nerves."""
    return region == other or WIDER.get(other) == region or region in _SUPPLIED.get(other, ())


def akin(first: str, second: str, by_nerve: bool = True) -> bool:
    """Whether evidence of one region may well bear on the other.

    They are the same; one is part of the other (a shoulder of the upper extremity); they lie next to each other (wrist
    and hand); or, `by_nerve`, one is a part of the spine and the other the limb that its nerves supply.
    """
    if first == second or frozenset((first, second)) in _NEXT:
        return True
    for one, other in ((first, second), (second, first)):
        if WIDER.get(one) == other:
            return True
        limbs = _SUPPLIED.get(one, ()) if by_nerve else ()
        if other in limbs or WIDER.get(other) in limbs:
            return True
    return False


class FactMention(Value):
    """A fact that a text mentions, in its own words, and where in the text it stands."""

    kind: ClassVar[str] = ""
    said: str
    start: int

    def __str__(self) -> str:
        return self.said

    def borne_by(self, known: Iterable[FactMention]) -> bool:
        """Whether one of the known mentions, or all together, say this."""
        raise NotImplementedError


class DateMention(FactMention):
    """A date, as far as it is said."""

    kind: ClassVar[str] = "dates"
    when: When

    def __str__(self) -> str:
        return self.when.prose()

    def borne_by(self, known: Iterable[FactMention]) -> bool:
        return any(isinstance(one, DateMention) and self.when.is_said_by(one.when) for one in known)


class LevelMention(FactMention):
    """A vertebra, a segment, or several segments in a row."""

    kind: ClassVar[str] = "levels"
    levels: tuple[str, ...]

    def borne_by(self, known: Iterable[FactMention]) -> bool:
        levels = [level for one in known if isinstance(one, LevelMention) for level in one.levels]
        return all(touches(level, levels) for level in self.levels)


class SideMention(FactMention):
    """A side, and the region that it is said of (`""` where none is named beside it)."""

    kind: ClassVar[str] = "sides"
    side: str
    region: str

    def borne_by(self, known: Iterable[FactMention]) -> bool:
        sides = {one.side for one in known if isinstance(one, SideMention) and self._agrees(one.region)}
        both = "bilateral" in sides or {"left", "right"} <= sides
        return both or self.side in sides

    def _agrees(self, region: str) -> bool:
        return not self.region or not region or akin(self.region, region)


class RegionMention(FactMention):
    """A region of the body, in its own name."""

    kind: ClassVar[str] = "regions"
    region: str

    def borne_by(self, known: Iterable[FactMention]) -> bool:
        return any(isinstance(one, RegionMention) and one.region == self.region for one in known)


@lru_cache(maxsize=4_096)
def extract(text: str) -> tuple[FactMention, ...]:
    """Every fact that the text mentions, in the order in which they stand; remembered, so for short texts."""
    found = [mention for scan in _SCANNERS.values() for mention in scan(text)]
    return tuple(sorted(found, key=lambda mention: (mention.start, type(mention).__name__)))


@lru_cache(maxsize=512)
def extract_kind(text: str, kind: str) -> tuple[FactMention, ...]:
    """The facts of one kind (`dates`, `levels`, `sides`, `regions`) that a text mentions, such as a page."""
    return tuple(_SCANNERS[kind](text))


def _dates(text: str) -> Iterator[FactMention]:
    return (DateMention(said, start, when) for start, said, when in dates_in(text))


def _regions(text: str) -> Iterator[FactMention]:
    return (RegionMention(said, start, region) for start, said, region in regions_named(text))


# -- spinal levels --------------------------------------------------------------------------------

_NUMBER = r"(?:1[0-2]|[1-9])(?!\d)"
_POINT = rf"[CTLS]{_NUMBER}"
_COUNTED = r"(?!\s*-?\s*(?:x\b|times|days?|weeks?|wks?|months?|years?|hours?|hrs?|minutes?|visits?|sessions?|tab|cap|mm|cm|mg|lbs?|pounds?|out))"
_APART = rf"(?-i:[CTL])\s{_NUMBER}[-\u2010\u2011–—/](?-i:[CTLS])?\s?{_NUMBER}{_COUNTED}"
"""A segment whose letter stands by itself: `C 5-6`."""
_LEVEL = (
    rf"(?i)(?<![\w'\u2019])(?:{_APART}|{_POINT})(?:[-\u2010\u2011–—/][CTLS]?{_NUMBER}|\s[-–—/]\s{_POINT}|\s+(?:through|thru|to)\s+{_POINT})*"
    r"(?![\w%])(?![/.]\d)(?!\s?-?\s?(?:weighted|hyper|hypo|signal|image|sequence|relax|heart|sounds?\b))"
)
_AND_THE_NEXT = rf"(?i)(?:\s*,\s*(?:and\s+)?|\s*(?:and|&|\+)\s*)({_NUMBER}([-\u2010\u2011–—/])[CTLS]?{_NUMBER})(?![\w%])(?![/.]\d){_COUNTED}"
"""A segment after another that leaves out the letter: `C5-6 and 6-7`."""
_BELOW = {"C7": "T", "T12": "L", "L5": "S"}
"""The letter of a bare 1 after the last vertebra of its part: `L5-1` is L5-S1, and not L1 to L5."""
_NO_LEVEL = (
    r"(?i)\b(?:vitamin|hep|hepatitis|table|figure|exhibit|section|page|type|stage|schedule|code|box)\s+$"
)


def _levels(text: str) -> Iterator[FactMention]:
    end = 0
    for match in compiled(_LEVEL).finditer(text):
        if match.start() < end or compiled(_NO_LEVEL).search(text, max(0, match.start() - 12), match.start()):
            continue
        points = _points(match[0], "")
        levels = level_range(points)
        if levels:
            yield LevelMention(match[0], match.start(), levels)
        end = match.end()
        while len(points) > 1 and (more := compiled(_AND_THE_NEXT).match(text, end)):
            before, points = points, _points(more[1], points[-1][0])
            levels = level_range(points)
            strength = more[2] == "/" and "/" not in match[0]
            if strength or not levels or len(set(points)) != 2 or len(levels) != 1 or points[0] != before[-1]:
                break
            yield LevelMention(more[1], more.start(1), levels)
            end = more.end()


def _points(said: str, letter: str) -> list[str]:
    """The vertebrae of a level as it is written; one without a letter has the one before it."""
    points = list[str]()
    for part in re.finditer(r"([CTLS]?)\s?(\d{1,2})", said, re.I):
        below = _BELOW.get(points[-1], "") if points and part[2] == "1" else ""
        letter = part[1].upper() or below or letter
        points.append(f"{letter}{int(part[2])}")
    return points


# -- sides ----------------------------------------------------------------------------------------

_BODY = (
    r"(?:upper|lower)\s+(?:extremit|limb)\w*|arms?|forearms?|legs?|thighs?|cal(?:f|ves)|shoulders?|elbows?|wrists?"
    r"|hands?|thumbs?|(?:index |ring |middle |little )?fingers?|hips?|groin|knees?|ankles?|f(?:oo|ee)t|heels?"
    r"|toes?|neck|trapezius|scapula\w*|cervical|thoracic|lumbar|low back|paraspinal\w*|buttocks?|sacroiliac"
    r"|facets?|foramin\w*|radicul\w+|nerves?|rotator cuff|carpal|cubital|ulnar|median|menisc\w+|epidural"
    rf"|glenohumeral|subacromial|acromioclavicular|clavicles?|transforaminal|selective|side"
    rf"|supraspinatus|infraspinatus|subscapularis|labr(?:um|al)|deltoid|{_POINT}"
)
_NOT_NEXT = (
    r"(?!(?:the|to|of|out|open|in|for|an?|no|any|it|off|behind|over|after|before|at|by|from|on|as|is|was|his|her|him"
    r"|their|them|this|that|un\w+|with\w*)\b)"
)
_SIDED = (
    r"(?i)\b(?P<side>left|right)(?:-hand)?(?:"
    rf"-sided?\b(?:\s+(?:{_BODY})\b)?|\s+(?:(?:and|or)\s+(?:left|right)\s+)?{_NOT_NEXT}(?:[\w-]+,?\s+){{0,2}}?(?:{_BODY})\b)"
    r"|\bon\s+the\s+(?P<there>left|right)(?=\s*(?:[.,;:)]|$|and\b|at\b|more\b|than\b))"
    rf"|\bbilateral(?:ly)?(?:\s+(?:[\w-]+,?\s+){{0,2}}?(?:{_BODY})\b)?"
    rf"|\bboth\s+(?=(?:{_BODY})\b)(?:[\w-]+\s+)?(?:{_BODY})\b"
)
_SHORT = (
    rf"(?i)(?<!/)\b(?P<side>(?-i:[LR]|[LlRr]t\.?))\)?(?:[ -]sided?\b|\s+{_NOT_NEXT}(?:[a-z-]+\s+)?(?:{_BODY})\b)"
    r"|\bon\s+(?:the\s+)?(?P<there>(?-i:[LR]|[LlRr]t))(?=\s*(?:[.,;:)]|$|and\b|side\b|than\b))"
    r"|\b(?P<limb>(?-i:[LR]|[LlRr]t))\.?(?-i: ?[UL]E)\b"
    rf"|(?:(?<=\s)|(?<=^))\((?P<alone>(?-i:[LR]|[LlRr]t\.?))\)(?!\s+(?:[a-z-]+\s+)?(?:{_BODY})\b)"
    r"|(?<![\w/.])(?:(?<=\+ )|(?<=\+)|(?<=\([+-]\) )|(?<=\bpos )|(?<=\bneg )|(?<=\bpos\. )|(?<=\bneg\. )|(?<=positive )|(?<=negative )"
    r"|(?:(?<=\w -)|(?<=\w - ))(?=[LR](?!\. [A-Z])))"
    r"(?:on )?(?P<sign>(?-i:[LR]))(?![\w'’.-]\w|\w)"
)
"""A side in one letter or two, as notes write it: `L shoulder`, `(R) knee`, `Lt. hip`, `3/5 on the L`, `L UE`, `(L)`, `SLR + L`."""
_BOTH = r"(?i)(?<![\w/])(?:b/l|bilat\.?(?!\w)|(?-i:[LR]) ?[<>=/] ?(?-i:[LR])(?![\w/.-]))"
"""Both sides, also where one is the worse: `b/l`, `R > L`."""
_PAIR = r"(?i)^(left|right)\s+(?:and|or)\s+(left|right)\b"


def _sides(text: str) -> Iterator[FactMention]:
    for match in compiled(_SIDED).finditer(text):
        side = (match["side"] or match["there"] or "bilateral").lower()
        if compiled(_PAIR).match(match[0]):
            side = "bilateral"
        region = next((name for _, _, name in regions_named(match[0])), "")
        yield SideMention(match[0], match.start(), side, region)
    for match in compiled(_SHORT).finditer(text):
        letter = next(filter(None, match.groups()))[0].upper()
        region = next((name for _, _, name in regions_named(match[0])), "")
        yield SideMention(match[0], match.start(), {"L": "left", "R": "right"}[letter], region)
    for match in compiled(_BOTH).finditer(text):
        yield SideMention(match[0], match.start(), "bilateral", "")


_SCANNERS: Mapping[str, Callable[[str], Iterator[FactMention]]] = {
    "dates": _dates,
    "levels": _levels,
    "sides": _sides,
    "regions": _regions,
}
