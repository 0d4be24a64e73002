"""Writers that say, entry by entry, what the log has acknowledged, and how that is looked for afterwards."""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from assistant.core.problem import Refused
from assistant.core.text import Private
from assistant.log import Draft, Log, database
from assistant.log import verify as verifying
from assistant.log.verify import verify

Saying = tuple[str, int, str]
"""What was acknowledged: session, seq, and the entry's hash."""

MODES: dict[str, tuple[str, str, int]] = {
    "wal": ("wal", "FULL", 2),
    "wal-normal": ("wal", "NORMAL", 1),
    "delete-full": ("delete", "FULL", 2),
}
"""Journal mode and `synchronous`: the program's, and two that are known to lose entries."""


def place(folder: Path) -> Path:
    """The path of a log in `folder`; what the program keeps outside the log goes into `folder` too."""
    os.environ["IMR_CONFIG"] = str(folder / "config")
    return folder / "data" / "log.sqlite"


def set_mode(mode: str) -> None:
    """Makes this process open logs with other settings than the program would choose."""
    journal, word, number = MODES[mode]
    database.DURABLE.update(journal_mode=(journal, journal), synchronous=(word, number))
    if journal != "wal":  # its journal, which the program refuses to see played back, belongs to this mode
        database.would_change = verifying.would_change = lambda path: ""


def say(
    descriptor: int,
    log: Log,
    session: str,
    after: int,
    size: int = 0,
    *,
    entries: int = 2,
    kind: str = "note.added",
) -> int:
    """Logs one step of `entries` entries with texts (and an artifact of `size` bytes); says each when it is there."""
    body = random.Random(f"{session} {after}").randbytes(size)
    files = {hashlib.sha256(body).hexdigest(): ("text/case", body)} if size else {}
    pins = {"pins": {"case": {"case.yaml": next(iter(files))}}} if files else {}
    pinning = "file.pinned" if after else "session.opened"
    drafts = [
        Draft(
            pinning if pins and not each else kind,
            {"step": after, "of": entries, "text": Private(f"words of {session}, {after + each}")}
            | ({} if each else pins),
        )
        for each in range(entries)
    ]
    for entry in log.append(session, drafts, actor="r-1", case="c", after=after, artifacts=files):
        os.write(descriptor, f"{entry.session} {entry.seq} {entry.leaf}\n".encode())
    return after + entries


def heard(data: bytes) -> list[Saying]:
    """What was said, whole lines only."""
    lines = data.decode("ascii").split("\n")[:-1]
    return [(session, int(seq), leaf) for session, seq, leaf in (line.split() for line in lines)]


def short_life(descriptor: int, path: Path, appends: int) -> None:
    """A log is made, written, closed, opened again, written by two windows and closed."""
    with Log.open(path) as log:
        seq = say(descriptor, log, "a", 0, 3000)
        for _ in range(appends):
            seq = say(descriptor, log, "a", seq)
    with Log.open(path) as log, Log.open(path) as other:
        begun = 0
        for number in range(appends):
            kind = "session.parked" if number % 3 == 1 else "note.added"
            seq = say(descriptor, log, "a", seq, entries=1, kind=kind)
            begun = say(descriptor, other, "b", begun, 9000 if number == 1 else 0)
    with Log.open(path) as log:
        say(descriptor, log, "b", begun)


def long_life(descriptor: int, path: Path, appends: int) -> None:
    """So much is written that SQLite brings its WAL home in the middle, and begins it anew."""
    with Log.open(path) as log:
        seq = 0
        for _ in range(appends):
            seq = say(descriptor, log, "a", seq, 100_000)


def stubborn_life(descriptor: int, path: Path, appends: int) -> None:
    """A short life that ends at the first refusal; a log that takes a step after one says so as session "on"."""
    try:
        with Log.open(path) as log:
            _stubborn(descriptor, log, "a", 0, appends)
        with Log.open(path) as log, Log.open(path) as other:
            _stubborn(descriptor, log, "a", 2 * appends, appends)
            _stubborn(descriptor, other, "b", 0, appends)
    except Refused:
        return


def _stubborn(descriptor: int, log: Log, session: str, after: int, appends: int) -> None:
    for number in range(appends):
        try:
            after = say(descriptor, log, session, after, 3000 if number == 1 else 0)
        except Refused:
            with suppress(Refused):
                say(descriptor, log, "on", 0)
            raise


def wrong(path: Path, said: Iterable[Saying]) -> str:
    """What is wrong with a log that has acknowledged `said`: empty where all is there, whole, and goes on."""
    expected: dict[str, dict[int, str]] = {}
    for session, seq, leaf in said:
        expected.setdefault(session, {})[seq] = leaf
    try:
        with Log.open(path) as log:
            for session, entries in expected.items():
                read = log.read(session)
                there = {entry.seq: entry.leaf for entry in read}
                lost = [seq for seq, leaf in entries.items() if there.get(seq) != leaf]
                if lost:
                    return f"lost: entry {lost[0]} of session {session} and {len(lost) - 1} more"
                steps = Counter((entry.body["step"], entry.body["of"]) for entry in read)
                if any(count != of for (_, of), count in steps.items()):
                    return f"torn: a step of session {session} is there in part"
            after = len(log.read("a"))
            more = Draft("note.added", {"step": after, "of": 1})
            log.append("a", [more], actor="r-1", case="c", after=after)
            log.checkpoint()
            if log.unsigned:
                return f"unsigned: {log.unsigned}"
    except Refused as refused:
        return f"refused: {refused}"
    found = verify(path)
    if not found.ok:
        return f"does not verify: {[one.says for one in found.verdicts.values() if one.ok is False]}"
    return ""
