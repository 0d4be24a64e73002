"""One review on the screen: transcript, replies, the reply line and the side panel.

It draws what the `Conversation` says and passes replies on; what is accepted is in the log before it is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.actions import ACTIONS
from assistant.core.problem import Refused
from assistant.core.text import one_line
from assistant.tui.panel import VIEWS, PanelList, SidePanel
from assistant.tui.reply import Reply
from assistant.tui.text import literal, local_time
from assistant.tui.transcript import Transcript

if TYPE_CHECKING:
    from assistant.conversation import Conversation, Line
    from assistant.review import Review
    from assistant.tui.app import ImrApp
    from assistant.tui.panel_views import PanelViews

SMALLEST_WIDTH, SMALLEST_HEIGHT = 50, 14
WATCHING_SECONDS = 1.0
_SHORT = {"panel": "panel", "skip": "later", "answers": "questions"}


def _bindings() -> list[BindingType]:
    keyed: list[BindingType] = [
        Binding(
            a.key,
            f"named('{a.name}')",
            _SHORT.get(a.name, a.name),
            show=a.name != "park",
            priority=True,
            id=a.name,
        )
        for a in ACTIONS
        if a.key
    ]
    return [*keyed, Binding("escape", "leave", "reply", show=False)]


class ReviewScreen(Screen[None]):
    """A session that is worked on, or, where another window has it, watched."""

    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    AUTO_FOCUS = "#reply"
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (100, "wide")]  # noqa: RUF012 - Textual declares it as an instance variable

    def __init__(self, case: str | None = None, session: str | None = None) -> None:
        super().__init__()
        self._case = case
        self._session = session
        self._review: Review | None = None
        self._conversation: Conversation | None = None
        self._views: PanelViews | None = None
        self._asking: tuple[str, Callable[[str], list[Line]]] | None = None
        self._drawn: tuple[str, tuple[str, str], str] | None = None
        self._kept = ""

    def compose(self) -> ComposeResult:
        yield Static("Opening ...", id="top", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="conversation"):
                yield Transcript()
                yield Static(id="asks", markup=False)
                yield OptionList(id="options", markup=False)
                yield Reply(id="reply")
            yield SidePanel()
        yield Static(
            "The terminal is too small: at least 50 columns and 14 lines are needed.",
            id="small",
            markup=False,
        )
        yield Footer()

    # -- beginning and ending --------------------------------------------------------------------

    def on_mount(self) -> None:
        self.query_one("#options", OptionList).can_focus = False
        self.call_after_refresh(self.open)

    def open(self) -> None:
        """Opens the session and asks its first question."""
        app = cast("ImrApp", self.app)
        try:
            self._review = self._opened(app)
        except Refused as refused:
            if len(app.screen_stack) > 2:
                self.dismiss()
                app.tell(str(refused), "error")
            else:
                app.give_up(refused)
            return
        from assistant.conversation import Conversation
        from assistant.tui.panel_views import PanelViews

        review = self._review
        self._conversation = Conversation(review)
        self._views = PanelViews(self, review, self.query_one(SidePanel))
        self._greet(review)
        if self.size.width >= 100:
            self._views.show("record")
        self.draw()
        self.set_timer(0.05, self._warm)
        if review.watching:
            self.set_interval(WATCHING_SECONDS, self._watch)

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
        from assistant.review import missing_documents

        session = review.session
        lines = [("news", f"{session.rules.case.title} · {showing.mode_words(review)}")]
        if review.watching:
            lines.append(("warning", "Another window works on this session; this one watches it."))
        elif self._session is not None and session.status == "open":
            lines.append(("note", f"Going on: {showing.progress_words(review)} questions answered."))
        else:
            lines.append(("note", f"Session {session.id}. F1 says what can be done."))
        lines += [("problem", str(problem)) for problem in missing_documents(review)]
        self.transcript.say_all(lines)

    @work(thread=True, exit_on_error=False)
    def _warm(self) -> None:
        """Imports what the first answer needs while the first question is being read."""
        import jsonschema  # noqa: F401

    def _watch(self) -> None:
        if self._review is not None and self._review.refresh():
            self.draw()

    def close_review(self) -> None:
        """Parks the session."""
        if self._review is not None:
            try:
                self._review.close()
            except Refused as refused:
                cast("ImrApp", self.app).tell(str(refused), "error")

    # -- drawing ---------------------------------------------------------------------------------

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    @property
    def reply(self) -> Reply:
        return self.query_one(Reply)

    def draw(self) -> None:
        """Draws what the session waits for now."""
        conversation, review = self._conversation, self._review
        if conversation is None or review is None:
            return
        from assistant import showing

        turn = conversation.turn
        now = (turn.kind, turn.place, turn.check.key if turn.check else turn.criterion)
        if now != self._drawn and conversation.pending is None:
            self._drawn = now
            lines = [("question", turn.question)]
            context = showing.context(review, turn)
            if turn.kind == "sign":
                lines = [("context", "\n".join(context)), *lines]
            else:
                lines += [("context", line) for line in context]
            if turn.words and not turn.options:
                lines.append(("context", turn.words))
            if turn.kind == "done":
                lines.append(("context", "F5 shows the draft, Ctrl+P what else there is, Ctrl+Q leaves."))
            self.transcript.say_all(lines)
            self._show_proposed_page(conversation)
        asks = (
            self._asking[0] if self._asking else conversation.pending.question if conversation.pending else ""
        )
        label = self.query_one("#asks", Static)
        label.update(literal(asks))
        label.set_class(bool(asks), "shown")
        self._draw_options(conversation)
        self.reply.digits = conversation.digits and self._asking is None
        self.reply.placeholder = "" if turn.kind != "sign" else "sign"
        self.reply.disabled = review.watching
        self._draw_top(review)
        if self._views is not None:
            self._views.refresh()
        self.refresh_bindings()

    def _show_proposed_page(self, conversation: Conversation) -> None:
        """Puts the page that a proposal rests on beside the question, where the record is in view."""
        proposal = conversation.turn.proposal
        panel = self.query_one(SidePanel)
        if proposal is not None and self._views is not None and panel.shown and panel.view == "record":
            evidence = proposal.answer.all_evidence()
            if evidence:
                self._views.open_page(evidence[0])

    def _draw_options(self, conversation: Conversation) -> None:
        listed = self.query_one("#options", OptionList)
        listed.clear_options()
        if self._asking is None:
            listed.add_options(
                [
                    Option(literal(f"{number if conversation.digits else '-'}  {option.label}"))
                    for number, option in enumerate(conversation.options, 1)
                ]
            )
            listed.highlighted = None
        listed.display = bool(listed.option_count)

    def _draw_top(self, review: Review) -> None:
        from assistant import showing as shown

        turn = review.turn
        mode = "" if review.session.mode == "real" else f" · {review.session.mode.upper()}"
        where = shown.scope_words(review, turn.scope) if turn.scope else "the case"
        watching = " · watching" if review.watching else ""
        text = (
            f"{where} · {shown.progress_words(review)} answered · logged {local_time(review.logged_at)}{mode}{watching}"
            f" · {review.session.rules.case.id}"
        )
        self.query_one("#top", Static).update(literal(one_line(text, max(self.size.width - 2, 10))))

    def on_resize(self) -> None:
        tiny = self.size.width < SMALLEST_WIDTH or self.size.height < SMALLEST_HEIGHT
        self.set_class(tiny, "tiny")

    # -- replies ---------------------------------------------------------------------------------

    def answer(self, act: Callable[[], list[Line]], typed: str = "") -> None:
        """Carries out a reply and draws what it led to; what could not be logged stays in the reply line."""
        if typed:
            self.transcript.say("note", f"› {typed[:400]}")
        try:
            lines = act()
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])
            self.draw()
            return
        self.reply.value = ""
        self.transcript.say_all([(line.kind, line.text) for line in lines])
        self._keep_profile()
        self.draw()

    def _keep_profile(self) -> None:
        from assistant.plain import keep_qualifications

        app = cast("ImrApp", self.app)
        if self._review is not None and not self._review.watching:
            try:
                app.profile = keep_qualifications(self._review, app.profile)
            except Refused as refused:
                app.tell(str(refused), "warning")

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
        assert self._asking is not None  # only called while something is asked for
        act = self._asking[1]
        self._asking = None
        if text.strip():
            self.answer(lambda: act(text))
        else:
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

    @property
    def talk(self) -> Conversation | None:
        """The conversation, once the session is open."""
        return self._conversation

    def found(self, words: str) -> str:
        """Lists the passages that hold the words in the panel, and says how many there are."""
        if self._views is None:
            return ""
        said = self._views.find(words)
        if self._views.passages:
            if self.size.width < 100:
                self.add_class("panelled")
            self.query_one(PanelList).focus()
        return said

    def open_document(self) -> str:
        """The document whose page the panel shows."""
        return self._views.document if self._views is not None else ""

    def ask_for(self, question: str, act: Callable[[str], list[Line]], value: str = "") -> None:
        """Asks for words in the reply line; Escape gives it up."""
        self._asking = (question, act)
        self.reply.value = value
        self.reply.cursor_position = len(value)
        if self.size.width < 100:
            self._hide_panel()
        self.reply.focus()
        self.draw()

    # -- the panel -------------------------------------------------------------------------------

    @on(PanelList.OptionSelected, "#panel-list")
    def _panel_chosen(self, event: OptionList.OptionSelected) -> None:
        if self._views is not None:
            self._views.chosen(event.option_index)

    @on(PanelList.OptionHighlighted, "#panel-list")
    def _panel_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if self._views is not None:
            self._views.highlighted(event.option_index)

    @on(PanelList.Key)
    def _panel_key(self, event: PanelList.Key) -> None:
        if event.name == "leave":
            self.action_leave()
        elif self._views is not None:
            self._views.key(event.name, event.index)

    def show_panel(self, view: str) -> None:
        """Shows a view of the panel; on a narrow terminal it takes the conversation's place."""
        if self._views is None:
            return
        try:
            self._views.show(view)
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])
            return
        if self.size.width < 100:
            self.add_class("panelled")
        self.query_one(PanelList).focus()

    def _hide_panel(self) -> None:
        self.remove_class("panelled")
        self.query_one(SidePanel).remove_class("shown")

    def action_leave(self) -> None:
        """Back to the reply; half a reply is given up."""
        if self._asking is not None:
            self._asking = None
            self.reply.value = ""
            self.draw()
        if self.size.width < 100:
            self._hide_panel()
        self.reply.focus()

    # -- actions ---------------------------------------------------------------------------------

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.offers(str(parameters[0])) if action == "named" and parameters else True

    def action_named(self, name: str) -> None:
        self.run_action_named(name)

    def run_action_named(self, name: str) -> None:
        """Does one of the actions of the registry."""
        from assistant.tui.review_actions import perform_action

        if self._review is not None and self._conversation is not None:
            perform_action(self, self._review, self._conversation, name)
        elif name == "park":
            self.app.exit(0)

    def next_view(self) -> None:
        """Shows the panel, or its next view; after the last view a narrow screen shows the conversation again."""
        panel = self.query_one(SidePanel)
        if not panel.shown:
            self.show_panel(panel.view)
        elif panel.view == VIEWS[-1] and self.size.width < 100:
            panel.view = VIEWS[0]
            self.action_leave()
        else:
            self.show_panel(VIEWS[(VIEWS.index(panel.view) + 1) % len(VIEWS)])
