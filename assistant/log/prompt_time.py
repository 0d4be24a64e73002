"""How long a reviewer was with each question, by the computer's monotonic clock.

Between two entries of a session the reviewer was with the question that had last been put. A pause above
`IDLE_AFTER` counts as idle and not as work. Time between leaving and resuming, and across a restart of the
computer, is not counted at all: nothing measured it.
"""

from __future__ import annotations

from dataclasses import dataclass

from assistant.log.entry import Entry

IDLE_AFTER = 300
"""Seconds between two steps above which the reviewer is taken to have been away from the question."""

DECISION = "(decision)"
LETTER = "(letter)"
"""What stands in the place of a prompt while a decision or ruling is asked for, and at the letter and signature."""


@dataclass
class Spent:
    """Time with one question: `work` and `idle` in seconds, and how often it was put."""

    work: float = 0.0
    idle: float = 0.0
    visits: int = 0


class PromptTime:
    """Follows a session entry by entry; `spent` is by item and prompt."""

    def __init__(self) -> None:
        self.spent: dict[tuple[str, str], Spent] = {}
        self._at: tuple[str, str] | None = None
        self._last: Entry | None = None

    def follow(self, entry: Entry) -> None:
        """Takes in the session's next entry."""
        last = self._last
        self._last = entry
        if last is not None and self._at is not None and _measured(last, entry):
            seconds = max(entry.mono_ns - last.mono_ns, 0) / 1e9
            spent = self.spent.setdefault(self._at, Spent())
            if seconds > IDLE_AFTER:
                spent.idle += seconds
            else:
                spent.work += seconds
        self._move(entry)

    def _move(self, entry: Entry) -> None:
        kind, body = entry.kind, entry.body
        if kind == "prompt.shown":
            self._put(str(body.get("item")), str(body.get("prompt")).split(".", 1)[0])
        elif kind == "suggestion.shown":
            self._put(str(body.get("item")), DECISION)
        elif kind == "check.raised":
            self._put("case", f"({body.get('check')})")
        elif kind == "check.acknowledged" or (kind == "determination.recorded" and self._deciding()):
            self._at = "case", LETTER
        elif kind in ("session.signed", "session.declined"):
            self._at = None

    def _put(self, item: str, prompt: str) -> None:
        self._at = item, prompt
        self.spent.setdefault(self._at, Spent()).visits += 1

    def _deciding(self) -> bool:
        return self._at is not None and self._at[1] == DECISION


def _measured(last: Entry, entry: Entry) -> bool:
    return last.boot == entry.boot and last.kind != "session.parked"
