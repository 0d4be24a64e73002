"""Follows a process of ours through its system calls, as strace does: what it writes is recorded, and can be made to fail.

Linux only (ptrace(2)), on x86-64 and on 64-bit ARM; faults are injected on x86-64 only. The traced function runs in a
forked child, with the same SQLite library and the same Python as the program: nothing stands between it and
the kernel. Import this only in a process without threads.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from assistant.core.value import replace

_TRACEME, _GETREGS, _SETREGS, _SYSCALL, _SETOPTIONS, _SYSCALL_INFO = 0, 12, 13, 24, 0x4200, 0x420E
_SYSGOOD, _EXITKILL = 1, 0x100000
_ENTRY, _EXIT = 1, 2
_RAX, _ORIG_RAX = 10 * 8, 15 * 8
_REGISTERS = 27 * 8

_NAMES = (
    "write pwrite fsync fdatasync ftruncate fallocate open openat unlink unlinkat mkdir mkdirat "
    "rename renameat renameat2 link linkat".split()
)
_NUMBERS = {
    "x86_64": (1, 18, 74, 75, 77, 285, 2, 257, 87, 263, 83, 258, 82, 264, 316, 86, 265),
    "aarch64": (64, 68, 82, 83, 46, 47, -1, 56, -2, 35, -3, 34, -4, 38, 276, -5, 37),
}
_BY_NAME = {
    "open": "create",
    "openat": "create",
    "unlink": "unlink",
    "unlinkat": "unlink",
    "mkdir": "folder",
    "mkdirat": "folder",
}
CALLS = dict(zip(_NUMBERS.get(platform.machine(), ()), _NAMES, strict=False))


@dataclass(frozen=True)
class Call:
    """A system call that changes something on the disk, or says something: `path` is a file or folder.

    `what` is write (`at`, `data`), truncate (`at` is the new size), sync, create (a file), folder (one made),
    unlink, rename and link (to `to`), or said (`data`, to the descriptor that the child was given for it).
    """

    what: str
    path: str
    at: int = 0
    data: bytes = b""
    failed: bool = False
    to: str = ""


@dataclass(frozen=True)
class Fault:
    """The call that is to fail: the `number`th (from 0) of those that could, with `error`."""

    number: int
    error: int


def possible() -> str:
    """Empty where a process can be followed here; else why not."""
    if sys.platform != "linux" or not CALLS:
        return "system calls are followed on Linux only, on x86-64 and 64-bit ARM"
    try:
        list(follow(lambda say: None, "/nowhere"))
    except OSError as error:
        return f"the system doesn't let a process be followed: {os.strerror(error.errno or 0)}"
    return ""


def follow(
    run: Callable[[int], None], folder: str, fault: Fault | None = None
) -> Generator[Call, None, None]:
    """Runs `run(descriptor)` in a child and gives its calls on what is in `folder`, after each has been done.

    What it writes to the descriptor is given as `said`. With a `fault` that call fails, and nothing of it is
    done. Raises `ChildProcessError` where the child ends with an error of Python's.
    """
    descriptor = os.open(os.devnull, os.O_WRONLY)
    child = os.fork()
    if child == 0:
        _be_followed(run, descriptor)
    try:
        _wait(child)
        _ptrace(_SETOPTIONS, child, 0, _SYSGOOD | _EXITKILL)
        yield from _calls(child, os.path.realpath(folder), descriptor, fault)
    finally:
        os.close(descriptor)
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def _be_followed(run: Callable[[int], None], descriptor: int) -> None:
    status = 70
    try:
        _ptrace(_TRACEME, 0, 0, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        run(descriptor)
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def _calls(child: int, folder: str, descriptor: int, fault: Fault | None) -> Iterator[Call]:
    pending: Call | None = None
    could_fail, forward, failing = 0, 0, False
    while True:
        _ptrace(_SYSCALL, child, 0, forward)
        status = _wait(child)
        forward = 0
        if os.WIFEXITED(status) or os.WIFSIGNALED(status):
            if status:
                raise ChildProcessError(f"the followed process ended with status {status}")
            return
        number = os.WSTOPSIG(status)
        if number != signal.SIGTRAP | 0x80:
            forward = number if number != signal.SIGSTOP else 0
            continue
        op, values = _information(child)
        if op == _ENTRY:
            pending = _entered(child, values, folder, descriptor)
            if pending is not None and pending.what != "said":
                failing = fault is not None and could_fail == fault.number
                could_fail += 1
                if failing:
                    _register(child, _ORIG_RAX, -1)
        elif op == _EXIT and pending is not None:
            if failing and fault is not None:
                _register(child, _RAX, -fault.error)
                yield replace(pending, failed=True)
            elif values[0] >= 0:
                yield _done(child, pending, values[0])
            pending, failing = None, False


def _entered(child: int, values: tuple[int, ...], folder: str, descriptor: int) -> Call | None:
    """The call that the child is about to make, None where it is of no interest."""
    name = CALLS.get(values[0], "")
    if not name:
        return None
    first, second, third, fourth = values[1:5]
    if name == "write" and first == descriptor:
        return Call("said", "", 0, _memory(child, second, third))
    if name.startswith(("rename", "link")):
        old, new = (first, second) if name in ("rename", "link") else (second, fourth)
        path, to = _path(child, old), _path(child, new)
        return Call(name.partition("at")[0], path, to=to) if _inside(path, folder) else None
    if name in _BY_NAME:
        path = _path(child, second if name.endswith("at") else first)
        making = not os.path.exists(path)
        what = _BY_NAME[name]
        if what == "create":
            flags = second if name == "open" else third
            making = making and bool(flags & os.O_CREAT)
            if not making and flags & os.O_TRUNC and os.path.exists(path) and _inside(path, folder):
                return Call("truncate", path, 0)
        return Call(what, path) if _inside(path, folder) and making == (what != "unlink") else None
    path = _file(child, first)
    if not _inside(path, folder):
        return None
    if name in ("fsync", "fdatasync"):
        return Call("sync", path)
    if name == "ftruncate":
        return Call("truncate", path, second)
    if name == "fallocate":
        return Call("truncate", path, third + fourth)
    at = fourth if name == "pwrite" else _position(child, first)
    return Call("write", path, at, _memory(child, second, third))


def _done(child: int, call: Call, result: int) -> Call:
    """The call as far as it was carried out: a write may have been cut short."""
    if call.what == "write" and result != len(call.data):
        return Call("write", call.path, call.at, call.data[:result])
    return call


def _wait(child: int) -> int:
    _, status = os.waitpid(child, 0)
    return status


_libc: Any = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def _ptrace(request: int, child: int, address: int, data: Any) -> int:
    ctypes.set_errno(0)
    result: int = _libc.ptrace(request, child, address, data)
    if result < 0 and ctypes.get_errno():
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {errno.errorcode.get(number, number)}")
    return result


def _information(child: int) -> tuple[int, tuple[int, ...]]:
    """Whether the child enters a call (number, arguments) or leaves one (result)."""
    buffer = ctypes.create_string_buffer(88)
    _ptrace(_SYSCALL_INFO, child, 88, ctypes.addressof(buffer))
    op = buffer.raw[0]
    if op == _ENTRY:
        return op, struct.unpack_from("=7Q", buffer.raw, 24)
    return op, struct.unpack_from("=q", buffer.raw, 24)


def _register(child: int, at: int, value: int) -> None:
    if platform.machine() != "x86_64":
        raise OSError(errno.ENOSYS, "faults are injected on x86-64 only")
    buffer = ctypes.create_string_buffer(_REGISTERS)
    _ptrace(_GETREGS, child, 0, ctypes.addressof(buffer))
    struct.pack_into("=q", buffer, at, value)
    _ptrace(_SETREGS, child, 0, ctypes.addressof(buffer))


def _memory(child: int, address: int, size: int) -> bytes:
    with open(f"/proc/{child}/mem", "rb", 0) as memory:
        memory.seek(address)
        return memory.read(size)


def _text(child: int, address: int) -> str:
    found = b""
    while b"\0" not in found:
        room = 4096 - (address + len(found)) % 4096
        found += _memory(child, address + len(found), room)
    return os.fsdecode(found.split(b"\0", 1)[0])


def _path(child: int, address: int) -> str:
    return os.path.join(os.readlink(f"/proc/{child}/cwd"), _text(child, address))


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _file(child: int, descriptor: int) -> str:
    try:
        return os.readlink(f"/proc/{child}/fd/{descriptor}")
    except OSError:
        return ""


def _position(child: int, descriptor: int) -> int:
    with open(f"/proc/{child}/fdinfo/{descriptor}", encoding="ascii") as lines:
        return int(next(lines).split()[1])
