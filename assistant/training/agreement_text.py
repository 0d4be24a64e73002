"""The agreement report as lines of text, at most 79 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from assistant.core.decision import DECISION_WORDS
from assistant.core.text import one_line, visible
from assistant.training.agreement import Report
from assistant.training.divergence import Parting, Side, against_standards, first_parting, pairs, partings
from assistant.training.interval import LEVEL
from assistant.training.measure import Row, Statistic, TooFew, Value
from assistant.training.panel import DETERMINATION, Panel, listed

WIDTH = 79
MOST_SHOWN = 26
"""Of more raters (or cases) than this the rest are counted, not listed."""

_NAME, _COUNT, _AGREE, _CELL = 21, 5, 11, 14
_CHANCE = ("kappa", "alpha", "ac1")


def lines(report: Report) -> Iterator[str]:
    """The report from the raters to the notes."""
    yield from _heading(report)
    yield ""
    yield from _table(report)
    for panel in report.panels[:1] if not report.study else ():
        yield from _parts(panel)
    if report.study:
        yield from _by_case(report.panels)
    yield from _pairs(report)
    yield from _standards(report)
    yield from _notes(report)


# -- who ---------------------------------------------------------------------------------------------


def _heading(report: Report) -> Iterator[str]:
    if report.study:
        reviews = sum(not rater.standard for panel in report.panels for rater in panel.raters)
        yield (
            f"{_counted(len(report.panels), 'case')}, {_counted(len(report.reviewers), 'reviewer')}, "
            f"{_counted(reviews, 'review')}"
        )
        return
    panel = report.panels[0]
    yield one_line(f"{panel.case}: {_counted(len(report.reviewers), 'reviewer')}", WIDTH)
    yield ""
    reviews_held = [rater for rater in panel.raters if not rater.standard]
    for rater in reviews_held[:MOST_SHOWN]:
        session = rater.session
        made = session.determinations
        decided = [DECISION_WORDS[made[i].decision] if i in made else "not decided" for i in session.items]
        said = (
            decided[0]
            if len(decided) == 1
            else f"{decided.count(DECISION_WORDS['upheld'])} of {len(decided)} items upheld"
        )
        who = f"  {one_line(rater.label, 12):<4}{one_line(rater.reviewer, 16):<17}{one_line(session.id, 12):<13}{session.mode if session.signed is not None else 'sheet':<9}"
        yield f"{who}{said}"
    if len(reviews_held) > MOST_SHOWN:
        yield f"  and {len(reviews_held) - MOST_SHOWN} more"


# -- how far -----------------------------------------------------------------------------------------


def _table(report: Report) -> Iterator[str]:
    whole = [
        ("outcome", report.outcome),
        ("all answers", report.answers),
        ("documented or not", report.documented),
    ]
    cohen = len(report.reviewers) == 2
    yield from _section("", whole, cohen)
    for title, some in (("By question", report.prompts), ("By finding", report.findings)):
        rows = [(one.name, one.row) for one in some if one.row.n]
        alike = [] if report.study else [name for name, row in rows if row.alike == row.pairs]
        apart = [(name, row) for name, row in rows if name not in alike]
        if rows:
            yield ""
            yield from _section(title, apart, cohen)
        if alike:
            yield from _wrapped(f"all alike: {', '.join(alike)}", "", "  ")


def _section(title: str, rows: Sequence[tuple[str, Row]], cohen: bool) -> Iterator[str]:
    """The rows under their head; the columns that correct for chance only where there is anything in them."""
    wide = any(isinstance(row.statistics[name], Value) for _, row in rows for name in _CHANCE)
    heads = f"{title:<{_NAME}}" + (f"{'n':>{_COUNT}}{'agree':>{_AGREE}}" if rows else "")
    if wide:
        kappa = "Cohen's kappa" if cohen else "Fleiss' kappa"
        heads += "".join(f"{head:>{_CELL}}" for head in (kappa, "Kripp. alpha", "Gwet's AC1"))
    yield heads.rstrip()
    for name, row in rows:
        yield from (line.rstrip() for line in _row_lines(name, row, wide))


def _row_lines(name: str, row: Row, wide: bool) -> Iterator[str]:
    cells = [_agree(row), *([_cell(row.statistics[n]) for n in _CHANCE] if wide else [])]
    widths = [_AGREE, *([_CELL] * 3)]
    label = one_line(name, _NAME - 1)
    yield f"{label:<{_NAME}}{row.n:>{_COUNT}}" + "".join(
        f"{top:>{width}}" for (top, _), width in zip(cells, widths, strict=False)
    )
    if any(below for _, below in cells):
        yield " " * (_NAME + _COUNT) + "".join(
            f"{below:>{width}}" for (_, below), width in zip(cells, widths, strict=False)
        )


def _agree(row: Row) -> tuple[str, str]:
    """The percentage over its interval; else how many pairs of answers are alike."""
    one = row.statistics["agreement"]
    if isinstance(one, Value):
        return f"{one.value:.0%}", f"{one.low * 100:.0f} to {one.high:.0%}"
    return (f"{row.alike} of {row.pairs}" if row.pairs else "-"), ""


def _cell(one: Statistic) -> tuple[str, str]:
    if isinstance(one, Value):
        return f"{one.value:.2f}".replace("-0.00", "0.00"), f"{_short(one.low)} to {_short(one.high)}"
    return ("undefined", "") if one.of == "different answers" else ("too few", "")


def _short(value: float) -> str:
    said = f"{value:.2f}"
    return "0" if float(said) == 0 else said.replace("0.", ".", 1) if abs(float(said)) < 1 else said


# -- where and on what -------------------------------------------------------------------------------


def _parts(panel: Panel) -> Iterator[str]:
    """Every place where the reviews part: the first with its evidence, the others in a line each."""
    reviews = [i for i, rater in enumerate(panel.raters) if not rater.standard]
    found = partings(panel, reviews)
    yield ""
    if not found:
        yield "They part nowhere: every answer and decision is alike."
        return
    yield f"They part first at {_place(found[0])}"
    yield from _wrapped(found[0].line.ask, "  ")
    for side in found[0].sides:
        yield from _side(found[0], side)
    if len(found) > 1:
        yield f"then at {_counted(len(found) - 1, 'more place')}"
    for one in found[1:MOST_SHOWN]:
        sides = " | ".join(f"{_labels(one, side)} {one_line(side.words, 60)}" for side in one.sides)
        yield from _wrapped(f"{_place(one)}: {sides}", "  ", "      ")
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN} more"


def _labels(found: Parting, side: Side) -> str:
    """Who is on a side; of more raters than are listed above, how many."""
    if len(found.panel.raters) > MOST_SHOWN:
        return _counted(len(side.raters), "reviewer")
    return listed([one_line(found.panel.raters[index].label, 20) for index in side.raters])


def _side(found: Parting, side: Side) -> Iterator[str]:
    yield from _wrapped(f"{_labels(found, side)}: {side.words}", "  ", "      ")
    for one in side.evidence:
        quote = f" “{one_line(one.quote, 120)}”" if one.quote else ""
        yield from _wrapped(f"{one}{quote}", "      ", "        ")
    if side.search is not None:
        documents = _counted(len(side.search.documents), "document")
        terms = f" for {', '.join(side.search.terms[:8])}" if side.search.terms else ""
        reach = f"{documents}, {_counted(side.search.pages, 'page')}" if side.search.pages else documents
        yield from _wrapped(f"searched {reach}{terms}", "      ", "        ")
    for reason in side.reasons:
        yield from _wrapped(f"because: {one_line(reason, 200)}", "      ", "        ")


def _place(found: Parting) -> str:
    """The place in words; the item is named where the case has several."""
    place = found.line.place
    name = "the decision" if place.prompt == DETERMINATION else str(place)
    several = len(found.panel.raters[0].session.items) > 1
    return one_line(f"{name} (item {place.scope})" if several and place.scope != "case" else name)


def _by_case(panels: Sequence[Panel]) -> Iterator[str]:
    yield ""
    yield f"{'By case':<40}{'reviews':>8}  they part first at"
    for panel in panels[:MOST_SHOWN]:
        reviews = [i for i, rater in enumerate(panel.raters) if not rater.standard]
        found = first_parting(panel, reviews)
        where = "nowhere" if found is None else _place(found)
        yield f"{one_line(panel.case, 39):<40}{len(reviews):>8}  {one_line(where, WIDTH - 50)}"
    if len(panels) > MOST_SHOWN:
        yield f"and {len(panels) - MOST_SHOWN} more cases"


def _pairs(report: Report) -> Iterator[str]:
    found = pairs(report.panels, report.study)
    if len(found) < 2:
        return
    yield ""
    yield f"{'Who parts from whom':<36}{'alike':>12}  first at"
    for one in found:
        where = "nowhere" if one.first is None else _place(one.first)
        if one.first is not None and report.study:
            where = f"{where}, {one.first.panel.case}"
        names = one_line(f"{one_line(one.one, 16)} and {one_line(one.other, 16)}")
        yield f"{names:<36}{f'{one.alike} of {one.of}':>12}  {one_line(where, WIDTH - 50)}"


def _standards(report: Report) -> Iterator[str]:
    found = [(panel, pair) for panel in report.panels for _, pair in against_standards(panel)]
    if not found:
        return
    yield ""
    yield f"{'Against the standard':<36}{'alike':>12}  first at"
    for panel, one in found:
        where = "nowhere" if one.first is None else _place(one.first)
        if report.study:
            where = f"{where}, {panel.case}"
        names = one_line(f"{one_line(one.one, 16)} and {one_line(one.other, 16)}")
        yield f"{names:<36}{f'{one.alike} of {one.of}':>12}  {one_line(where, WIDTH - 50)}"


# -- what else has to be said ------------------------------------------------------------------------


def _notes(report: Report) -> Iterator[str]:
    yield ""
    for warning in report.warnings:
        yield from _wrapped(f"! {warning}", "", "  ")
    yield from _wrapped(_method(report), "")


def _method(report: Report) -> str:
    rows = [report.outcome, report.answers, report.documented, *(o.row for o in report.prompts)]
    every = [one for row in rows for one in row.statistics.values()]
    said = "n counts answers that at least two gave; the parts of a group or list count one by one."
    made = {one.by for one in every if isinstance(one, Value)}
    if made:
        said += (
            f" Intervals: {LEVEL:.0%}, bootstrap (BCa) over {_resampled(report)}, {report.draws.samples:,} samples, "
            f"seed {report.draws.seed}"
        )
        said += "; Wilson's where no sample differs" if "wilson" in made else ""
        said += "; of kappa and alpha within chance, as wide as chance makes it" if "chance" in made else ""
        said += "."
    few = [one for one in every if isinstance(one, TooFew) and one.of != "different answers"]
    if few:
        said += " “Too few” is fewer than 10 cases, reviewers or answers, or an answer that too few cases differ in."
    return said


def _resampled(report: Report) -> str:
    if report.study:
        return "cases"
    return "reviewers" if len(report.reviewers) >= 10 else "the answers of this case"


def _wrapped(text: str, indent: str, later: str | None = None) -> list[str]:
    return textwrap.wrap(
        visible(text),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent if later is None else later,
        break_on_hyphens=False,
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
