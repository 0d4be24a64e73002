"""What the words of a disputed service say of it as its set of questions asks: the drug, the device, the ingredients.

A set names the facts of an item that it proposes as answers (`propose: {fact: item.drug}`). They are shown with the item,
corrected and confirmed with it; a name that two choices share says none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache

from assistant import library
from assistant.core.problem import Refused, refuse
from assistant.core.record.choices import names_in_full
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
)
from assistant.core.text import one_line
from assistant.records.case_yaml import scalar

_SHORTEST = 4
"""A shorter name of a choice may stand for anything."""
_CHOSEN = (ChoiceShape, SeveralShape)
_ARTICLE = r"(?i)^(?:an?|the)\s+"
_NUMBER = r"(?<![\w.,])(\d+(?:\.\d+)?)\s*(?:%|percent\b)"


def asked_facts(prompt_set: str) -> Mapping[str, Shape]:
    """The facts of an item that a set asks for by choice, or as a list of what is chosen, and their shapes."""
    text = library.sources().prompts.get(prompt_set)
    return _asked(prompt_set, text) if text is not None else {}


@lru_cache(maxsize=64)
def _asked(prompt_set: str, text: str) -> Mapping[str, Shape]:
    made: dict[str, Shape] = {}
    with suppress(Refused):  # a set with a mistake says so where it is used
        for prompt in library.prompt_set(prompt_set, library.sources()).prompts.values():
            shape = prompt.schema.shape
            for root, _, name in (one.fact.partition(".") for one in prompt.propose):
                if root == "item" and "." not in name and (_leading(shape) or isinstance(shape, _CHOSEN)):
                    made[name] = shape
    return made


def _leading(shape: Shape) -> str:
    """The part of the rows of a list by which they are told apart: the first that is chosen."""
    parts = shape.element.parts if isinstance(shape, ListingShape) else {}
    return next((name for name, part in parts.items() if isinstance(part.shape, ChoiceShape)), "")


def stated(prompt_set: str, words: str, region: str = "") -> dict[str, str]:
    """What the words of a service say of each fact, and where its region alone does, as a person may correct it; empty
    where they say none or several.
    """
    made = {}
    for name, shape in asked_facts(prompt_set).items():
        if isinstance(shape, ListingShape):
            made[name] = "; ".join(_rows(shape.element, _leading(shape), words))
        elif isinstance(shape, _CHOSEN):
            hits = _named(shape, words) or _named(shape, region)
            named = list(dict.fromkeys(shape.labels[value] for _, _, value in hits))
            made[name] = "; ".join(named) if len(named) == 1 or isinstance(shape, SeveralShape) else ""
    return made


def _named(shape: ChoiceShape | SeveralShape, words: str) -> list[tuple[int, int, str]]:
    """Where words name a choice, in their order; a name within a longer one is none."""
    spans = [
        (hit.start(), hit.end(), value)
        for value in shape.labels
        for said in _names(shape, value)
        if len(name := re.sub(_ARTICLE, "", said)) >= _SHORTEST or name.isupper()
        for hit in _calls(name).finditer(words)
    ]
    whole = [
        one
        for one in spans
        if not any(b <= one[0] and one[1] <= e and e - b > one[1] - one[0] for b, e, _ in spans)
    ]
    return sorted(set(whole))


_QUALIFIED = r",\s+with\s+(?!or\b)"
"""In the label of a choice: something more has to be so, which its first words don't say."""


def _names(shape: ChoiceShape | SeveralShape, value: str) -> list[str]:
    if re.search(_QUALIFIED, shape.labels[value]):
        return [shape.labels[value], *shape.also.get(value, ())]
    return [value.replace("_", " "), *names_in_full(shape, value)]


def _calls(name: str) -> re.Pattern[str]:
    """Finds a name; letters that stand for words, such as `CT`, are capitals in a text, too."""
    said = re.escape(name).replace(r"\-", "[- ]?")
    return re.compile(rf"(?<!\w){said}s?(?!\w)", re.NOFLAG if len(name) < _SHORTEST else re.IGNORECASE)


_ENTRIES = r"[/,;+]|\band\b|\bwith\b"
_OTHER = r"[^\W\d]{6,}"
"""A word that may be the name of something, where none is known."""


def _rows(group: GroupShape, leading: str, words: str) -> Iterator[str]:
    """A row for each choice that is named, with what stands behind it up to the next, or at the end for all of them.

    Where an entry has none that is known, the list would leave it out: nothing is said.
    """
    first = group.parts[leading].shape
    assert isinstance(first, ChoiceShape)
    hits = _named(first, words)
    if any(re.search(_OTHER, one) and not _named(first, one) for one in re.split(_ENTRIES, words)):
        return
    for at, (_, end, value) in enumerate(hits):
        behind = words[end : hits[at + 1][0] if at + 1 < len(hits) else len(words)]
        said = [value]
        for name, part in group.parts.items():
            if name == leading:
                continue
            if isinstance(part.shape, NumberShape):
                said += [found[1] for found in [re.search(_NUMBER, behind)] if found]
            elif isinstance(part.shape, ChoiceShape):
                told = {one for _, _, one in _named(part.shape, words)}
                said += [told.pop()] if len(told) == 1 else []
        yield " ".join(said)


def checked_fact(prompt_set: str, name: str, value: str) -> str:
    """The value of a fact as a person wrote it; raises `Refused` where its set doesn't know it."""
    shape = asked_facts(prompt_set).get(name)
    if shape is None or not value.strip():
        return value
    if isinstance(shape, _CHOSEN):
        return "; ".join(shape.labels[one] for one in _chosen(shape, value))
    assert isinstance(shape, ListingShape)
    return "; ".join(" ".join(row.values()) for row in _read(shape, value))


def _chosen(shape: ChoiceShape | SeveralShape, value: str) -> list[str]:
    """The choices that a person wrote, several parted by a semicolon where there may be several."""
    return [_choice(shape, one) for one in (value.split(";") if isinstance(shape, SeveralShape) else [value])]


def _choice(shape: ChoiceShape | SeveralShape, said: str) -> str:
    for value, label in shape.labels.items():
        if said.strip().casefold() in (value.casefold(), label.casefold()):
            return value
    named = {one for _, _, one in _named(shape, said)}
    if len(named) != 1:
        known = "; ".join(shape.labels.values())
        raise refuse(f"“{one_line(said, 40)}” is none of its values.", "", f"They are {known}.")
    return named.pop()


def _read(shape: ListingShape, value: str) -> Iterator[dict[str, str]]:
    """The rows of a list that a person wrote: in each its words, of which numbers and choices are known by themselves."""
    leading, parts = _leading(shape), shape.element.parts
    for row in value.split(";"):
        made: dict[str, str] = {}
        for word in row.split():
            name = next(
                (one for one, part in parts.items() if one not in made and _fits(part.shape, word)), leading
            )
            part = parts[name].shape
            made[name] = _choice(part, word) if isinstance(part, ChoiceShape) else word.rstrip("%")
        if leading not in made:
            raise refuse(
                "An entry names none of its choices.", "", "Begin each with its name; a semicolon parts them."
            )
        yield made


def _fits(shape: Shape, word: str) -> bool:
    if isinstance(shape, NumberShape):
        return re.fullmatch(r"\d+(?:\.\d+)?%?", word) is not None
    return isinstance(shape, ChoiceShape) and bool(_named(shape, word) or word.casefold() in shape.labels)


def fact_lines(prompt_set: str, fields: Mapping[str, str]) -> Iterator[str]:
    """The facts of an item as its lines in a case file."""
    for name, shape in asked_facts(prompt_set).items():
        value = fields.get(name, "")
        if value and isinstance(shape, _CHOSEN):
            chosen = [scalar(one) for one in _chosen(shape, value)]
            yield (
                f"{name}: [{', '.join(chosen)}]"
                if isinstance(shape, SeveralShape)
                else f"{name}: {chosen[0]}"
            )
        elif value and isinstance(shape, ListingShape):
            parts = shape.element.parts
            rows = (
                ", ".join(
                    f"{key}: {said if isinstance(parts[key].shape, NumberShape) else scalar(said)}"
                    for key, said in row.items()
                )
                for row in _read(shape, value)
            )
            yield f"{name}: [{', '.join(f'{{{one}}}' for one in rows)}]"
