"""Children of this process that say something on a pipe; only for a process without threads."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable


def start(run: Callable[[int], object]) -> tuple[int, int]:
    """A child that does `run(descriptor)` and ends, with status 70 after an error; the child and the pipe's other end."""
    pipe, descriptor = os.pipe()
    child = os.fork()
    if child:
        os.close(descriptor)
        return child, pipe
    status = 70
    try:
        os.close(pipe)
        run(descriptor)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def everything(pipe: int) -> bytes:
    """All that is said on a pipe, until nobody can say more."""
    words = b""
    while more := os.read(pipe, 65_536):
        words += more
    os.close(pipe)
    return words


def end(child: int, pipe: int) -> tuple[bytes, int]:
    """What a child has said when it has ended, and its wait status."""
    words = everything(pipe)
    return words, os.waitpid(child, 0)[1]
