"""From conditions to findings, and from findings to what the guidelines suggest.

Arguments, not scores. A met criterion stands unless a standing one rebuts it; the highest tier in which an
argument stands decides (Lab. Code 4610.5(c)(2)); silence of a guideline never argues against a treatment
(8 CCR 9792.21(d)). A rebuttal of a higher tier by a lower one is the reviewer's to rule on (Lab. Code 4604.5).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from assistant.core.dates import PartialDate
from assistant.core.rules.condition import written
from assistant.core.rules.prompt_set import Citation, Criterion, PromptSet, Reading
from assistant.core.text import digest
from assistant.core.value import Value, replace


class State(StrEnum):
    """What became of a criterion."""

    NOT_APPLICABLE = "not_applicable"
    MET = "met"
    NOT_MET = "not_met"
    UNDETERMINED = "undetermined"


class Ruling(Value):
    """The reviewer's word on a criterion: its rebuttal `accepted` or `declined`, it is `inapplicable`, or `misstated`
    (the guideline says otherwise), or, under a caution, it `governs` or `does_not_govern`. Of the reviewer's own
    sources at variance one `governs`.
    """

    ruling: str
    reason: str


CAUTION_RULINGS = ("governs", "does_not_govern")
"""What is ruled on a criterion that stands under a caution: the second makes it not applicable."""

RULED_OUT = ("inapplicable", "misstated")
"""The rulings that take a guideline out, so that another source has to be searched for."""

RULING_WORDS = {
    "accepted": "the rebuttal is accepted",
    "declined": "the rebuttal is declined",
    "inapplicable": "inapplicable here",
    "misstated": "the guideline says otherwise",
    "governs": "it governs all the same",
    "does_not_govern": "it does not govern here",
}
RULINGS = tuple(RULING_WORDS)


class Finding(Value):
    """A criterion evaluated; `reason` says why it isn't applicable where that isn't plain from `applies`."""

    criterion: str
    state: State
    prompts: tuple[str, ...]
    reason: str = ""
    stands: bool = False
    rebutted_by: tuple[str, ...] = ()
    caution: str = ""


class Suggestion(Value):
    """Upheld, overturned or none.

    `why` is carried, conflict, gap, open, unclear or unread. `because` are the standing criteria on the suggested side,
    the deciding tier first; `dissent` those on the other side; `rests_on` the lower-tier rebuttals without which it
    would be another; `settle` the prompts whose answers could still turn it (of *unclear*: those that clear answers
    could make something of). `unread` are the places whose edition in force nobody has read.
    """

    decision: str | None
    why: str
    because: tuple[str, ...] = ()
    dissent: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    settle: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def findings(reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling]) -> dict[str, Finding]:
    """Every criterion of the set evaluated under the answers; `on` is the date that governs editions."""
    prompt_set = reading.prompt_set
    states: dict[str, State] = {}
    reasons: dict[str, str] = {}
    for name, criterion in prompt_set.criteria.items():
        citation = prompt_set.citations[criterion.cite]
        states[name], reasons[name] = _state(citation, reading, criterion, on, rulings.get(name))
    stand = unrebutted(prompt_set, states, rulings)
    found = {}
    for name, criterion in prompt_set.criteria.items():
        caution = criterion.caution
        shown = caution is not None and states[name] is State.MET and reading.holds(caution.when) is True
        found[name] = Finding(
            criterion=name,
            state=states[name],
            prompts=criterion.reads(),
            reason=reasons[name],
            stands=name in stand,
            rebutted_by=_rebutters(prompt_set, name, states, stand, rulings),
            caution=caution.says if caution is not None and shown else "",
        )
    return found


def any_stands(
    prompt_set: PromptSet, reading: Reading, on: PartialDate | None, rulings: Mapping[str, Ruling]
) -> bool:
    """Whether any criterion of a set stands under answers that were read under it, or under one that asks more.

    Where one is met, one stands: rebuttals go in no circle.
    """
    return any(
        _state(prompt_set.citations[one.cite], reading, one, on, rulings.get(name))[0] is State.MET
        for name, one in prompt_set.criteria.items()
    )


def _state(
    citation: Citation,
    reading: Reading,
    criterion: Criterion,
    on: PartialDate | None,
    ruling: Ruling | None,
) -> tuple[State, str]:
    if ruling is not None and ruling.ruling == "inapplicable":
        return State.NOT_APPLICABLE, f"found inapplicable by the reviewer: {ruling.reason}"
    if ruling is not None and ruling.ruling == "misstated":
        return State.NOT_APPLICABLE, f"found by the reviewer to misstate the guideline: {ruling.reason}"
    if ruling is not None and ruling.ruling == "does_not_govern":
        return State.NOT_APPLICABLE, f"found by the reviewer not to govern here: {ruling.reason}"
    if citation.off:
        return State.NOT_APPLICABLE, citation.off
    if criterion.editions and citation.key and citation.key not in criterion.editions:
        known = " and ".join(criterion.editions)
        return (
            State.NOT_APPLICABLE,
            f"it speaks of the edition of {known}, and that of {citation.key} governs",
        )
    if citation.in_force(on) is False:
        when = on.prose() if on is not None else "the governing date"
        return State.NOT_APPLICABLE, f"this edition was not in force on {when}"
    return state_of(reading.holds(criterion.applies), reading.holds(criterion.when)), ""


def state_of(applies: bool | None, when: bool | None) -> State:
    """The state of a criterion from the values of its `applies` and `when`."""
    if applies is False:
        return State.NOT_APPLICABLE
    if applies is None:
        return State.UNDETERMINED
    if when is None:
        return State.UNDETERMINED
    return State.MET if when else State.NOT_MET


def unrebutted(
    prompt_set: PromptSet, states: Mapping[str, State], rulings: Mapping[str, Ruling]
) -> frozenset[str]:
    """The met criteria that no standing criterion rebuts."""
    met = [name for name, state in states.items() if state is State.MET]
    against: dict[str, list[str]] = {}
    for name in met:
        rebutter = prompt_set.criteria[name]
        for other in rebutter.rebuts:
            if may_rebut(prompt_set, rebutter, other, rulings):
                against.setdefault(other, []).append(name)
    if not against:
        return frozenset(met)
    decided: dict[str, bool] = {}

    def stands(name: str) -> bool:
        if name not in decided:
            decided[name] = not any(stands(other) for other in against.get(name, ()))
        return decided[name]

    return frozenset(name for name in met if stands(name))


def _rebutters(
    prompt_set: PromptSet,
    name: str,
    states: Mapping[str, State],
    stand: frozenset[str],
    rulings: Mapping[str, Ruling],
) -> tuple[str, ...]:
    if states[name] is not State.MET:
        return ()
    return tuple(
        other.id
        for other in prompt_set.criteria.values()
        if name in other.rebuts and other.id in stand and may_rebut(prompt_set, other, name, rulings)
    )


def may_rebut(prompt_set: PromptSet, rebutter: Criterion, name: str, rulings: Mapping[str, Ruling]) -> bool:
    """A lower tier's rebuttal counts unless the reviewer declined it."""
    if prompt_set.rank(rebutter) <= prompt_set.rank(prompt_set.criteria[name]):
        return True
    ruling = rulings.get(rebutter.id)
    return ruling is None or ruling.ruling != "declined"


def weigh(
    prompt_set: PromptSet,
    states: Mapping[str, State],
    rulings: Mapping[str, Ruling],
    waiting: Sequence[str] = (),
) -> Suggestion:
    """What determined findings suggest; undetermined ones count as not met (see `settling` for those).

    `waiting` are the places of the MTUS that nobody has read, under the questions that are put: where nothing of
    the MTUS stands, no lower tier decides (Lab. Code 4610.5(c)(2)).
    """
    standing = unrebutted(prompt_set, states, rulings)
    if waiting and not any(prompt_set.tier(prompt_set.criteria[name]) == "mtus" for name in standing):
        return Suggestion(None, "unread", unread=tuple(waiting))
    standing = _without_yielding(prompt_set, standing, rulings)
    decided = _weighed(prompt_set, standing)
    rests = []
    for name in standing:
        criterion = prompt_set.criteria[name]
        if criterion.rebuts and _rebuts_higher(prompt_set, criterion, states):
            without = {**rulings, name: Ruling("declined", "")}
            other = _weighed(prompt_set, unrebutted(prompt_set, states, without))
            if other.decision != decided.decision:
                rests.append(name)
    rests.sort(key=list(prompt_set.criteria).index)
    return replace(decided, rests_on=tuple(rests)) if rests else decided


def _rebuts_higher(prompt_set: PromptSet, criterion: Criterion, states: Mapping[str, State]) -> bool:
    rank = prompt_set.rank(criterion)
    return any(
        states[other] is State.MET and prompt_set.rank(prompt_set.criteria[other]) < rank
        for other in criterion.rebuts
    )


LEVELLED = ("studies", "national")
"""The tiers in which sources of the reviewer's own at variance are weighed by their evidence (8 CCR 9792.25.1)."""


def at_variance(prompt_set: PromptSet, standing: Iterable[str]) -> tuple[str, ...]:
    """The reviewer's own sources that argue both sides where no higher tier decides; none before 2015-07-20."""
    if not prompt_set.levelled:
        return ()
    held = [prompt_set.criteria[name] for name in standing]
    own = [one for one in held if one.own and prompt_set.tier(one) in LEVELLED]
    above = min((prompt_set.rank(one) for one in own), default=0)
    if len({one.argues for one in own}) < 2 or any(prompt_set.rank(one) < above for one in held):
        return ()
    return tuple(one.id for one in own)


def _without_yielding(
    prompt_set: PromptSet, standing: frozenset[str], rulings: Mapping[str, Ruling]
) -> frozenset[str]:
    """What stands, without the reviewer's own sources that yield to one that was ruled to govern."""
    varying = at_variance(prompt_set, standing)
    sides = {
        prompt_set.criteria[name].argues
        for name in varying
        if name in rulings and rulings[name].ruling == "governs"
    }
    if len(sides) != 1:
        return standing
    return standing - {name for name in varying if prompt_set.criteria[name].argues not in sides}


def _weighed(prompt_set: PromptSet, standing: frozenset[str]) -> Suggestion:
    stand = [criterion for name, criterion in prompt_set.criteria.items() if name in standing]
    if not stand:
        return Suggestion(None, "gap")
    stand.sort(key=prompt_set.rank)
    top = prompt_set.rank(stand[0])
    sides = {criterion.argues for criterion in stand if prompt_set.rank(criterion) == top}
    if len(sides) == 2 or at_variance(prompt_set, standing):
        return Suggestion(None, "conflict", tuple(criterion.id for criterion in stand))
    side = sides.pop()
    return Suggestion(
        decision="overturned" if side == "for" else "upheld",
        why="carried",
        because=tuple(criterion.id for criterion in stand if criterion.argues == side),
        dissent=tuple(criterion.id for criterion in stand if criterion.argues != side),
    )


def law_notes(reading: Reading) -> list[str]:
    """The laws that have something to say beside the findings, by id."""
    return [
        note.id
        for note in reading.prompt_set.notes
        if reading.holds(note.applies) is True and reading.holds(note.when) is True
    ]


def amount_within(reading: Reading, criterion: Criterion) -> float | None:
    """How much of what was asked would be within a criterion's limit; None where a number is missing."""
    limit = criterion.limit
    if limit is None or not limit.asked:
        return None
    of, asked = reading.answer(limit.of), reading.answer(limit.asked)
    if of is None or asked is None or not (of.given and asked.given):
        return None
    before = of.value - asked.value if limit.of != limit.asked else 0
    return float(max(0, min(asked.value, limit.up_to - before)))


SIDE = {"upheld": "against", "overturned": "for"}
"""Which side a decision takes: Upheld means that the refusal stands and the treatment is not approved."""


# The words for decisions and outcomes, always with their consequence.


DECISION_WORDS: dict[str | None, str] = {
    "upheld": "Upheld (treatment not approved)",
    "overturned": "Overturned (treatment approved)",
    None: "No suggestion",
}
OUTCOME_WORDS: dict[str | None, str] = {
    "uphold": "Uphold (treatment not approved)",
    "overturn": "Overturn (treatment approved)",
    "partial": "Partial overturn (treatment approved in part)",
    None: "Undecided",
}
WHY_WORDS = {
    "carried": "carried by the arguments that stand",
    "conflict": "arguments of the same tier stand on both sides",
    "gap": "no guideline speaks to these answers, and silence argues for nothing (8 CCR 9792.21(d))",
    "open": "answers are missing that could turn it",
    "unclear": "nothing stands, and clear answers in place of unclear ones could make something stand",
    "unread": "nobody has read the edition of the MTUS in force on this, so that no lower tier may decide yet",
}


# A criterion in one edition of what it cites, as somebody holds it against its source.


def digest_of(criterion: Criterion, edition: str) -> str:
    """The digest of all that a criterion says of an edition: conditions, numbers, side and sentences.

    Any change of them is a change of the digest, so that what was held against the source is held to be so no longer.
    """
    sentences = (criterion.says, criterion.unmet, criterion.concedes, criterion.partly)
    limit, caution = criterion.limit, criterion.caution
    said = {
        "id": criterion.id,
        "cite": criterion.cite,
        "edition": edition,
        "applies": written(criterion.applies),
        "when": written(criterion.when),
        "argues": criterion.argues,
        "rebuts": list(criterion.rebuts),
        "limit": None if limit is None else [limit.of, limit.up_to, limit.asked],
        "caution": None if caution is None else [written(caution.when), caution.says],
        "sentences": [[[written(b.when), b.says] for b in sentence] for sentence in sentences],
    }
    return digest(json.dumps(said, ensure_ascii=False, sort_keys=True))
