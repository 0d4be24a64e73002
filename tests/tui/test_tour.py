"""The tour on the screen: a word at the top of each stop, and a key that answers the rest."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from assistant.tui.app import ImrApp
from assistant.tui.tour import TourScreen
from tests.tui.windowing import NARROW, WIDE, Window


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_each_stop_has_its_word_and_the_rest_can_be_answered(
    log_path: Path, size: tuple[int, int]
) -> None:
    app = ImrApp(log_path, TourScreen)
    async with app.run_test(size=size) as pilot:
        window = Window(app, pilot)
        await window.settle(lambda: isinstance(app.screen, TourScreen) and window.screen.talk is not None)

        def guide() -> str:
            return str(app.screen.query_one("#tour", Static).content)

        assert "Disputed: radiographs of the cervical spine" in guide()
        assert window.sees("#tour")
        assert not window.sees("#dispute")
        await window.press("enter")
        assert "turns to the next of these pages" in guide()
        await window.press("f10")
        assert window.talk.turn.kind == "ruling"
        assert "which governs is yours to rule" in guide()
        await window.press("f10")
        assert window.talk.turn.kind == "ruling"
        assert "No question is left" in list(app._notifications)[-1].message
        await window.press("ctrl+q")
        assert app.return_code == 0
