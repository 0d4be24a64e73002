"""The side panel: a page of the record, the findings, the draft, or all questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static
from textual.widgets.option_list import Option

from assistant.tui.marked_list import MarkedList
from assistant.tui.text import literal

VIEWS = ("record", "findings", "draft", "questions")
ABOUT = {
    "record": "Space marks lines, Enter cites them, ←→ turn pages, Esc returns to the reply.",
    "findings": "Enter shows how a finding came about. Esc returns to the reply.",
    "draft": "Enter opens the page behind a sentence, e edits it, q goes to its question. Esc returns.",
    "questions": "Enter goes to a question, to answer or amend it. Esc returns to the reply.",
}


class PanelList(MarkedList):
    """The lines of the panel, with the keys of its view."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "panel_key('mark')", "mark", show=False),
        Binding("left", "panel_key('previous')", "page before", show=False),
        Binding("right", "panel_key('next')", "next page", show=False),
        Binding("e", "panel_key('edit')", "edit", show=False),
        Binding("q", "panel_key('question')", "question", show=False),
        Binding("o", "panel_key('original')", "original", show=False),
        Binding("c", "panel_key('cite')", "cite", show=False),
        Binding("d", "panel_key('dismiss')", "set aside", show=False),
        Binding("l", "panel_key('list')", "passages", show=False),
        Binding("escape", "panel_key('leave')", "to the reply", show=False),
    ]

    class Key(Message):
        """One of the view's keys was pressed on a line."""

        def __init__(self, name: str, index: int) -> None:
            super().__init__()
            self.name = name
            self.index = index

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._brought: int | None = None
        self._within = 0.0

    def bring(self, index: int, within: float = 0) -> None:
        """Puts the cursor on a line, and the line about a third from the top.

        `within` is how far in the line, from 0 to 1, the place stands that is to be seen: a line may fill the panel.
        """
        self.highlighted = index
        self._brought, self._within = index, within
        self.scroll_to_highlight()

    def scroll_to_highlight(self, top: bool = False) -> None:
        if self._brought is None or self._brought != self.highlighted or not self.is_mounted:
            self._brought = None
            super().scroll_to_highlight(top)
            return
        self._update_lines()
        row = self._index_to_line.get(self._brought, 0)
        row += int(self._within * self._heights.get(self._brought, 1))
        above = self.scrollable_content_region.height // 3
        self.scroll_to(y=max(0, row - above), animate=False, force=True, immediate=True)

    def action_page_up(self) -> None:
        """A page up; a list that isn't drawn, as in a terminal that is too small, has no pages."""
        if self._is_drawn():
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self._is_drawn():
            super().action_page_down()  # type: ignore[no-untyped-call]

    def _is_drawn(self) -> bool:
        return bool(self.size.height) and not self.screen.has_class("tiny")

    def action_panel_key(self, name: str) -> None:
        self.post_message(self.Key(name, self.highlighted if self.highlighted is not None else -1))


class SidePanel(Vertical):
    """Shows one view at a time; what it lists is given by the screen."""

    def __init__(self, shown: bool = False) -> None:
        super().__init__(id="panel", classes="shown" if shown else None)
        self.view = "record"
        self.keys: list[str] = []

    @property
    def shown(self) -> bool:
        return self.has_class("shown")

    def show_view(
        self,
        view: str,
        title: str,
        rows: list[tuple[str, str]],
        about: str = "",
        chosen: Iterable[int] = (),
        drawn: Mapping[int, Content] = {},
    ) -> None:
        """Shows a view: `rows` are keys and lines, the key being what the screen knows a line by; some are chosen.

        `drawn` are lines, by their index, that are drawn otherwise than in one style.
        """
        if not self.children:  # the first question need not wait for them
            self.mount(
                Static(id="tabs", markup=False),
                PanelList(id="panel-list"),
                Static(id="panel-about", markup=False),
            )
        listed = self.query_one(PanelList)
        at = listed.highlighted if view == self.view else None
        listed.chosen = frozenset(chosen)
        self.view = view
        self.keys = [key for key, _ in rows]
        tabs = " ".join(f"[{name}]" if name == view else f" {name} " for name in VIEWS)
        self.query_one("#tabs", Static).update(literal(tabs + (f"\n{title}" if title else "")))
        listed.clear_options()
        listed.add_options([Option(drawn.get(n) or literal(line or " ")) for n, (_, line) in enumerate(rows)])
        if rows:
            listed.highlighted = min(at or 0, len(rows) - 1)
            self.call_after_refresh(self.call_after_refresh, listed.scroll_to_highlight)
        self.query_one("#panel-about", Static).update(literal(about or ABOUT[view]))

    def about(self, text: str) -> None:
        self.query_one("#panel-about", Static).update(literal(text))

    def highlight(self, index: int) -> None:
        listed = self.query_one(PanelList)
        if 0 <= index < listed.option_count:
            listed.highlighted = index
            listed.scroll_to_highlight()

    def bring(self, index: int, within: float = 0) -> None:
        """Puts the cursor on a line, with the lines before and after it."""
        listed = self.query_one(PanelList)
        if 0 <= index < listed.option_count:
            listed.bring(index, within)
