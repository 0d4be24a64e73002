"""What every logged step has in common, and the steps of a review; an event's kind on disk is permanent.

A kind's first word says which module defines it: `access_events.py` for `access`, `training_events.py` for
`training`, `work_events.py` for `work`; every other kind is a step of a review and stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeGuard, TypeVar, get_args

from assistant.core.answer import Answer, Dismissed, Evidence
from assistant.core.record.passages import PassageGroup
from assistant.core.value import Value

T = TypeVar("T")
Apart = Annotated[T, "kept apart"]
"""A field of free text, which stands beside its entry in the log."""
Rare = Annotated[T, "rare"]
"""A field that stands in the log only where it says something.

So an earlier program, which doesn't know the field, still reads the entries that don't need it.
"""


class Event(Value):
    """One logged step of a session; every kind is a value of its fields."""

    kind: ClassVar[str] = ""

    def of_the_rules(self) -> tuple[str, ...]:
        """The fields of free text that hold the rules' own words here, which are nobody's to keep apart."""
        return ()


# The steps of a review that concern the record: what was searched, found, set aside and attested; a case file
# that grew.


class AbsencesAttested(Event):
    """The reviewer looked for each of `prompts` (`item/path`) in these documents and did not find it."""

    kind: ClassVar[str] = "absences.attested"
    documents: tuple[str, ...]
    pages: int
    prompts: tuple[str, ...]


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
    terms: Apart[tuple[str, ...]]
    documents: tuple[str, ...] = ()
    pages: int = 0
    unread: tuple[str, ...] = ()
    hits: int = 0
    groups: tuple[PassageGroup, ...] = ()
    more: int = 0
    stated: tuple[PassageGroup, ...] = ()

    def of_the_rules(self) -> tuple[str, ...]:
        return () if self.by == "reviewer" else ("terms",)


class PassagesDismissed(Event):
    """Passages that a search found and that do not speak of what was asked, with the reason."""

    kind: ClassVar[str] = "passages.dismissed"
    item: str
    prompt: str
    dismissed: tuple[Dismissed, ...]


class PagesReadByEye(Event):
    """The reviewer's word on pages (`document:page`) that no search can read: read by eye, or not."""

    kind: ClassVar[str] = "pages.read_by_eye"
    read: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class DenialsRead(Event):
    """The reviewer has read what was to be seen before the signature; `passages` are digests of what was shown."""

    kind: ClassVar[str] = "denials.read"
    passages: tuple[str, ...]


class CaseAmended(Event):
    """The session takes over a case file that has changed: new pins of its facts and documents, and what changed."""

    kind: ClassVar[str] = "case.amended"
    pins: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    facts: bool = False
    sets: Rare[tuple[str, ...]] = ()

    @property
    def under(self) -> str:
        """What the rules that this leads to are called by: the case's text, and the sets that were changed."""
        return rules_key(self.pins, self.sets)


class SetChanged(Event):
    """An item goes on under another prompt set; `aside` are the answers that it has no question for.

    `sets` names every item that has another set than the case file says, as `1=general`; `pins` hold the texts of all.
    """

    kind: ClassVar[str] = "set.changed"
    item: str
    was: str
    prompt_set: str
    pins: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, Mapping[str, Any]]
    sets: tuple[str, ...]
    aside: tuple[str, ...] = ()

    @property
    def under(self) -> str:
        """The same."""
        return rules_key(self.pins, self.sets)


def rules_key(pins: Mapping[str, Mapping[str, str]], sets: tuple[str, ...]) -> str:
    """What the rules over a case's text are called by, where these items have other sets than it says."""
    return " ".join([pins["case"]["case.yaml"], *sets])


class FactCorrected(Event):
    """The program misread a fact on a page (`dates`, `levels`, `sides`); `says` is what the page says."""

    kind: ClassVar[str] = "fact.corrected"
    document: str
    page: int
    fact: str
    was: Apart[str]
    says: Apart[str]


# The other steps of a review.


class SessionOpened(Event):
    """The first event: who reviews which case under which rules.

    `pins` holds the SHA-256 of each pinned text, by `case`, `prompts` and `schemas` and then by name;
    `documents` the number of pages of each document and a salted commitment to its text. `again` is why a case
    that has been signed is reviewed once more, `held_back` what a trainee does without: `challenges` of the guard
    until the answers are in, `proposals` at all.
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
    folder: Apart[str] = ""
    again: Rare[Apart[str]] = ""
    held_back: Rare[tuple[str, ...]] = ()


class SessionParked(Event):
    """The session was left, to be gone on with."""

    kind: ClassVar[str] = "session.parked"


class SessionResumed(Event):
    """A parked session was gone on with."""

    kind: ClassVar[str] = "session.resumed"


class PromptShown(Event):
    """A prompt was put to the reviewer; `chosen` where the reviewer went there on purpose."""

    kind: ClassVar[str] = "prompt.shown"
    item: str
    prompt: str
    chosen: bool = False


class PromptSkipped(Event):
    """A prompt was left for later."""

    kind: ClassVar[str] = "prompt.skipped"
    item: str
    prompt: str


class PromptLeft(Event):
    """A prompt that was gone to on purpose was left with its answer as it was."""

    kind: ClassVar[str] = "prompt.left"
    item: str
    prompt: str


class WhyOpened(Event):
    """It was asked why a prompt is asked."""

    kind: ClassVar[str] = "why.opened"
    item: str
    prompt: str


class PageOpened(Event):
    """A page of the record was opened; `by` is `program` where it was only put beside a question."""

    kind: ClassVar[str] = "page.opened"
    document: str
    page: int
    by: Rare[str] = ""


class PageMarked(Event):
    """A passage was marked, to be cited later; with `gone` its mark was taken away."""

    kind: ClassVar[str] = "page.marked"
    evidence: Evidence
    gone: Rare[bool] = False


class FindingsOpened(Event):
    """The findings of an item were looked at; `early` where its prompts were not yet answered."""

    kind: ClassVar[str] = "findings.opened"
    item: str
    early: bool


class SuggestionShown(Event):
    """The suggestion on an item, as it was shown; no `decision` where the answers give none."""

    kind: ClassVar[str] = "suggestion.shown"
    item: str
    decision: str | None
    why: str


class AnswerRecorded(Event):
    """An answer; `prompt` is a prompt or the path of a part. `origin`: typed, proposed, file, or computed of other answers."""

    kind: ClassVar[str] = "answer.recorded"
    item: str
    prompt: str
    answer: Answer
    origin: str = "typed"


class AnswerAmended(Event):
    """An answer took the place of another; `reason` where the suggestion had been shown."""

    kind: ClassVar[str] = "answer.amended"
    item: str
    prompt: str
    answer: Answer
    origin: str = "typed"
    reason: Apart[str] = ""


class AnswerWithdrawn(Event):
    """An answer was taken back."""

    kind: ClassVar[str] = "answer.withdrawn"
    item: str
    prompt: str
    reason: Apart[str] = ""


class AnswerRejected(Event):
    """Input that was not accepted: the words up to 4 KB, else their length, SHA-256 and beginning."""

    kind: ClassVar[str] = "answer.rejected"
    item: str
    prompt: str
    length: int
    digest: str = ""
    says: Apart[str] = ""
    input: Apart[str] = ""


class AnswerSetAside(Event):
    """The prompt no longer applies; the answer stays in the log and returns with its prompt."""

    kind: ClassVar[str] = "answer.set_aside"
    item: str
    prompt: str
    because: str


class AnswerRestored(Event):
    """The prompt of an answer that was set aside applies again."""

    kind: ClassVar[str] = "answer.restored"
    item: str
    prompt: str
    because: str


class EvidenceCited(Event):
    """A passage was added to what an answer rests on."""

    kind: ClassVar[str] = "evidence.cited"
    item: str
    prompt: str
    evidence: Evidence


class NoteAdded(Event):
    """A note on a prompt, or on an item where `prompt` is empty."""

    kind: ClassVar[str] = "note.added"
    item: str
    prompt: str
    text: Apart[str]


class CriterionRuled(Event):
    """The reviewer's ruling on a criterion that the answers left open."""

    kind: ClassVar[str] = "criterion.ruled"
    item: str
    criterion: str
    ruling: str
    reason: Apart[str]


class FirstDecisionTaken(Event):
    """The decision that the reviewer took before the suggestion was shown."""

    kind: ClassVar[str] = "determination.first"
    item: str
    decision: str


class DeterminationRecorded(Event):
    """The reviewer's decision; `suggested` is what the suggestion was then."""

    kind: ClassVar[str] = "determination.recorded"
    item: str
    decision: str
    suggested: str | None
    departs: bool
    reason: Apart[str] = ""


class SentenceEdited(Event):
    """A sentence of the draft in the reviewer's own words; an empty `text` takes the edit back."""

    kind: ClassVar[str] = "sentence.edited"
    item: str
    sentence: str
    was: Apart[str]
    text: Apart[str]


class CheckRaised(Event):
    """A check was shown, with the facts that it rests on."""

    kind: ClassVar[str] = "check.raised"
    check: str
    key: str
    message: Apart[str]
    facts: Apart[tuple[str, ...]]


class CheckAcknowledged(Event):
    """The reviewer went past a check, with the reason."""

    kind: ClassVar[str] = "check.acknowledged"
    check: str
    key: str
    reason: Apart[str]


class SessionDeclined(Event):
    """The reviewer must not or cannot decide: `ground` is conflict, specialty, records or other."""

    kind: ClassVar[str] = "session.declined"
    ground: str
    reason: Apart[str]


class SessionSigned(Event):
    """The signature: `letter` is the SHA-256 of the letter's text as shown, `statement` what was signed.

    `guard` says which checks held the findings against the record: 1 those of what was not documented only, 2 those
    of every finding, 3 also those of what is unclear or edited, with the reasons in the letter. `key` is the reviewer's
    own (a verifier key), and `signature` what it signed with, in base64; practice and reviews from before there were
    such keys have neither.
    """

    kind: ClassVar[str] = "session.signed"
    letter: str
    outcome: str
    statement: str
    guard: int = 1
    key: Rare[str] = ""
    signature: Rare[str] = ""


class AddendumAdded(Event):
    """Words added to `quoted`, a sentence of the rationale of the item `to`; entries of earlier versions name none.

    `reason` says where a fact of it stands that nothing in the case bears out; empty where there is none.
    """

    kind: ClassVar[str] = "addendum.added"
    text: Apart[str]
    reason: Apart[str] = ""
    to: Rare[str] = ""
    quoted: Rare[Apart[str]] = ""


Step = (
    AbsencesAttested | RecordSearched | PassagesDismissed | PagesReadByEye | DenialsRead | CaseAmended | SetChanged | FactCorrected
    | SessionOpened | SessionParked | SessionResumed | PromptShown | PromptSkipped | PromptLeft
    | WhyOpened | PageOpened | PageMarked | FindingsOpened | SuggestionShown | AnswerRecorded | AnswerAmended
    | AnswerWithdrawn | AnswerRejected | AnswerSetAside | AnswerRestored | EvidenceCited | NoteAdded
    | CriterionRuled | FirstDecisionTaken | DeterminationRecorded | SentenceEdited | CheckRaised
    | CheckAcknowledged | SessionDeclined | SessionSigned | AddendumAdded
)  # fmt: skip
"""A step of a review: every kind that may follow in one."""

KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in get_args(Step)}


def is_step(event: Event) -> TypeGuard[Step]:
    """Whether an event is a step of a review: asked of every one, and told by its kind, not by forty classes in turn."""
    return event.kind in KINDS
