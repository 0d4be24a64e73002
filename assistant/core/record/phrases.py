"""The phrases of files that a person writes, such as `date of (the) visit|exam`, as patterns.

Words in any case, with any space between them; `a|b` is either, `(a)` may be missing, `*` is up to three words.
"""

from __future__ import annotations

import re
from functools import lru_cache

_PLURAL = 4
"""A last word of so many letters may stand in the plural."""
_SPACE = r"[\s‹›]+"
_WORD = r"[\w'’/.&-]+"


def pattern(phrase: str) -> str:
    """The phrase as a pattern without groups."""
    parts = re.findall(r"\([^()]*\)|[^\s()]+", phrase)
    made, begun = "", False
    for part in parts:
        optional = part.startswith("(")
        inner = part.strip("() ")
        words = rf"{_WORD}" if inner == "*" else _either(inner)
        most = "{0,3}?" if inner == "*" else "?" if optional else ""
        if not begun:
            made += rf"(?:{words}{_SPACE}){most}" if most else words
        else:
            made += rf"(?:{_SPACE}{words}){most}" if most else f"{_SPACE}{words}"
        begun = begun or not most
    return made


def _either(word: str) -> str:
    options = [_spelled(one) for one in word.split("|")]
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _spelled(word: str) -> str:
    made = re.escape(word).replace(r"\-", "[- ]?")
    made = made.replace("'", "['’]?").replace("/", r"\s*/\s*")
    return f"{made}s?" if len(word) >= _PLURAL and word[-1].isalpha() and word[-1] != "s" else made


@lru_cache(maxsize=2_048)
def any_of(phrases: tuple[str, ...], before: str = r"(?<!\w)", after: str = r"(?!\w)") -> re.Pattern[str]:
    """A pattern that finds any of the phrases as whole words."""
    return re.compile(rf"(?i){before}(?:{'|'.join(map(pattern, phrases))}){after}")
