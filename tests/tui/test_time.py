"""The physician's time: keys and stops of a whole review on the screen, counted as they are pressed."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import library, profile
from assistant.core import yaml
from assistant.profile import Profile
from tests.prove import scale
from tests.tui.hand import Hand, differing
from tests.tui.windowing import CASE, NARROW, Open


@pytest.fixture
def newcomer(config: Path) -> None:
    """A reviewer whose profile holds no qualifications yet."""
    profile.save_profile(Profile("r-new", "Amalia Quessenberry"))


@pytest.mark.parametrize(
    ("case", "keys", "stops"),
    [(CASE, 20, 9), ("cervical-radiographs-lucency", 70, 22), ("lumbar-mri-after-discectomy", 65, 20)][
        : scale.of(2, 3)
    ],
)
async def test_a_case_takes_few_keys_and_stops_to_the_answers_of_its_reference(
    open_window: Open, newcomer: None, case: str, keys: int, stops: int
) -> None:
    place = library.folder("casebank") / case
    reference = yaml.parse_yaml(library.read_text(place / "reference.yaml"), "").data
    async with open_window(str(place), size=NARROW) as window:
        hand = Hand(window, reference)
        await hand.sign(told=True)
        assert window.talk.review.session.status == "signed"
        assert not differing(window, reference)
    print(case, hand.keys, "keys", hand.stops, "stops")
    assert hand.keys <= keys
    assert hand.stops <= stops


async def test_what_enter_would_confirm_below_the_window_is_told(open_window: Open) -> None:
    async with open_window(CASE, size=NARROW) as window:
        await window.settle(lambda: window.reply.placeholder == "PgDn reads on; Enter confirms all of it")
        await window.press(*["pagedown"] * 6)
        await window.settle(lambda: window.reply.placeholder == "Enter confirms all of it")
        assert "Proposed: The record bears all of it" in window.folded
        await window.pilot.resize_terminal(160, 100)
        await window.press("pageup")
        await window.settle(lambda: window.reply.placeholder == "Enter confirms all of it")
