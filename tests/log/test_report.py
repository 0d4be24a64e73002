"""Every report answers its question on a log where there is something of everything."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.cli.options import _FILTER_VALUES
from assistant.core.access_events import (
    AccessOpened,
    AccessRead,
    AuditNoteAdded,
    FileReviewed,
    FindingAnswered,
    SampleDrawn,
)
from assistant.core.problem import Refused
from assistant.core.work_events import DeskOpened, DeterminationSent
from assistant.log.projection import up_to_date
from assistant.log.report import FILTERS, VALUES, ask, report, reports
from assistant.log.sessions import since, until
from assistant.log.sql import ReadOnly, as_objects
from tests.log.auditing import SET, Desk, decided
from tests.log.auditing import given as answer

NAMES = list(reports())
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "auditor.md"


@pytest.fixture(scope="module")
def tables(shared: Path) -> Iterator[ReadOnly]:
    with Desk(shared, passed=9_000) as desk:
        desk.log("dd44", AccessOpened("0.1.0"), AccessRead("show", ("aa11",)), case="", actor="r-audit")
        desk.log("dd44", AuditNoteAdded("aa11", "Why so?"), case="", actor="r-audit")
        desk.log(
            "dd44", AuditNoteAdded("aa11", "Wrong page.", "major", "the director"), case="", actor="r-audit"
        )
        desk.log("dd44", FindingAnswered("dd44.4", "Amended."), case="", actor="r-other")
        desk.log("dd44", SampleDrawn("sha256-rank", 7, 2, {}, 2, ("aa11", "bb22")), case="", actor="r-audit")
        desk.log("dd44", FileReviewed("dd44.6", "aa11", "deficient", "A page."), case="", actor="r-audit")
        steps = (DeskOpened("0.1.0"), DeterminationSent("neck", "aa11", "2026-02-03"))
        desk.log("ee55", *steps, actor="r-desk")
    with ReadOnly(up_to_date(shared), shared) as held:
        yield held


def answered(tables: ReadOnly, name: str, by: tuple[str, ...] = (), **filters: str) -> list[dict[str, Any]]:
    question = ask(reports()[name], filters, by)
    found = tables.run(question.sql, question.values)
    assert found.columns == question.columns
    return as_objects(found.columns, found.rows)


EXPECTED: Mapping[str, Mapping[str, Any]] = {
    "absences": {"prompt": "sought", "pages": 2, "unread": 1, "read_by_eye": 1, "hits": 1, "dismissed": 1, "attested": 1},
    "answer-history": {"prompt": "views", "what": "amended", "old": "flexion, extension", "new": "flexion", "reason": "Only one."},
    "case-changes": {"session": "aa11", "added": "late-note", "facts": 1},
    "checks": {"name": "later-study", "message": "A study is later.", "facts": "study 1; request", "reason": "It is right."},
    "citations": {"citation": "mtus-neck/radiography", "edition": "2004", "verified": "not yet", "items": 2},
    "corrections": {"page": "note:1", "fact": "date", "was": "2014", "says": "2015"},
    "current-answers": {"item": "1", "prompt": "views", "answer": "flexion", "changes": 1, "set_aside": 0},
    "deadlines": {"session": "aa11", "due": "2026-02-09", "state": "in time", "verified": 1},
    "declined": {"session": "bb22", "ground": "records", "reason": "A page is missing."},
    "departures": {"item": "1", "suggested": "upheld", "decision": "overturned", "reason": "The film was needed, =1+1."},
    "desk": {"case_id": "neck", "what": "sent", "day": "2026-02-03", "session": "aa11", "actor": "r-desk"},
    "determinations": {"item": "2", "decision": "upheld", "departs": 0, "edition": 2, "status": "signed"},
    "disagreements": {"prompt": "views", "item": "1", "answer": "flexion", "other_item": "2", "other_answer": "extension"},
    "dismissals": {"page": "note:2", "quote": "rule out", "reason": "of the back"},
    "early-findings": {"item": "1", "answered_after": 5, "decision": "overturned"},
    "file-reviews": {"draw": "dd44.6", "place": 1, "session": "aa11", "result": "deficient", "findings": 1},
    "findings": {"finding": "dd44.4", "standing": "answered", "severity": "major", "owner": "the director", "answer": "Amended."},
    "late-amendments": {"prompt": "views", "old": "flexion, extension", "new": "flexion", "decision": "overturned"},
    "notes": {"session": "aa11", "reader": "r-audit", "text": "Why so?"},
    "own-words": {"was": "The draft.", "text": "My words.", "standing": 1},
    "readings": {"what": "show", "session": "aa11", "reader": "r-audit", "sitting": "dd44"},
    "rejected-input": {"input": "maybe", "says": "That is no answer."},
    "rulings": {"criterion": "routine", "ruling": "accepted", "reason": "After all.", "standing": 1},
    "searches": {"prompt": "sought", "searched_by": "look for", "terms": "to evaluate, rule out", "hits": 1, "unread": "scan:1"},
    "time": {"prompt": "red_flags", "reviews": 1, "median": 50, "p90": 50, "idle_minutes": 0.0},
    "uphold-rate": {"kind": "real", "prompt_set": SET, "decisions": 2, "upheld": 1, "rate": None},
}  # fmt: skip


def test_each_report_finds_what_is_there(tables: ReadOnly) -> None:
    for name in NAMES:
        rows = answered(tables, name)
        expected = EXPECTED[name]
        assert [row for row in rows if expected.items() <= row.items()], rows


def test_each_filter_is_obeyed(tables: ReadOnly) -> None:
    """What a filter lets through are the rows whose column is so, and no other."""
    for name in NAMES:
        asked = reports()[name]
        for known in asked.filters:
            if known in ("since", "until"):
                assert answered(tables, name, since="2025", until="2027") == answered(tables, name)
                assert answered(tables, name, since="2027") == [] == answered(tables, name, until="2025")
                with pytest.raises(Refused, match="No time is since 2027 and until 2025"):
                    answered(tables, name, since="2027", until="2025")
                continue
            column = FILTERS[known]
            source = asked.view_name
            if column not in tables.names()[source]:
                source = f"session WHERE session IN (SELECT session FROM {source})"
            for (value,) in tables.run(f"SELECT DISTINCT {column} FROM {source}").rows:
                if value is None:
                    continue
                assert answered(tables, name, **{known: str(value)})
            if known not in VALUES:
                assert answered(tables, name, **{known: "nothing-like-it"}) == []
                continue
            with pytest.raises(Refused, match="Known: "):
                answered(tables, name, **{known: "nothing-like-it"})
            assert VALUES[known] == _FILTER_VALUES[known]


def test_a_part_is_found_under_its_prompt(tables: ReadOnly) -> None:
    found = {row["prompt"] for row in answered(tables, "absences", prompt="red_flags")}
    assert found == {"red_flags.fracture", "red_flags.infection", "red_flags.tumor"}
    assert {row["prompt"] for row in answered(tables, "answer-history", prompt="red")} == set()


def test_each_report_says_what_it_is() -> None:
    for name in NAMES:
        one = reports()[name]
        assert one.question.endswith("?")
        assert all(meaning[0].islower() or meaning[0] in "1`" for meaning in one.columns.values())
        question = ask(one, {})
        assert set(question.columns) == set(one.columns)
        assert bool(one.query) == bool(one.groups)
        assert bool(one.counted) == bool(one.query and not one.by)
        assert all(meaning[0].islower() for meaning in one.counted.values())


def test_the_view_has_every_column_that_is_said_of_it(tables: ReadOnly) -> None:
    for name in NAMES:
        one = reports()[name]
        held = set(tables.names()[one.view_name])
        said = {
            *one.more,
            *(one.may if one.by else ()),
            *((one.date,) if one.date else ()),
            *(one.by or one.columns),
        }
        assert said <= held


def test_a_count_can_be_grouped_by_each_column_that_it_names(tables: ReadOnly) -> None:
    for name in [one.name for one in reports().values() if one.query]:
        one = reports()[name]
        for column in (*one.by, *one.may):
            assert answered(tables, name, by=(column,))


def test_the_guide_names_each_report_with_its_question() -> None:
    for name in NAMES:
        assert f"| `{name}` | {reports()[name].question} |" in GUIDE.read_text("utf-8")


def test_persons_are_told_apart_only_where_somebody_asks() -> None:
    for one in reports().values():
        if one.query:
            assert "reviewer" not in one.by
            assert re.search(r"ORDER BY \{order\}\s*\Z", one.query)
            for by in {one.by, *((each,) for each in one.groups)} - {()}:
                question = ask(one, {}, by)
                assert question.sql.endswith(f"ORDER BY {', '.join(question.by)}"), (
                    "counts stand in the order of their names"
                )


def test_wrong_names_filters_columns_and_dates_are_refused() -> None:
    for call, said in (
        (lambda: report("nothing"), "no report"),
        (lambda: report("de"), "no report"),
        (lambda: ask(report("time"), {"outcome": "uphold"}), "has no filter --outcome"),
        (lambda: ask(report("time"), {}, ("work",)), "no column to group by"),
        (lambda: ask(report("determinations"), {}, ("reviewer",)), "is not grouped"),
        (lambda: ask(report("departures"), {}, ("session",)), "no column to group by"),
        (lambda: ask(report("departures"), {}, ("reviewer",), sort=("-rate",)), "no column to sort by"),
        (lambda: ask(report("uphold-rate"), {}, ("month",), sort=("rate",)), "no column to sort by"),
        (lambda: ask(report("deadlines"), {}, ("reviewer",), sort=("-late",)), "no column to sort by"),
        (lambda: ask(report("deadlines"), {}, sort=("days; DROP",)), "no column to sort by"),
        (lambda: ask(report("departures"), {"since": "yesterday"}), "is not a date"),
        (lambda: ask(report("time"), {"since": "2026-02-01"}), "counts by months"),
    ):
        with pytest.raises(Refused, match=said):
            call()
    assert report("dep").name == "departures"
    assert report("uphold_rate").name == "uphold-rate"


# -- rates and their intervals --------------------------------------------------------------------


def wilson(upheld: int, count: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson (1927), as Brown, Cai and DasGupta (2001) give it: centre and half-width apart."""
    p, n = upheld / count, count
    centre = (upheld + z * z / 2) / (n + z * z)
    half = z * math.sqrt(n) / (n + z * z) * math.sqrt(p * (1 - p) + z * z / (4 * n))
    return 100 * max(0.0, centre - half), 100 * min(1.0, centre + half)


@pytest.mark.parametrize(("upheld", "count"), [(0, 1), (1, 1), (3, 9), (0, 10), (5, 10), (12, 12)])
def test_the_interval_is_wilsons_and_few_decisions_give_no_rate(
    reviewed: Path, upheld: int, count: int
) -> None:
    with Desk(reviewed, passed=9_000) as desk:
        for number in range(count):
            session, decision = f"ff{number:02}", "upheld" if number < upheld else "overturned"
            desk.open(session, "r-six", case="ankle", items={"1": SET})
            from assistant.core.events import SessionSigned

            ending = SessionSigned("0" * 64, "uphold", "It is mine.")
            desk.log(session, *decided("1", decision, decision), ending, case="ankle", actor="r-six")
    with ReadOnly(up_to_date(reviewed), reviewed) as tables:
        (row,) = answered(tables, "uphold-rate", by=("reviewer",), case="ankle")
    low, high = wilson(upheld, count)
    assert (row["decisions"], row["upheld"]) == (count, upheld)
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.06), pytest.approx(high, abs=0.06))
    assert row["rate"] == (None if count < 10 else pytest.approx(100 * upheld / count, abs=0.06))


def test_median_and_90th_percentile_are_the_smallest_that_reach_them(reviewed: Path) -> None:
    from assistant.core.events import PromptShown

    seconds = [1, 2, 3, 4, 5, 60, 70, 80, 90, 200]
    with Desk(reviewed, passed=9_000) as desk:
        for number, one in enumerate(seconds):
            session = f"ff{number:02}"
            desk.open(session, case="ankle", items={"1": SET})
            desk.log(session, PromptShown("1", "views"), case="ankle")
            desk.log(session, answer("1", "views", ["flexion"]), case="ankle", after=one)
    with ReadOnly(up_to_date(reviewed), reviewed) as tables:
        (row,) = answered(tables, "time", case="ankle", prompt="views")
    assert (row["reviews"], row["median"], row["p90"]) == (10, 5, 90)


@given(st.dates().map(str))
def test_a_period_begins_with_its_first_day_and_ends_with_its_last(day: str) -> None:
    if not "1800" <= day[:4] <= "2200":
        with pytest.raises(Refused):
            since(day)
        return
    moment = f"{day}T12:00:00.000Z"
    for bound in (day, day[:7], day[:4]):
        assert since(bound) <= moment < until(bound)
    assert since(day[:7], months=True) <= day[:7] < until(day[:7], months=True)
