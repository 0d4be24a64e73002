"""Proof that every sentence of a prompt set can be said whenever its turn comes.

A sentence that lacks a branch for some answers leaves a hole in a determination that nobody sees; one that
names an empty list, or an answer that isn't there, prints "following an earlier ." instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.core.answer import Status
from assistant.core.answer_schema import inline, over, reserved
from assistant.core.cells import Cell
from assistant.core.completion import Space
from assistant.core.condition import AnyOf, Atom, Formula
from assistant.core.prompt_set import Prompt, PromptSet, Sentence
from assistant.core.shape import Choice, DateShape, Group, Listing, Several, at

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


def possible(prompt_set: PromptSet, demands: Sequence[Demand]) -> dict[str, Cell] | None:
    """Answers under which every demand is fulfilled, as far as they matter to it; None where none are."""
    wanted = tuple(value for _, value in demands)
    if any(isinstance(formula, bool) and formula is not value for formula, value in demands):
        return None
    for outcome in Space(prompt_set, [formula for formula, _ in demands]).outcomes():
        if outcome.values == wanted:
            return dict(outcome.witness)
    return None


def where(witness: dict[str, Cell]) -> str:
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
    if isinstance(shape, Several | Listing):
        return Atom(path, inline({"type": "array", "minItems": 1}, path))
    if shape is not None:
        return Atom(path, reserved("given"))
    above = at(prompt.schema.shape, tuple(rest[:-1]))
    path = ".".join((root, *rest[:-1]))
    if isinstance(above, DateShape) and rest[-1] == "on":
        return Atom(path, reserved("given"))
    if isinstance(above, Group) and above.uniform:
        first = next(iter(above.parts.values())).shape
        if rest[-1] in ("not_documented", "unclear"):
            return Atom(path, over("some", (reserved(rest[-1]),)))
        if isinstance(first, Choice) and rest[-1] in first.labels:
            return Atom(path, over("some", (inline({"const": rest[-1]}, path),)))
    return None


def _through_list(prompt: Prompt, rest: Sequence[str]) -> bool:
    return any(isinstance(at(prompt.schema.shape, tuple(rest[:n])), Listing) for n in range(len(rest)))
