"""The conversation of a logged session, step by step, as its reviewer saw it.

What stands at a step follows from the log alone: the events say what was done, the session as it stood says
what was asked and shown. A trainer's marks are put beside it from the trainer's own book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant import showing
from assistant.conversation import Conversation
from assistant.core import event as e
from assistant.core.answer import Evidence
from assistant.core.text import one_line
from assistant.talk import Line
from assistant.training.event_words import event_lines
from assistant.training.mark import Mark
from assistant.training.recording import Recording, Step

Stop = tuple[str, tuple[str, str], str]
"""Where a conversation stands: the kind of turn, its place, and the check or criterion that it is about."""

_QUICK = ("prompt", "passages", "by_eye", "first", "done")
"""The kinds of turn whose lines are made at once."""

LANDMARKS = ("prompt", "amendment", "departure", "check", "bookmark", "comment")


@dataclass(frozen=True)
class Landmark:
    """A place worth jumping to. `kind`: one of `LANDMARKS`; `name` is the prompt, check or mark."""

    kind: str
    step: int
    name: str
    words: str


class Replay:
    """A recording with its steps in words, its landmarks, and the marks of a trainer."""

    def __init__(self, recording: Recording, marks: Sequence[Mark] = ()) -> None:
        self.recording = recording
        self._lines: dict[int, list[Line]] = {}
        self._stops: dict[int, Stop] = {}
        self._landmarks: list[Landmark] | None = None
        self.marks: tuple[Mark, ...] = ()
        self.with_marks(marks)

    @property
    def steps(self) -> Sequence[Step]:
        return self.recording.steps

    def with_marks(self, marks: Sequence[Mark]) -> None:
        """Takes these marks for the trainer's."""
        self.marks = tuple(mark for mark in marks if self._fits(mark))
        self._landmarks = None

    def _fits(self, mark: Mark) -> bool:
        """Whether the entry that was marked is still the one that stands there."""
        entries = self.recording.entries
        return 1 <= mark.at <= len(entries) and entries[mark.at - 1].leaf == mark.leaf

    def lines(self, number: int) -> list[Line]:
        """What was said and asked in a step, with the pause before it and the trainer's marks after it."""
        step = self.steps[number - 1]
        if number not in self._lines:
            self._lines[number] = [*_pause(step), *self._told(step)]
        return [*self._lines[number], *self._marked(step)]

    def is_quick(self, number: int) -> bool:
        """Whether the lines of a step are at hand, or made at once.

        A decision's take what would change it, a signature's the letter: they are worked out from all the answers.
        """
        if number in self._lines:
            return True
        stop = self._stop(number)
        return stop == self._stop(number - 1) or stop is None or stop[0] in _QUICK

    def _told(self, step: Step) -> Iterator[Line]:
        recording = self.recording
        events = [recording.event(seq) for seq in range(step.first, step.last + 1)]
        before = self._stop(step.number - 1)
        for seq, event in zip(range(step.first, step.last + 1), events, strict=True):
            yield from event_lines(recording.state(seq), event)
        if before == self._stop(step.number) or any(isinstance(event, e.SessionParked) for event in events):
            return
        review = recording.at(step)
        turn = review.turn
        if turn.kind == "done":
            return
        raised = turn.kind == "check" and any(isinstance(event, e.CheckRaised) for event in events)
        context = [] if raised else showing.context(review, turn)
        question = [] if raised else [Line("question", turn.question)]
        said = [Line("proposal" if line.startswith("  Proposed") else "context", line) for line in context]
        yield from [*said, *question] if turn.kind == "sign" else [*question, *said]
        conversation = Conversation(review)
        for index, option in enumerate(conversation.options, 1):
            yield Line("option", f"{index if conversation.numbered else '-'}  {option.label}")

    def _stop(self, number: int) -> Stop | None:
        """What tells where the conversation stood after a step from where it stood after another; None before the first."""
        if number < 1:
            return None
        if number not in self._stops:
            turn = self.recording.at(self.steps[number - 1]).turn
            key = turn.check.key if turn.check is not None else turn.criterion
            self._stops[number] = turn.kind, turn.place, key
        return self._stops[number]

    def _marked(self, step: Step) -> Iterator[Line]:
        for mark in self.marks:
            if step.first <= mark.at <= step.last:
                label = "Comment" if mark.is_comment else "Bookmark"
                yield Line("comment", f"{label} of {mark.by}: {one_line(mark.text, 600)}".rstrip(": "))

    # -- where to go -----------------------------------------------------------------------------

    @property
    def landmarks(self) -> Sequence[Landmark]:
        """Every landmark, in the order of the session."""
        if self._landmarks is None:
            self._landmarks = sorted(self._found(), key=lambda one: one.step)
        return self._landmarks

    def _found(self) -> Iterator[Landmark]:
        recording = self.recording
        asked: set[tuple[str, str]] = set()
        for entry in recording.entries:
            step = recording.step_of(entry.seq).number
            event = recording.event(entry.seq)
            if isinstance(event, e.PromptShown):
                place = event.item, event.prompt.split(".", 1)[0]
                if place not in asked:
                    asked.add(place)
                    ask = recording.final.prompt(*place).ask
                    yield Landmark("prompt", step, "/".join(place), one_line(ask, 160))
            elif isinstance(event, e.AnswerAmended | e.AnswerWithdrawn):
                yield Landmark("amendment", step, f"{event.item}/{event.prompt}", one_line(event.reason, 160))
            elif isinstance(event, e.SentenceEdited):
                yield Landmark("amendment", step, f"{event.item}/{event.sentence}", "a sentence of the draft")
            elif isinstance(event, e.DeterminationRecorded) and event.departs:
                yield Landmark("departure", step, event.item, one_line(event.reason, 160))
            elif isinstance(event, e.CheckRaised):
                yield Landmark("check", step, event.check, one_line(event.message, 160))
        for mark in self.marks:
            kind = "comment" if mark.is_comment else "bookmark"
            yield Landmark(
                kind, recording.step_of(mark.at).number, str(mark.number), one_line(mark.text, 160)
            )

    def next_landmark(self, after: int, kinds: Sequence[str], by: int = 1) -> Landmark | None:
        """The next landmark of one of the kinds after a step, or with `by` -1 the one before it."""
        of_kind = [one for one in self.landmarks if one.kind in kinds]
        if by > 0:
            return next((one for one in of_kind if one.step > after), None)
        return next((one for one in reversed(of_kind) if one.step < after), None)

    def find_prompt(self, name: str) -> Landmark | None:
        """Where a prompt was first asked: by its name, `item/name`, or a unique beginning of either."""
        asked = [one for one in self.landmarks if one.kind == "prompt"]
        for test in (
            lambda one: name in (one.name, one.name.partition("/")[2]),
            lambda one: one.name.startswith(name) or one.name.partition("/")[2].startswith(name),
        ):
            hits = [one for one in asked if test(one)]
            if len(hits) == 1 or (hits and len({one.name.partition("/")[2] for one in hits}) == 1):
                return hits[0]
        return None

    def find(self, where: str) -> int | None:
        """The step that is meant: its number, `start`, `end`, a question's name, or the first of a landmark's kind."""
        where = where.strip()
        if where in ("start", "end"):
            return 1 if where == "start" else len(self.steps)
        if where.isdecimal():
            return int(where) if 1 <= int(where) <= len(self.steps) else None
        found = self.next_landmark(0, [where]) if where in LANDMARKS else self.find_prompt(where)
        return found.step if found is not None else None

    # -- the record ------------------------------------------------------------------------------

    def page_shown(self, number: int) -> Evidence | None:
        """The page that had last been opened or cited when a step was done."""
        for seq in range(self.steps[number - 1].last, 0, -1):
            event = self.recording.event(seq)
            if isinstance(event, e.PageOpened):
                return Evidence(event.document, event.page)
            if isinstance(event, e.EvidenceCited):
                return event.evidence
            if isinstance(event, e.AnswerRecorded | e.AnswerAmended) and event.answer.all_evidence():
                return event.answer.all_evidence()[0]
        return None


def _pause(step: Step) -> list[Line]:
    return [Line("time", f"… {time_words(step.pause_ms)} …")] if step.idle else []


def time_words(milliseconds: int) -> str:
    """A length of time: `8 s`, `4 min 12 s`, `3 h 2 min`, `2 days 4 h`."""
    seconds = milliseconds // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min {seconds % 60} s"
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days {hours % 24} h"


def clock_words(ts: str) -> str:
    """The time of day where the viewer sits, of a logged UTC time."""
    return datetime.fromisoformat(ts).astimezone().strftime("%H:%M:%S")
