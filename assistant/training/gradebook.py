"""What a class has come to: rates with their intervals by trainee, learning curves, and how hard each question is.

Only the first run of a trainee on a case, none of whose answers had been shown before, enters a rate; every run is
counted among the attempts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from statistics import NormalDist, fmean, median, pstdev
from typing import Any

from assistant.core.problem import Refused
from assistant.core.text import counted, one_line, visible
from assistant.log import Log
from assistant.log.entry import Unreadable
from assistant.log.errors import leave_out
from assistant.log.sql import Value, csv_lines
from assistant.training.book import Assignment, Written, all_entries, assignments
from assistant.training.debrief import debrief
from assistant.training.feedback import Feedback
from assistant.training.marking import Calibration
from assistant.training.practice import Run, runs
from assistant.training.recording import Recording
from assistant.training.statistics import ENOUGH, wilson


@dataclass(frozen=True)
class Rate:
    """So many of so many, with a 95% interval (Wilson's)."""

    hits: int
    of: int

    @property
    def share(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        return wilson(self.hits / self.of, self.of) if self.of else None

    def __add__(self, other: Rate) -> Rate:
        return Rate(self.hits + other.hits, self.of + other.of)

    @property
    def words(self) -> str:
        """`7 of 12 (58%, 32 to 81)`; a dash where there is nothing to count."""
        if self.interval is None:
            return "-"
        low, high = self.interval
        return f"{self.hits} of {self.of} ({_percent(self.hits / self.of)}%, {_percent(low)} to {_percent(high)})"


NONE = Rate(0, 0)


@dataclass(frozen=True)
class Question:
    """One question of a result: whether it was answered as the reviewer did, and what was said instead."""

    place: str
    right: bool
    said: str = ""


@dataclass(frozen=True)
class Result:
    """What one run came to. `fresh`: the first on its case, with nothing of it seen before."""

    session: str
    trainee: str
    case: str
    ts: str
    agreement: Rate
    found: Rate
    shown: int = 0
    alarms: Rate = NONE
    evidence: Rate = NONE
    seconds: int = 0
    quick: int = 0
    fresh: bool = True
    questions: Sequence[Question] = field(default=(), repr=False)
    kinds: Sequence[tuple[str, str | None]] = field(default=(), repr=False)
    """Each planted fault's kind, and how it came out."""
    calibration: Calibration = field(default_factory=Calibration, repr=False)
    credits: tuple[float, ...] = field(default=(), repr=False)
    """What each answer is worth by a panel, where one is the key."""
    unread: Rate = NONE
    """What somebody comes to who reads nothing."""


@dataclass(frozen=True)
class Grade:
    """One trainee: the rates over the fresh runs, the attempts, and the assignments that are waited for."""

    trainee: str
    results: Sequence[Result]
    open: int = 0
    overdue: int = 0

    @property
    def fresh(self) -> list[Result]:
        return [one for one in self.results if one.fresh]

    def rate(self, name: str) -> Rate:
        """A rate over the fresh runs: agreement, found, alarms or evidence."""
        return sum((getattr(one, name) for one in self.fresh), NONE)

    @property
    def sensitivity(self) -> float | None:
        """How well faults are told from sound answers (d'); None from fewer than ten faults or sound answers.

        To each of the two counts its share of all is added before (Hautus 1995, log-linear): equal halves would set
        who finds nothing and raises nothing above 0, where there are fewer faults than sound answers.
        """
        found, alarms = self.rate("found"), self.rate("alarms")
        if min(found.of, alarms.of) < ENOUGH:
            return None
        normal, every = NormalDist(), found.of + alarms.of
        hit, false = ((one.hits / one.of + 1 / every) / (1 + 2 / every) for one in (found, alarms))
        return normal.inv_cdf(hit) - normal.inv_cdf(false)

    @property
    def sensitivity_words(self) -> str:
        """The sensitivity as it is told; a dash where nothing was planted."""
        if self.sensitivity is not None:
            return f"{self.sensitivity:.2f}"
        return f"not told from fewer than {ENOUGH} faults" if self.rate("found").of else "-"

    @property
    def calibration(self) -> Calibration:
        """How sure the trainee was, over the fresh runs, where that was asked."""
        return sum((one.calibration for one in self.fresh), Calibration())

    @property
    def concordance(self) -> float | None:
        """What an answer is worth on average, where panels are the key."""
        found = [worth for one in self.fresh for worth in one.credits]
        return fmean(found) if found else None

    @property
    def seconds(self) -> float | None:
        """The median time of a run."""
        return median(one.seconds for one in self.results) if self.results else None


@dataclass(frozen=True)
class Item:
    """A question over a class: the share that was right, how well it parts the good from the weak, the commonest error."""

    case: str
    place: str
    right: Rate
    discrimination: float | None
    wrong: str


@dataclass(frozen=True)
class Gradebook:
    """A class: its trainees by name, and its questions, the hardest first."""

    title: str
    grades: Sequence[Grade]
    items: Sequence[Item]


def gradebook(
    results: Iterable[Result], title: str = "", waiting: Mapping[str, tuple[int, int]] | None = None
) -> Gradebook:
    """The gradebook of some results; `waiting` has by trainee the open assignments and those that are overdue."""
    by_trainee: dict[str, list[Result]] = {name: [] for name in waiting or {}}
    for one in sorted(results, key=lambda result: result.ts):
        by_trainee.setdefault(one.trainee, []).append(one)
    grades = [
        Grade(name, tuple(found), *(waiting or {}).get(name, (0, 0)))
        for name, found in sorted(by_trainee.items())
    ]
    return Gradebook(title, grades, items([one for grade in grades for one in grade.fresh]))


def items(results: Sequence[Result]) -> list[Item]:
    """Each question that two or more answered, the hardest first.

    Discrimination is the correlation of a right answer with the share of the other questions that was right.
    """
    asked: dict[tuple[str, str], list[tuple[bool, float | None, str]]] = {}
    for result in results:
        right = sum(one.right for one in result.questions)
        others = len(result.questions) - 1
        for one in result.questions:
            rest = (right - one.right) / others if others else None
            asked.setdefault((result.case, one.place), []).append((one.right, rest, one.said))
    made = []
    for (case, place), found in asked.items():
        if len(found) < 2:
            continue
        wrong = [said for right, _, said in found if not right and said]
        commonest = max(sorted(set(wrong)), key=wrong.count) if wrong else ""
        rate = Rate(sum(right for right, _, _ in found), len(found))
        made.append(
            Item(
                case,
                place,
                rate,
                _correlation([(float(r), s) for r, s, _ in found if s is not None]),
                commonest,
            )
        )
    return sorted(made, key=lambda item: (item.right.hits / item.right.of, item.case, item.place))


def _correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    ones, others = [one for one, _ in pairs], [other for _, other in pairs]
    if len(pairs) < 3 or not pstdev(ones) or not pstdev(others):
        return None
    middle, mean = fmean(ones), fmean(others)
    joint = fmean((one - middle) * (other - mean) for one, other in pairs)
    return joint / (pstdev(ones) * pstdev(others))


# The results of the runs of a log.


def result_of(run: Run, made: Feedback, fresh: bool) -> Result:
    """A run's feedback as a line of the gradebook."""
    compared = [row for row in made.rows if row.compared]
    return Result(
        run.session,
        run.trainee,
        run.case,
        run.ts,
        Rate(made.agreed, made.compared),
        Rate(made.alone, made.unknown),
        made.shown,
        Rate(made.alarms, made.quiet),
        Rate(made.evidence("cited"), made.evidence()),
        made.seconds,
        made.quick,
        fresh,
        tuple(
            Question(f"{row.item}/{row.prompt}", bool(row.agrees), one_line(row.told, 120))
            for row in compared
        ),
        tuple((fault.kind, how) for fault, how in made.faults),
        made.calibration,
        made.credits,
        Rate(made.unread, made.compared),
    )


def results(log: Log, actor: str, trainees: Sequence[str] = ()) -> list[Result]:
    """What the finished runs of a log came to, of some trainees or all; what can't be read is left out."""
    found: list[Result] = []
    met: set[tuple[str, str]] = set()
    for run in runs(all_entries(log)):
        if not run.ended or (trainees and run.trainee not in trainees):
            continue
        try:
            made, _ = debrief(log, Recording(log, run.session), actor)
        except Unreadable as refusal:
            leave_out(run.session, refusal)
            continue
        except Refused:
            continue
        first = (run.trainee, run.case) not in met
        met.add((run.trainee, run.case))
        found.append(result_of(run, made, first and not made.seen_before and not run.self_planted))
    return found


def open_assignments(
    written: Sequence[Written], trainees: Sequence[str], day: str
) -> dict[str, tuple[int, int]]:
    """By trainee, the assignments whose run isn't over, and how many of them are due before `day` (ISO)."""
    over = {run.plan for run in runs(written) if run.ended and run.plan}
    held = dict.fromkeys(trainees, (0, 0))
    for one in assignments(written):
        if one.withdrawn or one.id in over or (trainees and one.trainee not in trainees):
            continue
        waits, late = held.get(one.trainee, (0, 0))
        held[one.trainee] = waits + 1, late + is_overdue(one, day)
    return held


def is_overdue(one: Assignment, day: str) -> bool:
    """Whether an assignment was due before that day (ISO)."""
    return bool(one.due) and one.due < day


# The gradebook as lines, as a table, as JSON and as a page.


COLUMNS = (
    "trainee attempts fresh open overdue agreed compared unread found planted found_when_shown false_alarms quiet cited needed "
    "sensitivity median_seconds quick_answers sure right_where_asked brier concordance"
).split()
_NAMED = {
    "agreement": "Agreement",
    "unread": "Had without reading",
    "found": "Faults found alone",
    "alarms": "False alarms",
    "evidence": "Pages cited",
}
_HARDEST = 12


def gradebook_lines(made: Gradebook) -> list[str]:
    """The gradebook for a terminal: a few lines for each trainee, so that none is wider than 80 columns."""
    lines = [made.title or "Gradebook", ""]
    for grade in made.grades:
        again = len(grade.results) - len(grade.fresh)
        head = f"{grade.trainee} · {counted(len(grade.results), 'run')}"
        head += f", {again} on what was seen before" * bool(again) + f" · {grade.open} open" * bool(
            grade.open
        )
        lines.append(head + f" · {grade.overdue} overdue" * bool(grade.overdue))
        lines += [
            f"  {words:<19} {_told(name, grade.rate(name))}"
            for name, words in _NAMED.items()
            if grade.rate(name).of
        ]
        shown = sum(one.shown for one in grade.fresh)
        lines += [f"  {'Found when shown':<19} {shown}"] if shown else []
        if grade.rate("found").of:
            lines.append(f"  {'Sensitivity (d′)':<19} {grade.sensitivity_words}")
        if grade.calibration.told:
            lines.append(f"  {'Confidence':<19} {grade.calibration.words}")
        if grade.concordance is not None:
            lines.append(f"  {'Worth by a panel':<19} {grade.concordance:.2f} of 1")
        if grade.seconds is not None:
            quick = sum(one.quick for one in grade.results)
            fast = f", {counted(quick, 'answer')} within 3 seconds" if quick else ""
            lines.append(
                f"  {'Time of a run':<19} {int(grade.seconds) // 60}:{int(grade.seconds) % 60:02}{fast}"
            )
        if len(grade.fresh) > 1:
            lines.append(f"  {'Run by run':<19} {' '.join(f'{_percent(share)}%' for share in curve(grade))}")
    if made.items:
        lines += ["", "The hardest questions"]
    for item in made.items[:_HARDEST]:
        lines.append(
            f"  {item.right.hits} of {item.right.of} right{_parting(item)} · {item.case} {item.place}"
        )
        lines += [f"      most often: {one_line(item.wrong, 70)}"] if item.wrong else []
    return [visible(line) for line in lines] if made.grades else ["No run is finished yet."]


def _told(name: str, rate: Rate) -> str:
    """A rate in words; what is had without reading is the case's own, and no estimate."""
    return f"{rate.hits} of {rate.of}" if name == "unread" and rate.of else rate.words


def _parting(item: Item) -> str:
    return "" if item.discrimination is None else f", discrimination {item.discrimination:+.2f}"


def curve(grade: Grade) -> list[float]:
    """The share of questions answered as the reviewer did, run by run."""
    return [one.agreement.share for one in grade.fresh if one.agreement.share is not None]


def _percent(share: float) -> int:
    return round(100 * share)


def gradebook_csv(made: Gradebook) -> str:
    """A row for each trainee, safe to open in a spreadsheet."""
    table: list[list[Value]] = []
    for grade in made.grades:
        agreement, unread, found, alarms, evidence = (grade.rate(name) for name in _NAMED)
        table.append(
            [
                one_line(grade.trainee),
                len(grade.results),
                len(grade.fresh),
                grade.open,
                grade.overdue,
                agreement.hits,
                agreement.of,
                unread.hits,
                found.hits,
                found.of,
                sum(one.shown for one in grade.fresh),
                alarms.hits,
                alarms.of,
                evidence.hits,
                evidence.of,
                None if grade.sensitivity is None else round(grade.sensitivity, 4),
                None if grade.seconds is None else round(grade.seconds),
                sum(one.quick for one in grade.results),
                *(
                    (round(held.sure, 4), round(held.right, 4), round(held.brier, 4))
                    if (held := grade.calibration).told
                    else (None, None, None)
                ),
                None if grade.concordance is None else round(grade.concordance, 4),
            ]
        )
    return "".join(f"{line}\n" for line in csv_lines(COLUMNS, table))


def gradebook_json(made: Gradebook) -> dict[str, Any]:
    """The gradebook as `imr training gradebook --json` prints it."""
    return {
        "trainees": [
            {
                "trainee": grade.trainee,
                "attempts": len(grade.results),
                "fresh": len(grade.fresh),
                "open": grade.open,
                "overdue": grade.overdue,
                **{name: _rate_json(grade.rate(name)) for name in _NAMED},
                "found_when_shown": sum(one.shown for one in grade.fresh),
                "sensitivity": grade.sensitivity,
                "median_seconds": grade.seconds,
                "quick_answers": sum(one.quick for one in grade.results),
                "confidence": grade.calibration.to_json(),
                "concordance": grade.concordance,
                "runs": [
                    {
                        "session": one.session,
                        "case": one.case,
                        "begun": one.ts,
                        "fresh": one.fresh,
                        "agreement": _rate_json(one.agreement),
                        "found": _rate_json(one.found),
                        "found_when_shown": one.shown,
                        "alarms": _rate_json(one.alarms),
                        "seconds": one.seconds,
                    }
                    for one in grade.results
                ],
            }
            for grade in made.grades
        ],
        "questions": [
            {
                "case": item.case,
                "question": item.place,
                "right": _rate_json(item.right),
                "discrimination": item.discrimination,
                "most_often_wrong": item.wrong or None,
            }
            for item in made.items
        ],
    }


def _rate_json(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval or (None, None)
    return {"hits": rate.hits, "of": rate.of, "low": low, "high": high}


_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}"
    "@page{size:landscape}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .4rem;border-bottom:1px solid #ccc}td:first-child{white-space:nowrap}"
    "svg{display:block;max-width:min(100%,60rem)}tr,svg{break-inside:avoid}h2{break-after:avoid}@media screen and (prefers-color-scheme:dark){body{color:#eee;background:#111}}"
)


def gradebook_page(made: Gradebook) -> str:
    """The gradebook as one page of HTML with its plots drawn in it: no script, and nothing from elsewhere."""
    title = escape(made.title or "Gradebook")
    sure = any(one.calibration.told for one in made.grades)
    panel = any(one.concordance is not None for one in made.grades)
    parts = [
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>',
        f"<h1>{title}</h1><p>Shares with 95% intervals (Wilson), over first runs of which nothing had been seen before.</p>",
        "<table><thead><tr><th>Trainee<th>Runs<th>Open<th>Time of a run<th>Agreement<th>Had without reading<th>Faults found alone<th>When shown<th>False alarms"
        f"<th>Pages cited<th>Sensitivity (d′){'<th>Confidence' * sure}{'<th>Worth by a panel' * panel}</thead><tbody>",
    ]
    for grade in made.grades:
        agreement, unread, found, alarms, evidence = (_told(name, grade.rate(name)) for name in _NAMED)
        waits = f"{grade.open}, {grade.overdue} overdue" if grade.overdue else str(grade.open)
        time = "-" if grade.seconds is None else f"{int(grade.seconds) // 60}:{int(grade.seconds) % 60:02}"
        cells = [
            grade.trainee,
            str(len(grade.results)),
            waits,
            time,
            agreement,
            unread,
            found,
            str(sum(one.shown for one in grade.fresh)),
        ]
        cells += [alarms, evidence, grade.sensitivity_words]
        cells += [grade.calibration.words if grade.calibration.told else "-"] * sure
        cells += ["-" if grade.concordance is None else f"{grade.concordance:.2f}"] * panel
        parts.append(f"<tr>{''.join(f'<td>{escape(visible(cell))}</td>' for cell in cells)}</tr>")
    parts.append("</tbody></table>")
    for name, words in (
        ("found", "Faults found alone"),
        ("alarms", "False alarms"),
        ("agreement", "Agreement"),
    ):
        parts.append(f"<h2>{words}</h2>{_forest([(one.trainee, one.rate(name)) for one in made.grades])}")
    curves = [(grade.trainee, curve(grade)) for grade in made.grades if len(curve(grade)) > 1]
    if curves:
        parts.append(f"<h2>Agreement, run by run</h2>{_curves(curves)}")
    if made.items:
        parts.append(
            "<h2>The questions, the hardest first</h2><table><thead><tr><th>Case<th>Question<th>Right"
        )
        parts.append("<th>Discrimination<th>Most often wrong</thead><tbody>")
        for item in made.items:
            parting = "-" if item.discrimination is None else f"{item.discrimination:+.2f}"
            cells = [item.case, item.place, item.right.words, parting, item.wrong]
            parts.append(f"<tr>{''.join(f'<td>{escape(visible(cell))}</td>' for cell in cells)}</tr>")
        parts.append("</tbody></table>")
    return "\n".join(parts) + "</html>\n"


_ROW, _LEFT, _PLOT = 24, 170, 500


def _forest(rows: Sequence[tuple[str, Rate]]) -> str:
    """Each share as a dot with its interval as a line, on a scale from 0 to 100%; told in words for who can't see it."""
    drawn = []
    for number, (name, rate) in enumerate(rows):
        y = _ROW * number + _ROW // 2
        drawn.append(
            f'<text x="0" y="{y + 5}" fill="currentColor">{escape(visible(one_line(name, 18)))}</text>'
        )
        if rate.interval is None:
            continue
        low, high = (_LEFT + _PLOT * end for end in rate.interval)
        x = _LEFT + _PLOT * rate.hits / rate.of
        drawn.append(
            f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="currentColor" stroke-width="2"/>'
        )
        drawn.append(f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="currentColor"/>')
    base = _ROW * len(rows)
    drawn += [
        f'<line x1="{_LEFT}" x2="{_LEFT + _PLOT}" y1="{base}" y2="{base}" stroke="currentColor"/>',
        *(
            f'<text x="{_LEFT + _PLOT * tick // 100}" y="{base + 18}" text-anchor="middle" fill="currentColor">{tick}%</text>'
            for tick in (0, 25, 50, 75, 100)
        ),
    ]
    said = escape("; ".join(f"{visible(name)}: {rate.words}" for name, rate in rows))
    return f'<svg viewBox="0 0 {_LEFT + _PLOT + 30} {base + 26}" role="img" aria-label="{said}">{"".join(drawn)}</svg>'


def _curves(curves: Sequence[tuple[str, Sequence[float]]]) -> str:
    """A small line for each trainee, one below the other, so that none is told by its color."""
    longest = max(len(shares) for _, shares in curves)
    high, gap = 3 * _ROW, 20
    drawn: list[str] = []
    for number, (name, shares) in enumerate(curves):
        top = number * (high + gap)
        step = _PLOT / max(longest - 1, 1)
        at = [
            (f"{_LEFT + step * n:.1f}", f"{top + high - high * share:.1f}") for n, share in enumerate(shares)
        ]
        points = " ".join(",".join(one) for one in at)
        for share, y in ((100, top), (0, top + high)):
            drawn.append(
                f'<line x1="{_LEFT}" x2="{_LEFT + _PLOT}" y1="{y}" y2="{y}" stroke="currentColor" stroke-opacity="0.3"/>'
                f'<text x="{_LEFT - 6}" y="{y + 4}" text-anchor="end" font-size="11" fill="currentColor">{share}%</text>'
            )
        drawn += [f'<circle cx="{x}" cy="{y}" r="3" fill="currentColor"/>' for x, y in at]
        drawn.append(
            f'<text x="0" y="{top + high // 2}" fill="currentColor">{escape(visible(one_line(name, 18)))}</text>'
        )
        drawn.append(f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>')
    said = escape(
        "; ".join(f"{visible(n)}: {', '.join(f'{_percent(s)}%' for s in shares)}" for n, shares in curves)
    )
    bottom = len(curves) * (high + gap)
    return f'<svg viewBox="0 -6 {_LEFT + _PLOT + 30} {bottom + 12}" role="img" aria-label="{said}">{"".join(drawn)}</svg>'
