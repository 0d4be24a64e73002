"""The part of a session's fold that concerns the record: searches, passages set aside, a case file that has grown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from assistant.core.answer import Answer, Status
from assistant.core.case import Case
from assistant.core.frozen import replace
from assistant.core.reading import Reading
from assistant.core.record_event import CaseAmended, PassagesDismissed, RecordSearched

if TYPE_CHECKING:
    from assistant.core.session import Session


def searched(session: Session, event: RecordSearched) -> Session:
    """A question's own search takes the place of an earlier one; the reviewer's are kept beside it."""
    place = (event.item, event.prompt)
    held = session.searches.get(place, ())
    if event.by != "reviewer":
        held = tuple(one for one in held if one.by == "reviewer")
        session = replace(session, searched={**session.searched, place: session.amendments})
    return replace(session, searches={**session.searches, place: (*held, event)})


def dismissed(session: Session, event: PassagesDismissed) -> Session:
    place = (event.item, event.prompt)
    held = session.dismissed.get(place, ())
    return replace(session, dismissed={**session.dismissed, place: (*held, *event.dismissed)})


def amended(session: Session, event: CaseAmended) -> Session:
    """The session under the case file's new facts; what was attested of the old file is no longer attested."""
    rules = session.later[event.pins["case"]["case.yaml"]]
    answers = {
        scope: {name: _unattested(answer, rules.case) for name, answer in held.items()}
        for scope, held in session.answers.items()
    }
    return replace(
        session,
        rules=rules,
        opened=replace(session.opened, documents=event.documents),
        answers=answers,
        readings={scope: Reading(rules.sets[scope], answers.get(scope, {})) for scope in rules.scopes},
        amendments=session.amendments + 1,
        amended=event,
        by_eye=None,
    )


def _unattested(answer: Answer, case: Case) -> Answer:
    if answer.parts is not None:
        parts: Mapping[str, Answer] = {name: _unattested(part, case) for name, part in answer.parts.items()}
        return replace(answer, parts=parts)
    if answer.status is not Status.NOT_DOCUMENTED or answer.search is None:
        return answer
    reach = replace(answer.search, attested=False, documents=case.named_documents, pages=case.page_count)
    return replace(answer, search=reach)
