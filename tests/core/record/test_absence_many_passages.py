"""A long record speaks of much: hundreds of passages are counted, shown, marked and set aside without drowning anybody."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer, Dismissed, Status, Trail
from assistant.core.answer_reader import read_answer
from assistant.core.record.absence import open_passages, trail
from assistant.core.record.checks import passage_words
from assistant.core.value import replace
from assistant.letter import to_text
from assistant.log import Log
from assistant.log.fold import load_session
from assistant.profile import Profile
from assistant.review import passages, search
from assistant.review.answers_file import read_answers_file
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from tests.letter.reviewing import letter_of
from tests.walk import places_of

SEED = library.find_case("cervical-radiographs-after").path
PLACE = ("1", "suspected")
ABSENT = Answer(status=Status.NOT_DOCUMENTED)
CARRIED = "The surgeon suspects pseudarthrosis at C{0}-C{1}."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEED, tmp_path / "case"))


def add(folder: Path, documents: dict[str, str]) -> None:
    """Adds notes to the case; a form feed parts their pages."""
    case = folder / "case.yaml"
    listed = ""
    for name, text in documents.items():
        (folder / "records" / f"{name}.txt").write_text(text)
        listed += f"  - {{id: {name}, type: Progress note}}\n"
    case.write_text(case.read_text().replace("documents:\n", f"documents:\n{listed}", 1))


def asked(log: Log, folder: Path, name: str = "suspected") -> Conversation:
    """The conversation at a question, with what comes before it answered as the reference does."""
    review = Review.open(log, library.open_case(folder), Profile("r-test"))
    conversation = Conversation(review)
    reference = read_answers_file(SEED / "reference.yaml")
    while review.turn.path != name or review.turn.kind != "prompt":
        turn = review.turn
        if turn.kind in ("form", "list"):
            conversation.go(*places_of(conversation)[0])
            continue
        if turn.kind == "passages":
            conversation.reply("all" if len(open_passages(review.session, turn.place)) > 1 else "dismiss")
            conversation.reply("Of another body part.")
            continue
        prompt = review.session.prompt(*turn.place)
        raw = reference.answers[turn.scope][prompt.id]
        review.perform(c.RecordAnswer(turn.scope, prompt.id, read_answer(prompt.schema, raw, prompt.id)))
    return conversation


# -- several at once ------------------------------------------------------------------------------


def test_what_is_carried_forward_is_set_aside_by_its_wording(log: Log, folder: Path) -> None:
    add(
        folder,
        {
            "note-a": f"{CARRIED.format(3, 4)}\n\nCarpal tunnel syndrome is suspected.\n",
            "note-b": f"PLAN: {CARRIED.format(5, 6)}\n",
            "note-c": "A cyst of the wrist is suspected.\n",
        },
    )
    conversation = asked(log, folder)
    conversation.reply("not documented")
    session = conversation.review.session
    assert len(open_passages(session, PLACE)) == 4
    options = {option.value: option.label for option in conversation.turn.options}
    assert {"cite", "dismiss", "wording", "document", "all", "later"} == set(options)
    assert options["wording"] == (
        "None of the 2 in these words counts, though their figures differ: C3-C4 · C5-C6"
    )
    conversation.reply("wording")
    conversation.reply("Of the operation before.")
    left = [group.quote for group in open_passages(conversation.review.session, PLACE)]
    assert len(left) == 2
    assert not any("surgeon suspects" in quote for quote in left)


def test_the_same_words_in_one_document_are_one_however_they_stand(log: Log, folder: Path) -> None:
    add(folder, {"note-a": f"{CARRIED.format(5, 6)}\n\fPAST MEDICAL HISTORY:\n\n{CARRIED.format(5, 6)}\n"})
    conversation = asked(log, folder)
    conversation.reply("not documented")
    found = open_passages(conversation.review.session, PLACE)
    assert [group.pages for group in found] == [(1, 2)]
    conversation.reply("dismiss")
    conversation.reply("Of another patient.")
    assert open_passages(conversation.review.session, PLACE) == ()


def test_the_passage_asked_about_is_shown_with_what_was_found_marked(log: Log, folder: Path) -> None:
    add(
        folder,
        {"note-a": f"{'A long word ' * 60}and {CARRIED.format(5, 6)}\n", "note-b": CARRIED.format(4, 5)},
    )
    conversation = asked(log, folder)
    conversation.reply("not documented")
    review, turn = conversation.review, conversation.turn
    assert turn.question.endswith("“What did the attending provider say was suspected?”")
    lines = passages.speaking_lines(review, turn)
    assert "«suspects» «pseudarthrosis»" in lines[0]
    assert lines[1] == "1 more speaks of it; / lists both:"
    long = next(line for line in lines if "A long" in line or "long word" in line)
    assert "«pseudarthrosis»" in long, "a long sentence is cut so that what was found is seen"
    assert passages.listed_passages(review, turn)[0].words == lines[0]
    assert len(passages.listed_passages(review, turn)) == 2, "only what is to be dealt with is listed"
    resumed = _again(log, review)
    assert passages.speaking_lines(resumed, resumed.turn) == lines


def _again(log: Log, review: Review) -> Review:
    review.close()
    return Review.resume(log, review.session.id)


def test_passages_that_differ_in_figures_are_set_aside_together_only_knowingly(
    log: Log, folder: Path
) -> None:
    fever = "On {} the provider suspects pseudarthrosis, with a fever of {}."
    add(
        folder,
        {
            "note-a": fever.format("3/1", "38.2"),
            "note-b": f"{fever.format('3/1', '38.2')}\n\nA cyst of the wrist is suspected.",
            "note-c": fever.format("9/9", "40.1"),
        },
    )
    conversation = asked(log, folder)
    conversation.reply("not documented")
    options = {option.value: option.label for option in conversation.turn.options}
    assert options["wording"].endswith("though their figures differ: 3/1, 38.2 · 9/9, 40.1")
    conversation.reply("same")
    conversation.reply("Of the operation before.")
    left = [group.quote for group in open_passages(conversation.review.session, PLACE)]
    assert sorted(left) == ["A cyst of the wrist is suspected.", fever.format("9/9", "40.1")]


@pytest.mark.parametrize(
    ("quote", "left"),
    [
        ("suspects pseudarthrosis", {"38.2", "40"}),
        ("suspects pseudarthrosis, with a fever of 4", {"38.2", "40"}),
        ("On 3/1 the provider suspects pseudarthrosis, with a fever of 38.2", {"40"}),
    ],
)
def test_words_that_several_passages_share_set_aside_none_with_other_figures(
    log: Log, folder: Path, quote: str, left: set[str]
) -> None:
    add(
        folder,
        {
            "note-a": "On 3/1 the provider suspects pseudarthrosis, with a fever of 38.2.\n\n"
            "On 9/9 the provider suspects pseudarthrosis, with a fever of 40.\n"
        },
    )
    conversation = asked(log, folder)
    gone = Trail(dismissed=(Dismissed("note-a", 1, quote, "Of another patient."),))
    answer = Answer(status=Status.NOT_DOCUMENTED, search=gone)
    conversation.review.perform(c.RecordAnswer(*PLACE, answer))
    found = open_passages(conversation.review.session, PLACE)
    assert {group.quote.rstrip(".").rpartition(" ")[2] for group in found} == left


@pytest.mark.parametrize("reply", ["cite", "dismiss"])
def test_a_passage_over_a_page_break_is_asked_about_and_dealt_with(
    log: Log, folder: Path, reply: str
) -> None:
    add(folder, {"note-a": "Plan: the question is whether there is a pseudar-\n\fthrosis at C5-C6.\n"})
    conversation = asked(log, folder)
    conversation.reply("not documented")
    review = conversation.review
    assert passages.speaking_lines(review, review.turn)[0] == (
        "“Plan: the «question» is whether there is a «pseudar- [page 2] throsis» at C5-C6.” "
        "[said as uncertain] (note-a:1)"
    )
    (found,) = open_passages(review.session, PLACE)
    for guard, said in ((9, "[negated]"), (10, "[denied]")):
        assert said in passage_words(replace(found, standing="negated"), guard=guard)
    conversation.reply(reply)
    conversation.reply("pseudarthrosis" if reply == "cite" else "Of another patient.")
    assert open_passages(review.session, PLACE) == ()
    answer = review.session.answer(*PLACE)
    assert answer is not None
    quotes = ["Plan: the question is whether there is a pseudar-"] if reply == "cite" else []
    assert [(one.page, one.quote) for one in answer.all_evidence()] == [(1, quote) for quote in quotes]
    assert load_session(log, review.session.id)[0] == review.session


# -- more than an entry of the log holds ----------------------------------------------------------


def many(folder: Path, count: int, denied: int) -> None:
    lines = [f"On visit {n} the provider suspects pseudarthrosis." for n in range(count)]
    lines += [f"On visit {n} there was no evidence of loosening." for n in range(denied)]
    add(folder, {"chart": "\n\n".join(lines)})


def test_the_count_stays_right_when_passages_are_set_aside_in_rounds(
    log: Log, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MOST_GROUPS", 10)
    many(folder, count=23, denied=30)
    conversation = asked(log, folder)
    conversation.reply("not documented")
    first = trail(conversation.review.session, PLACE)
    assert first is not None
    assert first.denied is None, "nothing that is denied is among the first ten"
    hits = first.hits
    for count, more in ((10, True), (10, True), (3, False)):
        label = next(one.label for one in conversation.turn.options if one.value == "all")
        said = f"None of the {count} passages counts{' (more come after them)' * more}, though their figures differ: "
        assert label.startswith(said), "visits differ in their number alone"
        assert label.endswith("and 4 more; / lists them" if count > 6 else "20 · 21 · 22")
        conversation.reply("all")
        conversation.reply("Before the last films.")
    assert open_passages(conversation.review.session, PLACE) == ()
    made = trail(conversation.review.session, PLACE)
    assert made is not None
    assert made.hits == hits, "what was set aside is still something that was found"
    text = " ".join(to_text(letter_of(conversation.review)).split())
    assert "Passages in 23 wordings set aside (Before the last films.): chart:1" in text
    assert text.count("Before the last films.") == 1
    assert "and 18 more, at chart:1" in text
    assert load_session(log, conversation.review.session.id)[0] == conversation.review.session


def test_all_that_is_denied_is_said_to_be(log: Log, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_GROUPS", 10)
    many(folder, count=1, denied=30)
    conversation = asked(log, folder)
    conversation.reply("not documented")
    made = trail(conversation.review.session, PLACE)
    assert made is not None
    assert made.denied is not None
    assert made.denied > 30, "also what the entry has no room for"
    speaking = sum(group.count for group in open_passages(conversation.review.session, PLACE))
    assert made.denied + speaking == made.hits
    assert "more come after" not in "".join(option.label for option in conversation.turn.options)


# -- nothing to look for, nowhere to look ---------------------------------------------------------


def test_a_question_without_words_of_its_own_says_so(log: Log) -> None:
    review = Review.open(log, library.open_case(SEED), Profile("r-test"))
    assert review.turn.scope == "case"
    assert "no words of its own" in passages.nothing_found(review, review.turn, "")
    assert "no proof of absence" in passages.nothing_found(review, review.turn, "loosening")


def test_where_there_is_no_document_nothing_is_said_to_be_searched(log: Log, tmp_path: Path) -> None:
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "case.yaml").write_text(
        "id: bare\ntitle: No documents\npractice: yes\nclaim: {complaint: neck pain, region: cervical spine}\n"
        "documents: []\ntimeline: []\nitems:\n  '1': {service: radiographs of the cervical spine, region: cervical "
        "spine, prompt_set: cervical-radiography}\n"
    )
    review = Review.open(log, library.open_case(folder), Profile("r-test"))
    review.perform(c.RecordAnswer("1", "suspected", ABSENT))
    assert passages.trail_lines(review, PLACE) == ["There are no documents, so nothing was searched."]
    assert passages.nothing_found(review, review.turn, "fever") == "There are no documents to search."
    assert "No document was received, so nothing was searched." in " ".join(
        to_text(letter_of(review)).split()
    )


def test_nd_is_not_documented_wherever_that_is_offered(log: Log) -> None:
    conversation = asked(log, SEED, "prior_surgery")
    conversation.reply("nd")
    answer = conversation.review.session.answer("1", "prior_surgery")
    assert answer is not None
    assert answer.status is Status.NOT_DOCUMENTED


def test_a_passage_in_two_words_on_one_page_is_not_said_to_stand_there_twice(log: Log, folder: Path) -> None:
    add(folder, {"note-a": CARRIED.format(5, 6)})
    conversation = asked(log, folder)
    conversation.reply("not documented")
    group = open_passages(conversation.review.session, PLACE)[0]
    assert group.count == 2
    assert "times" not in passages.marked_words(conversation.review, PLACE, group)
    assert "2 times" in passage_words(group)


# -- what is quoted -------------------------------------------------------------------------------


def test_a_level_is_held_against_the_quoted_words_where_they_name_one(log: Log, folder: Path) -> None:
    """A long note names every level somewhere; the sentence that is cited names one."""
    add(folder, {"note-a": "A fusion was performed at C5-C6.\n\nDegeneration is seen at C3-C4 and C4-C5.\n"})
    conversation = asked(log, folder, "prior_surgery")
    value = {"procedure": "fusion", "levels": ["C3-C4"], "date": "2014-02"}
    evidence = [{"document": "note-a", "page": 1, "quote": "A fusion was performed at C5-C6."}]
    review = conversation.review
    schema = review.session.prompt("1", "prior_surgery").schema
    for quote, raised in (
        ("A fusion was performed at C5-C6.", 1),
        ("Degeneration is seen at C3-C4", 0),
        ("", 0),
    ):
        given = {
            "value": value,
            "evidence": [evidence[0] | {"quote": quote} if quote else {"document": "note-a", "page": 1}],
        }
        answer = read_answer(schema, given, "prior_surgery")
        review.perform(c.RecordAnswer("1", "prior_surgery", answer))
        found = [one for one in review.checks() if one.misread is not None and one.misread.kind == "levels"]
        assert len(found) == raised, quote
