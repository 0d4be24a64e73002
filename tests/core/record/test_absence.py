"""An absence stands on a logged search: what the record says against it is cited or dismissed, or nothing is signed."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Answer, Dismissed, Evidence, Status, Trail, group
from assistant.core.dates import parse_date
from assistant.core.problem import Refused
from assistant.core.record.absence import contradicted, open_passages, pages_unread, rates_alike, trail
from assistant.core.record.checks import checks
from assistant.core.record.grounds import grounds, worked_out
from assistant.core.rules.prompt_set import Reading
from assistant.core.session import apply
from assistant.core.turn import passages_turn
from assistant.core.value import replace
from assistant.letter import letter_to_json, to_text
from assistant.log import Log
from assistant.log.fold import begun, event_of, load_session
from assistant.log.verify import verify
from assistant.profile import Profile
from assistant.review import answers_file
from assistant.review.amendment import amendment
from assistant.review.conversation import Conversation
from assistant.review.determination import compose_from_log
from assistant.review.passages import lacking_passage
from assistant.review.review import Review
from tests.letter.reviewing import letter_of

SEED = library.find_case("cervical-radiographs-after").path
PLANTED = "The attending provider suspects pseudarthrosis at C5-C6."
ABSENT = Answer(status=Status.NOT_DOCUMENTED)
Given = dict[str, Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bundled case in a folder of its own, to be changed."""
    return Path(shutil.copytree(SEED, tmp_path / "case"))


@pytest.fixture
def planted(folder: Path) -> Path:
    """The bundled case with one sentence more in a progress note."""
    note = folder / "records" / "progress-note-2014-07-17.txt"
    note.write_text(note.read_text().rstrip("\n") + f"\n\n{PLANTED}\n")
    return folder


@pytest.fixture
def given() -> Given:
    return dict(plain_yaml.parse_yaml((SEED / "reference.yaml").read_text(), "reference.yaml").data)


@pytest.fixture
def run(log: Log, tmp_path: Path) -> Callable[[Path, Given], tuple[Review, answers_file.RunOutcome]]:
    def go(path: Path, answers: Given) -> tuple[Review, answers_file.RunOutcome]:
        file = tmp_path / "answers.yaml"
        file.write_text(json.dumps(answers))
        review = Review.open(log, library.open_case(path), Profile("r-test"))
        return review, answers_file.run_answers(review, answers_file.read_answers_file(file))

    return go


def opened(log: Log, path: Path) -> Review:
    return Review.open(log, library.open_case(path), Profile("r-test"))


def searches(log: Log, review: Review) -> list[e.RecordSearched]:
    events = [event_of(entry) for entry in log.read(review.session.id)]
    return [event for event in events if isinstance(event, e.RecordSearched)]


# -- the bundled case -----------------------------------------------------------------------------


def test_every_absence_of_the_reference_carries_its_trail(log: Log, run: Any, given: Given) -> None:
    review, result = run(SEED, given)
    assert (result.status, result.open) == (0, [])
    session = review.session
    for scope in session.rules.scopes:
        for name, _ in session.reading(scope).not_documented().items():
            made = trail(session, (scope, name))
            assert made is not None, f"{name} has no search behind it"
            assert made.terms
            assert (len(made.documents), made.pages, made.unread) == (5, 6, ())
    assert not list(contradicted(session))


def test_a_denied_mention_is_found_and_does_not_count(log: Log, run: Any, given: Given) -> None:
    """Both radiology reports say that there is no evidence of loosening."""
    review, _ = run(SEED, given)
    made = trail(review.session, ("1", "suspected"))
    assert made is not None
    assert {group.standing for group in made.groups} == {"negated"}
    assert made.hits >= 2


def test_what_is_asked_of_a_passage_names_the_entry_that_it_speaks_against(log: Log, planted: Path) -> None:
    note = planted / "records" / "progress-note-2014-07-17.txt"
    note.write_text(note.read_text().rstrip("\n") + "\n\nHe reports chills and fever since Monday.\n")
    review = opened(log, planted)
    flags = review.session.prompt("1", "red_flags").schema.shape.parts
    review.perform(c.RecordAnswer("1", "red_flags", group(dict.fromkeys(flags, ABSENT))))
    question = passages_turn(review.session, ("1", "red_flags")).question
    assert "Answered as not documented (infection), but the record" in question
    assert "racture" not in question


def test_a_denial_of_what_one_entry_affirms_is_not_said_to_speak_of_the_entries_not_found(
    log: Log, planted: Path
) -> None:
    note = planted / "records" / "progress-note-2014-07-17.txt"
    note.write_text(note.read_text().rstrip("\n") + "\n\nHe denies fever.\n")
    review = opened(log, planted)
    flags = dict.fromkeys(review.session.prompt("1", "red_flags").schema.shape.parts, ABSENT)
    flags["infection"] = Answer(value="yes", evidence=(Evidence("progress-note-2014-07-17", 1),))
    review.perform(c.RecordAnswer("1", "red_flags", group(flags)))
    turn = passages_turn(review.session, ("1", "red_flags"))
    assert turn.question.startswith("Answered: infection: present")
    assert turn.question.endswith(" speak against that?")
    assert turn.options[0].label.startswith("It does")


def test_the_words_asked_for_go_to_the_entry_that_lacks_them(log: Log, planted: Path) -> None:
    fever = "He reports chills and fever since Monday."
    for name in ("ur-report-2014-04-20", "progress-note-2014-07-17"):
        text = planted / "records" / f"{name}.txt"
        text.write_text(text.read_text().rstrip("\n") + f"\n\n{fever}\n")
    review = opened(log, planted)
    refusal = review.positioned(Evidence("ur-report-2014-04-20", 1, fever))
    note = review.positioned(Evidence("progress-note-2014-07-17", 2, fever))
    schema = review.session.prompt("1", "red_flags").schema
    flags = dict.fromkeys(schema.shape.parts, ABSENT)
    flags["infection"] = Answer(value="yes", evidence=(refusal,))
    review.perform(c.RecordAnswer("1", "red_flags", group(flags, evidence=(note,))))
    place = ("1", "red_flags")
    assert lacking_passage(review, place) == "red_flags.infection"
    review.perform(c.CiteEvidence("1", lacking_passage(review, place), note))
    assert lacking_passage(review, place) == "red_flags"


def test_red_flags_share_one_search(log: Log, run: Any, given: Given) -> None:
    review, _ = run(SEED, given)
    assert [one.prompt for one in searches(log, review)].count("red_flags") == 1


def test_the_letter_states_the_reach_once_and_carries_the_trails(log: Log, run: Any, given: Given) -> None:
    review, _ = run(SEED, given)
    letter = compose_from_log(log, review.session.id)
    text = " ".join(to_text(letter).split())
    assert letter.body.count("documents received") == 1
    assert "The search covers" not in text
    assert "the search covers the 5 documents received (6 pages)" in text
    assert "Words looked for, with their spellings and synonyms: suspect," in text
    assert "2 passages found, all of them denied or only imagined there" in text
    answer = letter_to_json(letter)["items"][0]["answers"]["red_flags"]
    assert answer["search"]["terms"][0] == "fracture"
    assert answer["search"]["attested"] is True
    assert all(one["searched"] for one in letter_to_json(letter)["documents_reviewed"])


# -- a passage that speaks against it -------------------------------------------------------------


def test_a_planted_passage_stops_the_run(log: Log, run: Any, given: Given, planted: Path) -> None:
    review, result = run(planted, given)
    assert result.status == 1
    assert review.session.status == "open"
    assert {name for _, name in contradicted(review.session)} == {"suspected", "instability_suspected"}
    letter = letter_of(review)
    assert {"contradicted-absence"} == {one.check for one in letter.checks if one.severity == "blocking"}
    text = " ".join(to_text(letter).split())
    assert "NOT YET DEALT WITH" in text
    assert "DRAFT" in text


def test_a_dismissal_in_the_answers_file_lets_it_sign(
    log: Log, run: Any, given: Given, planted: Path
) -> None:
    set_aside = {
        "status": "not_documented",
        "search": {
            "dismissed": [
                {
                    "document": "progress-note-2014-07-17",
                    "page": 2,
                    "quote": PLANTED,
                    "reason": "It speaks of another patient.",
                }
            ]
        },
    }
    given["answers"]["1"] |= {"suspected": set_aside, "instability_suspected": set_aside}
    review, result = run(planted, given)
    assert (result.status, result.open) == (0, [])
    assert review.session.signed is not None


def test_a_signature_is_refused_whatever_the_front(log: Log, run: Any, given: Given, planted: Path) -> None:
    review, _ = run(planted, given)
    with pytest.raises(Refused, match="not documented"):
        review.perform(c.Sign("0" * 64, "uphold", "I sign."))


def test_the_conversation_asks_at_once_and_the_passage_is_cited(log: Log, planted: Path) -> None:
    review = opened(log, planted)
    conversation = Conversation(review)
    answer_until(review, conversation, "suspected")
    said = conversation.reply("not documented")
    assert any("Searched 5 documents" in line.text for line in said)
    assert review.turn.kind == "passages"
    assert "progress-note-2014-07-17:2" in review.turn.question
    conversation.reply("cite")
    assert (review.turn.kind, review.turn.path) == ("prompt", "suspected")
    conversation.reply("pseudarthrosis at C5-C6")
    answer = review.session.answer("1", "suspected")
    assert answer is not None
    assert answer.given
    assert [one.quote for one in answer.evidence] == [PLANTED]
    assert review.turn.path != "suspected"


def test_one_reason_sets_a_passage_aside(log: Log, planted: Path) -> None:
    review = opened(log, planted)
    conversation = Conversation(review)
    answer_until(review, conversation, "suspected")
    conversation.reply("not documented")
    conversation.reply("dismiss")
    conversation.reply("It is about another patient.")
    assert open_passages(review.session, ("1", "suspected")) == ()
    assert review.turn.kind == "prompt"


def test_what_is_left_for_later_comes_again_before_the_signature(
    log: Log, planted: Path, run: Any, given: Given
) -> None:
    review, _ = run(planted, given)
    conversation = Conversation(review)
    while review.turn.kind == "passages" and "later" in {option.value for option in review.turn.options}:
        place = review.turn.place
        conversation.reply("later")
        if review.turn.kind == "passages" and review.turn.place == place:
            break
    assert review.turn.kind == "passages", "it comes again at the end, and bars the signature"


def answer_until(review: Review, conversation: Conversation, name: str) -> None:
    """Answers what comes before a question as the reference does."""
    reference = answers_file.read_answers_file(SEED / "reference.yaml")
    from assistant.core.answer_reader import read_answer

    for _ in range(60):
        turn = review.turn
        if turn.path == name:
            return
        if turn.kind == "passages":
            conversation.reply("dismiss")
            conversation.reply("It does not speak of this.")
            continue
        raw = reference.answers[turn.scope][turn.path.split(".")[0]]
        prompt = review.session.prompt(*turn.place)
        review.perform(c.RecordAnswer(turn.scope, prompt.id, read_answer(prompt.schema, raw, name)))
    raise AssertionError(f"{name} was never asked")


# -- a reviewer's own search ----------------------------------------------------------------------


def test_a_search_at_a_question_is_logged_and_joins_the_trail_once_its_passages_are_dealt_with(
    log: Log,
) -> None:
    review = opened(log, SEED)
    answer_until(review, Conversation(review), "suspected")
    mentions = review.search.find("fusion")
    review.perform(review.search.asked(("1", "suspected"), "fusion", mentions))
    review.perform(c.RecordAnswer("1", "suspected", ABSENT))
    made = trail(review.session, ("1", "suspected"))
    assert made is not None
    assert ("fusion" in made.terms, made.also) == (False, ("fusion",))
    assert "no part of this search: fusion." in " ".join(to_text(letter_of(review)).split())
    assert "fusion" in (trail(replace(review.session, guard=9), ("1", "suspected")) or made).terms
    assert open_passages(review.session, ("1", "suspected")) == (), (
        "only the question's own words stand against it"
    )
    gone = tuple(
        Dismissed(one.document, one.page, one.quote, "It is the operation before.") for one in mentions
    )
    review.perform(c.RecordAnswer("1", "suspected", replace(ABSENT, search=Trail(dismissed=gone))))
    made = trail(review.session, ("1", "suspected"))
    assert made is not None
    assert ("fusion" in made.terms, made.also) == (True, ())
    assert load_session(log, review.session.id)[0] == review.session


# -- pages that no search can read ----------------------------------------------------------------


def test_pages_without_text_never_count_as_searched(log: Log, folder: Path, run: Any, given: Given) -> None:
    case = folder / "case.yaml"
    case.write_text(
        case.read_text().replace(
            "{id: progress-note-2014-05-10,", "{id: progress-note-2014-05-10, unreadable: [1],"
        )
    )
    review, result = run(folder, given | {"sign": "no"})
    assert result.status == 0
    made = trail(review.session, ("1", "suspected"))
    assert made is not None
    assert (made.pages, made.unread) == (5, ("progress-note-2014-05-10:1",))
    assert pages_unread(review.session) == ("progress-note-2014-05-10:1",)
    assert review.turn.kind == "by_eye"
    conversation = Conversation(review)
    conversation.reply("no")
    assert "NOT READ: progress-note-2014-05-10:1" in " ".join(to_text(letter_of(review)).split())
    review.perform(c.ReadByEye(True))
    assert "has read by eye: progress-note-2014-05-10:1" in " ".join(to_text(letter_of(review)).split())


def two_unreadable_pages(folder: Path) -> None:
    """The case says that no program can read the pages of its newest note."""
    case = folder / "case.yaml"
    case.write_text(
        case.read_text().replace(
            "{id: progress-note-2014-07-17,", "{id: progress-note-2014-07-17, unreadable: [1, 2],"
        )
    )


def test_some_pages_can_be_said_to_be_read_and_others_not(
    log: Log, folder: Path, run: Any, given: Given
) -> None:
    two_unreadable_pages(folder)
    review, _ = run(folder, given | {"sign": "no"})
    conversation = Conversation(review)
    while review.turn.kind != "by_eye":
        assert review.turn.kind == "check", review.turn.question
        conversation.reply("1")
        conversation.reply("It is right as it stands.")
    assert [option.value for option in review.turn.options] == ["yes", "some", "no"]
    conversation.reply("some")
    with pytest.raises(Refused, match="is not among the pages"):
        conversation.reply("progress-note-2014-07-17:3")
    (line,) = conversation.reply("2")
    assert line.text == (
        "Read by eye: progress-note-2014-07-17:2; not read: progress-note-2014-07-17:1; the letter says so."
    )
    assert review.turn.kind != "by_eye"
    text = " ".join(to_text(letter_of(review)).split())
    assert "has read by eye: progress-note-2014-07-17:2" in text
    assert "NOT READ: progress-note-2014-07-17:1" in text


@pytest.mark.parametrize(
    ("said", "read", "unread"),
    [
        (["progress-note-2014-07-17:2"], ("progress-note-2014-07-17:2",), ("progress-note-2014-07-17:1",)),
        (True, ("progress-note-2014-07-17:1", "progress-note-2014-07-17:2"), ()),
        ("no", (), ("progress-note-2014-07-17:1", "progress-note-2014-07-17:2")),
    ],
)
def test_an_answers_file_names_the_pages_read_by_eye(
    log: Log, folder: Path, run: Any, given: Given, said: Any, read: tuple[str, ...], unread: tuple[str, ...]
) -> None:
    two_unreadable_pages(folder)
    review, result = run(folder, given | {"read_by_eye": said})
    assert (result.status, result.open) == (0, [])
    assert review.session.by_eye == e.PagesReadByEye(read, unread)


@pytest.mark.parametrize("said", ["some", 3, [], [4]])
def test_an_answers_file_that_says_nothing_of_pages_read_by_eye_is_refused(
    log: Log, run: Any, given: Given, said: Any
) -> None:
    with pytest.raises(Refused, match=r"`read_by_eye`.* (can't be|is wanted|is empty)"):
        run(SEED, given | {"read_by_eye": said})


def test_an_answers_file_that_names_another_page_is_refused(
    log: Log, folder: Path, run: Any, given: Given
) -> None:
    two_unreadable_pages(folder)
    with pytest.raises(Refused, match="ur-report-2014-04-20:1 is not among the pages"):
        run(folder, given | {"read_by_eye": ["ur-report-2014-04-20:1"]})


# -- a case file that grows -----------------------------------------------------------------------


def add_note(folder: Path) -> None:
    (folder / "records" / "note-2014-08-10.txt").write_text(
        f"PROGRESS NOTE of August 10, 2014\n\n{PLANTED}\n"
    )
    case = folder / "case.yaml"
    case.write_text(
        case.read_text().replace(
            "documents:\n",
            "documents:\n  - {id: note-2014-08-10, type: Progress note, date: 2014-08-10}\n",
            1,
        )
    )


def test_a_document_added_is_taken_over_and_every_absence_is_searched_again(
    log: Log, folder: Path, run: Any, given: Given
) -> None:
    review, result = run(folder, given | {"sign": "no"})
    assert result.status == 0
    review.perform(c.AttestAbsences())
    assert amendment(review.session) is None
    add_note(folder)
    made = amendment(review.session)
    assert made is not None
    assert made.says == ("New document: note-2014-08-10 (1 page)",)
    assert len(review.session.rules.case.documents) == 5, "nothing changes until it is taken over"
    review.amend(made)
    assert len(review.session.rules.case.documents) == 6
    asked = [prompt.id for prompt in review.session.reading("case").open_prompts()]
    assert asked == ["documents", "timeline"], "what was confirmed of five documents is asked of six"
    again = [one for one in searches(log, review) if one.by == "amendment"]
    assert {one.prompt for one in again} >= {"suspected", "instability_suspected", "red_flags", "sought"}
    assert {name for _, name in contradicted(review.session)} == {"suspected", "instability_suspected"}
    held = review.session.answer("1", "sought")
    assert held is not None
    assert held.search is not None
    assert not held.search.attested, "what was attested of five documents isn't attested of six"
    assert load_session(log, review.session.id)[0] == review.session
    review.close()
    resumed = Review.resume(log, review.session.id)
    assert "note-2014-08-10" in resumed.pages
    assert amendment(resumed.session) is None


def test_a_cited_document_can_not_be_taken_out(log: Log, folder: Path, run: Any, given: Given) -> None:
    review, _ = run(folder, given | {"sign": "no"})
    add_note(folder)
    (folder / "records" / "xray-report-2014-08-04.txt").unlink()
    case = folder / "case.yaml"
    lines = [line for line in case.read_text().splitlines() if "id: xray-report-2014-08-04" not in line]
    case.write_text("\n".join(lines))
    with pytest.raises(Refused):
        amendment(review.session)


def test_a_signed_session_takes_nothing_over(log: Log, folder: Path, run: Any, given: Given) -> None:
    review, _ = run(folder, given)
    add_note(folder)
    made = amendment(review.session)
    assert made is not None
    with pytest.raises(Refused, match="signed"):
        review.amend(made)


def test_a_case_of_many_documents_can_be_reviewed_and_read_again(
    log: Log, folder: Path, run: Any, given: Given
) -> None:
    """Their list has no room in an entry of the log, and is pinned by its hash."""
    listed = "documents:\n"
    for number in range(400):
        name = f"letter-about-the-claim-{number:03d}"
        (folder / "records" / f"{name}.txt").write_text(f"Letter {number} about the claim.")
        listed += f"  - {{id: {name}, type: Letter}}\n"
    case = folder / "case.yaml"
    case.write_text(case.read_text().replace("documents:\n", listed, 1))
    review, result = run(folder, given)
    assert (result.status, result.open) == (0, [])
    assert len(review.session.opened.documents) == 405
    assert load_session(log, review.session.id)[0] == review.session
    answer = letter_to_json(compose_from_log(log, review.session.id))["items"][0]["answers"]["suspected"]
    assert len(answer["search"]["documents"]) == 405
    assert verify(log.path).ok


# -- the page that is cited -----------------------------------------------------------------------


def test_a_date_that_its_page_does_not_bear_is_asked_about(
    log: Log, folder: Path, run: Any, given: Given
) -> None:
    case = folder / "case.yaml"
    case.write_text(
        case.read_text().replace("  - date: 2014-07-12\n    says", "  - date: 2014-06-12\n    says")
    )
    review, result = run(folder, given)
    assert result.status == 1
    raised = [one for one in review.checks() if one.misread is not None]
    assert len(raised) == 1
    assert "June 12, 2014" in raised[0].message
    read = raised[0].misread
    assert read is not None
    review.perform(c.CorrectFact(read.document, read.page, read.kind, read.was, "June 12, 2014"))
    assert not [one for one in review.checks() if one.misread is not None]


def test_a_day_of_the_timeline_may_stand_on_its_page_as_it_is_written_by_hand(
    folder: Path, run: Any, given: Given
) -> None:
    review, _ = run(folder, given)
    rules = review.session.rules
    (entry,) = [one for one in rules.case.timeline if str(one.date) == "2014-07-12"]
    (place, *_) = entry.evidence
    first, *others = review.pages[place.document]
    assert place.page == 1
    for day, written, asked in (
        ("2014-06-12", "on 6/12", 0),
        ("2014-06-12", "on ‹6-12-14›", 0),
        ("2014-06-12", "on June 12.", 0),
        ("2014-06-12", "on Jun. 12th", 0),
        ("2014-06-12", "on 6/12/13", 1),
        ("2014-06-12", "on June 12, 2013", 1),
        ("2014-06-12", "on 6/120", 1),
        ("2014-06", "IN JUNE.", 0),
        ("2014-06", "in June 2013", 1),
        ("2014-06", "on June 12", 1),
        ("2013-06", "in June", 1),
    ):
        moved = replace(entry, date=parse_date(day))
        timeline = tuple(moved if one is entry else one for one in rules.case.timeline)
        session = replace(review.session, rules=replace(rules, case=replace(rules.case, timeline=timeline)))
        pages = {**review.pages, place.document: (f"Seen {written} again.\n{first}", *others)}
        found = [one for one in checks(session, {}, pages) if one.misread is not None]
        assert len(found) == asked, (day, written)


def test_the_wrong_level_of_an_answer_is_asked_about(log: Log, run: Any, given: Given) -> None:
    studies = given["answers"]["1"]["prior_surgery"]
    studies["value"]["levels"] = ["C2-C3"]
    studies["evidence"] = [
        {
            "document": "xray-report-2014-08-04",
            "page": 1,
            "quote": "interbody fusion hardware at C4-C5 and C5-C6",
        }
    ]
    review, _ = run(SEED, given)
    raised = [one for one in review.checks() if one.misread is not None and one.misread.kind == "levels"]
    assert [("C2-C3" in one.message, any("C4-C5" in fact for fact in one.facts)) for one in raised] == [
        (True, True)
    ]


def test_a_passage_that_is_cited_no_longer_stands_open(log: Log, planted: Path) -> None:
    review = opened(log, planted)
    answer_until(review, Conversation(review), "suspected")
    review.perform(c.RecordAnswer("1", "suspected", ABSENT))
    assert len(open_passages(review.session, ("1", "suspected"))) == 1
    review.perform(c.CiteEvidence("1", "suspected", Evidence("progress-note-2014-07-17", 2, PLANTED)))
    assert open_passages(review.session, ("1", "suspected")) == ()


def test_what_is_held_from_one_answer_to_the_next_is_what_would_be_worked_out_anew(
    log: Log, run: Any, given: Given, planted: Path
) -> None:
    note = planted / "records" / "progress-note-2014-07-17.txt"
    note.write_text(note.read_text().rstrip("\n") + "\n\nHe denies fever. He reports chills since Monday.\n")
    review, _ = run(planted, given)
    flags = review.session.prompt("1", "red_flags").schema.shape.parts
    review.perform(c.RecordAnswer("1", "red_flags", group(dict.fromkeys(flags, ABSENT)), reason="As read."))
    spoke = open_passages(review.session, ("1", "red_flags"))
    review.perform(
        c.DismissPassages("1", "red_flags", tuple(range(len(spoke))), "It is told of his brother.")
    )
    (session, events), seen = begun(log, review.session.id, log.read(review.session.id)), set[object]()
    for event in events:
        session = apply(session, event)
        readings = {s: Reading(one.prompt_set, one.answers) for s, one in session.readings.items()}
        anew = replace(session, readings=readings)
        for scope in session.items:
            for name in session.rules.sets[scope].prompts:
                held, made = (
                    (
                        open_passages(one, (scope, name)),
                        grounds(one, (scope, name)),
                        worked_out(one, scope, name),
                    )
                    for one in (session, anew)
                )
                assert held == made, (event, name)
                seen.add((name, made[0], len(made[1]), made[2] is None))
    assert spoke
    assert len(seen) > 25


def test_two_ratings_may_be_alike() -> None:
    told = {
        "4/10 with medication and 8/10 without": False,
        "8/10 with it, 8/10 without": True,
        "Pain 7 / 10 before, 7.0/10 after.": True,
        "Pain is 8/10.": False,
    }
    assert {words: rates_alike(words) for words in told} == told
