"""What was logged, in words: the lines that follow a reply."""

from __future__ import annotations

from assistant.core import commands as c
from assistant.core.event_words import Line
from assistant.core.proposal import follows_from
from assistant.core.record.absence import not_found
from assistant.core.rules.answer_schema import at
from assistant.core.rules.criterion import DECISION_WORDS, RULING_WORDS
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import one_line
from assistant.core.turn import part_question, root_of
from assistant.core.value import replace
from assistant.core.wording import shown
from assistant.review.passages import trail_lines
from assistant.review.review import Review
from assistant.review.talk import DECLINED, added_words


def told_lines(text: str) -> list[Line]:
    """An answer as it was logged, a line for each of its entries."""
    return [Line("answer", one_line(line, 400)) for line in text.split("\n")]


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
            return told_lines(f"{label}: {shown(part, command.answer)}")
        return [
            *told_lines(shown(schema, session.answer(command.item, root))),
            *_trail(review, command, root),
        ]
    if isinstance(command, c.RecordAnswers):
        whole = {one.prompt for one in command.answers}  # what is told whole is not told by its parts
        told = [
            one
            for one in command.answers
            if one.prompt == root_of(one.prompt) or root_of(one.prompt) not in whole
        ]
        return [line for one in told for line in _one_of_several(review, one)]
    if isinstance(command, c.Determine):
        return [Line("answer", DECISION_WORDS[command.decision])]
    if isinstance(command, c.RuleOn):
        return [
            Line(
                "answer",
                f"{command.criterion}: {RULING_WORDS[command.ruling]}: {one_line(command.reason, 300)}",
            )
        ]
    if isinstance(command, c.DecideFirst):
        return [Line("answer", f"At first: {DECISION_WORDS[command.decision]}")]
    if isinstance(command, c.Decline):
        return [DECLINED]
    if isinstance(command, c.DismissPassages):
        count = len(command.passages)
        noun = "The passage is" if count == 1 else f"{count} passages are"
        return [Line("answer", f"{noun} set aside: {one_line(command.reason, 300)}")]
    if isinstance(command, c.CiteEvidence):
        return [Line("answer", f"Cited {command.evidence}: “{one_line(command.evidence.quote, 200)}”")]
    if isinstance(command, c.ReadDenials):
        return [Line("answer", f"Read before the signature: {len(command.passages)}.")]
    if isinstance(command, c.ReadByEye):
        said = review.session.by_eye
        if said is not None and said.read and said.unread:
            left = f"not read: {', '.join(said.unread)}; the letter says so."
            return [Line("answer", f"Read by eye: {', '.join(said.read)}; {left}")]
        return [Line("answer", "Read by eye." if command.read else "Not read; the letter says so.")]
    if isinstance(command, c.CorrectFact):
        return [Line("answer", f"The page says: {one_line(command.reason, 300)}")]
    if isinstance(command, c.AddAddendum):
        return added_words(review.session)
    if isinstance(command, c.Acknowledge):
        return [Line("answer", f"Acknowledged: {one_line(command.reason, 300)}")]
    return []


def worked_out(review: Review, before: Session, command: c.Command) -> list[AnswerPlace]:
    """The questions that were answered by what a command answered, in the order of the set."""
    session, found = review.session, list[AnswerPlace]()
    if isinstance(command, c.RecordAnswer | c.RecordAnswers):
        given = command.answers if isinstance(command, c.RecordAnswers) else (command,)
        named = {(one.item, one.prompt.split(".", 1)[0]) for one in given}
        for scope in dict.fromkeys(scope for scope, _ in named):
            reading = session.reading(scope)
            for name, prompt in session.rules.sets[scope].prompts.items():
                changed = session.answer(scope, name) != before.answer(scope, name)
                if changed and (scope, name) not in named and follows_from(prompt, reading):
                    found.append((scope, name))
    return found


def worked_out_line(review: Review, place: AnswerPlace) -> Line:
    """What other answers gave for a question, and the key with which it is answered otherwise."""
    prompt = review.session.prompt(*place)
    said = shown(prompt.schema, review.session.answer(*place)).replace("\n", "; ")
    return Line("answer", f"{one_line(f'{prompt.ask} {said}', 300)} · worked out; < answers it otherwise")


def _one_of_several(review: Review, command: c.RecordAnswer) -> list[Line]:
    prompt = review.session.prompt(command.item, command.prompt)
    rest = tuple(command.prompt.split(".")[1:])
    shape = at(prompt.schema.shape, rest)
    assert shape is not None  # the command has been carried out
    said = shown(replace(prompt.schema, shape=shape), command.answer).replace("\n", "; ")
    return [Line("answer", one_line(f"{part_question(prompt, rest) if rest else prompt.ask} {said}", 400))]


def _trail(review: Review, command: c.RecordAnswer, root: str) -> list[Line]:
    if not not_found(command.answer):
        return []
    return [Line("note", line) for line in trail_lines(review, (command.item, root))]
