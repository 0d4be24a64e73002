"""The reports: questions that auditors ask, each a documented SQL view in a file of its own in `reports/`.

A file begins with comments that say what it is: the `question`; `note`s; what each `column` holds, in the order
in which they are shown; `more` columns that can be filtered by; the `order` of its rows and the column of its
`date`. Then comes the view. A report that counts has a `-- query` below it, with what it groups `by` and `may` be
grouped by besides, and what a `plot` of it shows. One without `by` lists rows until it is grouped; its `counted`
columns are those of the count, which may be put in order by those of them that are `ranks`; and a filter that is
`assumed` holds for the count unless another value is asked for.

Real, practice and training reviews are never added up unseen: what is counted by reviewer is of real reviews unless
a kind is named, and every other count has the kind in each row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.log.sessions import in_order, since, until
from assistant.log.sql import Result, Value, as_objects

_LINE = re.compile(r"-- (\w+)(?: (\w+))?: (.*)")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")

FILTERS = {
    "session": "session",
    "reviewer": "reviewer",
    "case": "case_id",
    "item": "item",
    "prompt": "prompt",
    "prompt_set": "prompt_set",
    "kind": "kind",
    "status": "status",
    "outcome": "outcome",
    "state": "state",
    "criterion": "criterion",
}
"""Each filter but `since` and `until`, and the column that it compares."""

VALUES = {
    "kind": ("real", "practice", "training"),
    "status": ("open", "signed", "declined"),
    "outcome": ("uphold", "overturn", "partial"),
    "state": ("late", "in time", "open", "not known", "declined"),
}
"""The filters that take one of a few words: of another, an empty answer would pass for one."""

_OF_SESSION = ("reviewer", "case")
"""Filters that every report has whose rows name a review."""

_ALIKE = ("kind", "prompt_set", "suggested")
"""By what decisions are compared with their like."""

_COMMON = ("kind", "status", "outcome")
"""Filters that let through so much that reading the newest rows first beats an index; SQLite can't know that."""


@dataclass(frozen=True)
class Report:
    """One report. `columns` is what is shown, with the meaning of each; `more` can be filtered by too.

    `view` is the SQL of the view; `query`, `may` and `counted` are set for a report that can count its rows, and `by`
    for one that always does.
    """

    name: str
    question: str
    columns: Mapping[str, str]
    view: str
    note: str = ""
    more: tuple[str, ...] = ()
    order: str = ""
    date: str = ""
    query: str = ""
    by: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    plot: tuple[str, ...] = ()
    counted: Mapping[str, str] = field(default_factory=dict)
    ranks: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def view_name(self) -> str:
        """What the view is called in SQL."""
        return self.name.replace("-", "_")

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that it can be grouped by."""
        return tuple(dict.fromkeys((*self.by, *self.may)))

    def counting(self, groups: Sequence[str], order: str, where: str = "") -> str:
        """The SQL that counts by these columns. Each stands once: of columns that stand twice no index gives the groups."""
        alike = ", ".join(dict.fromkeys((*groups, *_ALIKE)))
        return self.query.format(by=", ".join(groups), alike=alike, where=where, order=order)

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters that apply to it."""
        known = {*self.columns, *self.more, *(self.may if self.by else ())}
        named = tuple(
            name
            for name, column in FILTERS.items()
            if column in known or (name in _OF_SESSION and "session" in known)
        )
        return (*named, "since", "until") if self.date else named


@dataclass(frozen=True)
class Question:
    """A report as it is asked: `sql` with its `values`, and the `columns` that it gives.

    `by` is what its rows are grouped by, empty where they are listed; `assumed` are the filters that nobody named.
    """

    sql: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    assumed: Mapping[str, str] = field(default_factory=dict)

    @property
    def only(self) -> str:
        """What was left out though nobody asked for that, in a sentence; empty where nothing was."""
        if not self.assumed:
            return ""
        said = " and ".join(_ONLY[name, value] for name, value in self.assumed.items())
        named = " or ".join(f"`{name}`" for name in self.assumed)
        return f"Counted are {said} only, unless another {named} is asked for, or the count is grouped by it."


_ONLY = {("kind", "real"): "real reviews", ("status", "signed"): "signed reviews"}
"""In words, what a filter lets through that is assumed."""


@cache
def reports() -> Mapping[str, Report]:
    """Every report by its name."""
    folder = files("assistant.log") / "reports"
    found = sorted((one for one in folder.iterdir() if one.name.endswith(".sql")), key=lambda one: one.name)
    return {made.name: made for made in (_read(one.name[:-4], one.read_text("utf-8")) for one in found)}


def report(name: str) -> Report:
    """The report of that name, or the only one that begins so; raises `Refused` for none or several."""
    known = reports()
    if name in known:
        return known[name]
    meant = [one for one in known if one.startswith(name.replace("_", "-"))]
    if len(meant) == 1:
        return known[meant[0]]
    fix = f"Known: {', '.join(meant or known)}."
    raise refuse(f"There is no report `{one_line(name, 40)}`.", "", fix)


def ask(
    asked: Report,
    filters: Mapping[str, str],
    by: Sequence[str] = (),
    limit: int | None = None,
    sort: Sequence[str] = (),
) -> Question:
    """The report with its rows filtered, counted `by` columns where it counts, put in order and cut at `limit` rows.

    `sort` names columns, those that fall with a minus before them. Raises `Refused` for a filter or a column that the
    report doesn't have, and for a date that is none.
    """
    groups = _groups(asked, by)
    assumed = dict[str, str]()
    if groups:
        assumed = {name: value for name, value in asked.assumed.items() if name not in (*filters, *groups)}
        if "kind" not in (*filters, *groups) and "kind" in (*asked.filters, *asked.groups):
            if "reviewer" in groups:
                assumed = {"kind": "real", **assumed}
            else:
                groups = ("kind", *groups)
    where, values = _conditions(asked, {**filters, **assumed}, counted=bool(groups))
    if groups:
        columns = (*groups, *(asked.counted or {one: "" for one in asked.columns if one not in asked.by}))
        order = _order(asked, sort, groups) or ", ".join(groups)
        sql = asked.counting(groups, order, where)
    else:
        columns = tuple(asked.columns)
        order = _order(asked, sort, ()) or asked.order
        sql = f"SELECT {', '.join(columns)} FROM {asked.view_name} {where}" + (
            f" ORDER BY {order}" if order else ""
        )
    if limit is not None:
        sql, values = f"{sql} LIMIT :most", {**values, "most": limit}
    return Question(sql, values, columns, groups, assumed)


def _groups(asked: Report, by: Sequence[str]) -> tuple[str, ...]:
    """What the rows are grouped by; empty where they are listed."""
    if by and not asked.query:
        raise refuse(f"`{asked.name}` lists rows and is not grouped.", "--by")
    unknown = [one for one in by if one not in asked.groups]
    if unknown:
        raise refuse(
            f"`{one_line(unknown[0], 40)}` is no column to group by.",
            "--by",
            f"Known: {', '.join(asked.groups)}.",
        )
    return tuple(dict.fromkeys(by or asked.by))


def _order(asked: Report, sort: Sequence[str], groups: Sequence[str]) -> str:
    """The order that was asked for as SQL. Persons are never put in the order of what is counted of them."""
    counted = (*groups, *(asked.ranks if "reviewer" not in groups else ()))
    known = counted if groups else tuple(asked.columns)
    parts = []
    for one in sort:
        column = one.removeprefix("-")
        if column not in known:
            raise refuse(
                f"`{one_line(column, 40)}` is no column to sort by here.",
                "--sort",
                f"Known: {', '.join(known)}.",
            )
        parts.append(f"{column} DESC" if one.startswith("-") else column)
    return ", ".join(parts)


def _conditions(
    asked: Report, filters: Mapping[str, str], counted: bool = False
) -> tuple[str, dict[str, str | int]]:
    """The WHERE clause, and the values in it."""
    wrong = [name for name in filters if name not in asked.filters]
    if wrong:
        known = ", ".join(f"--{name.replace('_', '-')}" for name in asked.filters)
        raise Refused(
            *(
                Problem(f"`{asked.name}` has no filter --{name.replace('_', '-')}.", "", f"It has {known}.")
                for name in wrong
            )
        )
    parts, values = [], dict[str, str | int]()
    in_order(filters)
    for name, value in filters.items():
        if value not in VALUES.get(name, (value,)):
            known = ", ".join(VALUES[name])
            raise refuse(f"There is no {name} {one_line(value, 40)!r}.", f"--{name}", f"Known: {known}.")
        if name == "since":
            parts.append(f"{asked.date} >= :since")
            values[name] = since(value, months=asked.date == "month")
        elif name == "until":
            parts.append(f"{asked.date} < :until")
            values[name] = until(value, months=asked.date == "month")
        elif name == "prompt":
            parts.append("(prompt = :prompt OR (prompt > :prompt || '.' AND prompt < :prompt || '/'))")
            values[name] = value
        elif name == "case" or (name == "reviewer" and not counted):
            parts.append(f"session IN (SELECT session FROM session WHERE {FILTERS[name]} = :{name})")
            values[name] = value
        else:
            equal = f"{FILTERS[name]} = :{name}"
            parts.append(f"likely({equal})" if name in _COMMON else equal)
            values[name] = value
    return ("WHERE " + " AND ".join(parts) if parts else ""), values


def _read(name: str, text: str) -> Report:
    head, said = [], dict[str, str]()
    named: dict[str, dict[str, str]] = {"column": {}, "counted": {}, "assumed": {}}
    body = text.splitlines()
    while body and body[0].startswith("-- "):
        head.append(body.pop(0))
    for line in head:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{name}.sql: {line}")
        key, column, words = match[1], match[2], match[3]
        if column is not None:
            named[key][column] = words
        else:
            said[key] = f"{said[key]} {words}" if key in said else words
    view, _, query = "\n".join(body).partition("\n-- query\n")
    return Report(
        name=name,
        question=said["question"],
        columns=named["column"],
        counted=named["counted"],
        assumed=named["assumed"],
        ranks=_names(said.get("ranks", "")),
        view=view.strip(),
        note=said.get("note", ""),
        more=_names(said.get("more", "")),
        order=said.get("order", ""),
        date=said.get("date", ""),
        query=query.strip(),
        by=_names(said.get("by", "")),
        may=_names(said.get("may", "")),
        plot=tuple(said.get("plot", "").split()),
    )


def _names(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


# A report's answer for other programs, and its months without a hole.


def report_json(
    asked: Report, question: Question, filters: Mapping[str, str], found: Result, entries: int
) -> dict[str, object]:
    """The answer as one JSON document; `entries` is the last entry of the log that it rests on."""
    return {
        "report": asked.name,
        "question": asked.question,
        "note": asked.note,
        "filters": dict(filters),
        "assumed": dict(question.assumed),
        "by": list(question.by),
        "entries": entries,
        "rows": as_objects(found.columns, found.rows),
        "more": found.more,
    }


def every_month(rows: Sequence[Mapping[str, Value]], by: Sequence[str]) -> list[dict[str, Value]]:
    """The rows, those of one group in the order of their months, with a row of nothing for each month without any."""
    if "month" not in by:
        return [dict(row) for row in rows]
    others = [name for name in by if name != "month"]
    groups: dict[tuple[Value, ...], dict[str, Mapping[str, Value]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in others), {})[str(row["month"])] = row
    filled = []
    for group, months in groups.items():
        empty = dict.fromkeys(rows[0]) | dict(zip(others, group, strict=True))
        for month in _months(min(months), max(months)):
            filled.append(dict(months.get(month, {**empty, "month": month})))
    return filled


def _months(first: str, last: str) -> list[str]:
    """The months from the first to the last, as `2026-03`; those two alone where they are no such months."""
    if not (_MONTH.fullmatch(first) and _MONTH.fullmatch(last)):
        return list(dict.fromkeys((first, last)))
    count = [int(one[:4]) * 12 + int(one[5:]) - 1 for one in (first, last)]
    return [f"{at // 12:04}-{at % 12 + 1:02}" for at in range(count[0], count[1] + 1)]
