"""Dates as records give them: a day, a month or only a year.

A comparison that the missing part leaves open is undetermined (`None`), never guessed.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from assistant.core.frozen import dataclass

MONTHS = "January February March April May June July August September October November December".split()
_ISO = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_NAMED_DAY_FIRST = r"^(\d{1,2})\.?\s+([A-Za-z]+)\.?,?\s+(\d{4})\Z"
_NAMED_MONTH_FIRST = r"^([A-Za-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z"
_NAMED_MONTH = r"^([A-Za-z]+)\.?,?\s+(\d{4})\Z"
_SLASHED = r"^(\d{1,2})/(\d{1,2})/(\d{4})\Z"
_SLASHED_MONTH = r"^(\d{1,2})/(\d{4})\Z"
_ISO_LOOSE = r"^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\Z"


@dataclass(frozen=True)
class PartialDate:
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
        if self.earliest > other.latest:
            return True
        if self.latest <= other.earliest:
            return False
        return None

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
    match = _ISO.match(text) if isinstance(text, str) else None
    return _made(match[1], match[2], match[3]) if match else None


def read_date(text: str) -> PartialDate | None:
    """A date as a person types it: ISO, `12 July 2014`, `Feb 2014`, and in the US order `7/12/2014`, `07/2014`."""
    text = " ".join(text.split())
    if match := re.match(_ISO_LOOSE, text, re.ASCII):
        return _made(match[1], match[2], match[3])
    if match := re.match(_NAMED_DAY_FIRST, text, re.ASCII):
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
