"""What opens over a screen: words to write, a list to choose from, lines to read, the letter, the help."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar

from rich.table import Column, Table
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.events import Resize
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, OptionList, Static, TextArea
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.core.text import visible
from assistant.review.actions import ACTIONS, SIGNS, Action
from assistant.review.signing import Ask, new_passphrase_fault
from assistant.tui.widgets import MarkedList, literal


def wrapped_lines(lines: Iterable[str], width: int) -> Iterator[str]:
    """Lines at most `width` columns long; what is carried over stands a little further in."""
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 2)
        yield from textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False) or [""]


class AskScreen(ModalScreen[str]):
    """Asks for words; gives them, or None where it is left with Escape.

    Words that `take` refuses stay, with the reason under them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]
    DEFAULT_CSS = """
    AskScreen, ChooseScreen { align: center middle; }
    #ask-box { width: 76; max-width: 96%; height: auto; border: solid $accent; padding: 0 1; background: $surface; }
    #ask-question, #ask-wrong { height: auto; }
    #ask-list { height: auto; max-height: 16; border: none; background: $surface; }
    """
    SCOPED_CSS = False

    def __init__(self, question: str, value: str = "", take: Callable[[str], object] | None = None) -> None:
        super().__init__()
        self._question = question
        self._value = value
        self._take = take

    def compose(self) -> ComposeResult:
        with Vertical(id="ask-box"):
            yield Static(literal(self._question), id="ask-question", markup=False)
            yield Input(self._value, compact=True)
            yield Static(id="ask-wrong", markup=False)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        try:
            if self._take is not None:
                self._take(event.value)
        except Refused as refused:
            self.query_one("#ask-wrong", Static).update(literal(str(refused)))
        else:
            self.dismiss(event.value)


class ChooseScreen(ModalScreen[str]):
    """Lets one of some lines be chosen, by its number or narrowed down by typing; gives its key, or None.

    Up to nine lines have numbers, and Enter takes that of `first`. With `own`, a number, or words that no line has, are
    given as they are.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "leave"),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
    ]
    DEFAULT_CSS = AskScreen.DEFAULT_CSS
    SCOPED_CSS = False
    AUTO_FOCUS = "Input"

    def __init__(
        self, question: str, rows: Sequence[tuple[str, str]], own: bool = False, first: str = ""
    ) -> None:
        super().__init__()
        self._question = question
        self._first = first
        self._rows = list(rows)
        self._shown = self._rows
        self._own = own

    def compose(self) -> ComposeResult:
        with Vertical(id="ask-box"):
            yield Static(literal(self._question), id="ask-question", markup=False)
            yield Input(compact=True)
            yield MarkedList(id="ask-list")

    def on_mount(self) -> None:
        self._fill("")

    @on(Input.Changed)
    def _narrowed(self, event: Input.Changed) -> None:
        if self._is_numbered and event.value.isdecimal() and 0 < int(event.value) <= len(self._rows):
            self.dismiss(self._rows[int(event.value) - 1][0])
        else:
            self._fill(event.value)

    @property
    def _is_numbered(self) -> bool:
        return not self._own and len(self._rows) < 10

    def _fill(self, words: str) -> None:
        wanted = words.casefold().split()
        self._shown = [row for row in self._rows if all(word in row[1].casefold() for word in wanted)]
        listed = self.query_one(OptionList)
        listed.clear_options()
        number = {key: f"{at}  " for at, (key, _) in enumerate(self._rows, 1)} if self._is_numbered else {}
        listed.add_options([Option(literal(f"{number.get(key, '')}{text}")) for key, text in self._shown])
        keys = [key for key, _ in self._shown]
        listed.highlighted = keys.index(self._first) if self._first in keys else 0 if keys else None
        listed.display = bool(self._shown)

    def action_move(self, by: int) -> None:
        listed = self.query_one(OptionList)
        if listed.option_count:
            listed.highlighted = ((listed.highlighted or 0) + by) % listed.option_count

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        words, at = event.value.strip(), self.query_one(OptionList).highlighted
        if self._own and (words.isdecimal() or (words and at is None)):
            self.dismiss(words)
        elif at is not None:
            self.dismiss(self._shown[at][0])

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._shown[event.option_index][0])


class LinesScreen(ModalScreen[None]):
    """Lines to be read through; nothing in them can be changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,ctrl+q", "dismiss", "close"),
        Binding("c", "copy", "copy"),
    ]
    DEFAULT_CSS = (
        "LinesScreen #lines-box { width: 100%; height: 1fr; padding: 1 2; background: $background; }"
    )
    AUTO_FOCUS = "#lines-box"

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__()
        self._lines = list(lines)

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="lines-box"):
            yield Static(id="lines", markup=False)
        yield Footer()

    def on_resize(self, event: Resize) -> None:
        width = max(event.size.width - 7, 20)
        self.query_one("#lines", Static).update(literal("\n".join(wrapped_lines(self._lines, width))))

    def action_copy(self) -> None:
        self.app.copy_to_clipboard("\n".join(self._lines))
        self.notify("Sent to the clipboard.", markup=False)


class PassphraseScreen(ModalScreen[str]):
    """Asks for a passphrase, a new one twice; gives it, or None where it is left. What is typed is shown nowhere."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "leave")]
    DEFAULT_CSS = AskScreen.DEFAULT_CSS + "\nPassphraseScreen { align: center middle; }"
    SCOPED_CSS = False
    AUTO_FOCUS = "Input"

    def __init__(self, ask: Ask) -> None:
        super().__init__()
        self._ask = ask

    def compose(self) -> ComposeResult:
        with Vertical(id="ask-box"):
            yield Static(literal(f"{self._ask.question} (Esc: not now)"), id="ask-question", markup=False)
            yield Input(password=True, compact=True, placeholder="passphrase")
            if self._ask.new:
                yield Input(password=True, compact=True, placeholder="the same once more")
            yield Static(id="ask-wrong", markup=False)

    @on(Input.Submitted)
    def _given(self, event: Input.Submitted) -> None:
        first, *again = self.query(Input)
        wrong = new_passphrase_fault(first.value) if self._ask.new else ""
        if not event.value or wrong:
            self.query_one("#ask-wrong", Static).update(literal(wrong))
        elif again and event.input is first:
            again[0].focus()
        elif again and again[0].value != first.value:
            self.query_one("#ask-wrong", Static).update(literal("These are two different passphrases."))
            again[0].value = ""
        else:
            self.dismiss(first.value)


# A sentence to be changed, with all of it in view.


class WordsInput(TextArea):
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
            yield WordsInput(visible(self._words), soft_wrap=True, tab_behavior="focus", id="words-text")
            yield Static(literal(self._about), classes="about", markup=False)

    def on_mount(self) -> None:
        area = self.query_one(WordsInput)
        area.move_cursor(area.document.end)

    def on_words_input_given(self) -> None:
        self.dismiss(" ".join(self.query_one(WordsInput).text.split()))

    def action_leave(self) -> None:
        self.dismiss(None)


# The letter as it stands, to be read through.


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


# F1: what can be done here, with the keys that do it.


_ANSWERING = (
    ("a digit", "answers a choice by itself; with Enter where dates, numbers or words are answers"),
    ("-  .", "not documented, unclear: the same at every question that has them"),
    ("words + Enter", "the beginning of a reply, a date (12 July 2014), a number, your own words"),
    ("Enter", "confirms what is proposed"),
    ("up, down", "move among the replies; the mouse chooses one"),
    ("Esc", "gives up half a reply, such as a reason that was asked for"),
    ("Page Up, Down", "scroll the conversation"),
)
_PANEL = (
    ("record", "Space marks lines, Enter cites them, m keeps them for later, left and right turn pages"),
    ("", "} next page that speaks of the question, \\ finds in the page, o opens the original"),
    ("draft", "Enter opens the page behind a sentence, e edits it, q goes to its question"),
    ("questions", "Enter goes to a question"),
)
_LAST = """Upheld means that the refusal stands and the treatment is not approved.
This is decision support: the reviewer decides. It is not legal or medical advice."""


def _keys_of(action: Action) -> str:
    """What carries an action out: its key, its sign on an empty line, or the palette."""
    sign = next((one for one, name in SIGNS.items() if name == action.name), "")
    return "  ".join(one for one in (action.key.upper(), sign) if one) or "Ctrl+P"


class HelpScreen(ModalScreen[None]):
    """Every action with its key, read from the one list of actions."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", "close")]

    def compose(self) -> ComposeResult:
        doing = [(_keys_of(one), f"{one.title}: {one.help}") for one in ACTIONS]
        with VerticalScroll(id="help-lines"):
            for title, rows in (
                ("Answering", _ANSWERING),
                (
                    "Beside answering: a sign on an empty line; Ctrl+P, the palette, has all of it by name",
                    doing,
                ),
                ("In the side panel (Tab goes there, Esc comes back)", _PANEL),
            ):
                yield Static(literal(title), markup=False)
                listed = Table.grid(Column(width=15), Column(), padding=(0, 1), pad_edge=True)
                for keys, words in rows:
                    listed.add_row(Text(keys), Text(words))
                yield Static(listed, markup=False)
                yield Static()
            yield Static(literal(_LAST), markup=False)
        yield Footer()
