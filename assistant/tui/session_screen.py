"""What a session looks like on the screen: transcript, replies, the reply line, and the side panel beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.core.text import one_line, visible
from assistant.tui.panel import VIEWS, PanelList, SidePanel
from assistant.tui.reply import Reply
from assistant.tui.text import literal, local_time
from assistant.tui.transcript import Transcript

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.review import Review
    from assistant.talk import Line
    from assistant.tui.app import ImrApp
    from assistant.tui.panel_views import PanelViews

SMALLEST_WIDTH, SMALLEST_HEIGHT = 50, 14
WIDE = 100


class SessionScreen(Screen[None]):
    """Draws a session; `ReviewScreen` adds its beginning and the reviewer's replies."""

    AUTO_FOCUS = "#reply"
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (WIDE, "wide")]  # noqa: RUF012 - Textual declares an instance variable

    def __init__(self, case: str | None = None, session: str | None = None) -> None:
        super().__init__()
        self._case = case
        self._session = session
        self._review: Review | None = None
        self._conversation: Conversation | None = None
        self._views: PanelViews | None = None
        self._asking: tuple[str, Callable[[str], list[Line]]] | None = None
        self._drawn: tuple[str, tuple[str, str], str] | None = None
        self._half = ""

    def compose(self) -> ComposeResult:
        yield Static("Opening ...", id="top", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="conversation"):
                yield Transcript()
                yield Static(id="asks", markup=False)
                yield OptionList(id="options", markup=False)
                yield Reply(id="reply", select_on_focus=False)
            yield SidePanel()
        yield Static(
            "The terminal is too small: at least 50 columns and 14 lines are needed.",
            id="small",
            markup=False,
        )
        yield Footer()

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
                lines += [
                    ("proposal" if line.startswith("  Proposed") else "context", line) for line in context
                ]
            if turn.words and (not turn.options or turn.options[0].value != "stated"):
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
        signing = turn.kind == "sign" and not asks and not review.watching
        self.reply.placeholder = "sign" if signing else ""
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
            try:
                if evidence:
                    self._views.open_page(evidence[0])
            except Refused as refused:
                self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])

    def _draw_options(self, conversation: Conversation) -> None:
        listed = self.query_one("#options", OptionList)
        listed.clear_options()
        if self._asking is None:
            listed.add_options(
                [
                    Option(literal(f"{number if conversation.numbered else '-'}  {option.label}"))
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

    def close_review(self) -> None:
        """Parks the session."""
        if self._review is not None:
            try:
                self._review.close()
            except Refused as refused:
                cast("ImrApp", self.app).tell(str(refused), "error")

    def on_resize(self) -> None:
        tiny = self.size.width < SMALLEST_WIDTH or self.size.height < SMALLEST_HEIGHT
        self.set_class(tiny, "tiny")

    @property
    def talk(self) -> Conversation | None:
        """The conversation, once the session is open."""
        return self._conversation

    def open_document(self) -> str:
        """The document whose page the panel shows."""
        return self._views.document if self._views is not None else ""

    def found(self, words: str) -> str:
        """Lists the passages that hold the words in the panel, and says how many there are."""
        if self._views is None:
            return ""
        said = self._views.find(words)
        if self._views.passages:
            if self.size.width < WIDE:
                self.add_class("panelled")
            self.query_one(PanelList).focus()
        return said

    def show_panel(self, view: str) -> None:
        """Shows a view of the panel; on a narrow terminal it takes the conversation's place."""
        if self._views is None:
            return
        try:
            self._views.show(view)
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])
            return
        if self.size.width < WIDE:
            self.add_class("panelled")
        self.query_one(PanelList).focus()

    def _hide_panel(self) -> None:
        self.remove_class("panelled")
        self.query_one(SidePanel).remove_class("shown")

    def take_up_half(self) -> None:
        """Puts back what was half typed when something else was asked for."""
        self.reply.value, self._half = self._half, ""
        self.reply.cursor_position = len(self.reply.value)

    def action_leave(self) -> None:
        """Back to the reply; half a reply is given up."""
        if self._asking is not None:
            self._asking = None
            self.take_up_half()
            self.draw()
        if self.size.width < WIDE:
            self._hide_panel()
        self.reply.focus()

    def next_view(self) -> None:
        """Shows the panel, or its next view; after the last view a narrow screen shows the conversation again."""
        panel = self.query_one(SidePanel)
        if not panel.shown:
            self.show_panel(panel.view)
        elif panel.view == VIEWS[-1] and self.size.width < WIDE:
            panel.view = VIEWS[0]
            self.action_leave()
        else:
            self.show_panel(VIEWS[(VIEWS.index(panel.view) + 1) % len(VIEWS)])

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

    def answer(self, act: Callable[[], list[Line]], keep: bool = False) -> bool:
        """Carries out a reply and draws what it led to; whether it was carried out.

        What could not be stays in the reply line, with what is wrong above it; with `keep` it stays anyway.
        """
        try:
            lines = act()
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])
            self.draw()
            return False
        if not keep:
            self.reply.value = ""
        self.transcript.say_all([(line.kind, line.text) for line in lines])
        self._keep_profile()
        self.draw()
        return True

    def _keep_profile(self) -> None:
        from assistant.qualifications import keep_qualifications

        app = cast("ImrApp", self.app)
        if self._review is not None and not self._review.watching:
            try:
                app.profile = keep_qualifications(self._review, app.profile)
            except Refused as refused:
                app.tell(str(refused), "warning")

    def ask_for(self, question: str, act: Callable[[str], list[Line]], value: str = "") -> None:
        """Asks for words in the reply line; Escape gives it up."""
        if self._asking is None:
            self._half = self.reply.value
        self._asking = (question, act)
        self.reply.value = visible(value)
        self.reply.cursor_position = len(self.reply.value)
        if self.size.width < WIDE:
            self._hide_panel()
        self.reply.focus()
        self.draw()

    def run_action_named(self, name: str) -> None:
        """Does one of the actions of the registry."""
        from assistant.tui.review_actions import perform_action

        if self._review is not None and self._conversation is not None:
            perform_action(self, self._review, self._conversation, name)
        elif name == "park":
            self.app.exit(0)
