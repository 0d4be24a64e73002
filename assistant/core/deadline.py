"""When a determination is due, by which rule, for information only: a late determination is not void.

That the time limit directs and does not bind was decided in California Highway Patrol v. Workers' Compensation
Appeals Board (Margaris), 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

CLOCK_FACTS = ("documents_received", "application_received")
"""The facts of a claim from which the time runs, the first that is stated: the later of the two is the rule's."""


@dataclass(frozen=True)
class DeadlineRule:
    """So many `days` (or `working` days) from the receipt of the request and the documents that support it."""

    priority: str
    days: int
    working: bool
    says: str
    source: str
    verified: bool


RULES = {
    rule.priority: rule
    for rule in (
        DeadlineRule(
            "standard",
            30,
            False,
            "30 days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)(1)",
            True,
        ),
        DeadlineRule(
            "formulary",
            5,
            True,
            "5 working days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)(1)",
            True,
        ),
        DeadlineRule(
            "expedited",
            3,
            False,
            "3 days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)",
            False,
        ),
    )
}
"""The rules by priority. An unverified one was not yet read at its source."""


def due(rule: DeadlineRule, start: date) -> date:
    """The last day; working days are Monday to Friday, and holidays are not known here."""
    if not rule.working:
        return start + timedelta(days=rule.days)
    day, left = start, rule.days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
