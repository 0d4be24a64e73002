"""What a trainee is shown after an answer is frozen: the reviewer's answer, its pages, and the guideline's reason."""

from __future__ import annotations

from assistant.core.answer import Answer
from assistant.core.comparison import OF_THE_REVIEWER
from assistant.core.decision import DECISION_WORDS
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Place, Session
from assistant.core.text import one_line
from assistant.talk import Line
from assistant.training.event_words import evidence_lines, reason_lines, told_at
from assistant.training.fault import Fault, caught
from assistant.training.pairing import agree, paired


def is_compared(place: Place) -> bool:
    """Whether a question is about the case; those about the reviewer are nobody else's to answer."""
    return not (place[0] == CASE_SCOPE and place[1] in OF_THE_REVIEWER)


def revealed_lines(
    trainee: Session, reference: Session, place: Place, answer: Answer | None, faults: tuple[Fault, ...]
) -> list[Line]:
    """The reviewer's answer to a question that the trainee has just answered, and what was planted there."""
    theirs = reference.reading(place[0]).answer(place[1])
    lines: list[Line] = []
    here = [fault for fault in faults if fault.place == place]
    for fault in here:
        seen = caught(fault, answer)
        lines.append(Line("news" if seen else "problem", f"{'Caught' if seen else 'Missed'}: {fault.says}"))
    if theirs is None:
        lines.append(Line("context", "The reviewer's answers did not lead to this question."))
    elif not here:
        same = agree(paired(trainee, reference).get(place, ()))
        said = told_at(reference, place, theirs).split("\n")
        mark = "As the reviewer answered:" if same else "The reviewer answered otherwise:"
        lines.append(Line("news" if same else "warning", f"{mark} {one_line(said[0], 400)}"))
        lines += [Line("context", one_line(line, 400)) for line in said[1:]]
    if theirs is not None:
        lines += evidence_lines(theirs.all_evidence())
        if theirs.note:
            lines.append(Line("context", f"Note: {one_line(theirs.note, 400)}"))
    return [*lines, *reason_lines(trainee, place)]


def revealed_decision(trainee: Session, reference: Session, item: str) -> list[Line]:
    """The reviewer's decision on an item, and why."""
    made, theirs = trainee.determinations.get(item), reference.determinations.get(item)
    if theirs is None:
        return [Line("context", "The reference holds no decision on this item.")]
    same = made is not None and made.decision == theirs.decision
    mark = "As the reviewer decided:" if same else "The reviewer decided otherwise:"
    lines = [Line("news" if same else "warning", f"{mark} {DECISION_WORDS[theirs.decision]}")]
    return [*lines, *([Line("context", f"Reason: {one_line(theirs.reason, 400)}")] if theirs.reason else [])]
