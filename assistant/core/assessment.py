"""What the answers of an item come to: findings, suggestion and draft, worked out together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from assistant.core.criterion import Finding, Suggestion, findings
from assistant.core.draft_sentence import DraftSentence
from assistant.core.governing import governing_date
from assistant.core.rationale import draft
from assistant.core.session import Session
from assistant.core.settling import suggest


@dataclass(frozen=True)
class Assessment:
    """The findings, the suggestion and the draft of one item; the draft is written when it is first asked for."""

    findings: Mapping[str, Finding]
    suggestion: Suggestion
    session: Session = field(repr=False, compare=False)
    item: str

    @cached_property
    def sentences(self) -> tuple[DraftSentence, ...]:
        return draft(self.session, self.item, self.findings, self.suggestion)


def assess(session: Session, item: str) -> Assessment:
    """The assessment of an item as things are answered and ruled."""
    reading = session.reading(item)
    on = governing_date(session, item)
    rulings = session.rulings.get(item, {})
    found = findings(reading, on, rulings)
    suggestion = suggest(reading, on, rulings)
    return Assessment(found, suggestion, session, item)
