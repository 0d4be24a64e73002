"""Beside a replay: the page of the record, the findings, the draft and the answers as they stood at a step."""

from __future__ import annotations

import textwrap

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from assistant import showing
from assistant.core.answer import Evidence
from assistant.core.text import visible
from assistant.review import Review
from assistant.training.replay import Replay
from assistant.tui.text import literal

VIEWS = ("record", "findings", "draft", "answers")
_CLOSED = "This was still closed to the reviewer."


class ReplayPanel(Vertical):
    """One view at a time, drawn anew for each step."""

    DEFAULT_CSS = """
    ReplayPanel { width: 46%; min-width: 40; height: 1fr; border-left: solid $primary; display: none; }
    ReplayPanel.shown { display: block; }
    .narrow ReplayPanel { width: 100%; border-left: none; }
    ReplayPanel #replay-tabs { height: auto; max-height: 3; background: $panel; padding: 0 1; }
    ReplayPanel #replay-view-scroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ReplayPanel #replay-view { height: auto; }
    """
    SCOPED_CSS = False

    def __init__(self, replay: Replay) -> None:
        super().__init__(id="replay-panel")
        self._replay = replay
        self.view = VIEWS[0]

    def compose(self) -> ComposeResult:
        yield Static(id="replay-tabs", markup=False)
        with VerticalScroll(id="replay-view-scroll", can_focus=False):
            yield Static(id="replay-view", markup=False)

    @property
    def shown(self) -> bool:
        return self.has_class("shown")

    def draw(self, number: int) -> None:
        """Draws the view as it stood at a step."""
        if not self.shown:
            return
        tabs = " ".join(f"[{name}]" if name == self.view else f" {name} " for name in VIEWS)
        title, content, row = self._content(number)
        self.query_one("#replay-tabs", Static).update(literal(f"{tabs}\n{title}" if title else tabs))
        self.query_one("#replay-view", Static).update(content)
        scroll = self.query_one("#replay-view-scroll", VerticalScroll)
        self.call_after_refresh(scroll.scroll_to, 0, max(row - 3, 0), animate=False)

    def _content(self, number: int) -> tuple[str, Content, int]:
        """The title, the text, and the row that is to be in view."""
        replay = self._replay
        if self.view == "record":
            return self._page(replay.page_shown(number))
        review = replay.recording.at(replay.steps[number - 1])
        if self.view == "answers":
            return showing.progress_words(review), self._lines(showing.answer_lines(review)), 0
        item = _item(review)
        lines = (
            showing.finding_lines(review, item)
            if self.view == "findings"
            else showing.draft_lines(review, item)
        )
        closed = not review.session.item_answered(item) and item not in review.session.findings_opened
        title = showing.scope_words(review, item)
        return f"{title} · {_CLOSED}" if closed else title, self._lines(lines), 0

    def _page(self, shown: Evidence | None) -> tuple[str, Content, int]:
        if shown is None:
            return "", Content("No page had been opened or cited yet."), 0
        held = self._replay.recording.pages.get(shown.document)
        title = f"{shown.document}, page {shown.page}"
        if held is None or not 1 <= shown.page <= len(held):
            return title, Content("This document isn't here, or was changed since the session began."), 0
        text = held[shown.page - 1]
        first, last = _quoted_rows(text, shown)
        width = self._width() - 1
        parts: list[tuple[str, str]] = []
        row = 0
        for index, line in enumerate(visible(text).split("\n")):
            here = first <= index <= last
            row = len(parts) if index == first else row
            for piece in textwrap.wrap(line, width, break_on_hyphens=False) or [""]:
                parts.append((f"{'▌' if here else ' '}{piece}\n", "bold" if here else ""))
        return f"{title} of {len(held)}", Content.assemble(*parts), row if first >= 0 else 0

    def _lines(self, lines: list[str]) -> Content:
        width = self._width()
        rows: list[str] = []
        for line in lines:
            indent = " " * (len(line) - len(line.lstrip()))
            rows += textwrap.wrap(line, width, subsequent_indent=indent + "  ", break_on_hyphens=False) or [
                ""
            ]
        return literal("\n".join(rows))

    def _width(self) -> int:
        return max(self.query_one("#replay-view-scroll").size.width - 3, 20)


def _item(review: Review) -> str:
    scope = review.turn.scope
    return scope if scope in review.session.items else review.session.items[0]


def _quoted_rows(text: str, shown: Evidence) -> tuple[int, int]:
    """The first and last line of the passage that was cited; (-1, -1) where only the page was."""
    if not shown.quote:
        return -1, -1
    start = shown.start if shown.start is not None else text.find(shown.quote)
    if start < 0:
        return -1, -1
    return text.count("\n", 0, start), text.count("\n", 0, start + max(len(shown.quote) - 1, 0))
