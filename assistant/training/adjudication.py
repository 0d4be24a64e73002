"""Settling where reviewers part, without knowing who said what.

What all reviews say is taken over. Where they part, the answers stand in a shuffled order as A, B, ..., each with
its evidence and equal ones once, so that neither a name nor a majority speaks. Each step is logged in a session
of its own before the next is shown; the reviews get no entry. Which questions apply follows from what was settled.
"""

from __future__ import annotations

import json
import os
import random
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import yaml

from assistant import __version__, profile
from assistant.core import training_events as t
from assistant.core import yaml as plain_yaml
from assistant.core.answer import Answer, Evidence, Trail
from assistant.core.answer_reader import read_answer, read_reply
from assistant.core.event_form import encode
from assistant.core.events import Event
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.problem import reason as said
from assistant.core.rules.answer_schema import GroupShape, ListingShape, Shape, at
from assistant.core.rules.criterion import DECISION_WORDS
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.text import Private, one_line
from assistant.core.turn import part_question
from assistant.core.value import replace
from assistant.core.wording import shown
from assistant.log import Draft, Log
from assistant.log import fold as log_fold
from assistant.log.bundle import is_bundle, open_source
from assistant.log.entry import Unreadable
from assistant.log.errors import leave_out
from assistant.machine import open_private
from assistant.review.reasons import check_reason
from assistant.training.comparison import (
    DETERMINATION,
    DETERMINATION_ASKED,
    OF_THE_REVIEWER,
    comparable_content,
    question,
)
from assistant.training.ratings import Settled, must_verify, settled, unfit
from assistant.training.reference import AnswerSheet, as_answers_file, session_of_answer_sheet

OWN = "own"


@dataclass(frozen=True)
class DisputedReading:
    """One of the answers that were given, or (`answer` is None) of the decisions that were taken."""

    letter: str
    words: str
    evidence: tuple[Evidence, ...]
    searches: tuple[Trail, ...]
    notes: tuple[str, ...]
    answer: Answer | None
    decision: str = ""


@dataclass(frozen=True)
class Dispute:
    """A question on which the reviews part: `path` is a prompt, a part of one, or `determination`."""

    scope: str
    path: str
    ask: str
    options: tuple[DisputedReading, ...]


class Adjudication:
    """One person's settling of the reviews of one case, and the session of the log that it stands in."""

    def __init__(
        self, log: Log, sessions: Sequence[Session], heads: Sequence[str], actor: str, shuffle: Random
    ) -> None:
        self.log = log
        self.sessions = tuple(sessions)
        self.actor = actor
        self.like = self.sessions[0]
        self.case = self.like.rules.case.id
        self._shuffle = shuffle
        ids = tuple(one.id for one in self.sessions)
        self.own = actor in {one.opened.reviewer for one in self.sessions}
        self.id, self._seq, found = _begun(log, ids, tuple(heads), actor)
        self.resumed = found is not None
        opened = t.AdjudicationOpened(__version__, ids, tuple(heads), self.own)
        self.state = found or Settled(opened, self.case)
        if found is None:
            self._append([opened])

    def next(self) -> Dispute | None:
        """The next question to settle, what is agreed before it taken over; None where nothing is left, and closed."""
        agreed: list[Event] = []
        while not self.state.closed:
            step = next(self._steps(), None)
            if isinstance(step, Dispute):
                self._append(agreed)
                return step
            if step is None:
                step = t.AdjudicationClosed(**self.state.counts)
            agreed.append(step)
            self.state.take(step)
        self._append(agreed)
        return None

    def option(self, dispute: Dispute, reply: str) -> DisputedReading:
        """What a reply takes: the answer of a letter, or `own WORDS`; raises `Refused` for anything else."""
        said, _, words = reply.strip().partition(" ")
        if said.lower() == OWN:
            return self._own(dispute, words)
        for option in dispute.options:
            if reply.strip().upper() == option.letter:
                return option
        letters = ", ".join(option.letter for option in dispute.options)
        fix = f"Type a letter, or `{OWN}` and an answer."
        raise refuse(f"“{one_line(reply, 40)}” is none of {letters}.", "", fix)

    def settle(self, dispute: Dispute, option: DisputedReading, reason: str) -> None:
        """Logs what counts and why; raises `Refused` without a reason."""
        if not reason.strip():
            raise refuse(
                "A reason is needed: it is what others can learn from.", "", "Say it in a few words."
            )
        shown = tuple(Private(one.words) for one in dispute.options)
        why = said(reason, "The reason")
        check_reason(why, {})
        event: Event
        if option.answer is None:
            event = t.DecisionAdjudicated(dispute.scope, option.letter, option.decision, shown, why)
        else:
            event = t.AnswerAdjudicated(dispute.scope, dispute.path, option.letter, option.answer, shown, why)
        self._append([event])
        self.state.take(event)

    # -- what comes next -----------------------------------------------------------------------------

    def _steps(self) -> Iterator[Event | Dispute]:
        """What is not settled yet, in the order of the questions: the first is what comes next."""
        held = session_of_answer_sheet(self.state.sheet(self.id), self.like)
        for scope in self.like.rules.scopes:
            for name, prompt in self.like.rules.sets[scope].prompts.items():
                about_reviewer = scope == CASE_SCOPE and name in OF_THE_REVIEWER
                if not about_reviewer and held.reading(scope).asked(name) is True:
                    yield from self._prompt_steps(scope, prompt)
            if scope != CASE_SCOPE and scope not in self.state.decisions:
                yield from self._decision_steps(scope)

    def _prompt_steps(self, scope: str, prompt: Prompt) -> Iterator[Event | Dispute]:
        done = self.state.answers
        answers = self._answers(scope, prompt)
        shape = prompt.schema.shape
        if (scope, prompt.id) in done or not answers:
            return
        if (
            isinstance(shape, GroupShape)
            and not shape.instead
            and all(one.parts is not None for one in answers)
        ):
            for name, part in shape.parts.items():
                path = f"{prompt.id}.{name}"
                parts = [held for one in answers if (held := (one.parts or {}).get(name)) is not None]
                if (scope, path) not in done and parts:
                    yield self._step(scope, prompt, path, part.shape, parts)
        else:
            yield self._step(scope, prompt, prompt.id, shape, answers)

    def _step(
        self, scope: str, prompt: Prompt, path: str, shape: Shape, answers: Sequence[Answer]
    ) -> Event | Dispute:
        below = tuple(path.split(".")[1:])
        held: dict[str, list[Answer]] = {}
        for one in answers:
            held.setdefault(repr(sorted(comparable_content(prompt, below, shape, one).items())), []).append(
                one
            )
        groups = list(held.values())
        if len(groups) == 1:
            return t.AnswerAdjudicated(scope, path, "agreed", _joined(groups[0]))
        self._shuffle.shuffle(groups)
        options = []
        for number, alike in enumerate(groups):
            joined = _joined(alike)
            options.append(
                DisputedReading(
                    letter=chr(ord("A") + number),
                    words=one_line(
                        shown(replace(prompt.schema, shape=shape), joined).replace("\n", "; "), 400
                    ),
                    evidence=joined.all_evidence(),
                    searches=tuple(dict.fromkeys(one.search for one in alike if one.search is not None)),
                    notes=tuple(dict.fromkeys(str(one.note) for one in alike if one.note)),
                    answer=joined,
                )
            )
        ask = f"{prompt.ask} {part_question(prompt, below)}" if below else prompt.ask
        return Dispute(scope, path, ask, tuple(options))

    def _decision_steps(self, scope: str) -> Iterator[Event | Dispute]:
        made = [one.determinations[scope] for one in self.sessions if scope in one.determinations]
        reasons: dict[str, list[str]] = {}
        for one in made:
            reasons.setdefault(one.decision, []).append(one.reason)
        if len(reasons) == 1:
            decision, given = next(iter(reasons.items()))
            yield t.DecisionAdjudicated(scope, "agreed", decision, (), " ".join(dict.fromkeys(given)).strip())
        elif reasons:
            decisions = list(reasons)
            self._shuffle.shuffle(decisions)
            options = tuple(
                DisputedReading(
                    chr(ord("A") + n),
                    DECISION_WORDS[one],
                    (),
                    (),
                    tuple(filter(None, reasons[one])),
                    None,
                    one,
                )
                for n, one in enumerate(decisions)
            )
            yield Dispute(scope, DETERMINATION, DETERMINATION_ASKED, options)

    def _answers(self, scope: str, prompt: Prompt) -> list[Answer]:
        """What the reviews answered that were asked this very question."""
        found = []
        for session in self.sessions:
            rules = session.rules.sets.get(scope)
            other = rules.prompts.get(prompt.id) if rules is not None else None
            if other is None or (other is not prompt and question(other) != question(prompt)):
                continue
            answer = session.reading(scope).answer(prompt.id)
            if answer is not None:
                found.append(answer)
        return found

    def _own(self, dispute: Dispute, words: str) -> DisputedReading:
        if dispute.path == DETERMINATION:
            raise refuse("A decision is one of those shown.", "", "Type its letter.")
        prompt = self.like.prompt(dispute.scope, dispute.path)
        path = tuple(dispute.path.split(".")[1:])
        if isinstance(at(prompt.schema.shape, path), GroupShape | ListingShape):
            raw = plain_yaml.parse_yaml(f"answer: {words}", "your answer").data.get("answer")
            answer = read_answer(prompt.schema, raw, "your answer")
        else:
            answer = read_reply(prompt.schema, path, words)
        return DisputedReading(OWN, "", (), (), (), answer)

    def _append(self, events: Sequence[Event]) -> None:
        if events:
            drafts = [Draft(one.kind, encode(one)) for one in events]
            entries = self.log.append(self.id, drafts, actor=self.actor, case=self.case, after=self._seq)
            self._seq = entries[-1].seq


def _begun(
    log: Log, ids: tuple[str, ...], heads: tuple[str, ...], actor: str
) -> tuple[str, int, Settled | None]:
    """The same person's unfinished adjudication of the same reviews, or a new session's name."""
    for row in log.sessions(others=True):
        try:
            entries = log.read(row.id)
        except Unreadable as refusal:
            leave_out(row.id, refusal)
            continue
        found = settled(entries)
        if found is None or found.closed or entries[0].actor != actor:
            continue
        pairs = zip(found.opened.sessions, found.opened.heads, strict=True)
        if sorted(pairs) == sorted(zip(ids, heads, strict=True)):
            return row.id, entries[-1].seq, found
    return secrets.token_hex(6), 0, None


def _joined(answers: Sequence[Answer]) -> Answer:
    """One of several answers that say the same, with the passages that any of them rests on; notes stay behind."""
    cited = tuple(dict.fromkeys(one for answer in answers for one in answer.evidence))
    return replace(answers[0], evidence=cited, note="")


# Beginning, going on with and writing out an adjudication: what its command does with files and the log.


def finished(log: Log, names: Sequence[str]) -> AnswerSheet | None:
    """The sheet of a finished adjudication, where one alone is named."""
    if len(names) != 1 or is_bundle(names[0]):
        return None
    session_id = log.resolve(names[0])
    found = settled(log.read(session_id))
    return found.sheet(session_id) if found is not None and found.closed else None


def begin_adjudication(log: Log, names: Sequence[str]) -> Adjudication:
    """A new adjudication of the named reviews, or the same person's unfinished one; raises `Refused`."""
    must_verify(log.path, names)
    sessions: dict[str, Session] = {}
    heads: list[str] = []
    problems: list[Problem] = []
    for name in names:
        source, session_id = open_source(log.path, name)
        with source:
            session = log_fold.load_session(source, session_id)[0]
            head = source.read(session_id)[-1].leaf
        problems += unfit(session, name)
        if session.id in sessions:
            problems.append(Problem("This session is named twice.", name, "Name each session once."))
            continue
        sessions[session.id] = session
        heads.append(head)
    if problems:
        raise Refused(*problems)
    if len(sessions) < 2:
        raise refuse("One review alone leaves nothing to settle.", names[0], "Name a second session.")
    cases = {one.rules.case.id for one in sessions.values()}
    if len(cases) > 1:
        raise refuse(
            f"These sessions are of different cases: {', '.join(sorted(one_line(c) for c in cases))}.",
            "",
            "Name reviews of one case.",
        )
    actor = profile.kept().id
    return Adjudication(log, list(sessions.values()), heads, actor, random.SystemRandom())


def write_adjudication(sheet: AnswerSheet, path: Path) -> None:
    """Writes the sheet as an answers file (YAML, or JSON by its ending), readable by its owner only."""
    data = {"reviewer": f"adjudication-{sheet.name}", **as_answers_file(sheet)}
    if path.suffix == ".json":
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    else:
        text = f"# What an adjudication of {one_line(sheet.case)} came to.\n"
        text += yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    try:
        descriptor = open_private(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or "the operating system refused"
        raise refuse(
            f"The sheet can't be written: {reason}.", one_line(str(path)), "Check the folder."
        ) from None
