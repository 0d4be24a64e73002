"""Which day says which edition of a guideline counts: the one that the prompt set names."""

from __future__ import annotations

from assistant.core.partial_date import PartialDate
from assistant.core.session import Session


def governing_date(session: Session, item: str) -> PartialDate | None:
    """The date of a disputed item that its set's `governed_by` names; None where the case file has none."""
    disputed = session.rules.case.items[item]
    named = session.rules.sets[item].governed_by
    return {"ur_decision": disputed.ur_date, "request": disputed.request_date}.get(named)
