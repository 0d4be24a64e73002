"""Rows as a table that fits the terminal: what is too wide stands below its row, in full lines."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence

from assistant.core.text import one_line

Value = str | int | float | None

PIPED = 200
"""Columns of the table where no terminal says how wide it is."""

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d\.\d{3}Z")
_GAP = "  "
_NARROWEST = 6
_WIDE = 9
_FIRST = 5
"""Columns that say which row it is; they go below it only where they are twice as wide as any other."""
_LONGEST = 600
_PAIRS = (("old", "new"), ("was", "text"), ("suggested", "decision"), ("answer", "other_answer"))
_WITH = {one: pair for pair in _PAIRS for one in pair}


def width() -> int:
    """The columns of the terminal that standard output goes to; `COLUMNS` names another number."""
    return shutil.get_terminal_size((PIPED, 24)).columns


def table(columns: Sequence[str], rows: Sequence[Sequence[Value]], columns_wide: int) -> Iterator[str]:
    """The lines of a table at most `columns_wide` wide.

    What doesn't fit is taken out: columns that are empty in every row, then the widest, which stand below each
    row with their names, the old value with the new; one that is the same in all rows is said once, above them.
    """
    from rich.cells import cell_len

    cells = [[_cell(value) for value in row] for row in rows]
    numeric = [any(isinstance(row[at], int | float) for row in rows) for at in range(len(columns))]
    heads = [heading(name) for name in columns]
    sizes = [max([cell_len(heads[at]), *(cell_len(row[at]) for row in cells)]) for at in range(len(columns))]
    kept = list(range(len(columns)))
    below: list[int] = []
    while _total(sizes, kept) > columns_wide and len(kept) > 1:
        empty = [at for at in kept if not any(row[at] for row in cells)]
        at = empty[-1] if empty else max(kept[1:], key=lambda one: sizes[one] / (2 if one < _FIRST else 1))
        if not empty and sizes[at] < _WIDE:
            break
        pair = [] if empty else [columns.index(one) for one in _WITH.get(columns[at], ()) if one in columns]
        for each in {at, *pair} & set(kept):
            kept.remove(each)
            if not empty:
                below.append(each)
    while (over := _total(sizes, kept) - columns_wide) > 0:
        at = max(kept, key=lambda one: sizes[one])
        if sizes[at] <= _NARROWEST:
            break
        sizes[at] = max(sizes[at] - over, _NARROWEST)
    below.sort()
    for at in [one for one in below if len(rows) > 1 and len({row[one] for row in cells}) == 1]:
        below.remove(at)
        yield from wrapped("In all rows, ", f"{heads[at]}: {cells[0][at]}", columns_wide, _GAP)
    yield _line(heads, kept, sizes, numeric).rstrip()
    for number, row in enumerate(cells):
        if below and number:
            yield ""
        yield _line(row, kept, sizes, numeric).rstrip()
        for at in below:
            if row[at]:
                yield from _under(heads[at], row[at], columns_wide)


def heading(name: str) -> str:
    """A column's name as it stands above the column."""
    return {"case_id": "case", "ts": "when (UTC)"}.get(name, name.replace("_", " "))


def _cell(value: Value) -> str:
    if value is None:
        return ""
    text = one_line(str(value), _LONGEST)
    match = _MOMENT.fullmatch(text)
    return f"{match[1]} {match[2]}" if match else text


def _total(sizes: Sequence[int], kept: Sequence[int]) -> int:
    return sum(sizes[at] for at in kept) + len(_GAP) * (len(kept) - 1)


def _line(cells: Sequence[str], kept: Sequence[int], sizes: Sequence[int], numeric: Sequence[bool]) -> str:
    return _GAP.join(_fit(cells[at], sizes[at], numeric[at]) for at in kept)


def _fit(text: str, size: int, right: bool) -> str:
    from rich.cells import cell_len, set_cell_size

    room = size - cell_len(text)
    if room < 0:
        return set_cell_size(text, size - 1) + "…"
    return " " * room + text if right else text + " " * room


def _under(name: str, text: str, columns_wide: int) -> Iterator[str]:
    begin = f"    {name}: "
    yield from wrapped(begin, text, columns_wide, " " * min(len(begin), 12))


def wrapped(begin: str, text: str, columns_wide: int, indent: str) -> Iterator[str]:
    """`begin` and the text after it in lines of at most so many columns, the further ones indented."""
    from rich.cells import cell_len

    line = begin
    for word in text.split(" "):
        if cell_len(line) + cell_len(word) > columns_wide and line not in (begin, indent):
            yield line.rstrip()
            line = indent
        while cell_len(line) + cell_len(word) > columns_wide and len(word) > _NARROWEST:
            room = max(columns_wide - cell_len(line), _NARROWEST)
            yield line + word[:room]
            line, word = indent, word[room:]
        line += word + " "
    yield line.rstrip()


def filled(text: str, columns_wide: int) -> list[str]:
    """A text in lines of at most so many columns, for reading never more than 110."""
    import textwrap

    return textwrap.wrap(one_line(text), min(columns_wide, 110))
