"""What every logged step has in common: a permanent kind, fields, and its form as a body in the log.

A kind's first word says which module defines it: `access` and `training` have their own; every other kind is a
step of a review. `encode` gives the body that the log stores (free text as `Private`, which the log turns into
salted commitments), `decode` the event again: `decode(kind, encode(event)) == event`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, get_args

from assistant.core.answer import (
    Answer,
    Dismissed,
    Evidence,
    dismissed_from_json,
    dismissed_to_json,
    evidence_from_json,
    evidence_to_json,
    from_json,
    to_json,
)
from assistant.core.problem import refuse
from assistant.core.record.passages import PassageGroup
from assistant.core.text import Private


def private(default: Any = MISSING, rare: bool = False) -> Any:
    """A field of free text; a `rare` one stands in the log only where it says something.

    So an earlier program, which doesn't know the field, still reads the entries that don't need it.
    """
    return field(metadata={"private": True, "rare": rare}, default=default)


class Event:
    """One logged step of a session; every kind is a frozen dataclass of its fields."""

    kind: ClassVar[str] = ""
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def of_the_rules(self) -> tuple[str, ...]:
        """The fields of free text that hold the rules' own words here, which are nobody's to keep apart."""
        return ()


@cache
def all_kinds() -> dict[str, type[Event]]:
    """Every kind of event that this version knows."""
    return {**KINDS, **ACCESS_KINDS, **TRAINING_KINDS}


def encode(event: Event) -> dict[str, Any]:
    """The event's body, without its kind."""
    clear = event.of_the_rules()
    return {
        part.name: _out(
            getattr(event, part.name), part.name not in clear and part.metadata.get("private", False)
        )
        for part in fields(event)
        if not (part.metadata.get("rare") and getattr(event, part.name) == part.default)
    }


def decode(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a logged kind and body; raises `Refused` for an unknown kind and for a damaged body."""
    if (cls := all_kinds().get(kind)) is None:
        raise refuse(f"The log holds a step of a kind unknown here: {kind}.", "", "Update the program.")
    form, needed = _form(kind)
    try:
        if needed <= body.keys():
            return cls(**{name: _in(value, *form[name]) for name, value in body.items()})
    except (KeyError, TypeError, ValueError, AttributeError):  # a part of an answer is not as one is
        pass
    raise refuse("The log holds a damaged entry.", kind, "Run `imr log verify`.")


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,), "str | None": (str, type(None)), "int": (int,), "bool": (bool,), "tuple": (list, tuple),
    "Mapping": (Mapping,), "Answer": (Mapping,), "Evidence": (Mapping,),
}  # fmt: skip


_Read = Callable[[Any], Any] | None


@cache
def _form(kind: str) -> tuple[dict[str, tuple[tuple[type, ...], _Read]], frozenset[str]]:
    """What the value of each field of a body may be and what reads it, and the fields that it must have."""
    parts = fields(all_kinds()[kind])
    form = {part.name: (_TYPES[str(part.type).partition("[")[0]], _READERS.get(part.name)) for part in parts}
    return form, frozenset(part.name for part in parts if part.default is MISSING)


def _in(value: Any, types: tuple[type, ...], read: _Read) -> Any:
    fits = isinstance(value, types)
    if not fits or (list in types and None in value):
        raise TypeError(value)
    if list in types:
        return tuple(value) if read is None else tuple(map(read, value))
    return value if read is None else read(value)


def _out(value: Any, apart: bool) -> Any:
    if isinstance(value, tuple):
        return [_out(entry, apart) for entry in value]
    if isinstance(value, str) and apart and value:
        return Private(value)
    write = _WRITERS.get(type(value))
    return value if write is None else write(value)


def _group_to_json(one: PassageGroup) -> dict[str, Any]:
    """Written without what says nothing, as before there was any of it."""
    data = {
        "document": one.document,
        "pages": list(one.pages),
        "quote": Private(one.quote),
        "standing": one.standing,
        "count": one.count,
        "start": one.start,
    }
    if one.plain:
        data["plain"] = True
    if one.cue:
        data["cue"] = one.cue
    if one.terms:
        data["terms"] = list(one.terms)
    if not one.bears:
        data["bears"] = False
    return data


def _group_from_json(data: Mapping[str, Any]) -> PassageGroup:
    return PassageGroup(
        data["document"],
        tuple(data["pages"]),
        data["quote"],
        data["standing"],
        data["count"],
        data["start"],
        data.get("plain", False),
        data.get("cue", ""),
        tuple(data.get("terms", ())),
        data.get("bears", True),
    )


_WRITERS: Mapping[type, Callable[[Any], Any]] = {
    Answer: to_json,
    Evidence: evidence_to_json,
    Dismissed: dismissed_to_json,
    PassageGroup: _group_to_json,
}
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "answer": from_json,
    "evidence": evidence_from_json,
    "dismissed": dismissed_from_json,
    "groups": _group_from_json,
    "stated": _group_from_json,
}


# The steps of a review that concern the record: what was searched, found, set aside and attested; a case file
# that grew.


@dataclass(frozen=True)
class AbsencesAttested(Event):
    """The reviewer looked for each of `prompts` (`item/path`) in these documents and did not find it."""

    kind: ClassVar[str] = "absences.attested"
    documents: tuple[str, ...]
    pages: int
    prompts: tuple[str, ...]


@dataclass(frozen=True)
class RecordSearched(Event):
    """A search of the record for one question, and all that it found.

    `by` is `look_for` (the question's own words), `reviewer` or `amendment` (the case file has grown). `pages`
    counts those that could be searched, `unread` names those that could not. Of more groups than an entry
    holds, the first stand here and `more` counts the rest. `stated` are entries of the case file's timeline that tell
    of it, each with its number as its page. Only a reviewer's own `terms` are kept beside the
    entry; logs of earlier versions keep all of them there.
    """

    kind: ClassVar[str] = "record.searched"
    item: str
    prompt: str
    by: str
    terms: tuple[str, ...] = private()
    documents: tuple[str, ...] = ()
    pages: int = 0
    unread: tuple[str, ...] = ()
    hits: int = 0
    groups: tuple[PassageGroup, ...] = ()
    more: int = 0
    stated: tuple[PassageGroup, ...] = ()

    def of_the_rules(self) -> tuple[str, ...]:
        return () if self.by == "reviewer" else ("terms",)


@dataclass(frozen=True)
class PassagesDismissed(Event):
    """Passages that a search found and that do not speak of what was asked, with the reason."""

    kind: ClassVar[str] = "passages.dismissed"
    item: str
    prompt: str
    dismissed: tuple[Dismissed, ...]


@dataclass(frozen=True)
class PagesReadByEye(Event):
    """The reviewer's word on pages (`document:page`) that no search can read: read by eye, or not."""

    kind: ClassVar[str] = "pages.read_by_eye"
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class DenialsRead(Event):
    """The reviewer has read what was to be seen before the signature; `passages` are digests of what was shown."""

    kind: ClassVar[str] = "denials.read"
    passages: tuple[str, ...]


@dataclass(frozen=True)
class CaseAmended(Event):
    """The session takes over a case file that has changed: new pins of its facts and documents, and what changed."""

    kind: ClassVar[str] = "case.amended"
    pins: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    facts: bool = False


@dataclass(frozen=True)
class FactCorrected(Event):
    """The program misread a fact on a page (`dates`, `levels`, `sides`); `says` is what the page says."""

    kind: ClassVar[str] = "fact.corrected"
    document: str
    page: int
    fact: str
    was: str = private()
    says: str = private()


# Every step of a review that can be logged, as frozen values; an event's kind on disk is permanent.


@dataclass(frozen=True)
class SessionOpened(Event):
    """The first event: who reviews which case under which rules.

    `pins` holds the SHA-256 of each pinned text, by `case`, `prompts` and `schemas` and then by name;
    `documents` the number of pages of each document and a salted commitment to its text. `again` is why a case
    that has been signed is reviewed once more.
    """

    kind: ClassVar[str] = "session.opened"
    mode: str
    reviewer: str
    tool: str
    decide_first: bool
    profile: Mapping[str, Any]
    pins: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    items: Mapping[str, str]
    folder: str = private(default="")
    again: str = private(default="", rare=True)


@dataclass(frozen=True)
class SessionParked(Event):
    kind: ClassVar[str] = "session.parked"


@dataclass(frozen=True)
class SessionResumed(Event):
    kind: ClassVar[str] = "session.resumed"


@dataclass(frozen=True)
class PromptShown(Event):
    """A prompt was put to the reviewer; `chosen` where the reviewer went there on purpose."""

    kind: ClassVar[str] = "prompt.shown"
    item: str
    prompt: str
    chosen: bool = False


@dataclass(frozen=True)
class PromptSkipped(Event):
    kind: ClassVar[str] = "prompt.skipped"
    item: str
    prompt: str


@dataclass(frozen=True)
class PromptLeft(Event):
    """A prompt that was gone to on purpose was left with its answer as it was."""

    kind: ClassVar[str] = "prompt.left"
    item: str
    prompt: str


@dataclass(frozen=True)
class WhyOpened(Event):
    kind: ClassVar[str] = "why.opened"
    item: str
    prompt: str


@dataclass(frozen=True)
class PageOpened(Event):
    kind: ClassVar[str] = "page.opened"
    document: str
    page: int


@dataclass(frozen=True)
class FindingsOpened(Event):
    """The findings of an item were looked at; `early` where its prompts were not yet answered."""

    kind: ClassVar[str] = "findings.opened"
    item: str
    early: bool


@dataclass(frozen=True)
class SuggestionShown(Event):
    kind: ClassVar[str] = "suggestion.shown"
    item: str
    decision: str | None
    why: str


@dataclass(frozen=True)
class AnswerRecorded(Event):
    """An answer; `prompt` is a prompt or the path of a part. `origin`: typed, proposed or file."""

    kind: ClassVar[str] = "answer.recorded"
    item: str
    prompt: str
    answer: Answer
    origin: str = "typed"


@dataclass(frozen=True)
class AnswerAmended(Event):
    kind: ClassVar[str] = "answer.amended"
    item: str
    prompt: str
    answer: Answer
    origin: str = "typed"
    reason: str = private(default="")


@dataclass(frozen=True)
class AnswerWithdrawn(Event):
    kind: ClassVar[str] = "answer.withdrawn"
    item: str
    prompt: str
    reason: str = private(default="")


@dataclass(frozen=True)
class AnswerRejected(Event):
    """Input that was not accepted: the words up to 4 KB, else their length, SHA-256 and beginning."""

    kind: ClassVar[str] = "answer.rejected"
    item: str
    prompt: str
    length: int
    digest: str = ""
    says: str = private(default="")
    input: str = private(default="")


@dataclass(frozen=True)
class AnswerSetAside(Event):
    """The prompt no longer applies; the answer stays in the log and returns with its prompt."""

    kind: ClassVar[str] = "answer.set_aside"
    item: str
    prompt: str
    because: str


@dataclass(frozen=True)
class AnswerRestored(Event):
    kind: ClassVar[str] = "answer.restored"
    item: str
    prompt: str
    because: str


@dataclass(frozen=True)
class EvidenceCited(Event):
    kind: ClassVar[str] = "evidence.cited"
    item: str
    prompt: str
    evidence: Evidence


@dataclass(frozen=True)
class NoteAdded(Event):
    kind: ClassVar[str] = "note.added"
    item: str
    prompt: str
    text: str = private()


@dataclass(frozen=True)
class CriterionRuled(Event):
    kind: ClassVar[str] = "criterion.ruled"
    item: str
    criterion: str
    ruling: str
    reason: str = private()


@dataclass(frozen=True)
class FirstDecisionTaken(Event):
    """The decision that the reviewer took before the suggestion was shown."""

    kind: ClassVar[str] = "determination.first"
    item: str
    decision: str


@dataclass(frozen=True)
class DeterminationRecorded(Event):
    """The reviewer's decision; `suggested` is what the suggestion was then."""

    kind: ClassVar[str] = "determination.recorded"
    item: str
    decision: str
    suggested: str | None
    departs: bool
    reason: str = private(default="")


@dataclass(frozen=True)
class SentenceEdited(Event):
    """A sentence of the draft in the reviewer's own words; an empty `text` takes the edit back."""

    kind: ClassVar[str] = "sentence.edited"
    item: str
    sentence: str
    was: str = private()
    text: str = private()


@dataclass(frozen=True)
class CheckRaised(Event):
    kind: ClassVar[str] = "check.raised"
    check: str
    key: str
    message: str = private()
    facts: tuple[str, ...] = private()


@dataclass(frozen=True)
class CheckAcknowledged(Event):
    kind: ClassVar[str] = "check.acknowledged"
    check: str
    key: str
    reason: str = private()


@dataclass(frozen=True)
class SessionDeclined(Event):
    """The reviewer must not or cannot decide: `ground` is conflict, specialty, records or other."""

    kind: ClassVar[str] = "session.declined"
    ground: str
    reason: str = private()


@dataclass(frozen=True)
class SessionSigned(Event):
    """The signature: `letter` is the SHA-256 of the letter's text as shown, `statement` what was signed.

    `guard` says which checks held the findings against the record: 1 those of what was not documented only, 2 those
    of every finding.
    """

    kind: ClassVar[str] = "session.signed"
    letter: str
    outcome: str
    statement: str
    guard: int = 1


@dataclass(frozen=True)
class AddendumAdded(Event):
    """`reason` says where a fact of it stands that nothing in the case bears out; empty where there is none."""

    kind: ClassVar[str] = "addendum.added"
    text: str = private()
    reason: str = private("")


Step = (
    AbsencesAttested | RecordSearched | PassagesDismissed | PagesReadByEye | DenialsRead | CaseAmended | FactCorrected
    | SessionOpened | SessionParked | SessionResumed | PromptShown | PromptSkipped | PromptLeft
    | WhyOpened | PageOpened | FindingsOpened | SuggestionShown | AnswerRecorded | AnswerAmended
    | AnswerWithdrawn | AnswerRejected | AnswerSetAside | AnswerRestored | EvidenceCited | NoteAdded
    | CriterionRuled | FirstDecisionTaken | DeterminationRecorded | SentenceEdited | CheckRaised
    | CheckAcknowledged | SessionDeclined | SessionSigned | AddendumAdded
)  # fmt: skip
"""A step of a review: every kind that may follow in one."""

KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(Step)}


# Steps of a sitting at the log: who read what, drew which sample, noted what.


@dataclass(frozen=True)
class AccessOpened(Event):
    """The first event of a sitting: the version of the program that reads."""

    kind: ClassVar[str] = "access.opened"
    tool: str


@dataclass(frozen=True)
class AccessRead(Event):
    """A command was about to show what these sessions hold."""

    kind: ClassVar[str] = "access.read"
    command: str
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class AccessListed(Event):
    """The list of sessions was shown, cut down to what the filters let through."""

    kind: ClassVar[str] = "access.listed"
    command: str
    filters: Mapping[str, str]


@dataclass(frozen=True)
class AccessReported(Event):
    """A report was about to be run; `by` is what it was grouped by, where it groups."""

    kind: ClassVar[str] = "access.reported"
    report: str
    filters: Mapping[str, str]
    by: tuple[str, ...] = ()


@dataclass(frozen=True)
class AccessQueried(Event):
    """A query of the reader's own was about to be run."""

    kind: ClassVar[str] = "access.queried"
    sql: str = private()


@dataclass(frozen=True)
class AccessExported(Event):
    """Something was written out of the log: `what` says which, `form` in which format."""

    kind: ClassVar[str] = "access.exported"
    what: str
    form: str
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class SampleDrawn(Event):
    """`sessions` were drawn from the `population` that the filters let through, in the order of the draw."""

    kind: ClassVar[str] = "access.sample_drawn"
    method: str
    seed: int
    size: int
    filters: Mapping[str, str]
    population: int
    sessions: tuple[str, ...]


@dataclass(frozen=True)
class AuditNoteAdded(Event):
    """A reader's note on a session, kept in the sitting and not in the session."""

    kind: ClassVar[str] = "access.note_added"
    session: str
    text: str = private()


@dataclass(frozen=True)
class RollbackAccepted(Event):
    """The log was older than a checkpoint held of it, was another log, or did not continue it; somebody accepted that.

    `held_log`, `held_size` and `held_root` (hex) are those of the checkpoint that was let go; `size` and `root`
    those of the log as it was found.
    """

    kind: ClassVar[str] = "access.rollback_accepted"
    held_log: str
    held_size: int
    held_root: str
    size: int
    root: str
    reason: str = private()


AccessStep = (
    AccessOpened | AccessRead | AccessListed | AccessReported | AccessQueried | AccessExported
    | SampleDrawn | AuditNoteAdded | RollbackAccepted
)  # fmt: skip
"""A step of a sitting at the log."""

ACCESS_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(AccessStep)}


# Steps of a trainer and of trainees beside the sessions: assignments, reveals, bookmarks, comments,
# adjudication.


@dataclass(frozen=True)
class BookOpened(Event):
    """The first event of a book: the version of the program that began it."""

    kind: ClassVar[str] = "training.opened"
    tool: str


@dataclass(frozen=True)
class Bookmarked(Event):
    """A place of a session, for coming back to: its entry `seq`, bound to that entry's hash."""

    kind: ClassVar[str] = "training.bookmarked"
    session: str
    seq: int
    leaf: str
    title: str = private(default="")


@dataclass(frozen=True)
class Commented(Event):
    """A trainer's words on an entry of a session, bound to that entry's hash."""

    kind: ClassVar[str] = "training.commented"
    session: str
    seq: int
    leaf: str
    text: str = private()


@dataclass(frozen=True)
class MarkRemoved(Event):
    """A bookmark or comment of this book, by its number here, is no longer shown."""

    kind: ClassVar[str] = "training.mark_removed"
    mark: int


@dataclass(frozen=True)
class CaseAssigned(Event):
    """A case for a trainee. `reveal`: each, end or trainer; `against` and `head`: what it is compared with.

    `reference` holds the answers that it is compared with, `folder` the case folder to be reviewed.
    """

    kind: ClassVar[str] = "training.assigned"
    assignment: str
    trainee: str
    case: str
    reveal: str
    against: str
    head: str
    planted: int
    reference: str = private()
    folder: str = private()


@dataclass(frozen=True)
class AssignmentWithdrawn(Event):
    kind: ClassVar[str] = "training.assignment_withdrawn"
    assignment: str


@dataclass(frozen=True)
class FaultPlanted(Event):
    """A fault in a copy of a case. `plan` is the assignment or run that it belongs to; `truth` says what and where."""

    kind: ClassVar[str] = "training.fault_planted"
    plan: str
    number: int
    truth: str = private()


@dataclass(frozen=True)
class RunOpened(Event):
    """A trainee began a run: `session` is the review, `plan` the assignment or the faults that belong to it.

    `against`, `head` and `reference` are as in an assignment; an assigned run leaves `reference` there.
    """

    kind: ClassVar[str] = "training.run_opened"
    session: str
    case: str
    reveal: str
    plan: str
    against: str
    head: str
    reference: str = private(default="")


@dataclass(frozen=True)
class AnswerFrozen(Event):
    """What counts as the first answer: the entry `seq` of the run, by its hash; an empty `prompt` is the decision."""

    kind: ClassVar[str] = "training.answer_frozen"
    session: str
    item: str
    prompt: str
    seq: int
    leaf: str


@dataclass(frozen=True)
class AnswerRevealed(Event):
    """The reviewer's answer was shown to the trainee, whose own was frozen before."""

    kind: ClassVar[str] = "training.answer_revealed"
    session: str
    item: str
    prompt: str


@dataclass(frozen=True)
class RunEnded(Event):
    """A run is over: `how` is signed or declined."""

    kind: ClassVar[str] = "training.run_ended"
    session: str
    how: str


@dataclass(frozen=True)
class FeedbackShown(Event):
    """The feedback of a run was shown to the holder of this book."""

    kind: ClassVar[str] = "training.feedback_shown"
    session: str
    agreed: int
    compared: int
    caught: int
    planted: int


@dataclass(frozen=True)
class AdjudicationOpened(Event):
    """The first event of an adjudication: the reviews of a case that are settled, bound to their last entries' hashes.

    `own` where one of them is the adjudicator's.
    """

    kind: ClassVar[str] = "training.adjudication_opened"
    tool: str
    sessions: tuple[str, ...]
    heads: tuple[str, ...]
    own: bool


@dataclass(frozen=True)
class AnswerAdjudicated(Event):
    """The answer that counts. `chosen`: agreed (all said so), the letter of one that was shown, or own.

    `shown` are the answers in the shuffled order in which they stood as A, B, ...: nowhere by whom they are.
    """

    kind: ClassVar[str] = "training.answer_adjudicated"
    item: str
    prompt: str
    chosen: str
    answer: Answer
    shown: tuple[str, ...] = private(default=())
    reason: str = private(default="")


@dataclass(frozen=True)
class DecisionAdjudicated(Event):
    """The decision on an item that counts; `chosen` and `shown` as for an answer."""

    kind: ClassVar[str] = "training.decision_adjudicated"
    item: str
    chosen: str
    decision: str
    shown: tuple[str, ...] = private(default=())
    reason: str = private(default="")


@dataclass(frozen=True)
class AdjudicationClosed(Event):
    """Nothing is left to settle: how much was agreed, settled by choice, and answered otherwise than by any review."""

    kind: ClassVar[str] = "training.adjudication_closed"
    agreed: int
    settled: int
    own: int


TrainingStep = (
    BookOpened | Bookmarked | Commented | MarkRemoved | CaseAssigned | AssignmentWithdrawn
    | FaultPlanted | RunOpened | AnswerFrozen | AnswerRevealed | RunEnded | FeedbackShown
    | AdjudicationOpened | AnswerAdjudicated | DecisionAdjudicated | AdjudicationClosed
)  # fmt: skip
"""A step of a trainer's or trainee's book."""

TRAINING_KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(TrainingStep)}
