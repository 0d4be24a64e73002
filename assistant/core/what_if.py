"""What a treating physician could have documented that would turn the suggestion.

A change is only named where it keeps its promise: whatever else its condition leaves open, every answer
that fulfils it leads to the other decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from assistant.core.answer import Status
from assistant.core.answer_schema import reserved
from assistant.core.cells import label_of, name_of, without
from assistant.core.completion import Choice, State
from assistant.core.condition import Atom, atoms
from assistant.core.criterion import Ruling, findings
from assistant.core.partial_date import PartialDate
from assistant.core.prompt_set import PromptSet
from assistant.core.reading import Reading
from assistant.core.settling import suggest
from assistant.core.weighing import arguments_telling, switched_off

MOST_PROMPTS = 3
_MOST_OPENED = 4


@dataclass(frozen=True)
class Change:
    """Conditions by prompt (`prompt` or `prompt.part`) that lead to `decision`, with their labels."""

    answers: Mapping[str, str]
    labels: Mapping[str, str]
    decision: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Item:
    """A condition that could be documented, and the cells of its prompt in which it then holds."""

    atom: Atom
    cells: tuple[int, ...]

    @property
    def prompt(self) -> str:
        return self.atom.prompt


_Set = tuple[_Item, ...]


@dataclass
class _Result:
    """What follows from some changes: every decision, what it rests on, and the prompts asked on the way."""

    decisions: set[str | None] = field(default_factory=set)
    rests_on: dict[str, None] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


def would_change(
    reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling]
) -> tuple[Change, ...]:
    """The smallest sets of documentable conditions that turn the suggestion to another definite one."""
    now = suggest(reading, on, rulings)
    if now.why == "open":
        return ()
    search = _Search(reading, on, rulings, now.decision)
    return tuple(search.changes())


class _Search:
    def __init__(
        self,
        reading: Reading,
        on: PartialDate | None,
        rulings: Mapping[str, Ruling],
        decision: str | None,
    ) -> None:
        self.reading = reading
        self.set = reading.prompt_set
        self.decision = decision
        given = tuple(Atom(name, reserved("given")) for name, p in self.set.prompts.items() if p.documentable)
        read = _read(self.set)
        off = switched_off(findings(reading, on, rulings))
        argued = arguments_telling(self.set, off, rulings, (*read, *given))
        self.space = argued.space
        self.weighing = argued.weighing
        self.held = self.space.held(reading)
        self.items: dict[str, list[_Item]] = {}
        for atom in dict.fromkeys((*read, *given)):
            self.add(atom)

    def add(self, atom: Atom) -> None:
        prompt = self.set.prompts[atom.prompt]
        positive = atom.condition.status in (None, Status.GIVEN)
        if not (prompt.documentable and positive) or self.reading.truth(atom) is True:
            return
        place = self.space.atoms[atom.prompt].index(atom)
        able: Sequence[int] = range(len(self.space.cells[atom.prompt]))
        rest = without(self.reading.answers.get(atom.prompt), atom.path.split(".")[1:])
        if rest is not None:
            able = self.space.agreeing(atom.prompt, rest)
        cells = tuple(n for n in able if self.space.cells[atom.prompt][n].truth[place])
        if cells:
            self.items.setdefault(atom.prompt, []).append(_Item(atom, cells))

    def changes(self) -> Iterator[Change]:
        """Every change that no other one makes needless, the smallest first."""
        found: list[tuple[_Set, _Result]] = []
        for roots in self.roots():
            if not any(_makes_needless(other, roots) for other, _ in found):
                for made in self.turning(roots):
                    if not any(_makes_needless(other, made[0]) for other, _ in found):
                        found = [one for one in found if not _makes_needless(made[0], one[0])]
                        found.append(made)
        for items, result in found:
            yield Change(
                answers={item.atom.path: name_of(item.atom) for item in items},
                labels={item.atom.path: label_of(item.atom) for item in items},
                decision=next(iter(result.decisions)) or "",
                rests_on=tuple(name for name in self.set.criteria if name in result.rests_on),
            )

    def roots(self) -> Iterator[_Set]:
        """Sets of conditions on prompts that are asked now, at most three, the smallest first."""
        asked = [name for name in self.items if self.is_asked(name)]
        for size in range(1, MOST_PROMPTS + 1):
            for names in combinations(asked, size):
                yield from _choices([self.items[name] for name in names])

    def turning(self, roots: _Set) -> Iterator[tuple[_Set, _Result]]:
        """The changes that begin with `roots`, with conditions on the prompts that these open."""
        result = self.follow(roots)
        if self.turns(result):
            yield roots, result
            return
        able = self.follow(
            roots, {name: answers for name, answers in self.held.items() if self.is_asked(name)}
        )
        if not able.decisions - {None, self.decision}:
            return
        opened = [n for n in self.items if n in able.asked and not self.is_asked(n)]
        for size in range(1, min(len(opened), _MOST_OPENED) + 1):
            for names in combinations(opened, size):
                for more in _choices([self.items[name] for name in names]):
                    result = self.follow((*roots, *more))
                    if self.turns(result):
                        yield (*roots, *more), result

    def turns(self, result: _Result) -> bool:
        """Whether every way leads to one definite decision, and that another one than now."""
        return len(result.decisions) == 1 and not result.decisions & {None, self.decision}

    def is_asked(self, name: str) -> bool:
        return self.reading.asked(name) is True

    def follow(self, items: _Set, held: Choice | None = None) -> _Result:
        """What follows where all of the items hold; nothing where one of them would not be asked.

        The other answers are as they are, an answer set aside included; or as `held` says.
        """
        rest = self.held if held is None else held
        choice: Choice = {**rest, **{item.prompt: item.cells for item in items}}
        needed = {item.prompt for item in items}
        result = _Result()
        layer: dict[State, None] = {self.space.start: None}
        for name in self.space.order:
            following: dict[State, None] = {}
            for state in layer:
                asked = self.space.asked(state, name)
                if asked:
                    result.asked.add(name)
                elif name in needed:
                    return _Result()
                following.update((after, None) for _, after in self.space.steps(state, name, choice))
            layer = following
        for state in layer:
            made = self.weighing.of(self.space.values(state))
            result.decisions.add(made.decision)
            result.rests_on.update(dict.fromkeys(made.rests_on))
        return result


def _read(prompt_set: PromptSet) -> tuple[Atom, ...]:
    """The conditions that criteria and the `when` of prompts read, those of criteria first."""
    formulas = [f for c in prompt_set.criteria.values() for f in (c.applies, c.when)]
    formulas.extend(prompt.when for prompt in prompt_set.prompts.values())
    return tuple(dict.fromkeys(atom for formula in formulas for atom in atoms(formula)))


def _choices(lists: Sequence[Sequence[_Item]]) -> Iterator[_Set]:
    """One item from each list, in order."""
    if not lists:
        yield ()
        return
    for item in lists[0]:
        for rest in _choices(lists[1:]):
            yield (item, *rest)


def _makes_needless(one: _Set, other: _Set) -> bool:
    """Whether what `other` asks for contains what `one` already suffices with."""
    wider = {item.prompt: set(item.cells) for item in one}
    if not set(wider) <= {item.prompt for item in other}:
        return False
    return all(set(item.cells) <= wider[item.prompt] for item in other if item.prompt in wider)
