"""What a session looks like on the screen: transcript, replies, the reply line, and the side panel beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.problem import Refused
from assistant.core.text import one_line
from assistant.tui.key_line import KeyLine
from assistant.tui.marked_list import MarkedList
from assistant.tui.panel import SidePanel
from assistant.tui.panel_host import BROAD, WIDE, PanelHost
from assistant.tui.reply import Reply
from assistant.tui.text import literal, local_time
from assistant.tui.transcript import Transcript

if TYPE_CHECKING:
    from assistant.conversation import Conversation
    from assistant.core.prompt_turn import Turn
    from assistant.review import Review
    from assistant.talk import Line
    from assistant.tui.app import ImrApp

SMALLEST_WIDTH, SMALLEST_HEIGHT = 50, 14
TOO_SMALL = (
    f"The terminal is too small: at least {SMALLEST_WIDTH} columns and {SMALLEST_HEIGHT} lines are needed."
)


class SessionScreen(PanelHost):
    """Draws a session; `ReviewScreen` adds its beginning and the reviewer's replies."""

    AUTO_FOCUS = "#reply"
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (WIDE, "wide"), (BROAD, "broad")]  # noqa: RUF012 - Textual's own type

    def __init__(self, case: str | None = None, session: str | None = None) -> None:
        super().__init__()
        self._case = case
        self._session = session
        self._review: Review | None = None
        self._conversation: Conversation | None = None
        self._asking: tuple[str, Callable[[str], list[Line]]] | None = None
        self._drawn: tuple[str, tuple[str, str], str] | None = None
        self._half = ""
        self._asked_lines: list[str] = []

    def compose(self) -> ComposeResult:
        width = self.app.size.width
        kind = [name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least][-1]
        self.add_class(kind, update=False)  # known from the beginning, so that the first frame is drawn once
        yield Static("Opening ...", id="top", markup=False)
        with Vertical(id="conversation"):
            yield Transcript()
            yield Static(id="found", markup=False)
            yield Static(id="asks", markup=False)
            yield MarkedList(id="options")
            yield Reply(id="reply", select_on_focus=False)
        yield SidePanel(shown=width >= WIDE)
        yield KeyLine()

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
            self._show_page_beside(conversation)
            self.record_said("")
            self.look_up(conversation.turn)
        self.draw_asked()
        self._draw_options(conversation)
        self.reply.digits = conversation.digits and self._asking is None
        signing = turn.kind == "sign" and not self._asked and not review.watching
        self.reply.placeholder = "type sign" if signing else ""
        self.reply.disabled = review.watching
        self._draw_top(review)
        if self._views is not None:
            self._views.refresh()
        self.draw_keys()

    def _show_page_beside(self, conversation: Conversation) -> None:
        """Puts the page that a proposal rests on, or that speaks against an absence, beside the question."""
        turn, panel = conversation.turn, self.query_one(SidePanel)
        if self._views is None or not panel.shown or panel.view != "record":
            return
        evidence = turn.proposal.answer.all_evidence() if turn.proposal is not None else ()
        words: tuple[tuple[int, int], ...] = ()
        if turn.kind == "passages":
            from assistant.passages import first_against, marks_against

            evidence = (first_against(conversation.review, turn),)
            words = marks_against(conversation.review, turn)
        try:
            if evidence:
                self._views.open_page(evidence[0], words)
        except Refused as refused:
            self.transcript.say_all([("problem", str(problem)) for problem in refused.problems])

    @property
    def _asked(self) -> str:
        """The words that are wanted in the reply line now."""
        if self._asking is not None:
            return self._asking[0]
        pending = self._conversation.pending if self._conversation is not None else None
        return pending.question if pending is not None else ""

    def draw_asked(self) -> None:
        """What words are wanted, and, where they are longer than the reply line, all that is typed of them."""
        lines = [f"{self._asked} (Esc: not now)"] if self._asked else []
        if len(self.reply.value) > self.reply.content_size.width > 0:
            lines.append(self.reply.value)
        if lines != self._asked_lines:  # nothing is drawn anew for each key
            self._asked_lines = lines
            label = self.query_one("#asks", Static)
            label.update(literal("\n".join(lines)))
            label.set_class(bool(lines), "shown")

    def draw_keys(self) -> None:
        """Shows the keys that do something now."""

    def look_up(self, turn: Turn) -> None:
        """Looks for what the record says about a question, beside the screen; `record_said` tells it."""

    def record_said(self, words: str) -> None:
        """What the record says about the question that is asked, in a line above its replies."""
        line = self.query_one("#found", Static)
        line.update(literal(f"In the record: {words} · / lists them" if words else ""))
        line.set_class(bool(words), "shown")

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
        if tiny and not self.query("#small"):
            self.mount(Static(TOO_SMALL, id="small", markup=False))
        self.set_class(tiny, "tiny")

    @property
    def talk(self) -> Conversation | None:
        """The conversation, once the session is open."""
        return self._conversation

    def take_up_half(self) -> None:
        """Puts back what was half typed when something else was asked for."""
        self.reply.value, self._half = self._half, ""
        self.reply.cursor_position = len(self.reply.value)

    def action_leave(self) -> None:
        """Back to the reply; there, half a reply is given up."""
        conversation = self._conversation
        if self._asking is not None:
            self._asking = None
            self.take_up_half()
            self.draw()
        elif conversation is not None and conversation.pending is not None and self.reply.has_focus:
            self.answer(conversation.back)
        if self.size.width < WIDE:
            self.hide_panel()
        self.reply.focus()

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

    def edit_words(
        self, question: str, words: str, about: str, act: Callable[[str], list[Line]], wrong: str = ""
    ) -> None:
        """Lets words be changed on a screen of their own; refused ones come back, with what is `wrong` with them."""
        from assistant.tui.words_screen import WordsScreen

        def given(changed: str | None) -> None:
            if changed is None:
                return
            try:
                lines = act(changed)
            except Refused as refused:
                self.edit_words(question, changed, about, act, f"! {refused}\n")
            else:
                self.answer(lambda: lines, keep=True)

        self.app.push_screen(WordsScreen(question, words, wrong + about), given)

    def ask_for(self, question: str, act: Callable[[str], list[Line]]) -> None:
        """Asks for words in the reply line; Escape gives it up."""
        if self._asking is None:
            self._half = self.reply.value
        self._asking = (question, act)
        self.reply.value = ""
        if self.size.width < WIDE:
            self.hide_panel()
        self.reply.focus()
        self.draw()

    def run_action_named(self, name: str) -> None:
        """Does one of the actions of the registry."""
        from assistant.tui.review_actions import perform_action

        if self._review is not None and self._conversation is not None:
            perform_action(self, self._review, self._conversation, name)
        elif name == "park":
            self.app.exit(0)
