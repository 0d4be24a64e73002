"""The commitments to a case's documents: in the log's entry where they are few, else as a pinned text of their own.

An entry of the log holds 64 KiB, and a case file can have thousands of documents; a pinned text has no such limit and
is proven by its hash just so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from assistant.core import event as e
from assistant.core.case import MOST_NAMED
from assistant.core.chain import canonical
from assistant.recall_source import Source, digest

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
