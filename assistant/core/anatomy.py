"""Regions and spinal levels as records name them.

Determinations have been reversed for looking at the wrong spinal segment, so a region and a level are
recognised under all of their usual names: `neck` is the cervical spine, `C4 through C6` is C4-C5 and C5-C6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

CERVICAL, THORACIC, LUMBAR = "cervical spine", "thoracic spine", "lumbar spine"
UPPER, LOWER = "upper extremity", "lower extremity"

_NAMES: Mapping[str, str] = {
    CERVICAL: r"cervical|cervicalgia|cervicogenic|c-spine|(?<!femoral )(?<!surgical )(?<!talar )neck",
    THORACIC: r"thoracic|(?:upper|mid|middle)[ -]back|dorsal spine|t-spine",
    LUMBAR: r"lumbar|lumbosacral|(?:low|lower)[ -]back|l-spine|sacrum|sacral|sacroiliac|lumbago",
    "shoulder": r"shoulder|rotator cuff|glenohumeral|acromioclavicular",
    "elbow": r"elbow|epicondylitis|cubital tunnel",
    "wrist": r"wrist|carpal(?: tunnel)?",
    "hand": r"finger|thumb|(?<!other )(?<!one )(?<!at )(?<!in )(?<!by )(?<!on )(?<!-)hand(?![\w-])",
    UPPER: r"upper(?: and lower)? (?:extremity|extremities|limb)|forearm|arm(?!'s)",
    "hip": r"hip|groin",
    "knee": r"knee|meniscus|menisci|meniscal|patella",
    "ankle": r"ankle",
    "foot": r"foot|feet|heel|toe|plantar fasciitis",
    LOWER: r"lower (?:extremity|extremities|limb)|leg|thigh|calf",
}
_ANY = "|".join(f"(?P<r{n}>(?:{names})s?)" for n, names in enumerate(_NAMES.values()))
_REGION = re.compile(rf"(?<!\w)(?:{_ANY})(?!\w)", re.I)
_LAST = {"C": 7, "T": 12, "L": 5, "S": 5}
_ORDER = [f"{letter}{n}" for letter, last in _LAST.items() for n in range(1, last + 1)]
_ROOTS = frozenset({*_ORDER, "C8"})
_SPINE = {"C": CERVICAL, "T": THORACIC, "L": LUMBAR, "S": LUMBAR}
_WIDER = {
    **dict.fromkeys(("shoulder", "elbow", "wrist", "hand"), UPPER),
    **dict.fromkeys(("hip", "knee", "ankle", "foot"), LOWER),
}
_SUPPLIED = {CERVICAL: (UPPER,), LUMBAR: (LOWER,)}


def regions_named(text: str) -> Iterator[tuple[int, str, str]]:
    """Every region that a text names: where, in which words, and the region in its own name."""
    names = list(_NAMES)
    for match in _REGION.finditer(text):
        group = next(key for key, value in match.groupdict().items() if value is not None)
        yield match.start(), match[0], names[int(group[1:])]


def regions_of(text: str) -> frozenset[str]:
    """The regions that a text names."""
    return frozenset(region for _, _, region in regions_named(text))


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


def touches(level: str, known: Iterable[str]) -> bool:
    """Whether known levels speak of this one: the same, or, for a vertebra, a segment that ends at it."""
    return any(level == one or level in one.split("-") for one in known)


def akin(first: str, second: str) -> bool:
    """Whether evidence of one region may well bear on the other.

    They are the same; one is part of the other (a shoulder of the upper extremity); or one is a part of the
    spine and the other the limb that its nerves supply.
    """
    if first == second:
        return True
    for one, other in ((first, second), (second, first)):
        if _WIDER.get(one) == other:
            return True
        limbs = _SUPPLIED.get(one, ())
        if other in limbs or _WIDER.get(other) in limbs:
            return True
    return False
