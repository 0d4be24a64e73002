"""The heart of a letter: each disputed item with its decision, the guidelines cited, and the rationale.

A draft is not shown of an item whose questions are still open: it would say which way the answers push.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.core.answer import Evidence
from assistant.core.assessment import Assessment
from assistant.core.case import Case, DisputedItem, evidence_of
from assistant.core.letter_frame import Frame
from assistant.core.prompt_set import TIERS, Citation, PromptSet
from assistant.core.session import Session
from assistant.letter.document import Block, LetterSentence, Section, heading, paragraph, points
from assistant.letter.page_order import pages_in_order

Assess = Callable[[str], Assessment]


def closed(session: Session, item: str) -> bool:
    """Whether the draft of an item stays closed: its prompts are open, or the reviewer is to decide first."""
    if session.status == "declined":
        return True
    if item in session.determinations:
        return False
    if not session.item_answered(item):
        return item not in session.findings_opened
    return (
        session.opened.decide_first
        and item not in session.first_decisions
        and item not in session.suggestions_shown
    )


def issues(session: Session, assess: Assess, frame: Frame) -> Section:
    """Every item in order: decision, guidelines, rationale."""
    blocks = [block for key in session.items for block in _item(session, key, assess, frame)]
    return Section(frame.say("issues.title"), tuple(blocks))


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
    service = f"{item.service[:1].upper()}{item.service[1:]}"
    title = frame.say("issues.item", item=key, service=service, decision=_decision(session, key, frame))
    facts = ("item.service", f"determination.{key}") if key in session.determinations else ("item.service",)
    yield heading(LetterSentence(title, key, "item", facts=facts, evidence=item.evidence[:1]))
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
    sentences = rationale(key, assessment, frame)
    if sentences:
        yield paragraph(sentences, frame.say("issues.rationale"))


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
        text, key, "administrator", facts=("item.ur_decision.guideline",), evidence=evidence_of(refusal)
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


def rationale(key: str, assessment: Assessment, frame: Frame) -> tuple[LetterSentence, ...]:
    """The item's sentences as the letter has them."""
    return tuple(
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
            frame.say("reviewers_words") if one.origin == "reviewer" else "",
        )
        for one in assessment.sentences
    )


def _guidelines(key: str, prompt_set: PromptSet, assessment: Assessment, frame: Frame) -> Iterator[Block]:
    """The citations of the rationale, MTUS apart from the others, each tier in the order of the hierarchy."""
    relied = [one for one in assessment.sentences if not one.key.startswith("ruling:")]
    named = list(dict.fromkeys(name for one in relied for name in one.citations))
    cited = sorted((prompt_set.citations[name] for name in named), key=lambda one: TIERS.index(one.tier))
    mtus = [one for one in cited if one.tier == "mtus"]
    others = [one for one in cited if one.tier != "mtus"]
    if not cited:
        text, facts = frame.say("issues.no_guideline"), (f"item.{key}.rationale",)
        none = LetterSentence(text, key, "guidelines", facts=facts)
        yield paragraph([none], frame.say("issues.guidelines"))
    if mtus:
        yield _cited(frame.say("issues.mtus"), [_citation(key, one, "", frame) for one in mtus])
    if others:
        below = [_citation(key, one, frame.say(f"tiers.{one.tier}"), frame) for one in others]
        yield _cited(frame.say("issues.others"), below)


def _citation(key: str, one: Citation, tier: str, frame: Frame) -> LetterSentence:
    text = frame.say("issues.cited", reference=reference(one, frame), tier=tier)
    text = text if one.verified else f"{text} {frame.say('issues.unverified')}"
    return LetterSentence(text, key, f"citation:{one.id}", citations=(one.id,))


def _cited(label: str, sentences: list[LetterSentence]) -> Block:
    return Block("paragraph" if len(sentences) == 1 else "list", tuple(sentences), label)


def reference(citation: Citation, frame: Frame) -> str:
    """A citation in full: source, edition, place."""
    return frame.say(
        "issues.reference", source=citation.source, edition=citation.edition, locator=citation.locator
    )


def sources(session: Session, assess: Assess, frame: Frame) -> Section | None:
    """Where each sentence of the rationales comes from, so that a reader can follow it to the page."""
    blocks: list[Block] = []
    for key in session.items:
        if closed(session, key):
            continue
        prompt_set = session.rules.sets[key]
        listed = [
            _origins(n, one, prompt_set, session.rules.case, frame)
            for n, one in enumerate(rationale(key, assess(key), frame), 1)
        ]
        if listed:
            item = session.rules.case.items[key]
            title, facts = frame.say("item", item=key), ("item.service",)
            blocks.append(
                heading(LetterSentence(title, key, "sources", facts=facts, evidence=item.evidence[:1]))
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
