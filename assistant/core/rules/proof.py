"""The proof of a prompt set: what holds of it under every combination of answers.

A rule that never speaks, a combination that no rule speaks of, two that contradict each other: none of it
shows on the cases that one happens to try.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.core import wording
from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import read_answer
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    SeveralShape,
    at,
    inline,
    over,
    reserved,
)
from assistant.core.rules.completion import FormulaOutcome, Partition, Space, met, name_of
from assistant.core.rules.condition import AllOf, AnyOf, Atom, Formula, atoms
from assistant.core.rules.criterion import Ruling, State, unrebutted
from assistant.core.rules.prompt_set import Prompt, PromptSet, Reading, Sentence
from assistant.core.rules.suggestion import ArgumentGraph, Arguments, Weighing, arguments, arguments_telling

# Proof that every sentence of a prompt set can be said whenever its turn comes.


Demand = tuple[Formula, bool]
"""A formula and the value that it is to have."""

_TAG = re.compile(r"\{\{\s*([a-z][a-z0-9_.]*)\s*\}\}|\{%-?\s*(if|elif|else|endif)\s*([a-z0-9_.]*)\s*-?%\}")


@dataclass(frozen=True)
class Speech:
    """A sentence, where it stands in the set, and the demands under which its turn comes."""

    place: str
    sentence: Sentence
    turn: tuple[Demand, ...]
    prompt: str = ""


def missing_sentences(prompt_set: PromptSet) -> Iterator[str]:
    """Each hole in what a set has to say, in words, with answers that show it."""
    yield from _statuses_without_words(prompt_set)
    for speech in _speeches(prompt_set):
        branches: Formula = AnyOf(tuple(branch.when for branch in speech.sentence))
        hole = possible(prompt_set, (*speech.turn, (branches, False)))
        if hole is not None:
            yield f"{speech.place}: nothing is said{where(hole)}."
        yield from _empty_names(prompt_set, speech)


def possible(prompt_set: PromptSet, demands: Sequence[Demand]) -> dict[str, Partition] | None:
    """Answers under which every demand is fulfilled, as far as they matter to it; None where none are."""
    wanted = tuple(value for _, value in demands)
    if any(isinstance(formula, bool) and formula is not value for formula, value in demands):
        return None
    for outcome in Space(prompt_set, [formula for formula, _ in demands]).outcomes():
        if outcome.values == wanted:
            return dict(outcome.witness)
    return None


def where(witness: dict[str, Partition]) -> str:
    """A witness as the end of a sentence."""
    told = "; ".join(f"{name} is “{cell.label}”" for name, cell in witness.items())
    return f" where {told}" if told else ""


def _speeches(prompt_set: PromptSet) -> Iterator[Speech]:
    if prompt_set.service != "case":
        yield Speech("request", prompt_set.request, ())
        for side in ("upheld", "overturned"):
            yield Speech(f"conclusion, {side}", prompt_set.conclusion.get(side, ()), ())
    for name, one in prompt_set.criteria.items():
        met: tuple[Demand, ...] = ((one.applies, True), (one.when, True))
        yield Speech(f"criterion {name}, says", one.says, met)
        if one.unmet:
            yield Speech(f"criterion {name}, unmet", one.unmet, ((one.applies, True), (one.when, False)))
        if one.concedes:
            yield Speech(f"criterion {name}, concedes", one.concedes, ((one.applies, True),))
    for name, prompt in prompt_set.prompts.items():
        for status, sentence in prompt.says.items():
            yield Speech(f"prompt {name}, {status}", sentence, _has(prompt, status), name)


def _has(prompt: Prompt, status: str) -> tuple[Demand, ...]:
    return ((prompt.when, True), (Atom(prompt.id, reserved(status)), True))


def _statuses_without_words(prompt_set: PromptSet) -> Iterator[str]:
    """Prompts that speak, and have no sentence for a status; only an unclear answer may go without one."""
    read = {name for criterion in prompt_set.criteria.values() for name in criterion.reads()}
    for name, prompt in prompt_set.prompts.items():
        if not (prompt.speaks or (prompt.says and name in read)):
            continue
        for status in (Status.GIVEN, Status.NOT_DOCUMENTED):
            silent = status.value not in prompt.says
            if silent and possible(prompt_set, _has(prompt, status.value)) is not None:
                yield f"prompt {name}: it has no sentence for “{status.value.replace('_', ' ')}”."


def _empty_names(prompt_set: PromptSet, speech: Speech) -> Iterator[str]:
    earlier: list[Formula] = []
    for branch in speech.sentence:
        turn = (*speech.turn, (AnyOf(tuple(earlier)), False), (branch.when, True))
        for name, guards in _named(branch.says):
            full = _has_words(prompt_set, name, speech)
            if full is None:
                yield f"{speech.place}: `{name}` has no words of its own."
                continue
            known = [(_has_words(prompt_set, guard, speech), value) for guard, value in guards]
            demands = [(formula, value) for formula, value in known if formula is not None]
            hole = possible(prompt_set, (*turn, *demands, (full, False)))
            if hole is not None:
                yield f"{speech.place}: `{name}` is empty{where(hole)}."
        earlier.append(branch.when)


def _named(template: str) -> Iterator[tuple[str, tuple[tuple[str, bool], ...]]]:
    """Each name that a template prints, with the names that are known there to be full or empty."""
    guards: list[tuple[str, bool]] = []
    depths: list[int] = []
    for match in _TAG.finditer(template):
        name, word, guard = match.groups()
        if name is not None:
            yield name, tuple(guards)
        elif word == "if":
            depths.append(len(guards))
            guards.append((guard, True))
        elif word in ("else", "elif") and depths:
            guards[-1] = (guards[-1][0], False)
            if word == "elif":
                guards.append((guard, True))
        elif word == "endif" and depths:
            del guards[depths.pop() :]


def _has_words(prompt_set: PromptSet, name: str, speech: Speech) -> Formula | None:
    """When a name prints something: always, for a citation or a case fact. None: it never has words."""
    root, *rest = name.split(".")
    if root == "value":
        root = speech.prompt
    prompt = prompt_set.prompts.get(root)
    if prompt is None:
        return True
    shape = at(prompt.schema.shape, tuple(rest))
    path = ".".join((root, *rest))
    if rest and _through_list(prompt, rest):
        return None
    if isinstance(shape, SeveralShape | ListingShape):
        return Atom(path, inline({"type": "array", "minItems": 1}, path))
    if shape is not None:
        return Atom(path, reserved("given"))
    above = at(prompt.schema.shape, tuple(rest[:-1]))
    path = ".".join((root, *rest[:-1]))
    if isinstance(above, DateShape) and rest[-1] == "on":
        return Atom(path, reserved("given"))
    if isinstance(above, GroupShape) and above.uniform:
        first = next(iter(above.parts.values())).shape
        if rest[-1] in ("not_documented", "unclear"):
            return Atom(path, over("some", (reserved(rest[-1]),)))
        if isinstance(first, ChoiceShape) and rest[-1] in first.labels:
            return Atom(path, over("some", (inline({"const": rest[-1]}, path),)))
    return None


def _through_list(prompt: Prompt, rest: Sequence[str]) -> bool:
    return any(isinstance(at(prompt.schema.shape, tuple(rest[:n])), ListingShape) for n in range(len(rest)))


@dataclass(frozen=True)
class Gap:
    """Answers under which nothing stands: one of them in words, by prompt, and the number of cells."""

    answers: Mapping[str, str]
    cells: int


@dataclass(frozen=True)
class Conflict:
    """Answers under which both sides stand in the deciding tier; `declared` is what the set says of it."""

    answers: Mapping[str, str]
    cells: int
    for_: tuple[str, ...]
    against: tuple[str, ...]
    declared: str | None


@dataclass(frozen=True)
class Proof:
    """What was found. `dead_prompts` and `dead_criteria` say why; `not_documented` says to what decision a
    prompt's being not documented leads under all other answers alike (None: it depends, or to none).
    """

    prompt_set: str
    cells: int
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...]
    dead_prompts: Mapping[str, str]
    dead_criteria: Mapping[str, str]
    missing_sentences: tuple[str, ...]
    bare_citations: tuple[str, ...]
    not_documented: Mapping[str, str | None]

    @property
    def sound(self) -> bool:
        """Whether nothing was found but conflicts that the set declares."""
        undeclared = [conflict for conflict in self.conflicts if conflict.declared is None]
        found = (self.gaps, undeclared, self.dead_prompts, self.dead_criteria)
        return not any((*found, self.missing_sentences, self.bare_citations))

    def to_json(self) -> dict[str, Any]:
        """The proof as `imr prompts check --json` prints it, without what the cases add."""
        return {
            "prompt_set": self.prompt_set,
            "cells": self.cells,
            "gaps": [{"answers": dict(gap.answers), "cells": gap.cells} for gap in self.gaps],
            "conflicts": [
                {
                    "answers": dict(one.answers),
                    "cells": one.cells,
                    "for": list(one.for_),
                    "against": list(one.against),
                    "declared": one.declared,
                }
                for one in self.conflicts
            ],
            "dead_prompts": list(self.dead_prompts),
            "dead_criteria": list(self.dead_criteria),
            "missing_sentences": list(self.missing_sentences),
            "not_documented": dict(self.not_documented),
        }


def prove(prompt_set: PromptSet) -> Proof:
    """Everything that is to be proven of a set, over all its cells."""
    formulas = (*met(prompt_set), *(one.when for one in prompt_set.silent))
    count = len(prompt_set.criteria)
    graph = ArgumentGraph(prompt_set, tuple(prompt_set.criteria), {})
    space = Space(prompt_set, formulas, forget=lambda state: graph.forget(state[:count]) + state[count:])
    regimes = list(_regimes(prompt_set))
    by_regime = [space.outcomes(start=space.without(off)) for off in regimes]
    weighing = Weighing(prompt_set, {})
    every = [outcome for outcomes in by_regime for outcome in outcomes]
    for_item = prompt_set.service != "case"
    return Proof(
        prompt_set=prompt_set.id,
        cells=sum(outcome.count for outcome in by_regime[0]),
        gaps=tuple(_gaps(prompt_set, every, weighing)) if for_item else (),
        conflicts=tuple(_conflicts(prompt_set, every, weighing)),
        dead_prompts=dict(_dead_prompts(prompt_set)),
        dead_criteria=dict(_dead_criteria(prompt_set, regimes)),
        missing_sentences=tuple(missing_sentences(prompt_set)),
        bare_citations=tuple(c.id for c in prompt_set.citations.values() if not (c.edition and c.locator)),
        not_documented=dict(_not_documented(prompt_set, regimes)) if for_item else {},
    )


def untested(prompt_set: PromptSet, readings: Iterable[Reading]) -> list[str]:
    """The conditions, as `prompt: condition`, that the readings together don't make both true and false."""
    read = dict.fromkeys(_read(prompt_set))
    seen: dict[Atom, set[bool | None]] = {atom: set() for atom in read}
    for reading in readings:
        for atom in read:
            seen[atom].add(reading.truth(atom))
    missing = [atom.path + ": " + name_of(atom) for atom in read if not {True, False} <= seen[atom]]
    return list(dict.fromkeys(missing))


def _regimes(prompt_set: PromptSet) -> Iterator[tuple[int, ...]]:
    """For each largest set of editions that are in force together, the places of the criteria that aren't."""
    starts = [citation.starts or PartialDate(1, 1, 1) for citation in prompt_set.citations.values()]
    days = dict.fromkeys(PartialDate(d.earliest.year, d.earliest.month, d.earliest.day) for d in starts)
    off = {
        frozenset(
            n
            for n, criterion in enumerate(prompt_set.criteria.values())
            if prompt_set.citations[criterion.cite].in_force(day) is False
        )
        for day in days
    } or {frozenset[int]()}
    smallest = (one for one in off if not any(other < one for other in off))
    return iter(sorted(tuple(sorted(one)) for one in smallest))


def _gaps(prompt_set: PromptSet, outcomes: Sequence[FormulaOutcome], weighing: Weighing) -> Iterator[Gap]:
    count = len(prompt_set.criteria)
    for outcome in outcomes:
        if weighing.of(outcome.values[:count]).why == "gap" and not any(outcome.values[count:]):
            yield Gap(_labels(outcome), outcome.count)


def _conflicts(
    prompt_set: PromptSet, outcomes: Sequence[FormulaOutcome], weighing: Weighing
) -> Iterator[Conflict]:
    count = len(prompt_set.criteria)
    found: dict[tuple[tuple[str, ...], str | None], Conflict] = {}
    for outcome in outcomes:
        made = weighing.of(outcome.values[:count])
        if made.why != "conflict":
            continue
        criteria = [prompt_set.criteria[name] for name in made.because]
        top = [one for one in criteria if prompt_set.rank(one) == prompt_set.rank(criteria[0])]
        silent = zip(prompt_set.silent, outcome.values[count:], strict=True)
        declared = next((one.says for one, holds in silent if holds), None)
        key = (tuple(one.id for one in top), declared)
        known = found.get(key)
        found[key] = Conflict(
            answers=known.answers if known else _labels(outcome),
            cells=outcome.count + (known.cells if known else 0),
            for_=tuple(one.id for one in top if one.argues == "for"),
            against=tuple(one.id for one in top if one.argues == "against"),
            declared=declared,
        )
    yield from found.values()


def _labels(outcome: FormulaOutcome) -> dict[str, str]:
    return {name: cell.label for name, cell in outcome.witness.items()}


def _dead_criteria(prompt_set: PromptSet, regimes: Sequence[tuple[int, ...]]) -> Iterator[tuple[str, str]]:
    """The criteria that never stand, also where the reviewer declines every rebuttal by a lower tier."""
    every = list(prompt_set.criteria)
    declined = {name: Ruling("declined", "") for name in every}
    for name, criterion in prompt_set.criteria.items():
        if possible(prompt_set, ((criterion.applies, True), (criterion.when, True))) is None:
            yield name, "it can never be met"
            continue
        around = _rebutting(prompt_set, name)
        criteria = [prompt_set.criteria[one] for one in around]
        space = Space(prompt_set, [AllOf((one.applies, one.when)) for one in criteria])
        starts = [
            space.without([around.index(every[n]) for n in off if every[n] in around]) for off in regimes
        ]
        if not any(
            name in unrebutted(prompt_set, _states(prompt_set, around, space.values(state)), rulings)
            for start in starts
            for state in space.finals({}, start=start)
            for rulings in ({}, declined)
        ):
            yield name, "it never changes the suggestion, nor what stands for or against it"


def _rebutting(prompt_set: PromptSet, name: str) -> list[str]:
    """A criterion with those that rebut it, those that rebut these, and so on."""
    found = [name]
    for one in found:
        more = (other.id for other in prompt_set.criteria.values() if one in other.rebuts)
        found.extend(other for other in more if other not in found)
    return found


def _states(prompt_set: PromptSet, names: Sequence[str], met_: Sequence[bool]) -> dict[str, State]:
    holding = {name for name, is_met in zip(names, met_, strict=True) if is_met}
    return {name: State.MET if name in holding else State.NOT_MET for name in prompt_set.criteria}


def _dead_prompts(prompt_set: PromptSet) -> Iterator[tuple[str, str]]:
    used = {atom.prompt for atom in _read(prompt_set)} | set(_mentioned(prompt_set))
    for name, prompt in prompt_set.prompts.items():
        if prompt.when is not True and possible(prompt_set, [(prompt.when, True)]) is None:
            yield name, "it can never be asked"
        elif name not in used and not prompt.says and not prompt.record:
            yield name, "nothing reads it, and it says nothing"


def _not_documented(
    prompt_set: PromptSet, regimes: Sequence[tuple[int, ...]]
) -> Iterator[tuple[str, str | None]]:
    names = list(prompt_set.criteria)
    taken_out = [[names[place] for place in off] for off in regimes]
    for name, prompt in prompt_set.prompts.items():
        if prompt.schema.may_be(Status.NOT_DOCUMENTED):
            absent = read_answer(prompt.schema, Status.NOT_DOCUMENTED.value, name)
            decisions: set[str | None] = set()
            for off in taken_out:
                argued = arguments(prompt_set, off, {})
                if name not in argued.space.order:
                    argued = arguments_telling(prompt_set, off, {}, (Atom(name, reserved("given")),))
                decisions |= _decisions(argued, name, absent)
            yield name, decisions.pop() if len(decisions) == 1 else None


def _decisions(argued: Arguments, name: str, answer: Answer) -> set[str | None]:
    """The decisions that an answer leaves open: all of them, or two."""
    space = argued.space
    found: set[str | None] = set()
    for state in space.finals({name: space.agreeing(name, answer)}, asking=name):
        found.add(argued.weighing.of(space.values(state)).decision)
        if len(found) > 1:
            break
    return found


def _read(prompt_set: PromptSet) -> Iterator[Atom]:
    """The conditions that criteria and the `when` of prompts read."""
    formulas: list[Formula] = [f for c in prompt_set.criteria.values() for f in (c.applies, c.when)]
    formulas.extend(prompt.when for prompt in prompt_set.prompts.values())
    for formula in formulas:
        yield from atoms(formula)


def _mentioned(prompt_set: PromptSet) -> Iterator[str]:
    """The prompts that sentences, proposals, cautions and exclusions use."""
    for sentence in _sentences(prompt_set):
        for branch in sentence:
            yield from wording.names(branch.says)
            yield from (atom.prompt for atom in atoms(branch.when))
    for prompt in prompt_set.prompts.values():
        for proposal in prompt.propose:
            yield from (path.split(".", 1)[0] for path in (proposal.of, proposal.than, proposal.weights))
    cautions = [c.caution.when for c in prompt_set.criteria.values() if c.caution is not None]
    for formula in (*cautions, *(one.when for one in (*prompt_set.never, *prompt_set.silent))):
        yield from (atom.prompt for atom in atoms(formula))


def _sentences(prompt_set: PromptSet) -> Iterator[Sentence]:
    yield prompt_set.request
    yield from prompt_set.conclusion.values()
    for criterion in prompt_set.criteria.values():
        yield from (criterion.says, criterion.unmet, criterion.concedes)
    for prompt in prompt_set.prompts.values():
        yield from prompt.says.values()
