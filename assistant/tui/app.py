"""The application: the home screen, a review, or a session that is watched."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual.app import App, SystemCommand
from textual.screen import Screen

from assistant.core.problem import Refused, refuse
from assistant.tui.text import literal

if TYPE_CHECKING:
    from assistant.log import Log
    from assistant.reviewer import Profile


class ImrApp(App[int]):
    """One log, and the screens over it."""

    CSS_PATH = "style.tcss"
    TITLE = "IMR assistant"
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        log_path: Path | None,
        case: str | None = None,
        session: str | None = None,
        first: Callable[[], Screen[Any]] | None = None,
    ) -> None:
        super().__init__()
        self._first = first
        self.log_path = log_path
        self.case = case
        self.session = session
        self.failed: Refused | None = None
        self._held_log: Log | None = None
        self._profile: Profile | None = None

    def get_default_screen(self) -> Screen[Any]:
        """The screen that was asked for, else the review that was, else the home screen."""
        if self._first is not None:
            return self._first()
        if self.case is not None or self.session is not None:
            from assistant.tui.review_screen import ReviewScreen

            return ReviewScreen(case=self.case, session=self.session)
        from assistant.tui.home_screen import HomeScreen

        return HomeScreen()

    @property
    def decision_log(self) -> Log:
        """The decision log, opened when it is first needed."""
        if self._held_log is None:
            from assistant.log import Log
            from assistant.log.place import default_log_path

            self._held_log = Log.open(self.log_path or default_log_path())
        return self._held_log

    @property
    def profile(self) -> Profile:
        if self._profile is None:
            from assistant import reviewer

            self._profile = reviewer.kept()
            if self._profile.theme in self.available_themes:
                self.theme = self._profile.theme
        return self._profile

    @profile.setter
    def profile(self, profile: Profile) -> None:
        self._profile = profile

    def give_up(self, refused: Refused) -> None:
        """Leaves the screen; the command line then says why."""
        self.failed = refused
        self.exit(2)

    def tell(self, text: str, severity: str = "information") -> None:
        """A short message on top of the screen."""
        self.notify(str(literal(text)), severity=severity, markup=False, timeout=6)  # type: ignore[arg-type]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        from assistant.tui.review_screen import ReviewScreen

        if isinstance(screen, ReviewScreen):
            from assistant.actions import ACTIONS

            for action in ACTIONS:
                if screen.offers(action.name):
                    name = action.name
                    yield SystemCommand(
                        action.title, action.help, lambda name=name: screen.run_action_named(name)
                    )
        yield SystemCommand(
            "Light or dark", "Change between the light and the dark theme.", self.action_light_or_dark
        )
        yield SystemCommand(
            "Quit", "Leave the program; an open session is parked.", self.action_leave_program
        )

    def action_light_or_dark(self) -> None:
        from dataclasses import replace

        from assistant import reviewer

        self.theme = "textual-light" if self.theme == "textual-dark" else "textual-dark"
        self.profile = replace(self.profile, theme=self.theme)
        if reviewer.profile_path().exists():
            reviewer.save(self.profile)

    async def action_quit(self) -> None:
        """Leaves what is on the screen: from a session back to the home screen, from there the program."""
        from assistant.tui.review_screen import ReviewScreen

        if isinstance(self.screen, ReviewScreen) and len(self.screen_stack) > 1:
            self.screen.run_action_named("park")
        else:
            self.action_leave_program()

    def action_leave_program(self) -> None:
        """Parks what is open, and leaves."""
        self.close_log()
        self.exit(0)

    def close_log(self) -> None:
        from assistant.tui.review_screen import ReviewScreen

        for screen in self.screen_stack:
            if isinstance(screen, ReviewScreen):
                screen.close_review()
        if self._held_log is not None:
            self._held_log.close()

    async def on_unmount(self) -> None:
        self.close_log()


def run_app(
    log_path: Path | None,
    case: str | None = None,
    session: str | None = None,
    first: Callable[[], Screen[Any]] | None = None,
) -> int:
    """Runs the screen until it is left; raises `Refused` where it could not begin."""
    app = ImrApp(log_path, case, session, first)
    result = app.run()
    if app.failed is not None:
        raise app.failed
    if app.return_code:
        raise refuse(
            "The screen had to stop.", "", "What was accepted is in the log: go on with `imr resume`."
        )
    return result or 0
