"""A review from an answers file: the same road as at the keyboard, without anyone at it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from assistant import library
from assistant.core import commands as c
from assistant.core.answer import same_content
from assistant.core.answer_reader import read_answer
from assistant.core.problem import Problem, Refused, placed, refuse
from assistant.core.proposal import follows_from
from assistant.core.rationale import deciding_cautions
from assistant.core.record.absence import pages_unread
from assistant.core.record.case import YES
from assistant.core.record.checks import Check
from assistant.core.rules.criterion import CAUTION_RULINGS
from assistant.core.rules.prompt_set import OWN, SEARCHED, Prompt
from assistant.core.rules.rules import Rules
from assistant.core.rules.search_sequence import lacking
from assistant.core.session import Session, unruled
from assistant.core.text import one_line
from assistant.core.value import Value
from assistant.review.amendment import change_set
from assistant.review.determination import sign
from assistant.review.review import Review, with_stated_pages


class AnswersFile(Value):
    """The content of an answers file, its forms checked; `check` says whether it fits a case."""

    name: str
    reviewer: str
    answers: Mapping[str, Mapping[str, Any]]
    rulings: Mapping[str, Mapping[str, Mapping[str, Any]]]
    determinations: Mapping[str, Mapping[str, Any]]
    edits: Mapping[str, list[Mapping[str, Any]]]
    acknowledge: Mapping[str, str | Mapping[str, str]]
    sign: bool
    read_by_eye: bool | tuple[str, ...] | None = None
    sets: Mapping[str, str] = msgspec.field(default_factory=dict)
    places: Mapping[str, str] = msgspec.field(default_factory=dict)

    def where(self, *path: str) -> str:
        """The file and the line of what stands at `path`, or of what holds it."""
        while path and "/".join(path) not in self.places:
            path = path[:-1]
        return self.places.get("/".join(path)) or f"{self.name}, line 1"


@dataclass
class RunOutcome:
    """What came of a run: what is still open, and answers that no applying prompt asked for."""

    open: list[Problem] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """0 where nothing is open, else 1."""
        return 1 if self.open else 0


def read_answers_file(path: Path) -> AnswersFile:
    """The answers file at `path` (YAML, or JSON by its ending); raises `Refused` with every wrong form."""
    document = library.document(library.read_text(path), one_line(str(path)), "answers-file")
    data = document.data
    return AnswersFile(
        name=document.name,
        reviewer=data.get("reviewer", ""),
        answers=data.get("answers", {}),
        rulings=data.get("rulings", {}),
        determinations=data.get("determinations", {}),
        edits=data.get("edits", {}),
        acknowledge=data.get("acknowledge", {}),
        sign=data.get("sign") in (True, *YES),
        read_by_eye=_by_eye(data.get("read_by_eye")),
        sets=data.get("sets", {}),
        places={"/".join(map(str, path)): document.where(*path) for path in document.lines},
    )


def check_answers(file: AnswersFile, rules: Rules) -> None:
    """Raises `Refused`, before anything is logged, with all that doesn't fit the case or the answers' schemas."""
    problems: list[Problem] = []

    def known(what: str, name: str, names: Iterable[str], *path: str) -> bool:
        if name not in names:
            what = f"There is no {what.format(one_line(name, 40))}."
            problems.append(Problem(what, file.where(*path), f"There are {', '.join(names)}."))
        return name in names

    for section in ("answers", "rulings", "determinations", "edits"):
        for scope in getattr(file, section):
            scopes = rules.scopes if section == "answers" else tuple(rules.case.items)
            known("item “{}” in this case", scope, scopes, section, scope)
    for scope, given in file.answers.items():
        used = rules.sets.get(scope)
        prompts = {} if used is None else used.askable
        for name, raw in given.items() if prompts else ():
            if known("prompt `{}` for this item", name, prompts, "answers", scope, name):
                try:
                    read_answer(
                        prompts[name].schema, raw, file.where("answers", scope, name), today=Review.today()
                    )
                except Refused as refused:
                    problems += refused.problems
    if problems:
        raise Refused(*_in_line_order(problems))


def _in_line_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by the line that each names, those without one first."""
    line = re.compile(r", line (\d+)")
    return sorted(problems, key=lambda problem: int((line.search(problem.where) or ("", "0"))[1]))


def run_answers(review: Review, file: AnswersFile) -> RunOutcome:
    """Carries a session as far as the file goes; raises `Refused` for an answer that can't stand."""
    for item, name in file.sets.items():
        if item not in review.session.items or name != review.session.rules.case.items[item].prompt_set:
            with placed(file.where("sets", item)):
                change_set(review, item, name)
    check_answers(file, review.session.rules)
    result = RunOutcome()
    for scope in review.session.rules.scopes:
        _answer(review, file, scope, result)
    for item in review.session.items:
        if _rule(review, file, item, result) and _is_searched(review, item, result):
            _determine(review, file, item, result)
    _edit(review, file)
    _read_by_eye(review, file)
    _acknowledge(review, file, result)
    if file.sign and not result.open:
        _sign(review, result)
    return result


def _answer(review: Review, file: AnswersFile, scope: str, result: RunOutcome) -> None:
    given = file.answers.get(scope, {})
    done: set[str] = set()
    while True:
        due = [prompt for prompt in review.session.reading(scope).open_prompts() if prompt.id in given]
        due = [prompt for prompt in due if review.session.answer(scope, prompt.id) is None]
        due += [prompt for prompt in _shared(review.session, scope) if prompt.id in given.keys() - done]
        due += [prompt for prompt in _worked_out(review.session, scope) if prompt.id in given.keys() - done]
        if not due:
            able = review.session.rules.sets[scope].own
            own = [name for name in (SEARCHED, OWN) if name in given and name in able]
            if own and not review.session.reading(scope).asked(own[0]):
                with placed(file.where("answers", scope, own[0])):
                    review.perform(c.ShowPrompt(scope, own[0]))
                continue
            break
        prompt = due[0]
        done.add(prompt.id)
        where = file.where("answers", scope, prompt.id)
        answer = read_answer(prompt.schema, given[prompt.id], where)
        held = review.session.answer(scope, prompt.id)
        if held is not None and not prompt.once and same_content(held, answer):
            continue  # it was worked out, and comes to the same
        alone = (
            "" if held is None else "It differs for this item." if prompt.once else "The file has another."
        )
        command = with_stated_pages(review, c.RecordAnswer(scope, prompt.id, answer, "file", alone))
        with placed(where):
            review.perform(command)
    _all_answered(review, scope, result)
    reading = review.session.reading(scope)
    result.unused += [f"{scope}/{name}" for name in given if reading.asked(name) is not True]


def _shared(session: Session, scope: str) -> list[Prompt]:
    """The questions that are asked once for the case and have an answer by now, which an item may give anew for itself."""
    prompts = session.rules.sets[scope].prompts.values()
    return [one for one in prompts if one.once and session.reading(scope).answered(one.id)]


def _worked_out(session: Session, scope: str) -> list[Prompt]:
    """The questions that other answers have answered, which a file may answer otherwise."""
    reading = session.reading(scope)
    prompts = session.rules.sets[scope].prompts.values()
    return [one for one in prompts if follows_from(one, reading) and reading.answered(one.id)]


def _all_answered(review: Review, scope: str, result: RunOutcome) -> bool:
    """Whether nothing is left to answer; what is goes among what is open."""
    reading = review.session.reading(scope)
    left = list(reading.open_prompts())
    for prompt in left:
        parts = [f"{prompt.id}.{part}" if part else prompt.id for part in reading.missing_parts(prompt.id)]
        for part in parts:
            result.open.append(Problem(f"`{part}` is not answered.", f"item {scope}", prompt.ask))
    return not left


def _is_searched(review: Review, item: str, result: RunOutcome) -> bool:
    """Whether nothing is left to answer after the rulings, nor of the search sequence."""
    if not _all_answered(review, item, result):
        return False
    lacks = lacking(review.session.reading(item), review.session.ruled(item))
    if lacks:
        result.open.append(Problem(lacks, f"item {item}", "Add it under `searched` or `own`."))
    return not lacks


def _is_raised(session: Session, item: str, name: str) -> bool:
    """Whether the caution of a criterion stands, as things are answered; so, too, of a criterion that isn't there."""
    criterion = session.rules.sets[item].criteria.get(name)
    if criterion is None or criterion.own:
        return True
    return criterion.caution is not None and session.reading(item).holds(criterion.caution.when) is True


def _rule(review: Review, file: AnswersFile, item: str, result: RunOutcome) -> bool:
    """Gives the file's rulings; whether the item can be decided on."""
    if not review.session.item_answered(item):
        return False
    for criterion, ruling in file.rulings.get(item, {}).items():
        if ruling["ruling"] in CAUTION_RULINGS and not _is_raised(review.session, item, criterion):
            result.unused.append(f"the ruling on {item}/{criterion}, whose caution isn't raised")
            continue
        with placed(file.where("rulings", item, criterion)):
            review.perform(c.RuleOn(item, criterion, ruling["ruling"], ruling["reason"]))
    cautioned = deciding_cautions(review.session, item)
    for criterion in cautioned:
        caution = review.assess(item).findings[criterion].caution
        result.open.append(
            Problem(
                f"`{criterion}` stands under a caution that is not ruled on: {caution}",
                f"item {item}",
                "Add it under `rulings`: governs or does_not_govern.",
            )
        )
    waiting = unruled(review.session, item, review.assess(item).suggestion)
    for criterion in waiting:
        result.open.append(
            Problem(
                f"The suggestion rests on `{criterion}` rebutting a higher tier, which is not ruled on.",
                f"item {item}",
                "Add it under `rulings`.",
            )
        )
    return not waiting and not cautioned


def _determine(review: Review, file: AnswersFile, item: str, result: RunOutcome) -> None:
    made = file.determinations.get(item)
    if made is None:
        result.open.append(
            Problem("There is no determination.", f"item {item}", "Add it under `determinations`.")
        )
        return
    suggested = review.assess(item).suggestion.decision
    command = c.Determine(item, made["decision"], suggested, made.get("reason", ""))
    with placed(file.where("determinations", item)):
        review.perform(command)


def _edit(review: Review, file: AnswersFile) -> None:
    for item, edits in file.edits.items():
        for index, edit in enumerate(edits):
            where = file.where("edits", item, str(index))
            sentences = review.assess(item).sentences
            number = int(edit["sentence"])
            if not 1 <= number <= len(sentences):
                raise refuse(
                    f"Item {item} has {len(sentences)} sentences; there is no sentence {number}.",
                    where,
                    "Number them from 1.",
                )
            one = sentences[number - 1]
            held = review.session.edits.get(item, {}).get(one.key)
            was = held.was if held is not None else one.text
            with placed(where):
                review.perform(c.EditSentence(item, one.key, was, edit["text"]))


def _read_by_eye(review: Review, file: AnswersFile) -> None:
    """The file's word on pages that no search can read, where an absence rests on any."""
    said = file.read_by_eye
    if said is not None and pages_unread(review.session):
        named = ", ".join(said) if isinstance(said, tuple) else ""
        with placed(file.where("read_by_eye")):
            review.perform(c.ReadByEye(bool(said), named))


def _acknowledge(review: Review, file: AnswersFile, result: RunOutcome) -> None:
    found = review.checks()
    often = Counter(one.check for one in found)
    for one in found:
        reason = _reason_for(file, one, often[one.check])
        if (one.check, one.key) in review.session.acknowledged:
            continue
        if reason.strip() and one.severity != "blocking":
            raised = c.RaiseCheck(one.check, one.key, one.message, one.facts)
            with placed(file.where("acknowledge", one.check)):
                review.perform(raised, c.Acknowledge(one.check, one.key, reason))
        else:
            facts = "; ".join(one.facts)
            result.open.append(
                Problem(
                    f"{one.check}: {one.message} {facts}".strip(),
                    f"item {one.item}" if one.item else "",
                    "Mend it."
                    if one.severity == "blocking"
                    else "Mend it, or give a reason under `acknowledge`."
                    if often[one.check] == 1
                    else f"Mend it, or give a reason under `acknowledge`: {{{one.check}: {{{one.place}: reason}}}}.",
                )
            )


def _reason_for(file: AnswersFile, one: Check, often: int) -> str:
    """The file's reason for a check: one for all serves where the check stands once, else each place has its own."""
    said = file.acknowledge.get(one.check, "")
    if isinstance(said, str):
        return said if often == 1 else ""
    return next(
        (said[name] for name in (one.place, one.place.partition("/")[2], one.key) if name in said), ""
    )


def _sign(review: Review, result: RunOutcome) -> None:
    if review.session.mode != "practice":
        result.open.append(
            Problem(
                "A determination is signed by a person.", "", f"Go on with `imr resume {review.session.id}`."
            )
        )
        return
    sign(review)


def _by_eye(said: Any) -> bool | tuple[str, ...] | None:
    if said is None:
        return None
    return tuple(said) if isinstance(said, list) else said in (True, *YES)
