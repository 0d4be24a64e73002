"""What may be on the disk after the power failed: worked out from a recording of what a writer wrote and synced.

Only what was synced is certain: a file's bytes by a sync of the file, its name by a sync of its folder (POSIX
promises no more). Of the rest, nothing may be there, or all of it, or any part, torn between sectors.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tests.prove import scale, writing
from tests.prove.traced import Call, follow
from tests.prove.writing import Saying

SECTOR = 512
_KEPT = (0.1, 0.5, 0.9)

State = dict[str, bytes | None]
"""Files by their path, with their bytes; a folder has None."""

Keeps = Callable[[], bool]

_FOLDER = -1
_Naming = dict[str, int | None]
"""What happens to names in one step: each is given to a file (by number) or folder, or (None) taken away."""


@dataclass
class _File:
    safe: bytes = b""
    pending: list[Call] = field(default_factory=list)


class Disk:
    """A folder as the recording goes on; it is on the disk itself, and empty, when the recording begins."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files: list[_File] = []
        self._live: dict[str, int] = {}
        self._safe: dict[str, int] = {}
        self._names: list[_Naming] = []

    def take(self, call: Call) -> bool:
        """Takes in the next call; whether it may have changed what a power failure leaves."""
        if call.failed or call.path.endswith(("-shm", ".lock", " (deleted)")):
            return False
        if call.what in ("create", "folder"):
            self._files.append(_File())
            self._live[call.path] = len(self._files) - 1
            self._names.append({call.path: self._live[call.path] if call.what == "create" else _FOLDER})
        elif call.what == "unlink":
            self._live.pop(call.path, None)
            self._names.append({call.path: None})
        elif call.what == "rename":
            self._live[call.to] = self._live.pop(call.path)
            self._names.append({call.path: None, call.to: self._live[call.to]})
        elif call.what == "link":
            self._live[call.to] = self._live[call.path]
            self._names.append({call.to: self._live[call.to]})
        elif call.what == "sync" and (call.path == self._folder or self._is_folder(call.path)):
            here = [one for one in self._names if call.path in {str(Path(path).parent) for path in one}]
            self._names = [one for one in self._names if one not in here]
            for one in here:
                _rename(self._safe, one)
        elif call.path in self._live:
            file = self._files[self._live[call.path]]
            if call.what == "sync":
                file.safe = _written(file.safe, file.pending)
                file.pending = []
            else:
                file.pending.append(call)
        return True

    def nothing_kept(self) -> State:
        """Only what was synced is there."""
        return self._state(lambda: False)

    def all_kept(self) -> State:
        """Everything is there, as if it had been synced."""
        return self._state(lambda: True)

    def some_kept(self, chance: random.Random) -> State:
        """Any part of what was not synced is there, sector by sector."""
        share = chance.choice(_KEPT)
        return self._state(lambda: chance.random() < share)

    @property
    def unsettled(self) -> bool:
        """Whether anything waits for a sync."""
        return bool(self._names) or any(file.pending for file in self._files)

    def _is_folder(self, path: str) -> bool:
        return {path: _FOLDER} in self._names or self._safe.get(path) == _FOLDER

    def _state(self, keeps: Keeps) -> State:
        names = dict(self._safe)
        blocked: set[str] = set()
        for one in self._names:
            if not blocked.intersection(one) and keeps():
                _rename(names, one)
            else:
                blocked.update(one)
        made: State = {}
        for path, number in sorted(names.items()):
            parent = str(Path(path).parent)
            if parent == self._folder or parent in made:
                made[path] = None if number == _FOLDER else _part(self._files[number], keeps)
        return made


def _rename(names: dict[str, int], changes: _Naming) -> None:
    for path, file in changes.items():
        if file is None:
            names.pop(path, None)
        else:
            names[path] = file


def _written(content: bytes, calls: list[Call]) -> bytes:
    data = bytearray(content)
    for call in calls:
        if call.what == "truncate":
            data[call.at :] = b"\0" * max(0, call.at - len(data))
        else:
            if call.at > len(data):
                data.extend(b"\0" * (call.at - len(data)))
            data[call.at : call.at + len(call.data)] = call.data
    return bytes(data)


def _part(file: _File, keeps: Keeps) -> bytes:
    kept = []
    for call in file.pending:
        if call.what == "truncate":
            kept += [call] if keeps() else []
            continue
        at, end = call.at, call.at + len(call.data)
        while at < end:
            until = min(end, (at // SECTOR + 1) * SECTOR)
            if keeps():
                kept.append(Call("write", call.path, at, call.data[at - call.at : until - call.at]))
            at = until
    return _written(file.safe, kept)


@dataclass(frozen=True)
class Crash:
    """A moment of the recording, with one thing that the disk may hold then."""

    call: int
    how: str
    state: State
    said: tuple[Saying, ...]


def crashes(
    calls: list[Call], folder: str, torn: int, seed: int, every: int = 1, begin: int = 0
) -> Iterator[Crash]:
    """What may be on the disk after each `every`th call, from the one numbered `begin`; `torn` times by chance.

    What would only repeat the state before is left out.
    """
    disk, said, seen = Disk(folder), b"", set[bytes]()
    for number, call in enumerate(calls):
        if call.what == "said":
            said += call.data
        elif not disk.take(call):
            continue
        if number % every != begin:
            continue
        chance = random.Random(f"{seed} {number}")
        states = [("nothing kept", disk.nothing_kept)] if call.what in ("sync", "said") else []
        states += [("all kept", disk.all_kept)] if call.what != "sync" else []
        states += [("torn", partial(disk.some_kept, chance))] * (torn if disk.unsettled else 0)
        for how, make in states:
            state = make()
            name = _name(state, said)
            if name not in seen:
                seen.add(name)
                yield Crash(number, how, state, tuple(writing.heard(said)))


def _name(state: State, said: bytes) -> bytes:
    whole = hashlib.sha256(said)
    for path, content in state.items():
        whole.update(b"\0" + path.encode() + b"\0" + hashlib.sha256(content or b"").digest())
    return whole.digest()


def laid_out(state: State, folder: str, target: Path) -> None:
    """Puts the files of a state into the folder `target`."""
    for path, content in state.items():
        place = target / Path(path).relative_to(folder)
        if content is None:
            place.mkdir()
        else:
            place.write_bytes(content)
            place.chmod(0o600)


def try_states(
    mode: str, life: str, appends: int, torn: int, seed: int, every: int = 1, begin: int = 0
) -> dict[str, Any]:
    """Records a writer, and opens what power failures would have left of its log; see `crashes`."""
    writing.set_mode(mode)
    with tempfile.TemporaryDirectory(prefix="imr-recorded-") as name:
        folder = str(Path(name).resolve())
        path = writing.place(Path(folder))
        calls = list(follow(partial(getattr(writing, life), path=path, appends=appends), folder))
    ways: Counter[str] = Counter()
    bad: Counter[str] = Counter()
    examples: list[str] = []
    for crash in crashes(calls, folder, torn, seed, every, begin):
        with tempfile.TemporaryDirectory(prefix="imr-crash-", dir=scale.memory()) as name:
            laid_out(crash.state, folder, Path(name))
            what = writing.wrong(writing.place(Path(name)), crash.said)
        ways[crash.how] += 1
        if what:
            bad[what.split(":")[0]] += 1
            examples.append(f"after call {crash.call} ({calls[crash.call].what}), {crash.how}: {what}")
    return {
        "calls": len(calls),
        "syncs": sum(call.what == "sync" for call in calls),
        "acknowledged": len(writing.heard(b"".join(call.data for call in calls if call.what == "said"))),
        "states": ways.total(),
        "ways": dict(ways),
        "bad": dict(bad),
        "examples": examples[:5],
    }
