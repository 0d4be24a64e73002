"""Checks that protect a determination from a plainly wrong finding of fact before it is signed.

A determination falls when it rests on a plainly erroneous express or implied finding of fact (Lab. Code
4610.6(h)(5)). Each check puts the facts side by side for the reviewer, who mends one of them or says why
they are right as they stand; it never corrects anything itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from assistant.core.absence import contradicted
from assistant.core.answer import Answer
from assistant.core.case import DisputedItem, evidence_of
from assistant.core.case_fact import answers_read, place_of, shown
from assistant.core.check import Check, Pages, Sentence, made
from assistant.core.condition import atoms
from assistant.core.governing import governing_date
from assistant.core.partial_date import PartialDate, parse_date
from assistant.core.passage_turn import absence_check
from assistant.core.phrase import told
from assistant.core.prompt_set import Citation, PromptSet
from assistant.core.proposal import rule_result
from assistant.core.quoted_fact import unquoted_facts
from assistant.core.region_fact import wrong_region
from assistant.core.session import Session
from assistant.core.shape import Choice, DateShape, Group, Listing
from assistant.core.unborne_fact import unborne_facts

__all__ = ["Check", "Pages", "Sentence", "checks"]


def checks(
    session: Session, drafts: Mapping[str, Sequence[Sentence]], pages: Pages | None = None
) -> tuple[Check, ...]:
    """Every check that the session raises as it stands, in a fixed order.

    `drafts` holds the sentences of each item. `pages` is the text of the record; where it is missing, facts
    that stand only there are not known.
    """
    items, scopes, record = session.items, session.rules.scopes, pages or {}
    found: list[Check] = []
    found += [one for item in items for one in later_studies(session, item)]
    found += unborne_facts(session, drafts, record)
    found += unquoted_facts(session, record)
    found += [one for item in items for one in wrong_region(session, item, record)]
    found += [one for item in items for one in editions_out_of_force(session, item)]
    found += [one for scope in scopes for one in implied_findings(session, scope)]
    found += [one for item in items for one in ur_report_only(session, item)]
    found += [one for scope in scopes for one in impossible_combinations(session, scope)]
    found += [one for item in items for one in contradicted_rules(session, item)]
    found += [absence_check(session, place) for place in contradicted(session)]
    return tuple({(one.check, one.key): one for one in found}.values())


# -- a study later than the request ---------------------------------------------------------------


def later_studies(session: Session, item: str) -> Iterator[Check]:
    """Studies that the provider is held to and could not have had, unless the treatment is approved."""
    determination = session.determinations.get(item)
    if determination is not None and determination.decision == "overturned":
        return
    disputed = session.rules.case.items[item]
    limits = [date for date in (disputed.request_date, disputed.ur_date) if date is not None]
    later = [
        (noun, shown(f"{noun} {number}".strip(), words, place))
        for noun, number, date, words, place in _dated_entries(session, item)
        if any(date.after(limit) for limit in limits)
    ]
    if not later:
        return
    nouns = "/".join(dict.fromkeys(noun for noun, _ in later))
    message = (
        f"A {nouns} dated after the request or the utilization review decision would be held against the "
        "provider, who could not have had it then. Correct the date that is wrong, or say why it may count "
        "all the same."
    )
    yield made("later-study", item, message, [*(fact for _, fact in later), *_limits(disputed)])


def _dated_entries(session: Session, item: str) -> Iterator[tuple[str, str, PartialDate, str, str]]:
    """What has a date of its own and bears on the decision, such as a study: noun, number, date, words, page."""
    prompts = session.rules.sets[item].prompts
    bearing = _bearing(session.rules.sets[item])
    for name, answer in answers_read(session, item):
        shape = prompts[name].schema.shape
        if name not in bearing or not isinstance(shape, Listing | Group):
            continue
        element = shape.element if isinstance(shape, Listing) else shape
        noun = shape.noun if isinstance(shape, Listing) else name.replace("_", " ")
        for number, entry in (answer.parts or {}).items() if isinstance(shape, Listing) else [("", answer)]:
            place = place_of(entry.all_evidence() or answer.evidence)
            kind = _kind(element, entry)
            for part in element.parts.values():
                held = (entry.parts or {}).get(part.name)
                date = _date_of(held) if isinstance(part.shape, DateShape) else None
                if date is not None:
                    yield noun, number, date, f"{kind}{date.prose()}", place


def _kind(shape: Group, entry: Answer) -> str:
    """What an entry says first that it is (`Radiographs, `); empty where it doesn't."""
    for part in shape.parts.values():
        held = (entry.parts or {}).get(part.name)
        if isinstance(part.shape, Choice) and held is not None and held.given:
            return f"{part.shape.labels.get(str(held.value), held.value)}, "
    return ""


def _date_of(answer: Answer | None) -> PartialDate | None:
    return parse_date(answer.value) if answer is not None and answer.given else None


def _bearing(prompt_set: PromptSet) -> frozenset[str]:
    """The prompts that a criterion reads, that speak, or that one of these hangs on or is worked out from."""
    bearing = {name for criterion in prompt_set.criteria.values() for name in criterion.reads()}
    for prompt in reversed(list(prompt_set.prompts.values())):
        if prompt.id in bearing or prompt.speaks or prompt.says:
            bearing.add(prompt.id)
            bearing.update(one.of.split(".", 1)[0] for one in prompt.propose if one.of)
            bearing.update(atom.prompt for atom in atoms(prompt.when))
    return frozenset(bearing)


def _limits(item: DisputedItem) -> Iterator[str]:
    """The dates of the request and of the refusal, for comparison."""
    missing = "no date in the case file"
    refusal = item.facts.get("ur_decision", {})
    request = item.request_date
    yield shown(
        "request",
        request.prose() if request else missing,
        place_of(evidence_of(item.facts)) if request else "",
    )
    decided = item.ur_date
    yield shown(
        "utilization review decision", decided.prose() if decided else missing, place_of(evidence_of(refusal))
    )


# -- an edition out of force ----------------------------------------------------------------------


def editions_out_of_force(session: Session, item: str) -> Iterator[Check]:
    """Guidelines that speak of this case in an edition that was not, or may not have been, in force.

    An edition that another one of the same source replaces in the set is not missed.
    """
    reading, prompt_set = session.reading(item), session.rules.sets[item]
    on = governing_date(session, item)
    rulings = session.rulings.get(item, {})
    used = {
        criterion.cite: prompt_set.citations[criterion.cite] for criterion in prompt_set.criteria.values()
    }
    replaced = {_source(citation) for citation in used.values() if citation.in_force(on) is True}
    out: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for criterion in prompt_set.criteria.values():
        ruled = rulings.get(criterion.id)
        if (ruled is not None and ruled.ruling == "inapplicable") or reading.holds(
            criterion.applies
        ) is not True:
            continue
        citation = prompt_set.citations[criterion.cite]
        in_force = citation.in_force(on)
        if in_force is None:
            unknown[citation.id] = shown(citation.name, _period(citation))
        elif in_force is False and _source(citation) not in replaced:
            out[citation.id] = shown(citation.name, _period(citation))
    dated = shown("date that governs", on.prose() if on is not None else "none in the case file")
    if out:
        message = (
            "A guideline that speaks of this case was not in force, in this edition, on the date that "
            "governs, so it argues nothing. Correct that date if it is wrong, or say why the edition may be "
            "left out."
        )
        yield made("edition-out-of-force", item, message, [dated, *out.values()])
    if unknown:
        message = (
            "Whether the cited edition was in force can't be told from the date that governs. Complete that "
            "date in the case file, or say why the edition counts."
        )
        yield made("edition-out-of-force", item, message, [dated, *unknown.values()])


def _source(citation: Citation) -> tuple[str, str]:
    """What the editions of one guideline share: its tier, and the beginning of its title."""
    return citation.tier, citation.source.split(",", 1)[0].strip()


def _period(citation: Citation) -> str:
    begun = f"in force from {citation.starts.prose()}" if citation.starts else "in force"
    return f"{begun} until {citation.ends.prose()}" if citation.ends else begun


# -- a premise without an answer ------------------------------------------------------------------


def implied_findings(session: Session, scope: str) -> Iterator[Check]:
    """Questions that apply and have no answer: an unanswered premise would be a finding by implication."""
    open_prompts = list(session.reading(scope).open_prompts())
    if not open_prompts:
        return
    facts = [
        shown(
            prompt.ask,
            "not fully answered" if prompt.id in session.answers.get(scope, {}) else "not answered",
        )
        for prompt in open_prompts
    ]
    determination = session.determinations.get(scope)
    rests = "The determination rests on" if determination is not None else "A determination would rest on"
    message = f"{rests} something that nobody has answered: an implied finding of fact. Answer it first."
    yield made("implied-finding", scope, message, facts, "blocking")


# -- the utilization review report alone ----------------------------------------------------------


def ur_report_only(session: Session, item: str) -> Iterator[Check]:
    """A determination may not rest on the information of the UR report alone (8 CCR 9792.10.6(b)(2))."""
    documents = session.rules.case.documents
    reports = {name for name, document in documents.items() if document.is_ur_report}
    given = [
        answer for _, answer in answers_read(session, item) if any(leaf.given for _, leaf in answer.leaves())
    ]
    cited = [one for answer in given for one in answer.all_evidence()]
    named = list(dict.fromkeys(str(one) for one in cited))
    alone = bool(documents) and reports == set(documents)
    decided = item in session.determinations or session.item_answered(item)
    if not alone and (not decided or not cited or any(one.document not in reports for one in cited)):
        return
    basis = "The case file holds no other document than" if alone else "Every page cited for this item is of"
    message = (
        f"{basis} the utilization review report, and a determination may not rest on that alone (8 CCR "
        "9792.10.6(b)(2)). Cite the treating records, decline for want of records, or say what else it "
        "rests on."
    )
    others = [f"not cited: {one.title} ({name})" for name, one in documents.items() if name not in reports]
    own = [
        f"utilization review report: {documents[name].title} ({name})"
        for name in documents
        if name in reports
    ]
    yield made("ur-report-only", item, message, [*own, *(f"cited page: {page}" for page in named), *others])


# -- what can't be together -----------------------------------------------------------------------


def impossible_combinations(session: Session, scope: str) -> Iterator[Check]:
    """Answers that the prompt set says can't be true together."""
    reading, prompt_set = session.reading(scope), session.rules.sets[scope]
    for exclusion in prompt_set.never:
        if reading.holds(exclusion.when) is not True:
            continue
        facts = []
        for name in dict.fromkeys(atom.prompt for atom in atoms(exclusion.when)):
            answer = reading.answer(name)
            place = place_of(answer.all_evidence()) if answer is not None else ""
            facts.append(
                shown(prompt_set.prompts[name].ask, told(prompt_set.prompts[name].schema, answer), place)
            )
        message = (
            f"These answers can't stand together: {exclusion.says} Amend one of them, or say how they can."
        )
        severity = "warning"
        if exclusion.blocks:
            message, severity = exclusion.says, "blocking"
        yield made("impossible-combination", scope, message, facts, severity)


def contradicted_rules(session: Session, item: str) -> Iterator[Check]:
    """An answer that is what a rule gives for *no* although, by the other answers, the rule holds."""
    reading, case = session.reading(item), session.rules.case
    for name, prompt in session.rules.sets[item].prompts.items():
        answer = reading.answer(name)
        for proposal in prompt.propose if answer is not None and answer.given else ():
            result, basis = rule_result(proposal, reading, case, case.items[item])
            other = proposal.gives.get("no") if result is True else None
            if other is not None and answer is not None and answer.plain() == other:
                facts = (
                    shown(prompt.ask, told(prompt.schema, answer), place_of(answer.all_evidence())),
                    shown("by the other answers", basis),
                )
                message = (
                    "An answer doesn't agree with the dates that other answers give. Amend one of them, or say how "
                    "both can be."
                )
                yield made("impossible-combination", item, message, facts)
                break
