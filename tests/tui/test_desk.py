"""The work list on the home screen, and what is entered at the desk, by keys alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.log import Log
from assistant.review.worklist import work_list
from assistant.tui.review import ReviewScreen
from tests.log.auditing import CASE
from tests.tui.windowing import NARROW, WIDE, Open

pytestmark = pytest.mark.usefixtures("one_by_one")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cases" / "neck"
    (folder / "records").mkdir(parents=True)
    (folder / "records" / "note.txt").write_text("One.\fTwo.", "utf-8")
    (folder / "case.yaml").write_text(CASE.format(case="neck-17", priority="standard"), "utf-8")
    monkeypatch.setenv("IMR_CASES", str(folder.parent))
    return folder


@pytest.mark.parametrize("size", [NARROW, WIDE])
async def test_the_work_list_stands_first_with_the_rule_under_it(
    home: Path, open_window: Open, size: tuple[int, int]
) -> None:
    listed = home / "case.yaml"
    listed.write_text(
        listed.read_text().replace("films again", "films of the neck again in flexion and extension")
    )
    async with open_window(size=size) as window:
        await window.settle(lambda: "Work list" in window.text)
        rows = window.rows()
        at = next(at for at, row in enumerate(rows) if "films of the neck; " in row)
        begins = rows[at].index("films")
        assert (size == WIDE) is ("unread" in rows[at])
        assert size == WIDE or (not rows[at + 1][:begins].strip("› ") and rows[at + 1][begins] != " ")
        assert "› " in next(row for row in window.rows() if "neck-17 · due 2026-02-09" in row)
        assert "DAYS LATE · new" in window.folded
        assert "Lab. Code 4610.6(d)(1)" in window.folded
        assert "request 2026-01-05, records 2026-01-10" in window.folded
        assert window.text.index("Work list") < window.text.index("Cases to review")
        await window.press("enter")
        await window.settle(
            lambda: isinstance(window.app.screen, ReviewScreen) and window.screen.talk is not None
        )
        assert window.talk.review.session.rules.case.id == "neck-17"
        await window.press("ctrl+q")
        await window.settle(lambda: "being read" in window.text)
        assert "Sessions to go on with" not in window.text


async def test_what_was_asked_for_is_entered_in_a_form_that_says_what_is_missing(
    home: Path, open_window: Open
) -> None:
    async with open_window() as window:
        await window.settle(lambda: "neck-17" in window.text)
        await window.press("e", *"asked for", "enter")
        await window.settle(lambda: "which records" in window.text)
        await window.press(*"films", "enter", *"Roe", "enter", "enter", "enter")
        await window.settle(lambda: "Say to whom it was copied." in window.folded)
        await window.press("enter", "enter", *"all", "enter", "enter")
        await window.settle(lambda: "records asked for: films, of" in window.folded)
        log_path = window.app._log_path or Path()
    with Log.open(log_path, write=False) as log:
        (row,) = work_list(log)
    assert row.told.endswith("copied to all")


async def test_nothing_is_entered_where_no_case_is_one_s_own(open_window: Open) -> None:
    async with open_window() as window:
        await window.settle(lambda: "Cases to review" in window.text)
        assert "Work list" not in window.text
        assert "came or went" not in window.text
        await window.press("e")
        assert "what is to be entered" not in window.text
