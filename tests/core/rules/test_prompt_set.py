"""A reading of answers of which some were changed says what one made anew says."""

from __future__ import annotations

from random import Random

from assistant.core.answer import Answer
from assistant.core.rules.prompt_set import Reading
from tests.core.rules.direct import drawn
from tests.core.rules.language2_sets import PROBE, a_set


def test_what_is_taken_over_from_an_earlier_reading_is_what_would_be_worked_out_anew() -> None:
    made, chance = a_set(PROBE), Random(3)
    formulas = [*made.lets.values(), *(one.when for one in made.prompts.values())]
    answers: dict[str, Answer] = {}
    reading = Reading(made, answers)
    for _ in range(120):
        other = drawn(made, chance)
        changed = chance.sample(list(other), chance.choice([1, 1, 2]))
        answers = answers | {name: other[name] for name in changed}
        if chance.random() < 0.3:
            answers.pop(chance.choice(list(answers)))
        reading, anew = Reading(made, answers, reading), Reading(made, answers)
        for formula in chance.sample(formulas, 8):
            assert reading.holds(formula) is anew.holds(formula), (formula, answers)
        for name in made.prompts:
            assert reading.asked(name) is anew.asked(name), (name, answers)
            assert reading.answered(name) == anew.answered(name), (name, answers)


def test_a_reading_under_another_set_takes_nothing_over() -> None:
    prompts = "prompts:\n  - {id: a, ask: Is it?, answer: yes-no}\n  - {id: b, ask: Is it?, answer: yes-no, when: {a: %s}, record: yes}\n"
    first, second = a_set(prompts % '"yes"'), a_set(prompts % '"no"')
    answers = {"a": Answer(value="yes")}
    before = Reading(first, answers)
    assert before.asked("b") is True
    assert Reading(second, answers, before).asked("b") is False
