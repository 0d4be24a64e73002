"""Parts the pages of a file into documents: where each begins, which pages are out of order, and which are there twice.

A page tells by the number that it gives itself, by its title and its date, and by what stands at the head of each page
of one document. What a copying service stamped on every page tells nothing, and is known by counting through the file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from assistant.core.dates import PartialDate, When
from assistant.core.record.sentences import unmarked
from assistant.core.value import Value
from assistant.records.proposing import (
    HEAD_LINES,
    date_of,
    dates_of,
    days_above,
    signers_below,
    signing_date,
    title_of,
    titled,
    top_lines,
    words_of,
)

_HEAD = 8
_SHORT = 8
_LETTER_HEAD = 4
_LONG_LINE = 160
_ENDS = 2_000
"""The characters at the ends of a page among which it may give its number."""
_PAGE_OF = re.compile(
    r"\b(?:page|pg|p)\s*[.:]?\s*(?P<one>\d{1,4})\s*(?:of|/|ot)\s*(?P<all>\d{1,4})\b"
    r"|^\s*(?P<bare>\d{1,4})\s+of\s+(?P<many>\d{1,4})\s*$"
    r"|\bpage\s*:?\s*(?P<alone>\d{1,3})\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_OF = re.compile(r" of[\s‹›]+\d", re.IGNORECASE)
_FAX = re.compile(
    r"\bP\.?\s?\d{1,3}\s?/\s?\d{1,3}\b|\b\d\d?:\d\d\b.*\d{3}[ .-]\d{3}[ .-]\d{4}", re.IGNORECASE
)
_COUNTED = re.compile(r"(?P<before>[A-Za-z][\w ./#:-]{0,24}?)[-_ .:#]{0,2}(?P<number>\d{3,9})")
_CONTINUED = re.compile(r"\bcont(?:inued|'d|d\b|\.)|\(cont", re.IGNORECASE)
_LONG = 30
"""From so many pages on, numbers that count through the whole file are taken for those of whoever bundled it."""
_MOST_OF_FILE = 0.6
_SAME_HEAD = 0.75
_OTHER_HEAD = 0.35
_YEARS = 10
"""A day so many years before the other is that of a birth."""
_SAME_SCAN = 0.8
"""From so alike on, two pictures of pages that name a same date were read from copies of one page."""
_FEW_WORDS = 15
"""A page of fewer words is no copy of another: a form that is empty, or a running head alone."""


class Number(Value):
    """The number that a page gives itself; `of` is 0 where it doesn't say of how many."""

    at: int
    of: int


class Parting(Value):
    """The documents of a file, each with its pages in their own order, and the pages that are copies of others."""

    parts: tuple[tuple[int, ...], ...]
    twins: Mapping[int, int]
    plain: tuple[str, ...] = ()
    """The pages without what a copying service or a fax machine printed on them."""


class _Page:
    """A page of the file, by its place from 1, and what it says of where it belongs."""

    def __init__(self, place: int, text: str, numbers: list[Number]) -> None:
        self.place = place
        self.text = text
        self.numbers = numbers

    @cached_property
    def title(self) -> str:
        return title_of(self.text)

    @cached_property
    def date(self) -> PartialDate | None:
        lines = list(top_lines([self.text], _HEAD))
        own = (line for line in lines if titled(line))
        return date_of(lines, labelled=True, hard=True) or date_of(
            line for line in own if len(dates_of(line)) == 1
        )

    @cached_property
    def signed(self) -> PartialDate | None:
        """The day beside a signature."""
        return signing_date([self.text])

    @cached_property
    def signers(self) -> frozenset[str]:
        """Who signs at its end."""
        return signers_below(self.text)

    @cached_property
    def days(self) -> frozenset[When]:
        """The whole dates on the page."""
        return frozenset(
            when
            for line in self.text.split("\n")
            for _, _, when in dates_of(line)
            if when.day is not None and when.year
        )

    @cached_property
    def head(self) -> str:
        """What stands at its top without numbers of pages: the same on each page of a document, as a rule."""
        lines = [_without_number(line) for line in top_lines([self.text], 3)]
        return " ".join(" ".join(lines).lower().split())

    @cached_property
    def words(self) -> str:
        return " ".join(unmarked(self.text).lower().split())

    @property
    def number(self) -> Number | None:
        return self.numbers[0] if self.numbers else None

    @property
    def is_continued(self) -> bool:
        return any(_CONTINUED.search(line) for line in top_lines([self.text], _HEAD))


class _Part:
    """A document while its pages are found; `numbered` are those that give themselves a number, `of` how many it has."""

    def __init__(self, first: _Page) -> None:
        self.pages: list[_Page] = []
        self.title = ""
        self.date: PartialDate | None = None
        self.numbered: dict[int, _Page] = {}
        self.of = 0
        self.take(first)

    def take(self, page: _Page) -> None:
        self.pages.append(page)
        self.title, self.date = self.title or page.title, self.date or page.date
        if page.number is not None:
            self.numbered[page.number.at] = page
            self.of = max(self.of, page.number.of)


def part(texts: Sequence[str], pictures: Iterable[int] = ()) -> Parting:
    """The documents of a file; `pictures` are the pages, from 1, whose words were read from a picture."""
    return _part(tuple(texts), frozenset(pictures))


@lru_cache(maxsize=4)
def _part(texts: tuple[str, ...], pictures: frozenset[int]) -> Parting:
    pages = _pages(texts)
    twins = _twins(pages, pictures)
    parts: list[_Part] = []
    lacking: dict[int, list[_Part]] = {}
    for page in pages:
        if page.place in twins:
            continue
        held = _place_for(page, parts, lacking)
        if held is None:
            held = _Part(page)
            parts.append(held)
            if held.of:
                lacking.setdefault(held.of, []).append(held)
        else:
            held.take(page)
        if held.of and len(held.numbered) >= held.of:
            lacking[held.of] = [one for one in lacking.get(held.of, ()) if one is not held]
    _join_loose(parts)
    parts.sort(key=lambda one: min(page.place for page in one.pages))
    made = tuple(tuple(page.place for page in _in_order(one)) for one in parts)
    return Parting(made, twins, tuple(page.text for page in pages))


def _pages(texts: Sequence[str]) -> list[_Page]:
    texts = _unstamped(texts)
    found = [_numbers(text) for text in texts]
    stamps = _stamps(found, len(texts))
    pages = []
    for place, (text, numbers) in enumerate(zip(texts, found, strict=True), 1):
        own = [one for one in numbers if (one.of, one.at - place) not in stamps]
        gone = [one for one in numbers if (one.of, one.at - place) in stamps]
        pages.append(_Page(place, _cleaned(text, gone), own))
    return pages


def _unstamped(texts: Sequence[str]) -> Sequence[str]:
    """The texts without the line in which a copying service counted through the pages: FAB-006101, FAB-006102."""
    found: Counter[tuple[str, int]] = Counter()
    held: list[dict[tuple[str, int], str]] = []
    for place, text in enumerate(texts, 1):
        lines = [line for line in text.split("\n") if line.strip()]
        own = {
            (said["before"], int(said["number"]) - place): line
            for line in (*lines[:2], *lines[-2:])
            if (said := _COUNTED.fullmatch(line.strip()))
        }
        held.append(own)
        found.update(own.keys())
    stamps = {stamp for stamp, times in found.items() if times >= max(3, _MOST_OF_FILE * len(texts))}
    if not stamps:
        return texts
    return [
        "\n".join(line for line in text.split("\n") if line not in {own[one] for one in own.keys() & stamps})
        for text, own in zip(texts, held, strict=True)
    ]


def _numbers(text: str) -> list[Number]:
    ends = text if len(text) <= 2 * _ENDS else f"{text[:_ENDS]}\n{text[-_ENDS:]}"
    made = []
    for at, line in enumerate(ends.split("\n")):
        lowered = line.lower()
        if not ("pag" in lowered or "pg" in lowered or _OF.search(line)) or _FAX.search(line):
            continue
        for found in _PAGE_OF.finditer(unmarked(line)):
            if found["alone"]:
                if at < _HEAD:  # at the top, as a letter numbers its pages
                    made.append(Number(int(found["alone"]), 0))
                continue
            one = Number(int(found["one"] or found["bare"]), int(found["all"] or found["many"]))
            if 1 <= one.at <= one.of:
                made.append(one)
    return list(dict.fromkeys(made))


def _stamps(found: Sequence[Sequence[Number]], count: int) -> set[tuple[int, int]]:
    """The numbers that whoever bundled the file gave its pages: how many, and how far from the page's place."""
    seen = Counter(
        (one.of, one.at - place) for place, numbers in enumerate(found, 1) for one in numbers if one.of
    )
    made = set()
    for (of, shift), times in seen.items():
        if times < 3 or of < times or times < _MOST_OF_FILE * count:
            continue
        beside = any(
            any((one.of, one.at - place) != (of, shift) and one.of for one in numbers)
            for place, numbers in enumerate(found, 1)
            if any((one.of, one.at - place) == (of, shift) for one in numbers)
        )
        if beside or (count >= _LONG and (of, shift) == (count, 0)):
            made.add((of, shift))
    return made


def _cleaned(text: str, stamps: Sequence[Number]) -> str:
    """The text without the lines of stamps and of fax machines."""
    if not stamps:
        top = text[:400].split("\n", 3)
        if len(top) < 2 or not any("/" in line and _FAX.search(line) for line in top[:3]):
            return text
    kept = []
    for at, line in enumerate(text.split("\n")):
        found = _PAGE_OF.search(unmarked(line)) if stamps and len(line) < _LONG_LINE else None
        if found and found["all"] and Number(int(found["one"]), int(found["all"])) in stamps:
            rest = _without_number(line)
            if len(rest.split()) < _SHORT and not re.search(r"\d", rest):
                continue
        if at < 3 and _FAX.search(line):
            continue
        kept.append(line)
    return "\n".join(kept)


def _without_number(line: str) -> str:
    return _PAGE_OF.sub("", unmarked(line)).strip()


# Pages that are there twice.


def _twins(pages: Sequence[_Page], pictures: frozenset[int]) -> dict[int, int]:
    """The pages that are copies of earlier ones: the same words, or two readings of a picture of one page."""
    found: dict[int, int] = {}
    same: dict[str, int] = {}
    read: list[_Page] = []
    for page in pages:
        if len(page.words) < 4 * _FEW_WORDS:
            continue
        if page.words in same:
            found[page.place] = same[page.words]
            continue
        same[page.words] = page.place
        if page.place in pictures:
            twin = next((one for one in read if _is_copy(one, page)), None)
            if twin is not None:
                found[page.place] = twin.place
            else:
                read.append(page)
    return found


def _is_copy(one: _Page, other: _Page) -> bool:
    if one.title != other.title or not 0.8 < len(one.words) / max(1, len(other.words)) < 1.25:
        return False
    days = one.days | other.days
    if days and len(one.days & other.days) * 2 < len(days):
        return False
    if one.number != other.number and one.number is not None and other.number is not None:
        return False
    match = SequenceMatcher(None, one.words.split(), other.words.split(), autojunk=False)
    return match.real_quick_ratio() >= _SAME_SCAN and match.ratio() >= _SAME_SCAN


# Which document a page belongs to.


def _place_for(page: _Page, parts: Sequence[_Part], lacking: Mapping[int, Sequence[_Part]]) -> _Part | None:
    """The document that the page goes on with; None where it begins one."""
    last = parts[-1] if parts else None
    number = page.number
    if number is not None and number.of:
        if number.at == 1:
            return None
        return _follows(page, number, lacking.get(number.of, ()), last)
    if last is None:
        return None
    if page.is_continued:
        return last
    if not page.text.strip():
        return last
    new_title = bool(page.title) and page.title != last.title
    new_date = page.date is not None and page.date != last.date
    if new_title or new_date or _is_signed_anew(page, last) or (number is None and _is_another(page, last)):
        return None
    if number is not None and number.at > 1:
        next_one = number.at == len(last.pages) + 1
        return last if next_one or _likeness(page, last) >= _SAME_HEAD else None
    full = last.of and len(last.pages) >= last.of
    return None if full and (page.title or _likeness(page, last) < _SAME_HEAD) else last


def _is_signed_anew(page: _Page, last: _Part) -> bool:
    """Whether a page has its document's title again, and the day of a signature other than that beside the earlier one."""
    if not page.title or page.title not in (one.title for one in last.pages):
        return False
    days = {day for one in last.pages if (day := one.signed) is not None}
    return bool(days) and page.signed is not None and page.signed not in days


def _is_another(page: _Page, last: _Part) -> bool:
    """Whether a page behind one that was signed is signed as well, and has a day at its head or an author that is new."""
    before = last.pages[-1].signers
    if not before or not page.signers:
        return False
    above = {day for one in last.pages for day in days_above(one.text)}
    known = {(day.year, day.month, day.day) for one in last.pages for day in one.days}
    for day in days_above(page.text):
        heads = above and day not in above and all(day.year > one.year - _YEARS for one in above)
        if heads or (day.year, day.month, day.day) not in known:
            return True
    return page.signers.isdisjoint(before) and _likeness(page, last) < _OTHER_HEAD


def _follows(page: _Page, number: Number, lacking: Sequence[_Part], last: _Part | None) -> _Part | None:
    """The document that has the page before this one and lacks this: the likest, by its head, its dates and its place."""
    fitting = [one for one in lacking if number.at not in one.numbered and min(one.numbered) < number.at]
    best, most = None, 0.0
    for one in fitting:
        likeness = _likeness(page, one)
        near = one is last
        score = likeness + 0.3 * near + 0.4 * _names_day(page, one) + 0.2 * (number.at - 1 in one.numbered)
        if likeness < _SAME_HEAD and not (near and number.at - 1 in one.numbered):
            continue
        if score > most:
            best, most = one, score
    return best


def _names_day(page: _Page, part: _Part) -> bool:
    """Whether the page names the day of the document, as a signature does."""
    date = part.date
    return date is not None and any(
        (day.year, day.month, day.day) == (date.year, date.month, date.day) for day in page.days
    )


def _likeness(page: _Page, part: _Part) -> float:
    """How alike the heads are, of 0 to 1; numbers in them, as of a file or a chart, must be the same."""
    return max((_heads_alike(page.head, one.head) for one in part.pages), default=0.0)


@lru_cache(maxsize=16_384)
def _heads_alike(one: str, other: str) -> float:
    if not one or not other:
        return 0.0
    first, second = one.split(), other.split()
    shared = 0
    for a, b in zip(first, second, strict=False):
        if a != b and SequenceMatcher(None, a, b, autojunk=False).ratio() < _SAME_SCAN:
            break
        if a != b and any(map(str.isdigit, a + b)):
            break
        shared += 1
    return min(1.0, shared / min(len(first), len(second), 8))


def _join_loose(parts: list[_Part]) -> None:
    """Puts pages that lay before the first page of their document with it."""
    for loose in list(parts):
        first = loose.pages[0].number
        if first is None or first.at < 2 or (loose.title and first.of == 0):
            continue
        for other in parts:
            if (
                other is loose
                or first.at in other.numbered
                or (other.of and first.of and other.of != first.of)
            ):
                continue
            near = abs(other.pages[0].place - loose.pages[0].place) <= max(3, first.of)
            follows = not other.numbered and first.at == len(other.pages) + 1
            begins = 1 in other.numbered or (first.of == 0 and not other.numbered) or follows
            beside = abs(other.pages[0].place - loose.pages[0].place) == 1
            numbered = 0 < other.of == first.of and loose.pages[0].days & other.pages[0].days
            if near and begins and beside and (numbered or _is_letter_of(loose.pages[0], other.pages[0])):
                alike = 1.0
            else:
                alike = max(_heads_alike(loose.pages[0].head, page.head) for page in other.pages)
            goes_on = follows and loose.pages[0].place == other.pages[-1].place + 1
            if near and begins and alike >= (_SAME_HEAD if first.of and not goes_on else 0.35):
                for page in loose.pages:
                    other.take(page)
                parts.remove(loose)
                break


def days_on(pages: Iterable[str]) -> dict[PartialDate, str]:
    """The whole days that pages bear, each with its line; no birth's, and last those of something else than the document."""
    found: dict[PartialDate, tuple[bool, str]] = {}
    for line in (unmarked(line) for page in pages for line in page.split("\n")):
        end = 0
        for start, said, when in sorted(dates_of(line), key=lambda one: one[0]):
            label, end = line[end:start][-30:], start + len(said)
            if when.year is None or when.month is None or when.day is None or words_of("born").search(label):
                continue
            day = PartialDate(when.year, when.month, when.day)
            other, first = found.get(day, (False, line))
            found[day] = (other or words_of("other_date").search(label) is not None, first)
    return {day: line for day, (_, line) in sorted(found.items(), key=lambda one: one[1][0])}


def _is_letter_of(page: _Page, first: _Page) -> bool:
    """Whether the head of a page names the day of the letter that another page begins."""
    day = date_of(top_lines([first.text], HEAD_LINES))
    head = [when for line in top_lines([page.text], _LETTER_HEAD) for _, _, when in dates_of(line)]
    return day is not None and any(
        (one.year, one.month, one.day) == (day.year, day.month, day.day) for one in head
    )


def _in_order(part: _Part) -> Iterator[_Page]:
    """The pages as they number themselves; a page without a number stays behind the one that it lay behind."""
    keyed: list[tuple[tuple[int, int], _Page]] = []
    at = (
        1
        if any(page.number is not None and page.number.at > 1 and page.number.of == 0 for page in part.pages)
        else 0
    )
    if at:  # the first page of a letter bears no number
        yield from sorted(part.pages, key=lambda page: 1 if page.number is None else page.number.at)
        return
    for place, page in enumerate(sorted(part.pages, key=lambda page: page.place)):
        at = page.number.at if page.number is not None else at
        keyed.append(((at, place), page))
    yield from (page for _, page in sorted(keyed, key=lambda one: one[0]))
