"""The trainers' screen: cases with a reference, sessions by case, assignments, runs by trainee, agreement at a glance."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from assistant.clock import utc_minute
from assistant.core.access_events import AccessRead
from assistant.core.problem import Refused
from assistant.log.access import note
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from assistant.training.book import Book, withdraw
from assistant.training.feedback_report import told_feedback
from assistant.training.gradebook import gradebook_lines
from assistant.training.overview import (
    REST,
    CaseRow,
    assignment_line,
    assignment_lines,
    assignment_words,
    by_trainee,
    case_words,
    glance_words,
    overview_words,
    read_gradebook,
    read_overview,
    run_line,
    run_words,
    waiting,
)
from assistant.training.practice import (
    Practice,
    assign_case,
    begin_run,
    exercise_of_case,
    resume_run,
    with_faults,
)
from assistant.training.replay import Marker, SideBySide, must_differ, open_replay
from assistant.tui.dialogs import AskScreen, ChooseScreen, LinesScreen
from assistant.tui.replay import ReplayScreen
from assistant.tui.replay_pair import ReplayPairScreen
from assistant.tui.review import ReviewScreen
from assistant.tui.widgets import (
    Key,
    KeyLine,
    ListScreen,
    MarkedList,
    ProgramScreen,
    Services,
    heading,
    literal,
)

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.core.event_words import Line
    from assistant.log import Log
    from assistant.profile import Profile
    from assistant.training.book import Assignment
    from assistant.training.overview import CaseRow, Overview, Waiting


_KEYS: tuple[Key, ...] = (
    ("Enter", "open", "help"),
    ("[a]", "assign", "assign"),
    ("[s]", "compare", "pair"),
    ("[r]", "replay", "replay"),
    ("[g]", "gradebook", "gradebook"),
    ("F1", "help", "help"),
    ("[q]", "leave", "leave"),
    ("[w]", "withdraw", "withdraw"),
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
    "  g        the gradebook: what each trainee has come to",
    "  q, Esc   leave",
    "",
    "Agreement at a glance is the share of answers that two reviewers both gave alike, over the newest signed",
    "sessions of a case. A share flatters where one answer is common: `imr agree` gives kappa, alpha and AC1.",
)


class TrainingScreen(ListScreen):
    """One list; what can be done with a line hangs on what it is of."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "assign", show=False),
        Binding("s", "pair", show=False),
        Binding("r", "replay", show=False),
        Binding("w", "withdraw", show=False),
        Binding("g", "gradebook", show=False),
        Binding("f1,question_mark", "help", show=False),
        Binding("q,escape,ctrl+q", "leave", show=False),
    ]
    DEFAULT_CSS = (
        "TrainingScreen #training-list { height: 1fr; border: none; padding: 0 1; background: $background; }"
    )
    AUTO_FOCUS = "#training-list"

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._found: Overview | None = None

    def compose(self) -> ComposeResult:
        yield Static("Training", id="top", markup=False)
        yield MarkedList(id="training-list")
        yield KeyLine()

    def on_mount(self) -> None:
        gc.enable()
        self.query_one(KeyLine).show(_KEYS)

    def fill(self) -> None:
        """Reads the log and lists what it holds."""
        try:
            self._found = read_overview(self._services.decision_log)
        except Refused as refused:
            self.refuse(self._services, refused)
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
            self.attempt(lambda: self._feedback(name))
        elif kind == "assignment":
            self.attempt(lambda: self._assignment(name))

    def _choose_session(self, question: str, act: Callable[[str], None], without: str = "") -> None:
        case = self._case()
        if case is None:
            self.tell("Choose a case first.")
            return
        rows = [
            (
                row.id,
                f"{row.reviewer} · {row.kind} · {row.status} · {utc_minute(row.last)} · {row.id}",
            )
            for row in case.sessions
            if row.id != without
        ]
        rows += [
            (run.session, f"run of {run.trainee} · {run.ended or 'open'} · {run.session}")
            for run in case.runs
        ]
        if not rows:
            self.tell("There is no session on this case.")
            return
        self.app.push_screen(ChooseScreen(question, rows), lambda key: act(key) if key else None)

    # -- actions -------------------------------------------------------------------------------

    def _replay(self, session: str) -> None:
        def opened() -> None:
            self._noted(session)
            marker = self._marker()
            self.app.push_screen(ReplayScreen(open_replay(self._path(), session, marker), marker))

        self.attempt(opened)

    def action_replay(self) -> None:
        kind, name = self._at()
        if kind == "run":
            self._replay(name)
        else:
            self.tell("Choose a run first.")

    def action_pair(self) -> None:
        def second(one: str) -> None:
            self._choose_session("And which beside it?", lambda other: self._pair(one, other), one)

        self._choose_session("Which session?", second)

    def _pair(self, one: str, other: str) -> None:
        def opened() -> None:
            marker = self._marker()
            self._noted(one, other)
            first, second = (open_replay(self._path(), name, marker) for name in (one, other))
            must_differ(first, second)
            self.app.push_screen(ReplayPairScreen(SideBySide(first, second), marker))

        self.attempt(opened)

    def _feedback(self, session: str) -> None:
        self._noted(session)
        lines = told_feedback(self._services.decision_log, session, self._services.profile.id)
        self.app.push_screen(LinesScreen(lines))

    def _assignment(self, name: str) -> None:
        if self._found is not None:
            lines = assignment_lines(
                self._services.decision_log, self._found, name, self._services.profile.id
            )
            self.app.push_screen(LinesScreen(lines))

    def action_assign(self) -> None:
        case = self._case()
        if case is None or not case.reference:
            self.tell("Choose a case with a reference first.")
            return

        assigning(self, self._services, case.case, self.fill)

    def action_withdraw(self) -> None:
        kind, name = self._at()
        if kind != "assignment":
            self.tell("Choose an assignment first.")
            return

        def withdrawn() -> None:
            withdraw(Book(self._services.decision_log, self._services.profile.id), name)
            self.fill()

        self.attempt(withdrawn)

    def action_gradebook(self) -> None:
        def opened() -> None:
            made = read_gradebook(self._services.decision_log, self._services.profile.id)
            self._noted(*(one.session for grade in made.grades for one in grade.results))
            self.app.push_screen(LinesScreen(gradebook_lines(made)))

        self.attempt(opened)

    def action_help(self) -> None:
        self.app.push_screen(LinesScreen(HELP))

    # -- the rest ------------------------------------------------------------------------------

    def _path(self) -> Path:
        return self._services.decision_log.path

    def _marker(self) -> Marker:
        return Marker(self._path(), self._services.profile.id)

    def _noted(self, *sessions: str) -> None:
        """Logs that sessions are read."""
        said = note(self._path(), AccessRead("training", sessions))
        if said:
            self.tell(said, "warning")


def _options(found: Overview) -> list[Option]:
    def cases(title: str, some: Sequence[CaseRow]) -> Iterator[Option]:
        if some:
            yield heading(title)
        for case in some:
            words = f"  {case.case} · {case_words(case)}"
            if case.glance is not None:
                words += f"\n      {glance_words(case)}"
            yield Option(literal(words), id=f"case:{case.case}")

    options = [*cases("Cases", found.begun)]
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
    return [*options, *cases(REST, found.rest)]


# What can be practised: runs to go on with, assigned cases, and cases with a reference.


if TYPE_CHECKING:
    Begin = Callable[[Log, Profile], Practice]

_WAYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("Each answer revealed after yours", "each", ()),
    ("Everything revealed at the end", "end", ()),
    ("Planted faults to find, up to three, revealed at the end", "end", ("any", "any", "any")),
)


class PracticeChoiceScreen(ListScreen):
    """A list to choose a run from."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,ctrl+q", "leave", "leave")]
    AUTO_FOCUS = "#home-list"

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self._chosen: dict[str, Begin] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="home"):
            yield Static("Practise blind", id="home-title", markup=False)
            yield MarkedList(id="home-list")
        yield Footer()

    def on_mount(self) -> None:
        gc.enable()

    def fill(self) -> None:
        """Lists what waits."""
        try:
            found = waiting(self._services.decision_log, self._services.profile.id)
        except Refused as refused:
            self._services.give_up(refused)
            return
        options = self._options(found)
        listed = self.query_one(OptionList)
        listed.clear_options()
        listed.add_options(options)
        listed.highlighted = 1 if options else None

    def _options(self, found: Waiting) -> list[Option]:
        groups = [
            ("Runs to go on with", [(run_words(run), _resume(run.session)) for run in found.runs]),
            ("Assigned to you", [(assignment_words(one), _assigned(found, one)) for one in found.assigned]),
        ]
        groups += [
            (case, [(words, _case(case, reveal, faults)) for words, reveal, faults in _WAYS])
            for case in found.cases
        ]
        options: list[Option] = []
        for title, rows in groups:
            if rows:
                options.append(heading(title))
            for words, begin in rows:
                key = f"row-{len(options)}"
                self._chosen[key] = begin
                options.append(Option(literal(f"  {words}"), id=key))
        return options

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        begin = self._chosen.get(event.option_id or "")
        if begin is not None:
            self.app.push_screen(PracticeScreen(self._services, begin))


def _resume(session: str) -> Begin:
    return lambda log, profile: resume_run(log, profile, session)


def _assigned(found: Waiting, one: Assignment) -> Begin:
    return lambda log, profile: begin_run(log, profile, found.exercise(one))


def _case(case: str, reveal: str, faults: tuple[str, ...]) -> Begin:
    def begin(log: Log, profile: Profile) -> Practice:
        exercise, most = exercise_of_case(case, reveal), len(faults)
        while True:
            try:
                planted = with_faults(log, exercise, faults[:most])
            except Refused:  # the case may have a place for fewer
                if most < 2:
                    raise
                most -= 1
            else:
                return begin_run(log, profile, planted)

    return begin


# The ways from the home screen into training.


def entry_screen(services: Services, kind: str, name: str) -> Screen[None]:
    """The screen for a trainee's run (by its session), for `practise`, or for `trainers`."""
    if kind == "run":
        return PracticeScreen(services, lambda log, profile: resume_run(log, profile, name))
    if name == "practise":
        return PracticeChoiceScreen(services)
    return TrainingScreen(services)


# A blind run on the screen: a review whose answers are held against the reviewer's, and its feedback at the
# end.


FEEDBACK_SECONDS = 0.8
"""How long the last line of the run stands before the feedback covers it."""


class PracticeScreen(ReviewScreen):
    """The run that `begin` opens or goes on with."""

    def __init__(self, services: Services, begin: Callable[[Log, Profile], Practice]) -> None:
        super().__init__(services)
        self._begin = begin
        self._practice: Practice | None = None
        self._told = False

    def _opened(self) -> Review:
        self._practice = self._begin(self._services.decision_log, self._services.profile)
        return self._practice.review

    def conversing(self, review: Review) -> Conversation:
        """The practice that this screen began."""
        assert self._practice is not None  # `_opened` has made it
        return self._practice

    def _greet(self, review: Review) -> None:
        super()._greet(review)
        if self._practice is not None:
            self.transcript.say_all([("news", line) for line in self._practice.greeting()])

    def answer(self, act: Callable[[], list[Line]], keep: bool = False) -> bool:
        """Carries out a reply; after the last one the feedback is shown."""
        done = super().answer(act, keep)
        practice = self._practice
        if practice is not None and practice.run.ended and not self._told:
            self._told = True
            if practice.run.tells:
                self.set_timer(FEEDBACK_SECONDS, self._show_feedback)
        return done

    def _show_feedback(self) -> None:
        practice = self._practice
        assert practice is not None  # only called at the end of one
        services = self._services
        try:
            lines = told_feedback(services.decision_log, practice.run.session, services.profile.id)
        except Refused as refused:
            self.tell(str(refused), "error")
            return
        self.app.push_screen(LinesScreen(lines))


# Assigning a case on the trainers' screen: to whom, what is revealed when, and what is planted.


_REVEALS = (
    ("each", "after each answer"),
    ("end", "at the end"),
    ("trainer", "only to you: the reference stays hidden from the trainee"),
)


def assigning(screen: ProgramScreen, services: Services, case: str, done: Callable[[], None]) -> None:
    """Asks for what an assignment needs, one thing after the other, and makes it; Escape gives it up."""

    def assigned(trainee: str, reveal: str, count: int) -> None:
        try:
            made, _ = assign_case(
                services.decision_log, services.profile.id, case, trainee, reveal, ("any",) * count
            )
        except Refused as refused:
            screen.tell(str(refused), "error")
            return
        who = ", ".join(one.trainee for one in made)
        screen.tell(f"Assigned to {who}, with {made[0].planted} planted faults.")
        done()

    def planted(trainee: str, reveal: str) -> None:
        rows = [
            (str(number), f"{number or 'no'} fault{'s' * (number != 1)} planted")
            for number in (0, 1, 2, 3, 4, 5)
        ]
        screen.app.push_screen(
            ChooseScreen("What is planted in a copy of the case?", rows),
            lambda key: assigned(trainee, reveal, int(key)) if key else None,
        )

    def revealed(trainee: str) -> None:
        screen.app.push_screen(
            ChooseScreen("When is the reference revealed?", _REVEALS),
            lambda key: planted(trainee, key) if key else None,
        )

    screen.app.push_screen(
        AskScreen("A group, or the trainee's pseudonymous id (what `imr reviewer` shows):"),
        lambda words: revealed(words.strip()) if words and words.strip() else None,
    )
