"""What a trainee's answers are compared with: a reviewed session, or the reference answers of a case.

A reference is kept whole in the book of the run, so that a run is scored by what it was compared with then,
whatever becomes of the session or the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant import unattended
from assistant.core import event as e
from assistant.core.answer import Answer, from_json, to_json
from assistant.core.answer_reader import read_answer
from assistant.core.comparison import question
from assistant.core.problem import refuse
from assistant.core.prompt_set import Prompt
from assistant.core.rules import Rules
from assistant.core.session import Place, Session, apply, begin
from assistant.library import CaseFolder
from assistant.log.prompt_time import PromptTime
from assistant.training.recording import Recording
from assistant.training.sheet import Sheet

FILE = "reference.yaml"


@dataclass(frozen=True)
class Reference:
    """Answers by place. `session` and `head` are empty for a file; `forms` tells a question as it was asked.

    `decisions` holds the decision and its reason by item, `seconds` the time that each question took.
    """

    name: str
    case: str
    session: str = ""
    head: str = ""
    answers: Mapping[Place, Answer] = field(default_factory=dict)
    forms: Mapping[Place, str] = field(default_factory=dict)
    decisions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    seconds: Mapping[Place, int] = field(default_factory=dict)

    def to_text(self) -> str:
        """The reference as it is kept in a book."""
        data = {
            "name": self.name,
            "case": self.case,
            "session": self.session,
            "head": self.head,
            "answers": {_key(place): to_json(answer) for place, answer in self.answers.items()},
            "forms": {_key(place): form for place, form in self.forms.items()},
            "decisions": {item: list(made) for item, made in self.decisions.items()},
            "seconds": {_key(place): seconds for place, seconds in self.seconds.items()},
        }
        return json.dumps(data, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> Reference:
        """The reference that `to_text` wrote; `Refused` for one that was erased or damaged."""
        try:
            data: dict[str, Any] = json.loads(text)
            return cls(
                data["name"],
                data["case"],
                data["session"],
                data["head"],
                {_place(key): from_json(answer) for key, answer in data["answers"].items()},
                {_place(key): form for key, form in data["forms"].items()},
                {item: (made[0], made[1]) for item, made in data["decisions"].items()},
                {_place(key): seconds for key, seconds in data["seconds"].items()},
            )
        except (ValueError, KeyError, TypeError, IndexError):
            raise refuse(
                "The reference of this run can't be read any more.", "", "Compare with --against."
            ) from None

    def under(self, run: Session) -> Session:
        """A session that gives these answers under the rules of a run, as far as the questions are the same."""
        session = begin("reference", run.rules, run.opened, frame=run.frame)
        for scope in run.rules.scopes:
            for name, prompt in run.rules.sets[scope].prompts.items():
                answer = self.answers.get((scope, name))
                if answer is not None and self.forms.get((scope, name), form_of(prompt)) == form_of(prompt):
                    session = apply(session, e.AnswerRecorded(scope, name, answer))
        for item, (decision, reason) in self.decisions.items():
            if item in session.items:
                session = apply(session, e.DeterminationRecorded(item, decision, None, False, reason))
        return session

    def asked_otherwise(self, run: Session) -> list[Place]:
        """The questions that were asked otherwise of the reference than of a run, and are not compared."""
        return [
            (scope, name)
            for scope in run.rules.scopes
            for name, prompt in run.rules.sets[scope].prompts.items()
            if self.forms.get((scope, name), form_of(prompt)) != form_of(prompt)
        ]


def form_of(prompt: Prompt) -> str:
    """What tells a question from another of the same name: a digest of its words, answers and condition."""
    return hashlib.sha256(question(prompt).encode()).hexdigest()[:16]


def reference_of_session(recording: Recording) -> Reference:
    """The answers that a session ended with; `Refused` for one that is still open."""
    session = recording.final
    if session.status == "open":
        raise refuse(
            "This session is still open: its answers may yet change.",
            recording.id,
            "Finish it with `imr resume` first.",
        )
    time = PromptTime()
    for entry in recording.entries:
        time.follow(entry)
    places = [
        (scope, name)
        for scope in session.rules.scopes
        for name in session.rules.sets[scope].prompts
        if session.reading(scope).answered(name)
    ]
    return Reference(
        name=f"session {recording.id} of {session.opened.reviewer}",
        case=session.rules.case.id,
        session=recording.id,
        head=recording.entries[-1].leaf,
        answers={place: session.answers[place[0]][place[1]] for place in places},
        forms={place: form_of(session.prompt(*place)) for place in places},
        decisions={item: (made.decision, made.reason) for item, made in session.determinations.items()},
        seconds={place: round(time.spent[place].work) for place in places if place in time.spent},
    )


def reference_of_case(case: CaseFolder, rules: Rules) -> Reference:
    """The reference answers in a case's folder; `Refused` where there are none, or they don't fit the case."""
    path = case.path / FILE
    if not path.is_file():
        raise refuse(
            "This case has no reference to compare with.",
            str(case.path),
            "Compare with a signed session: --against SESSION.",
        )
    file = unattended.read_file(path)
    unattended.check(file, rules)
    answers = {
        (scope, name): read_answer(
            rules.sets[scope].prompts[name].schema, raw, file.where("answers", scope, name)
        )
        for scope, given in file.answers.items()
        for name, raw in given.items()
    }
    decisions = {
        item: (str(made["decision"]), str(made.get("reason", "")))
        for item, made in file.determinations.items()
    }
    forms = {place: form_of(rules.sets[place[0]].prompts[place[1]]) for place in answers}
    return Reference("the case's reference", rules.case.id, "", "", answers, forms, decisions)


def reference_of_sheet(sheet: Sheet, session: str) -> Reference:
    """What an adjudication came to."""
    name = f"adjudication {session}"
    return Reference(name, sheet.case, session, "", sheet.answers, {}, sheet.decisions)


def _key(place: Place) -> str:
    return "/".join(place)


def _place(key: str) -> Place:
    scope, _, name = key.partition("/")
    return scope, name
