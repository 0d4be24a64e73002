"""Ratings whose coefficients were published, and the published figures.

`None` stands for an answer that is missing. The figures are as printed in the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Rows = list[list[int | None]]


@dataclass(frozen=True)
class Example:
    """One published example: what each rater (column) said of each unit (row), and the coefficients."""

    source: str
    rows: Rows = field(repr=False)
    values: dict[str, float]
    places: int = 4


def crossed(table: Sequence[Sequence[int]]) -> Rows:
    """Two raters' cross table, as their answers."""
    return [[i, j] for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


def distributed(table: Sequence[Sequence[int]]) -> Rows:
    """How many raters chose each category, unit by unit, as answers."""
    return [[k for k, count in enumerate(row) for _ in range(count)] for row in table]


FOUR_OBSERVERS: Rows = [
    [1, 1, None, 1],
    [2, 2, 3, 2],
    [3, 3, 3, 3],
    [3, 3, 3, 3],
    [2, 2, 2, 2],
    [1, 2, 3, 4],
    [4, 4, 4, 4],
    [1, 1, 2, 1],
    [2, 2, 2, 2],
    [None, 5, 5, 5],
    [None, None, 1, 1],
    [None, None, 3, None],
]

EXAMPLES = [
    Example(
        "Cohen, Educational and Psychological Measurement 20 (1960), table 1: two judges, 200 cases",
        crossed([[88, 14, 18], [10, 40, 10], [2, 6, 12]]),
        {"agreement": 0.70, "kappa": 0.492},
        places=3,
    ),
    Example(
        "SAS, FREQ procedure: two dermatologists, as in the tests of statsmodels",
        crossed([[0, 4, 1], [0, 8, 0], [0, 1, 5]]),
        {"kappa": 0.4842},
    ),
    Example(
        "Gwet, Handbook of Inter-Rater Reliability (2014): two abstractors, 100 charts; irrCAC, cont3x3abstractors",
        crossed([[13, 0, 0], [0, 20, 7], [0, 4, 56]]),
        {"agreement": 0.89, "kappa": 0.7964094, "alpha": 0.7972585, "ac1": 0.8493305},
    ),
    Example(
        "Gwet, Statistical Methods for Inter-Rater Reliability Assessment 1 (2002): kappa's paradox, 125 subjects",
        crossed([[118, 5], [2, 0]]),
        {"agreement": 0.944, "kappa": -0.0234, "ac1": 0.9408},
    ),
    Example(
        "Fleiss, Psychological Bulletin 76 (1971): six psychiatrists, the first 15 patients; irrCAC, distrib.6raters",
        distributed(
            [
                [0, 0, 0, 6, 0],
                [0, 3, 0, 0, 3],
                [0, 1, 4, 0, 1],
                [0, 0, 0, 0, 6],
                [0, 3, 0, 3, 0],
                [2, 0, 4, 0, 0],
                [0, 0, 4, 0, 2],
                [2, 0, 3, 1, 0],
                [2, 0, 0, 4, 0],
                [0, 0, 0, 0, 6],
                [1, 0, 0, 5, 0],
                [1, 1, 0, 4, 0],
                [0, 3, 3, 0, 0],
                [1, 0, 0, 5, 0],
                [0, 2, 0, 3, 1],
            ]
        ),
        {"agreement": 0.5511111, "kappa": 0.4139265, "alpha": 0.4204384, "ac1": 0.4448007},
    ),
    Example(
        "Fleiss' kappa, the example of 14 raters and 10 subjects (Wikipedia; the tests of statsmodels)",
        distributed(
            [
                [0, 0, 0, 0, 14],
                [0, 2, 6, 4, 2],
                [0, 0, 3, 5, 6],
                [0, 3, 9, 2, 0],
                [2, 2, 8, 1, 1],
                [7, 7, 0, 0, 0],
                [3, 2, 6, 3, 0],
                [2, 5, 3, 2, 2],
                [6, 5, 2, 1, 0],
                [0, 2, 2, 3, 7],
            ]
        ),
        {"kappa": 0.2099},
    ),
    Example(
        "Krippendorff, Computing Krippendorff's Alpha-Reliability (2011): four observers, 12 units, answers missing",
        FOUR_OBSERVERS,
        {"alpha": 0.7434},
    ),
    Example(
        "Gwet's figures for the same four observers; irrCAC, cac.raw4raters",
        FOUR_OBSERVERS,
        {"agreement": 0.8181818, "kappa": 0.7611693, "alpha": 0.7434211, "ac1": 0.7754441},
    ),
]
