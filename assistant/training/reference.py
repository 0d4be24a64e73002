"""What a trainee's answers are compared with: a reviewed session, or the reference answers of a case.

A reference is kept whole in the book of the run, so that a run is scored by what it was compared with then,
whatever becomes of the session or the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.core import events as e
from assistant.core.answer import Answer, evidence_to_json, from_json, to_json, trail_to_json
from assistant.core.answer_reader import read_answer
from assistant.core.problem import refuse
from assistant.core.rules.condition import RESERVED
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import Rules
from assistant.core.session import AnswerPlace, Session, apply, begin, fold
from assistant.core.text import digest
from assistant.library import CaseFolder
from assistant.log.timeline import PromptTime
from assistant.review import answers_file
from assistant.training.comparison import question
from assistant.training.recording import Recording

# A sheet of answers that nobody reviewed: a reference, or what an adjudication came to.


Place = tuple[str, str]


@dataclass(frozen=True)
class AnswerSheet:
    """Answers by scope and prompt; decisions with their reasons, and rulings, by item."""

    name: str
    case: str
    answers: Mapping[Place, Answer]
    decisions: Mapping[str, tuple[str, str]]
    rulings: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)


def read_answer_sheet(path: Path, like: Session) -> AnswerSheet:
    """The answers file at `path`, for the case of `like`; raises `Refused` where it doesn't fit."""
    file = answers_file.read_answers_file(path)
    answers_file.check_answers(file, like.rules)
    answers = {
        (scope, name): read_answer(like.prompt(scope, name).schema, raw, file.where("answers", scope, name))
        for scope, given in file.answers.items()
        for name, raw in given.items()
    }
    decisions = {
        item: (str(made["decision"]), str(made.get("reason", "")))
        for item, made in file.determinations.items()
    }
    return AnswerSheet(path.stem, like.rules.case.id, answers, decisions, file.rulings)


def session_of_answer_sheet(sheet: AnswerSheet, like: Session) -> Session:
    """The sheet as a session that was never held, under the rules of `like`; what these don't ask is left out."""
    rules = like.rules
    events: list[e.Event] = [
        e.AnswerRecorded(scope, prompt, answer, "file")
        for (scope, prompt), answer in sheet.answers.items()
        if scope in rules.sets and prompt.split(".", 1)[0] in rules.sets[scope].askable
    ]
    for item, made in sheet.rulings.items():
        for criterion, ruling in made.items():
            reason = str(ruling.get("reason", ""))
            events.append(e.CriterionRuled(item, criterion, str(ruling["ruling"]), reason))
    for item, (decision, reason) in sheet.decisions.items():
        events.append(e.DeterminationRecorded(item, decision, None, False, reason))
    return fold(begin(sheet.name, rules, like.opened, frame=like.frame), events)


def as_answers_file(sheet: AnswerSheet) -> dict[str, Any]:
    """The sheet in the form of an answers file; `read_sheet` reads it back."""
    answers: dict[str, dict[str, Any]] = {}
    for (scope, prompt), answer in sheet.answers.items():
        answers.setdefault(scope, {})[prompt] = written(answer)
    decisions = {
        item: {"decision": decision, "reason": reason} for item, (decision, reason) in sheet.decisions.items()
    }
    plain: dict[str, Any] = _plain({"answers": answers, "determinations": decisions})
    return plain


def written(answer: Answer) -> Any:
    """An answer as an answers file states it: the bare value or status where there is nothing beside it."""
    beside: dict[str, Any] = {}
    if answer.evidence:
        beside["evidence"] = [evidence_to_json(one) for one in answer.evidence]
    if answer.search is not None:
        beside["search"] = trail_to_json(answer.search)
    if answer.note:
        beside["note"] = answer.note
    if answer.parts is None and not answer.given:
        status = answer.status.value
        return {"status": status, **beside} if beside else status
    value: Any = answer.value
    if answer.parts is not None:
        parts = {name: written(part) for name, part in answer.parts.items()}
        value = list(parts.values()) if answer.listing else parts
    bare = not beside and not (isinstance(value, str) and value in RESERVED)
    return value if bare and answer.parts is None else {"value": value, **beside}


def _plain(value: Any) -> Any:
    """The value, without the marks of private text."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value


FILE = "reference.yaml"
LEAST_PANEL = 3
"""So many experts at least are a panel."""


@dataclass(frozen=True)
class Reference:
    """Answers by place. `session` and `head` are empty for a file; `forms` tells a question as it was asked.

    `panel` holds the experts where several are the key, this one of them. One that is `sealed` holds nothing else yet.
    `decisions` holds the decision and its reason by item, `seconds` the time that each question took.
    """

    name: str
    case: str
    session: str = ""
    head: str = ""
    answers: Mapping[AnswerPlace, Answer] = field(default_factory=dict)
    forms: Mapping[AnswerPlace, str] = field(default_factory=dict)
    decisions: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    seconds: Mapping[AnswerPlace, int] = field(default_factory=dict)
    panel: tuple[Reference, ...] = field(default=(), repr=False)
    sealed: str = field(default="", repr=False)

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
            **({"panel": [one.to_text() for one in self.panel]} if self.panel else {}),
            **({"sealed": self.sealed} if self.sealed else {}),
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
                tuple(cls.from_text(one) for one in data.get("panel", ())),
                data.get("sealed", ""),
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

    def asked_otherwise(self, run: Session) -> list[AnswerPlace]:
        """The questions that were asked otherwise of the reference than of a run, and are not compared."""
        return [
            (scope, name)
            for scope in run.rules.scopes
            for name, prompt in run.rules.sets[scope].prompts.items()
            if self.forms.get((scope, name), form_of(prompt)) != form_of(prompt)
        ]


def form_of(prompt: Prompt) -> str:
    """What tells a question from another of the same name: a digest of its words, answers and condition."""
    return digest(question(prompt))[:16]


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
        time.follow(entry, recording.event(entry.seq))
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
    file = answers_file.read_answers_file(path)
    answers_file.check_answers(file, rules)
    answers = {
        (scope, name): read_answer(
            rules.sets[scope].askable[name].schema, raw, file.where("answers", scope, name)
        )
        for scope, given in file.answers.items()
        for name, raw in given.items()
    }
    decisions = {
        item: (str(made["decision"]), str(made.get("reason", "")))
        for item, made in file.determinations.items()
    }
    forms = {place: form_of(rules.sets[place[0]].askable[place[1]]) for place in answers}
    return Reference("the case's reference", rules.case.id, "", "", answers, forms, decisions)


def panel_of(experts: Sequence[Reference]) -> Reference:
    """Several reviews of one case as the key: the one that agrees with most of the others is shown, all of them count."""
    if len(experts) == 1:
        return experts[0]
    if len(experts) < LEAST_PANEL or len({one.session for one in experts}) < len(experts):
        raise refuse(
            f"A panel has {LEAST_PANEL} different reviews or more.",
            ", ".join(one.name for one in experts),
            "Name one with --against, or that many.",
        )
    others = [one.case for one in experts if one.case != experts[0].case]
    if others:
        raise refuse(
            "These reviews are of different cases.",
            f"{experts[0].case}, {others[0]}",
            "Name reviews of one case.",
        )
    best = max(experts, key=lambda one: sum(_alike(one, other) for other in experts))
    return replace(best, name=f"a panel of {len(experts)}, shown by {best.name}", panel=tuple(experts))


def _alike(one: Reference, other: Reference) -> int:
    """How many answers and decisions two reviews have in common."""
    said = {place: answer.plain() for place, answer in other.answers.items()}
    decided = {item: made[0] for item, made in other.decisions.items()}
    alike = [place in said and answer.plain() == said[place] for place, answer in one.answers.items()]
    alike += [made[0] == decided.get(item) for item, made in one.decisions.items()]
    return alike.count(True)


def reference_of_answer_sheet(sheet: AnswerSheet, session: str) -> Reference:
    """What an adjudication came to."""
    name = f"adjudication {session}"
    return Reference(name, sheet.case, session, "", sheet.answers, {}, sheet.decisions)


def _key(place: AnswerPlace) -> str:
    return "/".join(place)


def _place(key: str) -> AnswerPlace:
    scope, _, name = key.partition("/")
    return scope, name
