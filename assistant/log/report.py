"""The reports: questions that auditors ask, each a documented SQL view in a file of its own in `reports/`.

A file begins with comments that say what it is: the `question`; `note`s; what each `column` holds, in the order
in which they are shown; `more` columns that can be filtered by; the `order` of its rows and the column of its
`date`. Then comes the view. A report that counts has a `-- query` below it, with what it groups `by` and may be
grouped by besides, and what a `plot` of it shows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.log.sessions import since, until

_LINE = re.compile(r"-- (\w+)(?: (\w+))?: (.*)")

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
}
"""Each filter but `since` and `until`, and the column that it compares."""

_OF_SESSION = ("reviewer", "case")
"""Filters that every report has whose rows name a review."""

_COMMON = ("kind", "status", "outcome")
"""Filters that let through so much that reading the newest rows first beats an index; SQLite can't know that."""


@dataclass(frozen=True)
class Report:
    """One report. `columns` is what is shown, with the meaning of each; `more` can be filtered by too.

    `view` is the SQL of the view; `query`, `by` and `may` are set for a report that counts its rows.
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

    @property
    def view_name(self) -> str:
        """What the view is called in SQL."""
        return self.name.replace("-", "_")

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters that apply to it."""
        known = {*self.columns, *self.more, *self.may}
        named = tuple(
            name
            for name, column in FILTERS.items()
            if column in known or (name in _OF_SESSION and "session" in known)
        )
        return (*named, "since", "until") if self.date else named


@dataclass(frozen=True)
class Question:
    """A report as it is asked: `sql` with its `values`, and the `columns` that it gives."""

    sql: str
    values: Mapping[str, str | int] = field(default_factory=dict)
    columns: tuple[str, ...] = ()


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
    asked: Report, filters: Mapping[str, str], by: Sequence[str] = (), limit: int | None = None
) -> Question:
    """The report with its rows filtered, grouped `by` other columns where it counts, and cut at `limit` rows.

    Raises `Refused` for a filter or a column that it doesn't have, and for a date that is none.
    """
    where, values = _conditions(asked, filters)
    if by and not asked.query:
        raise refuse(f"`{asked.name}` lists rows and is not grouped.", "--by")
    allowed = (*asked.by, *asked.may)
    unknown = [one for one in by if one not in allowed]
    if unknown:
        raise refuse(
            f"`{one_line(unknown[0], 40)}` is no column to group by.", "--by", f"Known: {', '.join(allowed)}."
        )
    if asked.query:
        groups = tuple(dict.fromkeys(by or asked.by))
        counted = tuple(name for name in asked.columns if name not in asked.by)
        sql = asked.query.format(by=", ".join(groups), where=where)
        columns = (*groups, *counted)
    else:
        columns = tuple(asked.columns)
        order = f" ORDER BY {asked.order}" if asked.order else ""
        sql = f"SELECT {', '.join(columns)} FROM {asked.view_name} {where}{order}"
    if limit is not None:
        sql, values = f"{sql} LIMIT :most", {**values, "most": limit}
    return Question(sql, values, columns)


def _conditions(asked: Report, filters: Mapping[str, str]) -> tuple[str, dict[str, str | int]]:
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
    for name, value in filters.items():
        if name == "since":
            parts.append(f"{asked.date} >= :since")
            values[name] = since(value, months=asked.date == "month")
        elif name == "until":
            parts.append(f"{asked.date} < :until")
            values[name] = until(value, months=asked.date == "month")
        elif name == "prompt":
            parts.append("(prompt = :prompt OR (prompt > :prompt || '.' AND prompt < :prompt || '/'))")
            values[name] = value
        elif name == "case" or (name == "reviewer" and not asked.query):
            parts.append(f"session IN (SELECT session FROM session WHERE {FILTERS[name]} = :{name})")
            values[name] = value
        else:
            equal = f"{FILTERS[name]} = :{name}"
            parts.append(f"likely({equal})" if name in _COMMON else equal)
            values[name] = value
    return ("WHERE " + " AND ".join(parts) if parts else ""), values


def _read(name: str, text: str) -> Report:
    head, said, columns = [], dict[str, str](), dict[str, str]()
    body = text.splitlines()
    while body and body[0].startswith("-- "):
        head.append(body.pop(0))
    for line in head:
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{name}.sql: {line}")
        key, column, words = match[1], match[2], match[3]
        if column is not None:
            columns[column] = words
        else:
            said[key] = f"{said[key]} {words}" if key in said else words
    view, _, query = "\n".join(body).partition("\n-- query\n")
    return Report(
        name=name,
        question=said["question"],
        columns=columns,
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
