"""A review from an answers file: the same road as at the keyboard, without anyone at it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assistant.core import command as c
from assistant.core import plain_yaml
from assistant.core.answer_reader import read_answer
from assistant.core.criterion import RULINGS
from assistant.core.decide import DECISIONS
from assistant.core.outcome import unruled
from assistant.core.problem import Problem, Refused, refuse
from assistant.core.text import one_line
from assistant.library import read_text
from assistant.review import Review
from assistant.signing import sign

KEYS = ("reviewer", "answers", "rulings", "determinations", "edits", "acknowledge", "sign", "published")


@dataclass(frozen=True)
class AnswersFile:
    """The content of an answers file, its forms checked; answers are checked when they are given."""

    name: str
    reviewer: str
    answers: Mapping[str, Mapping[str, Any]]
    rulings: Mapping[str, Mapping[str, Mapping[str, Any]]]
    determinations: Mapping[str, Mapping[str, Any]]
    edits: Mapping[str, list[Mapping[str, Any]]]
    acknowledge: Mapping[str, str]
    sign: bool
    places: Mapping[str, str] = field(default_factory=dict, repr=False)

    def where(self, *path: str) -> str:
        return self.places.get("/".join(path)) or f"{self.name}, {'.'.join(path)}"


@dataclass
class Outcome:
    """What came of a run: what is still open, and answers that no applying prompt asked for."""

    open: list[Problem] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        """0 where nothing is open, else 1."""
        return 1 if self.open else 0


def read_file(path: Path) -> AnswersFile:
    """The answers file at `path` (YAML, or JSON by its ending); raises `Refused` with every wrong form."""
    text, name = read_text(path), one_line(str(path))
    places: dict[str, str] = {}
    if path.suffix == ".json":
        data = _json(text, name)
    else:
        document = plain_yaml.parse(text, name)
        data = document.data
        places = {"/".join(str(step) for step in key): document.where(*key) for key in document.lines}
    problems = list(_problems(data, name, places))
    if problems:
        raise Refused(*problems)
    return AnswersFile(
        name=name,
        reviewer=str(data.get("reviewer", "")),
        answers=_by_item(data.get("answers", {})),
        rulings=_by_item(data.get("rulings", {})),
        determinations=_by_item(data.get("determinations", {})),
        edits=_by_item(data.get("edits", {})),
        acknowledge={str(key): str(value) for key, value in data.get("acknowledge", {}).items()},
        sign=data.get("sign") in (True, "yes", "true"),
        places=places,
    )


def run(review: Review, file: AnswersFile) -> Outcome:
    """Carries a session as far as the file goes; raises `Refused` for an answer that can't stand."""
    result = Outcome()
    for section in ("answers", "rulings", "determinations"):
        for scope in getattr(file, section):
            if scope not in review.session.rules.sets:
                raise refuse(
                    f"There is no item “{one_line(scope, 20)}” in this case.",
                    file.where(section, scope),
                    f"There are {', '.join(review.session.rules.scopes)}.",
                )
    for scope in review.session.rules.scopes:
        _answer(review, file, scope, result)
    for item in review.session.items:
        if _rule(review, file, item, result):
            _determine(review, file, item, result)
    _edit(review, file)
    _acknowledge(review, file, result)
    if file.sign and not result.open:
        _sign(review, result)
    return result


def _answer(review: Review, file: AnswersFile, scope: str, result: Outcome) -> None:
    given = file.answers.get(scope, {})
    prompts = review.session.rules.sets[scope].prompts
    for name in given:
        if name not in prompts:
            raise refuse(
                f"There is no prompt `{one_line(name, 40)}` for this item.",
                file.where("answers", scope, name),
                f"There are {', '.join(prompts)}.",
            )
    while True:
        due = [prompt for prompt in review.session.reading(scope).open_prompts() if prompt.id in given]
        due = [prompt for prompt in due if review.session.answer(scope, prompt.id) is None]
        if not due:
            break
        prompt = due[0]
        where = file.where("answers", scope, prompt.id)
        answer = read_answer(prompt.schema, given[prompt.id], where)
        try:
            review.perform(c.RecordAnswer(scope, prompt.id, answer, "file"))
        except Refused as refused:
            raise Refused(*(Problem(p.what, where, p.fix) for p in refused.problems)) from None
    reading = review.session.reading(scope)
    for prompt in reading.open_prompts():
        parts = [f"{prompt.id}.{part}" if part else prompt.id for part in reading.missing_parts(prompt.id)]
        for part in parts:
            result.open.append(Problem(f"`{part}` is not answered.", f"item {scope}", prompt.ask))
    result.unused += [f"{scope}/{name}" for name in given if reading.asked(name) is not True]


def _rule(review: Review, file: AnswersFile, item: str, result: Outcome) -> bool:
    """Gives the file's rulings; whether the item can be decided on."""
    if not review.session.item_answered(item):
        return False
    for criterion, ruling in file.rulings.get(item, {}).items():
        where = file.where("rulings", item, criterion)
        try:
            review.perform(
                c.RuleOn(item, criterion, str(ruling.get("ruling")), str(ruling.get("reason", "")))
            )
        except Refused as refused:
            raise Refused(*(Problem(p.what, where, p.fix) for p in refused.problems)) from None
    waiting = unruled(review.session, item, review.assess(item).suggestion)
    for criterion in waiting:
        result.open.append(
            Problem(
                f"The suggestion rests on `{criterion}` rebutting a higher tier, which is not ruled on.",
                f"item {item}",
                "Add it under `rulings`.",
            )
        )
    return not waiting


def _determine(review: Review, file: AnswersFile, item: str, result: Outcome) -> None:
    made = file.determinations.get(item)
    if made is None:
        result.open.append(
            Problem("There is no determination.", f"item {item}", "Add it under `determinations`.")
        )
        return
    suggested = review.assess(item).suggestion.decision
    command = c.Determine(item, str(made.get("decision")), suggested, str(made.get("reason", "")))
    try:
        review.perform(command)
    except Refused as refused:
        where = file.where("determinations", item)
        raise Refused(*(Problem(p.what, where, p.fix) for p in refused.problems)) from None


def _edit(review: Review, file: AnswersFile) -> None:
    for item, edits in file.edits.items():
        if item not in review.session.items:
            raise refuse(f"There is no item “{one_line(item, 20)}” in this case.", file.where("edits", item))
        for edit in edits:
            sentences = review.assess(item).sentences
            number = edit.get("sentence")
            if not isinstance(number, int) or not 1 <= number <= len(sentences):
                raise refuse(
                    f"Item {item} has {len(sentences)} sentences; there is no sentence {number}.",
                    file.where("edits", item),
                )
            one = sentences[number - 1]
            review.perform(c.EditSentence(item, one.key, one.text, str(edit.get("text", ""))))


def _acknowledge(review: Review, file: AnswersFile, result: Outcome) -> None:
    for check in review.checks():
        reason = file.acknowledge.get(check.check, "")
        if (check.check, check.key) in review.session.acknowledged:
            continue
        if reason.strip() and check.severity != "blocking":
            raised = c.RaiseCheck(check.check, check.key, check.message, check.facts)
            review.perform(raised, c.Acknowledge(check.check, check.key, reason))
        else:
            facts = "; ".join(check.facts)
            result.open.append(
                Problem(
                    f"{check.check}: {check.message} {facts}".strip(),
                    f"item {check.item}" if check.item else "",
                    "Mend it, or give a reason under `acknowledge`.",
                )
            )


def _sign(review: Review, result: Outcome) -> None:
    if review.session.mode != "practice":
        result.open.append(
            Problem(
                "A determination is signed by a person.", "", f"Go on with `imr resume {review.session.id}`."
            )
        )
        return
    sign(review)


def _json(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise refuse(
                    f"`{one_line(key, 40)}` stands twice in one object.", name, "Remove one of them."
                )
            seen[key] = value
        return seen

    try:
        return json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise refuse(
            "This isn't valid JSON.", f"{name}, line {getattr(error, 'lineno', 1)}", "Mend that line."
        ) from None


def _problems(data: Any, name: str, places: Mapping[str, str]) -> Any:
    if not isinstance(data, Mapping):
        yield Problem("The answers file is not a map.", name)
        return
    for key in data:
        if key not in KEYS:
            yield Problem(
                f"`{one_line(str(key), 40)}` is not known in an answers file.",
                places.get(str(key), name),
                f"Known: {', '.join(KEYS)}.",
            )
    if data.get("sign", "no") not in (True, False, "yes", "no", "true", "false"):
        yield Problem("`sign` is yes or no.", places.get("sign", name))
    for key in ("answers", "rulings", "determinations", "edits", "acknowledge"):
        value = data.get(key, {})
        inner = list if key == "edits" else Mapping
        if not isinstance(value, Mapping) or (
            key != "acknowledge" and any(not isinstance(v, inner) for v in value.values())
        ):
            yield Problem(f"`{key}` has the wrong form.", places.get(key, name), "See docs/formats.md.")
            return
    for item, rulings in data.get("rulings", {}).items():
        for criterion, ruling in rulings.items():
            if (
                not isinstance(ruling, Mapping)
                or ruling.get("ruling") not in RULINGS
                or set(ruling) - {"ruling", "reason"}
            ):
                yield Problem(
                    f"A ruling is {{ruling, reason}}, the ruling one of {', '.join(RULINGS)}.",
                    places.get(f"rulings/{item}/{criterion}", name),
                )
    for item, made in data.get("determinations", {}).items():
        if made.get("decision") not in DECISIONS or set(made) - {"decision", "reason"}:
            yield Problem(
                f"A determination is {{decision, reason}}, the decision {' or '.join(DECISIONS)}.",
                places.get(f"determinations/{item}", name),
            )
    for item, edits in data.get("edits", {}).items():
        if any(not isinstance(edit, Mapping) or set(edit) != {"sentence", "text"} for edit in edits):
            yield Problem("An edit is {sentence, text}.", places.get(f"edits/{item}", name))


def _by_item(data: Mapping[Any, Any]) -> dict[str, Any]:
    """Item keys compare as text, so that 1 and "1" are the same item."""
    return {str(key): value for key, value in data.items()}
