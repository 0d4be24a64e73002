"""A sentence to be changed, with all of it in view."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from assistant.core.text import visible
from assistant.tui.text import literal


class Words(TextArea):
    """Text that wraps; Enter gives it, since a sentence has no line breaks."""

    class Given(Message):
        """Enter was pressed."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter":
            event.prevent_default()
            event.stop()
            self.post_message(self.Given())
        else:
            await super()._on_key(event)


class WordsScreen(ModalScreen[str | None]):
    """Gives back the words, on one line, or None where they were left as they were."""

    DEFAULT_CSS = """
    WordsScreen { align: center middle; }
    #words { width: 90%; max-width: 100; height: auto; max-height: 90%; padding: 1 2; background: $surface; border: round $accent; }
    #words-question { text-style: bold; margin-bottom: 1; }
    #words-text { height: 10; border: none; padding: 0; }
    #words .about { color: $text-muted; margin-top: 1; }
    """
    SCOPED_CSS = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "leave")]

    def __init__(self, question: str, words: str, about: str) -> None:
        super().__init__()
        self._question = question
        self._words = words
        self._about = about

    def compose(self) -> ComposeResult:
        with Vertical(id="words"):
            yield Static(literal(self._question), id="words-question", markup=False)
            yield Words(visible(self._words), soft_wrap=True, tab_behavior="focus", id="words-text")
            yield Static(literal(self._about), classes="about", markup=False)

    def on_mount(self) -> None:
        area = self.query_one(Words)
        area.move_cursor(area.document.end)

    def on_words_given(self) -> None:
        self.dismiss(" ".join(self.query_one(Words).text.split()))

    def action_leave(self) -> None:
        self.dismiss(None)
