"""What was logged, in words: the line that follows a reply."""

from __future__ import annotations

from assistant.core import command as c
from assistant.core.absence import not_found
from assistant.core.decision import DECISION_WORDS
from assistant.core.frozen import replace
from assistant.core.phrase import told
from assistant.core.prompt_turn import part_question
from assistant.core.shape import at
from assistant.core.text import one_line
from assistant.passages import trail_lines
from assistant.review import Review
from assistant.talk import Line, told_lines


def echo(review: Review, command: c.Command) -> list[Line]:
    """What was logged, in words."""
    session = review.session
    if isinstance(command, c.RecordAnswer):
        schema = session.prompt(command.item, command.prompt).schema
        root = command.prompt.split(".", 1)[0]
        if root != command.prompt:
            shape = at(schema.shape, tuple(command.prompt.split(".")[1:]))
            assert shape is not None  # the command has been carried out
            part = replace(schema, shape=shape)
            ask = part_question(session.prompt(command.item, root), tuple(command.prompt.split(".")[1:]))
            label = ask.split(" (", 1)[0].rstrip("?")
            return told_lines(f"{label}: {told(part, command.answer)}")
        return [
            *told_lines(told(schema, session.answer(command.item, root))),
            *_trail(review, command, root),
        ]
    if isinstance(command, c.Determine):
        return [Line("answer", DECISION_WORDS[command.decision])]
    if isinstance(command, c.RuleOn):
        return [Line("answer", f"{command.criterion}: {command.ruling}: {one_line(command.reason, 300)}")]
    if isinstance(command, c.DecideFirst):
        return [Line("answer", f"At first: {DECISION_WORDS[command.decision]}")]
    if isinstance(command, c.Decline):
        return [Line("news", "Declined. The session is closed, and the reason is logged.")]
    if isinstance(command, c.DismissPassages):
        count = len(command.passages)
        noun = "The passage is" if count == 1 else f"{count} passages are"
        return [Line("answer", f"{noun} set aside: {one_line(command.reason, 300)}")]
    if isinstance(command, c.ReadByEye):
        said = review.session.by_eye
        if said is not None and said.read and said.unread:
            left = f"not read: {', '.join(said.unread)}; the letter says so."
            return [Line("answer", f"Read by eye: {', '.join(said.read)}; {left}")]
        return [Line("answer", "Read by eye." if command.read else "Not read; the letter says so.")]
    if isinstance(command, c.CorrectFact):
        return [Line("answer", f"The page says: {one_line(command.reason, 300)}")]
    if isinstance(command, c.AddAddendum):
        return [Line("news", "The addendum is logged, and stands in the letter.")]
    if isinstance(command, c.Acknowledge):
        return [Line("answer", f"Acknowledged: {one_line(command.reason, 300)}")]
    return []


def _trail(review: Review, command: c.RecordAnswer, root: str) -> list[Line]:
    if not not_found(command.answer):
        return []
    return [Line("note", line) for line in trail_lines(review, (command.item, root))]
