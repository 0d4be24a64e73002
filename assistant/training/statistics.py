"""Percent agreement, Cohen's and Fleiss' kappa, Krippendorff's alpha and Gwet's AC1 for nominal ratings.

Answers may be missing. Every coefficient is worked out for many weightings at once, which is how the bootstrap
calls it; the value itself is the weighting of ones. Questions with scales of their own are *strata*: chance is
estimated within each and the parts are pooled, for one stratum that is the coefficient itself (De Vries and
others, Field Methods 20, 2008). What can't be told from chance, since everybody always gave one answer, is NaN.

Sources: J. Cohen, Educational and Psychological Measurement 20 (1960); J. L. Fleiss, Psychological Bulletin 76
(1971); K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011); K. L. Gwet, British Journal of
Mathematical and Statistical Psychology 61 (2008), and for missing ratings the Handbook of Inter-Rater
Reliability, 4th edition (2014).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NAMES = ("agreement", "kappa", "alpha", "ac1")


@dataclass(frozen=True)
class Stratum:
    """Answers on one scale: `codes[u, r]` is what rater r said of unit u, from 0; -1 where nothing.

    `categories` is how many different answers there are; chance in AC1 supposes at least two.
    """

    codes: NDArray[np.int64]
    categories: int

    def marks(self) -> Floats:
        """1 where rater r put unit u into category k, as [r, u, k]."""
        given = self.codes.T[:, :, None] == np.arange(self.categories)[None, None, :]
        return np.asarray(given, dtype=np.float64)


@dataclass(frozen=True)
class Moments:
    """What the coefficients of one stratum are made of, for each of B weightings.

    `pairs` is the weight of the units that at least two rated, `agreed` that of their agreeing pairs as a share;
    `shares` [B, K] how often each category was used. `values` [B, K] counts the answers that can be paired and
    `parted` the disagreement among them (Krippendorff); `first` and `second` [B, K] are the margins of two raters.
    """

    pairs: Floats
    agreed: Floats
    shares: Floats
    values: Floats
    parted: Floats
    margins: tuple[Floats, Floats] | None
    categories: int


def by_units(stratum: Stratum, weights: Floats, cohen: bool) -> Moments:
    """The moments when units are weighted: `weights` is [B, units]."""
    marks = stratum.marks()
    counts = marks.sum(axis=0)
    rated = counts.sum(axis=1)
    paired = rated >= 2
    alike = np.where(paired, _alike(counts, counts, rated), 0.0)
    pairable = weights * np.where(paired, rated, 0.0)
    margins = None
    if cohen:
        both = weights * paired
        margins = both @ marks[0], both @ marks[1]
    return Moments(
        pairs=weights @ paired.astype(np.float64),
        agreed=weights @ alike,
        shares=_normed(weights @ (counts / np.maximum(rated, 1.0)[:, None])),
        values=(weights * paired) @ counts,
        parted=(pairable * (1.0 - alike)).sum(axis=1),
        margins=margins,
        categories=stratum.categories,
    )


def by_raters(stratum: Stratum, weights: Floats) -> Moments:
    """The moments when raters are weighted: `weights` is [B, raters]. No rater is paired with himself."""
    marks = stratum.marks()
    raters, units, categories = marks.shape
    flat = marks.reshape(raters, units * categories)
    counts = (weights @ flat).reshape(-1, units, categories)
    squares = ((weights * weights) @ flat).reshape(-1, units, categories)
    rated = counts.sum(axis=2)
    own = squares.sum(axis=2)
    paired = rated * rated > own
    alike = np.where(paired, _alike(counts, squares, rated), 0.0)
    shares = (counts / np.maximum(rated, 1.0)[:, :, None]).sum(axis=1)
    return Moments(
        pairs=paired.sum(axis=1).astype(np.float64),
        agreed=alike.sum(axis=1),
        shares=_normed(shares),
        values=(counts * paired[:, :, None]).sum(axis=1),
        parted=(rated * paired * (1.0 - alike)).sum(axis=1),
        margins=None,
        categories=categories,
    )


def coefficients(strata: Sequence[Moments]) -> dict[str, Floats]:
    """Each coefficient for each weighting, and `chance`: the agreement that chance alone would give.

    Every one is 1 - D / S, with D the disagreement seen and S its `scale`, the disagreement by chance.
    """
    pairs = _sum(one.pairs for one in strata)
    observed = _sum(one.agreed for one in strata)
    chance = _sum(one.pairs * _kappa_chance(one) for one in strata)
    ac1_chance = _sum(one.pairs * _ac1_chance(one) for one in strata)
    expected = _sum(_expected_disagreement(one) for one in strata)
    return {
        "agreement": _ratio(observed, pairs),
        "kappa": _ratio(observed - chance, pairs - chance),
        "alpha": 1.0 - _ratio(_sum(one.parted for one in strata), expected),
        "ac1": _ratio(observed - ac1_chance, pairs - ac1_chance),
        "chance": _ratio(chance, pairs),
        "agreement scale": np.ones_like(pairs),
        "kappa scale": _ratio(pairs - chance, pairs),
        "alpha scale": _ratio(expected, _sum(one.values.sum(axis=1) for one in strata)),
        "ac1 scale": _ratio(pairs - ac1_chance, pairs),
    }


def chance_error(strata: Sequence[Stratum]) -> float:
    """The standard error of kappa among raters who answer independently of each other (Fleiss 1971, as mended by
    J. L. Fleiss, J. C. M. Nee and J. R. Landis, Psychological Bulletin 86, 1979); 0 where it can't be told.
    """
    above = below = 0.0
    for one in strata:
        counts = one.marks().sum(axis=0)
        rated = counts.sum(axis=1)
        paired = rated >= 2
        shares = _normed((counts[paired] / rated[paired, None]).sum(axis=0, keepdims=True))[0]
        spread = shares * (1.0 - shares)
        total = float(spread.sum())
        odd = float((spread * (1.0 - 2.0 * shares)).sum())
        above += (total * total - odd) * float((2.0 / (rated[paired] * (rated[paired] - 1.0))).sum())
        below += total * float(paired.sum())
    return math.sqrt(max(above, 0.0)) / below if below > 0 else 0.0


def _alike(counts: Floats, squares: Floats, rated: Floats) -> Floats:
    """The share of agreeing pairs among all pairs of different raters."""
    agreeing: Floats = (counts * counts - squares).sum(axis=-1)
    return _ratio(agreeing, rated * rated - squares.sum(axis=-1))


def _kappa_chance(one: Moments) -> Floats:
    """Cohen's chance from the margins of two raters, else Fleiss' from the joint one."""
    if one.margins is None:
        return np.asarray((one.shares * one.shares).sum(axis=1))
    first, second = (_normed(margin) for margin in one.margins)
    return np.asarray((first * second).sum(axis=1))


def _ac1_chance(one: Moments) -> Floats:
    spread = (one.shares * (1.0 - one.shares)).sum(axis=1)
    return np.asarray(spread / (max(one.categories, 2) - 1))


def _expected_disagreement(one: Moments) -> Floats:
    """Krippendorff's expected disagreement, times the number of answers that can be paired."""
    total = one.values.sum(axis=1)
    same = (one.values * (one.values - 1.0)).sum(axis=1)
    disagreement: Floats = total - _ratio(same, total - 1.0, empty=0.0)
    return disagreement


def _normed(counts: Floats) -> Floats:
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1e-300)
    normed: Floats = counts / totals
    return normed


def _ratio(above: Floats, below: Floats, empty: float = np.nan) -> Floats:
    """`above / below`, and `empty` where nothing is below the line (up to rounding)."""
    some = np.abs(below) > 1e-9
    return np.asarray(np.where(some, above / np.where(some, below, 1.0), empty))


def _sum(parts: object) -> Floats:
    total = sum(parts, start=np.float64(0.0))  # type: ignore[call-overload]
    return np.asarray(total, dtype=np.float64)


# The interval round a coefficient: bias-corrected and accelerated bootstrap, and what stands in where that
# fails.


LEVEL = 0.95
_NORMAL = NormalDist()
_Z = _NORMAL.inv_cdf((1 + LEVEL) / 2)


def bca(value: float, sampled: Floats, left_out: Floats) -> tuple[float, float]:
    """The interval from bootstrap values and from the values with each one thing left out (NaN is passed over)."""
    drawn = sampled[np.isfinite(sampled)]
    below = float((drawn < value - 1e-12).mean() + 0.5 * (np.abs(drawn - value) <= 1e-12).mean())
    bias = _NORMAL.inv_cdf(min(max(below, 1 / len(drawn)), 1 - 1 / len(drawn)))
    kept = left_out[np.isfinite(left_out)]
    apart = kept.mean() - kept
    spread = float((apart**2).sum())
    skew = float((apart**3).sum()) / (6 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for tail in ((1 - LEVEL) / 2, (1 + LEVEL) / 2):
        shifted = bias + _NORMAL.inv_cdf(tail)
        ends.append(100 * _NORMAL.cdf(bias + shifted / (1 - skew * shifted)))
    low, high = np.percentile(drawn, ends)
    return min(float(low), value), max(float(high), value)


def as_wide_as_chance(
    value: float, interval: tuple[float, float], error: float
) -> tuple[tuple[float, float], bool]:
    """The interval, and whether it was widened: where `value` is within chance, by the `error` that chance has."""
    reach = _Z * error
    if abs(value) > reach:
        return interval, False
    low, high = min(interval[0], value - reach), max(interval[1], min(value + reach, 1.0))
    return (low, high), (low, high) != interval


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval (E. B. Wilson, Journal of the American Statistical Association 22, 1927)."""
    square = _Z * _Z
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = _Z / (1 + square / count) * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


# How far raters agree on a set of answers: each coefficient with a bootstrap interval, or what there is too
# little of.


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
class StatisticRow:
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


def row(units: Sequence[Unit], study: bool, draws: Draws) -> StatisticRow:
    """The agreement on some units; `study` where cases are what is resampled."""
    compared = [unit for unit in units if unit.rated >= 2]
    raters = [index for index in _columns(units) if any(unit.ratings[index] is not None for unit in compared)]
    cases = {unit.case for unit in compared}
    if not compared:
        nothing: Statistic = TooFew(0, "answers", ENOUGH)
        return StatisticRow(0, 0, 0, 0, dict.fromkeys(NAMES, nothing))
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
    return StatisticRow(
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
