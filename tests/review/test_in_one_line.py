"""What is said in one line: an answer with its passage or its reason, several entries at once, all of what is missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import read_answer
from assistant.core.event_form import decode
from assistant.core.problem import Refused
from assistant.core.turn import CITE
from assistant.log import Log
from assistant.profile import Profile
from assistant.review import views
from assistant.review.conversation import Conversation
from assistant.review.passages import LETTERS, _is_title, passages_lettered
from assistant.review.review import Review
from tests.walk import KEPT

BACK = "lumbar-mri-after-discectomy"
NECK = "cervical-radiographs-lucency"
Begin = Callable[..., Conversation]


@pytest.fixture
def begun(tmp_path: Path) -> Iterator[Begin]:
    """Begins a review of a case at one of its questions."""
    with Log.open(tmp_path / "log.sqlite") as log:
        opened: list[Review] = []

        def begin(case: str, name: str = "", kept: object = KEPT) -> Conversation:
            profile = Profile("r-test", "Amalia Quessenberry", kept)  # type: ignore[arg-type]
            opened.append(Review.open(log, library.find_case(case), profile))
            talk = Conversation(opened[-1])
            if name:
                talk.go("1", name)
            return talk

        yield begin
        for one in opened:
            one.close()


def key(talk: Conversation, words: str) -> str:
    """The key of the one reply that begins so."""
    (found,) = (k for k, one in zip(talk.keys, talk.options, strict=True) if one.label.startswith(words))
    return found


def answer(talk: Conversation, name: str) -> Answer:
    held = talk.review.session.answer("1", name)
    assert held is not None
    return held


def last(talk: Conversation, kind: type[e.Event]) -> e.Event:
    entries = talk.review.log.read(talk.review.session.id)
    return [one for one in (decode(x.kind, x.body) for x in entries) if isinstance(one, kind)][-1]


# -- a checklist ----------------------------------------------------------------------------------


def test_a_key_for_each_entry_answers_a_checklist_at_once(begun: Begin) -> None:
    talk = begun(BACK, "findings")
    said = "".join(
        key(talk, words)
        for words in ("Present: loss of sens", "Present: weak", "Present: a dim", "Not documented: atrophy")
    )
    assert talk.said_so_far(said).endswith("Left open: 1.")
    said += key(talk, "Present: a positive")
    assert talk.said_so_far(said).startswith("Present: loss of sensation along a nerve or its root; Present")
    shown = {one.label.split(" (")[-1] for one in talk.options if one.label.startswith("Present: ")}
    assert all(":" in one for one in shown), "each names the page that it cites"
    talk.reply(said)
    parts = answer(talk, "findings").parts or {}
    assert {name: part.value or part.status for name, part in parts.items()} == {
        "sensation": "yes",
        "strength": "yes",
        "reflex": "yes",
        "atrophy": Status.NOT_DOCUMENTED,
        "tension": "yes",
    }
    assert [str(one) for one in parts["strength"].evidence] == ["pt-note-2023-10-24:1"]
    assert talk.turn.kind == "passages", "what speaks against it is asked about as before"


@pytest.mark.parametrize("typed", ["{0} {1}", "{0},{1}", "{1}{0}"])
def test_the_keys_of_a_checklist_may_be_parted_and_the_rest_is_asked_again(begun: Begin, typed: str) -> None:
    talk = begun(BACK, "findings")
    talk.reply(typed.format(key(talk, "Present: weak"), key(talk, "Absent: a positive")))
    parts = answer(talk, "findings").parts or {}
    assert {name: part.value for name, part in parts.items()} == {"strength": "yes", "tension": "no"}
    assert (talk.turn.kind, talk.turn.path) == ("prompt", "findings"), (
        "nothing is asked before all of it is in"
    )
    assert not any("weakness" in one.label for one in talk.options)


def test_what_holds_the_words_as_typed_is_offered_alone(begun: Begin) -> None:
    talk = begun(BACK, "fragile")
    talk.reply("no")
    talk.reply("No fall")
    *offered, absent = [one.label for one in talk.options]
    assert offered
    assert all("“No «fall»" in one or "“No fall" in one for one in offered), offered
    assert absent == "Not documented, then"


def test_two_keys_for_one_entry_are_refused(begun: Begin) -> None:
    talk = begun(BACK, "findings")
    (line,) = talk.reply(key(talk, "Present: weak") + key(talk, "Not documented: weak"))
    assert line.text.startswith("Two of these keys answer strength.")
    assert talk.review.session.answer("1", "findings") is None


def test_an_entry_without_a_passage_asks_for_it_and_the_others_are_taken(begun: Begin) -> None:
    talk = begun(BACK, "red_flags")
    talk.reply(key(talk, "Present: infection") + key(talk, "Absent: compromise"))
    assert "“infection (present)” rests on a passage" in talk.question
    assert set(answer(talk, "red_flags").parts or {}) == {"cauda_equina"}


def test_all_alike_and_single_entries_make_one_line(begun: Begin) -> None:
    talk = begun(BACK, "red_flags")
    assert not talk.keys_at_once, "no single key answers all of it"
    talk.reply(f"-{key(talk, 'Present: progressive')}{key(talk, 'Absent: compromise')}")
    parts = answer(talk, "red_flags").parts or {}
    assert (len(parts), parts["neurologic_deficit"].value, parts["cauda_equina"].value) == (7, "yes", "no")
    assert "Answered: " in talk.question, "an entry that is denied is not called undocumented"


def test_names_of_entries_are_no_keys(begun: Begin) -> None:
    talk = begun(BACK, "findings")
    talk.reply("atrophy nd")
    assert set(answer(talk, "findings").parts or {}) == {"atrophy"}


def test_an_entry_that_is_named_takes_the_words_of_its_passage(begun: Begin) -> None:
    talk = begun(BACK, "findings")
    talk.reply("weakness yes “EHL L5 5 4 new since 08/14”")
    assert talk.pending is None
    (strength,) = (answer(talk, "findings").parts or {}).values()
    assert (strength.value, str(strength.evidence[0])) == ("yes", "pr2-2023-10-16:2")
    assert talk.reply("atrophy no, reflex no “no such words”")[-1].kind == "problem"


def test_what_was_cited_against_an_entry_goes_with_it_and_no_absence_is_offered(begun: Begin) -> None:
    talk = begun(BACK, "red_flags")
    talk.reply(f"-{key(talk, 'Present: progressive')}{key(talk, 'Not documented: compromise')}")
    talk.choose([one.value for one in talk.options].index(CITE) + 1)
    (cited,) = talk.cited
    assert not any("not documented" in one.label.lower() for one in talk.options)
    talk.reply(key(talk, "Present: compromise"))
    assert (answer(talk, "red_flags").parts or {})["cauda_equina"].evidence == (cited,)


def test_not_documented_after_all_leaves_the_passage_to_be_asked_about(begun: Begin) -> None:
    talk = begun(NECK, "sought")
    talk.reply("-")
    talk.choose([one.value for one in talk.options].index(CITE) + 1)
    assert talk.cited
    talk.reply("-")
    assert (talk.turn.kind, talk.turn.path, talk.cited) == ("passages", "sought", ())
    assert answer(talk, "sought").status is Status.NOT_DOCUMENTED


# -- an answer and its passage --------------------------------------------------------------------


def test_the_words_of_the_passage_stand_behind_the_key(begun: Begin) -> None:
    talk = begun(NECK, "surgery_contemplated")
    assert {"1", "2"} <= talk.keys_that_ask
    assert not {"1", "2"} & talk.keys_at_once
    assert talk.reply_lines[0] == "1  Yes: ..."
    talk.reply("1 talk about posterior fusion")
    assert answer(talk, "surgery_contemplated").value == "yes"
    assert "about posterior fusion" in answer(talk, "surgery_contemplated").evidence[0].quote
    assert talk.pending is None


def test_words_behind_a_key_that_takes_none_are_told_where_they_go(begun: Begin) -> None:
    talk = begun(NECK, "surgery_contemplated")
    for typed, alone in (('3 "about posterior fusion"', "3"), ("- because", "-"), (". 4 reasons", ".")):
        (line,) = talk.reply(typed)
        assert f"type {alone} alone. Words go behind a reply with ...: `1 WORDS`." in line.text
    assert talk.review.session.answer("1", "surgery_contemplated") is None


def test_the_key_alone_lists_passages(begun: Begin) -> None:
    talk = begun(NECK, "surgery_contemplated")
    talk.reply("1")
    assert "rests on a passage" in talk.question


def test_words_that_stand_on_several_pages_are_asked_about(begun: Begin) -> None:
    talk = begun(NECK, "surgery_contemplated")
    talk.reply("1 Advance directive not on file")
    assert talk.pending is not None
    assert talk.review.session.answer("1", "surgery_contemplated") is None


def test_a_value_takes_its_passage_by_letter_or_in_quotation_marks(begun: Begin) -> None:
    talk = begun(BACK, "weeks_of_care")
    listed = [line for line in views.context(talk.review, talk.turn) if line.strip()[:1] in "abcde"]
    assert listed[0].strip().startswith("a  “A: «No progress» over 5 visits")
    talk.reply("5 weeks a")
    assert (answer(talk, "weeks_of_care").value, answer(talk, "weeks_of_care").evidence[0].document) == (
        5,
        "pt-note-2023-10-24",
    )
    talk.go("1", "weeks_of_care")
    talk.reply('6 "HEP reviewed; pt does it daily"')
    assert answer(talk, "weeks_of_care").value == 6
    assert answer(talk, "weeks_of_care").evidence[0].quote == "HEP reviewed; pt does it daily"


@pytest.mark.parametrize("typed", ["4 a", "4 b", "13a", "13 weeks b", "20 b"])
def test_a_letter_cites_the_passage_that_is_shown_behind_it_whatever_the_number(
    begun: Begin, typed: str
) -> None:
    talk = begun("shoulder-torn-cuff", "care_weeks")
    shown = [one.quote for one in passages_lettered(talk.review, talk.turn)]
    talk.reply(typed)
    (cited,) = answer(talk, "care_weeks").evidence
    assert (len(shown) > 1, cited.quote) == (True, shown[LETTERS.index(typed[-1])])


def test_a_choice_takes_the_letter_of_its_passage(begun: Begin) -> None:
    talk = begun(BACK, "plan")
    letter = next(
        line.strip()[0]
        for line in views.context(talk.review, talk.turn)
        if "recurrent herniation, refer" in line
    )
    talk.reply(f"1{letter}")
    assert answer(talk, "plan").value == "surgery"
    assert answer(talk, "plan").evidence[0].document == "pr2-2023-10-16"


@pytest.mark.parametrize(
    ("case", "asked"), [(BACK, "plan"), ("knee-mri-locking", "plan"), (BACK, "weeks_of_care")]
)
@pytest.mark.parametrize("typed", ["a", "A"])
def test_the_letter_of_a_passage_alone_is_no_answer(begun: Begin, case: str, asked: str, typed: str) -> None:
    talk = begun(case, asked)
    assert "Type the answer before it" in talk.reply(typed)[-1].text
    assert (talk.pending, talk.review.session.answer("1", asked)) == (None, None)


@pytest.mark.parametrize(
    ("case", "name", "typed", "value", "page"),
    [
        (
            "knee-mri-locking",
            "care_failed",
            'Yes "ibuprofen brought no improvement"',
            "yes",
            "progress-note-2014-05-05",
        ),
        (
            "cervical-radiographs-after-fusion",
            "acute_trauma",
            "no “cumulative trauma at work”",
            "no",
            "progress-note-2014-07-17",
        ),
        (BACK, "plan", 'Surgery "recurrent herniation, refer"', "surgery", "pr2-2023-10-16"),
    ],
)
def test_a_choice_in_words_takes_those_of_its_passage_in_quotation_marks(
    begun: Begin, case: str, name: str, typed: str, value: str, page: str
) -> None:
    talk = begun(case, name)
    talk.reply(typed)
    if talk.pending is not None:
        talk.reply("1")
    assert answer(talk, name).value == value
    assert answer(talk, name).evidence[0].document == page


def test_the_last_entry_of_a_checklist_takes_its_passage_as_the_others_do(begun: Begin) -> None:
    talk = begun("knee-mri-locking", "red_flags")
    for typed in (
        'fracture absent "No fracture or dislocation"',
        'infection absent "No fever, chills"',
        'tumor absent "No cancer"',
        'circulation absent "Pulses are intact"',
        'deficit absent "No numbness or weakness of the leg"',
    ):
        talk.reply(typed)
        if talk.pending is not None:
            talk.reply("1")
    parts = answer(talk, "red_flags").parts or {}
    assert [one.given for one in parts.values()] == [True] * 5
    assert "No numbness" in parts["neurologic_deficit"].evidence[0].quote


@pytest.mark.parametrize(
    "typed", ['not documented "ibuprofen"', 'Nonsense "ibuprofen brought"', 'unclear "ibuprofen"']
)
def test_what_cites_nothing_takes_no_quotation(begun: Begin, typed: str) -> None:
    talk = begun("knee-mri-locking", "care_failed")
    assert talk.reply(typed)[-1].kind == "problem"
    assert talk.review.session.answer("1", "care_failed") is None


def test_a_letter_behind_the_last_passage_is_no_absence(begun: Begin) -> None:
    talk = begun("knee-mri-locking", "plan")
    talk.reply(talk.keys[0])
    assert talk.pending is not None
    assert talk.pending.options[-1].value == "not_documented"
    talk.reply(LETTERS[len(talk.pending.options) - 1])
    assert talk.review.session.answer("1", "plan") is None


@pytest.mark.parametrize("typed", ["5 e e", "many b", "5 “”", "5 z"])
def test_what_is_no_value_with_its_passage_is_refused(begun: Begin, typed: str) -> None:
    talk = begun(BACK, "weeks_of_care")
    assert talk.reply(typed)[-1].kind == "problem"
    assert talk.review.session.answer("1", "weeks_of_care") is None


# -- a reason -------------------------------------------------------------------------------------


def test_a_reason_stands_behind_its_key(begun: Begin) -> None:
    talk = begun(BACK, "fragile")
    talk.reply("-")
    assert talk.turn.kind == "passages"
    assert "2  It does not count here, because ..." in talk.reply_lines
    with pytest.raises(Refused):
        talk.reply("2 no")
    assert (talk.turn.kind, talk.pending) == ("passages", None)
    talk.reply("2 It was taken for six days.")
    dismissed = last(talk, e.PassagesDismissed)
    assert isinstance(dismissed, e.PassagesDismissed)
    assert dismissed.dismissed[0].reason == "It was taken for six days."
    assert talk.turn.kind != "passages"


def test_the_key_of_a_reason_alone_asks_for_it(begun: Begin) -> None:
    talk = begun(BACK, "fragile")
    talk.reply("-")
    talk.reply("2")
    assert talk.question == "Why does it not count?"
    talk.reply("It was taken for six days.")
    assert talk.turn.kind != "passages"


# -- what is missing ------------------------------------------------------------------------------


def two_studies(talk: Conversation) -> None:
    """Two studies as a case file states them: without what their reports found, and how they were read."""
    rows = [
        {"date": day, "modality": "mri", "views": "not_documented"} for day in ("2021-04-22", "2022-06-30")
    ]
    schema = talk.review.session.prompt("1", "prior_imaging").schema
    talk.review.perform(c.RecordAnswer("1", "prior_imaging", read_answer(schema, rows, "", checked=False)))
    talk.go("1", "prior_imaging")


@pytest.mark.parametrize("typed", ["6-6-", "6; -; 6; nd", "something else; not documented; 6; -", "6 - 6 -"])
def test_what_is_missing_of_all_studies_is_one_line_which_closes_the_list(begun: Begin, typed: str) -> None:
    talk = begun(BACK)
    two_studies(talk)
    assert talk.turn.kind == "form"
    shown = "\n".join(views.context(talk.review, talk.turn))
    assert "MRI" in shown.split("Study 1: What did its report find? ... (1 ")[0]
    talk.reply(typed)
    held = answer(talk, "prior_imaging")
    assert held.closed
    assert talk.review.session.reading("1").answered("prior_imaging")
    for row in (held.parts or {}).values():
        assert row.parts is not None
        assert (row.parts["finding"].value, row.parts["provider_reading"].status) == (
            "other",
            Status.NOT_DOCUMENTED,
        )


@pytest.mark.parametrize(
    ("typed", "said"), [("7-6-", "no choice 7"), ("6-6", "Write these"), ("6;-;6", "Write these")]
)
def test_a_line_that_does_not_fit_what_is_missing_is_refused(begun: Begin, typed: str, said: str) -> None:
    talk = begun(BACK)
    two_studies(talk)
    assert said in talk.reply(typed)[-1].text
    assert not talk.review.session.reading("1").answered("prior_imaging")


def test_the_first_of_what_is_missing_can_be_written_by_itself(begun: Begin) -> None:
    talk = begun(BACK)
    two_studies(talk)
    talk.reply("1")
    assert (talk.turn.kind, talk.turn.path) == ("prompt", "prior_imaging.1.finding")
    talk.reply("6")
    assert (talk.turn.kind, len(talk.turn.fields)) == ("form", 3)


def test_after_the_rest_is_confirmed_the_qualifications_are_one_line(begun: Begin) -> None:
    talk = begun(BACK, kept=())
    talk.reply("1")
    assert talk.turn.words.startswith("Write these, with semicolons: In which specialty")
    assert "That is 2 parts; 4 are asked for." in talk.reply("Occupational Medicine; California")[-1].text
    talk.reply("Occupational Medicine; California; 6; 24")
    held = talk.review.session.answer("case", "qualifications")
    assert held is not None
    assert held.plain() == {
        "certification": "Occupational Medicine",
        "licence": "California",
        "years": 6,
        "hours": 24,
    }


def test_an_answer_in_parts_is_one_line_with_the_words_of_its_page(begun: Begin) -> None:
    talk = begun(NECK, "prior_surgery")
    assert talk.turn.words.startswith("In one line: Which operation was it; At which levels; When")
    talk.reply('1; C5-6 and C6-7; 8/19/2014; "ANTERIOR CERVICAL DISCECTOMY AND FUSION C5-6"')
    held = answer(talk, "prior_surgery")
    assert held.plain() == {"procedure": "fusion", "levels": ["C5-C6", "C6-C7"], "date": "2014-08-19"}
    assert [str(one) for one in held.evidence] == ["op-report-2014-08-19:1"]


def test_an_entry_of_a_list_is_one_line_and_what_hangs_on_it_is_asked(begun: Begin) -> None:
    talk = begun(NECK, "prior_imaging")
    talk.reply("2014-10-02; radiographs; 1; -")
    assert talk.turn.path == "prior_imaging.1.views"
    talk.reply("AP, lat")
    talk.reply("2015-03-12; 3; 2; “no gross motion; agreed” done")
    assert answer(talk, "prior_imaging").closed
    rows = answer(talk, "prior_imaging").plain()
    assert [row["date"] for row in rows] == ["2014-10-02", "2015-03-12"]
    assert rows[1]["provider_reading"] == "no gross motion; agreed", (
        "a semicolon in quotation marks parts nothing"
    )


@pytest.mark.parametrize("passage", ["", "; “Subtle lucency about the C7 screws”"])
def test_what_hangs_on_a_part_may_stand_in_the_same_line_and_done_closes_the_list(
    begun: Begin, passage: str
) -> None:
    talk = begun(NECK, "prior_imaging")
    assert "Which views (of radiographs or another kind alone)" in talk.turn.words
    talk.reply("2014-10-02; 1; lateral; 1; -")
    talk.reply(f"2015-03-12; 1; anteroposterior, lateral, flexion; 2; no gross motion{passage}; done")
    held = answer(talk, "prior_imaging")
    assert held.closed
    assert [row["views"] for row in held.plain()] == [["lateral"], ["anteroposterior", "lateral", "flexion"]]
    second = (held.parts or {})["2"]
    assert [str(one) for one in second.evidence] == (["xray-2015-03-12-copy:1"] if passage else [])
    assert talk.turn.path != "prior_imaging"


@pytest.mark.parametrize(
    "typed", ["2014-10-02; 1; lateral; 1; -; “words of no page”", "2014-10-02; 3; lateral; 1; -; more"]
)
def test_a_line_with_more_than_its_entry_holds_is_refused(begun: Begin, typed: str) -> None:
    talk = begun(NECK, "prior_imaging")
    (line,) = talk.reply(typed)
    assert line.kind == "problem"
    assert talk.review.session.answer("1", "prior_imaging") is None


def test_done_closes_no_list_of_which_something_is_missing(begun: Begin) -> None:
    talk = begun(NECK, "prior_imaging")
    talk.reply("2014-10-02; 1; 1; -; done")
    assert (talk.turn.path, answer(talk, "prior_imaging").closed) == ("prior_imaging.1.views", False)


def test_a_number_takes_the_words_of_its_page_also_where_it_needs_none(begun: Begin) -> None:
    talk = begun("relaxant-ten-days-in-a-flare", "weeks_taken")
    talk.reply('0 "She has never taken a muscle relaxant."')
    held = answer(talk, "weeks_taken")
    assert (held.value, [str(one) for one in held.evidence]) == (0, ["progress-note-2014-04-07:1"])


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1; C5-6; soon", "date: "),
        ('1; C5-6; 2014; "words of no page"', "stands on no page"),
        ("9; C5-6; 2014", "no choice 9"),
    ],
)
def test_a_line_of_parts_that_cannot_be_read_is_refused_as_a_whole(
    begun: Begin, typed: str, said: str
) -> None:
    talk = begun(NECK, "prior_surgery")
    assert said in talk.reply(typed)[-1].text
    assert talk.review.session.answer("1", "prior_surgery") is None


def test_a_search_without_a_source_of_ones_own_ends_with_one_reply(begun: Begin) -> None:
    talk = begun(BACK)
    talk.review.perform(c.ShowPrompt("1", "searched"))
    talk.reply("the MTUS of 2020; 1")
    assert [one.value for one in talk.options][:2] == ["done", "all"]
    talk.reply("2")
    assert talk.review.session.answer("1", "searched") is not None
    held = talk.review.session.answer("1", "own")
    assert held is not None
    assert (held.closed, dict(held.parts or {})) == (True, {})


def test_a_heading_or_label_is_offered_for_no_number() -> None:
    for quote in (
        "DISPUTED MEDICAL TREATMENT",
        "Requested Treatment",
        "PRIMARY TREATING PHYSICIAN'S PROGRESS REPORT (PR-2)",
    ):
        assert _is_title(quote), quote
    for quote in (
        "Acupuncture helps, he has had 6 sessions.",
        "PT 12 Visits",
        "Chiro 6, made it worse",
        "He had therapy",
    ):
        assert not _is_title(quote), quote
