"""What a change would do before it is made: what it sets aside, brings back, opens or turns."""

from __future__ import annotations

from dataclasses import replace

from assistant.core import command as c
from assistant.core import event as e
from assistant.core.decide import decide
from assistant.core.decision import DECISION_WORDS
from assistant.core.session import Session, fold


def preview(session: Session, command: c.RecordAnswer | c.WithdrawAnswer | c.RuleOn) -> list[str]:
    """The consequences of a command, each in a sentence; none where it only adds an answer.

    Raises `Refused` where the command may not be carried out at all.
    """
    asked = command if command.reason else replace(command, reason="(to be given)")
    events = decide(session, asked)
    after = fold(session, events)
    scope = command.item
    said = []
    for event in events:
        if isinstance(event, e.AnswerSetAside):
            said.append(
                f"The answer to “{session.prompt(scope, event.prompt).ask}” is set aside; it stays in the log."
            )
        elif isinstance(event, e.AnswerRestored):
            said.append(f"The earlier answer to “{session.prompt(scope, event.prompt).ask}” is used again.")
    if isinstance(command, c.RuleOn) or session.answer(scope, command.prompt) is not None:
        before = {prompt.id for prompt in session.reading(scope).open_prompts()}
        opened = [p for p in after.reading(scope).open_prompts() if p.id not in before]
        said += [f"This question opens: “{prompt.ask}”" for prompt in opened]
    if scope in session.suggestions_shown and scope in session.items:
        from assistant.core.assessment import assess

        was, now = assess(session, scope).suggestion, assess(after, scope).suggestion
        if was.decision != now.decision:
            said.append(
                f"The suggestion turns from {DECISION_WORDS[was.decision]} to {DECISION_WORDS[now.decision]}."
            )
    return said
