"""The main screens as rows of text, so that a change of what is drawn is seen in a diff.

To draw them anew after a wanted change: `IMR_PICTURES=draw pytest tests/tui/test_pictures.py`, then read the
diff of tests/tui/snapshots/ before it is kept. Clock, ids, time zone and the list of cases are fixed; the words of
the prompt set are not, since a changed question is a change of the screen.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant import library
from tests.tui.windowing import CASE, NARROW, WIDE, Begin, Open, Window

PICTURES = Path(__file__).parent / "snapshots"
MOMENT = ("2026-11-22T14:03:22.123Z", 2**60, "boot")


def clock() -> tuple[str, int, str]:
    return MOMENT


def check(window: Window, name: str) -> None:
    path = PICTURES / f"{name}-{window.app.size.width}x{window.app.size.height}.txt"
    drawn = window.text + "\n"
    if os.environ.get("IMR_PICTURES") == "draw":
        path.write_text(drawn, "utf-8")
    kept = path.read_text("utf-8") if path.exists() else ""
    assert drawn == kept, (
        f"The screen differs from {path.name}; the head of this file says how to draw it anew."
    )


@pytest.fixture(autouse=True)
def fixed(fixed_ids: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "case_names", lambda: [CASE])


async def test_home(open_window: Open, begin: Begin) -> None:
    begin("sought", clock=clock)
    async with open_window(size=NARROW, clock=clock) as window:
        await window.settle(lambda: CASE in window.text)
        check(window, "home")


async def test_a_proposal(open_window: Open, begin: Begin) -> None:
    begin("prior_surgery", clock=clock)
    async with open_window(session="last", size=NARROW, clock=clock) as window:
        check(window, "proposal")


async def test_red_flags_beside_the_record(open_window: Open, begin: Begin) -> None:
    begin("red_flags", clock=clock)
    async with open_window(session="last", size=WIDE, clock=clock) as window:
        check(window, "red-flags")


async def test_the_decision(open_window: Open, begin: Begin) -> None:
    begin(clock=clock)
    async with open_window(session="last", size=NARROW, clock=clock) as window:
        check(window, "decision")


async def test_the_draft_and_its_sources(open_window: Open, begin: Begin) -> None:
    begin("check", clock=clock)
    async with open_window(session="last", size=WIDE, clock=clock) as window:
        await window.press("f5", "down", "down")
        check(window, "draft")


async def test_the_questions(open_window: Open, begin: Begin) -> None:
    begin("sought", clock=clock)
    async with open_window(session="last", size=NARROW, clock=clock) as window:
        await window.press("f8")
        await window.settle(lambda: "the films should show" in window.text)
        check(window, "questions")


def test_no_picture_is_left_over() -> None:
    drawn = {
        "home-80x24",
        "proposal-80x24",
        "red-flags-160x45",
        "decision-80x24",
        "draft-160x45",
        "questions-80x24",
    }
    assert {path.stem for path in PICTURES.iterdir()} == drawn
