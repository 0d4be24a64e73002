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
from assistant.core.record import course_words as wording
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
from assistant.core.record.mentions import extract_kind, regions_of
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
_SIGNED = r"(?i)\b(?:signed|dictated|authenticated|(?:read|interpreted) by|(?:interpreting|reading) (?:radiologist|physician))\b"
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
    found = [one for one in found if one.date not in (_UNKNOWN, born)]
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
    said = list(sentences(document, words, running, document.type in (*drugs["lists"], _LAB)))
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
        regions = sorted(regions_of(about)) or wording.level_regions(about)
        return Line(
            kind,
            date,
            {key: value for key, value in parts.items() if value},
            Evidence(one.document, one.page, quote or one.quote),
            regions[0] if len(regions) == 1 else wording.spine_of(regions),
            sides.pop() if len(sides) == 1 else "bilateral" if len(sides) > 1 else "",
            own=own,
        )

    def _days(self, one: Sentence) -> list[Dated]:
        """The days that a sentence names, without that of the patient's birth."""
        days = dated(one.words, self.document.date)
        return [
            day
            for day in days
            if day.date != self.born
            and not re.search(wording.BORN, one.words[max(0, day.start - 20) : day.start])
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
            about = f"{about} {wording.body_of(impression.words).split('. ')[0]}"
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
            finding=wording.body_of(impression.quote),
        )

    def _passage(self, section: str) -> Sentence | None:
        """What stands under a heading, as one passage of one page."""
        under = [one for one in self.all if one.section == section]
        first = next((one for one in under if len(wording.body_of(one.quote)) > 3), None)
        if first is None:
            return None
        quote = ""
        for one in under[under.index(first) :]:
            if one.page != first.page or re.search(_SIGNED, one.words):
                break
            if wording.is_signature(one.words) or len(quote) + len(one.quote) > _LONGEST:
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
                if len(nearby) < _LONGEST
                and not wording.is_signature(following[min(at + 1, len(following) - 1)].words)
                else one.quote
            )
            yield self._line(
                TEST,
                one,
                self.day,
                quote=one.quote if len(one.quote) > 40 else quote,
                what="urine drug test",
                finding=wording.body_of(one.quote),
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
            (one for one in self.all if one.section == "procedure" and len(wording.body_of(one.quote)) > 3),
            None,
        )
        if one is not None:
            injected = wording.family_of(self._map("injections"), one.words, "")
            if injected and not whole(self._map("operations")).search(one.words):
                yield self._line(INJECTION, one, self.day, own=True, what=injected)
                return
            yield self._line(
                OPERATION,
                one,
                self.day,
                own=True,
                what=wording.family_of(self._map("operations"), one.words),
                finding=wording.body_of(one.quote).strip(" ."),
            )

    def _narrated_studies(self) -> Iterator[Line]:
        for one in self.said:
            if not whole(self._map("studies")).search(one.words):
                continue
            for name, found in self._map("studies").items():
                for match in found.finditer(one.words):
                    near = wording.nearest(self._days(one), match, one.words) or self._at_visit(one, match)
                    near = near or self._today(one, match)
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
                    finding = re.split(wording.SHOWS, one.words[max(match.end(), near.end) :], maxsplit=1)
                    about = one.words[match.start() : match.end() + 60]
                    for day in (near, *again(one.words, near, self._days(one))):
                        shown = finding[1] if len(finding) == 2 and day is near else ""
                        if not day.date.after(self.day):
                            yield self._line(STUDY, one, day.date, about, what=name, finding=shown)
                    break

    def _at_visit(self, one: Sentence, match: re.Match[str]) -> Dated | None:
        """The day of a visit at which a study was done that its note only names with what it showed."""
        if self.document.type not in (*self._list("visit_documents"), *_FIRST_REPORT) or self._days(one):
            return None
        shown = re.match(r"(?i)[^.;:]{0,40}:\s+(?!none\b|not\b|deferred|pending)", one.words[match.end() :])
        return Dated(match.end(), match.end(), self.day) if shown else None

    def _today(self, one: Sentence, match: re.Match[str]) -> Dated | None:
        """The day of a note that says of a study that it was done on it."""
        done = re.match(wording.DONE_TODAY, one.words[match.end() :]) or re.search(
            wording.TODAYS, one.words[: match.start()]
        )
        return (
            Dated(match.end(), match.end(), self.day)
            if done and not self._days(one) and not re.search(r"(?i)\bno(?:ne|t)?\b", done[0])
            else None
        )

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
                if near.start < start and re.search(wording.AFTER, one.words[near.end : start]):
                    continue
                if re.search(wording.VISIT_DAY, one.words[: near.start]):
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
                near = wording.last_of(near, days, one.words)
                for day in (near, *again(one.words[:until], near, days)):
                    if not day.date.after(self.day):
                        finding = (
                            wording.clause_at(one.words, since, start, end, near.start) if day is near else ""
                        )
                        yield self._line(kind, one, day.date, about, what=family, finding=finding)

    def _injected(self) -> Iterator[Line]:
        """An injection that a note tells as done: `the knee was injected with`, `Dr. Low injected 40 mg of Kenalog`."""
        for one in self.said:
            days = [day for day in self._days(one) if not day.date.after(self.day)]
            own = re.search(r"(?i)\bI\b|\btoday\b", one.words) or one.section == "rendered"
            found = re.search(r"(?i)\b(?:was|were) (?:then |sterilely )?injected\b", one.words)
            found = found or (re.search(wording.INJECTED, one.words) if days or own else None)
            if found is None and one.section == "rendered":
                found = whole(self._map("injections")).search(one.words)
            if found is None or self._is_planned(one, found.start(), found.end()):
                continue
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
                found = re.search(wording.VISITS, one.words)
                treated = re.search(rf"(?i)\btreated\s+(?P<n>{wording.COUNT})\s+times\b", one.words)
                if found or treated:
                    count = wording.of_visits(found) if found else f"{wording.number_of(treated['n'])} visits"  # type: ignore[index]
                    days = [day for day in self._days(one) if not day.date.after(self.day)]
                    date = days[-1].date if treated and days else self.day
                    yield self._line(THERAPY, one, date, what=own, count=count)
                    seen = True
                    continue
            if one.section in ("plan", "work", "assessed", "rendered") and not re.search(
                wording.PAST, one.words
            ):
                continue
            yield from self._counted(one)
            yield from self._begun(one)
        if own and own != "psychotherapy" and not seen:
            rows = [
                (page, row)
                for page, text in enumerate(self.document.pages, 1)
                for row in wording.visit_rows(text)
            ]
            if len(rows) > 2:
                page, row = rows[-1]
                count = wording.last_number([row for _, row in rows])
                last = Sentence("", cleared(row), row, self.document.id, page, False)
                yield self._line(THERAPY, last, self.day, what=own, count=f"{count} visits" if count else "")
            elif (summary := self._summary()) is not None:
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
                of = re.search(wording.VISITS, near)
                count = of or re.search(
                    rf"(?i)(?<![\d/#.])\b(?P<n>{wording.COUNT})\s+(?:[\w-]+\s+){{0,2}}?{noun}", near
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
                if (
                    near_day
                    and not of
                    and re.search(
                        rf"(?i)\b{wording.COUNT}\s+{noun}", one.words[match.end() + 30 : near_day.start]
                    )
                ):
                    near_day = None  # the day of another count
                near_day = wording.last_of(near_day, days, one.words, True) if near_day else None
                yield self._line(
                    THERAPY, one, near_day.date if near_day else self.day, what=name,
                    count=wording.of_visits(of) if of else f"{wording.number_of(count['n'])} visits",
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
            mixed = re.search(wording.MIXED, one.words)
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
                strength = re.match(wording.STRENGTH, rest)
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
                    and not (row or topical or tried or re.match(wording.GIVEN, rest))
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
                if not row and not told and one.section not in ("plan", "assessed", "rendered", ""):
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
                    DRUG, one, filled or self.day, what=name, strength=topical or wording.strength_of(strength),
                    dose=wording.one_of(wording.FREQUENCY, after), quantity=wording.one_of(r"(?<!\w)#\s?\d+", after),
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
        often = re.match(rf"{wording.FREQUENCY}".replace("(?i)", r"(?i)\W*", 1), rest) or re.match(
            r"[\s,]*#\s?\d", rest
        )
        before = one.words[max(0, start - 60) : start]
        return often is not None and not re.search(wording.ONCE, before) and not self._is_denied(one, start)

    def _compound(self, one: Sentence) -> Iterator[Line]:
        found = re.search(wording.MIXED, one.words)
        if found and (self.known.drug.search(found[0]) or re.search(r"(?i)cream|gel|ointment", found[0])):
            quantity = wording.one_of(r"(?i)\b\d+\s?(?:g|gm|grams)\b", one.words[found.end() :])
            yield self._line(
                DRUG,
                one,
                self.day,
                what=" ".join(found[0].split()).strip(" ,/").lower(),
                quantity=quantity,
                dose=wording.one_of(wording.FREQUENCY, one.words[found.end() :]),
            )

    def _changes(self) -> Iterator[Line]:
        either = self.known.drug
        verb = self._any("changes")
        for one in self.said:
            if one.section not in ("plan", "assessed"):
                continue
            drug, found = either.search(one.words), verb.search(one.words)
            if drug is None or found is None or re.search(r"(?i)\bif\b|\bdiscuss\w*|\bafter\b", one.words):
                continue
            if abs(drug.start() - found.start()) > 45:
                continue
            name = next(
                name for name, known in self._map("drugs", self.drugs).items() if known.fullmatch(drug[0])
            )
            finding = re.sub(r"^(?:\d+\.|P\s?:)\s*", "", one.words).strip(" .")
            yield self._line(CHANGE, one, self.day, what=name, finding=finding)

    # -- work, diagnoses, events

    def _work(self) -> Iterator[Line]:
        said = self._any("work")
        stationary = self._any("stationary")
        block = [one for one in self.all if one.section == "work"]
        ends = next((n for n, one in enumerate(block) if re.match(r"(?i)I declare\b", one.words)), len(block))
        block = [one for one in block[:ends] if not re.match(wording.DECLARED, one.words)]
        block = [one for one in block if one.page == block[0].page]
        signed = next((n for n, one in enumerate(block) if wording.is_signature(one.words)), len(block))
        block = block[: min(signed, 3)]
        ticked = wording.ticked_state(" ".join(one.words for one in block), said)
        told = []
        for one in block:
            if re.search(wording.LOST_BOX, one.words) or re.match(
                rf"{wording.WHO}|{wording.CLOSING}|{wording.RETURN}", one.words
            ):
                continue
            cut = re.split(
                wording.DECLARED_IN, re.sub(r"(?i)^(?:\d{1,2}[a-z]?[.)]\s+)?work status:?\s*", "", one.words)
            )[0].strip()
            form = len(said.findall(cut)) > 1 and len(cut.split()) < 9 and not re.search(r"[.,;]", cut)
            if cut and not re.search("[☐☒▣?]", cut) and not form:
                told.append((one, cut))
        if (
            told
            and re.match(r"(?i)work\s*:?(?:\s|$)", told[0][1])
            and not any(said.search(cut) or re.search(wording.LIMITED, cut) for _, cut in told)
        ):
            told = []  # what the patient does
        if told:
            words = " ".join(cut for _, cut in told)[:_LONGEST]
            state = f"{ticked}: {words}" if ticked else words
            yield self._line(
                WORK,
                told[0][0],
                self.day,
                quote=re.split(wording.DECLARED_IN, told[0][0].quote)[0].strip(),
                what=state.strip(" ."),
            )
        elif ticked and block:
            yield self._line(WORK, block[0], self.day, what=ticked)
        elif limits := next((one for one in block if re.search(wording.LIMITS, one.words)), None):
            yield self._line(
                WORK, limits, self.day, what=wording.one_of(wording.LIMITS, limits.words).strip(" .")
            )
        retold: PartialDate | None = None
        section = ""
        for one in self.all:
            if re.fullmatch(r"(?i)[\w &]{3,30} status\.?", one.words):
                continue  # a heading
            own = re.match(wording.WORK_SAID, one.words)
            if one.section in ("work", "plan", "assessed", "rendered", "examination", "template") and not (
                own and one.section in ("plan", "assessed")
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
                and re.search(wording.WAS, one.words[: found.start()])
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
                what=wording.clause_at(one.words, 0, found.start(), found.end(), len(one.words)),
            )  # fmt: skip

    def _diagnoses(self) -> Iterator[Line]:
        sections = (
            ("diagnoses", "assessed")
            if self.document.type in _LEGAL
            else ("diagnoses", "assessed", "impression")
        )
        signed = 0
        for one in self.all:
            if one.section in sections and (
                wording.is_signature(one.words) or re.match(wording.SENT_HOME, one.words)
            ):
                signed = one.page
            if one.section not in sections or one.page == signed or re.search(r"[?•]|Rx", one.words):
                continue
            body = re.sub(r"^\d{1,2}[.)]\s*", "", wording.body_of(one.words)).strip(" .;")
            coded = re.search(r"\b[A-TV-Z]\d\d(?:\.\w{1,4})?\b|\b\d{3}\.\d{1,2}\b", body)
            if (
                len(body) > 5
                and len(body) < 160
                and (coded or len(body.split()) < 17)
                and (coded or one.section != "assessed" or re.match(r"\d{1,2}[.)]\s", one.words))
                and not re.match(wording.ORDERED, body)
                and not re.search(wording.NO_DIAGNOSIS, body)
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
                yield self._line(
                    INJURY, one, self.injury, own=True, what=wording.body_of(one.words).strip(" .")
                )
                told = False
                continue
            if one.section not in ("history", "", "background"):
                continue
            days = [day for day in self._days(one) if not day.date.after(self.day)]
            days = [day for day in days if not re.search(wording.VISIT_DAY, one.words[: day.start])]
            hurt = next((day for day in days if day.date == self.injury), None)
            found = next(
                (hit for hit in said.finditer(one.words) if not wording.is_season(one.words, hit)), None
            )
            if (
                hurt is not None
                and (found or re.search(wording.HOW, one.words))
                and not re.search(r"(?i)date of", one.words)
            ):
                yield self._line(
                    INJURY, one, hurt.date, what=one.words.strip(" ."), own=self.document.type in _LEGAL
                )
            elif self.injury == self.day and not days and self.document.type in self._list("visit_documents"):
                how = found or re.search(wording.HOW, one.words)
                if how and not self._is_denied(one, how.start()):
                    yield self._line(INJURY, one, self.day, what=wording.body_of(one.words).strip(" ."))
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
        likely = re.compile(r"(?i)likely|contusion|consistent with")
        one = next((one for one in self.all if likely.search(one.words)), None)
        one = one or next((one for one in self.all if one.section in ("impression", "diagnoses")), None)
        one = one or next((one for one in self.said if any(word in one.words for word in wanted)), None)
        if one is not None:
            yield self._line(
                VISIT, one, self.day, what=self.document.type, finding=wording.body_of(one.words).strip(" .")
            )
