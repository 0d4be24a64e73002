"""The cells of a prompt: its answers, told apart only as far as the conditions put to it can tell them.

However many values an answer can have, a rule sees only which of its conditions hold. A cell is one such
way, with an answer that shows it and words for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.core.answer import Answer
from assistant.core.condition import Atom, holds
from assistant.core.probe import probe_of
from assistant.core.prompt_set import Prompt
from assistant.core.representative import representatives
from assistant.core.shape import Choice, Group, Listing, Number, Several, Shape, select

Truths = tuple[bool, ...]

STATUS_LABELS = {"given": "answered", "not_documented": "not documented", "unclear": "unclear"}


@dataclass(frozen=True)
class Cell:
    """One way in which the conditions on a prompt come out: `truth` in their order, and a witness for it."""

    truth: Truths
    answer: Answer
    label: str


def cells_of(prompt: Prompt, atoms: Sequence[Atom], held: Answer | None = None) -> tuple[Cell, ...]:
    """Every cell of a prompt under `atoms`, all about it; where `held` is given, those that complete it."""
    found: dict[Truths, Cell] = {}
    for answer in representatives(prompt.schema, probe_of(prompt.schema.shape, atoms), held):
        truth = truths(prompt, atoms, answer)
        if truth not in found:
            found[truth] = Cell(truth, answer, _label(prompt, atoms, truth, answer))
    return tuple(found.values())


def truths(prompt: Prompt, atoms: Sequence[Atom], answer: Answer) -> Truths:
    """Which of the atoms hold of a complete answer."""
    shape = prompt.schema.shape
    made = []
    for atom in atoms:
        at, whole = select(shape, answer, tuple(atom.path.split(".")[1:]))
        made.append(holds(atom.condition, at, whole) is True)
    return tuple(made)


def without(answer: Answer | None, path: Sequence[str]) -> Answer | None:
    """What is left of an answer when the part at `path` is taken out; None where nothing would be."""
    if answer is None or not path or answer.parts is None or path[0] not in answer.parts:
        return None
    held = dict(answer.parts)
    inner = without(held.pop(path[0]), path[1:])
    if inner is not None:
        held[path[0]] = inner
    return replace(answer, parts=held) if held else None


def label_of(atom: Atom) -> str:
    """A condition in words, with the part that it speaks of."""
    part = " ".join(atom.path.split(".")[1:]).replace("_", " ")
    return f"{part}: {atom.condition.says}" if part else atom.condition.says


def name_of(atom: Atom) -> str:
    """What a prompt set calls a condition; one without a name is told in words."""
    return atom.condition.name or atom.condition.says


def _label(prompt: Prompt, atoms: Sequence[Atom], truth: Truths, answer: Answer) -> str:
    """The conditions that hold, in words; where none does, the answer itself."""
    true = [atom for atom, held in zip(atoms, truth, strict=True) if held]
    telling = [atom for atom in true if atom.condition.key != "status:given"]
    return "; ".join(dict.fromkeys(label_of(atom) for atom in telling)) or words(prompt.schema.shape, answer)


def words(shape: Shape, answer: Answer) -> str:
    """An answer in a few words."""
    if answer.parts is None and not answer.given:
        return STATUS_LABELS[answer.status.value]
    if isinstance(shape, Listing):
        count = len(answer.parts or {})
        return f"{count or 'no'} {shape.noun if count == 1 else shape.noun + ' entries'}"
    if isinstance(shape, Group):
        if answer.parts is None:
            return shape.instead.get(str(answer.value), str(answer.value))
        told: dict[str, list[str]] = {}
        for name, part in answer.parts.items():
            told.setdefault(words(shape.parts[name].shape, part), []).append(name.replace("_", " "))
        return "; ".join(f"{', '.join(names)}: {value}" for value, names in told.items())
    if isinstance(shape, Choice):
        return shape.labels.get(str(answer.value), str(answer.value))
    if isinstance(shape, Several):
        return ", ".join(shape.labels.get(str(value), str(value)) for value in answer.value) or "none of them"
    if isinstance(shape, Number):
        return f"{answer.value} {shape.unit}".strip()
    return STATUS_LABELS["given"]
