"""Answers in the order of their question.

The log keeps the parts of an answer by name, the keyboard in the order of typing; a letter may show neither,
or it would read otherwise once the session is replayed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.core.answer import Answer, Evidence
from assistant.core.case import Case
from assistant.core.shape import Group, Listing, Shape


def in_order(shape: Shape, answer: Answer) -> Answer:
    """The answer with its parts as the schema lists them, and the entries of a list by number."""
    parts = answer.parts
    if parts is None:
        return answer
    if isinstance(shape, Group):
        ordered = {
            name: in_order(part.shape, parts[name]) for name, part in shape.parts.items() if name in parts
        }
    elif isinstance(shape, Listing):
        ordered = {number: in_order(shape.element, parts[number]) for number in sorted(parts, key=int)}
    else:
        return answer
    return replace(answer, parts=ordered)


def pages_in_order(case: Case, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The pages of some passages, each once, as the case lists its documents."""
    places = {name: number for number, name in enumerate(case.documents)}
    ranked = sorted(evidence, key=lambda one: (places.get(one.document, len(places)), one.document, one.page))
    return tuple(dict.fromkeys(str(one) for one in ranked))
