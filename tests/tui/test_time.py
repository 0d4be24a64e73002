"""The physician's time: keys and stops of a whole review on the screen, counted as they are pressed.

A key is every press outside free text: a digit, Enter, an arrow, each of the letters of `sign`. What is written
into the reply line is free, its Enter is not; each field of a form counts. A stop is each time the program waits.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from assistant import profile
from assistant.core import yaml
from assistant.library import folder, read_text
from assistant.profile import Profile
from tests import walk
from tests.tui import lucency
from tests.tui.windowing import CASE, WIDE, Open, Window

FIELDS = len(walk.KEPT)


class Reviewer:
    """Replies on the screen, and counts what that costs."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.keys = 0
        self.stops = 0

    async def say(self, reply: str, free: bool) -> None:
        """Gives a reply: `free` text is put in at once, anything else is pressed key by key."""
        self.stops += 1
        form = self.window.talk.turn.kind == "form" and bool(reply)
        if free:
            await self.window.write(reply)
            self.keys += 1 + (FIELDS if form else 0)
            return
        pressed = (
            [reply]
            if reply in self.window.talk.keys_at_once
            else [*(("space" if char == " " else char) for char in reply), "enter"]
        )
        await self.window.press(*pressed)
        self.keys += len(pressed)

    async def go_on(self, reply: Callable[[Window], tuple[str, bool]]) -> None:
        """Replies until the session is signed."""
        for _ in range(60):
            if self.window.talk.turn.kind == "done":
                return
            await self.say(*reply(self.window))
        raise AssertionError(f"This doesn't end: {self.window.talk.question}")


@pytest.fixture
def newcomer(config: Path) -> None:
    """A reviewer whose profile holds no qualifications yet."""
    profile.save_profile(Profile("r-new", "Amalia Quessenberry"))


def published(window: Window) -> tuple[str, bool]:
    reply = walk.quick(window.talk)
    return reply, " " in reply or ";" in reply


async def test_the_bundled_case_takes_few_keys_and_stops(open_window: Open, newcomer: None) -> None:
    async with open_window(CASE, size=WIDE) as window:
        reviewer = Reviewer(window)
        await reviewer.go_on(published)
        session = window.talk.review.session
        assert session.status == "signed"
        answers = yaml.parse_yaml(read_text(folder("casebank") / CASE / "reference.yaml"), "").data[
            "answers"
        ]["1"]
        assert session.answer("1", "acute_trauma").value == answers["acute_trauma"]["value"]  # type: ignore[union-attr]
    print("bundled case:", reviewer.keys, "keys", reviewer.stops, "stops")
    assert reviewer.keys <= 60, reviewer.keys
    assert reviewer.stops <= 20, reviewer.stops


TRUTH: dict[str, tuple[str, ...]] = {
    "acute_trauma": ("1", "stumbled at a curb, did not fall"),
    "sought": ("by:rule out pseudarthrosis",),
    "suspected": ("by:rule out pseudarthrosis",),
    "instability_suspected": ("by:Yes, it says so: “Plan",),
    "changed_since": ("by:Yes: “Since then",),
    "surgery_contemplated": ("1", "a posterior fusion will be discussed"),
    "changes_management": ("1", "If there is motion, CT and a posterior fusion"),
}
"""What is replied to each question of the harder case; `by:` takes the reply that holds these words."""


def truthful() -> Callable[[Window], tuple[str, bool]]:
    left = {name: list(replies) for name, replies in TRUTH.items()}

    def reply(window: Window) -> tuple[str, bool]:
        talk = window.talk
        name = talk.turn.path.split(".")[0]
        if talk.turn.kind == "prompt" and name in left and left[name]:
            said = left[name].pop(0)
            if not said.startswith("by:"):
                return said, " " in said
            words = said.removeprefix("by:")
            return next(
                k for k, one in zip(talk.keys, talk.options, strict=True) if words in one.label
            ), False
        if talk.turn.kind == "list":
            return next(
                (k for k, one in zip(talk.keys, talk.options, strict=True) if left.get(one.value)), "-"
            ), False
        if talk.turn.kind == "prompt" and name == "red_flags":
            several = len(talk.options) > 2
            return ("1" if several else "-"), False
        if talk.pending is not None and not talk.options:
            return "The note of September has the whole of it.", True
        if talk.turn.kind == "passages":
            return [k for k, one in zip(talk.keys, talk.options, strict=True) if one.asks][-1], False
        if talk.turn.kind == "form":
            missing = any(one.answer is None for one in talk.turn.fields)
            return ("; ".join(str(value) for value in walk.KEPT.values()), True) if missing else ("", False)
        return ("sign" if talk.turn.kind == "sign" else "1"), False

    return reply


async def test_a_harder_case_takes_no_more_than_it_must(
    open_window: Open, newcomer: None, tmp_path: Path
) -> None:
    case = lucency.written(tmp_path / "lucency")
    async with open_window(str(case), size=WIDE) as window:
        reviewer = Reviewer(window)
        await reviewer.go_on(truthful())
        session = window.talk.review.session
        assert session.status == "signed"
        reading = session.reading("1")
        assert {
            n: reading.answer(n).value
            for n in ("acute_trauma", "instability_suspected", "changes_management")
        } == {  # type: ignore[union-attr]
            "acute_trauma": "yes",
            "instability_suspected": "affirmed",
            "changes_management": "yes",
        }
        flags = reading.answer("red_flags")
        assert flags is not None
        assert flags.parts is not None
        assert [str(one) for one in flags.parts["cord_compromise"].evidence] == [
            "spine-2015-09-10:1",
            "spine-2015-09-10:2",
        ]
    print("harder case:", reviewer.keys, "keys", reviewer.stops, "stops")
    assert reviewer.keys <= 110, reviewer.keys
    assert reviewer.stops <= 32, reviewer.stops
