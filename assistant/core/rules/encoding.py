"""A prompt set as clauses, for a SAT solver: every combination of answers, and what each of them suggests.

A place (a prompt, an entry of a checklist, a part of a group) has a Boolean for each of its cells, exactly
one of which is true where the place is asked. A table has, for each kind of row that its conditions can tell
apart, a count of the rows of that kind, so that any number of rows and any mixture of kinds is covered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from assistant.core.answer import STATUS_WORDS, Answer, Status, group
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    GroupShape,
    ListingShape,
    NumberShape,
    Shape,
    schema_at,
)
from assistant.core.rules.clauses import Cell, Clauses, Feature, Range
from assistant.core.rules.completion import (
    PlaceConditions,
    conditions_by_place,
    joined_conditions,
    partitions_of,
    representatives_at,
    words,
)
from assistant.core.rules.condition import (
    AllOf,
    Atom,
    Condition,
    Formula,
    Rows,
    atoms,
    holds,
    on_value,
    row_truth,
)
from assistant.core.rules.prompt_set import Criterion, Prompt, PromptSet
from assistant.core.text import with_article
from assistant.core.value import Value

_MOST_ROWS = 20_000


class _Flat(Exception):
    """A condition that can't be taken apart, so that its prompt is coded by whole answers."""


@dataclass
class PromptCode:
    """How the answer of one prompt is coded: its features, and a literal for each condition on it.

    `rows` gives what the rows of a table say of how many of each kind there are, whichever are tied.
    """

    asked: int
    features: list[Feature] = field(default_factory=list)
    truth: dict[Atom, int] = field(default_factory=dict)
    rows: Callable[[Answer], list[int]] | None = None


class Encoded:
    """A prompt set as clauses.

    `met` and `stands` hold a literal for each criterion, `put` for each question. Assumed from outside are
    `off` (a criterion can't argue: its edition, a ruling), `declined` (its rebuttals of higher tiers don't
    count) and `unread` (nobody has read the answer to a question). `gap`, `conflict`, `waiting` (nothing of
    the MTUS stands, and a question put is unread), `upheld` and `overturned` are what a suggestion can be;
    exactly one of them is true.
    """

    def __init__(self, prompt_set: PromptSet, also: Iterable[Formula] = ()) -> None:
        self.prompt_set = prompt_set
        self.clauses = Clauses()
        self.also = tuple(also)
        self.literals: dict[int, tuple[Formula, int]] = {}
        put: dict[str, dict[Atom, None]] = {}
        seen: dict[int, Formula] = {}
        for formula in self._formulas():
            for atom in atoms(formula, seen):
                put.setdefault(atom.prompt, {})[atom] = None
        tying = set(prompt_set.ties.values())
        self.codes: dict[str, PromptCode] = {}
        for name, prompt in prompt_set.prompts.items():
            asked = self.formula(prompt.when)
            if name in tying:
                self.codes[name] = PromptCode(asked)  # its answer is coded with its table
                continue
            tied = prompt_set.ties.get(name, "")
            coder = _Coder(self.clauses, prompt, tuple(put.get(name, {})), asked, bool(tied))
            self.codes[name] = coder.code()
        for exclusion in prompt_set.never:
            self.clauses.add(-self.formula(exclusion.when))
        self._argue()

    def _formulas(self) -> Iterator[Formula]:
        made = self.prompt_set
        yield from (prompt.when for prompt in made.prompts.values())
        yield from (exclusion.when for exclusion in (*made.never, *made.silent))
        yield from (question.when for question in made.questions)
        for criterion in made.criteria.values():
            yield from (criterion.applies, criterion.when)
        for note in made.notes:
            yield from (note.applies, note.when)
        yield from self.also

    @property
    def features(self) -> list[Feature]:
        """Every place that may come out in more than one way, in the order of the prompts."""
        return [one for code in self.codes.values() for one in code.features if len(one.cells) > 1]

    def formula(self, formula: Formula) -> int:
        """The literal of a formula over atoms that the set, or `also`, names."""
        clauses = self.clauses
        if isinstance(formula, bool):
            return clauses.true if formula else -clauses.true
        if isinstance(formula, Atom):
            return self.codes[formula.prompt].truth[formula]
        known = self.literals.get(id(formula))
        if known is None:
            inner = (self.formula(item) for item in formula.items)
            made = clauses.all(inner) if isinstance(formula, AllOf) else clauses.any(inner)
            known = self.literals[id(formula)] = (formula, made)  # what `let` names is met many times
        return known[1]

    # -- what is argued ---------------------------------------------------------------------------

    def _argue(self) -> None:
        made, clauses = self.prompt_set, self.clauses
        criteria = made.criteria
        self.applies = {name: self.formula(one.applies) for name, one in criteria.items()}
        self.met = {
            name: clauses.all((self.applies[name], self.formula(one.when))) for name, one in criteria.items()
        }
        self.off = {name: clauses.new() for name in criteria}
        self.declined = {name: clauses.new() for name in criteria}
        self.stands: dict[str, int] = {}
        self._rank = {name: made.rank(one) for name, one in criteria.items()}
        self._rebutters: dict[str, list[Criterion]] = {name: [] for name in criteria}
        for one in criteria.values():
            for other in one.rebuts:
                self._rebutters[other].append(one)
        for name in criteria:
            self._standing(name)
        self.put = {one.name: self.formula(one.when) for one in made.questions}
        self.unread = {one.name: clauses.new() for one in made.questions}
        self.notes = {
            one.id: clauses.all((self.formula(one.applies), self.formula(one.when))) for one in made.notes
        }
        self._weigh()

    def _standing(self, name: str) -> int:
        if name not in self.stands:
            parts = [self.met[name], -self.off[name]]
            for other in self._rebutters[name]:
                rebuts = self._standing(other.id)
                if self._rank[other.id] > self._rank[name]:
                    rebuts = self.clauses.all((rebuts, -self.declined[other.id]))
                parts.append(-rebuts)
            self.stands[name] = self.clauses.all(parts)
        return self.stands[name]

    def _weigh(self) -> None:
        clauses = self.clauses
        nothing = clauses.all(-one for one in self.stands.values())
        mtus = clauses.any(self.stands[n] for n, rank in self._rank.items() if rank == 0)
        waiting = clauses.any(clauses.all((self.put[n], self.unread[n])) for n in self.put)
        self.waiting = clauses.all((waiting, -mtus))
        upheld, overturned, conflicts = [], [], []
        above: list[int] = []
        for rank in sorted(set(self._rank.values())):
            sides = {
                side: clauses.any(
                    self.stands[n]
                    for n, one in self.prompt_set.criteria.items()
                    if self._rank[n] == rank and one.argues == side
                )
                for side in ("for", "against")
            }
            overturned.append(clauses.all((sides["for"], -sides["against"], *above)))
            upheld.append(clauses.all((sides["against"], -sides["for"], *above)))
            conflicts.append(clauses.all((*sides.values(), *above)))
            above += [-one for one in sides.values()]
        self.in_conflict = clauses.any(conflicts)
        self.gap = clauses.all((nothing, -self.waiting))
        self.conflict = clauses.all((self.in_conflict, -self.waiting))
        self.upheld = clauses.all((clauses.any(upheld), -self.waiting))
        self.overturned = clauses.all((clauses.any(overturned), -self.waiting))
        silent = {
            kind: [self.formula(one.when) for one in self.prompt_set.silent if one.covers in (kind, "")]
            for kind in ("gap", "conflict")
        }
        self.silences = {kind: tuple(found) for kind, found in silent.items()}
        self.silent = {kind: clauses.any(found) for kind, found in silent.items()}


# -- one prompt --------------------------------------------------------------------------------------


class _Coder:
    def __init__(
        self, clauses: Clauses, prompt: Prompt, put: tuple[Atom, ...], asked: int, tied: bool
    ) -> None:
        self.clauses = clauses
        self.prompt = prompt
        self.put = put
        self.asked = asked
        self.tied = tied
        self.shape = prompt.schema.shape
        self.made = PromptCode(asked)

    def code(self) -> PromptCode:
        if not self.put:
            return self.made
        before = self.clauses.count, len(self.clauses.clauses), dict(self.clauses._known)
        try:
            self.coded()
        except _Flat:
            self.clauses.count, kept, self.clauses._known = before
            del self.clauses.clauses[kept:]
            self.made = PromptCode(self.asked)
            self.flat()
        for atom, literal in self.made.truth.items():
            self.made.truth[atom] = self.clauses.all((self.asked, literal))
        return self.made

    def flat(self) -> None:
        """By whole answers, one for each way in which the conditions come out."""
        parts = partitions_of(self.prompt, self.put)
        cells = [
            Cell(self.clauses.new(), one.answer, (one.label,), clear=_clear(one.answer)) for one in parts
        ]
        self.feature(self.prompt.id, self.asked, cells)
        for place, atom in enumerate(self.put):
            self.made.truth[atom] = self.clauses.any(
                cell.literal for cell, one in zip(cells, parts, strict=True) if one.truth[place]
            )

    def feature(
        self,
        path: str,
        active: int,
        cells: Sequence[Cell],
        unit: str = "",
        kind: Callable[[Answer], Hashable] | None = None,
    ) -> None:
        self.clauses.exactly_one([cell.literal for cell in cells], active)
        self.made.features.append(Feature(path, self.prompt.id, active, tuple(cells), unit, kind=kind))

    def coded(self) -> None:
        probe = conditions_by_place(self.shape, self.put)
        if isinstance(self.shape, GroupShape):
            _GroupCoder(self, self.shape, probe).code()
        elif isinstance(self.shape, ListingShape):
            _TableCoder(self, self.shape, probe).code()
        else:
            cells = self.cells(self.shape, probe, ())
            self.feature(self.prompt.id, self.asked, cells, _unit(self.shape), probe.kind)
            for atom in self.put:
                self.made.truth[atom] = self.holding(cells, atom.condition)

    def cells(self, shape: Shape, probe: PlaceConditions, path: tuple[str, ...]) -> list[Cell]:
        """The cells of a place without parts; each status is a cell of its own."""
        probe.status = True
        if isinstance(shape, NumberShape):
            return list(self.numbers(shape, probe, path))
        answers = representatives_at(self.prompt.schema, shape, probe, path)
        made = []
        for answer in answers:
            labels: tuple[str, ...] = (words(shape, answer),)
            if isinstance(shape, ChoiceShape) and answer.given:
                kind = probe.kind(answer)
                labels = tuple(
                    label for value, label in shape.labels.items() if probe.kind(Answer(value=value)) == kind
                )
            made.append(Cell(self.clauses.new(), answer, labels, clear=_clear(answer)))
        return made

    def numbers(self, shape: NumberShape, probe: PlaceConditions, path: tuple[str, ...]) -> Iterator[Cell]:
        """The ranges between the numbers that conditions compare with, those alike beside each other as one."""
        schema = self.prompt.schema
        raw = schema_at(schema.shape, schema.schema, path) or {}
        if probe.multiples or "minimum" not in raw or "maximum" not in raw:
            raise _Flat
        low, high = raw["minimum"], raw["maximum"]
        held: list[tuple[Any, Range]] = []
        for value, span in ranges(shape.whole, low, high, probe):
            kind = probe.kind(Answer(value=value))
            if held and held[-1][0][0] == kind:
                (_, first), before = held.pop()
                held.append(((kind, first), Range(before.low, span.high, before.with_low, span.with_high)))
            else:
                held.append(((kind, value), span))
        if schema.may_be(Status.GIVEN, path):
            for (_, value), span in held:
                yield Cell(self.clauses.new(), Answer(value=value), (), range=span)
        for status in (Status.NOT_DOCUMENTED, Status.UNCLEAR):
            if schema.may_be(status, path):
                answer = Answer(status=status)
                yield Cell(
                    self.clauses.new(),
                    answer,
                    (STATUS_WORDS[status.value],),
                    clear=status is not Status.UNCLEAR,
                )

    def holding(self, cells: Iterable[Cell], condition: Condition) -> int:
        return self.clauses.any(cell.literal for cell in cells if holds(condition, cell.answer, True) is True)

    def statuses(self, shape: Shape) -> list[Cell]:
        """The cells of an answer that has no parts since it is not documented, or unclear."""
        found = []
        for status in (Status.NOT_DOCUMENTED, Status.UNCLEAR):
            if self.prompt.schema.may_be(status):
                answer = Answer(status=status)
                label = STATUS_WORDS[status.value]
                found.append(Cell(self.clauses.new(), answer, (label,), clear=status is not Status.UNCLEAR))
        return found


def _clear(answer: Answer) -> bool:
    return all(leaf.status is not Status.UNCLEAR for _, leaf in answer.leaves())


def _unit(shape: Shape) -> str:
    return shape.unit if isinstance(shape, NumberShape) else ""


def _compared(probe: PlaceConditions) -> set[float]:
    found = set(probe.bounds)
    found.update(one for one in probe.values if isinstance(one, int | float) and not isinstance(one, bool))
    return found


def ranges(whole: bool, low: float, high: float, probe: PlaceConditions) -> Iterator[tuple[float, Range]]:
    """The pieces of `low` to `high`, parted by the numbers that `probe` compares with, each with a number out of it."""
    at = _compared(probe)
    if whole:
        starts = sorted({low, *(n + d for n in at for d in (0, 1) if low <= int(n + d) <= high)})
        starts = sorted({int(one) if float(one).is_integer() else int(one) + 1 for one in starts})
        for place, start in enumerate(starts):
            end = starts[place + 1] - 1 if place + 1 < len(starts) else high
            yield start, Range(start, end)
        return
    points = sorted({low, high, *(n for n in at if low <= n <= high)})
    for place, point in enumerate(points):
        yield _number(point), Range(point, point)
        if place + 1 < len(points):
            after = points[place + 1]
            yield _number((point + after) / 2), Range(point, after, False, False)


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


# -- groups ------------------------------------------------------------------------------------------


class _GroupCoder:
    """A group part by part; `in_parts` is true where it has parts and no bare value or status of its own."""

    def __init__(self, coder: _Coder, shape: GroupShape, probe: PlaceConditions) -> None:
        self.coder = coder
        self.clauses = coder.clauses
        self.shape = shape
        self.probe = probe
        self.bare: list[Cell] = []
        self.in_parts = coder.asked
        self.parts: dict[str, list[Cell]] = {}

    def code(self) -> None:
        coder = self.coder
        if self.shape.instead:
            whole = Cell(self.clauses.new(), Answer(parts={}), ("any",))
            self.bare = [
                *(
                    Cell(self.clauses.new(), Answer(value=value), (label,))
                    for value, label in self.shape.instead.items()
                ),
                *coder.statuses(self.shape),
            ]
            coder.feature(coder.prompt.id, coder.asked, [whole, *self.bare])
            self.in_parts = whole.literal
        every = self.probe.every_part or PlaceConditions()
        for name, part in self.shape.parts.items():
            asked = joined_conditions(self.probe.parts.get(name) or PlaceConditions(), every, True)
            cells = coder.cells(part.shape, asked, (name,))
            place = f"{coder.prompt.id}.{name}"
            coder.feature(place, self.in_parts, cells, _unit(part.shape), asked.kind)
            self.parts[name] = cells
        for atom in coder.put:
            coder.made.truth[atom] = self.truth(atom)

    def truth(self, atom: Atom) -> int:
        rest = atom.path.split(".")[1:]
        if not rest:
            return self.of_whole(atom.condition)
        if len(rest) > 1 or rest[0] not in self.parts:
            raise _Flat
        here = self.coder.holding(self.parts[rest[0]], atom.condition)
        above = [
            cell.literal
            for cell in self.bare
            if not cell.answer.given and holds(atom.condition, cell.answer, True) is True
        ]
        return self.clauses.any((self.clauses.all((self.in_parts, here)), *above))

    def of_whole(self, condition: Condition) -> int:
        clauses = self.clauses
        if condition.over:
            return clauses.all((self.in_parts, self.over(condition)))
        if condition.status is not None:
            return self.status(condition.status)
        return clauses.all((self.status(Status.GIVEN), self.schema(json.loads(condition.key))))

    def over(self, condition: Condition) -> int:
        fitting = [
            self.clauses.any(self.coder.holding(cells, inner) for inner in condition.inner)
            for cells in self.parts.values()
        ]
        if condition.over == "least":
            return self.clauses.at_least(condition.least, fitting)
        return self.clauses.any(fitting) if condition.over == "some" else self.clauses.all(fitting)

    def status(self, status: Status) -> int:
        """A group is given where a part is; not documented where every part is; else unclear."""
        clauses = self.clauses
        own = [cell.literal for cell in self.bare if cell.answer.status is status]
        given = clauses.any(self.given(name) for name in self.parts)
        absent = clauses.all(
            clauses.any(c.literal for c in cells if c.answer.status is Status.NOT_DOCUMENTED)
            for cells in self.parts.values()
        )
        joint = {
            Status.GIVEN: given,
            Status.NOT_DOCUMENTED: absent,
            Status.UNCLEAR: clauses.all((-given, -absent)),
        }[status]
        return clauses.any((clauses.all((self.in_parts, joint)), *own))

    def given(self, name: str) -> int:
        return self.clauses.any(cell.literal for cell in self.parts[name] if cell.answer.given)

    def schema(self, schema: Mapping[str, Any]) -> int:
        """A JSON Schema on the given value: a bare word, or an object of the parts that are given."""
        clauses = self.clauses
        made: list[int] = []
        for keyword, wanted in schema.items():
            if keyword in ("const", "enum"):
                values = wanted if keyword == "enum" else [wanted]
                if any(not isinstance(value, str) for value in values):
                    raise _Flat
                made.append(
                    clauses.any(c.literal for c in self.bare if c.answer.given and c.answer.value in values)
                )
            elif keyword == "type":
                bare = clauses.any(c.literal for c in self.bare if c.answer.given)
                made.append({"object": self.in_parts, "string": bare}.get(str(wanted), -clauses.true))
            elif keyword == "properties":
                made += [self.property(name, inner) for name, inner in wanted.items()]
            elif keyword == "required":
                made += [
                    clauses.any((-self.in_parts, self.given(name) if name in self.parts else -clauses.true))
                    for name in wanted
                ]
            elif keyword == "allOf":
                made += [self.schema(inner) for inner in wanted]
            elif keyword == "anyOf":
                made.append(clauses.any(self.schema(inner) for inner in wanted))
            elif keyword == "not":
                made.append(-self.schema(wanted))
            elif keyword != "$defs":
                raise _Flat
        return clauses.all(made)

    def property(self, name: str, schema: Mapping[str, Any]) -> int:
        if name not in self.parts:
            return self.clauses.true
        if "$ref" in json.dumps(schema):
            raise _Flat
        here = self.coder.holding(self.parts[name], on_value(schema, "", ""))
        return self.clauses.any((-self.in_parts, -self.given(name), here))


# -- tables ------------------------------------------------------------------------------------------

Test = Callable[[Answer], bool]


class _Kind(Value):
    """One kind of row: a row of it, which tests it passes, and literals for "at least n rows of it"."""

    row: Answer
    passes: frozenset[Hashable]
    counts: tuple[int, ...]
    tied: str


class _TableCoder:
    """A table by the kinds of row that its conditions can tell apart, each with how many there are."""

    def __init__(self, coder: _Coder, shape: ListingShape, probe: PlaceConditions) -> None:
        self.coder = coder
        self.clauses = coder.clauses
        self.shape = shape
        self.probe = probe
        self.tests: dict[Hashable, Test] = {}
        self.most = 1
        self.kinds: list[_Kind] = []
        self.closed: list[Cell] = []

    def code(self) -> None:
        coder = self.coder
        for atom in coder.put:
            self.note(atom)
        rows = Cell(self.clauses.new(), Answer(parts={}, listing=True), ("given",))
        self.closed = coder.statuses(self.shape)
        coder.feature(coder.prompt.id, coder.asked, [rows, *self.closed])
        self.listed = rows.literal
        self.make_kinds()
        coder.made.rows = self.present
        for atom in coder.put:
            coder.made.truth[atom] = self.truth(atom)

    # -- what is asked of rows --------------------------------------------------------------------

    def note(self, atom: Atom) -> None:
        condition, rest = atom.condition, atom.path.split(".")[1:]
        if rest:
            if len(rest) > 1 or rest[0].isdigit() or not condition.over:
                raise _Flat
            for inner in condition.inner:
                self.tests[(rest[0], inner.key)] = _column_test(rest[0], inner)
        elif condition.rows is not None:
            self.tests[_row_key(condition.rows)] = _formula_test(condition.rows.formula)
            self.most = max(self.most, condition.rows.count + (1 if condition.rows.most else 0))
        elif condition.over:
            for inner in condition.inner:
                self.tests[("row", inner.key)] = _row_test(inner)
        elif condition.schema:
            self.note_schema(json.loads(condition.key))

    def note_schema(self, schema: Mapping[str, Any]) -> None:
        if "$ref" in json.dumps(schema):
            raise _Flat
        for keyword, wanted in schema.items():
            if keyword in ("contains", "items"):
                inner = on_value(wanted, "", "")
                self.tests[("row", inner.key)] = _row_test(inner)
            elif keyword in ("minItems", "maxItems", "minContains", "maxContains"):
                self.most = max(self.most, int(wanted) + 1)
            elif keyword in ("allOf", "anyOf"):
                for inner in wanted:
                    self.note_schema(inner)
            elif keyword == "not":
                self.note_schema(wanted)
            elif keyword not in ("type", "$defs"):
                raise _Flat
        if self.most > 60:
            raise _Flat

    def make_kinds(self) -> None:
        element = self.probe.element or PlaceConditions()
        columns: dict[str, list[Answer]] = {}
        size = 1
        for name, part in self.shape.element.parts.items():
            asked = joined_conditions(
                element.parts.get(name) or PlaceConditions(),
                element.every_part or PlaceConditions(),
                bool(element.parts.get(name)),
            )
            columns[name] = representatives_at(self.coder.prompt.schema, part.shape, asked, ("1", name))
            size *= len(columns[name])
        if size > _MOST_ROWS:
            raise _Flat
        found: dict[tuple[frozenset[Hashable], bool], Answer] = {}
        for chosen in product(*columns.values()):
            row = group(dict(zip(columns, chosen, strict=True)))
            passes = self.passed(row)
            found.setdefault((passes, _clear(row)), row)
        for (passes, _), row in found.items():
            for tied in ("this", "others") if self.coder.tied else ("",):
                counts = tuple(self.clauses.new() for _ in range(self.most))
                self.kinds.append(_Kind(row, passes, counts, tied))
                self.count_kind(self.kinds[-1])
        if self.coder.tied:
            mine = [kind.counts[0] for kind in self.kinds if kind.tied == "this"]
            for kind in self.kinds:
                if kind.tied == "others":
                    self.clauses.add(-kind.counts[0], *mine)

    def count_kind(self, kind: _Kind) -> None:
        label = _row_words(self.shape, kind.row, self.tests)
        if kind.tied:
            label += ", asked for" if kind.tied == "this" else ", not asked for"
        for place, literal in enumerate(kind.counts):
            self.clauses.add(-literal, self.listed)
            if place:
                self.clauses.add(-literal, kind.counts[place - 1])
            several = f"{place + 1} or more of: " if place else ""
            absent = self.clauses.all((self.listed, -literal))
            present = Cell(literal, kind.row, (f"{several}{label}",), clear=_clear(kind.row))
            none = Cell(
                absent, Answer(), (f"no more: {label}" if place else f"no {label.partition(' ')[2]}",)
            )
            self.coder.made.features.append(
                Feature(
                    f"{self.coder.prompt.id} ({self.shape.noun})",
                    self.coder.prompt.id,
                    self.listed,
                    (present, none),
                    row=True,
                )
            )

    def present(self, answer: Answer) -> list[int]:
        """What its rows, as far as they are complete, say of how many rows of each kind there are."""
        columns = len(self.shape.element.parts)
        rows = list((answer.parts or {}).values())
        whole = [row for row in rows if len(row.parts or {}) == columns]
        keys = [(self.passed(row), _clear(row)) for row in whole]
        kinds: dict[tuple[frozenset[Hashable], bool], list[int]] = {}
        for kind in self.kinds:
            kinds.setdefault((kind.passes, _clear(kind.row)), []).extend(kind.counts)
        made = []
        for key, literals in kinds.items():
            count = keys.count(key)
            made.append(self.clauses.at_least(min(count, self.most), literals))
            if answer.closed and len(whole) == len(rows) and count < self.most:
                made.append(-self.clauses.at_least(count + 1, literals))
        return made

    def passed(self, row: Answer) -> frozenset[Hashable]:
        return frozenset(key for key, test in self.tests.items() if test(row))

    # -- conditions -------------------------------------------------------------------------------

    def counted(self, test: Callable[[_Kind], bool], count: int) -> int:
        """At least so many rows whose kind fulfils a test."""
        chosen = [literal for kind in self.kinds if test(kind) for literal in kind.counts[:count]]
        return self.clauses.at_least(count, chosen)

    def truth(self, atom: Atom) -> int:
        condition, rest = atom.condition, atom.path.split(".")[1:]
        clauses = self.clauses
        if condition.rows is not None:
            return clauses.all((self.listed, self.of_rows(condition.rows)))
        if condition.over:
            keys = {(rest[0] if rest else "row", inner.key) for inner in condition.inner}
            return clauses.all((self.listed, self.over(condition, keys)))
        if condition.status is not None:
            own = [cell.literal for cell in self.closed if cell.answer.status is condition.status]
            return clauses.any((self.listed, *own)) if condition.status is Status.GIVEN else clauses.any(own)
        return clauses.all((self.listed, self.schema(json.loads(condition.key))))

    def over(self, condition: Condition, keys: set[Any]) -> int:
        def fits(kind: _Kind) -> bool:
            return bool(keys & kind.passes)

        if condition.over in ("some", "least"):
            return self.counted(fits, condition.least if condition.over == "least" else 1)
        some = self.counted(lambda kind: True, 1)
        return self.clauses.all((some, -self.counted(lambda kind: not fits(kind), 1)))

    def of_rows(self, rows: Rows) -> int:
        key = _row_key(rows)

        def fits(kind: _Kind) -> bool:
            if rows.tied and kind.tied != rows.tied:
                return False
            return (key in kind.passes) is not rows.failing

        count = self.counted(fits, rows.count + 1 if rows.most else rows.count)
        made = -count if rows.most else count
        return self.clauses.all((made, self.counted(lambda kind: True, 1))) if rows.tied else made

    def schema(self, schema: Mapping[str, Any]) -> int:
        clauses = self.clauses
        made: list[int] = []
        for keyword, wanted in schema.items():
            if keyword == "type":
                made.append(clauses.true if wanted == "array" else -clauses.true)
            elif keyword == "minItems":
                made.append(self.counted(lambda kind: True, int(wanted)))
            elif keyword == "maxItems":
                made.append(-self.counted(lambda kind: True, int(wanted) + 1))
            elif keyword == "items":
                made.append(-self.of_elements(wanted, 1, failing=True))
            elif keyword == "contains":
                made.append(self.of_elements(wanted, int(schema.get("minContains", 1))))
                if "maxContains" in schema:
                    made.append(-self.of_elements(wanted, int(schema["maxContains"]) + 1))
            elif keyword == "allOf":
                made += [self.schema(inner) for inner in wanted]
            elif keyword == "anyOf":
                made.append(clauses.any(self.schema(inner) for inner in wanted))
            elif keyword == "not":
                made.append(-self.schema(wanted))
        return clauses.all(made)

    def of_elements(self, schema: Mapping[str, Any], count: int, failing: bool = False) -> int:
        key = ("row", on_value(schema, "", "").key)
        return self.counted(lambda kind: (key in kind.passes) is not failing, count)


def _row_key(rows: Rows) -> Hashable:
    return ("formula", rows.formula)


def _formula_test(formula: Formula) -> Test:
    return lambda row: row_truth(formula, row) is True


def _row_test(condition: Condition) -> Test:
    return lambda row: holds(condition, row, True) is True


def _column_test(column: str, condition: Condition) -> Test:
    return lambda row: holds(condition, (row.parts or {}).get(column), True) is True


def _row_words(shape: ListingShape, row: Answer, tests: Mapping[Hashable, Test]) -> str:
    """A kind of row in words: only what its conditions look at."""
    read = {atom.path for key in tests for atom in (atoms(key[1]) if key[0] == "formula" else ())}  # type: ignore[index]
    parts = row.parts or {}
    told = [
        f"{name.replace('_', ' ')} {words(shape.element.parts[name].shape, part)}"
        for name, part in parts.items()
        if not read or name in read
    ]
    return f"{with_article(shape.noun)} with {', '.join(told)}" if told else with_article(shape.noun)
