"""The coefficients are the published ones, and keep what they must keep when raters, units or answers change places."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.training.statistics import NAMES, Floats, Stratum, by_raters, by_units, coefficients
from tests.prove import scale
from tests.training.published import EXAMPLES, Rows


def stratum(rows: Rows) -> Stratum:
    names = {one: code for code, one in enumerate(dict.fromkeys(o for r in rows for o in r if o is not None))}
    codes = [[-1 if one is None else names[one] for one in row] for row in rows]
    return Stratum(np.array(codes, dtype=np.int64), max(len(names), 1))


def values(rows: Rows, cohen: bool | None = None) -> dict[str, float]:
    """Each coefficient; with two raters kappa is Cohen's, unless it is asked for otherwise."""
    two = len(rows[0]) == 2 if cohen is None else cohen
    return firsts(coefficients([by_units(stratum(rows), np.ones((1, len(rows))), two)]))


def firsts(found: dict[str, Floats]) -> dict[str, float]:
    return {name: float(one[0]) for name, one in found.items()}


def same(one: dict[str, float], other: dict[str, float]) -> bool:
    return all(
        (math.isnan(one[name]) and math.isnan(other[name]))
        or one[name] == pytest.approx(other[name], abs=1e-9)
        for name in NAMES
    )


ratings = st.integers(2, 5).flatmap(
    lambda raters: st.lists(
        st.lists(st.one_of(st.none(), st.integers(0, 3)), min_size=raters, max_size=raters),
        min_size=2,
        max_size=12,
    )
)
complete = st.integers(2, 5).flatmap(
    lambda raters: st.lists(
        st.lists(st.integers(0, 3), min_size=raters, max_size=raters), min_size=2, max_size=12
    )
)


def test_published_examples_come_out_as_printed() -> None:
    for example in EXAMPLES:
        found = values(example.rows)
        for name, printed in example.values.items():
            assert found[name] == pytest.approx(printed, abs=0.5 * 10**-example.places), name


@given(ratings, st.randoms())
def test_the_order_of_raters_units_and_names_of_answers_changes_nothing(rows: Rows, random: object) -> None:
    before = values(rows)
    columns = list(range(len(rows[0])))
    renamed = [3, 2, 1, 0]
    random.shuffle(columns)  # type: ignore[attr-defined]
    random.shuffle(renamed)  # type: ignore[attr-defined]
    changed = [[None if row[c] is None else renamed[row[c]] for c in columns] for row in rows]  # type: ignore[index]
    random.shuffle(changed)  # type: ignore[attr-defined]
    assert same(before, values(changed))


@given(ratings)
def test_every_coefficient_keeps_its_bounds(rows: Rows) -> None:
    found = values(rows)
    assert math.isnan(found["agreement"]) or 0 <= found["agreement"] <= 1
    for name in ("kappa", "alpha", "ac1"):
        assert math.isnan(found[name]) or found[name] <= 1 + 1e-9
        if found["agreement"] == 1 and not math.isnan(found[name]):
            assert found[name] == pytest.approx(1)
    assert math.isnan(found["ac1"]) or found["ac1"] >= -1 - 1e-9
    if len(rows[0]) == 2:
        assert math.isnan(found["kappa"]) or found["kappa"] >= -1 - 1e-9


@given(complete)
def test_fleiss_kappa_and_alpha_follow_from_their_definitions(rows: Rows) -> None:
    """Worked out here pair by pair, without any of the shortcuts."""
    raters, units = len(rows[0]), len(rows)
    seen = [sum(a == b for a, b in combinations(row, 2)) / math.comb(raters, 2) for row in rows]
    counts = Counter(one for row in rows for one in row)
    total = counts.total()
    chance = sum((count / total) ** 2 for count in counts.values())
    observed = sum(seen) / units
    found = values(rows, cohen=False)
    assert found["agreement"] == pytest.approx(observed)
    if chance < 1:
        assert found["kappa"] == pytest.approx((observed - chance) / (1 - chance))
        expected = 1 - sum(count * (count - 1) for count in counts.values()) / (total * (total - 1))
        assert found["alpha"] == pytest.approx(1 - (1 - observed) / expected)
        spread = sum(count / total * (1 - count / total) for count in counts.values()) / (len(counts) - 1)
        assert found["ac1"] == pytest.approx((observed - spread) / (1 - spread))


@given(ratings)
def test_weighing_every_rater_once_is_weighing_every_unit_once(rows: Rows) -> None:
    by_rater = coefficients([by_raters(stratum(rows), np.ones((1, len(rows[0]))))])
    assert same(firsts(by_rater), values(rows, cohen=False))


@given(complete, st.lists(st.integers(0, 3), min_size=12, max_size=12))
def test_a_weight_is_how_often_a_unit_counts(rows: Rows, weights: list[int]) -> None:
    drawn = [row for row, weight in zip(rows, weights, strict=False) for _ in range(weight)]
    if not drawn or len({o for r in rows for o in r}) != len({o for r in drawn for o in r}):
        return  # a category that isn't drawn stays a category: AC1 counts the scale, not the sample
    weighed = np.array([weights[: len(rows)]], dtype=np.float64)
    found = coefficients([by_units(stratum(rows), weighed, len(rows[0]) == 2)])
    assert same(firsts(found), values(drawn))


@settings(max_examples=scale.of(12, 25))
@given(complete)
def test_no_rater_is_held_against_himself(rows: Rows) -> None:
    """Drawn twice, a rater makes no agreeing pair of his own two draws."""
    raters = len(rows[0])
    twice = np.ones((1, raters))
    twice[0, 0] = 2.0
    found = firsts(coefficients([by_raters(stratum(rows), twice)]))
    pairs = [(a, b) for a, b in combinations([0, *range(raters)], 2) if a != b]
    seen = [sum(row[a] == row[b] for a, b in pairs) / len(pairs) for row in rows]
    assert found["agreement"] == pytest.approx(sum(seen) / len(seen))


def test_one_answer_throughout_leaves_kappa_and_alpha_undefined() -> None:
    found = values([[1, 1, 1]] * 5)
    assert math.isnan(found["kappa"])
    assert math.isnan(found["alpha"])
    assert found["ac1"] == 1
    assert found["chance"] == 1


def test_nothing_to_compare_is_no_agreement() -> None:
    found = values([[1, None], [None, 2]])
    assert all(math.isnan(found[name]) for name in NAMES)


def test_strata_are_pooled_with_chance_of_their_own() -> None:
    """De Vries and others, Field Methods 20 (2008): the mean of what was seen and of chance, item by item."""
    one: Rows = [[0, 0], [0, 0], [0, 1], [1, 1]]
    other: Rows = [[0, 1], [1, 1], [1, 1], [1, 1]]
    found = firsts(
        coefficients([by_units(stratum(rows), np.ones((1, 4)), cohen=True) for rows in (one, other)])
    )
    seen = (0.75 + 0.75) / 2
    chance = ((0.75 * 0.5 + 0.25 * 0.5) + (0.25 * 0 + 0.75 * 1)) / 2
    assert found["agreement"] == pytest.approx(seen)
    assert found["kappa"] == pytest.approx((seen - chance) / (1 - chance))
