"""A session from the log: its events folded, under the very rules that were pinned when it began or took over a case file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Protocol, TypeVar

from assistant.core import events as e
from assistant.core.event_form import decode
from assistant.core.problem import Refused, refuse
from assistant.core.record.case import MOST_NAMED, read_case
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.rules.rules import Rules, Sources, read_prompt_set, rules_over
from assistant.core.session import Session, apply, begin
from assistant.core.text import digest
from assistant.core.value import Value, replace
from assistant.core.yaml import parse_yaml
from assistant.library import letter_words
from assistant.log.chain import canonical
from assistant.log.entry import Entry

UNFIT = (Refused, AttributeError, LookupError, TypeError, ValueError)
"""What reading a step that no program of this version wrote may end in."""

Pins = Mapping[str, Mapping[str, str]]


class Artifacts(Protocol):
    """What pinned texts are read from, by their SHA-256."""

    def artifact(self, digest: str, /) -> bytes: ...


class Source(Artifacts, Protocol):
    """What sessions are read from: a log, or an exported bundle."""

    def read(self, session: str, after: int = 0) -> list[Entry]: ...


# The commitments to a case's documents: in the log's entry where they are few, else as a pinned text of their
# own.

LIST = "documents"
_NAME = "documents.json"
Pinning = TypeVar("Pinning", e.SessionOpened, e.CaseAmended, e.SetChanged)
Repinned = e.CaseAmended | e.SetChanged


def to_log(event: e.SessionOpened | Repinned) -> tuple[e.Event, dict[str, tuple[str, bytes]]]:
    """The event as it is logged, and the texts to be stored with it."""
    if len(event.documents) <= MOST_NAMED:
        return event, {}
    text = canonical({name: dict(kept) for name, kept in event.documents.items()})
    name = digest(text.decode())
    return replace(event, documents={}, pins={**event.pins, LIST: {_NAME: name}}), {
        name: ("text/documents", text)
    }


def from_log(event: Pinning, log: Artifacts) -> Pinning:
    """The event with its documents, wherever they are kept."""
    name = event.pins.get(LIST, {}).get(_NAME)
    if name is None or event.documents:
        return event
    documents: Mapping[str, Mapping[str, object]] = json.loads(log.artifact(name))
    pins = {kind: named for kind, named in event.pins.items() if kind != LIST}
    return replace(event, documents=documents, pins=pins)


# The rules of a session, made from the texts that it pins.


class PinnedRules:
    """The rules that the sessions of one log are pinned to, each made once."""

    _MOST = 256

    def __init__(self, log: Artifacts) -> None:
        self._log = log
        self._made: dict[str, Rules] = {}

    def of(self, event: e.SessionOpened | Repinned) -> Rules:
        """The rules under which an event puts its session; `Refused` where they can't be read."""
        key = repr(
            (event.pins, _sets(event), [(name, kept["pages"]) for name, kept in event.documents.items()])
        )
        if key not in self._made:
            if len(self._made) >= self._MOST:
                self._made.clear()
            self._made[key] = self._make(event)
        return self._made[key]

    def _make(self, event: e.SessionOpened | Repinned) -> Rules:
        case, prompts, schemas = (
            tuple(pinned_texts(self._log, event.pins, kind).items())
            for kind in ("case", "prompts", "schemas")
        )
        pages = tuple((name, int(kept["pages"])) for name, kept in event.documents.items())
        return rules_of(dict(case).get("case.yaml", ""), pages, prompts, schemas, _sets(event))


def _sets(event: e.SessionOpened | Repinned) -> tuple[str, ...]:
    return () if isinstance(event, e.SessionOpened) else event.sets


Texts = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def rules_of(
    case: str, pages: tuple[tuple[str, int], ...], prompts: Texts, schemas: Texts, sets: tuple[str, ...] = ()
) -> Rules:
    """The rules that these texts make; kept, since many sessions are read under the same ones.

    `sets` names the items that have another set than the case's text says, as `1=general`.
    """
    read = read_case(parse_yaml(case, "case.yaml"), dict(pages))
    other = dict(one.split("=", 1) for one in sets)
    items = {
        key: replace(item, prompt_set=other.get(key, item.prompt_set)) for key, item in read.items.items()
    }
    read = replace(read, items=items)
    return rules_over(read, lambda name, region: _set_of(name, region, prompts, schemas))


@lru_cache(maxsize=64)
def _set_of(name: str, region: str, prompts: Texts, schemas: Texts) -> PromptSet:
    return read_prompt_set(name, Sources(dict(prompts), dict(schemas), kept=True), region)


def pinned_texts(log: Artifacts, pins: Pins, kind: str) -> dict[str, str]:
    """The pinned texts of one kind (`case`, `prompts`, `schemas`, `vocabulary`, `letter`) by name."""
    return {name: log.artifact(digest).decode() for name, digest in pins.get(kind, {}).items()}


# A session as it stands, for going on with it: every step has to be read.


def load_session(log: Source, session_id: str) -> tuple[Session, int]:
    """The session that a log holds, and the number of its last entry; raises `Refused` where it can't be read."""
    entries = log.read(session_id)
    session, events = begun(log, session_id, entries)
    return folded(session, events), entries[-1].seq


def folded(session: Session, events: Iterable[e.Event]) -> Session:
    """The session after all of the events; `Refused` for one that is about what its rules don't have."""
    for event in events:
        try:
            session = apply(session, event)
        except UNFIT:
            raise refuse(
                "The log holds a step that the rules of its session don't have.",
                f"{session.id}, {event.kind}",
                "Run `imr log verify`.",
            ) from None
    return session


def begun(log: Artifacts, session_id: str, entries: list[Entry]) -> tuple[Session, list[e.Event]]:
    """The session as it began, and the events that followed; `Refused` for what doesn't begin as a review."""
    opened = event_of(entries[0]) if entries else None
    if not isinstance(opened, e.SessionOpened):
        raise refuse("This is not the session of a review.", session_id, "See them with `imr log sessions`.")
    opened, rules = from_log(opened, log), PinnedRules(log)
    events = [whole(event_of(entry), log) for entry in entries[1:]]
    later = {event.under: rules.of(event) for event in events if isinstance(event, Repinned)}
    frame = letter_words(pinned_texts(log, opened.pins, "letter"))
    return begin(session_id, rules.of(opened), opened, later, frame=frame), events


_PINNING = (e.SessionOpened, e.SetChanged, e.CaseAmended)


def whole(event: e.Event, log: Artifacts) -> e.Event:
    """The event with its documents, where it has any."""
    if not isinstance(event, _PINNING):
        return event
    if isinstance(event, e.SessionOpened):
        return from_log(event, log)
    if isinstance(event, e.SetChanged):
        return from_log(event, log)
    return from_log(event, log) if isinstance(event, e.CaseAmended) else event


def event_of(entry: Entry) -> e.Event:
    """The event that an entry holds; raises `Refused` for a kind unknown here and for a damaged body."""
    return decode(entry.kind, entry.body)


# A session step by step, for reports, lists and auditors: what can't be read is passed on as it stands.


class Moment(Value):
    """An entry with its event, and the session before and after it (as it began, for the first).

    `event` is None for a kind that is unknown here or can't be read, and changes nothing. The sessions are None
    where there is none: in a sitting and a book, and where its rules can't be read.
    """

    entry: Entry
    event: e.Event | None
    before: Session | None
    after: Session | None


def moments(log: Artifacts, entries: Iterable[Entry], rules: PinnedRules | None = None) -> Iterator[Moment]:
    """A session's moments, from its first entry; `rules` are kept from one session to the next."""
    rules = rules or PinnedRules(log)
    session: Session | None = None
    for entry in entries:
        before, event = session, _event_in(entry, log)
        if isinstance(event, e.SessionOpened) and before is None and entry.seq == 1:
            before = session = _of_session(entry, event, rules)
        elif event is not None and before is not None:
            session = _after(before, event, rules)
        yield Moment(entry, event, before, session)


def _event_in(entry: Entry, log: Artifacts) -> e.Event | None:
    try:
        return whole(event_of(entry), log)
    except UNFIT:
        return None


def _of_session(entry: Entry, opened: e.SessionOpened, rules: PinnedRules) -> Session | None:
    try:
        return begin(entry.session, rules.of(opened), opened)
    except UNFIT:
        return None


def _after(session: Session, event: e.Event, rules: PinnedRules) -> Session:
    """The session after an event; as it was where the event names what its rules don't have."""
    try:
        if isinstance(event, Repinned):
            later = {**session.later, event.under: rules.of(event)}
            session = replace(session, later=later)
        return apply(session, event)
    except UNFIT:
        return session
