"""What the screens are made of: foreign text made visible, the transcript, the reply line, lists, keys and pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING, Literal, Protocol

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import SystemCommand
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.visual import RenderOptions, Visual
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.input import Selection
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.core.text import visible

if TYPE_CHECKING:
    from textual.css.styles import RulesMap

    from assistant.log import Log
    from assistant.profile import Profile


def literal(text: str, style: str = "") -> Content:
    """Text as it is, with nothing in it obeyed."""
    return Content.styled(visible(text), style) if style else Content(visible(text))


def heading(words: str) -> Option:
    """A line over the entries of a list, which can't be chosen."""
    return Option(literal(words), disabled=True)


# The conversation so far. Only its newest turns are mounted, so that a long one stays as quick as a short
# one.


MOUNTED = 60
INDENT = 2
"""Columns before a line of the conversation, as in the style sheet."""

MARKS = {"answer": "→ ", "problem": "! ", "warning": "~ ", "news": "* "}
"""What a line is, for those who don't see its colour."""


class Transcript(VerticalScroll, can_focus=False):
    """Lines of the conversation, the newest last; older ones come back when it is scrolled to its top."""

    def __init__(self) -> None:
        super().__init__(id="transcript")
        self._lines: list[tuple[str, str]] = []
        self._shown_from = 0
        self._asked: Static | None = (
            None  # what stays in sight from its beginning, until something follows it
        )

    def on_mount(self) -> None:
        self.anchor()

    def on_resize(self) -> None:
        """The replies below take their room only after the question was shown."""
        if self._asked is not None:
            self.call_after_refresh(self._show_from, self._asked)

    def say(self, kind: str, text: str) -> None:
        """Adds a line; `kind` is its style: question, context, answer, note, problem, warning, news."""
        self.say_all([(kind, text)])

    def say_all(self, lines: list[tuple[str, str]], top: str = "question") -> None:
        """Adds several lines at once; the first of the kind `top` stays in sight from its beginning.

        A problem that is the last thing said already is not said again.
        """
        if not lines or (self._lines[-len(lines) :] == lines and all(kind == "problem" for kind, _ in lines)):
            return
        self._lines += lines
        self.anchor()  # whoever has scrolled up sees what a key has brought
        made = [_turn(*line) for line in lines]
        self.mount_all(made)
        self._asked = next((one for one, (kind, _) in zip(made, lines, strict=True) if kind == top), None)
        if self._asked is not None:
            self.call_after_refresh(self._show_from, self._asked)
        extra = len(self.children) - MOUNTED
        if extra > MOUNTED // 2:
            self._shown_from = len(self._lines) - MOUNTED
            with self.app.batch_update():
                self.remove_children(list(self.children)[:extra])

    def mended(self) -> None:
        """Takes away the problems that were said last, once something else is said of what was replied."""
        said = len(self._lines)
        while self._lines and self._lines[-1][0] == "problem":
            self._lines.pop()
        if gone := said - len(self._lines):
            self.remove_children(list(self.children)[-gone:])

    def _show_from(self, question: Static) -> None:
        """What is longer than the window begins at its top, so that nothing of it is confirmed unseen."""
        if question.is_attached and self.virtual_size.height - question.virtual_region.y > self.size.height:
            self.release_anchor()
            self.scroll_to(y=question.virtual_region.y, animate=False)

    def page(self, pages: int) -> None:
        """Scrolls by pages; at the top, older lines are brought back."""
        self._asked = None
        if pages < 0 and self.scroll_offset.y <= self.size.height and self._shown_from:
            start = max(0, self._shown_from - MOUNTED)
            older = [_turn(*line) for line in self._lines[start : self._shown_from]]
            self._shown_from = start
            self.mount_all(older, before=0)
        if pages < 0:
            self.scroll_page_up(animate=False)
        else:
            self.scroll_page_down(animate=False)


def _turn(kind: str, text: str) -> Static:
    """A line, or several; what is indented stays so where it is wrapped."""
    parts = text.split("\n")
    indented = min(map(_indented, parts))
    words = "\n".join(part[indented:] for part in parts)
    made = Static(literal(MARKS.get(kind, "") + words), classes=f"turn {kind}", markup=False)
    if indented:
        made.styles.padding = (0, 0, 0, INDENT + indented)
    return made


def together(lines: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The lines with those that follow each other, of one kind and equally indented, as one: it is drawn sooner."""
    return [
        (kind, "\n".join(text for _, text in alike))
        for (kind, _), alike in groupby(lines, lambda line: (line[0], _indented(line[1])))
    ]


def _indented(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


# The line in which the reviewer answers; typing starts at once.


LONGEST_PASTE = 20_000
KEPT_OPEN = frozenset("?/\\")
"""The signs that answer nothing: what is typed after them is for the question that stands, or for the search."""

TURNS = frozenset("[]}")
"""The signs that only turn pages: they may follow each other at once."""

HABIT = 0.5
"""Seconds in which nobody reads a question: an Enter that soon behind a key that answered at once belongs to that key."""


class Reply(Input):
    """An input that gives single keys their meaning while it is empty."""

    help_text = "Type an answer, or the key of a reply."

    class Pressed(Message):
        """A key with a meaning of its own was pressed on the empty line."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Called(Message):
        """An action was called by its own key; it comes after the keys that were pressed before it."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    class Needless(Message):
        """Enter was pressed out of habit behind a key that had answered at once."""

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

    def __init__(self, signs: Collection[str]) -> None:
        super().__init__(id="reply", select_on_focus=False)
        self.signs = signs
        self.keys_at_once: frozenset[str] = frozenset()
        self.keys_that_ask: frozenset[str] = frozenset()
        self.taken = True
        self._following = (
            False  # what is typed behind a sign of `KEPT_OPEN`, while that isn't carried out yet
        )
        self._open_since = 0.0
        self._answered = False  # by the key before, at once
        self._dropped = 0

    def take_up(self) -> int:
        """Takes keys again, now that what they answer is on the screen; gives how many came too early, and are gone.

        A line that was never closed goes on as it was: what follows a sign that answers nothing is kept.
        """
        if self.taken:
            self.taken, self._open_since = False, Message().time
        self._following = False
        dropped, self._dropped = self._dropped, 0
        return dropped

    def select_words(self) -> None:
        """Selects what was refused, so that what is typed next takes its place; the key before the words stays."""
        key, _, words = self.value.partition(" ")
        begin = len(key) + 1 if words and key in self.keys_that_ask else 0
        self.selection = Selection(begin, len(self.value))

    def hand_in(self) -> None:
        """Gives what is typed as the reply. What is typed from here on is for a question that nobody has seen yet."""
        self.taken = True
        self.post_message(self.Submitted(self, self.value))

    def _too_early(self, event: events.Key | events.Paste) -> bool:
        """Whether a key was pressed, or words were pasted, before the question that they would answer was shown.

        A burst of keys, as of a macro or after a stall, comes in at once; the log keeps what nobody meant for good.
        """
        if not self.taken and event.time >= self._open_since:
            return False
        self._dropped += isinstance(event, events.Paste) or event.is_printable or event.key == "enter"
        event.prevent_default()
        event.stop()
        return True

    async def _on_key(self, event: events.Key) -> None:
        if self._too_early(event):
            return
        answered, self._answered = self._answered, False
        if event.key == "enter" and answered and event.time < self._open_since + HABIT:
            self.post_message(self.Needless())
        elif event.key == "enter":
            self.hand_in()
        elif event.character == "\ufffd":
            self.app.notify("A byte that isn't UTF-8 was left out.", markup=False)
        elif event.key in ("up", "down"):
            self.post_message(self.Moved(-1 if event.key == "up" else 1))
        elif event.key in ("pageup", "pagedown"):
            self.post_message(self.Scrolled(-1 if event.key == "pageup" else 1))
        elif not self.value and event.character is not None and self._has_meaning(event.character):
            self._following = event.character in KEPT_OPEN
            self.taken = event.character not in KEPT_OPEN | TURNS
            self._answered = event.character not in self.signs
            self.post_message(self.Pressed(event.character))
        elif not self.value and event.character in self.keys_that_ask:
            self.value = f"{event.character} "  # its words follow in the same line
            self.cursor_position = 2
        elif event.key == "backspace" and self.value[:1] in self.keys_that_ask and self.value[1:] == " ":
            self.value = ""  # the space came with the key
        else:
            return
        event.prevent_default()
        event.stop()

    def on_reply_called(self, event: Called) -> None:
        """A key for an action that came before the question was shown is left out like any other."""
        if self.taken:
            self._dropped += 1
            event.stop()

    def _has_meaning(self, character: str) -> bool:
        if self._following:
            return False
        return character in self.signs or character in self.keys_at_once

    def _on_paste(self, event: events.Paste) -> None:
        """A paste keeps all its lines, as one line; one too long for any answer is answered as it is, and refused."""
        if self._too_early(event):
            return
        event.prevent_default()
        event.stop()
        if len(event.text) > LONGEST_PASTE:
            self.post_message(self.Oversized(event.text))
        else:
            self.replace(visible(" ".join(event.text.split())), *self.selection)


# The last line of a session's screen: the keys that do something now, as many as fit; a click on one presses
# it.


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
            parts += [
                (key if len(key) == 1 else key.capitalize(), "bold $footer-key-foreground"),
                f" {word} ",
            ]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        for end, (_, _, name) in self._fitting():
            if event.x < end:
                self.post_message(self.Chosen(name))
                return


# A list with marks before its lines, so that nothing is told by colour alone.


class Hanging(Visual):
    """Text behind a key; each of its lines is wrapped under its own beginning."""

    def __init__(self, key: str, text: str) -> None:
        self._lines: list[tuple[str, Content]] = []
        for line in text.split("\n"):
            said = line.lstrip(" ")
            self._lines.append((key + " " * (len(line) - len(said)), literal(said)))
            key = " " * len(key)

    def get_optimal_width(self, rules: RulesMap, container_width: int) -> int:
        return max(len(head) + text.get_optimal_width(rules, container_width) for head, text in self._lines)

    def get_height(self, rules: RulesMap, width: int) -> int:
        return sum(text.get_height(rules, max(1, width - len(head))) for head, text in self._lines)

    def render_strips(
        self, width: int, height: int | None, style: VisualStyle, options: RenderOptions
    ) -> list[Strip]:
        strips: list[Strip] = []
        for head, text in self._lines:
            lines = text.render_strips(max(1, width - len(head)), None, style, options)
            for number, line in enumerate(lines):
                before = head if number == 0 else " " * len(head)
                strips.append(Strip([Segment(before, style.rich_style), *line]))
        return strips[:height]


CURRENT, CHOSEN = "›", "▌"


class MarkedList(OptionList):
    """An option list with a gutter: a mark for the current line, and one for each that is `chosen` (by its index)."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self.chosen: frozenset[int] = frozenset()

    def _get_left_gutter_width(self) -> int:
        return 2

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The height of all lines; the gutter takes its columns from those that are wrapped, too."""
        return super().get_content_height(container, viewport, width - self._get_left_gutter_width())

    def action_cursor_up(self) -> None:
        """The line above; from the first one it stays: who holds the key down means the top."""
        if self._beside(range(self.highlighted or 0)):
            super().action_cursor_up()

    def action_cursor_down(self) -> None:
        """The line below; from the last one it stays."""
        if self.highlighted is None or self._beside(range(self.highlighted + 1, self.option_count)):
            super().action_cursor_down()

    def _beside(self, lines: range) -> bool:
        return any(not self.get_option_at_index(at).disabled for at in lines)

    def scroll_to_rows(self, first: int, count: int) -> None:
        """Brings so many options into view; where there is no room for all, the first stands at the top."""
        self._update_lines()
        at = self._index_to_line.get(first, 0)
        height = sum(self._heights.get(row, 1) for row in range(first, first + count))
        room = self.scrollable_content_region
        self.scroll_to_region(
            Region(0, at, room.width, height),
            force=True,
            animate=False,
            immediate=True,
            top=height > room.height,
        )

    def render_line(self, y: int) -> Strip:
        line = super().render_line(y)
        style = next((part.style for part in line), None)
        option = style.meta.get("option") if style is not None else None
        current = option is not None and option == self.highlighted
        if style is not None:  # the marks are no part of what is told apart in the line
            style += Style(underline=False, reverse=False)
        gutter = (CURRENT if current else " ") + (CHOSEN if option in self.chosen else " ")
        return Strip([Segment(gutter, style), *line])


# The lines of a page in which a passage stands, the passage underlined and the words that were found in it
# reversed.


PASSAGE, WORDS = "underline", "bold reverse"

Span = tuple[int, int]
"""Where something begins, and its length."""


def found_lines(text: str, words: Sequence[Span]) -> Mapping[int, Content]:
    """The lines of a page that hold some of these words, by their number from 0."""
    whole = passage_lines(text, (0, len(text)), words, "")
    ends = accumulate(len(line) + 1 for line in text.split("\n"))
    held = {bisect_right(list(ends), at) for at, _ in words} if words else set()
    return {number: line for number, line in whole.items() if number in held}


def passage_lines(
    text: str, passage: Span, words: Iterable[Span] = (), style: str = PASSAGE
) -> Mapping[int, Content]:
    """The lines, by their number from 0, that hold something of the passage; offsets are those of the page."""
    begin, end = passage[0], passage[0] + passage[1]
    found = [(at, min(at + length, end)) for at, length in words if begin <= at < end]
    edges = sorted({begin, end, *(edge for span in found for edge in span)})
    lines: dict[int, Content] = {}
    at = 0
    for number, line in enumerate(text.split("\n")):
        until = at + len(line)
        if at < end and begin < until:
            cuts = [at, *(edge for edge in edges if at < edge < until), until]
            pieces = [
                (visible(text[first:last]), _style(first, begin, end, found, style))
                for first, last in pairwise(cuts)
            ]
            lines[number] = Content.assemble(*pieces)
        at = until + 1
    return lines


def _style(at: int, begin: int, end: int, found: Iterable[Span], style: str) -> str:
    if any(first <= at < last for first, last in found):
        return WORDS
    return style if begin <= at < end else ""


# What all screens have in common.


class Services(Protocol):
    """What screens need of the program around them; it is given to their constructor."""

    @property
    def decision_log(self) -> Log:
        """The decision log, opened when it is first needed."""

    @property
    def profile(self) -> Profile:
        """The reviewer's profile as it is kept."""

    def keep_profile(self, profile: Profile) -> None:
        """Takes over what was added to the profile."""

    def left(self, farewell: str) -> None:
        """Takes note of a session that was left; the command line then says how to go on with it."""

    def give_up(self, refused: Refused) -> None:
        """Leaves the program; the command line then says why."""


class ProgramScreen(Screen[None]):
    """A screen that can be left, offers commands to the palette, and lets go of what it holds when the program ends."""

    passing = False
    """Whether it only stands until another has been made, and nobody goes back to it."""

    @property
    def is_first(self) -> bool:
        """Whether no screen lies below this one to go back to."""
        stack = self.app.screen_stack
        return all(isinstance(one, ProgramScreen) and one.passing for one in stack[: stack.index(self)])

    def leave(self) -> None:
        """Back to the screen below, from the first one out of the program."""
        if not self.is_first:
            self.dismiss()
        else:
            self.app.exit(0)

    def action_leave(self) -> None:
        self.leave()

    def release(self) -> None:
        """Lets go of what is held, such as a session; doing it twice changes nothing."""

    def commands(self) -> Iterable[SystemCommand]:
        """What the palette offers here beside what it offers everywhere."""
        return ()

    def tell(self, text: str, severity: Literal["information", "warning", "error"] = "information") -> None:
        """A short message on top of the screen."""
        self.notify(str(literal(text)), severity=severity, markup=False, timeout=6)

    def attempt(self, act: Callable[[], None]) -> None:
        """Does something, and says so where it is refused."""
        try:
            act()
        except Refused as refused:
            self.tell(str(refused), "error")

    def refuse(self, services: Services, refused: Refused) -> None:
        """Says why the screen can't be shown, and leaves it; the first one leaves the program with it."""
        if not self.is_first:
            self.dismiss()
            self.app.notify(str(literal(str(refused))), severity="error", markup=False, timeout=6)
        else:
            services.give_up(refused)

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        if event.name == "palette":
            await self.app.run_action("command_palette")
        else:
            await self.choose_key(event.name)

    async def choose_key(self, name: str) -> None:
        """Does what the key on the last line does that was clicked."""
        await self.run_action(name)


class ListScreen(ProgramScreen):
    """A screen with a list, which is read anew each time that one comes back to it."""

    def on_mount(self) -> None:
        self.call_after_refresh(self.fill)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Reads what is listed."""
        raise NotImplementedError
