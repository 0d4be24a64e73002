"""Clauses for a SAT solver, and the places of a prompt set that they speak of."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from assistant.core.answer import Answer
from assistant.core.value import Value

Clause = list[int]


class Clauses:
    """Clauses in conjunctive normal form, after Tseitin: a literal for each formula, the same for the same one."""

    def __init__(self) -> None:
        self.clauses: list[Clause] = []
        self.count = 0
        self._known: dict[tuple[int, ...], int] = {}
        self.true = self.new()
        self.clauses.append([self.true])

    def new(self) -> int:
        self.count += 1
        return self.count

    def add(self, *literals: int) -> None:
        self.clauses.append(list(literals))

    def all(self, literals: Iterable[int]) -> int:
        """A literal that is true where all of these are."""
        kept = sorted({one for one in literals if one != self.true})
        if -self.true in kept or any(-one in kept for one in kept if one > 0):
            return -self.true
        if not kept:
            return self.true
        if len(kept) == 1:
            return kept[0]
        key = tuple(kept)
        if key not in self._known:
            made = self._known[key] = self.new()
            for one in kept:
                self.add(-made, one)
            self.add(made, *(-one for one in kept))
        return self._known[key]

    def any(self, literals: Iterable[int]) -> int:
        """A literal that is true where one of these is."""
        return -self.all(-one for one in literals)

    def at_least(self, count: int, literals: Sequence[int]) -> int:
        """A literal that is true where at least `count` of these are."""
        if count <= 0:
            return self.true
        if count > len(literals):
            return -self.true
        sums = [self.true, *([-self.true] * count)]
        for one in literals:
            sums = [
                self.true,
                *(self.any((sums[n], self.all((sums[n - 1], one)))) for n in range(1, count + 1)),
            ]
        return sums[count]

    def exactly_one(self, literals: Sequence[int], asked: int) -> None:
        """Where `asked` holds, exactly one of the literals; else none."""
        self.add(-asked, *literals)
        for one in literals:
            self.add(asked, -one)
        if len(literals) <= 6:
            for place, one in enumerate(literals):
                for other in literals[:place]:
                    self.add(-one, -other)
            return
        before = 0
        for one in literals:
            now = self.new()
            self.add(-one, now)
            if before:
                self.add(-before, now)
                self.add(-before, -one)
            before = now


class Range(Value):
    """The numbers of a cell: from `low` to `high`, each end included or not."""

    low: float
    high: float
    with_low: bool = True
    with_high: bool = True

    def holds(self, number: float) -> bool:
        """Whether a number is among them."""
        above = number > self.low or (self.with_low and number == self.low)
        return above and (number < self.high or (self.with_high and number == self.high))

    def moved(self, by: float) -> Range:
        """The same numbers, each so much more."""
        return Range(self.low + by, self.high + by, self.with_low, self.with_high)

    def shared(self, other: Range) -> Range | None:
        """The numbers that are among both; None where there are none."""
        low = max((self.low, not self.with_low), (other.low, not other.with_low))
        high = min((self.high, self.with_high), (other.high, other.with_high))
        if low[0] > high[0] or (low[0] == high[0] and (low[1] or not high[1])):
            return None
        return Range(low[0], high[0], not low[1], high[1])


class Cell(Value):
    """Answers at a place that no condition tells apart: one of them, its literal, and how they read.

    `clear` says that nothing in it is unclear.
    """

    literal: int
    answer: Answer
    labels: tuple[str, ...]
    range: Range | None = None
    clear: bool = True


@dataclass(frozen=True, eq=False)
class Feature:
    """A place with its cells, of which exactly one is true where `active` is.

    `path` is how it is named; `prompt` is the one that it belongs to. `row` says that its cells are whether
    the table holds a row of a kind. `kind` is equal for answers that are in one cell.
    """

    path: str
    prompt: str
    active: int
    cells: tuple[Cell, ...]
    unit: str = ""
    row: bool = False
    kind: Callable[[Answer], Hashable] | None = None

    def literal_of(self, answer: Answer) -> int | None:
        """The literal of the cell in which an answer at this place is; None where it can't be told."""
        for cell in self.cells:
            if cell.range is not None and answer.given:
                if cell.range.holds(answer.value):
                    return cell.literal
            elif self.kind is None or cell.answer.status is not answer.status:
                continue
            elif self.kind(cell.answer) == self.kind(answer):
                return cell.literal
        return None
