"""What completions suggest, without telling apart arguments that weigh the same.

Two arguments of one tier and side that rebut nothing and are rebutted by the same stand or fall alike, so
for a decision it is enough to know whether any of them is met. A set with seventeen criteria then has a few
dozen states in place of a hundred thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.core.argument_graph import ArgumentGraph
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
    """The completions of a set, and what they suggest: `because` and `dissent` name only some that stand."""

    space: Space
    weighing: Weighing


def arguments(prompt_set: PromptSet, off: Iterable[str], rulings: Mapping[str, Ruling]) -> Arguments:
    """The arguments of a set without the criteria `off`; worked out once for each set and ruling."""
    declined = frozenset(name for name, one in rulings.items() if one.ruling == "declined")
    return _arguments(_Same(prompt_set), frozenset(off), declined)


def arguments_telling(
    prompt_set: PromptSet, off: Iterable[str], rulings: Mapping[str, Ruling], also: Sequence[Atom]
) -> Arguments:
    """The same, with what a suggestion rests on, and where cells also tell apart whether `also` hold."""
    names, formulas = _formulas(prompt_set, frozenset(off))
    return Arguments(Space(prompt_set, formulas, also), Weighing(prompt_set, rulings, names))


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
def _arguments(key: _Same, off: frozenset[str], declined: frozenset[str]) -> Arguments:
    prompt_set = key.prompt_set
    rulings = {name: Ruling("declined", "") for name in sorted(declined)}
    names, formulas = _formulas(prompt_set, off)
    graph = ArgumentGraph(prompt_set, names, rulings)
    return Arguments(Space(prompt_set, formulas, forget=graph.forget), Weighing(prompt_set, rulings, names))


def _formulas(prompt_set: PromptSet, off: frozenset[str]) -> tuple[list[str], list[Formula]]:
    """One criterion of each kind, and when any of its kind is met."""
    names: list[str] = []
    formulas: list[Formula] = []
    for kind in _kinds(prompt_set):
        criteria = [prompt_set.criteria[name] for name in kind if name not in off]
        if criteria:
            names.append(criteria[0].id)
            formulas.append(AnyOf(tuple(AllOf((one.applies, one.when)) for one in criteria)))
    return names, formulas
