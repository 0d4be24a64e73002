"""What follows the decisions: the searches behind every absence, the checks, the signature, the addenda.

An absence without its search is a finding of fact that nobody can examine; here both stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.core.absence import (
    HARMLESS,
    SearchTrail,
    against,
    dismissals,
    pages_in,
    pages_unread,
)
from assistant.core.absence import trail as search_trail
from assistant.core.answer import Dismissed, Status, Trail
from assistant.core.page_range import page_runs
from assistant.core.passage_turn import passage_words
from assistant.core.plain_fact import Check
from assistant.core.prompt_set import Prompt
from assistant.core.prompt_turn import part_question
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.shape import Group, Listing, in_order
from assistant.letter.document import Block, LetterSentence, Section, counted, heading, paragraph, points

_QUOTED = 5
"""How many of the passages that one reason sets aside are quoted; the log and the JSON form hold the words of all."""


def searches(session: Session) -> Section | None:
    """Everything answered as not documented, with where it was looked for and whether that is attested."""
    found = {
        scope: [_told(session, one) for one in _absences(session, scope)] for scope in session.rules.scopes
    }
    if not any(found.values()):
        return None
    text = f"Each of the following was answered as not documented. {reach(session)}"
    blocks = [paragraph([LetterSentence(text, CASE_SCOPE, "reach", facts=("documents",))])]
    for scope, told in found.items():
        if told and scope in session.items:
            title = LetterSentence(f"Item {scope}", scope, "absences", facts=("item.service",))
            blocks.append(heading(title))
        if told:
            blocks.append(points(told))
    return Section("Search for what was not found", tuple(blocks))


def reach(session: Session) -> str:
    """What the searches cover, once for all of them: documents, pages, and those that no search can read."""
    case = session.rules.case
    if not case.documents:
        return "No document was received, so nothing was searched."
    said = (
        f"Unless another reach is named, the search covers the {counted(len(case.documents), 'document')} "
        f"received ({counted(case.page_count, 'page')}). The reviewer attests to each not marked otherwise."
    )
    unread = pages_unread(session)
    if not unread:
        return said
    by_eye = set(session.by_eye.read) if session.by_eye is not None else set()
    read = [one for one in unread if one in by_eye]
    left = [one for one in unread if one not in by_eye]
    count = pages_in(unread)
    said += f" Of these pages, {count:,} can't be read by any search."
    if read:
        said += f" The reviewer has read by eye: {', '.join(read)}."
    if left:
        said += f" NOT READ: {', '.join(left)}."
    return said


@dataclass(frozen=True)
class _Absence:
    """What was not found under one prompt by one search; `parts` is empty where that is the whole answer."""

    scope: str
    prompt: Prompt
    parts: tuple[str, ...]
    trail: Trail


def _absences(session: Session, scope: str) -> Iterator[_Absence]:
    """The absences that are read now; parts of one prompt that were searched for alike stand together."""
    reading = session.reading(scope)
    for prompt in reading.prompt_set.prompts.values():
        answer = reading.answer(prompt.id)
        alike: dict[Trail, list[str]] = {}
        for path, leaf in in_order(prompt.schema.shape, answer).leaves() if answer is not None else ():
            if leaf.status is Status.NOT_DOCUMENTED:
                alike.setdefault(leaf.search or Trail(), []).append(path)
        for trail, paths in alike.items():
            yield _Absence(scope, prompt, tuple(path for path in paths if path), trail)


def _told(session: Session, absence: _Absence) -> LetterSentence:
    prompt, trail, case = absence.prompt, absence.trail, session.rules.case
    what = "; ".join(_part(prompt, path) for path in absence.parts)
    told = [f"{prompt.ask} Not found: {what}." if what else f"{prompt.ask} Not found."]
    made = search_trail(session, (absence.scope, prompt.id))
    terms = dict.fromkeys((*(made.terms if made is not None else ()), *trail.terms))
    if terms:
        told.append(f"Words looked for, with their spellings and synonyms: {', '.join(terms)}.")
    names = trail.documents or tuple(case.documents)
    pages = trail.pages or sum(case.documents[name].pages for name in names if name in case.documents)
    if set(names) != set(case.documents) or pages != case.page_count:
        told.append(f"Looked for in {', '.join(names)} ({counted(pages, 'page')}).")
    told += _found(session, absence, made)
    if not trail.attested:
        told.append("[not attested]")
    paths = tuple(f"{prompt.id}.{path}" for path in absence.parts) or (prompt.id,)
    return LetterSentence(" ".join(told), absence.scope, f"absence:{paths[0]}", prompts=paths)


def _found(session: Session, absence: _Absence, made: SearchTrail | None) -> Iterator[str]:
    """What the searches found: how much of it the record denies, what was set aside and why, what is still open."""
    place = (absence.scope, absence.prompt.id)
    if made is not None and not made.hits:
        yield "No passage was found."
    elif made is not None:
        told = "all" if made.denied == made.hits else f"{made.denied:,}" if made.denied else ""
        if made.denied is None and any(one.standing in HARMLESS for one in made.groups):
            told = "some"
        only = f", {told} of them denied or only imagined there, or said of a relative" if told else ""
        yield f"{counted(made.hits, 'passage')} found{only}."
    yield from _set_aside(dismissals(session, place))
    for group in against(session, place):
        yield f"NOT YET DEALT WITH: {passage_words(group)}."


def _set_aside(passages: Sequence[Dismissed]) -> Iterator[str]:
    """The passages that were set aside, by reason: the words of some, and the place of each."""
    by_reason: dict[str, list[Dismissed]] = {}
    for one in passages:
        by_reason.setdefault(" ".join(one.reason.split()), []).append(one)
    for reason, alike in by_reason.items():
        quoted = "; ".join(f"{one.document}:{one.page} “{one.quote}”" for one in alike[:_QUOTED])
        if len(alike) == 1:
            yield f"Passage set aside: {quoted} ({reason})."
            continue
        pages: dict[str, set[int]] = {}
        for one in alike[_QUOTED:]:
            pages.setdefault(one.document, set()).add(one.page)
        others = "; ".join(f"{name}:{', '.join(page_runs(found))}" for name, found in pages.items())
        more = f"; and {len(alike) - _QUOTED} more, at {others}" if others else ""
        yield f"Passages in {len(alike)} wordings set aside ({reason}): {quoted}{more}."


def _part(prompt: Prompt, path: str) -> str:
    shape = prompt.schema.shape
    if isinstance(shape, Listing) and path.isdigit():
        return f"{shape.noun} {path}"
    asked = part_question(prompt, tuple(path.split("."))).rstrip("?.")
    return asked.split(" (", 1)[0] if isinstance(shape, Group) and shape.uniform else asked


# -- after the signed text ------------------------------------------------------------------------


def checked(session: Session, checks: Sequence[Check], unread: Sequence[str]) -> Section | None:
    """The checks of plain fact, each with the reviewer's word on it."""
    sentences: list[LetterSentence] = []
    for check in checks:
        facts = tuple(check.facts) or (f"check.{check.check}.{check.key}",)
        item = check.item or CASE_SCOPE
        reason = session.acknowledged.get((check.check, check.key))
        state = "Open" if reason is None else "Explained"
        said = check.message if reason is None else check.message.split(". ", 1)[0]
        beside = f" Side by side: {'; '.join(check.facts)}." if check.facts else ""
        sentences.append(
            LetterSentence(
                f"{check.check}: {_ended(said)}{beside} {state}.",
                item,
                f"check:{check.check}:{check.key}",
                facts=facts,
            )
        )
        if reason is not None:
            sentences.append(
                LetterSentence(
                    f"The reviewer: {_ended(reason)}",
                    item,
                    f"explained:{check.check}:{check.key}",
                    "reviewer",
                    facts=facts,
                )
            )
    if unread:
        text = (
            f"The text of {', '.join(unread)} is not in the case folder as it was when the session began; "
            "what these checks say of it is not complete."
        )
        sentences.append(
            LetterSentence(text, CASE_SCOPE, "unread", facts=tuple(f"documents.{name}" for name in unread))
        )
    return Section("Checks of plain fact", (points(sentences),), signed=False) if sentences else None


def signature(session: Session, signed_at: str) -> Section | None:
    """What was signed, and when by the log's clock."""
    if session.signed is None:
        return None
    at = f" on {signed_at[:10]} at {signed_at[11:19]} UTC" if signed_at else ""
    first = LetterSentence(
        f"Signed by the reviewer{at}, with these words:", CASE_SCOPE, "signature", facts=("session.signed",)
    )
    said = [
        replace(first, text=line, key=f"statement:{n}")
        for n, line in enumerate(session.signed.statement.splitlines(), 1)
        if line.strip()
    ]
    return Section("Signature", (paragraph([first]), points(said)), signed=False)


def addenda(session: Session) -> Section | None:
    """What the reviewer added after the signature."""
    blocks: list[Block] = [
        paragraph(
            [LetterSentence(text, CASE_SCOPE, f"addendum:{n}", "reviewer", facts=(f"addendum.{n}",))],
            f"Addendum {n}",
        )
        for n, text in enumerate(session.addenda, 1)
    ]
    return Section("Addenda", tuple(blocks), signed=False) if blocks else None


def _ended(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
