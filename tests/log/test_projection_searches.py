"""How many of the hits are denied: by the tables as by the program's own reading of the same events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from assistant import library
from assistant.core import events as e
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.record.absence import HARMLESS, trail
from assistant.core.record.passages import SAID_FIRST, PassageGroup
from assistant.core.session import begin, fold
from assistant.log.fold import moments
from assistant.log.projection_rows import Editions, review_rows, without_quotes
from assistant.log.report_tables import Rows
from tests.log.auditing import opened_review

PLACE = ("1", "sought")
WORDS = st.sampled_from(["no fever", "fever", "a cough"])


@st.composite
def searches(draw: st.DrawFn) -> e.RecordSearched:
    """What speaks comes first; what had no room is harmless where the last that is listed is."""
    found = draw(st.lists(st.tuples(WORDS, st.sampled_from(SAID_FIRST), st.integers(1, 3)), max_size=4))
    groups = [PassageGroup("note", (1,), quote, standing, count, 0) for quote, standing, count in found]
    groups.sort(key=lambda one: one.standing in HARMLESS)
    more = draw(st.integers(0, 2))
    hits = sum(one.count for one in groups) + more
    by = draw(st.sampled_from(["look_for", "reviewer", "amendment"]))
    return e.RecordSearched(*PLACE, by, ("fever",), ("note",), 1, (), hits, tuple(groups), more)


STEPS = st.lists(
    st.one_of(
        searches(),
        st.builds(
            lambda quote: e.PassagesDismissed(*PLACE, (Dismissed("note", 1, quote, "of the back"),)),
            st.sampled_from(["fever", "another"]),
        ),
    ),
    max_size=5,
)


def projected(steps: list[Event]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of absences and of searches."""
    rows = made(steps)
    return rows["absence"], rows["search"]


def made(steps: list[Event]) -> Rows:
    held, entries = opened_review(steps)
    for entry in entries:
        without_quotes(entry.kind, entry.body)
    return review_rows(moments(held, entries), Editions())


def searched(groups: tuple[PassageGroup, ...], more: int = 0) -> e.RecordSearched:
    hits = sum(one.count for one in groups) + more
    return e.RecordSearched(*PLACE, "look_for", ("fever",), ("note",), 1, (), hits, groups, more)


DENIED = PassageGroup("note", (1, 2), "no fever", "negated", 3, 0)
SAID = PassageGroup("note", (2,), "fever", "affirmed", 2, 9)


@given(STEPS, st.lists(st.sampled_from(["fever", "no fever", "another"]), max_size=2))
@example([searched((DENIED,), 2)], [])
@example([searched((SAID,), 2)], [])
@example([searched((SAID, DENIED), 2)], ["another"])
def test_the_count_is_that_of_the_letter(steps: list[Event], dismissed: list[str]) -> None:
    with_answer = Trail(dismissed=tuple(Dismissed("note", 1, quote, "no") for quote in dismissed))
    every = [*steps, e.AnswerRecorded(*PLACE, Answer(status=Status.NOT_DOCUMENTED, search=with_answer))]
    case = library.find_case("cervical-radiographs-after")
    pins: Mapping[str, Mapping[str, str]] = {"case": {"case.yaml": ""}}
    opened = e.SessionOpened("practice", "r", "0", False, {}, pins, {}, {"1": "x"})
    expected = trail(fold(begin("s", library.rules_for(case), opened), every), PLACE)
    (absence,), _ = projected(every)
    if expected is None:
        assert (absence["searches"], absence["hits"], absence["denied"]) == (0, len(dismissed), 0)
    else:
        assert (absence["hits"], absence["denied"]) == (expected.hits, expected.denied)


def test_denials_citations_and_dismissals_stand_apart() -> None:
    answer = Answer(
        status=Status.NOT_DOCUMENTED, evidence=(Evidence("note", 2, "fever"), Evidence("note", 1))
    )
    gone = e.PassagesDismissed(*PLACE, (Dismissed("note", 2, "fever", "of the back"),))
    steps = [searched((SAID, DENIED)), gone, e.AnswerRecorded(*PLACE, answer)]
    (absence,), (search,) = projected(steps)
    assert [absence[name] for name in ("hits", "denied", "cited", "dismissed")] == [5, 3, 1, 1]
    assert (search["hits"], search["denied"]) == (5, 3)


def test_what_is_set_aside_with_an_answer_is_told_once() -> None:
    aside = (Dismissed("note", 2, "fever", "of the back"), Dismissed("note", 1, "fever", "of the knee"))
    one, two = (Answer(status=Status.NOT_DOCUMENTED, search=Trail(dismissed=aside[:n])) for n in (1, 2))
    steps = [e.AnswerRecorded(*PLACE, one), e.AnswerAmended(*PLACE, two, reason="One more page.")]
    rows = made(steps)["dismissal"]
    assert [(row["page"], row["reason"], row["n"]) for row in rows] == [
        ("note:2", "of the back", 1),
        ("note:1", "of the knee", 1),
    ]


def test_where_the_log_lists_too_little_nothing_is_said() -> None:
    _, (search,) = projected([searched((SAID,), 4)])
    assert (search["hits"], search["denied"]) == (6, None)
    _, (search,) = projected([searched((SAID, DENIED), 4)])
    assert (search["hits"], search["denied"]) == (9, 7)


def test_quotes_are_left_out_only_where_none_is_needed() -> None:
    for more, kept in ((0, ""), (1, "fever")):
        body = encode(searched((SAID,), more))
        without_quotes("record.searched", body)
        assert body["groups"][0]["quote"] == kept
