"""A session's answers in the pieces that can be compared with those of another session on the same case.

A choice, a number or a date is one piece, and so is whether something was documented at all: `not_documented` and
`unclear` are answers like any other, never blanks. A group is compared part by part; a list entry by entry, an
entry being known by the parts that its schema requires (of a study its date and kind). Free text is compared only
in whether there is any, since no two people write the same words. What a session didn't ask has no piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from assistant.core.answer import Answer
from assistant.core.phrase import told
from assistant.core.prompt_set import Prompt
from assistant.core.rules import CASE_SCOPE
from assistant.core.session import Session
from assistant.core.shape import Group, Listing, Several, Shape, Statement
from assistant.core.text import one_line

OF_THE_REVIEWER = frozenset({"qualifications", "conflict"})
"""The prompts of the case's own set that are answered about the reviewer, not about the case."""

UNLISTED = "not listed"
_LISTED = "listed"
_SOME = "given"


@dataclass(frozen=True)
class Place:
    """Where something is answered: `path` leads from the prompt to a part or to an `[entry]` of a list."""

    scope: str
    prompt: str
    path: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The question that this is one answer to, whatever the entry is called."""
        return ".".join([self.prompt, *("[]" if step.startswith("[") else step for step in self.path)])

    def __str__(self) -> str:
        return ".".join([self.prompt, *self.path]).replace(".[", "[")


@dataclass(frozen=True)
class Piece:
    """What was answered at one place: `category` is what is compared, `words` how it reads, `answer` its grounds.

    `alike` names the question, or the group of questions that are asked alike. `entries` is set where the
    piece stands for a list: what the list names.
    """

    category: str
    words: str
    alike: str
    answer: Answer = field(compare=False, repr=False)
    entries: Mapping[str, Answer] | None = field(default=None, compare=False, repr=False)
    states: bool = True
    """Whether the piece says that something is given or not documented, rather than what a list names."""


def pieces(session: Session) -> dict[Place, Piece]:
    """Every piece of the answers that the session reads at its end, in the order of the questions."""
    found: dict[Place, Piece] = {}
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name, prompt in session.rules.sets[scope].prompts.items():
            answer = reading.answer(name)
            if answer is not None and not (scope == CASE_SCOPE and name in OF_THE_REVIEWER):
                found.update(_pieces(prompt, Place(scope, name), prompt.schema.shape, answer, ""))
    return found


def aligned(sessions: Iterable[Mapping[Place, Piece]]) -> list[dict[Place, Piece]]:
    """The pieces of several sessions with the entries of their lists held against each other.

    A session that names entries in a list says `not listed` of each that only others name.
    """
    made = [dict(one) for one in sessions]
    named: dict[Place, dict[str, None]] = {}
    for one in made:
        for place, piece in one.items():
            for entry in piece.entries or ():
                named.setdefault(place, {})[entry] = None
    for one in made:
        for place, entries in named.items():
            held = one.get(place)
            if held is None or not held.entries:
                continue
            for entry in entries:
                at = Place(place.scope, place.prompt, (*place.path, entry))
                one.setdefault(at, Piece(UNLISTED, UNLISTED, f"{place.line}[]", held.answer, states=False))
    return made


def content(prompt: Prompt, path: tuple[str, ...], shape: Shape, answer: Answer) -> dict[str, str]:
    """What an answer (to a prompt, or to a part of one) says, whatever it rests on: the category of each piece."""
    found = _pieces(prompt, Place("", prompt.id, path), shape, answer, "")
    return {str(place): piece.category for place, piece in found}


def question(prompt: Prompt) -> str:
    """What makes two sessions' prompts the same question: its words, its answers and when it is asked."""
    return json.dumps([prompt.ask, dict(prompt.schema.schema), repr(prompt.when)], sort_keys=True)


def _pieces(
    prompt: Prompt, at: Place, shape: Shape, answer: Answer, alike: str
) -> Iterator[tuple[Place, Piece]]:
    if isinstance(shape, Group):
        yield from _group(prompt, at, shape, answer, alike)
    elif isinstance(shape, Listing):
        yield from _listing(prompt, at, shape, answer)
    elif isinstance(shape, Several):
        chosen = [str(value) for value in answer.value] if answer.given else []
        named = {f"[{shape.labels.get(value, value)}]": answer for value in chosen}
        yield at, _root(prompt, at, shape, answer, named)
        yield from ((_entry(at, entry), _listed(at, answer)) for entry in named)
    else:
        yield at, Piece(_category(shape, answer), _words(prompt, shape, answer), alike or at.line, answer)


def _group(
    prompt: Prompt, at: Place, shape: Group, answer: Answer, alike: str
) -> Iterator[tuple[Place, Piece]]:
    if shape.instead:
        yield at, _root(prompt, at, shape, answer)
        if answer.parts is None:
            return
    for name, part in shape.parts.items():
        inner = Place(at.scope, at.prompt, (*at.path, name))
        held = answer if answer.parts is None else answer.parts.get(name)
        if held is not None:
            together = f"{at.line}.*" if shape.uniform else ""
            yield from _pieces(prompt, inner, part.shape, held, together)


def _listing(prompt: Prompt, at: Place, shape: Listing, answer: Answer) -> Iterator[tuple[Place, Piece]]:
    entries: dict[str, Answer] = {}
    for element in (answer.parts or {}).values():
        name = _name(prompt, shape, element)
        while name in entries:
            name = f"{name[:-1]}, again]"
        entries[name] = element
    yield at, _root(prompt, at, shape, answer, entries)
    for name, element in entries.items():
        inner = _entry(at, name)
        yield inner, _listed(at, element)
        for part in shape.element.parts.values():
            held = (element.parts or {}).get(part.name)
            if held is not None and part.name not in _required(prompt):
                below = Place(inner.scope, inner.prompt, (*inner.path, part.name))
                yield from _pieces(prompt, below, part.shape, held, "")


def _entry(at: Place, name: str) -> Place:
    return Place(at.scope, at.prompt, (*at.path, name))


def _listed(at: Place, answer: Answer) -> Piece:
    return Piece(_LISTED, _LISTED, f"{at.line}[]", answer, states=False)


def _root(
    prompt: Prompt, at: Place, shape: Shape, answer: Answer, entries: Mapping[str, Answer] | None = None
) -> Piece:
    """Whether anything is given at all: a status, a word such as `none`, or that there is some."""
    if not answer.given:
        category = answer.status.value
    elif answer.parts is None and isinstance(shape, Group):
        category = f"={answer.value}"
    else:
        category = "=none" if entries is not None and not entries else _SOME
    return Piece(category, _words(prompt, shape, answer), at.line, answer, entries)


def _category(shape: Shape, answer: Answer) -> str:
    if not answer.given:
        return answer.status.value
    return _SOME if isinstance(shape, Statement) else f"={answer.value}"


def _words(prompt: Prompt, shape: Shape, answer: Answer) -> str:
    said = told(replace(prompt.schema, shape=shape), answer).replace("\n", "; ")
    return (
        f"“{one_line(said, 160)}”" if isinstance(shape, Statement) and answer.given else one_line(said, 160)
    )


def _required(prompt: Prompt) -> tuple[str, ...]:
    items = prompt.schema.schema.get("items", {})
    return tuple(items.get("required", ())) if isinstance(items, Mapping) else ()


def _name(prompt: Prompt, shape: Listing, element: Answer) -> str:
    """An entry's name: the parts that its schema requires, or all of them where it requires none."""
    parts = element.parts or {}
    known = _required(prompt) or tuple(shape.element.parts)
    said = [_words(prompt, shape.element.parts[name].shape, parts[name]) for name in known if name in parts]
    return f"[{', '.join(said)}]"
