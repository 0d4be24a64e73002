"""The conversation, the same on the screen and as plain lines: a reply in, lines out.

A `Conversation` knows what the session waits for and what a reply to it means. It holds nothing that has
been accepted: that is in the log before a line says so. What it holds is half a reply, such as a decision
whose reason is still to come.
"""

from __future__ import annotations

from dataclasses import replace

from assistant.core import command as c
from assistant.core.answer import Answer, Status, same_content
from assistant.core.answering import needs_reason
from assistant.core.decision import OUTCOME_WORDS
from assistant.core.frozen import dataclass
from assistant.core.outcome import outcome
from assistant.core.passage_turn import CITE
from assistant.core.preview import preview
from assistant.core.problem import Refused, refuse
from assistant.core.prompt_turn import Option, Turn
from assistant.core.proposal import propose
from assistant.core.reply import merged, named_option, read_reply, unique
from assistant.core.session import Place
from assistant.core.shape import DateShape, Group, Listing, Number, Statement, at, complete
from assistant.core.text import visible
from assistant.core.turn import decision_turn, decline_options, last_place, statement
from assistant.echoing import echo
from assistant.offering import TakeOver, take_over
from assistant.passages import first_against
from assistant.signing import sign
from assistant.talk import Line, Pending, Talk, all_alike


class Conversation(Talk):
    """One reviewer's talk with a session: a reply in, lines out."""

    @property
    def question(self) -> str:
        return self.pending.question if self.pending is not None else self.turn.question

    @property
    def options(self) -> tuple[Option, ...]:
        return self.pending.options if self.pending is not None else self.turn.options

    @property
    def digits(self) -> bool:
        """Whether a digit alone is a reply: not where a number, a date or only words are asked for."""
        return bool(self.options) and len(self.options) <= 9 and not self._numeric()

    @property
    def numbered(self) -> bool:
        """Whether the replies have numbers; with more than nine, a number takes Enter."""
        return bool(self.options) and not self._numeric()

    def _numeric(self) -> bool:
        turn = self.turn
        if self.pending is not None or turn.kind != "prompt":
            return False
        prompt = self.review.session.prompt(*turn.place)
        return isinstance(at(prompt.schema.shape, tuple(turn.path.split(".")[1:])), Number | DateShape)

    def reply(self, text: str) -> list[Line]:
        """What a reply leads to. Refused input is logged, and said in a sentence; nothing is lost."""
        half = self.pending
        try:
            return self._pended(text) if half is not None else self._replied(text)
        except Refused as refused:
            self.pending = half
            if half is not None and self.turn.kind != "prompt":
                raise  # the words of a reason stay where they were typed
            return self._refused(text, refused)

    def choose(self, number: int) -> list[Line]:
        """The reply with that number, from 1."""
        if not 1 <= number <= len(self.options):
            return [Line("problem", f"There is no reply {number} here.")]
        half = self.pending
        try:
            return self._chosen(self.options[number - 1])
        except Refused as refused:
            self.pending = half
            return self._refused(str(number), refused)

    def back(self) -> list[Line]:
        """Half a reply is given up; otherwise the last question comes back, to be amended."""
        if self.pending is not None:
            self.pending = None
            return [Line("note", "Left as it was.")]
        if self.cited:
            self.cited = ()
            return [Line("note", "The cited passage is dropped.")]
        place = last_place(self.review.session)
        return self.go(*place) if place is not None else [Line("note", "This is the first question.")]

    def _replied(self, text: str) -> list[Line]:
        words = text.strip()
        turn = self.turn
        if not words:
            return self._confirm(turn)
        if turn.kind == "sign":
            return (
                self._sign()
                if words.lower() == "sign"
                else [Line("problem", "Type `sign` to sign. Nothing has been signed.")]
            )
        number = int(words) if words.isdecimal() and len(words) < 3 else 0
        if 1 <= number <= len(turn.options) and not self._numeric():
            return self._chosen(turn.options[number - 1])
        if turn.kind == "prompt":
            return self._worded(turn, text)
        return self._by_name(turn, words)

    def _confirm(self, turn: Turn) -> list[Line]:
        if turn.proposal is not None:
            return self._record(c.RecordAnswer(*turn.place, turn.proposal.answer, "proposed"))
        if turn.held is not None and self.review.session.focus is not None:
            return self._leave(*turn.place)
        return [Line("problem", "Nothing was typed. " + (turn.words or "Type the number of a reply."))]

    def _leave(self, scope: str, path: str) -> list[Line]:
        self.review.perform(c.LeavePrompt(scope, path))
        return [Line("note", "Left as it was.")]

    def _worded(self, turn: Turn, text: str) -> list[Line]:
        prompt = self.review.session.prompt(*turn.place)
        path = tuple(turn.path.split(".")[1:])
        shape = at(prompt.schema.shape, path)
        if isinstance(shape, Listing) or (isinstance(shape, Group) and not shape.uniform):
            return self._by_name(turn, text.strip())
        if isinstance(shape, Statement):
            option = named_option(text, [option.label for option in turn.options])
            if option is not None:
                return self._chosen(turn.options[option])
        if isinstance(shape, Group):
            alike = all_alike(text, turn.options)
            if alike is not None:
                return self._chosen(alike)
        answer = read_reply(prompt.schema, path, text)
        if isinstance(shape, Group):
            answer = merged(self.review.session.answer(*turn.place), answer)
        return self._record(c.RecordAnswer(*turn.place, answer))

    def _by_name(self, turn: Turn, words: str) -> list[Line]:
        names = {str(number): option.label for number, option in enumerate(turn.options)}
        values = {option.value: str(number) for number, option in enumerate(turn.options) if option.value}
        said = "not documented" if words.lower() == "nd" else words
        key = values.get(said.lower()) or unique(said, names)
        return self._chosen(turn.options[int(key)])

    def _pended(self, text: str) -> list[Line]:
        pending = self.pending
        assert pending is not None  # only called while half a reply is held
        words = text.strip()
        if pending.options:
            number = int(words) if words.isdecimal() and len(words) < 3 else 0
            if 1 <= number <= len(pending.options):
                return self._chosen(pending.options[number - 1])
            named = [
                one for one in pending.options if words and words.lower() in (one.value, one.label.lower())
            ]
            if len(named) == 1:
                return self._chosen(named[0])
            return [Line("problem", "Type the number of a reply, or < to leave it as it was.")]
        if not words or pending.build is None:
            return [Line("problem", "Write it in words, or type < to leave it as it was.")]
        command = pending.build(words)
        self.pending = None
        return self._record(command) if isinstance(command, c.RecordAnswer) else self._do(command)

    def _chosen(self, option: Option) -> list[Line]:
        self.pending = None
        command = option.command
        if option.value == CITE and self.turn.kind == "passages":
            return self._cite_against(self.turn.place)
        if command is None and not option.asks:
            return (
                self._leave(*self.turn.place)
                if self.turn.kind == "prompt"
                else [Line("note", "Left as it was.")]
            )
        if option.asks:
            if command is None:
                self.pending = Pending(option.asks, self._stated)
            else:
                self.pending = Pending(option.asks, lambda words: replace(command, reason=words))  # type: ignore[call-arg]
            return []
        if isinstance(command, c.RecordAnswer | c.WithdrawAnswer):
            return self._record(command)
        assert command is not None  # an option without a command asks for words
        return self._do(command)

    def _cite_against(self, place: Place) -> list[Line]:
        """The passage that speaks against an absence is cited, and the question asked anew."""
        evidence = first_against(self.review, self.turn)
        lines = self.go(*place)
        self.cited = (self.review.positioned(evidence),)
        return [*lines, Line("note", f"Cited {evidence}: it goes with your answer.")]

    def _stated(self, words: str) -> c.Command:
        turn = self.turn
        prompt = self.review.session.prompt(*turn.place)
        return c.RecordAnswer(*turn.place, read_reply(prompt.schema, tuple(turn.path.split(".")[1:]), words))

    def _record(self, command: c.RecordAnswer | c.WithdrawAnswer, confirmed: bool = False) -> list[Line]:
        """Records an answer; one that changes an earlier answer is shown with its consequences first."""
        session = self.review.session
        held = session.answer(command.item, command.prompt)
        if isinstance(command, c.RecordAnswer):
            command = self._with_proposed_evidence(command)
        if isinstance(command, c.RecordAnswer) and held is not None and self._says_the_same(held, command):
            return self._leave(command.item, command.prompt)
        was_whole = self._whole(command.item, command.prompt, held)
        consequences = preview(session, command) if was_whole and not confirmed else []
        if consequences:
            options = (Option("Change it", _Confirmed(command)), Option("Leave it as it was"))
            self.pending = Pending("Change the answer all the same?", None, options)
            return [Line("warning", one) for one in consequences]
        if needs_reason(session, command.item, command.prompt) and not command.reason:
            self.pending = Pending(
                "The suggestion has been shown. Why does the answer change?",
                lambda words: _Confirmed(replace(command, reason=words)),
            )
            return []
        return self._do(command)

    def _whole(self, scope: str, path: str, held: Answer | None) -> bool:
        """Whether there is an answer that misses nothing, so that another one changes it."""
        schema = self.review.session.prompt(scope, path).schema
        shape = at(schema.shape, tuple(path.split(".")[1:]))
        return held is not None and shape is not None and complete(shape, held)

    def _says_the_same(self, held: Answer, command: c.RecordAnswer) -> bool:
        return same_content(held, command.answer) and not self.cited

    def _with_cited(self, command: c.RecordAnswer) -> c.RecordAnswer:
        """The answer with the passages that were cited for it; one that was not found can have none."""
        answer = command.answer
        if any(leaf.status is Status.NOT_DOCUMENTED for _, leaf in answer.leaves()):
            raise refuse(
                f"You have cited {self.cited[0]} for this question, so something is documented.",
                "",
                "Answer what it says, or drop the passage with <.",
            )
        return replace(command, answer=replace(answer, evidence=(*answer.evidence, *self.cited)))

    def _with_proposed_evidence(self, command: c.RecordAnswer) -> c.RecordAnswer:
        """An answer that says what the case file proposes rests on the page that the proposal names."""
        session, answer = self.review.session, command.answer
        if "." in command.prompt or answer.all_evidence() or not answer.given:
            return command
        prompt, item = (
            session.prompt(command.item, command.prompt),
            session.rules.case.items.get(command.item),
        )
        made = propose(
            prompt, session.reading(command.item), session.rules.case, item, session.opened.profile
        )
        if made is None or made.answer.plain() != answer.plain():
            return command
        return replace(command, answer=made.answer, origin="proposed")

    def _do(self, command: c.Command, quiet: bool = False) -> list[Line]:
        if isinstance(command, TakeOver):
            self.pending = None
            return take_over(self.review, command)
        if isinstance(command, _Confirmed):
            return self._record(command.command, confirmed=True)
        if isinstance(command, c.RecordAnswer) and self.cited:
            command = self._with_cited(command)
        before = self.turn.place
        self.review.perform(command)
        self.pending = None
        if self.turn.place != before:
            self.cited = ()
        return [] if quiet else echo(self.review, command)

    def _refused(self, text: str, refused: Refused) -> list[Line]:
        turn = self.turn
        says = " ".join(f"{problem.what} {problem.fix}".strip() for problem in refused.problems)
        if turn.kind == "prompt" and not self.review.watching:
            self.review.perform(c.RejectInput(*turn.place, text, says))
        return [Line("problem", visible(says))]

    def decline_now(self) -> list[Line]:
        """Asks for the ground on which the case is declined."""
        self.pending = Pending("On what ground do you decline this case?", None, decline_options())
        return []

    def decide_again(self, item: str) -> list[Line]:
        """Asks for the decision of an item anew, or for a ruling on one of its findings."""
        if not self.review.session.item_answered(item):
            return [Line("problem", "Questions of this item are still open.")]
        turn = decision_turn(self.review.session, item, self.review.assess(item))
        self.pending = Pending(turn.question, None, turn.options)
        return []

    def statement(self) -> str:
        """What a signature would say now."""
        session = self.review.session
        return statement(session, OUTCOME_WORDS[outcome(session)])

    def _sign(self) -> list[Line]:
        session = sign(self.review)
        assert session.signed is not None  # `sign` has just carried that out
        return [Line("news", f"Signed: {OUTCOME_WORDS[session.signed.outcome]}. The session is closed.")]


@dataclass(frozen=True)
class _Confirmed(c.Command):
    """A change that the reviewer has confirmed after seeing what it does."""

    command: c.RecordAnswer | c.WithdrawAnswer
