"""A session's answers in the pieces that can be compared with those of another session on the same case.

A choice, a number or a date is one piece, and so is whether something was documented at all: `not_documented` and
`unclear` are answers like any other, never blanks. A group is compared part by part; a list entry by entry, an
entry being known by the parts that its schema requires (of a study its date and kind). Free text is compared only
in whether there is any, since no two people write the same words. What a session didn't ask has no piece.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assistant.core.answer import Answer
from assistant.core.rules.answer_schema import GroupShape, ListingShape, SeveralShape, Shape, StatementShape
from assistant.core.rules.criterion import DECISION_WORDS, findings
from assistant.core.rules.prompt_set import Prompt
from assistant.core.rules.rules import CASE_SCOPE
from assistant.core.session import AnswerPlace, Session, effective_date
from assistant.core.text import one_line
from assistant.core.value import replace
from assistant.core.wording import shown

OF_THE_REVIEWER = frozenset({"qualifications", "conflict"})
"""The prompts of the case's own set that are answered about the reviewer, not about the case."""

UNLISTED = "not listed"
_LISTED = "listed"
_SOME = "given"


@dataclass(frozen=True)
class PiecePlace:
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


def pieces(session: Session) -> dict[PiecePlace, Piece]:
    """Every piece of the answers that the session reads at its end, in the order of the questions."""
    found: dict[PiecePlace, Piece] = {}
    for scope in session.rules.scopes:
        reading = session.reading(scope)
        for name, prompt in session.rules.sets[scope].prompts.items():
            answer = reading.answer(name)
            if answer is not None and not (scope == CASE_SCOPE and name in OF_THE_REVIEWER):
                found.update(_pieces(prompt, PiecePlace(scope, name), prompt.schema.shape, answer, ""))
    return found


def aligned(sessions: Iterable[Mapping[PiecePlace, Piece]]) -> list[dict[PiecePlace, Piece]]:
    """The pieces of several sessions with the entries of their lists held against each other.

    A session that names entries in a list says `not listed` of each that only others name.
    """
    made = [dict(one) for one in sessions]
    named: dict[PiecePlace, dict[str, None]] = {}
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
                at = PiecePlace(place.scope, place.prompt, (*place.path, entry))
                one.setdefault(at, Piece(UNLISTED, UNLISTED, f"{place.line}[]", held.answer, states=False))
    return made


def comparable_content(prompt: Prompt, path: tuple[str, ...], shape: Shape, answer: Answer) -> dict[str, str]:
    """What an answer (to a prompt, or to a part of one) says, whatever it rests on: the category of each piece."""
    found = _pieces(prompt, PiecePlace("", prompt.id, path), shape, answer, "")
    return {str(place): piece.category for place, piece in found}


def question(prompt: Prompt) -> str:
    """What makes two sessions' prompts the same question: its words, its answers and when it is asked."""
    return json.dumps([prompt.ask, dict(prompt.schema.schema), repr(prompt.when)], sort_keys=True)


def _pieces(
    prompt: Prompt, at: PiecePlace, shape: Shape, answer: Answer, alike: str
) -> Iterator[tuple[PiecePlace, Piece]]:
    if isinstance(shape, GroupShape):
        yield from _group(prompt, at, shape, answer, alike)
    elif isinstance(shape, ListingShape):
        yield from _listing(prompt, at, shape, answer)
    elif isinstance(shape, SeveralShape):
        chosen = [str(value) for value in answer.value] if answer.given else []
        named = {f"[{shape.labels.get(value, value)}]": answer for value in chosen}
        yield at, _root(prompt, at, shape, answer, named)
        yield from ((_entry(at, entry), _listed(at, answer)) for entry in named)
    else:
        yield at, Piece(_category(shape, answer), _words(prompt, shape, answer), alike or at.line, answer)


def _group(
    prompt: Prompt, at: PiecePlace, shape: GroupShape, answer: Answer, alike: str
) -> Iterator[tuple[PiecePlace, Piece]]:
    if shape.instead:
        yield at, _root(prompt, at, shape, answer)
        if answer.parts is None:
            return
    for name, part in shape.parts.items():
        inner = PiecePlace(at.scope, at.prompt, (*at.path, name))
        held = answer if answer.parts is None else answer.parts.get(name)
        if held is not None:
            together = f"{at.line}.*" if shape.uniform else ""
            yield from _pieces(prompt, inner, part.shape, held, together)


def _listing(
    prompt: Prompt, at: PiecePlace, shape: ListingShape, answer: Answer
) -> Iterator[tuple[PiecePlace, Piece]]:
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
                below = PiecePlace(inner.scope, inner.prompt, (*inner.path, part.name))
                yield from _pieces(prompt, below, part.shape, held, "")


def _entry(at: PiecePlace, name: str) -> PiecePlace:
    return PiecePlace(at.scope, at.prompt, (*at.path, name))


def _listed(at: PiecePlace, answer: Answer) -> Piece:
    return Piece(_LISTED, _LISTED, f"{at.line}[]", answer, states=False)


def _root(
    prompt: Prompt, at: PiecePlace, shape: Shape, answer: Answer, entries: Mapping[str, Answer] | None = None
) -> Piece:
    """Whether anything is given at all: a status, a word such as `none`, or that there is some."""
    if not answer.given:
        category = answer.status.value
    elif answer.parts is None and isinstance(shape, GroupShape):
        category = f"={answer.value}"
    else:
        category = "=none" if entries is not None and not entries else _SOME
    return Piece(category, _words(prompt, shape, answer), at.line, answer, entries)


def _category(shape: Shape, answer: Answer) -> str:
    if not answer.given:
        return answer.status.value
    return _SOME if isinstance(shape, StatementShape) else f"={answer.value}"


def _words(prompt: Prompt, shape: Shape, answer: Answer) -> str:
    said = shown(replace(prompt.schema, shape=shape), answer).replace("\n", "; ")
    return (
        f"“{one_line(said, 160)}”"
        if isinstance(shape, StatementShape) and answer.given
        else one_line(said, 160)
    )


def _required(prompt: Prompt) -> tuple[str, ...]:
    items = prompt.schema.schema.get("items", {})
    return tuple(items.get("required", ())) if isinstance(items, Mapping) else ()


def _name(prompt: Prompt, shape: ListingShape, element: Answer) -> str:
    """An entry's name: the parts that its schema requires, or all of them where it requires none."""
    parts = element.parts or {}
    known = _required(prompt) or tuple(shape.element.parts)
    said = [_words(prompt, shape.element.parts[name].shape, parts[name]) for name in known if name in parts]
    return f"[{', '.join(said)}]"


# The reviews of one case side by side: every answer, finding and decision of each, place by place.


DETERMINATION = "determination"
DETERMINATION_ASKED = "Is the refusal upheld or overturned?"
"""The name under which the reviewer's decision on an item stands among the places."""


@dataclass(frozen=True)
class Rater:
    """One review of a case: `label` is how it is called here, `reviewer` the pseudonymous id.

    `standard` marks a sheet that the reviews are held against (a reference, an adjudication).
    """

    label: str
    reviewer: str
    session: Session = field(repr=False)
    standard: bool = False


@dataclass(frozen=True)
class RatingRow:
    """One place with what each rater of the panel said there, None for who was not asked (or asked otherwise)."""

    place: PiecePlace
    ask: str
    prompt_set: str
    pieces: tuple[Piece | None, ...]
    edition: str = field(default="", repr=False)

    def parts(self, among: Iterable[int]) -> bool:
        """Whether two of the raters named by number said different things."""
        return len({piece.category for i in among if (piece := self.pieces[i]) is not None}) > 1


@dataclass(frozen=True)
class FindingRow:
    """One finding with its state in each review."""

    scope: str
    prompt_set: str
    criterion: str
    states: tuple[str | None, ...]


class RatingMatrix:
    """The raters of one case. `apart` says where their questions or criteria were not the same."""

    def __init__(self, case: str, raters: Sequence[Rater]) -> None:
        self.case = case
        self.raters = tuple(raters)
        self.apart: list[str] = []

    @cached_property
    def lines(self) -> list[RatingRow]:
        """Every place that is answered, in the order of the questions; after an item's, the decision on it."""
        held = aligned(pieces(rater.session) for rater in self.raters)
        made: list[RatingRow] = []
        for scope in self._scopes():
            for name in self._names(scope, "prompts"):
                made += self._prompt_lines(scope, name, held)
            if scope != CASE_SCOPE:
                made += self._decision_line(scope)
        return made

    @cached_property
    def states(self) -> list[FindingRow]:
        """The state of every criterion of every item."""
        found = [{item: _states(r.session, item) for item in r.session.items} for r in self.raters]
        made = []
        for scope in self._scopes():
            for name in self._names(scope, "criteria") if scope != CASE_SCOPE else ():
                alike = self._alike(scope, name, "criteria")
                states = tuple(
                    one.get(scope, {}).get(name) if index in alike else None
                    for index, one in enumerate(found)
                )
                made.append(FindingRow(scope, self._set(scope, min(alike)), name, states))
        return made

    def first_parting(self, among: Sequence[int] | None = None) -> RatingRow | None:
        """The first place where raters part; `among` names them by number, all without it."""
        chosen = range(len(self.raters)) if among is None else among
        return next((line for line in self.lines if line.parts(chosen)), None)

    def alike(self, first: int, second: int) -> tuple[int, int]:
        """How many places two raters answered alike, of how many that both answered."""
        both = [(a, b) for line in self.lines if (a := line.pieces[first]) and (b := line.pieces[second])]
        return sum(a.category == b.category for a, b in both), len(both)

    def _scopes(self) -> list[str]:
        return list(dict.fromkeys(s for rater in self.raters for s in rater.session.rules.scopes))

    def _names(self, scope: str, what: str) -> list[str]:
        sets = [r.session.rules.sets[scope] for r in self.raters if scope in r.session.rules.sets]
        names = dict.fromkeys(name for one in sets for name in getattr(one, what))
        skipped = OF_THE_REVIEWER if scope == CASE_SCOPE else ()
        return [name for name in names if name not in skipped]

    def _set(self, scope: str, rater: int) -> str:
        return self.raters[rater].session.rules.sets[scope].id

    def _prompt_lines(
        self, scope: str, name: str, held: Sequence[Mapping[PiecePlace, Piece]]
    ) -> Iterator[RatingRow]:
        alike = self._alike(scope, name, "prompts")
        asked = self.raters[min(alike)].session.rules.sets[scope].prompts[name]
        edition = question(asked)
        places = dict.fromkeys(
            place
            for index in sorted(alike)
            for place in held[index]
            if place.scope == scope and place.prompt == name
        )
        for place in places:
            said = tuple(one.get(place) if i in alike else None for i, one in enumerate(held))
            yield RatingRow(place, asked.ask, self._set(scope, min(alike)), said, edition)

    def _decision_line(self, scope: str) -> Iterator[RatingRow]:
        made: list[Piece | None] = []
        for rater in self.raters:
            decided = rater.session.determinations.get(scope)
            words = "" if decided is None else DECISION_WORDS[decided.decision]
            made.append(
                None
                if decided is None
                else Piece(f"={decided.decision}", words, DETERMINATION, Answer(note=decided.reason))
            )
        if any(made):
            first = next(i for i, r in enumerate(self.raters) if scope in r.session.rules.sets)
            place = PiecePlace(scope, DETERMINATION)
            yield RatingRow(place, DETERMINATION_ASKED, self._set(scope, first), tuple(made))

    def _alike(self, scope: str, name: str, what: str) -> frozenset[int]:
        """The raters who were asked the same question (or whose criterion is the same): the largest such group."""
        groups: dict[str, list[int]] = {}
        for members in self._under_same_rules:
            rules = self.raters[members[0]].session.rules.sets.get(scope)
            one = None if rules is None else getattr(rules, what).get(name)
            if rules is not None and one is not None:
                key = question(one) if what == "prompts" else f"{one!r} {rules.citations[one.cite]!r}"
                groups.setdefault(key, []).extend(members)
        largest = max(groups.values(), key=len)
        others = [self.raters[i].label for group in groups.values() if group is not largest for i in group]
        if others:
            self._say_apart(scope, name, what, others, [self.raters[i].label for i in largest])
        return frozenset(largest)

    @cached_property
    def _under_same_rules(self) -> list[list[int]]:
        groups: dict[int, list[int]] = {}
        for index, rater in enumerate(self.raters):
            groups.setdefault(id(rater.session.rules), []).append(index)
        return list(groups.values())

    def _say_apart(self, scope: str, name: str, what: str, others: list[str], kept: list[str]) -> None:
        where = "" if scope == CASE_SCOPE else f"item {scope}, "
        noun = "question" if what == "prompts" else "criterion"
        done = f"compared among {listed_values(kept)}" if len(kept) > 1 else "not compared"
        said = f"{self.case}, {where}{name}: the {noun} was not the same for {listed_values(others)}; {done}."
        if said not in self.apart:
            self.apart.append(said)


def listed_values(labels: Sequence[str]) -> str:
    """Labels in a sentence; of many, the first ones and how many more."""
    shown = list(labels[:8])
    if len(labels) > 8:
        return f"{', '.join(shown)} and {len(labels) - 8} more"
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _states(session: Session, item: str) -> dict[str, str]:
    found = findings(session.reading(item), effective_date(session, item), session.ruled(item))
    return {name: finding.state.value for name, finding in found.items()}


# Two sessions on one case held against each other, question by question, by the pieces that agreement counts.


Parted = tuple[str, str, str]
"""Where two answers part: the part (empty for all of it), what the one says and what the other."""


def paired(one: Session, other: Session) -> dict[AnswerPlace, list[RatingRow]]:
    """The pieces of both by scope and prompt, in the order of the questions; decisions under their own name."""
    return by_question(pair_panel(one, other))


def pair_panel(one: Session, other: Session, labels: tuple[str, str] = ("you", "reviewer")) -> RatingMatrix:
    """The panel of two sessions."""
    raters = [
        Rater(label, session.opened.reviewer, session)
        for label, session in zip(labels, (one, other), strict=True)
    ]
    return RatingMatrix(one.rules.case.id, raters)


def by_question(panel: RatingMatrix) -> dict[AnswerPlace, list[RatingRow]]:
    """The lines of a panel by scope and prompt."""
    found: dict[AnswerPlace, list[RatingRow]] = {}
    for line in panel.lines:
        found.setdefault((line.place.scope, line.place.prompt), []).append(line)
    return found


def all_agree(lines: Iterable[RatingRow]) -> bool | None:
    """Whether every piece that both gave is alike; None where they gave none in common."""
    both = [line for line in lines if None not in line.pieces]
    return not any(_differs(line) for line in both) if both else None


def panel_partings(lines: Iterable[RatingRow]) -> tuple[Parted, ...]:
    """Where two answers part, those of a list's entries by what they are."""
    found = []
    for line in lines:
        one, other = line.pieces
        if one is not None and other is not None and _differs(line):
            name = ", ".join(step.strip("[]").replace("_", " ") for step in line.place.path)
            found.append((name, one.words, other.words))
    return tuple(found)


def _differs(line: RatingRow) -> bool:
    return len({piece.category for piece in line.pieces if piece is not None}) > 1
