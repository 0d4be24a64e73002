"""Where the decision log lies when nobody says otherwise, and how its folder is made.

A log holds opinions about people's health, so every folder and file made for it is closed to
everyone but its owner.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from pathlib import Path

from assistant.core.problem import Refused, refuse

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a text that a person brings; larger ones are refused unread."""


def default_log_path() -> Path:
    """The log in the user's own data folder, as the operating system has it."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("imr-assistant", appauthor=False)) / "log.sqlite"


def true_path(path: Path) -> Path:
    """`path` with every link followed, so that two ways to one log share its lock."""
    return Path(os.path.realpath(path.expanduser()))


def existing_log(path: Path) -> Path:
    """The true path of a log that is there; a missing one or a folder raises `Refused`."""
    true = true_path(path)
    try:
        if true.is_dir():
            raise _folder(path)
        if true.exists():
            return true
    except OSError as error:
        raise unreachable(path, error) from None
    raise refuse(
        "There is no decision log here.",
        str(path),
        "Name the log with --log, or begin one with `imr review`.",
    )


def make_folder(folder: Path) -> None:
    """Makes `folder` and the missing ones above it on the disk, mode 0700; what is there stays as it is."""
    missing = []
    try:
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for each in reversed(missing):
            each.mkdir(PRIVATE_FOLDER, exist_ok=True)
            sync_folder(each.parent)
    except OSError as error:
        raise unreachable(missing[0] if missing else folder, error) from None


def make_file(path: Path) -> bool:
    """Makes an empty file, mode 0600, and returns True; one that is there is left alone (False).

    An existing database file is never opened here: closing it again would give up the locks that
    this process may hold on it through SQLite.
    """
    try:
        if path.is_dir():
            raise _folder(path)
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE)
    except FileExistsError:
        return False
    except OSError as error:
        raise unreachable(path, error) from None
    os.close(descriptor)
    return True


def sync_folder(folder: Path) -> None:
    """Brings the names in `folder` to the disk, where the operating system can; a disk that fails is `Refused`."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC, errno.EDQUOT):
            raise unreachable(folder, error) from None
    finally:
        os.close(descriptor)


def unreachable(path: Path, error: OSError) -> Refused:
    """The refusal for a file or folder that the operating system won't give."""
    reason = error.strerror or "it can't be reached"
    return refuse(
        f"The decision log can't be kept or read here: {reason[:1].lower()}{reason[1:]}.",
        str(path),
        "Check the folder's permissions, or name another place with --log.",
    )


def _folder(path: Path) -> Refused:
    return refuse("This is a folder, not a decision log.", str(path), "Name a file inside it with --log.")


def identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from any other, so that a replaced one is noticed; None for a missing one."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


# Advisory locks between the windows and programs that use one log, freed by the system on any death.


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
