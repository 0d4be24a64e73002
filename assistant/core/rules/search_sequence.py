"""The search sequence and the reviewer's own citations, under a set of the second language (8 CCR 9792.21.1).

Where no guideline of the set decides, the reviewer records each step of the search, and enters the source
relied on. Each is a criterion of that session: met, of the tier entered, its sentence the reviewer's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.core.answer import Answer
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import ChoiceShape, ListingShape, complete
from assistant.core.rules.condition import ALWAYS
from assistant.core.rules.criterion import LEVELLED, RULED_OUT, Ruling, any_stands
from assistant.core.rules.editions import WHOLE, on_day
from assistant.core.rules.guidelines import NO_GUIDELINES, SILENT
from assistant.core.rules.prompt_set import (
    GOVERNING_DAY,
    OWN,
    SEARCHED,
    Branch,
    Citation,
    Criterion,
    Prompt,
    PromptSet,
    Reading,
)
from assistant.core.value import replace

LEVELS_SINCE = PartialDate(2015, 7, 20)
"""From this day on the search has an order, and sources at variance are weighed by their evidence (8 CCR 9792.25.1)."""

STEPS = ("mtus", "acoem_odg", "other", "studies")
"""The steps of the search sequence, in their order (8 CCR 9792.21.1)."""


def at_work(
    plain: PromptSet,
    answers: Mapping[str, Answer],
    on: PartialDate | None,
    rulings: Mapping[str, Ruling],
    chosen: bool = False,
    current: Reading | None = None,
) -> PromptSet:
    """The set as a session has it: with the search sequence, asked where it must be, and what was entered in it.

    `plain` is the set on the governing day, as the case file has it; where that leaves it open, the day is asked, and
    `on` is what was answered. `chosen` says that the reviewer opened the search of their own accord. `current` is a
    reading of the same answers under a set that asks the same questions, and more.
    """
    given, asks = plain, dict[str, Prompt]()
    if plain.undated and GOVERNING_DAY in plain.own:
        asks = {GOVERNING_DAY: plain.own[GOVERNING_DAY]}
        plain = on_day(plain, on)
    if not plain.own or plain.undated:
        return replace(plain, prompts={**asks, **plain.prompts}, plain=given, stage=("plain", on))
    held = {name: answers[name] for name in (SEARCHED, OWN) if name in answers}
    if current is not None and current.prompt_set.stage[:1] != (on,):
        current = None  # read under the questions of another day
    why = reason(plain, answers, on, rulings, current)
    if not why and (chosen or held):
        why = "You cite a source of your own."
    done = {name: one for name, one in held.items() if complete(plain.own[name].schema.shape, one)}
    stage = (on, why, *done.items())
    if current is not None and current.prompt_set.stage == stage:
        return current.prompt_set
    read = entered(plain, _rows(done.get(SEARCHED)), on)
    made = on_day(plain, on, read) if read else plain
    sources = list(_rows(done.get(OWN)))
    criteria = {f"own-{n}": _criterion(f"own-{n}", row) for n, row in enumerate(sources, 1)}
    citations = {f"own-{n}": _citation(f"own-{n}", row) for n, row in enumerate(sources, 1)}
    asked = {
        name: replace(one, when=bool(why), ask=f"{why} {one.ask}" if why and name == SEARCHED else one.ask)
        for name, one in plain.own.items()
        if name != GOVERNING_DAY
    }
    if SEARCHED in asked:
        asked[SEARCHED] = _named(asked[SEARCHED], made)
    return replace(
        made,
        prompts={**asks, **asked, **plain.prompts},
        criteria={**plain.criteria, **criteria},
        citations={**made.citations, **citations},
        plain=given,
        stage=stage,
        levelled=_levelled(on),
    )


def _named(searched: Prompt, prompt_set: PromptSet) -> Prompt:
    """The question with its places called by the edition in force: the step asks for that one, and no earlier one."""
    listing = searched.schema.shape
    assert isinstance(listing, ListingShape)
    place = listing.element.parts["place"]
    assert isinstance(place.shape, ChoiceShape)
    called = {
        name: one.name if one.locator else f"{one.name} ({name.partition('/')[2].replace('-', ' ')})"
        for name, one in prompt_set.citations.items()
    }
    shape = replace(place.shape, labels={**place.shape.labels, **called})
    element = replace(listing.element, parts={**listing.element.parts, "place": replace(place, shape=shape)})
    return replace(searched, schema=replace(searched.schema, shape=replace(listing, element=element)))


UNASKED = ("unasked",)


def unasked(plain: PromptSet) -> PromptSet:
    """The set of an item that depends on one that is upheld, or not decided on: nothing of it is asked."""
    prompts = {name: replace(one, when=False) for name, one in plain.askable.items()}
    return replace(plain, prompts=prompts, criteria={}, notes=(), plain=plain, stage=UNASKED)


def _levelled(on: PartialDate | None) -> bool:
    return on is not None and LEVELS_SINCE.after(on) is False


_TIER_OF = {"guideline": "national", "study": "studies", "other": "expert"}


def usual(reading: Reading, name: str, number: str) -> dict[str, str]:
    """What is proposed of a row that is entered now: of a step the next of the sequence, of a source its usual tier."""
    prompt_set, rows = reading.prompt_set, reading.answers.get(name)
    held = {key: row.plain() for key, row in ((rows.parts or {}) if rows is not None else {}).items()}
    row = held.pop(number, {})
    if name == OWN:
        found = {
            one["step"] for one in _rows(reading.answer(SEARCHED)) if one.get("found") == "recommendation"
        }
        tier = {"tier": _TIER_OF[row["kind"]]} if "kind" in row else {}
        if row.get("kind") == "guideline" and found == {"mtus"}:
            tier = {"tier": "mtus"}
        return {**tier, "rebuts": "nothing", "cited_by": "reviewer", "level": "unrated"}
    taken = {one.get("step") for one in held.values()}
    step = row.get("step") or next((one for one in STEPS if one not in taken), STEPS[-1])
    asked = [one for one in prompt_set.questions if reading.holds(one.when) is True]
    places = [place for one in asked for place in one.unread if place in prompt_set.citations]
    return {"step": step, "place": places[0] if places and step == "mtus" else "none"}


def lacking(reading: Reading, rulings: Mapping[str, Ruling]) -> str:
    """What the search sequence still lacks before an item can be decided on, in a sentence; empty where nothing."""
    prompt_set = reading.prompt_set
    if not prompt_set.own or reading.asked(SEARCHED) is not True:
        return ""
    if not list(_rows(reading.answer(SEARCHED))):
        return "No step of the search sequence is recorded."
    plain = prompt_set.plain or prompt_set
    tiers = {prompt_set.tier(one) for one in prompt_set.criteria.values() if one.own}
    for name, ruling in rulings.items():
        misstated = ruling.ruling == "misstated" and name in plain.criteria
        if misstated and plain.tier(plain.criteria[name]) not in tiers:
            return f"{name} is ruled misstated, and what its guideline says is not entered."
    return ""


def unrated(reading: Reading) -> tuple[str, ...]:
    """The reviewer's own sources of the tiers that are weighed by their evidence whose level is not rated."""
    rows = enumerate(_rows(reading.answer(OWN)), 1)
    return tuple(f"own-{n}" for n, row in rows if row["tier"] in LEVELLED and row["level"] == "unrated")


def out_of_order(reading: Reading, on: PartialDate | None) -> str:
    """The first step that was taken before one above it, in words; empty where the order was kept, or none was in force."""
    if not reading.prompt_set.own or not _levelled(on):
        return ""
    seen: set[str] = set()
    for row in _rows(reading.answer(SEARCHED)):
        step = str(row["step"])
        missed = [one for one in STEPS[: STEPS.index(step)] if one not in seen]
        if missed:
            names = {"mtus": "the MTUS", "acoem_odg": "ACOEM or ODG", "other": "other guidelines"}
            where = {**names, "studies": "studies"}[step]
            return f"{where} before {' and '.join(names[one] for one in missed)}"
        seen.add(step)
    return ""


def reason(
    plain: PromptSet,
    answers: Mapping[str, Answer],
    on: PartialDate | None,
    rulings: Mapping[str, Ruling],
    current: Reading | None = None,
) -> str:
    """Why the search sequence has to be recorded, in a sentence; empty where a guideline of the set decides."""
    if not plain.criteria:
        return "No guideline is kept for this service."
    reading = current or Reading(plain, answers)
    opened = (one for one in reading.open_prompts() if one.id in plain.prompts)
    guidelines = plain.guidelines or NO_GUIDELINES
    for question in plain.questions:
        if question.unread and reading.holds(question.when) is True:
            place = plain.citations.get(question.unread[0])
            known = guidelines.word(question.unread[0], on) if on is not None else None
            if place is None or known is None:
                names = " and ".join(one.partition("/")[0] for one in question.unread)
                return f"No edition of {names} was in force {_in_words(on)}."
            return (
                f"Nobody has read what {known[0].name}, in force {_in_words(on)}, says on this ({place.id})."
            )
    if on is not None and (lost := plain.without_edition(on)):
        return f"No edition of {lost.partition('/')[0]} was in force {_in_words(on)}."
    for name, ruling in rulings.items():
        if ruling.ruling in RULED_OUT and name in plain.criteria:
            return f"{name} is ruled {ruling.ruling}."
    if next(opened, None) is not None:
        return ""
    return (
        ""
        if any_stands(plain, reading, on, rulings)
        else "Nothing that a guideline of the set says stands here."
    )


def _in_words(on: PartialDate | None) -> str:
    return "on that day" if on is None else f"{'in' if on.day is None else 'on'} {on.prose()}"


def entered(plain: PromptSet, rows: Iterator[Mapping[str, Any]], on: PartialDate | None) -> dict[str, str]:
    """What the rows of the search say of editions: read and silent, or which year's text of a running one counted."""
    guidelines, read = plain.guidelines or NO_GUIDELINES, dict[str, str]()
    for row in rows:
        place, nothing = str(row["place"]), row["found"] == "nothing"
        if place in plain.citations:
            known = guidelines.word(place, on) if on is not None else None
            mtus = plain.citations[place].tier == "mtus"
            if nothing and (not mtus or row["step"] == "mtus"):
                read[place] = SILENT
            elif known is not None and known[0].running and not nothing:
                read[place] = str(row["edition"])
        elif row["step"] == "mtus" and nothing:
            read[WHOLE] = SILENT
    return read


def _rows(answer: Answer | None) -> Iterator[Mapping[str, Any]]:
    for row in ((answer.parts or {}) if answer is not None else {}).values():
        yield row.plain()


def _citation(name: str, row: Mapping[str, Any]) -> Citation:
    columns = (
        ("by", "title", "journal", "year", "place")
        if row["kind"] == "study"
        else ("by", "title", "year", "place")
    )
    *names, year, place = (" ".join(str(row[key]).split()) for key in columns)
    source = ", ".join(names)
    return Citation(
        id=name,
        tier=str(row["tier"]),
        source=source,
        edition=year,
        locator=place,
        name=f"{source} ({year}, {place})",
        verified=("the reviewer", "in this review"),
    )


def _criterion(name: str, row: Mapping[str, Any]) -> Criterion:
    quote, bears = (" ".join(str(row[key]).split()) for key in ("quote", "bears"))
    level = f", level of evidence {row['level']}" if row["level"] != "unrated" else ""
    bears = bears if bears.endswith((".", "!", "?")) else f"{bears}."
    design = f", {' '.join(str(row['design']).split())}" if row["kind"] == "study" else ""
    says = f"{_citation(name, row).name}{design}{level} says: “{quote}” {bears}"
    rebuts = () if row["rebuts"] == "nothing" else (str(row["rebuts"]),)
    return Criterion(
        id=name,
        cite=name,
        applies=ALWAYS,
        when=ALWAYS,
        argues=str(row["argues"]),
        rebuts=rebuts,
        says=(Branch(ALWAYS, says),),
        own=quote,
    )
