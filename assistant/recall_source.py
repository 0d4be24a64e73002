"""What sessions are read from, and how what they rest on is pinned."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Protocol

from assistant import library
from assistant.core.problem import Refused
from assistant.log import Entry

Pins = Mapping[str, Mapping[str, str]]


class Source(Protocol):
    """What sessions are read from: a log, or an exported bundle."""

    def read(self, session: str, after: int = 0) -> list[Entry]: ...

    def artifact(self, digest: str) -> bytes: ...


def digest(text: str) -> str:
    """The SHA-256 of a text in hex, by which it is pinned."""
    return hashlib.sha256(text.encode()).hexdigest()


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
            from assistant.core.letter_frame import read_frame

            read_frame(text)
    return texts
