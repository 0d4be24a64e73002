"""The conversation over a real log: what a reply means, what is asked back, and what stands logged after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from assistant import library
from assistant.core import events as e
from assistant.core import yaml
from assistant.core.agenda import next_turn
from assistant.core.answer import Answer, Evidence, Status
from assistant.core.answer_reader import read_answer
from assistant.core.event_form import decode
from assistant.core.event_words import Line
from assistant.core.problem import Refused, refuse
from assistant.core.rationale import assess
from assistant.core.record import second_look
from assistant.core.record.checks import checks
from assistant.core.record.second_look import Unseen, unseen
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from tests import walk
from tests.walk import KEPT, WALK

CASE = library.find_case("cervical-radiographs-after-fusion")
REFERENCE: dict[str, Any] = dict(
    yaml.parse_yaml(library.read_text(CASE.path / "reference.yaml"), "reference.yaml").data
)


@pytest.fixture
def review(log: Log) -> Iterator[Review]:
    opened = Review.open(log, CASE, Profile("r-test", "Amalia Quessenberry", KEPT))
    yield opened
    opened.close()


@pytest.fixture
def talk(review: Review) -> Conversation:
    return Conversation(review)


def words(lines: list[Line]) -> str:
    return "\n".join(line.text for line in lines)


def failing(*_: object, **__: object) -> None:
    raise refuse("The disk is full; this step was not logged.")


def until(talk: Conversation, prompt: str = "") -> Conversation:
    """Answers up to a prompt; without one, up to the decision."""
    walk.until(talk, prompt)
    assert talk.pending is None
    while not prompt and talk.turn.kind == "ruling" and talk.options[0].value == "governs":
        walk.beside(talk)
    return talk


def decided(talk: Conversation) -> Conversation:
    """Everything answered, decided and explained; only the signature is missing."""
    until(talk)
    for _ in range(20):
        if talk.turn.kind == "sign":
            break
        walk.beside(talk)
    assert talk.turn.kind == "sign"
    return talk


def by_words(talk: Conversation, words: str = "cumulative trauma at work") -> list[Line]:
    """The passage that an answer rests on, asked for and named by some of its words."""
    assert talk.pending is not None
    assert "rests on a passage" in talk.question
    said = talk.reply(words)
    return talk.reply("1") if "rests on a passage" in talk.question else said


def events(talk: Conversation) -> list[e.Event]:
    review = talk.review
    return [decode(entry.kind, entry.body) for entry in review.log.read(review.session.id)]


def kinds(talk: Conversation) -> list[str]:
    return [event.kind for event in events(talk)]


def held(talk: Conversation, prompt: str, scope: str = "1") -> Answer | None:
    return talk.review.session.answer(scope, prompt)


def plain(talk: Conversation, prompt: str) -> object:
    answer = held(talk, prompt)
    return answer.plain() if answer is not None else None


# -- answering ------------------------------------------------------------------------------------


def test_enter_confirms_what_is_proposed_with_its_page(talk: Conversation) -> None:
    until(talk, "prior_surgery")
    lines = talk.reply("")
    assert [(line.kind, line.text) for line in lines] == [
        ("answer", "Fusion, with or without discectomy, C4-C5 and C5-C6, February 2014")
    ]
    answer = held(talk, "prior_surgery")
    assert answer is not None
    assert answer.evidence[0].quote == "a cervical diskectomy and fusion performed in February"
    recorded = [one for one in events(talk) if isinstance(one, e.AnswerRecorded)][-1]
    assert (recorded.prompt, recorded.origin) == ("prior_surgery", "proposed")


def test_enter_alone_is_no_answer_where_nothing_is_proposed(talk: Conversation) -> None:
    until(talk, "conflict")
    before = len(events(talk))
    for empty in ("", "   ", "\t"):
        assert talk.reply(empty)[0].kind == "problem"
    assert talk.turn.path == "conflict"
    assert len(events(talk)) == before


@pytest.mark.parametrize("typed", ["2", "no", " NO ", "No"])
def test_a_number_and_a_word_mean_the_same(talk: Conversation, typed: str) -> None:
    until(talk, "acute_trauma").reply(typed)
    assert held(talk, "acute_trauma") is None, "a denial needs the words that say so"
    by_words(talk)
    answer = held(talk, "acute_trauma")
    assert answer is not None
    assert (answer.value, [one.quote for one in answer.evidence]) == ("no", ["cumulative trauma at work"])


def test_where_no_passage_denies_it_not_documented_is_offered(talk: Conversation) -> None:
    until(talk, "acute_trauma").reply("no")
    assert "The search found none" in talk.question
    assert [option.label for option in talk.options] == ["Not documented, then"]
    talk.reply("-")
    answer = held(talk, "acute_trauma")
    assert answer is not None
    assert answer.status is Status.NOT_DOCUMENTED


def test_words_that_no_page_holds_bear_no_answer(talk: Conversation) -> None:
    until(talk, "acute_trauma").reply("no")
    assert "found with “he was never in a lift”" in words(talk.reply("he was never in a lift"))
    assert "too little to look for" in words(talk.reply("1")), "a key of replies that don't stand here"
    assert "rests on a passage" in talk.question
    assert held(talk, "acute_trauma") is None
    talk.reply("pain")
    assert "Which of them says so?" in talk.question, "where passages are offered, one of them is asked for"
    assert talk.options[0].label.startswith("It says so: ")
    assert talk.options[-1].label == "Not documented, then"


@pytest.mark.parametrize(("typed", "weeks"), [("1", 1), ("2", 2), ("76", 76), ("80 weeks", 80)])
def test_a_number_is_an_answer_where_a_number_is_asked_for(
    talk: Conversation, typed: str, weeks: int
) -> None:
    until(talk, "duration")
    assert not any(key.isdecimal() for key in talk.keys_at_once)
    talk.reply(typed)
    answer = held(talk, "duration")
    assert answer is not None
    assert answer.value == weeks


def test_where_a_number_is_asked_for_its_other_replies_have_their_words(talk: Conversation) -> None:
    until(talk, "duration").reply("nd")
    answer = held(talk, "duration")
    assert answer is not None
    assert answer.status is Status.NOT_DOCUMENTED


@pytest.mark.parametrize("typed", ["no", "none", "n/a", "Not stated.", "unknown", "not", "un"])
def test_a_short_denial_is_no_statement_of_the_record(talk: Conversation, typed: str) -> None:
    until(talk, "sought")
    assert "Type the key of the reply, or the record's words in full." in words(talk.reply(typed))
    assert held(talk, "sought") is None


@pytest.mark.parametrize("typed", ["nd", "not documented", "Not documented.", "not doc"])
def test_not_documented_can_be_typed_where_words_are_asked_for(talk: Conversation, typed: str) -> None:
    until(talk, "sought").reply(typed)
    answer = held(talk, "sought")
    assert answer is not None
    assert answer.status is Status.NOT_DOCUMENTED


@pytest.mark.parametrize("typed", ["nd", "not documented", "all not documented"])
def test_flags_can_be_answered_together_in_words(talk: Conversation, typed: str) -> None:
    until(talk, "red_flags").reply(typed)
    answer = held(talk, "red_flags")
    assert answer is not None
    assert {leaf.status for _, leaf in answer.leaves()} == {Status.NOT_DOCUMENTED}


def test_a_part_of_a_complete_answer_can_be_changed_by_itself(talk: Conversation) -> None:
    until(talk, "prior_imaging").go("1", "prior_surgery")
    assert [option.value for option in talk.options] == ["none", "procedure", "levels", "date"]
    talk.reply("3")
    assert talk.turn.path == "prior_surgery.levels"
    talk.reply("C5-C6")
    answer = held(talk, "prior_surgery")
    assert answer is not None
    assert answer.plain() == {"procedure": "fusion", "levels": ["C5-C6"], "date": "2014-02"}
    assert talk.turn.path == "prior_imaging"


def test_an_entry_of_a_complete_list_can_be_changed_by_itself(talk: Conversation) -> None:
    until(talk, "duration").go("1", "prior_imaging")
    talk.reply(str(1 + [option.value for option in talk.options].index("change 2")))
    assert talk.turn.path == "prior_imaging.2"
    talk.reply(str(1 + [option.value for option in talk.options].index("date")))
    talk.reply("5 August 2014")
    if talk.pending is not None:
        talk.reply("change it")
        talk.reply("1")
    answer = held(talk, "prior_imaging")
    assert answer is not None
    assert [entry["date"] for entry in answer.plain()] == ["2014-07-12", "2014-08-05"]


def test_a_number_that_no_reply_has_is_refused(talk: Conversation) -> None:
    until(talk, "acute_trauma")
    assert "is not among the answers" in words(talk.reply("7"))
    assert "no reply 7" in words(talk.press("7"))
    assert held(talk, "acute_trauma") is None


@pytest.mark.parametrize("question", ["prior_surgery", "prior_imaging"])
def test_the_place_of_a_reply_is_no_name_of_it_where_a_list_is_asked_for(
    talk: Conversation, question: str
) -> None:
    until(talk, question)
    options = talk.options
    for number in sorted(set("0123456789") - set(talk.keys)):
        assert "is not among the answers" in words(talk.reply(number))
        assert talk.options == options
    assert held(talk, question) is None


def test_what_was_not_found_is_logged_with_the_reach_of_the_search(talk: Conversation) -> None:
    until(talk, "acute_trauma").reply("nd")
    answer = held(talk, "acute_trauma")
    assert answer is not None
    assert answer.search is not None
    assert len(answer.search.documents) == 5
    assert (answer.search.pages, answer.search.attested) == (6, False)


def test_words_that_are_asked_for_by_a_number_are_the_answer(talk: Conversation) -> None:
    until(talk, "sought")
    assert talk.reply("1") == []
    assert talk.question == "In which words?"
    assert talk.reply("  Evaluate the hardware. ") == []
    assert words(by_words(talk)) == "Evaluate the hardware."
    assert plain(talk, "sought") == "Evaluate the hardware."


def test_words_answer_a_question_for_words_at_once(talk: Conversation) -> None:
    until(talk, "sought").reply("Evaluate the hardware.")
    by_words(talk)
    assert plain(talk, "sought") == "Evaluate the hardware."


def test_an_ambiguous_word_is_asked_about_and_logged_as_refused(talk: Conversation) -> None:
    until(talk, "sought")
    talk.go("1", "films_since_surgery")
    said = words(talk.reply("yes"))
    assert "could be" in said
    assert "Type a little more" in said
    assert plain(talk, "films_since_surgery") == "undescribed_clean"
    refused = events(talk)[-1]
    assert isinstance(refused, e.AnswerRejected)
    assert (refused.item, refused.prompt, refused.input) == ("1", "films_since_surgery", "yes")
    assert refused.says in said


def test_flags_are_named_one_by_one_and_the_rest_together(talk: Conversation) -> None:
    until(talk, "red_flags")
    assert talk.reply("tumor") == []
    assert "tumor: present" in words(by_words(talk))
    assert talk.turn.place == ("1", "red_flags")
    assert talk.options[0].label.startswith("The 6 that no passage affirms are not documented")
    talk.reply("-")
    answer = held(talk, "red_flags")
    assert answer is not None
    assert {name: part.value for name, part in (answer.parts or {}).items() if part.value == "yes"} == {
        "tumor": "yes"
    }
    assert len(answer.parts or {}) == 7
    assert talk.turn.path == "acute_trauma"


def test_a_group_is_answered_part_by_part(talk: Conversation) -> None:
    until(talk, "prior_surgery").reply("answer it")
    paths = []
    for typed in ("fusion", "C4-C5, C5-C6", "Feb 2014"):
        paths.append(talk.turn.path)
        talk.reply(typed)
    assert paths == ["prior_surgery.procedure", "prior_surgery.levels", "prior_surgery.date"]
    answer = held(talk, "prior_surgery")
    assert answer is not None
    assert answer.plain() == {"procedure": "fusion", "levels": ["C4-C5", "C5-C6"], "date": "2014-02"}
    assert talk.turn.path == "prior_imaging"


def test_a_date_in_the_future_is_refused_and_asked_again(talk: Conversation) -> None:
    talk.review.today = lambda: date(2026, 11, 23)  # type: ignore[method-assign]
    until(talk, "prior_surgery").reply("answer it")
    for typed in ("fusion", "C4-C5, C5-C6"):
        talk.reply(typed)
    (line,) = talk.reply("Nov 24, 2026")
    assert line.text.startswith("November 24, 2026 lies in the future; today is November 23, 2026.")
    (line,) = talk.reply("13/05/2014")
    assert line.text.startswith(
        "“13/05/2014” is not a date. With slashes the month comes first: 05/13/2014. Write a date"
    )
    assert talk.turn.path == "prior_surgery.date"
    talk.reply("5/13/2014")
    answer = held(talk, "prior_surgery")
    assert answer is not None
    assert answer.plain()["date"] == "2014-05-13"


def test_a_list_is_answered_entry_by_entry_until_it_is_said_to_be_all(talk: Conversation) -> None:
    until(talk, "prior_imaging").reply("add")
    assert talk.turn.question.startswith("Study 1: ")
    talk.reply("12 July 2014; radiographs; 1; nd")
    assert talk.turn.path == "prior_imaging.1.views"
    talk.reply("nd")
    assert talk.turn.path == "prior_imaging"
    assert [option.value for option in talk.options] == ["done", "add", "remove", "change 1"]
    talk.reply("that")
    answer = held(talk, "prior_imaging")
    assert answer is not None
    assert answer.closed
    assert [entry["date"] for entry in answer.plain()] == ["2014-07-12"]
    assert talk.turn.path == "duration"


# -- an answer that says what the case file says ---------------------------------------------------


@pytest.mark.parametrize("typed", ["76", "76 weeks"])
def test_a_typed_answer_equal_to_the_proposal_takes_its_page(talk: Conversation, typed: str) -> None:
    until(talk, "duration").reply(typed)
    answer = held(talk, "duration")
    assert answer is not None
    assert [str(one) for one in answer.evidence] == ["ur-report-2014-04-20:1"]
    assert [one for one in events(talk) if isinstance(one, e.AnswerRecorded)][-1].origin == "proposed"


def test_a_typed_answer_unlike_the_proposal_does_not(talk: Conversation) -> None:
    until(talk, "duration").reply("77")
    assert held(talk, "duration") == Answer(value=77)
    assert [one for one in events(talk) if isinstance(one, e.AnswerRecorded)][-1].origin == "typed"


# -- back, skip, go -------------------------------------------------------------------------------


def test_back_takes_the_last_question_first_and_enter_leaves_it(talk: Conversation) -> None:
    until(talk, "prior_imaging").back()
    assert talk.turn.place == ("1", "prior_surgery")
    assert talk.turn.held is not None
    assert words(talk.reply("")) == "Left as it was."
    assert talk.turn.place == ("1", "prior_imaging")
    assert "prompt.left" in kinds(talk)


def test_back_goes_on_through_every_question_before(talk: Conversation) -> None:
    until(talk, "prior_surgery")
    seen = []
    for _ in range(6):
        lines = talk.back()
        seen.append(talk.turn.path)
    assert seen == ["timeline", "documents", "conflict", "qualifications", "qualifications", "qualifications"]
    assert words(lines) == "This is the first question."


@pytest.mark.parametrize("prompt", ["acute_trauma", "sought", "prior_surgery", "prior_imaging", "duration"])
def test_what_was_not_found_and_what_is_unclear_have_the_same_keys_everywhere(
    talk: Conversation, prompt: str
) -> None:
    until(talk, prompt)
    assert {"-", "."} <= set(talk.keys) & talk.keys_at_once
    numbers = [key for key in talk.keys if key.isdecimal()]
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    for key, status in (("-", Status.NOT_DOCUMENTED), (".", Status.UNCLEAR), ("nd", Status.NOT_DOCUMENTED)):
        talk.go("1", prompt)
        talk.reply(key)
        if talk.pending is not None:
            talk.reply("yes")
        answer = held(talk, prompt)
        assert answer is not None
        assert answer.status is status


@pytest.mark.parametrize(
    ("place", "at_once"),
    [
        ("acute_trauma", True),
        ("red_flags", False),
        ("sought", False),
        ("prior_surgery", False),
        ("prior_surgery.levels", False),
        ("prior_surgery.date", False),
        ("duration", False),
    ],
)
def test_a_digit_replies_by_itself_where_no_answer_begins_with_one(
    talk: Conversation, place: str, at_once: bool
) -> None:
    until(talk, "views").go("1", place)
    assert ("3" in talk.keys_at_once) is at_once


@pytest.mark.parametrize("typed", ["5/14/2014", "5-14-2014", "3", "6"])
def test_what_begins_with_a_digit_is_no_reply_of_a_list_of_levels(talk: Conversation, typed: str) -> None:
    until(talk, "prior_surgery").go("1", "prior_surgery.levels")
    assert talk.reply(typed)[0].kind == "problem"
    assert held(talk, "prior_surgery") is None
    talk.reply("C5-6")
    assert plain(talk, "prior_surgery") == {"levels": ["C5-C6"]}


def test_back_goes_to_the_last_act_and_to_the_one_before_it(talk: Conversation) -> None:
    decided(talk)
    talk.back()
    assert talk.pending is not None
    assert talk.pending.question == next(one.question for one in talk.acts if one.kind == "check")
    talk.back()
    assert [option.value for option in talk.options[:2]] == ["upheld", "overturned"]
    talk.back()
    assert [option.value for option in talk.options] == ["governs", "does_not_govern"]
    talk.reply("2")
    talk.reply("The row speaks of the first weeks only.")
    ruled = [one.ruling for one in events(talk) if isinstance(one, e.CriterionRuled)]
    assert ruled == ["governs", "does_not_govern"]


def test_back_to_what_was_answered_together_asks_which_of_them(review: Review) -> None:
    talk = Conversation(review)
    talk.reply(walk.quick(talk))
    assert talk.turn.kind == "form"
    talk.back()
    assert "which of them otherwise" in talk.question
    talk.reply("1")
    assert (talk.turn.kind, talk.turn.place) == ("prompt", ("case", "qualifications"))


def test_a_session_gone_on_with_goes_back_to_its_decision(talk: Conversation) -> None:
    decided(talk)
    later = Conversation(talk.review)
    later.back()
    assert [option.value for option in later.options[:2]] == ["upheld", "overturned"]


@pytest.mark.parametrize("typed", ["fracture no", "fracture no, infection yes"])
def test_each_entry_that_is_named_asks_for_its_passage(talk: Conversation, typed: str) -> None:
    until(talk, "red_flags").reply(typed)
    assert " (absent)” rests on a passage" in talk.question
    assert held(talk, "red_flags") is None
    if "infection" in typed:
        assert "Not taken either: infection" in words(talk.back())
        talk.reply(typed)
    talk.reply("-")
    if "infection" in typed:
        by_words(talk)
    answer = held(talk, "red_flags")
    assert answer is not None
    said = {name: part.value or part.status.value for name, part in (answer.parts or {}).items()}
    assert said == {"fracture": "not_documented"} | ({"infection": "yes"} if "infection" in typed else {})


def test_a_refused_reason_is_logged_too(talk: Conversation) -> None:
    walk.until(talk)
    assert talk.turn.kind == "ruling"
    talk.reply("1")
    with pytest.raises(Refused):
        talk.reply("no")
    refused = events(talk)[-1]
    assert isinstance(refused, e.AnswerRejected)
    assert (refused.item, refused.prompt, refused.input) == ("1", "", "no")


def test_a_later_study_offers_the_question_that_has_its_date(talk: Conversation) -> None:
    until(talk).reply("1")
    assert talk.turn.place == ("1", "")
    assert [option.value for option in talk.options] == ["acknowledge", "correct prior_imaging"]
    talk.reply("2")
    assert talk.turn.path == "prior_imaging"


def test_back_gives_up_half_a_reply_first_then_the_passage_then_the_question(talk: Conversation) -> None:
    until(talk, "sought")
    talk.cite(Evidence("progress-note-2014-07-17", 2, "extension views"))
    talk.reply("1")
    assert words(talk.back()) == "Left as it was."
    assert (talk.pending, talk.turn.path) == (None, "sought")
    assert words(talk.back()) == "The cited passage is dropped."
    assert (talk.cited, talk.turn.path) == ((), "sought")
    talk.back()
    assert talk.turn.path == "acute_trauma"


def test_what_is_skipped_comes_again_before_the_decision(talk: Conversation) -> None:
    until(talk, "sought")
    assert "comes again" in words(talk.skip())
    assert talk.turn.path == "suspected"
    until(talk, "sought")
    assert talk.turn.path == "sought"
    assert talk.review.session.item_answered("1") is False
    talk.reply("-")
    assert talk.turn.kind == "ruling"


def test_only_a_question_can_be_skipped(talk: Conversation) -> None:
    assert words(until(talk).skip()).startswith("Only a question")


def test_one_can_go_to_any_question_that_applies(talk: Conversation) -> None:
    talk.go("1", "views")
    talk.reply("lateral")
    assert held(talk, "views") == Answer(value=["lateral"])
    assert talk.turn.path == "qualifications"
    with pytest.raises(Refused, match="doesn't apply"):
        talk.go("1", "changed_since")
    with pytest.raises(Refused, match="no such question"):
        talk.go("1", "nonsense")


# -- amending -------------------------------------------------------------------------------------


def test_before_the_suggestion_a_change_needs_no_reason(talk: Conversation) -> None:
    until(talk, "sought").back()
    talk.reply("nd")
    assert talk.pending is None
    amended = [one for one in events(talk) if isinstance(one, e.AnswerAmended)]
    assert [(one.prompt, one.reason) for one in amended] == [("acute_trauma", "")]


def test_a_change_is_shown_with_what_it_does_and_made_only_when_confirmed(talk: Conversation) -> None:
    until(talk, "sought")
    before = held(talk, "prior_surgery")
    talk.go("1", "prior_surgery")
    said = talk.reply("none")
    assert {line.kind for line in said} == {"warning"}
    assert "is set aside; it stays in the log" in words(said)
    assert talk.question == "Change the answer all the same?"
    assert held(talk, "prior_surgery") == before
    assert "is not among the answers" in words(talk.reply("perhaps"))
    assert words(talk.reply("2")) == "Left as it was."
    assert held(talk, "prior_surgery") == before
    talk.go("1", "prior_surgery")
    talk.reply("none")
    assert words(talk.reply("1")) == "None"
    assert plain(talk, "prior_surgery") == "none"
    assert "answer.set_aside" in kinds(talk)


def test_after_the_suggestion_a_change_says_what_turns_and_asks_why(talk: Conversation) -> None:
    until(talk).go("1", "red_flags")
    assert talk.reply("tumor") == []
    said = words(by_words(talk))
    assert "turns from Upheld (treatment not approved) to Overturned (treatment approved)" in said
    assert talk.reply("1") == []
    assert talk.question == "The suggestion has been shown. Why does the answer change?"
    assert "in words" in words(talk.reply("  "))
    talk.reply("The July note names one.")
    amended = [one for one in events(talk) if isinstance(one, e.AnswerAmended)][-1]
    assert (amended.prompt, amended.reason) == ("red_flags.tumor", "The July note names one.")
    assert "suggestion.shown" in kinds(talk)[kinds(talk).index("answer.amended") :]


def test_after_the_suggestion_even_a_change_without_consequences_asks_why(talk: Conversation) -> None:
    until(talk).go("1", "sought")
    assert talk.reply("Evaluate the hardware.") == []
    by_words(talk)
    assert "Why does the answer change?" in talk.question
    assert words(talk.back()) == "Left as it was."
    assert plain(talk, "sought") != "Evaluate the hardware."
    talk.reply("Evaluate the hardware.")
    by_words(talk)
    talk.reply("I overlooked it.")
    assert plain(talk, "sought") == "Evaluate the hardware."
    assert talk.turn.kind == "decision"


@pytest.mark.parametrize(
    ("prompt", "typed"),
    [
        ("acute_trauma", "no"),
        ("sought", "nd"),
        ("red_flags", "nd"),
        ("views", "anteroposterior, lateral, flexion, extension"),
        ("duration", "76"),
    ],
)
def test_the_same_answer_again_is_left_as_it_was(talk: Conversation, prompt: str, typed: str) -> None:
    until(talk).go("1", prompt)
    before = kinds(talk)
    assert words(talk.reply(typed)) == "Left as it was."
    assert kinds(talk)[len(before) :] == ["prompt.left"]
    assert talk.turn.kind == "decision"


# -- passages -------------------------------------------------------------------------------------

PLAN = Evidence("progress-note-2014-07-17", 2, "x-rays of the cervical spine")


def test_an_answer_that_waits_for_a_passage_takes_the_one_that_is_cited(talk: Conversation) -> None:
    until(talk, "acute_trauma").reply("no")
    assert "rests on a passage" in talk.question
    said = talk.cite(PLAN)
    answer = held(talk, "acute_trauma")
    assert answer is not None
    assert (answer.value, [one.quote for one in answer.evidence]) == ("no", [PLAN.quote])
    assert answer.evidence[0].start is not None
    assert "goes with your answer" not in words(said)
    assert (talk.pending, talk.cited) == (None, ())


def test_a_passage_that_is_cited_first_goes_with_the_answer(talk: Conversation) -> None:
    until(talk, "sought")
    assert "goes with your answer" in words(talk.cite(PLAN))
    talk.reply("Films of the neck.")
    answer = held(talk, "sought")
    assert answer is not None
    assert [(str(one), one.quote) for one in answer.evidence] == [
        ("progress-note-2014-07-17:2", "x-rays of the cervical spine")
    ]
    assert answer.evidence[0].start is not None
    assert talk.cited == ()


def test_a_cited_passage_stays_with_the_question_that_is_left(talk: Conversation) -> None:
    until(talk, "suspected").go("1", "prior_surgery")
    talk.cite(PLAN)
    assert words(talk.reply("")) == "Left as it was."
    assert (talk.turn.path, talk.cited) == ("suspected", ())


def test_an_answer_given_anew_with_a_passage_that_it_has_already_is_left_as_it_was(
    talk: Conversation,
) -> None:
    until(talk, "sought").cite(PLAN)
    talk.reply("Films of the neck.")
    talk.go("1", "sought")
    talk.cite(PLAN)
    assert words(talk.reply("Films of the neck.")) == "Left as it was."
    assert talk.turn.path != "sought"


def test_what_has_a_passage_is_not_undocumented(talk: Conversation) -> None:
    until(talk, "sought").cite(PLAN)
    said = words(talk.reply("-"))
    assert "something is documented" in said
    assert "drop the passage with <" in said
    assert held(talk, "sought") is None
    assert kinds(talk)[-1] == "answer.rejected"
    talk.back()
    talk.reply("-")
    answer = held(talk, "sought")
    assert answer is not None
    assert (answer.status, answer.evidence) == (Status.NOT_DOCUMENTED, ())


def test_a_passage_after_the_answer_joins_it(talk: Conversation) -> None:
    until(talk, "sought").reply("Films of the neck.")
    by_words(talk)
    talk.go("1", "sought")
    assert "Cited progress-note-2014-07-17:2 for" in words(talk.cite(PLAN))
    answer = held(talk, "sought")
    assert answer is not None
    assert [one.quote for one in answer.evidence] == [
        "cumulative trauma at work",
        "x-rays of the cervical spine",
    ]
    assert "evidence.cited" in kinds(talk)


@pytest.mark.parametrize(
    "passage",
    [
        Evidence("progress-note-2014-07-17", 2, "words that are not there"),
        Evidence("progress-note-2014-07-17", 3, "Plan"),
        Evidence("progress-note-2014-07-17", 0, "Plan"),
        Evidence("no-such-document", 1, "Plan"),
    ],
)
def test_a_passage_that_the_record_lacks_is_refused(talk: Conversation, passage: Evidence) -> None:
    until(talk, "sought")
    with pytest.raises(Refused):
        talk.cite(passage)
    assert talk.cited == ()


def test_white_space_in_a_passage_may_differ(talk: Conversation) -> None:
    until(talk, "sought").cite(Evidence("progress-note-2014-07-17", 2, "flexion, and extension   views"))
    assert talk.cited[0].quote == "flexion, and\nextension views"


# -- notes, why, declining ------------------------------------------------------------------------


def test_a_note_stands_at_its_question(talk: Conversation) -> None:
    until(talk, "sought")
    assert words(talk.note("Ask the provider.")) == "Noted: Ask the provider."
    assert talk.review.session.notes == {("1", "sought"): ("Ask the provider.",)}
    with pytest.raises(Refused, match="empty"):
        talk.note("  ")


def test_why_gives_the_reason_and_the_source_and_is_logged(talk: Conversation) -> None:
    until(talk, "sought")
    talk.go("1", "films_since_surgery")
    said = words(talk.why())
    assert "Variant 11" in said
    assert "Words to look for: x-ray" in said
    for side in ("uphel", "overturn", "for the treatment", "against the treatment"):
        assert side not in said.lower()
    assert "why.opened" in kinds(talk)


def test_every_kind_of_turn_says_why(talk: Conversation) -> None:
    until(talk)
    seen = set()
    while talk.turn.kind != "done":
        seen.add(talk.turn.kind)
        assert len(words(talk.why())) > 30
        walk.beside(talk)
    assert seen == {"decision", "check", "sign"}


@pytest.mark.parametrize(("ground", "reason"), [("boredom", "so"), ("", ""), ("conflict", " ")])
def test_declining_needs_a_ground_and_a_reason(talk: Conversation, ground: str, reason: str) -> None:
    with pytest.raises(Refused):
        talk.decline(ground, reason)
    assert talk.turn.kind == "form"


def test_declining_ends_the_session(talk: Conversation) -> None:
    assert "Declined" in words(talk.decline("conflict", "I treated the applicant."))
    assert talk.turn.kind == "done"
    assert talk.review.session.status == "declined"
    assert talk.options == ()
    with pytest.raises(Refused):
        talk.note("Too late.")


# -- the decision ---------------------------------------------------------------------------------


def test_a_decision_as_suggested_needs_one_key(talk: Conversation) -> None:
    until(talk)
    assert words(talk.reply("1")) == "Upheld (treatment not approved)"
    assert "determination.recorded" in kinds(talk)


def test_a_departure_asks_for_its_reason(talk: Conversation) -> None:
    until(talk)
    assert talk.reply("2") == []
    assert talk.question == "This departs from the suggestion. Why?"
    assert talk.reply(" ")[0].kind == "problem"
    assert talk.review.session.determinations == {}
    assert words(talk.reply("The hardware has to be seen.")) == "Overturned (treatment approved)"
    made = talk.review.session.determinations["1"]
    assert (made.decision, made.suggested, made.reason) == (
        "overturned",
        "upheld",
        "The hardware has to be seen.",
    )


def test_a_decision_can_be_made_again(talk: Conversation) -> None:
    until(talk).reply("1")
    assert talk.decide_again("1") == []
    assert talk.question == "What is your determination?"
    talk.reply("2")
    talk.reply("The hardware has to be seen.")
    assert talk.review.session.determinations["1"].decision == "overturned"


def test_a_finding_can_be_ruled_inapplicable_at_the_decision_and_after(talk: Conversation) -> None:
    until(talk).reply("1")
    talk.decide_again("1")
    number = 1 + [option.value for option in talk.options].index("routine-radiography")
    talk.reply(str(number))
    assert talk.question == "Why is it inapplicable to this case?"
    said = words(talk.reply("The row speaks of the first weeks."))
    assert said == "routine-radiography: inapplicable here: The row speaks of the first weeks."
    assert talk.review.assess("1").suggestion.because == ("acr-variant-11",)


@pytest.mark.parametrize("count", [7, 12])
def test_each_doubted_passage_can_be_taken_up_before_the_signature(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    decided(talk)
    place = ("progress-note-2014-07-17:1",)
    left = [Unseen("denied", "1", "duration", "No fever.", place, True)] * (count - 1)
    left.append(Unseen("denied", "1", "sought", "No loosening.", place, True))
    monkeypatch.setattr(second_look, "unseen", lambda _: left)
    talk.review._turn = None
    if count > 9:
        assert len(talk.reply_lines) == 1
        with pytest.raises(Refused, match="Type its number, 1 to 12"):
            talk.reply("1 13")
    talk.reply("1 12" if count > 9 else "7")
    assert (talk.turn.kind, talk.turn.path) == ("prompt", "sought")


def test_a_decision_waits_until_the_questions_are_answered(talk: Conversation) -> None:
    assert "still open" in words(talk.decide_again("1"))
    assert talk.pending is None


def test_a_rebuttal_of_a_higher_tier_is_ruled_on_with_a_reason(talk: Conversation) -> None:
    until(talk, "sought")
    talk.go("1", "films_since_surgery")
    talk.reply("2")
    until(talk, "instability_suspected").reply("1")
    talk.reply("cumulative trauma at work")
    until(talk)
    assert talk.turn.kind == "ruling"
    assert "which stands above it. Do you accept that?" in talk.question
    talk.reply("accept")
    assert talk.question == "For what reason?"
    talk.reply("The fusion is recent.")
    assert talk.turn.kind == "decision"
    assert talk.options[1].label == "Overturned (treatment approved) · as suggested"
    assert talk.review.session.rulings["1"]["nonunion-or-instability"].ruling == "accepted"


def test_a_decision_can_be_asked_for_before_the_suggestion(log: Log) -> None:
    review = Review.open(log, CASE, Profile("r-test", "", KEPT, decide_first=True))
    talk = until(Conversation(review))
    assert talk.turn.kind == "first"
    assert "suggestion.shown" not in kinds(talk)
    assert "leading you" in words(talk.why())
    assert words(talk.reply("2")) == "At first: Overturned (treatment approved)"
    assert talk.turn.kind == "ruling"
    assert kinds(talk)[-2:] == ["determination.first", "suggestion.shown"]
    review.close()


# -- checks and the signature ---------------------------------------------------------------------


def test_a_plain_fact_is_acknowledged_only_with_a_reason(talk: Conversation) -> None:
    until(talk).reply("1")
    assert talk.turn.kind == "check"
    talk.reply("1")
    assert talk.question == "For what reason?"
    assert words(talk.reply("Parties may add records.")) == "Acknowledged: Parties may add records."
    assert talk.turn.kind == "sign"
    assert {"check.raised", "check.acknowledged"} <= set(kinds(talk))


@pytest.mark.parametrize("typed", ["y", "yes", "7", "", "sig", "sign it", "signed", "`sign`"])
def test_only_the_word_signs(talk: Conversation, typed: str) -> None:
    decided(talk)
    assert talk.reply(typed)[0].kind == "problem"
    assert talk.review.session.status == "open"
    assert "session.signed" not in kinds(talk)


def test_the_signature_says_that_what_it_rests_on_was_read(talk: Conversation) -> None:
    left = [one.digest for one in unseen(decided(talk).review.session)]
    assert len(left) == len(talk.turn.options) == 3
    talk.reply("sign")
    read = next(one for one in events(talk) if isinstance(one, e.DenialsRead))
    assert list(read.passages) == left
    signed = talk.review.session.signed
    assert signed is not None
    assert "I have read what is listed beside this (3 passages)" in signed.statement


def test_what_is_no_denial_is_asked_anew_from_the_signature(talk: Conversation) -> None:
    asked = unseen(decided(talk).review.session)[0].prompt
    talk.reply("1")
    assert talk.turn.path == asked
    assert "denials.read" not in kinds(talk)


def test_the_word_signs_and_the_session_is_closed(talk: Conversation) -> None:
    said = words(decided(talk).reply(" Sign "))
    assert said == "Signed: Uphold (treatment not approved). The session is closed."
    assert kinds(talk)[-2:] == ["absences.attested", "session.signed"]
    signed = talk.review.session.signed
    assert signed is not None
    assert "Outcome: Uphold (treatment not approved)" in signed.statement
    assert "The findings and the decision are mine." in signed.statement
    assert talk.turn.kind == "done"


def test_a_signature_attests_every_absence(talk: Conversation) -> None:
    decided(talk).reply("sign")
    leaves = [leaf for name in WALK for _, leaf in (held(talk, name) or Answer()).leaves()]
    absent = [leaf for leaf in leaves if leaf.status is Status.NOT_DOCUMENTED]
    assert len(absent) == 7 + 2 * 2 + 6
    assert all(leaf.search is not None and leaf.search.attested for leaf in absent)


# -- what is refused, and what is not logged ------------------------------------------------------


def test_what_is_refused_is_logged_by_length_digest_and_beginning(talk: Conversation) -> None:
    until(talk, "acute_trauma").reply("x" * 5_000)
    refused = events(talk)[-1]
    assert isinstance(refused, e.AnswerRejected)
    assert (refused.length, refused.input, len(refused.digest)) == (5_000, "x" * 200, 64)


@pytest.mark.parametrize("typed", ["\x1b[2J", "\u202egnp.exe", "[/bold]", "{{ 7 * 7 }}", "\ud800", "\x00"])
def test_hostile_input_is_refused_visibly(talk: Conversation, typed: str) -> None:
    until(talk, "acute_trauma")
    said = words(talk.reply(typed))
    assert not any(char in said for char in "\x1b\u202e\x00\ud800")
    assert kinds(talk)[-1] == "answer.rejected"


def test_nothing_is_taken_that_could_not_be_logged(
    talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    until(talk, "sought")
    with monkeypatch.context() as patched:
        patched.setattr(Log, "append", failing)
        with pytest.raises(Refused, match="The disk is full"):
            talk.reply("nd")
        assert talk.turn.path == "sought"
        assert held(talk, "sought") is None
    talk.reply("nd")
    answer = held(talk, "sought")
    assert answer is not None
    assert answer.status is Status.NOT_DOCUMENTED


def test_half_a_reply_outlives_a_log_that_fails(talk: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    until(talk).reply("2")
    with monkeypatch.context() as patched:
        patched.setattr(Log, "append", failing)
        with pytest.raises(Refused, match="The disk is full"):
            talk.reply("The hardware has to be seen.")
    assert talk.question == "This departs from the suggestion. Why?"
    talk.reply("The hardware has to be seen.")
    assert talk.review.session.determinations["1"].reason == "The hardware has to be seen."


# -- the physician's time -------------------------------------------------------------------------


def test_the_shortest_way_comes_to_the_answers_of_the_reference(talk: Conversation) -> None:
    for _ in range(20):
        if talk.turn.kind == "done":
            break
        talk.reply(walk.quick(talk))
    session = talk.review.session
    assert session.signed is not None
    assert session.signed.outcome == REFERENCE["published"]["outcome"] == "uphold"
    for scope, given in REFERENCE["answers"].items():
        for prompt, raw in given.items():
            expected = read_answer(session.prompt(scope, prompt).schema, raw, prompt)
            made = session.answer(scope, prompt)
            assert made is not None
            assert made.plain() == expected.plain(), prompt
            assert made.status == expected.status, prompt


def test_what_is_kept_from_step_to_step_is_what_would_be_worked_out_anew(review: Review) -> None:
    talk = Conversation(review)
    seen = []
    for _ in range(20):
        seen.append(talk.turn.kind)
        must_be_as_worked_out(review)
        if talk.turn.kind == "done":
            break
        talk.reply(walk.quick(talk))
    assert sorted(set(seen)) == [
        "check",
        "decision",
        "done",
        "form",
        "list",
        "prompt",
        "ruling",
        "sign",
    ]


def must_be_as_worked_out(review: Review) -> None:
    session = review.session
    made = {item: assess(session, item) for item in session.items}
    drafts = {item: one.sentences for item, one in made.items()}
    assert review.turn == next_turn(session, made.__getitem__, lambda: checks(session, drafts, review.pages))
    assert {item: review.assess(item) for item in session.items} == made
    assert {item: review.assess(item).sentences for item in session.items} == drafts


def test_a_reason_that_could_not_save_an_answer_is_not_asked_for(talk: Conversation) -> None:
    until(talk)
    talk.go("1", "sought")
    name, pages = next(iter(talk.review.pages.items()))
    talk.cited = (talk.review.positioned(Evidence(name, 1, pages[0].split("\n")[0])),)
    said = words(talk.reply("nd"))
    assert "You have cited" in said
    assert talk.pending is None
    assert "dropped" in words(talk.back())
    assert talk.pending is None


def test_what_is_refused_twice_at_one_stop_says_what_can_be_typed(talk: Conversation) -> None:
    until(talk, "duration")
    assert ":skip leaves it for later" not in words(talk.reply("left"))
    assert ":skip leaves it for later" in words(talk.reply("right"))
    talk.reply("80 weeks")
    until(talk, "prior_surgery")
    assert ":skip" not in words(talk.reply("right"))
