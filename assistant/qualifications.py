"""The qualifications are asked once: what a session confirmed is kept in the reviewer's profile."""

from __future__ import annotations

from assistant import reviewer
from assistant.review import Review


def keep_qualifications(review: Review, profile: reviewer.Profile) -> reviewer.Profile:
    """Keeps the qualifications that were answered in a session, so that they are asked once only."""
    answer = review.session.reading("case").answer("qualifications")
    if answer is None or not review.session.reading("case").answered("qualifications"):
        return profile
    value = answer.plain()
    if value == dict(profile.qualifications) or review.session.opened.reviewer != profile.id:
        return profile
    if profile.qualifications and value == review.session.opened.profile.get("qualifications"):
        return profile  # the session changed nothing, and the profile has been changed since it began
    kept = reviewer.with_qualifications(profile, value)
    reviewer.save(kept)
    return kept
