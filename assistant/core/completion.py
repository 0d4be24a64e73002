"""The completions of a prompt set: every way in which its answers, or the missing ones, can come out.

Prompt by prompt, each cell of a prompt decides some conditions; where two ways leave the same conditions
still to be decided, they are one from there on. Trying all combinations instead does not end: ten prompts
with five cells each are ten million.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.core.answer import Answer
from assistant.core.cells import Cell, cells_of, truths
from assistant.core.condition import AllOf, Atom, Formula, atoms, substitute
from assistant.core.prompt_set import PromptSet
from assistant.core.reading import Reading
from assistant.core.shape import complete

State = tuple[int, ...]
Choice = Mapping[str, Sequence[int]]
"""Which cells a prompt may take, by their place in `Space.cells`; all of them where it isn't named."""

_FALSE, _TRUE = 0, 1
_NOT_ASKED = -1


@dataclass(frozen=True)
class Outcome:
    """One way in which the formulas come out: how many completions lead there, and one of them."""

    values: tuple[bool, ...]
    count: int
    witness: Mapping[str, Cell]


class Space:
    """All completions of a set's answers, told apart as far as `formulas` and `also` can tell them.

    `never` combinations are left out. A prompt whose `when` doesn't hold makes its conditions false. Only
    prompts that bear on the formulas are in `order`. `forget` may put formulas as false (0) that no longer
    matter, when it is known of some that they hold (1) or don't (0).
    """

    def __init__(
        self,
        prompt_set: PromptSet,
        formulas: Sequence[Formula],
        also: Sequence[Atom] = (),
        forget: Callable[[State], State] | None = None,
    ) -> None:
        self.prompt_set = prompt_set
        self._forget = forget
        self.formulas = tuple(formulas)
        never = [exclusion.when for exclusion in prompt_set.never]
        roots = [atom for formula in (*self.formulas, *never) for atom in atoms(formula)]
        relevant = _relevant(prompt_set, {atom.prompt for atom in (*roots, *also)})
        self.order = tuple(name for name in prompt_set.prompts if name in relevant)
        self._gate = {name: len(formulas) + len(never) + n for n, name in enumerate(self.order)}
        self._nevers = range(len(formulas), len(formulas) + len(never))
        whens = [prompt_set.prompts[name].when for name in self.order]
        slots = (*self.formulas, *never, *whens)
        put: dict[str, dict[Atom, None]] = {name: {} for name in self.order}
        for atom in (*(a for slot in slots for a in atoms(slot)), *also):
            put[atom.prompt][atom] = None
        self.atoms = {name: tuple(put[name]) for name in self.order}
        self.cells = {name: cells_of(prompt_set.prompts[name], self.atoms[name]) for name in self.order}
        self._made = {name: range(len(cells)) for name, cells in self.cells.items()}
        self._reads = {
            name: tuple(n for n, slot in enumerate(slots) if any(a.prompt == name for a in atoms(slot)))
            for name in self.order
        }
        self._formulas: list[Formula] = [False, True]
        self._ids: dict[Formula, int] = {False: _FALSE, True: _TRUE}
        self._steps: dict[tuple[int, str, int], int] = {}
        whole = (substitute(slot, lambda atom: None) for slot in slots)
        self.start = self._reduced(tuple(self._id(slot) for slot in whole))

    # -- where answers are held already -------------------------------------------------------

    def held(self, reading: Reading) -> dict[str, tuple[int, ...]]:
        """The cells that agree with the answers of a reading; the others may take any."""
        chosen = {}
        for name in self.order:
            answer = reading.answers.get(name)
            if answer is not None:
                chosen[name] = self.agreeing(name, answer)
        return chosen

    def agreeing(self, name: str, answer: Answer) -> tuple[int, ...]:
        """The cells of a prompt that an answer, complete or not, can still come to be in."""
        prompt = self.prompt_set.prompts[name]
        if complete(prompt.schema.shape, answer):
            return (self._index(name, Cell(truths(prompt, self.atoms[name], answer), answer, "")),)
        return tuple(self._index(name, cell) for cell in cells_of(prompt, self.atoms[name], answer))

    def _index(self, name: str, cell: Cell) -> int:
        known = self.cells[name]
        for number, one in enumerate(known):
            if one.truth == cell.truth:
                return number
        self.cells[name] = (*known, cell)
        return len(known)

    # -- one prompt after another -------------------------------------------------------------

    def without(self, off: Sequence[int]) -> State:
        """The first state, with the formulas at these places false from the outset."""
        return self._reduced(tuple(_FALSE if n in off else value for n, value in enumerate(self.start)))

    def asked(self, state: State, name: str) -> bool:
        """Whether a prompt applies, once every prompt above it is decided."""
        return state[self._gate[name]] == _TRUE

    def steps(self, state: State, name: str, choice: Choice) -> Iterator[tuple[int, State]]:
        """The states after a prompt, each with the cell that leads there (-1 where it isn't asked)."""
        if not self.asked(state, name):
            after = self._after(state, name, _NOT_ASKED)
            if after is not None:
                yield _NOT_ASKED, after
            return
        for cell in choice.get(name, self._made[name]):
            after = self._after(state, name, cell)
            if after is not None:
                yield cell, after

    def values(self, state: State) -> tuple[bool, ...]:
        """How the formulas came out in a last state."""
        return tuple(value == _TRUE for value in state[: len(self.formulas)])

    def finals(
        self,
        choice: Choice,
        order: Sequence[str] | None = None,
        start: State | None = None,
        asking: str = "",
    ) -> Iterator[State]:
        """Every last state once, found depth first, of the completions in which the prompt `asking` is asked.

        `order` may differ from the set's own where each prompt still follows those that its `when` reads.
        """
        order = self.order if order is None else order
        seen: set[tuple[int, State]] = set()
        stack: list[tuple[int, State]] = [(0, self.start if start is None else start)]
        while stack:
            depth, state = stack.pop()
            if (depth, state) in seen:
                continue
            seen.add((depth, state))
            if depth == len(order):
                yield state
            elif order[depth] != asking or self.asked(state, asking):
                stack.extend((depth + 1, after) for _, after in self.steps(state, order[depth], choice))

    def outcomes(self, choice: Choice | None = None, start: State | None = None) -> tuple[Outcome, ...]:
        """Every last state with the number of completions that lead to it, and the first of them."""
        layer: dict[State, tuple[int, _Trail]] = {self.start if start is None else start: (1, None)}
        for name in self.order:
            following: dict[State, tuple[int, _Trail]] = {}
            for state, (count, trail) in layer.items():
                for cell, after in self.steps(state, name, choice or {}):
                    known = following.get(after)
                    if known is None:
                        following[after] = (count, trail if cell == _NOT_ASKED else (trail, name, cell))
                    else:
                        following[after] = (known[0] + count, known[1])
            layer = following
        return tuple(
            Outcome(self.values(state), count, self._witness(trail))
            for state, (count, trail) in layer.items()
        )

    def _after(self, state: State, name: str, cell: int) -> State | None:
        """The state after a cell; None where it is a combination that cannot be."""
        made = list(state)
        made[self._gate[name]] = _TRUE
        for slot in self._reads[name]:
            if made[slot] > _TRUE:
                made[slot] = self._step(made[slot], name, cell)
        if any(made[slot] == _TRUE for slot in self._nevers):
            return None
        return self._reduced(tuple(made))

    def _reduced(self, state: State) -> State:
        if self._forget is None:
            return state
        count = len(self.formulas)
        return self._forget(state[:count]) + state[count:]

    def _step(self, formula: int, name: str, cell: int) -> int:
        key = (formula, name, cell)
        if key not in self._steps:
            put = self.atoms[name]
            truth = (False,) * len(put) if cell == _NOT_ASKED else self.cells[name][cell].truth
            known = dict(zip(put, truth, strict=True))
            self._steps[key] = self._id(substitute(self._formulas[formula], known.get))
        return self._steps[key]

    def _id(self, formula: Formula) -> int:
        if isinstance(formula, bool):
            return _TRUE if formula else _FALSE
        if formula not in self._ids:
            self._ids[formula] = len(self._formulas)
            self._formulas.append(formula)
        return self._ids[formula]

    def _witness(self, trail: _Trail) -> dict[str, Cell]:
        found: list[tuple[str, Cell]] = []
        while trail is not None:
            trail, name, cell = trail
            found.append((name, self.cells[name][cell]))
        return dict(reversed(found))


_Trail = tuple["_Trail", str, int] | None


def met(prompt_set: PromptSet) -> tuple[Formula, ...]:
    """For each criterion of a set, in order: that it applies and what must be shown is shown."""
    return tuple(AllOf((one.applies, one.when)) for one in prompt_set.criteria.values())


def opened_by(prompt_set: PromptSet, name: str) -> frozenset[str]:
    """The prompts whose `when` reads a prompt, and those that these open in turn."""
    found = {name}
    for other, prompt in prompt_set.prompts.items():  # a `when` names only prompts above
        if any(atom.prompt in found for atom in atoms(prompt.when)):
            found.add(other)
    return frozenset(found - {name})


def _relevant(prompt_set: PromptSet, names: set[str]) -> set[str]:
    """The prompts named, and those on which it hangs whether they are asked."""
    found = set(names)
    for name in reversed(list(prompt_set.prompts)):
        if name in found:
            found.update(atom.prompt for atom in atoms(prompt_set.prompts[name].when))
    return found
