"""Eight writers at once, each a process with a session of its own, while a ninth reads and verifies."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from assistant.core.problem import Refused
from assistant.log import Log
from assistant.log.verify import verify
from tests.prove import writing
from tests.prove.forked import start

_TOLD = ("Another window has gone on", "keeps the decision log to itself")
"""What a writer may be told, and then tries its next step: nothing was logged."""


def run(mode: str, writers: int, appends: int) -> dict[str, Any]:
    """All write `appends` steps; two of them to the same session, where one at a time may win."""
    writing.set_mode(mode)
    with tempfile.TemporaryDirectory(prefix="imr-at-once-") as name:
        path = writing.place(Path(name))
        Log.open(path).close()
        started = [
            start(partial(_write, path, f"s{number // 2 if number < 2 else number}", appends))
            for number in range(writers)
        ]
        looks = bad_looks = 0
        words = [b""] * writers
        open_pipes = {pipe: number for number, (_, pipe) in enumerate(started)}
        while open_pipes:
            with suppress(Refused):
                bad_looks += not verify(path).ok
                looks += 1
            for pipe, number in list(open_pipes.items()):
                more = os.read(pipe, 1 << 20)
                words[number] += more
                if not more:
                    os.close(pipe)
                    del open_pipes[pipe]
        statuses = [os.waitpid(child, 0)[1] for child, _ in started]
        said = [one for each in words for one in writing.heard(each)]
        return {
            "ended badly": sum(status != 0 for status in statuses),
            "acknowledged": len(said),
            "twice": len(said) - len({(session, seq) for session, seq, _ in said}),
            "verified meanwhile": looks,
            "did not verify": bad_looks,
            "wrong": writing.wrong(path, said),
        }


def _write(path: Path, session: str, appends: int, descriptor: int) -> None:
    with Log.open(path) as log:
        for number in range(appends):
            with _told_at_most():
                after = len(log.read(session))
                writing.say(descriptor, log, session, after, 30_000 if number % 10 == 0 else 0)


@contextmanager
def _told_at_most() -> Iterator[None]:
    """Passes over what a writer may be told."""
    try:
        yield
    except Refused as refused:
        if not any(words in str(refused) for words in _TOLD):
            raise
