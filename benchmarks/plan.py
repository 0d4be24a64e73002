"""What is pressed to review the case as its reference does: proposals confirmed, all else by digit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from assistant.core.turn import Option, Turn
from assistant.library import folder
from assistant.review.answers_file import AnswersFile, read_answers_file
from assistant.review.conversation import Conversation, Line
from benchmarks.measure import CASE


@dataclass(frozen=True)
class Stop:
    """One question with the reply to it: a digit or nothing, words that the reviewer has to write, and Enter."""

    question: str
    kind: str
    pressed: str
    enter: bool
    words: str = ""

    @property
    def keys(self) -> int:
        """Keys outside free text."""
        return len(self.pressed) + self.enter + bool(self.words)

    def give(self, conversation: Conversation) -> list[Line]:
        """Replies to the conversation as the keys would on the screen."""
        lines = (
            conversation.press(self.pressed)
            if self.pressed in conversation.keys
            else conversation.reply(self.pressed)
        )
        return conversation.reply(self.words) if self.words else lines


@cache
def reference() -> AnswersFile:
    """The reference answers of the case."""
    return read_answers_file(folder("casebank") / CASE / "reference.yaml")


def stops(conversation: Conversation) -> Iterator[Stop]:
    """The reply to each question as it comes; whoever takes one gives it before the next is asked for."""
    while (turn := conversation.turn).kind != "done":
        yield _stop(conversation, turn)


def _stop(conversation: Conversation, turn: Turn) -> Stop:
    if turn.kind == "sign":
        return Stop(turn.question, turn.kind, "sign", True)
    if turn.proposal is not None:
        return Stop(turn.question, turn.kind, "", True)
    replies = zip(conversation.keys, turn.options, strict=True)
    key, option = next((key, one) for key, one in replies if _meant(turn, one))
    words = ""
    if option.asks:
        check = turn.check.check if turn.check is not None else ""
        words = reference().acknowledge[check] if check else reference().determinations[turn.scope]["reason"]
    return Stop(turn.question, turn.kind, key, key not in conversation.keys_at_once, words)


def _meant(turn: Turn, option: Option) -> bool:
    if turn.kind == "decision":
        return bool(option.value == reference().determinations[turn.scope]["decision"])
    if turn.kind == "check":
        return True
    given = reference().answers[turn.scope][turn.path]
    return bool(option.value == (given.get("value") if isinstance(given, dict) else given))
