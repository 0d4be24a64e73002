"""An adjudication is blind, logged beside the reviews, gone on with, and comes to a sheet that can be compared with."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.core import training_events as t
from assistant.core.answer_reader import read_answer
from assistant.core.event_form import decode
from assistant.core.problem import Refused
from assistant.core.session import Session
from assistant.log import Log
from assistant.training.adjudication import Adjudication, Dispute, write_adjudication
from assistant.training.comparison import pieces
from assistant.training.ratings import settled, sheet_of
from assistant.training.reference import read_answer_sheet, session_of_answer_sheet, written
from tests.prove import scale
from tests.training.simulated import careless, panel, reference, rules, session

HEADS = tuple(f"{n:064x}" for n in range(9))


def begin(log: Log, *sessions: Session, seed: int = 1, actor: str = "r-judge") -> Adjudication:
    return Adjudication(log, sessions, HEADS[: len(sessions)], actor, random.Random(seed))


def settle(held: Adjudication, reply: str = "A") -> list[Dispute]:
    """Settles everything with one reply; what was in dispute."""
    found = []
    while (dispute := held.next()) is not None:
        found.append(dispute)
        held.settle(dispute, held.option(dispute, reply), "It is on the page.")
    return found


def events(log: Log, session_id: str) -> list[Any]:
    return [decode(entry.kind, entry.body) for entry in log.read(session_id)]


ONE = session("r-one")
TWO = session("r-two", {"duration": 70}, decision="overturned")
THREE = session("r-three", {"duration": 70, "red_flags": dict.fromkeys(reference()["flags"], "no")})


def test_what_all_say_is_taken_over_and_only_the_rest_is_asked(log: Log) -> None:
    held = begin(log, ONE, TWO)
    assert [one.path for one in settle(held)] == ["duration", "determination"]
    assert held.state.closed
    assert held.state.counts["settled"] == 2
    assert held.state.counts["agreed"] == len(
        [e for e in events(log, held.id) if getattr(e, "chosen", "") == "agreed"]
    )


def test_a_group_is_settled_part_by_part_and_put_together_again(log: Log) -> None:
    held = begin(log, ONE, THREE)
    asked = [one.path for one in settle(held, "A")]
    assert asked == [f"red_flags.{name}" for name in reference()["flags"]] + ["duration"]
    sheet = sheet_of(log, held.id)
    assert sheet is not None
    assert list(sheet.answers["1", "red_flags"].parts or {}) == reference()["flags"]


def test_nobody_is_named_and_equal_answers_stand_once(log: Log) -> None:
    held = begin(log, ONE, TWO, THREE)
    disputes = settle(held)
    duration = next(one for one in disputes if one.path == "duration")
    assert sorted(option.words for option in duration.options) == ["70 weeks", "76 weeks"]
    told = [repr(disputes), *(repr(event) for event in events(log, held.id)[1:])]
    for words in told:
        said = words.replace("Because r-", "")
        assert not [name for name in ("r-one", "r-two", "r-three", "session-") if name in said]


def test_the_order_is_shuffled_and_the_order_that_was_shown_is_logged(log: Log) -> None:
    orders = set()
    for seed in range(12):
        held = begin(log, ONE, TWO, seed=seed)
        first = held.next()
        assert first is not None
        orders.add(tuple(option.words for option in first.options))
        held.settle(first, held.option(first, "b"), "The second reader has it.")
        logged = [e for e in events(log, held.id) if isinstance(e, t.AnswerAdjudicated) and e.shown][-1]
        assert logged.shown == tuple(option.words for option in first.options)
        assert (logged.chosen, logged.answer) == ("B", first.options[1].answer)
        settle(held)
    assert orders == {("70 weeks", "76 weeks"), ("76 weeks", "70 weeks")}


def test_the_reviews_get_no_entry(log: Log) -> None:
    held = begin(log, ONE, TWO)
    settle(held)
    assert [row.id for row in log.sessions(others=True)] == [held.id]
    assert log.sessions() == []
    assert log.read(ONE.id) == []
    assert events(log, held.id)[0] == t.AdjudicationOpened(
        events(log, held.id)[0].tool, (ONE.id, TWO.id), HEADS[:2], False
    )


def test_an_adjudication_goes_on_where_it_stopped(log: Log) -> None:
    first = begin(log, ONE, TWO)
    duration = first.next()
    assert duration is not None
    first.settle(duration, first.option(duration, "A"), "They were counted.")
    again = begin(log, TWO, ONE)
    assert again.id != first.id, "the heads belong to the sessions"
    again = Adjudication(log, (TWO, ONE), (HEADS[1], HEADS[0]), "r-judge", random.Random(5))
    assert (again.id, again.resumed) == (first.id, True)
    decision = again.next()
    assert decision is not None
    assert decision.path == "determination"


def test_another_person_begins_an_adjudication_of_their_own(log: Log) -> None:
    first = begin(log, ONE, TWO)
    assert begin(log, ONE, TWO, actor="r-other").id != first.id
    assert begin(log, ONE, TWO, actor="r-two").own


def test_an_unfinished_one_is_no_sheet(log: Log) -> None:
    held = begin(log, ONE, TWO)
    held.next()
    with pytest.raises(Refused, match="isn't finished"):
        sheet_of(log, held.id)


def test_what_is_settled_decides_what_is_asked(log: Log) -> None:
    """Where no operation counts, nobody is asked what the films after it showed."""
    none = session("r-none", {"prior_surgery": "none"})
    held = begin(log, ONE, none)
    first = held.next()
    assert first is not None
    assert first.path == "prior_surgery"
    held.settle(first, held.option(first, "own none"), "The records hold none of it.")
    assert "films_since_surgery" not in [one.path for one in settle(held)]
    sheet = sheet_of(log, held.id)
    assert sheet is not None
    assert ("1", "films_since_surgery") not in sheet.answers


@pytest.mark.parametrize("reply", ["C", "", "A B", "own 70 days ago", "own", "1"])
def test_what_is_no_answer_is_refused_and_nothing_is_logged(log: Log, reply: str) -> None:
    held = begin(log, ONE, TWO)
    dispute = held.next()
    assert dispute is not None
    before = len(log.read(held.id))
    with pytest.raises(Refused):
        held.settle(dispute, held.option(dispute, reply), "why")
    with pytest.raises(Refused, match="reason"):
        held.settle(dispute, held.option(dispute, "A"), "  ")
    assert len(log.read(held.id)) == before


def test_an_answer_of_ones_own_counts_as_such(log: Log) -> None:
    held = begin(log, ONE, TWO)
    dispute = held.next()
    assert dispute is not None
    held.settle(dispute, held.option(dispute, "own 73"), "Neither counted right.")
    decision = held.next()
    assert decision is not None
    with pytest.raises(Refused, match="one of those shown"):
        held.option(decision, "own upheld")
    settle(held)
    assert held.state.counts["own"] == 1
    found = settled(log.read(held.id))
    assert found is not None
    assert found.sheet("x").answers["1", "duration"].value == 73


def test_the_sheet_is_read_back_as_it_was_written_and_compares_as_the_adjudication_does(
    log: Log, tmp_path: Path
) -> None:
    held = begin(log, ONE, TWO, THREE)
    settle(held)
    sheet = held.state.sheet(held.id)
    direct = pieces(session_of_answer_sheet(sheet, ONE))
    for name in ("sheet.yaml", "sheet.json"):
        write_adjudication(sheet, tmp_path / name)
        again = read_answer_sheet(tmp_path / name, ONE)
        assert pieces(session_of_answer_sheet(again, ONE)) == direct
        assert again.decisions == sheet.decisions
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
    assert again.answers["1", "prior_surgery"].evidence == sheet.answers["1", "prior_surgery"].evidence


@settings(max_examples=scale.of(10, 20))
@given(st.integers(0, 10_000))
def test_every_answer_is_read_back_as_it_was_written(seed: int) -> None:
    for scope, answers in careless("r", seed).answers.items():
        for name, answer in answers.items():
            schema = rules().sets[scope].prompts[name].schema
            assert read_answer(schema, written(answer), "here") == answer


def test_free_text_that_reads_like_a_status_stays_text() -> None:
    schema = rules().sets["1"].prompts["suspected"].schema
    answer = read_answer(schema, {"value": "unclear"}, "here")
    assert answer.given
    assert read_answer(schema, written(answer), "here") == answer


def test_settled_reviews_part_from_their_settlement_only_where_they_lost(log: Log) -> None:
    held = begin(log, ONE, TWO)
    settle(held, "A")
    made = session_of_answer_sheet(held.state.sheet(held.id), ONE)
    lost = [panel(one, made).first_parting() for one in (ONE, TWO)]
    assert [line is None or str(line.place) in ("duration", "determination") for line in lost] == [True, True]
