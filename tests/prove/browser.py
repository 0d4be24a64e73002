"""A headless Chromium and a page in it, driven over the DevTools protocol: JSON with a NUL after each, on two pipes.

`python browser.py [FD FD] -- COMMAND...` becomes COMMAND, with these descriptors as its 3 and 4, and is ended by the
system when the process that started it ends, however that happens.
"""

from __future__ import annotations

import base64
import ctypes
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "There is no Chromium here to try the browser view in. Install it with: apt install chromium"
PATIENCE = 120.0
"""Seconds after which what was waited for is not expected any more."""

_FLAGS = """
--headless=new --remote-debugging-pipe --no-first-run --no-default-browser-check --disable-gpu --disable-extensions
--disable-background-networking --disable-component-update --disable-sync --disable-default-apps --disable-breakpad
--disable-crash-reporter --disable-dev-shm-usage --password-store=basic --use-mock-keychain --hide-scrollbars
--disable-features=BackForwardCache,Translate,OptimizationHints,MediaRouter
""".split()
_REBOUND = "--host-resolver-rules=MAP rebound.example 127.0.0.1"
_PDEATHSIG = 1


def found() -> str | None:
    """Where the browser is, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def tied(command: Sequence[str], ends: tuple[int, ...] = (), **options: Any) -> subprocess.Popen[bytes]:
    """Starts `command` so that it doesn't outlive this process, with `ends` (two descriptors) as its 3 and 4."""
    starter = [sys.executable, str(Path(__file__)), *map(str, ends), "--", *command]
    return subprocess.Popen(starter, pass_fds=ends, **options)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with a profile of its own, which is ended and removed afterwards.

    The folder's name is short: the browser puts a socket into it, whose path may have 107 bytes.
    """
    program = found()
    assert program is not None, MISSING
    folder = tempfile.mkdtemp(prefix="imr-browser-")
    to_read, ours_out = os.pipe()
    ours_in, to_write = os.pipe()
    flags = [
        *_FLAGS,
        _REBOUND,
        f"--user-data-dir={folder}/profile",
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
    ]
    own = dict.fromkeys(("HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), folder)
    process = tied(
        [program, *flags, "about:blank"],
        (to_read, to_write),
        env={**os.environ, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        yield Browser(ours_in, ours_out, process.pid)
    finally:
        os.close(ours_out)
        os.close(ours_in)
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        _remove(folder)


def _remove(folder: str) -> None:
    """Removes the profile, into which the last of the browser's processes may still be writing."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            return
        time.sleep(0.1)


class Browser:
    """The connection: sends commands, and hands what happens in a page to that page."""

    def __init__(self, incoming: int, outgoing: int, process: int) -> None:
        self.process = process
        self._incoming, self._outgoing = incoming, outgoing
        self._buffer = b""
        self._last = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._heard: dict[str, Callable[[str, dict[str, Any]], None]] = {}
        self.pages = 0
        self.ask("Target.setDiscoverTargets", discover=True)
        self.ask("Browser.setDownloadBehavior", behavior="deny", eventsEnabled=True)

    def open(self) -> Page:
        """A page of its own: no cookie of another is known in it."""
        context = self.ask("Target.createBrowserContext")["browserContextId"]
        target = self.ask("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session, context)
        self._heard[session] = page.hear
        page.begin()
        return page

    def close(self, page: Page) -> None:
        self._heard.pop(page.session, None)
        self.ask("Target.disposeBrowserContext", browserContextId=page.context)

    def ask(self, method: str, session: str = "", **values: Any) -> dict[str, Any]:
        """The result of a command; raises `AssertionError` with what the browser says against it."""
        number = self.send(method, session, **values)
        self.until(lambda: number in self._answers, method)
        answer = self._answers.pop(number)
        assert "error" not in answer, f"{method}: {answer['error']}"
        result: dict[str, Any] = answer["result"]
        return result

    def send(self, method: str, session: str = "", **values: Any) -> int:
        """Sends a command without waiting; its answer will bear the number that is given."""
        self._last += 1
        number = self._last
        message = {"id": number, "method": method, "params": values}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._outgoing, data) :]
        return number

    def until(self, there: Callable[[], bool], what: str) -> None:
        """Listens until something is there."""
        end = time.monotonic() + PATIENCE
        while not there():
            left = end - time.monotonic()
            assert left > 0, f"waited in vain for {what}"
            self.listen(left)

    def listen(self, seconds: float) -> None:
        """Takes in what the browser says within `seconds`, if anything."""
        if not select.select([self._incoming], [], [], seconds)[0]:
            return
        more = os.read(self._incoming, 1 << 20)
        assert more, "the browser has ended"
        *whole, self._buffer = (self._buffer + more).split(b"\0")
        for one in whole:
            message = json.loads(one)
            if "id" in message:
                self._answers[message["id"]] = message
            elif message.get("sessionId") in self._heard:
                self._heard[message["sessionId"]](message["method"], message["params"])
            elif message["method"] == "Target.targetCreated":
                self.pages += message["params"]["targetInfo"]["type"] == "page"


class Page:
    """A tab. `requests` are the addresses that it asked for, `trouble` is what a reader should never meet."""

    def __init__(self, browser: Browser, session: str, context: str) -> None:
        self._browser, self.session, self.context = browser, session, context
        self._loaded: list[str] = []
        self.requests: list[str] = []
        self.trouble: list[str] = []

    def begin(self) -> None:
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        return self._browser.ask(method, self.session, **values)

    def hear(self, method: str, said: dict[str, Any]) -> None:
        """Notes an event."""
        if method == "Page.lifecycleEvent" and said["name"] == "load":
            self._loaded.append(said["loaderId"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = said["exceptionDetails"]
            self.trouble.append(
                f"exception: {details.get('exception', {}).get('description', details['text'])}"
            )
        elif method == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
            self.trouble.append(f"console: {[one.get('value') for one in said['args']]}")
        elif method == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
            self.trouble.append(f"log: {said['entry']['text']} {said['entry'].get('url', '')}")
        elif method == "Page.javascriptDialogOpening":
            self.trouble.append(f"dialog: {said['message']}")
            self._browser.send("Page.handleJavaScriptDialog", self.session, accept=True)

    def open(self, address: str) -> None:
        """Goes to an address, as if it were typed."""
        answer = self.ask("Page.navigate", url=address)
        assert "errorText" not in answer, f"{address}: {answer['errorText']}"
        if loader := answer.get("loaderId"):
            self._browser.until(lambda: loader in self._loaded, address)

    def follow(self, selector: str, text: str = "") -> None:
        """Clicks on what leads elsewhere, and waits until it is there."""
        self._moving(lambda: self.click(selector, text), f"what {text or selector} leads to")

    def back(self) -> None:
        self._moving(lambda: self.run("history.back()"), "the page before")

    def _moving(self, act: Callable[[], object], what: str) -> None:
        before = len(self._loaded)
        act()
        self._browser.until(lambda: len(self._loaded) > before, what)

    def click(self, selector: str, text: str = "") -> None:
        """Clicks with the mouse on the first element that fits and, if `text` is given, reads so."""
        place = self.run(
            """(selector, text) => {
                const fits = one => !text || one.textContent.trim() === text;
                const one = [...document.querySelectorAll(selector)].find(fits);
                if (!one) return null;
                one.scrollIntoView({block: "center", inline: "center"});
                const box = one.getClientRects()[0];
                if (!box) return null;
                const at = {x: box.x + box.width / 2, y: box.y + box.height / 2};
                const top = document.elementFromPoint(at.x, at.y);
                return one.contains(top) || (top && top.contains(one)) ? at : null;
            }""",
            selector,
            text,
        )
        assert place is not None, f"nothing to click: {selector} {text}"
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)

    def type(self, selector: str, text: str) -> None:
        """Puts `text` in the place of what stands in a field."""
        self.click(selector)
        self.run("selector => document.querySelector(selector).select()", selector)
        self.ask("Input.insertText", text=text)

    def run(self, script: str, *values: Any) -> Any:
        """What a script gives; with `values`, a function of them."""
        source = f"({script})({', '.join(map(json.dumps, values))})" if values else script
        answer = self.ask("Runtime.evaluate", expression=source, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def size(self, width: int, height: int = 900) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    @property
    def address(self) -> str:
        return str(self.run("location.href"))

    @property
    def title(self) -> str:
        return str(self.run("document.title"))

    @property
    def text(self) -> str:
        """What can be read on the page."""
        return str(self.run("document.body.innerText"))

    def picture(self, path: Path, whole: bool = True) -> None:
        answer = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(answer["data"]))


def _become(ends: list[int], command: list[str]) -> None:
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return
    high = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in ends]
    for place, end in enumerate(high, 3):
        os.dup2(end, place)
        os.close(end)
    os.closerange(3 + len(ends), 4096)
    os.execvp(command[0], command)


if __name__ == "__main__":
    cut = sys.argv.index("--")
    _become([int(end) for end in sys.argv[1:cut]], sys.argv[cut + 1 :])
