"""The work list: each case with when it is due, by which rule, and how far it has come; what is late stands first.

It is worked out from the case files, the reviews in the log and what stands at the desks, whenever it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from assistant import library
from assistant.clock import today
from assistant.core.dates import CLOCK_FACTS, HOLIDAYS, RULES, due, parse_date
from assistant.core.problem import Refused
from assistant.core.record.case import Case
from assistant.core.text import counted, one_line, shortened
from assistant.core.value import Value, replace
from assistant.log import Log, SessionRow
from assistant.review.desk import CaseAtWork, at_work, read_folder
from assistant.review.review import Review

NEW, ASKED, READING, REVIEWING, RULING, READY = (
    "new",
    "records asked for",
    "being read",
    "in review",
    "waiting for a ruling",
    "ready to sign",
)
SIGNED, READ, SENT, DECLINED, WITHDRAWN = "signed", "quality read", "sent", "declined", "withdrawn"
CLOSED = (SENT, WITHDRAWN)
"""The states in which nothing is left to do."""

_STATE_OF_TURN = {"ruling": RULING, "sign": READY}
_FACTS = {"documents_received": "records", "application_received": "request"}


class WorkRow(Value):
    """A case on the work list.

    `days` is from the last day to today: above 0 it is late. `lacks` are the days (request, records) that are not
    known: time runs from the later, so that the last day may be later than `due`. `elsewhere` is whether another
    window has its review.
    """

    case: str
    title: str
    folder: str = ""
    state: str = NEW
    told: str = ""
    priority: str = ""
    due: str = ""
    days: int | None = None
    rule: str = ""
    source: str = ""
    verified: bool = False
    request: str = ""
    records: str = ""
    lacks: tuple[str, ...] = ()
    reviewer: str = ""
    items: tuple[str, ...] = ()
    pages: int = 0
    unread: int = 0
    session: str = ""
    elsewhere: bool = False
    practice: bool = False
    problem: str = ""

    @property
    def late(self) -> bool:
        return self.days is not None and self.days > 0

    def as_json(self) -> dict[str, Any]:
        return {**msgspec.structs.asdict(self), "late": self.late}


def work_list(log: Log, *, closed: bool = False, on: str = "") -> list[WorkRow]:
    """The cases that are to be worked on, and with `closed` those that are done: the late ones first, then by due date.

    They are the reviewer's own, those of which something stands at a desk, and those with an open review that is no
    practice. `on` is the day that it is, without it today in California.
    """
    desks, homes = at_work(log), library.own_cases()
    own = {name for name, _ in homes}
    bank = {name: library.folder("casebank") / name for name in library.case_names()}
    reviews: dict[str, list[SessionRow]] = {}
    for row in log.sessions():
        if row.kind != "training":
            reviews.setdefault(row.case, []).append(row)
    others = {
        name for name, rows in reviews.items() if any((r.kind, r.status) == ("real", "open") for r in rows)
    }
    cases: list[tuple[str, Path | None]] = [*homes]
    cases += [(name, bank.get(name)) for name in sorted((others | desks.keys()) - own)]
    made = [
        _row(log, name, path, desks.get(name, CaseAtWork()), reviews.get(name, []), on or today())
        for name, path in cases
    ]
    return sorted((row for row in made if closed or row.state not in CLOSED), key=_order)


def _order(row: WorkRow) -> tuple[bool, bool, str, bool, str]:
    return row.state in CLOSED, not row.due, row.due, row.state in (SIGNED, READ), row.case


def _row(
    log: Log, name: str, path: Path | None, held: CaseAtWork, reviews: list[SessionRow], on: str
) -> WorkRow:
    rows = [row for row in reviews if row.opened > held.remanded]
    latest = rows[0] if rows else None
    row = WorkRow(name, name, reviewer=held.reviewer, folder="" if path is None else str(path))
    case, problem = None, ""
    try:
        case = None if path is None else read_folder(library.open_case(path))
    except Refused as refused:
        problem = str(refused.problems[0])
    review = None
    if latest is not None:
        row = replace(row, session=latest.id, reviewer=held.reviewer or latest.reviewer)
        if latest.status == "open":
            try:
                review = Review.resume(log, latest.id, watch=True)
                row = replace(row, elsewhere=log.is_held(latest.id))
            except Refused as refused:
                problem = problem or str(refused.problems[0])
    if case is None and review is not None:
        case = review.session.rules.case
    if case is not None:
        row = _with_case(row, case, held, review, on)
    state, told = _state(held, latest, review)
    if row.days is not None and state in (*CLOSED, DECLINED):
        row = replace(row, days=None)
    return replace(row, state=state, told=told, problem=problem)


def _with_case(row: WorkRow, case: Case, held: CaseAtWork, review: Review | None, on: str) -> WorkRow:
    """The row with what the case file says, and when it is due by that and by what stands at the desk."""
    seen = review.session.pages_opened if review is not None else frozenset()
    read = sum(1 for name, page in seen if name in case.documents and page <= case.documents[name].pages)
    unread = 0 if row.session and review is None else case.page_count - read
    stated = case.data.get("claim")
    claim: Mapping[str, Any] = stated if isinstance(stated, Mapping) else {}
    rule = RULES.get(held.priority or str(claim.get("priority", "standard")), RULES["standard"])
    days = {"records": held.records, "request": held.request}
    for fact in CLOCK_FACTS:
        made = parse_date(str(claim.get(fact, "")))
        if made is not None and made.earliest == made.latest:
            days[_FACTS[fact]] = days[_FACTS[fact]] or str(made)
    known = [date.fromisoformat(day) for day in days.values() if day]
    last = due(rule, max(known)) if known else None
    return replace(
        row,
        title=case.title,
        practice=case.practice,
        items=tuple(item.service for item in case.items.values()),
        pages=case.page_count,
        unread=unread,
        priority=rule.priority,
        rule=rule.says,
        source=f"{rule.source}; holidays: {HOLIDAYS}" if rule.working else rule.source,
        verified=rule.verified,
        request=days["request"],
        records=days["records"],
        lacks=tuple(name for name in ("request", "records") if not days[name]),
        due="" if last is None else last.isoformat(),
        days=None if last is None else (date.fromisoformat(on) - last).days,
    )


def _state(held: CaseAtWork, latest: SessionRow | None, review: Review | None) -> tuple[str, str]:
    """How far a case has come, and what more there is to say of it."""
    if held.withdrawn:
        return WITHDRAWN, f"on {held.withdrawn}"
    if latest is not None and latest.status == "signed":
        if day := held.sent.get(latest.id):
            return SENT, f"mailed on {day}"
        return (READ if latest.id in held.read else SIGNED), latest.outcome or ""
    if held.asked is not None:
        said = f"{held.asked.what}, of {', '.join(held.asked.of)} on {held.asked.day}"
        return ASKED, f"{said}; copied to {', '.join(held.asked.copied)}"
    if latest is None:
        return NEW, "sent back, to another reviewer" if held.remanded else ""
    if latest.status == "declined":
        return DECLINED, f"by {latest.reviewer}; it needs another reviewer"
    if review is None:
        return REVIEWING, ""
    turn = review.turn
    if turn.kind in _STATE_OF_TURN:
        return _STATE_OF_TURN[turn.kind], ""
    begun = any(review.session.answers.values())
    return (REVIEWING if begun else READING), ""


def due_words(row: WorkRow) -> str:
    """When a case is due, in a few words."""
    if not row.due or row.state in (*CLOSED, DECLINED):
        return "" if row.state in (*CLOSED, DECLINED) else "due: not known"
    or_later = " or later" if row.lacks else ""
    if row.days is None or row.days < 0:
        left = "" if row.days is None else f", {counted(-row.days, 'day')} left"
        return f"due {row.due}{or_later}{left}"
    late = f"{counted(row.days, 'day')} late" if row.days else "today"
    return f"due {row.due}{or_later}, {late.upper() if row.days else late}"


def rule_words(row: WorkRow) -> str:
    """By which rule it is due, from which days, and which day is not known."""
    verified = "" if row.verified else " [not yet verified]"
    stated = {"request": row.request, "records": row.records}
    days = ", ".join(f"{name} {day or 'on an unknown day'}" for name, day in stated.items())
    return f"{row.rule} ({row.source}){verified}: {days}"


def lacking_words(row: WorkRow) -> str:
    """Which day of receipt is asked for; empty where both are known, or nothing is left to do."""
    if not row.lacks or row.state in (*CLOSED, DECLINED):
        return ""
    return f"Asked for: the day on which {' and '.join(f'the {name}' for name in row.lacks)} came"


def row_words(row: WorkRow, *, whole: bool = True) -> list[str]:
    """A case as lines: when it is due and how far it has come, what is disputed, and what is amiss.

    With `whole` also by which rule, and which days are asked for.
    """
    lines = [
        " · ".join(
            filter(None, [row.case, due_words(row), row.state + (f": {row.told}" if row.told else "")])
        )
    ]
    if row.elsewhere:
        lines.append("  Another window has its review open.")
    items = "; ".join(shortened(item, 60) for item in row.items)
    left = f", {row.unread} unread" if row.unread else ""  # not told of a closed review
    pages = f"{counted(row.pages, 'page')}{left}" if row.pages else ""
    whose = f"for {row.reviewer}" if row.reviewer else ""
    if said := " · ".join(filter(None, [items, pages, whose, "practice" if row.practice else ""])):
        lines.append(f"  {said}")
    if whole and row.rule and row.state not in (*CLOSED, DECLINED):
        lines.append(f"  {rule_words(row)}")
    if whole and (asked := lacking_words(row)):
        options = " ".join(f"--{name} DAY" for name in row.lacks)
        lines.append(f"  {asked}: imr work received {row.case} {options}")
    if row.problem:
        lines.append(f"  It can't be read: {row.problem}")
    return [one_line(line, 400) if line[:1] != " " else f"  {one_line(line, 400)}" for line in lines]
