"""Takes from Python on Linux what Windows doesn't have; run as `sitecustomize`, so child processes are the same.

Not the whole of Windows: paths stay those of this system, and terminals, signals and consoles are not tried. What is
taken: the modules below, functions of `os`, folders that can be opened, a rename over an open file or onto another,
the removal of an open file, and settling a file that is open for reading only.
"""

import errno
import fcntl as _fcntl
import os
import queue  # noqa: F401 - read before `os.name` changes for a moment, as are the next ones
import select  # noqa: F401
import shutil
import signal
import subprocess  # noqa: F401
import sys
import threading  # noqa: F401
import urllib.parse  # noqa: F401
import uuid  # noqa: F401
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path

MISSING = ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline", "curses")
GONE = "getuid geteuid getgid getegid chown fchown lchown fchmod fork mkfifo mknod setsid getpgid statvfs O_NOFOLLOW"


class Without:
    """Finds none of the modules that Windows lacks, and lets `assistant.machine` see another name of the system."""

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name != "assistant.machine":
            return None
        spec = PathFinder.find_spec(name, path)  # type: ignore[arg-type]
        assert spec is not None
        assert spec.origin is not None
        spec.loader = Elsewhere(name, spec.origin)
        return spec


class Elsewhere(SourceFileLoader):
    def exec_module(self, module: object) -> None:
        real, os.name = os.name, "nt"
        try:
            super().exec_module(module)  # type: ignore[arg-type]
        finally:
            os.name = real


def _is_open(path: object) -> bool:
    meant = os.path.realpath(os.fsdecode(path))  # type: ignore[call-overload]
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}") == meant:
                return True
        except OSError:
            continue
    return False


def _refuse_open(*paths: object) -> None:
    for path in paths:
        if _is_open(path):
            raise PermissionError(errno.EACCES, "The file is being used by another process", os.fspath(path))  # type: ignore[call-overload]


def _renaming(real, over):  # type: ignore[no-untyped-def]
    def moved(source, target, **more):  # type: ignore[no-untyped-def]
        _refuse_open(source, target)
        if not over and os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "It is there already", os.fspath(target))
        return real(source, target, **more)

    return moved


def _removing(real):  # type: ignore[no-untyped-def]
    def removed(path, **more):  # type: ignore[no-untyped-def]
        _refuse_open(path)
        return real(path, **more)

    return removed


def _opening(real):  # type: ignore[no-untyped-def]
    def opened(path, flags, *more, **named):  # type: ignore[no-untyped-def]
        if not isinstance(path, int) and Path(os.fsdecode(path)).is_dir():
            raise PermissionError(errno.EACCES, "Permission denied", os.fspath(path))
        return real(path, flags, *more, **named)

    return opened


def _settling(real):  # type: ignore[no-untyped-def]
    def settled(descriptor):  # type: ignore[no-untyped-def]
        if _fcntl.fcntl(descriptor, _fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")
        return real(descriptor)

    return settled


for _name in MISSING:
    sys.modules.pop(_name, None)
sys.meta_path.insert(0, Without())  # type: ignore[arg-type]
for _name in GONE.split():
    if hasattr(os, _name):
        delattr(os, _name)
for _name in ("SIGHUP", "SIGQUIT", "SIGPIPE", "SIGALRM", "SIGUSR1", "SIGTSTP"):
    if hasattr(signal, _name):
        delattr(signal, _name)
shutil._use_fd_functions = False  # type: ignore[attr-defined]
os.replace = _renaming(os.replace, over=True)
os.rename = _renaming(os.rename, over=False)
os.unlink = os.remove = _removing(os.unlink)
os.open = _opening(os.open)
os.fsync = _settling(os.fsync)
