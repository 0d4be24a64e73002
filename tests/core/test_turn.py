"""What is asked next, and what may be replied to it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core import rationale, yaml
from assistant.core.agenda import last_place, next_place, next_turn, progress
from assistant.core.answer import Answer, Evidence, Status, group, listing
from assistant.core.answer_reader import read_answer
from assistant.core.decide import decide
from assistant.core.record.checks import Check, checks
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.answer_schema import GroupShape
from assistant.core.rules.criterion import State
from assistant.core.rules.rules import Rules
from assistant.core.session import Session, begin, fold, unruled_cautions
from assistant.core.turn import Turn, prompt_turn
from assistant.core.value import replace
from assistant.library import letter_words
from assistant.review.determination import statement
from tests.core.test_rationale_assessment import searched

FOLDER = library.find_case("cervical-radiographs-after")
REFERENCE: dict[str, dict[str, Any]] = yaml.parse_yaml(
    library.read_text(FOLDER.path / "reference.yaml"), "reference.yaml"
).data["answers"]
QUALIFICATIONS = {"certification": "Neurology", "licence": "Oregon", "years": 4, "hours": 12}
NOT_DOCUMENTED = Answer(status=Status.NOT_DOCUMENTED)
INSTABLE = {"instability_suspected": "affirmed", "films_since_surgery": "static_clean"}


@cache
def rules(items: int = 1) -> Rules:
    """The seed case, with its item once or as often as wanted."""
    before, _, item = FOLDER.text.partition('items:\n  "1":')
    text = f"{before}items:" + "".join(f'\n  "{number}":{item.rstrip()}' for number in range(1, items + 1))
    return library.rules_for(replace(FOLDER, text=text))


def begun(items: int = 1, decide_first: bool = False, **profile: Any) -> Session:
    opened = e.SessionOpened("practice", "r-test", "0", decide_first, profile, {}, {}, {})
    return begin("s1", rules(items), opened, frame=letter_words(library.letter_texts()))


@pytest.fixture
def session() -> Session:
    return begun()


def done(session: Session, *commands: c.Command) -> Session:
    for command in commands:
        session = fold(session, decide(session, command))
    return session


def answers(session: Session, **changed: Any) -> Iterator[c.RecordAnswer]:
    """The reference's answers, or others, in the order of the prompts."""
    for scope in session.rules.scopes:
        given = {**REFERENCE["case" if scope == "case" else "1"], **changed}
        for name, prompt in session.rules.sets[scope].prompts.items():
            if name not in given:
                continue  # the search sequence, where the set has it
            yield c.RecordAnswer(scope, name, read_answer(prompt.schema, given[name], name), "file")


def answered(session: Session, **changed: Any) -> Session:
    for command in answers(session, **changed):
        if session.reading(command.item).asked(command.prompt) is True:
            session = done(session, command)
    return ruled(session)


def ruled(session: Session) -> Session:
    """The cautions of every item that is answered are ruled on."""
    for item in session.items:
        for name in unruled_cautions(session, item, rationale.assess(session, item).findings):
            session = done(session, c.RuleOn(item, name, "governs", "The note names a fusion."))
    return session


def turn_of(session: Session) -> Turn:
    def drafts() -> tuple[Check, ...]:
        made = {item: rationale.assess(session, item).sentences for item in session.items}
        return checks(session, made, FOLDER.pages)

    return next_turn(session, lambda item: rationale.assess(session, item), drafts)


def labels(turn: Turn) -> list[str]:
    return [option.label for option in turn.options]


def asked(session: Session, path: str, scope: str = "1") -> Turn:
    return prompt_turn(session, (scope, path))


def record(path: str, answer: Answer, reason: str = "") -> c.RecordAnswer:
    return c.RecordAnswer("1", path, answer, reason=reason)


# -- the order ------------------------------------------------------------------------------------


def test_prompts_are_asked_in_their_order_the_case_first(session: Session) -> None:
    order = []
    for command in answers(session):
        turn = turn_of(session)
        assert turn.scope == command.item
        order.append(turn.kind)
        session = done(session, command)
    assert (order[0], order[4], order[-1]) == ("form", "form", "prompt")
    assert turn_of(ruled(session)).kind == "decision"


def test_what_the_case_states_and_what_follows_from_it_is_confirmed_at_one_stop(session: Session) -> None:
    session = done(session, *(one for one in answers(session) if one.item == "case"))
    turn = turn_of(session)
    assert [one.place[1] for one in turn.fields] == [
        "prior_surgery",
        "prior_imaging",
        "duration",
        "films_since_surgery",
        "views",
    ]
    assert turn.options[0].command is not None
    after = done(session, turn.options[0].command)
    assert all(after.reading("1").answered(one.place[1]) for one in turn.fields)
    assert turn_of(after).path == "red_flags"


def test_questions_that_nothing_was_found_for_are_one_list(session: Session) -> None:
    silent = ("sought", "suspected", "instability_suspected", "changed_since")
    session = done(session, *(one for one in answers(session) if one.prompt not in silent))
    for name in silent:
        session = done(session, c.NoteSearch("1", name, "look_for", ("x",), (), 6, (), 0, (), 0))
    turn = turn_of(session)
    assert (turn.kind, [option.value for option in turn.options]) == ("list", ["not_documented", *silent])
    assert turn.options[0].command is not None
    after = done(session, turn.options[0].command)
    assert {after.answer("1", name).status for name in silent} == {Status.NOT_DOCUMENTED}  # type: ignore[union-attr]


def test_what_can_only_be_answered_in_parts_is_written_in_one_line(session: Session) -> None:
    alone = done(
        session, *(one for one in answers(session) if one.item == "case" and one.prompt != "qualifications")
    )
    assert (turn_of(alone).kind, turn_of(alone).place) == ("form", ("case", "qualifications"))
    assert turn_of(alone).words.startswith("Write these, with semicolons: ")
    session = alone
    profile = {"certification": "Neurology", "licence": "California", "years": 6, "hours": 24}
    known = replace(session, opened=replace(session.opened, profile={"qualifications": profile}))
    turn = turn_of(known)
    assert turn.place == ("case", "qualifications")
    assert turn.proposal is not None


def test_then_come_decision_checks_signature_and_the_end(session: Session) -> None:
    session = answered(session)
    kinds = []
    while (turn := turn_of(session)).kind != "done":
        kinds.append(turn.kind)
        command: c.Command = c.Sign("0" * 64, "uphold", "I sign.")
        if turn.kind == "decision":
            command = c.Determine("1", "upheld", "upheld")
        elif turn.check is not None:
            command = c.Acknowledge(turn.check.check, turn.check.key, "The note names a fusion.")
        session = done(session, command)
    assert kinds == ["decision", "check", "sign"]
    assert "signed" in turn.question


def test_a_declined_session_asks_nothing(session: Session) -> None:
    turn = turn_of(done(session, c.Decline("conflict", "A cousin.")))
    assert (turn.kind, turn.question) == ("done", "This session is declined.")


def test_a_prompt_that_does_not_apply_is_passed_over(session: Session) -> None:
    session = done(session, record("prior_surgery", Answer(value="none")))
    places = []
    for command in answers(session):
        if command.prompt in ("films_since_surgery", "instability_suspected", "prior_surgery"):
            continue
        places.append(turn_of(session).path)
        session = done(session, command)
    assert "films_since_surgery" not in places
    assert "instability_suspected" not in places


def test_what_is_skipped_comes_last_in_the_order_of_skipping(session: Session) -> None:
    session = done(session, *(one for one in answers(session) if one.item == "case"))
    session = done(session, c.SkipPrompt("1", "red_flags"), c.SkipPrompt("1", "prior_surgery"))
    assert turn_of(session).path == "prior_imaging"
    while (path := turn_of(session).path) != "red_flags":
        assert path != "prior_surgery"
        session = done(session, next(one for one in answers(session) if one.prompt == path))
    assert session.reading("1").answered("views")
    again = done(session, c.SkipPrompt("1", "red_flags"))
    assert turn_of(again).kind == "prompt", "a skipped prompt is never passed over for good"


def test_what_is_skipped_twice_waits_for_the_other_that_was_skipped(session: Session) -> None:
    session = answered(session)
    session = done(session, c.WithdrawAnswer("1", "sought"), c.WithdrawAnswer("1", "suspected"))
    session = done(session, c.SkipPrompt("1", "suspected"), c.SkipPrompt("1", "sought"))
    assert turn_of(session).path == "suspected"


def test_each_item_is_decided_before_the_next_is_asked_about() -> None:
    session = begun(items=2)
    places = []
    for scope in ("case", "1", "2"):
        for command in answers(session):
            if command.item == scope:
                places.append(turn_of(session).place)
                session = done(session, command)
        if scope != "case":
            session = ruled(session)
            turn = turn_of(session)
            assert (turn.kind, turn.scope) == ("decision", scope)
            session = done(session, c.Determine(scope, "upheld", "upheld"))
    assert [scope for scope, _ in places] == ["case"] * 4 + ["1"] * 13 + ["2"] * 13
    assert turn_of(session).kind == "check"


# -- going to a prompt, and back ------------------------------------------------------------------


def test_a_prompt_that_was_gone_to_is_asked_until_it_is_answered_or_left(session: Session) -> None:
    first = turn_of(session).place
    there = done(session, c.ShowPrompt("1", "duration"))
    assert turn_of(there).place == ("1", "duration")
    assert turn_of(done(there, c.LeavePrompt("1", "duration"))).place == first
    assert turn_of(done(there, c.SkipPrompt("1", "duration"))).place == first
    assert turn_of(done(there, record("duration", Answer(value=76)))).place == first


def test_a_prompt_gone_to_that_no_longer_applies_is_let_go(session: Session) -> None:
    session = done(answered(session), c.ShowPrompt("1", "films_since_surgery"))
    after = done(session, record("prior_surgery", Answer(value="none")))
    assert next_place(after) is None


@pytest.mark.parametrize(
    ("first", "value", "then"),
    [
        ("prior_surgery.procedure", "fusion", "prior_surgery.levels"),
        ("prior_imaging.1.date", "2014", "prior_imaging.1.modality"),
    ],
)
def test_an_answer_that_is_given_part_by_part_goes_on_to_the_next(
    session: Session, first: str, value: str, then: str
) -> None:
    for command in answers(session):
        if command.prompt == first.split(".", 1)[0]:
            break
        session = done(session, command)
    session = done(session, c.ShowPrompt("1", first), record(first, Answer(value=value)))
    assert turn_of(session).place == ("1", then)


def test_an_answer_that_was_gone_to_is_given_to_its_end(session: Session) -> None:
    first = "prior_surgery.procedure"
    session = done(session, c.ShowPrompt("1", first), record(first, Answer(value="fusion")))
    assert turn_of(session).place == ("1", "prior_surgery.levels")


def test_the_parts_that_are_missing_are_asked_one_by_one(session: Session) -> None:
    session = done(session, *(one for one in answers(session) if one.item == "case"))
    session = done(session, *(one for one in answers(session) if one.prompt in ("duration", "views")))
    session = done(session, record("red_flags", group({})), record("prior_surgery.levels", NOT_DOCUMENTED))
    assert turn_of(session).path == "red_flags", "flags are asked together"
    session = done(session, *(one for one in answers(session) if one.prompt == "red_flags"))
    assert turn_of(session).path == "prior_surgery.procedure"
    session = done(session, record("prior_surgery.procedure", Answer(value="fusion")))
    assert turn_of(session).path == "prior_surgery.date"
    session = done(session, record("prior_surgery.date", Answer(value="2014")))
    session = done(session, record("prior_imaging.1.modality", Answer(value="ct")))
    asked_for = []
    while (path := turn_of(session).path) != "prior_imaging":
        asked_for.append(path)
        session = done(session, record(path, NOT_DOCUMENTED))
    assert asked_for == [f"prior_imaging.1.{name}" for name in ("date", "finding", "provider_reading")]
    assert labels(turn_of(session)) == [
        "That is all: 1 study",
        "Add a study",
        "Remove study 1",
        "Change study 1",
    ]


def test_going_back_goes_to_the_answer_before(session: Session) -> None:
    assert last_place(session) is None
    session = done(session, next(answers(session)))
    assert last_place(session) == ("case", "qualifications")
    back = done(session, c.ShowPrompt("case", "qualifications"))
    assert last_place(back) is None
    whole = answered(session)
    assert last_place(whole) == ("1", "views")
    at = done(whole, c.ShowPrompt("1", "sought"))
    assert last_place(at) == ("1", "films_since_surgery")
    without = done(at, record("prior_surgery", Answer(value="none")))
    assert last_place(done(without, c.ShowPrompt("1", "sought"))) == ("1", "acute_trauma")


# -- replies by the shape of the answer -----------------------------------------------------------


def test_a_choice_offers_its_words_and_what_stands_in_their_place(session: Session) -> None:
    turn = asked(session, "acute_trauma")
    assert labels(turn) == ["Yes", "No", "Not documented", "Unclear"]
    assert [option.value for option in turn.options] == ["yes", "no", "not_documented", "unclear"]
    assert turn.options[2].command == record("acute_trauma", NOT_DOCUMENTED)
    assert (turn.words, turn.held) == ("", None)


def test_what_is_about_the_reviewer_is_always_given(session: Session) -> None:
    assert labels(asked(session, "conflict", "case")) == [
        "I have no tie to any of them",
        "I have a tie: I must not decide",
    ]


def test_a_statement_is_given_in_words(session: Session) -> None:
    turn = asked(session, "suspected")
    assert labels(turn) == ["Stated", "Not documented", "Unclear"]
    assert (turn.options[0].command, turn.options[0].asks) == (None, "In which words?")
    assert turn.words == "Write it in words."
    points = {
        "1. R/o nonunion.": "R/o nonunion.",
        "- Pain": "Pain",
        "3) 2 views": "2 views",
        "1.5 mm of it": "1.5 mm of it",
    }
    found = tuple(
        PassageGroup("progress-note-2014-07-17", (1,), said, "affirmed", 1, at, True)
        for at, said in enumerate(points)
    )
    for one in found:  # the number of a point of the plan is none of its words
        note = c.NoteSearch("1", "suspected", "look_for", ("x",), (), 6, (), 1, (one,), 0)
        by_passage = next(
            option for option in asked(done(session, note), "suspected").options if "“" in option.label
        )
        assert by_passage.command.answer.value == points[one.quote]
        assert by_passage.command.answer.evidence[0].quote == one.quote


def test_beside_an_older_denial_stands_what_a_newer_note_says(session: Session) -> None:
    def passage(document: str, words: str, standing: str, *terms: str) -> PassageGroup:
        return PassageGroup(document, (1,), words, standing, 1, 0, True, terms=terms)

    found = (
        passage("progress-note-2014-05-10", "No fracture.", "negated", "fracture"),
        passage("progress-note-2014-07-17", "May be a fracture.", "uncertain", "fracture"),
        passage("progress-note-2014-07-17", "She had a fall.", "affirmed", "fall"),
        passage("progress-note-2014-07-17", "A fracture of C6.", "affirmed", "fracture"),
        passage("progress-note-2014-05-10", "A cough.", "affirmed", "chest pain"),
        passage("progress-note-2014-07-17", "No chest pain.", "negated", "chest pain"),
    )
    session = done(session, c.NoteSearch("1", "red_flags", "look_for", ("x",), (), 6, (), 3, found, 0))
    absent = [one for one in labels(asked(session, "red_flags")) if one.startswith("Absent: ")]
    assert [one.partition(": ")[2].partition(": ")[2] for one in absent] == [
        "“No fracture.” (progress-note-2014-05-10:1), but later “A fracture of C6.” (progress-note-2014-07-17:1)",
        "“No chest pain.” (progress-note-2014-07-17:1)",
    ]


def test_beside_an_older_no_stands_what_a_newer_note_says_of_another_of_its_words(session: Session) -> None:
    one, other, *_ = session.prompt("1", "acute_trauma").look_for
    found = (
        PassageGroup("progress-note-2014-05-10", (1,), "No such thing.", "negated", 1, 0, True, terms=(one,)),
        PassageGroup("progress-note-2014-07-17", (1,), "He fell.", "affirmed", 1, 0, True, terms=(other,)),
    )
    session = done(session, c.NoteSearch("1", "acute_trauma", "look_for", ("x",), (), 6, (), 2, found, 0))
    older = "No: “No such thing.” (progress-note-2014-05-10:1)"
    assert f"{older}, but later “He fell.” (progress-note-2014-07-17:1)" in labels(
        asked(session, "acute_trauma")
    )
    measured = replace(session, opened=replace(session.opened, held_back=("challenges",)))
    assert older in labels(asked(measured, "acute_trauma")), "what speaks against it waits"


@pytest.mark.parametrize(
    ("scope", "path", "words"),
    [
        ("1", "duration", "Write a number of weeks."),
        ("1", "prior_surgery.date", "Write a date, as 12 July 2014, 2014-07 or 2014."),
        ("1", "views", "Name them, with commas: anteroposterior, lateral, flexion, extension,"),
        ("case", "qualifications.certification", "Write it in words."),
    ],
)
def test_numbers_dates_and_lists_of_words_are_written(
    session: Session, scope: str, path: str, words: str
) -> None:
    turn = asked(session, path, scope)
    assert turn.words.startswith(words)
    assert labels(turn) == (["Not documented", "Unclear"] if scope == "1" else [])


def test_flags_are_answered_in_one_turn(session: Session) -> None:
    turn = asked(session, "red_flags")
    assert labels(turn)[0] == "All not documented: looked for, none found"
    assert len(turn.options) == 8
    assert turn.options[3].label.startswith("Present: tumor")
    one = done(session, turn.options[3].command) if turn.options[3].command else session
    rest = asked(one, "red_flags")
    assert labels(rest)[0] == "The 6 that no passage affirms are not documented: looked for, none found"
    assert len(rest.options) == 7
    assert rest.options[0].command is not None
    whole = done(one, rest.options[0].command)
    held = whole.answer("1", "red_flags")
    assert held is not None
    assert held.plain() == {"tumor": "yes"}
    assert whole.reading("1").answered("red_flags")
    assert asked(whole, "red_flags").held == held
    assert labels(asked(whole, "red_flags"))[0].startswith("All not documented")


def test_all_absent_parts_itself_into_what_is_denied_and_what_was_not_found(session: Session) -> None:
    def denial(words: str, page: int, *terms: str) -> PassageGroup:
        return PassageGroup("progress-note-2014-05-10", (page,), words, "negated", 1, 0, True, "no", terms)

    found = (
        denial("No fracture.", 1, "fracture"),
        denial("Denies fever.", 1, "fever"),
        PassageGroup(
            "progress-note-2014-07-17", (2,), "Chest pain.", "affirmed", 1, 0, terms=("chest pain",)
        ),
    )
    session = done(session, c.NoteSearch("1", "red_flags", "look_for", ("x",), (), 6, (), 3, found, 0))
    turn = asked(session, "red_flags")
    assert labels(turn)[0] == (
        "The 6 that no passage affirms are absent: the record denies 1 (progress-note-2014-05-10:1), of 5 nothing was found"
    ), "a fever that is denied is no infection that is denied, and of chest pain the record speaks"
    assert turn.options[0].command is not None
    held = done(session, turn.options[0].command).answer("1", "red_flags")
    assert held is not None
    assert held.parts is not None
    assert held.parts["fracture"].value == "no"
    assert [one.quote for one in held.parts["fracture"].evidence] == ["No fracture."]
    assert held.parts["infection"].status is Status.NOT_DOCUMENTED
    assert "referred" not in held.parts


def test_a_group_is_none_or_answered_part_by_part_or_as_the_case_states_it(session: Session) -> None:
    turn = asked(session, "prior_surgery")
    assert labels(turn) == ["Yes, as stated", "None", "Answer it part by part", "Not documented", "Unclear"]
    assert turn.proposal is not None
    assert turn.options[0].command == c.RecordAnswer("1", "prior_surgery", turn.proposal.answer, "proposed")
    assert turn.options[2].command == c.ShowPrompt("1", "prior_surgery.procedure")
    whole = answered(session)
    changed = asked(whole, "prior_surgery")
    assert labels(changed) == [
        "None",
        "Change: Which operation was it?",
        "Change: At which levels?",
        "Change: When?",
    ]
    assert changed.options[2].command == c.ShowPrompt("1", "prior_surgery.levels")
    assert (changed.proposal, changed.held) == (None, whole.answer("1", "prior_surgery"))


def test_what_was_proposed_can_be_had_back_once_it_is_answered_otherwise(session: Session) -> None:
    proposed = asked(session, "prior_surgery").proposal
    assert proposed is not None
    otherwise = done(session, c.RecordAnswer("1", "prior_surgery", Answer(value="none")))
    turn = asked(otherwise, "prior_surgery")
    assert turn.proposal is None
    assert turn.options[-1].label.startswith("What was proposed, stated in the case file: Fusion")
    assert turn.options[-1].command == c.RecordAnswer("1", "prior_surgery", proposed.answer, "proposed")
    back = done(otherwise, turn.options[-1].command)
    assert [one.value for one in asked(back, "prior_surgery").options if one.value == "proposed"] == []


def test_a_list_is_empty_or_grows_and_is_closed(session: Session) -> None:
    turn = asked(session, "prior_imaging")
    assert labels(turn) == ["Yes, as stated", "None", "Add a study", "Not documented", "Unclear"]
    assert turn.options[1].command == record("prior_imaging", listing([]))
    assert turn.options[2].command == c.ShowPrompt("1", "prior_imaging.1")
    two = asked(answered(session), "prior_imaging")
    assert labels(two) == [
        "That is all: 2 studies",
        "Add a study",
        "Remove study 2",
        "Change study 1",
        "Change study 2",
    ]
    assert two.options[1].command == c.ShowPrompt("1", "prior_imaging.3")
    assert two.options[2].command == c.WithdrawAnswer("1", "prior_imaging.2")
    assert two.options[3].command == c.ShowPrompt("1", "prior_imaging.1")


def test_a_part_says_what_it_is_of(session: Session) -> None:
    assert asked(session, "prior_imaging.2.date").question == "Study 2: When was it made?"
    assert asked(session, "prior_surgery.levels").question == "At which levels?"


def test_the_profile_is_proposed_for_the_qualifications(session: Session) -> None:
    assert asked(session, "qualifications", "case").proposal is None
    turn = asked(begun(qualifications=QUALIFICATIONS), "qualifications", "case")
    assert turn.proposal is not None
    assert turn.proposal.answer.plain() == QUALIFICATIONS


def test_every_reply_that_is_offered_can_be_given(session: Session) -> None:
    for command in answers(session):
        for state in (session, done(session, command)):
            for option in asked(state, command.prompt, command.item).options:
                if option.command is not None and not option.asks:
                    decide(state, option.command)
        session = done(session, command)


# -- decision and ruling --------------------------------------------------------------------------


def test_a_decision_that_departs_asks_for_a_reason(session: Session) -> None:
    turn = turn_of(answered(session))
    upheld, overturned, *others = turn.options
    assert upheld.label == "Upheld (treatment not approved) · as suggested"
    assert (upheld.asks, upheld.command) == ("", c.Determine("1", "upheld", "upheld"))
    assert overturned.label == "Overturned (treatment approved)"
    assert overturned.asks == "This departs from the suggestion. Why?"
    inapplicable = [option for option in others if option.label.startswith("Find inapplicable")]
    assert [option.value for option in inapplicable] == ["routine-radiography", "acr-variant-11"]
    assert all(option.asks for option in inapplicable)


def test_without_a_suggestion_each_decision_asks_for_a_reason(session: Session) -> None:
    session = answered(session, red_flags="unclear")
    session = searched(done(session, c.RuleOn("1", "acr-variant-11", "inapplicable", "Not of the neck.")))
    turn = turn_of(session)
    assert rationale.assess(session, "1").suggestion.why == "unclear"
    asked = [option.asks for option in turn.options if isinstance(option.command, c.Determine)]
    assert asked == ["There is no suggestion to rest on. Why?"] * 2
    (again,) = [option.command for option in turn.options if option.label.startswith("Apply it after all")]
    assert again == c.RuleOn("1", "acr-variant-11", "accepted", "")


def test_a_decision_is_asked_anew_when_the_suggestion_has_turned(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    assert turn_of(session).kind == "check"
    turned = done(session, record("red_flags.tumor", Answer(value="yes"), "Page 1."))
    turn = turn_of(turned)
    assert (turn.kind, turn.options[1].label) == (
        "decision",
        "Overturned (treatment approved) · as suggested",
    )
    same = done(session, record("acute_trauma", Answer(value="yes"), "Page 1."))
    assert turn_of(same).kind == "check", "the suggestion is the same, and so the decision stands"


def test_a_rebuttal_of_a_higher_tier_is_ruled_on_before_the_decision(session: Session) -> None:
    session = answered(session, **INSTABLE)
    turn = turn_of(session)
    assert (turn.kind, turn.scope, turn.criterion) == ("ruling", "1", "nonunion-or-instability")
    assert "American College of Radiology" in turn.question
    assert "MTUS" in turn.question
    assert [option.value for option in turn.options] == ["accepted", "declined", "inapplicable"]
    assert all(option.asks == "For what reason?" for option in turn.options)


@pytest.mark.parametrize(
    ("ruling", "decision"), [("accepted", "overturned"), ("declined", "upheld"), ("inapplicable", "upheld")]
)
def test_after_the_ruling_the_suggestion_is_worked_out_anew(
    session: Session, ruling: str, decision: str
) -> None:
    session = answered(session, **INSTABLE)
    session = searched(
        done(session, c.RuleOn("1", "nonunion-or-instability", ruling, "The note names a fusion."))
    )
    turn = turn_of(session)
    assert turn.kind == "decision"
    assert [option.value for option in turn.options if "as suggested" in option.label] == [decision]


def test_a_decision_before_the_suggestion_is_asked_for_where_it_is_wanted() -> None:
    session = answered(begun(decide_first=True))
    turn = turn_of(session)
    assert (turn.kind, labels(turn)) == (
        "first",
        ["Upheld (treatment not approved)", "Overturned (treatment approved)"],
    )
    assert turn.options[0].command == c.DecideFirst("1", "upheld")
    assert turn_of(done(session, c.DecideFirst("1", "overturned"))).kind == "decision"
    assert turn_of(done(session, c.ShowSuggestion("1", "upheld", "carried"))).kind == "decision"


# -- checks and signature -------------------------------------------------------------------------


def test_a_check_is_explained_and_does_not_come_again(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    turn = turn_of(session)
    assert turn.check is not None
    assert turn.check.check == "later-study"
    assert [(option.asks, option.command) for option in turn.options] == [
        ("For what reason?", c.Acknowledge("later-study", turn.check.key, "")),
        ("", c.ShowPrompt("1", "prior_imaging")),
    ]
    explained = done(session, c.Acknowledge("later-study", turn.check.key, "The note names a fusion."))
    assert turn_of(explained).kind == "sign"


def test_a_caution_is_ruled_on_before_the_decision(session: Session) -> None:
    for command in answers(session):
        session = done(session, command)
    turn = turn_of(session)
    assert (turn.kind, turn.criterion) == ("ruling", "routine-radiography")
    assert [option.value for option in turn.options] == ["governs", "does_not_govern"]
    governs = done(session, c.RuleOn("1", "routine-radiography", "governs", "It speaks of any complaint."))
    assert turn_of(governs).kind == "decision"
    assert rationale.assess(governs, "1").findings["routine-radiography"].state is State.MET
    barred = done(session, c.RuleOn("1", "routine-radiography", "does_not_govern", "The weeks are over."))
    assert turn_of(barred).kind == "decision"
    finding = rationale.assess(barred, "1").findings["routine-radiography"]
    assert finding.state is State.NOT_APPLICABLE
    assert "The weeks are over." in finding.reason


def blocking(session: Session) -> Turn:
    check = Check("implied-finding", "k", "1", "blocking", "Nobody has answered this.", ())
    return next_turn(session, lambda item: rationale.assess(session, item), lambda: (check,))


def test_a_check_that_blocks_can_only_be_mended_or_the_case_declined(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    turn = blocking(session)
    assert turn.kind == "check"
    assert all(isinstance(option.command, c.Decline) for option in turn.options)


def test_a_check_that_blocks_cannot_be_explained_away(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    assert (
        blocking(done(session, c.Acknowledge("implied-finding", "k", "For a stated finding."))).kind
        == "check"
    )


def test_a_signature_says_the_decisions_and_what_was_not_found(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    said = statement(session, "Uphold (treatment not approved)").splitlines()
    assert said[0] == "Outcome: Uphold (treatment not approved)"
    assert said[1].startswith("Item 1: radiographs of the cervical spine")
    assert said[1].endswith("Upheld (treatment not approved)")
    assert "5 documents received (6 pages)" in said[2]
    assert said.count(session.prompt("1", "red_flags").ask) == 1
    assert said[-1] == "The findings and the decision are mine."
    attested = done(session, c.AttestAbsences())
    assert len(statement(attested, "Uphold").splitlines()) == 3
    assert "1 passage" in statement(attested, "Uphold", 1)
    assert "Read elsewhere" not in statement(session, "Uphold")


def test_a_signature_names_the_entries_that_were_not_found_where_others_were(session: Session) -> None:
    session = done(answered(session), c.Determine("1", "upheld", "upheld"))
    flags = session.prompt("1", "red_flags")
    assert isinstance(flags.schema.shape, GroupShape)
    held = session.answer("1", "red_flags")
    assert held is not None
    assert held.parts is not None
    first, *rest = held.parts
    fall = Answer(value="present", evidence=(Evidence("progress-note-2014-05-10", 1, "work"),))
    some = replace(held, parts={**held.parts, first: fall})
    said = statement(
        replace(session, answers={**session.answers, "1": {**session.answers["1"], "red_flags": some}}), "x"
    )
    line = next(one for one in said.splitlines() if one.startswith(flags.ask))
    asks = {name: part.ask for name, part in flags.schema.shape.parts.items()}
    assert all(asks[name] in line for name in rest)
    assert asks[first] not in line, "what was found is not said to be missing"


def test_progress_counts_the_prompts_that_apply(session: Session) -> None:
    assert progress(session) == {"answered": 0, "total": 14}
    whole = answered(session)
    assert progress(whole) == {"answered": 17, "total": 17}
    assert progress(done(whole, record("prior_surgery", Answer(value="none")))) == {
        "answered": 15,
        "total": 15,
    }
