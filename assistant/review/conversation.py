"""The conversation, the same on the screen and as plain lines: a reply in, lines out."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress

from assistant.core import commands as c
from assistant.core.agenda import decision_turn, decline_options
from assistant.core.answer import Answer, Evidence, Status, group, same_content
from assistant.core.answer_reader import (
    closing,
    named_option,
    part_read,
    parted,
    read_reply,
    unique_place,
)
from assistant.core.decide import needs_reason, preview
from assistant.core.event_words import Line
from assistant.core.forms import of_form, unwritten, written_together
from assistant.core.problem import Problem, Refused, reason, refuse
from assistant.core.proposal import propose
from assistant.core.record.absence import not_found, open_passages, same_words
from assistant.core.rules.answer_schema import (
    GroupShape,
    ListingShape,
    Part,
    StatementShape,
    at,
    complete,
)
from assistant.core.rules.criterion import OUTCOME_WORDS
from assistant.core.rules.prompt_set import OWN, SEARCHED
from assistant.core.session import AnswerPlace
from assistant.core.text import counted, one_line, visible
from assistant.core.turn import (
    CITE,
    FormField,
    Option,
    Turn,
    root_of,
    row_parts,
)
from assistant.core.value import replace
from assistant.review.amendment import TakeOver, take_over
from assistant.review.echo import echo, worked_out, worked_out_line
from assistant.review.passages import (
    LETTERS,
    MOST_OFFERED,
    NONE_OFFERED,
    OFFERED,
    first_against,
    found_words,
    lacking_passage,
    lacks_passage,
    nothing_found,
    passage_wanted,
    passages_lettered,
    passages_saying_so,
    places_in,
    quoted,
    search,
    which_passage,
    with_passage,
)
from assistant.review.replies import Replies, is_absence
from assistant.review.talk import Pending, cited_words, keep_sources


def all_alike(text: str, options: tuple[Option, ...]) -> Option | None:
    """The reply that answers all flags alike, where a status or the beginning of its label was typed."""
    said = " ".join(text.lower().split())
    status = {"nd": "not_documented", "not documented": "not_documented"}.get(said)
    for option in options:
        if option.value == status or (len(said) > 3 and option.label.lower().startswith(said)):
            return option
    return None


_SOME_WORDS = "Type some words of the passage that says so."


class Conversation(Replies):
    """One reviewer's talk with a session: a reply in, lines out."""

    _refused_at: tuple[str, AnswerPlace, str] | None = None
    """The stop at which a reply was refused last."""
    waiting: tuple[c.RecordAnswer, ...] = ()
    """What was named together with the entry that a passage is asked for now."""

    def _record_entries(self, chosen: list[Option]) -> list[Line]:
        """Records several entries of a checklist at once; of those that a passage is to be asked for, one after the other."""
        turn = self.turn
        held = self.review.session.answer(*turn.place)
        parts = dict(held.parts or {}) if held is not None else {}
        given: dict[str, Answer] = {}
        for option in chosen:
            command = option.command
            assert isinstance(command, c.RecordAnswer)  # what a checklist offers
            name = command.prompt.removeprefix(f"{turn.path}.")
            named = {name: command.answer} if name != turn.path else command.answer.parts or {}
            named = {name: one for name, one in named.items() if parts.get(name) != one}
            twice = next((one for one in named if one in given), "")
            if twice:
                raise refuse(
                    f"Two of these keys answer {twice.replace('_', ' ')}.", "", "Type one for each entry."
                )
            given |= named
        commands = {
            name: c.RecordAnswer(turn.scope, f"{turn.path}.{name}", one) for name, one in given.items()
        }
        later = [
            name
            for name, one in commands.items()
            if not self.review.watching and passage_wanted(self.review, one) is not None
        ]
        self.waiting = tuple(commands[name] for name in later)
        now = {name: one for name, one in given.items() if name not in later}
        if not now:
            return self._next_waiting()
        return self._record(c.RecordAnswer(*turn.place, group({**parts, **now})))

    def reply(self, text: str) -> list[Line]:
        """What a reply leads to. Refused input is logged, and said in a sentence; nothing is lost."""
        half = self.pending
        behind = None
        try:
            behind = self._with_words(text)
            if behind is None:
                lines = self._pended(text) if half is not None else self._replied(text)
            elif (row := self.row_behind(behind[0])) is not None:
                lines = self._row_filled(row, behind[1], behind[0].command)
            else:
                lines = self._chosen_with(behind[0])
                lines = self._pended(behind[1]) if self.pending is not None else lines
            if not any(line.kind == "problem" for line in lines):
                self._refused_at = None
            return lines
        except Refused as refused:
            self.pending = half
            if behind is None and (alone := self._key_alone(text)):
                return self._refused(text, refuse(alone))
            hint = self._hint(refused, half is not None and self._is_stated(half, text))
            lines = self._refused(text, refused, hint)
            # the words of a reason stay where they were typed
            if behind is not None or (half is not None and self.turn.kind != "prompt"):
                raise Refused(*refused.problems, *([Problem(hint)] if hint else [])) from None
            return lines

    def press(self, key: str) -> list[Line]:
        """The reply with that key."""
        if not key or key not in self.keys:
            return [Line("problem", f"There is no reply {key} here.")]
        return self.choose(self.keys.index(key) + 1)

    def choose(self, place: int) -> list[Line]:
        """The reply at that place, from 1."""
        half = self.pending
        try:
            return self._chosen(self.options[place - 1])
        except Refused as refused:
            self.pending = half
            return self._refused(self.keys[place - 1], refused)

    def give_up(self) -> list[Line]:
        """Half a reply is given up, and with it what was named together with it."""
        dropped, self.waiting = self.waiting, ()
        self.pending, self.gone_back = None, 0
        more = f" Not taken either: {', '.join(_part_named(one) for one in dropped)}." if dropped else ""
        return [Line("note", f"Left as it was.{more}")]

    def back(self) -> list[Line]:
        """Half a reply is given up; otherwise the last act comes back, to be done anew, and then the one before it."""
        if self.pending is not None and not self.pending.past:
            return self.give_up()
        if self.cited:
            self.cited = ()
            return [Line("note", "The cited passage is dropped.")]
        if self.turn.kind == "done":
            return [Line("note", f"This session is {self.review.session.status}.")]
        steps = self.gone_back
        while steps < len(self.acts):
            steps += 1
            self.pending = None
            try:
                lines = self._again(self.acts[-steps])
            except Refused:  # what it was about no longer applies
                continue
            self.gone_back = steps
            return lines
        return [Line("note", "This is the first question.")]

    def _again(self, act: Turn) -> list[Line]:
        """Goes to where something was done: a question is asked anew, anything else can be chosen otherwise."""
        if act.kind in ("prompt", "passages"):
            return self.go(*act.place)
        if act.kind == "decision":
            decision = decision_turn(self.review.session, act.scope, self.review.assess(act.scope))
            self.pending = Pending(decision.question, None, decision.options, past=True)
            return []
        if act.kind == "first":
            return [Line("note", "What you decided before the suggestion was shown stands as it was logged.")]
        options = act.options
        if act.kind in ("form", "list"):
            options = tuple(one for one in act.options if isinstance(one.command, c.ShowPrompt))
        question = (
            "Answered together; which of them otherwise?" if act.kind in ("form", "list") else act.question
        )
        self.pending = Pending(question, None, options, past=True)
        return []

    def _replied(self, text: str) -> list[Line]:
        words = text.strip()
        turn = self.turn
        if not words:
            return self._confirm(turn)
        place = self._by_key(words)
        if place is not None:
            return self._chosen(self.options[place])
        if words.lower() in tuple(LETTERS[: len(passages_lettered(self.review, turn))]):
            raise refuse(
                f"{words} is a passage, no answer.", "", f"Type the answer before it, as `1 {words}`."
            )
        if turn.kind == "sign":
            return (
                self._sign()
                if words.lower() == "sign"
                else [Line("problem", "Type `sign` to sign. Nothing has been signed.")]
            )
        if turn.kind == "form" and (missing := [one for one in turn.fields if one.answer is None]):
            return (
                self._row_filled(turn, text) if turn.path.count(".") else self._filled(turn, missing[0], text)
            )
        if turn.kind == "prompt":
            return self._worded(turn, text)
        return self._by_name(turn, words)

    def _filled(self, turn: Turn, missing: FormField, text: str) -> list[Line]:
        """The parts of the one answer that a form lacks, parted by semicolons; the rest is confirmed with it."""
        schema = self.review.session.prompt(*missing.place).schema
        written = [part.strip() for part in re.split(r"[;\n]", text)]
        shape, key = schema.shape, _KEY_BEFORE.match(written[0])
        if key is not None and int(key[0]) <= len(self.options):
            written[0] = written[0][1:]
        if not isinstance(shape, GroupShape) or len(written) != len(shape.parts):
            raise _parted_otherwise(written, len(shape.parts) if isinstance(shape, GroupShape) else 1, turn)
        given = {
            name: part_read(schema, (name,), said) for name, said in zip(shape.parts, written, strict=True)
        }
        answers = [
            c.RecordAnswer(*one.place, one.answer if one.answer is not None else group(given), "proposed")
            for one in turn.fields
        ]
        return self._do(c.RecordAnswers(turn.scope, tuple(answers)))

    def _row_filled(self, turn: Turn, text: str, chosen: c.Command | None = None) -> list[Line]:
        """The fields of a row that are written in this line; where it is the last line, the rest is confirmed with it.

        `chosen` is the reply that the line begins with, which chooses what is asked of the row.
        """
        schema = self.review.session.prompt(*turn.place).schema
        together, left = written_together(self.review.session, turn.fields), unwritten(turn.fields)
        free = bool(left) and isinstance(
            at(schema.shape, tuple(left[-1].place[1].split(".")[1:])), StatementShape
        )
        written, last = closing(parted(text) if len(together) > 1 else [text.strip()], free)
        if len(together) > 1 and len(written) == len(left):
            together = left
        if len(written) == 1 and len(together) == len(keys := "".join(text.split())):
            written = list(keys)  # a key for each of them
        if len(written) != len(together):
            option = named_option(text, [option.label for option in turn.options])
            if option is not None and chosen is None:
                return self._chosen(turn.options[option])
            raise _parted_otherwise(written, len(together), turn)
        answers = {
            one.place: part_read(schema, tuple(one.place[1].split(".")[1:]), said)
            for one, said in zip(together, written, strict=True)
        }
        fields = [replace(one, answer=answers.get(one.place, one.answer)) for one in turn.fields]
        if any(one.answer is None for one in fields):
            fields = [one for one in fields if one.place in answers]
        before = chosen.answers if isinstance(chosen, c.RecordAnswers) else ()
        made = (*before, *of_form(fields, self.review.session))
        lines = self._record_row(c.RecordAnswers(turn.scope, made))
        return self._told_once(lines, self._closed((turn.scope, root_of(turn.path))) if last else [])

    def _told_once(self, lines: list[Line], whole: list[Line]) -> list[Line]:
        """What was said of an entry, or of the whole list where that is closed with it."""
        return [one for one in lines if one.kind != "answer"] + whole if whole else lines

    def _closed(self, place: AnswerPlace) -> list[Line]:
        """The list is closed with its last entry, where that is recorded and nothing is missing."""
        shape, held = self.review.session.prompt(*place).schema.shape, self.review.session.answer(*place)
        if self.pending is not None or held is None or held.closed:
            return []
        closed = replace(held, closed=True)
        return self._record(c.RecordAnswer(*place, closed)) if complete(shape, closed) else []

    def _row_read(self, turn: Turn, text: str) -> tuple[c.RecordAnswer, bool] | None:
        """An answer in parts, or the next entry of a list, from a line, and whether it is the last; None where it is no such line.

        The words of its passage may stand at the end, and what is asked of some entries only may be left out.
        """
        row = row_parts(self.review.session, turn.place)
        free = not row or isinstance([*row.values()][-1].shape, StatementShape)
        written, last = closing(parted(text), free)
        if not row or not written:
            return None
        always = {path: part for path, part in row.items() if part.belongs({})}
        cited = quoted(self.review, written[-1]) if len(written) > len(always) else ()
        ways = [
            (parts, passage)
            for passage in ([True, False] if cited else [False, True])
            for parts in (row, always)
            if len(always) <= len(written) - passage <= len(parts)
        ]
        faults: list[Refused] = []
        for parts, passage in ways:
            try:
                made = self._parts_read(turn, parts, written[: len(written) - passage])
            except Refused as refused:
                faults.append(refused)
                continue
            if passage and not cited:
                said = f"“{one_line(written[-1], 80)}” stands on no page."
                faults.append(refuse(said, "", "Give three words or more, as a page has them."))
            elif made is not None:
                evidence = tuple(one.evidence for one in cited[:1]) if passage else ()
                place = next(iter(row)).rpartition(".")[0]
                return c.RecordAnswer(turn.scope, place, group(made, evidence=evidence)), last
        if faults:
            raise faults[-1]
        return None

    def _parts_read(
        self, turn: Turn, row: Mapping[str, Part], written: Sequence[str]
    ) -> dict[str, Answer] | None:
        """The parts by name, those that the ones before them leave out passed over; None where more or fewer are written."""
        schema, left = self.review.session.prompt(*turn.place).schema, list(written)
        made: dict[str, Answer] = {}
        for path, part in row.items():
            if part.belongs(made):
                if not left:
                    return None
                made[part.name] = part_read(schema, tuple(path.split(".")[1:]), left.pop(0))
        return None if left else made

    def _record_row(self, command: c.RecordAnswers) -> list[Line]:
        """Records the fields of a row; where that changes what the suggestion was shown on, it is asked why."""
        first = command.answers[0]
        if not needs_reason(self.review.session, first.item, first.prompt):
            return self._do(command)

        def because(words: str) -> c.Command:
            return replace(command, answers=tuple(replace(one, reason=words) for one in command.answers))

        self.pending = Pending("The suggestion has been shown. Why does the answer change?", because)
        return []

    def _confirm(self, turn: Turn) -> list[Line]:
        if turn.kind == "form" and all(one.answer is not None for one in turn.fields):
            return self._chosen(turn.options[0])
        if turn.proposal is not None:
            return self._record(c.RecordAnswer(*turn.place, turn.proposal.answer, "proposed"))
        if turn.held is not None and self.review.session.focus is not None:
            return self._leave(*turn.place)
        return [Line("problem", "Nothing was typed. " + (turn.words or "Type the key of a reply."))]

    def _leave(self, scope: str, path: str) -> list[Line]:
        self.gone_back, self.cited = 0, ()
        self.review.perform(c.LeavePrompt(scope, path))
        return [Line("note", "Left as it was.")]

    def _worded(self, turn: Turn, text: str) -> list[Line]:
        prompt = self.review.session.prompt(*turn.place)
        path = tuple(turn.path.split(".")[1:])
        shape = at(prompt.schema.shape, path)
        if isinstance(shape, ListingShape) or (isinstance(shape, GroupShape) and not shape.uniform):
            read = self._row_read(turn, text)
            if read is None:
                return self._by_name(turn, text.strip())
            command, last = read
            lines = self._record(command)
            return self._told_once(lines, self._closed(turn.place) if last else [])
        if isinstance(shape, StatementShape):
            option = named_option(text, [option.label for option in turn.options])
            if option is not None:
                return self._chosen(turn.options[option])
        if isinstance(shape, GroupShape):
            if several := self._several(text):
                return self._record_entries(several)
            alike = all_alike(text, turn.options)
            if alike is not None:
                return self._chosen(alike)
        answer = read_reply(prompt.schema, path, text)
        if answer.parts is None:
            return self._record(c.RecordAnswer(*turn.place, answer))
        self.waiting = tuple(
            c.RecordAnswer(turn.scope, f"{turn.path}.{name}", part) for name, part in answer.parts.items()
        )
        return self._next_waiting()

    def _next_waiting(self) -> list[Line]:
        """Records what was named together, one after the other, each with the passage that it needs."""
        lines: list[Line] = []
        while self.waiting and self.pending is None:
            first, *rest = self.waiting
            self.waiting = tuple(rest)
            lines += self._record(first)
        return lines

    def _by_name(self, turn: Turn, words: str) -> list[Line]:
        values = {option.value: number for number, option in enumerate(turn.options) if option.value}
        said = "not documented" if words.lower() == "nd" else words
        place = values.get(said.lower())
        place = unique_place(said, [option.label for option in turn.options]) if place is None else place
        return self._chosen(turn.options[place])

    def _pended(self, text: str) -> list[Line]:
        pending = self.pending
        assert pending is not None  # only called while half a reply is held
        words = text.strip()
        if pending.options:
            place = self._by_key(words)
            if place is not None:
                return self._chosen(pending.options[place])
            passages = [one for one in pending.options if not is_absence(one)]
            if pending.rests is not None and words in tuple(LETTERS[: len(passages)]):
                return self._chosen(passages[LETTERS.index(words)])
            said = "not_documented" if words.lower() == "nd" else words.lower()
            named = [one for one in pending.options if words and said in (one.value, one.label.lower())]
            if len(named) == 1:
                return self._chosen(named[0])
            if pending.rests is not None and words:
                return self._found(pending.rests, words)
            if not words:
                return [Line("problem", "Type the key of a reply, or < to leave it as it was.")]
            return self._chosen(pending.options[unique_place(words, [one.label for one in pending.options])])
        if words and pending.rests is not None:
            return self._found(pending.rests, words)
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
        if option.value == "anew" and self.turn.kind == "sign":
            self.pending = Pending(option.asks, self._doubted)
            return []
        if option.value == CITE and self.turn.check is not None:
            return self._cite_for(self.turn.check.place)
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
                self.pending = Pending(option.asks, lambda words: replace(command, reason=words))
            return []
        if isinstance(command, c.RecordAnswer | c.WithdrawAnswer):
            return self._record(command)
        if isinstance(command, c.RecordAnswers) and self.turn.path.split(".")[0] in (SEARCHED, OWN):
            return self._record_row(command)
        assert command is not None  # an option without a command asks for words
        return self._do(command)

    def _chosen_with(self, option: Option) -> list[Line]:
        """A reply with words behind it: those of its passage are taken, also where it needs none."""
        command = option.command
        if (
            option.asks
            or not isinstance(command, c.RecordAnswer)
            or command.answer.all_evidence()
            or lacks_passage(self.review.session, command)
        ):
            return self._chosen(option)
        self.pending = which_passage(self.review, command)
        return []

    def _doubted(self, words: str) -> c.Command:
        """The way to the question whose passage is named by its number before the signature."""
        from assistant.core.record.second_look import unseen  # not before the signature

        left = unseen(self.review.session)
        number = words.strip("() .")
        if not number.isdecimal() or not 1 <= int(number[:4]) <= len(left):
            raise refuse(
                f"There is no passage {one_line(words, 20)}.", "", f"Type its number, 1 to {len(left)}."
            )
        one = left[int(number) - 1]
        if not one.prompt:
            raise refuse("These words are your own.", "", "Edit the sentence in the draft, or decide again.")
        return c.ShowPrompt(one.scope, one.prompt)

    def _cite_against(self, place: AnswerPlace) -> list[Line]:
        """The passage that speaks against an answer goes with the next one, and the question is asked anew."""
        evidence = first_against(self.review, self.turn)
        lines = self.go(*place)
        self.cited = (self.review.positioned(evidence),)
        return [*lines, cited_words(evidence)]

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
        absent = isinstance(command, c.RecordAnswer) and not_found(command.answer) and not_found(held)
        if self.cited and absent and self._speaks_against(self.cited[0]):  # as it was, and so is the passage
            left = self._leave(*self.turn.place)
            return [*left, Line("note", "The passage is not cited, and is asked about again.")]
        if isinstance(command, c.RecordAnswer) and self.cited:
            self._with_cited(command)  # refused before words are asked for that couldn't save it
        if isinstance(command, c.RecordAnswer) and not self.cited and not self.review.watching:
            wanted = passage_wanted(self.review, command)
            if wanted is not None:
                self.pending = wanted
                return []
        was_whole = self._whole(command.item, command.prompt, held)
        consequences = preview(session, command) if was_whole and not confirmed else []
        if consequences:
            options = (
                Option("Change it", _Confirmed(command), value="yes"),
                Option("Leave it as it was", value="no"),
            )
            self.pending = Pending("Change the answer all the same?", None, options)
            return [Line("warning", one) for one in consequences]
        if needs_reason(session, command.item, command.prompt) and not command.reason:
            self.pending = Pending(
                "The suggestion has been shown. Why does the answer change?",
                lambda words: _Confirmed(replace(command, reason=words)),
            )
            return []
        return self._do(command)

    def _speaks_against(self, evidence: Evidence) -> bool:
        """Whether a passage is one of those that are still to be dealt with at the question that is asked."""
        place = (self.turn.scope, root_of(self.turn.path))
        return any(same_words(group, evidence) for group in open_passages(self.review.session, place))

    def _whole(self, scope: str, path: str, held: Answer | None) -> bool:
        """Whether there is an answer that misses nothing, so that another one changes it."""
        schema = self.review.session.prompt(scope, path).schema
        shape = at(schema.shape, tuple(path.split(".")[1:]))
        return held is not None and shape is not None and complete(shape, held)

    def _says_the_same(self, held: Answer, command: c.RecordAnswer) -> bool:
        return same_content(held, command.answer) and set(self.cited) <= set(held.evidence)

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
        if made is None or made.answer.plain() != answer.plain() or session.unaided(command.item):
            return command
        return replace(command, answer=made.answer, origin="proposed")

    def _found(self, command: c.RecordAnswer | c.CiteEvidence, words: str) -> list[Line]:
        """The passage that an answer rests on: cited at once where the words stand so on one page, else what a search finds."""
        value = command.answer.value if isinstance(command, c.RecordAnswer) else None
        if len(words.strip()) == 1 and (isinstance(value, bool) or not isinstance(value, int | float)):
            return [Line("problem", f"“{words}” is no reply here, and too little to look for. {_SOME_WORDS}")]
        half, verbatim = self.pending, quoted(self.review, words)
        if len(verbatim) == 1:
            return self._chosen(Option("", with_passage(command, verbatim[0].evidence)))
        searched = () if verbatim else search(self.review, words)
        exact = [one for one in searched if places_in(one.evidence.quote, words)]
        found = verbatim or [
            one for one in exact or searched if not self.review.search.is_running(one.evidence.quote)
        ]
        if not found:
            return [Line("problem", nothing_found(self.review, self.turn, words))]
        options = tuple(
            Option(
                f"It says so: {found_words(self.review, command, one)}", with_passage(command, one.evidence)
            )
            for one in found[:MOST_OFFERED]
        )
        options += tuple(one for one in (half.options if half else ()) if one.value == "not_documented")
        question = (
            half.question.replace(NONE_OFFERED, OFFERED)
            if half is not None
            else "Which of these passages says so?"
        )
        self.pending = Pending(question, None, options, command)
        return []

    def cite(self, evidence: Evidence) -> list[Line]:
        """A passage for the present question; an answer that waits for one takes it and is recorded."""
        if self.pending is None or self.pending.rests is None:
            return super().cite(evidence)
        return self._chosen(Option("", with_passage(self.pending.rests, self.review.positioned(evidence))))

    def _cite_for(self, place: str) -> list[Line]:
        """Asks for the passage that an answer lacks."""
        scope, _, name = place.partition("/")
        path = lacking_passage(self.review, (scope, name))
        command = c.CiteEvidence(scope, path, Evidence("", 0))
        options = passages_saying_so(self.review, command)
        which = "For others than these, type some of them." if options else "Type some of them."
        self.pending = Pending(f"Which words of the record say so? {which}", None, options, command)
        return []

    def _do(self, command: c.Command, quiet: bool = False) -> list[Line]:
        if isinstance(command, TakeOver):
            self.pending = None
            return take_over(self.review, command)
        if isinstance(command, _Confirmed):
            return self._record(command.command, confirmed=True)
        if isinstance(command, c.RecordAnswer) and self.cited:
            command = self._with_cited(command)
        before, session = self.turn, self.review.session
        self.review.perform(command)
        self.pending = None
        if self.turn.place != before.place:
            self.cited = ()
        if isinstance(command, c.ShowPrompt):
            self.gone_back = 0
        else:
            self.acted(_where(before, command))
        lines = [] if quiet else echo(self.review, command)
        for place in worked_out(self.review, session, command):
            self.acted(Turn("prompt", place, ""))
            lines.append(worked_out_line(self.review, place))
        return [*lines, *self._next_waiting()] if self.waiting else lines

    def _refused(self, text: str, refused: Refused, hint: str = "") -> list[Line]:
        turn = self.turn
        says = " ".join(f"{problem.what} {problem.fix}".strip() for problem in refused.problems)
        if self.review.session.status == "open" and not self.review.watching:
            self.review.perform(c.RejectInput(turn.scope or "case", turn.path, text, says))
        return [Line("problem", visible(f"{says} {hint}".strip()))]

    def _hint(self, refused: Refused, stated: bool) -> str:
        """What can be typed where a reply was refused once more, or a reason that was good enough."""
        before, self._refused_at = self._refused_at, (self.turn.kind, self.turn.place, self.question)
        if self._refused_at != before and not stated:
            return ""
        if self.pending is None and any(one.fix for one in refused.problems):
            return ""
        if self.pending is not None:
            return "Type < to leave it as it was."
        if self.turn.kind == "done":
            return self.turn.words
        if self.turn.kind != "prompt":
            return "F8 (:answers) lists the questions, and :go NAME goes to one of them."
        wanted = self.turn.words or ("Type the key of a reply." if self.options else "")
        return f"{wanted} ? says why it is asked, and :skip leaves it for later.".strip()

    def _is_stated(self, half: Pending, text: str) -> bool:
        """Whether a reason was given as it was asked for: other words wouldn't help then, where it is refused."""
        if half.build is None or half.build == self._stated or half.options or self.turn.kind == "by_eye":
            return False
        with suppress(Refused):
            return bool(reason(text, "It"))
        return False

    def decline_now(self) -> list[Line]:
        """Asks for the ground on which the case is declined."""
        self.pending = Pending("On what ground do you decline this case?", None, decline_options())
        return []

    def decide_again(self, item: str) -> list[Line]:
        """Asks for the decision of an item anew, or for a ruling on one of its findings."""
        if not self.review.session.item_answered(item) or self.review.session.early(item):
            return [Line("problem", "Questions of this item are still open.")]
        turn = decision_turn(self.review.session, item, self.review.assess(item))
        self.pending = Pending(turn.question, None, turn.options)
        return []

    def _sign(self) -> list[Line]:
        from assistant.core.record.second_look import unseen  # not before the signature
        from assistant.review.determination import sign

        read = tuple(one.digest for one in unseen(self.review.session))
        session = sign(self.review, read, self.passphrase)
        assert session.signed is not None  # `sign` has just carried that out
        kept = keep_sources(session, self.review.today().isoformat())
        return [
            Line("news", f"Signed: {OUTCOME_WORDS[session.signed.outcome]}. The session is closed."),
            *kept,
        ]


_KEY_BEFORE = re.compile(r"[1-9](?=[^\W\d_]{3})(?!(?:st|nd|rd|th)\b)")
"""A key that was typed before words, and is no part of them: `1Orthopedic surgery`."""


def _where(turn: Turn, command: c.Command) -> Turn:
    """Where a command acts: at its question, at the decision of its item, or where the conversation stands."""
    if isinstance(command, c.RecordAnswer | c.WithdrawAnswer | c.DismissPassages):
        path = command.prompt.split(".", 1)[0] if isinstance(command, c.WithdrawAnswer) else command.prompt
        return Turn("prompt", (command.item, path), "")
    if isinstance(command, c.Determine) or (isinstance(command, c.RuleOn) and turn.kind != "ruling"):
        return Turn("decision", (command.item, ""), "")
    return turn


def _parted_otherwise(written: list[str], wanted: int, turn: Turn) -> Refused:
    """What is said of a line that has fewer parts, or more, than are asked for."""
    return refuse(f"That is {counted(len(written), 'part')}; {wanted} are asked for.", "", turn.words)


def _part_named(command: c.RecordAnswer) -> str:
    return command.prompt.rpartition(".")[2].replace("_", " ")


class _Confirmed(c.Command):
    """A change that the reviewer has confirmed after seeing what it does."""

    command: c.RecordAnswer | c.WithdrawAnswer
