"""A blind run on the screen: a review whose answers are held against the reviewer's, and its feedback at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from assistant.conversation import Conversation
from assistant.core.problem import Refused
from assistant.review import Review
from assistant.training.practice import Practice
from assistant.tui.replay_dialog import LinesScreen
from assistant.tui.review_screen import ReviewScreen

if TYPE_CHECKING:
    from assistant.log import Log
    from assistant.reviewer import Profile
    from assistant.talk import Line
    from assistant.tui.app import ImrApp

FEEDBACK_SECONDS = 0.8
"""How long the last line of the run stands before the feedback covers it."""


class PracticeScreen(ReviewScreen):
    """The run that `begin` opens or goes on with."""

    def __init__(self, begin: Callable[[Log, Profile], Practice]) -> None:
        super().__init__()
        self._begin = begin
        self._practice: Practice | None = None
        self._told = False

    def _opened(self, app: ImrApp) -> Review:
        self._practice = self._begin(app.decision_log, app.profile)
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
            if practice.run.reveal != "trainer":
                self.set_timer(FEEDBACK_SECONDS, self._show_feedback)
        return done

    def _show_feedback(self) -> None:
        from assistant.training.debrief import told_feedback

        app = cast("ImrApp", self.app)
        practice = self._practice
        assert practice is not None  # only called at the end of one
        try:
            lines = told_feedback(app.decision_log, practice.run.session, app.profile.id)
        except Refused as refused:
            app.tell(str(refused), "error")
            return
        app.push_screen(LinesScreen(lines))
