"""A prompt set, and its proof, as lines that a physician can read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.decision import DECISION_WORDS
from assistant.core.formula_words import in_words
from assistant.core.prompt_set import TIER_NAMES, Citation, Criterion, Prompt, PromptSet, Sentence
from assistant.core.proof import Proof


def lines(made: PromptSet) -> Iterator[str]:
    """The set: each prompt, each criterion with its citation, and what was not yet verified."""
    yield f"{made.title} ({made.id}, edition {made.edition})"
    if made.region:
        yield f"{made.service} of the {made.region}; editions in force on the date of the {_governs(made)}"
    yield "\nPrompts"
    for number, prompt in enumerate(made.prompts.values(), 1):
        yield from _prompt(number, prompt, made)
    if made.criteria:
        yield "\nCriteria"
    for criterion in made.criteria.values():
        yield from _criterion(criterion, made)
    for title, exclusions in (("Cannot be", made.never), ("Silence is meant", made.silent)):
        if exclusions:
            yield f"\n{title}"
        for exclusion in exclusions:
            yield f"  {in_words(exclusion.when)}\n      {exclusion.says}"
    unverified = sum(citation.verified is None for citation in made.citations.values())
    if unverified:
        yield (
            f"\nUNVERIFIED: {unverified} of {len(made.citations)} citations were not yet checked "
            "against their source."
        )


def _prompt(number: int, prompt: Prompt, made: PromptSet) -> Iterator[str]:
    marks = [
        *(["the treating physician can document it"] if prompt.documentable else []),
        *([f"from the block {prompt.block}"] if prompt.block else []),
    ]
    yield f"\n  {number}. {prompt.ask}"
    yield f"     {prompt.id}: {prompt.schema.title}{''.join(f' · {mark}' for mark in marks)}"
    if prompt.when is not True:
        yield f"     Asked where {in_words(prompt.when)}."
    if prompt.why:
        yield f"     Why: {prompt.why}"
    if prompt.cite:
        yield f"     {_cited(made.citations[prompt.cite])}"


def _criterion(criterion: Criterion, made: PromptSet) -> Iterator[str]:
    side = "FOR the treatment" if criterion.argues == "for" else "AGAINST the treatment"
    yield f"\n  {criterion.id} argues {side}"
    if criterion.applies is not True:
        yield f"     Speaks of: {in_words(criterion.applies)}"
    yield f"     Met where: {in_words(criterion.when)}"
    if criterion.rebuts:
        yield f"     Rebuts: {', '.join(criterion.rebuts)}"
    yield f"     {_cited(made.citations[criterion.cite])}"
    for title, sentence in (
        ("Says", criterion.says),
        ("Not met", criterion.unmet),
        ("Concedes", criterion.concedes),
    ):
        for line in _told(sentence):
            yield f"     {title}: {line}"
    if criterion.caution is not None:
        yield f"     CAUTION where {in_words(criterion.caution.when)}: {criterion.caution.says}"


def _told(sentence: Sentence) -> Iterator[str]:
    for branch in sentence:
        where = "" if branch.when is True else f"[where {in_words(branch.when)}] "
        yield where + (" ".join(branch.says.split()) or "(nothing)")


def _cited(citation: Citation) -> str:
    starts, ends = citation.starts, citation.ends
    force = f"; in force {starts or '...'} to {ends or '...'}" if starts or ends else ""
    checked = "UNVERIFIED" if citation.verified is None else f"verified by {', '.join(citation.verified)}"
    return (
        f"[{citation.tier}: {TIER_NAMES[citation.tier]}] {citation.source}, edition {citation.edition}, "
        f"{citation.locator}{force} ({checked})"
    )


def _governs(made: PromptSet) -> str:
    return {"ur_decision": "refusal", "request": "request"}.get(made.governed_by, made.governed_by)


def as_json(made: PromptSet) -> dict[str, Any]:
    """The set as `imr prompts show --json` prints it."""
    return {
        "id": made.id,
        "title": made.title,
        "edition": made.edition,
        "region": made.region,
        "service": made.service,
        "prompts": [
            {
                "id": prompt.id,
                "ask": prompt.ask,
                "why": prompt.why,
                "answer": prompt.schema.name,
                "when": in_words(prompt.when),
                "cite": prompt.cite or None,
                "documentable": prompt.documentable,
            }
            for prompt in made.prompts.values()
        ],
        "criteria": [
            {
                "id": criterion.id,
                "argues": criterion.argues,
                "cite": criterion.cite,
                "applies": in_words(criterion.applies),
                "when": in_words(criterion.when),
                "rebuts": list(criterion.rebuts),
                "caution": None if criterion.caution is None else criterion.caution.says,
            }
            for criterion in made.criteria.values()
        ],
        "citations": [
            {
                "id": citation.id,
                "tier": citation.tier,
                "source": citation.source,
                "edition": citation.edition,
                "locator": citation.locator,
                "verified": citation.verified is not None,
            }
            for citation in made.citations.values()
        ],
    }


def proof_lines(made: PromptSet, proof: Proof, row: Mapping[str, Any]) -> Iterator[str]:
    """The proof of a set; `row` is what its JSON says, with the reference cases."""
    yield f"{made.id}, edition {made.edition}: {proof.cells:,} cells"
    for gap in proof.gaps:
        yield f"  GAP in {gap.cells:,} cells, such as {_witness(gap.answers)}"
    for conflict in proof.conflicts:
        declared = f"declared: {conflict.declared}" if conflict.declared else "CONFLICT"
        sides = f"{', '.join(conflict.for_)} against {', '.join(conflict.against)}"
        yield f"  {declared} in {conflict.cells:,} cells: {sides}, such as {_witness(conflict.answers)}"
    for kind, dead in (("PROMPT", proof.dead_prompts), ("CRITERION", proof.dead_criteria)):
        for name, why in dead.items():
            yield f"  DEAD {kind} {name}: {why}"
    for missing in proof.missing_sentences:
        yield f"  MISSING SENTENCE {missing}"
    for name in proof.bare_citations:
        yield f"  CITATION {name} without edition or locator"
    for name, decision in proof.not_documented.items():
        if decision is not None:
            yield f"  not documented, {name}: always {DECISION_WORDS[decision]}"
    for one in row["reference_cases"]:
        agrees = "agrees" if one["agrees"] else "DIFFERS"
        yield (
            f"  {one['case']}, item {one['item']}: published {DECISION_WORDS[one['published']]}, "
            f"suggested {DECISION_WORDS[one['suggested']]}: {agrees}"
        )
    if row["untested_conditions"]:
        yield f"  no case tests both ways: {', '.join(row['untested_conditions'])}"
    yield "  sound" if proof.sound else "  NOT sound"


def _witness(answers: Mapping[str, str]) -> str:
    return "; ".join(f"{name} is “{label}”" for name, label in answers.items()) or "any answers"
