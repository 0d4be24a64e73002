"""What follows the decisions: the sources of each sentence, the searches behind every absence, checks, signature, addenda."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.clock import in_california
from assistant.core.answer import Dismissed, Evidence, Status, Trail
from assistant.core.event_words import quoted
from assistant.core.letter_frame import Frame
from assistant.core.record.absence import (
    HARMLESS,
    SearchTrail,
    against,
    denying,
    dismissals,
    pages_in,
    pages_unread,
    set_aside,
)
from assistant.core.record.absence import trail as search_trail
from assistant.core.record.case import Case
from assistant.core.record.checks import Check, passage_words
from assistant.core.record.dismissed import beside_reasons
from assistant.core.record.grounds import Kind, exempt, grounds
from assistant.core.record.own_words import held
from assistant.core.record.pages import page_runs, parted
from assistant.core.record.passages import PassageGroup
from assistant.core.record.second_look import denials_by_prompt, relied_on
from assistant.core.rules.answer_schema import GroupShape, ListingShape, at, in_order
from assistant.core.rules.prompt_set import Prompt, PromptSet
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import digest, singular
from assistant.core.turn import part_question
from assistant.core.value import replace
from assistant.core.wording import told_as
from assistant.letter.document import (
    Block,
    LetterSentence,
    Section,
    letter_heading,
    pages_in_order,
    paragraph,
    points,
)
from assistant.letter.sections import Assess, closed, ended, own_mark, rationale, reference


def sentence_sources(session: Session, assess: Assess, frame: Frame) -> Section | None:
    """Where each sentence of the rationales comes from, so that a reader can follow it to the page."""
    blocks: list[Block] = []
    for key in session.items:
        if closed(session, key):
            continue
        prompt_set = session.rules.sets[key]
        listed = [
            _origins(n, one, prompt_set, session.rules.case, frame)
            for n, one in enumerate(rationale(key, assess, frame), 1)
        ]
        if listed:
            item = session.rules.case.items[key]
            title, facts = frame.say("item", item=key), ("item.service",)
            blocks.append(
                letter_heading(LetterSentence(title, key, "sources", facts=facts, evidence=item.evidence[:1]))
            )
            blocks.append(points(listed))
    return Section(frame.say("sources.title"), tuple(blocks)) if blocks else None


def _origins(
    number: int, one: LetterSentence, prompt_set: PromptSet, case: Case, frame: Frame
) -> LetterSentence:
    named = {
        "answers": one.prompts,
        "rules": one.criteria,
        "guidelines": tuple(reference(prompt_set.citations[name], frame) for name in one.citations),
        "facts": one.facts,
        "pages": pages_in_order(case, one.evidence),
    }
    told = "; ".join(
        frame.say(f"sources.{kind}", names=", ".join(names)) for kind, names in named.items() if names
    )
    place = "sources.own_sentence" if one.origin == "reviewer" else "sources.sentence"
    return LetterSentence(
        frame.say(place, number=number, sources=told),
        one.item,
        f"source:{one.key}",
        "drafted",
        one.prompts,
        one.criteria,
        one.citations,
        one.facts,
        one.evidence,
    )


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
            blocks.append(letter_heading(title))
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
    """What was not found under one prompt by one search; `parts` is empty where that is the whole answer.

    `none` where the answer says that the file holds none.
    """

    scope: str
    prompt: Prompt
    parts: tuple[str, ...]
    trail: Trail
    none: bool = False


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
        if session.guard > 1:
            for ground in grounds(session, (scope, prompt.id)):
                if ground.kind is Kind.FILE:
                    parts = (ground.path,) if ground.path else ()
                    yield _Absence(scope, prompt, parts, ground.answer.search or Trail(), none=True)


def _told(session: Session, frame: Frame, absence: _Absence) -> LetterSentence:
    prompt, trail, case = absence.prompt, absence.trail, session.rules.case
    what = "; ".join(_part(prompt, path) for path in absence.parts)
    told = [
        frame.say("searches.none", question=prompt.ask)
        if absence.none
        else frame.say("searches.absent_parts", question=prompt.ask, parts=what)
        if what
        else frame.say("searches.absent", question=prompt.ask)
    ]
    made = search_trail(session, (absence.scope, prompt.id))
    terms = dict.fromkeys((*(made.terms if made is not None else ()), *trail.terms))
    if terms:
        told.append(frame.say("searches.terms", terms=", ".join(terms)))
    if made is not None and made.also:
        told.append(frame.say("searches.also", terms=", ".join(made.also)))
    names = trail.documents or tuple(case.documents)
    pages = trail.pages or sum(case.documents[name].pages for name in names if name in case.documents)
    if set(names) != set(case.documents) or pages != case.page_count:
        within = ", ".join(names)
        told.append(frame.say("searches.within", documents=within, pages=frame.counted(pages, "page")))
    told += _found(session, frame, absence, made)
    told += _signs(session, frame, absence)
    if not trail.attested:
        told.append(frame.say("searches.not_attested"))
    paths = tuple(f"{prompt.id}.{path}" for path in absence.parts) or (prompt.id,)
    return LetterSentence(" ".join(told), absence.scope, f"absence:{paths[0]}", prompts=paths)


def _signs(session: Session, frame: Frame, absence: _Absence) -> Iterator[str]:
    """Of an entry that is made of several signs and not found as a whole: those that the record denies."""
    if session.guard < 2:
        return
    place = (absence.scope, absence.prompt.id)
    for part in absence.parts:
        entry = absence.prompt.entries.get(part)
        denied = [n for n, words in entry.signs.items() if denying(session, place, words)] if entry else []
        if denied:
            yield frame.say("searches.signs", entry=_part(absence.prompt, part), signs=", ".join(denied))


def rests_on(session: Session, frame: Frame) -> Section | None:
    """Each answer of an item beside the words that were cited for it, so that a quote that doesn't fit is seen."""
    if session.guard < 5:
        return None
    told = []
    for scope in session.items:
        for name, prompt in session.rules.sets[scope].prompts.items():
            answer = session.reading(scope).answer(name)
            cited = () if answer is None or exempt(session, scope, name) else answer.all_evidence()
            if cited:
                quoted = "; ".join(f"{one} “{one.quote}”" if one.quote else str(one) for one in cited)
                said = singular(told_as(prompt.schema.shape, answer))
                text = frame.say("rests.answer", question=prompt.ask, answer=said, quoted=quoted)
                told.append(LetterSentence(text, scope, f"rests:{name}", prompts=(name,), evidence=cited))
    return Section(frame.say("rests.title"), (points(told),)) if told else None


def changed(session: Session, frame: Frame) -> Section | None:
    """The answers that were amended or taken back with a reason: what each was, what it became, and why."""
    if session.guard < 6:
        return None
    told = []
    for number, one in enumerate(session.changes, 1):
        name, _, path = one.prompt.partition(".")
        prompt = session.rules.sets[one.item].prompts.get(name)
        if prompt is None:
            continue
        shape = at(prompt.schema.shape, tuple(path.split(".")) if path else ())
        words = {
            key: singular(told_as(shape, held)) if shape is not None and held is not None else ""
            for key, held in (("was", one.was), ("now", one.now))
        }
        question = f"{prompt.ask} {_part(prompt, path)}:" if path else prompt.ask
        place = "changes.amended" if one.was is not None else "changes.added"
        place = "changes.withdrawn" if one.now is None else place
        text = frame.say(place, question=question, reason=ended(one.reason), **words)
        evidence = one.now.all_evidence() if one.now is not None else ()
        told.append(LetterSentence(text, one.item, f"changed:{number}", prompts=(name,), evidence=evidence))
    return Section(frame.say("changes.title"), (points(told),)) if told else None


def read_before(session: Session, frame: Frame) -> Section | None:
    """The passages that the record denies behind an answer, the quotes of the reviewer's choice, and what was set aside.

    What was set aside for an answer that stands on a search is told with the search.
    """
    if session.guard < 2:
        return None
    told = []
    for scope in session.items:
        searched = {one.prompt.id for one in _absences(session, scope)}
        for name, prompt in session.rules.sets[scope].prompts.items():
            behind = denials_by_prompt(session, (scope, name))
            own = relied_on(session, (scope, name))
            for said, place in _HARMLESS.items():
                denied = [one for one in behind if _is_said(session, one, said)]
                if not denied:
                    continue
                quoted = "; ".join(f"{_places(one.document, one.pages)} “{one.quote}”" for one in denied)
                text = frame.say(place, question=prompt.ask, quoted=quoted)
                evidence = tuple(Evidence(one.document, one.pages[0], one.quote, one.start) for one in denied)
                told.append(
                    LetterSentence(
                        text,
                        scope,
                        f"{place.removeprefix('read.')}:{name}",
                        prompts=(name,),
                        evidence=evidence,
                    )
                )
            gone = set_aside(session, (scope, name)) if session.guard > 7 and name not in searched else ()
            if gone:
                text = " ".join((prompt.ask, *_set_aside(session, (scope, name), frame, gone)))
                told.append(LetterSentence(text, scope, f"aside:{name}", prompts=(name,)))
            if own:
                quoted = "; ".join(
                    f"{one.says}{': ' * bool(one.says)}{one.evidence} “{one.evidence.quote}”" for one in own
                )
                text = frame.say("read.own", question=prompt.ask, quoted=quoted)
                evidence = tuple(one.evidence for one in own)
                told.append(LetterSentence(text, scope, f"own:{name}", prompts=(name,), evidence=evidence))
    return Section(frame.say("read.title"), (points(told),)) if told else None


_HARMLESS = {
    "negated": "read.denied",
    "family": "read.family",
    "hypothetical": "read.hypothetical",
    "printed": "read.printed",
}


def _is_said(session: Session, group: PassageGroup, standing: str) -> bool:
    """Whether a passage is denied, or said of a relative, imagined or printed; letters once called all of these denied."""
    return (group.standing if session.guard > 2 else "negated") == standing


def _places(document: str, pages: Sequence[int]) -> str:
    return f"{document}:{', '.join(map(str, pages))}"


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
    yield from _set_aside(session, place, frame, dismissals(session, place))
    for group in against(session, place):
        yield frame.say("searches.to_deal_with", passage=passage_words(group))


def _set_aside(
    session: Session, place: AnswerPlace, frame: Frame, passages: Sequence[Dismissed]
) -> Iterator[str]:
    """The passages that were set aside, by reason: the words of some, the place of each, and what the record gives beside it."""
    held: dict[str, str] = {}
    for given in beside_reasons(session, place, frame):
        held[given.reason] = f"{held.get(given.reason, given.reason)}; {given.said}"
    by_reason: dict[str, list[Dismissed]] = {}
    for one in passages:
        reason = " ".join(one.reason.split())
        by_reason.setdefault(held.get(reason, reason), []).append(one)
    for reason, alike in by_reason.items():
        told = "; ".join(quoted(one) for one in alike[:_QUOTED])
        if len(alike) == 1:
            yield frame.say("searches.passage_set_aside", quoted=told, reason=reason)
            continue
        said = {"count": len(alike), "reason": reason, "quoted": told}
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
    if isinstance(shape, ListingShape) and path.isdigit():
        return f"{shape.noun} {path}"
    asked = part_question(prompt, tuple(path.split("."))).rstrip("?.")
    return asked.split(" (", 1)[0] if isinstance(shape, GroupShape) and shape.uniform else asked


# -- after the signed text ------------------------------------------------------------------------


def checked(session: Session, frame: Frame, checks: Sequence[Check], unread: Sequence[str]) -> Section | None:
    """The checks of plain fact, each with the reviewer's word on it; an open one says nothing of a review that was declined."""
    sentences: list[LetterSentence] = []
    declined = session.status == "declined" and not frame.repeats
    for check in checks:
        if declined and (check.check, check.key) not in session.acknowledged:
            continue
        facts = tuple(check.facts) or (f"check.{check.check}.{check.key}",)
        item = check.item or CASE_SCOPE
        reason = session.acknowledged.get((check.check, check.key))
        said = check.message if reason is None else check.message.split(". ", 1)[0]
        text = frame.say(
            "checks.check",
            check=check.check,
            message=ended(said),
            facts="; ".join(check.facts),
            state=frame.say("checks.open" if reason is None else "checks.explained"),
        )
        sentences.append(LetterSentence(text, item, f"check:{check.check}:{check.key}", facts=facts))
        if reason is not None:
            sentences.append(
                LetterSentence(
                    frame.say("checks.reason", reason=ended(reason)),
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
    """What was signed, and when: the day and time in California, by the log's clock."""
    if session.signed is None:
        return None
    when = in_california(signed_at) if signed_at else None
    if when is None or frame.is_first(
        "signature.signed_on"
    ):  # words from before the letter told California's day
        text = frame.say("signature.signed", date=signed_at[:10], time=signed_at[11:19])
    else:
        text = frame.say(
            "signature.signed_on", date=f"{when:%Y-%m-%d}", time=f"{when:%H:%M:%S}", zone=f"{when:%Z}"
        )
    first = LetterSentence(text, CASE_SCOPE, "signature", facts=("session.signed",))
    said = [
        replace(first, text=line, key=f"statement:{n}")
        for n, line in enumerate(session.signed.statement.splitlines(), 1)
        if line.strip()
    ]
    if session.signed.signature:
        own = frame.say("signature.own", digest=digest(session.signed.signature))
        said.append(replace(first, text=own, key="own"))
    return Section(frame.say("signature.title"), (paragraph([first]), points(said)), signed=False)


def addenda(session: Session, frame: Frame) -> Section | None:
    """What the reviewer added after the signature."""
    blocks: list[Block] = []
    to = dict(enumerate(session.added_to, 1))
    for number, text in enumerate(session.addenda, 1):
        item, quoted_, reason = to.get(number, ("", "", ""))
        about = (f"addendum.{number}",)
        said = LetterSentence(text, CASE_SCOPE, f"addendum:{number}", "reviewer", facts=about)
        marks = [frame.say("reviewers_words")]
        if session.guard > 9:
            marks = [own_mark(session, frame, held(session, item, said.key, text)) or marks[0]]
            marks += [frame.say("rationale.explained", reason=ended(reason))] if reason else []
        sentences = [replace(said, mark=" ".join(marks))]
        if quoted_:
            told = frame.say("addenda.quoting", item=item, quoted=quoted_)
            sentences.insert(0, replace(said, text=told, key=f"quoted:{number}", origin="drafted"))
        blocks.append(paragraph(sentences, frame.say("addenda.addendum", number=number)))
    part = "determination" if frame.in_two_parts else "record"
    return Section(frame.say("addenda.title"), tuple(blocks), signed=False, part=part) if blocks else None
