"""The sections of a letter: who reviewed, what happened, each decision with its reasons, what is missing.

They state only what is on record. What the reviewer has not stated, such as a certification, is said to be
missing rather than assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from assistant.core.answer import Answer, Dismissed, Evidence, same_content
from assistant.core.letter_frame import Frame
from assistant.core.rationale import Assessment, DraftSentence, deciding_cautions
from assistant.core.record.absence import contradicted, not_found, set_aside
from assistant.core.record.case import DisputedItem, evidence_in_case
from assistant.core.record.checks import explained
from assistant.core.record.dismissed import beside_reasons
from assistant.core.record.own_words import OwnWords, held, own_words
from assistant.core.record.second_look import relied_on
from assistant.core.rules.guidelines import LAW, TIERS
from assistant.core.rules.prompt_set import Citation, Prompt, PromptSet
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session, unruled
from assistant.core.text import one_line
from assistant.core.turn import part_question
from assistant.core.value import replace
from assistant.core.wording import told_as
from assistant.letter.document import (
    Block,
    LetterSentence,
    Missing,
    ReviewedDocument,
    Section,
    in_blocks,
    letter_heading,
    paragraph,
    points,
)

HIERARCHY = "law.lab-code-4610.5-c-2"
"""The path under which the letter names the statute that it weighs guidelines by."""


def how_it_was_made(session: Session, frame: Frame) -> Section:
    """Who reviewed, without a name (Lab. Code 4610.6(f)), and by which order guidelines were weighed."""
    hierarchy = LetterSentence(frame.say("made.hierarchy"), CASE_SCOPE, "hierarchy", facts=(HIERARCHY,))
    sentences = [_affiliation(session, frame), *_qualifications(session, frame), hierarchy]
    return Section(frame.say("made.title"), (paragraph(sentences),), part="determination")


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
    blocks = paragraph([intro, *_notes(session, frame, "documents")]), points(_listed(frame, reviewed))
    return Section(frame.say("documents.title"), blocks, part="determination")


def documents_used(frame: Frame, reviewed: Iterable[ReviewedDocument]) -> Section:
    """What the review made of each document: beside a determination that only lists them."""
    told = [
        LetterSentence(_use(frame, one), CASE_SCOPE, f"used:{one.id}", facts=(f"documents.{one.id}",))
        for one in reviewed
    ]
    return Section(frame.say("record.used"), (points(told),))


def _listed(frame: Frame, reviewed: Iterable[ReviewedDocument]) -> Iterator[LetterSentence]:
    for number, one in enumerate(reviewed, 1):
        text = (
            frame.say("determination.document", number=number, about=_about(frame, one))
            if frame.in_two_parts
            else _use(frame, one)
        )
        yield LetterSentence(text, CASE_SCOPE, f"document:{one.id}", facts=(f"documents.{one.id}",))


def _about(frame: Frame, one: ReviewedDocument) -> str:
    author = one.author or frame.say("documents.no_author")
    date = one.date.prose() if one.date is not None else frame.say("documents.undated")
    return ", ".join(part for part in (one.type, author, date, frame.counted(one.pages, "page")) if part)


def _use(frame: Frame, one: ReviewedDocument) -> str:
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
    return frame.say("documents.document", about=_about(frame, one), id=one.id, use="; ".join(use))


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
            _with_pages(session, frame, entry.says, entry.evidence),
            CASE_SCOPE,
            f"timeline:{n}",
            facts=(f"timeline.{n}",),
            evidence=entry.evidence,
        )
        for n, entry in enumerate(case.timeline, 1)
    ]
    value = _given(session, "timeline")
    stands = value if value in ("confirmed", "disputed") else "unconfirmed"
    if not told and value == "confirmed" and not frame.repeats:
        stands = "empty"
    text = frame.say(f"summary.{stands}")
    closing = LetterSentence(text, CASE_SCOPE, "timeline", prompts=("timeline",))
    blocks: list[Block] = [paragraph(opening)] if opening else []
    blocks += [paragraph(told)] if told else []
    blocks.append(paragraph([closing, *_notes(session, frame, "timeline")]))
    return Section(frame.say("summary.title"), tuple(blocks), part="determination")


def _with_pages(session: Session, frame: Frame, text: str, evidence: tuple[Evidence, ...]) -> str:
    places = dict.fromkeys(place_words(session, frame, one) for one in evidence)
    if places and frame.in_two_parts:
        return f"{text} {frame.say('determination.at', places='; '.join(places))}"
    return f"{text} [{', '.join(places)}]" if places else text


def place_words(session: Session, frame: Frame, one: Evidence) -> str:
    """A page as a determination names it: by the number that its list of documents gives the document."""
    known = list(session.rules.case.documents)
    if not frame.in_two_parts or one.document not in known:
        return str(one)
    return frame.say("determination.place", number=known.index(one.document) + 1, page=one.page)


def _notes(session: Session, frame: Frame, prompt: str) -> Iterator[LetterSentence]:
    """What the reviewer added to an answer, which says what is missing or doubtful."""
    answer = case_answer(session, prompt)
    if answer is not None and answer.note:
        text, mark = answer.note, frame.say("reviewers_words")
        if frame.in_two_parts:
            text, mark = frame.say("determination.note", note=ended(answer.note)), ""
        if session.guard > 9:
            mark = own_mark(session, frame, held(session, "", "", answer.note)) or mark
        yield LetterSentence(text, CASE_SCOPE, f"note:{prompt}", "reviewer", prompts=(prompt,), mark=mark)


def _given(session: Session, prompt: str) -> str:
    """The value of an answer about the case as a whole; empty where none was given."""
    answer = case_answer(session, prompt)
    return str(answer.value) if answer is not None and answer.given else ""


def case_answer(session: Session, prompt: str) -> Answer | None:
    """The answer to a prompt about the case as a whole; None also where the session's rules don't ask it."""
    asked: Mapping[str, object] = session.rules.sets[CASE_SCOPE].prompts
    return session.reading(CASE_SCOPE).answer(prompt) if prompt in asked else None


# The heart of a letter: each disputed item with its decision, the guidelines cited, and the rationale.


Assess = Callable[[str], Assessment]


def closed(session: Session, item: str) -> bool:
    """Whether the draft of an item stays closed: to its reviewer, and for good where the case was declined."""
    return session.status == "declined" or session.closed(item)


def issues(session: Session, assess: Assess, frame: Frame) -> Section:
    """Every item in order: decision, guidelines, rationale."""
    blocks = [block for key in session.items for block in _item(session, key, assess, frame)]
    return Section(frame.say("issues.title"), tuple(blocks), part="determination")


def decisive_evidence(session: Session, assess: Assess) -> Iterator[Evidence]:
    """The passages that answers in force and the rationales shown rest on."""
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name in reading.prompt_set.prompts:
            answer = reading.answer(name)
            yield from answer.all_evidence() if answer is not None else ()
    for key in session.items:
        if not closed(session, key):
            for sentence in assess(key).sentences:
                yield from sentence.evidence


def _item(session: Session, key: str, assess: Assess, frame: Frame) -> Iterator[Block]:
    item = session.rules.case.items[key]
    yield letter_heading(item_title(session, key, frame))
    yield paragraph([_administrators_guideline(key, item, frame)], frame.say("issues.administrator"))
    if closed(session, key):
        words = frame.say("issues.declined" if session.status == "declined" else "issues.closed")
        said = LetterSentence(words, key, "closed", facts=(f"item.{key}.open",))
        yield paragraph([said], frame.say("issues.rationale"))
        return
    assessment = assess(key)
    prompt_set = session.rules.sets[key]
    yield from _guidelines(key, prompt_set, assessment, frame)
    yield from _undecided(session, key, assessment, frame)
    sentences = rationale(key, assess, frame)
    yield from in_blocks(sentences, frame.say("issues.rationale"))


def item_title(session: Session, key: str, frame: Frame) -> LetterSentence:
    """An item with its decision, and that with its consequence."""
    item = session.rules.case.items[key]
    service = f"{item.service[:1].upper()}{item.service[1:]}"
    title = frame.say("issues.item", item=key, service=service, decision=_decision(session, key, frame))
    facts = ("item.service", f"determination.{key}") if key in session.determinations else ("item.service",)
    return LetterSentence(title, key, "item", facts=facts, evidence=item.evidence[:1])


def _decision(session: Session, key: str, frame: Frame) -> str:
    made = session.determinations.get(key)
    if session.status == "declined":
        return frame.say("decisions.declined")
    return frame.say(f"decisions.{made.decision if made is not None else 'undecided'}")


def _administrators_guideline(key: str, item: DisputedItem, frame: Frame) -> LetterSentence:
    refusal = item.facts.get("ur_decision", {})
    date = item.ur_date.prose() if item.ur_date is not None else ""
    text = (
        frame.say("issues.based_on", date=date, guideline=item.ur_guideline.rstrip("."))
        if item.ur_guideline
        else frame.say("issues.no_basis", date=date)
    )
    return LetterSentence(
        text, key, "administrator", facts=("item.ur_decision.guideline",), evidence=evidence_in_case(refusal)
    )


def _undecided(session: Session, key: str, assessment: Assessment, frame: Frame) -> Iterator[Block]:
    if key in session.determinations:
        return
    suggestion = assessment.suggestion
    if suggestion.decision is None:
        text = frame.say("issues.no_suggestion", why=frame.say(f"why.{suggestion.why}"))
    else:
        text = frame.say("issues.suggestion", decision=frame.say(f"decisions.{suggestion.decision}"))
    facts = (f"item.{key}.suggestion",)
    said = LetterSentence(text, key, "undecided", criteria=suggestion.because, facts=facts)
    yield paragraph([said], frame.say("issues.draft"))


def rationale(key: str, assess: Assess, frame: Frame) -> tuple[LetterSentence, ...]:
    """The item's sentences as the letter has them; words of the reviewer's own choice stand beside the first that rests on them.

    The reviewer's own sentences are marked in the record, and in a letter of one text beside each. What an earlier
    item says of the same facts is said there only.
    """
    assessment = assess(key)
    known: tuple[Frame | None, tuple[LetterSentence, ...]] = assessment.kept.get(rationale, (None, ()))
    if known[0] is not frame:
        known = assessment.kept[rationale] = frame, _rationale(key, assessment, assess, frame)
    return known[1]


def _rationale(key: str, assessment: Assessment, assess: Assess, frame: Frame) -> tuple[LetterSentence, ...]:
    relied = _relied_on(key, assessment, frame)
    explained_, amended = _explained_beside(key, assessment, frame), _amended_beside(key, assessment, frame)
    aside, told = _set_aside_beside(key, assessment, frame), _own_beside(key, assessment, frame)
    own = "" if frame.in_two_parts else frame.say("reviewers_words")
    made = [
        LetterSentence(
            one.text,
            key,
            one.key,
            one.origin,
            one.prompts,
            one.criteria,
            one.citations,
            one.facts,
            one.evidence,
            " ".join(
                mark
                for mark in (
                    (told.get(one.key) or own) if one.origin == "reviewer" else "",
                    relied.get(one.key, ""),
                    explained_.get(one.key, ""),
                    amended.get(one.key, ""),
                    aside.get(one.key, ""),
                )
                if mark
            ),
            one.points,
        )
        for one in assessment.sentences
    ]
    return tuple(_said_once(key, made, assess, frame) if frame.in_two_parts else made)


def _said_once(
    key: str, made: Sequence[LetterSentence], assess: Assess, frame: Frame
) -> Iterator[LetterSentence]:
    """The sentences without those on facts that an earlier item has word for word; one that names it stands for them."""
    session = assess(key).session
    earlier: dict[str, str] = {}
    for item in session.items[: session.items.index(key)]:
        if not closed(session, item):
            for said in assess(item).sentences:
                earlier.setdefault(said.text, item)
    shared: dict[str, list[LetterSentence]] = {}
    for one in made:
        if one.text in earlier and not one.mark and one.key.startswith(_FACTS):
            shared.setdefault(earlier[one.text], []).append(one)
    for one in made:
        item = earlier.get(one.text, "")
        if one not in shared.get(item, ()):
            yield one
        elif one is shared[item][0]:
            alike = shared[item]
            yield replace(
                one,
                text=frame.say("determination.shared", on=item),
                key=f"shared:{item}",
                prompts=tuple(dict.fromkeys(name for each in alike for name in each.prompts)),
                evidence=tuple(dict.fromkeys(place for each in alike for place in each.evidence)),
                points=(),
            )


_FACTS = ("prompt:", "absent:", "together", "concedes:")
"""The keys of sentences that state facts of the case, and no guideline or decision."""


def _relied_on(key: str, assessment: Assessment, frame: Frame) -> dict[str, str]:
    """By the key of a sentence: the quotes of the reviewer's own choice that it is the first to rest on."""
    session = assessment.session
    if session.guard < 2:
        return {}
    quoted: dict[str, list[tuple[str, str]]] = {}
    for name, prompt in session.rules.sets[key].prompts.items():
        own = relied_on(session, (key, name))
        at, about = _beside(assessment, name, prompt)
        if own and at:
            told = quoted.setdefault(at, [])
            whole = told_as(prompt.schema.shape, session.reading(key).answer(name)) if about else ""
            whole = whole if session.guard > 5 and len(whole) <= _SHORT else ""
            heads = [one.says or whole for one in own]
            before = about.removesuffix(": ") if session.guard > 9 else about
            places = [
                (
                    f"{before}, {head if one.says else f'answered “{head}”'}: "
                    if head and not n and before != about
                    else f"{about * (not n or not head)}{head}{': ' * bool(head)}",
                    _quoted(session, frame, one.evidence),
                )
                for n, (one, head) in enumerate(zip(own, heads, strict=True))
            ]
            told += [one for one in places if one not in told or not frame.flows]
    if not frame.repeats:
        quoted = {at: quoted_once(told) for at, told in quoted.items()}
    return {
        at: frame.say("rationale.relies_on", quoted="; ".join(about + place for about, place in told))
        for at, told in quoted.items()
    }


_SHORT = 60
"""Letters of an answer that stands with its question before a quote."""


def _quoted(session: Session, frame: Frame, one: Evidence) -> str:
    return f"{place_words(session, frame, one)} “{one.quote}”"


def quoted_once(told: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Quotes that stand beside a sentence, each once: under no question where the sentence says the answer, else under the first that rests on it.

    Each is a pair of the question, with its space, and the quote with its page; a question stands before its first
    quote.
    """
    kept: dict[str, str] = {}
    for about, place in sorted(told, key=lambda one: one[0] != ""):
        kept.setdefault(place, about)
    heads = list(dict.fromkeys(kept.values()))
    return [
        ("" if n else head, place)
        for head in heads
        for n, place in enumerate(one for one, about in kept.items() if about == head)
    ]


def _explained_beside(key: str, assessment: Assessment, frame: Frame) -> dict[str, str]:
    """By the key of a sentence: the reviewer's reasons for what it says against the record, or without a passage."""
    reasons: dict[str, list[str]] = {}
    for item, name, _, reason in explained(assessment.session, {key: assessment.sentences}):
        if item == key:
            prompt = assessment.session.rules.sets[key].prompts.get(name)
            at, about = _beside(assessment, name, prompt) if prompt is not None else (name, "")
            if at:
                reasons.setdefault(at, []).append(f"{about}{ended(reason)}")
    return {
        at: frame.say("rationale.explained", reason=" ".join(dict.fromkeys(said)))
        for at, said in reasons.items()
    }


def _amended_beside(key: str, assessment: Assessment, frame: Frame) -> dict[str, str]:
    """By the key of a sentence: why an answer that it rests on is another than it was before it was amended."""
    session = assessment.session
    if session.guard < 6:
        return {}
    first: dict[str, Answer | None] = {}
    reasons: dict[str, list[str]] = {}
    for one in session.changes:
        if one.item == key:
            first.setdefault(one.prompt, one.was)
            reasons.setdefault(one.prompt, []).append(ended(one.reason))
    beside: dict[str, list[str]] = {}
    for path, was in first.items():
        name, now = path.partition(".")[0], session.answer(key, path)
        prompt, read = session.rules.sets[key].prompts.get(name), session.reading(key).answer(name)
        if prompt is None or read is None or (was is not None and now is not None and same_content(was, now)):
            continue
        at, about = _beside(assessment, name, prompt)
        if at:
            beside.setdefault(at, []).extend(f"{about}{reason}" for reason in reasons[path])
    return {
        at: frame.say("rationale.amended", reason=" ".join(dict.fromkeys(said)))
        for at, said in beside.items()
    }


def _set_aside_beside(key: str, assessment: Assessment, frame: Frame) -> dict[str, str]:
    """By the key of a sentence: the pages that speak against an answer it rests on, and were set aside with a reason.

    The newest stand first, those of the utilization review last. Their words and the reasons stand in the record of the
    review, as do those of an answer that no sentence rests on.
    """
    session = assessment.session
    documents = session.rules.case.documents
    rested_on = {name for one in assessment.sentences for name in one.prompts}
    beside: dict[str, list[Dismissed]] = {}
    held: dict[str, dict[str, None]] = {}
    for name, prompt in session.rules.sets[key].prompts.items() if session.guard > 7 else ():
        gone = set_aside(session, (key, name)) if name in rested_on else ()
        if gone:
            at = _beside(assessment, name, prompt)[0]
            beside.setdefault(at, []).extend(gone)
            given = beside_reasons(session, (key, name), frame)
            held.setdefault(at, {}).update(dict.fromkeys(one.said for one in given))

    def newest(one: Dismissed) -> tuple[bool, date]:
        document = documents[one.document]
        return not document.is_ur_report, document.date.latest if document.date is not None else date.min

    made = {}
    for at, aside in beside.items():
        pages = [Evidence(one.document, one.page) for one in sorted(aside, key=newest, reverse=True)]
        told = list(dict.fromkeys(place_words(session, frame, one) for one in pages))
        more = f"{len(told) - _MOST_PAGES:,}" if len(told) > _MOST_PAGES else ""
        said = {"pages": "; ".join(told[:_MOST_PAGES]), "more": more}
        if held[at]:
            made[at] = frame.say("rationale.set_aside_beside", **said, held="; ".join(held[at]))
        else:
            made[at] = frame.say("rationale.set_aside", **said)
    return made


_MOST_PAGES = 4


def _own_beside(key: str, assessment: Assessment, frame: Frame) -> dict[str, str]:
    """By the key of a sentence in the reviewer's own words: which pages say it, and what of it no page says."""
    session = assessment.session
    return {one.key: own_mark(session, frame, one) for one in own_words(session, key)}


_QUOTED = 240
"""Letters of a passage that stands beside the reviewer's own words."""


def own_mark(session: Session, frame: Frame, one: OwnWords) -> str:
    """What stands beside words of the reviewer's own: the passages that say the same, and what none says."""
    told = (replace(place, quote=one_line(place.quote, _QUOTED)) for place in one.borne)
    quoted = "; ".join(_quoted(session, frame, place) for place in told)
    uncited = "" if one.whole else "; ".join(f"“{clause}”" for clause in one.uncited)
    said = [frame.say("own.cited", quoted=quoted)] if quoted else []
    said += [frame.say("own.uncited", words=uncited)] if one.uncited else []
    said = said or ([frame.say("own.reasoned")] if one.reasoned else [])
    return " ".join(said)


def _beside(assessment: Assessment, name: str, prompt: Prompt) -> tuple[str, str]:
    """The key of the sentence that says an answer; else of the first that rests on it, or a last one's, with the question."""
    said = assessment.sentences
    flows = assessment.session.frame().flows
    own = (
        one.key
        for one in said
        if flows and (one.key == f"prompt:{name}" or one.key == "together") and name in one.prompts
    )
    saying = next(own, "")
    first = saying or next((one.key for one in said if name in one.prompts), "")
    guard = assessment.session.guard
    asked = f"on the question “{prompt.ask}”: " if guard > 9 else f"{prompt.ask} "
    if first or guard < 3 or not said:
        return first, "" if saying or not first or guard < 6 else asked
    before = [one for one in said if one.key != "conclusion"] if flows else []
    return (before or said)[-1].key, asked


def _guidelines(key: str, prompt_set: PromptSet, assessment: Assessment, frame: Frame) -> Iterator[Block]:
    """The citations of the rationale, MTUS apart from the others, each tier in the order of the hierarchy.

    What is outweighed, or was not made out, isn't relied on, and stands apart.
    """
    said = [one for one in assessment.sentences if not one.key.startswith("ruling:")]
    relied = [one for one in said if not frame.in_two_parts or one.key.startswith(_CARRIES)]
    cited = _in_order(prompt_set, relied)
    considered = [one for one in _in_order(prompt_set, said) if one not in cited]
    noted = [prompt_set.citations[name] for one in said for name in one.citations]
    laws = list({one.id: one for one in noted if one.tier == LAW}.values())
    mtus = [one for one in cited if one.tier == "mtus"]
    others = [one for one in cited if one.tier != "mtus"]
    if not cited:
        text = frame.say("determination.none_relied_on" if frame.in_two_parts else "issues.no_guideline")
        none = LetterSentence(text, key, "guidelines", facts=(f"item.{key}.rationale",))
        yield paragraph([none], frame.say("issues.guidelines"))
    if mtus:
        yield _cited(frame.say("issues.mtus"), [_citation(key, one, "", frame) for one in mtus])
    for label, several in (("issues.others", others), ("determination.considered", considered)):
        below = [
            _citation(key, one, frame.say(f"tiers.{one.tier}") if one.tier != "mtus" else "", frame)
            for one in several
        ]
        if below:
            yield _cited(frame.say(label), below)
    if laws:
        yield _cited(frame.say("issues.laws"), [_citation(key, one, "", frame) for one in laws])


_CARRIES = ("criterion:", "partly:", "governs:", "concedes:", "conclusion")
"""The keys of the sentences whose citations a decision relies on."""


def _in_order(prompt_set: PromptSet, sentences: Iterable[DraftSentence]) -> list[Citation]:
    """The citations of some sentences, each once, the highest tier first; what is of no tier argues nothing."""
    named = dict.fromkeys(name for one in sentences for name in one.citations)
    cited = [prompt_set.citations[name] for name in named if prompt_set.citations[name].tier in TIERS]
    return sorted(cited, key=lambda one: TIERS.index(one.tier))


def _citation(key: str, one: Citation, tier: str, frame: Frame) -> LetterSentence:
    text = frame.say("issues.cited", reference=reference(one, frame), tier=tier)
    if not one.verified and not frame.in_two_parts:
        text = f"{text} {frame.say('issues.unverified')}"
    return LetterSentence(text, key, f"citation:{one.id}", citations=(one.id,))


def _cited(label: str, sentences: list[LetterSentence]) -> Block:
    return Block("paragraph" if len(sentences) == 1 else "list", tuple(sentences), label)


def reference(citation: Citation, frame: Frame) -> str:
    """A citation in full: source, edition, place."""
    return frame.say(
        "issues.reference", source=citation.source, edition=citation.edition, locator=citation.locator
    )


def ended(text: str) -> str:
    """The text with the stop that ends a sentence."""
    text = text.rstrip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


# What an unsigned determination still waits for, so that a draft never passes for a finished letter.


def still_missing(session: Session, assess: Assess, frame: Frame) -> Iterator[Missing]:
    """Absences that the record contradicts, open prompts by their path, rebuttals not ruled on, items without a determination that still holds."""
    if session.status != "open":
        return
    for scope, name in contradicted(session):
        absent = not_found(session.reading(scope).answer(name))
        place = "missing.contradicted" if absent else "missing.contradicted_finding"
        words = frame.say(place, question=session.prompt(scope, name).ask)
        yield Missing(scope, name, words)
    for scope in session.rules.scopes:
        yield from _prompts(session, scope)
        if scope in session.items:
            yield from _missing_decision(session, scope, assess, frame)


def _prompts(session: Session, scope: str) -> Iterator[Missing]:
    reading = session.reading(scope)
    for prompt in reading.open_prompts():
        for part in reading.missing_parts(prompt.id):
            words = part_question(prompt, tuple(part.split("."))) if part else prompt.ask
            yield Missing(scope, f"{prompt.id}.{part}" if part else prompt.id, words)


def _missing_decision(session: Session, item: str, assess: Assess, frame: Frame) -> Iterator[Missing]:
    made = session.determinations.get(item)
    if not session.item_answered(item):
        if made is None:
            yield Missing(item, "determination", frame.say("missing.determination"))
        return
    suggestion = assess(item).suggestion
    for criterion in deciding_cautions(session, item):
        yield Missing(item, f"ruling:{criterion}", frame.say("missing.caution", criterion=criterion))
    for criterion in unruled(session, item, suggestion):
        yield Missing(item, f"ruling:{criterion}", frame.say("missing.ruling", criterion=criterion))
    if made is None:
        yield Missing(item, "determination", frame.say("missing.determination"))
    elif made.suggested != suggestion.decision:
        yield Missing(item, "determination", frame.say("missing.changed"))
