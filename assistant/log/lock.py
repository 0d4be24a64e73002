"""Advisory locks between the windows and programs that use one log, freed by the system on any death.

One short lock stands around every write transaction, checkpoints of the WAL included. SQLite has
its own locks; this one is here because SQLite 3.7.0 to 3.51.2 (save 3.44.6+ and 3.50.7+) can damage
a WAL when two connections write or checkpoint at the same moment.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from assistant.core.problem import refuse
from assistant.log.place import PRIVATE_FILE, unreachable

if sys.platform == "win32":
    import msvcrt

    QUEUES_WRITERS = False

    def take(descriptor: int) -> bool:
        """Takes the lock if it is free; says whether it is now ours."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def give_back(descriptor: int) -> None:
        """Gives the lock back."""
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    QUEUES_WRITERS = True

    def take(descriptor: int) -> bool:
        """Takes the lock if it is free; says whether it is now ours."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(descriptor: int) -> None:
        """Gives the lock back."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)


PATIENCE = 10.0
"""Seconds that a writer waits for its turn. A turn takes about a thousandth of one."""

_STEP = 0.0005
_LONGEST_STEP = 0.005


def lock_file(path: Path) -> int:
    """An open descriptor of the lock file `path`, made with mode 0600 if need be."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        return os.open(path, flags, PRIVATE_FILE)
    except OSError as error:
        raise unreachable(path, error) from None


class WriteTurn:
    """The right to write to a log, as a context manager; one at a time among all programs.

    Waits at most `PATIENCE` seconds, then raises `Refused`. Not to be taken twice by one thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = lock_file(path) if QUEUES_WRITERS else -1

    def __enter__(self) -> None:
        if self._descriptor < 0 or take(self._descriptor):
            return
        pause, deadline = _STEP, time.monotonic() + PATIENCE
        while not take(self._descriptor):
            if time.monotonic() > deadline:
                raise refuse(
                    "Another program keeps the decision log to itself; nothing was logged.",
                    str(self._path),
                    "Close the other program or wait for it, then try again.",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_STEP)

    def __exit__(self, *_: object) -> None:
        if self._descriptor >= 0:
            give_back(self._descriptor)

    def close(self) -> None:
        """Gives up the descriptor; the turn can't be taken again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
