"""The home screen: sessions to go on with, and cases to begin."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.tui.marked_list import MarkedList
from assistant.tui.text import literal

if TYPE_CHECKING:
    from assistant.log import SessionRow
    from assistant.tui.app import ImrApp


class HomeScreen(Screen[None]):
    """Open sessions first, then the cases of the case bank, then what is signed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help"),
        Binding("ctrl+q,escape", "app.quit", "quit"),
    ]
    DEFAULT_CSS = """
    #home { padding: 1 2; }
    #home-title { height: auto; text-style: bold; margin-bottom: 1; }
    #home-list { height: 1fr; border: none; }
    """
    SCOPED_CSS = False
    AUTO_FOCUS = "#home-list"

    def compose(self) -> ComposeResult:
        with Vertical(id="home"):
            yield Static("IMR assistant", id="home-title", markup=False)
            yield MarkedList(id="home-list")
        yield Footer()

    def on_mount(self) -> None:
        self.call_after_refresh(self.fill)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Lists what there is to do."""
        from assistant import library
        from assistant.log import session_words

        app = cast("ImrApp", self.app)
        try:
            rows = app.decision_log.sessions()
            profile = app.profile
            cases = library.case_names()
        except Refused as refused:
            app.give_up(refused)
            return
        title = "IMR assistant · decision support; the reviewer decides"
        if not profile.qualifications:
            title += "\nYour qualifications are asked in your first review, and kept."
        self.query_one("#home-title", Static).update(literal(title))
        options: list[Option | None] = []
        opened = [row for row in rows if row.status == "open"]
        ended = [row for row in rows if row.status != "open"][:20]
        if opened:
            options.append(Option(literal("Sessions to go on with"), disabled=True))
            options += [Option(literal(f"  {session_words(row)}"), id=_key(row)) for row in opened]
        options.append(Option(literal("Cases to review"), disabled=True))
        options += [Option(literal(f"  {name}"), id=f"case:{name}") for name in cases]
        options.append(Option(literal("Training"), disabled=True))
        options.append(Option(literal("  Practise blind"), id="training:practise"))
        options.append(Option(literal("  Trainers' screen"), id="training:trainers"))
        if ended:
            options.append(Option(literal("Ended sessions"), disabled=True))
            options += [Option(literal(f"  {session_words(row)}"), id=_key(row)) for row in ended]
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(options)
        listed.highlighted = 1
        gc.freeze()
        gc.enable()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        from assistant.tui.review_screen import ReviewScreen

        kind, _, name = (event.option_id or "").partition(":")
        if kind == "case":
            self.app.push_screen(ReviewScreen(case=name))
        elif kind == "session":
            self.app.push_screen(ReviewScreen(session=name))
        elif kind in ("run", "training"):
            from assistant.tui.training_entry import entry_screen

            self.app.push_screen(entry_screen(kind, name))

    def action_help(self) -> None:
        from assistant.tui.help_screen import HelpScreen

        self.app.push_screen(HelpScreen())


def _key(row: SessionRow) -> str:
    """What a session is opened by; a trainee's run goes on as one."""
    return f"{'run' if row.kind == 'training' else 'session'}:{row.id}"
