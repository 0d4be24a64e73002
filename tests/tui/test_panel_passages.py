"""The list of what speaks against an absence: looked through, marked, set aside several at once, with keys alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import library
from assistant.core.events import PassagesDismissed
from assistant.core.record.absence import open_passages
from tests import walk
from tests.tui.windowing import CASE, WIDE, Open

pytestmark = pytest.mark.usefixtures("one_by_one")


@pytest.fixture
def case(tmp_path: Path) -> str:
    """The bundled case with notes that speak of what was suspected."""
    folder = Path(shutil.copytree(library.find_case(CASE).path, tmp_path / "case"))
    said = [f"On visit {n} the surgeon suspects pseudarthrosis." for n in range(4)]
    (folder / "records" / "chart.txt").write_text("\n\n".join(said))
    file = folder / "case.yaml"
    file.write_text(
        file.read_text().replace("documents:\n", "documents:\n  - {id: chart, type: Progress note}\n", 1)
    )
    return str(folder)


async def test_passages_are_marked_in_the_list_and_set_aside_with_one_reason(
    open_window: Open, case: str
) -> None:
    async with open_window(case=case, size=WIDE) as window:
        walk.until(window.talk, "suspected")
        window.screen.draw()
        await window.press("minus")
        assert window.talk.turn.kind == "passages"
        assert "«suspects» «pseudarthrosis»" in window.folded
        await window.press("slash", "enter")
        assert window.focus == "panel-list"
        assert window.listed.highlighted == 0
        assert window.listed.option_count == 4
        await window.press("space", "space", "enter")
        assert "chart, page 1 of 1" in window.text
        await window.press("l")
        assert window.listed.option_count == 4, "l brings the list back"
        assert window.listed.highlighted == 2
        await window.press("d")
        assert "Why do these 2 not count?" in window.text
        await window.write("Of the operation before.")
        dismissed = next(event for event in window.events() if isinstance(event, PassagesDismissed))
        assert [one.quote[:10] for one in dismissed.dismissed] == ["On visit 0", "On visit 1"]
        left = open_passages(window.talk.review.session, ("1", "suspected"))
        assert [group.quote[:10] for group in left] == ["On visit 2", "On visit 3"]
        await window.press("slash", "enter")
        assert window.listed.option_count == 2


async def test_whoever_has_scrolled_up_sees_what_is_asked_next(open_window: Open) -> None:
    async with open_window(case=CASE) as window:
        for reply in ("enter", "1", "1"):
            await window.press(reply)
        await window.press("pageup", "pageup")
        await window.press("1")
        await window.settle(lambda: "Which red flags does the record show?" in window.folded)


async def test_a_question_without_words_of_its_own_says_so(open_window: Open) -> None:
    async with open_window(case=CASE) as window:
        await window.press("enter", "slash", "enter")
        assert "This question looks for no words of its own." in window.folded
