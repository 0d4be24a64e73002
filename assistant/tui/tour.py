"""The tour on the screen: a review with a word at the top of each stop, and a key that answers the rest."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from assistant.review.review import Review
from assistant.review.tour import answer_rest, guide, tour_case
from assistant.tui.review import ReviewScreen
from assistant.tui.widgets import Services, literal


class TourScreen(ReviewScreen):
    """A review of the bundled case, in which it is said what is to be seen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f10", "rest", "answer the rest", priority=True)]
    DEFAULT_CSS = """
    #tour { height: auto; padding: 0 1; background: $boost; border-left: thick $accent; }
    """
    SCOPED_CSS = False

    def __init__(self, services: Services) -> None:
        super().__init__(services, str(tour_case()))

    def on_mount(self) -> None:
        self.query_one("#conversation", Vertical).mount(Static(id="tour", markup=False), before=0)
        super().on_mount()

    def draw(self) -> None:
        super().draw()
        talk = self.talk
        if talk is not None:
            said = guide(talk.review, talk.turn, "F10 answers the rest")
            self.query_one("#tour", Static).update(literal(f"Tour (Ctrl+Q leaves it). {said}"))

    def draw_dispute(self, review: Review) -> None:
        """The tour says it itself."""

    def action_rest(self) -> None:
        """Answers the questions that are left, where some are."""
        talk = self.talk
        if talk is not None and talk.turn.kind in ("form", "prompt", "list", "passages"):
            self.answer(lambda: answer_rest(talk.review))
        else:
            self.tell("No question is left: what stands here now is yours to decide. Ctrl+Q leaves the tour.")
