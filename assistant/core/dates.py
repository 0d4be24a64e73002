"""Dates as records give them: a day, a month or only a year.

A comparison that the missing part leaves open is undetermined (`None`), never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from assistant.core.problem import refuse
from assistant.core.text import compiled, one_line
from assistant.core.value import Value

MONTHS = "January February March April May June July August September October November December".split()
_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_NAMED_DAY_FIRST = r"^(\d{1,2})\.?\s+([A-Za-z]+)\.?,?\s+(\d{4})\Z"
_NAMED_MONTH_FIRST = r"^([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z"
_HYPHENED_DAY = r"^(\d{1,2})-([A-Za-z]{3,9})-(\d{4})\Z"
_NAMED_MONTH = r"^([A-Za-z]+)\.?,?\s+(\d{4})\Z"
_SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{4})\Z"
_SLASHED_MONTH = r"^(\d{1,2})/(\d{4})\Z"
_ISO_LOOSE = r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\Z"

_NAMING = (
    (_ISO_LOOSE, (1, 2, 3)),
    (_NAMED_DAY_FIRST, (3, 2, 1)),
    (_NAMED_MONTH_FIRST, (3, 1, 2)),
    (_HYPHENED_DAY, (3, 2, 1)),
    (_SLASHED, (3, 1, 2)),
)
"""The forms that name a day, with the groups of year, month and day."""


class PartialDate(Value):
    """A year, a month of a year, or a day."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def earliest(self) -> date:
        """The first day that this date can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day that this date can mean."""
        if self.day is not None:
            return self.earliest
        if self.month is None or self.month == 12:
            return date(self.year, 12, 31)
        return date(self.year, self.month + 1, 1) - timedelta(days=1)

    def after(self, other: PartialDate) -> bool | None:
        """Whether this lies after `other`; None where a missing part leaves it open."""
        if self.day is not None and other.day is not None:
            return (self.year, self.month, self.day) > (other.year, other.month, other.day)
        if self.earliest > other.latest:
            return True
        if self.latest <= other.earliest:
            return False
        return None

    def within(self, starts: PartialDate | None, ends: PartialDate | None) -> bool | None:
        """Whether this lies between two dates, either of which may be open; None where a missing part leaves it open."""
        early = False if starts is None else starts.after(self)
        late = False if ends is None else self.after(ends)
        if early is True or late is True:
            return False
        return None if early is None or late is None else True

    def prose(self) -> str:
        """The date as people write it: `July 12, 2014`, `February 2014`, `2014`."""
        if self.month is None:
            return str(self.year)
        name = MONTHS[self.month - 1]
        return f"{name} {self.year}" if self.day is None else f"{name} {self.day}, {self.year}"

    def __str__(self) -> str:
        """ISO 8601, as far as it is known: `2014-07-12`, `2014-02`, `2014`."""
        text = f"{self.year:04d}"
        if self.month is not None:
            text += f"-{self.month:02d}"
        if self.day is not None:
            text += f"-{self.day:02d}"
        return text


def parse_date(text: object) -> PartialDate | None:
    """An ISO date, complete or partial; None where `text` is none or no such day exists."""
    return _parsed(text) if isinstance(text, str) else None


@lru_cache(maxsize=4_096)
def _parsed(text: str) -> PartialDate | None:
    match = _ISO.match(text)
    return _made(match[1], match[2], match[3]) if match else None


def read_date(text: str) -> PartialDate | None:
    """A date as a person types it: ISO, `12 July 2014`, `Feb 2014`, and in the US order `7/12/2014`, `07/2014`."""
    text = " ".join(text.split())
    if match := re.match(_ISO_LOOSE, text, re.ASCII):
        return _made(match[1], match[2], match[3])
    if match := re.match(_NAMED_DAY_FIRST, text, re.ASCII) or re.match(_HYPHENED_DAY, text, re.ASCII):
        return _made(match[3], _month(match[2]), match[1])
    if match := re.match(_NAMED_MONTH_FIRST, text, re.ASCII):
        return _made(match[3], _month(match[1]), match[2])
    if match := re.match(_NAMED_MONTH, text, re.ASCII):
        return _made(match[2], _month(match[1]), None)
    if match := re.match(_SLASHED, text, re.ASCII):
        return _made(match[3], match[1], match[2])
    if match := re.match(_SLASHED_MONTH, text, re.ASCII):
        return _made(match[2], match[1], None)
    return parse_date(text)


def whole_day(text: str) -> str:
    """A whole day as somebody typed it, as ISO; empty for nothing. `Refused` for a month, a year or no date."""
    if not text.strip():
        return ""
    made = read_date(text)
    if made is None or made.day is None:
        fix = "Give the day too." if made is not None else how_to_write(text)
        raise refuse(f"“{one_line(text, 40)}” is no day.", "", fix)
    return str(made)


def how_to_write(text: str) -> str:
    """What to do about words that are no ISO date: a sentence for whoever wrote them."""
    text = " ".join(text.split())
    if (meant := read_date(text)) is not None:
        return f"Write it as {meant}."
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text, re.ASCII):
        day, month, year = match.groups()
        if int(month) <= 12 < int(day) and _made(year, month, day):
            return f"With slashes the month comes first: {month}/{day}/{year}."
    if re.search(r"\D\d\d\Z", text, re.ASCII) and not re.search(r"\d{3}", text):
        return "Write the year with four digits, as 12 July 2014."
    if re.fullmatch(r"\d{1,2}\.\d{1,2}\.\d{4}", text, re.ASCII):
        return "Write the month as a word, as 12 July 2014, so that it can't be taken for the day."
    return "Write it as 2014-07-12, 2014-07 or 2014, as 12 July 2014, or as 7/12/2014."


def no_such_day(text: str) -> str:
    """Why there is no such day, where the words name one that doesn't exist (`2014-02-30`); else empty."""
    text = " ".join(text.split())
    for form, (year, month, day) in _NAMING:
        match = re.match(form, text, re.ASCII)
        if match is None or match[day] is None:
            continue
        number = int(match[month]) if match[month].isdigit() else month_number(match[month])
        if number is None or not 1800 <= int(match[year]) <= 2200:
            continue
        if form == _SLASHED and number > 12 >= int(match[day]):
            continue  # the day was written first, which is another matter
        if not 1 <= number <= 12:
            return "there are twelve months"
        last = PartialDate(int(match[year]), number).latest.day
        if not 1 <= int(match[day]) <= last:
            return f"{MONTHS[number - 1]} {int(match[year])} has {last} days"
    return ""


def not_a_date(text: str, shown: str) -> str:
    """The sentence that words are no date; `shown` is how they are quoted."""
    why = no_such_day(text)
    return f"{shown} does not exist: {why}." if why else f"{shown} is not a date."


def month_number(name: str) -> int | None:
    """1 to 12 for an English month's name or its unique beginning of three letters or more."""
    if len(name) < 3:
        return None
    hits = [n for n, month in enumerate(MONTHS, 1) if month.lower().startswith(name.lower())]
    if not hits and name.lower() == "sept":
        return 9
    return hits[0] if len(hits) == 1 else None


def _month(name: str) -> str:
    return str(month_number(name) or 0)


def _made(year: str, month: str | None, day: str | None) -> PartialDate | None:
    if month is not None and not 1 <= int(month) <= 12:
        return None
    if not 1800 <= int(year) <= 2200:
        return None
    made = PartialDate(int(year), int(month) if month else None, int(day) if day else None)
    try:
        _ = made.earliest
    except ValueError:
        return None
    return made if day is None or int(day) >= 1 else None


# Dates as sentences hold them: whole, a month, a year, or in a list that shares a year.


class When(Value):
    """What a text says of a date; a year, month or day that it doesn't say is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @classmethod
    def of(cls, date: PartialDate) -> When:
        return cls(date.year, date.month, date.day)

    def is_said_by(self, other: When) -> bool:
        """Whether the other says all that this one says, and may say more."""
        return all(
            mine is None or mine == theirs
            for mine, theirs in ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        )

    def months_from(self, other: When) -> int:
        """How many months lie between the two, as far as both are known."""
        months = abs((self.month or 6) - (other.month or 6))
        if self.year is None or other.year is None:
            return min(months, 12 - months)
        return abs(self.year * 12 + (self.month or 6) - other.year * 12 - (other.month or 6))

    def prose(self) -> str:
        """The date as people write it: `July 12, 2014`, `June`, `2014`."""
        if self.month is None:
            return str(self.year)
        name = MONTHS[self.month - 1]
        day = f" {self.day}" if self.day is not None else ""
        year = "" if self.year is None else f", {self.year}" if day else f" {self.year}"
        return f"{name}{day}{year}"


_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\w)(?![/%.]\d)"
_DAYS = rf"{_DAY}(?:\s*(?:,\s*(?:and\s+)?|-|–|and\s+|&\s*|to\s+|through\s+){_DAY}){{0,9}}"
_SHORT = "Sept|" + "|".join(month[:3] for month in MONTHS)
_MONTH = rf"(?:{'|'.join(MONTHS)})\b|(?:{_SHORT})\b"
_NAMED = (
    rf"(?i)(?:(?<![\w.,/-])(?P<before>{_DAYS})\s+(?:of\s+)?)?"
    rf"(?<!\w)(?P<month>{_MONTH})(?:(?<!May)(?<=\b\w\w\w)\.|(?<=Sept)\.)?"
    rf"(?:\s+(?:the\s+)?(?P<after>{_DAYS}))?"
    rf"(?:\s*,?\s*(?:of\s+)?(?P<year>{_YEAR})(?!\w))?"
)
_NUMERIC = (
    rf"(?<!\d)(?<!\d-)(?P<iso>{_YEAR}-\d{{1,2}}(?:-\d{{1,2}})?)(?![\d/])"
    rf"|(?<![\d/.])(?P<slashed>\d{{1,2}}/\d{{1,2}}/(?:{_YEAR}|\d\d))(?![\d/])"
    rf"|(?<![\d-])(?P<dashed>\d{{1,2}}-\d{{1,2}}-{_YEAR})(?![\d/])"
    rf"|(?<![\d/.])(?P<monthly>\d{{1,2}}/{_YEAR})(?![\d/])"
)
_HYPHENED = (
    rf"(?i)(?<![\w.-])(?:(?P<first>\d{{1,2}})-(?P<named>{_MONTH})|(?P<month>{_MONTH})-(?P<second>\d{{1,2}}))"
    rf"-(?P<year>{_YEAR}|\d\d)(?![\w/-])"
)
"""A day as machines stamp it: 03-Feb-2021, APR-05-2019."""
_BARE = (
    rf"(?i)\b(?:in|since|during|of|from|until|by|through|before|after|early|late|mid|year)[\s-]+(?P<year>{_YEAR})"
    r"(?!\w)(?![-/.,]\d)(?!\s*(?:mg|mcg|ml|units?|patients?|subjects?|people|workers|cases|%))"
)
_LINK = "and|or|to|through|thru|until|till|again|then|in|on|of|the|early|late|mid|from|both|also"
_SHARED = rf"(?i)(?:[\s,/&–—-]|(?:{_LINK})\b)*"
_LEADING = "in|of|on|since|during|until|by|from|through|between|early|late|mid"
_BEFORE_MONTH = rf"(?i)\b(?:{_LEADING})[\s-]+$"
_PERSON = r"(?i)\b(?:dr|mr|mrs|ms|miss|doctor)\.?\s+$"
_VERBS = ("may", "march")


class _Piece(Value):
    """A month that a text names, with what stands beside it."""

    start: int
    end: int
    said: str
    month: int
    days: tuple[int, ...]
    year: int | None
    name: str


def dates_in(text: str) -> Iterator[tuple[int, str, When]]:
    """Every date that a text mentions: where, in which words, and what it says."""
    taken: list[tuple[int, int]] = []
    for match in compiled(_NUMERIC).finditer(text):
        when = _numeric(match)
        if when is not None:
            taken.append(match.span())
            yield match.start(), match[0], when
    for match in compiled(_HYPHENED).finditer(text):
        on = int(match["first"] or match["second"])
        named = month_number(match["named"] or match["month"]) or 0
        if _is_day(named, on):
            taken.append(match.span())
            yield match.start(), match[0], When(century(int(match["year"])), named, on)
    pieces = [_piece(match) for match in compiled(_NAMED).finditer(text)]
    pieces = [one for one in pieces if not any(start < one.end and one.start < end for start, end in taken)]
    years = _shared_years(pieces, text)
    for n, (piece, year) in enumerate(zip(pieces, years, strict=True)):
        if year is not None or _is_month(piece, [*pieces[max(0, n - 1) : n], *pieces[n + 1 : n + 2]], text):
            taken.append((piece.start, piece.end))
            for day in piece.days or (None,):
                yield piece.start, piece.said, When(year, piece.month, day)
    for match in compiled(_BARE).finditer(text):
        if not any(start < match.end() and match.start("year") < end for start, end in taken):
            yield match.start("year"), match["year"], When(int(match["year"]))


def _numeric(match: re.Match[str]) -> When | None:
    parts = [int(part) for part in re.split(r"[-/]", match[0])]
    if match["iso"]:
        year, month, day = (*parts, None)[:3] if len(parts) == 2 else parts
    elif match["monthly"]:
        month, year, day = *parts, None
    else:
        month, day, year = parts
    return When(century(year) if year is not None else None, month, day) if _is_day(month or 0, day) else None


def century(year: int) -> int:
    """A year that may be written with two digits."""
    return year if year > 99 else year + (1900 if year > 50 else 2000)


def _is_day(month: int, day: int | None) -> bool:
    return 1 <= month <= 12 and (day is None or 1 <= day <= 31)


def _piece(match: re.Match[str]) -> _Piece:
    year = int(match["year"]) if match["year"] else None
    start = match.start()
    listed = match["after"]
    if listed is None and match["before"] is not None:
        listed = match["before"]
    elif match["before"] is not None:
        start = match.start("month")
    days = tuple(int(day) for day in re.findall(r"\d+", listed or ""))
    if year is None:
        days = days[:1] if match["after"] else days[-1:]
    said = match.string[start : match.end()].strip(" ,")
    return _Piece(start, match.end(), said, month_number(match["month"]) or 0, days, year, match["month"])


def _shared_years(pieces: list[_Piece], text: str) -> list[int | None]:
    """The year of each piece: its own, or that of the next one in the same list."""
    years: list[int | None] = [piece.year for piece in pieces]
    for n in range(len(pieces) - 2, -1, -1):
        if years[n] is None and compiled(_SHARED).fullmatch(text, pieces[n].end, pieces[n + 1].start):
            years[n] = years[n + 1]
    return years


def _is_month(piece: _Piece, beside: list[_Piece], text: str) -> bool:
    """Whether a month's name without a year is one: not the verb `may`, not Dr. June."""
    before = text[max(0, piece.start - 12) : piece.start]
    if compiled(_PERSON).search(before):
        return False
    gaps = [(min(piece.end, other.end), max(piece.start, other.start)) for other in beside]
    listed = any(
        text[first:last].strip() and compiled(_SHARED).fullmatch(text, first, last) for first, last in gaps
    )
    named = bool(compiled(_BEFORE_MONTH).search(before)) or listed
    if piece.name.lower() not in (month.lower() for month in MONTHS):
        return bool(piece.days) and piece.name[0].isupper()
    if piece.name.lower() in _VERBS:
        return named or (piece.name[0].isupper() and (bool(piece.days) or bool(re.search(r"\w\s+$", before))))
    return named or bool(piece.days) or piece.name[0].isupper()


# When a determination is due, by which rule, for information only: a late determination is not void.


CLOCK_FACTS = ("documents_received", "application_received")
"""The facts of a claim from which the time runs, the first that is stated: the later of the two is the rule's."""


class DeadlineRule(Value):
    """So many `days` (or `working` days) from the receipt of the request and the documents that support it."""

    priority: str
    days: int
    working: bool
    says: str
    source: str
    verified: bool


RULES = {
    rule.priority: rule
    for rule in (
        DeadlineRule(
            "standard",
            30,
            False,
            "30 days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)(1)",
            True,
        ),
        DeadlineRule(
            "formulary",
            5,
            True,
            "5 working days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)(1)",
            True,
        ),
        DeadlineRule(
            "expedited",
            3,
            False,
            "3 days from receipt of the request and the supporting documents",
            "Lab. Code 4610.6(d)",
            False,
        ),
    )
}
"""The rules by priority. An unverified one was not yet read at its source."""


HOLIDAYS = "Gov. Code 6700 and 6701, those on which courts and state offices are closed; not yet verified"
"""Which holidays are no working days. The Friday after Thanksgiving is one: Gomez, 83 Cal. Comp. Cases 530 (2018)."""

_ON_A_DAY = ((1, 1), (3, 31), (7, 4), (11, 11), (12, 25))
_MONDAYS = ((1, 3), (2, 3), (5, -1), (9, 1))
"""Months with the Monday that is a holiday, counted from 1, or from the end."""

_THURSDAY = 3
_VETERANS_DAY = (11, 11)


def is_holiday(day: date) -> bool:
    """Whether a day is a holiday; one that falls on a Sunday is kept on Monday, Veterans Day on a Saturday on Friday."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    if (day.month, day.day) in _ON_A_DAY or (day.weekday() == 0 and (before.month, before.day) in _ON_A_DAY):
        return True
    if (after.month, after.day) == _VETERANS_DAY and day.weekday() == 4:
        return True
    nth = (day.day + 6) // 7
    if day.weekday() == 0:
        last = (day + timedelta(days=7)).month != day.month
        return (day.month, nth) in _MONDAYS or (last and (day.month, -1) in _MONDAYS)
    return (day.month, nth, day.weekday()) == (11, 4, _THURSDAY)


def due(rule: DeadlineRule, start: date) -> date:
    """The last day; working days are Monday to Friday without holidays."""
    if not rule.working:
        return start + timedelta(days=rule.days)
    day, left = start, rule.days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and not is_holiday(day)
    return day
