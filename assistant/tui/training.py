"""The trainers' screen: cases with a reference, sessions by case, assignments, runs by trainee, agreement at a glance."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.tui.key_line import Key, KeyLine
from assistant.tui.replay_dialog import ChooseScreen, LinesScreen
from assistant.tui.text import literal

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.training.opening import Marker
    from assistant.training.overview import CaseRow, Overview
    from assistant.tui.app import ImrApp

_KEYS: tuple[Key, ...] = (
    ("Enter", "open", "help"),
    ("[a]", "assign", "assign"),
    ("[s]", "side by side", "pair"),
    ("[r]", "replay a run", "replay"),
    ("[w]", "withdraw", "withdraw"),
    ("F1", "help", "help"),
    ("[q]", "leave", "leave"),
)
HELP = (
    "The trainers' screen",
    "",
    "  Enter    on a case: replay one of its sessions",
    "           on an assignment: what was planted and what it is compared with",
    "           on a run: its feedback",
    "  a        on a case: assign it to a trainee",
    "  s        on a case: two of its sessions side by side",
    "  r        on a run: replay it",
    "  w        on an assignment of yours: take it back",
    "  q, Esc   leave",
    "",
    "Agreement at a glance is the share of answers that two reviewers both gave alike, over the newest signed",
    "sessions of a case. A share flatters where one answer is common: `imr agree` gives kappa, alpha and AC1.",
)


class TrainingScreen(Screen[None]):
    """One list; what can be done with a line hangs on what it is of."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "assign", show=False),
        Binding("s", "pair", show=False),
        Binding("r", "replay", show=False),
        Binding("w", "withdraw", show=False),
        Binding("f1,question_mark", "help", show=False),
        Binding("q,escape,ctrl+q", "leave", show=False),
    ]
    DEFAULT_CSS = (
        "TrainingScreen #training-list { height: 1fr; border: none; padding: 0 1; background: $background; }"
    )
    AUTO_FOCUS = "#training-list"

    def __init__(self) -> None:
        super().__init__()
        self._found: Overview | None = None

    def compose(self) -> ComposeResult:
        yield Static("Training", id="top", markup=False)
        yield OptionList(id="training-list", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        gc.enable()
        self.query_one(KeyLine).show(_KEYS)
        self.call_after_refresh(self.fill)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.fill)

    @property
    def _app(self) -> ImrApp:
        return cast("ImrApp", self.app)

    def fill(self) -> None:
        """Reads the log and lists what it holds."""
        from assistant.training.overview import overview_words, read_overview

        try:
            self._found = read_overview(self._app.decision_log)
        except Refused as refused:
            if len(self.app.screen_stack) > 1:
                self._app.tell(str(refused), "error")
                self.dismiss()
            else:
                self._app.give_up(refused)
            return
        listed = self.query_one(OptionList)
        at = listed.highlighted
        listed.clear_options()
        listed.add_options(_options(self._found))
        listed.highlighted = at if at is not None and at < listed.option_count else 1
        self.query_one("#top", Static).update(literal(f"Training · {overview_words(self._found)}"))

    # -- what is chosen ------------------------------------------------------------------------

    def _at(self) -> tuple[str, str]:
        """The kind and name of the line that is chosen."""
        listed = self.query_one(OptionList)
        if listed.highlighted is None:
            return "", ""
        kind, _, name = (listed.get_option_at_index(listed.highlighted).id or "").partition(":")
        return kind, name

    def _case(self) -> CaseRow | None:
        kind, name = self._at()
        cases = self._found.cases if self._found is not None and kind == "case" else ()
        return next((case for case in cases if case.case == name), None)

    @on(OptionList.OptionSelected, "#training-list")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        kind, name = self._at()
        if kind == "case":
            self._choose_session("Replay which session?", self._replay)
        elif kind == "run":
            self._safely(lambda: self._feedback(name))
        elif kind == "assignment":
            self._safely(lambda: self._assignment(name))

    def _choose_session(self, question: str, act: Callable[[str], None], without: str = "") -> None:
        case = self._case()
        if case is None:
            self._app.tell("Choose a case first.")
            return
        rows = [
            (
                row.id,
                f"{row.reviewer} · {row.kind} · {row.status} · {row.last[:16].replace('T', ' ')} · {row.id}",
            )
            for row in case.sessions
            if row.id != without
        ]
        rows += [
            (run.session, f"run of {run.trainee} · {run.ended or 'open'} · {run.session}")
            for run in case.runs
        ]
        if not rows:
            self._app.tell("There is no session on this case.")
            return
        self.app.push_screen(ChooseScreen(question, rows), lambda key: act(key) if key else None)

    # -- actions -------------------------------------------------------------------------------

    def _replay(self, session: str) -> None:
        def opened() -> None:
            from assistant.training.opening import open_replay
            from assistant.tui.replay_screen import ReplayScreen

            self._noted(session)
            marker = self._marker()
            self.app.push_screen(ReplayScreen(open_replay(self._path(), session, marker), marker))

        self._safely(opened)

    def action_replay(self) -> None:
        kind, name = self._at()
        if kind == "run":
            self._replay(name)
        else:
            self._app.tell("Choose a run first.")

    def action_pair(self) -> None:
        def second(one: str) -> None:
            self._choose_session("And which beside it?", lambda other: self._pair(one, other), one)

        self._choose_session("Which session?", second)

    def _pair(self, one: str, other: str) -> None:
        def opened() -> None:
            from assistant.training.opening import must_differ, open_replay
            from assistant.training.side_by_side import SideBySide
            from assistant.tui.replay_pair_screen import ReplayPairScreen

            marker = self._marker()
            self._noted(one, other)
            first, second = (open_replay(self._path(), name, marker) for name in (one, other))
            must_differ(first, second)
            self.app.push_screen(ReplayPairScreen(SideBySide(first, second), marker))

        self._safely(opened)

    def _feedback(self, session: str) -> None:
        from assistant.training.debrief import told_feedback

        self._noted(session)
        lines = told_feedback(self._app.decision_log, session, self._app.profile.id)
        self.app.push_screen(LinesScreen(lines))

    def _assignment(self, name: str) -> None:
        from assistant.training.overview import assignment_lines

        if self._found is not None:
            lines = assignment_lines(self._app.decision_log, self._found, name, self._app.profile.id)
            self.app.push_screen(LinesScreen(lines))

    def action_assign(self) -> None:
        case = self._case()
        if case is None or not case.reference:
            self._app.tell("Choose a case with a reference first.")
            return
        from assistant.tui.training_assigning import assigning

        assigning(self, case.case, self.fill)

    def action_withdraw(self) -> None:
        kind, name = self._at()
        if kind != "assignment":
            self._app.tell("Choose an assignment first.")
            return

        def withdrawn() -> None:
            from assistant.training.assignment import withdraw
            from assistant.training.book import Book

            withdraw(Book(self._app.decision_log, self._app.profile.id), name)
            self.fill()

        self._safely(withdrawn)

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_action(event.name if event.name != "palette" else "app.command_palette")

    def action_help(self) -> None:
        self.app.push_screen(LinesScreen(HELP))

    def action_leave(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit(0)

    # -- the rest ------------------------------------------------------------------------------

    def _safely(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Refused as refused:
            self._app.tell(str(refused), "error")

    def _path(self) -> Path:
        return self._app.decision_log.path

    def _marker(self) -> Marker:
        from assistant.training.opening import Marker

        return Marker(self._path(), self._app.profile.id)

    def _noted(self, *sessions: str) -> None:
        """Logs that sessions are read."""
        from assistant.core.access_event import AccessRead
        from assistant.log.access import note

        said = note(self._path(), AccessRead("training", sessions))
        if said:
            self._app.tell(said, "warning")


def _options(found: Overview) -> list[Option]:
    from assistant.training.overview import assignment_line, by_trainee, case_words, glance_words, run_line

    def heading(words: str) -> Option:
        return Option(literal(words), disabled=True)

    options = [heading("Cases")]
    for case in found.cases:
        words = f"  {case.case} · {case_words(case)}"
        if case.glance is not None:
            words += f"\n      {glance_words(case)}"
        options.append(Option(literal(words), id=f"case:{case.case}"))
    if found.assignments:
        options.append(heading("Assigned"))
        options += [
            Option(literal(f"  {assignment_line(found, one)}"), id=f"assignment:{one.id}")
            for one in found.assignments
        ]
    if found.runs:
        options.append(heading("Runs by trainee"))
        options += [
            Option(literal(f"  {run.trainee:<14} {run_line(run)}"), id=f"run:{run.session}")
            for run in by_trainee(found.runs)
        ]
    return options
