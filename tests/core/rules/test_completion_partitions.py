"""Cells: every way in which a prompt's conditions can come out, and no answer that couldn't be given."""

from __future__ import annotations

from typing import Any

import pytest

from assistant.core.answer_reader import check_answer
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import complete
from assistant.core.rules.completion import Partition, partitions_of, truths
from assistant.core.rules.condition import Atom, atoms
from assistant.core.rules.prompt_set import Prompt
from tests.core.rules.small_sets import SCHEMAS, a_set, named


def cells(answer: str, *conditions: str, schemas: Any = SCHEMAS) -> tuple[Partition, ...]:
    """The cells of a prompt `p` under conditions as a set writes them."""
    prompt, put = _put(answer, conditions, schemas)
    found = partitions_of(prompt, put)
    for cell in found:
        assert complete(prompt.schema.shape, cell.answer)
        check_answer(prompt.schema, cell.answer, "p")
        assert truths(prompt, put, cell.answer) == cell.truth
    assert len({cell.truth for cell in found}) == len(found)
    return found


def _put(answer: str, conditions: tuple[str, ...], schemas: Any) -> tuple[Prompt, list[Atom]]:
    criteria = "".join(
        f"  - {{id: c{n}, cite: high, when: {{{condition}}}, argues: for, says: So.}}\n"
        for n, condition in enumerate(conditions)
    )
    made = a_set(
        f"prompts:\n  - {{id: p, ask: What?, answer: {answer}, record: yes}}\ncriteria:\n{criteria}",
        schemas=schemas,
    )
    put = [atom for one in made.criteria.values() for atom in atoms(one.when)]
    return made.prompts["p"], list(dict.fromkeys(put))


def vectors(found: tuple[Partition, ...]) -> set[tuple[int, ...]]:
    return {tuple(int(value) for value in cell.truth) for cell in found}


def test_nothing_asked_is_one_cell() -> None:
    for answer in SCHEMAS:
        assert len(cells(answer)) == 1


def test_a_choice_has_its_words_and_statuses() -> None:
    assert vectors(cells("yes-no", 'p: "yes"')) == {(1,), (0,)}
    assert len(cells("yes-no", 'p: "yes"', 'p: "no"', "p: not_documented", "p: unclear")) == 4


def test_statuses_that_cannot_be_are_left_out() -> None:
    schemas = {**SCHEMAS, "sure": {"enum": ["a", "b"], "statuses": ["given"]}}
    assert vectors(cells("sure", "p: given", schemas=schemas)) == {(1,)}


def test_numbers_are_tried_on_both_sides_of_each_threshold() -> None:
    for conditions, expected in [
        (("p: over_six", "p: chronic"), {(0, 0), (1, 0), (1, 1)}),
        (("p: {const: 7}", "p: over_six"), {(0, 0), (0, 1), (1, 1)}),
        (("p: {type: integer, maximum: 0}",), {(0,), (1,)}),
        (("p: {type: integer, exclusiveMaximum: 0}",), {(0,)}),
        (("p: {type: integer, multipleOf: 4}", "p: chronic"), {(0, 0), (0, 1), (1, 0), (1, 1)}),
        (("p: {type: integer, minimum: 30}",), {(0,), (1,)}),
        (("p: {type: integer, minimum: 31}",), {(0,)}),
    ]:
        assert vectors(cells("weeks", *conditions)) == expected


def test_numbers_between_two_thresholds_are_found() -> None:
    schemas = {**SCHEMAS, "dose": {"type": "number", "minimum": 0, "maximum": 10}}
    found = cells(
        "dose",
        "p: {type: number, exclusiveMinimum: 1.5}",
        "p: {type: number, exclusiveMaximum: 1.6}",
        schemas=schemas,
    )
    assert (1, 1) in vectors(found)


def test_several_are_tried_in_every_subset() -> None:
    assert vectors(cells("views", "p: flexion", "p: many")) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert vectors(cells("views", "p: {type: array, maxItems: 0}")) == {(0,), (1,)}


def test_many_labels_are_tried_as_far_as_conditions_name_them() -> None:
    labels = [f"l{n}" for n in range(14)]
    schemas = {**SCHEMAS, "many": {"type": "array", "uniqueItems": True, "items": {"enum": labels}}}
    found = cells(
        "many",
        "p: {type: array, contains: {const: l3}}",
        "p: {type: array, minItems: 6}",
        "p: {type: array, minItems: 1, items: {enum: [l3, l9]}}",
        schemas=schemas,
    )
    assert vectors(found) == {(0, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 0), (1, 0, 1), (1, 1, 0)}


def test_groups_are_tried_by_kinds_of_parts() -> None:
    found = cells("flags", "p: none_found", "p: none_present", "p: any_present")
    assert vectors(found) == {(1, 1, 0), (1, 0, 0), (0, 0, 1), (0, 0, 0)}


def test_a_large_group_is_no_slower() -> None:
    flags = {f"flag{n}": SCHEMAS["flags"]["properties"]["fever"] for n in range(40)}
    schemas = {**SCHEMAS, "flags": {**SCHEMAS["flags"], "properties": flags}}
    found = cells("flags", "p: none_found", "p: any_present", 'p.flag7: "yes"', schemas=schemas)
    assert vectors(found) == {(1, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 0)}


def test_the_status_of_a_group_follows_from_its_parts() -> None:
    found = cells("flags", "p: not_documented", "p: unclear", "p: given", "p: any_present")
    assert vectors(found) == {(1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 1, 1)}


def test_parts_of_a_group_are_tried_together() -> None:
    found = cells("surgery", "p: none", "p: fusion", "p: two_levels", "p.procedure: unclear", "p: given")
    assert (0, 1, 1, 0, 1) in vectors(found)
    assert (0, 0, 1, 1, 1) in vectors(found)
    assert (1, 0, 0, 0, 1) in vectors(found)
    assert (0, 0, 0, 0, 0) in vectors(found)


def test_a_part_below_a_bare_value_has_neither_value_nor_status() -> None:
    found = cells("surgery", "p: none", "p.procedure: given", "p.procedure: {not: {const: fusion}}")
    assert not any(cell.truth[0] and (cell.truth[1] or cell.truth[2]) for cell in found)


def test_lists_are_tried_empty_with_one_and_with_two() -> None:
    film = "{type: object, required: [kind], properties: {kind: {const: film}}}"
    found = cells("studies", "p: none", f"p: {{some: {film}}}", f"p: {{every: {film}}}")
    assert vectors(found) == {(1, 0, 0), (0, 0, 0), (0, 1, 0), (0, 1, 1)}
    found = cells("studies", "p.clean: {some: not_documented}", 'p.clean: {every: {const: "yes"}}')
    assert vectors(found) == {(0, 0), (1, 0), (0, 1)}


def test_lists_are_as_long_as_a_condition_counts() -> None:
    films = "{type: object, required: [kind], properties: {kind: {const: film}}}"
    found = cells(
        "studies",
        "p: {type: array, minItems: 4}",
        f"p: {{type: array, contains: {films}, minContains: 3}}",
    )
    assert vectors(found) == {(0, 0), (1, 0), (0, 1), (1, 1)}


def test_statements_have_a_value_that_fits() -> None:
    schemas = {**SCHEMAS, "code": {"type": "string", "pattern": "^[A-Z]{2}$", "examples": ["AB"]}}
    assert vectors(cells("code", "p: given", "p: {const: XY}", schemas=schemas)) == {(1, 0), (1, 1), (0, 0)}
    schemas = {**SCHEMAS, "code": {"type": "string", "pattern": "^[A-Z]{2}$"}}
    with pytest.raises(Refused, match="Give it `examples`"):
        cells("code", "p: given", schemas=schemas)


def test_dates_have_a_value_that_fits() -> None:
    assert vectors(cells("day", "p: given", "p: not_documented")) == {(1, 0), (0, 1), (0, 0)}


def test_references_are_followed() -> None:
    schemas = {
        **SCHEMAS,
        "level": {
            "$defs": {"upper": {"enum": ["C1", "C2"]}},
            "enum": ["C1", "C2", "C3"],
            "conditions": {"upper": named("an upper level", {"$ref": "#/$defs/upper"})},
        },
    }
    assert vectors(cells("level", "p: upper", schemas=schemas)) == {(1,), (0,)}


def test_labels_say_what_holds() -> None:
    found = {cell.truth: cell.label for cell in cells("weeks", "p: over_six", "p: chronic")}
    assert found[True, True] == "longer than six weeks; three months or longer"
    assert found[False, False] == "0 weeks"
    (only,) = {cell.label for cell in cells("flags", 'p.tumor: "yes"') if cell.truth == (True,)}
    assert only == "tumor: present"
