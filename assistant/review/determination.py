"""Signing: what is attested, what the letter says, and the signature, in that order."""

from __future__ import annotations

from assistant.core import command as c
from assistant.core.decision import OUTCOME_WORDS
from assistant.core.outcome import outcome
from assistant.core.problem import refuse
from assistant.core.session import Session
from assistant.core.turn import statement
from assistant.review import Review


def sign(review: Review) -> Session:
    """Attests the absences and signs; the letter's hash is of what the letter says then."""
    from assistant.letter import body_hash

    case_outcome = outcome(review.session)
    if case_outcome is None:
        raise refuse("An item has no determination yet.", "", "Decide on it first.")
    for check in review.checks():
        if check.severity == "blocking" or (check.check, check.key) not in review.session.acknowledged:
            raise refuse(check.message, f"{check.check}", "Mend it or explain it first.")
    said = statement(review.session, OUTCOME_WORDS[case_outcome])
    review.perform(c.AttestAbsences())
    letter = body_hash(review.session, review.assess)
    return review.perform(c.Sign(letter, case_outcome, said))
