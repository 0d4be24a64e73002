"""A replay on the screen: stepped through, played, jumped about in, and marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input, OptionList

from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.problem import Refused
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.training.replay import Marker, SideBySide, open_replay
from assistant.tui.dialogs import LinesScreen
from assistant.tui.replay import ReplayPanel, ReplayScreen, Timeline
from assistant.tui.replay_pair import ReplayPairScreen
from assistant.tui.training import PracticeChoiceScreen, TrainingScreen, _case
from tests.tui.windowing import CASE, WIDE, Begin, Show, Window, answer
from tests.walk import KEPT, PASSAGES

pytestmark = pytest.mark.usefixtures("one_by_one")


@pytest.fixture
def marker(log_path: Path) -> Marker:
    return Marker(log_path, "r-trainer")


@pytest.fixture
def replayed(begin: Begin, log_path: Path, marker: Marker) -> Iterator[Callable[..., ReplayScreen]]:
    """A screen over the replay of a signed session."""
    begin("done")
    logs: list[Log] = []

    def made(_: object = None, **more: Any) -> ReplayScreen:
        replay = open_replay(log_path, "last", marker)
        logs.append(replay.recording.log)
        return ReplayScreen(replay, marker, **more)

    yield made
    for log in logs:
        log.close()


def at(window: Window) -> ReplayScreen:
    return cast("ReplayScreen", window.app.screen)


async def test_it_is_stepped_through_and_shows_what_was_asked_and_said(show: Show, replayed: Any) -> None:
    async with show(replayed) as window:
        await window.settle(lambda: "Are these your qualifications" in window.text)
        assert "step 1 of" in window.text
        await window.press("right", "n")
        assert "step 3 of" in window.text
        assert "→ I have no tie to any of them" in window.text
        assert "Are these the documents that you received?" in window.folded
        assert "▌" in window.text
        await window.press("left", "p")
        assert "step 1 of" in window.text
        await window.press("end")
        await window.settle(lambda: "Signed: Uphold" in window.text)
        await window.press("right")
        assert f"step {len(at(window).replay.steps)} of" in window.text
        await window.press("home", "left")
        assert "step 1 of" in window.text


async def test_it_jumps_to_checks_questions_and_steps(show: Show, replayed: Any) -> None:
    async with show(replayed) as window:
        await window.press("c")
        await window.settle(lambda: "Check (later study)" in window.text)
        await window.press("d")
        await window.settle(lambda: "There is no departure" in window.text)
        await window.press("left_square_bracket")
        assert "Which views are requested?" in window.folded
        await window.press("g")
        await window.settle(lambda: "Go where?" in window.text)
        await window.press(*"nonunion")
        assert window.app.screen.query_one(OptionList).option_count == 0
        window.app.screen.query_one(Input).value = "suspected provider"
        await window.settle(lambda: window.app.screen.query_one(OptionList).option_count == 1)
        await window.press("enter")
        await window.settle(lambda: "What did the attending provider say was suspected?" in window.folded)
        await window.press("g", "2", "enter")
        await window.settle(lambda: "step 2 of" in window.text)


async def test_it_plays_to_its_end_and_stops_on_a_key(show: Show, replayed: Any) -> None:
    async with show(lambda _: replayed(speed=1000.0, play=True)) as window:
        await window.settle(lambda: "Signed: Uphold" in window.text)
        assert not at(window).playing
        await window.press("home", "s")
        await window.settle(lambda: "How fast?" in window.text)
        window.app.screen.query_one(Input).value = "0.01"
        await window.press("enter", "space")
        await window.settle(lambda: "playing 0.01x" in window.text)
        await window.press("right")
        assert not at(window).playing
        await window.press("plus")
        assert at(window).speed == 0.5
        await window.press("minus", "s")
        await window.settle(lambda: "How fast?" in window.text)
        window.app.screen.query_one(Input).value = "fast"
        await window.press("enter")
        await window.settle(lambda: "A speed is a number" in window.folded)


async def test_the_record_findings_draft_and_answers_stand_beside_it_as_they_were(
    show: Show, replayed: Any
) -> None:
    async with show(lambda _: replayed(start=6), WIDE) as window:
        await window.settle(lambda: "progress-note-2014-05-10" in window.text or "No page" in window.text)
        panel = window.app.screen.query_one(ReplayPanel)
        assert panel.shown
        await window.press("f4")
        await window.settle(lambda: "[findings]" in window.text)
        assert "This was still closed to the reviewer." in window.folded
        await window.press("end")
        await window.settle(lambda: "This was still closed" not in window.folded)
        await window.press("f4")
        await window.settle(lambda: "1. The request is for radiographs" in window.folded)
        await window.press("f4")
        await window.settle(lambda: "qualifications" in window.text)


async def test_a_narrow_screen_shows_one_thing_at_a_time(show: Show, replayed: Any) -> None:
    async with show(lambda _: replayed(start=8)) as window:
        await window.settle(lambda: "step 8 of" in window.text)
        assert not window.sees("#replay-panel")
        await window.press("f4")
        await window.settle(lambda: window.sees("#replay-panel"))
        assert not window.sees("#replay-scroll")
        assert "[record]" in window.text
        await window.press("f4", "f4", "f4", "f4")
        await window.settle(lambda: window.sees("#replay-scroll"))
        assert not window.sees("#replay-panel")


async def test_a_comment_and_a_bookmark_stand_there_again(show: Show, replayed: Any, marker: Marker) -> None:
    async with show(lambda _: replayed(start=4)) as window:
        await window.press("w")
        await window.settle(lambda: "Your comment on this step" in window.text)
        window.app.screen.query_one(Input).value = "[bold]Why[/bold]?"
        await window.press("enter")
        await window.settle(lambda: "# Comment of r-trainer: [bold]Why[/bold]?" in window.text)
        await window.press("b", "escape")
        assert len(marker.marks(at(window).replay.recording.id)) == 1
        await window.press("b", "enter")
        await window.settle(lambda: "# Bookmark of r-trainer" in window.text)
        await window.press("home")
        assert "#" in window.app.screen.query_one(Timeline).row(80)
        await window.press("m")
        await window.settle(lambda: "step 4 of" in window.text)
        await window.press("x")
        await window.settle(lambda: "Comment of" not in window.text)
        assert marker.marks(at(window).replay.recording.id) == []


async def test_a_click_on_the_line_goes_there(show: Show, replayed: Any) -> None:
    async with show(replayed) as window:
        await window.pilot.click("#timeline", offset=(79, 0))
        await window.settle(lambda: f"step {len(at(window).replay.steps)} of" in window.text)
        await window.pilot.click("#timeline", offset=(0, 0))
        await window.settle(lambda: "step 1 of" in window.text)


async def test_f1_lists_the_keys_and_q_leaves(show: Show, replayed: Any) -> None:
    async with show(replayed) as window:
        await window.press("f1")
        await window.settle(lambda: isinstance(window.app.screen, LinesScreen))
        assert "the next amendment, departure, check, mark" in window.folded
        await window.press("escape", "q")
        assert window.app.return_value in (None, 0)


async def test_words_of_a_session_are_never_obeyed(
    show: Show, log_path: Path, marker: Marker, begin: Begin
) -> None:
    review = begin("sought", held=True)
    talk = Conversation(review)
    talk.reply("\x1b[2J [red]instability[/red] [/x]")
    for more in PASSAGES["acute_trauma"]:
        talk.reply(more)
    review.close()
    replay = open_replay(log_path, "last", marker)
    async with show(lambda _: ReplayScreen(replay, marker, len(replay.steps))) as window:
        await window.settle(lambda: "[red]instability[/red] [/x]" in window.folded)
        assert "\x1b" not in window.text


async def test_two_sessions_stand_side_by_side_from_where_they_part(
    show: Show, log_path: Path, marker: Marker, begin: Begin
) -> None:
    first = begin("done").session.id
    other = begin("acute_trauma", held=True)
    other.perform(c.RecordAnswer("1", "acute_trauma", Answer(value="yes")))
    answer(Conversation(other), "done")
    other.close()
    pair = SideBySide(open_replay(log_path, first), open_replay(log_path, other.session.id))
    async with show(lambda _: ReplayPairScreen(pair, marker), WIDE) as window:
        await window.settle(lambda: "≠ acute_trauma" in window.text)
        listed = window.app.screen.query_one("#pair-list", OptionList)
        assert listed.highlighted is not None
        assert pair.pairs[listed.highlighted].prompt == "acute_trauma"
        assert "→ No" in window.text
        assert "→ Yes" in window.text
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, ReplayScreen))
        assert "Was there an acute injury of the neck" in window.folded
        await window.press("q", "b")
        await window.settle(lambda: isinstance(window.app.screen, ReplayScreen))
        assert at(window).replay.recording.id == other.session.id
        await window.press("q", "q")


async def test_the_home_screen_leads_to_the_trainers_screen_and_to_practice(
    open_window: Any, begin: Begin
) -> None:
    begin("done")
    async with open_window() as window:
        await window.settle(lambda: "Trainers' screen" in window.text)
        listed = window.app.screen.query_one(OptionList)
        listed.highlighted = listed.get_option_index("training:trainers")
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, TrainingScreen) and CASE in window.text)
        await window.press("q")
        listed = window.app.screen.query_one(OptionList)
        await window.settle(lambda: listed.option_count > 3)
        listed.highlighted = listed.get_option_index("training:practise")
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, PracticeChoiceScreen) and CASE in window.text
        )
        assert "Planted faults to find, up to three" in window.text
        await window.press("escape")


def test_as_many_faults_are_planted_as_the_case_has_a_place_for(log_path: Path) -> None:
    with Log.open(log_path) as log:
        begin = _case(CASE, "end", ("contradiction=suspected", "wrong-level", "contradiction=suspected"))
        practice = begin(log, Profile("r-trainee", "", KEPT))
        assert [one.kind for one in practice.run.faults] == ["contradiction", "wrong-level"]
        practice.review.close()
        with pytest.raises(Refused, match="can't be planted"):
            _case(CASE, "end", ("wrong-quantity",) * 3)(log, Profile("r-trainee", "", KEPT))


def test_the_line_of_the_whole_session_has_a_mark_for_each_change(replayed: Any) -> None:
    screen = replayed()
    line = Timeline(screen.replay)
    line.go(1)
    row = line.row(60)
    assert len(row) == 60
    assert row[0] == "█"
    assert "C" in row
