"""A session on the screen: the conversation with its replies, the side panel beside it, and what each key does."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import DescendantFocus, ScreenResume
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant import library
from assistant.clock import utc_time
from assistant.core.access_events import AccessRead
from assistant.core.answer import Evidence
from assistant.core.event_words import Line
from assistant.core.problem import Problem, Refused
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.core.text import counted, one_line, shortened, visible
from assistant.log import access
from assistant.machine import open_in_viewer
from assistant.review import views
from assistant.review.actions import ACTIONS, SIGNS
from assistant.review.amendment import confirm_line, offer_amendment, set_said
from assistant.review.conversation import Conversation
from assistant.review.loading import missing_documents
from assistant.review.passages import (
    Found,
    first_against,
    first_offered,
    marks_against,
    reach_words,
    rests_on,
)
from assistant.review.review import Review, parked_practice
from assistant.tui.panel import VIEWS, PanelList, PanelViews, SidePanel
from assistant.tui.widgets import (
    Hanging,
    KeyLine,
    MarkedList,
    ProgramScreen,
    Reply,
    Services,
    Transcript,
    literal,
    together,
)

if TYPE_CHECKING:
    from assistant.core.turn import Turn


WIDE, BROAD = 100, 150
"""Columns from which the panel stands beside the conversation, and from which it has room for a record's lines."""

LOW = 22
"""Lines under which the replies leave room for the question and the reply line, and are scrolled."""

SMALLEST_WIDTH, SMALLEST_HEIGHT = 50, 14
TOO_SMALL = (
    f"The terminal is too small: at least {SMALLEST_WIDTH} columns and {SMALLEST_HEIGHT} lines are needed."
)
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


class ReviewScreen(ProgramScreen):
    """A session that is worked on, or, where another window has it, watched.

    On the left the conversation with its reply line, beside it the panel; on a narrow terminal the panel takes the
    conversation's place.
    """

    BINDINGS: ClassVar[list[BindingType]] = _bindings()
    AUTO_FOCUS = "#reply"
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (WIDE, "wide"), (BROAD, "broad")]  # noqa: RUF012 - Textual's own type

    def __init__(
        self, services: Services, case: str | None = None, session: str | None = None, again: str = ""
    ) -> None:
        super().__init__()
        self._services = services
        self._case = case
        self._again = again
        self._unlogged = ""
        self._session = session
        self._review: Review | None = None
        self._conversation: Conversation | None = None
        self._views: PanelViews | None = None
        self._asking: tuple[str, Callable[[str], list[Line]]] | None = None
        self._drawn: tuple[str, tuple[str, str], str, bool] | None = None
        self._half = ""
        self._asked_lines: list[str] = []
        self._wanted = ""

    def compose(self) -> ComposeResult:
        width = self.app.size.width
        kind = [name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least][-1]
        self.add_class(kind, update=False)  # known from the beginning, so that the first frame is drawn once
        yield Static("Opening ...", id="top", markup=False)
        with Vertical(id="conversation"):
            yield Static(id="dispute", markup=False)
            yield Transcript()
            yield Static(id="found", markup=False)
            yield Static(id="asks", markup=False)
            yield MarkedList(id="options")
            yield Reply(SIGNS)
        yield SidePanel(shown=width >= WIDE)
        yield KeyLine()

    @property
    def transcript(self) -> Transcript:
        return self.query_one(Transcript)

    @property
    def reply(self) -> Reply:
        return self.query_one(Reply)

    @property
    def talk(self) -> Conversation | None:
        """The conversation, once the session is open."""
        return self._conversation

    # -- how it begins and ends ------------------------------------------------------------------

    def on_mount(self) -> None:
        self.query_one("#options", OptionList).can_focus = False
        if len(self.app.screen_stack) > 1:  # something is drawn already
            self.call_next(self.open)
        else:
            self.screen_layout_refresh_signal.subscribe(self, self._first_drawn, immediate=True)

    def _first_drawn(self, _: object) -> None:
        """Opens the session once the empty screen has been drawn."""
        self.screen_layout_refresh_signal.unsubscribe(self)
        self.call_next(self.open)

    def open(self) -> None:
        """Opens the session and asks its first question."""
        try:
            self._review = self._opened()
        except Refused as refused:
            self.refuse(self._services, refused)
            return
        review = self._review
        self._conversation = self.conversing(review)
        self._views = PanelViews(self, review, self.query_one(SidePanel))
        for moved in ("scroll_y", "virtual_size", "size"):
            self.watch(self.transcript, moved, self._say_what_to_do, init=False)
        self.watch(self.query_one("#options", OptionList), "virtual_size", self._say_what_to_do, init=False)
        with self.app.batch_update():
            self._greet(review)
            if self._session is not None:
                self._offer(self._conversation)
            self.draw()
        self._take_up_reply()
        if self.query_one(SidePanel).shown:
            self.call_after_refresh(self._show_record)
        self.call_after_refresh(lambda: self.set_timer(0.05, self._warm))
        gc.freeze()  # what was made so far stays, and need not be gone through again and again
        gc.enable()
        if review.watching:
            self.set_interval(WATCHING_SECONDS, self._watch)

    def conversing(self, review: Review) -> Conversation:
        """The conversation with the session; blind practice has one of its own."""
        return Conversation(review)

    def _show_record(self) -> None:
        """The first page beside the first question; a page that can't be logged as opened isn't shown."""
        try:
            if self._views is not None and not self.query_one(SidePanel).keys:
                self._views.show("record", "program")
        except Refused as refused:
            self._say_problems(refused.problems)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Who goes to the page beside the question has opened it."""
        if self._views is not None and isinstance(event.widget, PanelList):
            try:
                self._views.attended()
            except Refused as refused:
                self._say_problems(refused.problems)

    def _opened(self) -> Review:
        log = self._services.decision_log
        if self._session is None:
            case = library.find_case(self._case or "")
            return Review.open(log, case, self._services.profile, again=self._again, beside_parked=False)
        session = log.resolve(self._session)
        try:
            review = Review.resume(log, session)
        except Refused as refused:
            if "window" not in str(refused):
                raise
            review = Review.resume(log, session, watch=True)
        if review.watching or review.session.status != "open":
            self._unlogged = access.note(log.path, AccessRead("resume", (session,)))
        return review

    def _greet(self, review: Review) -> None:
        session = review.session
        lines = [("news", f"{session.rules.case.title} · {views.mode_words(review)}")]
        if self._unlogged:
            lines.append(("warning", self._unlogged))
        if review.watching:
            lines.append(("warning", "Another window works on this session; this one watches it."))
        elif self._session is not None and session.status == "open":
            lines += [("context", line) for line in views.dispute_lines(session)]
            lines.append(
                ("note", f"Going on: {views.progress_words(review)} questions answered, the last of them:")
            )
            for question, said in views.recap(review):
                lines += [("note", question), ("answer", said)]
        else:
            lines.append(("note", f"Session {session.id}. F1 says what can be done."))
            if session.signed is not None:
                lines.append(("news", f"Signed: {OUTCOME_WORDS[session.signed.outcome]}."))
            log, case = self._services.decision_log, session.rules.case.id
            parked = parked_practice(log, case, session.opened.reviewer, session.id)
            if session.mode == "practice" and parked is not None:
                said = f"You have parked another practice review of this case: `imr resume {parked.id}` goes on with it."
                lines.append(("note", said))
        self.transcript.say_all(lines)
        self._say_problems(missing_documents(review.session, review.pages))

    @work(thread=True, exit_on_error=False)
    def _warm(self) -> None:
        """Imports what the first answer needs while the first question is being read."""
        import jsonschema  # noqa: F401

        import assistant.review.determination
        import assistant.review.search  # noqa: F401

    def _offer(self, conversation: Conversation) -> None:
        """Asks whether a session that is gone on with takes over a case file that has changed."""
        self.transcript.say_all([(line.kind, line.text) for line in offer_amendment(conversation)])

    def release(self) -> None:
        """Parks the session; what still waits to be drawn finds none."""
        review, self._review, self._conversation, self._views = self._review, None, None, None
        if review is not None:
            if not review.watching:
                self._services.left(views.farewell(review.session))
            try:
                review.close()
            except Refused as refused:
                self.tell(str(refused), "error")

    def leave(self) -> None:
        """Parks the session, and goes back to the screen below, or out of the program."""
        self.release()
        super().leave()

    # -- what is drawn ---------------------------------------------------------------------------

    def draw(self) -> None:
        """Draws what the session waits for now."""
        conversation, review = self._conversation, self._review
        if conversation is None or review is None:
            return
        turn = conversation.turn
        what = turn.check.key if turn.check else turn.criterion
        now = (turn.kind, turn.place, what, turn.proposal is not None)
        if now != self._drawn and conversation.pending is None:
            self._drawn = now
            lines = [("question", turn.question)]
            context = views.context(review, turn, wrapped=False)
            if turn.kind == "sign":
                lines = [("context", "\n".join(context)), *lines]
            else:
                lines += together(
                    ("proposal" if line.startswith("  Proposed") else "context", line) for line in context
                )
            if turn.words and turn.kind != "form" and (not turn.options or turn.options[0].value != "stated"):
                lines.append(("context", turn.words))
            if turn.kind == "done":
                signed = review.session.status == "signed"
                draft = "the draft, where e adds to a sentence" if signed else "the draft"
                lines.append(("context", f"F5 shows {draft}; Ctrl+P what else there is; Ctrl+Q leaves."))
            self.transcript.say_all(lines, "context" if turn.kind == "sign" else "question")
            self._show_page_beside(conversation)
            self.record_said("")
            self.look_up(conversation.turn)
        self.draw_dispute(review)
        self._draw_options(conversation)
        replied = self._asking is None
        self.reply.keys_at_once = conversation.keys_at_once if replied else frozenset()
        self.reply.keys_that_ask = conversation.keys_that_ask if replied else frozenset()
        forming = turn.kind == "form" and not self._asked and not review.watching
        self._wanted = visible(turn.words) if forming else ""
        self.draw_asked()
        self._say_what_to_do()
        self.reply.disabled = review.watching
        self._draw_top(review)
        if self._views is not None:
            self._views.refresh()
        self.draw_keys()

    def _say_what_to_do(self) -> None:
        """Says in the empty reply line what takes the whole, and that something still stands below what is seen."""
        conversation, watching = self._conversation, self._review is not None and self._review.watching
        if self._review is None or conversation is None or watching or self._asked:
            said = self._how_keys_answer() if self._asking is None else ""
            self.reply.placeholder = (
                "Another window works on this. Ctrl+Q leaves; then `imr resume`." if watching else said
            )
            return
        turn = self._review.turn
        wanted = {
            "sign": "type sign",
            "form": "parted by semicolons" if turn.words else "Enter confirms all of it",
        }
        below = max(self.transcript.scroll_offset.y, 0) < self.transcript.max_scroll_y
        words = ["Sign this determination?" if turn.kind == "sign" else "", "PgDn reads on;" if below else ""]
        words.append("↓ lists more;" if self.query_one("#options", OptionList).max_scroll_y > 0 else "")
        words.append(wanted.get(turn.kind) or self._how_keys_answer())
        self.reply.placeholder = " ".join(one for one in words if one).removesuffix(";")

    def _how_keys_answer(self) -> str:
        """Whether a number that is listed answers by itself, or waits for Enter; empty where none is listed."""
        conversation = self._conversation
        numbers = {key for key in conversation.keys if key.isdecimal()} if conversation is not None else set()
        if conversation is None or not numbers:
            return ""
        if not numbers & conversation.keys_at_once:
            return "a number, then Enter" if numbers - conversation.keys_that_ask else "a number, then words"
        return "a number answers at once" + "; ... takes words" * bool(numbers & conversation.keys_that_ask)

    def draw_dispute(self, review: Review) -> None:
        """What is disputed and what was refused stands above the first question, until something is answered."""
        label = self.query_one("#dispute", Static)
        first = review.session.status == "open" and not any(review.session.answers.values())
        if first != label.has_class("shown"):
            rows = 2 * max(self.size.width - 8, 20)  # what two rows hold whose words aren't cut
            said = [shortened(line, rows) for line in views.dispute_lines(review.session)] if first else []
            label.update(literal("\n".join(said)))
            label.set_class(first, "shown")

    def _show_page_beside(self, conversation: Conversation) -> None:
        """Puts the page that a proposal rests on, or that speaks against an absence, beside the question."""
        turn = conversation.turn
        if not self.shows_record:
            return
        evidence = rests_on(conversation.review, turn)
        words: tuple[tuple[int, int], ...] = ()
        if turn.kind == "passages":
            evidence = (first_against(conversation.review, turn),)
            words = marks_against(conversation.review, turn)
        if evidence:
            self._put_beside(evidence[0], words)

    @property
    def _asked(self) -> str:
        """The words that are wanted in the reply line now."""
        if self._asking is not None:
            return self._asking[0]
        pending = self._conversation.pending if self._conversation is not None else None
        return pending.question if pending is not None else ""

    def draw_asked(self) -> None:
        """What words are wanted, and, where they are longer than the reply line, all that is typed of them."""
        begun = self._conversation.said_so_far(self.reply.value) if self._conversation is not None else ""
        said = (
            begun if self._asking is None and begun else f"{self._asked} (Esc: not now)" * bool(self._asked)
        )
        lines = [said or self._wanted] if said or self._wanted else []
        if len(self.reply.value) > self.reply.content_size.width > 0:
            lines.append(self.reply.value)
        if lines != self._asked_lines:  # nothing is drawn anew for each key
            self._asked_lines = lines
            label = self.query_one("#asks", Static)
            label.update(literal("\n".join(lines)))
            label.set_class(bool(lines), "shown")

    def draw_keys(self) -> None:
        """Shows the keys that do something now."""
        keyed = [a for a in ACTIONS if a.key.startswith("f") and self.offers(a.name)]
        self.query_one(KeyLine).show([(a.key, _SHORT.get(a.name, a.name), a.name) for a in keyed])

    def record_said(self, words: str) -> None:
        """What the record says about the question that is asked, in a line above its replies."""
        line = self.query_one("#found", Static)
        line.update(literal(f"In the record: {words} · / lists them" if words else ""))
        line.set_class(bool(words), "shown")

    def _draw_options(self, conversation: Conversation) -> None:
        listed = self.query_one("#options", OptionList)
        listed.clear_options()
        if self._asking is None:
            lines = (line.partition("  ") for line in conversation.reply_lines)
            listed.add_options([Option(Hanging(f"{key}  ", words)) for key, _, words in lines])
            listed.highlighted = None
        listed.display = bool(listed.option_count)

    def _draw_top(self, review: Review) -> None:
        turn = review.turn
        mode = "" if review.session.mode == "real" else f" · {review.session.mode.upper()}"
        where = views.scope_words(review, turn.scope) if turn.scope else "the case"
        watching = " · watching" if review.watching else ""
        text = (
            f"{where} · {views.progress_words(review)} answered · logged {utc_time(review.logged_at)}{mode}{watching}"
            f" · {review.session.rules.case.id}"
        )
        self.query_one("#top", Static).update(literal(one_line(text, max(self.size.width - 2, 10))))

    def on_resize(self) -> None:
        tiny = self.size.width < SMALLEST_WIDTH or self.size.height < SMALLEST_HEIGHT
        if tiny and not self.query("#small"):
            self.mount(Static(TOO_SMALL, id="small", markup=False))
        self.set_class(tiny, "tiny")
        self.set_class(self.size.height < LOW, "low")
        if not tiny and self.focused is None:
            self.call_after_refresh(self.reply.focus)  # what is hidden loses the keys

    # -- what the record says about a question ---------------------------------------------------

    def look_up(self, turn: Turn) -> None:
        review = self._review
        if review is not None and turn.kind == "prompt" and review.session.prompt(*turn.place).look_for:
            self._look_up(review, turn, self._views.place if self._views is not None else None)

    @work(thread=True, exclusive=True, group="record", exit_on_error=False)
    def _look_up(self, review: Review, turn: Turn, place: tuple[str, int] | None) -> None:
        """The search runs in a thread of its own, so that typing never waits for it."""
        words = reach_words(review, turn)
        first = first_offered(review, turn) if self.shows_record and turn.proposal is None else None
        self.app.call_from_thread(self._looked_up, turn, words, first, place)

    def _looked_up(self, turn: Turn, words: str, first: Found | None, place: tuple[str, int] | None) -> None:
        """Says what was found, and shows the page of the first passage, unless the reviewer went to another."""
        if self._review is not None and self._review.turn.place == turn.place and self.is_attached:
            self.record_said(words)
            stays = self._views is not None and self._views.place == place
            if first is not None and stays and self.shows_record and not isinstance(self.focused, PanelList):
                self._put_beside(first.evidence, first.marks)

    @property
    def shows_record(self) -> bool:
        """Whether a page stands beside the question."""
        panel = self.query_one(SidePanel)
        return self._views is not None and panel.shown and panel.view == "record"

    def _put_beside(self, evidence: Evidence, words: tuple[tuple[int, int], ...]) -> None:
        """Puts a page beside the question, which nobody has opened by that."""
        try:
            if self._views is not None:
                self._views.open_page(evidence, words, "program")
        except Refused as refused:
            self._say_problems(refused.problems)

    def _watch(self) -> None:
        try:
            if self._review is not None and self._review.refresh():
                self.draw()
        except Refused as refused:
            self._say_problems(refused.problems)

    # -- what is replied -------------------------------------------------------------------------

    @on(Input.Changed, "#reply")
    def _typed(self) -> None:
        self.draw_asked()

    def _take_up_reply(self) -> None:
        """Lets the reply line take keys again once the next question has been drawn; says what came before."""

        def drawn() -> None:
            if self.is_attached and (dropped := self.reply.take_up()):
                keys = f"{counted(dropped, 'key')} {'was' if dropped == 1 else 'were'}"
                self.transcript.say("warning", f"{keys} typed before this was shown, and left out.")

        self.call_after_refresh(drawn)

    def on_screen_resume(self, event: ScreenResume) -> None:
        """What was typed on the screen above is not for the question here; what was just made has its styles."""
        event.refresh_styles = self.stack_updates > 0
        if self._conversation is not None:
            self._take_up_reply()

    @on(Input.Submitted, "#reply")
    def _submitted(self, event: Input.Submitted) -> None:
        conversation = self._conversation
        if conversation is None:
            return
        self._take_up_reply()
        text = event.value
        highlighted = self.query_one("#options", OptionList).highlighted
        if self._asking is not None:
            self._finish_asking(text)
        elif not text.strip() and highlighted is not None:
            self.answer(lambda: conversation.choose(highlighted + 1))
        elif text[:1] == ":" and (named := _action_called(text)) and self.offers(named):
            self.reply.value = ""
            self._call(conversation, named, text.partition(" ")[2].strip())
        else:
            self._reply_or_sign(conversation, text)

    def _call(self, conversation: Conversation, name: str, words: str) -> None:
        """Carries out an action that was called by its name in the reply line, with the words behind that."""
        if words and name == "go":
            self.answer(lambda: conversation.go_named(words))
            return
        self.run_action_named(name)
        if words and self._asking is not None:
            self.reply.value = words
            self._finish_asking(words)

    def _reply_or_sign(self, conversation: Conversation, text: str) -> None:
        """Replies; where that signs a real review, its passphrase is asked for first."""
        from assistant.review.signing import asks  # at the signature
        from assistant.tui.dialogs import PassphraseScreen

        ask = None
        signs = conversation.turn.kind == "sign" and text.strip().lower() == "sign"
        if signs and conversation.pending is None:
            try:
                ask = asks(conversation.review)
            except Refused as refused:
                self._say_problems(refused.problems)
                return
        if ask is None:
            self.answer(lambda: conversation.reply(text))
            return

        def given(passphrase: str | None) -> None:
            if passphrase is not None:
                conversation.passphrase = lambda _: passphrase
                self.answer(lambda: conversation.reply(text))
                conversation.passphrase = None

        self.reply.value = ""
        self.app.push_screen(PassphraseScreen(ask), given)

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
        self._take_up_reply()
        if event.key in SIGNS:
            followed, self.reply.value = (
                self.reply.value,
                "",
            )  # typed after the sign, on a line that was empty before
            self.run_action_named(SIGNS[event.key])
            self.reply.value = followed
            self.reply.cursor_position = len(followed)
        else:
            self.answer(lambda: conversation.press(event.key))

    @on(Reply.Oversized)
    def _oversized(self, event: Reply.Oversized) -> None:
        conversation = self._conversation
        if conversation is not None:
            self.answer(lambda: conversation.reply(event.text))

    @on(Reply.Needless)
    def _needless(self) -> None:
        self.transcript.say(
            "warning",
            "The key before had answered at once; the Enter behind it was left out. Press it again for this one.",
        )

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

    def _say_problems(self, problems: Iterable[Problem]) -> None:
        self.transcript.say_all([("problem", str(problem)) for problem in problems])

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
            self.answer(conversation.give_up)
        elif conversation is not None and conversation.said_so_far(self.reply.value):
            self.reply.value = ""
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
            self.transcript.mended()
            self._say_problems(refused.problems)
            self.draw()
            self.reply.select_words()
            return False
        if not keep:
            self.reply.value = ""
        if lines:
            self.transcript.mended()
        self.transcript.say_all([(line.kind, line.text) for line in lines])
        self._keep_profile()
        self.draw()
        return True

    def _keep_profile(self) -> None:
        from assistant.review.determination import keep_qualifications  # with the first answer

        if self._review is not None and not self._review.watching:
            try:
                self._services.keep_profile(keep_qualifications(self._review, self._services.profile))
            except Refused as refused:
                self.tell(str(refused), "warning")

    def edit_words(
        self, question: str, words: str, about: str, act: Callable[[str], list[Line]], wrong: str = ""
    ) -> None:
        """Lets words be changed on a screen of their own; refused ones come back, with what is `wrong` with them."""
        from assistant.tui.dialogs import WordsScreen

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

    # -- the panel -------------------------------------------------------------------------------

    def open_document(self) -> str:
        """The document whose page the panel shows."""
        return self._views.document if self._views is not None else ""

    def _turn(self, act: Callable[[], str]) -> None:
        """Turns a page while the question stands; on a narrow terminal the panel takes its place until Esc."""
        try:
            said = act()
        except Refused as refused:
            self._say_problems(refused.problems)
            return
        if said:
            self.transcript.say("note", said)
        self._take_up_reply()
        if self.size.width < WIDE and self.query_one(SidePanel).shown:
            self.add_class("panelled")
            self.query_one(PanelList).focus()

    def _turned(self, by: int) -> str:
        if self._views is not None:
            self._views.turn_page(by)
        return ""

    def _to_speaking(self) -> str:
        return self._views.to_speaking() if self._views is not None else ""

    def _found_here(self, words: str) -> str:
        said = self._views.find_here(words.strip()) if self._views is not None else ""
        if self.size.width < WIDE and self.query_one(SidePanel).shown:
            self.add_class("panelled")
            self.query_one(PanelList).focus()
        return said

    def _list_marks(self) -> None:
        if self._views is None:
            return
        said = self._views.found.list_marks()
        if not self._views.found.passages:
            self.transcript.say("note", said)
            return
        if self.size.width < WIDE:
            self.add_class("panelled")
        self.query_one(PanelList).focus()

    def found(self, words: str) -> str:
        """Lists the passages that hold the words in the panel, and says how many there are."""
        if self._views is None:
            return ""
        said = self._views.found.find(words)
        if self._views.found.passages:
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
            self.query_one(Transcript).say_all([("problem", str(problem)) for problem in refused.problems])
            return
        if self.size.width < WIDE:
            self.add_class("panelled")
        self.query_one(PanelList).focus()

    def hide_panel(self) -> None:
        self.remove_class("panelled")
        self.query_one(SidePanel).remove_class("shown")

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

    # -- the actions of the registry -------------------------------------------------------------

    def offers(self, name: str) -> bool:
        """Whether an action does something here and now; the footer and the palette show only those."""
        if self._review is None:
            return name in ("help", "park")
        status, watching = self._review.session.status, self._review.watching
        if name == "addendum":
            return status == "signed"
        if name in ("note", "why"):
            together = self._review.turn.kind in ("prompt", "form", "list")
            return status == "open" and not watching and together
        if name == "skip":
            return status == "open" and not watching and self._review.turn.kind == "prompt"
        if name in ("back", "go", "edit", "decide", "decline", "cite", "set", "mark"):
            return status == "open" and not watching
        return True

    def commands(self) -> Iterable[SystemCommand]:
        for action in ACTIONS:
            if self.offers(action.name):
                yield SystemCommand(action.title, action.help, partial(self.run_action_named, action.name))

    async def choose_key(self, name: str) -> None:
        self.run_action_named(name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.offers(str(parameters[0])) if action == "named" and parameters else True

    def action_named(self, name: str) -> None:
        """A key of an action: it waits its turn behind what is still being typed."""
        if self.reply.has_focus and name != "park":
            self.reply.post_message(Reply.Called(name))
        else:
            self.run_action_named(name)

    @on(Reply.Called)
    def _called(self, event: Reply.Called) -> None:
        self.run_action_named(event.name)

    def run_action_named(self, name: str) -> None:
        """Carries out the action called `name`; what goes wrong is said in the transcript."""
        if name == "park":
            self.leave()
        elif self._review is not None and self._conversation is not None:
            self._perform(self._review, self._conversation, name)

    def _perform(self, review: Review, conversation: Conversation, name: str) -> None:
        match name:
            case "help":
                from assistant.tui.dialogs import HelpScreen  # when it is asked for, like all dialogs

                self.app.push_screen(HelpScreen())
            case "why":
                self.answer(conversation.why, keep=True)
            case "back":
                self.answer(conversation.back)
            case "skip":
                self.answer(conversation.skip)
            case "panel":
                self.next_view()
            case "draft" | "findings":
                self.show_panel(name)
            case "open":
                self.answer(lambda: conversation.open_early(views.item_here(review)))
            case "answers" | "go":
                self.show_panel("questions")
            case "page" | "cite":
                self.show_panel("record")
            case "how":
                self.show_panel("findings")
            case "edit":
                self.show_panel("draft")
            case "decline":
                self.answer(conversation.decline_now)
            case "decide":
                self.answer(lambda: conversation.decide_again(views.item_here(review)))
            case "set":
                self.ask_for(
                    "Prompt set of this item, or Enter for the list:",
                    lambda words: set_said(conversation, views.item_here(review), words),
                )
            case "find":
                self.ask_for(
                    "Find in the record (Enter alone: what this question looks for):",
                    lambda words: [Line("note", self.found(words))],
                )
            case "before" | "after":
                self._turn(partial(self._turned, -1 if name == "before" else 1))
            case "speaks":
                self._turn(self._to_speaking)
            case "inpage":
                self.ask_for(
                    "Find in this page (Enter alone: the next place):",
                    lambda words: [Line("note", self._found_here(words))],
                )
            case "mark":
                self.show_panel("record")
            case "marks":
                self._list_marks()
            case "note":
                self.ask_for("Note:", conversation.note)
            case "addendum":
                self.ask_for("Addendum (begin with 1.4: for sentence 4 of item 1):", conversation.addendum)
            case "letter":
                from assistant.tui.dialogs import LetterScreen

                self.app.push_screen(LetterScreen(_letter_text(review)))
            case "copy":
                self.app.copy_to_clipboard(_letter_text(review))
                self.tell("The letter's text was sent to the clipboard.")
            case "original":
                self.answer(lambda: self._original(review))
            case "line":
                self.answer(lambda: confirm_line(conversation), keep=True)
            case "chronology":
                self.answer(lambda: self._chronology(review, conversation), keep=True)

    def _chronology(self, review: Review, conversation: Conversation) -> list[Line]:
        """The course of the case beside its pages; what was changed there is offered to the session."""
        from assistant.records.course import Course  # reads the whole record, when it is asked for
        from assistant.tui.intake import ProposalScreen

        def left() -> None:
            course.__exit__()
            if self._review is review:
                self.answer(lambda: offer_amendment(conversation), keep=True)

        folder = Path(review.session.opened.folder)
        course = Course(folder, write=not library.is_bundled(folder) and not review.watching)
        self.app.push_screen(ProposalScreen(course, "Chronology", left))
        return []

    def _original(self, review: Review) -> list[Line]:
        from assistant.records.case_folder import original_file  # slow: it can bring files in

        document = self.open_document()
        open_in_viewer(original_file(review.session.opened.folder, document))
        return [Line("note", f"{document} was opened in the system's viewer.")]


def _letter_text(review: Review) -> str:
    from assistant.letter import to_text  # when it is asked for
    from assistant.review.determination import compose_from_log

    return to_text(compose_from_log(review.log, review.session.id))


def _action_called(text: str) -> str:
    """The action that a line calls, as plain lines call it; empty where it calls none that can be called here.

    Words behind it are for what asks for some in the reply line; the others have a screen of their own for theirs.
    """
    called, *words = text.split(None, 1)
    named = next((one.name for one in ACTIONS if one.plain.split()[:1] == [called]), "")
    return named if not words or named in ("addendum", "go", "note", "set") else ""
