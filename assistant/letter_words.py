"""The words of a session's letter: those that it keeps, or the first wording where it keeps none.

The program's own file is for sessions to come: it may be reworded, and must change no letter of an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from assistant import library

if TYPE_CHECKING:
    from assistant.core.letter_frame import Frame


def letter_words(pinned: Mapping[str, str]) -> Callable[[], Frame]:
    """Reads, when it is first called, the frame of a session that keeps these texts; it raises `Refused` for a fault.

    A text that is not among them, since their version of the program had it elsewhere, has its first wording.
    """
    text = pinned.get(library.FRAME)
    return first_words if text is None else partial(_kept, text)


@lru_cache(maxsize=1)
def first_words() -> Frame:
    """The frame of sessions that were opened before its words were stored with them."""
    from assistant.core.letter_frame import Frame, read_frame

    texts: dict[str, str] = {}
    for name, text in library.first_letter_texts().items():
        texts |= read_frame(text, f"prompts/letter/first-wording/{name}", lambda: Frame({})).texts
    return Frame(texts)


@lru_cache(maxsize=8)
def _kept(text: str) -> Frame:
    from assistant.core.letter_frame import read_frame

    return read_frame(text, "the letter's words that the session keeps", first_words)
