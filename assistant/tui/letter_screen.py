"""The letter as it stands, to be read through."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.tui.text import literal


class LetterScreen(ModalScreen[None]):
    """The text of the letter; nothing in it can be changed here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "dismiss", "close"),
        Binding("c", "copy", "copy"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help-lines"):
            yield Static(literal(self._text), markup=False)
        yield Footer()

    def action_copy(self) -> None:
        self.app.copy_to_clipboard(self._text)
        self.notify("The letter's text was sent to the clipboard.", markup=False)
