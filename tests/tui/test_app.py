"""The home screen, the palette, the theme, and how the program is left."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from textual.screen import Screen
from textual.widgets import OptionList

from assistant import profile
from assistant.core.problem import Refused, refuse
from assistant.log import Log
from assistant.profile import Profile
from assistant.review.actions import ACTIONS
from assistant.tui.app import ImrApp
from assistant.tui.review import ReviewScreen
from tests.tui.windowing import CASE, WIDE, Begin, Open

pytestmark = pytest.mark.usefixtures("one_by_one")


async def test_it_lists_open_sessions_cases_and_what_is_signed(open_window: Open, begin: Begin) -> None:
    signed, parked = begin("done"), begin("sought")
    async with open_window() as window:
        await window.settle(lambda: "Ended sessions" in window.text)
        order = [window.text.index(words) for words in ("to go on with", "Cases to review", "Ended sessions")]
        assert order == sorted(order)
        assert parked.session.id in window.text[order[0] : order[1]]
        assert signed.session.id in window.text[order[2] :]
        assert f"  {CASE}\n" in window.text
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, ReviewScreen) and window.screen.talk is not None
        )
        assert window.talk.review.session.id == parked.session.id
        assert window.path == "sought"


async def test_parking_returns_to_it_with_the_session_on_top(open_window: Open) -> None:
    async with open_window() as window:
        await window.settle(lambda: CASE in window.text)
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, ReviewScreen) and window.screen.talk is not None
        )
        session = window.talk.review.session.id
        await window.press("enter", "1", "ctrl+q")
        await window.settle(lambda: "Sessions to go on with" in window.text)
        assert session in window.text
        assert window.kinds()[-1] == "session.parked"
        await window.press("ctrl+q")
        assert window.app.return_code == 0
        assert window.app.return_value in (None, 0)


async def test_a_new_reviewer_is_told_that_the_qualifications_are_asked_once(open_window: Open) -> None:
    profile.profile_path().unlink()
    async with open_window() as window:
        await window.settle(lambda: CASE in window.text)
        assert "Your qualifications are asked in your first review, and kept." in window.text
        await window.press("f1")
        assert "makes a case of a packet" in window.text
        assert "Answering" not in window.text


async def test_parking_a_review_that_was_asked_for_leaves_the_program(open_window: Open) -> None:
    async with open_window(CASE) as window:
        await window.press("ctrl+q")
        assert window.app.return_value in (None, 0)
    with Log.open(window.app._log_path or Path(), write=False) as log:
        assert log.read(log.resolve("last"))[-1].kind == "session.parked"


async def test_ctrl_c_says_which_key_leaves_and_ctrl_z_puts_the_program_aside(open_window: Open) -> None:
    async with open_window(CASE) as window:
        await window.press("ctrl+c")
        assert [one.message for one in window.app._notifications] == [
            "Ctrl+Q leaves, and what you answered is kept."
        ]
        assert window.screen.active_bindings["ctrl+z"].binding.action == "suspend_process"


async def test_the_palette_lists_what_can_be_done_now(open_window: Open, begin: Begin) -> None:
    begin("sought")
    async with open_window(session="last", size=WIDE) as window:
        screen = window.screen
        assert isinstance(screen, ReviewScreen)
        listed = [command.title for command in window.app.get_system_commands(cast("Screen[object]", screen))]
        assert listed == [
            *(action.title for action in ACTIONS if screen.offers(action.name)),
            "Light or dark",
            "Quit",
        ]
        assert {"Leave for later", "Note", "Decline this case"} <= set(listed)
        assert "Addendum" not in listed
        await window.press("ctrl+p", *"later")
        await window.settle(lambda: "it comes again before the decision" in window.text)
        await window.press("enter")
        await window.settle(lambda: window.app.screen is screen)
        assert window.path == "suspected"


async def test_declining_from_the_palette_needs_a_ground_and_a_reason(
    open_window: Open, begin: Begin
) -> None:
    begin("sought")
    async with open_window(session="last") as window:
        window.screen.run_action_named("decline")
        await window.settle(lambda: "On what ground" in window.text)
        await window.press("1")
        await window.settle(lambda: "For what reason?" in window.text)
        await window.press("enter")
        assert "session.declined" not in window.kinds()
        await window.write("my cousin")
        await window.settle(lambda: "Declined. The session is closed" in window.folded)
        assert window.kinds()[-1] == "session.declined"


async def test_the_theme_is_changed_and_kept(open_window: Open) -> None:
    async with open_window(CASE) as window:
        assert window.app.theme == "textual-dark"
        window.app.action_light_or_dark()
        await window.settle()
        assert window.app.theme == "textual-light"
    assert profile.load_profile().theme == "textual-light"
    async with open_window() as window:
        await window.settle(lambda: window.app.theme == "textual-light")


async def test_what_cannot_be_opened_is_told_after_the_screen_is_gone(log_path: Path) -> None:
    for app in (
        ImrApp(log_path, lambda services: ReviewScreen(services, case="nonsense")),
        ImrApp(log_path, lambda services: ReviewScreen(services, session="nonsense")),
        ImrApp(log_path.parent),
    ):
        async with app.run_test() as pilot:
            await pilot.pause()
            await pilot.pause(0.1)
        assert isinstance(app.failed, Refused)
        assert app.return_value == 2


async def test_a_session_that_cannot_be_opened_from_home_is_told_there(
    open_window: Open, begin: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin("sought")
    async with open_window() as window:
        await window.settle(lambda: "to go on with" in window.text)
        home = window.app.screen

        def damaged(*_: object) -> None:
            raise refuse("Entry 3 was changed.")

        with monkeypatch.context() as patched:
            patched.setattr(Log, "read", damaged)
            await window.press("enter")
            await window.settle(lambda: "Entry 3 was changed." in window.text)
        assert window.app.screen is home
        assert home.query_one(OptionList).option_count > 2


async def test_qualifications_are_asked_once_and_kept(open_window: Open) -> None:
    profile.save_profile(Profile("r-test"))
    async with open_window(CASE) as window:
        await window.press(*"OM", "enter")
        for words in ("CA", "6", "24"):
            await window.write(words)
        assert window.path == "conflict"
    assert dict(profile.load_profile().qualifications) == {
        "certification": "OM",
        "licence": "CA",
        "years": 6,
        "hours": 24,
    }
