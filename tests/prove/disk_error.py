"""A disk that fails once, at any call: what the log then says, and what is there afterwards.

The calls are those of a real writer. The one that fails does nothing. What a failed sync left unwritten may be
lost although later syncs succeed, so the log is looked at as it stands, and as a power failure would leave it.
"""

from __future__ import annotations

import errno
import random
import tempfile
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

from tests.prove import scale, writing
from tests.prove.power_cut import Disk, State, laid_out
from tests.prove.traced import Fault, follow

ERRORS = {
    "write": ("EIO", "ENOSPC"),
    "truncate": ("EIO", "ENOSPC"),
    "sync": ("EIO", "ENOSPC"),
    "create": ("EIO", "ENOSPC"),
    "folder": ("EIO", "ENOSPC"),
    "unlink": ("EIO",),
    "rename": ("EIO", "ENOSPC"),
    "link": ("EIO", "ENOSPC"),
}


def try_faults(mode: str, appends: int, seed: int, every: int = 1, begin: int = 0) -> dict[str, Any]:
    """One run for each `every`th call that can fail, from the one numbered `begin`, and each error."""
    writing.set_mode(mode)
    tried: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    examples: list[str] = []
    refused, total = 0, _calls(appends)
    for number in range(begin, len(total), every):
        for name in ERRORS[total[number]]:
            what, said = _one(number, getattr(errno, name), appends, seed)
            tried[f"{total[number]}, {name}"] += 1
            refused += said < _whole(appends)
            if what:
                bad[what.split(":")[0]] += 1
                examples.append(f"call {number} ({total[number]}), {name}: {what}")
    return {
        "faults": tried.total(),
        "refused": refused,
        "tried": dict(tried),
        "bad": dict(bad),
        "examples": examples[:5],
    }


def _whole(appends: int) -> int:
    """How many entries are acknowledged when nothing fails."""
    return 3 * 2 * appends


def _calls(appends: int) -> list[str]:
    """What a writer calls when nothing fails."""
    with tempfile.TemporaryDirectory(prefix="imr-fault-") as name:
        path = writing.place(Path(name).resolve())
        run = partial(writing.stubborn_life, path=path, appends=appends)
        return [call.what for call in follow(run, str(Path(name).resolve())) if call.what != "said"]


def _one(number: int, error: int, appends: int, seed: int) -> tuple[str, int]:
    """What is wrong after one failure (empty: nothing), and how many entries were acknowledged."""
    with tempfile.TemporaryDirectory(prefix="imr-fault-", dir=scale.memory()) as name:
        folder = str(Path(name).resolve())
        path = writing.place(Path(folder))
        disk, words = Disk(folder), b""
        run = partial(writing.stubborn_life, path=path, appends=appends)
        for call in follow(run, folder, Fault(number, error)):
            if call.what == "said":
                words += call.data
            else:
                disk.take(call)
        said = writing.heard(words)
        if any(session == "on" for session, _, _ in said):
            return "went on: a log took a step after an error", len(said)
        chance = random.Random(f"{seed} {number}")
        states: list[tuple[str, State]] = [
            ("after a power failure", disk.nothing_kept()),
            ("after a power failure that tore what was not synced", disk.some_kept(chance)),
        ]
        if what := writing.wrong(writing.place(Path(folder)), said):
            return what, len(said)
        for how, state in states:
            with tempfile.TemporaryDirectory(prefix="imr-crash-", dir=scale.memory()) as other:
                laid_out(state, folder, Path(other))
                if what := writing.wrong(writing.place(Path(other)), said):
                    return f"{what} ({how})", len(said)
    return "", len(said)
