"""A program on a terminal of its own: its bytes as they come, and the moment at which they came."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

_ESCAPE = re.compile(
    rb"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^][^\x1b]*\x1b\\|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[()][0-9A-Z]|\x1b[=>]"
    rb"|\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*|[P_^][^\x1b]*)?$"
)
"""An escape sequence; at the end also one of which only the beginning has come."""

_ANSWERS = {
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"\x1b[?2048$p": b"\x1b[?2048;0$y",
    b"\x1b[c": b"\x1b[?62;22c",
    b"\x1b[6n": b"\x1b[1;1R",
    b"\x1b[?u": b"\x1b[?0u",
}
"""What a terminal is asked, and what one of today answers."""

ALTERNATE = b"\x1b[?1049h"
ENTER = b"\r"
BACKSPACE = b"\x7f"
QUIT = b"\x11"


class Silent(Exception):
    """The program did not show in time what was waited for."""


class Terminal:
    """One program with its own terminal; as a context manager it is ended and reaped.

    `begun` is the moment of the call, `seen` all that the program has sent, `mark` where in it the last key
    was pressed; `status` and `peak` (bytes of memory at most) are known once it has ended.
    """

    def __init__(
        self, argv: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (80, 24)
    ) -> None:
        self.seen = bytearray()
        self.mark = 0
        self.peak = 0
        self.status: int | None = None
        self.begun = time.perf_counter()
        self.process, self._master = pty.fork()
        if self.process == 0:
            try:
                columns, lines = size
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
                os.execvpe(argv[0], list(argv), dict(environment))
            finally:
                os._exit(127)

    def read(self, seconds: float) -> bool:
        """Takes in what comes within `seconds`; False where nothing came or the program has ended."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            return False
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._master, answer)
        self.seen += data
        return bool(data)

    def press(self, keys: bytes) -> float:
        """Presses keys; the moment at which that was done."""
        self.mark = len(self.seen)
        now = time.perf_counter()
        os.write(self._master, keys)
        return now

    def until(self, found: Callable[[bytes], bool], seconds: float = 20.0) -> float:
        """The moment at which what has come since the last key first fulfilled `found`."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            came = self.read(end - time.perf_counter())
            now = time.perf_counter()
            if found(bytes(self.seen[self.mark :])):
                return now
            if not came:
                break
        raise Silent(f"not shown; the last of the screen: {words(bytes(self.seen[-1500:]))[-300:]!r}")

    def processor(self) -> float:
        """Seconds of processor time that the program has taken so far; 0 where the system doesn't say."""
        threads = Path(f"/proc/{self.process}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e9

    def quiet(self, seconds: float = 0.03) -> None:
        """Waits until nothing has come for `seconds`."""
        while self.read(seconds):
            pass

    def end(self) -> None:
        """Waits for the program, at first kindly; keeps its exit status and the peak of its memory."""
        for kind, patience in ((None, 5.0), (signal.SIGTERM, 2.0), (signal.SIGKILL, 5.0)):
            if kind is not None:
                os.kill(self.process, kind)
            end = time.monotonic() + patience
            while self.status is None and time.monotonic() < end:
                self.read(0.01)
                process, status, usage = os.wait4(self.process, os.WNOHANG)
                if process:
                    self.status = os.waitstatus_to_exitcode(status)
                    self.peak = usage.ru_maxrss * 1024
            if self.status is not None:
                os.close(self._master)
                return

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self.press(QUIT)
        self.end()


def words(data: bytes) -> str:
    """The text among the bytes that a program sent, without escape sequences."""
    return _ESCAPE.sub(b"", data).decode("utf-8", "replace")


def shows(text: str) -> Callable[[bytes], bool]:
    """Whether the bytes hold `text`, as one piece."""
    return lambda data: text in words(data)


def first_frame(data: bytes) -> bool:
    """Whether anything but blanks has been drawn since the alternate screen was switched to."""
    _, switched, after = data.partition(ALTERNATE)
    return bool(switched) and bool(words(after).strip())
