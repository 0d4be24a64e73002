"""Dates as records write them, each moved by weeks and told again in the form that it had."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.core.dates import MONTHS, PartialDate, When, century, dates_in, month_number
from assistant.core.text import compiled


@dataclass(frozen=True)
class Span:
    """Words at a place of a text, and what would stand there instead."""

    start: int
    end: int
    kind: str
    words: str
    becomes: str


_BIRTH = (
    r"(?i)(?:\bd\.?[ ]?o\.?[ ]?b\b|\bdate of birth|\bbirth[ -]?(?:date|day)|\bb\.?d\.?:|\bborn)[\s:.,(=-]*(?:is[ ]|was[ ])?"
    r"(?:on[ ]|in[ ])?(?:the[ ])?$"
)
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth "
    "twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first"
).split()
_MESES = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split()
_ROMANS = "I II III IV V VI VII VIII IX X XI XII".split()
_Y = r"(?:19|20)\d\d"
_OF_YEAR = r"(?i)\s+(?:of\s+)?(?P<which>last|this|that|the\s+(?:same|previous|prior|past))\s+year\b"
_LAST = r"(?i)\blast\s$"
_D = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_W = "|".join(sorted((one.replace("-", "[- ]") for one in _ORDINALS), key=len, reverse=True))
_M = rf"(?:{'|'.join(MONTHS)}|Sept|{'|'.join(month[:3] for month in MONTHS)})(?![A-Za-z])"
_S = r"\s{0,3}"
_END = r"(?![\d/-]|\.\d|[ ]?(?:mg|mcg)\b)"
_FORMS = tuple(
    rf"(?i){form}"
    for form in (
        # 24 March 2014, 24-Mar-14, 24Mar2014, the fourth of March 2014, 4 Mar '14
        rf"(?<![\w./-])(?P<d>{_D}|{_W}){_S}[-./,]?{_S}(?:day\s+)?(?:of\s+)?(?P<m>{_M})\.?{_S}[-./,]?{_S}(?:of\s+)?"
        rf"(?P<y>{_Y}|(?<=['’])\d\d|['’]\d\d)(?!\w)",
        rf"(?<![\w./-])(?P<d>{_D})(?P<s>[-./]?|[ ])(?P<m>{_M})(?P=s)(?P<y>\d\d)(?!\w)(?![ ]?(?:mg|patients|years|weeks|days))",
        # March 24th, 2014, Mar-24-2014, March24,2014, Mar. 4th, '14, March fourth, 2014
        rf"(?<!\w)(?P<m>{_M})\.?{_S}[-./,]?{_S}(?:the\s+)?(?P<d>{_D}|{_W}){_S}[-./,]?{_S}(?:of\s+)?(?P<y>{_Y}|['’]\d\d)(?!\w)",
        rf"(?<!\w)(?P<m>{_M})(?P<s>[-./])(?P<d>{_D})(?P=s)(?P<y>\d\d)(?!\w)",
        rf"(?<!\w)(?P<m>{_M})\.?\s(?P<d>{_D})/(?P<y>{_Y}|\d\d)(?![\d/])",
        # 2014-Mar-24, 2014 March 24
        rf"(?<![\w./-])(?P<y>{_Y})(?P<s>[-./ ])(?P<m>{_M})\.?(?:(?P=s)(?P<d>{_D}))?(?!\w)",
        # the fourth of March, March fourth, Mar-14
        rf"(?<!\w)(?P<d>{_W})\s+(?:day\s+)?of\s+(?P<m>{_M})(?!\w)",
        rf"(?<!\w)(?P<m>{_M})\s+(?:the\s+)?(?P<d>{_W})(?!\w)",
        rf"(?<!\w)(?P<m>{_M})\.?[-/](?P<d>{_D})(?![\w/-])",
        rf"(?<![\w./-])(?P<d>{_D})[-/]?(?P<m>{_M})(?![\w/-])",
        # March '14, Mar-2014, MAR2014
        rf"(?<!\w)(?P<m>{_M})\.?(?:\s+of)?{_S}[-/,]?{_S}(?P<y>{_Y}|['’]\d\d)(?!\w)",
        # 2014/03/24, 2014.03.24, 2014/03
        rf"(?<![\d/.-])(?P<y>{_Y})(?P<s>[ ]?[/.-][ ]?|[ ])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])(?!\.\d)",
        rf"(?<![\d/.-])(?P<y>{_Y})/(?P<m>0[1-9]|1[0-2])(?![\d/])",
        # 03/24/14, 3.4.1981, 03-24-14, 24/03/2014, 03 24 2014
        rf"(?<![\d/.-])(?P<m>1[0-2]|0?[1-9])(?:{_S}(?P<s>[-/–]){_S}|\.)(?P<d>3[01]|[12]\d|0?[1-9])(?:(?:{_S}(?P=s){_S})|(?(s)(?!)|\.))(?P<y>{_Y}|['’]?\d\d){_END}",
        rf"(?<![\d/.-])(?P<d>3[01]|2\d|1[3-9])(?:{_S}(?P<s>[-/–]){_S}|\.)(?P<m>1[0-2]|0?[1-9])(?:(?:{_S}(?P=s){_S})|(?(s)(?!)|\.))(?P<y>{_Y}|['’]?\d\d){_END}",
        rf"(?<![\d/.-])(?P<m>1[0-2]|0[1-9])[ ](?P<d>3[01]|[12]\d|0[1-9])[ ](?P<y>{_Y})(?![\d/-])",
        # 03-2014, 03 / 2014
        rf"(?<![\d/.-])(?P<m>0?[1-9]|1[0-2])(?:-|[ ]?/[ ]?)(?P<y>{_Y})(?![\d/-])",
        # 20140324, also with the time, and 03242014
        rf"(?<!\d)(?<!\d[.,])(?P<y>{_Y})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:T?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?Z?)?(?!\d)",
        rf"(?<!\d)(?<!\d[.,])(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?P<y>{_Y})(?!\d)",
        # 24.III.2014, 24 de marzo de 2014
        rf"(?<![\w.])(?P<d>{_D})(?P<s>[./-])(?-i:(?P<m>{'|'.join(sorted(_ROMANS, key=len, reverse=True))}))(?P=s)(?P<y>{_Y}|\d\d)(?!\w)",
        rf"(?<![\w./-])(?P<d>{_D})\s+de\s+(?P<m>{'|'.join(_MESES)})(?:\s+del?\s+(?P<y>{_Y}))?(?!\w)",
    )
)  # fmt: skip
_NO_SECTION = (
    r"(?i)(?:\b(?:sections?|sec|table|chapter|ch|version|ver|v|rule|page|fig(?:ure)?|item|level)\.?|§+)\s*$"
)
_LISTED_DAYS = rf"(?<![\d/.-])(?P<m>1[0-2]|0?[1-9])/(?P<d>\d{{1,2}})\s?[-–&]\s?(?P<e>\d{{1,2}})/(?P<y>{_Y}|\d\d)(?![\d/])"
_WEEK = rf"(?<!\w)(?P<y>{_Y})-?W(?P<w>[0-5]\d)(?!\w)(?!-\d)"
_SHORT = r"(?<![\w/.])(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/%])"
_DASHED = r"(?<![\w/.-])(?=0|\d\d-0)(?P<m>0[1-9]|1[0-2])-(?P<d>3[01]|[12]\d|0[1-9])(?![\w/-])(?!\s*(?:mg|weeks?|months?|days?|years?)\b)"
_MONTH_OF_YEAR = r"(?<![\w/.])(?P<m>1[0-2]|0?[1-9])/(?P<y>00|3[2-9]|[4-9]\d)(?![\d/%])(?!\s*(?:mg|mcg|mm)\b)"
_YEAR = r"(?<![\w.,])(?<!\D\d[/-])(?<!\D\d\d[/-])(?:19|20)\d\d(?!\w|[.,]\d|-(?!(?:19|20)\d\d(?!\d))\d{3})"
_YEAR_CUT = r"(?<!\w)['’](?P<y>\d\d)(?!\w)|(?<=(?:19|20)\d\d)[-–/](?P<z>\d\d)(?![\d/-])"
_HOLIDAYS = (
    r"(?i:\b(?:christmas(?: (?:eve|day))?|new year'?s?(?: (?:eve|day))?|thanksgiving(?: day)?|easter(?: sunday)?|halloween|"
    r"(?:labor|memorial|independence|veterans|presidents'?|columbus|valentine'?s|mother'?s|father'?s) day|"
    r"(?:fourth|4th) of july|cinco de mayo|juneteenth)\b)"
)
_SCORED = (
    r"(?i)\b(?:pain|vas|nrs|scale|scored?|rated?|rating|severity|intensity|strength|motor|muscles?|power|reflex(?:es)?|graded?|"
    r"flexors?|flexion|extensors?|extension|abductors?|abduction|adductors?|rotators?|rotation|dorsiflexors?|dorsiflexion|"
    r"plantarflexion|quadriceps|hamstrings?|deltoids?|biceps|triceps|brachioradialis|wrists?|grip|ehl|hallucis|tibialis|"
    r"gastrocnemius|iliopsoas|psoas|patellar?|achilles|jerks?|waddell'?s?|signs|criteria|visits|sessions|recall|orientation|"
    r"pulses?|lbp|neuromuscular|myotomes?|best|worst|average|currently|symptoms?|headaches?|discomfort|relief|function|mrc|"
    r"sensation|hips?|knees?|shoulders?|ankles?|elbows?|toes?|fingers?|right|left|bilaterally|c[5-8]|l[1-5]|s1|t1)\b"
)
_AN_EVENT = (
    r"(?i)\b(?:since|fell|fall|injur\w+|visits?|exam(?:ination)?s?|dated?|notes?|reports?|surgery|seen|return\w*|follow\w*|"
    r"started|began|onset|accident|appointment|signed|received|scheduled|due|do[ils])\b|\bon[ \t:]*$"
)
_FRACTION = (
    r"(?i)^\s*(?:of\b|tab(?:let)?s?\b|tsp|cup|mile|inch|hour|strength|pain\b|pills?\b|dose|full\b|normal|bilateral|in all|"
    r"throughout|all\b|symmetric|visits|sessions|packs?\b|[BRL]?[LU]E\b|[CL][1-8]\b|on (?:the|a) (?:vas|pain|scale|numeric))"
)
_PARTS = frozenset("ymd")
_TOKENS = r"(?P<year>(?:19|20)\d\d)|(?P<day>\d{1,2})(?P<nth>st|nd|rd|th)?|(?P<month>[A-Za-z]{3,}\.?)"


def shifted(day: PartialDate, weeks: int) -> PartialDate:
    """The date so many weeks later; a month or a year moves as its middle does."""
    whole = day.earliest if day.day else date(day.year, day.month or 7, 15 if day.month else 1)
    moved = whole + timedelta(weeks=weeks)
    return PartialDate(moved.year, moved.month if day.month else None, moved.day if day.day else None)


def _moved_words(said: str, year: int, weeks: int, own_year: bool) -> str:
    """A date in a text, in the form in which it stands there; `year` is the one that it means."""
    if numeric := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", said):
        day = shifted(
            PartialDate(int(numeric[1]), int(numeric[2]), int(numeric[3]) if numeric[3] else None), weeks
        )
        return f"{day.year}-{day.month:0{len(numeric[2])}}" + (
            f"-{day.day:0{len(numeric[3])}}" if day.day else ""
        )
    if numeric := re.fullmatch(r"(\d{1,2})([/-])(?:(\d{1,2})(?:[/-](\d{2,4}))?|(\d{4}))", said):
        month, sign, middle, end, only = numeric.groups()
        day = shifted(PartialDate(year, int(month), int(middle) if middle else None), weeks)
        digits = 2 if month.startswith("0") or (middle or "").startswith("0") else 1
        parts = [f"{day.month:0{digits}}"]
        parts += [f"{day.day:0{digits}}"] if middle else []
        parts += [str(day.year)[-len(end or only) :]] if end or only else []
        return sign.join(parts)
    tokens = list(compiled(_TOKENS).finditer(said))
    months = [number for one in tokens if one["month"] and (number := month_number(one["month"].rstrip(".")))]
    if not months:
        return str(shifted(PartialDate(year), weeks).year)
    days = [int(one["day"]) for one in tokens if one["day"]]
    moved = [shifted(PartialDate(year, months[0], day), weeks) for day in days]
    moved = moved or [shifted(PartialDate(year, months[0]), weeks)]
    if len({(one.year, one.month) for one in moved}) > 1:
        between = " to " if re.search(r"[-–]|\bto\b|\bthrough\b", said) else ", "
        return between.join(one.prose() for one in moved)
    ahead = iter(moved)

    def token(match: re.Match[str]) -> str:
        if match["year"]:
            return str(moved[0].year)
        if match["day"]:
            day = next(ahead).day or 1
            return f"{day}{_nth(day)}" if match["nth"] else str(day)
        if not month_number(match[0].rstrip(".")):
            return match[0]
        return _month_like(match[0], moved[0].month or 1)

    made = compiled(_TOKENS).sub(token, said)
    stands = any(one["year"] for one in tokens)
    return made if stands or not own_year else f"{made}{',' if days else ''} {moved[0].year}"


def _nth(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _month_like(said: str, month: int) -> str:
    """A month's name, as long and as large as another one is written."""
    bare = said.rstrip(".")
    if bare in _ROMANS:
        return _ROMANS[month - 1]
    if bare.lower() in _MESES:
        return _MESES[month - 1]
    cut = len(bare) <= 4 and bare.lower() not in ("may", "june", "july")
    name = MONTHS[month - 1]
    name = name[:3] + "." * said.endswith(".") if cut else name
    return name.upper() if bare.isupper() else name.lower() if bare.islower() else name


def _in_form(match: re.Match[str], moved: PartialDate) -> str:
    """The words of a match with its year, month and day (`y`, `m`, `d`) replaced, each as it is written there."""
    said = {name: match.groupdict().get(name) or "" for name in "ymd"}
    year_first = (
        bool(said["y"]) and match.start("y") < match.start("m") and len(said["m"]) == len(said["d"]) == 2
    )
    padded = year_first or any(said[name].startswith("0") for name in "md")
    made, at = [], match.start()
    held = sorted((match.span(name), name) for name in "ymd" if said[name])
    for (start, end), name in held:
        made += [match.string[at:start], _part_like(said[name], name, moved, padded)]
        at = end
    return "".join([*made, match.string[at : match.end()]])


def _part_like(said: str, name: str, moved: PartialDate, padded: bool) -> str:
    if name == "y":
        digits = said.lstrip("'’")
        return said[: len(said) - len(digits)] + str(moved.year)[-len(digits) :]
    if name == "m" and not said.isdecimal():
        return _month_like(said, moved.month or 1)
    number = (moved.month if name == "m" else moved.day) or 1
    if said.isdecimal():
        return f"{number:02}" if padded else str(number)
    if said[0].isdecimal():
        return f"{number}{_nth(number)}"
    word = _ORDINALS[number - 1]
    return word.upper() if said.isupper() else word.capitalize() if said[0].isupper() else word


def _number_of(said: str, name: str) -> int | None:
    """What a part of a date means: a day, a month or a year."""
    plain = said.strip("'’.")
    if name == "y":
        return century(int(plain))
    if plain.isdecimal():
        return int(plain)
    if name == "m":
        low = plain.lower()
        return _MESES.index(low) + 1 if low in _MESES else _roman(plain) or month_number(plain)
    if plain[0].isdecimal():
        return int(re.match(r"\d+", plain)[0])  # type: ignore[index]
    return _ORDINALS.index(plain.lower().replace(" ", "-")) + 1


def _roman(said: str) -> int | None:
    return _ROMANS.index(said) + 1 if said in _ROMANS else None


class DateFinder:
    """Finds the dates of a text, and what each becomes so many weeks later."""

    def __init__(self, weeks: int) -> None:
        self.weeks = weeks

    def dates(self, text: str, near: PartialDate | None) -> Iterator[Span]:
        """The dates of a text; `near` is a day by which one without a year is placed."""
        formed = [
            one
            for pattern in _FORMS
            for match in compiled(pattern).finditer(text)
            for one in self._of_form(text, match, near)
        ]
        yield from formed
        seen: set[int] = set()
        for start, said, when in dates_in(text):
            end = start + len(said)
            if start in seen or any(one.start <= start and end <= one.end for one in formed):
                continue
            seen.add(start)
            if (told := _of_another_year(text, start, end, when, near)) is not None:
                begins, ends, meant = told
                yield self._dated(text, begins, ends, "short-date", shifted(meant, self.weeks).prose())
                continue
            alone = when.month is None
            month, day = when.month or 7, when.day or 1
            year = when.year if when.year is not None else _year_near(month, day, near)
            days = (
                [int(one) for one in re.findall(r"(?<!\d)\d{1,2}(?!\d)", said)]
                if re.search(r"[A-Za-z]", said)
                else []
            )
            if _is_day(year, month, day) and all(_is_day(year, month, one) for one in days):
                kind = "year" if alone else "date" if when.year is not None else "short-date"
                words = _moved_words(said, year, self.weeks, when.year is not None)
                yield self._dated(text, start, end, kind, words)
        yield from self._odd_dates(text)
        for pattern in (_SHORT, _DASHED):
            for match in compiled(pattern).finditer(text):
                if not _is_score(text, match):
                    yield from self._of_form(text, match, near)
        for match in compiled(_HOLIDAYS).finditer(text):
            yield Span(*match.span(), "short-date", match[0], "[holiday]")

    def _of_form(self, text: str, match: re.Match[str], near: PartialDate | None) -> Iterator[Span]:
        parts = {
            name: _number_of(said, name)
            for name, said in match.groupdict().items()
            if name in _PARTS and said
        }
        year, month, day = (parts.get(name) for name in "ymd")
        if not month or (
            "." in match[0] and compiled(_NO_SECTION).search(text[max(0, match.start() - 12) : match.start()])
        ):
            return
        own = year is not None
        year = year if year is not None else _year_near(month, day or 1, near)
        if _is_day(year, month, day or 1):
            words = _in_form(match, shifted(PartialDate(year, month, day), self.weeks))
            yield self._dated(text, *match.span(), "date" if own else "short-date", words)

    def _odd_dates(self, text: str) -> Iterator[Span]:
        """Days that share a month and year, weeks of a year, years that are cut, and a month of such a year."""
        for match in compiled(_LISTED_DAYS).finditer(text):
            year, month = _number_of(match["y"], "y") or 0, int(match["m"])
            ends = [int(match["d"]), int(match["e"])]
            if all(_is_day(year, month, one) for one in ends):
                made = [shifted(PartialDate(year, month, one), self.weeks) for one in ends]
                words = "-".join(f"{one.month}/{one.day}/{str(one.year)[-len(match['y']) :]}" for one in made)
                yield self._dated(text, *match.span(), "date", words)
        for match in compiled(_WEEK).finditer(text):
            try:
                day = date.fromisocalendar(int(match["y"]), int(match["w"]), 1) + timedelta(weeks=self.weeks)
            except ValueError:
                continue
            year, week, _ = day.isocalendar()
            words = match[0].replace(match["y"], str(year), 1)[: -len(match["w"])] + f"{week:02}"
            yield self._dated(text, *match.span(), "date", words)
        for match in compiled(_MONTH_OF_YEAR).finditer(text):
            if not _is_score(text, match):
                moved = shifted(PartialDate(_number_of(match["y"], "y") or 0, int(match["m"])), self.weeks)
                yield self._dated(text, *match.span(), "short-date", _in_form(match, moved))
        for pattern in (_YEAR, _YEAR_CUT):
            for match in compiled(pattern).finditer(text):
                said = next((one for one in match.groups() if one), match[0])
                moved = shifted(PartialDate(_number_of(said, "y") or 0), self.weeks)
                end = match.end()
                yield self._dated(text, end - len(said), end, "year", str(moved.year)[-len(said) :])

    def _dated(self, text: str, start: int, end: int, kind: str, becomes: str) -> Span:
        if compiled(_BIRTH).search(text[max(0, start - 40) : start]):
            kind, becomes = "birth", "[date of birth]"
        return Span(start, end, kind, text[start:end], becomes)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _of_another_year(
    text: str, start: int, end: int, when: When, near: PartialDate | None
) -> tuple[int, int, PartialDate] | None:
    """A month that is told by the year of the page (`May of last year`, `last May`): where the words stand, and what they mean.

    Moved by itself it would be of another year where page and month come to stand on two sides of New Year.
    """
    if near is None or when.year is not None or when.month is None:
        return None
    after, before = (
        compiled(_OF_YEAR).match(text, end),
        compiled(_LAST).search(text[max(0, start - 8) : start]),
    )
    if after is not None:
        before_that = after["which"].casefold().split()[-1] in ("last", "previous", "prior", "past")
        return start, after.end(), PartialDate(near.year - before_that, when.month, when.day)
    if before is None:
        return None
    year = near.year - (near.month is None or when.month >= near.month)
    return start - len(before[0]), end, PartialDate(year, when.month, when.day)


def _year_near(month: int, day: int, near: PartialDate | None) -> int:
    if near is None:
        return 2001
    middle = near.earliest
    years = [year for year in (near.year - 1, near.year, near.year + 1) if _is_day(year, month, day)]
    return min(years, key=lambda year: abs((date(year, month, day) - middle).days), default=near.year)


def _is_score(text: str, match: re.Match[str]) -> bool:
    """Whether two numbers with a stroke are a score, a strength or a fraction (`8/10`, `5/5`, `1/2 tablet`), and no date."""
    before, after = text[max(0, match.start() - 70) : match.start()], text[match.end() : match.end() + 40]
    of = int(match["d"] if "d" in match.groupdict() else match["y"])
    if int(match["m"]) > of:
        return False
    if compiled(_FRACTION).search(after) or compiled(r"(?i)\b(?:pg|page|p)\.?\s*$").search(before):
        return True
    before = re.split(r"\n|(?<=[a-z)])[.;] ", before)[-1]
    said = list(compiled(_SCORED).finditer(before))
    return bool(said) and not compiled(_AN_EVENT).search(before[said[-1].end() :])
