"""Marks on a record page: ticked boxes, and the words of a scan of which the recogniser was not sure.

A box stands before or after its label as one character, whatever it was on paper: `☐` not ticked, `☒` ticked, `▣`
a box of which nobody can tell. A doubtful word stands between `‹` and `›`. A box that nobody ticked neither affirms
nor denies its label, and a sentence with a doubtful word denies nothing.
"""

from __future__ import annotations

import re

from assistant.core.text import compiled
from assistant.core.value import Value

UNTICKED, TICKED, UNTOLD = "☐", "☒", "▣"
DOUBT_BEGINS, DOUBT_ENDS = "‹", "›"

DENIED = "negated"
AFFIRMED = "affirmed"
UNCERTAIN = "uncertain"
PRINTED = "printed"
"""How a box that nobody ticked speaks of its label."""

SYMBOLS = {
    "wingdings": {0x6F: UNTICKED, 0x71: UNTICKED, 0xA8: UNTICKED, 0x78: TICKED, 0xFD: TICKED, 0xFE: TICKED},
    "wingdings 2": {
        0x2A: UNTICKED,
        0x30: UNTICKED,
        0xA3: UNTICKED,
        0x51: TICKED,
        0x52: TICKED,
        0x53: TICKED,
        0x54: TICKED,
    },
    "zapfdingbats": {0x6F: UNTICKED, 0x71: UNTICKED, 0x34: TICKED, 0x38: TICKED},
}
"""The boxes in fonts of symbols, by the font's name in small letters and the code of the sign."""

_BOX = (
    r"(?P<ticked>[☒☑⊠\U0001F5F9\U0001F5F7\U0001F5F5]|\[[ ]?[xX✓✔✗✘*][ ]?\]|\([ ]?[xX✓✔✗✘][ ]?\))"
    r"|(?P<unticked>[☐□◻❏❑⬜]|\[[ _]{1,3}\]|\[\]|\([ _]{1,3}\)(?=[ \t]*[A-Za-z]))"
    r"|(?P<untold>▣)"
)
_YES = frozenset({"yes", "y", "present", "positive", "true"})
_NO = frozenset({"no", "n", "none", "absent", "negative", "denied", "denies", "false"})
_DOUBTFUL = f"{DOUBT_BEGINS}([^{DOUBT_BEGINS}{DOUBT_ENDS}\n]*){DOUBT_ENDS}"
_EDGES = r"(?s)^(\W*)(.*?)(\W*)$"
_LONGEST_LINE = 1000


class Said(Value):
    """How the marks around a mention tell to read it.

    `standing` is what they make of it, empty where the sentence itself is to be asked: then `sentence` is what of it
    belongs to the mention, which stands at `at` in it. `doubtful` says that a word of it was not read surely.
    """

    standing: str
    sentence: str
    at: int
    doubtful: bool = False


def doubtful(word: str) -> str:
    """A word marked as not surely read, the signs at its ends outside the mark; as it is where it has no letter or digit."""
    found = compiled(_EDGES).match(word)
    if found is None or not found[2]:
        return word
    return f"{found[1]}{DOUBT_BEGINS}{found[2]}{DOUBT_ENDS}{found[3]}"


def without_doubt(text: str) -> str:
    """The text without the marks of doubt."""
    return text.replace(DOUBT_BEGINS, "").replace(DOUBT_ENDS, "")


def read_marks(page: str, start: int, end: int, at: int, length: int) -> Said:
    """What the marks around the words at `at` of a page make of them; the sentence is the page from `start` to `end`."""
    sentence = page[start:end]
    doubted = DOUBT_BEGINS in page
    unsure = doubted and bool(compiled(_DOUBTFUL).search(page, max(0, start - 1), min(len(page), end + 1)))
    if doubted and _own_doubt(page, at, length):
        return Said(UNCERTAIN, sentence, at - start, True)
    begin, stop = _line(page, at)
    boxes = _boxes(page, begin, stop)
    if not boxes:
        answer = _answer_below(page, stop)
        return Said(_answered(answer) if answer else "", sentence, at - start, unsure)
    before = [box for box in boxes if box.start() < at]
    if not page[boxes[-1].end() : stop].strip(" \t.:|") and page[begin : boxes[0].start()].strip():
        own = next((box for box in boxes if box.start() >= at), None)  # labels stand before their boxes
        first = before[-1].end() if before else begin
        return _in_entry(page, own, "", first, own.start() if own else stop, at, unsure)
    if not before:
        labels = [(box, _label(page, box, boxes, stop)) for box in boxes]
        return Said(_answered(labels), sentence, at - start, unsure)
    own = before[-1]
    after = next((box.start() for box in boxes if box.start() > at), stop)
    return _in_entry(page, own, page[begin : boxes[0].start()], own.end(), after, at, unsure)


def _in_entry(
    page: str, box: re.Match[str] | None, lead: str, first: int, last: int, at: int, unsure: bool
) -> Said:
    """A mention in the label of a box, from `first` to `last`: what leads into the line is said of it too."""
    text = f"{lead}{page[first:last]}"
    place = len(lead) + at - first
    if box is None or box.lastgroup == "untold":
        return Said(UNCERTAIN, text, place, unsure)
    if box.lastgroup == "unticked":
        return Said(PRINTED, text, place, unsure)
    return Said("", text, place, unsure)


def _answered(labels: list[tuple[re.Match[str], str]]) -> str:
    """What boxes after a question say of it: a denial where *no* alone is ticked, nothing sure where none or several are."""
    kinds = {label for _, label in labels}
    if not kinds & _YES and not kinds & _NO:
        return ""  # boxes of another kind stand beside the words by chance
    if any(box.lastgroup == "untold" for box, _ in labels):
        return UNCERTAIN
    ticked = [label for box, label in labels if box.lastgroup == "ticked"]
    if not ticked:
        return PRINTED
    if len(ticked) > 1:
        return UNCERTAIN
    return DENIED if ticked[0] in _NO else AFFIRMED if ticked[0] in _YES else UNCERTAIN


def _answer_below(page: str, stop: int) -> list[tuple[re.Match[str], str]]:
    """The boxes of the next line with words, where it holds nothing but boxes for yes and no."""
    begin = stop
    while page[begin : begin + 1].isspace() and begin < stop + _LONGEST_LINE:
        begin += 1
    if page[begin : begin + 1].isalnum():
        return []  # as in most lines, and sooner seen
    _, end = _line(page, begin)
    boxes = _boxes(page, begin, end)
    if not boxes or page[begin : boxes[0].start()].strip():
        return []
    labels = [(box, _label(page, box, boxes, end)) for box in boxes]
    return labels if all(label in _YES | _NO for _, label in labels) else []


def _label(page: str, box: re.Match[str], boxes: list[re.Match[str]], stop: int) -> str:
    end = next((other.start() for other in boxes if other.start() > box.start()), stop)
    said = without_doubt(page[box.end() : end]).casefold().split()
    return said[0].strip(".,:;") if said and (len(said) == 1 or said[0].endswith((",", ":", ";"))) else ""


def _boxes(page: str, begin: int, end: int) -> list[re.Match[str]]:
    line = page[begin:end]
    if line.isascii() and "[" not in line and "(" not in line:
        return []  # as in most lines, and sooner seen
    return list(compiled(_BOX).finditer(page, begin, end))


def _line(page: str, at: int) -> tuple[int, int]:
    begin = page.rfind("\n", max(0, at - _LONGEST_LINE), at) + 1 or max(0, at - _LONGEST_LINE)
    end = page.find("\n", at, at + _LONGEST_LINE)
    return begin, end if end >= 0 else min(len(page), at + _LONGEST_LINE)


def _own_doubt(page: str, at: int, length: int) -> bool:
    """Whether a doubtful word is among the words themselves."""
    return any(
        found.start() < at + length and at < found.end()
        for found in compiled(_DOUBTFUL).finditer(page, max(0, at - 100), min(len(page), at + length + 100))
    )
