"""Answers that others give: sums, differences, durations, counts, doses.

What comes of a rule is proposed, confirmed with one key, and compared with what was answered. A partial
date, or an operand without a value, leaves it open: nothing is proposed and nothing compared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Protocol

import msgspec

from assistant.core.dates import PartialDate, parse_date
from assistant.core.rules.answers_inline import STEP, Spec
from assistant.core.rules.guidelines import Guidelines
from assistant.core.value import Value
from assistant.core.yaml import near

ARITHMETIC = frozenset({"add", "less", "times", "percent_of"})
SPANS = frozenset({"days", "weeks", "months"})
OVER_TABLES = frozenset({"sum", "count", "latest", "weighted", "any_after"})
RULES = ARITHMETIC | SPANS | OVER_TABLES
_MORE = frozenset({"where", "within", "by"})
_PATH = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$")
_EXACT = 0.005
"""Two decimal numbers that differ by less read the same."""

Say = Callable[..., None]


class Within(Value):
    """Only rows dated at most `count` of a `unit` (days, weeks, months) before the date at `before`."""

    count: float
    unit: str
    before: str


class Computed(Value):
    """A rule over operands: paths of answers, `item.` and `case.` facts, numbers, or other rules.

    `gives` makes a choice of a number: the first range that it falls into.
    """

    rule: str
    of: tuple[Any, ...]
    where: Mapping[str, str] = msgspec.field(default_factory=dict)
    within: Within | None = None
    by: str = ""
    gives: tuple[tuple[str, float, str], ...] = ()

    def paths(self) -> Iterator[str]:
        """Every path that it reads, in order."""
        for one in self.of:
            if isinstance(one, Computed):
                yield from one.paths()
            elif isinstance(one, str):
                yield one
        if self.within is not None:
            yield self.within.before
        if self.by:
            yield self.by

    def rules(self) -> Iterator[Computed]:
        """This rule and those that are its operands."""
        yield self
        for one in self.of:
            if isinstance(one, Computed):
                yield from one.rules()

    @property
    def arithmetic(self) -> bool:
        """Whether it only reckons with numbers that are answers, so that all of them must be given."""
        inner = all(one.arithmetic for one in self.of if isinstance(one, Computed))
        return self.rule in ARITHMETIC and inner

    def counts(self) -> bool:
        """Whether it counts rows, of which there may be none."""
        return self.rule in ("count", "sum") or any(
            one.counts() for one in self.of if isinstance(one, Computed)
        )


def read_computed(raw: Any, say: Say, gives: Any = None) -> Computed | None:
    """The rule that `raw` writes; problems go to `say(what, fix)`."""
    if not isinstance(raw, Mapping):
        say(f"`{raw}` is no rule.", "Write {add: [a, b]}, {weeks: [from, to]} or one of their like.")
        return None
    names = [key for key in raw if key not in _MORE]
    if len(names) != 1 or names[0] not in RULES:
        wrong = next((key for key in names if key not in RULES), names[0] if names else "")
        say(f"`{wrong}` is no rule.", near(str(wrong), sorted(RULES)))
        return None
    rule = str(names[0])
    operands = raw[rule] if isinstance(raw[rule], list) else [raw[rule]]
    two = rule in ARITHMETIC | SPANS | {"any_after"}
    if len(operands) != (2 if two else 1):
        say(
            f"`{rule}` has {'two operands' if two else 'one operand'}.",
            f"Write {{{rule}: [a, b]}}." if two else "",
        )
        return None
    made = [_operand(one, say) for one in operands]
    where, by = raw.get("where", {}), raw.get("by", "")
    if not isinstance(where, Mapping) or any(
        not isinstance(one, str | int | float) for one in where.values()
    ):
        say(f"`{where}` says of no column what stands in it.", "Write where: {column: value}.")
        return None
    if not isinstance(by, str):
        say(f"`{by}` is no column.", "Write by: table.column.")
        return None
    within = _within(raw["within"], say) if "within" in raw else None
    if rule == "weighted" and "by" not in raw:
        say("`weighted` needs `by`, the column whose value has the factor.", "Add `by: table.column`.")
        return None
    if None in made:
        return None
    return Computed(
        rule,
        tuple(made),
        {str(k): str(v) for k, v in where.items()},
        within,
        by,
        _gives(gives, say) if gives is not None else (),
    )


def _operand(raw: Any, say: Say) -> Any:
    if isinstance(raw, Mapping):
        return read_computed(raw, say)
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return raw
    if isinstance(raw, str) and _PATH.match(raw):
        return raw
    say(f"`{raw}` is no operand.", "Name a prompt, a part, `item.<fact>` or `case.<fact>`, or write a rule.")
    return None


def _within(raw: Any, say: Say) -> Within | None:
    units = [key for key in raw if key in SPANS] if isinstance(raw, Mapping) else []
    fits = len(units) == 1 and set(raw) == {units[0], "before"} and isinstance(raw["before"], str)
    if not fits or not isinstance(raw[units[0]], int | float):
        say("`within` is a time before a date.", "Write within: {months: 12, before: item.ur_decision.date}.")
        return None
    return Within(raw[units[0]], units[0], str(raw["before"]))


def _gives(raw: Any, say: Say) -> tuple[tuple[str, float, str], ...]:
    made: list[tuple[str, float, str]] = []
    for entry in raw if isinstance(raw, list) else [raw]:
        match = (
            STEP.fullmatch(str(next(iter(entry)))) if isinstance(entry, Mapping) and len(entry) == 1 else None
        )
        if match is None:
            say(
                f"`{entry}` is no range with what it gives.",
                "Write gives: [{up to 26: running}, {over 26: over}].",
            )
            return ()
        made.append((match[1], float(match[2]), str(next(iter(entry.values())))))
    if not _meet(made):
        say("The ranges of `gives` don't meet.", "Write them upward: up to 20, up to 40, over 40.")
    return tuple(made)


def _meet(ranges: Sequence[tuple[str, float, str]]) -> bool:
    """Whether ranges, each but the last with an upper end, cover every number, the last one what is above."""
    if len(ranges) < 2:
        return False
    *first, last = ranges
    ends = [number for _, number, _ in first]
    closing = {"up to": "over", "under": "at least"}.get(first[-1][0])
    return (
        all(word in ("up to", "under") for word, _, _ in first)
        and all(one < other for one, other in pairwise(ends))
        and (last[0], last[1]) == (closing, ends[-1])
    )


class Operands(Protocol):
    """Where the values of operands come from."""

    def value(self, path: str) -> Any:
        """The given value at a path of answers or facts; None where there is none."""

    def rows(self, table: str) -> Sequence[Mapping[str, Any]] | None:
        """The rows of a table, each with its given columns; None where it isn't given or not complete."""

    def spec(self, table: str) -> Spec:
        """How a table is written."""


class _Open(Exception):
    """An operand has no value, or a partial date leaves the result open."""


def comes_to(
    computed: Computed, operands: Operands, guidelines: Guidelines, on: PartialDate | None
) -> Any | None:
    """What a rule comes to; None where it is open. `on` is the governing day, for factors by edition."""
    try:
        value = _Evaluation(operands, guidelines, on).of(computed)
    except _Open:
        return None
    if computed.gives:
        return next((what for word, n, what in computed.gives if _in_range(value, word, n)), None)
    if isinstance(value, float):
        value = round(value, 4)
        return int(value) if value.is_integer() else value
    return value


def differs(answered: Any, computed: Any) -> bool:
    """Whether an answer is another than what the others give; one in whole units is compared rounded down, a tenth as a tenth."""
    if isinstance(answered, int | float) and isinstance(computed, int | float):
        if float(answered).is_integer() and computed >= 0 and int(computed) == int(answered):
            return False
        return abs(answered - computed) >= _EXACT and answered != in_tenths(computed)
    return bool(answered != computed)


def in_tenths(value: float) -> float:
    """A number in tenths, as a span is told; one that lies beside a whole number stays on its side of it."""
    tenths = round(float(value), 1)
    if tenths.is_integer() and not float(value).is_integer():
        tenths += 0.1 if value > tenths else -0.1
    return round(tenths, 1)


def months_between(first: date, last: date) -> float:
    """Calendar months: whole ones through the same day (or a month's last), the rest in parts of the month begun."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    if _months_after(first, whole) > last:
        whole -= 1
    begun, ended = _months_after(first, whole), _months_after(first, whole + 1)
    return whole + (last - begun).days / (ended - begun).days


def _months_after(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(year, month + 1, min(first.day, PartialDate(year, month + 1).latest.day))


def _in_range(value: float, word: str, number: float) -> bool:
    return {
        "up to": value <= number,
        "over": value > number,
        "under": value < number,
        "at least": value >= number,
    }[word]


class _Evaluation:
    def __init__(self, operands: Operands, guidelines: Guidelines, on: PartialDate | None) -> None:
        self.operands = operands
        self.guidelines = guidelines
        self.on = on

    def of(self, one: Any) -> Any:
        if isinstance(one, int | float):
            return one
        if isinstance(one, str):
            value = self.operands.value(one)
            if value is None:
                raise _Open
            return value
        if one.rule in ARITHMETIC:
            return _reckoned(one.rule, *(self.number(operand) for operand in one.of))
        if one.rule in SPANS:
            return self.span(one)
        if one.rule == "any_after":
            return self.any_after(one)
        if one.rule == "weighted":
            return self.weighted(one)
        return self.over_rows(one)

    def number(self, one: Any) -> float:
        value = self.of(one)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise _Open
        return value

    def date(self, one: Any) -> PartialDate:
        made = parse_date(self.of(one))
        if made is None:
            raise _Open
        return made

    def span(self, one: Computed) -> float:
        first, last = (self.date(operand) for operand in one.of)
        if first.day is None or last.day is None or last.earliest < first.earliest:
            raise _Open  # a partial date, or an order that is a check of its own
        if one.rule == "months":
            return months_between(first.earliest, last.earliest)
        return (last.earliest - first.earliest).days / (7 if one.rule == "weeks" else 1)

    def rows(self, one: Computed, path: str) -> list[Mapping[str, Any]]:
        rows = self.operands.rows(path.split(".", 1)[0])
        if rows is None:
            raise _Open
        kept = []
        for row in rows:
            if any(column not in row for column in one.where):
                raise _Open
            if all(str(row[column]) == value for column, value in one.where.items()):
                kept.append(row)
        return [row for row in kept if self.near(row, one.within)] if one.within is not None else kept

    def near(self, row: Mapping[str, Any], within: Within) -> bool:
        end, made = self.date(within.before), parse_date(row.get("date"))
        if made is None or end.day is None:
            raise _Open
        first, last = (_near(day, end.earliest, within) for day in (made.earliest, made.latest))
        if first is not last:
            raise _Open
        return first

    def over_rows(self, one: Computed) -> Any:
        path = str(one.of[0])
        rows, column = self.rows(one, path), path.partition(".")[2]
        if one.rule == "count":
            return len(rows)
        if one.rule == "sum":
            return sum(self.cell(row, column, path) for row in rows)
        dated = [(parse_date(row.get("date")), row) for row in rows]
        if not dated or any(day is None for day, _ in dated):
            raise _Open
        days = [day for day, _ in dated if day is not None]
        best = max(days, key=lambda day: day.earliest)
        if any(day != best and not best.after(day) for day in days):
            raise _Open
        values = {str(row.get(column)): row.get(column) for day, row in dated if day == best}
        if len(values) != 1 or None in values.values():
            raise _Open  # two rows of one day that differ, or no value there
        return next(iter(values.values()))

    def cell(self, row: Mapping[str, Any], column: str, path: str) -> float:
        """A row's number in a column; where it has none, what the column's own rule makes of the others."""
        value = row.get(column)
        if value is None:
            rule = self.operands.spec(path.split(".", 1)[0]).parts[column].computed
            operands = rule.get("times") if isinstance(rule, Mapping) else None
            if not operands or any(row.get(name) is None for name in operands):
                raise _Open
            value = row[operands[0]] * row[operands[1]]
        if not isinstance(value, int | float):
            raise _Open
        return value

    def any_after(self, one: Computed) -> str:
        path, end = str(one.of[0]), self.date(one.of[1])
        column = path.partition(".")[2] or "date"
        found: list[bool | None] = []
        for row in self.rows(one, path):
            made = parse_date(row.get(column))
            found.append(made.after(end) if made is not None else None)
        if True in found:
            return "yes"
        if None in found:
            raise _Open
        return "no"

    def weighted(self, one: Computed) -> float:
        """Rows of one value added, then by its factor: a step is read on the whole amount of that value."""
        path, key = str(one.of[0]), one.by.partition(".")[2]
        spec = self.operands.spec(path.split(".", 1)[0])
        amounts: dict[str, float] = {}
        for row in self.rows(one, path):
            value = str(row[key])
            amounts[value] = amounts.get(value, 0) + self.cell(row, path.partition(".")[2], path)
        return sum(
            amount * self.factor(spec, spec.parts[key].values[value].factor, amount)
            for value, amount in amounts.items()
        )

    def factor(self, spec: Spec, factor: Any, amount: float) -> float:
        if isinstance(factor, Mapping):
            factor = self.in_force(spec, factor)
        if isinstance(factor, list):
            for step in factor:
                match = STEP.fullmatch(str(next(iter(step))))
                if match is not None and _in_range(amount, match[1], float(match[2])):
                    return float(next(iter(step.values())))
            raise _Open
        if not isinstance(factor, int | float):
            raise _Open  # `none`: this value has no factor
        return factor

    def in_force(self, spec: Spec, factors: Mapping[str, Any]) -> Any:
        """The factor of the first guideline with an edition in force on the governing day that has one."""
        for place, reference in enumerate(spec.factors):
            name = reference.split("/", 1)[0]
            guideline = self.guidelines.by_name.get(name)
            edition = guideline.edition_on(self.on) if guideline is not None and self.on is not None else None
            if edition is not None:
                key = edition.key if place == 0 else f"{name} {edition.key}"
                if key in factors:
                    return factors[key]
        raise _Open


def _near(day: date, end: date, within: Within) -> bool:
    if day > end:
        return False
    if within.unit == "months":
        return months_between(day, end) <= within.count
    return (end - day).days <= within.count * (7 if within.unit == "weeks" else 1)


def _reckoned(rule: str, first: float, second: float) -> float:
    if rule == "add":
        return first + second
    if rule == "less":
        return first - second
    if rule == "times":
        return first * second
    if second == 0:
        raise _Open
    return 100 * first / second
