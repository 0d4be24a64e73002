"""A case file that has changed since, offered to the session that is gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.core import command as c
from assistant.core.absence import contradicted
from assistant.core.frozen import dataclass
from assistant.core.problem import Refused
from assistant.core.prompt_turn import Option
from assistant.review import Review
from assistant.talk import Line, Pending, Talk

if TYPE_CHECKING:
    from assistant.amending import Amendment


@dataclass(frozen=True)
class TakeOver(c.Command):
    """The changed case file that the reviewer takes over."""

    amendment: Amendment


def offer_amendment(talk: Talk) -> list[Line]:
    """Where the case file has changed since: says how, and asks whether this session takes it over."""
    from assistant.amending import amendment

    session = talk.review.session
    if talk.review.watching:
        return []
    try:
        changed = amendment(session)
    except Refused as refused:
        return [Line("problem", f"The case file has changed: {problem}") for problem in refused.problems]
    if changed is None:
        return []
    lines = [Line("warning", f"The case file has changed. {line}") for line in changed.says]
    if session.status != "open":
        return [*lines, Line("note", f"This session is {session.status}, and stays as it is.")]
    options = (
        Option("Take it over; absences are searched for again", TakeOver(changed), value="take"),
        Option("Not now: go on with the file as it was"),
    )
    talk.pending = Pending("Does this session take the changed case file over?", None, options)
    return lines


def take_over(review: Review, command: TakeOver) -> list[Line]:
    """Takes the changed case file over, and says which absences the record now speaks against."""
    review.amend(command.amendment)
    session = review.session
    lines = [Line("news", "Taken over. What was answered as not documented has been searched for again.")]
    lines += [
        Line("warning", f"The record speaks of: {session.prompt(*place).ask}")
        for place in contradicted(session)
    ]
    return lines
