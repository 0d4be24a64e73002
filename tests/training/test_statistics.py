"""A coefficient comes with its interval, or with what there is too little of."""

from __future__ import annotations

import math
import random
from collections import Counter

import numpy as np
import pytest

from assistant.training.statistics import Draws, StatisticRow, TooFew, Unit, Value, row
from tests.training.published import EXAMPLES, FOUR_OBSERVERS

DRAWS = Draws(seed=7, samples=2_000)


def study(ratings: list[list[str | None]], scale: str = "q") -> list[Unit]:
    """One unit a case."""
    return [Unit(scale, f"case-{n}", tuple(said)) for n, said in enumerate(ratings)]


def one_case(ratings: list[list[str | None]], scale: str = "q") -> list[Unit]:
    return [Unit(scale, "case", tuple(said)) for said in ratings]


def at_random(units: int, raters: int, share: float, seed: int) -> list[list[str | None]]:
    """Reviewers who uphold that share of cases, each by a throw of dice."""
    dice = random.Random(seed)
    return [
        ["upheld" if dice.random() < share else "overturned" for _ in range(raters)] for _ in range(units)
    ]


def value(found: StatisticRow, name: str) -> Value:
    one = found.statistics[name]
    assert isinstance(one, Value), (name, one)
    assert one.low <= one.value <= one.high
    return one


def few(found: StatisticRow, name: str) -> TooFew:
    one = found.statistics[name]
    assert isinstance(one, TooFew), (name, one)
    return one


def test_published_examples_come_out_of_a_study_with_an_interval_round_them() -> None:
    for example in EXAMPLES:
        rows = [[None if one is None else str(one) for one in said] for said in example.rows]  # type: ignore[attr-defined]
        found = row(study(rows), True, DRAWS)
        for name, printed in example.values.items():  # type: ignore[attr-defined]
            assert value(found, name).value == pytest.approx(printed, abs=0.5 * 10**-example.places)  # type: ignore[attr-defined]


def test_two_who_uphold_nine_in_ten_at_random_agree_on_82_percent_and_not_beyond_chance() -> None:
    found = row(study(at_random(2_000, 2, 0.9, seed=3)), True, DRAWS)
    assert value(found, "agreement").value == pytest.approx(0.82, abs=0.02)
    assert found.chance == pytest.approx(0.82, abs=0.02)
    kappa = value(found, "kappa")
    assert kappa.low < 0 < kappa.high
    assert value(found, "ac1").value > 0.7
    assert found.commonest is not None
    assert found.commonest[0] == "upheld"


def test_the_interval_is_as_wide_as_theory_says() -> None:
    ratings = at_random(400, 2, 0.7, seed=5)
    agreement = value(row(study(ratings), True, DRAWS), "agreement")
    error = math.sqrt(agreement.value * (1 - agreement.value) / 400)
    assert agreement.high - agreement.low == pytest.approx(2 * 1.96 * error, rel=0.1)


@pytest.mark.parametrize(
    ("cases", "raters", "share", "alike"),
    [(24, 3, 0.8, 0.0), (60, 2, 0.9, 0.0), (60, 2, 0.9, 0.8), (30, 3, 0.6, 0.5)],
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(
    cases: int, raters: int, share: float, alike: float
) -> None:
    """Reviewers who see a case as it is (`alike`), else guess: the truth is known, and studies are drawn from it."""
    dice = np.random.default_rng(12)
    chance = share**2 + (1 - share) ** 2
    seen = alike**2 + (1 - alike**2) * chance
    truth = {
        "agreement": seen,
        "kappa": (seen - chance) / (1 - chance),
        "alpha": (seen - chance) / (1 - chance),
        "ac1": (seen - (1 - chance)) / chance,
    }
    held, made = Counter[str](), Counter[str]()
    for _ in range(100):
        cases_as_they_are = dice.random((cases, 1)) < share
        guesses = dice.random((cases, raters)) < share
        codes = np.where(dice.random((cases, raters)) < alike, cases_as_they_are, guesses)
        found = row(study([[str(one) for one in said] for said in codes]), True, Draws(3, 400))
        for name, right in truth.items():
            one = found.statistics[name]
            if isinstance(one, Value):
                made[name] += 1
                held[name] += one.low - 1e-9 <= right <= one.high + 1e-9
    assert min(made.values()) >= 90
    assert {name: held[name] / made[name] for name in truth if held[name] < 0.88 * made[name]} == {}


def test_answers_of_one_case_move_together() -> None:
    """Ten like answers a case are no ten times the evidence: the interval is that of the cases."""
    ratings = at_random(60, 2, 0.7, seed=6)
    single = row(study(ratings), True, DRAWS)
    tenfold = [Unit("q", f"case-{n}", tuple(said)) for n, said in enumerate(ratings) for _ in range(10)]
    repeated = row(tenfold, True, DRAWS)
    assert repeated.n == 600
    assert value(repeated, "agreement") == pytest.approx(value(single, "agreement"))  # type: ignore[comparison-overlap]


def test_the_same_seed_gives_the_same_interval_and_another_seed_another() -> None:
    units = study(at_random(40, 3, 0.6, seed=1))
    assert row(units, True, Draws(1)).statistics == row(units, True, Draws(1)).statistics
    assert row(units, True, Draws(1)).statistics != row(units, True, Draws(2)).statistics


def test_a_row_does_not_depend_on_what_was_measured_before_it() -> None:
    units = study(at_random(40, 3, 0.6, seed=1))
    draws = Draws(1)
    row(study(at_random(25, 3, 0.6, seed=2)), True, draws)
    assert row(units, True, draws).statistics == row(units, True, Draws(1)).statistics


def test_nine_cases_are_too_few_and_ten_are_enough() -> None:
    ratings = at_random(10, 3, 0.5, seed=4)
    assert few(row(study(ratings[:9]), True, DRAWS), "agreement") == TooFew(9, "cases", 10)
    assert value(row(study(ratings), True, DRAWS), "agreement").low < 1


def test_one_answer_throughout_is_undefined_for_kappa_and_bounded_for_the_percentage() -> None:
    found = row(study([["upheld"] * 3] * 12), True, DRAWS)
    assert few(found, "kappa") == TooFew(1, "different answers", 2)
    assert few(found, "alpha") == TooFew(1, "different answers", 2)
    agreement = value(found, "agreement")
    assert agreement.by == "wilson"
    assert agreement.low == pytest.approx(12 / (12 + 1.959964**2))
    assert value(found, "ac1").low == pytest.approx(agreement.low)


def test_perfect_agreement_is_never_certain() -> None:
    found = row(study([["upheld" if n % 2 else "overturned"] * 2 for n in range(20)]), True, DRAWS)
    for name in ("agreement", "kappa", "alpha", "ac1"):
        one = value(found, name)
        assert (one.value, one.high, one.by) == (1, 1, "wilson")
        assert one.low < 0.9


def test_two_cases_that_differ_carry_no_interval_for_kappa() -> None:
    ratings: list[list[str | None]] = [["upheld", "upheld"]] * 18 + [["overturned", "overturned"]] * 2
    found = row(study(ratings), True, DRAWS)
    assert few(found, "kappa") == TooFew(2, "cases with another answer", 3)
    assert value(found, "agreement").value == 1


def test_a_question_asked_once_says_nothing_about_chance() -> None:
    found = row(one_case(at_random(1, 30, 0.7, seed=2)), False, DRAWS)
    assert value(found, "agreement").low < 0.8
    assert few(found, "kappa") == TooFew(1, "answers on one scale", 5)
    assert found.chance is None


def test_with_ten_reviewers_the_reviewers_are_resampled_with_fewer_the_answers() -> None:
    ratings = at_random(12, 10, 0.6, seed=8)
    many = row(one_case(ratings), False, DRAWS)
    some = row(one_case([said[:3] for said in ratings]), False, DRAWS)
    assert value(many, "kappa").value == pytest.approx(value(row(study(ratings), True, DRAWS), "kappa").value)
    assert value(some, "agreement") == value(row(study([s[:3] for s in ratings]), True, DRAWS), "agreement")
    assert few(row(one_case(ratings[:3]), False, DRAWS), "kappa") == TooFew(3, "answers on one scale", 5)
    assert few(row(one_case([said[:3] for said in ratings[:9]]), False, DRAWS), "agreement").of == "answers"


def test_resampling_reviewers_gives_the_spread_of_reviewers() -> None:
    """30 of 60 say the one thing: what others would say is as open as the sample leaves it."""
    said: list[str | None] = ["a"] * 30 + ["b"] * 30
    found = value(row(one_case([said]), False, DRAWS), "agreement")
    assert found.value == pytest.approx(2 * math.comb(30, 2) / math.comb(60, 2))
    shares = np.random.default_rng(1).binomial(60, 0.5, 4_000)
    pairs = (shares * (shares - 1) + (60 - shares) * (59 - shares)) / (60 * 59)
    assert found.high == pytest.approx(float(np.percentile(pairs, 97.5)), abs=0.02)


def test_what_one_alone_answered_is_not_compared() -> None:
    found = row(study([["a", None], [None, "b"], ["a", "a"]]), True, DRAWS)
    assert (found.n, found.alike, found.pairs) == (1, 1, 1)
    empty = row([], True, DRAWS)
    assert (empty.n, empty.pairs, few(empty, "agreement").count) == (0, 0, 0)
    assert few(row(study([["a", None]]), True, DRAWS), "kappa").count == 0


def test_pairs_of_answers_are_counted_unit_by_unit() -> None:
    rows = [[None if one is None else str(one) for one in said] for said in FOUR_OBSERVERS]
    found = row(study(rows), True, DRAWS)
    assert (found.n, found.pairs) == (11, 3 + 8 * 6 + 3 + 1)
    assert found.alike == 3 + 3 + 6 + 6 + 6 + 0 + 6 + 3 + 6 + 3 + 1
