"""Files and folders of the program: where the decision log lies, how files are made, written whole, and locked.

A log holds opinions about people's health, so every folder and file made for it is closed to
everyone but its owner.
"""

from __future__ import annotations

import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assistant.core.problem import Refused, refuse
from assistant.core.text import one_line
from assistant.machine import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    Lock,
    lock_on,
    modes_of_others,
    open_private,
    settle_names,
    share_like,
)

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes of a text that a person brings; larger ones are refused unread."""


def user_folder() -> Path:
    """The program's folder in the user's own data, as the operating system has it."""
    from platformdirs import user_data_dir

    return Path(user_data_dir("imr-assistant", appauthor=False))


def default_log_path() -> Path:
    """The log in the user's own data folder."""
    return user_folder() / "log.sqlite"


def cache_folder() -> Path:
    """Where it is kept what can be made again: `IMR_CACHE`, or the program's own folder in the user's cache."""
    if named := os.environ.get("IMR_CACHE"):
        return Path(named).expanduser()
    from platformdirs import user_cache_dir

    return Path(user_cache_dir("imr-assistant", appauthor=False))


def true_path(path: Path) -> Path:
    """`path` with every link followed, so that two ways to one log share its lock."""
    return Path(os.path.realpath(path.expanduser()))


def existing_log(path: Path) -> Path:
    """The true path of a log that is there; a missing one or a folder raises `Refused`."""
    true = true_path(path)
    try:
        if true.is_dir():
            raise _folder(path)
        if true.is_file():
            return true
        if true.exists():  # to read a pipe or a device may never end
            raise refuse("This is no file, so it can't be a decision log.", str(path), "Name one with --log.")
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
        descriptor = open_private(path, os.O_CREAT | os.O_EXCL | os.O_RDWR)
    except FileExistsError:
        return False
    except OSError as error:
        raise unreachable(path, error) from None
    os.close(descriptor)
    return True


def sync_folder(folder: Path) -> None:
    """Brings the names in `folder` to the disk, where the operating system can; a disk that fails is `Refused`."""
    try:
        settle_names(folder)
    except OSError as error:
        raise unreachable(folder, error) from None


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


def write_file(path: Path, data: bytes, *, replace: bool = False) -> None:
    """Writes a file of its owner's own (mode 0600), whole or not at all; when it returns, the file is on the disk.

    With `replace` one that is there is written anew and keeps its mode; a link stays, and what it leads to is
    written. Raises `Refused` where the file is there and may not be replaced, and for what is no regular file: a
    folder, a device, a pipe, a socket, a link to nothing.
    """
    try:
        target = _target(path, replace)
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else PRIVATE_FILE
        draft = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}")
        descriptor = open_private(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if mode != PRIVATE_FILE:
                draft.chmod(mode)
            _name(draft, target, replace)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(target.parent)
    except OSError as error:
        raise refuse(
            f"The file can't be written: {error.strerror or 'the operating system refused'}.",
            one_line(str(path)),
            "Check the folder and its permissions.",
        ) from None


def _target(path: Path, replace: bool) -> Path:
    """Where the bytes go: `path`, or what a link to a regular file leads to."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return path
    if not replace:
        raise taken(path)
    if stat.S_ISLNK(found.st_mode):
        path = true_path(path)
        if not path.exists():
            raise refuse("This is a link to nothing.", one_line(str(path)), "Name a file.")
        found = os.stat(path)
    if stat.S_ISDIR(found.st_mode):
        raise refuse("This is a folder.", one_line(str(path)), "Name a file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise refuse("This is no ordinary file, and was left alone.", one_line(str(path)), "Name another.")
    return path


def taken(path: Path) -> Refused:
    """The refusal to write where something is."""
    return refuse("This file is already there; it was left as it is.", one_line(str(path)), "Name another.")


def _name(draft: Path, path: Path, replace: bool) -> None:
    """Gives the finished file its name; without `replace` never over another that has come there meanwhile."""
    if not replace:
        try:
            os.link(draft, path)
            return
        except FileExistsError:
            raise taken(path) from None
        except OSError:  # a file system without links
            if os.path.lexists(path):
                raise taken(path) from None
    os.replace(draft, path)


def identity(path: Path) -> tuple[int, int] | None:
    """What tells the file at `path` from any other, so that a replaced one is noticed; None for a missing one."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


# Advisory locks between the windows and programs that use one log, freed by the system on any death.


PATIENCE = 10.0
"""Seconds that a writer waits for its turn. A turn takes about a thousandth of one."""

_STEP = 0.0005
_LONGEST_STEP = 0.005


def lock_file(path: Path, log: Path) -> Lock:
    """The lock on the file `path`, made if need be for those who may write to `log`: 0600, or 0660."""
    try:
        made = not path.exists()
        lock = lock_on(path)
    except OSError as error:
        raise unreachable(path, error) from None
    if made:
        share_like(path, log)
    return lock


@contextmanager
def turn_at(path: Path) -> Iterator[None]:
    """One program at a time brings the file `path` up to date; the others wait until it is done."""
    lock = lock_file(Path(f"{path}.lock"), path)
    try:
        while not lock.take():
            time.sleep(0.05)
        try:
            yield
        finally:
            lock.give_back()
    finally:
        lock.close()


def open_to_all(log: Path) -> str:
    """A sentence where everybody on this machine may read or change the log; empty where they may not."""
    try:
        if not modes_of_others(log):
            return ""
        mode = stat.S_IMODE(log.stat().st_mode)
    except OSError:
        return ""
    return f"Everybody on this machine may read this log ({mode:o}); close it with: chmod o= {one_line(str(log))}"


class WriteTurn:
    """The right to write to a log, as a context manager; one at a time among all programs.

    Waits at most `PATIENCE` seconds, then raises `Refused`. Not to be taken twice by one thread.
    """

    def __init__(self, log: Path) -> None:
        self._path = Path(f"{log}.lock")
        self._lock = lock_file(self._path, log)

    def __enter__(self) -> None:
        try:
            self._wait()
        except OSError as error:
            raise unreachable(self._path, error) from None

    def _wait(self) -> None:
        if self._lock.take():
            return
        pause, deadline = _STEP, time.monotonic() + PATIENCE
        while not self._lock.take():
            if time.monotonic() > deadline:
                raise refuse(
                    "Another program keeps the decision log to itself; nothing was logged.",
                    str(self._path),
                    "Close the other program or wait for it, then try again.",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, _LONGEST_STEP)

    def __exit__(self, *_: object) -> None:
        self._lock.give_back()

    def close(self) -> None:
        """Gives up the lock's file; the turn can't be taken again."""
        self._lock.close()
