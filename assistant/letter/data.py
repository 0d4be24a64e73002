"""The letter as one JSON document, for programs: everything in the text, and what it was worked out from.

Its form is a contract (`schemas/output/letter.schema.json`); keys stay.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from assistant.core.absence import against, dismissals, not_found, trail
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.criterion import Finding, Suggestion
from assistant.core.draft_sentence import DraftSentence
from assistant.core.governing import governing_date
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.shape import in_order
from assistant.core.what_if import would_change
from assistant.letter.document import Letter, ReviewedDocument
from assistant.letter.plain_text import content


def to_json(letter: Letter) -> dict[str, Any]:
    """The letter as JSON values."""
    return {
        "session": letter.session.id,
        "status": letter.status,
        "kind": letter.kind,
        "case": letter.case,
        "outcome": letter.outcome,
        "sections": [{"title": section.title, "text": content(section)} for section in letter.sections],
        "documents_reviewed": [_document(one) for one in letter.documents],
        "checks": [
            {
                "check": check.check,
                "severity": check.severity,
                "message": check.message,
                "facts": list(check.facts),
                "acknowledged": letter.acknowledged(check),
            }
            for check in letter.checks
        ],
        "missing": [{"item": one.item, "prompt": one.prompt} for one in letter.missing],
        "log": {"events": letter.log.events, "head": letter.log.head},
        "case_answers": _answers(letter.session, CASE_SCOPE),
        "items": [_item(letter, key) for key in letter.session.items],
    }


def json_text(letter: Letter) -> str:
    """The document as text in which every character that is not printable ASCII is escaped."""
    return json.dumps(to_json(letter), ensure_ascii=True, indent=2).replace("\x7f", "\\u007f") + "\n"


def _document(one: ReviewedDocument) -> dict[str, Any]:
    return {
        "id": one.id,
        "type": one.type,
        "author": one.author,
        "date": None if one.date is None else str(one.date),
        "pages": one.pages,
        "sent_by": one.sent_by,
        "ur_report": one.is_ur_report,
        "opened": list(one.opened),
        "cited": list(one.cited),
        "searched": one.searched,
    }


def _item(letter: Letter, key: str) -> dict[str, Any]:
    session = letter.session
    prompt_set = session.rules.sets[key]
    assessment = letter.assessments[key]
    rulings = session.rulings.get(key, {})
    made = session.determinations.get(key)
    changes = would_change(session.reading(key), governing_date(session, key), rulings)
    return {
        "item": key,
        "service": session.rules.case.items[key].service,
        "prompt_set": prompt_set.id,
        "edition": prompt_set.edition,
        "answers": _answers(session, key),
        "findings": [_finding(session, key, one) for one in assessment.findings.values()],
        "rulings": {name: {"ruling": one.ruling, "reason": one.reason} for name, one in rulings.items()},
        "suggestion": _suggestion(assessment.suggestion),
        "would_change": [
            {"answers": dict(one.answers), "decision": one.decision, "rests_on": list(one.rests_on)}
            for one in changes
        ],
        "determination": None
        if made is None
        else {"decision": made.decision, "departs": made.decision != made.suggested, "reason": made.reason},
        "rationale": [_sentence(one) for one in assessment.sentences],
    }


def _answers(session: Session, scope: str) -> dict[str, Any]:
    """The answers that are read now, by prompt; one that was set aside is not among them."""
    reading = session.reading(scope)
    made = {}
    for name, prompt in reading.prompt_set.prompts.items():
        answer = reading.answer(name)
        if answer is not None:
            made[name] = _answer(in_order(prompt.schema.shape, answer))
            if not_found(answer):
                made[name]["search"] = _search(session, (scope, name), answer)
    return made


def _answer(answer: Answer) -> dict[str, Any]:
    made: dict[str, Any] = {
        "status": answer.status.value,
        "value": answer.plain() if answer.given else None,
        "evidence": _passages(answer.all_evidence()),
    }
    if answer.parts is not None:
        made["parts"] = {name: _answer(part) for name, part in answer.parts.items()}
    return made


def _search(session: Session, place: tuple[str, str], answer: Answer) -> dict[str, Any]:
    """The trail of an absence: where and for what was searched, what was found, and what became of it."""
    made = trail(session, place)
    leaves = [leaf.search for _, leaf in answer.leaves() if leaf.status is Status.NOT_DOCUMENTED]
    given = [one for one in leaves if one is not None]
    own = [term for one in given for term in one.terms]
    documents = dict.fromkeys(name for one in given for name in one.documents)
    return {
        "terms": list(dict.fromkeys([*(made.terms if made is not None else ()), *own])),
        "documents": list(
            (made.documents if made is not None else documents) or session.rules.case.documents
        ),
        "pages": made.pages if made is not None else max((one.pages for one in given), default=0),
        "unread": list(made.unread if made is not None else ()),
        "read_by_eye": list(session.by_eye.read) if session.by_eye is not None else [],
        "hits": made.hits if made is not None else 0,
        "dismissed": [
            {"document": one.document, "page": one.page, "quote": one.quote, "reason": one.reason}
            for one in dismissals(session, place)
        ],
        "open": [
            {"document": one.document, "pages": list(one.pages), "quote": one.quote, "standing": one.standing}
            for one in against(session, place)
        ],
        "attested": bool(leaves) and all(one is not None and one.attested for one in leaves),
    }


def _finding(session: Session, key: str, one: Finding) -> dict[str, Any]:
    prompt_set = session.rules.sets[key]
    criterion = prompt_set.criteria[one.criterion]
    return {
        "criterion": one.criterion,
        "citation": criterion.cite,
        "tier": prompt_set.tier(criterion),
        "argues": criterion.argues,
        "state": one.state.value,
        "stands": one.stands,
        "rebutted_by": list(one.rebutted_by),
        "prompts": list(one.prompts),
    }


def _suggestion(one: Suggestion) -> dict[str, Any]:
    return {
        "decision": one.decision,
        "why": one.why,
        "because": list(one.because),
        "dissent": list(one.dissent),
        "rests_on": list(one.rests_on),
        "settle": list(one.settle),
    }


def _sentence(one: DraftSentence) -> dict[str, Any]:
    return {
        "text": one.text,
        "origin": one.origin,
        "prompts": list(one.prompts),
        "criteria": list(one.criteria),
        "citations": list(one.citations),
        "facts": list(one.facts),
        "evidence": _passages(one.evidence),
    }


def _passages(passages: Iterable[Evidence]) -> list[dict[str, Any]]:
    return [
        {"document": one.document, "page": one.page, "quote": one.quote, "start": one.start}
        for one in passages
    ]
