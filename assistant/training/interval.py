"""The interval round a coefficient: bias-corrected and accelerated bootstrap, and what stands in where that fails.

Percentile intervals of small studies are too narrow and off centre; BCa corrects both (B. Efron, Journal of the
American Statistical Association 82, 1987). No bootstrap can show what the sample has none of: where reviewers do no
better than chance and the uncommon answer is rare, its intervals miss the truth far too often. There an interval is
at least as wide as independent reviewers would make it. How often each covers the truth is a test.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from assistant.training.coefficient import Floats

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
