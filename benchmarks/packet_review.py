"""From a packet to a signed practice determination at the screen: python -m benchmarks.packet_review FOLDER [--keep WORK] [--stops]

Every `packet.pdf` in the folders of FOLDER is confirmed line by line and page by page, reviewed and signed with real keys
in a window of 80 columns. What the case file proposes is confirmed, all else is not documented: that shows what the
program asks of the hand, and says nothing of the case. A `replies.yaml` beside a packet says more of it: the beginning of
a question, and the replies to it one after another, each a key or words. Told are the keys outside free text, the stops
(each time the review waits; --stops lists them), and the seconds between the first key and the signature; the reading of
the pages comes before, and is kept in WORK for the next time.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from assistant import profile
from assistant.core.text import one_line
from assistant.profile import Profile
from assistant.records.intake import Intake
from assistant.tui.app import ImrApp
from assistant.tui.intake import IntakeScreen
from assistant.tui.review import ReviewScreen
from tests.tui.windowing import NARROW, Window

_QUALIFIED = "Occupational Medicine; California; 6; 24"
_MOST = 150


class Hand:
    """Keys on a screen, counted."""

    def __init__(self) -> None:
        self.keys = self.stops = 0

    async def press(self, window: Window, *keys: str) -> None:
        """Presses keys one by one."""
        self.keys += len(keys)
        await window.press(*keys)

    async def write(self, window: Window, words: str) -> None:
        """Words of one's own are free, their Enter is a key."""
        self.keys += 1
        await window.write(words)


async def confirm(work: Intake, log: Path, hand: Hand) -> Path:
    """Confirms everything that is proposed, and makes the practice case."""
    screen = IntakeScreen(work)
    app = ImrApp(log, lambda _: screen)
    async with app.run_test(size=NARROW) as pilot:
        window = Window(app, pilot)
        await pilot.pause()
        for one in list(work.wanting):  # what is asked and can't be left empty
            for name in ("type", "service", "region"):
                if name in one.fields and not one.fields[name] and name in one.asked:
                    work.correct(one.key, name, "not stated")
        while any(one.state == "open" for one in work.proposals):
            before = hand.keys
            await hand.press(window, "enter")
            assert hand.keys - before < _MOST
        await hand.press(window, "f", "enter", "2")
        await window.settle(lambda: screen.made is not None)
    assert screen.made is not None
    return screen.made


def reply_of(window: Window) -> tuple[str, bool]:
    """The reply to what is asked, and whether it is words of one's own."""
    talk, turn = window.talk, window.talk.turn
    keys = [key for key in talk.keys if key]
    if talk.pending is not None:
        return (keys[0], False) if keys else ("The notes of the provider have the whole of it.", True)
    if turn.kind == "form":
        asked = turn.words.split(";")
        if all(one.answer is not None for one in turn.fields):
            return "", False
        if "certified" in turn.words:
            return _QUALIFIED, True
        return "; ".join(["ACOEM of 2017", *(["Nothing that applies"] * (len(asked) - 1))]), True
    if turn.kind == "sign":
        return "sign", False
    if turn.kind == "prompt":
        if turn.proposal is not None:
            return "", False
        return "-" if "-" in keys else keys[0] if keys else "Not stated in the notes.", not keys
    if turn.kind in ("passages", "check"):
        asking = [key for key, one in zip(talk.keys, talk.options, strict=True) if one.asks]
        return (asking or keys)[0 if turn.kind == "check" else -1], False
    return "-" if turn.kind == "list" and "-" in keys else keys[0], False


def given(replies: Mapping[str, list[str]], window: Window) -> tuple[str, bool] | None:
    """The next reply that a packet's file has for what is asked; none where it has no more."""
    held = next(
        (held for words, held in replies.items() if window.talk.question.startswith(words) and held), None
    )
    if held is None:
        return None
    said = str(held.pop(0))
    return said, said not in ("", *window.talk.keys)


async def review(case: Path, log: Path, hand: Hand, replies: Mapping[str, list[str]], is_told: bool) -> None:
    """Answers until it is signed."""
    app = ImrApp(log, lambda services: ReviewScreen(services, str(case)))
    async with app.run_test(size=NARROW) as pilot:
        window = Window(app, pilot)
        await pilot.pause()
        await window.settle(lambda: "Opening ..." not in window.text)
        for _ in range(_MOST):
            if window.talk.turn.kind == "done":
                return
            said, own = given(replies, window) or reply_of(window)
            hand.stops += 1
            if is_told:
                print(f"  {hand.stops} {one_line(window.talk.question, 90)} > {said or 'Enter'}", flush=True)
            if own:
                await hand.write(window, said)
            elif said in window.talk.keys_at_once:
                await hand.press(window, said)
            else:
                await hand.press(window, *said, "enter")
        raise AssertionError(
            f"{case.name} doesn't end: {window.talk.question} {window.talk.reply_lines} {window.text}"
        )


def main(arguments: Sequence[str]) -> int:
    """Prints a line for each packet."""
    folder = Path(arguments[0])
    with tempfile.TemporaryDirectory() as made:
        room = Path(made)
        keep = Path(arguments[arguments.index("--keep") + 1]) if "--keep" in arguments else room / "read"
        os.environ["IMR_CONFIG"] = str(room / "config")
        for place in sorted(one.parent for one in folder.glob("*/packet.pdf")):
            with Intake(keep / place.name, lambda *_: None) as work:
                work.arrive([place / "packet.pdf"])
            shutil.copytree(keep / f".{place.name}.new", room / f".{place.name}.new")
            profile.save_profile(Profile("r-bench", ""))
            told = place / "replies.yaml"
            replies = yaml.safe_load(told.read_text("utf-8")) if told.exists() else {}
            hand, log = Hand(), room / f"{place.name}.sqlite"
            with Intake(room / place.name, lambda *_: None) as work:
                work.arrive([place / "packet.pdf"])
                begun = time.perf_counter()
                case = asyncio.run(confirm(work, log, hand))
            confirmed, of_packet = time.perf_counter(), hand.keys
            asyncio.run(review(case, log, hand, replies, "--stops" in arguments))
            ended = time.perf_counter()
            print(
                f"{place.name}: {of_packet} + {hand.keys - of_packet} keys, {hand.stops} stops, "
                f"{confirmed - begun:.0f} + {ended - confirmed:.0f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
