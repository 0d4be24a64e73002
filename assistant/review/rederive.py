"""A session derived anew from its entries and pinned texts, and compared with what was logged when it was made.

The same entries and texts must give the same suggestions, sentences, checks and letter, byte for byte. What was
logged is compared where it stands: each suggestion as it was shown, each sentence as it read before it was edited,
each check as it was raised, and the text that was signed.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant import library
from assistant.core import events as e
from assistant.core.event_form import decode, encode
from assistant.core.problem import Refused
from assistant.core.rationale import Assessment, assess
from assistant.core.record.checks import Check, checks
from assistant.core.record.finding_checks import unverified_criteria
from assistant.core.record.guard import Pages
from assistant.core.session import GUARD, Session, outcome
from assistant.core.value import Value, replace
from assistant.letter import body_hash, to_text
from assistant.log import Entry, Log
from assistant.log.bundle import LetterTexts, bundle_letter, read_bundle
from assistant.log.checkpoint import present_log
from assistant.log.database import ARCHIVED
from assistant.log.entry import form
from assistant.log.errors import DAMAGE, unless_damage, words
from assistant.log.fold import begun, folded
from assistant.log.store import open_reader
from assistant.log.verify_entries import Break, Verdict, Verification
from assistant.log.verify_steps import Counting, fault_of_review
from assistant.review.determination import compose_from_log, compose_without_documents
from assistant.review.loading import pages_of


class Difference(Value):
    """The first place where what is derived is not what was logged; both in words."""

    seq: int
    what: str
    logged: str
    derived: str


class Rederivation(Value):
    """What a derivation came to: how much was compared, by name, and the first difference, if there is one.

    `letter` is the SHA-256 of the text that the signature covers, as it is derived; `not_compared` says what could
    not be.
    """

    session: str
    entries: int
    compared: Mapping[str, int]
    letter: str
    difference: Difference | None
    not_compared: Sequence[str]

    @property
    def ok(self) -> bool:
        """Whether everything that was compared is the same."""
        return self.difference is None

    def as_json(self) -> dict[str, Any]:
        """The contract of `imr log rederive --json`."""
        first = self.difference
        return {
            "session": self.session,
            "ok": self.ok,
            "entries": self.entries,
            "compared": dict(self.compared),
            "letter": self.letter,
            "difference": None
            if first is None
            else {"seq": first.seq, "what": first.what, "logged": first.logged, "derived": first.derived},
            "not_compared": list(self.not_compared),
        }


def rederive(log: Log, session_id: str) -> Rederivation:
    """Derives a review anew; raises `Refused` where it can't be read, or its pinned texts can't.

    Where words of it were redacted, what comes out otherwise can't be told from what these words would have given.
    """
    entries = log.read(session_id)
    session, events = begun(log, session_id, entries)
    compared: Counter[str] = Counter()
    unread: dict[str, None] = {}
    redacted: list[str] = []
    letter = ""
    for entry, event in zip(entries, [session.opened, *events], strict=True):
        if isinstance(event, e.SessionSigned):
            letter = _letter(replace(session, guard=event.guard))
        difference = _same_again(entry)
        if difference is None and entry.seq > 1:
            difference = _compare(session, entry, event, letter, unread, compared)
        if difference is not None and log.lacks_words(session_id):
            redacted.append(
                f"{difference.what}, since words of this session were redacted (entry {entry.seq})."
            )
        elif difference is not None:
            return Rederivation(session_id, len(entries), compared, letter, difference, _left_out(unread))
        compared["entries"] += 1
        if entry.seq > 1:
            session = folded(session, [event])
    return Rederivation(session_id, len(entries), compared, letter, None, [*_left_out(unread), *redacted])


def _left_out(unread: Mapping[str, None]) -> list[str]:
    if not unread:
        return []
    names = ", ".join(unread)
    return [
        f"The checks, since they read the record, and these documents are not in the case folder: {names}."
    ]


def _same_again(entry: Entry) -> Difference | None:
    """An entry that is read and written again must hold the same."""
    try:
        again = encode(decode(entry.kind, entry.body))
    except (Refused, KeyError, TypeError, ValueError, AttributeError) as error:
        return Difference(entry.seq, f"{entry.kind} can't be read", "", str(error))
    again = {name: value for name, value in again.items() if name in entry.body}
    if again == entry.body:
        return None
    wrong = next(name for name in entry.body if again.get(name) != entry.body[name])
    what = f"{entry.kind}, `{wrong}`"
    return Difference(entry.seq, what, str(entry.body[wrong]), str(again.get(wrong)))


def _compare(
    session: Session,
    entry: Entry,
    event: e.Event,
    letter: str,
    unread: dict[str, None],
    compared: Counter[str],
) -> Difference | None:
    """What an event says was derived, against what is derived from the events before it."""
    pages: Pages = {}
    if isinstance(event, e.CheckRaised | e.SessionSigned):
        pages = pages_of(session)
        missing = [name for name in session.opened.documents if name not in pages]
        unread.update(dict.fromkeys(missing))
        if missing and isinstance(event, e.CheckRaised):
            return None
    for name, what, logged, derived in _derived(session, event, letter, pages):
        if logged != derived:
            return Difference(entry.seq, what, logged, derived)
        compared[name] += 1
    return None


def _derived(
    session: Session, event: e.Event, letter: str, pages: Pages
) -> Iterator[tuple[str, str, str, str]]:
    """What is counted as, what it is, what was logged, and what is derived."""
    if isinstance(event, e.SuggestionShown):
        suggestion = assess(session, event.item).suggestion
        where = f"the suggestion on item {event.item}"
        logged = f"{event.decision or 'none'} ({event.why})"
        yield "suggestions", where, logged, f"{suggestion.decision or 'none'} ({suggestion.why})"
    elif isinstance(event, e.DeterminationRecorded):
        suggestion = assess(session, event.item).suggestion
        where = f"the suggestion when item {event.item} was decided"
        yield "suggestions", where, event.suggested or "none", suggestion.decision or "none"
    elif isinstance(event, e.SentenceEdited):
        shown = {one.key: one.text for one in assess(session, event.item).sentences}
        drafted = {one.key: one.text for one in assess(replace(session, edits={}), event.item).sentences}
        texts = shown if event.was == shown.get(event.sentence) else drafted
        where = f"the sentence {event.sentence} of item {event.item}"
        yield "sentences", where, event.was, texts.get(event.sentence, "(no such sentence)")
    elif isinstance(event, e.CheckRaised):
        drafts = {item: assess(session, item).sentences for item in session.items}
        every = [one for n in range(1, GUARD + 1) for one in checks(replace(session, guard=n), drafts, pages)]
        found = {(one.check, one.key): one for one in every}
        one = found.get((event.check, event.key))
        where = f"the check {event.check} on {event.key}"
        derived = "(not raised)" if one is None else "\n".join((one.message, *one.facts))
        yield "checks", where, "\n".join((event.message, *event.facts)), derived
    elif isinstance(event, e.SessionSigned):
        yield "outcomes", "the outcome", event.outcome, outcome(session) or "none"
        yield "letters", "the SHA-256 of the text that was signed", event.letter, letter
        if left := _left_open(session, event, pages):
            yield "checks", "that nothing was open at the signature", "nothing", "; ".join(left)


def _left_open(session: Session, event: e.SessionSigned, pages: Pages) -> list[str]:
    """The checks that the program would have signed over; earlier versions had others, and a trainee is held to none.

    Where documents are gone, only what needs none of them is known.
    """
    if event.guard < GUARD or session.mode == "training":
        return []
    if all(name in pages for name in session.opened.documents):
        drafts = {item: assess(session, item).sentences for item in session.items}
        found: Sequence[Check] = checks(session, drafts, pages)
    else:
        found = [one.check for item in session.items for one in unverified_criteria(session, item)]
        found = found if session.mode == "real" else []
    return [
        f"{one.check} on {one.key}"
        for one in found
        if one.severity == "blocking" or (one.check, one.key) not in session.acknowledged
    ]


def _letter(session: Session) -> str:
    known: dict[str, Assessment] = {item: assess(session, item) for item in session.items}
    return body_hash(session, known.__getitem__)


# A deep verification: besides all that `verify` looks at, each entry's schema and each review derived anew.


def deeper(path: Path, found: Verification, progress: Counting) -> Verification:
    """The verification with two verdicts more: schemas and drafts. What `found` did not read again is left out."""
    try:
        with Log.open(path, write=False) as log:
            schema, first = _schemas(path, found.since, progress.begin("Checking schemas"))
            drafts, broken = _drafts(log, found.since, progress.begin("Deriving drafts"))
    except Refused as refusal:
        says = " ".join(problem.what for problem in refusal.problems)
        schema = drafts = Verdict(None, f"not looked at: {says}")
        first = broken = None
    verdicts = {**found.verdicts, "schemas": schema, "drafts": drafts}
    return replace(
        found,
        ok=all(verdict.ok is not False for verdict in verdicts.values()),
        verdicts=verdicts,
        first_break=found.first_break or first or broken,
        verified=found.verified if schema.ok is not False and drafts.ok is not False else "",
    )


def _drafts(log: Log, since: int, step: Callable[[int], None]) -> tuple[Verdict, Break | None]:
    reviews = compared = 0
    first, faults = None, 0
    for row in log.sessions():
        try:
            if since and log.read(row.id)[-1].id <= since:
                continue
            made = rederive(log, row.id)
            difference = made.difference
            what = "" if difference is None else f"{difference.what} does not come out as it was logged"
            seq = 0 if difference is None else difference.seq
        except Refused as refusal:
            what, seq = f"it can't be derived: {refusal.problems[0].what}", 1
        reviews += 1
        compared += not what
        step(row.events)
        if what:
            faults += 1
            first = first or Break(row.id, seq, what)
    if first is not None:
        more = f", and {faults - 1} more reviews" if faults > 1 else ""
        return Verdict(False, f"session {first.session}, entry {first.seq}: {first.what}{more}"), first
    return Verdict(
        True, f"{compared} of {reviews} reviews give the suggestions and letters that were logged"
    ), None


# A bundle whose hashes all hold may still have been made to say something else than its entries come to.


def derived_anew(path: Path) -> Iterator[tuple[bool | None, str]]:
    """Whether the review in a bundle, and its letter, come out of its entries: True, False or open, and in words."""
    try:
        log, session = read_bundle(path)
        with log:
            entries = log.read(session)
            if entries[0].kind != e.SessionOpened.kind:
                return
            if fault := fault_of_review(log, entries):
                yield False, f"entry {fault[0].seq}: {fault[1]}"
            made = rederive(log, session)
            words, unsigned = rederivation_words(log, session)
            letters = [words.letter, to_text(compose_without_documents(log, session))]
    except Refused as refusal:
        yield False, f"the review can't be derived from its entries: {refusal.problems[0].what}"
        return
    if made.difference is not None:
        first = made.difference
        yield False, f"entry {first.seq}: {first.what} does not come out of the entries as it was logged"
        return
    yield True, "suggestions, sentences, outcome and letter come out of the entries as they were logged"
    there = bundle_letter(path)
    if there.letter and there.letter in letters:
        yield True, "letter.txt reads, to the last word, as the letter that the entries give"
    elif there.letter:
        yield (
            None,
            unsigned
            or "letter.txt reads otherwise, outside the text that was signed, than this version writes it",
        )


# What a session's bundle says in words: its letter, and the text that was signed.


def rederivation_words(log: Log, session_id: str) -> tuple[LetterTexts, str]:
    """The words that go along, and why the signed text can't, if it can't.

    A session that is no review has none. Where the letter reads otherwise here than when it was signed, the text
    that was signed is not to be had.
    """
    entries = log.read(session_id)
    if not entries or entries[0].kind != "session.opened":
        return LetterTexts(), ""
    try:
        letter = compose_from_log(log, session_id)
    except Refused as refusal:
        return (
            LetterTexts(),
            f"The letter can't be composed, so it does not go along: {refusal.problems[0].what}",
        )
    signed = [entry.body["letter"] for entry in entries if entry.kind == "session.signed"]
    if not signed:
        return LetterTexts(to_text(letter)), ""
    if signed[0] != letter.body_hash:
        why = (
            "The letter reads otherwise here than when it was signed, so the signed text does not go along. "
        )
        return LetterTexts(to_text(letter)), why + "See `imr log rederive`."
    return LetterTexts(to_text(letter), letter.body), ""


# Whether each entry is one that the program writes, by `schemas/entry.schema.json` and
# `schemas/event.schema.json`.


_EVERY_ENTRY = (
    f"""SELECT session, seq, kind, entry FROM event WHERE id > ? AND session != '{ARCHIVED}' ORDER BY id"""
)
_EVERY = 1_000


def _schemas(path: Path, since: int, step: Callable[[int], None]) -> tuple[Verdict, Break | None]:
    """The verdict on all entries after number `since`, and the first that does not fit."""
    connection = open_reader(present_log(path))
    try:
        return _fitting(connection, since, step)
    except DAMAGE as error:
        unless_damage(path, error)
        return Verdict(None, f"not all entries can be read: {words(error)}"), None
    finally:
        connection.close()


def _fitting(
    connection: sqlite3.Connection, since: int, step: Callable[[int], None]
) -> tuple[Verdict, Break | None]:
    forms = _Forms()
    first, faults, count = None, 0, 0
    for session, seq, kind, entry in connection.execute(_EVERY_ENTRY, (since,)):
        count += 1
        if count % _EVERY == 0:
            step(_EVERY)
        if what := forms.fault(kind, entry):
            faults += 1
            first = first or Break(str(session), int(seq), what)
    if first is not None:
        more = f", and {faults - 1} more" if faults > 1 else ""
        return Verdict(False, f"session {first.session}, entry {first.seq}: {first.what}{more}"), first
    return Verdict(True, f"{count} entries are as their schemas have them"), None


class _Forms:
    """One validator for the form of an entry and one for each kind of body, made when first needed."""

    def __init__(self) -> None:
        from jsonschema import Draft202012Validator

        folder = library.folder("schemas")
        self._make = Draft202012Validator
        self._event = json.loads(library.read_text(folder / "event.schema.json"))
        entry = json.loads(library.read_text(folder / "entry.schema.json"))
        self._form = Draft202012Validator(
            {"type": "object", "required": entry["required"], "properties": entry["properties"]}
        )
        self._bodies: dict[str, Any] = {}

    def fault(self, kind: str, data: bytes) -> str:
        """What is wrong with an entry; empty if nothing is."""
        try:
            entry = form(data)
        except ValueError as wrong:
            return f"the entry is not one that the program writes: {wrong}"
        if kind not in self._event["$defs"] or kind not in self._event["properties"]["kind"]["enum"]:
            return f"the kind {kind} is not known to this version of the program"
        if kind not in self._bodies:
            schema = {"$defs": self._event["$defs"], "$ref": f"#/$defs/{kind}"}
            self._bodies[kind] = self._make(schema)
        for error in self._form.iter_errors(entry):
            return f"{error.json_path}: {error.message[:200]}"
        for error in self._bodies[kind].iter_errors(entry["body"]):
            return f"the body of {kind}, {error.json_path}: {error.message[:200]}"
        return ""
