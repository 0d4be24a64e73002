"""A blind run, the choice of one, and the trainers' screen, by their keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual.widgets import Input, OptionList

from assistant.log import Log
from assistant.profile import Profile
from assistant.training.book import Book, all_entries, set_group
from assistant.training.practice import Practice, assign_case, begin_run, exercise_of_case, runs
from assistant.tui.app import ImrApp
from assistant.tui.dialogs import ChooseScreen, LinesScreen
from assistant.tui.replay import ReplayScreen
from assistant.tui.replay_pair import ReplayPairScreen
from assistant.tui.training import PracticeChoiceScreen, PracticeScreen, TrainingScreen
from tests import walk
from tests.tui.windowing import CASE, NARROW, PROFILE, WIDE, Begin, Show, Window
from tests.walk import WALK

pytestmark = pytest.mark.usefixtures("one_by_one")


def begun(reveal: str = "each") -> Callable[[Log, Profile], Practice]:
    return lambda log, profile: begin_run(log, profile, exercise_of_case(CASE, reveal))


def finish(practice: Practice, until: str = "done", **changes: str) -> None:
    """Answers below the screen, as the reference has it."""
    replies = {**WALK, **changes}
    while practice.turn.kind not in ("done", until):
        if practice.turn.kind in ("form", "list"):
            practice.go(*walk.places_of(practice)[0])
        if practice.turn.path == until:
            return
        if practice.turn.kind == "prompt":
            walk.answer(practice, replies)
        else:
            walk.beside(practice)
        if practice.pending is not None:
            practice.reply("1" if practice.pending.options else "The note names a fusion.")


def lines_of(window: Window) -> str:
    return " ".join(str(cast("LinesScreen", window.app.screen)._lines).split())


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_a_blind_run_shows_each_answer_after_its_own_and_the_feedback_at_the_end(
    show: Show, size: tuple[int, int]
) -> None:
    async with show(lambda services: PracticeScreen(services, begun()), size) as window:
        await window.settle(lambda: "A blind run." in window.text)
        assert "TRAINING" in window.text
        await window.press("enter", "1", "1")
        await window.settle(lambda: window.path == "timeline")
        await window.press("2")
        await window.settle(lambda: "The reviewer answered otherwise: The record bears" in window.folded)
        assert "Which red flags does the record show?" not in window.folded
        await window.press("x", "enter")
        await window.settle(lambda: "Read this first" in window.folded)
        window.reply.value = ""
        await window.press("1")
        await window.settle(lambda: "Which red flags does the record show?" in window.folded)
        assert "As the reviewer answered: These are the documents" in str(window.screen.transcript._lines)
        practice = cast("Practice", window.talk)
        finish(practice, "sign")
        window.screen.draw()
        await window.write("sign")
        await window.settle(lambda: isinstance(window.app.screen, LinesScreen))
        assert "14 of 15 questions (93%)" in lines_of(window)
        await window.press("escape")
        await window.press("ctrl+q")
        assert window.app.return_value in (None, 0)


async def test_a_proposal_can_be_taken_over_and_changed(show: Show) -> None:
    async with show(lambda services: PracticeScreen(services, begun()), WIDE) as window:
        await window.settle(lambda: "A blind run." in window.text)
        finish(cast("Practice", window.talk), "prior_surgery")
        window.screen.draw()
        await window.settle(lambda: "Nearly: take it over" in window.text)
        await window.press("4", "enter")
        await window.settle(lambda: "Taken over." in window.text)
        assert "reviewer answered" not in window.folded.split("Taken over.")[1]
        await window.press("enter")
        await window.settle(lambda: "As the reviewer answered: Fusion" in window.folded)


async def test_a_run_that_was_left_is_chosen_and_gone_on_with(show: Show, log_path: Path) -> None:
    with Log.open(log_path) as log:
        practice = begun()(log, PROFILE)
        finish(practice, "sought")
        practice.review.close()
        assign_case(log, "r-trainer", CASE, PROFILE.id, "trainer")
    async with show(PracticeChoiceScreen) as window:
        await window.settle(lambda: "Runs to go on with" in window.text)
        assert "Assigned to you" in window.text
        assert "assigned by r-trainer" in window.text
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, PracticeScreen) and window.screen.talk is not None
        )
        assert window.path == "sought"
        await window.press("ctrl+q")
        await window.settle(lambda: isinstance(window.app.screen, PracticeChoiceScreen))
        await window.press("down", "enter")
        await window.settle(lambda: "Your trainer shows you the feedback" in window.folded)


async def test_a_trainees_run_goes_on_as_one_from_the_home_screen(open_window: Any, log_path: Path) -> None:
    with Log.open(log_path) as log:
        practice = begun()(log, PROFILE)
        finish(practice, "sought")
        practice.review.close()
    async with open_window() as window:
        await window.settle(lambda: "to go on with" in window.text)
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, PracticeScreen) and window.screen.talk is not None
        )
        await window.press("minus")
        await window.settle(lambda: "As the reviewer answered: not documented" in window.folded)


async def test_what_can_not_begin_is_told(show: Show, tmp_path: Path) -> None:
    def nowhere(log: Log, profile: Profile) -> Practice:
        return begin_run(log, profile, exercise_of_case(str(tmp_path), "each"))

    app = ImrApp(tmp_path / "log.sqlite", first=lambda services: PracticeScreen(services, nowhere))
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.pause(0.1)
    assert app.failed is not None
    assert "no case.yaml" in str(app.failed)


# -- the trainers' screen -------------------------------------------------------------------------


@pytest.fixture
def filled(begin: Begin, log_path: Path) -> Path:
    """Two signed sessions, an assignment of one's own, and an ended run of another trainee."""
    begin("done")
    begin("done")
    with Log.open(log_path) as log:
        set_group(Book(log, PROFILE.id), "spring", ("r-anna", "r-carl"))
        assign_case(log, PROFILE.id, CASE, "r-anna", "each", ("wrong-level",))
        practice = begun("trainer")(log, Profile("r-bob", qualifications=PROFILE.qualifications))
        finish(practice, sought="To see the hardware.")
        practice.review.close()
    return log_path


async def choose(window: Window, key: str) -> None:
    """Highlights the first line of a kind."""
    listed = window.app.screen.query_one("#training-list", OptionList)
    ids = [listed.get_option_at_index(n).id or "" for n in range(listed.option_count)]
    listed.highlighted = next(n for n, one in enumerate(ids) if one.startswith(key))
    await window.settle()


async def test_it_lists_cases_assignments_and_runs_with_agreement_at_a_glance(
    show: Show, filled: Path
) -> None:
    async with show(TrainingScreen) as window:
        await window.settle(lambda: CASE in window.text)
        for words in (
            "1 case · 1 assigned · 1 run",
            "with reference · 2 sessions · 1 run",
            "2 compared: 100% of answers alike",
            f"{CASE} to r-anna: waiting",
            "1 planted",
            "r-bob",
            "signed",
        ):
            assert words in window.folded


async def test_in_a_narrow_terminal_the_key_line_still_tells_of_the_gradebook_and_the_way_out(
    show: Show, filled: Path
) -> None:
    async with show(TrainingScreen, size=(80, 24)) as window:
        await window.settle(lambda: CASE in window.text)
        for key in ("[a] assign", "[g] gradebook", "[q] leave", "f1 help"):
            assert key in window.text.splitlines()[-1].casefold()


async def test_enter_opens_what_is_chosen(show: Show, filled: Path) -> None:
    async with show(TrainingScreen) as window:
        await window.settle(lambda: CASE in window.text)
        await choose(window, "run:")
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, LinesScreen))
        assert "14 of 15 questions" in lines_of(window)
        await window.press("escape")
        await choose(window, "assignment:")
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, LinesScreen))
        assert "Planted wrong-level at 1/prior_surgery" in lines_of(window)
        await window.press("escape")
        await choose(window, "case:")
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, ChooseScreen))
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, ReplayScreen))
        await window.press("q")
        await choose(window, "run:")
        await window.press("r")
        await window.settle(lambda: isinstance(window.app.screen, ReplayScreen))
        await window.press("q", "q")
    with Log.open(filled, write=False) as log:
        reads = [
            entry.body["command"]
            for row in log.sessions(others=True)
            for entry in log.read(row.id)
            if entry.kind == "access.read"
        ]
    assert reads == ["training"] * 3


async def test_two_sessions_of_a_case_are_set_side_by_side(show: Show, filled: Path) -> None:
    async with show(TrainingScreen) as window:
        await window.settle(lambda: CASE in window.text)
        await choose(window, "case:")
        await window.press("s")
        await window.settle(lambda: "Which session?" in window.text)
        await window.press("enter")
        await window.settle(lambda: "And which beside it?" in window.text)
        await window.press("enter")
        await window.settle(lambda: isinstance(window.app.screen, ReplayPairScreen))
        assert "0 of 16 part" in window.text


async def test_a_case_is_assigned_and_taken_back_by_keys(show: Show, filled: Path) -> None:
    async with show(TrainingScreen) as window:
        await window.settle(lambda: CASE in window.text)
        await choose(window, "case:")
        await window.press("a")
        await window.settle(lambda: "A group, or the trainee's pseudonymous id" in window.text)
        window.app.screen.query_one(Input).value = "r-carl"
        await window.press("enter")
        await window.settle(lambda: "When is the reference revealed?" in window.text)
        await window.press("down", "enter")
        await window.settle(lambda: "What is planted" in window.text)
        await window.press("down", "enter")
        await window.settle(lambda: "to r-carl: waiting, revealed at the end, 1 planted" in window.folded)
        listed = window.app.screen.query_one("#training-list", OptionList)
        listed.highlighted = next(
            n for n in range(listed.option_count) if "r-carl" in str(listed.get_option_at_index(n).prompt)
        )
        await window.press("w")
        await window.settle(lambda: "r-carl: waiting" not in window.folded)


async def test_a_key_without_its_line_says_what_to_choose(show: Show, filled: Path) -> None:
    async with show(TrainingScreen, WIDE) as window:
        await window.settle(lambda: CASE in window.text)
        await choose(window, "run:")
        await window.press("a")
        await window.settle(lambda: "Choose a case with a reference first." in window.folded)
        await window.press("w")
        await window.settle(lambda: "Choose an assignment first." in window.folded)
        await choose(window, "case:")
        await window.press("r")
        await window.settle(lambda: "Choose a run first." in window.folded)
        assert [row for row in window.rows() if row.lstrip(" │").startswith("› ")]  # not by its color alone


async def test_the_feedback_of_a_hidden_reference_is_not_shown_to_its_trainee(
    show: Show, log_path: Path
) -> None:
    with Log.open(log_path) as log:
        practice = begun("trainer")(log, PROFILE)
        finish(practice)
        practice.review.close()
        assert [run.ended for run in runs(all_entries(log))] == ["signed"]
    async with show(TrainingScreen, WIDE) as window:
        await window.settle(lambda: CASE in window.text)
        await choose(window, "run:")
        await window.press("enter")
        await window.settle(lambda: "Your trainer shows you the feedback" in window.folded)
        assert isinstance(window.app.screen, TrainingScreen)
