"""What a signature says: the decisions with their consequence, what was looked for and not found, and what was read."""

from __future__ import annotations

from assistant.core.answer import Status
from assistant.core.decide import unattested
from assistant.core.rules.answer_schema import GroupShape
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.session import Session
from assistant.core.text import counted
from assistant.core.turn import part_question, root_of


def statement(session: Session, outcome_words: str, read: int = 0) -> str:
    """What a signature says: the decisions with their consequence, and what is attested with it.

    `read` counts the passages that were listed beside it to be read first.
    """
    from assistant.core.record.checks import reasons_given  # not before the first question

    lines = [f"Outcome: {outcome_words}"]
    for key, item in session.rules.case.items.items():
        lines.append(f"Item {key}: {item.service}: {DECISION_WORDS[session.determinations[key].decision]}")
    absences = list(unattested(session))
    case = session.rules.case
    if absences:
        lines.append(
            f"I have looked in the {len(case.documents)} documents received ({case.page_count} pages) for what answers "
            "these, and did not find it:"
        )
        opened = {document for document, _ in session.pages_opened}
        unopened = [
            one.title + (f" of {one.date.prose()}" if one.date else "")
            for name, one in case.documents.items()
            if name not in opened
        ]
        lines += dict.fromkeys(_absence(session, *one) for one in absences)
        if unopened:
            lines.append(f"Of these, not opened on a page of this program: {', '.join(unopened)}.")
    reasons = list(reasons_given(session))
    if reasons:
        lines.append("For these, which the record doesn't bear or says otherwise, I have given a reason:")
        lines += reasons
    if read:
        fits = "each denial is rightly denied, each quote fits"
        lines.append(f"I have read what is listed beside this ({counted(read, 'passage')}): {fits}.")
    lines.append("The findings and the decision are mine.")
    return "\n".join(lines)


def _absence(session: Session, scope: str, path: str) -> str:
    """The question that an absence answers: of the parts that weren't found, where others of it were."""
    prompt, answer = session.prompt(scope, path), session.answer(scope, root_of(path))
    rest, shape = tuple(path.split(".")[1:]), prompt.schema.shape
    if not rest or not isinstance(shape, GroupShape) or not shape.uniform:
        return part_question(prompt, rest) if rest else prompt.ask
    parts = (answer.parts if answer is not None else None) or {}
    absent = [shape.parts[one].ask for one, held in parts.items() if held.status is Status.NOT_DOCUMENTED]
    return f"{prompt.ask} {'; '.join(absent)}" if len(absent) < len(parts) else prompt.ask
