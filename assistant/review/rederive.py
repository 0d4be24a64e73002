"""A session derived anew from its entries and pinned texts, and compared with what was logged when it was made.

The same entries and texts must give the same suggestions, sentences, checks and letter, byte for byte. What was
logged is compared where it stands: each suggestion as it was shown, each sentence as it read before it was edited,
each check as it was raised, and the text that was signed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from assistant.core import event as e
from assistant.core.assessment import Assessment, assess
from assistant.core.event_form import decode, encode
from assistant.core.frozen import dataclass
from assistant.core.outcome import outcome
from assistant.core.plain_fact import checks
from assistant.core.problem import Refused
from assistant.core.session import Session, fold
from assistant.log import Entry
from assistant.pinned_pages import pages_of
from assistant.recall import begun
from assistant.recall_source import Source

Pages = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Difference:
    """The first place where what is derived is not what was logged; both in words."""

    seq: int
    what: str
    logged: str
    derived: str


@dataclass(frozen=True)
class Rederivation:
    """What a derivation came to: how much was compared, by name, and the first difference, if there is one.

    `letter` is the SHA-256 of the text that the signature covers, as it is derived; `not_compared` says what could
    not be.
    """

    session: str
    entries: int
    compared: Mapping[str, int]
    letter: str
    difference: Difference | None
    not_compared: Sequence[str]

    @property
    def ok(self) -> bool:
        """Whether everything that was compared is the same."""
        return self.difference is None

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log rederive --json`."""
        first = self.difference
        return {
            "session": self.session,
            "ok": self.ok,
            "entries": self.entries,
            "compared": dict(self.compared),
            "letter": self.letter,
            "difference": None
            if first is None
            else {"seq": first.seq, "what": first.what, "logged": first.logged, "derived": first.derived},
            "not_compared": list(self.not_compared),
        }


def rederive(log: Source, session_id: str) -> Rederivation:
    """Derives a review anew; raises `Refused` where it can't be read, or its pinned texts can't."""
    entries = log.read(session_id)
    session, events = begun(log, session_id, entries)
    compared: Counter[str] = Counter()
    unread: dict[str, None] = {}
    letter = ""
    for entry, event in zip(entries, [session.opened, *events], strict=True):
        if isinstance(event, e.SessionSigned):
            letter = _letter(session)
        difference = _same_again(entry)
        if difference is None and entry.seq > 1:
            difference = _compare(session, entry, event, letter, unread, compared)
        if difference is not None:
            return Rederivation(session_id, len(entries), compared, letter, difference, _left_out(unread))
        compared["entries"] += 1
        if entry.seq > 1:
            session = fold(session, [event])
    return Rederivation(session_id, len(entries), compared, letter, None, _left_out(unread))


def _left_out(unread: Mapping[str, None]) -> list[str]:
    if not unread:
        return []
    names = ", ".join(unread)
    return [
        f"The checks, since they read the record, and these documents are not in the case folder: {names}."
    ]


def _same_again(entry: Entry) -> Difference | None:
    """An entry that is read and written again must hold the same."""
    try:
        again = encode(decode(entry.kind, entry.body))
    except (Refused, KeyError, TypeError, ValueError, AttributeError) as error:
        return Difference(entry.seq, f"{entry.kind} can't be read", "", str(error))
    again = {name: value for name, value in again.items() if name in entry.body}
    if again == entry.body:
        return None
    wrong = next(name for name in entry.body if again.get(name) != entry.body[name])
    what = f"{entry.kind}, `{wrong}`"
    return Difference(entry.seq, what, str(entry.body[wrong]), str(again.get(wrong)))


def _compare(
    session: Session,
    entry: Entry,
    event: e.Event,
    letter: str,
    unread: dict[str, None],
    compared: Counter[str],
) -> Difference | None:
    """What an event says was derived, against what is derived from the events before it."""
    pages: Pages = {}
    if isinstance(event, e.CheckRaised):
        pages = pages_of(session)
        if missing := [name for name in session.opened.documents if name not in pages]:
            unread.update(dict.fromkeys(missing))
            return None
    for name, what, logged, derived in _derived(session, event, letter, pages):
        if logged != derived:
            return Difference(entry.seq, what, logged, derived)
        compared[name] += 1
    return None


def _derived(
    session: Session, event: e.Event, letter: str, pages: Pages
) -> Iterator[tuple[str, str, str, str]]:
    """What is counted as, what it is, what was logged, and what is derived."""
    if isinstance(event, e.SuggestionShown):
        suggestion = assess(session, event.item).suggestion
        where = f"the suggestion on item {event.item}"
        logged = f"{event.decision or 'none'} ({event.why})"
        yield "suggestions", where, logged, f"{suggestion.decision or 'none'} ({suggestion.why})"
    elif isinstance(event, e.DeterminationRecorded):
        suggestion = assess(session, event.item).suggestion
        where = f"the suggestion when item {event.item} was decided"
        yield "suggestions", where, event.suggested or "none", suggestion.decision or "none"
    elif isinstance(event, e.SentenceEdited):
        shown = {one.key: one.text for one in assess(session, event.item).sentences}
        drafted = {one.key: one.text for one in assess(replace(session, edits={}), event.item).sentences}
        texts = shown if event.was == shown.get(event.sentence) else drafted
        where = f"the sentence {event.sentence} of item {event.item}"
        yield "sentences", where, event.was, texts.get(event.sentence, "(no such sentence)")
    elif isinstance(event, e.CheckRaised):
        drafts = {item: assess(session, item).sentences for item in session.items}
        found = {(one.check, one.key): one for one in checks(session, drafts, pages)}
        one = found.get((event.check, event.key))
        where = f"the check {event.check} on {event.key}"
        derived = "(not raised)" if one is None else "\n".join((one.message, *one.facts))
        yield "checks", where, "\n".join((event.message, *event.facts)), derived
    elif isinstance(event, e.SessionSigned):
        yield "outcomes", "the outcome", event.outcome, outcome(session) or "none"
        yield "letters", "the SHA-256 of the text that was signed", event.letter, letter


def _letter(session: Session) -> str:
    from assistant.letter import body_hash

    known: dict[str, Assessment] = {item: assess(session, item) for item in session.items}
    return body_hash(session, known.__getitem__)
