"""From a packet to a signed practice determination at the screen: python -m benchmarks.packet_review FOLDER [--keep WORK] [--stops]

Every `packet.pdf` in the folders of FOLDER is confirmed line by line and page by page, reviewed and signed with real keys
in a window of 80 columns. What the case file proposes is confirmed, all else is not documented: that shows what the
program asks of the hand, and says nothing of the case. A `reference.yaml` beside a packet, an answers file, says more of
it: its answers are given, with the passages that it quotes. Told are the keys outside free text, the stops (each time
the review waits; --stops lists them), and the seconds between the first key and the signature; the reading of the pages
comes before, and is kept in WORK for the next time.
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
from typing import Any

from assistant import profile
from assistant.core import yaml
from assistant.core.text import one_line
from assistant.profile import Profile
from assistant.records.intake import Intake
from assistant.tui.app import ImrApp
from assistant.tui.intake import IntakeScreen
from assistant.tui.review import ReviewScreen
from tests.tui.hand import Hand, differing
from tests.tui.windowing import NARROW, Window

_MOST = 150


async def confirm(work: Intake, log: Path) -> tuple[Path, int]:
    """Confirms everything that is proposed, and makes the practice case; how many keys that takes."""
    keys = 0
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
            keys += 1
            await window.press("enter")
            assert keys < _MOST
        await window.press("f", "enter", "2")
        await window.settle(lambda: screen.made is not None)
    assert screen.made is not None
    return screen.made, keys + 3


async def review(case: Path, log: Path, reference: Mapping[str, Any], is_told: bool) -> Hand:
    """Answers until it is signed."""
    app = ImrApp(log, lambda services: ReviewScreen(services, str(case)))
    async with app.run_test(size=NARROW) as pilot:
        window = Window(app, pilot)
        await pilot.pause()
        await window.settle(lambda: "Opening ..." not in window.text)
        hand = Hand(window, reference)
        await hand.sign(told=is_told)
        for said in differing(window, reference) if reference else ():
            print(f"  otherwise than the reference: {one_line(said, 200)}")
        return hand


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
            told = place / "reference.yaml"
            reference = yaml.parse_yaml(told.read_text("utf-8"), str(told)).data if told.exists() else {}
            log = room / f"{place.name}.sqlite"
            with Intake(room / place.name, lambda *_: None) as work:
                work.arrive([place / "packet.pdf"])
                begun = time.perf_counter()
                case, of_packet = asyncio.run(confirm(work, log))
            confirmed = time.perf_counter()
            hand = asyncio.run(review(case, log, reference, "--stops" in arguments))
            ended = time.perf_counter()
            print(
                f"{place.name}: {of_packet} + {hand.keys} keys, {hand.stops} stops, "
                f"{confirmed - begun:.0f} + {ended - confirmed:.0f} s",
                flush=True,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
