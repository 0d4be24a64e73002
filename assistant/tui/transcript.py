"""The conversation so far. Only its newest turns are mounted, so that a long one stays as quick as a short one."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.widgets import Static

from assistant.tui.text import literal

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

    def on_mount(self) -> None:
        self.anchor()

    def say(self, kind: str, text: str) -> None:
        """Adds a line; `kind` is its style: question, context, answer, note, problem, warning, news."""
        self.say_all([(kind, text)])

    def say_all(self, lines: list[tuple[str, str]]) -> None:
        """Adds several lines at once. A problem that is the last thing said already is not said again."""
        if not lines or (self._lines[-len(lines) :] == lines and all(kind == "problem" for kind, _ in lines)):
            return
        self._lines += lines
        if any(kind == "question" for kind, _ in lines):
            self.anchor()  # whoever has scrolled up sees what is asked next
        self.mount_all([_turn(*line) for line in lines])
        extra = len(self.children) - MOUNTED
        if extra > MOUNTED // 2:
            self._shown_from = len(self._lines) - MOUNTED
            with self.app.batch_update():
                self.remove_children(list(self.children)[:extra])

    def page(self, pages: int) -> None:
        """Scrolls by pages; at the top, older lines are brought back."""
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
    """A line; one that is indented stays so where it is wrapped."""
    words = text if "\n" in text else text.lstrip(" ")
    made = Static(literal(MARKS.get(kind, "") + words), classes=f"turn {kind}", markup=False)
    if len(words) < len(text):
        made.styles.padding = (0, 0, 0, INDENT + len(text) - len(words))
    return made
