"""What sessions are read from, and how what they rest on is pinned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

from assistant.log import Entry

Pins = Mapping[str, Mapping[str, str]]


class Source(Protocol):
    """What sessions are read from: a log, or an exported bundle."""

    def read(self, session: str, after: int = 0) -> list[Entry]: ...

    def artifact(self, digest: str) -> bytes: ...


def digest(text: str) -> str:
    """The SHA-256 of a text in hex, by which it is pinned."""
    return hashlib.sha256(text.encode()).hexdigest()
