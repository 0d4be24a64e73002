"""The conversation of a logged session, step by step, as its reviewer saw it.

What stands at a step follows from the log alone: the events say what was done, the session as it stood says
what was asked and shown. A trainer's marks are put beside it from the trainer's own book.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant import profile
from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core.answer import Evidence
from assistant.core.event_words import Line, describe, told_at
from assistant.core.problem import refuse
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import one_line, visible
from assistant.log import Entry, Log
from assistant.log.bundle import open_source
from assistant.review import views
from assistant.review.conversation import Conversation
from assistant.training.book import Book, Written, all_entries
from assistant.training.comparison import (
    DETERMINATION,
    Parted,
    all_agree,
    by_question,
    pair_panel,
    panel_partings,
)
from assistant.training.ratings import sheet_of
from assistant.training.recording import Recording, Step
from assistant.training.reference import Reference, reference_of_answer_sheet, reference_of_session

# A trainer's bookmarks and comments: kept in the trainer's book, each bound to the hash of the entry it
# stands at.


@dataclass(frozen=True)
class Annotation:
    """A bookmark or comment at the entry `at` of a session; `number` is its place in the book of `by`."""

    number: int
    by: str
    session: str
    at: int
    leaf: str
    text: str
    is_comment: bool


def annotations_on(session: str, written: Iterable[Written]) -> list[Annotation]:
    """The marks on a session that stand in some books and were not removed."""
    found: dict[tuple[str, int], Annotation] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.MarkRemoved):
            found.pop((one.by, event.mark), None)
        elif isinstance(event, t.Bookmarked | t.Commented) and event.session == session:
            is_comment = isinstance(event, t.Commented)
            text = event.text if isinstance(event, t.Commented) else event.title
            found[one.by, one.number] = Annotation(
                one.number, one.by, session, event.seq, event.leaf, text, is_comment
            )
    return list(found.values())


def bookmark(book: Book, entry: Entry, title: str = "") -> None:
    """Puts a bookmark at an entry."""
    book.write(t.Bookmarked(entry.session, entry.seq, entry.leaf, title.strip()), case=entry.case)


def comment(book: Book, entry: Entry, text: str) -> None:
    """Puts a comment at an entry."""
    book.write(t.Commented(entry.session, entry.seq, entry.leaf, text.strip()), case=entry.case)


def remove(book: Book, mark: Annotation) -> None:
    """Takes a mark of one's own away; it stays in the book's log."""
    book.write(t.MarkRemoved(mark.number))


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


def read_speed(words: str) -> float:
    """How many times as quick as it went a replay is to go; raises `Refused`."""
    try:
        speed = float(words)
    except ValueError:
        speed = 0
    if not 0.01 <= speed <= 1000:
        raise refuse("A speed is a number from 0.01 to 1000.", "", "Such as 4.")
    return speed


class Replay:
    """A recording with its steps in words, its landmarks, and the marks of a trainer."""

    def __init__(self, recording: Recording, marks: Sequence[Annotation] = ()) -> None:
        self.recording = recording
        self._lines: dict[int, list[Line]] = {}
        self._stops: dict[int, Stop] = {}
        self._landmarks: list[Landmark] | None = None
        self.marks: tuple[Annotation, ...] = ()
        self.with_marks(marks)

    @property
    def steps(self) -> Sequence[Step]:
        return self.recording.steps

    def closed_to(self, actor: str, item: str) -> bool:
        """Whether findings and draft of an item are closed to who looks: the reviewer of a session that is still open."""
        final = self.recording.final
        return final.status == "open" and final.opened.reviewer == actor and final.closed(item)

    def with_marks(self, marks: Sequence[Annotation]) -> None:
        """Takes these marks for the trainer's."""
        self.marks = tuple(mark for mark in marks if self._fits(mark))
        self._landmarks = None

    def _fits(self, mark: Annotation) -> bool:
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
            yield from _said(describe(event, recording.state(max(seq - 1, 1))))
        if before == self._stop(step.number) or any(isinstance(event, e.SessionParked) for event in events):
            return
        review = recording.at(step)
        turn = review.turn
        if turn.kind == "done":
            return
        raised = turn.kind == "check" and any(isinstance(event, e.CheckRaised) for event in events)
        context = [] if raised else views.context(review, turn)
        question = [] if raised else [Line("question", turn.question)]
        said = [Line("proposal" if line.startswith("  Proposed") else "context", line) for line in context]
        yield from [*said, *question] if turn.kind == "sign" else [*question, *said]
        conversation = Conversation(review)
        for line in conversation.reply_lines:
            yield Line("option", line)

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
            if event.kind not in _TELLING:
                continue
            if isinstance(event, e.PageOpened):
                return Evidence(event.document, event.page)
            if isinstance(event, e.EvidenceCited):
                return event.evidence
            if isinstance(event, _ANSWERED) and event.answer.all_evidence():
                return event.answer.all_evidence()[0]
        return None


_ANSWERED = (e.AnswerRecorded, e.AnswerAmended)
_TELLING = frozenset(one.kind for one in (e.PageOpened, e.EvidenceCited, *_ANSWERED))
_LONGEST = 600
_LABELS = {"before": "Before: ", "reason": "Reason: ", "evidence": ""}


def _said(lines: Iterable[Line]) -> Iterator[Line]:
    """What a step says, as it stands in a conversation."""
    for line in lines:
        kind = "context" if line.kind in _LABELS else line.kind
        yield Line(kind, one_line(_LABELS.get(line.kind, "") + line.text, _LONGEST))


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


# Two sessions on one case side by side, question by question, with the first point where they part.


MARKS = {"same": "=", "different": "≠", "one": "-"}


@dataclass(frozen=True)
class ReplayPairSide:
    """What one session said to a question: in words, the pages behind it, and the step in which it was said last."""

    words: str
    evidence: tuple[Evidence, ...]
    step: int
    amended: int


@dataclass(frozen=True)
class ReplayPairView:
    """A question with both sides; a side is None where it was not asked. `parts` names where they part.

    `state`: same, different, or one (only one of them answered, or they were asked otherwise).
    """

    item: str
    prompt: str
    ask: str
    state: str
    sides: tuple[ReplayPairSide | None, ReplayPairSide | None]
    parts: tuple[Parted, ...]


class SideBySide:
    """Two replays of one case, aligned by their questions."""

    def __init__(self, one: Replay, other: Replay) -> None:
        self.replays = (one, other)
        sessions = [replay.recording.final for replay in self.replays]
        self.panel = pair_panel(sessions[0], sessions[1], ("A", "B"))
        self.pairs = self._paired()
        self.said = tuple(self.panel.apart)

    @property
    def first_parting(self) -> ReplayPairView | None:
        """The first question, in the order in which they are asked, that was answered differently."""
        return next((pair for pair in self.pairs if pair.state == "different"), None)

    def _paired(self) -> list[ReplayPairView]:
        answered = [_answered(replay) for replay in self.replays]
        made = []
        for place, lines in by_question(self.panel).items():
            one, other = (
                _side(replay, place, steps) for replay, steps in zip(self.replays, answered, strict=True)
            )
            state = {None: "one", True: "same", False: "different"}[all_agree(lines)]
            made.append(ReplayPairView(*place, lines[0].ask, state, (one, other), panel_partings(lines)))
        return made


def _answered(replay: Replay) -> dict[AnswerPlace, tuple[int, int]]:
    """By question: the step in which it was answered last, and how often its answer was changed."""
    found: dict[AnswerPlace, tuple[int, int]] = {}
    recording = replay.recording
    for entry in recording.entries:
        event = recording.event(entry.seq)
        if isinstance(event, e.AnswerRecorded | e.AnswerAmended | e.AnswerWithdrawn):
            place = (event.item, event.prompt.split(".", 1)[0])
            changed = not isinstance(event, e.AnswerRecorded)
        elif isinstance(event, e.DeterminationRecorded):
            place = (event.item, DETERMINATION)
            changed = place in found
        else:
            continue
        found[place] = recording.step_of(entry.seq).number, found.get(place, (0, 0))[1] + changed
    return found


def _side(
    replay: Replay, place: AnswerPlace, answered: dict[AnswerPlace, tuple[int, int]]
) -> ReplayPairSide | None:
    session: Session = replay.recording.final
    step, amended = answered.get(place, (0, 0))
    if place[1] == DETERMINATION:
        made = session.determinations.get(place[0])
        if made is None:
            return None
        reason = f": {one_line(made.reason, 200)}" if made.reason else ""
        return ReplayPairSide(f"{DECISION_WORDS[made.decision]}{reason}", (), step, amended)
    if place[0] not in session.rules.sets or place[1] not in session.rules.sets[place[0]].prompts:
        return None
    answer = session.reading(place[0]).answer(place[1])
    if answer is None:
        return None
    return ReplayPairSide(
        one_line(told_at(session, place, answer), 300), answer.all_evidence(), step, amended
    )


# Replays as JSON: every step with its lines and pauses, and of two sessions where they part.


def replay_json(replay: Replay) -> dict[str, Any]:
    """One session, as `imr replay SESSION --json` prints it."""
    return {"case": replay.recording.case, "sessions": [_session(replay)], "questions": [], "parting": None}


def side_by_side_json(pair: SideBySide) -> dict[str, Any]:
    """Two sessions, as `imr replay A B --json` prints them."""
    first = pair.first_parting
    return {
        "case": pair.panel.case,
        "sessions": [_session(replay) for replay in pair.replays],
        "questions": [_question(one) for one in pair.pairs],
        "parting": None if first is None else _question(first),
    }


def _session(replay: Replay) -> dict[str, Any]:
    recording = replay.recording
    return {
        "session": recording.id,
        "reviewer": recording.opened.reviewer,
        "kind": recording.final.mode,
        "status": recording.final.status,
        "steps": [
            {
                "step": step.number,
                "entries": [step.first, step.last],
                "ts": step.ts,
                "pause_ms": step.pause_ms,
                "idle": step.idle,
                "kinds": [entry.kind for entry in recording.entries[step.first - 1 : step.last]],
                "lines": [
                    {"kind": line.kind, "text": visible(line.text)} for line in replay.lines(step.number)
                ],
            }
            for step in replay.steps
        ],
        "landmarks": [
            {"kind": one.kind, "step": one.step, "name": one.name, "words": one.words}
            for one in replay.landmarks
        ],
    }


def _question(pair: ReplayPairView) -> dict[str, Any]:
    return {
        "item": pair.item,
        "prompt": pair.prompt,
        "question": pair.ask,
        "state": pair.state,
        "answers": [None if side is None else _side_data(side) for side in pair.sides],
        "parts": [{"part": name, "a": one, "b": other} for name, one, other in pair.parts],
    }


def _side_data(side: ReplayPairSide) -> dict[str, Any]:
    return {
        "words": side.words,
        "pages": [str(one) for one in side.evidence],
        "step": side.step,
        "amended": side.amended,
    }


# Opens sessions for replay, with the marks that trainers have put beside them in their books.


class Marker:
    """Reads and writes the marks of a session in the books of the log at `path`.

    `actor` is whoever writes: without one, the id of the profile, which is made when it is first needed.
    """

    def __init__(self, path: Path, actor: str = "") -> None:
        self.path = path
        self._actor = actor

    @property
    def actor(self) -> str:
        self._actor = self._actor or profile.kept().id
        return self._actor

    def marks(self, session: str) -> list[Annotation]:
        """The marks of all trainers on a session; none where there is no log yet."""
        if not self.path.expanduser().exists():
            return []
        with Log.open(self.path, write=False) as log:
            return annotations_on(session, all_entries(log))

    def bookmark(self, entry: Entry, title: str = "") -> None:
        self._write(lambda book: bookmark(book, entry, title))

    def comment(self, entry: Entry, text: str) -> None:
        """A comment at an entry; `Refused` without words."""
        if not text.strip():
            raise refuse("A comment has words.", "", "Write what you saw.")
        self._write(lambda book: comment(book, entry, text))

    def remove(self, mark: Annotation) -> None:
        """Takes a mark away; `Refused` for that of another."""
        if mark.by != self.actor:
            raise refuse(f"This mark is of {mark.by}.", "", "Only its writer takes it away.")
        self._write(lambda book: remove(book, mark))

    def _write(self, act: Callable[[Book], None]) -> None:
        with Log.open(self.path) as log:
            act(Book(log, self.actor))


def open_replay(log_path: Path, name: str, marker: Marker | None = None) -> Replay:
    """The replay of a session of the log (an id, the beginning of one, `last`) or of a bundle's file.

    Close its `recording.log` after use. Raises `Refused` for what is no review or was changed.
    """
    source, session = open_source(log_path, name)
    try:
        recording = Recording(source, session)
        return Replay(recording, marker.marks(session) if marker is not None else ())
    except BaseException:
        source.close()
        raise


def reference_named(log_path: Path, name: str) -> Reference:
    """What a session that is named came to, or an adjudication; `Refused` for one that is still open."""
    source, session = open_source(log_path, name)
    with source:
        sheet = sheet_of(source, session)
        if sheet is not None:
            return reference_of_answer_sheet(sheet, session)
        return reference_of_session(Recording(source, session))


def must_differ(one: Replay, other: Replay) -> None:
    """Raises `Refused` for two sessions that can't be set side by side."""
    if one.recording.id == other.recording.id:
        raise refuse("This is one session, twice.", one.recording.id, "Name two.")
    if one.recording.case != other.recording.case:
        raise refuse(
            f"These sessions are of different cases: {one.recording.case} and {other.recording.case}.",
            "",
            "Name two sessions of one case; see `imr log sessions`.",
        )
