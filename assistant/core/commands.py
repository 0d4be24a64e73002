"""What a person can ask of a session. A command changes nothing by itself: `decide` says which events follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assistant.core.answer import Answer, Evidence
from assistant.core.events import CaseAmended
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.rules import Rules
from assistant.core.value import Value


@dataclass(frozen=True, eq=False, repr=False)
class Command(Value):
    """One request; fields are as in the event that it leads to."""


@dataclass(frozen=True, eq=False, repr=False)
class ShowPrompt(Command):
    """Go to a prompt: to answer it now, or to amend its answer."""

    item: str
    prompt: str


@dataclass(frozen=True, eq=False, repr=False)
class SkipPrompt(Command):
    """Leave a prompt for later."""

    item: str
    prompt: str


@dataclass(frozen=True, eq=False, repr=False)
class LeavePrompt(Command):
    """Leave a prompt that was gone to on purpose, with its answer as it was."""

    item: str
    prompt: str


@dataclass(frozen=True, eq=False, repr=False)
class RecordAnswer(Command):
    """Answer a prompt or a part of one; amends an answer that is there (`reason` as `decide` demands).

    `today` is the day on which it is given, after which no date of an answer may lie; without it none is held to that.
    """

    item: str
    prompt: str
    answer: Answer
    origin: str = "typed"
    reason: str = ""
    today: date | None = None


@dataclass(frozen=True, eq=False, repr=False)
class RecordAnswers(Command):
    """Answer several prompts of an item in one step, in this order."""

    item: str
    answers: tuple[RecordAnswer, ...]


@dataclass(frozen=True, eq=False, repr=False)
class WithdrawAnswer(Command):
    """Take an answer back."""

    item: str
    prompt: str
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class RejectInput(Command):
    """Note input that was refused, with the sentence that said why."""

    item: str
    prompt: str
    input: str
    says: str


@dataclass(frozen=True, eq=False, repr=False)
class CiteEvidence(Command):
    """Add a passage to what an answer rests on."""

    item: str
    prompt: str
    evidence: Evidence


@dataclass(frozen=True, eq=False, repr=False)
class AddNote(Command):
    """Note something on a prompt, or on an item where `prompt` is empty."""

    item: str
    prompt: str
    text: str


@dataclass(frozen=True, eq=False, repr=False)
class OpenPage(Command):
    """Open a page of the record."""

    document: str
    page: int


@dataclass(frozen=True, eq=False, repr=False)
class OpenWhy(Command):
    """Ask why a prompt is asked."""

    item: str
    prompt: str


@dataclass(frozen=True, eq=False, repr=False)
class OpenFindings(Command):
    """Look at the findings of an item."""

    item: str


@dataclass(frozen=True, eq=False, repr=False)
class ShowSuggestion(Command):
    """Log that a suggestion was shown."""

    item: str
    decision: str | None
    why: str


@dataclass(frozen=True, eq=False, repr=False)
class AttestAbsences(Command):
    """The reviewer has looked for everything that was answered *not documented*."""


@dataclass(frozen=True, eq=False, repr=False)
class NoteSearch(Command):
    """Log a search of the record that was made for a question; fields as in `RecordSearched`."""

    item: str
    prompt: str
    by: str
    terms: tuple[str, ...]
    documents: tuple[str, ...]
    pages: int
    unread: tuple[str, ...]
    hits: int
    groups: tuple[PassageGroup, ...]
    more: int
    stated: tuple[PassageGroup, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class DismissPassages(Command):
    """Set aside passages that a search found for a question, by their places among those still open (from 0)."""

    item: str
    prompt: str
    passages: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class ReadByEye(Command):
    """Say of every page that no search can read whether it was read by eye; `reason` names the pages where only some were."""

    read: bool
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class ReadDenials(Command):
    """Say of what was shown before the signature, by its digests, that it has been read."""

    passages: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class AmendCase(Command):
    """Take over the case file as it is now; `rules` are those of its new facts."""

    rules: Rules
    event: CaseAmended

    @property
    def case(self) -> str:
        """The hash under which the case's text is pinned."""
        return self.event.pins["case"]["case.yaml"]


@dataclass(frozen=True, eq=False, repr=False)
class CorrectFact(Command):
    """Say that the program misread a page; `reason` is what the page says, in the reviewer's words."""

    document: str
    page: int
    fact: str
    was: str
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class RuleOn(Command):
    """Rule on a criterion that the answers leave open."""

    item: str
    criterion: str
    ruling: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class DecideFirst(Command):
    """Decide before the suggestion is shown."""

    item: str
    decision: str


@dataclass(frozen=True, eq=False, repr=False)
class Determine(Command):
    """The reviewer's decision; `suggested` is the suggestion that it is measured against."""

    item: str
    decision: str
    suggested: str | None
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class EditSentence(Command):
    """Replace a sentence of the draft by its key; an empty `text` takes the edit back."""

    item: str
    sentence: str
    was: str
    text: str


@dataclass(frozen=True, eq=False, repr=False)
class RaiseCheck(Command):
    """Log that a check was raised."""

    check: str
    key: str
    message: str
    facts: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Acknowledge(Command):
    """Go past a check, with the reason."""

    check: str
    key: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Decline(Command):
    """Decline the review; `ground` is conflict, specialty, records or other."""

    ground: str
    reason: str


@dataclass(frozen=True, eq=False, repr=False)
class Sign(Command):
    """Sign the determination: `letter` is the SHA-256 of its text as shown.

    `key` and `signature` are the reviewer's own, without which no real review is signed.
    """

    letter: str
    outcome: str
    statement: str
    key: str = ""
    signature: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class AddAddendum(Command):
    """Add to a signed determination."""

    text: str
    reason: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Park(Command):
    """Leave the session, to go on later."""


@dataclass(frozen=True, eq=False, repr=False)
class Resume(Command):
    """Go on with a parked session."""


AnyCommand = (
    ShowPrompt
    | SkipPrompt
    | LeavePrompt
    | RecordAnswer
    | RecordAnswers
    | WithdrawAnswer
    | RejectInput
    | CiteEvidence
    | AddNote
    | OpenPage
    | OpenWhy
    | OpenFindings
    | ShowSuggestion
    | AttestAbsences
    | NoteSearch
    | DismissPassages
    | ReadByEye
    | ReadDenials
    | AmendCase
    | CorrectFact
    | RuleOn
    | DecideFirst
    | Determine
    | EditSentence
    | RaiseCheck
    | Acknowledge
    | Decline
    | Sign
    | AddAddendum
    | Park
    | Resume
)
"""Every request that there is."""
