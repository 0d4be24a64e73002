"""The tables that reports are asked of, their keys and indexes: one row for each thing an auditor asks after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assistant.core.value import Value

Rows = dict[str, list[dict[str, Any]]]
"""Rows to be stored, by table."""


class Table(Value):
    """A table: its columns with their types, and those that its primary key is made of."""

    columns: Mapping[str, type]
    key: tuple[str, ...]


_TYPES = {"": str, "int": int, "float": float}


def _table(columns: str, key: str) -> Table:
    """A table from names of columns; one that isn't text has its type after a colon."""
    split = [name.partition(":") for name in columns.split()]
    return Table({name: _TYPES[kind] for name, _, kind in split}, tuple(key.split()))


SHARED = ("case_id", "reviewer", "kind", "status", "outcome")
"""What every row of a review says of the review itself, so that a report need not look it up row by row."""


def _of_review(columns: str, key: str) -> Table:
    """A table whose rows also say what `SHARED` names."""
    return _table(f"{columns} {' '.join(SHARED)}", key)


TABLES: Mapping[str, Table] = {
    "left_out": _table("session entries:int reason", key="session"),
    "session": _table(
        "session kind case_id reviewer status outcome opened last closed entries:int items:int tool "
        "unattended:int decide_first:int ground reason",
        key="session",
    ),
    "item": _of_review(
        "session item service prompt_set edition:int rules first_decision suggested why decision "
        "departs:int reason criteria seq:int decided decisions:int month",
        key="session item",
    ),
    "ground": _of_review("session item criterion", key="session item criterion"),
    "answer": _of_review(
        "session item prompt prompt_set answered value evidence note origin changes:int set_aside:int seq:int ts",
        key="session item prompt",
    ),
    "answer_change": _of_review(
        "session seq:int ts item prompt prompt_set what old new reason origin evidence",
        key="session seq",
    ),
    "late_amendment": _of_review(
        "session seq:int ts item prompt prompt_set old new reason decision",
        key="session seq",
    ),
    "disagreement": _of_review(
        "session prompt item answer other_item other_answer prompt_set",
        key="session prompt item other_item",
    ),
    "absence": _of_review(
        "session item prompt prompt_set seq:int ts terms documents:int pages:int unread:int "
        "read_by_eye:int searches:int hits:int denied:int cited:int dismissed:int attested:int",
        key="session item prompt",
    ),
    "search": _of_review(
        "session seq:int ts item prompt prompt_set searched_by terms documents pages:int unread hits:int denied:int",
        key="session seq",
    ),
    "dismissal": _of_review(
        "session seq:int n:int ts item prompt prompt_set page quote reason", key="session seq n"
    ),
    "ruling": _of_review(
        "session seq:int ts item prompt_set criterion ruling reason standing:int", key="session seq"
    ),
    "early_look": _of_review(
        "session seq:int ts item prompt_set answered_after:int decision", key="session seq"
    ),
    "sentence": _of_review(
        "session seq:int ts item prompt_set sentence was text standing:int", key="session seq"
    ),
    "fact_check": _of_review(
        "session name key raised message facts acknowledged reason seq:int", key="session name key"
    ),
    "prompt_time": _of_review(
        "session item prompt prompt_set work:float seconds:int idle:float visits:int month",
        key="session item prompt",
    ),
    "rejection": _of_review("session seq:int ts item prompt prompt_set input says", key="session seq"),
    "correction": _of_review("session seq:int ts page fact was says", key="session seq"),
    "case_change": _of_review("session seq:int ts added changed removed facts:int sets", key="session seq"),
    "deadline": _of_review(
        "session priority rule source verified:int request records start start_fact due signed opened "
        "state days:int",
        key="session",
    ),
    "reading": _table("sitting seq:int n:int ts reader what session detail", key="sitting seq n"),
    "audit_note": _table("sitting seq:int ts reader session text finding severity owner", key="sitting seq"),
    "finding_step": _table("sitting seq:int ts reader finding what text", key="sitting seq"),
    "file_review": _table("sitting seq:int ts reader draw session result text", key="sitting seq"),
    "desk_step": _table("desk seq:int ts actor case_id what day session detail", key="desk seq"),
    "receipt": _table("desk seq:int ts case_id request records priority", key="desk seq"),
}
"""Each table by its name; the first column of its key is the session that its rows were made from."""

RULE_TABLES: Mapping[str, Table] = {
    "edition": _table(
        "rules prompt_set edition:int title",
        key="rules",
    ),
    "citation": _table(
        "rules citation tier source edition locator starts ends verified_by verified_on criteria",
        key="rules citation",
    ),
}
"""What the pinned prompt sets say, once for each wording of them; `rules` is made of the hashes of their texts."""

SIGNED = "WHERE status = 'signed' AND decision IS NOT NULL"
"""The decisions of signed reviews: what `uphold-rate` counts, from an index of these alone."""

INDEXES: Mapping[str, tuple[str, ...]] = {
    "session": ("(opened)", "(last)", "(reviewer, opened)", "(case_id, opened)", "(status, closed)"),
    "item": (
        "(decided)",
        "(departs, decided)",
        f"(kind, prompt_set, suggested, decision, status) {SIGNED}",
        f"(kind, prompt_set, reviewer, month, suggested, decision, status) {SIGNED}",
        "(status, rules, prompt_set, edition, month)",
    ),
    "answer": ("(ts)", "(prompt, ts)"),
    "answer_change": ("(ts, seq)", "(prompt, ts, seq)"),
    "late_amendment": ("(ts, seq)",),
    "absence": ("(ts)", "(prompt, ts)"),
    "search": ("(ts, seq)",),
    "dismissal": ("(ts DESC, seq DESC, n)",),
    "ruling": ("(ts, seq)",),
    "early_look": ("(ts, seq)",),
    "sentence": ("(ts, seq)",),
    "fact_check": ("(raised)", "(name, raised)"),
    "prompt_time": ("(kind, prompt_set, prompt, seconds, idle, visits, reviewer, month)",),
    "rejection": ("(ts, seq)",),
    "correction": ("(ts, seq)",),
    "case_change": ("(ts, seq)",),
    "deadline": ("(days DESC, session)", "(due)"),
    "reading": ("(ts DESC, seq DESC, n)", "(session, ts)"),
    "audit_note": ("(ts, seq)", "(session, ts)"),
    "finding_step": ("(finding, ts)",),
    "file_review": ("(draw, session, ts)",),
    "desk_step": ("(ts DESC, seq DESC)", "(case_id, ts)"),
    "receipt": ("(case_id, ts)",),
}
"""What each index is made of, besides that of the table's key; made once the rows are there, sorted: the ids of sessions
are random, so that to put each row in its place as it comes would read and write all over a large file."""
