"""A page cut into windows, the rows of the index: whole sentences, with some words of what follows.

A phrase that begins in a window and ends in the next is found by the words that follow; what begins in them belongs
to the next window.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.core.sentence import sentence_starts

TARGET = 3200
"""Characters after which a window ends with its sentence."""
OVERHANG = 120
"""Characters of the next window that a window sees."""

_BROKEN = re.compile(
    r"(?<=\w)(?:[-\u2010\u00ad][ \t]*\n[ \t]*|[\u00ad\u200b\u200c\u200d\u2060\ufeff])(?=\w)"
    r"|\x1b\[[0-9;?]{0,20}[A-Za-z]|[\ufb00-\ufb06]"
)
_PERHAPS_BROKEN = re.compile(
    r"[-\u2010\u00ad][ \t]*\n|[\x1b\u00ad\u200b\u200c\u200d\u2060\ufeff\ufb00-\ufb06]"
)
_PERHAPS_BROKEN_ASCII = re.compile(r"-[ \t]*\n|\x1b")
_LIGATURES = ("ff", "fi", "fl", "ffi", "ffl", "st", "st")
_CONTROL: dict[int, str] = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127], " ")
_CONTROL.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


@dataclass(frozen=True)
class Window:
    """A window of a page: it begins at `start`, owns `own` characters and sees `length`.

    `sentences` are the offsets in the window at which its sentences begin, the first being 0. `broken` is whether
    a word in it is parted by the end of a line or an invisible sign, `clean` whether it needs no `shown`.
    """

    start: int
    own: int
    length: int
    sentences: tuple[int, ...]
    broken: bool
    clean: bool


def windows(page: str) -> Iterator[Window]:
    """The windows of a page's text, in order; at least one."""
    starts = sentence_starts(page)
    first = 0
    while first < len(starts):
        begin = starts[first]
        last = max(first + 1, bisect_left(starts, begin + TARGET, first))
        end = starts[last] if last < len(starts) else len(page)
        seen = min(len(page), end + OVERHANG)
        space = max(page.rfind(" ", end, seen), page.rfind("\n", end, seen))
        if space > 0 and seen < len(page):
            seen = space
        inside = tuple(one - begin for one in starts[first:last])
        text = page[begin:seen]
        yield Window(begin, end - begin, len(text), inside, bool(mended(text)), shown(text) == text)
        first = last


def shown(text: str) -> str:
    """The text with control characters and broken ones as spaces, each for one, so that offsets stay."""
    return text.translate(_CONTROL)


def mended(text: str) -> str:
    """The text with words made whole that the end of a line, an invisible sign or a terminal's escape breaks.

    Empty where there are none.
    """
    likely = _PERHAPS_BROKEN_ASCII if text.isascii() else _PERHAPS_BROKEN
    if likely.search(text) is None or _BROKEN.search(text) is None:
        return ""
    return _BROKEN.sub(_joined, text)


def unmended(text: str, spans: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Where in `text` the words stand that are at these offsets of its mended form."""
    old, new = array("l", [0]), array("l", [0])
    grown = 0
    for match in _BROKEN.finditer(text):
        grown += len(_joined(match)) - len(match[0])
        old.append(match.end())
        new.append(match.end() + grown)

    def back(offset: int) -> int:
        index = bisect_right(new, offset) - 1
        return min(old[index] + offset - new[index], len(text))

    for begin, end, said in spans:
        yield back(begin), max(back(end - 1), back(begin)) + 1, said


def _joined(match: re.Match[str]) -> str:
    return _LIGATURES[ord(match[0]) - 0xFB00] if "\ufb00" <= match[0] <= "\ufb06" else ""
