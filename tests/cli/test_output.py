"""A table never runs over the terminal, and never loses what it can't show in a column."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.cli.output import bars, intervals, table

WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), max_size=30)
CELL = st.one_of(st.none(), WORDS, st.integers(0, 10**6))


@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), max_size=6), st.integers(60, 200))
def test_no_line_is_wider_than_the_terminal(rows: list[tuple[str | int | None, ...]], wide: int) -> None:
    for line in table(("session", "old", "new", "reason"), rows, wide):
        assert cell_len(line) <= wide


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=6), st.integers(60, 200))
def test_every_word_is_shown(rows: list[tuple[str | int | None, ...]], wide: int) -> None:
    """Cells of up to 30 characters always find room, in their column, below their row or said for all rows."""
    shown = "".join("".join(table(("session", "text", "reason"), rows, wide)).split())
    for row in rows:
        for cell in row:
            assert "".join(str(cell or "").split()) in shown or "…" in shown


def test_what_is_too_wide_stands_below_its_row_with_its_name() -> None:
    rows = [("aa11", "word " * 30, 1), ("bb22", "other " * 30, 2)]
    lines = list(table(("session", "reason", "seq"), rows, 80))
    assert lines[0].split() == ["session", "seq"]
    assert lines[1].split() == ["aa11", "1"]
    assert lines[2].startswith("    reason: word word")
    assert all(line.startswith("   ") for line in lines[3:4])


def test_what_is_the_same_in_all_rows_is_said_once() -> None:
    rows = [("aa11", "a name that is much too long for a column of its own in here", 1)]
    rows += [("bb22", rows[0][1], 2)]
    lines = list(table(("session", "case_id", "seq"), rows, 60))
    assert lines[0].startswith("In all rows, case: a name")
    assert sum("a name" in line for line in lines) == 1


def test_old_and_new_values_stay_together() -> None:
    rows = [("aa11", "long " * 20, "short"), ("bb22", "longer " * 20, "brief")]
    lines = list(table(("session", "old", "new"), rows, 60))
    assert lines[0].split() == ["session"]
    assert "    new: short" in lines


def test_times_are_short_and_escapes_are_shown() -> None:
    (_, line) = table(("ts", "text"), [("2026-02-01T09:00:10.123Z", "a\x1b[31mb\u202e\nc")], 80)
    assert line == "2026-02-01 09:00  a␛[31mb<U+202E> c"


def test_bars_and_intervals_fit_and_keep_their_order() -> None:
    drawn = list(bars(["a", "b" * 60, "c"], [1.0, 50.0, None], 80))
    assert all(cell_len(line) <= 80 for line in drawn)
    assert drawn[0].count("█") < drawn[1].count("█")
    assert "█" not in drawn[2]
    rates = list(intervals(["a", "b"], [(50.0, 30.0, 70.0), (None, 0.0, 100.0)], ["5 of 10", "1 of 1"], 80))
    assert all(cell_len(line) <= 80 for line in rates)
    assert (rates[1].count("●"), rates[2].count("●")) == (1, 0)
    assert rates[1].index("├") < rates[1].index("●") < rates[1].index("┤")
    assert rates[2].endswith("1 of 1")
