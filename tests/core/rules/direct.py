"""The meanings of the second language written down directly, to hold what is compiled against.

A condition is true, false or unknown (None). To hold, a condition on a value needs one; that it is ruled
out, or not shown, is that it is false where what is not documented or unclear is unknown, or where *not
documented* counts as not so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

from assistant.core.answer import Answer, Status, group, listing
from assistant.core.rules.answers_inline import Spec
from assistant.core.rules.prompt_set import PromptSet

STATUSES = ("given", "not_documented", "unclear")
Value = bool | None


def all_of(values: Iterable[Value]) -> Value:
    found = list(values)
    return False if False in found else None if None in found else True


def any_of(values: Iterable[Value]) -> Value:
    found = list(values)
    return True if True in found else None if None in found else False


class Direct:
    """One set of complete answers, read as the language means it. `gates` says when each prompt is asked."""

    def __init__(
        self,
        made: PromptSet,
        lets: Mapping[str, Any],
        gates: Mapping[str, list[Any]],
        answers: Mapping[str, Answer],
    ) -> None:
        self.made, self.lets, self.gates, self.answers = made, lets, gates, answers

    def comes_to(self, raw: Any, word: str) -> bool:
        """Whether a formula comes to `yes`, `ruled_out` or `not_shown`."""
        return self.formula(raw, word) is (word == "yes")

    def formula(self, raw: Any, word: str) -> Value:
        if isinstance(raw, list):
            return any_of(self.formula(one, word) for one in raw)
        return all_of(self.line(key, spec, word) for key, spec in raw.items())

    def line(self, key: str, spec: Any, word: str) -> Value:
        specs = spec if isinstance(spec, list) else [spec]
        one = self.named if key in self.lets else self.on_prompt
        return any_of(one(key, each, word) for each in specs)

    def named(self, name: str, wanted: str, word: str) -> Value:
        if wanted == "yes":
            return self.formula(self.lets[name], word)
        if self.formula(self.lets[name], wanted) is False:
            return True
        if self.formula(self.lets[name], "yes") is True:
            return False
        return False if word == "yes" else None

    def asked(self, name: str, word: str) -> Value:
        return all_of(self.formula(gate, word) for gate in self.gates.get(name, []))

    def on_prompt(self, path: str, spec: Any, word: str) -> Value:
        name, *rest = path.split(".")
        if self.asked(name, "yes") is not True:
            return False if word == "yes" or self.asked(name, word) is False else None
        prompt = self.made.prompts[name]
        assert prompt.spec is not None
        counts = word == "not_shown" and prompt.documentable

        def missing(status: str) -> Value:
            """What a condition on a value comes to where there is none."""
            return False if word == "yes" or (status == "not_documented" and counts) else None

        answer, written = self.answers[name], prompt.spec
        for part in rest:
            if answer.parts is not None:
                answer = answer.parts[part]
            elif answer.given:
                return False  # "none" has no parts
            written = written.parts.get(part, Spec("choice", part, {}, values={"yes": None, "no": None}))  # type: ignore[dict-item]
        if isinstance(spec, Mapping) and written.kind == "checklist":
            return self.entries(spec, answer, missing)
        status = answer.status.value
        if spec in STATUSES:
            return True if status == spec else missing(status) if status != "given" else False
        if status != "given":
            return missing(status)
        if written.kind == "table":
            return self.table(name, spec, answer, written, missing)
        return value_is(written, answer, spec)

    def entries(self, spec: Mapping[str, Any], answer: Answer, missing: Any) -> Value:
        (how, wanted), count = next(iter(spec.items())), 1
        if how == "at_least":
            count, wanted = wanted, spec["of"]
        words = wanted if isinstance(wanted, list) else [wanted]

        def one(entry: Answer, none: Any) -> Value:
            status = entry.status.value
            if status in words:
                return True
            return entry.value in words if status == "given" else none(status)

        entries = list((answer.parts or {}).values())
        if how == "lacks":
            # known that none does
            some = any_of(one(entry, lambda status: None) for entry in entries)
            if some is None:
                return missing("unclear")
            return not some
        return counted(how, [one(entry, missing) for entry in entries], count)

    def table(self, name: str, spec: Any, answer: Answer, written: Spec, missing: Any) -> Value:
        rows = answer.parts or {}
        if spec == "empty":
            return not rows
        if spec == "any":
            return bool(rows)
        (how, row), count = next(iter(spec.items())), 1
        if how == "at_least":
            count, row = row, spec["of"]
        every = False
        if how in ("this", "others"):
            if not rows:
                return False
            tied = {str(number) for number in self.answers[self.made.ties[name]].value}
            rows = {number: one for number, one in rows.items() if (number in tied) is (how == "this")}
            every = "every" in row
            row = row["every"] if every else row

        def fits(one: Answer, none: Any) -> Value:
            values = []
            for column, raw in row.items():
                part = (one.parts or {})[column]
                values.append(
                    any_of(column_is(written.parts[column], part, each, none) for each in _listed(raw))
                )
            return all_of(values)

        if how == "lacks":
            some = any_of(fits(one, lambda status: None) for one in rows.values())
            if some is None:
                return missing("unclear")
            return not some
        found = [fits(one, missing) for one in rows.values()]
        if how in ("this", "others"):
            return all_of(found) if every else any_of(found)
        return counted(how, found, count)


def counted(how: str, found: list[Value], count: int) -> Value:
    if how == "some":
        return any_of(found)
    if how == "every":
        return all_of(found) if found else False
    sure, able = found.count(True), len(found) - found.count(False)
    return True if sure >= count else False if able < count else None


def column_is(written: Spec, part: Answer, spec: Any, missing: Any) -> Value:
    status = part.status.value
    if spec in STATUSES:
        return True if status == spec else False if status == "given" else missing(status)
    return missing(status) if status != "given" else value_is(written, part, spec)


def value_is(written: Spec, answer: Answer, spec: Any) -> bool:
    value = answer.plain() if answer.parts is None else {}
    if isinstance(spec, Mapping):
        return not value_is(written, answer, spec["not"])
    if written.kind == "number":
        if match := re.fullmatch(r"(\d+) to (\d+)", spec):
            return float(match[1]) <= value <= float(match[2])
        word, number = spec.rsplit(" ", 1)
        limit = float(number)
        return {
            "over": value > limit,
            "under": value < limit,
            "up to": value <= limit,
            "at least": value >= limit,
            "exactly": value == limit,
        }[word]
    if written.kind == "group":
        return value == spec if spec in written.instead else not isinstance(value, str)
    members = written.named.get(spec, (spec,))
    return bool(set(members) & set(value)) if written.kind == "choices" else value in members


def _listed(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


# -- answers drawn by chance -------------------------------------------------------------------------


def drawn(made: PromptSet, chance: Random) -> dict[str, Answer]:
    """A complete answer to every prompt, whether it is asked or not; rows are tied where there are any."""
    found: dict[str, Answer] = {}
    for name, prompt in made.prompts.items():
        if prompt.ties:
            rows = list(found[prompt.ties].parts or {"1": None})
            found[name] = Answer(value=sorted(chance.sample(rows, chance.randint(1, len(rows)))))
        else:
            assert prompt.spec is not None
            found[name] = answer(prompt.spec, chance, prompt.schema.may_be(Status.UNCLEAR))
    return found


def answer(spec: Spec, chance: Random, may_be_missing: bool) -> Answer:
    if spec.kind == "checklist":
        flag = Spec("choice", "", {}, values={"yes": None, "no": None})  # type: ignore[dict-item]
        return group({name: answer(flag, chance, True) for name in spec.values})
    if spec.kind == "group" and not spec.instead:
        return group({name: answer(part, chance, True) for name, part in spec.parts.items()})
    if may_be_missing and chance.random() < 0.4:
        return Answer(status=chance.choice([Status.NOT_DOCUMENTED, Status.UNCLEAR]))
    if spec.kind == "group":
        if chance.random() < 0.4:
            return Answer(value=chance.choice(list(spec.instead)))
        return group({name: answer(part, chance, True) for name, part in spec.parts.items()})
    if spec.kind == "table":
        rows = [
            group({n: answer(part, chance, n in spec.optional) for n, part in spec.parts.items()})
            for _ in range(chance.choice([0, 1, 1, 2, 3, 4]))
        ]
        return listing(rows)
    return Answer(value=value(spec, chance))


def value(spec: Spec, chance: Random) -> Any:
    if spec.kind == "number":
        near = [n + d for n in (0, 2, 3, 6, 10, 26, 50) for d in (-1, 0, 1)]
        made = chance.choice([n for n in near if spec.least <= n <= spec.most])
        return made if spec.whole else chance.choice([made, min(made + 0.5, spec.most)])
    if spec.kind == "choices":
        return [one for one in spec.values if chance.random() < 0.5]
    if spec.kind == "choice":
        return chance.choice(list(spec.values))
    return {"date": "2014-07-12", "text": "words"}[spec.kind]
