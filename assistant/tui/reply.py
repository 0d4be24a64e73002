"""The line in which the reviewer answers; typing starts at once.

On an empty line a digit answers a choice, `?` says why, `/` finds, `<` goes back and the arrows move among
the replies; in all else it is an ordinary line editor.
"""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Input

from assistant.core.text import visible

LONGEST_PASTE = 20_000


class Reply(Input):
    """An input that gives single keys their meaning while it is empty."""

    help_text = "Type an answer, or the number of a reply."

    class Pressed(Message):
        """A key with a meaning of its own was pressed on the empty line."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Moved(Message):
        """An arrow asks to move among the replies."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Scrolled(Message):
        """The transcript is to be scrolled by pages."""

        def __init__(self, pages: int) -> None:
            super().__init__()
            self.pages = pages

    class Oversized(Message):
        """More was pasted than any answer can hold."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    digits: bool = False

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("up", "down"):
            self.post_message(self.Moved(-1 if event.key == "up" else 1))
        elif event.key in ("pageup", "pagedown"):
            self.post_message(self.Scrolled(-1 if event.key == "pageup" else 1))
        elif not self.value and event.character is not None and self._has_meaning(event.character):
            self.post_message(self.Pressed(event.character))
        else:
            return
        event.prevent_default()
        event.stop()

    def _has_meaning(self, character: str) -> bool:
        return character in "?/<" or (self.digits and character.isdecimal() and character != "0")

    def _on_paste(self, event: events.Paste) -> None:
        """A paste keeps all its lines, as one line; one too long for any answer is answered as it is, and refused."""
        event.prevent_default()
        event.stop()
        if len(event.text) > LONGEST_PASTE:
            self.post_message(self.Oversized(event.text))
        else:
            self.insert_text_at_cursor(visible(" ".join(event.text.split())))
