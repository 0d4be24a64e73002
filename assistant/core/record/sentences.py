"""The pages of a packet as sentences, each under its heading and with the words of the page that it is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.core.dates import PartialDate, When, dates_in
from assistant.core.record.phrases import pattern
from assistant.core.text import compiled
from assistant.core.value import Value

Words = Mapping[str, Mapping[str, Sequence[str]] | Sequence[str]]
"""A file of phrases: lists of them, and lists by what they stand for."""


class Sentence(Value):
    """A sentence or a row of a page: its words without marks, and as they stand there."""

    section: str
    words: str
    quote: str
    document: str
    page: int
    first: bool
    """Whether it stands right below its heading."""


class PacketDocument(Value):
    """A document of a packet with the texts of its pages."""

    id: str
    type: str
    date: PartialDate | None
    pages: Sequence[str]


_ABBREVIATED = frozenset(
    "dr mr mrs ms no vs st inc approx pt ext hosp dept jr sr lt rt sec wt ht temp e.g i.e q.d b.i.d t.i.d".split()
)
_END = r"[.;!?]\s+(?=[A-Z\"“(\d☒☐])"
_MARKS = str.maketrans("", "", "‹›")
UR_REPORT = "Utilization review report"
REQUEST = "Request for authorization"
APPLICATION = "Application for independent medical review"
"""The documents of the dispute, by their type."""
_LABEL = r"^[A-Z][\w /&.'’-]{1,40}:(?:\s|$)"
_INLINE = r"(?<=[.;)\dA-Z])\s+(?=[FICPTAW](?i:lan|ssessment|ork status|indings?|mpressions?|onclusions?|nterpretation|omparison|ndication|rocedures?(?:\s+performed)?|echnique)\s*:)"
_ROW = r"\W*\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b"
_CELL = r"(?i)(?:take\b|apply\b|inject\b|use \d|mg|mcg|ml|\d+(?:\.\d+)?\s*(?:tab|cap|pill|patch|spray|puff|drop|po\b)\w*)\b"
_TITLE_BEFORE = r"\b(?:Dr|Drs|Mr|Mrs|Ms)‹?›?\.$"
_CODED_FIRST = r"[A-TV-Z]\d\d\.\w{1,4}\s+[A-Z]|\d{3}\.\d{1,2}\s+[A-Z]"
_CODED = r"\b[A-TV-Z]\d\d(?:\.\w{1,4})?\)?\.?$"
_NUMBERED = r"^\(?\d{1,2}[.)]\s"
_SHORT_LINE = 0.72
"""A line that ends so far before the widest is the last of its paragraph."""


def sentences(
    document: PacketDocument,
    words: Words,
    running: frozenset[str] = frozenset(),
    rows: bool = False,
    entry: re.Pattern[str] | None = None,
) -> Iterator[Sentence]:
    """The sentences of the pages in order; a heading reaches on to the next page.

    Lines that are `running` through the packet are none of them; with `rows` each line stands for itself. In a list of
    medication what an `entry` finds at the beginning of a line begins a row.
    """
    headings = _headings(words)
    section = ""
    for number, page in enumerate(document.pages, 1):
        lines = [line.strip() for line in page[:60_000].split("\n")]
        lines = [line for line in lines if not _is_stamp(line)]
        lines = [line for line in lines if line not in running or _is_heading(line, headings)]
        lines = [part for line in lines for part in _parted(line, headings)]
        lengths = sorted(len(line) for line in lines)
        widest = lengths[-3] if len(lengths) > 5 else max(lengths, default=0)
        capitals = sum(map(str.isupper, page)) > sum(map(str.islower, page))
        columns = None if capitals else _columns(words, lines)
        held: list[str] = []
        fresh = False
        for line in [*lines, ""]:
            found = headings.match(line.translate(_MARKS)) if line else None
            if found is None and columns is not None and (found := columns.match(line)):
                line = line[found.end() :]
            boxes = line[:1] in "☐☒▣" or (
                bool(held) and not line[:1].islower() and re.search("[☐☒▣]", held[-1]) is not None
            )
            rule = re.match(_NUMBERED, line) or compiled(_LABEL).match(line)
            starts = not line or bool(found) or bool(rule) or boxes or line[0] in "•●▪"
            goes_on = bool(held) and line[:1].islower() and len(held[-1]) > 20
            goes_on = goes_on or (bool(held) and _is_of_row(line, held, rows, section))
            if entry is not None and section == "medications" and held and not starts:
                begins = entry.match(line) is not None
                starts, goes_on = begins, goes_on or (not begins and _is_cell(line, held, entry))
            goes_on = goes_on or (bool(held) and compiled(_TITLE_BEFORE).search(held[-1]) is not None)
            coded = (
                bool(held)
                and section in ("diagnoses", "assessed")
                and (
                    compiled(_CODED).search(held[-1]) is not None
                    or compiled(_CODED_FIRST).match(line) is not None
                )
            )
            row = (
                rows
                or coded
                or section in ("medications", "assessed")
                or (held and len(held[-1]) < _SHORT_LINE * widest)
            )
            if held and (starts or (row and not goes_on)):
                yield from _cut(" ".join(held), section, document.id, number, fresh)
                held, fresh = [], False
            if found:
                section = next(name for name, said in found.groupdict().items() if said)
                fresh = True
            elif line and not held and not capitals and line.isupper() and len(line.split()) < 7:
                section = "" if not re.search(r"\d|:", line) else section
            if line and not (found and not line.translate(_MARKS)[found.end() :].strip()):
                held.append(line)


def _is_heading(line: str, headings: re.Pattern[str]) -> bool:
    """Whether a line is a heading and nothing more, which every note of a template has."""
    found = headings.match(line.translate(_MARKS))
    return found is not None and not line.translate(_MARKS)[found.end() :].strip()


def _columns(words: Words, lines: Sequence[str]) -> re.Pattern[str] | None:
    """The headings of a page on which they stand before their words without a colon: in capitals, or before a dash.

    Three lines at least begin with such a heading, each with another.
    """
    listed = words["sections"]
    assert isinstance(listed, Mapping)
    found = _column_pattern(tuple((name, tuple(map(str, said))) for name, said in listed.items()))
    seen = {hit.lastgroup for line in lines if line[:1].isupper() and (hit := found.match(line))}
    return found if len(seen) >= _FEW_COLUMNS else None


_FEW_COLUMNS = 3


@lru_cache(maxsize=4)
def _column_pattern(listed: tuple[tuple[str, tuple[str, ...]], ...]) -> re.Pattern[str]:
    def heading(said: str) -> str:
        if len(said) == 1:
            return rf"{said}\s?[-–—]\s*"
        plain = pattern(said)
        return rf"{pattern(said.upper())}\s+(?![-–—:])|(?i:{plain})(?:\s*[-–—]|\s{{3}})\s*"

    named = "|".join(f"(?P<{name}>{'|'.join(map(heading, said))})" for name, said in listed)
    return compiled(rf"(?:{named})(?=\S)")


def _parted(line: str, headings: re.Pattern[str]) -> Iterator[str]:
    """A line, parted before the headings that stand within it, as a report without paragraphs has them."""
    start = 0
    for found in compiled(_INLINE).finditer(line):
        if headings.match(line[found.end() :]):
            yield line[start : found.end()].strip()
            start = found.end()
    yield line[start:].strip() if start else line


def _is_of_row(line: str, held: Sequence[str], rows: bool, section: str) -> bool:
    """Whether a line goes on with the row of a table whose cells were too narrow for their words."""
    if rows:
        day = compiled(_ROW)
        return len(held) < 4 and day.match(held[0]) is not None and day.match(line) is None
    return section == "medications" and compiled(_CELL).match(line) is not None


def _is_cell(line: str, held: Sequence[str], entry: re.Pattern[str]) -> bool:
    """Whether a line is one of a narrow cell of the row whose drug stands before it."""
    row = " ".join(held)
    begun = entry.match(held[0]) is not None or entry.search(held[-1]) is not None
    return begun and len(line) < _NARROW and len(row) < 4 * _NARROW and not re.search(r"[a-z]\.$", row)


_NARROW = 40
"""The characters of a line in a narrow column, at most."""


def fields_below(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Labels of a form with what stands in the cell below each, and the two lines that this was read from."""
    for line, after in pairwise(lines):
        if ":" not in line or "   " not in line:
            continue
        labels, values = (re.split(r"\s{3,}", one.strip()) for one in (line, after))
        if len(labels) == len(values) and not any(map(str.isdigit, line)):
            for label, value in zip(labels, values, strict=True):
                yield f"{label.rstrip(':')}: {value}", f"{line} {after}"


def running_lines(documents: Sequence[PacketDocument]) -> frozenset[str]:
    """The lines that stand on most pages of a packet, as a copying service or a letterhead prints them."""
    pages = [page for document in documents for page in document.pages]
    seen = Counter(line for page in pages for line in {line.strip() for line in page.split("\n")})
    return frozenset(line for line, times in seen.items() if line and times > max(2, 0.4 * len(pages)))


def _is_stamp(line: str) -> bool:
    return compiled(r"[A-Z]{1,8}[ _-]?\d{5,9}").fullmatch(line) is not None or (
        len(line) < 80
        and compiled(r"(?i)(?:\bpage\s*|[,|·–-]\s+)\d{1,4}\s*of\s*\d{1,4}\s*$").search(line) is not None
    )


def _headings(words: Words) -> re.Pattern[str]:
    listed = words["sections"]
    assert isinstance(listed, Mapping)
    return _heading_pattern(tuple((name, tuple(map(str, said))) for name, said in listed.items()))


@lru_cache(maxsize=4)
def _heading_pattern(listed: tuple[tuple[str, tuple[str, ...]], ...]) -> re.Pattern[str]:
    named = "|".join(f"(?P<{name}>{'|'.join(map(_heading, said))})" for name, said in listed)
    return compiled(rf"(?i)(?=(?-i:[A-Z\W\d])|[^.]*(?::|$)){_FIELD}(?:{named})")


_FIELD = r"(?:\([^()]{4,60}\)\s*)?(?-i:\d\d[a-z]?[.)]\s+|\d[.)]\s+(?=[A-Z]{4}))?"
"""The number of a field of a form before its label; that of an entry of a list is none."""


def _heading(said: str) -> str:
    """A heading alone on its line or before a colon; one letter, as of S:, O:, A:, P:, needs the colon."""
    return (
        rf"{pattern(said)}(?:\s*\([^)]*\))?\s*(?::|$|(?<=[a-z]{{3}})\.(?=\s+\S|$)|\s[-–—]\s(?=\S))"
        if len(said) > 1
        else rf"{said}\s?:(?=\s)"
    )


def _cut(text: str, section: str, document: str, page: int, fresh: bool) -> Iterator[Sentence]:
    start = 0
    for found in compiled(_END).finditer(text):
        before = text[start : found.start()]
        last = before.split()[-1].lower().strip('(“"‹›') if before.split() else ""
        if last in _ABBREVIATED or (len(last) == 1 and last.isalpha()):
            continue
        if last.isdigit() and len(last) < 3:
            if len(before.split()) == 1:
                continue
            own = compiled(r"\(?(\d{1,2})[.)]\s").match(before)
            if own and int(last) == int(own[1]) + 1:  # the number of the next of a list
                end = found.start() - len(last)
                yield _sentence(text[start:end], section, document, page, fresh)
                start, fresh = end, False
                continue
        yield _sentence(text[start : found.start() + 1], section, document, page, fresh)
        start, fresh = found.end(), False
    if text[start:].strip():
        yield _sentence(text[start:], section, document, page, fresh)


def _sentence(quote: str, section: str, document: str, page: int, fresh: bool) -> Sentence:
    quote = " ".join(quote.split())
    return Sentence(section, cleared(quote), quote, document, page, fresh)


_MONTHS = r"(?i)\b(January|February|March|April|May|June|July|August|September|October|November|December)(\d)"


def unmarked(text: str) -> str:
    """Text without the marks round words that were hard to read."""
    return text.translate(_MARKS) if "‹" in text or "›" in text else text


def cleared(text: str) -> str:
    """Text without marks, and with the slips of a reader of pictures mended that would hide a date."""
    text = unmarked(text)
    text = compiled(r"(?<=\d)[Oo](?=\d)").sub("0", text)
    return compiled(_MONTHS).sub(r"\1 \2", text)


class Dated(Value):
    """A date in a sentence, completed from the day of its document."""

    start: int
    end: int
    date: PartialDate


_WITHOUT_YEAR = r"(?i)\b(?:(?:on|since|until|starting|through|before|after|by)\s+|(?:from|to|ended)\s+(?!\d/(?:5|10)\b))((\d{1,2})/(\d{1,2}))(?![\d/])"
"""A day as it is told within a year; `from 8/10 to 5/10` is of pain."""


def dated(text: str, written: PartialDate | None) -> list[Dated]:
    """The dates of a sentence in order; one without its year is the last such day before the document was written."""
    made: list[Dated] = []
    for start, said, when in dates_in(text):
        if (date := _completed(when, written)) is not None:
            made.append(Dated(start, start + len(said), date))
    for found in compiled(_WITHOUT_YEAR).finditer(text):
        when = When(None, int(found[2]), int(found[3]))
        if 1 <= int(found[2]) <= 12 and (date := _completed(when, written)) is not None:
            made.append(Dated(found.start(1), found.end(1), date))
    for found in compiled(_SEASON).finditer(text) if "20" in text or "19" in text else ():
        if not any(one.start < found.end() and found.start() < one.end for one in made):
            made.append(Dated(found.start(), found.end(), PartialDate(int(found[1]))))
    for found in compiled(_LAST_SEASON).finditer(text) if written is not None and written.month else ():
        over = written.month > _SEASONS[found[1].lower()] + 2  # type: ignore[union-attr, operator]
        made.append(Dated(found.start(), found.end(), PartialDate(written.year - (not over))))  # type: ignore[union-attr]
    return sorted(made, key=lambda one: (one.start, -one.end))


_SEASONS = {"spring": 3, "summer": 6, "fall": 9, "autumn": 9}
_LAST_SEASON = rf"(?i)\blast ({'|'.join(_SEASONS)})\b(?!,? (?:of )?(?:19|20)\d\d)"
_SEASON = (
    r"(?i)\b(?:spring|summer|fall|autumn|winter|early|mid|late)(?:\s+in|-)?(?:\s+of)?,?\s+((?:19|20)\d\d)\b"
)
"""A time of the year: of a day so told the year is known."""


def _completed(when: When, written: PartialDate | None) -> PartialDate | None:
    year = when.year
    if year is None:
        if written is None or when.month is None:
            return None
        year = written.year
        late = (when.month, when.day or 1) > (written.month or 12, written.day or 31)
        year -= late
    try:
        made = PartialDate(year, when.month, when.day if when.month is not None else None)
        _ = made.earliest
    except ValueError:
        return None
    return made if 1900 <= year <= 2100 else None


def again(text: str, first: Dated, days: Sequence[Dated]) -> Iterator[Dated]:
    """The further days on which the same was done: `on 11/2/2015 and again on 3/21/2016`."""
    if re.search(r"(?i)\b(?:between|from|period)\s+$", text[: first.start]):
        return
    before = first
    for day in days:
        if day.start >= before.end and day.end <= len(text):
            joined = re.search(_MORE, text[before.end : day.start])
            if joined is None or (joined.start() and not joined["again"]) or day.date.month is None:
                return
            yield day
            before = day


_MORE = (
    r"(?i)(?:^|[,;]|(?<=\s))\s*(?:and|&|then|also|,|\s)*\s*(?P<again>(?:once )?again|another(?: one)?|repeated|(?:a|the) (?:second|third|fourth"
    r"|further|repeat)(?: one| injection| study| course)?)?\s*(?:(?:was|were) )?(?:done|given|performed)?\s*(?:on|in|of)?\s*$"
)
"""Between two days: that on the second the same was done again; of days that stand beside each other nothing else is said."""
