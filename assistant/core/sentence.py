"""Where the sentences of a record page begin: running text, headings, bullets and short lines of a form."""

from __future__ import annotations

import re

LONGEST = 480
"""Characters of the longest sentence; what goes on without an end is cut at a space before that."""

_SHORT_LINE = 45
_BREAK = re.compile(
    r"(?P<stop>[.!?][\"')\]\u201d\u2019]{0,3})(?=\s)"
    r"|(?P<line>\n(?:[ \t]{0,80}\n){0,200})"
    r"|(?P<label>(?<=\S)[ \t]{2,40})(?=[A-Z][^\n:.]{0,30}:)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:dr|mr|mrs|ms|prof|st|vs|no|approx|pt|pts|dept|jr|sr|cf|fig|ref|vol|pp|e\.g|i\.e|etc|inj|dx|hx|tx|rx|sx"
    r"|ft|lat|ant|post|temp|est)|(?:^|\s)[A-Za-z])$",
    re.IGNORECASE,
)
_NEW_ITEM = re.compile(
    r"[ \t]*(?:[-*\u2022\u00b7\u25aa\u25cf\u25e6\u2023>]+\s|\(?\d{1,2}[.)]\s|\(?[A-Za-z][.)]\s|\[.?\]"
    r"|[A-Z][^\n:.]{0,40}:)"
)
_BLANK = re.compile(r"[ \t]*(?:\n|$)")
_SPACES = re.compile(r"\s{0,200}")


def sentence_starts(text: str) -> list[int]:
    """The offsets at which sentences begin, the first being 0; each runs to the next."""
    starts = [0]
    line = 0
    for match in _BREAK.finditer(text):
        end = match.end()
        ended = True
        if match.lastgroup == "stop":
            ended = _ends_sentence(text, match.start(), end, starts[-1])
        elif match.lastgroup == "line":
            ended = _ends_line(text, line, match.start(), end)
            line = end
        if not ended:
            continue
        spaces = _SPACES.match(text, end)
        begin = spaces.end() if spaces is not None else end
        if starts[-1] < begin < len(text):
            _cut(text, starts, begin)
            starts.append(begin)
    _cut(text, starts, len(text))
    return starts


def _cut(text: str, starts: list[int], end: int) -> None:
    """Cuts what would be too long a sentence from the last start to `end`."""
    while end - starts[-1] > LONGEST:
        latest = starts[-1] + LONGEST
        space = max(text.rfind(sign, starts[-1] + 1, latest) for sign in " \n\t")
        starts.append(space + 1 if space > 0 else latest)


def _ends_sentence(text: str, at: int, end: int, begin: int) -> bool:
    spaces = _SPACES.match(text, end)
    following = text[spaces.end() : spaces.end() + 1] if spaces is not None else ""
    if following.islower():
        return False
    if text[at] != "." or text[at - 1 : at] in (".", "!", "?"):
        return True
    before = text[max(begin, at - 8) : at]
    if begin >= at - 3 and before.isdigit():  # the number of an entry
        return False
    found = _ABBREVIATION.search(before)
    if found is None:
        return True
    return found[0].lower() == "no" and not following.isdigit()


def _ends_line(text: str, line: int, at: int, end: int) -> bool:
    if end - at > 1 or _BLANK.match(text, end):
        return True
    if _NEW_ITEM.match(text, end):
        return True
    said = text[line:at].strip()
    if not said:
        return False
    spaces = _SPACES.match(text, end)
    following = text[spaces.end() : spaces.end() + 1] if spaces is not None else ""
    if following.islower() or said[-1] in ",:-(" or said.endswith((" and", " or", " of", " the", " with")):
        return False
    if said.isupper() and any(char.isalpha() for char in said):
        return True
    return following.isupper() and (len(said) < _SHORT_LINE or "   " in said)
