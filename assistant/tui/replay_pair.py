"""Two sessions on one case side by side on the screen, question by question, from where they first part."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.core.event_words import Line
from assistant.core.text import one_line
from assistant.training.replay import MARKS, Marker, ReplayPairView, SideBySide
from assistant.tui.dialogs import LinesScreen
from assistant.tui.replay import ReplayScreen, plain_window
from assistant.tui.widgets import Key, KeyLine, MarkedList, ProgramScreen, literal

_KEYS: tuple[Key, ...] = (
    ("↑↓", "question", "help"),
    ("[n]", "next parting", "parting(1)"),
    ("[p]", "before", "parting(-1)"),
    ("Enter", "replay A", "open(0)"),
    ("[b]", "replay B", "open(1)"),
    ("F1", "help", "help"),
    ("[q]", "leave", "leave"),
)
HELP = (
    "Two sessions on one case, side by side.",
    "",
    "  = alike   ≠ otherwise   - only one was asked, or they were asked otherwise",
    "",
    "  up, down   the questions, in the order in which they are asked; decisions after their item",
    "  n  p       the next question where they part, the one before",
    "  Enter, a   replay A at this question; b replays B",
    "  q, Esc     leave",
)


class ReplayPairScreen(ProgramScreen):
    """The list of questions above, and under it what each session said to the chosen one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "parting(1)", show=False),
        Binding("p", "parting(-1)", show=False),
        Binding("a", "open(0)", show=False),
        Binding("b", "open(1)", show=False),
        Binding("f1,question_mark", "help", show=False),
        Binding("q,escape,ctrl+q", "leave", show=False),
    ]
    DEFAULT_CSS = """
    ReplayPairScreen #pair-list { height: 45%; border: none; padding: 0 1; background: $background; scrollbar-size-vertical: 1; }
    ReplayPairScreen #pair-list:focus { border: none; background: $surface; }
    ReplayPairScreen #pair-sides { height: 1fr; border-top: solid $primary; }
    ReplayPairScreen .pair-side { width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    ReplayPairScreen #pair-b { border-left: solid $primary; }
    """
    AUTO_FOCUS = "#pair-list"

    def __init__(self, pair: SideBySide, marker: Marker) -> None:
        super().__init__()
        self.pair = pair
        self.marker = marker

    def compose(self) -> ComposeResult:
        yield Static(id="top", markup=False)
        yield MarkedList(id="pair-list")
        with Horizontal(id="pair-sides"):
            for name in ("a", "b"):
                with VerticalScroll(id=f"pair-{name}", classes="pair-side", can_focus=False):
                    yield Static(id=f"side-{name}", markup=False)
        yield KeyLine()

    def on_mount(self) -> None:
        gc.enable()
        self.query_one(KeyLine).show(_KEYS)
        listed = self.query_one(OptionList)
        listed.add_options([Option(literal(_row(one))) for one in self.pair.pairs])
        first = self.pair.first_parting
        self.query_one("#top", Static).update(
            literal(one_line(self._title(), max(self.app.size.width - 2, 10)))
        )
        self.call_after_refresh(self._choose, self.pair.pairs.index(first) if first is not None else 0)
        for said in self.pair.said:
            self.notify(str(literal(said)), markup=False)

    def _title(self) -> str:
        parted = sum(one.state == "different" for one in self.pair.pairs)
        a, b = (replay.recording for replay in self.pair.replays)
        return (
            f"{parted} of {len(self.pair.pairs)} part · A: {a.opened.reviewer}, {a.id} · B: {b.opened.reviewer}, {b.id} · "
            f"{self.pair.panel.case}"
        )

    def _choose(self, index: int) -> None:
        listed = self.query_one(OptionList)
        listed.highlighted = index
        listed.scroll_to_highlight()
        self._draw(index)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._draw(event.option_index)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_open(0)

    def _draw(self, index: int) -> None:
        for number, name in enumerate(("a", "b")):
            side = self.query_one(f"#side-{name}", Static)
            width = max(self.query_one(f"#pair-{name}").size.width - 3, 20)
            side.update(plain_window(self._side(self.pair.pairs[index], number), width))

    def _side(self, pair: ReplayPairView, number: int) -> Iterator[Line]:
        side = pair.sides[number]
        yield Line("question", f"{'AB'[number]}  {one_line(pair.ask, 200)}")
        if side is None:
            yield Line("note", "Not asked.")
            return
        yield Line("answer", side.words)
        for name, *said in pair.parts:
            if name:
                yield Line("warning", f"{name}: {said[number]}")
        for one in dict.fromkeys(side.evidence):
            yield Line("context", f"{one} “{one_line(one.quote, 200)}”" if one.quote else str(one))
        changed = f", changed {side.amended} times" if side.amended > 1 else ", changed" * side.amended
        yield Line("note", f"step {side.step}{changed}")

    def action_parting(self, by: int) -> None:
        """The next question, or the one before, at which they part."""
        at = self.query_one(OptionList).highlighted or 0
        order = range(at + 1, len(self.pair.pairs)) if by > 0 else range(at - 1, -1, -1)
        found = next((index for index in order if self.pair.pairs[index].state == "different"), None)
        if found is not None:
            self._choose(found)

    def action_open(self, number: int) -> None:
        """Replays one of the sessions at the chosen question."""

        at = self.query_one(OptionList).highlighted or 0
        side = self.pair.pairs[at].sides[number]
        replay = self.pair.replays[number]
        self.app.push_screen(ReplayScreen(replay, self.marker, side.step if side is not None else 1))

    def action_help(self) -> None:
        self.app.push_screen(LinesScreen(HELP))


def _row(one: ReplayPairView) -> str:
    said = " | ".join("not asked" if side is None else one_line(side.words, 48) for side in one.sides)
    where = one.prompt if one.item in ("case", "1") else f"{one.item}/{one.prompt}"
    return f"{MARKS[one.state]} {where:<22} {said if one.state != 'same' else one_line(said.partition(' | ')[0], 60)}"
