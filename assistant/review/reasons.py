"""Whether a reason is made of words: letters that can be spoken are no reason where no word of them is one.

The words that count are those of `prompts/vocabulary/common-words.txt`, whatever their endings, those of the case file,
short forms in capitals, levels, and words in another alphabet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import Answer
from assistant.core.problem import EMPTY_WORDS, refuse
from assistant.core.record.language import root
from assistant.core.text import compiled, one_line

_WORD = r"[^\W\d_]{3,}"
_SHORT_FORM = r"(?<![^\W_])(?:[A-Z]{2,5}|[CTLS]\d{1,2})(?![^\W_])"
_LATIN = 0x24F


def check_reason(text: str, pages: Mapping[str, tuple[str, ...]]) -> None:
    """Raises `Refused` where fewer than half of the telling words of a reason are words."""
    told = [one for one in compiled(_WORD).findall(text) if one.casefold() not in EMPTY_WORDS]
    unknown = [one for one in told if not _is_known(one)]
    if 2 * len(unknown) <= len(told) or compiled(_SHORT_FORM).search(text):
        return
    if all(_stands_in(one, pages) for one in unknown):
        return
    raise refuse(
        f"These are no words that the program knows: “{one_line(', '.join(unknown), 60)}”.",
        "",
        "Say it in plain words: what the record shows, or why this does not count.",
    )


def check_reasons(command: c.Command, pages: Mapping[str, tuple[str, ...]]) -> None:
    """The same for every reason that a command gives."""
    if isinstance(command, c.CorrectFact | c.ReadByEye):
        return  # what a page says, and which pages
    given = getattr(command, "reason", "")
    answer = getattr(command, "answer", None)
    for text in (given, *(_of(answer) if isinstance(answer, Answer) else ())):
        if text.strip():
            check_reason(text, pages)


def _of(answer: Answer) -> Iterable[str]:
    held = [answer.search, *(leaf.search for _, leaf in answer.leaves())]
    return {one.reason for search in held if search is not None for one in search.dismissed}


def _is_known(word: str) -> bool:
    return any(ord(sign) > _LATIN for sign in word) or root(word.casefold()) in everyday_roots()


def _stands_in(word: str, pages: Mapping[str, tuple[str, ...]]) -> bool:
    own = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
    return any(own.search(text) for texts in pages.values() for text in texts)


@lru_cache(1)
def everyday_roots() -> frozenset[str]:
    """Everyday and medical words without their endings."""
    place = library.folder("prompts") / "vocabulary" / "common-words.txt"
    return frozenset(map(root, library.read_text(place).split()))
