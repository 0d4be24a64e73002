"""The parts of a letter that come before its decisions: who reviewed, what was reviewed, what happened.

They state only what is on record. What the reviewer has not stated, such as a certification, is said to be
missing rather than assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from assistant.core.answer import Answer, Evidence
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.letter.document import (
    Block,
    LetterSentence,
    ReviewedDocument,
    Section,
    counted,
    paragraph,
    points,
)

HIERARCHY = "law.lab-code-4610.5-c-2"
"""The path under which the letter names the statute that it weighs guidelines by."""

_PARTIES = (
    "the employer, the employee, the insurer, the claims administrator, the treating provider or the maker "
    "of what was requested"
)


def how_it_was_made(session: Session) -> Section:
    """Who reviewed, without a name (Lab. Code 4610.6(f)), and by which order guidelines were weighed."""
    hierarchy = LetterSentence(
        "The reviewer worked with the strength of evidence hierarchy of Labor Code section 4610.5(c)(2), "
        "which applies to Independent Medical Review: guidelines were weighed in its order, the Medical "
        "Treatment Utilization Schedule (MTUS) first.",
        CASE_SCOPE,
        "hierarchy",
        facts=(HIERARCHY,),
    )
    sentences = [_affiliation(session), *_qualifications(session), hierarchy]
    return Section("How the determination was made", (paragraph(sentences),))


def _affiliation(session: Session) -> LetterSentence:
    answer = case_answer(session, "conflict")
    value = answer.value if answer is not None and answer.given else None
    text = {
        "none": f"The reviewer states no affiliation with {_PARTIES}.",
        "conflict": f"The reviewer states a tie to one of these: {_PARTIES}.",
    }.get(str(value), "Whether the reviewer has a tie to a party to this case is not on record.")
    return LetterSentence(text, CASE_SCOPE, "affiliation", prompts=("conflict",))


def _qualifications(session: Session) -> Iterator[LetterSentence]:
    answer = case_answer(session, "qualifications")
    held = {
        name: part.value
        for name, part in ((answer.parts or {}) if answer is not None else {}).items()
        if part.given
    }
    standing = [f"board certified in {held['certification']}"] if "certification" in held else []
    standing += [f"licensed to practice in {held['licence']}"] if "licence" in held else []
    practice = (
        [f"has been in active clinical practice for {_count(held['years'], 'year')}"]
        if "years" in held
        else []
    )
    practice += (
        [f"works {_count(held['hours'], 'hour')} a week in active practice"] if "hours" in held else []
    )
    if standing:
        yield _qualified("certification", f"The reviewer is {' and is '.join(standing)}.")
    if practice:
        yield _qualified("practice", f"The reviewer {' and '.join(practice)}.")
    if not standing and not practice:
        yield _qualified("qualifications", "The reviewer's qualifications are not on record in this session.")


def _qualified(key: str, text: str) -> LetterSentence:
    return LetterSentence(text, CASE_SCOPE, key, prompts=("qualifications",))


def _count(value: object, noun: str) -> str:
    return counted(value, noun) if isinstance(value, int) else f"{value} {noun}s"


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


def documents_reviewed(session: Session, reviewed: Iterable[ReviewedDocument]) -> Section:
    """Each document with its author, date and pages, and whether it counted."""
    case = session.rules.case
    received = f"{counted(len(case.documents), 'document')} ({counted(case.page_count, 'page')})"
    answer = case_answer(session, "documents")
    value = answer.value if answer is not None and answer.given else None
    text = {
        "complete": f"The reviewer received {received}, and confirmed that these are all of them.",
        "incomplete": f"The case file holds {received}. The reviewer found something missing or misplaced.",
    }.get(
        str(value), f"The case file holds {received}. The reviewer has not yet confirmed that these are all."
    )
    intro = LetterSentence(text, CASE_SCOPE, "documents", prompts=("documents",), facts=("documents",))
    listed = [
        LetterSentence(_described(one), CASE_SCOPE, f"document:{one.id}", facts=(f"documents.{one.id}",))
        for one in reviewed
    ]
    return Section("Documents reviewed", (paragraph([intro, *_notes(session, "documents")]), points(listed)))


def _described(one: ReviewedDocument) -> str:
    date = one.date.prose() if one.date is not None else "undated"
    about = ", ".join(
        part
        for part in (one.type, one.author or "author not stated", date, counted(one.pages, "page"))
        if part
    )
    read = (
        [f"{_pages(one.opened)} opened in this session"] if one.opened else ["no page opened in this session"]
    )
    read += ["searched"] if one.searched else []
    read.append(f"{_pages(one.cited)} cited" if one.cited else "not cited in the decisions")
    return f"{about} ({one.id}): {'; '.join(read)}."


def _pages(numbers: tuple[int, ...]) -> str:
    listed = ", ".join(str(number) for number in numbers)
    return f"page {listed}" if len(numbers) == 1 else f"pages {listed}"


# -- the clinical summary -------------------------------------------------------------------------


def case_summary(session: Session) -> Section:
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
    answer = case_answer(session, "timeline")
    value = answer.value if answer is not None and answer.given else None
    text = {
        "confirmed": "The reviewer confirmed that the record bears this timeline.",
        "disputed": "The reviewer finds a date of this timeline doubtful.",
    }.get(str(value), "The reviewer has not yet confirmed this timeline against the record.")
    closing = LetterSentence(text, CASE_SCOPE, "timeline", prompts=("timeline",))
    blocks: list[Block] = [paragraph(opening)] if opening else []
    blocks += [paragraph(told)] if told else []
    return Section("Clinical case summary", (*blocks, paragraph([closing, *_notes(session, "timeline")])))


def _with_pages(text: str, evidence: tuple[Evidence, ...]) -> str:
    places = ", ".join(dict.fromkeys(str(one) for one in evidence))
    return f"{text} [{places}]" if places else text


def _notes(session: Session, prompt: str) -> Iterator[LetterSentence]:
    """What the reviewer added to an answer, which says what is missing or doubtful."""
    answer = case_answer(session, prompt)
    if answer is not None and answer.note:
        yield LetterSentence(answer.note, CASE_SCOPE, f"note:{prompt}", "reviewer", prompts=(prompt,))


def case_answer(session: Session, prompt: str) -> Answer | None:
    """The answer to a prompt about the case as a whole; None also where the session's rules don't ask it."""
    asked: Mapping[str, object] = session.rules.sets[CASE_SCOPE].prompts
    return session.reading(CASE_SCOPE).answer(prompt) if prompt in asked else None
