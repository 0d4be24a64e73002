"""The whole session on one line: where one stands, and where something changed. A click goes there."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from assistant.training.replay import Replay

_LETTERS = {"departure": "D", "check": "C", "amendment": "A", "comment": "#", "bookmark": "#"}
_ORDER = ("departure", "comment", "bookmark", "check", "amendment")


class Timeline(Widget):
    """One row; `█` is the present step, D a departure, C a check, A an amendment, # a trainer's mark."""

    DEFAULT_CSS = "Timeline { height: 1; color: $text-muted; }"

    class Chosen(Message):
        """A place was clicked; `step` is the step there."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, replay: Replay) -> None:
        super().__init__(id="timeline")
        self._replay = replay
        self._at = 1

    def go(self, number: int) -> None:
        """Shows another step as the present one."""
        self._at = number
        self.refresh()

    def row(self, width: int) -> str:
        """The line, `width` columns wide."""
        count = len(self._replay.steps)
        cells = ["─"] * width
        for kind in reversed(_ORDER):
            for one in self._replay.landmarks:
                if one.kind == kind:
                    cells[_column(one.step, count, width)] = _LETTERS[kind]
        cells[_column(self._at, count, width)] = "█"
        return "".join(cells)

    def render(self) -> Content:
        return Content(self.row(max(self.size.width, 1)))

    def on_click(self, event: events.Click) -> None:
        count = len(self._replay.steps)
        self.post_message(self.Chosen(min(count, 1 + event.x * count // max(self.size.width, 1))))


def _column(step: int, count: int, width: int) -> int:
    return 0 if count < 2 else (step - 1) * (width - 1) // (count - 1)
