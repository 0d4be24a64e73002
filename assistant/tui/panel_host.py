"""A screen with the side panel beside it, or, on a narrow terminal, in the place of the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen
from textual.widgets import OptionList

from assistant.core.problem import Refused
from assistant.tui.panel import VIEWS, PanelList, SidePanel
from assistant.tui.transcript import Transcript

if TYPE_CHECKING:
    from assistant.tui.panel_views import PanelViews

WIDE, BROAD = 100, 150
"""Columns from which the panel stands beside the conversation, and from which it has room for a record's lines."""


class PanelHost(Screen[None]):
    """Shows and hides the panel, and passes its keys on to what it shows."""

    def __init__(self) -> None:
        super().__init__()
        self._views: PanelViews | None = None

    def action_leave(self) -> None:
        """Back to what stands beside the panel."""
        raise NotImplementedError

    def open_document(self) -> str:
        """The document whose page the panel shows."""
        return self._views.document if self._views is not None else ""

    def found(self, words: str) -> str:
        """Lists the passages that hold the words in the panel, and says how many there are."""
        if self._views is None:
            return ""
        said = self._views.found.find(words)
        if self._views.found.passages:
            if self.size.width < WIDE:
                self.add_class("panelled")
            self.query_one(PanelList).focus()
        return said

    def show_panel(self, view: str) -> None:
        """Shows a view of the panel; on a narrow terminal it takes the conversation's place."""
        if self._views is None:
            return
        try:
            self._views.show(view)
        except Refused as refused:
            self.query_one(Transcript).say_all([("problem", str(problem)) for problem in refused.problems])
            return
        if self.size.width < WIDE:
            self.add_class("panelled")
        self.query_one(PanelList).focus()

    def hide_panel(self) -> None:
        self.remove_class("panelled")
        self.query_one(SidePanel).remove_class("shown")

    def next_view(self) -> None:
        """Shows the panel, or its next view; after the last view a narrow screen shows the conversation again."""
        panel = self.query_one(SidePanel)
        if not panel.shown:
            self.show_panel(panel.view)
        elif panel.view == VIEWS[-1] and self.size.width < WIDE:
            panel.view = VIEWS[0]
            self.action_leave()
        else:
            self.show_panel(VIEWS[(VIEWS.index(panel.view) + 1) % len(VIEWS)])

    @on(PanelList.OptionSelected, "#panel-list")
    def _panel_chosen(self, event: OptionList.OptionSelected) -> None:
        if self._views is not None:
            self._views.chosen(event.option_index)

    @on(PanelList.OptionHighlighted, "#panel-list")
    def _panel_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self._views is not None:
            self._views.highlighted(event.option_index)

    @on(PanelList.Key)
    def _panel_key(self, event: PanelList.Key) -> None:
        if event.name == "leave":
            self.action_leave()
        elif self._views is not None:
            self._views.key(event.name, event.index)
