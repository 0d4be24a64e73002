"""A session is the fold of its events: what each of them makes true, and that nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Evidence, Status, Trail, group, listing
from assistant.core.decide import DECISIONS, GROUNDS, decide
from assistant.core.event_form import decode, encode
from assistant.core.problem import Refused
from assistant.core.rules.answer_schema import (
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
)
from assistant.core.rules.rules import Rules
from assistant.core.session import Determination, Edit, Session, apply, begin, fold
from assistant.core.text import Private
from assistant.core.value import replace
from assistant.log.chain import canonical, seal, unseal

OPENED = e.SessionOpened("practice", "r-test", "0", False, {}, {}, {}, {})
NOT_DOCUMENTED = Answer(status=Status.NOT_DOCUMENTED)


@cache
def seed_rules() -> Rules:
    return library.rules_for(library.find_case("cervical-radiographs-after"))


@pytest.fixture
def session() -> Session:
    return begin("s1", seed_rules(), OPENED)


def recorded(path: str, answer: Answer) -> e.AnswerRecorded:
    return e.AnswerRecorded("1", path, answer)


FUSION = group({"procedure": Answer(value="fusion"), "levels": NOT_DOCUMENTED, "date": Answer(value="2014")})
STUDY = group({"date": Answer(value="2014-07-12"), "modality": Answer(value="radiographs")})


# -- answers --------------------------------------------------------------------------------------


def test_it_begins_with_nothing_answered(session: Session) -> None:
    assert session.status == "open"
    assert session.items == ("1",)
    assert session.answer("1", "views") is None
    assert not session.item_answered("1")
    assert session.mode == "practice"


def test_the_last_answer_counts(session: Session) -> None:
    first, second = Answer(value="yes"), Answer(value="no")
    after = fold(session, [recorded("acute_trauma", first), e.AnswerAmended("1", "acute_trauma", second)])
    assert after.answer("1", "acute_trauma") == second
    assert after.reading("1").answered("acute_trauma")
    gone = apply(after, e.AnswerWithdrawn("1", "acute_trauma"))
    assert gone.answer("1", "acute_trauma") is None
    assert not gone.reading("1").answered("acute_trauma")


def test_the_scopes_are_apart(session: Session) -> None:
    after = apply(session, e.AnswerRecorded("case", "conflict", Answer(value="none")))
    assert after.answer("1", "conflict") is None
    assert after.answer("9", "conflict") is None


def test_a_group_is_answered_part_by_part(session: Session) -> None:
    after = apply(session, recorded("red_flags.tumor", Answer(value="no")))
    assert after.answer("1", "red_flags.tumor") == Answer(value="no")
    assert after.reading("1").missing_parts("red_flags") == [
        "fracture",
        "infection",
        "neurologic_deficit",
        "cord_compromise",
        "vascular",
        "referred",
    ]
    for name in after.reading("1").missing_parts("red_flags"):
        after = apply(after, recorded(f"red_flags.{name}", NOT_DOCUMENTED))
    assert after.reading("1").answered("red_flags")


def test_a_part_takes_the_place_of_a_word_for_none(session: Session) -> None:
    none = apply(session, recorded("prior_surgery", Answer(value="none")))
    after = apply(none, recorded("prior_surgery.procedure", Answer(value="fusion")))
    assert after.answer("1", "prior_surgery") == group({"procedure": Answer(value="fusion")})


def test_a_list_grows_entry_by_entry_until_it_is_closed(session: Session) -> None:
    after = fold(
        session,
        [
            recorded("prior_imaging.1.date", Answer(value="2014-07-12")),
            recorded("prior_imaging.1.modality", Answer(value="radiographs")),
            recorded("prior_imaging.2.date", Answer(value="2014-08-04")),
        ],
    )
    held = after.answer("1", "prior_imaging")
    assert held is not None
    assert (held.listing, held.closed, list(held.parts or {})) == (True, False, ["1", "2"])
    assert after.reading("1").missing_parts("prior_imaging")[:2] == ["1.views", "1.finding"]
    assert not after.reading("1").answered("prior_imaging")


def test_an_entry_that_is_removed_leaves_no_gap(session: Session) -> None:
    three = listing([group({"date": Answer(value=str(year))}) for year in (2011, 2012, 2013)])
    after = fold(session, [recorded("prior_imaging", three), e.AnswerWithdrawn("1", "prior_imaging.2")])
    held = after.answer("1", "prior_imaging")
    assert held is not None
    assert held.plain() == [{"date": "2011"}, {"date": "2013"}]
    assert list(held.parts or {}) == ["1", "2"]
    assert not held.closed


def test_parts_stand_in_the_order_of_their_question_however_they_were_given(session: Session) -> None:
    backwards = group(dict(reversed(list((FUSION.parts or {}).items()))))
    after = apply(session, recorded("prior_surgery", backwards))
    held = after.answer("1", "prior_surgery")
    assert held is not None
    assert list(held.parts or {}) == ["procedure", "levels", "date"]


# -- what stands behind an answer -----------------------------------------------------------------


def test_a_passage_is_added_to_an_answer_or_to_a_part(session: Session) -> None:
    first, second = Evidence("note", 1), Evidence("note", 2, "words", 7)
    after = fold(
        session,
        [
            recorded("prior_surgery", replace(FUSION, evidence=(first,))),
            e.EvidenceCited("1", "prior_surgery", second),
            e.EvidenceCited("1", "prior_surgery.date", first),
        ],
    )
    held = after.answer("1", "prior_surgery")
    assert held is not None
    assert held.evidence == (first, second)
    assert (held.parts or {})["date"].evidence == (first,)
    assert (held.parts or {})["procedure"].evidence == ()


def test_a_passage_for_an_answer_that_is_gone_changes_nothing(session: Session) -> None:
    assert apply(session, e.EvidenceCited("1", "views", Evidence("note", 1))) == session


def test_attesting_sets_the_trail_of_each_absence_that_is_named(session: Session) -> None:
    own = replace(NOT_DOCUMENTED, search=Trail(("note",), 2, terms=("fever",)))
    flags = group({"tumor": NOT_DOCUMENTED, "infection": own, "vascular": Answer(value="no")})
    attested = e.AbsencesAttested(
        ("note", "report"),
        5,
        ("1/red_flags.tumor", "1/red_flags.infection", "1/red_flags.vascular", "1/sought"),
    )
    after = fold(session, [recorded("red_flags", flags), recorded("suspected", NOT_DOCUMENTED), attested])
    held = after.answer("1", "red_flags")
    assert held is not None
    parts = held.parts or {}
    assert parts["tumor"].search == Trail(("note", "report"), 5, attested=True)
    assert parts["infection"].search == Trail(("note",), 2, attested=True, terms=("fever",))
    assert parts["vascular"].search is None
    suspected = after.answer("1", "suspected")
    assert suspected is not None
    assert suspected.search is None, "it was not named"


def test_notes_are_kept_in_order(session: Session) -> None:
    after = fold(session, [e.NoteAdded("1", "views", "one"), e.NoteAdded("1", "views", "two")])
    assert after.notes == {("1", "views"): ("one", "two")}


# -- where the reviewer is ------------------------------------------------------------------------


def test_only_a_prompt_that_was_chosen_is_held_to(session: Session) -> None:
    shown = apply(session, e.PromptShown("1", "views"))
    assert (shown.focus, shown.trail) == (None, (("1", "views"),))
    chosen = apply(shown, e.PromptShown("1", "views", True))
    assert (chosen.focus, chosen.trail) == (("1", "views"), (("1", "views"),))
    assert apply(chosen, e.PromptLeft("1", "views")).focus is None
    assert apply(chosen, e.PromptSkipped("1", "views")).focus is None
    assert apply(chosen, recorded("views", Answer(value=["lateral"]))).focus is None


def test_what_is_skipped_is_no_longer_so_once_it_is_answered(session: Session) -> None:
    skips = [e.PromptSkipped("1", name) for name in ("views", "sought", "views")]
    after = fold(session, list(skips))
    assert after.skipped == (("1", "sought"), ("1", "views"))
    assert apply(after, recorded("views", Answer(value=["lateral"]))).skipped == (("1", "sought"),)


def test_a_passage_for_another_answer_leaves_the_reviewer_where_he_is(session: Session) -> None:
    at = fold(session, [recorded("views", Answer(value=["lateral"])), e.PromptShown("1", "sought", True)])
    assert apply(at, e.EvidenceCited("1", "views", Evidence("note", 1))).focus == ("1", "sought")


# -- what is decided ------------------------------------------------------------------------------


def test_rulings_and_decisions_are_those_taken_last(session: Session) -> None:
    after = fold(
        session,
        [
            e.FirstDecisionTaken("1", "overturned"),
            e.CriterionRuled("1", "red-flag", "accepted", "a"),
            e.CriterionRuled("1", "red-flag", "inapplicable", "b"),
            e.CriterionRuled("1", "acr-variant-3", "declined", "c"),
            e.DeterminationRecorded("1", "overturned", "upheld", True, "d"),
            e.DeterminationRecorded("1", "upheld", "upheld", False),
        ],
    )
    assert after.first_decisions == {"1": "overturned"}
    rulings = {name: (one.ruling, one.reason) for name, one in after.rulings["1"].items()}
    assert rulings == {"red-flag": ("inapplicable", "b"), "acr-variant-3": ("declined", "c")}
    assert after.determinations == {"1": Determination("upheld", "upheld", "")}


def test_an_edit_stands_until_it_is_taken_back(session: Session) -> None:
    edited = apply(session, e.SentenceEdited("1", "request", "It was.", "It is."))
    assert edited.edits["1"] == {"request": Edit("It was.", "It is.")}
    assert apply(edited, e.SentenceEdited("1", "request", "It was.", "")).edits["1"] == {}


def test_what_was_looked_at_and_raised_is_known(session: Session) -> None:
    after = fold(
        session,
        [
            e.PageOpened("note", 2),
            e.PageOpened("note", 1, "program"),
            e.PageMarked(Evidence("note", 1, "words", 0)),
            e.PageMarked(Evidence("note", 2, "others", 0)),
            e.PageMarked(Evidence("note", 1, "words", 0), True),
            e.FindingsOpened("1", True),
            e.SuggestionShown("1", None, "conflict"),
            e.CheckRaised("later-study", "k", "m", ("f",)),
            e.CheckAcknowledged("later-study", "k", "r"),
        ],
    )
    assert after.pages_opened == {("note", 2)}
    assert after.pages_shown == {("note", 1)}
    assert after.marks == (Evidence("note", 2, "others", 0),)
    assert after.findings_opened == set(after.suggestions_shown) == {"1"}
    assert after.raised == {("later-study", "k")}
    assert after.acknowledged == {("later-study", "k"): "r"}


def test_a_session_ends_declined_or_signed(session: Session) -> None:
    declined = e.SessionDeclined("conflict", "A cousin.")
    assert (apply(session, declined).status, apply(session, declined).declined) == ("declined", declined)
    signed = e.SessionSigned("0" * 64, "uphold", "I sign.")
    after = fold(session, [signed, e.AddendumAdded("one"), e.AddendumAdded("two")])
    assert (after.status, after.signed, after.addenda) == ("signed", signed, ("one", "two"))


@pytest.mark.parametrize(
    "event",
    [
        e.SessionParked(),
        e.SessionResumed(),
        e.WhyOpened("1", "views"),
        e.AnswerRejected("1", "views", 5, "0" * 64, "No.", "maybe"),
        e.AnswerSetAside("1", "views", "prior_surgery"),
        e.AnswerRestored("1", "views", "prior_surgery"),
    ],
)
def test_what_only_tells_changes_nothing(session: Session, event: e.Event) -> None:
    assert apply(session, event) == session


# -- any session ----------------------------------------------------------------------------------

reasons = st.sampled_from(["", "The note names a fusion."])
dates = st.sampled_from(["2012", "2014-02", "2014-07-12", "2015-01-31"])


def answers(shape: Shape, full: bool = False) -> st.SearchStrategy[Answer]:
    """Answers of a shape, with parts missing unless `full`, and now and then without a value."""
    if isinstance(shape, GroupShape):
        needed = {name: answers(part.shape) for name, part in shape.parts.items()}
        none = {} if full else needed
        some = st.fixed_dictionaries({} if none else needed, optional=none).map(group)
        bare = st.sampled_from(sorted(shape.instead)) if shape.instead else None
        return some if bare is None else some | bare.map(lambda word: Answer(value=word))
    if isinstance(shape, ListingShape):
        return st.builds(listing, st.lists(answers(shape.element, True), max_size=2), closed=st.booleans())
    values: st.SearchStrategy[Any]
    if isinstance(shape, ChoiceShape):
        values = st.sampled_from(sorted(shape.labels))
    elif isinstance(shape, SeveralShape):
        values = st.lists(st.sampled_from(sorted(shape.labels)), min_size=1, max_size=3, unique=True)
    elif isinstance(shape, DateShape):
        values = dates
    elif isinstance(shape, NumberShape):
        values = st.integers(0, 100)
    else:
        values = st.sampled_from(["non-union", "Loosening?"]).map(Private)
    absent = st.sampled_from([NOT_DOCUMENTED, Answer(status=Status.UNCLEAR)])
    return values.map(lambda value: Answer(value=value)) | absent


def recordings(*only: str) -> st.SearchStrategy[c.Command]:
    """Answers to any prompt, or to those of the item that are named."""
    made: list[st.SearchStrategy[c.Command]] = []
    for scope in seed_rules().scopes:
        for name, prompt in seed_rules().sets[scope].prompts.items():
            shape = prompt.schema.shape
            if only and name not in only:
                continue
            asked = {name: answers(shape, True)}
            if isinstance(shape, GroupShape):
                asked |= {f"{name}.{part.name}": answers(part.shape) for part in shape.parts.values()}
            elif isinstance(shape, ListingShape):
                parts = shape.element.parts.values()
                asked |= {f"{name}.1.{part.name}": answers(part.shape) for part in parts}
            for path, answer in asked.items():
                made.append(st.builds(c.RecordAnswer, st.just(scope), st.just(path), answer, reason=reasons))
    return st.one_of(made)


places = st.sampled_from(
    [(scope, name) for scope in seed_rules().scopes for name in seed_rules().sets[scope].prompts]
    + [
        ("1", path)
        for path in ("red_flags.tumor", "prior_surgery.date", "prior_imaging.1", "prior_imaging.1.date")
    ]
)
decisions = st.sampled_from(DECISIONS)
pages = st.sampled_from(
    [Evidence("progress-note-2014-07-17", 1), Evidence("xray-report-2014-07-12", 1, Private("no"), 3)]
)
criteria = st.sampled_from(sorted(seed_rules().sets["1"].criteria))


def placed(make: Callable[..., c.Command], **more: st.SearchStrategy[Any]) -> st.SearchStrategy[c.Command]:
    """A command about any place."""
    return st.builds(lambda place, **given: make(*place, **given), places, **more)


others: st.SearchStrategy[c.Command] = st.one_of(
    placed(c.ShowPrompt),
    placed(c.SkipPrompt),
    placed(c.LeavePrompt),
    placed(c.OpenWhy),
    placed(c.WithdrawAnswer, reason=reasons),
    placed(c.CiteEvidence, evidence=pages),
    placed(c.AddNote, text=reasons),
    placed(c.RejectInput, input=st.just("maybe"), says=st.just("No.")),
    st.builds(c.OpenFindings, st.just("1")),
    st.builds(c.ShowSuggestion, st.just("1"), decisions, st.just("carried")),
    st.just(c.AttestAbsences()),
    st.builds(c.RuleOn, st.just("1"), criteria, st.sampled_from(["accepted", "inapplicable"]), reasons),
    st.builds(c.DecideFirst, st.just("1"), decisions),
    st.builds(c.Determine, st.just("1"), decisions, st.none() | decisions, reasons),
    st.builds(c.EditSentence, st.just("1"), st.just("request"), st.just("It was."), reasons),
    st.builds(c.RaiseCheck, st.just("later-study"), st.just("k"), st.just("m"), st.just(("f",))),
    st.builds(c.Acknowledge, st.just("later-study"), st.just("k"), reasons),
    st.just(c.Park()),
    st.just(c.Resume()),
)
ends: st.SearchStrategy[c.Command] = st.one_of(
    st.builds(c.Decline, st.sampled_from(GROUNDS), st.just("A cousin.")),
    st.builds(c.Sign, st.just("0" * 64), st.just("uphold"), st.just("I sign.")),
    st.builds(c.AddAddendum, st.just("Later.")),
)
commands = st.lists(st.one_of(recordings(), recordings(), others), min_size=15, max_size=40).flatmap(
    lambda most: st.lists(ends, max_size=2).map(lambda last: [*most, *last])
)


def from_the_log(event: e.Event) -> e.Event:
    """The event as it comes back out of an entry's bytes."""
    kept: dict[str, str] = {}

    def commit(text: str) -> str:
        kept[str(len(kept))] = text
        return str(len(kept) - 1)

    body = json.loads(canonical(seal(encode(event), commit)))
    return decode(event.kind, unseal(body, kept.get))


@given(commands)
def test_replaying_the_logged_events_gives_the_session_again(given: list[c.Command]) -> None:
    start = session = begin("s1", seed_rules(), OPENED)
    logged: list[e.Event] = []
    for command in given:
        try:
            events = decide(session, command)
        except Refused:
            continue
        session = fold(session, events)
        logged += events
    again = fold(start, [from_the_log(event) for event in logged])
    assert again == session
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        assert [prompt.id for prompt in reading.open_prompts()] == [
            prompt.id for prompt in again.reading(scope).open_prompts()
        ]
        for name, answer in session.answers.get(scope, {}).items():
            assert list(answer.leaves()) == list(again.answers[scope][name].leaves()), "the order differs"


hinges = recordings("prior_surgery", "prior_imaging")
hanging = recordings("films_since_surgery", "instability_suspected", "changed_since")
withdrawals = st.builds(
    c.WithdrawAnswer,
    st.just("1"),
    st.sampled_from(["prior_surgery", "prior_imaging", "films_since_surgery", "prior_surgery.procedure"]),
)


@given(st.lists(hinges | hanging | withdrawals, min_size=15, max_size=40))
def test_set_aside_and_restored_are_logged_as_they_happen(given: list[c.Command]) -> None:
    session = begin("s1", seed_rules(), OPENED)
    aside: set[tuple[str, str]] = set()
    for command in given:
        try:
            events = decide(session, command)
        except Refused:
            continue
        session = fold(session, events)
        for event in events:
            if isinstance(event, e.AnswerSetAside):
                aside.add((event.item, event.prompt))
            elif isinstance(event, e.AnswerRestored | e.AnswerWithdrawn):
                aside.discard((event.item, event.prompt))
        assert aside == {
            (scope, name) for scope in session.rules.scopes for name in session.reading(scope).set_aside()
        }
