"""The heart of a letter: each disputed item with its decision, the guidelines cited, and the rationale.

A draft is not shown of an item whose questions are still open: it would say which way the answers push.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from assistant.core.answer import Evidence
from assistant.core.assessment import Assessment
from assistant.core.case import Case, DisputedItem, evidence_of
from assistant.core.decision import DECISION_WORDS, WHY_WORDS
from assistant.core.prompt_set import TIER_NAMES, TIERS, Citation, PromptSet
from assistant.core.session import Session
from assistant.letter.document import Block, LetterSentence, Section, heading, paragraph, points
from assistant.letter.page_order import pages_in_order

Assess = Callable[[str], Assessment]

UNVERIFIED = "[not yet verified against the guideline]"


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


def issues(session: Session, assess: Assess) -> Section:
    """Every item in order: decision, guidelines, rationale."""
    blocks = [block for key in session.items for block in _item(session, key, assess)]
    return Section("Issues, decisions and rationales", tuple(blocks))


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


def _item(session: Session, key: str, assess: Assess) -> Iterator[Block]:
    item = session.rules.case.items[key]
    title = f"{key}. {item.service[:1].upper()}{item.service[1:]}: {_decision(session, key)}"
    facts = ("item.service", f"determination.{key}") if key in session.determinations else ("item.service",)
    yield heading(LetterSentence(title, key, "item", facts=facts, evidence=item.evidence[:1]))
    yield paragraph([_administrators_guideline(key, item)], "Claims administrator guideline")
    if closed(session, key):
        words = (
            "The reviewer declined to decide; there is no rationale."
            if session.status == "declined"
            else "This item is not decided, and its draft stays closed until its decision is due."
        )
        yield paragraph(
            [LetterSentence(words, key, "closed", facts=(f"item.{key}.open",))], "Decision rationale"
        )
        return
    assessment = assess(key)
    prompt_set = session.rules.sets[key]
    yield from _guidelines(key, prompt_set, assessment)
    yield from _undecided(session, key, assessment)
    sentences = rationale(key, assessment)
    if sentences:
        yield paragraph(sentences, "Decision rationale")


def _decision(session: Session, key: str) -> str:
    made = session.determinations.get(key)
    if session.status == "declined":
        return "No determination (the reviewer declined)"
    return DECISION_WORDS[made.decision] if made is not None else "No determination yet"


def _administrators_guideline(key: str, item: DisputedItem) -> LetterSentence:
    refusal = item.facts.get("ur_decision", {})
    on = f" of {item.ur_date.prose()}" if item.ur_date is not None else ""
    text = (
        f"Decision{on} based on {item.ur_guideline.rstrip('.')}."
        if item.ur_guideline
        else f"No guideline is on record for the decision{on}."
    )
    return LetterSentence(
        text, key, "administrator", facts=("item.ur_decision.guideline",), evidence=evidence_of(refusal)
    )


def _undecided(session: Session, key: str, assessment: Assessment) -> Iterator[Block]:
    if key in session.determinations:
        return
    suggestion = assessment.suggestion
    if suggestion.decision is None:
        text = f"There is no suggestion: {WHY_WORDS[suggestion.why]}. The reviewer has not decided."
    else:
        words = DECISION_WORDS[suggestion.decision]
        text = f"What follows is drafted for the suggested decision, {words}. The reviewer has not decided."
    yield paragraph(
        [
            LetterSentence(
                text, key, "undecided", criteria=suggestion.because, facts=(f"item.{key}.suggestion",)
            )
        ],
        "Draft",
    )


def rationale(key: str, assessment: Assessment) -> tuple[LetterSentence, ...]:
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
        )
        for one in assessment.sentences
    )


def _guidelines(key: str, prompt_set: PromptSet, assessment: Assessment) -> Iterator[Block]:
    """The citations of the rationale, MTUS apart from the others, each tier in the order of the hierarchy."""
    relied = [one for one in assessment.sentences if not one.key.startswith("ruling:")]
    named = list(dict.fromkeys(name for one in relied for name in one.citations))
    cited = sorted((prompt_set.citations[name] for name in named), key=lambda one: TIERS.index(one.tier))
    mtus = [one for one in cited if one.tier == "mtus"]
    others = [one for one in cited if one.tier != "mtus"]
    if not cited:
        none = LetterSentence("No guideline is cited.", key, "guidelines", facts=(f"item.{key}.rationale",))
        yield paragraph([none], "Guidelines cited in this determination")
    if mtus:
        yield from _cited("MTUS guidelines relied on", key, [(one, "") for one in mtus])
    if others:
        yield from _cited(
            "Non-MTUS citations relied on", key, [(one, TIER_NAMES[one.tier]) for one in others]
        )


def _cited(label: str, key: str, cited: list[tuple[Citation, str]]) -> Iterator[Block]:
    sentences = [
        LetterSentence(
            f"{reference(one)}{f' ({tier})' if tier else ''}.{'' if one.verified else f' {UNVERIFIED}'}",
            key,
            f"citation:{one.id}",
            citations=(one.id,),
        )
        for one, tier in cited
    ]
    if len(sentences) == 1:
        yield paragraph(sentences, label)
    else:
        yield Block("list", tuple(sentences), label)


def reference(citation: Citation) -> str:
    """A citation in full: source, edition, place."""
    return f"{citation.source} ({citation.edition}), {citation.locator}"


def sources(session: Session, assess: Assess) -> Section | None:
    """Where each sentence of the rationales comes from, so that a reader can follow it to the page."""
    blocks: list[Block] = []
    for key in session.items:
        if closed(session, key):
            continue
        prompt_set = session.rules.sets[key]
        listed = [
            _origins(n, one, prompt_set, session.rules.case)
            for n, one in enumerate(rationale(key, assess(key)), 1)
        ]
        if listed:
            item = session.rules.case.items[key]
            blocks.append(
                heading(
                    LetterSentence(
                        f"Item {key}", key, "sources", facts=("item.service",), evidence=item.evidence[:1]
                    )
                )
            )
            blocks.append(points(listed))
    return Section("Where each sentence of the rationale comes from", tuple(blocks)) if blocks else None


def _origins(number: int, one: LetterSentence, prompt_set: PromptSet, case: Case) -> LetterSentence:
    named = {
        "answers": one.prompts,
        "rules": one.criteria,
        "guidelines": tuple(reference(prompt_set.citations[name]) for name in one.citations),
        "facts": one.facts,
        "pages": pages_in_order(case, one.evidence),
    }
    told = "; ".join(f"{kind} {', '.join(names)}" for kind, names in named.items() if names)
    words = "the reviewer's own words, on " if one.origin == "reviewer" else ""
    return LetterSentence(
        f"Sentence {number}: {words}{told}.",
        one.item,
        f"source:{one.key}",
        "drafted",
        one.prompts,
        one.criteria,
        one.citations,
        one.facts,
        one.evidence,
    )
