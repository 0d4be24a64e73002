"""How far reviewers agree, by prompt, by finding and by outcome: on one case, or over the cases of a study."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from assistant.core.answer import Evidence, Trail
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.text import counted, one_line, visible
from assistant.training.comparison import DETERMINATION, Piece, Rater, RatingMatrix, RatingRow, listed_values
from assistant.training.statistics import LEVEL, Draws, Statistic, StatisticRow, TooFew, Unit, Value, row

FLATTERED = 2 / 3
"""Where chance alone gives this much agreement, a percentage says little."""

FLATTERED_FROM = 5
"""How many cases (of a study) or answers (of one case) it takes before a common answer is called common."""


@dataclass(frozen=True)
class Named:
    """A row of the report and what it is about."""

    name: str
    prompt_set: str
    row: StatisticRow


@dataclass(frozen=True)
class AgreementReport:
    """The agreement of the raters of one panel, or of several in a study.

    `answers` takes all prompts together, each with chance of its own; `documented` asks only whether something
    was given, not documented or unclear. `reviewers` are the columns: the raters of one case, the ids of a study.
    """

    panels: tuple[RatingMatrix, ...]
    study: bool
    reviewers: tuple[str, ...]
    draws: Draws
    prompts: tuple[Named, ...]
    findings: tuple[Named, ...]
    answers: StatisticRow
    documented: StatisticRow
    outcome: StatisticRow
    warnings: tuple[str, ...]

    @property
    def case(self) -> str | None:
        return None if self.study else self.panels[0].case


def agreement(
    panels: Sequence[RatingMatrix], study: bool, draws: Draws, warnings: Sequence[str] = ()
) -> AgreementReport:
    """The report on the panels; the standards among their raters are left out of the statistics."""
    columns = _columns(panels, study)
    tables = _Tables(columns, study)
    for panel in panels:
        tables.take(panel)
    measured = {name: row(units, study, draws) for name, units in tables.all().items()}
    prompts = tuple(Named(key[2], key[1], measured[key]) for key in tables.prompts)
    found = tuple(Named(key[2], key[1], measured[key]) for key in tables.findings)
    report = AgreementReport(
        panels=tuple(panels),
        study=study,
        reviewers=tuple(columns),
        draws=draws,
        prompts=prompts,
        findings=found,
        answers=measured[_ANSWERS],
        documented=measured[_DOCUMENTED],
        outcome=measured[_OUTCOME],
        warnings=(),
    )
    said = [*warnings, *(text for panel in panels for text in panel.apart), *_warnings(report)]
    return AgreementReport(**{**vars(report), "warnings": tuple(dict.fromkeys(said))})


_Key = tuple[str, str, str]
_ANSWERS: _Key = ("answers", "", "")
_DOCUMENTED: _Key = ("documented", "", "")
_OUTCOME: _Key = ("outcome", "", "")


class _Tables:
    """The units of every row of the report, gathered from panel after panel."""

    def __init__(self, columns: Mapping[str, int], study: bool) -> None:
        self.columns = columns
        self.study = study
        self.prompts: dict[_Key, list[Unit]] = {}
        self.findings: dict[_Key, list[Unit]] = {}
        self.others: dict[_Key, list[Unit]] = {_ANSWERS: [], _DOCUMENTED: [], _OUTCOME: []}

    def all(self) -> dict[_Key, list[Unit]]:
        return {**self.prompts, **self.findings, **self.others}

    def take(self, panel: RatingMatrix) -> None:
        for line in panel.lines:
            if line.place.prompt == DETERMINATION:
                self.others[_OUTCOME].append(self._unit(panel, DETERMINATION, _categories(line.pieces)))
            else:
                self._take_answer(panel, line)
        for state in panel.states:
            key = ("finding", state.prompt_set, state.criterion)
            self.findings.setdefault(key, []).append(self._unit(panel, state.criterion, state.states))

    def _take_answer(self, panel: RatingMatrix, line: RatingRow) -> None:
        piece = next(one for one in line.pieces if one is not None)
        question = line.place.line if self.study else piece.alike
        unit = self._unit(panel, f"{line.prompt_set} {question} {line.edition}", _categories(line.pieces))
        self.prompts.setdefault(("prompt", line.prompt_set, line.place.prompt), []).append(unit)
        self.others[_ANSWERS].append(unit)
        if piece.states:
            scale = f"{line.prompt_set} {question}" if self.study else ""
            self.others[_DOCUMENTED].append(self._unit(panel, scale, tuple(_status(p) for p in line.pieces)))

    def _unit(self, panel: RatingMatrix, scale: str, categories: Sequence[str | None]) -> Unit:
        """The unit with a column for each reviewer; who did not review this case said nothing."""
        said: list[str | None] = [None] * len(self.columns)
        for rater, category in zip(panel.raters, categories, strict=True):
            if not rater.standard:
                said[self.columns[_column(rater, self.study)]] = category
        return Unit(scale, panel.case, tuple(said))


def _columns(panels: Sequence[RatingMatrix], study: bool) -> dict[str, int]:
    names = dict.fromkeys(_column(r, study) for panel in panels for r in panel.raters if not r.standard)
    return {name: index for index, name in enumerate(names)}


def _column(rater: Rater, study: bool) -> str:
    return rater.reviewer if study else rater.label


def _categories(pieces: Sequence[Piece | None]) -> tuple[str | None, ...]:
    return tuple(None if piece is None else piece.category for piece in pieces)


def _status(piece: Piece | None) -> str | None:
    if piece is None:
        return None
    return piece.category if piece.category in ("not_documented", "unclear") else "given"


# -- what has to be said beside the figures ----------------------------------------------------------


def _warnings(report: AgreementReport) -> Iterator[str]:
    rows = [("outcome", report.outcome), *_told_apart(report.prompts)]
    yield from _flattered(rows, report.study)
    if not report.study:
        yield (
            "One case: a question that is asked once can't tell agreement from chance. Kappa, alpha and AC1 take "
            "several cases: `imr agree --cases`."
        )
    if report.answers.n and all(one.alike == one.pairs for _, one in rows):
        yield (
            "All reviewers agree throughout. Where only one answer was ever given, kappa and alpha are undefined: "
            "nothing shows whether they would tell a case apart that differs."
        )


def _flattered(rows: Sequence[tuple[str, StatisticRow]], study: bool) -> Iterator[str]:
    """The paradox of prevalence: A. R. Feinstein and D. V. Cicchetti, Journal of Clinical Epidemiology 43 (1990)."""
    found, constant = [], []
    for name, one in rows:
        enough = (one.cases if study else one.n) >= FLATTERED_FROM
        if not enough or one.chance is None or one.chance < FLATTERED:
            continue
        if one.chance > 1 - 1e-9:
            constant.append(name)
            continue
        said = f"{one.alike / one.pairs:.0%} seen, {one.chance:.0%} by chance"
        if one.commonest is not None:
            answer, share = one.commonest
            said = f"“{answer.removeprefix('=').replace('_', ' ')}” is {share:.0%} of the answers; {said}"
        found.append(f"{name} ({said})")
    if found:
        yield (
            "A common answer flatters percentages: two reviewers who each uphold 90% at random agree on 82%. "
            f"The percentage says little of {'; '.join(found)}. AC1 and kappa correct for chance."
        )
    if constant:
        yield (
            "Only one answer was ever given, so that agreement shows nothing about a case that differs: "
            f"{', '.join(constant)}."
        )


# Who parts from whom: how often each two raters say the same, where they part first, and on what evidence.


MOST_PAIRED = 12
"""Of more raters than this the pairs are not listed."""

MOST_QUOTED = 6
"""How many passages are named for one answer: those that most raters rest on."""


@dataclass(frozen=True)
class RaterSide:
    """Those who gave one answer, by number in the panel, the passages they rest on and where they searched."""

    words: str
    category: str
    raters: tuple[int, ...]
    evidence: tuple[Evidence, ...]
    search: Trail | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parting:
    """A place where raters part, with its sides, the one of most raters first."""

    panel: RatingMatrix
    line: RatingRow
    sides: tuple[RaterSide, ...]


@dataclass(frozen=True)
class RaterPair:
    """Two raters (or reviewers): how many answers are alike of those that both gave, and where they first part."""

    one: str
    other: str
    alike: int
    of: int
    first: Parting | None


def first_parting(panel: RatingMatrix, among: Sequence[int] | None = None) -> Parting | None:
    """Where the raters of a panel (or those of them named) part first; None where they never do."""
    line = panel.first_parting(among)
    return None if line is None else parting(panel, line, among)


def partings(panel: RatingMatrix, among: Sequence[int]) -> list[Parting]:
    """Every place where those named part, in the order of the questions."""
    return [parting(panel, line, among) for line in panel.lines if line.parts(among)]


def parting(panel: RatingMatrix, line: RatingRow, among: Sequence[int] | None = None) -> Parting:
    """The sides at one place."""
    held: dict[str, list[tuple[int, Piece]]] = {}
    for index in range(len(line.pieces)) if among is None else among:
        piece = line.pieces[index]
        if piece is not None:
            held.setdefault(piece.category, []).append((index, piece))
    sides = (_side(panel, line, members) for members in held.values())
    return Parting(panel, line, tuple(sorted(sides, key=lambda side: -len(side.raters))))


def pairs(panels: Sequence[RatingMatrix], study: bool) -> list[RaterPair]:
    """Each two raters of one case, or each two reviewers over the cases that both reviewed; none if there are many."""
    together: dict[tuple[str, str], list[tuple[RatingMatrix, int, int]]] = {}
    for panel in panels:
        reviews = [(i, r) for i, r in enumerate(panel.raters) if not r.standard]
        if len(reviews) > MOST_PAIRED:
            return []
        for (i, one), (j, other) in combinations(reviews, 2):
            names = (one.reviewer, other.reviewer) if study else (one.label, other.label)
            key = (names[0], names[1]) if not study or names[0] <= names[1] else (names[1], names[0])
            together.setdefault(key, []).append((panel, i, j))
    if study and len({name for key in together for name in key}) > MOST_PAIRED:
        return []
    return [_pair(one, other, met) for (one, other), met in together.items()]


def against_standards(panel: RatingMatrix) -> Iterator[tuple[int, RaterPair]]:
    """Each review held against each standard of the panel, with the review's number."""
    for j, standard in enumerate(panel.raters):
        for i, rater in enumerate(panel.raters):
            if standard.standard and not rater.standard:
                yield i, _pair(rater.label, standard.label, [(panel, i, j)])


def _pair(one: str, other: str, met: Sequence[tuple[RatingMatrix, int, int]]) -> RaterPair:
    counts = [panel.alike(i, j) for panel, i, j in met]
    first = next((found for panel, i, j in met if (found := first_parting(panel, (i, j)))), None)
    return RaterPair(one, other, sum(alike for alike, _ in counts), sum(of for _, of in counts), first)


def _side(panel: RatingMatrix, line: RatingRow, members: Sequence[tuple[int, Piece]]) -> RaterSide:
    cited = Counter(one for _, piece in members for one in piece.answer.all_evidence())
    trails = [piece.answer.search for _, piece in members if piece.answer.search is not None]
    words = Counter(piece.words for _, piece in members)
    reasons = dict.fromkeys(piece.answer.note for _, piece in members if piece.answer.note)
    return RaterSide(
        words=words.most_common(1)[0][0],
        category=members[0][1].category,
        raters=tuple(index for index, _ in members),
        evidence=tuple(one for one, _ in cited.most_common(MOST_QUOTED)),
        search=max(trails, key=lambda trail: trail.pages, default=None),
        reasons=tuple(reasons)[:3],
    )


# The agreement report as JSON: the contract of `imr agree --json`, with what was added to it.


MOST_RATERS = 50
"""Of more raters than this a side names the first ones and counts the rest."""


def as_json(report: AgreementReport) -> dict[str, Any]:
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
        "pairs": [_pair_data(one) for one in pairs(panels, report.study)],
        "standards": [_pair_data(one) for panel in panels for _, one in against_standards(panel)],
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


def _first(panel: RatingMatrix) -> Parting | None:
    return first_parting(panel, [i for i, r in enumerate(panel.raters) if not r.standard])


def _every(panel: RatingMatrix) -> list[Parting]:
    return partings(panel, [i for i, r in enumerate(panel.raters) if not r.standard])


def _row(row: StatisticRow) -> dict[str, Any]:
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


def _case(panel: RatingMatrix) -> dict[str, Any]:
    return {
        "case": panel.case,
        "raters": sum(not rater.standard for rater in panel.raters),
        "first_divergence": _parting(_first(panel)),
    }


def _rater(panel: RatingMatrix, rater: Rater) -> dict[str, Any]:
    session = rater.session
    return {
        "rater": rater.label,
        "reviewer": rater.reviewer,
        "case": panel.case,
        "session": session.id,
        "kind": session.mode if session.signed is not None else "standard",
        "determinations": {item: made.decision for item, made in session.determinations.items()},
    }


def _pair_data(one: RaterPair) -> dict[str, Any]:
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
        "answers": [_side_data(found, side) for side in found.sides],
    }


def _side_data(found: Parting, side: RaterSide) -> dict[str, Any]:
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


# The agreement report as lines of text, at most 79 columns wide.


WIDTH = 79
MOST_SHOWN = 26
"""Of more raters (or cases) than this the rest are counted, not listed."""

_NAME, _COUNT, _AGREE, _CELL = 21, 5, 11, 14
_CHANCE = ("kappa", "alpha", "ac1")


def lines(report: AgreementReport) -> Iterator[str]:
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


def _heading(report: AgreementReport) -> Iterator[str]:
    if report.study:
        reviews = sum(not rater.standard for panel in report.panels for rater in panel.raters)
        yield (
            f"{counted(len(report.panels), 'case')}, {counted(len(report.reviewers), 'reviewer')}, "
            f"{counted(reviews, 'review')}"
        )
        return
    panel = report.panels[0]
    yield one_line(f"{panel.case}: {counted(len(report.reviewers), 'reviewer')}", WIDTH)
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


def _table(report: AgreementReport) -> Iterator[str]:
    whole = [
        ("outcome", report.outcome),
        ("all answers", report.answers),
        ("documented or not", report.documented),
    ]
    cohen = len(report.reviewers) == 2
    yield from _section("", whole, cohen)
    for title, some in (("By question", report.prompts), ("By finding", report.findings)):
        rows = [(name, row) for name, row in _told_apart(some) if row.n]
        alike = [] if report.study else [name for name, row in rows if row.alike == row.pairs]
        apart = [(name, row) for name, row in rows if name not in alike]
        if rows:
            yield ""
            yield from _section(title, apart, cohen)
        if alike:
            yield from _wrapped(f"all alike: {', '.join(alike)}", "", "  ")


def _told_apart(some: Sequence[Named]) -> list[tuple[str, StatisticRow]]:
    """Rows by name, with their set where another set has one of that name."""
    sets: dict[str, set[str]] = {}
    for one in some:
        sets.setdefault(one.name, set()).add(one.prompt_set)
    several = {name for name, held in sets.items() if len(held) > 1}
    return [(f"{one.name} ({one.prompt_set})" if one.name in several else one.name, one.row) for one in some]


def _section(title: str, rows: Sequence[tuple[str, StatisticRow]], cohen: bool) -> Iterator[str]:
    """The rows under their head; the columns that correct for chance only where there is anything in them."""
    wide = any(isinstance(row.statistics[name], Value) for _, row in rows for name in _CHANCE)
    heads = f"{title:<{_NAME}}" + (f"{'n':>{_COUNT}}{'agree':>{_AGREE}}" if rows else "")
    if wide:
        kappa = "Cohen's kappa" if cohen else "Fleiss' kappa"
        heads += "".join(f"{head:>{_CELL}}" for head in (kappa, "Kripp. alpha", "Gwet's AC1"))
    yield heads.rstrip()
    for name, one in rows:
        yield from (line.rstrip() for line in _row_lines(name, one, wide))


def _row_lines(name: str, row: StatisticRow, wide: bool) -> Iterator[str]:
    cells = [_agree(row), *([_cell(row.statistics[n]) for n in _CHANCE] if wide else [])]
    widths = [_AGREE, *([_CELL] * 3)]
    if " (" in name:
        yield from _wrapped(name, "", "  ")
        name = ""
    label = one_line(name, _NAME - 1)
    yield f"{label:<{_NAME}}{row.n:>{_COUNT}}" + "".join(
        f"{top:>{width}}" for (top, _), width in zip(cells, widths, strict=False)
    )
    if any(below for _, below in cells):
        yield " " * (_NAME + _COUNT) + "".join(
            f"{below:>{width}}" for (_, below), width in zip(cells, widths, strict=False)
        )


def _agree(row: StatisticRow) -> tuple[str, str]:
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


def _parts(panel: RatingMatrix) -> Iterator[str]:
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
        yield from _side_text(found[0], side)
    if len(found) > 1:
        yield f"then at {counted(len(found) - 1, 'more place')}"
    for one in found[1:MOST_SHOWN]:
        sides = " | ".join(f"{_labels(one, side)} {one_line(side.words, 60)}" for side in one.sides)
        yield from _wrapped(f"{_place(one)}: {sides}", "  ", "      ")
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN} more"


def _labels(found: Parting, side: RaterSide) -> str:
    """Who is on a side; of more raters than are listed above, how many."""
    if len(found.panel.raters) > MOST_SHOWN:
        return counted(len(side.raters), "reviewer")
    return listed_values([one_line(found.panel.raters[index].label, 20) for index in side.raters])


def _side_text(found: Parting, side: RaterSide) -> Iterator[str]:
    yield from _wrapped(f"{_labels(found, side)}: {side.words}", "  ", "      ")
    for one in side.evidence:
        quote = f" “{one_line(one.quote, 120)}”" if one.quote else ""
        yield from _wrapped(f"{one}{quote}", "      ", "        ")
    if side.search is not None:
        documents = counted(len(side.search.documents), "document")
        terms = f" for {', '.join(side.search.terms[:8])}" if side.search.terms else ""
        reach = f"{documents}, {counted(side.search.pages, 'page')}" if side.search.pages else documents
        yield from _wrapped(f"searched {reach}{terms}", "      ", "        ")
    for reason in side.reasons:
        yield from _wrapped(f"because: {one_line(reason, 200)}", "      ", "        ")


def _place(found: Parting) -> str:
    """The place in words; the item is named where the case has several."""
    place = found.line.place
    name = "the decision" if place.prompt == DETERMINATION else str(place)
    several = len(found.panel.raters[0].session.items) > 1
    return one_line(f"{name} (item {place.scope})" if several and place.scope != "case" else name)


def _by_case(panels: Sequence[RatingMatrix]) -> Iterator[str]:
    yield ""
    yield f"{'By case':<40}{'reviews':>8}  they part first at"
    for panel in panels[:MOST_SHOWN]:
        reviews = [i for i, rater in enumerate(panel.raters) if not rater.standard]
        found = first_parting(panel, reviews)
        where = "nowhere" if found is None else _place(found)
        yield f"{one_line(panel.case, 39):<40}{len(reviews):>8}  {one_line(where, WIDTH - 50)}"
    if len(panels) > MOST_SHOWN:
        yield f"and {len(panels) - MOST_SHOWN} more cases"


def _pairs(report: AgreementReport) -> Iterator[str]:
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


def _standards(report: AgreementReport) -> Iterator[str]:
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


def _notes(report: AgreementReport) -> Iterator[str]:
    yield ""
    for warning in report.warnings:
        yield from _wrapped(f"! {warning}", "", "  ")
    yield from _wrapped(_method(report), "")


def _method(report: AgreementReport) -> str:
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
    if any(isinstance(row.statistics.get("ac1"), Value) for row in rows):
        said += (
            " AC1 takes as the scale of a question the answers that were given to it, two at least; an answer that could "
            "have been given, and wasn't, is none."
        )
    few = [one for one in every if isinstance(one, TooFew) and one.of != "different answers"]
    if few:
        said += " “Too few” is fewer than 10 cases, reviewers or answers, or an answer that too few cases differ in."
    return said


def _resampled(report: AgreementReport) -> str:
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
