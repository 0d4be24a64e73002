"""What is suggested while answers are still missing, and which of them would settle it.

A suggestion is made as soon as no missing answer can turn it; until then there is none, and the reviewer
is told what to look for.
"""

from __future__ import annotations

from collections.abc import Mapping

from assistant.core.completion import Choice, Space, State, opened_by
from assistant.core.criterion import SIDE, Finding, Ruling, Suggestion, findings, weigh
from assistant.core.criterion import State as CriterionState
from assistant.core.frozen import replace
from assistant.core.partial_date import PartialDate
from assistant.core.prompt_set import PromptSet
from assistant.core.reading import Reading
from assistant.core.weighing import Key, Weighing, arguments, switched_off


def suggest(reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling]) -> Suggestion:
    """What the guidelines suggest under the answers there are; `on` is the date that governs editions."""
    prompt_set = reading.prompt_set
    found = findings(reading, on, rulings)
    so_far = weigh(prompt_set, {name: one.state for name, one in found.items()}, rulings)
    if all(one.state is not CriterionState.UNDETERMINED for one in found.values()):
        return so_far
    argued = arguments(prompt_set, switched_off(found), rulings)
    space, weighing = argued.space, argued.weighing
    choice = space.held(reading)
    keys: set[Key] = set()
    for state in space.finals(choice):
        keys.add(weighing.key(space.values(state)))
        if len(keys) > 1:
            settle = (name for name in space.order if _settles(space, choice, name, weighing))
            return Suggestion(None, "open", settle=tuple(settle))
    if not keys:  # the answers are a combination that cannot be
        return Suggestion(None, "open")
    return _agreed(keys.pop(), so_far, found, prompt_set)


def _agreed(key: Key, so_far: Suggestion, found: Mapping[str, Finding], prompt_set: PromptSet) -> Suggestion:
    """The suggestion in which all completions agree, with the arguments that stand already."""
    decision, why = key
    if (so_far.decision, so_far.why) == key:
        return so_far
    standing = [name for name, one in found.items() if one.stands]
    stand = sorted(standing, key=lambda name: prompt_set.rank(prompt_set.criteria[name]))
    side = SIDE.get(decision or "", "")
    ours = tuple(name for name in stand if not side or prompt_set.criteria[name].argues == side)
    return replace(
        Suggestion(decision, why), because=ours, dissent=tuple(name for name in stand if name not in ours)
    )


def _settles(space: Space, choice: Choice, name: str, weighing: Weighing) -> bool:
    """Whether two completions that differ only in a prompt, and in what it opens, differ in suggestion."""
    if len(choice.get(name, space.cells[name])) < 2:
        return False
    opened = opened_by(space.prompt_set, name)
    last = [other for other in space.order if other == name or other in opened]
    first = [other for other in space.order if other not in last]
    known: dict[tuple[int, State], frozenset[Key]] = {}

    def keys(depth: int, state: State) -> frozenset[Key]:
        if depth == len(last):
            return frozenset({weighing.key(space.values(state))})
        if (depth, state) not in known:
            found: frozenset[Key] = frozenset()
            for _, after in space.steps(state, last[depth], choice):
                found |= keys(depth + 1, after)
                if len(found) > 1:
                    break
            known[depth, state] = found
        return known[depth, state]

    return any(len(keys(0, state)) > 1 for state in space.finals(choice, first))
