"""A replay shows what was asked, said and shown, step by step, with a trainer's marks beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import library
from assistant.core import commands as c
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.review import Review
from assistant.training.replay import Marker, Replay, open_replay, time_words
from tests.training.practising import KEPT, Ticking, reviewed, texts, wavered


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("replay") / "log.sqlite"
    reviewed(made)
    wavered(made, Ticking(0, 2, 252))
    return made


def sessions(path: Path) -> dict[str, str]:
    with Log.open(path, write=False) as log:
        return {row.reviewer: row.id for row in log.sessions()}


def whole(replay: Replay) -> str:
    return "\n".join(texts(replay.lines(step.number)) for step in replay.steps)


def test_the_reference_session_replays_from_its_first_question_to_its_signature(path: Path) -> None:
    replay = open_replay(path, sessions(path)["reference"])
    said = whole(replay)
    session = replay.recording.final
    asked = [session.prompt(scope, name).ask for scope in session.rules.scopes
             for name in session.rules.sets[scope].prompts if session.reading(scope).answered(name)]  # fmt: skip
    assert sum(ask in said for ask in asked) >= len(asked) - 1, (
        "red flags were answered while a form was shown"
    )
    for words in (
        "Fusion, with or without discectomy, C4-C5 and C5-C6, February 2014",
        "progress-note-2014-05-10:1 “a cervical diskectomy and fusion performed in February”",
        "all 7: not documented",
        "Suggestion: Upheld (treatment not approved)",
        "Check (later study)",
        "Signed: Uphold (treatment not approved).",
    ):
        assert words in said
    assert said.index("What is your determination?") < said.index("before you sign")
    assert "\nSigned: Uphold (treatment not approved). Letter " in texts(replay.lines(len(replay.steps)))


def test_a_question_is_shown_with_the_replies_that_it_had(path: Path) -> None:
    replay = open_replay(path, sessions(path)["reference"])
    found = replay.find_prompt("conflict")
    assert found is not None
    lines = replay.lines(found.step)
    assert [line.text for line in lines if line.kind == "option"] == [
        "1  All of it is so",
        "2  Otherwise: Are these your qualifications, as of today?",
        "3  Otherwise: Have you any professional, family or financial tie to the employer, …",
        "4  Otherwise: Are these the documents that you received?",
        "5  Otherwise: Does the record bear this timeline?",
    ]


def test_what_was_refused_changed_and_departed_from_is_there_with_its_reason(path: Path) -> None:
    said = whole(open_replay(path, sessions(path)["r-wavers"]))
    for words in (
        "“maybe”",
        "That is no answer.",
        "Amended: Was there an acute injury of the neck",
        "Reason: A fall is told of.",
        "Opened progress-note-2014-07-17, page 2.",
        "A departure from the suggestion: Upheld (treatment not approved)",
        "Reason: The films answer a question.",
        "Note: See page 2.",
        "Parked.",
    ):
        assert words in said


def test_a_long_pause_is_said(path: Path) -> None:
    replay = open_replay(path, sessions(path)["r-wavers"])
    assert [line.text for line in replay.lines(3) if line.kind == "time"] == ["… 4 min 12 s …"]
    assert not [line for line in replay.lines(2) if line.kind == "time"]


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (900, "0 s"),
        (8_000, "8 s"),
        (252_000, "4 min 12 s"),
        (10_920_000, "3 h 2 min"),
        (187_200_000, "2 days 4 h"),
    ],
)
def test_a_length_of_time_reads_as_people_say_it(milliseconds: int, words: str) -> None:
    assert time_words(milliseconds) == words


def test_one_can_go_to_questions_amendments_departures_and_checks(path: Path) -> None:
    replay = open_replay(path, sessions(path)["r-wavers"])
    kinds = {one.kind for one in replay.landmarks}
    assert {"prompt", "amendment", "departure"} <= kinds
    amended = replay.next_landmark(1, ["amendment"])
    assert amended is not None
    assert "Amended:" in texts(replay.lines(amended.step))
    assert replay.next_landmark(amended.step, ["amendment"]) is None
    assert replay.next_landmark(len(replay.steps), ["amendment"], -1) == amended
    signed = open_replay(path, sessions(path)["reference"])
    check = signed.next_landmark(1, ["check"])
    assert check is not None
    assert check.name == "later-study"


@pytest.mark.parametrize(
    ("where", "prompt"),
    [
        ("1/sought", "1/sought"),
        ("sought", "1/sought"),
        ("soug", "1/sought"),
        ("case/timeline", "case/timeline"),
    ],
)
def test_a_question_is_found_by_its_name_or_the_beginning_of_it(path: Path, where: str, prompt: str) -> None:
    replay = open_replay(path, sessions(path)["reference"])
    found = replay.find_prompt(where)
    assert found is not None
    assert found.name == prompt
    assert replay.find(where) == found.step


def test_a_place_that_is_none_is_not_guessed(path: Path) -> None:
    replay = open_replay(path, sessions(path)["reference"])
    count = len(replay.steps)
    assert [replay.find(where) for where in ("1", str(count), "start", "end")] == [1, count, 1, count]
    for where in ("0", str(count + 1), "nonsense", "s", "departure", ""):
        assert replay.find(where) is None


def test_the_page_is_the_one_last_opened_or_cited(path: Path) -> None:
    replay = open_replay(path, sessions(path)["r-wavers"])
    assert replay.page_shown(1) is None
    shown = replay.page_shown(
        next(n for n in range(2, len(replay.steps)) if replay.page_shown(n) is not None)
    )
    assert shown is not None
    assert (shown.document, shown.page) == ("progress-note-2014-05-10", 1)
    last = replay.page_shown(len(replay.steps))
    assert last is not None
    assert (last.document, last.page) == ("progress-note-2014-07-17", 2)


def test_findings_and_answers_are_those_of_the_moment(path: Path) -> None:
    replay = open_replay(path, sessions(path)["reference"])
    found = replay.find_prompt("sought")
    assert found is not None
    review = replay.recording.at(replay.steps[found.step - 1])
    assert review.turn.path == "sought"
    assert review.watching
    assert review.session.answer("1", "sought") is None
    with pytest.raises(Refused, match="only watches"):
        review.perform(c.AddNote("1", "sought", "Not so."))
    assert replay.recording.at(replay.steps[-1]).session.status == "signed"


# -- marks ----------------------------------------------------------------------------------------


def test_marks_stand_in_the_trainers_book_and_the_session_gets_no_entry(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    session = reviewed(path)
    marker = Marker(path, "r-trainer")
    replay = open_replay(path, session, marker)
    entries = len(replay.recording.entries)
    entry = replay.recording.entries[replay.steps[6].last - 1]
    marker.comment(entry, "  The other page was not opened.  ")
    marker.bookmark(entry, "here")
    again = open_replay(path, session, marker)
    assert len(again.recording.entries) == entries
    assert [(mark.text, mark.is_comment, mark.by) for mark in again.marks] == [
        ("The other page was not opened.", True, "r-trainer"),
        ("here", False, "r-trainer"),
    ]
    assert "Comment of r-trainer: The other page was not opened." in texts(again.lines(7))
    assert "Comment of" not in texts(again.lines(6))
    found = again.next_landmark(1, ["comment"])
    assert found is not None
    assert found.step == 7
    with Log.open(path, write=False) as log:
        (book,) = log.sessions(others=True)
        kinds = [entry.kind for entry in log.read(book.id)]
        stored = json.dumps([entry.body for entry in log.read(session)])
    assert kinds == ["training.opened", "training.commented", "training.bookmarked"]
    assert "other page" not in stored


def test_a_mark_is_taken_away_by_its_writer_only(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    session = reviewed(path)
    one, other = Marker(path, "r-one"), Marker(path, "r-other")
    entry = open_replay(path, session).recording.entries[3]
    one.bookmark(entry)
    other.comment(entry, "I see it otherwise.")
    (mine, theirs) = one.marks(session)
    with pytest.raises(Refused, match="r-other"):
        one.remove(theirs)
    one.remove(mine)
    assert one.marks(session) == [theirs]
    with pytest.raises(Refused, match="has words"):
        one.comment(entry, " ")


def test_a_mark_on_an_entry_that_is_no_longer_there_is_not_shown(tmp_path: Path) -> None:
    from assistant.core.value import replace

    path = tmp_path / "log.sqlite"
    session = reviewed(path)
    marker = Marker(path, "r-trainer")
    entry = open_replay(path, session).recording.entries[3]
    marker.comment(replace(entry, leaf="0" * 64), "Of something else.")
    assert open_replay(path, session, marker).marks == ()


def test_the_marks_of_a_bundle_stand_in_ones_own_log(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from assistant.cli.main import cli

    path, bundle = tmp_path / "log.sqlite", tmp_path / "one.zip"
    session = reviewed(path)
    made = CliRunner().invoke(cli, ["log", "prove", session, "-o", str(bundle), "--log", str(path)])
    assert made.exit_code == 0, made.output
    mine = Marker(tmp_path / "mine.sqlite", "r-trainer")
    replay = open_replay(tmp_path / "mine.sqlite", str(bundle), mine)
    assert whole(replay) == whole(open_replay(path, session))
    mine.comment(replay.recording.entries[4], "From afar.")
    again = open_replay(tmp_path / "mine.sqlite", str(bundle), mine)
    assert "From afar." in whole(again)


def test_hostile_words_of_a_session_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    with Log.open(path) as log:
        review = Review.open(
            log, library.find_case("cervical-radiographs-after"), Profile("r-x", qualifications=KEPT)
        )
        review.perform(c.RejectInput("case", "qualifications", "\x1b[2J[bold]no", "\x1b]0;x\x07"))
        review.perform(c.AddNote("case", "qualifications", "\u202egnihton"))
        review.close()
    said = whole(open_replay(path, "last"))
    assert not set(said) & {"\x1b", "\x07", "\u202e"}
    assert "[bold]no" in said
