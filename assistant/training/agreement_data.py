"""The agreement report as JSON: the contract of `imr agree --json`, with what was added to it."""

from __future__ import annotations

from typing import Any

from assistant.training.agreement import Named, Report
from assistant.training.divergence import (
    Pair,
    Parting,
    Side,
    against_standards,
    first_parting,
    pairs,
    partings,
)
from assistant.training.interval import LEVEL
from assistant.training.measure import Row, Statistic, Value
from assistant.training.panel import Panel, Rater

MOST_RATERS = 50
"""Of more raters than this a side names the first ones and counts the rest."""


def as_json(report: Report) -> dict[str, Any]:
    """The report; figures have six decimals."""
    panels = report.panels
    return {
        "case": report.case,
        "cases": [_case(panel) for panel in panels],
        "raters": [_rater(panel, rater) for panel in panels for rater in panel.raters],
        "method": {
            "kappa": "cohen" if len(report.reviewers) == 2 else "fleiss",
            "level": LEVEL,
            "samples": report.draws.samples,
            "seed": report.draws.seed,
            "study": report.study,
        },
        "outcome": _row(report.outcome),
        "answers": _row(report.answers),
        "documented": _row(report.documented),
        "prompts": [{"prompt": one.name, **_named(one)} for one in report.prompts],
        "findings": [{"criterion": one.name, **_named(one)} for one in report.findings],
        "pairs": [_pair(one) for one in pairs(panels, report.study)],
        "standards": [_pair(one) for panel in panels for _, one in against_standards(panel)],
        "first_divergence": None if report.study else _parting(_first(panels[0])),
        "divergences": [] if report.study else [_parting(one) for one in _every(panels[0])],
        "warnings": list(report.warnings),
    }


def statistic(one: Statistic) -> dict[str, Any]:
    """`{value, low, high}`, or `{too_few: n}` with what there is too little of and how much is needed."""
    if isinstance(one, Value):
        ends = {name: round(getattr(one, name), 6) for name in ("value", "low", "high")}
        return {**ends, "interval": one.by}
    return {"too_few": one.count, "of": one.of, "needed": one.needed}


def _first(panel: Panel) -> Parting | None:
    return first_parting(panel, [i for i, r in enumerate(panel.raters) if not r.standard])


def _every(panel: Panel) -> list[Parting]:
    return partings(panel, [i for i, r in enumerate(panel.raters) if not r.standard])


def _row(row: Row) -> dict[str, Any]:
    common = row.commonest
    return {
        "n": row.n,
        "alike": row.alike,
        "pairs": row.pairs,
        **{name: statistic(one) for name, one in row.statistics.items()},
        "chance": None if row.chance is None else round(row.chance, 6),
        "commonest": None if common is None else {"answer": _plain(common[0]), "share": round(common[1], 6)},
    }


def _named(one: Named) -> dict[str, Any]:
    return {"prompt_set": one.prompt_set, **_row(one.row)}


def _case(panel: Panel) -> dict[str, Any]:
    return {
        "case": panel.case,
        "raters": sum(not rater.standard for rater in panel.raters),
        "first_divergence": _parting(_first(panel)),
    }


def _rater(panel: Panel, rater: Rater) -> dict[str, Any]:
    session = rater.session
    return {
        "rater": rater.label,
        "reviewer": rater.reviewer,
        "case": panel.case,
        "session": session.id,
        "kind": session.mode if session.signed is not None else "standard",
        "determinations": {item: made.decision for item, made in session.determinations.items()},
    }


def _pair(one: Pair) -> dict[str, Any]:
    return {
        "raters": [one.one, one.other],
        "alike": one.alike,
        "of": one.of,
        "first_divergence": _parting(one.first),
    }


def _parting(found: Parting | None) -> dict[str, Any] | None:
    if found is None:
        return None
    place = found.line.place
    return {
        "case": found.panel.case,
        "item": place.scope,
        "prompt": place.prompt,
        "part": ".".join(place.path) or None,
        "ask": found.line.ask,
        "answers": [_side(found, side) for side in found.sides],
    }


def _side(found: Parting, side: Side) -> dict[str, Any]:
    search = side.search
    return {
        "answer": _plain(side.category),
        "words": side.words,
        "raters": [found.panel.raters[index].label for index in side.raters[:MOST_RATERS]],
        "count": len(side.raters),
        "evidence": [{"document": e.document, "page": e.page, "quote": e.quote} for e in side.evidence],
        "searched": None
        if search is None
        else {"documents": list(search.documents), "pages": search.pages, "terms": list(search.terms)},
        "reasons": list(side.reasons),
    }


def _plain(category: str) -> str:
    return category.removeprefix("=")
