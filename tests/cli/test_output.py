"""A table never runs over the terminal, and never loses what it can't show in a column."""

from __future__ import annotations

import io
import json
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assistant.cli import output
from assistant.cli.output import ImportProgress, Progress, bars, intervals, print_json, table

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


def test_json_holds_nothing_that_could_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "".join(map(chr, range(0xA0))) + "\u202e\u2028\U0001f600"
    print_json({"name": hostile})
    said = capsys.readouterr().out
    assert all(" " <= one <= "~" or one == "\n" for one in said)
    assert json.loads(said) == {"name": hostile}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_what_takes_long_is_told_on_one_line_that_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("assistant.cli.output.time.monotonic", lambda: now[0])
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal := Terminal())
    with Progress("Verifying") as progress:
        progress.step(500)
        assert terminal.getvalue() == ""  # less than a second so far
        now[0] = 1.5
        progress.step(700)
        assert "Verifying: 1,200 entries" in terminal.getvalue()
        progress.begin("Checking schemas")
        now[0] = 3.0
        progress.at(5, 2000)
        assert "Checking schemas: 5 of 2,000 entries" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K")
    with ImportProgress() as importing:
        importing.file = "[b]und.pdf"
        importing("read", 1, 3)
        now[0] = 4.5
        importing("read", 2, 3)
        assert "Reading [b]und.pdf: 2 of 3 pages, about 5 s left" in terminal.getvalue()
        importing("recognise", 0, 7)  # told at once, since the first page takes long
        assert "Recognising [b]und.pdf: 0 of 7 pages" in terminal.getvalue()
        importing("read", 2, 3)
        assert importing.place() == " at page 2 of 3 of [b]und.pdf"


def test_without_a_terminal_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("assistant.cli.output.time.monotonic", lambda: now[0])
    with Progress("Verifying") as progress:
        now[0] = 9.0
        progress.step(1)
    assert capsys.readouterr().err == ""


# -- rates over how many decisions they rest on ---------------------------------------------------


def beyond(of: int, rate: float, low: int, high: int) -> tuple[float, float]:
    """How often a count is below `low` and above `high`, added up one by one."""
    each = [comb(of, k) * rate**k * (1 - rate) ** (of - k) for k in range(of + 1)]
    return sum(each[:low]), sum(each[high + 1 :])


@pytest.mark.parametrize("of", [1, 7, 10, 40, 300])
@pytest.mark.parametrize("rate", [0.02, 0.5, 0.87])
@pytest.mark.parametrize("share", [0.025, 0.001])
def test_the_limits_of_chance_leave_no_more_outside_than_is_said(of: int, rate: float, share: float) -> None:
    low, high = (round(one * of) for one in output.binomial_limits(of, rate, share))
    assert all(one <= share + 1e-9 for one in beyond(of, rate, low, high))
    assert beyond(of, rate, low + 1, high - 1) > (share, 0) or low == 0
    assert high == of or beyond(of, rate, low, high - 1)[1] > share


def test_a_funnel_places_each_unit_by_its_rate_and_says_where_it_lies() -> None:
    labels, units = ["one", "two", "three", "few"], [(50, 100), (90, 100), (60, 100), (0, 9)]
    lines = list(output.funnel(labels, units, [f"{k} of {n}" for k, n in units], 80))
    told = [line.split(", ")[-1] for line in lines[-4:]]
    assert told == ["between the lines", "outside both lines", "inside the lines", "too few to be placed"]
    drawn = lines[:21]
    assert not any("D" in line for line in drawn)
    (at,) = (number for number, line in enumerate(drawn) if line.rstrip().endswith("B"))
    assert at == 2, "90% stands two lines below 100%"
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("units", [[(0, 12)], [(12, 12)], [(0, 1)], [(5, 10)] * 60])
def test_a_funnel_is_drawn_of_whatever_was_counted(units: list[tuple[int, int]]) -> None:
    lines = list(output.funnel(["x"] * len(units), units, ["t"] * len(units), 60))
    assert len(lines) == 23 + len(units)
