"""How the commands print: tables and plots for people, JSON, NDJSON or CSV for programs, one line of progress."""

from __future__ import annotations

import math
import re
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, Self

import click

from assistant.core.text import ascii_json, one_line, time_left

Value = str | int | float | None

VERDICT_WORDS = {True: "holds", False: "FAILS", None: "open"}
DECISIONS = ("decision", "suggested", "first_decision")
"""Columns that hold a decision, which is never shown without its consequence."""


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(ascii_json(value))


def print_lines(form: str, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """The rows as NDJSON or CSV."""
    from assistant.log.sql import csv_lines, json_lines

    for line in (json_lines if form == "ndjson" else csv_lines)(columns, rows):
        click.echo(line)


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[Value]],
    *,
    flags: Collection[str] = (),
    hidden: Collection[str] = (),
) -> None:
    """The rows as a table that fits the terminal.

    `flags` are columns whose 1 and 0 are shown as yes and no; `hidden` ones are left out.
    """

    kept = [at for at, name in enumerate(columns) if name not in hidden] or list(range(len(columns)))
    shown = [[_word(columns[at], row[at], flags) for at in kept] for row in rows]
    for line in table([columns[at] for at in kept], shown, width()):
        click.echo(line)


def _word(column: str, value: Value, flags: Collection[str]) -> Value:
    from assistant.core.rules.criterion import DECISION_WORDS, OUTCOME_WORDS

    if column in flags and value in (0, 1):
        return "yes" if value else "no"
    if column in DECISIONS and isinstance(value, str):
        return DECISION_WORDS.get(value, value)
    if column == "outcome" and isinstance(value, str):
        return OUTCOME_WORDS.get(value, value)
    return value


# Rows as a table that fits the terminal: what is too wide stands below its row, in full lines.


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


# Plots in the terminal, where people would rather look than read: bars, and rates with their intervals.


_LABEL = 40
_SMALLEST = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bars(labels: Sequence[str], values: Sequence[float | None], width: int) -> Iterator[str]:
    """A bar for each label, as long as its value; nothing for a value that isn't there."""
    from rich.cells import cell_len

    names, size = _names(labels, width)
    most = max([value or 0 for value in values], default=0) or 1
    texts = ["" if value is None else f"{value:g}" for value in values]
    room = max(width - size - max(map(cell_len, texts), default=0) - 4, _SMALLEST)
    for name, value, text in zip(names, values, texts, strict=True):
        bar = _bar((value or 0) / most, room)
        yield f"{name}  {bar}{' ' if bar else ''}{text}".rstrip()


def intervals(
    labels: Sequence[str],
    rows: Sequence[tuple[float | None, float | None, float | None]],
    texts: Sequence[str],
    width: int,
) -> Iterator[str]:
    """Rates in percent with their intervals, on one scale from 0 to 100, and a text beside each.

    A rate that isn't given has no mark, and where there is no interval nothing is drawn.
    """
    names, size = _names(labels, width)
    room = max(width - size - max(map(len, texts), default=0) - 4, 2 * _SMALLEST)
    plain = not _draws()
    begin, line, end, mark = "|-|o" if plain else "├─┤●"
    scale = f"0%{'50%':^{room - 6}}100%"
    yield f"{' ' * size}  {scale}"
    for name, (rate, low, high), text in zip(names, rows, texts, strict=True):
        drawn = [" "] * room
        if low is not None and high is not None:
            first, last = _at(low, room), _at(high, room)
            drawn[first : last + 1] = line * (last - first + 1)
            drawn[first], drawn[last] = begin, end
        if rate is not None:
            drawn[_at(rate, room)] = mark
        yield f"{name}  {''.join(drawn)}  {text}".rstrip()


FEW = 10
"""Decisions below which no rate is given."""
_HIGH = 21
"""Lines of a funnel."""
_NAMED = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LEVELS = ((0.001, ":"), (0.025, "·"))
"""Of each side, the share that chance puts beyond a line, and what the line is drawn with."""


def funnel(
    labels: Sequence[str], units: Sequence[tuple[int, int]], texts: Sequence[str], width: int
) -> Iterator[str]:
    """Rates of units, each so many of so many, over how many they rest on, with the limits of chance about them.

    The limits are those of the binomial distribution with the rate of all units together, as in Spiegelhalter, Funnel
    plots for comparing institutional performance (2005). Below the drawing each unit stands with its sign and text;
    one of fewer than `FEW` is not placed.
    """
    whole = sum(of for _, of in units)
    centre = sum(count for count, _ in units) / whole
    most = max(of for _, of in units)
    room = max(min(width - 8, 100), 2 * _SMALLEST)
    grid = [[" "] * room for _ in range(_HIGH)]
    line = _row(centre)
    grid[line] = ["-" if not _draws() else "─"] * room
    for column in range(room):
        of = max(1, round(column / (room - 1) * most))
        for beyond, sign in _LEVELS:
            for share in binomial_limits(of, centre, beyond):
                grid[_row(share)][column] = "." if sign == "·" and not _draws() else sign
    names = [_NAMED[at] if at < len(_NAMED) else "*" for at in range(len(units))]
    for name, (count, of) in zip(names, units, strict=True):
        if of < FEW:
            continue
        row, column = _row(count / of), round(of / most * (room - 1))
        grid[row][column] = name if grid[row][column] not in _NAMED else "*"
    for at, drawn in enumerate(grid):
        scale = f"{100 - 5 * at:>4}%" if at % 5 == 0 else " " * 5
        yield f"{scale} {''.join(drawn)}".rstrip()
    yield f"{' ' * 6}0{'decisions':^{room - 1 - len(str(most))}}{most}"
    yield f"All together: {100 * centre:.1f}% of {whole:,}. Where several signs fall together, there is a *."
    for name, label, (count, of), text in zip(names, labels, units, texts, strict=True):
        yield f"  {name}  {one_line(label, _LABEL)}: {text}, {_within(count, of, centre)}"


def _row(share: float) -> int:
    return round((1 - share) * (_HIGH - 1))


def _within(count: int, of: int, centre: float) -> str:
    if of < FEW:
        return "too few to be placed"
    low, high = binomial_limits(of, centre, 0.001)
    if not low <= count / of <= high:
        return "outside both lines"
    low, high = binomial_limits(of, centre, 0.025)
    return "inside the lines" if low <= count / of <= high else "between the lines"


def binomial_limits(of: int, rate: float, beyond: float) -> tuple[float, float]:
    """The shares of `of` between which a count lies, but for at most `beyond` of the cases on either side."""
    if not 0 < rate < 1:
        return rate, rate
    below, low, high = 0.0, -1, of
    for count in range(of + 1):
        log = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
        below += math.exp(log + count * math.log(rate) + (of - count) * math.log(1 - rate))
        if low < 0 and below > beyond:
            low = count
        if below >= 1 - beyond:
            high = count
            break
    return max(low, 0) / of, high / of


def _at(percent: float, room: int) -> int:
    return min(room - 1, max(0, round(percent / 100 * (room - 1))))


def _bar(share: float, room: int) -> str:
    if not _draws():
        return "#" * round(share * room)
    eighths = round(share * room * 8)
    rest = _EIGHTHS[eighths % 8] if eighths % 8 else ""
    return "█" * (eighths // 8) + rest


def _names(labels: Sequence[str], width: int) -> tuple[list[str], int]:
    from rich.cells import cell_len, set_cell_size

    shown = [one_line(label, _LABEL) for label in labels]
    size = min(max(map(cell_len, shown), default=0), max(width // 2, _SMALLEST))
    return [set_cell_size(name, size) for name in shown], size


def _draws() -> bool:
    """Whether standard output can show more than ASCII."""
    return (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")


# How far something long has come: a line on standard error, where that is a terminal.


_PATIENCE = 1.0
"""Seconds before a line is shown."""
_EVERY = 0.1
_IMPORTING = {"read": "Reading", "recognise": "Recognising"}


class Progress:
    """One line that says how far something has come, if it takes longer than a second; `end` takes it away."""

    def __init__(self, what: str, unit: str = "entries") -> None:
        self._unit = unit
        self._patience = _PATIENCE
        self._line: Any = None
        self.begin(what)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def begin(self, what: str) -> Callable[[int], None]:
        """Something else is counted from now on, from 0; gives `step`."""
        self.end()
        self._what, self._done, self._begun, self._shown = what, 0, time.monotonic(), 0.0
        return self.step

    def step(self, count: int) -> None:
        """So many more are done."""
        self.at(self._done + count)

    def at(self, done: int, whole: int | None = None) -> None:
        """So many are done, of `whole` if that is known."""
        self._done = done
        now = time.monotonic()
        if now - self._begun < self._patience or now - self._shown < _EVERY or not sys.stderr.isatty():
            return
        self._shown = now
        said = f"{self._what}: {done:,}{f' of {whole:,}' if whole else ''} {self._unit}"
        if left := time_left(now - self._begun, done, whole or 0):
            said += f", {left}"
        if self._line is None:
            self._line = _line_of_progress()
            self._line.add_task(said, total=whole)
            self._line.start()
        self._line.update(0, description=said, completed=done, total=whole, refresh=True)

    def end(self) -> None:
        """Takes the line away."""
        if self._line is not None:
            self._line.stop()
            self._line = None


def _line_of_progress() -> Any:
    from rich import progress
    from rich.console import Console

    columns = progress.TextColumn("{task.description}", markup=False), progress.BarColumn(16)
    return progress.Progress(*columns, console=Console(stderr=True), auto_refresh=False, transient=True)


class ImportProgress(Progress):
    """Told of every page of `file` that is read or recognised."""

    def __init__(self) -> None:
        super().__init__("", "pages")
        self.file = ""
        self._now: tuple[str, str] = ("", "")
        self._place: tuple[int, int] = (0, 0)

    def __call__(self, what: str, done: int, whole: int) -> None:
        """`done` pages of `whole` are read, or recognised."""
        if self._now != (what, self.file):
            self._patience = 0.0 if what == "recognise" else _PATIENCE  # the first page of a scan takes long
            self.begin(f"{_IMPORTING[what]} {self.file}")
            self._now = (what, self.file)
        self._place = (done, whole)
        self.at(done, whole)

    def place(self) -> str:
        """Where it stands, for a sentence."""
        done, whole = self._place
        if not whole:
            return ""
        if self._now[0] == "recognise":
            return f" with {done:,} of {whole:,} pages of {self.file} recognised"
        return f" at page {done:,} of {whole:,} of {self.file}"

    def end(self) -> None:
        """Takes the line away, and forgets the place."""
        super().end()
        self._now, self._place = ("", ""), (0, 0)
