"""A logged session on the screen as it went: stepped through, played, or looked at where something changed."""

from __future__ import annotations

import gc
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Static

from assistant.clock import utc_time
from assistant.core.answer import Evidence
from assistant.core.event_words import Line
from assistant.core.problem import Refused
from assistant.core.text import one_line, visible
from assistant.log import Entry
from assistant.review import views
from assistant.training.replay import Marker, Replay, read_speed, time_words
from assistant.tui.dialogs import AskScreen, ChooseScreen, LinesScreen
from assistant.tui.widgets import Key, KeyLine, ProgramScreen, literal

# The keys of a replay, their line at the bottom of the screen, and their help.


HELP = (
    "Replay: the session as it went, from its log.",
    "",
    "  right, left          the next step, the one before (also n and p)",
    "  Home, End            the first step, the last",
    "  Space                play and stop; a pause of more than 3 s is played as 3 s, and said",
    "  + and -, s           faster, slower; any speed",
    "  g                    go to a question, or to a step by its number",
    "  ]  [                 the next question, the one before",
    "  a  d  c  m           the next amendment, departure, check, mark (with Shift: the one before)",
    "  b  w  x              bookmark here; write a comment here; take your own marks here away",
    "  F4                   the record, findings, draft and answers as they stood then",
    "  Page Up, Page Down   scroll; up and down scroll what stands beside it",
    "  a click on the line at the bottom goes to that place",
    "  q, Esc               leave",
    "",
    "On the line at the bottom: █ the present step, D a departure, C a check, A an amendment, # a mark.",
    "Bookmarks and comments stand in your own book in the log, never in the session.",
)
KEYS: tuple[Key, ...] = (
    ("→", "next", "step(1)"),
    ("←", "back", "step(-1)"),
    ("Space", "play", "play"),
    ("+-", "speed", "faster(1)"),
    ("[g]", "go", "go"),
    ("[a d c m]", "jump", "go"),
    ("[w]", "comment", "comment"),
    ("F4", "panel", "panel"),
    ("F1", "help", "help"),
    ("[b]", "bookmark", "bookmark"),
    ("[q]", "leave", "leave"),
)
"""What stands in the last line; letters in brackets, since with Shift they go back."""


def bindings() -> list[BindingType]:
    """Every key of the screen."""
    keyed = {
        "right,n": "step(1)",
        "left,p": "step(-1)",
        "home": "seek(1)",
        "end": "seek(-1)",
        "space": "play",
        "plus,equals_sign": "faster(1)",
        "minus": "faster(-1)",
        "s": "speed",
        "g,slash": "go",
        "right_square_bracket": "jump('prompt', 1)",
        "left_square_bracket": "jump('prompt', -1)",
        "b": "bookmark",
        "w": "comment",
        "x": "unmark",
        "f4,tab": "panel",
        "f1,question_mark": "help",
        "pageup": "scroll(-1)",
        "pagedown": "scroll(1)",
        "up": "scroll_panel(-2)",
        "down": "scroll_panel(2)",
        "q,escape,ctrl+q": "leave",
    }
    for key, kinds in (("a", "amendment"), ("d", "departure"), ("c", "check"), ("m", "mark")):
        keyed[key] = f"jump('{kinds}', 1)"
        keyed[key.upper()] = f"jump('{kinds}', -1)"
    return [Binding(key, action, show=False, priority=key.startswith("f4")) for key, action in keyed.items()]


# Steps of a replay as they stand on the screen: wrapped, each line marked for what it is.


_STYLES = {
    "question": "bold",
    "option": "$text-muted",
    "context": "$text-muted",
    "proposal": "$accent",
    "answer": "$success",
    "note": "$text-muted",
    "problem": "$error",
    "warning": "$warning",
    "news": "bold $accent",
    "time": "italic $text-muted",
    "comment": "bold $secondary",
}
_MARKS = {
    "answer": "→ ",
    "problem": "! ",
    "warning": "~ ",
    "news": "* ",
    "comment": "# ",
    "question": "",
    "time": "",
}
HERE = "▌"
"""Stands before each line of the step that one is at."""


def window(replay: Replay, number: int, rows: int, width: int, quick: bool = False) -> Content:
    """The steps up to `number`, as far back as `rows` rows reach, wrapped to `width` columns.

    With `quick` it goes back only to a step whose lines take long to make, so that the present one is seen at once.
    """
    blocks: list[list[tuple[str, str]]] = []
    held = 0
    while number - len(blocks) >= 1 and held < rows:
        step = number - len(blocks)
        if quick and blocks and not replay.is_quick(step):
            break
        block = list(_step(replay, step, step == number, width))
        blocks.append(block)
        held += len(block)
    parts: list[tuple[str, str]] = []
    for block in reversed(blocks):
        for text, style in block:
            parts.append((f"\n{text}" if parts else text, style))
    return Content.assemble(*parts)


def plain_window(lines: Iterable[Line], width: int) -> Content:
    """Lines without a gutter, wrapped."""
    return Content.assemble(*((f"{row}\n", style) for line in lines for row, style in _wrapped(line, width)))


def _step(replay: Replay, number: int, here: bool, width: int) -> Iterator[tuple[str, str]]:
    gutter = HERE if here else " "
    step = replay.steps[number - 1]
    yield gutter, ""
    yield f"{gutter}{utc_time(step.ts)} · step {number}", "$text-muted"
    for line in replay.lines(number):
        for row, style in _wrapped(line, max(width - 2, 20)):
            yield f"{gutter} {row}", style


def _wrapped(line: Line, width: int) -> Iterator[tuple[str, str]]:
    style = _STYLES.get(line.kind, "")
    text = visible(line.text)
    indent = len(text) - len(text.lstrip())
    mark = _MARKS.get(line.kind, "  ")
    lead = mark + " " * indent
    rows = textwrap.wrap(text.lstrip(), max(width - len(lead), 10), break_on_hyphens=False) or [""]
    for index, row in enumerate(rows):
        yield (lead if index == 0 else " " * len(lead)) + row, style


# Beside a replay: the page of the record, the findings, the draft and the answers as they stood at a step.


VIEWS = ("record", "findings", "draft", "answers")
_CLOSED = "This was still closed to the reviewer."


class ReplayPanel(Vertical):
    """One view at a time, drawn anew for each step."""

    DEFAULT_CSS = """
    ReplayPanel { width: 46%; min-width: 40; height: 1fr; border-left: solid $primary; display: none; }
    ReplayPanel.shown { display: block; }
    .narrow ReplayPanel { width: 100%; border-left: none; }
    ReplayPanel #replay-tabs { height: auto; max-height: 3; background: $panel; padding: 0 1; }
    ReplayPanel #replay-view-scroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ReplayPanel #replay-view { height: auto; }
    """
    SCOPED_CSS = False

    def __init__(self, replay: Replay, actor: str) -> None:
        super().__init__(id="replay-panel")
        self._replay = replay
        self._actor = actor
        self.view = VIEWS[0]

    def compose(self) -> ComposeResult:
        yield Static(id="replay-tabs", markup=False)
        with VerticalScroll(id="replay-view-scroll", can_focus=False):
            yield Static(id="replay-view", markup=False)

    @property
    def shown(self) -> bool:
        return self.has_class("shown")

    def draw(self, number: int) -> None:
        """Draws the view as it stood at a step."""
        if not self.shown:
            return
        tabs = " ".join(f"[{name}]" if name == self.view else f" {name} " for name in VIEWS)
        title, content, row = self._content(number)
        self.query_one("#replay-tabs", Static).update(literal(f"{tabs}\n{title}" if title else tabs))
        self.query_one("#replay-view", Static).update(content)
        scroll = self.query_one("#replay-view-scroll", VerticalScroll)
        self.call_after_refresh(scroll.scroll_to, 0, max(row - 3, 0), animate=False)

    def _content(self, number: int) -> tuple[str, Content, int]:
        """The title, the text, and the row that is to be in view."""
        replay = self._replay
        if self.view == "record":
            return self._page(replay.page_shown(number))
        review = replay.recording.at(replay.steps[number - 1])
        if self.view == "answers":
            return views.progress_words(review), self._lines(views.answer_lines(review)), 0
        item = views.item_here(review)
        if replay.closed_to(self._actor, item):
            why = views.closed_words(replay.recording.final, item)
            return views.scope_words(review, item), Content(f"{why}: this session is yours, and open."), 0
        lines = (
            views.finding_lines(review, item) if self.view == "findings" else views.draft_lines(review, item)
        )
        closed = review.session.closed(item)
        title = views.scope_words(review, item)
        return f"{title} · {_CLOSED}" if closed else title, self._lines(lines), 0

    def _page(self, shown: Evidence | None) -> tuple[str, Content, int]:
        if shown is None:
            return "", Content("No page had been opened or cited yet."), 0
        held = self._replay.recording.pages.get(shown.document)
        title = f"{shown.document}, page {shown.page}"
        if held is None or not 1 <= shown.page <= len(held):
            return title, Content("This document isn't here, or was changed since the session began."), 0
        text = held[shown.page - 1]
        first, last = _quoted_rows(text, shown)
        width = self._width() - 1
        parts: list[tuple[str, str]] = []
        row = 0
        for index, line in enumerate(visible(text).split("\n")):
            here = first <= index <= last
            row = len(parts) if index == first else row
            for piece in textwrap.wrap(line, width, break_on_hyphens=False) or [""]:
                parts.append((f"{'▌' if here else ' '}{piece}\n", "bold" if here else ""))
        return f"{title} of {len(held)}", Content.assemble(*parts), row if first >= 0 else 0

    def _lines(self, lines: list[str]) -> Content:
        width = self._width()
        rows: list[str] = []
        for line in lines:
            indent = " " * (len(line) - len(line.lstrip()))
            rows += textwrap.wrap(line, width, subsequent_indent=indent + "  ", break_on_hyphens=False) or [
                ""
            ]
        return literal("\n".join(rows))

    def _width(self) -> int:
        return max(self.query_one("#replay-view-scroll").size.width - 3, 20)


def _quoted_rows(text: str, shown: Evidence) -> tuple[int, int]:
    """The first and last line of the passage that was cited; (-1, -1) where only the page was."""
    if not shown.quote:
        return -1, -1
    start = shown.start if shown.start is not None else text.find(shown.quote)
    if start < 0:
        return -1, -1
    return text.count("\n", 0, start), text.count("\n", 0, start + max(len(shown.quote) - 1, 0))


# The whole session on one line: where one stands, and where something changed. A click goes there.


_LETTERS = {"departure": "D", "check": "C", "amendment": "A", "comment": "#", "bookmark": "#"}
_ORDER = ("departure", "comment", "bookmark", "check", "amendment")


class Timeline(Widget):
    """One row; `█` is the present step, D a departure, C a check, A an amendment, # a trainer's mark."""

    DEFAULT_CSS = "Timeline { height: 1; color: $text-muted; }"

    class Chosen(Message):
        """A place was clicked; `step` is the step there."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def __init__(self, replay: Replay) -> None:
        super().__init__(id="timeline")
        self._replay = replay
        self._at = 1

    def go(self, number: int) -> None:
        """Shows another step as the present one."""
        self._at = number
        self.refresh()

    def row(self, width: int) -> str:
        """The line, `width` columns wide."""
        count = len(self._replay.steps)
        cells = ["─"] * width
        for kind in reversed(_ORDER):
            for one in self._replay.landmarks:
                if one.kind == kind:
                    cells[_column(one.step, count, width)] = _LETTERS[kind]
        cells[_column(self._at, count, width)] = "█"
        return "".join(cells)

    def render(self) -> Content:
        return Content(self.row(max(self.size.width, 1)))

    def on_click(self, event: events.Click) -> None:
        count = len(self._replay.steps)
        self.post_message(self.Chosen(min(count, 1 + event.x * count // max(self.size.width, 1))))


def _column(step: int, count: int, width: int) -> int:
    return 0 if count < 2 else (step - 1) * (width - 1) // (count - 1)


WIDE = 100
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
BEFORE_THE_REST = 0.06
"""Seconds after which what lies before the present step is drawn, as far as it takes long."""
ROWS_BACK = 3
"""How many screens of lines before the present step can be scrolled back to."""


class ReplayScreen(ProgramScreen):
    """One replay, at one step."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    DEFAULT_CSS = """
    ReplayScreen #replay-body { height: 1fr; }
    ReplayScreen #replay-scroll { width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ReplayScreen #replay-lines { height: auto; }
    ReplayScreen.narrow.panelled #replay-scroll { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "narrow"), (WIDE, "wide")]  # noqa: RUF012 - Textual declares an instance variable

    def __init__(
        self, replay: Replay, marker: Marker, start: int = 1, speed: float = 1.0, play: bool = False
    ) -> None:
        super().__init__()
        self.replay = replay
        self.marker = marker
        self.number = start
        self.speed = speed
        self._play_at_once = play
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="top", markup=False)
        with Horizontal(id="replay-body"):
            with VerticalScroll(id="replay-scroll", can_focus=False):
                yield Static(id="replay-lines", markup=False)
            yield ReplayPanel(self.replay, self.marker.actor)
        yield Timeline(self.replay)
        yield KeyLine()

    def on_mount(self) -> None:
        self.query_one(KeyLine).show(KEYS)
        if self.app.size.width >= WIDE:
            self.query_one(ReplayPanel).add_class("shown")
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        gc.enable()
        self.draw()
        if self._play_at_once:
            self.action_play()

    def on_resize(self) -> None:
        if self.is_mounted:
            self.call_after_refresh(self.draw)

    @property
    def playing(self) -> bool:
        return self._timer is not None

    def draw(self) -> None:
        """Draws the present step."""
        self._draw_lines(quick=True)
        self.set_timer(BEFORE_THE_REST, partial(self._draw_rest, self.number))
        self.query_one(ReplayPanel).draw(self.number)
        self.query_one(Timeline).go(self.number)
        self._draw_top()

    def _draw_lines(self, quick: bool) -> None:
        scroll = self.query_one("#replay-scroll", VerticalScroll)
        rows = max(scroll.size.height, 8) * (1 if quick else ROWS_BACK)
        content = window(self.replay, self.number, rows, max(scroll.size.width - 3, 20), quick)
        self.query_one("#replay-lines", Static).update(content)
        scroll.anchor()

    def _draw_rest(self, number: int) -> None:
        """What lies further back, unless one has gone on in the meantime."""
        if number == self.number and self.is_attached:
            self._draw_lines(quick=False)

    def _draw_top(self) -> None:
        recording = self.replay.recording
        final = recording.final
        state = f"playing {self.speed:g}x" if self.playing else f"{self.speed:g}x"
        entry = self.replay.steps[self.number - 1].last
        open_ = " (still open)" if final.status == "open" else ""
        words = (
            f"replay · step {self.number} of {len(self.replay.steps)} · entry {entry} · {state} · "
            f"{final.mode} by {recording.opened.reviewer}, {final.status}{open_} · {recording.case}"
        )
        self.query_one("#top", Static).update(literal(one_line(words, max(self.size.width - 2, 10))))

    # -- going ---------------------------------------------------------------------------------

    def seek(self, number: int) -> None:
        """Goes to a step, and stops playing."""
        self._stop()
        self.number = min(max(number, 1), len(self.replay.steps))
        self.draw()

    def action_seek(self, number: int) -> None:
        self.seek(len(self.replay.steps) if number < 0 else number)

    def action_step(self, by: int) -> None:
        self.seek(self.number + by)

    def action_jump(self, kind: str, by: int) -> None:
        kinds = ("bookmark", "comment") if kind == "mark" else (kind,)
        found = self.replay.next_landmark(self.number, kinds, by)
        if found is None:
            self.tell(f"There is no {kind} {'after' if by > 0 else 'before'} this step.")
        else:
            self.seek(found.step)

    def action_go(self) -> None:
        rows = [
            (str(one.step), f"{one.step:>4}  {one.kind:<10} {one.name}  {one.words}"[:200])
            for one in self.replay.landmarks
        ]

        def gone(key: str | None) -> None:
            found = self.replay.find(key) if key else None
            if found is not None:
                self.seek(found)
            elif key:
                self.tell(f"There is no step or question “{one_line(key, 40)}”.")

        question = "Go where? Type words of a question, or a step's number."
        self.app.push_screen(ChooseScreen(question, rows, own=True), gone)

    @on(Timeline.Chosen)
    def _clicked(self, event: Timeline.Chosen) -> None:
        self.seek(event.step)

    def action_scroll(self, pages: int) -> None:
        """Scrolls the conversation, or the panel where it has taken its place."""
        name = "#replay-view-scroll" if self.has_class("panelled") else "#replay-scroll"
        scroll = self.query_one(name, VerticalScroll)
        (scroll.scroll_page_down if pages > 0 else scroll.scroll_page_up)(animate=False)

    def action_scroll_panel(self, lines: int) -> None:
        if self.query_one(ReplayPanel).shown:
            self.query_one("#replay-view-scroll", VerticalScroll).scroll_relative(0, lines, animate=False)

    # -- playing -------------------------------------------------------------------------------

    def action_play(self) -> None:
        if self.playing:
            self._stop()
        elif self.number < len(self.replay.steps):
            self._wait()
        else:
            self.tell("This is the end.")
        self._draw_top()

    def _wait(self) -> None:
        """Waits for the next step as long as the reviewer took, but for what is idle."""
        step = self.replay.steps[self.number]
        self._timer = self.set_timer(max(step.played_ms / 1000 / self.speed, 0.01), self._played)
        if step.idle:
            self.tell(f"The reviewer paused for {time_words(step.pause_ms)}; shortened.")

    def _played(self) -> None:
        self._timer = None
        self.number += 1
        if self.number < len(self.replay.steps):
            self._wait()
        self.draw()

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def action_faster(self, by: int) -> None:
        nearest = min(range(len(SPEEDS)), key=lambda at: abs(SPEEDS[at] - self.speed))
        self._set_speed(SPEEDS[min(max(nearest + by, 0), len(SPEEDS) - 1)])

    def action_speed(self) -> None:
        def given(words: str | None) -> None:
            if words:
                self.attempt(lambda: self._set_speed(read_speed(words)))

        self.app.push_screen(AskScreen("How fast? 1 is as it went.", f"{self.speed:g}"), given)

    def _set_speed(self, speed: float) -> None:
        self.speed = speed
        if self.playing:
            self._stop()
            self._wait()
        self._draw_top()

    # -- marks ---------------------------------------------------------------------------------

    def action_bookmark(self) -> None:
        self._ask_mark("A title for the bookmark, or nothing:", self.marker.bookmark)

    def action_comment(self) -> None:
        self._ask_mark("Your comment on this step:", self.marker.comment)

    def _ask_mark(self, question: str, act: Callable[[Entry, str], None]) -> None:
        self._stop()
        entry = self.replay.recording.entries[self.replay.steps[self.number - 1].last - 1]

        def given(words: str | None) -> None:
            if words is not None:
                self._marked(lambda: act(entry, words))

        self.app.push_screen(AskScreen(question), given)

    def action_unmark(self) -> None:
        step = self.replay.steps[self.number - 1]
        own = [
            mark
            for mark in self.replay.marks
            if mark.by == self.marker.actor and step.first <= mark.at <= step.last
        ]
        if not own:
            self.tell("There is no mark of yours at this step.")
        for mark in own:
            self._marked(partial(self.marker.remove, mark))

    def _marked(self, act: Callable[[], None]) -> None:
        try:
            act()
            self.replay.with_marks(self.marker.marks(self.replay.recording.id))
        except Refused as refused:
            self.tell(str(refused))
        self.draw()

    # -- the rest ------------------------------------------------------------------------------

    def action_panel(self) -> None:
        """Shows the panel, or its next view; after the last view a narrow screen shows the conversation again."""
        panel = self.query_one(ReplayPanel)
        narrow = self.size.width < WIDE
        if not panel.shown:
            panel.add_class("shown")
        elif panel.view == VIEWS[-1] and narrow:
            panel.remove_class("shown")
            panel.view = VIEWS[0]
        else:
            panel.view = VIEWS[(VIEWS.index(panel.view) + 1) % len(VIEWS)]
        self.set_class(panel.shown and narrow, "panelled")
        self.call_after_refresh(self.draw)

    def action_help(self) -> None:
        self.app.push_screen(LinesScreen(HELP))

    def leave(self) -> None:
        self._stop()
        super().leave()
