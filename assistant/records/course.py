"""The chronology of a case: what its timeline holds, and what its records propose beside that.

A line that is confirmed goes into `case.yaml`, written by the program with its comments kept; an open review takes the
change over as a step of the log. What was refused is kept beside it, and not proposed again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core.answer import Evidence
from assistant.core.dates import PartialDate, parse_date, read_date
from assistant.core.problem import Refused, refuse
from assistant.core.record.case import Case, TimelineEntry
from assistant.core.record.chronology import chronology
from assistant.core.record.claim import claim_facts
from assistant.core.record.sentences import PacketDocument
from assistant.core.text import digest, one_line
from assistant.core.value import replace
from assistant.records.case_folder import CaseStore, write_text
from assistant.records.case_yaml import without_entry
from assistant.records.intake_proposals import (
    CONFIRMED,
    KEPT,
    LINE,
    OPEN,
    REFUSED,
    Proposal,
    corrected,
    line_proposals,
    own_line,
    quoted,
    with_lines,
)
from assistant.records.line_facts import stated_parts, waiting, without_facts


class Course:
    """The chronology of a case in a folder, which nobody else writes to meanwhile; a context manager."""

    def __init__(self, folder: Path, write: bool = True) -> None:
        """Raises `Refused` where there is no case, or another program writes to it; without `write` it is only read."""
        self._store = CaseStore(folder) if write else None
        self._held = self._store.case if self._store is not None else library.open_case(folder)
        self._decided = _read_decided(folder)
        self._changes: dict[str, dict[str, str]] = {}
        self._proposals: list[Proposal] | None = None
        self._lines: list[Proposal] = []
        self.notes: list[str] = []

    def __enter__(self) -> Course:
        return self

    def __exit__(self, *_: object) -> None:
        if self._store is not None:
            self._store.__exit__()

    @property
    def case(self) -> Case:
        """The case as its folder holds it now."""
        return library.rules_for(self._held).case

    @property
    def folder(self) -> Path:
        return self._held.path

    @property
    def page_count(self) -> int:
        return self.case.page_count

    def page(self, place: Evidence) -> str:
        """The text of a page."""
        return self._held.pages[place.document][place.page - 1]

    def where(self, place: Evidence) -> str:
        """A page as the case names it."""
        return f"{place.document}:{place.page}"

    @property
    def wanting(self) -> list[Proposal]:
        """What a review waits for: nothing, the lines may be confirmed at any time."""
        return []

    @property
    def proposals(self) -> list[Proposal]:
        """The lines of the timeline, confirmed, and those that the records propose, oldest first."""
        if self._proposals is None:
            self._proposals = self._made()
        return self._proposals

    def _made(self) -> list[Proposal]:
        case = self.case
        documents = [
            PacketDocument(one.id, one.title, one.date, self._held.pages[one.id])
            for one in case.documents.values()
        ]
        injury = parse_date(str(case.fact("case.claim.injury.date") or ""))
        region = str(case.fact("case.claim.region") or "")
        born = claim_facts(documents, library.intake("documents")).get("born")
        lines = chronology(
            documents,
            library.intake("chronology"),
            library.intake("drugs"),
            injury,
            parse_date(born.value) if born is not None else None,
        )
        self._lines = list(line_proposals(lines, region, injury, decision_day(case)))
        made = [self._with_parts(_held(entry, case), case) for entry in case.timeline]
        told = {passage for one in made for passage in _passages(one)}
        for one in self._lines:
            state = self._decided.get(one.key, OPEN)
            if state == CONFIRMED or told & _passages(one):
                continue
            fields = {**one.fields, **self._changes.get(one.key, {})}
            made.append(replace(one, fields=fields, state=state))
        return sorted(made, key=lambda one: one.fields["date"])

    def _with_parts(self, one: Proposal, case: Case) -> Proposal:
        """A line of the timeline with what it gave the case as facts."""
        parts = stated_parts(case.data, quoted(one, self.page), one.fields["date"])
        return replace(one, fields={**one.fields, **parts})

    def get(self, key: str) -> Proposal:
        """The line of a key; raises `Refused` where there is none."""
        found = next((one for one in self.proposals if one.key == key), None)
        if found is None:
            raise refuse(f"There is no line “{one_line(key, 40)}”.", "", "List them with --json.")
        return found

    def confirm(self, key: str) -> None:
        """Writes a line into the timeline of the case."""
        one = self.get(key)
        if one.state != CONFIRMED:
            self._write(with_lines(self._held.text, [one], lambda line: quoted(line, self.page)))
            self._decide(key, CONFIRMED)

    def add(self, group: str, said: str, place: Evidence | None) -> Proposal:
        """Writes a line of one's own, its day and its words, on a page, into the timeline."""
        fields = own_line(said)
        key = _key_of(fields["date"], fields["says"])
        if place is None or any(one.key == key for one in self.proposals):
            raise refuse(
                "This line stands there already, or has no page.", "", "Choose a line of its page first."
            )
        line = Proposal(key, group, "event", fields, (Evidence(place.document, place.page),))
        self._write(with_lines(self._held.text, [line], lambda one: quoted(one, self.page)))
        return self.get(key)

    def change(self, what: str, words: str) -> None:
        """Changes a line as a person writes it: the key first, or for a new line its page."""
        key, *rest = words.split(maxsplit=2)[: 3 if what == "correct" else 1] or [""]
        if what == "correct" and len(rest) == 2:
            self.correct(key, rest[0], rest[1])
        elif what == "add":
            document, _, page = key.rpartition(":")
            if not page.isdecimal() or not 1 <= int(page) <= len(self._held.pages.get(document, ())):
                raise refuse("There is no such page.", one_line(key), "Name it as DOCUMENT:PAGE.")
            self.add(LINE, words[len(key) :].strip(), Evidence(document, int(page)))
        elif what in ("confirm", "refuse"):
            (self.confirm if what == "confirm" else self.refuse)(key)
        else:
            raise refuse("A part and its value are missing.", "", "Write correct KEY PART VALUE.")

    def refuse(self, key: str) -> None:
        """Turns a line down; one of the timeline is taken out of it."""
        self._take_out(key, REFUSED)

    def reopen(self, key: str) -> None:
        """Takes a refusal back, or a line out of the timeline."""
        self._take_out(key, OPEN)

    def _take_out(self, key: str, state: str) -> None:
        one = self.get(key)
        keys = [key]
        if one.state == CONFIRMED:
            self._write(self._without(one))
            keys = [line.key for line in self._lines if _passages(line) & _passages(one)]
        for each in keys:
            self._decide(each, state)

    def _decide(self, key: str, state: str) -> None:
        if state == OPEN:
            self._decided.pop(key, None)
        else:
            self._decided[key] = state
        self._keep_decided()
        self._proposals = None

    def correct(self, key: str, name: str, value: str) -> None:
        """Gives a part of a line another value; a line of the timeline is written anew."""
        one = self.get(key)
        fields = corrected(one, name, value)
        if one.state == CONFIRMED:
            text = self._without(one)
            changed = replace(one, fields=fields)
            self._write(with_lines(text, [changed], lambda line: quoted(line, self.page)))
        else:
            self._changes[key] = fields
        self._proposals = None

    def _without(self, one: Proposal) -> str:
        entries = library.document(self._held.text, "case.yaml", "case").data["timeline"]
        at = next(
            n
            for n, entry in enumerate(entries)
            if (str(entry["date"]), str(entry["says"])) == (one.fields["date"], one.fields["says"])
        )
        text = without_entry(self._held.text, "timeline", at)
        return without_facts(text, one.fields, quoted(one, self.page))

    def _write(self, text: str) -> None:
        """Writes the case file, once it has been read as one; raises `Refused`, with the case as it was."""
        if self._store is None:
            raise _read_only(self.folder)
        changed = replace(self._held, text=text)
        library.rules_for(changed)
        try:
            write_text(self.folder / "case.yaml", text)
        except OSError as error:
            raise refuse(
                f"The case can't be written: {error.strerror}.", one_line(str(self.folder)), "Check the disk."
            ) from None
        self._store.case = self._held = changed
        self._proposals = None

    def _keep_decided(self) -> None:
        if self._store is None:
            raise _read_only(self.folder)
        try:
            write_text(self.folder / KEPT, json.dumps(self._decided, indent=1, sort_keys=True))
        except OSError as error:
            raise refuse(
                f"What was decided can't be kept: {error.strerror}.",
                one_line(str(self.folder)),
                "Check the disk.",
            ) from None


def _read_only(folder: Path) -> Refused:
    return refuse("This case is only read.", one_line(str(folder)), "Copy its folder, and name the copy.")


def waiting_lines(folder: Path) -> list[dict[str, Any]]:
    """The lines of the packet that nobody has decided on yet, and that would give the case facts."""
    return waiting(folder, _read_decided(folder))


def _read_decided(folder: Path) -> dict[str, str]:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        held = json.loads((folder / KEPT).read_text("utf-8"))
        return {str(key): str(state) for key, state in held.items() if state in (CONFIRMED, REFUSED)}
    return {}


def _passages(one: Proposal) -> set[tuple[str, str, str]]:
    """The passages that a line rests on, with its day: two lines may rest on one sentence."""
    return {(str(place), " ".join(place.quote.split()), one.fields["date"]) for place in one.evidence}


def decision_day(case: Case) -> PartialDate | None:
    """The day of the decision that is reviewed: the latest of the items."""
    days = [one.ur_date for one in case.items.values() if one.ur_date is not None]
    return max(days, key=lambda day: day.earliest) if days else None


def _key_of(date: str, says: str) -> str:
    return digest(f"timeline|{date}|{says}")[:16]


def _held(entry: TimelineEntry, case: Case) -> Proposal:
    """A line of the timeline as it stands there."""
    decided = decision_day(case)
    after = ("after the decision",) if decided is not None and entry.date.after(decided) else ()
    fields = {
        "date": str(entry.date),
        "kind": entry.kind,
        "region": entry.region,
        "side": entry.side,
        "says": entry.says,
    }
    return Proposal(
        _key_of(str(entry.date), entry.says),
        LINE,
        entry.kind or "line",
        fields,
        entry.evidence,
        notes=after,
        state=CONFIRMED,
    )


def narrowed(
    lines: Sequence[Proposal], kind: str = "", region: str = "", side: str = "", since: str = ""
) -> list[Proposal]:
    """The lines of a kind, region and side; a line that says no side is of both, one that says no region is of none."""
    start = read_date(since) if since else None
    made = []
    for one in lines:
        held: Mapping[str, Any] = one.fields
        day = parse_date(held["date"])
        if kind and held.get("kind") != kind:
            continue
        if region and region.casefold() not in str(held.get("region", "")).casefold():
            continue
        if side and held.get("side") not in (side, "bilateral", ""):
            continue
        if start is not None and day is not None and start.after(day):
            continue
        made.append(one)
    return made
