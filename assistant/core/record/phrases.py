"""The phrases of files that a person writes, such as `date of (the) visit|exam`, as patterns.

Words in any case, with any space between them; `a|b` is either, `(a)` may be missing, `*` is up to three words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

_PLURAL = 4
"""A last word of so many letters may stand in the plural."""
SPACE = r"[\s‹›]+"
"""What stands between two words of a phrase."""
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
            made += rf"(?:{words}{SPACE}){most}" if most else words
        else:
            made += rf"(?:{SPACE}{words}){most}" if most else f"{SPACE}{words}"
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


# Files of phrases, each made a pattern once.


class Patterns(dict[str, re.Pattern[str]]):
    """Patterns by what they find, which can be remembered for."""

    def __hash__(self) -> int:  # type: ignore[override]
        return id(self)


@lru_cache(maxsize=64)
def whole(known: Patterns) -> re.Pattern[str]:
    """One pattern that tells whether any of several finds something."""
    return re.compile(
        "|".join(f"(?:{one.pattern.removeprefix('(?i)')})" for one in known.values()), re.IGNORECASE
    )


def known_phrases(words: Mapping[str, Any], drugs: Mapping[str, Any]) -> Known:
    """The patterns of two files, made once for each pair of them."""
    held = _HELD.get((id(words), id(drugs)))
    if held is None:
        held = _HELD[id(words), id(drugs)] = Known(words, drugs)
    return held


class Known:
    """The phrases of the two files, each made a pattern once."""

    def __init__(self, words: Mapping[str, Any], drugs: Mapping[str, Any]) -> None:
        self.words = words, drugs
        self._made: dict[tuple[str, object], Any] = {}
        self.drug = any_of(tuple(str(said) for group in _groups(drugs) for said in group))
        self.entry = re.compile(
            rf"(?i)(?:[•●▪*-]\s*|\d{{1,2}}[.)]\s*)?{self.drug.pattern.removeprefix('(?i)')}"
        )

    def listed(self, name: str, of_drugs: bool = False) -> tuple[str, ...]:
        """A list of phrases."""
        made: tuple[str, ...] = self._once(
            (name, of_drugs), lambda: tuple(str(one) for one in self.words[of_drugs][name])
        )
        return made

    def patterns(self, name: str, of_drugs: bool = False) -> Patterns:
        """What lists of phrases find, by what they stand for."""

        def make() -> Patterns:
            held = self.words[of_drugs][name]
            assert isinstance(held, Mapping)
            return Patterns((str(key), any_of(tuple(map(str, said)))) for key, said in held.items())

        made: Patterns = self._once((name, ("patterns", of_drugs)), make)
        return made

    def any(self, name: str, after: str, of_drugs: bool = False) -> re.Pattern[str]:
        """A pattern of a list of phrases."""
        made: re.Pattern[str] = self._once(
            (name, (after, of_drugs)), lambda: any_of(self.listed(name, of_drugs), r"(?<![\w/-])", after)
        )
        return made

    def _once(self, key: tuple[str, object], make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


_HELD: dict[tuple[int, int], Known] = {}


def _groups(drugs: Mapping[str, Any]) -> Iterable[Sequence[str]]:
    held = drugs["drugs"]
    assert isinstance(held, Mapping)
    return held.values()
