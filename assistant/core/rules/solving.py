"""Questions put to the clauses of a set: whether it can be, and which few answers force it.

A smallest set of answers that forces something is the core of "these answers, and not that", thinned: no
answer of it can be left out, and none can be widened.
"""

from __future__ import annotations

import weakref
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.core.rules.clauses import Cell, Feature, Range
from assistant.core.rules.encoding import Encoded
from assistant.core.text import singular
from assistant.core.value import Value

NO_ROW = 1  # the place, among the cells of a kind of row, of there being none

MOST = 40
"""How many smallest sets are told of one kind in one era, before it is only said that there are more."""


class Forcing(Value):
    """A smallest set of answers: for each place the cells it may take; the criteria `standing`, and `met`, in one case of it."""

    places: Mapping[Feature, frozenset[int]]
    standing: tuple[str, ...] = ()
    met: tuple[str, ...] = ()

    def words(self, features: Sequence[Feature], given: bool = False) -> dict[str, str]:
        """By place, the answers in words and ranges; `features` are all places of the set.

        With `given` only what is given is told of a place, where something is.
        """
        found: dict[str, list[str]] = {}
        barred: dict[str, list[Feature]] = {}
        inside = {feature.prompt for feature in self.places if feature.path != feature.prompt}
        for feature, chosen in self.places.items():
            if feature.path in inside and chosen == {0}:
                continue  # that it has parts or rows is said by those
            if feature.row and chosen == {NO_ROW}:
                barred.setdefault(feature.path, []).append(feature)
                continue
            cells = [feature.cells[n] for n in sorted(chosen)]
            if given and any(cell.answer.given for cell in cells):
                cells = [cell for cell in cells if cell.answer.given]
            found.setdefault(feature.path, []).append(cells_in_words(feature, cells))
        for path, kinds in barred.items():
            others = [one for one in features if one.path == path and one not in kinds]
            told = "; ".join(one.cells[NO_ROW].labels[0] for one in kinds)
            if len(kinds) > len(others):
                held = "; ".join(one.cells[0].labels[0] for one in others)
                told = f"no row but {held}" if held else "no row"
            found.setdefault(path, []).append(told)
        return {path: "; ".join(told) for path, told in found.items()}


@dataclass
class Questions:
    """A solver over a coded set. What is assumed holds for one question only."""

    encoded: Encoded
    solver: Any = field(default=None, repr=False)
    fed: int = 0
    reckoned: dict[tuple[str, str, float], int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        from pysat.solvers import Solver  # loaded only where a set is proven or weighed

        self.solver = Solver(name="cadical153")
        weakref.finalize(self, self.solver.delete)  # before the interpreter takes the library away

    def can_be(self, assumed: Iterable[int]) -> bool:
        """Whether some answers make all of these literals true."""
        self._feed()
        return bool(self.solver.solve(assumptions=list(assumed)))

    def holds_now(self) -> set[int]:
        """The literals, negative ones too, that are true of the answers found last."""
        return set(self.solver.get_model())

    def _feed(self) -> None:
        clauses = self.encoded.clauses.clauses
        for clause in clauses[self.fed :]:
            self.solver.add_clause(clause)
        self.fed = len(clauses)

    def paired(self, outcomes: Sequence[int]) -> Pair:
        """The answers twice over, to ask whether two ways of them can differ in outcome."""
        return Pair(self.encoded, outcomes)

    def forcing(
        self,
        goal: Iterable[int],
        assumed: Sequence[int],
        most: int = MOST,
        within: Sequence[int] = (),
        settled: bool = False,
    ) -> tuple[list[Forcing], bool]:
        """The smallest sets of answers that force `goal` under what is assumed, and whether there are more.

        Only cases in which `within` holds too are looked at; they need not be forced. Which of several sets are
        found is up to the solver and what it was asked before; `settled`, at some cost, they are always the same.
        """
        clauses = self.encoded.clauses
        wanted = clauses.all(goal)
        fresh = clauses.new()
        found: list[Forcing] = []
        while self.can_be([*assumed, *within, wanted, fresh]):
            if len(found) == most:
                self.encoded.clauses.add(-fresh)
                return found, True
            true = self._first([*assumed, *within, wanted, fresh]) if settled else self.holds_now()
            places = (self._told_first if settled else self._thinned)(true, [*assumed, -wanted])
            stands, met = self.encoded.stands, self.encoded.met
            found.append(
                Forcing(
                    places,
                    tuple(name for name, one in stands.items() if one in true),
                    tuple(name for name, one in met.items() if one in true),
                )
            )
            if not places:
                break
            clauses.add(
                -fresh,
                *(-feature.active for feature in places),
                *(
                    cell.literal
                    for feature, chosen in places.items()
                    for n, cell in enumerate(feature.cells)
                    if n not in chosen
                ),
            )
        clauses.add(-fresh)
        return found, False

    def _thinned(self, true: set[int], against: list[int]) -> dict[Feature, frozenset[int]]:
        """The answers of a case, as few and as wide as still exclude what they are held against.

        What is told of a place are the cells that it is not in; each is left out in turn, those of one place
        together first, and with it all that the solver finds needless on the way.
        """
        held = [feature for feature in self.encoded.features if feature.active in true]
        barred = {
            -cell.literal: feature for feature in held for cell in feature.cells if cell.literal not in true
        }
        kept = self._core(against, barred)
        if kept is None:
            return _places(held, barred)  # not determined by the answers alone: told as it is
        while len(again := self._core(against, kept) or kept) < len(kept):
            kept = again
        places = dict.fromkeys(barred[one] for one in kept)
        rows_first = sorted(places, key=lambda one: not one.row)
        for feature in rows_first:
            fewer = [one for one in kept if barred[one] is not feature]
            if len(fewer) < len(kept):
                smaller = self._core(against, fewer)
                kept = kept if smaller is None else smaller
        count = Counter(barred[one] for one in kept)
        for literal in list(kept):
            # the last one of a place is needed, as was found
            if literal in kept and count[barred[literal]] > 1:
                smaller = self._core(against, [one for one in kept if one != literal])
                if smaller is not None:
                    kept, count = smaller, Counter(barred[one] for one in smaller)
        return _places(list(dict.fromkeys(barred[one] for one in kept)), kept)

    def _first(self, assumed: Sequence[int]) -> set[int]:
        """The first case under what is assumed, as the places and their cells are ordered."""
        fixed = list(assumed)
        for feature in self.encoded.features:
            for cell in feature.cells:
                if self.can_be([*fixed, cell.literal]):
                    fixed.append(cell.literal)
                    break
        self.can_be(fixed)
        return self.holds_now()

    def _told_first(self, true: set[int], against: list[int]) -> dict[Feature, frozenset[int]]:
        """The same as `_thinned`, leaving out the last places first, whatever the solver would find needless."""
        held = [feature for feature in self.encoded.features if feature.active in true]
        barred = {
            -cell.literal: feature for feature in held for cell in feature.cells if cell.literal not in true
        }
        kept = list(barred)
        if self.can_be([*against, *kept]):
            return _places(held, barred)
        rows, others = [one for one in held if one.row], [one for one in held if not one.row]
        for feature in (*reversed(rows), *reversed(others)):
            fewer = [one for one in kept if barred[one] is not feature]
            if not self.can_be([*against, *fewer]):
                kept = fewer
        for literal in reversed(kept.copy()):
            fewer = [one for one in kept if one != literal]
            if not self.can_be([*against, *fewer]):
                kept = fewer
        return _places(list(dict.fromkeys(barred[one] for one in kept)), kept)

    def _core(self, against: Sequence[int], literals: Iterable[int]) -> list[int] | None:
        """Those of the literals that suffice to exclude what they are held against; None where they don't."""
        wanted = list(literals)
        if self.can_be([*against, *wanted]):
            return None
        core = set(self.solver.get_core() or ())
        return [one for one in wanted if one in core]


def _places(features: Sequence[Feature], barred: Iterable[int]) -> dict[Feature, frozenset[int]]:
    """For each place the cells that are not barred."""
    out = set(barred)
    return {
        feature: frozenset(n for n, cell in enumerate(feature.cells) if -cell.literal not in out)
        for feature in features
    }


class Pair:
    """Two ways in which the answers of a set can come out, that agree on some prompts and differ in outcome."""

    def __init__(self, encoded: Encoded, outcomes: Sequence[int]) -> None:
        from pysat.solvers import Solver  # loaded only where a set is proven or weighed

        self.encoded = encoded
        clauses = encoded.clauses
        self.shift = clauses.count
        self.solver = Solver(name="cadical153")
        weakref.finalize(self, self.solver.delete)
        for clause in clauses.clauses:
            self.solver.add_clause(clause)
            self.solver.add_clause([self.other(one) for one in clause])
        self.fed, fresh = len(clauses.clauses), 2 * clauses.count
        self.agrees: dict[str, int] = {}
        for name, code in encoded.codes.items():
            fresh += 1
            self.agrees[name] = fresh
            for feature in code.features:
                for cell in feature.cells:
                    self.solver.add_clause([-fresh, -cell.literal, self.other(cell.literal)])
                    self.solver.add_clause([-fresh, cell.literal, -self.other(cell.literal)])
        differing = []
        for one in outcomes:
            fresh += 1
            self.solver.add_clause([-fresh, one])
            self.solver.add_clause([-fresh, -self.other(one)])
            differing.append(fresh)
        self.solver.add_clause(differing)

    def other(self, literal: int) -> int:
        return literal + self.shift if literal > 0 else literal - self.shift

    def may_differ(self, assumed: Sequence[int], agreeing: Sequence[str]) -> bool:
        """Whether both ways can fulfil what is assumed, agree on the prompts named, and come out differently."""
        both = [literal for one in assumed for literal in (one, self.other(one))]
        return bool(self.solver.solve(assumptions=[*both, *(self.agrees[name] for name in agreeing)]))


def cells_in_words(feature: Feature, cells: Iterable[Cell]) -> str:
    """Cells of a place, in their order: numbers as spans, then what else there is."""
    told: list[str] = []
    spans: list[Range] = []
    for cell in cells:
        if cell.range is None:
            told += [label for label in cell.labels if label not in told]
        elif spans and _beside(spans[-1], cell.range):
            before = spans.pop()
            spans.append(Range(before.low, cell.range.high, before.with_low, cell.range.with_high))
        else:
            spans.append(cell.range)
    ranges = [_span(one, feature) for one in spans]
    return " or ".join([*ranges, *told])


def _beside(one: Range, other: Range) -> bool:
    return other.low == one.high or (other.low == one.high + 1 and one.with_high and other.with_low)


def _span(span: Range, feature: Feature) -> str:
    return singular(_spanned(span, feature))


def _spanned(span: Range, feature: Feature) -> str:
    lows = [cell.range.low for cell in feature.cells if cell.range is not None]
    highs = [cell.range.high for cell in feature.cells if cell.range is not None]
    unit = f" {feature.unit}" if feature.unit else ""
    if span.low == span.high:
        return f"{_n(span.low)}{unit}"
    if span.low == min(lows) and span.high == max(highs):
        return f"any number{' of' if unit else ''}{unit}"
    if span.low == min(lows):
        return f"{'up to' if span.with_high else 'under'} {_n(span.high)}{unit}"
    if span.high == max(highs):
        return f"{'at least' if span.with_low else 'over'} {_n(span.low)}{unit}"
    first = f"{_n(span.low)}" if span.with_low else f"over {_n(span.low)}"
    last = f"to {_n(span.high)}" if span.with_high else f"under {_n(span.high)}"
    return f"{first} {last}{unit}"


def _n(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else str(value)
