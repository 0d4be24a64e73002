"""F1: what can be done here, with the keys that do it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static

from assistant.actions import ACTIONS
from assistant.tui.text import literal

_ANSWERING = (
    "Answering",
    "  a digit          answers a choice by itself",
    "  words + Enter    the beginning of a reply, a date (12 July 2014), a number, your own words",
    "  Enter            confirms what is proposed",
    "  up, down         move among the replies; the mouse chooses one",
    "  ?  /  <          on an empty line: why, find in the record, back",
    "  Esc              gives up half a reply, such as a reason that was asked for",
    "  Page Up, Down    scroll the conversation",
    "",
    "Beside answering (all of it is in the palette too: Ctrl+P)",
)
_PANEL = (
    "",
    "In the side panel (Tab goes there, Esc comes back)",
    "  record           Space marks lines, Enter cites them, left and right turn pages, o opens the original",
    "  draft            Enter opens the page behind a sentence, e edits it, q goes to its question",
    "  questions        Enter goes to a question",
    "",
    "Upheld means that the refusal stands and the treatment is not approved.",
    "This is decision support: the reviewer decides. It is not legal or medical advice.",
)


class HelpScreen(ModalScreen[None]):
    """Every action with its key, read from the one list of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        keyed = [f"  {action.key.upper() or '-':<16} {action.title}: {action.help}" for action in ACTIONS]
        with VerticalScroll(id="help-lines"):
            yield Static(literal("\n".join((*_ANSWERING, *keyed, *_PANEL))), markup=False)
        yield Footer()
