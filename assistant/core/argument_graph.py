"""Which arguments still matter to a decision, once some of them are known to be met or not.

An argument that has fallen, one that a higher tier outweighs, and one beside which another of its tier and
side stands can be forgotten. A chain of rebuttals then leaves a few states in place of two to the power of
its length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from assistant.core.criterion import Ruling, may_rebut
from assistant.core.prompt_set import PromptSet

NOT_MET, MET = 0, 1
"""How an argument is known to have come out; any other number says that it is still open."""


class ArgumentGraph:
    """The rebuttals among some criteria of a set, under given rulings."""

    def __init__(self, prompt_set: PromptSet, names: Sequence[str], rulings: Mapping[str, Ruling]) -> None:
        criteria = [prompt_set.criteria[name] for name in names]
        self._rank = [prompt_set.rank(one) for one in criteria]
        self._side = [one.argues for one in criteria]
        self._rebuts = [
            tuple(
                place
                for place, name in enumerate(names)
                if name in one.rebuts and may_rebut(prompt_set, one, name, rulings)
            )
            for one in criteria
        ]
        self._rebutted_by = [
            tuple(other for other, rebuts in enumerate(self._rebuts) if place in rebuts)
            for place in range(len(criteria))
        ]
        self._known: dict[tuple[int, ...], tuple[int, ...]] = {}

    def forget(self, values: tuple[int, ...]) -> tuple[int, ...]:
        """The values with each argument that no longer matters to the decision put as not met."""
        if values not in self._known:
            self._known[values] = self._forgotten(list(values))
        return self._known[values]

    def _forgotten(self, values: list[int]) -> tuple[int, ...]:
        while True:
            standing = [
                place
                for place, value in enumerate(values)
                if value == MET and all(values[other] == NOT_MET for other in self._rebutted_by[place])
            ]
            needless = self._needless(values, standing)
            if not needless:
                return tuple(values)
            for place in needless:
                values[place] = NOT_MET

    def _needless(self, values: Sequence[int], standing: Sequence[int]) -> set[int]:
        """Places that are not yet put as not met and may be: all of them at once."""
        fallen = {t for place in standing for t in self._rebuts[place] if values[t] != NOT_MET}
        if fallen:
            return fallen
        highest = min((self._rank[place] for place in standing), default=None)
        taken: dict[tuple[int, str], int] = {}
        for place in standing:
            taken.setdefault((self._rank[place], self._side[place]), place)
        found = set()
        for place, value in enumerate(values):
            if value == NOT_MET or any(values[t] != NOT_MET for t in self._rebuts[place]):
                continue
            outweighed = highest is not None and self._rank[place] > highest
            beside = taken.get((self._rank[place], self._side[place]), place) != place
            if outweighed or beside:
                found.add(place)
        return found
