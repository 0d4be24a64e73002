"""A session from the log: its events folded, under the very rules that were pinned when it began or took over a case file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from assistant import library
from assistant.core import events as e
from assistant.core.letter_frame import read_frame
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.record.case import MOST_NAMED
from assistant.core.rules.rules import Rules, Sources, read_rules
from assistant.core.session import Session, begin, fold
from assistant.core.text import digest
from assistant.library import letter_words
from assistant.log import Entry
from assistant.log.chain import canonical, commitment

# What sessions are read from, and how what they rest on is pinned.


Pins = Mapping[str, Mapping[str, str]]


class Source(Protocol):
    """What sessions are read from: a log, or an exported bundle."""

    def read(self, session: str, after: int = 0) -> list[Entry]: ...

    def artifact(self, digest: str) -> bytes: ...


def letter_to_pin(log: Source) -> dict[str, str]:
    """The words of the letter's frame, by file name, for a session that is opened now.

    They are read once, when the log doesn't hold them yet: a session could never be signed in words that no letter
    can be made of. Raises `Refused` for such.
    """
    texts = library.letter_texts()
    for text in texts.values():
        try:
            log.artifact(digest(text))
        except Refused:
            read_frame(text)
    return texts


# The commitments to a case's documents: in the log's entry where they are few, else as a pinned text of their
# own.


LIST = "documents"
_NAME = "documents.json"
Pinning = TypeVar("Pinning", e.SessionOpened, e.CaseAmended)


def to_log(event: e.SessionOpened | e.CaseAmended) -> tuple[e.Event, dict[str, tuple[str, bytes]]]:
    """The event as it is logged, and the texts to be stored with it."""
    if len(event.documents) <= MOST_NAMED:
        return event, {}
    text = canonical({name: dict(kept) for name, kept in event.documents.items()})
    name = digest(text.decode())
    return replace(event, documents={}, pins={**event.pins, LIST: {_NAME: name}}), {
        name: ("text/documents", text)
    }


def from_log(event: Pinning, log: Source) -> Pinning:
    """The event with its documents, wherever they are kept."""
    name = event.pins.get(LIST, {}).get(_NAME)
    if name is None or event.documents:
        return event
    documents: Mapping[str, Mapping[str, object]] = json.loads(log.artifact(name))
    pins = {kind: named for kind, named in event.pins.items() if kind != LIST}
    return replace(event, documents=documents, pins=pins)


def load_session(log: Source, session_id: str) -> tuple[Session, int]:
    """The session that a log holds, and the number of its last entry; raises `Refused` where it can't be read."""
    entries = log.read(session_id)
    session, events = begun(log, session_id, entries)
    return fold(session, events), entries[-1].seq


def begun(log: Source, session_id: str, entries: list[Entry]) -> tuple[Session, list[e.Event]]:
    """The session as it began, and the events that followed; `Refused` for what doesn't begin as a review."""
    opened = event_of(entries[0]) if entries else None
    if not isinstance(opened, e.SessionOpened):
        raise refuse("This is not the session of a review.", session_id, "See them with `imr log sessions`.")
    opened = from_log(opened, log)
    events = [_whole(event_of(entry), log) for entry in entries[1:]]
    later: dict[str, Rules] = {}
    for event in events:
        if isinstance(event, e.CaseAmended):
            later[event.pins["case"]["case.yaml"]] = _rules(log, event.pins, event.documents)
    frame = letter_words(pinned_texts(log, opened.pins, "letter"))
    return begin(session_id, _rules(log, opened.pins, opened.documents), opened, later, frame=frame), events


def _whole(event: e.Event, log: Source) -> e.Event:
    return from_log(event, log) if isinstance(event, e.CaseAmended) else event


def event_of(entry: Entry) -> e.Event:
    """The event that an entry holds."""
    return e.decode(entry.kind, entry.body)


def pinned_texts(log: Source, pins: Pins, kind: str) -> dict[str, str]:
    """The pinned texts of one kind (`case`, `prompts`, `schemas`, `vocabulary`, `letter`) by name."""
    return {name: log.artifact(digest).decode() for name, digest in pins.get(kind, {}).items()}


def _rules(log: Source, pins: Pins, documents: Mapping[str, Mapping[str, Any]]) -> Rules:
    pages = tuple((name, int(entry["pages"])) for name, entry in documents.items())
    case, prompts, schemas = (
        tuple(pinned_texts(log, pins, kind).items()) for kind in ("case", "prompts", "schemas")
    )
    return _rules_of(pages, case, prompts, schemas)


@lru_cache(maxsize=8)
def _rules_of(
    pages: tuple[tuple[str, int], ...],
    case: tuple[tuple[str, str], ...],
    prompts: tuple[tuple[str, str], ...],
    schemas: tuple[tuple[str, str], ...],
) -> Rules:
    """The rules that these texts make; kept, since many sessions are read under the same ones."""
    return read_rules(dict(case)["case.yaml"], dict(pages), Sources(dict(prompts), dict(schemas)))


# The record pages of a session: only those that are still what they were when it began are shown.


def pages_of(session: Session) -> Mapping[str, tuple[str, ...]]:
    """The pages of the case folder that the session began with, as far as they are there and unchanged."""
    path = Path(session.opened.folder)
    try:
        pages = library.open_case(path).pages
    except Refused:
        return {}
    return {
        name: pages[name]
        for name, kept in session.opened.documents.items()
        if name in pages and unchanged(pages[name], kept)
    }


def missing_documents(session: Session, pages: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    """The documents whose text is gone from the case folder, or is no longer what it was."""
    return [
        Problem(
            f"The document {name} is missing or has been changed since this session began.",
            "",
            "Its pages can't be shown; put the old file back.",
        )
        for name in session.opened.documents
        if name not in pages
    ]


def committed(pages: tuple[str, ...]) -> dict[str, object]:
    """What the log holds of a document: the number of its pages and a salted commitment to their text."""
    salt = secrets.token_bytes(16)
    return {
        "pages": len(pages),
        "salt": salt.hex(),
        "commitment": f"hmac-sha256:{commitment(salt, _joined(pages))}",
    }


def unchanged(pages: tuple[str, ...], kept: Mapping[str, object]) -> bool:
    """Whether a document's pages are those that were committed to."""
    return f"hmac-sha256:{commitment(bytes.fromhex(str(kept['salt'])), _joined(pages))}" == kept["commitment"]


def _joined(pages: tuple[str, ...]) -> str:
    return "\f".join(pages)
