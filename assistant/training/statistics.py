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
from collections.abc import Sequence
from dataclasses import dataclass

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
