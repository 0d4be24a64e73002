"""What a person can ask of a session. A command changes nothing by itself: `decide` says which events follow."""

from __future__ import annotations

from datetime import date

from assistant.core.answer import Answer, Evidence
from assistant.core.events import CaseAmended, SetChanged
from assistant.core.record.passages import PassageGroup
from assistant.core.rules.rules import Rules
from assistant.core.value import Value


class Command(Value):
    """One request; fields are as in the event that it leads to."""


class ShowPrompt(Command):
    """Go to a prompt: to answer it now, or to amend its answer."""

    item: str
    prompt: str


class SkipPrompt(Command):
    """Leave a prompt for later."""

    item: str
    prompt: str


class LeavePrompt(Command):
    """Leave a prompt that was gone to on purpose, with its answer as it was."""

    item: str
    prompt: str


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


class RecordAnswers(Command):
    """Answer several prompts of an item in one step, in this order."""

    item: str
    answers: tuple[RecordAnswer, ...]


class WithdrawAnswer(Command):
    """Take an answer back."""

    item: str
    prompt: str
    reason: str = ""


class RejectInput(Command):
    """Note input that was refused, with the sentence that said why."""

    item: str
    prompt: str
    input: str
    says: str


class CiteEvidence(Command):
    """Add a passage to what an answer rests on."""

    item: str
    prompt: str
    evidence: Evidence


class AddNote(Command):
    """Note something on a prompt, or on an item where `prompt` is empty."""

    item: str
    prompt: str
    text: str


class OpenPage(Command):
    """Open a page of the record; `by` is `program` where it is only put beside a question."""

    document: str
    page: int
    by: str = ""


class MarkPage(Command):
    """Mark a passage, to be cited later; with `gone` take its mark away."""

    evidence: Evidence
    gone: bool = False


class OpenWhy(Command):
    """Ask why a prompt is asked."""

    item: str
    prompt: str


class OpenFindings(Command):
    """Look at the findings of an item."""

    item: str


class ShowSuggestion(Command):
    """Log that a suggestion was shown."""

    item: str
    decision: str | None
    why: str


class AttestAbsences(Command):
    """The reviewer has looked for everything that was answered *not documented*."""


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


class DismissPassages(Command):
    """Set aside passages that a search found for a question, by their places among those still open (from 0)."""

    item: str
    prompt: str
    passages: tuple[int, ...]
    reason: str = ""


class ReadByEye(Command):
    """Say of every page that no search can read whether it was read by eye; `reason` names the pages where only some were."""

    read: bool
    reason: str = ""


class ReadDenials(Command):
    """Say of what was shown before the signature, by its digests, that it has been read."""

    passages: tuple[str, ...]


class AmendCase(Command):
    """Take over the case file as it is now; `rules` are those of its new facts."""

    rules: Rules
    event: CaseAmended


class ChangeSet(Command):
    """Go on with an item under another prompt set; `rules` are those that the case then has."""

    item: str
    rules: Rules
    event: SetChanged


class CorrectFact(Command):
    """Say that the program misread a page; `reason` is what the page says, in the reviewer's words."""

    document: str
    page: int
    fact: str
    was: str
    reason: str = ""


class RuleOn(Command):
    """Rule on a criterion that the answers leave open."""

    item: str
    criterion: str
    ruling: str
    reason: str


class DecideFirst(Command):
    """Decide before the suggestion is shown."""

    item: str
    decision: str


class Determine(Command):
    """The reviewer's decision; `suggested` is the suggestion that it is measured against."""

    item: str
    decision: str
    suggested: str | None
    reason: str = ""


class EditSentence(Command):
    """Replace a sentence of the draft by its key; an empty `text` takes the edit back."""

    item: str
    sentence: str
    was: str
    text: str


class RaiseCheck(Command):
    """Log that a check was raised."""

    check: str
    key: str
    message: str
    facts: tuple[str, ...]


class Acknowledge(Command):
    """Go past a check, with the reason."""

    check: str
    key: str
    reason: str


class Decline(Command):
    """Decline the review; `ground` is conflict, specialty, records or other."""

    ground: str
    reason: str


class Sign(Command):
    """Sign the determination: `letter` is the SHA-256 of its text as shown.

    `key` and `signature` are the reviewer's own, without which no real review is signed.
    """

    letter: str
    outcome: str
    statement: str
    key: str = ""
    signature: str = ""


class AddAddendum(Command):
    """Add to a signed determination; `quoted` is the sentence of the rationale of the item `to` that they add to."""

    text: str
    reason: str = ""
    to: str = ""
    quoted: str = ""


class Park(Command):
    """Leave the session, to go on later."""


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
    | MarkPage
    | OpenWhy
    | OpenFindings
    | ShowSuggestion
    | AttestAbsences
    | NoteSearch
    | DismissPassages
    | ReadByEye
    | ReadDenials
    | AmendCase
    | ChangeSet
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
