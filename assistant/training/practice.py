"""Blind practice: a review like any other, whose first answers are frozen before anything is revealed.

The run goes through `Review`; what is frozen and revealed is logged in the trainee's book beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from assistant.conversation import Conversation
from assistant.core import command as c
from assistant.core import event as e
from assistant.core import training_event as t
from assistant.core.absence import contradicted
from assistant.core.answer import Answer
from assistant.core.event_form import Event
from assistant.core.frozen import dataclass
from assistant.core.prompt_turn import Option, Turn, root_of
from assistant.core.session import Place, Session
from assistant.log import Entry
from assistant.review import Review
from assistant.talk import Line, Pending
from assistant.training.book import Book
from assistant.training.reveal import is_compared, revealed_decision, revealed_lines
from assistant.training.run import Run

_READING = Pending("The reviewer answered otherwise, or a fault was missed.", None, (Option("Go on"),))
"""Holds the next question back until what parts from the reviewer has been read."""

_ANSWERING = (
    e.AnswerRecorded.kind,
    e.AnswerAmended.kind,
    e.AnswerWithdrawn.kind,
    e.EvidenceCited.kind,
)


class Practice(Conversation):
    """A conversation whose answers are frozen as they are given, and then held against the reviewer's."""

    def __init__(self, review: Review, run: Run, book: Book) -> None:
        super().__init__(review)
        self.run = run
        self.book = book
        self._read = 0
        self._taken_over: Place | None = None
        self._standing: dict[Place, tuple[int, str]] = {}
        self._reference: tuple[object, Session] | None = None

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
        return lines

    def reply(self, text: str) -> list[Line]:
        """What a reply leads to, and after an answer what the reviewer answered."""
        if self.pending is _READING:
            if text.strip() not in ("", "1"):
                return [Line("problem", "Read this first; Enter goes on.")]
            self.pending = None
            return []
        return [*super().reply(text), *self.settle()]

    def choose(self, number: int) -> list[Line]:
        """The reply with that number, from 1, and after an answer what the reviewer answered."""
        if self.pending is _READING:
            return self.reply(str(number))
        return [*super().choose(number), *self.settle()]

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
        """Freezes what has been answered, then reveals it as far as the trainer chose; at the end all of it."""
        if self.run.ended or self.review.watching:
            return []
        self._follow()
        session = self.review.session
        over = session.status != "open"
        due = [place for place in self._settled() if place not in self.run.frozen]
        if self.run.reveal != "each" and not over:
            return []
        self._write([t.AnswerFrozen(self.run.session, *place, *self._standing[place]) for place in due])
        lines: list[Line] = []
        if self.run.reveal == "each":
            shown = [place for place in due if place not in self.run.revealed]
            self._write([t.AnswerRevealed(self.run.session, *place) for place in shown])
            lines = [line for place in shown for line in self._revealed(place)]
            if not over and any(line.kind in ("warning", "problem") for line in lines):
                self.pending = _READING
        if over:
            self._write([t.RunEnded(self.run.session, session.status)])
            lines += self._closing()
        return lines

    def _closing(self) -> list[Line]:
        if self.run.reveal == "trainer":
            return [Line("news", "The run is over. Your trainer shows you the feedback.")]
        return [Line("news", f"The run is over. Read the feedback: imr training feedback {self.run.session}")]

    @property
    def reference(self) -> Session:
        """The reviewer's answers as a session under the run's rules."""
        rules = self.review.session.rules
        if self._reference is None or self._reference[0] is not rules:
            self._reference = rules, self.run.reference.under(self.review.session)
        return self._reference[1]

    def _settled(self) -> Iterator[Place]:
        """The questions that are answered, and against whose answer no passage speaks; then the decisions."""
        session = self.review.session
        open_ = set(contradicted(session))
        focus = None if session.focus is None else (session.focus[0], root_of(session.focus[1]))
        for scope in session.rules.scopes:
            for name in session.rules.sets[scope].prompts:
                place = (scope, name)
                if (
                    session.reading(scope).answered(name)
                    and place in self._standing
                    and place != focus
                    and (place not in open_ or session.status != "open")
                    and is_compared(place)
                ):
                    yield place
        for item in session.determinations:
            if (item, "") in self._standing:
                yield item, ""

    def _revealed(self, place: Place) -> list[Line]:
        session = self.review.session
        if not place[1]:
            return revealed_decision(session, self.reference, place[0])
        answer: Answer | None = session.answer(*place)
        return revealed_lines(session, self.reference, place, answer, self.run.faults)

    def _follow(self) -> None:
        """Takes in which entry of the run holds each answer and decision now."""
        for entry in self.review.log.read(self.review.session.id, self._read):
            self._read = entry.seq
            place = _place(entry)
            if place is not None:
                self._standing[place] = entry.seq, entry.leaf

    def _write(
        self, events: list[Event] | list[t.AnswerFrozen] | list[t.AnswerRevealed] | list[t.RunEnded]
    ) -> None:
        if not events:
            return
        self.book.write(*events, case=self.run.case)
        for event in events:
            if isinstance(event, t.AnswerFrozen):
                place = (event.item, event.prompt)
                self.run = replace(self.run, frozen={**self.run.frozen, place: (event.seq, event.leaf)})
            elif isinstance(event, t.AnswerRevealed):
                self.run = replace(self.run, revealed=self.run.revealed | {(event.item, event.prompt)})
            elif isinstance(event, t.RunEnded):
                self.run = replace(self.run, ended=event.how)


@dataclass(frozen=True)
class _TakeOver(c.Command):
    """What is proposed becomes the answer, and stays in question."""

    answer: c.RecordAnswer


def _place(entry: Entry) -> Place | None:
    if entry.kind in _ANSWERING:
        return str(entry.body["item"]), root_of(str(entry.body["prompt"]))
    return (str(entry.body["item"]), "") if entry.kind == e.DeterminationRecorded.kind else None
