"""Which prompt set is for a service: by the words that a set says its service goes by, and the region.

A service that no set is for gets the general one, and so does one that several sets are for: it is better asked nothing
of a guideline than a neighbour's questions. What is found is a proposal, which a person confirms or changes.

The words are data: what a service goes by stands in its set, how a request speaks of it in
`prompts/intake/services.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import product
from typing import Any

from assistant.core.record.mentions import (
    WIDER,
    LevelMention,
    RegionMention,
    extract,
    region_of_level,
    regions_of,
    serves,
)
from assistant.core.record.phrases import any_of
from assistant.core.rules.rules import Sources
from assistant.core.text import compiled
from assistant.core.value import Value, replace
from assistant.core.yaml import YamlDocument

GENERAL = "general"
"""The set for whatever no other set is for; its words are services that nobody has written a set for."""


class ServiceWords(Value):
    """What a prompt set says of the service that it is for.

    `beside` are words of other services that are part of this one where they stand beside its own: the ingredients
    of a cream.
    """

    prompt_set: str
    title: str
    service: str
    regions: tuple[str, ...]
    words: tuple[str, ...]
    beside: tuple[str, ...] = ()


class SetProposal(Value):
    """The prompt set proposed for a service, in which region, and all sets that its words speak of."""

    prompt_set: str
    region: str
    candidates: tuple[str, ...]


class _Claim(Value):
    """Words of a service, and the sets that go by them."""

    start: int
    end: int
    text: str
    sets: frozenset[str]


def services_of(sources: Sources) -> tuple[ServiceWords, ...]:
    """The services that the prompt sets are for, in the order of their files."""
    return _services(tuple(sources.prompts.items()), sources.parse)


@lru_cache(maxsize=2)
def _services(
    texts: tuple[tuple[str, str], ...], parse: Callable[[str, str], YamlDocument]
) -> tuple[ServiceWords, ...]:
    found = []
    for name, text in texts:
        data = parse(text, f"prompts/{name}.yaml").data
        if isinstance(meant := data.get("for"), Mapping):
            service = str(meant.get("service", ""))
            found.append(
                ServiceWords(
                    prompt_set=name,
                    title=str(data.get("title", name)),
                    service=service,
                    regions=_texts(meant.get("regions", meant.get("region"))),
                    words=_spelled_out(meant.get("words", service)),
                    beside=_spelled_out(meant.get("beside")),
                )
            )
    return tuple(found)


def _texts(raw: Any) -> tuple[str, ...]:
    if isinstance(raw, list):
        return tuple(str(one) for one in raw)
    return () if raw is None or raw == "" else (str(raw),)


def _spelled_out(raw: Any) -> tuple[str, ...]:
    """Texts, of which one with `a|b` is each in turn, and one with `(a)` is with that word and without it."""
    each = (product(*map(_options, text.split())) for text in _texts(raw))
    return tuple(dict.fromkeys(" ".join(filter(None, parts)) for made in each for parts in made))


def _options(part: str) -> list[str]:
    optional = part.startswith("(") and part.endswith(")")
    return [*part[1:-1].split("|"), ""] if optional else part.split("|")


_PART_ALONE = (
    r"(?i)for\s+(?:the\s+|left\s+|right\s+|both\s+|bilateral\s+)*(?P<part>[\w-]+(?:\s+back)?)s?"
    r"(?:\s+(?:spine|joints?))?\s*(?:[,;(.]|$)"
)
"""A part of the body by itself after *for*: it is where the service is, and not what it is for."""
_PARTS = r"(?i),|;|/|\+|&|\b(?:and|or|plus)\b"
_FOR = r"(?i)^(?P<what>.*)\bfor\b[^,;:()]*$"
"""What stands before *for* and a service."""
_STRENGTH = r"\W*\d[\d.]*\s*%"
_DOSE = r"(?i)\b\d[\d.,/]*\s*(?:mg|mcg|µg|tab|cap|pill)|#\s*\d|\btab(?:let)?s?\b|\bcapsules?\b"


_CLOSE = 0.87
_LONG = 7
"""How near a word of so many letters comes to the one that is meant: one letter is wrong, missing or too many."""


def propose_set(
    service: str, region: str, services: Iterable[ServiceWords], said: Mapping[str, Any]
) -> SetProposal:
    """The set for a service as a request words it; the region that it names goes before the one that is given.

    `said` is how requests speak, `prompts/intake/services.yaml`.
    """
    known = {one.prompt_set: one for one in services}
    claims = _claims(service, tuple(known.values()), said)
    if not claims and (mended := _mended(service, tuple(known.values()))) != service:
        service = mended
        claims = _claims(service, tuple(known.values()), said)
    claims = _own(_independent(service, claims, said), service, known)
    regions = _regions(service, claims, said) or _regions_given(region)
    fitting = [_in_region(claim.sets, known, regions) for claim in claims]
    candidates = tuple(dict.fromkeys(name for sets in fitting for name in sorted(sets)))
    if not regions:
        anywhere = _any(said, "anywhere")
        fitting = [
            frozenset(name for name in sets if not known[name].regions)
            if anywhere.search(claim.text)
            else sets
            for claim, sets in zip(claims, fitting, strict=True)
        ]
    chosen = _the_one(fitting, known)
    return SetProposal(chosen, _region_of(known.get(chosen), regions, region), candidates)


def _the_one(fitting: list[frozenset[str]], known: dict[str, ServiceWords]) -> str:
    """The set that every claim is for; of sets for one service the last, which is a person's own."""
    left = {name for sets in fitting for name in sets}
    if not left or not all(fitting) or len({known[name].service for name in left}) > 1:
        return GENERAL
    if len(named := {known[name].regions for name in left}) > 1 and not set.intersection(*map(set, named)):
        return GENERAL
    return next(name for name in reversed(known) if name in left)


@lru_cache(maxsize=2)
def _index(services: tuple[ServiceWords, ...]) -> tuple[re.Pattern[str], Mapping[str, frozenset[str]]]:
    """A pattern of all the words of services, longest first, and the sets that go by each: *H-wave*, *H wave*, *Hwave*."""
    sets: dict[str, set[str]] = {}
    for one in services:
        for word in one.words:
            sets.setdefault(_folded(word), set()).add(one.prompt_set)
    words = sorted(
        {word.lower() for one in services for word in one.words}, key=lambda word: (-len(word), word)
    )
    pattern = "|".join(r"[\s-]*".join(map(re.escape, re.split(r"[\s-]+", word))) for word in words)
    return (
        re.compile(rf"(?i)(?<![\w])(?:{pattern})(?:e?s)?(?!\w)"),
        {word: frozenset(named) for word, named in sets.items()},
    )


def _folded(word: str) -> str:
    return re.sub(r"[\s-]+", "", word.lower())


def _any(said: Mapping[str, Any], name: str) -> re.Pattern[str]:
    """A pattern of a list of how requests speak."""
    return any_of(tuple(map(str, said[name])))


def _claims(service: str, services: tuple[ServiceWords, ...], said: Mapping[str, Any]) -> list[_Claim]:
    pattern, sets = _index(services)
    word = pattern.pattern.removeprefix("(?i)")
    allowed = "|".join(map(re.escape, map(str, said["post"])))
    left_out = compiled(
        rf"{_any(said, 'not_asked').pattern}[^,;)]*|\bpost[ -](?!(?:{allowed})\b)(?:[\w-]+ ){{0,2}}?(?:{word})"
    )
    asked = left_out.sub(_blank, service)
    return [
        _Claim(match.start(), match.end(), match[0], next(_named(_folded(match[0]), sets)))
        for match in pattern.finditer(asked)
    ]


def _named(text: str, sets: Mapping[str, frozenset[str]]) -> Iterator[frozenset[str]]:
    yield from (sets[one] for one in (text, text.removesuffix("s"), text.removesuffix("es")) if one in sets)


def _mended(service: str, services: tuple[ServiceWords, ...]) -> str:
    """A service none of whose words is known: *P.T.* without its dots, and what comes near a known word as that word."""
    parts = (part.lower() for one in services for word in one.words for part in re.split(r"[\s-]+", word))
    words = sorted({part for part in parts if len(part) >= _LONG and part.isalpha()})

    def spelled(match: re.Match[str]) -> str:
        word = match[0].lower()
        alike = [one for one in words if one[0] == word[0]]
        turned = [one for one in alike if sorted(one) == sorted(word)]
        return next(iter([*get_close_matches(word, alike, 1, _CLOSE), *turned]), match[0])

    undotted = re.sub(r"\b(?:[A-Za-z]\.){2,}", lambda match: match[0].replace(".", ""), service)
    return re.sub(rf"[^\W\d_]{{{_LONG},}}", spelled, undotted)


def _independent(service: str, claims: list[_Claim], said: Mapping[str, Any]) -> list[_Claim]:
    """Those of the claims that aren't only what an earlier one, or something else, is for or is done with."""
    kept: list[_Claim] = []
    if claims and (other := compiled(_FOR).search(service[: claims[0].start])):
        rest = _any(said, "asking").sub(" ", other["what"])
        if any(len(word) > 2 for word in re.findall(r"[^\W\d_]+", rest)) and not regions_of(rest):
            claims = [replace(claims[0], sets=frozenset({GENERAL})), *claims[1:]]
    depends = False
    end = 0
    for claim in claims:
        last = _any(said, "counted").sub("", compiled(_PARTS).split(service[end : claim.start])[-1])
        leads = re.search(r"[(:]", last) or _any(said, "depends").search(last)
        if end and (leads or (depends and not last.strip())):
            depends = True
        else:
            depends = False
            kept.append(claim)
        end = claim.end
    return kept


def _own(claims: list[_Claim], service: str, known: Mapping[str, ServiceWords]) -> list[_Claim]:
    """The claims without those that are part of another's service; what has a dose of its own is not.

    A drug in percent is an ingredient, also where nothing is said of the cream.
    """
    named = {name for claim in claims for name in claim.sets}
    owners = [*sorted(set(known) - named), *sorted(named)]
    parts = {_folded(word): name for name in owners for word in known[name].beside}
    ends = [*(claim.start for claim in claims[1:]), len(service)]
    kept = []
    for claim, end in zip(claims, ends, strict=False):
        owner = parts.get(_folded(claim.text))
        if owner is not None and owner not in named and compiled(_STRENGTH).match(service, claim.end):
            kept.append(replace(claim, sets=frozenset({owner})))
        elif owner not in named or owner in claim.sets or compiled(_DOSE).search(service, claim.end, end):
            kept.append(claim)
    return kept


def _regions(service: str, claims: list[_Claim], said: Mapping[str, Any]) -> list[frozenset[str]]:
    """The regions that a service names, each as those that it may be, without a name where no set is for it.

    A limb is none of them beside a part of it. What stands after its last claim's *for* is none of them, unless it is a
    part of the body by itself.
    """
    start = claims[-1].end if claims else len(service)
    ends = _any(said, "because").search(service, start)
    text = service[: ends.start() if ends else len(service)]
    masked = _any(said, "not_elsewhere").sub(_blank, text)
    elsewhere = list(_any(said, "elsewhere").finditer(masked))
    found = [frozenset({""}) for _ in elsewhere]
    for match in elsewhere:
        text = text[: match.start()] + _blank(match) + text[match.end() :]
    for mention in extract(text):
        if isinstance(mention, RegionMention):
            found.append(frozenset({mention.region}))
        elif isinstance(mention, LevelMention):
            found += [region_of_level(level) for level in mention.levels]
    if not found and ends and (alone := compiled(_PART_ALONE).match(service, ends.start())):
        found = [frozenset({region}) for region in regions_of(alone["part"])]
    wider = {WIDER[name] for each in found for name in each if name in WIDER}
    return [each for each in found if not each <= wider]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _regions_given(region: str) -> list[frozenset[str]]:
    named = [frozenset({one.region}) for one in extract(region) if isinstance(one, RegionMention)]
    return named or ([frozenset({region.strip()})] if region.strip() else [])


def _in_region(
    sets: frozenset[str], known: Mapping[str, ServiceWords], regions: list[frozenset[str]]
) -> frozenset[str]:
    """Those of some sets that are for every region, or for all of these."""
    return frozenset(
        name
        for name in sets
        if not known[name].regions
        or all(any(_is_for(own, one) for own in known[name].regions for one in each) for each in regions)
    )


def _region_of(chosen: ServiceWords | None, regions: list[frozenset[str]], given: str) -> str:
    """The region as the set names it; where it is for every region, as the service or else the case names it."""
    own = chosen.regions if chosen is not None else ()
    for each in regions:
        for region in sorted(each):
            held = next((one for one in own if _is_for(one, region)), None)
            if held is not None or (not own and len(regions) == 1):
                return held or region or given.strip()
    return own[0] if len(own) == 1 else given.strip()


def _is_for(own: str, region: str) -> bool:
    """Whether a set for one region is for another; the wrist is where what is felt in the hand is treated."""
    return serves(own, region) or (own, region) == ("wrist", "hand")
