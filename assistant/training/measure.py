"""How far raters agree on a set of answers: each coefficient with a bootstrap interval, or what there is too little of.

What is resampled is what the answer should hold beyond: the cases of a study; the reviewers of one case, where
there are at least `ENOUGH`; else the answers of that case. Intervals of 95% from 2,000 samples whose seed is said.
Where no sample differs from the value (everybody agrees), Wilson's interval stands in, since "100%, from 100% to
100%" would claim to be certain.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from assistant.training.coefficient import (
    NAMES,
    Floats,
    Stratum,
    by_raters,
    by_units,
    chance_error,
    coefficients,
)
from assistant.training.interval import as_wide_as_chance, bca, wilson

ENOUGH = 10
"""Fewer cases, reviewers or answers than this give no interval, and then no value."""

SAMPLES = 2_000
SEED = 1
ENOUGH_ALIKE = 5
"""How many answers on one scale it takes, in one case, to estimate chance."""

MOST_GROUPS = 500
_DEFINED = 0.95
"""The share of samples that must give a value; else too few cases differ for an interval."""


@dataclass(frozen=True)
class Unit:
    """What is compared once: the answers of all raters, in their order, None where there is none.

    `scale` says which units share a stratum, `case` which belong together when cases are resampled.
    """

    scale: str
    case: str
    ratings: tuple[str | None, ...]

    @property
    def rated(self) -> int:
        return sum(one is not None for one in self.ratings)


@dataclass(frozen=True)
class Value:
    """A coefficient with the ends of its interval.

    `by` is how the interval was made: bootstrap; wilson; or chance, where it was widened to what chance alone gives.
    """

    value: float
    low: float
    high: float
    by: str = "bootstrap"


@dataclass(frozen=True)
class TooFew:
    """There are only `count` of something, and `needed` are wanted."""

    count: int
    of: str
    needed: int


Statistic = Value | TooFew


@dataclass(frozen=True)
class Row:
    """One line of a report: `n` units that at least two rated, their pairs of answers, and the statistics.

    `chance` is the agreement that chance alone would give; None where nothing is compared, and of one case where
    some scale has fewer than `ENOUGH_ALIKE` answers. `commonest` is the most frequent answer and its share, where
    all units are on one scale.
    """

    n: int
    cases: int
    alike: int
    pairs: int
    statistics: Mapping[str, Statistic]
    chance: float | None = None
    commonest: tuple[str, float] | None = None


@dataclass
class Draws:
    """The bootstrap's samples: how often each of `count` things is drawn, for each sample; the same for the same seed."""

    seed: int = SEED
    samples: int = SAMPLES
    _made: dict[int, Floats] = field(default_factory=dict, repr=False)

    def of(self, count: int) -> Floats:
        if count not in self._made:
            drawn = np.random.default_rng(self.seed).integers(0, count, (self.samples, count))
            drawn += np.arange(self.samples)[:, None] * count
            often = np.bincount(drawn.ravel(), minlength=self.samples * count)
            self._made[count] = often.reshape(self.samples, count).astype(np.float64)
        return self._made[count]


def row(units: Sequence[Unit], study: bool, draws: Draws) -> Row:
    """The agreement on some units; `study` where cases are what is resampled."""
    compared = [unit for unit in units if unit.rated >= 2]
    raters = [index for index in _columns(units) if any(unit.ratings[index] is not None for unit in compared)]
    cases = {unit.case for unit in compared}
    if not compared:
        nothing: Statistic = TooFew(0, "answers", ENOUGH)
        return Row(0, 0, 0, 0, dict.fromkeys(NAMES, nothing))
    strata = _strata(units, raters)
    alike, pairs = _pairs(compared)
    of, count = ("cases", len(cases)) if study else _independent(len(raters), len(compared))
    weigh, size = _weighing(strata, of, len(raters))
    point = weigh(np.ones((1, size)))
    sampled = left_out = None
    if count >= ENOUGH:
        sampled, left_out = weigh(draws.of(size)), weigh(_left_out(size))
    smallest = min(sum(rated >= 2 for rated in stratum.rated) for stratum in strata)
    statistics: dict[str, Statistic] = {}
    for name in NAMES:
        if sampled is None or left_out is None:
            statistics[name] = TooFew(count, of, ENOUGH)
        elif name != "agreement" and not study and smallest < ENOUGH_ALIKE:
            statistics[name] = TooFew(smallest, "answers on one scale", ENOUGH_ALIKE)
        else:
            statistics[name] = _statistic(name, point, sampled[name], left_out[name], of, count, strata)
    return Row(
        n=len(compared),
        cases=len(cases),
        alike=alike,
        pairs=pairs,
        statistics=statistics,
        chance=_number(point["chance"]) if study or smallest >= ENOUGH_ALIKE else None,
        commonest=_commonest(compared) if len(strata) == 1 else None,
    )


@dataclass(frozen=True)
class _Coded:
    """The units of one scale, coded; `rated` counts the raters of each, `cases` says to which case it belongs."""

    stratum: Stratum
    rated: tuple[int, ...]
    cases: tuple[str, ...]


def _columns(units: Sequence[Unit]) -> range:
    return range(len(units[0].ratings) if units else 0)


def _strata(units: Sequence[Unit], raters: Sequence[int]) -> list[_Coded]:
    """The units by scale; a scale of which nothing can be compared is left out."""
    held: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.rated:
            held.setdefault(unit.scale, []).append(unit)
    made = []
    for some in held.values():
        if not any(unit.rated >= 2 for unit in some):
            continue
        codes: dict[str, int] = {}
        rows = [
            [-1 if (said := unit.ratings[r]) is None else codes.setdefault(said, len(codes)) for r in raters]
            for unit in some
        ]
        stratum = Stratum(np.array(rows, dtype=np.int64), max(len(codes), 1))
        made.append(_Coded(stratum, tuple(u.rated for u in some), tuple(u.case for u in some)))
    return made


def _independent(raters: int, units: int) -> tuple[str, int]:
    return ("reviewers", raters) if raters >= ENOUGH else ("answers", units)


def _weighing(
    strata: Sequence[_Coded], of: str, raters: int
) -> tuple[Callable[[Floats], dict[str, Floats]], int]:
    """A function from weights [B, n] of what is resampled to the coefficients, and n."""
    if of == "reviewers":
        return lambda weights: coefficients([by_raters(one.stratum, weights) for one in strata]), raters
    if of == "cases":
        named = [case for one in strata for case in one.cases]
    else:
        named = [str(number) for number in range(sum(len(one.rated) for one in strata))]
    order = {name: index for index, name in enumerate(dict.fromkeys(named))}
    columns = [order[name] for name in named]

    def weigh(weights: Floats) -> dict[str, Floats]:
        moments, start = [], 0
        for one in strata:
            own = weights[:, columns[start : start + len(one.rated)]]
            moments.append(by_units(one.stratum, own, raters == 2))
            start += len(one.rated)
        return coefficients(moments)

    return weigh, len(order)


def _left_out(size: int) -> Floats:
    """Weights that leave each thing out in turn; of many, one group after another."""
    groups = min(size, MOST_GROUPS)
    belongs = np.arange(size) * groups // size
    weights: Floats = np.asarray(belongs[None, :] != np.arange(groups)[:, None], dtype=np.float64)
    return weights


def _statistic(
    name: str,
    point: Mapping[str, Floats],
    sampled: Floats,
    left_out: Floats,
    of: str,
    count: int,
    strata: Sequence[_Coded],
) -> Statistic:
    value = _number(point[name])
    if value is None:
        return TooFew(1, "different answers", 2)
    defined = sampled[np.isfinite(sampled)]
    if len(defined) < _DEFINED * len(sampled):
        return TooFew(_others(strata, of), f"{of} with another answer", 3)
    if float(np.ptp(defined)) > 1e-12:
        ends = bca(value, sampled, left_out)
        widened = False
        if name in ("kappa", "alpha") and of != "reviewers":
            ends, widened = as_wide_as_chance(value, ends, chance_error([one.stratum for one in strata]))
        return Value(value, *ends, by="chance" if widened else "bootstrap")
    seen = float(point["agreement"][0])
    low, high = wilson(seen, count)
    if of == "reviewers":
        low = low * low
    scale = (1.0 - seen) / (1.0 - value) if value < 1.0 else float(point[f"{name} scale"][0])
    return Value(value, 1.0 - (1.0 - low) / scale, min(1.0, 1.0 - (1.0 - high) / scale), by="wilson")


def _others(strata: Sequence[_Coded], of: str) -> int:
    """How many cases (or reviewers, or answers) have an answer that is not the commonest of its scale."""
    seen: set[object] = set()
    for number, one in enumerate(strata):
        codes = one.stratum.codes
        most = np.bincount(codes[codes >= 0]).argmax()
        for unit, rater in zip(*np.nonzero((codes >= 0) & (codes != most)), strict=True):
            seen.add({"cases": one.cases[unit], "reviewers": int(rater)}.get(of, (number, int(unit))))
    return len(seen)


def _pairs(units: Sequence[Unit]) -> tuple[int, int]:
    """The agreeing pairs of answers and all pairs, over all units."""
    alike = pairs = 0
    for unit in units:
        counts = Counter(one for one in unit.ratings if one is not None)
        total = sum(counts.values())
        pairs += total * (total - 1) // 2
        alike += sum(count * (count - 1) // 2 for count in counts.values())
    return alike, pairs


def _commonest(units: Sequence[Unit]) -> tuple[str, float]:
    counts = Counter(one for unit in units for one in unit.ratings if one is not None)
    answer, count = counts.most_common(1)[0]
    return answer, count / counts.total()


def _number(values: Floats) -> float | None:
    value = float(values[0])
    return value if math.isfinite(value) else None
