"""A reason in words: what a log that is read years later needs where somebody set something aside or departed.

Whether it is a good one is for its reader; that it says something can be told.
"""

from __future__ import annotations

import re

from assistant.core.problem import refuse
from assistant.core.text import one_line

LARGEST_WORDS = 20_000
LETTERS = 6
"""Letters of the shortest reason that is one word."""

_WORD = re.compile(r"[^\W\d_]{2,}")
_NUMBER = re.compile(r"\d+")


def in_words(text: str, what: str) -> str:
    """The words without white space around them; raises `Refused` where there are none, or too many."""
    words = text.strip()
    if not words:
        raise refuse(f"{what} is empty.", "", "Write it in words.")
    if len(words) > LARGEST_WORDS:
        raise refuse(f"{what} is longer than {LARGEST_WORDS:,} characters.", "", "Shorten it.")
    return words


def reason(text: str, what: str) -> str:
    """A reason: two words or more, a number counting as one beside a word, or a word of six letters.

    Raises `Refused` for signs, single letters, and one letter over and over.
    """
    words = in_words(text, what)
    said = _WORD.findall(words)
    letters = "".join(said).casefold()
    count = len(said) + len(_NUMBER.findall(words))
    if (count < 2 and len(letters) < LETTERS) or len(set(letters)) < 3:
        raise refuse(
            f"{what} says nothing to whoever reads it later: “{one_line(words, 40)}”.",
            "",
            "Write at least two words, such as “Not relevant”, or one of six letters.",
        )
    return words
