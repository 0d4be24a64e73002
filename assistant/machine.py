"""What differs between operating systems, so that nothing else asks which one it runs on.

The streams that a program is given, the signals that end it, and what identifies the machine's present start.
On a system that lacks one of these the branch here says what stands in its place.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import select
import signal
import sys
import threading
import uuid
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import TextIO

from assistant.core.problem import refuse

ENDING = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK") if hasattr(signal, name)
)
"""The signals that ask a program to end; Windows has SIGTERM and SIGBREAK."""

READER_GONE = 141
"""The exit status where standard output's reader went away before the command's own status was known: 128 + SIGPIPE."""

_PATIENCE = 5.0
"""Seconds that the screen has for its last frame when it is told to end."""


class Ended(SystemExit):
    """A signal asked the program to end; `code` is 128 and its number, as a shell has it."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


def end_in_order() -> None:
    """From now on a signal that ends the program unwinds it, so that what is open is parked and closed."""

    def ended(number: int, _: object) -> None:
        for one in ENDING:
            signal.signal(one, signal.SIG_IGN)
        raise Ended(number)

    if threading.current_thread() is threading.main_thread():
        for number in ENDING:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as `nohup` wants it
                signal.signal(number, ended)


def when_told_to_end(leave: Callable[[int], None]) -> None:
    """Calls `leave` with 128 and the signal's number, in the running event loop, once.

    The program ends a few seconds later in any case: a terminal that is gone may take no last frame.
    """
    import asyncio  # the loop is running: it has been imported

    loop = asyncio.get_running_loop()
    told: list[int] = []

    def ended(number: int) -> None:
        if told:
            return
        told.append(number)
        last = threading.Timer(_PATIENCE, os._exit, (128 + number,))
        last.daemon = True
        last.start()
        leave(128 + number)

    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            continue
        try:
            loop.add_signal_handler(number, ended, number)
        except (NotImplementedError, RuntimeError):  # Windows, or a thread that is not the first
            with contextlib.suppress(ValueError):
                signal.signal(
                    number, lambda number, _: loop.call_soon_threadsafe(ended, int(number)) and None
                )


class _Closed(io.TextIOBase):
    """A standard output that was closed before the program began: what would be printed there is refused."""

    encoding = "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if text:
            raise refuse(
                "There is nowhere to print to: standard output is closed.",
                "",
                "Write to a file, as in `> FILE`.",
            )
        return 0


def have_streams() -> None:
    """Puts something in the place of a standard stream that was closed.

    Without it the next file that is opened would take its number, and what is printed would land in it. Standard
    input is then at its end, standard error goes nowhere, and printing to standard output raises `Refused`.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            while os.open(os.devnull, os.O_RDWR) < number:
                pass
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115 - it stays for good
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        sys.stdout = _Closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows fewer characters gets `\\u2265`
            stream.reconfigure(errors="backslashreplace")


def give_up_output() -> None:
    """Nobody reads standard output any more: what is still waiting to be printed goes nowhere."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def shows(stream: TextIO, text: str) -> bool:
    """Whether the stream's encoding has every character of `text`."""
    try:
        text.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


LONGEST_TERMINAL_LINE = 1_023 if sys.platform == "darwin" else 4_095
"""Bytes of a line that a terminal gives to a program that reads lines: MAX_CANON of the systems (termios(3))."""


def comes_in(descriptor: int, seconds: float) -> bool:
    """Whether something is there to be read from a terminal, or comes within so many seconds.

    Windows doesn't say it of a console, so there nothing is ever taken to have come.
    """
    if os.name == "nt":
        return False
    return bool(select.select([descriptor], [], [], seconds)[0])


def take_any_bytes() -> None:
    """From now on a byte of the keyboard's that isn't UTF-8 comes in as U+FFFD.

    Textual's driver reads keys in a thread that such a byte would end, and the screen would be deaf.
    """
    try:
        from textual.drivers import linux_driver
    except ImportError:  # Windows reads characters, not bytes
        return
    vars(linux_driver)["getincrementaldecoder"] = lambda name: partial(
        codecs.getincrementaldecoder(name), "replace"
    )


@cache
def start_of_machine() -> str:
    """What tells one start of this machine from the next, within which its monotonic clock counts.

    Where the system doesn't say, it is the run of this program, which is shorter and so claims less.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, ValueError):
        return str(uuid.uuid4())
