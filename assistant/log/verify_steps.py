"""Whether every step is one that the program writes where it stands: each session is followed from its first entry.

A review goes by the texts that it pins; a sitting, a book and a desk by what stood in the log before each step.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Protocol

from assistant.core import access_events as a
from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core import work_events as w
from assistant.core.decide import DECISIONS
from assistant.core.problem import Refused, refuse
from assistant.core.session import begin
from assistant.core.succession import Succession, must_be_one_of, must_say
from assistant.core.text import counted, one_line
from assistant.core.value import replace
from assistant.library import letter_words
from assistant.log.access import METHOD, rank
from assistant.log.checkpoint import present_log
from assistant.log.database import ARCHIVED
from assistant.log.entry import Entry, family_of, form, is_day, pinned_in, read, texts_in
from assistant.log.errors import DAMAGE, unless_damage, words
from assistant.log.fold import UNFIT, Artifacts, PinnedRules, event_of, pinned_texts, whole
from assistant.log.sessions import GIVEN
from assistant.log.store import open_reader, read_artifact, revealer
from assistant.log.verify import NOTHING, Absent
from assistant.log.verify_entries import Break, Verdict, Verification, commitments_in

_ROWS = f"""SELECT session, id, seq, entry, leaf FROM event WHERE id > 0 AND session != '{ARCHIVED}' {{}}
ORDER BY session, seq"""
_FRESH = "AND session IN (SELECT session FROM event WHERE id > ?)"
_ENTRY = "SELECT kind, leaf, entry FROM event WHERE session = ? AND seq = ? AND id BETWEEN 1 AND ?"
_SIGNED = "SELECT 1 FROM event WHERE session = ? AND kind = 'session.signed' AND id BETWEEN 1 AND ?"
_AWAY = f"""SELECT 1 FROM event WHERE session = '{ARCHIVED}' AND id BETWEEN 1 AND ?
AND NOT EXISTS (SELECT 1 FROM event WHERE session = ? AND id > 0) LIMIT 1"""
_HOLDS = "SELECT entry FROM event WHERE kind = 'access.held' AND id BETWEEN 1 AND ?"
_EVERY = 1_000


NEWEST = 50_000
"""Sessions with a step among so many of the newest entries are followed, unless all are: what is added stands at the end.

So are those with a step after the checkpoint that is held, however many entries came after it.
"""


class Counting(Protocol):
    """Says how far something has come."""

    def begin(self, what: str) -> Callable[[int], None]: ...


class Silent:
    """Says nothing of it."""

    def begin(self, _what: str) -> Callable[[int], None]:
        """As of `Counting`."""
        return lambda _count: None


def followed(
    path: Path, found: Verification, progress: Counting, every: bool = False, absent: Absent = NOTHING
) -> Verification:
    """The verification with a verdict more: `steps`. Sessions without a step that `found` has read are left out.

    So are those whose words or texts are `absent` by intent; these are told.
    """
    since = found.since if every else max(found.since, min(found.events - NEWEST, found.held or found.events))
    try:
        with closing(open_reader(present_log(path))) as connection:
            steps = Steps(connection, path, absent)
            verdict, first = steps.verdict(since, progress.begin("Following steps"))
    except Refused as refusal:
        verdict, first = Verdict(None, f"not looked at: {_why(refusal)}"), None
    except DAMAGE as error:
        unless_damage(path, error)
        verdict, first = Verdict(None, f"not all entries can be read: {words(error)}"), None
    return replace(
        found,
        ok=found.ok and verdict.ok is not False,
        verdicts={**found.verdicts, "steps": verdict},
        first_break=found.first_break or first,
        verified=found.verified if verdict.ok is not False else "",
    )


def fault_of_review(log: Artifacts, entries: Sequence[Entry]) -> tuple[Entry, str] | None:
    """The first entry of a review that the program would not have written where it stands, and why."""
    return _fault(_Review(log, PinnedRules(log)), entries)


class Steps:
    """The sessions of one log, followed one after the other."""

    def __init__(self, connection: sqlite3.Connection, path: Path, absent: Absent = NOTHING) -> None:
        self._connection = connection
        self._path = path
        self._absent = absent
        self._rules = PinnedRules(self)
        self.sessions = self.entries = self.left = 0

    def artifact(self, digest: str, /) -> bytes:
        """The text that a session pins."""
        return read_artifact(self._connection, self._path, digest)

    def verdict(self, since: int, step: Callable[[int], None]) -> tuple[Verdict, Break | None]:
        """What becomes of all that have an entry after number `since`; and the first break in the order of the log."""
        found = list(self.faults(since, step))
        if found:
            entry, why = min(found, key=lambda one: one[0].id)
            more = f", and {counted(len(found) - 1, 'session')} more" if len(found) > 1 else ""
            says = f"session {entry.session}, entry {entry.seq}: {why}{more}"
            return Verdict(False, says), Break(entry.session, entry.seq, why)
        those = f", those with a step after entry {since:,}" if since else ""
        says = f"{counted(self.entries, 'entry')} of {counted(self.sessions, 'session')}{those}: each could follow where it stands"
        if self.left:
            return Verdict(
                None, f"{says}; {counted(self.left, 'session')} without texts could not be followed"
            ), None
        return Verdict(True, says), None

    def faults(self, since: int, step: Callable[[int], None]) -> Iterator[tuple[Entry, str]]:
        """Of each session with an entry after number `since` the first that does not fit, and why."""
        only, values = (_FRESH, (since,)) if since else ("", ())
        told = 0
        for session, found in groupby(self._connection.execute(_ROWS.format(only), values), itemgetter(0)):
            rows = [row[1:] for row in found]
            self.sessions, self.entries = self.sessions + 1, self.entries + len(rows)
            if self.entries - told >= _EVERY:
                step(self.entries - told)
                told = self.entries
            if (fault := self._fault(session, rows)) is not None:
                yield fault

    def _fault(
        self, session: str, rows: Sequence[tuple[int, object, bytes, bytes]]
    ) -> tuple[Entry, str] | None:
        """The first entry of a session that does not fit, and why; one that can't be read is named elsewhere."""
        data = [bytes(row[2]) for row in rows] if self._absent != NOTHING else []
        named = {name for one in data for name in commitments_in(one)}
        if not (self._absent.words.isdisjoint(named) and self._absent.files.isdisjoint(pinned_in(data))):
            self.sessions, self.entries = self.sessions - 1, self.entries - len(rows)
            self.left += 1
            return None
        reveal = revealer(self._connection, (data for _, _, data, _ in rows))
        try:
            entries = list(read(rows, session, reveal))
        except Refused:
            return None
        review = not family_of(entries[0].kind)
        return _fault(_Review(self, self._rules) if review else _Other(self._connection), entries)


def _fault(following: _Review | _Other, entries: Sequence[Entry]) -> tuple[Entry, str] | None:
    for entry in entries:
        try:
            following.take(entry)
        except Refused as refusal:
            return entry, f"{one_line(entry.kind, 40)} could not follow here: {_why(refusal)}"
        except UNFIT:
            return entry, f"{one_line(entry.kind, 40)} is about what the rules of its session don't have"
    return None


def _why(refusal: Refused) -> str:
    what = refusal.problems[0].what.rstrip(".")
    return what[0].lower() + what[1:]


class _Review:
    """A review, by the rules that it pins."""

    def __init__(self, log: Artifacts, rules: PinnedRules) -> None:
        self._log = log
        self._rules = rules
        self._course: Succession | None = None

    def take(self, entry: Entry) -> None:
        """The next entry."""
        event = whole(event_of(entry), self._log)
        course = self._course
        cases = {course.session.rules.case.id} if course is not None else set()
        if course is None:
            if not isinstance(event, e.SessionOpened):
                raise refuse("a review does not begin so")
            if not GIVEN.fullmatch(entry.session):
                raise refuse("no review is given such a name")
            frame = letter_words(pinned_texts(self._log, event.pins, "letter"))
            course = self._course = Succession(
                begin(entry.session, self._rules.of(event), event, frame=frame)
            )
        else:
            if isinstance(event, e.CaseAmended | e.SetChanged):
                later = {**course.session.later, event.under: self._rules.of(event)}
                course.session = replace(course.session, later=later)
            course.follow(event)
        if entry.actor != course.session.opened.reviewer:
            raise refuse("it is not by the reviewer of the session")
        if entry.case not in cases | {course.session.rules.case.id}:
            raise refuse("it is of another case than the session")


_FIRST = (a.AccessOpened, t.BookOpened, t.AdjudicationOpened, w.DeskOpened)
_SETTLING = (t.AnswerAdjudicated, t.DecisionAdjudicated, t.AdjudicationClosed)


class _Other:
    """A sitting, a book, an adjudication or a desk, by what stood in the log before each of its entries."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._first: e.Event | None = None
        self._actor = ""
        self._closed = False
        self._held: set[tuple[str, object]] = set()
        """The marks and assignments of a book that are there."""

    def take(self, entry: Entry) -> None:
        """The next entry."""
        event = event_of(entry)
        if isinstance(event, _FIRST) != (self._first is None):
            raise refuse("it begins a session, and nothing else does")
        if self._first is None:
            self._first, self._actor = event, entry.actor
        if isinstance(event, w.WorkStep | t.TrainingStep) and entry.actor != self._actor:
            raise refuse("it is not by whom the session is of")
        if isinstance(event, w.WorkStep) and entry.case != getattr(event, "case", entry.case):
            raise refuse("it is of another case than stands beside it")
        if self._closed or isinstance(self._first, t.AdjudicationOpened) != isinstance(
            event, (t.AdjudicationOpened, *_SETTLING)
        ):
            raise refuse("it does not belong in this session, or stands after its end")
        self._closed = isinstance(event, t.AdjudicationClosed)
        if isinstance(event, a.AccessStep):
            self._sitting(event, entry.id)
        elif isinstance(event, w.WorkStep):
            self._desk(event, entry.id)
        elif isinstance(event, t.TrainingStep):
            self._book(event, entry)

    def _sitting(self, event: a.AccessStep, id: int) -> None:
        elsewhere = isinstance(self._first, a.AccessOpened) and bool(self._first.central)
        match event:
            case a.SampleDrawn():
                drawn = event.sessions
                fits = event.method == METHOD and len(drawn) == min(event.size, event.population)
                if not fits or list(drawn) != sorted(set(drawn), key=lambda one: rank(one, event.seed)):
                    raise refuse("the seed does not draw so")
            case a.AuditNoteAdded(session, text, severity, owner):
                must_say(text, "the note says nothing")
                must_be_one_of(severity, ("", *a.SEVERITIES), "no finding is so grave")
                if owner and not severity:
                    raise refuse("a note is nobody's to answer")
                if not elsewhere:
                    self._begun(session, id)
            case a.FindingAnswered(finding, said) | a.FindingClosed(finding, said):
                must_say(said, "it is answered or closed without a word")
                session, _, seq = finding.rpartition(".")
                if not elsewhere and self._entry(session, seq, id)[0] != a.AuditNoteAdded.kind:
                    raise refuse("there is no such finding")
            case a.FileReviewed(draw, session, result):
                must_be_one_of(result, a.RESULTS, "a file comes to nothing like it")
                named, _, seq = draw.rpartition(".")
                if not elsewhere:
                    self._begun(session, id)
                    if self._entry(named, seq, id)[0] != a.SampleDrawn.kind:
                        raise refuse("there is no such draw")
            case a.TextRedacted(session, seq, name, commitment, reason):
                must_say(reason, "words are taken out without a reason")
                if self._is_away(session, id):
                    return
                body = form(self._entry(session, seq, id)[2])["body"]
                if (name, commitment) not in set(texts_in(body)):
                    raise refuse("the entry that it names has no such text")
            case a.RollbackAccepted():
                must_say(event.reason, "a rollback is accepted without a reason")
            case a.SessionsHeld(_, sessions, reason):
                must_say(reason, "it is held without a reason")
                for session in sessions:
                    self._begun(session, id)
            case a.HoldReleased(hold, reason):
                must_say(reason, "a hold is released without a reason")
                held = self._connection.execute(_HOLDS, (id - 1,))
                if hold not in {form(data)["body"].get("hold") for (data,) in held}:
                    raise refuse("there is no such hold")
            case _:
                return

    def _desk(self, event: w.WorkStep, id: int) -> None:
        day = getattr(event, "day", "")
        if hasattr(event, "day") and not is_day(day):
            raise refuse("it names no day")
        match event:
            case w.QualityRead(_, session) | w.DeterminationSent(_, session):
                signed = self._connection.execute(_SIGNED, (session, id)).fetchone()
                if not signed and not self._is_away(session, id):
                    raise refuse("the review that it names was not signed")
            case w.ReceiptStated(_, request, records, priority):
                if not any((request, records, priority)):
                    raise refuse("it says nothing")
                if not all(is_day(one) for one in (request, records) if one):
                    raise refuse("it names no day")
            case w.RecordsAsked(_, _, what, of, copied):
                must_say(
                    what and of and copied, "it is not said what was asked for, of whom, and who got a copy"
                )
            case w.ConflictAttested(_, reviewer, party):
                must_say(reviewer and party, "it is not said who has a tie, and to whom")
            case w.CaseWithdrawn() | w.CaseReinstated() | w.CaseRemanded():
                must_say(event.reason, "no reason is given")
            case _:
                return

    def _book(self, event: t.TrainingStep, entry: Entry) -> None:
        match event:
            case t.Bookmarked() | t.Commented():
                self._held.add(("mark", entry.seq))
            case t.MarkRemoved(mark):
                self._take_back("mark", mark)
            case t.CaseAssigned(assignment):
                must_be_one_of(event.reveal, ("each", "end", "trainer"), "nothing is revealed so")
                self._held.add(("assignment", assignment))
            case t.AssignmentWithdrawn(assignment):
                self._take_back("assignment", assignment)
            case t.RunEnded(_, how):
                must_be_one_of(how, ("signed", "declined"), "no run ends so")
            case t.FeedbackShown():
                if not (0 <= event.agreed <= event.compared and 0 <= event.caught <= event.planted):
                    raise refuse("more was right than there was")
            case t.DecisionAdjudicated():
                must_be_one_of(event.decision, DECISIONS, "there is no such decision")
            case _:
                return

    def _take_back(self, what: str, name: object) -> None:
        if (what, name) not in self._held:
            raise refuse(f"there is no such {what} to take back")
        self._held.discard((what, name))

    def _begun(self, session: str, id: int) -> None:
        """A session that begins before number `id`, here or, where it isn't here, in an archive."""
        if not self._is_away(session, id):
            self._entry(session, 1, id)

    def _is_away(self, session: str, id: int) -> bool:
        """Whether a session may be in an archive: it isn't here, and some that were before number `id` are in one."""
        return self._connection.execute(_AWAY, (id, session)).fetchone() is not None

    def _entry(self, session: str, seq: object, id: int) -> tuple[str, bytes, bytes]:
        """Kind, hash and bytes of an entry that stands before number `id`."""
        row: tuple[str, bytes, bytes] | None
        row = self._connection.execute(_ENTRY, (session, seq, id - 1)).fetchone()
        if row is None:
            raise refuse("what it speaks of was not there")
        return row
