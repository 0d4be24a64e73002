"""What follows from the decisions on the items: the outcome of the case, and what still waits for a ruling."""

from __future__ import annotations

from assistant.core.criterion import Suggestion
from assistant.core.session import Session


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
