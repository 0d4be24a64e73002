"""Draws `docs/screen.svg`, the picture in the README, from the program itself: `python docs/make_screen.py`."""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

KEYS = "1 1 1 1 2 1 1 enter 2".split()
SIZE = (120, 34)


async def draw(folder: Path) -> str:
    """The screen of the bundled case after nine answers, as SVG without references to other places."""
    from assistant import profile
    from assistant.tui.app import ImrApp
    from assistant.tui.review import ReviewScreen

    os.environ["IMR_CONFIG"] = str(folder)
    kept = {"certification": "Occupational Medicine", "licence": "California", "years": 8, "hours": 24}
    profile.save(profile.Profile("r-example", qualifications=kept))
    app = ImrApp(
        folder / "log.sqlite",
        lambda services: ReviewScreen(services, case="cervical-radiographs-after-fusion"),
    )
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause(0.5)
        for key in KEYS:
            await pilot.press(key)
        await pilot.pause(0.3)
        svg = app.export_screenshot(title="imr review")
    return re.sub(r"@font-face\s*\{.*?\}", "", svg, flags=re.S)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        picture = asyncio.run(draw(Path(place)))
    Path(__file__).with_name("screen.svg").write_text(picture, encoding="utf-8")
