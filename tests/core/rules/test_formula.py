"""What is compiled of a formula says the same as the meaning written down directly, on answers drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from assistant.core.rules.completion import label_of
from assistant.core.rules.condition import atoms
from assistant.core.rules.formula import MODES, Asked, Formulas
from assistant.core.rules.prompt_set import PromptSet, Reading
from tests.core.rules.direct import Direct, drawn
from tests.core.rules.language2_sets import PROBE, a_set, document

Case = tuple[Any, str, Any]


def gates(made: PromptSet, data: dict[str, Any]) -> dict[str, list[Any]]:
    """When each prompt of the probe is asked, as it is written or follows from what it is computed of."""
    found = {one["id"]: [one["when"]] for one in data["prompts"] if "when" in one}
    any_status = ["given", "not_documented", "unclear"]
    found["weeks_since"] = [{"surgery.date": any_status}]
    found["in_all"] = [{"had": "given", "asked": "given"}]
    found["drugs_requested"] = [{"drugs": "any"}]
    assert set(found) <= set(made.prompts)
    return found


def cases(made: PromptSet, data: dict[str, Any]) -> Iterator[Case]:
    """Every formula of the probe, in each of the three ways, with what it was compiled to."""
    formulas = Formulas(data["let"])
    every = gates(made, data)
    for name, prompt in made.prompts.items():
        assert prompt.spec is not None
        tie = made.ties.get(name, "")
        formulas.prompts[name] = Asked(
            name, prompt.spec, prompt.documentable, tuple(every.get(name, ())), tie
        )

    def say(what: str, fix: str = "") -> None:
        raise AssertionError(what)

    raws = [{name: "yes"} for name in data["let"]]
    raws += [one[key] for one in data["criteria"] for key in ("when", "applies")]
    for raw in raws:
        for word in MODES:
            yield raw, word, formulas.read(raw, say, word)


def compared(seed: int, count: int) -> int:
    data = document(PROBE).data
    made = a_set(PROBE)
    every = list(cases(made, data))
    chance = Random(seed)
    written = gates(made, data)
    number = 0
    for _ in range(count):
        answers = drawn(made, chance)
        reading = Reading(made, answers)
        direct = Direct(made, data["let"], written, answers)
        for raw, word, formula in every:
            assert reading.holds(formula) is direct.comes_to(raw, word), (raw, word, answers)
            number += 1
    return number


def test_a_count_of_entries_is_told_with_its_number() -> None:
    made = a_set(PROBE)
    told = {
        label_of(one)
        for raw, _, found in cases(made, document(PROBE).data)
        if raw == {"two": "yes"}
        for one in atoms(found)
    }
    assert any("at least 2: " in one for one in told), told
    assert not any("least: " in one for one in told), told


@pytest.mark.parametrize("seed", range(2))
def test_the_compiled_form_says_what_the_meaning_says(seed: int) -> None:
    assert compared(seed, 120) > 5_000


def test_what_a_name_comes_to_is_read_once_and_again_where_a_prompt_has_come_or_something_is_wrong() -> None:
    made = a_set(PROBE)
    wrong: list[str] = []
    formulas = Formulas({"soon": [{"had": "over 1"}, {"asked": "over 1"}], "odd": {"had": "many"}})

    def say(what: str, fix: str = "") -> None:
        wrong.append(what)

    def ask(name: str) -> None:
        spec = made.prompts[name].spec
        assert spec is not None
        formulas.prompts[name] = Asked(name, spec, True, (), "")

    ask("had")
    formulas.read({"soon": "yes"}, say)
    assert len(wrong) == 1  # the second prompt doesn't stand above
    ask("asked")
    first = formulas.read({"soon": "yes"}, say)
    assert formulas.read({"soon": "yes"}, say) is first
    assert formulas.read({"soon": "ruled_out"}, say) != first
    assert len(wrong) == 1
    for number in (2, 3):
        formulas.read({"odd": "yes"}, say)
        assert len(wrong) == number
