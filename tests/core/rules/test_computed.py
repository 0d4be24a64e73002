"""What other answers give: exact durations, doses by drug and edition, and what a missing operand leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from assistant.core.dates import PartialDate
from assistant.core.rules.answers_inline import Spec, compile_answer
from assistant.core.rules.computed import comes_to, differs, in_tenths, months_between, read_computed
from tests.core.rules.language2_sets import guidelines

DRUGS = {
    "table": "drug",
    "factors": ["high/care", "low/care"],
    "columns": {
        "drug": {
            "choice": {
                "plain": {"label": "Plain", "factor": 1.5},
                "stepped": {"label": "Stepped", "factor": {2009: [{"up to 20": 4}, {"up to 40": 8}, {"over 40": 12}], 2017: 4.7}},
                "dated": {"label": "Dated", "factor": {"low 2010": 0.1}},
                "none": {"label": "None", "factor": "none"},
            }
        },
        "amount": {"number": "decimal", "computed": {"times": ["strength", "per_day"]}},
        "strength": {"number": "decimal"},
        "per_day": {"number": "decimal"},
        "date": "date",
        "relief": {"number": "whole"},
    },
    "optional": ["amount", "strength", "per_day", "date", "relief"],
}  # fmt: skip


class Given:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def value(self, path: str) -> Any:
        return self.values.get(path)

    def rows(self, table: str) -> Sequence[Mapping[str, Any]] | None:
        found: Sequence[Mapping[str, Any]] | None = self.values.get(table)
        return found

    def spec(self, table: str) -> Spec:
        raw = {**DRUGS, "columns": {k: _keys_as_text(v) for k, v in DRUGS["columns"].items()}}  # type: ignore[attr-defined]
        return compile_answer(table, raw, "", lambda *_: None)


def _keys_as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _keys_as_text(inner) for key, inner in value.items()}
    return value


DAY = PartialDate(2014, 6, 1)


def result(raw: Any, on: PartialDate = DAY, gives: Any = None, **values: Any) -> Any:
    said: list[str] = []
    rule = read_computed(raw, lambda what, fix="": said.append(what), gives)
    assert rule is not None, said
    assert said == []
    paths = {key.replace("__", "."): value for key, value in values.items()}
    return comes_to(rule, Given(paths), guidelines(), on)


def test_reckoning() -> None:
    for raw, values, expected in [
        ({"add": ["a", "b"]}, {"a": 3, "b": 4}, 7),
        ({"less": ["a", "b"]}, {"a": 3, "b": 4}, -1),
        ({"times": ["a", 2]}, {"a": 3.5}, 7),
        ({"percent_of": ["a", "b"]}, {"a": 60, "b": 80}, 75),
        ({"percent_of": ["a", "b"]}, {"a": 60, "b": 0}, None),
        ({"add": ["a", "b"]}, {"a": 3}, None),
        ({"percent_of": [{"less": ["a", "b"]}, "a"]}, {"a": 80, "b": 20}, 75),
        ({"weeks": ["a", "b"]}, {"a": "2013-02-20", "b": "2014-08-10"}, 76.5714),
        ({"days": ["a", "b"]}, {"a": "2014-01-31", "b": "2014-03-01"}, 29),
        ({"days": ["a", "b"]}, {"a": "2014-01", "b": "2014-03-01"}, None),
        ({"days": ["a", "b"]}, {"a": "2014-03-02", "b": "2014-03-01"}, None),
    ]:
        assert result(raw, **values) == expected


def test_a_span_is_told_in_tenths_and_never_crosses_a_whole_number() -> None:
    for exact, told in [
        (23.7742, 23.8),
        (6, 6),
        (6.0, 6.0),
        (6.0323, 6.1),
        (5.9677, 5.9),
        (0.0323, 0.1),
        (12.4286, 12.4),
    ]:
        assert in_tenths(exact) == told


def test_a_month_ends_on_its_day_or_on_its_last() -> None:
    assert months_between(date(2013, 8, 31), date(2014, 2, 28)) == 6
    assert 6 < months_between(date(2013, 8, 31), date(2014, 3, 1)) < 6.1
    assert months_between(date(2014, 1, 15), date(2014, 7, 15)) == 6


def test_a_range_makes_a_choice_of_a_number() -> None:
    ranges = [{"up to 26": "running"}, {"over 26": "over"}]
    assert result({"weeks": ["a", "b"]}, gives=ranges, a="2014-01-01", b="2014-07-02") == "running"
    assert result({"weeks": ["a", "b"]}, gives=ranges, a="2014-01-01", b="2014-07-03") == "over"


def test_rows_of_one_drug_are_added_before_its_factor() -> None:
    dose = {"weighted": "drugs.amount", "by": "drugs.drug"}
    twice = [{"drug": "stepped", "strength": 10, "per_day": 3}, {"drug": "stepped", "amount": 10}]
    assert result(dose, drugs=twice) == 40 * 8
    assert result(dose, drugs=twice, on=PartialDate(2018, 1, 1)) == 40 * 4.7
    assert result(dose, drugs=twice, on=PartialDate(2021, 1, 1)) is None  # no factor of the edition in force
    assert result(dose, drugs=[*twice, {"drug": "plain", "amount": 2}]) == 323
    assert result(dose, drugs=[{"drug": "dated", "amount": 200}]) == 20
    assert result(dose, drugs=[{"drug": "none", "amount": 5}]) is None
    assert result(dose, drugs=[{"drug": "plain"}]) is None
    assert result(dose, drugs=[]) == 0


def test_the_latest_row_and_those_of_a_time() -> None:
    rows = [{"date": "2013-01-02", "relief": 10}, {"date": "2014-02", "relief": 60}]
    assert result({"latest": "drugs.relief"}, drugs=rows) == 60
    assert result({"latest": "drugs.relief"}, drugs=[*rows, {"date": "2014", "relief": 5}]) is None
    same_day = [{"date": "2014-02-01", "relief": 1}, {"date": "2014-02-01", "relief": 2}]
    assert result({"latest": "drugs.relief"}, drugs=same_day) is None
    within = {"months": 12, "before": "item.ur_decision.date"}
    counted = {"count": "drugs", "within": within}
    on = "2014-06-01"
    assert result(counted, drugs=rows, item__ur_decision__date=on) == 1
    assert result(counted, drugs=[{"date": "2013"}], item__ur_decision__date=on) is None
    assert result(counted, drugs=[], item__ur_decision__date=on) == 0
    assert result({"count": "drugs", "where": {"drug": "x"}}, drugs=[{"drug": "x"}, {"drug": "y"}]) == 1
    assert result({"sum": "drugs.relief"}, drugs=rows) == 70


@pytest.mark.parametrize(
    ("dates", "expected"),
    [(["2014-05-01", "2013"], "yes"), (["2014"], None), (["2013-01-01"], "no"), ([], "no")],
)
def test_any_after(dates: list[str], expected: str | None) -> None:
    rows = [{"date": one} for one in dates]
    assert result({"any_after": ["drugs.date", "a"]}, drugs=rows, a="2014-04-01") == expected


def test_an_answer_in_whole_units_is_compared_rounded_down() -> None:
    assert not differs(76, 76.5714)
    assert differs(77, 76.5714)
    assert not differs(76.57, 76.5714)
    assert not differs(76.6, 76.5714)
    assert differs(76.5, 76.5714)
    assert differs("yes", "no")


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        ({"plus": ["a", "b"]}, "`plus` is no rule."),
        ({"add": ["a"]}, "`add` has two operands."),
        ({"weighted": "a.b"}, "`weighted` needs `by`"),
        ({"count": "a", "within": {"months": 12}}, "`within` is a time before a date."),
        ("a + b", "`a + b` is no rule."),
        ({"latest": "a.b", "where": 7}, "`7` says of no column"),
        ({"latest": "a.b", "where": "word"}, "`word` says of no column"),
        ({"latest": "a.b", "where": ["a"]}, "`['a']` says of no column"),
        ({"latest": "a.b", "where": {"kind": ["a"]}}, "`{'kind': ['a']}` says of no column"),
        ({"months": [{"latest": "a.b", "where": [["a"]]}, "c"]}, "`[['a']]` says of no column"),
        ({"weighted": "a.b", "by": ["c"]}, "`['c']` is no column."),
        ({"count": "a", "within": {"months": 3, "before": ["b"]}}, "`within` is a time before a date."),
        ({"add": ["a", "B c"]}, "`B c` is no operand."),
    ],
)
def test_what_is_no_rule(raw: Any, what: str) -> None:
    said: list[str] = []
    read_computed(raw, lambda told, fix="": said.append(told))
    assert any(one.startswith(what) for one in said), said


def test_ranges_must_meet() -> None:
    for ranges in (
        [{"up to 26": "a"}, {"over 27": "b"}],
        [{"up to 26": "a"}],
        [{"over 26": "b"}, {"up to 26": "a"}],
        [{"under 26": "a"}, {"over 26": "b"}],
    ):
        said: list[str] = []
        read_computed({"weeks": ["a", "b"]}, lambda told, fix="", said=said: said.append(told), ranges)
        assert said == ["The ranges of `gives` don't meet."]
