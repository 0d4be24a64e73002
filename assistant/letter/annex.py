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
from assistant.core.letter_frame import Frame
from assistant.core.page_range import page_runs, parted
from assistant.core.passage_turn import passage_words
from assistant.core.plain_fact import Check
from assistant.core.prompt_set import Prompt
from assistant.core.prompt_turn import part_question
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.shape import Group, Listing, in_order
from assistant.letter.document import Block, LetterSentence, Section, heading, paragraph, points

_QUOTED = 5
"""How many of the passages that one reason sets aside are quoted; the log and the JSON form hold the words of all."""


def searches(session: Session, frame: Frame) -> Section | None:
    """Everything answered as not documented, with where it was looked for and whether that is attested."""
    found = {
        scope: [_told(session, frame, one) for one in _absences(session, scope)]
        for scope in session.rules.scopes
    }
    if not any(found.values()):
        return None
    text = f"{frame.say('searches.intro')} {reach(session, frame)}"
    blocks = [paragraph([LetterSentence(text, CASE_SCOPE, "reach", facts=("documents",))])]
    for scope, told in found.items():
        if told and scope in session.items:
            title = LetterSentence(frame.say("item", item=scope), scope, "absences", facts=("item.service",))
            blocks.append(heading(title))
        if told:
            blocks.append(points(told))
    return Section(frame.say("searches.title"), tuple(blocks))


def reach(session: Session, frame: Frame) -> str:
    """What the searches cover, once for all of them: documents, pages, and those that no search can read."""
    case = session.rules.case
    if not case.documents:
        return frame.say("searches.no_document")
    documents, pages = frame.counted(len(case.documents), "document"), frame.counted(case.page_count, "page")
    said = [frame.say("searches.reach", documents=documents, pages=pages)]
    unread = pages_unread(session)
    if not unread:
        return said[0]
    read, left = parted(unread, session.by_eye.read if session.by_eye is not None else ())
    said.append(frame.say("searches.unreadable", count=f"{pages_in(unread):,}"))
    if read:
        said.append(frame.say("searches.by_eye", pages=", ".join(read)))
    if left:
        said.append(frame.say("searches.unread", pages=", ".join(left)))
    return " ".join(said)


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


def _told(session: Session, frame: Frame, absence: _Absence) -> LetterSentence:
    prompt, trail, case = absence.prompt, absence.trail, session.rules.case
    what = "; ".join(_part(prompt, path) for path in absence.parts)
    told = [
        frame.say("searches.absent_parts", question=prompt.ask, parts=what)
        if what
        else frame.say("searches.absent", question=prompt.ask)
    ]
    made = search_trail(session, (absence.scope, prompt.id))
    terms = dict.fromkeys((*(made.terms if made is not None else ()), *trail.terms))
    if terms:
        told.append(frame.say("searches.terms", terms=", ".join(terms)))
    names = trail.documents or tuple(case.documents)
    pages = trail.pages or sum(case.documents[name].pages for name in names if name in case.documents)
    if set(names) != set(case.documents) or pages != case.page_count:
        within = ", ".join(names)
        told.append(frame.say("searches.within", documents=within, pages=frame.counted(pages, "page")))
    told += _found(session, frame, absence, made)
    if not trail.attested:
        told.append(frame.say("searches.not_attested"))
    paths = tuple(f"{prompt.id}.{path}" for path in absence.parts) or (prompt.id,)
    return LetterSentence(" ".join(told), absence.scope, f"absence:{paths[0]}", prompts=paths)


def _found(session: Session, frame: Frame, absence: _Absence, made: SearchTrail | None) -> Iterator[str]:
    """What the searches found: how much of it the record denies, what was set aside and why, what is still open."""
    place = (absence.scope, absence.prompt.id)
    if made is not None and not made.hits:
        yield frame.say("searches.nothing")
    elif made is not None:
        number = f"{made.denied:,}" if made.denied else ""
        if made.denied == made.hits:
            number = frame.say("searches.all")
        elif made.denied is None and any(one.standing in HARMLESS for one in made.groups):
            number = frame.say("searches.some")
        passages = frame.counted(made.hits, "passage")
        yield (
            frame.say("searches.found_denied", passages=passages, number=number)
            if number
            else frame.say("searches.found", passages=passages)
        )
    yield from _set_aside(frame, dismissals(session, place))
    for group in against(session, place):
        yield frame.say("searches.to_deal_with", passage=passage_words(group))


def _set_aside(frame: Frame, passages: Sequence[Dismissed]) -> Iterator[str]:
    """The passages that were set aside, by reason: the words of some, and the place of each."""
    by_reason: dict[str, list[Dismissed]] = {}
    for one in passages:
        by_reason.setdefault(" ".join(one.reason.split()), []).append(one)
    for reason, alike in by_reason.items():
        quoted = "; ".join(f"{one.document}:{one.page} “{one.quote}”" for one in alike[:_QUOTED])
        if len(alike) == 1:
            yield frame.say("searches.passage_set_aside", quoted=quoted, reason=reason)
            continue
        said = {"count": len(alike), "reason": reason, "quoted": quoted}
        if len(alike) <= _QUOTED:
            yield frame.say("searches.set_aside", **said)
            continue
        pages: dict[str, set[int]] = {}
        for one in alike[_QUOTED:]:
            pages.setdefault(one.document, set()).add(one.page)
        places = "; ".join(f"{name}:{', '.join(page_runs(found))}" for name, found in pages.items())
        yield frame.say("searches.set_aside_more", **said, more=len(alike) - _QUOTED, places=places)


def _part(prompt: Prompt, path: str) -> str:
    shape = prompt.schema.shape
    if isinstance(shape, Listing) and path.isdigit():
        return f"{shape.noun} {path}"
    asked = part_question(prompt, tuple(path.split("."))).rstrip("?.")
    return asked.split(" (", 1)[0] if isinstance(shape, Group) and shape.uniform else asked


# -- after the signed text ------------------------------------------------------------------------


def checked(session: Session, frame: Frame, checks: Sequence[Check], unread: Sequence[str]) -> Section | None:
    """The checks of plain fact, each with the reviewer's word on it."""
    sentences: list[LetterSentence] = []
    for check in checks:
        facts = tuple(check.facts) or (f"check.{check.check}.{check.key}",)
        item = check.item or CASE_SCOPE
        reason = session.acknowledged.get((check.check, check.key))
        said = check.message if reason is None else check.message.split(". ", 1)[0]
        text = frame.say(
            "checks.check",
            check=check.check,
            message=_ended(said),
            facts="; ".join(check.facts),
            state=frame.say("checks.open" if reason is None else "checks.explained"),
        )
        sentences.append(LetterSentence(text, item, f"check:{check.check}:{check.key}", facts=facts))
        if reason is not None:
            sentences.append(
                LetterSentence(
                    frame.say("checks.reason", reason=_ended(reason)),
                    item,
                    f"explained:{check.check}:{check.key}",
                    "reviewer",
                    facts=facts,
                    mark=frame.say("reviewers_words"),
                )
            )
    if unread:
        text = frame.say("checks.unread", documents=", ".join(unread))
        sentences.append(
            LetterSentence(text, CASE_SCOPE, "unread", facts=tuple(f"documents.{name}" for name in unread))
        )
    if not sentences:
        return None
    return Section(frame.say("checks.title"), (points(sentences),), signed=False)


def signature(session: Session, frame: Frame, signed_at: str) -> Section | None:
    """What was signed, and when by the log's clock."""
    if session.signed is None:
        return None
    text = frame.say("signature.signed", date=signed_at[:10], time=signed_at[11:19])
    first = LetterSentence(text, CASE_SCOPE, "signature", facts=("session.signed",))
    said = [
        replace(first, text=line, key=f"statement:{n}")
        for n, line in enumerate(session.signed.statement.splitlines(), 1)
        if line.strip()
    ]
    return Section(frame.say("signature.title"), (paragraph([first]), points(said)), signed=False)


def addenda(session: Session, frame: Frame) -> Section | None:
    """What the reviewer added after the signature."""
    mark = frame.say("reviewers_words")
    blocks: list[Block] = [
        paragraph(
            [
                LetterSentence(
                    text, CASE_SCOPE, f"addendum:{n}", "reviewer", facts=(f"addendum.{n}",), mark=mark
                )
            ],
            frame.say("addenda.addendum", number=n),
        )
        for n, text in enumerate(session.addenda, 1)
    ]
    return Section(frame.say("addenda.title"), tuple(blocks), signed=False) if blocks else None


def _ended(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
