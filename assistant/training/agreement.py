"""How far reviewers agree, by prompt, by finding and by outcome: on one case, or over the cases of a study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.core.comparison import Piece
from assistant.training.measure import Draws, Row, Unit, row
from assistant.training.panel import DETERMINATION, Line, Panel, Rater

FLATTERED = 2 / 3
"""Where chance alone gives this much agreement, a percentage says little."""

FLATTERED_FROM = 5
"""How many cases (of a study) or answers (of one case) it takes before a common answer is called common."""


@dataclass(frozen=True)
class Named:
    """A row of the report and what it is about."""

    name: str
    prompt_set: str
    row: Row


@dataclass(frozen=True)
class Report:
    """The agreement of the raters of one panel, or of several in a study.

    `answers` takes all prompts together, each with chance of its own; `documented` asks only whether something
    was given, not documented or unclear. `reviewers` are the columns: the raters of one case, the ids of a study.
    """

    panels: tuple[Panel, ...]
    study: bool
    reviewers: tuple[str, ...]
    draws: Draws
    prompts: tuple[Named, ...]
    findings: tuple[Named, ...]
    answers: Row
    documented: Row
    outcome: Row
    warnings: tuple[str, ...]

    @property
    def case(self) -> str | None:
        return None if self.study else self.panels[0].case

    @property
    def resampled(self) -> str:
        """What the intervals were drawn over."""
        return "cases" if self.study else "reviewers, or the answers of fewer than 10 reviewers"


def agreement(panels: Sequence[Panel], study: bool, draws: Draws, warnings: Sequence[str] = ()) -> Report:
    """The report on the panels; the standards among their raters are left out of the statistics."""
    columns = _columns(panels, study)
    tables = _Tables(columns, study)
    for panel in panels:
        tables.take(panel)
    measured = {name: row(units, study, draws) for name, units in tables.all().items()}
    prompts = tuple(Named(key[2], key[1], measured[key]) for key in tables.prompts)
    found = tuple(Named(key[2], key[1], measured[key]) for key in tables.findings)
    report = Report(
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
    return Report(**{**vars(report), "warnings": tuple(dict.fromkeys(said))})


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

    def take(self, panel: Panel) -> None:
        for line in panel.lines:
            if line.place.prompt == DETERMINATION:
                self.others[_OUTCOME].append(self._unit(panel, DETERMINATION, _categories(line.pieces)))
            else:
                self._take_answer(panel, line)
        for state in panel.states:
            key = ("finding", state.prompt_set, state.criterion)
            self.findings.setdefault(key, []).append(self._unit(panel, state.criterion, state.states))

    def _take_answer(self, panel: Panel, line: Line) -> None:
        piece = next(one for one in line.pieces if one is not None)
        question = line.place.line if self.study else piece.alike
        unit = self._unit(panel, f"{line.prompt_set} {question} {line.edition}", _categories(line.pieces))
        self.prompts.setdefault(("prompt", line.prompt_set, line.place.prompt), []).append(unit)
        self.others[_ANSWERS].append(unit)
        if piece.states:
            scale = f"{line.prompt_set} {question}" if self.study else ""
            self.others[_DOCUMENTED].append(self._unit(panel, scale, tuple(_status(p) for p in line.pieces)))

    def _unit(self, panel: Panel, scale: str, categories: Sequence[str | None]) -> Unit:
        """The unit with a column for each reviewer; who did not review this case said nothing."""
        said: list[str | None] = [None] * len(self.columns)
        for rater, category in zip(panel.raters, categories, strict=True):
            if not rater.standard:
                said[self.columns[_column(rater, self.study)]] = category
        return Unit(scale, panel.case, tuple(said))


def _columns(panels: Sequence[Panel], study: bool) -> dict[str, int]:
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


def _warnings(report: Report) -> Iterator[str]:
    rows = [("outcome", report.outcome), *((one.name, one.row) for one in report.prompts)]
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


def _flattered(rows: Sequence[tuple[str, Row]], study: bool) -> Iterator[str]:
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
