"""A logged session on the screen as it went: stepped through, played, or looked at where something changed."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from assistant.core.problem import Refused
from assistant.core.text import one_line
from assistant.log import Entry
from assistant.training.opening import Marker
from assistant.training.replay import Replay, time_words
from assistant.tui.key_line import KeyLine
from assistant.tui.replay_dialog import AskScreen, ChooseScreen, LinesScreen
from assistant.tui.replay_keys import HELP, KEYS, bindings
from assistant.tui.replay_lines import window
from assistant.tui.replay_panel import VIEWS, ReplayPanel
from assistant.tui.replay_timeline import Timeline
from assistant.tui.text import literal

if TYPE_CHECKING:
    from assistant.tui.app import ImrApp

WIDE = 100
SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
BEFORE_THE_REST = 0.06
"""Seconds after which what lies before the present step is drawn, as far as it takes long."""
ROWS_BACK = 3
"""How many screens of lines before the present step can be scrolled back to."""


class ReplayScreen(Screen[None]):
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
            yield ReplayPanel(self.replay)
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
            self._say(f"There is no {kind} {'after' if by > 0 else 'before'} this step.")
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
                self._say(f"There is no step or question “{one_line(key, 40)}”.")

        question = "Go where? Type words of a question, or a step's number."
        self.app.push_screen(ChooseScreen(question, rows, own=True), gone)

    @on(Timeline.Chosen)
    def _clicked(self, event: Timeline.Chosen) -> None:
        self.seek(event.step)

    @on(KeyLine.Chosen)
    async def _key_clicked(self, event: KeyLine.Chosen) -> None:
        await self.run_action(event.name if event.name != "palette" else "app.command_palette")

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
            self._say("This is the end.")
        self._draw_top()

    def _wait(self) -> None:
        """Waits for the next step as long as the reviewer took, but for what is idle."""
        step = self.replay.steps[self.number]
        self._timer = self.set_timer(max(step.played_ms / 1000 / self.speed, 0.01), self._played)
        if step.idle:
            self._say(f"The reviewer paused for {time_words(step.pause_ms)}; shortened.")

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
            if not words:
                return
            try:
                speed = float(words)
            except ValueError:
                speed = 0
            if 0.01 <= speed <= 1000:
                self._set_speed(speed)
            else:
                self._say("A speed is a number from 0.01 to 1000.")

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
            self._say("There is no mark of yours at this step.")
        for mark in own:
            self._marked(partial(self.marker.remove, mark))

    def _marked(self, act: Callable[[], None]) -> None:
        try:
            act()
            self.replay.with_marks(self.marker.marks(self.replay.recording.id))
        except Refused as refused:
            self._say(str(refused))
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

    def action_leave(self) -> None:
        self._stop()
        if len(self.app.screen_stack) > 1:
            self.dismiss()
        else:
            self.app.exit(0)

    def _say(self, words: str) -> None:
        cast("ImrApp", self.app).tell(words)
