"""Which events follow from answering, amending and taking back: trails noted, answers set aside and restored."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.core import command as c
from assistant.core import event as e
from assistant.core.answer import Answer, Status, Trail
from assistant.core.answer_reader import check
from assistant.core.frozen import replace
from assistant.core.problem import refuse
from assistant.core.reason import reason
from assistant.core.session import Session, apply
from assistant.core.shape import Listing, at
from assistant.core.text import one_line


def needs_reason(session: Session, scope: str, path: str) -> bool:
    """Whether a change here must say why: it changes an answer, and a suggestion has been shown since."""
    answered = session.reading(scope).answered(path.split(".", 1)[0])
    return bool(session.suggestions_shown) and (answered or session.answer(scope, path) is not None)


def unattested(session: Session) -> Iterator[tuple[str, str]]:
    """The scope and path of each absence that is read now and not yet attested."""
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name in session.rules.sets[scope].prompts:
            answer = reading.answer(name)
            for path, leaf in answer.leaves(name) if answer is not None else ():
                if leaf.status is Status.NOT_DOCUMENTED and not (leaf.search and leaf.search.attested):
                    yield scope, path


def record(session: Session, command: c.RecordAnswer) -> list[e.Event]:
    """The events of an answer: recorded or amended, and what it sets aside or brings back."""
    scope, path = command.item, command.prompt
    must_apply(session, scope, path)
    schema = session.prompt(scope, path).schema
    rest = tuple(path.split(".")[1:])
    if at(schema.shape, rest) is None:
        raise refuse("There is no such part of this answer.", path)
    check(schema, command.answer, path, rest, command.today)
    answer = _with_trails(session, command.answer)
    held = session.answer(scope, path)
    if not session.reading(scope).answered(path.split(".", 1)[0]) and (held is None or not rest):
        event: e.Event = e.AnswerRecorded(scope, path, answer, command.origin)
    elif held == answer:
        return []
    elif needs_reason(session, scope, path) and not command.reason.strip():
        raise refuse("The suggestion has been shown: say why the answer changes.", path, "Give a reason.")
    else:
        why = command.reason.strip()
        if why and needs_reason(session, scope, path):
            why = reason(why, "The reason for a change")
        event = e.AnswerAmended(scope, path, answer, command.origin, why)
    return _with_consequences(session, scope, event)


def withdraw(session: Session, command: c.WithdrawAnswer) -> list[e.Event]:
    """The events of an answer that is taken back."""
    scope, path = command.item, command.prompt
    if session.answer(scope, path) is None:
        raise refuse("There is no answer to take back.", path)
    if needs_reason(session, scope, path) and not command.reason.strip():
        raise refuse(
            "The suggestion has been shown: say why the answer is taken back.", path, "Give a reason."
        )
    why = command.reason.strip()
    if why and needs_reason(session, scope, path):
        why = reason(why, "The reason for taking an answer back")
    return _with_consequences(session, scope, e.AnswerWithdrawn(scope, path, why))


def _with_consequences(session: Session, scope: str, event: e.Event) -> list[e.Event]:
    """The event, and what it sets aside or brings back."""
    before = set(session.reading(scope).set_aside())
    after = apply(session, event)
    now = after.reading(scope).set_aside()
    because = getattr(event, "prompt", "")
    events = [event]
    events += [e.AnswerSetAside(scope, name, because) for name in now if name not in before]
    events += [
        e.AnswerRestored(scope, name, because)
        for name in session.rules.sets[scope].prompts
        if name in before and name not in now and name in after.answers[scope]
    ]
    return events


def _with_trails(session: Session, answer: Answer) -> Answer:
    """The answer with the reach of its search noted wherever something was not found."""
    if answer.parts is not None:
        return replace(
            answer, parts={name: _with_trails(session, part) for name, part in answer.parts.items()}
        )
    if answer.status is not Status.NOT_DOCUMENTED:
        return answer
    case, held = session.rules.case, answer.search or Trail()
    documents = held.documents or case.named_documents
    unknown = [name for name in documents if name not in case.documents]
    if unknown:
        raise refuse(
            f"The search names a document that isn't in the case: {unknown[0]}.",
            "",
            f"There are {', '.join(case.documents)}.",
        )
    pages = held.pages or sum(case.documents[name].pages for name in documents or case.documents)
    return replace(answer, search=replace(held, documents=documents, pages=pages))


def must_have(session: Session, scope: str, path: str) -> None:
    """The path is a prompt of the scope, or a part of one; an entry of a list is one that is there, or the next."""
    root, *rest = path.split(".")
    prompt = session.rules.sets[scope].prompts.get(root)
    if prompt is None:
        raise refuse("There is no such question in this review.", f"{scope}/{one_line(path, 60)}")
    if at(prompt.schema.shape, tuple(rest)) is None:
        raise refuse("There is no such part of this answer.", f"{scope}/{one_line(path, 60)}")
    if isinstance(prompt.schema.shape, Listing) and rest:
        held = session.answer(scope, root)
        count = len(held.parts or {}) if held is not None else 0
        if not re.fullmatch(r"[1-9][0-9]{0,5}", rest[0]) or int(rest[0]) > count + 1:
            raise refuse(
                f"There is no entry “{one_line(rest[0], 20)}” here.",
                f"{scope}/{root}",
                f"There are {count}; the next is {count + 1}.",
            )


def must_apply(session: Session, scope: str, path: str) -> None:
    """Raises `Refused` unless the question applies, as things are answered."""
    if session.reading(scope).asked(path.split(".", 1)[0]) is not True:
        raise refuse(
            "This question doesn't apply, as things are answered.",
            f"{scope}/{path}",
            "Amend what it hangs on first.",
        )
