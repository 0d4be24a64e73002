"""The program on a screen that is not there: keys and clicks in, rows of text out."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, cast

import pytest
from textual._context import active_app
from textual._wait import wait_for_idle
from textual.events import Key, Paste
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.worker import WorkerCancelled

from assistant import library, profile
from assistant.core import agenda
from assistant.core import events as e
from assistant.core.event_form import decode
from assistant.log import Log
from assistant.log.entry import Clock
from assistant.profile import Profile
from assistant.review import review
from assistant.review.conversation import Conversation
from assistant.review.review import Review
from assistant.tui.app import ImrApp
from assistant.tui.panel import SidePanel
from assistant.tui.review import ReviewScreen
from assistant.tui.widgets import HABIT, Reply, Services
from tests import walk
from tests.walk import CASE as CASE
from tests.walk import KEPT

PROFILE = Profile("r-test", "Amalia Quessenberry", KEPT)
NARROW, WIDE = (80, 24), (160, 45)
PATIENCE = 60.0
"""Seconds that anything may take before a test gives up; nothing waits so long where all is well."""
CHARACTERS = {"space": " ", "slash": "/", "question_mark": "?", "less_than_sign": "<", "minus": "-"}

SOON = 0.02
"""Seconds within which something that is due is still waited for: as long as Textual's own wait takes at least."""


async def still(*_: float) -> None:
    """Waits until nothing is left to be done, nor due soon.

    Textual's own wait, which is left to what goes on in threads, sleeps until little was done for a while.
    """
    loop: Any = asyncio.get_running_loop()
    app, began = active_app.get(), loop.time()
    while loop.time() < began + PATIENCE:
        await asyncio.sleep(0)
        if loop._ready:
            continue
        if any(one.is_running for one in app.workers):
            await wait_for_idle()
            return
        now = loop.time()
        due = min((one.when() for one in loop._scheduled if not one.cancelled()), default=now + PATIENCE)
        if due > now + SOON or app._exit or now > began + 50 * SOON:
            return
        await asyncio.sleep(due - now)


class Window:
    """The program as a person sees and uses it."""

    def __init__(self, app: ImrApp, pilot: Pilot[int]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Presses keys one after the other; quicker than the pilot's own way, which sleeps after each of them."""
        for key in keys:
            pressed = Key(key, CHARACTERS.get(key, key if len(key) == 1 else None))
            pressed.time += HABIT  # by somebody who has read what stands there
            self.app.post_message(pressed)
            await still()
            await self.asked()
        await self.searched()
        await self.pilot.pause()

    async def asked(self) -> None:
        """Waits until the reply line takes keys, as a person waits for the next question."""
        deadline = time.monotonic() + PATIENCE
        while any(reply.taken for reply in self.app.screen.query(Reply)) and time.monotonic() < deadline:
            await asyncio.sleep(0.002)

    async def burst(self, *keys: str) -> None:
        """Presses keys that come in all at once, as from a macro, or after a stall."""
        for key in keys:
            self.app.post_message(Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
        await self.settle()
        await self.asked()
        await self.settle()

    async def searched(self) -> None:
        """Waits for the search beside the screen."""
        with suppress(WorkerCancelled):  # a newer search took its place
            await self.app.workers.wait_for_complete(
                [one for one in self.app.workers if one.group == "record"]
            )

    async def write(self, words: str) -> None:
        """Puts words into the reply line at once, and gives them."""
        self.app.post_message(Paste(words))
        await self.settle(lambda: bool(self.reply.value))
        await self.press("enter")

    async def settle(self, done: Callable[[], bool] = lambda: True) -> None:
        """Waits until what was begun has been drawn, and `done` holds."""
        deadline = time.monotonic() + PATIENCE
        while True:
            await self.searched()
            await self.pilot.pause()
            if done():
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"This never came about: {self.app.failed or self.text}")
            await self.pilot.pause(0.02)

    def rows(self) -> list[str]:
        """The rows of the screen; the one place that reads Textual's compositor."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return [strip.text.rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.rows())

    @property
    def folded(self) -> str:
        """The text of the screen without its line breaks."""
        return " ".join(self.text.split())

    @property
    def screen(self) -> ReviewScreen:
        return cast("ReviewScreen", self.app.screen)

    @property
    def talk(self) -> Conversation:
        talk = self.screen.talk
        assert talk is not None
        return talk

    @property
    def path(self) -> str:
        """The prompt that is asked now; empty where none is."""
        return self.talk.turn.path

    @property
    def reply(self) -> Reply:
        return self.screen.query_one(Reply)

    @property
    def panel(self) -> SidePanel:
        return self.screen.query_one(SidePanel)

    @property
    def focus(self) -> str:
        """The id of what the keys go to."""
        return (self.app.focused.id if self.app.focused is not None else None) or ""

    @property
    def listed(self) -> OptionList:
        """The lines of the panel."""
        return self.screen.query_one("#panel-list", OptionList)

    @property
    def about(self) -> str:
        return str(self.screen.query_one("#panel-about", Static).content)

    def sees(self, name: str) -> bool:
        """Whether a part of the screen is in view."""
        found = self.screen.query_one(name)
        return bool(found.display and found.region.area and found.region.overlaps(self.screen.region))

    def events(self) -> list[e.Event]:
        log = self.app.decision_log
        return [decode(entry.kind, entry.body) for entry in log.read(log.resolve("last"))]

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]


Open = Callable[..., AbstractAsyncContextManager[Window]]
Begin = Callable[..., Review]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kept profile in a folder of its own, and a fixed time zone."""
    monkeypatch.setenv("IMR_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    profile.save_profile(PROFILE)
    return tmp_path / "config"


@pytest.fixture
def log_path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
def open_window(log_path: Path) -> Open:
    """Runs the program; without `case` or `session` it shows the home screen."""

    @asynccontextmanager
    async def window(
        case: str | None = None,
        session: str | None = None,
        size: tuple[int, int] = NARROW,
        clock: Clock | None = None,
    ) -> AsyncIterator[Window]:
        home = case is None and session is None
        app = ImrApp(log_path, None if home else lambda services: ReviewScreen(services, case, session))
        if clock is not None:
            app._held_log = Log.open(log_path, clock=clock)
        async with app.run_test(size=size, notifications=True) as pilot:
            made = Window(app, pilot)
            await pilot.pause()
            await made.settle(lambda: "Opening ..." not in made.text)
            yield made

    return window


_BEGUN: dict[tuple[str, bool], tuple[Review, Path]] = {}
"""Sessions that were begun and left, by how far they were answered and whether question by question, with their folders."""


@pytest.fixture
def begin(
    log_path: Path,
    config: Path,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Begin]:
    """Begins a session below the screen and answers it up to a prompt, or to the decision or the signature.

    One that a test before has begun and left so is copied, with the keys of its log.
    """
    logs: list[Log] = []

    def begun(until: str = "", case: str = CASE, clock: Clock | None = None, held: bool = False) -> Review:
        kind = until, "one_by_one" in request.fixturenames
        alike = case == CASE and clock is None and not held and "fixed_ids" not in request.fixturenames
        fresh = alike and not log_path.exists()
        if fresh and kind in _BEGUN:
            made, folder = _BEGUN[kind]
            kept = shutil.ignore_patterns("reviewer.yaml")
            shutil.copytree(folder / "config", config, dirs_exist_ok=True, ignore=kept)
            shutil.copy2(folder / log_path.name, log_path)
            return made
        more: dict[str, Any] = {} if clock is None else {"clock": clock}
        logs.append(Log.open(log_path, **more))
        made = Review.open(logs[-1], library.find_case(case), PROFILE)
        answer(Conversation(made), until)
        if not held:
            made.close()
            logs.pop().close()
        if fresh:
            folder = tmp_path_factory.mktemp("begun")
            shutil.copytree(config, folder / "config")
            shutil.copy2(log_path, folder / log_path.name)
            _BEGUN[kind] = made, folder
        return made

    yield begun
    for log in logs:
        log.close()


def answer(talk: Conversation, until: str = "") -> None:
    walk.until(talk, until)
    while talk.turn.kind == "ruling" and until != "ruling" and talk.options[0].value == "governs":
        walk.beside(talk)
    while until in ("check", "sign", "done") and talk.turn.kind != until:
        walk.beside(talk)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every question is asked by itself; what stands together on the screen is tried in `test_time`."""
    monkeypatch.setattr(agenda, "form_turn", lambda session, place: None)
    monkeypatch.setattr(agenda, "list_turn", lambda session, place: None)


@pytest.fixture
def fixed_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review.secrets, "token_hex", lambda count: "0123456789ab"[: 2 * count])  # type: ignore[attr-defined]


Show = Callable[..., AbstractAsyncContextManager[Window]]


@pytest.fixture
def show(log_path: Path) -> Show:
    """Runs the program with a screen of its own as the first."""

    @asynccontextmanager
    async def shown(
        first: Callable[[Services], Screen[Any]], size: tuple[int, int] = NARROW
    ) -> AsyncIterator[Window]:
        app = ImrApp(log_path, first)
        async with app.run_test(size=size, notifications=True) as pilot:
            window = Window(app, pilot)
            await window.settle()
            yield window

    return shown
