"""The course of a case as its pages tell it: studies, operations, treatment, drugs, work status, each with its page.

Every line is a proposal. It is found by the phrases of `prompts/intake/`, and nothing of it is a fact before a person
has confirmed it. What is only asked for, intended, imagined or denied is no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate
from assistant.core.record.chronology_lines import (
    CHANGE,
    DEVICE,
    DIAGNOSIS,
    DRUG,
    EVENT,
    IMAGING,
    INJECTION,
    INJURY,
    KINDS,
    NERVES,
    OPERATION,
    OPERATIVE,
    STUDY,
    TEST,
    THERAPY,
    VISIT,
    WORK,
    Line,
    merged,
)
from assistant.core.record.counts import SPELLED
from assistant.core.record.mentions import extract, extract_kind, regions_of
from assistant.core.record.phrases import Known, Patterns, any_of, known_phrases, whole
from assistant.core.record.sentences import (
    APPLICATION,
    REQUEST,
    UR_REPORT,
    Dated,
    PacketDocument,
    Sentence,
    Words,
    again,
    cleared,
    dated,
    running_lines,
    sentences,
)
from assistant.core.value import replace

_SECOND_HAND = frozenset({UR_REPORT, APPLICATION, REQUEST, "Proof of service", "Agreement"})
"""What others say of the course of the case: no line rests on it."""
_LAB = "Laboratory report"
_LETTER = "Letter"
_LEGAL = frozenset({"Agreed medical evaluation", "Qualified medical evaluation", "Medical-legal report"})
_BY_THERAPISTS = frozenset({"Physical therapy note", "Chiropractic note", "Acupuncture note"})
"""Notes whose assessment is of the course, and no diagnosis."""
_UNKNOWN = PartialDate(2100, 12, 31)
"""Stands for the day of a document that is undated: a line that would rest on it is none."""
_FIRST_REPORT = frozenset({"Doctor's first report"})
_SIGNED = r"(?i)\b(?:signed|dictated|authenticated|(?:read|interpreted) by)\b"
_LONGEST = 320


def chronology(
    documents: Sequence[PacketDocument],
    words: Words,
    drugs: Words,
    injury: PartialDate | None = None,
    born: PartialDate | None = None,
) -> list[Line]:
    """The lines that the documents tell, oldest first; one that several pages tell stands once.

    `injury` is the day of the injury, as the claim has it, `born` that of the patient's birth: no line is of that.
    """
    found: list[Line] = []
    running = running_lines(documents)
    known = known_phrases(words, drugs)
    for document in documents:
        if document.type not in _SECOND_HAND:
            found += _told(replace(document, pages=tuple(document.pages)), running, injury, born, known)
    found = [one for one in found if one.date != _UNKNOWN]
    return sorted(merged(found), key=lambda one: (one.date.earliest, KINDS.index(one.kind)))


@lru_cache(maxsize=4_096)
def _told(
    document: PacketDocument,
    running: frozenset[str],
    injury: PartialDate | None,
    born: PartialDate | None,
    known: Known,
) -> tuple[Line, ...]:
    """What one document tells: read again only when something of it has changed."""
    words, drugs = known.words
    said = list(sentences(document, words, running, document.type in drugs["lists"]))
    return tuple(_Reading(document, said, words, drugs, injury, born, known).lines())


class _Reading:
    """One document, read for each kind of line."""

    def __init__(
        self,
        document: PacketDocument,
        said: list[Sentence],
        words: Words,
        drugs: Words,
        injury: PartialDate | None,
        born: PartialDate | None,
        known: Known,
    ) -> None:
        self.known = known
        self.born = born
        self.document = document
        self.day: PartialDate = document.date or _UNKNOWN
        self.injury = injury
        self.said = [one for one in said if one.section not in ("template", "future")]
        self.all = said
        self.words = words
        self.drugs = drugs

    def lines(self) -> Iterator[Line]:
        kind = self.document.type
        if kind in IMAGING or kind == NERVES:
            yield from self._report()
            return
        if kind == _LAB:
            yield from self._laboratory()
            return
        if self._in_list("lists", self.drugs):
            yield from self._drug_rows()
            yield from self._database()
            return
        if kind == OPERATIVE:
            yield from self._operation_report()
        if kind == _LETTER:
            return
        yield from self._narrated_studies()
        yield from self._narrated("operations", OPERATION, kind == OPERATIVE)
        yield from self._narrated("injections", INJECTION, False)
        if kind != OPERATIVE:
            yield from self._injected()
        yield from self._therapy()
        yield from self._devices()
        yield from self._drug_rows()
        yield from self._changes()
        yield from self._work()
        yield from self._diagnoses()
        yield from self._events()
        if kind in self._list("visit_documents"):
            yield from self._visit()

    # -- what is shared

    def _list(self, name: str, words: Words | None = None) -> tuple[str, ...]:
        return self.known.listed(name, words is self.drugs)

    def _in_list(self, name: str, words: Words) -> bool:
        return self.document.type in self._list(name, words)

    def _map(self, name: str, words: Words | None = None) -> Patterns:
        return self.known.patterns(name, words is self.drugs)

    def _matches(self, name: str, one: Sentence) -> Iterator[tuple[str, re.Match[str]]]:
        """Where a sentence speaks of one of several things, and of which."""
        known = self._map(name)
        if whole(known).search(one.words):
            for key, found in known.items():
                yield from ((key, match) for match in found.finditer(one.words))

    def _any(self, name: str, after: str = r"(?!\w)") -> re.Pattern[str]:
        return self.known.any(name, after)

    def _line(
        self,
        kind: str,
        one: Sentence,
        date: PartialDate,
        of: str = "",
        quote: str = "",
        own: bool = False,
        **parts: str,
    ) -> Line:
        """A line that rests on a sentence; region and side are those of the words that it is about."""
        about = re.sub(
            r"(?i)\b(?:\d+|ten|six|eight|twelve|several|\w+teen|\w+ty) feet\b", "", of or one.words
        )
        sides = {mention.side for mention in extract_kind(about, "sides")}  # type: ignore[attr-defined]
        regions = sorted(regions_of(about)) or _level_regions(about)
        return Line(
            kind,
            date,
            {key: value for key, value in parts.items() if value},
            Evidence(one.document, one.page, quote or one.quote),
            regions[0] if len(regions) == 1 else _spine(regions),
            sides.pop() if len(sides) == 1 else "bilateral" if len(sides) > 1 else "",
            own=own,
        )

    def _days(self, one: Sentence) -> list[Dated]:
        """The days that a sentence names, without that of the patient's birth."""
        days = dated(one.words, self.document.date)
        return [
            day
            for day in days
            if day.date != self.born and not re.search(_BORN, one.words[max(0, day.start - 20) : day.start])
        ]

    def _is_planned(self, one: Sentence, start: int, end: int) -> bool:
        """Whether what stands there is asked for, intended, imagined or denied, and not done."""
        before = re.split(r"[;:]\s|\bbut\b", one.words[max(0, start - 70) : start])[-1]
        if self._any("denied", r"(?:\s+[\w/-]+){0,3}\s*$").search(before):
            return True
        if self._any("planned", r"(?:\s+[\w/,.()-]+){0,7}\s*$").search(before):
            return True
        return self._any("after_planned").match(one.words[end : end + 60].lstrip(" ,()")) is not None

    def _is_done(self, one: Sentence, start: int) -> bool:
        return self._any("done").search(one.words[max(0, start - 60) : start]) is not None

    # -- reports of studies and of laboratories

    def _report(self) -> Iterator[Line]:
        impression = self._passage("impression") or self._passage("summary") or self._passage("findings")
        if impression is None:
            return
        head = [one for one in self.all if one.page == 1][:14]
        named = [
            (not regions_of(one.words), at, name, one)  # a letterhead names no part of the body
            for at, (name, found) in enumerate(self._map("studies").items())
            for one in head
            if found.search(one.words) and len(one.words.split()) < 20
        ]
        _, _, modality, titled = min(named, key=lambda one: one[:2], default=(False, 0, "", None))
        if self.document.type == NERVES:
            modality = "EMG/NCS"
        if not modality:
            return
        about = titled.words if titled is not None else ""
        if not regions_of(about):
            about = f"{about} {_body(impression.words).split('. ')[0]}"
        views = [name for name, found in self._map("views").items() if found.search(about)]
        contrast = re.search(r"(?i)\bwith(?:out)?(?: and with(?:out)?)? (?:contrast|gadolinium)\b", about)
        yield self._line(
            STUDY,
            impression,
            self.day,
            about,
            own=True,
            what=modality,
            views=", ".join(views) if modality == "radiographs" else "",
            contrast=contrast[0].lower() if contrast else "",
            finding=_body(impression.quote),
        )

    def _passage(self, section: str) -> Sentence | None:
        """What stands under a heading, as one passage of one page."""
        under = [one for one in self.all if one.section == section]
        first = next((one for one in under if len(_body(one.quote)) > 3), None)
        if first is None:
            return None
        quote = ""
        for one in under[under.index(first) :]:
            if one.page != first.page or re.search(_SIGNED, one.words):
                break
            if _signature(one.words) or len(quote) + len(one.quote) > _LONGEST:
                break
            quote = f"{quote} {one.quote}".strip()
        quote = quote or first.quote[:_LONGEST]
        return replace(first, quote=quote, words=cleared(quote))

    def _laboratory(self) -> Iterator[Line]:
        text = " ".join(one.words for one in self.all)
        if not re.search(r"(?i)toxicolog|drug (?:screen|test)|opiate|hydrocodone|urine", text):
            return
        wanted = r"(?i)^(?:comment|interpretation|result|summary|impression|conclusion)s?\s*:"
        one = next((one for one in self.all if re.match(wanted, one.words)), None)
        one = one or next(
            (one for one in self.all if re.search(r"(?i)\binconsistent|not detected\b", one.words)), None
        )
        if one is not None:
            following = [other for other in self.all if other.page == one.page]
            at = following.index(one)
            nearby = (
                " ".join(other.quote for other in following[at : at + 2])
                if at + 1 < len(following)
                else one.quote
            )
            quote = (
                nearby
                if len(nearby) < _LONGEST and not _signature(following[min(at + 1, len(following) - 1)].words)
                else one.quote
            )
            yield self._line(
                TEST,
                one,
                self.day,
                quote=one.quote if len(one.quote) > 40 else quote,
                what="urine drug test",
                finding=_body(one.quote),
            )

    def _database(self) -> Iterator[Line]:
        for one in self.all:
            found = re.search(r"(?i)\bprescribers?\s*:\s*\d+.*", one.words)
            if found:
                yield self._line(TEST, one, self.day, what="prescription database report", finding=found[0])
                return

    # -- operations, injections and studies as others tell of them

    def _operation_report(self) -> Iterator[Line]:
        one = next(
            (one for one in self.all if one.section == "procedure" and len(_body(one.quote)) > 3), None
        )
        if one is not None:
            injected = _family(self._map("injections"), one.words, "")
            if injected and not whole(self._map("operations")).search(one.words):
                yield self._line(INJECTION, one, self.day, own=True, what=injected)
                return
            yield self._line(
                OPERATION,
                one,
                self.day,
                own=True,
                what=_family(self._map("operations"), one.words),
                finding=_body(one.quote).strip(" ."),
            )

    def _narrated_studies(self) -> Iterator[Line]:
        for one in self.said:
            if not whole(self._map("studies")).search(one.words):
                continue
            for name, found in self._map("studies").items():
                for match in found.finditer(one.words):
                    near = _nearest(self._days(one), match, one.words) or self._at_visit(one, match)
                    if (
                        near is None
                        or near.date.after(self.day)
                        or self._is_planned(one, match.start(), match.end())
                    ):
                        continue
                    if near.date.day is None and near.date.month is None:
                        continue
                    if re.search(r"(?i)\b(?:new|since|last seen|follow-?up)\s*$", one.words[: near.start]):
                        continue
                    finding = re.split(_SHOWS, one.words[max(match.end(), near.end) :], maxsplit=1)
                    about = one.words[match.start() : match.end() + 60]
                    for day in (near, *again(one.words, near, self._days(one))):
                        shown = finding[1] if len(finding) == 2 and day is near else ""
                        if not day.date.after(self.day):
                            yield self._line(STUDY, one, day.date, about, what=name, finding=shown)
                    break

    def _at_visit(self, one: Sentence, match: re.Match[str]) -> Dated | None:
        """The day of a visit at which a study was done that its note only names with what it showed."""
        if self.document.type not in self._list("visit_documents") or self._days(one):
            return None
        shown = re.match(r"[^.;:]{0,40}:\s", one.words[match.end() :])
        return Dated(match.end(), match.end(), self.day) if shown else None

    def _narrated(self, name: str, kind: str, only_dated: bool) -> Iterator[Line]:
        for one in self.said:
            hits = [(match.start(), match.end(), family) for family, match in self._matches(name, one)]
            if not hits:
                continue
            hits = [
                one for one in hits if not any(o[0] <= one[0] and one[1] <= o[1] and o != one for o in hits)
            ]
            hits.sort()
            days = self._days(one)
            for at, (start, end, family) in enumerate(hits):
                if self._is_planned(one, start, end):
                    continue
                until = hits[at + 1][0] if at + 1 < len(hits) else len(one.words)
                since = hits[at - 1][1] if at else 0
                near = next((day for day in days if end <= day.start < until), None)
                near = near or next((day for day in reversed(days) if since <= day.start < start), None)
                near = near or (days[0] if len(days) == 1 and days[0].start >= end else None)
                if near is None or near.date.after(self.day):
                    continue
                if near.start < start and re.search(_AFTER, one.words[near.end : start]):
                    continue
                if re.search(_VISIT_DAY, one.words[: near.start]):
                    continue
                if family == "operation" and not re.search(r"(?i)\b(?:underwent|had)\b", one.words[:start]):
                    continue
                if kind == OPERATION and only_dated and near.date == self.day:
                    continue
                if not (
                    self._is_done(one, start)
                    or one.words[end : near.start].strip(" ,(").lower()
                    in ("", "on", "in", "of", "dated", "date")
                ):
                    gap = one.words[end : near.start] if near.start >= end else one.words[near.end : start]
                    if len(gap.split()) > 6:
                        continue
                about = one.words[max(since, start - 40) : max(end, near.start)]
                for day in (near, *again(one.words[:until], near, days)):
                    if not day.date.after(self.day):
                        finding = _clause(one.words, since, start, end, near.start) if day is near else ""
                        yield self._line(kind, one, day.date, about, what=family, finding=finding)

    def _injected(self) -> Iterator[Line]:
        """An injection that a note tells as done at the visit: `the knee was injected with`."""
        for one in self.said:
            found = re.search(r"(?i)\b(?:was|were) (?:then |sterilely )?injected\b", one.words)
            if found is None or self._is_denied(one, found.start()):
                continue
            days = [day for day in self._days(one) if not day.date.after(self.day)]
            what = "steroid injection" if self._any("steroids").search(one.words) else "injection"
            yield self._line(INJECTION, one, days[0].date if days else self.day, own=not days, what=what)

    # -- treatment

    def _therapy(self) -> Iterator[Line]:
        documents = self.words["therapy_documents"]
        assert isinstance(documents, Mapping)
        own = next((name for name, types in documents.items() if self.document.type in types), "")
        seen = False
        for one in self.said:
            if own and not seen:
                found = re.search(_VISITS, one.words)
                treated = re.search(rf"(?i)\btreated\s+(?P<n>{_COUNT})\s+times\b", one.words)
                if found or treated:
                    count = _of_visits(found) if found else f"{_number(treated['n'])} visits"  # type: ignore[index]
                    days = [day for day in self._days(one) if not day.date.after(self.day)]
                    date = days[-1].date if treated and days else self.day
                    yield self._line(THERAPY, one, date, what=own, count=count)
                    seen = True
                    continue
            if one.section in ("plan", "work") and not re.search(_PAST, one.words):
                continue
            yield from self._counted(one)
            yield from self._begun(one)
        if own and own != "psychotherapy" and not seen and (summary := self._summary()) is not None:
            yield self._line(THERAPY, summary, self.day, what=own)

    def _summary(self) -> Sentence | None:
        """What a note of therapy says of its course, where it counts no visits."""
        wanted = r"(?i)\b(?:visit|session|improv\w+|progress|discharged?|treated|oswestry|goals?)\b"
        return next(
            (one for one in self.said if re.search(wanted, one.words) and len(one.words.split()) > 4), None
        )

    def _counted(self, one: Sentence) -> Iterator[Line]:
        noun = any_of(self._list("counted")).pattern.replace("(?i)", "")
        if not whole(self._map("therapy")).search(one.words):
            return
        for name, found in self._map("therapy").items():
            for match in found.finditer(one.words):
                near = one.words[max(0, match.start() - 40) : match.end() + 30]
                of = re.search(_VISITS, near)
                count = of or re.search(
                    rf"(?i)(?<![\d/#.])\b(?P<n>{_COUNT})\s+(?:[\w-]+\s+){{0,2}}?{noun}", near
                )
                count = count or re.match(
                    r"(?i)\s*(?:x\s*)?(?P<n>\d{1,3})(?=\s*[,.;]|\s*$|\s+(?:in|since|during|w/|with|helped|for)\b)",
                    one.words[match.end() :],
                )
                if count is None or self._is_planned(one, match.start(), match.end()):
                    continue
                if re.search(
                    r"(?i)\b(?:more|additional|further|another|left|remaining|authorized|approved|requested?|recommend\w*)\b",
                    near,
                ):
                    continue
                days = [day for day in self._days(one) if not day.date.after(self.day)]
                near_day = next((day for day in days if day.start >= match.end()), None)
                last = next((day for day in days if near_day and day.start > near_day.start), None)
                if near_day and last and re.fullmatch(_UNTIL, one.words[near_day.end : last.start]):
                    near_day = last
                yield self._line(
                    THERAPY, one, near_day.date if near_day else self.day, what=name,
                    count=_of_visits(of) if of else f"{_number(count['n'])} visits",
                    as_of="" if near_day else "yes",
                )  # fmt: skip
                return

    def _begun(self, one: Sentence) -> Iterator[Line]:
        if not re.search(r"(?i)\b(?:started|began|begun)\b", one.words):
            return
        for name, found in self._map("therapy").items():
            match = re.search(
                rf"(?i)\b(?:started|began|begun)\s+(?:\w+\s+)?{found.pattern.replace('(?i)', '')}", one.words
            )
            days = self._days(one)
            if match and days and not self._is_planned(one, match.start(), match.end()):
                yield self._line(THERAPY, one, days[0].date, what=name, begins="began")
                return

    def _devices(self) -> Iterator[Line]:
        used = self._any("device_used")
        for one in self.said:
            if not whole(self._map("devices")).search(one.words):
                continue
            for name, found in self._map("devices").items():
                match = found.search(one.words)
                if match is None or self._is_planned(one, match.start(), match.end()):
                    continue
                if not used.search(one.words):
                    continue
                days = [day for day in self._days(one) if not day.date.after(self.day)]
                yield self._line(
                    DEVICE, one, days[0].date if days else self.day, what=name, finding=one.words,
                    as_of="" if days else "yes",
                )  # fmt: skip
                break

    # -- drugs

    def _drug_rows(self) -> Iterator[Line]:
        listing = self._in_list("lists", self.drugs)
        names = self._map("drugs", self.drugs)
        either = self.known.drug
        stopped = self.known.any("stopped", r"(?!\w)", True)
        begins = any(
            re.search(r"(?i)\b(?:start(?:ed)?|since|begun|began)\b", one.words)
            for one in self.said
            if one.section == "medications" and not either.search(one.words)
        )
        for one in self.all if listing else self.said:
            yield from self._compound(one)
            mixed = re.search(_MIXED, one.words)
            for match in either.finditer(one.words):
                rest = one.words[match.end() : match.end() + 90]
                topical = self._topical(one, rest, listing)
                if (re.match(r"\s*\d+\s?%", rest) and not topical) or re.search(
                    r"%\s*/?\s*$", one.words[: match.start()]
                ):
                    continue
                if mixed and mixed.start() <= match.start() < mixed.end():
                    continue
                if re.match(r"(?i)\s*/\s*[a-z]", rest) or one.words[: match.start()].rstrip().endswith("("):
                    continue
                name = next(name for name, found in names.items() if found.fullmatch(match[0]))
                if self._any("steroids").fullmatch(name) and (
                    self.document.type == OPERATIVE or whole(self._map("injections")).search(one.words)
                ):
                    continue  # what was injected
                strength = re.match(_STRENGTH, rest)
                row = listing or one.section == "medications"
                if listing and strength and not (strength["unit"] or "/" in strength["number"]):
                    strength = None  # the number of a column of its own
                if strength is None and row:
                    beside = rest[: other.start()] if (other := either.search(rest)) else rest
                    strength = re.search(
                        r"(?i)(?<![\d/.-])(?P<number>\d+(?:\.\d+)?)\s?(?P<unit>mg|mcg)\b", beside
                    )
                tried = not row and strength is None and self._is_tried(one, match)
                if (
                    strength is None
                    and not (row or topical or tried or re.match(_GIVEN, rest))
                    and not self._is_taken(one, match.start())
                    and not self._is_dosed(one, match.start(), rest)
                ):
                    continue
                told = tried or (
                    one.section in ("history", "background", "procedure", "diagnoses", "other")
                    and (
                        self._is_taken(one, match.start())
                        or (
                            strength is not None
                            and self._is_dosed(one, match.start(), rest[strength.end() :])
                        )
                    )
                )
                if not row and not told and one.section not in ("plan", ""):
                    continue
                if not row and self._is_planned(one, match.start(), match.end()):
                    continue
                after = rest[strength.end() if strength else 0 :].split(". ")[0]
                if other := either.search(after):  # what is said of the next drug isn't said of this one
                    after = after[: other.start()]
                dates = self._days(one)
                halted = stopped.search(after)
                since = dates[-1].date if dates and row and not listing and begins else None
                if (
                    row
                    and begins
                    and not listing
                    and (year := re.search(r"\b((?:19|20)\d\d)$", one.words.strip(" .")))
                ):
                    since = since or PartialDate(int(year[1]))
                filled = dates[0].date if listing and dates else None
                yield self._line(
                    DRUG, one, filled or self.day, what=name, strength=topical or _strength(strength),
                    dose=one_of(_FREQUENCY, after), quantity=one_of(r"(?<!\w)#\s?\d+", after),
                    since=since.prose() if since is not None and not halted else "",
                    stopped="tried" if tried else "stopped" if halted else "", filled="yes" if filled else "",
                )  # fmt: skip

    def _topical(self, one: Sentence, rest: str, listing: bool) -> str:
        """The share of a drug in what is put on the skin, as `1%`; empty where none stands there, or it is one of several."""
        found = re.match(r"\s*(\d+(?:\.\d+)?)\s?%\s*(?:topical\s+)?", rest)
        if found is None or one.words.count("%") > 1 or re.search(r"(?i)\binject", one.words):
            return ""
        form = self.known.any("topical", r"(?!\w)", True).match(rest, found.end())
        return f"{found[1]}%" if listing or form else ""

    def _is_tried(self, one: Sentence, match: re.Match[str]) -> bool:
        """Whether the words right round a drug say that it was tried, and none that it wasn't."""
        tried = self.known.any("tried_before", r"(?!\w)", True)
        before, after = one.words[max(0, match.start() - 40) : match.start()], one.words[match.end() :]
        near = re.search(
            rf"{tried.pattern}(?:[\s,]+(?!to\b|on\b)[\w/-]+){{0,4}}?[\s,]*$", before
        ) or re.match(
            r"(?i)(?:\s+(?:gel|cream|patch\w*))?\s+(?:was|were|has been) (?P<how>tried|failed|stopped|discontinued)\b",
            after,
        )
        return near is not None and not self._is_denied(one, match.start())

    def _is_taken(self, one: Sentence, start: int) -> bool:
        """Whether the words before a drug say that the patient takes it."""
        before = one.words[max(0, start - 60) : start]
        taken = self.known.any("taken", r"(?!\w)", True).search(before)
        return taken is not None and not self._is_denied(one, start)

    def _is_dosed(self, one: Sentence, start: int, rest: str) -> bool:
        """Whether the words behind a drug's strength say how often it is taken, and none before that it was once."""
        often = re.match(rf"{_FREQUENCY}".replace("(?i)", r"(?i)\W*", 1), rest)
        before = one.words[max(0, start - 60) : start]
        return often is not None and not re.search(_ONCE, before) and not self._is_denied(one, start)

    def _compound(self, one: Sentence) -> Iterator[Line]:
        found = re.search(_MIXED, one.words)
        if found and (self.known.drug.search(found[0]) or re.search(r"(?i)cream|gel|ointment", found[0])):
            quantity = one_of(r"(?i)\b\d+\s?(?:g|gm|grams)\b", one.words[found.end() :])
            yield self._line(
                DRUG,
                one,
                self.day,
                what=" ".join(found[0].split()).strip(" ,/").lower(),
                quantity=quantity,
                dose=one_of(_FREQUENCY, one.words[found.end() :]),
            )

    def _changes(self) -> Iterator[Line]:
        either = self.known.drug
        verb = self._any("changes")
        for one in self.said:
            if one.section != "plan":
                continue
            drug, found = either.search(one.words), verb.search(one.words)
            if drug is None or found is None or re.search(r"(?i)\bif\b|\bdiscuss\w*|\bafter\b", one.words):
                continue
            if abs(drug.start() - found.start()) > 45:
                continue
            name = next(
                name for name, known in self._map("drugs", self.drugs).items() if known.fullmatch(drug[0])
            )
            yield self._line(
                CHANGE,
                one,
                self.day,
                what=name,
                finding=re.sub(r"^(?:\d+\.|P\s?:)\s*", "", one.words).strip(" ."),
            )

    # -- work, diagnoses, events

    def _work(self) -> Iterator[Line]:
        said = self._any("work")
        stationary = self._any("stationary")
        block = [one for one in self.all if one.section == "work"]
        ends = next((n for n, one in enumerate(block) if re.match(r"(?i)I declare\b", one.words)), len(block))
        block = [one for one in block[:ends] if not re.match(_DECLARED, one.words)]
        block = [one for one in block if one.page == block[0].page]
        signed = next((n for n, one in enumerate(block) if _signature(one.words)), len(block))
        block = block[: min(signed, 3)]
        ticked = _ticked(" ".join(one.words for one in block), said)
        told = []
        for one in block:
            if re.search(_LOST_BOX, one.words) or re.match(rf"{_WHO}|{_CLOSING}", one.words):
                continue
            cut = re.split(_DECLARED_IN, re.sub(r"(?i)^work status:?\s*", "", one.words))[0].strip()
            form = len(said.findall(cut)) > 1 and len(cut.split()) < 9 and not re.search(r"[.,;]", cut)
            if cut and not re.search("[☐☒▣?]", cut) and not form:
                told.append((one, cut))
        if (
            told
            and re.match(r"(?i)work\s*:?(?:\s|$)", told[0][1])
            and not any(said.search(cut) or re.search(_LIMITED, cut) for _, cut in told)
        ):
            told = []  # what the patient does
        if told:
            words = " ".join(cut for _, cut in told)[:_LONGEST]
            state = f"{ticked}: {words}" if ticked else words
            yield self._line(
                WORK,
                told[0][0],
                self.day,
                quote=re.split(_DECLARED_IN, told[0][0].quote)[0].strip(),
                what=state.strip(" ."),
            )
        elif ticked and block:
            yield self._line(WORK, block[0], self.day, what=ticked)
        elif limits := next((one for one in block if re.search(_LIMITS, one.words)), None):
            yield self._line(WORK, limits, self.day, what=one_of(_LIMITS, limits.words).strip(" ."))
        retold: PartialDate | None = None
        section = ""
        for one in self.all:
            own = re.match(_WORK_SAID, one.words)
            if one.section in ("work", "plan", "examination", "template") and not (
                own and one.section == "plan"
            ):
                continue
            told_on = dated(one.words[:40], self.document.date)
            retold = (
                told_on[0].date
                if told_on and told_on[0].start < 3
                else retold
                if one.section == section
                else None
            )
            section = one.section
            if self.document.type in _LEGAL and (found := stationary.search(one.words)):
                if not self._is_denied(one, found.start()):
                    since = dated(one.words[found.end() :], self.document.date)
                    day = since[0].date if since and since[0].start < 12 else retold or self.day
                    yield self._line(WORK, one, day, what="permanent and stationary")
                continue
            found = said.search(one.words) or own
            if (
                found
                and retold in (None, self.day)
                and re.search(_WAS, one.words[: found.start()])
                and not self._days(one)
            ):
                continue  # some time ago
            if found is None or one.section == "future" or self._is_planned(one, found.start(), found.end()):
                continue
            days = [
                day
                for day in dated(one.words[found.end() :], self.document.date)
                if not day.date.after(self.day)
            ]
            until = (
                re.search(r"(?i)\b(?:to|until|through)\s+$", one.words[found.end() :][: days[0].start])
                if days
                else None
            )
            yield self._line(
                WORK, one, days[0].date if days and not until and days[0].date.month else retold or self.day,
                what=_clause(one.words, 0, found.start(), found.end(), len(one.words)),
            )  # fmt: skip

    def _diagnoses(self) -> Iterator[Line]:
        sections = ("diagnoses",) if self.document.type in _LEGAL else ("diagnoses", "impression")
        signed = 0
        for one in self.all:
            if one.section in sections and _signature(one.words):
                signed = one.page
            if one.section not in sections or one.page == signed or "?" in one.words or "Rx" in one.words:
                continue
            body = re.sub(r"^\d{1,2}[.)]\s*", "", _body(one.words)).strip(" .;")
            coded = re.search(r"\b[A-TV-Z]\d\d(?:\.\w{1,4})?\b|\b\d{3}\.\d{1,2}\b", body)
            if (
                len(body) > 5
                and len(body) < 160
                and (coded or len(body.split()) < 12)
                and not re.search(_NO_DIAGNOSIS, body)
                and (coded or self.document.type not in _BY_THERAPISTS)
            ):
                yield self._line(DIAGNOSIS, one, self.day, what=body)

    def _events(self) -> Iterator[Line]:
        said = self._any("events")
        told = (
            "describe how" in " ".join(one.words.lower() for one in self.all)
            or self.document.type in _FIRST_REPORT
        )
        for one in self.said:
            if told and self.injury and one.section == "history" and one.first:
                yield self._line(INJURY, one, self.injury, own=True, what=one.words.strip(" ."))
                told = False
                continue
            if one.section not in ("history", "", "background"):
                continue
            days = [day for day in self._days(one) if not day.date.after(self.day)]
            days = [day for day in days if not re.search(_VISIT_DAY, one.words[: day.start])]
            hurt = next((day for day in days if day.date == self.injury), None)
            found = next((hit for hit in said.finditer(one.words) if not _is_season(one.words, hit)), None)
            if (
                hurt is not None
                and (found or re.search(_HOW, one.words))
                and not re.search(r"(?i)date of", one.words)
            ):
                yield self._line(
                    INJURY, one, hurt.date, what=one.words.strip(" ."), own=self.document.type in _LEGAL
                )
            elif (
                found is not None
                and days
                and not re.match(r"(?i)date of", one.words)
                and days[0].date.month is not None
                and not self._is_denied(one, found.start())
            ):
                yield self._line(EVENT, one, days[0].date, what=one.words.strip(" ."))

    def _is_denied(self, one: Sentence, start: int) -> bool:
        before = one.words[max(0, start - 40) : start]
        return self._any("denied", r"(?:\s+[\w/-]+){0,3}\s*$").search(before) is not None

    def _visit(self) -> Iterator[Line]:
        wanted = ("MDM", "medical decision", "assessment", "impression", "dx", "diagnos")
        one = next(
            (
                one
                for one in self.all
                if any(word in one.words.lower() for word in ("likely", "contusion", "consistent with"))
            ),
            None,
        ) or next((one for one in self.all if one.section in ("impression", "diagnoses")), None)
        one = one or next((one for one in self.said if any(word in one.words for word in wanted)), None)
        if one is not None:
            yield self._line(
                VISIT, one, self.day, what=self.document.type, finding=_body(one.words).strip(" .")
            )


# Small readings of words.


def _ticked(words: str, said: re.Pattern[str]) -> str:
    """The state of work whose box is ticked, without the next one whose box couldn't be seen; empty where none is."""
    for found in re.finditer(r"☒\s*([^☐☒▣.]+)", words):
        if states := list(said.finditer(found[1])):
            return found[1][: states[1].start() if len(states) > 1 else None].strip(" ,/-")
    return ""


_COUNT = rf"(?:\d{{1,3}}|{'|'.join(word for word, number in SPELLED.items() if 0 < number <= 20)})"
_STRENGTH = re.compile(
    r"(?i)\s*(?:(?:ER|XR|SR|CR|IR|LA|DR|sodium|potassium|HCl|hydrochloride|sul(?:f|ph)ate|(?:bi)?tartrate|citrate|succinate"
    r"|maleate|acetate|besylate|mesylate|fumarate|extended|release|tab\w*|cap\w*)\s+)*(?:\([^)]{0,40}\)\s*)?"
    r"(?P<number>\d+(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?|-\d{3}(?=\s?mg))?)\s*(?P<unit>mg|mcg)?(?![\w/.%])"
)
_VISITS = (
    r"(?i)\b(?:visits?|sessions?)(?:\s+(?:attended|completed|done|used|seen|to date))?\s*(?:#|no\.?|number|:)?\s*"
    r"(?P<at>\d{1,3})\s*(?:of|/)\s*(?P<all>\d{1,3})(?![\d/])"
    r"|(?<![\d/])(?P<n>\d{1,3})\s*(?:of|/)\s*(?P<of>\d{1,3})\s+(?:visits?|sessions?)\b"
    r"|\btotal (?:number of )?(?:visits?|sessions?)\s*:?\s*(?P<total>\d{1,3})(?![\d/])"
    rf"|^(?P<alone>{_COUNT})\s+(?:visits|sessions)\.?$"
)
_MIXED = (
    r"(?i)(?:[a-z]+\s+\d+(?:\.\d+)?\s?%\s*[/,]?\s*(?:and\s+)?){2,}(?:cream|gel|ointment)?"
    r"|\b[a-z]{4,}(?:\s?/\s?[a-z]{4,})+\s+(?:(?:topical|compound(?:ed)?)\s+)*(?:cream|gel|ointment)\b"
)
"""What is put on the skin, of several drugs."""
_ONCE = r"(?i)\b(?:previous(?:ly)?|prior|past(?! (?:medical |surgical )?history)|tried|trial|failed|used to|was|were|had|took|until|former(?:ly)?)\b"
_SHOWS = r"(?i):\s+|\b(?:shows?|showed|shown|reveals?|revealed|demonstrate[sd]?)\s+"
_UNTIL = r"(?i)\s*(?:to|through|thru|until|and|-|–)\s*"
_PAST = (
    r"(?i)\b(?:was|were) (?:tried|done|given|completed)\b|\b(?:has|had|have) (?:had|completed|finished|tried|undergone)\b"
    r"|\b(?:completed|finished|underwent)\b"
)
_GIVEN = r"(?i)\s+(?:(?!to\b|be\b|will\b|should\b|if\b|not\b|never\b)[\w-]+\s+){0,3}(?:prescribed|dispensed|given|started)\b"
_BORN = r"(?i)\b(?:DOB|born(?: on)?|date of birth|birth ?date)\s*[:.]?\s*$"
_LIMITED = (
    r"(?i)\b(?:no|only|limit\w*|restrict\w*|avoid|lbs?|pounds|hours|breaks|unchanged|sedentary|seated)\b"
)
_LIMITS = r"(?i)\brestrictions?\s*:\s*[^☐☒?]{4,160}"
_WORK_SAID = r"(?i)(?:work(?:ing)?(?: status| restrictions)?\s*:|(?:RTW|off work|TTD|TPD|P&S)\b(?!\s*(?:soon|if|likely|expected|unless)\b))"
"""What a plan that tells of the work the patient is put on begins a sentence with."""
_WAS = r"(?i)\b(?:was|were|had been|remained|stayed)\s+(?:(?:placed|put|taken|kept|then|initially)\s+)*$"
_WHO = r"(?i)(?:(?:primary|secondary|treating|attending|examining) )*(?:physician|provider|doctor|signature|date of exam\w*)\s*:"
_CLOSING = r"(?:respectfully|sincerely|very truly|cordially)\b"
_NO_DIAGNOSIS = (
    r"(?i)☐|☒|\b(?:was|were|is|are|has|had|will|showed|lay|went|tolerated|discharged|off work)\b|^(?:no|normal|negative|unremarkable|he|she|they|I|mr|mrs|ms|the (?:patient|applicant|claimant|worker))\b"
    rf"|^{_CLOSING}"
)
_LOST_BOX = r"[a-z]{3}(?=[A-Z][a-z]{2})"
"""Words of a form between which there was a box that couldn't be seen: which of them is ticked nobody knows."""
_FREQUENCY = (
    r"(?i)\b(?:\d+-\d+ daily|TID|BID|QID|QD|QHS|HS|daily|nightly|q\s?\d+(?:-\d+)?\s?h(?:rs?|ours)?|(?:once|twice|three times|four times) (?:daily|(?:a|per) day)|at night"
    r"|\d+(?:-\d+)?\s+(?:daily|nightly)|\d+\s?x?/?\s?(?:a|per)? ?day|max \d+/day|at bedtime|every \d+(?:-\d+)? hours)(?:[ ,]+(?:as needed|prn|max \d+/day))*|\bprn\b"
)
_HOW = (
    r"(?i)\b(?:when|while|lifted|lifting|struck|hit|pulled|pushed|twisted|went into|caught|crushed|slipped)\b"
)
_AFTER = r"(?i)\b(?:after|since|following|post|status post|s/p)\b"
_VISIT_DAY = r"(?i)\bdate of (?:visit|service|exam\w*|evaluation|report)\s*:?\s*$"
_DECLARED = r"(?i)^(?:I declare|The patient was|I have not|Time spent|This document|This report)"
_DECLARED_IN = r"(?:(?<=[.\s])|^)(?=I declare|The patient was advised|Time spent|I have not violated)"


def one_of(pattern: str, text: str) -> str:
    """The first words of a text that a pattern finds; empty where it finds none."""
    found = re.search(pattern, text)
    return " ".join(found[0].split()) if found else ""


def _strength(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    unit = (found["unit"] or "").lower() or (
        "mg" if "/" in found["number"] or float(found["number"]) > 4 else ""
    )
    return f"{found['number'].replace(' ', '')} {unit}".strip()


def _of_visits(found: re.Match[str]) -> str:
    count = found["total"] or found["at"] or found["n"] or _number(found["alone"])
    return f"{count}{f' of {of}' if (of := found['all'] or found['of']) else ''} visits"


def _is_season(text: str, hit: re.Match[str]) -> bool:
    """Whether *fall* is a time of the year: in the fall, fall of 2019."""
    before, after = text[: hit.start()], text[hit.end() :]
    return hit[0].lower() == "fall" and (
        re.search(
            r"(?i)\b(?:in|during|since|until) (?:the |late |early )?$|\b(?:late|early|that|last) $", before
        )
        is not None
        or re.match(r"(?i) (?:of )?(?:19|20)\d\d\b", after) is not None
    )


def _number(said: str) -> str:
    return said if said.isdigit() else str(SPELLED[said.lower()])


def _body(text: str) -> str:
    """A passage without the heading or label that it begins with."""
    return re.sub(r"^[A-Za-z][\w /&()'’-]{0,40}:\s*", "", text).strip()


def _signature(text: str) -> bool:
    return re.search(
        r"(?i)^\W*(?:digitally |e-)?signed\b|\belectronically\b|\bsigned by\b|\b(?:(?:dictated|read|interpreted|reviewed) by|signature)\b",
        text,
    ) is not None or bool(
        re.match(
            r"[A-Z][\w.'’-]+(?: [A-Z][\w.'’-]*){1,3},? (?:M\.?D|D\.?O|D\.?C|PT|DPT|PA-C|NP|RN|DPM|OTR|LCSW|L\.?Ac|Ph\.?D|Psy\.?D)\b",
            text,
        )
    )


def _nearest(days: Sequence[Dated], match: re.Match[str], text: str) -> Dated | None:
    """The date that belongs to words: right behind them, or right before them, in the same clause."""
    behind = next((day for day in days if day.start >= match.end()), None)
    if behind is not None and len(text[match.end() : behind.start].split()) <= 8:
        return behind
    before = next((day for day in reversed(days) if day.end <= match.start()), None)
    if before is not None and len(text[before.end : match.start()].split()) <= 6:
        return before
    return None


def _clause(text: str, since: int, start: int, end: int, until: int) -> str:
    """The words about what stands at `start`, from the clause's beginning to the date."""
    before = re.split(r"(?i)[,;:.]\s|\b(?:and|status post|s/p|underwent|had|has)\b", text[since:start])[-1]
    words = " ".join(f"{before}{text[start : max(end, until)]}".split()).strip(" ,.;(")
    return re.sub(r"(?i)^(?:\d{4}\s+)|\s+(?:on|in|of|dated|from)$", "", words)


def _level_regions(text: str) -> list[str]:
    found: set[str] = set()
    for mention in extract(text):
        levels: tuple[str, ...] = getattr(mention, "levels", ())
        for level in levels:
            found.add({"C": "cervical spine", "T": "thoracic spine"}.get(level[0], "lumbar spine"))
    return sorted(found)


def _spine(regions: Sequence[str]) -> str:
    """One region where the others are what its nerves supply."""
    spine = [one for one in regions if one.endswith("spine")]
    return spine[0] if len(spine) == 1 else ""


def _family(families: Mapping[str, re.Pattern[str]], text: str, other: str = "operation") -> str:
    return next((name for name, found in families.items() if found.search(text)), other)
