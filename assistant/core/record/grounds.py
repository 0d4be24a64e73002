"""What each finding stands on: a search, a passage that denies the thing, a passage that affirms it, or a reckoning.

A finding is one answer, or one entry of a checklist or a list. What is affirmed about the reviewer, the documents
received, the request, or of judgement is no finding about the patient; that something was not found always is.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from assistant.core.answer import Answer, Evidence, Status
from assistant.core.proposal import Proposed, propose, reckoned
from assistant.core.rules.answer_schema import ChoiceShape, GroupShape, ListingShape, NumberShape, Shape
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import AnswerPlace, Session
from assistant.core.value import Value

NONE = "none"
"""The word of an answer that says that the file holds no such thing."""


class Kind(StrEnum):
    """The kinds of finding: not found, denied, none in the file, affirmed, and what the record leaves unclear."""

    ABSENCE = "absence"
    DENIAL = "denial"
    FILE = "file"
    AFFIRMATION = "affirmation"
    UNCLEAR = "unclear"


NEGATIVE = frozenset({Kind.ABSENCE, Kind.DENIAL, Kind.FILE})
"""What any passage that affirms the thing speaks against."""


class Ground(Value):
    """One finding: where below its prompt (`""` for the whole answer), its kind, and the passages cited for it.

    `words` are what is looked for in the record for it.
    """

    path: str
    kind: Kind
    answer: Answer
    evidence: tuple[Evidence, ...]
    words: tuple[str, ...]


HELD = {
    "": frozenset(Kind),
    "request": NEGATIVE | {Kind.UNCLEAR},
    **dict.fromkeys(("judgement", "documents", "reviewer"), frozenset({Kind.ABSENCE, Kind.FILE})),
}
"""By what a question is about: the kinds of finding that passages of the record speak against."""


def exempt(session: Session, scope: str, name: str) -> bool:
    """Whether nothing that is answered to a question is held against the record."""
    prompt = session.rules.sets[scope].prompts[name]
    return scope == CASE_SCOPE or prompt.record or (bool(prompt.about) and session.guard < 5)


def cites(session: Session, scope: str, name: str) -> bool:
    """Whether what is affirmed or denied to a question cites a passage: of the patient, and of the request."""
    prompt = session.rules.sets[scope].prompts[name]
    return prompt.about in ("", "request") and not exempt(session, scope, name)


def proposed(session: Session, scope: str, name: str) -> Proposed | None:
    """What the case states or the program works out for a question, as things are answered."""
    prompt, item = session.rules.sets[scope].prompts[name], session.rules.case.items.get(scope)
    return propose(prompt, session.reading(scope), session.rules.case, item, session.opened.profile)


def worked_out(session: Session, scope: str, name: str) -> Proposed | None:
    """What follows from dates and other answers alone; None where no rule of the question comes to anything."""
    reading, case = session.reading(scope), session.rules.case
    read = reading.prompt_set.reckoned_from.get(name)
    if read is None:
        return None
    prompt = session.rules.sets[scope].prompts[name]
    return reading.resting_on(
        (case, *map(reading.answer, read)),
        (worked_out, name),
        lambda: reckoned(prompt, reading, case, case.items.get(scope)),
    )


def grounds(session: Session, place: AnswerPlace) -> tuple[Ground, ...]:
    """The findings of an answer that is read now and has to be held against the record; a value worked out is none."""
    kept, key = session.reading(place[0]).kept, (grounds, place, session.guard)
    if key not in kept or kept[key][0] is not session.rules.case:
        kept[key] = session.rules.case, _grounds(session, place)
    found: tuple[Ground, ...] = kept[key][1]
    return found


def _grounds(session: Session, place: AnswerPlace) -> tuple[Ground, ...]:
    scope, name = place
    answer = session.reading(scope).answer(name)
    if answer is None or exempt(session, scope, name):
        return ()
    found = session.reading(scope).resting_on(
        (answer,), (grounds, name), lambda: _held(session, place, answer)
    )
    return () if found and session.guard > 1 and worked_out(session, scope, name) is not None else found


def _held(session: Session, place: AnswerPlace, answer: Answer) -> tuple[Ground, ...]:
    prompt = session.prompt(*place)
    return tuple(one for one in findings_in(prompt, answer) if one.kind in HELD[prompt.about])


def findings_in(prompt: Prompt, answer: Answer) -> tuple[Ground, ...]:
    """The findings that an answer to a prompt makes."""
    return tuple(_within(prompt, prompt.schema.shape, answer, (), ()))


def about_file(shape: Shape | None, answer: Answer) -> bool:
    """Whether an answer says that the file holds no such thing: `none`, an empty list, a count of 0."""
    if not answer.given:
        return False
    if answer.listing:
        return not answer.parts and answer.closed
    if isinstance(shape, GroupShape):
        return answer.parts is None and str(answer.value) in shape.instead
    if isinstance(shape, ChoiceShape):
        return bool(answer.value == NONE)
    return isinstance(shape, NumberShape) and bool(answer.value == 0)


def _within(
    prompt: Prompt, shape: Shape, answer: Answer, path: tuple[str, ...], above: tuple[Evidence, ...]
) -> Iterator[Ground]:
    cited = answer.evidence or above
    entry = path[0] if path else ""

    def ground(kind: Kind, evidence: tuple[Evidence, ...], words: tuple[str, ...] = ()) -> Ground:
        return Ground(".".join(path), kind, answer, evidence, words or prompt.words(entry))

    if about_file(shape, answer):
        yield ground(Kind.FILE, cited)
    elif answer.parts is not None:
        inner = shape.element if isinstance(shape, ListingShape) else shape
        if not answer.listing and isinstance(shape, GroupShape) and not shape.uniform and answer.given:
            yield ground(Kind.AFFIRMATION, answer.all_evidence() or above)
        for name, part in answer.parts.items():
            if answer.listing:
                yield from _within(prompt, inner, part, (*path, name), cited)
            elif isinstance(shape, GroupShape) and name in shape.parts:
                yield from _of_part(prompt, shape, name, part, path, cited)
    elif answer.status is Status.NOT_DOCUMENTED:
        yield ground(Kind.ABSENCE, ())
    elif answer.status is Status.UNCLEAR:
        yield ground(Kind.UNCLEAR, cited)
    elif answer.given:
        value = answer.value if isinstance(answer.value, str) else ""
        choice = shape if isinstance(shape, ChoiceShape) else ChoiceShape({})
        denies = choice.denies.get(value, ())
        denied = bool(denies) or value in prompt.schema.denials(path)
        yield ground(Kind.DENIAL if denied else Kind.AFFIRMATION, cited, denies)
        if value in choice.against:
            yield ground(Kind.ABSENCE, (), choice.against[value])


def _of_part(
    prompt: Prompt,
    shape: GroupShape,
    name: str,
    part: Answer,
    path: tuple[str, ...],
    cited: tuple[Evidence, ...],
) -> Iterator[Ground]:
    """Of a checklist each entry is a finding; of another group what it denies or lacks is, beside the group itself."""
    for one in _within(prompt, shape.parts[name].shape, part, (*path, name), cited):
        if shape.uniform:
            own = one.kind in (Kind.DENIAL, Kind.UNCLEAR)
            yield Ground(
                one.path, one.kind, one.answer, part.all_evidence() if own else one.evidence, one.words
            )
        elif one.kind is Kind.DENIAL or (one.kind is Kind.ABSENCE and part.given):
            yield one
