"""The course of a case as its pages tell it: studies, operations, treatment, drugs, work status, each with its page.

Every line is a proposal. It is found by the phrases of `prompts/intake/`, and nothing of it is a fact before a person
has confirmed it. What is only asked for, intended, imagined or denied is no line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from assistant.core.dates import PartialDate
from assistant.core.record.chronology_account import (
    CLOSING,
    LEGAL,
    LONGEST,
    UNKNOWN,
    Account,
    body_of,
    clause_at,
    is_signature,
)
from assistant.core.record.chronology_drugs import change_lines, drug_lines
from assistant.core.record.chronology_lines import (
    DEVICE,
    DIAGNOSIS,
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
    Line,
    merged,
)
from assistant.core.record.chronology_work import work_lines
from assistant.core.record.counts import SPELLED
from assistant.core.record.mentions import regions_of
from assistant.core.record.phrases import Known, any_of, known_phrases, whole
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
    running_lines,
    sentences,
)
from assistant.core.value import replace

_SECOND_HAND = frozenset({UR_REPORT, APPLICATION, REQUEST, "Proof of service", "Agreement"})
"""What others say of the course of the case: no line rests on it."""
_LAB = "Laboratory report"
_LETTER = "Letter"
_BY_THERAPISTS = frozenset({"Physical therapy note", "Chiropractic note", "Acupuncture note"})
"""Notes whose assessment is of the course, and no diagnosis."""
_FIRST_REPORT = frozenset({"Doctor's first report"})
_SIGNED = r"(?i)\b(?:signed|dictated|authenticated|(?:read|interpreted) by|(?:interpreting|reading) (?:radiologist|physician))\b"


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
    found = [one for one in found if one.date not in (UNKNOWN, born)]
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
    rows = document.type in (*drugs["lists"], _LAB)
    said = list(sentences(document, words, running, rows, known.entry))
    return tuple(_Reading(document, said, injury, born, known).lines())


class _Reading(Account):
    """One document, read for each kind of line."""

    def lines(self) -> Iterator[Line]:
        kind = self.document.type
        if kind in IMAGING or kind == NERVES:
            yield from self._report()
            return
        if kind == _LAB:
            yield from self._laboratory()
            return
        if kind in self.listed("lists", True):
            yield from drug_lines(self)
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
        yield from drug_lines(self)
        yield from change_lines(self)
        yield from work_lines(self)
        yield from self._diagnoses()
        yield from self._events()
        if kind in self.listed("visit_documents"):
            yield from self._visit()

    # -- reports of studies and of laboratories

    def _report(self) -> Iterator[Line]:
        impression = self._passage("impression") or self._passage("summary") or self._passage("findings")
        impression = impression or self._unheaded()
        if impression is None:
            return
        head = [line for line in cleared(self.document.pages[0]).split("\n") if line.strip()][:14]
        named = [
            (not regions_of(line), at, name, line)  # a letterhead names no part of the body
            for at, (name, found) in enumerate(self.patterns("studies").items())
            for line in head
            if found.search(line) and len(line.split()) < 20
        ]
        _, _, modality, about = min(named, key=lambda one: one[:2], default=(False, 0, "", ""))
        if self.document.type == NERVES:
            modality = "EMG/NCS"
        if not modality:
            return
        if not regions_of(about):
            about = f"{about} {body_of(impression.words).split('. ')[0]}"
        views = [name for name, found in self.patterns("views").items() if found.search(about)]
        contrast = re.search(r"(?i)\bwith(?:out)?(?: and with(?:out)?)? (?:contrast|gadolinium)\b", about)
        yield self.line(
            STUDY,
            impression,
            self.day,
            about,
            own=True,
            what=modality,
            views=", ".join(views) if modality == "radiographs" else "",
            contrast=contrast[0].lower() if contrast else "",
            finding=re.sub(_DASHED, "", body_of(impression.quote)),
        )

    def _passage(self, section: str) -> Sentence | None:
        """What stands under a heading, as one passage of one page."""
        under = [one for one in self.all if one.section == section]
        first = next((one for one in under if len(body_of(one.quote)) > 3), None)
        if first is None:
            return None
        quote = ""
        for one in under[under.index(first) :]:
            if one.page != first.page or re.search(rf"{_SIGNED}|^{CLOSING}", one.words):
                break
            if is_signature(one.words) or len(quote) + len(one.quote) > LONGEST:
                break
            quote = f"{quote} {one.quote}".strip()
        quote = quote or first.quote[:LONGEST]
        return replace(first, quote=quote, words=cleared(quote))

    def _unheaded(self) -> Sentence | None:
        """What a report without headings says, in its last sentences before the signature."""
        told = [
            one
            for one in self.all
            if one.section == ""
            and one.page == 1
            and re.search(r"[a-z]{2}\.$", one.words)
            and ":" not in one.words
        ]
        told = [one for one in told if not is_signature(one.words) and not self.days(one)][-3:]
        quote = " ".join(one.quote for one in told)
        return replace(told[0], quote=quote, words=cleared(quote)) if told and len(quote) < LONGEST else None

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
                if len(nearby) < LONGEST
                and not is_signature(following[min(at + 1, len(following) - 1)].words)
                else one.quote
            )
            yield self.line(
                TEST,
                one,
                self.day,
                quote=one.quote if len(one.quote) > 40 else quote,
                what="urine drug test",
                finding=body_of(one.quote),
            )

    def _database(self) -> Iterator[Line]:
        for one in self.all:
            found = re.search(r"(?i)\bprescribers?\s*:\s*\d+.*", one.words)
            if found:
                yield self.line(TEST, one, self.day, what="prescription database report", finding=found[0])
                return

    # -- operations, injections and studies as others tell of them

    def _operation_report(self) -> Iterator[Line]:
        told = [one for one in self.all if one.section == "procedure" and _is_told(body_of(one.words))]
        named = whole(self.patterns("operations")), whole(self.patterns("injections"))
        one = next((one for one in told if any(known.search(one.words) for known in named)), None)
        one = one or next(iter(told), None)
        if one is not None:
            injected = _family_of(self.patterns("injections"), one.words, "")
            if not injected and re.search(r"(?i)\bblocks?\b|\binjections?\b", one.words):
                injected = "nerve block" if re.search(r"(?i)\bblock", one.words) else "injection"
            if injected and not whole(self.patterns("operations")).search(one.words):
                yield self.line(INJECTION, one, self.day, own=True, what=injected)
                return
            yield self.line(
                OPERATION,
                one,
                self.day,
                own=True,
                what=_family_of(self.patterns("operations"), one.words),
                finding=body_of(one.quote).strip(" ."),
            )

    def _narrated_studies(self) -> Iterator[Line]:
        for one in self.said:
            if one.section in ("medications", "tried") or not whole(self.patterns("studies")).search(
                one.words
            ):
                continue
            for name, found in self.patterns("studies").items():
                for match in found.finditer(one.words):
                    near = _nearest(self.days(one), match, one.words) or self._at_visit(one, match)
                    near = near or self._today(one, match)
                    if (
                        near is None
                        or near.date.after(self.day)
                        or self.is_planned(one, match.start(), match.end())
                    ):
                        continue
                    if near.date.day is None and near.date.month is None:
                        continue
                    if re.search(r"(?i)\b(?:new|since|last seen|follow-?up)\s*$", one.words[: near.start]):
                        continue
                    finding = re.split(_SHOWS, one.words[max(match.end(), near.end) :], maxsplit=1)
                    about = one.words[match.start() : match.end() + 60]
                    for day in (near, *again(one.words, near, self.days(one))):
                        shown = finding[1] if len(finding) == 2 and day is near else ""
                        if not day.date.after(self.day):
                            yield self.line(STUDY, one, day.date, about, what=name, finding=shown)
                    break

    def _at_visit(self, one: Sentence, match: re.Match[str]) -> Dated | None:
        """The day of a visit at which a study was done that its note only names with what it showed."""
        at_once = self._is_soon() and not one.words[: match.start()].strip(" •-")
        if self.days(one) or not (
            at_once or self.document.type in (*self.listed("visit_documents"), *_FIRST_REPORT)
        ):
            return None
        shown = re.match(r"(?i)[^.;:]{0,40}:\s+(?!none\b|not\b|deferred|pending)", one.words[match.end() :])
        return Dated(match.end(), match.end(), self.day) if shown else None

    def _today(self, one: Sentence, match: re.Match[str]) -> Dated | None:
        """The day of a note that says of a study that it was done on it."""
        done = re.match(_DONE_TODAY, one.words[match.end() :]) or re.search(
            _TODAYS, one.words[: match.start()]
        )
        return (
            Dated(match.end(), match.end(), self.day)
            if done and not self.days(one) and not re.search(r"(?i)\bno(?:ne|t)?\b", done[0])
            else None
        )

    def _narrated(self, name: str, kind: str, only_dated: bool) -> Iterator[Line]:
        for one in self.said:
            hits = [(match.start(), match.end(), family) for family, match in self.matches(name, one)]
            if not hits:
                continue
            hits = [
                one for one in hits if not any(o[0] <= one[0] and one[1] <= o[1] and o != one for o in hits)
            ]
            hits.sort()
            days = self.days(one)
            for at, (start, end, family) in enumerate(hits):
                if self.is_planned(one, start, end):
                    continue
                until = hits[at + 1][0] if at + 1 < len(hits) else len(one.words)
                since = hits[at - 1][1] if at else 0
                near = next((day for day in days if end <= day.start < until), None)
                near = near or next((day for day in reversed(days) if since <= day.start < start), None)
                near = near or (days[0] if len(days) == 1 and days[0].start >= end else None)
                near = near or _year_beside(one.words, end)
                if near is None or near.date.after(self.day):
                    continue
                if near.start < start and re.search(_AFTER, one.words[near.end : start]):
                    continue
                if re.search(_VISIT_DAY, one.words[: near.start]):
                    continue
                if kind == OPERATION and self._is_shown(one, start):
                    continue
                if family == "operation" and not re.search(r"(?i)\b(?:underwent|had)\b", one.words[:start]):
                    continue
                if kind == OPERATION and only_dated and near.date == self.day:
                    continue
                if not (
                    self.is_done(one, start)
                    or one.words[end : near.start].strip(" ,(").lower()
                    in ("", "on", "in", "of", "dated", "date")
                ):
                    gap = one.words[end : near.start] if near.start >= end else one.words[near.end : start]
                    if len(gap.split()) > 6:
                        continue
                about = re.split(_AFTER, one.words[max(since, start - 40) : start])[-1]
                about += one.words[start : max(end, near.start)]
                near = _last_of(near, days, one.words)
                for day in (near, *again(one.words[:until], near, days)):
                    if not day.date.after(self.day):
                        finding = clause_at(one.words, since, start, end, near.start) if day is near else ""
                        yield self.line(kind, one, day.date, about, what=family, finding=finding)

    def _is_shown(self, one: Sentence, start: int) -> bool:
        """Whether what stands there is what a study showed: `CT 11/02/2017: solid fusion`."""
        study = whole(self.patterns("studies")).search(one.words[:start])
        return study is not None and re.search(_SHOWS, one.words[study.end() : start]) is not None

    def _injected(self) -> Iterator[Line]:
        """An injection that a note tells as done: `the knee was injected with`, `Dr. Low injected 40 mg of Kenalog`."""
        for one in self.said:
            days = [day for day in self.days(one) if not day.date.after(self.day)]
            own = re.search(r"(?i)\bI\b|\btoday\b", one.words) or one.section == "rendered"
            found = re.search(r"(?i)\b(?:was|were) (?:then |sterilely )?injected\b", one.words)
            found = found or (re.search(_INJECTED, one.words) if days or own else None)
            if found is None and days:
                found = next(
                    (
                        hit
                        for hit in self.any("steroids").finditer(one.words)
                        if hit.end() <= days[0].start
                        and re.search(_SHOT_AT, one.words[hit.end() : days[0].start])
                        and not re.match(_BY_MOUTH, one.words[hit.start() :])
                    ),
                    None,
                )
            if found is None and one.section == "rendered":
                found = whole(self.patterns("injections")).search(one.words)
            if found is None or self.is_planned(one, found.start(), found.end()):
                continue
            what = "steroid injection" if self.any("steroids").search(one.words) else "injection"
            yield self.line(INJECTION, one, days[0].date if days else self.day, own=not days, what=what)

    # -- treatment

    def _therapy(self) -> Iterator[Line]:
        documents = self.known.words[0]["therapy_documents"]
        assert isinstance(documents, Mapping)
        own = next((name for name, types in documents.items() if self.document.type in types), "")
        if own and (named := [name for name, _ in self._in_head("therapy")]) and own not in named:
            own = named[0]  # of occupational therapy
        seen = False
        for one in self.said:
            if own and not seen:
                found = re.search(_VISITS, one.words)
                treated = re.search(
                    rf"(?i)\b(?:treated|seen|came|attended|visited)\s+(?P<n>{_COUNT})\s+{_TIMES}", one.words
                )
                if found or treated:
                    count = _of_visits(found) if found else f"{_number_of(treated['n'])} visits"  # type: ignore[index]
                    days = [day for day in self.days(one) if not day.date.after(self.day)]
                    date = days[-1].date if treated and days else self.day
                    yield self.line(THERAPY, one, date, what=own, count=count)
                    seen = True
                    continue
            if one.section in ("plan", "work", "assessed", "rendered") and not re.search(_PAST, one.words):
                continue
            yield from self._counted(one)
            yield from self._begun(one)
        if own == "psychotherapy" and not seen:
            for one in self.said:
                if found := re.search(_SESSION, one.words):
                    yield self.line(THERAPY, one, self.day, what=own, count=f"{found[1]} visits")
                    break
        elif own and not seen:
            rows = [
                (page, row) for page, text in enumerate(self.document.pages, 1) for row in _visit_rows(text)
            ]
            if len(rows) > 2:
                page, row = rows[-1]
                count = _last_number([row for _, row in rows])
                last = Sentence("", cleared(row), row, self.document.id, page, False)
                yield self.line(THERAPY, last, self.day, what=own, count=f"{count} visits" if count else "")
            elif nth := [
                (int(hit[1]), one) for one in self.said for hit in re.finditer(_NTH_VISIT, one.words)
            ]:
                most, one = max(nth, key=lambda told: told[0])
                yield self.line(THERAPY, one, self.day, what=own, count=f"{most} visits")
            elif (summary := self._summary()) is not None:
                yield self.line(THERAPY, summary, self.day, what=own)

    def _in_head(self, name: str) -> list[tuple[str, re.Match[str]]]:
        """What the first lines of the document name of several things, in order."""
        head = " | ".join([line for line in cleared(self.document.pages[0]).split("\n") if line.strip()][:3])
        hits = [(key, hit) for key, found in self.patterns(name).items() if (hit := found.search(head))]
        return sorted(hits, key=lambda told: told[1].start())

    def _summary(self) -> Sentence | None:
        """What a note of therapy says of its course, where it counts no visits."""
        wanted = r"(?i)\b(?:visit|session|improv\w+|progress|discharged?|treated|oswestry|goals?)\b"
        return next(
            (one for one in self.said if re.search(wanted, one.words) and len(one.words.split()) > 4), None
        )

    def _counted(self, one: Sentence) -> Iterator[Line]:
        noun = any_of(self.listed("counted")).pattern.replace("(?i)", "")
        noun = rf"(?:{noun}|{_TIMES})"
        if not whole(self.patterns("therapy")).search(one.words):
            return
        counted: set[str] = set()
        taken = 0
        hits = [
            (hit, name)
            for name, found in self.patterns("therapy").items()
            for hit in found.finditer(one.words)
        ]
        for match, name in sorted(hits, key=lambda told: told[0].start()):
            if name in counted:
                continue
            begins = max(taken, match.start() - 40)
            near = one.words[begins : match.end() + 30]
            of = re.search(_VISITS, near)
            count = of or re.search(rf"(?i)(?<![\d/#.])\b(?P<n>{_COUNT})\s+(?:[\w-]+\s+){{0,2}}?{noun}", near)
            alone = re.match(
                r"(?i)\s*(?:x\s*)?(?P<n>\d{1,3})(?=\s*[,.;]|\s*$|\s+(?:in|since|during|w/|with|helped|for)\b)",
                one.words[match.end() :],
            )
            if count is not None:
                at, ends = begins + count.start(), begins + count.end()
            elif (count := alone) is not None:
                at, ends = match.end(), match.end() + count.end()
            elif len({name for _, name in hits}) == 1:  # all that the sentence counts
                told = list(re.finditer(rf"(?i)(?<![\d/#.])\b(?P<n>{_COUNT})\s+{noun}", one.words))
                count = told[0] if len(told) == 1 and not re.search(_MORE, one.words) else None
                at, ends = told[0].span() if count else (0, 0)
            if count is None or self.is_planned(one, match.start(), match.end()):
                continue
            if any(match.end() <= hit.start() < at for hit, _ in hits):
                continue  # it counts the next
            if re.search(_MORE, near):
                continue
            days = [day for day in self.days(one) if not day.date.after(self.day)]
            near_day = next((day for day in days if day.start >= match.end()), None)
            if (
                near_day
                and not of
                and re.search(rf"(?i)\b{_COUNT}\s+{noun}", one.words[match.end() + 30 : near_day.start])
            ):
                near_day = None  # the day of another count
            near_day = _last_of(near_day, days, one.words, True) if near_day else None
            if near_day is None and days and days[0].start < 12:
                if self.document.type in LEGAL and days[0].start < 3:
                    near_day = days[0]  # of the record that is retold
                elif re.match(r"(?i)(?:between|from|in|during)\s", one.words):
                    near_day = _last_of(days[0], days, one.words, True)
            yield self.line(
                THERAPY, one, near_day.date if near_day else self.day, what=name,
                count=_of_visits(of) if of else f"{_number_of(count['n'])} visits",
                as_of="" if near_day else "yes",
            )  # fmt: skip
            taken = max(ends, match.end())
            counted.add(name)

    def _begun(self, one: Sentence) -> Iterator[Line]:
        if not re.search(r"(?i)\b(?:started|began|begun)\b", one.words):
            return
        for name, found in self.patterns("therapy").items():
            match = re.search(
                rf"(?i)\b(?:started|began|begun)\s+(?:\w+\s+)?{found.pattern.replace('(?i)', '')}", one.words
            )
            days = self.days(one)
            match = match or re.search(
                rf"{found.pattern}\s+(?:was\s+|were\s+)?(?:started|began|begun)\s+(?:on|in)?\s*(?=\w*\s?\d)",
                one.words,
            )
            if match and days and not self.is_planned(one, match.start(), match.end()):
                yield self.line(THERAPY, one, days[0].date, what=name, begins="began")
                return

    def _devices(self) -> Iterator[Line]:
        used = self.any("device_used")
        for one in self.said:
            if not whole(self.patterns("devices")).search(one.words):
                continue
            for name, found in self.patterns("devices").items():
                match = found.search(one.words)
                if match is None or self.is_planned(one, match.start(), match.end()):
                    continue
                if not used.search(one.words):
                    continue
                days = [day for day in self.days(one) if not day.date.after(self.day)]
                yield self.line(
                    DEVICE, one, days[0].date if days else self.day, what=name, finding=one.words,
                    as_of="" if days else "yes",
                )  # fmt: skip
                break

    # -- diagnoses, events

    def _diagnoses(self) -> Iterator[Line]:
        sections = ("diagnoses", "assessed", "impression")
        retold = self.document.type in LEGAL
        signed = 0

        def named(one: Sentence) -> bool:
            return one.first and re.search(_AILING, body_of(one.words)[:60]) is not None

        for one in self.all:
            if one.section in sections and (is_signature(one.words) or re.match(_SENT_HOME, one.words)):
                signed = one.page
            if one.section not in sections or one.page == signed or re.search(r"[?•]|Rx", one.words):
                continue
            if retold and one.section == "impression" and not re.match(r"\d{1,2}[.)]\s", one.words):
                continue  # of a study among the records
            body = re.sub(r"^\d{1,2}[.)]\s*", "", body_of(one.words)).strip(" .;")
            coded = re.search(r"\b[A-TV-Z]\d\d(?:\.\w{1,4})?\b|\b\d{3}\.\d{1,2}\b", body)
            if (
                len(body) > 5
                and len(body) < 160
                and (coded or len(body.split()) < 17)
                and (
                    coded or one.section != "assessed" or re.match(r"\d{1,2}[.)]\s", one.words) or named(one)
                )
                and not re.match(_ORDERED, body)
                and not re.search(_NO_DIAGNOSIS, body)
                and (coded or not re.search(_GOES, body) or re.search(_AILING, body))
                and (coded or not re.search(_AGED, body))
                and (
                    coded
                    or one.first
                    or re.match(r"\d{1,2}[.)]\s", one.words)
                    or re.search(_AILING, body)
                    or (len(body.split()) < 6 and not re.search(r"(?<![CTLS\d-])\d", body))
                )
                and re.search(r"[A-Za-z]{3}", body.replace(coded[0], "") if coded else body)
                and (coded or self.document.type not in _BY_THERAPISTS)
            ):
                yield self.line(DIAGNOSIS, one, self.day, what=body)

    def _events(self) -> Iterator[Line]:
        said = self.any("events")
        told = (
            "describe how" in " ".join(one.words.lower() for one in self.all)
            or self.document.type in _FIRST_REPORT
        )
        for one in self.said:
            if (
                told
                and self.injury
                and one.section == "history"
                and one.first
                and not re.match(_COMPLAINS, one.words)
            ):
                yield self.line(INJURY, one, self.injury, own=True, what=body_of(one.words).strip(" ."))
                told = False
                continue
            if one.section not in ("history", "", "background"):
                continue
            days = [day for day in self.days(one) if not day.date.after(self.day)]
            days = [day for day in days if not re.search(_VISIT_DAY, one.words[: day.start])]
            hurt = next((day for day in days if day.date == self.injury), None)
            found = next((hit for hit in said.finditer(one.words) if not _is_no_fall(one.words, hit)), None)
            if (
                hurt is not None
                and (found or re.search(_HOW, one.words) or _begins_with(one, hurt))
                and not re.search(r"(?i)date of", one.words)
            ):
                yield self.line(
                    INJURY, one, hurt.date, what=one.words.strip(" ."), own=self.document.type in LEGAL
                )
            elif not days and (
                (self.injury == self.day and self.document.type in self.listed("visit_documents"))
                or (one.section == "history" and self._is_soon() and re.search(_JUST, one.words))
            ):
                how = found or re.search(_HOW, one.words)
                if how and self.injury and not self.is_denied(one, how.start()):
                    yield self.line(INJURY, one, self.injury, what=body_of(one.words).strip(" ."))
            elif (
                found is not None
                and days
                and not re.match(r"(?i)date of", one.words)
                and days[0].date.month is not None
                and not self.is_denied(one, found.start())
            ):
                yield self.line(EVENT, one, days[0].date, what=one.words.strip(" ."))

    def _is_soon(self) -> bool:
        """Whether the document is of the days right after the injury."""
        return self.injury is not None and 0 <= (self.day.earliest - self.injury.earliest).days <= _SOON

    def _visit(self) -> Iterator[Line]:
        wanted = ("MDM", "medical decision", "assessment", "impression", "dx", "diagnos")
        likely = re.compile(r"(?i)likely|contusion|consistent with")
        one = next((one for one in self.all if likely.search(one.words)), None)
        one = one or next((one for one in self.all if one.section in ("impression", "diagnoses")), None)
        one = one or next((one for one in self.said if any(word in one.words for word in wanted)), None)
        if one is not None:
            yield self.line(
                VISIT,
                one,
                self.day,
                what=self.document.type,
                finding=body_of(one.words).strip(" ."),
            )


# How notes word a count of visits, a study, an injury, a period.


_COUNT = rf"(?:\d{{1,3}}|{'|'.join(word for word, number in SPELLED.items() if 0 < number <= 20)})"
_TIMES = r"times\b(?!\s+(?:a|per|each|every|daily|weekly|an)\b)"
_VISITS = (
    r"(?i)\b(?<!last )(?<!first )(?<!next )(?:visits?|sessions?)(?:\s+(?:attended|completed|done|used|seen|to date))?\s*(?:#|no\.?|number)?\s*:?\s*"
    r"(?P<at>\d{1,3})\s*(?:of|/)\s*(?P<all>\d{1,3})(?![\d/])"
    r"|(?<![\d/])(?P<n>\d{1,3})\s*(?:of|/)\s*(?P<of>\d{1,3})\s+(?-i:visits|sessions)\b"
    r"|\b(?:visits|sessions)(?: to date| attended| completed){0,2}\s*:\s*(?P<sum>\d{1,3})(?![\d/])(?!\s*(?:of|authorized|approved))"
    r"|\b(?:total (?:number of )?|(?:number|no\.?) of )(?:visits?|sessions?)\s*:?\s*(?P<total>\d{1,3})(?![\d/])"
    rf"|^(?P<alone>{_COUNT})\s+(?:visits|sessions)\.?$"
)
_MORE = (
    r"(?i)\b(?:more|additional|further|another|left|remaining|authorized|approved|requested?|recommend\w*)\b"
)
"""Of what is still to come."""
_DASHED = r"(?i)^(?:impressions?|conclusions?|interpretation|opinion)\s[-–—]\s"
_SHOWS = r"(?i):\s+|\b(?:shows?|showed|shown|reveals?|revealed|demonstrate[sd]?)\s+"
_UNTIL = r"(?i)\s*(?:to|through|thru|until|and|-|–)\s*"
_PAST = (
    r"(?i)\b(?:was|were) (?:tried|done|given|completed)\b|\b(?:has|had|have) (?:had|completed|finished|tried|undergone)\b"
    r"|\b(?:completed|finished|underwent)\b"
)
_INJECTED = (
    r"(?i)(?<!to be )\binjected\s+(?:with\b|the\b|my\b|his\b|her\b|left\b|right\b|an?\b|\d|[a-z]+ \d|into\b)"
)
_DONE_TODAY = r"(?i)[^.;]{0,30}?\b(?:(?:taken|performed|obtained|done|repeated)\b[^.;:]{0,24}\btoday\b|today\s*[:,(]|in the office\b)"
_TODAYS = r"(?i)\btoday['’]s\s+(?:\w+\s+){0,3}$"
_ORDERED = (
    r"(?i)(?:continue|recheck|request|refer|start|stop|increase|decrease|reduce|return|rtc|order|obtain|await|schedule|recommend|renew|refill|consider"
    r"|discharge|no change|little change|some change|diagnos[ei]s$|permanent and stationary)\w*\b"
)
"""What stands with the diagnoses and is none: what is ordered, and a heading."""
_SENT_HOME = r"(?i)(?:discharged?|disposition|prescribed|prescriptions?|instructions?)\b"
"""What ends the diagnoses of a visit to a hospital."""
_COMPLAINS = r"(?i)(?:subjective|S\s?:|CC\b|chief complaint|complaints?)"
_AILING = (
    r"(?i)\b(?:strain|sprain|tear|pain|syndrome|disorder|fracture|contusion|radiculopathy|stenosis|herniat\w+|protrusion|impingement|lumbago"
    r"|instability|disease|status post|s/p|degeneration|depression|anxiety|laceration|dependence|injury|lesion|headaches?|derangement|\w{3,}(?:itis|osis|pathy|algia|esthesis))\b"
)
"""What names an illness."""
_AGED = r"(?i)\b\d{2}[- ]?(?:y\.?\s?/?o\b|years?[- ]old)"
_GOES = (
    r"(?i)\b(?:gains?|improv\w+|progress\w*|stable|better|worse|worsening|plateau\w*|tolerat\w+|respon[ds]\w*|helped|complian\w+|failed|doing"
    r"|healing|recovering|motivated|consistent|unchanged|same)\b"
)
"""What says how somebody is doing, and names no illness."""
_NTH_VISIT = r"(?i)\b(?:visit|session|treatment)\s*(?:#|no\.?|number)?\s*:?\s*(\d{1,3})(?![\d/])(?!\s+(?:weeks?|months?|days?|years?)\b)"
"""Which of the visits a note of one visit is of."""
_SESSION = (
    r"(?i)\bsession\s*(?:#|no\.?|number|:)[\s#:]*(\d{1,3})(?![\d/])(?!\s+(?:weeks?|months?|min\w*|hours?)\b)"
)
_NO_DIAGNOSIS = (
    r"(?i)☐|☒|\b(?:was|were|is|are|has|had|will|showed|lay|went|tolerated|discharged|off work)\b|^(?:assessment|impressions?|diagnos[ie]s|plan)$|^(?:no|normal|negative|unremarkable|r/o|rule out|he|she|they|I|mr|mrs|ms|the (?:patient|applicant|claimant|worker))\b"
    rf"|^{CLOSING}"
)
_HOW = r"(?i)\b(?:(?:was|were|got) (?!seen|treated|evaluated|examined|referred|sent|off|working|employed|hired)\w+|when|while|since (?:an?|the|his|her|he|she|it)|landed|thrown|knelt|slid|strained|dropped|stepped|hurt|injured|cut|burned|bent|felt|popped|lifted|lifting|struck|hit|pulled|pushed|twisted|went into|caught|crushed|slipped|noticed|reported it)\b"
_JUST = r"(?i)\b(?:today|yesterday|this morning|last night|(?:two|three|four|2|3|4) days ago|earlier this week|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
_SOON = 7
"""So many days after an injury a note may tell of it by *yesterday*."""
_AFTER = r"(?i)\b(?:after|since|following|post|status post|s/p)\b"
_VISIT_DAY = r"(?i)\bdate of (?:visit|service|exam\w*|evaluation|report)\s*:?\s*$"


_SHOT_AT = r"(?i)^\s*(?:shot|inj\.?)?\s*(?:on\s+|in\s+|,\s*|\()?$"
_BY_MOUTH = r"(?i)(?:methyl)?predniso|medrol\b|dexameth|\w+ (?:dose ?pack|tab|cream|ointment)"
"""A steroid that is swallowed or put on the skin."""


def _is_told(body: str) -> bool:
    """Whether what stands behind a heading is more than a day."""
    return len(re.sub(r"[\d\W]", "", body)) > 2


def _year_beside(text: str, end: int) -> Dated | None:
    """The year that stands right behind what was done, with nothing but levels, a side or who did it between them: `ACDF C5-6 2011`."""
    found = re.match(
        r"\s*[(,]?\s*(?:(?:[LCTS]\d[\w/-]*|left|right|bilateral|[LR]|in|x\s?\d)[\s,]+){0,3}((?:19|20)\d\d)\b(?![/-])",
        text[end:],
    )
    return Dated(end + found.start(1), end + found.end(1), PartialDate(int(found[1]))) if found else None


def _of_visits(found: re.Match[str]) -> str:
    count = found["total"] or found["sum"] or found["at"] or found["n"] or _number_of(found["alone"])
    return f"{count}{f' of {of}' if (of := found['all'] or found['of']) else ''} visits"


def _visit_rows(page: str) -> list[str]:
    """The rows of a log of visits, each of which begins with its day or with its number and its day."""
    rows = (" ".join(line.split()) for line in page.split("\n"))
    return [
        row for row in rows if re.match(r"\W*(?:\d{1,3}[.):]?\s+)?\d{1,2}/\d{1,2}/\d{2,4}\s+\S", cleared(row))
    ]


def _last_number(rows: Sequence[str]) -> str:
    """The number of the last visit of a log whose rows are numbered one after the other; empty where they aren't."""
    found = [re.match(r"\W*(\d{1,3})[.):]?\s+\d{1,2}/|\W*[\d/]+\s+(\d{1,3})\s", cleared(row)) for row in rows]
    numbers = [int(one[1] or one[2]) for one in found if one]
    counted = len(numbers) == len(rows) and all(after > before for before, after in pairwise(numbers))
    return str(numbers[-1]) if counted else ""


def _is_no_fall(text: str, hit: re.Match[str]) -> bool:
    """Whether *fall* is a time of the year, as in the fall, fall of 2019, or nobody fell, as who fell asleep or ill."""
    before, after = text[: hit.start()], text[hit.end() :]
    if re.match(r"(?i)\s+(?:asleep|ill|sick|behind|apart|short|through)\b", after):
        return True
    return hit[0].lower() == "fall" and (
        (
            re.search(
                r"(?i)\b(?:in|during|since|until) (?:the |late |early )?$|\b(?:late|early|that|last) $",
                before,
            )
            is not None
            and re.match(r"(?i)\s+(?:off|from|at|on|onto|down|to|into|while|when|over|backwards?)\b", after)
            is None
        )
        or re.match(r"(?i) (?:of )?(?:19|20)\d\d\b", after) is not None
    )


def _begins_with(one: Sentence, hurt: Dated) -> bool:
    """Whether a sentence tells what happened on the day with which it begins, and not who was seen, tested or treated on it."""
    return (
        re.fullmatch(r"(?i)\W*(?:on|that on)\s+", one.words[: hurt.start]) is not None
        and len(one.words.split()) > _FEW
        and not re.search(_CARED_FOR, one.words)
    )


_FEW = 8
_CARED_FOR = (
    r"(?i)\b(?:seen|examined|evaluated|treated|referred|admitted|discharged|signed|filed|hired|interviewed|x-?rays?|MRI|report\w*|visit\w*|therapy"
    r"|prescribed|injection|surgery|claim|stopped working|laid off|terminated|work status)\b"
)


def _number_of(said: str) -> str:
    return said if said.isdigit() else str(SPELLED[said.lower()])


def _nearest(days: Sequence[Dated], match: re.Match[str], text: str) -> Dated | None:
    """The date that belongs to words: right behind them, or right before them, in the same clause."""
    behind = next((day for day in days if day.start >= match.end()), None)
    if behind is not None and len(text[match.end() : behind.start].split()) <= 8:
        return behind
    before = next((day for day in reversed(days) if day.end <= match.start()), None)
    if before is not None and len(text[before.end : match.start()].split()) <= 6:
        return before
    return None


def _last_of(first: Dated, days: Sequence[Dated], text: str, spans: bool = False) -> Dated:
    """Of a period the day with which it ends, else the day itself: `between May and July 2018`, `8/1 through 9/2/2019`."""
    last = next((day for day in days if day.start > first.start), first)
    joined = re.fullmatch(_UNTIL, text[first.end : last.start])
    between = re.search(r"(?i)\bbetween\s+$", text[: first.start])
    apart = spans or between  # else these are two days that stand beside each other
    is_period = joined and (joined[0].strip().lower() != "and" or apart)
    return last if is_period and not first.date.after(last.date) else first


def _family_of(families: Mapping[str, re.Pattern[str]], text: str, other: str = "operation") -> str:
    return next((name for name, found in families.items() if found.search(text)), other)
