"""A packet on its way to a case: what its pages propose, what a person has confirmed, and the case that comes of it.

Nothing is a fact before it is confirmed. What was decided is kept beside the pages, so that the work can be stopped
at any moment and gone on with; what was refused is not proposed again.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import Refused, refuse
from assistant.core.record.chronology import chronology
from assistant.core.record.claim import Fact, claim_facts, outsiders
from assistant.core.record.mentions import regions_named, regions_of_levels
from assistant.core.record.pages import said_list
from assistant.core.record.phrases import known_phrases, whole
from assistant.core.record.refusal import Refusal, refusal
from assistant.core.record.sentences import APPLICATION, REQUEST, UR_REPORT, PacketDocument
from assistant.core.rules.services import GENERAL
from assistant.core.text import digest, one_line, shortened
from assistant.core.value import replace
from assistant.machine import PRIVATE_FOLDER
from assistant.records.case_folder import (
    CaseStore,
    place_for,
    refuse_occupied,
    short_name,
    unwritten,
    write_text,
)
from assistant.records.case_yaml import scalar
from assistant.records.importing import Arrived, DocumentPart, Importer, free_id, left_out
from assistant.records.intake_proposals import (
    BEFORE_INJURY,
    CONFIRMED,
    DOCUMENT,
    ITEM,
    ITEM_FIELDS,
    KEPT,
    LINE,
    OPEN,
    QUESTION,
    REFUSED,
    Proposal,
    claim_proposals,
    claim_text,
    corrected,
    decision_proposals,
    item_proposals,
    items_text,
    line_proposals,
    own_line,
    quoted,
    set_for,
    with_lines,
)
from assistant.records.item_facts import asked_facts, checked_fact, stated
from assistant.records.line_facts import WAITING, waiting_text
from assistant.records.parting import part as parted
from assistant.records.proposing import UNKNOWN, describe, named_in, words_of
from assistant.records.reading import ENDINGS, NotKept, Progress, Recogniser, find_recogniser, kind_of

_STATE = Path(".import", "decided.json")
_EMPTY = """\
id: {id}
title: A packet that is being read
documents: []
timeline: []
items:
  "1": {{service: not yet confirmed, region: not yet confirmed, prompt_set: general}}
"""


class Intake:
    """The work on one packet, in a folder beside the place of the case; a context manager that holds it alone."""

    def __init__(self, target: Path, progress: Progress, recogniser: Recogniser | bool | None = True) -> None:
        """Raises `Refused` where something stands in the place of the case, or another program works on it."""
        refuse_occupied(target)
        self.target = target
        self.draft = target.with_name(f".{target.name}.new")
        self.is_kept = False
        """Whether what was read is kept though the work was refused, or stopped."""
        self._is_new = not self.draft.exists()
        try:
            self.draft.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            if not (self.draft / "case.yaml").exists():
                write_text(self.draft / "case.yaml", _EMPTY.format(id=scalar(target.name)))
        except OSError as error:
            raise unwritten(target, error) from None
        self._store = CaseStore(self.draft)
        found = find_recogniser() if recogniser is True else recogniser or None
        self._importer = Importer(self._store, found, progress)
        self._arrived: list[Arrived] = []
        self.parts: list[tuple[int, DocumentPart]] = []
        self.notes: list[str] = []
        self._decided: dict[str, dict[str, Any]] = {}
        self._proposals: list[Proposal] | None = None
        self._done = False
        self._read_state()

    def __enter__(self) -> Intake:
        return self

    def __exit__(self, kind: object = None, error: object = None, trace: object = None) -> None:
        if self._done:
            return
        self._store.__exit__()
        if isinstance(error, Refused) and not self._decided and not self.is_kept:
            self.discard()

    def discard(self) -> None:
        """Leaves nothing behind of work that began now and was refused; what was there before stays."""
        if self._is_new:
            shutil.rmtree(self.draft, ignore_errors=True)

    # -- what was decided so far

    def _read_state(self) -> None:
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            held = json.loads((self.draft / _STATE).read_text("utf-8"))
            self._decided = {
                str(key): {
                    "state": str(one["state"]),
                    "fields": {str(k): str(v) for k, v in one["fields"].items()},
                    **({"page": str(one["page"])} if "page" in one else {}),
                }
                for key, one in held.items()
            }

    def _keep_state(self) -> None:
        self._write(_STATE, json.dumps(self._decided, indent=1))

    def _write(self, name: Path, text: str) -> None:
        try:
            write_text(self.draft / name, text, settled=False)
        except OSError as error:
            raise refuse(
                f"What was confirmed can't be kept: {error.strerror}.",
                one_line(str(self.draft)),
                "Check the disk.",
            ) from None

    # -- the files

    def arrive(self, paths: Sequence[Path]) -> None:
        """Reads the files, or those of a folder; a second call goes on where the first was cut off."""
        files = _files(paths)
        if not files:
            said = ", ".join(one_line(str(path)) for path in paths)
            fix = f"Name files that end in {', '.join(ENDINGS)}, or a folder of such."
            raise refuse("There is no file to read here.", said, fix)
        for folder in (path for path in paths if path.is_dir()):
            if others := sorted(one_line(one.name) for one in folder.iterdir() if one not in files):
                self.notes.append(f"Not read, of the folder {one_line(folder.name)}: {', '.join(others)}.")
        for path in files:
            kind_of(path)  # what can't be read is refused before the rest is read
        if place_for(paths)[1] == self.target:  # by these names it is gone on with
            named = [str(path.resolve()) for path in paths]
            self._write(library.NAMED, shlex.join(named) if len(named) > 1 else named[0])
        for path in files:
            try:
                arrived = self._importer.arrive(path)
            except Refused as refused:
                self.is_kept = self.is_kept or isinstance(refused, NotKept)
                if self.is_kept or not self._arrived:
                    raise
                self.is_kept = True
                kept = "What was read of the other files is kept: give the command again without it, or with the right one."
                raise Refused(*(replace(one, fix=f"{one.fix} {kept}") for one in refused.problems)) from None
            if any(one.staged.sha256 == arrived.staged.sha256 for one in self._arrived):
                self.notes.append(f"{path.name} is there twice; it is read once.")
                continue
            self._arrived.append(arrived)
            self.notes += [f"{path.name}: {note}" for note in arrived.read.notes]
            plain = parted([page.text for page in arrived.read.pages], arrived.read.pictures).plain
            blank = [
                page.number
                for page, text in zip(arrived.read.pages, plain, strict=True)
                if page.is_read and not text.strip()
            ]
            if blank:
                pages = (
                    f"pages {said_list(blank).replace(',', ', ')}" if len(blank) > 1 else f"page {blank[0]}"
                )
                self.notes.append(f"{path.name}: nothing stands on {pages}.")
        if not any(page.text.strip() or not page.is_read for one in self._arrived for page in one.read.pages):
            names = ", ".join(one_line(path.name) for path in files)
            raise refuse("Nothing stands on any page of it.", names, "Ask for the packet again.")
        used: set[str] = set()
        for number, arrived in enumerate(self._arrived):
            for part in self._importer.propose(arrived, None, used):
                used.add(part.id.lower())
                self.parts.append((number, part))
        self._name_authors()
        self.notes += [
            note for n, one in enumerate(self._arrived) for note in left_out(self._parts_of(n), one.read)
        ]

    @property
    def title(self) -> str:
        """What the case may be called: after the disputed services, else after its folder."""
        services = [
            one.fields["service"] for one in self.proposals if (one.group, one.state) == (ITEM, CONFIRMED)
        ]
        said = " and ".join(services[:2]) or self.target.name
        return said[:1].upper() + said[1:]

    @property
    def practice(self) -> str:
        """The words by which the pages say that nobody is treated by them; empty where none says so."""
        said = words_of("practice")
        lines = (line for one in self._arrived for page in one.read.pages for line in page.text.split("\n"))
        return shortened(next(filter(said.search, lines), ""), 70).strip(" .")

    @property
    def case_id(self) -> str:
        """The short name of the case, after its folder."""
        return short_name(self.target.name)

    def _parts_of(self, number: int) -> list[DocumentPart]:
        return [part for n, part in self.parts if n == number]

    def _name_authors(self) -> None:
        """Describes each document again once the people of the whole packet are known."""
        texts = [page.text for one in self._arrived for page in one.read.pages]
        roster = named_in(texts)
        patient = self._facts.get("employee")
        plain = [
            parted([page.text for page in one.read.pages], one.read.pictures).plain for one in self._arrived
        ]
        used: set[str] = set()
        made = []
        for number, part in self.parts:
            pages = [plain[number][page - 1] for page in part.pages]
            said = describe(pages, roster, patient.value if patient else "")
            named = replace(part, said=said, id=free_id(said, used, part.id if said.type == UNKNOWN else ""))
            used.add(named.id.lower())
            made.append((number, named))
        self.parts = made

    def _texts(self, number: int, part: DocumentPart) -> list[str]:
        return [self._arrived[number].read.pages[page - 1].text for page in part.pages]

    @property
    def _facts(self) -> dict[str, Fact]:
        return claim_facts(self._documents(), _words("documents"))

    @property
    def page_count(self) -> int:
        return sum(len(one.read.pages) for one in self._arrived)

    def page(self, place: Evidence) -> str:
        """The text of a page that a proposal names."""
        number, part = self._part(place.document)
        return self._texts(number, part)[place.page - 1]

    def place(self, place: Evidence) -> tuple[str, int]:
        """The file and the page of it that a page of a document is."""
        number, part = self._part(place.document)
        return self._arrived[number].staged.name, part.pages[place.page - 1]

    def where(self, place: Evidence) -> str:
        """A page as a person finds it in the packet: its file, where there are several, and its number there."""
        number, part = self._part(place.document)
        page = part.pages[place.page - 1]
        return f"{self._file_before(number)}page {page}"

    def _file_before(self, number: int) -> str:
        return f"{one_line(self._arrived[number].staged.name)}, " if len(self._arrived) > 1 else ""

    def _part(self, key: str) -> tuple[int, DocumentPart]:
        return next(one for one in self.parts if one[1].id == key)

    # -- what is proposed

    @property
    def proposals(self) -> list[Proposal]:
        """Everything that is proposed, with what was decided of it, in the order in which it is confirmed."""
        if self._proposals is None:
            self._proposals = [self._with_decision(one) for one in self._made()]
        return self._proposals

    def _with_decision(self, one: Proposal) -> Proposal:
        held = self._decided.get(one.key)
        if held is None:
            return one
        known = (
            held["fields"] if one.group == ITEM else one.fields
        )  # an item has the facts of the set that it was given
        fields = {key: held["fields"].get(key, value) for key, value in {**one.fields, **known}.items()}
        return replace(one, fields=fields, state=held["state"])

    def _made(self) -> Iterator[Proposal]:
        documents = self._documents(decided=True)
        facts = claim_facts(documents, _words("documents"))
        said = refusal(documents, _words("decision"), _service_of)
        injury = self._day("claim-injury", facts.get("injury"))
        decided = self._day("decision", said.decided)
        yield from self._document_proposals(injury)
        yield from self._questions(facts, documents, said)
        region = _most_named(documents, said)
        yield from claim_proposals(facts, documents, region, said)
        yield from decision_proposals(said, injury)
        yield from item_proposals(said, region, documents)
        yield from self._own(ITEM)
        born = facts.get("born")
        lines = chronology(
            documents, _words("chronology"), _words("drugs"), injury, parse_date(born.value) if born else None
        )
        yield from line_proposals(lines, region, injury, decided)
        yield from self._own(LINE)

    def _day(self, key: str, fact: Fact | None) -> PartialDate | None:
        """The day of a proposal as a person has corrected it, else as the pages say it."""
        held = self._decided.get(key)
        said = held["fields"].get("date", "") if held is not None else fact.value if fact is not None else ""
        return parse_date(said)

    def _own(self, group: str) -> Iterator[Proposal]:
        """What the person added, with the page that it was added on."""
        for key, held in self._decided.items():
            if key.startswith(f"own-{group}-"):
                document, _, page = held.get("page", "").rpartition(":")
                there = document in {part.id for _, part in self.parts}
                title = "Disputed item" if group == ITEM else held["fields"]["kind"]
                places = (Evidence(document, int(page)),) if there else ()
                yield Proposal(key, group, title, held["fields"], places, notes=("added by hand",))

    def _documents(self, decided: bool = False) -> list[PacketDocument]:
        """The documents as they are proposed, or as they were confirmed; those that were refused are none."""
        made = []
        for number, part in self.parts:
            held = self._decided.get(_document_key(self._arrived[number], part), {}) if decided else {}
            if held.get("state") == REFUSED:
                continue
            fields = held.get("fields", {})
            kind, date = fields.get("type", part.said.type), fields.get("date", part.said.date)
            made.append(PacketDocument(part.id, kind, parse_date(date), self._texts(number, part)))
        return made

    def _document_proposals(self, injury: PartialDate | None) -> Iterator[Proposal]:
        for number, part in self.parts:
            said, key = part.said, _document_key(self._arrived[number], part)
            nobody = said.type in _words("documents")["by_nobody"]
            asked = [
                name
                for name in ("author", "date")
                if not getattr(said, name) and not (name == "author" and nobody)
            ]
            asked += ["type"] if said.type == UNKNOWN else []
            unread = part.unread(self._arrived[number].read)
            notes = [f"not wholly readable: its page {', '.join(unread)}"] if unread else []
            if list(part.pages) != sorted(part.pages) or part.pages[-1] - part.pages[0] + 1 != len(
                part.pages
            ):
                notes.append("its pages lie apart or out of order in the file")
            if said.no_day:
                notes.append(f"{one_line(said.no_day, 30)} is no day")
            date = parse_date(self._decided.get(key, {}).get("fields", {}).get("date", said.date))
            if injury is not None and date is not None and injury.after(date):
                notes.append(BEFORE_INJURY)
            yield Proposal(
                key,
                DOCUMENT,
                f"{self._file_before(number)}p. {_span(part.pages)}",
                {"type": said.type, "author": said.author, "date": said.date, "sent_by": said.sent_by},
                tuple(Evidence(part.id, page) for page in range(1, len(part.pages) + 1)),
                tuple(asked),
                notes=tuple(notes),
            )

    def _questions(
        self, facts: Mapping[str, Fact], documents: Sequence[PacketDocument], said: Refusal
    ) -> Iterator[Proposal]:
        """What is odd about the packet, to be looked at: another person, another claim, a missing report."""
        kinds = {one.type for one in documents}
        if UR_REPORT not in kinds:
            yield Proposal(
                "no-report", QUESTION, "There is no utilization review report",
                {}, notes=("Without it a review can't be decided: decline it for missing records, or ask for the report.",),
            )  # fmt: skip
        if UR_REPORT in kinds and kinds <= ALONE:
            yield Proposal(
                "no-records", QUESTION, "There is nothing but the utilization review report", {},
                notes=("No case can be made of it (8 CCR 9792.10.6(b)(2)): ask for the request and the records.",),
            )  # fmt: skip
        for odd in outsiders(facts):
            held = [facts[name] for name, _ in odd.said]
            given = [f"{_CALLED[name]} {value}" for name, value in odd.said]
            whose = "claim" if {name for name, _ in odd.said} == {"claim_number"} else "person"
            here = "Are these documents" if len(odd.places) > 1 else "Is this document"
            yield Proposal(
                digest("|".join(f"{name}|{value}" for name, value in odd.said))[:16], QUESTION,
                f"{here} of the same {whose}? {'They give' if len(odd.places) > 1 else 'It gives'} {' and '.join(given)}",
                {}, odd.places,
                others=tuple(f"{one.value} ({one.evidence.document}:{one.evidence.page})" for one in held),
                notes=("another " + " and another ".join(_CALLED[name].removeprefix("the ") for name, _ in odd.said),),
            )  # fmt: skip
        if said.services and REQUEST not in kinds and not kinds <= ALONE:
            yield Proposal(
                "no-request",
                QUESTION,
                "There is no request for authorization",
                {},
                notes=("The report alone says what was asked for.",),
            )

    # -- what a person decides

    def get(self, key: str) -> Proposal:
        """The proposal of a key; raises `Refused` where there is none."""
        found = next((one for one in self.proposals if one.key == key), None)
        if found is None:
            raise refuse(f"There is no proposal “{one_line(key, 40)}”.", "", "List them with --json.")
        return found

    def confirm(self, key: str) -> None:
        """Takes a proposal; raises `Refused` where something of it is still asked for."""
        one = self.get(key)
        missing = [name for name in _NEEDED.get(one.group, ()) if not one.fields.get(name)]
        if missing:
            raise refuse(f"Its {missing[0].replace('_', ' ')} is needed.", "", "Correct it first.")
        self._decide(one, CONFIRMED)

    def refuse(self, key: str) -> None:
        """Turns a proposal down; it isn't made again. A page of somebody else's takes its document along."""
        one = self.get(key)
        if one.group == QUESTION:
            for place in one.evidence:
                number, part = self._part(place.document)
                self._decide(self.get(_document_key(self._arrived[number], part)), REFUSED)
        self._decide(one, REFUSED)

    def reopen(self, key: str) -> None:
        """Takes a decision back; what was added by hand stays."""
        if key.startswith("own-") and key in self._decided:
            self._decided[key]["state"] = OPEN
        else:
            self._decided.pop(key, None)
        self._changed()

    def correct(self, key: str, name: str, value: str) -> None:
        """Gives a part of a proposal another value; raises `Refused` for one that it can't have."""
        one = self.get(key)
        fields = corrected(one, name, value)
        if one.group == ITEM and name in ("service", "region"):
            before, now = (set_for(said["service"], said["region"]) for said in (one.fields, fields))
            chosen = one.fields["prompt_set"] != before.prompt_set  # by a person, for what it was
            fields["prompt_set"] = one.fields["prompt_set"] if chosen else now.prompt_set
            fields["region"] = fields["region"] or now.region
        if one.group == ITEM:
            told = stated(fields["prompt_set"], fields["service"], fields["region"])
            if name in ("service", "region") or fields["prompt_set"] != one.fields["prompt_set"]:
                fields |= dict.fromkeys(asked_facts(one.fields["prompt_set"]), "") | told
            elif name in told:
                fields[name] = checked_fact(fields["prompt_set"], name, fields[name])
        held = self._decided.get(key, {"state": OPEN, "fields": {}})
        self._decided[key] = {**held, "fields": fields}
        self._changed()

    def add(self, group: str, said: str, place: Evidence | None = None) -> Proposal:
        """Adds what no page was found to propose: an item by its service, or a line as its day and its words.

        It is confirmed and corrected as what is proposed. A line stands on the page before the person.
        """
        said = one_line(said).strip()
        if group == ITEM:
            first = next((one for one in self.proposals if one.group == ITEM), None)
            region = first.fields["region"] if first is not None else ""
            proposed = set_for(said, region)
            fields = dict.fromkeys(ITEM_FIELDS, "") | {
                "service": said,
                "region": proposed.region or region,
                "decision": "denied",
                "prompt_set": proposed.prompt_set,
                **stated(proposed.prompt_set, said, proposed.region or region),
            }
        else:
            fields = own_line(said)
        if not said or (group == LINE and place is None):
            raise refuse("There are no words.", "", "Write what is to be added.")
        number = 1 + sum(key.startswith("own-") for key in self._decided)
        key = f"own-{group}-{number}"
        self._decided[key] = {"state": OPEN, "fields": fields, "page": str(place) if place else ""}
        self._changed()
        return self.get(key)

    def _decide(self, one: Proposal, state: str) -> None:
        self._decided[one.key] = {
            **self._decided.get(one.key, {}),
            "state": state,
            "fields": dict(one.fields),
        }
        if one.group == DOCUMENT and REFUSED in (state, one.state):
            self._changed()
        else:
            self._keep_state()
            if self._proposals is not None:
                self._proposals = [
                    replace(o, state=state) if o.key == one.key else o for o in self._proposals
                ]

    def _changed(self) -> None:
        self._proposals = None
        self._keep_state()

    @property
    def wanting(self) -> list[Proposal]:
        """What has to be decided before a review can begin: everything but the lines."""
        return [one for one in self.proposals if one.group != LINE and one.state == OPEN]

    # -- the case

    def finish(self, case_id: str, title: str, practice: bool) -> Path:
        """Makes the case of what was confirmed; raises `Refused`, with everything as it was, where that makes none."""
        if self.wanting:
            raise refuse(
                f"{len(self.wanting)} of what comes before a review is still open.",
                "",
                "Confirm or refuse it first.",
            )
        confirmed = [one for one in self.proposals if one.state == CONFIRMED]
        if not any(one.group == ITEM for one in confirmed):
            raise refuse(
                "There is no disputed item.", "", "Confirm at least one, or make the case by questions."
            )
        kept = {one.key: one for one in confirmed if one.group == DOCUMENT}
        kinds = {one.fields["type"] for one in kept.values()}
        if kinds <= ALONE:
            raise refuse(
                "The packet holds nothing but the utilization review report.", "8 CCR 9792.10.6(b)(2)",
                "Ask for the request and the records; a review can't rest on the report alone.",
            )  # fmt: skip
        self._store_documents(kept)
        names = {part.id: part.id for _, part in self.parts}
        text = self._text(case_id, title, practice, confirmed, names)
        write_text(self.draft / "case.yaml", text)
        self._check_made()
        lines = {one.key: one.state for one in self.proposals if one.group == LINE and one.state != OPEN}
        if lines:
            write_text(self.draft / KEPT, json.dumps(lines, indent=1, sort_keys=True))
        left = [one for one in self.proposals if one.group == LINE and one.state == OPEN and one.evidence]
        said = [(one.key, one.fields, f"{one.evidence[0].document}:{one.evidence[0].page}") for one in left]
        if waits := waiting_text(said):
            write_text(self.draft / WAITING, waits)
        self._store.__exit__()
        self._done = True
        shutil.rmtree(self.draft / ".import", ignore_errors=True)
        if self.target.is_dir():
            self.target.rmdir()
        self.draft.rename(self.target)
        return self.target

    def _check_made(self) -> None:
        """Raises `Refused` for a case that couldn't be opened, in the words of whoever named its folder."""
        try:
            library.rules_for(library.open_case(self.draft))
        except Refused as refused:
            own, meant = one_line(str(self.draft)), one_line(str(self.target))
            raise Refused(
                *(replace(one, where=one.where.replace(own, meant)) for one in refused.problems)
            ) from None

    def _store_documents(self, kept: Mapping[str, Proposal]) -> None:
        """Brings the confirmed documents into the draft, as they were corrected."""
        listed = {str(entry["id"]) for entry in self._store.entries}
        for number, arrived in enumerate(self._arrived):
            parts = []
            for part in self._parts_of(number):
                one = kept.get(_document_key(arrived, part))
                if one is None or part.id in listed:
                    continue
                said = replace(
                    part.said, type=one.fields["type"], author=one.fields["author"], date=one.fields["date"],
                    sent_by=one.fields["sent_by"], ur_report=one.fields["type"] == UR_REPORT,
                )  # fmt: skip
                parts.append(replace(part, said=said, confirmed=self._confirmed_odd(part)))
            if parts:
                self._importer.store_parts(arrived, parts)

    def _confirmed_odd(self, part: DocumentPart) -> tuple[str, ...]:
        """What is odd about pages of a document that a person confirmed as this patient's; without whose they seem."""
        return tuple(
            f"page {place.page}: {one.notes[0]}"
            for one in self.proposals
            if one.group == QUESTION and one.state == CONFIRMED
            for place in one.evidence
            if place.document == part.id
        )

    def _text(
        self,
        case_id: str,
        title: str,
        practice: bool,
        confirmed: Sequence[Proposal],
        names: Mapping[str, str],
    ) -> str:
        documents = self._store.case.text.partition("documents:")[2].partition("\ntimeline:")[0]
        lines = [
            "# The facts of a case, as they were confirmed page by page. docs/formats.md says what else can stand here.",
            f"id: {scalar(case_id)}",
            f"title: {scalar(title)}",
            f"practice: {'yes' if practice else 'no'}",
            *claim_text(confirmed, self._quoted),
            f"documents:{documents}",
            "timeline: []",
            "items:",
            *items_text(confirmed, self._quoted),
            "",
        ]
        return with_lines("\n".join(lines), [one for one in confirmed if one.group == LINE], self._quoted)

    def _quoted(self, one: Proposal) -> dict[str, str]:
        return quoted(one, lambda place: self.page(place))


@lru_cache(maxsize=4_096)
def _service_of(said: str) -> str:
    """The set of questions for a service that words name, or the drug; empty where they name none."""
    drugs = known_phrases(_words("chronology"), _words("drugs")).patterns("drugs", True)
    drug = (
        next((name for name, one in drugs.items() if one.search(said)), "")
        if whole(drugs).search(said)
        else ""
    )
    found = set_for(said, "")
    return drug or (found.prompt_set if found.prompt_set != GENERAL else "/".join(found.candidates))


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.iterdir() if one.suffix.lower() in ENDINGS and one.is_file())
        else:
            found.append(path)
    return found


def _words(name: str) -> Any:
    return library.intake(name)


def _span(pages: Sequence[int]) -> str:
    return said_list(pages)


def _document_key(arrived: Arrived, part: DocumentPart) -> str:
    return digest(f"{arrived.staged.sha256}|{_span(part.pages)}")[:16]


ALONE = frozenset({UR_REPORT, APPLICATION, "Proof of service"})
"""Documents of which alone no case is made: neither what was asked for is among them, nor why."""
_CALLED = {"employee": "the name", "born": "the date of birth", "claim_number": "the claim number"}
_NEEDED = {DOCUMENT: ("type",), ITEM: ("service", "region", "prompt_set"), LINE: ("date", "says")}


_LEVEL = re.compile(r"\b[CTLS]\d{1,2}(?:\s?[-/]\s?[CTLS]?\d{1,2})?\b(?!\.\d)")


@lru_cache(maxsize=4_096)
def _regions_on(page: str) -> tuple[str, ...]:
    """The regions that a page names, each as often as it does, by a name or by a level."""
    levels = (region for said in _LEVEL.findall(page) for region in regions_of_levels(said))
    return (*(region for _, _, region in regions_named(page)), *levels)


def _most_named(documents: Sequence[PacketDocument], said: Refusal) -> str:
    """The region that the disputed services name, else the one that the request and the reports name most."""
    regions = [one.region for one in said.services if one.region]
    if regions:
        return regions[0]
    for kinds in ((REQUEST, UR_REPORT, "Progress note"), {one.type for one in documents}):
        counted = Counter(
            region
            for one in documents
            if one.type in kinds
            for page in one.pages
            for region in _regions_on(page)
        )
        if counted:
            return counted.most_common(1)[0][0]
    return ""
