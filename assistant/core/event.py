"""Every step that can be logged, as frozen values; an event's kind on disk is permanent.

`encode` gives the body that the log stores (free text as `Private`, which the log turns into salted
commitments), `decode` the event again: `decode(kind, encode(event)) == event`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar

from assistant.core.answer import Answer, Evidence, evidence_from_json, evidence_to_json, from_json, to_json
from assistant.core.problem import refuse
from assistant.core.text import Private


def private(default: Any = MISSING) -> Any:
    """A field of free text."""
    return field(metadata={"private": True}, default=default)


@dataclass(frozen=True)
class Event:
    """One logged step of a session."""

    kind: ClassVar[str] = ""


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
class AbsencesAttested(Event):
    """The reviewer looked for each of `prompts` (`item/path`) in these documents and did not find it."""

    kind: ClassVar[str] = "absences.attested"
    documents: tuple[str, ...]
    pages: int
    prompts: tuple[str, ...]


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
    kind: ClassVar[str] = "addendum.added"
    text: str = private()


KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in Event.__subclasses__()}


def encode(event: Event) -> dict[str, Any]:
    """The event's body, without its kind."""
    return {part.name: _out(getattr(event, part.name), part.metadata) for part in fields(event)}


def decode(kind: str, body: Mapping[str, Any]) -> Event:
    """The event of a logged kind and body; raises `Refused` for an unknown kind and for a damaged body."""
    if (cls := KINDS.get(kind)) is None:
        raise refuse(f"The log holds a step of a kind unknown here: {kind}.", "", "Update the program.")
    names = {part.name: part.default is MISSING for part in fields(cls)}
    if set(body) - set(names) or any(names[name] for name in set(names) - set(body)):
        raise refuse("The log holds a damaged entry.", kind, "Run `imr log verify`.")
    return cls(**{name: _in(name, value) for name, value in body.items()})


def _out(value: Any, metadata: Mapping[str, Any]) -> Any:
    if isinstance(value, Answer | Evidence):
        return to_json(value) if isinstance(value, Answer) else evidence_to_json(value)
    if isinstance(value, tuple):
        return [_out(entry, metadata) for entry in value]
    if isinstance(value, str) and metadata.get("private") and value:
        return Private(value)
    return value


def _in(name: str, value: Any) -> Any:
    if name in ("answer", "evidence"):
        return from_json(value) if name == "answer" else evidence_from_json(value)
    return tuple(value) if isinstance(value, list) else value
