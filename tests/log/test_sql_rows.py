"""Rows as CSV and JSON come back as they were, and no cell passes for a formula."""

from __future__ import annotations

import csv
import io
import json

from hypothesis import example, given
from hypothesis import strategies as st

from assistant.core.text import visible
from assistant.log.sql import csv_cell, csv_lines, json_lines, unlike

TEXT = st.text(st.characters(codec="utf-8"))
VALUE = st.one_of(st.none(), TEXT, st.integers(-(2**53), 2**53))


def test_a_formula_gets_an_apostrophe() -> None:
    for text in [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        " =1+1",
        "\u00a0=1+1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20SUM(A1)",
        '=HYPERLINK("http://example.org","x")',
    ]:
        (_, line) = csv_lines(["a"], [[text]])
        assert line.lstrip('"').startswith("'")


@given(TEXT)
def test_no_text_of_anybody_begins_a_formula(text: str) -> None:
    cell = str(csv_cell(text))
    assert cell.strip()[:1] not in set("=+-@\uff1d\uff0b\uff0d\uff20")
    assert cell[:1] not in set("\t\r\n")
    assert visible(cell) == cell


@given(st.lists(st.tuples(VALUE, VALUE), max_size=5))
@example([(None, "a\nb"), ("\n", "c\rd")])
def test_csv_comes_back_as_it_was_but_for_what_is_made_safe(rows: list[tuple[str | int | None, ...]]) -> None:
    text = "\r\n".join(csv_lines(["a", "b"], rows)) + "\r\n"
    back = list(csv.reader(io.StringIO(text, newline="")))
    assert back[0] == ["a", "b"]
    assert [list(line) for line in back[1:]] == [[str(csv_cell(one)) for one in row] for row in rows]


@given(st.lists(st.tuples(VALUE, VALUE), max_size=5))
def test_json_lines_come_back_as_they_were(rows: list[tuple[str | int | None, ...]]) -> None:
    lines = list(json_lines(["a", "b"], rows))
    assert all(line.isascii() and "\n" not in line for line in lines)
    assert [tuple(json.loads(line).values()) for line in lines] == rows


def test_numbers_stay_numbers_and_names_differ() -> None:
    assert csv_cell(-5) == -5
    assert unlike(["a", "b", "a", "a"]) == ["a", "b", "a_2", "a_3"]
