"""Blind practice: a review like any other, whose first answers are frozen before anything is revealed.

The run goes through `Review`; what is frozen and revealed is logged in the trainee's book beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random, SystemRandom
from typing import get_args

from assistant import library
from assistant.core import commands as c
from assistant.core import events as e
from assistant.core import training_events as t
from assistant.core.access_events import AccessExported, AccessQueried, AccessRead
from assistant.core.answer import same_content
from assistant.core.event_words import Line, evidence_lines, reason_lines, told_at
from assistant.core.events import Event
from assistant.core.problem import Refused, refuse
from assistant.core.record.absence import contradicted
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.rules.rules import CASE_SCOPE, Sources
from assistant.core.session import AnswerPlace, Session
from assistant.core.text import counted, one_line
from assistant.core.turn import Option, Turn, root_of
from assistant.core.value import replace
from assistant.library import CaseFolder
from assistant.log import Entry, Log
from assistant.log.fold import event_of, pinned_texts
from assistant.profile import Profile
from assistant.review.conversation import Conversation
from assistant.review.loading import missing_documents
from assistant.review.review import Review
from assistant.review.talk import Pending
from assistant.training.book import (
    Assignment,
    Book,
    Written,
    all_entries,
    assign,
    assignments,
    books_on,
    faults_of,
    new_plan,
    planted_events,
    trainees_named,
)
from assistant.training.comparison import OF_THE_REVIEWER, paired
from assistant.training.faults import Fault, is_unread
from assistant.training.marking import ALONE, KNOWN, SHOWN, AnswerKey, Given, answer_key, as_answered, outcome
from assistant.training.planting import ANY, plant
from assistant.training.recording import Recording
from assistant.training.reference import Reference, reference_of_case, reference_of_session

# What a trainee is shown after an answer is frozen: the reviewer's answer, its pages, and the guideline's
# reason.


def is_compared(place: AnswerPlace) -> bool:
    """Whether a question is about the case; those about the reviewer are nobody else's to answer."""
    return not (place[0] == CASE_SCOPE and place[1] in OF_THE_REVIEWER)


PAGE_UNREAD = "True, but missed, since its page was neither opened before the answer nor cited"
_FOUND = {ALONE: "Caught", KNOWN: "Caught, and its kind was known", SHOWN: "Found when it was shown"}


def revealed_lines(
    trainee: Session, reference: Session, place: AnswerPlace, found: Iterable[tuple[Fault, str | None]]
) -> list[Line]:
    """The reviewer's answer to a question that the trainee has just answered, and what was planted there."""
    theirs = reference.reading(place[0]).answer(place[1])
    lines: list[Line] = []
    here = list(found)
    for fault, how in here:
        given = trainee.reading(place[0]).answer(place[1])
        missed = PAGE_UNREAD if is_unread(fault, given) else "Missed"
        news = f"{_FOUND.get(how or '', missed)}: {fault.says}"
        lines.append(Line("news" if how in (ALONE, KNOWN) else "problem", news))
    if theirs is None:
        lines.append(Line("context", "The reviewer's answers did not lead to this question."))
    elif not here:
        same = as_answered(paired(trainee, reference).get(place, ()))
        said = told_at(reference, place, theirs).split("\n")
        mark = "As the reviewer answered:" if same else "The reviewer answered otherwise:"
        lines.append(Line("news" if same else "warning", f"{mark} {one_line(said[0], 400)}"))
        lines += [Line("context", one_line(line, 400)) for line in said[1:]]
    if theirs is not None:
        lines += evidence_lines(theirs.all_evidence())
        if theirs.note:
            lines.append(Line("context", f"Note: {one_line(theirs.note, 400)}"))
    return [*lines, *reason_lines(trainee, place)]


def revealed_decision(trainee: Session, key: AnswerKey, item: str) -> list[Line]:
    """The reviewer's decision on an item, and why."""
    made, theirs = trainee.determinations.get(item), key.session.determinations.get(item)
    if item in key.undecided:
        return [Line("context", UNDECIDED)]
    if theirs is None:
        return [Line("context", "The reference holds no decision on this item.")]
    same = made is not None and made.decision == theirs.decision
    mark = "As the reviewer decided:" if same else "The reviewer decided otherwise:"
    lines = [Line("news" if same else "warning", f"{mark} {DECISION_WORDS[theirs.decision]}")]
    return [*lines, *([Line("context", f"Reason: {one_line(theirs.reason, 400)}")] if theirs.reason else [])]


# A trainee's run: a review of kind `training`, and beside it, in the trainee's book, what was frozen and
# revealed.


MODE = "training"
CONFIDENCE = {
    50: "A guess (50%)",
    70: "Rather sure (70%)",
    85: "Sure (85%)",
    95: "Quite sure (95%)",
    100: "Certain (100%)",
}
"""How sure one may be of an answer, in percent, and in words."""
UNDECIDED = "With what was planted the reviewer's answers come to no decision; yours is not compared."


@dataclass(frozen=True)
class Run:
    """One passage of a trainee through a case. `frozen` has the entry of each first answer: its `seq` and hash.

    `settled` has that of the answer that stood when it was revealed, or at the end. The decision on an item is frozen
    at the place `(item, "")`. `ended` is signed, declined or empty.
    """

    session: str
    trainee: str
    case: str
    reveal: str
    plan: str
    reference: Reference = field(repr=False)
    faults: tuple[Fault, ...] = field(repr=False)
    trainer: str = ""
    ts: str = ""
    frozen: Mapping[AnswerPlace, tuple[int, str]] = field(default_factory=dict, repr=False)
    revealed: frozenset[AnswerPlace] = frozenset()
    ended: str = ""
    settled: Mapping[AnswerPlace, tuple[int, str]] = field(default_factory=dict, repr=False)
    exercise: str = ""
    confidence: bool = False
    sure: Mapping[AnswerPlace, int] = field(default_factory=dict, repr=False)
    """Where it is asked, how sure the trainee was of each answer, in percent."""
    known: tuple[str, ...] = ()
    """The kinds of planted fault that the trainee knew of: asked for, or those of the exercise."""

    @property
    def assigned(self) -> bool:
        return bool(self.trainer)

    @property
    def self_planted(self) -> bool:
        """Whether the trainee planted the faults and was told then what is true."""
        return self.trainer == self.trainee and bool(self.faults)

    @property
    def tells(self) -> bool:
        """Whether the trainee sees the feedback when the run is over."""
        return bool(self.ended) and self.reveal != "trainer" and not self.reference.sealed


def runs(written: Sequence[Written]) -> list[Run]:
    """Every run that stands in some books, the oldest first."""
    given = {one.id: one for one in assignments(written)}
    found: dict[str, Run] = {}
    for one in written:
        event = one.event
        if isinstance(event, t.RunOpened):
            found[event.session] = _begun(one, event, given.get(event.plan), written)
        elif isinstance(event, _OF_A_RUN):
            held = found.get(event.session)
            if held is not None and held.trainee == one.by:
                found[event.session] = _followed(held, event)
    return sorted(found.values(), key=lambda run: run.ts)


def run_of(log: Log, session: str) -> Run | None:
    """The run whose review is `session`; None where it is none."""
    return next((run for run in runs(all_entries(log)) if run.session == session), None)


_OfARun = t.AnswerFrozen | t.ConfidenceTold | t.AnswerRevealed | t.RunEnded | t.KeyUnsealed
_OF_A_RUN = get_args(_OfARun)


def _begun(
    one: Written, event: t.RunOpened, assignment: Assignment | None, written: Iterable[Written]
) -> Run:
    reference = assignment.reference if assignment is not None else Reference.from_text(event.reference)
    return Run(
        event.session,
        one.by,
        event.case,
        event.reveal,
        event.plan,
        reference,
        faults_of(written, event.plan),
        assignment.trainer if assignment is not None else event.trainer,
        one.ts,
        exercise=event.exercise,
        confidence=assignment.confidence if assignment is not None else event.confidence,
        known=event.known,
    )


def _followed(run: Run, event: _OfARun) -> Run:
    if isinstance(event, t.RunEnded):
        return replace(run, ended=event.how)
    if isinstance(event, t.KeyUnsealed):
        faults = tuple(Fault.from_text(one) for one in event.faults)
        return replace(run, reference=Reference.from_text(event.reference), faults=faults)
    place = (event.item, event.prompt)
    if isinstance(event, t.ConfidenceTold):
        return replace(run, sure={place: event.percent, **run.sure})  # the first one counts
    if isinstance(event, t.AnswerRevealed):
        return replace(run, revealed=run.revealed | {place})
    entry = event.seq, event.leaf
    settled = run.settled if place in run.revealed else {**run.settled, place: entry}
    return replace(run, frozen={place: entry, **run.frozen}, settled=settled)  # the first one counts


_AFTER_THE_ANSWERS = ("passages", "by_eye", "check", "sign", "done")
"""The kinds of turn with which the program speaks of answers that are in."""

_READING = Pending("Read what stands above; Enter goes on.", None, (Option("Go on"),))
"""Holds the next question back until what parts from the reviewer has been read."""


class Practice(Conversation):
    """A conversation whose answers are frozen as they are given, and then held against the reviewer's."""

    def __init__(self, review: Review, run: Run, book: Book) -> None:
        super().__init__(review)
        self.run = run
        self.book = book
        self._read = 0
        self._taken_over: AnswerPlace | None = None
        self._standing: dict[AnswerPlace, tuple[int, str]] = {}
        self._key: tuple[object, AnswerKey] | None = None
        self._unsure: tuple[AnswerPlace, ...] = ()

    def greeting(self) -> list[str]:
        """What a trainee is told at the beginning."""
        when = {
            "each": "After each of your answers you see the reviewer's.",
            "end": "You see the reviewer's answers when you have signed.",
            "trainer": "Your trainer shows you the feedback when you have signed.",
        }
        lines = [f"A blind run. Your first answers are kept. {when[self.run.reveal]}"]
        planted = len(self.run.faults)
        if planted and not self.run.assigned:
            many = f"{planted} faults are" if planted > 1 else "One fault is"
            lines.append(
                f"{many} planted in this copy of the case: what it states may not be what a page says."
            )
        if self.run.known:
            lines.append(
                f"You know of {', '.join(self.run.known)}: what is found of that isn't counted as found alone."
            )
        return lines

    def reply(self, text: str) -> list[Line]:
        """What a reply leads to, and after an answer what the reviewer answered."""
        if self.pending is _READING:
            if text.strip() not in ("", "1"):
                return [Line("problem", "Read this first; Enter goes on.")]
            self.pending = None
            return []
        if self._unsure:
            return self._told_confidence(text)
        return [*super().reply(text), *self.settle()]

    def choose(self, place: int) -> list[Line]:
        """The reply at that place, from 1, and after an answer what the reviewer answered."""
        if self.pending is _READING or self._unsure:
            return self.reply(str(place))
        return [*super().choose(place), *self.settle()]

    def carry_out(self, command: c.Command) -> list[Line]:
        """Carries out a command that needs no echo; one that ends the session ends the run."""
        lines = super().carry_out(command)
        return lines if self.review.session.status == "open" else [*lines, *self.settle()]

    @property
    def turn(self) -> Turn:
        """What the session waits for; what is proposed can be taken over to be changed, before it counts."""
        turn = super().turn
        proposal = turn.proposal
        if proposal is None or proposal.answer.parts is None or not is_compared(turn.place):
            return turn
        command = _TakeOver(c.RecordAnswer(*turn.place, proposal.answer, "proposed"))
        option = Option("Nearly: take it over, and change a part of it", command, value="nearly")
        return replace(turn, options=(*turn.options, option))

    def _do(self, command: c.Command, quiet: bool = False) -> list[Line]:
        if isinstance(command, _TakeOver):
            answer = command.answer
            self._taken_over = (answer.item, answer.prompt)
            self.review.perform(answer, c.ShowPrompt(*self._taken_over))
            return [Line("note", "Taken over. Change what is wrong; Enter leaves it as it then is.")]
        lines = super()._do(command, quiet)
        if isinstance(command, c.RecordAnswer | c.WithdrawAnswer):
            self._stay(command.item, command.prompt)
        return lines

    def _record(self, command: c.RecordAnswer | c.WithdrawAnswer, confirmed: bool = False) -> list[Line]:
        lines = super()._record(command, confirmed)
        pending = self.pending
        if self.review.session.measured and pending is not None and pending.rests is not None:
            kept = tuple(one for one in pending.options if one.value == "not_documented")
            question = f"{pending.question.split(' rests on a passage')[0]} rests on a passage. Which words say so? Type some of them."
            self.pending = replace(pending, question=question, options=kept)
        return lines

    def _leave(self, scope: str, path: str) -> list[Line]:
        lines = super()._leave(scope, path)
        self._stay(scope, path)
        return lines

    def _stay(self, scope: str, path: str) -> None:
        """What was taken over stays in question after a part of it, until it is left as a whole."""
        if self._taken_over != (scope, root_of(path)):
            return
        if path == root_of(path) or self.review.session.answer(*self._taken_over) is None:
            self._taken_over = None
        elif self.review.session.reading(scope).answered(root_of(path)):
            self.review.perform(c.ShowPrompt(*self._taken_over))

    def settle(self) -> list[Line]:
        """Freezes what has been answered, then reveals it as far as the trainer chose; at the end all of it.

        A first answer is frozen before the program says anything to it: each as it is left, or, where they are
        revealed at the end, all of them as soon as they are in.
        """
        if self.run.ended or self.review.watching:
            return []
        self._follow()
        session = self.review.session
        over = session.status != "open"
        if not over and self._asks_confidence():
            return []
        each = self.run.reveal == "each"
        if not each and not over and not self._answers_are_in():
            return []
        places = list(self._answered())
        self._freeze(place for place in places if place not in self.run.frozen)
        spoken = set() if over else set(contradicted(session))
        settled = [place for place in places if over or (each and place not in spoken)]
        settled = [place for place in settled if place not in self.run.revealed]
        self._freeze(place for place in settled if self.run.settled[place] != self._standing[place])
        lines: list[Line] = []
        if each:
            self._write([t.AnswerRevealed(self.run.session, *place) for place in settled])
            named = len(settled) > 1
            lines = [line for place in settled for line in self._revealed(place, named)]
            if not over and any(line.kind in ("warning", "problem") for line in lines):
                self.pending = _READING
        if over:
            self._write([t.RunEnded(self.run.session, session.status)])
            lines += self._closing()
        return lines

    def _asks_confidence(self) -> bool:
        """Asks how sure the trainee is of what has just been answered, where that is wanted; the answer is frozen before."""
        if not self.run.confidence:
            return False
        if self.pending is not None:
            return True  # when the reply is whole
        places = tuple(place for place in self._answered() if place not in self.run.sure)
        if not places:
            return False
        if self.run.reveal == "each":
            self._freeze(place for place in places if place not in self.run.frozen)
        self._unsure = places
        what = "these answers" if len(places) > 1 else "this answer" if places[0][1] else "this decision"
        asks = "; ".join(one_line(self.review.session.prompt(*one).ask, 90) for one in places if one[1])
        options = tuple(Option(words) for words in CONFIDENCE.values())
        self.pending = Pending(f"How sure are you of {what}? {asks}".rstrip(), None, options)
        return True

    def _told_confidence(self, text: str) -> list[Line]:
        said = text.strip().rstrip("%")
        levels = list(CONFIDENCE)
        percent = levels[int(said) - 1] if said.isdecimal() and 1 <= int(said) <= len(levels) else None
        if percent is None and said.isdecimal() and int(said) in levels:
            percent = int(said)
        if percent is None:
            return [Line("problem", f"Answer with 1 to {len(levels)}.")]
        self._write([t.ConfidenceTold(self.run.session, *place, percent) for place in self._unsure])
        self._unsure, self.pending = (), None
        return self.settle()

    def _freeze(self, places: Iterable[AnswerPlace]) -> None:
        self._write([t.AnswerFrozen(self.run.session, *place, *self._standing[place]) for place in places])

    def _answers_are_in(self) -> bool:
        """Whether every question and decision has its answer, so that the program may speak of them."""
        return self.review.session.focus is None and self.review.turn.kind in _AFTER_THE_ANSWERS

    def _closing(self) -> list[Line]:
        if self.run.reveal == "trainer":
            return [Line("news", "The run is over. Your trainer shows you the feedback.")]
        if self.run.reference.sealed:
            told = f"With the word of {self.run.trainer}: imr training unseal {self.run.session} WORD"
            return [Line("news", f"The run is over, and its key is sealed. {told}")]
        return [Line("news", f"The run is over. Read the feedback: imr training feedback {self.run.session}")]

    @property
    def key(self) -> AnswerKey:
        """The reviewer's answers under the run's rules, with what was planted put in."""
        rules = self.review.session.rules
        if self._key is None or self._key[0] is not rules:
            self._key = rules, answer_key(self.run.reference, self.run.faults, self.review.session)
        return self._key[1]

    def _answered(self) -> Iterator[AnswerPlace]:
        """The questions about the case that are answered and left; then the decisions."""
        session = self.review.session
        focus = None if session.focus is None else (session.focus[0], root_of(session.focus[1]))
        for scope in session.rules.scopes:
            for name in session.rules.sets[scope].prompts:
                place = (scope, name)
                answered = session.reading(scope).answered(name) and place in self._standing
                if answered and place != focus and is_compared(place):
                    yield place
        for item in session.determinations:
            if (item, "") in self._standing:
                yield item, ""

    def _revealed(self, place: AnswerPlace, named: bool) -> list[Line]:
        """What is revealed of one place, under its question where several were answered together."""
        session = self.review.session
        if not place[1]:
            return revealed_decision(session, self.key, place[0])
        here = [fault for fault in self.run.faults if fault.place == place]
        first, settled = self.run.frozen[place][0], self.run.settled[place][0]
        held = {seq: self._given(seq, place) for seq in {first, settled}} if here or first != settled else {}
        found = [(fault, outcome(fault, held[first], held[settled], self.run.known)) for fault in here]
        lines = revealed_lines(session, self.key.session, place, found)
        was = held[first][0] if first != settled else None
        now = session.reading(place[0]).answer(place[1])
        if was is not None and now is not None and not same_content(was, now):
            said = one_line(told_at(session, place, was).split("\n")[0], 400)
            lines.insert(0, Line("context", f"Your first answer, which counts: {said}"))
        return [Line("context", one_line(session.prompt(*place).ask, 400)), *lines] if named else lines

    def _given(self, seq: int, place: AnswerPlace) -> Given:
        """The answer as it stood at an entry of the run, and the pages that were open by then."""
        state = Recording(self.review.log, self.run.session).state(seq)
        return state.answer(*place), frozenset(state.pages_opened)

    def _follow(self) -> None:
        """Takes in which entry of the run holds each answer and decision now."""
        for entry in self.review.log.read(self.review.session.id, self._read):
            self._read = entry.seq
            place = _place(event_of(entry))
            if place is not None:
                self._standing[place] = entry.seq, entry.leaf

    def _write(self, events: Sequence[_OfARun]) -> None:
        if events:
            self.book.write(*events, case=self.run.case)
        for event in events:
            self.run = _followed(self.run, event)


class _TakeOver(c.Command):
    """What is proposed becomes the answer, and stays in question."""

    answer: c.RecordAnswer


def _place(event: Event) -> AnswerPlace | None:
    match event:
        case e.AnswerRecorded() | e.AnswerAmended() | e.AnswerWithdrawn() | e.EvidenceCited():
            return event.item, root_of(event.prompt)
        case e.DeterminationRecorded():
            return event.item, ""
        case _:
            return None


# What a trainee had already seen of a run's reference.


def seen_before(log: Log, written: Sequence[Written], run: Run) -> Callable[[AnswerPlace], bool]:
    """Whether the reviewer's answer to a question had been shown to a run's trainee before it was answered.

    In an earlier run on the case, by its feedback, or by reading the reviewed session or another run in the log.
    """
    own = [one for one in runs(written) if one.trainee == run.trainee and one.case == run.case]
    before = {one.session for one in own} - {run.session}
    frozen: dict[AnswerPlace, int] = {}
    shown: dict[AnswerPlace, int] = {}
    told, ended = [], None
    for one in written:  # by the order of the trainee's own book, whatever its clock said
        event = one.event
        if one.by != run.trainee:
            continue
        if isinstance(event, t.AnswerFrozen) and event.session == run.session:
            frozen.setdefault((event.item, event.prompt), one.number)
        elif isinstance(event, t.AnswerRevealed) and event.session in before:
            shown.setdefault((event.item, event.prompt), one.number)
        elif isinstance(event, t.FeedbackShown) and event.session in before:
            told.append(one.number)
        elif isinstance(event, t.RunEnded) and event.session == run.session:
            ended = one.number
    whole = any(ended is None or number < ended for number in told)
    others = {row.id for row in log.sessions() if row.case == run.case} - {one.session for one in own}
    sessions = others | {run.reference.session} | books_on(log, run.case)
    whole = whole or any(
        entry.kind in (AccessRead.kind, AccessExported.kind)
        and entry.body.get("command") not in _SHOWS_NO_ANSWER
        and sessions & set(entry.body["sessions"])
        for entry in _looks(log, run)
    )
    return lambda place: whole or (place in shown and shown[place] < frozen.get(place, shown[place] + 1))


_LIBRARY = "training library"
_SHOWS_NO_ANSWER = ("training list", _LIBRARY, "training gradebook")


def _looks(log: Log, run: Run) -> Iterator[Entry]:
    """What a run's trainee looked at in the log, before the run was over."""
    ended = log.read(run.session)[-1]
    for row in log.sessions(others=True):
        if row.kind == "access" and row.reviewer == run.trainee:
            yield from (entry for entry in log.read(row.id) if _is_before(entry, ended))


def _is_before(entry: Entry, other: Entry) -> bool:
    """Whether an entry was made before another one, by what can't be set back where that tells."""
    return entry.mono_ns <= other.mono_ns if entry.boot == other.boot else entry.ts <= other.ts


def told_beside(log: Log, written: Sequence[Written], run: Run) -> list[str]:
    """What else may stand behind a run's answers, in sentences: nobody can say that it does."""
    looks = list(_looks(log, run))
    queries = sum(entry.kind == AccessQueried.kind for entry in looks)
    copies = sum(entry.kind == AccessExported.kind and not entry.body["sessions"] for entry in looks)
    library = any(entry.body.get("command") == _LIBRARY for entry in looks)
    boot = log.read(run.session)[0].boot
    shown = {
        one.trainee
        for one in runs(written)
        if one.case == run.case
        and one.trainee != run.trainee
        and one.ts < run.ts
        and (one.revealed or one.tells)
        if log.read(one.session)[0].boot == boot
    }
    said = [f"{counted(queries, 'query')} of the log in SQL before the run was over"] if queries else []
    said += [f"{counted(copies, 'copy')} of the whole log before the run was over"] if copies else []
    said += (
        ["the library, which says how a case is decided, was looked at before the run was over"]
        if library
        else []
    )
    said += (
        [f"on this computer {', '.join(sorted(shown))} had been shown the answers of the case before"]
        if shown
        else []
    )
    if run.self_planted:
        said.append("the faults were planted by the trainee, who was told then what is true")
    return said


# How a blind run begins: on a case with its reference, on an assigned case, or on the case of a session.


COPIES = "training"
"""The folder beside the log in which altered copies of cases lie."""


@dataclass(frozen=True)
class Exercise:
    """What a run is made of: a case with its rules' texts, what it is compared with, and what is planted in it."""

    case: CaseFolder
    reference: Reference
    sources: Sources | None = None
    reveal: str = "each"
    faults: tuple[Fault, ...] = ()
    plan: str = ""
    assignment: Assignment | None = field(default=None, repr=False)
    unaided: bool = False
    name: str = ""
    confidence: bool = False
    trainer: str = ""
    known: tuple[str, ...] = ()
    """The kinds of fault that were asked for by name."""

    @property
    def held_back(self) -> tuple[str, ...]:
        """What the trainee does without: where the reveal comes at the end, what the guard says comes there too."""
        held = ["challenges"] if self.reveal != "each" else []
        return (*held, "proposals") if self.unaided else tuple(held)


LESSONS = "exercises.yaml"


@dataclass(frozen=True)
class Lesson:
    """An exercise: its case, what is planted, what went wrong in the decision that it follows, and the source of that."""

    id: str
    case: str
    faults: tuple[str, ...]
    unaided: bool
    happened: str
    source: str


def lessons() -> dict[str, Lesson]:
    """The exercises by their names."""
    path = library.folder("prompts") / "training" / LESSONS
    read = library.document(library.read_text(path), LESSONS, "exercises").data
    return {
        name: Lesson(
            name,
            one["case"],
            tuple(one.get("faults", ())),
            one.get("unaided") == "yes",
            one["happened"],
            one["source"],
        )
        for name, one in read.items()
    }


def exercise_of_case(name: str, reveal: str, against: Reference | None = None) -> Exercise:
    """The case of that name, against `against` or the case's own reference; `Refused` where there is neither."""
    case = library.find_case(name)
    rules = library.rules_for(case)
    reference = reference_of_case(case, rules) if against is None else against
    if reference.case != rules.case.id:
        raise refuse(
            f"This is of another case: {reference.case}.",
            reference.name,
            f"Compare with a session on {rules.case.id}.",
        )
    return Exercise(case, reference, reveal=reveal)


def exercise_of_session(recording: Recording, reveal: str) -> Exercise:
    """The case of a session under the very rules that it had; `Refused` where its record isn't at hand."""
    reference = reference_of_session(recording)
    missing = missing_documents(recording.final, recording.pages)
    if missing:
        raise refuse(
            f"The record of this session isn't here: {len(missing)} of its documents are missing or changed.",
            recording.opened.folder or recording.id,
            "Put the case folder there; a bundle holds no records.",
        )
    changed = recording.final.amended.sets if recording.final.amended is not None else ()
    if changed:
        raise refuse(
            f"In this session an item was put under another prompt set than its case has: {', '.join(changed)}.",
            recording.id,
            "Name that set in the case file, and review it so for a reference.",
        )
    pins = recording.opened.pins
    for entry in recording.entries:
        event = recording.event(entry.seq)
        pins = event.pins if isinstance(event, e.CaseAmended | e.SetChanged) else pins
    texts = {kind: pinned_texts(recording.log, pins, kind) for kind in ("case", "prompts", "schemas")}
    vocabulary = pinned_texts(recording.log, recording.opened.pins, "vocabulary")
    folder = Path(recording.opened.folder)
    case = CaseFolder(folder, texts["case"]["case.yaml"], recording.pages, {})
    return Exercise(
        case, reference, Sources(texts["prompts"], texts["schemas"], vocabulary, kept=True), reveal
    )


def exercise_of_assignment(assignment: Assignment, faults: tuple[Fault, ...]) -> Exercise:
    """An assigned case, as its trainer laid it out; `Refused` where its folder is gone."""
    case = library.open_case(assignment.folder)
    return Exercise(
        case,
        assignment.reference,
        None,
        assignment.reveal,
        faults,
        assignment.id,
        assignment,
        assignment.unaided,
        confidence=assignment.confidence,
    )


def with_faults(
    log: Log, exercise: Exercise, wanted: Sequence[str], chance: Random | None = None
) -> Exercise:
    """The exercise on an altered copy of its case, kept in the folder of the log; `chance` chooses the places."""
    if not wanted:
        return exercise
    plan = new_plan()
    rules = library.rules_for(exercise.case, exercise.sources)
    folder = log.path.parent / COPIES / plan
    case, faults = plant(exercise.case, rules, exercise.reference, wanted, folder, chance or SystemRandom())
    named = dict.fromkeys(one.partition("=")[0] for one in wanted)
    return replace(
        exercise, case=case, faults=faults, plan=plan, known=tuple(one for one in named if one != ANY)
    )


def begin_run(log: Log, profile: Profile, exercise: Exercise) -> Practice:
    """Opens the run: the review in the log, and beside it in the trainee's book what it is compared with."""
    book = Book(log, profile.id)
    held_back = exercise.held_back
    review = Review.open(log, exercise.case, profile, MODE, exercise.sources, held_back=held_back)
    assigned = exercise.assignment is not None
    opened = t.RunOpened(
        review.session.id,
        review.session.rules.case.id,
        exercise.reveal,
        exercise.plan,
        exercise.reference.session,
        exercise.reference.head,
        "" if assigned else exercise.reference.to_text(),
        exercise.name,
        exercise.confidence,
        exercise.trainer,
        exercise.known,
    )
    try:
        planted = [] if assigned else planted_events(exercise.plan, exercise.faults)
        book.write(opened, *planted, case=opened.case)
        return Practice(review, _run(log, opened.session), book)
    except BaseException:
        review.close()
        raise


def resume_run(log: Log, profile: Profile, session: str) -> Practice:
    """Goes on with a run where it stopped; `Refused` for a session that is none, or of another trainee."""
    run = _run(log, session)
    if run.trainee != profile.id:
        raise refuse(f"This run is of another trainee: {run.trainee}.", session, "Begin one of your own.")
    return Practice(Review.resume(log, session), run, Book(log, profile.id))


def _run(log: Log, session: str) -> Run:
    run = run_of(log, session)
    if run is None:
        raise refuse("This session is no blind run.", session, "Begin one with `imr practise`.")
    return run


def is_run(log: Log, session: str) -> bool:
    """Whether a session is a blind run that can be gone on with as one."""
    try:
        return run_of(log, session) is not None
    except Refused:
        return False


# Assigning a case to a trainee: its reference, when that is revealed, and the copy with what is planted.


def assign_case(
    log: Log,
    trainer: str,
    case: str,
    trainee: str,
    reveal: str,
    faults: Sequence[str] = (),
    against: Reference | None = None,
    unaided: bool = False,
    due: str = "",
    confidence: bool = False,
) -> tuple[list[Assignment], tuple[Fault, ...]]:
    """Assigns a case to a trainee or to each member of a group, and gives what was planted; raises `Refused`.

    All of a group get the same copy, so that their answers can be compared.
    """
    names = trainees_named(log, trainee, trainer)
    exercise = with_faults(log, exercise_of_case(case, reveal, against), faults)
    book, folder = Book(log, trainer), exercise.case.path
    made = [
        assign(book, name, reveal, exercise.reference, folder, exercise.faults, "", unaided, due, confidence)
        for name in names
    ]
    return made, exercise.faults
