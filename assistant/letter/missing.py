"""What an unsigned determination still waits for, so that a draft never passes for a finished letter."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.core.absence import contradicted
from assistant.core.letter_frame import Frame
from assistant.core.outcome import unruled
from assistant.core.prompt_turn import part_question
from assistant.core.session import Session
from assistant.letter.document import Missing
from assistant.letter.issues import Assess


def still_missing(session: Session, assess: Assess, frame: Frame) -> Iterator[Missing]:
    """Absences that the record contradicts, open prompts by their path, rebuttals not ruled on, items without a determination that still holds."""
    if session.status != "open":
        return
    for scope, name in contradicted(session):
        words = frame.say("missing.contradicted", question=session.prompt(scope, name).ask)
        yield Missing(scope, name, words)
    for scope in session.rules.scopes:
        yield from _prompts(session, scope)
        if scope in session.items:
            yield from _decision(session, scope, assess, frame)


def _prompts(session: Session, scope: str) -> Iterator[Missing]:
    reading = session.reading(scope)
    for prompt in reading.open_prompts():
        for part in reading.missing_parts(prompt.id):
            words = part_question(prompt, tuple(part.split("."))) if part else prompt.ask
            yield Missing(scope, f"{prompt.id}.{part}" if part else prompt.id, words)


def _decision(session: Session, item: str, assess: Assess, frame: Frame) -> Iterator[Missing]:
    made = session.determinations.get(item)
    if not session.item_answered(item):
        if made is None:
            yield Missing(item, "determination", frame.say("missing.determination"))
        return
    suggestion = assess(item).suggestion
    for criterion in unruled(session, item, suggestion):
        yield Missing(item, f"ruling:{criterion}", frame.say("missing.ruling", criterion=criterion))
    if made is None:
        yield Missing(item, "determination", frame.say("missing.determination"))
    elif made.suggested != suggestion.decision:
        yield Missing(item, "determination", frame.say("missing.changed"))
