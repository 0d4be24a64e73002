"""Sessions of a log as a regulator may read them: names and numbers that are known replaced, dates moved, reviewers and cases numbered.

It stands in the place of the log from which they are written out, so that every form says the same. What a rule or a
fact of the case finds is replaced without a person who confirms it; that no known identifier is left does not make it
anonymous.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import Any

import yaml

from assistant.core.dates import PartialDate
from assistant.core.problem import Refused, refuse
from assistant.core.record.identifiers import Finder, deidentified
from assistant.core.text import digest, one_line
from assistant.core.value import replace
from assistant.core.yaml import parse_yaml
from assistant.library import CaseFolder
from assistant.log import Entry, Log
from assistant.log.fold import begun, pinned_texts
from assistant.review.reasons import everyday_roots
from assistant.training.deidentify import CASE_FILE, common_here, last_day, learn_facts, names_of, offsets

_LEFT_OUT = frozenset({"folder", "salt", "boot", "mono_ns", "signature"})
"""What an entry holds of the machine, of pages' salts, and of who signed; it is not handed on."""
_KEPT = frozenset({"year"})
"""A year that stands alone is no date of a person; citations have many."""
_SECRET = re.compile(r"\b(?:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3})?[0-9a-f]{12,128}\b")
_KEY = re.compile(r"(?<![\w+/])(?=[\w+/]*[A-Z])(?=[\w+/]*[a-z])(?=[\w+/]*\d)[\w+/]{40,}=*")
_MOMENT = re.compile(r"\b(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?")


class _Case:
    """What is known of one case: by how many weeks its dates move, who is named in it, and its new case file."""

    def __init__(self, weeks: int, finder: Finder, ids: Mapping[str, str], near: PartialDate | None) -> None:
        self.weeks, self.finder, self.near = weeks, finder, near
        self.ids = dict(ids)
        names = sorted((one for one in ids if one), key=len, reverse=True)
        said = "|".join(map(re.escape, names))
        self.named = re.compile(rf"(?<![\w-])(?:{said})(?![\w-]|\.\d)" if said else r"(?!)")
        self.files: dict[str, str] = {}


class Deidentified:
    """A log in which the sessions that are named read de-identified; it has what the forms of `imr log export` ask for."""

    def __init__(
        self, log: Log, sessions: Sequence[str], listed: Sequence[str] = (), chance: Random | None = None
    ) -> None:
        self._log = log
        self._chance = chance or SystemRandom()
        self._secret = secrets.token_bytes(32)
        self._artifacts: dict[str, bytes] = {}
        self._people: dict[str, str] = {}
        self._cases: dict[str, _Case] = {}
        self._numbers: dict[str, str] = {}
        by_case: dict[str, list[str]] = {}
        for one in sessions:
            entries = log.read(one)
            for entry in entries:
                if entry.actor:
                    self._people.setdefault(entry.actor, f"reviewer-{len(self._people) + 1}")
            by_case.setdefault(entries[0].case if entries else "", []).append(one)
        for name, held in by_case.items():
            if name:
                self._numbers[name] = f"case-{len(self._numbers) + 1}"
            self._cases[name] = self._case(name, held, listed)
        self._was = {self._unlike(one): one for one in sessions}
        self.sessions = tuple(self._was)
        """What the sessions are called here; `read` takes these names."""

    def read(self, session: str, after: int = 0) -> list[Entry]:
        """The entries of a session after a number of it, as they are handed on."""
        entries = self._log.read(self._was.get(session, session), after)
        if not entries:
            return entries
        case = self._cases[entries[0].case]
        return [self._entry(one, case) for one in entries]

    def artifact(self, digest: str) -> bytes:
        """A pinned text; of a case, the one that is handed on in its place."""
        return self._artifacts.get(digest) or self._log.artifact(digest)

    # What is known of a case.

    def _case(self, name: str, sessions: Sequence[str], listed: Sequence[str]) -> _Case:
        texts: list[str] = []
        facts: list[Mapping[str, Any]] = []
        files: dict[str, str] = {}
        names: dict[str, None] = {}
        weeks, ids, near = 0, {**self._people, **self._numbers}, None
        for session in sessions:
            entries = self._log.read(session)
            for entry in entries:
                texts += _strings(entry.body)
                pins = entry.body.get("pins")
                for text in pinned_texts(self._log, pins, "case").values() if isinstance(pins, dict) else ():
                    files[digest(text)] = text
            if entries[0].kind == "session.opened" and not weeks:
                weeks, near = self._weeks(session, entries)
        for text in files.values():
            data, documents = parse_yaml(text, CASE_FILE).data, _documents(text)
            facts += [{key: one[key] for key in ("author", "sent_by") if key in one} for one in documents]
            facts.append(data.get("claim", {}))
            names |= dict.fromkeys(str(one["id"]) for one in documents)
            texts += _strings(data)
        ids |= {one: f"document-{at}" for at, one in enumerate(names, 1)}
        types = (str(one.get("type", "")).lower() for text in files.values() for one in _documents(text))
        known = names_of("given-names"), names_of("surnames")
        finder = Finder(weeks or -52, common_here([*texts, *types]), everyday_roots(), *known)
        for who in self._people:
            finder.learn(who, "name", sure=True)
        learn_facts(finder, facts, listed)
        for text in texts:
            finder.learn_from(text)
        made = _Case(finder.weeks, finder, ids, near)
        for old, text in files.items():
            data = parse_yaml(text, CASE_FILE).data
            new = yaml.safe_dump(self._value(data, made), allow_unicode=True, sort_keys=False)
            made.files[old] = digest(new)
            self._artifacts[digest(new)] = new.encode()
        return made

    def _weeks(self, session: str, entries: list[Entry]) -> tuple[int, PartialDate | None]:
        """By how many weeks the dates of its case can move, and the day that governs it."""
        try:
            first, _ = begun(self._log, session, entries)
        except Refused:
            return 0, None
        case = first.rules.case
        text = pinned_texts(self._log, entries[0].body.get("pins", {}), "case").get(CASE_FILE, "")
        folder = CaseFolder(self._log.path, text, {}, {})
        today = datetime.fromisoformat(entries[-1].ts).date()
        try:
            found = offsets(first.rules, last_day(folder, first.rules), today)
        except Refused as refusal:
            raise Refused(*(replace(one, where=f"session {session}") for one in refusal.problems)) from None
        near = next((one.ur_date for one in case.items.values() if one.ur_date), None)
        return self._chance.choice(found), near

    # An entry, and whatever stands in it.

    def _entry(self, entry: Entry, case: _Case) -> Entry:
        return replace(
            entry,
            session=self._words(entry.session, case),
            ts=self._words(entry.ts, case),
            actor=self._people.get(entry.actor, ""),
            case=self._numbers.get(entry.case, entry.case and "case"),
            boot="",
            mono_ns=0,
            body=self._value(entry.body, case),
            prev=self._words(entry.prev, case),
            leaf=self._words(entry.leaf, case),
        )

    def _value(self, value: Any, case: _Case, key: str = "") -> Any:
        if isinstance(value, Mapping):
            if key == "pins":
                return self._pins(value, case)
            return {
                case.ids.get(str(name), name): self._value(one, case, str(name))
                for name, one in value.items()
                if name not in _LEFT_OUT
            }
        if isinstance(value, list | tuple):
            return [self._value(one, case, key) for one in value]
        return self._words(value, case) if isinstance(value, str) else value

    def _pins(self, pins: Mapping[str, Any], case: _Case) -> dict[str, Any]:
        """Rules are everybody's, and keep their hashes; the case file that is handed on has its own."""
        return {
            kind: {name: case.files.get(one, one) for name, one in held.items()}
            for kind, held in pins.items()
            if isinstance(held, Mapping)
        }

    def _words(self, text: str, case: _Case) -> str:
        """A text with what is known replaced."""
        made = self._pieces(text, case, [
            (case.named, lambda one: case.ids[one[0]]),
            (_MOMENT, lambda one: _moved(one, case.weeks)),
            (_SECRET, lambda one: self._unlike(one[0])),
            (_KEY, lambda one: self._unlike(one[0])),
        ])  # fmt: skip
        if left := [one for one in case.finder.known_in(made) if one not in case.ids.values()]:
            raise refuse(
                f"A name that was to be replaced would be left: “{one_line(left[0], 40)}”.",
                "",
                "Name it as it stands there with --list.",
            )
        return made

    def _pieces(self, text: str, case: _Case, known: list[tuple[re.Pattern[str], _Put]]) -> str:
        """Replaces what patterns find, the first before the others; of the rest, what the finder finds."""
        if not known:
            return deidentified(text, case.finder, case.near, _KEPT)[0]
        (pattern, put), *others = known
        made, at = [], 0
        for match in pattern.finditer(text):
            made += [self._pieces(text[at : match.start()], case, others), put(match)]
            at = match.end()
        return "".join([*made, self._pieces(text[at:], case, others)])

    def _unlike(self, said: str) -> str:
        """Another hash or name in the place of one, the same for the same within one writing."""
        made = hmac.digest(self._secret, said.encode(), "sha256").hex()
        return (made * (len(said) // len(made) + 1))[: len(said)]


def _documents(case: str) -> Sequence[Mapping[str, Any]]:
    """What a case file says of its documents."""
    found: Sequence[Mapping[str, Any]] = parse_yaml(case, CASE_FILE).data.get("documents", ())
    return found


_Put = Callable[[re.Match[str]], str]


def _moved(match: re.Match[str], weeks: int) -> str:
    moved = datetime.fromisoformat(match[1]) + timedelta(weeks=weeks)
    return f"{moved.isoformat()}{match[2] or ''}{match[3] or ''}"


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)
