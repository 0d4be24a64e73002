"""What may be asked of a session, and which events follow."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Evidence, Status, Trail, group, listing
from assistant.core.answer_reader import read_answer
from assistant.core.decide import LARGEST_REJECTED, decide, needs_reason, unattested
from assistant.core.event_form import decode, encode
from assistant.core.problem import LARGEST_WORDS, Refused, reason
from assistant.core.session import Session, begin, fold
from assistant.core.text import Private
from assistant.core.value import replace

RULES = library.rules_for(library.find_case("cervical-radiographs-after"))
OPENED = e.SessionOpened("practice", "r-test", "0", False, {}, {}, {}, {})
DOCUMENTS = tuple(RULES.case.documents)
NOT_DOCUMENTED = Answer(status=Status.NOT_DOCUMENTED)
NO = Answer(value="no")
EVERYTHING: dict[str, dict[str, Any]] = {
    "case": {
        "qualifications": {"certification": "Neurology", "licence": "Oregon", "years": 4, "hours": 12},
        "conflict": "none",
        "documents": "complete",
        "timeline": "confirmed",
    },
    "1": {
        "red_flags": "not_documented",
        "prior_surgery": {"procedure": "fusion", "levels": ["C4-C5"], "date": "2014-02"},
        "prior_imaging": [{"date": "2014-07-12", "modality": "radiographs", "views": "not_documented",
                           "finding": "no_complication", "provider_reading": "not_documented"}],
        "duration": 76,
        "acute_trauma": "no",
        "films_since_surgery": "undescribed_clean",
        "sought": "not_documented",
        "suspected": "not_documented",
        "instability_suspected": "not_documented",
        "changed_since": "not_documented",
        "surgery_contemplated": "not_documented",
        "changes_management": "not_documented",
        "views": ["flexion", "extension"],
    },
}  # fmt: skip


@pytest.fixture
def session() -> Session:
    return begin("s1", RULES, OPENED)


def done(session: Session, *commands: c.Command) -> Session:
    for command in commands:
        session = fold(session, decide(session, command))
    return session


def answer(path: str, made: Answer, reason: str = "") -> c.RecordAnswer:
    return c.RecordAnswer("1", path, made, reason=reason)


@pytest.fixture
def answered(session: Session) -> Session:
    for scope, given_here in EVERYTHING.items():
        for name, raw in given_here.items():
            made = read_answer(session.prompt(scope, name).schema, raw, name)
            session = done(session, c.RecordAnswer(scope, name, made, "file"))
    assert session.item_answered("1")
    return session


@pytest.fixture
def shown(answered: Session) -> Session:
    return done(answered, c.ShowSuggestion("1", "upheld", "carried"))


def refusal(session: Session, command: c.Command) -> str:
    with pytest.raises(Refused) as caught:
        decide(session, command)
    return str(caught.value)


# -- what can be answered -------------------------------------------------------------------------


def asking(scope: str, path: str) -> list[c.Command]:
    """Each way of coming to a question."""
    return [
        c.RecordAnswer(scope, path, NO),
        c.WithdrawAnswer(scope, path),
        c.ShowPrompt(scope, path),
        c.SkipPrompt(scope, path),
        c.OpenWhy(scope, path),
        c.AddNote(scope, path, "A note."),
    ]


@pytest.mark.parametrize("path", ["colour", "conflict", ".views"])
def test_there_is_no_other_question_than_those_of_the_set(session: Session, path: str) -> None:
    for command in asking("1", path):
        assert "no such question" in refusal(session, command)
    assert "no such question" in refusal(session, c.ShowPrompt("case", "views"))


@pytest.mark.parametrize("scope", ["2", "Case", " 1"])
def test_there_is_no_other_item_than_those_of_the_case(session: Session, scope: str) -> None:
    for command in asking(scope, "views"):
        assert f"There is no item “{scope.strip()}”" in refusal(session, command)


@pytest.mark.parametrize(
    "path", ["views.lateral", "red_flags.tumour", "prior_surgery.procedure.x", "prior_imaging.1.date.x"]
)
def test_there_is_no_other_part_than_those_of_the_answer(session: Session, path: str) -> None:
    for command in asking("1", path):
        assert "no such part" in refusal(session, command)


@pytest.mark.parametrize("entry", ["2", "7", "0", "date"])
def test_an_entry_of_a_list_is_one_that_is_there_or_the_next(session: Session, entry: str) -> None:
    path = "prior_imaging.date" if entry == "date" else f"prior_imaging.{entry}.date"
    assert f"no entry “{entry}”" in refusal(session, answer(path, Answer(value="2014")))
    assert f"no entry “{entry}”" in refusal(session, c.ShowPrompt("1", path))
    one = done(session, answer("prior_imaging.1.date", Answer(value="2013")))
    if entry == "2":
        assert decide(one, answer(path, Answer(value="2014")))
    else:
        assert f"no entry “{entry}”" in refusal(one, answer(path, Answer(value="2014")))


@pytest.mark.parametrize(
    "digits",
    ["²", "٣", "9" * 5000, "01"],
    ids=["superscript", "arabic", "long", "zero"],
)
def test_an_entry_is_named_by_a_plain_number(session: Session, digits: str) -> None:
    refusal(session, answer(f"prior_imaging.{digits}.date", Answer(value="2014")))


def test_an_item_is_no_question(session: Session) -> None:
    for command in (c.RecordAnswer("1", "", NO), c.ShowPrompt("1", ""), c.SkipPrompt("1", "")):
        refusal(session, command)


def test_a_prompt_that_does_not_apply_cannot_be_answered(session: Session) -> None:
    message = refusal(session, answer("films_since_surgery", Answer(value="none")))
    assert "doesn't apply" in message
    without = done(session, answer("prior_surgery", Answer(value="none")))
    for command in (
        answer("films_since_surgery", Answer(value="none")),
        c.ShowPrompt("1", "films_since_surgery"),
        c.SkipPrompt("1", "instability_suspected"),
    ):
        assert "Amend what it hangs on first" in refusal(without, command)


@pytest.mark.parametrize(
    ("path", "made", "says"),
    [
        ("acute_trauma", Answer(value="maybe"), "not among the choices"),
        ("acute_trauma", Answer(value=None), "not among the choices"),
        ("duration", Answer(value=-1), "too small"),
        ("duration", Answer(value="long"), "not a whole number"),
        ("red_flags.tumor", Answer(value="perhaps"), "not among the choices"),
        ("prior_surgery", group({"date": Answer(value="2014-13")}), "is not a date"),
        ("prior_imaging", listing([group({"modality": Answer(value="x-ray")})]), "not among the choices"),
    ],
)
def test_an_answer_is_one_that_its_schema_allows(
    session: Session, path: str, made: Answer, says: str
) -> None:
    message = refusal(session, answer(path, made))
    assert message.startswith(path)
    assert says in message


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("acute_trauma", group({})),
        ("acute_trauma", listing([])),
        ("prior_imaging", group({"date": Answer(value="2014")})),
        ("acute_trauma", group({"x": NO})),
        ("red_flags", NO),
        ("red_flags", Answer(value=["no"])),
        ("red_flags", listing([NO])),
        ("red_flags", group({"tumour": NO})),
        ("prior_imaging", Answer(value="2014")),
    ],
)
def test_an_answer_has_the_shape_of_its_question(session: Session, path: str, made: Answer) -> None:
    refusal(session, answer(path, made))


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("prior_imaging", listing([Answer(value="2014")])),
        ("prior_imaging.1", Answer(value="2014")),
    ],
)
def test_an_entry_of_a_list_has_its_parts(session: Session, path: str, made: Answer) -> None:
    refusal(session, answer(path, made))


def test_what_is_about_the_reviewer_cannot_be_undocumented(session: Session) -> None:
    assert "no answer to this question" in refusal(
        session, c.RecordAnswer("case", "conflict", NOT_DOCUMENTED)
    )


# -- recorded, amended, withdrawn -----------------------------------------------------------------


def test_a_first_answer_is_recorded_and_another_amends_it(session: Session) -> None:
    (first,) = decide(session, answer("acute_trauma", NO))
    assert first == e.AnswerRecorded("1", "acute_trauma", NO, "typed")
    after = fold(session, [first])
    (second,) = decide(after, answer("acute_trauma", Answer(value="yes"), " I misread. "))
    assert second == e.AnswerAmended("1", "acute_trauma", Answer(value="yes"), "typed", "I misread.")


def test_the_same_answer_again_is_no_step(session: Session) -> None:
    after = done(session, answer("acute_trauma", NO), answer("red_flags.tumor", NO))
    assert decide(after, answer("acute_trauma", NO)) == []
    assert decide(after, answer("red_flags.tumor", NO)) == []


def test_one_flag_is_answered_then_amended_and_the_rest_at_once(session: Session) -> None:
    after = done(session, answer("red_flags.tumor", Answer(value="yes")))
    assert isinstance(decide(after, answer("red_flags.tumor", NO))[0], e.AnswerAmended)
    whole = group(dict.fromkeys(after.reading("1").missing_parts("red_flags"), NO) | {"tumor": NO})
    assert isinstance(decide(after, answer("red_flags", whole))[0], e.AnswerRecorded)
    full = done(after, answer("red_flags", whole))
    assert isinstance(decide(full, answer("red_flags", NOT_DOCUMENTED))[0], e.AnswerAmended)


def test_a_list_is_closed_with_what_it_holds(session: Session) -> None:
    parts = {"date": "2014-07-12", "modality": "ct", "views": ["other"], "finding": "normal"}
    after = session
    for name, value in parts.items():
        after = done(after, answer(f"prior_imaging.1.{name}", Answer(value=value)))
    after = done(after, answer("prior_imaging.1.provider_reading", NOT_DOCUMENTED))
    held = after.answer("1", "prior_imaging")
    assert held is not None
    assert not after.reading("1").answered("prior_imaging")
    closed = done(after, answer("prior_imaging", replace(held, closed=True)))
    assert closed.reading("1").answered("prior_imaging")
    more = done(closed, answer("prior_imaging.2.date", Answer(value="2015")))
    assert not more.reading("1").answered("prior_imaging")
    fewer = done(more, c.WithdrawAnswer("1", "prior_imaging.2"))
    assert fewer.answer("1", "prior_imaging") == replace(held, closed=False)


def test_only_what_is_there_can_be_taken_back(session: Session) -> None:
    assert "no answer to take back" in refusal(session, c.WithdrawAnswer("1", "views"))
    assert "no answer to take back" in refusal(session, c.WithdrawAnswer("1", "red_flags.tumor"))
    after = done(session, answer("red_flags.tumor", NO))
    assert done(after, c.WithdrawAnswer("1", "red_flags.tumor")).answer("1", "red_flags.tumor") is None


@pytest.mark.parametrize(
    ("path", "made"),
    [
        ("acute_trauma", Answer(value="yes")),
        ("red_flags.tumor", NO),
        ("red_flags", group({"tumor": NO})),
        ("prior_imaging.1.date", Answer(value="2013")),
        ("prior_imaging.2.date", Answer(value="2013")),
        ("prior_surgery", Answer(value="none")),
    ],
)
def test_once_the_suggestion_was_shown_a_change_says_why(shown: Session, path: str, made: Answer) -> None:
    assert needs_reason(shown, "1", path)
    for said in ("", "  "):
        assert "say why the answer changes" in refusal(shown, answer(path, made, said))
    event = decide(shown, answer(path, made, "Page 2 says so."))[0]
    assert isinstance(event, e.AnswerAmended)
    assert event.reason == "Page 2 says so."


def test_a_word_for_none_is_not_replaced_part_by_part_without_a_reason(session: Session) -> None:
    none = done(session, answer("prior_surgery", Answer(value="none")), c.ShowSuggestion("1", None, "open"))
    part = Answer(value="fusion")
    assert "say why" in refusal(none, answer("prior_surgery.procedure", part))
    begun = done(none, answer("prior_surgery.procedure", part, "Page 1."))
    (event,) = decide(begun, answer("prior_surgery.date", Answer(value="2014")))
    assert isinstance(event, e.AnswerRecorded), (
        "the rest of an answer that is being changed needs no second reason"
    )


def test_a_list_that_is_only_being_filled_is_closed_without_a_reason(session: Session) -> None:
    begun = done(
        session, c.ShowSuggestion("1", None, "open"), answer("prior_imaging.1.date", Answer(value="2014"))
    )
    held = begun.answer("1", "prior_imaging")
    assert held is not None
    assert not held.closed
    assert not needs_reason(begun, "1", "prior_imaging")
    assert needs_reason(begun, "1", "prior_imaging.1.date")


def test_a_withdrawal_after_the_suggestion_says_why(shown: Session, answered: Session) -> None:
    assert "say why" in refusal(shown, c.WithdrawAnswer("1", "views"))
    assert decide(shown, c.WithdrawAnswer("1", "views", "Wrong page.")) == [
        e.AnswerWithdrawn("1", "views", "Wrong page.")
    ]
    assert decide(answered, c.WithdrawAnswer("1", "views")) == [e.AnswerWithdrawn("1", "views", "")]


def test_before_the_suggestion_a_change_needs_no_reason(answered: Session) -> None:
    assert not needs_reason(answered, "1", "views")
    assert isinstance(decide(answered, answer("acute_trauma", Answer(value="yes")))[0], e.AnswerAmended)


def test_a_slip_in_the_profile_is_mended_without_a_reason(session: Session) -> None:
    said = {"certification": "Ortopedics", "licence": "California", "years": 12, "hours": 20}
    own = group({name: Answer(value=value) for name, value in said.items()})
    made = replace(answer("qualifications", own), item="case")
    after = done(session, made, c.ShowSuggestion("1", None, "open"))
    right = Answer(value="Orthopedics")
    (event,) = decide(after, replace(answer("qualifications.certification", right), item="case"))
    assert isinstance(event, e.AnswerAmended)


def test_the_same_answer_needs_no_reason(shown: Session) -> None:
    held = shown.answer("1", "views")
    assert held is not None
    assert decide(shown, answer("views", held)) == []


# -- set aside, restored --------------------------------------------------------------------------


def test_answers_go_with_the_prompt_they_hang_on_and_come_back_with_it(answered: Session) -> None:
    without = decide(answered, answer("prior_surgery", Answer(value="none")))
    assert without[1:] == [
        e.AnswerSetAside("1", "films_since_surgery", "prior_surgery"),
        e.AnswerSetAside("1", "instability_suspected", "prior_surgery"),
    ]
    after = fold(answered, without)
    assert after.reading("1").answer("films_since_surgery") is None
    assert after.answer("1", "films_since_surgery") == Answer(value="undescribed_clean")
    surgery = answered.answer("1", "prior_surgery")
    assert surgery is not None
    back = decide(after, answer("prior_surgery", surgery))
    assert back[1:] == [
        e.AnswerRestored("1", "films_since_surgery", "prior_surgery"),
        e.AnswerRestored("1", "instability_suspected", "prior_surgery"),
    ]
    assert fold(after, back).reading("1").answer("films_since_surgery") == Answer(value="undescribed_clean")


def test_taking_an_answer_back_sets_aside_what_hangs_on_it(answered: Session) -> None:
    events = decide(answered, c.WithdrawAnswer("1", "prior_imaging"))
    assert events[1:] == [e.AnswerSetAside("1", "changed_since", "prior_imaging")]
    none = decide(answered, answer("prior_imaging", listing([])))
    assert none[1] == e.AnswerSetAside("1", "changed_since", "prior_imaging")
    assert [(one.prompt, one.answer.value, one.origin) for one in none[2:]] == [
        ("films_since_surgery", "none", "computed")
    ]


def test_an_answer_that_is_set_aside_is_not_set_aside_again(answered: Session) -> None:
    after = done(answered, answer("prior_surgery", Answer(value="none")))
    (event,) = decide(after, answer("prior_surgery", Answer(status=Status.UNCLEAR)))
    assert isinstance(event, e.AnswerAmended)


# -- absences -------------------------------------------------------------------------------------


def test_an_absence_carries_the_documents_and_pages_that_were_searched(session: Session) -> None:
    after = done(
        session,
        answer("sought", NOT_DOCUMENTED),
        answer("red_flags", group({"tumor": NOT_DOCUMENTED, "vascular": NO})),
    )
    trail = Trail(DOCUMENTS, 6)
    for path in ("sought", "red_flags.tumor"):
        held = after.answer("1", path)
        assert held is not None
        assert held.search == trail
    vascular = after.answer("1", "red_flags.vascular")
    assert vascular is not None
    assert vascular.search is None


def test_an_absence_in_an_entry_of_a_list_carries_them_too(session: Session) -> None:
    after = done(session, answer("prior_imaging", listing([group({"views": NOT_DOCUMENTED})])))
    held = after.answer("1", "prior_imaging.1.views")
    assert held is not None
    assert held.search == Trail(DOCUMENTS, 6)


def test_a_search_of_some_documents_counts_their_pages(session: Session) -> None:
    some = replace(NOT_DOCUMENTED, search=Trail(("progress-note-2014-07-17",), terms=("fever",)))
    after = done(session, answer("sought", some))
    held = after.answer("1", "sought")
    assert held is not None
    assert held.search is not None
    assert (held.search.pages, held.search.terms) == (2, ("fever",))


def test_a_search_names_documents_of_the_case(session: Session) -> None:
    unknown = replace(NOT_DOCUMENTED, search=Trail(("somebody-elses-note",)))
    message = refusal(session, answer("sought", unknown))
    assert "isn't in the case: somebody-elses-note" in message
    assert DOCUMENTS[0] in message


def test_attesting_names_every_absence_once(answered: Session) -> None:
    places = [f"{scope}/{path}" for scope, path in unattested(answered)]
    assert "1/red_flags.tumor" in places
    assert "1/prior_imaging.1.views" in places
    (event,) = decide(answered, c.AttestAbsences())
    assert event == e.AbsencesAttested(DOCUMENTS, 6, tuple(places))
    after = fold(answered, [event])
    leaves = [leaf for name in EVERYTHING["1"] for _, leaf in after.answers["1"][name].leaves()]
    absent = [leaf for leaf in leaves if leaf.status is Status.NOT_DOCUMENTED]
    assert len(absent) == len(places)
    assert all(leaf.search is not None and leaf.search.attested for leaf in absent)
    assert decide(after, c.AttestAbsences()) == []


def test_an_absence_that_is_set_aside_is_not_attested(answered: Session) -> None:
    after = done(answered, answer("prior_surgery", Answer(value="none")))
    assert ("1", "instability_suspected") not in list(unattested(after))


# -- input that is refused ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["maybe", "", "x" * LARGEST_REJECTED, "é" * (LARGEST_REJECTED // 2)])
def test_refused_input_is_kept_up_to_4_kb(session: Session, text: str) -> None:
    (event,) = decide(session, c.RejectInput("1", "views", text, "No."))
    assert event == e.AnswerRejected("1", "views", len(text.encode()), "", "No.", text)


@pytest.mark.parametrize("text", ["x" * (LARGEST_REJECTED + 1), "é" * 2049, "y" * 10**6])
def test_of_longer_input_the_beginning_the_length_and_the_digest_are_kept(
    session: Session, text: str
) -> None:
    (event,) = decide(session, c.RejectInput("1", "views", text, "No."))
    assert isinstance(event, e.AnswerRejected)
    assert (event.input, event.length, event.digest) == (text[:200], len(text.encode()), _sha256(text))


def test_half_a_character_is_kept_as_far_as_it_can_be_written(session: Session) -> None:
    (event,) = decide(session, c.RejectInput("1", "views", "a\ud800b", "No."))
    assert isinstance(event, e.AnswerRejected)
    assert event.input == "a?b"
    assert event.length == 5


def test_a_sentence_that_quotes_what_was_typed_is_private_like_it(session: Session) -> None:
    (event,) = decide(session, c.RejectInput("1", "views", "Mrs Doe", "“Mrs Doe” is not among the answers."))
    assert isinstance(encode(event)["says"], Private)


def test_input_that_is_kept_whole_has_no_digest_in_the_open(session: Session) -> None:
    (event,) = decide(session, c.RejectInput("1", "views", "Mrs Doe", "No."))
    assert _sha256("Mrs Doe") not in encode(event).values()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# -- passages and notes ---------------------------------------------------------------------------


def test_a_passage_supports_an_answer_and_stands_in_the_case(answered: Session) -> None:
    page = Evidence("progress-note-2014-07-17", 2)
    assert decide(answered, c.CiteEvidence("1", "views", page)) == [e.EvidenceCited("1", "views", page)]
    after = done(answered, c.CiteEvidence("1", "views", page))
    assert decide(after, c.CiteEvidence("1", "views", page)) == []
    for document, number in (("progress-note-2014-07-17", 3), ("progress-note-2014-07-17", 0), ("other", 1)):
        assert "no such page" in refusal(answered, c.CiteEvidence("1", "views", Evidence(document, number)))


def test_a_passage_needs_an_answer(session: Session) -> None:
    assert "Answer first" in refusal(session, c.CiteEvidence("1", "views", Evidence(DOCUMENTS[0], 1)))


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "is empty"), (" \n", "is empty"), ("x" * (LARGEST_WORDS + 1), "longer than 20,000")],
)
def test_words_are_neither_empty_nor_endless(answered: Session, text: str, says: str) -> None:
    for command in (
        c.AddNote("1", "views", text),
        c.RuleOn("1", "red-flag", "declined", text),
        c.Acknowledge("later-study", "k", text),
        c.Decline("other", text),
    ):
        assert says in refusal(answered, command)


def test_a_page_is_opened_once(session: Session) -> None:
    command = c.OpenPage(DOCUMENTS[0], 1)
    assert decide(session, command) == [e.PageOpened(DOCUMENTS[0], 1)]
    assert decide(done(session, command), command) == []


# -- findings and decisions -----------------------------------------------------------------------


def test_findings_are_opened_early_and_once_more_when_all_is_answered(
    session: Session, answered: Session
) -> None:
    assert decide(session, c.OpenFindings("1")) == [e.FindingsOpened("1", True)]
    assert decide(answered, c.OpenFindings("1")) == [e.FindingsOpened("1", False)]
    assert decide(done(answered, c.OpenFindings("1")), c.OpenFindings("1")) == []


def test_a_ruling_is_on_a_criterion_of_the_item(session: Session) -> None:
    assert decide(session, c.RuleOn("1", "red-flag", "declined", " Not shown. ")) == [
        e.CriterionRuled("1", "red-flag", "declined", "Not shown.")
    ]
    assert "no criterion `green-flag`" in refusal(
        session, c.RuleOn("1", "green-flag", "declined", "Not shown.")
    )
    assert "`ignored` is no ruling" in refusal(session, c.RuleOn("1", "red-flag", "ignored", "Not shown."))


def test_the_first_decision_comes_before_the_suggestion(session: Session, shown: Session) -> None:
    assert decide(session, c.DecideFirst("1", "upheld")) == [e.FirstDecisionTaken("1", "upheld")]
    assert "already been shown" in refusal(shown, c.DecideFirst("1", "upheld"))
    assert "is no decision" in refusal(session, c.DecideFirst("1", "uphold"))


def test_a_reason_that_says_nothing_is_refused() -> None:
    for said in [
        *("x", ".", "-", "No.", "ok", "1 2 3", "aaaaaaaa", "??!", "x y z", "Irrelevant", "Degenerative."),
        *("asdfgh", "lkjh lkjh", "qwe asd zxc", "sdfsdf", "dfkjgh", "abcdef", "blah blah", "dsfkjah"),
        *(
            "ok fine",
            "n/a",
            "see above",
            "it is right",
            "because I say so",
            "no reason",
            "as stated above",
            "The same",
        ),
    ]:
        with pytest.raises(Refused, match="says nothing to whoever reads it later"):
            reason(said, "The reason")


def test_a_short_reason_will_do() -> None:
    for said in [
        *(
            "Not relevant.",
            "I misread it",
            "A typing slip",
            "Page 1.",
            "No fever",
            "typo in the note",
            "old films",
            "C6 only",
        ),
        *(
            "MRI of 2012",
            "the knee",
            "his mother",
            "pre-op film",
            "lengths differ",
            "Ein anderes Knie",
            "не относится",
        ),
    ]:
        assert reason(f"  {said} ", "The reason") == said


def test_a_determination_needs_answers_and_departs_with_a_reason(session: Session, answered: Session) -> None:
    assert "still open" in refusal(session, c.Determine("1", "upheld", "upheld"))
    assert decide(answered, c.Determine("1", "upheld", "upheld")) == [
        e.DeterminationRecorded("1", "upheld", "upheld", False, "")
    ]
    assert "departs from the suggestion" in refusal(answered, c.Determine("1", "overturned", "upheld", " "))
    assert "no suggestion to rest on" in refusal(answered, c.Determine("1", "overturned", None))
    (event,) = decide(answered, c.Determine("1", "overturned", None, "The note names a fusion."))
    assert event == e.DeterminationRecorded("1", "overturned", None, True, "The note names a fusion.")
    assert "is no decision" in refusal(answered, c.Determine("1", "denied", "upheld"))


def test_an_edit_back_to_the_draft_is_none(session: Session) -> None:
    assert decide(session, c.EditSentence("1", "request", "It was.", " It is. ")) == [
        e.SentenceEdited("1", "request", "It was.", "It is.")
    ]
    for text in ("", "It was."):
        assert decide(session, c.EditSentence("1", "request", "It was.", text)) == [
            e.SentenceEdited("1", "request", "It was.", "")
        ]
    assert "longer than" in refusal(session, c.EditSentence("1", "request", "", "x" * (LARGEST_WORDS + 1)))


def test_a_check_is_raised_once(session: Session) -> None:
    command = c.RaiseCheck("later-study", "k", "m", ("f",))
    assert decide(session, command) == [e.CheckRaised("later-study", "k", "m", ("f",))]
    assert decide(done(session, command), command) == []


@pytest.mark.parametrize(
    "command",
    [
        c.RuleOn("2", "red-flag", "declined", "Not shown."),
        c.Determine("2", "upheld", None, "The note names a fusion."),
        c.OpenFindings("2"),
        c.DecideFirst("2", "upheld"),
        c.EditSentence("2", "request", "a", "b"),
    ],
)
def test_an_item_that_is_not_there_is_refused(session: Session, command: c.Command) -> None:
    refusal(session, command)


# -- the end --------------------------------------------------------------------------------------


def test_nothing_is_signed_that_is_not_decided(session: Session) -> None:
    refusal(session, c.Sign("0" * 64, "uphold", "I sign."))


def test_the_outcome_that_is_signed_is_that_of_the_decisions(answered: Session) -> None:
    decided = done(answered, c.Determine("1", "upheld", "upheld"))
    refusal(decided, c.Sign("0" * 64, "overturn", "I sign."))


def test_declining_has_one_of_four_grounds(session: Session) -> None:
    assert decide(session, c.Decline("conflict", " A cousin. ")) == [
        e.SessionDeclined("conflict", "A cousin.")
    ]
    assert "is no ground" in refusal(session, c.Decline("boredom", "Long."))


ANYTHING: list[c.Command] = [
    answer("acute_trauma", NO),
    c.WithdrawAnswer("1", "views"),
    c.RejectInput("1", "views", "maybe", "No."),
    c.CiteEvidence("1", "views", Evidence(DOCUMENTS[0], 1)),
    c.AddNote("1", "views", "note"),
    c.OpenPage(DOCUMENTS[0], 1),
    c.OpenFindings("1"),
    c.RuleOn("1", "red-flag", "declined", "Not shown."),
    c.Determine("1", "upheld", "upheld"),
    c.EditSentence("1", "request", "a", "b"),
    c.AttestAbsences(),
    c.Decline("other", "r"),
    c.Sign("0" * 64, "uphold", "I sign."),
    c.Park(),
    c.Resume(),
]


@pytest.mark.parametrize("command", ANYTHING, ids=lambda command: type(command).__name__)
def test_a_session_that_has_ended_takes_nothing(answered: Session, command: c.Command) -> None:
    declined = fold(answered, [e.SessionDeclined("other", "r")])
    signed = fold(answered, [e.SessionSigned("0" * 64, "uphold", "I sign.")])
    assert "declined; nothing in it can change" in refusal(declined, command)
    assert "signed; nothing in it can change" in refusal(signed, command)


def test_only_a_signed_session_takes_an_addendum(answered: Session) -> None:
    signed = fold(answered, [e.SessionSigned("0" * 64, "uphold", "I sign.")])
    assert decide(signed, c.AddAddendum(" Later. ")) == [e.AddendumAdded("Later.")]
    assert "is empty" in refusal(signed, c.AddAddendum(" "))
    assert "follows a signature" in refusal(answered, c.AddAddendum("Later."))
    declined = fold(answered, [e.SessionDeclined("other", "r")])
    assert "follows a signature" in refusal(declined, c.AddAddendum("Later."))


# -- whatever is typed ----------------------------------------------------------------------------

text = st.text(min_size=1, max_size=12) | st.sampled_from(
    ["1", "views", "red_flags", "red_flags.tumor", "prior_imaging"]
)
values = st.none() | st.booleans() | st.integers() | text | st.lists(text, max_size=2)
leaves = st.builds(Answer, value=values) | st.sampled_from([NOT_DOCUMENTED, Answer(status=Status.UNCLEAR)])
groups = st.builds(group, st.dictionaries(text, leaves, max_size=2))
anything = leaves | groups | st.builds(listing, st.lists(leaves | groups, max_size=2))


@given(st.sampled_from(["case", "1", "2", ""]), text, anything, text)
def test_any_answer_anywhere_is_recorded_or_refused(scope: str, path: str, made: Answer, why: str) -> None:
    session = begin("s1", RULES, OPENED)
    assume(not (path == "red_flags" and isinstance(made.value, list)))  # known: see the shapes above
    try:
        events = decide(session, c.RecordAnswer(scope, path, made, reason=why))
    except Refused:
        return
    assert fold(session, events).answer(scope, path) is not None
    assert decode(events[0].kind, encode(events[0])) == events[0]


@given(st.text(max_size=6000))
def test_any_refused_input_can_be_written_to_the_log(typed: str) -> None:
    (event,) = decide(begin("s1", RULES, OPENED), c.RejectInput("1", "views", typed, "No."))
    assert isinstance(event, e.AnswerRejected)
    event.input.encode()
    assert len(event.input.encode()) <= LARGEST_REJECTED


def test_the_conclusion_says_the_decision_and_nothing_else(session: Session) -> None:
    said = "Therefore, the request is not medically necessary."
    with pytest.raises(Refused, match="it can't say another"):
        decide(
            session, c.EditSentence("1", "conclusion", said, "Therefore, the request is medically necessary.")
        )
    for own in ("", "Therefore, these films are not medically necessary."):
        assert decide(session, c.EditSentence("1", "conclusion", said, own))
