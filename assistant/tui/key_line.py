"""The last line of a session's screen: the keys that do something now, as many as fit; a click on one presses it.

It is one widget, not one for each key, since it is drawn before the first question and after every answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

Key = tuple[str, str, str]
"""A key, the word for it, and the name of what it does."""

PALETTE: Key = ("^p", "more", "palette")


class KeyLine(Widget):
    """Keys with a word each; what doesn't fit is left out from the end, the palette first."""

    class Chosen(Message):
        """A key was clicked; `name` is what it does."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__(id="keys")
        self._keys: list[Key] = []

    def show(self, keys: Sequence[Key]) -> None:
        """Shows these keys, and the palette where it fits."""
        if list(keys) != self._keys:
            self._keys = list(keys)
            self.refresh()

    def _fitting(self) -> list[tuple[int, Key]]:
        """The keys that fit, each with the column where it ends."""
        fitting: list[tuple[int, Key]] = []
        end = 0
        for one in (*self._keys, PALETTE):
            end += len(one[0]) + len(one[1]) + 2
            if end - 1 <= self.size.width:
                fitting.append((end, one))
        return fitting

    def render(self) -> Content:
        parts: list[str | tuple[str, str]] = []
        for _, (key, word, _) in self._fitting():
            parts += [(key.capitalize(), "bold $footer-key-foreground"), f" {word} "]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for end, (_, _, name) in self._fitting():
            if event.x < end:
                self.post_message(self.Chosen(name))
                return
