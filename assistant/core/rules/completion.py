"""What conditions look at in an answer: the values, parts and elements on which their truth turns.

Two answers that agree on all of it can't be told apart by any condition, so one of them stands for both.
Without this, every value of every part would have to be tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, combinations_with_replacement, pairwise, permutations, product
from typing import Any

from assistant.core.answer import STATUS_WORDS, Answer, Status, group, listing
from assistant.core.problem import refuse
from assistant.core.rules.answer_schema import (
    AnswerSchema,
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
    StatementShape,
    schema_at,
    select,
)
from assistant.core.rules.condition import AllOf, Atom, Condition, Formula, atoms, holds
from assistant.core.rules.prompt_set import Prompt, PromptSet
from assistant.core.value import Value

Signature = tuple[Any, ...]

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SIZES = ("minItems", "maxItems", "minContains", "maxContains")


@dataclass
class PlaceConditions:
    """What is asked of the answer at one place, and below it.

    `asked` are the conditions put to this very place, `pushed` the pieces of conditions put to a place
    above it; `status` says that its status matters. `values`, `bounds`, `multiples` and `sizes` are the
    constants that they compare with. `every_part` is asked of each part of a group, `element` of each
    element of a list, `parts` of a part by name.
    """

    asked: dict[str, Condition] = field(default_factory=dict)
    pushed: dict[str, Condition] = field(default_factory=dict)
    status: bool = False
    values: list[Any] = field(default_factory=list)
    bounds: list[float] = field(default_factory=list)
    multiples: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    parts: dict[str, PlaceConditions] = field(default_factory=dict)
    every_part: PlaceConditions | None = None
    element: PlaceConditions | None = None

    def kind(self, answer: Answer | None) -> Signature:
        """The truth of all that is noted here and below; equal for answers that it can't tell apart."""
        return self._signature(answer, True)

    def deep(self, answer: Answer | None) -> Signature:
        """The truth of what is asked here and below, without the pieces of what is asked above."""
        return self._signature(answer, False)

    def _signature(self, answer: Answer | None, pieces: bool) -> Signature:
        if answer is None:
            return (None,)
        conditions = (*self.asked.values(), *(self.pushed.values() if pieces else ()))
        own = (answer.status if self.status else None, *(holds(one, answer, True) for one in conditions))
        if answer.parts is None or answer.listing:
            return own
        below = (probe._signature(answer.parts.get(name), pieces) for name, probe in self.parts.items())
        return (*own, *below)

    def part(self, name: str) -> PlaceConditions:
        """What is asked of one part alone."""
        return self.parts.setdefault(name, PlaceConditions())

    def of_elements(self) -> PlaceConditions:
        if self.element is None:
            self.element = PlaceConditions()
        return self.element

    def of_parts(self) -> PlaceConditions:
        if self.every_part is None:
            self.every_part = PlaceConditions()
        return self.every_part


def conditions_by_place(shape: Shape, atoms: Iterable[Atom]) -> PlaceConditions:
    """What `atoms`, all about one prompt whose answer has `shape`, look at."""
    root = PlaceConditions()
    for atom in atoms:
        place, at, gathered = root, shape, False
        for name in atom.path.split(".")[1:]:
            if isinstance(at, ListingShape):
                place, at, gathered = place.of_elements(), at.element, True
                if name.isdigit():
                    continue
            if isinstance(at, GroupShape):
                place, at = place.part(name), at.parts[name].shape
        _ask(place, at, atom.condition, gathered)
    return root


def _ask(place: PlaceConditions, shape: Shape, condition: Condition, gathered: bool = False) -> None:
    if condition.rows is not None:
        columns = shape.element.parts if isinstance(shape, ListingShape) else {}
        for atom in atoms(condition.rows.formula):
            if atom.path in columns:
                _ask(place.of_elements().part(atom.path), columns[atom.path].shape, atom.condition)
        return
    if condition.over:
        target = place
        if condition.over == "least" and isinstance(shape, GroupShape):
            place.sizes.append(condition.least)
        if not gathered:
            target = place.of_elements() if isinstance(shape, ListingShape) else place.of_parts()
        for inner in condition.inner:
            for below in _below(shape, gathered):
                _ask(target, below, inner)
        return
    place.asked[condition.key] = condition
    if condition.status is not None or isinstance(shape, GroupShape | ListingShape):
        place.status = True
    if condition.schema:
        schema = json.loads(condition.key)
        _look(place, shape, schema, schema.get("$defs", {}))


def _below(shape: Shape, gathered: bool) -> Iterator[Shape]:
    if gathered:
        yield shape
    elif isinstance(shape, ListingShape):
        yield shape.element
    elif isinstance(shape, GroupShape):
        seen: list[Shape] = []
        for part in shape.parts.values():
            if part.shape not in seen:
                seen.append(part.shape)
                yield part.shape


def _look(place: PlaceConditions, shape: Shape, schema: Mapping[str, Any], defs: Mapping[str, Any]) -> None:
    """Notes the constants in a schema put to `place`, and pushes its pieces down to parts and elements."""
    if "$ref" in schema:
        _look(place, shape, defs.get(str(schema["$ref"]).removeprefix("#/$defs/"), {}), defs)
    for branch in (*schema.get("allOf", ()), *schema.get("anyOf", ())):
        _look(place, shape, branch, defs)
    if "not" in schema:
        _look(place, shape, schema["not"], defs)
    for value in (*((schema["const"],) if "const" in schema else ()), *schema.get("enum", ())):
        place.values.append(value)
        if isinstance(shape, GroupShape) and isinstance(value, Mapping):
            for name, inner in value.items():
                if name in shape.parts:
                    _push(place.part(name), shape.parts[name].shape, {"const": inner}, defs)
    place.bounds.extend(schema[word] for word in BOUNDS if word in schema)
    place.sizes.extend(int(schema[word]) for word in _SIZES if word in schema)
    if "multipleOf" in schema:
        place.multiples.append(schema["multipleOf"])
    if isinstance(shape, GroupShape):
        for name, inner in schema.get("properties", {}).items():
            if name in shape.parts:
                _push(place.part(name), shape.parts[name].shape, inner, defs)
        for name in schema.get("required", ()):
            if name in shape.parts:
                place.part(name).status = True
    for word in ("items", "contains"):
        if word in schema and isinstance(shape, ListingShape):
            _push(place.of_elements(), shape.element, schema[word], defs, whole=True)
        elif word in schema and isinstance(shape, SeveralShape):
            _look(place, shape, {k: v for k, v in schema[word].items() if k in ("const", "enum")}, defs)


def _push(
    place: PlaceConditions,
    shape: Shape,
    schema: Mapping[str, Any],
    defs: Mapping[str, Any],
    whole: bool = False,
) -> None:
    """A piece of a condition, for the place below; `whole` where it is asked of an element as such."""
    key = json.dumps({**schema, "$defs": defs} if defs else schema, sort_keys=True, ensure_ascii=False)
    condition = Condition(key, "", schema=True)
    (place.asked if whole else place.pushed)[key] = condition
    place.status = True
    _look(place, shape, schema, defs)


# Answers that stand for all others: one for every way in which a prompt's conditions can come out.


_MOST_LABELS = 8
_MOST_KINDS = 8
_NOTHING = PlaceConditions()


def representatives_at(
    schema: AnswerSchema, shape: Shape, probe: PlaceConditions, path: tuple[str, ...] = ()
) -> list[Answer]:
    """Valid complete answers at `path` below the schema's own value, at least one for each truth of what `probe` asks."""
    return _Maker(schema).make(shape, probe, path)


class _Maker:
    def __init__(self, schema: AnswerSchema) -> None:
        self.schema = schema
        self.absent = [Answer(status=s) for s in Status if s is not Status.GIVEN and schema.may_be(s)]

    def make(self, shape: Shape, probe: PlaceConditions, path: tuple[str, ...]) -> list[Answer]:
        if isinstance(shape, GroupShape):
            return self.groups(shape, probe, path)
        if isinstance(shape, ListingShape):
            return self.lists(shape, probe, path)
        return self.values(shape, probe, path)

    def values(self, shape: Shape, probe: PlaceConditions, path: tuple[str, ...]) -> list[Answer]:
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
            if self.schema.may_be(made.status, path):
                found.setdefault(probe.kind(made), made)
        return list(found.values())

    # -- groups -------------------------------------------------------------------------------

    def groups(self, shape: GroupShape, probe: PlaceConditions, path: tuple[str, ...]) -> list[Answer]:
        every = probe.every_part or _NOTHING
        named: dict[str, list[Answer]] = {}
        kinds: dict[str, dict[Signature, Answer]] = {}
        for name, part in shape.parts.items():
            wanted = probe.parts.get(name)
            asked = joined_conditions(wanted or _NOTHING, every, probe.status)
            answers = self.make(part.shape, asked, (*path, name))
            if wanted is not None:
                named[name] = answers
            else:
                kinds[name] = _first_of_each(asked, answers)
        made = []
        for rest in (*_mixtures(kinds), *(_counts(kinds) if probe.sizes else ())):
            for chosen in product(*named.values()):
                both = {**rest, **dict(zip(named, chosen, strict=True))}
                made.append(group({name: both[name] for name in shape.parts}))
        if shape.instead:
            made.extend(Answer(value=value) for value in shape.instead)
            made.extend(self.absent)
        return made

    # -- lists --------------------------------------------------------------------------------

    def lists(self, shape: ListingShape, probe: PlaceConditions, path: tuple[str, ...]) -> list[Answer]:
        asked = probe.element or _NOTHING
        distinct: dict[Signature, Answer] = {}
        for answer in self.groups(shape.element, asked, (*path, "1")):
            distinct.setdefault(asked.deep(answer), answer)
        raw = schema_at(self.schema.shape, self.schema.schema, path) or {}
        fewest, most = raw.get("minItems", 0), raw.get("maxItems", 10_000)
        several = _tuples(list(distinct.values()), probe.sizes)
        return [*(listing([*one]) for one in several if fewest <= len(one) <= most), *self.absent]


def joined_conditions(one: PlaceConditions, every: PlaceConditions, status: bool) -> PlaceConditions:
    """What is asked of a part: of it alone and of every part; its status too, where the group's matters."""
    return PlaceConditions(
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


def _first_of_each(probe: PlaceConditions, answers: Iterable[Answer]) -> dict[Signature, Answer]:
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


def _counts(kinds: Mapping[str, Mapping[Signature, Answer]]) -> Iterator[dict[str, Answer]]:
    """Any number of parts of one kind and all others of another, as far as they can show these."""
    every = dict.fromkeys(kind for of_part in kinds.values() for kind in of_part)
    for one, other in permutations(every, 2):
        for number in range(1, len(kinds)):
            wanted = {name: one if place < number else other for place, name in enumerate(kinds)}
            if all(kind in kinds[name] for name, kind in wanted.items()):
                yield {name: kinds[name][kind] for name, kind in wanted.items()}


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


def _values(shape: Shape, probe: PlaceConditions, raw: Mapping[str, Any]) -> Iterator[Any]:
    if isinstance(shape, ChoiceShape):
        yield from shape.labels
    elif isinstance(shape, SeveralShape):
        yield from _selections(list(shape.labels), probe)
    elif isinstance(shape, NumberShape):
        yield from _numbers(shape, probe, raw)
    else:
        yield from (value for value in (*probe.values, *raw.get("examples", ())) if isinstance(value, str))
        if isinstance(shape, DateShape):
            yield from ("2014-07-12", "2014-07")
        elif isinstance(shape, StatementShape):
            length = int(raw.get("minLength", 1))
            yield from ("words".ljust(length, "s"), "x" * length, "1" * length, "")


def _selections(labels: list[str], probe: PlaceConditions) -> Iterator[list[str]]:
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


def _numbers(shape: NumberShape, probe: PlaceConditions, raw: Mapping[str, Any]) -> Iterator[float]:
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


# The cells of a prompt: its answers, told apart only as far as the conditions put to it can tell them.


Truths = tuple[bool, ...]


class Partition(Value):
    """One way in which the conditions on a prompt come out: `truth` in their order, and a witness for it."""

    truth: Truths
    answer: Answer
    label: str


def partitions_of(prompt: Prompt, atoms: Sequence[Atom]) -> tuple[Partition, ...]:
    """Every cell of a prompt under `atoms`, all about it."""
    found: dict[Truths, Partition] = {}
    shape = prompt.schema.shape
    for answer in representatives_at(prompt.schema, shape, conditions_by_place(shape, atoms)):
        truth = truths(prompt, atoms, answer)
        if truth not in found:
            found[truth] = Partition(truth, answer, _label(prompt, atoms, truth, answer))
    return tuple(found.values())


def truths(prompt: Prompt, atoms: Sequence[Atom], answer: Answer) -> Truths:
    """Which of the atoms hold of a complete answer."""
    shape = prompt.schema.shape
    made = []
    for atom in atoms:
        at, whole = select(shape, answer, tuple(atom.path.split(".")[1:]))
        made.append(holds(atom.condition, at, whole) is True)
    return tuple(made)


def label_of(atom: Atom) -> str:
    """A condition in words, with the part that it speaks of."""
    part = " ".join(atom.path.split(".")[1:]).replace("_", " ")
    return f"{part}: {atom.condition.says}" if part else atom.condition.says


def name_of(atom: Atom) -> str:
    """What a prompt set calls a condition; one without a name is told in words."""
    return atom.condition.name or atom.condition.says


def _label(prompt: Prompt, atoms: Sequence[Atom], truth: Truths, answer: Answer) -> str:
    """The conditions that hold, in words; where none does, the answer itself."""
    true = [atom for atom, held in zip(atoms, truth, strict=True) if held]
    telling = [atom for atom in true if atom.condition.key != "status:given"]
    return "; ".join(dict.fromkeys(label_of(atom) for atom in telling)) or words(prompt.schema.shape, answer)


def words(shape: Shape, answer: Answer) -> str:
    """An answer in a few words."""
    if answer.parts is None and not answer.given:
        return STATUS_WORDS[answer.status.value]
    if isinstance(shape, ListingShape):
        count = len(answer.parts or {})
        return f"{count or 'no'} {shape.noun if count == 1 else shape.noun + ' entries'}"
    if isinstance(shape, GroupShape):
        if answer.parts is None:
            return shape.instead.get(str(answer.value), str(answer.value))
        told: dict[str, list[str]] = {}
        for name, part in answer.parts.items():
            told.setdefault(words(shape.parts[name].shape, part), []).append(name.replace("_", " "))
        return "; ".join(f"{', '.join(names)}: {value}" for value, names in told.items())
    if isinstance(shape, ChoiceShape):
        return shape.labels.get(str(answer.value), str(answer.value))
    if isinstance(shape, SeveralShape):
        return ", ".join(shape.labels.get(str(value), str(value)) for value in answer.value) or "none of them"
    if isinstance(shape, NumberShape):
        return f"{answer.value} {shape.unit}".strip()
    return STATUS_WORDS["given"]


def opened_by(prompt_set: PromptSet, name: str) -> frozenset[str]:
    """The prompts whose `when` reads a prompt, and those that these open in turn."""
    found = {name}
    for other, prompt in prompt_set.prompts.items():  # a `when` names only prompts above
        if any(found & set(atom.prompts) for atom in atoms(prompt.when)):
            found.add(other)
    return frozenset(found - {name})


# A formula as a physician reads it.


Named = Mapping[str, Formula]


def formula_in_words(formula: Formula, names: Named | None = None) -> str:
    """The formula with the labels of its conditions; "always" and "never" where it states nothing.

    What `names` have a name for is called by it.
    """
    known = names or {}
    if isinstance(formula, bool):
        return "always" if formula else "never"
    for name, meant in known.items():
        if formula == meant:
            return name
    if isinstance(formula, Atom):
        return f"{formula.prompt.replace('_', ' ')}: {label_of(formula)}"
    items, said = list(formula.items), []
    for name, meant in known.items():
        if type(meant) is type(formula) and all(one in items for one in meant.items):
            items = [one for one in items if one not in meant.items]
            said.append(name)
    said += [_within(one, known) for one in items]
    return ("; and " if isinstance(formula, AllOf) else "; or ").join(said)


def _within(formula: Formula, names: Named) -> str:
    said = formula_in_words(formula, names)
    return said if isinstance(formula, Atom | bool) or said in names else f"({said})"
