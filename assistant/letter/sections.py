"""The parts of a letter that come before its decisions: who reviewed, what was reviewed, what happened.

They state only what is on record. What the reviewer has not stated, such as a certification, is said to be
missing rather than assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assistant.core.answer import Answer, Evidence
from assistant.core.letter_frame import Frame
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.letter.document import (
    Block,
    LetterSentence,
    ReviewedDocument,
    Section,
    paragraph,
    points,
)

HIERARCHY = "law.lab-code-4610.5-c-2"
"""The path under which the letter names the statute that it weighs guidelines by."""


def how_it_was_made(session: Session, frame: Frame) -> Section:
    """Who reviewed, without a name (Lab. Code 4610.6(f)), and by which order guidelines were weighed."""
    hierarchy = LetterSentence(frame.say("made.hierarchy"), CASE_SCOPE, "hierarchy", facts=(HIERARCHY,))
    sentences = [_affiliation(session, frame), *_qualifications(session, frame), hierarchy]
    return Section(frame.say("made.title"), (paragraph(sentences),))


def _affiliation(session: Session, frame: Frame) -> LetterSentence:
    place = {"none": "made.no_tie", "conflict": "made.tie"}.get(_given(session, "conflict"))
    text = frame.say(place, parties=frame.say("made.parties")) if place else frame.say("made.tie_unknown")
    return LetterSentence(text, CASE_SCOPE, "affiliation", prompts=("conflict",))


def _qualifications(session: Session, frame: Frame) -> Iterator[LetterSentence]:
    answer = case_answer(session, "qualifications")
    held = {
        name: part.value
        for name, part in ((answer.parts or {}) if answer is not None else {}).items()
        if part.given
    }
    standing = {name: str(held[name]) for name in ("certification", "licence") if name in held}
    practice = {
        name: _count(frame, held[name], noun)
        for name, noun in (("years", "year"), ("hours", "hour"))
        if name in held
    }
    if standing:
        place = {"certification": "made.certified", "licence": "made.licensed"}[next(iter(standing))]
        place = "made.certified_and_licensed" if len(standing) == 2 else place
        yield _qualified("certification", frame.say(place, **standing))
    if practice:
        yield _qualified("practice", frame.say(f"made.{'_and_'.join(practice)}", **practice))
    if not standing and not practice:
        yield _qualified("qualifications", frame.say("made.unqualified"))


def _qualified(key: str, text: str) -> LetterSentence:
    return LetterSentence(text, CASE_SCOPE, key, prompts=("qualifications",))


def _count(frame: Frame, value: object, noun: str) -> str:
    if isinstance(value, int):
        return frame.counted(value, noun)
    return frame.say(f"counted.{noun}.many", count=str(value))


# -- documents ------------------------------------------------------------------------------------


def documents(session: Session, used: Iterable[Evidence]) -> tuple[ReviewedDocument, ...]:
    """The documents of the case; `used` are the passages that the decisions rest on."""
    cited: dict[str, set[int]] = {}
    for one in used:
        cited.setdefault(one.document, set()).add(one.page)
    opened: dict[str, set[int]] = {}
    for name, page in session.pages_opened:
        opened.setdefault(name, set()).add(page)
    searched = {
        name
        for made in session.searches.values()
        for one in made
        for name in one.documents or session.rules.case.documents
    }
    return tuple(
        ReviewedDocument(
            id=one.id,
            type=one.title,
            author=one.author,
            date=one.date,
            pages=one.pages,
            sent_by=one.sent_by,
            is_ur_report=one.is_ur_report,
            opened=tuple(sorted(opened.get(one.id, ()))),
            cited=tuple(sorted(cited.get(one.id, ()))),
            searched=one.id in searched,
        )
        for one in session.rules.case.documents.values()
    )


def documents_reviewed(session: Session, frame: Frame, reviewed: Iterable[ReviewedDocument]) -> Section:
    """Each document with its author, date and pages, and whether it counted."""
    case = session.rules.case
    value = _given(session, "documents")
    text = frame.say(
        f"documents.{value if value in ('complete', 'incomplete') else 'unconfirmed'}",
        documents=frame.counted(len(case.documents), "document"),
        pages=frame.counted(case.page_count, "page"),
    )
    intro = LetterSentence(text, CASE_SCOPE, "documents", prompts=("documents",), facts=("documents",))
    listed = [
        LetterSentence(
            _described(frame, one), CASE_SCOPE, f"document:{one.id}", facts=(f"documents.{one.id}",)
        )
        for one in reviewed
    ]
    blocks = paragraph([intro, *_notes(session, frame, "documents")]), points(listed)
    return Section(frame.say("documents.title"), blocks)


def _described(frame: Frame, one: ReviewedDocument) -> str:
    author = one.author or frame.say("documents.no_author")
    date = one.date.prose() if one.date is not None else frame.say("documents.undated")
    about = ", ".join(part for part in (one.type, author, date, frame.counted(one.pages, "page")) if part)
    use = [
        frame.say("documents.opened", pages=_pages(frame, one.opened))
        if one.opened
        else frame.say("documents.not_opened")
    ]
    use += [frame.say("documents.searched")] if one.searched else []
    use.append(
        frame.say("documents.cited", pages=_pages(frame, one.cited))
        if one.cited
        else frame.say("documents.not_cited")
    )
    return frame.say("documents.document", about=about, id=one.id, use="; ".join(use))


def _pages(frame: Frame, numbers: tuple[int, ...]) -> str:
    if len(numbers) == 1:
        return frame.say("documents.page", number=numbers[0])
    return frame.say("documents.pages", numbers=", ".join(map(str, numbers)))


# -- the clinical summary -------------------------------------------------------------------------


def case_summary(session: Session, frame: Frame) -> Section:
    """What happened, oldest first, each sentence with the page that it rests on."""
    case = session.rules.case
    opening = [
        LetterSentence(text, CASE_SCOPE, f"opening:{n}", facts=(f"opening.{n}",))
        for n, text in enumerate(case.opening, 1)
    ]
    told = [
        LetterSentence(
            _with_pages(entry.says, entry.evidence),
            CASE_SCOPE,
            f"timeline:{n}",
            facts=(f"timeline.{n}",),
            evidence=entry.evidence,
        )
        for n, entry in enumerate(case.timeline, 1)
    ]
    value = _given(session, "timeline")
    text = frame.say(f"summary.{value if value in ('confirmed', 'disputed') else 'unconfirmed'}")
    closing = LetterSentence(text, CASE_SCOPE, "timeline", prompts=("timeline",))
    blocks: list[Block] = [paragraph(opening)] if opening else []
    blocks += [paragraph(told)] if told else []
    blocks.append(paragraph([closing, *_notes(session, frame, "timeline")]))
    return Section(frame.say("summary.title"), tuple(blocks))


def _with_pages(text: str, evidence: tuple[Evidence, ...]) -> str:
    places = ", ".join(dict.fromkeys(str(one) for one in evidence))
    return f"{text} [{places}]" if places else text


def _notes(session: Session, frame: Frame, prompt: str) -> Iterator[LetterSentence]:
    """What the reviewer added to an answer, which says what is missing or doubtful."""
    answer = case_answer(session, prompt)
    if answer is not None and answer.note:
        mark = frame.say("reviewers_words")
        yield LetterSentence(
            answer.note, CASE_SCOPE, f"note:{prompt}", "reviewer", prompts=(prompt,), mark=mark
        )


def _given(session: Session, prompt: str) -> str:
    """The value of an answer about the case as a whole; empty where none was given."""
    answer = case_answer(session, prompt)
    return str(answer.value) if answer is not None and answer.given else ""


def case_answer(session: Session, prompt: str) -> Answer | None:
    """The answer to a prompt about the case as a whole; None also where the session's rules don't ask it."""
    asked: Mapping[str, object] = session.rules.sets[CASE_SCOPE].prompts
    return session.reading(CASE_SCOPE).answer(prompt) if prompt in asked else None
