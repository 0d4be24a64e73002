"""Writers that are killed (SIGKILL) in the middle of their work, at any moment and after each of their calls."""

from __future__ import annotations

import os
import random
import select
import signal
import tempfile
import time
from collections import Counter
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from assistant.log import Log
from tests.prove import scale, writing
from tests.prove.forked import end, start
from tests.prove.traced import follow
from tests.prove.writing import Saying

LONGEST = 0.05
"""Seconds that a writer lives at most, once it began or has said something."""

AFTER_A_WORD = 0.75
"""How often the killer waits for the first acknowledgement; else it may come before the log is open."""

KILLS_PER_LOG = 20


def at_random(mode: str, kills: int, seed: int) -> dict[str, Any]:
    """Kills one writer, or two that write at the same time, `kills` times altogether; then looks at the log."""
    writing.set_mode(mode)
    chance = random.Random(seed)
    done = acknowledged = silent = 0
    bad: Counter[str] = Counter()
    examples: list[str] = []
    while done < kills:
        with tempfile.TemporaryDirectory(prefix="imr-kill-") as name:
            path = writing.place(Path(name))
            said: list[Saying] = []
            for _ in range(KILLS_PER_LOG):
                if done == kills:
                    break
                sessions = chance.choice(["a", "a", "ab"])[: kills - done]
                writers = [start(partial(_on_and_on, path, session)) for session in sessions]
                if chance.random() < AFTER_A_WORD:
                    select.select([pipe for _, pipe in writers], [], [])
                time.sleep(chance.uniform(0, LONGEST))
                for child, _ in writers:
                    os.kill(child, signal.SIGKILL)
                heard = [_end(child, pipe) for child, pipe in writers]
                silent += sum(not one for one in heard)
                done += len(writers)
                for one in heard:
                    said += one
                if what := writing.wrong(path, said):
                    bad[what.split(":")[0]] += 1
                    examples.append(f"kill {done}: {what}")
            acknowledged += len(said)
    return {
        "kills": done,
        "acknowledged": acknowledged,
        "before anything was acknowledged": silent,
        "bad": dict(bad),
        "examples": examples[:5],
    }


def after_each_call(mode: str, appends: int, every: int = 1, begin: int = 0) -> dict[str, Any]:
    """Kills a writer after each `every`th system call that changes the disk, from the one numbered `begin`."""
    writing.set_mode(mode)
    kills, bad, examples = 0, Counter[str](), []
    number = begin
    while True:
        with tempfile.TemporaryDirectory(prefix="imr-kill-", dir=scale.memory()) as name:
            folder = str(Path(name).resolve())
            path = writing.place(Path(folder))
            calls = follow(partial(writing.short_life, path=path, appends=appends), folder)
            made = list(islice(calls, number + 1))
            calls.close()
            if len(made) <= number:
                break
            kills += 1
            said = writing.heard(b"".join(call.data for call in made if call.what == "said"))
            if what := writing.wrong(path, said):
                bad[what.split(":")[0]] += 1
                examples.append(f"after call {number} ({made[-1].what}): {what}")
        number += every
    return {"kills": kills, "bad": dict(bad), "examples": examples[:5]}


def _on_and_on(path: Path, session: str, descriptor: int) -> None:
    """A writer that goes on until it is killed."""
    with Log.open(path) as log:
        after = len(log.read(session))
        while True:
            after = writing.say(descriptor, log, session, after)


def _end(child: int, pipe: int) -> list[Saying]:
    """What a writer has acknowledged before it was killed."""
    words, status = end(child, pipe)
    if os.WIFEXITED(status):
        raise ChildProcessError(f"a writer ended by itself, with status {os.WEXITSTATUS(status)}")
    return writing.heard(words)
