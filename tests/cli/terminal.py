"""The program on a terminal of its own: what it draws, what is typed at it, and how it leaves the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

PATIENCE = 60.0
"""Seconds that anything may take before a test gives up; nothing waits so long where all is well."""

_SWITCHED = {
    "alternate screen": (b"\x1b[?1049h", b"\x1b[?1049l"),
    "mouse": (b"\x1b[?1000h", b"\x1b[?1000l"),
    "pasting": (b"\x1b[?2004h", b"\x1b[?2004l"),
    "cursor": (b"\x1b[?25l", b"\x1b[?25h"),
}


def _heeding_signals() -> None:
    """What runs the tests may ignore signals, as `nohup` does; a shell on a terminal doesn't."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)


class Terminal:
    """`imr` with these arguments on a pty; a context manager that ends it."""

    def __init__(
        self, arguments: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] = (110, 40)
    ) -> None:
        self.seen = b""
        self._master, self._slave = pty.openpty()
        columns, rows = size
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._before = termios.tcgetattr(self._slave)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "assistant", *arguments],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            env={**os.environ, **environment, "TERM": "xterm-256color"},
            preexec_fn=_heeding_signals,
        )

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def until(self, seen: Callable[[], bool]) -> None:
        """Reads what is drawn until `seen` is so; fails after `PATIENCE`."""
        end = time.monotonic() + PATIENCE
        while not seen():
            assert time.monotonic() < end, self.seen[-2000:].decode("utf-8", "replace")
            if select.select([self._master], [], [], 0.05)[0]:
                self.seen += os.read(self._master, 65536)

    def type(self, data: bytes) -> None:
        """Writes to the terminal as one burst."""
        os.write(self._master, data)

    def signalled(self, number: signal.Signals) -> int:
        """Sends a signal, and gives the exit status."""
        self.process.send_signal(number)
        self.until(lambda: self.process.poll() is not None)
        while select.select([self._master], [], [], 0.1)[0]:
            self.seen += os.read(self._master, 65536)
        return self.process.returncode

    def left_wrong(self) -> list[str]:
        """What is not as it was before the program began."""
        found = [name for name, (on, off) in _SWITCHED.items() if self.seen.rfind(on) > self.seen.rfind(off)]
        kept = termios.ICANON | termios.ECHO
        if termios.tcgetattr(self._slave)[3] & kept != self._before[3] & kept:
            found.append("raw")
        return found
