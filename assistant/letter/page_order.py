"""The pages of a letter's evidence, in the order of the case file."""

from __future__ import annotations

from collections.abc import Iterable

from assistant.core.answer import Evidence
from assistant.core.case import Case


def pages_in_order(case: Case, evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """The pages of some passages, each once, as the case lists its documents."""
    places = {name: number for number, name in enumerate(case.documents)}
    ranked = sorted(evidence, key=lambda one: (places.get(one.document, len(places)), one.document, one.page))
    return tuple(dict.fromkeys(str(one) for one in ranked))
