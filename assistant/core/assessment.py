"""What the answers of an item come to: findings, suggestion and draft, worked out together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from assistant.core.criterion import Finding, Suggestion, findings
from assistant.core.draft_sentence import DraftSentence
from assistant.core.governing import governing_date
from assistant.core.rationale import draft
from assistant.core.session import Session
from assistant.core.settling import suggest

WHY_WORDS = {
    "carried": "carried by the arguments that stand",
    "conflict": "arguments of the same tier stand on both sides",
    "gap": "no guideline speaks to these answers, and silence argues for nothing (8 CCR 9792.21(d))",
    "open": "answers are missing that could turn it",
}


@dataclass(frozen=True)
class Assessment:
    """The findings, the suggestion and the draft of one item."""

    findings: Mapping[str, Finding]
    suggestion: Suggestion
    sentences: tuple[DraftSentence, ...]


def assess(session: Session, item: str) -> Assessment:
    """The assessment of an item as things are answered and ruled."""
    reading = session.reading(item)
    on = governing_date(session, item)
    rulings = session.rulings.get(item, {})
    found = findings(reading, on, rulings)
    suggestion = suggest(reading, on, rulings)
    return Assessment(found, suggestion, draft(session, item, found, suggestion))


def outcome(session: Session) -> str | None:
    """The outcome of the case, derived from its items: uphold, overturn, partial; None while one is open."""
    decisions = {
        session.determinations[item].decision for item in session.items if item in session.determinations
    }
    if len(session.determinations) < len(session.items):
        return None
    return "partial" if len(decisions) > 1 else "uphold" if decisions == {"upheld"} else "overturn"


def unruled(session: Session, item: str, suggestion: Suggestion) -> tuple[str, ...]:
    """The rebuttals that the suggestion rests on and that the reviewer has not ruled on."""
    ruled = session.rulings.get(item, {})
    return tuple(name for name in suggestion.rests_on if name not in ruled)
