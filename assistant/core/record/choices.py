"""By which words a note calls a choice: its label, what stands in brackets behind it, and its other names."""

from __future__ import annotations

import re

from assistant.core.record.absence import UNTELLING
from assistant.core.record.grounds import Ground
from assistant.core.rules.answer_schema import ChoiceShape, SeveralShape, at
from assistant.core.rules.prompt_set import Prompt
from assistant.core.text import compiled

NEGATOR = r"(?i)(?<!\w)(?:no|not|non|without|w/o|never|free of)(?![a-z])"
STEM = 6
_PARTS = re.compile(r"\s*[(),]\s*")


def choices_named(shape: ChoiceShape | SeveralShape, words: str) -> frozenset[str]:
    """The choices that words call by a whole name that is no part of a longer one.

    A negator may be a part of the name: *without contrast*, *non-weight-bearing*.
    """
    spans = [
        (one.start(), one.end(), value)
        for value in shape.labels
        for name in names_in_full(shape, value)
        if len(name) >= STEM
        for one in re.finditer(rf"\b{re.escape(name)}\b", words, re.IGNORECASE)
    ]
    return frozenset(
        value
        for begin, end, value in spans
        if not any(b <= begin and end <= e and e - b > end - begin for b, e, _ in spans)
    )


def names_in_full(shape: ChoiceShape | SeveralShape, value: str) -> list[str]:
    """What a choice is called in full: the parts of its label, and its other names."""
    return [*_PARTS.split(shape.labels[value]), *shape.also.get(value, ())]


def names_of(shape: ChoiceShape | SeveralShape, value: str) -> frozenset[str]:
    """The words of a choice by which a note may call it: its own, those in brackets behind its label, and its other names."""
    bracketed = " ".join(re.findall(r"\(([^)]*)\)", shape.labels[value]))
    said = f"{value} {bracketed} {' '.join(shape.also.get(value, ()))}".replace("_", " ").casefold()
    return frozenset(re.findall(r"[a-z-]{5,}", said)) - UNTELLING


def names_choice(prompt: Prompt, ground: Ground, quote: str, with_denial: bool = False) -> bool:
    """Whether words call what was chosen by its name; `with_denial` asks for a name that holds a negator."""
    shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
    answer = ground.answer
    if not isinstance(shape, ChoiceShape) or not answer.given or answer.parts is not None:
        return False
    value = str(answer.value)
    if with_denial and not any(compiled(NEGATOR).search(one) for one in names_in_full(shape, value)):
        return False
    return choices_named(shape, quote) == {value}


_LONGEST_HEADING = 12


def is_bare_heading(prompt: Prompt, ground: Ground, quote: str) -> bool:
    """Whether words are a heading in capitals, with neither a figure nor the name of what was chosen: `MRI OF THE LUMBAR SPINE`.

    It says what follows, not which of the choices.
    """
    shape = at(prompt.schema.shape, tuple(ground.path.split(".")) if ground.path else ())
    if not isinstance(shape, ChoiceShape) or not isinstance(ground.answer.value, str):
        return False
    words = quote.split()
    if not quote.isupper() or len(words) > _LONGEST_HEADING or quote.rstrip().endswith((".", "!", "?")):
        return False
    if prompt.schema.denials(tuple(ground.path.split(".")) if ground.path else ()):
        return False
    named = names_of(shape, ground.answer.value)
    said = quote.casefold()
    return not names_choice(prompt, ground, quote) and not any(one[:STEM] in said for one in named)


def meant(shape: ChoiceShape, chosen: str, text: str) -> frozenset[str]:
    """The choices of whose own words a text affirms most, where it has none of those of the chosen one."""
    parts = [one for one in re.split(r"[;:,.]|\b(?:and|but)\b", text) if not compiled(NEGATOR).search(one)]
    said = _stems(" ".join(parts))
    own = _stems(" ".join((chosen, shape.labels[chosen], *shape.also.get(chosen, ()))))
    theirs = {
        value: _stems(label)
        for value, label in shape.labels.items()
        if value != chosen and not compiled(NEGATOR).search(label)
    }
    return frozenset(
        value
        for value, words in theirs.items()
        if 2 * len((words - own) & said) > len(words - own) and not (own - words) & said
    )


def names_denied(prompt: Prompt, ground: Ground, quote: str) -> bool:
    """Whether words that no search took for a denial name at least what is denied: an entry, or what a choice says is absent."""
    steps = tuple(ground.path.split(".")) if ground.path else ()
    shape, entry = at(prompt.schema.shape, steps), prompt.entries.get(steps[0] if steps else "")
    told = list(ground.words)
    if isinstance(shape, ChoiceShape) and ground.answer.value in shape.denies:
        told += names_in_full(shape, str(ground.answer.value))
    elif entry is not None:
        told += entry.signs
    else:
        told.append(prompt.ask)
    return not _stems(" ".join(told)).isdisjoint(_stems(quote))


def calls(shape: ChoiceShape, chosen: str, text: str) -> bool:
    """Whether a text has any of the telling words of a choice."""
    return not _stems(" ".join((chosen, shape.labels[chosen], *shape.also.get(chosen, ())))).isdisjoint(
        _stems(text)
    )


def _stems(text: str) -> set[str]:
    words = re.findall(r"[a-z]{4,}", text.replace("_", " ").casefold())
    return {one[:STEM] for one in words if one not in UNTELLING}
