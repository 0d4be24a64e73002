"""What completions suggest, without telling apart arguments that weigh the same.

Two arguments of one tier and side that rebut nothing and are rebutted by the same stand or fall alike, so
for a decision it is enough to know whether any of them is met. A set with seventeen criteria then has a few
dozen states in place of a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.core.completion import Space
from assistant.core.condition import AllOf, AnyOf, Atom, Formula
from assistant.core.criterion import Finding, Ruling, State, Suggestion, weigh
from assistant.core.prompt_set import PromptSet

Key = tuple[str | None, str]
"""A suggestion as far as it can turn: its decision and why."""


class Weighing:
    """What is suggested where some criteria are met, under given rulings; each case worked out once.

    A list of truth values speaks of `names` in order: of all criteria, or of one for each kind of argument.
    """

    def __init__(
        self, prompt_set: PromptSet, rulings: Mapping[str, Ruling], names: Sequence[str] | None = None
    ) -> None:
        self.prompt_set = prompt_set
        self.rulings = rulings
        self.names = tuple(prompt_set.criteria if names is None else names)
        self._known: dict[tuple[bool, ...], Suggestion] = {}

    def of(self, met: Sequence[bool]) -> Suggestion:
        """The suggestion where `met` says of each name whether it is met, and nothing else is."""
        key = tuple(met)
        if key not in self._known:
            held = {name for name, is_met in zip(self.names, key, strict=True) if is_met}
            states = {n: State.MET if n in held else State.NOT_MET for n in self.prompt_set.criteria}
            self._known[key] = weigh(self.prompt_set, states, self.rulings)
        return self._known[key]

    def key(self, met: Sequence[bool]) -> Key:
        made = self.of(met)
        return made.decision, made.why


@dataclass(frozen=True)
class Arguments:
    """The completions of a set, and for each of `names` the formula under which its kind is met."""

    space: Space
    names: tuple[str, ...]

    def weighing(self, rulings: Mapping[str, Ruling]) -> Weighing:
        """What the space's last states suggest: `because` and `dissent` name only one of each kind."""
        return Weighing(self.space.prompt_set, rulings, self.names)


def arguments(prompt_set: PromptSet, off: Iterable[str]) -> Arguments:
    """The arguments of a set without the criteria `off`; worked out once for each set."""
    return _arguments(_Same(prompt_set), frozenset(off))


def arguments_telling(prompt_set: PromptSet, off: Iterable[str], also: Sequence[Atom]) -> Arguments:
    """The same, where cells also tell apart whether the conditions `also` hold."""
    taken_out = frozenset(off)
    names, formulas = [], []
    for kind in _kinds(prompt_set):
        criteria = [prompt_set.criteria[name] for name in kind if name not in taken_out]
        met: tuple[Formula, ...] = tuple(AllOf((one.applies, one.when)) for one in criteria)
        if met:
            names.append(kind[0])
            formulas.append(AnyOf(met))
    return Arguments(Space(prompt_set, formulas, also), tuple(names))


def switched_off(found: Mapping[str, Finding]) -> frozenset[str]:
    """The criteria that a ruling, or the date of their edition, takes out whatever is answered."""
    return frozenset(name for name, one in found.items() if one.reason)


def _kinds(prompt_set: PromptSet) -> list[tuple[str, ...]]:
    """The criteria, those together that weigh the same."""
    found: dict[tuple[object, ...], list[str]] = {}
    for name, one in prompt_set.criteria.items():
        rebutters = frozenset(other.id for other in prompt_set.criteria.values() if name in other.rebuts)
        alike: tuple[object, ...] = (prompt_set.rank(one), one.argues, rebutters)
        found.setdefault((name,) if one.rebuts else alike, []).append(name)
    return [tuple(names) for names in found.values()]


@dataclass(frozen=True, eq=False)
class _Same:
    """A prompt set as a key: equal only to itself."""

    prompt_set: PromptSet

    def __hash__(self) -> int:
        return id(self.prompt_set)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.prompt_set is self.prompt_set


@lru_cache(maxsize=32)
def _arguments(key: _Same, off: frozenset[str]) -> Arguments:
    return arguments_telling(key.prompt_set, off, ())
