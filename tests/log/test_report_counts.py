"""What is counted of persons: real reviews only unless asked, every kind shown, the case mix told, no person ranked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core.events import SessionSigned
from assistant.core.value import replace
from assistant.log import Log
from assistant.log.projection import up_to_date
from assistant.log.report import ask, every_month, report, reports
from assistant.log.sql import ReadOnly, as_objects
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.review import Review
from tests.log.auditing import SET, Desk, decided

SEED = library.find_case("cervical-radiographs-after")
CARRIES = "routine-radiography"


def asked(tables: ReadOnly, name: str, *by: str, **filters: str) -> list[dict[str, Any]]:
    question = ask(report(name), filters, by)
    found = tables.run(question.sql, question.values)
    assert found.columns == question.columns
    return as_objects(found.columns, found.rows)


def signed(desk: Desk, session: str, reviewer: str, decision: str, suggested: str, **more: Any) -> None:
    desk.open(session, reviewer, case=f"case-{session}", items={"1": SET}, **more)
    ending = SessionSigned("0" * 64, "uphold", "It is mine.")
    desk.log(session, *decided("1", decision, suggested), ending, case=f"case-{session}", actor=reviewer)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadOnly]:
    """r-one upheld 12 of 12 real ones where that was suggested; r-two 0 of 12 where it was not; both practised 5."""
    path = tmp_path_factory.mktemp("mixed") / "log.sqlite"
    with Desk(path) as desk:
        for number in range(12):
            signed(desk, f"a{number:02}", "r-one", "upheld", "upheld")
            signed(desk, f"b{number:02}", "r-two", "overturned", "overturned")
        for number in range(5):
            signed(desk, f"p{number:02}", "r-one", "overturned", "upheld", mode="practice")
            signed(desk, f"q{number:02}", "r-two", "upheld", "overturned", mode="training")
    with ReadOnly(up_to_date(path), path) as tables:
        yield tables


COUNTS = [one.name for one in reports().values() if one.query]


def test_no_count_adds_up_reviews_of_several_kinds_unseen() -> None:
    for name in COUNTS:
        one = reports()[name]
        groups = {(), *((column,) for column in one.groups), tuple(one.groups)}
        for by in groups if one.by else groups - {()}:
            question = ask(one, {}, by)
            if "kind" in question.columns:
                continue
            assert question.assumed["kind"] == "real"
            assert "real reviews" in question.only
            assert ask(one, {"kind": "practice"}, by).only.count("real") == 0


def test_every_listing_of_reviews_has_the_kind_in_each_row() -> None:
    for name in [name for name, one in reports().items() if "session" in one.columns]:
        assert "kind" in reports()[name].columns or name in ("readings", "desk")


def test_a_rate_by_reviewer_is_of_real_reviews_unless_another_kind_is_asked_for(mixed: ReadOnly) -> None:
    real = {
        row["reviewer"]: (row["decisions"], row["upheld"]) for row in asked(mixed, "uphold-rate", "reviewer")
    }
    assert real == {"r-one": (12, 12), "r-two": (12, 0)}
    practice = asked(mixed, "uphold-rate", "reviewer", kind="practice")
    assert [(row["reviewer"], row["decisions"]) for row in practice] == [("r-one", 5)]
    every = {
        (row["reviewer"], row["kind"]): row["decisions"]
        for row in asked(mixed, "uphold-rate", "reviewer", "kind")
    }
    assert every == {
        ("r-one", "real"): 12,
        ("r-one", "practice"): 5,
        ("r-two", "real"): 12,
        ("r-two", "training"): 5,
    }
    assert {row["kind"] for row in asked(mixed, "uphold-rate", "month")} == {"real", "practice", "training"}


def test_the_share_that_the_case_mix_gives_is_told_beside_the_rate(mixed: ReadOnly) -> None:
    rows = {row["reviewer"]: row for row in asked(mixed, "uphold-rate", "reviewer")}
    assert (rows["r-one"]["rate"], rows["r-one"]["expected"]) == (100.0, 100.0)
    assert (rows["r-two"]["rate"], rows["r-two"]["expected"]) == (0.0, 0.0)
    assert {row["mix"] for row in rows.values()} == {f"{SET} 12"}


def test_departures_are_counted_against_all_decisions_with_a_suggestion(mixed: ReadOnly) -> None:
    rows = {row["reviewer"]: row for row in asked(mixed, "departures", "reviewer")}
    assert {who: (row["decisions"], row["departures"], row["rate"]) for who, row in rows.items()} == {
        "r-one": (12, 0, 0.0),
        "r-two": (12, 0, 0.0),
    }
    assert rows["r-one"]["high"] == pytest.approx(24.25, abs=0.1)
    practice = {row["kind"]: row for row in asked(mixed, "departures", "prompt_set")}
    assert (practice["practice"]["decisions"], practice["practice"]["departures"]) == (5, 5)
    assert practice["practice"]["rate"] is None


def test_departures_are_counted_by_the_criteria_that_carried_the_suggestion(path: Path) -> None:
    said = answers_file.read_answers_file(SEED.path / "reference.yaml")
    with Log.open(path) as log:
        for reviewer in ("r-with", "r-against"):
            review = Review.open(log, SEED, Profile(reviewer))
            mine = replace(said, reviewer=reviewer)
            if reviewer == "r-against":
                turned = {
                    item: {**one, "decision": "overturned", "reason": "The films are needed."}
                    for item, one in said.determinations.items()
                }
                mine = replace(mine, determinations=turned)
            assert answers_file.run_answers(review, mine).status == 0
            review.close()
    with ReadOnly(up_to_date(path), path) as tables:
        rows = asked(tables, "departures", "reviewer", "criterion", kind="practice")
        listed = asked(tables, "departures")
        once = asked(tables, "departures", "reviewer", kind="practice")
    found = {(row["reviewer"], row["criterion"]): (row["decisions"], row["departures"]) for row in rows}
    assert found["r-with", CARRIES] == (1, 0)
    assert found["r-against", CARRIES] == (1, 1)
    assert [(row["reviewer"], row["kind"]) for row in listed] == [("r-against", "practice")]
    assert CARRIES in listed[0]["criteria"].split(", ")
    assert [(row["decisions"], row["departures"]) for row in once] == [(1, 1), (1, 0)]


def test_deadlines_are_counted_grouped_and_sorted(path: Path) -> None:
    with Desk(path, start="2026-02-05T09:00:00+00:00") as desk:
        signed(desk, "in1", "r-one", "upheld", "upheld")
    with Desk(path, start="2026-02-20T09:00:00+00:00") as desk:
        signed(desk, "late1", "r-one", "upheld", "upheld")
    with Desk(path, start="2026-03-20T09:00:00+00:00") as desk:
        signed(desk, "late2", "r-two", "upheld", "upheld")
        desk.open("open1", "r-two", case="case-open1", items={"1": SET})
    with ReadOnly(up_to_date(path), path) as tables:
        late = asked(tables, "deadlines", state="late")
        assert [row["session"] for row in late] == ["open1", "late2", "late1"], "the latest first"
        assert [row["days"] for row in late[1:]] == [39, 11]
        assert [row["session"] for row in asked(tables, "deadlines", state="in time")] == ["in1"]
        states = {row["state"]: row["reviews"] for row in asked(tables, "deadlines", "state")}
        assert states == {"in time": 1, "late": 3}
        (one, two) = asked(tables, "deadlines", "reviewer")
        assert (one["reviewer"], one["reviews"], one["late"], one["longest"]) == ("r-one", 2, 1, 11)
        assert (two["reviewer"], two["reviews"], two["late"]) == ("r-two", 2, 2)
        assert [row["month"] for row in asked(tables, "deadlines", "month", "rule")] == ["2026-02"]
        question = ask(report("deadlines"), {"state": "late"}, sort=("days",))
        assert [row[0] for row in tables.run(question.sql, question.values).rows] == [
            "late1",
            "late2",
            "open1",
        ]


def test_a_chart_by_month_has_no_hole() -> None:
    rows = [
        {"kind": "real", "month": "2025-11", "decisions": 3},
        {"kind": "real", "month": "2026-02", "decisions": 1},
        {"kind": "practice", "month": "2026-01", "decisions": 2},
    ]
    filled = every_month(rows, ("kind", "month"))
    assert [(row["kind"], row["month"], row["decisions"]) for row in filled] == [
        ("real", "2025-11", 3),
        ("real", "2025-12", None),
        ("real", "2026-01", None),
        ("real", "2026-02", 1),
        ("practice", "2026-01", 2),
    ]


def test_json_says_which_filter_nobody_named(mixed: ReadOnly) -> None:
    assert json.dumps(dict(ask(report("deadlines"), {}, ("reviewer",)).assumed)) == '{"kind": "real"}'
