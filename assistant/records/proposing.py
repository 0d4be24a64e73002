"""Proposes what a document is from its own words: type, author, date. A person confirms it.

The words that tell are those of `prompts/intake/documents.yaml`. An author or a date that is doubtful is left empty,
to be asked: a wrong one is believed more readily than a missing one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise

from assistant import library
from assistant.core.dates import PartialDate, When, century, dates_in, read_date
from assistant.core.record.phrases import SPACE, any_of, pattern
from assistant.core.record.sentences import REQUEST, UR_REPORT, fields_below, unmarked
from assistant.core.text import compiled, one_line
from assistant.core.value import Value

RECORD = "Medication record"
UNKNOWN = "Document"
NOTE = "Progress note"

HEAD_LINES = 30
"""The lines at the top of a document among which its title, date and author are looked for."""
TITLE_LINES = 12
_TAIL_LINES = 15
_SIGNED_LINES = 40
_LONGEST = 80
_LONG_LINE = 60
"""A line of so many characters that ends within a sentence is one of prose."""
_MOST_WORDS = 14
"""A title is short. What follows it after a wide gap, such as a date, is no part of it."""


class Description(Value):
    """What a document is said to be; `date` as ISO, as far as it is known, or empty."""

    type: str
    author: str = ""
    date: str = ""
    sent_by: str = ""
    ur_report: bool = False
    no_day: str = ""
    """What stands where the date should, and is no day: the date is asked then."""


class Named(Value):
    """A person whom a packet names: as written, the words of the name, and the degrees."""

    written: str
    words: tuple[str, ...]
    degree: str

    @property
    def surname(self) -> str:
        return self.words[-1]


@lru_cache(maxsize=1)
def types() -> tuple[str, ...]:
    """The types of document that are known by their titles, in the order in which they are tried."""
    return tuple(str(one["type"]) for one in library.intake("documents")["types"])


@lru_cache(maxsize=1)
def _titles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    label = r"(?:(?:re|title|type|document|subject|exam|examination|study)\s*:\s*)?"
    return tuple(
        (
            str(one["type"]),
            re.compile(rf"(?i){label}(?:{'|'.join(map(pattern, map(str, one['titles'])))})(?![\w-])"),
        )
        for one in library.intake("documents")["types"]
    )


@lru_cache(maxsize=1)
def _glued_titles() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The titles as a reader of pictures gives them that lost the spaces between their words."""
    return tuple((name, re.compile(one.pattern.replace(SPACE, r"\s*"))) for name, one in _titles())


@lru_cache(maxsize=256)
def words_of(name: str, before: str = r"(?<!\w)", after: str = r"(?!\w)") -> re.Pattern[str]:
    """The phrases that `documents.yaml` lists under a name, as a pattern."""
    return any_of(tuple(str(one) for one in library.intake("documents")[name]), before, after)


@lru_cache(maxsize=16_384)
def titled(line: str) -> str:
    """The type of document that a line is the title of; empty where it is none.

    A line of prose that only mentions such a document begins otherwise, or goes on.
    """
    line = unmarked(line)
    if ":   " in line:  # the label of a letter stands in a column of its own
        line = re.sub(r"(?i)^(\W*(?:re|subject|title|type|document|exam|study)\s*:)\s{3,}", r"\1 ", line)
    head = re.split(r"\s{3,}|\t", line.strip().strip("*#=_- "))[0].strip()
    if not head or len(head) > 160:
        return ""
    known = (*_titles(), *_glued_titles()) if head.isupper() else _titles()
    for name, found in ((name, one.match(head)) for name, one in known):
        if found is None:
            continue
        rest = head[found.end() :]
        if name == "Radiology report" and re.search(_SHOWN, rest):
            continue
        if len(head.split()) <= _MOST_WORDS and not re.search(
            r"[a-z]\.\s*$|\d\.\s*$|\b(?:was|were|is|are|has|have|will|of \d|dated)\b|^\s*(?:date|received)\b",
            rest,
        ):
            return name
    return ""


_SHOWN = r"(?i):\s+(?:no|normal|negative|neg|mild|moderate|severe|unremarkable|intact|within|there|degenerative|acute)\b"
"""What a note says right behind the name of a study that it tells of."""


def top_lines(pages: Iterable[str], most: int) -> Iterator[str]:
    """The first lines with words on them."""
    for page in pages:
        for line in page[:20_000].split("\n"):
            if line.strip():
                yield line.strip()[:400]
                most -= 1
                if not most:
                    return


def title_of(page: str) -> str:
    """The type of document whose title stands at the top of a page; empty where none does."""
    lines = list(top_lines([page], HEAD_LINES))
    behind = map(_behind_letterhead, lines[:_LETTERHEAD])
    title = next(
        filter(
            None, (*map(titled, lines[:_LETTERHEAD]), *behind, *map(titled, lines[_LETTERHEAD:TITLE_LINES]))
        ),
        "",
    )
    if not title and any(re.match(r"(?i)dear\b", line) for line in lines):  # behind the addresses of a letter
        own = (
            line for line in lines if line.isupper() or re.match(r"(?i)(?:re|subject|regarding)\s*:", line)
        )
        title = next((UR_REPORT for line in own if titled(line) == UR_REPORT), "")
    return _told(page, " | ".join(lines[:TITLE_LINES]), title) or title


def _behind_letterhead(line: str) -> str:
    """The type of document whose title ends a line that a letterhead begins: `LAKE CLINIC OFFICE VISIT`."""
    words = unmarked(line).split()
    if not 3 <= len(words) <= _MOST_WORDS or re.search(r"[\d:;]", line):
        return ""
    if not all(word[:1].isupper() or word.lower() in _SMALL or not word[0].isalpha() for word in words):
        return ""
    for at in range(1, len(words) - 1):
        rest = " ".join(words[at:])
        if name := next((name for name, one in _titles() if one.fullmatch(rest)), ""):
            return name
    return ""


_LETTERHEAD = 4
"""The lines at the top of a page among which a letterhead stands."""
_SMALL = frozenset({"of", "for", "and", "the", "in"})


@lru_cache(maxsize=1)
def _telling() -> tuple[
    tuple[str, tuple[str, ...], tuple[re.Pattern[str], ...], tuple[re.Pattern[str], ...]], ...
]:
    """For each type that is known by its words: the titles that it goes before, and what must stand at the top and below."""
    made = []
    for one in library.intake("documents")["told"]:
        head, page = ([any_of(tuple(map(str, said))) for said in one[name]] for name in ("head", "page"))
        if one.get("without"):
            never = any_of(tuple(map(str, one["without"]))).pattern.removeprefix("(?i)")
            page.append(re.compile(rf"(?is)\A(?!.*{never})"))
        made.append((str(one["type"]), ("", *map(str, one.get("over", ()))), tuple(head), tuple(page)))
    return tuple(made)


def _told(page: str, head: str, title: str) -> str:
    """The type of a page by its words, where it has no title or one that says less; empty where they don't tell."""
    return next(
        (
            name
            for name, over, at_top, below in _telling()
            if title in over
            and all(said.search(head) for said in at_top)
            and all(said.search(page[:20_000]) for said in below)
        ),
        "",
    )


def describe(pages: Sequence[str], roster: Sequence[Named] = (), patient: str = "") -> Description:
    """What the text of a document says of itself; `roster` and `patient` are the people whom the packet names."""
    title = title_of(pages[0]) if pages else ""
    if not title and pages and _is_study(pages):
        title = "Radiology report"
    if not title and pages and _is_letter(pages):
        title = "Letter"
    if not title and pages and _is_note(pages):
        title = NOTE
    no_day = _no_day(pages)
    author = _author(title, pages, roster, patient) if pages else ""
    if pages and not title_of(pages[0]):
        title = _by_degree(author, pages) or title
    return Description(
        type=title or UNKNOWN,
        author=author,
        date="" if no_day else _date(title, pages),
        sent_by="claims administrator" if title == UR_REPORT else "",
        ur_report=title == UR_REPORT,
        no_day=no_day,
    )


def _is_study(pages: Sequence[str]) -> bool:
    """Whether pages without a title tell what pictures of a part of the body showed, and what was concluded."""
    text = unmarked("\n".join(page[:20_000] for page in pages))
    parts = (
        re.search(rf"(?i)(?<!\w)(?:{said})\s*:", text)
        for said in ("findings|report", "impression|conclusion")
    )
    head = " ".join(top_lines(pages[:1], HEAD_LINES))
    views = r"(?i)\b(?:\d|two|three|four|five|six|single|multiple)\s+views?\b"
    of_views = re.search(r"(?i)\b(?:radiolog\w*|imaging|x-?rays?)\b", head) and re.search(views, head)
    if of_views and signers_below(pages[-1]) and words_of("concluded").search(text) is None:
        return True
    return (
        all(parts)
        and re.search(
            r"(?i)\b(?:radiolog\w*|imaging|nuclear|scan|x-?rays?|MRI|CT|ultrasound|sonogra\w+|\d views?)\b",
            head,
        )
        is not None
    )


def _by_degree(author: str, pages: Sequence[str]) -> str:
    """The type of an untitled note that counts visits: whose degree its author has; empty where it tells nothing."""
    if (
        re.search(
            r"(?i)\b(?:visits?|sessions?|treatments?)\b[^.\n]{0,20}\d", " ".join(top_lines(pages, HEAD_LINES))
        )
        is None
    ):
        return ""
    degree = author.rpartition(", ")[2].replace(".", "") if "," in author else author.rpartition(" ")[2]
    held: dict[str, list[str]] = library.intake("documents")["by_degree"]
    return next((name for name, said in held.items() if degree in said), "")


def _is_note(pages: Sequence[str]) -> bool:
    """Whether pages without a title are signed and tell of a visit: how it is, what was found, what is done about it."""
    text = unmarked("\n".join(page[:20_000] for page in pages))
    told = (words_of(name).search(text) for name in ("told_by_patient", "found_on_exam", "concluded"))
    return bool(signers_below(pages[-1])) and sum(map(bool, told)) > 1


def _is_letter(pages: Sequence[str]) -> bool:
    """Whether pages without a title greet somebody and are signed by a person whose office stands below the name."""
    if not any(
        re.match(r"(?i)(?:dear\b|to whom it may concern)", line) for line in top_lines(pages[:1], HEAD_LINES)
    ):
        return False
    lines = [line.strip() for line in pages[-1].split("\n") if line.strip()]
    return any(_undegreed(line, after) for line, after in pairwise(lines))


# The day of a document.


_WRITTEN = (
    r"\b(?:\d{1,2}[/-]\d{1,2}[/-](?:\d{4}|\d\d)|\d{4}-\d{1,2}-\d{1,2}"
    r"|[A-Za-z]{3,9}\.? \d{1,2}, ?\d{4}|\d{1,2}[ -][A-Za-z]{3,9}[ -]\d{4})(?![\w/-])"
)


def _no_day(pages: Sequence[str]) -> str:
    """What the document's own date says where no such day exists, as 02/31/2020."""
    for line in top_lines(pages[:1], HEAD_LINES):
        for found in re.finditer(_WRITTEN, line) if any(map(str.isdigit, line)) else ():
            if _own(line[: found.start()]):
                said = _full_year(found[0].replace(".", ""))
                return "" if read_date(said) is not None or _doubtful(line, *found.span()) else found[0]
    return ""


def _full_year(said: str) -> str:
    """A numeric date in the form that is typed: with slashes and the century."""
    found = re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4}|\d\d)", said)
    return said if found is None else f"{found[1]}/{found[2]}/{century(int(found[3]))}"


def _date(title: str, pages: Sequence[str]) -> str:
    head = list(top_lines(pages[:1], HEAD_LINES))
    head += [field for field, _ in fields_below(head)]
    if title == "Discharge summary" and (date := _day_behind("discharged_on", head)) is not None:
        return str(date)
    signed = title in library.intake("documents")["by_patient"] or title == REQUEST
    if title == RECORD:  # a row begins with the day of its own
        rows = (one for one in head if not re.match(r"\W*\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\s+\w", one))
        date = date_of(rows) or _day_behind("listed_on", head)
    else:
        date = _day_behind("collected_on", head) if title == "Laboratory report" else None
        if title in library.intake("documents")["by_visits"]:
            date = date_of(head, labelled=True) or _last_visit(pages)
        if title == UR_REPORT:  # its form may give the days of the request as well
            date = _day_behind("decided_on", head)
            date = date or date_of(
                (one for one in head[:_LETTER_LINES] if re.match(r"(?i)date\s*:", one)), True
            )
        if title in (
            UR_REPORT,
            *library.intake("documents")["by_letter"],
        ):  # what it tells of was on another day
            date = date or next((when for line in head if (when := _day_alone(line)) is not None), None)
        date = date or (signing_date(pages) if signed else date_of(head) or signing_date(pages))
        date = date or _date_beside_name(pages)
        if title in ("", NOTE, UR_REPORT, *library.intake("documents")["by_visits"]):
            date = date or _only_day(pages)
        if title == "Doctor's first report":
            date = date or _day_behind("first_seen_on", head)
    return str(date) if date is not None else ""


_LETTER_LINES = 8
"""The lines at the top of a note in which whose it is stands, and of which day."""


def _only_day(pages: Sequence[str]) -> PartialDate | None:
    """The one day that the head of a document names, where no label says that it is of something else."""
    found = days_above(pages[0]) if pages else frozenset()
    return next(iter(found)) if len(found) == 1 else None


def _day_alone(line: str) -> PartialDate | None:
    """The day that is all that a line says, as a letter begins."""
    found = next(iter(dates_of(line)), None)
    alone = (
        found is not None and not line[: found[0]].strip() and not line[found[0] + len(found[1]) :].strip()
    )
    return _whole(found[2]) if found is not None and alone else None


def date_of(lines: Iterable[str], labelled: bool = False, hard: bool = False) -> PartialDate | None:
    """The document's own date: one that says so, else (unless it must be `labelled`) the first that begins a line.

    Of a period it is the last day. A date that was `hard` to read counts only where that is asked for.
    """
    first: PartialDate | None = None
    before_it = ""
    for line in lines:
        end = 0
        runs_on, before_it = _runs_on(before_it), line
        found = sorted(dates_of(line), key=lambda one: one[0])
        for place, (start, said, when) in enumerate(found):
            before = line[end:start]
            end = start + len(said)
            date = _whole(when)
            if date is None or (not hard and _doubtful(line, start, end)):
                continue
            if place + 1 < len(found) and re.fullmatch(
                r"\s*(?:to|through|thru|-|–)\s*", line[end : found[place + 1][0]]
            ):
                last = _whole(found[place + 1][2])
                date = last if last is not None and last.earliest >= date.earliest else date
            if _own(before):
                return date
            begins = (not unmarked(line[:start]).strip(" -–*") and not runs_on) or bool(titled(line))
            begins = begins and len(found) < 2 + len(re.findall(r"[^\W\d_]{3,}", line))  # no head of a table
            if first is None and not labelled and begins and not words_of("other_date").search(before):
                first = date
    return first


def _runs_on(line: str) -> bool:
    """Whether a line is one of prose that the next goes on with: what begins that one stands within a sentence."""
    return len(line) >= _LONG_LINE and re.search(r"[a-z]\s*$", line) is not None


def _day_behind(label: str, lines: Iterable[str]) -> PartialDate | None:
    """The day that stands behind a label."""
    said = words_of(label, r"(?<!\w)", r"\s*[:\-.]?\s*$")
    for line in lines:
        for start, _, when in dates_of(line):
            if said.search(unmarked(line[:start])) and (date := _whole(when)) is not None:
                return date
    return None


@lru_cache(maxsize=16_384)
def dates_of(line: str) -> tuple[tuple[int, str, When], ...]:
    """The whole dates that a line mentions, also as people write them by hand: 9-15-15."""
    if not re.search(r"\d", line):
        return ()
    made = list(dates_in(line))
    for found in re.finditer(r"(?<![\d/-])(\d{1,2})-(\d{1,2})-(\d\d)(?![\d/-])", line):
        month, day, year = (int(one) for one in found.groups())
        if 1 <= month <= 12 and 1 <= day <= 31:
            made.append((found.start(), found[0], When(century(year), month, day)))
    return tuple(made)


def _own(before: str) -> bool:
    """Whether the words right before a date say that it is the document's own."""
    label = re.sub(_GLUED_OF, " of ", re.sub(_ZERO, "O", unmarked(before)[-48:]))
    if words_of("own_date", r"(?:^|(?<=\W))", r"\s*[:\-.]?\s*$").search(label) is None:
        return False
    if re.search(r"\b(?:seen|issued|mailed)\s+(?:on\s+)?$", label):  # within a sentence
        return False
    without = re.sub(r"(?i)\b(?:follow[- ]?up|return)\s+(?=date of|DOS\b)", "", label[-32:])
    without = re.sub(r"\bdated?\b", "", without, flags=re.I)
    return words_of("other_date").search(without) is None


_ZERO = r"(?<=[A-Z])0|0(?=[A-Z])"
_GLUED_OF = r"(?i)(?<=\bdate)\s*of\s*(?=[a-z]{4})"
"""The words of a label as a reader of pictures gives them: `DATE 0F EXAM`, `DATEOF REPORT`."""


def _doubtful(line: str, start: int, end: int) -> bool:
    """Whether a passage of a line lies within the marks of what was hard to read."""
    return line.count("‹", 0, end) > line.count("›", 0, start)


def _whole(when: When) -> PartialDate | None:
    if when.year is None or when.month is None or when.day is None:
        return None
    made = PartialDate(when.year, when.month, when.day)
    try:
        _ = made.earliest
    except ValueError:
        return None
    return made if 1900 <= made.year <= 2100 else None


def signing_date(pages: Sequence[str]) -> PartialDate | None:
    """The date beside a signature, for a document whose head has none; else one that only calls itself a date."""
    for said in (r"(?i)\b(?:signed|signature|dictated|dated|executed)\b", r"(?i)\bdate\s*(?:[:.]|\d)"):
        if (date := _date_by(said, pages)) is not None:
            return date
    return None


def _date_by(said: str, pages: Sequence[str]) -> PartialDate | None:
    for page in reversed(pages):
        for line in _bottom_lines(page):
            if re.search(said, line):
                at = max((one.end() for one in re.finditer(r"(?i)signature|signed|dated?", line)), default=0)
                for start, said, when in sorted(dates_of(line), key=lambda one: one[0]):
                    other = words_of("other_date").search(line[:start])
                    date = _whole(when)
                    if date and start >= at and not other and not _doubtful(line, start, start + len(said)):
                        return date
    return None


def _date_beside_name(pages: Sequence[str]) -> PartialDate | None:
    """The day that stands behind a name which nothing else stands beside, as whoever signs a form writes it."""
    for line in (line.strip() for page in reversed(pages) for line in _bottom_lines(page)):
        for start, said, when in dates_of(line):
            signed = re.fullmatch(
                rf"{_NAME}(?:,?\s+{_DEGREE})*[\s,]+(?:(?i:lic\w*)[\s.#:]*[A-Z]*\d+[\s,]+)?", line[:start]
            )
            if signed and not line[start + len(said) :].strip() and not _doubtful(line, start, len(line)):
                return _whole(when)
    return None


def signers_below(page: str) -> frozenset[str]:
    """The surnames of those who sign at the end of a page: a name with its degree begins the line, or follows who signed."""
    found = set()
    for line in _bottom_lines(page)[-_SIGNATURE_LINES:]:
        line = unmarked(line).strip()
        hit = _DEGREED.search(line)
        if hit and (
            not hit.start() or compiled(r"(?i)\b(?:by|signed|signature|/s/)\W*$").search(line[: hit.start()])
        ):
            found.add(_bare(hit["name"].split()[-1]))
    return frozenset(found)


_SIGNATURE_LINES = 6
"""The lines at the end of a page among which who wrote it signs."""


def days_above(page: str) -> frozenset[PartialDate]:
    """The days that begin or end a line at the head of a page, as those of visits do, without a birth's.

    No label says that they are of something else.
    """
    found = set()
    for line in top_lines([page], _LETTER_LINES):
        if len(line) > _LONGEST or re.search(r"[a-z]{2}\.$", line):
            continue  # of a sentence
        end = 0
        for start, said, when in sorted(dates_of(line), key=lambda one: one[0]):
            other = words_of("other_date").search(unmarked(line[end:start])[-30:])
            end = start + len(said)
            outer = not line[:start].strip(" ‹-") or re.match(rf"\s{{3}}|{_TO_THE_END}$", line[end:])
            if outer and not other and (date := _whole(when)) is not None and not _doubtful(line, start, end):
                found.add(date)
    newest = max((day.year for day in found), default=0)
    return frozenset(day for day in found if day.year > newest - _YOUNGEST)


_TO_THE_END = r"[\W_]*(?:(?:at\s+)?\d{1,2}:\d\d\s*(?:[aApP]\.?[mM]\.?)?)?\W*(?:(?:[Vv]isit|[Ss]ession)\W*\d+(?:\s*(?:of|/)\s*\d+)?)?\W*"
_YOUNGEST = 14
"""So many years before the other days on a page, a day is that of a birth."""


def _last_visit(pages: Sequence[str]) -> PartialDate | None:
    """The last day of a log of visits, whose rows begin with it or with the number of the visit."""
    days = [
        date
        for page in pages
        for line in page.split("\n")
        for start, said, when in dates_of(line)
        if re.fullmatch(r"\W*(?:\d{1,3}\W*)?", line[:start]) and not _doubtful(line, start, start + len(said))
        if (date := _whole(when)) is not None
    ]
    return max(days, key=lambda day: day.earliest) if len(days) > 2 else None


def _bottom_lines(page: str) -> list[str]:
    return [line[:400] for line in page[-20_000:].split("\n") if line.strip()][-_TAIL_LINES:]


# Who wrote a document.


_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:[A-Z]\.|[A-Z][\w'’-]+)){1,3}"
_DEGREE = (
    r"(?:M\.?\s?D\.?|D\.?\s?O\.?|D\.?C\.?|D\.?P\.?T\.?|P\.?T\.?|O\.?T\.?R?\.?(?:/L)?|N\.?P\.?(?:-C)?|F\.?N\.?P\.?(?:-C)?|P\.?A\.?(?:-C)?\.?"
    r"|Ph\.?\s?D\.?|Psy\.?\s?D\.?|Ed\.?\s?D\.?|L\.?Ac\.?|R\.?N\.?|D\.?P\.?M\.?|LCSW|LMFT|MFT|Pharm\.?\s?D\.?|CHT|OCS|ATC|MPT|MSPT|DNP|APRN|CRNA|MSN|BSN|OTD)"
)
_DEGREED = re.compile(
    rf"(?<![\w.])(?P<name>{_NAME})(?P<gap>,\s*|\s+)(?P<degree>{_DEGREE}(?:,\s*{_DEGREE})*)(?!\w)(?!\s+\d{{5}})"
)
_DEGREE_ONLY = re.compile(rf"[\s,]{_DEGREE}(?!\w)")
_ROLE = re.compile(
    r"\s*((?:primary |secondary )?(?:attending|treating) (?:provider|physician)|radiologist)\s*", re.I
)
_THERAPIST = re.compile(r"[\s,](?:D?\.?P\.?T|O\.?T\.?R?(?:/L)?|D\.?C|L\.?Ac)\.?(?!\w)")
_ALIKE = 0.8
"""From so alike on, two spellings of a name are taken for one that was hard to read."""


def named_in(pages: Iterable[str]) -> list[Named]:
    """The people with a degree whom pages name, each once, as most fully written; what was hard to read names nobody."""
    found: dict[tuple[str, str], Named] = {}
    for page in pages:
        for line in page.split("\n"):
            if "‹" in line or _DEGREE_ONLY.search(line) is None:
                continue
            for one in map(_named, _DEGREED.finditer(_unglued(line))):
                if one is None:
                    continue
                key = one.surname.casefold(), _bare(one.degree.split(",")[0])
                held = found.get(key)
                if held is None or _fuller(one) > _fuller(held):
                    found[key] = one
    return list(found.values())


def _unglued(line: str) -> str:
    """A line with the space back between a signature and the name in print that a reader of pictures ran together."""
    if compiled(r"[a-z][A-Z]").search(line) is None:
        return line
    line = compiled(r"([A-Z]\.\s?[A-Z][a-z]+)(?=[A-Z][a-z]{2})").sub(r"\1 ", line)
    return compiled(r"(?<=[a-z]{2})(?=(?:MD|DO|DC|PT|NP|DPT|PhD|PsyD|LAc)\b)").sub(" ", line)


def _fuller(one: Named) -> tuple[int, bool]:
    return len(" ".join(one.words).replace(".", "")), not one.written.isupper()


def _named(found: re.Match[str], labelled: bool = False) -> Named | None:
    """The person of a match; in capitals a degree that is a word as well needs its comma, or a label before the name."""
    degree = found["degree"]
    if (
        not labelled
        and found["name"].isupper()
        and "," not in found["gap"]
        and _bare(degree) in ("do", "pa", "pt", "rn", "np", "ot")
    ):
        return None
    written = found[0] if not found["name"].isupper() else f"{found['name'].title()}{found['gap']}{degree}"
    words = tuple(re.sub(r"^(?:Dr\.?|DR\.?)$", "", one) for one in found["name"].split())
    words = tuple(one.strip(",") for one in words if one)
    while len(words) > 2 and words[0].rstrip(".").lower() in library.intake("documents")["roles"]:
        written = written.split(maxsplit=1)[1]
        words = words[1:]
    if (again := _surname_before(words)) and len(words) - again > 1:  # a signature before the name in print
        written = written.split(maxsplit=again)[again]
        words = words[again:]
    if len(words) < 2 or not any(len(one) > 1 for one in words[-1:]) or not _is_person(words):
        return None
    return Named(one_line(written, _LONGEST), words, degree)


_LICENCE = r"\s+(?:(?:[Cc]al(?:if(?:ornia)?)?|CA|[Ss]tate)\.?\s+)(?:[Ll]ic|LIC)\w*"


def _surname_before(words: Sequence[str]) -> int:
    """How many words lead up to a surname that stands a second time at the end; 0 where it doesn't."""
    ends = [at + 1 for at, one in enumerate(words[:-1]) if len(one) > 2 and _alike(one, words[-1])]
    return ends[-1] if ends else 0


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    """Words that name services, specialties, parts of the body and documents: alone they name nobody."""
    data = library.intake("documents")
    said = [*data["no_person"], *(title for one in data["types"] for title in (one["type"], *one["titles"]))]
    return frozenset(word for words in said for word in re.findall(r"[a-z][a-z-]+", str(words).lower()))


def _is_person(words: Sequence[str]) -> bool:
    """Whether words may be a person's name: one of them at least is no ordinary word."""
    said = [_bare(one) for one in words if len(_bare(one)) > 1]
    return any(one not in _ordinary() and one.rstrip("s") not in _ordinary() for one in said)


class _Signer(Value):
    rank: int
    place: int
    said: str
    known: bool


def _author(title: str, pages: Sequence[str], roster: Sequence[Named], patient: str) -> str:
    data = library.intake("documents")
    if title in data["by_patient"] and patient:
        return patient if _signed_by_patient(pages, patient) else ""
    found = list(_signers(title, pages, roster))
    if title in data["by_nobody"]:
        found = [one for one in found if one.rank == 0]
    if not found:
        return next(
            (role[1].lower() for line in top_lines(pages[:1], HEAD_LINES) if (role := _ROLE.fullmatch(line))),
            "",
        )
    best = min(one.rank for one in found)
    names = [one for one in found if one.rank == best]
    if best == 1 and (therapists := [one for one in found if one.rank == 3 and _THERAPIST.search(one.said)]):
        names = therapists  # the physician whom their form names sent the patient
    if len({_bare(_surname(one.said)) for one in names}) > 1:
        return ""
    return names[0].said


def _surname(said: str) -> str:
    bare = re.split(r",|\s(?=" + _DEGREE + r"(?!\w))", said)[0].split()
    return bare[-1] if bare else said


def _signed_by_patient(pages: Sequence[str], patient: str) -> bool:
    """Whether the patient's name, or one so like it that it was hard to read, stands on the pages."""
    wanted = patient.split()
    for line in (line for page in pages for line in unmarked(page).split("\n")):
        said = re.findall(r"[^\W\d_][\w.'’-]*", line)
        for at in range(len(said) - 1):
            first, last = (
                said[at],
                said[at + len(wanted) - 1] if at + len(wanted) <= len(said) else said[at + 1],
            )
            if not _alike(first, wanted[0]):
                continue
            if _alike(last, wanted[-1]) or said[at + 1] == f"{wanted[-1][0]}.":
                return True
    return False


def _signers(title: str, pages: Sequence[str], roster: Sequence[Named]) -> Iterator[_Signer]:
    """Who may have written the document, the surest with the lowest rank."""
    addressed = title in (UR_REPORT, "Letter", "Appeal letter")
    others = _asked_for(pages) if title == UR_REPORT else set()
    for page_at, page in enumerate(pages):
        if page_at and title_of(page) == "Proof of service":
            continue
        lines = [line.strip()[:400] for line in page[:40_000].split("\n") if line.strip()]
        if len(lines) > HEAD_LINES + _SIGNED_LINES:
            lines = [*lines[:HEAD_LINES], *lines[-_SIGNED_LINES:]]
        for at, line in enumerate(lines):
            if title == REQUEST and at + 1 < len(lines) and re.search(r":\s*[A-Z][\w.]*,?(?:\s{3}|$)", line):
                line = _unwrapped(line, lines[at + 1])
            if line[0] == "/":
                line = re.sub(r"^/\s?s\s?/\s*", "", line)
            if line[-1:] == ":" and at + 1 < len(lines) and re.search(r"(?i)\bby\s*:$", line):
                line = f"{line} {lines[at + 1]}"
            if "by" not in line.lower() and ":" not in line and _DEGREE_ONLY.search(unmarked(line)) is None:
                if title == "Letter" and at + 1 < len(lines) and (said := _undegreed(line, lines[at + 1])):
                    yield _Signer(4, at, said, False)
                continue
            for one in _of_line(title, _unglued(line), roster):
                if _bare(_surname(one.said)) in others:
                    continue
                if one.rank == 3 and addressed and page_at == 0 and (at < 8 or _begins_with_role(line)):
                    continue  # whom a letter is addressed to
                yield one


def _begins_with_role(line: str) -> bool:
    """Whether a line names whom a decision is about or answers: the label of a column stands before the name."""
    return line.split()[0].rstrip(".:").lower() in library.intake("documents")["roles"]


def _unwrapped(line: str, after: str) -> str:
    """A line whose first cell goes on below: `Signature: Horatio   Date: 06/12/2018` above `Plumb, DO`."""
    cell, gap, rest = line.partition("   ")
    return f"{cell} {re.split(r'   ', after)[0]}{gap}{rest}"


def _asked_for(pages: Sequence[str]) -> set[str]:
    """The surnames of those whom a decision answers: it isn't theirs."""
    found = set()
    for line in top_lines(pages[:1], HEAD_LINES):
        for one in words_of("requester", r"(?<!\w)", r"\s*:\s*").finditer(line):
            if said := re.match(rf"(?:Dr\.?\s+)?({_NAME})", line[one.end() :]):
                found.add(_bare(said[1].split()[-1]))
        if said := re.search(r"(?i:dear)\s+(?i:dr\.?|doctor)\s+([A-Z][\w'’-]+)", line):
            found.add(_bare(said[1]))
    return found


_LABELS = (
    "sign",
    " by",
    "author",
    "ician",
    "provider",
    "radiolog",
    "surgeon",
    "er:",
    "er ",
    "or:",
    "therap",
    "psycholog",
    "director",
    "approved",
    "attest",
    "verified",
    "attending",
)
"""Some of which every label of an author holds: most lines hold none."""


def _of_line(title: str, line: str, roster: Sequence[Named]) -> Iterator[_Signer]:
    labels = [(0, "signed"), (1, "by_role")]
    if title == UR_REPORT:
        labels = [(0, "reviewer"), (0, "signed")]
    if title == REQUEST:
        labels = [(1, "requester"), (2, "on_request")]
        if (
            re.match(r"(?i)name\s*:", line)
            and (said := _called(line.split(":", 1)[1], roster))
            and _DEGREE_ONLY.search(said)
        ):
            yield _Signer(0, 0, said, True)
    lowered = line.lower()
    for rank, label in labels if any(word in lowered for word in _LABELS) else ():
        for found in words_of(
            label, r"(?<!\w)", rf"›?(?:\s*:\s*|{',?' * (label == 'reviewer')}\s+(?=[A-Z‹]))"
        ).finditer(line):
            if ":" not in found[0] and not found[0].rstrip().lower().endswith((" by", " is", " was", ",")):
                continue
            before = line[: found.start()]
            if title != REQUEST and words_of("not_author", r"(?<!\w)", r"\s*$").search(before):
                continue
            said = _called(line[found.end() :], roster)
            if said and (title != UR_REPORT or _has_degree(said)):
                yield _Signer(rank, found.start(), said, True)
    plain = re.match(r"(?i)‹?signature›?\s*:\s*", line) if "signature" in lowered else None
    if plain and (said := _called(line[plain.end() :], roster)):
        yield _Signer(0, 0, said, True)
    if title == "Letter" and (sender := re.match(r"(?i)from\s*:\s*", line)):
        said = re.split(r",|\s{3,}|\s(?:To|Date|Re|Fax|Phone)\s*:", line[sender.end() :])[0].strip()
        if said and "‹" not in said:
            yield _Signer(2, 0, one_line(said, _LONGEST), True)
    degreed = _DEGREED.match(line) if "‹" not in line else None
    if degreed and (one := _named(degreed)):
        rest = line[degreed.end() :]
        if (
            len(rest) < 90
            and not re.match(r"\s*:", rest)
            and not re.search(r"(?i)^,?\s*(?:fax|phone|tel)\b", rest)
        ) and title != REQUEST:
            nurse = title == UR_REPORT and _bare(one.degree) in (
                "rn",
                "bsn",
                "msn",
            )  # who sends what another decided
            yield _Signer(6 if nurse else 3, 0, _known(one, roster), True)
    elif title != REQUEST and (ended := re.search(rf"[.;]\s+(?={_DEGREED.pattern}\s*$)", line)):
        behind = _DEGREED.match(line, ended.end())
        if "‹" not in line and behind is not None and (one := _named(behind)) is not None:
            yield _Signer(5, ended.end(), _known(one, roster), True)
    elif title != REQUEST and not lowered.startswith("name") and (loose := _loose(line, roster)):
        yield _Signer(3, 0, loose, True)


def _has_degree(said: str) -> bool:
    """Whether a name has a degree, as that of whoever decides about medical necessity has."""
    return _DEGREE_ONLY.search(said) is not None


def _loose(line: str, roster: Sequence[Named]) -> str:
    """The person of the roster whose surname and degree end a short line: `5 Needham LAc`."""
    bare = unmarked(line)
    if len(bare) > 40 or ":" in bare:
        return ""
    found = re.match(rf"\W*(?:[\w.]{{1,2}}\s+)?(?P<last>[A-Z][\w'’-]+),?\s+(?P<degree>{_DEGREE})(?!\w)", bare)
    if found is None:
        return ""
    hits = [
        one
        for one in roster
        if _bare(one.degree.split(",")[0]) == _bare(found["degree"]) and _alike(one.surname, found["last"])
    ]
    return hits[0].written if len(hits) == 1 else ""


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio() >= _ALIKE


def _undegreed(line: str, after: str) -> str:
    """Who signs a letter without a degree: a name on its own line above what the person is."""
    if not re.fullmatch(_NAME, line) or line.isupper():
        return ""
    return (
        line
        if re.match(
            r"(?i)(?:senior |claims? )*(?:examiner|adjuster|analyst|supervisor|manager|attorney|nurse|coordinator|representative|director|president)\b",
            after,
        )
        else ""
    )


def _called(text: str, roster: Sequence[Named]) -> str:
    """The name at the beginning of a text; empty where it was hard to read and the roster doesn't tell."""
    text = re.split(
        rf"\s+(?:for|on|at|date[d:]?|DD|DT|D|T|lic\w*|npi|signed|claim|date of)\s*[:\d]|{_LICENCE}|\s{{3,}}|\t|[;|(]|\d",
        text,
        maxsplit=1,
    )[0]
    found = re.match(rf"\s*(?:Dr\.?\s+)?{_DEGREED.pattern}", unmarked(text))
    doubtful = "‹" in text
    if found:
        one = _named(re.match(_DEGREED, unmarked(text).strip()) or found, True)
        if one is not None:
            match = _in_roster(one, roster)
            return match.written if match is not None else "" if doubtful else one.written
    if doubtful:
        return ""
    name = _name(text)
    words = name.split()
    hits = [
        one
        for one in roster
        if words and _bare(one.surname) == _bare(_surname(name)) and one.written[:1] == name[:1]
    ]
    if len(hits) == 1 and len(words) < 4:
        return hits[0].written
    own = [one for one in words if not re.fullmatch(rf"{_DEGREE},?", one)]
    return name if 1 < len(own) < 6 and all(map(_is_of_name, words)) and _is_person(own) else ""


def _is_of_name(word: str) -> bool:
    """Whether a word may stand in a name: it begins with a capital, or stands between two that do."""
    return next(filter(str.isalpha, word), "").isupper() or word.lower() in (
        "de",
        "del",
        "la",
        "van",
        "von",
        "der",
        "den",
        "di",
        "da",
        "bin",
        "al",
    )


def _known(one: Named, roster: Sequence[Named]) -> str:
    match = _in_roster(one, roster)
    return match.written if match is not None else one.written


def _in_roster(one: Named, roster: Sequence[Named]) -> Named | None:
    """The person of the roster who is meant: the same degree and surname, or a name that is nearly the same."""
    near = [
        other
        for other in roster
        if _bare(other.degree)[:2] == _bare(one.degree)[:2]
        and (
            (
                _alike(other.surname, one.surname)
                and other.words[0][:1].casefold() == one.words[0][:1].casefold()
            )
            or _alike(" ".join(other.words), " ".join(one.words))
        )
    ]
    return near[0] if len(near) == 1 else None


def _name(text: str) -> str:
    """A name without what follows it: a wide gap, a date, a licence number, a time."""
    text = re.split(
        rf"\s{{3,}}|\t|{_LICENCE}|\s+(?:on|at|date[d:]?|lic\w*|npi|signed)\b|[;|(]|\d",
        text,
        maxsplit=1,
        flags=re.I,
    )[0]
    text = one_line(text, _LONGEST).strip(" ,:-–_")
    return text if re.search(r"[^\W\d_]{2}", text) and not text[0].islower() else ""
