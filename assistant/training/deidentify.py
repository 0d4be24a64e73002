"""A practice case out of a signed review: known identifiers are replaced, and every date moves by the same whole weeks.

What a rule or a list finds is proposed, and a person confirms it. Nobody can promise that nothing is left: a record
that came through here has no *known* identifier, which is less than anonymous.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import yaml

from assistant import library
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Answer, Evidence, Trail
from assistant.core.dates import PartialDate, parse_date
from assistant.core.problem import refuse
from assistant.core.record.identifiers import KINDS, ONE_BY_ONE, Finder, common_words, edited
from assistant.core.record.passages import located
from assistant.core.record.shifted_dates import Span, shifted
from assistant.core.rules.answer_schema import DateShape, GroupShape, ListingShape, Shape, StatementShape
from assistant.core.rules.editions import off_on, on_day
from assistant.core.rules.prompt_set import PromptSet
from assistant.core.rules.rules import Rules, read_prompt_set
from assistant.core.text import compiled, one_line
from assistant.core.value import replace
from assistant.files import make_folder, write_file
from assistant.library import CaseFolder
from assistant.review.reasons import everyday_roots
from assistant.training.comparison import OF_THE_REVIEWER
from assistant.training.reference import FILE, AnswerSheet, Reference, as_answers_file, reference_of_case

CASE_FILE, ANSWERS = "case.yaml", "the answers"
PROVENANCE = (
    "Made from a review: dates are shifted and known identifiers replaced. That no known identifier was found does "
    "not make a record anonymous."
)

_ID = r"[a-z0-9][a-z0-9-]{0,79}"
_MOST_WEEKS = 104
_PERSONS = frozenset(
    "author sent_by applicant patient claimant employee worker provider physician attorney adjuster reviewer".split()
)
_FIRMS = frozenset("employer insurer carrier administrator clinic facility hospital".split())
_DATE_FACTS = re.compile(r"(?:^|_)(?:date|received|starts|ends|since|until|on|year)$")
_NUMBER_FACTS = re.compile(r"(?:^|_)(?:number|no|id|mrn|ssn|file|adj|eams|npi)$")
_LONG_NUMBER = 10_000
"""From here on a number of the case file is looked through as words are."""

Read = Callable[[str], None]
"""Is given each text that would be handed on, while nothing is made yet."""


@dataclass
class Change:
    """One replacement, wherever its words stand. `state` is `open`, `confirmed` or `kept` (as it is)."""

    kind: str
    words: str
    becomes: str
    proposed: str
    places: list[str] = field(default_factory=list)
    around: str = ""
    state: str = "open"

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.words}"


# How dates move: by whole weeks, under which every governing day stays in its editions.


def offsets(rules: Rules, last_day: date, today: date) -> list[int]:
    """The weeks by which all dates of a case can move so that its rules stay what they are; `Refused` where there are none.

    Every governing day keeps the editions that argue, those that don't, and what nobody has read; and nothing moves
    beyond `today` that lay before it.
    """
    sources = library.sources()
    days: list[tuple[PromptSet, PartialDate]] = []
    for item in rules.case.items.values():
        made = read_prompt_set(item.prompt_set, sources, item.region)
        on = {"ur_decision": item.ur_date, "request": item.request_date}.get(made.governed_by)
        if on is not None:
            days.append((made, on))
    found = [
        weeks
        for weeks in range(-_MOST_WEEKS, _MOST_WEEKS + 1)
        if abs(weeks) > 1
        and last_day + timedelta(weeks=weeks) <= max(today, last_day)
        and all(_editions(made, on) == _editions(made, shifted(on, weeks)) for made, on in days)
    ]
    if not found:
        raise refuse(
            "No shift of whole weeks leaves every governing date in its editions.",
            ", ".join(str(on) for _, on in days),
            "This review can't be made a practice case with shifted dates.",
        )
    return found


def _editions(prompt_set: PromptSet, on: PartialDate) -> object:
    made = on_day(prompt_set, on)
    cited = {
        name: (one.key, one.edition, bool(one.off), one.in_force(on)) for name, one in made.citations.items()
    }
    return cited, off_on(made, on), made.undated, [(one.name, one.unread) for one in made.questions]


def names_of(kind: str) -> frozenset[str]:
    """First names (`given-names`), or the `surnames` that are common words, in small letters."""
    return frozenset(library.read_text(library.folder("prompts") / "vocabulary" / f"{kind}.txt").split())


def common_here(pages: Iterable[str]) -> frozenset[str]:
    """The common words of a record, of the prompt files and of headings, specialties and instruments."""
    sources = library.sources()
    headings = library.read_text(library.folder("prompts") / "vocabulary" / "headings.txt")
    return common_words([*pages, headings, *sources.prompts.values(), *sources.vocabulary.values()])


def learn_facts(finder: Finder, facts: Iterable[Mapping[str, Any]], listed: Sequence[str]) -> None:
    """Takes up the names on a list, and the persons, organizations and numbers that a case file states."""
    for words in listed:
        kind, _, name = words.rpartition(":")
        finder.learn(name, "organization" if kind.strip() == "organization" else "name", sure=True)
    for name, value in ((name, value) for one in facts for name, value in one.items()):
        if isinstance(value, str) and name in _PERSONS | _FIRMS and any(sign.isupper() for sign in value):
            finder.learn(value, "name" if name in _PERSONS else "organization")
        elif _NUMBER_FACTS.search(str(name)) and any(sign.isdigit() for sign in str(value)):
            finder.learn(str(value), "number", sure=True)


# The case without them.


class Deidentifier:
    """A signed review's case on its way to a practice case: what would change, what was decided of it, and the case made."""

    def __init__(
        self,
        case: CaseFolder,
        rules: Rules,
        reference: Reference,
        rulings: Mapping[str, Mapping[str, Any]],
        listed: Sequence[str],
        weeks: int,
    ) -> None:
        self._case, self._rules, self._reference, self._rulings = case, rules, reference, rulings
        self._data = plain_yaml.parse_yaml(case.text, CASE_FILE).data
        self._words = _worded(self._data)
        self._days = {name: one.date for name, one in rules.case.documents.items()}
        self._governing = next((one.ur_date for one in rules.case.items.values() if one.ur_date), None)
        self.weeks = weeks
        self.finder = Finder(
            weeks,
            common_here(page for pages in case.pages.values() for page in pages),
            everyday_roots(),
            names_of("given-names"),
            names_of("surnames"),
        )
        self._learn(listed)
        self.ids = self._new_ids()
        self.changes: dict[str, Change] = {}
        for place, text, near in self._texts():
            for span in self.finder.spans(text, near):
                self._add(span, place, text)
        rank = list(KINDS).index
        self.changes = dict(sorted(self.changes.items(), key=lambda one: rank(one[1].kind)))

    def _learn(self, listed: Sequence[str]) -> None:
        learn_facts(self.finder, [*self._words["documents"], self._data.get("claim", {})], listed)
        for pages in self._case.pages.values():
            for page in pages:
                self.finder.learn_from(page)

    def _new_ids(self) -> dict[str, str]:
        """New ids of the documents, after their types: an old one may hold a name or a day."""
        made = {}
        for number, (name, one) in enumerate(self._rules.case.documents.items(), 1):
            plain = not self.finder.spans(one.title, None)
            slug = re.sub(r"[^a-z]+", "-", one.title.lower()).strip("-")[:40] if plain else ""
            made[name] = f"{slug or 'document'}-{number}"
        return made

    def _add(self, span: Span, place: str, text: str) -> None:
        words = " ".join(span.words.split())
        change = self.changes.setdefault(
            f"{span.kind}:{words}", Change(span.kind, words, span.becomes, span.becomes)
        )
        if place not in change.places:
            change.places.append(place)
        if not change.around:
            change.around = one_line(text[max(0, span.start - 50) : span.end + 50])

    def _texts(self) -> Iterator[tuple[str, str, PartialDate | None]]:
        """Every text that would be handed on: the pages, the words of the case file, and those of the answers."""
        for name in self._rules.case.documents:
            for number, page in enumerate(self._case.pages[name], 1):
                yield f"{name}:{number}", page, self._days[name] or self._governing
        found: list[str] = []
        self._rewritten(self._words, "", found.append)
        yield from ((CASE_FILE, text, self._governing) for text in found)
        found = []
        self._sheet(found.append)
        yield from ((ANSWERS, text, self._governing) for text in found)

    # What was decided.

    @property
    def open(self) -> list[Change]:
        """What is neither confirmed nor kept."""
        return [one for one in self.changes.values() if one.state == "open"]

    def confirm(self, key: str, becomes: str = "") -> None:
        """Confirms a change by its key, or all of a kind that are still open; `Refused` for what is listed one by one."""
        if key in KINDS:
            if key in ONE_BY_ONE:
                raise refuse(
                    f"{KINDS[key][:1].upper()}{KINDS[key][1:]}: these are decided one by one.",
                    key,
                    "Name each by its key.",
                )
            for one in self.changes.values():
                one.state = "confirmed" if one.kind == key and one.state == "open" else one.state
            return
        change = self._change(key)
        change.state, change.becomes = "confirmed", becomes or change.becomes

    def keep(self, key: str) -> None:
        """Leaves words as they are."""
        self._change(key).state = "kept"

    def _change(self, key: str) -> Change:
        if key not in self.changes:
            raise refuse(
                "Nothing of this key is proposed.", one_line(key, 80), "See `imr case from SESSION --json`."
            )
        return self.changes[key]

    # The texts as they come out.

    def _edits(self, text: str, near: PartialDate | None) -> list[Span]:
        made = []
        for span in self.finder.spans(text, near):
            change = self.changes.get(f"{span.kind}:{' '.join(span.words.split())}")
            if change is None or change.state == "kept":
                continue
            made.append(span if change.becomes == change.proposed else replace(span, becomes=change.becomes))
        return made

    def _text(self, text: str) -> str:
        return edited(text, self._edits(text, self._governing))[0]

    def page(self, name: str, number: int) -> str:
        """A page as it comes out."""
        text = self._case.pages[name][number - 1]
        return edited(text, self._edits(text, self._days[name] or self._governing))[0]

    def _quote(self, one: Evidence) -> Evidence:
        """A passage on the page as it comes out; one that ends within a replacement takes all of it."""
        page = self._case.pages[one.document][one.page - 1]
        new = self.ids[one.document]
        if not one.quote:
            return Evidence(new, one.page)
        whole = page[one.start : one.start + len(one.quote)] == one.quote if one.start is not None else False
        found = one if whole else located(one, page)
        start, end = found.start or 0, (found.start or 0) + len(found.quote)
        edits = self._edits(page, self._days[one.document] or self._governing)
        made, at = edited(page, edits)
        first, last = at(start, False), at(end, True)
        return Evidence(new, one.page, made[first:last], first if one.start is not None else None)

    def _rewritten(self, value: Any, key: str, read: Read | None = None) -> Any:
        """A piece of the case file with its words, days and pages made new; `read` is given each text instead."""
        if isinstance(value, list):
            return [self._rewritten(one, key, read) for one in value]
        if isinstance(value, Mapping):
            made = {
                name: self._rewritten(one, str(name), read)
                for name, one in value.items()
                if name not in ("page", "quote")
            }
            if "page" in value and read is None:
                document, _, number = str(value["page"]).rpartition(":")
                quote = self._quote(Evidence(document, int(number), str(value.get("quote", ""))))
                made |= {"page": str(quote)} | ({"quote": quote.quote} if quote.quote else {})
            return made
        day = parse_date(str(value)) if isinstance(value, str | int) else None
        if day is not None and (day.month or _DATE_FACTS.search(key)):
            if "birth" in key or key == "dob":
                return "[date of birth]"
            moved = str(shifted(day, self.weeks))
            return int(moved) if isinstance(value, int) else moved
        if isinstance(value, int) and value >= _LONG_NUMBER:
            value = str(value)
        if isinstance(value, str):
            if read is not None:
                read(value)
                return value
            return self._text(value)
        return value

    def _sheet(self, read: Read | None = None) -> AnswerSheet:
        answers = {
            place: self._answer(self._rules.sets[place[0]].prompts[place[1]].schema.shape, answer, read)
            for place, answer in self._reference.answers.items()
            if place[1] not in OF_THE_REVIEWER and place[1] in self._rules.sets[place[0]].prompts
        }
        said = self._said(read)
        decisions = {item: (made, said(reason)) for item, (made, reason) in self._reference.decisions.items()}
        rulings = {
            item: {name: {"ruling": one.ruling, "reason": said(one.reason)} for name, one in made.items()}
            for item, made in self._rulings.items()
        }
        return AnswerSheet("reference", self._rules.case.id, answers, decisions, rulings)

    def _said(self, read: Read | None) -> Callable[[str], str]:
        def say(text: str) -> str:
            if read is None:
                return self._text(text)
            read(text)
            return text

        return say

    def _answer(self, shape: Shape, answer: Answer, read: Read | None) -> Answer:
        said = self._said(read)
        parts = None
        if answer.parts is not None:
            inner = shape.element if isinstance(shape, ListingShape) else shape
            parts = {
                name: self._answer(
                    inner if isinstance(shape, ListingShape) else inner.parts[name].shape, part, read
                )
                for name, part in answer.parts.items()
                if isinstance(inner, GroupShape)
            }
        value = answer.value
        if isinstance(shape, DateShape) and (day := parse_date(str(value))) is not None:
            value = str(shifted(day, self.weeks))
        elif isinstance(shape, StatementShape) and isinstance(value, str):
            value = said(value)
        search = answer.search and self._trail(answer.search, said, read)
        evidence = answer.evidence if read is not None else tuple(self._quote(one) for one in answer.evidence)
        return replace(
            answer,
            value=value,
            parts=parts,
            evidence=evidence,
            search=search,
            note=said(answer.note) if answer.note else "",
        )

    def _trail(self, trail: Trail, said: Callable[[str], str], read: Read | None) -> Trail:
        dismissed = []
        for one in trail.dismissed:
            reason = said(one.reason)
            if read is None:
                quote = self._quote(Evidence(one.document, one.page, one.quote))
                one = replace(one, document=quote.document, quote=quote.quote, reason=reason)
            dismissed.append(one)
        return replace(
            trail,
            terms=tuple(said(term) for term in trail.terms),
            documents=tuple(self.ids.get(name, name) for name in trail.documents),
            dismissed=tuple(dismissed),
        )

    # The case.

    def make(self, folder: Path) -> CaseFolder:
        """Writes the practice case with its reference, whole or not at all; `Refused` while something is open.

        It is read back: its quotes stand on their pages, its reference fits, and no name that was replaced is left.
        """
        if self.open:
            raise refuse(
                f"{len(self.open)} of the changes are neither confirmed nor kept.",
                self.open[0].key,
                "Decide on each of them.",
            )
        if not compiled(_ID).fullmatch(folder.name):
            raise refuse(
                f"“{one_line(folder.name, 40)}” can't be the id of a case.",
                one_line(str(folder)),
                "Name a folder with small letters, digits and dashes.",
            )
        if os.path.lexists(folder):
            raise refuse(
                "There is something of this name already.", one_line(str(folder)), "Name another folder."
            )
        data = self._case_data(folder.name)
        sheet = self._sheet()
        said = as_answers_file(sheet)
        reference = {"reviewer": "reference", **said, **({"rulings": sheet.rulings} if sheet.rulings else {})}
        texts = {Path(CASE_FILE): _yaml(data), Path(FILE): _yaml({**reference, "sign": "yes"})}
        for name, new in self.ids.items():
            pages = [self.page(name, number) for number in range(1, len(self._case.pages[name]) + 1)]
            texts[Path("records") / f"{new}.txt"] = "\f".join(f"{page}\n" for page in pages)
        self._refuse_leaks(texts)
        make_folder(folder / "records")
        try:
            for path, text in texts.items():
                write_file(folder / path, text.encode())
            made = library.open_case(folder)
            reference_of_case(made, library.rules_for(made))
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return made

    def _case_data(self, name: str) -> dict[str, Any]:
        made = self._rewritten(self._words, "")
        for entry, of in zip(made["documents"], self._data["documents"], strict=True):
            own = {key: of[key] for key in ("ur_report", "recognised", "unreadable") if key in of}
            entry |= {"id": self.ids[str(of["id"])], **own}
        return {"id": name, "practice": "yes", "provenance": PROVENANCE, **made}

    def _refuse_leaks(self, texts: Mapping[Path, str]) -> None:
        kept = {one.words.casefold() for one in self.changes.values() if one.state == "kept"}
        for path, text in texts.items():
            for words in self.finder.known_in(text):
                if " ".join(words.split()).casefold() not in kept:
                    raise refuse(
                        f"A name that was to be replaced would be left: “{one_line(words, 40)}”.",
                        str(path),
                        "Put it on the list as it stands there, and begin again.",
                    )


def _yaml(data: Mapping[str, Any]) -> str:
    made: str = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=100)
    return made


def _worded(data: Mapping[str, Any]) -> dict[str, Any]:
    """What of a case file goes into a practice case: no title, no originals, of a document only what it is."""
    left = {key: value for key, value in data.items() if key not in ("id", "title", "practice", "provenance")}
    services = " and ".join(dict.fromkeys(item["service"] for item in data["items"].values()))
    said = ("type", "author", "date", "sent_by")
    documents = [{key: one[key] for key in said if key in one} for one in data["documents"]]
    return {"title": services, **left, "documents": documents}


# What is kept apart from the case: the shift, and what was decided.


def state_file(log: Path, session: str) -> Path:
    """Where the shift of a session's case is kept: beside the log, never with the case."""
    return log.parent / "deidentified" / f"{session}.json"


def read_state(path: Path) -> dict[str, Any]:
    """What was kept; empty where nothing was. `Refused` for a file that is damaged."""
    if not path.exists():
        return {}
    try:
        held = json.loads(library.read_text(path))
        return {"weeks": int(held["weeks"]), "decided": dict(held["decided"])}
    except (ValueError, KeyError, TypeError):
        raise refuse(
            "What was kept of this case can't be read.", one_line(str(path)), "Put it back, or remove it."
        ) from None


def write_state(path: Path, made: Deidentifier) -> None:
    """Keeps the shift and what was decided, for its owner alone."""
    decided = {
        one.key: [one.state, "" if one.becomes == one.proposed else one.becomes]
        for one in made.changes.values()
        if one.state != "open"
    }
    make_folder(path.parent)
    write_file(
        path, json.dumps({"weeks": made.weeks, "decided": decided}, ensure_ascii=False).encode(), replace=True
    )


def last_day(case: CaseFolder, rules: Rules) -> date:
    """The last day that the case file states, of its documents, its decisions and its timeline."""
    days = [one.date for one in rules.case.documents.values() if one.date]
    days += [one.date for one in rules.case.timeline]
    days += [one.ur_date for one in rules.case.items.values() if one.ur_date]
    claim = plain_yaml.parse_yaml(case.text, CASE_FILE).data.get("claim", {})
    days += [day for value in claim.values() if (day := parse_date(str(value))) is not None]
    return max((day.latest for day in days), default=date(1900, 1, 1))


def choose_weeks(case: CaseFolder, rules: Rules, chance: Random, today: date) -> int:
    """One of the offsets, by chance."""
    return chance.choice(offsets(rules, last_day(case, rules), today))
