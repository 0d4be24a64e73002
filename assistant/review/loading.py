"""A session from the log: its events folded, under the very rules that were pinned when it began or took over a case file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from assistant.core import event as e
from assistant.core.problem import refuse
from assistant.core.rules import Rules, Sources, read_rules
from assistant.core.session import Session, begin, fold
from assistant.document_list import from_log
from assistant.letter_words import letter_words
from assistant.log import Entry
from assistant.recall_source import Pins, Source


def load(log: Source, session_id: str) -> tuple[Session, int]:
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
