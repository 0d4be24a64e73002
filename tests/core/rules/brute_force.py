"""The slow way: every answer that there is, one combination after another, and random sets to try it on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, combinations, product
from random import Random

from assistant.core.answer import Answer, Status, group
from assistant.core.rules.answer_schema import ChoiceShape, GroupShape, NumberShape, SeveralShape, Shape
from assistant.core.rules.completion import opened_by
from assistant.core.rules.criterion import Ruling, State, Suggestion, state_of, weigh
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.rules import read_schema
from tests.core.rules.small_sets import DRAFT, SCHEMAS, a_set

CONDITIONS = {
    "yes-no": ["{p}: 'yes'", "{p}: 'no'", "{p}: not_documented", "{p}: given"],
    "weeks": ["{p}: over_six", "{p}: chronic", "{p}: unclear", "{p}: {{type: integer, multipleOf: 5}}"],
    "flags": [
        "{p}: none_found",
        "{p}: none_present",
        "{p}: any_present",
        "{p}.tumor: 'yes'",
        "{p}: {{every: not_documented}}",
        "{p}: {{some: [unclear, 'no']}}",
        "{p}: not_documented",
    ],
    "surgery": ["{p}: none", "{p}: fusion", "{p}: two_levels", "{p}.procedure: given", "{p}: unclear"],
    "views": ["{p}: flexion", "{p}: many", "{p}: {{const: [front]}}", "{p}: given"],
}


def random_set(seed: int, size: int = 4) -> PromptSet:
    """A set of a few prompts and criteria whose conditions are drawn by chance."""
    chance = Random(seed)
    kinds = [chance.choice([*CONDITIONS, "yes-no"]) for _ in range(size)]
    if kinds.count("flags") > 1:
        kinds = ["flags", *["yes-no" if kind == "flags" else kind for kind in kinds[1:]]]

    def condition(among: int) -> str:
        place = chance.randrange(among)
        return chance.choice(CONDITIONS[kinds[place]]).format(p=f"p{place}")

    def all_of(among: int, most: int) -> str:
        parts = {c.split(":")[0]: c for c in (condition(among) for _ in range(chance.randint(1, most)))}
        return "{" + ", ".join(parts.values()) + "}"

    def formula(among: int, most: int = 2) -> str:
        if chance.random() < 0.3:
            return f"[{all_of(among, most)}, {all_of(among, most)}]"
        return all_of(among, most)

    lines = ["prompts:"]
    for place, kind in enumerate(kinds):
        lines.append(f"  - {{id: p{place}, ask: What?, answer: {kind}, record: yes, documentable: yes")
        gated = place > 0 and chance.random() < 0.5
        lines[-1] += f", when: {formula(place)}}}" if gated else "}"
    lines.append("criteria:")
    for number in range(chance.randint(2, 5)):
        cite = chance.choice(["high", "low"])
        rebutted = sorted({chance.randrange(number) for _ in range(chance.choice([1, 2]))} if number else ())
        rebuts = f"rebuts: [{', '.join(f'c{n}' for n in rebutted)}], " if chance.random() < 0.5 else ""
        applies = f"applies: {formula(size)}, " if chance.random() < 0.4 else ""
        argues = chance.choice(["for", "against"])
        lines.append(
            f"  - {{id: c{number}, cite: {cite}, {rebuts}{applies}argues: {argues}, says: So., "
            f"when: {formula(size)}}}"
        )
    if chance.random() < 0.5:
        lines.append(f"never:\n  - {{when: {all_of(size, 3)}, says: This cannot be.}}")
    return a_set("\n".join(lines))


@lru_cache
def every_answer(schema: str) -> tuple[Answer, ...]:
    """All answers to a schema of `CONDITIONS`, numbers up to a bound."""
    return tuple(_answers(read_schema(schema, json.dumps({"$schema": DRAFT, **SCHEMAS[schema]})).shape))


def _answers(shape: Shape) -> Iterator[Answer]:
    absent = [Answer(status=Status.NOT_DOCUMENTED), Answer(status=Status.UNCLEAR)]
    if isinstance(shape, GroupShape):
        for chosen in product(*(list(_answers(part.shape)) for part in shape.parts.values())):
            yield group(dict(zip(shape.parts, chosen, strict=True)))
        if shape.instead:
            yield from (*(Answer(value=value) for value in shape.instead), *absent)
        return
    if isinstance(shape, ChoiceShape):
        yield from (Answer(value=value) for value in shape.labels)
    elif isinstance(shape, SeveralShape):
        sizes = range(1 if len(shape.labels) == 3 and "C4" in shape.labels else 0, len(shape.labels) + 1)
        subsets = chain.from_iterable(combinations(shape.labels, size) for size in sizes)
        yield from (Answer(value=list(subset)) for subset in subsets)
    elif isinstance(shape, NumberShape):
        yield from (Answer(value=value) for value in (0, 3, 5, 6, 7, 10, 12, 13, 15, 16, 20))
    yield from absent


def every_reading(prompt_set: PromptSet, held: dict[str, Answer]) -> Iterator[Reading]:
    """Every completion of the answers held that the set doesn't exclude."""

    def go(names: list[str], chosen: dict[str, Answer]) -> Iterator[dict[str, Answer]]:
        if not names:
            yield chosen
            return
        name = names[0]
        if Reading(prompt_set, chosen).asked(name) is not True:
            yield from go(names[1:], chosen)
            return
        able = [held[name]] if name in held else every_answer(prompt_set.prompts[name].schema.name)
        for answer in able:
            yield from go(names[1:], {**chosen, name: answer})

    for chosen in go(list(prompt_set.prompts), {}):
        reading = Reading(prompt_set, chosen)
        if not any(reading.holds(one.when) for one in prompt_set.never):
            yield reading


def met(reading: Reading) -> tuple[bool, ...]:
    return tuple(state is State.MET for state in states(reading).values())


def states(reading: Reading) -> dict[str, State]:
    return {
        name: state_of(reading.holds(one.applies), reading.holds(one.when))
        for name, one in reading.prompt_set.criteria.items()
    }


def suggestion(reading: Reading, rulings: Mapping[str, Ruling] = {}) -> Suggestion:
    return weigh(reading.prompt_set, states(reading), rulings)


def settling(
    prompt_set: PromptSet, readings: list[Reading], rulings: Mapping[str, Ruling]
) -> tuple[str, ...]:
    """Rule 4 word for word: two completions differing only there, and in what it opens, differ."""
    suggested = [suggestion(one, rulings) for one in readings]
    keys = [(one.decision, one.why) for one in suggested]
    found = []
    for name in prompt_set.prompts:
        free = {name, *opened_by(prompt_set, name)}
        by_rest: dict[tuple[tuple[str, str], ...], set[tuple[str | None, str]]] = {}
        for one, key in zip(readings, keys, strict=True):
            rest = tuple((n, repr(a)) for n, a in one.answers.items() if n not in free)
            by_rest.setdefault(rest, set()).add(key)
        if any(len(found_keys) > 1 for found_keys in by_rest.values()):
            found.append(name)
    return tuple(found)
