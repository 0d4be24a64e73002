"""Whether the gradebook's figures bear up: classes of made-up trainees whose true rates are known.

A trainee of a class has a skill; from it follow the true rates of finding planted faults and of false alarms. The
class takes its cases by chance draws at these rates, and the gradebook is made from what came of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from statistics import median

from assistant.training.gradebook import Grade, Rate, gradebook
from assistant.training.gradebook import Result as RunResult
from benchmarks.measure import Result

CLASSES, TRAINEES, CASES, FAULTS, QUESTIONS = 200, 12, 10, 4, 15


@dataclass(frozen=True)
class Trainee:
    """A made-up trainee: who has more skill finds more faults and raises fewer false alarms."""

    name: str
    skill: float

    @property
    def hit(self) -> float:
        return 1 / (1 + math.exp(-0.4 - 1.2 * self.skill))

    @property
    def alarm(self) -> float:
        return 1 / (1 + math.exp(2.0 + 0.8 * self.skill))


def taken(trainee: Trainee, chance: Random) -> Iterator[RunResult]:
    """The results of a trainee's runs."""
    for case in range(CASES):
        found = sum(chance.random() < trainee.hit for _ in range(FAULTS))
        alarms = sum(chance.random() < trainee.alarm for _ in range(QUESTIONS - FAULTS))
        right = Rate(QUESTIONS - alarms - (FAULTS - found), QUESTIONS)
        yield RunResult(
            f"{trainee.name}-{case}", trainee.name, f"case-{case}", f"2026-01-{case + 1:02}", right,
            Rate(found, FAULTS), alarms=Rate(alarms, QUESTIONS - FAULTS),
        )  # fmt: skip


@dataclass(frozen=True)
class ClassOutcome:
    """Of one class: how many true rates lay in their intervals, of how many, and the rank correlation with skill."""

    within: int
    of: int
    correlation: float


def one_class(seed: int) -> ClassOutcome:
    """A class drawn with that seed, held against its gradebook."""
    chance = Random(seed)
    people = {f"r-{n:02}": Trainee(f"r-{n:02}", chance.gauss(0, 1)) for n in range(TRAINEES)}
    made = gradebook([one for trainee in people.values() for one in taken(trainee, chance)])
    inside = [
        _holds(grade, name, true)
        for grade in made.grades
        for name, true in (("found", people[grade.trainee].hit), ("alarms", people[grade.trainee].alarm))
    ]
    told = [grade.sensitivity or 0.0 for grade in made.grades]
    skill = [people[grade.trainee].skill for grade in made.grades]
    return ClassOutcome(sum(inside), len(inside), rank_correlation(told, skill))


def _holds(grade: Grade, name: str, true: float) -> bool:
    low, high = grade.rate(name).interval or (0.0, 1.0)
    return low <= true <= high


def rank_correlation(ones: list[float], others: list[float]) -> float:
    """Spearman's, for values without ties among the skills."""
    first, second = ranks(ones), ranks(others)
    middle = (len(ones) - 1) / 2
    joint = sum((a - middle) * (b - middle) for a, b in zip(first, second, strict=True))
    spread = [sum((one - middle) ** 2 for one in each) for each in (first, second)]
    return joint / math.sqrt(spread[0] * spread[1])


def ranks(values: list[float]) -> list[float]:
    """The rank of each value from 0; equal ones share theirs."""
    return [sum(other < one for other in values) + (values.count(one) - 1) / 2 for one in values]


def simulated(classes: int = CLASSES) -> tuple[float, float]:
    """The share of true rates in the gradebook's intervals, and the median rank correlation with skill."""
    outcomes = [one_class(seed) for seed in range(classes)]
    share = sum(one.within for one in outcomes) / sum(one.of for one in outcomes)
    return share, median(one.correlation for one in outcomes)


def run() -> list[Result]:
    """What is claimed of the gradebook."""
    share, correlation = simulated()
    return [
        Result(
            "gradebook: true rates in their 95% intervals, off 95%",
            abs(share - 0.95) * 100,
            2,
            " points",
            f"{100 * share:.1f}% over {CLASSES} classes",
        ),
        Result(
            "gradebook: rank correlation with skill, short of 1",
            1 - correlation,
            0.1,
            "",
            f"median {correlation:.3f} over {CLASSES} classes",
        ),
    ]
