"""The examples in a set: answers as a reviewer would give them, and what is to come of them.

They are the author's own check, and show a reader what the set does. Computed answers are worked out;
an example that leaves a question unanswered, or answers one that isn't asked, is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assistant.core.answer import Answer, Status
from assistant.core.answer_reader import read_answer
from assistant.core.dates import PartialDate
from assistant.core.problem import Problem, Refused
from assistant.core.rules.answer_schema import complete
from assistant.core.rules.answers_inline import Spec
from assistant.core.rules.computed import comes_to, differs
from assistant.core.rules.criterion import Suggestion, amount_within, law_notes
from assistant.core.rules.editions import on_day
from assistant.core.rules.guidelines import NO_GUIDELINES, SILENT
from assistant.core.rules.prompt_set import Prompt, PromptSet, Reading
from assistant.core.rules.search_sequence import at_work
from assistant.core.rules.suggestion import suggest
from assistant.core.value import Value
from assistant.core.yaml import FieldReader, YamlDocument, near

_KEYS = frozenset(
    "is on region given item read suggests why because computed within more notes from published later".split()
)
_DECISIONS = ("upheld", "overturned", "none")


class Tried(Value):
    """An example as it came out: the reading, the suggestion, and where it came out otherwise than the set says.

    `published` is what was decided in the case that it is taken from, `agrees` whether that is suggested (None:
    nothing is, or the decision was set aside later).
    """

    name: str
    where: str
    reading: Reading
    suggestion: Suggestion
    differs: tuple[str, ...] = ()
    published: str | None = None
    agrees: bool | None = None


def try_examples(document: YamlDocument, prompt_set: PromptSet) -> Iterator[Tried]:
    """Each example of a set that is of its region, tried; raises `Refused` for one that can't be."""
    entries = document.data.get("examples", [])
    if not isinstance(entries, list):
        raise Refused(Problem("`examples` is a list.", document.where("examples")))
    for index, data in enumerate(entries):
        reader = _Example(document, ("examples", index), prompt_set)
        if isinstance(data, Mapping) and data.get("region", prompt_set.region) != prompt_set.region:
            continue
        yield reader.tried(data)


class _Example(FieldReader):
    def __init__(self, doc: YamlDocument, path: tuple[Any, ...], prompt_set: PromptSet) -> None:
        super().__init__()
        self.doc = doc
        self.path = path
        self.set = prompt_set
        self.facts: dict[str, Any] = {}
        self.on: PartialDate | None = None
        self.worked_out: dict[str, Any] = {}

    def stop(self, what: str, *steps: Any, fix: str = "") -> Refused:
        return Refused(Problem(what, self.doc.where(*self.path, *steps), fix))

    def tried(self, data: Any) -> Tried:
        if not isinstance(data, Mapping):
            raise self.stop("An example is a map.")
        self.keys(self.doc, self.path, data, _KEYS, ("is", "on", "given", "suggests"))
        if data.get("suggests") not in _DECISIONS:
            self.say(
                f"`{data.get('suggests')}` is no suggestion.",
                self.doc.where(*self.path),
                f"Use {', '.join(_DECISIONS)}.",
            )
        self.on = self.date(self.doc, (*self.path, "on"))
        if self.problems:
            raise Refused(*self.problems)
        read = data.get("read", {})
        entered = {str(place): str(word) for place, word in read.items()} if isinstance(read, Mapping) else {}
        for place, word in entered.items():
            if place not in self.set.citations:
                raise self.stop(f"The set cites no `{place}`.", "read", fix=near(place, self.set.citations))
            if word != SILENT and not word[:4].isdecimal():
                fix = f"Write the year whose text was read, or {SILENT}."
                raise self.stop(f"`{word}` is no year.", "read", place, fix=fix)
        made = on_day(self.set, self.on, entered)
        self.facts = {
            **self.mapping(self.doc, (*self.path, "item")),
            "ur_decision": {"date": str(self.on)},
            "request": {"date": str(self.on)},
        }
        answers = self.answers(made, data["given"])
        made = self.with_own(made, answers, data["given"])
        reading = Reading(made, answers)
        got = suggest(reading, self.on, {})
        published = data.get("published")
        return Tried(
            name=str(data["is"]),
            where=self.doc.where(*self.path),
            reading=reading,
            suggestion=got,
            differs=tuple(self.differences(data, reading, got)),
            published=None if published is None else str(published),
            agrees=None
            if published is None or "later" in data or got.decision is None
            else got.decision == published,
        )

    # -- answers ----------------------------------------------------------------------------------

    def answers(self, made: PromptSet, given: Any) -> dict[str, Answer]:
        if not isinstance(given, Mapping):
            raise self.stop("`given` is a map of answers.", "given")
        for name in given:
            if name not in made.prompts and name not in made.own:
                raise self.stop(f"There is no prompt `{name}`.", "given", name, fix=near(name, made.prompts))
        found: dict[str, Answer] = {}
        for name, prompt in made.prompts.items():
            reading = Reading(made, found)
            if reading.asked(name) is not True:
                if name in given:
                    raise self.stop(
                        f"`{name}` is answered and not asked.", "given", name, fix="Leave it out."
                    )
                continue
            raw = given.get(name)
            if prompt.ties:
                raw = raw if raw is not None else self.tied(given.get(prompt.ties))
                if raw is None:
                    continue
            elif prompt.computed is not None:
                result = worked_out(prompt, reading, self.facts, self.on)
                self.worked_out[name] = result
                raw = raw if raw is not None else result if result is not None else still_open(prompt, found)
            if raw is None:
                raise self.stop(f"`{name}` is asked and not answered.", "given", fix=f"Add `{name}`.")
            found[name] = self.answer(prompt, raw)
        return found

    def with_own(self, made: PromptSet, answers: dict[str, Answer], given: Mapping[str, Any]) -> PromptSet:
        """The set with what the example enters of the search sequence."""
        for name, prompt in made.own.items():
            if name in given:
                answers[name] = self.answer(prompt, given[name])
        return at_work(made, answers, self.on, {}) if set(made.own) & set(answers) else made

    def tied(self, rows: Any) -> list[str] | None:
        marked = [
            str(number)
            for number, row in enumerate(rows if isinstance(rows, list) else (), 1)
            if isinstance(row, Mapping) and row.get("requested") == "yes"
        ]
        return marked or None

    def answer(self, prompt: Prompt, raw: Any) -> Answer:
        spec = prompt.spec
        if spec is not None and spec.kind == "checklist" and isinstance(raw, str) and raw.startswith("all "):
            raw = dict.fromkeys(spec.values, raw.removeprefix("all "))
        if spec is not None and spec.kind == "table" and isinstance(raw, list):
            absent = dict.fromkeys(spec.optional, "not_documented")
            raw = [
                {**absent, **{k: v for k, v in row.items() if k != "requested"}}
                if isinstance(row, Mapping)
                else row
                for row in raw
            ]
        answer = read_answer(prompt.schema, raw, self.doc.where(*self.path, "given", prompt.id))
        if not complete(prompt.schema.shape, answer):
            raise self.stop(f"A part of `{prompt.id}` is not answered.", "given", prompt.id)
        return answer

    # -- what came of it --------------------------------------------------------------------------

    def differences(self, data: Mapping[str, Any], reading: Reading, got: Suggestion) -> Iterator[str]:
        decision = got.decision or "none"
        if decision != data["suggests"]:
            yield f"suggests {decision} ({got.why}), not {data['suggests']}"
        elif "why" in data and got.why != data["why"]:
            yield f"is none for the reason {got.why}, not {data['why']}"
        for name in self.texts(self.doc, (*self.path, "because")):
            if name not in got.because:
                yield f"rests on {', '.join(got.because) or 'nothing'}, not on {name}"
        for name, wanted in self.mapping(self.doc, (*self.path, "computed")).items():
            result = self.worked_out.get(name)
            open_ = wanted in ("null", None)
            if open_ is not (result is None) or (
                not open_ and result is not None and differs(wanted, result)
            ):
                yield f"{name} comes to {'nothing' if result is None else result}, not to {wanted}"
        if "notes" in data:
            noted = law_notes(reading)
            if noted != self.texts(self.doc, (*self.path, "notes")):
                yield f"notes {', '.join(noted) or 'nothing'}"
        if "within" in data:
            amounts = [
                amount_within(reading, one)
                for name, one in reading.prompt_set.criteria.items()
                if name in got.because
            ]
            if data["within"] not in amounts:
                yield f"{', '.join(str(a) for a in amounts if a is not None) or 'nothing'} within, not {data['within']}"
            told = self.facts.get("certified")
            certified = told.get("quantity", 0) if isinstance(told, Mapping) else 0
            if "more" in data and data["within"] - certified != data["more"]:
                yield f"{data['within'] - certified} more, not {data['more']}"


def worked_out(
    prompt: Prompt, reading: Reading, facts: Mapping[str, Any], on: PartialDate | None
) -> Any | None:
    """What the answers make of a computed prompt without a case, from `facts` of the item; None where it is open."""
    if prompt.computed is None:
        return None
    guidelines = reading.prompt_set.guidelines or NO_GUIDELINES
    return comes_to(prompt.computed, _Facts(reading, facts), guidelines, on)


def still_open(prompt: Prompt, found: Mapping[str, Answer]) -> str:
    """What a computed prompt that comes to nothing is answered with: unclear where what it follows from is."""
    paths = prompt.computed.paths() if prompt.computed is not None else ()
    given = [found[root] for root in (path.split(".", 1)[0] for path in paths) if root in found]
    unclear = any(leaf.status is Status.UNCLEAR for one in given for _, leaf in one.leaves())
    return "unclear" if unclear else "not_documented"


class _Facts(Value):
    """The operands of a rule in an example: its answers, and its facts of the item."""

    reading: Reading
    facts: Mapping[str, Any]

    def value(self, path: str) -> Any:
        root, *rest = path.split(".")
        if root not in ("item", "case"):
            found = self.reading.at(path)
            return found.plain() if found is not None and found.given else None
        value: Any = self.facts if root == "item" else {}
        for name in rest:
            value = value.get(name) if isinstance(value, Mapping) else None
        return value

    def rows(self, table: str) -> Sequence[Mapping[str, Any]] | None:
        answer = self.reading.answer(table)
        return (
            [row.plain() for row in (answer.parts or {}).values()]
            if answer is not None and answer.listing
            else None
        )

    def spec(self, table: str) -> Spec:
        spec = self.reading.prompt_set.prompts[table].spec
        assert spec is not None
        return spec
