"""How answers and facts read in a sentence.

Sentences are templates of one small form: `{{ name }}`, `{{ name.part }}`, `{% if name %} ... {% else %} ...
{% endif %}` (Jinja2, sandboxed). They name only what their place allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from assistant.core.answer import STATUS_WORDS, Answer
from assistant.core.dates import parse_date
from assistant.core.record.case import Case, DisputedItem
from assistant.core.rules.answer_schema import (
    AnswerSchema,
    ChoiceShape,
    DateShape,
    GroupShape,
    ListingShape,
    NumberShape,
    SeveralShape,
    Shape,
)
from assistant.core.rules.prompt_set import Reading
from assistant.core.text import singular

_TAG = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}|\{#|\{\{|\{%", re.S)
_NAMED = re.compile(r"^\s*([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)\s*$")
_IF = re.compile(r"^-?\s*(?:el)?if\s+([a-z][a-z0-9_]*)((?:\.[a-z][a-z0-9_]*)*)\s*-?$")


def template_problems(template: str, allowed: Iterable[str]) -> Iterator[str]:
    """What keeps `template` from being a sentence that names only `allowed`, each in a sentence."""
    names = set(allowed)
    open_ifs: list[bool] = []  # for each, whether its `else` has come
    for match in _TAG.finditer(template):
        shown, control = match[1], match[2]
        if shown is not None:
            found = _NAMED.match(shown)
        elif control is not None:
            said = control.strip("- ")
            word = said.split(" ", 1)[0]
            if word in ("endif", "else", "elif") and (not open_ifs or (open_ifs[-1] and word != "endif")):
                yield f"`{match[0]}` has no `{{% if %}}` that it belongs to."
                continue
            if said == "endif":
                open_ifs.pop()
                continue
            if said == "else":
                open_ifs[-1] = True
                continue
            if word == "if":
                open_ifs.append(False)
            found = _IF.match(control.strip())
        else:
            found = None
        if found is None:
            yield f"`{match[0]}` is not a form that sentences may have."
        elif found[1] not in names:
            yield f"`{found[1]}` can't be named here."
    if open_ifs:
        yield "An `{% if %}` is not closed by `{% endif %}`."


def names(template: str) -> tuple[str, ...]:
    """The roots of all names that a template mentions, in order, each once."""
    found = []
    for match in _TAG.finditer(template):
        named = _NAMED.match(match[1]) if match[1] is not None else _IF.match((match[2] or "").strip())
        if named:
            found.append(named[1])
    return tuple(dict.fromkeys(found))


def render(template: str, values: Mapping[str, Any]) -> str:
    """The sentence with its names filled in, white space folded."""
    return " ".join(words_filled(template, values).split())


def words_filled(template: str, values: Mapping[str, Any]) -> str:
    """The sentence with its names filled in, all white space as it is."""
    if "{" not in template:
        return template
    filled_in: str = _compiled(template).render(**values)
    return filled_in


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def joined(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b, and c`."""
    parts = [word for word in words if word]
    if len(parts) <= 2:
        return f" {last} ".join(parts)
    return f"{', '.join(parts[:-1])}, {last} {parts[-1]}"


@lru_cache(maxsize=1_000)
def _compiled(template: str) -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(undefined=StrictUndefined, autoescape=False).from_string(template)


# How an answer, a case fact or a citation reads inside a sentence.


class AnswerWords(str):
    """Text in a sentence, with its parts as attributes (`prior_surgery.levels`); empty where there is none."""


def words_of(schema: AnswerSchema, answer: Answer | None) -> AnswerWords:
    """An answer as it reads in a sentence; every part of its schema is an attribute, empty where not given."""
    return _words(schema.shape, schema.schema, answer)


def told(schema: AnswerSchema, answer: Answer | None) -> str:
    """An answer as the screen echoes it: its labels, or its status in words."""
    return _told(schema.shape, answer)


_CODE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def answer_words(answer: Answer) -> str:
    """An answer by its codes, where the words of its schema aren't wanted: the value, or the status in its place.

    Of a group its parts, of a list its elements. The parts that say nothing are named at the end, by status:
    `tumor: no; not documented: fracture, infection`.
    """
    if answer.parts is None:
        return value_words(answer.value) if answer.given else _status(answer)
    if answer.listing:
        elements = [answer_words(one) for one in answer.parts.values()]
        if len(elements) == 1:
            return elements[0]
        return " | ".join(f"{n}) {one}" for n, one in enumerate(elements, 1)) or "none"
    said, silent = [], dict[str, list[str]]()
    for name, part in answer.parts.items():
        if part.given or part.parts:
            said.append(f"{name.replace('_', ' ')}: {answer_words(part)}")
        else:
            silent.setdefault(_status(part), []).append(name.replace("_", " "))
    return "; ".join([*said, *(f"{status}: {', '.join(names)}" for status, names in silent.items())])


def _status(answer: Answer) -> str:
    return answer.status.value.replace("_", " ")


def value_words(value: object) -> str:
    """A value in words: `flexion, extension`, `yes`, `no complication`; empty for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        if set(value) == {"decimal"}:
            return str(value["decimal"])
        return "; ".join(f"{str(name).replace('_', ' ')}: {value_words(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(value_words(one) for one in value)
    text = str(value)
    return text.replace("_", " ") if _CODE.fullmatch(text) else text


def told_as(shape: Shape, answer: Answer | None) -> str:
    """The same of a part of an answer, by its shape, on one line."""
    return _told(shape, answer).replace("\n", "; ")


def shown(schema: AnswerSchema, answer: Answer | None) -> str:
    """An answer as it is read on the screen: what `told` says, and a lone 1 with its unit in the singular."""
    return singular(told(schema, answer), letter=False)


def shown_as(shape: Shape, answer: Answer | None) -> str:
    """The same of a part of an answer, by its shape, on one line."""
    return singular(told_as(shape, answer), letter=False)


def sentence_names(
    reading: Reading, case: Case, item: DisputedItem | None, template: str, **more: Any
) -> dict[str, Any]:
    """The values of the names that a template mentions."""
    values: dict[str, Any] = dict(more)
    for name in names(template):
        if name in values:
            continue
        if name == "case":
            values[name] = _facts(case.data)
        elif name == "item":
            values[name] = _facts(item.facts, item.service) if item is not None else AnswerWords("")
        else:
            values[name] = words_of(reading.prompt_set.prompts[name].schema, reading.answer(name))
    return values


def _words(shape: Shape, schema: Mapping[str, Any], answer: Answer | None) -> AnswerWords:
    made = AnswerWords(_text(shape, schema, answer))
    if isinstance(shape, GroupShape):
        parts = (answer.parts or {}) if answer is not None else {}
        for name in shape.parts:
            setattr(made, name, _part_words(shape, name, parts))
        if shape.uniform:
            _add_by_value(made, shape, parts)
    if isinstance(shape, DateShape):
        date = parse_date(answer.value) if answer is not None and answer.given else None
        on = "" if date is None else f"{'on' if date.day else 'in'} {date.prose()}"
        made.on = AnswerWords(on)  # type: ignore[attr-defined]
    return made


def _part_words(shape: GroupShape, name: str, parts: Mapping[str, Answer]) -> AnswerWords:
    """A part in a sentence; a number may take its unit from the value beside it (`unit: of drug`)."""
    part, answer = shape.parts[name], parts.get(name)
    made = _words(part.shape, part.schema, answer)
    unit = _unit_beside(shape, name, parts)
    return AnswerWords(f"{made} {unit}") if made and unit else made


def _unit_beside(shape: GroupShape, name: str, parts: Mapping[str, Answer]) -> str:
    column = shape.parts[name].schema.get("unit_of", "")
    beside = parts.get(column)
    if beside is None or not beside.given:
        return ""
    return str(shape.parts[column].schema.get("units", {}).get(beside.value, ""))


def _weeks_and_days(shape: NumberShape, value: float) -> str:
    """A duration in decimal weeks as people say it; empty for whole weeks, and for what is none."""
    if shape.whole or shape.unit != "weeks" or float(value).is_integer():
        return ""
    weeks, days = divmod(round(value * 7), 7)
    told = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((weeks, "week"), (days, "day")) if n]
    return " and ".join(told) or "less than a day"


def _add_by_value(made: AnswerWords, shape: GroupShape, parts: Mapping[str, Answer]) -> None:
    """For a group of flags: the parts that share a value or status, as a list in words."""
    first = next(iter(shape.parts.values())).shape
    for value in [*(first.labels if isinstance(first, ChoiceShape) else ()), "not_documented", "unclear"]:
        named = [
            shape.parts[name].ask.split(" (", 1)[0]
            for name, part in parts.items()
            if (part.value if part.given else part.status.value) == value
        ]
        setattr(made, value, AnswerWords(joined(named)))


def _text(shape: Shape, schema: Mapping[str, Any], answer: Answer | None) -> str:
    if answer is None or not answer.given:
        return ""
    phrase = schema.get("phrase")
    if isinstance(shape, GroupShape):
        if answer.parts is None:
            return shape.instead.get(str(answer.value), str(answer.value)).lower()
        parts = {name: _part_words(shape, name, answer.parts) for name in shape.parts}
        return render(str(phrase), parts) if phrase else joined(parts.values())
    if isinstance(shape, ListingShape):
        items = schema.get("items", {})
        return joined(_text(shape.element, items, element) for element in (answer.parts or {}).values())
    if isinstance(shape, ChoiceShape):
        table = phrase if isinstance(phrase, Mapping) else {}
        return str(table.get(answer.value, shape.labels.get(str(answer.value), answer.value)))
    if isinstance(shape, SeveralShape):
        return joined(shape.labels.get(str(value), str(value)) for value in answer.value)
    if isinstance(shape, DateShape):
        date = parse_date(answer.value)
        return date.prose() if date is not None else str(answer.value)
    if isinstance(shape, NumberShape) and (days := _weeks_and_days(shape, answer.value)):
        return days
    if isinstance(shape, NumberShape) and phrase:
        return render(str(phrase), {"value": f"{answer.value:,}"})
    return str(answer.value).strip()


def _told(shape: Shape, answer: Answer | None) -> str:
    if answer is None:
        return "not answered"
    if answer.parts is None and not answer.given:
        return STATUS_WORDS[answer.status.value]
    if isinstance(shape, GroupShape) and answer.parts is not None:
        if shape.uniform:
            return _told_flags(shape, answer.parts)
        beside = answer.parts
        asked = [name for name, part in shape.parts.items() if part.belongs(beside)]
        return ", ".join(_told_part(shape, name, beside) for name in asked)
    if isinstance(shape, ListingShape):
        rows = [_told(shape.element, element) for element in (answer.parts or {}).values()]
        return "\n".join(f"({n}) {row}" for n, row in enumerate(rows, 1)) if rows else "none"
    if isinstance(shape, NumberShape):
        return _weeks_and_days(shape, answer.value) or f"{answer.value} {shape.unit}".strip()
    if isinstance(shape, GroupShape):
        return shape.instead.get(str(answer.value), str(answer.value))
    return _text(shape, {}, answer)


def _told_part(shape: GroupShape, name: str, parts: Mapping[str, Answer]) -> str:
    """The value of a part, with a unit that stands beside it; a status says of what."""
    answer = parts.get(name)
    said = _told(shape.parts[name].shape, answer)
    if answer is not None and answer.given:
        return f"{said} {_unit_beside(shape, name, parts)}".strip()
    return f"{name.replace('_', ' ')} {said}"


def _told_flags(shape: GroupShape, parts: Mapping[str, Answer]) -> str:
    """`tumor: present; the other 6: not documented`, with the parts that are alike taken together."""
    alike: dict[str, list[str]] = {}
    for name, part in shape.parts.items():
        alike.setdefault(_told(part.shape, parts.get(name)), []).append(part.ask.split(" (", 1)[0])
    if len(alike) == 1:
        return f"all {len(shape.parts)}: {next(iter(alike))}"
    most = max(alike, key=lambda told: len(alike[told]))
    said = [f"{', '.join(names)}: {told}" for told, names in alike.items() if told != most]
    return "; ".join([*said, f"the other {len(alike[most])}: {most}"])


def _facts(data: Any, text: str = "") -> AnswerWords:
    """A map of facts with its entries as attributes; dates as people write them."""
    if isinstance(data, Mapping):
        made = AnswerWords(text)
        for key, value in data.items():
            if str(key).isidentifier():
                setattr(made, str(key), _facts(value))
        return made
    if isinstance(data, list):
        return AnswerWords(joined(str(_facts(entry)) for entry in data))
    date = parse_date(data)
    return AnswerWords(date.prose() if date is not None else str(data))
