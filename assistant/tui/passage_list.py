"""The panel's list of passages: opened, cited, or, where they speak against an absence, set aside several at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.core import command as c
from assistant.core.absence import open_passages
from assistant.core.text import one_line
from assistant.echoing import echo
from assistant.passages import Found, evidence_of, listed, listed_words, nothing_found, search
from assistant.talk import Line

if TYPE_CHECKING:
    from assistant.core.session import Place
    from assistant.review import Review
    from assistant.tui.panel import SidePanel
    from assistant.tui.session_screen import SessionScreen

MOST_PASSAGES = 200
KEY = "passage:"

_ABOUT = "Enter opens the page, c cites the passage. Esc returns to the reply."
_ABOUT_AGAINST = "Space marks, d sets the marked ones aside, c cites, Enter opens the page, Esc returns."


class PassageList:
    """What was found last. `picked` are the marked ones; `against` is the absence that they speak against, if any."""

    def __init__(self, screen: SessionScreen, review: Review, panel: SidePanel) -> None:
        self.screen = screen
        self.review = review
        self.panel = panel
        self.passages: tuple[Found, ...] = ()
        self.picked: set[int] = set()
        self.against: Place | None = None
        self.title = ""

    def find(self, words: str) -> str:
        """Lists the passages for some words, or for the question's own; says how many there are."""
        own = not words.strip()
        turn = self.review.turn
        self.passages = (listed(self.review, turn) if own else search(self.review, words))[:MOST_PASSAGES]
        self.picked = set()
        self.against = turn.place if own and turn.kind == "passages" else None
        if not self.passages:
            return nothing_found(self.review, turn, words)
        count = len(self.passages)
        self.title = f"{count} passage{'s' * (count != 1)} for “{one_line(words, 30)}”"
        if own:
            self.title = listed_words(self.review, turn, count)
        self.show(0)
        return f"{self.title}."

    def show(self, highlight: int) -> None:
        """Draws the list, at one of its passages."""
        rows = [(f"{KEY}{n}", one.words) for n, one in enumerate(self.passages)]
        about = _ABOUT_AGAINST if self.against else _ABOUT
        self.panel.add_class("shown")
        marked = f" · {len(self.picked)} marked" if self.picked else ""
        self.panel.show_view("record", f"{self.title}{marked}", rows, about, chosen=self.picked)
        self.panel.highlight(highlight)

    def key(self, name: str, index: int) -> None:
        """A key on a passage: it is marked, cited, or set aside."""
        if name == "cite":
            talk = self.screen.talk
            assert talk is not None  # the panel is shown once the review is open
            self.screen.answer(lambda: talk.cite(self.passages[index].evidence))
            self.screen.action_leave()
        elif name == "mark" and self.against is not None:
            self.picked ^= {index}
            self.show(min(index + 1, len(self.passages) - 1))
        elif name == "dismiss" and self.against is not None:
            self._set_aside(self.picked or {index})

    def _set_aside(self, picked: set[int]) -> None:
        """Asks why passages don't count; those that were dealt with in the meantime stay as they are."""
        place = self.against
        assert place is not None  # only asked where passages speak against an absence
        chosen = {self.passages[index].evidence for index in picked}

        def dismiss(reason: str) -> list[Line]:
            found = open_passages(self.review.session, place)
            numbers = tuple(n for n, group in enumerate(found) if evidence_of(group) in chosen)
            command = c.DismissPassages(*place, numbers, reason)
            self.review.perform(command)
            self.picked = set()
            return echo(self.review, command)

        count = len(chosen)
        self.screen.ask_for(
            "Why does it not count?" if count == 1 else f"Why do these {count} not count?", dismiss
        )
