"""Answers that stand for all others: one for every way in which a prompt's conditions can come out.

A group is never tried part by part: what is said of some or every part turns only on which kinds of
answers occur among the parts, so one group is made for each set of kinds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, combinations_with_replacement, pairwise, product
from typing import Any

from assistant.core.answer import Answer, Status, group, listing
from assistant.core.answer_schema import AnswerSchema
from assistant.core.probe import BOUNDS, Probe, Signature
from assistant.core.problem import refuse
from assistant.core.shape import (
    Choice,
    DateShape,
    Group,
    Listing,
    Number,
    Several,
    Shape,
    Statement,
    complete,
    schema_at,
)

_MOST_LABELS = 8
_MOST_KINDS = 8
_NOTHING = Probe()


def representatives(schema: AnswerSchema, probe: Probe, held: Answer | None = None) -> list[Answer]:
    """Valid complete answers, at least one for each truth of what `probe` asks.

    Where `held` is there already, only answers that complete it.
    """
    return _Maker(schema).make(schema.shape, probe, (), held)


class _Maker:
    def __init__(self, schema: AnswerSchema) -> None:
        self.schema = schema
        self.absent = [Answer(status=s) for s in Status if s is not Status.GIVEN and schema.may_be(s)]

    def make(self, shape: Shape, probe: Probe, path: tuple[str, ...], held: Answer | None) -> list[Answer]:
        if held is not None and complete(shape, held):
            return [held]
        if isinstance(shape, Group):
            return self.groups(shape, probe, path, held)
        if isinstance(shape, Listing):
            return self.lists(shape, probe, path, held)
        return self.values(shape, probe, path)

    def values(self, shape: Shape, probe: Probe, path: tuple[str, ...]) -> list[Answer]:
        raw = schema_at(self.schema.shape, self.schema.schema, path) or {}
        found: dict[Signature, Answer] = {}
        for value in _values(shape, probe, raw):
            if self.schema.problem(value, path) is None:
                made = Answer(value=value)
                found.setdefault(probe.kind(made), made)
                if not probe.asked and not probe.pushed:
                    break
        if not found and self.schema.may_be(Status.GIVEN):
            raise refuse(
                "No example of a valid value can be made up for this answer.",
                f"schemas/answers/{self.schema.name}.schema.json" + "".join(f", {name}" for name in path),
                "Give it `examples`.",
            )
        for made in self.absent:
            found.setdefault(probe.kind(made), made)
        return list(found.values())

    # -- groups -------------------------------------------------------------------------------

    def groups(self, shape: Group, probe: Probe, path: tuple[str, ...], held: Answer | None) -> list[Answer]:
        parts = (held.parts or {}) if held is not None else {}
        every = probe.every_part or _NOTHING
        named: dict[str, list[Answer]] = {}
        kinds: dict[str, dict[Signature, Answer]] = {}
        for name, part in shape.parts.items():
            wanted = probe.parts.get(name)
            asked = _joined(wanted or _NOTHING, every, probe.status)
            answers = self.make(part.shape, asked, (*path, name), parts.get(name))
            if wanted is not None:
                named[name] = answers
            else:
                kinds[name] = _first_of_each(asked, answers)
        made = []
        for rest in _mixtures(kinds):
            for chosen in product(*named.values()):
                both = {**rest, **dict(zip(named, chosen, strict=True))}
                made.append(group({name: both[name] for name in shape.parts}))
        if held is None and shape.instead:
            made.extend(Answer(value=value) for value in shape.instead)
            made.extend(self.absent)
        return made

    # -- lists --------------------------------------------------------------------------------

    def lists(self, shape: Listing, probe: Probe, path: tuple[str, ...], held: Answer | None) -> list[Answer]:
        asked = probe.element or _NOTHING
        place = (*path, "1")
        distinct: dict[Signature, Answer] = {}
        for answer in self.groups(shape.element, asked, place, None):
            distinct.setdefault(asked.deep(answer), answer)
        begun = [
            self.make(shape.element, asked, place, element)
            for element in ((held.parts or {}).values() if held is not None else ())
        ]
        ended = held is not None and held.closed
        more = [()] if ended else list(_tuples(list(distinct.values()), probe.sizes))
        raw = schema_at(self.schema.shape, self.schema.schema, path) or {}
        fewest, most = raw.get("minItems", 0), raw.get("maxItems", 10_000)
        made = [
            listing([*first, *extra])
            for first in product(*begun)
            for extra in more
            if fewest <= len(first) + len(extra) <= most
        ]
        return [*made, *(self.absent if held is None else ())]


def _joined(one: Probe, every: Probe, status: bool) -> Probe:
    """What is asked of a part: of it alone and of every part; its status too, where the group's matters."""
    return Probe(
        asked={**one.asked, **every.asked},
        pushed={**one.pushed, **every.pushed},
        status=one.status or every.status or status,
        values=[*one.values, *every.values],
        bounds=[*one.bounds, *every.bounds],
        multiples=[*one.multiples, *every.multiples],
        sizes=[*one.sizes, *every.sizes],
        parts={**every.parts, **one.parts},
        every_part=one.every_part or every.every_part,
        element=one.element or every.element,
    )


def _first_of_each(probe: Probe, answers: Iterable[Answer]) -> dict[Signature, Answer]:
    found: dict[Signature, Answer] = {}
    for answer in answers:
        found.setdefault(probe.kind(answer), answer)
    return found


def _mixtures(kinds: Mapping[str, Mapping[Signature, Answer]]) -> Iterator[dict[str, Answer]]:
    """One assignment of answers to the parts for each set of kinds that they can show together."""
    if not kinds:
        yield {}
        return
    every = list(dict.fromkeys(kind for of_part in kinds.values() for kind in of_part))
    most = len(kinds) if len(every) <= _MOST_KINDS else 3
    for size in range(1, min(len(every), most) + 1):
        for wanted in combinations(every, size):
            chosen = _covering(kinds, wanted)
            if chosen is not None:
                yield {name: kinds[name][kind] for name, kind in chosen.items()}


def _covering(
    kinds: Mapping[str, Mapping[Signature, Answer]], wanted: Sequence[Signature]
) -> dict[str, Signature] | None:
    """A kind for each part, all of them among `wanted` and each of those shown by some part."""
    able = {name: [kind for kind in wanted if kind in of_part] for name, of_part in kinds.items()}
    if not all(able.values()):
        return None
    taken: dict[str, Signature] = {}

    def place(kind: Signature, tried: set[str]) -> bool:
        for name, of_part in able.items():
            if kind in of_part and name not in tried:
                tried.add(name)
                if name not in taken or place(taken[name], tried):
                    taken[name] = kind
                    return True
        return False

    if not all(place(kind, set()) for kind in wanted):
        return None
    return {name: taken.get(name, of_part[0]) for name, of_part in able.items()}


def _tuples(elements: Sequence[Answer], sizes: Iterable[int]) -> Iterator[tuple[Answer, ...]]:
    """No element, one, two, one of each of several kinds, and as many as a condition counts."""
    yield ()
    for size in (1, 2):
        yield from combinations_with_replacement(elements, size)
    if len(elements) <= 5:
        for size in range(3, len(elements) + 1):
            yield from combinations(elements, size)
    for count in sorted({n + d for n in sizes for d in (-1, 0, 1) if 3 <= n + d <= 60}):
        for first in elements:
            yield (first,) * count
            for other in elements:
                if other is not first:
                    yield (*(first,) * (count - 1), other)


# -- values without parts ------------------------------------------------------------------------


def _values(shape: Shape, probe: Probe, raw: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(shape, Choice):
        yield from shape.labels
    elif isinstance(shape, Several):
        yield from _selections(list(shape.labels), probe)
    elif isinstance(shape, Number):
        yield from _numbers(shape, probe, raw)
    else:
        yield from (value for value in (*probe.values, *raw.get("examples", ())) if isinstance(value, str))
        if isinstance(shape, DateShape):
            yield from ("2014-07-12", "2014-07")
        elif isinstance(shape, Statement):
            length = int(raw.get("minLength", 1))
            yield from ("words".ljust(length, "s"), "x" * length, "1" * length, "")


def _selections(labels: list[str], probe: Probe) -> Iterator[list[str]]:
    """Every choice of the labels; of many, those that conditions name, with up to two others beside them."""
    named = labels
    if len(labels) > _MOST_LABELS:
        lists = [value for value in probe.values if isinstance(value, list)]
        mentioned = {*(v for v in probe.values if isinstance(v, str)), *(w for one in lists for w in one)}
        named = [label for label in labels if label in mentioned][:_MOST_LABELS]
    others = [label for label in labels if label not in named]
    counts = sorted({0, 1, 2, *(n + d for n in probe.sizes for d in (-1, 0, 1))}) if others else [0]
    for size in range(len(named) + 1):
        for chosen in combinations(named, size):
            for extra in counts:
                if 0 <= extra <= len(others):
                    wanted = {*chosen, *others[:extra]}
                    yield [label for label in labels if label in wanted]


def _numbers(shape: Number, probe: Probe, raw: Mapping[str, Any]) -> Iterator[float]:
    """Both sides of every number that a condition compares with, and a number between any two of them."""
    at = {*probe.bounds, *(v for v in probe.values if isinstance(v, int | float) and not isinstance(v, bool))}
    at.update(raw[word] for word in BOUNDS if word in raw)
    near = sorted({n + d for n in (at or {0}) for d in (-1, 0, 1)} | {0, 1})
    if not shape.whole:
        near = sorted({*near, *((a + b) / 2 for a, b in pairwise(near))})
    for step in probe.multiples:
        near = sorted({*near, *(n // step * step for n in near), *(n // step * step + step for n in near)})
    for number in near:
        yield int(number) if float(number).is_integer() else number
