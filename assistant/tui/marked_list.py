"""A list with marks before its lines, so that nothing is told by colour alone."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widgets import OptionList

CURRENT, CHOSEN = "›", "▌"


class MarkedList(OptionList):
    """An option list with a gutter: a mark for the current line, and one for each that is `chosen` (by its index)."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self.chosen: frozenset[int] = frozenset()

    def _get_left_gutter_width(self) -> int:
        return 2

    def render_line(self, y: int) -> Strip:
        line = super().render_line(y)
        style = next((part.style for part in line), None)
        option = style.meta.get("option") if style is not None else None
        current = option is not None and option == self.highlighted
        if style is not None:  # the marks are no part of what is told apart in the line
            style += Style(underline=False, reverse=False)
        gutter = (CURRENT if current else " ") + (CHOSEN if option in self.chosen else " ")
        return Strip([Segment(gutter, style), *line])
