"""Answers written in a set, and the JSON Schemas that they are compiled to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from jsonschema import Draft202012Validator

from assistant.core.answer import Status
from assistant.core.rules.answer_schema import parse_schema
from assistant.core.rules.answers_inline import Spec, compile_answer
from tests.core.rules.language2_sets import PROBE, a_set

KINDS: dict[str, dict[str, Any]] = {
    "visits": {"number": "whole", "unit": "visits", "from": 0, "to": 500},
    "drug": {"choice": {"x": "X", "y": {"label": "NSAID", "words": "an NSAID"}}, "named": {"any": ["x", "y"]}},
    "views": {"choices": {"front": "Front", "side": "Side"}},
    "signs": {"checklist": {"a": "first", "b": {"label": "second", "regions": ["neck"]}}},
    "surgery": {"group": {"procedure": {"choice": {"x": "X"}}, "date": "date"}, "or": {"none": "None"}},
    "drugs": {
        "table": "drug",
        "columns": {"drug": {"choice": {"x": {"label": "X", "unit": "mg a day"}}}, "amount": {"number": "decimal", "unit": "of drug"}},
        "optional": ["amount"],
    },
    "day": {"date": "partial"},
    "words": {"text": 300},
}  # fmt: skip


def made(raw: Any, region: str = "") -> tuple[Spec, list[tuple[str, tuple[Any, ...]]]]:
    said: list[tuple[str, tuple[Any, ...]]] = []

    def say(what: str, steps: Iterable[Any] = (), fix: str = "") -> None:
        said.append((what, tuple(steps)))

    return compile_answer("it", raw, region, say), said


def test_each_kind_is_compiled_to_a_json_schema_that_asks_for_it() -> None:
    for kind in KINDS:
        spec, said = made(KINDS[kind])
        assert said == []
        schema = spec.schema("It")
        Draft202012Validator.check_schema(schema)
        assert parse_schema(schema, "it").title == "It"


def test_labels_units_and_words_come_from_the_lines_of_the_set() -> None:
    assert made(KINDS["visits"])[0].schema()["phrase"] == "{{ value }} visits"
    drug = made(KINDS["drug"])[0].schema()
    assert drug["labels"] == {"x": "X", "y": "NSAID"}
    assert drug["phrase"] == {"x": "x", "y": "an NSAID"}
    table = made(KINDS["drugs"])[0].schema()["items"]
    assert table["required"] == ["drug"]
    assert table["properties"]["amount"]["unit_of"] == "drug"
    assert table["properties"]["drug"]["units"] == {"x": "mg a day"}


def test_a_column_is_always_given_unless_it_is_optional() -> None:
    schema = parse_schema(made(KINDS["drugs"])[0].schema("It"), "it")
    assert not schema.may_be(Status.NOT_DOCUMENTED, ("1", "drug"))
    assert schema.may_be(Status.NOT_DOCUMENTED, ("1", "amount"))
    assert schema.may_be(Status.NOT_DOCUMENTED)


def test_what_is_of_another_region_is_left_out() -> None:
    here, _ = made(KINDS["signs"], "neck")
    there, _ = made(KINDS["signs"], "low back")
    assert list(here.values) == ["a", "b"]
    assert (list(there.values), there.left_out) == (["a"], {"b"})


def test_what_is_wrong_is_told_with_its_place() -> None:
    for raw, what, steps in [
        ("weekz", "There is no answer `weekz`.", ()),
        ({"number": "whole", "text": 3}, "The answer `it` needs one kind", ()),
        ({"number": "half"}, "A number is whole or decimal, not `half`.", ("number",)),
        ({"number": "whole", "from": 3, "to": 1}, "`from` and `to` are two numbers", ()),
        ({"number": "whole", "units": "mg"}, "`units` is not known of a number.", ("units",)),
        ({"choice": {}}, "A choice names its values.", ("choice",)),
        ({"choice": {"given": "Given"}}, "`given` has a meaning of its own.", ("choice", "given")),
        (
            {"choice": {"x": {"label": "X", "word": "x"}}},
            "`word` is not known of a value.",
            ("choice", "x", "word"),
        ),
        (
            {"checklist": {"x": {"label": "X", "denies": ["tear"]}}},
            "A value of a checklist denies nothing.",
            ("checklist", "x"),
        ),
        ({"choice": {"x": "X"}, "named": {"all": ["z"]}}, "`z` is no value.", ("named", "all")),
        ({"choice": {"x": "X"}, "named": {"x": ["x"]}}, "`x` is a value already.", ("named", "x")),
        ({"checklist": {"note": "a note"}}, "`note` has a meaning of its own.", ("checklist", "note")),
        (
            {"table": "row", "columns": {"a": "date"}, "optional": ["b"]},
            "There is no column `b`.",
            ("optional",),
        ),
        (
            {"table": "row", "columns": {"a": {"number": "whole", "unit": "of b"}}},
            "`a` takes its unit from `b`",
            ("columns", "a", "unit"),
        ),
        (
            {"table": "row", "columns": {"a": {"table": "x", "columns": {"b": "date"}}}},
            "A table can't stand inside",
            ("columns", "a"),
        ),
        (
            {"choice": {"x": {"label": "X", "factor": [{"up to": 4}]}}},
            "The factor of `x` is no number.",
            ("choice", "x", "factor"),
        ),
        (
            {"table": "row", "columns": {"a": {"number": "whole", "computed": {"times": ["b", "c"]}}}},
            "`a` is computed of two other columns.",
            ("columns", "a", "computed"),
        ),
        ({"group": {"value": "date"}}, "A part can't be called `value`.", ("group", "value")),
        ({"text": "long"}, "`text` says how many characters fit.", ("text",)),
    ]:
        _, said = made(raw)
        assert any(one.startswith(what) and place == steps for one, place in said), said


def test_prompts_that_share_an_answer_share_its_schema() -> None:
    probe = a_set(PROBE).prompts
    assert probe["signs"].schema.name == probe["other_signs"].schema.name == "small.signs"
    assert probe["in_all"].schema.statuses == {Status.GIVEN}
