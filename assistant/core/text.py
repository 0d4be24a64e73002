"""The only door for foreign text, and what is done with any text: patterns, how many, its hash.

Case files, answers, file names and error messages may hold terminal escapes, bidirectional
overrides or invisible characters. Every such string passes through `visible` before it can
reach a terminal, where it then shows what is there instead of obeying it.
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from typing import Any

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u3164\uffa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, compiled when it is first used: few of the long ones are before the first question."""
    return re.compile(pattern)


def visible(text: str) -> str:
    """Return `text` with control, bidirectional and invisible characters shown, never obeyed.

    Newline and tab stay. C0 controls become their Unicode control pictures, others `<U+XXXX>`.
    Applying it twice changes nothing more.
    """
    return _UNSAFE.sub(_picture, text)


def one_line(text: str, limit: int = 0) -> str:
    """`visible` text on one line, white space folded, cut to `limit` characters (0: uncut)."""
    folded = " ".join(visible(text).split())
    if limit and len(folded) > limit:
        return folded[: limit - 1] + "…"
    return folded


def shortened(text: str, limit: int) -> str:
    """`one_line`, cut behind a whole word where one ends near the limit."""
    cut = one_line(text, limit)
    if cut == one_line(text) or one_line(text)[limit - 1] == " ":
        return cut
    whole = cut[:-1].rpartition(" ")[0]
    return f"{whole} …" if 2 * len(whole) > limit else cut


def _picture(match: re.Match[str]) -> str:
    char = match[0]
    if char == "\x7f":
        return "\u2421"
    return chr(0x2400 + ord(char)) if char < " " else f"<U+{ord(char):04X}>"


def counted(count: int, noun: str) -> str:
    """The count with its noun: "1 entry", "2,000 entries", "2 keys", "2 tests of urine"."""
    head, of, rest = noun.partition(" of ")
    ends_in_y = head.endswith("y") and head[-2:-1] not in "aeou"  # an entry, but a key and a day
    many = f"{head[:-1]}ies" if ends_in_y else f"{head}s"
    return f"{count:,} {noun if count == 1 else many + of + rest}"


def time_left(gone: float, done: int, whole: int) -> str:
    """How long it may still take after `gone` seconds, in words; empty where little is done, and at the end."""
    if not 1 < done < whole:  # the first one has the way there in it
        return ""
    seconds = gone * (whole - done) / done
    if seconds < 55:
        return f"about {max(5, 5 * round(seconds / 5))} s left"
    return (
        f"about {round(seconds / 60):,} min left"
        if seconds < 5400
        else f"about {round(seconds / 3600):,} h left"
    )


def singular(words: str, letter: bool = True) -> str:
    """The same words with the unit of a lone 1 as people say it: `1 week`, `1 level`; `2 levels` of `2 level(s)`.

    In a letter only of the units that letters have been signed with; on the screen of more.
    """
    counted = _COUNTED if letter else f"{_COUNTED}|{_COUNTED_TOO}"
    one = compiled(rf"(?<![\w.,])1 (?:(?P<joint>joint )?(?P<noun>{counted})s|(?P<whole>[a-z ]+)\(s\))(?!\w)")
    said = one.sub(lambda m: f"1 {m['whole'] or (m['joint'] or '') + m['noun']}", words)
    return compiled(r"(?<=[a-z])\(s\)").sub("s", said)


_COUNTED = "day|week|month|year|hour|visit|session|treatment|percent|level|injection|test|joint"
_COUNTED_TOO = "minute|unit|tablet|capsule|pill|dose|page|view|film|pound|point|degree|block|refill|application|purchase|rental|trial|kit"


def with_article(noun: str) -> str:
    """A noun with its *a* or *an*, by how it is spoken: an injection, an hour, an MRI, a unit."""
    return f"{'an' if compiled(_VOWEL).match(noun) else 'a'} {noun}"


_VOWEL = (
    r"(?:[aeioAEIO](?!ne\b|nce\b)|[uU](?!ni[^mn]|[srt][aei]|r(?:in|o)|R\b|DT\b|DS\b|S\b)|hour|honest|heir|8|11(?!\d)|18(?!\d)|[xX]-?ray"
    r"|[FHLMNRSX](?=[A-Z0-9]|\b))"
)


def ascii_json(value: Any, indent: int | None = 2) -> str:
    """JSON in printable ASCII: what comes from outside can't steer a terminal."""
    return json.dumps(value, ensure_ascii=True, indent=indent).replace("\x7f", "\\u007f")


def digest(text: str) -> str:
    """The SHA-256 of a text in hex, by which it is pinned."""
    return sha256(text.encode()).hexdigest()


REDACTED = "[redacted]"
"""What stands for a text of the log whose words are gone."""


class Private(str):
    """Free text of a person: logged as a salted commitment, with the words kept beside the entry.

    It is an ordinary string to everyone but the log, which replaces it by its commitment.
    """

    __slots__ = ()
