"""One review on the screen: how it begins, what the reviewer replies, and which actions there are now.

It draws what the `Conversation` says and passes replies on; what is accepted is in the log before it is drawn.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widgets import Input, OptionList

from assistant.actions import ACTIONS
from assistant.core.problem import Refused
from assistant.tui.key_line import KeyLine
from assistant.tui.panel import SidePanel
from assistant.tui.reply import Reply
from assistant.tui.session_screen import SessionScreen

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.core.prompt_turn import Turn
    from assistant.review import Review
    from assistant.tui.app import ImrApp

WATCHING_SECONDS = 1.0
_SHORT = {"skip": "later"}
"""Words for the line of keys that are shorter than the name of the action."""


def _bindings() -> list[BindingType]:
    keyed: list[BindingType] = [
        Binding(
            a.key,
            f"named('{a.name}')",
            _SHORT.get(a.name, a.name),
            show=False,
            priority=True,
            id=a.name,
        )
        for a in ACTIONS
        if a.key
    ]
    return [*keyed, Binding("escape", "leave", "reply", show=False)]


class ReviewScreen(SessionScreen):
    """A session that is worked on, or, where another window has it, watched."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    def on_mount(self) -> None:
        self.query_one("#options", OptionList).can_focus = False
        self.screen_layout_refresh_signal.subscribe(self, self._first_drawn, immediate=True)

    def _first_drawn(self, _: object) -> None:
        """Opens the session once the empty screen has been drawn."""
        self.screen_layout_refresh_signal.unsubscribe(self)
        self.call_next(self.open)

    def open(self) -> None:
        """Opens the session and asks its first question."""
        app = cast("ImrApp", self.app)
        try:
            self._review = self._opened(app)
        except Refused as refused:
            if len(app.screen_stack) > 1:
                self.dismiss()
                app.tell(str(refused), "error")
            else:
                app.give_up(refused)
            return
        from assistant.tui.panel_views import PanelViews

        review = self._review
        self._conversation = self.conversing(review)
        self._views = PanelViews(self, review, self.query_one(SidePanel))
        with self.app.batch_update():
            self._greet(review)
            if self._session is not None:
                self._offer(self._conversation)
            self.draw()
        if self.query_one(SidePanel).shown:
            self.call_after_refresh(self._show_record)
        self.set_timer(0.05, self._warm)
        gc.freeze()  # what was made so far stays, and need not be gone through again and again
        gc.enable()
        if review.watching:
            self.set_interval(WATCHING_SECONDS, self._watch)

    def conversing(self, review: Review) -> Conversation:
        """The conversation with the session; blind practice has one of its own."""
        from assistant.conversation import Conversation

        return Conversation(review)

    def _show_record(self) -> None:
        """The first page beside the first question; a page that can't be logged as opened isn't shown."""
        try:
            if self._views is not None and not self.query_one(SidePanel).keys:
                self._views.show("record")
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])

    def _opened(self, app: ImrApp) -> Review:
        from assistant import library
        from assistant.review import Review

        log = app.decision_log
        if self._session is None:
            return Review.open(log, library.find_case(self._case or ""), app.profile)
        session = log.resolve(self._session)
        try:
            return Review.resume(log, session)
        except Refused as refused:
            if "window" not in str(refused):
                raise
            return Review.resume(log, session, watch=True)

    def _greet(self, review: Review) -> None:
        from assistant import showing
        from assistant.pinned_pages import missing_documents

        session = review.session
        lines = [("news", f"{session.rules.case.title} · {showing.mode_words(review)}")]
        if review.watching:
            lines.append(("warning", "Another window works on this session; this one watches it."))
        elif self._session is not None and session.status == "open":
            lines.append(
                ("note", f"Going on: {showing.progress_words(review)} questions answered, the last of them:")
            )
            for question, said in showing.recap(review):
                lines += [("note", question), ("answer", said)]
        else:
            lines.append(("note", f"Session {session.id}. F1 says what can be done."))
        lines += [("problem", str(problem)) for problem in missing_documents(review.session, review.pages)]
        self.transcript.say_all(lines)

    @work(thread=True, exit_on_error=False)
    def _warm(self) -> None:
        """Imports what the first answer needs while the first question is being read."""
        import jsonschema  # noqa: F401

    def _offer(self, conversation: Conversation) -> None:
        """Asks whether a session that is gone on with takes over a case file that has changed."""
        from assistant.offering import offer_amendment

        self.transcript.say_all([(line.kind, line.text) for line in offer_amendment(conversation)])

    def look_up(self, turn: Turn) -> None:
        review = self._review
        if review is not None and turn.kind == "prompt" and review.session.prompt(*turn.place).look_for:
            self._look_up(review, turn)

    @work(thread=True, exclusive=True, group="record", exit_on_error=False)
    def _look_up(self, review: Review, turn: Turn) -> None:
        """The search runs in a thread of its own, so that typing never waits for it."""
        from assistant.passages import reach_words

        words = reach_words(review, turn)
        self.app.call_from_thread(self._looked_up, turn, words)

    def _looked_up(self, turn: Turn, words: str) -> None:
        if self._review is not None and self._review.turn.place == turn.place and self.is_attached:
            self.record_said(words)

    def _watch(self) -> None:
        try:
            if self._review is not None and self._review.refresh():
                self.draw()
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])

    @on(Input.Changed, "#reply")
    def _typed(self) -> None:
        self.draw_asked()

    @on(Input.Submitted, "#reply")
    def _submitted(self, event: Input.Submitted) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        text = event.value
        highlighted = self.query_one("#options", OptionList).highlighted
        if self._asking is not None:
            self._finish_asking(text)
        elif not text.strip() and highlighted is not None:
            self.answer(lambda: conversation.choose(highlighted + 1))
        else:
            self.answer(lambda: conversation.reply(text))

    def _finish_asking(self, text: str) -> None:
        """Carries out what words were asked for; refused words stay where they were asked for, and answer nothing."""
        assert self._asking is not None  # only called while something is asked for
        asking = self._asking
        self._asking = None
        if not text.strip() and not asking[0].startswith("Find "):
            self.take_up_half()
            self.draw()
        elif self.answer(lambda: asking[1](text)):
            self.take_up_half()
        else:
            self._asking = asking
            self.draw()

    @on(Reply.Pressed)
    def _pressed(self, event: Reply.Pressed) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        if event.key == "?":
            self.answer(conversation.why)
        elif event.key == "/":
            self.run_action_named("find")
        elif event.key == "<":
            self.answer(conversation.back)
        else:
            number = int(event.key)
            if number > len(conversation.options):
                self.transcript.say("problem", f"There is no reply {number} here.")
            else:
                self.answer(lambda: conversation.choose(number))

    @on(Reply.Oversized)
    def _oversized(self, event: Reply.Oversized) -> None:
        conversation = self._conversation
        if conversation is not None:
            self.answer(lambda: conversation.reply(event.text))

    @on(Reply.Moved)
    def _moved(self, event: Reply.Moved) -> None:
        listed = self.query_one("#options", OptionList)
        if listed.option_count:
            at = listed.highlighted
            start = -1 if event.by > 0 else 0
            listed.highlighted = ((start if at is None else at) + event.by) % listed.option_count

    @on(Reply.Scrolled)
    def _scrolled(self, event: Reply.Scrolled) -> None:
        self.transcript.page(event.pages)

    @on(OptionList.OptionSelected, "#options")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        conversation = self._conversation
        if conversation is not None and self._asking is None:
            self.answer(lambda: conversation.choose(event.option_index + 1))
        self.reply.focus()

    def offers(self, name: str) -> bool:
        """Whether an action does something here and now; the footer and the palette show only those."""
        if self._review is None:
            return name in ("help", "park")
        status, watching = self._review.session.status, self._review.watching
        if name == "addendum":
            return status == "signed"
        if name in ("note", "skip", "why"):
            return status == "open" and not watching and self._review.turn.kind == "prompt"
        if name in ("back", "go", "edit", "decide", "decline", "cite"):
            return status == "open" and not watching
        return True

    def draw_keys(self) -> None:
        keyed = [a for a in ACTIONS if a.key.startswith("f") and self.offers(a.name)]
        self.query_one(KeyLine).show([(a.key, _SHORT.get(a.name, a.name), a.name) for a in keyed])

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        if event.name == "palette":
            await self.app.run_action("command_palette")
        else:
            self.run_action_named(event.name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.offers(str(parameters[0])) if action == "named" and parameters else True

    def action_named(self, name: str) -> None:
        self.run_action_named(name)
