"""A disk that fills up while a log is written, and one that may not be written to at all.

The small disk is a file system of its own in memory, mounted where nobody else sees it; where the system allows
no mount, a limit on the size of files takes its place.
"""

from __future__ import annotations

import ctypes
import json
import os
import random
import resource
import signal
import struct
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.verify import verify
from tests.prove import writing
from tests.prove.forked import end, everything, start

SIZE = 1 << 20
"""Bytes of the small disk."""

FREED = 400_000
"""Bytes that are freed at least, once it is full: enough to open the log and go on."""

_NEW_USER, _NEW_MOUNTS = 0x10000000, 0x00020000
_RECURSIVE, _PRIVATE = 0x4000, 0x40000
_CAPABILITIES = 0x20080522


def fill_up(mode: str, runs: int, seed: int) -> dict[str, Any]:
    """Fills the disk up `runs` times, each time with another room left; then makes room and goes on."""
    chance = random.Random(seed)
    rooms = [chance.randrange(150_000, SIZE - FREED) for _ in range(runs)]
    found = [_in_a_child(partial(_fill_up, mode, room)) for room in rooms]
    return {
        "runs": runs,
        "on": dict(Counter(one["on"] for one in found)),
        "acknowledged": sum(one["acknowledged"] for one in found),
        "bad": [one["bad"] for one in found if one["bad"]][:5],
    }


def _fill_up(mode: str, room: int, folder: Path) -> dict[str, Any]:
    writing.set_mode(mode)
    mounted = _mount(folder)
    path, filler = writing.place(folder), folder / "filler"
    if mounted:
        filler.write_bytes(bytes(SIZE - room))
    else:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    reading, descriptor = os.pipe()
    bad = _until_full(path, descriptor)
    os.close(descriptor)
    said = writing.heard(everything(reading))
    bad = bad or _readable_or_refused(path, bool(said))
    filler.unlink(missing_ok=True)
    if not mounted:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    bad = bad or writing.wrong(path, said)
    return {"on": "a small disk" if mounted else "a limit on files", "acknowledged": len(said), "bad": bad}


def _until_full(path: Path, descriptor: int) -> str:
    """Writes until the log refuses; what was wrong with how it refused."""
    try:
        with Log.open(path) as log:
            after = 0
            try:
                while True:
                    after = writing.say(descriptor, log, "a", after, 2_000)
            except Refused as refused:
                if "not logged" not in str(refused):
                    return f"it refused, but did not say that nothing was logged: {refused}"
            try:
                writing.say(descriptor, log, "a", after)
            except Refused:
                return ""
            return "the log took a step after an error"
    except Refused:
        return ""


def _readable_or_refused(path: Path, written: bool) -> str:
    """On a full disk the log is verified, or it is said that it can't be; never that it is broken."""
    try:
        found = verify(path)
    except Refused:
        return ""
    return "" if found.ok or not written else f"on a full disk verify said: {found.verdicts}"


def read_only(mode: str) -> dict[str, str]:
    """What happens in a folder that can't be written to, case by case; "" where it is as it should be."""
    return {
        name: _in_a_child(partial(_bound, mode, case))
        for name, case in {
            "no log there": _no_log,
            "a closed log": _closed_log,
            "a log whose writer was killed": _killed_log,
            "a folder closed while the log is open": _closed_meanwhile,
        }.items()
    }


def _no_log(folder: Path) -> str:
    folder.chmod(0o500)
    try:
        Log.open(folder / "log.sqlite").close()
    except Refused:
        return "" if not list(folder.iterdir()) else "something was made"
    return "a log was opened"


def _closed_log(folder: Path) -> str:
    path, said = _written(folder)
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        Log.open(path).close()
    except Refused:
        with Log.open(path, write=False) as log:
            there = {(entry.session, entry.seq, entry.leaf) for entry in log.read("a")}
        if not verify(path).ok:
            return "it does not verify"
        return "" if set(said) <= there else "entries are missing when it is read"
    return "it was opened for writing"


def _killed_log(folder: Path) -> str:
    path, said = _written(folder, killed=True)
    folder.chmod(0o500)
    try:
        with Log.open(path, write=False) as log:
            there = {(entry.session, entry.seq, entry.leaf) for entry in log.read("a")}
        if not set(said) <= there:
            return "it was read without its newest entries"
    except Refused:
        pass
    try:
        found = verify(path)
        if not found.ok or found.events < len(said):
            return f"verify said {found}"
    except Refused:
        pass
    folder.chmod(0o700)
    return writing.wrong(path, said)


def _closed_meanwhile(folder: Path) -> str:
    reading, descriptor = os.pipe()
    path = folder / "log.sqlite"
    try:
        with Log.open(path) as log:
            after = writing.say(descriptor, log, "a", 0)
            folder.chmod(0o500)
            for _ in range(3):
                after = writing.say(descriptor, log, "a", after)
    except Refused:
        pass
    os.close(descriptor)
    said = writing.heard(everything(reading))
    folder.chmod(0o700)
    return writing.wrong(path, said)


def _written(folder: Path, killed: bool = False) -> tuple[Path, list[writing.Saying]]:
    """A log with three steps, closed or left by a killed writer."""
    path = folder / "log.sqlite"

    def write(descriptor: int) -> None:
        log = Log.open(path)
        after = 0
        for _ in range(3):
            after = writing.say(descriptor, log, "a", after)
        if killed:
            os._exit(0)
        log.close()

    words, _ = end(*start(write))
    return path, writing.heard(words)


def _bound(mode: str, case: Callable[[Path], str], folder: Path) -> str:
    """Runs a case in a folder, without the right of root to go round the rights of files."""
    writing.set_mode(mode)
    header, none = struct.pack("=Ii", _CAPABILITIES, 0), bytes(24)
    if ctypes.CDLL(None, use_errno=True).capset(header, none):
        raise OSError(ctypes.get_errno(), "the rights of root can't be given up")
    writing.place(folder)
    try:
        return case(folder)
    finally:
        folder.chmod(0o700)


def _in_a_child(run: Callable[[Path], Any]) -> Any:
    """The result of `run(folder)` in a process of its own, which may give up its rights; the folder is removed."""
    with tempfile.TemporaryDirectory(prefix="imr-small-") as name:
        words, _ = end(*start(lambda descriptor: os.write(descriptor, json.dumps(run(Path(name))).encode())))
        return json.loads(words)


def _mount(folder: Path) -> bool:
    """Mounts a small file system at `folder`, seen by this process only; whether the system let us."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(_NEW_MOUNTS if user == 0 else _NEW_USER | _NEW_MOUNTS):
        return False
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    libc.mount(b"none", b"/", None, _RECURSIVE | _PRIVATE, None)
    done: int = libc.mount(b"none", str(folder).encode(), b"tmpfs", 0, f"size={SIZE}".encode())
    return done == 0
