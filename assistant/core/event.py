"""Every step of a review that can be logged, as frozen values; an event's kind on disk is permanent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from assistant.core.answer import Answer, Evidence
from assistant.core.event_form import Event, decode, encode, private
from assistant.core.frozen import dataclass
from assistant.core.record_event import (
    AbsencesAttested,
    CaseAmended,
    FactCorrected,
    PagesReadByEye,
    PassagesDismissed,
    RecordSearched,
)

__all__ = [
    "AbsencesAttested",
    "CaseAmended",
    "Event",
    "FactCorrected",
    "PagesReadByEye",
    "PassagesDismissed",
    "RecordSearched",
    "decode",
    "encode",
]


@dataclass(frozen=True)
class SessionOpened(Event):
    """The first event: who reviews which case under which rules.

    `pins` holds the SHA-256 of each pinned text, by `case`, `prompts` and `schemas` and then by name;
    `documents` the number of pages of each document and a salted commitment to its text.
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
    """The signature: `letter` is the SHA-256 of the letter's text as shown, `statement` what was signed."""

    kind: ClassVar[str] = "session.signed"
    letter: str
    outcome: str
    statement: str


@dataclass(frozen=True)
class AddendumAdded(Event):
    """`reason` says where a fact of it stands that nothing in the case bears out; empty where there is none."""

    kind: ClassVar[str] = "addendum.added"
    text: str = private()
    reason: str = private("")


KINDS: dict[str, type[Event]] = {
    cls.kind: cls
    for cls in Event.__subclasses__()
    if cls.__module__ in (__name__, "assistant.core.record_event")
}
