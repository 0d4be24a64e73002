"""The set of the neck was moved to the second language: it asks the same, and comes to the same, as the first did."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from assistant import library
from assistant.core.answer import Answer, Status
from assistant.core.dates import PartialDate
from assistant.core.rules.answer_schema import ChoiceShape, NumberShape, SeveralShape, complete
from assistant.core.rules.completion import partitions_of
from assistant.core.rules.condition import Atom, Formula, atoms
from assistant.core.rules.criterion import findings
from assistant.core.rules.editions import on_day
from assistant.core.rules.prompt_set import PromptSet, Reading
from assistant.core.rules.suggestion import suggest
from tests import earlier

MTUS_DAYS = (PartialDate(2014, 4, 20), PartialDate(2017, 11, 30))


@pytest.fixture(scope="module")
def first() -> PromptSet:
    return library.prompt_set(earlier.SET, earlier.sources())


@pytest.fixture(scope="module")
def second() -> PromptSet:
    return library.prompt_set(earlier.SET, library.sources())


@pytest.fixture(scope="module")
def answers(first: PromptSet, second: PromptSet) -> dict[str, list[Answer]]:
    """For each prompt an answer of every kind that one of the two sets tells apart, and every value of a choice."""
    found: dict[str, list[Answer]] = {}
    for name, prompt in first.prompts.items():
        shape = prompt.schema.shape
        some = [Answer(status=status) for status in (Status.NOT_DOCUMENTED, Status.UNCLEAR)]
        for made in (first, second):
            read = [one for formula in formulas(made) for one in atoms(formula) if one.prompt == name]
            some += [cell.answer for cell in partitions_of(made.prompts[name], list(dict.fromkeys(read)))]
        if isinstance(shape, ChoiceShape):
            some += [Answer(value=value) for value in shape.labels]
        elif isinstance(shape, SeveralShape):
            some += [Answer(value=[value]) for value in shape.labels]
        elif isinstance(shape, NumberShape):
            some += [Answer(value=weeks) for weeks in (0, 5, 6, 7, 12, 13, 14, 5200)]
        elif name == "red_flags":
            some += flags(tuple(shape.parts))
        found[name] = [one for one in {repr(one): one for one in some}.values() if complete(shape, one)]
    return found


def flags(names: tuple[str, ...]) -> Iterator[Answer]:
    """Each red flag with each answer, among others that are all absent, or all not documented."""
    each = (
        Answer(value="yes"),
        Answer(value="no"),
        Answer(status=Status.NOT_DOCUMENTED),
        Answer(status=Status.UNCLEAR),
    )
    for others, name, one in product((each[1], each[2]), names, each):
        yield Answer(parts={**dict.fromkeys(names, others), name: one})


def formulas(made: PromptSet) -> Iterator[Formula]:
    for prompt in made.prompts.values():
        yield prompt.when
    for criterion in made.criteria.values():
        yield from (criterion.applies, criterion.when)
        if criterion.caution is not None:
            yield criterion.caution.when
    for one in made.never:
        yield one.when


def read_by(made: PromptSet, formula: Formula) -> set[str]:
    """The prompts that a formula reads, and those that decide whether these are asked."""
    found = {atom.prompt for atom in atoms(formula) if isinstance(atom, Atom)}
    return found.union(*(read_by(made, made.prompts[name].when) for name in found))


def test_it_keeps_its_questions_and_criteria(first: PromptSet, second: PromptSet) -> None:
    assert (first.language, second.language) == (1, 2)
    assert list(first.prompts) == list(second.prompts)
    for name, one in first.prompts.items():
        other = second.prompts[name]
        for field in ("ask", "why", "look_for", "speaks", "documentable", "record", "about", "entries"):
            # Other sets ask whether it is a first study, and of any imaging; a red flag is said where no guideline says it.
            if (name, field) not in (
                ("prior_imaging", "documentable"),
                ("prior_imaging", "look_for"),
                ("red_flags", "speaks"),
            ):
                assert getattr(one, field) == getattr(other, field), (name, field)
    assert list(first.criteria) == list(second.criteria)
    for name, rule in first.criteria.items():
        moved = second.criteria[name]
        assert (rule.argues, rule.rebuts, first.tier(rule)) == (
            moved.argues,
            moved.rebuts,
            second.tier(moved),
        )


def test_every_condition_comes_to_the_same_on_every_answer(
    first: PromptSet, second: PromptSet, answers: dict[str, list[Answer]]
) -> None:
    """With the sides, rebuttals and tiers above, this is all that an outcome rests on."""
    compared = 0
    for one, other in zip(formulas(first), formulas(second), strict=True):
        names = sorted(read_by(first, one) | read_by(second, other))
        for chosen in product(*(answers[name] for name in names)):
            given = dict(zip(names, chosen, strict=True))
            assert Reading(first, given).holds(one) is Reading(second, given).holds(other), given
            compared += 1
    assert compared > 3_000


def test_whole_sets_of_answers_come_to_the_same(
    first: PromptSet, second: PromptSet, answers: dict[str, list[Answer]]
) -> None:
    chance = random.Random(1)
    decisions = set()
    for _ in range(300):
        given = {name: chance.choice(some) for name, some in answers.items()}
        for day in MTUS_DAYS:
            one, other = Reading(first, given), Reading(on_day(second, day), given)
            was, made = suggest(one, day, {}), suggest(other, day, {})
            assert (was.decision, was.because, was.dissent) == (made.decision, made.because, made.dissent)
            assert was.why == made.why or {was.why, made.why} <= {"gap", "unclear"}
            states = [
                {name: (found.state, found.stands, bool(found.caution)) for name, found in told.items()}
                for told in (findings(one, day, {}), findings(other, day, {}))
            ]
            assert states[0] == states[1]
            decisions.add(made.decision)
    assert decisions == {"upheld", "overturned", None}


def test_where_nobody_has_read_the_edition_of_the_mtus_nothing_is_suggested(
    second: PromptSet, answers: dict[str, list[Answer]]
) -> None:
    """The first language let a lower tier decide there; the second does not."""
    given = {name: some[0] for name, some in answers.items()}
    day = PartialDate(2018, 3, 1)
    made = suggest(Reading(on_day(second, day), given), day, {})
    assert (made.decision, made.why) == (None, "unread")
