"""Steps of a trainer and of trainees beside the sessions: assignments, reveals, bookmarks, comments, adjudication."""

from __future__ import annotations

from typing import ClassVar, get_args

from assistant.core.answer import Answer
from assistant.core.events import Apart, Event, Rare


class BookOpened(Event):
    """The first event of a book: the version of the program that began it."""

    kind: ClassVar[str] = "training.opened"
    tool: str


class Bookmarked(Event):
    """A place of a session, for coming back to: its entry `seq`, bound to that entry's hash."""

    kind: ClassVar[str] = "training.bookmarked"
    session: str
    seq: int
    leaf: str
    title: Apart[str] = ""


class Commented(Event):
    """A trainer's words on an entry of a session, bound to that entry's hash."""

    kind: ClassVar[str] = "training.commented"
    session: str
    seq: int
    leaf: str
    text: Apart[str]


class MarkRemoved(Event):
    """A bookmark or comment of this book, by its number here, is no longer shown."""

    kind: ClassVar[str] = "training.mark_removed"
    mark: int


class CaseAssigned(Event):
    """A case for a trainee. `reveal`: each, end or trainer; `against` and `head`: what it is compared with.

    `reference` holds the answers that it is compared with, `folder` the case folder to be reviewed. An `unaided`
    trainee gets no proposals; `due` is the day by which the run is to be over (ISO), where there is one. With
    `confidence` it is asked how sure the trainee is of each answer.
    """

    kind: ClassVar[str] = "training.assigned"
    assignment: str
    trainee: str
    case: str
    reveal: str
    against: str
    head: str
    planted: int
    reference: Apart[str]
    folder: Apart[str]
    unaided: Rare[bool] = False
    due: Rare[str] = ""
    confidence: Rare[bool] = False


class CasePacked(Event):
    """A case was packed into a file for other desks. `text` is the hash of its case file, by which a run is known.

    `reference` is the key that is sealed in it (its faults stand beside), and `word` what opens it.
    """

    kind: ClassVar[str] = "training.packed"
    plan: str
    case: str
    text: str
    planted: int
    reference: Apart[str]
    word: Apart[str]


class GroupSet(Event):
    """Who is in a group of trainees from now on; nobody where it was given up."""

    kind: ClassVar[str] = "training.group_set"
    group: str
    members: tuple[str, ...]


class AssignmentWithdrawn(Event):
    """An assignment was taken back."""

    kind: ClassVar[str] = "training.assignment_withdrawn"
    assignment: str


class FaultPlanted(Event):
    """A fault in a copy of a case. `plan` is the assignment or run that it belongs to; `truth` says what and where."""

    kind: ClassVar[str] = "training.fault_planted"
    plan: str
    number: int
    truth: Apart[str]


class RunOpened(Event):
    """A trainee began a run: `session` is the review, `plan` the assignment or the faults that belong to it.

    `against`, `head` and `reference` are as in an assignment; an assigned run leaves `reference` there. `exercise` is
    the name of the exercise that it is, where it is one. Of a packed case the reference is sealed, and `trainer` packed
    it. `known` are the kinds of fault that the trainee asked for, or that the exercise is known for.
    """

    kind: ClassVar[str] = "training.run_opened"
    session: str
    case: str
    reveal: str
    plan: str
    against: str
    head: str
    reference: Apart[str] = ""
    exercise: Rare[str] = ""
    confidence: Rare[bool] = False
    trainer: Rare[str] = ""
    known: Rare[tuple[str, ...]] = ()


class ConfidenceTold(Event):
    """How sure the trainee was of an answer that is frozen, in percent, before it was revealed; the first time counts."""

    kind: ClassVar[str] = "training.confidence_told"
    session: str
    item: str
    prompt: str
    percent: int


class KeyUnsealed(Event):
    """The key of a packed case was opened after the run: what it is compared with, and what was planted."""

    kind: ClassVar[str] = "training.unsealed"
    session: str
    reference: Apart[str]
    faults: Apart[tuple[str, ...]] = ()


class AnswerFrozen(Event):
    """What counts as the first answer: the entry `seq` of the run, by its hash; an empty `prompt` is the decision."""

    kind: ClassVar[str] = "training.answer_frozen"
    session: str
    item: str
    prompt: str
    seq: int
    leaf: str


class AnswerRevealed(Event):
    """The reviewer's answer was shown to the trainee, whose own was frozen before."""

    kind: ClassVar[str] = "training.answer_revealed"
    session: str
    item: str
    prompt: str


class RunEnded(Event):
    """A run is over: `how` is signed or declined."""

    kind: ClassVar[str] = "training.run_ended"
    session: str
    how: str


class FeedbackShown(Event):
    """The feedback of a run was shown to the holder of this book."""

    kind: ClassVar[str] = "training.feedback_shown"
    session: str
    agreed: int
    compared: int
    caught: int
    planted: int


class AdjudicationOpened(Event):
    """The first event of an adjudication: the reviews of a case that are settled, bound to their last entries' hashes.

    `own` where one of them is the adjudicator's.
    """

    kind: ClassVar[str] = "training.adjudication_opened"
    tool: str
    sessions: tuple[str, ...]
    heads: tuple[str, ...]
    own: bool


class AnswerAdjudicated(Event):
    """The answer that counts. `chosen`: agreed (all said so), the letter of one that was shown, or own.

    `shown` are the answers in the shuffled order in which they stood as A, B, ...: nowhere by whom they are.
    """

    kind: ClassVar[str] = "training.answer_adjudicated"
    item: str
    prompt: str
    chosen: str
    answer: Answer
    shown: Apart[tuple[str, ...]] = ()
    reason: Apart[str] = ""


class DecisionAdjudicated(Event):
    """The decision on an item that counts; `chosen` and `shown` as for an answer."""

    kind: ClassVar[str] = "training.decision_adjudicated"
    item: str
    chosen: str
    decision: str
    shown: Apart[tuple[str, ...]] = ()
    reason: Apart[str] = ""


class AdjudicationClosed(Event):
    """Nothing is left to settle: how much was agreed, settled by choice, and answered otherwise than by any review."""

    kind: ClassVar[str] = "training.adjudication_closed"
    agreed: int
    settled: int
    own: int


TrainingStep = (
    BookOpened | Bookmarked | Commented | MarkRemoved | GroupSet | CaseAssigned | AssignmentWithdrawn | CasePacked
    | FaultPlanted | RunOpened | AnswerFrozen | ConfidenceTold | AnswerRevealed | RunEnded | KeyUnsealed | FeedbackShown
    | AdjudicationOpened | AnswerAdjudicated | DecisionAdjudicated | AdjudicationClosed
)  # fmt: skip
"""A step of a trainer's or trainee's book."""

TRAINING_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(TrainingStep)}
