"""What a verification says: separate verdicts, the first break, and what none of them can prove."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.log.walk import Break


@dataclass(frozen=True)
class Verdict:
    """One answer: `ok` is True, False, or None for what could not be decided; `says` gives it in words."""

    ok: bool | None
    says: str


@dataclass(frozen=True)
class Verification:
    """What `verify` found.

    `verdicts` are chain, tree, signatures, coverage, triggers, database and artifacts, by name; a deep one has
    more. `root` is that of the tree (hex; empty where not all entries can be read), `since` the number of entries
    that an earlier verification vouches for. `notes` are what somebody should look at, though nothing is broken
    by it. `verified` is the newest checkpoint that holds: its note.
    """

    ok: bool
    events: int
    sessions: int
    verdicts: dict[str, Verdict]
    first_break: Break | None
    not_proven: list[str]
    notes: list[str] = field(default_factory=list)
    root: str = ""
    since: int = 0
    verified: str = ""

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log verify --json`."""
        return asdict(self)


def counted(count: int, noun: str) -> str:
    """The count with its noun: "1 entry", "2 entries"."""
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else many}"


def limits(held_size: int, held_where: str, events: int, signed: bool) -> list[str]:
    """What a verification can't prove, where `held_size` entries are covered by a checkpoint held outside the log."""
    after = events - held_size
    if not held_size:
        first = (
            "That the newest entries were not cut off, that no whole session was taken out, and that the log was "
            "not replaced by an older copy, put in another order or written anew: that takes a checkpoint held by "
            "somebody else, and none is known here."
        )
    else:
        entries = "no entry" if after <= 0 else f"{counted(after, 'entry')}, from number {held_size + 1} on"
        first = (
            f"What came after the last checkpoint held elsewhere ({entries}): this could have been cut off, added "
            f"or written anew. And that checkpoint ({held_where}) proves as much as its place is out of reach of "
            "whoever could change the log."
        )
    key = (
        "That nobody else has the key that signs: with a stolen key a changed log can be signed anew, which only "
        "a checkpoint held by somebody else shows."
    )
    return [
        first,
        *([key] if signed else []),
        "That the times are right: they are what the clock of the computer said.",
        "Who sat at the keyboard: an entry names a person, and no person signs with a key of their own.",
        "That nothing was left out: a step that was never logged leaves no trace.",
        "The media type noted beside a stored file; its bytes are proven, its label is not.",
    ]
