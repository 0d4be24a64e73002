"""The application: one log, the screens over it, and the first of them, the home screen."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line
from assistant.core.value import replace
from assistant.machine import take_any_bytes, when_told_to_end
from assistant.tui.widgets import Hanging, ListScreen, MarkedList, ProgramScreen, Services, heading, literal

if TYPE_CHECKING:
    from assistant.log import Log, SessionRow
    from assistant.profile import Profile
    from assistant.review.worklist import WorkRow


class ImrApp(App[int]):
    """One log, and the screens over it, which get the log and the reviewer's profile from here (`Services`)."""

    CSS_PATH = "style.tcss"
    TITLE = "IMR assistant"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+z", "suspend_process", show=False)]

    def __init__(self, log_path: Path | None, first: Callable[[Services], Screen[Any]] | None = None) -> None:
        super().__init__()
        self._first = first
        self._log_path = log_path
        self._held_log: Log | None = None
        self._profile: Profile | None = None
        self.failed: Refused | None = None
        self.farewell = ""

    def get_default_screen(self) -> Screen[Any]:
        """The screen that was asked for, else the home screen."""
        return self._first(self) if self._first is not None else HomeScreen(self)

    @property
    def decision_log(self) -> Log:
        """The decision log, opened when it is first needed."""
        if self._held_log is None:
            from assistant.files import default_log_path  # after the first frame, like the log itself
            from assistant.log import Log

            self._held_log = Log.open(self._log_path or default_log_path())
        return self._held_log

    @property
    def profile(self) -> Profile:
        """The reviewer's profile as it is kept; the theme follows it."""
        if self._profile is None:
            from assistant import profile as reviewer  # after the first frame

            self._profile = reviewer.kept()
            if self._profile.theme in self.available_themes:
                self.theme = self._profile.theme
        return self._profile

    def keep_profile(self, profile: Profile) -> None:
        """Takes over what was added to the profile."""
        self._profile = profile

    def left(self, farewell: str) -> None:
        """Takes note of a session that was left; the command line then says how to go on with it."""
        self.farewell = farewell

    def give_up(self, refused: Refused) -> None:
        """Leaves the program; the command line then says why."""
        self.failed = refused
        self.exit(2)

    def action_help_quit(self) -> None:
        """Ctrl+C copies what is chosen; where nothing is, it says which key leaves."""
        self.notify("Ctrl+Q leaves, and what you answered is kept.")

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        if isinstance(screen, ProgramScreen):
            yield from screen.commands()
        yield SystemCommand(
            "Light or dark", "Change between the light and the dark theme.", self.action_light_or_dark
        )
        yield SystemCommand(
            "Quit", "Leave the program; an open session is parked.", self.action_leave_program
        )

    def action_light_or_dark(self) -> None:
        from assistant import profile as reviewer  # after the first frame

        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"
        self.keep_profile(replace(self.profile, theme=self.theme))
        if reviewer.profile_path().exists():
            reviewer.save_profile(self.profile)

    async def action_quit(self) -> None:
        """Leaves what is on the screen: from a session back to the home screen, from there the program."""
        if isinstance(self.screen, ProgramScreen):
            self.screen.leave()
        else:
            self.action_leave_program()

    def action_leave_program(self) -> None:
        """Parks what is open, and leaves."""
        self.release()
        self.exit(0)

    def release(self) -> None:
        """Closes the sessions and the log."""
        for screen in self.screen_stack:
            if isinstance(screen, ProgramScreen):
                screen.release()
        if self._held_log is not None:
            self._held_log.close()

    def on_mount(self) -> None:
        when_told_to_end(self.end)

    def end(self, status: int) -> None:
        """Parks what is open and leaves, as a signal asked."""
        self.release()
        self.exit(status)

    async def on_unmount(self) -> None:
        self.release()


def run_app(
    log_path: Path | None, first: Callable[[Services], Screen[Any]] | None = None, farewell: str = ""
) -> int:
    """Runs the program until it is left, from the home screen or from `first`; raises `Refused` where it could not begin.

    The last words are `farewell`, else how to go on with the session that was left.
    """
    take_any_bytes()
    app = ImrApp(log_path, first)
    result = app.run()
    if app.failed is not None:
        raise app.failed
    if app.return_code:
        raise refuse(
            "The screen had to stop.", "", "What was accepted is in the log: go on with `imr resume`."
        )
    if not result and (said := farewell or app.farewell):
        print(said)
    return result or 0


# The first frame of a review.


class OpeningScreen(ProgramScreen):
    """Stands while the screen that was asked for is made: `then` imports what it needs once this one is drawn."""

    passing = True

    def __init__(self, then: Callable[[], Screen[None]]) -> None:
        super().__init__()
        self._then = then

    def compose(self) -> ComposeResult:
        yield Static("Opening ...", id="top", markup=False)

    def on_mount(self) -> None:
        self.screen_layout_refresh_signal.subscribe(self, self._drawn, immediate=True)

    def _drawn(self, _: object) -> None:
        self.screen_layout_refresh_signal.unsubscribe(self)
        self.call_next(self._give_way)

    def _give_way(self) -> None:
        self.app.push_screen(self._then())


def review_opening(
    services: Services, case: str | None = None, session: str | None = None, again: str = ""
) -> Screen[None]:
    """The screen of a review that is begun on a case or gone on with."""

    def made() -> Screen[None]:
        from assistant.tui.review import ReviewScreen  # all that a review needs, after the first frame

        return ReviewScreen(services, case, session, again)

    return OpeningScreen(made)


# The home screen: the work list, sessions to go on with, and cases to begin.


_HELP = (
    "The home screen",
    "  up, down  Enter  opens what is highlighted",
    "  n                makes a case of a packet: a PDF, several files or a folder",
    "  e                enters what came or went of a case of the work list: the request, records, a",
    "                   reviewer, what was asked for, sent or withdrawn",
    "  Ctrl+P           all that can be done here, and light or dark",
    "  Esc, Ctrl+Q      leaves the program; what you answered is kept",
    "",
    "Work list          your own cases by due date, late ones first, with how far each has come",
    "Sessions           reviews and practice runs that were left open: Enter goes on where you were",
    "A new case         from a packet, or going on with one that is being read",
    "Training           blind practice, and what trainers do",
    "Cases to review    made-up cases that come with the program",
    "Ended sessions     signed and declined reviews, to be read",
    "",
    "In a review F1 lists its own keys. `imr tour` shows how a review goes; `imr --help` lists the commands.",
)


class HomeScreen(ListScreen):
    """The work list first, then open sessions, training, the cases of the case bank, and what is signed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "help"),
        Binding("n", "new_case", "new case"),
        Binding("e", "enter_step", "what came or went"),
        Binding("ctrl+q,escape", "app.quit", "quit"),
    ]
    DEFAULT_CSS = """
    #home { padding: 1 2 0 2; }
    #home-title { height: auto; text-style: bold; margin-bottom: 1; }
    #home-list { height: 1fr; border: none; }
    #home-about { height: auto; max-height: 6; border-top: solid $panel; color: $text-muted; display: none; }
    #home-about.shown { display: block; }
    """
    SCOPED_CSS = False
    AUTO_FOCUS = "#home-list"

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._work: list[WorkRow] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="home"):
            yield Static("IMR assistant", id="home-title", markup=False)
            yield MarkedList(id="home-list")
            yield Static(id="home-about", markup=False)
        from textual.widgets import Footer  # of no screen but this one, at the start

        yield Footer()

    def fill(self) -> None:
        """Lists what there is to do; a work list is read beside the screen, since every case file of it is."""
        from assistant import library  # once the empty screen is drawn

        try:
            log = self._services.decision_log
            rows = log.sessions()
            worked = library.own_cases() or log.sessions(family="work")
            if worked or any((row.kind, row.status) == ("real", "open") for row in rows):
                if not self.query_one(OptionList).option_count:
                    self.query_one("#home-title", Static).update("IMR assistant · reading the work list ...")
                self._read_work(log)
            else:
                self._list([])
        except Refused as refused:
            self._services.give_up(refused)

    @work(thread=True, exclusive=True, group="record", exit_on_error=False)
    def _read_work(self, log: Log) -> None:
        from assistant.review.worklist import work_list  # where there is one

        try:
            made = work_list(log)
        except Refused as refused:
            self.app.call_from_thread(self._services.give_up, refused)
            return
        self.app.call_from_thread(self._listed, made)

    def _listed(self, made: list[WorkRow]) -> None:
        if self.is_attached:
            try:
                self._list(made)
            except Refused as refused:
                self._services.give_up(refused)

    def _list(self, made: list[WorkRow]) -> None:
        self._work = made
        title = "IMR assistant · decision support; the reviewer decides"
        if not self._services.profile.qualifications:
            title += "\nYour qualifications are asked in your first review, and kept. `imr tour` shows how it goes."
        self.query_one("#home-title", Static).update(literal(title))
        options = list(self._options())
        listed = self.query_one(OptionList)
        at = listed.highlighted
        kept = listed.get_option_at_index(at).id if at is not None else None
        before = {one.id for one in listed.options}
        listed.clear_options()
        listed.add_options(options)
        ids = [one.id for one in options]
        kinds = ("work", "session", "run", "packet", "case")
        chosen = [one for one in ids if one and one.partition(":")[0] in kinds and one != "packet:"]
        new = [one for one in chosen if before and one.startswith(("work:", "packet:")) and one not in before]
        kept = new[0] if new else kept  # the case that was just made of a packet, or the packet that was left
        listed.highlighted = ids.index(kept) if kept and kept in ids else ids.index(next(iter(chosen), None))
        self.refresh_bindings()
        gc.freeze()
        gc.enable()

    def _options(self) -> Iterator[Option]:
        from assistant import library  # once the empty screen is drawn
        from assistant.log import session_words

        rows = self._services.decision_log.sessions()
        listed = {row.session for row in self._work}
        opened = [row for row in rows if row.status == "open" and row.id not in listed]
        ended = [row for row in rows if row.status != "open" and row.id not in listed][:20]
        if self._work:
            from assistant.review.worklist import row_words

            yield heading("Work list")
            for one in self._work:
                yield Option(Hanging("  ", "\n".join(row_words(one, whole=False))), id=f"work:{one.case}")
        if opened:
            yield heading("Sessions to go on with")
            yield from (Option(Hanging("  ", session_words(row)), id=_key(row)) for row in opened)
        yield heading("A new case")
        yield Option(literal("  From a packet: a PDF, several files or a folder"), id="packet:")
        for name, files in library.begun_packets():
            yield Option(literal(f"  Go on with the packet {one_line(name)}"), id=f"packet:{files}")
        yield heading("Training")
        yield Option(literal("  Practise blind"), id="training:practise")
        yield Option(literal("  Trainers' screen"), id="training:trainers")
        yield heading("Cases to review")
        yield from (Option(literal(f"  {name}"), id=f"case:{name}") for name in library.case_names())
        if ended:
            yield heading("Ended sessions")
            yield from (Option(Hanging("  ", session_words(row)), id=_key(row)) for row in ended)

    def _row(self, key: str | None) -> WorkRow | None:
        """The case of the work list that a line stands for."""
        kind, _, name = (key or "").partition(":")
        return next((row for row in self._work if kind == "work" and row.case == name), None)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Under the list stands the rule by which the highlighted case is due, and what can be done."""
        row, about = self._row(event.option_id), self.query_one("#home-about", Static)
        about.set_class(row is not None, "shown")
        if row is not None:
            from assistant.review.worklist import lacking_words, rule_words

            asked = f"{said}: e enters it.\n" if (said := lacking_words(row)) else ""
            rule = f"{rule_words(row)}\n" if row.rule else ""
            about.update(literal(f"{rule}{asked}Enter opens it; e enters what came, was asked for or sent."))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        row = self._row(event.option_id)
        kind, _, name = (event.option_id or "").partition(":")
        if row is not None:
            kind, name = ("session", row.session) if row.session else ("case", row.folder or row.case)
            if row.state == "declined":
                kind, name = "case", row.folder or row.case
        self.app.push_screen(self._chosen(kind, name))

    def _chosen(self, kind: str, name: str) -> Screen[None]:
        """The screen of a line of the list: imported when it is chosen, which keeps the home screen quick."""
        if kind == "packet":
            from assistant.tui.intake import PacketScreen

            return PacketScreen(name)
        if kind in ("case", "session"):
            from assistant.tui.review import ReviewScreen

            return ReviewScreen(self._services, **{kind: name})
        from assistant.tui.training import entry_screen

        return entry_screen(self._services, kind, name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "enter_step" or bool(self._work)

    def action_enter_step(self) -> None:
        """Enters something at the desk, of the case that is highlighted."""
        from assistant.tui.desk import enter_step  # when it is asked for

        listed = self.query_one(OptionList)
        at = listed.highlighted
        row = self._row(listed.get_option_at_index(at).id) if at is not None else None
        if row is None:
            self.tell("Choose a case of the work list first.", "warning")
        else:
            enter_step(self, self._services, row, self.fill)

    def action_new_case(self) -> None:
        self.app.push_screen(self._chosen("packet", ""))

    def action_help(self) -> None:
        from assistant.tui.dialogs import LinesScreen  # when it is asked for

        self.app.push_screen(LinesScreen(_HELP))


def _key(row: SessionRow) -> str:
    """What a session is opened by; a trainee's run goes on as one."""
    return f"{'run' if row.kind == 'training' else 'session'}:{row.id}"
