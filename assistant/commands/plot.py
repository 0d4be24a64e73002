"""Plots in the terminal, where people would rather look than read: bars, and rates with their intervals."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from assistant.core.text import one_line

Value = str | int | float | None

_LABEL = 40
_SMALLEST = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bars(labels: Sequence[str], values: Sequence[float | None], width: int, unit: str = "") -> Iterator[str]:
    """A bar for each label, as long as its value; nothing for a value that isn't there."""
    from rich.cells import cell_len

    names, size = _names(labels, width)
    most = max([value or 0 for value in values], default=0) or 1
    texts = ["" if value is None else f"{value:g}{unit}" for value in values]
    room = max(width - size - max(map(cell_len, texts), default=0) - 4, _SMALLEST)
    for name, value, text in zip(names, values, texts, strict=True):
        bar = _bar((value or 0) / most, room)
        yield f"{name}  {bar}{' ' if bar else ''}{text}".rstrip()


def intervals(
    labels: Sequence[str],
    rows: Sequence[tuple[float | None, float, float]],
    texts: Sequence[str],
    width: int,
) -> Iterator[str]:
    """Rates in percent with their intervals, on one scale from 0 to 100, and a text beside each.

    A rate that isn't given has no mark.
    """
    names, size = _names(labels, width)
    room = max(width - size - max(map(len, texts), default=0) - 4, 2 * _SMALLEST)
    plain = not _draws()
    begin, line, end, mark = "|-|o" if plain else "├─┤●"
    scale = f"0%{'50%':^{room - 6}}100%"
    yield f"{' ' * size}  {scale}"
    for name, (rate, low, high), text in zip(names, rows, texts, strict=True):
        first, last = _at(low, room), _at(high, room)
        drawn = [" "] * room
        drawn[first : last + 1] = line * (last - first + 1)
        drawn[first], drawn[last] = begin, end
        if rate is not None:
            drawn[_at(rate, room)] = mark
        yield f"{name}  {''.join(drawn)}  {text}".rstrip()


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
