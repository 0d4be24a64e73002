"""The line of keys: what works now, as far as it fits."""

from __future__ import annotations

import pytest

from assistant.review.actions import ACTIONS
from assistant.tui.widgets import KeyLine
from tests.tui.windowing import CASE, NARROW, WIDE, Begin, Open

pytestmark = pytest.mark.usefixtures("one_by_one")


async def test_every_function_key_fits_in_eighty_columns(open_window: Open) -> None:
    async with open_window(CASE, size=NARROW) as window:
        line = window.rows()[-1]
        keys = [action.key.capitalize() for action in ACTIONS if action.key.startswith("f")]
        assert line.split()[::2] == keys
        assert line.endswith("F9 later")


async def test_with_more_room_the_palette_is_named_too(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        assert window.rows()[-1].endswith("F9 later ^p more")


async def test_with_less_room_the_first_keys_stay_whole(open_window: Open) -> None:
    async with open_window(CASE, size=(50, 24)) as window:
        assert window.rows()[-1] == "F1 help F2 why F3 find F4 panel F5 draft F6 note"


async def test_only_keys_that_do_something_now_are_named(open_window: Open, begin: Begin) -> None:
    begin("done")
    async with open_window(session="last", size=NARROW) as window:
        assert window.rows()[-1] == "F1 help F3 find F4 panel F5 draft F7 findings F8 answers ^p more"


@pytest.mark.parametrize(("column", "seen"), [(9, "Words to look for"), (65, "Enter goes to a question")])
async def test_a_click_on_a_key_presses_it(open_window: Open, begin: Begin, column: int, seen: str) -> None:
    begin("sought")
    async with open_window(session="last", size=NARROW) as window:
        await window.pilot.click(KeyLine, offset=(column, 0))
        await window.settle(lambda: seen in window.folded)


async def test_a_click_opens_the_palette_and_one_beside_the_keys_does_nothing(open_window: Open) -> None:
    async with open_window(CASE, size=WIDE) as window:
        await window.pilot.click(KeyLine, offset=(150, 0))
        assert len(window.app.screen_stack) == 1
        await window.pilot.click(KeyLine, offset=(83, 0))
        await window.settle(lambda: len(window.app.screen_stack) == 2)
