"""What can be practised: runs to go on with, assigned cases, and cases with a reference."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.tui.text import literal

if TYPE_CHECKING:
    from assistant.log import Log
    from assistant.reviewer import Profile
    from assistant.training.assignment import Assignment
    from assistant.training.practice import Practice
    from assistant.training.waiting import Waiting
    from assistant.tui.app import ImrApp

    Begin = Callable[[Log, Profile], Practice]

_WAYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Each answer revealed after yours", "each", ()),
    ("Everything revealed at the end", "end", ()),
    ("Three planted faults to find, revealed at the end", "end", ("any", "any", "any")),
)


class PracticeChoiceScreen(Screen[None]):
    """A list to choose a run from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,ctrl+q", "leave", "leave")]
    AUTO_FOCUS = "#home-list"

    def __init__(self) -> None:
        super().__init__()
        self._chosen: dict[str, Begin] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="home"):
            yield Static("Practise blind", id="home-title", markup=False)
            yield OptionList(id="home-list", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        gc.enable()
        self.call_after_refresh(self.fill)

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Lists what waits."""
        from assistant.training.waiting import waiting

        app = cast("ImrApp", self.app)
        try:
            found = waiting(app.decision_log, app.profile.id)
        except Refused as refused:
            app.give_up(refused)
            return
        options = self._options(found)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(options)
        listed.highlighted = 1 if options else None

    def _options(self, found: Waiting) -> list[Option]:
        from assistant.training.waiting import assignment_words, run_words

        groups = [
            ("Runs to go on with", [(run_words(run), _resume(run.session)) for run in found.runs]),
            ("Assigned to you", [(assignment_words(one), _assigned(found, one)) for one in found.assigned]),
        ]
        groups += [
            (case, [(words, _case(case, reveal, faults)) for words, reveal, faults in _WAYS])
            for case in found.cases
        ]
        options: list[Option] = []
        for heading, rows in groups:
            if rows:
                options.append(Option(literal(heading), disabled=True))
            for words, begin in rows:
                key = f"row-{len(options)}"
                self._chosen[key] = begin
                options.append(Option(literal(f"  {words}"), id=key))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        from assistant.tui.training_practice_screen import PracticeScreen

        begin = self._chosen.get(event.option_id or "")
        if begin is not None:
            self.app.push_screen(PracticeScreen(begin))

    def action_leave(self) -> None:
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit(0)


def _resume(session: str) -> Begin:
    from assistant.training.beginning import resume_run

    return lambda log, profile: resume_run(log, profile, session)


def _assigned(found: Waiting, one: Assignment) -> Begin:
    from assistant.training.beginning import begin_run

    return lambda log, profile: begin_run(log, profile, found.exercise(one))


def _case(case: str, reveal: str, faults: tuple[str, ...]) -> Begin:
    from assistant.training.beginning import begin_run, exercise_of_case, with_faults

    return lambda log, profile: begin_run(
        log, profile, with_faults(log, exercise_of_case(case, reveal), faults)
    )
