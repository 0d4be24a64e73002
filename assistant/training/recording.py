"""A logged session that can be looked at as it stood at any of its moments.

States are immutable and share what they have in common, so one is kept every `SPACING` entries; any other is
folded from the one before it. What a moment costs does not depend on where it lies.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from assistant.core import events as e
from assistant.core.session import Session
from assistant.core.value import Value
from assistant.log import Entry, Log
from assistant.log.fold import begun, folded, pinned_texts
from assistant.review.loading import pages_of
from assistant.review.review import Review

SPACING = 8
IDLE_MS = 3_000
"""A pause longer than this is played as this long, and said in words."""


class Step(Value):
    """What was logged in one go: the entries `first` to `last` (their `seq`), and the pause before them."""

    number: int
    first: int
    last: int
    ts: str
    pause_ms: int

    @property
    def idle(self) -> bool:
        """Whether the pause is compressed when it is played."""
        return self.pause_ms > IDLE_MS

    @property
    def played_ms(self) -> int:
        """The pause as it is played at normal speed."""
        return min(self.pause_ms, IDLE_MS)


class Recording:
    """A session with its entries and steps; `at` shows it as it stood after a step."""

    def __init__(self, log: Log, session_id: str) -> None:
        self.id = session_id
        self.log = log
        self.entries: Sequence[Entry] = log.read(session_id)
        first, self._events = begun(log, session_id, list(self.entries))
        self._kept: list[Session] = [first]
        self._newest: tuple[int, Session] = (1, first)
        self.steps = _steps(self.entries)
        self._last_seqs = [step.last for step in self.steps]
        self.final = self.state(self.entries[-1].seq)
        self.pages: Mapping[str, tuple[str, ...]] = pages_of(self.final)
        vocabulary = pinned_texts(log, first.opened.pins, "vocabulary")
        self._review = Review(log, self.final, self.entries[-1].seq, self.pages, None, vocabulary)

    @property
    def opened(self) -> e.SessionOpened:
        return self._kept[0].opened

    @property
    def case(self) -> str:
        """The id of the case."""
        return self.final.rules.case.id

    def event(self, seq: int) -> e.Event:
        """The event of an entry, by its number in the session."""
        return self.opened if seq == 1 else self._events[seq - 2]

    def state(self, seq: int) -> Session:
        """The session as it stood after an entry."""
        start, session = self._newest
        nearest = min((seq - 1) // SPACING, len(self._kept) - 1)
        if not 1 + nearest * SPACING <= start <= seq:
            start, session = 1 + nearest * SPACING, self._kept[nearest]
        while start < seq:
            stop = min(seq, start + SPACING - (start - 1) % SPACING)
            session = folded(session, self._events[start - 1 : stop - 1])
            start = stop
            if start == 1 + SPACING * len(self._kept):
                self._kept.append(session)
        self._newest = seq, session
        return session

    def at(self, step: Step | None) -> Review:
        """The review as it stood after a step, for looking at; None means before the first.

        It is one object, moved from moment to moment: take what is needed of it before moving on.
        """
        seq = step.last if step is not None else 1
        self._review.session, self._review.seq = self.state(seq), seq
        return self._review

    def step_of(self, seq: int) -> Step:
        """The step that an entry belongs to; the last one for an entry beyond the end."""
        return self.steps[min(bisect_left(self._last_seqs, seq), len(self.steps) - 1)]


def pause_ms(before: Entry, after: Entry) -> int:
    """Milliseconds between two entries: by the monotonic clock within one boot, else by the wall clock; never less than 0."""
    if before.boot == after.boot:
        return max(0, (after.mono_ns - before.mono_ns) // 1_000_000)
    between = datetime.fromisoformat(after.ts) - datetime.fromisoformat(before.ts)
    return max(0, int(between.total_seconds() * 1000))


def _steps(entries: Sequence[Entry]) -> list[Step]:
    """Entries with one moment were logged together, and are one step."""
    made: list[Step] = []
    before: Entry | None = None
    for _, together in groupby(entries, attrgetter("mono_ns", "ts", "boot")):
        first, *more = together
        last = more[-1] if more else first
        pause = pause_ms(before, first) if before is not None else 0
        made.append(Step(len(made) + 1, first.seq, last.seq, first.ts, pause))
        before = last
    return made
