"""The guidelines that sets cite, with their editions and what is known of each edition at each place.

One name is one line of editions that replace each other: the edition in force on the governing day
governs. A place is a question put to a guideline; of each edition it says that it `rules` there, that it
is `silent` (somebody read it and found nothing), or that nobody has read it (`unread`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import Any

import msgspec

from assistant.core.dates import PartialDate
from assistant.core.problem import Problem, Refused
from assistant.core.value import Value
from assistant.core.yaml import FieldReader, YamlDocument, near

TIERS = ("mtus", "studies", "national", "expert", "accepted", "likely_benefit")
"""The evidence hierarchy of Lab. Code 4610.5(c)(2), highest first."""

TIER_NAMES = {
    "mtus": "the Medical Treatment Utilization Schedule (MTUS)",
    "studies": "peer-reviewed scientific and medical evidence",
    "national": "nationally recognized professional standards",
    "expert": "expert opinion",
    "accepted": "generally accepted standards of medical practice",
    "likely_benefit": "treatments likely to benefit where others are not efficacious",
}

LAW = "law"
"""The tier of what is noted beside a finding and never argues."""

FIRST_DAY = PartialDate(2013, 1, 1)
"""The first day of Independent Medical Review (Lab. Code 4610.5): no determination is governed by an earlier one."""

RUNNING = "running"
"""The key of an edition that is replaced without dates: which year's text counted, the reviewer enters."""

RULES, SILENT, UNREAD = "rules", "silent", "unread"


class Edition(Value):
    """One edition of a guideline, in force `starts` to `ends`, both days included.

    `name` is how a sentence calls it, in the singular; `dated` is the date on its cover, where it has one.
    """

    key: str
    source: str
    name: str
    dated: str = ""
    starts: PartialDate | None = None
    ends: PartialDate | None = None

    @property
    def running(self) -> bool:
        """Whether it is replaced without dates."""
        return self.key == RUNNING

    def boundaries(self) -> list[date]:
        """The day on which it begins, and the one after its end."""
        begins = [] if self.starts is None else [self.starts.earliest]
        return begins if self.ends is None else [*begins, self.ends.latest + timedelta(days=1)]

    def in_force(self, on: PartialDate) -> bool | None:
        """Whether it is in force on a day; None where a partial date leaves it open."""
        return on.within(self.starts, self.ends)


class Word(Value):
    """What is known of an edition at a place.

    `says` is rules, silent or unread. `where` is the place in the edition that rules; `by` is who saw that
    page, or read the edition and found it silent, and when; `seen` is a summary or letter that was read instead.
    """

    says: str
    where: str = ""
    by: tuple[str, str] | None = None
    seen: str = ""


class Guideline(Value):
    """One line of editions, in a tier of the evidence hierarchy or of the law, with its places."""

    name: str
    tier: str
    editions: Mapping[str, Edition]
    places: Mapping[str, Mapping[str, Word]]

    def edition_on(self, on: PartialDate) -> Edition | None:
        """The edition in force on a day; None where there is none, or where a partial date leaves it open."""
        return next((one for one in self.editions.values() if one.in_force(on) is True), None)

    def open_on(self, on: PartialDate) -> bool:
        """Whether a partial date leaves it open which edition is in force."""
        return any(one.in_force(on) is None for one in self.editions.values())

    def holes(self) -> Iterator[tuple[date, date]]:
        """The spans, from the first to the last day, between two editions in which none is in force."""
        dated = sorted((one for one in self.editions.values() if one.starts), key=_first_day)
        for earlier, later in pairwise(dated):
            if earlier.ends is not None:
                first = earlier.ends.latest + timedelta(days=1)
                last = _first_day(later) - timedelta(days=1)
                if first <= last:
                    yield first, last


def _first_day(edition: Edition) -> date:
    return edition.starts.earliest if edition.starts is not None else date.min


class Guidelines(Value, dict=True):
    """Every guideline by name; `lines` says where each stands in its file."""

    by_name: Mapping[str, Guideline]
    lines: Mapping[str, str] = msgspec.field(default_factory=dict)

    def split(self, reference: str) -> tuple[Guideline, str] | None:
        """The guideline and the place that `guideline/place` names; None where there is none."""
        name, _, place = reference.partition("/")
        guideline = self.by_name.get(name)
        return (guideline, place) if guideline is not None and place in guideline.places else None

    def word(self, reference: str, on: PartialDate) -> tuple[Edition, Word] | None:
        """The edition in force on a day and what is known of it at a place; None where none is in force."""
        found = self.split(reference)
        edition = found[0].edition_on(on) if found is not None else None
        if found is None or edition is None:
            return None
        return edition, found[0].places[found[1]].get(edition.key, Word(UNREAD))

    @cached_property
    def references(self) -> tuple[str, ...]:
        """Every place as `guideline/place`."""
        return tuple(f"{g.name}/{place}" for g in self.by_name.values() for place in g.places)

    def boundaries(self, names: frozenset[str]) -> list[date]:
        """The days from 2013-01-01 on at which an edition of one of these guidelines begins, or has just ended."""
        days = {FIRST_DAY.earliest}
        for name in names:
            for edition in self.by_name[name].editions.values():
                days.update(edition.boundaries())
        return sorted(day for day in days if day >= FIRST_DAY.earliest)


NO_GUIDELINES = Guidelines({})


def read_guidelines(*documents: YamlDocument) -> Guidelines:
    """The guidelines of one file, or of several of which each adds to those before it.

    Raises `Refused` with file and line for every fault. A later file may add guidelines, and editions and
    places to one that is known; what an earlier one says of an edition it can't change.
    """
    reader = _Reader()
    for document in documents:
        reader.read(document)
    reader.check_all()
    if reader.problems:
        raise Refused(*reader.problems)
    return Guidelines(reader.found, reader.lines)


_TOP = frozenset({"guidelines"})
_GUIDELINE = frozenset({"tier", "editions", "places"})
_EDITION = frozenset({"source", "dated", "from", "until", "name"})
_RULES = frozenset({"rules", "page", "seen"})


class _Reader(FieldReader):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Guideline] = {}
        self.lines: dict[str, str] = {}

    def read(self, doc: YamlDocument) -> None:
        self.keys(doc, (), doc.data, _TOP, ("guidelines",))
        for name, data in self.mapping(doc, ("guidelines",)).items():
            path = ("guidelines", name)
            if not isinstance(data, Mapping):
                self.say(f"The guideline `{name}` is not a map.", doc.where(*path))
                continue
            self.keys(doc, path, data, _GUIDELINE, ())
            known = self.found.get(name)
            tier = str(data.get("tier", known.tier if known is not None else ""))
            if tier not in (*TIERS, LAW):
                self.say(f"`{tier}` is not a tier.", doc.where(*path, "tier"), near(tier, (*TIERS, LAW)))
            if known is not None and tier != known.tier:
                self.say(
                    f"`{name}` is of the tier {known.tier} already.",
                    doc.where(*path, "tier"),
                    "Leave `tier` out, or give the guideline another name.",
                )
            editions = dict(known.editions) if known is not None else {}
            for key in self.mapping(doc, (*path, "editions")):
                if key in editions:
                    self.say(
                        f"The edition {key} of `{name}` is known already.", doc.where(*path, "editions", key)
                    )
                    continue
                editions[key] = self.edition(doc, (*path, "editions", key), key)
            places = {k: dict(v) for k, v in known.places.items()} if known is not None else {}
            for place, words in self.mapping(doc, (*path, "places")).items():
                here = (*path, "places", place)
                self.lines[f"{name}/{place}"] = doc.where(*here)
                if not isinstance(words, Mapping):
                    self.say(
                        f"The place `{place}` is not a map.",
                        doc.where(*here),
                        "Write {EDITION: {rules: WHERE}}.",
                    )
                    continue
                said = places.setdefault(place, {})
                for key, raw in words.items():
                    if key not in editions:
                        self.say(
                            f"`{name}` has no edition {key}.",
                            doc.where(*here, key),
                            near(key, editions) or "Name one that stands under `editions`.",
                        )
                    elif key in said and said[key].says != UNREAD:
                        self.say(f"What {key} says at `{place}` is known already.", doc.where(*here, key))
                    else:
                        said[key] = self.word(doc, (*here, key), raw)
            if not editions:
                self.say(f"`{name}` has no edition.", doc.where(*path), "Add `editions`.")
            self.lines[name] = doc.where(*path)
            self.found[name] = Guideline(name, tier, editions, places)

    def edition(self, doc: YamlDocument, path: tuple[Any, ...], key: str) -> Edition:
        data = self.mapping(doc, path)
        needed = ("source", "name") if key == RUNNING else ("source", "from", "name")
        self.keys(doc, path, data, _EDITION, needed)
        if key == RUNNING and "until" in data:
            self.say("A running edition has no end.", doc.where(*path, "until"), "Leave `until` out.")
        return Edition(
            key=key,
            source=str(data.get("source", "")),
            name=str(data.get("name", "")),
            dated=str(data.get("dated", "")),
            starts=self.date(doc, (*path, "from")),
            ends=self.date(doc, (*path, "until")),
        )

    def word(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> Word:
        if raw == UNREAD:
            return Word(UNREAD)
        if isinstance(raw, Mapping) and RULES in raw:
            self.keys(doc, path, raw, _RULES, (RULES,))
            by = self.person(doc, (*path, "page"), raw["page"]) if "page" in raw else None
            return Word(RULES, str(raw[RULES]), by, str(raw.get("seen", "")))
        if isinstance(raw, Mapping) and set(raw) == {SILENT}:
            return Word(SILENT, by=self.person(doc, (*path, SILENT), raw[SILENT]))
        self.say(
            f"A place says of an edition that it rules, is silent, or is unread; here stands `{raw}`.",
            doc.where(*path),
            "Write {rules: WHERE}, {silent: {by: WHO, on: DAY}} or unread.",
        )
        return Word(UNREAD)

    def person(self, doc: YamlDocument, path: tuple[Any, ...], raw: Any) -> tuple[str, str] | None:
        if not isinstance(raw, Mapping) or set(raw) != {"by", "on"}:
            self.say("Who read it, and when, is missing.", doc.where(*path), "Write {by: WHO, on: DAY}.")
            return None
        self.date(doc, (*path, "on"))
        return str(raw["by"]), str(raw["on"])

    def check_all(self) -> None:
        for name, one in self.found.items():
            for problem in _overlaps(one, self.lines[name]):
                self.problems.append(problem)
            for place, words in one.places.items():
                where = self.lines.get(f"{name}/{place}", self.lines[name])
                if not words:
                    self.say(f"The place `{place}` says nothing of any edition.", where, "Name an edition.")
                for edition in one.editions.values() if one.tier == "mtus" else ():
                    lasting = edition.ends is None or edition.ends.latest >= FIRST_DAY.earliest
                    if lasting and edition.key not in words:
                        self.say(
                            f"`{name}/{place}` says nothing of the edition {edition.key}, "
                            f"which was in force after {FIRST_DAY.prose()}.",
                            where,
                            f"Add `{edition.key}: {{rules: WHERE}}`, `{{silent: {{by, on}}}}` or `unread`.",
                        )


def _overlaps(guideline: Guideline, where: str) -> Iterator[Problem]:
    dated = sorted(guideline.editions.values(), key=_first_day)
    for earlier, later in pairwise(dated):
        ends = earlier.ends.latest if earlier.ends is not None else date.max
        if later.ends is not None and later.starts is not None and later.ends.latest < _first_day(later):
            yield Problem(
                f"The edition {later.key} ends before it begins.", where, "Correct `from` or `until`."
            )
        if _first_day(later) <= ends:
            yield Problem(
                f"The editions {earlier.key} and {later.key} of `{guideline.name}` are in force at once.",
                where,
                f"End {earlier.key} on the day before {later.key} begins, or give one another name.",
            )
    first = dated[0] if dated else None
    if first is not None and first.ends is not None and first.ends.latest < _first_day(first):
        yield Problem(f"The edition {first.key} ends before it begins.", where, "Correct `from` or `until`.")
