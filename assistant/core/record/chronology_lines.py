"""A line of the chronology: its kinds, when two of them tell the same, and its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate
from assistant.core.text import digest
from assistant.core.value import Value, replace

INJURY, STUDY, OPERATION, INJECTION, THERAPY, DEVICE = (
    "injury", "study", "operation", "injection", "therapy", "device"
)  # fmt: skip
TEST, DRUG, CHANGE, WORK, DIAGNOSIS, VISIT, EVENT = (
    "test", "drug", "change", "work", "diagnosis", "visit", "event"
)  # fmt: skip
KINDS = (
    INJURY,
    STUDY,
    OPERATION,
    INJECTION,
    THERAPY,
    DEVICE,
    TEST,
    DRUG,
    CHANGE,
    WORK,
    DIAGNOSIS,
    VISIT,
    EVENT,
)
"""The kinds of line, as they stand under one another."""

IMAGING = frozenset({"Radiology report", "Sleep study"})
"""Reports of studies, whose impression tells what was found."""
NERVES = "Electrodiagnostic report"
OPERATIVE = "Operative report"

_NAMES = ("what", "count", "strength")


class Line(Value):
    """A line of the chronology. `parts` are what it is made of, such as `modality`; `also` are other pages that say it."""

    kind: str
    date: PartialDate
    parts: Mapping[str, str]
    evidence: Evidence
    region: str = ""
    side: str = ""
    also: tuple[Evidence, ...] = ()
    own: bool = False
    """Whether the document is the one about it: the report of the study or of the operation."""

    @property
    def key(self) -> str:
        """What the line is known by: its kind, its passage and what it says."""
        said = "|".join(self.parts.get(name, "") for name in _NAMES)
        return digest(f"{self.kind}|{self.evidence.quote}|{said}|{self.date}")[:16]


def merged(found: Sequence[Line]) -> list[Line]:
    """One line for what several pages tell."""
    kept: list[Line] = []
    alike: dict[tuple[str, str], list[int]] = {}
    for one in found:
        what = "" if one.kind in (OPERATION, INJURY, INJECTION) else _bare(one.parts.get("what", ""))
        places = alike.setdefault((one.kind, what), [])
        same = next((n for n in places if _SAME.get(one.kind, _same_words)(one, kept[n])), None)
        if same is None:
            places.append(len(kept))
            kept.append(one)
        else:
            kept[same] = _joined(kept[same], one)
    return kept


def _same_words(one: Line, other: Line) -> bool:
    return _bare(one.parts.get("what", "")) == _bare(other.parts.get("what", "")) and one.date == other.date


def _same_thing(one: Line, other: Line) -> bool:
    """The same kind of thing on what may be the same day, and of no other region."""
    if one.parts.get("what") != other.parts.get("what") and one.kind != OPERATION:
        return one.kind == INJECTION and one.date == other.date and _is_less_said(one, other)
    if one.region and other.region and one.region != other.region and one.kind != STUDY:
        return False
    if one.date == other.date:
        return True
    return _may_be_one_day(one, other) and one.parts.get("what") == other.parts.get("what")


def _is_less_said(one: Line, other: Line) -> bool:
    """Whether one of two injections of a day only says that there was one."""
    return INJECTION in (one.parts.get("what"), other.parts.get("what"))


def _same_drug(one: Line, other: Line) -> bool:
    first, second = one.parts.get("strength", ""), other.parts.get("strength", "")
    return one.parts["what"] == other.parts["what"] and (first == second or not first or not second)


def _same_state(one: Line, other: Line) -> bool:
    return _bare(one.parts["what"]) == _bare(other.parts["what"])


def _same_count(one: Line, other: Line) -> bool:
    return (one.parts["what"], one.parts.get("count"), one.parts.get("begins")) == (
        other.parts["what"], other.parts.get("count"), other.parts.get("begins")
    ) and (_may_be_one_day(one, other) or "as_of" in one.parts or "as_of" in other.parts)  # fmt: skip


def _may_be_one_day(one: Line, other: Line) -> bool:
    return one.date == other.date or (one.date.after(other.date), other.date.after(one.date)) == (None, None)


_SAME: Mapping[str, Callable[[Line, Line], bool]] = {
    STUDY: _same_thing,
    OPERATION: _same_thing,
    INJECTION: _same_thing,
    DRUG: _same_drug,
    WORK: _same_state,
    DIAGNOSIS: _same_state,
    THERAPY: _same_count,
    INJURY: lambda one, other: one.date == other.date,
}


_A_MONTH = 45
"""So many days on, the quantity of a drug is that of another prescription."""


def _joined(one: Line, other: Line) -> Line:
    """Both lines as one: the surer stands first, what it lacks comes from the other."""
    first, second = (one, other) if _rank(one) >= _rank(other) else (other, one)
    if one.kind in (DRUG, WORK, DIAGNOSIS) and _rank(one) == _rank(other):
        first, second = (one, other) if one.date.earliest >= other.date.earliest else (other, one)
    apart = abs((one.date.earliest - other.date.earliest).days)
    then = ("stopped", "as_of", "quantity") if apart > _A_MONTH else ("stopped", "as_of")
    parts = {
        **{key: value for key, value in second.parts.items() if key not in then},
        **first.parts,
    }
    if one.kind == INJECTION == parts.get("what"):
        parts["what"] = second.parts["what"]
    date = first.date
    if one.kind in (STUDY, OPERATION, INJECTION) and date.day is None and second.date.day is not None:
        date = second.date
    also = tuple(dict.fromkeys((*first.also, second.evidence, *second.also)))
    return replace(
        first,
        parts=parts,
        date=date,
        also=also,
        region=first.region or second.region,
        side=first.side or second.side,
    )


def _rank(one: Line) -> int:
    """How near to the source: a precise day and the words of a report go before what is retold."""
    return (
        4 * one.own
        + 2 * (one.date.day is not None and "as_of" not in one.parts)
        + ("finding" in one.parts)
        - bool({"filled", "as_of"} & {*one.parts})
    )


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


_DEGREE = r"(?i)\b(?:grade|stage|type|class|phase|degree|level|category|group|part|zone) [2-9]$"


def _clean(words: str) -> str:
    """Words of a page without the marks of doubt, the number of their entry before them and the stop of a part behind."""
    return re.sub(r"^\(?\d{1,2}[.)]\s+|[\s;:,]+$", "", re.sub(r"[‹›]", "", words))


def worded(line: Line, templates: Mapping[str, Any]) -> str:
    """The line as a sentence of the clinical summary: the words of its kind, without what it lacks."""
    told = {name: _clean(value) for name, value in line.parts.items()}
    if line.kind in (DIAGNOSIS, OPERATION):  # the number of the next entry
        told = {
            name: re.sub(r"(?<=[a-z)]) [2-9]$", "", value) if not re.search(_DEGREE, value) else value
            for name, value in told.items()
        }
    held = {**told, "date": line.date.prose(), "region": line.region, "side": line.side}
    variants = templates[line.kind]
    for variant in variants if isinstance(variants, list) else [variants]:
        names = re.findall(r"\{(\w+)\}", re.sub(r"\[[^\]]*\]", "", variant))
        if all(held.get(name) for name in names):
            kept = re.sub(
                r"\[([^\]]*)\]",
                lambda piece: (
                    piece[1] if all(held.get(n) for n in re.findall(r"\{(\w+)\}", piece[1])) else ""
                ),
                variant,
            )
            said = re.sub(r"\{(\w+)\}", lambda found: str(held[found[1]]), kept)
            if line.date.day is None:
                said = re.sub(
                    rf"\b([Oo])n (?={line.date.prose()})", lambda on: "iI"[on[1] == "O"] + "n ", said
                )
            return said[:1].upper() + said[1:]
    raise KeyError(line.kind)
