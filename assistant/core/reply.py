"""What a person typed, as an answer: a number, the beginning of a word, a date as people write it.

A beginning that fits several choices is asked about, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from assistant.core.answer import Answer, Status, group
from assistant.core.answer_schema import AnswerSchema
from assistant.core.partial_date import read_date
from assistant.core.problem import refuse
from assistant.core.shape import Choice, DateShape, Group, Number, Several, Shape, Statement, at
from assistant.core.text import Private, one_line

_STATUS_WORDS = {
    "not documented": Status.NOT_DOCUMENTED,
    "not_documented": Status.NOT_DOCUMENTED,
    "nd": Status.NOT_DOCUMENTED,
    "not found": Status.NOT_DOCUMENTED,
    "unclear": Status.UNCLEAR,
}


STATUS_LABELS = {Status.NOT_DOCUMENTED: "Not documented", Status.UNCLEAR: "Unclear"}
_DENIALS = frozenset(
    (
        "no",
        "none",
        "nothing",
        "n/a",
        "na",
        "nil",
        "not stated",
        "not mentioned",
        "not given",
        "unknown",
        "not found",
    )
)


def read_reply(schema: AnswerSchema, path: tuple[str, ...], text: str) -> Answer:
    """The answer that `text` means at `path` of a schema; raises `Refused` with a sentence where it means none."""
    shape = at(schema.shape, path)
    words = " ".join(text.split())
    status = _STATUS_WORDS.get(words.lower())
    if status is not None and schema.may_be(status) and not isinstance(shape, Group):
        return Answer(status=status)
    if isinstance(shape, Group):
        return _flags(shape, words)
    if shape is None:
        raise refuse("There is no such question.")
    if isinstance(shape, Choice):
        statuses = {s.value: label for s, label in STATUS_LABELS.items() if schema.may_be(s)}
        chosen = unique(words, {**shape.labels, **statuses})
        return Answer(status=Status(chosen)) if chosen in statuses else Answer(value=chosen)
    value = _value(shape, words, text)
    problem = schema.problem(value, path)
    if problem:
        raise refuse(problem)
    return Answer(value=value)


def named_option(words: str, labels: Sequence[str]) -> int | None:
    """The numbered reply that is meant where words of one's own are possible too; None where they are such words.

    A short denial could be either, and a guess would log what nobody said: it is refused, to be said plainly.
    """
    said = " ".join(words.lower().split()).rstrip(".")
    near = [number for number, label in enumerate(labels) if said and label.lower().startswith(said)]
    if len(near) == 1 and len(said) >= 4:
        return near[0]
    if near or said in _DENIALS:
        raise refuse(
            f"“{one_line(words, 40)}” could be the record's words or one of the numbered replies.",
            "",
            "Type the number of the reply, or the record's words in full.",
        )
    return None


def unique(words: str, labels: Mapping[str, str]) -> str:
    """The one key whose name or label is `words` or begins so; raises `Refused` for none or several."""
    wanted = words.lower()
    exact = [
        key
        for key, label in labels.items()
        if wanted in (key.lower(), label.lower(), key.replace("_", " ").lower())
    ]
    if len(exact) == 1:
        return exact[0]
    near = [
        key for key, label in labels.items() if any(name.startswith(wanted) for name in _names(key, label))
    ]
    if len(near) == 1 and wanted:
        return near[0]
    if near:
        raise refuse(
            f"“{one_line(words, 40)}” could be {_or(labels[key] for key in near)}.", "", "Type a little more."
        )
    raise refuse(
        f"“{one_line(words, 60)}” is not among the answers.", "", f"They are: {_or(labels.values())}."
    )


def _names(key: str, label: str) -> tuple[str, ...]:
    return key.lower(), key.replace("_", " ").lower(), label.lower()


def _or(labels: Iterable[str]) -> str:
    return " or ".join(f"“{label}”" for label in labels)


def _value(shape: Shape, words: str, text: str) -> object:
    if isinstance(shape, Several):
        return list(dict.fromkeys(unique(one.strip(), shape.labels) for one in _listed(words)))
    if isinstance(shape, DateShape):
        date = read_date(words)
        return str(date) if date is not None else words
    if isinstance(shape, Number):
        return _number(shape, words)
    if isinstance(shape, Statement):
        return Private(text.strip())
    raise refuse("This is answered by one of the numbers.", "", "Type the number of a reply.")


def _listed(words: str) -> list[str]:
    return [one for one in re.split(r"\s*(?:,|;|\band\b|\+)\s*", words) if one.strip()]


def _number(shape: Number, words: str) -> object:
    bare = re.sub(rf"\s*{re.escape(shape.unit)}?\s*$", "", words) if shape.unit else words
    bare = bare.strip()
    if re.fullmatch(r"\d{1,3}(,\d{3})+", bare):
        bare = bare.replace(",", "")
    if re.fullmatch(r"-?\d{1,12}", bare):
        return int(bare)
    if not shape.whole and re.fullmatch(r"-?\d{1,12}\.\d{1,6}", bare):
        return float(bare)
    return words


def _flags(shape: Group, words: str) -> Answer:
    """`tumor yes, infection no`: some parts of a group of flags by name."""
    if not shape.uniform:
        raise refuse("This is answered by one of the numbers.", "", "Type the number of a reply.")
    parts: dict[str, Answer] = {}
    for one in _listed(words):
        name, _, said = one.partition(" ")
        part = shape.parts[unique(name, {key: part.ask for key, part in shape.parts.items()})]
        status = _STATUS_WORDS.get(said.lower())
        if status is not None:
            parts[part.name] = Answer(status=status)
        elif isinstance(part.shape, Choice):
            labels = part.shape.labels
            parts[part.name] = Answer(value=unique(said, labels) if said else next(iter(labels)))
    if not parts:
        raise refuse("Nothing was named.", "", "Type a number, or a name such as `tumor yes`.")
    return group(parts)


def merged(held: Answer | None, more: Answer) -> Answer:
    """A group's answer with more of its parts answered."""
    if held is None or held.parts is None or more.parts is None:
        return more
    return replace(group({**held.parts, **more.parts}), evidence=held.evidence, note=held.note)
