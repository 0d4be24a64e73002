"""A case file that has changed since a session began: what is new, and the step that takes it over.

A session keeps the rules and facts that it started with; a document that was added or a fact that was corrected
reaches it only when the reviewer takes it over. A signed session is never changed, only said to be affected.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Evidence
from assistant.core.problem import Problem, Refused
from assistant.core.rules.rules import Rules, Sources, pinned
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import digest
from assistant.core.value import Value
from assistant.library import CaseFolder
from assistant.review.loading import committed, unchanged


class Amendment(Value):
    """A changed case file: the command that takes it over, its pages and texts, and what changed in words.

    `asked_again` are the questions that list what has changed: the documents, the timeline.
    """

    command: c.AmendCase
    pages: Mapping[str, tuple[str, ...]]
    artifacts: Mapping[str, tuple[str, bytes]]
    says: tuple[str, ...]
    asked_again: tuple[AnswerPlace, ...]


def amendment(session: Session, sources: Sources | None = None) -> Amendment | None:
    """What the case folder holds beyond the session, or None where it is as the session has it.

    Raises `Refused` for a case file that is malformed now, that lacks an item of the session, or that lacks a
    document or page which an answer cites.
    """
    try:
        case = library.open_case(Path(session.opened.folder))
    except Refused:
        return None
    held = session.opened.documents
    same = {name for name in case.pages if name in held and unchanged(case.pages[name], held[name])}
    added = tuple(name for name in case.pages if name not in held)
    changed = tuple(name for name in case.pages if name in held and name not in same)
    removed = tuple(name for name in held if name not in case.pages)
    facts = digest(case.text) != session.case_pin
    if not facts and not added:
        return None  # a record that is gone or altered is said elsewhere; it is nothing to take over
    sources = sources or library.sources()
    rules = library.rules_for(case, sources)
    _refuse_losses(session, rules, case)
    kept = pinned(rules, sources)
    texts = {"case": {"case.yaml": case.text}, "prompts": kept.prompts, "schemas": kept.schemas}
    new_pins = {kind: {name: digest(text) for name, text in named.items()} for kind, named in texts.items()}
    event = e.CaseAmended(
        pins={
            "case": new_pins["case"],
            **{kind: {**new_pins[kind], **session.opened.pins[kind]} for kind in ("prompts", "schemas")},
        },
        documents={
            name: held[name] if name in same else committed(case.pages[name]) for name in rules.case.documents
        },
        added=added,
        changed=changed,
        removed=removed,
        facts=facts,
    )
    artifacts = {
        digest(text): (f"text/{kind}", text.encode())
        for kind, named in texts.items()
        for text in named.values()
    }
    command = c.AmendCase(_under_old_sets(session, rules), event)
    return Amendment(command, case.pages, artifacts, tuple(_says(event, case)), _asked_again(session, event))


def _under_old_sets(session: Session, rules: Rules) -> Rules:
    """The new facts under the prompt sets that the session began with; only a new item brings its own."""
    return Rules(
        rules.case, {scope: session.rules.sets.get(scope, made) for scope, made in rules.sets.items()}
    )


def _refuse_losses(session: Session, rules: Rules, case: CaseFolder) -> None:
    where = str(case.path / "case.yaml")
    problems = [
        Problem(f"Item {item} of this session is no longer in the case.", where, "Put it back.")
        for item in session.items
        if item not in rules.case.items
        or rules.case.items[item].prompt_set != session.rules.case.items[item].prompt_set
    ]
    problems += [
        Problem(
            f"An answer cites {one}, which the case file no longer holds.", where, "Put the document back."
        )
        for one in _cited(session)
        if one.document not in rules.case.documents or one.page > rules.case.documents[one.document].pages
    ]
    if problems:
        raise Refused(*problems)


def _cited(session: Session) -> tuple[Evidence, ...]:
    answers = (answer for held in session.answers.values() for answer in held.values())
    return tuple(dict.fromkeys(one for answer in answers for one in answer.all_evidence()))


def _asked_again(session: Session, event: e.CaseAmended) -> tuple[AnswerPlace, ...]:
    lists = {"documents"} if event.added or event.changed or event.removed else set()
    lists |= {"timeline"} if event.facts else set()
    return tuple(
        (scope, name)
        for scope in session.rules.scopes
        for name, prompt in session.rules.sets[scope].prompts.items()
        if prompt.shows in lists and session.answer(scope, name) is not None
    )


def _says(event: e.CaseAmended, case: CaseFolder) -> list[str]:
    lines = [f"New document: {name} ({_pages(len(case.pages[name]))})" for name in event.added]
    lines += [f"Changed document: {name}" for name in event.changed]
    lines += [f"No longer there: {name}" for name in event.removed]
    if event.facts and not event.added:
        lines.append("The facts in case.yaml have been changed.")
    return lines


def _pages(count: int) -> str:
    return f"{count} page{'s' * (count != 1)}"
