"""Agreement over 1,000 reviews of one case with 2,000 bootstrap samples, against SciPy and scikit-learn.

The reviews are simulated: each is a session folded from events, straying from the reference at random. What is
compared is the interval alone, ours against `scipy.stats.bootstrap` with the same statistic written for it, and
Cohen's kappa against `sklearn.metrics.cohen_kappa_score`. Both libraries are asked for by the extra `bench`.
"""

from __future__ import annotations

import random
import statistics
import sys
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

import numpy as np

from assistant import library
from assistant.core import events as e
from assistant.core import yaml
from assistant.core.answer_reader import read_answer
from assistant.core.session import Session, begin, fold
from assistant.training.agreement import agreement
from assistant.training.comparison import Rater, RatingMatrix
from assistant.training.statistics import Draws, Unit, Value, row
from benchmarks.measure import CASE, Result

REVIEWS = 1_000
SAMPLES = 2_000
ROUNDS = 3
FLAGS = {
    "fracture": (80, 18, 2),
    "infection": (70, 28, 2),
    "tumor": (20, 75, 5),
    "neurologic_deficit": (30, 60, 10),
    "cord_compromise": (90, 8, 2),
    "vascular": (95, 4, 1),
    "referred": (95, 5, 0),
}
"""How often each red flag is answered as not documented, absent and present, in percent."""

INSTALL = "pip install -e '.[bench]' -c constraints.txt"


def run() -> list[Result]:
    """The whole report, and the interval of one statistic beside SciPy's; only told what lacks a library."""
    panel = RatingMatrix(CASE, [Rater(f"r-{n}", f"r-{n}", one) for n, one in enumerate(_reviews())])
    panel.lines, panel.states  # noqa: B018  # what is compared is found before the clock starts
    whole = _median(lambda: agreement([panel], False, Draws(1, SAMPLES)))
    results = [
        Result(
            f"agreement, whole report of {REVIEWS:,} reviews, {SAMPLES:,} samples",
            whole,
            unit=" s",
            detail=f"{len(panel.lines)} places, all prompts, findings and the outcome",
        )
    ]
    units = [
        Unit("", CASE, tuple(None if piece is None else piece.category for piece in line.pieces))
        for line in panel.lines
        if line.place.prompt == "red_flags"
    ]
    try:
        return [*results, *_against_scipy(units), *_against_sklearn(panel)]
    except ImportError as missing:
        print(f"Not compared with other libraries: {missing.name} is missing ({INSTALL}).", file=sys.stderr)
        return results


def _reviews() -> list[Session]:
    """Sessions over the bundled case, each straying from its reference at random; the same each time."""
    folder = library.find_case(CASE)
    rules = library.rules_for(folder)
    reference = yaml.parse_yaml(library.read_text(folder.path / "reference.yaml"), "reference.yaml").data
    dice = random.Random(1)
    made = []
    for number in range(REVIEWS):
        answers: dict[str, Any] = dict(reference["answers"]["1"])
        answers["red_flags"] = {
            name: dice.choices(["not_documented", "no", "yes"], odds)[0] for name, odds in FLAGS.items()
        }
        answers["duration"] = dice.choices([76, 77, 70], [80, 15, 5])[0]
        answers["acute_trauma"] = dice.choices(["no", "yes"], [90, 10])[0]
        if dice.random() < 0.2:
            answers["suspected"] = "A possible non-union."
        opened = e.SessionOpened(
            "practice", f"r-{number}", "0", False, {}, {"case": {"case.yaml": ""}}, {}, {}
        )
        prompts = rules.sets["1"].prompts
        events: list[e.Event] = [
            e.AnswerRecorded("1", name, read_answer(prompts[name].schema, raw, "", checked=False))
            for name, raw in answers.items()
        ]
        decision = dice.choices(["upheld", "overturned"], [85, 15])[0]
        events.append(e.DeterminationRecorded("1", decision, "upheld", False))
        made.append(fold(begin(f"session-{number}", rules, opened), events))
    return made


def _against_scipy(units: Sequence[Unit]) -> list[Result]:
    from scipy.stats import bootstrap

    names = {one: code for code, one in enumerate(dict.fromkeys(o for u in units for o in u.ratings if o))}
    codes = np.array([[names[one] for one in unit.ratings if one] for unit in units])
    marks = (codes.T[:, :, None] == np.arange(len(names))).astype(np.float64)

    def fleiss(drawn: Any, axis: int = -1) -> Any:
        """Fleiss' kappa of the reviewers drawn, whose numbers lie along the last axis.

        A reviewer who is drawn twice agrees with himself here, which ours leaves out: some 1 in 1,000 more.
        """
        counts = marks[drawn.astype(int)].sum(axis=-3)
        raters = drawn.shape[-1]
        seen = ((counts * (counts - 1)).sum(axis=-1) / (raters * (raters - 1))).mean(axis=-1)
        shares = counts.sum(axis=-2) / counts.sum(axis=(-2, -1), keepdims=True)[..., 0]
        chance = (shares * shares).sum(axis=-1)
        return (seen - chance) / (1 - chance)

    def theirs() -> Any:
        return bootstrap(
            (np.arange(REVIEWS),),
            fleiss,
            n_resamples=SAMPLES,
            batch=50,
            vectorized=True,
            method="BCa",
            rng=np.random.default_rng(1),
        ).confidence_interval

    found = theirs()
    own = row(units, False, Draws(1, SAMPLES)).statistics["kappa"]
    assert isinstance(own, Value)
    ours = _median(lambda: row(units, False, Draws(1, SAMPLES)))
    scipy = _median(theirs)
    apart = max(abs(own.low - found.low), abs(own.high - found.high))
    return [
        Result(
            "four coefficients with intervals, against SciPy's bootstrap of one",
            ours / scipy,
            1.0,
            "x",
            f"{ours * 1000:.0f} ms against {scipy * 1000:.0f} ms",
        ),
        Result(
            "ends of the interval of Fleiss' kappa, apart from SciPy's",
            apart,
            0.005,
            "",
            f"{own.low:.4f} to {own.high:.4f} against {found.low:.4f} to {found.high:.4f}",
        ),
    ]


def _against_sklearn(panel: RatingMatrix) -> list[Result]:
    from sklearn.metrics import cohen_kappa_score

    apart = 0.0
    answers = [[p.category for p in line.pieces if p is not None] for line in panel.lines]
    whole = [line for line in answers if len(line) == REVIEWS]
    for second in range(1, 101):
        units = [Unit("", str(n), (line[0], line[second])) for n, line in enumerate(whole)]
        own = row(units, True, Draws(1, 100)).statistics["kappa"]
        theirs = cohen_kappa_score([line[0] for line in whole], [line[second] for line in whole])
        assert isinstance(own, Value)
        apart = max(apart, abs(own.value - float(theirs)))
    return [Result("Cohen's kappa of 100 pairs, apart from scikit-learn's", apart, 1e-9, "")]


def _median(call: Callable[[], object]) -> float:
    """The median time of a few calls, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        start = perf_counter()
        call()
        taken.append(perf_counter() - start)
    return statistics.median(taken)
