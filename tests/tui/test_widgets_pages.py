"""A page opened at a passage shows it a third from the top, with the words that were found told apart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from assistant import library
from assistant.core.text import visible
from assistant.tui.widgets import PASSAGE, WORDS, passage_lines
from tests.tui.windowing import CASE, NARROW, WIDE, Open, Window

PLANTED = "The surgeon suspects pseudarthrosis at C5-C6."


def told(line: Content) -> list[tuple[str, str]]:
    return [(line.plain[span.start : span.end], str(span.style)) for span in line.spans]


def test_the_passage_and_the_words_found_in_it_are_told_apart() -> None:
    text = f"Plan.\nFilms. {PLANTED}\nNone."
    start = text.index(PLANTED)
    lines = passage_lines(text, (start, len(PLANTED)), [(start + 12, 8), (start + 21, 14)])
    assert list(lines) == [1]
    assert lines[1].plain == f"Films. {PLANTED}"
    assert told(lines[1]) == [
        ("The surgeon ", PASSAGE),
        ("suspects", WORDS),
        (" ", PASSAGE),
        ("pseudarthrosis", WORDS),
        (" at C5-C6.", PASSAGE),
    ]


@given(st.text("ab\n\x1b\u202e", max_size=40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_lines_of_a_passage_say_what_the_page_says(text: str, start: int, length: int, at: int) -> None:
    for number, line in passage_lines(text, (start, length), [(at, 3)]).items():
        assert line.plain == visible(text.split("\n")[number])


@pytest.fixture
def case(tmp_path: Path) -> str:
    """The bundled case with a long page, the passage in its middle, and one whose only line holds it far on."""
    folder = Path(shutil.copytree(library.find_case(CASE).path, tmp_path / "case"))
    filler = "He walks every day and sleeps well at night."
    (folder / "records" / "chart.txt").write_text(
        "\n".join([f"{n}. {filler}" for n in range(60)] + [PLANTED] + [f"{n}. {filler}" for n in range(60)])
    )
    (folder / "records" / "line.txt").write_text(
        f"{filler} " * 60 + "Loosening is planted here. " + f"{filler} " * 60
    )
    file = folder / "case.yaml"
    listed = "documents:\n  - {id: chart, type: Progress note}\n  - {id: line, type: Progress note}\n"
    file.write_text(file.read_text().replace("documents:\n", listed, 1))
    return str(folder)


def stands(window: Window, words: str) -> int:
    """The row of the panel's list in which some words are drawn."""
    top = window.listed.region.y
    return next(number for number, row in enumerate(window.rows()) if words in row) - top


@pytest.mark.parametrize("size", [NARROW, WIDE])
@pytest.mark.parametrize(
    ("query", "seen"), [("suspects pseudarthrosis", "pseudarthrosis"), ("planted", "planted")]
)
async def test_a_page_opened_at_a_passage_shows_it_a_third_from_the_top(
    open_window: Open, case: str, size: tuple[int, int], query: str, seen: str
) -> None:
    async with open_window(case=case, size=size) as window:
        await window.press("enter")
        window.screen.found(query)
        await window.press("enter")
        height = window.listed.size.height
        assert abs(stands(window, seen) - height // 3) <= 2
