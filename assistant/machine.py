"""What differs between operating systems, so that nothing else asks which one it runs on.

The streams that a program is given, the signals that end it, locks, the modes of files, processes that are kept apart,
and what identifies the machine's present start. On a system that lacks one of these the branch here says what stands
in its place. Nothing here knows what the program is for.
"""

from __future__ import annotations

import codecs
import contextlib
import errno
import io
import os
import queue
import re
import select
import signal
import stat
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path, PurePath, PureWindowsPath
from typing import IO, TYPE_CHECKING, Protocol, TextIO
from urllib.parse import quote

from assistant.core.problem import refuse

if TYPE_CHECKING:
    import sqlite3

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]
try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]
try:
    import termios
except ImportError:
    termios = None  # type: ignore[assignment]

POSIX = os.name == "posix"

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
            if not POSIX and not stream.isatty() and "PYTHONIOENCODING" not in os.environ:
                stream.reconfigure(encoding="utf-8")  # what goes into a file or a program is UTF-8 everywhere


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

ASKS_TERMINAL = POSIX
"""Whether a terminal can be asked if something has been typed; Windows doesn't say it of a console."""


def comes_in(descriptor: int, seconds: float) -> bool:
    """Whether something is there to be read from a terminal, or comes within so many seconds; where `ASKS_TERMINAL`."""
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


# Files: who may read and write them, under which names they can lie, and what brings them to the disk.


PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
OTHERS = 0o007
"""What everybody may do who is neither the owner nor of the file's group."""

_RESERVED = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\..*)?", re.I | re.S)
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*\x00-\x1f]')


def open_private(path: Path, flags: int) -> int:
    """A descriptor of a file that only its owner may read if it is made here; a link is not followed where that can be said."""
    more = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_BINARY")]
    return os.open(path, flags | more[0] | more[1] | more[2], PRIVATE_FILE)


def modes_of_others(path: Path) -> int:
    """What the file's mode grants to everybody (bits 0o007); 0 where the system has no modes, as on Windows.

    Raises `OSError` for a file that isn't there.
    """
    mode = path.stat().st_mode
    return stat.S_IMODE(mode) & OTHERS if POSIX else 0


def close_to_others(path: Path) -> None:
    """Takes from everybody what `modes_of_others` tells; the owner and the file's group keep theirs."""
    if modes_of_others(path):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~OTHERS)


def is_mine(path: Path) -> bool:
    """Whether a file or folder is this user's; taken to be so on Windows, which keeps those of a profile to its user."""
    return not POSIX or path.stat().st_uid == os.getuid()


def is_own(path: Path) -> bool:
    """The same, and nobody else may change it."""
    return is_mine(path) and (not POSIX or not path.stat().st_mode & 0o022)


def is_private(path: Path) -> bool:
    """Whether a file is closed to everybody but its owner; taken to be so on Windows, as in `is_own`."""
    return not path.stat().st_mode & 0o077 or not POSIX


def share_like(path: Path, other: Path) -> None:
    """Opens what was made beside a file to the group that may write to that file, where the system has groups."""
    if not POSIX:
        return
    with contextlib.suppress(OSError):  # no such file yet, or somebody else's
        held = other.stat()
        if held.st_mode & 0o020:
            mode = 0o770 if path.is_dir() else 0o660
            os.chown(path, -1, held.st_gid)
            path.chmod(mode)


def may(path: Path, what: int) -> bool:
    """Whether the user may do `os.R_OK` or `os.W_OK`; on Windows, which has no such bits, only the attempt tells."""
    return not POSIX or os.access(path, what)


def settle(path: Path) -> None:
    """Brings what was written to a file to the disk."""
    with path.open("rb+") as file:  # Windows settles no file that is open for reading only
        os.fsync(file.fileno())


def settle_names(folder: Path) -> None:
    """Brings the names in a folder to the disk, where the operating system can; raises `OSError` for a disk that fails."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows opens no folder
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno in (errno.EIO, errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            raise
    finally:
        os.close(descriptor)


_SCHEME = "file:"


def database_uri(path: PurePath, query: str) -> str:
    """The URI under which SQLite opens a file, a drive's or a share's on Windows included (sqlite.org/uri.html)."""
    name = quote(path.as_posix(), safe="/:")
    return f"{_SCHEME}//{'' if name.startswith('/') else '/'}{name}?{query}"


def is_reserved(name: str) -> bool:
    """Whether Windows keeps a file's name for a device, whatever follows its first dot, as CON or nul.txt."""
    return _RESERVED.fullmatch(name.rstrip(" .")) is not None


def plain_name(name: str) -> str:
    """A name under which a file can lie on every system, as near to `name` as can be; empty where nothing is left.

    Windows has no `<>:"/\\|?*` and no control characters in names, drops dots and spaces from their end, and keeps
    some for its devices.
    """
    made = _NOT_IN_NAMES.sub("_", name).strip(" ").rstrip(" .")
    return f"_{made}" if is_reserved(made) else made


def is_path(words: str) -> bool:
    """Whether somebody who wrote this means a place on the disk: it has a separator, or on Windows a drive's letter."""
    return "/" in words or (not POSIX and ("\\" in words or words[1:2] == ":"))


def path_in(folder: Path, words: str) -> Path:
    """The file that a list means that lies in `folder`; a list written on Windows parts folders by backslashes."""
    path = folder / words
    if POSIX and "\\" in words and not path.exists():
        meant = PureWindowsPath(words)
        return path if meant.anchor else folder.joinpath(*meant.parts)
    return path


def open_in_viewer(path: str) -> None:
    """Opens a file in the system's viewer; raises `Refused` where there is none."""
    opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
    try:
        with open(os.devnull, "wb") as nowhere:
            subprocess.Popen([opener, path], stdin=subprocess.DEVNULL, stdout=nowhere, stderr=nowhere)
    except OSError:
        raise refuse(
            "No viewer was found to open the file.", path, f"Install one ({opener}), or open it yourself."
        ) from None


# Advisory locks between the windows and programs that use one file, freed by the system on any death.


class Lock(Protocol):
    """A lock on a file that is there for nothing else; made with it if need be, for its owner only."""

    def take(self) -> bool:
        """Takes the lock if it is free; says whether it is now ours. Not to be taken twice."""

    def give_back(self) -> None:
        """Gives the lock back."""

    def close(self) -> None:
        """Gives up the file, and the lock with it; it can't be taken again. Twice is no error."""


class _Flock:
    """`flock(2)`: a microsecond, and none of the program's memory."""

    def __init__(self, path: Path) -> None:
        self._descriptor = open_private(path, os.O_RDWR | os.O_CREAT)

    def take(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def give_back(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


_SQLITE_BUSY = 5


class _SqliteLock:
    """The exclusive lock of an empty SQLite database, which SQLite knows how to take on every system it runs on."""

    def __init__(self, path: Path) -> None:
        with contextlib.suppress(FileExistsError):  # opened and closed it would lose the locks we have on it
            os.close(open_private(path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        import sqlite3  # `--help` takes no lock

        self._error = sqlite3.Error
        self._path = path
        self._connection: sqlite3.Connection | None = sqlite3.connect(
            path, timeout=0, isolation_level=None, check_same_thread=False
        )

    def take(self) -> bool:
        assert self._connection is not None
        try:
            self._connection.execute("BEGIN EXCLUSIVE")
        except self._error as error:
            if error.sqlite_errorcode & 0xFF == _SQLITE_BUSY:
                return False
            raise OSError(errno.EIO, f"it can't be locked ({error})", str(self._path)) from None
        return True

    def give_back(self) -> None:
        assert self._connection is not None
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def lock_on(path: Path) -> Lock:
    """The lock on the file at `path`; raises `OSError` where that can't be opened or made."""
    return _Flock(path) if fcntl is not None else _SqliteLock(path)


# Processes that are kept apart from this one.


class Apart:
    """A process of this Python that is told and answers in lines; what ends it, or never ends, leaves us standing."""

    def __init__(self, module: str, *arguments: str, root: Path) -> None:
        """`root` is the folder in which the package of `module` lies."""
        path = os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=POSIX,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # Ctrl+C is ours alone
        )
        assert self._process.stdout is not None
        self._lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reading = threading.Thread(target=self._read, args=(self._process.stdout,), daemon=True)
        self._reading.start()

    def tell(self, line: bytes) -> None:
        """Gives it a line; one that is gone takes none, and `answer` says so."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # Windows has EINVAL for a pipe that is broken
            self._process.stdin.write(line + b"\n")
            self._process.stdin.flush()

    def answer(self, seconds: float) -> bytes | None:
        """Its next line, without the end; None where it has died, or has said nothing for so long."""
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        if not line:
            self._lines.put(line)  # its end is there for whoever asks again
        return line.rstrip(b"\r\n") if line.endswith(b"\n") else None

    def kill(self) -> None:
        """Kills it, from any thread; who waits for an answer gets none."""
        self._process.kill()

    def end(self) -> None:
        """Ends it, whatever it does, and gives up its pipes."""
        self._process.kill()
        self._process.wait()
        self._reading.join()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _read(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._lines.put(line)
        self._lines.put(b"")


def forget_typed() -> None:
    """Drops what was typed at the terminal while nothing read it; Windows keeps it."""
    if termios is not None:
        with contextlib.suppress(OSError, ValueError, termios.error):  # no terminal
            termios.tcflush(sys.stdin, termios.TCIFLUSH)


def limit_memory(most: int) -> None:
    """Keeps this process from taking more than `most` bytes, and from leaving a picture of itself on the disk when it dies.

    Windows has no such limit for a process that is running; there the memory is the only one.
    """
    if resource is None:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
